#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Rules that track connections under load (iperf3), with SCTP, ping and traceroute, and path
# MTU discovery by way of a guest that is a router.
#
# timeout: 600
# not-on: debug 6.1

# Connections need no names.
# shellcheck disable=SC2119

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh
. tests/vm/programs.sh

GUESTS=(a b c r)
ADDRESS[r]=4

# Behind the guest r is w, with 10.8.0.2 and fd08::2, over a link with a lesser MTU.
network() {
	guests_with_addresses
	mkns w
	ip -n r link add eth1 type veth peer name eth0 netns w
	ip -n r addr add 10.8.0.1/24 dev eth1
	ip -n r addr add fd08::1/64 dev eth1 nodad
	ip -n r link set eth1 mtu 1280 up
	ip -n w addr add 10.8.0.2/24 dev eth0
	ip -n w addr add fd08::2/64 dev eth0 nodad
	ip -n w link set eth0 up
	ip -n w route add default via 10.8.0.1
	ip -n w route add default via fd08::1
	in_ns r sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	in_ns w sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	for ns in a c; do
		ip -n $ns route add 10.8.0.0/24 via 10.7.0.4
		ip -n $ns route add fd08::/64 via fd07::4
	done
	in_ns b iperf3 -s >/run/isol/iperf3.server 2>&1 &
	in_ns w socat -u TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0 OPEN:/run/isol/got,creat,append &
	wait_for 60 listens b 5201
	wait_for 60 listens w 80
}


# ---- iperf3

perf() {
	rules '{name: tcp, from: web, to: db, tcp: 5201, verdict: accept}' \
		'{name: udp, from: web, to: db, udp: 5201, verdict: accept}' "$@"
}

# What iperf3 says at its end, of all streams.
measured() { # JQ-EXPRESSION ADDRESS OPTION...
	in_ns a timeout 120 iperf3 -J -c "$2" "${@:3}" >/run/isol/iperf3.json ||
		fail "iperf3 ${*:2}: $(jq -r .error /run/isol/iperf3.json)"
	[ "$(jq "$1" /run/isol/iperf3.json)" = true ] ||
		fail "iperf3 ${*:2}: $(jq -c .end.sum_received,.end.sum /run/isol/iperf3.json)"
}

throughput() {
	local address option
	perf | policy
	counting
	for address in 10.7.0.2 fd07::2; do
		for option in '' -R '-P 4' '-P 4 -R'; do
			# shellcheck disable=SC2086 # words
			measured '.end.sum_received.bytes > 1000000' $address -n 4M $option
		done
		for option in '' -R '-P 2'; do
			# shellcheck disable=SC2086 # words
			measured '.end.sum.packets > 50 and .end.sum.lost_percent < 50' $address \
				-u -b 2M -t 2 -l 1200 $option
		done
	done
	[ "$(decided tcp)" -ge 10000 ] || fail "not by the rule tcp: $(decided tcp)"
	[ "$(decided udp)" -ge 1000 ] || fail "not by the rule udp: $(decided udp)"
	[ "$(dropped p-a bridge-default)$(dropped p-b bridge-default)" = 00 ] || fail "$(_counters)"
	# nobody else, and not the other way
	counting
	must_fail in_ns c timeout 60 iperf3 -c 10.7.0.2 -n 1M --connect-timeout 2000
	denied p-c bridge-default
	in_ns a iperf3 -s -1 >/run/isol/iperf3.other 2>&1 &
	kill_at_exit $!
	wait_for 60 listens a 5201
	must_fail in_ns b timeout 60 iperf3 -c 10.7.0.1 -n 1M --connect-timeout 2000
	denied p-b bridge-default
	perf '{name: back, from: db, to: web, tcp: 5201, verdict: accept}' | policy
	in_ns b timeout 60 iperf3 -c 10.7.0.1 -n 1M
}

# What has arrived at b.
bytes() { in_ns b sed -n 's/^ *eth0: *\([0-9]*\) .*/\1/p' /proc/net/dev; }

beyond() { [ "$(bytes)" -gt "$1" ]; }

flows() { wait_for 60 beyond $(($(bytes) + 500000)); }

stalls() {
	local before
	sleep 0.5
	before=$(bytes)
	sleep 2
	[ $(($(bytes) - before)) -lt 20000 ] || fail "it goes on: $(($(bytes) - before)) bytes"
}

# The connections there are, by what the kernel numbers them.
connections() {
	conntrack -L -p tcp --dport 5201 -o id 2>/dev/null | sed -n '/ESTABLISHED/s/.* id=\([0-9]*\).*/\1/p' | sort
}

# Load that lasts, as the policy changes.
begin_load() {
	# not a function: of that the shell would be killed, and not the program
	nsenter --net=/run/netns/a iperf3 -c 10.7.0.2 -t 1000 -P 2 -b 10M >/run/isol/iperf3.client 2>&1 &
	load=$!
	# shellcheck disable=SC2064 # this one
	trap "{ kill $load; isolctl quarantine del a; isolctl quarantine del b; } 2>/dev/null || :" EXIT
	flows || fail "$(cat /run/isol/iperf3.client)"
	before=$(connections)
	[ "$(wc -l <<<"$before")" -ge 3 ] || fail "not three connections: $(conntrack -L)"
}

