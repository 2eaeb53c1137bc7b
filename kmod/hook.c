// SPDX-License-Identifier: GPL-2.0
/*
 * The netfilter hooks: the only code of isol that sees frames.
 *
 * No hook takes a lock, allocates, or loops over anything that a guest or an
 * operator can make long, unless it is to answer a frame that is rejected: see
 * reject.c. All run under rcu_read_lock().
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#if !IS_ENABLED(CONFIG_NETFILTER_INGRESS)
#error "isol needs CONFIG_NETFILTER_INGRESS"
#endif
#if !IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE)
#error "isol needs CONFIG_NETFILTER_FAMILY_BRIDGE (by CONFIG_NF_TABLES_BRIDGE or CONFIG_BRIDGE_NF_EBTABLES)"
#endif

#include "frame_fast.h"
#include "hook.h"
#include "port.h"
#include "program.h"
#include "reject.h"
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
 * VLANs are worked out before anything has changed the frame, ebtables' nat table
 * included, and before connection tracking (-200) puts fragments together.
 */
#define VLAN_PRIORITY (NF_BR_PRI_NAT_DST_BRIDGED - 50)

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
	if (decision & ISOL_DECISION_REJECT) {
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

/* Ask a program about the frame itself. @from: as for find_vlan(). */
static __always_inline u32 ask(const struct isol_program *program, const struct isol_slot *from,
			       const struct sk_buff *skb)
{
	/* Only what was read is looked at: clearing it would cost more than reading. */
	struct isol_key key __uninitialized;
	const u8 *head = skb_mac_header(skb);

	if (!likely(program->fast) ||
	    !isol_frame_fast4(head, skb_tail_pointer(skb) - head, frame_len(skb), &key))
		read_frame(program, from, skb, &key);
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
				     u32 from_word, u32 to_word, const struct sk_buff *skb,
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
					  const struct isol_slot *to, const struct sk_buff *skb,
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

/* The port table is a hash, or does not know a port. */
static noinline unsigned int forward_sparse(struct isol_net *in, const struct isol_view *view,
					    const struct sk_buff *skb,
					    const struct nf_hook_state *state)
{
	const struct isol_slot *from = isol_view_slot(view, state->in->ifindex);
	const struct isol_slot *to = isol_view_slot(view, state->out->ifindex);

	if (!from || !to)
		return unknown(in);
	return judge(in, view, from, to, skb, state);
}

static unsigned int isol_forward(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct isol_net *in = priv;
	/* Not NULL: it is published before and withdrawn after the hook. */
	const struct isol_view *view = rcu_dereference(in->view);
	u32 from = state->in->ifindex - view->base;
	u32 to = state->out->ifindex - view->base;

	if (unlikely(from >= view->dense || to >= view->dense))
		return forward_sparse(in, view, skb, state);
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

	if (host_path(in, view, state->in, &slot, &word, &verdict))
		return verdict;
	/* Reserved addresses come here with the port as device, past PRE_ROUTING. */
	decision = to_host(view, slot, word, skb, skb->dev != state->in);
	if (unlikely(promisc_copy(skb, state)))
		decision = isol_tables_default(&view->tables, isol_word_domain(word),
					       decision & ISOL_DECISION_ACCEPT ?
					       ISOL_DFLT_PROMISC_ACCEPT : ISOL_DFLT_PROMISC_DROP);
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

static unsigned int isol_pre_routing(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	struct isol_net *in = priv;
	const struct isol_view *view = rcu_dereference(in->view);
	const struct isol_slot *slot = isol_view_slot(view, state->in->ifindex);
	u32 domain = slot ? isol_word_domain(READ_ONCE(slot->word)) : 0, vlan, dflt;
	const struct net_device *bridge;

	/* What is unknown the other hooks drop. */
	if (domain - 1 >= view->tables.ndomains)
		return NF_ACCEPT;
	bridge = netdev_master_upper_dev_get_rcu(state->in);
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
	return NF_ACCEPT;
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

int isol_hooks_register(struct isol_net *in)
{
	u32 i;

	memcpy(in->ops, hook_ops, sizeof(hook_ops));
	for (i = 0; i < ARRAY_SIZE(in->ops); i++)
		in->ops[i].priv = in;
	return nf_register_net_hooks(in->net, in->ops, ARRAY_SIZE(in->ops));
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

int isol_hook_vlan_register(struct isol_net *in)
{
	int err;

	if (in->vlan_hooked)
		return 0;
	in->vlan_ops = (struct nf_hook_ops) {
		.hook = isol_pre_routing,
		.priv = in,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = VLAN_PRIORITY,
	};
	err = nf_register_net_hook(in->net, &in->vlan_ops);
	if (!err)
		in->vlan_hooked = true;
	return err;
}

void isol_hook_vlan_unregister(struct isol_net *in)
{
	if (!in->vlan_hooked)
		return;
	in->vlan_hooked = false;
	nf_unregister_net_hook(in->net, &in->vlan_ops);
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
