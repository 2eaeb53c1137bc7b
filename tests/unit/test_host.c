// SPDX-License-Identifier: GPL-2.0
/* Does a policy fit the interfaces of a host? */
#include <net/if_arp.h>
#include <stdlib.h>

#include "test.h"
#include "userspace/hostcheck.h"
#include "userspace/load.h"
#include "userspace/vlancheck.h"

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

/*
 * VLANs of ports
 */

static const char vlan_policy[] =
	"isol: 1\n"
	"bridges: {br0: {uplinks: [eno1, eno2]}, br1: {}}\n"
	"segments:\n"
	"  shop: {bridge: br0, vlan: 30, uplink: accept}\n"
	"  back: {bridge: br0, vlan: 31}\n"
	"  none: {bridge: br0, vlan: 32}\n"
	"bindings:\n"
	"  a: {port: vnet1, segment: shop}\n"
	"  b: {port: 'vn*', segment: back, groups: [g]}\n"
	"  c: {port: 'vnet?', segment: shop}\n"
	"  e: {port: other}\n";

/* A port of br0 that is in up to two VLANs; negative: its frames leave without a tag. */
static void add_port(struct links *l, uint32_t ifindex, const char *name, int pvid, int one,
		     int other)
{
	struct link_vlans vlans = { .pvid = pvid };
	struct link link = {
		.ifindex = ifindex, .name = name, .master = 1, .kind = "tun",
		.type = ARPHRD_ETHER, .vlans = &vlans,
	};

	if (one)
		link_vlans_add(&vlans, abs(one), one < 0);
	if (other)
		link_vlans_add(&vlans, abs(other), other < 0);
	links_add(l, &link);
}

/* The bridge, with uplinks in the VLANs of both segments. */
static void vlan_host(struct links *l, bool filters, bool known)
{
	struct link_vlans vlans = { .pvid = 1 };
	struct link br0 = {
		.ifindex = 1, .name = "br0", .kind = "bridge", .filters = filters,
		.vlans = known ? &vlans : NULL,
	};

	link_vlans_add(&vlans, 1, true);
	link_vlans_add(&vlans, 31, false);
	*l = (struct links){ 0 };
	links_add(l, &br0);
}

static void on_fault(const struct vlan_fault *f, void *data)
{
	CHECK_EQ(f->cut, !strstr(f->text, "does not filter VLANs"));
	fprintf(data, "%u:%u %s\n", f->at.line, f->at.col, f->text);
}

static struct policy *load_vlans(const char *rules)
{
	char *text = xasprintf("%s%s", vlan_policy, rules);
	struct diags d = { 0 };
	struct policy *p = NULL;

	CHECK_MSG(!isol_load("f", text, strlen(text), &p, &d), "%s",
		  d.n ? d.v[0].text : "");
	diags_free(&d);
	free(text);
	return p;
}

/* Check the host, with these rules, and free it. */
static void expect_faults(struct links *l, const struct view *v, const char *rules,
			  const char *expected)
{
	struct policy *p = load_vlans(rules);
	struct vlan_host h = { .p = p, .l = l, .v = v };
	char *got = NULL;
	size_t len;
	FILE *f = open_memstream(&got, &len);

	vlancheck(&h, on_fault, f);
	fclose(f);
	CHECK_MSG(!strcmp(got, expected), "got '%s', not '%s'", got, expected);
	free(got);
	policy_free(p);
	links_free(l);
}

