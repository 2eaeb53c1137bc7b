#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whatever is not exactly as the contract has it is refused, with a message
# that says what and an offset that says where, and changes nothing.
#
# timeout: 300
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/raw.sh

# All that there is to know of the state; nothing sends frames here.
state() {
	nlraw <<-'END'
	status
	dump BRIDGE_GET
	dump SEGMENT_GET
	dump GROUP_GET
	dump BINDING_GET
	dump RULE_GET
	dump PORT_GET
	dump QUARANTINE_GET
	END
}

unchanged() { same "$STATE" "$(state)" "what there is to see"; }

# A value of the right type for each attribute of a message.
declare -A VALUE=(
	[generation]=generation=1 [base-generation]=base-generation=1
	[timeout]=timeout=1000 [error]=error=0 [message]=message=x [event]=event=0
	[bridge-name]=bridge-name=br0 [bridge]='bridge{ name=br7 }'
	[segment]='segment{ name=s7 bridge=br1 }' [group]='group{ name=g7 }'
	[binding]='binding{ name=b7 port=p7 }'
	[rule]='rule{ name=r7 from=any to=any verdict=drop stateless }'
	[port]='port{ }' [quarantine]='quarantine{ binding=b }' [status]='status{ }'
	[from]=from=binding:a [to]=to=binding:b [why]='why{ }' [pad]=pad
	[frame]=frame=0200000000020200000000010800
	[unspec]=unspec:u8=0 [#99]=#99:u8=0
)

# What each command takes.
declare -A TAKES=(
	[STATUS_GET]='' [BEGIN]='base-generation timeout' [COMMIT]='' [ABORT]=''
	[FLUSH]=base-generation [WHY]='bridge-name from to frame'
	[QUARANTINE_ADD]=quarantine [QUARANTINE_DEL]=quarantine
	[ADD]='bridge segment group binding rule'
	[BRIDGE_GET]='' [SEGMENT_GET]='' [GROUP_GET]='' [BINDING_GET]='' [RULE_GET]=''
	[PORT_GET]='' [QUARANTINE_GET]=''
)

# Attributes of other commands, of the kernel alone, of nobody: each alone, and
# behind those that are right.
other_attributes() {
	local cmd attr right word
	for cmd in "${!TAKES[@]}"; do
		right=
		for attr in ${TAKES[$cmd]}; do
			right+=" ${VALUE[$attr]}"
		done
		word=$cmd
		case $cmd in
		STATUS_GET) ;;
		*_GET) word="$cmd dump" ;;
		esac
		for attr in "${!VALUE[@]}"; do
			[[ " ${TAKES[$cmd]} " != *" $attr "* ]] || continue
			for with in "" ${right:+"$right"}; do
				[ "$cmd" != ADD ] || echo begin
				echo "send $word$with ${VALUE[$attr]} => EINVAL at $attr"
				[ "$cmd" != ADD ] || echo "commit => ENOENT"
			done
		done
	done >/tmp/steps
	echo "$(grep -c '=> EINVAL' /tmp/steps) refusals"
	raw </tmp/steps
	unchanged
}

commands() {
	local cmd
	for cmd in "${!TAKES[@]}"; do
		case $cmd in
		STATUS_GET) echo "send $cmd dump => EOPNOTSUPP mute" ;;
		*_GET) echo "send $cmd => EOPNOTSUPP mute" ;;
		*) echo "send $cmd dump => EOPNOTSUPP mute" ;;
		esac
	done >/tmp/steps
	raw <<-END
	$(</tmp/steps)
	send UNSPEC => EOPNOTSUPP mute
	send DONE => EOPNOTSUPP mute
	send POLICY_NTF => EOPNOTSUPP mute
	send PORT_NTF => EOPNOTSUPP mute
	send #20 => EOPNOTSUPP mute
	send #255 => EOPNOTSUPP mute
	END
	unchanged
}

numbers() {
	raw <<-'END'
	send BEGIN timeout:u8=1 => EINVAL|ERANGE at timeout
	send BEGIN timeout:u64=1000 => EINVAL|ERANGE at timeout
	send BEGIN timeout => EINVAL|ERANGE at timeout
	send BEGIN timeout=99 => ERANGE at timeout
	send BEGIN timeout=600001 => ERANGE at timeout
	send BEGIN timeout=0 => ERANGE at timeout
	send BEGIN timeout=4294967295 => ERANGE at timeout
	send BEGIN timeout!=1000 => EINVAL at timeout
	send BEGIN base-generation:u32=1 => EINVAL|ERANGE at base-generation
	send BEGIN base-generation => EINVAL|ERANGE at base-generation
	send BEGIN base-generation/200=1 => EINVAL
	send BEGIN base-generation/3=1 => EINVAL
	send FLUSH base-generation:u32=1 => EINVAL|ERANGE at base-generation
	send FLUSH base-generation:u8=1 => EINVAL|ERANGE at base-generation
	send FLUSH base-generation:hex=010000000000000000 => EINVAL|ERANGE at base-generation
	commit => ENOENT
	# these are right
	begin timeout 100
	abort
	begin timeout 600000
	abort
	END
	unchanged
}

