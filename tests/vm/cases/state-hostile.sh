#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who tries to get by rules that track connections, and who must not be hit by them:
# guests that forge, the host's other addresses and programs, others' firewalls.
#
# timeout: 400
# not-on: 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh
. tests/vm/programs.sh

ENDPOINTS=(host=-:br0 a=a:eth0 b=b:eth0 c=c:eth0 u=u:eth0)

network() {
	guests_with_addresses
	host_with_addresses
	world
	ip -n w route add default via 192.0.2.1
	sysctl -q -w net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.br0.rp_filter=2
}

rules() {
	cat <<-END
		isol: 1
		bridges: {br0: {uplinks: [p-u]}}
		bindings:
		  a: {port: p-a}
		  b: {port: p-b}
		  c: {port: p-c}
		rules:
		  - {name: arp, from: any, to: any, ether: arp, verdict: accept, stateless: true}
		  - {name: nd, from: any, to: any, icmpv6: [135, 136], verdict: accept, stateless: true}
	END
	printf '  - %s\n' "$@"
}

# b may ask the host and what is behind it for names, the host may begin all.
via_host() {
	rules '{name: names, from: b, to: host, udp: 53, verdict: accept}' \
		'{name: host-all, from: host, to: any, verdict: accept}' | policy
	in_ns w socat -u UDP4-RECVFROM:7777,fork OPEN:/run/isol/got,creat,append &
	kill_at_exit $!
	sleep 0.5
	# control
	in_ns b socat -u - UDP:192.0.2.2:7777,bind=10.7.0.2:53 <<<control || :
	sleep 0.5
	must_fail grep -q control /run/isol/got
	# b begins "from 192.0.2.2:7777" to an address of its own
	ip -n b addr add 192.0.2.2/32 dev lo
	ip -n b route add 10.7.0.77/32 via 10.7.0.9
	in_ns b socat -u - UDP:10.7.0.77:53,bind=192.0.2.2:7777 <<<begin || :
	sleep 0.3
	conntrack -L -p udp 2>/dev/null
	ip -n b addr del 192.0.2.2/32 dev lo
	ip -n b route del 10.7.0.77/32 via 10.7.0.9
	ip -n b addr add 10.7.0.77/32 dev eth0
	in_ns b socat -u - UDP:192.0.2.2:7777,bind=10.7.0.77:53 <<<bypass || :
	sleep 0.5
	! grep -q bypass /run/isol/got || fail "b reaches 192.0.2.2:7777 with udp 53 only"
}

# The same to a port of the host itself
via_host6() {
	rules '{name: names, from: b, to: host, udp: 53, verdict: accept}' \
		'{name: host-all, from: host, to: any, verdict: accept}' | policy
	socat -u UDP6-RECVFROM:161,fork OPEN:/run/isol/got6,creat,append &
	kill_at_exit $!
	sleep 0.5
	in_ns b socat -u - 'UDP6:[fd07::9]:161,bind=[fd07::2]:53' <<<control || :
	sleep 0.5
	must_fail grep -q control /run/isol/got6
	ll=$(ip -6 -o addr show dev br0 scope link | awk '{sub("/.*", "", $4); print $4}')
	ip -n b addr add fd07::9/128 dev lo nodad
	ip -n b route add fd07::77/128 via "$ll" dev eth0
	in_ns b socat -u - 'UDP6:[fd07::77]:53,bind=[fd07::9]:161' <<<begin || :
	sleep 0.3
	conntrack -L -f ipv6 -p udp 2>/dev/null
	ip -n b addr del fd07::9/128 dev lo
	ip -n b route del fd07::77/128
	ip -n b addr add fd07::77/128 dev eth0 nodad
	in_ns b socat -u - 'UDP6:[fd07::9]:161,bind=[fd07::77]:53' <<<bypass || :
	sleep 0.5
	! grep -q bypass /run/isol/got6 || fail "b reaches port 161 of the host with udp 53 only"
}

# Two guests that say the same to all
same_words() {
	rules '{name: dhcp, from: any, to: uplink, udp: 67, verdict: accept}' | policy
	craft -L "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		one a u udp ip4 src 0.0.0.0 dst 255.255.255.255 sport 68 dport 67 cast broadcast
		two c u udp ip4 src 0.0.0.0 dst 255.255.255.255 sport 68 dport 67 cast broadcast
	END
	cat /run/isol/craft
	grep -q 'one pass' /run/isol/craft || fail "not even one"
	grep -q 'two pass' /run/isol/craft || fail "the second guest's $(_counters | grep 'p-c state')"
}

# A guest whose rules are those of the uplink
shared_row() {
	rules '{name: t, from: a, to: b, udp: 53, verdict: accept}' \
		'{name: rest, from: any, to: any, verdict: drop}' | policy
	counting
	in_ns c ping -q -c 1 -W 1 -s 3000 10.7.0.2 >/dev/null || :
	in_ns a ping -q -c 1 -W 1 -s 3000 10.7.0.2 >/dev/null || :
	_counters | grep -E 'p-[ac]' || :
	_counters | grep -q '^port p-a fragment drop' || fail "control"
	_counters | grep -q '^port p-c fragment drop' || fail "fragments of c are put together"
}

