// SPDX-License-Identifier: GPL-2.0
/* Rules that never decide, see hidden.h. */
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "hidden.h"

/*
 * Rules are filed by pairs of endpoints that they are between. What takes the frames of
 * a rule takes those between its first endpoints: it is filed under these two, or
 * under what has them as members. So few rules have to be compared, and of those no
 * more than STEPS values for each rule: a policy of any size is checked in an instant.
 */

#define STEPS		1000	/* rules and values that are compared for a rule */
#define PAIRS		64	/* pairs of endpoints that a rule is filed under */
#define LOOKUPS		256	/* pairs of endpoints that are looked under */

#define FIELD(f)	(1U << ISOL_MATCH_A_##f)
#define SRC_IP		(FIELD(SRC_IP4) | FIELD(SRC_IP6))
#define DST_IP		(FIELD(DST_IP4) | FIELD(DST_IP6))

/* What can be seen of every frame, so that nobody is left to tell. */
#define SEEN		(FIELD(SRC_MAC) | FIELD(DST_MAC) | FIELD(CAST))

/* A field that stands for its values: not so sets, whose values are elsewhere. */
#define PLAIN		(SEEN | SRC_IP | DST_IP | FIELD(ETHERTYPE) | FIELD(DSCP) |	\
			 FIELD(FRAGMENT) | FIELD(PROTO) | FIELD(SPORT) | FIELD(DPORT) |	\
			 FIELD(TCP_FLAGS) | FIELD(ICMP) | FIELD(ARP_OP) |		\
			 FIELD(ARP_SENDER) | FIELD(ARP_TARGET) | FIELD(VLAN) |		\
			 FIELD(PCP) | FIELD(INNER_VLAN))

/* What a rule asks of one field; ranges do not overlap and are in order. */
struct part {
	u32 field;
	bool negate;
	size_t n;
	const struct match_value *v;
};

/* A side of a rule: each endpoint once, in order. */
struct side {
	u64 *ids;
	size_t n;
};

struct filed {
	const struct rule *rule;
	struct side from;
	struct side to;
	bool remote;	/* an end is known by an address in the frame */
	u32 fields;
	size_t nparts;
	struct part *parts;
};

/* Rules between two endpoints, in their order. */
struct pair {
	u64 from;
	u64 to;
	struct pair *next;
	const struct filed **v;
	size_t n;
	size_t cap;
	const struct filed *all;	/* the first that asks nothing */
};

struct hidden {
	const struct policy *p;
	struct arena arena;
	struct pair **buckets;
	size_t nbuckets;
	size_t npairs;
	/* of the rule at hand, by side and endpoint: see find_above() */
	size_t nabove[2][ISOL_MAX_ENDPOINTS];
	u64 above[2][ISOL_MAX_ENDPOINTS][ISOL_MAX_MEMBERSHIPS + 3];
	unsigned int steps;
};

struct hidden *hidden_new(const struct policy *p)
{
	struct hidden *h = xcalloc(1, sizeof(*h));

	h->p = p;
	h->nbuckets = 64;
	h->buckets = xcalloc(h->nbuckets, sizeof(*h->buckets));
	return h;
}

void hidden_free(struct hidden *h)
{
	if (!h)
		return;
	arena_free(&h->arena);
	free(h->buckets);
	free(h);
}

/*
 * Endpoints
 */

static u64 id_of(u8 kind, const struct object *o)
{
	return (u64)kind << 32 | (o ? o->index : 0);
}

/* Return: false for one that is none of those that are known here. */
static bool endpoint_id(const struct policy *p, const struct endpoint *e, u64 *id)
{
	const struct object *o;

	switch (e->kind) {
	case ISOL_ENDPOINT_ANY:
	case ISOL_ENDPOINT_HOST:
	case ISOL_ENDPOINT_UPLINK:
	case ISOL_ENDPOINT_MEMBERS:
	case ISOL_ENDPOINT_QUARANTINED:
		*id = id_of(e->kind, NULL);
		return true;
	case ISOL_ENDPOINT_GROUP:
		o = policy_find(p, OBJECT_GROUP, e->name.text);
		break;
	case ISOL_ENDPOINT_BINDING:
		o = policy_find(p, OBJECT_BINDING, e->name.text);
		break;
	case ISOL_ENDPOINT_REMOTE:
		o = policy_find(p, OBJECT_REMOTE, e->name.text);
		break;
	default:
		return false;
	}
	/* a message may name what it has not told of */
	if (o)
		*id = id_of(e->kind, o);
	return o;
}

