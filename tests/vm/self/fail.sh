#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Failures of every kind that a test can report.

. tests/vm/lib.sh

early() {
	echo before
	false
	echo after
}

in_pipe() { false | true; }
# shellcheck disable=SC2154 # that is the point
unset_variable() { echo "$no_such_variable"; }
told() { fail the reason; }
succeeds() {
	must_fail true
	echo after
}
never() { skip_case not here; }

run_case early early
run_case in_pipe in_pipe
run_case unset_variable unset_variable
run_case told told
run_case succeeds succeeds
run_case never never
nok direct because
ok last
