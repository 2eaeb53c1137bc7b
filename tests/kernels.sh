#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# usage: kernels.sh [-f FIELD] [6.1 | 6.12 | debug | kcsan | uml | DIR | all]...
#
# Print one line for each kernel, with tabs between the fields: release,
# image, modules (the directory), build (the kernel headers). With -f print
# only that field. DIR is a kernel that is laid out as in the cache.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${ISOL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isol}
field=

die() { echo "kernels.sh: $*" >&2; exit 1; }

# The newest cached kernel of a series that can be built for.
find_kernel() { # SERIES
	for d in "$cache/kernels/$1".*; do
		[ -e "$d/version" ] || continue
		[ -n "$(headers_of "$d" "${d##*/}")" ] && echo "$d"
	done | sort -V | tail -n 1
}

headers_of() { # DIR RELEASE
	for b in "$1/build" "/lib/modules/$2/build"; do
		if [ -e "$b/Makefile" ]; then
			echo "$b"
			break
		fi
	done
}

show() { # KERNEL
	case $1 in
	*/*) dir=$(cd "$1" && pwd) || exit 1 ;;
	debug | kcsan | uml)
		dir=$("$here/debug/build.sh" -p "$1") || exit 1
		[ -e "$dir/version" ] || die "no kernel $1 in $dir: run tests/debug/build.sh"
		;;
	*) dir=$(find_kernel "$1") ;;
	esac
	[ -n "$dir" ] || die "no kernel $1 in $cache: run tests/setup.sh"
	rel=
	for m in "$dir"/lib/modules/*; do
		rel=${m##*/}
	done
	for image in "$dir/vmlinux" "$dir/linux" "$dir/vmlinuz"; do
		[ ! -e "$image" ] || break
	done
	[ -e "$image" ] || die "$dir: no vmlinux, linux or vmlinuz"
	case $field in
	'') printf '%s\t%s\t%s\t%s\n' "$rel" "$image" \
		"$dir/lib/modules/$rel" "$(headers_of "$dir" "$rel")" ;;
	release) echo "$rel" ;;
	image) echo "$image" ;;
	modules) echo "$dir/lib/modules/$rel" ;;
	build) headers_of "$dir" "$rel" ;;
	*) die "no such field: $field" ;;
	esac
}

if [ "${1-}" = -f ]; then
	field=${2-}
	shift 2
fi
[ $# -gt 0 ] || set -- all
for k; do
	if [ "$k" = all ]; then
		show 6.1
		show 6.12
	else
		show "$k"
	fi
done
