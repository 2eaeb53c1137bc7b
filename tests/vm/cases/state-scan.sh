#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What nmap finds out about a guest by way of rules that track connections: the ports
# that are allowed, and nothing of those that are open besides, nor behind an answer's port.
#
# timeout: 600
# not-on: debug 6.1

# Connections need no names.
# shellcheck disable=SC2119

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh
. tests/vm/programs.sh

GUESTS=(a b c)

# How long nmap waits for what may never come.
WAIT=$((ISOL_SLOW ? 4000 : 700))ms

network() {
	guests_with_addresses
	echo_servers b 22 80 443 5432
	echo_servers a 9000
	echo_servers_udp b 53 161
	echo_servers_udp a 161
	wait_for 60 listens b 22 80 443 5432
	wait_for 60 listens a 9000
}

# Port 81 is allowed and nobody listens there; 22 and 443 are open and not allowed.
web_db() {
	rules '{name: web-db, from: web, to: db, tcp: [80, 81, 5432], verdict: accept}' \
		'{name: dns, from: web, to: db, udp: [53, 123], verdict: accept}'
}

# Everything is let through, and each frame on its own: to be asked last, for what is said then
# may still be answered under the next policy.
all() {
	rules '{name: all, from: any, to: any, verdict: accept, stateless: true}'
}

# What nmap says of ports: PORT STATE, one after the other.
scan() { # NS ADDRESS OPTION...
	local six=()
	[[ $2 != *:* ]] || six=(-6)
	in_ns "$1" timeout 120 nmap -n -Pn -T4 --max-retries 1 --initial-rtt-timeout $WAIT \
		--min-rtt-timeout $WAIT --max-rtt-timeout $WAIT "${six[@]}" -oG - "${@:3}" "$2" |
		sed -n 's/.*Ports: //p' | tr , '\n' | awk -F/ '{ gsub(/ /, ""); printf " %s %s", $1, $2 }'
}

shows() { # STATES NS ADDRESS OPTION...
	local got
	got=$(scan "${@:2}")
	[ "${got# }" = "$1" ] || fail "nmap ${*:2}: expected '$1', got '${got# }'"
}

tcp() { # OPTION
	local address ports=(-p "22,80,81,443,5432")
	for address in 10.7.0.2 fd07::2; do
		web_db | policy
		counting
		shows '22 filtered 80 open 81 closed 443 filtered 5432 open' a $address "$1" "${ports[@]}"
		denied p-a bridge-default
		[ "$(decided web-db)" -ge 6 ] || fail "not by the rule: $(decided web-db)"
		shows '22 filtered 80 filtered 81 filtered 443 filtered 5432 filtered' c $address \
			"$1" "${ports[@]}"
		denied p-c bridge-default
		[ "$(dropped p-b bridge-default)" -eq 0 ] || fail "answers of b are dropped"
		frame_is a b 'tcp dport 5432' accept rule web-db
		frame_is a b 'tcp dport 22' drop bridge-default
		all | policy
		shows '22 open 80 open 81 closed 443 open 5432 open' c $address "$1" "${ports[@]}"
	done
}

# That a port is closed an ICMP error says, which is related to what was asked.
udp() {
	local address ports=(-sU -p "53,123,161")
	for address in 10.7.0.2 fd07::2; do
		web_db | policy
		counting
		shows '53 open 123 closed 161 open|filtered' a $address "${ports[@]}"
		denied p-a bridge-default
		shows '53 open|filtered 123 open|filtered 161 open|filtered' c $address "${ports[@]}"
		denied p-c bridge-default
		all | policy
		shows '53 open 123 closed 161 open' c $address "${ports[@]}"
	done
}

# Segments that begin nothing.
no_beginning() {
	local option
	for option in -sF -sX -sN; do
		web_db | policy
		counting
		shows '22 open|filtered 81 open|filtered' a 10.7.0.2 $option -p 22,81
		denied p-a state
		denied p-a bridge-default
		all | policy
		shows '22 open|filtered 81 closed' a 10.7.0.2 $option -p 22,81
	done
	# An ACK is taken for a connection that is older than the policy: where one may begin.
	web_db | policy
	counting
	shows '22 filtered 81 unfiltered' a 10.7.0.2 -sA -p 22,81
	shows '22 filtered 81 filtered' c 10.7.0.2 -sA -p 22,81
	denied p-a bridge-default
	denied p-c bridge-default
	all | policy
	shows '22 unfiltered 81 unfiltered' c 10.7.0.2 -sA -p 22,81
}

# From the port that answers come from, while there is a connection of which such come.
source_port() {
	local option
	# while older connections are taken up ACKs would count for the rule that they answer
	web_db | sed 's/br0: {}/br0: {pickup: 0}/' | policy
	open_connection a 10.7.0.2 5432
	counting
	for option in -sS -sA; do
		shows '9000 filtered 9001 filtered' b 10.7.0.1 $option -g 5432 -p 9000,9001
		shows '9000 filtered 9001 filtered' b fd07::1 $option -g 5432 -p 9000,9001
	done
	for option in -sF -sX -sN; do
		shows '9000 open|filtered 9001 open|filtered' b 10.7.0.1 $option -g 5432 -p 9000,9001
	done
	shows '161 open|filtered' b 10.7.0.1 -sU -g 53 -p 161
	denied p-b bridge-default
	[ "$(decided web-db)$(decided dns)" = 00 ] || fail "a rule has accepted something of b"
	# and even while they are
	web_db | policy
	shows '9000 filtered 9001 filtered' b 10.7.0.1 -sA -g 5432 -p 9000,9001
	goes_on || fail "ended the connection"
	close_connection
	all | policy
	shows '9000 open 9001 closed' b 10.7.0.1 -sS -g 5432 -p 9000,9001
	shows '9000 unfiltered 9001 unfiltered' b 10.7.0.1 -sA -g 5432 -p 9000,9001
	shows '161 open' b 10.7.0.1 -sU -g 53 -p 161
}

load_module
load_ct
run_case network network
run_case connect tcp -sT
run_case syn tcp -sS
run_case udp udp
run_case no-beginning no_beginning
run_case source-port source_port
