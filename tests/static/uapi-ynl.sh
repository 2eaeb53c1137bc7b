#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# usage: uapi-ynl.sh [HEADER SPEC NETLINK.C]
#
# Hold uapi/linux/isol.h and its YNL spec uapi/linux/isol.yaml against each
# other, and the tables in kmod/netlink.c that say what the module takes
# against both; and see that the header compiles by itself. Without arguments
# also test the test: each of many small changes to one of the files has to be
# noticed.
#
# Needs a C compiler and libyaml. Writes to $BUILD/static (default: build).
#
# shellcheck disable=SC2317 # functions are called through succeeds()
#
# quick: yes

set -eu
export LC_ALL=C

self=${0##*/}

absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }

case $# in
0)
	header=uapi/linux/isol.h spec=uapi/linux/isol.yaml module=kmod/netlink.c
	mutate=1
	;;
3)
	header=$(absolute "$1") spec=$(absolute "$2") module=$(absolute "$3")
	mutate=
	;;
*) echo "usage: $self [HEADER SPEC NETLINK.C]" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/../.."
here=tests/static
out=${BUILD:-build}/static
mkdir -p "$out"
tmp=$(mktemp -d "$out/uapi-ynl.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
failed=0
only=

# ---- results

ok() { echo "ok uapi-$1"; }
nok() { echo "not ok uapi-$*"; failed=1; }
skip() { echo "skip uapi-$*"; }

# Whether a test of the comparison is to be made.
wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

# The file as one line that is not too long.
brief() { tr -s '\n\t ' '   ' <"$1" | cut -c 1-300; }

# succeeds NAME COMMAND...: the reason of a failure is what it printed.
succeeds() {
	name=$1
	shift
	if "$@" >"$dir/log" 2>&1; then
		ok "$name"
	else
		nok "$name" "$(brief "$dir/log")"
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
		sort -u "$2/spec.all" >"$2/spec" &&
		awk -f "$here/request_facts.awk" "$2/spec" >"$2/contract.all" &&
		sort -u "$2/contract.all" >"$2/contract"
}

# After those of the header.
module_facts() { # NETLINK.C DIR
	awk -f "$here/netlink_facts.awk" "$2/header" "$1" >"$2/module.all" &&
		sort -u "$2/module.all" >"$2/module"
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

# The function may print nothing: nothing NAME TEXT FUNCTION [ARGUMENT]...
nothing() {
	wanted "$1" || return 0
	name=$1 text=$2
	shift 2
	"$@" >"$dir/diff"
	empty "$name" "$dir/diff" "$text"
}

# The facts of these kinds are the same: agree NAME FILE FILE KIND...
agree() {
	wanted "$1" || return 0
	name=$1 one=$2 other=$3
	shift 3
	pick "$dir/$one" "$@" >"$dir/a"
	pick "$dir/$other" "$@" >"$dir/b"
	comm -23 "$dir/a" "$dir/b" | sed "s/^/$one only: /" >"$dir/diff"
	comm -13 "$dir/a" "$dir/b" | sed "s/^/$other only: /" >>"$dir/diff"
	[ -s "$dir/a" ] || echo "no such facts at all" >>"$dir/diff"
	empty "$name" "$dir/diff" "different"
}

same() { # NAME KIND...
	name=$1
	shift
	agree "$name" header spec "$@"
}

# ---- the comparison

undocumented() { # FILE
	pick "$dir/$1" enum attr cmd | awk '$3 !~ /_UNSPEC$/ { print $3 }' |
		sort -u >"$dir/names"
	pick "$dir/$1" doc | awk '{ print $2 }' | sort -u >"$dir/docs"
	comm -23 "$dir/names" "$dir/docs"
}

stale_docs() { pick "$dir/header" stale | cut -d ' ' -f 3; }

wrong_last() {
	pick "$dir/header" last | awk '$3 != 0 { print $2 }'
	pick "$dir/header" enum attr cmd | cut -d ' ' -f 2 | sort -u |
		wc -l >"$dir/a"
	pick "$dir/header" last | wc -l | cmp -s - "$dir/a" ||
		echo "an enum has none"
}

untold_types() { pick "$dir/header" type | grep ' unknown$' || :; }

# The spec names no maximum where the header's has another name than the
# generator would give it.
strange_max() {
	pick "$dir/header" max >"$dir/a"
	pick "$dir/spec" max | comm -13 "$dir/a" -
}

oddities() { pick "$dir/module" odd | cut -d ' ' -f 2-; }

# Out of the facts in $dir.
compare() {
	if [ ! -e "$dir/header" ] || [ ! -e "$dir/spec" ] ||
		[ ! -e "$dir/module" ]; then
		return 0
	fi

	# Each by itself.
	nothing kernel-doc "constants without kernel-doc" undocumented header
	nothing kernel-doc-stale "kernel-doc of no constant" stale_docs
	nothing max-is-last "MAX is not the last value" wrong_last
	nothing types-told "kernel-doc does not tell the type" untold_types
	nothing spec-doc "names without doc" undocumented spec
	nothing module-odd "wrong, or not understood" oddities

	# Header and spec.
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
	nothing max-values "not in the header" strange_max

	# What the module takes, and what it may be sent.
	agree module-commands module contract op
	agree module-permissions module contract perm
	agree module-groups module contract group
	agree module-attributes module contract takes
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

# mutant NAME header|spec|module TEST SED-SCRIPT: the change has to make TEST
# fail.
mutant() {
	name=mutant-$1 kind=$2 test=$3
	case $kind in
	header) from=$header ;;
	spec) from=$spec ;;
	module) from=$module ;;
	esac
	dir=$tmp/$1
	mkdir "$dir"
	cp "$tmp/real/header" "$tmp/real/spec" "$tmp/real/contract" \
		"$tmp/real/module" "$dir"
	sed "$4" "$from" >"$dir/mutant"
	if cmp -s "$from" "$dir/mutant"; then
		nok "$name" "changes nothing, adapt it"
		return
	fi
	rm "$dir/$kind"
	(
		succeeds "$kind-facts" "${kind}_facts" "$dir/mutant" "$dir"
		only=$test
		compare
	) >"$dir/results"
	if grep -q "^not ok uapi-$test " "$dir/results"; then
		ok "$name"
	else
		(compare) >>"$dir/results"
		nok "$name" "$test does not fail:" \
			"$(grep '^not' "$dir/results" || echo nothing does)"
	fi
}

