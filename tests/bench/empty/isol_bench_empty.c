// SPDX-License-Identifier: GPL-2.0
/*
 * The cheapest hook there can be, for the benchmark to compare with: it does
 * nothing but return one verdict.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <net/net_namespace.h>

static char *at = "forward";
module_param(at, charp, 0444);
MODULE_PARM_DESC(at, "forward, pre_routing, local_in, local_out or ingress");

static char *dev = "";
module_param(dev, charp, 0444);
MODULE_PARM_DESC(dev, "interface of an ingress hook");

static bool drop;
module_param(drop, bool, 0444);
MODULE_PARM_DESC(drop, "drop every frame, else accept it");

static struct net_device *netdev;

static unsigned int hook_accept(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static unsigned int hook_drop(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	return NF_DROP;
}

/* The place that isol has. */
static struct nf_hook_ops ops = {
	.pf = NFPROTO_BRIDGE,
	.priority = NF_BR_PRI_FILTER_BRIDGED - 50,
};

static int __init bench_init(void)
{
	int err;

	ops.hook = drop ? hook_drop : hook_accept;
	if (!strcmp(at, "forward")) {
		ops.hooknum = NF_BR_FORWARD;
	} else if (!strcmp(at, "pre_routing")) {
		ops.hooknum = NF_BR_PRE_ROUTING;
	} else if (!strcmp(at, "local_in")) {
		ops.hooknum = NF_BR_LOCAL_IN;
	} else if (!strcmp(at, "local_out")) {
		ops.hooknum = NF_BR_LOCAL_OUT;
	} else if (!strcmp(at, "ingress")) {
		netdev = dev_get_by_name(&init_net, dev);
		if (!netdev)
			return -ENODEV;
		ops.pf = NFPROTO_NETDEV;
		ops.hooknum = NF_NETDEV_INGRESS;
		ops.priority = -1000;
		ops.dev = netdev;
	} else {
		return -EINVAL;
	}
	err = nf_register_net_hook(&init_net, &ops);
	if (err && netdev)
		dev_put(netdev);
	return err;
}

static void __exit bench_exit(void)
{
	nf_unregister_net_hook(&init_net, &ops);
	if (netdev)
		dev_put(netdev);
}

module_init(bench_init);
module_exit(bench_exit);
MODULE_DESCRIPTION("hook that does nothing, for isol's benchmark");
MODULE_LICENSE("GPL");
