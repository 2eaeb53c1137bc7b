// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "names.h"
#include "set.h"
#include "text.h"
#include "wire.h"

/*
 * Writing
 */

/* A message that is being filled, and whether all has found room so far. */
struct writer {
	struct nlmsghdr *nlh;
	size_t size;
	bool full;
};

static void put(struct writer *w, u16 type, size_t len, const void *data)
{
	if (!w->full && !mnl_attr_put_check(w->nlh, w->size, type, len, data))
		w->full = true;
}

static void put_u8(struct writer *w, u16 type, u8 value)
{
	put(w, type, sizeof(value), &value);
}

static void put_text(struct writer *w, u16 type, const char *s)
{
	if (s)
		put(w, type, strlen(s) + 1, s);
}

static struct nlattr *open_nest(struct writer *w, u16 type)
{
	struct nlattr *nest = NULL;

	if (!w->full)
		nest = mnl_attr_nest_start_check(w->nlh, w->size, type);
	if (!nest)
		w->full = true;
	return nest;
}

static void close_nest(struct writer *w, struct nlattr *nest)
{
	if (!w->full)
		mnl_attr_nest_end(w->nlh, nest);
}

static void put_bridge(struct writer *w, const struct bridge *b)
{
	size_t i;

	put_text(w, ISOL_BRIDGE_A_NAME, b->o.name.text);
	for (i = 0; i < b->uplinks.n; i++)
		put_text(w, ISOL_BRIDGE_A_UPLINK, b->uplinks.v[i].text);
	put_u8(w, ISOL_BRIDGE_A_DEFAULT, b->verdict);
	put_u8(w, ISOL_BRIDGE_A_UNBOUND, b->unbound);
	/* not the default: modules that are older refuse what they do not know */
	if (b->fragments)
		put_u8(w, ISOL_BRIDGE_A_FRAGMENTS, b->fragments);
	if (b->ends)
		put_u8(w, ISOL_BRIDGE_A_RESUME, ISOL_VERDICT_DROP);
	if (b->pickup != ISOL_PICKUP_DEFAULT)
		put(w, ISOL_BRIDGE_A_PICKUP, sizeof(b->pickup), &b->pickup);
	put_text(w, ISOL_BRIDGE_A_COMMENT, b->o.comment.text);
}

static void put_segment(struct writer *w, const struct segment *s)
{
	put_text(w, ISOL_SEGMENT_A_NAME, s->o.name.text);
	put_text(w, ISOL_SEGMENT_A_BRIDGE, s->bridge.text);
	put_u8(w, ISOL_SEGMENT_A_WITHIN, s->within);
	put_u8(w, ISOL_SEGMENT_A_UPLINK, s->uplink);
	if (s->vlan)
		put(w, ISOL_SEGMENT_A_VLAN, sizeof(s->vlan), &s->vlan);
	put_text(w, ISOL_SEGMENT_A_COMMENT, s->o.comment.text);
}

static void put_group(struct writer *w, const struct group *g)
{
	put_text(w, ISOL_GROUP_A_NAME, g->o.name.text);
	put_text(w, ISOL_GROUP_A_COMMENT, g->o.comment.text);
}

static void put_binding(struct writer *w, const struct binding *b)
{
	size_t i;

	put_text(w, ISOL_BINDING_A_NAME, b->o.name.text);
	switch (b->selector) {
	case SELECTOR_NONE:
		break;
	case SELECTOR_PORT:
		put_text(w, ISOL_BINDING_A_PORT, b->match.text);
		break;
	case SELECTOR_GLOB:
		put_text(w, ISOL_BINDING_A_GLOB, b->match.text);
		break;
	case SELECTOR_MAC:
		put(w, ISOL_BINDING_A_MAC, sizeof(b->mac), b->mac);
		break;
	case SELECTOR_ALIAS:
		put_text(w, ISOL_BINDING_A_ALIAS, b->match.text);
		break;
	}
	put(w, ISOL_BINDING_A_CLAIMS, sizeof(b->claims), &b->claims);
	if (b->max_connections)
		put(w, ISOL_BINDING_A_MAX_CONNECTIONS, sizeof(b->max_connections),
		    &b->max_connections);
	put_text(w, ISOL_BINDING_A_SEGMENT, b->segment.text);
	for (i = 0; i < b->groups.n; i++)
		put_text(w, ISOL_BINDING_A_GROUP, b->groups.v[i].text);
	put_u8(w, ISOL_BINDING_A_ROLE, b->role);
	put_text(w, ISOL_BINDING_A_COMMUNITY, b->community.text);
	put_text(w, ISOL_BINDING_A_COMMENT, b->o.comment.text);
}

