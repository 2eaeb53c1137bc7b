#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sets and remotes: frames with addresses, MAC addresses and ports at and beside the
# bounds of elements, sent over a bridge and its uplink: what arrives, which rule has
# counted it, and that isolctl says the same when it is asked. All of these frames
# arrive where the policy lets everything pass. Then sets that are too long for one
# message, and sets that reach into each other.
#
# timeout: 300
# not-on: 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

head=(
	'isol: 1'
	'bridges: {br0: {uplinks: [up0]}}'
	'bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}'
)

open_policy() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0], default: accept}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: all, from: any, to: any, verdict: accept, stateless: true}
		quarantine:
		  rules:
		    - {name: q, from: any, to: quarantined, verdict: accept, stateless: true}
		    - {name: p, from: quarantined, to: any, verdict: accept, stateless: true}
	EOF
}

the_policy() {
	{
		printf '%s\n' "${head[@]}"
		cat
	} >/run/isol/sets.yaml
	isolctl apply /run/isol/sets.yaml
}

# Send frames, and look at what becomes of each. Lines are
#	FRAME FROM TO BY WORD...
# where BY is a rule that accepts, -RULE one that drops, - the default, which drops,
# and ? the default for what cannot be read. Those whose words isolctl knows too are
# asked about as well.
frames_are() { # POLICY-COMMAND <<TABLE
	local frame from to by rest got line bad='' input='' i=0 verdict reason told
	local -a expected=() order=() ask=()
	local -A moved=()
	while read -r frame from to by rest; do
		[ -n "$frame" ] || continue
		order+=("$frame")
		input+="$frame $from $to $rest"$'\n'
		case $by in
		-) expected+=("$frame drop") reason=bridge-default line='' ;;
		\?) expected+=("$frame drop") reason=unparsed line='' ;;
		-*) expected+=("$frame drop") reason="rule ${by#-}" line="rule ${by#-}" ;;
		*) expected+=("$frame pass") reason="rule $by" line="rule $by" ;;
		esac
		[ -z "$line" ] || moved[$line]=$((${moved[$line]-0} + 1))
		[ "$to" != world ] || to=uplink
		[ "$from" != world ] || from=uplink
		ask+=("$from $to $reason ${expected[-1]#* } $rest")
	done
	open_policy
	craft "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	while read -r frame verdict; do
		[ "$verdict" = pass ] || bad+=" $frame"
	done </run/isol/craft
	[ -z "$bad" ] || fail "dropped though all may pass:$bad"

	"$1"
	counting
	craft "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	while read -r got; do
		[ "$got" = "${expected[i]}" ] || bad+=" expected ${expected[i]}, got $got;"
		i=$((i + 1))
	done </run/isol/craft
	[ "$i" = "${#expected[@]}" ] || bad+=" $i of ${#expected[@]} are known of"
	[ -z "$bad" ] || fail "frames:$bad"
	for line in "${!moved[@]}"; do
		echo "$line ${moved[$line]}"
	done | expect_counted rule

	for line in "${ask[@]}"; do
		read -r from to reason verdict rest <<<"$line"
		[ "$reason" != rule ] || {
			by=$verdict
			read -r verdict rest <<<"$rest"
		}
		[ "$verdict" = drop ] || verdict=accept
		[[ $rest = src* ]] || continue
		read -ra words <<<"$rest"
		ask_why "$from" "$to" "${words[@]}"
		[ "$told" = "$verdict $reason${by:+ $by}" ] ||
			bad+=" why $from $to $rest: $told;"
		by=
	done
	[ -z "$bad" ] || fail "why:$bad"
}

# ---- what rules ask for

value_sets() {
	the_policy <<-EOF
		sets:
		  nets: {addresses: [10.1.0.0/16, 10.1.2.0/24, 192.0.2.5, 10.5.0.7-10.5.0.9, "2001:db8:1::/48"]}
		  odd: {addresses: [10.1.2.3]}
		  none: {addresses: []}
		  nics: {macs: ["02:00:00:00:5f:61", "06:00:00:00:10:00-06:00:00:00:1f:ff"]}
		  web: {ports: [80, 8000-8009]}
		rules:
		  - {name: never, from: a, to: b, dst: {set: none}, verdict: drop, stateless: true}
		  - {name: odd, from: a, to: b, src: {set: odd}, verdict: drop, stateless: true}
		  - {name: nets, from: a, to: b, src: {set: [nets, none]}, verdict: accept, stateless: true}
		  - {name: beside, from: a, to: b, dst: {not: {set: nets}}, tcp: {set: web}, verdict: accept, stateless: true}
		  - {name: nic, from: a, to: c, src_mac: {set: nics}, verdict: accept, stateless: true}
		  - {name: all, from: b, to: a, src: {not: {set: none}}, verdict: accept, stateless: true}
	EOF
}

