// SPDX-License-Identifier: GPL-2.0
/* Does a policy fit the interfaces of a host? */
#include <net/if_arp.h>

#include "test.h"
#include "userspace/hostcheck.h"
#include "userspace/load.h"

static const char policy[] =
	"isol: 1\n"
	"bridges:\n"
	"  br0: {uplinks: [eno1]}\n"
	"  br1: {}\n"
	"segments: {s: {bridge: br1}}\n"
	"bindings:\n"
	"  a: {port: eno5}\n"
	"  b: {port: \"vf*\"}\n"
	"  c: {mac: \"52:54:00:00:00:01\"}\n"
	"  d: {alias: \"sr-iov\"}\n"
	"  e: {port: eno6, segment: s}\n";

static void add(struct links *l, uint32_t ifindex, const char *name, uint32_t master,
		const char *kind)
{
	struct link link = {
		.ifindex = ifindex, .name = name, .master = master, .kind = kind,
		.type = ARPHRD_ETHER,
	};

	links_add(l, &link);
}

/* The usual host: bridges and the uplink are there. */
static void host(struct links *l)
{
	*l = (struct links){ 0 };
	add(l, 1, "br0", 0, "bridge");
	add(l, 2, "br1", 0, "bridge");
	add(l, 3, "eno1", 1, NULL);
	add(l, 4, "vnet0", 1, "tun");
	add(l, 5, "veth0", 1, "veth");
	add(l, 6, "br9", 0, "bridge");
	add(l, 7, "eno9", 6, NULL);
}

/* Check the host and free it. Expects this in what is printed, or nothing. */
static void expect(struct links *l, const char *text, int expected)
{
	struct diags d = { 0 };
	struct policy *p = NULL;
	char *got = NULL;
	size_t len;
	FILE *f;

	CHECK_EQ(isol_load("f", policy, sizeof(policy) - 1, &p, &d), 0);
	CHECK_EQ(!!hostcheck(p, l, &d), expected);
	f = open_memstream(&got, &len);
	diags_print(&d, f);
	fclose(f);
	CHECK_MSG(text ? !!strstr(got, text) : !*got, "got '%s', not '%s'", got,
		  text ? text : "");
	free(got);
	diags_free(&d);
	policy_free(p);
	links_free(l);
}

static void good(void)
{
	struct links l;

	host(&l);
	expect(&l, NULL, 0);
	host(&l);
	add(&l, 10, "eno5", 1, NULL);
	add(&l, 11, "vf7", 1, NULL);
	expect(&l, NULL, 0);
}

static void leads_out(void)
{
	static const char *const kinds[] = {
		NULL, "bond", "team", "vlan", "vxlan", "gretap", "ip6gretap", "geneve", "macvlan",
		"ipvlan",
	};
	static const char *const guests[] = { "tun", "veth", "dummy", "bridge" };
	struct links l;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		host(&l);
		add(&l, 10, "x0", 2, kinds[i]);
		expect(&l, "f:4:3: error: x0, a", 1);
	}
	for (i = 0; i < ARRAY_SIZE(guests); i++) {
		host(&l);
		add(&l, 10, "x0", 2, guests[i]);
		expect(&l, NULL, 0);
	}
	host(&l);
	add(&l, 10, "x0", 1, NULL);
	expect(&l, "add it to the uplinks of 'br0', or bind it", 1);
	/* an uplink of one bridge is none of another */
	*(&l) = (struct links){ 0 };
	add(&l, 1, "br0", 0, "bridge");
	add(&l, 2, "br1", 0, "bridge");
	add(&l, 3, "eno1", 2, NULL);
	expect(&l, "f:4:3: error: eno1, a network card", 1);
}

