// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "service.h"

#define ETHERTYPE_IP4	0x0800
#define ETHERTYPE_ARP	0x0806
#define ETHERTYPE_RARP	0x8035
#define PROTO_IGMP	2
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_ICMP6	58
#define ARP_REQUEST	1
#define ARP_REPLY	2
#define TCP_SYN		0x02
#define TCP_ACK		0x10

const struct service_kind service_kinds[] = {
	{ "neighbor", "those who may be looked for", true, false },
	{ "dhcp", "the DHCP servers and relays", false, false },
	{ "router", "the routers", false, false },
	{ "multicast", "the queriers and routers of multicast", false, false },
	{ "announce", "those who are to learn where a guest is now", false, false },
	{ "dns", "the DNS servers", false, true },
	{ "ntp", "the NTP servers", false, true },
	{ NULL, NULL, false, false }
};

/* Between whom a rule of a service is. */
enum direction {
	OUT,		/* from the guests to the service */
	IN,		/* from the service to the guests */
	FOLLOW,		/* wherever other rules let IP pass */
};

/**
 * struct asked - what a frame has to be; what is 0 is not asked
 * @ether: EtherType
 * @arp: an ARP request or reply
 * @proto: protocols of IP
 * @sport: source port
 * @dport: destination port
 * @answer: no first packet of a TCP connection: not SYN without ACK
 * @icmp6: types of ICMPv6, and that protocol
 * @cast: enum isol_cast, of the destination address; not unicast
 */
struct asked {
	u16 ether;
	bool arp;
	u8 proto[2];
	u16 sport;
	u16 dport;
	bool answer;
	u8 icmp6[4];
	u8 cast;
};

/**
 * struct service_rule - a rule of a service
 * @service: its name
 * @name: what follows that in the rule's name
 * @direction: between whom
 * @what: its comment
 * @asked: what the frame has to be
 */
struct service_rule {
	const char *service;
	const char *name;
	enum direction direction;
	const char *what;
	struct asked asked;
};

/*
 * docs/policy-file.md explains them one by one. Multicast says so of its frames:
 * a rule that lets no unicast IP pass is not followed by the neighbours.
 */
static const struct service_rule rules[] = {
	{ "neighbor", "arp", FOLLOW, "ARP where rules let IPv4 pass", { .arp = true } },
	{ "neighbor", "nd", FOLLOW, "neighbour discovery where rules let IPv6 pass",
	  { .icmp6 = { 135, 136 } } },
	{ "neighbor", "arp-out", OUT, "ARP", { .arp = true } },
	{ "neighbor", "arp-in", IN, "ARP", { .arp = true } },
	{ "neighbor", "nd-out", OUT, "neighbour discovery", { .icmp6 = { 135, 136 } } },
	{ "neighbor", "nd-in", IN, "neighbour discovery", { .icmp6 = { 135, 136 } } },

	{ "dhcp", "request", OUT, "DHCP: from clients",
	  { .proto = { PROTO_UDP }, .sport = 68, .dport = 67 } },
	{ "dhcp", "reply", IN, "DHCP: from servers",
	  { .proto = { PROTO_UDP }, .sport = 67, .dport = 68 } },
	{ "dhcp", "request6", OUT, "DHCPv6: from clients",
	  { .proto = { PROTO_UDP }, .sport = 546, .dport = 547 } },
	{ "dhcp", "reply6", IN, "DHCPv6: from servers",
	  { .proto = { PROTO_UDP }, .sport = 547, .dport = 546 } },

	{ "router", "solicit", OUT, "router solicitations", { .icmp6 = { 133 } } },
	{ "router", "advert", IN, "router advertisements", { .icmp6 = { 134 } } },

	{ "multicast", "igmp-out", OUT, "IGMP",
	  { .ether = ETHERTYPE_IP4, .proto = { PROTO_IGMP }, .cast = ISOL_CAST_MULTICAST } },
	{ "multicast", "igmp-in", IN, "IGMP",
	  { .ether = ETHERTYPE_IP4, .proto = { PROTO_IGMP }, .cast = ISOL_CAST_MULTICAST } },
	{ "multicast", "mld-out", OUT, "MLD",
	  { .icmp6 = { 130, 131, 132, 143 }, .cast = ISOL_CAST_MULTICAST } },
	{ "multicast", "mld-in", IN, "MLD",
	  { .icmp6 = { 130, 131, 132, 143 }, .cast = ISOL_CAST_MULTICAST } },

	{ "announce", "rarp", OUT, "RARP of a hypervisor after migration",
	  { .ether = ETHERTYPE_RARP, .cast = ISOL_CAST_BROADCAST } },
	{ "announce", "arp", OUT, "gratuitous ARP", { .arp = true, .cast = ISOL_CAST_BROADCAST } },
	{ "announce", "na", OUT, "unsolicited neighbour advertisements",
	  { .icmp6 = { 136 }, .cast = ISOL_CAST_MULTICAST } },

	{ "dns", "query", OUT, "DNS: queries", { .proto = { PROTO_TCP, PROTO_UDP }, .dport = 53 } },
	{ "dns", "answer-udp", IN, "DNS: answers by UDP", { .proto = { PROTO_UDP }, .sport = 53 } },
	{ "dns", "answer-tcp", IN, "DNS: answers by TCP",
	  { .proto = { PROTO_TCP }, .sport = 53, .answer = true } },

	{ "ntp", "request", OUT, "NTP: requests", { .proto = { PROTO_UDP }, .dport = 123 } },
	{ "ntp", "reply", IN, "NTP: replies", { .proto = { PROTO_UDP }, .sport = 123 } },
};

