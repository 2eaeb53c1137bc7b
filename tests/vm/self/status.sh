#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Ends with an error without having said why.
echo some last words
exit 3
