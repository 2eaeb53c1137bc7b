# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Connections that begin: what their first frames cost, and so how many can begin in a
# second. Sourced by tests/bench/guest.
#
# isol_bench_send has a port receive the frame of each of $connections connections once:
# of UDP a query (step 1) and its answer (2), of TCP SYN, SYN-ACK and ACK (1, 2, 3). For
# both, one more frame the first way (next). The kernel forgets all connections before each
# of three rounds; the median counts.

# shellcheck disable=SC2154 # guest has set these
conn_frames() { # udp|tcp STEP
	awk -v n="$connections" -v kind="$1" -v step="$2" -v dst="${dst//:/}" -v src="${src//:/}" '
	BEGIN {
		back = step == 2
		flags = step == 1 ? "02" : step == 2 ? "12" : "10"
		seq = back ? "00002000" : step == 1 ? "00001000" : "00001001"
		ack = step == 1 ? "00000000" : back ? "00001001" : "00002001"
		for (i = 0; i < n; i++) {
			port = sprintf("%04x", 1024 + i)
			ip = "4500" (kind == "tcp" ? "0028" : "002e") "00004000" "20" \
				(kind == "tcp" ? "06" : "11") "0000"
			if (back)
				f = src dst "0800" ip "0a0000020a0000010009" port
			else
				f = dst src "0800" ip "0a0000010a000002" port "0009"
			if (kind == "tcp")
				f = f seq ack "50" flags "ffff00000000000000000000"
			else
				f = f "001a0000000000000000000000000000000000000000"
			print "frame " f
		}
	}'
}

# Hundredths of an instruction for each frame of a step: in $cost. All must arrive.
conn_step() { # CASE udp|tcp STEP
	local in=p0 out=p1 line lines before after ns
	if [ "$3" = 2 ]; then in=p1 out=p0; fi
	mapfile -t lines <"/tmp/conns-$2-$3"
	send clear
	for line in "${lines[@]:0:connections}"; do
		echo "$line" >&"$sender" || exit
	done
	read -r before <"$sys/$out/statistics/tx_packets"
	send "time $in 1"
	read -r ns <"$proc"
	read -r after <"$sys/$out/statistics/tx_packets"
	[ $((after - before)) -eq "$connections" ] ||
		{ broken "$1" "step $3: $((after - before)) frames arrived, not $connections"; return 1; }
	cost=$((ns * 100 / connections))
}

conn_forget() {
	conntrack -F >/dev/null 2>&1
	# until they are freed
	sleep 1
}

median() { # VALUES: three
	printf '%s\n' "$@" | sort -n | sed -n 2p
}

# A policy is in force, or what it is compared with. What is done before the last step, one
# more frame the first way, is told by a command: nothing (:), or a change.
conns() { # CASE udp|tcp CHANGE
	local step steps=2 v sum total=()
	local -A of=()
	[ "$2" = udp ] || steps=3
	while [ ${#total[@]} -lt 3 ]; do
		conn_forget
		sum=0
		for ((step = 1; step <= steps; step++)); do
			conn_step "$1" "$2" $step || return
			of[$step]+=" $cost"
			sum=$((sum + cost))
		done
		total+=("$sum")
		"$3"
		conn_step "$1" "$2" 3 || return
		of[next]+=" $cost"
	done
	for step in "${!of[@]}"; do
		# shellcheck disable=SC2086 # three values
		v=$(median ${of[$step]})
		note "data $1-$step $v"
	done
	result "$1" "$(median "${total[@]}")"
}

conns_policy() { # RULES udp|tcp COMMENT
	generate verdict=accept decide=rule track=1 "proto=$2" "acl=$(($1 - 1))" kind=mixed place=last |
		sed "s/name: measured,/&${3:+ comment: $3,}/"
}

# The same rules with another comment: everything is compiled and put in force anew.
replace_policy() {
	local was=$generation
	flip=$((flip + 1))
	conns_policy 1 udp "c$flip" >/tmp/policy
	generation=$(isolctl -j apply /tmp/policy | jq .generation) || exit
	[ "$generation" != "$was" ] || broken conns "the generation is still $was"
	# the old one is freed
	sleep 1
}

conns_isol() { # CASE RULES udp|tcp CHANGE
	conns_policy "$2" "$3" >/tmp/policy
	isolctl apply /tmp/policy >/dev/null || exit
	conns "$1" "$3" "$4"
	isolctl flush >/dev/null || exit
}

conns_nft() { # CASE RULES udp|tcp
	generate form=linear verdict=accept decide=rule track=1 "proto=$3" "acl=$(($2 - 1))" \
		kind=mixed place=last >/tmp/ruleset
	nft -f /tmp/ruleset || exit
	conns "$1" "$3" :
	nft delete table bridge bench
}

suite_conns() {
	local dep n kind connections=500 sender flip=0 generation=''
	network 2
	warm_up
	bridge fdb replace "$src" dev p0 master static
	insmod "build/bench/$ISOL_KVER/send/isol_bench_send.ko" || exit
	for dep in $(modinfo -F depends "build/$ISOL_KVER/isol_ct.ko" | tr , ' '); do
		[ "$dep" = isol ] || modprobe "$dep" || exit
	done
	insmod "build/$ISOL_KVER/isol_ct.ko" || exit
	# the frames have no checksums
	sysctl -q -w net.netfilter.nf_conntrack_checksum=0
	for kind in udp tcp; do
		for n in 1 2 3; do
			conn_frames $kind $n >"/tmp/conns-$kind-$n"
		done
	done
	exec {sender}>"$proc"
	conntrack_alone
	conns conns-udp-none udp :
	conns conns-tcp-none tcp :
	nft delete table bridge alone
	conns_isol conns-tcp-isol-1 1 tcp :
	conns_nft conns-tcp-nft-1 1 tcp
	for n in 1 100 10000; do
		conns_isol "conns-udp-isol-$n" $n udp :
	done
	conns_isol conns-udp-replaced 1 udp replace_policy
	conns_nft conns-udp-nft-1 1 udp
	conns_nft conns-udp-nft-100 100 udp
	# one rule after the other: as many frames would take minutes
	connections=50
	conns_nft conns-udp-nft-10000 10000 udp
	exec {sender}>&-
	rmmod isol_bench_send
	epilogue
}
