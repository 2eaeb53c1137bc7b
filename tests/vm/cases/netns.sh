#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each network namespace has its own policy, and takes it along when it goes,
# with traffic or without.
#
# timeout: 400

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

REFCNT=/sys/module/isol/refcnt

# a and b may talk to each other, c to nobody.
pair_policy() {
	cat <<-'END'
	begin
	bridge br0
	group pair
	binding a port p-a group pair
	binding b port p-b group pair
	binding c port p-c
	rule pair from group:pair to group:pair verdict accept
	commit
	END
}

# A namespace with a bridge, whose ports' other ends are in namespaces of
# their own.
host() { # NS GUEST...
	local ns=$1 l
	shift
	quiet_ns "$ns"
	ip -n "$ns" link add br0 type bridge
	ip -n "$ns" link set br0 up
	for l; do
		plug "$ns" "$l"
	done
}

plug() { # NS GUEST
	[ -e "/run/netns/$2" ] || quiet_ns "$2"
	ip -n "$1" -batch - <<-END
	link add p-$2 type veth peer name eth0 address 02:00:00:00:00:$(printf %02x "'$2") netns $2
	link set p-$2 master br0 up
	END
	ip -n "$2" link set eth0 up
}

in_host() { # NS STEPS...
	local ns=$1
	shift
	in_ns "$ns" nlraw -q "$@"
}

blasting() {
	local ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0)
	blast_start -i 2 -k unicast,mcast,unknown -p a:b,b:a,a:c,c:a,b:c,c:b
	kill_at_exit $!
}

arrives() { # FROM TO
	blast_next
	blasted "$1" "$2" some
}

# What c sends arrives nowhere, and nothing arrives at c.
c_is_alone() {
	local pair
	for pair in a:c c:a b:c c:b; do
		blasted "${pair%:*}" "${pair#*:}" none
	done
	awk '$1 == "c" && $6 > 0 { print "astray:", $0; bad = 1 } END { exit bad }' \
		/run/isol/blast
}

references() { # NUMBER
	[ "$(<$REFCNT)" = "$1" ]
}

# The end of a namespace comes some time after the last that used it.
all_gone() {
	ip -all netns del
	wait_for 60 references 0
}

two_policies() {
	host h1 a b c
	host h2
	in_ns h1 nlraw -q < <(pair_policy)
	in_ns h2 nlraw -q < <(pair_policy | sed 's/^rule.*/rule open from any to any verdict accept/')
	wait_for 60 references 2
	same "accept rule pair" "$(in_ns h1 "$BASH" -c "$(script verdict binding:a binding:b)")"
	same "drop bridge-default" "$(in_ns h1 "$BASH" -c "$(script verdict binding:a binding:c)")"
	same "accept rule open" "$(in_ns h2 "$BASH" -c "$(script verdict binding:a binding:c)")"
	# there is none here
	steps 'why binding:a binding:b => ENOENT'
	same 0 "$(generation)" generation
	in_host h2 'begin' 'bridge br0' 'commit'
	same 2 "$(in_ns h2 "$BASH" -c "$(script generation)")" "generation of h2"
	same 1 "$(in_ns h1 "$BASH" -c "$(script generation)")" "generation of h1"
	in_host h1 'quarantine a'
	in_host h2 'dump QUARANTINE_GET' 'release a => ENOENT'
	in_host h1 'release a'
	blasting
	wait_for 60 arrives a b
	c_is_alone
	in_host h2 flush
	blast_next
	blast_next
	c_is_alone
	blast_stop
	all_gone
}

# A port that moves to another namespace is what it is there.
moved() {
	local i
	host h1 a b c
	host h2
	in_ns h1 nlraw -q < <(pair_policy)
	# c is one of the pair there
	in_ns h2 nlraw -q < <(pair_policy | sed 's/^binding c.*/& group pair/')
	blasting
	for ((i = 1; i <= $(times 3); i++)); do
		ip -n h1 link set p-c netns h2
		ip -n h2 link set p-c master br0 up
		blast_next
		blast_next
		c_is_alone
		ip -n h1 link set p-a netns h2
		ip -n h2 link set p-a master br0 up
		wait_for 60 arrives a c
		ip -n h2 link set p-c netns h1
		ip -n h1 link set p-c master br0 up
		ip -n h2 link set p-a netns h1
		ip -n h1 link set p-a master br0 up
		blast_next
		wait_for 60 arrives a b
		c_is_alone
	done
	blast_stop
	c_is_alone
	all_gone
}

