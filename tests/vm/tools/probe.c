// SPDX-License-Identifier: GPL-2.0
/*
 * What gets from where to where: send frames of several kinds between
 * endpoints, and report which of them arrived.
 *
 * "It did not arrive" is what takes care to find out, see barrier.h. Then there
 * is a pause, in case something on the way has other ideas.
 *
 * Bridges forward to where they have learned an address to be. Each endpoint
 * first sends a frame to its own address: the bridge learns the sender, finds
 * that the frame is at its destination already and drops it, before anything
 * judges or counts it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "barrier.h"
#include "session.h"

static const char usage[] =
"usage: probe [options] NAME=NETNS:IFNAME[,OPTION...] ...\n"
"\n"
"Sends frames between endpoints and prints which arrived, one line each:\n"
"FROM TO KIND pass|drop, or pass:N if it arrived N times, and\n"
"FROM TO KIND stray WHERE for a frame that arrived where it should not.\n"
"\n"
"  -k KIND,...   unicast unicast6 custom arp mcast mcast6 unknown reserved\n"
"                (these are the default) reserved00 reserved03 ra igmp mld bpdu\n"
"  -p A:B,...    only these pairs (* stands for any)\n"
"  -m            as a matrix: a row for each sender, a column for each receiver;\n"
"                + all kinds, - none, otherwise those that pass\n"
"  -j            as JSON\n"
"  -w MS         how long to wait when all should be there (40)\n"
"  -L            do not make bridges learn first\n"
"\n"
"NETNS is a name, - or tap. Options of endpoints: vlan=[TPID.]VID, mac=ADDRESS,\n"
"stack (the interface is the host's; bridges are). Exit status 2: no result.\n";

static bool wanted[MAX_ENDPOINTS][MAX_ENDPOINTS];
static unsigned char got[NKINDS][MAX_ENDPOINTS][MAX_ENDPOINTS];
/* who else received what was for somebody */
static unsigned char stray[NKINDS][MAX_ENDPOINTS][MAX_ENDPOINTS][MAX_ENDPOINTS];
static enum kind kinds[NKINDS];
static unsigned int nkinds;

static void count(unsigned char *n)
{
	if (*n < 255)
		++*n;
}

static bool on_frame(unsigned int where, const u8 *buf, size_t len, int vlan)
{
	struct tag tag;

	if (!frame_tag(buf, len, &tag) || tag.run != run || tag.kind == KIND_LEARN ||
	    tag.from >= nends)
		return false;
	if (tag.to == TO_ALL || tag.to == where)
		count(&got[tag.kind][tag.from][where]);
	else if (tag.to < nends)
		count(&stray[tag.kind][tag.from][tag.to][where]);
	return true;
}

static void must_send(enum kind kind, unsigned int from, unsigned int to)
{
	int err = send_frame(kind, from, to);

	if (err)
		die("%s: cannot send: %s", ends[from].name, strerror(-err));
}

static bool wants_any(unsigned int from)
{
	unsigned int to;

	for (to = 0; to < nends; to++)
		if (wanted[from][to])
			return true;
	return false;
}

static void send_all(unsigned int from)
{
	unsigned int to, k;

	for (k = 0; k < nkinds; k++) {
		if (kind_floods(kinds[k])) {
			must_send(kinds[k], from, TO_ALL);
			continue;
		}
		for (to = 0; to < nends; to++)
			if (wanted[from][to])
				must_send(kinds[k], from, to);
	}
}

/*
 * Results
 */

static bool listed(unsigned int k, unsigned int from, unsigned int to)
{
	/* What comes back to where it was sent is news even if nobody asked. */
	if (!wanted[from][to])
		return from == to && got[kinds[k]][from][to];
	return got[kinds[k]][from][to] || kind_passes(kinds[k], ends[from].host, ends[to].host);
}

static void print_lines(void)
{
	unsigned int from, to, k, i;

	for (from = 0; from < nends; from++)
		for (to = 0; to < nends; to++)
			for (k = 0; k < nkinds; k++) {
				enum kind kind = kinds[k];
				unsigned int n = got[kind][from][to];

				if (!listed(k, from, to))
					continue;
				printf("%s %s %s %s", ends[from].name, ends[to].name,
				       kind_name(kind), n ? "pass" : "drop");
				printf(n > 1 ? ":%u\n" : "\n", n);
				for (i = 0; i < nends; i++)
					if (stray[kind][from][to][i])
						printf("%s %s %s stray %s\n", ends[from].name,
						       ends[to].name, kind_name(kind),
						       ends[i].name);
			}
}

