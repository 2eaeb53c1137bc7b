# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Functions for tests of what a policy does to frames; source it after lib.sh.
#
# A test lays out a bridge (topo), puts a policy in force (policy), sends
# frames between all endpoints and compares what arrived with a table
# (expect_matrix), and what decided with counters (counting, expect_counted)
# and with isolctl's answers (why_is). Interfaces have no IP addresses and IPv6
# is off, so the kernel says nothing of its own accord: every frame that is
# counted is one of the test's.

PATH=$ISOL_TREE/build/tools:$PATH

# What probe is to use: NAME=NETNS:IFNAME. topo adds to it.
ENDPOINTS=()

# ---- networks

_quiet=
# Nobody but the tests sends anything.
quiet_network() {
	[ -z "$_quiet" ] || return 0
	_quiet=1
	modprobe -a bridge veth
	# Bridges join a group when they begin to snoop, and report that.
	sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv4.igmp_link_local_mcast_reports=0
	ip link set lo up
}

# A namespace in which IPv6 is off (settings of IPv6 are not inherited).
quiet_ns() { # NS
	ip netns add "$1"
	in_ns "$1" sysctl -q -w net.ipv6.conf.default.disable_ipv6=1
}

_forward() { # PORT...
	local port state
	for port; do
		read -r state <"/sys/class/net/$port/brport/state" || return
		[ "$state" = 3 ] || return
	done
}

# Wait until ports forward.
forwarding() { # PORT...
	wait_for 60 _forward "$@"
}

