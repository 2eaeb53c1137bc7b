#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Spanning tree: what bridges say to each other gets out of every port, so that
# loops are cut under any policy. It gets in from uplinks only: a guest can take
# part in no election.

. tests/vm/lib.sh
. tests/vm/isol.sh

# br0 and br1, which is to be the root, with two links between them, l1 to k1 and
# l2 to k2, and one more port each. (Both in the first namespace: kernels take
# BPDUs nowhere else.)
topology() {
	local stp='stp_state 1 forward_delay 200 hello_time 100 max_age 600'
	quiet_network
	ip -batch - <<-EOF
		link add br0 address 02:00:00:00:01:00 type bridge $stp
		link add br1 address 02:00:00:00:01:01 type bridge $stp priority 28672
		link set br0 up
		link set br1 up
		link add l1 type veth peer name k1
		link add l2 type veth peer name k2
		link set l1 master br0 up
		link set l2 master br0 up
		link set k1 master br1 up
		link set k2 master br1 up
	EOF
	guests br0 p-a:a
	guests br1 p-x:x
	ENDPOINTS=(a=a:eth0 x=x:eth0 host=-:br0 peer=-:br1)
}

# 3 forwarding, 4 blocking
state() { # PORT
	local state
	read -r state <"/sys/class/net/$1/brport/state"
	echo "$state"
}

root_port() {
	local nr
	read -r nr </sys/class/net/br0/bridge/root_port
	echo "$nr"
}

is_root() { [ "$(root_port)" = 0 ]; }

# One of the links is blocked at br0, which is not the root.
converged() {
	[[ $(root_port) != 0 && "$(state l1)$(state l2)" = @(34|43) ]] &&
		_forward p-a p-x k1 k2
}

# Every frame arrives, and once: it does not go round.
once() { # +|-, from and to the bridge's own host
	expect_matrix -k arp,mcast,unknown <<-EOF
		.    a x host peer
		a    . + $1   +
		x    + . +    $1
		host $1 + .   +
		peer + $1 +   .
	EOF
}

control() {
	wait_for 40 converged
	once +
}

uplinks() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [l1, l2]}, br1: {uplinks: [k1, k2]}}
		segments: {s: {bridge: br0, uplink: accept}, t: {bridge: br1, uplink: accept}}
		bindings: {a: {port: p-a}, x: {port: p-x}}
	EOF
	converged
	once -
	# The other link takes over, and gives back.
	blast_start -i 10 -k arp
	local before after
	if [ "$(state l1)" = 3 ]; then
		before=l1 after=l2
	else
		before=l2 after=l1
	fi
	must_fail is_root
	ip link set $before down
	forwarding $after
	once -
	ip link set $before up
	wait_for 60 converged
	once -
	blast_stop
	no_storm
}

# Nothing arrived more often than it was sent.
no_storm() {
	local from to kind sent received _
	while read -r from to kind sent received _; do
		[ "$from" != phase ] || continue
		[ "$received" -le "$sent" ] || fail "$from $to: $received of $sent"
	done </run/isol/blast
	blasted x a some
}

# As guest ports the same links bring nothing to the election: br0 thinks that
# it is the root, and says so. The policy alone keeps frames from going round:
# what goes out by one link comes back by the other, and no further.
guests_drop() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {}}
		segments: {s: {bridge: br0}}
		bindings: {a: {port: p-a}, l1: {port: l1}, l2: {port: l2}}
		rules:
		  - {name: out, from: a, to: l1, verdict: accept, stateless: true}
		  - {name: in, from: l2, to: a, verdict: accept, stateless: true}
	EOF
	counting
	wait_for 60 is_root
	forwarding l1 l2
	expect_matrix -k arp,mcast,unknown <<-EOF
		.    a x host peer
		a    + + -    +
		x    + . -    +
		host - - .    -
		peer + + -    .
	EOF
	[ "$(port_counter l1 host-default drop)" -gt 3 ]
	[ "$(port_counter l1 control accept)" -gt 3 ]
	[ "$(port_counter p-a control accept)" -gt 3 ]
	sniff -t 10000 -u bpdu@k1 k1=-:k1
	sniff -t 10000 -u bpdu@a a=a:eth0
}

root_is() { # ADDRESS
	local id
	read -r id </sys/class/net/br0/bridge/root_id
	[[ $id == *".$1" ]]
}

# A guest that claims to be the best of all bridges becomes the root where it is
# let through, and not otherwise.
takeover() {
	ip link set l1 down
	ip link set l2 down
	ENDPOINTS=(a=a:eth0 host=-:br0)
	policy <<-EOF
		isol: 1
		bridges: {br0: {default: accept}}
		bindings: {a: {port: p-a}}
	EOF
	counting
	probe -k bpdu -p a:host "${ENDPOINTS[@]}"
	root_is 020000000100
	expect_counted -s port <<-EOF
		port p-a host-default drop 1
	EOF
	policy <<-EOF
		isol: 1
		bridges: {br0: {default: accept}}
		bindings: {a: {port: p-a}}
		rules:
		  - {name: a-host, from: a, to: host, verdict: accept, stateless: true}
	EOF
	counting
	probe -k bpdu -p a:host "${ENDPOINTS[@]}"
	wait_for 60 root_is 020000005f61
	expect_counted rule <<-EOF
		rule a-host 1
	EOF
}

load_module || exit
topology
run_case control control
run_case uplinks uplinks
run_case guests guests_drop
run_case takeover takeover
