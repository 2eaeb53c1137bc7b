// SPDX-License-Identifier: GPL-2.0
/* Bridge ports, see port.h. */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>

#include "event.h"
#include "hook.h"
#include "policy.h"
#include "port.h"
#include "quarantine.h"
#include "select.h"
#include "track.h"

/* Ports that go are taken out of the table together. */
#define PURGE_DELAY (HZ / 10)

static bool needs_hook(const struct isol_place *place)
{
	return place->kind == ISOL_PORT_MEMBER || place->kind == ISOL_PORT_UNBOUND;
}

/* Read what selectors look at. */
static void look_at(struct isol_port *port)
{
	const struct net_device *dev = port->dev;
	const struct dev_ifalias *ifalias;
	char alias[IFALIASZ] = "";

	rcu_read_lock();
	ifalias = rcu_dereference(dev->ifalias);
	if (ifalias)
		strscpy(alias, ifalias->ifalias, sizeof(alias));
	rcu_read_unlock();

	if (strcmp(port->name, dev->name) || strcmp(port->alias, alias) ||
	    !ether_addr_equal(port->mac, dev->dev_addr))
		port->changed = true;
	strscpy(port->name, dev->name, sizeof(port->name));
	strscpy(port->alias, alias, sizeof(port->alias));
	ether_addr_copy(port->mac, dev->dev_addr);
}

/* The binding whose selector fits the port best, see isol_select(). */
static const struct isol_binding *best_binding(const struct isol_model *model,
					       const struct isol_port *port)
{
	/* No selector has this. */
	static const u8 none[ETH_ALEN];

	return isol_select(model, port->name,
			   ether_addr_equal(port->mac, port->bound_mac) ? port->mac : none,
			   port->alias);
}

static struct isol_brdev *brdev_find(const struct isol_net *in, u32 ifindex)
{
	struct isol_brdev *br;

	list_for_each_entry(br, &in->brdevs, node)
		if (br->ifindex == ifindex)
			return br;
	return NULL;
}

static struct isol_brdev *brdev_new(struct isol_net *in, u32 ifindex)
{
	struct isol_brdev *br = isol_alloc_must(&in->mem, sizeof(*br));

	if (!br)
		return NULL;
	br->ifindex = ifindex;
	list_add_tail(&br->node, &in->brdevs);
	return br;
}

static void brdev_free_rcu(struct rcu_head *rcu)
{
	kvfree(container_of(rcu, struct isol_brdev, rcu));
}

static void brdev_free(struct isol_net *in, struct isol_brdev *br)
{
	list_del(&br->node);
	isol_hook_egress_unregister(in, br);
	/* Dumps of hooks look at ops under RCU. */
	isol_mem_forget(&in->mem, sizeof(*br));
	call_rcu(&br->rcu, brdev_free_rcu);
}

int isol_brdevs_hook(struct isol_net *in)
{
	struct isol_brdev *br;
	int err = 0;

	ASSERT_RTNL();
	lockdep_assert_held(&in->lock);
	list_for_each_entry(br, &in->brdevs, node) {
		struct net_device *dev = __dev_get_by_index(in->net, br->ifindex);

		if (dev && !err)
			err = isol_hook_egress_register(in, br, dev);
	}
	return err;
}

void isol_brdevs_unhook(struct isol_net *in)
{
	struct isol_brdev *br;

	list_for_each_entry(br, &in->brdevs, node)
		isol_hook_egress_unregister(in, br);
}

/* Have an entry for each bridge device that a policy names. */
static int brdevs_prepare(struct isol_net *in, const struct isol_policy *policy)
{
	struct net_device *dev;

	for_each_netdev(in->net, dev)
		if (netif_is_bridge_master(dev) && isol_model_bridge(policy->model, dev->name) &&
		    !brdev_find(in, dev->ifindex) && !brdev_new(in, dev->ifindex))
			return -ENOMEM;
	return 0;
}

