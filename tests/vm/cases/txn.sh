#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Transactions: who may change the policy, what a change that fails leaves
# behind (nothing), and who hears of it.
#
# timeout: 400
# mem: 2048
# not-on: 6.1

. tests/vm/lib.sh
. tests/vm/raw.sh

# A policy in which a -> b passes by a rule, and nothing else.
first_policy() {
	cat <<-'END'
	bridge br0
	group one
	group two
	binding a port p-a group one
	binding b port p-b group two
	binding c port p-c
	rule ab from group:one to group:two verdict accept
	END
}

load_first() {
	raw <<-END
	flush
	begin
	$(first_policy)
	commit
	END
}

# The same with a -> c instead.
second_policy() {
	first_policy | sed 's/^rule.*/rule ac from group:one to binding:c verdict accept/'
}

# To be called before and after: what is enforced, and what it takes.
snapshot() {
	echo "$(generation) $(verdict binding:a binding:b) $(verdict binding:a binding:c)" \
		"$(status memory) $(status transactions)"
}

unchanged() { # SNAPSHOT
	same "$1" "$(snapshot)" "generation, a to b, a to c, memory, transactions"
}

two_at_once() {
	load_first
	before=$(generation)
	raw <<-END
	@1 begin
	@2 begin
	$(second_policy | sed 's/^/@1 /')
	$(first_policy | sed 's/^/@2 /')
	@2 rule more from any to any verdict accept
	@1 commit
	@2 commit => ESTALE
	@2 commit => ENOENT
	@2 begin base =
	@2 abort
	END
	same "accept rule ac" "$(verdict binding:a binding:c)" "a to c"
	same $((before + 1)) "$(generation)" generation
}

stale_base() {
	load_first
	raw <<-'END'
	status
	begin base -1 => ESTALE
	begin base +1 => ESTALE
	# nothing was begun
	commit => ENOENT
	begin base =
	abort
	END
}

