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

#include <asm/local64.h>
#include <linux/atomic.h>
#include <linux/jump_label.h>
#include <linux/smp.h>

#include "mem.h"

#define ISOL_SHARDS 8

/*
 * One number: written by one CPU alone, where a count cannot be lost to
 * whatever interrupts it there, or by several. local64_t is an atomic64_t, or
 * is laid out as one.
 */
union isol_sum {
	local64_t own;
	atomic64_t shared;
};

/**
 * struct isol_count - packets and bytes
 * @packets: as on the wire, a GSO frame counts as its segments
 * @bytes: with the Ethernet header, without FCS
 */
struct isol_count {
	union isol_sum packets;
	union isol_sum bytes;
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

/* A copy is shared by several CPUs. */
DECLARE_STATIC_KEY_FALSE(isol_counters_shared);

/* Number of copies, a power of two. */
extern u32 isol_nshards;

/* The copy that this CPU writes. */
static __always_inline u32 isol_shard(void)
{
	u32 cpu = raw_smp_processor_id();

	if (static_branch_unlikely(&isol_counters_shared))
		cpu &= ISOL_SHARDS - 1;
	return cpu;
}

static __always_inline void isol_count_add(struct isol_count *c, u32 packets, u32 bytes)
{
	if (static_branch_unlikely(&isol_counters_shared)) {
		atomic64_add(packets, &c->packets.shared);
		atomic64_add(bytes, &c->bytes.shared);
	} else {
		local64_add(packets, &c->packets.own);
		local64_add(bytes, &c->bytes.own);
	}
}

void isol_count_read(const struct isol_count *c, u64 *packets, u64 *bytes);
void isol_counters_setup(void);

#endif /* ISOL_COUNTER_H */
