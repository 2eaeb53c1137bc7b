#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Connections that others announce, as the data of FTP and TFTP and the voice of SIP: with the
# kernel's helpers, which an operator assigns by nftables, they pass as long as the one that
# announces them may.
#
# timeout: 1200
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh
. tests/vm/programs.sh

GUESTS=(a b c)

FILES=/run/isol/ftp

# Both IPs of the server.
SERVERS=(10.7.0.2 '[fd07::2]')

listens_udp() { # PORT
	local found
	found=$(in_ns b ss -Hlun)
	[[ $found = *:$1\ * ]]
}

# Says again what it hears, at the port that it announces and the next but one.
phone() { # NS ADDRESS MEDIA-PORT WORD...
	exec nsenter --net="/run/netns/$1" sipp -i "$2" -mi "$2" -mp "$3" -rtp_echo -nostdin \
		"${@:4}" >/run/isol/sipp 2>&1
}

network() {
	local address
	guests_with_addresses
	mkdir -p $FILES
	chmod 777 $FILES
	seq 10000 >$FILES/file
	in_ns b python3 -m pyftpdlib -i :: -p 21 -d $FILES -w >/run/isol/ftp.log 2>&1 &
	in_ns b dnsmasq -d -u root --port=0 --enable-tftp --tftp-root=$FILES 2>/run/isol/tftp.log &
	for address in 10.7.0.2 fd07::2; do
		phone b $address 50000 -sn uas -p 5060 &
	done
	wait_for 120 listens b 21 || fail "no FTP server: $(cat /run/isol/ftp.log)"
	wait_for 60 listens_udp 69 || fail "no TFTP server: $(cat /run/isol/tftp.log)"
	wait_for 60 listens_udp 5060 || fail "nobody to call: $(cat /run/isol/sipp)"
}

files() {
	rules '{name: ftp, from: web, to: db, tcp: 21, verdict: accept}' \
		'{name: tftp, from: web, to: db, udp: 69, verdict: accept}' "$@"
}

# As docs/policy-file.md has it.
helpers() {
	modprobe -a nf_conntrack_ftp nf_conntrack_tftp nf_conntrack_sip
	nft -f - <<-END
		table bridge helpers {
			ct helper ftp { type "ftp" protocol tcp; }
			ct helper tftp { type "tftp" protocol udp; }
			ct helper sip { type "sip" protocol udp; }
			chain assign {
				type filter hook prerouting priority -190
				tcp dport 21 ct helper set "ftp"
				udp dport 69 ct helper set "tftp"
				udp dport 5060 ct helper set "sip"
			}
		}
	END
}

no_helpers() { nft delete table bridge helpers; }

fetch() { # URL [OPTION...]
	in_ns a curl -sS -g --connect-timeout "${SECONDS_TO_WAIT:-40}" \
		--max-time "${SECONDS_TO_WAIT:-60}" "${@:2}" "$1" >/run/isol/fetched &&
		cmp $FILES/file /run/isol/fetched
}

# With rules only for where these are announced.
without() {
	local SECONDS_TO_WAIT=$((ISOL_SLOW ? 20 : 4)) server
	files | policy
	for server in "${SERVERS[@]}"; do
		# all that needs no data
		in_ns a curl -sS -g --max-time 60 -I "ftp://$server/file" >/run/isol/head
		grep -q 'Content-Length: 48894' /run/isol/head || fail "no answer: $(cat /run/isol/head)"
		counting
		must_fail fetch "ftp://$server/file"
		denied p-a bridge-default
		counting
		must_fail fetch "ftp://$server/file" -P -
		denied p-b bridge-default
		counting
		must_fail fetch "tftp://$server/file"
		denied p-b bridge-default
		[ "$(decided tftp)" -ge 1 ] || fail "nothing has asked for it"
	done
}

# By all ways to announce it.
ftp() {
	local server mode
	files | policy
	counting
	for server in "${SERVERS[@]}"; do
		for mode in --disable-epsv --epsv '-P - --disable-eprt' '-P - --eprt'; do
			# shellcheck disable=SC2086 # words
			fetch "ftp://$server/file" $mode || fail "$server $mode: $(tail -n 3 /run/isol/ftp.log)"
			echo "$server $mode: $(decided ftp)"
		done
		rm -f $FILES/up
		in_ns a curl -sS -g --max-time 60 -P - -T $FILES/file "ftp://$server/up"
		cmp $FILES/file $FILES/up
	done
	[ "$(decided ftp)" -ge 100 ] || fail "not by the rule: $(decided ftp)"
	[ "$(dropped p-a bridge-default)$(dropped p-b bridge-default)" = 00 ] || fail "$(_counters)"
	frame_is a b 'tcp dport 20000' drop bridge-default
	frame_is b a 'tcp sport 20 dport 20000' drop bridge-default
}

