#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module builds without a warning, with W=1 and sparse, for each stock kernel: the headers of
# the others are those of 6.12.

set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
rc=0
n=0

# From scratch, in a folder of its own: make prints no warning twice.
for kernel in ${KERNELS:-6.1 6.12}; do
	case $kernel in debug | kcsan) continue ;; esac
	n=$((n + 1))
	IFS=$'\t' read -r release _ _ kdir < <(tests/kernels.sh "$kernel")
	dir=$build/static/kbuild-$kernel
	rm -rf "$dir"
	mkdir -p "$dir/$release"
	# The compiler that the kernel was built with, without what counts and guides.
	flags=$(tests/debug/modflags.sh -c "$kdir")
	if ! make module-for BUILD="$dir" KVER="$release" KDIR="$kdir" W=1 C=2 \
		CF=-D__CHECK_ENDIAN__ V=0 MODFLAGS="$flags" \
		>"$dir/log" 2>&1; then
		echo "not ok kbuild-$kernel $(grep -m 1 -E 'error|Error' "$dir/log")"
		rc=1
	elif grep -qE 'warning|error' "$dir/log"; then
		echo "not ok kbuild-$kernel $(grep -m 3 -E 'warning|error' "$dir/log" | tr '\n' ' ')"
		rc=1
	elif ! grep -q CHECK "$dir/log"; then
		echo "not ok kbuild-$kernel sparse has not run"
		rc=1
	else
		echo "ok kbuild-$kernel"
	fi
	rm -rf "${dir:?}/$release"
done
[ "$n" -gt 0 ] || echo "skip kbuild no stock kernel was asked for"
exit $rc
