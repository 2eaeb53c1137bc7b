# SPDX-License-Identifier: GPL-2.0
#
# Generate a policy for isol, or rules for nftables that do the same.
#
# awk -v NAME=VALUE... -f gen.awk
#   seed      of the rules that the measured frame does not match
#   ports     how many there are: p0, p1, ...
#   rules     how many rules
#   groups    how many groups; without: so many that there are twice as many
#             pairs of them as rules
#   bridges   the ports are spread over so many: br0, m1, m2, ...
#   bridge    the managed one (br0)
#   decide    rule: one rule is for the measured pair; default: none is
#   verdict   of that rule, or of the default
#   pair      which pair is measured: guests (p0 to p1), uplink (p0 is one),
#             to_host, from_host, to_all (p0 to all other guests)
#   place     first, last: where that rule stands
#   form      isol, linear (nftables: one rule for each), vmap, index (nftables:
#             a verdict map of names, of numbers), hash, pipapo (nftables: a
#             verdict map of addresses, of ranges of addresses and ports),
#             ebtables, tc (flower), ovs (flows of the kernel's datapath)
#   base      number of p0, for index
#   acl       so many rules more, between p0 and p1, that ask about the frame,
#             none of which matches the measured one (UDP, 10.0.0.1 port 9 to
#             10.0.0.2 port 9); the measured rule is of their kind
#   kind      of these: mixed (prefixes, protocols, ranges of ports), wide (the same,
#             with some so wide that most of the others never match),
#             addresses (source and destination addresses only), disjoint
#             (prefixes, protocols, ranges of ports: no frame matches two)
#   track     1: rules that accept let conversations begin; nftables accepts what is
#             established first
#   proto     of the measured rule (udp)
#   v6        percent of them that are about IPv6

# Lehmer's generator: the same numbers with every awk.
function random(n)
{
	state = state * 16807 % 2147483647
	return int(state / 2147483647 * n)
}

# A rule about two ports.
function rule(name, from, to, verdict, a, b)
{
	a = substr(from, 2)
	b = substr(to, 2)
	if (form == "isol")
		printf "  - {name: %s, from: %s, to: %s, verdict: %s%s}\n",
			name, from, to, verdict, stateless
	else if (form == "linear")
		printf "\t\tiifname \"%s\" oifname \"%s\" counter %s\n",
			port(from), port(to), verdict
	else if (form == "vmap")
		printf "\t\t\t\"%s\" . \"%s\" counter : %s,\n", port(from), port(to), verdict
	else if (form == "index")
		printf "\t\t\t%d . %d counter : %s,\n", base + a, base + b, verdict
	else if (form == "ebtables")
		printf "-A FORWARD -i %s -o %s -j %s\n", port(from), port(to), toupper(verdict)
	else if (form == "tc")
		printf "filter add dev %s egress prio 1 protocol all flower indev %s action %s\n",
			port(to), port(from), verdict == "accept" ? "pass" : "drop"
	else if (form == "ovs")
		flow(1 + a, "dst=02:00:00:00:" hex(int(b / 256)) ":" hex(b % 256) \
			"),eth_type(0x0800),ipv4(frag=no)", verdict)
}

function hex(n) { return sprintf("%02x", n) }

# The datapath's ports are numbered from 1 on, in the order in which they were added.
# What is only cut goes nowhere; "drop" is not known to all kernels.
function flow(in_port, what, verdict)
{
	printf "add in_port(%d),eth(%s %s\n", in_port, what, verdict == "accept" ? "2" : "trunc(64)"
}

# nftables has ports for the groups; each group has one.
function port(group)
{
	sub(/^g/, "p", group)
	return group
}

# p0 has its group to itself.
function group(i)
{
	return i ? 1 + (i - 1) % (groups - 1) : 0
}

function measured()
{
	if (decide != "rule")
		return
	if (acl || track)
		ask("measured", "10.0.0.1", "10.0.0.2", kind == "addresses" ? "" : proto,
			kind == "addresses" ? "" : "9", verdict, 0)
	else
		rule("measured", from, to, verdict)
}