/* The policy is in force: go by its names. */
static void brdevs_settle(struct isol_net *in, const struct isol_policy *policy)
{
	struct isol_brdev *br, *tmp;

	list_for_each_entry_safe(br, tmp, &in->brdevs, node) {
		const struct net_device *dev = __dev_get_by_index(in->net, br->ifindex);

		if (dev && isol_model_bridge(policy->model, dev->name))
			strscpy(br->judged_as, dev->name, sizeof(br->judged_as));
		else if (!dev || !isol_model_bridge(policy->model, br->judged_as))
			brdev_free(in, br);
	}
}

static const struct isol_bridge *bridge_of(const struct isol_net *in,
					   const struct isol_model *model,
					   const struct isol_port *port)
{
	const struct isol_bridge *bridge = isol_model_bridge(model, port->br_name);
	const struct isol_brdev *br;

	if (bridge)
		return bridge;
	br = brdev_find(in, port->br_ifindex);
	return br ? isol_model_bridge(model, br->judged_as) : NULL;
}

/*
 * Whether a quarantined port may answer: then it keeps its column. Not one that has been
 * quarantined as another binding and has turned itself into this one, and not where no
 * connections are tracked: nobody can tell there what an answer is.
 */
static bool contained(struct isol_net *in, const struct isol_policy *policy,
		      const struct isol_port *port, const struct isol_binding *binding)
{
	const struct isol_quarantine *q = isol_quarantine_find(in, binding->name);

	return policy->track && q && q->mode == ISOL_QUARANTINE_CONTAIN &&
	       (!*port->held_as || !strcmp(port->held_as, binding->name) ||
		!isol_quarantine_find(in, port->held_as));
}

/*
 * What a port is to a policy, with the claims that are made there now. Does
 * not make the claim. @binding is best_binding().
 */
static void find_place(struct isol_net *in, const struct isol_policy *policy,
		       const struct isol_port *port, const struct isol_binding *binding,
		       struct isol_place *place)
{
	const struct isol_model *model = policy->model;
	const struct isol_bridge *bridge = bridge_of(in, model, port);
	const struct isol_binding *as = NULL;
	u32 class, domain;

	memset(place, 0, sizeof(*place));
	place->bridge = bridge;
	place->binding = ISOL_NO_BINDING;
	if (!bridge) {
		place->kind = ISOL_PORT_UNMANAGED;
		place->word = isol_word(ISOL_DOMAIN_UNMANAGED, ISOL_CLASS_NONE);
		return;
	}
	if (isol_model_uplink(model, bridge, port->name)) {
		place->kind = ISOL_PORT_UPLINK;
		place->word = isol_word(bridge->id, ISOL_CLASS_UPLINK);
		place->owner = isol_owner(place->kind, bridge->name, 0);
		return;
	}

	place->kind = ISOL_PORT_UNBOUND;
	class = bridge->unbound == ISOL_VERDICT_ACCEPT ? ISOL_CLASS_UNBOUND_ACCEPT :
							 ISOL_CLASS_UNBOUND_DROP;
	if (!binding) {
		place->cause = ISOL_UNBOUND_NO_MATCH;
	} else {
		place->binding = binding->id;
		if (binding->segment && binding->segment->bridge != bridge) {
			place->cause = ISOL_UNBOUND_SEGMENT;
		} else if (policy->claimed[binding->id] >= binding->claims) {
			place->cause = ISOL_UNBOUND_CLAIMS;
		} else {
			place->kind = ISOL_PORT_MEMBER;
			class = ISOL_CLASS_FIRST_BINDING + binding->id;
			place->quarantined = isol_quarantine_find(in, binding->name);
			as = binding;
		}
	}
	/* A policy that does not know the binding any more lets the port go. */
	if (*port->held_as && isol_quarantine_find(in, port->held_as) &&
	    isol_model_binding(model, port->held_as)) {
		place->quarantined = true;
		/* It stays in the segment that it had, too. */
		if (!as)
			as = isol_model_binding(model, port->held_as);
	}
	if (place->quarantined &&
	    (place->kind != ISOL_PORT_MEMBER || !contained(in, policy, port, binding)))
		class = ISOL_CLASS_QUARANTINED;
	/* To a port that is closed all is, whatever its VLAN. */
	if (class == ISOL_CLASS_UNBOUND_DROP)
		domain = bridge->id;
	else if (as && as->segment && as->segment->bridge == bridge)
		domain = isol_model_domain(bridge, as->segment);
	else
		domain = isol_model_domain(bridge, NULL);
	place->word = isol_word(domain, class);
	place->owner = isol_owner(place->kind, place->kind == ISOL_PORT_MEMBER ?
				  binding->name : NULL, port->ifindex);
	if (place->kind == ISOL_PORT_MEMBER && policy->track)
		place->conns = policy->track->conns[binding->id];
}

