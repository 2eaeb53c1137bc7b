# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Functions for tests of conversations, with programs that speak and answer; source it
# after lib.sh, isol.sh and raw.sh.

# ---- guests and servers

# Guests of br0, in namespaces of their names, on ports p-NAME, and what their addresses end
# with: a has 10.7.0.1, fd07::1 and 02:00:00:00:01:01.
GUESTS=(a b c u)
declare -A ADDRESS=([a]=1 [b]=2 [c]=3 [u]=4)

guests_with_addresses() {
	local ns
	modprobe -a bridge veth
	mkbridge br0 mcast_snooping 0
	for ns in "${GUESTS[@]}"; do
		guest_port "$ns"
	done
	forwarding "${GUESTS[@]/#/p-}"
}

# On br1 MAC addresses are 02:00:00:00:02:0N.
guest_port() { # NS [BRIDGE]
	local br=${2:-br0} n=${ADDRESS[$1]}
	[ -e "/run/netns/$1" ] || mkns "$1"
	mkport "$br" "p-$1" "$1" "02:00:00:00:0$((${br#br} + 1)):0$n"
	ip -n "$1" addr add "10.7.0.$n/24" dev eth0
	ip -n "$1" addr add "fd07::$n/64" dev eth0 nodad
}

host_with_addresses() {
	ip addr add 10.7.0.9/24 dev br0
	ip addr add fd07::9/64 dev br0 nodad
}

# Behind the host is w with 192.0.2.2, to a, b and c.
world() {
	local ns
	mkns w
	ip link add w0 type veth peer name eth0 netns w
	ip addr add 192.0.2.1/24 dev w0
	ip link set w0 up
	ip -n w addr add 192.0.2.2/24 dev eth0
	ip -n w link set eth0 up
	sysctl -q -w net.ipv4.ip_forward=1
	for ns in a b c; do ip -n $ns route replace default via 10.7.0.9; done
}

# From a guest, or from the host: "-".
from() { # NS|- COMMAND...
	if [ "$1" = - ]; then
		"${@:2}"
	else
		in_ns "$@"
	fi
}

# Servers that say again what they are told.
echo_servers() { # NS|- PORT...
	local port
	for port in "${@:2}"; do
		from "$1" socat -t 20 "TCP6-LISTEN:$port,fork,reuseaddr,ipv6only=0" EXEC:cat &
	done
}

echo_servers_udp() { # NS PORT...
	local port
	for port in "${@:2}"; do
		in_ns "$1" socat -t 20 "UDP6-RECVFROM:$port,fork,ipv6only=0" EXEC:cat &
	done
}

# Who waits for connections, by either IP.
listens() { # NS PORT...
	local ns=$1 port found
	shift
	found=$(in_ns "$ns" ss -Hltn)
	for port; do
		[[ $found = *:$port\ * ]] || return
	done
}

# Guests and the host, and servers of all of them.
talkers() {
	local ns
	guests_with_addresses
	host_with_addresses
	for ns in "${GUESTS[@]}"; do
		echo_servers "$ns" 80 81
		# talks by itself
		in_ns "$ns" socat TCP6-LISTEN:82,fork,reuseaddr,ipv6only=0 \
			SYSTEM:'while sleep 0.2; do echo line; done' 2>/dev/null &
		echo_servers_udp "$ns" 53
	done
	echo_servers - 80
	for ns in "${GUESTS[@]}"; do
		wait_for 120 echoes "$ns" 10.7.0.9 80
		wait_for 120 echoes - "10.7.0.${ADDRESS[$ns]}" 80
		[ "$ns" != a ] || continue
		wait_for 120 echoes a "10.7.0.${ADDRESS[$ns]}" 80
		wait_for 120 echoes_udp a "10.7.0.${ADDRESS[$ns]}"
	done
	wait_for 120 echoes_udp b 10.7.0.1
}

# Nobody knows where anybody is any more.
forget_neighbors() {
	local ns
	for ns in "${GUESTS[@]}"; do
		ip -n "$ns" neigh flush dev eth0
	done
	ip neigh flush dev br0
}

# ---- policies

