/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many connections a binding has, and that they are no more than it may have.
 *
 * When a connection becomes a binding's, see isol_owner(), one more is counted. Nobody
 * tells us when one ends: connection tracking has no place for others to look on there. So
 * the table is walked, and what is found there counts, while some binding has more than
 * half of what it may have, and when somebody asks how many there are; else nothing runs. In
 * between a number can only be too high.
 *
 * Not by nf_conncount: that keeps a list of a binding's connections under a lock, and
 * looks each of them up again for a new one, or once a jiffy in newer kernels. A guest
 * could make its own limit the host's work.
 */
#ifndef ISOL_CONNS_H
#define ISOL_CONNS_H

#include <linux/atomic.h>
#include <linux/refcount.h>

#include "isol.h"
#include "quota.h"
#include "track.h"

struct isol_model;

/**
 * struct isol_conns - the connections of a binding
 * @number: how many there are
 * @limit: how many the policy says there may be; 0: see isol_quota()
 * @hits: frames that were dropped for the limit
 * @owner: the binding, see isol_owner()
 * @in: the namespace
 * @refs: policies that have it
 * @undone: taken back since a count began, see isol_conns_untake()
 * @before: @number when a count began
 * @found: what has been counted
 * @seen: @hits when that was looked at last
 * @told: when a limit that was reached was told last, in jiffies, if @was_told
 * @was_told: see above
 *
 * A binding that keeps its name keeps this over a change of policy. All from @before on are
 * protected by isol_net.commit.
 */
struct isol_conns {
	atomic_t number;
	u32 limit;
	atomic64_t hits;
	u64 owner;
	struct isol_net *in;
	refcount_t refs;
	atomic_t undone;
	int before;
	u32 found;
	u64 seen;
	unsigned long told;
	bool was_told;
};

/**
 * isol_conns_take() - count one more connection
 * @conns: whose
 * @max: how many the kernel tracks
 * @near: out: they are to be counted again, see isol_conns_look()
 *
 * Context: any.
 * Return: false if it has as many as it may have.
 */
static inline bool isol_conns_take(struct isol_conns *conns, u32 max, bool *near)
{
	u32 quota = isol_quota(READ_ONCE(conns->limit), max);
	int number = atomic_read(&conns->number);

	do {
		if (isol_quota_full(number, quota))
			return false;
	} while (!atomic_try_cmpxchg(&conns->number, &number, number + 1));
	*near = isol_quota_near(number + 1, quota);
	return true;
}

/**
 * isol_conns_untake() - one connection less
 * @conns: whose, or NULL
 *
 * A count that has begun may find it all the same, or not: it takes this back, for the
 * number to be rather too high than too low. In this order, for the same reason.
 *
 * Context: any.
 */
static inline void isol_conns_untake(struct isol_conns *conns)
{
	if (!conns)
		return;
	atomic_dec(&conns->number);
	/* The number first, then what tells of it: see isol_conns_recount(). */
	smp_mb__after_atomic();
	atomic_inc(&conns->undone);
}

/**
 * isol_conns_place() - where the connections of an owner are, or would be
 * @track: of the policy
 * @owner: see isol_owner()
 */
static inline struct isol_conns **isol_conns_place(const struct isol_track *track, u64 owner)
{
	u32 i = (u32)owner & (track->nplaces - 1);

	/* At least half of them are free. */
	while (track->place[i] && track->place[i]->owner != owner)
		i = (i + 1) & (track->nplaces - 1);
	return &track->place[i];
}

/* The connections of an owner; NULL if they do not count, or it has none. Context: any. */
static inline struct isol_conns *isol_conns_of(const struct isol_track *track, u64 owner)
{
	return owner ? *isol_conns_place(track, owner) : NULL;
}

/**
 * isol_conns_look() - have connections counted, soon
 * @conns: whose are many
 *
 * Context: a hook.
 */
void isol_conns_look(struct isol_conns *conns);

/* The same where a frame is dropped because it has as many as it may have. */
void isol_conns_hit(struct isol_conns *conns);

/**
 * isol_conns_make() - what counts the connections of a policy's bindings
 * @in: the namespace
 * @track: gets it, with what has been counted for the policy in force
 * @model: the policy
 *
 * Context: isol_net.commit held.
 * Return: 0 or -ENOMEM; then isol_conns_free() is due too.
 */
int isol_conns_make(struct isol_net *in, struct isol_track *track,
		    const struct isol_model *model);
void isol_conns_free(struct isol_net *in, struct isol_track *track);

/* The policy has been put in force: its limits hold. Context: isol_net.lock held. */
void isol_conns_limit(const struct isol_track *track, const struct isol_model *model);

/**
 * isol_conns_recount() - count the connections of all bindings
 * @in: the namespace
 *
 * And tell who has reached a limit.
 *
 * Context: process, isol_net.commit held, nothing inside it.
 */
void isol_conns_recount(struct isol_net *in);

/**
 * isol_conns_ask() - somebody wants to know how many connections there are
 * @in: the namespace
 *
 * Counts them, unless that has been done just now, or a policy is being put in force. In a
 * namespace of another user than the host's that is done later.
 *
 * Context: process.
 */
void isol_conns_ask(struct isol_net *in);

/* Delayed work of isol_net.recount. */
void isol_conns_work(struct work_struct *work);

#endif /* ISOL_CONNS_H */
