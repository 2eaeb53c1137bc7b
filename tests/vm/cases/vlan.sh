#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# VLAN segments as a boundary: guests that tag as they like, ports that are members of
# VLANs that they should not be in, uplinks and the host in the wrong VLAN. A rule lets
# everything pass, so that the segments alone stop frames; and all of them arrive where
# there is no policy.
#
# a and b are in VLAN 30, c and d in 31, e and f in 20 and in no segment, f unbound.
# By mistake a is also a member of 31 and 20, b of 20, d, e and f of 30.
#
# timeout: 400

. tests/vm/lib.sh
. tests/vm/isol.sh

# Have it as said above, whatever a case has made of it.
vlans() {
	ip link set br0 type bridge vlan_filtering 1
	bridge -batch - <<-END
		vlan add dev p-a vid 30 pvid untagged
		vlan add dev p-b vid 30 pvid untagged
		vlan add dev p-c vid 31 pvid untagged
		vlan add dev p-d vid 31 pvid untagged
		vlan add dev p-e vid 20 pvid untagged
		vlan add dev p-f vid 20 pvid untagged
		vlan add dev p-a vid 31 untagged
		vlan add dev p-a vid 20 untagged
		vlan add dev p-b vid 20 untagged
		vlan add dev p-d vid 30 untagged
		vlan add dev p-e vid 30 untagged
		vlan add dev p-f vid 30 untagged
		vlan add dev up0 vid 20
		vlan add dev up0 vid 30
		vlan add dev up0 vid 31
		vlan add dev br0 vid 30 pvid untagged self
		vlan add dev br0 vid 20 untagged self
		vlan add dev br0 vid 31 self
	END
}

segments() {
	policy <<-END
		isol: 1
		bridges: {br0: {uplinks: [up0]}}
		segments:
		  red: {bridge: br0, vlan: 30}
		  blue: {bridge: br0, vlan: 31, uplink: accept}
		bindings:
		  a: {port: p-a, segment: red}
		  b: {port: p-b, segment: red}
		  c: {port: p-c, segment: blue}
		  d: {port: p-d, segment: blue}
		  e: {port: p-e}
		rules:
		  - {name: all, from: any, to: any, verdict: accept, stateless: true}
		quarantine:
		  rules:
		    - {name: look, from: any, to: quarantined, verdict: accept, stateless: true}
	END
}

# What the bridge has learned: of who is where depends how many copies there are.
forget() {
	ip link set br0 type bridge fdb_flush
}

# Lines: FRAME FROM TO pass|drop WORD... The control is the same without a policy, where
# all have to arrive.
check_frames() { # [CRAFT-OPTION...] <<TABLE
	local frame from to verdict words input='' want='' bad=''
	while read -r frame from to verdict words; do
		[ -n "$frame" ] || continue
		input+="$frame $from $to $words"$'\n'
		want+="$frame $verdict"$'\n'
	done
	isolctl flush
	craft "$@" "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	bad=$(grep -v ' pass$' /run/isol/craft) && fail "dropped without a policy: $bad"
	forget
	"${POLICY:-segments}"
	counting
	craft "$@" "${ENDPOINTS[@]}" <<<"$input" >/run/isol/craft || fail "craft: exit status $?"
	bad=$(diff <(printf %s "$want") /run/isol/craft) || fail "not as expected: ${bad//$'\n'/, }"
}

why_vlan() { # A B VLAN VERDICT REASON [RULE]
	frame_is "$1" "$2" "vlan $3" "${@:4}"
}

# ---- cases

# What the bridge, IP and defragmentation have of the control block ends before byte 40.
# It is asked of the kernel that runs.
offsets() {
	local size name from
	modprobe -a bridge
	while read -r name from; do
		size=$(pahole -F btf --btf_base=/sys/kernel/btf/vmlinux -C "$name" \
			"/sys/kernel/btf/$from" 2>/dev/null |
			sed -n 's,.*/\* size: \([0-9]*\)\,.*,\1,p') || :
		[ -n "$size" ] || skip_case "no BTF of $name in $from"
		echo "    $name $size"
		[ "${size%%$'\n'*}" -le 40 ] || fail "$name has $size bytes"
	done <<-END
		inet_skb_parm vmlinux
		inet6_skb_parm vmlinux
		ipfrag_skb_cb vmlinux
		br_input_skb_cb bridge
	END
	# what is asked can have another answer: this one is larger
	size=$(pahole -F btf -C sk_buff /sys/kernel/btf/vmlinux |
		sed -n 's,.*/\* size: \([0-9]*\)\,.*,\1,p')
	[ "$size" -gt 40 ]
}

