#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What gets from where to where: rules between all kinds of endpoints, and all
# defaults; for unicast, broadcast, multicast, unknown destinations, and
# protocols other than IP. Seven kinds of frames go from port to port; from and
# to the host it is those and the reserved ones, without the unknown ones where
# the host would have to receive them.
#
# quick: yes
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

# A module without a policy changes nothing, and probe sees all that arrives.
control() {
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . + + + +     +      +
		b      + . + + +     +      +
		c      + + . + +     +      +
		d      + + + . +     +      +
		world  + + + + .     +      +
		world2 + + + + +     .      +
		host   + + + + +     +      .
	EOF
}

# It also sees what does not: by the kernel's own means.
control_drops() {
	bridge link set dev p-a isolated on
	bridge link set dev p-b isolated on
	nft -f - <<-EOF
		table bridge t {
			chain in {
				type filter hook input priority 0
				iifname "p-c" ether type arp drop
			}
			chain out {
				type filter hook output priority 0
				oifname "p-d" ether type ip6 drop
			}
		}
	EOF
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . - + + +     +      +
		b      - . + + +     +      +
		c      + + . + +     +      unicast,unicast6,custom,mcast,mcast6,reserved
		d      + + + . +     +      +
		world  + + + + .     +      +
		world2 + + + + +     .      +
		host   + + + unicast,custom,arp,mcast,unknown,reserved + + .
	EOF
}

# Nothing said: all is closed but what is not judged.
closed() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		segments: {s: {bridge: br0}}
		bindings:
		  a: {port: p-a, segment: s}
		  b: {port: p-b, segment: s}
		  c: {port: p-c, segment: s}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . - - - -     -      -
		b      - . - - -     -      -
		c      - - . - -     -      -
		d      - - - . -     -      -
		world  - - - - .     +      +
		world2 - - - - +     .      +
		host   - - - - +     +      .
	EOF
	# Ports count what they send; for the host, the port it is sent to does.
	expect_counted port bridge <<-EOF
		port p-a within drop 14
		port p-a unbound drop 7
		port p-a segment-uplink drop 14
		port p-a host-default drop 15
		port p-b within drop 14
		port p-b unbound drop 7
		port p-b segment-uplink drop 14
		port p-b host-default drop 15
		port p-c within drop 14
		port p-c unbound drop 7
		port p-c segment-uplink drop 14
		port p-c host-default drop 15
		port p-d unbound drop 50
		port up0 segment-uplink drop 21
		port up0 unbound drop 7
		port up0 unjudged accept 21
		port up1 segment-uplink drop 21
		port up1 unbound drop 7
		port up1 unjudged accept 21
		bridge br0 within drop 42
		bridge br0 segment-uplink drop 84
		bridge br0 unbound drop 85
		bridge br0 host-default drop 45
		bridge br0 unjudged accept 42
	EOF
	why_is a b drop within
	why_is p-a uplink drop segment-uplink
	why_is uplink b drop segment-uplink
	why_is up0 c drop segment-uplink
	why_is a host drop host-default
	why_is host a drop host-default
	why_is p-d a drop unbound
	why_is host p-d drop unbound
	why_is up0 up1 accept unjudged
	why_is uplink host accept unjudged
	why_is host up1 accept unjudged
}

# Rules between groups and bindings: one direction, the first that matches.
groups() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		segments: {s: {bridge: br0}}
		bindings:
		  a: {port: p-a, segment: s, groups: [web]}
		  b: {port: p-b, segment: s, groups: [db]}
		  c: {port: p-c, segment: s, groups: [web, ops]}
		rules:
		  - {name: web-db, from: web, to: [db], verdict: accept, stateless: true}
		  - {name: b-c, from: b, to: c, verdict: accept, stateless: true}
		  - {name: ops-a, from: ops, to: a, verdict: accept, stateless: true}
		  - {name: late, from: [ops, b], to: [db, c], verdict: drop, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . + - - -     -      -
		b      - . + - -     -      -
		c      + + . - -     -      -
		d      - - - . -     -      -
		world  - - - - .     +      +
		world2 - - - - +     .      +
		host   - - - - +     +      .
	EOF
	expect_counted rule <<-EOF
		rule web-db 14
		rule b-c 7
		rule ops-a 7
	EOF
	expect_counted -s port <<-EOF
		port p-a rule accept 7
		port p-a within drop 7
		port p-b rule accept 7
		port p-b within drop 7
		port p-c rule accept 14
	EOF
	why_is a b accept rule web-db
	why_is c b accept rule web-db
	why_is b a drop within
	why_is b c accept rule b-c
	why_is p-c p-a accept rule ops-a
}

