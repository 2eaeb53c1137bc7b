#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Named sets and remotes: which frames are of them and which are not, over real
# bridges, by what arrives, what rules have counted, and what isolctl says when it is
# asked; that they come back as they were given; and that they can be changed one by
# one, in any number, and while frames go by.
#
# timeout: 400
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

# The address that a guest's frames come from, as guests() has made it.
mac_of() { # NS
	local ns=_$1
	printf '02:00:00:00:%02x:%02x\n' "'${ns: -2}" "'${ns: -1}"
}

base_policy() { # DEFAULT [SECTION...]
	local default=$1
	shift
	printf '%s\n' 'isol: 1' \
		"bridges: {br0: {uplinks: [up0], default: $default}}" \
		'bindings: {a: {port: p-a}, b: {port: p-b, groups: [front]}, c: {port: p-c}}' "$@"
}

put() { # DEFAULT [SECTION...]
	base_policy "$@" >/run/isol/policy.yaml
	isolctl apply /run/isol/policy.yaml
}

# Send the frames of a table and look at what becomes of each. Its lines are
#	FRAME FROM TO BY WORD...
# where BY is the rule that decides and its verdict, RULE+ or RULE-, or - for the
# default, which drops, or ? for the default for what nobody can read. They are sent
# once more when all may pass: then all arrive.
check_frames() { # <<TABLE
	local frame from to by rest input='' order=() i bad='' got verdict want told
	local -A by_of=() ends=() words=() moved=()
	while read -r frame from to by rest; do
		[ -n "$frame" ] || continue
		order+=("$frame")
		by_of[$frame]=$by
		ends[$frame]="$from $to"
		words[$frame]=$rest
		input+="$frame $from $to $rest"$'\n'
	done
	counting
	craft "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	i=0
	while read -r frame got; do
		by=${by_of[$frame]}
		[[ $by = *+ ]] && verdict=pass || verdict=drop
		[ "$got" = $verdict ] || bad+=" $frame: expected $verdict, got $got;"
		[[ $by = [-?] ]] || moved[${by%[+-]}]=$((${moved[${by%[+-]}]-0} + 1))
		i=$((i + 1))
	done </run/isol/craft
	[ -z "$bad" ] || fail "frames:$bad"
	[ $i = ${#order[@]} ] || fail "$i frames of ${#order[@]}"
	want=''
	for by in "${!moved[@]}"; do
		want+="rule $by ${moved[$by]}"$'\n'
	done
	expect_counted rule <<<"$want"

	for frame in "${order[@]}"; do
		# what isolctl has no words for
		[[ ${words[$frame]} != *pppoe* ]] || continue
		by=${by_of[$frame]}
		case $by in
		-) want='drop bridge-default' ;;
		*+) want="accept rule ${by%+}" ;;
		*-) want="drop rule ${by%-}" ;;
		esac
		read -r from to <<<"${ends[$frame]}"
		from=${from/world/uplink} to=${to/world/uplink}
		rest=${words[$frame]//mac-src/src-mac}
		rest=${rest/arp request/arp op request} rest=${rest/sender/arp-sender}
		rest=${rest/target/arp-target}
		# shellcheck disable=SC2086 # words
		ask_why "$from" "$to" $rest
		[ "$told" = "$want" ] || bad+=" $frame: expected '$want', got '$told';"
	done
	[ -z "$bad" ] || fail "why:$bad"

	isolctl apply - <<<"$(base_policy accept)" >/dev/null
	craft "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	! grep -v ' pass$' /run/isol/craft || fail "dropped though all may pass"
	isolctl apply /run/isol/policy.yaml >/dev/null
	echo "    ${#order[@]} frames"
}

