#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# usage: dkms-check.sh KERNEL-BUILD-FOLDER
#
# DKMS calls this before it builds: a kernel that lacks something isol needs is
# refused here, by the option's name, not later by a missing symbol.

set -eu

kdir=${1:?usage: dkms-check.sh KERNEL-BUILD-FOLDER}
conf=
for f in "$kdir/.config" "$kdir/include/config/auto.conf"; do
	[ -r "$f" ] && { conf=$f; break; }
done
[ -n "$conf" ] || { echo "isol: no kernel configuration in $kdir" >&2; exit 1; }

rc=0
need() { # OPTION VALUES WHY
	value=$(sed -n "s/^$1=//p" "$conf")
	case " $2 " in
	*" ${value:-n} "*) ;;
	*)
		echo "isol: this kernel has $1=${value:-n}: $3" >&2
		rc=1
		;;
	esac
}

need CONFIG_NET_NS "y" "isol keeps a policy per network namespace"
need CONFIG_BRIDGE "y m" "there are no bridges to guard"
need CONFIG_NETFILTER "y" "isol hooks into netfilter"
need CONFIG_NETFILTER_FAMILY_BRIDGE "y" "netfilter has no hooks on bridges (it comes with CONFIG_NF_TABLES_BRIDGE or CONFIG_BRIDGE_NF_EBTABLES)"
need CONFIG_NETFILTER_INGRESS "y" "frames to the reserved bridge addresses reach the host before any other hook"
need CONFIG_NF_CONNTRACK "y m" "isol_ct has connections tracked by it"
need CONFIG_NF_CONNTRACK_BRIDGE "y m" "isol_ct has connections on bridges tracked by it"
need CONFIG_NF_CONNTRACK_ZONES "y" "isol_ct tells connections of different bridges apart by zones"
need CONFIG_NF_CONNTRACK_LABELS "y" "isol_ct notes there who began a connection"
exit $rc