# It goes in the middle of the traffic: until the last device has gone nothing
# passes that did not before.
destroyed() {
	local i
	for ((i = 1; i <= $(times 6); i++)); do
		host h1 a b c
		in_ns h1 nlraw -q < <(pair_policy)
		blasting
		wait_for 60 arrives a b
		ip netns del h1
		wait_for 60 references 0
		blast_stop
		c_is_alone
		ip -all netns del
	done
}

# So it is when nobody may talk to anybody, and for what floods.
destroyed_all_denied() {
	local i pair
	for ((i = 1; i <= $(times 3); i++)); do
		host h1 a b c
		in_host h1 begin 'bridge br0' 'binding a port p-a' 'binding b port p-b' commit
		blasting
		blast_next
		ip netns del h1
		wait_for 60 references 0
		blast_stop
		for pair in a:b b:a a:c c:a b:c c:b; do
			blasted "${pair%:*}" "${pair#*:}" none
		done
		ip -all netns del
	done
}

# A socket holds the namespace, and the namespace its policy.
held_by_socket() {
	local pid
	host h1 a b c
	in_ns h1 nlraw -q < <(pair_policy)
	in_ns h1 nlraw begin 'bridge br0' add 'echo open' 'sleep 60000' >/tmp/out &
	pid=$!
	kill_at_exit $pid
	wait_for 60 grep -q open /tmp/out
	blasting
	wait_for 60 arrives a b
	ip netns del h1
	blast_next
	blasted a b all
	c_is_alone
	same 1 "$(<$REFCNT)" references
	# with a transaction open
	kill -KILL $pid
	wait_for 60 references 0
	blast_stop
	c_is_alone
	all_gone
}

# The last thing that happens in it is a commit.
committing() {
	local i
	for ((i = 1; i <= $(times 8); i++)); do
		host h1 a
		{
			pair_policy
			echo 'begin'
			echo 'bridge br0'
			echo "repeat 1 $((i * 200)) binding x{} port x{}"
			echo "repeat 1 $((i * 200)) rule x{} from binding:x{} to any verdict accept"
			echo 'commit nowait'
			[ $((i % 2)) = 0 ] || echo "sleep $((i * 3))"
		} >/tmp/steps
		in_ns h1 nlraw -q </tmp/steps
		ip netns del h1
		ip netns del a
	done
	wait_for 60 references 0
}

many() {
	local i n
	n=$(times 30)
	for ((i = 1; i <= n; i++)); do
		echo "netns add m$i"
	done | ip -batch -
	for ((i = 1; i <= n; i++)); do
		ip -n "m$i" -batch - <<-END &
		link add br0 type bridge
		link set br0 up
		link add p-a type dummy
		link set p-a master br0 up
		link add p-b type dummy
		link set p-b master br0 up
		END
		[ $((i % 10)) -ne 0 ] || wait
	done
	wait
	for ((i = 1; i <= n; i++)); do
		in_ns "m$i" nlraw -q < <(pair_policy)
	done
	same "$n" "$(<$REFCNT)" references
	same "accept rule pair" "$(in_ns m7 "$BASH" -c "$(script verdict port:p-a port:p-b)")"
	in_host m5 flush
	same $((n - 1)) "$(<$REFCNT)" references
	all_gone
}

# All has been given back.
unloads() {
	ip -all netns del
	wait_for 60 references 0
	unload_module
	load_module
}

modprobe bridge
quiet_network
load_module || exit

run_case two_policies two_policies
run_case moved moved
run_case destroyed destroyed
run_case destroyed_all_denied destroyed_all_denied
run_case held_by_socket held_by_socket
run_case committing committing
run_case many many
run_case unloads unloads