# Endpoints behind an uplink are known by their addresses, there and nowhere else.
remotes() {
	put drop 'remotes:' \
		'  bastion: [10.9.0.5, "fd09::5"]' \
		'  corp: {addresses: [10.0.0.0/8, 10.1.0.0/16, "fd00::/8", "fd00:1::/32"], comment: "nested"}' \
		'rules:' \
		'- {name: ssh, from: bastion, to: [a, b], tcp: 22, verdict: accept, stateless: true}' \
		'- {name: back, from: members, to: bastion, tcp: any, sport: 22, verdict: accept, stateless: true}' \
		'- {name: no-hr, from: uplink, to: b, src: 10.1.2.0/24, verdict: drop, stateless: true}' \
		'- {name: corp-web, from: [corp, c], to: b, tcp: 80, verdict: accept, stateless: true}' \
		'- {name: no-corp, from: corp, to: c, verdict: drop, stateless: true}'
	check_frames <<-EOF
		ssh     world a ssh+      tcp src 10.9.0.5 dst 10.30.0.1 dport 22
		ssh6    world b ssh+      tcp src fd09::5 dst fd30::1 dport 22
		port    world a -         tcp src 10.9.0.5 dst 10.30.0.1 dport 23
		udp     world a -         udp src 10.9.0.5 dst 10.30.0.1 dport 22
		below   world a -         tcp src 10.9.0.4 dst 10.30.0.1 dport 22
		above   world a -         tcp src 10.9.0.6 dst 10.30.0.1 dport 22
		below6  world a -         tcp src fd09::4 dst fd30::1 dport 22
		above6  world a -         tcp src fd09::6 dst fd30::1 dport 22
		not-c   world c no-corp-  tcp src 10.9.0.5 dst 10.30.0.1 dport 22
		spoof   b a     -         tcp src 10.9.0.5 dst 10.30.0.1 dport 22
		spoof6  c a     -         tcp src fd09::5 dst fd30::1 dport 22
		asdst   world a -         tcp dst 10.9.0.5 src 10.30.0.1 dport 22
		back    a world back+     tcp sport 22 dst 10.9.0.5 src 10.30.0.1
		back6   c world back+     tcp sport 22 dst fd09::5 src fd30::1
		back-to a world -         tcp sport 22 dst 10.9.0.6 src 10.30.0.1
		back-gu a b     -         tcp sport 22 dst 10.9.0.5 src 10.30.0.1
		web     world b corp-web+ tcp src 10.1.0.1 dport 80 dst 10.30.0.1
		web6    world b corp-web+ tcp src fd00:1::1 dport 80 dst fd30::1
		web-out world b corp-web+ tcp src 10.2.0.1 dport 80 dst 10.30.0.1
		web-top world b corp-web+ tcp src 10.255.255.255 dport 80 dst 10.30.0.1
		web-bey world b -         tcp src 11.0.0.0 dport 80 dst 10.30.0.1
		web-v6  world b -         tcp src fe00::1 dport 80 dst fd30::1
		web-c   c b     corp-web+ tcp src 192.0.2.1 dport 80 dst 10.30.0.1
		web-a   a b     -         tcp src 10.1.0.1 dport 80 dst 10.30.0.1
		hr      world b no-hr-    tcp src 10.1.2.3 dport 80 dst 10.30.0.1
		drop    world c no-corp-  udp src 10.1.2.3 dport 80 dst 10.30.0.1
		arp     world c -         arp request sender 10.1.2.3 target 10.30.0.1
	EOF
	# what nobody can read is of no remote that is let in, and of any that is not
	counting
	craft "${ENDPOINTS[@]}" <<-EOF >/run/isol/craft
		hidden world a pppoe tcp src 10.9.0.5 dst 10.30.0.1 dport 22
		hidden2 world c pppoe tcp src 192.0.2.1 dst 10.30.0.1 dport 22
	EOF
	[ "$(sort /run/isol/craft)" = $'hidden drop\nhidden2 drop' ] || fail "$(cat /run/isol/craft)"
	expect_counted -s rule port <<-EOF
		rule no-corp 1
		port up0 unparsed drop 2
	EOF
	why_depends uplink a
}

