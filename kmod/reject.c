// SPDX-License-Identifier: GPL-2.0
/* Rejecting frames, see reject.h. */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <linux/timekeeping.h>
#include <net/neighbour.h>
#include <net/netlink.h>

#include "answer.h"
#include "limit.h"
#include "port.h"
#include "reject.h"
#include "vlan.h"

static unsigned int reject_rate = 100;
module_param(reject_rate, uint, 0644);
MODULE_PARM_DESC(reject_rate,
		 "answers to rejected frames per second and port at the most; 0 for none (default 100)");

static unsigned int reject_burst = 50;
module_param(reject_burst, uint, 0644);
MODULE_PARM_DESC(reject_burst, "answers to rejected frames at once and port at the most (default 50)");

/* An entry of the FDB takes about 100 bytes as a message. */
#define FDB_ROOM 512

/*
 * How many rejected frames are looked at for each that may be answered. What is not
 * answered in the end, being flooded or damaged, does not use up the answers of others,
 * but what it costs to find out has a limit too.
 */
#define LOOKS 8

/* @times: so many times what the parameters say. */
static bool limit_next(const atomic64_t *limit, u32 times, u64 *due, u64 *next)
{
	u32 rate = min_t(u64, (u64)READ_ONCE(reject_rate) * times, U32_MAX);
	u32 burst = min_t(u64, (u64)READ_ONCE(reject_burst) * times, U32_MAX);

	*due = atomic64_read(limit);
	return isol_limit_next(*due, ktime_get_ns(), rate, burst, next);
}

/* Who meets others here again and again meets a flood: then it is over the limit. */
static bool limit_take(atomic64_t *limit, u32 times)
{
	u64 due, next;
	u32 i;

	for (i = 0; i < 4; i++) {
		if (!limit_next(limit, times, &due, &next))
			return false;
		if (atomic64_cmpxchg(limit, due, next) == due)
			return true;
	}
	return false;
}

/**
 * struct entry - what the FDB has about an address
 * @ifindex: of the port behind which it is
 * @local: it is one of the bridge's own
 */
struct entry {
	int ifindex;
	bool local;
};

/*
 * Ask the FDB about an address. Its only interface for others than the bridge that
 * does not want RTNL is the one behind "bridge fdb get": it finds the entry under
 * RCU and writes it into a message.
 */
static bool fdb_get(struct net_device *br, const u8 *addr, u16 vid, struct entry *entry)
{
	const struct net_device_ops *ops = br->netdev_ops;
	struct nlattr *tb[NDA_MAX + 1] = {};
	const struct ndmsg *ndm;
	struct sk_buff *msg;
	int err;

	if (!netif_is_bridge_master(br) || !ops->ndo_fdb_get)
		return false;
	msg = nlmsg_new(FDB_ROOM, GFP_ATOMIC | __GFP_NOWARN);
	if (!msg)
		return false;
	err = ops->ndo_fdb_get(msg, tb, br, addr, vid, 0, 0, NULL);
	if (!err) {
		ndm = nlmsg_data(nlmsg_hdr(msg));
		entry->ifindex = ndm->ndm_ifindex;
		entry->local = ndm->ndm_state & NUD_PERMANENT;
	}
	nlmsg_free(msg);
	return !err;
}

/*
 * Whether a frame is for who is at its egress. A flooded frame meets a rule for each
 * port, and must not be answered for one behind which its receiver is not: that would
 * end conversations that are allowed where they really go.
 */
static bool meant(struct net_device *br, const struct nf_hook_state *state, const u8 *dest,
		  u16 vid)
{
	struct entry entry;

	if (state->hook == NF_BR_FORWARD)
		return fdb_get(br, dest, vid, &entry) && !entry.local &&
		       entry.ifindex == state->out->ifindex;
	/* The bridge's own address may be known in no VLAN but 0. */
	return data_race(ether_addr_equal(dest, br->dev_addr)) ||
	       (fdb_get(br, dest, vid, &entry) && entry.local);
}

/**
 * struct tag - what is beside a frame
 * @there: there is one
 * @proto: its EtherType
 * @tci: its VID and priority
 */
