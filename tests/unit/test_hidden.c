// SPDX-License-Identifier: GPL-2.0
/*
 * The warning that a rule never matches is true: no frame gets to such a rule, by
 * the rules as the oracle asks them one by one. And it is given where it has to be.
 */
#include "give.h"
#include "keys.h"
#include "oracle.h"
#include "random_policy.h"
#include "test.h"
#include "userspace/check.h"
#include "userspace/load.h"
#include "userspace/match_fault.h"

static const struct mark nowhere;

/* ---- by the text */

/* What the first and the second rule are, and whether the second is hidden. */
static const struct {
	const char *first;
	const char *second;
	bool hidden;
} pairs[] = {
	/* endpoints */
	{ "from: any, to: any, verdict: accept", "from: a, to: b, verdict: drop", true },
	{ "from: any, to: any, verdict: drop", "from: host, to: a, verdict: accept", true },
	{ "from: members, to: members, verdict: drop", "from: a, to: g, verdict: accept", true },
	{ "from: members, to: members, verdict: drop", "from: host, to: g, verdict: drop", false },
	{ "from: members, to: any, verdict: drop", "from: any, to: any, verdict: drop", false },
	{ "from: g, to: any, verdict: drop", "from: a, to: b, verdict: drop", true },
	{ "from: g, to: any, verdict: drop", "from: c, to: b, verdict: drop", false },
	{ "from: a, to: any, verdict: drop", "from: g, to: b, verdict: drop", false },
	{ "from: [a, b, host], to: any, verdict: drop", "from: [host, a], to: b, verdict: drop", true },
	{ "from: [a, b, host], to: any, verdict: drop", "from: [c, a], to: b, verdict: drop", false },
	{ "from: [g, c], to: any, verdict: drop", "from: [c, a, b], to: b, verdict: drop", true },
	{ "from: [h, g], to: any, verdict: drop", "from: [a, b], to: b, verdict: drop", true },
	/* matches, of the same verdict */
	{ "from: g, to: c, tcp: any, verdict: accept", "from: g, to: c, tcp: 80, verdict: accept", true },
	{ "from: g, to: c, tcp: 1-100, verdict: accept", "from: g, to: c, tcp: [80, 90], verdict: accept", true },
	{ "from: g, to: c, tcp: [1-80, 81-100], verdict: accept", "from: g, to: c, tcp: 70-90, verdict: accept", true },
	{ "from: g, to: c, tcp: [1-80, 82-100], verdict: accept", "from: g, to: c, tcp: 70-90, verdict: accept", false },
	{ "from: g, to: c, tcp: [1-50, 40-100], verdict: accept", "from: a, to: c, tcp: 45-90, verdict: accept", true },
	{ "from: g, to: c, tcp: 80, verdict: accept", "from: g, to: c, tcp: any, verdict: accept", false },
	{ "from: g, to: c, tcp: 80, verdict: accept", "from: g, to: c, udp: 80, verdict: accept", false },
	{ "from: g, to: c, proto: [tcp, udp], dport: 53, verdict: accept", "from: a, to: c, udp: 53, verdict: accept", true },
	{ "from: g, to: c, src: 10.0.0.0/8, verdict: accept", "from: g, to: c, src: 10.1.2.3, tcp: 80, verdict: accept", true },
	{ "from: g, to: c, src: 10.0.0.0/8, verdict: accept", "from: g, to: c, src: 10.1.2.3-11.0.0.0, verdict: accept", false },
	{ "from: g, to: c, src: \"2001:db8::/32\", verdict: accept", "from: a, to: c, src: [\"2001:db8:1::/48\", \"2001:db8::5\"], verdict: accept", true },
	{ "from: g, to: c, src: \"2001:db8::/32\", verdict: accept", "from: g, to: c, src: \"2001:db7::/32\", verdict: accept", false },
	{ "from: g, to: c, src: [10.0.0.0/8, \"2001:db8::/32\"], verdict: accept", "from: g, to: c, src: 10.0.0.1, verdict: accept", true },
	{ "from: g, to: c, src: 10.0.0.0/8, verdict: accept", "from: g, to: c, src: [10.0.0.1, \"2001:db8::1\"], verdict: accept", false },
	{ "from: g, to: c, src: 10.0.0.0/8, verdict: accept", "from: g, to: c, dst: 10.0.0.1, verdict: accept", false },
	{ "from: g, to: c, arp: [request, reply], verdict: accept", "from: g, to: c, arp: request, arp_target: 10.0.0.1, verdict: accept", true },
	{ "from: g, to: c, icmp: 3, verdict: accept", "from: g, to: c, icmp: 3/4, verdict: accept", true },
	{ "from: g, to: c, icmp: any, verdict: accept", "from: g, to: c, icmp: 3/4, verdict: accept", true },
	{ "from: g, to: c, icmp: any, verdict: accept", "from: g, to: c, icmpv6: 3/4, verdict: accept", false },
	{ "from: g, to: c, src_mac: \"52:54:00:00:00:00/24\", verdict: drop", "from: g, to: c, src_mac: \"52:54:00:12:34:56\", verdict: accept", true },
	{ "from: g, to: c, src_mac: \"52:54:00:12:34:56\", verdict: drop", "from: g, to: c, src_mac: \"52:54:00:00:00:00/24\", verdict: accept", false },
	{ "from: g, to: c, tcp: any, tcp_flags: syn, verdict: drop", "from: g, to: c, tcp: any, tcp_flags: syn/syn+ack, verdict: drop", true },
	{ "from: g, to: c, tcp: any, tcp_flags: syn/syn+ack, verdict: drop", "from: g, to: c, tcp: any, tcp_flags: syn, verdict: drop", false },
	/* with not */
	{ "from: g, to: c, tcp: {not: 80}, verdict: drop", "from: g, to: c, tcp: [81, 90-100], verdict: drop", true },
	{ "from: g, to: c, tcp: {not: 80}, verdict: drop", "from: g, to: c, tcp: 79-81, verdict: drop", false },
	{ "from: g, to: c, tcp: {not: 80}, verdict: drop", "from: g, to: c, tcp: {not: [80, 81]}, verdict: drop", true },
	{ "from: g, to: c, tcp: {not: [80, 81]}, verdict: drop", "from: g, to: c, tcp: {not: 80}, verdict: drop", false },
	{ "from: g, to: c, tcp: 80-90, verdict: drop", "from: g, to: c, tcp: {not: 80}, verdict: drop", false },
	{ "from: g, to: c, dst_mac: {not: \"01:00:00:00:00:00/8\"}, verdict: drop", "from: g, to: c, dst_mac: \"52:54:00:00:00:00/24\", verdict: drop", true },
	/* nobody can tell: a rule that drops hides all, one that accepts leaves some */
	{ "from: g, to: c, tcp: any, verdict: drop", "from: a, to: c, tcp: 80, verdict: accept", true },
	{ "from: g, to: c, tcp: 1-100, verdict: accept", "from: a, to: c, tcp: 80, verdict: drop", false },
	{ "from: g, to: c, tcp: any, verdict: accept", "from: a, to: c, tcp: 80, verdict: drop", false },
	{ "from: g, to: c, cast: unicast, verdict: accept", "from: a, to: c, cast: unicast, tcp: 80, verdict: drop", true },
	{ "from: g, to: c, cast: [unicast, multicast], verdict: accept", "from: a, to: c, cast: unicast, verdict: drop", true },
	{ "from: any, to: any, verdict: accept", "from: a, to: c, tcp: 80, verdict: drop", true },
	/* remotes and sets: what they hold is not looked at */
	{ "from: uplink, to: any, verdict: accept", "from: far, to: c, verdict: drop", true },
	{ "from: uplink, to: c, tcp: any, verdict: accept", "from: [far, uplink], to: c, tcp: 80, verdict: accept", true },
	{ "from: far, to: any, verdict: drop", "from: uplink, to: c, verdict: drop", false },
	{ "from: far, to: any, verdict: drop", "from: far, to: c, verdict: drop", false },
	{ "from: g, to: c, tcp: any, verdict: accept", "from: a, to: c, tcp: {set: web}, verdict: accept", true },
	{ "from: g, to: c, tcp: {set: web}, verdict: drop", "from: a, to: c, tcp: 80, verdict: drop", false },
};

