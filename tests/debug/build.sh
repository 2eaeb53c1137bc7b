#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Build the kernels that look for mistakes, and the one that the benchmark measures
# nanoseconds with, from Debian's source of 6.12, into the cache: they are built once
# for each source and configuration.
#
# usage: build.sh [-p] [debug | kcsan | uml]...
#        build.sh -s
#
# With -p only print where each is to be, with -s where the source is, if it is
# in the cache. ISOL_DEBUG_KERNEL, ISOL_KCSAN_KERNEL and ISOL_UML_KERNEL name
# folders, laid out as in the cache, to be used instead.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${ISOL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isol}
package=linux-source-6.12
cc=gcc-12
unchecked="KASAN_SANITIZE=n KCSAN_SANITIZE=n UBSAN_SANITIZE=n" # by default

say() { echo "debug kernel: $*"; }
die() { echo "debug kernel: $*" >&2; exit 1; }

print=
case ${1-} in
-p | -s)
	print=$1
	shift ;;
esac
[ $# -gt 0 ] || set -- debug kcsan

# The newest source of the cache; another one is not fetched while it is there.
source_of_cache() {
	local d
	for d in "$cache"/src/linux-6.12*; do
		[ -e "$d/version" ] && echo "$d"
	done | sort -V | tail -n 1
}

hash_of() { # NAME
	local functions=(-e '/^watch_network()/,/^}/p' -e '/^configure()/,/^}/p')
	local common=("$here/common.config")
	if [ "$1" = uml ]; then
		functions=(-e '/^configure_uml()/,/^}/p')
		common=()
	fi
	{
		echo "$version" $cc
		cat "${common[@]}" "$here/$1.config"
		sed -n "${functions[@]}" -e '/^unchecked=/p' "$here/build.sh"
	} | sha256sum | cut -c 1-12
}

# Folder of a kernel, whether it is there or not.
dir_of() { # NAME
	local var=ISOL_${1^^}_KERNEL
	if [ -n "${!var-}" ]; then
		echo "${!var}"
	else
		echo "$cache/debug/$1-$(hash_of "$1")"
	fi
}

src=$(source_of_cache)
version=$(cat "$src/version" 2>/dev/null || :)
if [ "$print" = -s ]; then
	echo "$src"
	exit
elif [ -n "$print" ]; then
	[ -n "$src" ] || die "no source in the cache: run tests/setup.sh"
	for name; do
		dir_of "$name"
	done
	exit
fi

# Unpacked into its place: what is built refers to it.
fetch_source() {
	local tmp=$cache/src/.tmp
	say "fetching the kernel's source"
	rm -rf "$tmp"
	mkdir -p "$tmp"
	# That of the kernels that are there already, if it can still be had.
	(cd "$tmp" && apt-get -q -q download "$package${version:+=$version}" 2>errors) || {
		apt-get -q -q update || :
		(cd "$tmp" && apt-get -q -q download $package)
	}
	version=$(dpkg-deb -f "$tmp"/$package*.deb Version)
	src=$cache/src/linux-$version
	src=${src//[~+]/-}
	dpkg-deb -x "$tmp"/$package*.deb "$tmp/deb"
	mkdir "$tmp/src"
	tar -C "$tmp/src" --strip-components=1 -xf "$tmp/deb/usr/src/$package.tar.xz"
	(cd "$tmp/src" && watch_network)
	# Somebody may be building a module with what is there.
	[ ! -e "$src" ] || mv "$src" "$tmp/old"
	mv "$tmp/src" "$src"
	rm -rf "$tmp"
	echo "$version" >"$src/version"
}

# The sanitizers check what the network code does and what the module does:
# build() switches them off for all else, which makes an emulated guest several
# times faster. What is freed is poisoned wherever that happens. KCSAN checks
# the module alone, see kcsan.config.
watch_network() {
	find net drivers/net -name Makefile -exec sed -i '1 {
		i KASAN_SANITIZE := y
		i UBSAN_SANITIZE := y
	}' {} +
}

# Trimmed to what modules are built and checked with.
whole() { [ -e "$src/net/bridge/br.c" ]; }

trim_source() {
	local d
	for d in Documentation LICENSES block certs crypto drivers fs init io_uring ipc kernel lib \
		mm net rust samples security sound usr virt; do
		rm -rf "${src:?}/$d"
	done
	find "$src/arch" -mindepth 1 -maxdepth 1 ! -name x86 ! -name um -exec rm -rf {} +
	find "$src/tools" -mindepth 1 -maxdepth 1 ! -name net -exec rm -rf {} +
}

configure() { # NAME OUT
	make -s -C "$src" O="$2" CC=$cc tinyconfig
	cat "$here/common.config" "$here/$1.config" >"$2/fragment"
	echo "CONFIG_LOCALVERSION=\"-isol-$1\"" >>"$2/fragment"
	(cd "$2" && "$src/scripts/kconfig/merge_config.sh" -m -O . .config fragment) \
		>"$2/merge.log" 2>&1
	make -s -C "$2" CC=$cc olddefconfig
}

# A program of this machine: none of what a virtual machine needs.
configure_uml() { # NAME OUT
	make -s -C "$src" O="$2" CC=$cc tinyconfig
	cat "$here/$1.config" >"$2/fragment"
	echo "CONFIG_LOCALVERSION=\"-isol-$1\"" >>"$2/fragment"
	(cd "$2" && "$src/scripts/kconfig/merge_config.sh" -m -O . .config fragment) \
		>"$2/merge.log" 2>&1
	make -s -C "$2" CC=$cc olddefconfig
}

# An option that the kernel does not know, or that depends on another, is gone
# without a word.
check_config() { # OUT
	local line lost=
	while read -r line; do
		case $line in
		CONFIG_*=n)
			line=${line%=n}
			! grep -q "^$line=" "$1/.config" || lost+=" $line" ;;
		CONFIG_*)
			grep -qxF -- "$line" "$1/.config" || lost+=" $line" ;;
		"# CONFIG_"*" is not set")
			line=${line#\# }
			! grep -q "^${line%% *}=" "$1/.config" || lost+=" ${line%% *}" ;;
		esac
	done <"$1/fragment"
	[ -z "$lost" ] || die "the configuration does not hold:$lost"
}