# For these guests: a is of group web, b of db, and the others of none. What IPv6 says of its
# own accord is dropped by a rule, so that it does not count as anything else.
rules() { # [LINE...]
	local ns
	cat <<-END
		isol: 1
		bridges: {br0: {}}
		groups: {web: , db: }
		bindings:
		  a: {port: p-a, groups: [web]}
		  b: {port: p-b, groups: [db]}
	END
	for ns in "${GUESTS[@]:2}"; do
		echo "  $ns: {port: p-$ns}"
	done
	cat <<-END
		rules:
		  - {name: arp, from: any, to: any, ether: arp, verdict: accept, stateless: true}
		  - {name: nd, from: any, to: any, icmpv6: [135, 136], verdict: accept, stateless: true}
		  - {name: noise, from: any, to: any, icmpv6: [131, 132, 133, 143], verdict: drop}
	END
	printf '  - %s\n' "$@"
}

# ---- questions

brackets() { [[ $1 = *:* ]] && echo "[$1]" || echo "$1"; }

# A server says again what it is told.
echoes() { # NS|- ADDRESS PORT [SECONDS]
	[ "$(echo hello | from "$1" socat -t 20 -T 20 - "TCP:$(brackets "$2"):$3,connect-timeout=${4:-20}" 2>&1)" = hello ]
}

# UDP has no end: the answer is as long as what was said.
echoes_udp() { # NS ADDRESS [SECONDS]
	[ "$(echo hello | in_ns "$1" socat -t "${3:-20}" -T "${3:-20}" - "UDP:$(brackets "$2"):53,readbytes=6" 2>&1)" = hello ]
}

pings() { # NS|- ADDRESS [SECONDS]
	from "$1" ping -q -c 1 -W "${3:-20}" "$2" >/dev/null
}

silent() { # COMMAND...
	! "$@" || fail "$*: got an answer"
}

# ---- connections that are kept

# What is said on one now and then comes back. More than one at a time have names.
declare -A CLIENT SAID TALK

# By a program that is told what is to be said.
keep_talking() { # NAME COMMAND...
	local at=/run/isol/$1 fd
	rm -f "$at.in" "$at.out"
	mkfifo "$at.in"
	"${@:2}" <"$at.in" >"$at.out" &
	CLIENT[$1]=$!
	at_exit kill $!
	exec {fd}>"$at.in"
	TALK[$1]=$fd
	SAID[$1]=0
}

# Of one where the server talks by itself.
begin_connection() { # NS|- ADDRESS PORT [NAME [SOCAT-OPTIONS]]
	keep_talking "${4:-it}" from "$1" \
		socat -T 100 - "TCP:$(brackets "$2"):$3,connect-timeout=20${5:+,$5}"
}

open_connection() { # NS|- ADDRESS PORT [NAME [SOCAT-OPTIONS]]
	begin_connection "$@"
	goes_on "${4:-it}" || fail "no connection"
}

speak() { # [NAME]
	local name=${1:-it}
	echo "line $((++SAID[$name]))" >&"${TALK[$name]}"
}

lines() { # [NAME]
	wc -l <"/run/isol/${1:-it}.out"
}

more_than() { # NAME LINES
	[ "$(lines "$1")" -gt "$2" ]
}

# All that has been said has come back.
echoed() { # [NAME]
	[ "$(lines "${1:-it}")" -ge "${SAID[${1:-it}]}" ]
}

goes_on() { # [NAME]
	speak "${1:-it}"
	wait_for 20 echoed "${1:-it}"
}

# What is said meanwhile arrives if the connection goes on later.
ended() { # [NAME]
	speak "${1:-it}"
	sleep 1.5
	! echoed "${1:-it}" || fail "the connection goes on"
}

close_connection() { # [NAME]
	local name=${1:-it} fd
	fd=${TALK[$name]}
	exec {fd}>&-
	kill "${CLIENT[$name]}" 2>/dev/null || :
	wait "${CLIENT[$name]}" 2>/dev/null || :
}

# ---- counters

# By how much one has moved since "counting".
_since() { # KEY
	local line
	line=$(_counters | grep "^$1 ") || line="$1 0"
	echo $((${line##* } - ${_counted[$1]-0}))
}

# Frames that a rule has decided.
decided() { # RULE
	_since "rule $1"
}

# Frames that have been dropped at a port for a reason.
dropped() { # PORT REASON
	_since "port $1 $2 drop"
}

has_dropped() { # PORT REASON
	[ "$(dropped "$1" "$2")" -ge 1 ]
}

# They have been, whatever was not said about it.
denied() { # PORT REASON
	has_dropped "$1" "$2" || fail "nothing dropped for $2: $(_counters | grep "port $1 ")"
}
