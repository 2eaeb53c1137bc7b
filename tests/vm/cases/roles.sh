#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Private VLAN roles: each pair of roles, both ways, and rules that say
# otherwise. e and f have no role, i and j are isolated, u and v are of one
# community and w is of another, p and q are promiscuous.
#
# quick: yes
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

bindings() {
	cat <<-EOF
		bindings:
		  e: {port: p-e, segment: s}
		  f: {port: p-f, segment: s}
		  i: {port: p-i, segment: s, role: isolated, groups: [some]}
		  j: {port: p-j, segment: s, role: isolated}
		  u: {port: p-u, segment: s, role: community, community: one}
		  v: {port: p-v, segment: s, role: community, community: one}
		  w: {port: p-w, segment: s, role: community, community: two, groups: [some]}
		  p: {port: p-p, segment: s, role: promiscuous}
		  q: {port: p-q, segment: s, role: promiscuous}
	EOF
}

# These are left to the segment: between ports without a role, and between
# those and promiscuous ones.
within_drop() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments: {s: {bridge: br0, within: drop, uplink: accept}}
		$(bindings)
	EOF
	counting
	expect_matrix -k unicast,arp <<-EOF
		.     e f i j u v w p q world host
		e     . - - - - - - - - +     -
		f     - . - - - - - - - +     -
		i     - - . - - - - + + +     -
		j     - - - . - - - + + +     -
		u     - - - - . + - + + +     -
		v     - - - - + . - + + +     -
		w     - - - - - - . + + +     -
		p     - - + + + + + . + +     -
		q     - - + + + + + + . +     -
		world + + + + + + + + + .     +
		host  - - - - - - - - - +     .
	EOF
	# Roles have no say towards uplinks and the host.
	expect_counted port <<-EOF
		port p-e within drop 6
		port p-e role drop 10
		port p-e segment-uplink accept 2
		port p-e host-default drop 4
		port p-f within drop 6
		port p-f role drop 10
		port p-f segment-uplink accept 2
		port p-f host-default drop 4
		port p-i role drop 12
		port p-i role accept 4
		port p-i segment-uplink accept 2
		port p-i host-default drop 4
		port p-j role drop 12
		port p-j role accept 4
		port p-j segment-uplink accept 2
		port p-j host-default drop 4
		port p-u role drop 10
		port p-u role accept 6
		port p-u segment-uplink accept 2
		port p-u host-default drop 4
		port p-v role drop 10
		port p-v role accept 6
		port p-v segment-uplink accept 2
		port p-v host-default drop 4
		port p-w role drop 12
		port p-w role accept 4
		port p-w segment-uplink accept 2
		port p-w host-default drop 4
		port p-p within drop 4
		port p-p role accept 12
		port p-p segment-uplink accept 2
		port p-p host-default drop 4
		port p-q within drop 4
		port p-q role accept 12
		port p-q segment-uplink accept 2
		port p-q host-default drop 4
		port up0 segment-uplink accept 18
		port up0 unjudged accept 4
	EOF
	why_is e f drop within
	why_is e i drop role
	why_is w e drop role
	why_is e p drop within
	why_is i j drop role
	why_is i u drop role
	why_is i q accept role
	why_is u v accept role
	why_is v w drop role
	why_is p u accept role
	why_is p q accept role
}

within_accept() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments: {s: {bridge: br0, within: accept, uplink: drop}}
		$(bindings)
	EOF
	counting
	expect_matrix <<-EOF
		.     e f i j u v w p q world host
		e     . + - - - - - + + -     -
		f     + . - - - - - + + -     -
		i     - - . - - - - + + -     -
		j     - - - . - - - + + -     -
		u     - - - - . + - + + -     -
		v     - - - - + . - + + -     -
		w     - - - - - - . + + -     -
		p     + + + + + + + . + -     -
		q     + + + + + + + + . -     -
		world - - - - - - - - - .     +
		host  - - - - - - - - - +     .
	EOF
	expect_counted -s port <<-EOF
		port p-e within accept 21
		port p-e role drop 35
		port p-p within accept 14
		port p-p role accept 42
	EOF
	why_is e q accept within
	why_is p f accept within
	why_is e f accept within
}

# Rules decide before roles: they open what roles close, and close what roles
# open, each in its direction.
rules() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments: {s: {bridge: br0}}
		$(bindings)
		rules:
		  - {name: i-j, from: i, to: j, verdict: accept, stateless: true}
		  - {name: no-p-i, from: p, to: i, verdict: drop, stateless: true}
		  - {name: some, from: some, to: some, verdict: accept, stateless: true}
		  - {name: no-u-v, from: u, to: v, verdict: drop, stateless: true}
		  - {name: v-w, from: v, to: w, verdict: accept, stateless: true}
		  - {name: e-u, from: e, to: u, verdict: accept, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.     e f i j u v w p q world host
		e     . - - - + - - - - -     -
		f     - . - - - - - - - -     -
		i     - - . + - - + + + -     -
		j     - - - . - - - + + -     -
		u     - - - - . - - + + -     -
		v     - - - - + . + + + -     -
		w     - - + - - - . + + -     -
		p     - - - + + + + . + -     -
		q     - - + + + + + + . -     -
		world - - - - - - - - - .     +
		host  - - - - - - - - - +     .
	EOF
	expect_counted rule <<-EOF
		rule i-j 7
		rule no-p-i 7
		rule some 14
		rule no-u-v 7
		rule v-w 7
		rule e-u 7
	EOF
	why_is i j accept rule i-j
	why_is j i drop role
	why_is p i drop rule no-p-i
	why_is i p accept role
	why_is w i accept rule some
	why_is v u accept role
}

# Where unbound ports take part they do not get at isolated ports and
# communities either.
unbound() {
	ENDPOINTS=(e=e:eth0 i=i:eth0 u=u:eth0 p=p:eth0 f=f:eth0 j=j:eth0)
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0], unbound: accept}}
		segments: {s: {bridge: br0, within: accept}}
		bindings:
		  e: {port: p-e}
		  i: {port: p-i, role: isolated}
		  u: {port: p-u, role: community, community: one}
		  p: {port: p-p, role: promiscuous}
	EOF
	counting
	expect_matrix <<-EOF
		. e i u p f j
		e . - - + + +
		i - . - + - -
		u - - . + - -
		p + + + . + +
		f + - - + . +
		j + - - + + .
	EOF
	# Flooded frames meet the ports too that are not in the table.
	expect_counted -s port <<-EOF
		port p-e within accept 7
		port p-e role drop 14
		port p-e unbound accept 26
		port p-i role drop 40
		port p-i role accept 7
		port p-f role drop 14
		port p-f unbound accept 37
	EOF
	why_is e p accept within
	why_is p-f p accept unbound
	why_is p-f i drop role
	why_is u p-f drop role
}

load_module || exit
topo -u up0:world e f i j u v w p q
run_case within-drop within_drop
run_case within-accept within_accept
run_case rules rules
run_case unbound unbound
