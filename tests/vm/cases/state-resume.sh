#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What becomes of a conversation whose frames the rules have refused when they accept it
# again: "resume" of bridges.
#
# timeout: 700
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh
. tests/vm/programs.sh

# a may begin with b, and with the host; c with b only on port 81.
put() { # accept|drop [NAME-OF-RULE-THAT-IS-LEFT-OUT]
	policy <<-END
		isol: 1
		bridges: {br0: {uplinks: [p-u], resume: $1}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: arp, from: any, to: any, ether: arp, verdict: accept, stateless: true}
		  - {name: nd, from: any, to: any, icmpv6: [135, 136], verdict: accept, stateless: true}
		$(grep -v "name: ${2:-none}," <<-RULES
			  - {name: a-b, from: a, to: b, tcp: any, verdict: accept}
			  - {name: a-b-udp, from: a, to: b, udp: 7000, verdict: accept}
			  - {name: a-host, from: a, to: host, tcp: 80, verdict: accept}
			  - {name: host-a, from: host, to: a, tcp: 80, verdict: accept}
			  - {name: c-b, from: c, to: b, tcp: 80, verdict: accept}
		RULES
		)
	END
}

# a says something while it may not.
refused() { # NS [NAME]
	counting
	ended "${2:-it}"
	[ "$(($(dropped "p-$1" bridge-default) + $(dropped "p-$1" host-default) +
		$(dropped "p-$1" quarantine)))" -ge 1 ] || fail "nothing refused: $(_counters | grep "p-$1")"
}

# It does not go on, because it has ended, and another can be begun.
stays_ended() { # NS ADDRESS PORT [NAME]
	local name=${4:-it}
	counting
	speak "$name"
	wait_for 60 has_dropped "p-$1" state
	! echoed "$name" || fail "the connection goes on"
	wait_for 60 echoes "$1" "$2" "$3" || fail "no other connection"
	! echoed "$name" || fail "the connection goes on after another one"
	close_connection "$name"
}

# A rule is taken away and put back.
rule_back() { # ADDRESS RULE
	put accept
	isolctl -j bridge show br0 | jq -e '.[0].resume == "accept"' >/dev/null
	open_connection a "$1" 80
	put accept "$2"
	refused a
	put accept
	wait_for 60 echoed || fail "does not go on with resume: accept"
	goes_on
	close_connection

	put drop
	isolctl -j bridge show br0 | jq -e '.[0].resume == "drop"' >/dev/null
	isolctl save | grep -q 'resume: drop'
	open_connection a "$1" 80
	put drop
	goes_on || fail "ended by an equal policy"
	put drop "$2"
	refused a
	put drop
	stays_ended a "$1" 80
}

# One that nobody has used meanwhile has been refused nothing.
unused() {
	put drop
	open_connection a 10.7.0.2 80
	put drop a-b
	put drop
	goes_on || fail "ended without a frame that was refused"
	close_connection
}

quarantined() { # WHOM [MODE]
	put drop
	at_exit isolctl quarantine del "$1"
	open_connection a 10.7.0.2 80
	isolctl quarantine add "$1" mode "${2:-isolate}"
	refused a
	isolctl quarantine del "$1"
	stays_ended a 10.7.0.2 80
}

# The same addresses and ports again: what the client begins anew is another connection.
same_ports() {
	put drop
	open_connection a 10.7.0.2 80 it sourceport=5555,reuseaddr,linger=0
	put drop a-b
	refused a
	put drop
	counting
	speak
	wait_for 60 has_dropped p-a state
	close_connection
	wait_for 60 again_from 5555 || fail "no connection from the same port"
}

again_from() { # PORT
	[ "$(echo hello | in_ns a socat -t 5 -T 5 - "TCP:10.7.0.2:80,connect-timeout=15,sourceport=$1,reuseaddr" 2>/dev/null)" = hello ]
}

# The frames of a that are refused reach a bystander when nobody knows where b is, and what
# a says to b goes on.
flooded() {
	put drop
	open_connection a 10.7.0.2 80
	goes_on
	counting
	ip link set p-b type bridge_slave learning off
	bridge fdb del 02:00:00:00:01:02 dev p-b master
	goes_on || fail "ended by being flooded"
	[ "$(dropped p-a bridge-default)" -ge 1 ] || fail "nothing was flooded"
	goes_on || fail "ended by being flooded"
	ip link set p-b type bridge_slave learning on
	goes_on
	# and the same that is really refused
	put drop a-b
	refused a
	put drop
	stays_ended a 10.7.0.2 80
}

# c sends in the name of a what it may, which makes it the owner, and then what it may not,
# to b and to others.
forged() {
	local i
	# or what is forged would have to know sequence numbers
	at_exit sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=0
	sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=1
	put drop
	open_connection a 10.7.0.2 80 it sourceport=5556
	goes_on
	counting
	for i in 1 2 3; do forge; done
	[ "$(decided c-b)" -ge 1 ] || fail "c takes no part: $(_counters | grep p-c)"
	put drop c-b
	counting
	for i in 1 2 3; do forge; done
	has_dropped p-c bridge-default || fail "not refused: $(_counters | grep p-c)"
	put drop
	goes_on || fail "ended by what another one forged"
	counting
	put drop c-b
	for i in 1 2 3; do forge; done
	has_dropped p-c bridge-default || fail "not refused: $(_counters | grep p-c)"
	put drop
	goes_on || fail "ended by what another one forged"
	close_connection
}

# A segment of a's connection, from the port of c.
forge() {
	craft -L -w 100 c=c:eth0 b=b:eth0 <<-END || :
		one c b tcp ip4 src 10.7.0.1 dst 10.7.0.2 sport 5556 dport 80 flags ack
	END
}

# A datagram of a is as good as the first, one of b is none that answers any more.
datagrams() {
	local mode=$1 port=$2
	put "$mode"
	is pass datagram a b "$port" 7000
	is pass datagram b a 7000 "$port"
	put "$mode" a-b-udp
	is drop datagram a b "$port" 7000
	put "$mode"
	is "$([ "$mode" = accept ] && echo pass || echo drop)" datagram b a 7000 "$port"
	is pass datagram a b "$port" 7000
	is pass datagram b a 7000 "$port"
}

datagram() { # NS NS PORT PORT
	craft -L -w 300 a=a:eth0 b=b:eth0 <<-END || :
		one $1 $2 udp ip4 src 10.7.0.${ADDRESS[$1]} dst 10.7.0.${ADDRESS[$2]} sport $3 dport $4
	END
}

is() { # pass|drop COMMAND...
	local got
	got=$("${@:2}")
	[ "$got" = "one $1" ] || fail "${*:2}: $got"
}

# The host owns nothing: what it begins with a guest goes on.
of_the_host() {
	put drop
	open_connection - 10.7.0.1 80
	put drop host-a
	ended
	put drop
	wait_for 60 echoed || fail "ended, and nobody owned it"
	close_connection
}

load_module
load_ct
run_case talkers talkers
run_case rule-back rule_back 10.7.0.2 a-b
run_case rule-back-6 rule_back fd07::2 a-b
run_case rule-back-host rule_back 10.7.0.9 a-host
run_case unused unused
run_case quarantined quarantined a
run_case quarantined-server quarantined b
run_case contained quarantined a contain
run_case same-ports same_ports
run_case flooded flooded
run_case forged forged
run_case datagrams-accept datagrams accept 5557
run_case datagrams-drop datagrams drop 5558
run_case of-the-host of_the_host
isolctl flush
rmmod isol_ct
unload_module