/* Of a rule alone: why its ends make it match nothing; NULL: they do not. */
static const struct {
	const char *rule;
	const char *why;
} alone[] = {
	/* segments */
	{ "from: d, to: f, verdict: accept", "what is in 'from' is in segment red, what is in 'to' is in segment blue, and nothing passes from one segment to another" },
	{ "from: d, to: f, verdict: drop", "is in segment red" },
	{ "from: d, to: e, verdict: accept", NULL },
	{ "from: [d, f], to: e, verdict: accept", NULL },
	{ "from: d, to: a, verdict: accept", "what is in 'to' is in no VLAN segment, and" },
	{ "from: g, to: [d, f], verdict: accept", "what is in 'to' is in segments red, blue, and" },
	{ "from: rg, to: bg, verdict: accept", "is in segment red" },
	{ "from: rg, to: [bg, rg], verdict: accept", NULL },
	{ "from: [a, d], to: f, verdict: accept", "is in segment red, or in no VLAN segment, what" },
	{ "from: d, to: members, verdict: accept", NULL },
	{ "from: d, to: any, verdict: accept", NULL },
	{ "from: d, to: [host, f], verdict: accept", NULL },
	{ "from: uplink, to: f, verdict: accept", NULL },
	{ "from: far4, to: f, verdict: accept", NULL },
	/* a group that none is in is filled later */
	{ "from: empty, to: f, verdict: accept", NULL },
	{ "from: a, to: c, verdict: accept", NULL },
	{ "from: a, to: other, verdict: accept", NULL },
	{ "from: other, to: first, verdict: accept", "are on different bridges" },
	{ "from: other, to: d, verdict: accept", "is in no VLAN segment, what is in 'to' is in segment red" },
	/* remotes and sets of one version of IP */
	{ "from: far4, to: a, arp: any, verdict: accept", "a remote is known by the IP address in a frame, and the frames that it asks for have none; expected 'uplink'" },
	{ "from: a, to: far, ether: 0x88cc, verdict: accept", "expected 'uplink'" },
	{ "from: far4, to: a, ether: ipv6, verdict: accept", "the remotes in 'from' hold addresses of IPv4 only, and what else it says is for IPv6 only" },
	{ "from: far4, to: a, ether: ipv6, verdict: drop", NULL },
	{ "from: far4, to: a, ether: [ipv4, ipv6], verdict: accept", NULL },
	{ "from: far4, to: a, ether: {not: ipv4}, verdict: accept", "IPv4 only" },
	{ "from: far4, to: a, icmpv6: any, verdict: accept", NULL },
	{ "from: far4, to: a, icmpv6: 128, verdict: accept", "IPv4 only" },
	{ "from: a, to: far6, icmp: 8, verdict: accept", "the remotes in 'to' hold addresses of IPv6 only" },
	{ "from: a, to: far, icmp: 8, verdict: accept", NULL },
	{ "from: a, to: [far4, far6], icmp: 8, verdict: accept", NULL },
	{ "from: a, to: [far6, uplink], icmp: 8, verdict: accept", NULL },
	{ "from: a, to: [far6, b], icmp: 8, verdict: accept", NULL },
	{ "from: far4, to: a, dst: \"2001:db8::1\", verdict: accept", "IPv4 only" },
	{ "from: far4, to: a, dst: 10.1.1.1, verdict: accept", NULL },
	{ "from: far4, to: a, dst: {set: net6}, verdict: accept", "the sets in 'dst' hold addresses of IPv6 only, and what else it says is for IPv4 only" },
	{ "from: a, to: b, src: {set: net6}, icmp: 8, verdict: accept", "the sets in 'src' hold addresses of IPv6 only" },
	{ "from: a, to: b, src: {not: {set: net6}}, icmp: 8, verdict: accept", NULL },
	{ "from: a, to: b, src: {set: net4}, icmp: 8, verdict: accept", NULL },
	/* VLANs */
	{ "from: d, to: e, vlan: 31, verdict: accept", "what passes between its ends is in VLAN 30, as their segment is, and it asks for another" },
	{ "from: d, to: e, vlan: 31, verdict: drop", NULL },
	{ "from: d, to: e, vlan: 30, verdict: accept", NULL },
	{ "from: d, to: uplink, vlan: none, verdict: accept", "VLAN 30" },
	{ "from: any, to: [f, d], vlan: {not: 30-31}, verdict: accept", "is in VLANs 30, 31, as their segments are, and it asks for others" },
	{ "from: any, to: [f, d], vlan: {not: 30}, verdict: accept", NULL },
	{ "from: any, to: members, vlan: 77, verdict: accept", NULL },
	{ "from: [a, d], to: members, vlan: 77, verdict: accept", NULL },
	{ "from: [a, d], to: e, vlan: 77, verdict: accept", "VLAN 30" },
};

