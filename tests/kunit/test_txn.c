// SPDX-License-Identifier: GPL-2.0
/* Transactions: who may open one, how it ends, what it holds. */
#include <linux/delay.h>

#include "test.h"
#include "txn.h"
#include "world.h"

#define LONG 600000

static int begin_txn(u32 portid)
{
	u64 actual;

	return isol_txn_begin(world_net(), portid, 0, false, LONG, &actual);
}

/* Add a group to a socket's transaction. */
static int add(u32 portid, const char *name)
{
	struct isol_txn *txn = isol_txn_get(world_net(), portid);
	struct isol_group_spec spec = { .name = name };
	struct isol_fault fault;
	int err;

	if (IS_ERR(txn))
		return PTR_ERR(txn);
	err = isol_model_add_group(txn->model, &spec, &fault);
	isol_txn_put(txn, err);
	return err;
}

static u32 open_txns(void)
{
	struct isol_net *in = world_net();
	u32 n;

	mutex_lock(&in->txn_lock);
	n = isol_txn_count(in);
	mutex_unlock(&in->txn_lock);
	return n;
}

static bool no_jobs(void)
{
	return !atomic_read(&world_net()->njobs);
}

static void wait_for_jobs(void)
{
	unsigned int begin = test_ms();

	while (!no_jobs() && test_ms() - begin < 20000)
		msleep(20);
	CHECK(no_jobs());
}

static void one_socket(void)
{
	struct isol_net *in = world_net();
	u64 actual = 0, base;

	world_begin();
	CHECK_EQ(isol_txn_abort(in, 1), -ENOENT);
	CHECK_EQ(isol_txn_commit(in, 1, 1), -ENOENT);
	CHECK_EQ(add(1, "g"), -ENOENT);
	base = in->generation;
	CHECK_EQ(isol_txn_begin(in, 1, base + 1, true, LONG, &actual), -ESTALE);
	CHECK_EQ(isol_txn_begin(in, 1, base, true, LONG, &actual), 0);
	CHECK_EQ(actual, base);
	CHECK_EQ(begin_txn(1), -EALREADY);
	CHECK_EQ(open_txns(), 1);
	CHECK_EQ(add(1, "g"), 0);
	CHECK_EQ(add(2, "g"), -ENOENT);
	CHECK_EQ(isol_txn_abort(in, 1), 0);
	CHECK_EQ(isol_txn_abort(in, 1), -ENOENT);
	/* what is refused ends it */
	CHECK_EQ(begin_txn(1), 0);
	CHECK_EQ(add(1, "g"), 0);
	CHECK_EQ(add(1, "g"), -EEXIST);
	CHECK_EQ(add(1, "h"), -ENOENT);
	CHECK_EQ(open_txns(), 0);
	world_end();
}

static void commits(void)
{
	struct isol_net *in = world_net();
	u64 generation = in->generation;

	world_begin();
	CHECK_EQ(begin_txn(1), 0);
	CHECK_EQ(begin_txn(2), 0);
	CHECK_EQ(add(1, "g"), 0);
	CHECK_EQ(add(2, "h"), 0);
	CHECK_EQ(isol_txn_commit(in, 1, 1), 0);
	/* it is gone at once */
	CHECK_EQ(isol_txn_commit(in, 1, 1), -ENOENT);
	wait_for_jobs();
	CHECK_EQ(in->generation, generation + 1);
	CHECK(in->policy && in->policy->model->ngroups == 1 &&
	      !strcmp(in->policy->model->groups->name, "g"));
	/* the second was made against what is not in force any more */
	CHECK_EQ(isol_txn_commit(in, 2, 1), 0);
	wait_for_jobs();
	CHECK_EQ(in->generation, generation + 1);
	CHECK(in->policy && !strcmp(in->policy->model->groups->name, "g"));
	CHECK_EQ(isol_txn_flush(in, 1, 1, generation, true), 0);
	wait_for_jobs();
	CHECK(in->policy);
	CHECK_EQ(isol_txn_flush(in, 1, 1, generation + 1, true), 0);
	wait_for_jobs();
	CHECK(!in->policy);
	CHECK_EQ(in->generation, generation + 2);
	world_end();
}

