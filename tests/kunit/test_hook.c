// SPDX-License-Identifier: GPL-2.0
/*
 * What the hooks say about frames, called as netfilter calls them; among it,
 * policies at random against the oracle: verdict, reason, rule and counters.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/netfilter_bridge.h>
#include <linux/tcp.h>
#include <net/net_namespace.h>

#include "domain.h"
#include "gen.h"
#include "keys.h"
#include "naive.h"
#include "oracle.h"
#include "quarantine.h"
#include "test.h"
#include "vlan.h"
#include "world.h"

enum where { FORWARD, LOCAL_IN, LOCAL_OUT, INGRESS };

static const u8 somewhere[ETH_ALEN] = { 0x52, 0x54, 0, 9, 9, 9 };
static const u8 everywhere[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

/* A frame of @len bytes, its Ethernet header pulled off. */
static struct sk_buff *frame(struct net_device *dev, const u8 *dest, u32 len)
{
	struct sk_buff *skb = alloc_skb(len + 64, GFP_KERNEL | __GFP_NOFAIL);
	struct ethhdr *eth;

	skb_reserve(skb, 32);
	skb_put_zero(skb, len);
	skb_reset_mac_header(skb);
	eth = eth_hdr(skb);
	ether_addr_copy(eth->h_dest, dest);
	ether_addr_copy(eth->h_source, somewhere);
	eth->h_proto = htons(ETH_P_IP);
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	skb->dev = dev;
	skb->protocol = eth->h_proto;
	return skb;
}

/* One of which there is something to be read, and padding. */
static struct sk_buff *varied_frame(struct net_device *dev, struct keys *keys, u32 len)
{
	struct isol_key key;
	u8 bytes[KEYS_FRAME];
	struct sk_buff *skb;
	u32 n;

	keys_random(keys, &key);
	n = keys_frame(&key, bytes);
	skb = frame(dev, bytes, max(n, len));
	memcpy(skb_mac_header(skb), bytes, n);
	skb->protocol = eth_hdr(skb)->h_proto;
	return skb;
}

/*
 * What there is to be read of a frame, perhaps with a tag beside it. Its first tag says
 * which VLAN it is in here.
 */
static void read_frame(const struct sk_buff *skb, bool tag, struct isol_key *key)
{
	struct isol_packet packet = {
		.head = skb_mac_header(skb), .linear = skb->len + ETH_HLEN,
		.len = skb->len + ETH_HLEN, .tagged = tag,
	};

	isol_frame_parse(&packet, ISOL_DEPTH_L4, key);
	isol_packet_vlan(&packet);
	if (tag && skb_vlan_tag_present(skb)) {
		packet.vlan_tagged = true;
		packet.vlan_within = false;
		packet.pcp = skb_vlan_tag_get_prio(skb);
		packet.vlan = skb_vlan_tag_get_id(skb);
	}
	isol_frame_vlan(&packet, key);
}

static unsigned int call(enum where where, struct net_device *from, struct net_device *to,
			 struct sk_buff *skb)
{
	static const u8 numbers[] = { NF_BR_FORWARD, NF_BR_LOCAL_IN, NF_BR_LOCAL_OUT };
	struct isol_net *in = world_net();
	struct nf_hook_state state;
	const struct isol_port *port;
	unsigned int verdict;

	if (where == INGRESS) {
		port = world_seen(from);
		nf_hook_state_init(&state, NF_NETDEV_INGRESS, NFPROTO_NETDEV, from, NULL, NULL,
				   &init_net, NULL);
		local_bh_disable();
		rcu_read_lock();
		verdict = port->ops.hook(port->ops.priv, skb, &state);
	} else {
		nf_hook_state_init(&state, numbers[where], NFPROTO_BRIDGE, from, to, NULL,
				   &init_net, NULL);
		local_bh_disable();
		rcu_read_lock();
		verdict = in->ops[where].hook(in->ops[where].priv, skb, &state);
	}
	rcu_read_unlock();
	local_bh_enable();
	return verdict;
}

/* The hooks that come before those: where a frame comes in, or the host sends it. */
static unsigned int call_first(struct net_device *from, struct net_device *to,
			       struct sk_buff *skb)
{
	struct isol_net *in = world_net();
	unsigned int verdict = NF_ACCEPT;
	struct nf_hook_state state;
	struct net_device *bridge;
	struct isol_brdev *br;

	local_bh_disable();
	rcu_read_lock();
	if (from && in->pre_hooked) {
		nf_hook_state_init(&state, NF_BR_PRE_ROUTING, NFPROTO_BRIDGE, from, NULL, NULL,
				   &init_net, NULL);
		verdict = in->pre_ops.hook(in->pre_ops.priv, skb, &state);
	} else if (!from) {
		bridge = netdev_master_upper_dev_get_rcu(to);
		list_for_each_entry(br, &in->brdevs, node) {
			if (!br->hooked || !bridge || br->ifindex != bridge->ifindex)
				continue;
			nf_hook_state_init(&state, 0, NFPROTO_NETDEV, NULL, bridge, NULL,
					   &init_net, NULL);
			verdict = br->ops.hook(br->ops.priv, skb, &state);
		}
	}
	rcu_read_unlock();
	local_bh_enable();
	return verdict;
}

