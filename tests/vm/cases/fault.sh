#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each command, each event of a network device, the life of a namespace and that
# of the module, with each of its allocations failing in turn: nothing is done by
# halves, nothing leaks, nothing that is forbidden passes, and who is concerned is
# told. See tests/vm/tools/fault.c. Of allocations outside the module a sample has to
# do: ISOL_FAULT_ALL=1 lets all of them fail, ISOL_SEED=n chooses others.
#
# kernels: debug
# timeout: 300

. tests/vm/lib.sh
. tests/vm/isol.sh

# Ports p-L of br0, whose other ends are g-L here, and are not bridged.
network() {
	local l
	quiet_network
	{
		echo link add br0 type bridge
		echo link add br1 type bridge
		echo link set br0 up
		echo link set br1 up
		for l in a b c d e; do
			echo "link add p-$l type veth peer name g-$l address 02:00:00:00:00:0$l"
			echo "link set p-$l master br0 up"
			echo "link set g-$l up"
		done
		echo link set p-c alias cee
		echo link set p-e alias eee
		echo link add up0 type veth peer name g-u
		echo link set up0 master br0 up
		echo link set g-u up
		echo link add q-a type veth peer name g-q
		echo link set q-a master br1 up
		echo link set g-q up
		echo netns add away
	} | ip -batch -
	bridge fdb add 02:00:00:00:00:0c dev p-c master static
	forwarding p-a p-b p-c p-d p-e up0 q-a
}

# What fault does, and how long that took.
walk() { # SET [FILE]
	local begin=${EPOCHREALTIME/./} rc=0 line lines steps=0
	: >/run/isol/faults # see guest-main
	fault ${ISOL_FAULT_ALL:+-a} "$@" 2>&1 | tee /run/isol/fault >/dev/console || rc=$?
	mapfile -t lines </run/isol/fault
	for line in "${lines[@]}"; do
		[[ ! $line =~ ([0-9]+)\ failed, ]] || steps=$((steps + BASH_REMATCH[1]))
	done
	note "$1: $steps allocations failed, $(((${EPOCHREALTIME/./} - begin) / 1000)) ms"
	if [ $rc -ne 0 ]; then
		grep -a -v '^--\|_GET:\|^ generation\| ms$' /run/isol/fault | head -4 >&2
		return $rc
	fi
	# Something has failed, or this would test nothing.
	[ "$steps" -gt 10 ]
}

all_gone() {
	isolctl flush
	wait_for 30 unload_module
}

# The kernel says much about allocations that fail.
level=$(cut -f1 /proc/sys/kernel/printk)
dmesg -n 3
trap 'dmesg -n "$level"' EXIT
network
cp "$ISOL_BUILD/isol.ko" /run/isol/isol.ko
run_case module-loaded walk module /run/isol/isol.ko
load_module || exit
run_case commands walk commands
run_case jobs walk jobs
run_case events walk events
run_case namespaces walk netns
run_case all-gone all_gone
