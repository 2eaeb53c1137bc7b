#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Frames to the reserved addresses 01:80:c2:00:00:00 to 0f. A bridge hands
# some of them to the host with the port as device before it asks any bridge
# hook: rules there, be they nftables' or ours, never see them. A guest can give
# the host a default route by that.

. tests/vm/lib.sh
. tests/vm/isol.sh

# Router advertisements count on these ports.
listen_to_routers() { # PORT...
	local port
	for port; do
		sysctl -q -w "net.ipv6.conf.$port.disable_ipv6=0" \
			"net.ipv6.conf.$port.accept_ra=2" "net.ipv6.conf.$port.forwarding=0" \
			"net.ipv6.conf.$port.router_solicitations=0" \
			"net.ipv6.conf.$port.accept_dad=0"
	done
}

has_route() { # PORT
	[[ $(ip -6 route show default) == *"dev $1 "* ]]
}

no_route() {
	[ -z "$(ip -6 route show default)" ] || fail "$(ip -6 route show default)"
}

forget_routes() {
	ip -6 route flush proto ra
	no_route
}

advertise() { # FROM[,OPTION]
	probe -k ra -p "${1%%,*}:host" "${1%%,*}=${1%%,*}:eth0${1#"${1%%,*}"}" host=-:br0
}

# What the kernel does without us, also behind a priority tag.
control() {
	isolctl flush
	nft -f - <<-EOF
		table bridge t {
			chain p { type filter hook prerouting priority -300; policy drop; }
			chain i { type filter hook input priority -300; policy drop; }
			chain f { type filter hook forward priority -300; policy drop; }
		}
	EOF
	local from
	for from in a a,vlan=0 world; do
		forget_routes
		[[ $(advertise $from) == *" pass" ]]
		wait_for 60 has_route "$([ $from = world ] && echo up0 || echo p-a)"
	done
	nft flush ruleset
	forget_routes
}

# Guests' advertisements are dropped and counted. Uplinks are not our business.
advertisement() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0], default: accept}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
	EOF
	counting
	[[ $(advertise a) == *" drop" ]]
	[[ $(advertise a,vlan=0) == *" drop" ]]
	[[ $(advertise c) == *" drop" ]]
	no_route
	[[ $(advertise world) == *" pass" ]]
	wait_for 60 has_route up0
	must_fail has_route p-a
	expect_counted port bridge rule <<-EOF
		port p-a host-default drop 2
		port p-c unbound drop 1
		bridge br0 host-default drop 2
		bridge br0 unbound drop 1
	EOF
	forget_routes
}

# A rule for the host is one for these frames too.
allowed() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		rules:
		  - {name: a-host, from: a, to: host, verdict: accept, stateless: true}
	EOF
	counting
	[[ $(advertise a) == *" pass" ]]
	wait_for 60 has_route p-a
	expect_counted port rule <<-EOF
		port p-a rule accept 1
		rule a-host 1
	EOF
	forget_routes
	[[ $(advertise b) == *" drop" ]]
	no_route
	isolctl quarantine add a
	counting
	[[ $(advertise a) == *" drop" ]]
	no_route
	expect_counted port rule <<-EOF
		port p-a quarantine drop 1
	EOF
	isolctl quarantine del a
}

open_policy() { # [RULES]
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0], default: accept}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		rules: [$*]
	EOF
}

# :00 is the host's with STP on. Otherwise it is forwarded, like any multicast:
# what a guest sends has to be allowed to the host first, whoever else it is for.
stp_off() {
	isolctl flush
	expect_matrix -k reserved00 <<-EOF
		.     a b c world host
		a     . + + +     +
		b     + . + +     +
		c     + + . +     +
		world + + + .     +
		host  + + + +     .
	EOF
	open_policy
	counting
	# The host may not send them either, but for the bridge's own BPDUs.
	expect_matrix -k reserved00 <<-EOF
		.     a b c world host
		a     . . . .     -
		b     . . . .     -
		c     . . . .     -
		world + + . .     +
		host  - - - +     .
	EOF
	expect_counted port <<-EOF
		port p-a host-default drop 2
		port p-b host-default drop 2
		port p-c unbound drop 2
		port up0 bridge-default accept 2
		port up0 unbound drop 1
		port up0 unjudged accept 2
	EOF
	open_policy '{name: a-host, from: a, to: host, verdict: accept, stateless: true}'
	expect_matrix -k reserved00 <<-EOF
		.     a b c world host
		a     . + . +     +
		b     . . . .     -
		c     . . . .     -
		world + + . .     +
		host  - - - +     .
	EOF
}

