// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "random_policy.h"
#include "userspace/check.h"
#include "userspace/match_fault.h"
#include "userspace/service.h"
#include "userspace/set.h"
#include "userspace/text.h"

struct maker {
	struct policy *p;
	u64 (*next)(void);
};

static unsigned int roll(struct maker *m, unsigned int n)
{
	return n ? m->next() % n : 0;
}

static const struct mark nowhere;

/* Names that YAML readers would like to be something else are among them. */
static const char *name(struct maker *m, char prefix, unsigned int nr, char *buf, size_t size)
{
	static const char *const forms[] = {
		"%c%u", "_%c.%u", "%c:%u-x", "%c-%u_", "%c%u.", "0x%c%u", "%c%u:00",
	};
	static const char *const traps[] = {
		"yes", "no", "on", "off", "y", "n", "null", "true", "12", "0x1f", "1e3", "1_0",
		"12:30:45", "007",
	};

	if (!roll(m, 20)) {
		unsigned int i = roll(m, ARRAY_SIZE(traps));

		/* one prefix for one kind: names of groups and bindings differ */
		snprintf(buf, size, "%s", traps[i]);
		if (prefix == "sgbrte"[i % 6])
			return buf;
	}
	snprintf(buf, size, forms[roll(m, ARRAY_SIZE(forms))], prefix, nr);
	return buf;
}

static struct word text(struct maker *m)
{
	static const char *const texts[] = {
		"plain", "two words", "a: b, {c} [d] #e", "\"quoted\" \\ back", "'", "- x",
		"é ü 漢字 \xf0\x9f\x98\x80", "yes", "0x10", "12:30", " leading and trailing ",
		"~", "null", "*star", "&and", "!bang", "%percent", "@at", "`tick`", "|", ">",
		"\xe2\x80\xa8line separator", "\xc2\xa0nbsp", "key: value", "# no comment",
		"\xef\xbf\xbd", "?", "bom \xef\xbb\xbf!",
	};

	if (roll(m, 2))
		return (struct word){ 0 };
	return word_make(m->p, texts[roll(m, ARRAY_SIZE(texts))], nowhere);
}

static void add(struct maker *m, enum object_kind kind, struct object *o)
{
	o->comment = text(m);
	policy_add(m->p, kind, o);
}

static const char *any(struct maker *m, enum object_kind kind)
{
	const struct objects *l = &m->p->list[kind];

	return l->n ? l->v[roll(m, l->n)]->name.text : NULL;
}

static void make_bridges(struct maker *m, unsigned int n)
{
	unsigned int i, j, k;
	char buf[80];

	for (i = 0; i < n && i < ISOL_MAX_BRIDGES; i++) {
		struct object *o;
		struct bridge *b;

		snprintf(buf, sizeof(buf), roll(m, 8) ? "br%u" : "br\xc3\xa9%u", i);
		o = policy_object(m->p, OBJECT_BRIDGE, buf, nowhere);
		b = (struct bridge *)(void *)o;
		b->verdict = roll(m, 2);
		b->unbound = roll(m, 2);
		b->fragments = roll(m, 2);
		b->ends = roll(m, 2);
		b->pickup = roll(m, 2) ? ISOL_PICKUP_DEFAULT : roll(m, ISOL_PICKUP_MAX + 1);
		k = roll(m, 20) ? roll(m, 4) : ISOL_MAX_UPLINKS;
		for (j = 0; j < k; j++) {
			snprintf(buf, sizeof(buf), "up%u.%u", i, j);
			word_list_add(m->p, &b->uplinks, word_make(m->p, buf, nowhere));
		}
		add(m, OBJECT_BRIDGE, o);
	}
}