static void put_endpoint(struct writer *w, u16 type, const struct endpoint *e)
{
	struct nlattr *nest = open_nest(w, type);

	put_u8(w, ISOL_ENDPOINT_A_KIND, e->kind);
	if (e->kind == ISOL_ENDPOINT_GROUP || e->kind == ISOL_ENDPOINT_BINDING ||
	    e->kind == ISOL_ENDPOINT_PORT || e->kind == ISOL_ENDPOINT_REMOTE)
		put_text(w, ISOL_ENDPOINT_A_NAME, e->name.text);
	close_nest(w, nest);
}

static void mac_to_wire(u64 mac, u8 to[6])
{
	size_t i;

	for (i = 0; i < 6; i++)
		to[i] = mac >> (40 - 8 * i);
}

static void put_value(struct writer *w, u32 field, const struct match_value *v)
{
	u8 macs[2][6], ip6[2][16];
	u32 pair[2];

	switch (match_type(field)) {
	case MATCH_IP4:
		pair[0] = htonl(v->lo);
		pair[1] = htonl(v->hi);
		put(w, ISOL_VALUES_A_RANGE, sizeof(pair), pair);
		break;
	case MATCH_IP6:
		memcpy(ip6[0], v->lo6, sizeof(ip6[0]));
		memcpy(ip6[1], v->hi6, sizeof(ip6[1]));
		put(w, ISOL_VALUES_A_RANGE, sizeof(ip6), ip6);
		break;
	case MATCH_MAC:
		mac_to_wire(v->value, macs[0]);
		mac_to_wire(v->mask, macs[1]);
		put(w, ISOL_VALUES_A_MASKED, sizeof(macs), macs);
		break;
	case MATCH_FLAGS:
		pair[0] = v->value;
		pair[1] = v->mask;
		put(w, ISOL_VALUES_A_MASKED, sizeof(pair), pair);
		break;
	case MATCH_SET:
		put_text(w, ISOL_VALUES_A_SET, v->set);
		break;
	default:
		pair[0] = v->lo;
		pair[1] = v->hi;
		put(w, ISOL_VALUES_A_RANGE, sizeof(pair), pair);
		break;
	}
}

static void put_match(struct writer *w, const struct match *m)
{
	struct nlattr *nest, *values;
	u32 field;
	size_t i;

	if (match_empty(m))
		return;
	nest = open_nest(w, ISOL_RULE_A_MATCH);
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		const struct match_field *f = &m->of[field];

		if (!f->n)
			continue;
		values = open_nest(w, field);
		if (f->negate)
			put(w, ISOL_VALUES_A_NOT, 0, NULL);
		for (i = 0; i < f->n; i++)
			put_value(w, field, &f->v[i]);
		close_nest(w, values);
	}
	close_nest(w, nest);
}

static void put_service(struct writer *w, const struct service *s)
{
	size_t i;

	put_text(w, ISOL_SERVICE_A_NAME, s->o.name.text);
	for (i = 0; i < s->where.n; i++)
		put_endpoint(w, ISOL_SERVICE_A_WHERE, &s->where.v[i]);
	if (s->follow)
		put(w, ISOL_SERVICE_A_FOLLOW, 0, NULL);
	put_text(w, ISOL_SERVICE_A_COMMENT, s->o.comment.text);
}

static void put_rule(struct writer *w, const struct rule *r, u8 table)
{
	size_t i;

	put_text(w, ISOL_RULE_A_NAME, r->o.name.text);
	put_u8(w, ISOL_RULE_A_TABLE, table);
	for (i = 0; i < r->from.n; i++)
		put_endpoint(w, ISOL_RULE_A_FROM, &r->from.v[i]);
	for (i = 0; i < r->to.n; i++)
		put_endpoint(w, ISOL_RULE_A_TO, &r->to.v[i]);
	put_u8(w, ISOL_RULE_A_VERDICT, r->verdict);
	if (r->stateless)
		put(w, ISOL_RULE_A_STATELESS, 0, NULL);
	put_text(w, ISOL_RULE_A_COMMENT, r->o.comment.text);
	put_text(w, ISOL_RULE_A_OWNER, r->owner.text);
	put_match(w, rule_match(r));
	put_text(w, ISOL_RULE_A_SERVICE, r->service.text);
	if (r->follow)
		put(w, ISOL_RULE_A_FOLLOW, 0, NULL);
}