# A rule that asks about the frame. Without a protocol it asks for addresses.
function ask(name, src, dst, proto, ports, verdict, six)
{
	if (form == "isol") {
		printf "  - {name: %s, from: %s, to: %s%s%s", name, from, to,
			src ? ", src: " quoted(src) : "", dst ? ", dst: " quoted(dst) : ""
		if (proto)
			printf ", %s: %s", proto, ports ? ports : "any"
		printf ", verdict: %s%s}\n", verdict, stateless
	} else if (form == "linear")
		ask_nft(src, dst, proto, ports, verdict, six)
	else if (form == "hash")
		elements[six] = elements[six] sprintf("\t\t\t%s . %s counter : %s,\n", src, dst,
			verdict)
	else if (form == "pipapo")
		elements[six] = elements[six] sprintf("\t\t\t%s . %s . %s . %s counter : %s,\n",
			src, dst, proto, ports, verdict)
	else if (form == "ebtables")
		ask_ebtables(src, dst, proto, ports, verdict, six)
	else if (form == "tc")
		ask_tc(src, dst, proto, ports, verdict, six)
	else if (form == "ovs")
		ask_ovs(src, dst, proto, ports, verdict, six)
}

function quoted(s) { return s ~ /:/ ? "\"" s "\"" : s }

function ask_nft(src, dst, proto, ports, verdict, six, ip)
{
	ip = six ? "ip6" : "ip"
	printf "\t\t"
	if (src)
		printf "%s saddr %s ", ip, src
	if (dst)
		printf "%s daddr %s ", ip, dst
	if (proto && ports)
		printf "%s dport %s ", proto, ports
	else if (proto)
		printf "meta l4proto %s ", proto
	printf "counter %s\n", verdict
}

function ask_ebtables(src, dst, proto, ports, verdict, six, ip)
{
	ip = six ? "--ip6" : "--ip"
	sub(/-/, ":", ports)
	printf "-A FORWARD -i p0 -o p1 -p %s", six ? "IPv6" : "IPv4"
	if (src)
		printf " %s-src %s", ip, src
	if (dst)
		printf " %s-dst %s", ip, dst
	if (proto)
		printf " %s-proto %s", ip, proto == "tcp" ? 6 : 17
	if (ports)
		printf " %s-dport %s", ip, ports
	printf " -j %s\n", toupper(verdict)
}

# Rules that overlap have to be in an order, so each has its priority then; where
# they do not, one priority lets flower find them by hash.
function ask_tc(src, dst, proto, ports, verdict, six)
{
	nfilters++
	printf "filter add dev p0 ingress prio %d protocol %s flower", 
		kind == "mixed" || kind == "wide" ? nfilters : 1 + six, six ? "ipv6" : "ip"
	if (proto)
		printf " ip_proto %s", proto
	if (src)
		printf " src_ip %s", src
	if (dst)
		printf " dst_ip %s", dst
	if (ports)
		printf " dst_port %s", ports
	printf " action %s\n", verdict == "accept" ? "pass" : "drop"
}

# The datapath knows masks, not ranges.
function ask_ovs(src, dst, proto, ports, verdict, six, what, range, lo, hi, size)
{
	what = sprintf("),eth_type(0x%s),%s(src=%s,dst=%s", six ? "86dd" : "0800",
		six ? "ipv6" : "ipv4", masked(src, six), masked(dst, six))
	if (!proto) {
		flow(1, what ",frag=no)", verdict)
		return
	}
	what = what sprintf(",proto=%d,frag=no)", proto == "tcp" ? 6 : 17)
	split(ports, range, "-")
	lo = range[1]
	hi = range[2] == "" ? lo : range[2]
	while (lo <= hi) {
		for (size = 1; lo % (size * 2) == 0 && lo + size * 2 - 1 <= hi; size *= 2)
			;
		flow(1, sprintf("%s,%s(dst=%d/0x%x)%s", what, proto, lo, 65536 - size,
			proto == "tcp" ? ",tcp_flags(0/0)" : ""), verdict)
		lo += size
	}
}

