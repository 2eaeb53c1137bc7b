#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Beside rules that track connections: what no such rule is about is not tracked, and does
# not depend on there being room for connections.
#
# timeout: 150
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

# Guests a and b, and c and d, that talk by stateless rules; of c and d a rule tracks
# connections too. The host has an address.
declare -A ADDRESS=([a]=1 [b]=2 [c]=3 [d]=4)

network() {
	local ns
	modprobe -a bridge veth
	mkbridge br0 mcast_snooping 0
	for ns in a b c d; do
		mkns "$ns"
		mkport br0 "p-$ns" "$ns" "02:00:00:00:01:0${ADDRESS[$ns]}"
		ip -n "$ns" addr add "10.7.0.${ADDRESS[$ns]}/24" dev eth0
	done
	ip addr add 10.7.0.9/24 dev br0
	forwarding p-a p-b p-c p-d
	for ns in b d; do
		in_ns $ns socat TCP4-LISTEN:80,fork,reuseaddr EXEC:cat &
	done
	wait_for 30 pings a 10.7.0.2
	wait_for 30 pings c 10.7.0.4
	wait_for 30 pings a 10.7.0.9
	wait_for 30 says c
}

pings() { # NS ADDRESS [SECONDS]
	in_ns "$1" ping -q -c 1 -W "${3:-10}" "$2" >/dev/null
}

says() { # NS
	[ "$(echo hello | in_ns "$1" socat -t 20 -T 20 - TCP:10.7.0.4:80,connect-timeout=20 2>&1)" = hello ]
}

rules() { # [RULE]
	policy <<-END
		isol: 1
		bridges: {br0: {default: drop}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}, d: {port: p-d}}
		rules:
		  ${1-}
		  - {name: arp, from: any, to: any, ether: arp, verdict: accept, stateless: true}
		  - {name: t, from: c, to: d, tcp: 80, verdict: accept}
		  - {name: ab, from: a, to: b, icmp: any, verdict: accept, stateless: true}
		  - {name: ba, from: b, to: a, icmp: any, verdict: accept, stateless: true}
		  - {name: cd, from: c, to: d, icmp: any, verdict: accept, stateless: true}
		  - {name: dc, from: d, to: c, icmp: any, verdict: accept, stateless: true}
		  - {name: ah, from: a, to: host, icmp: any, verdict: accept, stateless: true}
		  - {name: ha, from: host, to: a, icmp: any, verdict: accept, stateless: true}
	END
}

counted() { # RULE
	isolctl -j rule show "$1" | jq -r '.[].packets'
}

tracked() { # ADDRESS ADDRESS
	conntrack -L -p icmp 2>/dev/null | grep -q "src=$1 dst=$2 "
}

# Frames of a and b are of no connection; those of c and d are, and what goes to the host.
no_connection() {
	local before
	rules
	before=$(counted ab)
	conntrack -F 2>/dev/null
	pings a 10.7.0.2 || fail "a does not reach b"
	[ "$(counted ab)" -gt "$before" ] || fail "rule ab has not decided"
	must_fail tracked 10.7.0.1 10.7.0.2
	pings c 10.7.0.4 || fail "c does not reach d"
	tracked 10.7.0.3 10.7.0.4 || fail "what c sends is not tracked: nothing is shown"
	pings a 10.7.0.9 || fail "a does not reach the host"
	tracked 10.7.0.1 10.7.0.9 || fail "what goes to the host is not tracked"
}


# There is no room for a connection: c and d are at a loss, a and b go on.
full() {
	local before lost most=/proc/sys/net/netfilter/nf_conntrack_max was i pids=()
	rules
	read -r was <$most
	for i in 1 2 3; do
		in_ns c socat TCP:10.7.0.4:80 EXEC:'sleep 200' &
		pids+=($!)
	done
	wait_for 30 assured 3
	echo 1 >$most
	before=$(counted cd)
	lost=$(lost_frames)
	must_fail pings c 10.7.0.4 3
	[ "$(counted cd)" = "$before" ] || fail "rule cd has decided about a frame that was lost"
	[ "$(lost_frames)" -gt "$lost" ] || fail "the kernel has lost no frame"
	must_fail says c
	before=$(counted ab)
	pings a 10.7.0.2 || fail "a does not reach b while there is no room"
	pings a 10.7.0.2 || fail "a does not reach b again"
	[ "$(counted ab)" -gt "$before" ] || fail "rule ab has not decided"
	echo "$was" >$most
	wait_for 20 pings c 10.7.0.4
	kill "${pids[@]}"
}

assured() { # N
	[ "$(conntrack -L -p tcp 2>/dev/null | grep -c 'dport=80 .*ASSURED')" -ge "$1" ]
}

lost_frames() {
	conntrack -S | awk '{
		for (i = 1; i <= NF; i++)
			if ($i ~ /^(drop|early_drop)=/) { sub(/.*=/, "", $i); n += $i }
	}
	END { print n + 0 }'
}

# A rule that tracks comes, on either side, and goes: its connections are tracked then.
comes_and_goes() {
	rules '- {name: more, from: b, to: a, tcp: 1, verdict: accept}'
	conntrack -F 2>/dev/null
	pings a 10.7.0.2 || fail "a does not reach b"
	tracked 10.7.0.1 10.7.0.2 || fail "answers to what b begins would not be known"
	rules
	conntrack -F 2>/dev/null
	pings a 10.7.0.2 || fail "a does not reach b"
	must_fail tracked 10.7.0.1 10.7.0.2
	rules '- {name: more, from: a, to: b, icmp: echo-request, verdict: accept}'
	conntrack -F 2>/dev/null
	pings a 10.7.0.2 || fail "a does not reach b"
	tracked 10.7.0.1 10.7.0.2 || fail "the conversation is not tracked"
	[ "$(counted more)" -gt 0 ] || fail "rule more has not decided"
}

# Whoever is quarantined begins nothing, tracked or not.
quarantined() {
	local before
	rules
	pings a 10.7.0.2 || fail "a does not reach b"
	before=$(port_counter p-a quarantine drop)
	isolctl quarantine add a
	must_fail pings a 10.7.0.2 3
	[ "$(port_counter p-a quarantine drop)" -gt "$before" ] || fail "not for quarantine"
	isolctl quarantine del a
	wait_for 20 pings a 10.7.0.2
}

load_module
load_ct
run_case network network
run_case no-connection no_connection
run_case full full
run_case comes-and-goes comes_and_goes
run_case quarantined quarantined
