#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# usage: modflags.sh [-c] DIR
#
# What the module is built with for a kernel whose build folder is given: with
# coverage of lines for gcov and of branches for fuzzers if it can take that.
# With -c the compiler alone.

compiler=
if [ "$1" = -c ]; then
	compiler=1
	shift
fi
config=$1/include/config/auto.conf
# Debian's kernels name their compiler, ours are built with this one.
! grep -qs '^CONFIG_LOCALVERSION=.*-isol-' "$config" || printf 'CC=gcc-12 '
! grep -qs '^CONFIG_UML=y' "$config" || printf 'ARCH=um '
[ -z "$compiler" ] || exit 0
! grep -qs '^CONFIG_GCOV_KERNEL=y' "$config" || printf 'GCOV_PROFILE=y '
! grep -qs '^CONFIG_KCOV=y' "$config" || printf 'KCOV_INSTRUMENT=y '