bool wire_put(struct nlmsghdr *nlh, size_t size, enum object_kind kind, const struct object *o)
{
	static const u16 types[OBJECT_KINDS] = {
		[OBJECT_BRIDGE] = ISOL_A_BRIDGE,
		[OBJECT_SEGMENT] = ISOL_A_SEGMENT,
		[OBJECT_GROUP] = ISOL_A_GROUP,
		[OBJECT_BINDING] = ISOL_A_BINDING,
		[OBJECT_SERVICE] = ISOL_A_SERVICE,
		[OBJECT_SRULE] = ISOL_A_RULE,
		[OBJECT_RULE] = ISOL_A_RULE,
		[OBJECT_QRULE] = ISOL_A_RULE,
	};
	struct writer w = { .nlh = nlh, .size = size };
	const u32 before = nlh->nlmsg_len;
	struct nlattr *nest = open_nest(&w, types[kind]);
	const void *p = o;

	switch (kind) {
	case OBJECT_BRIDGE:
		put_bridge(&w, p);
		break;
	case OBJECT_SEGMENT:
		put_segment(&w, p);
		break;
	case OBJECT_GROUP:
		put_group(&w, p);
		break;
	case OBJECT_BINDING:
		put_binding(&w, p);
		break;
	case OBJECT_SERVICE:
		put_service(&w, p);
		break;
	case OBJECT_SRULE:
		put_rule(&w, p, ISOL_TABLE_SERVICES);
		break;
	case OBJECT_RULE:
		put_rule(&w, p, ISOL_TABLE_RULES);
		break;
	case OBJECT_QRULE:
		put_rule(&w, p, ISOL_TABLE_QUARANTINE);
		break;
	default:
		break;
	}
	close_nest(&w, nest);
	if (w.full)
		nlh->nlmsg_len = before;
	return !w.full;
}

/* What the elements of sets are in messages, and how long each end is. */
static const struct {
	u16 type;
	u16 len;
	u8 of;
} elements[] = {
	[ELEMENT_IP4] = { ISOL_SET_A_IP4, 4, ISOL_SET_ADDRESSES },
	[ELEMENT_IP6] = { ISOL_SET_A_IP6, 16, ISOL_SET_ADDRESSES },
	[ELEMENT_MAC] = { ISOL_SET_A_MAC, 6, ISOL_SET_MACS },
	[ELEMENT_PORT] = { ISOL_SET_A_PORT, 4, ISOL_SET_PORTS },
};

static void put_element(struct writer *w, const struct element *e)
{
	const size_t len = elements[e->kind].len, from = sizeof(e->lo) - len;
	u8 ends[32];
	u32 pair[2];

	memcpy(ends, e->lo + from, len);
	memcpy(ends + len, e->hi + from, len);
	if (e->kind == ELEMENT_PORT) {
		/* the one that is not in wire order */
		memcpy(pair, ends, sizeof(pair));
		pair[0] = ntohl(pair[0]);
		pair[1] = ntohl(pair[1]);
		memcpy(ends, pair, sizeof(pair));
	}
	put(w, elements[e->kind].type, 2 * len, ends);
}

bool wire_put_set(struct nlmsghdr *nlh, size_t size, bool remote, const struct set *s,
		  size_t *next)
{
	struct writer w = { .nlh = nlh, .size = size };
	const u32 before = nlh->nlmsg_len;
	struct nlattr *nest = open_nest(&w, ISOL_A_SET);
	const size_t first = *next;
	size_t i;

	put_text(&w, ISOL_SET_A_NAME, s->o.name.text);
	if (first) {
		put(&w, ISOL_SET_A_APPEND, 0, NULL);
	} else {
		put_u8(&w, ISOL_SET_A_TYPE, s->type);
		if (remote)
			put(&w, ISOL_SET_A_REMOTE, 0, NULL);
		put_text(&w, ISOL_SET_A_COMMENT, s->o.comment.text);
	}
	for (i = first; i < s->n && !w.full; i++)
		put_element(&w, &s->v[i]);
	if (w.full && i > first + 1) {
		/* the last one had no room, those before it are well */
		w.full = false;
		i--;
	}
	close_nest(&w, nest);
	if (w.full)
		nlh->nlmsg_len = before;
	else
		*next = i;
	return !w.full;
}

void wire_put_endpoint(struct nlmsghdr *nlh, u16 type, u8 kind, const char *name)
{
	struct writer w = { .nlh = nlh, .size = nlh->nlmsg_len + 1024 };
	struct endpoint e = { .kind = kind, .name.text = name };

	put_endpoint(&w, type, &e);
}

/*
 * Reading
 */

/* Attributes that are being read; @bad once one was not as it has to be. */
struct reader {
	struct policy *p;
	struct arena *a;
	bool bad;
};

static u64 get_uint(struct reader *r, const struct nlattr *attr, size_t size)
{
	const void *p = mnl_attr_get_payload(attr);
	union {
		u8 u8;
		u16 u16;
		u32 u32;
		u64 u64;
	} v = { 0 };

	if (mnl_attr_get_payload_len(attr) != size) {
		r->bad = true;
		return 0;
	}
	memcpy(&v, p, size);
	switch (size) {
	case 1:
		return v.u8;
	case 2:
		return v.u16;
	case 4:
		return v.u32;
	default:
		return v.u64;
	}
}

static u8 get_u8(struct reader *r, const struct nlattr *attr)
{
	return get_uint(r, attr, sizeof(u8));
}

static u32 get_u32(struct reader *r, const struct nlattr *attr)
{
	return get_uint(r, attr, sizeof(u32));
}

static u64 get_u64(struct reader *r, const struct nlattr *attr)
{
	return get_uint(r, attr, sizeof(u64));
}

