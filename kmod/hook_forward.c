// SPDX-License-Identifier: GPL-2.0
/* FORWARD: frames from port to port, each copy of a flooded one on its own. */
#include "flow.h"
#include "hook.h"
#include "reverse.h"

/*
 * Of a packet that connection tracking has put together, the length of its longest
 * fragment; 0 for all others: br_input_skb_cb.frag_max_size of the bridge. That is not
 * public; tests/vm/cases/state-frag.sh asks where it is.
 */
static u32 longest_fragment(const struct sk_buff *skb)
{
	return *(const u16 *)(skb->cb + sizeof(void *));
}

/*
 * Whether such a packet would be lost on its way out, without a word to anyone: it is cut
 * again into fragments as long as they were, and those do not leave by a port whose MTU is
 * smaller (net/bridge/netfilter/nf_conntrack_bridge.c, nf_br_ip_fragment();
 * is_skb_forwardable()). Of IPv6 also none is cut whose longest fragment was shorter than
 * what every link takes (net/ipv6/netfilter.c, br_ip6_fragment()).
 */
static noinline bool cannot_be_cut(const struct sk_buff *skb, const struct net_device *out,
				   u32 longest)
{
	u32 mtu = READ_ONCE(out->mtu), more = out->hard_header_len - ETH_HLEN + VLAN_HLEN;

	if (skb->protocol == htons(ETH_P_IPV6))
		return longest > mtu || longest < IPV6_MIN_MTU;
	return longest > mtu + min_t(u32, more, sizeof(struct iphdr));
}

/* Apart: what few frames need. */
static noinline u32 decide_ports(const struct isol_view *view, u32 domain, struct isol_flow *flow,
				 const struct isol_slot *from, const struct isol_slot *to,
				 u32 from_word, u32 to_word, struct sk_buff *skb)
{
	const struct isol_end a = isol_end_of(view, from, from_word);
	const struct isol_end b = isol_end_of(view, to, to_word);
	u32 decision = isol_flow_decide(view, domain, flow, &a, &b, from, skb);

	if (unlikely(flow->pickup))
		isol_untrack(skb);
	return decision;
}

/* What a cell accepts as a conversation, of a frame that is read the fast way, or 0. */
static __always_inline u32 tracked_fast(const struct isol_view *view, u32 cell, bool back,
					const struct sk_buff *skb)
{
	const u8 *head = skb_mac_header(skb);
	struct isol_key key __uninitialized;

	if (isol_cell_asks(cell)) {
		const struct isol_program *program = isol_cell_program(&view->tables, cell);

		if (unlikely(!program->fast || program->wants_vlan ||
			     !isol_frame_fast4(head, skb_tail_pointer(skb) - head,
					       isol_skb_len(skb), &key)))
			return 0;
		/* Of this shape all can be turned round. */
		if (back)
			isol_key_reverse(&key);
		cell = isol_program_ask(program, &key);
	}
	/* No default is a conversation. */
	return isol_decision_tracks(cell) ? cell & ~ISOL_DECISION_TRACK : 0;
}

/*
 * What isol_flow_decide() comes to for most frames, without a call: a connection that is its
 * owner's already goes on, or is answered, between ports. All that is unusual is left to
 * that: errors and what is expected, what has no owner or another one, or has ended, who
 * answers first, what is not accepted, quarantine.
 *
 * Return: the decision, which accepts, or 0: ask isol_flow_decide().
 */
static __always_inline u32 decide_owned(const struct isol_view *view, const struct isol_flow *flow,
					const struct isol_slot *from, const struct isol_slot *to,
					u32 from_word, u32 to_word, const struct sk_buff *skb)
{
	const u32 *from_row = READ_ONCE(from->row), *to_row = READ_ONCE(to->row);

	if (unlikely(flow->related || flow->ended || from_row == view->quarantined_row ||
		     to_row == view->quarantined_row))
		return 0;
	/* An owner is never ISOL_OWNER_NONE. */
	if (flow->kind == ISOL_FLOW_ANSWER && likely(flow->owner == isol_owner_of(view, to)) &&
	    (likely(!view->track->some_end) || flow->peer == isol_peer(isol_owner_of(view, from))))
		return tracked_fast(view, to_row[from_word & ISOL_WORD_CLASS], true, skb);
	if (flow->kind == ISOL_FLOW_ORIGINAL && likely(flow->owner == isol_owner_of(view, from)))
		return tracked_fast(view, from_row[to_word & ISOL_WORD_CLASS], false, skb);
	return 0;
}

