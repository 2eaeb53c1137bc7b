#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A namespace goes while its first policy that tracks connections waits for modprobe.
#
# timeout: 120

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

goes() {
	cat >/run/isol/modprobe <<-END
		#!/bin/bash
		echo "modprobe \$*" >/dev/kmsg
		sleep 4
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
	nsenter --net=/run/netns/k -- isolctl apply /run/isol/p &
	pid=$!
	sleep 1.5
	kill -9 $pid || :
	ip netns del k
	sleep 8
	timeout 10 ip netns add m || { cat /proc/*/stack 2>/dev/null | grep -c pernet || :; for p in $(pgrep 'modprobe|kworker'); do s=$(cat /proc/$p/stack 2>/dev/null); [[ $s = *isol* || $s = *pernet* ]] && { cat /proc/$p/comm; echo "$s"; }; done; fail "DEADLOCK: no namespace can be made any more"; }
}

load_module
run_case goes goes
