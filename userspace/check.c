// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "check.h"
#include "check_set.h"
#include "find.h"
#include "hidden.h"
#include "match_fault.h"
#include "match_line.h"
#include "meet.h"
#include "service.h"
#include "text.h"

struct checker {
	struct policy *p;
	struct diags *d;
	struct arena arena;
	struct table uplinks;	/* interface name -> struct bridge */
};

/* " (line N)" of what a message refers to, where there are lines. */
struct where {
	char text[32];
};

static struct where where(struct mark at)
{
	struct where w = { "" };

	if (at.line)
		snprintf(w.text, sizeof(w.text), " (line %u)", at.line);
	return w;
}

/* The names of a list that are close to a misspelt one. */
static void guess_among(struct checker *c, struct guess *g, enum object_kind kind)
{
	size_t i;

	if (diags_full(c->d))
		return;
	for (i = 0; i < c->p->list[kind].n; i++)
		guess_offer(g, c->p->list[kind].v[i]->name.text);
}

static const char *ifname_or_text_fault(const char *s)
{
	const char *fault = ifname_fault(s);

	return fault ? fault : text_fault(s);
}

/* What all objects have: a name, and perhaps a comment. */
static void check_objects(struct checker *c, enum object_kind kind, size_t max)
{
	const struct objects *l = &c->p->list[kind];
	const struct object *other;
	enum object_kind before;
	size_t i;

	for (i = 0; i < l->n; i++) {
		struct object *o = l->v[i];
		const char *name = o->name.text;
		const char *fault = kind == OBJECT_BRIDGE ? ifname_or_text_fault(name) :
							    name_fault(name);

		o->index = i;
		if (i == max)
			diags_error(c->d, o->name.at, "more than %zu %ss", max, object_word(kind));
		if (fault)
			diags_error(c->d, o->name.at, "the %s name '%s' %s", object_word(kind),
				    name, fault);
		fault = o->comment.text ? text_fault(o->comment.text) : NULL;
		if (fault)
			diags_error(c->d, o->comment.at,
				    "%s '%s': the comment %s",
				    object_word(kind),
				    name, fault);
		if (kind != OBJECT_GROUP && kind != OBJECT_BINDING && kind != OBJECT_REMOTE &&
		    kind != OBJECT_SET)
			continue;
		if (endpoint_reserved(name))
			diags_error(c->d, o->name.at,
				    "'%s' is a reserved word; expected another name for the %s",
				    name, object_word(kind));
		before = OBJECT_GROUP;
		other = kind == OBJECT_GROUP ? NULL : policy_find(c->p, before, name);
		if (!other && kind != OBJECT_GROUP && kind != OBJECT_BINDING) {
			before = OBJECT_BINDING;
			other = policy_find(c->p, before, name);
		}
		if (other)
			diags_error(c->d, o->name.at,
				    "%s '%s' has the name of a %s%s; expected another: rules could not tell them apart",
				    object_word(kind), name, object_word(before),
				    where(other->name.at).text);
	}
}

/*
 * Bridges and segments
 */

static void check_uplinks(struct checker *c, struct bridge *b)
{
	const struct bridge *other;
	const char *fault;
	size_t i;

	for (i = 0; i < b->uplinks.n; i++) {
		const struct word *w = &b->uplinks.v[i];

		if (i == ISOL_MAX_UPLINKS) {
			diags_error(c->d, w->at, "bridge '%s': more than %u uplinks",
				    b->o.name.text, ISOL_MAX_UPLINKS);
			return;
		}
		fault = ifname_or_text_fault(w->text);
		if (fault) {
			diags_error(c->d, w->at, "the uplink '%s' %s", w->text, fault);
			continue;
		}
		if (glob_is(w->text))
			diags_warn(c->d, w->at,
				   "the uplink '%s' is taken as it is: * and ? stand for themselves here",
				   w->text);
		other = table_add(&c->uplinks, w->text, b);
		if (!strcmp(w->text, b->o.name.text))
			diags_error(c->d, w->at,
				    "bridge '%s' as its own uplink; expected a port of it",
				    w->text);
		else if (policy_find(c->p, OBJECT_BRIDGE, w->text))
			diags_error(c->d, w->at,
				    "the uplink '%s' is a bridge of the policy itself; expected a port of %s",
				    w->text, b->o.name.text);
		else if (other == b)
			diags_error(c->d, w->at, "the uplink '%s' twice", w->text);
		else if (other)
			diags_error(c->d, w->at,
				    "the uplink '%s' of bridge '%s' is one of bridge '%s' too; an interface is the port of one bridge",
				    w->text, b->o.name.text, other->o.name.text);
	}
}

