#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who is told that a frame is rejected, and what: with the programs that people use,
# and frame by frame. Each answer is looked at, byte by byte (craft -r), wherever it
# arrives; where there is none, there is one to a frame that is different in that
# point only.
#
# timeout: 400

. tests/vm/lib.sh
. tests/vm/isol.sh

# ---- programs

# Two hosts on a bridge, with addresses; b listens.
hosts() {
	local ns
	modprobe -a bridge veth
	mkbridge br9
	for ns in u v; do
		mkns $ns
		mkport br9 p-$ns $ns "02:00:00:00:09:0$([ $ns = u ] && echo 1 || echo 2)"
	done
	ip addr add 10.9.0.9/24 dev br9
	ip addr add fd09::9/64 dev br9 nodad
	ip -n u addr add 10.9.0.1/24 dev eth0
	ip -n u addr add fd09::1/64 dev eth0 nodad
	ip -n v addr add 10.9.0.2/24 dev eth0
	ip -n v addr add fd09::2/64 dev eth0 nodad
	forwarding p-u p-v
	in_ns v socat TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0 SYSTEM:'echo hello' &
	in_ns v socat TCP6-LISTEN:22,fork,reuseaddr,ipv6only=0 SYSTEM:'echo hello' &
	in_ns v socat TCP6-LISTEN:25,fork,reuseaddr,ipv6only=0 SYSTEM:'echo hello' &
	in_ns v socat UDP6-RECVFROM:53,fork,ipv6only=0 SYSTEM:'echo hello' &
	socat TCP6-LISTEN:22,fork,reuseaddr,ipv6only=0 SYSTEM:'echo hello' &
	wait_for 20 talks u 10.9.0.2 80
	wait_for 20 talks u 10.9.0.2 22
	wait_for 20 talks u 10.9.0.2 25
	wait_for 20 talks u 10.9.0.9 22
	wait_for 20 talks u fd09::2 22
	wait_for 20 talks u fd09::9 22
}

hosts_policy() {
	policy <<-EOF2
		isol: 1
		bridges: {br9: {}}
		bindings: {u: {port: p-u}, v: {port: p-v}}
		rules:
		  - {name: arp, from: any, to: any, ether: arp, verdict: accept, stateless: true}
		  - {name: nd, from: any, to: any, icmpv6: [135, 136], verdict: accept, stateless: true}
		  - {name: back, from: [v, host], to: u, proto: [tcp, udp], sport: [22, 53, 80], verdict: accept, stateless: true}
		  - {name: web, from: u, to: v, tcp: 80, verdict: accept, stateless: true}
		  - {name: no-ssh, from: u, to: [v, host], tcp: 22, verdict: reject, stateless: true}
		  - {name: no-dns, from: u, to: v, udp: 53, verdict: reject, stateless: true}
		  - {name: no-mail, from: u, to: v, tcp: 25, verdict: drop, stateless: true}
		  - {name: no-ping, from: u, to: v, icmp: echo-request, verdict: reject, stateless: true}
		  - {name: no-ping6, from: u, to: v, icmpv6: echo-request, verdict: reject, stateless: true}
	EOF2
}

brackets() { [[ $1 = *:* ]] && echo "[$1]" || echo "$1"; }

# What a connection comes to: what the server says, or why there is none. Guests may
# be slow: who is told has time, and does not need it.
connect() { # NS ADDRESS PORT [SECONDS]
	in_ns "$1" socat -T 20 -u "TCP:$(brackets "$2"):$3,connect-timeout=${4:-20}" - 2>&1 || :
}

talks() { # NS ADDRESS PORT
	[ "$(connect "$@")" = hello ]
}

ask_udp() { # NS ADDRESS
	echo question | in_ns "$1" socat -t 20 -T 20 - "UDP:$(brackets "$2"):53" 2>&1 || :
}

