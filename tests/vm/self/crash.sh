#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel panics.
. tests/vm/lib.sh
ok before
echo c >/proc/sysrq-trigger
