#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Guests that forge what belongs to others' conversations: nothing of it is accepted from a
# port that the rules do not let begin, or answer, just that.
#
# web a may ask database b. e may not, but has friends: c, which may ask b something else, and
# which it may talk with as it likes; b, which wants to reach e; and somebody behind uplink u.
#
# timeout: 300
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

rules() { # [LINE...]
	cat <<-END
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		services: {neighbor: follow}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}, e: {port: p-e}}
		rules:
		  - {name: sql, from: a, to: b, tcp: 5432, verdict: accept}
		  - {name: dns, from: a, to: b, udp: 53, verdict: accept}
		  - {name: ping, from: a, to: b, icmp: echo-request, verdict: accept}
		  - {name: ping6, from: a, to: b, icmpv6: echo-request, verdict: accept}
		  - {name: web, from: c, to: b, tcp: 80, verdict: accept}
		  - {name: friends, from: [c, e], to: [c, e], verdict: accept}
	END
	[ $# -eq 0 ] || printf '  - %s\n' "$@"
}

# What both versions of IP have: words for a packet from a to b and back, and more.
version() { # ip4|ip6
	if [ "$1" = ip4 ]; then
		a=10.7.0.1 b=10.7.0.2 e=10.7.0.4
		echo_request=8 echo_reply=0 unreachable='3 3' redirect='5 1'
	else
		a=fd07::1 b=fd07::2 e=fd07::4
		echo_request=128 echo_reply=129 unreachable='1 4' redirect='137 0'
	fi
	marks=("ab=$1 src $a dst $b" "ba=$1 src $b dst $a" "eb=$1 src $e dst $b" "be=$1 src $b dst $e")
}

# a and b talk, and are in the middle of it.
talk() { # PORT
	heard "${marks[@]}" "port=$1" <<-END
		syn    a b @ab tcp @port 5432 S seq 1000 len 0 => b:all
		synack b a @ba tcp 5432 @port SA seq 5000 ack 1001 len 0 => a:all
		ack    a b @ab tcp @port 5432 A seq 1001 ack 5001 len 0 => b:all
		data   a b @ab tcp @port 5432 PA seq 1001 ack 5001 len 32 => b:all=A32
		data   b a @ba tcp 5432 @port PA seq 5001 ack 1033 len 32 => a:all=A32
		query  a b @ab udp @port 53 => b:all=A32
		answer b a @ba udp 53 @port => a:all=A32
		ping   a b @ab icmp $echo_request 0 @port => b:all=A32
		pong   b a @ba icmp $echo_reply 0 @port => a:all=A32
	END
}

# What follows in either direction, from the port where it belongs.
goes_on() { # PORT
	heard "${marks[@]}" "port=$1" <<-END
		data   a b @ab tcp @port 5432 PA seq 1033 ack 5033 len 32 => b:all=A32
		data   b a @ba tcp 5432 @port PA seq 5033 ack 1065 len 32 => a:all=A32
		query  a b @ab udp @port 53 => b:all=A32
		answer b a @ba udp 53 @port => a:all=A32
		dead   b a @ba icmp $unreachable 0 about udp $a @port $b 53 => a:all
		dead   b a @ba icmp $unreachable 0 about tcp $a @port $b 5432 1033 => a:all
		pong   b a @ba icmp $echo_reply 0 @port => a:all=A32
	END
}

# All who forge, in turn, each at a conversation of its own from $port, in the middle of that:
# $from, at port $at of the bridge.
each_forger() { # PORT COMMAND
	local ip from at port=$1
	rules | policy
	for ip in ip4 ip6; do
		version $ip
		for from in e c u; do
			at=p-$from
			[ $from != u ] || at=up0
			port=$((port + 1))
			talk $port
			"$2"
		done
	done
}

# All that is said in a conversation, from elsewhere, by the right MAC address and another.
inserted() {
	local mac
	counting
	for mac in @from a; do
		heard "${marks[@]}" "mac=$mac" "from=$from" "port=$port" <<-END
			data  @from b mac-src @mac @ab tcp @port 5432 PA seq 1033 ack 5033 fill Z => -
			ack   @from b mac-src @mac @ab tcp @port 5432 A seq 1033 ack 5033 len 0 => -
			syn   @from b mac-src @mac @ab tcp @port 5432 S seq 9000 len 0 => -
			other @from b mac-src @mac @ab tcp 1 5432 S seq 9000 len 0 => -
			query @from b mac-src @mac @ab udp @port 53 fill Z => -
			ping  @from b mac-src @mac @ab icmp $echo_request 0 @port fill Z => -
			dead  @from b mac-src @mac @ab icmp $unreachable 0 about udp $b 53 $a @port => -
		END
	done
	for mac in @from b; do
		heard "${marks[@]}" "mac=$mac" "from=$from" "port=$port" <<-END
			data   @from a mac-src @mac @ba tcp 5432 @port PA seq 5033 ack 1033 fill Z => -
			synack @from a mac-src @mac @ba tcp 5432 @port SA seq 5000 ack 1001 len 0 => -
			answer @from a mac-src @mac @ba udp 53 @port fill Z => -
			pong   @from a mac-src @mac @ba icmp $echo_reply 0 @port fill Z => -
			dead   @from a mac-src @mac @ba icmp $unreachable 0 about udp $a @port $b 53 => -
			dead   @from a mac-src @mac @ba icmp $unreachable 0 about tcp $a @port $b 5432 1033 => -
			elsewhere @from a mac-src @mac @ba icmp $redirect 0 about udp $a @port $b 53 => -
		END
	done
	expect_counted rule port <<<"port $at bridge-default drop 28"
	goes_on "$port"
}

