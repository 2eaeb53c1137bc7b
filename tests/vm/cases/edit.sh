#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Commands that change a part of the policy: what they warn of, and what they do to the rest.

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

run_case neighbours neighbours
run_case hidden hidden
