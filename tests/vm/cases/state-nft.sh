#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The same rules, at random, for isol and for a twin of its bridge that nftables filters with
# "ct state established,related": the same packets of the same conversations have to arrive
# at the same places. Where the two are different because they should be, that is shown.
#
# timeout: 700
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

GUESTS=(a b c d e f)
ROUNDS=${ISOL_ROUNDS:-$(times 12)}
SEED=${ISOL_SEED:-$((SRANDOM % 1000000))}

# The twin is in a namespace of its own, where isol is not in force: its guests are ta, tb, ...
twin() {
	local g
	ip netns add twin
	in_ns twin sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1
	ip -n twin link set lo up
	ip -n twin link add br0 type bridge mcast_snooping 0
	ip -n twin link set br0 up
	for g in "${GUESTS[@]}"; do
		quiet_ns "t$g"
		ip -n twin link add "p-$g" type veth peer name eth0 netns "t$g"
		ip -n "t$g" link set eth0 addrgenmode none
		ip -n "t$g" link set eth0 up
		ip -n twin link set "p-$g" master br0 up
	done
	for g in "${GUESTS[@]}"; do
		wait_for 60 twin_forwards "p-$g"
	done
}

twin_forwards() { ip -n twin -d link show "$1" | grep -q 'state forwarding'; }

own=() others=()
for g in "${GUESTS[@]}"; do
	own+=("$g=$g:eth0")
	others+=("$g=t$g:eth0")
done

# ---- rules

# Lines: FROM TO WHAT accept|drop, "any" for everyone; WHAT is tcp/N, udp/N, echo, tcp, udp or
# all.
random_rules() {
	local n what end=("${GUESTS[@]}" any) whats=(tcp/80 tcp/81 udp/53 udp/54 echo tcp udp all)
	for ((n = 0; n < 12; n++)); do
		what=${whats[RANDOM % 8]}
		[ "$what" != all ] || [ $((RANDOM % 3)) = 0 ] || what=tcp/80
		echo "${end[RANDOM % 7]} ${end[RANDOM % 7]} $what" \
			"$([ $((RANDOM % 4)) = 0 ] && echo drop || echo accept)"
	done
}

as_isol() { # <RULES
	local from to what verdict n=0 g ip
	echo 'isol: 1'
	# nftables takes no older connections up by their answers
	echo 'bridges: {br0: {pickup: 0}}'
	echo 'services: {neighbor: follow}'
	echo 'bindings:'
	for g in "${GUESTS[@]}"; do
		echo "  $g: {port: p-$g}"
	done
	echo 'rules:'
	while read -r from to what verdict; do
		n=$((n + 1))
		# those of the host are of another chain
		[ "$from" != any ] || from="[$(IFS=,; echo "${GUESTS[*]}")]"
		[ "$to" != any ] || to="[$(IFS=,; echo "${GUESTS[*]}")]"
		for ip in 4 6; do
			case $what in
			*/*) what="${what%/*}: ${what#*/}" ;;
			tcp | udp) what="$what: any" ;;
			echo) what='icmp: echo-request' ;;
			icmp:*) what='icmpv6: echo-request' ;;
			esac
			if [ "$what" = all ]; then
				echo "  - {name: r$n, from: $from, to: $to, verdict: $verdict}"
				break
			fi
			echo "  - {name: r$n-$ip, from: $from, to: $to, $what, verdict: $verdict}"
			[[ $what = icmp:* ]] || break
		done
	done
}

as_nft() { # <RULES
	local from to what verdict ends m matches
	echo 'table bridge fw {'
	echo '	chain f {'
	echo '		type filter hook forward priority 0; policy drop'
	echo '		ct state established,related accept'
	while read -r from to what verdict; do
		ends=
		[ "$from" = any ] || ends+="iifname p-$from "
		[ "$to" = any ] || ends+="oifname p-$to "
		case $what in
		*/*) matches=("${what%/*} dport ${what#*/}") ;;
		tcp | udp) matches=("meta l4proto $what") ;;
		echo) matches=('icmp type echo-request' 'icmpv6 type echo-request') ;;
		all) matches=('') ;;
		esac
		for m in "${matches[@]}"; do
			[ "$verdict" = drop ] || m+=' ct state new'
			echo "		$ends$m $verdict"
		done
	done
	echo '	}'
	echo '}'
}

# ---- conversations

id=0
say() { echo "$((++id))-$*"; }

