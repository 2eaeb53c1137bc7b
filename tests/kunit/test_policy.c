// SPDX-License-Identifier: GPL-2.0
/* Policies in force: how one is put there, replaced, refused and taken out. */
#include <linux/kthread.h>
#include <linux/module.h>

#include "gen.h"
#include "hook.h"
#include "test.h"
#include "world.h"

static struct net_device *br, *a, *b;

static struct isol_model *model(u8 verdict)
{
	struct isol_model *m = world_model();

	world_manage(m, "br0", NULL);
	world_group(m, "g");
	world_bind(m, "alice", "pa", "g");
	world_bind(m, "bob", "pb", "g");
	world_rule(m, "r", "g", "g", verdict);
	return m;
}

static bool begin(void)
{
	world_begin();
	br = world_bridge("br0");
	if (!br)
		return false;
	a = world_port("pa", br);
	b = world_port("pb", br);
	return a && b;
}

static void end(void)
{
	world_end();
}

/* From alice to bob, as the hooks would find it. */
static u32 ask(const struct isol_view *view)
{
	const struct isol_slot *from = isol_view_slot(view, a->ifindex);
	const struct isol_slot *to = isol_view_slot(view, b->ifindex);

	if (!from || !to)
		return 0;
	/* no rule asks about frames */
	return isol_resolve(&view->tables, isol_word_domain(from->word),
			    from->row[to->word & ISOL_WORD_CLASS]);
}

static bool accepts(void)
{
	bool accept;

	rcu_read_lock();
	accept = ask(rcu_dereference(world_net()->view)) & ISOL_DECISION_ACCEPT;
	rcu_read_unlock();
	return accept;
}

/* ---- lifetime */

/**
 * struct reader - somebody who has the view in his hands
 * @old: the view that he found
 * @decision: what it said then
 * @looks: how often he looked while another was published
 * @wrong: how often it did not say what it had said
 * @found: he has it
 * @done: he has let it go
 * @wait: for another view, in ms
 */
struct reader {
	const struct isol_view *old;
	u32 decision;
	u32 looks;
	u32 wrong;
	bool found;
	bool done;
	u32 wait;
};