static void vlan_ports(void)
{
	struct links l;

	/* as it should be; VLANs of others are nobody's business */
	vlan_host(&l, true, true);
	add_port(&l, 3, "eno1", 1, 30, 31);
	add_port(&l, 4, "vnet1", 30, -30, 99);
	add_port(&l, 5, "vnx", 31, -31, 0);
	add_port(&l, 6, "other", 1, -1, 0);
	expect_faults(&l, NULL, "", "");
	/* no member, by the most specific of the bindings */
	vlan_host(&l, true, true);
	add_port(&l, 4, "vnet1", 1, -1, 0);
	add_port(&l, 5, "vnet2", 0, 0, 0);
	add_port(&l, 6, "vn2", 30, -30, 0);
	expect_faults(&l, NULL, "",
		      "8:29 segment 'shop': port vnet1 of binding 'a' is not a member of VLAN 30 on br0: no frame of it is in the segment; `bridge vlan add dev vnet1 vid 30 pvid untagged && bridge vlan del dev vnet1 vid 1`\n"
		      "10:31 segment 'shop': port vnet2 of binding 'c' is not a member of VLAN 30 on br0: no frame of it is in the segment; `bridge vlan add dev vnet2 vid 30 pvid untagged`\n"
		      "9:29 segment 'back': port vn2 of binding 'b' is not a member of VLAN 31 on br0: no frame of it is in the segment; `bridge vlan add dev vn2 vid 31 pvid untagged && bridge vlan del dev vn2 vid 30`\n");
	/* members with another PVID, or none */
	vlan_host(&l, true, true);
	add_port(&l, 4, "vnet1", 1, -1, 30);
	expect_faults(&l, NULL, "",
		      "8:29 segment 'shop': port vnet1 of binding 'a' has the PVID 1 on br0: its frames without a tag are in VLAN 1, and not in the segment; `bridge vlan add dev vnet1 vid 30 pvid untagged && bridge vlan del dev vnet1 vid 1`, or where the guest tags all that it sends `bridge vlan del dev vnet1 vid 1`\n");
	vlan_host(&l, true, true);
	add_port(&l, 4, "vnet1", 0, -30, 0);
	expect_faults(&l, NULL, "",
		      "8:29 segment 'shop': port vnet1 of binding 'a' has no PVID on br0: the bridge drops its frames without a tag; `bridge vlan add dev vnet1 vid 30 pvid untagged`\n");
	/* a guest that tags both ways */
	vlan_host(&l, true, true);
	add_port(&l, 4, "vnet1", 0, 30, 0);
	expect_faults(&l, NULL, "", "");
	/* in no segment, but in the VLAN of one */
	vlan_host(&l, true, true);
	add_port(&l, 4, "other", 31, -31, 0);
	expect_faults(&l, NULL, "",
		      "11:3 port other of binding 'e' has the PVID 31 on br0, which is the segment 'back', and the binding is not in that: none of its frames without a tag passes; expected 'segment: back', or another VLAN for the port\n");
	/* nothing is said of what is not known, or of ports of other bridges */
	vlan_host(&l, true, true);
	add(&l, 4, "vnet1", 1, "tun");
	add(&l, 5, "vnet2", 7, "tun");
	add(&l, 6, "vnet3", 0, "tun");
	expect_faults(&l, NULL, "", "");
	/* what is said to a shell has to be one word for it */
	vlan_host(&l, true, true);
	add_port(&l, 4, "vn;'x", 0, 0, 0);
	expect_faults(&l, NULL, "",
		      "9:29 segment 'back': port vn;'x of binding 'b' is not a member of VLAN 31 on br0: no frame of it is in the segment; `bridge vlan add dev 'vn;'\\''x' vid 31 pvid untagged`\n");
}

static void vlan_bridges(void)
{
	const char *shop =
		"4:3 segment 'shop': bridge 'br0' does not filter VLANs: only frames that the guest itself tags with 30 are in the segment; for guests that send none with tags: `ip link set br0 type bridge vlan_filtering 1`, and a VLAN for each port\n"
		"5:3 segment 'back': bridge 'br0' does not filter VLANs: only frames that the guest itself tags with 31 are in the segment; for guests that send none with tags: `ip link set br0 type bridge vlan_filtering 1`, and a VLAN for each port\n";
	struct links l;

	/* once for each segment that has bindings, whatever the ports are members of */
	vlan_host(&l, false, true);
	add_port(&l, 3, "eno1", 1, -1, 0);
	add_port(&l, 4, "vnet1", 30, -30, 0);
	add_port(&l, 5, "vnet2", 1, -1, 0);
	expect_faults(&l, NULL, "", shop);
	vlan_host(&l, false, false);
	expect_faults(&l, NULL, "", shop);
	/* not there, or none: that is an error elsewhere */
	l = (struct links){ 0 };
	add(&l, 1, "br1", 0, "bridge");
	add(&l, 2, "br0", 0, "bond");
	expect_faults(&l, NULL, "", "");
}

