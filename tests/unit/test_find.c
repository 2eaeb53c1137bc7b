// SPDX-License-Identifier: GPL-2.0
/* What is said where the ends of rules cannot find each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "userspace/find.h"
#include "userspace/load.h"

static struct policy *load(const char *text)
{
	struct diags d = { 0 };
	struct policy *p = NULL;

	CHECK_EQ(isol_load("f", text, strlen(text), &p, &d), 0);
	if (!p) {
		puts(text);
		diags_print(&d, stdout);
	}
	diags_free(&d);
	return p;
}

/* Of each rule of which there is something to say, "NAME: FROM TO". */
static char *told(const struct policy *p)
{
	static const enum object_kind tables[] = { OBJECT_RULE, OBJECT_SRULE };
	struct find *f = find_new(p);
	struct find_ends ends;
	const struct rule *r;
	size_t len, i, j;
	char *s = NULL;
	FILE *out = open_memstream(&s, &len);

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		policy_each(p, tables[i], const struct rule, r, j)
			if (find_fault(f, r, &ends))
				fprintf(out, "%s%s: %s %s", ftell(out) ? ", " : "", r->o.name.text,
					ends.from, ends.to);
	fclose(out);
	find_free(f);
	return s;
}

static void tells(const char *text, const char *expected)
{
	struct policy *p = load(text);
	char *got;

	if (!p)
		return;
	got = told(p);
	CHECK_MSG(!strcmp(got, expected), "%s: got '%s', not '%s'", text, got, expected);
	free(got);
	policy_free(p);
}

#define HEAD "isol: 1\nbridges: {br0: {uplinks: [up]}, br1: {}}\n"
#define ENDS "bindings: {a: {port: pa, groups: [g]}, b: {port: pb}}\n"

#define R(name, from, to, match) \
	"- {name: " name ", from: " from ", to: " to ", verdict: accept, stateless: true" match "}\n"
#define D(from, to, match) \
	"- {name: d, from: " from ", to: " to ", verdict: drop" match "}\n"

#define D6 "- {name: e, from: b, to: g, verdict: drop, icmpv6: any}\n"

#define RULES(...) HEAD ENDS "rules:\n" __VA_ARGS__

static void by_rules(void)
{
	tells(RULES(R("r", "a", "b", ", tcp: 80")), "r: a b");
	tells(RULES(R("r", "a", "b", ", tcp: 80") R("s", "b", "g", ", udp: 53")),
	      "r: a b, s: b g");
	/* ARP has to pass both ways, or neighbour discovery has */
	tells(RULES(R("r", "a", "b", ", tcp: 80") R("x", "a", "b", ", arp: any")), "r: a b");
	tells(RULES(R("r", "a", "b", ", tcp: 80") R("x", "[a, b]", "members", ", arp: any")), "");
	tells(RULES(R("r", "a", "b", ", icmpv6: echo-request")
	      R("x", "[a, b]", "[a, b]", ", arp: any")),
	      "r: a b");
	tells(RULES(R("r", "a", "b", ", src: \"::1\"") R("x", "any", "any", ", arp: any")),
	      "r: a b");
	tells(RULES(R("r", "a", "b", ", src: \"::1\"") R("x", "any", "any", ", icmpv6: [135, 136]")),
	      "");
	tells(RULES(R("r", "a", "b", ", src: 10.0.0.1")
	      R("x", "any", "any", ", icmpv6: [135, 136]")),
	      "r: a b");
	tells(RULES(R("r", "a", "b", ", tcp: 80") R("x", "g", "b", "") R("z", "b", "g", "")), "");
	tells(RULES(R("r", "a", "b", ", tcp: 80") R("x", "g", "b", "") R("z", "uplink", "g", "")),
	      "r: a b, x: g b, z: uplink g");
	tells(RULES(R("r", "a", "uplink", ", tcp: 80") R("x", "any", "any", ", ether: ipv4")),
	      "r: a uplink, x: members members");
	/* each two of the ends are looked at */
	tells(RULES(R("r", "[a, uplink]", "b", ", tcp: 80")
	      R("x", "[b, uplink]", "[b, uplink]", "")),
	      "r: a b");
	tells(RULES(R("r", "any", "b", ", tcp: 80") R("x", "members", "members", "")),
	      "r: uplink b");
	/* a rule for all frames lets ARP pass in its own direction */
	tells(RULES(R("r", "a", "b", "")), "r: a b");
	tells(RULES(R("r", "[a, b]", "[a, b]", "")), "");
	/* nobody is there that a would have to find */
	tells(RULES(R("r", "g", "g", ", tcp: 80")), "");
	/* no IP, or to many at once, or nothing that is accepted */
	tells(RULES(R("r", "a", "b", ", ether: lldp")), "");
	tells(RULES(R("r", "a", "b", ", udp: 5353, cast: multicast")), "");
	tells(RULES(D("a", "b", ", tcp: 80")), "");
	/* what a rule in front of it drops, a rule does not let pass */
	tells(RULES(D("b", "g", ", arp: any") R("r", "[a, b]", "[a, b]", "")), "");
	tells(RULES(D("b", "g", ", arp: any") D6 R("r", "[a, b]", "[a, b]", "")), "r: a b");
	tells(RULES(D("b", "g", ", arp: any, arp_sender: 10.0.0.1") D6
	      R("r", "[a, b]", "[a, b]", "")),
	      "");
	tells(RULES(R("r", "[a, b]", "[a, b]", "") D("b", "g", ", arp: any") D6), "");
	/* ARP has no address to know a remote by */
	tells(HEAD ENDS "remotes: {far: [10.0.0.0/8]}\nrules:\n"
	      R("r", "a", "far", "") R("s", "far", "a", ""), "r: a far, s: far a");
	tells(HEAD ENDS "remotes: {far: [10.0.0.0/8]}\nrules:\n"
	      R("r", "a", "far", "") R("s", "[a, uplink]", "[a, uplink]", ", arp: any"), "");
}