# The host has another address, by another MAC
vmac() {
	ip link add vrrp0 link br0 type macvlan mode bridge
	ip link set vrrp0 address 00:00:5e:00:01:01 up
	ip addr add 10.7.0.99/32 dev vrrp0
	sysctl -q -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.br0.rp_filter=0 net.ipv4.conf.vrrp0.rp_filter=0
	rules '{name: ping, from: a, to: host, icmp: echo-request, verdict: accept, stateless: true}' \
	      '{name: pong, from: host, to: a, icmp: echo-reply, verdict: accept, stateless: true}' | policy
	in_ns a ping -q -c 1 -W 10 10.7.0.99 >/dev/null || fail "control"
	rules '{name: ping, from: a, to: host, icmp: echo-request, verdict: accept}' | policy
	in_ns a ping -q -c 1 -W 10 10.7.0.9 >/dev/null || fail "control 2"
	in_ns a ping -q -c 1 -W 10 10.7.0.99 >/dev/null || fail "no answer from the second address"
}

# What the host sends past its own stack
packet_socket() {
	rules '{name: lease, from: host, to: a, udp: 68, verdict: accept}' | policy
	craft -L "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		one host a udp ip4 src 10.7.0.9 dst 10.7.0.1 sport 67 dport 68
	END
	cat /run/isol/craft
	_counters | grep p-a || :
	grep -q 'one pass' /run/isol/craft || fail "what a DHCP server sends by a packet socket"
}

# Somebody else's firewall, on a bridge that isol does not manage
others() {
	isolctl flush
	mkbridge br9 mcast_snooping 0
	for ns in x z; do
		mkns $ns
		mkport br9 p-$ns $ns
	done
	ip -n x addr add 10.9.0.1/24 dev eth0
	ip -n z addr add 10.9.0.2/24 dev eth0
	forwarding p-x p-z
	at_exit nft flush ruleset
	nft -f - <<-E
		table bridge fw {
			chain f { type filter hook forward priority 0; policy drop
				ether type arp accept
				ct state established,related accept
				iifname p-x ct state new accept
			}
		}
	E
	wait_for 5 in_ns x ping -q -c 1 -W 1 10.9.0.2
	rules '{name: ping, from: a, to: b, icmp: echo-request, verdict: accept}' | policy
	in_ns x ping -q -c 1 -W 10 10.9.0.2 || fail "another bridge's firewall cannot track any more"
}

# PMTU of what has been translated
dnat_error() {
	nft -f - <<-E
		table ip nat {
			chain pre { type nat hook prerouting priority -100
				iifname w0 udp dport 8080 dnat to 10.7.0.2:99
			}
		}
	E
	rules '{name: world-b, from: host, to: b, udp: 99, verdict: accept}' | policy
	out=$(echo hello | in_ns w socat -t 10 - UDP:192.0.2.1:8080 2>&1) || :
	nft flush ruleset
	_counters | grep p-b || :
	[[ $out = *refused* ]] || fail "no ICMP error about what was translated: $out"
}

# An answer of the host that is larger than the MTU
host_fragments() {
	# it may take long to begin
	socat -t 20 UDP4-RECVFROM:53,fork SYSTEM:'head -c 3000 /dev/zero' &
	kill_at_exit $!
	sleep 0.3
	rules '{name: q, from: a, to: host, udp: 53, verdict: accept, stateless: true}' '{name: r, from: host, to: a, verdict: accept, stateless: true}' | policy
	n=$(echo q | in_ns a socat -b 8000 -t 10 - UDP4:10.7.0.9:53 | wc -c)
	[ "$n" = 3000 ] || fail "control: $n"
	rules '{name: q, from: a, to: host, udp: 53, verdict: accept}' | policy
	n=$(echo q | in_ns a socat -b 8000 -t 10 - UDP4:10.7.0.9:53 | wc -c)
	_counters | grep p-a || :
	[ "$n" = 3000 ] || fail "of the host's answer $n bytes come"
}

unreachable() { # how often b has been told so
	# shellcheck disable=SC2016 # awk's
	in_ns b awk '/^Icmp:/ && n++ { print $5 }' /proc/net/snmp
}

