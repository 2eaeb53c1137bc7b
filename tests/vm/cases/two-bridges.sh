#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Two managed bridges and one that is not, and which port is whose: taps and
# veths, selectors of all sorts, claims, and ports that move.

. tests/vm/lib.sh
. tests/vm/isol.sh

status_is() { # JQ-EXPRESSION
	local json
	# 4 says that something is amiss, which is what we look for.
	json=$(isolctl -j status) || [ $? = 4 ]
	jq -e "$1" <<<"$json" >/dev/null || fail "$1: $json"
}

# A tap with an address and perhaps an alias.
tap() { # BRIDGE NAME ADDRESS [ALIAS]
	modprobe tun
	ip tuntap add dev "$2" mode tap
	ip link set "$2" address "$3"
	[ -z "${4-}" ] || ip link set "$2" alias "$4"
	ip link set "$2" master "$1" up
}

# Each bridge is by itself, and the third is not ours.
separate() {
	policy <<-EOF
		isol: 1
		bridges:
		  br0: {uplinks: [up0]}
		  br1: {uplinks: [up1], default: accept}
		segments: {s0: {bridge: br0}, s1: {bridge: br1, within: accept}}
		bindings:
		  a: {port: p-a, segment: s0, groups: [web]}
		  b: {port: p-b, segment: s0, groups: [db]}
		  c: {port: p-c, segment: s1, groups: [web]}
		  d: {port: p-d, segment: s1, groups: [db]}
		rules:
		  - {name: web-db, from: web, to: db, verdict: accept, stateless: true}
		  - {name: d-host, from: d, to: host, verdict: accept, stateless: true}
		  - {name: no-d-c, from: d, to: c, verdict: drop, stateless: true}
		  - {name: host-web, from: host, to: web, verdict: accept, stateless: true}
		  - {name: up-b, from: uplink, to: b, verdict: accept, stateless: true}
	EOF
	counting
	on_br0
	expect_matrix <<-EOF
		.     a b west host0
		a     . + -    -
		b     - . -    -
		west  - + .    +
		host0 + - +    .
	EOF
	on_br1
	expect_matrix <<-EOF
		.     c d east host1
		c     . + -    -
		d     - . -    +
		east  - - .    +
		host1 + - +    .
	EOF
	on_br2
	expect_matrix <<-EOF
		.     e f wild host2
		e     . + +    +
		f     + . +    +
		wild  + + .    +
		host2 + + +    .
	EOF
	expect_counted rule bridge <<-EOF
		rule web-db 14
		rule d-host 7
		rule no-d-c 7
		rule host-web 16
		rule up-b 7
		bridge br0 within drop 7
		bridge br0 segment-uplink drop 21
		bridge br0 host-default drop 22
		bridge br0 unjudged accept 14
		bridge br1 segment-uplink drop 28
		bridge br1 host-default drop 15
		bridge br1 unjudged accept 14
	EOF
	# and nothing crosses
	ENDPOINTS=(a=a:eth0 c=c:eth0 e=e:eth0 west=west:eth0 east=east:eth0 host0=-:br0 host1=-:br1)
	expect_matrix -k arp,mcast6 <<-EOF
		.     a c e west east host0 host1
		a     . - - -    -    -     -
		c     - . - -    -    -     -
		e     - - . -    -    -     -
		west  - - - .    -    +     -
		east  - - - -    .    -     +
		host0 + - - +    -    .     -
		host1 - + - -    +    -     .
	EOF
	why_is a b accept rule web-db
	why_is c d accept rule web-db
	why_is d host accept rule d-host
	why_is b host drop host-default
	must_fail isolctl why a d
	must_fail isolctl why a up1
	port_is p-a member a
	port_is up1 uplink
	port_is p-e unmanaged
	port_is up2 unmanaged
	status_is '.unmanaged | map(.port) | sort == ["p-e", "p-f", "up2"]'
	status_is '.unbound == []'
}

# A port that moves is what the policy says of it there.
moving() {
	# Its binding has no business there.
	ip link set p-a master br1
	forwarding p-a
	port_is p-a unbound a segment
	why_is p-a d drop unbound
	on_br1
	ENDPOINTS+=(a=a:eth0)
	expect_matrix -k unicast,arp <<-EOF
		.     c d east host1 a
		c     . + -    -     -
		d     - . -    +     -
		east  - - .    +     -
		host1 + - +    .     -
		a     - - -    -     .
	EOF
	# Nothing judges it there, and it is reported.
	ip link set p-a master br2
	forwarding p-a
	port_is p-a unmanaged
	status_is '.unmanaged | map(.port) | contains(["p-a"])'
	on_br2
	ENDPOINTS+=(a=a:eth0)
	expect_matrix -k unicast,arp <<-EOF
		.     e f wild host2 a
		e     . + +    +     +
		f     + . +    +     +
		wild  + + .    +     +
		host2 + + +    .     +
		a     + + +    +     .
	EOF
	ip link set p-a master br0
	forwarding p-a
	port_is p-a member a
	on_br0
	expect_matrix -k unicast,arp <<-EOF
		.     a b west host0
		a     . + -    -
		b     - . -    -
		west  - + .    +
		host0 + - +    .
	EOF
}

