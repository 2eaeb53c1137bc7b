#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Fragments where connections are tracked: they are put together before rules see them,
# each tenant's for themselves, and cut again where they leave; what cannot be cut again is
# refused, and counted.
#
# Bridge br0: guests a, b and c, uplink u. Bridge br1: VLAN segments red (d, e) and blue (f,
# g). Bridge br2: x, z. d, f and x have the same address, and so have e, g and z.
#
# timeout: 700
# not-on: debug

. tests/vm/lib.sh
. tests/vm/isol.sh

network() {
	topo -b br0 -u up0:u a b c
	topo -b br1 -h host1 d e f g
	topo -b br2 -h host2 x z
	ip link set br1 type bridge vlan_filtering 1
	bridge -batch - <<-END
		vlan add dev p-d vid 30 pvid untagged
		vlan add dev p-e vid 30 pvid untagged
		vlan add dev p-f vid 31 pvid untagged
		vlan add dev p-g vid 31 pvid untagged
	END
}

rules() { # FRAGMENTS [LINE...]
	cat <<-END
		isol: 1
		bridges:
		  br0: {uplinks: [up0], fragments: $1}
		  br1: {fragments: $1}
		  br2: {fragments: $1}
		segments:
		  red: {bridge: br1, vlan: 30}
		  blue: {bridge: br1, vlan: 31}
		bindings:
		  a: {port: p-a}
		  b: {port: p-b}
		  c: {port: p-c}
		  d: {port: p-d, segment: red}
		  e: {port: p-e, segment: red}
		  f: {port: p-f, segment: blue}
		  g: {port: p-g, segment: blue}
		  x: {port: p-x}
		  z: {port: p-z}
		services: {neighbor: follow}
		rules:
	END
	shift
	printf '  - %s\n' "$@"
}

dns() { # FRAGMENTS [LINE...]
	local fragments=$1
	shift
	rules "$fragments" '{name: dns, from: [a, d, f, x], to: [b, c, e, g, z], udp: 53, verdict: accept}' \
		'{name: web, from: a, to: b, tcp: 80, verdict: accept}' \
		'{name: in, from: uplink, to: b, udp: 53, verdict: accept}' "$@"
}

# By both IPs: @ip.
by_both() { # <<TABLE
	local ip text
	text=$(cat)
	for ip in ip4 ip6; do
		heard_counted "ip=$ip" <<<"$text"
	done
}

# Where the bridge keeps what hook_forward.c reads: that is not public, and the kernel that runs is
# asked.
where() {
	local member
	member=$(pahole -F btf --btf_base=/sys/kernel/btf/vmlinux -C br_input_skb_cb \
		/sys/kernel/btf/bridge 2>/dev/null | grep 'frag_max_size;') ||
		skip_case "no BTF of the bridge"
	echo "$member"
	grep -Eq 'u16 +frag_max_size; +/\* +8 +2 \*/' <<<"$member" || fail "it is elsewhere: $member"
	member=$(pahole -F btf --btf_base=/sys/kernel/btf/vmlinux -C br_input_skb_cb \
		/sys/kernel/btf/bridge | grep ' brdev;')
	# what is asked can have another answer
	must_fail grep -Eq '/\* +8 +2 \*/' <<<"$member"
}

# Unless they are accepted none of a guest gets through, whole ones do, and an uplink's do.
dropped() {
	dns drop | policy
	by_both <<-END
		whole a b @ip udp 1000 53 => b:all=A32
		first a b @ip udp 1000 53 len 2000 id 7 part 0+1232 => -
		last  a b @ip udp 1000 53 len 2000 id 7 part 1232+776 => -
		tiny  a b @ip udp 1000 53 len 16 id 8 part 0+8 => -
		up1   u b @ip udp 1000 53 len 2000 id 9 part 0+1232 => -
		up2   u b @ip udp 1000 53 len 2000 id 9 part 1232+776 => b:0+1232+=A1224 b:1232+776=A776
		counted
		rule dns 1
		rule in 1
		port p-a rule accept 1
		port p-a fragment drop 3
		port up0 rule accept 1
	END
	frame_is a b 'udp dport 53 fragment first' drop fragment
	frame_is a b 'udp dport 53' accept rule dns
	frame_is up0 b 'udp dport 53 fragment first' accept rule in
	# behind a second tag the kernel looks for none
	frame_is a b 'udp fragment later vlan 5' drop fragment
	frame_is a b 'udp fragment later vlan 5 inner-vlan 6' drop unparsed
}

