// SPDX-License-Identifier: GPL-2.0
/* Who can find whom, see find.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "find.h"
#include "service.h"

#define ETHERTYPE_ARP	0x0806
#define ETHERTYPE_IP6	0x86dd
#define PROTO_ICMP6	58
#define ARP_REQUEST	1
#define SOLICITATION	(135 << 8)

/* A hint is not worth seconds. */
#define MOST_STEPS	3000000

/**
 * struct end - an end for itself and for all bindings of which rules and defaults say the same
 * @kind: enum isol_endpoint_kind: a binding, or what is no guest; or an empty group
 * @name: of it
 * @b: the binding, or NULL
 * @segment: that it names, or NULL
 * @many: there may be two of it
 */
struct end {
	u8 kind;
	const char *name;
	const struct binding *b;
	const struct segment *segment;
	bool many;
};

struct ends {
	struct end **v;
	size_t n;
	size_t cap;
};

/**
 * struct finder - a rule that decides over ARP or neighbour discovery
 * @r: the rule
 * @decides: by version of IP, 4 and 6
 */
struct finder {
	const struct rule *r;
	bool decides[2];
};

struct find {
	const struct policy *p;
	struct arena arena;
	struct finder *v;
	size_t n;
	size_t steps;
	struct ends members;
	struct ends *groups;	/* by number */
	struct end **bindings;	/* by number */
	struct ends single[2];	/* what is given out by ends_of() */
};

static bool asks_but(const struct match *m, const u32 *fields, size_t n)
{
	u32 field;
	size_t i;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		for (i = 0; i < n && fields[i] != field; i++)
			;
		if (i == n && m->of[field].n)
			return true;
	}
	return false;
}

