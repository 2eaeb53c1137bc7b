#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# usage: coverage.sh TAR...
#
# What ran of the module, of the counts that guests with the debug kernel have
# sent (see guest-main): a line for each file. All counts are of one build of the
# module.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/.." && pwd)
minimum=85 # per cent of the lines of all files together
objects=$tree/build/$("$here/kernels.sh" -f release debug)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

n=0
for tar; do
	[ -s "$tar" ] || continue
	mkdir "$tmp/next"
	tar -C "$tmp/next" -xf "$tar"
	if [ $n -eq 0 ]; then
		mv "$tmp/next" "$tmp/sum"
	else
		# Programs and guests that a module was not loaded in leave no file.
		gcov-tool-12 merge -o "$tmp/new" "$tmp/sum" "$tmp/next" 2>"$tmp/errors" || {
			cat "$tmp/errors" >&2
			exit 1
		}
		rm -rf "$tmp/sum" "$tmp/next"
		mv "$tmp/new" "$tmp/sum"
	fi
	n=$((n + 1))
done
if [ $n -eq 0 ]; then
	echo "not ok module-coverage no guest has told what ran"
	exit 1
fi

(cd "$objects" && find . -name '*.gcno' -exec cp --parents {} "$tmp/sum" \;)
cd "$tmp/sum"
gcovr --gcov-executable gcov-12 -r "$tree" --object-directory "$tmp/sum" \
	--json-summary "$tmp/summary" -f "$tree/kmod/" "$tmp/sum" 2>"$tmp/errors" || {
	cat "$tmp/errors"
	exit 1
}

# One line for each file, and at the end what all come to.
jq -r --argjson minimum $minimum '
	(.files | sort_by(.filename)[] |
		"# \(.filename | sub(".*/kmod/"; "kmod/")): \(.line_covered) of \(.line_total) lines (\(.line_percent)%), \(.branch_covered) of \(.branch_total) branches (\(.branch_percent)%)"),
	(if .line_percent >= $minimum then "ok" else "not ok" end) +
		" module-coverage \(.line_percent)% of lines, \(.branch_percent)% of branches"
' "$tmp/summary"
