// SPDX-License-Identifier: GPL-2.0
/*
 * Conversations: who begins them, who answers, when they end, and how many there are. Called
 * for what the inline code of the hooks does not decide: see hook_forward.c.
 */
#include <linux/icmp.h>
#include <net/ndisc.h>

#include "flow.h"
#include "reverse.h"

/*
 * Whether an end is contained: what it begins the row says of those that are quarantined,
 * what others begin to it its own column.
 */
static bool contained(const struct isol_view *view, const struct isol_end *end)
{
	return end->row == view->quarantined_row &&
	       end->col != view->tables.classes[ISOL_CLASS_QUARANTINED].col;
}

/* Whether a decision is by no rule of quarantine. */
static bool unruled(const struct isol_view *view, u32 domain, u32 decision)
{
	return isol_decision_reason(decision) == ISOL_REASON_QUARANTINE ||
	       decision == isol_tables_default(&view->tables, domain, ISOL_DFLT_UNPARSED);
}

u32 isol_decide_contained(const struct isol_view *view, u32 domain, const struct isol_end *from,
			  const struct isol_end *to, const struct isol_slot *slot,
			  const struct sk_buff *skb)
{
	u32 col = view->tables.classes[ISOL_CLASS_QUARANTINED].col, decision;

	if (to->col != col) {
		decision = isol_decide(view, domain, READ_ONCE(from->row[col]), slot, skb);
		if (!unruled(view, domain, decision))
			return decision;
	}
	return isol_decide(view, domain, READ_ONCE(from->row[to->col]), slot, skb);
}

/*
 * Without ARP and neighbor discovery nobody finds a contained end to begin anything to it:
 * of these its own rules decide.
 */
static noinline u32 decide_neighbor(const struct isol_view *view, u32 domain,
				    const struct isol_end *from, const struct isol_end *to,
				    const struct isol_slot *slot, const struct sk_buff *skb,
				    u32 decision)
{
	const struct isol_packet packet = isol_packet_of(skb);
	struct isol_end self = *from;

	if (!slot || !contained(view, from) || !isol_frame_neighbor(&packet))
		return decision;
	self.row = READ_ONCE(view->holders[slot - view->slots].row);
	return isol_decide_ends(view, domain, &self, to, slot, skb);
}

/* Whether a frame goes back to where its connection began. */
static bool goes_back(const struct isol_flow *flow, const struct isol_end *from,
		      const struct isol_end *to)
{
	if (!flow->expected)
		return flow->kind == ISOL_FLOW_ANSWER;
	/* Either side may have begun what the connection expects. */
	if (to->owner && to->owner == flow->owner)
		return true;
	if (from->owner && from->owner == flow->owner)
		return false;
	return from->owner;
}

/* Whether an ICMP error is one that tells its receiver to send elsewhere. */
static bool redirects(const struct sk_buff *skb)
{
	const struct isol_packet packet = isol_packet_of(skb);
	struct isol_key key;

	isol_frame_parse(&packet, ISOL_DEPTH_L4, &key);
	return (key.shape == ISOL_SHAPE_IP4_ICMP &&
		key.v[ISOL_MATCH_A_ICMP] >> 8 == ICMP_REDIRECT) ||
	       (key.shape == ISOL_SHAPE_IP6_ICMP &&
		key.v[ISOL_MATCH_A_ICMP] >> 8 == NDISC_REDIRECT);
}

/* What a cell comes to, for the beginning of a connection; 0: nobody can tell. */
static u32 decide_beginning(const struct isol_view *view, u32 domain, u32 cell,
			    const struct isol_flow *flow, bool back, bool translated,
			    const struct isol_slot *slot, const struct sk_buff *skb)
{
	struct isol_key key __uninitialized;

	if (isol_cell_asks(cell)) {
		const struct isol_program *program = isol_cell_program(&view->tables, cell);

		isol_read_key(program, slot, skb, &key);
		if (flow->related) {
			if (back)
				isol_key_swap_macs(&key);
			if (key.shape == ISOL_SHAPE_UNREAD)
				return 0;
			view->track->ops->key(flow, translated, &key);
		} else if (key.shape == ISOL_SHAPE_IP4_NOL4 || key.shape == ISOL_SHAPE_IP6_NOL4) {
			/* The host has cut it again. */
			if (key.v[ISOL_MATCH_A_FRAGMENT] != ISOL_FRAGMENT_LATER)
				return 0;
			if (back)
				isol_key_swap_macs(&key);
			view->track->ops->key(flow, translated, &key);
		} else if (!back || !isol_key_reverse(&key)) {
			return 0;
		}
		cell = isol_program_ask(program, &key);
	}
	return isol_resolve(&view->tables, domain, cell);
}