static bool asks_ip(const struct match *m)
{
	static const u32 fields[] = {
		ISOL_MATCH_A_PROTO, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_SRC_IP6,
		ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_DST_IP6, ISOL_MATCH_A_DSCP,
		ISOL_MATCH_A_FRAGMENT, ISOL_MATCH_A_SRC_SET, ISOL_MATCH_A_DST_SET,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (m->of[fields[i]].n)
			return true;
	return false;
}

static bool asks_arp(const struct match *m)
{
	return m->of[ISOL_MATCH_A_ARP_OP].n || m->of[ISOL_MATCH_A_ARP_SENDER].n ||
	       m->of[ISOL_MATCH_A_ARP_TARGET].n;
}

/* May it be what finds a neighbour; in the versions of IP that matches speak of? */
static bool may_find(const struct match *m, bool six)
{
	if (!six)
		return !asks_ip(m) && match_may_be(m, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_ARP) &&
		       match_may_be(m, ISOL_MATCH_A_ARP_OP, ARP_REQUEST);
	return !asks_arp(m) && match_may_be(m, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_IP6) &&
	       (!m->of[ISOL_MATCH_A_SRC_IP4].n || m->of[ISOL_MATCH_A_SRC_IP6].n) &&
	       (!m->of[ISOL_MATCH_A_DST_IP4].n || m->of[ISOL_MATCH_A_DST_IP6].n) &&
	       match_may_be(m, ISOL_MATCH_A_PROTO, PROTO_ICMP6) &&
	       match_may_be(m, ISOL_MATCH_A_ICMP, SOLICITATION);
}

/* Is all that finds a neighbour what the rule asks for? Then one that drops leaves nothing. */
static bool all_find(const struct match *m, bool six)
{
	static const u32 arp[] = { ISOL_MATCH_A_ETHERTYPE, ISOL_MATCH_A_ARP_OP };
	static const u32 nd[] = {
		ISOL_MATCH_A_ETHERTYPE, ISOL_MATCH_A_PROTO, ISOL_MATCH_A_ICMP,
	};

	return may_find(m, six) && !(six ? asks_but(m, nd, ARRAY_SIZE(nd)) :
					   asks_but(m, arp, ARRAY_SIZE(arp)));
}

static void find_finders(struct find *f)
{
	static const enum object_kind tables[] = { OBJECT_SRULE, OBJECT_RULE };
	const struct rule *r;
	size_t i, j;
	int six;

	f->v = arena_alloc(&f->arena, (f->p->list[OBJECT_SRULE].n + f->p->list[OBJECT_RULE].n + 1) *
				      sizeof(*f->v));
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		policy_each(f->p, tables[i], const struct rule, r, j) {
			struct finder *finder = &f->v[f->n];

			finder->r = r;
			for (six = 0; six < 2; six++)
				finder->decides[six] = r->verdict == ISOL_VERDICT_ACCEPT ?
						       may_find(rule_match(r), six) :
						       all_find(rule_match(r), six);
			f->n += finder->decides[0] || finder->decides[1];
		}
}

/*
 * Ends
 */

static void add_end(struct find *f, struct ends *l, struct end *e)
{
	l->v = arena_grow(&f->arena, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = e;
}

static struct end *make_end(struct find *f, u8 kind, const char *name)
{
	struct end *e = arena_alloc(&f->arena, sizeof(*e));

	*e = (struct end){ .kind = kind, .name = name, .many = true };
	return e;
}

/* A binding that a rule names is like no other. */
static void find_named(const struct find *f, const struct endpoint_list *l, bool *named)
{
	const struct binding *b;
	size_t i;

	for (i = 0; i < l->n; i++) {
		b = l->v[i].kind == ISOL_ENDPOINT_BINDING ?
		    policy_find(f->p, OBJECT_BINDING, l->v[i].name.text) : NULL;
		if (b)
			named[b->o.index] = true;
	}
}

/* What bindings of which all is the same have in common: their groups are sorted. */
static char *class_key(struct find *f, const struct binding *b, bool named)
{
	char *key = NULL;
	size_t len, i;
	FILE *s = xmemstream(&key, &len);
	char *copy;

	fprintf(s, "%s %s %u %s", named ? b->o.name.text : "",
		b->segment.text ? b->segment.text : "", b->role,
		b->community.text ? b->community.text : "");
	for (i = 0; i < b->groups.n; i++)
		fprintf(s, ",%s", b->groups.v[i].text);
	fclose(s);
	copy = arena_strdup(&f->arena, key);
	free(key);
	return copy;
}

static void find_guests(struct find *f)
{
	const size_t n = f->p->list[OBJECT_BINDING].n;
	bool *named = arena_alloc(&f->arena, n + 1);
	struct table classes = { 0 };
	const struct binding *b;
	const struct group *g;
	size_t i, j;

	for (i = 0; i < f->n; i++) {
		find_named(f, &f->v[i].r->from, named);
		find_named(f, &f->v[i].r->to, named);
	}
	f->groups = arena_alloc(&f->arena, (f->p->list[OBJECT_GROUP].n + 1) * sizeof(*f->groups));
	f->bindings = arena_alloc(&f->arena, (n + 1) * sizeof(*f->bindings));
	policy_each_binding(f->p, b, i) {
		struct end *e = make_end(f, ISOL_ENDPOINT_BINDING, b->o.name.text);
		struct end *other = table_add(&classes, class_key(f, b, named[i]), e);

		f->bindings[i] = other ? other : e;
		if (other) {
			other->many = true;
			continue;
		}
		e->b = b;
		e->many = b->claims > 1;
		e->segment = b->segment.text ?
			     policy_find(f->p, OBJECT_SEGMENT, b->segment.text) : NULL;
		add_end(f, &f->members, e);
		for (j = 0; j < b->groups.n; j++) {
			g = policy_find(f->p, OBJECT_GROUP, b->groups.v[j].text);
			if (g)
				add_end(f, &f->groups[g->o.index], e);
		}
	}
	table_free(&classes);
}

/* What an endpoint of a rule stands for; @single: room for what is one end. */
static const struct ends *ends_of(struct find *f, const struct endpoint *e, struct ends *single)
{
	const char *name = e->name.text;
	const struct ends *l = NULL;
	const struct binding *b;
	const struct group *g;

	single->n = 0;
	if (e->kind == ISOL_ENDPOINT_BINDING) {
		b = policy_find(f->p, OBJECT_BINDING, name);
		if (b)
			add_end(f, single, f->bindings[b->o.index]);
		return single;
	}
	g = e->kind == ISOL_ENDPOINT_GROUP ? policy_find(f->p, OBJECT_GROUP, name) : NULL;
	if (g)
		l = &f->groups[g->o.index];
	else if (e->kind == ISOL_ENDPOINT_MEMBERS)
		l = &f->members;
	if (l && l->n)
		return l;
	add_end(f, single, make_end(f, e->kind, name));
	return single;
}

/*
 * Defaults
 */

static bool is_guest(const struct end *e)
{
	return e->kind == ISOL_ENDPOINT_BINDING || e->kind == ISOL_ENDPOINT_GROUP ||
	       e->kind == ISOL_ENDPOINT_MEMBERS;
}

static u16 vlan_of(const struct end *e)
{
	return e->segment ? e->segment->vlan : 0;
}

/* Can a frame go from one to the other at all, and is it judged? */
static bool meet(const struct end *a, const struct end *b)
{
	if (a == b && !a->many)
		return false;
	if (!is_guest(a) || !is_guest(b))
		return is_guest(a) || is_guest(b);
	/* where nobody is yet, nothing is known */
	if (!a->b || !b->b)
		return true;
	if (vlan_of(a) || vlan_of(b))
		return a->segment == b->segment;
	return !a->segment || !b->segment ||
	       !strcmp(a->segment->bridge.text, b->segment->bridge.text);
}

/* On one bridge: what is in no VLAN segment is in the other one, if there is one. */
static bool bridge_opens(const struct find *f, const struct bridge *br, bool uplink)
{
	const struct segment *s;
	size_t i;

	policy_each_segment(f->p, s, i)
		if (!s->vlan && !strcmp(s->bridge.text, br->o.name.text))
			return (uplink ? s->uplink : s->within) == ISOL_VERDICT_ACCEPT;
	return br->verdict == ISOL_VERDICT_ACCEPT;
}

static bool segments_open(const struct find *f, const struct end *a, const struct end *b,
			  bool uplink)
{
	const struct segment *s = a->segment ? a->segment : b->segment;
	const struct bridge *br;
	size_t i;

	if (s && s->vlan)
		return (uplink ? s->uplink : s->within) == ISOL_VERDICT_ACCEPT;
	policy_each_bridge(f->p, br, i)
		if ((!s || !strcmp(s->bridge.text, br->o.name.text)) && bridge_opens(f, br, uplink))
			return true;
	return false;
}

static bool is_closed(u8 role)
{
	return role == ISOL_ROLE_ISOLATED || role == ISOL_ROLE_COMMUNITY;
}

/* Does a default let pass between the two what no rule decides? In both directions. */
static bool default_opens(const struct find *f, const struct end *a, const struct end *b)
{
	u8 one, other;

	if (a->kind == ISOL_ENDPOINT_HOST || b->kind == ISOL_ENDPOINT_HOST)
		return false;
	if (!is_guest(a) || !is_guest(b))
		return segments_open(f, a, b, true);
	one = a->b ? a->b->role : ISOL_ROLE_NONE;
	other = b->b ? b->b->role : ISOL_ROLE_NONE;
	if (one == ISOL_ROLE_PROMISCUOUS && (other == ISOL_ROLE_PROMISCUOUS || is_closed(other)))
		return true;
	if (other == ISOL_ROLE_PROMISCUOUS && is_closed(one))
		return true;
	if (is_closed(one) || is_closed(other))
		return one == ISOL_ROLE_COMMUNITY && other == ISOL_ROLE_COMMUNITY &&
		       !strcmp(a->b->community.text, b->b->community.text);
	return segments_open(f, a, b, false);
}

/*
 * Rules
 */

/* ARP has no address that a remote would be known by. */
static bool covers(const struct endpoint_list *l, const struct end *e)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct endpoint *o = &l->v[i];

		switch (o->kind) {
		case ISOL_ENDPOINT_ANY:
			return true;
		case ISOL_ENDPOINT_MEMBERS:
			if (is_guest(e))
				return true;
			break;
		case ISOL_ENDPOINT_HOST:
			if (e->kind == ISOL_ENDPOINT_HOST)
				return true;
			break;
		case ISOL_ENDPOINT_UPLINK:
			if (!is_guest(e) && e->kind != ISOL_ENDPOINT_HOST)
				return true;
			break;
		case ISOL_ENDPOINT_GROUP:
			if (e->b ? word_list_has(&e->b->groups, o->name.text) :
			    e->kind == o->kind && !strcmp(e->name, o->name.text))
				return true;
			break;
		case ISOL_ENDPOINT_BINDING:
			if (e->b && !strcmp(e->b->o.name.text, o->name.text))
				return true;
			break;
		default:
			break;
		}
	}
	return false;
}