# An end that is forged: nobody gets it.
ended() {
	heard_counted "${marks[@]}" "from=$from" "port=$port" <<-END
		reset @from b @ab tcp @port 5432 R seq 1033 len 0 => -
		reset @from a @ba tcp 5432 @port R seq 5033 len 0 => -
		reset @from b @ab tcp @port 5432 RA seq 1034 ack 5033 len 0 => -
		fin   @from b @ab tcp @port 5432 FA seq 1033 ack 5033 len 0 => -
		counted
		port $at bridge-default drop 4
	END
	# Connection tracking has believed it, and will forget the connection sooner,
	# but lets it go on or begin anew. Of UDP there is nothing to end.
	heard_counted "${marks[@]}" "port=$port" <<-END
		data   a b @ab tcp @port 5432 PA seq 1033 ack 5033 => b:all=A32
		data   b a @ba tcp 5432 @port PA seq 5033 ack 1065 => a:all=A32
		query  a b @ab udp @port 53 => b:all=A32
		answer b a @ba udp 53 @port => a:all=A32
		again  a b @ab tcp @port 5432 S seq 200000 len 0 => b:all
		synack b a @ba tcp 5432 @port SA seq 700000 ack 200001 len 0 => a:all
		counted
		rule dns 2
		rule sql 4
		port p-a rule accept 3
		port p-b rule accept 3
	END
}

# What is begun among friends, in the names of others, opens no way to these.
holes() {
	local ip
	rules | policy
	for ip in ip4 ip6; do
		version $ip
		# c and e make a connection "from a to b", and then "answer" it to a
		heard_counted "${marks[@]}" <<-END
			begin  c e @ab udp 2201 53 => e:all=A32
			answer e c @ba udp 53 2201 => c:all=A32
			hole   e a @ba udp 53 2201 fill Z => -
			hole   c a @ba udp 53 2201 fill Z => -
			hole   e b @ab udp 2201 53 fill Z => -
			hole   c b @ab udp 2201 53 fill Z => -
			begin  e c @ab tcp 2202 5432 S seq 1000 len 0 => c:all
			synack c e @ba tcp 5432 2202 SA seq 5000 ack 1001 len 0 => e:all
			hole   c a @ba tcp 5432 2202 SA seq 5000 ack 1001 len 0 => -
			hole   e b @ab tcp 2202 5432 A seq 1001 ack 5001 len 0 => -
			counted
			rule friends 4
			port p-c rule accept 2
			port p-e rule accept 2
			port p-c bridge-default drop 3
			port p-e bridge-default drop 3
		END
		# and one "from b to a", for e's to b to look like its answer
		heard_counted "${marks[@]}" <<-END
			begin  c e @ba udp 53 2203 => e:all=A32
			hole   e b @ab udp 2203 53 fill Z => -
			hole   c b @ab udp 2203 53 fill Z => -
			begin  e c @ba tcp 80 2204 S seq 1000 len 0 => c:all
			hole   e b @ab tcp 2204 80 SA seq 5000 ack 1001 len 0 => -
			hole   c b @ab tcp 2204 80 SA seq 5000 ack 1001 len 0 => -
			counted
			rule friends 2
			port p-c rule accept 1
			port p-e rule accept 1
			port p-c bridge-default drop 1
			port p-c state drop 1
			port p-e bridge-default drop 2
		END
		# b cannot answer what e has never been let ask
		heard_counted "${marks[@]}" <<-END
			begin  e c @eb udp 2205 53 => c:all=A32
			hole   b e @be udp 53 2205 fill Z => -
			refused e b @eb udp 2206 53 => -
			hole   b e @be udp 53 2206 fill Z => -
			begin  a b @eb udp 2207 53 => b:all=A32
			hole   b e @be udp 53 2207 fill Z => -
			right  b a @be udp 53 2207 => a:all=A32
			counted
			rule friends 1
			rule dns 2
			port p-e rule accept 1
			port p-a rule accept 1
			port p-b rule accept 1
			port p-e bridge-default drop 1
			port p-b bridge-default drop 3
		END
		conntrack -F 2>/dev/null
	done
}

# One who may ask the same himself may take over a conversation, but not what is answered: that
# goes to where who owns it is. (Addresses are nobody's: see docs/threat-model.md.)
equals() {
	local ip
	rules '{name: too, from: c, to: b, udp: 53, verdict: accept}' | policy
	for ip in ip4 ip6; do
		version $ip
		heard_counted "${marks[@]}" <<-END
			query  a b @ab udp 2301 53 => b:all=A32
			answer b a @ba udp 53 2301 => a:all=A32
			forged c b @ab udp 2301 53 fill Z => b:all=Z32
			lost   b a @ba udp 53 2301 => -
			taken  b c @ba udp 53 2301 => c:all=A32
			query  a b @ab udp 2301 53 => b:all=A32
			answer b a @ba udp 53 2301 => a:all=A32
			not    b c @ba udp 53 2301 => -
			counted
			rule dns 4
			rule too 2
			port p-a rule accept 2
			port p-b rule accept 3
			port p-c rule accept 1
			port p-b bridge-default drop 2
		END
	done
}

topo -u up0:u a b c e
# as packets has them: by place
ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0 e=e:eth0 u=u:eth0)
load_module
load_ct
run_case inserted each_forger 2000 inserted
run_case ended each_forger 2100 ended
run_case holes holes
run_case equals equals
isolctl flush
rmmod isol_ct
unload_module