# ADDRESS/LENGTH with a mask instead. Lengths over IPv6 are of whole groups.
function masked(s, six, part, len, i, mask, bits)
{
	if (split(s, part, "/") < 2)
		return s
	if (six) {
		for (i = 0; i < part[2] / 16; i++)
			mask = mask "ffff:"
		return part[1] "/" mask ":"
	}
	for (i = 0; i < 4; i++) {
		bits = part[2] - 8 * i
		bits = bits < 0 ? 0 : bits > 8 ? 8 : bits
		mask = mask (i ? "." : "") 256 - 2 ^ (8 - bits)
	}
	return part[1] "/" mask
}

# A prefix of 10.0.0.0/8 of one of the lengths that there are.
function prefix(lengths, n, len, a, i)
{
	n = split(lengths, len, " ")
	i = len[1 + random(n)]
	if (!i)
		return ""
	a = random(16777216)
	a -= a % 2 ^ (32 - i)
	return "10." int(a / 65536) "." int(a / 256) % 256 "." a % 256 (i < 32 ? "/" i : "")
}

# Of fd00::/48, in which there are so many networks as IPv4 has hosts here.
function prefix6(lengths, n, len, i)
{
	n = split(lengths, len, " ")
	i = len[1 + random(n)]
	if (i == 48)
		return "fd00::/48"
	if (i == 64)
		return sprintf("fd00:0:0:%x::/64", 1 + random(65535))
	return sprintf("fd00:0:0:%x::%x", 1 + random(65535), 1 + random(65535))
}

# One that does not match the measured frame: it is UDP to port 9 over IPv4.
function acl_rule(i, lo, proto, six, src, dst, wide)
{
	six = v6 > random(100)
	if (kind == "addresses") {
		do {
			src = six ? prefix6("128") : "10.0." random(256) "." 3 + random(250)
			dst = six ? prefix6("128") : "10.0." random(256) "." 3 + random(250)
		} while ((src, dst) in asked)
		asked[src, dst] = 1
		ask("a" i, src, dst, "", "", random(2) ? "accept" : "drop", six)
		return
	}
	if (kind == "disjoint") {
		lo = 10 + random(50000)
		src = six ? "fd00::/48" : prefix("8 16 16 24")
		if (six)
			dst = sprintf("fd00:0:1:%x::/64", i + 1)
		else
			dst = sprintf("10.%d.%d.0/24", (i + 1) / 256, (i + 1) % 256)
		ask("a" i, src, dst, random(3) ? "tcp" : "udp", lo "-" lo + 1 + random(15000),
			random(2) ? "accept" : "drop", six)
		return
	}
	proto = random(3) ? "tcp" : "udp"
	lo = random(4)
	if (lo == 0)
		lo = "1024-65535"
	else if (lo == 1)
		lo = 10 + random(1000)
	else if (lo == 2) {
		lo = 10 + random(60000)
		lo = lo "-" lo + 1 + random(5000)
	} else {
		lo = ""
		proto = "tcp"
	}
	wide = kind == "wide" ? 8 : 16
	src = six ? prefix6("48 64 64 128") : prefix("0 8 16 24 24 28 32 32")
	dst = six ? prefix6("64 64 128") : prefix(wide " 16 24 24 28 32 32")
	ask("a" i, src, dst, proto, lo, random(2) ? "accept" : "drop", six)
}

