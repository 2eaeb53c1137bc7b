#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How many connections a binding may have: none beyond the limit, in whichever way they end
# or the policy changes; and that no guest can take the table of connections from the others.
#
# timeout: 700
# not-on: 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh
. tests/vm/raw.sh

# shellcheck disable=SC2119 # no parameters
load_module || exit
load_ct || exit
topo a b c
for ns in a b c; do
	ip -n $ns link set lo up
done
ip -n a addr add 10.7.0.1/24 dev eth0
ip -n b addr add 10.7.0.2/24 dev eth0
ip -n c addr add 10.7.0.3/24 dev eth0
ip addr add 10.7.0.9/24 dev br0
# nothing ends of its own accord, on slow hosts neither
sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=900 \
	net.netfilter.nf_conntrack_udp_timeout_stream=900
for ns in b c; do
	in_ns $ns socat UDP4-RECVFROM:53,fork EXEC:cat &
	# One call is taken, the others wait: that is as good.
	in_ns $ns socat TCP4-LISTEN:80,fork,max-children=1,backlog=500,reuseaddr EXEC:cat &
done

# ---- what is asked for

put() { # BINDINGS [COMMENT]
	policy <<-POLICY
		isol: 1
		bridges: {br0: {${2:+comment: "$2"}}}
		bindings: $1
		services: {neighbor: follow}
		rules:
		  - {name: udp, from: members, to: any, udp: any, verdict: accept}
		  - {name: tcp, from: members, to: any, tcp: 80, verdict: accept}
	POLICY
}

# With a limit of five for a.
five() { # RULE...
	policy <<-POLICY
		isol: 1
		bridges: {br0: {}}
		bindings: {a: {port: p-a, max_connections: 5}, b: {port: p-b}, c: {port: p-c}}
		services: {neighbor: follow}
		rules:
		$(printf '  - %s\n' "$@")
	POLICY
}

# b and c as they come, a with a limit, or none
limit() { # N|'' [COMMENT]
	put "{a: {port: p-a${1:+, max_connections: $1}}, b: {port: p-b}, c: {port: p-c}}" "${2-}"
}

# ---- what is done

# Begin as many connections as there are ports: of a datagram each.
begin() { # NS ADDRESS FIRST LAST
	# shellcheck disable=SC2016 # in the other shell
	in_ns "$1" bash -c 'for ((i = $2; i <= $3; i++)); do
			echo >"/dev/udp/$1/$i"
		done 2>/dev/null' - "$2" "$3" "$4"
}

# Ask and be answered, from a port of its own.
echoes() { # NS ADDRESS PORT [SECONDS]
	[ "$(in_ns "$1" socat -t "${4:-10}" -T "${4:-10}" - \
		"UDP4:$2:53,sourceport=$3,reuseaddr" <<<hello)" = hello ]
}

# What there is goes on: once more if the one who answered last is not done with that.
goes_on() { # NS ADDRESS PORT
	wait_for 60 echoes "$@" 3
}

ended() { # [ADDRESS]
	conntrack -D ${1:+-s "$1"} >/dev/null 2>&1 || :
	[ -n "${1-}" ] || conntrack -D -f ipv6 >/dev/null 2>&1 || :
}

# ---- what is told

in_table() {
	local ip=ipv4
	[[ $1 != *:* ]] || ip=ipv6
	conntrack -L -f $ip -s "$1" 2>/dev/null | wc -l
}
of() { isolctl -j bind show "$1" | jq ".[0].connections.$2"; }
number_is() { [ "$(of "$1" number)" = "$2" ]; }

has() { # NS ADDRESS N
	local n
	n=$(in_table "$2")
	[ "$n" = "$3" ] || fail "$1 has $n connections, not $3: $(conntrack -L -s "$2" 2>/dev/null)"
	# It may be too many while some end, and is put right.
	wait_for 60 number_is "$1" "$3" || fail "$1: said to have $(of "$1" number), not $3"
}

