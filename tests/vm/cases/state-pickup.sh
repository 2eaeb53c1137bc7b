#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# TCP connections that are older than the tracking of them: "pickup" of bridges.
#
# timeout: 700
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh
. tests/vm/programs.sh

# Servers of b that talk on ports 91 to 93 while a file is there. Nobody asks them anything.
servers() {
	local port
	talkers
	for port in 91 92 93; do
		in_ns b socat TCP6-LISTEN:$port,fork,reuseaddr,ipv6only=0 \
			"SYSTEM:while sleep 0.1; do [ ! -e /run/isol/go.$port ] || echo line; done" \
			2>/dev/null &
	done
	wait_for 20 listens b 91 92 93
}

put() { # PICKUP [PORTS]
	policy <<-END
		isol: 1
		bridges: {br0: {uplinks: [p-u]${1:+, pickup: $1}}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: arp, from: any, to: any, ether: arp, verdict: accept, stateless: true}
		  - {name: nd, from: any, to: any, icmpv6: [135, 136], verdict: accept, stateless: true}
		  - {name: to-b, from: [a, c, uplink], to: b, tcp: [${2:-80, 91-93}], verdict: accept}
	END
}

# Nothing is tracked yet: no policy, or one that is stateless.
untracked() {
	if [ "${1-}" = stateless ]; then
		policy <<-END
			isol: 1
			bridges: {br0: {uplinks: [p-u], default: accept}}
			bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		END
	else
		isolctl flush
	fi
}

# A connection on which b has said something, and says nothing more.
silent_stream() { # NS ADDRESS PORT NAME
	begin_connection "$@"
	touch "/run/isol/go.$3"
	wait_for 20 more_than "$4" 2
	rm "/run/isol/go.$3"
	sleep 1
}

# b begins to talk again.
talks() { # PORT
	at_exit rm -f "/run/isol/go.$1"
	touch "/run/isol/go.$1"
}

heard_more() { # NAME
	wait_for 60 more_than "$1" $(($(lines "$1") + 5))
}

refused() { # NAME
	local n
	sleep 1
	n=$(lines "$1")
	counting
	wait_for 30 has_dropped p-b bridge-default
	[ "$(lines "$1")" = "$n" ] || fail "$1 hears b"
}

begun_before() { # ADDRESS [stateless]
	untracked "${2-}"
	silent_stream a "$1" 91 one
	open_connection a "$1" 80 two
	put ''
	isolctl -j bridge show br0 | jq -e '.[0].pickup == 60' >/dev/null
	counting
	talks 91
	heard_more one || fail "what b says does not arrive"
	[ "$(decided to-b)" -ge 5 ] || fail "counted elsewhere: $(_counters)"
	# it is known the right way round now
	[ "$1" != 10.7.0.2 ] ||
		conntrack -L -p tcp --dport 91 2>/dev/null | grep -q 'src=10.7.0.1 dst=10.7.0.2' ||
		fail "$(conntrack -L -p tcp 2>/dev/null)"
	goes_on two || fail "where the client says something first"
	close_connection one
	close_connection two
}

# Without it: what the client says first goes on, what the server says first does not.
off() {
	untracked
	silent_stream a 10.7.0.2 91 one
	open_connection a 10.7.0.2 80 two
	put 0
	isolctl -j bridge show br0 | jq -e '.[0].pickup == 0' >/dev/null
	isolctl save | grep -q 'pickup: 0'
	talks 91
	refused one
	goes_on two || fail "where the client says something first"
	# and with it again
	put ''
	heard_more one || fail "what b says does not arrive then"
	close_connection one
	close_connection two
}

heard_anew() { # NAME LINES
	ip link set p-a nomaster
	ip link set p-a master br0
	forwarding p-a
	wait_for 2 more_than "$@"
}

# Only for so long, from the first time on, unless the other end has time left.
window() {
	untracked
	silent_stream a 10.7.0.2 91 one
	silent_stream a 10.7.0.2 92 two
	silent_stream c 10.7.0.2 93 three
	put 2
	talks 91
	heard_more one || fail "what b says does not arrive"
	sleep 3
	talks 92
	refused two
	[ "$(decided to-b)" -ge 1 ] || fail "b is heard by nobody"
	talks 93
	heard_more three || fail "c, which has had nothing yet, does not hear b"
	heard_more one || fail "what goes on already has ended"
	# a port that comes anew has its time again, but b says it again ever more seldom
	wait_for 90 heard_anew two $(($(lines two) + 5)) || fail "a does not hear b at a new port"
	close_connection one
	close_connection two
	close_connection three
}

# No more than an answer, to who may ask.
no_more() {
	untracked
	silent_stream a 10.7.0.2 91 one
	put 3600 80
	talks 91
	refused one
	close_connection one
	put 3600
	is pass segment b a 91 ack
	is pass segment b a 91 psh,ack
	# what the kernel can make nothing of
	is drop segment b a 91 fin,ack
	is drop segment b a 91 syn
	is drop segment b a 91 syn,ack
	is drop segment b a 91 rst
	is drop segment b a 91 rst,ack
	is drop segment b a 94 ack
	is drop segment c a 91 ack
	is drop segment a c 91 ack
	put 0
	is drop segment b a 92 ack
	frame_is b a 'tcp sport 91 tcp-flags ack' drop bridge-default
}

PORT=6000
segment() { # NS NS SOURCE-PORT FLAGS
	craft -L -w 300 a=a:eth0 b=b:eth0 c=c:eth0 <<-END || :
		one $1 $2 tcp ip4 src 10.7.0.${ADDRESS[$1]} dst 10.7.0.${ADDRESS[$2]} sport $3 dport $PORT flags $4
	END
}

is() { # pass|drop COMMAND...
	local got
	# each of a connection of its own
	PORT=$((PORT + 1))
	got=$("${@:2}")
	[ "$got" = "one $1" ] || fail "${*:2}: $got"
}

load_module
load_ct
run_case servers servers
run_case begun-before begun_before 10.7.0.2
run_case begun-before-6 begun_before fd07::2
run_case begun-stateless begun_before 10.7.0.2 stateless
run_case off off
run_case window window
run_case no-more no_more
isolctl flush
rmmod isol_ct
unload_module
