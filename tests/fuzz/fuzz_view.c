// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes as what happens to the ports of a host: the port table against a plain
 * list. With stand-ins for the kernel, as in tests/unit/test_view.c.
 */
#include "kmod/view.c"

#include "fuzz.h"

#define LIMIT (1LL << 32)
#define NCLASSES 16
#define MOST 120

#include "ports.h"

static struct isol_count counts[2][1];

/* What readers may still have: what is freed under them the sanitizer sees. */
static struct isol_view *old_view;
static struct rcu_head *waiting;

void call_rcu(struct rcu_head *rcu, void (*func)(struct rcu_head *rcu))
{
	rcu->func = func;
	waiting = rcu;
}

/* Near each other, or far; 0 is no device's. */
static u32 an_ifindex(void)
{
	u32 how = fuzz_number(1), n;

	if (how < 0xc0)
		n = how;
	else if (how < 0xe0)
		n = fuzz_number(2);
	else
		n = fuzz_number(4) & 0x7fffffff;
	return n ? n : 1;
}

static u32 a_word(void)
{
	u32 n = fuzz_number(1);

	if (n < 16)
		return isol_word(ISOL_DOMAIN_UNMANAGED, ISOL_CLASS_NONE);
	return isol_word(1 + n / 16 % 3, ISOL_CLASS_HOST + n % (NCLASSES - ISOL_CLASS_HOST));
}

static void check_known(const struct isol_view *view, const struct isol_port *port)
{
	const struct isol_slot *slot = isol_view_slot(view, port->ifindex);
	u32 word = port->place.word;

	CHECK(slot && slot->port == port);
	CHECK(slot->ifindex == port->ifindex && slot->counts == port->counts);
	CHECK(slot->row == classes[word & ISOL_WORD_CLASS].row);
	CHECK_EQ(slot->word, isol_word(isol_word_domain(word),
				       classes[word & ISOL_WORD_CLASS].col));
}

static void check_unknown(const struct isol_view *view, u32 ifindex)
{
	const struct isol_slot *slot = isol_view_slot(view, ifindex);

	if (!slot)
		return;
	CHECK(slot >= view->slots && slot < view->slots + view->size);
	CHECK_MSG(slot->word == ISOL_WORD_UNKNOWN, "port %u has a word", ifindex);
	CHECK(slot->row == classes[ISOL_CLASS_GONE].row && slot->counts && !slot->port);
}

static void check(const struct isol_view *view)
{
	u32 i, j;

	for (i = 0; i < nports; i++) {
		check_known(view, ports[i]);
		for (j = ports[i]->ifindex - 1; j != ports[i]->ifindex + 2; j++)
			if (j && !port_by(j))
				check_unknown(view, j);
	}
	check_unknown(view, 0);
	CHECK(view->host_row == classes[ISOL_CLASS_HOST].row);
}

static void readers_are_done(void)
{
	if (waiting)
		waiting->func(waiting);
	waiting = NULL;
	old_view = NULL;
}

/* Publish a table of all ports in place of the old one. */
static struct isol_view *replace(struct isol_view *view)
{
	struct isol_view *next;

	readers_are_done();
	next = view_of_all();
	if (!next)
		return NULL;
	isol_view_free_rcu(&in, view);
	old_view = view;
	return next;
}

static struct isol_view *step(struct isol_view *view)
{
	struct isol_port *port, fake;
	u32 what = below(8), i;

	if (what < 3) {
		u32 ifindex = an_ifindex();

		port = port_by(ifindex);
		if (!port) {
			if (nports == MOST)
				return view;
			port = calloc(1, sizeof(*port));
			port->ifindex = ifindex;
			port->counts = (struct isol_count *)port;
			ports[nports++] = port;
		}
		port->place.word = a_word();
		if (isol_view_put(view, port, &port->place))
			return view;
		check_unknown(view, ifindex);
		return replace(view);
	}
	if (what == 3)
		return replace(view);
	if (what == 4) {
		readers_are_done();
		return view;
	}
	if (!nports)
		return view;
	i = below(nports);
	port = ports[i];
	if (what == 5) {
		/* the last to know of a port whose number is another's by now */
		fake.ifindex = port->ifindex;
		isol_view_clear(view, &fake);
		return view;
	}
	isol_view_clear(view, port);
	check_unknown(view, port->ifindex);
	if (old_view)
		isol_view_clear(old_view, port);
	ports[i] = ports[--nports];
	free(port);
	return view;
}

void fuzz_one(const u8 *data, size_t size)
{
	struct isol_view *view;
	u32 i;

	(void)data;
	(void)size;
	memset(&in, 0, sizeof(in));
	isol_mem_init(&in.mem, LIMIT);
	for (i = 0; i < NCLASSES; i++) {
		classes[i].row = &rows[i];
		classes[i].col = (i * 11 + 5) % NCLASSES;
	}
	policy.counters.nshards = 2;
	policy.counters.shard[0] = counts[0];
	policy.counters.shard[1] = counts[1];
	nports = 0;
	view = view_of_all();
	while (view && fuzz_left()) {
		check(view);
		view = step(view);
		if (old_view)
			isol_view_slot(old_view, 1);
	}
	/* no room, however large: what collides in all tables can be made */
	if (view)
		check(view);
	readers_are_done();
	isol_view_free(&in, view);
	CHECK(!view || !isol_mem_used(&in.mem));
	while (nports)
		free(ports[--nports]);
}