tftp() {
	local server
	files | policy
	counting
	for server in "${SERVERS[@]}"; do
		fetch "tftp://$server/file" || fail "$server: $(tail -n 3 /run/isol/tftp.log)"
	done
	[ "$(decided tftp)" -ge 100 ] || fail "not by the rule: $(decided tftp)"
	[ "$(dropped p-a bridge-default)$(dropped p-b bridge-default)" = 00 ] || fail "$(_counters)"
}

# A control connection that is kept: say something, wait for the answer's number.
login() { # NS
	rm -f /run/isol/in /run/isol/out
	mkfifo /run/isol/in
	in_ns "$1" socat -T 200 - TCP:10.7.0.2:21,connect-timeout=20 </run/isol/in >/run/isol/out &
	kill_at_exit $!
	exec 7>/run/isol/in
	wait_for 20 grep -q '^220 ' /run/isol/out
	say 331 USER anonymous
	say 230 PASS guest@
}

_answered() { [ "$(grep -c "^$1 " /run/isol/out)" -gt "$2" ]; }

say() { # NUMBER WORD...
	local before
	before=$(grep -c "^$1 " /run/isol/out || :)
	printf '%s\r\n' "${*:2}" >&7
	wait_for 20 _answered "$1" "$before"
}

# Have the server wait for data, at $port.
passive() {
	local line
	say 227 PASV
	line=$(grep '^227 ' /run/isol/out | tail -n 1)
	[[ $line =~ ([0-9]+),([0-9]+)\)\. ]]
	port=$((BASH_REMATCH[1] * 256 + BASH_REMATCH[2]))
}

connects() { # NS PORT SECONDS [OPTIONS]
	in_ns "$1" socat -u /dev/null "TCP:10.7.0.2:$2,connect-timeout=$3${4+,$4}"
}

# What a has been announced is not for c: not under its own address, not under that of a,
# not if the server may begin the same with it, and not if it may speak with the server too.
others() {
	local more port
	for more in '{name: none, from: c, to: db, tcp: 1, verdict: accept}' \
			'{name: ftp-b, from: db, to: c, tcp: 21, verdict: accept}' \
			'{name: ftp-c, from: c, to: db, tcp: 21, verdict: accept}'; do
		files "$more" | policy
		login a
		passive
		counting
		must_fail connects c "$port" 3
		denied p-c bridge-default
		connects a "$port" 20 || fail "the one who asked has no answer"
		passive
		in_ns c ip addr add 10.7.0.1/32 dev eth0
		in_ns c ip neigh replace 10.7.0.2 lladdr 02:00:00:00:01:02 dev eth0
		counting
		must_fail connects c "$port" 3 bind=10.7.0.1
		denied p-c bridge-default
		in_ns c ip addr del 10.7.0.1/32 dev eth0
		passive
		connects a "$port" 20 || fail "the one who asked has no answer any more"
		exec 7>&-
	done
	[[ $more = *ftp-c* ]]
	connects c 21 20 || fail "c may not even speak with the server"
}

arrived() { stat -c %s /run/isol/slowly; }

more_arrives() { [ "$(arrived)" -gt "$1" ]; }

# What has been sent may still be read.
stops() {
	local before after i
	for i in 1 2 3 4 5 6 7 8; do
		before=$(arrived)
		sleep 1
		after=$(arrived)
		[ "$before" != "$after" ] || return 0
	done
	fail "it goes on: $before, $after"
}

