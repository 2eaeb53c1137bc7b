// SPDX-License-Identifier: GPL-2.0
/*
 * Steady traffic between endpoints, and what arrived of it.
 *
 * Interfaces may come and go meanwhile: an endpoint that cannot send is opened
 * again when it can be.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "session.h"

#define DRAIN_MS 200
#define PHASE_DRAIN_MS 50
#define LEARN_ROUNDS 8
#define REOPEN_MS 20

static const char usage[] =
"usage: blast [options] NAME=NETNS:IFNAME[,OPTION...] ...\n"
"\n"
"Sends numbered frames between endpoints until the time is over or SIGTERM\n"
"comes, then prints\n"
"  phase N SECONDS running|done\n"
"  FROM TO KIND SENT RECEIVED STRAYS GAP_MS\n"
"with the frames that arrived elsewhere than they should, and the longest time\n"
"in which none arrived. SIGUSR1 prints what came since the last one, and begins\n"
"a new phase. In a file, a result replaces the one before as a whole.\n"
"\n"
"  -d SECONDS    how long (until SIGTERM)\n"
"  -i MS         time from round to round (5)\n"
"  -k KIND,...   kinds of frames, as in probe (unicast)\n"
"  -p A:B,...    only these pairs\n"
"  -o FILE       where to print\n"
"  -r RUN        number that tells the frames from those of others (by chance)\n"
"\n"
"See probe -h about endpoints.\n";

struct flow {
	unsigned int from;
	unsigned int to;	/* of kinds that flood: a receiver, all the same */
	enum kind kind;
	bool primary;		/* the one of the flows of a flooded frame that sends it */
	u32 first_seq;	/* of this phase */
	unsigned long sent;
	unsigned long received;
	unsigned long strays;
	double last;
	double gap;
};

static double reopen_at[MAX_ENDPOINTS];
static struct flow *flows;
static unsigned int nflows;
/* by kind, from and to: number in flows and 1 */
static unsigned int by_pair[NKINDS][MAX_ENDPOINTS][MAX_ENDPOINTS];
static unsigned int phase;
static double phase_begin;
static const char *out;
static sigset_t signals;

static void take_signals(void)
{
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

/* Return: a signal that has come, or -1. */
static int signal_come(void)
{
	static const struct timespec none;

	return sigtimedwait(&signals, NULL, &none);
}

static void arrived(struct flow *f, double now)
{
	f->received++;
	if (now - f->last > f->gap)
		f->gap = now - f->last;
	f->last = now;
}

static void on_frame(unsigned int where, const struct tag *tag)
{
	struct flow *f;
	unsigned int nr;

	if (tag->run != run || tag->kind == KIND_LEARN || tag->from >= nends)
		return;
	nr = by_pair[tag->kind][tag->from][tag->to == TO_ALL ? where : tag->to];
	if (!nr)
		return;
	f = &flows[nr - 1];
	if (tag->seq < f->first_seq)
		return;
	if (tag->to == TO_ALL || tag->to == where)
		arrived(f, now_ms());
	else
		f->strays++;
}

static void drain(void)
{
	u8 buf[2048];
	struct tag tag;
	unsigned int i;
	int len, vlan;

	for (i = 0; i < nends; i++) {
		if (!ends[i].ifindex)
			continue;
		while ((len = endpoint_receive(&ends[i], buf, sizeof(buf), &vlan)) > 0)
			if ((size_t)len <= sizeof(buf) && frame_tag(buf, len, &tag))
				on_frame(i, &tag);
	}
}

static void drain_for(int ms)
{
	double end = now_ms() + ms;

	do {
		drain();
		endpoint_poll(ends, nends, 5);
	} while (now_ms() < end);
}

/* Return: whether it was sent. */
static bool sent(enum kind kind, unsigned int from, unsigned int to)
{
	if (!ends[from].ifindex || ends[from].mute)
		return false;
	if (send_frame(kind, from, to)) {
		endpoint_close(&ends[from]);
		return false;
	}
	return true;
}

static void reopen(void)
{
	unsigned int i;

	for (i = 0; i < nends; i++) {
		if (ends[i].ifindex || now_ms() < reopen_at[i])
			continue;
		endpoint_open(&ends[i], 0);
		reopen_at[i] = now_ms() + REOPEN_MS;
	}
}

static void send_round(unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nends && nr % LEARN_ROUNDS == 0; i++)
		if (!ends[i].host)
			sent(KIND_LEARN, i, i);
	for (i = 0; i < nflows; i++) {
		struct flow *f = &flows[i];

		if (!kind_floods(f->kind)) {
			f->sent += sent(f->kind, f->from, f->to);
		} else if (f->primary && sent(f->kind, f->from, TO_ALL)) {
			for (j = 0; j < nflows; j++)
				flows[j].sent += flows[j].kind == f->kind &&
						 flows[j].from == f->from;
		}
		if (!(i & 15))
			drain();
	}
}