static void check_bridges(struct checker *c)
{
	struct bridge *b;
	size_t i;

	check_objects(c, OBJECT_BRIDGE, ISOL_MAX_BRIDGES);
	policy_each_bridge(c->p, b, i)
		check_uplinks(c, b);
}

static void check_segments(struct checker *c)
{
	struct table taken = { 0 };
	struct segment *s, *other;
	size_t i;

	check_objects(c, OBJECT_SEGMENT, ISOL_MAX_SEGMENTS);
	policy_each_segment(c->p, s, i) {
		const struct word *w = &s->bridge;
		struct guess g = { .word = w->text };
		char buf[96], key[ISOL_IFNAME_LEN + 16];

		if (!w->text) {
			if (!s->o.broken)
				diags_error(c->d, s->o.name.at, "segment '%s' has no 'bridge'",
					    s->o.name.text);
			continue;
		}
		if (!policy_find(c->p, OBJECT_BRIDGE, w->text)) {
			guess_among(c, &g, OBJECT_BRIDGE);
			diags_error(c->d, w->at, "segment '%s': no bridge '%s' in the policy%s",
				    s->o.name.text, w->text, guess_text(&g, buf, sizeof(buf)));
			continue;
		}
		/* perhaps it has a VLAN that could not be read */
		if (s->o.broken)
			continue;
		snprintf(key, sizeof(key), "%u %s", s->vlan, w->text);
		other = table_add(&taken, arena_strdup(&c->arena, key), s);
		if (!other)
			continue;
		if (s->vlan)
			diags_error(c->d, s->o.name.at,
				    "segment '%s': VLAN %u of bridge '%s' is the segment '%s' already%s; expected one segment for a VLAN",
				    s->o.name.text, s->vlan, w->text, other->o.name.text,
				    where(other->o.name.at).text);
		else
			diags_error(c->d, w->at,
				    "segment '%s': bridge '%s' is the segment '%s' already%s; expected one segment without 'vlan' for a bridge",
				    s->o.name.text, w->text, other->o.name.text,
				    where(other->o.name.at).text);
	}
	table_free(&taken);
}

/*
 * Bindings
 */

/* What the kernel takes two selectors of one kind to be the same by. */
static const char *selector_key(struct checker *c, const struct binding *b)
{
	char mac[MAC_TEXT_SIZE];
	u8 tap[6];

	if (b->selector != SELECTOR_MAC)
		return b->match.text;
	mac_to_tap(b->mac, tap);
	return arena_strdup(&c->arena, mac_format(tap, mac));
}

/* Why no port can ever match the selector: the end of a sentence, or NULL. */
static const char *selector_fault(const struct binding *b)
{
	static const u8 zero[6];

	switch (b->selector) {
	case SELECTOR_PORT:
	case SELECTOR_GLOB:
		return ifname_or_text_fault(b->match.text);
	case SELECTOR_MAC:
		if (!memcmp(b->mac, zero, 6))
			return "is all zero, which no guest's address is";
		return b->mac[0] & 1 ? "is a multicast address, which no guest has" : NULL;
	case SELECTOR_ALIAS:
		return *b->match.text ? text_fault(b->match.text) : "is empty";
	default:
		return NULL;
	}
}

static void check_port(struct checker *c, const struct binding *b)
{
	const struct bridge *other = table_find(&c->uplinks, b->match.text);

	if (other)
		diags_error(c->d, b->match.at,
			    "binding '%s': '%s' is an uplink of bridge '%s'; expected a guest port",
			    b->o.name.text, b->match.text, other->o.name.text);
	else if (policy_find(c->p, OBJECT_BRIDGE, b->match.text))
		diags_error(c->d, b->match.at,
			    "binding '%s': '%s' is a bridge of the policy; expected a guest port",
			    b->o.name.text, b->match.text);
}

