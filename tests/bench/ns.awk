# SPDX-License-Identifier: GPL-2.0
#
# Tables and JSON of what ns.sh reports.
#
# awk -v json=FILE -v seed=SEED -v kernel=RELEASE -f ns.awk TRACES

function number(v, s, out)
{
	if (v < 99.95 && v > -99.95)
		return sprintf("%.1f", v)
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

function get(case, trace, peer) { return value[case, trace, peer] }

# A dropped frame is freed by who drops it: less what an empty hook costs more that does
# that than one that accepts.
function over(case, trace, peer, frames, accepted, none)
{
	none = get(case, trace, "none")
	frames = nframes[case, trace, peer]
	accepted = naccepted[case, trace, peer]
	return get(case, trace, peer) - (accepted * none + (frames - accepted) * \
		(get(case, trace, "empty-drop") - get(case, trace, "empty") + none)) / frames
}

# By how much of the median the quarters differ, in percent.
function spread(case, trace, peer)
{
	return 100 * (high[case, trace, peer] - low[case, trace, peer]) / median[case, trace, peer]
}

function report(case, trace, peer, id)
{
	id = "ns/" case "/" trace
	emit(id, peer, "hook-ns", "ns", sprintf("%.2f", get(case, trace, peer)))
	emit(id, peer, "hook-ns-median", "ns", sprintf("%.2f", median[case, trace, peer]))
	emit(id, peer, "hook-ns-spread", "percent", sprintf("%.1f", spread(case, trace, peer)))
	if (has_references(case, trace))
		emit(id, peer, "hook-ns-over-no-hook", "ns", sprintf("%.2f", over(case, trace, peer)))
}

function has_references(case, trace)
{
	return (case, trace, "none") in value && (case, trace, "empty") in value &&
		(case, trace, "empty-drop") in value
}

$1 == "trace" {
	if (!($2 in seen)) {
		seen[$2] = 1
		cases[++ncases] = $2
	}
	if (!(($2, $4) in place)) {
		peers[$2, ++npeers[$2]] = $4
		place[$2, $4] = 1
	}
	value[$2, $3, $4] = $7 / 100
	median[$2, $3, $4] = $8 / 100
	low[$2, $3, $4] = $9 / 100
	high[$2, $3, $4] = $10 / 100
	nframes[$2, $3, $4] = $5
	naccepted[$2, $3, $4] = $6
}

$1 == "change" { change[$2, $3] = $4 / 1000 }

$1 == "na" {
	if (!(($2, $3) in place)) {
		peers[$2, ++npeers[$2]] = $3
		place[$2, $3] = 1
	}
	text = $0
	sub(/^na [^ ]+ [^ ]+ /, "", text)
	why[$2, $3] = text
}

function pair(p, peer)
{
	printf "\n=== nanoseconds at the hook, by ports alone\n%-28s%10s%10s%10s%10s\n", "", "least",
		"+no hook", "median", "spread"
	for (p = 1; p <= npeers["pair"]; p++) {
		peer = peers["pair", p]
		printf "%-28s%10s%10s%10s%9.0f%%\n", peer, number(get("pair", "one", peer)),
			has_references("pair", "one") ? number(over("pair", "one", peer)) : "",
			number(median["pair", "one", peer]), spread("pair", "one", peer)
		report("pair", "one", peer)
	}
}

END {
	ntraces = split("first last none zipf adversary", traces, " ")
	for (c = 1; c <= ncases; c++) {
		case = cases[c]
		if (case == "pair") {
			pair()
			continue
		}
		printf "\n=== nanoseconds at the hook, over no hook (in brackets: spread), %s\n%-12s", case, ""
		for (t = 1; t <= ntraces; t++)
			printf "%18s", traces[t]
		printf "%12s\n", "put in, ms"
		for (p = 1; p <= npeers[case]; p++) {
			peer = peers[case, p]
			printf "%-12s", peer
			if ((case, peer) in why) {
				printf "  n/a: %s\n", why[case, peer]
				emit("ns/" case, peer, "hook-ns", "ns", "null")
				continue
			}
			for (t = 1; t <= ntraces; t++) {
				if (!((case, traces[t], peer) in value)) {
					printf "%18s", "failed"
					continue
				}
				report(case, traces[t], peer)
				printf "%18s", sprintf("%s (%.0f%%)", has_references(case, traces[t]) ? \
					number(over(case, traces[t], peer)) : "?", spread(case, traces[t], peer))
			}
			if ((case, peer) in change) {
				printf "%12s", number(change[case, peer])
				emit("ns/" case, peer, "put-in", "ms", sprintf("%.2f", change[case, peer]))
			}
			printf "\n"
		}
	}
	print(njson ? "\n]" : "[]") >json
}
