// SPDX-License-Identifier: GPL-2.0
/* How many connections bindings have, see conns.h. */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/log2.h>

#include "conns.h"
#include "event.h"
#include "model.h"
#include "policy.h"
#include "track.h"

/* A limit that is reached, and stays so, is told once in so long. */
#define TELL_AGAIN (10 * HZ)

/* Unless that is to be done already. */
static void recount_in(struct isol_net *in, unsigned long delay)
{
	queue_delayed_work(in->mem.foreign ? isol_foreign_wq : isol_wq, &in->recount, delay);
}

void isol_conns_look(struct isol_conns *conns)
{
	struct isol_net *in = conns->in;
	unsigned long now = jiffies, due = READ_ONCE(in->recount_due);

	if (delayed_work_pending(&in->recount))
		return;
	recount_in(in, time_before(now, due) ? due - now : 0);
}

void isol_conns_hit(struct isol_conns *conns)
{
	atomic64_inc(&conns->hits);
	isol_conns_look(conns);
}

static struct isol_conns *conns_new(struct isol_net *in, u64 owner)
{
	struct isol_conns *conns = isol_alloc(&in->mem, sizeof(*conns));

	if (!conns)
		return NULL;
	conns->in = in;
	conns->owner = owner;
	refcount_set(&conns->refs, 1);
	return conns;
}

static void conns_put(struct isol_net *in, struct isol_conns *conns)
{
	if (conns && refcount_dec_and_test(&conns->refs))
		isol_free(&in->mem, conns, sizeof(*conns));
}

int isol_conns_make(struct isol_net *in, struct isol_track *track,
		    const struct isol_model *model)
{
	const struct isol_track *had = in->policy ? in->policy->track : NULL;
	const struct isol_binding *binding, *same;

	track->nconns = model->nbindings;
	track->nplaces = roundup_pow_of_two(2 * track->nconns + 1);
	track->conns = isol_alloc(&in->mem, track->nconns * sizeof(*track->conns));
	track->place = isol_alloc(&in->mem, track->nplaces * sizeof(*track->place));
	if (!track->conns || !track->place)
		return -ENOMEM;
	for (binding = model->bindings; binding; binding = binding->next) {
		struct isol_conns *conns = NULL;

		same = had ? isol_model_binding(in->policy->model, binding->name) : NULL;
		if (same) {
			conns = had->conns[same->id];
			refcount_inc(&conns->refs);
		} else {
			conns = conns_new(in, isol_owner(ISOL_PORT_MEMBER, binding->name, 0));
		}
		if (!conns)
			return -ENOMEM;
		track->conns[binding->id] = conns;
		*isol_conns_place(track, conns->owner) = conns;
	}
	return 0;
}

void isol_conns_free(struct isol_net *in, struct isol_track *track)
{
	u32 i;

	for (i = 0; track->conns && i < track->nconns; i++)
		conns_put(in, track->conns[i]);
	isol_free(&in->mem, track->conns, track->nconns * sizeof(*track->conns));
	isol_free(&in->mem, track->place, track->nplaces * sizeof(*track->place));
}

void isol_conns_limit(const struct isol_track *track, const struct isol_model *model)
{
	const struct isol_binding *binding;

	if (!track)
		return;
	for (binding = model->bindings; binding; binding = binding->next)
		WRITE_ONCE(track->conns[binding->id]->limit, binding->max_connections);
}

/* One of a walk. */
static void found(u64 owner, void *data)
{
	struct isol_conns *conns = isol_conns_of(data, owner);

	if (conns)
		conns->found++;
}

/* Tell who has reached a limit since that was looked at last. */
static void tell(struct isol_net *in, const struct isol_policy *policy)
{
	const struct isol_binding *binding;

	for (binding = policy->model->bindings; binding; binding = binding->next) {
		struct isol_conns *conns = policy->track->conns[binding->id];
		u64 hits = atomic64_read(&conns->hits);

		if (hits == conns->seen)
			continue;
		conns->seen = hits;
		if (conns->was_told && time_before(jiffies, conns->told + TELL_AGAIN))
			continue;
		conns->was_told = true;
		conns->told = jiffies;
		mutex_lock(&in->lock);
		isol_event_connections(in, binding);
		mutex_unlock(&in->lock);
	}
}

void isol_conns_recount(struct isol_net *in)
{
	const struct isol_policy *policy;
	bool near = false, full = false;
	struct isol_track *track;
	u32 i, max, took;
	ktime_t began;

	lockdep_assert_held(&in->commit);
	/* Without it the namespace goes, and the policy is not ours any more. */
	if (!in->tracking)
		return;
	policy = in->policy;
	track = policy ? policy->track : NULL;
	if (!track)
		return;
	tell(in, policy);
	for (i = 0; i < track->nconns; i++) {
		atomic_set(&track->conns[i]->undone, 0);
		/* before: see isol_conns_untake() */
		smp_mb();
		track->conns[i]->before = atomic_read(&track->conns[i]->number);
		track->conns[i]->found = 0;
	}
	/*
	 * What has been counted by now will be found, unless it ends: frames that were in
	 * hooks are through. What comes from now on may be counted twice, not less than once.
	 */
	synchronize_net();
	began = ktime_get();
	track->ops->count(in->net, found, track);
	max = track->ops->most(in->net);
	for (i = 0; i < track->nconns; i++) {
		struct isol_conns *conns = track->conns[i];
		int more = (int)conns->found - conns->before + atomic_read(&conns->undone);
		int number = atomic_add_return(more, &conns->number);
		u32 quota = isol_quota(READ_ONCE(conns->limit), max);

		near |= isol_quota_near(number, quota);
		full |= isol_quota_full(number, quota) ||
			(u64)atomic64_read(&conns->hits) != conns->seen;
		isol_pause();
	}
	took = min_t(s64, ktime_us_delta(ktime_get(), began), U32_MAX);
	i = msecs_to_jiffies(isol_recount_pause(took, full));
	WRITE_ONCE(in->recount_due, jiffies + i);
	if (near || full)
		recount_in(in, i);
}

void isol_conns_work(struct work_struct *work)
{
	struct isol_net *in = container_of(to_delayed_work(work), struct isol_net, recount);
	unsigned long now;

	mutex_lock(&in->commit);
	now = jiffies;
	/*
	 * Who has many goes on asking while it is counted, when nobody knows yet how long that
	 * takes: it would be counted again without a pause.
	 */
	if (time_before(now, in->recount_due))
		recount_in(in, in->recount_due - now);
	else
		isol_conns_recount(in);
	mutex_unlock(&in->commit);
}

void isol_conns_ask(struct isol_net *in)
{
	/* Who may make namespaces is not to have many of them counted at once. */
	if (in->mem.foreign) {
		recount_in(in, 0);
		return;
	}
	if (!mutex_trylock(&in->commit))
		return;
	if (time_after_eq(jiffies, in->recount_due))
		isol_conns_recount(in);
	mutex_unlock(&in->commit);
}
