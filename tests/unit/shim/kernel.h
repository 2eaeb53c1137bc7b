/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stand-ins for what the kernel's headers give to kmod/view.c, which is not
 * pure: readers and writers take turns here, so nothing has to be atomic. The
 * headers beside this one are all the same.
 */
#ifndef ISOL_TEST_KERNEL_H
#define ISOL_TEST_KERNEL_H

#include "shim.h"

struct list_head {
	struct list_head *next, *prev;
};

struct rcu_head {
	void (*func)(struct rcu_head *rcu);
};

struct mutex {
	int held;
};

struct work_struct {
	int queued;
};

struct delayed_work {
	struct work_struct work;
};

struct workqueue_struct;
struct net;
struct net_device;

struct nf_hook_ops {
	int priority;
};

struct test_count {
	s64 counter;
};

#define atomic_t struct test_count
#define atomic64_t struct test_count
#define local64_t struct test_count

#define DECLARE_STATIC_KEY_FALSE(name) extern bool name
#define static_branch_unlikely(key) (*(key))
#define DEFINE_STATIC_KEY_FALSE(name) bool name
#define static_branch_enable(key) (*(key) = true)
#define raw_smp_processor_id() test_cpu
#define atomic64_add(n, v) ((v)->counter += (n))
#define local64_add(n, v) ((v)->counter += (n))
#define local64_read(v) ((v)->counter)

/* nobody reads meanwhile */
#define smp_load_acquire(p) READ_ONCE(*(p))
/* nobody reads meanwhile */
#define smp_store_release(p, v) WRITE_ONCE(*(p), v)
#define rcu_assign_pointer(p, v) WRITE_ONCE(p, v)

#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define kvfree(p) isol_sys_free(p)

#define __read_mostly

/* The CPU that the test is on, and how many there are. */
extern u32 test_cpu, nr_cpu_ids;

static inline u32 ilog2(unsigned long n)
{
	return BITS_PER_LONG - 1 - __builtin_clzl(n);
}

static inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n < 2 ? 1 : 1UL << (BITS_PER_LONG - __builtin_clzl(n - 1));
}

/* The test says when readers are done. */
void call_rcu(struct rcu_head *rcu, void (*func)(struct rcu_head *rcu));

#endif /* ISOL_TEST_KERNEL_H */
