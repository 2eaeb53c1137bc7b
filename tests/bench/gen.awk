# SPDX-License-Identifier: GPL-2.0
#
# Generate a policy for isol, or rules for nftables that do the same.
#
# awk -v NAME=VALUE... -f gen.awk
#   seed      of the rules that the measured frame does not match
#   ports     how many there are: p0, p1, ...
#   rules     how many rules
#   bridge    the managed one (br0)
#   decide    rule: one rule is for the measured pair; default: none is
#   verdict   of that rule, or of the default
#   pair      which pair is measured: guests (p0 to p1), uplink (p0 is one),
#             to_host, from_host, to_all (p0 to all other guests)
#   place     first, last: where that rule stands
#   form      isol, linear (nftables: one rule for each pair), vmap, index
#             (nftables: a verdict map of names, of numbers)
#   base      number of p0, for index
#   acl       so many rules more, between p0 and p1, that ask about the frame,
#             none of which matches the measured one (UDP, 10.0.0.1 port 9 to
#             10.0.0.2 port 9); the measured rule is of their kind
#   kind      of these: mixed (prefixes, protocols, ranges of ports),
#             addresses (source and destination addresses only)

# Lehmer's generator: the same numbers with every awk.
function random(n)
{
	state = state * 16807 % 2147483647
	return int(state / 2147483647 * n)
}

function rule(name, from, to, verdict)
{
	if (form == "isol")
		printf "  - {name: %s, from: %s, to: %s, verdict: %s, stateless: true}\n",
			name, from, to, verdict
	else if (form == "linear")
		printf "\t\tiifname \"%s\" oifname \"%s\" counter %s\n",
			port(from), port(to), verdict
	else if (form == "vmap")
		printf "\t\t\t\"%s\" . \"%s\" counter : %s,\n", port(from), port(to), verdict
	else
		printf "\t\t\t%d . %d counter : %s,\n", base + substr(from, 2),
			base + substr(to, 2), verdict
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
	if (acl)
		ask("measured", "10.0.0.1", "10.0.0.2", kind == "addresses" ? "" : "udp",
			"9", verdict)
	else
		rule("measured", from, to, verdict)
}

# A rule that asks about the frame. Without a protocol it asks for addresses.
function ask(name, src, dst, proto, ports, verdict)
{
	if (form == "isol") {
		printf "  - {name: %s, from: %s, to: %s%s%s", name, from, to,
			src ? ", src: " src : "", dst ? ", dst: " dst : ""
		if (proto)
			printf ", %s: %s", proto, ports ? ports : "any"
		printf ", verdict: %s, stateless: true}\n", verdict
		return
	}
	printf "\t\t"
	if (src)
		printf "ip saddr %s ", src
	if (dst)
		printf "ip daddr %s ", dst
	if (proto && ports)
		printf "%s dport %s ", proto, ports
	else if (proto)
		printf "ip protocol %s ", proto
	printf "counter %s\n", verdict
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

# One that does not match the measured frame: it is UDP to port 9.
function acl_rule(name, lo, proto)
{
	if (kind == "addresses") {
		ask(name, "10.0." random(256) "." 3 + random(250),
			"10.0." random(256) "." 3 + random(250), "", "",
			random(2) ? "accept" : "drop")
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
	ask(name, prefix("0 8 16 24 24 28 32 32"), prefix("8 16 24 24 28 32 32"), proto, lo,
		random(2) ? "accept" : "drop")
}

BEGIN {
	state = seed * 2654435 % 2147483646 + 1
	if (!form)
		form = "isol"
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

	# Twice as many pairs of groups as rules.
	for (groups = 4; groups * groups < 2 * rules; groups++)
		;
	bindings = ports > groups ? ports : groups

	if (form == "isol") {
		printf "isol: 1\nbridges:\n  %s: {default: %s%s}\n", bridge,
			decide == "default" ? verdict : "drop",
			pair == "uplink" ? ", uplinks: [p0]" : ""
		print "groups:"
		for (i = 0; i < groups; i++)
			printf "  g%d: {}\n", i
		print "bindings:"
		# An uplink has no binding.
		for (i = pair == "uplink"; i < bindings; i++)
			printf "  b%d: {port: p%d, groups: [g%d]}\n", i, i, group(i)
		print "rules:"
	} else {
		printf "table bridge bench {\n"
		key = form == "vmap" ? "iifname . oifname" : "iif . oif"
		if (form != "linear")
			printf "\tmap pairs {\n\t\ttypeof %s : verdict\n" \
				"\t\tcounter\n\t\telements = {\n", key
		else
			printf "\tchain forward {\n\t\ttype filter hook forward priority -200\n" \
				"\t\tpolicy %s\n", decide == "default" ? verdict : "drop"
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
		acl_rule("a" i)
	if (place != "first")
		measured()
	if (form == "vmap" || form == "index")
		printf "\t\t}\n\t}\n\tchain forward {\n\t\ttype filter hook forward priority -200\n" \
			"\t\tpolicy %s\n\t\t%s vmap @pairs\n",
			decide == "default" ? verdict : "drop", key
	if (form != "isol")
		print "\t}\n}"
}