filled() { # NS ADDRESS N
	[ "$(in_table "$2")" = "$3" ] && number_is "$1" "$3"
}

# Begin connections until there are so many. While they are counted one that begins may count
# twice, and then another is dropped too early; there are never too many.
fill() { # NS ADDRESS SOURCE FIRST-PORT N
	local n port=$4 end=$((SECONDS + 60))
	while n=$(in_table "$3"); [ "$n" -lt "$5" ] && [ $SECONDS -lt $end ]; do
		begin "$1" "$2" "$port" $((port + $5 - n - 1))
		port=$((port + $5 - n))
	done
	has "$1" "$3" "$5"
}

# Frames of a port that were dropped for a reason.
dropped() { # PORT [REASON]
	isolctl -j status | jq "[.drops[] | select(.port == \"$1\" and
		.reason == \"${2:-connections}\") | .packets] + [0] | .[0]"
}

# What "why" says of the limit of a: "as many as it may have", in words and in JSON.
told_full() { # N WHY...
	local n=$1 said
	shift
	said=$(isolctl why "$@")
	grep -qx "new connections are dropped at present: binding a has $n of $n" <<<"$said" ||
		fail "why $*: $said"
	[[ $said = accept:* ]] || fail "why $*: $said"
	isolctl -j why "$@" | jq -e --argjson n "$n" '.verdict == "accept" and .tracked and
		.connections.number == $n and .connections.limit == $n and .connections.hits >= 0'
}

not_told() { # VERDICT CONNECTIONS WHY...
	local verdict=$1 connections=$2 said
	shift 2
	said=$(isolctl why "$@")
	[[ $said = "$verdict: "* ]] || fail "why $*: $said"
	must_fail grep -q 'new connections' <<<"$said"
	isolctl -j why "$@" | jq -e --argjson c "$connections" '[.connections | values | .number, .limit] == $c'
}

# ---- cases

exactly() {
	local hits
	isolctl -j monitor policy >/run/isol/events &
	# shellcheck disable=SC2064 # this one
	trap "kill $! 2>/dev/null || :" EXIT
	limit 20
	same '20 0' "$(of a limit) $(of a hits)" 'limit and hits at first'
	must_fail grep -q 'connections: binding' <<<"$(isolctl status)"
	goes_on a 10.7.0.2 5000
	begin a 10.7.0.2 7001 7009
	# control: as many as there may be
	same 0 "$(dropped p-a)" 'dropped below half of the limit'
	not_told accept '[10, 20]' a b udp dport 53
	fill a 10.7.0.2 10.7.0.1 7010 20
	hits=$(of a hits)
	same "$hits" "$(dropped p-a)" 'dropped for the limit, and hits'
	begin a 10.7.0.2 7101 7110
	has a 10.7.0.1 20
	same $((hits += 10)) "$(dropped p-a)" 'dropped for the limit'
	same "$hits" "$(of a hits)" hits
	same 0 "$(dropped p-a state)" 'dropped for another reason'
	# what there is goes on, and nothing begins
	goes_on a 10.7.0.2 5000
	must_fail echoes a 10.7.0.2 5001 1
	must_fail echoes a 10.7.0.3 5000 1
	same $((hits += 2)) "$(dropped p-a)" 'dropped for the limit, later'
	# others are not in its way, nor it in theirs
	begin b 10.7.0.1 7201 7240
	goes_on b 10.7.0.3 5000
	has b 10.7.0.2 41
	same 0 "$(dropped p-b)" "b's dropped"
	grep -q "^connections: binding a has 20 of 20, $hits frames dropped for that$" <<<"$(isolctl status)"
	told_full 20 a b udp dport 53
	told_full 20 port:p-a host tcp dport 80
	# of others, of what is dropped anyway, and of what is no connection, it is not said
	not_told accept "[41, $(of b limit)]" b a udp dport 53
	not_told drop '[]' a b tcp dport 22
	not_told accept '[]' a b arp
	isolctl -j status | jq -e --argjson hits "$hits" \
		'.limits == [{"number": 20, "limit": 20, "hits": $hits, "binding": "a"}]'
	grep -Eq '1/1 +20/20( |$)' <<<"$(isolctl bind show a)"
	wait_for 60 grep -q '"connections"' /run/isol/events
	jq -es '[.[] | select(.event == "connections")][0] | .binding == "a" and
		.connections.limit == 20 and .connections.hits > 0' /run/isol/events
}