# Those that were there, and no others.
end_load() {
	[ "$(connections)" = "$before" ] || fail "other connections: $(connections), not $before"
	kill -0 "$load" || fail "iperf3 ended: $(cat /run/isol/iperf3.client)"
	kill "$load"
	wait "$load" || :
	# a new one is served
	wait_for 60 in_ns a timeout 60 iperf3 -c 10.7.0.2 -n 1M
}

replaced() {
	local i
	perf | policy
	begin_load
	counting
	for i in 1 2 3; do
		perf | sed "s/^groups: {/&g$i: , /" | policy
		flows || fail "stalls by policy $i"
	done
	[ "$(dropped p-a bridge-default)$(dropped p-b bridge-default)" = 00 ] || fail "$(_counters)"
	[ "$(dropped p-a state)$(dropped p-b state)" = 00 ] || fail "$(_counters)"
	end_load
}

revoked() {
	perf | policy
	begin_load
	counting
	perf | grep -v 'name: tcp' | policy
	stalls
	denied p-a bridge-default
	counting
	perf '{name: denies, from: web, to: db, tcp: 5201, verdict: drop}' | grep -v 'name: tcp' | policy
	stalls
	[ "$(decided denies)" -ge 1 ] || fail "not dropped by the rule"
	perf | policy
	flows || fail "does not go on again"
	end_load
}

quarantined() {
	local guest
	perf | policy
	begin_load
	for guest in a b; do
		counting
		isolctl quarantine add $guest
		stalls
		denied p-a quarantine
		isolctl quarantine del $guest
		flows || fail "does not go on after quarantine"
	done
	end_load
}

# b's interface is another, with another number; its connections are its binding's.
remade() {
	local index
	perf | policy
	begin_load
	index=$(</sys/class/net/p-b/ifindex)
	ip link del p-b
	guest_port b
	[ "$(</sys/class/net/p-b/ifindex)" != "$index" ] || fail "it is the same port"
	forwarding p-b
	flows || fail "ended with the port"
	end_load
}

# ---- SCTP

# Without half an end, as TCP has it, whoever asks has to stay until it is answered.
sctp_echoes() { # NS ADDRESS SECONDS
	local line
	read -r -t "$3" line < <({ echo hello; sleep "$3"; } |
		in_ns "$1" timeout "$3" ncat --sctp "$2" 9 2>/dev/null) &&
		[ "$line" = hello ]
}

sctp() {
	local net ns
	modprobe sctp || skip_case "no SCTP in this kernel"
	for ns in a b; do
		in_ns $ns ncat --sctp -l -k 9 -e /bin/cat &
	done
	rules '{name: sctp, from: web, to: db, sctp: 9, verdict: accept}' | policy
	wait_for 60 sctp_echoes a 10.7.0.2 10
	counting
	for net in 10.7.0. fd07::; do
		sctp_echoes a ${net}2 20 || fail "no answer from ${net}2"
		# before the kernel forgets it
		conntrack -L -p sctp -f "ipv$([ $net = fd07:: ] && echo 6 || echo 4)" 2>/dev/null |
			grep -q 'zone=' || fail "not tracked"
		must_fail sctp_echoes c ${net}2 10
		must_fail sctp_echoes b ${net}1 10
	done
	denied p-b bridge-default
	denied p-c bridge-default
	[ "$(decided sctp)" -ge 10 ] || fail "not by the rule: $(decided sctp)"
	# both may begin
	rules '{name: both, from: any, to: any, sctp: 9, verdict: accept}' | policy
	wait_for 60 sctp_echoes b 10.7.0.1 10
	# an association that is open
	rules '{name: sctp, from: web, to: db, sctp: 9, verdict: accept}' | policy
	keep_talking it in_ns a ncat --sctp 10.7.0.2 9
	goes_on || fail "no connection"
	counting
	rules '{name: none, from: c, to: b, sctp: 9, verdict: accept}' | policy
	ended
	denied p-a bridge-default
	rules '{name: sctp, from: web, to: db, sctp: 9, verdict: accept}' | policy
	wait_for 40 echoed || fail "does not go on again"
	close_connection
}

# ---- ICMP

pinged() { # NS ADDRESS [OPTION...]
	in_ns "$1" ping -q -c 3 -i 0.2 -W 10 -e 77 "${@:3}" "$2" >/dev/null
}

