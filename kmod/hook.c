// SPDX-License-Identifier: GPL-2.0
/*
 * The netfilter hooks: the only code of isol that sees frames.
 *
 * No hook takes a lock, allocates, or loops over anything that a guest or an
 * operator can make long, unless it is to answer a frame that is rejected: see
 * reject.c; or to have connections counted, which is asked for once for each
 * count: see conns.h. All run under rcu_read_lock().
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <net/ndisc.h>
#include <net/netfilter/nf_conntrack.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#if !IS_ENABLED(CONFIG_NETFILTER_INGRESS)
#error "isol needs CONFIG_NETFILTER_INGRESS"
#endif
#if !IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE)
#error "isol needs CONFIG_NETFILTER_FAMILY_BRIDGE (by CONFIG_NF_TABLES_BRIDGE or CONFIG_BRIDGE_NF_EBTABLES)"
#endif

#include "conns.h"
#include "frame_fast.h"
#include "hook.h"
#include "port.h"
#include "program.h"
#include "reject.h"
#include "reverse.h"
#include "sender.h"
#include "track.h"
#include "view.h"
#include "vlan.h"
#include "compat/egress.h"

/*
 * Before the bridge families of ebtables and nftables (-200), so that these
 * see only what has been accepted here, and before br_netfilter (0) takes
 * frames through the inet hooks.
 */
#define PRIORITY (NF_BR_PRI_FILTER_BRIDGED - 50)

/* Before any chain of nftables' netdev family that an operator would write. */
#define INGRESS_PRIORITY (-1000)

/*
 * VLANs and zones are worked out before anything has changed the frame, ebtables' nat
 * table included, and before connection tracking puts fragments together.
 */
#define PRE_PRIORITY (NF_BR_PRI_NAT_DST_BRIDGED - 50)

/* nf_conntrack_bridge has this priority in the bridge family too. */
#define TRACKED_PRIORITY (NF_IP_PRI_CONNTRACK + 1)

/*
 * When all rules of the host have let a frame pass, before its connection is confirmed: the
 * last of all hooks does that, of IPv6 in LOCAL_IN the last but one.
 */
#define HOST_PRIORITY (NF_IP_PRI_LAST - 2)

/* After all that an operator would let change a tag. */
#define EGRESS_PRIORITY 1000

static __always_inline u32 frame_len(const struct sk_buff *skb)
{
	return skb_tail_pointer(skb) - skb_mac_header(skb) + skb->data_len;
}

/*
 * What a GSO frame is on the wire, as qdisc_pkt_len_init() works it out: each
 * segment has headers of its own. Guests' frames come without gso_segs.
 */
static noinline void gso_wire(const struct sk_buff *skb, u32 *packets, u32 *bytes)
{
	const struct skb_shared_info *shinfo = skb_shinfo(skb);
	u32 segs = shinfo->gso_segs, hdr;

	if (!shinfo->gso_size)
		return;
	hdr = skb_transport_header_was_set(skb) ?
	      skb_transport_header(skb) - skb_mac_header(skb) : 0;
	if (hdr && shinfo->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) {
		struct tcphdr tcph;
		const struct tcphdr *th;

		th = skb_header_pointer(skb, skb_transport_offset(skb), sizeof(tcph), &tcph);
		if (th)
			hdr += __tcp_hdrlen(th);
	} else if (hdr && shinfo->gso_type & SKB_GSO_UDP_L4) {
		hdr += sizeof(struct udphdr);
	}
	/* What a guest says is where its headers end. */
	if (hdr >= *bytes || hdr > 256)
		hdr = 0;
	if (!segs || shinfo->gso_type & SKB_GSO_DODGY)
		segs = DIV_ROUND_UP(*bytes - hdr, shinfo->gso_size);
	segs = clamp_t(u32, segs, 1, GSO_MAX_SEGS);
	*packets = segs;
	*bytes += (segs - 1) * hdr;
}

static __always_inline void count(const struct isol_view *view, u32 decision,
				  struct isol_count *counts, u32 packets, u32 bytes)
{
	u32 shard = isol_shard();

	isol_count_add(&view->counts[shard][isol_decision_counter(decision)], packets, bytes);
	isol_count_add(isol_port_count(counts, shard, decision), packets, bytes);
}

static __always_inline struct isol_packet packet_of(const struct sk_buff *skb)
{
	const u8 *head = skb_mac_header(skb);

	return (struct isol_packet) {
		.head = head,
		.linear = skb_tail_pointer(skb) - head,
		.len = frame_len(skb),
		.skb = skb,
		.tagged = skb_vlan_tag_present(skb),
		.gso = skb_is_gso(skb),
	};
}