why_depends() { # FROM TO
	local json
	json=$(isolctl -j why "$1" "$2")
	[[ $json =~ \"depends\":\ ?true ]] || fail "why $1 $2: expected that it depends, got $json"
}

# Real packets, of hosts with several addresses in one place.
pings() {
	put drop 'remotes: {bastion: [10.30.0.5, 10.30.0.64/26]}' 'rules:' \
		'- {name: arp, from: any, to: any, arp: any, verdict: accept, stateless: true}' \
		'- {name: in, from: bastion, to: a, icmp: echo-request, verdict: accept, stateless: true}' \
		'- {name: out, from: a, to: bastion, icmp: echo-reply, verdict: accept, stateless: true}'
	ip -n world -batch - <<-EOF
		addr add 10.30.0.5/24 dev eth0
		addr add 10.30.0.6/24 dev eth0
		addr add 10.30.0.99/24 dev eth0
	EOF
	ip -n a addr add 10.30.0.1/24 dev eth0
	ip -n b addr add 10.30.0.7/24 dev eth0
	counting
	in_ns world ping -q -c 3 -W 5 -I 10.30.0.5 10.30.0.1
	in_ns world ping -q -c 3 -W 5 -I 10.30.0.99 10.30.0.1
	must_fail in_ns world ping -q -c 2 -W 1 -I 10.30.0.6 10.30.0.1
	expect_counted -s rule bridge <<-EOF
		rule in 6
		rule out 6
		bridge br0 bridge-default drop 2
	EOF
	# a guest with the bastion's address is not the bastion
	ip -n b addr add 10.30.0.65/32 dev eth0
	counting
	must_fail in_ns b ping -q -c 2 -W 1 -I 10.30.0.65 10.30.0.1
	expect_counted -s rule bridge <<-EOF
		rule in 0
		bridge br0 bridge-default drop 2
	EOF
	isolctl remote element add bastion 10.30.0.6
	in_ns world ping -q -c 1 -W 5 -I 10.30.0.6 10.30.0.1
	isolctl remote element del bastion 10.30.0.5,10.30.0.99
	must_fail in_ns world ping -q -c 1 -W 1 -I 10.30.0.5 10.30.0.1
	must_fail in_ns world ping -q -c 1 -W 1 -I 10.30.0.99 10.30.0.1
	[ "$(isolctl -j remote show bastion | jq -c '.[0].elements')" = \
		'["10.30.0.64-10.30.0.98","10.30.0.100-10.30.0.127","10.30.0.6"]' ] ||
		fail "$(isolctl -j remote show bastion)"
	for ns in world a b; do
		ip -n $ns addr flush dev eth0
	done
}

# Sets of addresses, MAC addresses and ports; several of them, none of them, and both a
# set and values.
sets() {
	local a b
	a=$(mac_of a) b=$(mac_of b)
	put drop 'remotes: {corp: [10.0.0.0/8]}' 'sets:' \
		'  blocklist: {addresses: [192.0.2.0/24, 198.51.100.1-198.51.100.9, "2001:db8::/32"]}' \
		'  other: {addresses: [203.0.113.7]}' \
		'  web: {ports: [80, 443, 8000-8010]}' \
		"  routers: {macs: [\"$a\", \"52:54:00:00:00:00/24\", \"02:00:00:00:99:01-02:00:00:00:99:05\"]}" \
		'  none: {addresses: []}' \
		'rules:' \
		'- {name: bad, from: uplink, to: any, src: {set: blocklist}, verdict: drop, stateless: true}' \
		'- {name: w, from: uplink, to: b, tcp: {set: web}, src: {not: {set: [blocklist, other]}}, verdict: accept, stateless: true}' \
		'- {name: high, from: uplink, to: b, tcp: {not: {set: web}}, src: {set: corp, and: {not: 10.1.2.3}}, verdict: accept, stateless: true}' \
		'- {name: empty, from: uplink, to: b, src: {set: none}, verdict: accept, stateless: true}' \
		'- {name: full, from: uplink, to: c, src: {not: {set: none}}, verdict: accept, stateless: true}' \
		'- {name: m, from: any, to: c, src_mac: {set: routers}, verdict: accept, stateless: true}' \
		'- {name: nm, from: any, to: a, udp: any, sport: {set: web}, src_mac: {not: {set: routers}}, verdict: accept, stateless: true}'
	check_frames <<-EOF
		b0     world b bad-   tcp src 192.0.2.0 dst 10.30.0.1 dport 443
		b255   world b bad-   udp src 192.0.2.255 dst 10.30.0.1
		b1     world b bad-   udp src 198.51.100.1 dst 10.30.0.1
		b9     world b bad-   udp src 198.51.100.9 dst 10.30.0.1
		b6     world a bad-   udp src 2001:db8:ffff::1 dst fd30::1
		w443   world b w+     tcp src 192.0.3.0 dst 10.30.0.1 dport 443
		w80    world b w+     tcp src 198.51.100.10 dst 10.30.0.1 dport 80
		w8010  world b w+     tcp src 198.51.100.0 dst 10.30.0.1 dport 8010
		w6     world b w+     tcp src 2001:db9::1 dst fd30::1 dport 8005
		other  world b -      tcp src 203.0.113.7 dst 10.30.0.1 dport 443
		next   world b w+     tcp src 203.0.113.8 dst 10.30.0.1 dport 443
		w8011  world b -      tcp src 192.0.3.0 dst 10.30.0.1 dport 8011
		high   world b high+  tcp src 10.1.2.4 dst 10.30.0.1 dport 8011
		high2  world b -      tcp src 10.1.2.3 dst 10.30.0.1 dport 8011
		high3  world b -      tcp src 11.1.2.4 dst 10.30.0.1 dport 8011
		guest  a b     -      tcp src 192.0.3.0 dst 10.30.0.1 dport 443
		full   world c full+  udp src 192.0.3.1 dst 10.30.0.1
		full6  world c full+  udp src fd00::1 dst fd30::1
		noip   world c -      ether 0x88b5
		mac-a  a c     m+     udp mac-src $a src 10.1.1.1 dst 10.30.0.1
		mac-b  b c     -      udp mac-src $b src 10.1.1.1 dst 10.30.0.1
		mac-v  b c     m+     udp mac-src 52:54:00:ff:ff:ff src 10.1.1.1 dst 10.30.0.1
		mac-w  b c     -      udp mac-src 52:54:01:00:00:00 src 10.1.1.1 dst 10.30.0.1
		mac-r  b c     m+     arp request mac-src 02:00:00:00:99:05 sender 10.1.1.1 target 10.30.0.1
		mac-s  b c     -      udp mac-src 02:00:00:00:99:06 src 10.1.1.1 dst 10.30.0.1
		nm     b a     nm+    udp mac-src $b sport 80 src 10.1.1.1 dst 10.30.0.1
		nm2    b a     -      udp mac-src $b sport 81 src 10.1.1.1 dst 10.30.0.1
		nm3    b a     -      udp mac-src 52:54:00:00:00:09 sport 80 src 10.1.1.1 dst 10.30.0.1
	EOF
}

# Who looks into a quarantined guest comes from where the operator said.
forensics() {
	put accept 'remotes: {bastion: [10.9.0.5]}' 'quarantine: {rules: [' \
		'  {name: forensics, from: bastion, to: quarantined, tcp: 22, verdict: accept, stateless: true},' \
		'  {name: answers, from: quarantined, to: bastion, tcp: any, sport: 22, verdict: accept, stateless: true}]}'
	local table='in world a tcp src 10.9.0.5 dst 10.30.0.1 dport 22
		other world a tcp src 10.9.0.6 dst 10.30.0.1 dport 22
		port world a tcp src 10.9.0.5 dst 10.30.0.1 dport 23
		guest b a tcp src 10.9.0.5 dst 10.30.0.1 dport 22
		out a world tcp sport 22 dst 10.9.0.5 src 10.30.0.1
		away a world tcp sport 22 dst 10.9.0.6 src 10.30.0.1'
	craft "${ENDPOINTS[@]}" <<<"$table" >/run/isol/craft
	! grep -v ' pass$' /run/isol/craft || fail "not quarantined, and dropped"
	isolctl quarantine add a
	counting
	craft "${ENDPOINTS[@]}" <<<"$table" >/run/isol/craft
	[ "$(cat /run/isol/craft)" = $'in pass\nother drop\nport drop\nguest drop\nout pass\naway drop' ] ||
		fail "$(cat /run/isol/craft)"
	expect_counted rule port <<-EOF
		rule forensics 1
		rule answers 1
		port up0 quarantine-rule accept 1
		port up0 quarantine drop 2
		port p-b quarantine drop 1
		port p-a quarantine-rule accept 1
		port p-a quarantine drop 1
	EOF
	isolctl quarantine del a
}

# 20,000 prefixes, in a file of their own.
many() {
	local start end i list=/run/isol/blocklist.txt
	# 1.0.0.0/24, 1.0.2.0/24, ...: each other one
	for ((i = 0; i < 20000; i++)); do
		echo "$((1 + i / 32768)).$((i / 128 % 256)).$((i % 128 * 2)).0/24 # $i"
	done >$list
	echo '2001:db8::/32' >>$list
	start=$(date +%s%N)
	put drop "sets: {blocklist: {addresses: {file: blocklist.txt}}}" 'rules:' \
		'- {name: bad, from: uplink, to: any, src: {set: blocklist}, verdict: drop, stateless: true}' \
		'- {name: good, from: uplink, to: [a, b], verdict: accept, stateless: true}'
	end=$(date +%s%N)
	echo "    applied in $(((end - start) / 1000000)) ms"
	[ "$(isolctl -j set show blocklist | jq '.[0].elements | length')" = 20001 ] ||
		fail "$(isolctl set show | head -2)"
	check_frames <<-EOF
		first  world a bad-  udp src 1.0.0.0 dst 10.30.0.1
		last   world a bad-  udp src 1.0.0.255 dst 10.30.0.1
		gap    world a good+ udp src 1.0.1.0 dst 10.30.0.1
		next   world a bad-  udp src 1.0.2.0 dst 10.30.0.1
		below  world a good+ udp src 0.255.255.255 dst 10.30.0.1
		mid    world b bad-  udp src 1.77.100.7 dst 10.30.0.1
		mid2   world b good+ udp src 1.77.101.7 dst 10.30.0.1
		end    world b bad-  udp src 1.156.62.255 dst 10.30.0.1
		end2   world b good+ udp src 1.156.63.0 dst 10.30.0.1
		v6     world b bad-  udp src 2001:db8:1::1 dst fd30::1
		v6b    world b good+ udp src 2001:db9::1 dst fd30::1
	EOF
	# what is saved is the same, elements and all
	isolctl save /run/isol/saved.yaml
	[ "$(grep -c '^    - ' /run/isol/saved.yaml)" = 20001 ] || fail "$(head /run/isol/saved.yaml)"
	isolctl apply /run/isol/saved.yaml | grep '^unchanged' || fail "save and apply is a change"
	isolctl apply /run/isol/policy.yaml | grep '^unchanged' || fail "apply again is a change"
	isolctl apply --dry-run /run/isol/saved.yaml | grep '^unchanged' || fail "dry run"
	# let one go, by itself
	isolctl set element del blocklist 1.0.0.9
	frame_gets drop 1.0.0.8
	frame_gets pass 1.0.0.9
	frame_gets drop 1.0.0.10
	isolctl apply --dry-run /run/isol/saved.yaml | grep '^change set blocklist: addresses$' ||
		fail "the change is not seen"
	isolctl set element add blocklist 1.0.0.9
	frame_gets drop 1.0.0.9
	isolctl apply /run/isol/saved.yaml | grep '^unchanged' || fail "in pieces it is the same"
}

frame_gets() { # pass|drop SOURCE
	craft "${ENDPOINTS[@]}" <<<"f world a udp src $2 dst 10.30.0.1" >/run/isol/craft
	[ "$(cat /run/isol/craft)" = "f $1" ] || fail "$2: expected $1, got '$(cat /run/isol/craft)'"
}

# Sets are replaced while frames go by: none is lost that is always allowed, and none
# passes that never is.
replaced() {
	local a i n list=/run/isol/macs.txt
	a=$(mac_of a)
	put drop "sets: {m: {macs: [\"$a\"]}}" 'rules:' \
		'- {name: m, from: [a, c], to: b, src_mac: {set: m}, verdict: accept, stateless: true}'
	blast_start -i 2 -k unicast -p a:b,c:b
	n=$(times 12)
	for ((i = 1; i <= n; i++)); do
		{
			seq -f '52:54:00:00:%02.0f:00/40' 1 $((i % 4 * 20 + 1))
			echo "$a"
			[ $((i % 2)) = 0 ] || echo "02:00:00:00:00:00-$a"
		} >$list
		put drop 'sets: {m: {macs: {file: macs.txt}}}' 'rules:' \
			'- {name: m, from: [a, c], to: b, src_mac: {set: m}, verdict: accept, stateless: true}' \
			>/dev/null
		isolctl set element add m 02:11:00:00:00:00/24 >/dev/null
	done
	blast_stop
	blasted a b all
	blasted c b none
}

# Sets one by one, from the command line.
commands() {
	local generation said
	put drop
	isolctl set add web ports 80,443 8000-8010 comment 'of the web'
	isolctl set add web ports 8000-8010 443 80 comment 'of the web' | grep ^unchanged
	must_fail isolctl set add web ports 80
	must_fail isolctl set add web macs 52:54:00:00:00:01
	must_fail isolctl remote add web 10.0.0.1
	must_fail isolctl set add a ports 1
	must_fail isolctl group add web
	isolctl set add bl addresses 192.0.2.0/24 2001:db8::/32
	isolctl remote add bastion 10.9.0.5 comment x
	isolctl rule add ssh from bastion to a tcp dport 22 accept stateless
	isolctl rule add w from uplink to b tcp dport @web src not @bl,@bastion accept stateless
	isolctl rule add n from uplink to c src @bl and not 192.0.2.1 dst-mac not 52:54:00:00:00:01 accept stateless
	[ "$(isolctl -j rule show w | jq -c '.[0] | [.tcp, .src]')" = \
		'[{"set":["web"]},{"not":{"set":["bl","bastion"]}}]' ] || fail "$(isolctl -j rule show w)"
	isolctl rule show w | grep -q 'tcp dport @web src not @bl,@bastion' || fail "$(isolctl rule show w)"
	isolctl rule show n | grep -q 'src @bl and not 192.0.2.1 ' || fail "$(isolctl rule show n)"
	isolctl show sets | grep -qE '^web +ports +3 +80,443,8000-8010 +1 +of the web' ||
		fail "$(isolctl show sets)"
	isolctl show remotes | grep -qE '^bastion +addresses +1 +10.9.0.5 +2 +x' ||
		fail "$(isolctl show remotes)"
	base_policy drop >/run/isol/policy.yaml
	isolctl save /run/isol/policy.yaml
	check_frames <<-EOF
		ssh  world a ssh+ tcp src 10.9.0.5 dst 10.30.0.1 dport 22
		ssh2 world a -    tcp src 10.9.0.6 dst 10.30.0.1 dport 22
		w    world b w+   tcp src 10.9.0.6 dst 10.30.0.1 dport 8001
		w2   world b -    tcp src 10.9.0.5 dst 10.30.0.1 dport 8001
		n    world c n+   udp src 192.0.2.2 dst 10.30.0.1
		n2   world c -    udp src 192.0.2.1 dst 10.30.0.1
	EOF
	isolctl apply /run/isol/policy.yaml | grep ^unchanged
	# what is in use stays, and what is not there is not removed
	generation=$(isolctl -j status | jq .generation)
	said=$(must_fail isolctl set del web 2>&1)
	[[ $said = *"set 'web' is in use: by rule w"* ]] || fail "$said"
	must_fail isolctl remote del bastion
	must_fail isolctl set del nope
	must_fail isolctl set element add nope 1
	# each by its own word
	said=$(must_fail isolctl set element add bastion 10.9.9.9 2>&1)
	[[ $said = *"'bastion' is a remote: isolctl remote element"* ]] || fail "$said"
	must_fail isolctl remote element add web 80
	must_fail isolctl set element add web 70000
	must_fail isolctl set element del web 80,81
	must_fail isolctl set element add web
	must_fail isolctl rule add x from uplink to a src @nope accept stateless
	must_fail isolctl rule add x from uplink to a src @web accept stateless
	must_fail isolctl rule add x from bl to a accept stateless
	must_fail isolctl why uplink a src @bl
	isolctl set element add web 80 | grep ^unchanged
	[ "$(isolctl -j status | jq .generation)" = "$generation" ] || fail "something has changed"
	isolctl rule del w
	isolctl set del web
	isolctl -j status | jq -e '.sets == 1 and .remotes == 1' >/dev/null || fail "$(isolctl status)"
	isolctl status | grep -q ", 1 remote, 1 set, "
	# who has a name is said, not who is to get it
	says() { # MESSAGE COMMAND...
		local message=$1
		shift
		said=$(must_fail "$@" 2>&1)
		[[ $said = *"$message"* ]] || fail "$*: $said"
	}
	says "there is a set 'bl' already; expected another name for the binding" \
		isolctl bind add bl port px
	says "there is a remote 'bastion' already; expected another name for the set" \
		isolctl set add bastion ports 1
	says "there is a binding 'a' already; expected another name for the group" isolctl group add a
	isolctl group add fresh
	isolctl group del fresh
	says "'bastion' is a remote: ask about 'uplink'" isolctl why bastion a
	says "'bl' is a set, which is no end" isolctl why a bl
	says "'deny' is no verdict; say drop or reject" isolctl rule add x from a to b deny stateless
	says "'allow' is no verdict; say accept" isolctl rule add x from a to b allow stateless
}

# What is no policy changes nothing.
refused() {
	local before generation
	put drop 'sets: {s: {addresses: [10.0.0.1]}}' 'rules:' \
		'- {name: r, from: uplink, to: a, src: {set: s}, verdict: accept, stateless: true}'
	before=$(isolctl save)
	generation=$(isolctl -j status | jq .generation)
	refuse() { # MESSAGE SECTION...
		local message=$1 said
		shift
		base_policy drop "$@" >/run/isol/bad.yaml
		said=$(isolctl apply /run/isol/bad.yaml 2>&1) && fail "$*: taken"
		[[ $said = *"$message"* ]] || fail "$*: $said"
	}
	echo $'10.0.0.1\n10.0.0.300' >/run/isol/bad.txt
	refuse '/run/isol/bad.txt:2:1: error: '\''10.0.0.300'\''' 'sets: {s: {addresses: {file: bad.txt}}}'
	refuse 'no set '\''wbe'\'' in the policy; did you mean '\''web'\''?' 'sets: {web: {ports: [1]}}' \
		'rules: [{name: r, from: a, to: b, tcp: {set: wbe}, verdict: accept, stateless: true}]'
	refuse 'which is of ports' 'sets: {s: {ports: [1]}}' 'rules:' \
		'- {name: r, from: a, to: b, src: {set: s}, verdict: accept, stateless: true}'
	refuse 'has the name of a binding' 'sets: {a: {ports: [1]}}'
	refuse 'a set among values' 'sets: {s: {addresses: [10.0.0.1]}}' 'rules:' \
		'- {name: r, from: a, to: b, src: [10.0.0.2, {set: s}], verdict: accept, stateless: true}'
	refuse 'is a set, which is no endpoint' 'sets: {s: {addresses: [10.0.0.1]}}' 'rules:' \
		'- {name: r, from: s, to: b, verdict: accept, stateless: true}'
	refuse 'only joins uplinks and the host' 'remotes: {s: [10.0.0.1]}' 'rules:' \
		'- {name: r, from: s, to: host, verdict: accept, stateless: true}'
	base_policy drop 'sets: {s: {addresses: {file: /etc/hostname}}}' |
		{ ! isolctl apply - 2>/run/isol/said; } || fail "a file by way of the standard input"
	grep -q "'file' in a policy that comes from no file itself" /run/isol/said
	[ "$(isolctl save)" = "$before" ] || fail "the policy is another"
	[ "$(isolctl -j status | jq .generation)" = "$generation" ] || fail "there was a commit"
	frame_gets pass 10.0.0.1
	frame_gets drop 10.0.0.2
}

load_module || exit
topo -u up0:world a b c
run_case remotes remotes
run_case pings pings
run_case sets sets
run_case forensics forensics
run_case many many
run_case replaced replaced
run_case commands commands
run_case refused refused
