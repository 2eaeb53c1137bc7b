#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module comes and goes: never while it has a policy to enforce, and never
# to the harm of traffic.
#
# timeout: 400

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

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

loaded() { [ -e /sys/module/isol ]; }

# As for any case: loaded, without a policy.
fresh() {
	loaded || load_module
	steps flush
}

blasting() {
	local ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0)
	blast_start -i 2 -k unicast,mcast -p a:b,b:a,a:c,c:a
	kill_at_exit $!
}

# isol asks the bridge module about VLANs, so that comes with it. No bridge has to be
# there: the policy waits for it.
before_bridge() {
	must_fail [ -e /sys/module/bridge ]
	load_module
	[ -e /sys/module/bridge ]
	must_fail rmmod bridge
	raw < <(pair_policy)
	modprobe -a veth dummy
	ip link add br0 type bridge
	ip link add p-a type dummy
	ip link add p-x type dummy
	ip link set p-a master br0
	ip link set p-x master br0
	expect_port p-a kind=member binding=a
	expect_port p-x kind=unbound
	# and for its return
	ip link del br0
	ip link add br0 type bridge
	ip link set p-a master br0
	expect_port p-a kind=member binding=a
	steps flush
	ip link del br0
	ip link del p-a
	ip link del p-x
	rmmod isol
	rmmod bridge
}

# Ports that are there before the module are the policy's with the first commit.
existing_bridges() {
	local ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0)
	must_fail loaded
	expect_matrix -k unicast,mcast <<-'END'
	. a b c
	a . + +
	b + . +
	c + + .
	END
	load_module
	expect_matrix -k unicast,mcast <<-'END'
	. a b c
	a . + +
	b + . +
	c + + .
	END
	raw < <(pair_policy)
	same 4 "$(status ports)" ports
	expect_port p-b kind=member binding=b
	expect_matrix -k unicast,mcast <<-'END'
	. a b c
	a . + -
	b + . -
	c - - .
	END
}

refused() {
	fresh
	rmmod isol
	load_module
	raw < <(pair_policy)
	must_fail rmmod isol
	# a policy in another namespace holds it too
	ip netns add other
	in_ns other nlraw -q begin 'bridge br0' commit
	steps flush
	must_fail rmmod isol
	in_ns other nlraw -q flush
	rmmod isol
	load_module
	in_ns other nlraw -q begin 'bridge br0' commit
	must_fail rmmod isol
	ip netns del other
	wait_for 60 rmmod isol
	load_module
	# a policy that replaces another holds it no more than once
	raw < <(pair_policy; pair_policy; pair_policy)
	same 1 "$(</sys/module/isol/refcnt)" references
	raw <<-'END'
	flush
	flush
	begin
	bridge br0
	commit
	begin
	repeat 1 4200 binding x{} port x{}
	repeat 1 4200 rule x{} from binding:x{} to binding:x{} verdict accept
	commit => ENOSPC
	flush
	END
	same 0 "$(</sys/module/isol/refcnt)" references
	rmmod isol
}

# What has not been committed does not hold it, nor does a quarantine.
unfinished() {
	local pid
	fresh
	pair_policy | raw
	steps 'quarantine a' flush
	nlraw begin 'bridge br0' 'repeat 1 1000 group g{}' add 'join port' 'echo open' \
		'sleep 2000' 'status => ENOENT mute' >/tmp/out &
	pid=$!
	kill_at_exit $pid
	wait_for 60 grep -q open /tmp/out
	rmmod isol
	wait $pid || fail "$(tail -n 3 /tmp/out)"
	load_module
	same 0 "$(status memory)" memory
	same 0 "$(status quarantined)" quarantines
}

# While it is loaded with a policy, that is enforced; while it is not, all
# passes.
reloaded() {
	local i
	fresh
	rmmod isol
	blasting
	for ((i = 1; i <= $(times 20); i++)); do
		load_module
		raw < <(pair_policy)
		blast_next
		blast_next
		blasted a c none
		blasted c a none
		blasted a b all
		blasted b a all
		steps flush
		rmmod isol
		blast_next
		blast_next
		blasted a b all
		blasted a c all
	done
	blast_stop
}