/* The same, and the frame goes. */
static unsigned int judge(enum where where, struct net_device *from, struct net_device *to,
			  struct sk_buff *skb)
{
	unsigned int verdict = call(where, from, to, skb);

	kfree_skb(skb);
	return verdict;
}

/* ---- counters */

struct sums {
	u64 packets;
	u64 bytes;
};

static struct sums counter(u32 nr)
{
	struct sums s = {};

	isol_counters_read(&world_net()->policy->counters, nr, &s.packets, &s.bytes);
	return s;
}

static struct sums all_counters(void)
{
	const struct isol_policy *policy = world_net()->policy;
	struct sums s = {};
	u32 i;

	for (i = 0; i < policy->compiled.ncounters; i++)
		isol_counters_read(&policy->counters, i, &s.packets, &s.bytes);
	return s;
}

static struct sums port_counter(const struct net_device *dev, u8 reason, u8 verdict)
{
	const struct isol_port *port = world_seen(dev);
	struct sums s = {};
	u32 i;

	for (i = 0; port && i < isol_nshards; i++)
		isol_count_read(isol_port_count(port->counts, i, isol_decision(verdict, reason, 0)),
				&s.packets, &s.bytes);
	return s;
}

static u32 dflt_nr(u32 bridge, u32 dflt)
{
	const struct isol_tables *tables = &world_net()->policy->compiled.tables;

	return isol_decision_counter(isol_tables_default(tables, bridge, dflt));
}

/* ---- policies at random */

#define BRIDGES 3
#define TAPS 12

static struct net_device *bridges[BRIDGES], *uplinks[BRIDGES], *nobodies[BRIDGES], *taps[TAPS];
static u32 met[ISOL_REASON_MAX + 1];

static bool begin_random(void)
{
	char name[16];
	u32 i;

	world_begin();
	for (i = 0; i < BRIDGES; i++) {
		snprintf(name, sizeof(name), "br%u", i);
		bridges[i] = world_bridge(name);
		if (!bridges[i])
			return false;
		snprintf(name, sizeof(name), "eno%u", i);
		uplinks[i] = world_port(name, bridges[i]);
		snprintf(name, sizeof(name), "nobody%u", i);
		nobodies[i] = world_port(name, bridges[i]);
		if (!uplinks[i] || !nobodies[i])
			return false;
	}
	for (i = 0; i < TAPS; i++) {
		snprintf(name, sizeof(name), "tap%u", i);
		taps[i] = world_port(name, bridges[i % BRIDGES]);
		if (!taps[i])
			return false;
	}
	return true;
}

/* What a port is to a policy, by its name alone. */
static struct oracle_end end_of(const struct isol_model *model, const struct isol_bridge *bridge,
				const struct net_device *dev)
{
	const struct isol_binding *b;
	u32 i;

	for (i = 0; i < bridge->nuplinks; i++)
		if (!strcmp(bridge->uplinks[i], dev->name))
			return (struct oracle_end){ .kind = ORACLE_UPLINK };
	for (b = model->bindings; b; b = b->next)
		if (!strcmp(b->selector, dev->name) &&
		    (!b->segment || b->segment->bridge == bridge))
			return (struct oracle_end) {
				.kind = ORACLE_BINDING, .binding = b,
				.quarantined = isol_quarantine_find(world_net(), b->name),
			};
	return (struct oracle_end){ .kind = ORACLE_UNBOUND };
}

/*
 * A frame as it comes in with a VLAN tag, most often that of the VLAN that is wanted; on
 * bridges that do not look at VLANs. Return: what there is to be known of it.
 */
static struct oracle_vlan put_in_vlan(struct sk_buff *skb, int own)
{
	const u8 *head = skb_mac_header(skb);
	u32 vid = own > 0 && percent(80) ? own : 10 * below(4);

	if (vid && percent(95)) {
		__vlan_hwaccel_put_tag(skb, htons(percent(90) ? ETH_P_8021Q : ETH_P_8021AD),
				       vid | below(16) << 12);
		return (struct oracle_vlan){ vid, isol_tag_type(ntohs(skb->protocol)) };
	}
	/* or one that is in it */
	vid = 0;
	if (eth_type_vlan(skb->protocol))
		vid = (head[14] << 8 | head[15]) & VLAN_VID_MASK;
	return (struct oracle_vlan){ vid, naive_stacked(head, skb->len + ETH_HLEN, vid) };
}

static void check_answer(enum where where, const struct isol_bridge *bridge,
			 struct net_device *from, struct net_device *to, struct keys *keys)
{
	struct sk_buff *skb = varied_frame(from ?: to, keys, between(60, 1514));
	const struct isol_model *model = world_net()->policy->model;
	const struct net_device *port = from ?: to;
	static const struct oracle_end host = { .kind = ORACLE_HOST };
	struct oracle_end a = from ? end_of(model, bridge, from) : host;
	struct oracle_end b = to ? end_of(model, bridge, to) : host;
	struct sums all = all_counters(), one = {}, mine, after;
	u32 len = skb->len + ETH_HLEN, nr, got;
	struct oracle_vlan vlan;
	struct oracle_answer want;
	struct isol_key key;
	bool accept, keep;
	char text[300];

