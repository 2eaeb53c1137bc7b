// SPDX-License-Identifier: GPL-2.0
/* What is saved loads as the same policy. */
#include <jansson.h>

#include "random_policy.h"
#include "test.h"
#include "userspace/diff.h"
#include "userspace/load.h"
#include "userspace/match_line.h"
#include "userspace/save.h"
#include "userspace/tree.h"

enum form { YAML, JSON, PRETTY, ASCII };

static char *save(const struct policy *p, enum form form)
{
	json_t *tree = tree_policy(p);
	char *s = NULL;
	size_t len;
	FILE *f;

	if (form == ASCII) {
		s = json_dumps(tree, JSON_ENSURE_ASCII);
	} else {
		f = open_memstream(&s, &len);
		CHECK_EQ(form == YAML ? save_yaml(tree, f) : save_json(tree, form == PRETTY, f), 0);
		fclose(f);
	}
	json_decref(tree);
	return s;
}

static struct policy *load(const char *s)
{
	struct diags d = { 0 };
	struct policy *p;
	int err;

	err = isol_load("saved", s, strlen(s), &p, &d);
	CHECK_MSG(!err, "%s", d.n ? d.v[0].text : "?");
	if (err)
		diags_print(&d, stdout);
	diags_free(&d);
	return p;
}

static void round_trip(const struct policy *p, enum form form)
{
	char *s = save(p, form), *again;
	struct policy *q = load(s);

	CHECK_MSG(q, "does not load: %.200s", s);
	if (q) {
		CHECK(!policy_diff(p, q, NULL, NULL));
		again = save(q, form);
		CHECK(!strcmp(s, again));
		free(again);
	}
	policy_free(q);
	free(s);
}

static void rounds(void)
{
	unsigned int i, n = test_rounds(150);

	for (i = 0; i < n && test_good(); i++) {
		struct policy *p = random_policy(test_rand, 1 + i % 40);

		round_trip(p, YAML);
		round_trip(p, JSON);
		round_trip(p, PRETTY);
		policy_free(p);
	}
}

static void text(void)
{
	static const char in[] =
		"isol: 1\n"
		"bridges:\n"
		"  br0: {uplinks: [eno1], unbound: accept, comment: \"a \\\"b\\\"\"}\n"
		"  br1: {fragments: accept, resume: drop, pickup: 0}\n"
		"segments:\n"
		"  shop: {bridge: br0, within: accept}\n"
		"  lab: {bridge: br0, vlan: 30}\n"
		"groups:\n"
		"  web: {comment: \"of old: web\"}\n"
		"  \"on\": {}\n"
		"bindings:\n"
		"  lb1: {mac: \"52:54:00:00:03:01\", segment: shop, groups: [web, \"on\"]}\n"
		"  c1: {port: \"vnet*\", claims: 8, role: community, community: red}\n"
		"  \"12\": {alias: \"vm 12\"}\n"
		"remotes:\n"
		"  bastion: [\"10.9.0.5\"]\n"
		"  corp: {addresses: [\"10.0.0.0/8\", \"fd00::/8\"], comment: known}\n"
		"sets:\n"
		"  bl:\n"
		"    addresses:\n"
		"    - \"10.0.0.1\"\n    - \"10.0.0.3\"\n    - \"10.0.0.5\"\n    - \"10.0.0.7\"\n"
		"    - \"10.0.1.1\"\n    - \"10.0.1.3\"\n    - \"10.0.1.5\"\n    - \"10.0.1.7\"\n"
		"    - \"10.0.2.1\"\n    - \"10.0.2.3\"\n    - \"10.0.2.5\"\n    - \"10.0.2.7\"\n"
		"    - \"10.0.3.1\"\n    - \"10.0.3.3\"\n    - \"10.0.3.5\"\n    - \"10.0.3.7\"\n"
		"    - \"::1\"\n"
		"  routers: {macs: [\"52:54:00:00:03:01\", \"52:54:00:00:00:00/24\"]}\n"
		"  www: {ports: [80, \"8000-8010\"]}\n"
		"rules:\n"
		"- {name: r1, from: web, to: [lb1, host], verdict: accept, stateless: true, owner: ops}\n"
		"- {name: r2, from: web, to: any, tcp: [443, \"8000-8010\"], src: \"10.0.0.0/8\", verdict: accept, stateless: true}\n"
		"- name: r3\n"
		"  from: bastion\n"
		"  to: [lb1, c1]\n"
		"  tcp: {set: www}\n"
		"  src:\n"
		"    not: {set: [bl, corp]}\n"
		"  src_mac: {set: routers}\n"
		"  verdict: accept\n"
		"  stateless: true\n"
		"- {name: r4, from: web, to: any, verdict: reject, stateless: true}\n"
		"- {name: r5, from: lb1, to: web, verdict: reject}\n"
		"- {name: r6, from: lb1, to: c1, verdict: accept, comment: \"and its answers\"}\n"
		"quarantine:\n"
		"  mode: isolate\n"
		"  rules:\n"
		"  - {name: q1, from: bastion, to: quarantined, verdict: accept, stateless: true}\n"
		"  - {name: q2, from: quarantined, to: any, verdict: reject}\n"
		"  - {name: q3, from: quarantined, to: bastion, verdict: accept}\n";
	struct policy *p = load(in);
	char *out;

	if (!p)
		return;
	out = save(p, YAML);
	CHECK_MSG(!strcmp(in, out), "%s", out);
	free(out);
	policy_free(p);
}