static void too_many(void)
{
	struct isol_net *in = world_net();
	u32 i;

	world_begin();
	for (i = 1; i <= ISOL_MAX_TXNS; i++)
		CHECK_EQ(begin_txn(i), 0);
	CHECK_EQ(begin_txn(i), -EBUSY);
	CHECK_EQ(open_txns(), ISOL_MAX_TXNS);
	CHECK_EQ(isol_txn_abort(in, 3), 0);
	CHECK_EQ(begin_txn(i), 0);
	CHECK_EQ(begin_txn(3), -EBUSY);
	for (i = 1; i <= ISOL_MAX_TXNS + 1; i++)
		CHECK_EQ(isol_txn_abort(in, i), i == 3 ? -ENOENT : 0);
	CHECK_EQ(open_txns(), 0);
	world_end();
}

/* Commits that wait: not without end, and a transaction that has to wait stays. */
static void too_many_jobs(void)
{
	struct isol_net *in = world_net();
	u64 generation = in->generation;
	u32 i;

	world_begin();
	CHECK_EQ(begin_txn(1), 0);
	mutex_lock(&in->commit);
	for (i = 1; i <= ISOL_MAX_JOBS; i++)
		CHECK_EQ(isol_txn_flush(in, i + 100, 1, 0, false), 0);
	CHECK_EQ(isol_txn_flush(in, i + 100, 1, 0, false), -EBUSY);
	CHECK_EQ(isol_txn_commit(in, 1, 1), -EBUSY);
	CHECK_EQ(open_txns(), 1);
	CHECK(!no_jobs());
	mutex_unlock(&in->commit);
	wait_for_jobs();
	CHECK_EQ(in->generation, generation);
	CHECK_EQ(isol_txn_commit(in, 1, 1), 0);
	wait_for_jobs();
	CHECK_EQ(in->generation, generation + 1);
	world_end();
}

/* Whoever goes away takes what he has begun with him. */
static void closed(void)
{
	struct isol_net *in = world_net();
	u64 generation = in->generation;

	world_begin();
	CHECK_EQ(begin_txn(1), 0);
	CHECK_EQ(begin_txn(2), 0);
	isol_txn_closed(in, 3);
	CHECK_EQ(open_txns(), 2);
	isol_txn_closed(in, 1);
	CHECK_EQ(open_txns(), 1);
	CHECK_EQ(add(1, "g"), -ENOENT);
	/* a commit that has not come to its end is none */
	mutex_lock(&in->commit);
	CHECK_EQ(isol_txn_commit(in, 2, 1), 0);
	isol_txn_closed(in, 2);
	mutex_unlock(&in->commit);
	wait_for_jobs();
	CHECK_EQ(in->generation, generation);
	CHECK(!in->policy);
	world_end();
}