# Rules for all members, and for all.
any_from() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		segments: {s: {bridge: br0}}
		bindings:
		  a: {port: p-a, segment: s}
		  b: {port: p-b, segment: s}
		  c: {port: p-c, segment: s}
		rules:
		  - {name: members-a, from: members, to: a, verdict: accept, stateless: true}
		  - {name: b-members, from: b, to: members, verdict: accept, stateless: true}
		  - {name: any-c, from: any, to: c, verdict: accept, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . - + - -     -      -
		b      + . + - -     -      -
		c      + - . - -     -      -
		d      - - - . -     -      -
		world  - - + - .     +      +
		world2 - - + - +     .      +
		host   - - + - +     +      .
	EOF
	expect_counted rule <<-EOF
		rule members-a 14
		rule b-members 7
		rule any-c 29
	EOF
	why_is b a accept rule members-a
	why_is b c accept rule b-members
	why_is uplink c accept rule any-c
	why_is host c accept rule any-c
	why_is p-d c drop unbound
}

any_to() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		segments: {s: {bridge: br0}}
		bindings:
		  a: {port: p-a, segment: s}
		  b: {port: p-b, segment: s}
		  c: {port: p-c, segment: s}
		rules:
		  - {name: no-a-c, from: a, to: c, verdict: drop, stateless: true}
		  - {name: a-any, from: a, to: any, verdict: accept, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . + - - +     +      +
		b      - . - - -     -      -
		c      - - . - -     -      -
		d      - - - . -     -      -
		world  - - - - .     +      +
		world2 - - - - +     .      +
		host   - - - - +     +      .
	EOF
	expect_counted rule <<-EOF
		rule no-a-c 7
		rule a-any 28
	EOF
	expect_counted -s port <<-EOF
		port p-a rule drop 7
		port p-a rule accept 28
		port p-a unbound drop 7
	EOF
	why_is a c drop rule no-a-c
	why_is a host accept rule a-any
	why_is a p-d drop unbound
}

# Through the uplinks, and between uplinks whatever rules say.
uplinks() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		segments: {s: {bridge: br0}}
		bindings:
		  a: {port: p-a, segment: s, groups: [web]}
		  b: {port: p-b, segment: s, groups: [db]}
		  c: {port: p-c, segment: s, groups: [web]}
		rules:
		  - {name: in, from: uplink, to: web, verdict: accept, stateless: true}
		  - {name: out, from: db, to: uplink, verdict: accept, stateless: true}
		  - {name: none, from: [any, uplink], to: any, verdict: drop, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . - - - -     -      -
		b      - . - - +     +      -
		c      - - . - -     -      -
		d      - - - . -     -      -
		world  + - + - .     +      +
		world2 + - + - +     .      +
		host   - - - - +     +      .
	EOF
	expect_counted rule <<-EOF
		rule in 28
		rule out 14
		rule none 129
	EOF
	expect_counted -s port <<-EOF
		port up0 rule accept 14
		port up0 rule drop 7
		port up0 unbound drop 7
		port up0 unjudged accept 21
	EOF
	why_is uplink a accept rule in
	why_is b up1 accept rule out
	why_is up0 b drop rule none
	why_is up0 up1 accept unjudged
	why_is host uplink accept unjudged
}

# To and from the host.
host_paths() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1], default: accept}}
		bindings:
		  a: {port: p-a}
		  b: {port: p-b}
		  c: {port: p-c}
		rules:
		  - {name: a-host, from: a, to: host, verdict: accept, stateless: true}
		  - {name: host-b, from: host, to: b, verdict: accept, stateless: true}
		  - {name: no-host-c, from: host, to: c, verdict: drop, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . + + - +     +      +
		b      + . + - +     +      -
		c      + + . - +     +      -
		d      - - - . -     -      -
		world  + + + - .     +      +
		world2 + + + - +     .      +
		host   - + - - +     +      .
	EOF
	expect_counted rule <<-EOF
		rule a-host 7
		rule host-b 8
		rule no-host-c 8
	EOF
	# The default, be it accept, does not open the host.
	expect_counted -s port <<-EOF
		port p-a rule accept 7
		port p-a host-default drop 8
		port p-a bridge-default accept 28
		port p-b rule accept 8
		port p-b host-default drop 7
		port p-c rule drop 8
		port p-c host-default drop 7
		port up0 bridge-default accept 21
		port up0 unjudged accept 21
	EOF
	why_is a host accept rule a-host
	why_is host a drop host-default
	why_is host b accept rule host-b
	why_is host c drop rule no-host-c
	why_is a b accept bridge-default
	why_is c uplink accept bridge-default
}

