// SPDX-License-Identifier: GPL-2.0
/* Module and namespace life: everything that is set up, and how it is taken down. */
#include <linux/module.h>
#include <net/netns/generic.h>

#include "conns.h"
#include "counter.h"
#include "isol.h"
#include "netlink.h"
#include "policy.h"
#include "port.h"
#include "quarantine.h"
#include "txn.h"
#include "vlan.h"

static unsigned int netns_limit_mib = 128;
module_param(netns_limit_mib, uint, 0644);
MODULE_PARM_DESC(netns_limit_mib,
		 "MiB that the policies of one network namespace may take; for namespaces made later (default 128)");

unsigned int isol_net_id __read_mostly;
struct workqueue_struct *isol_wq;
struct workqueue_struct *isol_foreign_wq;

struct isol_net *isol_pernet(const struct net *net)
{
	return net_generic(net, isol_net_id);
}

static int __net_init isol_net_init(struct net *net)
{
	struct isol_net *in = isol_pernet(net);

	in->net = net;
	mutex_init(&in->lock);
	mutex_init(&in->txn_lock);
	INIT_LIST_HEAD(&in->ports);
	INIT_LIST_HEAD(&in->brdevs);
	INIT_LIST_HEAD(&in->gone);
	INIT_LIST_HEAD(&in->quarantines);
	INIT_LIST_HEAD(&in->txns);
	INIT_LIST_HEAD(&in->jobs);
	INIT_DELAYED_WORK(&in->purge, isol_ports_purge);
	INIT_DELAYED_WORK(&in->recount, isol_conns_work);
	in->recount_due = jiffies;
	mutex_init(&in->commit);
	isol_mem_init(&in->mem, (s64)netns_limit_mib << 20);
	in->mem.foreign = net->user_ns != &init_user_ns;
	return 0;
}

/*
 * The devices of the namespace are still there, and go in some order that is
 * not ours: until the last of them has gone, everything is dropped.
 */
static void __net_exit isol_net_pre_exit(struct net *net)
{
	struct isol_net *in = isol_pernet(net);

	isol_txn_shutdown(in);
	isol_policy_deny(in);
}

/* The devices have gone: exit runs after that of the pernet devices. */
static void __net_exit isol_net_exit(struct net *net)
{
	struct isol_net *in = isol_pernet(net);

	isol_policy_release(in);
	/* No hook has it done any more. */
	cancel_delayed_work_sync(&in->recount);
	cancel_delayed_work_sync(&in->purge);
	isol_ports_free(in, &in->gone);
	isol_quarantine_free_all(in);
	WARN_ON_ONCE(isol_mem_used(&in->mem));
}

static struct pernet_operations isol_net_ops = {
	.init = isol_net_init,
	.pre_exit = isol_net_pre_exit,
	.exit = isol_net_exit,
	.id = &isol_net_id,
	.size = sizeof(struct isol_net),
};

static int __init isol_init(void)
{
	int err;

	isol_counters_setup();
	isol_vlan_init();
	isol_wq = alloc_workqueue("isol", WQ_UNBOUND, 0);
	if (!isol_wq)
		return -ENOMEM;
	isol_foreign_wq = alloc_workqueue("isol_foreign", WQ_UNBOUND, 2);
	err = -ENOMEM;
	if (!isol_foreign_wq)
		goto err_wq;
	err = register_pernet_subsys(&isol_net_ops);
	if (err)
		goto err_foreign_wq;
	err = isol_port_init();
	if (err)
		goto err_net;
	err = isol_netlink_init();
	if (err)
		goto err_port;
	return 0;

err_port:
	isol_port_exit();
err_net:
	unregister_pernet_subsys(&isol_net_ops);
err_foreign_wq:
	destroy_workqueue(isol_foreign_wq);
err_wq:
	destroy_workqueue(isol_wq);
	return err;
}

/*
 * A policy in any namespace holds a reference to the module, so there is none
 * here, and no hook is registered. Jobs may still be under way: the end of
 * each namespace waits for its own.
 */
static void __exit isol_exit(void)
{
	isol_netlink_exit();
	isol_port_exit();
	unregister_pernet_subsys(&isol_net_ops);
	destroy_workqueue(isol_foreign_wq);
	destroy_workqueue(isol_wq);
	/* views that are still to be freed */
	rcu_barrier();
}

module_init(isol_init);
module_exit(isol_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Port isolation and micro-segmentation for virtual machines on Linux bridges");
MODULE_VERSION(ISOL_VERSION);
MODULE_ALIAS_GENL_FAMILY(ISOL_GENL_NAME);
