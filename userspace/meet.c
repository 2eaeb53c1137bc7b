// SPDX-License-Identifier: GPL-2.0
/* Rules that never match, see meet.h. */
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "meet.h"
#include "warn.h"

#define ETHERTYPE_IP4	0x0800
#define ETHERTYPE_IP6	0x86dd
#define PROTO_ICMP	1
#define PROTO_ICMP6	58

#define IP4		1
#define IP6		2

#define VLANS		4096	/* 0: in none */
#define WORDS(n)	(((n) + 31) / 32)

/**
 * struct place - where ends are
 * @anywhere: an end that is in all segments of its bridge, or nobody knows where
 * @loose: one in no VLAN segment, on a bridge that only its port tells
 * @bits: of VLAN segments by their numbers, and behind those, of bridges on which an
 *	end is that is in none
 */
struct place {
	bool anywhere;
	bool loose;
	u32 *bits;
};

struct meet {
	const struct policy *p;
	struct arena arena;
	size_t nsegments;
	size_t nbits;
	bool vlans;		/* some segments are VLANs */
	struct place members;
	struct place *groups;	/* by number; no bits: not looked at yet */
	struct place from;
	struct place to;
};

static void set_bit(u32 *bits, size_t nr)
{
	bits[nr / 32] |= 1U << nr % 32;
}

static bool has_bit(const u32 *bits, size_t nr)
{
	return bits[nr / 32] >> nr % 32 & 1;
}

static void add_binding(const struct meet *m, struct place *place, const struct binding *b)
{
	const struct segment *s = NULL;
	const struct bridge *bridge;

	if (b->segment.text) {
		s = policy_find(m->p, OBJECT_SEGMENT, b->segment.text);
		/* a fault that has been told */
		if (!s || !s->bridge.text)
			place->anywhere = true;
	}
	if (!s) {
		place->loose = true;
		return;
	}
	if (s->vlan) {
		set_bit(place->bits, s->o.index);
		return;
	}
	bridge = s->bridge.text ? policy_find(m->p, OBJECT_BRIDGE, s->bridge.text) : NULL;
	if (bridge)
		set_bit(place->bits, m->nsegments + bridge->o.index);
	else
		place->anywhere = true;
}

static void add_place(const struct meet *m, struct place *to, const struct place *from)
{
	size_t i;

	to->anywhere |= from->anywhere;
	to->loose |= from->loose;
	for (i = 0; i < WORDS(m->nbits); i++)
		to->bits[i] |= from->bits[i];
}

/* All bindings of a group, or all; of none nobody knows where they will be. */
static void fill(struct meet *m, struct place *place, const char *group)
{
	const struct binding *b;
	bool any = false;
	size_t i;

	place->bits = arena_alloc(&m->arena, WORDS(m->nbits) * sizeof(u32));
	policy_each_binding(m->p, b, i) {
		if (group && !word_list_has(&b->groups, group))
			continue;
		add_binding(m, place, b);
		any = true;
	}
	place->anywhere |= !any;
}

struct meet *meet_new(const struct policy *p)
{
	struct meet *m = xcalloc(1, sizeof(*m));
	const struct segment *s;
	size_t i;

	m->p = p;
	m->nsegments = p->list[OBJECT_SEGMENT].n;
	m->nbits = m->nsegments + p->list[OBJECT_BRIDGE].n;
	policy_each_segment(p, s, i)
		m->vlans |= s->vlan;
	m->groups = arena_alloc(&m->arena, (p->list[OBJECT_GROUP].n + 1) * sizeof(*m->groups));
	m->from.bits = arena_alloc(&m->arena, WORDS(m->nbits) * sizeof(u32));
	m->to.bits = arena_alloc(&m->arena, WORDS(m->nbits) * sizeof(u32));
	fill(m, &m->members, NULL);
	return m;
}

void meet_free(struct meet *m)
{
	if (!m)
		return;
	arena_free(&m->arena);
	free(m);
}

static void find_place(struct meet *m, const struct endpoint_list *l, struct place *place)
{
	const struct binding *b;
	const struct group *g;
	size_t i;

	place->anywhere = false;
	place->loose = false;
	memset(place->bits, 0, WORDS(m->nbits) * sizeof(u32));
	for (i = 0; i < l->n && !place->anywhere; i++) {
		const char *name = l->v[i].name.text;

		switch (l->v[i].kind) {
		case ISOL_ENDPOINT_MEMBERS:
		case ISOL_ENDPOINT_QUARANTINED:
			add_place(m, place, &m->members);
			break;
		case ISOL_ENDPOINT_GROUP:
			g = policy_find(m->p, OBJECT_GROUP, name);
			if (!g) {
				place->anywhere = true;
				break;
			}
			if (!m->groups[g->o.index].bits)
				fill(m, &m->groups[g->o.index], name);
			add_place(m, place, &m->groups[g->o.index]);
			break;
		case ISOL_ENDPOINT_BINDING:
			b = policy_find(m->p, OBJECT_BINDING, name);
			if (b)
				add_binding(m, place, b);
			else
				place->anywhere = true;
			break;
		default:
			place->anywhere = true;
			break;
		}
	}
}