# Older kernels rename only what is down.
rename() { # FROM TO PORT...
	ip -batch - <<-EOF
		link set $1 down
		link set $1 name $2
		link set $2 up
	EOF
	shift 2
	forwarding "$@"
}

# The name is what binds a port; a bridge that the policy has got hold of it
# does not let go of when the name changes.
renaming() {
	rename p-a q-a q-a
	port_is q-a unbound no-match
	on_br0
	expect_matrix -k unicast,arp -p '*:a,a:*' <<-EOF
		.     a b west host0
		a     . - -    -
		b     - . .    .
		west  - . .    .
		host0 - . .    .
	EOF
	rename q-a p-a p-a
	port_is p-a member a
	expect_matrix -k unicast,arp -p '*:a,a:*' <<-EOF
		.     a b west host0
		a     . + -    -
		b     - . .    .
		west  - . .    .
		host0 + . .    .
	EOF

	rename br1 br7 p-c p-d up1
	port_is p-c member c
	on_br1
	ENDPOINTS[3]=host1=-:br7
	expect_matrix -k unicast,arp <<-EOF
		.     c d east host1
		c     . + -    -
		d     - . -    +
		east  - - .    +
		host1 + - +    .
	EOF
	ip link set p-e master br7
	port_is p-e unbound no-match
	ip link set p-e master br2
	port_is p-e unmanaged
	rename br7 br1 p-c p-d up1
	rename br2 br8 p-e p-f up2
	port_is p-e unmanaged
	rename br8 br2 p-e p-f up2
}

# Taps, told by their address, alias or name.
taps() {
	tap br0 t-mac fe:54:00:00:03:01
	tap br0 t-fe fa:54:00:00:03:02
	tap br0 t-alias fe:54:00:00:03:03 'vm 7, nic 0'
	tap br0 vm1-eth0 fe:54:00:00:03:04
	tap br0 t-stranger 52:54:00:00:03:05	# not as libvirt would
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		bindings:
		  m: {mac: "52:54:00:00:03:01", groups: [told]}
		  f: {mac: "fe:54:00:00:03:02", groups: [told]}
		  l: {alias: "vm 7, nic 0", groups: [told]}
		  g: {port: "vm?-eth*"}
		  s: {mac: "52:54:00:00:03:05"}
		rules:
		  - {name: told-g, from: told, to: g, verdict: accept, stateless: true}
		  - {name: m-told, from: m, to: [told, host], verdict: accept, stateless: true}
		  - {name: up-f, from: uplink, to: f, verdict: accept, stateless: true}
	EOF
	port_is t-mac member m
	port_is t-fe member f
	port_is t-alias member l
	port_is vm1-eth0 member g
	port_is t-stranger unbound no-match
	# Whoever holds a tap can give it another address: that gains nothing.
	ip link set t-mac down
	ip link set t-mac nomaster
	ip link set t-stranger address fe:54:00:00:03:01
	port_is t-stranger unbound no-match
	ip link set t-stranger address 52:54:00:00:03:05
	ip link set t-mac master br0 up
	port_is t-mac member m
	ENDPOINTS=(m=tap:t-mac 'f=tap:t-fe,mac=fe:54:00:00:03:02' l=tap:t-alias g=tap:vm1-eth0
		's=tap:t-stranger,mac=52:54:00:00:03:06' west=west:eth0 host=-:br0)
	counting
	expect_matrix <<-EOF
		.    m f l g s west host
		m    . + + + - -    +
		f    - . - + - -    -
		l    - - . + - -    -
		g    - - - . - -    -
		s    - - - - . -    -
		west - + - - - .    +
		host - - - - - +    .
	EOF
	expect_counted rule <<-EOF
		rule told-g 21
		rule m-told 21
		rule up-f 7
	EOF
	isolctl flush
	expect_matrix <<-EOF
		.    m f l g s west host
		m    . + + + + +    +
		f    + . + + + +    +
		l    + + . + + +    +
		g    + + + . + +    +
		s    + + + + . +    +
		west + + + + + .    +
		host + + + + + +    .
	EOF
	ip link del t-stranger
	ip link del t-alias
	ip link del t-fe
	ip link del t-mac
}

