# shellcheck shell=bash disable=SC2154,SC2034,SC2317 # sourced by guest, after peers.sh
# SPDX-License-Identifier: GPL-2.0
#
# The same frames and rules as in peers.sh, by the clock: nanoseconds that a frame costs
# at the bridge's FORWARD hooks, in User-Mode Linux, which runs as fast as this machine.
# Nothing but the hooks is measured. What they say of each frame is held against what is
# expected first. Reports
#	trace CASE TRACE PEER FRAMES ACCEPTED LEAST MEDIAN QUARTILE QUARTILE
# in hundredths of a nanosecond, and "change" and "na" as peers.sh.

# So many runs of so many nanoseconds each. What else this machine does only adds to
# them, and they are short, so that some are not interrupted: the least counts, and
# median and quarters tell how much the rest of them was disturbed.
RUNS=100
ENOUGH_NS=2000000

time_hooks() { # ROUNDS
	send "hook p0 p1 $1"
	read -r ns <"$proc"
}

run_hooks() { # TRACE PEER WANT
	local rounds=1 v=() accepted id=$case/$1-$2

	check_trace "$@" || return
	accepted=${3//0/}
	time_hooks 1
	# The first time is slow.
	while [ "$ns" -lt $((ENOUGH_NS / 4)) ]; do
		rounds=$((rounds * 4))
		time_hooks $rounds
	done
	rounds=$((rounds * (ENOUGH_NS / 1000) / (ns / 1000) + 1))
	while [ ${#v[@]} -lt $RUNS ]; do
		time_hooks $rounds
		v+=($((ns * 100 / rounds / nframes)))
	done
	mapfile -t v < <(printf '%s\n' "${v[@]}" | sort -n)
	if [ "${v[0]}" -le 0 ]; then
		broken "$id" "the clock stands still: ${v[*]}"
		return 1
	fi
	note "trace $case $1 $2 $nframes ${#accepted} ${v[0]} ${v[RUNS / 2]} ${v[RUNS / 4]}" \
		"${v[RUNS - 1 - RUNS / 4]}"
	ok "$id"
}

# ---- by ports alone

# One frame, UDP from 10.0.0.1 port 9 to 10.0.0.2 port 9, as often as a trace has frames.
one_frame() {
	local i frame=0200000000010200000000000800
	frame+=4500002600000000401166c50a0000010a000002
	frame+=000900090012000000000000000000000000
	send clear
	for ((i = 0; i < 64; i++)); do
		send "frame $frame"
	done
	nframes=64
}

run_pair() { # PEER pass|drop
	local want
	printf -v want '%064d' 0
	[ "$2" = drop ] || want=${want//0/1}
	run_hooks one "$1" "$want"
}

pair_empty() { # PEER pass|drop PARAMETERS...
	insmod "build/bench/$ISOL_KVER/empty/isol_bench_empty.ko" at=forward "${@:3}" || exit
	run_pair "$1" "$2"
	rmmod isol_bench_empty
}

pair_isol() { # PEER pass|drop NAME=VALUE...
	local verdict=accept
	[ "$2" = pass ] || verdict=drop
	generate verdict=$verdict "${@:3}" >/tmp/policy
	isolctl apply /tmp/policy >/dev/null || exit
	run_pair "$1" "$2"
	isolctl flush >/dev/null || exit
}

pair_nft() { # PEER pass|drop NAME=VALUE...
	local verdict=accept
	[ "$2" = pass ] || verdict=drop
	generate verdict=$verdict "${@:3}" >/tmp/ruleset
	nft -f /tmp/ruleset || exit
	run_pair "$1" "$2"
	undo_nft || exit
}

pair_ebt() { # PEER pass|drop NAME=VALUE...
	generate form=ebtables verdict=accept "${@:3}" >/tmp/rules
	ebtables-legacy-restore </tmp/rules || exit
	run_pair "$1" "$2"
	undo_ebtables || exit
}

ns_pair() {
	local n place
	network 150
	one_frame
	run_pair none pass
	pair_empty empty pass
	pair_empty empty-drop drop drop=1
	pair_isol isol-unmanaged pass bridge=br1 rules=10 decide=rule
	for n in 10 1000; do
		pair_isol "isol-uplink-accept-$n" pass "rules=$n" decide=rule pair=uplink
		pair_isol "isol-guests-accept-$n" pass "rules=$n" decide=rule
		pair_isol "isol-guests-drop-$n" drop "rules=$n" decide=rule
		pair_isol "isol-guests-default-drop-$n" drop "rules=$n" decide=default
	done
	pair_nft nft-empty-chain pass form=linear rules=0 decide=default
	for n in 10 1000; do
		for place in first last; do
			pair_nft "nft-linear-$place-$n" pass form=linear "rules=$n" decide=rule \
				"place=$place"
		done
		pair_nft "nft-vmap-$n" pass form=vmap "rules=$n" decide=rule
	done
	modprobe ebtable_filter
	for n in 10 1000; do
		for place in first last; do
			pair_ebt "ebtables-$place-$n" pass "rules=$n" decide=rule "place=$place"
		done
	done
	modprobe -r ebtable_filter
	run_pair none-again pass
}

# ---- by frames

suite_ns() { # pair|CASE
	local t
	case=$1
	ask=judge
	run_trace() { run_hooks "$@"; }
	# By the clock, too.
	worked() { echo $((${EPOCHREALTIME/./} * 1000)); }
	cp build/isolctl /run/isolctl
	isolctl() { /run/isolctl "$@"; }
	insmod "build/bench/$ISOL_KVER/send/isol_bench_send.ko" || exit
	if [ "$case" = pair ]; then
		ns_pair
		return
	fi
	dir=build/bench/cases/$case
	kind=${case%%-*}
	kind=${kind%6}
	rules=${case##*-}
	kinds=$(cd "$dir" && echo *.trace)
	kinds=${kinds//.trace/}
	network 2
	references
	peer_isol
	peer linear nft-linear peer_nft nft-linear linear "$(most)"
	peer hash nft-hash peer_nft nft-hash hash
	peer pipapo nft-pipapo peer_nft nft-pipapo pipapo
	peer ebtables ebtables peer_ebtables
	for t in $kinds; do
		load_trace "$dir/$t.trace" 64
		run_trace "$t" none-again "${expected//0/1}"
	done
}

# ---- changes of policy

# As stopwatch, and the longest time: they differ more than what instructions are
# counted of.
stopwatch_ns() { # CASE COMMAND...
	local id=$1 worst=worst-$1 begin=${EPOCHREALTIME/./} t
	shift
	if ! "$@" >/dev/null; then
		broken "$id" "$* failed"
		return
	fi
	t=$((${EPOCHREALTIME/./} - begin))
	[ "$t" -gt "${shortest["$id"]-$t}" ] || shortest["$id"]=$t
	[ "$t" -lt "${shortest["$worst"]-0}" ] || shortest["$worst"]=$t
}

suite_nscommit() { # RULES
	stopwatch() { stopwatch_ns "$@"; }
	suite_commit "$1"
}