/* What the rules say of a conversation that one end begins with another; 0: they accept none. */
static u32 decide_way(const struct isol_view *view, u32 domain, const struct isol_flow *flow,
		      bool back, const struct isol_end *first, const struct isol_end *other,
		      const struct isol_slot *slot, const struct sk_buff *skb)
{
	u32 decision, col = view->tables.classes[ISOL_CLASS_QUARANTINED].col;

	/* See isol_decide_contained(). */
	if (unlikely(contained(view, other))) {
		decision = decide_beginning(view, domain, READ_ONCE(first->row[col]), flow, back,
					    !first->owner, slot, skb);
		if (!decision || !unruled(view, domain, decision))
			return isol_decision_tracks(decision) ? decision : 0;
	}
	decision = decide_beginning(view, domain, READ_ONCE(first->row[other->col]), flow, back,
				    !first->owner, slot, skb);
	return isol_decision_tracks(decision) ? decision : 0;
}

/*
 * What the rules say of the beginning of a connection that a frame belongs to: an answer,
 * something that is related, a later fragment. Only a decision that accepts a conversation
 * counts.
 */
static u32 decide_flow(const struct isol_view *view, u32 domain, const struct isol_flow *flow,
		       const struct isol_end *from, const struct isol_end *to,
		       const struct isol_slot *slot, const struct sk_buff *skb)
{
	bool back = goes_back(flow, from, to);
	const struct isol_end *first = back ? to : from, *other = back ? from : to;

	if (flow->ended || (flow->related && !flow->expected && redirects(skb)))
		return 0;

	/*
	 * It has to be on the way between its owner and the other side. What is older than
	 * the policy has no owner: there can be such only of the host.
	 */
	if (first->owner && (flow->owner ? flow->owner != first->owner : flow->zone))
		return 0;
	/*
	 * What the host passes on of others it has not begun for them to answer themselves: a
	 * guest could begin, in the name of anyone, what the host sends back to it.
	 */
	if (!first->owner && flow->owner && flow->owner == other->owner)
		return 0;
	return decide_way(view, domain, flow, back, first, other, slot, skb);
}

/* Whether connections on a frame's bridge end when they are refused a frame. */
static bool ends(const struct isol_view *view, u32 domain)
{
	return view->track->ends[view->tables.domains[domain - 1].bridge - 1];
}

/* Who answers has to be known before anything is refused: see refused(). */
static noinline void answered(const struct isol_view *view, u32 domain,
			      const struct isol_flow *flow, const struct isol_end *from)
{
	if (flow->kind == ISOL_FLOW_ANSWER && !flow->related && flow->owner && ends(view, domain))
		view->track->ops->answered(flow, isol_peer(from->owner));
}

/*
 * A frame is refused: end its connection, if it was really on the way from who began that to
 * who has answered.
 */
static noinline void refused(const struct isol_view *view, u32 domain, const struct isol_flow *flow,
			     const struct isol_end *from, const struct isol_end *to, u32 decision)
{
	if (flow->kind != ISOL_FLOW_ORIGINAL || flow->related || flow->ended || !from->owner ||
	    flow->owner != from->owner || flow->peer != isol_peer(to->owner) ||
	    isol_decision_reason(decision) == ISOL_REASON_GONE || !ends(view, domain))
		return;
	view->track->ops->end(flow);
}

#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* Whether a frame is one of TCP that has of some flags just these. */
static bool has_flags(const struct sk_buff *skb, u32 of, u32 flags)
{
	const struct isol_packet packet = isol_packet_of(skb);
	struct isol_key key;

	isol_frame_parse(&packet, ISOL_DEPTH_L4, &key);
	return (key.shape == ISOL_SHAPE_IP4_PORTS || key.shape == ISOL_SHAPE_IP6_PORTS) &&
	       key.v[ISOL_MATCH_A_PROTO] == IPPROTO_TCP &&
	       (key.v[ISOL_MATCH_A_TCP_FLAGS] & of) == flags;
}