# The most specific selector has the port: name, address, alias, then the glob
# with most letters, then the first.
precedence() {
	local -a binding=(
		'first: {port: "vm1*"}' 'second: {port: "vm*0"}' 'third: {port: "v*"}'
		'letters: {port: "vm1-*"}' 'alias: {alias: mine}' 'mac: {mac: "52:54:00:00:03:04"}'
		'name: {port: vm1-eth0}'
	)
	local names=(first second third letters alias mac name) i n
	ip link set vm1-eth0 alias mine
	for n in 7 6 5 4 3; do
		policy <<-EOF
			isol: 1
			bridges: {br0: {uplinks: [up0]}}
			bindings:
			$(printf '  %s\n' "${binding[@]:0:n}")
		EOF
		i=$((n - 1))
		[ $n -gt 3 ] || i=0
		port_is vm1-eth0 member "${names[i]}"
	done
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		bindings:
		$(printf '  %s\n' "${binding[1]}" "${binding[0]}")
	EOF
	port_is vm1-eth0 member second
	# What a port is called by events it is looked at again.
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		bindings:
		$(printf '  %s\n' "${binding[2]}" "${binding[5]}" "${binding[4]}")
	EOF
	port_is vm1-eth0 member mac
	ip link set vm1-eth0 address fe:54:00:00:03:14
	port_is vm1-eth0 member alias
	ip link set vm1-eth0 nomaster
	ip link set vm1-eth0 address fe:54:00:00:03:04
	ip link set vm1-eth0 master br0
	port_is vm1-eth0 member mac
	ip link set vm1-eth0 address fe:54:00:00:03:14
	ip link set vm1-eth0 down
	ip link set vm1-eth0 alias other
	ip link set vm1-eth0 up
	port_is vm1-eth0 member third
	ip link del vm1-eth0
}

# A binding has as many ports as it claims. One more is nobody, until it comes
# again when there is room.
claims() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}, br1: {uplinks: [up1]}}
		bindings:
		  one: {port: "t1*"}
		  two: {port: "t2*", claims: 2}
		  rest: {port: "t*", claims: 9}
		rules:
		  - {name: one-rest, from: one, to: [rest, two], verdict: accept, stateless: true}
	EOF
	tap br0 t1a fe:54:00:00:05:01
	tap br0 t1b fe:54:00:00:05:02
	tap br1 t1c fe:54:00:00:05:03
	tap br0 t2a fe:54:00:00:05:04
	tap br1 t2b fe:54:00:00:05:05
	tap br0 t2c fe:54:00:00:05:06
	tap br0 t3a fe:54:00:00:05:07
	port_is t1a member one
	port_is t1b unbound one claims
	port_is t1c unbound one claims
	port_is t2a member two
	port_is t2b member two
	port_is t2c unbound two claims
	port_is t3a member rest
	status_is '[.unbound[] | select(.cause == "claims") | .port] | sort == ["t1b", "t1c", "t2c"]'
	ENDPOINTS=(a=tap:t1a b=tap:t1b d=tap:t2a f=tap:t2c g=tap:t3a)
	expect_matrix -k unicast,arp <<-EOF
		. a b d f g
		a . - + - +
		b - . - - -
		d - - . - -
		f - - - . -
		g - - - - .
	EOF
	why_is t1b t3a drop unbound
	ip link del t1a
	ip link del t1b
	tap br0 t1b fe:54:00:00:05:02
	port_is t1b member one
	ENDPOINTS=(b=tap:t1b d=tap:t2a f=tap:t2c g=tap:t3a)
	expect_matrix -k unicast,arp <<-EOF
		. b d f g
		b . + - +
		d - . - -
		f - - . -
		g - - - .
	EOF
}

on_br0() { ENDPOINTS=(a=a:eth0 b=b:eth0 west=west:eth0 host0=-:br0); }
on_br1() { ENDPOINTS=(c=c:eth0 d=d:eth0 east=east:eth0 host1=-:br1); }
on_br2() { ENDPOINTS=(e=e:eth0 f=f:eth0 wild=wild:eth0 host2=-:br2); }

load_module || exit
topo -b br0 -h host0 -u up0:west a b
topo -b br1 -h host1 -u up1:east c d
topo -b br2 -h host2 -u up2:wild e f
run_case separate separate
run_case moving moving
run_case renaming renaming
run_case taps taps
run_case precedence precedence
run_case claims claims