# What is allowed before and after is so in between.
flushed() {
	local i
	fresh
	blasting
	blast_next
	for ((i = 1; i <= $(times 40); i++)); do
		pair_policy
		echo "flush"
	done | raw
	blast_next
	blasted a b all
	blasted b a all
	blasted a c some
	blast_stop
}

remove_dummies() {
	ip link show type dummy | sed -n 's/^[0-9]*: \(q[0-9]*\).*/link del \1/p' |
		ip -batch -
}

# Ports that appear and disappear while the policy does.
flushed_with_ports() {
	local i
	fresh
	for ((i = 1; i <= $(times 60); i++)); do
		cat <<-END
		link add q$i type dummy
		link set q$i master br0
		link set q$i up
		link set q$i alias number-$i
		END
		[ "$i" -le 10 ] || echo "link del q$((i - 10))"
	done >/tmp/batch
	: >/tmp/going
	while [ -e /tmp/going ]; do
		ip -force -batch /tmp/batch || :
		remove_dummies || :
	done >/dev/null 2>&1 &
	for ((i = 1; i <= $(times 60); i++)); do
		pair_policy
		echo flush
	done | raw
	rm /tmp/going
	wait $!
	raw < <(pair_policy)
	# what is on the bridge is what isol knows
	same "$(bridge link show | grep -c 'master br0')" "$(status ports)" ports
	remove_dummies
	same 4 "$(status ports)" ports
}

# A commit that has begun when the module is to go either is in force, and
# then it stays, or was in vain, and whoever waits for it is told.
commit_and_rmmod() {
	local i stays=0
	fresh
	for ((i = 1; i <= $(times 20); i++)); do
		loaded || load_module
		{
			echo 'begin'
			echo 'bridge br0'
			echo "repeat 1 $((i * 20)) binding x{} port x{}"
			echo "repeat 1 $((i * 20)) rule x{} from binding:x{} to any verdict accept"
			echo 'commit nowait'
			echo 'echo begun'
			echo 'done => ok|ESHUTDOWN'
		} >/tmp/steps
		rm -f /tmp/out
		mkfifo /tmp/out
		nlraw -q </tmp/steps >/tmp/out 2>/tmp/err &
		while read -r line; do
			[ "$line" != begun ] || break
		done </tmp/out
		if rmmod isol 2>/dev/null; then
			must_fail loaded
		else
			wait_for 60 enforcing
			stays=$((stays + 1))
			steps flush
			rmmod isol
		fi
		wait $! || fail "$(</tmp/err)"
	done
	echo "$stays of $(times 20) stayed"
	load_module
	same 0 "$(status memory)" memory
}

enforcing() { nlraw status | grep -q ' enforcing '; }

# Listeners, dumps and questions while it goes.
readers_and_rmmod() {
	local i
	fresh
	: >/tmp/going
	while [ -e /tmp/going ]; do
		nlraw -q 'dump PORT_GET count' 'status' 'dump RULE_GET count' 'why host host' || :
	done >/dev/null 2>&1 &
	for ((i = 1; i <= $(times 15); i++)); do
		raw < <(pair_policy)
		steps flush
		wait_for 60 rmmod isol
		load_module
	done
	rm /tmp/going
	wait $!
}

# Before anything loads bridge.ko.
run_case before_bridge before_bridge

modprobe -a bridge veth
topo -u up0:up a b c

run_case existing_bridges existing_bridges
run_case refused refused
run_case unfinished unfinished
run_case reloaded reloaded
run_case flushed flushed
run_case flushed_with_ports flushed_with_ports
run_case commit_and_rmmod commit_and_rmmod
run_case readers_and_rmmod readers_and_rmmod
