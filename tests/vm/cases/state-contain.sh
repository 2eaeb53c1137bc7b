#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Quarantine with mode contain: who is may answer, and may not begin.
#
# timeout: 900
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh
. tests/vm/programs.sh

# a is the one that is contained. To port 81 only rules of quarantine open it, and close it
# to c, and what it sends to port 7000 is accepted without being tracked.
put() {
	cat >/run/isol/put.yaml <<-END
		isol: 1
		bridges: {br0: {uplinks: [p-u]}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: arp, from: any, to: any, ether: arp, verdict: accept, stateless: true}
		  - {name: nd, from: any, to: any, icmpv6: [135, 136], verdict: accept, stateless: true}
		  - {name: tcp, from: any, to: any, tcp: [80, 82], verdict: accept}
		  - {name: dns, from: any, to: any, udp: 53, verdict: accept}
		  - {name: ping, from: any, to: any, icmp: echo-request, verdict: accept}
		  - {name: ping6, from: any, to: any, icmpv6: echo-request, verdict: accept}
		  - {name: loose, from: a, to: b, udp: 7000, verdict: accept, stateless: true}
		quarantine:
		  rules:
		    - {name: no-c, from: c, to: quarantined, tcp: any, verdict: drop}
		    - {name: look, from: uplink, to: quarantined, tcp: 81, verdict: accept}
	END
	policy </run/isol/put.yaml
}

contain() {
	at_exit isolctl quarantine del a
	isolctl quarantine add a mode contain 2>/run/isol/said
	[ ! -s /run/isol/said ] || fail "$(cat /run/isol/said)"
}

reached() { # NETWORK
	wait_for 60 echoes b "${1}1" 80 || fail "b has no answer from a at ${1}1"
	wait_for 60 echoes_udp b "${1}1" || fail "b has no answer by UDP at ${1}1"
	wait_for 60 pings b "${1}1" || fail "b has no echo from ${1}1"
	wait_for 60 echoes u "${1}1" 80 || fail "u has no answer from a at ${1}1"
	wait_for 60 pings u "${1}1" || fail "u has no echo from ${1}1"
	wait_for 60 echoes - "${1}1" 80 || fail "the host has no answer from a at ${1}1"
	wait_for 60 pings - "${1}1" || fail "the host has no echo from ${1}1"
}

begins_nothing() { # NETWORK
	local to
	for to in 2 4 9; do
		silent echoes a "$1$to" 80 2
		silent pings a "$1$to" 2
	done
	silent echoes_udp a "${1}2" 2
	echo loose | in_ns a socat -t 1 - "UDP:$(brackets "${1}2"):7000" || :
}

# Others find it and have answers, and it begins nothing, whatever the rules say otherwise.
answers() {
	local net
	put
	isolctl -j quarantine show | jq -e 'length == 0' >/dev/null
	for net in 10.7.0. fd07::; do
		reached $net
		wait_for 60 echoes a ${net}2 80 || fail "a is not let through before it is contained"
	done
	contain
	isolctl -j quarantine show | jq -e '.[0].mode == "contain"' >/dev/null
	isolctl -j show ports | jq -e '.[] | select(.name == "p-a") | .quarantined' >/dev/null
	isolctl status | grep -q '^contained: a since' || fail "$(isolctl status)"
	forget_neighbors
	for net in 10.7.0. fd07::; do
		reached $net
	done
	# what the last ones say when they close
	sleep 1
	for net in 10.7.0. fd07::; do
		counting
		begins_nothing $net
		denied p-a quarantine
		[ "$(dropped p-a bridge-default)" = 0 ] || fail "$net: $(_counters | grep p-a)"
		[ "$(dropped p-a state)" = 0 ] || fail "$net: $(_counters | grep p-a)"
		[ "$(decided tcp) $(decided dns) $(decided ping) $(decided ping6) $(decided loose)" = '0 0 0 0 0' ] ||
			fail "$net: a rule has accepted something: $(_counters | grep rule)"
		forget_neighbors
	done
	isolctl quarantine del a
	for net in 10.7.0. fd07::; do
		reached $net
		wait_for 60 echoes a ${net}2 80 || fail "a is not let through after it is released"
		wait_for 60 echoes_udp a ${net}2 || fail "no UDP from a after it is released"
		wait_for 60 pings a ${net}2 || fail "no echo for a after it is released"
	done
}