/* From one to the other, the first rule that decides, or else the default. */
static bool passes(struct find *f, const struct end *from, const struct end *to, bool six)
{
	size_t i;

	for (i = 0; i < f->n && f->steps < MOST_STEPS; i++) {
		const struct rule *r = f->v[i].r;

		f->steps++;
		if (f->v[i].decides[six] && covers(&r->from, from) && covers(&r->to, to))
			return r->verdict == ISOL_VERDICT_ACCEPT;
	}
	f->steps++;
	return default_opens(f, from, to);
}

/* Does anybody of one find somebody of the other, or does nobody meet at all? */
static bool anybody_finds(struct find *f, const struct ends *from, const struct ends *to,
			  u32 versions)
{
	bool apart = true, six;
	size_t i, j;

	for (i = 0; i < from->n; i++)
		for (j = 0; j < to->n; j++) {
			const struct end *a = from->v[i], *b = to->v[j];

			if (f->steps++ >= MOST_STEPS)
				return true;
			if (!meet(a, b))
				continue;
			apart = false;
			for (six = !(versions & MATCH_PASSES_IP4); ; six = true) {
				if (passes(f, a, b, six) && passes(f, b, a, six))
					return true;
				if (six || !(versions & MATCH_PASSES_IP6))
					break;
			}
		}
	/* the loops may have ended before they had looked */
	return apart || f->steps >= MOST_STEPS;
}