/* Whether older connections of an end are taken up at present. */
static bool takes_up(const struct isol_view *view, const struct isol_end *end, u64 window)
{
	u64 now = ktime_get_ns(), since = view->track->since, begun;
	atomic64_t *pickup;

	if (!end->slot)
		return false;
	if (end->row == view->tables.classes[ISOL_CLASS_UPLINK].row)
		return now - since < window;
	pickup = isol_port_pickup(READ_ONCE(end->slot->counts));
	begun = atomic64_read(pickup);
	/* or before tracking ended that has begun again since */
	if (begun < since) {
		atomic64_cmpxchg(pickup, begun, now);
		return true;
	}
	return now - begun < window;
}

/*
 * Of a connection that is older than the tracking of it an answer may come first, and looks
 * like the beginning of one in the other direction. Let it pass if the rules accept that
 * the other side begins one, so that this side goes on with it; not as a connection, or its
 * directions would be wrong for ever.
 */
static noinline u32 pick_up(const struct isol_view *view, u32 domain, struct isol_flow *flow,
			    const struct isol_end *from, const struct isol_end *to,
			    const struct isol_slot *slot, const struct sk_buff *skb)
{
	u64 window = view->track->pickup[view->tables.domains[domain - 1].bridge - 1];
	bool open;
	u32 decision;

	if (!window || !flow->zone || !from->owner || flow->owner ||
	    !has_flags(skb, TCP_SYN | TCP_RST | TCP_ACK, TCP_ACK))
		return 0;
	decision = decide_way(view, domain, flow, true, to, from, slot, skb);
	if (!decision)
		return 0;
	/* Both begin now if they have not yet. */
	open = takes_up(view, from, window);
	open |= takes_up(view, to, window);
	if (!open)
		return 0;
	flow->pickup = true;
	return decision & ~ISOL_DECISION_TRACK;
}

/* Of frames that the kernel does not track: whether they have no beginning and no answer. */
static bool has_no_state(const struct sk_buff *skb)
{
	const struct isol_packet packet = isol_packet_of(skb);
	struct isol_key key;

	isol_frame_parse(&packet, ISOL_DEPTH_L4, &key);
	switch (key.shape) {
	case ISOL_SHAPE_OTHER:
	case ISOL_SHAPE_ARP:
		return true;
	case ISOL_SHAPE_IP6_ICMP:
		return isol_icmp6_untracked(key.v[ISOL_MATCH_A_ICMP] >> 8);
	default:
		/* IP behind what hides it from the kernel, or that has been told not to track it */
		return false;
	}
}

u32 isol_flow_own(const struct isol_view *view, u32 domain, u32 decision,
		  const struct isol_flow *flow, const struct isol_end *from, u64 owner)
{
	const struct isol_track *track = view->track;

	switch (track->ops->own(track, flow, owner, from->conns)) {
	case ISOL_OWN_NEAR:
		isol_conns_look(from->conns);
		fallthrough;
	case ISOL_OWN_DONE:
		return decision;
	case ISOL_OWN_FULL:
		isol_conns_hit(from->conns);
		return isol_tables_default(&view->tables, domain, ISOL_DFLT_CONNECTIONS);
	default:
		return 0;
	}
}

u32 isol_flow_count(const struct isol_view *view, u32 domain, u32 decision,
		    struct isol_conns *conns)
{
	bool near;

	if (!conns)
		return decision;
	if (!isol_conns_take(conns, view->track->ops->most(conns->in->net), &near)) {
		isol_conns_hit(conns);
		return isol_tables_default(&view->tables, domain, ISOL_DFLT_CONNECTIONS);
	}
	if (near)
		isol_conns_look(conns);
	return decision;
}

u32 isol_flow_count_expected(const struct isol_view *view, u32 domain, u32 decision,
			     const struct isol_flow *flow)
{
	if (!flow->fresh)
		return decision;
	return isol_flow_count(view, domain, decision, isol_conns_of(view->track, flow->counted));
}

