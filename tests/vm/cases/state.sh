#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Conversations: who may begin one, that its answers come back, and nothing else; with
# the programs that people use.
#
# timeout: 500

# Connections need no names.
# shellcheck disable=SC2119

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh
. tests/vm/programs.sh

# Bridges br0 (guests a, b, c; uplink u) and br1 (guests x, z), in which a and x have the
# same addresses, and so have b and z. The host has an address on br0.
ADDRESS[x]=1 ADDRESS[z]=2

network() {
	local ns
	guests_with_addresses
	host_with_addresses
	mkbridge br1 mcast_snooping 0
	guest_port x br1
	guest_port z br1
	forwarding p-x p-z
	for ns in a b c u z; do
		echo_servers $ns 80 81
		[ $ns = c ] || echo_servers_udp $ns 53
	done
	echo_servers - 80
	for ns in a b c u; do
		wait_for 30 echoes $ns 10.7.0.9 80
	done
	wait_for 30 echoes a 10.7.0.2 80
	wait_for 30 echoes x 10.7.0.2 80
}

rules() { # [LINE...]: rules besides ARP and ND
	cat <<-END
		isol: 1
		bridges: {br0: {uplinks: [p-u]}, br1: {}}
		groups: {web: , db: }
		bindings:
		  a: {port: p-a, groups: [web]}
		  b: {port: p-b, groups: [db]}
		  c: {port: p-c}
		  x: {port: p-x, groups: [web]}
		  z: {port: p-z, groups: [db]}
		rules:
		  - {name: arp, from: any, to: any, ether: arp, verdict: accept, stateless: true}
		  - {name: nd, from: any, to: any, icmpv6: [135, 136], verdict: accept, stateless: true}
	END
	printf '  - %s\n' "$@"
}

conntrack_loaded() { [ -e /sys/module/nf_conntrack ]; }

# Nobody who has only stateless rules gets connection tracking.
unneeded() {
	# by cases before this one in the same guest
	if conntrack_loaded; then
		nft flush ruleset
		modprobe -r --remove-holders nf_conntrack 2>/dev/null || :
	fi
	must_fail conntrack_loaded
	rules '{name: web-db, from: web, to: db, tcp: 80, verdict: accept, stateless: true}' | policy
	must_fail conntrack_loaded
	must_fail [ -e /sys/module/isol_ct ]
	must_fail grep -q tracked <(isolctl status)
	# what a stateless rule does not do
	silent echoes a 10.7.0.2 80 2
}

# ... and who needs it is told what is missing, and keeps what there was.
missing() {
	rules '{name: web-db, from: web, to: db, tcp: 80, verdict: accept}' >/run/isol/tracks
	err=$(isolctl apply /run/isol/tracks 2>&1) && fail "applied without isol_ct"
	[[ $err = *isol_ct* ]] || fail "no word of the module: $err"
	isolctl show | grep -q 'stateless' || fail "the policy is another"
	load_ct
	isolctl apply /run/isol/tracks
	conntrack_loaded
	isolctl status | grep -q 'tracked' || fail "status: $(isolctl status)"
}

web_db() {
	rules '{name: web-db, from: web, to: db, tcp: 80, verdict: accept}' \
		'{name: dns, from: web, to: db, udp: 53, verdict: accept}' \
		'{name: ping, from: web, to: db, icmp: echo-request, verdict: accept}' \
		'{name: ping6, from: web, to: db, icmpv6: echo-request, verdict: accept}' "$@"
}

# One rule is enough, in one direction only.
answers() {
	local net
	web_db | policy
	counting
	for net in 10.7.0. fd07::; do
		echoes a "${net}2" 80 || fail "a gets no answer from ${net}2"
		echoes_udp a "${net}2" || fail "a gets no answer by UDP from ${net}2"
		pings a "${net}2" || fail "a gets no echo from ${net}2"
		silent echoes a "${net}2" 81 2
		silent echoes b "${net}1" 80 2
		silent echoes_udp b "${net}1" 2
		silent pings b "${net}1" 2
		silent echoes c "${net}2" 80 2
	done
	expect_counted -s rule <<-EOF2
		rule ping 2
		rule ping6 2
		rule dns 4
	EOF2
	frame_is a b 'tcp dport 80' accept rule web-db
	isolctl why a b tcp dport 80 | grep -q 'answers' || fail "why: $(isolctl why a b tcp dport 80)"
}

