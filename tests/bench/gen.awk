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
	if (decide == "rule")
		rule("measured", from, to, verdict)
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
	if (place != "first")
		measured()
	if (form == "vmap" || form == "index")
		printf "\t\t}\n\t}\n\tchain forward {\n\t\ttype filter hook forward priority -200\n" \
			"\t\tpolicy %s\n\t\t%s vmap @pairs\n",
			decide == "default" ? verdict : "drop", key
	if (form != "isol")
		print "\t}\n}"
}