# All of a packet is judged as one, whatever the order of its fragments, and counted as one.
judged() {
	dns accept | policy
	by_both <<-END
		one1   a b @ip udp 1000 53 len 2000 id 1 part 0+1232 => -
		one2   a b @ip udp 1000 53 len 2000 id 1 part 1232+776 => b:0+1232+=A1224 b:1232+776=A776
		two2   a b @ip udp 1000 53 len 2000 id 2 part 1232+776 => -
		two1   a b @ip udp 1000 53 len 2000 id 2 part 0+1232 => b:0+1232+=A1224 b:1232+776=A776
		three3 a b @ip udp 1000 53 len 3000 id 3 part 2464+544 => -
		three1 a b @ip udp 1000 53 len 3000 id 3 part 0+1232 => -
		three2 a b @ip udp 1000 53 len 3000 id 3 part 1232+1232 => b:0+1232+=A1224 b:1232+1232+=A1232 b:2464+544=A544
		port1  a b @ip udp 1000 54 len 2000 id 4 part 0+1232 => -
		port2  a b @ip udp 1000 54 len 2000 id 4 part 1232+776 => -
		other1 c b @ip udp 1000 53 len 2000 id 5 part 0+1232 => -
		other2 c b @ip udp 1000 53 len 2000 id 5 part 1232+776 => -
		counted
		rule dns 3
		port p-a rule accept 3
		port p-a bridge-default drop 1
		port p-c bridge-default drop 1
	END
}

# Answers in fragments to what has been asked in fragments, and no others.
answers() {
	dns accept | policy
	by_both <<-END
		ask1   a b @ip udp 2000 53 len 2000 id 11 part 0+1232 => -
		ask2   a b @ip udp 2000 53 len 2000 id 11 part 1232+776 => b:0+1232+=A1224 b:1232+776=A776
		right1 b a @ip udp 53 2000 len 2000 id 12 part 0+1232 => -
		right2 b a @ip udp 53 2000 len 2000 id 12 part 1232+776 => a:0+1232+=A1224 a:1232+776=A776
		port1  b a @ip udp 53 2001 len 2000 id 13 part 0+1232 => -
		port2  b a @ip udp 53 2001 len 2000 id 13 part 1232+776 => -
		begin1 b a @ip udp 2000 53 len 2000 id 14 part 0+1232 => -
		begin2 b a @ip udp 2000 53 len 2000 id 14 part 1232+776 => -
		counted
		rule dns 2
		port p-a rule accept 1
		port p-b rule accept 1
		port p-b bridge-default drop 2
	END
}

# What never becomes whole goes nowhere, also by a rule that accepts all fragments.
incomplete() {
	dns accept '{name: first, from: a, to: b, fragment: first, verdict: accept, stateless: true}' \
		'{name: later, from: a, to: b, fragment: later, verdict: accept, stateless: true}' | policy
	# all that has been judged is the one
	by_both <<-END
		first  a b @ip udp 1000 53 len 2000 id 21 part 0+1232 => -
		later  a b @ip udp 1000 53 len 2000 id 22 part 1232+776 => -
		middle a b @ip udp 1000 53 len 3000 id 23 part 1232+1232 => -
		gap1   a b @ip udp 1000 53 len 3000 id 24 part 0+1232 => -
		gap3   a b @ip udp 1000 53 len 3000 id 24 part 2464+544 => -
		fill   a b @ip udp 1000 53 len 3000 id 24 part 1232+1232 => b:0+1232+=A1224 b:1232+1232+=A1232 b:2464+544=A544
		two1   a b @ip udp 1000 53 len 2000 id 25 part 0+1232 => -
		two2   a b @ip udp 1000 53 len 2000 id 26 part 1232+776 => -
		counted
		rule dns 1
		port p-a rule accept 1
	END
}