# Guests that send tags.
guest_tags() {
	check_frames <<-END
		own       a b pass tcp
		own-tag   a b pass tcp vlan 30
		prio      a b pass tcp vlan 0
		other     a c drop tcp vlan 31
		third     a b drop tcp vlan 20
		double    a b drop tcp vlan 30 vlan 31
		double-0  a b drop tcp vlan 0 vlan 31
		ad-outer  a b drop tcp vlan 88a8.31
		ad-own    a b drop tcp vlan 88a8.30
		ad-inner  a b drop tcp vlan 30 vlan 88a8.31
		old-outer a b drop ether 0x9100
		bcast     a b pass cast broadcast
		bcast-31  a c drop cast broadcast vlan 31
		back      b a pass tcp
		c-own     c d pass tcp
	END
	# A broadcast goes to b, d (another segment), e (none), f (unbound) and two more.
	expect_counted port <<-END
		port p-a rule accept 6
		port p-a vlan drop 3
		port p-a tags drop 6
		port p-a segment drop 2
		port p-a unbound drop 1
		port p-b rule accept 1
		port p-c rule accept 1
	END
}

# Between segments, and to what is in none: though all are members of one VLAN.
between() {
	check_frames <<-END
		a-b a b pass tcp
		a-d a d drop tcp cast broadcast
		c-a c a drop tcp cast broadcast
		a-e a e drop tcp
		e-a e a drop tcp
		a-f a f drop tcp
		f-a f a drop tcp
		f-e f e drop tcp
		c-d c d pass tcp
	END
	expect_counted -s bridge <<-END
		bridge br0 segment drop 9
		bridge br0 vlan drop 0
		bridge br0 tags drop 0
	END
	why_is a c drop segment
	why_is c a drop segment
	why_is a e drop segment
	why_is e b drop segment
	why_is a p-f drop unbound
	why_is a b accept rule all
	why_vlan a b 30 accept rule all
	why_vlan a b 31 drop vlan
	why_vlan a b 0 drop vlan
	why_vlan a c 31 drop vlan
}

# Unbound ports that take part do so in no segment.
unbound() {
	POLICY=segments_unbound check_frames <<-END
		a-f a f drop tcp
		f-a f a drop tcp
		f-e f e pass tcp
		e-f e f pass tcp
	END
	# Who is known in another VLAN only is sought at all ports: at b, d and e as well.
	expect_counted port <<-END
		port p-a segment drop 4
		port p-a rule accept 1
		port p-f segment drop 1
		port p-f rule accept 4
		port p-e rule accept 1
		port p-b vlan drop 1
	END
}

segments_unbound() {
	policy <<-END
		isol: 1
		bridges: {br0: {uplinks: [up0], unbound: accept}}
		segments: {red: {bridge: br0, vlan: 30}}
		bindings: {a: {port: p-a, segment: red}, e: {port: p-e}}
		rules:
		  - {name: all, from: any, to: any, verdict: accept, stateless: true}
	END
}

# The uplink is in all segments, by the frame's VLAN: p-a is a member of all three.
uplink() {
	check_frames <<-END
		in-30    world a pass tcp vlan 30
		in-31    world a drop tcp vlan 31
		in-20    world b drop tcp vlan 20
		in-31-c  world c pass tcp vlan 31
		in-30-e  world e drop tcp vlan 30
		in-0x9   world a pass tcp vlan 30 vlan 99
		out-a    a world pass tcp
		out-tag  a world pass tcp vlan 30
		out-31   a world drop tcp vlan 31
		out-c    c world pass tcp
	END
	# Unknown in its VLAN, a frame goes to all members: in 31 to a, c and d, in 20 to a, b
	# and e, which may have it, in 30 to d and e too.
	expect_counted -s port <<-END
		port up0 vlan drop 5
		port p-a vlan drop 1
		port p-a rule accept 2
	END
	why_is uplink a accept rule all
	why_vlan uplink a 30 accept rule all
	why_vlan uplink a 20 drop vlan
	why_vlan a uplink 20 drop vlan
}