static void make_segments(struct maker *m)
{
	unsigned int vlan, step, nr = 0;
	const struct bridge *b;
	char buf[80];
	size_t i;

	/* For each bridge perhaps one that is all of it, and some that are VLANs of it. */
	policy_each_bridge(m->p, b, i) {
		step = roll(m, 2) ? 1 + roll(m, ISOL_VLAN_MAX / 2) : ISOL_VLAN_MAX;
		for (vlan = 0; vlan <= ISOL_VLAN_MAX && vlan <= 3 * step; vlan += step) {
			struct object *o;
			struct segment *s;

			if (roll(m, 2) || nr == ISOL_MAX_SEGMENTS)
				continue;
			o = policy_object(m->p, OBJECT_SEGMENT,
					  name(m, 's', nr++, buf, sizeof(buf)), nowhere);
			s = (struct segment *)(void *)o;
			s->bridge = word_make(m->p, b->o.name.text, nowhere);
			s->vlan = vlan;
			s->within = roll(m, 2);
			s->uplink = roll(m, 2);
			add(m, OBJECT_SEGMENT, o);
		}
	}
}

static void make_groups(struct maker *m, unsigned int n)
{
	unsigned int i;
	char buf[80];

	for (i = 0; i < n; i++)
		add(m, OBJECT_GROUP, policy_object(m->p, OBJECT_GROUP,
						   name(m, 'g', i, buf, sizeof(buf)), nowhere));
}

static void make_selector(struct maker *m, struct binding *b, unsigned int i)
{
	const u8 mac[6] = { 0x52, 0x54, i >> 24, i >> 16, i >> 8, i };
	char buf[80];

	switch (roll(m, 4)) {
	case 0:
		snprintf(buf, sizeof(buf), roll(m, 3) ? "vnet%u" : "tap-%u.0", i);
		binding_select(b, word_make(m->p, buf, nowhere));
		break;
	case 1:
		snprintf(buf, sizeof(buf), roll(m, 2) ? "v%u*" : "v?%u*", i);
		binding_select(b, word_make(m->p, buf, nowhere));
		break;
	case 2:
		memcpy(b->mac, mac, sizeof(mac));
		if (!roll(m, 4))
			b->mac[0] = 0xfe;
		b->selector = SELECTOR_MAC;
		b->match = word_make(m->p, mac_format(b->mac, buf), nowhere);
		break;
	default:
		snprintf(buf, sizeof(buf), roll(m, 2) ? "vm %u: \"eth0\"" : "\xc3\xa9%u", i);
		b->selector = SELECTOR_ALIAS;
		b->match = word_make(m->p, buf, nowhere);
		break;
	}
}

static void make_bindings(struct maker *m, unsigned int n)
{
	static const char *const communities[] = { "red", "blue", "0", "no" };
	unsigned int i, j, k;
	char buf[80];

	for (i = 0; i < n; i++) {
		struct object *o = policy_object(m->p, OBJECT_BINDING,
						 name(m, 'b', i, buf, sizeof(buf)), nowhere);
		struct binding *b = (struct binding *)(void *)o;

		make_selector(m, b, i);
		b->claims = roll(m, 3) ? 1 : 1 + roll(m, ISOL_MAX_CLAIMS);
		b->max_connections = roll(m, 3) ? 0 : 1 + roll(m, 100000);
		if (roll(m, 2) && any(m, OBJECT_SEGMENT))
			b->segment = word_make(m->p, any(m, OBJECT_SEGMENT), nowhere);
		k = roll(m, 30) ? roll(m, 4) : ISOL_MAX_MEMBERSHIPS;
		for (j = 0; j < k && any(m, OBJECT_GROUP); j++) {
			const char *g = any(m, OBJECT_GROUP);

			if (!word_list_has(&b->groups, g))
				word_list_add(m->p, &b->groups, word_make(m->p, g, nowhere));
		}
		b->role = roll(m, 4);
		if (b->role == ISOL_ROLE_COMMUNITY)
			b->community = word_make(m->p, communities[roll(m, 4)], nowhere);
		add(m, OBJECT_BINDING, o);
	}
}

