/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bridge ports: what they are to the policy, followed from netdevice events.
 *
 * A port exists here from NETDEV_CHANGEUPPER(link), which fires before the
 * bridge lets the port forward (br_add_if), to NETDEV_CHANGEUPPER(unlink),
 * which fires before the bridge's receive handler goes (del_nbp). So it stays
 * in the port table as a tombstone that drops until no frame can be on its
 * way from or to it any more.
 */
#ifndef ISOL_PORT_H
#define ISOL_PORT_H

#include "counter.h"
#include "isol.h"
#include "model.h"
#include "view.h"

struct isol_policy;

#define ISOL_NO_BINDING U32_MAX

/* Counters of a port in each shard: one for each reason and verdict. */
#define ISOL_PORT_NCOUNTERS ISOL_NWHY

/**
 * isol_port_count() - where a decision about a port is counted
 * @counts: isol_port.counts
 * @shard: isol_shard()
 * @decision: the decision
 */
static inline struct isol_count *isol_port_count(struct isol_count *counts, u32 shard,
						 u32 decision)
{
	return &counts[shard * ISOL_PORT_NCOUNTERS + isol_decision_why(decision)];
}

/* So many struct isol_count more stand behind those of the shards. */
#define ISOL_PORT_NBEHIND 2

/* How much memory the counters take, with what stands behind them. */
#define ISOL_PORT_COUNTS_LEN ((isol_nshards * ISOL_PORT_NCOUNTERS + ISOL_PORT_NBEHIND) * \
			      sizeof(struct isol_count))

/**
 * isol_port_limit() - when the next answer to a rejected frame of a port is due
 * @counts: isol_port.counts: it stands behind them, so that it lives as long
 *
 * See limit.h.
 */
static inline atomic64_t *isol_port_limit(struct isol_count *counts)
{
	return &counts[isol_nshards * ISOL_PORT_NCOUNTERS].packets.shared;
}

/* The same, of looks at a rejected frame: see reject.c. */
static inline atomic64_t *isol_port_looks(struct isol_count *counts)
{
	return &counts[isol_nshards * ISOL_PORT_NCOUNTERS].bytes.shared;
}

/* The same: when a connection from or to the port was first taken up, or 0: see flow.c. */
static inline atomic64_t *isol_port_pickup(struct isol_count *counts)
{
	return &counts[isol_nshards * ISOL_PORT_NCOUNTERS + 1].packets.shared;
}

/**
 * struct isol_place - what a port is to a policy
 * @bridge: of the policy; NULL if unmanaged
 * @word: domain and class, for the port table
 * @binding: id of the binding that claims it, or that would: see @cause
 * @kind: enum isol_port_kind
 * @cause: enum isol_unbound_cause, of unbound ports
 * @quarantined: its binding is, or the one that it is held as. Contained, not isolated, if
 *	its class is a binding's all the same: see isol_place_contained()
 * @owner: whose connections are that come in by it, see isol_owner()
 * @conns: where they count; NULL if they do not
 */
struct isol_place {
	const struct isol_bridge *bridge;
	u32 word;
	u32 binding;
	u8 kind;
	u8 cause;
	bool quarantined;
	u64 owner;
	struct isol_conns *conns;
};

/* Whether a port is quarantined in such a way that it may answer. */
static inline bool isol_place_contained(const struct isol_place *place)
{
	return place->quarantined && (place->word & ISOL_WORD_CLASS) >= ISOL_CLASS_FIRST_BINDING;
}

/**
 * struct isol_port - a bridge port
 * @node: in isol_net.ports or isol_net.gone
 * @dev: the device; valid while the port is in isol_net.ports, since that ends
 *	with CHANGEUPPER(unlink), which comes before the device can go
 * @ifindex: its number
 * @name: interface name, as last seen
 * @mac: own address, as last seen
 * @bound_mac: own address when it came. Selectors look at this one, and only
 *	while the port still has it: whoever holds a tap's file descriptor can
 *	change its address, without any privilege, and must not gain another
 *	identity by that.
 * @alias: ifalias, as last seen, or ""
 * @changed: something that selectors look at has changed since @place was found
 * @held_as: the binding that the port was quarantined as, or "". It stays
 *	quarantined, whatever it turns itself into, until that binding's
 *	quarantine ends or it comes anew.
 * @br_ifindex: of its bridge
 * @br_name: of its bridge, as last seen
 * @place: what it is
 * @next: what it will be, while a policy is being put in force
 * @hooked: @ops are registered
 * @ops: the ingress hook, of guest ports of managed bridges
 * @counts: see isol_port_count()
 *
 * All but @counts are protected by isol_net.lock.
 */
