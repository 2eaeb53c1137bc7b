#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# usage: uapi-ynl.sh [HEADER SPEC]
#
# Hold uapi/linux/isol.h and its YNL spec uapi/linux/isol.yaml against each
# other, and see that the header compiles by itself. Without arguments also
# test the test: each of many small changes to one of the files has to be
# noticed.
#
# Needs a C compiler and libyaml. Writes to $BUILD/static (default: build).
#
# shellcheck disable=SC2317 # functions are called through succeeds()

set -eu
export LC_ALL=C

self=${0##*/}

absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }

case $# in
0) header=uapi/linux/isol.h spec=uapi/linux/isol.yaml mutate=1 ;;
2) header=$(absolute "$1") spec=$(absolute "$2") mutate= ;;
*) echo "usage: $self [HEADER SPEC]" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/../.."
here=tests/static
out=${BUILD:-build}/static
mkdir -p "$out"
tmp=$(mktemp -d "$out/uapi-ynl.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

# ---- results

ok() { echo "ok uapi-$1"; }
nok() { echo "not ok uapi-$*"; failed=1; }
skip() { echo "skip uapi-$*"; }

# The file as one line that is not too long.
brief() { tr -s '\n\t ' '   ' <"$1" | cut -c 1-300; }

# succeeds NAME COMMAND...: the reason of a failure is what it printed.
succeeds() {
	name=$1
	shift
	if "$@" >"$tmp/log" 2>&1; then
		ok "$name"
	else
		nok "$name" "$(brief "$tmp/log")"
	fi
}

# ---- facts

make_tools() {
	# shellcheck disable=SC2046 # flags are words
	${CC:-cc} -std=gnu11 -O1 -Wall -Wextra -Werror -o "$out/ynl_facts" \
		"$here/ynl_facts.c" \
		$(pkg-config --cflags --libs yaml-0.1 || echo -lyaml)
}

header_facts() { # HEADER DIR
	awk -f "$here/uapi_facts.awk" "$1" >"$2/probe.c" &&
		${CC:-cc} -include "$1" -o "$2/probe" "$2/probe.c" &&
		"$2/probe" >"$2/header.all" &&
		sort -u "$2/header.all" >"$2/header"
}

spec_facts() { # SPEC DIR
	"$out/ynl_facts" "$1" >"$2/spec.all" &&
		sort -u "$2/spec.all" >"$2/spec"
}

# The facts of some kinds: pick FILE KIND...
pick() {
	file=$1
	shift
	awk -v kinds=" $* " 'index(kinds, " " $1 " ")' "$file"
}

# Nothing may be in the file: empty NAME FILE TEXT
empty() {
	if [ -s "$2" ]; then
		nok "$1" "$3: $(sed 's/$/;/' "$2" >"$2.b"; brief "$2.b")"
	else
		ok "$1"
	fi
}

# The facts of these kinds are the same: same NAME KIND...
same() {
	name=$1
	shift
	pick "$dir/header" "$@" >"$dir/a"
	pick "$dir/spec" "$@" >"$dir/b"
	comm -23 "$dir/a" "$dir/b" | sed 's/^/header only: /' >"$dir/diff"
	comm -13 "$dir/a" "$dir/b" | sed 's/^/spec only: /' >>"$dir/diff"
	[ -s "$dir/a" ] || echo "no such facts at all" >>"$dir/diff"
	empty "$name" "$dir/diff" "different"
}

# ---- the comparison

compare() { # HEADER SPEC DIR
	dir=$3
	succeeds header-facts header_facts "$1" "$dir"
	succeeds spec-facts spec_facts "$2" "$dir"
	[ -e "$dir/header" ] && [ -e "$dir/spec" ] || return 0

	# The header by itself.
	pick "$dir/header" enum attr cmd | awk '$3 !~ /_UNSPEC$/ { print $3 }' |
		sort -u >"$dir/names"
	pick "$dir/header" doc | awk '{ print $2 }' | sort -u >"$dir/docs"
	comm -23 "$dir/names" "$dir/docs" >"$dir/diff"
	empty kernel-doc "$dir/diff" "constants without kernel-doc"
	pick "$dir/header" stale | cut -d ' ' -f 3 >"$dir/diff"
	empty kernel-doc-stale "$dir/diff" "kernel-doc of no constant"
	pick "$dir/header" last | awk '$3 != 0 { print $2 }' >"$dir/diff"
	pick "$dir/header" enum attr cmd | cut -d ' ' -f 2 | sort -u |
		wc -l >"$dir/a"
	pick "$dir/header" last | wc -l | cmp -s - "$dir/a" ||
		echo "an enum has none" >>"$dir/diff"
	empty max-is-last "$dir/diff" "MAX is not the last value"
	{ pick "$dir/header" type | grep ' unknown$' || :; } >"$dir/diff"
	empty types-told "$dir/diff" "kernel-doc does not tell the type"

	# Both.
	same family family version group
	same limits const
	same enums enum
	same attributes attr
	same commands cmd
	same types type
	same values values
	same nests nest
	same repeated repeated
	same lengths length
	same ranges min most
	same operations op sent
	same permissions perm
	same requests request
	same read-only may
	same replies reply

	# The spec names no maximum where the header's has another name than
	# the generator would give it.
	pick "$dir/header" max >"$dir/a"
	pick "$dir/spec" max | comm -13 "$dir/a" - >"$dir/diff"
	empty max-values "$dir/diff" "not in the header"

	# The spec by itself.
	pick "$dir/spec" enum attr cmd | awk '$3 !~ /_UNSPEC$/ { print $3 }' |
		sort -u >"$dir/names"
	pick "$dir/spec" doc | awk '{ print $2 }' | sort -u >"$dir/docs"
	comm -23 "$dir/names" "$dir/docs" >"$dir/diff"
	empty spec-doc "$dir/diff" "names without doc"
}

# ---- the header alone

compiles() { # NAME COMPILER LANGUAGE FLAG...
	name=$1 compiler=$2 language=$3
	shift 3
	if ! command -v "$compiler" >/dev/null; then
		skip "$name" "no $compiler"
		return
	fi
	# Twice, as programs do.
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" \
		>"$tmp/header.src"
	succeeds "$name" "$compiler" -x "$language" -fsyntax-only -I "$PWD" \
		-Wall -Wextra -pedantic -Werror "$@" "$tmp/header.src"
}

# ---- the test of the test

# mutant NAME header|spec TEST SED-SCRIPT: the change has to make TEST fail.
mutant() {
	name=mutant-$1 dir=$tmp/$1 wanted=$3
	mkdir "$dir"
	cp "$header" "$dir/isol.h"
	cp "$spec" "$dir/isol.yaml"
	case $2 in
	header) file=isol.h from=$header ;;
	spec) file=isol.yaml from=$spec ;;
	esac
	sed "$4" "$from" >"$dir/$file"
	if cmp -s "$from" "$dir/$file"; then
		nok "$name" "changes nothing, adapt it"
		return
	fi
	(compare "$dir/isol.h" "$dir/isol.yaml" "$dir") >"$dir/results"
	if grep -q "^not ok uapi-$wanted " "$dir/results"; then
		ok "$name"
	else
		nok "$name" "$wanted does not fail:" \
			"$(grep '^not' "$dir/results" || echo nothing does)"
	fi
}

