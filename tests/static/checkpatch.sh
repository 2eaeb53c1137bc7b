#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All C files are in the kernel's style, as its own checkpatch.pl --strict has it.
#
# quick: yes

set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/static/lib

need_kernel_source checkpatch
find kmod uapi userspace tests -name '*.[ch]' | sort |
	xargs "$src/scripts/checkpatch.pl" --no-tree --strict --terse --show-types -f \
		>"$log/checkpatch.log" 2>&1
if ! grep -q '^total: .* lines checked' "$log/checkpatch.log"; then
	echo "not ok checkpatch it has not run: $(head -n 1 "$log/checkpatch.log")"
	exit 1
fi
sed -n -E 's/^([^:]+:[0-9]+): (ERROR|WARNING|CHECK):([A-Z_]+):/\1: \3/p' "$log/checkpatch.log" |
	judge checkpatch
