#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The kernel's own semantic patches, those that it has confidence in, find
# nothing in the module.

set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/static/lib

need_kernel_source coccinelle

look() { # PATCH OPTIONS FILE...
	local cocci=$1 opts=$2
	shift 2
	# shellcheck disable=SC2086 # words
	spatch -D report --very-quiet --no-show-diff $opts -I kmod -I uapi --cocci-file "$cocci" \
		"$@" 2>"$log/coccinelle.1" |
		sed -n -E "s|^(kmod/[^:]*:[0-9]+):[-0-9]*: *|\1: $(basename "$cocci" .cocci) |p"
}

n=0
while IFS= read -r cocci; do
	# Two are written in OCaml, of which there is no compiler here.
	! grep -q '^@.*script:ocaml' "$cocci" || continue
	n=$((n + 1))
	opts=$(sed -n 's|^// Options: ||p' "$cocci")
	look "$cocci" "$opts" kmod/*.c
	# What it knows of all of them together may be more than its stack holds.
	if grep -q 'Stack overflow' "$log/coccinelle.1"; then
		for f in kmod/*.c; do
			look "$cocci" "$opts" "$f"
			cat "$log/coccinelle.1" >&2
		done
	else
		cat "$log/coccinelle.1" >&2
	fi
done < <(grep -l -r '^virtual report' --include='*.cocci' "$src/scripts/coccinelle" |
	xargs grep -L 'Confidence: Low' | sort) >"$log/coccinelle.log" 2>"$log/coccinelle.err"
if [ "$n" -lt 50 ] || grep -q -i 'parse error\|Fatal error' "$log/coccinelle.err"; then
	echo "not ok coccinelle $n semantic patches: $(grep -m 1 -i error "$log/coccinelle.err")"
	exit 1
fi
judge coccinelle <"$log/coccinelle.log"
