#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What "make demo" runs in its guest, so that it does not rot.
# kernels: 6.12
# timeout: 240

. tests/vm/lib.sh

run_case demo tests/vm/demo-guest.sh