# What nobody says anything about is for the segment's own defaults.
defaults() {
	policy <<-END
		isol: 1
		bridges: {br0: {uplinks: [up0], default: accept}}
		segments:
		  red: {bridge: br0, vlan: 30, within: accept}
		  blue: {bridge: br0, vlan: 31, uplink: accept}
		bindings:
		  a: {port: p-a, segment: red}
		  b: {port: p-b, segment: red}
		  c: {port: p-c, segment: blue}
		  d: {port: p-d, segment: blue}
		  e: {port: p-e}
	END
	# the bridge learns where the uplink's peer is; where guests are it always does
	craft "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		w30 world a tcp vlan 30
		w31 world c tcp vlan 31
	END
	counting
	craft "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		a-b a b tcp
		c-d c d tcp
		a-world a world tcp
		c-world c world tcp
		world-a world a tcp vlan 30
		world-c world c tcp vlan 31
		e-world e world tcp
	END
	diff - /run/isol/craft <<-END
		a-b pass
		c-d drop
		a-world drop
		c-world pass
		world-a drop
		world-c pass
		e-world pass
	END
	expect_counted -s port <<-END
		port p-a within accept 1
		port p-c within drop 1
		port p-a segment-uplink drop 1
		port p-c segment-uplink accept 1
		port p-e bridge-default accept 1
	END
	why_is a b accept within
	why_is c d drop within
	why_is c uplink accept segment-uplink
	why_is e uplink accept bridge-default
}

pvid() { # PORT VID
	bridge vlan add dev "$1" vid "$2" pvid untagged
}

# Which VLAN an untagged frame is in changes while frames pass.
pvid_changes() {
	pvid p-a 31
	check_frames -L <<-END
		a-c a c drop tcp
		c-d c d pass tcp
	END
	expect_counted -s port <<-END
		port p-a vlan drop 1
	END
	pvid p-a 30
	counting
	[ "$(craft "${ENDPOINTS[@]}" <<<"a-b a b tcp")" = "a-b pass" ]
	# untagged frames of the uplink
	bridge vlan add dev up0 vid 30 pvid
	counting
	[ "$(craft "${ENDPOINTS[@]}" <<<"w-a world a tcp")" = "w-a pass" ]
	bridge vlan add dev up0 vid 20 pvid
	[ "$(craft "${ENDPOINTS[@]}" <<<"w-a world a tcp")" = "w-a drop" ]
	expect_counted -s port <<-END
		port up0 rule accept 2
		port up0 vlan drop 2
	END
	bridge vlan add dev up0 vid 20
	bridge vlan add dev up0 vid 30
}

in_fdb() { # MAC VLAN
	bridge fdb show br br0 | grep "$1" || :
	bridge -j fdb show br br0 | jq -e --arg m "$1" --argjson v "$2" \
		'any(.[]; .mac == $m and .vlan == $v)' >/dev/null
}

# What is dropped on its way in teaches the bridge nothing.
fdb() {
	local mac=02:00:00:00:00:77
	isolctl flush
	craft -L "${ENDPOINTS[@]}" <<<"x a c tcp vlan 31 mac-src $mac" >/run/isol/craft
	in_fdb $mac 31
	bridge fdb del $mac dev p-a vlan 31 master
	must_fail in_fdb $mac 31
	segments
	craft -L "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		x a c tcp vlan 31 mac-src $mac
		y a b tcp vlan 30 vlan 31 mac-src $mac
	END
	must_fail in_fdb $mac 31
	must_fail in_fdb $mac 30
	craft -L "${ENDPOINTS[@]}" <<<"x a b tcp mac-src $mac" >/run/isol/craft
	in_fdb $mac 30
	bridge fdb del $mac dev p-a vlan 30 master
}

