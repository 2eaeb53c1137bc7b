#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Make this machine ready for building and testing: install the packages
# of packages.list that are missing and put the stock kernels that the
# tests boot, and their headers, into the cache. The kernels' packages are
# unpacked, not installed: that would add to /boot and run its hooks. Does
# nothing, quickly, when all is there.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${ISOL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isol}
kernels=$cache/kernels

# An ordinary user's PATH lacks depmod's directory.
PATH=$PATH:/usr/sbin:/sbin

say() { echo "setup: $*"; }
die() { echo "setup: $*" >&2; exit 1; }

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "must be root to run: $*"
	fi
}

updated=
apt_update() {
	[ -z "$updated" ] || return 0
	updated=1
	say "updating the package lists"
	# The list directory's lock has no timeout of its own.
	for _ in 1 2 3 4 5 6; do
		as_root apt-get -q -q update && return 0
		sleep 5
	done
	say "cannot update the package lists, going on with the present ones"
}

apt_install() {
	say "installing: $*"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
		install --no-install-recommends "$@"
}

install_packages() {
	want=$(sed 's/#.*//' "$here/packages.list")
	# shellcheck disable=SC2086 # a list of words
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $want \
		2>/dev/null | sed -n 's/^installed //p')
	missing=
	for p in $want; do
		case "
$have
" in
		*"
$p
"*) ;;
		*) missing="$missing $p" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	apt_update
	# shellcheck disable=SC2086
	apt_install $missing
}

# Sets rel and ver to the kernel release and the package version that a meta
# package stands for.
resolve() { # META
	ver=$(apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Depends: linux-image-\([^ ,]*\) (= \([^)]*\)).*/\1 \2/p')
	rel=${ver% *}
	ver=${ver#* }
	[ -n "$ver" ]
}

# The image, its headers, and what those refer to. All come from one build:
# modules built with other headers may be refused.
download() { # RELEASE VERSION DIR
	pkgs="linux-image-$1=$2 linux-headers-$1=$2"
	for p in $(apt-cache show "linux-headers-$1=$2" |
		sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed -n 's/^ *\(linux-\(headers\|kbuild\)-[^ ]*\).*/\1/p'); do
		pkgs="$pkgs $p=$2"
	done
	# shellcheck disable=SC2086 # a list of words
	(cd "$3" && apt-get -q -q download $pkgs 2>errors)
}

le32() { od -An -tu4 -j "$2" -N 4 "$1" | tr -d ' '; }

# QEMU starts a plain ELF kernel at once; unpacking bzImage inside an
# emulated machine takes seconds of every boot.
unpack_vmlinux() { # VMLINUZ VMLINUX
	sects=$(od -An -tu1 -j 497 -N 1 "$1" | tr -d ' ')
	start=$(( (sects + 1) * 512 + $(le32 "$1" 584) ))
	size=$(( $(le32 "$1" 588) - 4 ))
	tail -c +$((start + 1)) "$1" | head -c "$size" >"$2.packed"
	case $(od -An -tx1 -N 4 "$2.packed" | tr -d ' ') in
	fd377a58) xz -dc "$2.packed" >"$2" ;;
	28b52ffd) zstd -qdc "$2.packed" >"$2" ;;
	1f8b*) gzip -dc "$2.packed" >"$2" ;;
	*) die "$1: unknown compression" ;;
	esac
	rm "$2.packed"
}

# Drop what a virtual machine without devices cannot use, and unpack the
# rest: the guests load modules often.
trim_modules() { # MODULES_DIR
	for d in ata bluetooth comedi gpu hid hwmon iio infiniband input \
		isdn leds media message mfd mmc mtd net/can net/ethernet \
		net/wireless net/wwan nfc platform power scsi sound staging \
		target thunderbolt usb video; do
		rm -rf "$1/kernel/drivers/$d"
	done
	rm -rf "$1/kernel/sound" "$1/build" "$1/source"
	find "$1" -name '*.ko.xz' -print0 | xargs -0 -r -P 0 -n 64 xz -d
	find "$1" -name '*.ko.zst' -print0 | xargs -0 -r -P 0 -n 64 zstd -qd --rm
}

have_kernel() { # SERIES
	for d in "$kernels/$1".*; do
		[ ! -e "$d/version" ] || [ ! -e "$d/build/Makefile" ] || return 0
	done
	return 1
}

fetch_kernel() { # SERIES META
	! have_kernel "$1" || return 0

	tmp=$kernels/.tmp.$$
	rm -rf "$tmp"
	mkdir -p "$tmp/deb" "$tmp/kernel/headers" "$tmp/kernel/lib/modules"
	say "fetching kernel $1"
	# The package lists may be missing, or older than the archive.
	if ! resolve "$2" || ! download "$rel" "$ver" "$tmp/deb"; then
		apt_update
		resolve "$2" || die "no package $2"
		download "$rel" "$ver" "$tmp/deb" || {
			cat "$tmp/deb/errors" >&2
			die "cannot download kernel $rel ($ver)"
		}
	fi
	for p in "$tmp"/deb/linux-headers-*.deb "$tmp"/deb/linux-kbuild-*.deb; do
		dpkg-deb -x "$p" "$tmp/kernel/headers"
	done
	dpkg-deb -x "$tmp"/deb/linux-image-*.deb "$tmp/new"
	mv "$tmp/new/boot/vmlinuz-$rel" "$tmp/kernel/vmlinuz"
	mv "$tmp/new/boot/config-$rel" "$tmp/kernel/config"
	mv "$tmp/new/lib/modules/$rel" "$tmp/kernel/lib/modules/"
	unpack_vmlinux "$tmp/kernel/vmlinuz" "$tmp/kernel/vmlinux"
	trim_modules "$tmp/kernel/lib/modules/$rel"
	depmod -b "$tmp/kernel" "$rel"
	# Headers are not where their package wants them.
	ln -s "headers/usr/src/linux-headers-$rel" "$tmp/kernel/build"
	sed -i 's|/usr/src/|../|' "$tmp/kernel/build/Makefile"
	echo "$ver" >"$tmp/kernel/version"
	rm -rf "${kernels:?}/$rel"
	mv "$tmp/kernel" "$kernels/$rel"
	rm -rf "$tmp"
	say "kernel $rel ($ver) is in $kernels/$rel"
}

[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] ||
	die "needs Debian on amd64"
install_packages

mkdir -p "$kernels"
exec 9>"$cache/lock"
flock 9
# What an interrupted run has left; nobody else holds the lock.
rm -rf "$kernels"/.tmp.*
fetch_kernel 6.1 linux-image-amd64
fetch_kernel 6.12 linux-image-6.12-amd64