# What the host says while it refuses a connection goes to who began that, not to whom that one
# has named.
refused_by_host() {
	local told
	nft add table inet fw
	at_exit nft flush ruleset
	nft add chain inet fw in '{ type filter hook input priority 0; }'
	nft add rule inet fw in udp dport 5005 reject
	rules '{name: q, from: [a, b], to: host, udp: 5005, verdict: accept}' | policy
	counting
	out=$(echo hello | in_ns b socat -t 10 - UDP:10.7.0.9:5005 2>&1) || :
	[[ $out = *refused* ]] || fail "control: $out"
	told=$(unreachable)
	[ "$told" -ge 1 ] || fail "control: not told"
	craft -L "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		one a host udp ip4 src 10.7.0.2 dst 10.7.0.9 sport 500 dport 5005
	END
	cat /run/isol/craft
	wait_for 10 has_dropped p-b host-default
	same "$told" "$(unreachable)" "how often b was told"
	[ "$(decided q)" -ge 2 ] || fail "it was dropped: $(_counters | grep p-a)"
}

# A conversation that goes on through another guest with the same address and ports; one way round after stateless rules
moved() {
	rules '{name: s, from: [a, c], to: b, udp: 53, verdict: accept}' | policy
	craft -L "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		one a b udp ip4 src 10.7.0.50 dst 10.7.0.2 sport 500 dport 53
		two c b udp ip4 src 10.7.0.50 dst 10.7.0.2 sport 500 dport 53
	END
	cat /run/isol/craft
	grep -q 'two pass' /run/isol/craft || fail "the other guest with the address"
}

turned() {
	rules '{name: s, from: a, to: b, udp: 53, verdict: accept}' \
		'{name: t, from: b, to: c, udp: any, verdict: accept, stateless: true}' '{name: u, from: c, to: b, udp: any, verdict: accept, stateless: true}' | policy
	craft -L "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		one b c udp ip4 src 10.7.0.2 dst 10.7.0.3 sport 123 dport 123
	END
	rules '{name: t, from: c, to: b, udp: any, verdict: accept}' | policy
	craft -L "${ENDPOINTS[@]}" >>/run/isol/craft <<-END
		lost c b udp ip4 src 10.7.0.3 dst 10.7.0.2 sport 123 dport 123
	END
	craft -L "${ENDPOINTS[@]}" >>/run/isol/craft <<-END
		two c b udp ip4 src 10.7.0.3 dst 10.7.0.2 sport 123 dport 123
	END
	cat /run/isol/craft
	grep -q 'one pass' /run/isol/craft || fail "control"
	grep -q 'two pass' /run/isol/craft || fail "what a rule accepts is taken for an answer to what a stateless one let pass"
}

# Nothing is in the host's table that its firewall has not accepted: not by a copy that is flooded
# because the bridge does not know where the second address is.
vmac_flooded() {
	local i
	ip link show vrrp0 >/dev/null 2>&1 || fail "run vmac first"
	at_exit nft flush ruleset
	nft -f - <<-E
		table inet fw {
			chain in { type filter hook input priority 0; policy drop
				ct state established counter accept
				udp dport 5004 counter
			}
		}
	E
	rules '{name: udp, from: [a, b], to: any, udp: any, verdict: accept}' | policy
	ip -n a neigh replace 10.7.0.99 lladdr 00:00:5e:00:01:01 dev eth0
	ip -n b addr add 10.7.0.99/32 dev lo
	ip -n b neigh replace 10.7.0.1 lladdr 00:00:5e:00:01:01 dev eth0
	at_exit ip -n b addr del 10.7.0.99/32 dev lo
	at_exit ip -n b neigh del 10.7.0.1 dev eth0
	for i in 1 2 3; do
		in_ns a socat -u - UDP4:10.7.0.99:5004,sourceport=4000 <<<question
		sleep 0.3
		in_ns b socat -u - UDP4:10.7.0.1:4000,bind=10.7.0.99:5004 <<<answer
		sleep 0.3
	done
	nft list chain inet fw in
	# control: they get to the host
	grep -q '5004 counter packets [1-9]' <<<"$(nft list chain inet fw in)" || fail "nothing arrives"
	must_fail grep -q 'established counter packets [1-9]' <<<"$(nft list chain inet fw in)"
}

# The host begins, from the second address
vmac_host() {
	ip link show vrrp0 >/dev/null 2>&1 || fail "run vmac first"
	rules '{name: ping, from: host, to: a, icmp: echo-request, verdict: accept}' | policy
	ping -q -c 1 -W 10 -I 10.7.0.9 10.7.0.1 >/dev/null || fail "control"
	ip route add 10.7.0.1/32 dev vrrp0 src 10.7.0.99
	ping -q -c 1 -W 10 -I vrrp0 10.7.0.1 >/dev/null || fail "no answer to the second address"
}

load_module
run_case network network
load_ct
run_case via-host via_host
run_case via-host6 via_host6
run_case same-words same_words
run_case shared-row shared_row
run_case packet-socket packet_socket
run_case dnat-error dnat_error
run_case host-fragments host_fragments
run_case refused-by-host refused_by_host
run_case moved moved
run_case turned turned
run_case others others
run_case vmac vmac
run_case vmac-flooded vmac_flooded
run_case vmac-host vmac_host
isolctl flush
rmmod isol_ct
unload_module