#define ENDS								\
	"isol: 1\nbridges: {br0: {}, br1: {}}\n"			\
	"groups: {g: {}, h: {}, rg: {}, bg: {}, empty: {}}\n"		\
	"segments:\n"							\
	"  red: {bridge: br0, vlan: 30}\n"				\
	"  blue: {bridge: br0, vlan: 31}\n"				\
	"  rest: {bridge: br0}\n"					\
	"  whole: {bridge: br1}\n"					\
	"remotes:\n"							\
	"  far4: [10.0.0.0/8]\n"					\
	"  far6: [\"2001:db8::/32\"]\n"					\
	"  far: [10.1.0.0/16, \"fd00::/8\"]\n"				\
	"sets:\n"							\
	"  net4: {addresses: [10.0.0.0/9]}\n"				\
	"  net6: {addresses: [\"2001:db8::/48\"]}\n"			\
	"bindings:\n"							\
	"  a: {port: pa, groups: [g]}\n"				\
	"  b: {port: pb, groups: [g, h]}\n"				\
	"  c: {port: pc}\n"						\
	"  d: {port: pd, segment: red, groups: [rg]}\n"			\
	"  e: {port: pe, segment: red, groups: [rg]}\n"			\
	"  f: {port: pf, segment: blue, groups: [bg]}\n"		\
	"  other: {port: po, segment: whole}\n"				\
	"  first: {port: pg, segment: rest}\n"

