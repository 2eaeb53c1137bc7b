// SPDX-License-Identifier: GPL-2.0
/* Bridges and ports for tests, see world.h. */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>
#include <net/net_namespace.h>

#include "nl.h"
#include "quarantine.h"
#include "test.h"
#include "world.h"

#define MOST 64

static struct net_device *devs[MOST];
static u32 ndevs, nports;
static struct nl *route;

static s64 used_before;

struct isol_net *world_net(void)
{
	return isol_pernet(&init_net);
}

static void delete_all(void);

void world_begin(void)
{
	ndevs = 0;
	nports = 0;
	route = nl_open(NETLINK_ROUTE);
	CHECK(!world_net()->policy);
	used_before = isol_mem_used(&world_net()->mem);
}

void world_end(void)
{
	struct isol_net *in = world_net();

	CHECK_EQ(world_flush(), 0);
	delete_all();
	mutex_lock(&in->lock);
	while (!list_empty(&in->quarantines))
		isol_quarantine_del(in, list_first_entry(&in->quarantines, struct isol_quarantine,
							 node)->name);
	mutex_unlock(&in->lock);
	world_purge();
	CHECK_EQ(isol_mem_used(&in->mem), used_before);
	nl_close(route);
	route = NULL;
}

static void remember(struct net_device *dev)
{
	CHECK(ndevs < MOST);
	if (ndevs < MOST)
		devs[ndevs++] = dev;
}

static struct ifinfomsg *link_request(struct sk_buff *skb, u32 ifindex)
{
	struct ifinfomsg *ifi = skb_put_zero(skb, NLMSG_ALIGN(sizeof(*ifi)));

	ifi->ifi_index = ifindex;
	return ifi;
}

struct net_device *world_bridge(const char *name)
{
	struct sk_buff *skb = nl_request(route, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct net_device *dev;
	struct nlattr *nest;
	int err;

	link_request(skb, 0);
	nla_put_string(skb, IFLA_IFNAME, name);
	nest = nla_nest_start(skb, IFLA_LINKINFO);
	nla_put_string(skb, IFLA_INFO_KIND, "bridge");
	nla_nest_end(skb, nest);
	err = nl_ask(route, skb);
	CHECK_MSG(!err, "bridge %s: error %d: %s", name, err, route->msg);
	rtnl_lock();
	dev = __dev_get_by_name(&init_net, name);
	if (dev)
		CHECK_EQ(dev_open(dev, NULL), 0);
	rtnl_unlock();
	CHECK(dev);
	if (dev)
		remember(dev);
	return dev;
}

static netdev_tx_t drop(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops port_ops = {
	.ndo_start_xmit = drop,
	.ndo_set_mac_address = eth_mac_addr,
};

static void port_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &port_ops;
	dev->needs_free_netdev = true;
	/* the kernel has nothing to say on it */
	dev->flags |= IFF_NOARP;
	dev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
}

struct net_device *world_port(const char *name, struct net_device *bridge)
{
	return world_port_at(name, bridge, 0);
}

struct net_device *world_port_at(const char *name, struct net_device *bridge, u32 ifindex)
{
	const u8 mac[ETH_ALEN] = { 0xfe, 0x54, 0, 0, 1, ++nports };
	struct net_device *dev = alloc_netdev(0, name, NET_NAME_USER, port_setup);
	int err;

