#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connection tracking, and what it is for, begin and end in any order.
#
# timeout: 150

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

namespaces() {
	ip netns add after
	ip netns del after
}

# A namespace goes while its first policy that tracks connections waits for modprobe:
# that waits until no namespace goes, and the namespace until no policy is waited for.
waits_for_modprobe() {
	cat >/run/isol/modprobe <<-END
		#!/bin/bash
		echo >>/run/isol/asked
		sleep 3
		[[ \$* = *isol_ct* ]] || exec /sbin/modprobe "\$@"
		/sbin/modprobe nf_conntrack
		insmod $ISOL_BUILD/isol_ct.ko
	END
	chmod +x /run/isol/modprobe
	mkns k
	cat >/run/isol/p <<-END
		isol: 1
		bridges: {br0: {}}
		bindings: {a: {port: p-a}, b: {port: p-b}}
		rules:
		  - {name: t, from: a, to: b, tcp: 80, verdict: accept}
	END
	modprobe -a bridge veth
	echo /run/isol/modprobe >/proc/sys/kernel/modprobe
	in_ns k isolctl apply /run/isol/p &
	pid=$!
	wait_for 10 [ -e /run/isol/asked ]
	kill -9 $pid || :
	ip netns del k
	wait_for 20 [ -e /sys/module/isol_ct ]
	echo /sbin/modprobe >/proc/sys/kernel/modprobe
	timeout 20 nsenter bash -c "$(declare -f namespaces); namespaces" ||
		fail "no namespace can be made any more"
}

unloaded() { rmmod "$1" 2>/dev/null || [ ! -e "/sys/module/$1" ]; }

# A fragment waits for the rest of its packet: as long as it does connection tracking stays.
fragment_waits() {
	wait_for 20 unloaded isol_ct
	load_ct
	mkbridge br0 mcast_snooping 0
	for ns in a u; do
		mkns $ns
		mkport br0 p-$ns $ns
	done
	ip -n u addr add 10.7.0.4/24 dev eth0
	forwarding p-a p-u
	sysctl -q -w net.ipv4.ipfrag_time=6
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
	grep -q 'FRAG: inuse 1' /proc/net/sockstat || fail "nothing waits"
	isolctl flush
	must_fail rmmod isol_ct
	wait_for 30 unloaded isol_ct
	grep -q 'FRAG: inuse 0' /proc/net/sockstat || fail "it waits still: $(cat /proc/net/sockstat)"
	unload_module
	rmmod nf_conntrack_bridge
	must_fail [ -e /sys/module/isol_ct ]
}

load_module
run_case waits-for-modprobe waits_for_modprobe
run_case fragment-waits fragment_waits
