#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All that can happen at once does, for a while: policies take turns, ports are
# added, renamed, moved and deleted, namespaces die, quarantines flip, dumps and
# monitors run, sockets die in the middle of transactions; then the module is
# unloaded and loaded again and again besides. All policies let a talk to b, and
# b to the host, and forbid a everything else: that a frame of a gets anywhere
# else, or one to b gets lost, is never right.
#
# ISOL_TORTURE_SECONDS is how long (a minute), ISOL_SEED what is left to chance.
#
# kernels: 6.12 debug kcsan
# timeout: 300
# parallel: yes

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

# To begin and to end takes long where all does.
SECONDS_LONG=${ISOL_TORTURE_SECONDS:-$((ISOL_SLOW ? 40 : 60))}
SEED=${ISOL_SEED:-${EPOCHREALTIME#*.}}
SEED=$((10#$SEED % 1000000 + 1))
RANDOM=$SEED
GOING=/tmp/going

# As cat, without starting a program: that takes long in a guest.
lines() {
	local line
	while IFS= read -r line; do
		printf '%s\n' "$line"
	done
}

# ---- policies, as steps of nlraw

# The given lines in another order, so that ids and classes of one policy are
# others' in the next.
shuffled() { # LINE...
	local i j line
	for ((i = $#; i > 1; i--)); do
		j=$((RANDOM % i + 1))
		line=${!j}
		set -- "${@:1:j-1}" "${@:j+1}"
		echo "$line"
	done
	echo "$1"
}

# They agree on what a may do, and not on much else.
one() {
	lines <<-'END'
	bridge br0
	group pair
	group extra
	END
	shuffled 'binding a port p-a group pair' 'binding b port p-b group pair' \
		'binding c port p-c group extra' \
		'repeat 10 19 binding x{} port x{%10} group extra' \
		'binding rest glob y* group extra claims 100'
	lines <<-'END'
	rule ab from group:pair to group:pair verdict accept
	rule xx from group:extra to group:extra verdict accept
	rule bh from binding:b to host verdict accept
	END
}

two() {
	lines <<-'END'
	bridge br9 uplink y3 unbound accept
	bridge br0
	segment s bridge br0 within drop
	group other
	END
	shuffled 'repeat 10 19 binding x{} glob x{%10}* claims 2 segment s' \
		'binding c port p-c segment s role isolated' \
		'binding third alias third segment s role isolated' \
		'binding a port p-a segment s group other' \
		'binding b glob p-b* segment s'
	lines <<-'END'
	repeat 1 200 rule n{} from binding:x1{%10} to binding:x1{%9} verdict {%2}
	rule ab from group:other to binding:b verdict accept
	rule ba from binding:b to binding:a verdict accept
	rule bh from binding:b to host verdict accept
	rule far from host to members verdict drop
	END
}

committed() { # ONE|TWO [=> RESULT]
	echo begin
	"$1"
	shift
	echo "commit $*"
}

# Everybody may talk to everybody: what a is denied would arrive.
open_world() {
	lines <<-'END'
	begin
	bridge br0 default accept unbound accept
	rule all from any to any verdict accept
	rule in from any to host verdict accept
	rule out from host to any verdict accept
	commit
	END
}

# ---- what goes on; each of these is a script for nlraw

policies() {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		echo 'begin => ok|EBUSY'
		one
		echo 'commit => ok|ESTALE|ENOENT'
		echo 'begin => ok|EBUSY'
		two
		echo 'commit => ok|ESTALE|ENOENT'
	done
}

quarantines() {
	local i what=(quarantine release) which=(c c c c x10 x11 x12 x13 x14 x15)
	for i in {1..100}; do
		echo "${what[RANDOM % 2]} ${which[RANDOM % 10]} => any"
		[ $((i % 20)) != 0 ] || echo "sleep $((RANDOM % 20))"
	done
}

dumps() {
	read_all
	echo 'sleep 5'
}

monitors() {
	lines <<-'END'
	@1 join port
	@2 join policy
	@1 read 200 => any
	@2 read 200 => any
	@1 sleep 100
	@1 drain => any
	END
}

# Transactions that come to nothing, in all ways.
unfinished() {
	lines <<-'END'
	@1 begin => any
	@1 bridge br0 => any
	repeat 1 10 @1 group g{} => any
	@1 close
	@2 begin timeout 100 => any
	@2 bridge br0 => any
	@3 begin => any
	@3 bridge br0 => any
	@3 bridge br0 => any
	@4 begin => any
	@4 group g => any
	@4 abort => any
	@5 flush base 0 => any
	@2 sleep 150
	END
}

# Processes that die in the middle of one, or before they know the end of it.
mortals() {
	local i lines
	mapfile -t lines < <(one)
	printf -v lines '%s => any | ' "${lines[@]}"
	for i in {1..20}; do
		echo "mortal $((RANDOM % 30)) begin => any | repeat 1 $((RANDOM % 100 + 2))" \
			"group g{} => any | add => any"
		echo "mortal $((RANDOM % 30 + 5)) begin => any | $lines add => any |" \
			"${1-commit nowait => any}"
	done
}

# ---- running it

WORKERS=()
declare -A PID=() RESULT=() SAID=()

worker() { # NAME COMMAND...
	local name=$1
	shift
	: >>"/tmp/$name.steps"
	"$@" <"/tmp/$name.steps" >"/tmp/$name.out" 2>"/tmp/$name.err" &
	PID[$name]=$!
	WORKERS+=("$name")
}

talker() { # NAME SCRIPT...
	local name=$1
	shift
	"$@" >"/tmp/$name.steps"
	worker "$name" nlraw -q -w $GOING
}

start() {
	WORKERS=()
	: >$GOING
}

# Wait for all workers, and keep what they say.
stop() {
	local name rc text
	rm -f $GOING
	for name in "${WORKERS[@]}"; do
		wait "${PID[$name]}" && rc=0 || rc=$?
		mapfile -t text <"/tmp/$name.out"
		[ ${#text[@]} -gt 0 ] || text=('')
		RESULT[$name]="$rc ${text[-1]}"
		mapfile -t -n 3 text <"/tmp/$name.err"
		SAID[$name]=${text[*]-}
		echo "$name: ${RESULT[$name]} ${SAID[$name]}"
	done
}

# A worker has ended well, and has done this so often at least.
did() { # NAME WHAT [TIMES]
	local n rc=${RESULT[$1]%% *} text
	if [ "$rc" != 0 ] || [ -n "${SAID[$1]}" ]; then
		fail "$1: exit status $rc: ${SAID[$1]}"
	fi
	text=" ${RESULT[$1]}"
	n=${text##* "$2" }
	n=${n%% *}
	[[ $n =~ ^[0-9]+$ ]] || n=0
	[ "$n" -ge "${3:-1}" ] || fail "$1: $2 $n times, not ${3:-1}: ${RESULT[$1]#* }"
	echo "$1: $2 $n"
}

endpoints() {
	# What is behind c's port, and the ports that come and go, is one.
	# shellcheck disable=SC2054 # the comma is the option's
	ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0,all host=-:br0 spray=c:eth0,mute)
}

FORBIDDEN=(a:c a:host c:a c:b b:c host:a host:c)
ALLOWED=(a:b b:a b:host)

blast_on() {
	local IFS=,
	blast_start -r "$SEED" -i 8 -k unicast,mcast,unknown,reserved \
		-p "${ALLOWED[*]},${FORBIDDEN[*]},spray:a,spray:b,spray:host"
}

# What came of what the ports sent that come and go.
sprayed() { # TO none|some
	local from to kind sent received _ n=0
	while read -r from to kind sent received _; do
		[ "$from $to" = "spray $1" ] || continue
		echo "    spray $to $kind: $received"
		n=$((n + received))
	done </run/isol/blast
	if [ "$2" = none ]; then
		[ $n -eq 0 ]
	else
		[ $n -gt 0 ]
	fi || fail "spray $1: expected $2, got $n"
}

# No frame of a that was for b has been seen elsewhere.
no_strays() {
	local from to kind sent received strays _ n=0
	while read -r from to kind sent received strays _; do
		[ "$from $to" = "a b" ] || continue
		[ "$strays" -eq 0 ] || fail "a b $kind: $strays elsewhere"
		n=$((n + 1))
	done </run/isol/blast
	[ $n -gt 0 ]
}

nothing_got_through() {
	local pair
	for pair in "${FORBIDDEN[@]}"; do
		blasted "${pair%:*}" "${pair#*:}" none
	done
	no_strays
	for pair in a b host; do
		sprayed $pair none
	done
}

nothing_was_lost() {
	local pair
	for pair in "${ALLOWED[@]}"; do
		blasted "${pair%:*}" "${pair#*:}" all
	done
}

# For wait_for: what is sprayed has come to all of them, at one time or another.
COME=
all_have_come() {
	local to
	sleep 0.5
	blast_next
	for to in a b host; do
		! (sprayed $to some) || COME+=" $to "
	done
	[[ $COME = *" a "* && $COME = *" b "* && $COME = *" host "* ]]
}

# The same frames arrive when the policy says so.
control() {
	local pair
	endpoints
	raw < <(open_world)
	blast_on
	kill_at_exit $!
	sleep 1
	blast_next
	for pair in "${FORBIDDEN[@]}" "${ALLOWED[@]}"; do
		blasted "${pair%:*}" "${pair#*:}" all
	done
	ip link add x1 type veth peer name v0 netns c
	ip -n c link set v0 up
	ip link set x1 master br0 up
	forwarding x1
	start
	worker spray churn -w $GOING spray c "$SEED" 4
	wait_for 120 all_have_come
	stop
	blast_stop
	ip link del x1
}

torture() { # SECONDS
	endpoints
	raw < <(committed one)
	blast_on
	start
	worker ports churn -s "$SEED" -r -w $GOING ports br0 br9 c p-c p-b
	worker netns churn -s "$SEED" -w $GOING netns
	worker spray churn -s "$SEED" -w $GOING spray c "$SEED" 4
	talker policies policies
	talker quarantines quarantines
	talker dumps dumps
	talker monitors monitors
	talker unfinished unfinished
	talker mortals mortals
	sleep "$1"
	stop
	blast_stop
}

# ---- with the module coming and going

ROUNDS=0

# In one round: frames are held against the policy while there is one.
reload_round() {
	local tries=0
	raw < <(committed one)
	blast_next
	blast_next
	nothing_got_through
	nothing_was_lost
	must_fail rmmod isol
	# A namespace that dies may have a policy for a while yet.
	until nlraw -q flush && rmmod isol 2>/tmp/rmmod; do
		tries=$((tries + 1))
		[ $tries -lt 300 ] || fail "rmmod: $(</tmp/rmmod)"
		sleep 0.1
	done
	load_module
}

reloads() { # SECONDS
	local end=$((SECONDS + $1))
	while [ $ROUNDS -lt 2 ] || [ $SECONDS -lt $end ]; do
		reload_round
		ROUNDS=$((ROUNDS + 1))
	done
	echo "$ROUNDS rounds"
	note "reloads $ROUNDS"
}

# Nothing of all that is left.
afterwards() {
	wait_for 60 status_is transactions 0
	steps flush 'repeat 10 19 release x{} => any' 'release c => any'
	same 0 "$(status memory)" memory
	wait_for 60 rmmod isol
}

modprobe -a bridge veth dummy
quiet_network
load_module || exit
topo a b c
mkbridge br9
note "seed $SEED"

run_case control control
torture $((SECONDS_LONG * 3 / 4))
read -r text </run/isol/blast
note "$text, generation $(generation)"
for name in "${WORKERS[@]}"; do
	note "$name: ${RESULT[$name]#* }"
done
run_case forbidden_saw_nothing nothing_got_through
run_case allowed_lost_nothing nothing_was_lost
run_case policies_swapped did policies commit 4
run_case ports_churned did ports moved 2
run_case ports_deleted did ports deleted
run_case ports_sent did spray sent
run_case namespaces_died did netns policies 1
run_case quarantines_flipped did quarantines quarantine 10
run_case quarantines_ended did quarantines release 10
run_case dumps_went_on did dumps dump 10
run_case monitors_read did monitors read 2
run_case transactions_failed did unfinished begin 5
run_case sockets_died did mortals killed 10

steps flush
endpoints
blast_on
start
worker ports churn -s "$SEED" -w $GOING ports br0 br9 c p-c
worker netns churn -s "$SEED" -r -w $GOING netns
worker spray churn -s "$SEED" -w $GOING spray c "$SEED" 4
talker dumps eval 'dumps | sed "s/ => .*//; s/\$/ => any/"'
talker unfinished unfinished
talker mortals mortals ''
run_case reloads reloads $((SECONDS_LONG / 4))
stop
blast_stop
for name in "${WORKERS[@]}"; do
	note "meanwhile, $name: ${RESULT[$name]#* }"
done
run_case reload_namespaces did netns namespaces 1
run_case reload_ports did ports moved 2
run_case reload_sockets did mortals killed 2
run_case afterwards afterwards