# As mkport, for several ports, with addresses made of the last two letters of
# the namespaces' names: they are the same again when ports are made anew.
guests() { # BRIDGE PORT:NS...
	local br=$1 g ns mac batch=''
	shift
	for g; do
		ns=_${g#*:}
		printf -v mac '02:00:00:00:%02x:%02x' "'${ns: -2}" "'${ns: -1}"
		ns=${ns#_}
		[ -e "/run/netns/$ns" ] || batch+="netns add $ns"$'\n'
		batch+="link add ${g%:*} type veth peer name eth0 address $mac netns $ns"$'\n'
		batch+="link set ${g%:*} master $br up"$'\n'
	done
	ip -batch - <<<"$batch"
	for g; do
		# Without an address IPv6 has nothing to say.
		ip -n "${g#*:}" -batch - <<-EOF
			link set eth0 addrgenmode none
			link set eth0 up
		EOF
	done
}

guest() { # BRIDGE PORT NS
	guests "$1" "$2:$3"
}

# A bridge with guest ports p-L, whose other ends are eth0 in namespaces L, and
# uplinks, whose other ends are in namespaces of your choice. All of them, and
# the host by that name, become endpoints.
topo() { # [-b BRIDGE] [-h HOST] [-u PORT:NS]... L...
	local br=br0 host=host opt OPTIND g=() l n
	while getopts b:h:u: opt; do
		case $opt in
		b) br=$OPTARG ;;
		h) host=$OPTARG ;;
		u) g+=("$OPTARG") ;;
		*) return 2 ;;
		esac
	done
	shift $((OPTIND - 1))
	for ((l = $#; l > 0; l--)); do
		g=("p-${!l}:${!l}" ${g[@]+"${g[@]}"})
	done
	quiet_network
	n=${br//[^0-9]/}
	ip -batch - <<-EOF
		link add $br address 02:00:00:00:01:0${n:-f} type bridge
		link set $br up
	EOF
	[ ${#g[@]} -eq 0 ] || guests "$br" "${g[@]}"
	for l in ${g[@]+"${g[@]}"}; do
		ENDPOINTS+=("${l#*:}=${l#*:}:eth0")
	done
	ENDPOINTS+=("$host=-:$br")
	forwarding ${g[@]+"${g[@]%:*}"}
}

# ---- policies

# Put a policy in force.
policy() { # <<POLICY
	isolctl apply -
}

_field() { # JSON KEY: of strings and null
	local re="\"$2\": ?(\"([^\"]*)\"|null)"
	[[ $1 =~ $re ]] || return
	echo "${BASH_REMATCH[2]}"
}

# What isolctl says about a pair, or a frame: VERDICT REASON [RULE], in $told.
ask_why() { # A B [WORD...]
	local json
	json=$(isolctl -j why "$@") || fail "why $*: exit status $?"
	told="$(_field "$json" verdict) $(_field "$json" reason) $(_field "$json" rule)"
	told=${told% }
}

# Ask and compare; RULE only where one decides.
why_is() { # A B VERDICT REASON [RULE]
	frame_is "$1" "$2" '' "${@:3}"
}

# The same about a frame.
frame_is() { # A B WORDS VERDICT REASON [RULE]
	local told
	# shellcheck disable=SC2086 # words
	ask_why "$1" "$2" $3
	[ "$told" = "${*:4}" ] || fail "why $1 $2 $3: expected '${*:4}', got '$told'"
}

# Quarantine a binding until the case ends, however that is: what a case leaves
# behind would make the next one fail too.
in_quarantine() { # BINDING
	isolctl quarantine add "$1"
	# shellcheck disable=SC2064 # this one
	trap "isolctl quarantine del $1 2>/dev/null || :" EXIT
}

# What a port is to the policy: its kind, and its binding and what stands
# against that as far as there are any. Not what it was on a bridge it has left.
port_is() { # PORT KIND [BINDING] [CAUSE]
	local got port=$1
	shift
	got=$(isolctl -j show ports | jq -r --arg p "$port" \
		'.[] | select(.name == $p and .kind != "gone") | [.kind, .binding, .cause] | map(values) | join(" ")')
	[ "$got" = "$*" ] || fail "port $port: expected '$*', got '$got'"
}

# ---- frames

# Compare what gets from where to where with a table, see probe -h about -m.
# shellcheck disable=SC2120 # parameters are optional
expect_matrix() { # [PROBE-OPTION...] <<TABLE
	local -a want=() got=() words
	local i bad='' out=/run/isol/matrix.$BASHPID
	while read -ra words; do
		[ ${#words[@]} -eq 0 ] || want[${#want[@]}]=${words[*]}
	done
	probe -m "$@" "${ENDPOINTS[@]}" >"$out" || fail "probe: exit status $?"
	mapfile -t got <"$out"
	printf '    %s\n' "${got[@]}"
	for ((i = 0; i < ${#want[@]} || i < ${#got[@]}; i++)); do
		[ "${want[i]-}" = "${got[i]-}" ] ||
			bad+=" expected '${want[i]-}', got '${got[i]-}';"
	done
	[ -z "$bad" ] || fail "matrix '${got[0]}':$bad"
}

# Compare what arrives of packets, one after the other, with lines
#	PACKET FROM TO WORD... => WHAT
# see packets -h; @MARK in them is replaced by its TEXT.
heard() { # [MARK=TEXT...] <<TABLE
	local text input='' right='' wrong mark
	text=$(cat)
	for mark; do
		text=${text//"@${mark%%=*}"/"${mark#*=}"}
	done
	while read -r text; do
		[ -n "$text" ] || continue
		input+=${text% => *}$'\n'
		right+="${text%% *} ${text##* => }"$'\n'
	done <<<"$text"
	packets "${ENDPOINTS[@]}" <<<"$input" >/run/isol/packets || fail "packets: exit status $?"
	cat /run/isol/packets
	wrong=$(diff <(printf %s "$right") /run/isol/packets) || fail "not as expected: ${wrong//$'\n'/, }"
}

# The same, and all that counters of rules and ports have to say of it, behind a line "counted".
heard_counted() { # [MARK=TEXT...] <<TABLE
	local text
	text=$(cat)
	counting
	heard "$@" <<<"${text%%$'\n'counted$'\n'*}"
	expect_counted rule port <<<"${text#*$'\n'counted$'\n'}"
}

# Steady traffic in the background, with what the endpoints are now. See blast
# -h; the results are in /run/isol/blast.
_blast_pid=

blast_start() { # [BLAST-OPTION...]
	rm -f /run/isol/blast
	blast -o /run/isol/blast "$@" "${ENDPOINTS[@]}" &
	_blast_pid=$!
	wait_for 60 [ -e /run/isol/blast ]
}

_blast_phase() { # NUMBER
	local nr
	read -r _ nr _ </run/isol/blast && [ "$nr" = "$1" ]
}

# Look at what came since the last time.
blast_next() {
	local nr
	read -r _ nr _ </run/isol/blast
	kill -USR1 "$_blast_pid"
	wait_for 60 _blast_phase $((nr + 1))
}

blast_stop() {
	kill "$_blast_pid"
	wait "$_blast_pid"
}

# Frames of all kinds: all of them arrived, none did, or some. That they arrived
# elsewhere too is what bridges do that have not learned an address (yet).
blasted() { # FROM TO all|none|some
	local from to kind sent received strays gap n=0
	while read -r from to kind sent received strays gap; do
		[ "$from $to" = "$1 $2" ] || continue
		n=$((n + 1))
		echo "    $from $to $kind: $received of $sent arrived, $strays elsewhere, gap $gap ms"
		[ "$sent" -gt 0 ] || fail "$from $to $kind: nothing was sent"
		case $3 in
		all) [ "$received" -eq "$sent" ] ;;
		none) [ "$received" -eq 0 ] ;;
		some) [ "$received" -gt 0 ] ;;
		esac || fail "$from $to $kind: expected $3, got $received of $sent"
	done </run/isol/blast
	[ $n -gt 0 ] || fail "$1 $2: nothing is known of"
}

# ---- counters

declare -A _counted=()

_counters() {
	{ isolctl -j show && isolctl -j show ports; } | jq -rs '
		(.[0].rules[]? | "rule \(.name) \(.packets)"),
		(.[0].bridges[]? | .name as $n | .counters[] |
			"bridge \($n) \(.reason) \(.verdict) \(.packets)"),
		(.[1][] | .name as $n | .counters[]? |
			"port \($n) \(.reason) \(.verdict) \(.packets)")'
}

# Remember where all counters are.
counting() {
	local line lines
	_counted=()
	lines=$(_counters)
	while read -r line; do
		[ -z "$line" ] || _counted["${line% *}"]=${line##* }
	done <<<"$lines"
}

# Compare by how much counters have moved since counting. Lines are
#	rule NAME PACKETS
#	bridge NAME REASON VERDICT PACKETS
#	port NAME REASON VERDICT PACKETS
# and all counters of the classes that are named have to be there that have
# moved; with -s, those that are not there do not matter.
expect_counted() { # [-s] CLASS... <<LINES
	local -A want=() got=()
	local some='' line lines key bad=''
	[ "$1" != -s ] || { some=1; shift; }
	while read -r line; do
		[ -z "$line" ] || want["${line% *}"]=${line##* }
	done
	lines=$(_counters)
	while read -r line; do
		[ -n "$line" ] || continue
		key=${line% *}
		line=$((${line##* } - ${_counted[$key]-0}))
		[[ $line = 0 || " $* " != *" ${key%% *} "* ]] || got["$key"]=$line
	done <<<"$lines"
	for key in "${!want[@]}"; do
		[ "${want[$key]}" = "${got[$key]-0}" ] ||
			bad+=" $key: expected ${want[$key]}, got ${got[$key]-0};"
	done
	for key in "${!got[@]}"; do
		[ -n "$some" ] || [ -n "${want[$key]-}" ] || bad+=" $key: got ${got[$key]};"
	done
	[ -z "$bad" ] || fail "counted:$bad"
}

# Packets that a counter shows.
counter_of() { # rule NAME
	local re="\"name\": ?\"$2\",[^}]*\"packets\": ?([0-9]+)"
	[[ $(isolctl -j show rules) =~ $re ]] && echo "${BASH_REMATCH[1]}"
}

port_counter() { # PORT REASON VERDICT
	isolctl -j show ports | jq -r --arg p "$1" --arg r "$2" --arg v "$3" '
		[.[] | select(.name == $p) | .counters[] |
			select(.reason == $r and .verdict == $v) | .packets] | add // 0'
}
