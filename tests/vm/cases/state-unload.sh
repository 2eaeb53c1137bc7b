#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A fragment waits for the rest of its packet when connection tracking is unloaded.
#
# timeout: 150

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

waits() {
	modprobe -a bridge veth
	mkbridge br0 mcast_snooping 0
	for ns in a u; do
		mkns $ns
		mkport br0 p-$ns $ns
	done
	ip -n u addr add 10.7.0.4/24 dev eth0
	forwarding p-a p-u
	policy <<-END
		isol: 1
		bridges: {br0: {uplinks: [p-u]}}
		bindings: {a: {port: p-a}}
		rules:
		  - {name: t, from: uplink, to: a, udp: 80, verdict: accept}
	END
	craft -L -w 100 u=u:eth0 a=a:eth0 <<-END || :
		one u a udp ip4 src 10.7.0.4 dst 10.7.0.1 sport 67 dport 80 fragment first
	END
	cat /proc/net/sockstat | grep FRAG
	grep -q 'FRAG: inuse 1' /proc/net/sockstat || fail "nothing waits"
	isolctl flush
	rmmod isol_ct
	rmmod isol
	rmmod nf_conntrack_bridge
	rmmod nf_conntrack
	must_fail [ -e /sys/module/nf_conntrack ]
	sleep 35
	cat /proc/net/sockstat | grep FRAG
	dmesg | tail -20
}

load_module
for dep in $(modinfo -F depends "$ISOL_BUILD/isol_ct.ko" | tr , ' '); do
	[ "$dep" = isol ] || modprobe "$dep"
done
insmod "$ISOL_BUILD/isol_ct.ko"
run_case waits waits
