#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What clang says about the module and the tool, at the kernel's W=1. The stock
# kernels' headers are made for gcc, so the module is not built but read, with
# the options that it was built with and that clang knows.

set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/static/lib
build=$(realpath "${BUILD:-build}")
clang="clang-14"
rc=0

# As scripts/Makefile.extrawarn has it for W=1; an option of gcc alone is none
# of clang's business.
warn="-Wall -Wextra -Wunused -Wmissing-declarations -Wmissing-prototypes -Wold-style-definition
	-Wunused-but-set-variable -Wunused-const-variable -Wformat -Wstrict-prototypes -Wvla
	-Wimplicit-fallthrough -Wno-unused-parameter -Wno-sign-compare -Wno-initializer-overrides
	-Wno-missing-field-initializers -Wno-unknown-warning-option"
# Kernel headers take the address of members of packed structures.
module="-Wno-gnu -Wno-pointer-sign -Wno-address-of-packed-member -Wno-format-security
	-Wno-frame-address"

result() { # NAME LOG
	if grep -qE 'warning:|error:' "$2"; then
		echo "not ok $1 $(grep -m 3 -E 'warning:|error:' "$2" | tr '\n' ' ')"
		rc=1
	else
		echo "ok $1"
	fi
}

# Includes, definitions and what changes the language; no code is made. The
# kernel's headers are not what is judged.
options_of() { # CMD-FILE DIR
	sed -n 's/^savedcmd_[^ ]* := *\|^cmd_[^ ]* := *//p' "$1" | tr ' ' '\n' | awk -v dir="$2" '
		/^-include$/ { printf "%s ", $0; getline; print; next }
		/^-DKBUILD/ { next }
		/^-I/ && index($0, dir) != 3 { print "-isystem " substr($0, 3); next }
		/^-[ID]/ || /^-nostdinc$/ || /^-std=/ || /^-f(short-wchar|unsigned-char|no-common)$/ ||
		/^-fcf-protection/ || /^-m64$/'
}

for kernel in ${KERNELS:-6.1 6.12}; do
	case $kernel in debug | kcsan) continue ;; esac
	IFS=$'\t' read -r release _ _ kdir < <(tests/kernels.sh "$kernel")
	dir=$build/$release
	out=$log/clang-$kernel.log
	: >"$out"
	n=0
	for cmd in "$dir"/kmod/.*.o.cmd; do
		[ -e "$cmd" ] || continue
		name=${cmd##*/.}
		[ -e "kmod/${name%.o.cmd}.c" ] || continue
		n=$((n + 1))
		# shellcheck disable=SC2046,SC2086 # words
		(cd "$kdir" && $clang -fsyntax-only $(options_of "$cmd" "$dir") \
			"-DKBUILD_MODNAME=\"isol\"" "-DKBUILD_BASENAME=\"x\"" \
			$warn $module "$dir/kmod/${name%.o.cmd}.c") >>"$out" 2>&1
	done
	[ "$n" -gt 10 ] || echo "error: $n files were read: has the module been built?" >>"$out"
	result "clang-$kernel" "$out"
done

out=$log/clang-userspace.log
: >"$out"
# shellcheck disable=SC2046,SC2086
for file in userspace/*.c; do
	$clang -fsyntax-only -std=gnu11 $warn -Wshadow -D_GNU_SOURCE -DISOL_VERSION='"x"' -Iuapi \
		$(pkg-config --cflags libmnl yaml-0.1 jansson) "$file" >>"$out" 2>&1
done
result clang-userspace "$out"
exit $rc