# "RESULT ATTRIBUTE ...": what is wrong in an ADD. Each in a transaction with
# some things to refer to, which the error ends.
refused_adds() {
	local result at what
	while read -r result at what; do
		[ -n "$result" ] || continue
		cat <<-END
		begin
		bridge br1
		bridge br2 uplink u2
		segment s2 bridge br2
		group g
		group h
		binding b port p
		rule r from group:g to any verdict drop
		add
		send ADD $what => $result at $at
		commit => ENOENT
		END
	done >/tmp/steps
	echo "$(grep -c 'send ADD' /tmp/steps) refusals"
	raw </tmp/steps
	unchanged
}

chars() { # N
	local s
	printf -v s '%*s' "$1" ''
	echo "${s// /x}"
}

# What can be wrong with any string: attribute, path, before, behind, length.
strings() {
	local a=$1 at=$2 b=$3 c=$4
	cat <<-END
	EINVAL|ERANGE $at $b$a$c
	EINVAL $at $b$a:raw=abc$c
	EINVAL $at $b$a:raw=a\\x00b\\x00$c
	EINVAL $at $b$a:raw=abc\\x00\\x00$c
	EINVAL|ERANGE $at $b$a=$(chars $(($5 + 1)))$c
	EINVAL|ERANGE $at $b$a:raw=$(chars $(($5 + 1)))$c
	EINVAL|ERANGE $at $b$a:raw=abc\\x00$(chars "$5")\\x00$c
	EINVAL $at $b$a!=abc$c
	END
}

# What is no name.
names() { # ATTRIBUTE PATH BEFORE BEHIND
	local name
	for name in '' .x :x -x 'x\sy' x/y 'x\xc3\xa4' 'x*' '\x01' 'x\x7f'; do
		echo "EINVAL $2 $3$1=$name$4"
	done
}

reserved() { # PATH BEFORE BEHIND
	local name
	for name in any host uplink members quarantined unbound; do
		echo "EINVAL $1 $2name=$name$3"
	done
}

ifnames() { # ATTRIBUTE PATH BEFORE BEHIND
	local name
	for name in '' . .. a/b a:b 'a\sb' 'a\x0ab' 'a\xa0b'; do
		echo "EINVAL $2 $3$1=$name$4"
	done
}

comments() { # PATH BEFORE BEHIND
	local text
	for text in '\x01' 'x\x0a' 'x\x7f' '\xff' '\x80' '\xc3' 'x\xc0\xaf' '\xe0\x80\xaf' \
		'\xed\xa0\x80' '\xf4\x90\x80\x80' '\xf8\x88\x80\x80\x80' '\xc2\x9b'; do
		echo "EINVAL $1 $2comment=$text$3"
	done
}

verdicts() { # ATTRIBUTE PATH BEFORE BEHIND
	cat <<-END
	ERANGE $2 $3$1=3$4
	ERANGE $2 $3$1=255$4
	EINVAL|ERANGE $2 $3$1:u16=1$4
	EINVAL|ERANGE $2 $3$1:u32=1$4
	EINVAL|ERANGE $2 $3$1$4
	EINVAL $2 $3$1!=1$4
	END
}

