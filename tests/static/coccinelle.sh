#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own semantic patches, those that it has confidence in, find
# nothing in the module.

set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/static/lib

need_kernel_source coccinelle
n=0
: >"$log/coccinelle.err"
while IFS= read -r cocci; do
	# Two are written in OCaml, of which there is no compiler here.
	! grep -q '^@.*script:ocaml' "$cocci" || continue
	n=$((n + 1))
	opts=$(sed -n 's|^// Options: ||p' "$cocci")
	# shellcheck disable=SC2086 # words
	spatch -D report --very-quiet --no-show-diff $opts -I kmod -I uapi --cocci-file "$cocci" \
		kmod/*.c 2>>"$log/coccinelle.err" |
		sed -n -E "s|^(kmod/[^:]*:[0-9]+):[-0-9]*: *|\1: $(basename "$cocci" .cocci) |p"
done < <(grep -l -r '^virtual report' --include='*.cocci' "$src/scripts/coccinelle" |
	xargs grep -L 'Confidence: Low' | sort) >"$log/coccinelle.log"
if [ "$n" -lt 50 ] || grep -q -i 'parse error\|Fatal error' "$log/coccinelle.err"; then
	echo "not ok coccinelle $n semantic patches: $(grep -m 1 -i error "$log/coccinelle.err")"
	exit 1
fi
judge coccinelle <"$log/coccinelle.log"