# One event for as long as ten seconds, whoever knocks how often.
seldom_told() {
	local n
	isolctl -j monitor policy >/run/isol/events &
	# shellcheck disable=SC2064 # this one
	trap "kill $! 2>/dev/null || :" EXIT
	# the last one is past
	sleep 11
	begin a 10.7.0.2 7301 7305
	wait_for 60 grep -q '"connections"' /run/isol/events
	SECONDS=0
	while [ $SECONDS -lt 5 ]; do
		begin a 10.7.0.2 7311 7315
		sleep 0.2
	done
	n=$(grep -c '"connections"' /run/isol/events)
	[ $SECONDS -ge 9 ] || same 1 "$n" 'told'
	wait_for 60 knocks_again
}

knocks_again() {
	begin a 10.7.0.2 7321 7321
	[ "$(grep -c '"connections"' /run/isol/events)" -ge 2 ]
}

# Who has few is not counted by itself, but when somebody asks.
asked() {
	limit 20
	ended
	wait_for 60 number_is a 0
	begin a 10.7.0.2 7481 7484
	# control: they are counted, and are below half of the limit
	has a 10.7.0.1 4
	ended 10.7.0.1
	wait_for 60 number_is a 0
}

# Those that end make room.
makes_room() {
	limit 20
	fill a 10.7.0.2 10.7.0.1 7301 20
	must_fail echoes a 10.7.0.2 5002 1
	ended 10.7.0.1
	same 0 "$(in_table 10.7.0.1)" 'after all have ended'
	wait_for 60 number_is a 0
	goes_on a 10.7.0.2 5002
	fill a 10.7.0.2 10.7.0.1 7401 20
	begin a 10.7.0.2 7461 7465
	has a 10.7.0.1 20
}

# Another policy: the number goes on, the limit is the new one, at once.
changed() {
	local hits
	hits=$(of a hits)
	limit 20 another
	same "20 $hits" "$(of a number) $(of a hits)" 'under an equal limit'
	must_fail echoes a 10.7.0.2 5003 1
	limit 30
	same '20 30' "$(of a number) $(of a limit)" 'under a higher limit'
	fill a 10.7.0.2 10.7.0.1 7501 30
	limit 5
	same '30 5' "$(of a number) $(of a limit)" 'under a lower limit'
	goes_on a 10.7.0.2 5002
	must_fail echoes a 10.7.0.2 5003 1
	grep -q 'a: .*max_connections: 5' <<<"$(isolctl save)"
	grep -q '^unchanged' <<<"$(isolctl save | isolctl apply -)"
	# a name, and what it had
	isolctl save | sed 's/max_connections: 5/max_connections: 40/' >/run/isol/more
	grep -q 'binding a.*max_connections' <<<"$(isolctl apply --dry-run /run/isol/more)"
}

# Without a policy, and without the module: they are counted when it comes.
older() {
	local hits
	ended
	limit 20
	fill a 10.7.0.2 10.7.0.1 7601 12
	isolctl flush
	limit 20
	same 12 "$(of a number)" 'after a flush'
	isolctl flush
	wait_for 20 rmmod isol_ct
	unload_module
	# shellcheck disable=SC2119 # no parameters
	load_module
	load_ct
	limit 15
	same '12 15' "$(of a number) $(of a limit)" 'after the module has been away'
	fill a 10.7.0.2 10.7.0.1 7621 15
	hits=$(of a hits)
	begin a 10.7.0.2 7651 7657
	has a 10.7.0.1 15
	same $((hits + 7)) "$(of a hits)" hits
}

