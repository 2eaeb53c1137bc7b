#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What gcc's analyzer, clang-tidy and cppcheck say about the tool and the pure
# files of the module: nothing that exceptions does not answer.

# shellcheck disable=SC2317 # called by run
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/static/lib

read -r -a cflags < <(echo -std=gnu11 -D_GNU_SOURCE "'-DISOL_VERSION=\"x\"'" -Iuapi \
	"$(pkg-config --cflags libmnl yaml-0.1 jansson)" | tr -d "'")
pure=(kmod/{mem,model,select,compile,frame}.c)
pure_cflags=(-std=gnu11 -D_GNU_SOURCE -DISOL_USERSPACE -Ikmod -Iuapi)
rc=0

# What compilers print, as judge() wants it: FILE:LINE: CHECK TEXT.
normalize() {
	sed -n -E "s|^$PWD/||; s/^([^ :]+:[0-9]+):[0-9]+: (warning|error|style|performance|portability): (.*) \[-?W?([^]=]*)[^]]*\]$/\1: \4 \3/p" | sort -u
}

gcc_analyzer() {
	local f
	for f in userspace/*.c; do
		gcc "${cflags[@]}" -O1 -Wall -Wextra -fanalyzer -c -o /dev/null "$f"
	done
	for f in "${pure[@]}"; do
		gcc "${pure_cflags[@]}" -O1 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
			-fanalyzer -c -o /dev/null "$f"
	done
}

# Most functions have two integers, most arrays hold pointers; strcmp() is a truth
# value and printf() is not asked whether it printed, in the whole of the tree;
# integers of JSON are signed; names are the kernel's; and nobody has the functions of Annex K.
tidy_checks="-*,bugprone-*,cert-*,\
-bugprone-easily-swappable-parameters,-bugprone-sizeof-expression,\
-bugprone-suspicious-string-compare,-bugprone-narrowing-conversions,\
-cert-err33-c,-bugprone-reserved-identifier,-cert-dcl37-c,-cert-dcl51-cpp"
paths="clang-analyzer-*,\
-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling"

# The search for what can happen along a path takes seconds for a file: for those
# that read what others have written.
parsers=(userspace/{load,yaml,text,wire,genl,attrs,hostcheck}.c)

tidy() {
	clang-tidy-14 --quiet "--checks=$tidy_checks" userspace/*.c -- "${cflags[@]}"
	clang-tidy-14 --quiet "--checks=$tidy_checks,$paths" "${parsers[@]}" -- "${cflags[@]}"
	clang-tidy-14 --quiet "--checks=$tidy_checks,$paths" "${pure[@]}" -- "${pure_cflags[@]}"
}

cppcheck_all() {
	cppcheck --quiet --enable=warning,performance,portability \
		--std=c11 --template='{file}:{line}:{column}: {severity}: {message} [{id}]' \
		-D__x86_64__ --include=tests/static/cppcheck.h "$@" 2>&1
}

cpp() {
	cppcheck_all -D_GNU_SOURCE '-DISOL_VERSION="x"' -Iuapi userspace/*.c
	cppcheck_all -DISOL_USERSPACE -Ikmod -Iuapi "${pure[@]}"
}

run() { # TOOL FUNCTION
	"$2" >"$log/$1.log" 2>&1
	normalize <"$log/$1.log" | judge "$1" || rc=1
}

run gcc-analyzer gcc_analyzer
run clang-tidy tidy
run cppcheck cpp
exit $rc
