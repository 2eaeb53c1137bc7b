#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the unit tests reach: lines and branches of each file of the module and
# the tool. Of the pure core, and of what is built in userspace beside it, they
# have to reach 95 % of the lines, and what they do not reach is named. What
# talks to people or to a kernel (cmd_*, links) is run in guests.

set -u
cd "$(dirname "$0")/../.." || exit 2
build=$(realpath -m "${BUILD:-build}")/coverage
core='^kmod/(mem|model|select|compile|classify|frame|view|counter|shim)[.][ch]$'
least=95
rc=0

rm -rf "$build"
mkdir -p "$build"
if ! make -C tests/unit BUILD="$build" SANITIZE=--coverage CFLAGS="-O0 -g" \
	>"$build/make.log" 2>&1; then
	echo "not ok coverage-build $(grep -m 1 error "$build/make.log")"
	exit 1
fi
# Fewer rounds than without counting, and always the same: the figures are to
# change with the tests only.
for test in "$build"/unit/test_*; do
	[ -x "$test" ] || continue
	if ! ISOL_SEED=1 ISOL_ROUNDS=200 ISOL_T='' "$test" >"$build/${test##*/}.log" 2>&1; then
		echo "not ok coverage-${test##*/} $(grep -m 1 '^not ok' "$build/${test##*/}.log")"
		rc=1
	fi
done

# From where the compiler was run.
(cd tests/unit && gcovr -r ../.. --object-directory . --filter ../../kmod/ \
	--filter ../../userspace/ --csv "$build/all.csv" --json "$build/all.json" "$build/unit") \
	>"$build/gcovr.log" 2>&1
if ! grep -q ^kmod/model.c, "$build/all.csv"; then
	echo "not ok coverage-gcovr $(grep -m 1 . "$build/gcovr.log")"
	exit 1
fi

jq -r --arg core "$core" '.files[] | select(.file | test($core)) | .file as $f | .lines[] |
	select(.count == 0 and (."gcovr/noncode" | not)) | "\($f) \(.line_number)"' \
	"$build/all.json" |
	while read -r file line; do
		echo "# not reached: $file:$line: $(sed -n "$line"'s/^[[:space:]]*//p' "$file")"
	done

# FILE, lines, those reached, share, branches, those reached, share
tail -n +2 "$build/all.csv" | awk -F , -v core="$core" -v least="$least" '
	function show(what, n, of) {
		return of ? sprintf("%s %d of %d, %.1f %%", what, n, of, 100 * n / of) : "no " what
	}
	{ printf "# %s: %s; %s\n", $1, show("lines", $3, $2), show("branches", $6, $5) }
	$1 ~ /^userspace/ { tl += $2; th += $3; tb += $5; tc += $6 }
	$1 ~ core {
		files++
		l += $2; h += $3; b += $5; c += $6
		if (100 * $3 < least * $2)
			bad = bad sprintf("not ok coverage-%s %s\n", $1, show("lines", $3, $2))
		else
			bad = bad sprintf("ok coverage-%s\n", $1)
	}
	END {
		printf "# the tool: %s; %s\n", show("lines", th, tl), show("branches", tc, tb)
		printf "# the pure core: %s; %s\n", show("lines", h, l), show("branches", c, b)
		printf "%s", bad
		if (files < 8)
			print "not ok coverage-core only " files + 0 " files of it were found"
		exit bad ~ /not ok/ || files < 8
	}' || rc=1
exit $rc
