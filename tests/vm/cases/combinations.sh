#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# One rule, for each kind of endpoint on each side: where nothing else is
# allowed it opens what it names and no more, and where all else is allowed it
# closes that and no more.
#
# timeout: 240
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

NAMES=(a b c d world host)
# Whom an endpoint of a rule stands for; d is nobody.
declare -A MEANS=(
	[any]="a b c world host" [members]="a b c" [some]="a b" [b]="b"
	[uplink]="world" [host]="host"
)

# Fill WANT with the rows of the matrix, and PACKETS with what the rule counts.
expect_rule() { # FROM TO accept|drop
	local from to judged row
	WANT=() PACKETS=0
	for from in "${NAMES[@]}"; do
		row=$from
		for to in "${NAMES[@]}"; do
			judged=1
			case $from.$to in
			world.host | host.world) judged='' ;;
			esac
			if [ "$from" = "$to" ]; then
				row+=" ."
			elif [ -z "$judged" ]; then
				row+=" +"
			elif [ "$from" = d ] || [ "$to" = d ]; then
				row+=" -"
			elif [[ " ${MEANS[$1]} " == *" $from "* && " ${MEANS[$2]} " == *" $to "* ]]; then
				row+=" $([ "$3" = accept ] && echo + || echo -)"
				PACKETS=$((PACKETS + 2))
			else
				row+=" $([ "$3" = accept ] && echo - || echo +)"
			fi
		done
		WANT+=("$row")
	done
}

one_rule() { # FROM TO accept|drop
	policy <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		bindings:
		  a: {port: p-a, groups: [some]}
		  b: {port: p-b, groups: [other, some]}
		  c: {port: p-c, groups: [other]}
		rules:
		  - {name: it, from: $1, to: $2, verdict: $3, stateless: true}
		$([ "$3" = accept ] ||
			echo "  - {name: all, from: any, to: any, verdict: accept, stateless: true}")
	EOF
}

combination() { # FROM TO
	local verdict before
	for verdict in accept drop; do
		if [[ $1.$2 == @(host|uplink).@(host|uplink) ]]; then
			must_fail one_rule "$1" "$2" $verdict
			continue
		fi
		one_rule "$1" "$2" $verdict
		before=$(counter_of rule it)
		expect_rule "$1" "$2" $verdict
		expect_matrix -w 10 -k unicast,arp < <(printf '%s\n' ". ${NAMES[*]}" "${WANT[@]}")
		before=$(($(counter_of rule it) - before))
		[ $before = $PACKETS ] || fail "counted $before, expected $PACKETS"
	done
}

load_module || exit
topo -u up0:world a b c d
nr=0
for from in any members some b uplink host; do
	for to in any members some b uplink host; do
		# Where all take long six of them, with each endpoint once on each side.
		if [ "$ISOL_SLOW" = 0 ] || [ $((nr % 6)) = $(((nr / 6 + 2) % 6)) ]; then
			run_case "$from-$to" combination $from $to
		fi
		nr=$((nr + 1))
	done
done
