# shellcheck shell=bash disable=SC2154 # sourced by guest, which sets the rest
# SPDX-License-Identifier: GPL-2.0
#
# Traces through isol and its peers. Each is to do the same with each frame: what
# is delivered is held against what the compiler built on this machine says.
#
# build/bench/cases/CASE has what run made: policies, rule sets and traces. Reports
#	trace CASE TRACE PEER FRAMES ACCEPTED VALUE	hundredths of an instruction
#	change CASE PEER TIME MEMORY			microseconds, bytes
#	na CASE PEER REASON

proc=/proc/isol_bench_send

# Over that many instructions a run is repeated; slower peers get fewer frames.
ENOUGH=8000000
FEW=8

send() { # LINE
	if ! echo "$1" >$proc; then
		echo "isol_bench_send: $1" >&2
		exit 1
	fi
}

# Frames get the addresses that the bridge finds at once. $expected: what is to be
# delivered, $accepted how many of $nframes that is.
load_trace() { # FILE MOST
	local verdict name bytes
	nframes=0
	accepted=0
	expected=
	send clear
	while read -r verdict name bytes && [ $nframes -lt "$2" ]; do
		send "frame ${dst//:/}${src//:/}${bytes:24}"
		nframes=$((nframes + 1))
		if [ "$verdict" = accept ]; then
			expected+=1
			accepted=$((accepted + 1))
		else
			expected+=0
		fi
	done <"$1"
}

# Nanoseconds of ROUNDS: in $ns.
time_trace() { # ROUNDS
	send "time p0 $1"
	read -r ns <$proc
}

# Frames are delivered as WANT says, or accepted.
ask=check
check_trace() { # TRACE PEER WANT
	local got i id=$case/$1-$2

	send "$ask p0 p1"
	read -r got <$proc
	if [ "$got" != "$3" ]; then
		for ((i = 0; i < nframes; i++)); do
			[ "${got:i:1}" = "${3:i:1}" ] || break
		done
		broken "$id" "frame $((i + 1)) of $1 is delivered (1) or not: ${got:i:1}, not ${3:i:1}"
		return 1
	fi
}