# One identifier is one conversation, of the one who began it.
echo_ids() {
	rules '{name: ping, from: web, to: db, icmp: echo-request, verdict: accept}' \
		'{name: ping6, from: web, to: db, icmpv6: echo-request, verdict: accept}' | policy
	conntrack -F 2>/dev/null
	counting
	pinged a 10.7.0.2
	pinged a fd07::2
	expect_counted -s rule <<-EOF2
		rule ping 6
		rule ping6 6
	EOF2
	[ "$(conntrack -L -p icmp 2>/dev/null | grep -c 'id=77 .*id=77 ')" -eq 1 ] ||
		fail "$(conntrack -L -p icmp)"
	must_fail pinged b 10.7.0.1 -W 1
	must_fail pinged b fd07::1 -W 1
	denied p-b bridge-default
	rules '{name: ping, from: db, to: web, icmp: echo-request, verdict: accept}' \
		'{name: ping6, from: db, to: web, icmpv6: echo-request, verdict: accept}' | policy
	pinged b 10.7.0.1
	pinged b fd07::1
}

# The first two hops on the way.
hops() { # NS ADDRESS OPTION...
	local six=()
	[[ $2 != *:* ]] || six=(-6)
	in_ns "$1" traceroute "${six[@]}" -n -q 1 -w 3 -m 2 "${@:3}" "$2" |
		awk 'NR > 1 { printf "%s%s", sep, $2; sep = " " }'
}

on_the_way() { # HOPS NS ADDRESS OPTION...
	local got
	got=$(hops "${@:2}")
	[ "$got" = "$1" ] || fail "traceroute ${*:2}: expected '$1', got '$got'"
}

# That it ends at r, r says itself, and that nobody listens at w, w does, by way of r.
traced() {
	rules '{name: trace, from: web, to: r, udp: 33434-33534, verdict: accept}' \
		'{name: http, from: web, to: r, tcp: 80, verdict: accept}' | policy
	counting
	on_the_way '10.7.0.4 10.8.0.2' a 10.8.0.2
	on_the_way 'fd07::4 fd08::2' a fd08::2
	on_the_way '10.7.0.4 10.8.0.2' a 10.8.0.2 -T -p 80
	on_the_way 'fd07::4 fd08::2' a fd08::2 -T -p 80
	[ "$(dropped p-r bridge-default)" -eq 0 ] || fail "$(_counters)"
	expect_counted -s rule <<<'rule trace 8'
	on_the_way '* *' c 10.8.0.2
	on_the_way '* *' c fd08::2
	denied p-c bridge-default
	# no word of r by itself
	must_fail pings r 10.7.0.1 2
	denied p-r bridge-default
	rules '{name: trace, from: web, to: r, udp: 33434-33534, verdict: accept, stateless: true}' \
		'{name: none, from: c, to: b, tcp: 1, verdict: accept}' | policy
	counting
	on_the_way '* *' a 10.8.0.2
	denied p-r bridge-default
	expect_counted -s rule <<<'rule trace 2'
}

got_all() { [ "$(stat -c %s /run/isol/got 2>/dev/null)" = 200000 ]; }

upload() { # ADDRESS SECONDS
	rm -f /run/isol/got
	ip -n a route flush cache
	ip -n a -6 route flush cache
	head -c 200000 /dev/zero | in_ns a timeout "$2" socat -u - "TCP:$(brackets "$1"):80" || :
	wait_for 5 got_all
}

learned() { # ADDRESS
	[[ $(ip -n a route get "$1") = *mtu\ 1280* ]]
}

# What is too large r cannot pass on, and says so.
path_mtu() {
	local address
	rules '{name: http, from: web, to: r, tcp: 80, verdict: accept}' | policy
	counting
	for address in 10.8.0.2 fd08::2; do
		upload $address 60 || fail "$address: $(stat -c %s /run/isol/got) bytes have arrived"
		learned $address || fail "$address: $(ip -n a route get $address)"
	done
	[ "$(dropped p-r bridge-default)" -eq 0 ] || fail "$(_counters)"
	[ "$(decided http)" -ge 100 ] || fail "not by the rule"
	# who accepts only what TCP sends hears nothing of it
	rules '{name: to, from: web, to: r, tcp: 80, verdict: accept, stateless: true}' \
		'{name: fro, from: r, to: web, tcp: any, sport: 80, verdict: accept, stateless: true}' \
		'{name: none, from: c, to: b, tcp: 1, verdict: accept}' | policy
	for address in 10.8.0.2 fd08::2; do
		counting
		must_fail upload $address 6
		must_fail learned $address
		denied p-r bridge-default
	done
	rules '{name: ping, from: web, to: r, icmp: echo-request, verdict: accept}' \
		'{name: ping6, from: web, to: r, icmpv6: echo-request, verdict: accept}' | policy
	ip -n a route flush cache
	ip -n a -6 route flush cache
	grep -qi 'mtu.*1280' <(in_ns a ping -c 1 -W 10 -M "do" -s 1400 10.8.0.2 2>&1)
	grep -qi 'mtu.*1280' <(in_ns a ping -c 1 -W 10 -M "do" -s 1400 fd08::2 2>&1)
}

load_module
load_ct
run_case network network
run_case throughput throughput
run_case replaced replaced
run_case revoked revoked
run_case quarantined quarantined
run_case remade remade
run_case sctp sctp
run_case echo-ids echo_ids
run_case traceroute traced
run_case path-mtu path_mtu