# What can be wrong with any nest.
nests() { # ATTRIBUTE PATH BEFORE INSIDE BEHIND
	cat <<-END
	EINVAL $2 $3$1!{ $4 }$5
	EINVAL $2.#99 $3$1{ $4 #99:u8=0 }$5
	EINVAL $2.unspec $3$1{ $4 unspec:u8=0 }$5
	EINVAL none $3$1{ $4 #1/60:u8=0 }$5
	EINVAL none $3$1{ $4 #1/2:u8=0 }$5
	ERANGE $2 $3$1!:hex=0800$5
	END
}

repeated() { # N WORDS
	local i
	for ((i = 0; i < $1; i++)); do
		echo -n " ${2//%/$i}"
	done
}

bridges() {
	refused_adds <<-END
	EINVAL bridge bridge{ default=1 }
	EINVAL bridge bridge{ }
	EEXIST bridge.name bridge{ name=br1 }
	EEXIST bridge.name bridge{ name=u2 }
	EINVAL bridge.ifindex bridge{ name=x ifindex=1 }
	EINVAL bridge.counter bridge{ name=x counter{ } }
	EINVAL bridge.uplink bridge{ name=x uplink=x }
	EINVAL bridge.uplink[1] bridge{ name=x uplink=ok uplink=br1 }
	EEXIST bridge.uplink[1] bridge{ name=x uplink=ok uplink=u2 }
	EEXIST bridge.uplink[2] bridge{ name=x uplink=a uplink=b uplink=a }
	EINVAL bridge.uplink[1] bridge{ name=x uplink=a uplink:raw=b\x00c\x00 }
	E2BIG bridge.uplink[64] bridge{ name=x $(repeated 65 'uplink=u%x') }
	EEXIST bridge[1].name bridge{ name=x } bridge{ name=x }
	$(nests bridge bridge '' name=x '')
	$(strings name bridge.name 'bridge{ ' ' }' 15)
	$(ifnames name bridge.name 'bridge{ ' ' }')
	$(strings uplink bridge.uplink 'bridge{ name=x ' ' }' 15)
	$(ifnames uplink bridge.uplink 'bridge{ name=x ' ' }')
	$(strings comment bridge.comment 'bridge{ name=x ' ' }' 255)
	$(comments bridge.comment 'bridge{ name=x ' ' }')
	$(verdicts default bridge.default 'bridge{ name=x ' ' }')
	$(verdicts unbound bridge.unbound 'bridge{ name=x ' ' }')
	$(verdicts fragments bridge.fragments 'bridge{ name=x ' ' }')
	$(verdicts resume bridge.resume 'bridge{ name=x ' ' }')
	EINVAL bridge.default bridge{ name=x default=2 }
	EINVAL bridge.unbound bridge{ name=x unbound=2 }
	EINVAL bridge.fragments bridge{ name=x fragments=2 }
	EINVAL bridge.resume bridge{ name=x resume=2 }
	ERANGE bridge.pickup bridge{ name=x pickup=3601 }
	ERANGE bridge.pickup bridge{ name=x pickup=65535 }
	EINVAL|ERANGE bridge.pickup bridge{ name=x pickup:u32=1 }
	EINVAL bridge.pickup bridge{ name=x pickup!=1 }
	END
}

segments() {
	refused_adds <<-END
	EINVAL segment segment{ bridge=br1 }
	EINVAL segment segment{ name=x }
	EEXIST segment.name segment{ name=s2 bridge=br1 }
	ENOENT segment.bridge segment{ name=x bridge=nosuch }
	ENOENT segment.bridge segment{ name=x bridge= }
	EEXIST segment.bridge segment{ name=x bridge=br2 }
	$(nests segment segment '' 'name=x bridge=br1' '')
	$(strings name segment.name 'segment{ bridge=br1 ' ' }' 63)
	$(names name segment.name 'segment{ bridge=br1 ' ' }')
	$(strings bridge segment.bridge 'segment{ name=x ' ' }' 15)
	$(strings comment segment.comment 'segment{ name=x bridge=br1 ' ' }' 255)
	$(comments segment.comment 'segment{ name=x bridge=br1 ' ' }')
	$(verdicts within segment.within 'segment{ name=x bridge=br1 ' ' }')
	$(verdicts uplink segment.uplink 'segment{ name=x bridge=br1 ' ' }')
	EINVAL segment.within segment{ name=x bridge=br1 within=2 }
	EINVAL segment.uplink segment{ name=x bridge=br1 uplink=2 }
	END
}

groups() {
	refused_adds <<-END
	EINVAL group group{ }
	EINVAL group group{ comment=x }
	EEXIST group.name group{ name=g }
	EEXIST group.name group{ name=b }
	EINVAL group.members group{ name=x members=1 }
	$(nests group group '' name=x '')
	$(strings name group.name 'group{ ' ' }' 63)
	$(names name group.name 'group{ ' ' }')
	$(reserved group.name 'group{ ' ' }')
	$(strings comment group.comment 'group{ name=x ' ' }' 255)
	$(comments group.comment 'group{ name=x ' ' }')
	END
}

bindings() {
	local x='binding{ name=x port=px '
	refused_adds <<-END
	EINVAL binding binding{ port=x }
	EINVAL binding binding{ name=x }
	EINVAL binding binding{ name=x port=x glob=y* }
	EINVAL binding binding{ name=x mac=02:00:00:00:00:01 alias=x }
	EINVAL binding binding{ name=x port=x glob=y* mac=02:00:00:00:00:01 alias=x }
	EEXIST binding.name binding{ name=b port=x }
	EEXIST binding.name binding{ name=g port=x }
	EEXIST binding.port binding{ name=x port=p }
	EINVAL binding.port binding{ name=x port=u2 }
	EINVAL binding.port binding{ name=x port=br1 }
	EEXIST binding[1].glob binding{ name=x glob=x* } binding{ name=y glob=x* }
	EEXIST binding[1].alias binding{ name=x alias=x } binding{ name=y alias=x }
	EEXIST binding[1].mac binding{ name=x mac=02:00:00:00:00:01 } binding{ name=y mac=52:00:00:00:00:01 }
	EINVAL|ERANGE binding.mac binding{ name=x mac:hex=0200000000 }
	EINVAL|ERANGE binding.mac binding{ name=x mac:hex=02000000000001 }
	EINVAL|ERANGE binding.mac binding{ name=x mac }
	EINVAL binding.mac binding{ name=x mac=00:00:00:00:00:00 }
	EINVAL binding.mac binding{ name=x mac=03:00:00:00:00:01 }
	EINVAL binding.mac binding{ name=x mac=ff:ff:ff:ff:ff:ff }
	EINVAL binding.alias binding{ name=x alias= }
	EINVAL binding.alias binding{ name=x alias=\xff }
	EINVAL binding.alias binding{ name=x alias=a\x0ab }
	ENOENT binding.segment ${x}segment=nosuch }
	ENOENT binding.segment ${x}segment= }
	ENOENT binding.group[1] ${x}group=g group=nosuch }
	ENOENT binding.group ${x}group=b }
	EEXIST binding.group[1] ${x}group=g group=g }
	EEXIST binding.group[2] ${x}group=h group=g group=h }
	EINVAL binding.group[1] ${x}group=g group:raw=h\x00x\x00 }
	E2BIG binding.group[64] $(repeated 65 'group{ name=gg% }') ${x}$(repeated 65 group=gg%) }
	ERANGE binding.claims ${x}claims=0 }
	EINVAL|ERANGE binding.claims ${x}claims:u8=1 }
	EINVAL|ERANGE binding.claims ${x}claims:u32=1 }
	EINVAL|ERANGE binding.claims ${x}claims }
	ERANGE binding.max-connections ${x}max-connections=0 }
	EINVAL|ERANGE binding.max-connections ${x}max-connections:u16=1 }
	EINVAL|ERANGE binding.max-connections ${x}max-connections }
	EINVAL binding.connections ${x}connections=0 }
	EINVAL binding.connections-limit ${x}connections-limit=1 }
	EINVAL binding.connections-hits ${x}connections-hits=0 }
	ERANGE binding.role ${x}role=4 }
	EINVAL|ERANGE binding.role ${x}role:u32=1 }
	EINVAL binding.role ${x}role=community }
	EINVAL binding.community ${x}community=c }
	EINVAL binding.community ${x}role=isolated community=c }
	EINVAL binding.community ${x}role=promiscuous community=c }
	EINVAL binding.bound ${x}bound=0 }
	EINVAL binding.quarantined ${x}quarantined }
	$(nests binding binding '' 'name=x port=px' '')
	$(strings name binding.name 'binding{ port=px ' ' }' 63)
	$(names name binding.name 'binding{ port=px ' ' }')
	$(reserved binding.name 'binding{ port=px ' ' }')
	$(strings port binding.port 'binding{ name=x ' ' }' 15)
	$(ifnames port binding.port 'binding{ name=x ' ' }')
	$(strings glob binding.glob 'binding{ name=x ' ' }' 15)
	$(ifnames glob binding.glob 'binding{ name=x ' ' }')
	$(strings alias binding.alias 'binding{ name=x ' ' }' 255)
	$(strings segment binding.segment "$x" ' }' 63)
	$(strings group binding.group "$x" ' }' 63)
	$(strings community binding.community "${x}role=community " ' }' 63)
	$(names community binding.community "${x}role=community " ' }')
	$(strings comment binding.comment "$x" ' }' 255)
	$(comments binding.comment "$x" ' }')
	END
}