const struct service_kind *service_kind_find(const char *name)
{
	const struct service_kind *k;

	for (k = service_kinds; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

const char *service_list(char buf[SERVICE_LIST_SIZE])
{
	const struct service_kind *k;
	size_t n = 0;

	for (k = service_kinds; k->name; k++)
		n += snprintf(buf + n, SERVICE_LIST_SIZE - n, "%s%s", n ? ", " : "", k->name);
	return buf;
}

/*
 * Expansion
 */

static void ask_value(struct policy *p, struct match *m, u32 field, u32 lo, u32 hi)
{
	struct match_value v = { .lo = lo, .hi = hi };

	match_add(&p->arena, m, field, &v);
}

static void ask_one(struct policy *p, struct match *m, u32 field, u32 value)
{
	if (value)
		ask_value(p, m, field, value, value);
}

static void ask(struct policy *p, struct match *m, const struct asked *asked)
{
	struct match_value flags = { .value = TCP_SYN, .mask = TCP_SYN | TCP_ACK };
	size_t i;

	ask_one(p, m, ISOL_MATCH_A_ETHERTYPE, asked->ether);
	ask_one(p, m, ISOL_MATCH_A_CAST, asked->cast);
	for (i = 0; i < ARRAY_SIZE(asked->proto); i++)
		ask_one(p, m, ISOL_MATCH_A_PROTO, asked->proto[i]);
	ask_one(p, m, ISOL_MATCH_A_SPORT, asked->sport);
	ask_one(p, m, ISOL_MATCH_A_DPORT, asked->dport);
	if (asked->answer) {
		match_add(&p->arena, m, ISOL_MATCH_A_TCP_FLAGS, &flags);
		m->of[ISOL_MATCH_A_TCP_FLAGS].negate = true;
	}
	if (asked->icmp6[0])
		ask_one(p, m, ISOL_MATCH_A_PROTO, PROTO_ICMP6);
	for (i = 0; i < ARRAY_SIZE(asked->icmp6) && asked->icmp6[i]; i++)
		ask_value(p, m, ISOL_MATCH_A_ICMP, asked->icmp6[i] << 8,
			  asked->icmp6[i] << 8 | 0xff);
	if (asked->arp) {
		ask_one(p, m, ISOL_MATCH_A_ARP_OP, ARP_REQUEST);
		ask_one(p, m, ISOL_MATCH_A_ARP_OP, ARP_REPLY);
	}
}

static void add_word(struct policy *p, struct endpoint_list *l, const char *word)
{
	endpoint_list_add(p, l, endpoint_make((struct word){ .text = word }));
}

static void add_where(struct policy *p, struct endpoint_list *l, const struct service *s)
{
	size_t i;

	for (i = 0; i < s->where.n; i++)
		endpoint_list_add(p, l, s->where.v[i]);
}

static bool ask_the_same(const struct asked *a, const struct asked *b)
{
	return a->ether == b->ether && a->arp == b->arp && a->sport == b->sport &&
	       a->dport == b->dport && a->answer == b->answer && a->cast == b->cast &&
	       !memcmp(a->proto, b->proto, sizeof(a->proto)) &&
	       !memcmp(a->icmp6, b->icmp6, sizeof(a->icmp6));
}

/* Between the guests and themselves, a rule that says the same as another says nothing. */
static bool said_already(const struct service *s, const struct service_rule *r)
{
	const struct service_rule *other = r - 1;

	return s->where.n == 1 && s->where.v[0].kind == ISOL_ENDPOINT_MEMBERS &&
	       r->direction == IN && r != rules && !strcmp(other->service, r->service) &&
	       ask_the_same(&other->asked, &r->asked);
}

static void add_rule(struct policy *p, const struct service *s, const struct service_rule *from)
{
	char name[ISOL_NAME_LEN + 1];
	struct object *o;
	struct rule *r;

	snprintf(name, sizeof(name), SERVICE_PREFIX "%s:%s", from->service, from->name);
	o = policy_object(p, OBJECT_SRULE, name, s->o.name.at);
	o->comment = word_make(p, from->what, s->o.name.at);
	r = (struct rule *)(void *)o;
	r->service = word_make(p, from->service, s->o.name.at);
	r->verdict = ISOL_VERDICT_ACCEPT;
	r->stateless = true;
	ask(p, rule_ask(p, r), &from->asked);
	switch (from->direction) {
	case OUT:
		add_word(p, &r->from, "members");
		add_where(p, &r->to, s);
		break;
	case IN:
		add_where(p, &r->from, s);
		add_word(p, &r->to, "members");
		break;
	case FOLLOW:
		r->follow = true;
		add_word(p, &r->from, "any");
		add_word(p, &r->to, "any");
		break;
	}
	policy_add(p, OBJECT_SRULE, o);
}

static bool follows(const struct service_rule *r)
{
	return r->direction == FOLLOW;
}

void service_expand(struct policy *p, struct service *s)
{
	size_t i;

	if (s->expanded)
		return;
	s->expanded = true;
	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (!strcmp(rules[i].service, s->o.name.text) &&
		    s->follow == follows(&rules[i]) && !said_already(s, &rules[i]))
			add_rule(p, s, &rules[i]);
}

void service_drop_rules(struct policy *p, const char *name)
{
	struct objects *l = &p->list[OBJECT_SRULE];
	size_t i = 0;

	while (i < l->n) {
		const struct rule *r = (const void *)l->v[i];

		if (strcmp(r->service.text, name))
			i++;
		else
			policy_del(p, OBJECT_SRULE, &r->o);
	}
}

/*
 * The hint
 */

static bool is_asked(const struct match *m, u32 field)
{
	return m->of[field].n;
}

/* May the field be this number, as far as it alone goes? */
static bool may_be(const struct match *m, u32 field, u32 number)
{
	const struct match_field *f = &m->of[field];
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->v[i].lo <= number && number <= f->v[i].hi)
			return !f->negate;
	return !f->n || f->negate;
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
		if (is_asked(m, fields[i]))
			return true;
	return false;
}

static bool asks_arp(const struct match *m)
{
	return is_asked(m, ISOL_MATCH_A_ARP_OP) || is_asked(m, ISOL_MATCH_A_ARP_SENDER) ||
	       is_asked(m, ISOL_MATCH_A_ARP_TARGET);
}

/* What finds a neighbour; in the versions of IP that matches speak of. */
static bool finds(const struct match *m, bool six)
{
	if (!six)
		return !asks_ip(m) && may_be(m, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_ARP) &&
		       may_be(m, ISOL_MATCH_A_ARP_OP, 1);
	return !asks_arp(m) && may_be(m, ISOL_MATCH_A_ETHERTYPE, 0x86dd) &&
	       (!is_asked(m, ISOL_MATCH_A_SRC_IP4) || is_asked(m, ISOL_MATCH_A_SRC_IP6)) &&
	       (!is_asked(m, ISOL_MATCH_A_DST_IP4) || is_asked(m, ISOL_MATCH_A_DST_IP6)) &&
	       may_be(m, ISOL_MATCH_A_PROTO, PROTO_ICMP6) &&
	       may_be(m, ISOL_MATCH_A_ICMP, 135 << 8);
}

static bool in_group(const struct policy *p, const struct endpoint *e, const char *group)
{
	const struct binding *b = policy_find(p, OBJECT_BINDING, e->name.text);

	return b && word_list_has(&b->groups, group);
}

/* Is all that @e stands for in the list too? */
static bool covers(const struct policy *p, const struct endpoint_list *l, const struct endpoint *e)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct endpoint *o = &l->v[i];
		bool guests = e->kind == ISOL_ENDPOINT_GROUP || e->kind == ISOL_ENDPOINT_BINDING;

		if (o->kind == ISOL_ENDPOINT_ANY ||
		    (o->kind == e->kind && !strcmp(o->name.text, e->name.text)) ||
		    (o->kind == ISOL_ENDPOINT_MEMBERS && guests) ||
		    (o->kind == ISOL_ENDPOINT_UPLINK && e->kind == ISOL_ENDPOINT_REMOTE) ||
		    (o->kind == ISOL_ENDPOINT_GROUP && e->kind == ISOL_ENDPOINT_BINDING &&
		     in_group(p, e, o->name.text)))
			return true;
	}
	return false;
}