/* Let a port be what has been found. */
static void settle(const struct isol_policy *policy, struct isol_port *port,
		   const struct isol_place *place)
{
	port->place = *place;
	port->changed = false;
	if (!place->quarantined)
		*port->held_as = '\0';
	else if (place->kind == ISOL_PORT_MEMBER && !*port->held_as)
		strscpy(port->held_as, policy->model->binding[place->binding]->name,
			sizeof(port->held_as));
}

static void claim(struct isol_policy *policy, const struct isol_place *place)
{
	if (place->kind == ISOL_PORT_MEMBER)
		policy->claimed[place->binding]++;
}

static void unclaim(struct isol_policy *policy, const struct isol_place *place)
{
	if (place->kind == ISOL_PORT_MEMBER)
		policy->claimed[place->binding]--;
}

static struct isol_view *view_of(struct isol_net *in)
{
	return rcu_dereference_protected(in->view, lockdep_is_held(&in->lock));
}

static struct isol_port *port_new(struct isol_net *in, struct net_device *dev,
				  const struct net_device *br)
{
	struct isol_port *port = isol_alloc_must(&in->mem, sizeof(*port));

	if (!port)
		return NULL;
	port->counts = isol_alloc_must(&in->mem, ISOL_PORT_COUNTS_LEN);
	if (!port->counts) {
		isol_free(&in->mem, port, sizeof(*port));
		return NULL;
	}
	port->dev = dev;
	port->ifindex = dev->ifindex;
	port->br_ifindex = br->ifindex;
	strscpy(port->br_name, br->name, sizeof(port->br_name));
	look_at(port);
	ether_addr_copy(port->bound_mac, port->mac);
	/* Before anything is known of it, it is nothing. */
	port->place.kind = ISOL_PORT_UNMANAGED;
	port->place.binding = ISOL_NO_BINDING;
	port->place.word = ISOL_WORD_UNKNOWN;
	return port;
}

static void port_free(struct isol_net *in, struct isol_port *port)
{
	isol_free(&in->mem, port->counts, ISOL_PORT_COUNTS_LEN);
	isol_free(&in->mem, port, sizeof(*port));
}

void isol_ports_free(struct isol_net *in, struct list_head *free)
{
	struct isol_port *port, *tmp;

	list_for_each_entry_safe(port, tmp, free, node) {
		list_del(&port->node);
		port_free(in, port);
	}
}

int isol_ports_enumerate(struct isol_net *in)
{
	struct net_device *dev, *br;
	struct isol_port *port;

	ASSERT_RTNL();
	lockdep_assert_held(&in->lock);
	for_each_netdev(in->net, dev) {
		if (!netif_is_bridge_port(dev))
			continue;
		br = netdev_master_upper_dev_get(dev);
		if (!br)
			continue;
		port = port_new(in, dev, br);
		if (!port) {
			isol_ports_free(in, &in->ports);
			return -ENOMEM;
		}
		list_add_tail(&port->node, &in->ports);
	}
	return 0;
}

/* The binding that a port has now, by name; NULL if it has none. */
static const char *held(const struct isol_net *in, const struct isol_port *port)
{
	if (!in->policy || port->place.kind != ISOL_PORT_MEMBER)
		return NULL;
	return in->policy->model->binding[port->place.binding]->name;
}