# What it had begun ends with the next frame in both directions, what others had goes on.
ends_its_own() {
	local net=$1 n
	put
	open_connection a "${net}2" 80 out
	begin_connection a "${net}2" 82 told
	open_connection b "${net}1" 80 in
	wait_for 20 more_than told 2
	contain
	n=$(lines told)
	counting
	ended out
	denied p-a quarantine
	# b sends to it by itself
	denied p-b bridge-default
	[ "$(lines told)" -le $((n + 1)) ] || fail "what b sends arrives still"
	goes_on in || fail "what b has begun has ended"
	isolctl quarantine del a
	wait_for 60 echoed out || fail "does not go on when it is released"
	wait_for 60 more_than told $((n + 1)) || fail "b is not heard again"
	goes_on in
	close_connection out
	close_connection told
	close_connection in
}

# Rules of quarantine go first; where none is about it, all others decide.
rules_of_quarantine() {
	put
	silent echoes u 10.7.0.1 81 2
	wait_for 60 echoes c 10.7.0.1 80 || fail "c is not let through before"
	open_connection c 10.7.0.1 80
	contain
	wait_for 60 echoes u 10.7.0.1 81 || fail "u is not let in by its rule"
	ended
	close_connection
	counting
	silent echoes c 10.7.0.1 80 2
	[ "$(decided no-c)" -ge 1 ] || fail "$(_counters)"
	wait_for 60 pings c 10.7.0.1 || fail "c is not let through by what no rule of quarantine is about"
	silent echoes b 10.7.0.1 81 2
	frame_is uplink a 'tcp dport 81' accept quarantine-rule look
	frame_is c a 'tcp dport 80' drop quarantine-rule no-c
	frame_is b a 'tcp dport 80' accept rule tcp
	frame_is b a 'tcp dport 81' drop bridge-default
	frame_is host a 'tcp dport 80' accept rule tcp
	frame_is a b 'tcp dport 80' drop quarantine
	frame_is a host 'tcp dport 80' drop quarantine
	frame_is a b 'udp dport 7000' drop quarantine
	frame_is a b 'arp op request' accept rule arp
	frame_is a b 'icmpv6 type neighbor-advertisement' accept rule nd
	frame_is a b 'icmpv6 type router-advertisement' drop quarantine
	frame_is a b 'icmpv6 type redirect' drop quarantine
}

# Two that are contained: neither begins anything.
two() {
	put
	wait_for 60 echoes b 10.7.0.1 80 || fail "b is not let through before"
	contain
	at_exit isolctl quarantine del b
	wait_for 60 echoes b 10.7.0.1 80 || fail "b is not let through"
	isolctl quarantine add b mode contain
	counting
	silent echoes b 10.7.0.1 80 2
	denied p-b quarantine
	wait_for 60 echoes u 10.7.0.2 80 || fail "u has no answer from b"
	# and one that is isolated has nothing from it
	isolctl quarantine add b mode isolate
	silent echoes u 10.7.0.2 80 2
	silent pings a 10.7.0.2 2
}

# From one mode to the other and back: at no time is it free.
modes() {
	local i
	put
	open_connection b 10.7.0.1 80
	contain
	goes_on || fail "ended by mode contain"
	isolctl -j monitor policy >/run/isol/events &
	at_exit kill $!
	must_fail isolctl quarantine add a mode contain comment again
	isolctl quarantine add a mode contain | grep -q already
	while sleep 0.01; do echo free; done |
		in_ns a socat -u - UDP-SENDTO:10.7.0.2:7000 2>/dev/null &
	at_exit kill $!
	counting
	wait_for 20 has_dropped p-a quarantine
	for ((i = $(times 20); i; i--)); do
		isolctl quarantine add a mode isolate comment swapped
		isolctl quarantine add a mode contain
	done
	[ "$(decided loose)" = 0 ] || fail "frames of a pass: $(_counters | grep p-a)"
	wait_for 20 told_of isolate
	told_of contain || fail "$(cat /run/isol/events)"
	isolctl quarantine add a mode isolate
	isolctl -j quarantine show | jq -e '.[0].mode == "isolate" and .[0].comment == "swapped"' \
		>/dev/null || fail "$(isolctl -j quarantine show)"
	ended
	silent echoes b 10.7.0.1 80 2
	isolctl quarantine add a mode contain
	wait_for 60 echoed || fail "does not go on in mode contain"
	wait_for 60 echoes b 10.7.0.1 80 || fail "no new one in mode contain"
	# the mode that nobody names is isolate
	isolctl quarantine add a
	silent echoes b 10.7.0.1 80 2
	close_connection
}