/* Rules by which a neighbour may be found. */
struct finders {
	const struct policy *p;
	const struct rule **v;
	size_t n;
	size_t steps;
};

/* A hint is not worth seconds. */
#define MOST_STEPS 3000000

static void find_finders(struct finders *f)
{
	static const enum object_kind tables[] = { OBJECT_SRULE, OBJECT_RULE };
	const struct rule *r;
	size_t i, j;

	f->v = xcalloc(f->p->list[OBJECT_SRULE].n + f->p->list[OBJECT_RULE].n + 1, sizeof(*f->v));
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		policy_each(f->p, tables[i], const struct rule, r, j)
			if (r->verdict == ISOL_VERDICT_ACCEPT &&
			    (finds(rule_match(r), false) || finds(rule_match(r), true)))
				f->v[f->n++] = r;
}

static bool finds_way(struct finders *f, const struct endpoint *from, const struct endpoint *to,
		      bool six)
{
	size_t i;

	f->steps += f->n;
	for (i = 0; i < f->n && f->steps < MOST_STEPS; i++)
		if (covers(f->p, &f->v[i]->from, from) && covers(f->p, &f->v[i]->to, to) &&
		    finds(rule_match(f->v[i]), six))
			return true;
	return f->steps >= MOST_STEPS;
}

