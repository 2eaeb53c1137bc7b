#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Put ovs-dpctl into the cache, for the benchmark of Open vSwitch's datapath, and
# say where it is. The package is not installed: that would start its daemons here.

set -eu

cache=${ISOL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/isol}/ovs
if [ ! -x "$cache/usr/bin/ovs-dpctl" ]; then
	tmp=$cache.tmp.$$
	trap 'rm -rf "$tmp"' EXIT
	mkdir -p "$tmp/deb"
	(cd "$tmp/deb" && apt-get -q -q download openvswitch-switch libxdp1 libunbound8 \
		libnuma1 2>errors) || { cat "$tmp/deb/errors" >&2; exit 1; }
	for p in "$tmp"/deb/*.deb; do
		dpkg-deb -x "$p" "$tmp/root"
	done
	rm -rf "$cache"
	mkdir -p "$(dirname "$cache")"
	mv "$tmp/root" "$cache"
fi
echo "$cache"
