#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Large policies go in and come out whole and in order, and a reader can tell
# when what it reads has changed meanwhile.
#
# timeout: 300
# not-on: 6.1

. tests/vm/lib.sh
. tests/vm/raw.sh

# 3,000 rules, 501 bindings and 100 groups, in no order of names.
large_policy() {
	cat <<-'END'
	bridge br0 uplink up0 uplink up1 comment the\sfirst
	bridge br1 default accept unbound accept fragments accept
	segment s0 bridge br0 within accept
	segment s1 bridge br1 uplink accept comment x
	repeat 0 99 group g{} comment the\sgroup\s{}
	repeat 1 300 binding b{%13}-{} port p{} group g{%100} group g{%7}x
	repeat 301 400 binding b{%13}-{} glob q{}* claims {} segment s{%2}
	repeat 401 450 binding b{%13}-{} alias an\salias:\s{} role isolated
	repeat 451 500 binding b{%13}-{} port p{} role community community c{%3} comment x
	binding macked mac 52:54:00:00:00:01 role promiscuous
	repeat 1 2940 rule r{%11}-{} from group:g{%100} to group:g{%7}x verdict {%2} owner o{%5}
	repeat 1 30 rule e{} stateful from uplink from binding:macked to any to members verdict drop
	repeat 1 30 rule q{} table quarantine from quarantined to host verdict {%2} comment q
	END
}

large_text() {
	large_policy | sed '/^segment s1/a repeat 0 6 group g{}x'
}

load_large() {
	raw <<-END
	begin
	$(large_text)
	commit
	END
}

numbered() { # FROM TO MODULUS PREFIX
	local i
	for ((i = $1; i <= $2; i++)); do
		if [ "$3" -gt 0 ]; then
			echo "$4$((i % $3))-$i"
		else
			echo "$4$i"
		fi
	done
}

names() { nlraw "dump $1 names" | grep -v ^@; }

complete() {
	local out
	load_large
	diff <(names RULE_GET) <(
		numbered 1 2940 11 r
		numbered 1 30 0 e
		numbered 1 30 0 q
	) | head -4
	diff <(names BINDING_GET) <(
		numbered 1 500 13 b
		echo macked
	) | head -4
	diff <(names GROUP_GET) <(
		for i in {0..6}; do echo "g${i}x"; done
		numbered 0 99 0 g
	) | head -4
	out=$(nlraw 'dump RULE_GET count')
	echo "$out"
	[[ $out =~ 3000\ objects\ in\ ([0-9]+)\ parts ]]
	[ "${BASH_REMATCH[1]}" -ge 5 ]
	out=$(nlraw 'dump BINDING_GET count')
	echo "$out"
	[[ $out =~ 501\ objects\ in\ ([0-9]+)\ parts ]]
	[ "${BASH_REMATCH[1]}" -ge 2 ]
}

# Every attribute comes back as it was sent.
as_sent() {
	load_large
	expect_line BRIDGE_GET 'bridge{ name=br0 default=drop unbound=drop fragments=drop resume=accept pickup=60 comment="the first" uplink=up0 uplink=up1 }'
	expect_line BRIDGE_GET 'bridge{ name=br1 default=accept unbound=accept fragments=accept resume=accept pickup=60 }'
	expect_line SEGMENT_GET 'segment{ name=s0 bridge=br0 within=accept uplink=drop }'
	expect_line SEGMENT_GET 'segment{ name=s1 bridge=br1 within=drop uplink=accept comment=x }'
	expect_line GROUP_GET 'group{ name=g7 comment="the group 7" members=3 }'
	expect_line BINDING_GET 'binding{ name=b8-8 port=p8 claims=1 bound=0 group=g1x group=g8 }'
	expect_line BINDING_GET 'binding{ name=b2-301 glob=q301* claims=301 segment=s1 bound=0 }'
	expect_line BINDING_GET 'binding{ name=b11-401 alias="an alias: 401" claims=1 role=isolated bound=0 }'
	expect_line BINDING_GET 'binding{ name=b9-451 port=p451 claims=1 role=community community=c1 comment=x bound=0 }'
	expect_line BINDING_GET 'binding{ name=macked mac=52:54:00:00:00:01 claims=1 role=promiscuous bound=0 }'
	expect_line RULE_GET 'rule{ name=r1-1 table=rules from{ kind=group name=g1 } to{ kind=group name=g1x } verdict=accept stateless owner=o1 packets=0 bytes=0 }'
	expect_line RULE_GET 'rule{ name=e7 table=rules from{ kind=uplink } from{ kind=binding name=macked } to{ kind=any } to{ kind=members } verdict=drop packets=0 bytes=0 }'
	expect_line RULE_GET 'rule{ name=q30 table=quarantine from{ kind=quarantined } to{ kind=host } verdict=drop stateless comment=q packets=0 bytes=0 }'
}

