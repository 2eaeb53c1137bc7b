/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conversations: what the rules say of a frame by the connection that it is of.
 *
 * What is asked, and of whom, is in track.h. All of this runs under rcu_read_lock().
 */
#ifndef ISOL_FLOW_H
#define ISOL_FLOW_H

#include <linux/etherdevice.h>
#include <linux/netfilter_bridge.h>
#include <net/netfilter/nf_conntrack.h>

#include "conns.h"
#include "judge.h"
#include "track.h"

/**
 * struct isol_end - one end of a frame's way, where connections are tracked
 * @row: its row, for what it begins
 * @col: its column
 * @owner: whose its connections are; ISOL_OWNER_NONE is the host: it passes on what others
 *	have begun
 * @slot: the port's; NULL is the host
 * @conns: where these count, or NULL
 */
struct isol_end {
	const struct isol_slot *slot;
	const u32 *row;
	u32 col;
	u64 owner;
	struct isol_conns *conns;
};

static __always_inline u64 isol_owner_of(const struct isol_view *view, const struct isol_slot *slot)
{
	return READ_ONCE(view->holders[slot - view->slots].owner) ?: ISOL_OWNER_NOBODY;
}

static inline struct isol_end isol_end_of(const struct isol_view *view,
					  const struct isol_slot *slot, u32 word)
{
	const struct isol_holder *holder = &view->holders[slot - view->slots];
	/* Both of one binding, while the port is given to another. */
	struct isol_conns *conns = smp_load_acquire(&holder->conns);

	return (struct isol_end) {
		.slot = slot,
		.row = READ_ONCE(slot->row),
		.col = word & ISOL_WORD_CLASS,
		.owner = conns ? conns->owner : READ_ONCE(holder->owner) ?: ISOL_OWNER_NOBODY,
		.conns = conns,
	};
}

static inline struct isol_end isol_end_host(const struct isol_view *view)
{
	return (struct isol_end) {
		.row = view->host_row,
		.col = ISOL_COL_HOST,
		.owner = ISOL_OWNER_NONE,
	};
}

/* isol_decide_ends() to an end that is contained. */
u32 isol_decide_contained(const struct isol_view *view, u32 domain, const struct isol_end *from,
			  const struct isol_end *to, const struct isol_slot *slot,
			  const struct sk_buff *skb);

/*
 * What the rules say of a frame between two ends. To one that is contained those of
 * quarantine go first.
 */
static __always_inline u32 isol_decide_ends(const struct isol_view *view, u32 domain,
					    const struct isol_end *from, const struct isol_end *to,
					    const struct isol_slot *slot, const struct sk_buff *skb)
{
	if (unlikely(to->row == view->quarantined_row))
		return isol_decide_contained(view, domain, from, to, slot, skb);
	return isol_decide(view, domain, READ_ONCE(from->row[to->col]), slot, skb);
}

/*
 * Whether frames of a port are to be tracked. If no rule lets it begin a conversation, and
 * none lets others begin one with it, then nothing that is tracked is ever asked for when
 * its frames are decided, so that the kernel need not look at them: they cost less, and a
 * full table of connections does not lose them. Between here and the hook that decides, the
 * port or the policy may change: then a frame that is not tracked is none of a conversation,
 * and is dropped where only such are accepted.
 *
 * A contained port is asked by its own row what it may send for neighbors to find each other.
 * Where connections end with a frame that is refused, each refused frame has to tell of which
 * it is: the port may have lost what rules tracked it for, by a new policy or by quarantine.
 */
static __always_inline bool isol_is_tracked(const struct isol_view *view,
					    const struct isol_slot *slot, u32 word)
{
	return isol_tables_track(&view->tables, READ_ONCE(slot->row), word & ISOL_WORD_CLASS) ||
	       isol_row_of(READ_ONCE(view->holders[slot - view->slots].row))->tracks ||
	       view->track->some_end;
}

/**
 * isol_flow_decide() - decide about a frame where connections are tracked
 * @view: what is in force
 * @domain: of both ends
 * @flow: what connection tracking says of the frame; gets its @pickup
 * @from: who sends it
 * @to: who gets it
 * @slot: as for isol_read_frame()
 * @skb: the frame
 *
 * Notes whose a connection is that begins, and has it counted.
 *
 * Return: the decision, without ISOL_DECISION_TRACK.
 */
u32 isol_flow_decide(const struct isol_view *view, u32 domain, struct isol_flow *flow,
		     const struct isol_end *from, const struct isol_end *to,
		     const struct isol_slot *slot, const struct sk_buff *skb);

/**
 * isol_flow_own() - a connection is somebody's now
 * @view: what is in force
 * @domain: of its sender
 * @decision: what accepts the frame
 * @flow: what connection tracking says of it
 * @from: who sends it
 * @owner: whose it is. What is accepted without asking for a connection is one to the kernel
 *	all the same, and takes a place in its table: then it is with ISOL_OWNER_LOOSE.
 *
 * Return: @decision, or what drops it because there may be no more; 0 if it cannot be noted.
 */
u32 isol_flow_own(const struct isol_view *view, u32 domain, u32 decision,
		  const struct isol_flow *flow, const struct isol_end *from, u64 owner);

/* One connection more, if there may be: @decision, or what drops it. @conns: whose, or NULL. */
u32 isol_flow_count(const struct isol_view *view, u32 domain, u32 decision,
		    struct isol_conns *conns);

/*
 * A connection that another one has expected takes a place too, of whose that one is: it has
 * no owner of its own, and would be found by the next count only.
 */
u32 isol_flow_count_expected(const struct isol_view *view, u32 domain, u32 decision,
			     const struct isol_flow *flow);

/* Whether devices on top of a bridge (macvlan, VRRP) have an address of their own. */
bool isol_host_uses(const struct net_device *bridge, const u8 *addr);

/* Whether a frame is addressed to the host: it is tracked among its connections. */
static __always_inline bool isol_for_host(const struct sk_buff *skb, const struct net_device *in,
					  const struct net_device *bridge)
{
	const u8 *dest = eth_hdr(skb)->h_dest;

	return ether_addr_equal(dest, bridge->dev_addr) || ether_addr_equal(dest, in->dev_addr) ||
	       (unlikely(!list_empty(&bridge->uc.list)) && isol_host_uses(bridge, dest));
}

/*
 * With br_netfilter a frame has been through PRE_ROUTING of IPv4 or IPv6, and goes there once,
 * unless the bridge is in a VRF (net/bridge/br_netfilter_hooks.c, ip_sabotage_in()).
 */
static inline bool isol_been_in_inet(const struct sk_buff *skb, const struct net_device *bridge)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_info_exists(skb) && !netif_is_l3_slave(bridge);
#else
	return false;
#endif
}

/* Nobody is to track it, nor to take it for a frame that nobody could read. */
static inline void isol_untrack(struct sk_buff *skb)
{
	nf_reset_ct(skb);
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
}

/*
 * Take a frame for one that has not been seen yet; or, where nobody will look again, for one
 * that is not to be tracked, for the host's firewall not to find it invalid.
 */
static inline void isol_disown(struct sk_buff *skb, const struct net_device *bridge)
{
	if (unlikely(isol_been_in_inet(skb, bridge)))
		isol_untrack(skb);
	else
		nf_reset_ct(skb);
}

#endif /* ISOL_FLOW_H */