static void ends(void)
{
	char text[2048];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(alone) && test_good(); i++) {
		const char *why = NULL;
		struct diags d = { 0 };
		struct policy *p = NULL;

		snprintf(text, sizeof(text), ENDS "rules:\n- {name: r, %s, stateless: true}\n",
			 alone[i].rule);
		CHECK_MSG(!isol_load("f", text, strlen(text), &p, &d), "%s: %s", alone[i].rule,
			  d.n ? d.v[0].text : "");
		for (j = 0; j < d.n; j++)
			if (strstr(d.v[j].text, "rule 'r' never matches: "))
				why = d.v[j].text;
		CHECK_MSG(!why == !alone[i].why && (!why || strstr(why, alone[i].why)),
			  "%s: %s", alone[i].rule, why ? why : "not warned of");
		diags_free(&d);
		policy_free(p);
	}
}

/* Rules that reject, and whether there is somebody to be told. */
static void untold(void)
{
	static const struct {
		const char *rule;
		const char *why;
	} cases[] = {
		{ "from: host, to: a", "what comes from the host is not answered" },
		{ "from: [host, b], to: a", NULL },
		{ "from: a, to: b, cast: [multicast, broadcast]", "what goes to many" },
		{ "from: a, to: b, cast: {not: unicast}", "what goes to many" },
		{ "from: a, to: b, cast: [unicast, broadcast]", NULL },
		{ "from: a, to: b, fragment: later", "fragments" },
		{ "from: a, to: b, fragment: {not: later}", NULL },
		{ "from: a, to: b, arp: any", "what is not IP" },
		{ "from: a, to: b, ether: [arp, lldp]", "what is not IP" },
		{ "from: a, to: b, ether: ipv6", NULL },
		{ "from: any, to: any", NULL },
	};
	char text[2048];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases) && test_good(); i++) {
		const char *why = NULL;
		struct diags d = { 0 };
		struct policy *p = NULL;

		snprintf(text, sizeof(text), ENDS
			 "rules:\n- {name: r, %s, verdict: reject, stateless: true}\n",
			 cases[i].rule);
		CHECK_EQ(isol_load("f", text, strlen(text), &p, &d), 0);
		for (j = 0; j < d.n; j++)
			if (strstr(d.v[j].text, "rule 'r' rejects, and nobody is told: "))
				why = d.v[j].text;
		CHECK_MSG(!!why == !!cases[i].why, "%s: %s", cases[i].rule,
			  why ?: "not warned of");
		if (why && cases[i].why)
			CHECK_MSG(strstr(why, cases[i].why), "%s: %s", cases[i].rule, why);
		diags_free(&d);
		policy_free(p);
	}
}