static void check_selector(struct checker *c, struct binding *b, struct table *selectors)
{
	const char *fault = selector_fault(b);
	const struct binding *other;

	if (b->selector == SELECTOR_NONE) {
		if (!b->o.broken)
			diags_error(c->d, b->o.name.at,
				    "binding '%s' has no selector; expected one of port, mac and alias",
				    b->o.name.text);
		return;
	}
	if (fault) {
		diags_error(c->d, b->match.at, "binding '%s': '%s' %s", b->o.name.text,
			    b->match.text, fault);
		return;
	}
	if (b->selector == SELECTOR_PORT)
		check_port(c, b);
	other = table_add(&selectors[b->selector], selector_key(c, b), b);
	if (other)
		diags_error(c->d, b->match.at,
			    "binding '%s' has the same selector as binding '%s'%s; a port is one of the two",
			    b->o.name.text, other->o.name.text, where(other->match.at).text);
}

static void check_role(struct checker *c, const struct binding *b)
{
	const char *name = b->o.name.text;
	const char *fault;

	if (b->role == ISOL_ROLE_COMMUNITY && !b->community.text && !b->o.broken)
		diags_error(c->d, b->o.name.at,
			    "binding '%s' has the role community and no 'community'; expected the name of one",
			    name);
	if (b->role != ISOL_ROLE_COMMUNITY && b->community.text && !b->o.broken)
		diags_error(c->d, b->community.at,
			    "binding '%s' has a community, but not the role community; expected 'role: community'",
			    name);
	fault = b->community.text ? name_fault(b->community.text) : NULL;
	if (fault)
		diags_error(c->d, b->community.at, "the community name '%s' %s", b->community.text,
			    fault);
}

static void check_segment_of(struct checker *c, const struct binding *b)
{
	const struct word *w = &b->segment;
	struct guess g = { .word = w->text };
	char buf[96];

	if (!w->text || policy_find(c->p, OBJECT_SEGMENT, w->text))
		return;
	guess_among(c, &g, OBJECT_SEGMENT);
	diags_error(c->d, w->at, "binding '%s': no segment '%s' in the policy%s", b->o.name.text,
		    w->text, guess_text(&g, buf, sizeof(buf)));
}

/* Checks the memberships and sorts them by the order of the groups. */
static void check_memberships(struct checker *c, struct binding *b)
{
	struct word *v = b->groups.v;
	size_t i, j;

	if (b->groups.n > ISOL_MAX_MEMBERSHIPS) {
		diags_error(c->d, v[ISOL_MAX_MEMBERSHIPS].at,
			    "binding '%s' is in more than %u groups",
			    b->o.name.text, ISOL_MAX_MEMBERSHIPS);
		return;
	}
	for (i = 0; i < b->groups.n; i++) {
		const struct group *g = policy_find(c->p, OBJECT_GROUP, v[i].text);
		struct word w = v[i];

		if (!g) {
			struct guess guess = { .word = w.text };
			char buf[96];

			guess_among(c, &guess, OBJECT_GROUP);
			diags_error(c->d, w.at, "binding '%s': no group '%s' in the policy%s",
				    b->o.name.text, w.text, guess_text(&guess, buf, sizeof(buf)));
			return;
		}
		for (j = i; j; j--) {
			const struct group *before = policy_find(c->p, OBJECT_GROUP, v[j - 1].text);

			if (before == g)
				diags_error(c->d, w.at, "binding '%s' is in group '%s' twice",
					    b->o.name.text, w.text);
			if (before->o.index <= g->o.index)
				break;
			v[j] = v[j - 1];
		}
		v[j] = w;
	}
}

static void check_bindings(struct checker *c)
{
	struct table selectors[SELECTOR_ALIAS + 1] = { 0 };
	struct binding *b;
	size_t i;

	check_objects(c, OBJECT_BINDING, ISOL_MAX_BINDINGS);
	policy_each_binding(c->p, b, i) {
		check_selector(c, b, selectors);
		check_role(c, b);
		check_segment_of(c, b);
		check_memberships(c, b);
	}
	for (i = 0; i < ARRAY_SIZE(selectors); i++)
		table_free(&selectors[i]);
}

/*
 * Rules
 */

static void resolve(struct checker *c, const char *what, const char *of, struct endpoint *e,
		    enum object_kind table)
{
	const char *name = e->name.text;
	struct guess g = { .word = name };
	char buf[96];