# To the host they count likewise, and what the host begins does not.
host() {
	local hits drops
	ended
	limit 5
	fill a 10.7.0.9 10.7.0.1 7701 5
	hits=$(of a hits)
	drops=$(dropped p-a)
	begin a 10.7.0.9 7731 7733
	has a 10.7.0.1 5
	same "$((hits + 3)) $((drops + 3))" "$(of a hits) $(dropped p-a)" 'hits and dropped frames'
	ended
}

# The host is at ADDRESS for a, by a MAC of the test's choice.
found_by() { # ADDRESS MAC [DEVICE]
	ip -n a neigh replace "$1" lladdr "$2" dev "${3:-eth0}"
}

# As many as there may be, and no more.
held_to() { # WHAT ADDRESS [SOURCE]
	local hits drops source=${3:-10.7.0.1}
	ended
	wait_for 60 number_is a 0
	hits=$(of a hits)
	drops=$(dropped p-a)
	begin a "$2" 7001 7002
	# control: what there may be
	has a "$source" 2
	same "$hits $drops" "$(of a hits) $(dropped p-a)" "$1: hits and dropped below half of the limit"
	fill a "$2" "$source" 7011 5
	hits=$(of a hits)
	drops=$(dropped p-a)
	begin a "$2" 7031 7033
	has a "$source" 5
	same "$((hits + 3)) $((drops + 3))" "$(of a hits) $(dropped p-a)" "$1: hits and dropped frames"
	begin b 10.7.0.9 7031 7036
	has b 10.7.0.2 6
}

# What only the host tracks, which the bridge hands to it in other ways.
elsewhere() {
	# what the bridge floods is in the table for that too
	five '{name: udp, from: members, to: host, udp: any, verdict: accept}'
	found_by 10.7.0.9 ff:ff:ff:ff:ff:ff
	held_to broadcast 10.7.0.9
	found_by 10.7.0.9 33:33:00:00:00:01
	held_to group 10.7.0.9
	# past all hooks of the bridge, and by one
	found_by 10.7.0.9 01:80:c2:00:00:0e
	held_to reserved 10.7.0.9
	found_by 10.7.0.9 01:80:c2:00:00:03
	held_to 'reserved by LOCAL_IN' 10.7.0.9
	ip link add m0 link br0 address 02:00:00:00:0a:01 type macvlan mode private
	ip addr add 10.7.0.8/24 dev m0
	ip link set m0 up
	found_by 10.7.0.8 02:00:00:00:0a:01
	held_to macvlan 10.7.0.8
	ip link del m0
	ended
}

# The same of IPv6, whose connections are confirmed elsewhere.
elsewhere6() {
	local sysctl=net.ipv6.conf.br0.disable_ipv6
	ip link set br0 addrgenmode none
	sysctl -q -w $sysctl=0
	ip addr add fd07::9/64 dev br0 nodad
	in_ns a sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=0
	ip -n a addr add fd07::1/64 dev eth0 nodad
	found_by fd07::9 "$(</sys/class/net/br0/address)"
	held_to 'own address' fd07::9 fd07::1
	found_by fd07::9 33:33:00:00:00:01
	held_to group fd07::9 fd07::1
	in_ns a sysctl -q -w net.ipv6.conf.eth0.disable_ipv6=1
	sysctl -q -w $sysctl=1
	ended
}

# One flow, whose frames nobody on the host takes, is none to anybody: each would count again.
knocks() { # ADDRESS
	# shellcheck disable=SC2016 # in the other shell
	in_ns a bash -c 'exec 3>"/dev/udp/$1/5004"; for ((i = 0; i < 40; i++)); do echo x >&3; done' - "$1"
}

