#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All that can happen at once does, for a while: two policies take turns, ports
# come, go and change their names, quarantines flip, dumps run and sockets die
# in the middle of transactions. Both policies let a talk to b and forbid a to
# talk to c: so that a frame from a gets to c, or one to b gets lost, is never
# right.
#
# kernels: 6.1
# timeout: 300

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

SECONDS_LONG=${ISOL_RACE:-25}

# Two policies that agree on a, b and c only.
one() {
	cat <<-'END'
	bridge br0
	group pair
	group extra
	binding a port p-a group pair
	binding b port p-b group pair
	binding c port p-c group extra
	repeat 1 20 binding x{} port x{} group extra
	binding rest glob y* group extra claims 100
	rule ab from group:pair to group:pair verdict accept
	rule xx from group:extra to group:extra verdict accept
	END
}

two() {
	cat <<-'END'
	bridge br9 uplink y3
	bridge br0 unbound accept
	segment s bridge br0 within drop
	group other
	repeat 1 30 binding x{} glob x{}* claims 2 segment s
	binding c port p-c segment s role isolated
	binding third alias third segment s role promiscuous
	binding a port p-a segment s group other
	binding b glob p-b* segment s
	repeat 1 200 rule n{} from binding:x1{%10} to binding:x1{%9} verdict {%2}
	rule ab from group:other to binding:b verdict accept
	rule ba from binding:b to binding:a verdict accept
	rule far from host to members verdict drop
	END
}

going() { [ -e /tmp/going ]; }

# Each of these goes on until it is over.

alternate() {
	while going; do
		nlraw -q <<-END
		begin
		$(one)
		commit => ok|ESTALE
		begin
		$(two)
		commit => ok|ESTALE
		END
	done
}

ports() {
	local i n=0
	while going; do
		for i in 1 2 3 4 5; do
			echo "link add x$i type dummy"
			echo "link add y$i index $((i * 100000 + n++)) type dummy"
			echo "link set x$i master br0 up"
			echo "link set y$i master br0"
			echo "link set y$i alias name-$n"
			echo "link set x$i down"
			echo "link set x$i name z$i"
			echo "link set z$i address fe:00:00:00:00:0$i"
			echo "link set z$i up"
			echo "link set y$i master br9"
			echo "link set z$i nomaster"
			echo "link del z$i"
			echo "link del y$i"
		done | ip -batch -
	done
}

# c is made anew all the time; its other end counts what it gets.
victim() {
	while going; do
		ip link del p-c
		guest br0 p-c c
		ip link set p-c alias third
		sleep 0.2
		[ "$(received c)" = 0 ] || echo "c received $(received c)"
	done
}

quarantines() {
	while going; do
		nlraw -q <<-'END'
		repeat 1 20 quarantine c => any
		repeat 1 10 quarantine x{} => any
		release c => any
		quarantine c => any
		repeat 1 10 release x{} => any
		release c => any
		END
	done
}

dumps() {
	while going; do
		nlraw -q < <(read_all)
	done
}

listeners() {
	while going; do
		steps '@1 join port' '@2 join policy' '@1 read 300' '@2 read 300'
	done
}

# Transactions that come to nothing, in all ways.
unfinished() {
	while going; do
		nlraw -q <<-'END'
		@1 begin => ok|EBUSY
		@1 bridge br0 => any
		repeat 1 10 @1 group g{} => any
		@1 close
		@2 begin timeout 100 => ok|EBUSY
		@2 bridge br0 => any
		@3 begin => ok|EBUSY
		@3 bridge br0 => any
		@3 bridge br0 => EEXIST|ENOENT
		@4 begin => ok|EBUSY
		@4 group g => any
		@4 abort => ok|ENOENT
		@5 flush base 0 => ESTALE
		@2 sleep 150
		END
	done
}

# One of the two policies, from sockets that do not wait for what comes of it.
impatient() {
	while going; do
		nlraw -q <<-END
		begin => ok|EBUSY
		$(one)
		add => any
		commit nowait => any
		close
		END
	done
}

killed() {
	local pid
	while going; do
		nlraw begin 'repeat 1 100 group g{}' add 'sleep 10000' >/dev/null 2>&1 &
		pid=$!
		sleep 0.1
		kill -KILL $pid
		wait $pid || :
	done 2>/dev/null
}

many_generations() { [ "$(generation)" -gt 10 ]; }

torture() {
	local pids=() what pair bad=
	local ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0)
	raw < <(echo begin; one; echo commit)
	forwarding p-a p-b p-c
	blast_start -i 4 -k unicast,mcast,unknown -p a:b,b:a,a:c,c:a,c:b,b:c
	kill_at_exit $!
	: >/tmp/going
	for what in alternate ports victim quarantines dumps listeners unfinished impatient killed; do
		$what >"/tmp/$what" 2>&1 &
		pids+=($!)
	done
	sleep "$SECONDS_LONG"
	# beside other work on this machine they may have come to few
	wait_for 60 many_generations || :
	rm /tmp/going
	for what in alternate ports victim quarantines dumps listeners unfinished impatient killed; do
		wait "${pids[0]}" || bad+=" $what"
		pids=("${pids[@]:1}")
		[ ! -s "/tmp/$what" ] || bad+=" $what: $(tail -n 2 "/tmp/$what" | tr '\n' ' ')"
	done
	blast_stop
	note "$(head -1 /run/isol/blast): $(generation) generations," \
		"$(awk '$1 == "a" && $2 == "b" && $3 == "unicast" { print $4 }' /run/isol/blast) frames"
	[ -z "$bad" ] || fail "$bad"
	for pair in a:c c:a b:c c:b; do
		blasted "${pair%:*}" "${pair#*:}" none
	done
	blasted a b all
	blasted b a all
	many_generations
}

# Nothing of all that is left.
afterwards() {
	wait_for 60 status_is transactions 0
	steps flush 'repeat 1 30 release x{} => any' 'release c => any'
	same 0 "$(status memory)" memory
	unload_module
}

modprobe -a bridge veth dummy
quiet_network
load_module || exit
topo a b c
mkbridge br9

run_case torture torture
run_case afterwards afterwards
