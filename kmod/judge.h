/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all hooks do with a frame: have it read, ask the rules about it, count what was decided.
 *
 * All of this runs under rcu_read_lock(). Most of it is inline: a call costs as much as what
 * most of these do.
 */
#ifndef ISOL_JUDGE_H
#define ISOL_JUDGE_H

#include <linux/if_vlan.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "frame_fast.h"
#include "port.h"
#include "program.h"
#include "view.h"
#include "vlan.h"

/* How long a frame is, its Ethernet header included. */
static __always_inline u32 isol_skb_len(const struct sk_buff *skb)
{
	return skb_tail_pointer(skb) - skb_mac_header(skb) + skb->data_len;
}

/* What the parser is given. */
static __always_inline struct isol_packet isol_packet_of(const struct sk_buff *skb)
{
	const u8 *head = skb_mac_header(skb);

	return (struct isol_packet) {
		.head = head,
		.linear = skb_tail_pointer(skb) - head,
		.len = isol_skb_len(skb),
		.skb = skb,
		.tagged = skb_vlan_tag_present(skb),
		.gso = skb_is_gso(skb),
	};
}

/* For the rule or default that decided, and for the port. */
static __always_inline void isol_count_frame(const struct isol_view *view, u32 decision,
					     struct isol_count *counts, u32 packets, u32 bytes)
{
	u32 shard = isol_shard();

	isol_count_add(&view->counts[shard][isol_decision_counter(decision)], packets, bytes);
	isol_count_add(isol_port_count(counts, shard, decision), packets, bytes);
}

/* isol_finish() for what is more than one frame on the wire, and what is rejected. */
unsigned int isol_finish_other(const struct isol_view *view, u32 decision,
			       const struct isol_slot *slot, const struct sk_buff *skb,
			       const struct nf_hook_state *state, u32 bytes);

/**
 * isol_finish() - count a decision: for its rule or default, and for the port
 * @view: what is in force
 * @decision: the decision
 * @slot: the port that it is counted for
 * @skb: the frame; what is rejected is answered
 * @state: of the hook
 * @bytes: how long the frame is, if it is one
 *
 * Return: the verdict for netfilter.
 */
static __always_inline unsigned int isol_finish(const struct isol_view *view, u32 decision,
						const struct isol_slot *slot,
						const struct sk_buff *skb,
						const struct nf_hook_state *state, u32 bytes)
{
	if (unlikely(skb_is_gso(skb) || decision & ISOL_DECISION_REJECT))
		return isol_finish_other(view, decision, slot, skb, state, bytes);
	isol_count_frame(view, decision, READ_ONCE(slot->counts), 1, bytes);
	return decision & ISOL_DECISION_ACCEPT ? NF_ACCEPT : NF_DROP;
}

/* A frame between two devices of which one is not known: drop it. */
unsigned int isol_unknown(struct isol_net *in);

/* In place of the slot of a port: PRE_ROUTING has not seen the frame. */
extern const struct isol_slot isol_unseen;

/**
 * isol_read_frame() - read of a frame what a program asks about
 * @program: the program
 * @from: the slot of the port that it came in by, or @isol_unseen; NULL: the host sends it
 * @skb: the frame
 * @key: out
 */
void isol_read_frame(const struct isol_program *program, const struct isol_slot *from,
		     const struct sk_buff *skb, struct isol_key *key);

/* What is missing of a frame that has been read the fast way. @from: as above. */
void isol_read_vlan(const struct isol_slot *from, const struct sk_buff *skb, struct isol_key *key);

/* The same as isol_read_frame(), without a call for most frames. */
static __always_inline void isol_read_key(const struct isol_program *program,
					  const struct isol_slot *from, const struct sk_buff *skb,
					  struct isol_key *key)
{
	const u8 *head = skb_mac_header(skb);

	if (!likely(program->fast) ||
	    !isol_frame_fast4(head, skb_tail_pointer(skb) - head, isol_skb_len(skb), key))
		isol_read_frame(program, from, skb, key);
	else if (unlikely(program->wants_vlan))
		isol_read_vlan(from, skb, key);
}

/* Ask a program about the frame itself. @from: as for isol_read_frame(). */
static __always_inline u32 isol_ask(const struct isol_program *program,
				    const struct isol_slot *from, const struct sk_buff *skb)
{
	/* Only what was read is looked at: clearing it would cost more than reading. */
	struct isol_key key __uninitialized;

	isol_read_key(program, from, skb, &key);
	return isol_program_ask(program, &key);
}

/* The same, by a call. */
u32 isol_ask_apart(const struct isol_program *program, const struct isol_slot *from,
		   const struct sk_buff *skb);

/* What a cell of the pair table comes to. @from: as for isol_read_frame(). */
static __always_inline u32 isol_decide(const struct isol_view *view, u32 domain, u32 cell,
				       const struct isol_slot *from, const struct sk_buff *skb)
{
	if (!(cell & ISOL_DECISION_DEFAULT))
		return cell;
	if (isol_cell_asks(cell))
		cell = isol_ask_apart(isol_cell_program(&view->tables, cell), from, skb);
	return isol_resolve(&view->tables, domain, cell);
}

/* What isol_vlan_see() and isol_vlan_recall() say, for isol_cross() and isol_domain_takes(). */
static inline int isol_vlan_vid(u32 vlan)
{
	return vlan & ISOL_VLAN_KNOWN ? (int)(vlan & ISOL_VLAN_VID) : ISOL_VLAN_LOST;
}

/* The VLAN of a frame that came in by a device. */
static inline int isol_vlan_of(const struct sk_buff *skb, u32 ifindex)
{
	return isol_vlan_vid(isol_vlan_recall(skb, ifindex));
}

#endif /* ISOL_JUDGE_H */
