// SPDX-License-Identifier: GPL-2.0
/* What the hooks read, see view.h. */
#include <linux/log2.h>

#include "policy.h"
#include "port.h"
#include "view.h"

/* No slots: every port is unknown. */
struct isol_view isol_view_deny;

/* Frames of ports that are unknown are counted for nobody. */
static struct isol_count nobody[ISOL_SHARDS * ISOL_PORT_NCOUNTERS + ISOL_PORT_NBEHIND];

static size_t slots_len(u32 size)
{
	return size * sizeof(struct isol_slot);
}

/* None without tracking: @holders is NULL then. */
static size_t holders_len(const struct isol_view *view)
{
	return view->track ? view->size * sizeof(*view->holders) : 0;
}

struct isol_view *isol_view_new(struct isol_net *in, const struct isol_policy *policy,
				u32 lowest, u32 highest, u32 n)
{
	const struct isol_tables *tables = &policy->compiled.tables;
	const struct isol_counters *counters = &policy->counters;
	struct isol_view *view = isol_alloc_must(&in->mem, sizeof(*view));
	u64 range;
	u32 i;

	if (!view)
		return NULL;
	view->tables = *tables;
	view->host_row = tables->classes[ISOL_CLASS_HOST].row;
	view->quarantined_row = tables->classes[ISOL_CLASS_QUARANTINED].row;
	view->track = policy->track;
	for (i = 0; i < counters->nshards; i++)
		view->counts[i] = counters->shard[i];
	/*
	 * Dense if that takes no more than a few times the memory of the hash.
	 * New ports get higher numbers, so the room to spare is at the top.
	 */
	range = n ? (u64)highest - lowest + 1 : 0;
	range += range / 2 + 64;
	if (range <= max_t(u64, 1024, (u64)n * 8)) {
		view->base = lowest;
		view->size = range;
		view->dense = range;
		view->plain = view->track ? 0 : range;
	} else {
		view->size = roundup_pow_of_two(max_t(u32, n * 4, 64) + 1);
		view->shift = 32 - ilog2(view->size);
	}
	view->slots = isol_alloc_must(&in->mem, slots_len(view->size));
	if (view->slots && view->track) {
		view->holders = isol_alloc_must(&in->mem, holders_len(view));
		if (!view->holders) {
			isol_free(&in->mem, view->slots, slots_len(view->size));
			view->slots = NULL;
		}
	}
	if (!view->slots) {
		isol_free(&in->mem, view, sizeof(*view));
		return NULL;
	}
	for (i = 0; i < view->size; i++) {
		view->slots[i].row = tables->classes[ISOL_CLASS_GONE].row;
		view->slots[i].counts = nobody;
		if (view->holders)
			view->holders[i].row = view->slots[i].row;
	}
	return view;
}

/* A place for a port that has none: the first free one from its own on. */
static struct isol_slot *hash_place(struct isol_view *view, u32 ifindex)
{
	u32 i = isol_view_hash(ifindex, view->shift), run;

	for (run = 0; run < ISOL_LONGEST_RUN; run++, i++)
		if (!view->slots[i & (view->size - 1)].ifindex)
			return &view->slots[i & (view->size - 1)];
	return NULL;
}

bool isol_view_put(struct isol_view *view, struct isol_port *port, const struct isol_place *place)
{
	u32 word = place->word;
	struct isol_slot *slot = isol_view_slot(view, port->ifindex);
	const struct isol_class *class;

	if (!slot && view->size && !view->dense)
		slot = hash_place(view, port->ifindex);
	if (!slot)
		return false;
	class = &view->tables.classes[word & ISOL_WORD_CLASS];
	/*
	 * In this order: whoever finds the port by its ifindex finds the rest,
	 * or an unknown port, which drops.
	 */
	slot->port = port;
	WRITE_ONCE(slot->counts, port->counts);
	if (view->holders) {
		struct isol_holder *holder = &view->holders[slot - view->slots];

		WRITE_ONCE(holder->owner, place->owner);
		/* after the owner: who finds none here goes by that */
		smp_store_release(&holder->conns, place->conns);
		WRITE_ONCE(holder->row, class->row);
	}
	WRITE_ONCE(slot->row, isol_place_contained(place) ? view->quarantined_row : class->row);
	/* after where it is counted and its row */
	smp_store_release(&slot->word, isol_word(isol_word_domain(word), class->col));
	if (slot->ifindex != port->ifindex)
		/* after all of it */
		smp_store_release(&slot->ifindex, port->ifindex);
	return true;
}

void isol_view_clear(struct isol_view *view, const struct isol_port *port)
{
	struct isol_slot *slot = isol_view_slot(view, port->ifindex);

	if (!slot || slot->port != port)
		return;
	WRITE_ONCE(slot->word, ISOL_WORD_UNKNOWN);
	WRITE_ONCE(slot->row, view->tables.classes[ISOL_CLASS_GONE].row);
	if (view->holders)
		WRITE_ONCE(view->holders[slot - view->slots].row, READ_ONCE(slot->row));
	WRITE_ONCE(slot->counts, nobody);
	slot->port = NULL;
}

void isol_view_free(struct isol_net *in, struct isol_view *view)
{
	if (!view || view == &isol_view_deny)
		return;
	isol_free(&in->mem, view->holders, holders_len(view));
	isol_free(&in->mem, view->slots, slots_len(view->size));
	isol_free(&in->mem, view, sizeof(*view));
}

static void free_rcu(struct rcu_head *rcu)
{
	struct isol_view *view = container_of(rcu, struct isol_view, rcu);

	kvfree(view->holders);
	kvfree(view->slots);
	kvfree(view);
}

void isol_view_free_rcu(struct isol_net *in, struct isol_view *view)
{
	if (!view || view == &isol_view_deny)
		return;
	/* Uncharged now: the namespace may be gone when readers are done. */
	isol_mem_forget(&in->mem, slots_len(view->size) + holders_len(view) + sizeof(*view));
	call_rcu(&view->rcu, free_rcu);
}