struct written {
	const char *in;
	const char *out;
	const char *line;
};

/* Each match has one form, in a file and in a line. */
static const struct written written[] = {
	{ "tcp: 443", "\"tcp\":443", "tcp dport 443" },
	{ "proto: tcp, dport: 443", "\"tcp\":443", "tcp dport 443" },
	{ "proto: [6, tcp], dport: 443", "\"tcp\":443", "tcp dport 443" },
	{ "tcp: any, sport: 1", "\"tcp\":\"any\",\"sport\":1", "tcp sport 1" },
	{ "proto: udp", "\"udp\":\"any\"", "udp" },
	{ "sctp: {not: [1, 3-4]}", "\"sctp\":{\"not\":[1,\"3-4\"]}", "sctp dport not 1,3-4" },
	{ "sctp: {not: 1}", "\"sctp\":{\"not\":[1]}", "sctp dport not 1" },
	{ "dport: [53], proto: [tcp, udp]", "\"proto\":[\"tcp\",\"udp\"],\"dport\":53",
	  "proto tcp,udp dport 53" },
	{ "proto: {not: tcp}", "\"proto\":{\"not\":[\"tcp\"]}", "proto not tcp" },
	{ "proto: [99, 47]", "\"proto\":[99,\"gre\"]", "proto 99,gre" },
	{ "proto: 1", "\"icmp\":\"any\"", "icmp" },
	{ "icmp: [8, 3/4]", "\"icmp\":[\"echo-request\",\"destination-unreachable/4\"]",
	  "icmp type echo-request,destination-unreachable/4" },
	{ "icmpv6: 128", "\"icmpv6\":\"echo-request\"", "icmpv6 type echo-request" },
	{ "proto: icmpv6", "\"icmpv6\":\"any\"", "icmpv6" },
	{ "arp: [1, 99]", "\"arp\":[\"request\",99]", "arp op request,99" },
	{ "ether: 0x0806", "\"arp\":\"any\"", "arp" },
	{ "arp: request, ether: arp", "\"arp\":\"request\",\"ether\":\"arp\"",
	  "arp op request ether arp" },
	{ "ether: {not: arp}", "\"ether\":{\"not\":[\"arp\"]}", "ether not arp" },
	{ "ether: [2048, 0x1234, 4]", "\"ether\":[\"ipv4\",\"0x1234\",\"llc\"]",
	  "ether ipv4,0x1234,llc" },
	{ "arp_target: 10.0.0.1, arp_sender: {not: 10.0.0.0/8}",
	  "\"arp_sender\":{\"not\":[\"10.0.0.0/8\"]},\"arp_target\":\"10.0.0.1\"",
	  "arp-sender not 10.0.0.0/8 arp-target 10.0.0.1" },
	{ "src: [\"2001:DB8::/32\", 10.0.0.1], dst: {not: 10.0.0.1-10.0.0.2}",
	  "\"src\":[\"10.0.0.1\",\"2001:db8::/32\"],\"dst\":{\"not\":[\"10.0.0.1-10.0.0.2\"]}",
	  "src 10.0.0.1,2001:db8::/32 dst not 10.0.0.1-10.0.0.2" },
	{ "dscp: [34, 3], fragment: [none, first]",
	  "\"dscp\":[\"af41\",3],\"fragment\":[\"none\",\"first\"]",
	  "dscp af41,3 fragment none,first" },
	{ "tcp: any, tcp_flags: \"syn/ack+syn\"",
	  "\"tcp\":\"any\",\"tcp_flags\":\"syn/syn+ack\"", "tcp tcp-flags syn/syn+ack" },
	{ "cast: broadcast, src_mac: \"52-54-00-AA-00-01\"",
	  "\"src_mac\":\"52:54:00:aa:00:01\",\"cast\":\"broadcast\"",
	  "src-mac 52:54:00:aa:00:01 cast broadcast" },
	{ "vlan: 30", "\"vlan\":30", "vlan 30" },
	{ "inner_vlan: [0, 100], vlan: [0, 20-29], pcp: {not: 5}",
	  "\"vlan\":[\"none\",\"20-29\"],\"pcp\":{\"not\":[5]},\"inner_vlan\":[0,100]",
	  "vlan none,20-29 pcp not 5 inner-vlan 0,100" },
	{ "vlan: {not: none}, tcp: 443", "\"tcp\":443,\"vlan\":{\"not\":[\"none\"]}",
	  "tcp dport 443 vlan not none" },
	{ "dst_mac: {not: \"52:54:00:00:00:00/24\"}",
	  "\"dst_mac\":{\"not\":[\"52:54:00:00:00:00/24\"]}", "dst-mac not 52:54:00:00:00:00/24" },
	{ "tcp: {set: web}", "\"tcp\":{\"set\":\"web\"}", "tcp dport @web" },
	{ "udp: {not: {set: [web, web]}}, sport: {set: web}",
	  "\"udp\":{\"not\":{\"set\":[\"web\",\"web\"]}},\"sport\":{\"set\":\"web\"}",
	  "udp dport not @web,@web sport @web" },
	{ "proto: tcp, dport: {set: [web]}", "\"tcp\":{\"set\":\"web\"}", "tcp dport @web" },
	{ "proto: [tcp, udp], dport: {set: web}",
	  "\"proto\":[\"tcp\",\"udp\"],\"dport\":{\"set\":\"web\"}", "proto tcp,udp dport @web" },
	{ "dst: {not: {set: bl}}, src: {set: [bl, re]}",
	  "\"src\":{\"set\":[\"bl\",\"re\"]},\"dst\":{\"not\":{\"set\":\"bl\"}}",
	  "src @bl,@re dst not @bl" },
	{ "src: {set: bl, and: 10.0.0.1}", "\"src\":{\"set\":\"bl\",\"and\":\"10.0.0.1\"}",
	  "src @bl and 10.0.0.1" },
	{ "src: {and: {not: [10.0.0.1, \"::1\"]}, not: {set: bl}}",
	  "\"src\":{\"not\":{\"set\":\"bl\"},\"and\":{\"not\":[\"10.0.0.1\",\"::1\"]}}",
	  "src not @bl and not 10.0.0.1,::1" },
	{ "tcp: {set: web, and: [80, 90]}", "\"tcp\":{\"set\":\"web\",\"and\":[80,90]}",
	  "tcp dport @web and 80,90" },
	{ "dst_mac: {set: \"12\"}", "\"dst_mac\":{\"set\":\"12\"}", "dst-mac @12" },
};