static void make_element(struct maker *m, struct set *s)
{
	static const char *const texts[][6] = {
		[ISOL_SET_ADDRESSES] = { "10.%u.0.0/16", "10.0.%u.1", "10.0.0.%u-10.1.0.0",
					 "2001:db8:%x::/48", "fe80::%x", "fe80::1-fe80::1:%x" },
		[ISOL_SET_MACS] = { "52:54:00:00:%02x:00/40", "52:54:00:00:00:%02x",
				    "52:54:00:00:00:00-52:54:00:00:01:%02x", "02:00:00:00:00:%02x",
				    "%02x:00:00:00:00:00/8", "52:54:00:00:00:%02x" },
		[ISOL_SET_PORTS] = { "%u", "%u", "%u", "1-1%u", "10%u", "20%u-65535" },
	};
	struct element e;
	char text[80], msg[512];

	snprintf(text, sizeof(text), texts[s->type][roll(m, 6)], roll(m, 250));
	if (element_parse(s->type, text, &e, msg, sizeof(msg)))
		set_add(&m->p->arena, s, &e);
}

static void make_sets(struct maker *m, enum object_kind kind, unsigned int n)
{
	unsigned int i, elements;
	char buf[80];

	for (i = 0; i < n && i < 100; i++) {
		char prefix = kind == OBJECT_REMOTE ? 't' : 'e';
		struct object *o = policy_object(m->p, kind, name(m, prefix, i, buf, sizeof(buf)),
						 nowhere);
		struct set *s = (struct set *)(void *)o;

		s->type = kind == OBJECT_REMOTE ? ISOL_SET_ADDRESSES : roll(m, 3);
		elements = roll(m, 10) ? roll(m, 6) : roll(m, 200);
		while (elements--)
			make_element(m, s);
		add(m, kind, o);
	}
}

/* Some sets, where there are such. */
static void give_sets(struct maker *m, struct match *match)
{
	u32 field;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		const int type = match_set_type(field);
		struct match_value v = { 0 };
		unsigned int n = 1 + roll(m, 3);
		u32 of;

		if (type < 0 || roll(m, 4))
			continue;
		if (type == ISOL_SET_PORTS && !match->of[ISOL_MATCH_A_SPORT].n &&
		    !match->of[ISOL_MATCH_A_DPORT].n)
			continue;
		if (type == ISOL_SET_ADDRESSES && !match->of[ISOL_MATCH_A_SRC_IP4].n &&
		    !match->of[ISOL_MATCH_A_DST_IP4].n && !match_empty(match))
			continue;
		while (n--) {
			const char *s = any(m, roll(m, 3) ? OBJECT_SET : OBJECT_REMOTE);
			const struct set *set = s ? policy_find_set(m->p, s) : NULL;

			if (!set || set->type != type)
				continue;
			v.set = s;
			match_add(&m->p->arena, match, field, &v);
			match->of[field].negate = roll(m, 2);
		}
		/* instead of values, or beside them */
		for (of = 1; of <= ISOL_MATCH_A_MAX && match->of[field].n && roll(m, 3); of++)
			if (match_set_field(of) == field)
				match->of[of] = (struct match_field){ 0 };
	}
}

static void make_side(struct maker *m, struct endpoint_list *l, unsigned int first)
{
	static const char *const words[] = { "any", "host", "uplink", "members" };
	unsigned int n = roll(m, 30) ? roll(m, 3) : ISOL_MAX_ENDPOINTS - 1;
	struct word w;

	if (first)
		endpoint_list_add(m->p, l, endpoint_make(word_make(m->p, first == 1 ? "members" :
								   "quarantined", nowhere)));
	else
		n++;
	while (n--) {
		const char *s = any(m, roll(m, 2) ? OBJECT_GROUP :
				    roll(m, 3) ? OBJECT_BINDING : OBJECT_REMOTE);

		if (!s || !roll(m, 3))
			s = words[roll(m, 4)];
		w = word_make(m->p, s, nowhere);
		endpoint_list_add(m->p, l, endpoint_make(w));
	}
}

static void give(struct maker *m, struct match *match, u32 field, struct match_value v)
{
	match_add(&m->p->arena, match, field, &v);
}