# Every kind of error that an ADD can have ends the transaction, with all that
# was added before.
add_fails() {
	local step error before
	load_first
	before=$(snapshot)
	while IFS='|' read -r error step; do
		raw <<-END
		begin
		$(second_policy)
		add
		$step => $error
		commit => ENOENT
		abort => ENOENT
		add
		status
		END
		same "$before" "$(snapshot)" "after $step: what is in force"
	done <<-'END'
	EINVAL|send ADD #99:u8=1
	EINVAL|send ADD generation=1
	EINVAL|send ADD base-generation=1
	EINVAL|send ADD bridge!{ name=br1 }
	EINVAL|send ADD bridge{ #77:u8=0 name=br1 }
	EINVAL|send ADD bridge{ name:raw=br1 }
	EINVAL|send ADD bridge{ name:raw=br1\x00x\x00 }
	ERANGE|send ADD bridge{ name=br1 default:u8=9 }
	EINVAL|send ADD bridge{ name=br1 default:u32=1 }
	EINVAL|send ADD bridge{ name/200=br1 }
	EINVAL|send ADD group{ name=ok } bridge{ }
	EEXIST|bridge br0
	ENOENT|rule x from group:nosuch to any verdict accept
	EEXIST|rule ac from any to any verdict accept
	EINVAL|binding z mac 01:00:00:00:00:01
	EINVAL|send ADD rule{ name=x from=any verdict=drop }
	END
	# what was in the message before the error is gone too, and an
	# ADD behind the error finds no transaction
	raw <<-'END'
	begin
	send ADD bridge{ name=br0 } group{ name=g } group{ name=g } => EEXIST at group[1].name
	send ADD group{ name=h } => ENOENT
	commit => ENOENT
	END
	unchanged "$before"
}

aborts() {
	local before
	load_first
	before=$(snapshot)
	raw <<-END
	abort => ENOENT
	begin
	$(second_policy)
	repeat 1 2000 binding x{} port x{}
	add
	abort
	abort => ENOENT
	commit => ENOENT
	END
	unchanged "$before"
}

close_aborts() {
	local before pid
	load_first
	before=$(snapshot)
	raw <<-END
	begin
	$(second_policy)
	repeat 1 2000 binding x{} port x{}
	add
	close
	commit => ENOENT
	END
	unchanged "$before"
	# and so does dying
	nlraw -q begin 'bridge br0' add 'sleep 60000' &
	pid=$!
	kill_at_exit $pid
	wait_for 60 status_is transactions 1
	kill -KILL $pid
	wait $pid 2>/dev/null || :
	unchanged "$before"
}

# Portids repeat across protocols and namespaces; only the socket itself counts.
twins() {
	ip netns add twin
	load_first
	raw <<-END
	begin
	$(second_policy)
	add
	# NETLINK_ROUTE, NETLINK_USERSOCK, NETLINK_GENERIC elsewhere
	twin 0
	twin 2
	twin 16 twin
	# a second socket of ours
	@2 begin
	@2 close
	commit
	END
	ip netns del twin
	same "accept rule ac" "$(verdict binding:a binding:c)" "a to c"
}

idle() {
	local before
	load_first
	before=$(snapshot)
	raw <<-END
	begin timeout 3000
	$(second_policy)
	repeat 1 500 binding x{} port x{}
	add
	sleep 4500
	group late => ETIMEDOUT
	group late => ENOENT
	begin timeout 200
	sleep 700
	commit => ETIMEDOUT
	commit => ENOENT
	# a new one may begin where the old one timed out
	begin timeout 200
	sleep 700
	begin timeout 3000
	abort
	END
	unchanged "$before"
}

# What it held is freed at the time, not when somebody looks; and it keeps
# nobody else from beginning one.
idle_frees() {
	local before pid
	load_first
	before=$(snapshot)
	nlraw >/tmp/out <<-'END' &
	repeat 1 8 @{} begin timeout 2000
	repeat 1 8 @{} bridge br0
	repeat 1 8 @{} add
	echo all
	sleep 60000
	END
	pid=$!
	kill_at_exit $pid
	wait_for 60 grep -q all /tmp/out
	wait_for 60 status_is transactions 0
	steps begin abort
	kill $pid
	wait $pid || :
	unchanged "$before"
}

busy_is_not_idle() {
	load_first
	raw <<-END
	begin timeout 3000
	$(second_policy)
	add
	sleep 1000
	group x1
	add
	sleep 1000
	group x2
	add
	sleep 1000
	group x3
	add
	sleep 1000
	commit
	END
}

one_each() {
	raw <<-'END'
	begin
	bridge br9
	add
	begin => EALREADY
	# it is still the first one
	group br9g
	commit
	END
	same 1 "$(status groups)" groups
}

too_many() {
	local pid
	ip netns add too-many
	raw <<-'END'
	repeat 1 8 @{} begin
	@9 begin => EBUSY
	@3 close
	@9 begin
	@3 begin => EBUSY
	@9 abort
	@3 begin
	END
	nlraw -q 'repeat 1 8 @{} begin' '@1 sleep 60000' &
	pid=$!
	kill_at_exit $pid
	wait_for 60 status_is transactions 8
	# other namespaces have their own
	in_ns too-many nlraw -q begin abort
	kill $pid
	wait $pid || :
	ip netns del too-many
	steps begin abort
}

# DONE says which request it is about; the socket may go on meanwhile.
done_by_seq() {
	load_first
	raw <<-END
	begin
	$(second_policy)
	repeat 1 3000 binding x{} port x{}
	repeat 1 3000 rule x{} from binding:x{} to group:one verdict accept
	commit nowait
	status
	dump BRIDGE_GET count
	done
	status
	flush base = nowait
	status
	done
	END
	same 0 "$(status rules)" rules
}

flushes() {
	local before
	load_first
	before=$(snapshot)
	raw <<-'END'
	status
	flush base -1 => ESTALE
	flush base +1 => ESTALE
	END
	unchanged "$before"
	raw <<-'END'
	status
	flush base =
	why binding:a binding:b => ENOENT
	dump RULE_GET
	# nothing to do
	flush
	flush base =
	END
	same 0 "$(status memory)" memory
}

# Without a bridge nothing is managed, but it is a policy.
empty_policy() {
	steps begin commit
	same 0 "$(status bridges)" bridges
	expect_port p-a kind=unmanaged
	steps 'why port:p-a port:p-b' flush
}

# A pair of classes for each pair of bindings: too large a table.
over_budget() {
	local before out
	load_first
	before=$(snapshot)
	out=$(nlraw <<-END
	begin
	$(second_policy)
	repeat 1 4200 binding x{} port x{}
	repeat 1 4200 rule x{} from binding:x{} to binding:x{} verdict accept
	commit => ENOSPC say rules_that_name_bindings
	commit => ENOENT
	END
	) || fail "${out##*$'\n'}"
	out=$(grep '< DONE' <<<"$out")
	unchanged "$before"
	[[ $out = *" generation=${before%% *} "* ]] || fail "the answer is $out"
	same $'a b unicast pass\na c unicast drop' \
		"$(probe -k unicast -p a:b,a:c a=a:eth0 b=b:eth0 c=c:eth0)" "what passes"
}

small_policy() {
	raw <<-'END'
	begin
	bridge br0
	group g
	binding a port p-a group g
	binding b port p-b
	rule r from group:g to any verdict accept
	commit
	END
}

small_snapshot() {
	echo "$(generation) $(verdict binding:a binding:b) $(status memory)"
}

over_limit_inside() {
	local before
	small_policy
	same 1048576 "$(status memory-limit)" limit
	before=$(small_snapshot)
	# The policy as written is too large,
	raw <<-'END'
	begin
	bridge br0
	size 900000
	repeat 1 9000 group a-name-that-takes-memory-{}
	add => ENOMEM
	commit => ENOENT
	END
	same "$before" "$(small_snapshot)" "after ADD: what is in force"
	# or what is made of it is.
	raw <<-'END'
	begin
	bridge br0
	repeat 1 600 binding x{} port x{}
	repeat 1 600 rule x{} from binding:x{} to binding:x{} verdict accept
	commit => ENOMEM
	END
	same "$before" "$(small_snapshot)" "after COMMIT: what is in force"
	steps flush
	same 0 "$(status memory)" memory
}

# The limit is of the namespace, taken when that is made.
over_limit() {
	local limit=/sys/module/isol/parameters/netns_limit_mib
	echo 1 >$limit
	ip netns add small
	echo 128 >$limit
	in_ns small "$BASH" -c "$(script over_limit_inside)"
	ip netns del small
}

large_policy() { # STEP
	cat <<-END
	begin
	bridge br0
	repeat 1 600 binding x{} port x{}
	repeat 1 600 rule x{} from binding:x{} to binding:x{} verdict accept
	$1
	END
}

over_host_limit_inside() {
	large_policy 'commit => ENOMEM' | raw
	same 0 "$(generation)" generation
	raw <<-'END'
	begin
	bridge br0
	commit
	END
}

# What other user namespaces hold is limited together, or anyone could use up
# the memory that the first one's policies need; that one is not in it.
over_host_limit() {
	local limit=/sys/module/isol/parameters/host_limit_mib before
	echo 1 >$limit
	large_policy commit | raw
	before=$(snapshot)
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		unshare -Urn "$BASH" -c "$(script over_host_limit_inside)"
	unchanged "$before"
}

# Closing the socket calls a commit off, if it is not too late.
closed_while_committing() {
	local before after i
	load_first
	before=$(status memory)
	for i in 0 5 50 200; do
		load_first
		raw <<-END
		begin
		$(second_policy)
		repeat 1 1500 binding x{} port x{}
		repeat 1 1500 rule x{} from binding:x{} to group:one verdict accept
		commit nowait
		sleep $i
		close
		END
		# it is one or the other, and nothing is left over
		load_first
		after=$(status memory)
		same "$before" "$after" memory
	done
}

# As many as may be, which take long to compile and come to little: then one
# more has to wait, and keeps its transaction.
too_many_commits() {
	local i before
	load_first
	before=$(generation)
	for i in {1..8}; do
		cat <<-END
		@$i begin
		@$i bridge br0
		@$i rule all from any to any verdict drop
		repeat 1 3000 @$i binding x{} port x{}
		repeat 1 3000 @$i rule x{} from binding:x{} to any verdict accept
		@$i add
		END
	done >/tmp/steps
	raw <<-END
	$(</tmp/steps)
	repeat 1 8 @{} commit nowait
	@9 begin => any
	@9 bridge br0
	@9 commit nowait => EBUSY
	@10 flush nowait => EBUSY
	@9 begin => EALREADY
	repeat 1 8 @{} done => any
	@9 commit => ESTALE
	END
	# one of them was the first
	same $((before + 1)) "$(generation)" generation
	steps flush
	same 0 "$(status memory)" memory
}

notifications() {
	ip netns add notifications
	load_first
	raw <<-END
	@2 join policy
	@3 join port
	begin
	$(first_policy)
	commit
	@2 read 5000 event=commit
	quarantine a because
	@2 read 5000 event=quarantine-add binding=a comment=because
	quarantine a => EEXIST
	release a
	@2 read 5000 event=quarantine-del binding=a
	begin
	$(first_policy)
	commit
	@2 read 5000 event=commit
	flush
	@2 read 5000 event=flush
	# what fails is no news, and neither is nothing
	begin base 0 => ESTALE
	begin
	bridge br0
	@4 begin
	@4 bridge br0
	@4 commit
	@2 read 5000 event=commit
	commit => ESTALE
	@2 read 500 event => ETIMEDOUT
	@3 read 10 event => ETIMEDOUT
	flush
	END
	# nor is what happens elsewhere
	in_ns notifications nlraw 'join policy' 'echo joined' 'read 3000 event => ETIMEDOUT' >/tmp/out &
	wait_for 60 grep -q joined /tmp/out
	load_first
	wait $!
	ip netns del notifications
}

# All that needs the right, as steps of nlraw.
refused() {
	cat <<-'END'
	status => EPERM mute
	begin => EPERM mute
	send ADD bridge{ name=br0 } => EPERM mute
	commit => EPERM mute
	abort => EPERM mute
	flush => EPERM mute
	dump BRIDGE_GET => EPERM mute
	dump SEGMENT_GET => EPERM mute
	dump GROUP_GET => EPERM mute
	dump BINDING_GET => EPERM mute
	dump RULE_GET => EPERM mute
	dump PORT_GET => EPERM mute
	dump QUARANTINE_GET => EPERM mute
	why host host => EPERM mute
	quarantine a => EPERM mute
	release a => EPERM mute
	@2 join policy => EPERM mute
	@3 join port => EPERM mute
	END
}

unprivileged() {
	local before
	load_first
	before=$(snapshot)
	refused | setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all nlraw -q
	# root without the capability
	refused | capsh --drop=cap_net_admin -- -c 'exec nlraw -q'
	# root of a user namespace that does not own this network
	refused | unshare -Ur nlraw -q
	unchanged "$before"
}

user_namespace_inside() {
	ip link add br0 type bridge
	ip link add p-a type veth peer name a
	ip link set p-a master br0
	raw <<-'END'
	@2 join policy
	@3 join port
	begin
	bridge br0
	binding a port p-a
	commit
	@2 read 5000 event=commit
	why binding:a host
	quarantine a
	dump BINDING_GET
	END
	expect_port p-a kind=member binding=a quarantined
	same 1 "$(generation)" generation
}

# Root of a user namespace may do all in a network namespace of its own.
user_namespace() {
	local before
	load_first
	before=$(snapshot)
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
		unshare -Urn "$BASH" -c "$(script user_namespace_inside)"
	unchanged "$before"
}

modprobe bridge
load_module || exit
mkbridge br0
for ns in a b c; do
	mkns $ns
	mkport br0 p-$ns $ns
done

run_case two_at_once two_at_once
run_case stale_base stale_base
run_case add_fails add_fails
run_case aborts aborts
run_case close_aborts close_aborts
run_case twins twins
run_case idle idle
run_case idle_frees idle_frees
run_case busy_is_not_idle busy_is_not_idle
run_case one_each one_each
run_case too_many too_many
run_case done_by_seq done_by_seq
run_case flushes flushes
run_case empty_policy empty_policy
run_case over_budget over_budget
run_case over_limit over_limit
run_case over_host_limit over_host_limit
echo 1024 >/sys/module/isol/parameters/host_limit_mib
run_case closed_while_committing closed_while_committing
run_case too_many_commits too_many_commits
run_case notifications notifications
run_case unprivileged unprivileged
run_case user_namespace user_namespace
