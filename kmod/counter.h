/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of packets and bytes.
 *
 * A counter for each CPU is the cheapest to write, but with a hundred thousand
 * rules on 256 CPUs it would be 400 MB. So there are at most ISOL_SHARDS
 * copies: with no more CPUs than that, each CPU has its own and writes it
 * plainly; with more, CPUs share copies and write them atomically.
 */
#ifndef ISOL_COUNTER_H
#define ISOL_COUNTER_H

#include <linux/atomic.h>
#include <linux/smp.h>

#include "mem.h"

#define ISOL_SHARDS 8

/**
 * struct isol_count - packets and bytes
 * @packets: as on the wire, a GSO frame counts as its segments
 * @bytes: with the Ethernet header, without FCS
 */
struct isol_count {
	atomic64_t packets;
	atomic64_t bytes;
};

/**
 * struct isol_counters - a set of counters
 * @shard: the copies
 * @base: what predecessors of this set had counted; the hooks never write it
 * @mem: the account that paid
 * @n: counters in each copy
 * @nshards: number of copies
 */
struct isol_counters {
	struct isol_count *shard[ISOL_SHARDS];
	struct isol_count *base;
	struct isol_mem *mem;
	u32 n;
	u32 nshards;
};

int isol_counters_init(struct isol_counters *counters, struct isol_mem *mem, u32 n);
void isol_counters_free(struct isol_counters *counters);

/**
 * isol_counters_read() - sum one counter up
 * @counters: the set
 * @nr: which one
 * @packets: its packets are added here
 * @bytes: its bytes are added here
 *
 * Context: any; frames may be counted meanwhile.
 */
void isol_counters_read(const struct isol_counters *counters, u32 nr, u64 *packets, u64 *bytes);

/**
 * isol_counters_fold() - let one counter go on from where another ended
 * @to: the set that goes on
 * @nr: which one
 * @from: the set that ended: no hook counts there any more
 * @from_nr: which one of that
 *
 * Context: writers of @to's base exclude each other.
 */
void isol_counters_fold(struct isol_counters *to, u32 nr, const struct isol_counters *from,
			u32 from_nr);

extern bool isol_counters_shared;
extern u32 isol_counters_mask;

/**
 * isol_count_add() - count
 * @counters: the set
 * @nr: which one
 * @packets: how many
 * @bytes: how many
 *
 * Context: a netfilter hook. A plain write may lose a count where the hook can
 * be preempted by another on its CPU; it is used only where it cannot.
 */
static inline void isol_count_add(const struct isol_counters *counters, u32 nr, u32 packets,
				  u32 bytes)
{
	struct isol_count *c;

	c = &counters->shard[raw_smp_processor_id() & isol_counters_mask][nr];
	if (isol_counters_shared) {
		atomic64_add(packets, &c->packets);
		atomic64_add(bytes, &c->bytes);
	} else {
		atomic64_set(&c->packets, atomic64_read(&c->packets) + packets);
		atomic64_set(&c->bytes, atomic64_read(&c->bytes) + bytes);
	}
}

void isol_counters_setup(void);

#endif /* ISOL_COUNTER_H */
