// SPDX-License-Identifier: GPL-2.0
/*
 * The port table against a list of ports: what is put in is found, and what is
 * not drops. With stand-ins for the kernel: see shim/kernel.h.
 */
#include "kmod/view.c"

#include "test.h"

#define LIMIT (4LL * 1024 * 1024 * 1024)
#define NCLASSES 64
#define MOST 400

#include "ports.h"

static struct rcu_head *rcu_waiting;

void call_rcu(struct rcu_head *rcu, void (*func)(struct rcu_head *rcu))
{
	rcu->func = func;
	rcu_waiting = rcu;
}

static void begin(void)
{
	u32 i;

	memset(&in, 0, sizeof(in));
	isol_mem_init(&in.mem, LIMIT);
	/* rows are told apart by their addresses, and columns are no classes */
	for (i = 0; i < NCLASSES; i++) {
		classes[i].row = &rows[i];
		classes[i].col = (i * 11 + 5) % NCLASSES;
	}
	/* that it is there is all that matters here */
	policy.track = percent(50) ? (struct isol_track *)&in : NULL;
	policy.counters.nshards = 2;
	policy.counters.shard[0] = calloc(1, 1);
	policy.counters.shard[1] = calloc(1, 1);
	nports = 0;
}

static void end(void)
{
	while (nports)
		free(ports[--nports]);
	free(policy.counters.shard[0]);
	free(policy.counters.shard[1]);
	CHECK_EQ(isol_mem_used(&in.mem), 0);
}

static u32 random_word(void)
{
	if (percent(10))
		return isol_word(ISOL_DOMAIN_UNMANAGED, ISOL_CLASS_NONE);
	return isol_word(between(1, 3), between(ISOL_CLASS_HOST, NCLASSES - 1));
}

/* Counts are told apart by their addresses. */
static struct isol_port *new_port(u32 ifindex)
{
	struct isol_port *port = calloc(1, sizeof(*port));

	port->ifindex = ifindex;
	port->counts = (struct isol_count *)port;
	port->place.word = random_word();
	port->place.owner = test_rand();
	port->place.quarantined = test_rand() & 1;
	ports[nports++] = port;
	return port;
}

static bool inside(const struct isol_view *view, const struct isol_slot *slot)
{
	return slot >= view->slots && slot < view->slots + view->size;
}

static void check_known(const struct isol_view *view, const struct isol_port *port)
{
	const struct isol_slot *slot = isol_view_slot(view, port->ifindex);
	u32 word = port->place.word, class;

	CHECK_MSG(slot && inside(view, slot), "port %u is not found", port->ifindex);
	if (!slot)
		return;
	CHECK_EQ(slot->ifindex, port->ifindex);
	CHECK(slot->port == port);
	CHECK(slot->counts == port->counts);
	/* One that is contained has its own column, and begins as those that are quarantined. */
	class = port->place.quarantined && (word & ISOL_WORD_CLASS) >= ISOL_CLASS_FIRST_BINDING ?
		ISOL_CLASS_QUARANTINED : word & ISOL_WORD_CLASS;
	CHECK(slot->row == classes[class].row);
	CHECK_EQ(isol_word_domain(slot->word), isol_word_domain(word));
	CHECK_EQ(slot->word & ISOL_WORD_CLASS, classes[word & ISOL_WORD_CLASS].col);
	CHECK(slot->word != ISOL_WORD_UNKNOWN);
	if (view->track) {
		const struct isol_holder *holder = &view->holders[slot - view->slots];

		CHECK_EQ(holder->owner, port->place.owner);
		CHECK(holder->conns == port->place.conns);
		CHECK(holder->row == classes[word & ISOL_WORD_CLASS].row);
	}
}

static void check_unknown(const struct isol_view *view, u32 ifindex)
{
	const struct isol_slot *slot = isol_view_slot(view, ifindex);

	if (!slot)
		return;
	CHECK(inside(view, slot));
	CHECK_MSG(slot->word == ISOL_WORD_UNKNOWN, "port %u has a word", ifindex);
	/* and a frame that reads it all the same meets nothing that it could follow */
	CHECK(slot->row == classes[ISOL_CLASS_GONE].row);
	CHECK(slot->counts);
	CHECK(!slot->port);
	if (view->track)
		CHECK(view->holders[slot - view->slots].row == slot->row);
}

