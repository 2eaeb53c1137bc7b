# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# bash completion for isolctl. Names are those of the enforced policy.

# Names of a kind: bridges, segments, groups, bindings, rules, ports.
_isolctl_names() { # KIND
	# shellcheck disable=SC2086 # options, split on purpose
	isolctl $_isolctl_netns -jp show "$1" 2>/dev/null |
		sed -n 's/^    "name": "\([^"\\]*\)",\{0,1\}$/\1/p'
}

# The words that say what a frame is, and their values.
_isolctl_match() { # PREVIOUS-WORD
	case $1 in
	cast) echo unicast multicast broadcast ;;
	fragment) echo none first later ;;
	ether) echo ipv4 ipv6 arp ;;
	proto) echo tcp udp sctp icmp icmpv6 ;;
	tcp-flags) echo fin syn rst psh ack urg ece cwr ns ;;
	op) echo request reply ;;
	src-mac | dst-mac | src | dst | dscp | sport | dport | type | arp-sender | arp-target) ;;
	icmp | icmpv6) echo type ;;&
	arp) echo op ;;&
	tcp) echo tcp-flags ;;&
	tcp | udp | sctp) echo sport dport ;;&
	*)
		echo tcp udp sctp icmp icmpv6 arp ether src-mac dst-mac cast src dst dscp \
			fragment proto sport dport tcp-flags arp-sender arp-target ;;
	esac
}

_isolctl_add() { # OBJECT PREVIOUS-WORD
	case $1:$2 in
	*:default | *:unbound | *:within | segment:uplink) echo accept drop ;;
	*:uplink | bind:port) ls /sys/class/net ;;
	segment:bridge) _isolctl_names bridges ;;
	bind:segment) _isolctl_names segments ;;
	bind:group) _isolctl_names groups ;;
	bind:role) echo none isolated community promiscuous ;;
	rule:from | rule:to)
		echo any host uplink members quarantined
		_isolctl_names groups
		_isolctl_names bindings ;;
	rule:before | rule:after) _isolctl_names rules ;;
	rule:table) echo rules quarantine ;;
	*:comment | *:owner | *:mac | *:alias | *:claims | *:community | *:add) ;;
	rule:not) ;;
	rule:cast | rule:fragment | rule:ether | rule:proto | rule:tcp-flags | rule:op | \
	rule:src-mac | rule:dst-mac | rule:src | rule:dst | rule:dscp | rule:sport | \
	rule:dport | rule:type | rule:arp-sender | rule:arp-target)
		echo not
		_isolctl_match "$2" ;;
	bridge:*) echo uplink default unbound comment ;;
	segment:*) echo bridge within uplink comment ;;
	group:*) echo comment ;;
	bind:*) echo port mac alias claims segment group role community comment ;;
	rule:*)
		echo from to accept drop stateless comment owner before after first last table
		_isolctl_match "$2" ;;
	esac
}

_isolctl_words() { # WORDS-SO-FAR..., the last is the one before the cursor
	local object=${1-} verb=${2-} prev=${*: -1}
	case $object in
	"")
		echo apply check save flush bridge segment group bind rule port status show why \
			quarantine monitor help ;;
	show)
		[ $# -gt 1 ] || echo policy bridges segments groups bindings rules ports ;;
	monitor)
		[ $# -gt 1 ] || echo policy port ;;
	port)
		[ $# -gt 1 ] || echo show ;;
	why)
		case $# in
		1 | 2)
			echo host uplink
			_isolctl_names bindings
			_isolctl_names ports ;;
		*)
			case $prev in
			bridge) _isolctl_names bridges ;;
			*)
				[ $# -gt 3 ] || echo bridge
				_isolctl_match "$prev" ;;
			esac ;;
		esac ;;
	quarantine)
		case $verb:$# in
		:1) echo add del show ;;
		add:2 | del:2 | delete:2 | rm:2 | remove:2) _isolctl_names bindings ;;
		add:*)
			case $prev in
			mode) echo isolate ;;
			comment) ;;
			*) echo mode comment ;;
			esac ;;
		esac ;;
	bridge | segment | group | bind | rule)
		case $verb:$# in
		:1) echo add del show ;;
		del:2 | delete:2 | rm:2 | remove:2 | show:2 | list:2 | ls:2)
			case $object in
			bind) _isolctl_names bindings ;;
			*) _isolctl_names "${object}s" ;;
			esac ;;
		add:2) ;;
		add:*) _isolctl_add "$object" "$prev" ;;
		esac ;;
	esac
}

# Complete from the words of the standard input. compgen -W would run what
# looks like a command, and an interface can be called "$(reboot)".
_isolctl_reply() {
	mapfile -t COMPREPLY < <(compgen -W \
		"$(tr -s ' ' '\n' | grep -xE '[A-Za-z0-9_.:@+-]+')" -- "$cur")
}

_isolctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} i word words=() _isolctl_netns=
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-n | --netns)
			if ((i + 1 == COMP_CWORD)); then
				_isolctl_reply < <(ls /run/netns 2>/dev/null)
				return
			fi
			i=$((i + 1))
			_isolctl_netns="-n ${COMP_WORDS[i]}" ;;
		-?*) ;;
		*) words+=("$word") ;;
		esac
	done
	case $cur in
	-*)
		word="--json --pretty --netns --help --version"
		[ "${words[0]-}" != apply ] || word+=" --dry-run"
		_isolctl_reply <<<"$word"
		return ;;
	esac
	case ${words[0]-} in
	apply | check | save)
		if [ ${#words[@]} -eq 1 ]; then
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		fi
		return ;;
	esac
	_isolctl_reply < <(_isolctl_words "${words[@]}")
}

complete -F _isolctl isolctl