struct isol_port {
	struct list_head node;
	struct net_device *dev;
	u32 ifindex;
	char name[IFNAMSIZ];
	u8 mac[ETH_ALEN];
	u8 bound_mac[ETH_ALEN];
	char alias[IFALIASZ];
	bool changed;
	char held_as[ISOL_NAME_LEN + 1];
	u32 br_ifindex;
	char br_name[IFNAMSIZ];
	struct isol_place place;
	struct isol_place next;
	bool hooked;
	struct nf_hook_ops ops;
	struct isol_count *counts;
};

/**
 * struct isol_brdev - a bridge device that is managed
 * @node: in isol_net.brdevs
 * @ifindex: its number
 * @judged_as: the name under which the policy knows it, or knew it when the
 *	device still had that name: a new name must not open a bridge. "" while
 *	a policy is being put in force that is the first to manage it.
 * @hooked: @ops are registered
 * @ops: the hook where it sends
 * @rcu: to free it
 */
struct isol_brdev {
	struct list_head node;
	u32 ifindex;
	char judged_as[IFNAMSIZ];
	bool hooked;
	struct nf_hook_ops ops;
	struct rcu_head rcu;
};

/**
 * isol_ports_enumerate() - find the ports that exist
 * @in: a namespace without ports
 *
 * Context: RTNL and isol_net.lock held. (Registering a notifier replays
 * NETDEV_REGISTER and NETDEV_UP, but not CHANGEUPPER.)
 * Return: 0 or a negative errno, then there are none.
 */
int isol_ports_enumerate(struct isol_net *in);

/**
 * isol_ports_place() - work out what every port is to a policy
 * @in: the namespace
 * @policy: the policy, not yet in force
 *
 * Fills isol_port.next of every port, and @policy->claimed. A port that has a
 * binding keeps it against others that match it too, if the binding of that
 * name still matches.
 *
 * Context: RTNL and isol_net.lock held.
 * Return: 0 or -ENOMEM.
 */
int isol_ports_place(struct isol_net *in, struct isol_policy *policy);

/**
 * isol_ports_view() - make a view with all ports in its table
 * @in: the namespace
 * @policy: the policy
 * @next: by isol_port.next, not by isol_port.place
 *
 * Context: isol_net.lock held.
 * Return: the view, not published, or NULL.
 */
struct isol_view *isol_ports_view(struct isol_net *in, const struct isol_policy *policy,
				  bool next);

/**
 * isol_ports_hook() - register the ingress hooks that isol_port.next asks for
 * @in: the namespace
 *
 * Context: RTNL and isol_net.lock held.
 * Return: 0, or a negative errno; then call isol_ports_stay() or drop the ports.
 */
int isol_ports_hook(struct isol_net *in);

/* Unregister the ingress hooks that isol_port.place does not ask for. */
void isol_ports_unhook(struct isol_net *in);

/**
 * isol_brdevs_hook() - register the hooks where managed bridge devices send
 * @in: the namespace
 *
 * Context: RTNL and isol_net.lock held.
 * Return: 0, or a negative errno; those that are there stay.
 */
int isol_brdevs_hook(struct isol_net *in);
void isol_brdevs_unhook(struct isol_net *in);

/* Let every port be what isol_port.next says; the view has been published. */
void isol_ports_settle(struct isol_net *in, const struct isol_policy *policy);

/* The policy that isol_port.next is for does not come: undo what was done for it. */
void isol_ports_stay(struct isol_net *in);

/**
 * isol_ports_drop() - forget all ports
 * @in: the namespace; its bridge hooks are unregistered
 * @free: where the ports go that isol_ports_free() frees after a grace period
 *
 * Context: RTNL and isol_net.lock held.
 */
void isol_ports_drop(struct isol_net *in, struct list_head *free);
void isol_ports_free(struct isol_net *in, struct list_head *free);

/**
 * isol_port_find() - a port by its interface name
 * @in: the namespace
 * @name: interface name
 *
 * Context: isol_net.lock held.
 */
struct isol_port *isol_port_find(struct isol_net *in, const char *name);

/**
 * isol_ports_requarantine() - a binding's quarantine has changed
 * @in: the namespace
 * @name: of the binding
 *
 * In force for every frame that is looked at after the return. Does not fail.
 *
 * Context: isol_net.lock held.
 */
void isol_ports_requarantine(struct isol_net *in, const char *name);

/* Delayed work of isol_net.purge. */
void isol_ports_purge(struct work_struct *work);

int isol_port_init(void);
void isol_port_exit(void);

#endif /* ISOL_PORT_H */