static const char *get_borrowed(struct reader *r, const struct nlattr *attr)
{
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0) {
		r->bad = true;
		return "";
	}
	return mnl_attr_get_str(attr);
}

static const char *get_text(struct reader *r, const struct nlattr *attr)
{
	return arena_strdup(r->a, get_borrowed(r, attr));
}

static struct word get_word(struct reader *r, const struct nlattr *attr)
{
	return (struct word){ .text = get_text(r, attr) };
}

static void get_copy(struct reader *r, const struct nlattr *attr, char *buf, size_t size)
{
	snprintf(buf, size, "%s", get_borrowed(r, attr));
}

static void get_mac(struct reader *r, const struct nlattr *attr, u8 mac[6])
{
	if (mnl_attr_get_payload_len(attr) != 6)
		r->bad = true;
	else
		memcpy(mac, mnl_attr_get_payload(attr), 6);
}

static void get_counter(struct reader *r, const struct nlattr *nest, struct counter_list *l)
{
	const struct nlattr *attr;
	struct counter c = { 0 };

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_COUNTER_A_REASON:
			c.reason = get_u8(r, attr);
			break;
		case ISOL_COUNTER_A_VERDICT:
			c.verdict = get_u8(r, attr);
			break;
		case ISOL_COUNTER_A_PACKETS:
			c.packets = get_u64(r, attr);
			break;
		case ISOL_COUNTER_A_BYTES:
			c.bytes = get_u64(r, attr);
			break;
		}
	}
	l->v = arena_grow(r->a, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = c;
}

static void get_bridge(struct reader *r, const struct nlattr *nest, struct bridge *b)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_BRIDGE_A_UPLINK:
			word_list_add(r->p, &b->uplinks, get_word(r, attr));
			break;
		case ISOL_BRIDGE_A_DEFAULT:
			b->verdict = get_u8(r, attr);
			break;
		case ISOL_BRIDGE_A_UNBOUND:
			b->unbound = get_u8(r, attr);
			break;
		case ISOL_BRIDGE_A_FRAGMENTS:
			b->fragments = get_u8(r, attr);
			break;
		case ISOL_BRIDGE_A_RESUME:
			b->ends = get_u8(r, attr) == ISOL_VERDICT_DROP;
			break;
		case ISOL_BRIDGE_A_PICKUP:
			b->pickup = get_uint(r, attr, sizeof(u16));
			break;
		case ISOL_BRIDGE_A_COMMENT:
			b->o.comment = get_word(r, attr);
			break;
		case ISOL_BRIDGE_A_IFINDEX:
			b->ifindex = get_u32(r, attr);
			break;
		case ISOL_BRIDGE_A_COUNTER:
			get_counter(r, attr, &b->counters);
			break;
		}
	}
}

static void get_segment(struct reader *r, const struct nlattr *nest, struct segment *s)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_SEGMENT_A_BRIDGE:
			s->bridge = get_word(r, attr);
			break;
		case ISOL_SEGMENT_A_WITHIN:
			s->within = get_u8(r, attr);
			break;
		case ISOL_SEGMENT_A_UPLINK:
			s->uplink = get_u8(r, attr);
			break;
		case ISOL_SEGMENT_A_VLAN:
			s->vlan = get_uint(r, attr, sizeof(u16));
			break;
		case ISOL_SEGMENT_A_COMMENT:
			s->o.comment = get_word(r, attr);
			break;
		}
	}
}

static void get_group(struct reader *r, const struct nlattr *nest, struct group *g)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_GROUP_A_COMMENT:
			g->o.comment = get_word(r, attr);
			break;
		case ISOL_GROUP_A_MEMBERS:
			g->members = get_u32(r, attr);
			break;
		}
	}
}

static void get_selector(struct reader *r, const struct nlattr *attr, struct binding *b,
			 enum selector selector)
{
	char mac[MAC_TEXT_SIZE];

	if (b->selector != SELECTOR_NONE)
		r->bad = true;
	b->selector = selector;
	if (selector != SELECTOR_MAC) {
		b->match = get_word(r, attr);
		return;
	}
	get_mac(r, attr, b->mac);
	b->match.text = arena_strdup(r->a, mac_format(b->mac, mac));
}

static void get_connections(struct reader *r, const struct nlattr *attr, struct binding *b)
{
	switch (mnl_attr_get_type(attr)) {
	case ISOL_BINDING_A_CONNECTIONS:
		b->tracked = true;
		b->connections = get_u32(r, attr);
		break;
	case ISOL_BINDING_A_CONNECTIONS_LIMIT:
		b->limit = get_u32(r, attr);
		break;
	case ISOL_BINDING_A_CONNECTIONS_HITS:
		b->hits = get_u64(r, attr);
		break;
	}
}

