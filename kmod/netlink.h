/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family: see uapi/linux/isol.h for the contract. */
#ifndef ISOL_NETLINK_H
#define ISOL_NETLINK_H

#include <net/genetlink.h>

#include "isol.h"

/* Multicast groups, by their place in the family. */
enum {
	ISOL_MCGRP_NR_POLICY,
	ISOL_MCGRP_NR_PORT,
};

extern struct genl_family isol_genl_family;

/**
 * isol_netlink_done_new() - a message for isol_netlink_done()
 *
 * Allocated before the work begins: when that is over there may be no memory
 * to say so with.
 *
 * Return: the message, or NULL.
 */
struct sk_buff *isol_netlink_done_new(void);

/**
 * isol_netlink_done() - tell a socket how its commit or flush has ended
 * @in: the namespace
 * @skb: isol_netlink_done_new(); the function's from now on
 * @portid: the socket
 * @seq: of the request
 * @err: 0 or a negative errno
 * @generation: the one now in force
 * @msg: text for people, or ""
 *
 * Context: process. That the socket may be gone or full is its loss.
 */
void isol_netlink_done(struct isol_net *in, struct sk_buff *skb, u32 portid, u32 seq, int err,
		       u64 generation, const char *msg);

int isol_netlink_init(void);
void isol_netlink_exit(void);

#endif /* ISOL_NETLINK_H */