# An answer to nothing does not pass by the rule that a question would.
unasked() {
	web_db '{name: odd, from: web, to: db, udp: 7001, verdict: accept}' \
		'{name: c-b, from: c, to: b, verdict: accept}' | policy
	echoes c 10.7.0.2 81 || fail "c is not let through"
	counting
	# b sends from the port that answers come from
	in_ns b socat -t 1 - UDP:10.7.0.1:7000,sourceport=7001 <<<hello || :
	[ "$(dropped p-b bridge-default)" -ge 1 ] || fail "$(_counters | grep p-b)"
	silent echoes b 10.7.0.3 80 2
	frame_is b a 'udp sport 7001 dport 7000' drop bridge-default
}

# c answers in the name of b what a has asked b: the rules do not let a ask c.
forged() {
	local rest
	in_ns c ip addr add 10.7.0.2/32 dev eth0
	in_ns c ip neigh replace 10.7.0.1 lladdr 02:00:00:00:01:01 dev eth0
	for rest in '{name: none, from: c, to: a, tcp: 1, verdict: accept}' \
			'{name: dns-c, from: web, to: c, udp: 53, verdict: accept}'; do
		web_db "$rest" | policy
		in_ns a socat -t 1 - UDP:10.7.0.2:53,sourceport=5000,reuseaddr <<<hello || :
		counting
		in_ns c socat -t 1 - UDP:10.7.0.1:5000,bind=10.7.0.2:53 <<<forged || :
		if [[ $rest = *dns-c* ]]; then
			expect_counted -s rule <<<'rule dns-c 1'
		else
			[ "$(dropped p-c bridge-default)" -ge 1 ] || fail "$(_counters | grep p-c)"
		fi
	done
	in_ns c ip addr del 10.7.0.2/32 dev eth0
}

# A policy that is put in place of an equal one disturbs nothing.
survives() {
	web_db | policy
	open_connection a 10.7.0.2 80
	web_db | policy
	goes_on || fail "ended by an equal policy"
	web_db '{name: more, from: c, to: b, tcp: 22, verdict: accept}' | policy
	goes_on || fail "ended by a policy that accepts it"
	# a bridge more, and another order
	web_db | sed -e 's/br1: {}/br1: {}, br8: {}/' | policy
	goes_on || fail "ended by a policy with another bridge"
	close_connection
}

# A rule that goes takes its connections along, and brings them back.
revoked() {
	web_db | policy
	open_connection a 10.7.0.2 80
	web_db | grep -v web-db | policy
	ended
	web_db | policy
	wait_for 20 echoed || fail "does not go on again"
	close_connection
}

# In the other direction alone: what is on its way back ends too.
revoked_answers() {
	web_db | policy
	open_connection a 10.7.0.2 80
	web_db '{name: rest, from: web, to: db, tcp: any, verdict: accept, stateless: true}' |
		grep -v web-db | policy
	ended
	close_connection
}

quarantined() {
	web_db | policy
	open_connection a 10.7.0.2 80
	at_exit isolctl quarantine del a
	at_exit isolctl quarantine del b
	isolctl quarantine add b
	ended
	isolctl quarantine del b
	wait_for 20 echoed || fail "does not go on after quarantine"
	isolctl quarantine add a
	ended
	isolctl quarantine del a
	wait_for 20 echoed || fail "does not go on after quarantine"
	close_connection
}

# The tap of a guest is made anew: connections are its binding's.
again() {
	web_db | policy
	open_connection a 10.7.0.2 80
	ip link set p-b nomaster down
	ip link set p-b name p-old
	ip link set p-old name p-b
	ip link set p-b master br0 up
	forwarding p-b
	goes_on || fail "ended with the port"
	close_connection
}