static void get_binding(struct reader *r, const struct nlattr *nest, struct binding *b)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_BINDING_A_PORT:
			get_selector(r, attr, b, SELECTOR_PORT);
			break;
		case ISOL_BINDING_A_GLOB:
			get_selector(r, attr, b, SELECTOR_GLOB);
			break;
		case ISOL_BINDING_A_MAC:
			get_selector(r, attr, b, SELECTOR_MAC);
			break;
		case ISOL_BINDING_A_ALIAS:
			get_selector(r, attr, b, SELECTOR_ALIAS);
			break;
		case ISOL_BINDING_A_CLAIMS:
			b->claims = get_uint(r, attr, sizeof(u16));
			break;
		case ISOL_BINDING_A_SEGMENT:
			b->segment = get_word(r, attr);
			break;
		case ISOL_BINDING_A_GROUP:
			word_list_add(r->p, &b->groups, get_word(r, attr));
			break;
		case ISOL_BINDING_A_ROLE:
			b->role = get_u8(r, attr);
			break;
		case ISOL_BINDING_A_COMMUNITY:
			b->community = get_word(r, attr);
			break;
		case ISOL_BINDING_A_COMMENT:
			b->o.comment = get_word(r, attr);
			break;
		case ISOL_BINDING_A_BOUND:
			b->bound = get_u32(r, attr);
			break;
		case ISOL_BINDING_A_QUARANTINED:
			b->quarantined = true;
			break;
		case ISOL_BINDING_A_MAX_CONNECTIONS:
			b->max_connections = get_u32(r, attr);
			break;
		default:
			get_connections(r, attr, b);
			break;
		}
	}
}

static void get_endpoint(struct reader *r, const struct nlattr *nest, struct endpoint_list *l)
{
	const struct nlattr *attr;
	struct endpoint e = { .kind = ENDPOINT_NAME };
	struct word name = { 0 };

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_ENDPOINT_A_KIND:
			e.kind = get_u8(r, attr);
			break;
		case ISOL_ENDPOINT_A_NAME:
			name = get_word(r, attr);
			break;
		}
	}
	switch (e.kind) {
	case ISOL_ENDPOINT_ANY:
	case ISOL_ENDPOINT_HOST:
	case ISOL_ENDPOINT_UPLINK:
	case ISOL_ENDPOINT_MEMBERS:
	case ISOL_ENDPOINT_QUARANTINED:
		e.name.text = enum_name(&endpoint_names, e.kind);
		break;
	case ISOL_ENDPOINT_GROUP:
	case ISOL_ENDPOINT_BINDING:
	case ISOL_ENDPOINT_REMOTE:
		e.name = name;
		break;
	}
	if (!e.name.text)
		r->bad = true;
	else
		endpoint_list_add(r->p, l, e);
}

static u64 mac_of_wire(const u8 mac[6])
{
	u64 value = 0;
	size_t i;

	for (i = 0; i < 6; i++)
		value = value << 8 | mac[i];
	return value;
}

static void get_value(struct reader *r, const struct nlattr *attr, struct match *m, u32 field)
{
	static const u16 lengths[] = {
		[MATCH_NUMBER] = 8,
		[MATCH_IP4] = 8,
		[MATCH_IP6] = 32,
		[MATCH_MAC] = 12,
		[MATCH_FLAGS] = 8,
	};
	const enum match_type type = match_type(field);
	const bool masked = type == MATCH_MAC || type == MATCH_FLAGS;
	const u8 *data = mnl_attr_get_payload(attr);
	struct match_value v = { 0 };
	u32 pair[2];

	if (type == MATCH_SET) {
		v.set = get_text(r, attr);
		if (mnl_attr_get_type(attr) != ISOL_VALUES_A_SET)
			r->bad = true;
		match_add(r->a, m, field, &v);
		return;
	}
	if (mnl_attr_get_payload_len(attr) != lengths[type] ||
	    mnl_attr_get_type(attr) != (masked ? ISOL_VALUES_A_MASKED : ISOL_VALUES_A_RANGE)) {
		r->bad = true;
		return;
	}
	memcpy(pair, data, sizeof(pair));
	switch (type) {
	case MATCH_IP4:
		v.lo = ntohl(pair[0]);
		v.hi = ntohl(pair[1]);
		break;
	case MATCH_IP6:
		memcpy(v.lo6, data, sizeof(v.lo6));
		memcpy(v.hi6, data + sizeof(v.lo6), sizeof(v.hi6));
		break;
	case MATCH_MAC:
		v.value = mac_of_wire(data);
		v.mask = mac_of_wire(data + 6);
		break;
	case MATCH_FLAGS:
		v.value = pair[0];
		v.mask = pair[1];
		break;
	default:
		v.lo = pair[0];
		v.hi = pair[1];
		break;
	}
	match_add(r->a, m, field, &v);
}

/*
 * What is not known here is not passed over: the rule would be shown, and sent
 * again when the policy is edited, as one that asks less.
 */