not_taken() {
	local mac hits
	trap 'nft flush ruleset' EXIT
	limit 20
	hits=$(of a hits)
	ended
	wait_for 60 number_is a 0
	nft add table inet fw
	nft add chain inet fw in '{ type filter hook input priority 0; }'
	nft add rule inet fw in udp dport 5004 counter drop
	for mac in "$(</sys/class/net/br0/address)" 01:80:c2:00:00:0e; do
		found_by 10.7.0.9 "$mac"
		knocks 10.7.0.9
		same "0 $hits" "$(of a number) $(of a hits)" "what the firewall drops, by $mac"
	done
	grep -q 'packets 80 ' <<<"$(nft list chain inet fw in)" || fail "$(nft list chain inet fw in)"
	# Of what is flooded others have an entry, and the host has none of a group that it is not in.
	ip -n a route replace 239.1.2.3/32 dev eth0
	knocks 239.1.2.3
	same "1 $hits" "$(of a number) $(of a hits)" 'a group that nobody is in'
	nft flush ruleset
	# control: the host takes it
	knocks 10.7.0.9
	has a 10.7.0.1 2
	ended
}

# What a helper expects counts too when it comes by another way, for whom it was told to.
expected() {
	local mac i
	trap 'nft flush ruleset' EXIT
	modprobe nf_conntrack_ftp
	five '{name: tcp, from: members, to: host, tcp: any, verdict: accept}'
	nft -f - <<-RULES
		table ip helpers {
			ct helper ftp { type "ftp" protocol tcp; }
			chain pre {
				type filter hook prerouting priority 0
				tcp dport 21 ct helper set "ftp"
			}
		}
	RULES
	cat >/run/isol/ftpd <<-'SERVER'
		#!/bin/bash
		printf '220 hello\r\n'
		while read -r _; do printf '227 Entering Passive Mode (10,7,0,9,100,%d).\r\n' $((++n)); done
	SERVER
	chmod +x /run/isol/ftpd
	socat TCP4-LISTEN:21,fork,reuseaddr EXEC:/run/isol/ftpd &
	# shellcheck disable=SC2064 # this one
	trap "kill $! || :; nft flush ruleset" EXIT
	mac=$(</sys/class/net/br0/address)
	found_by 10.7.0.9 "$mac"
	ended
	wait_for 60 number_is a 0
	# An answer to a port that nobody listens on would end the entry.
	nft add table ip quiet
	nft add chain ip quiet out '{ type filter hook output priority 0; }'
	nft add rule ip quiet out tcp sport 25601-25699 drop
	# shellcheck disable=SC2016 # in the other shell
	in_ns a bash -c '
		exec 3<>/dev/tcp/10.7.0.9/21 && read -r -t 20 _ <&3 || exit
		for i in {1..12}; do
			printf "PASV\r\n" >&3
			read -r -t 20 _ <&3 || exit
			ip neigh replace 10.7.0.9 lladdr 01:80:c2:00:00:0e dev eth0
			timeout 0.5 bash -c "echo >/dev/tcp/10.7.0.9/$((25600 + i))" 2>/dev/null
			ip neigh replace 10.7.0.9 lladdr "$1" dev eth0
		done
		echo spoken' - "$mac" | grep -qx spoken
	i=$(in_table 10.7.0.1)
	[ "$i" -le 5 ] || fail "$i of 5: $(conntrack -L -s 10.7.0.1 2>/dev/null)"
	# control: they were expected, and some got there
	[ "$i" -gt 1 ] ||
		fail "nothing was expected: $(conntrack -L -s 10.7.0.1 2>/dev/null)"
	[ "$(of a hits)" -ge 7 ] || fail "hits: $(of a hits)"
	ended
}

