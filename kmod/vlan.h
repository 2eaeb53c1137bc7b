/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which VLAN a frame is in, worked out where it can still be seen and carried to
 * where it is asked for.
 *
 * By the time a bridge forwards a frame it has put on and taken off tags: what leaves
 * untagged says nothing any more of the VLAN that it is in. So the VLAN is worked out
 * as the bridge will do it (net/bridge/br_vlan.c, __allowed_ingress()) before the
 * bridge does, and is left in the last eight bytes of the frame's control block
 * (skb->cb), behind what the bridge, br_netfilter and IP defragmentation use; clones
 * have a copy. What is found there later counts only if it was written here for
 * the same device.
 */
#ifndef ISOL_VLAN_H
#define ISOL_VLAN_H

#include <linux/skbuff.h>

/* The control block up to here is others'. */
#define ISOL_COOKIE_AT (sizeof_field(struct sk_buff, cb) - sizeof(u64))

/*
 * What is known of the VLAN: bits 0 to 11 its VID, 0 for none; bits 13 to 15 the
 * priority that the frame came with, if it came with a tag of that VLAN, or of VID
 * 0: bit 12. All of it only with ISOL_VLAN_KNOWN.
 */
#define ISOL_VLAN_VID		0x0fffU
#define ISOL_VLAN_TAGGED	0x1000U
#define ISOL_VLAN_PCP_SHIFT	13
#define ISOL_VLAN_INFO		0xffffU
#define ISOL_VLAN_KNOWN		BIT(16)
/* There is a tag that the bridge does not look at; isol_vlan_see() alone says that. */
#define ISOL_VLAN_STACKED	BIT(17)

/**
 * isol_vlan_see() - work out which VLAN a frame is in
 * @skb: the frame, before the bridge has looked at it
 * @dev: the port that it came in by; the bridge device for what the host sends
 * @bridge: the bridge device
 *
 * Where the bridge filters VLANs, the VLAN that it will put the frame in, whether or
 * not the port is a member; where it does not, that of the outer tag.
 *
 * Context: under RCU.
 * Return: see above.
 */
u32 isol_vlan_see(const struct sk_buff *skb, const struct net_device *dev,
		  const struct net_device *bridge);

/**
 * isol_vlan_leave() - leave with a frame what isol_vlan_see() has said of it
 * @skb: the frame; nobody else has it
 * @ifindex: of the device that it came in by, or of the bridge
 * @vlan: what was said
 */
void isol_vlan_leave(struct sk_buff *skb, u32 ifindex, u32 vlan);

/**
 * isol_vlan_recall() - which VLAN a frame is in that the bridge passes on
 * @skb: the frame
 * @ifindex: as in isol_vlan_leave()
 *
 * A tag that can be seen beside the frame wins over what was left.
 *
 * Return: see above; never ISOL_VLAN_STACKED.
 */
u32 isol_vlan_recall(const struct sk_buff *skb, u32 ifindex);

/* Called once, before any frame comes. */
void isol_vlan_init(void);

#endif /* ISOL_VLAN_H */