/* @stateless: the first bit is about the first rule, the second about the second */
static struct policy *load(const char *first, const char *second, u32 stateless, bool *hidden)
{
	static const char *const words[] = { "", ", stateless: true" };
	struct diags d = { 0 };
	struct policy *p = NULL;
	char text[1024];
	size_t i;

	snprintf(text, sizeof(text),
		 "isol: 1\ngroups: {g: {}, h: {}}\nbridges: {br0: {}}\n"
		 "remotes: {far: [10.0.0.0/8]}\nsets: {web: {ports: [80]}}\n"
		 "bindings: {a: {port: pa, groups: [g]}, b: {port: pb, groups: [g, h]}, c: {port: pc}}\n"
		 "rules:\n- {name: r0, %s%s}\n- {name: r1, %s%s}\n",
		 first, words[stateless & 1], second, words[stateless >> 1]);
	CHECK_MSG(!isol_load("f", text, strlen(text), &p, &d), "%s: %s", text,
		  d.n ? d.v[0].text : "");
	for (i = 0; i < d.n; i++) {
		if (!strstr(d.v[i].text, "never matches"))
			continue;
		*hidden = true;
		CHECK_MSG(strstr(d.v[i].text,
				 "rule 'r1' never matches: rule 'r0' (line 8) comes first and"),
			  "%s", d.v[i].text);
	}
	diags_free(&d);
	return p;
}

/* ---- by asking */

/* What ends a rule may be between: all kinds, and each binding in quarantine too. */
static u32 make_ends(const struct isol_model *model, struct oracle_end *ends)
{
	const struct isol_binding *b;
	u32 n = 0;

	ends[n++] = (struct oracle_end){ .kind = ORACLE_HOST };
	ends[n++] = (struct oracle_end){ .kind = ORACLE_UPLINK };
	ends[n++] = (struct oracle_end){ .kind = ORACLE_UNBOUND };
	for (b = model->bindings; b && n < 60; b = b->next) {
		ends[n++] = (struct oracle_end){ .kind = ORACLE_BINDING, .binding = b };
		/* in quarantine nothing else is different from one to another */
		if (n < 8)
			ends[n++] = (struct oracle_end){ .kind = ORACLE_BINDING, .binding = b,
							 .quarantined = true };
	}
	return n;
}

static void never_decides(const struct isol_model *model, const struct isol_rule *rule,
			  const struct isol_key *key)
{
	struct oracle_end ends[64];
	u32 n = make_ends(model, ends), i, j;
	char buf[300];

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			struct oracle_answer a, b;
			struct oracle_vlan own = oracle_own_vlan(&ends[i], &ends[j]), vlan = own;
			struct isol_key in = *key;

			/* in the VLAN that it says, and in that of the ends */
			vlan.vid = keys_vlan_known(key) ? (int)key->v[ISOL_MATCH_A_VLAN] : -1;
			a = oracle_ask_vlan(model, model->bridges, &ends[i], &ends[j], vlan, key);
			b = a;
			if (own.vid > 0) {
				in.v[ISOL_MATCH_A_VLAN] = own.vid;
				b = oracle_ask(model, model->bridges, &ends[i], &ends[j], &in);
			}
			CHECK_MSG(a.rule != rule && b.rule != rule,
				  "rule %s decides about %s", rule->name,
				  keys_text(key, buf, sizeof(buf)));
		}
}