int isol_ports_place(struct isol_net *in, struct isol_policy *policy)
{
	struct isol_port *port;
	int pass;

	ASSERT_RTNL();
	lockdep_assert_held(&in->lock);
	if (brdevs_prepare(in, policy))
		return -ENOMEM;
	list_for_each_entry(port, &in->ports, node)
		look_at(port);
	for (pass = 0; pass < 2; pass++)
		list_for_each_entry(port, &in->ports, node) {
			const struct isol_binding *binding = best_binding(policy->model, port);
			const char *name = held(in, port);
			bool keeps = name && binding && !strcmp(binding->name, name);

			isol_pause();
			/* first those that keep what they have */
			if (keeps != (pass == 0))
				continue;
			find_place(in, policy, port, binding, &port->next);
			claim(policy, &port->next);
		}
	return 0;
}

struct isol_view *isol_ports_view(struct isol_net *in, const struct isol_policy *policy,
				  bool next)
{
	u32 lowest = U32_MAX, highest = 0, n = 0, spread;
	struct isol_view *view;
	struct isol_port *port;

	list_for_each_entry(port, &in->ports, node) {
		lowest = min(lowest, port->ifindex);
		highest = max(highest, port->ifindex);
		n++;
	}
	/* Numbers that hash to one place want a larger table. */
	for (spread = 1; spread <= 64; spread *= 4) {
		view = isol_view_new(in, policy, lowest, highest, n * spread);
		if (!view)
			return NULL;
		view->sees_vlan = isol_model_wants_vlan(policy->model);
		list_for_each_entry(port, &in->ports, node)
			if (!isol_view_put(view, port, next ? &port->next : &port->place))
				goto again;
		return view;
again:
		isol_view_free(in, view);
	}
	return NULL;
}

int isol_ports_hook(struct isol_net *in)
{
	struct isol_port *port;
	int err;

	list_for_each_entry(port, &in->ports, node) {
		if (!needs_hook(&port->next) || port->hooked)
			continue;
		err = isol_hook_ingress_register(in, port);
		if (err)
			return err;
	}
	return 0;
}

void isol_ports_unhook(struct isol_net *in)
{
	struct isol_port *port;

	list_for_each_entry(port, &in->ports, node)
		if (!needs_hook(&port->place))
			isol_hook_ingress_unregister(in, port);
}

void isol_ports_settle(struct isol_net *in, const struct isol_policy *policy)
{
	struct isol_port *port;

	list_for_each_entry(port, &in->ports, node)
		settle(policy, port, &port->next);
	brdevs_settle(in, policy);
}

void isol_ports_stay(struct isol_net *in)
{
	isol_ports_unhook(in);
	brdevs_settle(in, in->policy);
}

void isol_ports_drop(struct isol_net *in, struct list_head *free)
{
	struct isol_brdev *br, *tmp;
	struct isol_port *port;

	list_for_each_entry(port, &in->ports, node)
		isol_hook_ingress_unregister(in, port);
	list_splice_tail_init(&in->ports, free);
	list_splice_tail_init(&in->gone, free);
	list_for_each_entry_safe(br, tmp, &in->brdevs, node)
		brdev_free(in, br);
}

struct isol_port *isol_port_find(struct isol_net *in, const char *name)
{
	struct isol_port *port;

	list_for_each_entry(port, &in->ports, node)
		if (!strcmp(port->name, name))
			return port;
	return NULL;
}

static struct isol_port *port_by_dev(struct isol_net *in, const struct net_device *dev)
{
	struct isol_view *view = view_of(in);
	struct isol_slot *slot = isol_view_slot(view, dev->ifindex);
	struct isol_port *port;

	if (slot)
		return slot->port && slot->port->dev == dev ? slot->port : NULL;
	/* A view that denies all has no slots, but the ports are still there. */
	list_for_each_entry(port, &in->ports, node)
		if (port->dev == dev)
			return port;
	return NULL;
}

/* Let a port have a place, in the table too; its hook is as it should be. */
static void put_in_place(struct isol_net *in, struct isol_port *port,
			 const struct isol_place *place)
{
	settle(in->policy, port, place);
	/* It has a slot, or the view denies all: this cannot fail. */
	isol_view_put(view_of(in), port, place);
}