/*
 * The same of what is of no connection: what the rules say, unless that is a conversation.
 * Return: the decision; if it is one, ask isol_flow_decide().
 */
static __always_inline u32 decide_stateless(const struct isol_view *view, u32 domain,
					    const struct isol_slot *from,
					    const struct isol_slot *to, u32 to_word,
					    const struct sk_buff *skb)
{
	const u32 *row = READ_ONCE(from->row);

	if (row == view->quarantined_row || READ_ONCE(to->row) == view->quarantined_row)
		return ISOL_DECISION_ACCEPT | ISOL_DECISION_TRACK;
	return isol_decide(view, domain, row[to_word & ISOL_WORD_CLASS], from, skb);
}

/*
 * A bridge that does not know an address floods: another port gets a copy of what is for the
 * host and begins a connection with it. If that left, it would be in the host's table, and
 * what follows look established to the host's firewall, which has not seen the first frame yet.
 *
 * Return: true if it was such a copy; of no connection any more.
 */
static noinline bool disown_copy(struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct net_device *bridge = netdev_master_upper_dev_get_rcu(state->in);

	if (!bridge || !isol_for_host(skb, state->in, bridge))
		return false;
	isol_disown(skb, bridge);
	return true;
}

/* Of what is of no connection, and is to be of none: what the rules say. */
static noinline u32 decide_copy(const struct isol_view *view, u32 domain,
				const struct isol_slot *from, const struct isol_slot *to,
				u32 from_word, u32 to_word, const struct sk_buff *skb)
{
	const struct isol_end a = isol_end_of(view, from, from_word);
	const struct isol_end b = isol_end_of(view, to, to_word);
	u32 decision = isol_decide_ends(view, domain, &a, &b, from, skb);

	return isol_decision_tracks(decision) ? decision & ~ISOL_DECISION_TRACK : decision;
}

static __always_inline unsigned int
judge_flow(const struct isol_view *view, u32 domain, const struct isol_slot *from,
	   const struct isol_slot *to, u32 from_word, u32 to_word, struct sk_buff *skb,
	   const struct nf_hook_state *state)
{
	struct isol_flow flow __uninitialized;
	u32 decision = ISOL_DECISION_TRACK | ISOL_DECISION_ACCEPT;

	if (unlikely(!skb->_nfct))
		decision = decide_stateless(view, domain, from, to, to_word, skb);
	if (likely(isol_decision_tracks(decision))) {
		view->track->ops->see(skb, &flow);
		if (unlikely(!flow.zone && flow.fresh) && disown_copy(skb, state)) {
			/* What @flow is about is not there any more. */
			decision = decide_copy(view, domain, from, to, from_word, to_word, skb);
		} else {
			decision = decide_owned(view, &flow, from, to, from_word, to_word, skb);
			if (unlikely(!decision))
				decision = decide_ports(view, domain, &flow, from, to, from_word,
							to_word, skb);
		}
	}
	if (unlikely(longest_fragment(skb)) && decision & ISOL_DECISION_ACCEPT &&
	    cannot_be_cut(skb, state->out, longest_fragment(skb)))
		decision = isol_tables_default(&view->tables, domain, ISOL_DFLT_FRAGMENT);
	return isol_finish(view, decision, from, skb, state, skb->len + ETH_HLEN);
}

static noinline unsigned int judge_tracked(const struct isol_view *view, u32 domain,
					   const struct isol_slot *from, const struct isol_slot *to,
					   u32 from_word, u32 to_word, struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	return judge_flow(view, domain, from, to, from_word, to_word, skb, state);
}

/* Apart, so that a frame that is not asked about pays nothing for those that are. */
static noinline unsigned int judge_frame(const struct isol_view *view, u32 domain, u32 cell,
					 const struct isol_slot *from, const struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	if (isol_cell_asks(cell))
		cell = isol_ask(isol_cell_program(&view->tables, cell), from, skb);
	return isol_finish(view, isol_resolve(&view->tables, domain, cell), from, skb, state,
			   skb->len + ETH_HLEN);
}