/* Does a default let pass between guests, or guests and uplinks, what no rule decides? */
static bool defaults_open(const struct policy *p)
{
	const struct segment *s;
	const struct bridge *br;
	const struct binding *b;
	size_t i;

	policy_each_bridge(p, br, i)
		if (br->verdict == ISOL_VERDICT_ACCEPT || br->unbound == ISOL_VERDICT_ACCEPT)
			return true;
	policy_each_segment(p, s, i)
		if (s->within == ISOL_VERDICT_ACCEPT || s->uplink == ISOL_VERDICT_ACCEPT)
			return true;
	policy_each_binding(p, b, i)
		if (b->role == ISOL_ROLE_COMMUNITY || b->role == ISOL_ROLE_PROMISCUOUS)
			return true;
	return false;
}

static bool nobody_finds(struct finders *f, const struct rule *r)
{
	const u32 passes = match_passes(rule_match(r));
	size_t i, j;
	bool six;

	if (r->verdict != ISOL_VERDICT_ACCEPT || match_empty(rule_match(r)) || !passes)
		return false;
	for (i = 0; i < r->from.n; i++)
		for (j = 0; j < r->to.n; j++)
			for (six = !(passes & MATCH_PASSES_IP4); ; six = true) {
				if (finds_way(f, &r->from.v[i], &r->to.v[j], six) &&
				    finds_way(f, &r->to.v[j], &r->from.v[i], six))
					return false;
				if (six || !(passes & MATCH_PASSES_IP6))
					break;
			}
	return true;
}

static bool works_by_finding(const struct rule *r)
{
	const struct service_kind *k;

	if (!r->service.text)
		return true;
	k = service_kind_find(r->service.text);
	return k && k->found;
}

const struct rule *service_hint(const struct policy *p, size_t *more)
{
	static const enum object_kind tables[] = { OBJECT_RULE, OBJECT_SRULE };
	struct finders f = { .p = p };
	const struct rule *r, *first = NULL;
	size_t i, t;

	*more = 0;
	if (policy_find(p, OBJECT_SERVICE, "neighbor") || defaults_open(p))
		return NULL;
	find_finders(&f);
	for (t = 0; t < ARRAY_SIZE(tables); t++)
		policy_each(p, tables[t], const struct rule, r, i) {
			if (!works_by_finding(r) || !nobody_finds(&f, r))
				continue;
			if (first)
				++*more;
			else
				first = r;
		}
	free(f.v);
	return first;
}