	vlan = put_in_vlan(skb, oracle_own_vlan(&a, &b).vid);
	/* what leaves untagged says no more of it */
	keep = skb_vlan_tag_present(skb) && percent(50);
	read_frame(skb, keep, &key);
	want = oracle_ask_vlan(model, bridge, &a, &b, vlan, &key);
	nr = want.nr;
	accept = want.verdict == ISOL_VERDICT_ACCEPT;
	met[want.reason]++;
	if (want.rule)
		one = counter(nr);
	mine = port_counter(port, want.reason, want.verdict);
	got = call_first(from, to, skb);
	if (got == NF_ACCEPT) {
		if (!keep)
			__vlan_hwaccel_clear_tag(skb);
		got = call(where, from, to, skb);
	}
	kfree_skb(skb);
	CHECK_MSG(got == (accept ? NF_ACCEPT : NF_DROP),
		  "hook %u on %s, %s to %s: %u, not %u by reason %u %s; %s", where, bridge->name,
		  from ? from->name : "host", to ? to->name : "host", got, accept, want.reason,
		  want.rule ? want.rule->name : "", keys_text(&key, text, sizeof(text)));
	after = all_counters();
	CHECK_MSG(after.packets == all.packets + 1 && after.bytes == all.bytes + len,
		  "counted %llu packets, %llu bytes of %u", after.packets - all.packets,
		  after.bytes - all.bytes, len);
	if (want.rule) {
		after = counter(nr);
		CHECK_MSG(after.packets == one.packets + 1 && after.bytes == one.bytes + len,
			  "not counted for rule %s", want.rule->name);
	}
	after = port_counter(port, want.reason, want.verdict);
	CHECK_MSG(after.packets == mine.packets + 1 && after.bytes == mine.bytes + len,
		  "not counted for port %s, reason %u", port->name, want.reason);
}

/* The addresses at and around those that the ingress hook is about. */
static void check_ingress(const struct isol_bridge *bridge, struct net_device *from,
			  struct keys *keys)
{
	const struct isol_model *model = world_net()->policy->model;
	static const struct oracle_end host = { .kind = ORACLE_HOST };
	struct oracle_end a = end_of(model, bridge, from);
	u8 dest[ETH_ALEN] = { 0x01, 0x80, 0xc2, 0, 0, 0 };
	struct sums before, after;
	u32 last = below(20), got;
	struct oracle_answer want;
	bool reserved, counted;
	struct sk_buff *skb;
	struct isol_key key;

	if (a.kind == ORACLE_UPLINK)
		return;
	dest[5] = last;
	dest[between(0, 4)] ^= percent(30) ? 1 << below(8) : 0;
	reserved = dest[0] == 0x01 && dest[1] == 0x80 && dest[2] == 0xc2 && !dest[3] &&
		   !dest[4] && last < 16;
	skb = varied_frame(from, keys, 60);
	ether_addr_copy(eth_hdr(skb)->h_dest, dest);
	read_frame(skb, false, &key);
	want = oracle_ask(model, bridge, &a, &host, &key);
	/* what other hooks do not see is counted here */
	counted = reserved && (want.verdict != ISOL_VERDICT_ACCEPT || !last || last == 14);
	before = all_counters();
	got = judge(INGRESS, from, NULL, skb);
	after = all_counters();
	CHECK_MSG(got == (reserved && want.verdict != ISOL_VERDICT_ACCEPT ? NF_DROP : NF_ACCEPT),
		  "%s to %pM: %u", from->name, dest, got);
	CHECK_MSG(after.packets == before.packets + counted, "%s to %pM: counted %llu", from->name,
		  dest, after.packets - before.packets);
}

static void random_policies(void)
{
	/* those that some of every few policies come to */
	static const u8 usual[] = {
		ISOL_REASON_RULE, ISOL_REASON_QUARANTINE, ISOL_REASON_BRIDGE_DEFAULT,
		ISOL_REASON_HOST_DEFAULT, ISOL_REASON_UNBOUND, ISOL_REASON_UNJUDGED,
		ISOL_REASON_UNPARSED,
	};
	u32 rounds = test_rounds(1200), round, i, j, k, n, sets;
	struct net_device *ports[2 + TAPS];
	const struct isol_bridge *bridge;
	struct isol_net *in = world_net();
	struct isol_model *model;
	struct gen_shape shape;
	struct keys *keys;
	char name[16];
	int err;

	memset(met, 0, sizeof(met));
	if (!begin_random())
		rounds = 0;
	for (round = 0; round < rounds && test_good(); round++) {
		gen_shape(&shape);
		/* isol_ct is not there */
		shape.tracks = 0;
		shape.bridges = percent(80) ? BRIDGES : shape.bridges;
		shape.bindings = between(0, TAPS + 2);
		/* what VLAN segments drop is dropped by another hook, if this one is not asked */
		shape.vlans = 0;
		model = gen_model(&in->mem, &shape);
		CHECK(model);
		if (!model)
			break;
		sets = model->nsets;
		err = world_commit(model);
		/* sets may overlap in more ways than there is room for */
		if (err == -ENOSPC && sets)
			continue;
		CHECK_EQ(err, 0);
		if (!test_good())
			break;
		model = in->policy->model;
		keys = keys_new(model);
		for (i = 0; i < model->nbindings; i++) {
			snprintf(name, sizeof(name), "b%u", i);
			world_release(name);
			if (percent(20))
				CHECK_EQ(world_quarantine(name), 0);
		}
		for (i = 0; i < BRIDGES; i++) {
			snprintf(name, sizeof(name), "br%u", i);
			bridge = isol_model_bridge(model, name);
			n = 0;
			ports[n++] = uplinks[i];
			ports[n++] = nobodies[i];
			for (j = i; j < TAPS; j += BRIDGES)
				ports[n++] = taps[j];
			if (!bridge) {
				CHECK_EQ(judge(FORWARD, ports[0], ports[1],
					       frame(ports[0], somewhere, 60)), NF_ACCEPT);
				CHECK_EQ(judge(LOCAL_IN, ports[2], NULL,
					       frame(ports[2], everywhere, 60)), NF_ACCEPT);
				continue;
			}
			for (j = 0; j < n; j++) {
				for (k = 0; k < n; k++)
					check_answer(FORWARD, bridge, ports[j], ports[k], keys);
				check_answer(LOCAL_IN, bridge, ports[j], NULL, keys);
				check_answer(LOCAL_OUT, bridge, NULL, ports[j], keys);
				check_ingress(bridge, ports[j], keys);
			}
		}
		keys_free(keys);
		if (!test_good())
			gen_print(model);
	}
	printf("# %u policies\n", round);
	for (i = 0; i < ARRAY_SIZE(usual) && rounds > 25; i++)
		CHECK_MSG(met[usual[i]], "reason %u never came up", usual[i]);
	world_end();
}