# A bridge without segments has its default only.
bridge_default() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . - - - -     -      -
		b      - . - - -     -      -
		c      - - . - -     -      -
		d      - - - . -     -      -
		world  - - - - .     +      +
		world2 - - - - +     .      +
		host   - - - - +     +      .
	EOF
	expect_counted -s port bridge <<-EOF
		port p-a bridge-default drop 28
		port up0 bridge-default drop 21
		bridge br0 bridge-default drop 126
	EOF
	why_is a b drop bridge-default
	why_is a uplink drop bridge-default
	why_is a host drop host-default
}

# What a segment says outranks the default of its bridge, both ways.
segment_within() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1], default: drop}}
		segments: {s: {bridge: br0, within: accept}}
		bindings: {a: {port: p-a, segment: s}, b: {port: p-b, segment: s}, c: {port: p-c}}
		rules:
		  - {name: no-b-c, from: b, to: c, verdict: drop, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . + + - -     -      -
		b      + . - - -     -      -
		c      + + . - -     -      -
		d      - - - . -     -      -
		world  - - - - .     +      +
		world2 - - - - +     .      +
		host   - - - - +     +      .
	EOF
	expect_counted -s rule port <<-EOF
		rule no-b-c 7
		port p-a within accept 14
		port p-a segment-uplink drop 14
		port p-b within accept 7
		port p-c within accept 14
	EOF
	why_is a c accept within
	why_is a uplink drop segment-uplink
}

segment_uplink() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1], default: accept}}
		segments: {s: {bridge: br0, within: drop, uplink: accept}}
		bindings: {a: {port: p-a, segment: s}, b: {port: p-b, segment: s}, c: {port: p-c}}
		rules:
		  - {name: no-up-b, from: uplink, to: b, verdict: drop, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . - - - +     +      -
		b      - . - - +     +      -
		c      - - . - +     +      -
		d      - - - . -     -      -
		world  + - + - .     +      +
		world2 + - + - +     .      +
		host   - - - - +     +      .
	EOF
	expect_counted -s rule port <<-EOF
		rule no-up-b 14
		port p-a within drop 14
		port p-a segment-uplink accept 14
		port up0 segment-uplink accept 14
		port up0 rule drop 7
	EOF
	why_is a c drop within
	why_is c uplink accept segment-uplink
}

# Unbound ports take part where the bridge lets them. Rules for "any" are
# theirs too then, rules for members are not.
unbound_accept() {
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1], unbound: accept}}
		segments: {s: {bridge: br0}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: no-a, from: any, to: a, verdict: drop, stateless: true}
		  - {name: b-host, from: [b, uplink], to: [host, c], verdict: accept, stateless: true}
		  - {name: members, from: members, to: members, verdict: drop, stateless: true}
	EOF
	counting
	expect_matrix <<-EOF
		.      a b c d world world2 host
		a      . - - + -     -      -
		b      - . + + -     -      +
		c      - - . + -     -      -
		d      - + + . +     +      -
		world  - - + + .     +      +
		world2 - - + + +     .      +
		host   - - - - +     +      .
	EOF
	expect_counted -s rule port <<-EOF
		rule no-a 43
		rule members 21
		rule b-host 28
		port p-d rule drop 7
		port p-d unbound accept 28
		port p-d host-default drop 15
		port p-a unbound accept 7
		port up0 unbound accept 7
	EOF
	why_is p-d a drop rule no-a
	why_is p-d b accept unbound
	why_is c p-d accept unbound
	why_is p-d host drop host-default
	why_is host p-d drop host-default
	port_is p-d unbound no-match
}