# What is under way ends with the rule of the connection that announced it.
revoked() { # PASSIVE|ACTIVE
	local pid
	truncate -s 16M $FILES/large
	sysctl -q -w net.ipv4.tcp_wmem='4096 16384 65536'
	in_ns a sysctl -q -w net.ipv4.tcp_rmem='4096 16384 16384'
	files | policy
	nsenter --net=/run/netns/a curl -sS -N --limit-rate 60k "$@" -o /run/isol/slowly ftp://10.7.0.2/large &
	pid=$!
	kill_at_exit $pid
	wait_for 40 more_arrives 20000
	more_arrives "$(arrived)" || wait_for 40 more_arrives "$(arrived)"
	counting
	files | grep -v '{name: ftp' | policy
	stops
	denied p-b bridge-default
	files | policy
	wait_for 60 more_arrives "$(arrived)" || fail "does not go on again"
	# shellcheck disable=SC2064 # this one
	trap "{ kill $pid; isolctl quarantine del a; } 2>/dev/null || :" EXIT
	counting
	isolctl quarantine add a
	stops
	denied p-b quarantine
	isolctl quarantine del a
	wait_for 60 more_arrives "$(arrived)" || fail "does not go on after quarantine"
	kill $pid
	wait $pid || :
	rm /run/isol/slowly
}

# Who speaks by stateless rules begins nothing, so announces nothing either.
by_stateless() {
	local SECONDS_TO_WAIT=$((ISOL_SLOW ? 20 : 4))
	rules '{name: to, from: web, to: db, tcp: 21, verdict: accept, stateless: true}' \
		'{name: fro, from: db, to: web, tcp: any, sport: 21, verdict: accept, stateless: true}' \
		'{name: tracks, from: c, to: db, tcp: 1, verdict: accept}' | policy
	in_ns a curl -sS --max-time 60 -I ftp://10.7.0.2/file >/run/isol/head
	grep -q 'Content-Length: 48894' /run/isol/head || fail "no answer: $(cat /run/isol/head)"
	counting
	must_fail fetch ftp://10.7.0.2/file
	denied p-a bridge-default
	counting
	must_fail fetch ftp://10.7.0.2/file -P -
	denied p-b bridge-default
}

# What the host begins is among its own connections, in zone 0.
from_host() {
	local mode
	trap 'nft flush ruleset; ip addr del 10.7.0.9/24 dev br0' EXIT
	ip addr add 10.7.0.9/24 dev br0
	nft -f - <<-END
		table inet helpers {
			ct helper ftp { type "ftp" protocol tcp; }
			chain assign {
				type filter hook output priority -190
				tcp dport 21 ct helper set "ftp"
			}
		}
	END
	files '{name: host-ftp, from: host, to: db, tcp: 21, verdict: accept}' | policy
	for mode in --ftp-pasv "-P -"; do
		# shellcheck disable=SC2086 # words
		curl -sS --max-time 60 $mode ftp://10.7.0.2/file >/run/isol/fetched
		cmp $FILES/file /run/isol/fetched
	done
	nft flush ruleset
	counting
	must_fail curl -sS -o /run/isol/fetched --max-time $((ISOL_SLOW ? 20 : 4)) \
		ftp://10.7.0.2/file
	denied p-b host-default
}

calls_only() { # [RULE...]
	rules '{name: sip, from: web, to: db, udp: 5060, verdict: accept}' "$@" | policy
}

# a calls b, and both announce where they listen. What is left of calls before is forgotten.
call() { # A B
	conntrack -F 2>/run/isol/flushed
	rm -f /run/isol/said
	phone a "$1" 40000 -sn uac -m 1 -d 300000 -trace_msg -message_file /run/isol/said \
		"$(brackets "$2"):5060" &
	caller=$!
	# shellcheck disable=SC2064 # this one
	trap "kill $caller 2>/dev/null || :" EXIT
	wait_for 40 grep -qs '^ACK ' /run/isol/said || fail "no call: $(cat /run/isol/sipp)"
}

hang_up() {
	kill "$caller"
	wait "$caller" || :
}

# Send a datagram and be sent it again.
voice() { # NS SOURCE-PORT ADDRESS PORT
	[ "$(in_ns "$1" socat -t 0.5 -T 0.5 - "UDP:$(brackets "$3"):$4,sourceport=$2" <<<hello)" = hello ]
}

# Neither from a nor from b.
no_voice() { # A A-SOURCE A-PORT B B-SOURCE B-PORT
	counting
	must_fail voice a "$2" "$4" "$6"
	must_fail voice b "$5" "$1" "$3"
	denied p-a bridge-default
	denied p-b bridge-default
}

voices() { # A A-SOURCE A-PORT B B-SOURCE B-PORT
	wait_for 20 voice a "$2" "$4" "$6" || fail "a is not heard by b"
	wait_for 20 voice b "$5" "$1" "$3" || fail "b is not heard by a"
}

