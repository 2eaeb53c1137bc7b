# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Functions for tests that run in a guest; source it from bash.
# See docs/testing-harness.md.

# ---- results

# Names are single words; ISOL_CASE tells which of several cases has it.
_result() { # WORD NAME [TEXT...]
	local word=$1 name=${ISOL_CASE-}${2// /_}
	shift 2
	set -- "$word $name${*:+ $*}"
	echo "== $1"
	set -- "${1//$'\n'/ / }"
	echo "${1:0:600}" >&"$ISOL_RESULT"
}

ok() { _result ok "$1"; }
nok() { _result "not ok" "$@"; }
skip() { _result skip "$@"; }
note() { echo "note $*" >&"$ISOL_RESULT"; }

# In a case: stop, this cannot be tested here.
skip_case() { # REASON
	echo "$*" >&2
	exit 77
}

# In a case: stop, it failed.
fail() { # REASON
	echo "$*" >&2
	trap - ERR
	exit 1
}

# In a case: a command that has to fail. ("! COMMAND" would not do: "set -e"
# takes no notice of it.)
must_fail() { # COMMAND...
	if "$@"; then
		fail "did not fail: $*"
	fi
}

# Run a function as one case: in a subshell in which every command has to
# succeed. What it printed last is the reason if it fails. Call it as a plain
# command: "if" and "||" around it would switch off "set -e" in the case.
run_case() { # NAME COMMAND...
	local name=$1 out=/run/isol/case.$BASHPID rc text lines
	shift
	if [ -n "${ISOL_T-}" ] && [[ $name != *"$ISOL_T"* ]]; then
		return 0
	fi
	echo "== case $name"
	# In the background, or the caller's own "set -e" would end it here.
	(
		set -eEu -o pipefail
		trap 'echo "line $LINENO: failed ($?): $BASH_COMMAND" >&2' ERR
		"$@"
	) >"$out" 2>&1 &
	wait $! && rc=0 || rc=$?
	# Without other programs: starting one takes long in a guest.
	mapfile -t lines <"$out"
	[ ${#lines[@]} -eq 0 ] || printf '%s\n' "${lines[@]}"
	printf -v text '%s\n' "${lines[@]: -4}"
	[ ${#lines[@]} -ge 4 ] || printf -v text '%s\n' "${lines[@]}"
	text=${text%$'\n'}
	case $rc in
	0) ok "$name" ;;
	77) skip "$name" "$text" ;;
	*) nok "$name" "${text:-exit status $rc}" ;;
	esac
}

# Wait until a command succeeds.
wait_for() { # SECONDS COMMAND...
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@"; do
		if [ "${EPOCHREALTIME/./}" -ge "$end" ]; then
			echo "timed out waiting for: $*" >&2
			return 1
		fi
		sleep 0.05
	done
}

# How often to go round. The kernels that look for mistakes see in a few rounds
# what others may show in many, and need longer for each.
times() { # N
	echo $((ISOL_SLOW ? ($1 + 3) / 4 : $1))
}

# ---- the module

# shellcheck disable=SC2120 # parameters are optional
load_module() { # [PARAMETER=VALUE...]
	local dep
	for dep in $(modinfo -F depends "$ISOL_BUILD/isol.ko" | tr , ' '); do
		modprobe "$dep" || return 1
	done
	insmod "$ISOL_BUILD/isol.ko" "$@"
}

# What rules that track connections need; modprobe would not find it here.
load_ct() {
	local dep
	for dep in $(modinfo -F depends "$ISOL_BUILD/isol_ct.ko" | tr , ' '); do
		[ "$dep" = isol ] || modprobe "$dep" || return 1
	done
	insmod "$ISOL_BUILD/isol_ct.ko"
}

unload_module() { rmmod isol; }

# ---- networks

# Much faster than "ip netns exec"; /sys stays that of the first namespace.
in_ns() { # NS COMMAND...
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" -- "$@"
}

mkns() { # NS
	ip netns add "$1"
	ip -n "$1" link set lo up
}

mkbridge() { # BRIDGE [OPTIONS...]
	local br=$1
	shift
	ip link add "$br" type bridge "$@"
	ip link set "$br" up
}

# A port of a bridge; its other end is eth0 of a namespace.
mkport() { # BRIDGE IFNAME NS [MAC]
	ip link add "$2" type veth peer name eth0 netns "$3"
	[ -z "${4-}" ] || ip -n "$3" link set eth0 address "$4"
	ip -n "$3" link set eth0 up
	ip link set "$2" master "$1" up
}

# A port of a bridge that has no carrier until a program opens it.
mktap() { # BRIDGE IFNAME
	modprobe tun
	ip tuntap add dev "$2" mode tap
	ip link set "$2" master "$1" up
}

# Remove all interfaces and namespaces.
cleanup() {
	local dev
	ip -all netns del
	for dev in /sys/class/net/*/; do
		dev=${dev%/}
		[ "${dev##*/}" = lo ] || echo "link del ${dev##*/}"
	done >/run/isol/batch
	# Of a pair of ends the second is gone by then.
	ip -force -batch /run/isol/batch 2>/dev/null || :
}
