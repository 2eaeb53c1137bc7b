#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Never ends.
. tests/vm/lib.sh
ok before
echo hanging
sleep 1000
