// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "random_policy.h"
#include "userspace/check.h"
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
		if (prefix == "sgbr"[i % 4])
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
	const struct bridge *b;
	char buf[80];
	size_t i;

	policy_each_bridge(m->p, b, i) {
		struct object *o;
		struct segment *s;

		if (roll(m, 2))
			continue;
		o = policy_object(m->p, OBJECT_SEGMENT, name(m, 's', i, buf, sizeof(buf)), nowhere);
		s = (struct segment *)(void *)o;
		s->bridge = word_make(m->p, b->o.name.text, nowhere);
		s->within = roll(m, 2);
		s->uplink = roll(m, 2);
		add(m, OBJECT_SEGMENT, o);
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
		const char *s = any(m, roll(m, 2) ? OBJECT_GROUP : OBJECT_BINDING);

		if (!s || !roll(m, 3))
			s = words[roll(m, 4)];
		w = word_make(m->p, s, nowhere);
		endpoint_list_add(m->p, l, endpoint_make(w));
	}
}

static void make_rules(struct maker *m, unsigned int n, enum object_kind kind)
{
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
		r->verdict = roll(m, 2);
		if (!roll(m, 4))
			r->owner = word_make(m->p, roll(m, 2) ? "ops" : "42", nowhere);
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
	make_rules(&m, roll(&m, size + 1), OBJECT_RULE);
	make_rules(&m, roll(&m, size / 4 + 1), OBJECT_QRULE);
	if (policy_check(m.p, &d)) {
		diags_print(&d, stdout);
		abort();
	}
	diags_free(&d);
	return m.p;
}
