#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Beside others: br_netfilter and VLAN filtering on or off change no verdict,
# and nftables sees what isol has accepted, and only that.

. tests/vm/lib.sh
. tests/vm/isol.sh

our_policy() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments: {s: {bridge: br0}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: a-b, from: a, to: b, verdict: accept, stateless: true}
		  - {name: b-host, from: b, to: host, verdict: accept, stateless: true}
		  - {name: host-c, from: host, to: c, verdict: accept, stateless: true}
		  - {name: c-up, from: c, to: uplink, verdict: accept, stateless: true}
		  - {name: up-a, from: uplink, to: a, verdict: accept, stateless: true}
	EOF
}

our_matrix() {
	counting
	expect_matrix <<-EOF
		.     a b c d world host
		a     . + - - -     -
		b     - . - - -     +
		c     - - . - +     -
		d     - - - . -     -
		world + - - - .     +
		host  - - + - +     .
	EOF
	expect_counted rule port <<-EOF
		rule a-b 7
		rule b-host 7
		rule host-c 8
		rule c-up 7
		rule up-a 7
		port p-a rule accept 7
		port p-a within drop 7
		port p-a segment-uplink drop 7
		port p-a unbound drop 7
		port p-a host-default drop 15
		port p-b rule accept 7
		port p-b within drop 14
		port p-b segment-uplink drop 7
		port p-b unbound drop 7
		port p-b host-default drop 8
		port p-c rule accept 15
		port p-c within drop 14
		port p-c unbound drop 7
		port p-c host-default drop 7
		port p-d unbound drop 43
		port up0 rule accept 7
		port up0 segment-uplink drop 14
		port up0 unbound drop 7
		port up0 unjudged accept 14
	EOF
}

all_open() {
	expect_matrix <<-EOF
		.     a b c d world host
		a     . + + + +     +
		b     + . + + +     +
		c     + + . + +     +
		d     + + + . +     +
		world + + + + .     +
		host  + + + + +     .
	EOF
}

calls() { # 0|1
	sysctl -q -w net.bridge.bridge-nf-call-{ip,ip6,arp}tables="$1"
}

# Packets that a rule of nftables has counted.
nft_count() { # FAMILY CHAIN
	nft -j list chain "$1" t "$2" |
		jq '[.nftables[].rule?.expr[]?.counter?.packets | values] | add'
}

plain() {
	our_policy
	our_matrix
}

# Packets from a bridge in the hooks of IP show that it does call them.
br_netfilter_0() {
	modprobe br_netfilter
	nft -f - <<-EOF
		table inet t {
			chain passing { type filter hook forward priority 0; counter; }
		}
	EOF
	calls 0
	our_matrix
	[ "$(nft_count inet passing)" = 0 ]
}

br_netfilter_1() {
	calls 1
	our_matrix
	# two of unicast and multicast and one of unknown, IPv4; two, IPv6
	[ "$(nft_count inet passing)" = $((3 * 5)) ] || fail "$(nft list ruleset)"
}

# Connection tracking in the hooks of IP too, where a flooded packet is one of
# several copies of one connection.
br_netfilter_ct() {
	nft add rule inet t passing ct state new,established counter
	our_matrix
	isolctl flush
	all_open
	our_policy
	nft flush ruleset
	calls 0
}

vlan_filtering() {
	ip link set br0 type bridge vlan_filtering 1
	our_matrix
	isolctl flush
	all_open
	our_policy
	ENDPOINTS=('a=a:eth0,vlan=0' b=b:eth0 c=c:eth0 d=d:eth0 'world=world:eth0,vlan=1' host=-:br0)
	our_matrix
}

# VLANs of the bridge: frames of a VLAN that a port does not have do not even
# come to be judged.
vlans() {
	isolctl flush
	bridge vlan add vid 10 dev p-a
	bridge vlan add vid 10 dev p-b
	bridge vlan add vid 10 dev up0
	ENDPOINTS=('a=a:eth0,vlan=10' 'b=b:eth0,vlan=10' 'c=c:eth0,vlan=10' 'world=world:eth0,vlan=10')
	expect_matrix -k arp,mcast,mcast6,unknown <<-EOF
		.     a b c world
		a     . + - +
		b     + . - +
		c     - - . -
		world + + - .
	EOF
	our_policy
	counting
	expect_matrix -k arp,mcast,mcast6,unknown <<-EOF
		.     a b c world
		a     . + - -
		b     - . - -
		c     - - . -
		world + - - .
	EOF
	ENDPOINTS=('a=a:eth0,vlan=10' 'b=b:eth0,vlan=10' 'world=world:eth0,vlan=10')
	expect_matrix -k unicast,unicast6,custom <<-EOF
		.     a b world
		a     . + -
		b     - . -
		world + - .
	EOF
	expect_counted rule <<-EOF
		rule a-b 7
		rule up-a 7
	EOF
}

# What is dropped here is seen by none of nftables' bridge chains, not by the
# earliest even; what is accepted can still be dropped there.
nft_beside() {
	our_policy
	nft -f - <<-EOF
		table bridge t {
			chain f {
				type filter hook forward priority -200
				counter
				ether type arp drop
			}
			chain i { type filter hook input priority -200; counter; ether type ip6 drop; }
			chain o { type filter hook output priority -200; counter; oifname "p-c" drop; }
		}
	EOF
	counting
	expect_matrix <<-EOF
		.     a b c d world host
		a     . unicast,unicast6,custom,mcast,mcast6,unknown - - - -
		b     - . - - - unicast,custom,arp,mcast,reserved
		c     - - . - unicast,unicast6,custom,mcast,mcast6,unknown -
		d     - - - . - -
		world unicast,unicast6,custom,mcast,mcast6,unknown - - - . unicast,custom,arp,mcast,reserved
		host  - - - - + .
	EOF
	expect_counted rule <<-EOF
		rule a-b 7
		rule b-host 7
		rule host-c 8
		rule c-up 7
		rule up-a 7
	EOF
	[ "$(nft_count bridge f)" = 21 ]
	[ "$(nft_count bridge i)" = 12 ]
	[ "$(nft_count bridge o)" = 16 ]
}

# A rule there that accepts does not open what is closed here.
nft_accept() {
	nft -f - <<-EOF
		flush ruleset
		table bridge t {
			chain f { type filter hook forward priority -400; counter accept; }
			chain i { type filter hook input priority -400; counter accept; }
			chain o { type filter hook output priority -400; counter accept; }
		}
	EOF
	our_matrix
}

load_module || exit
topo -u up0:world a b c d
run_case plain plain
run_case br-netfilter-0 br_netfilter_0
run_case br-netfilter-1 br_netfilter_1
run_case br-netfilter-ct br_netfilter_ct
nft flush ruleset
run_case vlan-filtering vlan_filtering
run_case vlans vlans
ip link set br0 type bridge vlan_filtering 0
run_case nft-beside nft_beside
run_case nft-accept nft_accept
