#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What "make demo" shows; runs in the guest that tests/demo starts.
#
# Lines for the reader are notes (see docs/testing-harness.md) that begin with a
# colon. In them @ and a letter stand for colours, which tests/demo puts in or
# leaves out.

set -eEu -o pipefail

. tests/vm/lib.sh
PATH=$ISOL_TREE/build/tools:$PATH
trap 'echo "line $LINENO: failed ($?): $BASH_COMMAND" >&2' ERR

policy=examples/public-cloud.yaml
names=(acme-web acme-app acme-db globex-web globex-app globex-db uplink host)
# The addresses of the guests, as in the policy, without their first octet: that
# is 52 for the guest, and libvirt makes it fe for the tap.
macs=(54:00:0a:00:01 54:00:0a:00:02 54:00:0a:00:03
	54:00:0b:00:01 54:00:0b:00:02 54:00:0b:00:03)
suspect=acme-web

# A broadcast among them, and what has no IPv4 at all: it is not enough to stop
# what people ping with.
kinds=(unicast arp unicast6)

say() { note ":$*"; }

command_line() { # COMMAND...
	say
	say "  @b\$ $*@0"
}

# ---- two tenants on a bridge

build() {
	local n
	modprobe -a bridge veth tun
	ip netns add world
	{
		echo "link add br0 address 02:00:00:00:00:01 type bridge"
		echo "link set br0 up"
		echo "link add eno1 type veth peer name eth0 netns world"
		echo "link set eno1 master br0 up"
		for n in "${!macs[@]}"; do
			echo "tuntap add dev vnet$n mode tap"
			echo "link set vnet$n address fe:${macs[n]}"
			echo "link set vnet$n master br0 up"
		done
	} | ip -batch -
	ip -n world link set eth0 up
	ends=()
	for n in "${!macs[@]}"; do
		ends+=("${names[n]}=tap:vnet$n")
	done
	ends+=(uplink=world:eth0 host=-:br0)
}

# ---- predicted, observed

declare -A verdict=() decider=() seen=() changed=()

# Ask isolctl about a pair.
predict() { # FROM TO
	local json rule
	local re='"verdict":"([a-z]*)","reason":"([a-z-]*)",.*"rule":("([^"]*)"|null)'
	json=$(isolctl -j why "$1" "$2")
	[[ $json =~ $re ]]
	changed[$1 $2]=' '
	[ "${verdict[$1 $2]-${BASH_REMATCH[1]}}" = "${BASH_REMATCH[1]}" ] || changed[$1 $2]='*'
	verdict[$1 $2]=${BASH_REMATCH[1]}
	rule=${BASH_REMATCH[4]}
	case ${BASH_REMATCH[2]} in
	rule) decider[$1 $2]="rule $rule" ;;
	quarantine-rule) decider[$1 $2]="quarantine rule $rule" ;;
	quarantine) decider[$1 $2]="quarantine" ;;
	within) decider[$1 $2]="segment: within" ;;
	segment-uplink) decider[$1 $2]="segment: uplink" ;;
	host-default) decider[$1 $2]="host is closed" ;;
	unjudged) decider[$1 $2]="not judged" ;;
	*) decider[$1 $2]=${BASH_REMATCH[2]} ;;
	esac
}

# Send a frame of each kind between all pairs and see what arrives.
observe() {
	local from to kind what pair list=${kinds[*]}
	seen=()
	probe -k "${list// /,}" "${ends[@]}" >/run/seen
	while read -r from to kind what; do
		pair="$from $to"
		case $kind in
		unicast) kind=ipv4 ;;
		unicast6) kind=ipv6 ;;
		esac
		case $what in
		pass) seen[$pair]+="$kind " ;;
		drop) seen[$pair]+= ;;
		*) seen[$pair]+="$kind:${what// /} " ;; # twice, or to somebody else
		esac
	done </run/seen
}

agrees() { # FROM TO
	case ${verdict[$1 $2]} in
	accept) [ "${seen[$1 $2]}" = "ipv4 arp ipv6 " ] ;;
	drop) [ -z "${seen[$1 $2]}" ] ;;
	*) false ;;
	esac
}

each_pair() { # COMMAND... FROM TO
	local from to
	for from in "${names[@]}"; do
		for to in "${names[@]}"; do
			[ "$from" = "$to" ] || "$@" "$from" "$to"
		done
	done
}

