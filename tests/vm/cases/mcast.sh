#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Multicast snooping. As querier, the bridge asks its ports who listens to what;
# under a policy that closes all, it still does, or multicast that is allowed
# would come to nobody. Queries of guests go no further than other frames do.
#
# not-on: debug

. tests/vm/lib.sh
. tests/vm/isol.sh

queries_reach() { # ENDPOINT...
	local e
	for e; do
		sniff -t 15000 -u "igmp-query@${e%%=*}" "$e" || fail "no IGMP query: ${e%%=*}"
		sniff -t 15000 -u "mld-query@${e%%=*}" "$e" || fail "no MLD query: ${e%%=*}"
	done
}

control() {
	queries_reach a=a:eth0 b=b:eth0 world=world:eth0
}

# The bridge's own are let through to all guests, be they bound or not, even
# quarantined. They are all that gets from the host to a guest.
closed() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments: {s: {bridge: br0}}
		bindings: {a: {port: p-a, segment: s}, b: {port: p-b, segment: s}}
	EOF
	in_quarantine b
	counting
	queries_reach a=a:eth0 b=b:eth0 c=c:eth0 world=world:eth0
	[ "$(port_counter p-a control accept)" -ge 2 ]
	[ "$(port_counter p-b control accept)" -ge 2 ]
	[ "$(port_counter p-c control accept)" -ge 2 ]
	expect_matrix -k mcast,arp -p host:a,host:b,host:world <<-EOF
		.     a b world host
		host  - - + .
	EOF
}

# A guest's queries do not get to other guests, nor anything else of it.
forged() {
	isolctl flush
	expect_matrix -k igmp,mld -p 'a:*' <<-EOF
		.     a b world host
		a     . + + +
	EOF
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments: {s: {bridge: br0}}
		bindings: {a: {port: p-a, segment: s}, b: {port: p-b, segment: s}}
	EOF
	counting
	expect_matrix -k igmp,mld -p 'a:*' <<-EOF
		.     a b world host
		a     . - - -
	EOF
	expect_counted -s port <<-EOF
		port p-a within drop 2
		port p-a unbound drop 2
		port p-a segment-uplink drop 2
	EOF
	why_is a host drop host-default
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments: {s: {bridge: br0}}
		bindings: {a: {port: p-a, segment: s}, b: {port: p-b, segment: s}}
		rules:
		  - {name: a-b, from: a, to: b, verdict: accept, stateless: true}
	EOF
	counting
	expect_matrix -k igmp,mld -p 'a:*' <<-EOF
		.     a b world host
		a     . + - -
	EOF
	expect_counted rule <<-EOF
		rule a-b 2
	EOF
}

load_module || exit
topo -u up0:world a b c
ENDPOINTS=(a=a:eth0 b=b:eth0 world=world:eth0 host=-:br0)
# MLD queries want an address.
sysctl -q -w net.ipv6.conf.br0.accept_dad=0 net.ipv6.conf.br0.disable_ipv6=0
# The first query comes at once when the bridge begins to ask, and the second
# after the interval there is at that moment: set it before, not with it.
ip link set br0 type bridge mcast_query_interval 100 mcast_startup_query_interval 100 \
	mcast_query_response_interval 50
ip link set br0 type bridge mcast_snooping 1 mcast_querier 1
run_case control control
run_case closed closed
run_case forged forged