# Nor are two tags of VID 0 a way, where no rule tracks anything for the port: the bridge sees
# no IP in such a frame, the host does.
tagged() {
	five '{name: loose, from: [a, b], to: host, verdict: accept, stateless: true}' \
		'{name: udp, from: c, to: b, udp: any, verdict: accept}'
	in_ns a ip link add link eth0 name eth0.0 type vlan id 0
	in_ns a ip link add link eth0.0 name eth0.0.0 type vlan id 0
	ip -n a link set eth0.0 up
	ip -n a link set eth0.0.0 up
	ip -n a route add 10.7.0.9/32 dev eth0.0.0 src 10.7.0.1
	found_by 10.7.0.9 "$(</sys/class/net/br0/address)" eth0.0.0
	held_to tags 10.7.0.9
	ip -n a link del eth0.0
	ip -n a neigh flush all
	ended
}

# What a default accepts is in the table too, and a stateless rule is no way around.
loose() {
	local hits
	ended
	policy <<-POLICY
		isol: 1
		bridges: {br0: {default: accept}}
		bindings: {a: {port: p-a, max_connections: 5}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: tcp, from: [a, c], to: b, tcp: 80, verdict: accept}
		  - {name: udp, from: c, to: b, udp: any, verdict: accept, stateless: true}
		  - {name: back, from: b, to: c, udp: any, verdict: accept, stateless: true}
	POLICY
	goes_on a 10.7.0.2 5100
	fill a 10.7.0.2 10.7.0.1 7701 5
	hits=$(of a hits)
	begin a 10.7.0.2 7731 7734
	has a 10.7.0.1 5
	same $((hits + 4)) "$(of a hits)" hits
	goes_on a 10.7.0.2 5100
	must_fail echoes a 10.7.0.2 5101 1
	same $((hits + 5)) "$(of a hits)" 'hits, later'
	grep -qx 'new connections are dropped at present: binding a has 5 of 5' <<<"$(isolctl why a b udp dport 53)" ||
		fail "why: $(isolctl why a b udp dport 53)"
	must_fail grep -q 'new connections' <<<"$(isolctl why a b ether lldp)"
	# controls: others begin what they like, and by a stateless rule too
	begin b 10.7.0.1 7701 7708
	has b 10.7.0.2 8
	begin c 10.7.0.2 7701 7708
	has c 10.7.0.3 8
	isolctl save | sed 's/c: {port: p-c}/c: {port: p-c, max_connections: 9}/' | isolctl apply -
	goes_on c 10.7.0.2 5102
	same '9 0' "$(of c number) $(of c hits)" 'of c'
	must_fail echoes c 10.7.0.2 5103 1
	same '9 1' "$(of c number) $(of c hits)" 'of c, by a stateless rule'
	ended
}

# Frames between a and b that c forges too, again and again: how many of them get to b.
tug() { # FORGED...
	local i
	for ((i = 0; i < 60; i++)); do
		echo 'mine a b udp 2000 5353'
		echo "forged c b $*"
	done | packets "${ENDPOINTS[@]}" >/run/isol/packets
	grep -c '^mine.* b:all' /run/isol/packets
}

# Who takes over another's connection, or has it forgotten, over and over, does not make that
# one have more.
tugs() {
	local hits
	ended
	limit 12
	hits="$(of a hits) $(of c hits)"
	same 60 "$(tug src 10.7.0.1 dst 10.7.0.2 udp 2000 5353)" 'what gets to b'
	grep -q '^forged.* b:all' /run/isol/packets || fail "c takes nothing over"
	same "$hits" "$(of a hits) $(of c hits)" 'hits where it is taken over'
	ended
	policy <<-POLICY
		isol: 1
		bridges: {br0: {}}
		bindings: {a: {port: p-a, max_connections: 12}, b: {port: p-b}, c: {port: p-c}}
		rules:
		  - {name: tcp, from: a, to: b, tcp: 80, verdict: accept}
		  - {name: loose, from: a, to: b, udp: any, verdict: accept, stateless: true}
		  - {name: udp, from: c, to: b, udp: any, verdict: accept}
	POLICY
	same 60 "$(tug src 10.7.0.2 dst 10.7.0.1 udp 5353 2000)" 'what gets to b'
	[ "$(dropped p-c state)" -ge 30 ] || fail "not forgotten: $(isolctl -j status)"
	same "${hits% *}" "$(of a hits)" 'hits where it is forgotten'
	ended
}

