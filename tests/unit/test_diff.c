// SPDX-License-Identifier: GPL-2.0
/* What is told to be different between two policies. */
#include "random_policy.h"
#include "test.h"
#include "userspace/diff.h"
#include "userspace/load.h"

static struct policy *load(const char *s)
{
	struct diags d = { 0 };
	struct policy *p = NULL;

	CHECK_EQ(isol_load("f", s, strlen(s), &p, &d), 0);
	diags_print(&d, stdout);
	diags_free(&d);
	return p;
}

static void on_change(enum change what, enum object_kind kind, const struct object *o,
		      const char *keys, void *data)
{
	fprintf(data, "%c%s %s%s%s; ", "+~-^"[what], object_word(kind), o ? o->name.text : "",
		keys ? " " : "", keys ? keys : "");
}

static void compare(const char *old, const char *new, const char *expected)
{
	struct policy *a = load(old), *b = load(new);
	char *got = NULL;
	size_t len;
	FILE *f = open_memstream(&got, &len);
	bool differ = policy_diff(a, b, on_change, f);

	fclose(f);
	CHECK_MSG(!strcmp(got, expected), "got '%s', not '%s'", got, expected);
	CHECK(differ == !!*expected);
	free(got);
	policy_free(a);
	policy_free(b);
}

#define B "bindings: {a: {port: px, groups: [g, h]}, b: {port: py}, c: {port: pz}}\n"
#define R(name) "- {name: " name ", from: a, to: b, verdict: drop, stateless: true}\n"

static void changes(void)
{
	compare("isol: 1\n", "isol: 1\nbridges:\n", "");
	compare("isol: 1\n" B, "isol: 1\ngroups: {g: , h: }\n" B, "");
	compare("isol: 1\nbridges: {br0: {default: drop, comment: \"\"}}", "isol: 1\nbridges: {br0: {}}", "");
	compare("isol: 1\n", "isol: 1\nbridges: {br0: {}}", "+bridge br0; ");
	compare("isol: 1\nbridges: {br0: {}}", "isol: 1\n", "-bridge br0; ");
	compare("isol: 1\nbridges: {br0: {comment: text}}", "isol: 1\nbridges: {br0: {default: accept}}",
		"~bridge br0 default, comment; ");
	compare("isol: 1\nbridges: {br0: {fragments: drop}}", "isol: 1\nbridges: {br0: {}}", "");
	compare("isol: 1\nbridges: {br0: {fragments: accept}}", "isol: 1\nbridges: {br0: {}}",
		"~bridge br0 fragments; ");
	compare("isol: 1\nbridges: {br0: {resume: accept}}", "isol: 1\nbridges: {br0: {}}", "");
	compare("isol: 1\nbridges: {br0: {resume: drop}}", "isol: 1\nbridges: {br0: {}}",
		"~bridge br0 resume; ");
	compare("isol: 1\nbridges: {br0: {pickup: 60}}", "isol: 1\nbridges: {br0: {}}", "");
	compare("isol: 1\nbridges: {br0: {pickup: 0}}", "isol: 1\nbridges: {br0: {}}",
		"~bridge br0 pickup; ");
	compare("isol: 1\nbridges: {br0: {}}\nsegments: {s: {bridge: br0, vlan: 30}}",
		"isol: 1\nbridges: {br0: {}}\nsegments: {s: {bridge: br0, vlan: 31}}",
		"~segment s vlan; ");
	compare("isol: 1\nbridges: {br0: {}}\nsegments: {s: {bridge: br0, vlan: 30}}",
		"isol: 1\nbridges: {br0: {}}\nsegments: {s: {bridge: br0}}",
		"~segment s vlan; ");
	compare("isol: 1\ngroups: {g: , h: }\nbindings: {a: {port: px, groups: [g, h]}}",
		"isol: 1\ngroups: {g: , h: }\nbindings: {a: {port: px, groups: [h, g]}}", "");
	compare("isol: 1\nbindings: {a: {port: px}, b: {port: py}, c: {port: pz}}",
		"isol: 1\nbindings: {c: {port: pz}, a: {port: px}}", "-binding b; ^binding ; ");
	compare("isol: 1\nbindings: {a: {port: px}, b: {port: py}}",
		"isol: 1\nbindings: {new: {port: pn}, a: {mac: \"52:54:00:00:00:01\"}, b: {port: py}}",
		"+binding new; ~binding a mac, port; ");
	compare("isol: 1\nrules:\n" R("r1") R("r2") B, "isol: 1\nrules:\n" R("r2") R("r1") B,
		"^rule ; ");
}

