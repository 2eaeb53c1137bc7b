// SPDX-License-Identifier: GPL-2.0
/*
 * Before anybody is asked: PRE_ROUTING of the bridge, and where the bridge device sends. Which
 * VLAN a frame is in, and among which connections it is tracked; nothing is asked of rules.
 */
#include "flow.h"
#include "hook.h"
#include "sender.h"

/* Whether a frame is a fragment, or may be one: before they are put together. */
static noinline bool maybe_fragment(const struct sk_buff *skb)
{
	const struct isol_packet packet = isol_packet_of(skb);
	struct isol_key key;

	isol_frame_parse(&packet, ISOL_DEPTH_L3, &key);
	return isol_key_fragment(&key);
}

/* Without reading more of it than the kernel does of each: whether it is worth a look. */
static __always_inline bool worth_a_look(const struct sk_buff *skb)
{
	const u8 *ip = skb_network_header(skb);
	u32 linear = skb_tail_pointer(skb) - ip;

	if (skb->protocol == htons(ETH_P_IP))
		/* more of them, or an offset */
		return linear < 20 || ip[6] & 0x3f || ip[7];
	if (skb->protocol == htons(ETH_P_IPV6))
		return linear < 40 || (ip[6] != IPPROTO_TCP && ip[6] != IPPROTO_UDP &&
				       ip[6] != IPPROTO_ICMPV6);
	return false;
}

enum piece {
	PIECE_WHOLE,
	PIECE_ACCEPTED,
	PIECE_DROPPED,
};

/*
 * What a frame is that may be a fragment, before connection tracking puts it together with
 * others: guests may send such where the bridge has them accepted.
 */
static noinline enum piece see_fragment(const struct isol_view *view, const struct isol_slot *slot,
					u32 word, const struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	u32 domain = isol_word_domain(word);

	if (!maybe_fragment(skb))
		return PIECE_WHOLE;
	if (view->track->fragments[view->tables.domains[domain - 1].bridge - 1] ||
	    READ_ONCE(slot->row) == view->tables.classes[ISOL_CLASS_UPLINK].row ||
	    isol_finish(view, isol_tables_default(&view->tables, domain, ISOL_DFLT_FRAGMENT), slot,
			skb, state, isol_skb_len(skb)) == NF_ACCEPT)
		return PIECE_ACCEPTED;
	return PIECE_DROPPED;
}

/*
 * Have a frame tracked among the connections of its segment, or, if it is addressed to the
 * host, among the host's own.
 */
static __always_inline unsigned int put_in_zone(const struct isol_net *in,
						const struct isol_view *view,
						const struct isol_slot *slot, u32 word, u32 vlan,
						const struct net_device *bridge,
						struct sk_buff *skb,
						const struct nf_hook_state *state)
{
	const struct isol_track *track = view->track;
	u32 domain = isol_word_domain(word), zone;
	enum piece piece = PIECE_WHOLE;
	struct nf_conn *template;

	if (unlikely(worth_a_look(skb))) {
		piece = see_fragment(view, slot, word, skb, state);
		if (piece == PIECE_DROPPED)
			return NF_DROP;
	}
	/* Somebody has settled this already. */
	if (unlikely(skb->_nfct))
		return NF_ACCEPT;
	if (isol_for_host(skb, state->in, bridge))
		return NF_ACCEPT;
	/*
	 * Fragments are put together all the same, where they are accepted. Others that track
	 * connections on bridges want to see those of all ports.
	 */
	if (unlikely(!isol_is_tracked(view, slot, word)) && piece == PIECE_WHOLE &&
	    !READ_ONCE(in->track_others)) {
		nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
		return NF_ACCEPT;
	}
	zone = track->zone[domain - 1];
	if (unlikely(vlan & ISOL_VLAN_KNOWN) && domain <= track->nbridges &&
	    track->vlan[domain - 1])
		zone = track->vlan[domain - 1][vlan & ISOL_VLAN_VID];
	template = track->zones[zone].template;
	nf_conntrack_get(&template->ct_general);
	nf_ct_set(skb, template, IP_CT_NEW);
	return NF_ACCEPT;
}

/* Where VLANs are worked out. */
static noinline unsigned int pre_routing_vlan(const struct isol_net *in,
					      const struct isol_view *view,
					      const struct isol_slot *slot, u32 word,
					      struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	const struct net_device *bridge = netdev_master_upper_dev_get_rcu(state->in);
	u32 domain = isol_word_domain(word), vlan, dflt;

	if (unlikely(!bridge))
		return NF_ACCEPT;
	vlan = isol_vlan_see(skb, state->in, bridge);
	if (domain > view->tables.nbridges) {
		dflt = ISOL_NDFLT;
		if (unlikely(!isol_domain_takes(&view->tables, domain, isol_vlan_vid(vlan))))
			dflt = ISOL_DFLT_VLAN;
		else if (unlikely(vlan & ISOL_VLAN_STACKED))
			dflt = ISOL_DFLT_TAGS;
		if (unlikely(dflt != ISOL_NDFLT))
			return isol_finish(view, isol_tables_default(&view->tables, domain, dflt),
					   slot, skb, state, isol_skb_len(skb));
	}
	isol_vlan_leave(skb, state->in->ifindex, vlan);
	return view->track ? put_in_zone(in, view, slot, word, vlan, bridge, skb, state) :
			     NF_ACCEPT;
}

unsigned int isol_pre_routing(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct isol_net *in = priv;
	const struct isol_view *view = rcu_dereference(in->view);
	const struct isol_slot *slot = isol_view_slot(view, state->in->ifindex);
	u32 word = slot ? READ_ONCE(slot->word) : ISOL_WORD_UNKNOWN;
	const struct net_device *bridge;

	isol_sender_forget(skb);
	if (isol_word_domain(word) - 1 >= view->tables.ndomains) {
		/*
		 * What is unknown the other hooks drop. What is not isol's must not be tracked,
		 * cut or put together because of it.
		 */
		if (view->track && isol_word_domain(word) == ISOL_DOMAIN_UNMANAGED &&
		    !skb->_nfct && !READ_ONCE(in->track_others))
			nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
		return NF_ACCEPT;
	}
	if (view->sees_vlan)
		return pre_routing_vlan(in, view, slot, word, skb, state);
	if (unlikely(!view->track))
		return NF_ACCEPT;
	bridge = netdev_master_upper_dev_get_rcu(state->in);
	if (unlikely(!bridge))
		return NF_ACCEPT;
	return put_in_zone(in, view, slot, word, 0, bridge, skb, state);
}

unsigned int isol_egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	isol_vlan_leave(skb, state->out->ifindex, isol_vlan_see(skb, state->out, state->out));
	return NF_ACCEPT;
}
