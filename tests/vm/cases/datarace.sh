#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Frames on one CPU, and on the other what changes or reads what the hooks use,
# one thing at a time and as fast as it goes: where KCSAN lets one of them wait
# the other has to come by for a race to be seen.
#
# ISOL_RACE_SECONDS is how long each of them goes on.
#
# kernels: kcsan
# parallel: yes

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

LONG=${ISOL_RACE_SECONDS:-8}
PAIRS=a:b,b:a,a:c,c:a,a:host,host:a

one() {
	cat <<-'END'
	bridge br0
	group pair
	binding a port p-a group pair
	binding b port p-b group pair
	binding c port p-c
	rule pair from group:pair to any verdict accept
	END
}

# The same verdicts, by other numbers.
two() {
	cat <<-'END'
	bridge br1
	bridge br0
	group other
	group pair
	binding c port p-c
	binding b port p-b group pair
	binding a port p-a group pair
	rule not from binding:c to binding:c verdict drop
	rule pair from group:pair to any verdict accept
	END
}

frames() { # FILE
	blast -d "$LONG" -i 1 -o "/tmp/$1" -k unicast,mcast -p $PAIRS "${ENDPOINTS[@]}"
}

# That both have done a lot.
sent() { # FILE
	awk '!/^phase/ { n += $4 } END { print n " frames"; exit n < 100 }' "/tmp/$1"
}

# Against steps of nlraw on standard input.
against_steps() {
	local pid rounds
	cat >/tmp/steps
	: >/tmp/going
	nlraw -q -w /tmp/going </tmp/steps >/tmp/rounds &
	pid=$!
	frames out
	rm /tmp/going
	wait $pid
	sent out
	cat /tmp/rounds
	rounds=$(sed -n 's/.*rounds \([0-9]*\).*/\1/p' /tmp/rounds)
	[ "${rounds:-0}" -ge 20 ]
}

against_frames() {
	local pid
	frames other &
	pid=$!
	frames out
	wait $pid
	sent out
	sent other
}

against_quarantine() {
	against_steps <<-'END'
	repeat 1 20 quarantine a => any
	release a => any
	quarantine c => any
	release c => any
	END
}

against_policies() {
	against_steps <<-END
	begin
	$(one)
	commit
	begin
	$(two)
	commit
	END
}

against_readers() {
	against_steps <<-'END'
	dump PORT_GET count
	dump RULE_GET count
	dump BRIDGE_GET count
	why port:p-a port:p-b
	status
	END
}

against_ports() {
	local i pid
	for i in 1 2 3 4 5 6 7 8; do
		echo "link add x$i type dummy"
		echo "link set x$i master br0 up"
		echo "link set x$i alias n$i"
		echo "link set x$i address fe:00:00:00:00:0$i"
		echo "link set x$i nomaster"
		echo "link del x$i"
	done >/tmp/batch
	: >/tmp/going
	while [ -e /tmp/going ]; do
		ip -batch /tmp/batch
	done &
	pid=$!
	frames out
	rm /tmp/going
	wait $pid
	sent out
}

load_module || exit
topo a b c
raw < <(echo begin; one; echo commit)
for what in frames quarantine policies readers ports; do
	run_case "against-$what" "against_$what"
done
steps flush
unload_module