# Headers over several fragments, and fragments that overlap.
crafted() {
	dns accept | policy
	# written over the header: what comes second does not count
	by_both <<-END
		good1 a b @ip udp 1000 53 len 2000 id 31 part 0+1232 => -
		bad1  a b @ip udp 1000 54 len 2000 fill Z id 31 part 0+1232 => -
		good2 a b @ip udp 1000 53 len 2000 id 31 part 1232+776 => b:0+1232+=A1224 b:1232+776=A776
		bad2  a b @ip udp 1000 54 len 2000 fill Z id 32 part 0+1232 => -
		good3 a b @ip udp 1000 53 len 2000 id 32 part 0+1232 => -
		good4 a b @ip udp 1000 53 len 2000 id 32 part 1232+776 => -
		counted
		rule dns 1
		port p-a rule accept 1
		port p-a bridge-default drop 1
	END
	# over a part of another: all of the packet is given up; within another: that does not count
	by_both <<-END
		over1 a b @ip udp 1000 53 len 2000 id 33 part 0+1232 => -
		over2 a b @ip udp 1000 54 len 2000 fill Z id 33 part 8+1232 => -
		over3 a b @ip udp 1000 53 len 2000 id 33 part 1232+776 => -
		late1 a b @ip udp 1000 53 len 2000 id 34 part 0+1232 => -
		late2 a b @ip udp 1000 53 len 2000 fill Z id 34 part 1224+784 => -
		long1 a b @ip udp 1000 53 len 2000 id 35 part 1232+776 => -
		long2 a b @ip udp 1000 53 len 2000 fill Z id 35 part 1224+784 => -
		long3 a b @ip udp 1000 53 len 2000 id 35 part 0+1232 => -
		in1   a b @ip udp 1000 53 len 2000 id 36 part 1232+776 => -
		in2   a b @ip udp 1000 53 len 2000 fill Z id 36 part 1240+728 => -
		in3   a b @ip udp 1000 53 len 2000 id 36 part 0+1232 => b:0+1232+=A1224 b:1232+776=A776
		counted
		rule dns 1
		port p-a rule accept 1
	END
	# a header of TCP in three of IPv4: the ports are in the first, the flags in the second
	heard_counted <<-END
		tcp1 a b tcp 1000 80 S len 40 id 36 part 0+8 => -
		tcp2 a b tcp 1000 80 S len 40 id 36 part 8+8 => -
		tcp3 a b tcp 1000 80 S len 40 id 36 part 16+44 => b:0+8+ b:8+8+ b:16+44=A40
		not1 a b tcp 1000 81 S len 40 id 37 part 0+8 => -
		not2 a b tcp 1000 81 S len 40 id 37 part 8+8 => -
		not3 a b tcp 1000 81 S len 40 id 37 part 16+44 => -
		counted
		rule web 1
		port p-a rule accept 1
		port p-a bridge-default drop 1
	END
	# IPv6 does not allow that: its first fragment is not put together, and cannot be read
	heard_counted <<-END
		tiny1 a b ip6 tcp 1001 80 S len 1400 id 38 part 0+8 => -
		tiny2 a b ip6 tcp 1001 80 S len 1400 id 38 part 8+1412 => -
		whole a b ip6 tcp 1002 80 S len 40 => b:all=A40
		counted
		rule web 1
		port p-a rule accept 1
		port p-a unparsed drop 1
	END
}