told_of() { # MODE
	jq -es --arg mode "$1" 'any(.event == "quarantine-add" and .quarantine.mode == $mode)' \
		/run/isol/events >/dev/null
}

# Where nothing is tracked it is as isolate, and said to be.
untracked() {
	policy <<-END
		isol: 1
		bridges: {br0: {uplinks: [p-u], default: accept}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
	END
	wait_for 60 echoes b 10.7.0.1 80 || fail "b is not let through"
	at_exit isolctl quarantine del a
	# not through a pipe: who has read enough would have isolctl fail at the next line
	grep -q 'no rule tracks connections' <<<"$(isolctl quarantine add a mode contain 2>&1)" ||
		fail "nothing is said"
	isolctl quarantine show | grep -q 'as isolate' || fail "$(isolctl quarantine show)"
	counting
	silent echoes b 10.7.0.1 80 2
	silent pings a 10.7.0.2 2
	denied p-a quarantine
	why_is b a drop quarantine
	# the next policy tracks: it may answer then, and the next one does not
	put
	wait_for 60 echoes b 10.7.0.1 80 || fail "b is not let through by a policy that tracks"
	silent echoes a 10.7.0.2 80 2
	frame_is a b 'tcp dport 80' drop quarantine
}

# It stays so whatever its port turns itself into, and over new ones.
port_changes() {
	put
	contain
	ip link set p-a nomaster
	ip link set p-a master br0
	forwarding p-a
	wait_for 60 echoes b 10.7.0.1 80 || fail "b is not let through to the port that has come again"
	silent echoes a 10.7.0.2 80 2
	# as another binding, and as none, it is cut off
	ip link set p-c down
	ip link set p-c name p-old
	ip link set p-a down
	ip link set p-a name p-c
	ip link set p-c up
	forwarding p-c
	counting
	silent echoes b 10.7.0.1 80 2
	silent echoes a 10.7.0.2 80 2
	denied p-c quarantine
	ip link set p-c down
	ip link set p-c name p-a
	ip link set p-a up
	ip link set p-old name p-c
	ip link set p-c up
	forwarding p-a p-c
	wait_for 60 echoes b 10.7.0.1 80 || fail "b is not let through again"
	silent echoes a 10.7.0.2 80 2
}

# In a VLAN segment, from its uplink and from its guests.
segments() {
	put
	ip link set br0 type bridge vlan_filtering 1
	bridge -batch - <<-END
		vlan add dev p-a vid 30 pvid untagged
		vlan add dev p-b vid 30 pvid untagged
		vlan add dev p-u vid 30 pvid untagged
		vlan del dev p-u vid 1
	END
	sed -i 's/^bindings:.*/segments: {red: {bridge: br0, vlan: 30}}\
bindings: {a: {port: p-a, segment: red}, b: {port: p-b, segment: red}, c: {port: p-c}}/' /run/isol/put.yaml
	policy </run/isol/put.yaml
	wait_for 60 echoes u 10.7.0.1 80 || fail "u has no answer in the segment"
	wait_for 60 echoes a 10.7.0.4 80 || fail "a has no answer in the segment"
	contain
	forget_neighbors
	wait_for 60 echoes u 10.7.0.1 80 || fail "u has no answer from who is contained"
	wait_for 60 echoes b 10.7.0.1 80 || fail "b has no answer from who is contained"
	wait_for 60 pings u fd07::1 || fail "u has no echo from who is contained"
	wait_for 60 echoes u 10.7.0.1 81 || fail "u is not let in by the rule of quarantine"
	counting
	silent echoes a 10.7.0.4 80 2
	silent echoes a 10.7.0.2 80 2
	denied p-a quarantine
	ip link set br0 type bridge vlan_filtering 0
}

load_module
load_ct
run_case talkers talkers
run_case answers answers
run_case ends-its-own ends_its_own 10.7.0.
run_case ends-its-own-6 ends_its_own fd07::
run_case rules-of-quarantine rules_of_quarantine
run_case two two
run_case modes modes
run_case untracked untracked
run_case port-changes port_changes
run_case segments segments
isolctl flush
rmmod isol_ct
unload_module