static void get_match(struct reader *r, const struct nlattr *nest, struct match *m)
{
	const struct nlattr *field, *attr;
	u32 type;

	mnl_attr_for_each_nested(field, nest) {
		type = mnl_attr_get_type(field);
		if (!type || type > ISOL_MATCH_A_MAX || m->of[type].n) {
			r->bad = true;
			return;
		}
		mnl_attr_for_each_nested(attr, field) {
			if (mnl_attr_get_type(attr) == ISOL_VALUES_A_NOT)
				m->of[type].negate = true;
			else
				get_value(r, attr, m, type);
		}
		if (!m->of[type].n)
			r->bad = true;
	}
}

static void get_element(struct reader *r, const struct nlattr *attr, struct set *s,
			enum element_kind kind)
{
	const size_t len = elements[kind].len;
	const u8 *data = mnl_attr_get_payload(attr);
	struct element e = { .kind = kind };
	const size_t to = sizeof(e.lo) - len;
	u32 pair[2];

	if (mnl_attr_get_payload_len(attr) != 2 * len || s->type != elements[kind].of) {
		r->bad = true;
		return;
	}
	if (kind == ELEMENT_PORT) {
		memcpy(pair, data, sizeof(pair));
		if (pair[1] > UINT16_MAX)
			r->bad = true;
		pair[0] = htonl(pair[0]);
		pair[1] = htonl(pair[1]);
		data = (const u8 *)pair;
	}
	memcpy(e.lo + to, data, len);
	memcpy(e.hi + to, data + len, len);
	if (memcmp(e.lo, e.hi, sizeof(e.lo)) > 0)
		r->bad = true;
	set_add(r->a, s, &e);
}

static void get_set(struct reader *r, const struct nlattr *nest, struct set *s)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_SET_A_COMMENT:
			s->o.comment = get_word(r, attr);
			break;
		case ISOL_SET_A_IP4:
			get_element(r, attr, s, ELEMENT_IP4);
			break;
		case ISOL_SET_A_IP6:
			get_element(r, attr, s, ELEMENT_IP6);
			break;
		case ISOL_SET_A_MAC:
			get_element(r, attr, s, ELEMENT_MAC);
			break;
		case ISOL_SET_A_PORT:
			get_element(r, attr, s, ELEMENT_PORT);
			break;
		}
	}
}

/* The kernel tells a service's rules too: they are what it comes to. */
static void get_service(struct reader *r, const struct nlattr *nest, struct service *s)
{
	const struct nlattr *attr;

	s->expanded = true;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_SERVICE_A_WHERE:
			get_endpoint(r, attr, &s->where);
			break;
		case ISOL_SERVICE_A_FOLLOW:
			s->follow = true;
			break;
		case ISOL_SERVICE_A_COMMENT:
			s->o.comment = get_word(r, attr);
			break;
		}
	}
}

static void get_rule(struct reader *r, const struct nlattr *nest, struct rule *rule)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_RULE_A_FROM:
			get_endpoint(r, attr, &rule->from);
			break;
		case ISOL_RULE_A_TO:
			get_endpoint(r, attr, &rule->to);
			break;
		case ISOL_RULE_A_VERDICT:
			rule->verdict = get_u8(r, attr);
			break;
		case ISOL_RULE_A_STATELESS:
			rule->stateless = true;
			break;
		case ISOL_RULE_A_COMMENT:
			rule->o.comment = get_word(r, attr);
			break;
		case ISOL_RULE_A_OWNER:
			rule->owner = get_word(r, attr);
			break;
		case ISOL_RULE_A_PACKETS:
			rule->packets = get_u64(r, attr);
			break;
		case ISOL_RULE_A_BYTES:
			rule->bytes = get_u64(r, attr);
			break;
		case ISOL_RULE_A_MATCH:
			get_match(r, attr, rule_ask(r->p, rule));
			break;
		case ISOL_RULE_A_SERVICE:
			rule->service = get_word(r, attr);
			break;
		case ISOL_RULE_A_FOLLOW:
			rule->follow = true;
			break;
		}
	}
}