mutants_names() {
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
}

mutants_types() {
	mutant type header types '/@ISOL_BINDING_A_CLAIMS:/s/u16/u32/'
	mutant type-spec spec types \
		'/name: ifindex/,/type:/s/type: u32/type: s32/'
	mutant type-flag header types '/@ISOL_RULE_A_STATELESS:/s/flag/u8/'
	mutant type-untold header types-told '/@ISOL_RULE_A_OWNER:/s/string, //'
	mutant mac header lengths '/@ISOL_BINDING_A_MAC:/s/6 bytes/8 bytes/'
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
	mutant nest-of-all header nests \
		's/Each is a nest of enum isol_values_attr/Each is a nest of enum isol_why_attr/'
	mutant bytes header lengths 's/14 to ISOL_MAX_FRAME/12 to ISOL_MAX_FRAME/'
	mutant bytes-spec spec lengths 's/min-len: 14/min-len: 15/'
	mutant repeated spec repeated '/name: uplink/,/multi/s/multi-attr: true/multi-attr: false/'
	mutant repeated-doc header repeated \
		's/@ISOL_BINDING_A_GROUP: string; may be repeated/@ISOL_BINDING_A_GROUP: string; maybe/'
}

# Who may send what.
mutants_messages() {
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
}

mutants_module() {
	mutant module-length module module-attributes \
		'/ISOL_BRIDGE_A_NAME.*NLA/s/ISOL_IFNAME_LEN/ISOL_NAME_LEN/'
	mutant module-length-none module module-attributes \
		'/ISOL_BINDING_A_ALIAS.*NLA/s/, .len = ISOL_ALIAS_LEN//'
	mutant module-string module module-attributes \
		'/ISOL_RULE_A_OWNER.*NLA/s/NLA_NUL_STRING/NLA_BINARY/'
	mutant module-unterminated module module-odd \
		'/ISOL_RULE_A_OWNER.*NLA/s/NLA_NUL_STRING/NLA_STRING/'
	mutant module-type module module-attributes \
		'/ISOL_BINDING_A_CLAIMS.*NLA/s/NLA_U16/NLA_U32/'
	mutant module-flag module module-attributes \
		'/ISOL_RULE_A_STATELESS.*NLA/s/NLA_FLAG/NLA_U8/'
	mutant module-exact module module-attributes \
		's/EXACT_LEN(ETH_ALEN)/EXACT_LEN(8)/'
	mutant module-shortest module module-attributes \
		's/NLA_POLICY_RANGE(NLA_BINARY, ETH_HLEN/NLA_POLICY_RANGE(NLA_BINARY, ETH_ALEN/'
	mutant module-longest module module-attributes \
		's/ETH_HLEN, ISOL_MAX_FRAME/ETH_HLEN, ISOL_MAX_VALUES/'
	mutant module-field module module-attributes '/ISOL_MATCH_A_DSCP\] =/d'
	mutant module-value module module-attributes \
		'/ISOL_VALUES_A_MASKED.*NLA/s/NLA_BINARY/NLA_U32/'
	mutant module-most module module-attributes \
		'/ISOL_BINDING_A_ROLE.*NLA/s/ISOL_ROLE_MAX/ISOL_VERDICT_MAX/'
	mutant module-most-none module module-attributes \
		'/ISOL_RULE_A_TABLE.*NLA/s/NLA_POLICY_MAX.*)/{ .type = NLA_U8 }/'
	mutant module-least module module-attributes \
		's/NLA_POLICY_MIN(NLA_U16, 1)/NLA_POLICY_MIN(NLA_U16, 0)/'
	mutant module-range module module-attributes \
		's/\.max = ISOL_TIMEOUT_MAX/.max = ISOL_MAX_RULES/'
	mutant module-range-none module module-attributes \
		's/NLA_POLICY_FULL_RANGE(NLA_U32, .*)/{ .type = NLA_U32 }/'
	mutant module-nest module module-attributes \
		'/ISOL_A_TO\] =/s/isol_endpoint_policy/isol_group_policy/'
	mutant module-nest-unknown module module-attributes \
		'/ISOL_A_QUARANTINE\] =/s/NLA_POLICY_NESTED.*)/{ .type = NLA_NESTED }/'
	mutant module-missing module module-attributes \
		'/ISOL_BRIDGE_A_UPLINK\] =/d'
	mutant module-missing-top module module-attributes \
		'/ISOL_A_RULE\] =/d'
	mutant module-read-only module module-attributes \
		's/^.*ISOL_GROUP_A_COMMENT\] =.*/&\n\t[ISOL_GROUP_A_MEMBERS] = { .type = NLA_U32 },/'
	mutant module-pad module module-attributes \
		's/^.*ISOL_RULE_A_OWNER\] =.*/&\n\t[ISOL_RULE_A_PAD] = { .type = NLA_BINARY },/'
	mutant module-not-asked module module-attributes \
		's/^.*ISOL_A_TIMEOUT\] =.*/&\n\t[ISOL_A_GENERATION] = { .type = NLA_U64 },/'
	mutant module-twice module module-odd \
		's/^.*ISOL_RULE_A_OWNER\] =.*/&\n&/'
	mutant module-other-enum module module-odd \
		's/^.*ISOL_GROUP_A_COMMENT\] =.*/&\n\t[ISOL_RULE_A_NAME] = { .type = NLA_FLAG },/'
	mutant module-size module module-odd \
		's/isol_bridge_policy\[ISOL_BRIDGE_A_MAX/isol_bridge_policy[ISOL_GROUP_A_MAX/'
	mutant module-policy module module-attributes \
		's/doit_why, isol_why_policy/doit_why, isol_flush_policy/'
	mutant module-policy-empty module module-attributes \
		's/doit_begin, isol_begin_policy/doit_begin, isol_empty_policy/'
	mutant module-policy-not-empty module module-attributes \
		's/doit_abort, isol_empty_policy/doit_abort, isol_flush_policy/'
	mutant module-policy-add module module-attributes \
		'/nlmsg_parse(/s/isol_add_policy/isol_why_policy/'
	mutant module-policy-none module module-attributes \
		'/^#define DUMP/,/^}/{/\.policy/d;/\.maxattr/d;}'
	mutant module-maxattr module module-odd \
		'/^#define DUMP/,/^}/s/ISOL_A_MAX/ISOL_RULE_A_MAX/'
	mutant module-maxattr-none module module-odd \
		'/^#define DO/,/^}/{/\.maxattr/d;}'
	mutant module-policy-family module module-odd \
		'/struct genl_family/s/$/\n\t.maxattr = ISOL_A_MAX,/'
	mutant module-policy-unused module module-odd \
		'/DO(ISOL_CMD_FLUSH/s/isol_flush_policy/isol_empty_policy/'
	mutant module-parse module module-odd \
		's/nla_parse_nested(tb, ISOL_RULE_A_MAX/nla_parse_nested(tb, ISOL_BINDING_A_MAX/'
	mutant module-lax module module-odd \
		'/ISOL_RULE_A_MAX/s/nla_parse_nested(/nla_parse_nested_deprecated(/'
	mutant module-lax-op module module-odd \
		'/^#define DO/,/^}/s/\.maxattr/.validate = GENL_DONT_VALIDATE_STRICT, &/'
	mutant module-command module module-commands '/DUMP(ISOL_CMD_GROUP_GET)/d'
	mutant module-command-add module module-commands \
		'/^\t{$/,/^\t},$/{/ISOL_CMD_ADD/d;}'
	mutant module-command-new module module-commands \
		's/^\tDUMP(ISOL_CMD_RULE_GET),/&\n\tDUMP(ISOL_CMD_DONE),/'
	mutant module-command-kind module module-commands \
		's/DUMP(ISOL_CMD_PORT_GET)/DO(ISOL_CMD_PORT_GET, doit_status, isol_empty_policy)/'
	mutant module-permission module module-permissions \
		'/\.cmd = ISOL_CMD_ADD/,/}/{/\.flags/d;}'
	mutant module-permission-host module module-permissions \
		'/^#define DO/,/^}/s/GENL_UNS_ADMIN_PERM/GENL_ADMIN_PERM/'
	mutant module-permission-dump module module-permissions \
		'/^#define DUMP/,/^}/{/\.flags/d;}'
	mutant module-permission-group module module-permissions \
		's/ISOL_MCGRP_PORT, ISOL_MCGRP_PRIVILEGED/ISOL_MCGRP_PORT/'
	mutant module-group module module-groups '/\[ISOL_MCGRP_NR_PORT\]/d'
	mutant module-group-nr module module-odd \
		's/ISOL_MCGRP_NR_PORT\]/ISOL_MCGRP_NR_POLICY]/'
	mutant module-spec spec module-attributes \
		'/name: rule-request/,/name: owner/{/^ *-$/{N;/name: owner/d;};}'
	mutant module-spec-request spec module-attributes \
		's/^\( *\)- timeout$/&\n\1- generation/'
}

mutants_other() {
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

# Side by side, and told in order.
mutants() {
	pids=
	for part in names types messages module other; do
		"mutants_$part" >"$tmp/$part.results" &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid" || nok mutants "a part of them came to no end"
	done
	for part in names types messages module other; do
		cat "$tmp/$part.results"
		! grep -q '^not ok ' "$tmp/$part.results" || failed=1
	done
}

# ----

dir=$tmp/real
mkdir "$dir"

succeeds tools make_tools
[ "$failed" = 0 ] || exit 1

compiles c99 "${CC:-cc}" c -std=c99
compiles c11 "${CC:-cc}" c -std=c11
compiles cxx98 "${CXX:-c++}" c++ -std=c++98
compiles cxx17 "${CXX:-c++}" c++ -std=c++17

succeeds header-facts header_facts "$header" "$dir"
succeeds spec-facts spec_facts "$spec" "$dir"
succeeds module-facts module_facts "$module" "$dir"
compare
if [ -n "$mutate" ]; then
	if [ "$failed" = 0 ]; then
		mutants
	else
		skip mutants "the files themselves differ"
	fi
fi
exit "$failed"
