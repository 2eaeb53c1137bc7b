#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What rules ask of frames: for each kind of field, frames at and around the
# bounds of a rule, sent over a bridge: what arrives, which rule has counted it,
# and that isolctl says the same when it is asked. Then what frames can be dressed
# as to be taken for something else. All of these frames arrive where the policy
# lets everything pass.
#
# timeout: 300
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

# ---- tables

rules=()
r() { # NAME VERDICT KEYS: a rule from a to b
	rules+=("  - {name: $1, from: a, to: b, verdict: $2, stateless: true, $3}")
}

put_policy() { # DEFAULT [RULE...]
	local default=$1
	shift
	policy <<-EOF2
		isol: 1
		bridges: {br0: {default: $default}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		$([ $# -eq 0 ] || printf '%s\n' rules: "$@")
	EOF2
}

# What isolctl calls what craft calls by other words; fails for what it cannot
# be told.
why_words() { # WORD...
	# it takes for a slip what is one kind of frame by the one word and none by the other
	[[ " $* " != *" tcp "*" ether "* && " $* " != *port\ *\ "fragment later "* ]] || return 1
	words=()
	# a frame that is dressed up as another
	[[ " $* " != *" ether "* || " $* " != *" dport "* ]] || return 1
	while [ $# -gt 0 ]; do
		case $1 in
		ip4 | ip6 | vlan | payload | snap | pppoe | cut | raw | udplite | dccp)
			return 1 ;;
		tcp | udp | sctp)
			words+=("$1") ;;
		*)
			case $1 in
			flags)
				[ "$2" != none ] || return 1
				words+=(tcp-flags "${2//,/+}") ;;
			icmp) words+=(icmp type "$2") ;;
			icmp6) words+=(icmpv6 type "$2") ;;
			arp) words+=(arp op "$2") ;;
			sender | target) words+=("arp-$1" "$2") ;;
			mac-src | mac-dst) words+=("${1#mac-}-mac" "$2") ;;
			*) words+=("$1" "$2") ;;
			esac
			shift ;;
		esac
		shift
	done
}

