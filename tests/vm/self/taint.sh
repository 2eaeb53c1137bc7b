#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel is tainted as if by a module of a closed source.
echo 1 >/proc/sys/kernel/tainted