# A binding with two ports has as many as one, and a port that is renamed none of its own.
ports() {
	mkns d1
	mkns d2
	guests br0 q-1:d1 q-2:d2
	forwarding q-1 q-2
	ip -n d1 addr add 10.7.0.4/24 dev eth0
	ip -n d2 addr add 10.7.0.5/24 dev eth0
	put '{d: {port: "q-*", claims: 2, max_connections: 10}, b: {port: p-b}}'
	begin d1 10.7.0.2 7001 7006
	begin d2 10.7.0.2 7001 7006
	same '6 4' "$(in_table 10.7.0.4) $(in_table 10.7.0.5)" 'of the first and the second port'
	same '10 2' "$(of d number) $(of d hits)" 'of both'
	same 2 "$(dropped q-2)" 'dropped at the second'
	ip link set q-1 down
	ip link set q-1 name q-9
	ip link set q-9 up
	forwarding q-9
	begin d1 10.7.0.2 7011 7012
	same '10 4' "$(of d number) $(of d hits)" 'of both, with a new name'
	same 6 "$(in_table 10.7.0.4)" 'of the renamed one'
	ip link del q-9
	ip link del q-2
	ended
}

# Open calls for as long as one is taken; they stay for as long as the case runs.
calls() { # NS ADDRESS N
	# shellcheck disable=SC2016 # in the other shell
	nsenter --net="/run/netns/$1" -- timeout 300 bash -c 'for ((i = 0; i < $2; i++)); do
			exec {fd}<>"/dev/tcp/$1/80" || exit
		done 2>/dev/null
		sleep 300' - "$2" "$3" &
	CALLS+=($!)
}

hang_up() {
	kill "${CALLS[@]}" 2>/dev/null || :
	sysctl -q -w net.netfilter.nf_conntrack_max="$MAX" net.ipv4.tcp_max_orphans="$ORPHANS"
}

count_is() { [ "$(</proc/sys/net/netfilter/nf_conntrack_count)" -ge "$1" ]; }

refused_by_kernel() { # has the table been too full?
	[ "$(conntrack -S | sed 's/.* drop=\([0-9]*\).*/\1/' | awk '{ n += $1 } END { print n }')" \
		-gt "$1" ]
}

# The table is full: the kernel drops what is new. One guest alone does not get there.
full() {
	local drops
	CALLS=()
	MAX=$(</proc/sys/net/netfilter/nf_conntrack_max)
	ORPHANS=$(</proc/sys/net/ipv4/tcp_max_orphans)
	trap hang_up EXIT
	# who hangs up says so at once, and not again
	sysctl -q -w net.ipv4.tcp_max_orphans=0
	ended
	limit 10000
	goes_on b 10.7.0.3 6000
	goes_on a 10.7.0.2 6000
	# What goes on for more than two seconds does not have to make room.
	sleep 3
	goes_on b 10.7.0.3 6000
	goes_on a 10.7.0.2 6000
	drops=$(conntrack -S | sed 's/.* drop=\([0-9]*\).*/\1/' | awk '{ n += $1 } END { print n }')
	sysctl -q -w net.netfilter.nf_conntrack_max=60
	calls a 10.7.0.2 100
	# control: without a limit it does
	wait_for 60 count_is 60
	must_fail echoes b 10.7.0.3 6001 2
	refused_by_kernel "$drops" || fail "the table was not full: $(conntrack -S)"
	# what there is goes on
	goes_on b 10.7.0.3 6000
	goes_on a 10.7.0.2 6000
	kill "${CALLS[@]}"
	sleep 1
	ended
	# and with the limit that nobody has asked for, it does not
	limit ''
	same '15 null' "$(of a limit) $(isolctl -j bind show a | jq '.[0].max_connections')" \
		'where nothing is said'
	must_fail grep -q max_connections <<<"$(isolctl save)"
	CALLS=()
	calls a 10.7.0.2 100
	# and no less: see fill()
	wait_for 60 filled a 10.7.0.1 15
	must_fail echoes a 10.7.0.3 6003 2
	has a 10.7.0.1 15
	[ "$(dropped p-a)" -ge 1 ] || fail "a: not dropped for the limit"
	goes_on b 10.7.0.3 6002
	grep -q '^connections: binding a has 15 of 15 (default), ' <<<"$(isolctl status)"
	# more for all is more for each
	sysctl -q -w net.netfilter.nf_conntrack_max=80
	same 20 "$(of a limit)" 'a quarter'
	sysctl -q -w net.netfilter.nf_conntrack_max=1000000
	same 16384 "$(of a limit)" 'the most'
	kill "${CALLS[@]}"
	# What they say later would be no connection of the cases after this.
	wait "${CALLS[@]}" || :
	ended
}