values() {
	frames_are value_sets <<-EOF
		low a b nets src 10.1.0.0 dst 10.1.1.1 udp
		high a b nets src 10.1.255.255 dst 10.1.1.1 udp
		below a b - src 10.0.255.255 dst 10.1.1.1 udp
		above a b - src 10.2.0.0 dst 10.1.1.1 udp
		inner a b nets src 10.1.2.4 dst 10.1.1.1 udp
		odd a b -odd src 10.1.2.3 dst 10.1.1.1 udp
		one a b nets src 192.0.2.5 dst 10.1.1.1 udp
		beside-one a b - src 192.0.2.6 dst 10.1.1.1 udp
		range-first a b nets src 10.5.0.7 dst 10.1.1.1 udp
		range-last a b nets src 10.5.0.9 dst 10.1.1.1 udp
		range-over a b - src 10.5.0.10 dst 10.1.1.1 udp
		six a b nets src 2001:db8:1:ffff::1 dst 2001:db8:1::2 udp
		six-over a b - src 2001:db8:2::1 dst 2001:db8:1::2 udp
		six-port a b beside src 2001:db8:2::1 dst 2001:db8:2::2 tcp dport 80
		port a b beside src 1.1.1.1 dst 10.2.0.0 tcp dport 8009
		port-over a b - src 1.1.1.1 dst 10.2.0.0 tcp dport 8010
		port-udp a b - src 1.1.1.1 dst 10.2.0.0 udp dport 80
		port-inside a b - src 1.1.1.1 dst 10.1.0.0 tcp dport 80
		fragment a b ? src 1.1.1.1 dst 10.2.0.0 tcp fragment later
		arp a b - arp reply sender 10.1.0.1 target 10.1.1.1
		hidden a b -never pppoe src 10.1.0.1 dst 10.1.1.1 udp
		nic a c nic udp
		nic-first a c nic udp mac-src 06:00:00:00:10:00
		nic-last a c nic udp mac-src 06:00:00:00:1f:ff
		nic-over a c - udp mac-src 06:00:00:00:20:00
		any b a all src 9.9.9.9 dst 8.8.8.8 udp
		any-six b a all src 2001:db8::1 dst 2001:db8::2 udp
		any-arp b a - arp request sender 9.9.9.9 target 8.8.8.8
	EOF
}

remote_sets() {
	the_policy <<-EOF
		remotes:
		  office: [10.9.0.0/24, "2001:db8:9::/64"]
		  bastion: [10.9.0.5]
		rules:
		  - {name: in, from: [office, b], to: a, verdict: accept, stateless: true}
		  - {name: ssh, from: bastion, to: members, tcp: 22, verdict: accept, stateless: true}
		  - {name: out, from: a, to: office, verdict: accept, stateless: true}
		  - {name: both, from: [bastion, uplink], to: c, verdict: accept, stateless: true}
		quarantine:
		  rules:
		    - {name: forensics, from: bastion, to: quarantined, tcp: 22, verdict: accept, stateless: true}
		    - {name: answers, from: quarantined, to: bastion, tcp: any, sport: 22, verdict: accept, stateless: true}
	EOF
}

remotes() {
	frames_are remote_sets <<-EOF
		in world a in src 10.9.0.0 dst 10.0.0.1 udp
		in-last world a in src 10.9.0.255 dst 10.0.0.1 udp
		in-over world a - src 10.9.1.0 dst 10.9.0.1 udp
		in-six world a in src 2001:db8:9::1 dst 2001:db8::1 udp
		in-six-over world a - src 2001:db8:9:1::1 dst 2001:db8::1 udp
		in-arp world a - arp reply sender 10.9.0.5 target 10.0.0.1
		in-hidden world a ? pppoe src 10.9.0.5 dst 10.0.0.1 udp
		group b a in src 1.1.1.1 dst 10.0.0.1 udp
		group-arp b a in arp request sender 1.1.1.1 target 10.0.0.1
		ssh world b ssh src 10.9.0.5 dst 10.0.0.2 tcp dport 22
		ssh-other world b - src 10.9.0.6 dst 10.0.0.2 tcp dport 22
		ssh-port world b - src 10.9.0.5 dst 10.0.0.2 tcp dport 23
		out a world out src 1.1.1.1 dst 10.9.0.9 udp
		out-over a world - src 10.9.0.9 dst 10.9.1.0 udp
		out-not a b - src 10.9.0.9 dst 10.9.0.9 udp
		both world c both src 1.1.1.1 dst 10.0.0.3 udp
		both-arp world c both arp request sender 1.1.1.1 target 10.0.0.3
	EOF
}

# shellcheck disable=SC2317 # called by frames_are
quarantine_policy() {
	remote_sets
	isolctl quarantine add a
}