# A rule for "any" opens the host to unbound ports that take part, and to no
# others.
unbound_host() {
	local unbound
	for unbound in accept drop; do
		policy <<-EOF
			isol: 1
			bridges: {br0: {uplinks: [up0, up1], unbound: $unbound}}
			bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
			rules:
			  - {name: any-host, from: any, to: host, verdict: accept, stateless: true}
			  - {name: host-any, from: host, to: any, verdict: accept, stateless: true}
		EOF
		counting
		if [ $unbound = accept ]; then
			expect_matrix -p '*:host,host:*' <<-EOF
				.      a b c d world world2 host
				a      . . . . .     .      +
				b      . . . . .     .      +
				c      . . . . .     .      +
				d      . . . . .     .      +
				world  . . . . .     .      +
				world2 . . . . .     .      +
				host   + + + + +     +      .
			EOF
			expect_counted -s rule <<-EOF
				rule any-host 28
				rule host-any 32
			EOF
			why_is p-d host accept rule any-host
		else
			expect_matrix -p '*:host,host:*' <<-EOF
				.      a b c d world world2 host
				a      . . . . .     .      +
				b      . . . . .     .      +
				c      . . . . .     .      +
				d      . . . . .     .      -
				world  . . . . .     .      +
				world2 . . . . .     .      +
				host   + + + - +     +      .
			EOF
			expect_counted -s rule <<-EOF
				rule any-host 21
				rule host-any 24
			EOF
			why_is p-d host drop unbound
		fi
	done
}

# A promiscuous bridge device is passed a copy of each frame. That is the host
# again; what it is denied there is counted apart.
promiscuous() {
	ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0 world=world:eth0 host=-:br0)
	isolctl flush
	ip link set br0 promisc on
	expect_matrix -k custom,unknown <<-EOF
		.     a                          b                          c                          world                      host
		a     .                          custom,custom>host,unknown custom,custom>host,unknown custom,custom>host,unknown +
		b     custom,custom>host,unknown .                          custom,custom>host,unknown custom,custom>host,unknown +
		c     custom,custom>host,unknown custom,custom>host,unknown .                          custom,custom>host,unknown +
		world custom,custom>host,unknown custom,custom>host,unknown custom,custom>host,unknown .                          +
		host  +                          +                          +                          +                          .
	EOF
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: b-host, from: b, to: host, verdict: accept, stateless: true}
		  - {name: all, from: members, to: a, verdict: accept, stateless: true}
	EOF
	counting
	expect_matrix -k custom,unknown <<-EOF
		.     a                          b            c            world        host
		a     .                          -            -            -            -
		b     custom,custom>host,unknown .            custom>host  custom>host  +
		c     +                          -            .            -            -
		world custom>host                custom>host  custom>host  .            +
		host  -                          -            -            +            .
	EOF
	# One copy is that of the frame by which the bridge learns.
	expect_counted -s port rule <<-EOF
		rule b-host 1
		rule all 4
		port p-a promisc drop 5
		port p-a host-default drop 3
		port p-b promisc accept 5
		port p-c promisc drop 5
		port up0 promisc accept 5
	EOF
}

# A port in hairpin mode may be sent what it has sent.
hairpin() {
	ENDPOINTS=(a=a:eth0 b=b:eth0)
	isolctl flush
	expect_matrix -k unicast,arp -p a:a,a:b <<-EOF
		. a b
		a - +
	EOF
	bridge link set dev p-a hairpin on
	expect_matrix -k unicast,arp -p a:a,a:b <<-EOF
		. a b
		a + +
	EOF
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		segments: {s: {bridge: br0}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
	EOF
	counting
	expect_matrix -k unicast,arp -p a:a,a:b <<-EOF
		. a b
		a - -
	EOF
	# The frame by which the bridge learns comes back too, or would.
	expect_counted -s port <<-EOF
		port p-a within drop 5
	EOF
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0, up1]}}
		segments: {s: {bridge: br0}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		rules:
		  - {name: self, from: a, to: a, verdict: accept, stateless: true}
	EOF
	expect_matrix -k unicast,arp -p a:a,a:b <<-EOF
		. a b
		a + -
	EOF
	why_is a a accept rule self
}

load_module || exit
topo -u up0:world -u up1:world2 a b c d
run_case control control
run_case control-drops control_drops
nft flush ruleset
bridge link set dev p-a isolated off
bridge link set dev p-b isolated off
run_case closed closed
run_case groups groups
run_case any-from any_from
run_case any-to any_to
run_case uplinks uplinks
run_case host-paths host_paths
run_case bridge-default bridge_default
run_case segment-within segment_within
run_case segment-uplink segment_uplink
run_case unbound-accept unbound_accept
run_case unbound-host unbound_host
run_case promiscuous promiscuous
ip link set br0 promisc off
run_case hairpin hairpin
bridge link set dev p-a hairpin off
isolctl flush
run_case flushed control