# The host is in the VLAN that the bridge puts its frames in.
host() {
	local i
	local -a all=("${ENDPOINTS[@]}")
	ip link add link br0 name br0.31 type vlan id 31
	ip link set br0.31 addrgenmode none up
	ENDPOINTS+=("host31=-:br0.31,stack")
	# br0 untagged is VLAN 30; br0.31 is not
	check_frames <<-END
		a-host   a host pass tcp
		a-tagged a host31 drop tcp vlan 31
		host-a   host a pass tcp
		host-31  host31 a drop tcp
		host31-c host31 c pass tcp
		c-host31 c host31 pass tcp
		host-e   host e drop tcp
	END
	# what is for e goes to a and b too: it is known in another VLAN
	expect_counted -s port <<-END
		port p-a rule accept 3
		port p-e vlan drop 1
		port p-a vlan drop 2
		port p-c rule accept 3
	END
	why_is host a accept rule all
	why_vlan host a 31 drop vlan
	# and now the other way round
	pvid_self 20
	counting
	craft "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		host-a   host a tcp
		host31-c host31 c tcp
	END
	diff - /run/isol/craft <<-END
		host-a drop
		host31-c pass
	END
	# to a and b, the members of 20
	expect_counted -s port <<-END
		port p-a vlan drop 1
	END
	pvid_self 30
	# without offloading the tag is in the frame when the bridge sees it
	ethtool -K br0 tx-vlan-hw-insert off
	check_frames <<-END
		host-a   host a pass tcp
		host-31  host31 a drop tcp
		host31-c host31 c pass tcp
	END
	expect_counted -s port <<-END
		port p-a vlan drop 1
	END
	ethtool -K br0 tx-vlan-hw-insert on
	ip link del br0.31
	ENDPOINTS=("${all[@]}")
}

pvid_self() { # VID
	bridge vlan add dev br0 vid "$1" pvid untagged self
}

# The same address in two segments.
same_addresses() {
	local -a all=("${ENDPOINTS[@]}")
	local mac=02:00:00:00:00:88
	ENDPOINTS=("a=a:eth0,mac=$mac" "c=c:eth0,mac=$mac" "world=world:eth0" "b=b:eth0")
	# a is a member of 31 by mistake: as it should be, the bridge tells them apart
	bridge vlan del dev p-a vid 31
	segments
	craft -a "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		to-a world a tcp vlan 30
		to-c world c tcp vlan 31
	END
	diff - /run/isol/craft <<-END
		to-a a
		to-c c
	END
	ENDPOINTS=("${all[@]}")
}

# The boundary holds in quarantine.
quarantine() {
	segments
	isolctl quarantine add a
	counting
	craft "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		b-a b a tcp
		w-a world a tcp vlan 30
		w-a20 world a tcp vlan 20
		c-a c a cast broadcast
		e-a e a tcp
		a-b a b tcp
		a-c a c tcp vlan 31
	END
	isolctl quarantine del a
	diff - /run/isol/craft <<-END
		b-a pass
		w-a pass
		w-a20 drop
		c-a drop
		e-a drop
		a-b drop
		a-c drop
	END
	expect_counted -s port <<-END
		port p-b quarantine-rule accept 1
		port up0 quarantine-rule accept 1
		port up0 vlan drop 2
		port p-c segment drop 1
		port p-e segment drop 2
		port p-a quarantine drop 1
		port p-a vlan drop 1
	END
}

# A bridge that does not look at VLANs: the outer tag says which one it is.
unfiltered() {
	ip link set br0 type bridge vlan_filtering 0
	check_frames -L <<-END
		own      a b pass tcp vlan 30
		untagged a b drop tcp
		prio     a b drop tcp vlan 0
		other    a b drop tcp vlan 31
		ad       a b pass tcp vlan 88a8.30
		double   a b drop tcp vlan 30 vlan 31
		in       world a pass tcp vlan 30
		in-none  world a drop tcp
		in-31    world a drop tcp vlan 31
		c-d      c d pass tcp vlan 31
		c-a      c a drop tcp vlan 31
		e-f      e f drop tcp
		e-w      e world pass tcp
	END
	expect_counted -s port <<-END
		port p-a vlan drop 3
		port p-a tags drop 1
	END
	ip link set br0 type bridge vlan_filtering 1
}

