// SPDX-License-Identifier: GPL-2.0
/* What tools have in common that send frames between endpoints, see session.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "barrier.h"
#include "session.h"

#define NO_BARRIER_QUIET_MS 500
#define STORM_MS 20000

struct endpoint ends[MAX_ENDPOINTS];
unsigned int nends;
u32 run, seq;
unsigned int line;

void open_ends(int argc, char **argv)
{
	struct timespec ts;
	unsigned int i;
	int err;

	if (argc - optind < 2 || argc - optind > MAX_ENDPOINTS)
		die("expected 2 to %d endpoints; -h explains", MAX_ENDPOINTS);
	clock_gettime(CLOCK_REALTIME, &ts);
	if (!run)
		run = ts.tv_nsec ^ ts.tv_sec << 12 ^ getpid();
	for (; optind < argc; optind++)
		endpoint_parse(&ends[nends++], argv[optind]);
	for (i = 0; i < nends; i++) {
		err = endpoint_open(&ends[i], CARRIER_MS);
		if (err)
			die("%s: %s: %s", ends[i].name, ends[i].ifname, strerror(-err));
	}
}

int send_frame(enum kind kind, unsigned int from, unsigned int to)
{
	struct frame_spec spec = {
		.kind = kind,
		.vlan = ends[from].vlan,
		.tpid = ends[from].tpid,
		.run = run,
		.seq = seq++,
		.from = from,
		.to = to,
	};
	u8 buf[FRAME_MAX];

	memcpy(spec.src, ends[from].mac, MAC_LEN);
	if (to != TO_ALL)
		memcpy(spec.dst, ends[to].mac, MAC_LEN);
	return endpoint_send(&ends[from], buf, frame_build(&spec, buf));
}

void learn(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < nends; i++) {
		if (ends[i].host || ends[i].mute)
			continue;
		err = send_frame(KIND_LEARN, i, i);
		if (err)
			die("%s: cannot send: %s", ends[i].name, strerror(-err));
	}
	barrier(run, &seq);
}

bool drain_ends(take_fn take)
{
	static u8 buf[9216];
	bool found = false;
	unsigned int i;
	int len, vlan, n;

	for (i = 0; i < nends; i++) {
		/* No more than that at once, in case they come faster than we look. */
		for (n = 0; n < 4096; n++) {
			len = endpoint_receive(&ends[i], buf, sizeof(buf), &vlan);
			if (len <= 0)
				break;
			if ((size_t)len <= sizeof(buf))
				found |= take(i, buf, len, vlan);
		}
		if (len < 0)
			die("%s: cannot receive: %s", ends[i].name, strerror(-len));
	}
	return found;
}

void settle(take_fn take, int quiet_ms)
{
	double end, storm = now_ms() + STORM_MS;

	if (!barrier(run, &seq) && quiet_ms < NO_BARRIER_QUIET_MS)
		quiet_ms = NO_BARRIER_QUIET_MS;
	drain_ends(take);
	end = now_ms() + quiet_ms;
	while (now_ms() < end) {
		endpoint_poll(ends, nends, end - now_ms() + 1);
		if (drain_ends(take))
			end = now_ms() + quiet_ms;
		if (now_ms() > storm)
			die("frames do not cease to arrive: they go round");
	}
}

void none_lost(void)
{
	unsigned int i, lost = 0;

	for (i = 0; i < nends; i++)
		lost += endpoint_lost(&ends[i]);
	if (lost)
		die("%u frames were lost by the sockets that should receive them", lost);
}

void each_line(void (*send_line)(char **words, unsigned int n))
{
	char *words[MAX_WORDS + 1], *text = NULL, *save, *s;
	unsigned int n;
	size_t size = 0;

	while (getline(&text, &size, stdin) > 0) {
		line++;
		n = 0;
		for (s = strtok_r(text, " \t\n", &save); s; s = strtok_r(NULL, " \t\n", &save)) {
			if (n == MAX_WORDS)
				die("line %u: too many words", line);
			words[n++] = s;
		}
		words[n] = NULL;
		if (!n || *words[0] == '#')
			continue;
		if (n < 3)
			die("line %u: expected NAME FROM TO WORD...; -h explains", line);
		send_line(words, n);
	}
	free(text);
}

unsigned int number(const char *s, u32 max, const char *what)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = s ? strtoul(s, &end, 0) : 0;
	if (!s || !*s || *end || errno || v > max)
		die("line %u: %s: expected a number up to %u", line, what, max);
	return v;
}
