// SPDX-License-Identifier: GPL-2.0
/* Counters of packets and bytes, see counter.h. */
#include <linux/cpumask.h>
#include <linux/log2.h>

#include "counter.h"

DEFINE_STATIC_KEY_FALSE(isol_counters_shared);
u32 isol_nshards __read_mostly;

/* Called once, before anything is counted: the number of CPUs does not change. */
void isol_counters_setup(void)
{
	isol_nshards = min_t(u32, roundup_pow_of_two(nr_cpu_ids), ISOL_SHARDS);
	if (nr_cpu_ids > isol_nshards)
		static_branch_enable(&isol_counters_shared);
}

int isol_counters_init(struct isol_counters *counters, struct isol_mem *mem, u32 n)
{
	u32 i;

	memset(counters, 0, sizeof(*counters));
	counters->mem = mem;
	counters->n = n;
	counters->base = isol_alloc(mem, n * sizeof(struct isol_count));
	if (!counters->base)
		return -ENOMEM;
	for (i = 0; i < isol_nshards; i++) {
		counters->shard[i] = isol_alloc(mem, n * sizeof(struct isol_count));
		if (!counters->shard[i]) {
			isol_counters_free(counters);
			return -ENOMEM;
		}
		counters->nshards++;
	}
	return 0;
}

void isol_counters_free(struct isol_counters *counters)
{
	u32 i;

	for (i = 0; i < counters->nshards; i++)
		isol_free(counters->mem, counters->shard[i],
			  counters->n * sizeof(struct isol_count));
	isol_free(counters->mem, counters->base, counters->n * sizeof(struct isol_count));
	memset(counters, 0, sizeof(*counters));
}

void isol_count_read(const struct isol_count *c, u64 *packets, u64 *bytes)
{
	*packets += local64_read(&c->packets.own);
	*bytes += local64_read(&c->bytes.own);
}

void isol_counters_read(const struct isol_counters *counters, u32 nr, u64 *packets, u64 *bytes)
{
	u32 i;

	isol_count_read(&counters->base[nr], packets, bytes);
	for (i = 0; i < counters->nshards; i++)
		isol_count_read(&counters->shard[i][nr], packets, bytes);
}

void isol_counters_fold(struct isol_counters *to, u32 nr, const struct isol_counters *from,
			u32 from_nr)
{
	u64 packets = 0, bytes = 0;

	isol_counters_read(from, from_nr, &packets, &bytes);
	atomic64_add(packets, &to->base[nr].packets.shared);
	atomic64_add(bytes, &to->base[nr].bytes.shared);
}