# A program says TEXT before it would give up.
says() { # TEXT COMMAND...
	local want=$1 begin=${EPOCHREALTIME/./} out ms
	shift
	out=$("$@")
	ms=$(((${EPOCHREALTIME/./} - begin) / 1000))
	echo "    $*: '${out##*: }' after $ms ms"
	[[ $out = *"$want"* ]] || fail "$*: expected '$want', got '$out'"
	took=$ms
}

tcp() {
	local addr took
	counting
	for addr in 10.9.0.2 fd09::2; do
		says hello connect u $addr 80
		says refused connect u $addr 22
		[ "$took" -lt 15000 ] || fail "refused only after $took ms"
		says 'timed out' connect u $addr 25 2
		[ "$took" -ge 1900 ] || fail "gave up already after $took ms"
	done
	for addr in 10.9.0.9 fd09::9; do
		says refused connect u $addr 22
		[ "$took" -lt 15000 ] || fail "refused only after $took ms"
	done
	# two from the one that times out, or three
	expect_counted -s rule <<-EOF2
		rule no-ssh 4
	EOF2
	json=$(isolctl -j why u v tcp dport 22)
	[ "$(_field "$json" verdict) $(_field "$json" rule)" = "reject no-ssh" ] || fail "why: $json"
	isolctl why u host tcp dport 22 | grep -q '^reject: rule no-ssh' || fail "why says otherwise"
}

# The message is what the kernel makes of type 3 code 13, and of type 1 code 1.
udp() {
	local took
	counting
	says 'No route to host' ask_udp u 10.9.0.2
	says 'Permission denied' ask_udp u fd09::2
	expect_counted -s rule <<-EOF2
		rule no-dns 2
	EOF2
	says 'Packet filtered' ping_out u 10.9.0.2
	says 'Administratively prohibited' ping_out u fd09::2
	expect_counted -s rule <<-EOF2
		rule no-dns 2
		rule no-ping 1
		rule no-ping6 1
	EOF2
}

ping_out() { # NS ADDRESS
	in_ns "$1" ping -n -c 1 -W 20 "$2" 2>&1 || :
}

# What the answers look like to who watches.
watched() {
	local f=/run/isol/dump
	in_ns u tcpdump -nn -e -v -U -l -i eth0 -c 4 \
		'(tcp[13] & 4 != 0) or (ip6[6] = 6 and ip6[53] & 4 != 0) or icmp[0] = 3 or (icmp6 and ip6[40] = 1)' \
		>$f 2>/run/isol/dump.err &
	wait_for 20 grep -q listening /run/isol/dump.err
	connect u 10.9.0.2 22
	connect u fd09::2 22
	ask_udp u 10.9.0.2
	ask_udp u fd09::2
	wait
	cat $f
	# from whom, to whom, and that all checksums are right
	[ "$(grep -c '02:00:00:00:09:02 > 02:00:00:00:09:01' $f)" = 4 ] || fail "other addresses"
	must_fail grep -q incorrect $f
	must_fail grep -q 'bad ' $f
	grep -q 'ttl 64, .*flags \[DF\], proto TCP (6), length 40' $f || fail "no header of a reset"
	grep -q '10.9.0.2.22 > 10.9.0.1.[0-9]*: Flags \[R.\], cksum 0x[0-9a-f]* (correct), seq 0, ack [0-9]*, win 0, length 0' $f ||
		fail "no reset over IPv4"
	grep -q 'fd09::2.22 > fd09::1.[0-9]*: Flags \[R.\], cksum 0x[0-9a-f]* (correct), seq 0, ack [0-9]*, win 0, length 0' $f ||
		fail "no reset over IPv6"
	grep -q '10.9.0.2 > 10.9.0.1: ICMP host 10.9.0.2 unreachable - admin prohibited filter, length 45' $f ||
		fail "no ICMP"
	grep -q 'fd09::2 > fd09::1: \[icmp6 sum ok\] ICMP6, destination unreachable,  *unreachable prohibited fd09::2' $f ||
		fail "no ICMPv6"
}

programs_end() {
	isolctl flush
	jobs -p | xargs -r kill
	wait
	cleanup
}

