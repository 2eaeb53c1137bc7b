/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netfilter hooks where a device sends: since 5.16, if configured. Without them nobody
 * can say which VLAN a frame of the host was in that leaves by a port untagged.
 */
#ifndef ISOL_COMPAT_EGRESS_H
#define ISOL_COMPAT_EGRESS_H

#include <linux/netfilter.h>

#ifdef CONFIG_NETFILTER_EGRESS
#define ISOL_HAVE_EGRESS true
#define ISOL_NETDEV_EGRESS NF_NETDEV_EGRESS
#else
#define ISOL_HAVE_EGRESS false
#define ISOL_NETDEV_EGRESS NF_NETDEV_NUMHOOKS
#endif

#endif /* ISOL_COMPAT_EGRESS_H */