rules() {
	local x='rule{ name=x from=any to=any verdict=drop stateless ' y='verdict=drop stateless }'
	refused_adds <<-END
	EINVAL rule rule{ from=any to=any $y
	EINVAL rule rule{ name=x to=any $y
	EINVAL rule rule{ name=x from=any $y
	EINVAL rule rule{ name=x from=any to=any stateless }
	EINVAL|ERANGE rule.stateless rule{ name=x from=any to=any verdict=drop stateless:u8=1 }
	EEXIST rule.name rule{ name=r from=any to=any $y
	EEXIST rule[1].name ${x}} ${x}}
	EEXIST rule[1].name ${x}} rule{ name=x table=quarantine from=quarantined to=any $y
	ERANGE rule.table ${x}table=3 }
	EINVAL|ERANGE rule.table ${x}table:u16=1 }
	EINVAL rule.packets ${x}packets=1 }
	EINVAL rule.bytes ${x}bytes=1 }
	EINVAL rule.pad ${x}pad }
	EINVAL rule.match ${x}match{ } }
	$(nests match rule.match "$x" 'dscp{ range=1-1 }' ' }')
	ENOENT rule.from rule{ name=x from=group:nosuch to=any $y
	ENOENT rule.to[1] rule{ name=x from=any to=any to=binding:nosuch $y
	ENOENT rule.from rule{ name=x from=group:b to=any $y
	ENOENT rule.to rule{ name=x from=any to=binding:g $y
	ENOENT rule.from rule{ name=x from{ kind=group } to=any $y
	ENOENT rule.to rule{ name=x from=any to{ kind=binding } $y
	EINVAL rule.from rule{ name=x from=any:g to=any $y
	EINVAL rule.to[1] rule{ name=x from=any to=any to=host:h $y
	EINVAL rule.from rule{ name=x from=port:p to=any $y
	EINVAL rule.from rule{ name=x from=quarantined to=any $y
	EINVAL rule.to rule{ name=x from=any to=quarantined $y
	EINVAL rule rule{ name=x from=uplink to=host $y
	EINVAL rule rule{ name=x from=uplink from=host to=host to=uplink $y
	EINVAL rule rule{ name=x table=quarantine from=any to=group:g $y
	EINVAL rule.from rule{ name=x from{ } to=any $y
	EINVAL rule.from[1] rule{ name=x from=any from{ name=g } to=any $y
	ERANGE rule.from.kind rule{ name=x from{ kind=9 } to=any $y
	ERANGE rule.to[1].kind rule{ name=x from=any to=any to{ kind=200 } $y
	EINVAL|ERANGE rule.from.kind rule{ name=x from{ kind:u32=0 } to=any $y
	EINVAL|ERANGE rule.from.kind rule{ name=x from{ kind } to=any $y
	E2BIG rule.from[64] rule{ name=x $(repeated 65 from=any) to=any $y
	E2BIG rule.to[64] rule{ name=x from=any $(repeated 65 to=group:g) $y
	$(nests rule rule '' 'name=x from=any to=any verdict=drop stateless' '')
	$(nests from rule.from 'rule{ name=x ' kind=any " to=any $y")
	$(nests to rule.to 'rule{ name=x from=any ' kind=any " $y")
	$(strings name rule.from.name 'rule{ name=x from{ kind=group ' " } to=any $y" 63)
	$(strings name rule.to[1].name 'rule{ name=x from=any to=any to{ kind=binding ' " } $y" 63)
	$(strings name rule.name 'rule{ from=any to=any ' " $y" 63)
	$(names name rule.name 'rule{ from=any to=any ' " $y")
	$(strings owner rule.owner "$x" ' }' 63)
	$(names owner rule.owner "$x" ' }')
	$(strings comment rule.comment "$x" ' }' 255)
	$(comments rule.comment "$x" ' }')
	$(verdicts verdict rule.verdict 'rule{ name=x from=any to=any stateless ' ' }')
	END
}

# What a rule may ask of a frame: each field, with a value that it may have.
FIELDS='ethertype{ range=2048-2048 }
src-mac{ masked=02:00:00:00:00:01/ff:ff:ff:ff:ff:ff }
dst-mac{ masked=01:00:00:00:00:00/01:00:00:00:00:00 }
cast{ range=0-1 }
src-ip4{ range=10.0.0.1-10.0.0.9 }
dst-ip4{ range=10.0.0.0-10.255.255.255 }
src-ip6{ range=fe80::-fe80::ffff }
dst-ip6{ range=ff02::1-ff02::1 }
dscp{ range=46-46 }
fragment{ range=0-1 }
proto{ range=6-6 }
sport{ range=1024-65535 }
dport{ range=443-443 }
tcp-flags{ masked=2-18 }
icmp{ range=2048-2048 }
arp-op{ range=1-2 }
arp-sender{ range=10.0.0.1-10.0.0.9 }
arp-target{ range=0.0.0.0-255.255.255.255 }'

# What can be wrong with any field, whatever it needs besides.
any_field() {
	local x='rule{ name=x from=any to=any verdict=drop stateless match{ ' field word kind other
	local at len
	while read -r field word _; do
		field=${field%\{}
		kind=${word%%=*} other=masked
		[ "$kind" = range ] || other=range
		at=rule.match.$field
		case $field in
		*-ip6) len=32 ;;
		*-mac) len=12 ;;
		*) len=8 ;;
		esac
		cat <<-END
		EINVAL $at ${x}$field{ } } }
		EINVAL $at ${x}$field{ not } } }
		EINVAL ${at}[1] ${x}$field{ $word } dst-mac{ masked=02:00:00:00:00:01/ff:ff:ff:ff:ff:ff } $field{ $word } } }
		EINVAL $at.not[1] ${x}$field{ not $word not } } }
		ERANGE $at.not ${x}$field{ not:u8=1 $word } } }
		ERANGE $at.$kind ${x}$field{ $kind } } }
		ERANGE $at.${kind}[1] ${x}$field{ $word $kind:hex=00 } } }
		EINVAL $at.$kind ${x}$field{ $kind!:hex=$(zeros $len) } } }
		ERANGE $at.$kind ${x}$field{ $kind:hex=$(zeros $((len - 1))) } } }
		ERANGE $at.$kind ${x}$field{ $kind:hex=$(zeros $((len + 1))) } } }
		ERANGE $at.$kind ${x}$field{ $kind:hex=$(zeros 500) } } }
		EINVAL $at.$other ${x}$field{ $other:hex=$(zeros $len) } } }
		E2BIG $at.${kind}[128] ${x}$field{ $(repeated 129 "$word") } } }
		$(nests "$field" "$at" "$x" "$word" ' } }')
		END
	done <<<"$FIELDS"
}

