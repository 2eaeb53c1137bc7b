#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Commands that change a part of the policy: what they warn of, and what they do to the rest.
#
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

# shellcheck disable=SC2119 # no parameters
load_module || exit
topo -u up0:world a b

# What a command says on its standard error, while it does what it is to.
warns() { # TEXT COMMAND...
	local text=$1 said
	shift
	said=$("$@" 2>&1 >/dev/null) || fail "$*: $said"
	[[ $said = *"$text"* ]] || fail "$*: no '$text' but '$said'"
}

quiet() { # COMMAND...
	local said
	said=$("$@" 2>&1 >/dev/null) || fail "$*: $said"
	[ -z "$said" ] || fail "$*: '$said'"
}

refuses() { # TEXT COMMAND...
	local text=$1 said
	shift
	said=$("$@" 2>&1) && fail "$*: no error"
	[[ $said = *"$text"* ]] || fail "$*: no '$text' but '$said'"
}

# What ends find each other by goes and comes: the change that takes it away warns.
neighbours() {
	local lost="lets IP pass, but 'a' and 'b' cannot find each other"
	policy <<-POLICY
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments: {s: {bridge: br0, uplink: accept}}
		bindings: {a: {port: p-a, groups: [g]}, b: {port: p-b, groups: [h]}}
		services: {neighbor: follow}
		rules:
		- {name: web, from: a, to: b, tcp: 80, verdict: accept, stateless: true}
	POLICY
	frame_is a b 'arp op request' accept rule service:neighbor:arp
	warns "rule 'web' $lost" isolctl service del neighbor
	frame_is a b 'arp op request' drop within
	# what was there before is not said again, what is new is
	quiet isolctl group add other
	warns "rule 'mail' $lost" isolctl rule add mail from a to b tcp dport 25 accept stateless
	# that the uplink is open is of no use to guests
	quiet isolctl rule add out from g to uplink tcp dport 25 accept stateless
	warns "rule 'web' (and 1 more) lets IP pass, but 'a' and 'b' cannot" \
		isolctl apply <(isolctl save)
	quiet isolctl service add neighbor follow
	frame_is b a 'arp op reply' accept rule service:neighbor:arp
	warns "rule 'web' (and 1 more) $lost" isolctl service set neighbor uplink
	quiet isolctl service del neighbor
	quiet isolctl rule add arp from a,b to a,b arp accept
	frame_is a b 'arp op request' accept rule arp
	warns "rule 'web' (and 1 more) $lost" isolctl rule set arp drop
	quiet isolctl rule set arp accept
	warns "rule 'web' (and 1 more) $lost" isolctl rule del arp
	warns "no rule uses the set 'lonely'" unused
}

unused() {
	isolctl set add lonely ports 80
	isolctl rule add lone from a to b udp dport @lonely drop
	isolctl rule del lone
}

# A rule that comes to stand in front of another may hide it, and so may a change.
hidden() {
	quiet isolctl rule add one from a to b udp dport 53 drop
	quiet isolctl rule add two from a to b udp dport 54 drop
	warns "rule 'two' never matches: rule 'one'" isolctl rule set one udp dport 50-60
	warns "rule 'one' never matches: rule 'three'" \
		isolctl rule add three from a to b udp drop first
}

