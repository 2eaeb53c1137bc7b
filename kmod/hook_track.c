// SPDX-License-Identifier: GPL-2.0
/*
 * Behind connection tracking: on the bridge, where its traces are taken off that the host must
 * not see; and of IPv4 and IPv6, where connections with the host count.
 */
#include "flow.h"
#include "hook.h"
#include "sender.h"

/*
 * Connection tracking has seen the frame. What was put on frames for it alone goes: a
 * template stays on those that it cannot read, and would put them in our zone on the host
 * too.
 */
unsigned int isol_tracked(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct isol_net *in = priv;
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	const struct isol_view *view;
	const struct isol_slot *slot;
	u32 word;

	if (likely(ct)) {
		if (unlikely(nf_ct_is_template(ct)))
			nf_reset_ct(skb);
		return NF_ACCEPT;
	}
	if (ctinfo != IP_CT_UNTRACKED || READ_ONCE(in->track_others))
		return NF_ACCEPT;
	view = rcu_dereference(in->view);
	slot = isol_view_slot(view, state->in->ifindex);
	if (!slot)
		return NF_ACCEPT;
	word = READ_ONCE(slot->word);
	if (isol_word_domain(word) == ISOL_DOMAIN_UNMANAGED || !view->track ||
	    !isol_is_tracked(view, slot, word))
		nf_ct_set(skb, NULL, 0);
	return NF_ACCEPT;
}

/* A frame that the host has accepted, or passes on, is the first of a connection. */
static noinline unsigned int host_begins(const struct isol_net *in, u32 ifindex, bool begins,
					 const struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	const struct isol_view *view = rcu_dereference(in->view);
	const struct isol_slot *slot = isol_view_slot(view, ifindex);
	u32 word = slot ? READ_ONCE(slot->word) : ISOL_WORD_UNKNOWN;
	u32 domain = isol_word_domain(word), decision = ISOL_DECISION_ACCEPT;
	struct isol_flow flow;
	struct isol_end from;

	if (domain - 1 >= view->tables.ndomains || !view->track)
		return NF_ACCEPT;
	view->track->ops->see(skb, &flow);
	if (!flow.fresh || flow.kind != ISOL_FLOW_ORIGINAL || (flow.related && !flow.expected))
		return NF_ACCEPT;
	from = isol_end_of(view, slot, word);
	if (flow.expected)
		decision = isol_flow_count_expected(view, domain, decision, &flow);
	else if (begins && flow.owner == from.owner)
		decision = isol_flow_count(view, domain, decision, from.conns);
	else if (begins || from.conns)
		decision = isol_flow_own(view, domain, decision, &flow, &from,
					 from.owner | (begins ? 0 : ISOL_OWNER_LOOSE)) ?: decision;
	/* The frame has been counted as accepted. */
	if (decision & ISOL_DECISION_ACCEPT)
		return NF_ACCEPT;
	return isol_finish(view, decision, slot, skb, state, isol_skb_len(skb));
}

/*
 * In LOCAL_IN and POST_ROUTING of IPv4 and IPv6. There are entries by now that the bridge's hooks
 * have not seen, of broadcasts and the like; and none is counted that the host does not keep.
 * Nothing is decided here but that a sender may not have more connections.
 */
unsigned int isol_host(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct isol_net *in = priv;
	bool begins;
	u32 ifindex = isol_sender_take(skb, in, &begins);

	return likely(!ifindex) ? NF_ACCEPT : host_begins(in, ifindex, begins, skb, state);
}