/* ---- by hand: br0 with alice, bob and the uplink up0, br1 with carol; br2 unmanaged */

static struct net_device *alice, *bob, *carol, *dave, *erin, *up0;

static bool begin(void)
{
	static const char *const names[BRIDGES] = { "br0", "br1", "br2" };
	struct isol_model *m;
	u32 i;

	world_begin();
	for (i = 0; i < BRIDGES; i++) {
		bridges[i] = world_bridge(names[i]);
		if (!bridges[i])
			return false;
	}
	up0 = world_port("up0", bridges[0]);
	alice = world_port("pa", bridges[0]);
	bob = world_port("pb", bridges[0]);
	carol = world_port("pc", bridges[1]);
	dave = world_port("pd", bridges[2]);
	erin = world_port("pe", NULL);
	m = world_model();
	world_manage(m, "br0", "up0");
	world_manage(m, "br1", NULL);
	world_bind(m, "alice", "pa", NULL);
	world_bind(m, "bob", "pb", NULL);
	world_bind(m, "carol", "pc", NULL);
	world_rule(m, "ab", "alice", "bob", ISOL_VERDICT_ACCEPT);
	world_rule(m, "ah", "alice", "host", ISOL_VERDICT_ACCEPT);
	CHECK_EQ(world_commit(m), 0);
	return up0 && alice && bob && carol && dave && erin && test_good();
}

static u64 unknown_drops(void)
{
	return atomic64_read(&world_net()->unknown_drops);
}

/* UDP over IPv4 without a checksum, from somewhere to somewhere. */
static struct sk_buff *datagram(struct net_device *dev, const u8 *dest)
{
	struct sk_buff *skb = frame(dev, dest, ETH_HLEN + 28);
	struct iphdr *ip = (struct iphdr *)skb->data;

	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(28);
	ip->ttl = 9;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = htonl(0xc0000201);
	ip->daddr = htonl(0xc0000202);
	ip->check = ip_fast_csum(ip, 5);
	return skb;
}

static void check_reject(enum where where, struct net_device *to, const u8 *dest, u32 answers)
{
	struct isol_net *in = world_net();
	u64 before = atomic64_read(&in->rejects), limited = atomic64_read(&in->rejects_limited);

	CHECK_EQ(judge(where, where == LOCAL_OUT ? NULL : alice, to, datagram(alice, dest)),
		 NF_DROP);
	CHECK_MSG(atomic64_read(&in->rejects) == before + answers, "hook %u: %lld answers, not %u",
		  where, atomic64_read(&in->rejects) - before, answers);
	CHECK_EQ(atomic64_read(&in->rejects_limited), limited);
}

/*
 * A frame is answered if the FDB has its destination where the frame goes, and not by
 * hooks that have nobody to tell.
 */
