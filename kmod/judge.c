// SPDX-License-Identifier: GPL-2.0
/* What few frames need of that, and calls to what is inline elsewhere: see judge.h. */
#include <linux/if_bridge.h>
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "judge.h"
#include "reject.h"

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

/* Apart, so that nothing is kept for it when most frames have been counted. */
unsigned int isol_finish_other(const struct isol_view *view, u32 decision,
			       const struct isol_slot *slot, const struct sk_buff *skb,
			       const struct nf_hook_state *state, u32 bytes)
{
	struct isol_count *counts = READ_ONCE(slot->counts);
	u32 packets = 1;

	if (skb_is_gso(skb)) {
		bytes = isol_skb_len(skb);
		gso_wire(skb, &packets, &bytes);
	}
	isol_count_frame(view, decision, counts, packets, bytes);
	if (!(decision & ISOL_DECISION_ACCEPT) && decision & ISOL_DECISION_REJECT) {
		const struct isol_packet packet = isol_packet_of(skb);

		isol_reject(isol_pernet(state->net), &packet, state, counts);
	}
	return decision & ISOL_DECISION_ACCEPT ? NF_ACCEPT : NF_DROP;
}

unsigned int isol_unknown(struct isol_net *in)
{
	atomic64_inc(&in->unknown_drops);
	return NF_DROP;
}

const struct isol_slot isol_unseen;

/* Which VLAN a frame is in. @from: as for isol_read_frame(). */
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
	if (from == &isol_unseen || !filters)
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

void isol_read_frame(const struct isol_program *program, const struct isol_slot *from,
		     const struct sk_buff *skb, struct isol_key *key)
{
	struct isol_packet packet = isol_packet_of(skb);

	if (unlikely(program->wants_vlan))
		find_vlan(&packet, skb, from);
	isol_program_read(program, &packet, key);
}

void isol_read_vlan(const struct isol_slot *from, const struct sk_buff *skb, struct isol_key *key)
{
	struct isol_packet packet = isol_packet_of(skb);

	find_vlan(&packet, skb, from);
	isol_frame_vlan(&packet, key);
}

u32 isol_ask_apart(const struct isol_program *program, const struct isol_slot *from,
		   const struct sk_buff *skb)
{
	return isol_ask(program, from, skb);
}