static int compare_ids(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool file_side(struct hidden *h, const struct endpoint_list *l, struct side *side,
		      bool *remote)
{
	size_t i;

	side->n = 0;
	if (!l->n || l->n > ISOL_MAX_ENDPOINTS)
		return false;
	side->ids = arena_alloc(&h->arena, l->n * sizeof(*side->ids));
	for (i = 0; i < l->n; i++) {
		if (!endpoint_id(h->p, &l->v[i], &side->ids[i]))
			return false;
		*remote |= l->v[i].kind == ISOL_ENDPOINT_REMOTE;
	}
	qsort(side->ids, l->n, sizeof(*side->ids), compare_ids);
	for (i = 0; i < l->n; i++)
		if (!side->n || side->ids[side->n - 1] != side->ids[i])
			side->ids[side->n++] = side->ids[i];
	return true;
}

/* All endpoints that this one is part of, itself included, the widest first. */
static size_t find_above(const struct policy *p, u64 id, u64 *above)
{
	const u8 kind = id >> 32;
	const struct binding *b;
	size_t n = 0, i;

	above[n++] = id_of(ISOL_ENDPOINT_ANY, NULL);
	if (kind == ISOL_ENDPOINT_ANY)
		return n;
	if (kind == ISOL_ENDPOINT_GROUP || kind == ISOL_ENDPOINT_BINDING)
		above[n++] = id_of(ISOL_ENDPOINT_MEMBERS, NULL);
	if (kind == ISOL_ENDPOINT_REMOTE)
		above[n++] = id_of(ISOL_ENDPOINT_UPLINK, NULL);
	above[n++] = id;
	if (kind != ISOL_ENDPOINT_BINDING)
		return n;
	b = (const void *)p->list[OBJECT_BINDING].v[(u32)id];
	for (i = 0; i < b->groups.n && i < ISOL_MAX_MEMBERSHIPS; i++)
		above[n++] = id_of(ISOL_ENDPOINT_GROUP,
				   policy_find(p, OBJECT_GROUP, b->groups.v[i].text));
	return n;
}

/* Does @side have all that the side at hand has? @which: 0 is from, 1 is to. */
static bool has_side(const struct hidden *h, const struct side *side, int which, size_t n)
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < h->nabove[which][i]; j++)
			if (bsearch(&h->above[which][i][j], side->ids, side->n,
				    sizeof(*side->ids), compare_ids))
				break;
		if (j == h->nabove[which][i])
			return false;
	}
	return true;
}

/*
 * Matches
 */

static int compare_values(const void *a, const void *b)
{
	const struct match_value *x = a, *y = b;

	return (x->lo > y->lo) - (x->lo < y->lo);
}

static int compare_wide(const void *a, const void *b)
{
	const struct match_value *x = a, *y = b;

	return memcmp(x->lo6, y->lo6, sizeof(x->lo6));
}

/* Sort ranges and make one of those that overlap, and of numbers that meet. */
static size_t merge(enum match_type type, struct match_value *v, size_t n)
{
	size_t i, last = 0;

	qsort(v, n, sizeof(*v), type == MATCH_IP6 ? compare_wide : compare_values);
	for (i = 1; i < n; i++) {
		if (type == MATCH_IP6) {
			if (memcmp(v[i].lo6, v[last].hi6, sizeof(v->lo6)) > 0)
				v[++last] = v[i];
			else if (memcmp(v[i].hi6, v[last].hi6, sizeof(v->lo6)) > 0)
				memcpy(v[last].hi6, v[i].hi6, sizeof(v->hi6));
		} else if (v[i].lo > v[last].hi && v[i].lo - v[last].hi > 1) {
			v[++last] = v[i];
		} else if (v[i].hi > v[last].hi) {
			v[last].hi = v[i].hi;
		}
	}
	return last + 1;
}

static bool is_masked(enum match_type type)
{
	return type == MATCH_MAC || type == MATCH_FLAGS;
}

static void file_match(struct hidden *h, const struct match *m, struct filed *f)
{
	u32 field;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++)
		if (m->of[field].n) {
			f->fields |= 1U << field;
			f->nparts++;
		}
	f->parts = arena_alloc(&h->arena, f->nparts * sizeof(*f->parts));
	f->nparts = 0;
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		const struct match_field *from = &m->of[field];
		struct part *part = &f->parts[f->nparts];
		struct match_value *v;

		if (!from->n)
			continue;
		v = arena_alloc(&h->arena, from->n * sizeof(*v));
		memcpy(v, from->v, from->n * sizeof(*v));
		*part = (struct part){
			.field = field, .negate = from->negate, .v = v, .n = from->n,
		};
		if (!is_masked(match_type(field)) && PLAIN & 1U << field)
			part->n = merge(match_type(field), v, from->n);
		f->nparts++;
	}
}

