#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel's log gets the line that is the argument.
echo "$*" >/dev/kmsg
