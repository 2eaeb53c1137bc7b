#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every shell script passes shellcheck.
#
# quick: yes

set -u
cd "$(dirname "$0")/../.." || exit 2
rc=0

while IFS= read -r file; do
	case $file in
	*.sh) ;;
	*) head -n 1 "$file" 2>/dev/null | grep -qE '^#!.*/(ba)?sh' || continue ;;
	esac
	if out=$(shellcheck -x "$file" 2>&1); then
		echo "ok shellcheck:$file"
	else
		echo "$out" >&2
		echo "not ok shellcheck:$file $(echo "$out" | grep -m 1 SC)"
		rc=1
	fi
done < <(find .ci packaging tests userspace -type f ! -name '*.c' ! -name '*.h' 2>/dev/null | sort)
exit $rc