/* Is all of @b in @a? */
static bool holds(enum match_type type, const struct match_value *a, const struct match_value *b)
{
	switch (type) {
	case MATCH_IP6:
		return memcmp(a->lo6, b->lo6, sizeof(a->lo6)) <= 0 &&
		       memcmp(b->hi6, a->hi6, sizeof(a->hi6)) <= 0;
	case MATCH_MAC:
	case MATCH_FLAGS:
		return !(a->mask & ~b->mask) && (b->value & a->mask) == a->value;
	default:
		return a->lo <= b->lo && b->hi <= a->hi;
	}
}

/* Is nothing in both? */
static bool apart(enum match_type type, const struct match_value *a, const struct match_value *b)
{
	switch (type) {
	case MATCH_IP6:
		return memcmp(a->hi6, b->lo6, sizeof(a->hi6)) < 0 ||
		       memcmp(b->hi6, a->lo6, sizeof(a->lo6)) < 0;
	case MATCH_MAC:
	case MATCH_FLAGS:
		return (a->value ^ b->value) & a->mask & b->mask;
	default:
		return a->hi < b->lo || b->hi < a->lo;
	}
}

/* Is each value of @b in one of @a? */
static bool holds_all(const struct part *a, const struct part *b)
{
	const enum match_type type = match_type(a->field);
	size_t i, j;

	for (i = 0; i < b->n; i++) {
		for (j = 0; j < a->n; j++)
			if (holds(type, &a->v[j], &b->v[i]))
				break;
		if (j == a->n)
			return false;
	}
	return true;
}

static bool all_apart(const struct part *a, const struct part *b)
{
	const enum match_type type = match_type(a->field);
	size_t i, j;

	for (i = 0; i < b->n; i++)
		for (j = 0; j < a->n; j++)
			if (!apart(type, &a->v[j], &b->v[i]))
				return false;
	return true;
}

/* Does @a let everything by that @b does? */
static bool has_part(struct hidden *h, const struct part *a, const struct part *b)
{
	const size_t n = a->n * b->n;

	if (n > h->steps) {
		h->steps = 0;
		return false;
	}
	h->steps -= n;
	if (a->negate)
		return b->negate ? holds_all(b, a) : all_apart(a, b);
	return !b->negate && holds_all(a, b);
}

static const struct part *find_part(const struct filed *f, u32 field)
{
	size_t i;

	for (i = 0; i < f->nparts; i++)
		if (f->parts[i].field == field)
			return &f->parts[i];
	return NULL;
}

/*
 * A rule that names addresses is for frames of the versions that it names: if both
 * name some, what the first does not name at all it does not let by.
 */
static u32 missing(u32 a, u32 b, u32 addresses)
{
	return a & addresses ? b & addresses & ~a : 0;
}

/*
 * Does @a match all that @b does? Of a frame of which nobody can tell whether @a
 * matches, the same holds for @b, for it asks that field too, or @b does not match. A
 * rule that does not accept takes such a frame, one that accepts leaves it to others.
 *
 * Whether they are stateless makes no difference: an answer is asked about as the frame
 * that it is the answer to, and a stateful rule that matches decides what begins nothing,
 * too.
 */
static bool has_match(struct hidden *h, const struct filed *a, const struct filed *b)
{
	u32 asked = a->fields;
	size_t i;

	if (a->fields & ~PLAIN)
		return false;
	if (missing(a->fields, b->fields, SRC_IP) || missing(a->fields, b->fields, DST_IP))
		return false;
	/* addresses of a version that @b does not name need not be compared */
	if (b->fields & SRC_IP)
		asked &= ~SRC_IP | b->fields;
	if (b->fields & DST_IP)
		asked &= ~DST_IP | b->fields;
	if (asked & ~b->fields)
		return false;
	if (a->rule->verdict == ISOL_VERDICT_ACCEPT && b->rule->verdict != ISOL_VERDICT_ACCEPT &&
	    a->fields & ~SEEN)
		return false;
	for (i = 0; i < a->nparts; i++) {
		const struct part *other = find_part(b, a->parts[i].field);

		if (other && !has_part(h, &a->parts[i], other))
			return false;
	}
	return true;
}