# ---- frame by frame

# All that is said of what is sent is in one table: the name, the words, what is to
# become of it and what is to come back where.
answers() { # [CRAFT-OPTION...] <<TABLE
	local line name rest input='' bad='' i
	local -a words=() lines=() got=()
	while read -r line; do
		[[ -n $line && $line != \#* ]] || continue
		rest=${line#*=}
		line=${line%%=*}
		read -r name line <<<"$line"
		input+="$name $line"$'\n'
		read -ra words <<<"$rest"
		lines+=("$name ${words[*]}")
	done
	craft -r "$@" "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	mapfile -t got </run/isol/craft
	for ((i = 0; i < ${#lines[@]}; i++)); do
		[ "${lines[i]}" = "${got[i]-}" ] || bad+=" expected '${lines[i]}', got '${got[i]-}';"
	done
	[ -z "$bad" ] || fail "answers:$bad"
	echo "    ${#lines[@]} frames"
}

frames_policy() {
	policy <<-EOF2
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}, t: {port: tap0}}
		rules:
		  - {name: a-b, from: a, to: b, verdict: accept, stateless: true}
		  - {name: a-c, from: a, to: c, verdict: reject, stateless: true}
		  - {name: b-c, from: b, to: c, verdict: drop, stateless: true}
		  - {name: t-c, from: t, to: c, verdict: reject, stateless: true}
		  - {name: c-t, from: c, to: t, verdict: reject, stateless: true}
		  - {name: up-c, from: uplink, to: c, verdict: reject, stateless: true}
		  - {name: c-up, from: c, to: uplink, verdict: reject, stateless: true}
		  - {name: a-host, from: a, to: host, verdict: reject, stateless: true}
		  - {name: host-c, from: host, to: c, verdict: reject, stateless: true}
		quarantine:
		  rules:
		    - {name: told, from: quarantined, to: host, verdict: reject, stateless: true}
	EOF2
}

# Module and bridge as users find them.
kinds() {
	counting
	answers <<-EOF2
		accepted   a b tcp dport 1                                 = pass
		dropped    b c tcp dport 1                                 = drop
		tcp        a c tcp dport 1                                 = drop a:rst
		synack     a c tcp dport 1 flags syn,ack                   = drop a:rst
		fin        a c tcp dport 1 flags fin                       = drop a:rst
		data       a c tcp dport 1 flags ack payload 1000          = drop a:rst
		rst        a c tcp dport 1 flags rst                       = drop
		rstack     a c tcp dport 1 flags rst,ack                   = drop
		udp        a c udp dport 1                                 = drop a:icmp3/13
		udp-long   a c udp dport 1 payload 1400                    = drop a:icmp3/13
		sctp       a c sctp dport 1                                = drop a:icmp3/13
		gre        a c proto 47                                    = drop a:icmp3/13
		echo       a c icmp 8/0                                    = drop a:icmp3/13
		reply      a c icmp 0/0                                    = drop a:icmp3/13
		unreach    a c icmp 3/1                                    = drop
		quench     a c icmp 4/0                                    = drop
		redirect   a c icmp 5/1                                    = drop
		exceeded   a c icmp 11/0                                   = drop
		parameter  a c icmp 12/0                                   = drop
		tcp6       a c tcp dport 1 ip6                             = drop a:rst
		rst6       a c tcp dport 1 ip6 flags rst                   = drop
		udp6       a c udp dport 1 ip6                             = drop a:icmpv6-1/1
		udp6-long  a c udp dport 1 ip6 payload 1400                = drop a:icmpv6-1/1
		echo6      a c icmp6 128/0                                 = drop a:icmpv6-1/1
		unreach6   a c icmp6 1/4                                   = drop
		toobig6    a c icmp6 2/0                                   = drop
		exceeded6  a c icmp6 3/0                                   = drop
		redirect6  a c icmp6 137/0                                 = drop
		first      a c udp dport 1 fragment first                  = drop
		later      a c udp dport 1 fragment later                  = drop
		later6     a c udp dport 1 ip6 fragment later              = drop
		arp        a c arp request cast unicast                    = drop
		other      a c ether 0x88b5                                = drop
		pppoe      a c tcp dport 1 pppoe                           = drop
		snap       a c tcp dport 1 snap                            = drop
		cut        a c tcp dport 1 cut 60                          = drop
		cut-ip     a c udp dport 1 cut 30                          = drop
		badsum     a c raw 0800450000280000000040066666c0000201c0000202c00000010000000000000000500200000000000000000000 = drop
		badsum4    a c raw 0800450000280000000040067777c0000201c0000202c0000001000000000000000050024fff0000000000000000 = drop
		from-lo    a c udp dport 1 src 127.0.0.1                   = drop
		from-zero  a c udp dport 1 src 0.0.0.0                     = drop
		from-mc    a c udp dport 1 src 224.0.0.5                   = drop
		from-bc    a c udp dport 1 src 255.255.255.255             = drop
		from-one   a c udp dport 1 src 126.0.0.1                   = drop a:icmp3/13
		to-mc      a c udp dport 1 dst 224.0.0.5 mac-dst 02:00:00:00:63:63 = drop
		to-mc6     a c udp dport 1 src 2001:db8::1 dst ff02::5 mac-dst 02:00:00:00:63:63 = drop
		from-none6 a c udp dport 1 src :: dst 2001:db8::2          = drop
		from-lo6   a c udp dport 1 src ::1 dst 2001:db8::2         = drop
		host       a host tcp dport 1                              = drop a:rst
		host-udp   a host udp dport 1                              = drop a:icmp3/13
		host-udp6  a host udp dport 1 ip6                          = drop a:icmpv6-1/1
		by-host    host c tcp dport 1                              = drop
		by-host-u  host c udp dport 1                              = drop
		tap        t c tcp dport 1                                 = drop t:rst
		tap-udp    t c udp dport 1                                 = drop t:icmp3/13
		tap-udp6   t c udp dport 1 ip6                             = drop t:icmpv6-1/1
		to-tap     c t udp dport 1                                 = drop c:icmp3/13
		uplink     world c udp dport 1                             = drop world:icmp3/13
		to-uplink  c world tcp dport 1                             = drop c:rst
		bcast      a c udp dport 1 cast broadcast                  = drop
		mcast      a c udp dport 1 cast multicast                  = drop
	EOF2
	# rejects are counted as their rules' packets, and as drops of the port
	expect_counted -s rule port <<-EOF2
		rule a-b 5
		rule b-c 1
		rule a-host 5
		rule host-c 2
		rule t-c 3
		rule c-t 1
		rule up-c 1
		rule c-up 1
		port tap0 rule drop 3
		port p-b rule drop 1
	EOF2
	json=$(isolctl -j why a c)
	[ "$(_field "$json" verdict) $(_field "$json" rule)" = "reject a-c" ] || fail "why: $json"
}

# What is flooded meets the rules of all ports. It is answered for the one behind
# which its receiver is known to be, or not at all.
flooded() {
	local mac=02:00:00:00:77:77
	# learned of all of them, and of nobody with that address
	answers <<-EOF2
		unknown    a c tcp dport 1 mac-dst $mac                    = drop
		unknown-u  a c udp dport 1 mac-dst $mac                    = drop
		known      a c tcp dport 1                                 = drop a:rst
	EOF2
	bridge fdb add $mac dev p-c master static
	answers -L <<-EOF2
		behind-c   a c tcp dport 1 mac-dst $mac                    = drop a:rst
		behind-c-u a c udp dport 1 mac-dst $mac                    = drop a:icmp3/13
	EOF2
	bridge fdb del $mac dev p-c master
	bridge fdb add $mac dev p-b master static
	answers -L <<-EOF2
		behind-b   a b tcp dport 1 mac-dst $mac                    = pass
	EOF2
	bridge fdb del $mac dev p-b master
	# a frame to b that is flooded, because the bridge has forgotten b, meets the rule a-c
	ip link set br0 type bridge fdb_flush
	counting
	answers -L <<-EOF2
		forgotten  a b tcp dport 1                                 = pass
	EOF2
	expect_counted -s rule <<-EOF2
		rule a-b 1
		rule a-c 1
	EOF2
}

netfilter() {
	local n
	modprobe br_netfilter
	for n in 1 0; do
		sysctl -q -w net.bridge.bridge-nf-call-iptables=$n \
			net.bridge.bridge-nf-call-ip6tables=$n \
			net.bridge.bridge-nf-filter-vlan-tagged=$n
		answers <<-EOF2
			accepted   a b tcp dport 1                         = pass
			tcp        a c tcp dport 1                         = drop a:rst
			udp        a c udp dport 1                         = drop a:icmp3/13
			tcp6       a c tcp dport 1 ip6                     = drop a:rst
			udp6       a c udp dport 1 ip6                     = drop a:icmpv6-1/1
			host       a host tcp dport 1                      = drop a:rst
			host6      a host udp dport 1 ip6                  = drop a:icmpv6-1/1
			rst        a c tcp dport 1 flags rst               = drop
			tagged     a c udp dport 1 vlan 5                  = drop a:vlan5.icmp3/13
		EOF2
	done
}

# Tags that came with the frame go with the answer.
tags() {
	answers <<-EOF2
		none       a c udp dport 1                                 = drop a:icmp3/13
		one        a c udp dport 1 vlan 5                          = drop a:vlan5.icmp3/13
		one-tcp    a c tcp dport 1 vlan 5                          = drop a:vlan5.rst
		one-6      a c udp dport 1 ip6 vlan 5                      = drop a:vlan5.icmpv6-1/1
		prio       a c udp dport 1 vlan 0x6005                     = drop a:vlan24581.icmp3/13
		zero       a c udp dport 1 vlan 0                          = drop a:vlan0.icmp3/13
		two        a c udp dport 1 vlan 88a8.5 vlan 6              = drop a:vlan5.vlan6.icmp3/13
		two-tcp6   a c tcp dport 1 ip6 vlan 5 vlan 6               = drop a:vlan5.vlan6.rst
		three      a c udp dport 1 vlan 5 vlan 6 vlan 7            = drop
		tap        t c udp dport 1 vlan 5                          = drop t:vlan5.icmp3/13
		host       a host udp dport 1 vlan 5                       = drop a:vlan5.icmp3/13
	EOF2
}

# Ports with VLANs: an access port sends and gets no tags, a trunk does.
filtering() {
	local port
	ip link set br0 type bridge vlan_filtering 1 vlan_default_pvid 1
	for port in p-a p-b p-c tap0; do
		bridge vlan add vid 10 dev $port pvid untagged
		bridge vlan add vid 20 dev $port
	done
	bridge vlan add vid 10 dev br0 self pvid untagged
	bridge vlan add vid 20 dev br0 self
	answers <<-EOF2
		accepted   a b tcp dport 1                                 = pass
		access     a c udp dport 1                                 = drop a:icmp3/13
		access-tcp a c tcp dport 1                                 = drop a:rst
		access-6   a c udp dport 1 ip6                             = drop a:icmpv6-1/1
		host       a host udp dport 1                              = drop a:icmp3/13
		tap        t c udp dport 1                                 = drop t:icmp3/13
		# nobody has been seen in VLAN 20
		unknown    a c udp dport 1 vlan 20                         = drop
	EOF2
	ENDPOINTS=('a=a:eth0,vlan=20' 'b=b:eth0,vlan=20' 'c=c:eth0,vlan=20' host=-:br0)
	answers <<-EOF2
		accepted   a b tcp dport 1                                 = pass
		trunk      a c udp dport 1                                 = drop a:vlan20.icmp3/13
		trunk-tcp  a c tcp dport 1                                 = drop a:vlan20.rst
		trunk-6    a c udp dport 1 ip6                             = drop a:vlan20.icmpv6-1/1
		host       a host udp dport 1                              = drop a:vlan20.icmp3/13
	EOF2
	# What leaves untagged is known to have come with a tag where VLANs are asked for.
	bridge vlan add vid 20 dev p-c pvid untagged
	ip link set p-c type bridge_slave fdb_flush
	ENDPOINTS=('a=a:eth0,vlan=20' 'b=b:eth0,vlan=20' c=c:eth0 host=-:br0)
	answers <<-EOF2
		to-access  a c udp dport 1                                 = drop
	EOF2
	isolctl rule add asks from b to a vlan 4000 accept stateless
	answers <<-EOF2
		told       a c udp dport 1                                 = drop a:vlan20.icmp3/13
		told-tcp   a c tcp dport 1                                 = drop a:vlan20.rst
	EOF2
	isolctl rule del asks
}

quarantine() {
	answers <<-EOF2
		before     b host udp dport 1                              = drop
	EOF2
	isolctl quarantine add b
	counting
	answers <<-EOF2
		told       b host udp dport 1                              = drop b:icmp3/13
		not-told   b c udp dport 1                                 = drop
		to-b       a b udp dport 1                                 = drop
	EOF2
	expect_counted -s rule bridge <<-EOF2
		rule told 1
		bridge br0 quarantine drop 2
	EOF2
	isolctl quarantine del b
}

# What a rule asks about and cannot be read is dropped, and nobody is told.
unread() {
	policy <<-EOF2
		isol: 1
		bridges: {br0: {default: accept}}
		bindings: {a: {port: p-a}, c: {port: p-c}}
		rules:
		  - {name: no-tcp, from: a, to: c, tcp: 80, verdict: reject, stateless: true}
	EOF2
	counting
	answers <<-EOF2
		read       a c tcp dport 80                                = drop a:rst
		two-tags   a c tcp dport 80 vlan 5 vlan 6                  = drop a:vlan5.vlan6.rst
		other      a c tcp dport 81                                = pass
		later      a c tcp fragment later                          = drop
		three      a c tcp dport 80 vlan 5 vlan 6 vlan 7           = drop
		pppoe      a c tcp dport 80 pppoe                          = drop
		broadcast  a c tcp dport 80 cast broadcast                 = drop
	EOF2
	expect_counted -s rule port <<-EOF2
		rule no-tcp 6
		port p-a rule drop 3
		port p-a unparsed drop 3
	EOF2
	json=$(isolctl -j why a c tcp dport 80 fragment later) &&
		fail "a later fragment has no port: $json"
	isolctl -j show rules | jq -e '.[0].verdict == "reject"' >/dev/null || fail "show"
	isolctl save | grep -q 'verdict: reject' || fail "save"
}

status_of() { # FIELD
	isolctl -j status | jq ".$1"
}

received() {
	in_ns a sed -n 's/^ *eth0: *[0-9]* *\([0-9]*\) .*/\1/p' /proc/net/dev
}

# However many frames come: so many at once, and so many in a second.
limited() {
	local i begin answered limited got ms n=1000 most
	# and bridges have learned
	answers <<-EOF2
		before     a c udp dport 1                                 = drop a:icmp3/13
	EOF2
	echo 20 >/sys/module/isol/parameters/reject_burst
	echo 5 >/sys/module/isol/parameters/reject_rate
	# until the bucket is full by the new numbers
	sleep 1
	answered=$(status_of rejects)
	limited=$(status_of rejects_limited)
	got=$(received)
	begin=${EPOCHREALTIME/./}
	for ((i = 0; i < n; i++)); do
		echo "f$i a c udp dport $((i % 60000 + 1))"
	done | craft -L "${ENDPOINTS[@]}" >/run/isol/craft
	must_fail grep -v drop /run/isol/craft
	ms=$(((${EPOCHREALTIME/./} - begin) / 1000))
	answered=$(($(status_of rejects) - answered))
	limited=$(($(status_of rejects_limited) - limited))
	got=$(($(received) - got))
	most=$((20 + 5 * ms / 1000 + 1))
	echo "    $n frames in $ms ms: $answered answered, $got received, $limited not for the limit"
	[ $((answered + limited)) = $n ] || fail "$answered and $limited are not $n"
	[ "$got" = "$answered" ] || fail "$answered were answered, $got answers have come"
	[ "$answered" -ge 20 ] || fail "the burst is not used: $answered"
	[ "$answered" -le $most ] || fail "$answered answers, $most allowed"
	isolctl status | grep -q "rejected frames answered: .*, not answered for the limit: $(status_of rejects_limited)" ||
		fail "status does not say so"
	# What is not answered in the end is not looked at without limit either, and does
	# not use up the answers: eight looks for each of them.
	sleep 5
	limited=$(status_of rejects_limited)
	begin=${EPOCHREALTIME/./}
	for ((i = 0; i < n; i++)); do
		echo "f$i a c udp dport $((i % 60000 + 1)) mac-dst 02:00:00:00:77:77"
	done | craft -L "${ENDPOINTS[@]}" >/run/isol/craft
	must_fail grep -v drop /run/isol/craft
	ms=$(((${EPOCHREALTIME/./} - begin) / 1000))
	limited=$(($(status_of rejects_limited) - limited))
	most=$((8 * (20 + 5 * ms / 1000) + 1))
	echo "    $n frames to nobody in $ms ms: $limited not looked at, $most may be"
	[ $limited -ge $((n - most)) ] || fail "more than $most were looked at: $limited of $n not"
	[ $limited -le $((n - 160)) ] || fail "less than may be were looked at: $limited of $n not"
	sleep 0.2
	answers -L <<-EOF2
		after      a c udp dport 1                                 = drop a:icmp3/13
	EOF2
	# each port has its own
	answers -L <<-EOF2
		other      t c udp dport 1                                 = drop t:icmp3/13
	EOF2
	echo 0 >/sys/module/isol/parameters/reject_rate
	sleep 0.1
	answers -L <<-EOF2
		none       t c udp dport 1                                 = drop
	EOF2
	echo 1000000 >/sys/module/isol/parameters/reject_burst
	echo 1000000 >/sys/module/isol/parameters/reject_rate
	# what was taken by the old numbers is given back by them
	sleep 4
	answers -L <<-EOF2
		again      a c udp dport 1                                 = drop a:icmp3/13
	EOF2
}

# Where a rule must not stand.
refused() {
	local out
	out=$(policy 2>&1 <<-EOF2
		isol: 1
		bridges: {br0: {default: reject}}
	EOF2
	) && fail "a default can reject"
	[[ $out = *"'reject' may stand in rules only"* ]] || fail "$out"
	out=$(isolctl bridge add br0 default reject 2>&1) && fail "a default can reject"
	[[ $out = *"'reject' may stand in rules only"* ]] || fail "$out"
	isolctl rule add r9 from a to c tcp dport 9 reject stateless
	why=$(isolctl -j why a c tcp dport 9)
	[ "$(_field "$why" verdict)" = reject ] || fail "$why"
}

load_module || exit
hosts && hosts_policy || exit
run_case tcp tcp
run_case udp udp
run_case watched watched
programs_end

topo -u up0:world a b c
mktap br0 tap0
ip link set tap0 address fe:00:00:00:74:74
ENDPOINTS+=(t=tap:tap0)
frames_policy || exit
# of the frames that are sent one by one all are answered that may be
echo 1000000 >/sys/module/isol/parameters/reject_burst
run_case kinds kinds
run_case flooded flooded
run_case tags tags
run_case netfilter netfilter
run_case quarantine quarantine
run_case limited limited
run_case filtering filtering
ip link set br0 type bridge vlan_filtering 0
run_case unread unread
run_case refused refused
isolctl flush
unload_module