# The middle of one: acknowledged or not, in the window or far from it, ended in some way.
tcp() { # A B IP APORT BPORT
	local a="$1 $2 $3 tcp $4 $5" b="$2 $1 $3 tcp $5 $4" s=1000 r=5000
	case $((RANDOM % 8)) in
	0) # nothing has begun
		say "mid $a PA seq $s ack $r"
		say "mid $b PA seq $r ack $((s + 32))"
		return ;;
	1) # an answer first
		say "unasked $b SA seq $r ack $((s + 1)) len 0" ;;
	2) say "unasked $b R seq $r len 0"
		say "unasked $a RA seq $s ack $r len 0" ;;
	esac
	say "syn $a S seq $s len 0"
	case $((RANDOM % 6)) in
	0) say "refused $b RA seq 0 ack $((s + 1)) len 0"
		return ;;
	1) say "again $a S seq $s len 0" ;;
	2) say "both $b S seq $r len 0" ;;
	esac
	say "synack $b SA seq $r ack $((s + 1)) len 0"
	say "ack $a A seq $((s + 1)) ack $((r + 1)) len 0"
	say "data $a PA seq $((s + 1)) ack $((r + 1)) len 32"
	say "data $b PA seq $((r + 1)) ack $((s + 33)) len 600"
	case $((RANDOM % 6)) in
	0) say "far $b PA seq 400000 ack $((s + 33)) len 32"
		say "far $a PA seq 900000 ack $((r + 601)) len 32" ;;
	1) say "reset $b R seq $((r + 601)) len 0"
		say "after $a PA seq $((s + 33)) ack $((r + 601)) len 32"
		say "after $b PA seq $((r + 601)) ack $((s + 33)) len 32"
		return ;;
	2) say "reset $a R seq 77777777 len 0" ;;
	3) say "syn $a S seq 70000 len 0" ;;
	4) error "$@" tcp $((s + 1)) ;;
	esac
	say "data $a PA seq $((s + 33)) ack $((r + 601)) len 32"
	say "fin $a FA seq $((s + 65)) ack $((r + 601)) len 0"
	say "fin $b FA seq $((r + 601)) ack $((s + 66)) len 0"
	say "last $a A seq $((s + 66)) ack $((r + 602)) len 0"
	[ $((RANDOM % 3)) != 0 ] || say "closed $b PA seq $((r + 602)) ack $((s + 66)) len 32"
}

# As packets has them: by place.
address() { # GUEST IP
	local i
	for ((i = 0; i < 6; i++)); do
		[ "${GUESTS[i]}" != "$1" ] || break
	done
	[ "$2" = ip4 ] && echo "10.7.0.$((i + 1))" || echo "fd07::$((i + 1))"
}

# B's router, or B, says that A's packet has not arrived; and one about nothing.
error() { # A B IP APORT BPORT tcp|udp [SEQ]
	local type='3 1' quoted
	[ "$3" = ip4 ] || type='1 3'
	quoted="about $6 $(address "$1" "$3") $4 $(address "$2" "$3") $5"
	say "error $2 $1 $3 icmp $type 0 $quoted ${7-}"
	quoted="about $6 $(address "$1" "$3") 9999 $(address "$2" "$3") $5"
	say "nothing $2 $1 $3 icmp $type 0 $quoted ${7-}"
}

udp() { # A B IP APORT BPORT
	local a="$1 $2 $3 udp" b="$2 $1 $3 udp"
	[ $((RANDOM % 4)) != 0 ] || say "unasked $b $5 $4"
	say "query $a $4 $5"
	say "answer $b $5 $4"
	[ $((RANDOM % 3)) != 0 ] || say "port $b 55 $4"
	[ $((RANDOM % 3)) != 0 ] || say "port $b $5 4444"
	[ $((RANDOM % 3)) != 0 ] || error "$@" udp
	say "query $a $4 $5"
	say "answer $b $5 $4"
}

echoes() { # A B IP ID
	local ask=8 answer=0
	[ "$3" = ip4 ] || ask=128 answer=129
	[ $((RANDOM % 3)) != 0 ] || say "unasked $2 $1 $3 icmp $answer 0 $4"
	say "ping $1 $2 $3 icmp $ask 0 $4"
	say "pong $2 $1 $3 icmp $answer 0 $4"
	say "other $2 $1 $3 icmp $answer 0 $(($4 + 1000))"
}

# Who talks with whom, of what and how long, in a few ports, so that they meet again.
random_packets() {
	local n a b ip
	for ((n = 0; n < 25; n++)); do
		a=${GUESTS[RANDOM % 6]}
		b=$a
		while [ "$b" = "$a" ]; do
			b=${GUESTS[RANDOM % 6]}
		done
		ip=ip$((4 + 2 * (RANDOM % 2)))
		case $((RANDOM % 5)) in
		[01]) tcp "$a" "$b" "$ip" $((2000 + RANDOM % 3)) $((80 + RANDOM % 2)) ;;
		2) udp "$a" "$b" "$ip" $((2000 + RANDOM % 3)) $((53 + RANDOM % 2)) ;;
		3) udp "$a" "$b" "$ip" 53 53 ;;
		4) echoes "$a" "$b" "$ip" $((RANDOM % 3)) ;;
		esac
	done
}