static void vlan_uplinks(void)
{
	const char *shop = "4:3 segment 'shop': the uplink eno1 is not a member of VLAN 30 on br0: no frame of the segment leaves there, or comes in; `bridge vlan add dev eno1 vid 30`\n";
	const char *both = "4:3 segment 'shop': none of the uplinks eno1, eno2 is a member of VLAN 30 on br0: no frame of the segment leaves there, or comes in; `bridge vlan add dev eno1 vid 30`\n";
	const char *back = "5:3 segment 'back': the uplink eno1 is not a member of VLAN 31 on br0: no frame of the segment leaves there, or comes in; `bridge vlan add dev eno1 vid 31`\n";
	static const char *const opening[] = {
		"rules: [{name: r, from: b, to: uplink, verdict: accept, stateless: true}]\n",
		"rules: [{name: r, from: any, to: g, verdict: accept, stateless: true}]\n",
		"rules: [{name: r, from: far, to: members, verdict: accept, stateless: true}]\n"
		"remotes: {far: [10.0.0.0/8]}\n",
		"services: {dhcp: uplink}\n",
	};
	static const char *const closed[] = {
		"rules: [{name: r, from: b, to: uplink, verdict: drop, stateless: true}]\n",
		"rules: [{name: r, from: a, to: uplink, verdict: accept, stateless: true}]\n",
		"rules: [{name: r, from: b, to: host, verdict: accept, stateless: true}]\n",
		"services: {neighbor: follow}\n",
	};
	struct links l;
	size_t i;

	vlan_host(&l, true, true);
	add_port(&l, 3, "eno1", 1, -1, 0);
	expect_faults(&l, NULL, "", shop);
	vlan_host(&l, true, true);
	add_port(&l, 3, "eno1", 1, -1, 0);
	add_port(&l, 4, "eno2", 1, -1, 31);
	expect_faults(&l, NULL, "", both);
	/* one is enough */
	vlan_host(&l, true, true);
	add_port(&l, 3, "eno1", 1, -1, 0);
	add_port(&l, 4, "eno2", 1, -1, 30);
	expect_faults(&l, NULL, "", "");
	/* where something opens the segment to it */
	for (i = 0; i < ARRAY_SIZE(opening); i++) {
		vlan_host(&l, true, true);
		add_port(&l, 3, "eno1", 1, 30, 0);
		expect_faults(&l, NULL, opening[i], back);
	}
	for (i = 0; i < ARRAY_SIZE(closed); i++) {
		vlan_host(&l, true, true);
		add_port(&l, 3, "eno1", 1, 30, 0);
		expect_faults(&l, NULL, closed[i], "");
	}
}

/* What the kernel says a port is, whatever the selectors would have it be. */
static void vlan_bound(void)
{
	struct port ports[] = {
		{ .ifindex = 4, .kind = ISOL_PORT_MEMBER, .binding = "b" },
		{ .ifindex = 5, .kind = ISOL_PORT_UNBOUND, .binding = "b" },
	};
	struct view v = { .ports = ports, .nports = ARRAY_SIZE(ports) };
	struct vlan_host h = { .l = NULL };
	struct links l;
	char *text;

	vlan_host(&l, true, true);
	add_port(&l, 4, "vnet1", 30, -30, 0);
	add_port(&l, 5, "vnet2", 1, -1, 0);
	add_port(&l, 6, "vnet3", 1, -1, 0);
	expect_faults(&l, &v, "",
		      "9:29 segment 'back': port vnet1 of binding 'b' is not a member of VLAN 31 on br0: no frame of it is in the segment; `bridge vlan add dev vnet1 vid 31 pvid untagged && bridge vlan del dev vnet1 vid 30`\n");
	/* the host */
	vlan_host(&l, true, true);
	h.p = load_vlans("");
	h.l = &l;
	text = vlan_host_fault(&h, policy_find(h.p, OBJECT_SEGMENT, "shop"));
	CHECK_MSG(text && !strcmp(text, "segment 'shop': the bridge device br0 is not a member of VLAN 30 itself: no frame of the segment gets to the host, or from it; `bridge vlan add dev br0 vid 30 self`"),
		  "got '%s'", text);
	free(text);
	CHECK(!vlan_host_fault(&h, policy_find(h.p, OBJECT_SEGMENT, "back")));
	policy_free((struct policy *)(uintptr_t)h.p);
	links_free(&l);
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
	run_case("host_vlan_ports", vlan_ports);
	run_case("host_vlan_bridges", vlan_bridges);
	run_case("host_vlan_uplinks", vlan_uplinks);
	run_case("host_vlan_bound", vlan_bound);
	return test_end();
}