/* Frames at random and at all bounds of the rule and of those in front of it. */
static void ask_frames(const struct isol_model *model, const char *name, u32 n)
{
	const struct isol_rule *rule = isol_model_rule(model, name), *other;
	struct keys *keys = keys_new(model);
	struct isol_key key;
	u32 shape, field, nr;

	for (; n && test_good(); n--) {
		keys_random(keys, &key);
		never_decides(model, rule, &key);
	}
	for (other = model->rules[rule->table]; other; other = other->next) {
		for (shape = 0; other->match && shape < ISOL_NSHAPES && test_good(); shape++)
			for (field = 0; field < other->match->n; field++)
				for (nr = 0; keys_edge(keys, other, shape, field, nr, &key); nr++)
					never_decides(model, rule, &key);
		if (other == rule)
			break;
	}
	keys_free(keys);
}

/* The rules that policy_check() warns of are asked for. Return: their number. */
static u32 check_warned(struct policy *p, const struct diags *d, u32 frames)
{
	struct isol_fault f = { 0 };
	struct isol_model *model;
	struct isol_mem mem;
	u32 n = 0;
	size_t i;

	isol_mem_init(&mem, 1 << 28);
	model = isol_model_new(&mem);
	CHECK_MSG(!give_policy(model, p, &f), "the model refuses it: %s", f.msg ? f.msg : "?");
	for (i = 0; i < d->n && test_good(); i++) {
		char name[80];

		if (!strstr(d->v[i].text, "' never matches: ") ||
		    sscanf(d->v[i].text, "rule '%79[^']'", name) != 1)
			continue;
		CHECK(isol_model_rule(model, name));
		ask_frames(model, name, frames);
		n++;
		if (!test_good())
			printf("# %s\n", d->v[i].text);
	}
	isol_model_free(model);
	return n;
}

static void told(void)
{
	u32 stateless;
	size_t i;

	/* stateless or not is all the same */
	for (i = 0; i < 4 * ARRAY_SIZE(pairs); i++) {
		const char *first = pairs[i / 4].first, *second = pairs[i / 4].second;
		bool hidden = false;
		struct policy *p;

		stateless = i % 4;
		p = load(first, second, stateless, &hidden);
		CHECK_MSG(hidden == pairs[i / 4].hidden, "%s: %s, then %s, stateless %u",
			  hidden ? "warned of" : "not warned of", first, second, stateless);
		policy_free(p);
	}
}

/* ---- at random */

/* Make each value of a match a little less or more, or go; or ask for something more. */
static void change_match(struct policy *p, struct match *m)
{
	static const u32 more[] = {
		ISOL_MATCH_A_DSCP, ISOL_MATCH_A_FRAGMENT, ISOL_MATCH_A_CAST,
	};
	u32 field, by;
	size_t i;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		struct match_field *f = &m->of[field];

		if (f->n && percent(5))
			f->negate = !f->negate;
		if (f->n && percent(10) && field != ISOL_MATCH_A_PROTO)
			f->n = 0;
		if (f->n > 1 && percent(30))
			f->n--;
		for (i = 0; i < f->n; i++) {
			struct match_value *v = &f->v[i];

			by = below(3);
			switch (percent(30) ? (int)match_type(field) : -1) {
			case MATCH_IP6:
				v->lo6[15] += by;
				v->hi6[15] -= percent(90) ? 0 : by;
				break;
			case MATCH_MAC:
			case MATCH_FLAGS:
				v->mask |= 1ULL << below(field == ISOL_MATCH_A_TCP_FLAGS ? 9 : 48);
				v->value |= test_rand() & v->mask & -(u64)percent(20);
				break;
			case -1:
				break;
			default:
				v->lo += v->lo + by <= v->hi ? by : 0;
				v->hi -= v->hi - v->lo >= by ? by : 0;
				v->lo -= v->lo && percent(10);
				break;
			}
		}
	}
	field = more[below(ARRAY_SIZE(more))];
	if (percent(30) && !m->of[field].n) {
		struct match_value v = { .lo = below(2) };

		v.hi = v.lo + below(2);
		match_add(&p->arena, m, field, &v);
	}
}

static void make_match(struct policy *p, struct rule *r, size_t nrules)
{
	const struct objects *l = &p->list[OBJECT_RULE];
	struct match *m = rule_ask(p, r);
	struct mark at;
	u32 tries;

	if (percent(15)) {
		r->match = NULL;
		return;
	}
	for (tries = 0; nrules && percent(80) && tries < 20; tries++) {
		memset(m, 0, sizeof(*m));
		match_copy(&p->arena, m, rule_match((void *)l->v[below(nrules)]));
		change_match(p, m);
		if (!match_empty(m) && !match_check(m, &at))
			return;
	}
	random_match(p, test_rand, m);
}