# ---- cases

twin_policy() { # RULES
	{ echo 'flush ruleset'; as_nft <<<"$1"; } | in_ns twin nft -f -
}

both() { # PACKETS: what arrives, in $there with nftables, in $here with isol
	there=$(packets "${others[@]}" <<<"$1") || fail "packets: exit status $?"
	here=$(packets "${own[@]}" <<<"$1") || fail "packets: exit status $?"
}

# As many pass as are dropped, or it tells little; counted over all rounds.
at_random() {
	local n rules input bad passed=0 dropped=0
	for ((n = 0; n < ROUNDS; n++)); do
		RANDOM=$((SEED + n))
		rules=$(random_rules)
		RANDOM=$((SEED + n + 1000))
		input=$(random_packets)
		as_isol <<<"$rules" | policy 2>/dev/null
		twin_policy "$rules"
		conntrack -F 2>/dev/null
		in_ns twin conntrack -F 2>/dev/null
		both "$input"
		if ! bad=$(diff <(echo "$there") <(echo "$here")); then
			printf '%s\n' "$rules" "$input" "$bad"
			bad=${bad#*$'\n'}
			id=${bad#??}
			id=${id%% *}
			fail "seed $SEED, round $n, packet $(grep "^$id " <<<"$input"): nftables and isol differ:" \
				"${bad//$'\n'/, }"
		fi
		passed=$((passed + $(grep -vc ' -$' <<<"$here" || :)))
		dropped=$((dropped + $(grep -c ' -$' <<<"$here" || :)))
	done
	note "seed $SEED: $passed packets passed and $dropped were dropped, by nftables and by isol"
	[ "$passed" -gt $((ROUNDS * 10)) ] || fail "only $passed packets passed"
	[ "$dropped" -gt $((ROUNDS * 10)) ] || fail "only $dropped packets were dropped"
}

# The rules that the cases below differ about, and what is said before.
begun() {
	rules='a b udp/53 accept'
	as_isol <<<"$rules" | policy
	twin_policy "$rules"
	both 'query a b udp 2000 53
answer b a udp 53 2000'
	[ "$here" = $'query b:all=A32\nanswer a:all=A32' ] || fail "with isol: $here"
	[ "$here" = "$there" ] || fail "with nftables: $there"
}

# A rule that goes: with nftables what it has let begin goes on, with isol it ends.
revoked() {
	begun
	as_isol <<<'c d udp/53 accept' | policy
	twin_policy 'c d udp/53 accept'
	counting
	both 'query a b udp 2000 53
answer b a udp 53 2000
new a b udp 2001 53'
	[ "$there" = $'query b:all=A32\nanswer a:all=A32\nnew -' ] || fail "with nftables: $there"
	[ "$here" = $'query -\nanswer -\nnew -' ] || fail "with isol: $here"
	expect_counted rule port <<-END
		port p-a bridge-default drop 2
		port p-b bridge-default drop 1
	END
}

# Another guest that says what belongs to a connection: with nftables it is established, with
# isol it is that guest's, and the rules do not let it.
forged() {
	begun
	counting
	both 'query c b src 10.7.0.1 udp 2000 53 fill Z
answer c a src 10.7.0.2 udp 53 2000 fill Z
error c a src 10.7.0.2 icmp 3 3 0 about udp 10.7.0.1 2000 10.7.0.2 53
again a b udp 2000 53
right b a udp 53 2000'
	[ "$there" = $'query b:all=Z32\nanswer a:all=Z32\nerror a:all\nagain b:all=A32\nright a:all=A32' ] ||
		fail "with nftables: $there"
	[ "$here" = $'query -\nanswer -\nerror -\nagain b:all=A32\nright a:all=A32' ] ||
		fail "with isol: $here"
	expect_counted rule port <<-END
		rule r1-4 2
		port p-a rule accept 1
		port p-b rule accept 1
		port p-c bridge-default drop 3
	END
}

# A redirect is related too: with isol nobody is sent elsewhere.
redirected() {
	begun
	counting
	both 'redirect b a icmp 5 1 0 about udp 10.7.0.1 2000 10.7.0.2 53
error b a icmp 3 3 0 about udp 10.7.0.1 2000 10.7.0.2 53'
	[ "$there" = $'redirect a:all\nerror a:all' ] || fail "with nftables: $there"
	[ "$here" = $'redirect -\nerror a:all' ] || fail "with isol: $here"
	expect_counted port <<<$'port p-b bridge-default drop 1\nport p-b rule accept 1'
}

topo "${GUESTS[@]}"
twin
load_module
load_ct
run_case at-random at_random
run_case revoked revoked
run_case forged forged
run_case redirected redirected
isolctl flush
rmmod isol_ct
unload_module
