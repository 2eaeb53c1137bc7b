#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Quarantine: what it cuts off, what it outranks, and what it outlives.
#
# quick: yes

. tests/vm/lib.sh
. tests/vm/isol.sh

# All is open, by rules: what is dropped is so by quarantine.
open_policy() { # [QUARANTINE-RULES]
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0], default: accept}}
		bindings: {a: {port: p-a}, b: {port: p-b, groups: [web]}, c: {port: p-c}}
		rules:
		  - {name: all, from: any, to: any, verdict: accept, stateless: true}
		quarantine: {mode: isolate, rules: [$*]}
	EOF
}

all_open() {
	expect_matrix "$@" <<-EOF
		.     a b c world host
		a     . + + +     +
		b     + . + +     +
		c     + + . +     +
		world + + + .     +
		host  + + + +     .
	EOF
}

a_cut_off() {
	expect_matrix "$@" <<-EOF
		.     a b c world host
		a     . - - -     -
		b     - . + +     +
		c     - + . +     +
		world - + + .     +
		host  - + + +     .
	EOF
}

quarantined() { # JQ-EXPRESSION
	isolctl -j quarantine show | jq -e "$1" >/dev/null ||
		fail "$1: $(isolctl -j quarantine show)"
}

# Nothing gets from or to it, whatever the rules say; del lifts it.
isolate() {
	open_policy
	all_open
	isolctl quarantine add a comment 'as a test'
	quarantined 'length == 1 and .[0].binding == "a" and .[0].mode == "isolate" and
		.[0].comment == "as a test" and (.[0].orphan | not)'
	counting
	a_cut_off
	expect_counted port rule <<-EOF
		rule all 72
		port p-a quarantine drop 36
		port p-b quarantine drop 7
		port p-b rule accept 29
		port p-c quarantine drop 7
		port p-c rule accept 29
		port up0 quarantine drop 7
		port up0 rule accept 14
		port up0 unjudged accept 14
	EOF
	why_is a b drop quarantine
	why_is b a drop quarantine
	why_is a host drop quarantine
	why_is host p-a drop quarantine
	why_is uplink a drop quarantine
	why_is b c accept rule all
	isolctl quarantine del a
	all_open
	quarantined 'length == 0'
}

# Quarantine rules alone apply to it, the first that matches.
rules() {
	open_policy \
		'{name: no-c, from: c, to: quarantined, verdict: drop, stateless: true},' \
		'{name: forensics, from: [uplink, members], to: quarantined, verdict: accept, stateless: true},' \
		'{name: report, from: quarantined, to: [web, host], verdict: accept, stateless: true}'
	isolctl quarantine add a
	counting
	expect_matrix <<-EOF
		.     a b c world host
		a     . + - -     +
		b     + . + +     +
		c     - + . +     +
		world + + + .     +
		host  - + + +     .
	EOF
	expect_counted rule port <<-EOF
		rule all 72
		rule no-c 7
		rule forensics 14
		rule report 14
		port p-a quarantine-rule accept 14
		port p-a quarantine drop 22
		port p-b quarantine-rule accept 7
		port p-b rule accept 29
		port p-c quarantine-rule drop 7
		port p-c rule accept 29
		port up0 quarantine-rule accept 7
		port up0 rule accept 14
		port up0 unjudged accept 14
	EOF
	why_is b a accept quarantine-rule forensics
	why_is uplink a accept quarantine-rule forensics
	why_is c a drop quarantine-rule no-c
	why_is a host accept quarantine-rule report
	why_is a c drop quarantine
	# They are nothing to those that are not quarantined.
	isolctl quarantine del a
	counting
	all_open -k unicast
	expect_counted rule <<-EOF
		rule all 18
	EOF
}

# Two of them do not belong together; a rule may say otherwise. What is said of
# one by name or group does not say it of one that is quarantined.
two() {
	open_policy '{name: to-web, from: quarantined, to: web, verdict: accept, stateless: true}'
	isolctl quarantine add a
	isolctl quarantine add b
	expect_matrix <<-EOF
		.     a b c world host
		a     . - - -     -
		b     - . - -     -
		c     - - . +     +
		world - - + .     +
		host  - - + +     .
	EOF
	why_is a b drop quarantine
	open_policy '{name: each-other, from: quarantined, to: quarantined, verdict: accept, stateless: true}'
	counting
	expect_matrix <<-EOF
		.     a b c world host
		a     . + - -     -
		b     + . - -     -
		c     - - . +     +
		world - - + .     +
		host  - - + +     .
	EOF
	expect_counted -s rule <<-EOF
		rule each-other 14
	EOF
	why_is a b accept quarantine-rule each-other
	isolctl quarantine del b
	a_cut_off -k unicast,arp
	isolctl quarantine del a
	all_open -k unicast,arp
}

# It is of a namespace, not of a policy: it stays through apply and flush, and
# waits for its binding when a policy has none of that name.
outlives_policies() {
	open_policy
	isolctl quarantine add a
	a_cut_off -k unicast,arp
	open_policy '{name: nobody, from: c, to: quarantined, verdict: drop, stateless: true}'
	why_is b a drop quarantine
	a_cut_off -k unicast,arp

	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0], default: accept}}
		bindings: {other: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: all, from: any, to: any, verdict: accept, stateless: true}
	EOF
	quarantined 'length == 1 and .[0].binding == "a" and .[0].orphan'
	all_open -k unicast,arp
	must_fail isolctl quarantine add nobody
	open_policy
	quarantined '.[0].orphan | not'
	a_cut_off -k unicast,arp

	isolctl flush
	all_open -k unicast,arp
	quarantined 'length == 1'
	open_policy
	a_cut_off -k unicast,arp
	isolctl quarantine del a
	all_open -k unicast,arp
	must_fail isolctl quarantine del a
}

# The port goes and comes again, by any means; not one frame gets through.
outlives_ports() {
	local i
	open_policy
	isolctl quarantine add a
	blast_start -i 2 -k unicast,arp
	for i in 1 2; do
		ip link del p-a
		guests br0 p-a:a
		forwarding p-a
		port_is p-a member a
	done
	ip link set p-a nomaster
	ip link set p-a master br0
	ip link set p-a down
	ip link set p-a name elsewhere
	ip link set elsewhere name p-a
	ip link set p-a up
	forwarding p-a
	blast_stop
	blasted a b none
	blasted a host none
	blasted b a none
	blasted world a none
	blasted host a none
	blasted b c all
	a_cut_off
	isolctl quarantine del a
	all_open
}

load_module || exit
topo -u up0:world a b c
run_case isolate isolate
run_case rules rules
run_case two two
run_case outlives-policies outlives_policies
run_case outlives-ports outlives_ports