# Another tenant's fragment never becomes part of a packet: with the same addresses, in
# another VLAN segment of the bridge, and on another bridge. Control: the own one does, after
# that, and theirs on theirs.
splice() {
	local ip other
	dns accept | policy
	for ip in 'ip4 src 10.7.1.1 dst 10.7.1.2' 'ip6 src fd07::1 dst fd07::2'; do
		for other in 'f g' 'x z'; do
			# shellcheck disable=SC2086 # two words
			set -- $other
			heard_counted "ip=$ip" "from=$1" "to=$2" "other=$2" <<-END
				first1 d e @ip udp 1000 53 len 2000 fill A id 77 part 0+1232 => -
				other2 @from @to @ip udp 1000 53 len 2000 fill B id 77 part 1232+776 => -
				first2 d e @ip udp 1000 53 len 2000 fill A id 77 part 1232+776 => e:0+1232+=A1224 e:1232+776=A776
				other1 @from @to @ip udp 1000 53 len 2000 fill B id 77 part 0+1232 => @other:0+1232+=B1224 @other:1232+776=B776
				second2 d e @ip udp 1000 53 len 2000 fill A id 78 part 1232+776 => -
				denied1 @from @to @ip udp 1000 54 len 2000 fill B id 78 part 0+1232 => -
				second1 d e @ip udp 1000 53 len 2000 fill A id 78 part 0+1232 => e:0+1232+=A1224 e:1232+776=A776
				denied2 @from @to @ip udp 1000 54 len 2000 fill B id 78 part 1232+776 => -
				counted
				rule dns 3
				port p-d rule accept 2
				port p-$1 rule accept 1
				port p-$1 $([ "$1" = f ] && echo within || echo bridge-default) drop 1
			END
		done
	done
}

# Nor does what one tenant has begun let another answer.
connections() {
	local ip other
	dns accept | policy
	for ip in ip4 ip6; do
		for other in 'f g' 'x z'; do
			# shellcheck disable=SC2086 # two words
			set -- $other
			heard_counted "q=$ip $([ $ip = ip4 ] && echo 'src 10.7.1.1 dst 10.7.1.2' || echo 'src fd07::1 dst fd07::2') udp 300${#1} 53" \
				"r=$ip $([ $ip = ip4 ] && echo 'src 10.7.1.2 dst 10.7.1.1' || echo 'src fd07::2 dst fd07::1') udp 53 300${#1}" \
				"from=$1" "to=$2" <<-END
				ask    d e @q => e:all=A32
				others @to @from @r => -
				answer e d @r => d:all=A32
				ask2   @from @to @q => @to:all=A32
				again  @to @from @r => @from:all=A32
				counted
				rule dns 4
				port p-d rule accept 1
				port p-e rule accept 1
				port p-$1 rule accept 1
				port p-$2 rule accept 1
				port p-$2 $([ "$1" = f ] && echo within || echo bridge-default) drop 1
			END
			conntrack -F 2>/dev/null
		done
	done
}

# Fragments leave as long as they were, by an MTU of 1280. A tag beside a frame is not asked
# for, so four bytes more leave too, as of frames that are whole.
mtu_table() {
	cat <<-END
		fits1  a b ip4 udp 1000 53 len 2000 id 41 part 0+1256 => -
		fits2  a b ip4 udp 1000 53 len 2000 id 41 part 1256+752 => b:0+1256+=A1248 b:1256+752=A752
		tag1   a b ip4 udp 1000 53 len 2000 id 42 part 0+1264 => -
		tag2   a b ip4 udp 1000 53 len 2000 id 42 part 1264+744 => b:0+1264+=A1256 b:1264+744=A744
		large1 a b ip4 udp 1000 53 len 2000 id 43 part 0+1272 => -
		large2 a b ip4 udp 1000 53 len 2000 id 43 part 1272+736 => @large
		full1  a b ip4 udp 1000 53 len 2000 id 44 part 0+1480 => -
		full2  a b ip4 udp 1000 53 len 2000 id 44 part 1480+528 => -
		later2 a b ip4 udp 1000 53 len 2000 id 45 part 528+1480 => -
		later1 a b ip4 udp 1000 53 len 2000 id 45 part 0+528 => -
		small1 a b ip4 udp 1000 53 len 64 id 46 part 0+32 => -
		small2 a b ip4 udp 1000 53 len 64 id 46 part 32+40 => b:0+32+=A24 b:32+40=A40
		six1   a b ip6 udp 1000 53 len 2000 id 47 part 0+1232 => -
		six2   a b ip6 udp 1000 53 len 2000 id 47 part 1232+776 => b:0+1232+=A1224 b:1232+776=A776
		below1 a b ip6 udp 1000 53 len 2000 id 48 part 0+1224 => -
		below2 a b ip6 udp 1000 53 len 2000 id 48 part 1224+784 => -
		above1 a b ip6 udp 1000 53 len 2000 id 49 part 0+1240 => -
		above2 a b ip6 udp 1000 53 len 2000 id 49 part 1240+768 => -
		atomic a b ip6 udp 1000 53 len 64 id 50 part 0+72 => -
	END
}