/* Apart, so that nothing is kept for it when most frames have been counted. */
static noinline unsigned int finish_other(const struct isol_view *view, u32 decision,
					  const struct isol_slot *slot, const struct sk_buff *skb,
					  const struct nf_hook_state *state, u32 bytes)
{
	struct isol_count *counts = READ_ONCE(slot->counts);
	u32 packets = 1;

	if (skb_is_gso(skb)) {
		bytes = frame_len(skb);
		gso_wire(skb, &packets, &bytes);
	}
	count(view, decision, counts, packets, bytes);
	if (!(decision & ISOL_DECISION_ACCEPT) && decision & ISOL_DECISION_REJECT) {
		const struct isol_packet packet = packet_of(skb);

		isol_reject(isol_pernet(state->net), &packet, state, counts);
	}
	return decision & ISOL_DECISION_ACCEPT ? NF_ACCEPT : NF_DROP;
}

/*
 * Count a decision: for its rule or default, and for the port. Return: the
 * verdict for netfilter.
 */
static __always_inline unsigned int finish(const struct isol_view *view, u32 decision,
					   const struct isol_slot *slot, const struct sk_buff *skb,
					   const struct nf_hook_state *state, u32 bytes)
{
	if (unlikely(skb_is_gso(skb) || decision & ISOL_DECISION_REJECT))
		return finish_other(view, decision, slot, skb, state, bytes);
	count(view, decision, READ_ONCE(slot->counts), 1, bytes);
	return decision & ISOL_DECISION_ACCEPT ? NF_ACCEPT : NF_DROP;
}

static noinline unsigned int unknown(struct isol_net *in)
{
	atomic64_inc(&in->unknown_drops);
	return NF_DROP;
}

/* In place of the slot of a port: PRE_ROUTING has not seen the frame. */
static const struct isol_slot unseen;

/*
 * Which VLAN a frame is in. @from: the slot of the port that it came in by, or @unseen;
 * NULL: the host sends it.
 */
static noinline void find_vlan(struct isol_packet *packet, const struct sk_buff *skb,
			       const struct isol_slot *from)
{
	const struct net_device *bridge = skb->dev;
	bool filters;
	u32 vlan;

	/* On its way to the host it is the bridge's already. */
	if (!netif_is_bridge_master(bridge))
		bridge = netdev_master_upper_dev_get_rcu(skb->dev);
	if (!bridge)
		return;
	filters = br_vlan_enabled(bridge);
	/* A bridge that does not filter VLANs leaves all tags as they are. */
	if (from == &unseen || !filters)
		vlan = isol_vlan_see(skb, skb->dev, bridge);
	else
		vlan = isol_vlan_recall(skb, from ? READ_ONCE(from->ifindex) : bridge->ifindex);
	if (!(vlan & ISOL_VLAN_KNOWN))
		return;
	packet->vlan_known = true;
	packet->vlan_tagged = vlan & ISOL_VLAN_TAGGED;
	/* Others take a tag out of the frame that they go by. */
	packet->vlan_within = packet->vlan_tagged && !packet->tagged && !filters;
	packet->pcp = (vlan & ISOL_VLAN_INFO) >> ISOL_VLAN_PCP_SHIFT;
	packet->vlan = vlan & ISOL_VLAN_VID;
}

/* Read of a frame what a program asks about. @from: as for find_vlan(). */
static noinline void read_frame(const struct isol_program *program, const struct isol_slot *from,
				const struct sk_buff *skb, struct isol_key *key)
{
	struct isol_packet packet = packet_of(skb);

	if (unlikely(program->wants_vlan))
		find_vlan(&packet, skb, from);
	isol_program_read(program, &packet, key);
}

/* What is missing of a frame that has been read the fast way. */
static noinline void read_vlan(const struct isol_slot *from, const struct sk_buff *skb,
			       struct isol_key *key)
{
	struct isol_packet packet = packet_of(skb);

	find_vlan(&packet, skb, from);
	isol_frame_vlan(&packet, key);
}

/* The same as read_frame(), without a call for most frames. */
static __always_inline void read_key(const struct isol_program *program,
				     const struct isol_slot *from, const struct sk_buff *skb,
				     struct isol_key *key)
{
	const u8 *head = skb_mac_header(skb);

	if (!likely(program->fast) ||
	    !isol_frame_fast4(head, skb_tail_pointer(skb) - head, frame_len(skb), key))
		read_frame(program, from, skb, key);
	else if (unlikely(program->wants_vlan))
		read_vlan(from, skb, key);
}

/* Ask a program about the frame itself. @from: as for find_vlan(). */
static __always_inline u32 ask(const struct isol_program *program, const struct isol_slot *from,
			       const struct sk_buff *skb)
{
	/* Only what was read is looked at: clearing it would cost more than reading. */
	struct isol_key key __uninitialized;

	read_key(program, from, skb, &key);
	return isol_program_ask(program, &key);
}

