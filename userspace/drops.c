// SPDX-License-Identifier: GPL-2.0
/* What drops frames, see drops.h. */
#include <stdlib.h>

#include <linux/isol.h>

#include "drops.h"

static void add(struct arena *a, struct drops *l, struct drop d)
{
	struct drop *last = l->n ? &l->v[l->n - 1] : NULL;

	if (!d.packets)
		return;
	/* of a port, with and without a word to the sender */
	if (last && d.port && last->port == d.port && last->reason == d.reason) {
		last->packets += d.packets;
		last->bytes += d.bytes;
		return;
	}
	l->v = arena_grow(a, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = d;
}

static int compare(const void *a, const void *b)
{
	const struct drop *x = a, *y = b;

	return (x->packets < y->packets) - (x->packets > y->packets);
}

static void sort(struct drops *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), compare);
}

static void add_rules(const struct view *v, struct arena *a, struct drops *l,
		      enum object_kind kind)
{
	const struct rule *rule;
	size_t i;

	policy_each(v->policy, kind, const struct rule, rule, i)
		if (rule->verdict != ISOL_VERDICT_ACCEPT)
			add(a, l, (struct drop){
				.rule = rule->o.name.text,
				.packets = rule->packets,
				.bytes = rule->bytes,
			});
}

static void add_ports(const struct view *v, struct arena *a, struct drops *l,
		      bool (*wanted)(u8 reason))
{
	size_t i, j;

	for (i = 0; i < v->nports; i++) {
		const struct port *p = &v->ports[i];

		/* what it counted under another policy drops nothing now */
		if (p->kind == ISOL_PORT_UNMANAGED)
			continue;
		for (j = 0; j < p->counters.n; j++) {
			const struct counter *c = &p->counters.v[j];

			if (c->verdict != ISOL_VERDICT_ACCEPT && wanted(c->reason))
				add(a, l, (struct drop){
					.port = p->name,
					.bridge = p->bridge ? p->bridge : "",
					.reason = c->reason,
					.packets = c->packets,
					.bytes = c->bytes,
				});
		}
	}
}

static bool is_unparsed(u8 reason)
{
	return reason == ISOL_REASON_UNPARSED;
}

/* The frames of a port with any other reason are in the counters of rules and bridges. */
static bool is_of_port(u8 reason)
{
	return reason != ISOL_REASON_RULE && reason != ISOL_REASON_QUARANTINE_RULE &&
	       !is_unparsed(reason);
}

/*
 * What cannot be read is dropped by a rule or by a default. A port's counter has
 * both, without telling them apart, and the rule's has what it drops too: what is
 * left for the default is the bridge's to tell.
 */
static void add_bridges(const struct view *v, struct arena *a, struct drops *l)
{
	const struct bridge *b;
	size_t i, j;

	policy_each_bridge(v->policy, b, i)
		for (j = 0; j < b->counters.n; j++) {
			const struct counter *c = &b->counters.v[j];

			if (c->verdict != ISOL_VERDICT_ACCEPT && is_unparsed(c->reason))
				add(a, l, (struct drop){
					.bridge = b->o.name.text,
					.reason = c->reason,
					.packets = c->packets,
					.bytes = c->bytes,
				});
		}
}

void drops_find(const struct view *v, struct arena *a, struct drops *l)
{
	*l = (struct drops){ 0 };
	add_ports(v, a, l, is_of_port);
	add_bridges(v, a, l);
	add_rules(v, a, l, OBJECT_SRULE);
	add_rules(v, a, l, OBJECT_RULE);
	add_rules(v, a, l, OBJECT_QRULE);
	sort(l);
}

void drops_unparsed(const struct view *v, struct arena *a, struct drops *l)
{
	*l = (struct drops){ 0 };
	add_ports(v, a, l, is_unparsed);
	sort(l);
}
