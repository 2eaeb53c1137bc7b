// SPDX-License-Identifier: GPL-2.0
/*
 * Frames between ports and the host: LOCAL_IN, LOCAL_OUT, and where a guest's port receives
 * what the bridge hands to the host before it asks anyone.
 */
#include "compat/egress.h"
#include "flow.h"
#include "hook.h"
#include "sender.h"

/*
 * The slot of a port and its word, for a frame between it and the host.
 * Return: true when that decides already, by @verdict.
 */
static __always_inline bool host_path(struct isol_net *in, const struct isol_view *view,
				      const struct net_device *dev, struct isol_slot **slot,
				      u32 *word, unsigned int *verdict)
{
	*slot = isol_view_slot(view, dev->ifindex);
	*word = *slot ? READ_ONCE((*slot)->word) : ISOL_WORD_UNKNOWN;
	if (unlikely(isol_word_domain(*word) - 1 >= view->tables.ndomains)) {
		*verdict = isol_word_domain(*word) ? NF_ACCEPT : isol_unknown(in);
		return true;
	}
	return false;
}

/*
 * To the host, where connections are tracked. Only what is addressed to the host has been
 * tracked by its connections; what else goes there has been tracked among those of the
 * bridge, which the host must not see.
 *
 * What begins a connection is judged here, and counts when the host has accepted it too: see
 * isol_host(). Whose a conversation is (@begins: out: it begins one) is noted already, for what
 * the host says while it refuses it.
 */
static noinline u32 to_host_tracked(const struct isol_view *view, const struct isol_slot *slot,
				    u32 word, struct sk_buff *skb, bool *begins)
{
	const struct isol_end from = isol_end_of(view, slot, word), to = isol_end_host(view);
	u32 domain = isol_word_domain(word), decision;
	struct isol_flow flow;

	view->track->ops->see(skb, &flow);
	if (!flow.zone) {
		if (flow.fresh && flow.kind == ISOL_FLOW_ORIGINAL && !flow.related) {
			decision = isol_decide_ends(view, domain, &from, &to, slot, skb);
			if (isol_decision_tracks(decision)) {
				decision &= ~ISOL_DECISION_TRACK;
				*begins = !flow.counted;
				if (*begins)
					view->track->ops->own(view->track, &flow, from.owner, NULL);
			}
			/* br_netfilter would have it confirmed before the host has seen it. */
			if (unlikely(skb->pkt_type != PACKET_HOST &&
				     isol_been_in_inet(skb, skb->dev)))
				isol_untrack(skb);
			return decision;
		}
		/* Nor does what is expected count yet. */
		flow.fresh = false;
		return isol_flow_decide(view, domain, &flow, &from, &to, slot, skb);
	}
	decision = isol_decide(view, domain, READ_ONCE(from.row[to.col]), slot, skb);
	if (decision & ISOL_DECISION_ACCEPT)
		isol_disown(skb, skb->dev);
	return decision;
}

/* @seen: PRE_ROUTING has seen the frame. */
static u32 to_host(const struct isol_view *view, const struct isol_slot *slot, u32 word,
		   const struct sk_buff *skb, bool seen)
{
	return isol_decide(view, isol_word_domain(word), READ_ONCE(slot->row)[ISOL_COL_HOST],
			   seen ? slot : &isol_unseen, skb);
}

/*
 * A bridge device that is promiscuous (packet capture, a VLAN device with an
 * address of its own) is passed each forwarded frame too. It is judged as any
 * frame to the host, but a drop of such a copy means nothing to anyone, so it
 * is counted apart.
 */
static bool promisc_copy(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	const u8 *dest = eth_hdr(skb)->h_dest;

	/* What changes meanwhile is counted as it was, or as it is. */
	return data_race(skb->dev != state->in && skb->dev->flags & IFF_PROMISC &&
			 !is_multicast_ether_addr(dest) &&
			 !ether_addr_equal(dest, skb->dev->dev_addr) &&
			 !ether_addr_equal(dest, state->in->dev_addr));
}

unsigned int isol_local_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct isol_net *in = priv;
	const struct isol_view *view = rcu_dereference(in->view);
	struct isol_slot *slot;
	unsigned int verdict;
	u32 word, decision;
	bool tracks = false;

	if (host_path(in, view, state->in, &slot, &word, &verdict))
		return verdict;
	/* Reserved addresses come here with the port as device, past PRE_ROUTING. */
	if (view->track && skb->dev != state->in)
		decision = to_host_tracked(view, slot, word, skb, &tracks);
	else
		decision = to_host(view, slot, word, skb, skb->dev != state->in);
	if (unlikely(promisc_copy(skb, state)))
		decision = isol_tables_default(&view->tables, isol_word_domain(word),
					       decision & ISOL_DECISION_ACCEPT ?
					       ISOL_DFLT_PROMISC_ACCEPT : ISOL_DFLT_PROMISC_DROP);
	if (view->track && decision & ISOL_DECISION_ACCEPT)
		isol_sender_leave(skb, in, state->in->ifindex, tracks);
	return isol_finish(view, decision, slot, skb, state, isol_skb_len(skb));
}

