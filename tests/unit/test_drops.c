// SPDX-License-Identifier: GPL-2.0
/* What status tells to have dropped: each frame is told of once. */
#include <linux/isol.h>

#include "test.h"
#include "userspace/drops.h"

static const struct mark nowhere;

/* What has happened: frames of a port, and what has dropped or accepted them. */
static const struct {
	const char *port;
	const char *rule;	/* or a default */
	u8 reason;
	u8 verdict;
	u64 packets;
} happened[] = {
	{ "p0", "closed", ISOL_REASON_RULE, ISOL_VERDICT_DROP, 3 },
	{ "p0", "closed", ISOL_REASON_UNPARSED, ISOL_VERDICT_DROP, 5 },
	{ "p1", "closed", ISOL_REASON_UNPARSED, ISOL_VERDICT_DROP, 7 },
	{ "p0", NULL, ISOL_REASON_UNPARSED, ISOL_VERDICT_DROP, 11 },
	{ "p1", NULL, ISOL_REASON_WITHIN, ISOL_VERDICT_DROP, 13 },
	{ "p1", "open", ISOL_REASON_RULE, ISOL_VERDICT_ACCEPT, 17 },
	{ "p1", NULL, ISOL_REASON_WITHIN, ISOL_VERDICT_ACCEPT, 19 },
	{ "p0", "inmates", ISOL_REASON_QUARANTINE_RULE, ISOL_VERDICT_DROP, 23 },
	{ "p0", "inmates", ISOL_REASON_UNPARSED, ISOL_VERDICT_DROP, 29 },
	{ "p1", "told", ISOL_REASON_RULE, ISOL_VERDICT_REJECT, 8 },
	{ "p1", "told", ISOL_REASON_UNPARSED, ISOL_VERDICT_REJECT, 2 },
	{ "p0", NULL, ISOL_REASON_STATE, ISOL_VERDICT_DROP, 9 },
	{ "p1", NULL, ISOL_REASON_FRAGMENT, ISOL_VERDICT_DROP, 6 },
};

static void count(struct arena *a, struct counter_list *l, u8 reason, u8 verdict, u64 packets)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].reason == reason && l->v[i].verdict == verdict)
			break;
	if (i == l->n) {
		l->v = arena_grow(a, l->v, l->n, &l->cap, sizeof(*l->v));
		l->v[l->n++] = (struct counter){ .reason = reason, .verdict = verdict };
	}
	l->v[i].packets += packets;
	l->v[i].bytes += 100 * packets;
}

static void add_rule(struct policy *p, enum object_kind kind, const char *name, u8 verdict)
{
	struct object *o = policy_object(p, kind, name, nowhere);

	((struct rule *)(void *)o)->verdict = verdict;
	policy_add(p, kind, o);
}

/* The counters that the module would have come to: see isol_count_frame(). */
static struct policy *happen(struct port ports[2])
{
	struct policy *p = policy_new();
	struct object *o = policy_object(p, OBJECT_BRIDGE, "br0", nowhere);
	struct bridge *b = (struct bridge *)(void *)o;
	size_t i;

	policy_add(p, OBJECT_BRIDGE, o);
	add_rule(p, OBJECT_RULE, "open", ISOL_VERDICT_ACCEPT);
	add_rule(p, OBJECT_RULE, "closed", ISOL_VERDICT_DROP);
	add_rule(p, OBJECT_RULE, "told", ISOL_VERDICT_REJECT);
	add_rule(p, OBJECT_QRULE, "inmates", ISOL_VERDICT_DROP);
	ports[0] = (struct port){ .name = "p0", .bridge = "br0", .kind = ISOL_PORT_MEMBER };
	ports[1] = (struct port){ .name = "p1", .bridge = "br0", .kind = ISOL_PORT_MEMBER };
	for (i = 0; i < ARRAY_SIZE(happened); i++) {
		struct rule *r = NULL;

		count(&p->arena, &ports[happened[i].port[1] - '0'].counters, happened[i].reason,
		      happened[i].verdict, happened[i].packets);
		if (!happened[i].rule) {
			count(&p->arena, &b->counters, happened[i].reason, happened[i].verdict,
			      happened[i].packets);
			continue;
		}
		r = policy_find(p, OBJECT_RULE, happened[i].rule);
		if (!r)
			r = policy_find(p, OBJECT_QRULE, happened[i].rule);
		r->packets += happened[i].packets;
		r->bytes += 100 * happened[i].packets;
	}
	return p;
}

