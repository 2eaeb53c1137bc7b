#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Services, with the servers and clients that hosts and guests have: behind the
# uplink there is a router that serves DHCP, DNS and NTP and asks who listens to
# multicast; guests use all that under a policy that drops by default. What a
# service does not open stays closed: to guests that no rule joins, and to a DHCP
# server or router that a guest pretends to be.
#
# timeout: 500
# not-on: 6.1 debug

. tests/vm/lib.sh
. tests/vm/isol.sh

# ---- policies

BINDINGS='bindings: {a: {port: p-a}, b: {port: p-b}, c: {port: p-c}}'

# Services, and rules, in force.
serve() { # SERVICES [RULE...]
	local services=$1
	shift
	policy <<-EOF2
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		$BINDINGS
		services: {$services}
		$([ $# -eq 0 ] || printf '%s\n' rules: "$@")
	EOF2
}

rule() { # NAME FROM TO MATCH
	echo "  - {name: $1, from: $2, to: $3, verdict: accept, stateless: true, $4}"
}

PING=$(rule ping '[a, b]' '[a, b]' 'icmp: [echo-request, echo-reply]')
PING6=$(rule ping6 '[a, b]' '[a, b]' 'icmpv6: [echo-request, echo-reply]')

# Of the counters of rules, these have moved, and no others have but those with
# a ? behind.
decided() { # RULE[?]...
	local -A want=() may=()
	local line lines name bad=''
	for name; do
		[[ $name = *\? ]] && may[${name%\?}]=1 || want[$name]=1
	done
	lines=$(_counters)
	while read -r line; do
		[[ $line = rule* ]] || continue
		name=${line#rule }
		name=${name% *}
		if [ "${line##* }" = "${_counted["rule $name"]-0}" ]; then
			[ -z "${want[$name]-}" ] || bad+=" $name has not moved;"
		else
			[ -n "${want[$name]-}${may[$name]-}" ] || bad+=" $name has moved;"
		fi
	done <<<"$lines"
	[ -z "$bad" ] || fail "rules:$bad"
}

# ---- servers

listens() { # NS PORT...
	local ns=$1 port sockets
	shift
	sockets=$(in_ns "$ns" ss -Hlun)
	for port; do
		[[ $sockets = *:"$port "* ]] || return 1
	done
}

# In the background, until serving_ends.
servers=()
dns_and_dhcp() { # NS IFNAME [OPTION...]
	local ns=$1 ifname=$2
	shift 2
	rm -f "/run/leases.$ns"
	trap serving_ends EXIT
	# not in_ns: its process is the one to end
	nsenter --net="/run/netns/$ns" -- dnsmasq -k --conf-file=/dev/null --no-resolv --no-hosts --no-ping \
		--interface="$ifname" --bind-interfaces --user=root --pid-file= \
		--dhcp-authoritative --dhcp-leasefile="/run/leases.$ns" "$@" &
	servers+=($!)
	wait_for 60 listens "$ns" 67 547
}

time_server() {
	trap serving_ends EXIT
	nsenter --net=/run/netns/world -- socat UDP4-RECVFROM:123,fork EXEC:cat &
	servers+=($!)
	wait_for 60 listens world 123
}

serving_ends() {
	[ ${#servers[@]} -eq 0 ] || kill "${servers[@]}" || :
	[ ${#servers[@]} -eq 0 ] || wait "${servers[@]}" || :
	servers=()
}

router() {
	dns_and_dhcp world brq --dhcp-range=10.0.0.100,10.0.0.150,1h \
		--dhcp-range=fd00::100,fd00::1ff,64,1h --enable-ra \
		--address=/test.example/10.9.9.9
}

rogue() {
	dns_and_dhcp b eth0 --port=0 --dhcp-range=10.0.0.200,10.0.0.210,1h \
		--dhcp-range=fd00::200,fd00::2ff,64,1h --enable-ra
}

# ---- clients

# Addresses in what follows are those of guests, the router's and the rogue's.
forget() {
	local ns
	for ns in a b c world; do
		ip -n $ns neigh flush all
	done
}

pings() { # NS ADDRESS
	in_ns "$1" ping -n -c 1 -W 3 "$2"
}

# Asks for an address, and prints which it got and from whom.
leased() { # NS
	rm -f /run/lease
	in_ns "$1" busybox udhcpc -i eth0 -f -n -q -t 3 -T 2 -s /run/bound >&2 || return
	cat /run/lease
}

leased6() { # NS
	rm -f /run/lease6 /run/dhclient6.*
	in_ns "$1" timeout -s KILL 10 dhclient -6 -1 -d -lf /run/dhclient6.leases \
		-pf /run/dhclient6.pid -sf /run/bound6 eth0 >&2 || :
	cat /run/lease6
}

# Asks for routers, and prints who has answered within some time.
routers() { # NS
	{ in_ns "$1" rdisc6 -m -r 1 -w 3000 eth0 || :; } | sed -n 's/^ *from //p' | sort -u
}

link_local() { # NS IFNAME
	ip -n "$1" -6 -o addr show dev "$2" scope link | sed 's/.*inet6 \([^/]*\).*/\1/'
}

asks_dns() { # NS [-T]
	in_ns "$1" host ${2+"$2"} -W 2 -R 1 -t A test.example 10.0.0.1
}

# The server sends what it gets.
asks_ntp() { # NS
	local n
	n=$( { printf '\x23'; head -c 47 /dev/zero; sleep 2; } |
		in_ns "$1" socat -t 2 - UDP4:10.0.0.1:123 | wc -c)
	[ "$n" = 48 ]
}

# ---- cases

# Without a policy all of it works: what fails later, the policy has stopped.
control() {
	isolctl flush
	router
	time_server
	forget
	pings a 10.0.0.20
	pings a fd00::20
	[[ $(leased a) = 10.0.0.1??\ 10.0.0.1 ]]
	[[ $(leased6 a) = fd00::1* ]]
	[ "$(routers a)" = "$ROUTER" ]
	[[ $(asks_dns a) = *10.9.9.9* ]]
	[[ $(asks_dns a -T) = *10.9.9.9* ]]
	asks_ntp a
	serving_ends
}

# What a first policy is without services: rules that let nothing happen. The
# tool says so.
unfound() {
	local said
	said=$(policy 2>&1 <<-EOF
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		$BINDINGS
		rules:
		$PING
	EOF
	)
	[[ $said = *"rule 'ping' lets IP pass, but 'a' and 'b' cannot find each other"* ]] ||
		fail "no hint: $said"
	forget
	counting
	must_fail pings a 10.0.0.20
	decided
	[ "$(port_counter p-a bridge-default drop)" -gt 0 ]
}

follow() {
	serve 'neighbor: follow' "$PING" "$PING6" >/run/said 2>&1
	[[ $(</run/said) != *warning* ]] || fail "a warning: $(</run/said)"
	forget
	counting
	pings a 10.0.0.20
	decided service:neighbor:arp ping
	forget
	counting
	pings b fd00::10
	decided service:neighbor:nd ping6
	frame_is a b 'arp op request' accept rule service:neighbor:arp
	frame_is b a 'icmpv6 type nd-neighbor-advert' accept rule service:neighbor:nd

	# no rule joins them: they cannot even look for each other
	forget
	counting
	must_fail in_ns a arping -q -c 2 -w 2 -I eth0 10.0.0.30
	must_fail in_ns c arping -q -c 2 -w 2 -I eth0 10.0.0.10
	must_fail in_ns a arping -q -c 2 -w 2 -I eth0 10.0.0.1
	# ... but b hears what a asks all
	decided service:neighbor:arp
	frame_is a c 'arp op request' drop bridge-default
	frame_is a uplink 'arp op request' drop bridge-default
	frame_is host a 'arp op request' drop host-default

	# the same, where those who may be looked for are named
	serve 'neighbor: members' "$PING" "$PING6"
	forget
	counting
	in_ns a arping -q -c 1 -w 5 -I eth0 10.0.0.30
	decided service:neighbor:arp-out
	frame_is a c 'arp op request' accept rule service:neighbor:arp-out
}

# A rule that is about one version of IP opens what that needs, in both directions.
versions() {
	serve 'neighbor: follow' "$(rule syslog a c 'udp: 514, src: 10.0.0.0/24')" \
		"$(rule mail b uplink 'tcp: 25, dst: "fd00::/64"')"
	forget
	counting
	in_ns c arping -q -c 1 -w 5 -I eth0 10.0.0.10
	decided service:neighbor:arp
	must_fail in_ns c ndisc6 -1 -r 1 -w 1000 -q fd00::10 eth0
	frame_is c a 'icmpv6 type nd-neighbor-solicit' drop bridge-default
	counting
	in_ns world ndisc6 -1 -r 2 -w 2000 -q fd00::20 brq
	decided service:neighbor:nd
	must_fail in_ns world arping -q -c 1 -w 2 -I brq 10.0.0.20
	frame_is uplink b 'arp op request' drop bridge-default
}

dhcp() {
	router
	# nobody offers anything
	serve 'neighbor: follow, dns: uplink'
	must_fail leased a
	must_fail leased6 a

	serve 'dhcp: uplink'
	counting
	[[ $(leased a) = 10.0.0.1??\ 10.0.0.1 ]]
	decided service:dhcp:request service:dhcp:reply
	frame_is a uplink 'udp sport 68 dport 67' accept rule service:dhcp:request
	# a server of DHCPv6 looks for its client
	serve 'neighbor: follow, dhcp: uplink'
	forget
	counting
	[[ $(leased6 a) = fd00::1* ]]
	decided service:neighbor:nd service:dhcp:request6 service:dhcp:reply6
	serving_ends
}

# A guest that serves is not heard, even by guests that it can hear.
rogue_dhcp() {
	local hear
	hear=$(rule hear a b 'udp: [67, 547]')
	rogue
	serve 'neighbor: [uplink, b], dhcp: uplink' "$hear"
	counting
	must_fail leased a
	must_fail leased6 a
	decided service:dhcp:request service:dhcp:request6 hear service:neighbor:nd-in \
		service:neighbor:nd-out service:neighbor:arp-in? service:neighbor:arp-out?
	expect_dropped p-b
	frame_is b a 'udp sport 67 dport 68' drop bridge-default
	frame_is b a 'udp sport 547 dport 546' drop bridge-default

	# control: there it is, and would be heard
	serve 'neighbor: [uplink, b], dhcp: [uplink, b]'
	forget
	counting
	[[ $(leased a) = 10.0.0.2??\ 10.0.0.20 ]]
	[[ $(leased6 a) = fd00::2* ]]
	decided service:dhcp:request service:dhcp:reply service:dhcp:request6 service:dhcp:reply6 \
		service:neighbor:nd-in service:neighbor:nd-out service:neighbor:arp-in? \
		service:neighbor:arp-out?
	serving_ends
}

# A port has sent what was dropped since counting.
expect_dropped() { # PORT
	local n
	n=$(port_counter "$1" bridge-default drop)
	[ "$n" -gt "${_counted["port $1 bridge-default drop"]-0}" ] ||
		fail "nothing of $1 was dropped"
}

router_and_rogue() {
	local hear
	hear=$(rule hear a b 'icmpv6: nd-router-solicit')
	router
	rogue
	serve 'neighbor: follow, dhcp: uplink' "$hear"
	[ -z "$(routers a)" ] || fail "a router without that service"
	# who is answered is looked for
	serve 'neighbor: follow, router: uplink' "$hear"
	forget
	counting
	[ "$(routers a)" = "$ROUTER" ]
	decided service:neighbor:nd service:router:solicit service:router:advert hear
	expect_dropped p-b
	frame_is b a 'icmpv6 type nd-router-advert' drop bridge-default

	# control
	serve 'neighbor: follow, router: [uplink, b]'
	[ "$(routers a)" = "$(printf '%s\n' "$ROUTER" "$ROGUE" | sort)" ]
	serving_ends
}

# Who serves has to be found: neighbours follow services too.
dns() {
	router
	serve 'neighbor: follow, ntp: host'
	forget
	must_fail asks_dns a
	serve 'neighbor: follow, dns: uplink'
	forget
	counting
	[[ $(asks_dns a) = *10.9.9.9* ]]
	decided service:neighbor:arp service:dns:query service:dns:answer-udp
	counting
	[[ $(asks_dns a -T) = *10.9.9.9* ]]
	decided service:dns:query service:dns:answer-tcp service:neighbor:arp?
	# answers of TCP do not begin a conversation
	frame_is uplink a 'tcp sport 53 dport 22 tcp-flags syn' drop bridge-default
	frame_is uplink a 'tcp sport 53 dport 22 tcp-flags syn+ack' accept rule \
		service:dns:answer-tcp
	must_fail pings a 10.0.0.1
	serving_ends
}

ntp() {
	time_server
	serve 'neighbor: follow, dns: uplink'
	must_fail asks_ntp a
	serve 'neighbor: follow, ntp: uplink'
	forget
	counting
	asks_ntp a
	decided service:neighbor:arp service:ntp:request service:ntp:reply
	serving_ends
}

groups_are() { # WORD...
	local mdb
	mdb=$(bridge -n world mdb show)
	for word; do
		[[ $mdb = *"grp $word "* ]] || return 1
	done
}

# Its querier asks, and learns who listens.
multicast() {
	ip -n world link set brq type bridge mcast_query_interval 100 \
		mcast_startup_query_interval 100 mcast_query_response_interval 50
	trap serving_ends EXIT
	nsenter --net=/run/netns/a -- socat -u UDP4-RECV:5000,ip-add-membership=239.1.2.3:eth0 - &
	servers+=($!)
	nsenter --net=/run/netns/a -- socat -u UDP6-RECV:5001,ipv6-join-group="[ff15::1234]:eth0" - &
	servers+=($!)
	serve 'neighbor: follow'
	ip -n world link set brq type bridge mcast_snooping 1 mcast_querier 1
	sleep 5
	must_fail groups_are 239.1.2.3
	must_fail groups_are ff15::1234
	frame_is a uplink 'proto igmp cast multicast' drop bridge-default
	frame_is a uplink 'proto igmp' drop bridge-default

	# from before there are these rules: the querier may ask at once
	counting
	serve 'multicast: uplink'
	wait_for 30 groups_are 239.1.2.3 ff15::1234
	decided service:multicast:igmp-out service:multicast:igmp-in \
		service:multicast:mld-out service:multicast:mld-in
	# asked about without an address, it goes to where such frames go
	frame_is a uplink 'proto igmp' accept rule service:multicast:igmp-out
	frame_is uplink a 'icmpv6 type 130' accept rule service:multicast:mld-in
	frame_is a uplink 'proto igmp cast unicast' drop bridge-default
	# what is sent to the group is another matter
	frame_is uplink a 'udp dport 5000 cast multicast' drop bridge-default
	ip -n world link set brq type bridge mcast_querier 0 mcast_snooping 0
	serving_ends
}

# After a migration a guest is behind another port: switches have to know.
announce() {
	local frames got
	frames=$(cat <<-EOF
		rarp a world ether 0x8035 cast broadcast
		garp a world arp request sender 10.0.0.10 target 10.0.0.10 cast broadcast
		na a world icmp6 136/0 dst ff02::1 cast multicast
		rarp-one a world ether 0x8035
		arp-one a world arp request cast unicast
	EOF
	)
	serve 'neighbor: follow'
	got=$(craft -a "${ENDPOINTS[@]}" <<<"$frames")
	[ "$got" = "$(printf '%s -\n' rarp garp na rarp-one arp-one)" ] || fail "arrived: $got"
	serve 'neighbor: follow, announce: uplink'
	counting
	got=$(craft -a "${ENDPOINTS[@]}" <<<"$frames")
	[ "$got" = "$(printf '%s\n' 'rarp world' 'garp world' 'na world' 'rarp-one -' 'arp-one -')" ] ||
		fail "arrived: $got"
	decided service:announce:rarp service:announce:arp service:announce:na
	frame_is a uplink 'ether 0x8035' accept rule service:announce:rarp
	frame_is a uplink 'ether 0x8035 cast unicast' drop bridge-default
}

# Quarantine goes before services.
quarantined() {
	router
	serve 'neighbor: follow, dhcp: uplink' "$PING"
	isolctl quarantine add a
	counting
	must_fail leased a
	must_fail pings b 10.0.0.10
	# b has asked the world for a too
	decided service:neighbor:arp
	frame_is a uplink 'udp sport 68 dport 67' drop quarantine
	isolctl quarantine del a
	[[ $(leased a) = 10.0.0.1??\ 10.0.0.1 ]]
	serving_ends
}

# Services are edited, told, saved and applied again, and counters stay.
told() {
	local before
	serve 'neighbor: follow, dhcp: {where: uplink, comment: "by the provider"}' "$PING"
	forget
	pings a 10.0.0.20
	before=$(counter_of rule service:neighbor:arp)
	[ "$before" -gt 0 ]
	isolctl save >/run/saved.yaml
	grep -q 'neighbor: follow' /run/saved.yaml
	must_fail grep -q 'service:' /run/saved.yaml
	isolctl apply /run/saved.yaml | grep -q '^unchanged'

	isolctl service add ntp host | grep -q '^applied'
	isolctl service add ntp host | grep -q '^unchanged'
	must_fail isolctl service add ntp uplink
	must_fail isolctl service add npt uplink
	isolctl service set dhcp host comment "the host itself" | grep -q '^applied'
	isolctl show rules | grep -q '^service:dhcp:request .*members *host'
	must_fail grep -q "service:dhcp:request .*uplink" <(isolctl show rules)
	isolctl service set dhcp host | grep -q '^unchanged'
	isolctl -j show services | jq -e '.[1] | .name == "dhcp" and .comment == "the host itself"'
	isolctl save >/run/set.yaml
	isolctl apply --dry-run /run/set.yaml | grep '^unchanged'
	isolctl service set dhcp uplink comment "by the provider"
	isolctl save >/run/set.yaml
	isolctl apply --dry-run /run/set.yaml | grep '^unchanged'
	must_fail isolctl service set router uplink 2>/run/said
	grep -q "no service 'router'" /run/said
	must_fail isolctl service set dhcp
	must_fail isolctl service set dhcp nobody
	[ "$(counter_of rule service:neighbor:arp)" -ge "$before" ]
	isolctl show rules | grep -q '^service:ntp:request .*members *host'
	[ "$(isolctl -j show services | jq -c 'map([.name, .where])')" = \
		'[["neighbor","follow"],["dhcp",["uplink"]],["ntp",["host"]]]' ]
	[ "$(isolctl -j show rules | jq -r 'map(.table) | unique | join(" ")')" = 'rules services' ]
	# in the order in which they are asked
	[ "$(isolctl -j show rules | jq -r '.[0].name, .[-1].name')" = \
		$'service:neighbor:arp\nping' ]
	must_fail isolctl rule del service:ntp:request
	must_fail isolctl rule add service:mine from a to b accept stateless
	isolctl apply --dry-run /run/saved.yaml | grep -qx 'remove service ntp'
	isolctl service del ntp
	isolctl apply /run/saved.yaml | grep -q '^unchanged'
	must_fail isolctl bind del nobody
	isolctl group add servers
	isolctl service add dns servers
	must_fail isolctl group del servers >/run/said 2>&1
	grep -q 'in use: by service dns' /run/said
	isolctl service del dns
	isolctl group del servers
}

# ---- the network

cat >/run/bound <<'EOF2'
#!/bin/sh
[ "$1" != bound ] || echo "$ip $serverid" >/run/lease
EOF2
cat >/run/bound6 <<'EOF2'
#!/bin/sh
[ "$reason" = BOUND6 ] || exit 0
echo "$new_ip6_address" >/run/lease6
# that is all
kill -KILL $PPID
EOF2
chmod +x /run/bound /run/bound6

load_module || exit
quiet_network
ip -batch - <<-EOF
	link add br0 type bridge mcast_snooping 0
	link set br0 up
EOF
n=0
for ns in a b c world; do
	n=$((n + 1))
	mkns $ns
	in_ns $ns sysctl -q -w net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.router_solicitations=0 net.ipv6.conf.default.accept_ra=0
	port=p-$ns
	[ $ns != world ] || port=up0
	mkport br0 $port $ns 02:00:00:00:00:0$n
	if [ $ns = world ]; then
		ip -n world -batch - <<-EOF
			link add brq type bridge mcast_snooping 0
			link set eth0 master brq
			link set brq up
			addr add 10.0.0.1/24 dev brq
			addr add fd00::1/64 dev brq nodad
		EOF
	else
		ip -n $ns -batch - <<-EOF
			addr add 10.0.0.${n}0/24 dev eth0
			addr add fd00::${n}0/64 dev eth0 nodad
		EOF
	fi
done
forwarding p-a p-b p-c up0
ENDPOINTS=(a=a:eth0 b=b:eth0 c=c:eth0 world=world:eth0 host=-:br0)
ROUTER=$(link_local world brq)
ROGUE=$(link_local b eth0)

run_case control control
run_case unfound unfound
run_case follow follow
run_case versions versions
run_case dhcp dhcp
run_case rogue-dhcp rogue_dhcp
run_case router router_and_rogue
run_case dns dns
run_case ntp ntp
run_case multicast multicast
run_case announce announce
run_case quarantined quarantined
run_case told told