static void by_services(void)
{
	tells(HEAD ENDS "services: {neighbor: follow}\nrules:\n" R("r", "a", "b", ", tcp: 80"), "");
	/* where it is declared for others, it is of no use to these */
	tells(HEAD ENDS "services: {neighbor: uplink}\nrules:\n" R("r", "a", "b", ", tcp: 80")
	      R("s", "a", "uplink", ", tcp: 80"), "r: a b");
	tells(HEAD ENDS "services: {neighbor: b}\nrules:\n" R("r", "a", "b", ", tcp: 80"), "");
	/* services that have to be found */
	tells(HEAD ENDS "services: {dns: uplink}\n",
	      "service:dns:query: members uplink, service:dns:answer-udp: uplink members, service:dns:answer-tcp: uplink members");
	tells(HEAD ENDS "services: {ntp: uplink}\n",
	      "service:ntp:request: members uplink, service:ntp:reply: uplink members");
	tells(HEAD ENDS "services: {dhcp: uplink, router: uplink, multicast: uplink}\n", "");
	tells(HEAD ENDS "services: {dns: uplink, neighbor: follow}\n", "");
}

#define S(keys) "segments: {s: {bridge: br0" keys "}}\n"
#define THREE "bindings:\n  a: {port: pa, groups: [g]}\n  b: {port: pb}\n"
#define AB "rules:\n" R("r", "a", "b", ", tcp: 80") R("u", "uplink", "a", ", tcp: 80")

/* Each default opens what it is for, and nothing else. */
static void by_defaults(void)
{
	tells("isol: 1\nbridges: {br0: {uplinks: [up], default: accept}}\n" ENDS AB, "");
	tells("isol: 1\nbridges: {br0: {uplinks: [up], unbound: accept}}\n" ENDS AB,
	      "r: a b, u: uplink a");
	tells(HEAD S(", within: accept") ENDS AB, "u: uplink a");
	tells(HEAD S(", uplink: accept") ENDS AB, "r: a b");
	/* a segment has verdicts of its own, and that of its bridge does not count */
	tells("isol: 1\nbridges: {br0: {uplinks: [up], default: accept}}\n" S("") ENDS AB,
	      "r: a b, u: uplink a");
	tells("isol: 1\nbridges: {br0: {uplinks: [up]}, br1: {default: accept}}\n" S("")
	      "bindings: {a: {port: pa, segment: s}, b: {port: pb}}\n" AB, "r: a b, u: uplink a");
	/* no default opens the host */
	tells("isol: 1\nbridges: {br0: {default: accept}}\n" ENDS "rules:\n"
	      R("r", "a", "host", ", tcp: 80"), "r: a host");
	/* a rule comes before the default */
	tells("isol: 1\nbridges: {br0: {uplinks: [up], default: accept}}\n" ENDS AB
	      D("any", "any", ""), "r: a b, u: uplink a");
	/* an empty group may come to be anywhere */
	tells(HEAD S(", within: accept") "groups: {g: {}, none: {}}\n" ENDS "rules:\n"
	      R("r", "none", "a", ", tcp: 80") R("u", "none", "uplink", ", tcp: 80"),
	      "u: none uplink");
}

