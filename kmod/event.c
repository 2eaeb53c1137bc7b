// SPDX-License-Identifier: GPL-2.0
/* Notifications, see event.h. */
#include "dump.h"
#include "event.h"
#include "netlink.h"
#include "port.h"

static void notify(struct isol_net *in, u8 cmd, u32 group, u8 event, const struct isol_port *port,
		   const struct isol_quarantine *q, const struct isol_binding *binding)
{
	struct sk_buff *skb;
	void *hdr;

	lockdep_assert_held(&in->lock);
	if (!binding)
		in->changes++;
	if (!genl_has_listeners(&isol_genl_family, in->net, group))
		return;
	skb = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		goto lost;
	hdr = genlmsg_put(skb, 0, 0, &isol_genl_family, 0, cmd);
	if (!hdr || nla_put_u8(skb, ISOL_A_EVENT, event) ||
	    nla_put_u64_64bit(skb, ISOL_A_GENERATION, in->generation, ISOL_A_PAD) ||
	    (port && isol_fill_port(in, skb, port, false)) ||
	    (q && isol_fill_quarantine(in, skb, q)) ||
	    (binding && isol_fill_connections(in, skb, binding)))
		goto lost;
	genlmsg_end(skb, hdr);
	genlmsg_multicast_netns(&isol_genl_family, in->net, skb, 0, group, GFP_KERNEL);
	return;
lost:
	nlmsg_free(skb);
	/* As if their buffers were full: they read everything anew. */
	genl_set_err(&isol_genl_family, in->net, 0, group, -ENOBUFS);
}

void isol_event_policy(struct isol_net *in, u8 event, const struct isol_quarantine *quarantine)
{
	notify(in, ISOL_CMD_POLICY_NTF, ISOL_MCGRP_NR_POLICY, event, NULL, quarantine, NULL);
}

void isol_event_port(struct isol_net *in, u8 event, const struct isol_port *port)
{
	notify(in, ISOL_CMD_PORT_NTF, ISOL_MCGRP_NR_PORT, event, port, NULL, NULL);
}

void isol_event_connections(struct isol_net *in, const struct isol_binding *binding)
{
	notify(in, ISOL_CMD_POLICY_NTF, ISOL_MCGRP_NR_POLICY, ISOL_EVENT_CONNECTIONS, NULL, NULL,
	       binding);
}