zeros() { # BYTES
	printf "%0$((2 * $1))d" 0
}

matches() {
	local x='rule{ name=x from=any to=any verdict=drop stateless match{ ' f=rule.match
	local tcp='proto{ range=6-6 }' many
	# what an answer does not tell
	local s='rule{ name=x from=any to=any verdict=accept match{ '
	many="$x$tcp sport{ $(repeated 64 'range=%-%') } dport{ $(repeated 64 'range=%-%') } } }"
	refused_adds <<-END
	$(any_field)
	EINVAL $f.ethertype ${x}ethertype{ range=1535-1535 } } }
	EINVAL $f.ethertype ${x}ethertype{ range=4-1536 } } }
	EINVAL $f.ethertype ${x}ethertype{ range=1536-65536 } } }
	EINVAL $f.ethertype ${x}ethertype{ range=33024-33024 } } }
	EINVAL $f.src-mac ${x}src-mac{ masked=00:00:00:00:00:00/00:00:00:00:00:00 } } }
	EINVAL $f.dst-mac ${x}dst-mac{ masked=03:00:00:00:00:00/01:00:00:00:00:00 } } }
	EINVAL $f.cast ${x}cast{ range=0-3 } } }
	EINVAL $f.cast ${x}cast{ not range=0-2 } } }
	EINVAL $f.cast ${x}cast{ range=2-2 } dst-mac{ masked=02:00:00:00:00:01/ff:ff:ff:ff:ff:ff } } }
	EINVAL $f.src-ip4 ${x}src-ip4{ range=10.0.0.2-10.0.0.1 } } }
	EINVAL $f.src-ip4 ${x}src-ip4{ range=10.0.0.1-10.0.0.2 range=10.1.0.0-10.0.255.255 } } }
	EINVAL $f.dst-ip4 ${x}dst-ip4{ not range=0.0.0.0-255.255.255.255 } } }
	EINVAL $f.dst-ip4 ${x}dst-ip4{ range=10.0.0.1-10.0.0.1 } src-ip6{ range=::1-::1 } } }
	EINVAL $f.src-ip6 ${x}src-ip6{ range=::2-::1 } } }
	EINVAL $f.dst-ip6 ${x}dst-ip6{ range=1::-::ffff:ffff } } }
	EINVAL $f.dscp ${x}dscp{ range=0-64 } } }
	EINVAL $f.fragment ${x}fragment{ range=3-3 } } }
	EINVAL $f.fragment ${x}$tcp dport{ range=1-1 } fragment{ range=2-2 } } }
	EINVAL $f.proto ${x}proto{ range=0-256 } } }
	EINVAL $f.proto ${x}proto{ not range=0-255 } } }
	EINVAL $f.sport ${x}$tcp sport{ range=0-65536 } } }
	EINVAL $f.sport ${x}sport{ range=1-1 } } }
	EINVAL $f.dport ${x}dport{ range=1-1 } proto{ range=6-17 } } }
	EINVAL $f.dport ${x}dport{ range=1-1 } proto{ not range=6-6 } } }
	EINVAL $f.tcp-flags ${x}$tcp tcp-flags{ masked=2-512 } } }
	EINVAL $f.tcp-flags ${x}$tcp tcp-flags{ masked=3-2 } } }
	EINVAL $f.tcp-flags ${x}tcp-flags{ masked=2-2 } proto{ range=6-6 range=17-17 } } }
	EINVAL $f.icmp ${x}icmp{ range=1-1 } $tcp } }
	EINVAL $f.icmp ${x}icmp{ range=1-1 } proto{ range=1-1 } src-ip6{ range=::1-::1 } } }
	EINVAL $f.arp-op ${x}arp-op{ range=0-65536 } } }
	EINVAL $f.arp-op ${x}arp-op{ range=1-1 } $tcp } }
	EINVAL $f.ethertype ${x}arp-target{ range=1.1.1.1-1.1.1.1 } ethertype{ range=2048-2048 } } }
	EINVAL $f.tcp-flags ${s}$tcp tcp-flags{ masked=2-18 } } }
	EINVAL $f.dscp ${s}dscp{ range=46-46 } } }
	EINVAL $f.fragment ${s}fragment{ range=0-0 } } }
	EINVAL $f.pcp ${s}pcp{ range=1-1 } } }
	EINVAL $f.inner-vlan ${s}inner-vlan{ range=1-1 } } }
	E2BIG $f.dport.range[63] $many
	E2BIG $f ${x}src-mac{ masked=00:00:00:00:00:00/ff:f0:00:ff:ff:ff } } }
	E2BIG $f ${x}$tcp sport{ $(repeated 32 'range=%-%') } dport{ $(repeated 33 'range=%-%') } } }
	END
}