# What is not said stays, and the counters of the bridge go on.
bridges() {
	local before
	policy <<-POLICY
		isol: 1
		bridges: {br0: {uplinks: [up0], comment: mine}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
	POLICY
	probe "${ENDPOINTS[@]}" >/dev/null
	frame_is a b 'arp op request' drop bridge-default
	before=$(bridge_drops)
	[ "$before" -gt 0 ]
	isolctl bridge set br0 default accept | grep -q '^applied'
	isolctl bridge set br0 default accept | grep -q '^unchanged'
	frame_is a b 'arp op request' accept bridge-default
	bridge_is '[["up0"],"accept","drop","drop","mine"]'
	[ "$(bridge_drops)" -ge "$before" ]
	isolctl bridge set br0 unbound accept fragments accept comment ''
	bridge_is '[["up0"],"accept","accept","accept",null]'
	isolctl bridge set br0 default drop uplink p-b uplink up0 2>/run/said &&
		fail 'a bound port is an uplink'
	grep -q "'p-b' is an uplink of bridge 'br0'" /run/said
	isolctl bridge set br0 uplink ''
	bridge_is '[[],"accept","accept","accept",null]'
	port_is up0 unbound no-match
	isolctl bridge set br0 uplink up0 unbound drop
	port_is up0 uplink
	bridge_is '[["up0"],"accept","drop","accept",null]'
	refuses "no bridge 'br1'; did you mean 'br0'?" isolctl bridge set br1 default drop
	refuses 'expected what to change' isolctl bridge set br0
	refuses "unknown word 'defualt'; did you mean 'default'?" isolctl bridge set br0 defualt drop
	refuses "'reject' may stand in rules only" isolctl bridge set br0 default reject
}

bridge_is() { # JSON
	local got
	got=$(isolctl -j bridge show br0 |
		jq -c '.[0] | [.uplinks // [], .default, .unbound, .fragments, .comment]')
	[ "$got" = "$1" ] || fail "expected $1, got $got"
}

bridge_drops() {
	isolctl -j bridge show br0 | jq '[.[0].counters[] | select(.verdict == "drop") | .packets] | add'
}

# Whether a word is offered behind others.
offers() { # WORD WORDS...
	local word=$1
	shift
	grep -qx -- "$word" <<<"$(bash -c '. packaging/completion/isolctl.bash
		_isolctl_words "$@" | tr " " "\n"' - "$@")"
}

completes() { # WORD WORDS...
	offers "$@" || fail "no $1 behind ${*:2}"
}

completion() {
	completes set bridge
	completes br0 bridge set
	completes fragments bridge set br0
	completes accept bridge set br0 unbound
	completes stateful rule add r from a to b
	completes all-frames rule set r
	must_fail offers all-frames bridge set br0
}

# Where a rule cannot stand.
places() {
	isolctl rule add p1 from a to b udp dport 61 drop
	isolctl rule add p2 from a to b udp dport 62 drop
	refuses "rule 'p1' cannot stand before itself; expected the name of another rule" \
		isolctl rule set p1 before p1
	refuses "rule 'p3' cannot stand after itself" \
		isolctl rule add p3 from a to b udp dport 63 drop after p3
	refuses "no rule 'p9' to stand before; did you mean" isolctl rule set p1 before p9
	isolctl rule set p2 before p1 | grep -q '^applied'
	[ "$(isolctl -j rule show | jq -r '[.[].name | select(startswith("p"))] | join(" ")')" = 'p2 p1' ]
}

generation() { isolctl -j status | jq .generation; }

# A word that says something twice is not taken for what it says last.
twice() {
	local before
	before=$(generation)
	refuses "a second 'pickup'" isolctl bridge set br0 pickup 5 pickup 6
	refuses "a second 'comment'" isolctl bridge set br0 comment x comment y
	refuses 'a second selector; expected one of port, mac and alias' \
		isolctl bind add x port p-x port p-y
	refuses "a second 'claims'" isolctl bind add x port p-x claims 2 claims 3
	refuses "a second 'from'; several ends have commas between them" \
		isolctl rule add t from a from b to b drop
	refuses "a second 'owner'" isolctl rule set p1 owner x owner y
	refuses "a second 'mode'" isolctl quarantine add a mode contain mode isolate
	[ "$(isolctl -j quarantine show)" = '[]' ] || fail 'a is quarantined'
	[ "$(generation)" = "$before" ] || fail 'the policy has changed'
	# controls: once each, and what there may be more of
	isolctl bridge set br0 pickup 6 comment y | grep -q '^applied'
	[ "$(isolctl -j bridge show br0 | jq -c '.[0] | [.pickup, .comment]')" = '[6,"y"]' ]
	isolctl bridge set br0 uplink up0 uplink up1 | grep -q '^applied'
	bridge_is '[["up0","up1"],"accept","drop","accept","y"]'
	isolctl bridge set br0 uplink up0 comment '' | grep -q '^applied'
	isolctl group add g1
	isolctl group add g2
	isolctl bind add x port p-x group g1 group g2 | grep -q '^applied'
	isolctl -j bind show x | jq -e '.[0].groups == ["g1", "g2"]'
	isolctl bind del x
}

# What a port has counted under a policy that had its bridge is not told any more.
let_go() {
	probe "${ENDPOINTS[@]}" >/dev/null
	isolctl bridge set br0 default drop
	probe "${ENDPOINTS[@]}" >/dev/null
	isolctl -j status | jq -e '.drops | any(.port == "p-a")'
	policy <<-POLICY
		isol: 1
		bridges: {other: {}}
	POLICY
	port_is p-a unmanaged
	{ isolctl -j status || [ $? = 4 ]; } | jq -e '.drops == []'
}

run_case neighbours neighbours
run_case hidden hidden
run_case bridges bridges
run_case completion completion
run_case places places
run_case twice twice
run_case let-go let_go