mutants() {
	# Names and numbers.
	mutant const header limits 's/\(ISOL_MAX_RULES\t*\)131072/\1131071/'
	mutant const-spec spec limits 's/value: 600000/value: 60000/'
	mutant const-gone spec limits '/name: max-bridges/s/bridges/brides/'
	mutant enum-order header enums \
		's/^\tISOL_ROLE_ISOLATED,/\tISOL_ROLE_X,\n&/'
	mutant enum-value spec enums \
		's/^\( *\)name: unjudged$/&\n\1value: 12/'
	mutant enum-name spec enums 's/name: mismatch$/name: mis-match/'
	mutant attr-swap header attributes \
		'/^\tISOL_PORT_A_MAC,$/d; s/^\tISOL_PORT_A_ALIAS,$/&\n\tISOL_PORT_A_MAC,/'
	mutant attr-new header attributes \
		's/^\tISOL_WHY_A_TO_BINDING,$/&\n\tISOL_WHY_A_NEW,/'
	mutant attr-value spec attributes \
		's/^\( *\)name: base-generation$/&\n\1value: 4/'
	mutant cmd-swap header commands \
		'/^\tISOL_CMD_ABORT,$/d; s/^\tISOL_CMD_FLUSH,$/&\n\tISOL_CMD_ABORT,/'
	mutant cmd-name spec commands 's/name: group-get/name: groups-get/'
	mutant family header family '/ISOL_GENL_NAME/s/isol"/isolate"/'
	mutant version spec family 's/^version: 1/version: 2/'
	mutant group header family '/ISOL_MCGRP_PORT/s/"port"/"ports"/'
	mutant max-last header max-is-last \
		's/ISOL_RULE_A_MAX = __ISOL_RULE_A_MAX - 1/ISOL_RULE_A_MAX = __ISOL_RULE_A_MAX/'
	mutant max-name header max-values 's/^\tISOL_TABLE_MAX/\tISOL_TABLES_MAX/'

	# Types.
	mutant type header types '/@ISOL_BINDING_A_CLAIMS:/s/u16/u32/'
	mutant type-spec spec types \
		'/name: ifindex/,/type:/s/type: u32/type: s32/'
	mutant type-flag header types '/@ISOL_RULE_A_STATELESS:/s/flag/u8/'
	mutant type-untold header types-told '/@ISOL_RULE_A_OWNER:/s/string, //'
	mutant mac header types-told '/@ISOL_BINDING_A_MAC:/s/6 bytes/8 bytes/'
	mutant mac-spec spec lengths 's/exact-len: 6/exact-len: 8/'
	mutant length spec lengths \
		'/name: owner/,/max-len/s/max-len: name-len/max-len: comment-len/'
	mutant length-gone spec spec-facts 's/max-len: alias-len/max-len: alien-len/'
	mutant range spec ranges 's/max: timeout-max/max: max-rules/'
	mutant range-doc header ranges 's/how many ports it may claim at once, 1 to/how many ports it may claim at once, 2 to/'
	mutant values header values \
		'/@ISOL_BRIDGE_A_DEFAULT:/s/isol_verdict/isol_role/'
	mutant values-spec spec values 's/enum: unbound-cause/enum: port-kind/'
	mutant nest header nests '/@ISOL_A_FROM:/s/isol_endpoint_attr/isol_port_attr/'
	mutant nest-spec spec nests \
		's/nested-attributes: why/nested-attributes: status/'
	mutant repeated spec repeated '/name: uplink/,/multi/s/multi-attr: true/multi-attr: false/'
	mutant repeated-doc header repeated \
		's/@ISOL_BINDING_A_GROUP: string; may be repeated/@ISOL_BINDING_A_GROUP: string; maybe/'

	# Who may send what.
	mutant read-only header read-only '/@ISOL_GROUP_A_MEMBERS:/s/read-only, //'
	mutant read-only-spec spec read-only \
		'/name: rule-request/,/name: owner/s/name: owner/name: packets/'
	mutant read-only-set spec read-only \
		'/^    name: group-request/,/^  -/d'
	mutant subset spec spec-facts 's/name: bridge-request/&s/'
	mutant request header requests 's/ISOL_A_BASE_GENERATION (optional; default/ISOL_A_GENERATION (optional; default/'
	mutant request-spec spec requests '/^ *- timeout$/d'
	mutant reply header replies 's|Reply: ISOL_A_GENERATION, the base|Reply: ISOL_A_WHY, the base|'
	mutant reply-spec spec replies '/^ *- message$/d'
	mutant operation header operations 's/@ISOL_CMD_PORT_GET: dump of/@ISOL_CMD_PORT_GET: do. Reply:/'
	mutant operation-group spec operations 's/mcgrp: port/mcgrp: policy/'
	mutant permission spec permissions \
		'/name: why$/,/flags/s/flags: .*/flags: [ ]/'

	# Documentation.
	mutant doc header kernel-doc 's/^ \* @ISOL_ROLE_ISOLATED:/ * ISOL_ROLE_ISOLATED:/'
	mutant doc-stale header kernel-doc-stale \
		's/^ \* @ISOL_WHY_A_BRIDGE:/ * @ISOL_WHY_A_BRIDE: string\n&/'
	mutant doc-spec spec spec-doc '/doc: A binding was released/d'

	# What is no spec at all.
	mutant key spec spec-facts 's/multi-attr: true/multi_attr: true/'
	mutant double spec spec-facts 's/name: from-kind/name: to-kind/'
	mutant yaml spec spec-facts 's/^definitions:/definitions/'
	mutant syntax header header-facts 's/^enum isol_role {/enum isol_role (/'
}

# ----

succeeds tools make_tools
[ "$failed" = 0 ] || exit 1

compiles c99 "${CC:-cc}" c -std=c99
compiles c11 "${CC:-cc}" c -std=c11
compiles cxx98 "${CXX:-c++}" c++ -std=c++98
compiles cxx17 "${CXX:-c++}" c++ -std=c++17

mkdir "$tmp/real"
compare "$header" "$spec" "$tmp/real"
if [ -n "$mutate" ]; then
	if [ "$failed" = 0 ]; then
		mutants
	else
		skip mutants "the files themselves differ"
	fi
fi
exit "$failed"
