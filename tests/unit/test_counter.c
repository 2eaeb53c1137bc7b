// SPDX-License-Identifier: GPL-2.0
/*
 * Counters: nothing is lost however many CPUs there are, nor when a set goes on
 * from where another ended. With stand-ins for the kernel: see shim/kernel.h.
 */
#include "kmod/counter.c"

#include "test.h"

#define LIMIT (1LL << 30)
#define MOST 20

u32 nr_cpu_ids;
u32 test_cpu;

static struct isol_mem mem;

static void boot(u32 cpus)
{
	nr_cpu_ids = cpus;
	isol_counters_shared = false;
	isol_counters_setup();
	isol_mem_init(&mem, LIMIT);
}

static void copies(void)
{
	static const struct {
		u32 cpus, copies;
		bool shared;
	} table[] = {
		{ 1, 1, false }, { 2, 2, false }, { 3, 4, false }, { 4, 4, false },
		{ 5, 8, false }, { 8, 8, false }, { 9, 8, true }, { 64, 8, true },
		{ 1000, 8, true },
	};
	struct isol_counters c;
	u32 i, cpu;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		boot(table[i].cpus);
		CHECK_EQ(isol_nshards, table[i].copies);
		CHECK_EQ(isol_counters_shared, table[i].shared);
		CHECK_EQ(isol_counters_init(&c, &mem, 1), 0);
		/* each CPU has a copy, and where they do not share it, one alone */
		for (cpu = 0; cpu < table[i].cpus; cpu++) {
			test_cpu = cpu;
			CHECK(isol_shard() < c.nshards);
			CHECK(isol_counters_shared || isol_shard() == cpu);
		}
		isol_counters_free(&c);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
}

struct sum {
	u64 packets, bytes;
};

static void count_some(struct isol_counters *c, struct sum *sums, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		u32 nr = below(c->n), packets = between(1, 50), bytes = test_rand();

		test_cpu = below(nr_cpu_ids);
		isol_count_add(&c->shard[isol_shard()][nr], packets, bytes);
		sums[nr].packets += packets;
		sums[nr].bytes += bytes;
	}
}

static void check(const struct isol_counters *c, const struct sum *sums)
{
	u64 packets, bytes;
	u32 i;

	for (i = 0; i < c->n; i++) {
		/* they are added to */
		packets = 5;
		bytes = 7;
		isol_counters_read(c, i, &packets, &bytes);
		CHECK_EQ(packets, sums[i].packets + 5);
		CHECK_EQ(bytes, sums[i].bytes + 7);
	}
}

/* Sets come and go; some of their counters go on in the next. */
static void folded(void)
{
	static const u32 cpus[] = { 1, 3, 8, 40 };
	u32 rounds = test_rounds(300), i, j, from;

	for (i = 0; i < rounds && test_good(); i++) {
		struct sum sums[MOST] = { 0 }, next_sums[MOST];
		struct isol_counters c, next;

		boot(cpus[below(ARRAY_SIZE(cpus))]);
		CHECK_EQ(isol_counters_init(&c, &mem, between(1, MOST)), 0);
		for (j = below(6); j--;) {
			u32 k;

			count_some(&c, sums, below(100));
			check(&c, sums);
			CHECK_EQ(isol_counters_init(&next, &mem, between(1, MOST)), 0);
			memset(next_sums, 0, sizeof(next_sums));
			/* what is counted already when the fold comes */
			count_some(&next, next_sums, below(20));
			for (k = 0; k < next.n; k++) {
				if (percent(40))
					continue;
				from = below(c.n);
				isol_counters_fold(&next, k, &c, from);
				next_sums[k].packets += sums[from].packets;
				next_sums[k].bytes += sums[from].bytes;
			}
			isol_counters_free(&c);
			c = next;
			memcpy(sums, next_sums, sizeof(sums));
			check(&c, sums);
		}
		isol_counters_free(&c);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
}

static void no_memory(void)
{
	struct isol_counters c;
	long n;

	boot(4);
	for (n = 1; n < 20; n++) {
		isol_fail_alloc = n;
		if (!isol_counters_init(&c, &mem, 100))
			break;
		CHECK_EQ(isol_fail_alloc, 0);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
	isol_fail_alloc = 0;
	/* the base and four copies */
	CHECK_EQ(n, 6);
	CHECK_EQ(isol_mem_used(&mem), 5 * 100 * sizeof(struct isol_count));
	isol_counters_free(&c);
	/* once more does no harm */
	isol_counters_free(&c);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

int main(void)
{
	test_begin();
	run_case("counter_copies", copies);
	run_case("counter_folded", folded);
	run_case("counter_no_memory", no_memory);
	return test_end();
}