static void give_number(struct maker *m, struct match *match, u32 field, u32 lo, u32 hi)
{
	give(m, match, field, (struct match_value){ .lo = lo, .hi = hi });
}

/* Numbers of 0 to @max, in which the first are the most likely. */
static void give_numbers(struct maker *m, struct match *match, u32 field, u32 max, bool negate)
{
	unsigned int n = 1 + (roll(m, 3) ? 0 : roll(m, 4));
	u32 lo;

	while (n--) {
		lo = roll(m, max + 1);
		give_number(m, match, field, lo, roll(m, 2) ? lo : lo + roll(m, max + 1 - lo));
	}
	match->of[field].negate = negate;
}

static void give_ip4(struct maker *m, struct match *match, u32 field)
{
	unsigned int n = 1 + roll(m, 3), bits;
	u32 lo, hi;

	while (n--) {
		lo = m->next();
		bits = roll(m, 33);
		hi = bits == 32 ? UINT32_MAX : lo | ((1u << bits) - 1);
		lo = bits == 32 ? 0 : lo & ~((1u << bits) - 1);
		/* not a prefix, but never all addresses in several values */
		if (!roll(m, 3) && bits < 16)
			hi += roll(m, 1000) < UINT32_MAX - hi ? 1 : 0;
		give_number(m, match, field, lo, hi);
	}
}

static void give_ip6(struct maker *m, struct match *match, u32 field)
{
	unsigned int n = 1 + roll(m, 3), i, bits;
	struct match_value v;

	while (n--) {
		v = (struct match_value){ .lo6 = { 0x20, 0x01, 0x0d, 0xb8 } };
		for (i = 4; i < 16; i++)
			v.lo6[i] = roll(m, 3) ? 0 : m->next();
		memcpy(v.hi6, v.lo6, 16);
		bits = roll(m, 128);
		for (i = 0; i < bits; i++) {
			v.lo6[15 - i / 8] &= ~(1 << i % 8);
			v.hi6[15 - i / 8] |= 1 << i % 8;
		}
		/* not a prefix */
		if (!roll(m, 3) && v.hi6[15] != 0xff)
			v.hi6[15]++;
		give(m, match, field, v);
	}
}

static void give_side(struct maker *m, struct match *match, u32 ip4, u32 ip6, unsigned int version)
{
	bool negate = !roll(m, 3);

	if (version != 6) {
		give_ip4(m, match, ip4);
		/* the two need not agree: the kernel does not ask for it */
		match->of[ip4].negate = roll(m, 5) ? negate : !negate;
	}
	if (version != 4) {
		give_ip6(m, match, ip6);
		match->of[ip6].negate = negate;
	}
}

static void give_mac(struct maker *m, struct match *match, u32 field)
{
	struct match_value v = { .mask = 0xffffffffffffULL };

	if (!roll(m, 2))
		v.mask &= ~((1ULL << roll(m, 47)) - 1);
	v.value = m->next() & v.mask;
	give(m, match, field, v);
	match->of[field].negate = !roll(m, 4);
}

static void give_flags(struct maker *m, struct match *match)
{
	unsigned int n = 1 + (roll(m, 3) ? 0 : roll(m, 4));
	struct match_value v;

	while (n--) {
		v = (struct match_value){ .mask = roll(m, 2) ? 1 << roll(m, 9) : 1 + roll(m, 511) };
		v.value = roll(m, 512) & v.mask;
		give(m, match, ISOL_MATCH_A_TCP_FLAGS, v);
	}
	match->of[ISOL_MATCH_A_TCP_FLAGS].negate = !roll(m, 4);
}

static void give_ports(struct maker *m, struct match *match)
{
	if (roll(m, 2))
		give_numbers(m, match, ISOL_MATCH_A_DPORT, 65535, !roll(m, 5));
	if (!roll(m, 3))
		give_numbers(m, match, ISOL_MATCH_A_SPORT, 65535, !roll(m, 5));
}