static void matches(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(written); i++) {
		const struct written *w = &written[i];
		char in[1024], out[512], *s, *line;
		const struct rule *r;
		struct policy *p;

		snprintf(in, sizeof(in),
			 "isol: 1\nbindings: {a: {port: x}}\nremotes: {re: [10.0.0.1]}\n"
			 "sets: {web: {ports: [80]}, bl: {addresses: [\"::1\"]}, \"12\": {macs: []}}\n"
			 "rules:\n- {name: r, from: a, to: any, verdict: drop, stateless: true, %s}\n",
			 w->in);
		snprintf(out, sizeof(out), "\"to\":\"any\",%s,\"verdict\"", w->out);
		p = load(in);
		if (!p)
			continue;
		r = policy_find(p, OBJECT_RULE, "r");
		s = save(p, JSON);
		line = match_line(rule_match(r));
		CHECK_MSG(strstr(s, out), "%s: %s", w->in, s);
		CHECK_MSG(!strcmp(line, w->line), "%s: %s", w->in, line);
		round_trip(p, YAML);
		free(line);
		free(s);
		policy_free(p);
	}
}

static bool has_ip4(const struct match *m, u32 addr)
{
	const struct match_field *f = &m->of[ISOL_MATCH_A_SRC_IP4];
	bool in = false;
	size_t i;

	for (i = 0; i < f->n; i++)
		in |= f->v[i].lo <= addr && addr <= f->v[i].hi;
	return f->n && in != f->negate;
}

