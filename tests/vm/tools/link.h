/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel says about a network interface. */
#ifndef LINK_H
#define LINK_H

#include <net/if.h>

#include "frame.h"
#include "types.h"

/**
 * struct link - an interface
 * @ifindex: its number
 * @master: number of its master, or 0
 * @up: its operational state lets frames pass
 * @bridge: it is a bridge
 * @mac: its address
 */
struct link {
	int ifindex;
	int master;
	bool up;
	bool bridge;
	u8 mac[MAC_LEN];
};

/* A socket to ask by, in the network namespace of the caller. */
int link_socket(void);

/**
 * link_get() - ask about an interface
 * @fd: link_socket()
 * @ifindex: which, or 0
 * @ifname: which, if not by number
 * @link: where the answer goes
 *
 * Return: 0 or a negative errno.
 */
int link_get(int fd, int ifindex, const char *ifname, struct link *link);

#endif /* LINK_H */