# Who is in no segment gets nothing that is in the VLAN of one, and puts nothing into
# it, wherever the bridge would carry that.
beside() {
	local mac
	ip link set br0 type bridge vlan_filtering 0
	check_frames -L <<-END
		out-30    e world drop tcp vlan 30
		out-31    e world drop tcp vlan 31
		out-40    e world pass tcp vlan 40
		plain     e world pass tcp
		prio      e world pass tcp vlan 0
		double    e world drop tcp vlan 40 vlan 30
		prio-30   e world drop tcp vlan 0 vlan 30
		e-f-30    e f drop tcp vlan 30
		in-30     world e drop tcp vlan 30
		in-ad-31  world e drop tcp vlan 88a8.31
		in-40     world e pass tcp vlan 40
		in        world e pass tcp
		host-30   host e drop tcp vlan 30
		host-40   host e pass tcp vlan 40
		host      host e pass tcp
	END
	expect_counted -s port <<-END
		port p-e vlan drop 4
		port p-e tags drop 2
		port up0 vlan drop 2
	END
	why_vlan e uplink 30 drop vlan
	why_vlan e uplink 40 accept rule all
	why_vlan uplink e 31 drop vlan
	why_is uplink e accept rule all
	# It says that it is a, whose frames the bridge then takes to it.
	mac=$(ip -n a -j link show eth0 | jq -r '.[0].address')
	counting
	craft -L "${ENDPOINTS[@]}" <<-END >/run/isol/craft
		forge  e world tcp mac-src $mac
		stolen world a tcp vlan 30
	END
	diff - /run/isol/craft <<-END || fail "stolen, or lost before"
		forge pass
		stolen drop
	END
	expect_counted -s port <<-END
		port p-e rule accept 1
		port up0 vlan drop 1
	END
	# it is the policy that keeps it from e
	isolctl flush
	craft -L -a "${ENDPOINTS[@]}" <<-END >/run/isol/craft
		stolen world a tcp vlan 30
	END
	grep -qx 'stolen e' /run/isol/craft || fail "without a policy: $(</run/isol/craft)"
	ip link set br0 type bridge vlan_filtering 1
}

# br_netfilter takes frames through the hooks of IP, before they are forwarded.
br_netfilter() { # 0|1
	modprobe br_netfilter
	sysctl -q -w net.bridge.bridge-nf-call-iptables="$1" \
		net.bridge.bridge-nf-call-ip6tables="$1" \
		net.bridge.bridge-nf-filter-vlan-tagged="$1"
	check_frames <<-END
		own      a b pass tcp
		own6     a b pass tcp ip6
		other    a c drop tcp vlan 31
		in-30    world a pass tcp vlan 30
		in-30-6  world a pass tcp ip6 vlan 30
		in-31    world a drop tcp vlan 31
		in-31-6  world a drop tcp ip6 vlan 31
		arp      world a pass arp request vlan 30
		out      a world pass tcp
		host     host a pass tcp
	END
	# the ARP request came to d, too, which is not in VLAN 30
	expect_counted -s port <<-END
		port p-a vlan drop 1
		port up0 vlan drop 4
	END
	sysctl -q -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
}


# Connection tracking on the bridge puts fragments together before they are forwarded.
fragments() {
	local vid
	isolctl flush
	segments
	ip -n a addr add 10.0.0.1/24 dev eth0
	for vid in 30 20; do
		ip -n world link add link eth0 name eth0.$vid type vlan id $vid
		in_ns world sysctl -q -w "net.ipv6.conf.eth0/$vid.disable_ipv6=1"
		ip -n world link set eth0.$vid up
	done
	ip -n world addr add 10.0.0.2/24 dev eth0.30
	wait_for 30 in_ns world ping -q -c 2 -W 2 -s 3000 10.0.0.1
	nft -f - <<-END
		table bridge t {
			chain f { type filter hook forward priority 0; ct state new,established counter accept; }
		}
	END
	counting
	in_ns world ping -q -c 2 -W 2 -s 3000 10.0.0.1
	[ "$(port_counter up0 vlan drop)" = "${_counted[port up0 vlan drop]-0}" ]
	ip -n world addr flush dev eth0.30
	ip -n world addr add 10.0.0.2/24 dev eth0.20
	must_fail in_ns world ping -q -c 1 -W 1 -s 3000 10.0.0.1
	[ "$(port_counter up0 vlan drop)" -gt "${_counted[port up0 vlan drop]-0}" ]
	# it is the policy that stops it
	isolctl flush
	bridge vlan add dev p-a vid 20 pvid untagged
	# once the neighbours have found each other
	wait_for 30 in_ns world ping -q -c 1 -W 2 -s 3000 10.0.0.1
	nft flush ruleset
	pvid p-a 30
	ip -n world link del eth0.20
	ip -n world link del eth0.30
	ip -n a addr flush dev eth0
}

