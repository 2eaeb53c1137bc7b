// SPDX-License-Identifier: GPL-2.0
/* What services come to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "userspace/load.h"
#include "userspace/match_line.h"
#include "userspace/names.h"
#include "userspace/service.h"

static struct policy *load(const char *services, const char *rest)
{
	struct diags d = { 0 };
	struct policy *p = NULL;
	char text[4000];

	snprintf(text, sizeof(text),
		 "isol: 1\nbridges: {br0: {uplinks: [up]}}\n"
		 "bindings: {a: {port: pa, groups: [g]}, b: {port: pb}}\n"
		 "services: {%s}\n%s", services, rest);
	CHECK_EQ(isol_load("f", text, strlen(text), &p, &d), 0);
	if (!p)
		diags_print(&d, stdout);
	diags_free(&d);
	return p;
}

static void say_side(FILE *f, const struct endpoint_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		fprintf(f, "%s%s", i ? "," : "", l->v[i].name.text);
}

static char *rules_of(const struct policy *p)
{
	const struct rule *r;
	char *s = NULL, *match;
	size_t len, i;
	FILE *f = open_memstream(&s, &len);

	policy_each(p, OBJECT_SRULE, const struct rule, r, i) {
		match = match_line(rule_match(r));
		fprintf(f, "%s %s", r->o.name.text, r->follow ? "follow " : "");
		say_side(f, &r->from);
		fputs(" > ", f);
		say_side(f, &r->to);
		fprintf(f, ": %s\n", match);
		free(match);
		CHECK(r->verdict == ISOL_VERDICT_ACCEPT && r->o.comment.text && r->service.text);
		CHECK(!strncmp(r->o.name.text, SERVICE_PREFIX, strlen(SERVICE_PREFIX)));
	}
	fclose(f);
	return s;
}

static void expands(const char *services, const char *expected)
{
	struct policy *p = load(services, "");
	char *got;

	if (!p)
		return;
	got = rules_of(p);
	CHECK_MSG(!strcmp(got, expected), "%s: got\n%s", services, got);
	free(got);
	policy_free(p);
}

/* By RFC 826, 8415, 2131, 4861, 3376, 3810, 903, 1035 and 5905. */
static void expansion(void)
{
	expands("", "");
	expands("neighbor: follow",
		"service:neighbor:arp follow any > any: arp op request,reply\n"
		"service:neighbor:nd follow any > any: icmpv6 type neighbour-solicitation,neighbour-advertisement\n");
	expands("neighbor: [a, uplink]",
		"service:neighbor:arp-out members > a,uplink: arp op request,reply\n"
		"service:neighbor:arp-in a,uplink > members: arp op request,reply\n"
		"service:neighbor:nd-out members > a,uplink: icmpv6 type neighbour-solicitation,neighbour-advertisement\n"
		"service:neighbor:nd-in a,uplink > members: icmpv6 type neighbour-solicitation,neighbour-advertisement\n");
	/* there and back is the same here */
	expands("neighbor: members",
		"service:neighbor:arp-out members > members: arp op request,reply\n"
		"service:neighbor:nd-out members > members: icmpv6 type neighbour-solicitation,neighbour-advertisement\n");
	expands("dhcp: uplink",
		"service:dhcp:request members > uplink: udp dport 67 sport 68\n"
		"service:dhcp:reply uplink > members: udp dport 68 sport 67\n"
		"service:dhcp:request6 members > uplink: udp dport 547 sport 546\n"
		"service:dhcp:reply6 uplink > members: udp dport 546 sport 547\n");
	/* there and back is not the same here, even between members */
	expands("dhcp: members",
		"service:dhcp:request members > members: udp dport 67 sport 68\n"
		"service:dhcp:reply members > members: udp dport 68 sport 67\n"
		"service:dhcp:request6 members > members: udp dport 547 sport 546\n"
		"service:dhcp:reply6 members > members: udp dport 546 sport 547\n");
	expands("router: g",
		"service:router:solicit members > g: icmpv6 type router-solicitation\n"
		"service:router:advert g > members: icmpv6 type router-advertisement\n");
	expands("multicast: uplink",
		"service:multicast:igmp-out members > uplink: proto igmp ether ipv4 cast multicast\n"
		"service:multicast:igmp-in uplink > members: proto igmp ether ipv4 cast multicast\n"
		"service:multicast:mld-out members > uplink: icmpv6 type mld-query,mld-report,mld-done,mld2-report cast multicast\n"
		"service:multicast:mld-in uplink > members: icmpv6 type mld-query,mld-report,mld-done,mld2-report cast multicast\n");
	expands("announce: uplink",
		"service:announce:rarp members > uplink: ether rarp cast broadcast\n"
		"service:announce:arp members > uplink: arp op request,reply cast broadcast\n"
		"service:announce:na members > uplink: icmpv6 type neighbour-advertisement cast multicast\n");
	expands("dns: host",
		"service:dns:query members > host: proto tcp,udp dport 53\n"
		"service:dns:answer-udp host > members: udp sport 53\n"
		"service:dns:answer-tcp host > members: tcp sport 53 tcp-flags not syn/syn+ack\n");
	expands("ntp: b",
		"service:ntp:request members > b: udp dport 123\n"
		"service:ntp:reply b > members: udp sport 123\n");
	/* in the order of the file */
	expands("ntp: b, neighbor: follow",
		"service:ntp:request members > b: udp dport 123\n"
		"service:ntp:reply b > members: udp sport 123\n"
		"service:neighbor:arp follow any > any: arp op request,reply\n"
		"service:neighbor:nd follow any > any: icmpv6 type neighbour-solicitation,neighbour-advertisement\n");
}

