# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Functions for tests that speak to the module by tests/vm/tools/nlraw; source
# it after lib.sh.

PATH=$ISOL_TREE/build/tools:$PATH

# Steps of nlraw, on standard input or as arguments. Prints what is not as
# expected, and fails then.
raw() { nlraw -q; }
steps() { nlraw -q "$@"; }

# A number of the status; 0 if it is not there.
status() { # FIELD
	local text
	text=$(nlraw status) || return
	text=${text##* "$1"=}
	text=${text%% *}
	[[ $text =~ ^[0-9]+$ ]] || text=0
	echo "$text"
}

generation() { status generation; }

# For wait_for.
status_is() { # FIELD NUMBER
	[ "$(status "$1")" = "$2" ]
}

# What the policy in force does: "VERDICT REASON [RULE]"; endpoints as nlraw
# has them.
verdict() { # FROM TO [BRIDGE]
	local text word out=
	text=$(nlraw "why $*") || return
	for word in $text; do
		case $word in
		verdict=* | reason=* | rule=*) out+=" ${word#*=}" ;;
		esac
	done
	echo "${out# }"
}

# What a dump says of a port that is there: "kind=member binding=a ...".
port() { # IFNAME
	nlraw 'dump PORT_GET' | sed -n "/kind=gone/d; s/.* name=$1 \(.*\) } *\$/\1/p"
}

same() { # EXPECTED ACTUAL [WHAT]
	[ "$1" = "$2" ] || fail "${3-it} is '$2', not '$1'"
}

# A port, as it should be.
expect_port() { # IFNAME WORD...
	local name=$1 is word
	is=$(port "$name")
	shift
	for word; do
		[[ " $is " = *" $word "* ]] || fail "port $name is '$is', not '$word'"
	done
}

# A shell script that calls a function of this shell, for shells elsewhere.
script() { # FUNCTION [ARGS...]
	echo "set -eEu -o pipefail; $(declare -f); $*"
}

# In a case: what has to be done when it is over.
AT_EXIT=()

_exit() {
	local command
	for command in "${AT_EXIT[@]}"; do
		$command 2>/dev/null || :
	done
}

at_exit() { # COMMAND...
	AT_EXIT+=("$*")
	trap _exit EXIT
}

# In a case: a program in the background that must not outlive it.
kill_at_exit() { # PID
	at_exit kill "$1"
}

# A counter of a port or a bridge in a dump, 0 if it is not there. Not of a port
# that has gone, which is there for a moment.
counter() { # PORT_GET|BRIDGE_GET NAME REASON VERDICT
	local text
	text=$(nlraw "dump $1" | sed '/ kind=gone /d' | grep " name=$2 ") || return
	text=${text#*" reason=$3 verdict=$4 packets="}
	text=${text%% *}
	[[ $text =~ ^[0-9]+$ ]] || text=0
	echo "$text"
}

# Frames that have arrived at the other end of a port.
received() { # NS
	in_ns "$1" sed -n 's/^ *eth0: *[0-9]* *\([0-9]*\) .*/\1/p' /proc/net/dev
}

# Steps that read all there is, while it changes.
read_all() {
	printf '%s\n' 'dump PORT_GET count => ok|EINTR' \
		'dump RULE_GET count => ok|EINTR' \
		'dump BINDING_GET count => ok|EINTR' \
		'dump GROUP_GET count => ok|EINTR' \
		'dump SEGMENT_GET count => ok|EINTR' \
		'dump BRIDGE_GET count => ok|EINTR' \
		'dump QUARANTINE_GET count => ok|EINTR' \
		'why port:p-a port:p-b' \
		'why binding:a binding:b' \
		'why port:p-a port:p-c => any' \
		'why host port:y3 => any' \
		'status'
}