static bool has_ip6(const struct match *m, const u8 addr[16])
{
	const struct match_field *f = &m->of[ISOL_MATCH_A_SRC_IP6];
	bool in = false;
	size_t i;

	for (i = 0; i < f->n; i++)
		in |= memcmp(f->v[i].lo6, addr, 16) <= 0 && memcmp(addr, f->v[i].hi6, 16) <= 0;
	return f->n && in != f->negate;
}

/* An address at or beside an end of what is asked. */
static void pick_ip6(const struct match_field *f, u8 addr[16])
{
	const struct match_value *v = &f->v[below(f->n)];
	int i = 15, by = (int)below(3) - 1;
	u8 wrapped = by > 0 ? 0 : 0xff;

	memcpy(addr, percent(50) ? v->lo6 : v->hi6, 16);
	while (by && i >= 0) {
		addr[i] += by;
		if (addr[i--] != wrapped)
			break;
	}
}

/*
 * The kernel takes addresses of one version negated and of the other not, and a
 * file has no way to say so: it says the same with other values.
 */
static void mixed(void)
{
	unsigned int i, j, n = test_rounds(300), found = 0;

	for (i = 0; i < 50 * n && found < n && test_good(); i++) {
		static const char in[] =
			"isol: 1\nbindings: {a: {port: x}}\nrules:\n- {name: r, from: a, to: any, verdict: drop, stateless: true}\n";
		struct policy *p = load(in), *q;
		struct rule *r = policy_find(p, OBJECT_RULE, "r");
		struct match *asked = rule_ask(p, r);
		const struct match_field *f4 = &asked->of[ISOL_MATCH_A_SRC_IP4];
		const struct match_field *f6 = &asked->of[ISOL_MATCH_A_SRC_IP6];
		const struct match *m;
		u8 addr[16];
		char *s;

		random_match(p, test_rand, asked);
		if (!f4->n || !f6->n || f4->negate == f6->negate) {
			policy_free(p);
			continue;
		}
		found++;
		s = save(p, YAML);
		q = load(s);
		m = q ? rule_match(policy_find(q, OBJECT_RULE, "r")) : asked;
		for (j = 0; j < 100; j++) {
			const struct match_value *v = &f4->v[below(f4->n)];
			u32 ip = (percent(50) ? v->lo : v->hi) + below(3) - 1;

			CHECK_MSG(has_ip4(asked, ip) == has_ip4(m, ip), "%08x: %s", ip, s);
			pick_ip6(f6, addr);
			CHECK_MSG(has_ip6(asked, addr) == has_ip6(m, addr), "%s", s);
		}
		free(s);
		policy_free(q);
		policy_free(p);
	}
	CHECK(found > n / 2);
}

/* As many JSON writers do it: not one character beyond ASCII. */
static void ascii(void)
{
	struct policy *p = load("{\"isol\": 1, \"bridges\": {\"br0\": {\"comment\": \"\xc3\xa9 \xe6\xbc\xa2\"}}}");
	char *s = save(p, ASCII);
	struct policy *q = load(s);

	CHECK(strstr(s, "\\u"));
	CHECK(q && !policy_diff(p, q, NULL, NULL));
	free(s);
	policy_free(p);
	policy_free(q);
}

/* Names of interfaces need not be UTF-8; what is shown has to be. */
static void not_utf8(void)
{
	json_t *v = tree_text("a\xff-\xc3");

	CHECK(!strcmp(json_string_value(v), "a\xef\xbf\xbd-\xef\xbf\xbd"));
	json_decref(v);
}

int main(void)
{
	test_begin();
	run_case("save_text", text);
	run_case("save_matches", matches);
	run_case("save_mixed", mixed);
	run_case("save_ascii", ascii);
	run_case("save_not_utf8", not_utf8);
	run_case("save_round_trips", rounds);
	return test_end();
}
