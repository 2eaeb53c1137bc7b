#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The policies in examples/ do what they say.
#
# What each is to do is written down here by hand, for every pair of endpoints,
# and compared with what becomes of real frames, and with what the module says
# that it does with them and why.
#
# timeout: 300
# not-on: debug 6.1

. tests/vm/lib.sh
. tests/vm/isol.sh

# ---- a bridge and its ports

# All interfaces are in this group, so that one command removes them.
group=77

# How nlraw calls what isolctl calls NAME.
declare -A raw=()

# Make a bridge with a port for each endpoint, and forget the last one. NAME is
# the word by which isolctl knows the endpoint. Guests are taps, made the way
# hypervisors make them; the tap's address is the guest's with fe in front. The
# uplink is a veth device that leads to the namespace "world".
build() { # BRIDGE NAME=IFNAME[,MAC[,ALIAS]]...
	local bridge=$1 end name port mac alias n=0
	shift
	isolctl flush
	ip link del group $group 2>/dev/null || :
	ENDPOINTS=()
	raw=([uplink]=uplink [host]=host)
	{
		echo "link add $bridge group $group address 02:00:00:00:00:01 type bridge"
		echo "link set $bridge up"
		for end; do
			name=${end%%=*}
			IFS=, read -r port mac alias <<<"${end#*=}"
			n=$((n + 1))
			if [ "$name" = uplink ]; then
				echo "link add $port group $group type veth peer name eth0 netns world"
				ENDPOINTS+=("$name=world:eth0")
			else
				[ -n "$mac" ] || printf -v mac '52:54:00:ff:00:%02x' $n
				echo "tuntap add dev $port mode tap"
				echo "link set $port group $group address fe${mac:2}"
				[ -z "$alias" ] || echo "link set $port alias \"$alias\""
				ENDPOINTS+=("$name=tap:$port")
				raw[$name]=binding:$name
				[ "$name" != "$port" ] || raw[$name]=port:$port
			fi
			echo "link set $port master $bridge up"
		done
	} >/run/batch
	ENDPOINTS+=("host=-:$bridge")
	ip -batch /run/batch
	[[ $* != *uplink=* ]] || ip -n world link set eth0 up
}

# ---- expectations

# With no policy everything reaches everything: what does not arrive later has
# been dropped by isol, and was not lost on a path that leads nowhere.
everything_passes() {
	local name other table names=("${ENDPOINTS[@]%%=*}")
	table=". ${names[*]}"
	for name in "${names[@]}"; do
		table+=$'\n'$name
		for other in "${names[@]}"; do
			[ "$name" = "$other" ] && table+=" ." || table+=" +"
		done
	done
	expect_matrix <<<"$table"
}

# Check and apply. Nobody is to wonder about a warning in an example.
apply() { # FILE
	local out
	out=$(isolctl check "$1" 2>&1)
	[[ $out == valid:* && $out != *$'\n'* ]] || fail "check: $out"
	out=$(isolctl apply "$1" 2>&1)
	# That a stranger's port is cut off is said, and meant.
	out=$(grep -v 'guest ports\? \(is\|are\) unbound and dropped' <<<"$out")
	[[ $out == applied,* && $out != *$'\n'* ]] || fail "apply: $out"
}