/* What frames of IP are asked; @version: 4, 6 or 0 for both. */
static void give_ip(struct maker *m, struct match *match, unsigned int version)
{
	static const u8 with_ports[] = { 6, 17, 132, 136, 33 };
	unsigned int i;

	switch (roll(m, 6)) {
	case 0:
		break;
	case 1:
		i = with_ports[roll(m, 2) ? 0 : roll(m, 5)];
		give_number(m, match, ISOL_MATCH_A_PROTO, i, i);
		give_ports(m, match);
		if (i == 6 && !roll(m, 2))
			give_flags(m, match);
		break;
	case 2:
		give_number(m, match, ISOL_MATCH_A_PROTO, 6, 6);
		give_number(m, match, ISOL_MATCH_A_PROTO, 17, 17);
		give_ports(m, match);
		break;
	case 3:
		give_number(m, match, ISOL_MATCH_A_PROTO, 1, 1);
		version = version == 6 ? 0 : version;
		if (roll(m, 3))
			give_numbers(m, match, ISOL_MATCH_A_ICMP, 65535, !roll(m, 5));
		else
			give_number(m, match, ISOL_MATCH_A_ICMP, 8 << 8, 8 << 8 | 255);
		break;
	case 4:
		give_number(m, match, ISOL_MATCH_A_PROTO, 58, 58);
		version = version == 4 ? 0 : version;
		if (roll(m, 3))
			give_numbers(m, match, ISOL_MATCH_A_ICMP, 65535, !roll(m, 5));
		break;
	default:
		give_numbers(m, match, ISOL_MATCH_A_PROTO, 255, !roll(m, 5));
		break;
	}
	if (!roll(m, 2))
		give_side(m, match, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_SRC_IP6, version);
	if (!roll(m, 2))
		give_side(m, match, ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_DST_IP6, version);
	if (!roll(m, 4))
		give_numbers(m, match, ISOL_MATCH_A_DSCP, 63, !roll(m, 5));
	if (!roll(m, 6))
		give_numbers(m, match, ISOL_MATCH_A_FRAGMENT, ISOL_FRAGMENT_LATER, !roll(m, 5));
}

static void give_arp(struct maker *m, struct match *match)
{
	if (!roll(m, 2))
		give_number(m, match, ISOL_MATCH_A_ETHERTYPE, 0x0806, 0x0806);
	if (!roll(m, 2))
		give_numbers(m, match, ISOL_MATCH_A_ARP_OP, roll(m, 2) ? 10 : 65535, !roll(m, 5));
	if (!roll(m, 3))
		give_ip4(m, match, ISOL_MATCH_A_ARP_SENDER);
	if (!roll(m, 3))
		give_ip4(m, match, ISOL_MATCH_A_ARP_TARGET);
}

static void give_ether(struct maker *m, struct match *match)
{
	static const u16 known[] = { 4, 0x0800, 0x86dd, 0x88cc, 0x0806, 0x888e };
	unsigned int n = 1 + roll(m, 4);
	u32 lo;

	while (n--) {
		lo = roll(m, 2) ? known[roll(m, 6)] : 0x0600 + roll(m, 0xfa00);
		give_number(m, match, ISOL_MATCH_A_ETHERTYPE, lo,
			    lo == 4 || roll(m, 2) ? lo : lo + roll(m, 0x10000 - lo));
	}
	match->of[ISOL_MATCH_A_ETHERTYPE].negate = !roll(m, 5);
}

static void give_vlan(struct maker *m, struct match *match)
{
	if (roll(m, 3))
		give_numbers(m, match, ISOL_MATCH_A_VLAN, roll(m, 2) ? 3 : ISOL_VLAN_MAX,
			     !roll(m, 5));
	if (!roll(m, 3))
		give_numbers(m, match, ISOL_MATCH_A_PCP, 7, !roll(m, 5));
	if (!roll(m, 3))
		give_numbers(m, match, ISOL_MATCH_A_INNER_VLAN, roll(m, 2) ? 3 : 4095,
			     !roll(m, 5));
}