# A namespace goes while its connections are counted again and again, and so does the module.
ends() {
	mkns h
	in_ns h ip link add br0 type bridge mcast_snooping 0
	ip -n h link set br0 up
	for ns in e f; do
		mkns $ns
		ip -n h link add p-$ns type veth peer name eth0 netns $ns
		ip -n h link set p-$ns master br0 up
		ip -n $ns link set eth0 up
	done
	ip -n e addr add 10.8.0.1/24 dev eth0
	ip -n f addr add 10.8.0.2/24 dev eth0
	in_ns h isolctl apply - <<-POLICY
		isol: 1
		bridges: {br0: {}}
		bindings: {e: {port: p-e, max_connections: 3}, f: {port: p-f}}
		services: {neighbor: follow}
		rules: [{name: udp, from: e, to: f, udp: any, verdict: accept}]
	POLICY
	wait_for 60 full_in_h
	ip netns del h
	ip netns del e
	ip netns del f
	ended
	limit 3
	fill a 10.7.0.2 10.7.0.1 7801 3
	begin a 10.7.0.2 7811 7817
	has a 10.7.0.1 3
	isolctl flush
	wait_for 20 rmmod isol_ct
	unload_module
}

full_in_h() {
	begin e 10.8.0.2 7001 7005
	[ "$(in_ns h isolctl -j bind show e | jq '.[0].connections.hits')" -gt 0 ]
}

# What is told where it is wrong.
refused() {
	must_fail limit 0 2>/run/isol/said
	grep -q '0 is out of range; expected a number from 1 to 4294967295' /run/isol/said ||
		fail "said: $(</run/isol/said)"
	limit 7
	must_fail isolctl bind add x port p-x max-connections 0 2>/run/isol/said
	grep -q "'0'; expected a number from 1 to 4294967295" /run/isol/said ||
		fail "said: $(</run/isol/said)"
	isolctl bind add x port p-x max-connections 9
	isolctl -j bind show x | jq -e '.[0].max_connections == 9 and .[0].connections.limit == 9'
	# where nothing is tracked nothing is counted
	isolctl rule set udp stateless
	isolctl rule set tcp stateless
	isolctl -j bind show x | jq -e '.[0].max_connections == 9 and .[0].connections == null'
}

# What the others have the module do too takes long on a kernel that looks for mistakes.
if [ "$ISOL_SLOW" = 0 ]; then
	run_case exactly exactly
	run_case seldom-told seldom_told
fi
run_case asked asked
run_case makes-room makes_room
run_case changed changed
run_case host host
run_case elsewhere elsewhere
run_case elsewhere6 elsewhere6
run_case not-taken not_taken
# the others have no helpers
[ "$ISOL_SLOW" = 1 ] || run_case expected expected
run_case tagged tagged
run_case loose loose
if [ "$ISOL_SLOW" = 0 ]; then
	run_case tugs tugs
	run_case ports ports
	run_case full full
	run_case refused refused
fi
run_case older older
run_case ends ends