static void print_cell(unsigned int from, unsigned int to)
{
	unsigned int k, i, asked = 0, passed = 0, first = 1;
	bool odd = false;

	for (k = 0; k < nkinds; k++) {
		if (!listed(k, from, to))
			continue;
		asked++;
		passed += !!got[kinds[k]][from][to];
		odd |= got[kinds[k]][from][to] > 1;
		for (i = 0; i < nends; i++)
			odd |= stray[kinds[k]][from][to][i];
	}
	putchar(' ');
	if (!asked) {
		putchar('.');
		return;
	}
	if (!odd && (!passed || passed == asked)) {
		putchar(passed ? '+' : '-');
		return;
	}
	for (k = 0; k < nkinds; k++) {
		unsigned int n = got[kinds[k]][from][to];

		if (listed(k, from, to) && n) {
			printf("%s%s", first ? "" : ",", kind_name(kinds[k]));
			if (n > 1)
				printf(":%u", n);
			first = 0;
		}
		for (i = 0; i < nends; i++)
			if (wanted[from][to] && stray[kinds[k]][from][to][i]) {
				printf("%s%s>%s", first ? "" : ",", kind_name(kinds[k]),
				       ends[i].name);
				first = 0;
			}
	}
}

static void print_matrix(void)
{
	unsigned int from, to;

	putchar('.');
	for (to = 0; to < nends; to++)
		printf(" %s", ends[to].name);
	putchar('\n');
	for (from = 0; from < nends; from++) {
		if (!wants_any(from))
			continue;
		printf("%s", ends[from].name);
		for (to = 0; to < nends; to++)
			print_cell(from, to);
		putchar('\n');
	}
}

/* Names of endpoints have no characters that JSON would escape. */
static void print_result(unsigned int k, unsigned int from, unsigned int to)
{
	enum kind kind = kinds[k];
	unsigned int n = got[kind][from][to], i;
	const char *comma = "";

	printf("{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"%s\"", ends[from].name,
	       ends[to].name, kind_name(kind));
	printf(",\"verdict\":\"%s\",\"received\":%u,\"strays\":[", n ? "pass" : "drop", n);
	for (i = 0; i < nends; i++) {
		if (!stray[kind][from][to][i])
			continue;
		printf("%s\"%s\"", comma, ends[i].name);
		comma = ",";
	}
	fputs("]}", stdout);
}

static void print_json(void)
{
	unsigned int from, to, k;
	const char *sep = "[\n";

	for (from = 0; from < nends; from++)
		for (to = 0; to < nends; to++)
			for (k = 0; k < nkinds; k++) {
				if (!listed(k, from, to))
					continue;
				fputs(sep, stdout);
				print_result(k, from, to);
				sep = ",\n";
			}
	puts(*sep == '[' ? "[]" : "\n]");
}

/*
 * Arguments
 */

static void parse_kinds(const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ",");
		int kind = kind_by_name(list, len);

		if (kind < 0 || kind == KIND_LEARN || nkinds == NKINDS)
			die("no kind of frame is called %.*s", (int)len, list);
		kinds[nkinds++] = kind;
		list += len;
		list += *list == ',';
	}
}

static void want(const char *a, size_t alen, const char *b, size_t blen)
{
	bool any_a = alen == 1 && *a == '*', any_b = blen == 1 && *b == '*';
	unsigned int from = any_a ? 0 : endpoint_find(ends, nends, a, alen);
	unsigned int first = any_b ? 0 : endpoint_find(ends, nends, b, blen);
	unsigned int to;

	for (; from < nends; from++) {
		for (to = first; to < nends; to++) {
			/* to itself only if that is what it says */
			if (from != to || (!any_a && !any_b))
				wanted[from][to] = true;
			if (!any_b)
				break;
		}
		if (!any_a)
			break;
	}
}

static void parse_pairs(const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ",");
		const char *colon = memchr(list, ':', len);

		if (!colon)
			die("expected A:B: %.*s", (int)len, list);
		want(list, colon - list, colon + 1, list + len - colon - 1);
		list += len;
		list += *list == ',';
	}
}

int main(int argc, char **argv)
{
	const char *pairs = NULL;
	int opt, quiet_ms = 40, format = 0;
	bool teach = true;
	unsigned int i;

	while ((opt = getopt(argc, argv, "k:p:w:mjLh")) != -1) {
		switch (opt) {
		case 'k':
			parse_kinds(optarg);
			break;
		case 'p':
			pairs = optarg;
			break;
		case 'w':
			quiet_ms = atoi(optarg);
			break;
		case 'm':
		case 'j':
			format = opt;
			break;
		case 'L':
			teach = false;
			break;
		default:
			fputs(usage, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	if (!nkinds)
		for (; nkinds <= KIND_LAST_DEFAULT; nkinds++)
			kinds[nkinds] = nkinds;

	barrier_pin();
	open_ends(argc, argv);
	parse_pairs(pairs ? pairs : "*:*");

	if (teach)
		learn();
	for (i = 0; i < nends; i++) {
		if (!wants_any(i))
			continue;
		send_all(i);
		drain_ends(on_frame);
	}
	settle(on_frame, quiet_ms);

	none_lost();
	if (format == 'm')
		print_matrix();
	else if (format == 'j')
		print_json();
	else
		print_lines();
	return 0;
}