void random_match(struct policy *p, u64 (*next)(void), struct match *match)
{
	static const unsigned int versions[] = { 0, 4, 6 };
	struct maker m = { .p = p, .next = next };
	struct mark at;
	unsigned int i;

	/* what no frame can match is thrown away: it is rare */
	for (i = 0; i < 100; i++) {
		*match = (struct match){ 0 };
		switch (roll(&m, 4)) {
		case 0:
			give_arp(&m, match);
			break;
		case 1:
			give_ether(&m, match);
			break;
		default:
			give_ip(&m, match, versions[roll(&m, 3)]);
			break;
		}
		if (!roll(&m, 5))
			give_mac(&m, match, ISOL_MATCH_A_SRC_MAC);
		if (!roll(&m, 5))
			give_mac(&m, match, ISOL_MATCH_A_DST_MAC);
		if (!roll(&m, 6))
			give_numbers(&m, match, ISOL_MATCH_A_CAST, ISOL_CAST_BROADCAST,
				     !roll(&m, 5));
		if (!roll(&m, 6))
			give_vlan(&m, match);
		if (!match_empty(match) && !match_check(match, &at))
			return;
	}
	*match = (struct match){ 0 };
}

static void make_services(struct maker *m, unsigned int n)
{
	const struct service_kind *k;

	for (k = service_kinds; k->name && n; k++) {
		struct object *o = policy_object(m->p, OBJECT_SERVICE, k->name, nowhere);
		struct service *s = (struct service *)(void *)o;

		if (roll(m, 2))
			continue;
		if (k->follows && roll(m, 2))
			s->follow = true;
		else
			make_side(m, &s->where, 0);
		add(m, OBJECT_SERVICE, o);
	}
}

static void make_rules(struct maker *m, unsigned int n, enum object_kind kind)
{
	struct mark at;
	unsigned int i;
	char buf[80];

	for (i = 0; i < n; i++) {
		char prefix = kind == OBJECT_RULE ? 'r' : 'q';
		struct object *o = policy_object(m->p, kind, name(m, prefix, i, buf, sizeof(buf)),
						 nowhere);
		struct rule *r = (struct rule *)(void *)o;
		bool swap = roll(m, 2);

		/* so that the rule is about a guest at all */
		make_side(m, swap ? &r->to : &r->from, kind == OBJECT_RULE ? 1 : 2);
		make_side(m, swap ? &r->from : &r->to, 0);
		r->verdict = roll(m, ISOL_VERDICT_MAX + 1);
		if (!roll(m, 4))
			r->owner = word_make(m->p, roll(m, 2) ? "ops" : "42", nowhere);
		if (roll(m, 2))
			random_match(m->p, m->next, rule_ask(m->p, r));
		if (roll(m, 2))
			give_sets(m, rule_ask(m->p, r));
		if (r->match && !match_empty(r->match) && match_check(r->match, &at))
			r->match = NULL;
		r->stateless = roll(m, 2) || match_untracked(rule_match(r), &at);
		add(m, kind, o);
	}
}

struct policy *random_policy(u64 (*next)(void), unsigned int size)
{
	struct maker m = { .p = policy_new(), .next = next };
	struct diags d = { 0 };

	make_bridges(&m, roll(&m, size + 1));
	make_segments(&m);
	make_groups(&m, roll(&m, size + 1));
	make_bindings(&m, roll(&m, size + 1));
	make_sets(&m, OBJECT_REMOTE, roll(&m, size / 3 + 2));
	make_sets(&m, OBJECT_SET, roll(&m, size / 2 + 2));
	make_services(&m, roll(&m, 3));
	make_rules(&m, roll(&m, size + 1), OBJECT_RULE);
	make_rules(&m, roll(&m, size / 4 + 1), OBJECT_QRULE);
	if (policy_check(m.p, &d)) {
		diags_print(&d, stdout);
		abort();
	}
	diags_free(&d);
	return m.p;
}