static const struct nlattr *find_attr(const struct nlattr *nest, u16 type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

/* The kind of an object, and which of its attributes is its name. */
static int kind_of(struct reader *r, const struct nlattr *nest, u16 *name)
{
	static const u8 tables[ISOL_TABLE_MAX + 1] = {
		[ISOL_TABLE_RULES] = OBJECT_RULE,
		[ISOL_TABLE_QUARANTINE] = OBJECT_QRULE,
		[ISOL_TABLE_SERVICES] = OBJECT_SRULE,
	};
	const struct nlattr *attr;
	u8 table;

	switch (mnl_attr_get_type(nest)) {
	case ISOL_A_BRIDGE:
		*name = ISOL_BRIDGE_A_NAME;
		return OBJECT_BRIDGE;
	case ISOL_A_SEGMENT:
		*name = ISOL_SEGMENT_A_NAME;
		return OBJECT_SEGMENT;
	case ISOL_A_GROUP:
		*name = ISOL_GROUP_A_NAME;
		return OBJECT_GROUP;
	case ISOL_A_BINDING:
		*name = ISOL_BINDING_A_NAME;
		return OBJECT_BINDING;
	case ISOL_A_SET:
		*name = ISOL_SET_A_NAME;
		return find_attr(nest, ISOL_SET_A_REMOTE) ? OBJECT_REMOTE : OBJECT_SET;
	case ISOL_A_RULE:
		*name = ISOL_RULE_A_NAME;
		attr = find_attr(nest, ISOL_RULE_A_TABLE);
		table = attr ? get_u8(r, attr) : ISOL_TABLE_RULES;
		return table <= ISOL_TABLE_MAX ? tables[table] : -1;
	case ISOL_A_SERVICE:
		*name = ISOL_SERVICE_A_NAME;
		return OBJECT_SERVICE;
	default:
		return -1;
	}
}

/* What kind of set it is stands before its elements, wherever it stands in the message. */
static void get_set_type(struct reader *r, const struct nlattr *nest, int kind, struct set *s)
{
	const struct nlattr *attr = find_attr(nest, ISOL_SET_A_TYPE);

	if (attr)
		s->type = get_u8(r, attr);
	if (!attr || s->type > ISOL_SET_MAX ||
	    (kind == OBJECT_REMOTE && s->type != ISOL_SET_ADDRESSES))
		r->bad = true;
}

static int get_more(struct reader *r, const struct nlattr *nest, const struct nlattr *name)
{
	struct set *s = policy_find_set(r->p, get_borrowed(r, name));

	if (r->bad)
		return -EBADMSG;
	if (!s)
		return -ENOENT;
	get_set(r, nest, s);
	return r->bad ? -EBADMSG : 0;
}

int wire_get(const struct nlattr *nest, struct policy *p)
{
	struct reader r = { .p = p, .a = &p->arena };
	const struct mark nowhere = { 0 };
	const struct nlattr *attr;
	struct object *o;
	u16 name = 0;
	int kind;
	void *v;

	kind = kind_of(&r, nest, &name);
	attr = kind < 0 ? NULL : find_attr(nest, name);
	if (!attr)
		return -EBADMSG;
	if (mnl_attr_get_type(nest) == ISOL_A_SET && find_attr(nest, ISOL_SET_A_APPEND))
		return get_more(&r, nest, attr);
	o = policy_object(p, kind, get_borrowed(&r, attr), nowhere);
	v = o;
	switch (kind) {
	case OBJECT_BRIDGE:
		get_bridge(&r, nest, v);
		break;
	case OBJECT_SEGMENT:
		get_segment(&r, nest, v);
		break;
	case OBJECT_GROUP:
		get_group(&r, nest, v);
		break;
	case OBJECT_BINDING:
		get_binding(&r, nest, v);
		break;
	case OBJECT_REMOTE:
	case OBJECT_SET:
		get_set_type(&r, nest, kind, v);
		get_set(&r, nest, v);
		break;
	case OBJECT_SERVICE:
		get_service(&r, nest, v);
		break;
	default:
		get_rule(&r, nest, v);
		break;
	}
	/* such a rule is shown, and goes, with its service */
	if (kind == OBJECT_SRULE && !((struct rule *)v)->service.text)
		r.bad = true;
	if (r.bad)
		return -EBADMSG;
	return policy_add(p, kind, o) ? -EEXIST : 0;
}

int wire_get_port(const struct nlattr *nest, struct arena *a, struct port *port)
{
	struct reader r = { .a = a };
	const struct nlattr *attr;

	*port = (struct port){ .name = "", .cause = PORT_NO_CAUSE };
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_PORT_A_IFINDEX:
			port->ifindex = get_u32(&r, attr);
			break;
		case ISOL_PORT_A_NAME:
			port->name = get_text(&r, attr);
			break;
		case ISOL_PORT_A_MAC:
			get_mac(&r, attr, port->mac);
			break;
		case ISOL_PORT_A_ALIAS:
			port->alias = get_text(&r, attr);
			break;
		case ISOL_PORT_A_BRIDGE:
			port->bridge = get_text(&r, attr);
			break;
		case ISOL_PORT_A_KIND:
			port->kind = get_u8(&r, attr);
			break;
		case ISOL_PORT_A_BINDING:
			port->binding = get_text(&r, attr);
			break;
		case ISOL_PORT_A_CAUSE:
			port->cause = get_u8(&r, attr);
			break;
		case ISOL_PORT_A_QUARANTINED:
			port->quarantined = true;
			break;
		case ISOL_PORT_A_COUNTER:
			get_counter(&r, attr, &port->counters);
			break;
		}
	}
	return r.bad ? -EBADMSG : 0;
}