u32 isol_flow_decide(const struct isol_view *view, u32 domain, struct isol_flow *flow,
		     const struct isol_end *from, const struct isol_end *to,
		     const struct isol_slot *slot, const struct sk_buff *skb)
{
	u32 decision;

	if (flow->kind == ISOL_FLOW_ANSWER || flow->related) {
		decision = decide_flow(view, domain, flow, from, to, slot, skb);
		if (decision) {
			if (unlikely(view->track->some_end) &&
			    flow->peer != isol_peer(from->owner))
				answered(view, domain, flow, from);
			decision &= ~ISOL_DECISION_TRACK;
			return unlikely(flow->expected) ?
			       isol_flow_count_expected(view, domain, decision, flow) : decision;
		}
	}
	decision = isol_decide_ends(view, domain, from, to, slot, skb);
	if (unlikely(isol_decision_reason(decision) == ISOL_REASON_QUARANTINE))
		decision = decide_neighbor(view, domain, from, to, slot, skb, decision);
	if (!isol_decision_tracks(decision)) {
		u32 whole = 0;

		/* The host's own fragments: what was tracked was in one piece. */
		if (!(decision & ISOL_DECISION_ACCEPT) && !from->owner && !flow->related &&
		    flow->kind == ISOL_FLOW_ORIGINAL)
			whole = decide_flow(view, domain, flow, from, to, slot, skb);
		if (whole)
			return whole & ~ISOL_DECISION_TRACK;
		if (decision & ISOL_DECISION_ACCEPT) {
			if (from->conns && !flow->loose && flow->kind == ISOL_FLOW_ORIGINAL &&
			    !flow->related && flow->owned && !flow->owner)
				return isol_flow_own(view, domain, decision, flow, from,
						     from->owner | ISOL_OWNER_LOOSE) ?: decision;
			return unlikely(flow->expected) ?
			       isol_flow_count_expected(view, domain, decision, flow) : decision;
		}
		if (flow->kind == ISOL_FLOW_ORIGINAL && flow->fresh && !flow->related)
			whole = pick_up(view, domain, flow, from, to, slot, skb);
		if (unlikely(view->track->some_end))
			refused(view, domain, flow, from, to, decision);
		return whole ?: decision;
	}
	if (unlikely(flow->ended)) {
		/* Another one may begin, when it is tried again. */
		if (!flow->related && has_flags(skb, TCP_SYN | TCP_ACK, TCP_SYN))
			view->track->ops->forget(view->track, flow);
		return isol_tables_default(&view->tables, domain, ISOL_DFLT_STATE);
	}
	switch (flow->kind) {
	case ISOL_FLOW_ORIGINAL:
		if (flow->related)
			break;
		/* What the host passes on is somebody's already, or is tracked by the host. */
		if (!from->owner || (!flow->owned && !flow->zone))
			return decision & ~ISOL_DECISION_TRACK;
		decision = isol_flow_own(view, domain, decision & ~ISOL_DECISION_TRACK, flow, from,
					 from->owner);
		if (decision)
			return decision;
		break;
	case ISOL_FLOW_ANSWER:
		/*
		 * To what a stateless rule let pass, or nobody has claimed: it is no
		 * conversation, and must not be in the way of one.
		 */
		if (!flow->related && flow->zone && flow->owned && !flow->owner)
			view->track->ops->forget(view->track, flow);
		break;
	case ISOL_FLOW_UNTRACKED:
		if (has_no_state(skb))
			return decision & ~ISOL_DECISION_TRACK;
		break;
	default:
		break;
	}
	return isol_tables_default(&view->tables, domain, ISOL_DFLT_STATE);
}

/* Frames to further ones are tracked among the bridge's own. */
#define MOST_ADDRESSES 64

bool isol_host_uses(const struct net_device *bridge, const u8 *addr)
{
	const struct netdev_hw_addr *ha;
	u32 n = 0;

	list_for_each_entry_rcu(ha, &bridge->uc.list, list) {
		if (ether_addr_equal(ha->addr, addr))
			return true;
		if (++n == MOST_ADDRESSES)
			break;
	}
	return false;
}