# What has been taken comes back as it was, in the order of the fields.
told_back() {
	local matches=(
		'proto{ range=6-6 }'
		'proto{ range=58-58 } icmp{ range=32768-32768 }'
		'arp-op{ range=1-1 } arp-sender{ range=0.0.0.0-0.0.0.0 } arp-target{ not range=10.0.0.1-10.0.0.1 }'
		'ethertype{ not range=2054-2054 range=4-4 } src-mac{ masked=02:00:00:00:00:00/ff:ff:ff:00:00:00 masked=02:00:00:00:00:01/ff:ff:ff:ff:ff:ff } dst-mac{ not masked=ff:ff:ff:ff:ff:ff/ff:ff:ff:ff:ff:ff } cast{ range=0-0 }'
		'src-ip4{ range=10.0.0.8-10.0.0.15 range=10.0.0.1-10.0.0.1 } dst-ip4{ not range=0.0.0.0-9.255.255.255 } src-ip6{ range=2001:db8::-2001:db8::ffff } dst-ip6{ range=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff }'
		'dscp{ range=46-46 } fragment{ range=0-1 } proto{ range=6-6 } sport{ range=1024-65535 } dport{ range=443-443 range=80-80 } tcp-flags{ masked=2-18 }'
	)
	local i have
	for i in "${!matches[@]}"; do
		echo "rule m$i from group:g to binding:b verdict drop match{ ${matches[i]} }"
	done >/tmp/rules
	# and one that is given in another order
	raw <<-END
	begin
	bridge br0
	group g
	binding b port p-b
	$(</tmp/rules)
	rule last from any to any verdict drop match{ dport{ range=9-9 } proto{ range=6-6 } }
	commit
	END
	nlraw 'dump RULE_GET' >/tmp/told
	for i in "${!matches[@]}"; do
		have=$(grep " name=m$i " /tmp/told | grep -o 'match{.* } }')
		same "match{ ${matches[i]} }" "$have" "what m$i asks"
	done
	have=$(grep ' name=last ' /tmp/told | grep -o 'match{.* } }')
	same 'match{ proto{ range=6-6 } dport{ range=9-9 } }' "$have" "what the last asks"
}