# Send the frames of a table from a to b, and look at what becomes of each. Its
# lines are
#	FRAME BY WORD...
# where BY is the rule that decides, ?RULE if it does for want of what cannot be
# read, - for the default, and ? for the default for that reason.
check_frames() { # DEFAULT <<TABLE
	local default=$1 frame by rest line lines=() order=() input='' got=() i verdict reason bad=''
	local -A decider=() text=() moved=() accepts=()
	for line in "${rules[@]}"; do
		[[ $line =~ name:\ ([^,]*),.*verdict:\ ([a-z]*) ]]
		accepts[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
	done
	while read -r frame by rest; do
		[ -n "$frame" ] || continue
		[ -z "${decider[$frame]-}" ] || fail "frame $frame stands there twice"
		order+=("$frame")
		decider[$frame]=$by
		text[$frame]=$rest
		input+="$frame a b $rest"$'\n'
	done

	put_policy accept
	craft "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	while read -r frame verdict; do
		[ "$verdict" = pass ] || bad+=" $frame"
	done </run/isol/craft
	[ -z "$bad" ] || fail "dropped though all may pass:$bad"

	put_policy "$default" "${rules[@]}"
	counting
	craft "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	mapfile -t got </run/isol/craft
	for ((i = 0; i < ${#order[@]}; i++)); do
		frame=${order[i]}
		by=${decider[$frame]}
		case $by in
		-) verdict=$default reason=bridge-default line="bridge br0 $reason $default" ;;
		\?)
			verdict=$default reason=unparsed line="bridge br0 $reason $default"
			[ "$default" = drop ] ||
				fail "frame $frame: a default that accepts is never 'unparsed'" ;;
		\?*) verdict=drop reason="unparsed ${by#?}" line="rule ${by#?}" ;;
		*) verdict=${accepts[$by]} reason="rule $by" line="rule $by" ;;
		esac
		lines+=("$verdict $reason")
		moved[$line]=$((${moved[$line]-0} + 1))
		[ "$verdict" = accept ] && verdict=pass
		[ "${got[i]-}" = "$frame $verdict" ] ||
			bad+=" expected $frame $verdict, got '${got[i]-}';"
	done
	[ -z "$bad" ] || fail "frames:$bad"
	# a rule that is in no line has not moved
	input=''
	for line in "${!moved[@]}"; do
		[[ $line = bridge* ]] || input+="$line ${moved[$line]}"$'\n'
	done
	expect_counted rule <<<"$input"
	input=''
	for line in "${!moved[@]}"; do
		[[ $line = rule* ]] || input+="$line ${moved[$line]}"$'\n'
	done
	expect_counted -s bridge <<<"$input"

	must_depend
	for ((i = 0; i < ${#order[@]}; i++)); do
		read -ra rest <<<"${text[${order[i]}]}"
		why_words "${rest[@]}" || continue
		# to start a program takes longest
		[ "$ISOL_SLOW" = 0 ] || [ $((i % 4)) = 0 ] || continue
		ask_why a b "${words[@]}"
		[ "$told" = "${lines[i]}" ] ||
			bad+=" ${order[i]} (${words[*]}): expected '${lines[i]}', got '$told';"
	done
	[ -z "$bad" ] || fail "why:$bad"
	echo "    ${#order[@]} frames"
}

# Without a frame there is no answer.
must_depend() {
	local json
	json=$(isolctl -j why a b) || fail "why a b: exit status $?"
	[[ $json =~ \"depends\":\ ?true ]] || fail "why a b: expected that it depends, got $json"
}

# ---- fields

ports() {
	r web accept "tcp: [80, 443, 8000-8080]"
	r no-high drop "tcp: 60000-65535"
	r dns accept "udp: 53"
	r low accept "proto: udp, sport: 0-1023, dport: {not: [0-1023, 53]}"
	r zero accept "tcp: 0"
	r sctp accept "sctp: {not: 1-65535}"
	r others accept "proto: [udplite, dccp], dport: 7"
	check_frames drop <<-EOF
		tcp79    -       tcp dport 79
		tcp80    web     tcp dport 80
		tcp81    -       tcp dport 81
		tcp442   -       tcp dport 442
		tcp443   web     tcp dport 443
		tcp444   -       tcp dport 444
		tcp7999  -       tcp dport 7999
		tcp8000  web     tcp dport 8000
		tcp8040  web     tcp dport 8040
		tcp8080  web     tcp dport 8080
		tcp8081  -       tcp dport 8081
		tcp0     zero    tcp dport 0
		tcp1     -       tcp dport 1
		tcp59999 -       tcp dport 59999
		tcp60000 no-high tcp dport 60000
		tcp65535 no-high tcp dport 65535
		tcp6-80  web     tcp dport 80 src 2001:db8::1 dst 2001:db8::2
		tcp6-79  -       tcp dport 79 src 2001:db8::1 dst 2001:db8::2
		back80   -       tcp sport 80 dport 50000
		udp80    -       udp dport 80
		udp52    -       udp dport 52
		udp53    dns     udp dport 53
		udp54    -       udp dport 54
		low0     low     udp sport 0 dport 1024
		low1023  low     udp sport 1023 dport 65535
		low1024  -       udp sport 1024 dport 1024
		lowlow   -       udp sport 1023 dport 1023
		sctp0    sctp    sctp dport 0
		sctp1    -       sctp dport 1
		sctp80   -       sctp dport 80
		lite7    others  udplite dport 7
		lite8    -       udplite dport 8
		dccp7    others  dccp dport 7
		dccp6    -       dccp dport 6
		tcp7     -       tcp dport 7
		icmp     -       icmp 8/0
		gre      -       proto 47
		arp      -       arp request
		custom   -       ether 0x88b5
	EOF
}

addresses() {
	r net accept "src: [10.1.0.0/16, '2001:db8:1::/48']"
	r some accept "dst: [192.0.2.10-192.0.2.20, 192.0.2.22]"
	r not-far drop "dst: {not: [198.51.100.0/24, 192.0.2.0/24]}, dscp: 1"
	r six accept "dst: '2001:db8:2::ffff:ffff:ffff:fff0-2001:db8:2:1::f'"
	check_frames drop <<-EOF
		s-below  -       src 10.0.255.255
		s-first  net     src 10.1.0.0
		s-last   net     src 10.1.255.255
		s-above  -       src 10.2.0.0
		s-dst    -       dst 10.1.0.1
		d-below  -       dst 192.0.2.9
		d-first  some    dst 192.0.2.10
		d-last   some    dst 192.0.2.20
		d-gap    -       dst 192.0.2.21
		d-one    some    dst 192.0.2.22
		d-above  -       dst 192.0.2.23
		n-in     -       dst 198.51.100.0 dscp 1
		n-below  not-far dst 198.51.99.255 dscp 1
		n-above  not-far dst 198.51.101.0 dscp 1
		n-last   -       dst 192.0.2.255 dscp 1
		n-over   not-far dst 192.0.3.0 dscp 1
		n-dscp   -       dst 192.0.3.0 dscp 0
		n-six    -       src 2001:db8::1 dst 2001:db8::9 dscp 1
		6-below  -       src 2001:db8:0:ffff:ffff:ffff:ffff:ffff
		6-first  net     src 2001:db8:1::
		6-last   net     src 2001:db8:1:ffff:ffff:ffff:ffff:ffff
		6-above  -       src 2001:db8:2::
		r-below  -       src 2001:db8::1 dst 2001:db8:2::ffff:ffff:ffff:ffef
		r-first  six     src 2001:db8::1 dst 2001:db8:2::ffff:ffff:ffff:fff0
		r-carry  six     src 2001:db8::1 dst 2001:db8:2:1::
		r-last   six     src 2001:db8::1 dst 2001:db8:2:1::f
		r-above  -       src 2001:db8::1 dst 2001:db8:2:1::10
		arp      -       arp request sender 10.1.0.1 target 192.0.2.10
	EOF
}

headers() {
	r gre accept "proto: [47, 50-51]"
	r voice accept "dscp: [46, 8-15]"
	r no-frag drop "fragment: [first, later]"
	r whole accept "fragment: none, proto: 99"
	check_frames drop <<-EOF
		p46      -       proto 46
		p47      gre     proto 47
		p48      -       proto 48
		p49      -       proto 49
		p50      gre     proto 50
		p51      gre     proto 51
		p52      -       proto 52
		p6-47    gre     proto 47 src 2001:db8::1
		p0       -       proto 0
		p255     -       proto 255
		d45      -       tcp dscp 45
		d46      voice   tcp dscp 46
		d47      -       tcp dscp 47
		d7       -       udp dscp 7
		d8       voice   udp dscp 8
		d15      voice   udp dscp 15
		d16      -       udp dscp 16
		d63      -       udp dscp 63
		d6-46    voice   tcp dscp 46 src 2001:db8::1
		d6-47    -       tcp dscp 47 src 2001:db8::1
		f-none   whole   proto 99
		f-first  no-frag proto 99 fragment first
		f-later  no-frag proto 99 fragment later
		f-tcp    no-frag tcp fragment first
		f6-first no-frag udp fragment first src 2001:db8::1
		f6-later no-frag udp fragment later src 2001:db8::1
		f6-none  whole   proto 99 src 2001:db8::1
	EOF
}

tcp_flags() {
	r syn accept "tcp: 80, tcp_flags: syn/syn+ack"
	r rst drop "tcp: any, tcp_flags: rst"
	r bare drop "tcp: any, tcp_flags: {not: [fin, syn, rst, psh, ack, urg, ece, cwr, ns]}"
	r established accept "tcp: any, tcp_flags: ack"
	check_frames drop <<-EOF
		syn      syn         tcp dport 80 flags syn
		synack   established tcp dport 80 flags syn,ack
		synfin   syn         tcp dport 80 flags syn,fin
		syn81    -           tcp dport 81 flags syn
		ack      established tcp dport 81 flags ack
		rst      rst         tcp dport 81 flags rst
		rstack   rst         tcp dport 81 flags rst,ack
		fin      -           tcp dport 81 flags fin
		all      rst         tcp dport 81 flags fin,syn,rst,psh,ack,urg,ece,cwr,ns
		ns       -           tcp dport 81 flags ns
		none     bare        tcp dport 81 flags none
		udp      -           udp dport 80
		syn6     syn         tcp dport 80 flags syn src 2001:db8::1
		rst6     rst         tcp dport 80 flags rst src 2001:db8::1
	EOF
}

icmp() {
	r ping accept "icmp: echo-request"
	r pmtu accept "icmp: 3/4"
	r no-redirect drop "icmpv6: [137, 133-134]"
	r six accept "icmpv6: {not: 128/1-128/255}"
	check_frames drop <<-EOF
		7-255    -           icmp 7/255
		8-0      ping        icmp 8/0
		8-255    ping        icmp 8/255
		9-0      -           icmp 9/0
		3-3      -           icmp 3/3
		3-4      pmtu        icmp 3/4
		3-5      -           icmp 3/5
		6-8      six         icmp6 8/0
		6-132    six         icmp6 132/255
		6-133    no-redirect icmp6 133/0
		6-134    no-redirect icmp6 134/255
		6-135    six         icmp6 135/0
		6-137    no-redirect icmp6 137/0
		6-138    six         icmp6 138/0
		6-128-0  six         icmp6 128/0
		6-128-1  -           icmp6 128/1
		6-128-9  -           icmp6 128/255
		6-129    six         icmp6 129/0
		1-over-6 -           proto 1 src 2001:db8::1
		58-on-4  -           proto 58 src 192.0.2.1
		tcp      -           tcp
	EOF
}

arp() {
	r request accept "arp: request, arp_sender: 192.0.2.8/29, arp_target: {not: 192.0.2.99}"
	r reply accept "arp: reply, cast: unicast"
	r rest drop "arp: [3-4, 9]"
	check_frames drop <<-EOF
		s-below  -       arp request sender 192.0.2.7 target 192.0.2.1
		s-first  request arp request sender 192.0.2.8 target 192.0.2.1
		s-last   request arp request sender 192.0.2.15 target 192.0.2.1
		s-above  -       arp request sender 192.0.2.16 target 192.0.2.1
		t-98     request arp request sender 192.0.2.8 target 192.0.2.98
		t-99     -       arp request sender 192.0.2.8 target 192.0.2.99
		t-100    request arp request sender 192.0.2.8 target 192.0.2.100
		unicast  request arp request sender 192.0.2.8 target 192.0.2.1 cast unicast
		reply    reply   arp reply cast unicast
		announce -       arp reply cast broadcast
		op0      -       arp 0
		op3      rest    arp 3
		op4      rest    arp 4
		op5      -       arp 5
		op9      rest    arp 9
		op65535  -       arp 65535
		ip       -       src 192.0.2.8 dst 192.0.2.1
	EOF
}

layer2() {
	r vendor accept "src_mac: '02:aa:bb:00:00:00/ff:ff:ff:00:00:00'"
	r one accept "dst_mac: '02:00:00:00:99:01'"
	r no-mdns drop "dst_mac: '01:00:5e:00:00:fb'"
	r groups accept "cast: multicast, ether: 0x88b5"
	r all drop "cast: broadcast, ether: {not: arp}"
	r arp accept "ether: arp"
	r types accept "ether: [0x88b5-0x88b6, llc]"
	check_frames drop <<-EOF
		v-below  types   mac-src 02:aa:ba:ff:ff:ff ether 0x88b5
		v-first  vendor  mac-src 02:aa:bb:00:00:00 ether 0x88b5
		v-last   vendor  mac-src 02:aa:bb:ff:ff:ff tcp
		v-above  -       mac-src 02:aa:bc:00:00:00 tcp
		d-below  -       mac-dst 02:00:00:00:99:00 tcp
		d-one    one     mac-dst 02:00:00:00:99:01 tcp
		d-above  -       mac-dst 02:00:00:00:99:02 tcp
		mdns     no-mdns mac-dst 01:00:5e:00:00:fb ether 0x88b5
		mcast    groups  mac-dst 01:00:5e:00:00:fc ether 0x88b5
		mcast-ip -       mac-dst 01:00:5e:00:00:fc udp
		bcast    all     cast broadcast ether 0x88b5
		bcast-ip all     cast broadcast udp
		arp-b    arp     arp request
		arp-u    arp     arp request cast unicast
		t-below  -       ether 0x88b4
		t-first  types   ether 0x88b5
		t-last   types   ether 0x88b6
		t-above  -       ether 0x88b7
		llc      types   ether 4
		ipv6     -       src 2001:db8::1
	EOF
}

# The first that matches decides, of many that overlap.
order() {
	local i
	for ((i = 0; i < 200; i++)); do
		r "r$i" "$([ $((i % 2)) = 0 ] && echo accept || echo drop)" \
			"tcp: $((i * 10))-$((i * 10 + 14)), src: 10.0.0.0-10.0.$i.255"
	done
	check_frames drop <<-EOF
		0        r0      tcp dport 0 src 10.0.0.1
		14       r0      tcp dport 14 src 10.0.0.255
		14-1     r1      tcp dport 14 src 10.0.1.0
		15       r1      tcp dport 15 src 10.0.1.1
		24       r1      tcp dport 24 src 10.0.1.1
		24-2     r2      tcp dport 24 src 10.0.2.0
		25       r2      tcp dport 25 src 10.0.2.1
		25-3     -       tcp dport 25 src 10.0.3.1
		1984     r197    tcp dport 1984 src 10.0.0.1
		1984-198 r198    tcp dport 1984 src 10.0.198.1
		1985     r198    tcp dport 1985 src 10.0.0.1
		1995     r199    tcp dport 1995 src 10.0.199.1
		2004     r199    tcp dport 2004 src 10.0.0.0
		2004-200 -       tcp dport 2004 src 10.0.200.0
		2005     -       tcp dport 2005 src 10.0.199.1
		below    -       tcp dport 25 src 9.255.255.255
	EOF
}

# ---- disguises

# Each is a frame that is TCP to a port, or could be; R: it can be read, U: it
# cannot, N: it is something else.
x() { printf "%0$1x" "$2"; } # DIGITS NUMBER

tcp_header() { # PORT
	echo "c000$(x 4 "$1")00000000000000005002ffff00000000"
}

ip4_packet() { # FLAGS-AND-OFFSET PROTO PAYLOAD [LENGTH] [FIRST-BYTE] [OPTIONS]
	local options=${6-}
	local n=$((20 + (${#3} + ${#options}) / 2))
	echo "0800${5:-45}00$(x 4 "${4:-$n}")0000$(x 4 "$1")40$(x 2 "$2")0000c0000201c0000202$options$3"
}

ip6_packet() { # NEXT PAYLOAD [LENGTH]
	echo "86dd60000000$(x 4 "${3:-$((${#2} / 2))}")$(x 2 "$1")40$(
		)20010db800000000000000000000000120010db8000000000000000000000002$2"
}

# @N headers of options, and then TCP.
chain() { # N HEADER
	local n=$1 s=''
	for ((; n > 1; n--)); do
		s+="3c00010400000000"
	done
	echo "${s}0600010400000000$2"
}

disguises() { # PORT
	local p=$1 t packet
	t=$(tcp_header "$p")
	packet=$(ip4_packet 0 6 "$t")
	packet=${packet:4}
	cat <<-EOF
		plain       R tcp dport $p
		plain6      R tcp dport $p src 2001:db8::1
		priority    R tcp dport $p vlan 0
		priority7   R tcp dport $p vlan 0xe000
		tagged      R tcp dport $p vlan 5
		s-tagged    R tcp dport $p vlan 88a8.5
		two         R tcp dport $p vlan 88a8.5 vlan 6
		two-c       R tcp dport $p vlan 5 vlan 6
		two-0       R tcp dport $p vlan 0 vlan 0
		three       U tcp dport $p vlan 5 vlan 6 vlan 7
		old-qinq    U tcp dport $p vlan 9100.5
		snap        U tcp dport $p snap
		snap6       U tcp dport $p snap src 2001:db8::1
		tagged-snap U tcp dport $p snap vlan 5
		pppoe       U tcp dport $p pppoe
		pppoe6      U tcp dport $p pppoe src 2001:db8::1
		mpls        U tcp dport $p ether 0x8847
		first       R tcp dport $p fragment first
		first6      R tcp dport $p fragment first src 2001:db8::1
		later       U tcp dport $p fragment later
		later6      U tcp dport $p fragment later src 2001:db8::1
		tiny        U raw $(ip4_packet 0x2000 6 "${t:0:16}")
		tiny6       U raw $(ip6_packet 44 "0600000100000001${t:0:16}")
		overlap     U raw $(ip4_packet 1 6 "$t")
		atomic6     R raw $(ip6_packet 44 "0600000000000001$t")
		options     R raw $(ip4_packet 0 6 "$t" '' 46 01010101)
		most        R raw $(ip4_packet 0 6 "$t" '' 4f "$(printf '01%.0s' {1..40})")
		hopbyhop    R raw $(ip6_packet 0 "0600010400000000$t")
		routing     R raw $(ip6_packet 43 "0600000000000000$t")
		eight       R raw $(ip6_packet 60 "$(chain 8 "$t")")
		nine        U raw $(ip6_packet 60 "$(chain 9 "$t")")
		long        U raw $(ip6_packet 60 "06$(x 2 32)$(printf '00%.0s' {1..262})$t")
		cut-ip      U raw 0800450000
		cut-ip4     U tcp dport $p cut 33
		cut-ip6     U tcp dport $p cut 50 src 2001:db8::1
		cut-tcp     U tcp dport $p cut 40
		lie-more    U raw $(ip4_packet 0 6 "$t" 200)
		lie-more6   U raw $(ip6_packet 6 "$t" 200)
		lie-less    U raw $(ip4_packet 0 6 "$t" 20)
		lie-less6   U raw $(ip6_packet 6 "$t" 0)
		lie-none    U raw $(ip4_packet 0 6 "$t" 0)
		lie-ihl     U raw $(ip4_packet 0 6 "$t" '' 44)
		lie-version U raw $(ip4_packet 0 6 "$t" '' 65)
		lie-type    U raw 86dd$packet
		lie-llc     U raw 00ff$packet
		padded      R raw $(ip4_packet 0 6 "$t")$(printf '00%.0s' {1..30})
		padded6     R raw $(ip6_packet 6 "$t")$(printf '00%.0s' {1..30})
		udp         N udp dport $p
		esp         N proto 50
		esp6        N proto 50 src 2001:db8::1
		icmp        N icmp 8/0
		custom      N ether 0x88b5
		llc         N ether 4
		arp         N arp request
		source      N tcp sport $p dport 9999
		behind      N raw $(ip4_packet 0 17 "1111270f00080000$t")
	EOF
}

as_table() { # PORT READ UNREAD NEITHER
	disguises "$1" | sed -E "s/^([^ ]+ +)R /\1$2 /; s/^([^ ]+ +)U /\1$3 /; s/^([^ ]+ +)N /\1$4 /"
}

# Nothing gets past a rule that drops by being hard to read.
denied() {
	r no-ssh drop "tcp: 22"
	as_table 22 no-ssh '?no-ssh' - | check_frames accept
}

# And nothing gets in by a rule that accepts.
allowed() {
	r http accept "tcp: 80"
	as_table 80 http '?' - | check_frames drop
}

# What asks less has less that it cannot read.
ask_less() {
	r four accept "ether: ipv4"
	r six drop "ether: ipv6"
	check_frames drop <<-EOF
		later    four   tcp fragment later
		tiny     four   raw $(ip4_packet 0x2000 6 00)
		lie-more four   raw $(ip4_packet 0 6 00 200)
		later6   six    tcp fragment later src 2001:db8::1
		three    ?six   tcp vlan 5 vlan 6 vlan 7
		snap     ?six   tcp snap
		pppoe    -      tcp pppoe
		custom   -      ether 0x88b5
	EOF
}

# A rule behind one that could not be read may still decide.
passed_over() {
	r web accept "tcp: 80"
	r net accept "src: 192.0.2.0/24"
	check_frames drop <<-EOF
		web      web    tcp dport 80
		net      net    tcp dport 81
		later    net    tcp fragment later
		later-x  ?      tcp fragment later src 198.51.100.1
		udp-x    -      udp fragment later src 198.51.100.1
		three    ?      tcp vlan 5 vlan 6 vlan 7
		pppoe    ?      tcp pppoe
		arp      -      arp request
	EOF
}

# What is dropped is told of once, whatever it was dropped for, and who sends what
# cannot be read besides.
told_once() {
	local json
	isolctl flush
	r no-dns drop "udp: 53"
	r web accept "tcp: 80"
	check_frames drop <<-EOF
		dns      no-dns  udp dport 53
		later    ?no-dns udp dport 53 fragment later
		three    ?no-dns vlan 5 vlan 6 vlan 7
		web      web     tcp dport 80
		later-w  ?       tcp dport 80 fragment later
		other    -       tcp dport 81
	EOF
	json=$(isolctl -j status) || fail "status: exit status $?"
	diff <(jq -r '.drops[] | "\(.rule // .port // .bridge) \(.reason) \(.packets)"' <<<"$json" | sort
		jq -r '.unparsed[] | "\(.port) \(.reason) \(.packets)"' <<<"$json") - <<-EOF ||
		br0 unparsed 1
		no-dns rule 3
		p-a bridge-default 1
		p-a unparsed 3
	EOF
		fail "status: $json"
	isolctl status | grep -q 'unparsed: 3 dropped frames of p-a on br0 could not be read'
}

# To and from the host, and out of quarantine, rules ask about frames as well.
host_paths() {
	frames() {
		cat <<-EOF
			in80    a host tcp dport 80
			in81    a host tcp dport 81
			in-arp  a host arp request
			out80   host a tcp sport 80
			out81   host a tcp sport 81
			six     a host tcp dport 80 src 2001:db8::1
		EOF
	}
	policy <<-EOF
		isol: 1
		bridges: {br0: {}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		rules:
		  - {name: all, from: any, to: any, verdict: accept, stateless: true}
	EOF
	frames | craft "${ENDPOINTS[@]}" >/run/isol/craft
	must_fail grep -v pass /run/isol/craft
	policy <<-EOF
		isol: 1
		bridges: {br0: {}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		rules:
		  - {name: in, from: a, to: host, tcp: 80, src: 0.0.0.0/0, verdict: accept, stateless: true}
		  - {name: out, from: host, to: a, proto: tcp, sport: 80, verdict: accept, stateless: true}
		quarantine:
		  rules:
		    - {name: look, from: quarantined, to: host, arp: request, verdict: accept, stateless: true}
	EOF
	counting
	diff <(frames | craft "${ENDPOINTS[@]}") - <<-EOF || fail "not as expected"
		in80 pass
		in81 drop
		in-arp drop
		out80 pass
		out81 drop
		six drop
	EOF
	expect_counted rule <<-EOF
		rule in 1
		rule out 1
	EOF
	in_quarantine a
	counting
	diff <(frames | craft "${ENDPOINTS[@]}") - <<-EOF || fail "not as expected in quarantine"
		in80 drop
		in81 drop
		in-arp pass
		out80 drop
		out81 drop
		six drop
	EOF
	expect_counted rule <<-EOF
		rule look 1
	EOF
}

load_module || exit
topo a b
run_case ports ports
run_case addresses addresses
run_case headers headers
run_case tcp-flags tcp_flags
run_case icmp icmp
run_case arp arp
run_case layer2 layer2
run_case order order
run_case denied denied
run_case allowed allowed
run_case ask-less ask_less
run_case passed-over passed_over
run_case told-once told_once
run_case host-paths host_paths
isolctl flush
unload_module