/* "any" is the guests and the uplinks: who means the host too can find it or not. */
static size_t split(const struct endpoint *e, struct endpoint parts[2])
{
	parts[0] = *e;
	if (e->kind != ISOL_ENDPOINT_ANY)
		return 1;
	parts[0] = endpoint_make((struct word){ .text = "members" });
	parts[1] = endpoint_make((struct word){ .text = "uplink" });
	return 2;
}

/* A binding of one port does not talk to itself, though others may be as it is. */
static bool is_itself(const struct find *f, const struct endpoint *a, const struct endpoint *b)
{
	const struct binding *binding;

	if (a->kind != ISOL_ENDPOINT_BINDING || b->kind != ISOL_ENDPOINT_BINDING ||
	    strcmp(a->name.text, b->name.text))
		return false;
	binding = policy_find(f->p, OBJECT_BINDING, a->name.text);
	return binding && binding->claims <= 1;
}

static bool pair_fault(struct find *f, const struct endpoint *from, const struct endpoint *to,
		       u32 versions, struct find_ends *ends)
{
	struct endpoint a[2], b[2];
	const size_t n = split(from, a), m = split(to, b);
	size_t i, j;

	for (i = 0; i < n; i++)
		for (j = 0; j < m; j++) {
			if (is_itself(f, &a[i], &b[j]))
				continue;
			if (anybody_finds(f, ends_of(f, &a[i], &f->single[0]),
					  ends_of(f, &b[j], &f->single[1]), versions))
				continue;
			*ends = (struct find_ends){ a[i].name.text, b[j].name.text };
			return true;
		}
	return false;
}

/* Services that have to be found, and all rules of the policy. */
static bool works_by_finding(const struct rule *r)
{
	const struct service_kind *k;

	if (!r->service.text)
		return true;
	k = service_kind_find(r->service.text);
	return k && k->found;
}

bool find_fault(struct find *f, const struct rule *r, struct find_ends *ends)
{
	const u32 versions = match_passes(rule_match(r));
	size_t i, j;

	if (r->verdict != ISOL_VERDICT_ACCEPT || !versions || !works_by_finding(r))
		return false;
	for (i = 0; i < r->from.n; i++)
		for (j = 0; j < r->to.n; j++)
			if (pair_fault(f, &r->from.v[i], &r->to.v[j], versions, ends))
				return true;
	return false;
}

struct find *find_new(const struct policy *p)
{
	struct find *f = xcalloc(1, sizeof(*f));

	f->p = p;
	find_finders(f);
	find_guests(f);
	return f;
}

void find_free(struct find *f)
{
	if (!f)
		return;
	arena_free(&f->arena);
	free(f);
}
