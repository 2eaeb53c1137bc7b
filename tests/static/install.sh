#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Installing puts everything where it belongs and uninstalling leaves nothing;
# the sources as DKMS gets them are complete; a kernel that lacks something is
# refused by its name.

set -u
cd "$(dirname "$0")/../.." || exit 2
dir=$(realpath "${BUILD:-build}")/static/install
rm -rf "$dir"
mkdir -p "$dir"
rc=0

check() { # NAME REASON COMMAND...
	local name=$1 reason=$2
	shift 2
	if "$@" >>"$dir/log" 2>&1; then
		echo "ok install-$name"
	else
		echo "not ok install-$name $reason"
		rc=1
	fi
}

# shellcheck disable=SC2317 # called by check
refuses() { # WHAT COMMAND...
	local what=$1 out
	shift
	out=$("$@" 2>&1) && return 1
	[[ $out == *"$what"* ]]
}

IFS=$'\t' read -r release _ _ kdir < <(tests/kernels.sh 6.12)

vars=(DESTDIR="$dir/root" prefix=/opt/isol KVER="$release")
check install "make install failed" make install "${vars[@]}"
check install-module "make install-module failed" \
	make install-module "${vars[@]}" KDIR="$kdir" BUILD="$dir/build"
for file in /opt/isol/sbin/isolctl /opt/isol/share/man/man8/isolctl.8 \
	/opt/isol/share/man/man5/isol-policy.5 "/lib/modules/$release/updates/isol.ko" \
	"/lib/modules/$release/updates/isol_ct.ko"; do
	check "has-${file##*/}" "$file is missing" test -e "$dir/root$file"
done
check runs "the installed tool does not run" "$dir/root/opt/isol/sbin/isolctl" -V
check uninstall "make uninstall failed" make uninstall "${vars[@]}"
check clean "files are left: $(find "$dir/root" -type f | head -n 3 | tr '\n' ' ')" \
	test -z "$(find "$dir/root" -type f)"

# What DKMS does, by hand.
check dkms-install "make dkms-install failed" make dkms-install DESTDIR="$dir/dkms"
src=$(echo "$dir"/dkms/usr/src/isol-*)
check dkms-version "the version is not filled in" \
	grep -q "^PACKAGE_VERSION=\"${src##*isol-}\"" "$src/dkms.conf"
check dkms-build "the installed sources do not build" make -C "$kdir" M="$src" modules
check dkms-module "no module" test -e "$src/isol.ko"
check dkms-module-ct "no module" test -e "$src/isol_ct.ko"

check dkms-check "a good kernel is refused" "$src/dkms-check.sh" "$kdir"
for option in BRIDGE NETFILTER_FAMILY_BRIDGE NETFILTER_INGRESS NET_NS NF_CONNTRACK \
		NF_CONNTRACK_BRIDGE NF_CONNTRACK_ZONES NF_CONNTRACK_LABELS; do
	mkdir -p "$dir/$option"
	conf=$kdir/.config
	[ -r "$conf" ] || conf=$kdir/include/config/auto.conf
	sed "s/^CONFIG_$option=.*//" "$conf" >"$dir/$option/.config"
	check "dkms-refuses-$option" "a kernel without it is taken" \
		refuses "CONFIG_$option" "$src/dkms-check.sh" "$dir/$option"
done
check dkms-uninstall "make dkms-uninstall failed" make dkms-uninstall DESTDIR="$dir/dkms"
check dkms-clean "sources are left" test ! -e "$src"
exit $rc