/* For another 20 ms after the view is old. */
static int read_old_view(void *data)
{
	struct isol_net *in = world_net();
	struct reader *r = data;
	ktime_t until = ktime_add_ms(ktime_get(), r->wait);
	bool seen = false;

	rcu_read_lock();
	r->old = rcu_dereference(in->view);
	r->decision = ask(r->old);
	/* with what he has found */
	smp_store_release(&r->found, true);
	while (ktime_before(ktime_get(), until)) {
		if (rcu_access_pointer(in->view) == r->old)
			continue;
		if (!seen)
			until = ktime_add_ms(ktime_get(), 20);
		seen = true;
		r->looks++;
		r->wrong += ask(r->old) != r->decision;
	}
	WRITE_ONCE(r->done, true);
	rcu_read_unlock();
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/*
 * While somebody reads the old view, the new one is there for others; the old
 * one stays as it was until he lets go, and only then goes the policy behind it.
 */
static void old_view_stays(void)
{
	struct task_struct *task;
	struct reader r = {};
	u32 i;

	if (begin()) {
		CHECK_EQ(world_commit(model(ISOL_VERDICT_ACCEPT)), 0);
		for (i = 0; i < 4; i++) {
			/* a flush takes the view away when all have let it go */
			r = (struct reader){ .wait = i < 3 ? 3000 : 300 };
			task = kthread_run(read_old_view, &r, "isol_reader");
			CHECK(!IS_ERR(task));
			if (IS_ERR(task))
				break;
			/* with what he has found */
			while (!smp_load_acquire(&r.found))
				schedule_timeout_interruptible(1);
			/* commits and flushes wait for readers before they free */
			if (i < 3)
				CHECK_EQ(world_commit(model(i & 1 ? ISOL_VERDICT_ACCEPT :
							    ISOL_VERDICT_DROP)), 0);
			else
				CHECK_EQ(world_flush(), 0);
			CHECK_MSG(READ_ONCE(r.done), "round %u: freed while it is read", i);
			if (i < 3)
				CHECK_EQ(accepts(), i & 1);
			kthread_stop(task);
			CHECK_EQ(!!(r.decision & ISOL_DECISION_ACCEPT), !(i & 1));
			CHECK_MSG(r.looks || i == 3, "round %u: nobody looked", i);
			CHECK_EQ(r.wrong, 0);
		}
	}
	end();
}

static void memory_comes_back(void)
{
	struct isol_net *in = world_net();
	s64 used = 0;
	u32 i;

	if (begin()) {
		for (i = 0; i < 20; i++) {
			CHECK_EQ(world_commit(model(i & 1)), 0);
			CHECK_EQ(accepts(), i & 1);
			if (!i)
				used = isol_mem_used(&in->mem);
			CHECK_EQ(isol_mem_used(&in->mem), used);
		}
		CHECK(used > 0);
	}
	end();
}

/* A policy holds the module. */
static void module_is_held(void)
{
	int before = module_refcount(THIS_MODULE);

	if (begin()) {
		CHECK_EQ(world_commit(model(0)), 0);
		CHECK_EQ(module_refcount(THIS_MODULE), before + 1);
		CHECK_EQ(world_commit(model(1)), 0);
		CHECK_EQ(module_refcount(THIS_MODULE), before + 1);
		CHECK_EQ(world_flush(), 0);
		CHECK_EQ(module_refcount(THIS_MODULE), before);
		CHECK_EQ(world_flush(), 0);
		CHECK_EQ(module_refcount(THIS_MODULE), before);
	}
	end();
}

/* ---- refusals: nothing has changed */

struct state {
	const struct isol_policy *policy;
	const struct isol_view *view;
	u64 generation;
	s64 used;
	s64 since;
};

static struct state state_of(struct isol_net *in)
{
	return (struct state) {
		.policy = in->policy, .view = rcu_access_pointer(in->view),
		.generation = in->generation, .used = isol_mem_used(&in->mem),
		.since = in->since,
	};
}

#define CHECK_SAME(before) check_same(__LINE__, before)

static void check_same(int line, const struct state *before)
{
	struct state now = state_of(world_net());

	if (now.policy != before->policy || now.view != before->view)
		test_fail(__FILE__, line, "another policy is in force");
	if (now.generation != before->generation || now.since != before->since)
		test_fail(__FILE__, line, "another generation");
	if (now.used != before->used)
		test_fail(__FILE__, line, "%lld bytes held, not %lld", now.used, before->used);
}

static int commit_at(u64 base, bool cancelled, u64 *generation)
{
	struct isol_net *in = world_net();
	char msg[ISOL_MESSAGE_LEN + 1] = "";

	return isol_policy_commit(in, model(1), base, &cancelled, generation, msg, sizeof(msg));
}

static void conflicts(void)
{
	struct isol_net *in = world_net();
	u64 generation, now;
	struct state before;
	u32 round;

	if (begin()) {
		for (round = 0; round < 2; round++) {
			before = state_of(in);
			now = in->generation;
			CHECK_EQ(commit_at(now + 1, false, &generation), -ESTALE);
			CHECK_EQ(generation, now);
			CHECK_SAME(&before);
			CHECK_EQ(commit_at(now - 1, false, &generation), -ESTALE);
			CHECK_EQ(commit_at(now ^ 1ULL << 63, false, &generation), -ESTALE);
			CHECK_SAME(&before);
			CHECK_EQ(commit_at(now, true, &generation), -ECANCELED);
			CHECK_EQ(generation, now);
			CHECK_SAME(&before);
			CHECK_EQ(isol_policy_flush(in, now + 1, true, &generation), -ESTALE);
			CHECK_EQ(generation, now);
			CHECK_SAME(&before);
			/* with nothing in force, then with something */
			CHECK_EQ(commit_at(now, false, &generation), 0);
			CHECK_EQ(generation, now + 1);
			CHECK_EQ(in->generation, now + 1);
		}
		now = in->generation;
		CHECK_EQ(isol_policy_flush(in, now, true, &generation), 0);
		CHECK_EQ(generation, now + 1);
		CHECK(!in->policy);
		CHECK(!rcu_access_pointer(in->view));
		/* nothing to flush is no change */
		CHECK_EQ(isol_policy_flush(in, 0, false, &generation), 0);
		CHECK_EQ(generation, now + 1);
	}
	end();
}

/* Each allocation of a commit fails in turn, with and without a policy before. */
static void no_memory(void)
{
	struct isol_net *in = world_net();
	struct isol_model *m;
	struct state before;
	u32 round, failed;
	int err;
	long n;

	if (begin()) {
		for (round = 0; round < 2; round++) {
			failed = 0;
			for (n = 1; n < 1000; n++) {
				before = state_of(in);
				m = model(!round);
				isol_fail_alloc = n;
				err = world_commit(m);
				if (isol_fail_alloc || !err)
					break;
				failed++;
				CHECK_EQ(err, -ENOMEM);
				CHECK_SAME(&before);
				CHECK_EQ(!!world_seen(a), round);
			}
			isol_fail_alloc = 0;
			CHECK_EQ(err, 0);
			CHECK_MSG(failed > 10, "failed %u times only", failed);
			CHECK_EQ(accepts(), !round);
		}
	}
	end();
}

static void over_the_limit(void)
{
	struct isol_net *in = world_net();
	struct isol_model *m;
	struct state before;
	s64 limit = in->mem.limit;

	if (begin()) {
		CHECK_EQ(world_commit(model(1)), 0);
		m = model(0);
		in->mem.limit = isol_mem_used(&in->mem);
		CHECK_EQ(world_commit(m), -ENOMEM);
		in->mem.limit = limit;
		CHECK(accepts());
		before = state_of(in);
		CHECK_EQ(before.generation, in->generation);
		/* the way out asks for nothing */
		in->mem.limit = 0;
		CHECK_EQ(world_flush(), 0);
		in->mem.limit = limit;
	}
	end();
}

/* ---- the namespace goes: see also tests/vm/cases/netns.sh */

static void denies_all(void)
{
	struct isol_net *in = world_net();
	u64 generation;
	struct net_device *c;

	if (begin()) {
		CHECK_EQ(world_commit(model(1)), 0);
		CHECK(accepts());
		isol_policy_deny(in);
		CHECK(rcu_access_pointer(in->view) == &isol_view_deny);
		/* nothing is in a table, and what comes is not either */
		CHECK(!isol_view_slot(&isol_view_deny, a->ifindex));
		c = world_port("pc", br);
		CHECK(c && world_seen(c));
		CHECK(!isol_view_slot(&isol_view_deny, c ? c->ifindex : 0));
		CHECK_EQ(world_commit(model(1)), -ESHUTDOWN);
		CHECK_EQ(isol_policy_flush(in, 0, false, &generation), -ESHUTDOWN);
		isol_policy_release(in);
		CHECK(!in->policy);
		CHECK(!rcu_access_pointer(in->view));
		in->dying = false;	/* it does not go, after all */
	}
	end();
}

#define CASES(X) \
	X(old_view_stays) \
	X(memory_comes_back) \
	X(module_is_held) \
	X(conflicts) \
	X(no_memory) \
	X(over_the_limit) \
	X(denies_all)

TEST_SUITE(policy, CASES)
