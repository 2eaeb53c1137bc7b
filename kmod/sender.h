/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has sent to the host what the host's own connection tracking has yet to see.
 *
 * Some of what a guest sends to the host is tracked only when the host has it: broadcasts
 * and groups, the reserved addresses, devices on top of the bridge, tags within tags. The
 * bridge's hooks know who has sent it, those of IPv4 and IPv6 know the connection. In
 * between, the port is left with the frame where vlan.h leaves the VLAN, which nobody asks for
 * any more then: the bridge, the devices on top of it (RPS and macvlan's queue of broadcasts
 * included), tc and IP defragmentation use what is before; clones have a copy. Only BPF
 * programs of tc on the bridge device write there, and then it is not known who has sent
 * the frame.
 */
#ifndef ISOL_SENDER_H
#define ISOL_SENDER_H

#include <linux/skbuff.h>

#include "vlan.h"

struct isol_net;

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
 */
static inline void isol_sender_leave(struct sk_buff *skb, const struct isol_net *in, u32 ifindex)
{
	*(u64 *)(skb->cb + ISOL_COOKIE_AT) = (u64)isol_sender_seal(in) << 32 | ifindex;
}

/**
 * isol_sender_take() - take that from a frame
 * @skb: the frame
 * @in: the namespace
 *
 * Return: the port; 0 if nothing is known.
 */
static inline u32 isol_sender_take(struct sk_buff *skb, const struct isol_net *in)
{
	u64 *cookie = (u64 *)(skb->cb + ISOL_COOKIE_AT);
	u32 ifindex = *cookie;

	if (*cookie >> 32 != isol_sender_seal(in))
		return 0;
	*cookie = 0;
	return ifindex;
}

#endif /* ISOL_SENDER_H */