BEGIN {
	state = seed * 2654435 % 2147483646 + 1
	if (!form)
		form = "isol"
	if (!proto)
		proto = "udp"
	stateless = track ? "" : ", stateless: true"
	if (!bridge)
		bridge = "br0"
	from = "g0"
	to = "g1"
	if (pair == "uplink")
		from = "uplink"
	else if (pair == "to_host")
		to = "host"
	else if (pair == "from_host")
		from = "host"
	else if (pair == "to_all")
		to = "members"

	dflt = decide == "default" ? verdict : "drop"
	# Twice as many pairs of groups as rules.
	if (!groups)
		for (groups = 4; groups * groups < 2 * rules; groups++)
			;
	bindings = ports > groups ? ports : groups

	if (form == "isol") {
		printf "isol: 1\nbridges:\n  %s: {default: %s%s}\n", bridge,
			decide == "default" ? verdict : "drop",
			pair == "uplink" ? ", uplinks: [p0]" : ""
		for (i = 1; i < bridges; i++)
			printf "  m%d: {default: drop}\n", i
		print "groups:"
		for (i = 0; i < groups; i++)
			printf "  g%d: {}\n", i
		print "bindings:"
		# An uplink has no binding.
		for (i = pair == "uplink"; i < bindings; i++)
			printf "  b%d: {port: p%d, groups: [g%d]}\n", i, i, group(i)
		print "rules:"
	} else if (form == "ebtables") {
		printf "*filter\n:FORWARD %s\n", toupper(dflt)
	} else if (form == "linear" || form == "vmap" || form == "index") {
		printf "table bridge bench {\n"
		key = form == "vmap" ? "iifname . oifname" : "iif . oif"
		if (form != "linear")
			printf "\tmap pairs {\n\t\ttypeof %s : verdict\n" \
				"\t\tcounter\n\t\telements = {\n", key
		else
			printf "\tchain forward {\n\t\ttype filter hook forward priority -200\n" \
				"\t\tpolicy %s\n%s", dflt,
				track ? "\t\tct state established,related counter accept\n" : ""
	}
	n = rules - (decide == "rule")
	if (place == "first")
		measured()
	seen[0, 1] = 1
	for (i = 0; i < n; i++) {
		do {
			a = random(groups)
			b = random(groups)
		} while ((a, b) in seen || (pair == "to_all" && !a))
		seen[a, b] = 1
		rule("r" i, "g" a, "g" b, random(2) ? "accept" : "drop")
	}
	for (i = 0; i < acl; i++)
		acl_rule(i)
	if (place != "first")
		measured()
	if (form == "vmap" || form == "index")
		printf "\t\t}\n\t}\n\tchain forward {\n\t\ttype filter hook forward priority -200\n" \
			"\t\tpolicy %s\n\t\t%s vmap @pairs\n", dflt, key
	if (form == "hash" || form == "pipapo")
		maps()
	else if (form == "linear" || form == "vmap" || form == "index")
		print "\t}\n}"
	else if (form == "tc" && acl)
		printf "filter add dev p0 ingress prio 60000 protocol all matchall action %s\n",
			dflt == "accept" ? "pass" : "drop"
	else if (form == "tc")
		printf "filter add dev p1 egress prio 60000 protocol all matchall action %s\n",
			dflt == "accept" ? "pass" : "drop"
}

# The verdict maps of rules that ask about frames, one for each version of IP.
function maps(six, ip, more)
{
	print "table bridge bench {"
	for (six = 0; six < 2; six++) {
		if (elements[six] == "")
			continue
		ip = six ? "ip6" : "ip"
		more = ranged(six)
		printf "\tmap m%d {\n\t\ttypeof %s saddr . %s daddr%s : verdict\n%s" \
			"\t\tcounter\n\t\telements = {\n%s\t\t}\n\t}\n", six, ip, ip, more,
			more ? "\t\tflags interval\n" : "", elements[six]
	}
	printf "\tchain forward {\n\t\ttype filter hook forward priority -200\n\t\tpolicy %s\n", dflt
	for (six = 0; six < 2; six++) {
		ip = six ? "ip6" : "ip"
		if (elements[six] != "")
			printf "\t\t%s saddr . %s daddr%s vmap @m%d\n", ip, ip, ranged(six), six
	}
	print "\t}\n}"
}

# In the bridge family "meta l4proto" cannot be part of a key.
function ranged(six)
{
	if (form != "pipapo")
		return ""
	return (six ? " . ip6 nexthdr" : " . ip protocol") " . th dport"
}
