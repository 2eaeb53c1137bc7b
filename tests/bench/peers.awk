# SPDX-License-Identifier: GPL-2.0
#
# Tables and JSON of what peers.sh reports, and the core built natively.
#
# awk -v json=FILE -v seed=SEED -v kernel=RELEASE -f peers.awk TRACES

function number(v, s, out)
{
	s = sprintf("%.0f", v)
	for (out = ""; s ~ /[0-9]{4}$/ || length(s) > 3 + (s ~ /^-/); s = substr(s, 1, length(s) - 3))
		out = "," substr(s, length(s) - 2) out
	return s out
}

function emit(id, peer, metric, unit, v)
{
	printf("%s{\"case\": \"%s\", \"peer\": \"%s\", \"metric\": \"%s\", \"unit\": \"%s\", " \
		"\"value\": %s, \"seed\": %d, \"kernel\": \"%s\"}", (njson++ ? ",\n" : "[\n"), id,
		peer, metric, unit, v, seed, kernel) >json
}

function describe(case, part, kind, text)
{
	split(case, part, "-")
	kind = part[1]
	text = number(part[2]) " rules"
	if (sub(/6$/, "", kind))
		text = text ", two of five about IPv6"
	if (kind == "part")
		return text " of 100,000 in the policy: prefixes, protocols, ranges of ports; first match"
	if (kind == "mixed")
		return text ": prefixes, protocols, ranges of ports; first match"
	if (kind == "wide")
		return text ": the same, most of them hidden by wide ones"
	if (kind == "disjoint")
		return text ": prefixes, protocols, ranges of ports; none overlap"
	return text ": two addresses each"
}

# What a frame of a trace costs more than without any hook. What is dropped does
# not go the rest of the way: less what a hook costs that drops all, and has the
# cost of an empty hook.
function over(case, trace, peer, frames, accepted, none)
{
	none = get(case, trace, "none")
	frames = nframes[case, trace, peer]
	accepted = naccepted[case, trace, peer]
	return get(case, trace, peer) - (accepted * none + (frames - accepted) * \
		(get(case, trace, "empty-drop") - get(case, trace, "empty") + none)) / frames
}

function get(case, trace, peer) { return value[case, trace, peer] }

function has(case, trace, peer) { return (case, trace, peer) in value }

$1 == "trace" {
	if (!($2 in seen)) {
		seen[$2] = 1
		cases[++ncases] = $2
	}
	value[$2, $3, $4] = $7 / 100
	nframes[$2, $3, $4] = $5
	naccepted[$2, $3, $4] = $6
}

$1 == "change" { change[$2, $3] = $4 / 1000; memory[$2, $3] = $5 }

$1 == "na" {
	text = $0
	sub(/^na [^ ]+ [^ ]+ /, "", text)
	why[$2, $3] = text
}

$1 == "core" { core[$2, $3] = $4 }

$1 == "ask" { ir[$2, $3] = $4; d1[$2, $3] = $5 }

END {
	npeers = split("isol nft-linear nft-hash nft-pipapo ebtables tc-flower ovs isolated", peers, " ")
	ntraces = split("first last none zipf adversary", traces, " ")
	split("8 100 650 900", goal_of, " ")
	for (c = 1; c <= ncases; c++) {
		case = cases[c]
		split(case, part, "-")
		n = part[2]
		printf "\n=== %s\n", describe(case)
		printf "%-12s", "+no hook"
		for (t = 1; t <= ntraces; t++)
			printf "%12s", traces[t]
		printf "%12s%12s\n", "put in, M", "bytes/rule"
		for (p = 1; p <= npeers; p++) {
			peer = peers[p]
			printf "%-12s", peer
			if ((case, peer) in why) {
				printf "  n/a: %s\n", why[case, peer]
				emit("peers/" case, peer, "over-no-hook", "instructions", "null")
				continue
			}
			for (t = 1; t <= ntraces; t++) {
				if (!has(case, traces[t], peer)) {
					printf "%12s", "failed"
					continue
				}
				v = over(case, traces[t], peer)
				printf "%12s", number(v)
				emit("peers/" case "/" traces[t], peer, "over-no-hook", "instructions",
					sprintf("%.2f", v))
			}
			if ((case, peer) in change) {
				printf "%12s%12s", number(change[case, peer]), number(memory[case, peer] / n)
				emit("peers/" case, peer, "put-in", "million instructions",
					sprintf("%.2f", change[case, peer]))
				emit("peers/" case, peer, "memory-per-rule", "bytes",
					sprintf("%.1f", memory[case, peer] / n))
			}
			printf "\n"
		}
		if (!((case, "us") in core))
			continue
		printf "%-12s", "lookup"
		for (t = 1; t <= ntraces; t++) {
			printf "%12s", number(ir[case, traces[t]])
			emit("peers/" case "/" traces[t], "isol-core", "lookup", "instructions",
				ir[case, traces[t]])
			emit("peers/" case "/" traces[t], "isol-core", "d1-misses", "misses",
				d1[case, traces[t]])
		}
		printf "  read and ask, natively (callgrind)\n%-12s", "D1 misses"
		for (t = 1; t <= ntraces; t++)
			printf "%12.2f", d1[case, traces[t]]
		bytes = core[case, "tables"] / core[case, "rules"]
		printf "\n%-12s %d steps at worst, %.1f bytes a rule, compiled natively in %.2f ms of CPU\n",
			"compiled", core[case, "steps"], bytes, core[case, "us"] / 1000
		emit("peers/" case, "isol-core", "worst", "steps", core[case, "steps"])
		emit("peers/" case, "isol-core", "tables-per-rule", "bytes", sprintf("%.1f", bytes))
		emit("peers/" case, "isol-core", "compile", "ms", sprintf("%.3f", core[case, "us"] / 1000))
	}
	print(njson ? "\n]" : "[]") >json
}