#define S(services) "isol: 1\n" B "services: {" services "}\n"

/* Who has written a service sees that, not its rules. */
static void services(void)
{
	struct policy *p, *q;
	struct rule *r;

	compare(S("dhcp: uplink"), S("dhcp: [uplink]"), "");
	compare(S("dhcp: uplink"), S("dhcp: {where: uplink}"), "");
	compare(S(""), S("dhcp: uplink"), "+service dhcp; ");
	compare(S("dhcp: uplink"), S(""), "-service dhcp; ");
	compare(S("dhcp: uplink"), S("dhcp: a"), "~service dhcp where; ");
	compare(S("dhcp: uplink"), S("dhcp: {where: uplink, comment: new}"),
		"~service dhcp comment; ");
	compare(S("neighbor: follow"), S("neighbor: uplink"), "~service neighbor where; ");
	compare(S("dhcp: uplink, ntp: uplink"), S("ntp: uplink, dhcp: uplink"), "^service ; ");
	compare(S("dhcp: uplink"), S("ntp: uplink, dhcp: uplink"), "+service ntp; ");

	/* what another version or program has made of the same words differs too */
	p = load(S("dhcp: uplink, ntp: uplink"));
	q = load(S("dhcp: uplink, ntp: uplink"));
	CHECK(!policy_diff(p, q, NULL, NULL));
	policy_move(q, OBJECT_SRULE, 0, q->list[OBJECT_SRULE].n - 1);
	CHECK(policy_diff(p, q, NULL, NULL));
	policy_free(q);
	q = load(S("dhcp: uplink, ntp: uplink"));
	r = policy_find(q, OBJECT_SRULE, "service:ntp:reply");
	CHECK(r);
	if (r)
		r->verdict = ISOL_VERDICT_DROP;
	CHECK(policy_diff(p, q, NULL, NULL));
	policy_del(q, OBJECT_SRULE, &r->o);
	CHECK(policy_diff(p, q, NULL, NULL));
	policy_free(q);
	q = load(S("dhcp: uplink, ntp: uplink"));
	policy_move(q, OBJECT_SRULE, 0, q->list[OBJECT_SRULE].n - 1);
	policy_move(q, OBJECT_SRULE, q->list[OBJECT_SRULE].n - 1, 0);
	CHECK(!policy_diff(p, q, NULL, NULL));
	policy_free(q);
	policy_free(p);
}

#define M(match) "isol: 1\n" B "rules:\n" \
	"- {name: r, from: a, to: b, verdict: drop, stateless: true" match "}\n"

/* What a rule says of connections is a part of it, whatever its verdict. */
static void state(void)
{
#define T(verdict, more) \
	"isol: 1\n" B "rules:\n- {name: r, from: a, to: b, verdict: " verdict more "}\n"
	compare(T("accept", ""), T("accept", ", stateless: false"), "");
	compare(T("accept", ""), T("accept", ", stateless: true"), "~rule r stateless; ");
	compare(T("accept", ", stateless: true"), T("accept", ""), "~rule r stateless; ");
	compare(T("drop", ", stateless: true"), T("drop", ""), "~rule r stateless; ");
	compare(T("drop", ", stateless: true"), T("accept", ""), "~rule r verdict, stateless; ");
#undef T
}