static noinline u32 ask_apart(const struct isol_program *program, const struct isol_slot *from,
			      const struct sk_buff *skb)
{
	return ask(program, from, skb);
}

/* What a cell of the pair table comes to. @from: as for find_vlan(). */
static __always_inline u32 decide(const struct isol_view *view, u32 domain, u32 cell,
				  const struct isol_slot *from, const struct sk_buff *skb)
{
	if (!(cell & ISOL_DECISION_DEFAULT))
		return cell;
	if (isol_cell_asks(cell))
		cell = ask_apart(isol_cell_program(&view->tables, cell), from, skb);
	return isol_resolve(&view->tables, domain, cell);
}

/**
 * struct end - one end of a frame's way, where connections are tracked
 * @row: its row, for what it begins
 * @col: its column
 * @owner: whose its connections are; ISOL_OWNER_NONE is the host: it passes on what others
 *	have begun
 * @slot: the port's; NULL is the host
 * @conns: where these count, or NULL
 */
struct end {
	const struct isol_slot *slot;
	const u32 *row;
	u32 col;
	u64 owner;
	struct isol_conns *conns;
};

static __always_inline u64 owner_of(const struct isol_view *view, const struct isol_slot *slot)
{
	return READ_ONCE(view->holders[slot - view->slots].owner) ?: ISOL_OWNER_NOBODY;
}

static struct end end_of(const struct isol_view *view, const struct isol_slot *slot, u32 word)
{
	const struct isol_holder *holder = &view->holders[slot - view->slots];
	/* Both of one binding, while the port is given to another. */
	struct isol_conns *conns = smp_load_acquire(&holder->conns);

	return (struct end) {
		.slot = slot,
		.row = READ_ONCE(slot->row),
		.col = word & ISOL_WORD_CLASS,
		.owner = conns ? conns->owner : READ_ONCE(holder->owner) ?: ISOL_OWNER_NOBODY,
		.conns = conns,
	};
}

static struct end end_host(const struct isol_view *view)
{
	return (struct end) {
		.row = view->host_row,
		.col = ISOL_COL_HOST,
		.owner = ISOL_OWNER_NONE,
	};
}

/*
 * Whether an end is contained: what it begins the row says of those that are quarantined,
 * what others begin to it its own column.
 */
static bool contained(const struct isol_view *view, const struct end *end)
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

static noinline u32 decide_contained(const struct isol_view *view, u32 domain,
				     const struct end *from, const struct end *to,
				     const struct isol_slot *slot, const struct sk_buff *skb)
{
	u32 col = view->tables.classes[ISOL_CLASS_QUARANTINED].col, decision;

	if (to->col != col) {
		decision = decide(view, domain, READ_ONCE(from->row[col]), slot, skb);
		if (!unruled(view, domain, decision))
			return decision;
	}
	return decide(view, domain, READ_ONCE(from->row[to->col]), slot, skb);
}

/*
 * What the rules say of a frame between two ends. To one that is contained those of
 * quarantine go first.
 */
static __always_inline u32 decide_ends(const struct isol_view *view, u32 domain,
				       const struct end *from, const struct end *to,
				       const struct isol_slot *slot, const struct sk_buff *skb)
{
	if (unlikely(to->row == view->quarantined_row))
		return decide_contained(view, domain, from, to, slot, skb);
	return decide(view, domain, READ_ONCE(from->row[to->col]), slot, skb);
}

/*
 * Without ARP and neighbor discovery nobody finds a contained end to begin anything to it:
 * of these its own rules decide.
 */
static noinline u32 decide_neighbor(const struct isol_view *view, u32 domain,
				    const struct end *from, const struct end *to,
				    const struct isol_slot *slot, const struct sk_buff *skb,
				    u32 decision)
{
	const struct isol_packet packet = packet_of(skb);
	struct end self = *from;

	if (!slot || !contained(view, from) || !isol_frame_neighbor(&packet))
		return decision;
	self.row = READ_ONCE(view->holders[slot - view->slots].row);
	return decide_ends(view, domain, &self, to, slot, skb);
}

/* Whether a frame goes back to where its connection began. */
static bool goes_back(const struct isol_flow *flow, const struct end *from, const struct end *to)
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
	const struct isol_packet packet = packet_of(skb);
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

		read_key(program, slot, skb, &key);
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
		      bool back, const struct end *first, const struct end *other,
		      const struct isol_slot *slot, const struct sk_buff *skb)
{
	u32 decision, col = view->tables.classes[ISOL_CLASS_QUARANTINED].col;

	/* See decide_contained(). */
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
		       const struct end *from, const struct end *to, const struct isol_slot *slot,
		       const struct sk_buff *skb)
{
	bool back = goes_back(flow, from, to);
	const struct end *first = back ? to : from, *other = back ? from : to;

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
			      const struct isol_flow *flow, const struct end *from)
{
	if (flow->kind == ISOL_FLOW_ANSWER && !flow->related && flow->owner && ends(view, domain))
		view->track->ops->answered(flow, isol_peer(from->owner));
}