void isol_ports_requarantine(struct isol_net *in, const char *name)
{
	struct isol_policy *policy = in->policy;
	struct isol_place place;
	struct isol_port *port;

	lockdep_assert_held(&in->lock);
	list_for_each_entry(port, &in->ports, node) {
		const char *has = held(in, port);

		if ((!has || strcmp(has, name)) && strcmp(port->held_as, name))
			continue;
		/* A guest port before and after, so nothing else changes. */
		place = port->place;
		unclaim(policy, &place);
		find_place(in, policy, port, best_binding(policy->model, port), &place);
		claim(policy, &place);
		put_in_place(in, port, &place);
	}
}

/*
 * Look at a port again after something about it has changed.
 *
 * Return: 0, or a negative errno when the port cannot be made what it would
 * be; then it is cut off, and the caller refuses the change.
 */
static int port_refresh(struct isol_net *in, struct isol_port *port, bool changed)
{
	struct isol_policy *policy = in->policy;
	struct isol_place place;
	int err = 0;

	unclaim(policy, &port->place);
	find_place(in, policy, port, best_binding(policy->model, port), &place);
	if (needs_hook(&place) && !port->hooked)
		err = isol_hook_ingress_register(in, port);
	if (err) {
		/* If the change cannot be taken back either it stays so. */
		place.kind = ISOL_PORT_UNBOUND;
		place.word = isol_word(place.bridge->id, ISOL_CLASS_UNBOUND_DROP);
	}
	claim(policy, &place);
	changed |= place.word != port->place.word || place.kind != port->place.kind ||
		   place.cause != port->place.cause || place.binding != port->place.binding;
	put_in_place(in, port, &place);
	if (!needs_hook(&place))
		isol_hook_ingress_unregister(in, port);
	if (changed)
		isol_event_port(in, ISOL_EVENT_PORT_CHANGE, port);
	return err;
}

/* Called before the bridge lets the port forward. */
static int port_add(struct isol_net *in, struct net_device *dev, struct net_device *br)
{
	struct isol_policy *policy = in->policy;
	struct isol_view *view, *old = view_of(in);
	struct isol_port *port;
	int err;

	port = port_new(in, dev, br);
	if (!port)
		return -ENOMEM;
	find_place(in, policy, port, best_binding(policy->model, port), &port->place);
	if (needs_hook(&port->place)) {
		err = isol_hook_ingress_register(in, port);
		if (err) {
			port_free(in, port);
			return err;
		}
	}
	settle(policy, port, &port->place);
	claim(policy, &port->place);
	list_add_tail(&port->node, &in->ports);
	if (!isol_view_put(old, port, &port->place) && old != &isol_view_deny) {
		view = isol_ports_view(in, policy, false);
		if (!view) {
			list_del(&port->node);
			unclaim(policy, &port->place);
			isol_hook_ingress_unregister(in, port);
			/* Dumps of hooks look at ops under RCU. */
			synchronize_net();
			port_free(in, port);
			return -ENOMEM;
		}
		rcu_assign_pointer(in->view, view);
		isol_view_free_rcu(in, old);
	}
	isol_event_port(in, ISOL_EVENT_PORT_ADD, port);
	return 0;
}

/* Called before the bridge's receive handler is gone. */
static void port_del(struct isol_net *in, struct isol_port *port)
{
	unclaim(in->policy, &port->place);
	isol_hook_ingress_unregister(in, port);
	isol_event_port(in, ISOL_EVENT_PORT_DEL, port);
	if (port->place.bridge) {
		port->place.word = isol_word(port->place.bridge->id, ISOL_CLASS_GONE);
		isol_view_put(view_of(in), port, &port->place);
	}
	port->place.kind = ISOL_PORT_GONE;
	port->place.bridge = NULL;
	port->dev = NULL;
	list_move_tail(&port->node, &in->gone);
	queue_delayed_work(isol_wq, &in->purge, PURGE_DELAY);
}

