#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What isolctl says of rules that track connections, and how it changes them: show, save,
# why, status, rule set, and the fragments of bridges.
#
# not-on: 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

# shellcheck disable=SC2119 # no parameters
load_module || exit
topo a b
ip -n a addr add 10.0.0.1/24 dev eth0
ip -n b addr add 10.0.0.2/24 dev eth0

put() { # RULES
	policy <<-POLICY
		isol: 1
		bridges: {br0: {}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		services: {neighbor: follow}
		rules:
		$1
	POLICY
}

# One frame each way, from 1 to 2 and back, or not.
pings() { in_ns "$1" ping -c 1 -W 5 "$2" >/dev/null; }
silent() { in_ns "$1" ping -c 1 -W 1 "$2" >/dev/null && fail "$1 reaches $2"; :; }

shown() { isolctl rule show "$1" | tail -n 1; }

# What a dry run cannot know from the kernel: here no module is where modprobe looks.
module() {
	local dry='isolctl apply --dry-run /run/tracks.yaml'
	cat >/run/tracks.yaml <<-POLICY
		isol: 1
		bridges: {br0: {}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		services: {neighbor: follow}
		rules:
		- {name: lldp, from: a, to: b, ether: lldp, verdict: accept}
		- {name: dns, from: a, to: b, udp: 53, verdict: accept, stateless: true}
		- {name: web, from: a, to: b, tcp: 80, verdict: accept}
	POLICY
	$dry >/run/plan 2>/run/said
	grep -q "^isolctl: warning: rule 'web' tracks connections, and the module isol_ct is neither .*/lib/modules/$(uname -r): 'apply' would be refused" \
		/run/said || fail "said: $(</run/said)"
	[ "$(isolctl -j apply --dry-run /run/tracks.yaml 2>/dev/null | jq -c .missing_modules)" = \
		'["isol_ct"]' ]
	isolctl apply /run/tracks.yaml 2>/run/said && fail 'it has been applied'
	grep -q 'isol_ct cannot be loaded' /run/said
	# without the rule nothing is missing
	sed '/name: web/d' /run/tracks.yaml >/run/none.yaml
	isolctl apply --dry-run /run/none.yaml 2>/run/said >/run/plan
	must_fail grep . /run/said
	load_ct
	$dry 2>/run/said >/run/plan
	must_fail grep . /run/said
	[ "$(isolctl -j apply --dry-run /run/tracks.yaml | jq -c .missing_modules)" = '[]' ]
	isolctl apply /run/tracks.yaml
}

tracked() {
	local out
	put '- {name: ping, from: a, to: b, icmp: echo-request, verdict: accept}'
	pings a 10.0.0.2
	silent b 10.0.0.1
	# said of the one that passes, and not of the one that does not
	out=$(isolctl why a b icmp type echo-request | head -n 1)
	[ "$out" = 'accept: rule ping; answers are accepted too' ] || fail "why: $out"
	out=$(isolctl why b a icmp type echo-request | head -n 1)
	[ "$out" = 'drop: bridge default of br0' ] || fail "why of the other: $out"
	must_fail grep -q 'begins no' <(isolctl why b a icmp type echo-request)
	# what is an answer is not dropped where it answers something
	isolctl why b a icmp type echo-reply | grep -q '^it begins no conversation: as a part of'
	isolctl why b a tcp sport 80 tcp-flags syn+ack | grep -q '^it begins no conversation: as a part'
	must_fail grep -q 'begins no' <(isolctl why b a tcp sport 80 tcp-flags syn)
	[ "$(isolctl -j why a b icmp type echo-request | jq -c '[.verdict, .rule, .tracked]')" = \
		'["accept","ping",true]' ]
	[ "$(isolctl -j why b a icmp type echo-request | jq -c '[.verdict, .tracked]')" = \
		'["drop",false]' ]
	isolctl status | grep -qx 'connections: tracked'
	[ "$(isolctl -j status | jq .tracked)" = true ]
	[ "$(isolctl -j rule show ping | jq '.[0].stateless')" = false ]
	must_fail grep -q stateless <<<"$(shown ping)"
	isolctl save >/run/saved.yaml
	grep -q 'name: ping, .*verdict: accept}' /run/saved.yaml
	isolctl apply /run/saved.yaml | grep -q '^unchanged'
}

# In place: the same rule asks for less, and for more again.
changed() {
	local out
	isolctl rule set ping stateless | grep -q '^applied'
	isolctl rule set ping stateless | grep -q '^unchanged'
	silent a 10.0.0.2
	out=$(isolctl why a b icmp type echo-request | head -n 1)
	[ "$out" = 'accept: rule ping' ] || fail "why: $out"
	must_fail grep -q connections <(isolctl status)
	[ "$(isolctl -j status | jq .tracked)" = false ]
	shown ping | grep -q ' accept, stateless '
	grep -q 'verdict: accept, stateless: true}' <<<"$(isolctl save)"
	isolctl rule add pong from b to a icmp type echo-reply accept stateless
	pings a 10.0.0.2
	isolctl rule del pong
	isolctl apply --dry-run /run/saved.yaml | grep -q 'rule ping.*stateless'
	isolctl rule set ping stateful | grep -q '^applied'
	pings a 10.0.0.2
	silent b 10.0.0.1
	isolctl apply /run/saved.yaml | grep -q '^unchanged'
}

# What is told where it is wrong, by the tool and by the kernel in the same place.
refused() {
	must_fail isolctl rule add syn from a to b tcp tcp-flags syn accept 2>/run/said
	grep -q "a rule that tracks connections cannot ask about 'tcp_flags': say 'stateless'" \
		/run/said || fail "said: $(</run/said)"
	isolctl rule add syn from a to b tcp tcp-flags syn accept stateless
	must_fail isolctl rule set syn stateful
	isolctl rule set syn drop stateful
	must_fail isolctl rule set syn accept
	isolctl rule del syn
}

# What begins no conversation is not accepted as if it did.
begins() {
	local words
	isolctl rule add all from a to b proto 1,58 accept
	for words in 'type destination-unreachable' 'type redirect' 'type echo-reply'; do
		frame_is a b "icmp $words" drop state
	done
	frame_is a b 'icmpv6 type router-solicitation' accept rule all
	frame_is a b 'icmpv6 type redirect' drop state
	frame_is a b 'icmpv6 type echo-reply' drop state
	frame_is a b 'icmpv6 type echo-request' accept rule all
	isolctl rule del all
}

# What the kernel does not track passes by such a rule too, and what comes back does not.
no_state() {
	local words said
	isolctl rule add all from a to b accept
	for words in 'ether lldp' 'icmpv6 type router-solicitation'; do
		# shellcheck disable=SC2086 # words
		said=$(isolctl why a b $words)
		grep -qx 'accept: rule all' <<<"$said" || fail "why $words: $said"
		grep -q '^the kernel tracks no such frames: what comes back needs a rule' <<<"$said" ||
			fail "why $words: $said"
		# shellcheck disable=SC2086 # words
		[ "$(isolctl -j why a b $words | jq -c '[.verdict, .rule, .tracked, .connections]')" = \
			'["accept","all",false,null]' ] || fail "$words: tracked"
	done
	# controls: what is tracked, and what comes back
	said=$(isolctl why a b udp dport 53)
	grep -qx 'accept: rule all; answers are accepted too' <<<"$said" || fail "why: $said"
	must_fail grep -q 'tracks no such' <<<"$said"
	isolctl -j why a b udp dport 53 | jq -e '.tracked and .connections.number < .connections.limit'
	frame_is b a 'ether lldp' drop bridge-default
	# what goes to many is answered by each of them
	said=$(isolctl why a b cast broadcast udp dport 99)
	grep -qx 'accept: rule all' <<<"$said" || fail "why: $said"
	grep -q '^it goes to many: ' <<<"$said" || fail "why: $said"
	# and what hides its IP from the kernel is in no conversation
	for words in 'ether mpls' 'ether pppoe-session' 'vlan 5 inner-vlan 6 udp dport 53'; do
		frame_is a b "$words" drop state
		# shellcheck disable=SC2086 # words
		grep -q 'finds no conversation in it: only a rule with "stateless: true"' \
			<<<"$(isolctl why a b $words)" || fail "why $words: $(isolctl why a b $words)"
	done
	frame_is a b 'vlan 5 udp dport 53' accept rule all
	isolctl rule set all stateless
	isolctl rule add other from b to a tcp dport 1 accept
	for words in 'ether mpls' 'vlan 5 inner-vlan 6 udp dport 53'; do
		frame_is a b "$words" accept rule all
	done
	isolctl rule del other
	isolctl rule del all
}

# An answer of who is contained passes too.
contained() {
	isolctl rule add web from a to b tcp dport 80 accept
	isolctl quarantine add b mode contain
	trap 'isolctl quarantine del b' EXIT
	grep -q 'passes all the same' <<<"$(isolctl why b a tcp sport 80 dport 4000 tcp-flags syn+ack)"
	must_fail grep -q 'passes all the same' <<<"$(isolctl why b a tcp dport 4000)"
	isolctl quarantine add b mode isolate
	must_fail grep -q 'passes all the same' \
		<<<"$(isolctl why b a tcp sport 80 dport 4000 tcp-flags syn+ack)"
	isolctl rule del web
}

# TCP: what is said of each of the flags is what becomes of such frames.
begins_tcp() {
	local flags expected n=2000
	local -A fate=()
	isolctl rule add tcp from a to b tcp dport 80 accept
	for flags in syn ack psh+ack syn+ack fin+ack rst rst+ack; do
		echo "$flags a b tcp sport $((++n)) dport 80 flags ${flags//+/,}"
	done >/run/frames
	craft "${ENDPOINTS[@]}" </run/frames >/run/fates
	while read -r flags expected; do
		fate[$flags]=$expected
	done </run/fates
	for flags in syn ack psh+ack; do
		[ "${fate[$flags]}" = pass ] || fail "$flags: ${fate[$flags]}"
		frame_is a b "tcp dport 80 tcp-flags $flags" accept rule tcp
	done
	for flags in syn+ack fin+ack rst rst+ack; do
		[ "${fate[$flags]}" = drop ] || fail "$flags: ${fate[$flags]}"
		frame_is a b "tcp dport 80 tcp-flags $flags" drop state
	done
	isolctl why a b tcp dport 80 tcp-flags syn+ack >/run/said
	grep -q '^drop: it begins no conversation: it passes as a part of one' /run/said
	isolctl rule del tcp
}

# A rule that asks for what begins nothing is told of where it comes.
idle() {
	isolctl rule add pong from a to b icmp type echo-reply accept 2>/run/said
	grep -q "rule 'pong' accepts nothing: icmp echo-reply begins no .* say 'stateless' in" \
		/run/said || fail "said: $(</run/said)"
	isolctl rule set pong stateless 2>/run/said
	must_fail grep . /run/said
	isolctl rule set pong stateful icmp type echo-request,echo-reply 2>/run/said
	grep -q "rule 'pong' does not accept all that it asks for: icmp echo-reply" /run/said
	isolctl rule del pong
}

fragments() {
	[ "$(isolctl -j bridge show br0 | jq -r '.[0].fragments')" = drop ]
	in_ns a ping -c 1 -W 1 -s 4000 10.0.0.2 >/dev/null && fail "fragments pass"
	frame_is a b 'icmp type echo-request fragment first' drop fragment
	frame_is a b 'icmp fragment later' drop fragment
	frame_is host b 'icmp fragment later' drop host-default
	isolctl status | grep -q 'port p-a on br0 *fragment ' || fail "$(isolctl status)"
	sed 's/br0: {}/br0: {fragments: accept}/' /run/saved.yaml | isolctl apply -
	[ "$(isolctl -j bridge show br0 | jq -r '.[0].fragments')" = accept ]
	in_ns a ping -c 1 -W 5 -s 4000 10.0.0.2 >/dev/null || fail "fragments do not pass"
	frame_is a b 'icmp type echo-request fragment first' accept rule ping
	grep -q 'br0: {fragments: accept}' <<<"$(isolctl save)"
	isolctl apply --dry-run /run/saved.yaml | grep -q 'bridge br0.*fragments'
}

run_case module module
run_case tracked tracked
run_case changed changed
run_case begins begins
run_case no-state no_state
run_case contained contained
run_case begins-tcp begins_tcp
run_case idle idle
run_case refused refused
run_case fragments fragments