/* @now: when the last frame was sent */
static void print_phase(bool done, double now)
{
	char tmp[4096];
	FILE *f = stdout;
	unsigned int i;

	if (out) {
		snprintf(tmp, sizeof(tmp), "%s.tmp", out);
		f = fopen(tmp, "w");
		if (!f)
			die("%s: %s", tmp, strerror(errno));
	}
	fprintf(f, "phase %u %.2f %s\n", phase++, (now - phase_begin) / 1e3,
		done ? "done" : "running");
	for (i = 0; i < nflows; i++) {
		struct flow *w = &flows[i];

		if (now - w->last > w->gap)
			w->gap = now - w->last;
		fprintf(f, "%s %s %s %lu %lu %lu %.0f\n", ends[w->from].name, ends[w->to].name,
			kind_name(w->kind), w->sent, w->received, w->strays, w->gap);
	}
	fflush(f);
	if (out && (fclose(f) || rename(tmp, out)))
		die("%s: %s", out, strerror(errno));
}

static void begin_phase(void)
{
	unsigned int i;

	phase_begin = now_ms();
	for (i = 0; i < nflows; i++) {
		flows[i].first_seq = seq;
		flows[i].sent = 0;
		flows[i].received = 0;
		flows[i].strays = 0;
		flows[i].last = phase_begin;
		flows[i].gap = 0;
	}
}

static void add_flow(enum kind kind, unsigned int from, unsigned int to)
{
	struct flow *f;
	unsigned int i;

	if (from == to || by_pair[kind][from][to])
		return;
	flows = realloc(flows, (nflows + 1) * sizeof(*flows));
	if (!flows)
		die("no memory");
	f = &flows[nflows++];
	*f = (struct flow){ .from = from, .to = to, .kind = kind, .primary = true };
	for (i = 0; i + 1 < nflows; i++)
		if (flows[i].kind == kind && flows[i].from == from)
			f->primary = false;
	by_pair[kind][from][to] = nflows;
}

static void add_pairs(enum kind kind, const char *list)
{
	unsigned int from, to;

	for (from = 0; from < nends && !list; from++)
		for (to = 0; to < nends; to++)
			if (kind_passes(kind, ends[from].host, ends[to].host))
				add_flow(kind, from, to);
	while (list && *list) {
		size_t len = strcspn(list, ",");
		const char *colon = memchr(list, ':', len);

		if (!colon)
			die("expected A:B: %.*s", (int)len, list);
		from = endpoint_find(ends, nends, list, colon - list);
		to = endpoint_find(ends, nends, colon + 1, list + len - colon - 1);
		if (kind_passes(kind, ends[from].host, ends[to].host))
			add_flow(kind, from, to);
		list += len;
		list += *list == ',';
	}
}

static void add_flows(const char *kinds, const char *pairs)
{
	while (*kinds) {
		size_t len = strcspn(kinds, ",");
		int kind = kind_by_name(kinds, len);

		if (kind < 0 || kind == KIND_LEARN)
			die("no kind of frame is called %.*s", (int)len, kinds);
		add_pairs(kind, pairs);
		kinds += len;
		kinds += *kinds == ',';
	}
}

static void blast(double seconds, double interval)
{
	double end = seconds > 0 ? now_ms() + seconds * 1e3 : 0, next = now_ms(), last;
	unsigned int round = 0;
	int sig;

	while (!end || now_ms() < end) {
		reopen();
		send_round(round++);
		next += interval;
		/* Never to catch up: a slow machine sends less. */
		if (next < now_ms())
			next = now_ms();
		do {
			drain();
			endpoint_poll(ends, nends, next - now_ms() > 0 ? next - now_ms() + 1 : 0);
		} while (now_ms() < next);
		drain();
		sig = signal_come();
		if (sig == SIGTERM || sig == SIGINT)
			break;
		if (sig == SIGUSR1) {
			last = now_ms();
			drain_for(PHASE_DRAIN_MS);
			print_phase(false, last);
			begin_phase();
			next = now_ms();
		}
	}
	last = now_ms();
	drain_for(DRAIN_MS);
	print_phase(true, last);
}

int main(int argc, char **argv)
{
	const char *kinds = "unicast", *pairs = NULL;
	double seconds = 0, interval = 5;
	int opt;

	while ((opt = getopt(argc, argv, "d:i:k:p:o:r:h")) != -1) {
		switch (opt) {
		case 'd':
			seconds = atof(optarg);
			break;
		case 'i':
			interval = atof(optarg);
			break;
		case 'k':
			kinds = optarg;
			break;
		case 'p':
			pairs = optarg;
			break;
		case 'o':
			out = optarg;
			break;
		case 'r':
			run = strtoul(optarg, NULL, 0);
			break;
		default:
			fputs(usage, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	take_signals();
	open_ends(argc, argv);
	add_flows(kinds, pairs);
	begin_phase();
	/* A file that is there says that we are. */
	if (out)
		print_phase(false, phase_begin);
	phase = 1;
	blast(seconds, interval);
	return 0;
}
