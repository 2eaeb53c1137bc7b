# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# bash completion for isolctl. Names are those of the enforced policy.

# Names of a kind: bridges, segments, groups, bindings, services, rules, remotes, sets,
# ports.
_isolctl_names() { # KIND
	# shellcheck disable=SC2086 # options, split on purpose
	isolctl $_isolctl_netns -jp show "$1" 2>/dev/null |
		sed -n 's/^    "name": "\([^"\\]*\)",\{0,1\}$/\1/p'
}

# What the numbers of a kind are called: see isolctl names.
_isolctl_called() { # KIND
	isolctl names "$1" 2>/dev/null | awk 'NR > 1 { print $3 }'
}

# The words that say what a frame is, and their values.
_isolctl_match() { # PREVIOUS-WORD
	case $1 in
	cast | fragment | ether | proto | dscp | tcp-flags | vlan) _isolctl_called "$1" ;;
	op) _isolctl_called arp ;;
	type)
		_isolctl_called icmp
		_isolctl_called icmpv6 ;;
	src-mac | dst-mac | src | dst | sport | dport | arp-sender | \
	arp-target | pcp | inner-vlan) ;;
	icmp | icmpv6) echo type ;;&
	arp) echo op ;;&
	tcp) echo tcp-flags ;;&
	tcp | udp | sctp) echo sport dport ;;&
	*)
		echo tcp udp sctp icmp icmpv6 arp ether src-mac dst-mac cast src dst dscp \
			fragment proto sport dport tcp-flags arp-sender arp-target vlan pcp \
			inner-vlan ;;
	esac
}

_isolctl_add() { # OBJECT PREVIOUS-WORD
	case $1:$2 in
	*:default | *:unbound | *:fragments | *:resume | *:within | segment:uplink) echo accept drop ;;
	*:uplink | bind:port) ls /sys/class/net ;;
	segment:bridge) _isolctl_names bridges ;;
	segment:vlan) ;;
	bind:segment) _isolctl_names segments ;;
	bind:group) _isolctl_names groups ;;
	bind:role) echo none isolated community promiscuous ;;
	rule:from | rule:to)
		echo any host uplink members quarantined
		_isolctl_names groups
		_isolctl_names bindings
		_isolctl_names remotes ;;
	rule:before | rule:after) _isolctl_names rules ;;
	rule:table) echo rules quarantine ;;
	*:comment | *:pickup | *:owner | *:mac | *:alias | *:claims | *:max-connections | *:community | *:add) ;;
	rule:not) ;;
	rule:tcp-flags)
		echo not any
		_isolctl_match "$2" ;;
	rule:src | rule:dst | rule:sport | rule:dport | rule:src-mac | rule:dst-mac)
		echo not
		{ _isolctl_names sets; _isolctl_names remotes; } | sed 's/^/@/' ;;
	rule:cast | rule:fragment | rule:ether | rule:proto | rule:op | \
	rule:dscp | rule:type | rule:arp-sender | rule:arp-target | rule:vlan | rule:pcp | \
	rule:inner-vlan)
		echo not
		_isolctl_match "$2" ;;
	bridge:*) echo uplink default unbound fragments resume pickup comment ;;
	segment:*) echo bridge vlan within uplink comment ;;
	group:*) echo comment ;;
	bind:*) echo port mac alias claims max-connections segment group role community comment ;;
	rule:*)
		echo from to accept drop reject stateless stateful comment owner before after first last table
		_isolctl_match "$2" ;;
	esac
}

_isolctl_words() { # WORDS-SO-FAR..., the last is the one before the cursor
	local object=${1-} verb=${2-} prev=${*: -1}
	case $object in
	"")
		echo apply check save flush bridge segment group bind service rule set remote port status \
			show why quarantine monitor names help ;;
	show)
		[ $# -gt 1 ] || echo policy bridges segments groups bindings services rules remotes \
			sets ports ;;
	names)
		[ $# -gt 1 ] || echo icmp icmpv6 proto dscp ether arp tcp-flags fragment cast vlan ;;
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
			vlan) ;;
			*)
				[ $# -gt 3 ] || echo bridge vlan
				_isolctl_match "$prev" ;;
			esac ;;
		esac ;;
	quarantine)
		case $verb:$# in
		:1) echo add del show ;;
		add:2 | del:2 | delete:2 | rm:2 | remove:2) _isolctl_names bindings ;;
		add:*)
			case $prev in
			mode) echo isolate contain ;;
			comment) ;;
			*) echo mode comment ;;
			esac ;;
		esac ;;
	set | remote)
		case $verb:$# in
		:1) echo add del show element ;;
		del:2 | delete:2 | rm:2 | remove:2 | show:2 | list:2 | ls:2)
			_isolctl_names "${object}s" ;;
		element:2) echo add del ;;
		element:3) _isolctl_names "${object}s" ;;
		add:2) ;;
		add:3) [ "$object" = remote ] && echo comment || echo addresses macs ports ;;
		add:*) [ "$prev" = comment ] || echo comment ;;
		esac ;;
	service)
		case $verb:$# in
		:1) echo add del show set ;;
		del:2 | delete:2 | rm:2 | remove:2 | show:2 | list:2 | ls:2)
			_isolctl_names services ;;
		add:2) echo neighbor dhcp router multicast announce dns ntp ;;
		set:2) _isolctl_names services ;;
		add:3 | set:3)
			[ "$prev" != neighbor ] || echo follow
			echo any host uplink members
			_isolctl_names groups
			_isolctl_names bindings
			_isolctl_names remotes ;;
		add:* | set:*) [ "$prev" = comment ] || echo comment ;;
		esac ;;
	bridge | segment | group | bind | rule)
		case $verb:$# in
		:1)
			echo add del show
			[[ $object != @(bridge|rule) ]] || echo set ;;
		set:2) [[ $object != @(bridge|rule) ]] || _isolctl_names "${object}s" ;;
		set:*)
			[[ $object != @(bridge|rule) ]] || _isolctl_add "$object" "$prev"
			[ "$object" != rule ] || echo all-frames ;;
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
