// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "service.h"

#define ETHERTYPE_IP4	0x0800
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