int wire_get_quarantine(const struct nlattr *nest, struct arena *a, struct quarantine *q)
{
	struct reader r = { .a = a };
	const struct nlattr *attr;

	*q = (struct quarantine){ .binding = "" };
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_QUARANTINE_A_BINDING:
			q->binding = get_text(&r, attr);
			break;
		case ISOL_QUARANTINE_A_MODE:
			q->mode = get_u8(&r, attr);
			break;
		case ISOL_QUARANTINE_A_COMMENT:
			q->comment = get_text(&r, attr);
			break;
		case ISOL_QUARANTINE_A_SINCE:
			q->since = get_u64(&r, attr);
			break;
		case ISOL_QUARANTINE_A_ORPHAN:
			q->orphan = true;
			break;
		}
	}
	return r.bad ? -EBADMSG : 0;
}

int wire_get_status(const struct nlattr *nest, struct status *s)
{
	struct reader r = { 0 };
	const struct nlattr *attr;

	*s = (struct status){ 0 };
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_STATUS_A_ENFORCING:
			s->enforcing = true;
			break;
		case ISOL_STATUS_A_VERSION:
			get_copy(&r, attr, s->version, sizeof(s->version));
			break;
		case ISOL_STATUS_A_SINCE:
			s->since = get_u64(&r, attr);
			break;
		case ISOL_STATUS_A_BRIDGES:
			s->bridges = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_SEGMENTS:
			s->segments = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_GROUPS:
			s->groups = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_BINDINGS:
			s->bindings = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_RULES:
			s->rules = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_SETS:
			s->sets = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_CLASSES:
			s->classes = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_MEMORY:
			s->memory = get_u64(&r, attr);
			break;
		case ISOL_STATUS_A_MEMORY_LIMIT:
			s->memory_limit = get_u64(&r, attr);
			break;
		case ISOL_STATUS_A_PORTS:
			s->ports = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_UNBOUND:
			s->unbound = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_UNMANAGED:
			s->unmanaged = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_QUARANTINED:
			s->quarantined = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_TRANSACTIONS:
			s->transactions = get_u32(&r, attr);
			break;
		case ISOL_STATUS_A_UNKNOWN_DROPS:
			s->unknown_drops = get_u64(&r, attr);
			break;
		case ISOL_STATUS_A_REJECTS:
			s->rejects = get_u64(&r, attr);
			break;
		case ISOL_STATUS_A_REJECTS_LIMITED:
			s->rejects_limited = get_u64(&r, attr);
			break;
		case ISOL_STATUS_A_TRACKED:
			s->tracked = true;
			break;
		}
	}
	return r.bad ? -EBADMSG : 0;
}

int wire_get_why(const struct nlattr *nest, struct why *w)
{
	struct reader r = { 0 };
	const struct nlattr *attr;

	*w = (struct why){ .from.host = true, .to.host = true };
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_WHY_A_VERDICT:
			w->verdict = get_u8(&r, attr);
			break;
		case ISOL_WHY_A_REASON:
			w->reason = get_u8(&r, attr);
			break;
		case ISOL_WHY_A_RULE:
			get_copy(&r, attr, w->rule, sizeof(w->rule));
			break;
		case ISOL_WHY_A_BRIDGE:
			get_copy(&r, attr, w->bridge, sizeof(w->bridge));
			break;
		case ISOL_WHY_A_FROM_KIND:
			w->from.host = false;
			w->from.kind = get_u8(&r, attr);
			break;
		case ISOL_WHY_A_FROM_BINDING:
			get_copy(&r, attr, w->from.binding, sizeof(w->from.binding));
			break;
		case ISOL_WHY_A_TO_KIND:
			w->to.host = false;
			w->to.kind = get_u8(&r, attr);
			break;
		case ISOL_WHY_A_TO_BINDING:
			get_copy(&r, attr, w->to.binding, sizeof(w->to.binding));
			break;
		case ISOL_WHY_A_DEPENDS:
			w->depends = true;
			break;
		case ISOL_WHY_A_TRACKED:
			w->tracked = true;
			break;
		}
	}
	return r.bad ? -EBADMSG : 0;
}

static void get_event_binding(struct reader *r, const struct nlattr *nest, struct event *e)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == ISOL_BINDING_A_NAME)
			e->name = get_text(r, attr);
		else
			get_connections(r, attr, &e->connections);
	}
}

int wire_get_event(const struct nlmsghdr *nlh, struct arena *a, struct event *e)
{
	struct reader r = { .a = a };
	const struct nlattr *attr;
	int err = 0;

	*e = (struct event){ 0 };
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_A_EVENT:
			e->event = get_u8(&r, attr);
			break;
		case ISOL_A_GENERATION:
			e->generation = get_u64(&r, attr);
			break;
		case ISOL_A_PORT:
			e->has_port = true;
			err = wire_get_port(attr, a, &e->port);
			break;
		case ISOL_A_QUARANTINE:
			e->has_quarantine = true;
			err = wire_get_quarantine(attr, a, &e->quarantine);
			break;
		case ISOL_A_BINDING:
			e->has_connections = true;
			get_event_binding(&r, attr, e);
			break;
		}
		if (err)
			return err;
	}
	return r.bad ? -EBADMSG : 0;
}