# Degraded: f is unbound.
status() { # [OPTION...]
	isolctl "$@" status || [ $? = 4 ]
}

# What it says is wrong with the VLANs of ports.
vlan_warnings() {
	status -j | jq -r '.warnings[]'
}

says() { # TEXT FILE
	grep -qF -- "$1" "$2" || fail "'$1' is not in: $(<"$2")"
}

# A frame each of those that the policy accepts, if it is in the VLAN.
accepted_frames() {
	craft -L "${ENDPOINTS[@]}" >/run/isol/craft <<-END
		a-b a b tcp
		c-d c d tcp
		c-w c world tcp
		w-c world c tcp vlan 31
		e-w e world tcp
	END
}

# Ports that are not in the VLANs of their segments: nothing passes that the policy accepts, and
# it is said why. What is said to do about it is enough.
warnings() {
	local port text i
	local out=/run/isol/out err=/run/isol/err
	for port in p-a p-b p-c p-d p-e up0; do
		for i in 20 30 31; do
			echo "vlan del dev $port vid $i"
		done
		echo "vlan add dev $port vid 1 pvid untagged"
	done | bridge -force -batch - 2>/dev/null || :
	# red is opened to the uplink by a rule, blue by its default
	segments 2>$err
	isolctl save >/run/isol/policy
	# each port by its name, and the uplink for both segments
	isolctl check /run/isol/policy 2>$out
	for port in a:red:30 b:red:30 c:blue:31 d:blue:31; do
		IFS=: read -r port text i <<<"$port"
		text="segment '$text': port p-$port of binding '$port' is not a member of VLAN $i on br0: no frame of it is in the segment; \`bridge vlan add dev p-$port vid $i pvid untagged && bridge vlan del dev p-$port vid 1\`"
		says "warning: $text" $err
		says "warning: $text" $out
		vlan_warnings | grep -qxF "$text"
		status | grep -qxF "warning: $text"
	done
	for i in red:30 blue:31; do
		text="segment '${i%:*}': the uplink up0 is not a member of VLAN ${i#*:} on br0"
		says "warning: $text" $err
		status | grep -F "warning: $text"
	done
	[ "$(vlan_warnings | wc -l)" = 6 ]
	# an answer is about a frame that is in the VLAN: what it is not is said beside it
	isolctl why a b >$out 2>$err
	says "accept: rule all" $out
	says "isolctl: warning: segment 'red': port p-a of binding 'a' is not a member" $err
	says "isolctl: warning: segment 'red': port p-b of binding 'b' is not a member" $err
	isolctl -j why a uplink | jq -e '.verdict == "accept" and (.warnings | length == 2) and
		any(.warnings[]; test("port p-a .* not a member")) and
		any(.warnings[]; test("uplink up0 is not a member of VLAN 30"))'
	isolctl -j why port:p-c host | jq -e '.warnings | length == 1'
	# and nothing where something else drops it, or nothing is wrong
	isolctl -j why a c | jq -e '.reason == "segment" and .warnings == []'
	isolctl -j why e uplink | jq -e '.verdict == "accept" and .warnings == []'
	counting
	accepted_frames
	diff - /run/isol/craft <<-END
		a-b drop
		c-d drop
		c-w drop
		w-c drop
		e-w pass
	END
	expect_counted -s port <<-END
		port p-a vlan drop 1
		port p-c vlan drop 2
	END
	# a bridge that does not look at VLANs: of each segment, and then of no port
	ip link set br0 type bridge vlan_filtering 0
	isolctl check /run/isol/policy 2>$err
	says "segment 'red': bridge 'br0' does not filter VLANs: only frames that the guest itself tags with 30 are in the segment" $err
	says "segment 'blue': bridge 'br0' does not filter VLANs: only frames that the guest itself tags with 31 are in the segment" $err
	[ "$(vlan_warnings | wc -l)" = 2 ]
	isolctl -j why a b | jq -e '.verdict == "accept" and (.warnings | length == 1)'
	counting
	accepted_frames
	diff - /run/isol/craft <<-END
		a-b drop
		c-d drop
		c-w drop
		w-c pass
		e-w pass
	END
	expect_counted -s port <<-END
		port p-a vlan drop 1
		port p-c vlan drop 2
	END
	# do as told until there is nothing more
	for ((i = 0; i < 5; i++)); do
		vlan_warnings >$out
		[ -s $out ] || break
		cut -d'`' -f2 $out >/run/isol/commands
		cat /run/isol/commands
		bash -e /run/isol/commands
	done
	[ $i = 2 ]
	isolctl apply /run/isol/policy 2>$err
	must_fail grep VLAN $err
	isolctl -j why a uplink | jq -e '.verdict == "accept" and .warnings == []'
	# unknown in its VLAN, what is for a guest goes to the uplink too
	counting
	accepted_frames
	diff - /run/isol/craft <<-END
		a-b pass
		c-d pass
		c-w pass
		w-c pass
		e-w pass
	END
	expect_counted -s port <<-END
		port p-a rule accept 2
		port p-c rule accept 4
		port up0 rule accept 1
	END
	# another PVID than that of the segment, and that of another segment
	bridge vlan add dev p-a vid 99 pvid untagged
	bridge vlan add dev p-e vid 31 pvid untagged
	vlan_warnings >$out
	says "segment 'red': port p-a of binding 'a' has the PVID 99 on br0: its frames without a tag are in VLAN 99" $out
	says "port p-e of binding 'e' has the PVID 31 on br0, which is the segment 'blue'" $out
	[ "$(wc -l <$out)" = 2 ]
	counting
	accepted_frames
	grep -qx "a-b drop" /run/isol/craft
	grep -qx "e-w drop" /run/isol/craft
	grep -qx "c-w pass" /run/isol/craft
	expect_counted -s port <<-END
		port p-a vlan drop 1
		port p-e vlan drop 1
	END
	pvid p-a 30
	bridge vlan del dev p-a vid 99
	bridge vlan add dev p-e vid 20 pvid untagged
	bridge vlan del dev p-e vid 31
	[ -z "$(vlan_warnings)" ]
	# unlike rules, the host is looked at when it is asked about
	bridge vlan del dev br0 vid 31 self
	[ -z "$(vlan_warnings)" ]
	isolctl why c host 2>$err
	says "segment 'blue': the bridge device br0 is not a member of VLAN 31 itself" $err
	bridge vlan add dev br0 vid 31 self
	isolctl why c host 2>$err
	[ ! -s $err ]
}

