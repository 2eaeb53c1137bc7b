#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ports come and go, change their names, addresses, aliases, bridges and
# numbers, with traffic all the time: no frame passes that the policy denies,
# and what it allows passes again.
#
# timeout: 700

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

# a and b may talk to each other, nobody else to anybody.
pair_policy() {
	cat <<-'END'
	bridge br0 uplink up0
	group pair
	binding a port p-a group pair
	binding b port p-b group pair
	binding c port p-c
	rule pair from group:pair to group:pair verdict accept
	END
}

load() { # <<STEPS
	raw <<-END
	begin
	$(cat)
	commit
	END
}


# From when on nothing may come to c, that is from when there is a policy:
# before, the bridge's own stack joins the group of snoopers (224.0.0.106) and
# says so to all, at some moment of its choice.
c_begins() { c_had=$(received c); }

# Nothing has come to c since.
c_has_nothing() { same "${c_had:-0}" "$(received c)" "what c received"; }

load_pair() {
	pair_policy | load
	c_begins
}

# The bridge and its ports, as if nothing had happened.
fresh() {
	local dev
	steps flush
	ip -all netns del
	for dev in /sys/class/net/*/; do
		dev=${dev%/}
		[ "${dev##*/}" = lo ] || echo "link del ${dev##*/}"
	done >/tmp/batch
	ip -force -batch /tmp/batch 2>/dev/null || :
	ENDPOINTS=()
	topo -u up0:up a b c
}