static void check_all(const struct isol_view *view)
{
	u32 i, j;

	for (i = 0; i < nports; i++) {
		check_known(view, ports[i]);
		/* neighbours, and those that the hash puts near */
		for (j = ports[i]->ifindex - 2; j != ports[i]->ifindex + 3; j++)
			if (j && !port_by(j))
				check_unknown(view, j);
	}
	for (i = 0; i < 50; i++) {
		j = test_rand() & 0x7fffffff;
		if (!port_by(j))
			check_unknown(view, j);
	}
	for (j = 1; j < 100; j++)
		if (!port_by(j))
			check_unknown(view, j);
	/* No device has it. */
	check_unknown(view, 0);
	CHECK(view->host_row == classes[ISOL_CLASS_HOST].row);
	CHECK(view->quarantined_row == classes[ISOL_CLASS_QUARANTINED].row);
	CHECK(view->track == policy.track && !view->holders == !view->track);
	/* Where connections are tracked no slot may be used without asking for more. */
	CHECK_EQ(view->plain, view->track ? 0 : view->dense);
	CHECK(view->counts[0] == policy.counters.shard[0] && view->counts[1] == policy.counters.shard[1]);
	CHECK(!view->counts[2]);
}

static u32 free_ifindex(u32 range)
{
	u32 ifindex;

	do
		ifindex = between(1, range);
	while (port_by(ifindex));
	return ifindex;
}

static u32 dense_views, hash_views, rebuilt;

/* Ports come, change, go and come back, as they do on a host. */
static void one_life(u32 range, u32 steps)
{
	struct isol_view *view = view_of_all(), *other;
	struct isol_port *port, fake;
	u32 i, next = 0;

	CHECK(view);
	if (!view)
		return;
	check_all(view);
	for (i = 0; i < steps && test_good(); i++) {
		if (view->dense)
			dense_views++;
		else
			hash_views++;
		switch (below(nports ? 6 : 1)) {
		case 0:
		case 1:
			if (nports == MOST)
				break;
			/* new numbers go up, or are anywhere */
			next = max(next, nports ? ports[nports - 1]->ifindex : 0) + 1;
			if (percent(50) || next > 0x7fffffff || port_by(next))
				next = free_ifindex(range);
			port = new_port(next);
			if (isol_view_put(view, port, &port->place))
				break;
			rebuilt++;
			other = view_of_all();
			CHECK(other);
			if (!other)
				break;
			isol_view_free_rcu(&in, view);
			/* readers may still be there */
			check_unknown(view, next);
			rcu_waiting->func(rcu_waiting);
			view = other;
			break;
		case 2:
		case 3:
			port = ports[below(nports)];
			port->place.word = random_word();
			CHECK(isol_view_put(view, port, &port->place));
			break;
		case 4:
			/* the last to know of a port whose number is another's by now */
			port = ports[below(nports)];
			fake.ifindex = port->ifindex;
			isol_view_clear(view, &fake);
			check_known(view, port);
			break;
		default:
			port = ports[below(nports)];
			isol_view_clear(view, port);
			isol_view_clear(view, port);
			check_unknown(view, port->ifindex);
			if (percent(50)) {
				CHECK(isol_view_put(view, port, &port->place));
				break;
			}
			for (next = 0; ports[next] != port; next++)
				;
			ports[next] = ports[--nports];
			next = port->ifindex;
			free(port);
		}
		if (i % 8 == 0 || i + 1 == steps)
			check_all(view);
	}
	isol_view_free(&in, view);
}

static void random_ports(void)
{
	static const u32 ranges[] = { 50, 500, 3000, 100000, 0x7fffffff };
	u32 rounds = test_rounds(150), i, n, range;

	dense_views = 0;
	hash_views = 0;
	rebuilt = 0;
	for (i = 0; i < rounds && test_good(); i++) {
		begin();
		range = ranges[below(ARRAY_SIZE(ranges))];
		for (n = below(min(range / 2, MOST / 2)); n--;)
			new_port(free_ifindex(range));
		one_life(max(range, 2 * MOST), 100);
		end();
	}
	printf("# %u steps dense, %u hashed, rebuilt %u times\n", dense_views, hash_views,
	       rebuilt);
	CHECK(rounds < 100 || (dense_views > 500 && hash_views > 500 && rebuilt > 20));
}

static void no_ports(void)
{
	struct isol_view *view;
	u32 i;

	begin();
	view = view_of_all();
	CHECK(view);
	if (view) {
		for (i = 0; i < 1000; i++)
			check_unknown(view, i);
		check_unknown(view, U32_MAX);
		/* the first may have room or need a table of its own */
		new_port(100000);
		if (!isol_view_put(view, ports[0], &ports[0]->place)) {
			isol_view_free(&in, view);
			view = view_of_all();
			CHECK(view);
		}
		if (view)
			check_all(view);
	}
	isol_view_free(&in, view);
	end();
}