# Both begin to send.
sip() {
	local addresses a b caller
	for addresses in '10.7.0.1 10.7.0.2' 'fd07::1 fd07::2'; do
		read -r a b <<<"$addresses"
		calls_only
		counting
		call "$a" "$b"
		voices "$a" 41000 40000 "$b" 51000 50000
		# INVITE, 180, 200, ACK, and there and back
		[ "$(decided sip)" -ge 8 ] || fail "not by the rule: $(decided sip)"
		[ "$(dropped p-a bridge-default)$(dropped p-b bridge-default)" = 00 ] ||
			fail "$(_counters)"
		# they listen there too, but have not said so
		no_voice "$a" 41000 40002 "$b" 51000 50002
		# what has been announced is used up
		[ "$a" != 10.7.0.1 ] || no_voice "$a" 41001 40000 "$b" 51001 50000
		calls_only '{name: a, from: web, to: db, udp: "50000-50002", verdict: accept}' \
			'{name: b, from: db, to: web, udp: "40000-40002", verdict: accept}'
		voices "$a" 41000 40002 "$b" 51000 50002
		[ "$a" != 10.7.0.1 ] || voices "$a" 41001 40000 "$b" 51001 50000
		hang_up
	done
}

# What is under way ends with the rule by which a has called.
sip_revoked() {
	local caller
	calls_only
	call 10.7.0.1 10.7.0.2
	voices 10.7.0.1 41000 40000 10.7.0.2 51000 50000
	rules '{name: other, from: web, to: db, udp: 5061, verdict: accept}' | policy
	no_voice 10.7.0.1 41000 40000 10.7.0.2 51000 50000
	calls_only
	voices 10.7.0.1 41000 40000 10.7.0.2 51000 50000
	hang_up
}

# Nobody reads what they announce.
sip_without() {
	local caller
	calls_only
	call 10.7.0.1 10.7.0.2
	no_voice 10.7.0.1 41000 40000 10.7.0.2 51000 50000
	calls_only '{name: a, from: web, to: db, udp: 50000, verdict: accept}' \
		'{name: b, from: db, to: web, udp: 40000, verdict: accept}'
	voices 10.7.0.1 41000 40000 10.7.0.2 51000 50000
	hang_up
}

in_table() { conntrack -L -s 10.7.0.1 2>/dev/null | wc -l; }

# Twelve files by one control connection, with a limit for a.
twelve() { # LIMIT SECONDS
	local i urls=()
	for ((i = 0; i < 12; i++)); do
		urls+=(-o "/run/isol/fetched.$i" ftp://10.7.0.2/file)
	done
	rm -f /run/isol/fetched.*
	files | sed "s/ a: {port: p-a,/& max_connections: $1,/" | policy
	conntrack -F 2>/run/isol/flushed
	counting
	in_ns a curl -sS --ftp-pasv --fail-early --connect-timeout "$2" "${urls[@]}"
}

# What is announced counts where it was announced, also when it has been closed. One that is
# refused for that is not tried again, for it is expected only once. While they are counted one
# may count twice, so it need not be the fifth that is refused.
counted() {
	local i n
	must_fail twelve 5 2
	denied p-a connections
	n=$(in_table)
	# all that has passed is still there: one to control, and the data
	[[ $n = [2-5] ]] || fail "a has $n connections: $(conntrack -L -s 10.7.0.1 2>/dev/null)"
	cmp $FILES/file /run/isol/fetched.$((n - 2))
	[ ! -e /run/isol/fetched.$((n - 1)) ] || fail "there are more files than connections"
	twelve 40 40
	for ((i = 0; i < 12; i++)); do
		cmp $FILES/file /run/isol/fetched.$i
	done
	n=$(in_table)
	[ "$n" = 13 ] || fail "a has $n connections: $(conntrack -L -s 10.7.0.1 2>/dev/null)"
	[ "$(dropped p-a connections)" = 0 ] || fail "dropped below the limit"
}

with_br_netfilter() {
	modprobe br_netfilter
	trap 'rmmod br_netfilter' EXIT
	ftp
	tftp
}

load_module
load_ct
run_case network network
helpers
run_case ftp ftp
run_case tftp tftp
run_case others others
run_case revoked-passive revoked --ftp-pasv
run_case revoked-active revoked -P -
run_case stateless by_stateless
run_case counted counted
run_case sip sip
run_case sip-revoked sip_revoked
run_case br-netfilter with_br_netfilter
no_helpers
# Last, for those that had no answer go on trying.
run_case sip-without sip_without
run_case host from_host
run_case without without
