/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has sent what the host is handed.
 *
 * The bridge's hooks know by which port a frame has come. Those of IPv4 and IPv6 know of which
 * connection it is: of broadcasts and groups, the reserved addresses, devices on top of the
 * bridge and tags within tags the host alone tracks that; and whether the host's own rules
 * accept it. In between, the port is left with the frame where vlan.h leaves the VLAN, which
 * nobody asks for any more then: the bridge, the devices on top of it (RPS and macvlan's queue
 * of broadcasts included), tc, IP and its defragmentation use what is before; clones have a copy.
 * BPF programs of tc on the bridge device write there, and segmenting for NFQUEUE does; then it is
 * not known who has sent the frame. What is inside of tunnels that end on the host is sent by
 * nobody, and so is what has gone through another bridge since.
 */
#ifndef ISOL_SENDER_H
#define ISOL_SENDER_H

#include <linux/skbuff.h>

#include "vlan.h"

struct isol_net;

/* Numbers of devices are positive, and of type int. */
#define ISOL_SENDER_BEGINS BIT(31)

/* What nothing that happens to be there can be taken for; of this boot. */
extern u32 isol_sender_secret;

/* Not that of another namespace: a frame may go through many. */
static inline u32 isol_sender_seal(const struct isol_net *in)
{
	return isol_sender_secret ^ (u32)((unsigned long)in >> 6);
}

/**
 * isol_sender_leave() - leave with a frame who has sent it
 * @skb: the frame, accepted for the host; nobody else has it
 * @in: the namespace
 * @ifindex: the port that it came in by
 * @begins: a rule has accepted it as the beginning of a conversation
 */
static inline void isol_sender_leave(struct sk_buff *skb, const struct isol_net *in, u32 ifindex,
				     bool begins)
{
	*(u64 *)(skb->cb + ISOL_COOKIE_AT) = (u64)isol_sender_seal(in) << 32 | ifindex |
					     (begins ? ISOL_SENDER_BEGINS : 0);
}

/* Of another bridge, on which a port of this one is: it is that port's now. */
static inline void isol_sender_forget(struct sk_buff *skb)
{
	*(u64 *)(skb->cb + ISOL_COOKIE_AT) = 0;
}

/**
 * isol_sender_take() - take that from a frame
 * @skb: the frame
 * @in: the namespace
 * @begins: out, see isol_sender_leave()
 *
 * Return: the port; 0 if nothing is known.
 */
static inline u32 isol_sender_take(struct sk_buff *skb, const struct isol_net *in, bool *begins)
{
	u64 *cookie = (u64 *)(skb->cb + ISOL_COOKIE_AT);
	u32 known = *cookie;

	if (*cookie >> 32 != isol_sender_seal(in))
		return 0;
	*cookie = 0;
	*begins = known & ISOL_SENDER_BEGINS;
	return known & ~ISOL_SENDER_BEGINS;
}

#endif /* ISOL_SENDER_H */