/*
 * A frame is refused: end its connection, if it was really on the way from who began that to
 * who has answered.
 */
static noinline void refused(const struct isol_view *view, u32 domain,
			     const struct isol_flow *flow, const struct end *from,
			     const struct end *to, u32 decision)
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
	const struct isol_packet packet = packet_of(skb);
	struct isol_key key;

	isol_frame_parse(&packet, ISOL_DEPTH_L4, &key);
	return (key.shape == ISOL_SHAPE_IP4_PORTS || key.shape == ISOL_SHAPE_IP6_PORTS) &&
	       key.v[ISOL_MATCH_A_PROTO] == IPPROTO_TCP &&
	       (key.v[ISOL_MATCH_A_TCP_FLAGS] & of) == flags;
}

/* Whether older connections of an end are taken up at present. */
static bool takes_up(const struct isol_view *view, const struct end *end, u64 window)
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
			    const struct end *from, const struct end *to,
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
	const struct isol_packet packet = packet_of(skb);
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

/*
 * A connection is somebody's now. What is accepted without asking for one is one to the kernel
 * all the same, and takes a place in its table: then @owner is with ISOL_OWNER_LOOSE.
 *
 * Return: @decision, or what drops it because there may be no more; 0 if it cannot be noted.
 */
static noinline u32 own(const struct isol_view *view, u32 domain, u32 decision,
			const struct isol_flow *flow, const struct end *from, u64 owner)
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

/* One connection more, if there may be. @conns: whose, or NULL. */
static u32 take_place(const struct isol_view *view, u32 domain, u32 decision,
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

/*
 * A connection that another one has expected takes a place too, of whose that one is: it has
 * no owner of its own, and would be found by the next count only.
 */
static noinline u32 count_expected(const struct isol_view *view, u32 domain, u32 decision,
				   const struct isol_flow *flow)
{
	if (!flow->fresh)
		return decision;
	return take_place(view, domain, decision, isol_conns_of(view->track, flow->counted));
}

/*
 * Decide where connections are tracked. @flow: what is said of the frame; @slot: as for
 * find_vlan().
 */
static u32 decide_tracked(const struct isol_view *view, u32 domain, struct isol_flow *flow,
			  const struct end *from, const struct end *to,
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
			       count_expected(view, domain, decision, flow) : decision;
		}
	}
	decision = decide_ends(view, domain, from, to, slot, skb);
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
				return own(view, domain, decision, flow, from,
					   from->owner | ISOL_OWNER_LOOSE) ?: decision;
			return unlikely(flow->expected) ?
			       count_expected(view, domain, decision, flow) : decision;
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
		decision = own(view, domain, decision & ~ISOL_DECISION_TRACK, flow, from,
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

/* Nobody is to track it, nor to take it for a frame that nobody could read. */
static void untrack(struct sk_buff *skb)
{
	nf_reset_ct(skb);
	nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
}

/* Apart: what few frames need. */
static noinline u32 decide_ports(const struct isol_view *view, u32 domain,
				 struct isol_flow *flow, const struct isol_slot *from,
				 const struct isol_slot *to, u32 from_word, u32 to_word,
				 struct sk_buff *skb)
{
	const struct end a = end_of(view, from, from_word), b = end_of(view, to, to_word);
	u32 decision = decide_tracked(view, domain, flow, &a, &b, from, skb);

	if (unlikely(flow->pickup))
		untrack(skb);
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
			     !isol_frame_fast4(head, skb_tail_pointer(skb) - head, frame_len(skb),
					       &key)))
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
 * What decide_tracked() comes to for most frames, without a call: a connection that is its
 * owner's already goes on, or is answered, between ports. All that is unusual is left to
 * that: errors and what is expected, what has no owner or another one, or has ended, who
 * answers first, what is not accepted, quarantine.
 *
 * Return: the decision, which accepts, or 0: ask decide_tracked().
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
	if (flow->kind == ISOL_FLOW_ANSWER && likely(flow->owner == owner_of(view, to)) &&
	    (likely(!view->track->some_end) || flow->peer == isol_peer(owner_of(view, from))))
		return tracked_fast(view, to_row[from_word & ISOL_WORD_CLASS], true, skb);
	if (flow->kind == ISOL_FLOW_ORIGINAL && likely(flow->owner == owner_of(view, from)))
		return tracked_fast(view, from_row[to_word & ISOL_WORD_CLASS], false, skb);
	return 0;
}