build() { # NAME DIR
	local tmp=$cache/debug/.tmp-$1 out release begin=$SECONDS
	local -x ARCH=x86
	local target=bzImage image=arch/x86/boot/bzImage kernel=vmlinuz
	[ "$1" != uml ] || { ARCH=um target=linux image=linux kernel=linux; }
	say "building $1 ($version), once: this takes about ten minutes"
	rm -rf "$tmp"
	mkdir -p "$tmp/build"
	out=$tmp/build
	if [ "$1" = uml ]; then
		configure_uml "$1" "$out"
	else
		configure "$1" "$out"
	fi
	check_config "$out"
	# shellcheck disable=SC2086 # words
	env $unchecked make -s -C "$out" CC=$cc -j "$(nproc)" $target modules >"$tmp/log" 2>&1 || {
		tail -n 30 "$tmp/log" >&2
		die "cannot build $1"
	}
	release=$(make -s -C "$out" kernelrelease)
	# Not vmlinux itself, as of stock kernels: what QEMU would start that by is
	# C code, and is checked before the checkers are ready.
	cp "$out/$image" "$tmp/$kernel"
	make -s -C "$out" INSTALL_MOD_PATH="$tmp" modules_install >>"$tmp/log" 2>&1
	rm -f "$tmp/lib/modules/$release/build" "$tmp/lib/modules/$release/source"
	cp "$out/.config" "$tmp/config"
	# What modules are built with does not include objects.
	rm -f "$out"/vmlinux* "$out"/.tmp_vmlinux* "$out/linux"
	find "$out" \( -name '*.o' -o -name '*.a' -o -name '*.ko' -o -name '.*.cmd' \) \
		! -path "$out/scripts/*" ! -path "$out/tools/*" -delete
	echo "$version" >"$tmp/version"
	rm -rf "$2"
	mv "$tmp" "$2"
	say "$1 is in $2, after $((SECONDS - begin)) s"
}

# An older trim_source() has not left what modules for it are built with.
source_serves() { # NAME
	[ "$1" != uml ] || [ -n "${ISOL_UML_KERNEL-}" ] || [ -e "$src/arch/um/Makefile" ]
}

missing() { # NAME...
	local name
	for name; do
		[ -e "$(dir_of "$name")/version" ] && source_serves "$name" || printf '%s ' "$name"
	done
}

# Not to wait for another kernel that is being built.
[ -z "$version" ] || [ -n "$(missing "$@")" ] || exit 0
mkdir -p "$cache/src" "$cache/debug"
exec 8>"$cache/debug/lock"
flock 8
src=$(source_of_cache)
version=$(cat "$src/version" 2>/dev/null || :)
[ -n "$version" ] || fetch_source
missing=$(missing "$@")
if [ -n "$missing" ]; then
	whole || fetch_source
	# Of another version others may be missing.
	for name in $(missing "$@"); do
		build "$name" "$(dir_of "$name")"
	done
fi
trim_source
