// SPDX-License-Identifier: GPL-2.0
/* Which VLAN a frame is in, see vlan.h. */
#include <linux/cache.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <net/ip.h>

#include "domain.h"
#include "sender.h"
#include "vlan.h"

/*
 * What is left with a frame: the information in the upper 16 bits; below, the
 * device's number and the information again under a secret of this boot, so that
 * nothing that happens to be there can be taken for it.
 */
#define INFO_SHIFT 48

static u64 secret __ro_after_init;
u32 isol_sender_secret __ro_after_init;

void __init isol_vlan_init(void)
{
	/*
	 * What is written between the hooks that leave and recall: the bridge's own
	 * control block (not public: tests/vm/cases/vlan.sh asks for its size), those of
	 * IP, for br_netfilter, and behind them two more members while IP puts
	 * fragments together.
	 */
	BUILD_BUG_ON(ISOL_COOKIE_AT != 40);
	BUILD_BUG_ON(offsetof(struct sk_buff, cb) % sizeof(u64));
	BUILD_BUG_ON(sizeof(struct inet_skb_parm) + 2 * sizeof(void *) > ISOL_COOKIE_AT);
	BUILD_BUG_ON(sizeof(struct inet6_skb_parm) + 2 * sizeof(void *) > ISOL_COOKIE_AT);
	get_random_bytes(&secret, sizeof(secret));
	get_random_bytes(&isol_sender_secret, sizeof(isol_sender_secret));
}

static u64 seal(u32 info, u32 ifindex)
{
	u64 bound = (u64)info << 32 | ifindex;

	return (u64)info << INFO_SHIFT | ((secret ^ bound) & ((1ULL << INFO_SHIFT) - 1));
}

void isol_vlan_leave(struct sk_buff *skb, u32 ifindex, u32 vlan)
{
	*(u64 *)(skb->cb + ISOL_COOKIE_AT) = vlan & ISOL_VLAN_KNOWN ?
					     seal(vlan & ISOL_VLAN_INFO, ifindex) : 0;
}

u32 isol_vlan_recall(const struct sk_buff *skb, u32 ifindex)
{
	u64 cookie = *(const u64 *)(skb->cb + ISOL_COOKIE_AT);
	u32 info = cookie >> INFO_SHIFT, tci;
	bool good = cookie == seal(info, ifindex);

	if (!skb_vlan_tag_present(skb))
		return good ? info | ISOL_VLAN_KNOWN : 0;
	tci = skb_vlan_tag_get(skb);
	/* The bridge may have put that tag on: what it came with is left with it. */
	if (good)
		info &= ~ISOL_VLAN_VID;
	else
		info = ISOL_VLAN_TAGGED | (tci & VLAN_PRIO_MASK);
	return info | (tci & VLAN_VID_MASK) | ISOL_VLAN_KNOWN;
}

/*
 * A tag in the frame, not beside it: the kernel takes those out before a bridge sees
 * a frame, but not out of what is sent by a bridge device that has been told not to
 * offload tags.
 */
static noinline bool inband(const struct sk_buff *skb, struct vlan_hdr *tag)
{
	const struct vlan_hdr *found;

	found = skb_header_pointer(skb, skb_mac_offset(skb) + ETH_HLEN, sizeof(*tag), tag);
	if (!found)
		return false;
	if (found != tag)
		*tag = *found;
	return true;
}

u32 isol_vlan_see(const struct sk_buff *skb, const struct net_device *dev,
		  const struct net_device *bridge)
{
	__be16 type = skb->protocol, tpid = 0;
	u32 tci = 0, vlan = ISOL_VLAN_KNOWN;
	u16 pvid, proto;

	BUILD_BUG_ON(VLAN_PRIO_SHIFT != ISOL_VLAN_PCP_SHIFT || VLAN_VID_MASK != ISOL_VLAN_VID);
	if (skb_vlan_tag_present(skb)) {
		tpid = skb->vlan_proto;
		tci = skb_vlan_tag_get(skb);
	} else if (unlikely(eth_type_vlan(type))) {
		struct vlan_hdr tag;

		if (!inband(skb, &tag))
			return ISOL_VLAN_STACKED;
		tpid = type;
		tci = ntohs(tag.h_vlan_TCI);
		type = tag.h_vlan_encapsulated_proto;
	}
	if (br_vlan_enabled(bridge)) {
		/* A tag of another protocol than the bridge's is payload to it. */
		if (tpid && (br_vlan_get_proto(bridge, &proto) || tpid != htons(proto))) {
			type = tpid;
			tpid = 0;
			tci = 0;
		}
		if (!(tci & VLAN_VID_MASK)) {
			/* Without PVID the bridge drops it. */
			if (br_vlan_get_pvid_rcu(dev, &pvid) || !pvid)
				vlan = 0;
			else
				tci |= pvid;
		}
	}
	tci &= VLAN_PRIO_MASK | VLAN_VID_MASK;
	if (tpid)
		tci |= ISOL_VLAN_TAGGED;
	if (unlikely(isol_tag_type(ntohs(type))))
		vlan |= ISOL_VLAN_STACKED;
	return vlan | tci;
}