struct tag {
	bool there;
	__be16 proto;
	u16 tci;
};

/*
 * The VLAN that a frame is in, 0 where the bridge has none, and the tag that what the
 * bridge would send to its sender in that VLAN would have.
 *
 * Without VLAN filtering tags pass the bridge as they are. With it, the bridge gives
 * each frame a tag, and takes it off for an egress port that is an untagged member,
 * before we see it. So a frame with a tag is in that VLAN, and if that is the ingress
 * port's PVID it came without. Of one that has none, what was left with it at ingress
 * tells, where a policy that asks for VLANs has it left; else it is taken for one that
 * came without, and if that is wrong the FDB does not have its destination there.
 */
static bool frame_vlan(struct net_device *br, const struct net_device *port,
		       const struct sk_buff *skb, u16 *vid, struct tag *tag)
{
	u16 pvid = 0, proto;
	u32 vlan;

	*vid = 0;
	tag->there = skb_vlan_tag_present(skb);
	tag->proto = skb->vlan_proto;
	tag->tci = skb_vlan_tag_get(skb);
	if (!br_vlan_enabled(br))
		return true;
	if (br_vlan_get_proto(br, &proto))
		return false;
	br_vlan_get_pvid_rcu(port, &pvid);
	/* With a tag it knows by that alone. */
	vlan = isol_vlan_recall(skb, port->ifindex);
	*vid = vlan & ISOL_VLAN_KNOWN ? vlan & ISOL_VLAN_VID : pvid;
	tag->there = vlan & ISOL_VLAN_TAGGED && *vid != pvid;
	tag->proto = htons(proto);
	tag->tci = vlan & (VLAN_VID_MASK | VLAN_PRIO_MASK);
	return *vid;
}

static bool send(const struct isol_packet *packet, const struct isol_answer *answer,
		 struct net_device *port, const struct tag *tag)
{
	u32 room = LL_RESERVED_SPACE(port);
	struct sk_buff *nskb;
	u8 *frame;

	nskb = alloc_skb(room + answer->len + port->needed_tailroom, GFP_ATOMIC | __GFP_NOWARN);
	if (!nskb)
		return false;
	skb_reserve(nskb, room);
	frame = skb_put(nskb, answer->len);
	isol_answer_write(packet, answer, frame);
	skb_reset_mac_header(nskb);
	skb_set_network_header(nskb, answer->extent.l3);
	nskb->protocol = eth_hdr(nskb)->h_proto;
	nskb->dev = port;
	if (tag->there)
		__vlan_hwaccel_put_tag(nskb, tag->proto, tag->tci);
	return dev_queue_xmit(nskb) == NET_XMIT_SUCCESS;
}

void isol_reject(struct isol_net *in, const struct isol_packet *packet,
		 const struct nf_hook_state *state, struct isol_count *counts)
{
	atomic64_t *limit = isol_port_limit(counts);
	const struct sk_buff *skb = packet->skb;
	struct isol_answer answer;
	struct net_device *br;
	u64 due, next;
	struct tag tag;
	u16 vid;

	/* The host as the sender, or a port that has just gone: there is no way back. */
	if (state->pf != NFPROTO_BRIDGE ||
	    (state->hook != NF_BR_FORWARD && state->hook != NF_BR_LOCAL_IN))
		return;
	br = netdev_master_upper_dev_get_rcu(state->in);
	if (!br || !isol_answer_due(packet, &answer))
		return;
	/* Before anything that costs more than a look. */
	if (!limit_next(limit, 1, &due, &next) || !limit_take(isol_port_looks(counts), LOOKS)) {
		atomic64_inc(&in->rejects_limited);
		return;
	}
	if (!frame_vlan(br, state->in, skb, &vid, &tag) ||
	    !isol_answer_intact(packet, &answer, skb_csum_unnecessary(skb)) ||
	    !meant(br, state, answer.head, vid))
		return;
	if (!limit_take(limit, 1))
		atomic64_inc(&in->rejects_limited);
	else if (send(packet, &answer, state->in, &tag))
		atomic64_inc(&in->rejects);
}