/* What is there already is not made again, and goes with its service. */
static void dropped(void)
{
	struct policy *p = load("ntp: b, neighbor: follow, dns: host", "");
	struct service *s;
	char *got;

	if (!p)
		return;
	s = policy_find(p, OBJECT_SERVICE, "ntp");
	CHECK(s->expanded);
	CHECK_EQ(p->list[OBJECT_SRULE].n, 7);
	service_expand(p, s);
	CHECK_EQ(p->list[OBJECT_SRULE].n, 7);
	service_drop_rules(p, "neighbor");
	service_drop_rules(p, "nothing");
	CHECK_EQ(p->list[OBJECT_SRULE].n, 5);
	service_drop_rules(p, "dns");
	got = rules_of(p);
	CHECK_MSG(!strcmp(got, "service:ntp:request members > b: udp dport 123\n"
			       "service:ntp:reply b > members: udp sport 123\n"), "%s", got);
	free(got);
	s->expanded = false;
	service_drop_rules(p, "ntp");
	service_expand(p, s);
	CHECK_EQ(p->list[OBJECT_SRULE].n, 2);
	policy_free(p);
}

static void names(void)
{
	char list[SERVICE_LIST_SIZE];

	CHECK(!strcmp(service_list(list),
		      "neighbor, dhcp, router, multicast, announce, dns, ntp"));
	CHECK(service_kind_find("dhcp") && service_kind_find("neighbor")->follows);
	CHECK(!service_kind_find("dhcpx") && !service_kind_find(""));
}

/* Of most services a remote is no place, and it is said so; of some it is. */
static void remotes(void)
{
	static const struct {
		const char *service;
		unsigned int warnings;
	} cases[] = {
		{ "dhcp: far", 1 }, { "router: far", 1 }, { "multicast: [uplink, far]", 1 },
		{ "announce: [far, near]", 2 }, { "neighbor: far", 1 }, { "dns: [far, near]", 0 },
		{ "ntp: far", 0 }, { "dhcp: [uplink, a, g, host]", 0 },
	};
	char text[600], expected[64];
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned int warnings = 0;
		struct diags d = { 0 };
		struct policy *p = NULL;

		snprintf(text, sizeof(text),
			 "isol: 1\nbridges: {br0: {uplinks: [up]}}\n"
			 "bindings: {a: {port: pa, groups: [g]}}\n"
			 "remotes: {far: [10.0.0.0/8], near: [10.1.0.1]}\nservices: {%s}\n",
			 cases[i].service);
		CHECK_EQ(isol_load("f", text, strlen(text), &p, &d), 0);
		snprintf(expected, sizeof(expected), "service '%.*s': '",
			 (int)strcspn(cases[i].service, ":"), cases[i].service);
		for (j = 0; j < d.n; j++) {
			if (!strstr(d.v[j].text, "expected 'uplink'"))
				continue;
			warnings++;
			CHECK_MSG(strstr(d.v[j].text, expected), "%s", d.v[j].text);
			CHECK(d.v[j].warning && d.v[j].at.line == 5);
		}
		CHECK_MSG(warnings == cases[i].warnings, "%s: %u warnings", cases[i].service,
			  warnings);
		diags_free(&d);
		policy_free(p);
	}
}

int main(void)
{
	test_begin();
	run_case("service_names", names);
	run_case("service_expansion", expansion);
	run_case("service_dropped", dropped);
	run_case("service_remotes", remotes);
	return test_end();
}