# The median of three runs.
run_trace() { # TRACE PEER WANT
	local rounds v=() id=$case/$1-$2

	check_trace "$@" || return
	time_trace 1
	rounds=$((ENOUGH / (ns + 1) + 1))
	[ $rounds -lt 2000 ] || rounds=2000
	while [ ${#v[@]} -lt 3 ]; do
		time_trace $rounds
		v+=($((ns * 100 / rounds / nframes)))
	done
	mapfile -t v < <(printf '%s\n' "${v[@]}" | sort -n)
	if [ $(((v[2] - v[0]) * 10000)) -gt $((v[0] * SPREAD)) ]; then
		broken "$id" "runs differ too much: ${v[*]} hundredths"
		return 1
	fi
	note "trace $case $1 $2 $nframes $accepted ${v[1]}"
	ok "$id"
}

traces() { # PEER [MOST]
	local t
	for t in $kinds; do
		load_trace "$dir/$t.trace" "${2:-64}"
		run_trace "$t" "$1" "$expected"
	done
}

# What no hook costs, and an empty one that drops all: other frames of a trace are
# dropped there.
references() {
	local t
	for t in $kinds; do
		load_trace "$dir/$t.trace" 64
		run_trace "$t" none "${expected//0/1}"
		insmod "build/bench/$ISOL_KVER/empty/isol_bench_empty.ko" at=forward || exit
		run_trace "$t" empty "${expected//0/1}"
		rmmod isol_bench_empty
		insmod "build/bench/$ISOL_KVER/empty/isol_bench_empty.ko" at=forward drop=1 || exit
		run_trace "$t" empty-drop "${expected//1/0}"
		rmmod isol_bench_empty
	done
}

# Bytes that the kernel holds besides page cache and programs.
held() {
	awk '$1 ~ /^(SUnreclaim|VmallocUsed|Percpu):/ { n += $2 } END { print n * 1024 }' /proc/meminfo
}

# Nanoseconds that tasks have run, those of the kernel too. The clock on the wall
# also goes on while the host reads a file.
worked() {
	awk '$1 == "cpu0" { print $8 }' /proc/schedstat
}

# Put rules in force, and report what that costs: the second time, when all that the
# command reads of the host's files is in memory.
change() { # PEER UNDO COMMAND...
	local peer=$1 undo=$2 begin t before
	shift 2
	if "$@" >/dev/null && "$undo"; then
		before=$(held)
		begin=$(worked)
		if "$@" >/dev/null; then
			t=$((($(worked) - begin) / 1000))
			note "change $case $peer $t $(($(held) - before))"
			return 0
		fi
	fi
	broken "$case/change-$peer" "$* failed"
	return 1
}

na() { # PEER REASON
	note "na $case $1 $2"
	skip "$case/$1" "$2"
}

# Frames that a peer that looks at one rule after the other gets.
most() {
	if [ "$rules" -ge 1000 ]; then
		echo $FEW
	else
		echo 64
	fi
}

undo_isol() {
	isolctl flush >/dev/null
}

peer_isol() {
	change isol undo_isol isolctl apply "$dir/isol" && traces isol
	undo_isol || exit
}

undo_nft() {
	nft delete table bridge bench
}

peer_nft() { # PEER FORM [MOST]
	change "$1" undo_nft nft -f "$dir/$2" && traces "$1" "${3:-64}"
	undo_nft || exit
}

undo_ebtables() {
	ebtables-legacy -P FORWARD ACCEPT && ebtables-legacy -F
}

restore_ebtables() {
	ebtables-legacy-restore <"$dir/ebtables"
}

peer_ebtables() {
	modprobe -a ebtable_filter ebt_ip ebt_ip6
	change ebtables undo_ebtables restore_ebtables && traces ebtables "$(most)"
	undo_ebtables || exit
	modprobe -r ebtable_filter
}

undo_tc() {
	tc qdisc del dev p0 clsact && tc qdisc add dev p0 clsact
}

# The chain of filters grows as long as rules are, if these need an order.
peer_tc() {
	local most=64
	[[ $kind != mixed && $kind != wide ]] || most=$(most)
	modprobe -a sch_ingress cls_flower cls_matchall act_gact
	tc qdisc add dev p0 clsact
	change tc-flower undo_tc tc -b "$dir/tc" && traces tc-flower "$most"
	tc qdisc del dev p0 clsact
}

dpctl() {
	LD_LIBRARY_PATH=$ISOL_OVS/usr/lib/x86_64-linux-gnu "$ISOL_OVS/usr/bin/ovs-dpctl" "$@"
}

undo_ovs() {
	dpctl del-flows bench
}

# It complains about flows that it cannot add, and goes on.
add_flows() {
	! dpctl add-flows bench "$dir/ovs" 2>&1 | grep -v "|INFO|" >&2
}

# No daemon: what no flow says anything about is dropped.
ovs_begin() {
	modprobe openvswitch || exit
	ip link set p0 nomaster
	ip link set p1 nomaster
	dpctl add-dp bench && dpctl add-if bench p0 && dpctl add-if bench p1 || exit
	ip link set p0 up
	ip link set p1 up
}

ovs_end() {
	dpctl del-dp bench
	ip link set p0 master br0
	ip link set p1 master br0
	use_addresses "$picked"
	modprobe -r openvswitch
}

peer_ovs() {
	ovs_begin
	change ovs undo_ovs add_flows && traces ovs
	ovs_end
}

# A peer, or why not.
peer() { # FORM PEER COMMAND...
	local form=$1 name=$2
	shift 2
	if [ -e "$dir/$form" ]; then
		"$@"
	else
		na "$name" "$(cat "$dir/$form.na")"
	fi
}

suite_peers() { # CASE
	case=$1
	dir=build/bench/cases/$1
	kind=${case%%-*}
	kind=${kind%6}
	rules=${case##*-}
	kinds=$(cd "$dir" && echo *.trace)
	kinds=${kinds//.trace/}
	network 2
	warm_up
	cp build/isolctl /run/isolctl
	isolctl() { /run/isolctl "$@"; }
	insmod "build/bench/$ISOL_KVER/send/isol_bench_send.ko" || exit
	references
	peer_isol
	peer linear nft-linear peer_nft nft-linear linear "$(most)"
	peer hash nft-hash peer_nft nft-hash hash
	peer pipapo nft-pipapo peer_nft nft-pipapo pipapo
	peer ebtables ebtables peer_ebtables
	peer tc tc-flower peer_tc
	peer ovs ovs peer_ovs
	na isolated "the bridge's flag is about pairs of ports, not frames"
	rmmod isol_bench_send
}