pairs=$((${#names[@]} * (${#names[@]} - 1)))
differ=0
count_one() { # FROM TO
	agrees "$1" "$2" || differ=$((differ + 1))
}

# ---- tables

row_mark='' row_from='' row_to='' row_rest=''

# Print the row that has been put together.
flush_row() {
	local from=$row_from to=$row_to
	[ -n "$from" ] || return 0
	[[ $to != *,* ]] || to="${to%%-*}-{${to#*-}}"
	[ "$from" != "${shown-}" ] || from=
	shown=$row_from
	printf -v from '%-10s  %-19s' "$from" "$to"
	say "$row_mark $from  $row_rest"
	row_from=
}

# Add a pair to the row before if it is about the same sender and tenant and
# all else is equal, too.
add_row() { # FROM TO
	local what=${seen[$1 $2]% } color=@r mark='' rest
	[ "${verdict[$1 $2]}" != accept ] || color=@g
	agrees "$1" "$2" || mark=' @r<- differs@0'
	printf -v rest '%s%-9s  %-13s@0  %s%s' "$color" "${verdict[$1 $2]}" \
		"${what:-nothing}" "${decider[$1 $2]}" "$mark"
	if [ "$row_from ${row_to%%-*}" = "$1 ${2%%-*}" ] &&
		[ "$row_mark $row_rest" = "${changed[$1 $2]} $rest" ]; then
		row_to+=",${2#*-}"
		return
	fi
	flush_row
	row_mark=${changed[$1 $2]} row_from=$1 row_to=$2 row_rest=$rest
}

table_head() {
	local head
	printf -v head '%-10s  %-19s  %-9s  %-13s  %s' \
		FROM TO PREDICTED OBSERVED "DECIDED BY"
	say
	say "  @b$head@0"
	shown=
}

result() { # PAIRS WHERE
	say
	if [ "$differ" -eq 0 ]; then
		say "  @gIn all $1 pairs$2 the frames did what isolctl predicted.@0"
	else
		say "  @rIn $differ of $1 pairs the frames did not do what isolctl predicted.@0"
	fi
}

# ---- the story

open_pairs=0
count_open() { # FROM TO
	[ "${seen[$1 $2]}" != "ipv4 arp ipv6 " ] || open_pairs=$((open_pairs + 1))
}

# Only the pairs that the quarantine is about.
touched() { # COMMAND FROM TO
	if [ "$2" = "$suspect" ] || [ "$3" = "$suspect" ]; then
		"$@"
	fi
}

load_module
build

say
say "One bridge carries six virtual machines of two tenants, and the way out:"
say
say "         eno1, the uplink"
say "           |"
say "  br0 -----+----+--------+--------+-----------+---------+---------+"
say "                |        |        |           |         |         |"
say "               web      app       db         web       app        db"
say "               '------ acme ------'           '----- globex ------'"
say
say "Each has a tap as QEMU would open it; a test program plays the machines. It"
say "sends IPv4, a broadcast ARP request and IPv6 from each to each, the uplink"
say "and the host (br0 itself) included, and looks what arrives."

say
say "@b1. Without a policy@0"
observe
each_pair count_open
say
say "  Everything reaches everything: in $open_pairs of $pairs pairs all frames arrive."
[ $open_pairs -eq $pairs ] || nok control "only $open_pairs of $pairs pairs are open without a policy"

say
say "@b2. The tenants are kept apart@0"
command_line isolctl apply $policy
out=$(isolctl apply $policy)
say "  $out"
command_line "isolctl why FROM TO     # for each of the $pairs pairs, then the frames"
each_pair predict
observe
table_head
each_pair add_row
flush_row
each_pair count_one
result $pairs ""
failed=$differ

say
say "@b3. $suspect has been broken into@0"
command_line "isolctl quarantine add $suspect comment \"sends spam\""
out=$(isolctl quarantine add $suspect comment "sends spam")
say "  $out"
each_pair touched predict
observe
table_head
each_pair touched add_row
flush_row
say
say "  * the verdict has changed"
differ=0
each_pair count_one
result $pairs ", those not shown as before,"
failed=$((failed + differ))

say
say "@b4. It has been cleaned@0"
command_line isolctl quarantine del $suspect
out=$(isolctl quarantine del $suspect)
say "  $out"
each_pair touched predict
observe
differ=0
each_pair count_one
result $pairs ""
failed=$((failed + differ))

say
if [ $failed -eq 0 ]; then
	ok predictions
else
	nok predictions "$failed predictions were wrong"
fi