/*
 * Pairs
 */

static struct pair **bucket(const struct hidden *h, u64 from, u64 to)
{
	u64 hash = from * 0x9e3779b97f4a7c15ULL ^ to * 0xbf58476d1ce4e5b9ULL;

	return &h->buckets[(hash ^ hash >> 29) & (h->nbuckets - 1)];
}

static struct pair *find_pair(const struct hidden *h, u64 from, u64 to)
{
	struct pair *pair;

	for (pair = *bucket(h, from, to); pair; pair = pair->next)
		if (pair->from == from && pair->to == to)
			break;
	return pair;
}

static void grow(struct hidden *h)
{
	struct pair **old = h->buckets, **head, *pair, *next;
	const size_t n = h->nbuckets;
	size_t i;

	h->nbuckets *= 4;
	h->buckets = xcalloc(h->nbuckets, sizeof(*h->buckets));
	for (i = 0; i < n; i++)
		for (pair = old[i]; pair; pair = next) {
			next = pair->next;
			head = bucket(h, pair->from, pair->to);
			pair->next = *head;
			*head = pair;
		}
	free(old);
}

static void file_under(struct hidden *h, u64 from, u64 to, const struct filed *f)
{
	struct pair *pair = find_pair(h, from, to), **head;

	if (!pair) {
		if (h->npairs++ >= h->nbuckets)
			grow(h);
		pair = arena_alloc(&h->arena, sizeof(*pair));
		head = bucket(h, from, to);
		*pair = (struct pair){ .from = from, .to = to, .next = *head };
		*head = pair;
	}
	if (!f->fields && !pair->all)
		pair->all = f;
	pair->v = arena_grow(&h->arena, pair->v, pair->n, &pair->cap, sizeof(*pair->v));
	pair->v[pair->n++] = f;
}

static bool takes_all(struct hidden *h, const struct filed *a, const struct filed *b)
{
	/* the cheapest first */
	return has_match(h, a, b) && has_side(h, &a->from, 0, b->from.n) &&
	       has_side(h, &a->to, 1, b->to.n);
}

static const struct rule *find_among(struct hidden *h, const struct pair *pair,
				     const struct filed *f)
{
	size_t i;

	if (pair->all && takes_all(h, pair->all, f))
		return pair->all->rule;
	for (i = 0; i < pair->n && h->steps; i++) {
		h->steps--;
		if (takes_all(h, pair->v[i], f))
			return pair->v[i]->rule;
	}
	return NULL;
}

static const struct rule *find(struct hidden *h, const struct filed *f)
{
	const struct rule *rule = NULL;
	unsigned int lookups = LOOKUPS;
	const struct pair *pair;
	size_t i, j;

	for (i = 0; i < f->from.n; i++)
		h->nabove[0][i] = find_above(h->p, f->from.ids[i], h->above[0][i]);
	for (i = 0; i < f->to.n; i++)
		h->nabove[1][i] = find_above(h->p, f->to.ids[i], h->above[1][i]);
	h->steps = STEPS;
	for (i = 0; i < h->nabove[0][0] && !rule; i++)
		for (j = 0; j < h->nabove[1][0] && !rule && lookups; j++, lookups--) {
			pair = find_pair(h, h->above[0][0][i], h->above[1][0][j]);
			if (pair)
				rule = find_among(h, pair, f);
		}
	return rule;
}

const struct rule *hidden_add(struct hidden *h, const struct rule *r)
{
	struct filed *f = arena_alloc(&h->arena, sizeof(*f));
	const struct rule *first;
	size_t i, j;

	f->rule = r;
	if (!file_side(h, &r->from, &f->from, &f->remote) ||
	    !file_side(h, &r->to, &f->to, &f->remote))
		return NULL;
	file_match(h, rule_match(r), f);
	first = find(h, f);
	/* a rule about a remote takes the frames alone of which its address can be read */
	if (first || f->remote)
		return first;
	/* of many, those that a rule between the same is looked for under */
	if (f->from.n * f->to.n > PAIRS) {
		file_under(h, f->from.ids[0], f->to.ids[0], f);
		return NULL;
	}
	for (i = 0; i < f->from.n; i++)
		for (j = 0; j < f->to.n; j++)
			file_under(h, f->from.ids[i], f->to.ids[j], f);
	return NULL;
}
