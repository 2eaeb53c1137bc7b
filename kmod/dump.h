/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel tells: objects into messages, for dumps, replies and events. */
#ifndef ISOL_DUMP_H
#define ISOL_DUMP_H

#include <net/genetlink.h>

#include "isol.h"

struct isol_binding;
struct isol_port;
struct isol_quarantine;

/* Context of all: isol_net.lock held. Return: 0 or -EMSGSIZE. */
int isol_fill_status(struct isol_net *in, struct sk_buff *skb);
int isol_fill_port(struct isol_net *in, struct sk_buff *skb, const struct isol_port *port,
		   bool counters);
int isol_fill_quarantine(struct isol_net *in, struct sk_buff *skb,
			 const struct isol_quarantine *q);
/* Of a binding its connections alone. */
int isol_fill_connections(struct isol_net *in, struct sk_buff *skb,
			  const struct isol_binding *binding);

/* For struct genl_ops: the command tells which objects. */
int isol_dump_start(struct netlink_callback *cb);
int isol_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* ISOL_DUMP_H */