# What a question without a frame is answered where a rule asks about it, and
# with one.
dependent() {
	local arp=0200000000020200000000010806 how=0001080006040001020000000001
	nlraw 'why binding:c host br0' >/tmp/why
	grep -q 'depends' /tmp/why || fail "without a frame: $(</tmp/why)"
	! grep -q 'verdict\|reason\|rule=' /tmp/why || fail "told besides: $(</tmp/why)"
	nlraw "why binding:c host br0 frame $arp${how}0a0000010000000000000a000002" >/tmp/why
	grep -q 'verdict=accept reason=rule rule=m' /tmp/why || fail "of a request: $(</tmp/why)"
	nlraw "why binding:c host br0 frame $arp" >/tmp/why
	grep -q 'verdict=drop reason=unparsed' /tmp/why || fail "of what is cut: $(</tmp/why)"
	! grep -q rule= /tmp/why || fail "of a default: $(</tmp/why)"
	nlraw "why binding:c host br0 frame 02000000000202000000000188b5" >/tmp/why
	grep -q 'verdict=drop reason=host-default' /tmp/why || fail "of another: $(</tmp/why)"
	nlraw "why host binding:c br0 frame $arp" >/tmp/why
	grep -q 'verdict=drop reason=unparsed rule=n' /tmp/why || fail "of a drop: $(</tmp/why)"
	unchanged
}

# What is at a limit is right.
right() {
	local long63 long255
	long63=$(chars 63)
	long255=$(chars 255)
	raw <<-END
	begin
	bridge $(chars 15) comment $long255
	send ADD bridge{ name=b1 comment= $(repeated 64 'uplink=u%x') }
	segment $long63 bridge b1 comment \\xc3\\xa4\\xe2\\x82\\xac\\xf0\\x9f\\x98\\x80
	group _
	group 0.a:b-c
	send ADD $(repeated 64 'group{ name=gg% }') binding{ name=x port=px $(repeated 64 group=gg%) }
	binding m mac fe:00:00:00:00:01 claims 65535
	binding n mac 02:00:00:00:00:02
	binding a alias $long255
	binding w glob ************** role community community $long63
	send ADD rule{ name=x $(repeated 64 from=group:gg%) $(repeated 64 to=binding:x) verdict=0 stateless }
	rule v from any to any verdict drop match{ src-ip6{ $(repeated 128 'range=::%-::ffff') } }
	rule u from any to any verdict drop match{ proto{ range=6-6 } sport{ $(repeated 32 'range=%-%') } dport{ not $(repeated 31 'range=%-%') } }
	rule t from any to any verdict drop match{ src-mac{ masked=00:00:00:00:00:00/ff:fc:00:ff:ff:ff } }
	# no segment, group, endpoint of the empty name, and no reserved owner
	rule y from any to host verdict drop owner any
	send ADD
	abort
	END
	unchanged
}