	if (e->kind == ISOL_ENDPOINT_QUARANTINED && table != OBJECT_QRULE) {
		diags_error(c->d, e->name.at,
			    "%s '%s': 'quarantined' is for the rules of the quarantine section",
			    what, of);
		return;
	}
	if (e->kind != ENDPOINT_NAME)
		return;
	if (policy_find(c->p, OBJECT_GROUP, name)) {
		e->kind = ISOL_ENDPOINT_GROUP;
		return;
	}
	if (policy_find(c->p, OBJECT_BINDING, name)) {
		e->kind = ISOL_ENDPOINT_BINDING;
		return;
	}
	if (policy_find(c->p, OBJECT_REMOTE, name)) {
		e->kind = ISOL_ENDPOINT_REMOTE;
		return;
	}
	if (policy_find(c->p, OBJECT_SET, name + (*name == '@'))) {
		name += *name == '@';
		diags_error(c->d, e->name.at,
			    "%s '%s': '%s' is a set, which is no endpoint; expected a remote, or 'src: {set: %s}' or 'dst' beside the endpoint",
			    what, of, name, name);
		return;
	}
	if (!strcmp(name, "unbound")) {
		diags_error(c->d, e->name.at,
			    "%s '%s': no rule can name unbound ports; see 'unbound' of the bridge",
			    what, of);
		return;
	}
	if (!diags_full(c->d)) {
		guess_among(c, &g, OBJECT_GROUP);
		guess_among(c, &g, OBJECT_BINDING);
		guess_among(c, &g, OBJECT_REMOTE);
		guess_offer(&g, "any");
		guess_offer(&g, "host");
		guess_offer(&g, "uplink");
		guess_offer(&g, "members");
		guess_offer(&g, "quarantined");
	}
	diags_error(c->d, e->name.at, "%s '%s': no group, binding or remote '%s' in the policy%s",
		    what, of, name, guess_text(&g, buf, sizeof(buf)));
}

static bool all_unjudged(const struct endpoint_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].kind != ISOL_ENDPOINT_HOST && l->v[i].kind != ISOL_ENDPOINT_UPLINK &&
		    l->v[i].kind != ISOL_ENDPOINT_REMOTE)
			return false;
	return true;
}

static bool has_quarantined(const struct endpoint_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].kind == ISOL_ENDPOINT_QUARANTINED)
			return true;
	return false;
}

static u64 endpoint_id(const struct checker *c, const struct endpoint *e)
{
	const struct object *o = NULL;

	if (e->kind == ISOL_ENDPOINT_GROUP)
		o = policy_find(c->p, OBJECT_GROUP, e->name.text);
	else if (e->kind == ISOL_ENDPOINT_BINDING)
		o = policy_find(c->p, OBJECT_BINDING, e->name.text);
	else if (e->kind == ISOL_ENDPOINT_REMOTE)
		o = policy_find(c->p, OBJECT_REMOTE, e->name.text);
	return (u64)e->kind << 32 | (o ? o->index : 0);
}