# Attributes may come in any order.
expect_line() { # CMD WORDS
	local name want
	name=${2#*\{ }
	name=${name%% *}
	want=$(tr ' ' '\n' <<<"$2" | sort)
	nlraw "dump $1" | grep -F " $name " >/tmp/line ||
		fail "nothing named $name"
	same "$want" "$(sed 's/^.* generation=[0-9]* //; s/ ifindex=[0-9]*//' /tmp/line | tr ' ' '\n' | sort)" "$name"
}

# The parts behind a change of the policy say so.
interrupted() {
	load_large
	raw <<-END
	dump RULE_GET first
	@2 begin
	@2 bridge br0
	@2 commit
	dump RULE_GET rest => EINTR
	dump RULE_GET
	@2 begin
	$(large_text | sed 's/^repeat \([0-9]* [0-9]*\)/repeat \1 @2/; t; s/^/@2 /')
	@2 commit
	dump BINDING_GET first
	@2 flush
	dump BINDING_GET rest => EINTR
	dump BINDING_GET
	END
	load_large
	# what is no change of the policy is no interruption of what it says
	raw <<-'END'
	dump RULE_GET first
	@2 begin
	@2 bridge br0
	@2 abort
	@3 quarantine macked
	dump RULE_GET rest
	@3 release macked
	@2 begin
	@3 begin
	dump RULE_GET first
	@2 commit => any
	dump RULE_GET rest => ok|EINTR
	END
}

# Ports and quarantines change without a policy.
ports_interrupted() {
	local i
	for ((i = 0; i < 400; i++)); do
		echo "link add d$i type dummy"
		echo "link set d$i master br0"
	done | ip -batch -
	load_large
	same 400 "$(status ports)" ports
	nlraw >/tmp/out <<-'END' &
	dump PORT_GET first
	echo first
	sleep 10000
	dump PORT_GET rest => EINTR
	dump PORT_GET count
	END
	wait_for 60 grep -q ^first /tmp/out
	ip link set d7 nomaster
	wait $!
	raw <<-END
	repeat 1 400 quarantine b{%13}-{} $(printf '%0100d' 0)
	dump QUARANTINE_GET first
	@2 release b7-7
	dump QUARANTINE_GET rest => EINTR
	dump QUARANTINE_GET
	END
	names QUARANTINE_GET >/tmp/names
	diff /tmp/names <(numbered 1 400 13 b | grep -vx b7-7) | head -4
	same 399 "$(status quarantined)" quarantined
	# gone from the list at once or as a port that has gone
	names PORT_GET | grep -cx 'd[0-9]*'
	for ((i = 0; i < 400; i++)); do
		echo "link del d$i"
	done | ip -batch -
	raw <<-'END'
	repeat 1 400 release b{%13}-{} => any
	END
}

# The largest object there can be, many times.
largest() {
	local ends i name
	printf -v name '%050d' 0
	for ((i = 0; i < 64; i++)); do
		ends+=" group:n$name-$((1000 + i))"
	done
	raw <<-END
	begin
	bridge br0
	repeat 1000 1063 group n$name-{} comment $name$name$name$name$name
	repeat 1 50 rule r{} ${ends// group/ from group} ${ends// group/ to group} verdict drop comment $name$name$name$name$name owner n$name
	commit
	END
	same 50 "$(nlraw 'dump RULE_GET' | grep -o "to{ kind=group name=n$name-1063 }" | wc -l)" rules
	diff <(names RULE_GET) <(numbered 1 50 0 r) | head -4
}

# What isolctl writes it can read, and nothing is lost on the way.
save_and_apply() {
	local cmd
	command -v isolctl >/dev/null || skip_case "no isolctl"
	load_large
	for cmd in BRIDGE SEGMENT GROUP BINDING RULE; do
		nlraw "dump ${cmd}_GET"
	done | sed 's/generation=[0-9]*//' >/tmp/before
	isolctl save /tmp/one.yaml
	steps flush
	isolctl apply /tmp/one.yaml
	for cmd in BRIDGE SEGMENT GROUP BINDING RULE; do
		nlraw "dump ${cmd}_GET"
	done | sed 's/generation=[0-9]*//' >/tmp/after
	diff /tmp/before /tmp/after | head -4
	isolctl save /tmp/two.yaml
	cmp /tmp/one.yaml /tmp/two.yaml
	same 3000 "$(status rules)" rules
}

# 10,000 rules, in messages as large as they get, and in many small ones.
messages() {
	local size took
	for size in 59000 2000; do
		nlraw >/tmp/out <<-END
		size $size
		begin
		bridge br0
		repeat 0 99 group g{}
		repeat 1 1000 binding b{} port p{} group g{%100}
		repeat 1 10000 rule r{} from group:g{%100} to group:g{%97} verdict {%2} comment number\s{}
		add
		echo added
		commit
		END
		same 10000 "$(status rules)" rules
		took=$(sed -n 's/^@1 \([0-9]* ms\)$/\1/p' /tmp/out)
		note "10000 rules in messages of $size bytes: committed in $took," \
			"$(($(status memory) >> 10)) KiB"
	done
	steps flush
	same 0 "$(status memory)" memory
}

modprobe bridge
load_module || exit
ip link add br0 type bridge

run_case complete complete
run_case as_sent as_sent
run_case interrupted interrupted
[ "$ISOL_SLOW" = 1 ] || run_case ports_interrupted ports_interrupted # long there
run_case largest largest
run_case save_and_apply save_and_apply
run_case messages messages