static void make_side(struct policy *p, struct endpoint_list *l)
{
	static const char *const words[] = {
		"any", "members", "host", "uplink", "g", "h", "a", "b", "c", "a", "b", "rg", "bg", "d",
		"e", "f", "d", "far4", "far6", "far",
	};
	u32 n = percent(70) ? 1 : between(2, 4);

	while (n--)
		endpoint_list_add(p, l, endpoint_make(word_make(p, words[below(ARRAY_SIZE(words))],
								nowhere)));
}

static struct policy *make_policy(u32 nrules)
{
	static const char base[] = ENDS;
	static const char *const always[] = { "a", "members", "d", "f" };
	struct diags d = { 0 };
	struct policy *p;
	struct mark at;
	char name[16];
	u32 i;

	CHECK_EQ(isol_load("f", base, sizeof(base) - 1, &p, &d), 0);
	for (i = 0; i < nrules; i++) {
		struct object *o;
		struct rule *r;

		snprintf(name, sizeof(name), "r%u", i);
		o = policy_object(p, OBJECT_RULE, name, nowhere);
		r = (struct rule *)(void *)o;
		make_side(p, &r->from);
		make_side(p, &r->to);
		/* what only joins uplinks and the host is refused */
		endpoint_list_add(p, percent(50) ? &r->from : &r->to,
				  endpoint_make(word_make(p, always[below(ARRAY_SIZE(always))],
							  nowhere)));
		r->verdict = percent(60) ? ISOL_VERDICT_DROP : ISOL_VERDICT_ACCEPT;
		make_match(p, r, i);
		r->stateless = percent(50) || match_untracked(rule_match(r), &at);
		policy_add(p, OBJECT_RULE, o);
	}
	diags_free(&d);
	return p;
}

static void true_at_random(void)
{
	u32 apart = 0, versions = 0, vlans = 0;
	u32 rounds = test_rounds(100), warned = 0, matches = 0, i;

	for (i = 0; i < rounds && test_good(); i++) {
		struct policy *p = make_policy(between(2, 12));
		struct diags d = { 0 };
		size_t j;

		CHECK_MSG(!policy_check(p, &d), "%s", d.n ? d.v[0].text : "?");
		if (test_good())
			warned += check_warned(p, &d, 15);
		for (j = 0; j < d.n; j++) {
			matches += !!strstr(d.v[j].text, "takes all of its frames");
			apart += !!strstr(d.v[j].text, "one segment to another");
			versions += !!strstr(d.v[j].text, " only, and what else") ||
				    !!strstr(d.v[j].text, "a remote is known");
			vlans += !!strstr(d.v[j].text, "what passes between its ends");
		}
		diags_free(&d);
		policy_free(p);
	}
	printf("# %u rules warned of, %u of them by containment, in %u policies\n", warned,
	       matches, i);
	CHECK(warned > rounds / 3);
	printf("# %u for segments, %u for versions of IP, %u for VLANs\n", apart, versions, vlans);
	CHECK(matches > rounds / 50);
	CHECK(apart > rounds / 8);
	CHECK(versions + vlans > rounds / 40);
}

/* Each side may have many endpoints, and a policy many rules: it does not take long. */
static void many(void)
{
	const u32 n = 3000;
	struct policy *p;
	struct diags d = { 0 };
	u32 i, begin;

	p = make_policy(n);
	begin = test_ms();
	CHECK_EQ(policy_check(p, &d), 0);
	printf("# %u rules checked in %u ms, %zu warnings\n", n, test_ms() - begin, d.warnings);
	for (i = 0; i < d.n; i++)
		CHECK(d.v[i].warning);
	diags_free(&d);
	policy_free(p);
}

int main(void)
{
	test_begin();
	run_case("hidden_told", told);
	run_case("hidden_ends", ends);
	run_case("hidden_untold", untold);
	run_case("hidden_true_at_random", true_at_random);
	run_case("hidden_many", many);
	return test_end();
}
