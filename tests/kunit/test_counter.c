// SPDX-License-Identifier: GPL-2.0
/* Counters: sums over CPUs, what becomes of them, what they take. */
#include <linux/cpu.h>
#include <linux/smp.h>

#include "counter.h"
#include "test.h"
#include "world.h"

#define N 10
#define LIMIT (64LL << 20)

static struct isol_counters counters;

static void memory(void)
{
	struct isol_mem mem;
	s64 size = sizeof(struct isol_count);
	u64 packets = 0, bytes = 0;
	u32 i;
	long n;

	isol_mem_init(&mem, LIMIT);
	CHECK_EQ(sizeof(struct isol_count), 16);
	CHECK(isol_nshards >= 1 && isol_nshards <= ISOL_SHARDS);
	CHECK(!(isol_nshards & (isol_nshards - 1)));
	CHECK_EQ(isol_counters_init(&counters, &mem, N), 0);
	CHECK_EQ(counters.nshards, isol_nshards);
	CHECK_EQ(isol_mem_used(&mem), (isol_nshards + 1) * N * size);
	for (i = 0; i < N; i++)
		isol_counters_read(&counters, i, &packets, &bytes);
	CHECK_EQ(packets, 0);
	CHECK_EQ(bytes, 0);
	isol_counters_free(&counters);
	CHECK_EQ(isol_mem_used(&mem), 0);
	isol_counters_free(&counters);
	CHECK_EQ(isol_mem_used(&mem), 0);

	/* all or nothing */
	for (n = 1; n <= isol_nshards + 1; n++) {
		isol_fail_alloc = n;
		CHECK_EQ(isol_counters_init(&counters, &mem, N), -ENOMEM);
		CHECK_EQ(isol_fail_alloc, 0);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
	for (mem.limit = 0; mem.limit < (isol_nshards + 1) * N * size; mem.limit += size) {
		CHECK_EQ(isol_counters_init(&counters, &mem, N), -ENOMEM);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
	CHECK_EQ(isol_counters_init(&counters, &mem, N), 0);
	isol_counters_free(&counters);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

/* As many as a policy can have, however many CPUs there are. */
static void bounded(void)
{
	const u32 most = ISOL_MAX_RULES + ISOL_MAX_BRIDGES * 16;
	struct isol_mem mem;

	isol_mem_init(&mem, LIMIT);
	CHECK((u64)most * (ISOL_SHARDS + 1) * sizeof(struct isol_count) < LIMIT / 2);
	CHECK_EQ(isol_counters_init(&counters, &mem, most), 0);
	CHECK(isol_mem_used(&mem) < LIMIT / 2);
	isol_counters_free(&counters);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

static u32 u32_max = U32_MAX;

/* Frame sizes whose sums do not fit 32 bits. */
static void count_here(void *unused)
{
	u32 large = READ_ONCE(u32_max);
	u32 shard = isol_shard(), cpu = smp_processor_id(), i;

	for (i = 0; i < 1000; i++) {
		isol_count_add(&counters.shard[shard][3], 1, 60 + cpu);
		isol_count_add(&counters.shard[shard][4], 65535, large);
	}
}

static void check_counted(u32 times)
{
	u64 packets = 0, bytes = 0, want = 0;
	u32 cpu, i;

	for_each_online_cpu(cpu)
		want += (60 + cpu) * 1000ULL * times;
	isol_counters_read(&counters, 3, &packets, &bytes);
	CHECK_EQ(packets, 1000ULL * times * num_online_cpus());
	CHECK_EQ(bytes, want);
	packets = 0;
	bytes = 0;
	isol_counters_read(&counters, 4, &packets, &bytes);
	CHECK_EQ(packets, 65535000ULL * times * num_online_cpus());
	CHECK_EQ(bytes, U32_MAX * 1000ULL * times * num_online_cpus());
	packets = 0;
	bytes = 0;
	for (i = 0; i < N; i++)
		if (i != 3 && i != 4)
			isol_counters_read(&counters, i, &packets, &bytes);
	CHECK_EQ(packets, 0);
	CHECK_EQ(bytes, 0);
	/* what is read is added */
	packets = 5;
	bytes = 7;
	isol_counters_read(&counters, 0, &packets, &bytes);
	CHECK_EQ(packets, 5);
	CHECK_EQ(bytes, 7);
}

/* All CPUs at a time, each in its own copy and then all sharing copies. */
static void every_cpu(void)
{
	struct isol_mem mem;
	u32 cpu;

	isol_mem_init(&mem, LIMIT);
	CHECK_EQ(isol_counters_init(&counters, &mem, N), 0);
	CHECK(num_online_cpus() > 1);
	for_each_online_cpu(cpu)
		smp_call_function_single(cpu, count_here, NULL, 1);
	check_counted(1);
	on_each_cpu(count_here, NULL, 1);
	check_counted(2);
	static_branch_enable(&isol_counters_shared);
	on_each_cpu(count_here, NULL, 1);
	static_branch_disable(&isol_counters_shared);
	check_counted(3);
	isol_counters_free(&counters);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

static void folds(void)
{
	struct isol_counters next;
	u64 packets, bytes;
	struct isol_mem mem;
	u32 i;

	isol_mem_init(&mem, LIMIT);
	CHECK_EQ(isol_counters_init(&counters, &mem, N), 0);
	for (i = 0; i < 5; i++) {
		on_each_cpu(count_here, NULL, 1);
		CHECK_EQ(isol_counters_init(&next, &mem, 8), 0);
		/* 3 and 4 go on at other places */
		isol_counters_fold(&next, 3, &counters, 3);
		isol_counters_fold(&next, 4, &counters, 4);
		isol_counters_free(&counters);
		counters = next;
		if (i < 4) {
			packets = 0;
			bytes = 0;
			isol_counters_read(&counters, 3, &packets, &bytes);
			CHECK_EQ(packets, 1000ULL * (i + 1) * num_online_cpus());
		}
	}
	/* two that become one */
	isol_counters_fold(&counters, 7, &counters, 3);
	isol_counters_fold(&counters, 7, &counters, 3);
	packets = 0;
	bytes = 0;
	isol_counters_read(&counters, 7, &packets, &bytes);
	CHECK_EQ(packets, 10000ULL * num_online_cpus());
	isol_counters_free(&counters);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

/* ---- from policy to policy */

static struct isol_model *model(const char *first, const char *second, u8 dflt)
{
	const struct isol_bridge_spec spec = { .name = "br0", .dflt = dflt };
	struct isol_model *m = world_model();
	struct isol_fault fault;

	CHECK_EQ(isol_model_add_bridge(m, &spec, &fault), 0);
	world_group(m, "g");
	world_rule(m, first, "g", "host", ISOL_VERDICT_ACCEPT);
	world_rule(m, second, "host", "g", ISOL_VERDICT_DROP);
	return m;
}

/* As the hooks do it. */
static void count_decision(u32 nr, u32 packets)
{
	const struct isol_view *view;

	rcu_read_lock();
	view = rcu_dereference(world_net()->view);
	isol_count_add(&view->counts[isol_shard()][nr], packets, packets * 60);
	rcu_read_unlock();
}

static u64 default_packets(u32 dflt)
{
	struct isol_policy *policy = world_net()->policy;
	u64 packets = 0, bytes = 0;

	isol_counters_read(&policy->counters,
			   isol_decision_counter(isol_tables_default(&policy->compiled.tables, 1,
								     dflt)),
			   &packets, &bytes);
	return packets;
}

static void count_default(u32 dflt, u32 packets)
{
	const struct isol_policy *policy = world_net()->policy;

	count_decision(isol_decision_counter(isol_tables_default(&policy->compiled.tables, 1,
								 dflt)), packets);
}

static void inherited(void)
{
	world_begin();
	CHECK_EQ(world_commit(model("a", "b", ISOL_VERDICT_DROP)), 0);
	if (!world_net()->policy)
		goto out;
	count_decision(0, 5);
	count_decision(1, 7);
	count_default(ISOL_DFLT_HOST, 11);
	count_default(ISOL_DFLT_WITHIN, 13);
	CHECK_EQ(world_packets("a"), 5);
	CHECK_EQ(world_packets("b"), 7);
	/* the same again, in another order, and with one of another name */
	CHECK_EQ(world_commit(model("b", "a", ISOL_VERDICT_DROP)), 0);
	CHECK_EQ(world_packets("a"), 5);
	CHECK_EQ(world_packets("b"), 7);
	CHECK_EQ(default_packets(ISOL_DFLT_HOST), 11);
	CHECK_EQ(default_packets(ISOL_DFLT_WITHIN), 13);
	count_decision(0, 100);
	CHECK_EQ(world_packets("b"), 107);
	CHECK_EQ(world_commit(model("c", "b", ISOL_VERDICT_ACCEPT)), 0);
	CHECK_EQ(world_packets("c"), 0);
	CHECK_EQ(world_packets("b"), 107);
	CHECK_EQ(default_packets(ISOL_DFLT_HOST), 11);
	/* what accepts now is not what dropped */
	CHECK_EQ(default_packets(ISOL_DFLT_WITHIN), 0);
	/* who was away begins anew */
	CHECK_EQ(world_commit(model("a", "b", ISOL_VERDICT_DROP)), 0);
	CHECK_EQ(world_packets("a"), 0);
	CHECK_EQ(world_packets("b"), 107);
	/* and all do after a flush */
	CHECK_EQ(world_flush(), 0);
	CHECK_EQ(world_commit(model("a", "b", ISOL_VERDICT_DROP)), 0);
	CHECK_EQ(world_packets("b"), 0);
out:
	world_end();
}

#define CASES(X) \
	X(memory) \
	X(bounded) \
	X(every_cpu) \
	X(folds) \
	X(inherited)

TEST_SUITE(counter, CASES)