static void by_segments(void)
{
	static const char head[] =
		"isol: 1\nbridges: {br0: {uplinks: [up], default: accept}}\n"
		"segments:\n  red: {bridge: br0, vlan: 10, within: accept}\n"
		"  blue: {bridge: br0, vlan: 20, uplink: accept}\n"
		"bindings:\n"
		"  r1: {port: r1, segment: red, groups: [all, r]}\n"
		"  r2: {port: r2, segment: red, groups: [all, r]}\n"
		"  b1: {port: b1, segment: blue, groups: [all, b]}\n"
		"  b2: {port: b2, segment: blue, groups: [all, b]}\n"
		"rules:\n";
	static const struct {
		const char *rule;
		const char *expected;
	} cases[] = {
		{ R("x", "r", "r", ", tcp: 80"), "" },
		{ R("x", "b", "b", ", tcp: 80"), "x: b b" },
		{ R("x", "r", "uplink", ", tcp: 80"), "x: r uplink" },
		{ R("x", "b", "uplink", ", tcp: 80"), "" },
		/* some find each other */
		{ R("x", "all", "all", ", tcp: 80"), "" },
		/* that these never meet is told elsewhere */
		{ R("x", "r", "b", ", tcp: 80"), "" },
		{ R("x", "r1", "r2", ", tcp: 80"), "" },
		{ R("x", "b1", "b2", ", tcp: 80"), "x: b1 b2" },
		/* not one and itself, though the two are alike */
		{ R("x", "[b1, b2]", "[b1, b2]", ", tcp: 80"), "x: b1 b2" },
		{ R("x", "b1", "b1", ", tcp: 80"), "" },
		/* one of a group has what it takes */
		{ R("x", "b", "b", ", tcp: 80") R("w", "[b1, b2]", "[b1, b2]", ", arp: any"), "" },
		{ R("x", "b", "b", ", tcp: 80") R("w", "[b1, r1]", "[b1, r1]", ", arp: any"),
		  "x: b b" },
	};
	char text[2000];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(text, sizeof(text), "%s%s", head, cases[i].rule);
		tells(text, cases[i].expected);
	}
}

static void by_roles(void)
{
	static const char *const role[] = {
		"none", "isolated", "promiscuous", "community, community: x",
		"community, community: z",
	};
	/* by the roles of the two, in the order of these; '?' is left to the segment */
	static const char *const opens[] = { "?-?--", "--+--", "?++++", "--++-", "--+-+" };
	static const char *const within[] = { "drop", "accept" };
	char text[600];
	size_t i, j, k;

	for (i = 0; i < ARRAY_SIZE(role); i++)
		for (j = 0; j < ARRAY_SIZE(role); j++)
			for (k = 0; k < ARRAY_SIZE(within); k++) {
				bool open = opens[i][j] == '+' || (opens[i][j] == '?' && k);

				snprintf(text, sizeof(text),
					 HEAD "segments: {s: {bridge: br0, within: %s}}\n"
					 "bindings: {a: {port: pa, role: %s}, b: {port: pb, role: %s}}\nrules:\n"
					 R("r", "a", "b", ", tcp: 80"), within[k], role[i], role[j]);
				tells(text, open ? "" : "r: a b");
			}
}

/* Bindings of which all is the same count as one, but for what may be many. */
static void classes(void)
{
	tells(HEAD "bindings: {a: {port: pa, groups: [g]}, b: {port: pb, groups: [g]}}\nrules:\n"
	      R("r", "g", "g", ", tcp: 80"), "r: g g");
	tells(HEAD "bindings: {a: {port: \"pa*\", claims: 2, groups: [g]}}\nrules:\n"
	      R("r", "g", "g", ", tcp: 80"), "r: g g");
	tells(HEAD "bindings: {a: {port: \"pa*\", claims: 2, groups: [g]}}\nrules:\n"
	      R("r", "g", "g", ", tcp: 80") R("x", "a", "a", ", arp: any"), "");
}

/* Where it takes too long, nothing is said, and that before long. */
static void steps(void)
{
	char *text = NULL, *got;
	struct policy *p;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	fputs(HEAD "bindings:\n", f);
	for (i = 0; i < 2500; i++)
		fprintf(f, "  b%zu: {port: p%zu, groups: [g%zu]}\n", i, i, i);
	fputs("rules:\n" R("r", "members", "members", ", tcp: 80"), f);
	fclose(f);
	p = load(text);
	got = p ? told(p) : strdup("?");
	CHECK_MSG(!*got, "%s", got);
	free(got);
	policy_free(p);
	free(text);
}

int main(void)
{
	test_begin();
	run_case("find_rules", by_rules);
	run_case("find_services", by_services);
	run_case("find_defaults", by_defaults);
	run_case("find_segments", by_segments);
	run_case("find_roles", by_roles);
	run_case("find_classes", classes);
	run_case("find_steps", steps);
	return test_end();
}
