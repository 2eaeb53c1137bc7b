#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random messages, valid and damaged ones, from several sockets of two processes
# at once, led by what code of the module they reach. Those that are refused
# change nothing, and afterwards the module does as it should. See
# tests/vm/tools/nlfuzz.c. ISOL_SEED repeats a run (as far as two processes can
# be repeated), ISOL_FUZZ_SECONDS makes it longer.
#
# kernels: debug
# timeout: 200

. tests/vm/lib.sh
. tests/vm/isol.sh

SECONDS_LONG=${ISOL_FUZZ_SECONDS:-30}

# Something to bind, to ask about and to be made an uplink.
room() { # NETNS
	quiet_ns "$1"
	ip -n "$1" -batch - <<-END
	link add br0 type bridge
	link add br1 type bridge
	link add p0 type dummy
	link set p0 master br0
	link add p1 type dummy
	link set p1 master br0
	link set p1 alias web
	link add b type dummy
	link set b master br1
	END
}

fuzz() {
	local text
	nlfuzz ${ISOL_SEED:+-s "$ISOL_SEED"} -t "$SECONDS_LONG" 2>&1 | tee /run/isol/fuzz
	text=$(</run/isol/fuzz)
	note "${text//$'\n'/; }"
	# It has got somewhere.
	[[ $text =~ ([0-9]+)\ blocks ]]
	[ "${BASH_REMATCH[1]}" -gt 500 ] || fail "only ${BASH_REMATCH[1]} blocks were reached"
	[[ $text =~ ([0-9]+)\ accepted ]]
	[ "${BASH_REMATCH[1]}" -gt 10 ] || fail "next to nothing was accepted"
}

# The family answers, and a policy is in force when it is applied.
afterwards() {
	topo a b c
	policy <<-'END'
	isol: 1
	bridges: {br0: {}}
	bindings:
	  a: {port: p-a}
	  b: {port: p-b}
	  c: {port: p-c}
	rules:
	  - {name: ab, from: a, to: b, verdict: accept, stateless: true}
	END
	why_is a b accept rule ab
	why_is a c drop bridge-default
	expect_matrix <<-END
		.    a b c host
		a    . + - -
		b    - . - -
		c    - - . -
		host - - - .
	END
}

# What the messages have left behind goes, and the module with it.
all_gone() {
	local ns
	isolctl flush
	for ns in room room0 room1; do
		isolctl -n "$ns" flush
	done
	wait_for 30 unload_module
}

modprobe -a bridge veth dummy
quiet_network
load_module || exit
for ns in room room0 room1; do
	room $ns
done
run_case fuzz fuzz
run_case afterwards afterwards
run_case all-gone all_gone