static void bound(void)
{
	struct link mac = {
		.ifindex = 10, .name = "x0", .master = 1, .type = ARPHRD_ETHER,
		.mac = { 0xfe, 0x54, 0, 0, 0, 1 },
	};
	struct link alias = {
		.ifindex = 11, .name = "x1", .master = 1, .type = ARPHRD_ETHER, .alias = "sr-iov",
	};
	struct links l;

	host(&l);
	links_add(&l, &mac);
	links_add(&l, &alias);
	expect(&l, NULL, 0);
	host(&l);
	mac.mac[0] = 0x52;
	links_add(&l, &mac);
	expect(&l, "error: x0, a network card", 1);
	/* a binding of another bridge's segment does not claim it */
	host(&l);
	add(&l, 10, "eno6", 1, NULL);
	expect(&l, "f:3:3: error: eno6, a network card", 1);
	host(&l);
	add(&l, 10, "eno6", 2, NULL);
	expect(&l, NULL, 0);
}

static void missing(void)
{
	struct links l = { 0 };
	struct link vlan = {
		.ifindex = 12, .name = "vnet0.7", .kind = "vlan", .lower = 4, .type = ARPHRD_ETHER,
	};

	add(&l, 1, "br0", 0, "bridge");
	add(&l, 3, "eno1", 1, NULL);
	expect(&l, "f:4:3: warning: bridge 'br1' does not exist now", 0);
	add(&l, 1, "br0", 0, "bridge");
	add(&l, 2, "br1", 0, "bridge");
	expect(&l, "f:3:19: warning: the uplink 'eno1' is not a port of bridge 'br0' now", 0);
	add(&l, 1, "br0", 0, "bond");
	add(&l, 2, "br1", 0, "bridge");
	expect(&l, "f:3:3: error: the interface br0 is not a bridge", 1);
	host(&l);
	links_add(&l, &vlan);
	expect(&l, "f:3:3: warning: the VLAN device vnet0.7 sits on vnet0", 0);
}

/* What is named like it and not in the policy may be what was meant. */
static void misspelt(void)
{
	struct links l = { 0 };

	add(&l, 1, "br0", 0, "bridge");
	add(&l, 2, "br10", 0, "bridge");
	add(&l, 3, "eno1", 1, NULL);
	expect(&l, "bridge 'br1' does not exist now; did you mean 'br10'?\n", 0);
	add(&l, 1, "br0", 0, "bridge");
	add(&l, 2, "br10", 0, "dummy");
	add(&l, 3, "eno1", 1, NULL);
	expect(&l, "bridge 'br1' does not exist now\n", 0);
}

static void on_unmatched(const char *port, const char *bridge, void *data)
{
	fprintf(data, "%s on %s;", port, bridge);
}

/* The uplink eno1, vf7 which is bound, and br9, which is none of ours, are not listed. */
static void expect_unmatched(const char *text, const char *expected)
{
	struct diags d = { 0 };
	struct policy *p = NULL;
	struct links l;
	char *got = NULL;
	size_t len;
	FILE *f;

	CHECK_EQ(isol_load("f", text, strlen(text), &p, &d), 0);
	host(&l);
	add(&l, 10, "vf7", 1, NULL);
	add(&l, 11, "eno6", 1, NULL);
	f = open_memstream(&got, &len);
	hostcheck_unmatched(p, &l, on_unmatched, f);
	fclose(f);
	CHECK_MSG(!strcmp(got, expected), "got '%s', not '%s'", got, expected);
	free(got);
	links_free(&l);
	policy_free(p);
	diags_free(&d);
}

static void unmatched(void)
{
	expect_unmatched(policy, "vnet0 on br0;veth0 on br0;eno6 on br0;");
	expect_unmatched("isol: 1\nbridges: {br0: {unbound: accept}, br9: {}}\n", "eno9 on br9;");
	expect_unmatched("isol: 1\n", "");
}

int main(void)
{
	test_begin();
	run_case("host_good", good);
	run_case("host_leads_out", leads_out);
	run_case("host_bound", bound);
	run_case("host_missing", missing);
	run_case("host_misspelt", misspelt);
	run_case("host_unmatched", unmatched);
	return test_end();
}