static bool any_bridge(const struct meet *m, const struct place *place)
{
	size_t i;

	for (i = m->nsegments; i < m->nbits; i++)
		if (has_bit(place->bits, i))
			return true;
	return false;
}

static bool meet(const struct meet *m, const struct place *a, const struct place *b)
{
	size_t i;

	if (a->anywhere || b->anywhere || (a->loose && b->loose) ||
	    (a->loose && any_bridge(m, b)) || (b->loose && any_bridge(m, a)))
		return true;
	for (i = 0; i < WORDS(m->nbits); i++)
		if (a->bits[i] & b->bits[i])
			return true;
	return false;
}

/* "is in segment 'red'". */
static char *place_text(const struct meet *m, const struct place *place)
{
	const struct segment *s;
	struct names l = { 0 };
	bool rest = place->loose || any_bridge(m, place);
	char *text;
	size_t i;

	policy_each_segment(m->p, s, i)
		if (has_bit(place->bits, i))
			names_add(&l, s->o.name.text);
	if (!l.n)
		return xstrdup(m->vlans ? "in no VLAN segment" : "on another bridge");
	text = xasprintf("in segment%s %s%s", l.n > 1 ? "s" : "", names_text(&l),
			 rest ? ", or in no VLAN segment" : "");
	names_free(&l);
	return text;
}

static char *apart_text(const struct meet *m)
{
	char *from = place_text(m, &m->from), *to = place_text(m, &m->to), *text;

	if (!strcmp(from, to))
		text = xstrdup("its ends are on different bridges");
	else
		text = xasprintf("what is in 'from' is %s, what is in 'to' is %s, and nothing passes from one segment to another",
				 from, to);
	free(from);
	free(to);
	return text;
}

/*
 * Addresses
 */

/* Of one version only, as far as the addresses of a side go. */
static u32 side_versions(const struct match *m, u32 ip4, u32 ip6)
{
	const u32 named = (m->of[ip4].n ? IP4 : 0) | (m->of[ip6].n ? IP6 : 0);

	return named ? named : IP4 | IP6;
}

/* The versions of IP whose frames, with an address that can be read, may match. */
static u32 match_versions(const struct match *m)
{
	u32 versions = side_versions(m, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_SRC_IP6) &
		       side_versions(m, ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_DST_IP6);

	if (m->of[ISOL_MATCH_A_ARP_OP].n || m->of[ISOL_MATCH_A_ARP_SENDER].n ||
	    m->of[ISOL_MATCH_A_ARP_TARGET].n)
		return 0;
	if (!match_may_be(m, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_IP4))
		versions &= ~IP4;
	if (!match_may_be(m, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_IP6))
		versions &= ~IP6;
	/* what is called ICMP is so in one version only */
	if (m->of[ISOL_MATCH_A_ICMP].n && !match_may_be(m, ISOL_MATCH_A_PROTO, PROTO_ICMP))
		versions &= ~IP4;
	if (m->of[ISOL_MATCH_A_ICMP].n && !match_may_be(m, ISOL_MATCH_A_PROTO, PROTO_ICMP6))
		versions &= ~IP6;
	return versions;
}

/* Of which versions the elements are; of an empty set something else is told. */
static u32 set_versions(const struct set *set)
{
	u32 versions = 0;
	size_t i;

	for (i = 0; i < set->n && versions != (IP4 | IP6); i++)
		versions |= set->v[i].kind == ELEMENT_IP6 ? IP6 : IP4;
	return versions ? versions : IP4 | IP6;
}

static u32 remote_versions(const struct policy *p, const struct endpoint_list *l)
{
	const struct set *set;
	u32 versions = 0;
	size_t i;

	for (i = 0; i < l->n; i++) {
		set = l->v[i].kind == ISOL_ENDPOINT_REMOTE ?
		      policy_find(p, OBJECT_REMOTE, l->v[i].name.text) : NULL;
		/* of what else there is, no address is asked */
		if (!set)
			return 0;
		versions |= set_versions(set);
	}
	return versions;
}

