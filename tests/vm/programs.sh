# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Functions for tests of conversations, with programs that speak and answer; source it
# after lib.sh, isol.sh and raw.sh.

# Guests $GUESTS on br0, in namespaces of their names, on ports p-NAME: the first has 10.7.0.1,
# fd07::1 and 02:00:00:00:01:01, the second the next ones, and so on.
guests_with_addresses() {
	local ns n=0
	modprobe -a bridge veth
	mkbridge br0 mcast_snooping 0
	for ns in "${GUESTS[@]}"; do
		mkns "$ns"
		guest_port "$ns" $((++n))
	done
	forwarding "${GUESTS[@]/#/p-}"
}

guest_port() { # NS NUMBER
	mkport br0 "p-$1" "$1" "02:00:00:00:01:0$2"
	ip -n "$1" addr add "10.7.0.$2/24" dev eth0
	ip -n "$1" addr add "fd07::$2/64" dev eth0 nodad
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

# Policies for these guests: a is of group web, b of db, and the others of none. What IPv6 says
# of its own accord is dropped by a rule, so that it does not count as anything else.
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

brackets() { [[ $1 = *:* ]] && echo "[$1]" || echo "$1"; }

# A server says again what it is told.
echoes() { # NS ADDRESS PORT [SECONDS]
	[ "$(echo hello | in_ns "$1" socat -t 20 -T 20 - "TCP:$(brackets "$2"):$3,connect-timeout=${4:-20}" 2>&1)" = hello ]
}

echoes_udp() { # NS ADDRESS [SECONDS]
	[ "$(echo hello | in_ns "$1" socat -t "${3:-10}" -T "${3:-10}" - "UDP:$(brackets "$2"):53" 2>&1)" = hello ]
}

pings() { # NS ADDRESS [SECONDS]
	in_ns "$1" ping -q -c 1 -W "${3:-10}" "$2" >/dev/null
}

silent() { # COMMAND...
	! "$@" || fail "$*: got an answer"
}

# Frames that a rule has decided since "counting".
decided() { # RULE
	local key="rule $1" line
	line=$(_counters | grep "^$key ") || line="$key 0"
	echo $((${line##* } - ${_counted[$key]-0}))
}

# Frames that have been dropped at a port for a reason since "counting".
dropped() { # PORT REASON
	local key="port $1 $2 drop" line
	line=$(_counters | grep "^$key ") || line="$key 0"
	echo $((${line##* } - ${_counted[$key]-0}))
}

# Keep a connection and say something on it now and then.
open_connection() { # NS ADDRESS PORT [COMMAND...]
	local command=(socat -T 100 - "TCP:$(brackets "$2"):$3,connect-timeout=20")
	rm -f /run/isol/in /run/isol/out
	mkfifo /run/isol/in
	[ $# -eq 3 ] || command=("${@:4}")
	in_ns "$1" "${command[@]}" </run/isol/in >/run/isol/out &
	client=$!
	kill_at_exit $client
	exec 7>/run/isol/in
	said=0
	# shellcheck disable=SC2119 # not our parameters
	goes_on || fail "no connection"
}

heard() { [ "$(wc -l </run/isol/out)" -ge "$said" ]; }

# shellcheck disable=SC2120 # a parameter is optional
goes_on() { # [SECONDS]
	echo "line $((++said))" >&7
	wait_for "${1:-20}" heard
}

# What is said meanwhile arrives if the connection goes on later.
ended() {
	echo "line $((++said))" >&7
	sleep 1.5
	[ "$(wc -l </run/isol/out)" -lt "$said" ] || fail "the connection goes on"
}

close_connection() {
	exec 7>&-
	kill "$client" 2>/dev/null || :
	wait "$client" 2>/dev/null || :
}

# Since "counting" a port has dropped frames for a reason, whatever was not said about it.
denied() { # PORT REASON
	[ "$(dropped "$1" "$2")" -ge 1 ] || fail "nothing dropped for $2: $(_counters | grep "port $1 ")"
}
