// SPDX-License-Identifier: GPL-2.0
/* The netfilter hooks: where they are and when they are called. What they do is in hook_*.c. */
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>

#if !IS_ENABLED(CONFIG_NETFILTER_INGRESS)
#error "isol needs CONFIG_NETFILTER_INGRESS"
#endif
#if !IS_ENABLED(CONFIG_NETFILTER_FAMILY_BRIDGE)
#error "isol needs CONFIG_NETFILTER_FAMILY_BRIDGE (by CONFIG_NF_TABLES_BRIDGE or CONFIG_BRIDGE_NF_EBTABLES)"
#endif

#include "hook.h"
#include "port.h"
#include "compat/egress.h"

/*
 * Before the bridge families of ebtables and nftables (-200), so that these
 * see only what has been accepted here, and before br_netfilter (0) takes
 * frames through the inet hooks.
 */
#define PRIORITY (NF_BR_PRI_FILTER_BRIDGED - 50)

/* Before any chain of nftables' netdev family that an operator would write. */
#define INGRESS_PRIORITY (-1000)

/*
 * VLANs and zones are worked out before anything has changed the frame, ebtables' nat
 * table included, and before connection tracking puts fragments together.
 */
#define PRE_PRIORITY (NF_BR_PRI_NAT_DST_BRIDGED - 50)

/* nf_conntrack_bridge has this priority in the bridge family too. */
#define TRACKED_PRIORITY (NF_IP_PRI_CONNTRACK + 1)

/*
 * When all rules of the host have let a frame pass, before its connection is confirmed: the
 * last of all hooks does that, of IPv6 in LOCAL_IN the last but one.
 */
#define HOST_PRIORITY (NF_IP_PRI_LAST - 2)

/* After all that an operator would let change a tag. */
#define EGRESS_PRIORITY 1000

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

/* Register hooks that are in @in, as copies of @like. */
static int hooks_register(struct isol_net *in, struct nf_hook_ops *ops,
			  const struct nf_hook_ops *like, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		ops[i] = like[i];
		ops[i].priv = in;
	}
	return nf_register_net_hooks(in->net, ops, n);
}

int isol_hooks_register(struct isol_net *in)
{
	return hooks_register(in, in->ops, hook_ops, ARRAY_SIZE(hook_ops));
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

int isol_hook_pre_register(struct isol_net *in)
{
	int err;

	if (in->pre_hooked)
		return 0;
	in->pre_ops = (struct nf_hook_ops) {
		.hook = isol_pre_routing,
		.priv = in,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = PRE_PRIORITY,
	};
	err = nf_register_net_hook(in->net, &in->pre_ops);
	if (!err)
		in->pre_hooked = true;
	return err;
}

void isol_hook_pre_unregister(struct isol_net *in)
{
	if (!in->pre_hooked)
		return;
	in->pre_hooked = false;
	nf_unregister_net_hook(in->net, &in->pre_ops);
}

static const struct nf_hook_ops track_ops[ISOL_NTRACK_HOOKS] = {
	{
		.hook = isol_tracked,
		.pf = NFPROTO_BRIDGE,
		.hooknum = NF_BR_PRE_ROUTING,
		.priority = TRACKED_PRIORITY,
	}, {
		.hook = isol_host,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = HOST_PRIORITY,
	}, {
		.hook = isol_host,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_POST_ROUTING,
		.priority = HOST_PRIORITY,
	},
};

int isol_hook_tracked_register(struct isol_net *in)
{
	int err;

	if (in->track_hooked)
		return 0;
	err = hooks_register(in, in->track_ops, track_ops, ARRAY_SIZE(track_ops));
	if (!err)
		in->track_hooked = true;
	return err;
}

void isol_hook_tracked_unregister(struct isol_net *in)
{
	if (!in->track_hooked)
		return;
	in->track_hooked = false;
	nf_unregister_net_hooks(in->net, in->track_ops, ARRAY_SIZE(in->track_ops));
}

int isol_hook_egress_register(struct isol_net *in, struct isol_brdev *br, struct net_device *dev)
{
	int err;

	if (!ISOL_HAVE_EGRESS || br->hooked)
		return 0;
	br->ops = (struct nf_hook_ops) {
		.hook = isol_egress,
		.dev = dev,
		.priv = in,
		.pf = NFPROTO_NETDEV,
		.hooknum = ISOL_NETDEV_EGRESS,
		.priority = EGRESS_PRIORITY,
	};
	err = nf_register_net_hook(in->net, &br->ops);
	if (!err)
		br->hooked = true;
	return err;
}

void isol_hook_egress_unregister(struct isol_net *in, struct isol_brdev *br)
{
	if (!br->hooked)
		return;
	br->hooked = false;
	nf_unregister_net_hook(in->net, &br->ops);
}
