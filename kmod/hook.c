// SPDX-License-Identifier: GPL-2.0
/*
 * The netfilter hooks: the only code of isol that sees frames.
 *
 * No hook takes a lock, allocates, or loops over anything that a guest or an
 * operator can make long. All run under rcu_read_lock().
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/netfilter_bridge.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#if !IS_ENABLED(CONFIG_NETFILTER_INGRESS)
#error "isol needs CONFIG_NETFILTER_INGRESS"
#endif
#if !IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE)
#error "isol needs CONFIG_NETFILTER_FAMILY_BRIDGE (by CONFIG_NF_TABLES_BRIDGE or CONFIG_BRIDGE_NF_EBTABLES)"
#endif

#include "frame.h"
#include "hook.h"
#include "port.h"
#include "program.h"
#include "view.h"

/*
 * Before the bridge families of ebtables and nftables (-200), so that these
 * see only what has been accepted here, and before br_netfilter (0) takes
 * frames through the inet hooks.
 */
#define PRIORITY (NF_BR_PRI_FILTER_BRIDGED - 50)

/* Before any chain of nftables' netdev family that an operator would write. */
#define INGRESS_PRIORITY (-1000)

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

static __always_inline unsigned int count(const struct isol_view *view, u32 decision,
					  struct isol_count *counts, u32 packets, u32 bytes)
{
	u32 shard = isol_shard();

	isol_count_add(&view->counts[shard][isol_decision_counter(decision)], packets, bytes);
	isol_count_add(isol_port_count(counts, shard, decision), packets, bytes);
	return decision & ISOL_DECISION_ACCEPT ? NF_ACCEPT : NF_DROP;
}

static noinline unsigned int count_gso(const struct isol_view *view, u32 decision,
				       struct isol_count *counts, const struct sk_buff *skb)
{
	u32 packets = 1, bytes = frame_len(skb);

	gso_wire(skb, &packets, &bytes);
	return count(view, decision, counts, packets, bytes);
}

/*
 * Count a decision: for its rule or default, and for the port. Return: the
 * verdict for netfilter.
 */
static __always_inline unsigned int finish(const struct isol_view *view, u32 decision,
					   const struct isol_slot *slot, const struct sk_buff *skb,
					   u32 bytes)
{
	struct isol_count *counts = READ_ONCE(slot->counts);

	if (unlikely(skb_is_gso(skb)))
		return count_gso(view, decision, counts, skb);
	return count(view, decision, counts, 1, bytes);
}

static noinline unsigned int unknown(struct isol_net *in)
{
	atomic64_inc(&in->unknown_drops);
	return NF_DROP;
}

/* The two are not on the same managed bridge. */
static noinline unsigned int no_pair(struct isol_net *in, const struct isol_view *view,
				     const struct isol_slot *from, const struct isol_slot *to,
				     u32 from_word, u32 to_word, const struct sk_buff *skb)
{
	u32 from_bridge = isol_word_bridge(from_word), to_bridge = isol_word_bridge(to_word);

	if (!from_bridge || !to_bridge)
		return unknown(in);
	/* Counted for an end that is managed. */
	if (from_bridge == ISOL_BRIDGE_UNMANAGED) {
		from_bridge = to_bridge;
		from = to;
	}
	return finish(view, isol_tables_default(&view->tables, from_bridge, ISOL_DFLT_MISMATCH),
		      from, skb, frame_len(skb));
}

/* Ask a program about the frame itself. */
static noinline u32 ask(const struct isol_program *program, const struct sk_buff *skb)
{
	const u8 *head = skb_mac_header(skb);
	const struct isol_packet packet = {
		.head = head,
		.linear = skb_tail_pointer(skb) - head,
		.len = frame_len(skb),
		.skb = skb,
		.tagged = skb_vlan_tag_present(skb),
		.gso = skb_is_gso(skb),
	};
	struct isol_key key;

	isol_frame_parse(&packet, program->depth, &key);
	return isol_program_ask(program, &key);
}

/* What a cell of the pair table comes to. */
static __always_inline u32 decide(const struct isol_view *view, u32 bridge, u32 cell,
				  const struct sk_buff *skb)
{
	if (!(cell & ISOL_DECISION_DEFAULT))
		return cell;
	if (isol_cell_asks(cell))
		cell = ask(isol_cell_program(&view->tables, cell), skb);
	return isol_resolve(&view->tables, bridge, cell);
}