/* A multicast frame from the host: is it the bridge's own? */
static noinline bool control(const struct sk_buff *skb, struct net_device *out)
{
	const struct net_device *bridge;
	u8 buf[ISOL_FRAME_PEEK];
	const u8 *frame;
	u32 len;

	bridge = netdev_master_upper_dev_get_rcu(out);
	if (!bridge)
		return false;
	len = min_t(u32, isol_skb_len(skb), sizeof(buf));
	frame = skb_header_pointer(skb, skb_mac_offset(skb), len, buf);
	/* A frame that is sent while the bridge changes its address may be dropped. */
	return frame && data_race(isol_frame_control(frame, len, out->dev_addr,
						     bridge->dev_addr));
}

/* Whether a frame of the host is in a VLAN that the guest it is sent to may be in. */
static noinline bool host_in_vlan(const struct isol_view *view, u32 word, const struct sk_buff *skb,
				  struct net_device *out)
{
	const struct net_device *bridge = netdev_master_upper_dev_get_rcu(out);
	u32 domain = isol_word_domain(word);
	int vlan;

	if (!bridge)
		return false;
	vlan = isol_vlan_of(skb, bridge->ifindex);
	/* Where there is no hook to see them by, the host may do without tags. */
	if (!ISOL_HAVE_EGRESS && vlan == ISOL_VLAN_LOST && !isol_domain_vlan(&view->tables, domain))
		return true;
	return isol_domain_takes(&view->tables, domain, vlan);
}

static noinline u32 from_host_tracked(const struct isol_view *view, const struct isol_slot *slot,
				      u32 word, const struct sk_buff *skb)
{
	const struct isol_end from = isol_end_host(view), to = isol_end_of(view, slot, word);
	struct isol_flow flow;

	view->track->ops->see(skb, &flow);
	/* Packet sockets, as DHCP servers have them, go past connection tracking. */
	if (flow.kind == ISOL_FLOW_INVALID && skb->sk && skb->sk->sk_family == PF_PACKET)
		return isol_decide_ends(view, isol_word_domain(word), &from, &to, NULL, skb);
	return isol_flow_decide(view, isol_word_domain(word), &flow, &from, &to, NULL, skb);
}

unsigned int isol_local_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct isol_net *in = priv;
	const struct isol_view *view = rcu_dereference(in->view);
	struct isol_slot *slot;
	unsigned int verdict;
	u32 word, decision;

	if (host_path(in, view, state->out, &slot, &word, &verdict))
		return verdict;
	if (unlikely(isol_word_domain(word) > view->tables.nbridges) &&
	    !host_in_vlan(view, word, skb, state->out))
		decision = isol_tables_default(&view->tables, isol_word_domain(word),
					       ISOL_DFLT_VLAN);
	else if (view->track)
		decision = from_host_tracked(view, slot, word, skb);
	else
		decision = isol_decide(view, isol_word_domain(word),
				       view->host_row[word & ISOL_WORD_CLASS], NULL, skb);
	/*
	 * What the bridge itself sends has no ingress device, as what the host
	 * sends. Not to a port that has gone: it is no port any more.
	 */
	if (!(decision & ISOL_DECISION_ACCEPT) &&
	    is_multicast_ether_addr(eth_hdr(skb)->h_dest) &&
	    isol_decision_reason(decision) != ISOL_REASON_GONE && control(skb, state->out))
		decision = isol_tables_default(&view->tables, isol_word_domain(word),
					       ISOL_DFLT_CONTROL);
	return isol_finish(view, decision, slot, skb, state, isol_skb_len(skb));
}

/* Apart, so that nothing is saved for it on behalf of all other frames. */
static noinline unsigned int ingress_reserved(struct isol_net *in, struct sk_buff *skb,
					      const struct nf_hook_state *state)
{
	const struct isol_view *view = rcu_dereference(in->view);
	struct isol_slot *slot;
	unsigned int verdict;
	u32 word, decision;

	if (host_path(in, view, state->in, &slot, &word, &verdict))
		return verdict;
	decision = to_host(view, slot, word, skb, false);
	if (view->track && decision & ISOL_DECISION_ACCEPT)
		isol_sender_leave(skb, in, state->in->ifindex, false);
	/*
	 * Of what is accepted, :0e and :00 meet no other hook; the rest is
	 * judged, and counted, again.
	 */
	if (decision & ISOL_DECISION_ACCEPT && eth_hdr(skb)->h_dest[5] != 0x0e &&
	    eth_hdr(skb)->h_dest[5] != 0x00)
		return NF_ACCEPT;
	return isol_finish(view, decision, slot, skb, state, isol_skb_len(skb));
}

unsigned int isol_ingress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	/*
	 * br_handle_frame() passes :0e always, and :00 with STP on, to the
	 * host's stack with the port as device, before any bridge hook.
	 */
	if (likely(!is_link_local_ether_addr(eth_hdr(skb)->h_dest)))
		return NF_ACCEPT;
	return ingress_reserved(priv, skb, state);
}