questions() {
	local at
	raw <<-END
	send WHY => EINVAL at none say from_is_missing
	send WHY from=host => EINVAL at none say to_is_missing
	send WHY to=host => EINVAL at none say from_is_missing
	send WHY from{ } to=host => EINVAL at from
	send WHY from=host to{ name=a } => EINVAL at to
	send WHY from=any to=host => EINVAL at from
	send WHY from=group:g to=host => EINVAL at from
	send WHY from=host to=members => EINVAL at to
	send WHY from=host to=quarantined => EINVAL at to
	send WHY from=host:x to=binding:a => EINVAL at from
	send WHY from=binding:a to=uplink:x => EINVAL at to
	send WHY from{ kind=binding } to=host => ENOENT at from
	send WHY from=host to{ kind=port } => ENOENT at to
	send WHY from=binding:nosuch to=host => ENOENT at from
	send WHY from=binding:g to=host => ENOENT at from
	send WHY from=host to=port:nosuch => ENOENT at to
	send WHY from=host to=binding:loose => EINVAL at none say neither_end
	send WHY from=uplink to=host => EINVAL at none say neither_end
	send WHY from=binding:a to=binding:far bridge-name=nosuch => ENOENT at bridge-name
	send WHY from=port:p to=binding:far => ENOENT at from
	send WHY from{ kind=9 } to=host => ERANGE at from.kind
	send WHY from{ kind:u32=1 } to=host => EINVAL|ERANGE at from.kind
	send WHY from{ kind=binding name:raw=a } to=host => EINVAL at from.name
	send WHY from=host to{ kind=binding name:raw=a\x00b\x00 } => EINVAL at to.name
	send WHY from=host to{ kind=binding name=$(chars 64) } => EINVAL|ERANGE at to.name
	send WHY from!{ kind=host } to=binding:a => EINVAL at from
	send WHY from=host to{ kind=host #9:u8=0 } => EINVAL at to.#9
	send WHY from=host to=host bridge-name=$(chars 16) => EINVAL|ERANGE at bridge-name
	send WHY from=host to=host bridge-name:raw=br0 => EINVAL at bridge-name
	send WHY from=host to=host bridge-name:raw=br0\x00x\x00 => EINVAL at bridge-name
	send WHY from/200=host to=host => EINVAL
	send WHY from=binding:a to=binding:b frame => ERANGE at frame
	send WHY from=binding:a to=binding:b frame=02000000000202000000000108 => ERANGE at frame
	send WHY from=binding:a to=binding:b frame=$(zeros 513) => ERANGE at frame
	send WHY from=binding:a to=binding:b frame!=0200000000020200000000010800 => EINVAL at frame
	send WHY from=binding:a to=binding:b frame=$(zeros 512)
	send WHY from=binding:a to=binding:b frame=0200000000020200000000010800
	why binding:a host br0
	END
	unchanged
}

quarantines() {
	local cmd
	for cmd in QUARANTINE_ADD QUARANTINE_DEL; do
		cat <<-END
		send $cmd => EINVAL at none say quarantine_is_missing
		send $cmd quarantine{ } => EINVAL at quarantine
		send $cmd quarantine{ mode=0 } => EINVAL at quarantine
		send $cmd quarantine!{ binding=a } => EINVAL at quarantine
		send $cmd quarantine{ binding=nosuch } => ENOENT at quarantine.binding
		send $cmd quarantine{ binding=g } => ENOENT at quarantine.binding
		send $cmd quarantine{ binding= } => ENOENT|EINVAL at quarantine.binding
		send $cmd quarantine{ binding:raw=a } => EINVAL at quarantine.binding
		send $cmd quarantine{ binding:raw=a\x00x\x00 } => EINVAL at quarantine.binding
		send $cmd quarantine{ binding=$(chars 64) } => EINVAL|ERANGE at quarantine.binding
		send $cmd quarantine{ binding=a since=1 } => EINVAL at quarantine.since
		send $cmd quarantine{ binding=a orphan } => EINVAL at quarantine.orphan
		send $cmd quarantine{ binding=a pad } => EINVAL at quarantine.pad
		send $cmd quarantine{ binding=a #50 } => EINVAL at quarantine.#50
		send $cmd quarantine{ binding=a mode=2 } => ERANGE at quarantine.mode
		send $cmd quarantine{ binding=a mode:u32=0 } => EINVAL|ERANGE at quarantine.mode
		send $cmd quarantine{ binding=a comment:raw=x } => EINVAL at quarantine.comment
		send $cmd quarantine{ binding=a comment:raw=x\x00y\x00 } => EINVAL at quarantine.comment
		send $cmd quarantine{ binding=a comment=$(chars 256) } => EINVAL|ERANGE at quarantine.comment
		send $cmd quarantine{ binding=a comment=\xff } => EINVAL at quarantine.comment
		END
	done >/tmp/steps
	raw <<-END
	$(</tmp/steps)
	send QUARANTINE_DEL quarantine{ binding=b mode=0 } => EINVAL
	send QUARANTINE_DEL quarantine{ binding=b comment=x } => EINVAL
	send QUARANTINE_ADD quarantine{ binding=b } => EEXIST at quarantine.binding
	send QUARANTINE_DEL quarantine{ binding=a } => ENOENT at quarantine.binding
	END
	unchanged
}

# As many of everything as may be, and one more.
limits() {
	raw <<-'END'
	begin
	repeat 1 1024 bridge br{}
	repeat 1 1024 segment s{} bridge br{}
	bridge more => E2BIG
	commit => ENOENT
	begin
	repeat 1 1024 bridge br{}
	repeat 1 1023 segment s{} bridge br{}
	segment s1024 bridge br1024
	segment more bridge br1024 => EEXIST
	begin
	size 60000
	repeat 1 65535 group g{}
	group more => E2BIG
	commit => ENOENT
	begin
	repeat 1 65535 binding b{} port p{}
	binding more port more => E2BIG
	commit => ENOENT
	begin
	repeat 1 131071 rule r{} from any to any verdict drop
	rule last table quarantine from quarantined to any verdict drop
	rule more from any to any verdict drop => E2BIG
	commit => ENOENT
	END
	unchanged
}

modprobe bridge
load_module || exit
ip link add br0 type bridge
ip link add br1 type bridge
ip link add p-a type dummy
ip link set p-a master br0
POLICY="bridge br0
bridge br1
segment s bridge br0
segment t bridge br1
group g comment something
binding a port p-a group g
binding b port p-b segment s
binding loose port p-loose
binding far port p-far segment t
rule r from group:g to binding:b verdict accept owner me
binding c port p-c
rule m from binding:c to host verdict accept match{ arp-op{ range=1-1 } }
rule n from host to binding:c verdict drop match{ arp-op{ range=2-2 } }"
raw <<-END || fail "no policy"
begin
$POLICY
commit
quarantine b because
END
STATE=$(state)

run_case other_attributes other_attributes
run_case commands commands
run_case numbers numbers
run_case bridges bridges
run_case segments segments
run_case groups groups
run_case bindings bindings
run_case rules rules
run_case matches matches
run_case right right
run_case questions questions
run_case quarantines quarantines
run_case dependent dependent
run_case limits limits
run_case told_back told_back
