/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The view: what the hooks read. One pointer per namespace publishes a view,
 * that is a compiled policy and the table of ports in that policy's classes:
 * a verdict never mixes two policies.
 *
 * A slot of the port table is changed in place: a port that is renamed,
 * quarantined or removed needs no memory, so that cannot fail. A frame reads
 * one word of each of its two slots: the row of the ingress, the column of the
 * egress. So there is no order in which the stores of a change could be seen
 * that matters: each frame meets the old port or the new. A port that comes may
 * need a larger table; when there is no memory for it the port stays unknown,
 * and unknown ports drop.
 */
#ifndef ISOL_VIEW_H
#define ISOL_VIEW_H

#include <linux/rcupdate.h>

#include "classify.h"
#include "counter.h"
#include "isol.h"

struct isol_conns;
struct isol_place;
struct isol_policy;
struct isol_port;
struct isol_track;

/**
 * struct isol_slot - a port in the port table
 * @ifindex: whose it is; 0 if nobody's
 * @word: domain and column, see classify.h; 0 if the port is unknown
 * @row: of its class; never NULL
 * @counts: where its frames are counted, see isol_port_count(); never NULL
 * @port: the port; for the control path, may be NULL
 */
struct isol_slot {
	u32 ifindex;
	u32 word;
	const u32 *row;
	struct isol_count *counts;
	struct isol_port *port;
};

/**
 * struct isol_holder - what is a port's own, where connections are tracked
 * @owner: whose connections are that come in by it, see isol_owner()
 * @conns: where they count, or NULL; has the same owner
 * @row: of the class that its column is of: a contained port has the row of those that are
 *	quarantined in its slot
 */
struct isol_holder {
	u64 owner;
	struct isol_conns *conns;
	const u32 *row;
};

/**
 * struct isol_view - see above
 * @base: lowest ifindex that has a slot in a dense table
 * @dense: number of slots of a dense table; 0: the table is a hash
 * @plain: @dense, or 0 if connections are tracked: so many slots may be used for
 *	forwarding without asking for more
 * @slots: by ifindex - @base, or by hash of the ifindex
 * @tables: the compiled policy
 * @host_row: row of the host
 * @quarantined_row: row of ports that are quarantined
 * @track: how connections are tracked; NULL if they are not
 * @holders: by slot, if they are
 * @sees_vlan: VLANs are worked out
 * @counts: by shard: counters of rules and defaults
 * @size: number of slots
 * @shift: of the hash
 * @rcu: to free the view
 */
struct isol_view {
	u32 base;
	u32 dense;
	u32 plain;
	struct isol_slot *slots;
	struct isol_tables tables;
	const u32 *host_row;
	const u32 *quarantined_row;
	const struct isol_track *track;
	struct isol_holder *holders;
	bool sees_vlan;
	struct isol_count *counts[ISOL_SHARDS];
	u32 size;
	u32 shift;
	struct rcu_head rcu;
};

/* No key is put further from its place in the hash table. */
#define ISOL_LONGEST_RUN 16

static inline u32 isol_view_hash(u32 ifindex, u32 shift)
{
	return (ifindex * 0x9e3779b1U) >> shift;
}

/**
 * isol_view_slot() - find a port
 * @view: the view
 * @ifindex: of the port
 *
 * Takes ISOL_LONGEST_RUN steps at the most.
 *
 * Context: under RCU or isol_net.lock.
 * Return: its slot, or NULL if it has none.
 */
static inline struct isol_slot *isol_view_slot(const struct isol_view *view, u32 ifindex)
{
	struct isol_slot *slot;
	u32 i, run;

	i = ifindex - view->base;
	if (likely(i < view->dense))
		return &view->slots[i];
	if (view->dense || !view->size)
		return NULL;
	i = isol_view_hash(ifindex, view->shift);
	for (run = 0; run < ISOL_LONGEST_RUN; run++, i++) {
		u32 key;

		slot = &view->slots[i & (view->size - 1)];
		/* before the rest of the slot: see isol_view_put() */
		key = smp_load_acquire(&slot->ifindex);
		if (key == ifindex)
			return slot;
		if (!key)
			return NULL;
	}
	return NULL;
}

/**
 * isol_view_new() - make an empty view
 * @in: the namespace
 * @policy: the policy
 * @lowest: lowest ifindex to come
 * @highest: highest ifindex to come
 * @n: number of ports to come
 *
 * Return: the view, with room to spare, or NULL.
 */
struct isol_view *isol_view_new(struct isol_net *in, const struct isol_policy *policy,
				u32 lowest, u32 highest, u32 n);

/**
 * isol_view_put() - enter a port, or change it
 * @view: the view, published or not
 * @port: the port
 * @place: what it is; its domain, class and owner are entered
 *
 * Context: isol_net.lock held, or the view is not yet published.
 * Return: false when the table has no room for it.
 */
bool isol_view_put(struct isol_view *view, struct isol_port *port, const struct isol_place *place);

/**
 * isol_view_clear() - a port is not known any more
 * @view: the view
 * @port: the port; if its slot is another's by now nothing is done
 *
 * Context: isol_net.lock held.
 */
void isol_view_clear(struct isol_view *view, const struct isol_port *port);

void isol_view_free(struct isol_net *in, struct isol_view *view);

/* The same once readers are done with it; does not sleep. */
void isol_view_free_rcu(struct isol_net *in, struct isol_view *view);

/* Drops everything: what a namespace has while it goes away. */
extern struct isol_view isol_view_deny;

#endif /* ISOL_VIEW_H */