/*
 * The same of what is of no connection: what the rules say, unless that is a conversation.
 * Return: the decision; if it is one, ask decide_tracked().
 */
static __always_inline u32 decide_stateless(const struct isol_view *view, u32 domain,
					    const struct isol_slot *from,
					    const struct isol_slot *to, u32 to_word,
					    const struct sk_buff *skb)
{
	const u32 *row = READ_ONCE(from->row);

	if (row == view->quarantined_row || READ_ONCE(to->row) == view->quarantined_row)
		return ISOL_DECISION_ACCEPT | ISOL_DECISION_TRACK;
	return decide(view, domain, row[to_word & ISOL_WORD_CLASS], from, skb);
}

/* Frames to further ones are tracked among the bridge's own. */
#define MOST_ADDRESSES 64

/* Whether devices on top of a bridge (macvlan, VRRP) have an address of their own. */
static noinline bool host_uses(const struct net_device *bridge, const u8 *addr)
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

/* Whether a frame is addressed to the host: it is tracked among its connections. */
static __always_inline bool for_host(const struct sk_buff *skb, const struct net_device *in,
				     const struct net_device *bridge)
{
	const u8 *dest = eth_hdr(skb)->h_dest;

	return ether_addr_equal(dest, bridge->dev_addr) || ether_addr_equal(dest, in->dev_addr) ||
	       (unlikely(!list_empty(&bridge->uc.list)) && host_uses(bridge, dest));
}

/*
 * With br_netfilter a frame has been through PRE_ROUTING of IPv4 or IPv6, and goes there once,
 * unless the bridge is in a VRF (net/bridge/br_netfilter_hooks.c, ip_sabotage_in()).
 */
static bool been_in_inet(const struct sk_buff *skb, const struct net_device *bridge)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_info_exists(skb) && !netif_is_l3_slave(bridge);
#else
	return false;
#endif
}

/*
 * Take a frame for one that has not been seen yet; or, where nobody will look again, for one
 * that is not to be tracked, for the host's firewall not to find it invalid.
 */
static void disown(struct sk_buff *skb, const struct net_device *bridge)
{
	if (unlikely(been_in_inet(skb, bridge)))
		untrack(skb);
	else
		nf_reset_ct(skb);
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

	if (!bridge || !for_host(skb, state->in, bridge))
		return false;
	disown(skb, bridge);
	return true;
}

/* Of what is of no connection, and is to be of none: what the rules say. */
static noinline u32 decide_copy(const struct isol_view *view, u32 domain,
				const struct isol_slot *from, const struct isol_slot *to,
				u32 from_word, u32 to_word, const struct sk_buff *skb)
{
	const struct end a = end_of(view, from, from_word), b = end_of(view, to, to_word);
	u32 decision = decide_ends(view, domain, &a, &b, from, skb);

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
		if (unlikely(!flow.zone && flow.fresh) && disown_copy(skb, state))
			decision = decide_copy(view, domain, from, to, from_word, to_word, skb);
		else
			decision = decide_owned(view, &flow, from, to, from_word, to_word, skb);
		if (unlikely(!decision))
			decision = decide_ports(view, domain, &flow, from, to, from_word, to_word,
						skb);
	}
	if (unlikely(longest_fragment(skb)) && decision & ISOL_DECISION_ACCEPT &&
	    cannot_be_cut(skb, state->out, longest_fragment(skb)))
		decision = isol_tables_default(&view->tables, domain, ISOL_DFLT_FRAGMENT);
	return finish(view, decision, from, skb, state, skb->len + ETH_HLEN);
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
		cell = ask(isol_cell_program(&view->tables, cell), from, skb);
	return finish(view, isol_resolve(&view->tables, domain, cell), from, skb, state,
		      skb->len + ETH_HLEN);
}