static void rejects(void)
{
	const struct isol_port *port;
	struct net_device *br;
	struct isol_model *m;
	struct sums mine;
	u32 i;

	if (begin()) {
		m = world_model();
		world_manage(m, "br0", "up0");
		world_bind(m, "alice", "pa", NULL);
		world_bind(m, "bob", "pb", NULL);
		world_rule(m, "ah", "alice", "host", ISOL_VERDICT_REJECT);
		world_rule(m, "ab", "alice", "bob", ISOL_VERDICT_REJECT);
		world_rule(m, "ha", "host", "alice", ISOL_VERDICT_REJECT);
		CHECK_EQ(world_commit(m), 0);
		port = world_seen(alice);
		rtnl_lock();
		br = netdev_master_upper_dev_get(alice);
		dev_open(alice, NULL);
		rtnl_unlock();
		mine = port_counter(alice, ISOL_REASON_RULE, ISOL_VERDICT_DROP);
		check_reject(LOCAL_IN, NULL, br->dev_addr, 1);
		/* a port's address is the bridge's as well */
		check_reject(LOCAL_IN, NULL, bob->dev_addr, 1);
		check_reject(LOCAL_IN, NULL, somewhere, 0);
		/* nobody knows where that is, or it is the bridge's own */
		check_reject(FORWARD, bob, somewhere, 0);
		check_reject(FORWARD, bob, bob->dev_addr, 0);
		check_reject(LOCAL_IN, NULL, everywhere, 0);
		CHECK_EQ(port_counter(alice, ISOL_REASON_RULE, ISOL_VERDICT_DROP).packets,
			 mine.packets + 6);
		check_reject(LOCAL_OUT, alice, somewhere, 0);
		/* until the limit */
		for (i = 0; i < 1000 && !atomic64_read(&world_net()->rejects_limited); i++)
			judge(LOCAL_IN, alice, NULL, datagram(alice, br->dev_addr));
		CHECK_MSG(i > 20 && i < 1000, "limited after %u", i);
		CHECK(port && atomic64_read(isol_port_limit(port->counts)));
	}
	world_end();
}