stp_on() {
	ip link set br0 type bridge stp_state 1
	isolctl flush
	forwarding p-a p-b p-c up0
	expect_matrix -k reserved00 -p '*:host,a:b,world:a' <<-EOF
		.     a b c world host
		a     . . . .     +
		b     . . . .     +
		c     . . . .     +
		world . . . .     +
	EOF
	open_policy
	counting
	expect_matrix -k reserved00 -p '*:host,a:b,world:a' <<-EOF
		.     a b c world host
		a     . . . .     -
		b     . . . .     -
		c     . . . .     -
		world . . . .     +
	EOF
	expect_counted -s port <<-EOF
		port p-a host-default drop 1
		port p-b host-default drop 1
		port p-c unbound drop 1
	EOF
	open_policy '{name: a-host, from: a, to: host, verdict: accept, stateless: true}'
	counting
	expect_matrix -k reserved00 -p '*:host,a:b,world:a' <<-EOF
		.     a b c world host
		a     . . . .     +
		b     . . . .     -
		c     . . . .     -
		world . . . .     +
	EOF
	expect_counted rule <<-EOF
		rule a-host 1
	EOF
}

# The others come by way of the bridge's own hook, and are counted once as well.
others() {
	isolctl flush
	expect_matrix -k reserved03 <<-EOF
		.     a b c world host
		a     . . . .     +
		b     . . . .     +
		c     . . . .     +
		world . . . .     +
		host  + + + +     .
	EOF
	open_policy
	counting
	expect_matrix -k reserved03 <<-EOF
		.     a b c world host
		a     . . . .     -
		b     . . . .     -
		c     . . . .     -
		world . . . .     +
		host  - - - +     .
	EOF
	expect_counted port <<-EOF
		port p-a host-default drop 2
		port p-b host-default drop 2
		port p-c unbound drop 2
		port up0 unjudged accept 2
	EOF
	open_policy '{name: a-host, from: a, to: host, verdict: accept, stateless: true}'
	counting
	expect_matrix -k reserved03 <<-EOF
		.     a b c world host
		a     . . . .     +
		b     . . . .     -
		c     . . . .     -
		world . . . .     +
		host  - - - +     .
	EOF
	expect_counted rule <<-EOF
		rule a-host 1
	EOF
}

# Where the bridge forwards them, the host has to be open, and the way too.
forwarded() {
	isolctl flush
	expect_matrix -k reserved <<-EOF
		.     a b c world host
		a     . + + +     +
		b     + . + +     +
		c     + + . +     +
		world + + + .     +
		host  + + + +     .
	EOF
	open_policy
	expect_matrix -k reserved <<-EOF
		.     a b c world host
		a     . . . .     -
		b     . . . .     -
		c     . . . .     -
		world + + . .     +
		host  - - - +     .
	EOF
	open_policy '{name: host, from: members, to: host, verdict: accept, stateless: true},' \
		'{name: no-a-b, from: a, to: b, verdict: drop, stateless: true}'
	expect_matrix -k reserved <<-EOF
		.     a b c world host
		a     . . . +     +
		b     + . . +     +
		c     . . . .     -
		world + + . .     +
		host  - - - +     .
	EOF
}

load_module || exit
topo -u up0:world a b c
listen_to_routers p-a p-b p-c up0
run_case control control
nft flush ruleset
run_case advertisement advertisement
run_case allowed allowed
run_case stp-off stp_off
run_case stp-on stp_on
ip link set br0 type bridge stp_state 0
run_case others others
ip link set br0 type bridge group_fwd_mask 0x4000
run_case forwarded forwarded
