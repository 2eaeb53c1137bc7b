#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The KUnit suites: the module with its tests inside is loaded, and what KUnit
# says about each case is read from debugfs. A suite that the sources have and
# debugfs does not, or that ended early, has failed.
#
# kernels: debug
# timeout: 240

. tests/vm/lib.sh
. tests/vm/isol.sh

expected_suites() {
	cat tests/unit/test_*.c tests/kunit/test_*.c 2>/dev/null |
		sed -n 's/^TEST_SUITE(\([a-z_]*\),.*/isol-\1/p'
}

# One suite's KTAP: a result for each case, and all that the plan says.
read_suite() { # SUITE FILE
	local suite=$1 line text plan='' n=0 why='' verdict name
	while IFS= read -r line; do
		line=${line#"${line%%[! ]*}"}
		case $line in
		1..*) plan=${line#1..} ;; # the last one is of the cases
		"ok "* | "not ok "*)
			verdict=${line%%ok *}ok
			name=${line#"$verdict "}
			name=${name#* }
			text=${name#* # }
			name=${name%% *}
			[ "$name" != "$suite" ] || continue
			n=$((n + 1))
			if [ -n "${ISOL_T-}" ] && [[ kunit/$suite.$name != *"$ISOL_T"* ]]; then
				:
			elif [ "$verdict" = "not ok" ]; then
				nok "$suite.$name" "$why"
			elif [[ $text = SKIP* ]]; then
				skip "$suite.$name" "${text#SKIP }"
			else
				ok "$suite.$name"
			fi
			why='' ;;
		*": # ISOL_SEED="*) ;; # said above, for all
		"# "*": # "*) note "$suite.${line#\# }" ;;
		"" | "#"*) ;;
		*) why=$line ;; # the first line of a failure says where, the next what
		esac
	done <"$2"
	if [ "$n" != "$plan" ]; then
		nok "$suite" "$n results of ${plan:-no} planned cases"
	fi
}

seed=${ISOL_SEED:-$(((SRANDOM << 1 ^ SRANDOM) & 0xffffffff))}
note "ISOL_SEED=$seed"

mapfile -t suites < <(expected_suites)
[ ${#suites[@]} -gt 0 ] || nok suites "the sources have none"

# What the kernel says of its own accord would be counted.
quiet_network
ko=$ISOL_BUILD/kunit/isol_kunit.ko
for dep in $(modinfo -F depends "$ko" | tr , ' ') bridge; do
	modprobe "$dep"
done
begin=${EPOCHREALTIME/./}
if insmod "$ko" "seed=$seed" ${ISOL_ROUNDS:+"rounds=$ISOL_ROUNDS"}; then
	ok kunit-load
else
	nok kunit-load "insmod: exit status $?"
fi
note "suites ran $(((${EPOCHREALTIME/./} - begin) / 1000)) ms"

for suite in "${suites[@]}"; do
	results=/sys/kernel/debug/kunit/$suite/results
	# It is as long as what is read from it, but has no size.
	if cat "$results" >"/run/isol/$suite" && [ -s "/run/isol/$suite" ]; then
		read_suite "$suite" "/run/isol/$suite"
	else
		nok "$suite" "did not run"
	fi
done

if rmmod isol_kunit; then
	ok kunit-unload
else
	nok kunit-unload "rmmod: exit status $?"
fi
