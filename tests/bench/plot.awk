# SPDX-License-Identifier: GPL-2.0
#
# Draw what a frame costs at most of all traces, by the number of rules, for each
# peer: an SVG of build/bench.json, which has an object a line.
#
# awk -f plot.awk build/bench.json >bench.svg

function log10(x) { return log(x) / log(10) }

function field(name, s)
{
	s = $0
	if (!sub(".*\"" name "\": *\"?", "", s) && !sub(".*\"" name "\":\"?", "", s))
		return ""
	sub(/[",}].*/, "", s)
	return s
}

function text(x, y, s, anchor, more)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>\n", x, y, anchor, more, s
}

function px(rules) { return left + log10(rules / 5) / log10(20000 / 5) * W }
function py(v) { return top + H - log10(v / 100) / log10(MOST / 100) * H }

function panel(i, kind, title, p, n, j, x, y, path, v, last, label)
{
	left = 70 + (i - 1) * (W + 140)
	text(left + W / 2, top - 12, title, "middle", " font-weight=\"bold\"")
	for (j = 100; j <= MOST; j *= 10) {
		printf "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
			left, py(j), left + W, py(j)
		text(left - 6, py(j) + 4, sprintf("%d", j), "end")
	}
	for (n = 1; n <= nsizes; n++)
		text(px(sizes[n]), top + H + 18, sizes[n], "middle")
	text(left + W / 2, top + H + 36, "rules", "middle")
	printf "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>\n",
		left, top, W, H
	split("", taken)
	for (p = 1; p <= npeers; p++) {
		path = ""
		for (n = 1; n <= nsizes; n++) {
			if (!((kind, sizes[n], peers[p]) in most))
				continue
			v = most[kind, sizes[n], peers[p]]
			x = px(sizes[n])
			y = py(v)
			path = path sprintf("%s%.1f,%.1f", path == "" ? "" : " ", x, y)
			printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n", x, y,
				colours[p]
			last = y
		}
		if (path == "")
			continue
		printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n",
			path, colours[p]
		for (label = last + 4; clash(label); label += 13)
			;
		taken[label] = 1
		text(x + 8, label, peers[p], "start", sprintf(" fill=\"%s\"", colours[p]))
	}
}

function clash(y, t)
{
	for (t in taken)
		if (t - y < 12 && y - t < 12)
			return 1
	return 0
}

field("metric") == "over-no-hook" && field("case") ~ /^peers\/(mixed|disjoint|addresses)-[0-9]+\// {
	split(field("case"), part, "/")
	split(part[2], kind, "-")
	v = field("value") + 0
	if (v > 100 && (!((kind[1], kind[2], field("peer")) in most) ||
			v > most[kind[1], kind[2], field("peer")]))
		most[kind[1], kind[2], field("peer")] = v
	kernel = field("kernel")
	seed = field("seed")
}

END {
	MOST = 10000000
	W = 260
	H = 320
	top = 60
	nsizes = split("8 100 1000 10000", sizes, " ")
	npeers = split("isol nft-linear nft-hash nft-pipapo ebtables tc-flower ovs", peers, " ")
	split("#c00000 #1f77b4 #17becf #2ca02c #9467bd #ff7f0e #7f7f7f", colours, " ")
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" " \
		"font-family=\"sans-serif\" font-size=\"12\">\n", 70 + 3 * (W + 140), top + H + 60
	printf "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
	text(70, 20, "Instructions that a frame costs over no hook: the dearest of five traces, " \
		"kernel " kernel ", seed " seed, "start")
	panel(1, "mixed", "prefixes and ranges, first match")
	panel(2, "disjoint", "prefixes and ranges, none overlap")
	panel(3, "addresses", "exact addresses")
	print "</svg>"
}
