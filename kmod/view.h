/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The view: what the hooks read. One pointer per namespace publishes a view,
 * that is a compiled policy and the table of ports in that policy's classes:
 * a verdict never mixes two policies.
 *
 * A slot of the port table is changed in place, by one store of its word: a
 * port that is renamed, quarantined or removed needs no memory, so that can
 * not fail. A port that comes may need a larger table; when there is no memory
 * for it the port stays unknown, and unknown ports drop.
 */
#ifndef ISOL_VIEW_H
#define ISOL_VIEW_H

#include <linux/rcupdate.h>

#include "classify.h"
#include "counter.h"
#include "isol.h"

struct isol_port;

/**
 * struct isol_slot - a port in the port table
 * @ifindex: whose it is; 0 if nobody's
 * @word: bridge and class, see classify.h
 * @port: where frames are counted; may be NULL
 */
struct isol_slot {
	u32 ifindex;
	u32 word;
	struct isol_port __rcu *port;
};

/**
 * struct isol_view - see above
 * @tables: the compiled policy
 * @counters: of rules and defaults
 * @slots: by ifindex - @base, or by hash of the ifindex
 * @base: lowest ifindex that has a slot; of a dense table
 * @size: number of slots
 * @shift: of the hash; 0 in a dense table
 * @deny: drop everything: the namespace is going away
 * @rcu: to free the view
 */
struct isol_view {
	struct isol_tables tables;
	const struct isol_counters *counters;
	struct isol_slot *slots;
	u32 base;
	u32 size;
	u32 shift;
	bool deny;
	struct rcu_head rcu;
};

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
 * No key is put further from its place in the hash table than
 * ISOL_LONGEST_RUN slots, so this takes a bounded number of steps.
 *
 * Context: under RCU or isol_net.lock.
 * Return: its slot, or NULL if it has none.
 */
static inline struct isol_slot *isol_view_slot(const struct isol_view *view, u32 ifindex)
{
	struct isol_slot *slot;
	u32 i, run;

	if (likely(!view->shift)) {
		i = ifindex - view->base;
		return likely(i < view->size) ? &view->slots[i] : NULL;
	}
	i = isol_view_hash(ifindex, view->shift);
	for (run = 0; run < ISOL_LONGEST_RUN; run++, i++) {
		u32 key;

		slot = &view->slots[i & (view->size - 1)];
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
 * @tables: the compiled policy
 * @counters: of rules and defaults
 * @lowest: lowest ifindex to come
 * @highest: highest ifindex to come
 * @n: number of ports to come
 *
 * Return: the view, with room to spare, or NULL.
 */
struct isol_view *isol_view_new(struct isol_net *in, const struct isol_tables *tables,
				const struct isol_counters *counters, u32 lowest, u32 highest,
				u32 n);

/**
 * isol_view_put() - enter a port, or change it
 * @view: the view, published or not
 * @port: the port
 * @word: its bridge and class
 *
 * Context: isol_net.lock held, or the view is not yet published.
 * Return: false when the table has no room for it.
 */
bool isol_view_put(struct isol_view *view, struct isol_port *port, u32 word);

void isol_view_free(struct isol_net *in, struct isol_view *view);

/* The same once readers are done with it; does not sleep. */
void isol_view_free_rcu(struct isol_net *in, struct isol_view *view);

/* Drops everything: what a namespace has while it goes away. */
extern struct isol_view isol_view_deny;

#endif /* ISOL_VIEW_H */