	CHECK(dev);
	if (!dev)
		return NULL;
	eth_hw_addr_set(dev, mac);
	dev->ifindex = ifindex;
	rtnl_lock();
	err = register_netdevice(dev);
	if (!err)
		err = dev_open(dev, NULL);
	rtnl_unlock();
	CHECK_MSG(!err, "port %s: error %d", name, err);
	if (err) {
		free_netdev(dev);
		return NULL;
	}
	remember(dev);
	if (bridge)
		CHECK_EQ(world_plug(dev, bridge), 0);
	return dev;
}

int world_plug(struct net_device *port, struct net_device *bridge)
{
	int err;

	rtnl_lock();
	err = bridge->netdev_ops->ndo_add_slave(bridge, port, NULL);
	rtnl_unlock();
	return err;
}

int world_unplug(struct net_device *port)
{
	struct net_device *bridge;
	int err = -EINVAL;

	rtnl_lock();
	bridge = netdev_master_upper_dev_get(port);
	if (bridge)
		err = bridge->netdev_ops->ndo_del_slave(bridge, port);
	rtnl_unlock();
	return err;
}

int world_rename(struct net_device *dev, const char *name)
{
	struct sk_buff *skb = nl_request(route, RTM_SETLINK, 0);

	link_request(skb, dev->ifindex);
	nla_put_string(skb, IFLA_IFNAME, name);
	return nl_ask(route, skb);
}

int world_address(struct net_device *dev, u8 first, u8 last)
{
	struct sockaddr addr = { .sa_family = ARPHRD_ETHER };
	const u8 mac[ETH_ALEN] = { first, 0x54, 0, 0, 1, last };
	int err;

	memcpy(addr.sa_data, mac, ETH_ALEN);
	rtnl_lock();
	err = dev_set_mac_address(dev, &addr, NULL);
	rtnl_unlock();
	return err;
}

int world_alias(struct net_device *dev, const char *alias)
{
	struct sk_buff *skb = nl_request(route, RTM_SETLINK, 0);

	link_request(skb, dev->ifindex);
	nla_put_string(skb, IFLA_IFALIAS, alias);
	return nl_ask(route, skb);
}

static void delete(struct net_device *dev, struct list_head *list)
{
	if (dev->rtnl_link_ops && dev->rtnl_link_ops->dellink)
		dev->rtnl_link_ops->dellink(dev, list);
	else
		unregister_netdevice_queue(dev, list);
}

void world_delete(struct net_device *dev)
{
	LIST_HEAD(list);
	u32 i;

	for (i = 0; i < ndevs && devs[i] != dev; i++)
		;
	if (i == ndevs)
		return;
	devs[i] = devs[--ndevs];
	rtnl_lock();
	delete(dev, &list);
	unregister_netdevice_many(&list);
	rtnl_unlock();
}

/* Together: each would wait for readers. */
static void delete_all(void)
{
	LIST_HEAD(list);

	rtnl_lock();
	while (ndevs)
		delete(devs[--ndevs], &list);
	unregister_netdevice_many(&list);
	rtnl_unlock();
}

const struct isol_port *world_seen(const struct net_device *dev)
{
	struct isol_net *in = world_net();
	struct isol_port *port, *found = NULL;

	mutex_lock(&in->lock);
	list_for_each_entry(port, &in->ports, node)
		if (port->dev == dev)
			found = port;
	mutex_unlock(&in->lock);
	/* Nobody but the test changes anything. */
	return found;
}

void world_check_port(int line, const struct net_device *dev, u8 kind, const char *binding)
{
	const struct isol_port *port = world_seen(dev);
	struct isol_net *in = world_net();
	const struct isol_slot *slot;
	const struct isol_class *class;
	const char *name = "";

	if (!port) {
		test_fail(__FILE__, line, "%s is no port", dev->name);
		return;
	}
	mutex_lock(&in->lock);
	if (port->place.kind == ISOL_PORT_MEMBER)
		name = in->policy->model->binding[port->place.binding]->name;
	if (port->place.kind != kind || strcmp(name, binding))
		test_fail(__FILE__, line, "%s is of kind %u and binding '%s', not %u '%s'",
			  dev->name, port->place.kind, name, kind, binding);
	if (port->hooked != (kind == ISOL_PORT_MEMBER || kind == ISOL_PORT_UNBOUND))
		test_fail(__FILE__, line, "%s: hooked: %u", dev->name, port->hooked);
	rcu_read_lock();
	slot = isol_view_slot(rcu_dereference(in->view), dev->ifindex);
	class = &rcu_dereference(in->view)->tables.classes[port->place.word & ISOL_WORD_CLASS];
	if (!slot || slot->port != port || slot->row != class->row ||
	    slot->word != isol_word(isol_word_domain(port->place.word), class->col))
		test_fail(__FILE__, line, "%s is not in the table as what it is", dev->name);
	rcu_read_unlock();
	mutex_unlock(&in->lock);
}

void world_purge(void)
{
	flush_delayed_work(&world_net()->purge);
	rcu_barrier();
}

/* ---- policies */

struct isol_model *world_model(void)
{
	struct isol_model *model = isol_model_new(&world_net()->mem);

