# SPDX-License-Identifier: GPL-2.0
#
# Make the benchmark's tables and its JSON.
#
# awk -v json=FILE -v seed=SEED -v kernel=RELEASE -f table.awk DATA ROWS
#   DATA: "suite NAME UNIT TITLE" and "data NAME CASE VALUE" lines; values
#   are hundredths of an instruction, or microseconds
#   ROWS: see there

# A policy's counters are kept in this many copies at most: ISOL_SHARDS in
# kmod/counter.h.
function max_copies() { return 8 }

function number(v, s, out)
{
	s = sprintf("%.0f", v)
	for (out = ""; s ~ /[0-9]{4}$/ || length(s) > 3 + (s ~ /^-/); s = substr(s, 1, length(s) - 3))
		out = "," substr(s, length(s) - 2) out
	return s out
}

function has(id) { return (suite, id) in value }
function get(id) { return value[suite, id] }

function emit(id, peer, metric, unit, v)
{
	printf("%s{\"case\": \"%s/%s\", \"peer\": \"%s\", \"metric\": \"%s\", " \
		"\"unit\": \"%s\", \"value\": %.2f, \"seed\": %d, \"kernel\": \"%s\", " \
		"\"mitigations\": \"%s\"}", (njson++ ? ",\n" : "[\n"), suite, id, peer, metric,
		unit, v, seed, kernel, mitigations[suite]) >json
}

# The section's title goes before the first row that is there.
function head(columns)
{
	if (section == "")
		return
	printf "%-56s %s\n", section, columns
	section = ""
}

function cell(v) { return v == "" ? sprintf("%10s", "") : sprintf("%10s", number(v)) }

function line(text, v, none, empty, goal, over)
{
	head("instr/frame | +no hook | +empty   | goal")
	over = goal != "" && none > goal + 0.5
	missed += over
	printf "  %-54s %s |%s |%s | %s%s\n", text, cell(v), cell(none), cell(empty), goal,
		(over ? " MISSED" : "")
}

# CASE PEER NONE ACCEPT LIKE PER GOAL TEXT
function row(f, v, none, empty, peer, id)
{
	id = f[2]
	peer = f[3]
	if (!has(id))
		return
	v = get(id) / f[7]
	none = empty = ""
	if (f[6] != "" && has(f[6])) {
		empty = (get(id) - get(f[6])) / f[7]
		none = empty + get(f[5]) - get(f[4])
	} else if (f[4] != "") {
		none = (get(id) - get(f[4])) / f[7]
	}
	line(f[9], v, none, empty, f[8])
	emit(id, peer, f[7] == 1 ? "frame" : "copy", "instructions", v)
	if (none != "")
		emit(id, peer, "over-no-hook", "instructions", none)
	if (empty != "")
		emit(id, peer, "over-empty-hook", "instructions", empty)
}

# CASE PEER OTHER PER TEXT
function diff(f, v)
{
	if (!has(f[2]) || !has(f[4]))
		return
	v = (get(f[2]) - get(f[4])) / f[5]
	line(f[6], "", v, "", "")
	emit(f[2], f[3], "over-" f[4], "instructions", v)
}

# CASE PEER TEXT
function rate(f, v)
{
	if (!has(f[2]))
		return
	v = get(f[2])
	head("instr/conn. | in a second")
	printf "  %-54s %s |%s\n", f[4], cell(v), cell(1000000000 / v)
	emit(f[2], f[3], "connection", "instructions", v)
	emit(f[2], f[3], "rate", "connections per second", 1000000000 / v)
}

# CASE LESS GOAL TEXT
function time(f, v)
{
	if (!has(f[2]))
		return
	v = get(f[2]) - (f[3] == "" ? 0 : get(f[3]))
	head(sprintf("%11s | goal (on a real CPU)", unit[suite]))
	printf "  %-54s %10.1f | %s\n", f[5], v, f[4]
	emit(f[2], "isol", f[3] == "" ? "time" : "time-less-" f[3], unit[suite], v)
}

# Bytes a rule, more than with 10 rules.
function memory(rules, goal, one, two, many)
{
	suite = "commit"
	if (!has("memory-" rules) || !has("memory-10"))
		return
	one = (get("memory-" rules) - get("memory-10")) / (rules - 10)
	head(sprintf("%10s | %8s | %8s | goal", "1 CPU", "2 CPUs", "8 and up"))
	emit("memory-" rules "-1-cpu", "isol", "memory-per-rule", "bytes", one)
	if (("wall", "memory-" rules) in value) {
		two = (value["wall", "memory-" rules] - value["wall", "memory-10"]) / (rules - 10)
		many = one + (max_copies() - 1) * (two - one)
		emit("memory-" rules "-2-cpus", "isol", "memory-per-rule", "bytes", two)
		emit("memory-" rules "-256-cpus", "isol", "memory-per-rule", "bytes", many)
	}
	missed += (many > goal)
	printf "  %-54s %s |%s |%s | %s%s\n", number(rules) " rules", cell(one), cell(two), cell(many),
		goal, (many > goal ? " MISSED" : "")
}

FNR == 1 { file++ }

file == 1 && $1 == "suite" {
	suites[++nsuites] = $2
	unit[$2] = $3 == "instructions" ? "guest ms" : "wall ms"
	title[$2] = substr($0, length($1 $2 $3) + 4)
	next
}

file == 1 && $1 == "mitigations" {
	s = $2
	$1 = $2 = ""
	mitigations[s] = substr($0, 3)
	next
}

file == 1 && $1 == "data" {
	scale = $3 ~ /^memory-/ ? 1 : $3 ~ /^(check|apply|worst-)/ ? 1000 : 100
	value[$2, $3] = $4 / scale
	filled[$2] = 1
	next
}

file == 2 && /^[a-z]+\|/ { rows[++nrows] = $0 }

END {
	for (s = 1; s <= nsuites; s++) {
		suite = suites[s]
		if (!(suite in filled))
			continue
		printf "\n=== %s\n", title[suite]
		for (r = 1; r <= nrows; r++) {
			split("", f)
			split(rows[r], f, "|")
			if (f[1] == "section")
				section = f[2]
			else if (f[1] == "row")
				row(f)
			else if (f[1] == "diff")
				diff(f)
			else if (f[1] == "rate")
				rate(f)
			else if (f[1] == "time")
				time(f)
		}
	}
	section = "memory: bytes for each rule (8: reckoned from 1 and 2)"
	memory(1000, 200)
	memory(10000, 500)
	print(njson ? "\n]" : "[]") >json
	printf "\n%s goals missed\n", missed ? missed : "no"
}