/* Apart, so that a frame that is not asked about pays nothing for those that are. */
static noinline unsigned int judge_frame(const struct isol_view *view, u32 bridge, u32 cell,
					 const struct isol_slot *from, const struct sk_buff *skb)
{
	return finish(view, decide(view, bridge, cell, skb), from, skb, skb->len + ETH_HLEN);
}

static __always_inline unsigned int judge(struct isol_net *in, const struct isol_view *view,
					  const struct isol_slot *from,
					  const struct isol_slot *to, const struct sk_buff *skb)
{
	u32 from_word = READ_ONCE(from->word), to_word = READ_ONCE(to->word);
	u32 bridge = isol_word_bridge(from_word), cell;

	if (unlikely((from_word ^ to_word) >> ISOL_WORD_SHIFT))
		return no_pair(in, view, from, to, from_word, to_word, skb);
	if (unlikely(bridge - 1 >= view->tables.nbridges))
		return bridge == ISOL_BRIDGE_UNMANAGED ? NF_ACCEPT : unknown(in);
	cell = READ_ONCE(from->row)[to_word & ISOL_WORD_CLASS];
	if (cell & ISOL_DECISION_DEFAULT) {
		if (isol_cell_asks(cell))
			return judge_frame(view, bridge, cell, from, skb);
		/* In a cell there is no more to it. */
		cell = isol_tables_default(&view->tables, bridge, cell & (ISOL_NDFLT - 1));
	}
	/* The bridge has pulled the Ethernet header off. */
	return finish(view, cell, from, skb, skb->len + ETH_HLEN);
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
	return judge(in, view, from, to, skb);
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
	return judge(in, view, &view->slots[from], &view->slots[to], skb);
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
	if (unlikely(isol_word_bridge(*word) - 1 >= view->tables.nbridges)) {
		*verdict = isol_word_bridge(*word) ? NF_ACCEPT : unknown(in);
		return true;
	}
	return false;
}

static u32 to_host(const struct isol_view *view, const struct isol_slot *slot, u32 word,
		   const struct sk_buff *skb)
{
	return decide(view, isol_word_bridge(word), READ_ONCE(slot->row)[ISOL_COL_HOST], skb);
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
	decision = to_host(view, slot, word, skb);
	if (unlikely(promisc_copy(skb, state)))
		decision = isol_tables_default(&view->tables, isol_word_bridge(word),
					       decision & ISOL_DECISION_ACCEPT ?
					       ISOL_DFLT_PROMISC_ACCEPT : ISOL_DFLT_PROMISC_DROP);
	return finish(view, decision, slot, skb, frame_len(skb));
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
	decision = decide(view, isol_word_bridge(word), view->host_row[word & ISOL_WORD_CLASS],
			  skb);
	/*
	 * What the bridge itself sends has no ingress device, as what the host
	 * sends. Not to a port that has gone: it is no port any more.
	 */
	if (!(decision & ISOL_DECISION_ACCEPT) &&
	    is_multicast_ether_addr(eth_hdr(skb)->h_dest) &&
	    isol_decision_reason(decision) != ISOL_REASON_GONE && control(skb, state->out))
		decision = isol_tables_default(&view->tables, isol_word_bridge(word),
					       ISOL_DFLT_CONTROL);
	return finish(view, decision, slot, skb, frame_len(skb));
}

static unsigned int isol_ingress(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct isol_net *in = priv;
	const struct isol_view *view;
	struct isol_slot *slot;
	unsigned int verdict;
	u32 word, decision;

	/*
	 * br_handle_frame() passes :0e always, and :00 with STP on, to the
	 * host's stack with the port as device, before any bridge hook.
	 */
	if (likely(!is_link_local_ether_addr(eth_hdr(skb)->h_dest)))
		return NF_ACCEPT;
	view = rcu_dereference(in->view);
	if (host_path(in, view, state->in, &slot, &word, &verdict))
		return verdict;
	decision = to_host(view, slot, word, skb);
	/*
	 * Of what is accepted, :0e and :00 meet no other hook; the rest is
	 * judged, and counted, again.
	 */
	if (decision & ISOL_DECISION_ACCEPT && eth_hdr(skb)->h_dest[5] != 0x0e &&
	    eth_hdr(skb)->h_dest[5] != 0x00)
		return NF_ACCEPT;
	return finish(view, decision, slot, skb, frame_len(skb));
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