	CHECK(model);
	return model;
}

void world_manage(struct isol_model *model, const char *bridge, const char *uplink)
{
	const struct isol_bridge_spec spec = { .name = bridge, .uplinks = { uplink },
					       .nuplinks = !!uplink };
	struct isol_fault fault;

	CHECK_MSG(!isol_model_add_bridge(model, &spec, &fault), "%s: %s", bridge, fault.msg);
}

void world_group(struct isol_model *model, const char *group)
{
	const struct isol_group_spec spec = { .name = group };
	struct isol_fault fault;

	CHECK_MSG(!isol_model_add_group(model, &spec, &fault), "%s: %s", group, fault.msg);
}

void world_bind(struct isol_model *model, const char *binding, const char *port,
		const char *group)
{
	const struct isol_binding_spec spec = { .name = binding, .port = port, .claims = 1,
						.groups = { group }, .ngroups = !!group };
	struct isol_fault fault;

	CHECK_MSG(!isol_model_add_binding(model, &spec, &fault), "%s: %s", binding, fault.msg);
}

static struct isol_endpoint_spec endpoint(const struct isol_model *model, const char *word)
{
	static const char *const words[] = { "any", "host", "uplink", "members", "quarantined" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i]))
			return (struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_ANY + i };
	return (struct isol_endpoint_spec) {
		.name = word,
		.kind = isol_model_binding(model, word) ? ISOL_ENDPOINT_BINDING :
							  ISOL_ENDPOINT_GROUP,
	};
}

void world_rule(struct isol_model *model, const char *name, const char *from, const char *to,
		u8 verdict)
{
	struct isol_rule_spec *spec = calloc(1, sizeof(*spec));
	struct isol_fault fault;

	spec->name = name;
	spec->verdict = verdict;
	spec->stateless = true;
	spec->nfrom = 1;
	spec->nto = 1;
	spec->from[0] = endpoint(model, from);
	spec->to[0] = endpoint(model, to);
	if (spec->from[0].kind == ISOL_ENDPOINT_QUARANTINED ||
	    spec->to[0].kind == ISOL_ENDPOINT_QUARANTINED)
		spec->table = ISOL_TABLE_QUARANTINE;
	CHECK_MSG(!isol_model_add_rule(model, spec, &fault), "%s: %s", name, fault.msg);
	free(spec);
}

int world_commit(struct isol_model *model)
{
	struct isol_net *in = world_net();
	char msg[ISOL_MESSAGE_LEN + 1] = "";
	const bool cancel = false;
	u64 generation;

	return isol_policy_commit(in, model, in->generation, &cancel, &generation, msg,
				  sizeof(msg));
}

int world_flush(void)
{
	u64 generation;

	return isol_policy_flush(world_net(), 0, false, &generation);
}

int world_quarantine(const char *binding)
{
	struct isol_net *in = world_net();
	int err;

	mutex_lock(&in->lock);
	err = isol_quarantine_add(in, binding, ISOL_QUARANTINE_ISOLATE, NULL);
	mutex_unlock(&in->lock);
	return err;
}

int world_release(const char *binding)
{
	struct isol_net *in = world_net();
	int err;

	mutex_lock(&in->lock);
	err = isol_quarantine_del(in, binding);
	mutex_unlock(&in->lock);
	return err;
}

u64 world_packets(const char *rule)
{
	struct isol_net *in = world_net();
	const struct isol_rule *r;
	u64 packets = 0, bytes = 0;

	mutex_lock(&in->lock);
	r = in->policy ? isol_model_rule(in->policy->model, rule) : NULL;
	if (r)
		isol_counters_read(&in->policy->counters, r->nr, &packets, &bytes);
	mutex_unlock(&in->lock);
	CHECK_MSG(r, "no rule %s", rule);
	return packets;
}