static void check(const struct drop *d, const char *rule, const char *port, const char *bridge,
		  u8 reason, u64 packets)
{
	CHECK(!rule == !d->rule && (!rule || !strcmp(rule, d->rule)));
	CHECK(!port == !d->port && (!port || !strcmp(port, d->port)));
	CHECK(!bridge == !d->bridge && (!bridge || !strcmp(bridge, d->bridge)));
	CHECK_EQ(d->reason, reason);
	CHECK_EQ(d->packets, packets);
	CHECK_EQ(d->bytes, 100 * packets);
}

static void once(void)
{
	struct port ports[2];
	struct policy *p = happen(ports);
	const struct view v = { .policy = p, .ports = ports, .nports = 2 };
	struct drops l;
	u64 sum = 0, dropped = 0;
	size_t i;

	drops_find(&v, &p->arena, &l);
	for (i = 0; i < l.n; i++)
		sum += l.v[i].packets;
	for (i = 0; i < ARRAY_SIZE(happened); i++)
		if (happened[i].verdict != ISOL_VERDICT_ACCEPT)
			dropped += happened[i].packets;
	CHECK_EQ(sum, dropped);
	CHECK_EQ(l.n, 7);
	if (l.n == 7) {
		check(&l.v[0], "inmates", NULL, NULL, 0, 52);
		check(&l.v[1], "closed", NULL, NULL, 0, 15);
		check(&l.v[2], NULL, "p1", "br0", ISOL_REASON_WITHIN, 13);
		check(&l.v[3], NULL, NULL, "br0", ISOL_REASON_UNPARSED, 11);
		check(&l.v[4], "told", NULL, NULL, 0, 10);
		check(&l.v[5], NULL, "p0", "br0", ISOL_REASON_STATE, 9);
		check(&l.v[6], NULL, "p1", "br0", ISOL_REASON_FRAGMENT, 6);
	}
	policy_free(p);
}

/* Whoever sends what cannot be read is told too, whatever drops it. */
static void senders(void)
{
	struct port ports[2];
	struct policy *p = happen(ports);
	const struct view v = { .policy = p, .ports = ports, .nports = 2 };
	struct drops l;

	drops_unparsed(&v, &p->arena, &l);
	CHECK_EQ(l.n, 2);
	if (l.n == 2) {
		check(&l.v[0], NULL, "p0", "br0", ISOL_REASON_UNPARSED, 45);
		check(&l.v[1], NULL, "p1", "br0", ISOL_REASON_UNPARSED, 9);
	}
	policy_free(p);
}

/* A port whose bridge has left the policy keeps its counters, and drops nothing. */
static void unmanaged(void)
{
	struct port ports[2];
	struct policy *p = happen(ports);
	const struct view v = { .policy = p, .ports = ports, .nports = 2 };
	struct drops l;
	size_t i;

	ports[1].kind = ISOL_PORT_UNMANAGED;
	drops_find(&v, &p->arena, &l);
	CHECK_EQ(l.n, 5);
	for (i = 0; i < l.n; i++)
		CHECK(!l.v[i].port || strcmp(l.v[i].port, "p1"));
	drops_unparsed(&v, &p->arena, &l);
	CHECK_EQ(l.n, 1);
	policy_free(p);
}

int main(void)
{
	test_begin();
	run_case("drops_once", once);
	run_case("drops_senders", senders);
	run_case("drops_unmanaged", unmanaged);
	return test_end();
}