static u32 named_versions(const struct policy *p, const struct match_field *f)
{
	const struct set *set;
	u32 versions = 0;
	size_t i;

	/* a frame that has no address of its version matches 'not' */
	if (f->negate)
		return IP4 | IP6;
	for (i = 0; i < f->n; i++) {
		set = policy_find_set(p, f->v[i].set);
		versions |= set ? set_versions(set) : IP4 | IP6;
	}
	return versions;
}

static const char *version_text(u32 versions)
{
	return versions == IP4 ? "IPv4" : "IPv6";
}

/*
 * What has an address to be known by: the remotes of the two sides, and sets; 0 stands
 * for what is not there.
 */
static char *version_fault(const struct policy *p, const struct rule *r)
{
	const struct match *m = rule_match(r);
	const u32 remotes[] = { remote_versions(p, &r->from), remote_versions(p, &r->to) };
	const u32 of[] = {
		remotes[0], remotes[1], named_versions(p, &m->of[ISOL_MATCH_A_SRC_SET]),
		named_versions(p, &m->of[ISOL_MATCH_A_DST_SET]),
	};
	static const char *const what[] = {
		"the remotes in 'from' hold", "the remotes in 'to' hold", "the sets in 'src' hold",
		"the sets in 'dst' hold",
	};
	u32 versions = match_versions(m);
	size_t i;

	if (!versions && (remotes[0] || remotes[1]))
		return xstrdup("a remote is known by the IP address in a frame, and the frames that it asks for have none; expected 'uplink' instead of the remote");
	for (i = 0; versions && i < ARRAY_SIZE(of); i++) {
		if (of[i] && !(versions & of[i]))
			return xasprintf("%s addresses of %s only, and what else it says is for %s only",
					 what[i], version_text(of[i]), version_text(versions));
		if (of[i])
			versions &= of[i];
	}
	return NULL;
}

/*
 * VLANs
 */

static void mark_vlans(const struct meet *m, const struct place *a, const struct place *b,
		       u32 *vlans)
{
	const struct segment *s;
	size_t i;

	policy_each_segment(m->p, s, i)
		if (s->vlan && (a->anywhere || has_bit(a->bits, i)) &&
		    (b->anywhere || has_bit(b->bits, i)))
			set_bit(vlans, s->vlan);
}

/* An end that is in no VLAN segment: then it is not told here what is possible. */
static bool has_rest(const struct meet *m, const struct place *place)
{
	return place->anywhere || place->loose || any_bridge(m, place);
}

static char *vlan_fault(const struct meet *m, const struct rule *r)
{
	const struct match *match = rule_match(r);
	u32 vlans[WORDS(VLANS)] = { 0 };
	struct names l = { 0 };
	char number[8], *text;
	size_t i, n;

	if (!match->of[ISOL_MATCH_A_VLAN].n ||
	    (has_rest(m, &m->from) && has_rest(m, &m->to)))
		return NULL;
	mark_vlans(m, &m->from, &m->to, vlans);
	for (i = 0; i < VLANS; i++) {
		if (!has_bit(vlans, i))
			continue;
		if (match_may_be(match, ISOL_MATCH_A_VLAN, i)) {
			names_free(&l);
			return NULL;
		}
		snprintf(number, sizeof(number), "%zu", i);
		names_add(&l, number);
	}
	n = l.n;
	text = xasprintf("what passes between its ends is in VLAN%s %s, as their segment%s, and it asks for %s",
			 n > 1 ? "s" : "", names_text(&l), n > 1 ? "s are" : " is",
			 n > 1 ? "others" : "another");
	names_free(&l);
	return text;
}

char *meet_fault(struct meet *m, const struct rule *r)
{
	char *text;

	find_place(m, &r->from, &m->from);
	find_place(m, &r->to, &m->to);
	if (!meet(m, &m->from, &m->to))
		return apart_text(m);
	if (r->verdict != ISOL_VERDICT_ACCEPT)
		return NULL;
	text = version_fault(m->p, r);
	return text ? text : vlan_fault(m, r);
}

const char *meet_untold(const struct rule *r)
{
	const struct match *m = rule_match(r);
	size_t i;

	for (i = 0; i < r->from.n && r->from.v[i].kind == ISOL_ENDPOINT_HOST; i++)
		;
	if (i == r->from.n)
		return "what comes from the host is not answered";
	if (!match_may_be(m, ISOL_MATCH_A_CAST, ISOL_CAST_UNICAST))
		return "what goes to many is not answered";
	if (!match_may_be(m, ISOL_MATCH_A_FRAGMENT, ISOL_FRAGMENT_NONE))
		return "fragments are not answered";
	return match_versions(m) ? NULL : "what is not IP is not answered";
}
