#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All is well, and the guest is what the tests rely on.

. tests/vm/lib.sh

environment() {
	[ "$(uname -r)" = "$ISOL_KVER" ]
	[ "$PWD" = "$ISOL_TREE" ]
	[ "$ISOL_BUILD" = "$ISOL_TREE/build/$ISOL_KVER" ]
	[ "$1" = "two  words" ]
	[ "$2" = "it's" ]
}

# What the guest writes must not reach the host's files.
files() {
	must_fail [ -e "$1" ]
	echo x >tests/vm/self/written
	rm tests/vm/self/pass.sh
}

network() {
	modprobe bridge
	mkbridge br0
	mkns n1
	mkns n2
	mkport br0 p1 n1
	mkport br0 p2 n2 02:00:00:00:00:02
	mktap br0 t1
	ip -n n1 addr add fd00::1/64 dev eth0
	ip -n n2 addr add fd00::2/64 dev eth0
	wait_for 10 in_ns n1 ping -c 1 -W 1 fd00::2
	[ "$(in_ns n2 cat /proc/net/dev | grep -c eth0)" = 1 ]
}

clean() {
	cleanup
	[ "$(ip -o link | wc -l)" = 1 ]
	[ -z "$(ip netns)" ]
}

later() { [ "${EPOCHREALTIME/./}" -ge "$1" ]; }

waiting() {
	wait_for 5 later $((${EPOCHREALTIME/./} + 300000))
	must_fail wait_for 1 false
}

note "a note"
run_case environment environment "$@"
run_case files files "$3"
run_case network network
run_case clean clean
run_case waiting waiting
ok "a_result"
skip skipped for a reason