/* With room to spare, or each new tap would cost a table. */
static void room_to_spare(void)
{
	struct isol_view *view;
	u32 i;

	begin();
	for (i = 0; i < 40; i++)
		new_port(10 + i);
	view = view_of_all();
	CHECK(view && view->dense);
	for (i = 0; i < 60 && view; i++) {
		new_port(50 + i);
		CHECK(isol_view_put(view, ports[40 + i], &ports[40 + i]->place));
	}
	if (view)
		check_all(view);
	isol_view_free(&in, view);
	end();
}

/* The numbers that have one place in a hash table of 128, and of 512, and so on. */
static u32 colliding(u32 place, u32 i)
{
	u32 inverse = 1, k;

	/* of the hash's factor, by Newton */
	for (k = 0; k < 6; k++)
		inverse *= 2 - 0x9e3779b1U * inverse;
	return ((place << 12) + i) * inverse;
}

static void collisions(void)
{
	u32 n, i, place = below(1 << 20), tables_made = 0;
	struct isol_view *view, *other;

	begin();
	for (n = 0; n < 15; n++)
		new_port(colliding(place, n));
	view = view_of_all();
	CHECK(view && !view->dense);
	if (view) {
		check_all(view);
		/* those that fit, and the first that does not */
		for (n = 15; n < 200 && test_good(); n++) {
			new_port(colliding(place, n));
			if (isol_view_put(view, ports[n], &ports[n]->place)) {
				CHECK_MSG(n < ISOL_LONGEST_RUN || tables_made,
					  "%u ports in a run", n + 1);
				check_all(view);
				continue;
			}
			/* refused: and all others are as they were */
			check_unknown(view, ports[n]->ifindex);
			for (i = 0; i < n; i++)
				check_known(view, ports[i]);
			other = view_of_all();
			if (!other)
				break;	/* never so bad by chance; the port stays unknown */
			isol_view_free(&in, view);
			view = other;
			tables_made++;
			check_all(view);
		}
		CHECK(n > ISOL_LONGEST_RUN - 1);
		printf("# %u ports that collide found room, in %u larger tables\n", n,
		       tables_made);
	}
	isol_view_free(&in, view);
	end();
}

static void deny_all(void)
{
	u32 i;

	begin();
	new_port(7);
	for (i = 0; i < 1000; i++)
		CHECK(!isol_view_slot(&isol_view_deny, i));
	CHECK(!isol_view_slot(&isol_view_deny, U32_MAX));
	CHECK(!isol_view_put(&isol_view_deny, ports[0], &ports[0]->place));
	isol_view_clear(&isol_view_deny, ports[0]);
	CHECK_EQ(isol_view_deny.tables.nbridges, 0);
	rcu_waiting = NULL;
	isol_view_free(&in, &isol_view_deny);
	isol_view_free_rcu(&in, &isol_view_deny);
	isol_view_free(&in, NULL);
	isol_view_free_rcu(&in, NULL);
	CHECK(!rcu_waiting);
	end();
}

static void memory(void)
{
	struct isol_view *view;
	long n;
	s64 used;

	begin();
	new_port(3);
	new_port(1000000);
	for (n = 1; n < 10; n++) {
		isol_fail_alloc = n;
		view = view_of_all();
		isol_fail_alloc = 0;
		if (view)
			break;
		CHECK_EQ(isol_mem_used(&in.mem), 0);
	}
	/* the view, its slots, and their owners if there are any */
	CHECK_EQ(n, policy.track ? 4 : 3);
	CHECK(view);
	used = isol_mem_used(&in.mem);
	CHECK(used > 128 * (s64)sizeof(struct isol_slot));
	/* taken off the account at once, freed later */
	isol_view_free_rcu(&in, view);
	CHECK_EQ(isol_mem_used(&in.mem), 0);
	if (view)
		check_known(view, ports[0]);
	rcu_waiting->func(rcu_waiting);

	/* Policies that have used up the account do not keep a port out. */
	in.mem.limit = 0;
	view = view_of_all();
	CHECK(view);
	CHECK_EQ(isol_mem_used(&in.mem), used);
	isol_view_free(&in, view);
	end();
}

#define CASES(X) \
	X(random_ports) \
	X(no_ports) \
	X(room_to_spare) \
	X(collisions) \
	X(deny_all) \
	X(memory)

TEST_SUITE(view, CASES)