quarantined() {
	frames_are quarantine_policy <<-EOF
		open world c both src 1.1.1.1 dst 10.0.0.3 udp
	EOF
	counting
	craft "${ENDPOINTS[@]}" <<-EOF >/run/isol/craft
		in world a src 10.9.0.5 dst 10.0.0.1 tcp dport 22
		other world a src 10.9.0.6 dst 10.0.0.1 tcp dport 22
		back a world src 10.0.0.1 dst 10.9.0.5 tcp sport 22
		elsewhere a world src 10.0.0.1 dst 10.9.0.6 tcp sport 22
		guest b a src 10.9.0.5 dst 10.0.0.1 tcp dport 22
	EOF
	diff /run/isol/craft - <<-EOF || fail "$(cat /run/isol/craft)"
		in pass
		other drop
		back pass
		elsewhere drop
		guest drop
	EOF
	expect_counted rule <<-EOF
		rule forensics 1
		rule answers 1
	EOF
	isolctl quarantine del a
}

# ---- many elements

far() {
	local i
	for ((i = 0; i < 2048; i++)); do
		echo $((20 + i / 128)).$((i % 128)).7.0/24
	done
	echo 2001:db8::/32
}

every_second() {
	local i
	for ((i = 0; i < 4096; i += 2)); do
		echo 10.0.$((i / 256)).$((i % 256))
	done
	echo 10.0.0.0
}

every_third() {
	seq 1 3 3000
	echo 65535
}

listed() { # COMMAND: what it prints, as a list
	"$1" | sed 's/.*/"&"/' | paste -sd,
}

long_policy() {
	the_policy <<-EOF
		sets:
		  far: {addresses: [$(listed far)]}
		  long: {addresses: [$(listed every_second)]}
		  ports: {ports: [$(listed every_third)]}
		rules:
		  - {name: far, from: a, to: b, dst: {set: far}, verdict: accept, stateless: true}
		  - {name: long, from: a, to: b, src: {set: long}, verdict: accept, stateless: true}
		  - {name: ports, from: a, to: b, udp: {set: ports}, verdict: accept, stateless: true}
	EOF
}

long() {
	frames_are long_policy <<-EOF
		far-first a b far src 1.1.1.1 dst 20.0.7.0 tcp
		far-last a b far src 1.1.1.1 dst 35.127.7.255 tcp
		far-over a b - src 1.1.1.1 dst 35.127.8.0 tcp
		far-beside a b - src 1.1.1.1 dst 35.127.6.255 tcp
		long-last a b long src 10.0.15.254 dst 1.1.1.1 tcp
		long-odd a b - src 10.0.15.255 dst 1.1.1.1 tcp
		long-mid a b long src 10.0.7.128 dst 1.1.1.1 tcp
		ports-last a b ports src 1.1.1.1 dst 1.1.1.1 udp dport 2998
		ports-over a b - src 1.1.1.1 dst 1.1.1.1 udp dport 2999
		ports-top a b ports src 1.1.1.1 dst 1.1.1.1 udp dport 65535
	EOF
	# what is told, in several messages each, is what was said, in its order
	isolctl -j show | jq '.sets | map({(.name): .elements}) | add' >/run/isol/told
	[ "$(isolctl -j status | jq .sets)" = 3 ] || fail "status: $(isolctl -j status)"
	diff <(jq -r '.far[]' </run/isol/told) <(far) >&2 || fail far
	diff <(jq -r '.long[]' </run/isol/told) <(every_second) >&2 || fail long
	diff <(jq -r '.ports[]' </run/isol/told) <(every_third) >&2 || fail ports
}

# A rule that asks for what comes to too much is refused, and the policy stays.
entangled() {
	local i j sets=''
	value_sets
	for ((i = 0; i < 12; i++)); do
		sets+="  s$i: {addresses: ["
		for ((j = 0; j < 4096; j++)); do
			[ $((j >> i & 1)) = 0 ] || sets+="10.0.$((j >> 8)).$((j & 255)), "
		done
		sets+="]}"$'\n'
	done
	{
		printf '%s\n' "${head[@]}" sets:
		printf '%s' "$sets"
		echo 'rules:'
		for ((i = 0; i < 12; i++)); do
			echo "  - {name: r$i, from: a, to: b, src: {set: s$i}, verdict: accept, stateless: true}"
		done
	} >/run/isol/entangled.yaml
	must_fail isolctl apply /run/isol/entangled.yaml 2>/run/isol/said
	grep -q "rule 'r[0-9]*' asks for 1 sets ('s[0-9]*').*1024 combinations" /run/isol/said ||
		fail "$(cat /run/isol/said)"
	[ "$(isolctl -j status | jq .sets)" = 5 ] || fail "the policy has not stayed"
}

load_module || exit
topo -u up0:world a b c
run_case values values
run_case remotes remotes
run_case quarantined quarantined
run_case long long
run_case entangled entangled