# Read a legend and a matrix. The matrix has a row for each sender and a column
# for each receiver; its letters are explained by the legend: verdict, reason
# and name of the rule. Capitals accept. Sets
#   $frames	what becomes of frames, as a matrix
#   $pairs	all pairs, and with $answers what decides about them
#   $samples	for each letter the first pair that it stands for, with the answer
plan() { # LEGEND MATRIX
	local -A legend=()
	local letter text from i line=
	local -a names=() row
	frames='' answers='' pairs=() samples=()
	while read -r letter text; do
		[ -z "$letter" ] || legend[$letter]=$text
	done <<<"$1"
	while read -r -a row; do
		[ ${#row[@]} -gt 0 ] || continue
		if [ ${#names[@]} -eq 0 ]; then
			names=("${row[@]:1}")
			frames=${row[*]}
			continue
		fi
		from=${row[0]} line=${row[0]}
		for i in "${!names[@]}"; do
			letter=${row[i + 1]}
			if [ "$letter" = . ]; then
				line+=" ."
				continue
			fi
			text=${legend[$letter]}
			[[ $text = accept* ]] && line+=" +" || line+=" -"
			pairs+=("$from ${names[i]}")
			answers+="$from ${names[i]} $text"$'\n'
			samples[$letter]=${samples[$letter]-$from ${names[i]} $text}
		done
		frames+=$'\n'$line
	done <<<"$2"
}

# What the module says about all $pairs, in the form of $answers.
ask_all() {
	local pair line word n=0
	for pair in "${pairs[@]}"; do
		echo "why ${raw[${pair% *}]} ${raw[${pair#* }]}"
	done >/run/questions
	nlraw </run/questions >/run/answers
	while read -r line; do
		[[ $line = *'why{'* ]] || continue
		echo -n "${pairs[n]}"
		n=$((n + 1))
		for word in $line; do
			case $word in
			verdict=* | reason=* | rule=*) echo -n " ${word#*=}" ;;
			esac
		done
		echo
	done </run/answers
}

expect() { # LEGEND MATRIX
	local frames answers pairs said sample
	local -A samples
	plan "$@"
	expect_matrix <<<"$frames"
	said=$(ask_all)
	[ "$said" = "${answers%$'\n'}" ] ||
		fail "why: $(diff <(echo "${answers%$'\n'}") <(echo "$said") | grep '^[<>]')"
	# To start a program takes long here: isolctl itself is asked once about
	# each letter, not about each pair.
	for sample in "${samples[@]}"; do
		# shellcheck disable=SC2086 # words
		why_is $sample
	done
}

# Read frames, a line for each: PASS|DROP FROM TO WORD..., where the words are
# those of craft. They are to get where they should, or they are not.
expect_frames() { # <<FRAMES
	local fate words n=0
	local -a lines=()
	: >/run/frames
	while read -r fate words; do
		[ -n "$fate" ] || continue
		n=$((n + 1))
		lines[n]="$fate $words"
		echo "$n $words" >>/run/frames
	done
	[ $n -gt 0 ] || fail "no frames"
	craft "${ENDPOINTS[@]}" </run/frames >/run/fates || fail "craft: exit status $?"
	[ "$(wc -l </run/fates)" -eq $n ] || fail "craft: not $n answers"
	while read -r n fate; do
		[ "${lines[n]%% *}" = "$fate" ] || fail "$fate, which is wrong: ${lines[n]}"
	done </run/fates
}

# Ask isolctl about frames, a line for each: VERDICT REASON RULE|- FROM TO WORD...
expect_why() { # <<QUESTIONS
	local verdict reason rule words told
	while read -r verdict reason rule words; do
		[ -n "$verdict" ] || continue
		rule=${rule#-}
		# shellcheck disable=SC2086 # words
		ask_why $words
		[ "$told" = "$verdict $reason${rule:+ $rule}" ] || fail "why $words: $told"
	done
}

# ---- the examples

public_cloud() {
	build br0 uplink=eno1 \
		acme-web=vnet3,52:54:00:0a:00:01 \
		acme-app=vnet4,52:54:00:0a:00:02 \
		acme-db=vnet5,52:54:00:0a:00:03 \
		globex-web=vnet11,52:54:00:0b:00:01 \
		globex-app=vnet12,52:54:00:0b:00:02 \
		globex-db=vnet13,52:54:00:0b:00:03
	everything_passes
	apply examples/public-cloud.yaml
	expect '
		A accept rule acme-inside
		G accept rule globex-inside
		I accept rule public-in
		O accept rule public-out
		N accept unjudged
		w drop within
		u drop segment-uplink
		h drop host-default
	' '
		.          uplink acme-web acme-app acme-db globex-web globex-app globex-db host
		uplink     .      I        u        u       I          u          u         N
		acme-web   O      .        A        A       w          w          w         h
		acme-app   u      A        .        A       w          w          w         h
		acme-db    u      A        A        .       w          w          w         h
		globex-web O      w        w        w       .          G          G         h
		globex-app u      w        w        w       G          .          G         h
		globex-db  u      w        w        w       G          G          .         h
		host       N      h        h        h       h          h          h         .
	'
}

database() {
	build vmbr0 uplink=eno1 app1=tap101i0 app2=tap102i0 db1=tap110i0 \
		jump=tap120i0 mail=tap130i0
	everything_passes
	apply examples/database.yaml
	expect '
		A accept rule app-to-db
		D accept rule db-to-app
		J accept rule admin-to-db
		K accept rule db-to-admin
		P accept rule admin-to-app
		Q accept rule app-to-admin
		I accept rule world-in
		O accept rule world-out
		N accept unjudged
		c drop rule db-closed
		s drop rule db-silent
		w drop within
		h drop host-default
	' '
		.       uplink  app1  app2  db1  jump  mail  host
		uplink  .       I     I     c    I     I     N
		app1    O       .     w     A    Q     w     h
		app2    O       w     .     A    Q     w     h
		db1     s       D     D     .    K     s     s
		jump    O       P     P     J    .     w     h
		mail    O       w     w     c    w     .     h
		host    N       h     h     c    h     h     .
	'
}

# What probe sends is UDP, an EtherType of its own, ARP requests and neighbour
# solicitations (mcast6). The frames that the rules are about are made by craft.
web_shop() {
	local frames='
		pass uplink web1 tcp dport 443 flags syn
		pass uplink web2 tcp dport 443 flags ack,psh
		pass uplink web1 ip6 tcp dport 443 flags syn
		drop uplink web1 tcp dport 80 flags syn
		drop uplink web1 tcp dport 22 flags syn
		drop uplink web1 udp dport 443
		drop uplink app1 tcp dport 443 flags syn
		drop uplink app1 tcp dport 8080 flags syn
		drop uplink db1 tcp dport 5432 flags syn
		pass web1 uplink tcp sport 443 flags syn,ack
		pass web2 uplink tcp sport 443 flags ack,fin
		pass web1 uplink ip6 tcp sport 443 flags rst
		drop web1 uplink tcp sport 443 flags syn
		drop web1 uplink tcp sport 22 flags syn,ack
		drop web1 uplink tcp dport 443 flags syn
		drop web1 host tcp dport 22 flags syn

		pass web1 app1 tcp dport 8080 flags syn
		pass web2 app1 ip6 tcp dport 8080 flags syn
		drop web1 app1 tcp dport 8081 flags syn
		drop web1 app1 tcp dport 22 flags syn
		drop web1 app1 udp dport 8080
		pass app1 web1 tcp sport 8080 flags syn,ack
		pass app1 web2 tcp sport 8080 flags rst
		drop app1 web1 tcp sport 8080 flags syn
		drop app1 web1 tcp dport 443 flags syn
		drop web1 web2 tcp dport 443 flags syn
		drop web1 web2 tcp dport 8080 flags syn
		drop web1 db1 tcp dport 5432 flags syn

		pass app1 db1 tcp dport 5432 flags syn
		pass app1 db1 tcp dport 5432 flags ack vlan 7
		drop app1 db1 tcp dport 5433 flags syn
		drop app1 db1 tcp dport 5432 fragment later
		pass app1 db1 tcp dport 5432 fragment first flags ack
		pass db1 app1 tcp sport 5432 flags ack
		drop db1 app1 tcp sport 5432 flags syn
		drop db1 app1 tcp sport 5432 flags none
		drop db1 uplink tcp dport 443 flags syn

		pass web1 uplink arp request
		pass uplink web1 arp reply
		pass app1 db1 arp reply
		drop app1 db1 arp 3
		drop uplink db1 arp reply
		pass uplink web1 icmp6 136/0
		pass db1 app1 icmp6 135/0
		drop uplink app1 icmp6 135/0
		drop uplink web1 icmp6 128/0
		pass web1 uplink icmp6 133/0
		pass uplink web1 icmp6 134/0
		drop web1 uplink icmp6 134/0
		drop web1 web2 icmp6 134/0

		pass web1 uplink udp sport 68 dport 67 dst 255.255.255.255
		pass uplink web1 udp sport 67 dport 68
		drop web1 uplink udp sport 67 dport 68
		drop web1 web2 udp sport 67 dport 68
		drop app1 uplink udp sport 68 dport 67 dst 255.255.255.255
		pass web1 uplink udp sport 546 dport 547 dst ff02::1:2
		pass uplink web1 ip6 udp sport 547 dport 546
		drop web1 uplink ip6 udp sport 547 dport 546

		pass uplink web1 icmp 3/4
		drop uplink web1 icmp 3/1
		drop uplink web1 icmp 8/0
		pass uplink web1 icmp6 2/0
		drop uplink app1 icmp 3/4
	' out
	build br0 uplink=eno1 web1=vnet1,52:54:00:00:50:01 web2=vnet2,52:54:00:00:50:02 \
		app1=vnet3,52:54:00:00:50:03 db1=vnet4,52:54:00:00:50:04
	everything_passes
	expect_frames <<<"${frames//drop/pass}"
	apply examples/web-shop.yaml
	expect_matrix <<-'TABLE'
		.       uplink      web1        web2        app1        db1         host
		uplink  .           arp,mcast6  arp,mcast6  -           -           +
		web1    arp,mcast6  .           -           arp,mcast6  -           -
		web2    arp,mcast6  -           .           arp,mcast6  -           -
		app1    -           arp,mcast6  arp,mcast6  .           arp,mcast6  -
		db1     -           -           -           arp,mcast6  .           -
		host    +           -           -           -           -           .
	TABLE
	expect_frames <<<"$frames"
	expect_why <<-'QUESTIONS'
		accept rule https uplink web1 tcp dport 443
		accept rule https uplink web1 tcp dport 443 src 2001:db8::9
		drop segment-uplink - uplink web1 tcp dport 80
		accept rule https-answers web1 uplink tcp sport 443 tcp-flags syn+ack
		drop segment-uplink - web1 uplink tcp sport 443 tcp-flags syn
		accept rule app web2 app1 tcp dport 8080
		accept rule db-answers db1 app1 tcp sport 5432 tcp-flags rst
		drop within - db1 app1 tcp sport 5432 tcp-flags syn
		drop unparsed - app1 db1 tcp fragment later
		accept rule service:neighbor:arp db1 app1 arp op request
		drop within - web1 web2 arp op request
		accept rule service:neighbor:nd web1 app1 icmpv6 type neighbour-solicitation
		drop within - web1 app1 icmpv6 type router-advertisement
		accept rule dhcp web1 uplink udp sport 68 dport 67 cast broadcast
		accept rule too-big uplink web1 icmp type destination-unreachable/4
		drop within - web1 db1
		drop host-default - web1 host tcp dport 22
	QUESTIONS
	[ "$(isolctl why web1 app1)" = "depends on the frame: say more about it, as in: isolctl \
why web1 app1 tcp dport 443" ] || fail "why: $(isolctl why web1 app1)"
	[[ $(isolctl -jp why web1 app1) == *'"depends": true'* ]] || fail "JSON: nothing depends"

	# the same rules in words, and more of them
	out=$(isolctl rule add db from app to db tcp dport 5432 accept stateless)
	[[ $out == unchanged,* ]] || fail "the same rule: $out"
	out=$(isolctl service add neighbor follow)
	[[ $out == unchanged,* ]] || fail "the same service: $out"
	must_fail isolctl rule add db from app to db tcp dport 5433 accept stateless
	must_fail isolctl rule add db from app to db accept stateless
	isolctl rule add ping from uplink to edge icmp type echo-request accept stateless \
		src not 198.51.100.0/24
	expect_frames <<-'FRAMES'
		pass uplink web1 icmp 8/0
		drop uplink web1 icmp 8/0 src 198.51.100.7
		drop uplink web1 icmp 13/0
		drop uplink web1 icmp6 128/0
	FRAMES
	# changed in place: it asks something else now, stands elsewhere, and counts on
	packets=$(isolctl -j rule show ping | jq '.[0].packets')
	[ "$packets" -ge 1 ] || fail "rule ping has counted $packets"
	out=$(isolctl rule set ping icmp type 13 first)
	[[ $out == applied,* ]] || fail "rule set: $out"
	[ "$(isolctl -j show rules | jq -r 'map(select(.table == "rules"))[0] |
		"\(.name) \(.packets)"')" = "ping $packets" ] ||
		fail "after rule set: $(isolctl show rules)"
	expect_frames <<-'FRAMES'
		drop uplink web1 icmp 8/0
		pass uplink web1 icmp 13/0
	FRAMES
	[ "$(isolctl -j rule show ping | jq '.[0].packets')" -gt "$packets" ]
	out=$(isolctl rule set ping icmp type 13)
	[[ $out == unchanged,* ]] || fail "the same again: $out"
	must_fail isolctl rule set nosuch drop
	must_fail isolctl rule set ping table quarantine
	must_fail isolctl why uplink web1 tcp dport 80-90
	must_fail isolctl why uplink web1 tcp dport not 80
}

test_beside_prod() {
	build vmbr0 uplink=bond0 build=tap150i0 tap101i0=tap101i0 tap199i1=tap199i1 \
		tap900i0=tap900i0 tap999i0=tap999i0
	everything_passes
	apply examples/test-beside-prod.yaml
	expect '
		W accept within
		U accept segment-uplink
		H accept rule prod-to-host
		R accept rule host-to-prod
		N accept unjudged
		t drop rule test-to-prod
		p drop rule prod-to-test
		h drop host-default
	' '
		.         uplink  build  tap101i0  tap199i1  tap900i0  tap999i0  host
		uplink    .       U      U         U         U         U         N
		build     U       .      W         W         W         W         h
		tap101i0  U       W      .         W         p         p         H
		tap199i1  U       W      W         .         p         p         H
		tap900i0  U       W      t         t         .         W         h
		tap999i0  U       W      t         t         W         .         h
		host      N       h      R         R         h         h         .
	'
}

hosting_pvlan() {
	build br0 uplink=eno1 "cust-1001=vnet1,,customer 1001" \
		"cust-1002=vnet2,,customer 1002" "cust-1003=vnet7,,customer 1003" \
		backup=vnet8,,backup
	everything_passes
	apply examples/hosting-pvlan.yaml
	expect '
		R accept role
		U accept segment-uplink
		N accept unjudged
		r drop role
		h drop host-default
	' '
		.          uplink  cust-1001  cust-1002  cust-1003  backup  host
		uplink     .       U          U          U          U       N
		cust-1001  U       .          r          r          R       h
		cust-1002  U       r          .          r          R       h
		cust-1003  U       r          r          .          R       h
		backup     U       R          R          R          .       h
		host       N       h          h          h          h       .
	'
}

hosting_gateway() {
	build br0 uplink=eno1 gateway=vnet0,52:54:00:00:10:00 \
		cust-1001=vnet1,52:54:00:00:10:01 cust-1002=vnet2,52:54:00:00:10:02
	everything_passes
	apply examples/hosting-gateway.yaml
	expect '
		R accept role
		O accept rule gateway-out
		I accept rule gateway-in
		N accept unjudged
		r drop role
		u drop segment-uplink
		h drop host-default
	' '
		.          uplink  gateway  cust-1001  cust-1002  host
		uplink     .       I        u          u          N
		gateway    O       .        R          R          h
		cust-1001  u       R        .          r          h
		cust-1002  u       R        r          .          h
		host       N       h        h          h          .
	'
}

communities() {
	build br0 uplink=eno1 blue1=tap201i0 blue2=tap202i0 green1=tap301i0 \
		green2=tap302i0 single=tap401i0 files=tap500i0
	everything_passes
	apply examples/communities.yaml
	expect '
		R accept role
		B accept rule backup-pull
		D accept rule backup-data
		U accept segment-uplink
		N accept unjudged
		r drop role
		i drop rule single-in
		o drop rule single-out
		h drop host-default
	' '
		.       uplink  blue1  blue2  green1  green2  single  files  host
		uplink  .       U      U      U       U       i       U      N
		blue1   U       .      R      B       r       r       R      h
		blue2   U       R      .      r       r       r       R      h
		green1  U       D      r      .       R       r       R      h
		green2  U       r      r      R       .       r       R      h
		single  o       r      r      r       r       .       R      h
		files   U       R      R      R       R       R       .      h
		host    N       h      h      h       h       h       h      .
	'
}

# What probe sends is UDP from no address of the file, and ARP: what the remotes and the
# sets are about is made by craft.
bastion() {
	local frames='
		pass uplink web1 tcp src 10.9.0.5 dport 22 flags syn
		pass uplink web2 tcp src fd09::5 dport 22 flags syn
		drop uplink web1 tcp src 10.9.0.6 dport 22 flags syn
		drop web2 web1 tcp src 10.9.0.5 dport 22 flags syn
		pass web1 uplink tcp dst 10.9.0.5 sport 22 flags syn,ack
		drop web1 uplink tcp dst 10.9.0.5 sport 22 flags syn
		drop web1 uplink tcp dst 10.9.0.6 sport 22 flags syn,ack
		pass uplink web1 icmp 8/0 src 10.20.3.4
		pass uplink web1 icmp 8/0 src 10.9.0.5
		drop uplink web1 icmp 8/0 src 10.21.0.1
		pass web1 uplink icmp 0/0 dst 10.20.3.4
		drop web1 uplink icmp 0/0 dst 10.21.0.1
		pass uplink web1 tcp src 203.0.113.1 dport 443 flags syn
		pass uplink web2 tcp src 2001:db8:900d::1 dport 8005 flags syn
		drop uplink web1 tcp src 203.0.113.1 dport 8011 flags syn
		drop uplink web1 tcp src 192.0.2.77 dport 443 flags syn
		drop uplink web1 tcp src 198.51.100.9 dport 80 flags syn
		pass uplink web1 tcp src 198.51.100.10 dport 80 flags syn
		drop uplink web2 tcp src 2001:db8:bad::1 dport 443 flags syn
		pass web1 uplink tcp sport 443 flags ack
		drop web1 uplink tcp sport 444 flags ack
		drop web1 web2 tcp dport 80 flags syn
		pass uplink web1 arp request
		drop web1 web2 arp reply
	'
	build br0 uplink=eno1 web1=tap101i0 web2=tap102i0
	everything_passes
	expect_frames <<<"${frames//drop/pass}"
	apply examples/bastion.yaml
	expect_frames <<<"$frames"
	expect_why <<-'QUESTIONS'
		accept rule ssh uplink web1 tcp dport 22 src 10.9.0.5
		drop bridge-default - uplink web1 tcp dport 22 src 10.9.0.6
		drop rule blocked uplink web1 tcp dport 443 src 192.0.2.77
		accept rule web uplink web1 tcp dport 443 src 203.0.113.7
		drop bridge-default - web2 web1 tcp dport 22 src 10.9.0.5
	QUESTIONS

	isolctl set element add blocklist 203.0.113.0/24
	expect_why <<<'drop rule blocked uplink web1 tcp dport 443 src 203.0.113.7'
	isolctl quarantine add web1
	expect_frames <<-'FRAMES'
		pass uplink web1 tcp src 10.9.0.5 dport 22 flags syn
		drop uplink web1 tcp src 10.9.0.6 dport 22 flags syn
		drop uplink web1 tcp src 198.51.100.10 dport 80 flags syn
		pass uplink web2 tcp src 198.51.100.10 dport 80 flags syn
		pass web1 uplink tcp dst 10.9.0.5 sport 22 flags syn,ack
		drop web1 uplink tcp dst 10.20.0.1 sport 443 flags ack
		pass web1 uplink arp reply
		drop web1 web2 arp request
	FRAMES
	isolctl quarantine del web1
}

# The file's commands, and what it says about how long a quarantine lasts.
quarantine() {
	local letters='
		W accept within
		U accept segment-uplink
		T accept rule to-host
		F accept rule from-host
		X accept quarantine-rule examine
		P accept quarantine-rule report
		N accept unjudged
		q drop quarantine
	'
	local healthy='
		.          uplink  shop-web  shop-db  wiki  forensics  host
		uplink     .       U         U        U     U          N
		shop-web   U       .         W        W     W          T
		shop-db    U       W         .        W     W          T
		wiki       U       W         W        .     W          T
		forensics  U       W         W        W     .          T
		host       N       F         F        F     F          .
	'
	local infected='
		.          uplink  shop-web  shop-db  wiki  forensics  host
		uplink     .       q         U        q     U          N
		shop-web   q       .         q        q     P          q
		shop-db    U       q         .        q     W          T
		wiki       q       q         q        .     P          q
		forensics  U       X         W        X     .          T
		host       N       q         F        q     F          .
	'
	local frames answers pairs out
	local -A samples
	build br0 uplink=eno1 shop-web=vnet1,52:54:00:00:30:01 \
		shop-db=vnet2,52:54:00:00:30:02 wiki=vnet3,52:54:00:00:30:03 \
		forensics=vnet9,52:54:00:00:30:09
	everything_passes
	apply examples/quarantine.yaml
	expect "$letters" "$healthy"

	isolctl quarantine add shop-web comment "sends spam, ticket 4711"
	isolctl quarantine add wiki
	out=$(isolctl quarantine show)
	[[ $out == *shop-web*"ticket 4711"* ]] || fail "show: $out"
	expect "$letters" "$infected"

	# another policy, and the guest started again
	sed 's/^bindings:/&\n  new: {port: new0}/' examples/quarantine.yaml >/run/changed.yaml
	apply /run/changed.yaml
	ip -batch - <<-'BATCH'
		tuntap del dev vnet1 mode tap
		tuntap add dev vnet1 mode tap
		link set vnet1 group 77 address fe:54:00:00:30:01
		link set vnet1 master br0 up
	BATCH
	plan "$letters" "$infected"
	expect_matrix <<<"$frames"

	isolctl quarantine del shop-web
	isolctl quarantine del wiki
	plan "$letters" "$healthy"
	expect_matrix <<<"$frames"
}

# With a guest, vnet3, that nobody has added to the file.
libvirt_nat() {
	build virbr0 alice=vnet0,52:54:00:00:40:01 bob=vnet1,52:54:00:00:40:02 \
		carol=vnet2,52:54:00:00:40:03 vnet3=vnet3,52:54:00:00:40:04
	everything_passes
	apply examples/libvirt-nat.yaml
	expect '
		T accept rule to-gateway
		F accept rule from-gateway
		w drop within
		n drop unbound
	' '
		.      alice  bob  carol  vnet3  host
		alice  .      w    w      n      T
		bob    w      .    w      n      T
		carol  w      w    .      n      T
		vnet3  n      n    n      .      n
		host   F      F    F      n      .
	'
	isolctl flush
	everything_passes
}

# The way around that libvirt-nat.yaml warns of is there, and what it says to do
# about it closes it.
libvirt_nat_around() {
	local n
	isolctl flush
	ip link del group $group
	mkbridge virbr0
	ip addr add 192.168.122.1/24 dev virbr0
	for n in 1 2; do
		guest virbr0 vnet$n g$n
		ip link set vnet$n address fe:54:00:00:40:0$n
		ip -n g$n addr add 192.168.122.1$n/32 dev eth0
		ip -n g$n route add 192.168.122.1 dev eth0
		ip -n g$n route add default via 192.168.122.1
	done
	sysctl -q -w net.ipv4.ip_forward=1
	apply examples/libvirt-nat.yaml
	in_ns g1 ping -c 1 -W 5 192.168.122.12
	sed -n '/^#   table/,/^#   }/ s/^#//p' examples/libvirt-nat.yaml | nft -f -
	must_fail in_ns g1 ping -c 1 -W 1 192.168.122.12
	in_ns g1 ping -c 1 -W 5 192.168.122.1
}

# What the rules are about is made by craft; what comes back is for programs, below.
security_groups() {
	local frames='
		pass uplink web1 tcp dport 443 flags syn
		pass uplink web2 ip6 tcp dport 443 flags syn
		drop uplink web1 tcp dport 22 flags syn
		drop uplink web1 udp dport 443
		drop uplink db1 tcp dport 5432 flags syn
		drop uplink db1 tcp dport 443 flags syn
		pass web1 db1 tcp dport 5432 flags syn
		pass web2 db1 ip6 tcp dport 5432 flags syn
		drop web1 db1 tcp dport 22 flags syn
		drop web1 web2 tcp dport 443 flags syn
		drop db1 web1 tcp sport 5432 dport 443 flags syn
		drop db1 web1 tcp sport 5432 flags syn,ack
		drop web1 uplink tcp sport 443 flags syn,ack
		drop db1 uplink tcp dport 443 flags syn
		drop web1 host tcp dport 22 flags syn
		pass web1 uplink icmp 8/0 dst 10.0.0.1
		pass db1 uplink icmp6 128/0 dst fd00::1
		drop db1 uplink icmp 8/0 dst 10.0.0.2
		drop web1 uplink icmp 0/0 dst 10.0.0.1
		drop uplink web1 icmp 8/0 src 10.0.0.1
		pass web1 db1 arp request
		pass db1 web2 arp reply
		pass uplink db1 arp request
		drop web1 web2 arp request
	'
	build br0 uplink=eno1 web1=vnet1,52:54:00:00:60:01 web2=vnet2,52:54:00:00:60:02 \
		db1=vnet3,52:54:00:00:60:03
	everything_passes
	expect_frames <<<"${frames//drop/pass}"
	apply examples/security-groups.yaml
	expect_frames <<<"$frames"
	expect_why <<-'QUESTIONS'
		accept rule https uplink web1 tcp dport 443
		accept rule web-db web1 db1 tcp dport 5432
		drop within - db1 web1 tcp dport 443
		accept rule ping-gateway db1 uplink icmp type echo-request dst 10.0.0.1
		accept rule ping-gateway6 web2 uplink icmpv6 type echo-request dst fd00::1
		drop segment-uplink - db1 uplink icmp type echo-request dst 10.0.0.2
		accept rule service:neighbor:arp db1 uplink arp op request
	QUESTIONS
	[[ $(isolctl why web1 db1 tcp dport 5432) == *"answers are accepted too"* ]]
	[ "$(isolctl -j bind show | jq -c 'map(.max_connections)')" = "[5000,5000,100]" ]

	isolctl quarantine add web1
	expect_frames <<-'FRAMES'
		pass uplink web1 tcp src 10.0.0.1 dport 22 flags syn
		drop uplink web1 tcp src 10.0.0.2 dport 22 flags syn
		drop uplink web1 tcp dport 443 flags syn
		drop web1 db1 tcp dport 5432 flags syn
		pass web1 uplink arp reply
		drop web1 db1 arp request
	FRAMES
	isolctl quarantine add web1 mode contain
	expect_frames <<-'FRAMES'
		pass uplink web1 tcp src 10.0.0.1 dport 22 flags syn
		pass uplink web1 tcp dport 443 flags syn
		drop uplink web1 tcp dport 80 flags syn
		drop web1 db1 tcp dport 5432 flags syn
		drop web1 uplink icmp 8/0 dst 10.0.0.1
		pass web1 db1 arp request
	FRAMES
	isolctl quarantine del web1
}

# Connect, and say something that is said again.
echoes() { # NS ADDRESS PORT
	[ "$(echo hello | in_ns "$1" socat -t 5 -T 5 - "TCP:$2:$3,connect-timeout=5")" = hello ]
}

# Answers come back to who may begin, and to nobody else.
security_groups_talk() {
	local n
	isolctl flush
	ip link del group $group 2>/dev/null || :
	mkbridge br0 mcast_snooping 0
	mkns gw
	mkport br0 eno1 gw
	ip -n gw addr add 10.0.0.1/24 dev eth0
	for n in 1 2 3; do
		guest br0 shop$n s$n
		ip link set shop$n address fe:54:00:00:60:0$n
		ip -n s$n addr add 10.0.0.1$n/24 dev eth0
	done
	for n in 1 2 3; do
		in_ns s$n socat TCP-LISTEN:443,fork,reuseaddr EXEC:cat &
		in_ns s$n socat TCP-LISTEN:5432,fork,reuseaddr EXEC:cat &
	done
	wait_for 60 echoes s1 10.0.0.13 5432
	wait_for 60 echoes s3 10.0.0.11 443
	wait_for 60 echoes gw 10.0.0.11 443
	apply examples/security-groups.yaml
	wait_for 60 echoes s1 10.0.0.13 5432
	wait_for 60 echoes gw 10.0.0.12 443
	must_fail echoes s3 10.0.0.11 443
	must_fail echoes s1 10.0.0.12 443
	must_fail echoes gw 10.0.0.13 5432
	in_ns s3 ping -q -c 1 -W 20 10.0.0.1
	must_fail in_ns gw ping -q -c 1 -W 1 10.0.0.13

	isolctl quarantine add web1 mode contain
	wait_for 60 echoes gw 10.0.0.11 443
	must_fail echoes s1 10.0.0.13 5432
	isolctl quarantine add web1 mode isolate
	must_fail echoes gw 10.0.0.11 443
	isolctl quarantine del web1
	wait_for 60 echoes s1 10.0.0.13 5432
	isolctl flush
	jobs -p | xargs -r kill
}

# Nothing in the directory goes untested, or unmentioned.
complete() {
	local file name
	for file in examples/*.yaml; do
		name=${file##*/}
		name=${name%.yaml}
		declare -F "${name//-/_}" >/dev/null || fail "$file has no case"
		grep -q -F "(${file##*/})" examples/README.md ||
			fail "$file is not in examples/README.md"
	done
}

# shellcheck disable=SC2119 # no parameters
load_module || exit
load_ct || exit
modprobe tun || exit
quiet_network
quiet_ns world

run_case public-cloud public_cloud
run_case database database
run_case web-shop web_shop
run_case test-beside-prod test_beside_prod
run_case hosting-pvlan hosting_pvlan
run_case hosting-gateway hosting_gateway
run_case communities communities
run_case bastion bastion
run_case quarantine quarantine
run_case security-groups security_groups
run_case libvirt-nat libvirt_nat
run_case libvirt-nat-around libvirt_nat_around
run_case security-groups-talk security_groups_talk
run_case complete complete