/* Devices that are no ports, or not any more. */
static void unknown_ports(void)
{
	u64 before;

	if (begin()) {
		before = unknown_drops();
		CHECK_EQ(judge(FORWARD, erin, bob, frame(erin, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(FORWARD, alice, erin, frame(alice, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(FORWARD, erin, erin, frame(erin, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_IN, erin, NULL, frame(erin, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_OUT, NULL, erin, frame(erin, somewhere, 60)), NF_DROP);
		CHECK_EQ(unknown_drops(), before + 5);
		/* and those that are: a control */
		CHECK_EQ(judge(FORWARD, alice, bob, frame(alice, somewhere, 60)), NF_ACCEPT);
		CHECK_EQ(unknown_drops(), before + 5);
	}
	world_end();
}

static void other_bridges(void)
{
	struct sums before, after;

	if (begin()) {
		before = counter(dflt_nr(1, ISOL_DFLT_MISMATCH));
		CHECK_EQ(judge(FORWARD, alice, carol, frame(alice, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(FORWARD, alice, dave, frame(alice, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(FORWARD, dave, alice, frame(dave, somewhere, 60)), NF_DROP);
		after = counter(dflt_nr(1, ISOL_DFLT_MISMATCH));
		CHECK_EQ(after.packets, before.packets + 3);
		before = counter(dflt_nr(2, ISOL_DFLT_MISMATCH));
		CHECK_EQ(judge(FORWARD, carol, bob, frame(carol, somewhere, 60)), NF_DROP);
		after = counter(dflt_nr(2, ISOL_DFLT_MISMATCH));
		CHECK_EQ(after.packets, before.packets + 1);
		/* what is not managed is let alone */
		CHECK_EQ(judge(FORWARD, dave, dave, frame(dave, somewhere, 60)), NF_ACCEPT);
		CHECK_EQ(judge(LOCAL_IN, dave, NULL, frame(dave, somewhere, 60)), NF_ACCEPT);
		CHECK_EQ(judge(LOCAL_OUT, NULL, dave, frame(dave, somewhere, 60)), NF_ACCEPT);
	}
	world_end();
}

static void gone_ports(void)
{
	struct sums before, after;
	u64 unknown;

	if (begin()) {
		before = counter(dflt_nr(1, ISOL_DFLT_GONE));
		CHECK_EQ(world_unplug(bob), 0);
		CHECK_EQ(judge(FORWARD, alice, bob, frame(alice, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(FORWARD, bob, alice, frame(bob, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_IN, bob, NULL, frame(bob, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_OUT, NULL, bob, frame(bob, somewhere, 60)), NF_DROP);
		after = counter(dflt_nr(1, ISOL_DFLT_GONE));
		CHECK_EQ(after.packets, before.packets + 4);
		world_purge();
		unknown = unknown_drops();
		CHECK_EQ(judge(FORWARD, alice, bob, frame(alice, somewhere, 60)), NF_DROP);
		CHECK_EQ(unknown_drops(), unknown + 1);
	}
	world_end();
}

/* A table that is a hash says the same. */
static void hashed(void)
{
	struct net_device *far;
	const struct isol_view *view;

	if (begin()) {
		CHECK_EQ(judge(FORWARD, alice, bob, frame(alice, somewhere, 60)), NF_ACCEPT);
		far = world_port_at("far", bridges[0], 1 << 30);
		view = rcu_access_pointer(world_net()->view);
		CHECK(far && view && !view->dense);
		CHECK_EQ(judge(FORWARD, alice, bob, frame(alice, somewhere, 60)), NF_ACCEPT);
		CHECK_EQ(judge(FORWARD, bob, alice, frame(bob, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(FORWARD, erin, bob, frame(erin, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_IN, alice, NULL, frame(alice, somewhere, 60)), NF_ACCEPT);
		if (far)
			CHECK_EQ(judge(FORWARD, alice, far, frame(alice, somewhere, 60)), NF_DROP);
	}
	world_end();
}

static void namespace_goes(void)
{
	struct isol_net *in = world_net();
	u64 before;

	if (begin()) {
		CHECK_EQ(judge(FORWARD, alice, bob, frame(alice, somewhere, 60)), NF_ACCEPT);
		isol_policy_deny(in);
		before = unknown_drops();
		CHECK_EQ(judge(FORWARD, alice, bob, frame(alice, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(FORWARD, dave, dave, frame(dave, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_IN, alice, NULL, frame(alice, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_OUT, NULL, up0, frame(up0, somewhere, 60)), NF_DROP);
		CHECK_EQ(unknown_drops(), before + 4);
		isol_policy_release(in);
		in->dying = false;
	}
	world_end();
}

/* ---- sizes */

static void gso_frame(u32 len, u16 size, u16 segs, u32 type, bool tcp, u32 packets, u32 bytes)
{
	struct sk_buff *skb = frame(alice, somewhere, len);
	struct sums before = counter(0), after;
	struct tcphdr *th;

	skb_shinfo(skb)->gso_size = size;
	skb_shinfo(skb)->gso_segs = segs;
	skb_shinfo(skb)->gso_type = type;
	if (tcp) {
		skb_set_transport_header(skb, sizeof(struct iphdr));
		th = tcp_hdr(skb);
		th->doff = 5;
	}
	CHECK_EQ(judge(FORWARD, alice, bob, skb), NF_ACCEPT);
	after = counter(0);
	CHECK_MSG(after.packets - before.packets == packets && after.bytes - before.bytes == bytes,
		  "%u bytes by %u: %llu packets, %llu bytes, not %u, %u", len, size,
		  after.packets - before.packets, after.bytes - before.bytes, packets, bytes);
}

/* Counted as on the wire, whatever a guest says they are. */
static void gso(void)
{
	const u32 hdr = ETH_HLEN + sizeof(struct iphdr) + sizeof(struct tcphdr);

	if (begin()) {
		gso_frame(60, 0, 0, 0, false, 1, 60);
		gso_frame(hdr + 3000, 1000, 3, SKB_GSO_TCPV4, true, 3, hdr * 3 + 3000);
		gso_frame(hdr + 3001, 1000, 0, SKB_GSO_TCPV4, true, 4, hdr * 4 + 3001);
		/* segments that a guest claims are counted out */
		gso_frame(hdr + 3000, 1000, 60000, SKB_GSO_TCPV4 | SKB_GSO_DODGY, true, 3,
			  hdr * 3 + 3000);
		/* without headers that could be found */
		gso_frame(5000, 1000, 0, SKB_GSO_TCPV4, false, 5, 5000);
		gso_frame(5000, 1, 0, SKB_GSO_UDP, false, 5000, 5000);
		gso_frame(60, 65535, 0, SKB_GSO_TCPV4, true, 1, 60);
	}
	world_end();
}

/* ---- frames that are special */

static void promiscuous(void)
{
	struct sk_buff *skb;
	u32 promisc = 0;

	if (begin()) {
		rtnl_lock();
		CHECK_EQ(dev_set_promiscuity(bridges[0], 1), 0);
		rtnl_unlock();
		/* the copy of a frame for somebody else */
		skb = frame(bridges[0], somewhere, 60);
		CHECK_EQ(judge(LOCAL_IN, bob, NULL, skb), NF_DROP);
		promisc = counter(dflt_nr(1, ISOL_DFLT_PROMISC_DROP)).packets;
		CHECK_EQ(promisc, 1);
		skb = frame(bridges[0], somewhere, 60);
		CHECK_EQ(judge(LOCAL_IN, alice, NULL, skb), NF_ACCEPT);
		CHECK_EQ(counter(dflt_nr(1, ISOL_DFLT_PROMISC_ACCEPT)).packets, 1);
		/* what the host is meant by is not */
		skb = frame(bridges[0], bridges[0]->dev_addr, 60);
		CHECK_EQ(judge(LOCAL_IN, bob, NULL, skb), NF_DROP);
		skb = frame(bridges[0], everywhere, 60);
		CHECK_EQ(judge(LOCAL_IN, bob, NULL, skb), NF_DROP);
		skb = frame(bridges[0], bob->dev_addr, 60);
		CHECK_EQ(judge(LOCAL_IN, bob, NULL, skb), NF_DROP);
		skb = frame(bob, somewhere, 60);
		CHECK_EQ(judge(LOCAL_IN, bob, NULL, skb), NF_DROP);
		CHECK_EQ(counter(dflt_nr(1, ISOL_DFLT_PROMISC_DROP)).packets, promisc);
		CHECK_EQ(counter(dflt_nr(1, ISOL_DFLT_HOST)).packets, 4);
		rtnl_lock();
		dev_set_promiscuity(bridges[0], -1);
		rtnl_unlock();
	}
	world_end();
}

static struct sk_buff *bpdu(struct net_device *dev, const u8 *source, u32 len)
{
	static const u8 group[ETH_ALEN] = { 0x01, 0x80, 0xc2, 0, 0, 0 };
	struct sk_buff *skb = frame(dev, group, len);

	ether_addr_copy(eth_hdr(skb)->h_source, source);
	eth_hdr(skb)->h_proto = htons(len - ETH_HLEN);
	if (len >= ETH_HLEN + 3)
		memcpy(skb->data, "\x42\x42\x03", 3);
	return skb;
}

/* BPDUs pass, for the bridge alone. */
static void control_frames(void)
{
	u32 len;

	if (begin()) {
		CHECK_EQ(judge(LOCAL_OUT, NULL, bob, bpdu(bob, bob->dev_addr, 60)), NF_ACCEPT);
		CHECK_EQ(counter(dflt_nr(1, ISOL_DFLT_CONTROL)).packets, 1);
		CHECK_EQ(judge(LOCAL_OUT, NULL, bob, frame(bob, somewhere, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_OUT, NULL, bob, bpdu(bob, alice->dev_addr, 60)), NF_DROP);
		/* a guest's own is none */
		CHECK_EQ(judge(FORWARD, bob, alice, bpdu(bob, alice->dev_addr, 60)), NF_DROP);
		CHECK_EQ(judge(LOCAL_IN, bob, NULL, bpdu(bob, bob->dev_addr, 60)), NF_DROP);
		CHECK_EQ(judge(INGRESS, bob, NULL, bpdu(bob, bob->dev_addr, 60)), NF_DROP);
		CHECK_EQ(judge(INGRESS, alice, NULL, bpdu(alice, alice->dev_addr, 60)), NF_ACCEPT);
		/* cut short */
		for (len = ETH_HLEN; len < ETH_HLEN + 3; len++)
			CHECK_EQ(judge(LOCAL_OUT, NULL, bob, bpdu(bob, bob->dev_addr, len)),
				 NF_DROP);
		CHECK_EQ(counter(dflt_nr(1, ISOL_DFLT_CONTROL)).packets, 1);
		/* and not to one that has left */
		CHECK_EQ(world_unplug(bob), 0);
		CHECK_EQ(judge(LOCAL_OUT, NULL, bob, bpdu(bob, bob->dev_addr, 60)), NF_DROP);
	}
	world_end();
}

/* ---- VLANs: alice and bob in VLAN 30 of br0, carol in none; up0 and the host in all */

static struct isol_model *vlan_model(u16 vlan)
{
	const struct isol_segment_spec segment = { .name = "red", .bridge = "br0", .vlan = vlan };
	struct isol_binding_spec binding = { .claims = 1, .segment = "red" };
	struct isol_model *m = world_model();
	struct isol_fault fault;

	world_manage(m, "br0", "up0");
	CHECK_EQ(isol_model_add_segment(m, &segment, &fault), 0);
	binding.name = "alice";
	binding.port = "pa";
	CHECK_EQ(isol_model_add_binding(m, &binding, &fault), 0);
	binding.name = "bob";
	binding.port = "pb";
	CHECK_EQ(isol_model_add_binding(m, &binding, &fault), 0);
	world_rule(m, "all", "any", "any", ISOL_VERDICT_ACCEPT);
	return m;
}

static bool vlan_hooks(void)
{
	bool some, all;

	rcu_read_lock();
	all = rcu_access_pointer(init_net.nf.hooks_bridge[NF_BR_PRE_ROUTING]);
	some = all;
#ifdef CONFIG_NETFILTER_EGRESS
	all = all && rcu_access_pointer(bridges[0]->nf_hooks_egress);
	some = some || rcu_access_pointer(bridges[0]->nf_hooks_egress);
#endif
	rcu_read_unlock();
	CHECK_MSG(all == some, "only some of the hooks");
	CHECK_EQ(all, world_net()->pre_hooked);
	return all;
}

static bool begin_vlan(void)
{
	if (!begin())
		return false;
	CHECK(!vlan_hooks());
	CHECK_EQ(world_commit(vlan_model(30)), 0);
	CHECK(vlan_hooks());
	return test_good();
}

static struct sk_buff *tagged(struct net_device *dev, u16 tci)
{
	struct sk_buff *skb = frame(dev, somewhere, 60);

	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), tci);
	return skb;
}

/* From the uplink to alice, where it leaves untagged. */
static unsigned int to_alice(struct sk_buff *skb)
{
	__vlan_hwaccel_clear_tag(skb);
	return call(FORWARD, up0, alice, skb);
}

/* What is left with a frame counts if it is whole, and from where the frame came in. */
static void vlan_cookie(void)
{
	static const u32 offset = sizeof_field(struct sk_buff, cb) - sizeof(u64);
	struct sums before, after;
	struct sk_buff *skb, *copy;
	u32 i;

	if (!begin_vlan())
		goto out;
	skb = tagged(up0, 30 | 5 << VLAN_PRIO_SHIFT);
	get_random_bytes(skb->cb, sizeof(skb->cb));
	before = counter(dflt_nr(1, ISOL_DFLT_VLAN));
	CHECK_EQ(to_alice(skb), NF_DROP);
	memset(skb->cb, 0, sizeof(skb->cb));
	CHECK_EQ(to_alice(skb), NF_DROP);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 30 | 5 << VLAN_PRIO_SHIFT);
	CHECK_EQ(call_first(up0, NULL, skb), NF_ACCEPT);
	CHECK_EQ(to_alice(skb), NF_ACCEPT);
	CHECK_EQ(isol_vlan_recall(skb, up0->ifindex),
		 30 | 5 << ISOL_VLAN_PCP_SHIFT | ISOL_VLAN_TAGGED | ISOL_VLAN_KNOWN);
	/* what others do with the rest of the block does not matter */
	memset(skb->cb, 0xff, offset);
	CHECK_EQ(to_alice(skb), NF_ACCEPT);
	copy = skb_clone(skb, GFP_KERNEL);
	CHECK(copy && to_alice(copy) == NF_ACCEPT);
	kfree_skb(copy);
	/* not a bit may be another */
	for (i = 0; i < 64; i++) {
		skb->cb[offset + i / 8] ^= 1 << i % 8;
		CHECK_EQ(to_alice(skb), NF_DROP);
		CHECK_EQ(isol_vlan_recall(skb, up0->ifindex), 0);
		skb->cb[offset + i / 8] ^= 1 << i % 8;
	}
	CHECK_EQ(to_alice(skb), NF_ACCEPT);
	/* nor the device */
	CHECK_EQ(isol_vlan_recall(skb, bob->ifindex), 0);
	isol_vlan_leave(skb, bob->ifindex, 30 | ISOL_VLAN_KNOWN);
	CHECK_EQ(to_alice(skb), NF_DROP);
	isol_vlan_leave(skb, up0->ifindex, 31 | ISOL_VLAN_KNOWN);
	CHECK_EQ(to_alice(skb), NF_DROP);
	isol_vlan_leave(skb, up0->ifindex, 30);
	CHECK_EQ(to_alice(skb), NF_DROP);
	/* what can be seen wins */
	isol_vlan_leave(skb, up0->ifindex, 30 | ISOL_VLAN_KNOWN);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 31);
	CHECK_EQ(call(FORWARD, up0, alice, skb), NF_DROP);
	memset(skb->cb, 0, sizeof(skb->cb));
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 30);
	CHECK_EQ(call(FORWARD, up0, alice, skb), NF_ACCEPT);
	after = counter(dflt_nr(1, ISOL_DFLT_VLAN));
	CHECK_EQ(after.packets - before.packets, 2 + 64 + 3 + 1);
	kfree_skb(skb);
out:
	world_end();
}

/* The host, and guests, on their way in. */
static void vlan_ways(void)
{
	struct sk_buff *skb;
	struct sums before;

	if (!begin_vlan())
		goto out;
	before = counter(dflt_nr(1, ISOL_DFLT_VLAN));
	skb = tagged(alice, 30);
	CHECK_EQ(call_first(alice, NULL, skb), NF_ACCEPT);
	kfree_skb(skb);
	skb = tagged(alice, 31);
	CHECK_EQ(call_first(alice, NULL, skb), NF_DROP);
	kfree_skb(skb);
	skb = frame(alice, somewhere, 60);
	CHECK_EQ(call_first(alice, NULL, skb), NF_DROP);
	kfree_skb(skb);
	CHECK_EQ(counter(dflt_nr(1, ISOL_DFLT_VLAN)).packets, before.packets + 2);
	CHECK_EQ(port_counter(alice, ISOL_REASON_VLAN, ISOL_VERDICT_DROP).packets, 2);
	skb = tagged(alice, 30);
	skb->protocol = htons(ETH_P_8021Q);
	CHECK_EQ(call_first(alice, NULL, skb), NF_DROP);
	CHECK_EQ(counter(dflt_nr(1, ISOL_DFLT_TAGS)).packets, 1);
	kfree_skb(skb);
	/* of what the host sends nobody knows, until the bridge device has sent it */
	skb = tagged(bridges[0], 30);
	__vlan_hwaccel_clear_tag(skb);
	CHECK_EQ(call(LOCAL_OUT, NULL, alice, skb), NF_DROP);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 30);
	CHECK_EQ(call(LOCAL_OUT, NULL, alice, skb), NF_ACCEPT);
#ifdef CONFIG_NETFILTER_EGRESS
	CHECK_EQ(call_first(NULL, alice, skb), NF_ACCEPT);
	__vlan_hwaccel_clear_tag(skb);
	CHECK_EQ(call(LOCAL_OUT, NULL, alice, skb), NF_ACCEPT);
#endif
	kfree_skb(skb);
	/* carol's bridge is none of the policy's any more */
	skb = frame(carol, somewhere, 60);
	CHECK_EQ(call_first(carol, NULL, skb), NF_ACCEPT);
	kfree_skb(skb);
	/* a bridge that is not asked about VLANs any more */
	CHECK_EQ(world_commit(vlan_model(0)), 0);
	CHECK(!vlan_hooks());
	CHECK_EQ(judge(FORWARD, up0, alice, frame(up0, somewhere, 60)), NF_ACCEPT);
	CHECK_EQ(world_commit(vlan_model(31)), 0);
	CHECK(vlan_hooks());
	CHECK_EQ(world_flush(), 0);
	CHECK(!vlan_hooks());
out:
	world_end();
}

#define CASES(X) \
	X(random_policies) \
	X(rejects) \
	X(vlan_cookie) \
	X(vlan_ways) \
	X(unknown_ports) \
	X(other_bridges) \
	X(gone_ports) \
	X(hashed) \
	X(namespace_goes) \
	X(gso) \
	X(promiscuous) \
	X(control_frames)

TEST_SUITE(hook, CASES)
