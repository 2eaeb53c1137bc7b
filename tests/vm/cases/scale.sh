#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# As many ports as a bridge takes, and policies of the size that goes with them.
#
# timeout: 500
# not-on: 6.1 debug
# mem: 2048

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

PORTS=$((ISOL_SLOW ? 100 : 1000))

took() { # SINCE TEXT...
	local ms=$(((${EPOCHREALTIME/./} - $1) / 1000))
	shift
	note "$*: $ms ms"
}

# 1,000 bindings in 100 groups, and 10,000 rules between groups. Ports of equal
# number modulo 100 are of one group.
large_policy() {
	cat <<-'END'
	begin
	size 60000
	bridge br0 uplink up0
	repeat 0 99 group g{}
	repeat 1 1000 binding b{} port d{} group g{%100}
	repeat 0 9999 rule r{} from group:g{%100} to group:g{%97} verdict {%2}
	commit
	END
}

committed_in() { sed -n 's/^@1 \([0-9]* ms\)$/\1/p' /tmp/out; }

plug_all() {
	local i
	for ((i = 1; i <= PORTS; i++)); do
		echo "link add d$i type dummy"
		echo "link set d$i up"
	done | ip -batch -
	for ((i = 1; i <= PORTS; i++)); do
		echo "link set d$i master br0"
	done >/tmp/batch
}

# The verdicts that the rules come to, worked out by hand: rule N is from group
# N % 100 to group N % 97 with verdict N % 2, and the first that fits decides.
samples() {
	local i from to n want
	for i in "1 1" "1 2" "5 900" "100 97" "999 1" "42 4" "500 596" "13 710"; do
		read -r from to <<<"$i"
		[[ $from -le $PORTS && $to -le $PORTS ]] || continue
		want="drop bridge-default"
		for ((n = from % 100; n < 10000; n += 100)); do
			if [ $((n % 97)) = $((to % 100)) ]; then
				want="$( ((n % 2)) && echo accept || echo drop) rule r$n"
				break
			fi
		done
		same "$want" "$(verdict "port:d$from" "port:d$to")" "d$from to d$to"
	done
}

# Ports that come to a policy that is in force.
plug_in() {
	local since
	plug_all
	nlraw <<<"$(large_policy)" >/tmp/out
	note "commit without ports: $(committed_in), $(($(status memory) >> 10)) KiB"
	since=${EPOCHREALTIME/./}
	ip -batch /tmp/batch
	took "$since" "$PORTS ports added to the bridge, with a policy"
	same "$PORTS" "$(status ports)" ports
	same 0 "$(status unbound)" "unbound ports"
	same "$PORTS" "$(nlraw 'dump PORT_GET' | grep -c ' kind=member ')" members
	samples
}

# The same policy once more, with all ports there.
commit_with_ports() {
	local i
	for i in 1 2; do
		nlraw <<<"$(large_policy)" >/tmp/out
		note "commit with $PORTS ports: $(committed_in), $(($(status memory) >> 10)) KiB"
	done
	same "$PORTS" "$(nlraw 'dump PORT_GET' | grep -c ' kind=member ')" members
	samples
}

# Rules decide for ports at the far end of the table as for any other.
traffic() {
	local ENDPOINTS=(a=a:eth0 b=b:eth0)
	guest br0 p-a a
	guest br0 p-b b
	forwarding p-a p-b
	expect_port p-a kind=unbound
	expect_matrix -k unicast <<-'END'
	. a b
	a . -
	b - .
	END
	large_policy | sed '
		/binding/a binding a port p-a group g1
		/binding/a binding b port p-b group g2
		/9999/i rule ab from binding:a to binding:b verdict accept' | raw
	expect_matrix -k unicast <<-'END'
	. a b
	a . +
	b - .
	END
	ip link del p-a
	ip link del p-b
}

# The first commit finds them all.
enumerate() {
	local since
	since=${EPOCHREALTIME/./}
	steps flush
	took "$since" "flush with $PORTS ports"
	same 0 "$(status memory)" memory
	nlraw <<<"$(large_policy)" >/tmp/out
	note "first commit with $PORTS ports: $(committed_in)"
	same "$PORTS" "$(status ports)" ports
	same 0 "$(status unbound)" "unbound ports"
	samples
}

less_memory() { # THAN
	[ "$(status memory)" -lt "$1" ]
}

# All at once: a namespace of its own would be the same.
tear_down() {
	local since memory
	memory=$(status memory)
	since=${EPOCHREALTIME/./}
	ip link del br0
	took "$since" "bridge with $PORTS ports deleted, with a policy"
	same 0 "$(status ports)" ports
	wait_for 60 less_memory "$memory"
	mkbridge br0
	steps flush
	since=${EPOCHREALTIME/./}
	ip -batch /tmp/batch
	took "$since" "$PORTS ports added to the bridge, without a policy"
	since=${EPOCHREALTIME/./}
	ip link del br0
	took "$since" "bridge with $PORTS ports deleted, without a policy"
}

# What a namespace's memory is enough for.
largest() {
	nlraw >/tmp/out <<-'END'
	begin
	size 60000
	bridge br0
	repeat 0 999 group g{}
	repeat 1 65535 binding b{} port p{} group g{%1000}
	repeat 1 100000 rule r{} from group:g{%1000} to group:g{%997} verdict {%2}
	commit
	END
	same 65535 "$(status bindings)" bindings
	same 100000 "$(status rules)" rules
	note "65535 bindings, 1000 groups, 100000 rules: $(committed_in)," \
		"$(($(status memory) >> 20)) MiB"
	steps flush
	same 0 "$(status memory)" memory
}

modprobe -a bridge veth dummy
quiet_network
load_module || exit
mkbridge br0

run_case plug_in plug_in
run_case commit_with_ports commit_with_ports
run_case traffic traffic
run_case enumerate enumerate
run_case tear_down tear_down
run_case largest largest