# Traffic of all kinds between guests, until the end of the case.
blasting() { # [PAIRS [ENDPOINT...]]
	local pairs=${1-a:b,b:a,a:c,c:a,b:c,c:b} ENDPOINTS
	shift $(($# > 0))
	ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0 "$@")
	blast_start -i 2 -k unicast,mcast,unknown -p "$pairs"
	kill_at_exit $!
}

# Nothing of it arrived where it must not, neither what was for others and
# flooded: c sends and nobody hears, and is sent to and hears nothing.
c_is_alone() {
	local pair
	for pair in a:c c:a b:c c:b; do
		blasted "${pair%:*}" "${pair#*:}" none
	done
	awk '$1 == "c" && $6 > 0 { print "astray:", $0; bad = 1 } END { exit bad }' \
		/run/isol/blast
	c_has_nothing
}

denied() {
	local pair
	for pair; do
		blasted "${pair%:*}" "${pair#*:}" none
	done
}

arrives() { # FROM TO
	blast_next
	blasted "$1" "$2" some
}

# No frame was ever judged before the port had its identity, and none came from
# or to a port that nobody knew.
never_unbound() {
	same 0 "$(counter BRIDGE_GET br0 unbound drop)" "frames of unbound ports"
	same 0 "$(status unknown-drops)" "frames of unknown ports"
}

# A port with the same name is the same endpoint, from its first frame on.
recreate_veth() {
	local i
	fresh
	load_pair
	blasting
	for i in 1 2 3; do
		ip link del p-b
		guest br0 p-b b
		expect_port p-b kind=member binding=b
		forwarding p-b
		blast_next
		c_is_alone
		blast_next
		c_is_alone
	done
	blasted a b some
	blasted b a some
	blast_stop
	never_unbound
}

# Nothing gets to a port that nothing may get to, whenever it is made: counted
# by its other end, which is there first.
recreate_denied() {
	local i
	fresh
	load_pair
	blasting
	for ((i = 1; i <= $(times 5); i++)); do
		ip link del p-c
		guest br0 p-c c
		c_had=0
		forwarding p-c
		sleep 0.1
		same 0 "$(received c)" "what c received"
	done
	blast_stop
	c_is_alone
	blasted a b some
	never_unbound
}

tap_policy() {
	cat <<-'END'
	bridge br0 uplink up0
	group pair
	binding a port p-a group pair
	binding t mac 52:54:00:00:00:01 group pair
	binding c port p-c
	rule pair from group:pair to group:pair verdict accept
	END
}

make_tap() { # MAC
	ip -batch - <<-END
	tuntap add dev tap0 mode tap
	link set tap0 address $1
	link set tap0 master br0 up
	END
}

# As libvirt makes them: the tap's address is the guest's, but for an octet.
recreate_tap() {
	local i
	fresh
	modprobe tun
	tap_policy | load
	c_begins
	make_tap fe:54:00:00:00:01
	expect_port tap0 kind=member binding=t
	blasting a:c,c:a,t:c,c:t,a:t,t:a 't=tap:tap0,mac=52:54:00:00:00:01'
	forwarding tap0
	for i in 1 2 3; do
		ip link del tap0
		make_tap fe:54:00:00:00:01
		expect_port tap0 kind=member binding=t
		wait_for 60 arrives a t
		denied a:c c:a t:c c:t
		c_has_nothing
	done
	blasted t a some
	# with another address it is nobody, at once
	ip link set tap0 address fe:54:00:00:00:02
	expect_port tap0 kind=unbound cause=no-match
	blast_next
	blast_next
	denied a:c c:a t:c c:t a:t t:a
	ip link set tap0 address fe:54:00:00:00:01
	expect_port tap0 kind=member binding=t
	wait_for 60 arrives a t
	denied a:c c:a t:c c:t
	blast_stop
	denied a:c c:a t:c c:t
	c_has_nothing
}

# Rename a port, which some kernels do only while it is down.
rename() { # FROM TO
	ip link set "$1" down
	ip link set "$1" name "$2"
	ip link set "$2" up
	[ ! -e "/sys/class/net/$2/brport" ] || forwarding "$2"
}

# A port that gets the name of another binding becomes that.
renames() {
	fresh
	load <<-'END'
	bridge br0 uplink up0
	group pair
	binding a port p-a group pair
	binding b port p-b group pair
	binding c port p-c
	binding other port p-other
	binding rest glob p-r* group pair
	rule pair from group:pair to group:pair verdict accept
	END
	same "accept rule pair" "$(verdict port:p-a port:p-b)"
	rename p-b p-other
	expect_port p-other kind=member binding=other
	same "drop bridge-default" "$(verdict port:p-a port:p-other)"
	expect_matrix -k unicast <<-'END'
	. a b c up host
	a . - - - -
	b - . - - -
	c - - . - -
	up - - - . +
	host - - - + .
	END
	rename p-other p-rest
	expect_port p-rest kind=member binding=rest
	rename p-rest p-nobody
	expect_port p-nobody kind=unbound cause=no-match
	same "drop unbound" "$(verdict port:p-a port:p-nobody)"
	rename p-nobody p-b
	expect_port p-b kind=member binding=b
	expect_matrix -k unicast <<-'END'
	. a b c up host
	a . + - - -
	b + . - - -
	c - - . - -
	up - - - . +
	host - - - + .
	END
}

# What an uplink may is bound to its name too.
uplink_renamed() {
	fresh
	load_pair
	expect_port up0 kind=uplink
	rename up0 p-z
	expect_port p-z kind=unbound cause=no-match
	expect_matrix -k unicast,reserved <<-'END'
	. a b c up host
	a . + - - -
	b + . - - -
	c - - . - -
	up - - - . -
	host - - - - .
	END
	rename p-z up0
	expect_port up0 kind=uplink
	expect_matrix -k unicast,reserved <<-'END'
	. a b c up host
	a . + - - -
	b + . - - -
	c - - . - -
	up - - - . +
	host - - - + .
	END
	# and a guest's port that gets the name of an uplink is one
	rename up0 up1
	rename p-c up0
	expect_port up0 kind=uplink
	rename up0 p-c
	rename up1 up0
	expect_port p-c kind=member binding=c
}

# A port that comes with an address.
come_with() { # PORT MAC
	ip link set "$1" nomaster
	ip link set "$1" address "$2"
	ip link set "$1" master br0
}

# A port's address is what it had when it came: who holds a tap's descriptor can
# change it, and must not become another by that.
addresses() {
	fresh
	load <<-'END'
	bridge br0
	binding m mac 52:54:00:00:00:0a
	binding n mac fe:54:00:00:00:0b
	binding p port p-c
	END
	expect_port p-a kind=unbound cause=no-match
	ip link set p-a address fe:54:00:00:00:0a
	expect_port p-a kind=unbound cause=no-match
	come_with p-a fe:54:00:00:00:0a
	expect_port p-a kind=member binding=m
	# another's address makes it nobody, its own what it was
	ip link set p-a address fa:54:00:00:00:0b
	expect_port p-a kind=unbound cause=no-match
	ip link set p-a address fe:54:00:00:00:0a
	expect_port p-a kind=member binding=m
	# a policy does not make that good
	ip link set p-a address fa:54:00:00:00:0b
	steps begin 'bridge br0' 'binding n mac fe:54:00:00:00:0b' commit
	expect_port p-a kind=unbound cause=no-match
	load <<-'END'
	bridge br0
	binding m mac 52:54:00:00:00:0a
	binding n mac fe:54:00:00:00:0b
	binding p port p-c
	END
	# a guest's address that begins with fe: the tap's begins with fa
	come_with p-a fe:54:00:00:00:0b
	expect_port p-a kind=unbound cause=no-match
	come_with p-a fa:54:00:00:00:0b
	expect_port p-a kind=member binding=n
	# an interface that has the guest's own address is not its tap
	come_with p-a 52:54:00:00:00:0a
	expect_port p-a kind=unbound cause=no-match
	# the name comes before the address
	come_with p-c fe:54:00:00:00:0a
	expect_port p-c kind=member binding=p
}

# What is quarantined does not get out by changing its address.
quarantined_address() {
	fresh
	load <<-'END'
	bridge br0 unbound accept
	binding m mac 52:54:00:00:00:0a
	binding n mac 52:54:00:00:00:0b
	binding b port p-b
	rule all from any to any verdict accept
	END
	come_with p-a fe:54:00:00:00:0a
	expect_port p-a kind=member binding=m
	same 'accept rule all' "$(verdict port:p-a port:p-b)"
	steps 'quarantine m'
	same 'drop quarantine' "$(verdict port:p-a port:p-b)"
	ip link set p-a address fe:54:00:00:00:0b
	same 'drop quarantine' "$(verdict port:p-a port:p-b)"
	expect_port p-a kind=unbound quarantined
	steps 'release m'
	same 'accept rule all' "$(verdict port:p-a port:p-b)"
}

aliases() {
	local sys=/sys/class/net/p-a/ifalias
	fresh
	load <<-'END'
	bridge br0
	binding x alias web-1
	binding y alias web\s2
	binding b port p-b
	END
	expect_port p-a kind=unbound cause=no-match
	ip link set p-a alias web-1
	expect_port p-a kind=member binding=x
	ip link set p-a alias "web 2"
	expect_port p-a kind=member binding=y
	ip link set p-a alias web
	expect_port p-a kind=unbound
	echo web-1 >$sys
	expect_port p-a kind=member binding=x
	ip link set p-a alias ""
	expect_port p-a kind=unbound
	# while it is down nobody is told: looked at again when it goes up
	ip link set p-a down
	ip link set p-a alias web-1
	ip link set p-a up
	expect_port p-a kind=member binding=x
	ip link set p-a down
	echo -n web >$sys
	ip link set p-a up
	expect_port p-a kind=unbound
	# neither by its carrier, if it has had that all the time
	ip -batch - <<-'END'
	link add p-q type dummy
	link set p-q master br0
	link set p-q alias web-1
	END
	expect_port p-q kind=unbound
	ip link set p-q up
	expect_port p-q kind=member binding=x
	ip link del p-q
	# the alias may be there before the port is one
	ip link set p-a nomaster
	ip link set p-a alias web-1
	ip link set p-a master br0
	expect_port p-a kind=member binding=x
	# and a policy looks at all ports again
	ip link set p-a down
	ip link set p-a alias nothing
	load <<-'END'
	bridge br0
	binding x alias web-1
	END
	expect_port p-a kind=unbound
	ip link set p-a alias ""
	ip link set p-a up
	forwarding p-a
}

bridges_changed() {
	local i
	fresh
	mkbridge br9
	guest br9 p-d d
	load_pair
	expect_port p-d kind=unmanaged bridge=br9
	blasting a:b,b:a,a:c,c:a,b:c,c:b,a:d,d:a,b:d,d:b d=d:eth0
	for i in 1 2; do
		ip link set p-b master br9
		expect_port p-b kind=unmanaged bridge=br9
		wait_for 60 arrives b d
		c_is_alone
		denied a:d d:a
		ip link set p-b master br0
		expect_port p-b kind=member binding=b bridge=br0
		blast_next
		wait_for 60 arrives a b
		c_is_alone
		denied a:d d:a b:d d:b
	done
	# the other way round: what was nobody's is the policy's
	ip link set p-d master br0
	expect_port p-d kind=unbound cause=no-match
	blast_next
	blast_next
	blast_stop
	c_is_alone
	denied a:d d:a b:d d:b
}

namespaces_changed() {
	local i
	fresh
	ip netns add away
	load_pair
	blasting
	for i in 1 2; do
		ip link set p-b netns away
		same 3 "$(status ports)" ports
		# there is no policy where it is now
		in_ns away nlraw -q 'why port:p-b host => ENOENT'
		blast_next
		c_is_alone
		ip -n away link set p-b netns 1
		ip link set p-b master br0 up
		expect_port p-b kind=member binding=b
		wait_for 60 arrives a b
		c_is_alone
	done
	blast_stop
	c_is_alone
	never_unbound
}

# The bridge goes with all its ports, and comes again.
bridge_deleted() {
	local i p
	fresh
	load_pair
	blasting
	for i in 1 2; do
		ip link del br0
		same 0 "$(status ports)" ports
		mkbridge br0
		for p in p-a p-b p-c up0; do
			ip link set $p master br0
		done
		expect_port p-a kind=member binding=a
		expect_port p-c kind=member binding=c
		expect_port up0 kind=uplink
		wait_for 60 arrives a b
		c_is_alone
	done
	blast_stop
	c_is_alone
	never_unbound
}

# A new name does not open a bridge.
bridge_renamed() {
	local l
	fresh
	guest br0 p-d d
	load_pair
	blasting a:b,b:a,a:c,c:a,b:c,c:b,a:d,d:a,c:d,d:c d=d:eth0
	rename br0 br7
	expect_port p-a kind=member binding=a bridge=br7
	expect_port p-c kind=member binding=c bridge=br7
	expect_port p-d kind=unbound bridge=br7
	wait_for 60 arrives a b
	c_is_alone
	denied a:d d:a
	# neither for those that come later, even when all have left
	for l in a b c d; do
		ip link set p-$l nomaster
	done
	ip link set up0 nomaster
	ip link set p-c master br7
	expect_port p-c kind=member binding=c
	ip link set p-d master br7
	expect_port p-d kind=unbound
	forwarding p-c p-d
	blast_next
	blast_next
	denied c:d d:c
	same 0 "$(status unmanaged)" "unmanaged ports"
	for l in a b; do
		ip link set p-$l master br7
	done
	expect_port p-a kind=member binding=a
	# nor with another policy
	load_pair
	expect_port p-a kind=member binding=a bridge=br7
	wait_for 60 arrives a b
	c_is_alone
	denied a:d d:a c:d d:c
	# another bridge of the old name is managed as well
	mkbridge br0
	ip link set p-b master br0
	expect_port p-b kind=member binding=b bridge=br0
	ip link set p-b master br7
	ip link del br0
	rename br7 br0
	expect_port p-b kind=member binding=b bridge=br0
	wait_for 60 arrives a b
	blast_stop
	c_is_alone
	denied a:d d:a c:d d:c
}

# A clone does not gain an identity, not even when the first one goes.
claims() {
	fresh
	load <<-'END'
	bridge br0
	binding one glob x*
	binding two glob y* claims 2
	END
	ip -batch - <<-'END'
	link add x1 type dummy
	link add x2 type dummy
	link add x3 type dummy
	link set x1 master br0
	link set x2 master br0
	END
	expect_port x1 kind=member binding=one
	expect_port x2 kind=unbound binding=one cause=claims
	ip link del x1
	expect_port x2 kind=unbound binding=one cause=claims
	ip link set x2 down
	ip link set x2 up
	expect_port x2 kind=unbound binding=one cause=claims
	ip link set x2 nomaster
	ip link set x2 master br0
	expect_port x2 kind=member binding=one
	# who has it keeps it over a change of the policy,
	ip link set x3 master br0
	expect_port x3 kind=unbound binding=one cause=claims
	load <<-'END'
	bridge br0
	group new
	binding more glob z*
	binding one glob x? group new
	END
	expect_port x2 kind=member binding=one
	expect_port x3 kind=unbound binding=one cause=claims
	# and who does not gets it then, if it is free
	ip link set x2 nomaster
	load <<-'END'
	bridge br0
	binding one glob x*
	binding two glob y* claims 2
	END
	expect_port x3 kind=member binding=one
	ip link set x2 master br0
	expect_port x2 kind=unbound binding=one cause=claims
	# two may be two
	ip link set x2 down
	ip link set x2 name y2
	ip link set x3 name y3
	ip link add y4 type dummy
	ip link set y4 master br0
	expect_port y2 kind=member binding=two
	expect_port y3 kind=member binding=two
	expect_port y4 kind=unbound binding=two cause=claims
	ip link del y2
	ip link set y4 nomaster
	ip link set y4 master br0
	expect_port y4 kind=member binding=two
	# fewer than there are
	load <<-'END'
	bridge br0
	binding two glob y*
	END
	same 1 "$(nlraw 'dump PORT_GET' | grep -c 'kind=member binding=two')" members
	same 1 "$(nlraw 'dump PORT_GET' | grep -c 'kind=unbound binding=two cause=claims')" others
	ip link del y3
	ip link del y4
}

segments() {
	fresh
	mkbridge br1
	load <<-'END'
	bridge br0
	bridge br1
	segment zero bridge br0
	segment one bridge br1
	binding a port p-a segment one
	binding b port p-b
	binding more glob p-* segment zero
	END
	expect_port p-a kind=unbound binding=a cause=segment
	same "drop unbound" "$(verdict port:p-a port:p-b)"
	ip link set p-a master br1
	expect_port p-a kind=member binding=a
	ip link set p-b master br1
	expect_port p-b kind=member binding=b
	ip link set p-c master br1
	expect_port p-c kind=unbound binding=more cause=segment
	ip -batch - <<-'END'
	link set p-a master br0
	link set p-b master br0
	link set p-c master br0
	link del br1
	END
	expect_port p-c kind=member binding=more
	expect_port p-a kind=unbound binding=a cause=segment
	forwarding p-a p-b p-c
}

# The number of a port that has gone may be another's at once.
numbers_reused() {
	local nr i
	fresh
	load_pair
	nr=$(</sys/class/net/p-b/ifindex)
	blasting
	for ((i = 1; i <= $(times 3); i++)); do
		# the number of one that may becomes that of one that may not,
		ip -batch - <<-END
		link del p-b
		link del p-c
		link add p-c index $nr type veth peer name eth0 address 02:00:00:00:5f:63 netns c
		link set p-c master br0 up
		END
		c_had=0
		ip -n c link set eth0 up
		expect_port p-c kind=member binding=c
		forwarding p-c
		same "drop bridge-default" "$(verdict port:p-a port:p-c)"
		same 0 "$(received c)" "what c received"
		# and that of one that nobody knows.
		ip -batch - <<-END
		link del p-c
		link add p-x index $nr type veth peer name eth0 address 02:00:00:00:5f:63 netns c
		link set p-x master br0 up
		END
		ip -n c link set eth0 up
		forwarding p-x
		expect_port p-x kind=unbound
		# Long enough for the old one to be taken out.
		sleep 0.4
		expect_port p-x kind=unbound
		same "drop unbound" "$(verdict port:p-a port:p-x)"
		blast_next
		c_is_alone
		ip -batch - <<-END
		link del p-x
		link add p-b index $nr type veth peer name eth0 address 02:00:00:00:5f:62 netns b
		link set p-b master br0 up
		END
		ip -n b link set eth0 up
		guest br0 p-c c
		forwarding p-b p-c
		expect_port p-b kind=member binding=b
		wait_for 60 arrives a b
		c_is_alone
	done
	blast_stop
	c_is_alone
	same 0 "$(status unknown-drops)" "frames of unknown ports"
}

# Numbers far apart: the table of ports is another one then.
numbers_sparse() {
	local i nr=300 next=(1 2 4 65536 3 7 1048576 5)
	fresh
	load_pair
	ip link del p-a
	ip link del p-b
	ip -batch - <<-'END'
	link add p-a index 70000 type veth peer name eth0 address 02:00:00:00:5f:61 netns a
	link set p-a master br0 up
	link add p-b index 2000000000 type veth peer name eth0 address 02:00:00:00:5f:62 netns b
	link set p-b master br0 up
	END
	ip -n a link set eth0 up
	ip -n b link set eth0 up
	forwarding p-a p-b
	expect_matrix -k unicast,mcast,reserved <<-'END'
	. a b c up host
	a . + - - -
	b + . - - -
	c - - . - -
	up - - - . +
	host - - - + .
	END
	# more of them, some of which fall on the same place
	for ((i = 0; i < 200; i++)); do
		echo "link add s$i index $nr type dummy"
		echo "link set s$i master br0"
		((nr += next[i % 8] * (1 + i / 8)))
	done >/tmp/batch
	ip -batch /tmp/batch
	same 204 "$(status ports)" ports
	same 200 "$(status unbound)" "unbound ports"
	for i in 0 1 50 99 150 199; do
		same "drop unbound" "$(verdict port:p-a port:s$i)"
	done
	expect_matrix -k unicast <<-'END'
	. a b c up host
	a . + - - -
	b + . - - -
	c - - . - -
	up - - - . +
	host - - - + .
	END
	# with all of them there at the time of a commit
	steps flush
	load_pair
	same 204 "$(status ports)" ports
	expect_matrix -k unicast <<-'END'
	. a b c up host
	a . + - - -
	b + . - - -
	c - - . - -
	up - - - . +
	host - - - + .
	END
	for ((i = 0; i < 200; i += 2)); do
		echo "link del s$i"
	done | ip -batch -
	for ((i = 0; i < 200; i += 2)); do
		echo "link add s$i type dummy"
		echo "link set s$i master br0"
	done | ip -batch -
	same 204 "$(status ports)" ports
	for ((i = 0; i < 200; i++)); do
		echo "link del s$i"
	done | ip -batch -
	same 4 "$(status ports)" ports
	same 0 "$(status unknown-drops)" "frames of unknown ports"
}

no_memory_inside() {
	local i
	ip link add br0 type bridge
	for ((i = 0; i < 1000; i++)); do
		echo "link add d$i type dummy"
		echo "link set d$i master br0"
	done >/tmp/batch
	load_pair
	# what policies may hold is nearly used up by one that is not committed
	nlraw begin 'size 60000' 'repeat 1 4500 group a-name-that-takes-memory-{}' add \
		'echo open' 'sleep 60000' >/tmp/out &
	kill_at_exit $!
	wait_for 60 grep -q open /tmp/out
	ip -batch /tmp/batch
	same 1000 "$(status ports)" ports
	same 1000 "$(status unbound)" "unbound ports"
	[ "$(status memory)" -gt "$(status memory-limit)" ]
	expect_port d999 kind=unbound
	same "drop unbound" "$(verdict port:d0 port:d999)"
	# there is none for another policy, but there is for the way out
	steps 'begin => ENOMEM' 'why port:d0 port:d1'
	kill $!
	wait $! || :
	steps 'quarantine a' flush 'release a'
	same 0 "$(status memory)" memory
	# and so it is for ports that were there before
	load_pair
	same 1000 "$(status unbound)" "unbound ports"
	steps flush
	same 0 "$(status memory)" memory
}

# What policies may hold is limited; a port is always known for what it is.
no_memory() {
	local limit=/sys/module/isol/parameters/netns_limit_mib
	fresh
	steps flush
	echo 1 >$limit
	quiet_ns small
	echo 128 >$limit
	in_ns small "$BASH" -c "$(script no_memory_inside)"
}

# Counters are of the port, whatever it is called and whatever the policy is,
# and end with it.
counters() {
	local before
	fresh
	load_pair
	counting
	expect_matrix -k unicast <<-'END'
	. a b c up host
	a . + - - -
	b + . - - -
	c - - . - -
	up - - - . +
	host - - - + .
	END
	expect_counted -s port <<-'END'
	port p-a rule accept 1
	port p-a bridge-default drop 2
	port p-a host-default drop 2
	port p-c bridge-default drop 3
	port p-c host-default drop 2
	port up0 unjudged accept 2
	END
	before=$(port p-a)
	load_pair
	same "$before" "$(port p-a)" "p-a after a commit"
	rename p-a p-r
	same 0 "$(counter PORT_GET p-r unbound drop)" "as another"
	[ "$(counter PORT_GET p-r rule accept)" -gt 0 ]
	rename p-r p-a
	[ "$(counter PORT_GET p-a rule accept)" -gt 0 ]
	ip link set p-a nomaster
	ip link set p-a master br0
	same 0 "$(counter PORT_GET p-a rule accept)" "of a new port"
	forwarding p-a
}

# Listeners hear of all that.
events() {
	local pid
	fresh
	load <<-'END'
	bridge br0 uplink up0
	bridge br1
	segment one bridge br1
	binding e port e1
	binding f glob f* segment one
	binding g alias g
	END
	cat >/tmp/steps <<-'END'
	join port
	echo joined
	read 20000 event=port-add name=e1 bridge=br0 kind=member binding=e
	read 20000 event=port-change name=e2 kind=unbound cause=no-match
	read 20000 event=port-change name=e1 kind=member binding=e
	read 20000 event=port-change mac=fe:00:00:00:00:77 kind=member
	read 20000 event=port-change alias=something kind=member
	read 20000 event=port-change name=f1 kind=unbound binding=f cause=segment
	read 20000 event=port-change name=g1 kind=member binding=g alias=g
	read 20000 event=port-del name=g1
	read 20000 event=port-add name=g1 kind=unmanaged
	read 20000 event=port-del name=g1
	read 300 event => ETIMEDOUT
	END
	nlraw </tmp/steps >/tmp/out &
	pid=$!
	kill_at_exit $pid
	wait_for 60 grep -q ^joined /tmp/out
	ip link add br5 type bridge
	ip -batch - <<-'END'
	link add e1 type dummy
	link set e1 master br0
	link set e1 name e2
	link set e2 name e1
	link set e1 address fe:00:00:00:00:77
	link set e1 up
	link set e1 alias something
	link set e1 down
	link set e1 name f1
	link set f1 up
	link set f1 alias g
	link set f1 down
	link set f1 name g1
	link set g1 master br5
	link del g1
	link del br5
	END
	wait $pid || fail "$(tail -5 /tmp/out)"
}

modprobe bridge
load_module || exit

run_case recreate_veth recreate_veth
run_case recreate_denied recreate_denied
run_case recreate_tap recreate_tap
run_case uplink_renamed uplink_renamed
run_case aliases aliases
run_case bridges_changed bridges_changed
run_case namespaces_changed namespaces_changed
run_case bridge_deleted bridge_deleted
run_case bridge_renamed bridge_renamed
run_case numbers_reused numbers_reused
# Where all takes long, KUnit and fault.sh are about the same, or what is above.
if [ "$ISOL_SLOW" = 0 ]; then
	run_case renames renames
	run_case addresses addresses
	run_case quarantined_address quarantined_address
	run_case claims claims
	run_case segments segments
	run_case numbers_sparse numbers_sparse
	run_case no_memory no_memory
	run_case counters counters
fi
run_case events events