# Two bridges with the same addresses and ports: neither sees the other's connections.
zones() {
	web_db | policy
	open_connection a 10.7.0.2 80
	echoes x 10.7.0.2 80 || fail "x has no answer"
	[ "$(conntrack -L -s 10.7.0.1 -d 10.7.0.2 2>/dev/null | sed -n 's/.*zone=\([0-9]*\).*/\1/p' | sort -u | wc -l)" -eq 2 ] ||
		fail "not two zones: $(conntrack -L -s 10.7.0.1 2>/dev/null)"
	web_db | sed 's/  z: {port: p-z, groups: \[db\]}/  z: {port: p-z}/' | policy
	silent echoes x 10.7.0.2 80 2
	goes_on || fail "ended by what is of another bridge"
	close_connection
}

# The host's firewall has seen nothing that it can make no sense of.
none_invalid() {
	must_fail grep -q 'ct state invalid counter packets [1-9]' <<<"$(nft list table inet fw)"
}

# Between a guest and the host, whose firewall wants to know its connections.
host() {
	trap 'nft flush ruleset' EXIT
	nft -f - <<-EOF2
		table inet fw {
			chain in { type filter hook input priority 0; policy drop
				iif lo accept
				ct state invalid counter drop
				ct state established,related accept
				icmpv6 type nd-neighbor-solicit accept
				icmpv6 type nd-neighbor-advert accept
				iifname br0 tcp dport 80 ct state new accept
			}
			chain out { type filter hook output priority 0
				ct state invalid counter drop
			}
		}
	EOF2
	web_db '{name: a-host, from: a, to: host, tcp: 80, verdict: accept}' \
		'{name: host-b, from: host, to: b, tcp: 80, verdict: accept}' | policy
	local net
	for net in 10.7.0. fd07::; do
		echoes a ${net}9 80 || fail "a gets no answer from the host's ${net}9"
		echoes - ${net}2 80 || fail "the host gets no answer from ${net}2"
		silent echoes c ${net}9 80 2
		silent echoes b ${net}9 80 2
	done
	none_invalid
	grep -q 'dst=10.7.0.9 ' <<<"$(conntrack -L 2>/dev/null)" || fail "the host has no connections"
	must_fail grep -q 'dst=10.7.0.9 .*zone=' <<<"$(conntrack -L 2>/dev/null)"
}

# By way of the host to the world, and to a guest by its port.
nat() {
	trap 'nft flush ruleset' EXIT
	world
	echo_servers w 80
	nft -f - <<-EOF2
		table ip nat {
			chain pre {
				type nat hook prerouting priority -100
				iifname w0 tcp dport 8080 dnat to 10.7.0.2:80
			}
			chain post {
				type nat hook postrouting priority 100
				oifname w0 masquerade
			}
		}
		table inet fw {
			chain through {
				type filter hook forward priority 0
				ct state invalid counter drop
			}
		}
	EOF2
	web_db '{name: a-world, from: a, to: host, tcp: 80, verdict: accept}' \
		'{name: world-b, from: host, to: b, tcp: 80, verdict: accept}' | policy
	wait_for 10 echoes a 192.0.2.2 80
	silent echoes c 192.0.2.2 80 2
	echoes w 192.0.2.1 8080 || fail "no answer by the host's port"
	none_invalid
	ip netns del w
}

# br_netfilter takes bridged frames through the host's hooks.
br_netfilter() {
	modprobe br_netfilter
	nft -f - <<-EOF2
		table inet fw {
			chain through {
				type filter hook forward priority 0
				ct state invalid counter drop
			}
		}
	EOF2
	web_db | policy
	open_connection a 10.7.0.2 80
	at_exit nft flush ruleset
	at_exit rmmod br_netfilter
	echoes a fd07::2 80 || fail "no answer over IPv6"
	pings a 10.7.0.2 || fail "no echo"
	silent echoes b 10.7.0.1 80 2
	web_db | grep -v web-db | policy
	ended
	close_connection
	none_invalid
}

heard_all() { # TEXT
	[ "$(grep -c "$1" /run/isol/heard)" -eq 2 ]
}

heard_new() {
	grep -q 'packets [1-9]' <<<"$(nft list chain inet fw new)"
}

# To the host and everybody else, by either IP.
shouts() { # NS TEXT
	in_ns "$1" socat -u - UDP4-DATAGRAM:255.255.255.255:67,broadcast,bind="10.7.0.${ADDRESS[$1]}" <<<"$2"
	in_ns "$1" socat -u - 'UDP6-DATAGRAM:[ff02::1%eth0]:67' <<<"$2"
}