# By an MTU that is smaller, what would not leave is refused and counted.
mtu() {
	dns accept | policy
	trap 'ip link set p-b mtu 1500' EXIT
	ip link set p-b mtu 1280
	counting
	mtu_table | heard large=-
	expect_counted rule port <<-END
		rule dns 4
		port p-a rule accept 4
		port p-a fragment drop 6
	END
	# the same by a port that takes it; to both of them
	counting
	heard <<-END
		large1 a c ip4 udp 1000 53 len 2000 id 51 part 0+1480 => -
		large2 a c ip4 udp 1000 53 len 2000 id 51 part 1480+528 => c:0+1480+=A1472 c:1480+528=A528
		six1   a c ip6 udp 1000 53 len 2000 id 52 part 0+1448 => -
		six2   a c ip6 udp 1000 53 len 2000 id 52 part 1448+560 => c:0+1448+=A1440 c:1448+560=A560
		below1 a c ip6 udp 1000 53 len 2000 id 53 part 0+1224 => -
		below2 a c ip6 udp 1000 53 len 2000 id 53 part 1224+784 => -
		both1  a c mac-dst all ip4 udp 1000 53 len 2000 id 54 part 0+1480 => -
		both2  a c mac-dst all ip4 udp 1000 53 len 2000 id 54 part 1480+528 => c:0+1480+=A1472 c:1480+528=A528
		all1   a c mac-dst all ip4 udp 1000 53 len 2000 id 55 part 0+1024 => -
		all2   a c mac-dst all ip4 udp 1000 53 len 2000 id 55 part 1024+984 => b:0+1024+=A1016 b:1024+984=A984 c:0+1024+=A1016 c:1024+984=A984
	END
	expect_counted -s rule port <<-END
		rule dns 5
		port p-a rule accept 5
		port p-a fragment drop 2
	END
	# what a rule refuses is its drop
	heard_counted <<-END
		not1 a b ip4 udp 1000 54 len 2000 id 56 part 0+1480 => -
		not2 a b ip4 udp 1000 54 len 2000 id 56 part 1480+528 => -
		counted
		port p-a bridge-default drop 1
	END
}

# ... and no more than that: of each of these some is lost without isol, and nobody counts it.
lost_without() {
	isolctl flush
	trap '{ ip link set p-b mtu 1500; nft flush ruleset; } 2>/dev/null || :' EXIT
	nft -f - <<-END
		table bridge fw {
			chain f { type filter hook forward priority 0; policy accept
				ct state established accept
			}
		}
	END
	ip link set p-b mtu 1280
	mtu_table | heard large=b:1272+736=A736
}

unloaded() { rmmod isol_ct 2>/dev/null; }

unload() {
	wait_for 120 unloaded
	unload_module
}

network
load_module
load_ct
# so long isol_ct stays for what has never become whole
sysctl -q -w net.ipv4.ipfrag_time=20 net.netfilter.nf_conntrack_frag6_timeout=20
run_case where where
run_case dropped dropped
run_case judged judged
run_case answers answers
run_case incomplete incomplete
run_case crafted crafted
run_case splice splice
run_case connections connections
run_case mtu mtu
run_case lost-without lost_without
isolctl flush
run_case unload unload