static void matches(void)
{
	compare("isol: 1\n" B "rules:\n- {name: r, from: a, to: b, verdict: reject, stateless: true}\n",
		M(""), "~rule r verdict; ");
	compare(M(""), M(", tcp: 443"), "~rule r tcp; ");
	compare(M(", tcp: 443"), M(""), "~rule r tcp; ");
	compare(M(", tcp: 443"), M(", tcp: [443, 80]"), "~rule r tcp; ");
	compare(M(", tcp: 443"), M(", udp: 443"), "~rule r udp, tcp; ");
	compare(M(", tcp: 443"), M(", tcp: {not: 443}"), "~rule r tcp; ");
	compare(M(", tcp: any"), M(", tcp: any, tcp_flags: syn"), "~rule r tcp_flags; ");
	compare(M(", src: 10.0.0.0/8"), M(", src: [10.0.0.0/8, \"::1\"]"), "~rule r src; ");
	compare(M(", tcp: 443"), M(", proto: 6, dport: [443-443]"), "");
	compare(M(", src: [10.0.0.1, \"::1\"]"), M(", src: [\"::1\", 10.0.0.1-10.0.0.1]"), "");
	compare(M(", ether: arp"), M(", arp: any"), "");
	compare(M(", icmp: 8"), M(", icmp: echo-request"), "");
#undef S
}

#define SETS(sets) "isol: 1\n" sets

/* What a set holds counts, not how it is written; and of remotes the same. */
static void sets(void)
{
	compare(SETS(""), SETS("sets: {s: {ports: [1]}}"), "+set s; ");
	compare(SETS("remotes: {s: [10.0.0.1]}"), SETS(""), "-remote s; ");
	compare(SETS("sets: {s: {ports: [1]}}"), SETS("sets: {s: {ports: [1, 2]}}"), "~set s ports; ");
	compare(SETS("sets: {s: {ports: [1]}}"), SETS("sets: {s: {macs: [], comment: x}}"),
		"~set s macs, ports, comment; ");
	compare(SETS("sets: {s: {ports: [1-3]}}"), SETS("sets: {s: {ports: [3, 2, 1, 2]}}"), "");
	compare(SETS("sets: {s: {addresses: [10.0.0.0/24, 10.0.1.0/24]}}"),
		SETS("sets: {s: {addresses: [10.0.0.0/23, 10.0.0.1]}}"), "");
	compare(SETS("sets: {s: {addresses: [0.0.0.1]}}"), SETS("sets: {s: {addresses: [\"::1\"]}}"),
		"~set s addresses; ");
	compare(SETS("remotes: {s: [10.0.0.1]}"), SETS("sets: {s: {addresses: [10.0.0.1]}}"),
		"-remote s; +set s; ");
	compare(SETS("sets: {s: {ports: [1]}, t: {ports: [1]}}"),
		SETS("sets: {t: {ports: [1]}, s: {ports: [1]}}"), "^set ; ");
	/* sections in another order are no other policy */
	compare(SETS("remotes: {r: [10.0.0.1]}\nsets: {s: {ports: [1]}}"),
		SETS("sets: {s: {ports: [1]}}\nremotes: {r: {addresses: 10.0.0.1}}"), "");
#define W "}\nsets: {w: {ports: [1]}, v: {ports: [1]}}\n#"
	compare(M(", tcp: {set: w}" W), M(", tcp: {set: v}" W), "~rule r tcp; ");
	compare(M(", tcp: {set: w}" W), M(", tcp: {not: {set: w}}" W), "~rule r tcp; ");
	compare(M(", tcp: {set: w}" W), M(", proto: tcp, dport: {set: [w]}" W), "");
	compare(M(", tcp: {set: w}" W), M(", tcp: [1]" W), "~rule r tcp; ");
}

static void same(void)
{
	unsigned int i;

	for (i = 0; i < 20; i++) {
		struct policy *p, *q;

		test_reseed(i);
		p = random_policy(test_rand, 20);
		test_reseed(i);
		q = random_policy(test_rand, 20);
		CHECK(!policy_diff(p, q, NULL, NULL));
		policy_free(q);
		q = random_policy(test_rand, 20);
		CHECK(policy_diff(p, q, NULL, NULL) == policy_diff(q, p, NULL, NULL));
		policy_free(p);
		policy_free(q);
	}
}

int main(void)
{
	test_begin();
	run_case("diff_changes", changes);
	run_case("diff_services", services);
	run_case("diff_state", state);
	run_case("diff_matches", matches);
	run_case("diff_sets", sets);
	run_case("diff_same", same);
	return test_end();
}