# What goes to all makes sense to the host's firewall.
broadcasts() {
	nft -f - <<-EOF2
		table inet fw {
			chain in { type filter hook input priority 0; policy drop
				ct state invalid counter drop
				iifname br0 udp dport 67 ct state new,untracked accept
			}
		}
	EOF2
	at_exit nft flush ruleset
	web_db '{name: a-host, from: a, to: host, udp: 67, verdict: accept}' | policy
	: >/run/isol/heard
	socat -u UDP6-RECVFROM:67,fork,ipv6only=0 OPEN:/run/isol/heard,append &
	at_exit kill $!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		shouts a begin
		[ ! -s /run/isol/heard ] || break
		sleep 1
	done
	shouts a alone
	wait_for 20 heard_all alone
	modprobe br_netfilter
	at_exit rmmod br_netfilter
	counting
	shouts a netfilter
	shouts c denied
	wait_for 20 heard_all netfilter
	denied p-c host-default
	must_fail grep -q denied /run/isol/heard
	none_invalid
	# Kernels that look for mistakes have no VRF.
	[ "$ISOL_SLOW" = 0 ] || return 0
	# the host looks at it again
	ip link add vrf0 type vrf table 10
	at_exit ip link del vrf0
	ip link set vrf0 up
	ip link set br0 master vrf0
	at_exit ip link set br0 nomaster
	nft add chain inet fw new '{ type filter hook input priority -1; }'
	nft add rule inet fw new udp dport 67 ct state new counter
	shouts a vrf
	wait_for 20 heard_new
	none_invalid
}

# A port that is on no managed bridge: as if there were no isol.
unmanaged() {
	web_db | sed 's/, br1: {}//; /  [xz]: /d' | policy
	conntrack -F 2>/dev/null
	echoes x 10.7.0.2 80
	# those with a zone are a's, which may still say something that it had begun before
	! conntrack -L -s 10.7.0.1 -d 10.7.0.2 2>/dev/null | grep -vq zone= ||
		fail "tracked: $(conntrack -L -s 10.7.0.1 2>/dev/null)"
	echoes a 10.7.0.2 80
	[ -n "$(conntrack -L -s 10.7.0.1 -d 10.7.0.2 2>/dev/null)" ] || fail "not tracked"
}

fragments() {
	web_db | policy
	pings a 10.7.0.2
	counting
	! in_ns a ping -q -c 1 -W 2 -s 3000 10.7.0.2 >/dev/null || fail "fragments pass"
	[ "$(dropped p-a fragment)" -eq 3 ] || fail "$(_counters | grep p-a)"
	web_db | sed 's/br0: {uplinks: \[p-u\]}/br0: {uplinks: [p-u], fragments: accept}/' | policy
	in_ns a ping -q -c 1 -W 10 -s 3000 10.7.0.2 >/dev/null || fail "no fragments pass"
	in_ns a ping -q -c 1 -W 10 -s 3000 fd07::2 >/dev/null || fail "no fragments of IPv6 pass"
}

# What an error is about decides, not that it is ICMP.
related() {
	web_db '{name: dead, from: web, to: db, udp: 99, verdict: accept}' | policy
	out=$(echo hello | in_ns a socat -t 10 - UDP:10.7.0.2:99 2>&1) || :
	[[ $out = *refused* ]] || fail "no ICMP error came back: $out"
	out=$(echo hello | in_ns a socat -t 10 - 'UDP:[fd07::2]:99' 2>&1) || :
	[[ $out = *refused* ]] || fail "no ICMPv6 error came back: $out"
}

gone() {
	isolctl flush
	rmmod isol_ct
	load_ct
	web_db | policy
	must_fail rmmod isol_ct
	isolctl flush
	rmmod isol_ct
}

load_module
run_case network network
run_case unneeded unneeded
run_case missing missing
run_case answers answers
run_case unasked unasked
run_case forged forged
run_case related related
run_case survives survives
run_case revoked revoked
run_case revoked-answers revoked_answers
run_case quarantined quarantined
run_case again again
run_case zones zones
run_case host host
run_case nat nat
run_case br-netfilter br_netfilter
run_case broadcasts broadcasts
run_case unmanaged unmanaged
run_case fragments fragments
run_case gone gone
unload_module