/* The VLAN of a frame that came in by a device, for isol_cross(). */
static int vlan_of(const struct sk_buff *skb, u32 ifindex)
{
	u32 vlan = isol_vlan_recall(skb, ifindex);

	return vlan & ISOL_VLAN_KNOWN ? (int)(vlan & ISOL_VLAN_VID) : ISOL_VLAN_LOST;
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
		return unknown(in);
	if (likely(managed_a && managed_b)) {
		dflt = isol_cross(tables, from_word, to_word, vlan_of(skb, READ_ONCE(from->ifindex)),
				  &domain);
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
	return finish(view, isol_tables_default(tables, domain, dflt), from, skb, state,
		      frame_len(skb));
}

static __always_inline unsigned int judge(struct isol_net *in, const struct isol_view *view,
					  const struct isol_slot *from,
					  const struct isol_slot *to, struct sk_buff *skb,
					  const struct nf_hook_state *state)
{
	u32 from_word = READ_ONCE(from->word), to_word = READ_ONCE(to->word);
	u32 domain = isol_word_domain(from_word), cell;

	if (unlikely((from_word ^ to_word) >> ISOL_WORD_SHIFT))
		return no_pair(in, view, from, to, from_word, to_word, skb, state);
	if (unlikely(domain - 1 >= view->tables.ndomains))
		return domain == ISOL_DOMAIN_UNMANAGED ? NF_ACCEPT : unknown(in);
	cell = READ_ONCE(from->row)[to_word & ISOL_WORD_CLASS];
	if (cell & ISOL_DECISION_DEFAULT) {
		if (isol_cell_asks(cell))
			return judge_frame(view, domain, cell, from, skb, state);
		/* In a cell there is no more to it. */
		cell = isol_tables_default(&view->tables, domain, cell & (ISOL_NDFLT - 1));
	}
	/* The bridge has pulled the Ethernet header off. */
	return finish(view, cell, from, skb, state, skb->len + ETH_HLEN);
}

/* The port table is a hash, or does not know a port, or connections are tracked. */
static noinline unsigned int forward_other(struct isol_net *in, const struct isol_view *view,
					   struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	const struct isol_slot *from = isol_view_slot(view, state->in->ifindex);
	const struct isol_slot *to = isol_view_slot(view, state->out->ifindex);
	u32 from_word, to_word, domain;

	if (!from || !to)
		return unknown(in);
	if (!view->track)
		return judge(in, view, from, to, skb, state);
	from_word = READ_ONCE(from->word);
	to_word = READ_ONCE(to->word);
	domain = isol_word_domain(from_word);
	if ((from_word ^ to_word) >> ISOL_WORD_SHIFT)
		return no_pair(in, view, from, to, from_word, to_word, skb, state);
	if (domain - 1 >= view->tables.ndomains)
		return domain == ISOL_DOMAIN_UNMANAGED ? NF_ACCEPT : unknown(in);
	return judge_flow(view, domain, from, to, from_word, to_word, skb, state);
}

static unsigned int isol_forward(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
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
		*verdict = isol_word_domain(*word) ? NF_ACCEPT : unknown(in);
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
	const struct end from = end_of(view, slot, word), to = end_host(view);
	u32 domain = isol_word_domain(word), decision;
	struct isol_flow flow;

	view->track->ops->see(skb, &flow);
	if (!flow.zone) {
		if (flow.fresh && flow.kind == ISOL_FLOW_ORIGINAL && !flow.related) {
			decision = decide_ends(view, domain, &from, &to, slot, skb);
			if (isol_decision_tracks(decision)) {
				decision &= ~ISOL_DECISION_TRACK;
				*begins = !flow.counted;
				if (*begins)
					view->track->ops->own(view->track, &flow, from.owner, NULL);
			}
			/* br_netfilter would have it confirmed before the host has seen it. */
			if (unlikely(skb->pkt_type != PACKET_HOST && been_in_inet(skb, skb->dev)))
				untrack(skb);
			return decision;
		}
		/* Nor does what is expected count yet. */
		flow.fresh = false;
		return decide_tracked(view, domain, &flow, &from, &to, slot, skb);
	}
	decision = decide(view, domain, READ_ONCE(from.row[to.col]), slot, skb);
	if (decision & ISOL_DECISION_ACCEPT)
		disown(skb, skb->dev);
	return decision;
}

/* @seen: PRE_ROUTING has seen the frame. */
static u32 to_host(const struct isol_view *view, const struct isol_slot *slot, u32 word,
		   const struct sk_buff *skb, bool seen)
{
	return decide(view, isol_word_domain(word), READ_ONCE(slot->row)[ISOL_COL_HOST],
		      seen ? slot : &unseen, skb);
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

static unsigned int isol_local_in(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
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
	return finish(view, decision, slot, skb, state, frame_len(skb));
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
	len = min_t(u32, frame_len(skb), sizeof(buf));
	frame = skb_header_pointer(skb, skb_mac_offset(skb), len, buf);
	/* A frame that is sent while the bridge changes its address may be dropped. */
	return frame && data_race(isol_frame_control(frame, len, out->dev_addr,
						     bridge->dev_addr));
}

/* Whether a frame of the host is in a VLAN that the guest it is sent to may be in. */
static noinline bool host_in_vlan(const struct isol_view *view, u32 word,
				  const struct sk_buff *skb, struct net_device *out)
{
	const struct net_device *bridge = netdev_master_upper_dev_get_rcu(out);
	u32 domain = isol_word_domain(word);
	int vlan;

	if (!bridge)
		return false;
	vlan = vlan_of(skb, bridge->ifindex);
	/* Where there is no hook to see them by, the host may do without tags. */
	if (!ISOL_HAVE_EGRESS && vlan == ISOL_VLAN_LOST && !isol_domain_vlan(&view->tables, domain))
		return true;
	return isol_domain_takes(&view->tables, domain, vlan);
}

static noinline u32 from_host_tracked(const struct isol_view *view, const struct isol_slot *slot,
				      u32 word, const struct sk_buff *skb)
{
	const struct end from = end_host(view), to = end_of(view, slot, word);
	struct isol_flow flow;

	view->track->ops->see(skb, &flow);
	/* Packet sockets, as DHCP servers have them, go past connection tracking. */
	if (flow.kind == ISOL_FLOW_INVALID && skb->sk && skb->sk->sk_family == PF_PACKET)
		return decide_ends(view, isol_word_domain(word), &from, &to, NULL, skb);
	return decide_tracked(view, isol_word_domain(word), &flow, &from, &to, NULL, skb);
}

static unsigned int isol_local_out(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
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
		decision = decide(view, isol_word_domain(word),
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
	return finish(view, decision, slot, skb, state, frame_len(skb));
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
	return finish(view, decision, slot, skb, state, frame_len(skb));
}

static unsigned int isol_ingress(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	/*
	 * br_handle_frame() passes :0e always, and :00 with STP on, to the
	 * host's stack with the port as device, before any bridge hook.
	 */
	if (likely(!is_link_local_ether_addr(eth_hdr(skb)->h_dest)))
		return NF_ACCEPT;
	return ingress_reserved(priv, skb, state);
}

/* Whether a frame is a fragment, or may be one: before they are put together. */
static noinline bool maybe_fragment(const struct sk_buff *skb)
{
	const struct isol_packet packet = packet_of(skb);
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
	    finish(view, isol_tables_default(&view->tables, domain, ISOL_DFLT_FRAGMENT), slot, skb,
		   state, frame_len(skb)) == NF_ACCEPT)
		return PIECE_ACCEPTED;
	return PIECE_DROPPED;
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
static __always_inline bool is_tracked(const struct isol_view *view, const struct isol_slot *slot,
				       u32 word)
{
	return isol_tables_track(&view->tables, READ_ONCE(slot->row), word & ISOL_WORD_CLASS) ||
	       isol_row_of(READ_ONCE(view->holders[slot - view->slots].row))->tracks ||
	       view->track->some_end;
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
	if (for_host(skb, state->in, bridge))
		return NF_ACCEPT;
	/*
	 * Fragments are put together all the same, where they are accepted. Others that track
	 * connections on bridges want to see those of all ports.
	 */
	if (unlikely(!is_tracked(view, slot, word)) && piece == PIECE_WHOLE &&
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
		int vid = vlan & ISOL_VLAN_KNOWN ? (int)(vlan & ISOL_VLAN_VID) : ISOL_VLAN_LOST;

		dflt = ISOL_NDFLT;
		if (unlikely(!isol_domain_takes(&view->tables, domain, vid)))
			dflt = ISOL_DFLT_VLAN;
		else if (unlikely(vlan & ISOL_VLAN_STACKED))
			dflt = ISOL_DFLT_TAGS;
		if (unlikely(dflt != ISOL_NDFLT))
			return finish(view, isol_tables_default(&view->tables, domain, dflt),
				      slot, skb, state, frame_len(skb));
	}
	isol_vlan_leave(skb, state->in->ifindex, vlan);
	return view->track ? put_in_zone(in, view, slot, word, vlan, bridge, skb, state) :
			     NF_ACCEPT;
}

static unsigned int isol_pre_routing(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
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

/*
 * Connection tracking has seen the frame. What was put on frames for it alone goes: a
 * template stays on those that it cannot read, and would put them in our zone on the host
 * too.
 */
static unsigned int isol_tracked(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
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
	    !is_tracked(view, slot, word))
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
	struct end from;

	if (domain - 1 >= view->tables.ndomains || !view->track)
		return NF_ACCEPT;
	view->track->ops->see(skb, &flow);
	if (!flow.fresh || flow.kind != ISOL_FLOW_ORIGINAL || (flow.related && !flow.expected))
		return NF_ACCEPT;
	from = end_of(view, slot, word);
	if (flow.expected)
		decision = count_expected(view, domain, decision, &flow);
	else if (begins && flow.owner == from.owner)
		decision = take_place(view, domain, decision, from.conns);
	else if (begins || from.conns)
		decision = own(view, domain, decision, &flow, &from,
			       from.owner | (begins ? 0 : ISOL_OWNER_LOOSE)) ?: decision;
	/* The frame has been counted as accepted. */
	if (decision & ISOL_DECISION_ACCEPT)
		return NF_ACCEPT;
	return finish(view, decision, slot, skb, state, frame_len(skb));
}

/*
 * In LOCAL_IN and POST_ROUTING of IPv4 and IPv6. There are entries by now that the bridge's hooks
 * have not seen, of broadcasts and the like; and none is counted that the host does not keep.
 * Nothing is decided here but that a sender may not have more connections.
 */
static unsigned int isol_host(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct isol_net *in = priv;
	bool begins;
	u32 ifindex = isol_sender_take(skb, in, &begins);

	return likely(!ifindex) ? NF_ACCEPT : host_begins(in, ifindex, begins, skb, state);
}

static unsigned int isol_egress(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	isol_vlan_leave(skb, state->out->ifindex, isol_vlan_see(skb, state->out, state->out));
	return NF_ACCEPT;
}

static const struct nf_hook_ops hook_ops[ISOL_NHOOKS] = {
	{
		.hook = isol_forward,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_FORWARD,
		.priority = PRIORITY,
	}, {
		.hook = isol_local_in,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_LOCAL_IN,
		.priority = PRIORITY,
	}, {
		.hook = isol_local_out,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_LOCAL_OUT,
		.priority = PRIORITY,
	},
};

/* Register hooks that are in @in, as copies of @like. */
static int hooks_register(struct isol_net *in, struct nf_hook_ops *ops,
			  const struct nf_hook_ops *like, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		ops[i] = like[i];
		ops[i].priv = in;
	}
	return nf_register_net_hooks(in->net, ops, n);
}

int isol_hooks_register(struct isol_net *in)
{
	return hooks_register(in, in->ops, hook_ops, ARRAY_SIZE(hook_ops));
}

void isol_hooks_unregister(struct isol_net *in)
{
	nf_unregister_net_hooks(in->net, in->ops, ARRAY_SIZE(in->ops));
}

int isol_hook_ingress_register(struct isol_net *in, struct isol_port *port)
{
	int err;

	port->ops = (struct nf_hook_ops) {
		.hook = isol_ingress,
		.dev = port->dev,
		.priv = in,
		.pf = NFPROTO_NETDEV,
		.hooknum = NF_NETDEV_INGRESS,
		.priority = INGRESS_PRIORITY,
	};
	err = nf_register_net_hook(in->net, &port->ops);
	if (!err)
		port->hooked = true;
	return err;
}

void isol_hook_ingress_unregister(struct isol_net *in, struct isol_port *port)
{
	if (!port->hooked)
		return;
	port->hooked = false;
	nf_unregister_net_hook(in->net, &port->ops);
}

int isol_hook_pre_register(struct isol_net *in)
{
	int err;

	if (in->pre_hooked)
		return 0;
	in->pre_ops = (struct nf_hook_ops) {
		.hook = isol_pre_routing,
		.priv = in,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = PRE_PRIORITY,
	};
	err = nf_register_net_hook(in->net, &in->pre_ops);
	if (!err)
		in->pre_hooked = true;
	return err;
}

void isol_hook_pre_unregister(struct isol_net *in)
{
	if (!in->pre_hooked)
		return;
	in->pre_hooked = false;
	nf_unregister_net_hook(in->net, &in->pre_ops);
}

static const struct nf_hook_ops track_ops[ISOL_NTRACK_HOOKS] = {
	{
		.hook = isol_tracked,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = TRACKED_PRIORITY,
	}, {
		.hook = isol_host,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = HOST_PRIORITY,
	}, {
		.hook = isol_host,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = HOST_PRIORITY,
	},
};

int isol_hook_tracked_register(struct isol_net *in)
{
	int err;

	if (in->track_hooked)
		return 0;
	err = hooks_register(in, in->track_ops, track_ops, ARRAY_SIZE(track_ops));
	if (!err)
		in->track_hooked = true;
	return err;
}

void isol_hook_tracked_unregister(struct isol_net *in)
{
	if (!in->track_hooked)
		return;
	in->track_hooked = false;
	nf_unregister_net_hooks(in->net, in->track_ops, ARRAY_SIZE(in->track_ops));
}

int isol_hook_egress_register(struct isol_net *in, struct isol_brdev *br,
			      struct net_device *dev)
{
	int err;

	if (!ISOL_HAVE_EGRESS || br->hooked)
		return 0;
	br->ops = (struct nf_hook_ops) {
		.hook = isol_egress,
		.dev = dev,
		.priv = in,
		.pf = NFPROTO_NETDEV,
		.hooknum = ISOL_NETDEV_EGRESS,
		.priority = EGRESS_PRIORITY,
	};
	err = nf_register_net_hook(in->net, &br->ops);
	if (!err)
		br->hooked = true;
	return err;
}

void isol_hook_egress_unregister(struct isol_net *in, struct isol_brdev *br)
{
	if (!br->hooked)
		return;
	br->hooked = false;
	nf_unregister_net_hook(in->net, &br->ops);
}
