#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Policies at random: what the module says and does about all pairs of
# endpoints, what the same code says in userspace, and what the oracle says, which
# asks the rules one by one. See tests/vm/tools/differ.c.
#
# timeout: 300
# kernels: 6.12 debug

. tests/vm/lib.sh
. tests/vm/isol.sh

# The other ends of the ports are in the same namespace: no bridge has them.
lay_out() {
	local n i ports p
	quiet_network
	for n in 0 1 2; do
		ports="eno$n nobody$n"
		for ((i = n; i < 14; i += 3)); do
			ports+=" tap$i"
		done
		echo "link add br$n type bridge mcast_snooping 0"
		echo "link set br$n up"
		for p in $ports; do
			echo "link add $p type veth peer name x-$p"
			echo "link set x-$p up"
			echo "link set $p master br$n up"
		done
	done >/tmp/batch
	ip -batch /tmp/batch
	mapfile -t ports < <(sed -n 's/.* set \([^ ]*\) master .*/\1/p' /tmp/batch)
	forwarding "${ports[@]}"
}

run_case lay-out lay_out
load_module || exit
export ISOL_ROUNDS=${ISOL_ROUNDS:-$((ISOL_SLOW ? 100 : 2000))}
# As a case each, and by their own names.
differ >/run/isol/differ 2>&1
rc=$?
n=0
while read -r line; do
	echo "$line"
	case $line in
	"ok "*)
		n=$((n + 1))
		ok "${line#ok }" ;;
	"not ok "*)
		line=${line#not ok }
		nok "${line%% *}" "${line#* }"
		n=$((n + 1)) ;;
	"# policy"* | "# b"* | "# rule"*) ;; # a policy at fault is in the log
	"# "*) note "${line#\# }" ;;
	esac
done </run/isol/differ
if [ $rc -gt 1 ] || { [ -z "${ISOL_T-}" ] && [ $n -ne 2 ]; }; then
	nok differ "exit status $rc, $n results"
fi
isolctl flush
unload_module