# What is put in can be read again, changed and taken out.
commands() {
	isolctl flush
	segments
	isolctl -j show segments | jq -e '[.[] | [.name, .vlan]] == [["red", 30], ["blue", 31]]'
	isolctl save | grep -q 'red: {bridge: br0, vlan: 30}'
	isolctl segment add green bridge br0 vlan 32 within accept
	isolctl segment show green | grep -q 'br0 *32 *accept'
	must_fail isolctl segment add more bridge br0 vlan 32
	must_fail isolctl segment add more bridge br0 vlan 4095
	must_fail isolctl segment add more bridge br0 vlan 0
	isolctl segment add whole bridge br0
	must_fail isolctl segment add whole2 bridge br0
	isolctl segment del whole
	isolctl segment del green
	isolctl save >/run/isol/policy
	isolctl apply --dry-run /run/isol/policy >/run/isol/diff
	must_fail grep 'segment' /run/isol/diff
	sed -i 's/vlan: 31/vlan: 33/' /run/isol/policy
	isolctl apply --dry-run /run/isol/policy >/run/isol/diff || :
	grep 'blue.*vlan' /run/isol/diff
}

run() {
	vlans
	forget
	isolctl flush >/dev/null
	run_case "$@"
}

load_module || exit
run_case offsets offsets
topo -u up0:world a b c d e f
ip link set br0 type bridge vlan_default_pvid 0
run guest-tags guest_tags
run between between
run unbound unbound
run uplink uplink
run defaults defaults
run pvid pvid_changes
run fdb fdb
run host host
run same-addresses same_addresses
run quarantine quarantine
run commands commands
run warnings warnings
run br-netfilter-0 br_netfilter 0
run br-netfilter-1 br_netfilter 1
run fragments fragments
run unfiltered unfiltered
run beside beside
isolctl flush
unload_module
