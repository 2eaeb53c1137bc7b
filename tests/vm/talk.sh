# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Guests with addresses, and programs that talk to each other: source it after isol.sh.
#
# Bridge br0 has the guests a, b, c and the uplink u, each with the addresses 10.7.0.N and
# fd07::N; the host has N = 9.

declare -A ADDRESS=([a]=1 [b]=2 [c]=3 [u]=4)

brackets() { [[ $1 = *:* ]] && echo "[$1]" || echo "$1"; }

# A server says again what it is told.
echoes() { # NS ADDRESS PORT [SECONDS]
	[ "$(echo hello | in_ns "$1" socat -t 20 -T 20 - "TCP:$(brackets "$2"):$3,connect-timeout=${4:-20}" 2>&1)" = hello ]
}

echoes_udp() { # NS ADDRESS [SECONDS]
	[ "$(echo hello | in_ns "$1" socat -t "${3:-20}" -T "${3:-20}" - "UDP:$(brackets "$2"):53" 2>&1)" = hello ]
}

pings() { # NS ADDRESS [SECONDS]
	in_ns "$1" ping -q -c 1 -W "${3:-20}" "$2" >/dev/null
}

# The same from the host.
host_echoes() { # ADDRESS PORT
	[ "$(echo hello | socat -t 20 -T 20 - "TCP:$(brackets "$1"):$2,connect-timeout=20")" = hello ]
}

host_pings() { # ADDRESS
	ping -q -c 1 -W 20 "$1" >/dev/null
}

silent() { # COMMAND...
	! "$@" || fail "$*: got an answer"
}

talkers() {
	local ns
	modprobe -a bridge veth
	mkbridge br0 mcast_snooping 0
	for ns in a b c u; do
		mkns "$ns"
		mkport br0 "p-$ns" "$ns" "02:00:00:00:01:0${ADDRESS[$ns]}"
		ip -n "$ns" addr add "10.7.0.${ADDRESS[$ns]}/24" dev eth0
		ip -n "$ns" addr add "fd07::${ADDRESS[$ns]}/64" dev eth0 nodad
	done
	ip addr add 10.7.0.9/24 dev br0
	ip addr add fd07::9/64 dev br0 nodad
	forwarding p-a p-b p-c p-u
	for ns in a b c u; do
		in_ns $ns socat TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0 EXEC:cat &
		in_ns $ns socat TCP6-LISTEN:81,fork,reuseaddr,ipv6only=0 EXEC:cat &
		# talks by itself
		in_ns $ns socat TCP6-LISTEN:82,fork,reuseaddr,ipv6only=0 \
			SYSTEM:'while sleep 0.2; do echo line; done' 2>/dev/null &
		in_ns $ns socat UDP6-RECVFROM:53,fork,ipv6only=0 EXEC:cat &
	done
	socat TCP6-LISTEN:80,fork,reuseaddr,ipv6only=0 EXEC:cat &
	for ns in a b c u; do
		wait_for 120 echoes $ns 10.7.0.9 80
		[ $ns = a ] || wait_for 120 echoes a "10.7.0.${ADDRESS[$ns]}" 80
		wait_for 120 host_echoes "10.7.0.${ADDRESS[$ns]}" 80
		[ $ns = a ] || wait_for 120 echoes_udp a "10.7.0.${ADDRESS[$ns]}"
	done
	wait_for 120 echoes_udp b 10.7.0.1
}

# Nobody knows where anybody is any more.
forget_neighbors() {
	local ns
	for ns in a b c u; do
		ip -n $ns neigh flush dev eth0
	done
	ip neigh flush dev br0
}

# In a case: what has to be done when it is over.
AT_EXIT=()

_exit() {
	local command
	for command in "${AT_EXIT[@]}"; do
		$command 2>/dev/null || :
	done
}

at_exit() { # COMMAND...
	AT_EXIT+=("$*")
	trap _exit EXIT
}

# Keep a connection and say something on it now and then. More than one at a time have names.
declare -A CLIENT SAID TALK

open_connection() { # NS ADDRESS PORT [NAME [SOCAT-OPTIONS]]
	local name=${4:-it} at fd
	at=/run/isol/$name
	rm -f "$at.in" "$at.out"
	mkfifo "$at.in"
	in_ns "$1" socat -T 100 - "TCP:$(brackets "$2"):$3,connect-timeout=20${5:+,$5}" <"$at.in" >"$at.out" &
	CLIENT[$name]=$!
	at_exit kill $!
	exec {fd}>"$at.in"
	TALK[$name]=$fd
	SAID[$name]=0
	[[ $3 != 8[01] ]] || goes_on "$name" || fail "no connection"
}

heard() { # NAME
	[ "$(wc -l <"/run/isol/$1.out")" -ge "${SAID[$1]}" ]
}

goes_on() { # [NAME]
	local name=${1:-it}
	echo "line $((++SAID[$name]))" >&"${TALK[$name]}"
	wait_for 20 heard "$name"
}

# What is said meanwhile arrives if the connection goes on later.
ended() { # [NAME]
	local name=${1:-it}
	echo "line $((++SAID[$name]))" >&"${TALK[$name]}"
	sleep 1.5
	! heard "$name" || fail "the connection goes on"
}

close_connection() { # [NAME]
	local name=${1:-it} fd
	fd=${TALK[$name]}
	exec {fd}>&-
	kill "${CLIENT[$name]}" 2>/dev/null || :
	wait "${CLIENT[$name]}" 2>/dev/null || :
}

# Frames that have been dropped at a port for a reason since "counting".
dropped() { # PORT REASON
	local key="port $1 $2 drop" line
	line=$(_counters | grep "^$key ") || line="$key 0"
	echo $((${line##* } - ${_counted[$key]-0}))
}

has_dropped() { # PORT REASON
	[ "$(dropped "$1" "$2")" -ge 1 ]
}

# The same of what a rule has decided.
ruled() { # RULE
	local key="rule $1" line
	line=$(_counters | grep "^$key ") || line="$key 0"
	echo $((${line##* } - ${_counted[$key]-0}))
}
