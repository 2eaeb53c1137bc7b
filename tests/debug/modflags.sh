#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the module is built with for a kernel that can measure it, whose build
# folder is given: coverage of lines for gcov and of branches for fuzzers.

config=$1/include/config/auto.conf
! grep -qs '^CONFIG_GCOV_KERNEL=y' "$config" || printf 'GCOV_PROFILE=y '
! grep -qs '^CONFIG_KCOV=y' "$config" || printf 'KCOV_INSTRUMENT=y '