void isol_ports_purge(struct work_struct *work)
{
	struct isol_net *in = container_of(to_delayed_work(work), struct isol_net, purge);
	struct isol_port *port;
	struct isol_view *view;
	LIST_HEAD(gone);

	mutex_lock(&in->lock);
	list_splice_init(&in->gone, &gone);
	mutex_unlock(&in->lock);
	if (list_empty(&gone))
		return;
	/* No frame that was on its way when they left is so any more. */
	synchronize_net();
	mutex_lock(&in->lock);
	view = view_of(in);
	list_for_each_entry(port, &gone, node)
		if (view)
			isol_view_clear(view, port);
	mutex_unlock(&in->lock);
	/* No hook counts for them any more. */
	synchronize_net();
	isol_ports_free(in, &gone);
}

/* A bridge device has come, or has another name. */
static int bridge_named(struct isol_net *in, struct net_device *br)
{
	struct isol_brdev *known = brdev_find(in, br->ifindex), *new = NULL;
	char before[IFNAMSIZ] = "";
	bool named = isol_model_bridge(in->policy->model, br->name);
	struct isol_port *port;
	int err = 0;

	if (named) {
		if (!known) {
			new = brdev_new(in, br->ifindex);
			known = new;
		}
		if (!known)
			return -ENOMEM;
		err = in->policy && isol_model_wants_vlan(in->policy->model) ?
		      isol_hook_egress_register(in, known, br) : 0;
		if (err) {
			if (new)
				brdev_free(in, new);
			return err;
		}
		strscpy(before, known->judged_as, sizeof(before));
		strscpy(known->judged_as, br->name, sizeof(known->judged_as));
	}
	list_for_each_entry(port, &in->ports, node) {
		if (port->br_ifindex != br->ifindex)
			continue;
		strscpy(port->br_name, br->name, sizeof(port->br_name));
		err = port_refresh(in, port, true);
		if (err)
			break;
	}
	/* The name will be taken back. */
	if (err && new)
		brdev_free(in, new);
	else if (err && named)
		strscpy(known->judged_as, before, sizeof(known->judged_as));
	return err;
}

static int port_event(struct isol_net *in, unsigned long event, struct net_device *dev, void *ptr)
{
	struct netdev_notifier_changeupper_info *info = ptr;
	struct isol_brdev *br;
	struct isol_port *port;
	int err = 0;

	switch (event) {
	case NETDEV_CHANGEUPPER:
		if (!info->master || !netif_is_bridge_master(info->upper_dev))
			break;
		port = port_by_dev(in, dev);
		if (port)
			port_del(in, port);
		if (info->linking)
			err = port_add(in, dev, info->upper_dev);
		break;
	case NETDEV_REGISTER:
		if (netif_is_bridge_master(dev))
			err = bridge_named(in, dev);
		break;
	case NETDEV_CHANGENAME:
		if (netif_is_bridge_master(dev))
			err = bridge_named(in, dev);
		fallthrough;
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGE:
	/* The alias may have changed without an event while it was down. */
	case NETDEV_PRE_UP:
		port = netif_is_bridge_port(dev) ? port_by_dev(in, dev) : NULL;
		if (err || !port)
			break;
		look_at(port);
		if (port->changed)
			err = port_refresh(in, port, true);
		break;
	case NETDEV_UNREGISTER:
		port = port_by_dev(in, dev);
		/* The bridge, told before or after us, unlinks the port. */
		if (port && !netif_is_bridge_port(dev))
			port_del(in, port);
		br = brdev_find(in, dev->ifindex);
		if (br)
			brdev_free(in, br);
		break;
	}
	return err;
}

static int port_notifier(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct isol_net *in;
	int err = 0;

	switch (event) {
	case NETDEV_CHANGEUPPER:
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGE:
	case NETDEV_PRE_UP:
	case NETDEV_UNREGISTER:
		break;
	default:
		return NOTIFY_DONE;
	}
	in = isol_pernet(dev_net(dev));
	mutex_lock(&in->lock);
	if (in->policy)
		err = port_event(in, event, dev, ptr);
	mutex_unlock(&in->lock);
	return notifier_from_errno(err);
}

static struct notifier_block notifier = {
	.notifier_call = port_notifier,
};

int isol_port_init(void)
{
	return register_netdevice_notifier(&notifier);
}

void isol_port_exit(void)
{
	unregister_netdevice_notifier(&notifier);
}