static int compare_ids(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The endpoints of a side as a set; a side has ISOL_MAX_ENDPOINTS at most. */
static size_t side_ids(const struct checker *c, const struct endpoint_list *l, u64 *ids)
{
	size_t i, n = 0;

	for (i = 0; i < l->n; i++)
		ids[i] = endpoint_id(c, &l->v[i]);
	qsort(ids, l->n, sizeof(*ids), compare_ids);
	for (i = 0; i < l->n; i++)
		if (!n || ids[n - 1] != ids[i])
			ids[n++] = ids[i];
	return n;
}

/* Between whom a rule is. Rules of equal text are between the same. */
static char *ends_key(struct checker *c, const struct rule *r)
{
	u64 ids[2 * ISOL_MAX_ENDPOINTS];
	size_t nfrom = side_ids(c, &r->from, ids);
	size_t n = nfrom + side_ids(c, &r->to, ids + nfrom), i;
	char *key = arena_alloc(&c->arena, n * 12 + 2), *s = key;

	for (i = 0; i < n; i++)
		s += sprintf(s, "%s%x.%x", i == nfrom ? ">" : ",", (unsigned int)(ids[i] >> 32),
			     (unsigned int)ids[i]);
	return key;
}

/* A remote is known by the addresses in frames. */
static bool has_remote(const struct rule *r)
{
	size_t i;

	for (i = 0; i < r->from.n; i++)
		if (r->from.v[i].kind == ISOL_ENDPOINT_REMOTE)
			return true;
	for (i = 0; i < r->to.n; i++)
		if (r->to.v[i].kind == ISOL_ENDPOINT_REMOTE)
			return true;
	return false;
}

/* What a rule is found by that has these ends, match and verdict. */
static char *shadow_key(struct checker *c, const char *ends, const char *line, bool accepts)
{
	const size_t size = strlen(ends) + strlen(line) + sizeof("  -");
	char *key = arena_alloc(&c->arena, size);

	snprintf(key, size, "%s %s %c", ends, line, accepts ? '+' : '-');
	return key;
}

/*
 * The rule that leaves nothing to another, or NULL. Of equal matches, and of remotes,
 * it depends on the verdicts: a frame of which nobody can tell passes a rule that
 * accepts by, and is dropped by one that drops.
 */
static const struct rule *shadow(struct checker *c, struct rule *r, struct table *matches)
{
	const bool accepts = r->verdict == ISOL_VERDICT_ACCEPT;
	const struct rule *first;
	char *ends = ends_key(c, r), *line;
	const char *lines[2] = { "" };
	size_t i;

	if (match_empty(rule_match(r)) && !has_remote(r))
		return table_add(matches, ends, r);
	first = table_find(matches, ends);
	line = match_line(rule_match(r));
	lines[1] = line;
	/* a rule that asks for less than this one, that is nothing, and one that asks the same */
	for (i = 0; i < ARRAY_SIZE(lines) && !first; i++) {
		first = table_find(matches, shadow_key(c, ends, lines[i], false));
		if (!first && accepts)
			first = table_find(matches, shadow_key(c, ends, lines[i], true));
	}
	if (!first)
		table_add(matches, shadow_key(c, ends, line, accepts), r);
	free(line);
	return first;
}

/* What a rule that tracks connections will never accept, though it asks for it. */
static void warn_idle(struct checker *c, const struct rule *r)
{
	struct mark at = { 0 };
	bool all = false;
	char *idle = match_idle(rule_match(r), &at, &all);

	if (idle)
		diags_warn(c->d, at.line ? at : r->o.name.at, "rule '%s' %s: %s", r->o.name.text,
			   all ? "accepts nothing" : "does not accept all that it asks for", idle);
	free(idle);
}

static bool check_match(struct checker *c, const struct rule *r)
{
	char buf[MATCH_FAULT_SIZE];
	struct mark at = { 0 };
	const char *name = r->o.name.text;
	const char *msg = match_fault(rule_match(r), &at, buf);

	if (msg) {
		diags_error(c->d, at.line ? at : r->o.name.at, "rule '%s': %s", name, msg);
		return false;
	}
	if (rule_tracks(r)) {
		msg = match_untracked(rule_match(r), &at);
		if (msg) {
			diags_error(c->d, at.line ? at : r->o.name.at,
				    "rule '%s': a rule that tracks connections cannot ask about '%s': say '%s'",
				    name, msg, at.line ? "stateless: true" : "stateless");
			return false;
		}
		warn_idle(c, r);
	}
	msg = match_doubt(rule_match(r), &at);
	if (msg)
		diags_warn(c->d, at.line ? at : r->o.name.at, "rule '%s': %s", name, msg);
	return true;
}

static bool check_side(struct checker *c, struct rule *r, struct endpoint_list *l,
		       enum object_kind table)
{
	size_t before = c->d->errors, i;

	if (l->n > ISOL_MAX_ENDPOINTS) {
		diags_error(c->d, l->v[ISOL_MAX_ENDPOINTS].name.at,
			    "rule '%s': more than %u endpoints on a side",
			    r->o.name.text, ISOL_MAX_ENDPOINTS);
		return false;
	}
	for (i = 0; i < l->n; i++)
		resolve(c, "rule", r->o.name.text, &l->v[i], table);
	return c->d->errors == before;
}

static void check_rule(struct checker *c, struct rule *r, enum object_kind table,
		       struct table *matches, struct hidden *hidden, struct meet *meet)
{
	const char *fault = r->owner.text ? name_fault(r->owner.text) : NULL;
	const struct rule *first;
	const char *untold;
	char *never;
	bool ok;

	if (fault)
		diags_error(c->d, r->owner.at, "rule '%s': the owner '%s' %s", r->o.name.text,
			    r->owner.text, fault);
	ok = check_side(c, r, &r->from, table);
	ok = check_side(c, r, &r->to, table) && ok;
	ok = check_rule_sets(c->p, c->d, r) && ok;
	if (!r->o.broken)
		ok = check_match(c, r) && ok;
	if (!ok || r->o.broken)
		return;
	if (all_unjudged(&r->from) && all_unjudged(&r->to)) {
		diags_error(c->d, r->o.name.at,
			    "rule '%s' only joins uplinks and the host: what goes between them is not judged; expected a guest on one side",
			    r->o.name.text);
		return;
	}
	if (table == OBJECT_QRULE && !has_quarantined(&r->from) && !has_quarantined(&r->to)) {
		diags_error(c->d, r->o.name.at,
			    "quarantine rule '%s' needs 'quarantined' on one side",
			    r->o.name.text);
		return;
	}
	never = meet_fault(meet, r);
	if (never) {
		diags_warn(c->d, r->o.name.at, "rule '%s' never matches: %s", r->o.name.text,
			   never);
		free(never);
		return;
	}
	untold = r->verdict == ISOL_VERDICT_REJECT ? meet_untold(r) : NULL;
	if (untold)
		diags_warn(c->d, r->o.name.at,
			   "rule '%s' rejects, and nobody is told: %s; 'drop' does the same",
			   r->o.name.text, untold);
	first = shadow(c, r, matches);
	if (first) {
		diags_warn(c->d, r->o.name.at,
			   "rule '%s' never matches: rule '%s'%s comes first and has the same from and to%s",
			   r->o.name.text, first->o.name.text, where(first->o.name.at).text,
			   match_empty(rule_match(first)) ? "" : ", and the same match");
		return;
	}
	first = hidden_add(hidden, r);
	if (first)
		diags_warn(c->d, r->o.name.at,
			   "rule '%s' never matches: rule '%s'%s comes first and takes all of its frames",
			   r->o.name.text, first->o.name.text, where(first->o.name.at).text);
}

static void check_rules(struct checker *c, enum object_kind table)
{
	const size_t len = strlen(SERVICE_PREFIX);
	struct hidden *hidden = hidden_new(c->p);
	struct meet *meet = meet_new(c->p);
	struct table matches = { 0 };
	struct rule *r;
	size_t i;

	check_objects(c, table, ISOL_MAX_RULES);
	policy_each(c->p, table, struct rule, r, i)
		if (!strncmp(r->o.name.text, SERVICE_PREFIX, len))
			diags_error(c->d, r->o.name.at,
				    "the rule name '%s' begins like those that services come to; expected another",
				    r->o.name.text);
	policy_each(c->p, table, struct rule, r, i)
		check_rule(c, r, table, &matches, hidden, meet);
	meet_free(meet);
	hidden_free(hidden);
	table_free(&matches);
	arena_free(&c->arena);
}

/*
 * Services
 */

/* Of the services that speak to addresses of one machine a remote may be the place. */
static void warn_remotes(struct checker *c, const struct service *s)
{
	size_t i;

	for (i = 0; i < s->where.n; i++)
		if (s->where.v[i].kind == ISOL_ENDPOINT_REMOTE)
			diags_warn(c->d, s->where.v[i].name.at,
				   "service '%s': '%s' is a remote, known by its IP addresses, and what the service needs goes to broadcast or multicast addresses, or has no IP address: it does not work there; expected 'uplink'",
				   s->o.name.text, s->where.v[i].name.text);
}

static void check_service(struct checker *c, struct service *s)
{
	const struct service_kind *k = service_kind_find(s->o.name.text);
	const size_t before = c->d->errors;
	struct guess g = { .word = s->o.name.text };
	char list[SERVICE_LIST_SIZE], buf[64];
	size_t i;

	/* what the kernel tells of has its rules, known here or not */
	if (!k && !s->expanded) {
		for (k = service_kinds; k->name; k++)
			guess_offer(&g, k->name);
		diags_error(c->d, s->o.name.at, "unknown service '%s'; expected one of %s%s",
			    s->o.name.text, service_list(list),
			    guess_text(&g, buf, sizeof(buf)));
		return;
	}
	if (s->where.n > ISOL_MAX_ENDPOINTS) {
		diags_error(c->d, s->where.v[ISOL_MAX_ENDPOINTS].name.at,
			    "service '%s': more than %u endpoints", s->o.name.text,
			    ISOL_MAX_ENDPOINTS);
		return;
	}
	if (!s->where.n && !s->follow && !s->o.broken) {
		diags_error(c->d, s->o.name.at, "service '%s' has no 'where'", s->o.name.text);
		return;
	}
	if (s->where.n && s->follow) {
		diags_error(c->d, s->o.name.at, "service '%s' follows rules, and has a 'where' too",
			    s->o.name.text);
		return;
	}
	for (i = 0; i < s->where.n; i++)
		resolve(c, "service", s->o.name.text, &s->where.v[i], OBJECT_SRULE);
	check_service_sets(c->p, s);
	if (k && !k->found)
		warn_remotes(c, s);
	if (c->d->errors == before && !s->o.broken)
		service_expand(c->p, s);
}

static void check_services(struct checker *c)
{
	struct service *s;
	struct rule *r;
	size_t i, j;

	check_objects(c, OBJECT_SERVICE, ISOL_MAX_SERVICES);
	policy_each_service(c->p, s, i)
		check_service(c, s);
	/* of the kernel, where the names of endpoints mean something too */
	policy_each(c->p, OBJECT_SRULE, struct rule, r, i) {
		for (j = 0; j < r->from.n; j++)
			resolve(c, "rule", r->o.name.text, &r->from.v[j], OBJECT_SRULE);
		for (j = 0; j < r->to.n; j++)
			resolve(c, "rule", r->o.name.text, &r->to.v[j], OBJECT_SRULE);
	}
}

/* Of all rules of which there is something new to say, the first. */
struct hint {
	const struct rule *r;
	struct find_ends ends;
	size_t more;
};

static void look_for_hint(struct checker *c, struct find *f, const struct rule *r, struct hint *h)
{
	struct find_ends ends;
	char *told, *name;
	bool seen;

	if (!find_fault(f, r, &ends))
		return;
	told = xasprintf("'%s': '%s' and '%s'", r->o.name.text, ends.from, ends.to);
	name = xasprintf("'%s'", r->o.name.text);
	seen = diags_seen(c->d, told) && !(c->d->about && !strcmp(c->d->about, name));
	free(told);
	free(name);
	if (seen)
		return;
	if (h->r) {
		h->more++;
		return;
	}
	h->r = r;
	h->ends = ends;
}

static void give_hint(struct checker *c)
{
	static const enum object_kind tables[] = { OBJECT_RULE, OBJECT_SRULE };
	struct hint h = { 0 };
	const struct rule *r;
	char others[48] = "";
	struct find *f;
	size_t i, j;

	if (c->d->errors)
		return;
	f = find_new(c->p);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		policy_each(c->p, tables[i], const struct rule, r, j)
			look_for_hint(c, f, r, &h);
	if (h.more)
		snprintf(others, sizeof(others), " (and %zu more)", h.more);
	if (h.r)
		diags_warn(c->d, h.r->o.name.at,
			   "rule '%s'%s lets IP pass, but '%s' and '%s' cannot find each other: nothing lets ARP or neighbour discovery pass both ways; expected 'services: {neighbor: follow}'",
			   h.r->o.name.text, others, h.ends.from, h.ends.to);
	find_free(f);
}

/* Each list is within the limit by itself: are they together? */
static void check_number(struct checker *c)
{
	static const enum object_kind tables[] = { OBJECT_SRULE, OBJECT_RULE, OBJECT_QRULE };
	size_t total = 0, i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		if (c->p->list[tables[i]].n > ISOL_MAX_RULES)
			return;
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		const struct objects *l = &c->p->list[tables[i]];

		if (total + l->n > ISOL_MAX_RULES) {
			diags_error(c->d, l->v[ISOL_MAX_RULES - total]->name.at,
				    "more than %u rules, those of the quarantine section and of services included",
				    ISOL_MAX_RULES);
			return;
		}
		total += l->n;
	}
}

int policy_check(struct policy *p, struct diags *d)
{
	struct checker c = { .p = p, .d = d };

	check_bridges(&c);
	check_segments(&c);
	check_objects(&c, OBJECT_GROUP, ISOL_MAX_GROUPS);
	check_bindings(&c);
	check_objects(&c, OBJECT_REMOTE, ISOL_MAX_SETS);
	check_objects(&c, OBJECT_SET, ISOL_MAX_SETS);
	check_elements(p, d);
	check_services(&c);
	check_rules(&c, OBJECT_RULE);
	check_rules(&c, OBJECT_QRULE);
	check_unused_sets(p, d);
	check_number(&c);
	give_hint(&c);
	table_free(&c.uplinks);
	arena_free(&c.arena);
	return d->errors ? -EINVAL : 0;
}