static void idle(void)
{
	struct isol_net *in = world_net();
	unsigned int begin;
	u64 actual;
	s64 used;
	u32 i;

	world_begin();
	used = isol_mem_used(&in->mem);
	CHECK_EQ(isol_txn_begin(in, 1, 0, false, 200, &actual), 0);
	CHECK_EQ(isol_txn_begin(in, 2, 0, false, LONG, &actual), 0);
	begin = test_ms();
	while (open_txns() > 1 && test_ms() - begin < 20000)
		msleep(20);
	CHECK(test_ms() - begin >= 150);
	CHECK_EQ(open_txns(), 1);
	/* told once, and then there is none */
	CHECK_EQ(add(1, "g"), -ETIMEDOUT);
	CHECK_EQ(add(1, "g"), -ENOENT);
	CHECK_EQ(add(2, "g"), 0);
	CHECK_EQ(isol_txn_abort(in, 2), 0);
	CHECK_EQ(isol_mem_used(&in->mem), used);

	/* another may begin in its place */
	CHECK_EQ(isol_txn_begin(in, 1, 0, false, 1, &actual), 0);
	begin = test_ms();
	while (open_txns() && test_ms() - begin < 20000)
		msleep(20);
	CHECK_EQ(begin_txn(1), 0);
	CHECK_EQ(add(1, "g"), 0);
	CHECK_EQ(isol_txn_abort(in, 1), 0);

	/* those that nobody asks about are not kept without end */
	for (i = 1; i <= ISOL_MAX_TXNS * 6 && test_good(); i++) {
		CHECK_EQ(isol_txn_begin(in, i, 0, false, 1, &actual), 0);
		begin = test_ms();
		while (open_txns() && test_ms() - begin < 20000)
			msleep(20);
	}
	CHECK(isol_mem_used(&in->mem) - used <= ISOL_MAX_TXNS * 5 * (s64)sizeof(struct isol_txn));
	CHECK_EQ(add(1, "g"), -ENOENT);
	CHECK_EQ(add(i - 1, "g"), -ETIMEDOUT);
	for (i = 1; i <= ISOL_MAX_TXNS * 6; i++)
		isol_txn_abort(in, i);
	CHECK_EQ(isol_mem_used(&in->mem), used);
	world_end();
}

static void no_memory(void)
{
	struct isol_net *in = world_net();
	s64 used = isol_mem_used(&in->mem);
	s64 limit = in->mem.limit;
	long n;

	world_begin();
	for (n = 1; n <= 3; n++) {
		isol_fail_alloc = n;
		CHECK_EQ(begin_txn(1), -ENOMEM);
		CHECK_EQ(isol_mem_used(&in->mem), used);
		CHECK_EQ(open_txns(), 0);
	}
	isol_fail_alloc = 0;
	CHECK_EQ(begin_txn(1), 0);
	isol_fail_alloc = 1;
	CHECK_EQ(isol_txn_commit(in, 1, 1), -ENOMEM);
	isol_fail_alloc = 1;
	CHECK_EQ(isol_txn_flush(in, 1, 1, 0, false), -ENOMEM);
	isol_fail_alloc = 0;
	CHECK_EQ(open_txns(), 1);
	CHECK_EQ(isol_txn_abort(in, 1), 0);
	/* the account is full: no way in, but a way out */
	in->mem.limit = used;
	CHECK_EQ(begin_txn(1), -ENOMEM);
	CHECK_EQ(isol_txn_flush(in, 1, 1, 0, false), 0);
	wait_for_jobs();
	in->mem.limit = limit;
	CHECK_EQ(isol_mem_used(&in->mem), used);
	world_end();
}

/* The namespace goes, with transactions and commits in it. */
static void shutdown(void)
{
	struct isol_net *in = world_net();
	u64 generation = in->generation;
	s64 used = isol_mem_used(&in->mem);

	world_begin();
	CHECK_EQ(begin_txn(1), 0);
	CHECK_EQ(begin_txn(2), 0);
	CHECK_EQ(isol_txn_commit(in, 2, 1), 0);
	isol_txn_shutdown(in);
	CHECK(no_jobs());
	CHECK_EQ(open_txns(), 0);
	CHECK_EQ(begin_txn(1), -ESHUTDOWN);
	CHECK_EQ(isol_txn_flush(in, 1, 1, 0, false), -ESHUTDOWN);
	/* what was quicker than the end has happened */
	CHECK(in->generation - generation <= 1);
	in->closed = false;
	CHECK_EQ(world_flush(), 0);
	CHECK_EQ(isol_mem_used(&in->mem), used);
	world_end();
}

#define CASES(X) \
	X(one_socket) \
	X(commits) \
	X(too_many) \
	X(too_many_jobs) \
	X(closed) \
	X(idle) \
	X(no_memory) \
	X(shutdown)

TEST_SUITE(txn, CASES)