/* The two are not in the same domain. */
static noinline unsigned int no_pair(struct isol_net *in, const struct isol_view *view,
				     const struct isol_slot *from, const struct isol_slot *to,
				     u32 from_word, u32 to_word, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	u32 a = isol_word_domain(from_word), b = isol_word_domain(to_word), domain, dflt;
	const struct isol_tables *tables = &view->tables;
	bool managed_a = a - 1 < tables->ndomains, managed_b = b - 1 < tables->ndomains;

	if (!a || !b || (!managed_a && !managed_b))
		return isol_unknown(in);
	if (likely(managed_a && managed_b)) {
		dflt = isol_cross(tables, from_word, to_word,
				  isol_vlan_of(skb, READ_ONCE(from->ifindex)), &domain);
		if (dflt == ISOL_NDFLT && view->track)
			return judge_tracked(view, domain, from, to, from_word, to_word, skb,
					     state);
		if (likely(dflt == ISOL_NDFLT))
			return judge_frame(view, domain,
					   READ_ONCE(from->row)[to_word & ISOL_WORD_CLASS], from,
					   skb, state);
	} else {
		/* Counted for the end that is managed. */
		dflt = ISOL_DFLT_MISMATCH;
		domain = managed_a ? a : b;
		from = managed_a ? from : to;
	}
	return isol_finish(view, isol_tables_default(tables, domain, dflt), from, skb, state,
			   isol_skb_len(skb));
}

static __always_inline unsigned int judge(struct isol_net *in, const struct isol_view *view,
					  const struct isol_slot *from, const struct isol_slot *to,
					  struct sk_buff *skb, const struct nf_hook_state *state)
{
	u32 from_word = READ_ONCE(from->word), to_word = READ_ONCE(to->word);
	u32 domain = isol_word_domain(from_word), cell;

	if (unlikely((from_word ^ to_word) >> ISOL_WORD_SHIFT))
		return no_pair(in, view, from, to, from_word, to_word, skb, state);
	if (unlikely(domain - 1 >= view->tables.ndomains))
		return domain == ISOL_DOMAIN_UNMANAGED ? NF_ACCEPT : isol_unknown(in);
	cell = READ_ONCE(from->row)[to_word & ISOL_WORD_CLASS];
	if (cell & ISOL_DECISION_DEFAULT) {
		if (isol_cell_asks(cell))
			return judge_frame(view, domain, cell, from, skb, state);
		/* In a cell there is no more to it. */
		cell = isol_tables_default(&view->tables, domain, cell & (ISOL_NDFLT - 1));
	}
	/* The bridge has pulled the Ethernet header off. */
	return isol_finish(view, cell, from, skb, state, skb->len + ETH_HLEN);
}

/* The port table is a hash, or does not know a port, or connections are tracked. */
static noinline unsigned int forward_other(struct isol_net *in, const struct isol_view *view,
					   struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct isol_slot *from = isol_view_slot(view, state->in->ifindex);
	const struct isol_slot *to = isol_view_slot(view, state->out->ifindex);
	u32 from_word, to_word, domain;

	if (!from || !to)
		return isol_unknown(in);
	if (!view->track)
		return judge(in, view, from, to, skb, state);
	from_word = READ_ONCE(from->word);
	to_word = READ_ONCE(to->word);
	domain = isol_word_domain(from_word);
	if ((from_word ^ to_word) >> ISOL_WORD_SHIFT)
		return no_pair(in, view, from, to, from_word, to_word, skb, state);
	if (domain - 1 >= view->tables.ndomains)
		return domain == ISOL_DOMAIN_UNMANAGED ? NF_ACCEPT : isol_unknown(in);
	return judge_flow(view, domain, from, to, from_word, to_word, skb, state);
}

unsigned int isol_forward(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct isol_net *in = priv;
	/* Not NULL: it is published before and withdrawn after the hook. */
	const struct isol_view *view = rcu_dereference(in->view);
	u32 from = state->in->ifindex - view->base;
	u32 to = state->out->ifindex - view->base;

	if (unlikely(from >= view->plain || to >= view->plain))
		return forward_other(in, view, skb, state);
	return judge(in, view, &view->slots[from], &view->slots[to], skb, state);
}

