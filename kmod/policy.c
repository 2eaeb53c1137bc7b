// SPDX-License-Identifier: GPL-2.0
/* The policy in force, see policy.h. */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>

#include "conns.h"
#include "event.h"
#include "hook.h"
#include "policy.h"
#include "port.h"
#include "track.h"
#include "view.h"

static void policy_free(struct isol_net *in, struct isol_policy *policy)
{
	if (!policy)
		return;
	isol_free(&in->mem, policy->claimed,
		  policy->model->nbindings * sizeof(*policy->claimed));
	isol_track_free(in, policy->track);
	isol_counters_free(&policy->counters);
	isol_compiled_free(&policy->compiled);
	isol_model_free(policy->model);
	isol_free(&in->mem, policy, sizeof(*policy));
}

/* Takes the model in any case. */
static struct isol_policy *policy_new(struct isol_net *in, struct isol_model *model,
				      const bool *cancel, char *msg, size_t msg_len)
{
	struct isol_policy *policy = isol_alloc(&in->mem, sizeof(*policy));
	int err = -ENOMEM;

	if (!policy) {
		isol_model_free(model);
		return ERR_PTR(err);
	}
	policy->model = model;
	policy->claimed = isol_alloc(&in->mem, model->nbindings * sizeof(*policy->claimed));
	if (policy->claimed)
		err = isol_model_seal(model);
	if (!err && READ_ONCE(*cancel))
		err = -ECANCELED;
	if (!err)
		err = isol_compile(model, cancel, &policy->compiled, msg, msg_len);
	if (!err)
		err = isol_counters_init(&policy->counters, &in->mem, policy->compiled.ncounters);
	if (err) {
		policy_free(in, policy);
		return ERR_PTR(err);
	}
	return policy;
}

/*
 * Let the counters of rules that keep their name, and of bridges that do, go
 * on from where those of the old policy ended: no hook counts there any more.
 */
static void inherit_counters(struct isol_policy *to, const struct isol_policy *from)
{
	const struct isol_compiled *c = &to->compiled, *old = &from->compiled;
	const struct isol_bridge *bridge;
	u32 i;

	for (i = 0; i < old->nrules; i++) {
		const struct isol_rule *rule = isol_model_rule(to->model, old->rule[i]->name);

		if (rule)
			isol_counters_fold(&to->counters, rule->nr, &from->counters, i);
	}
	for (bridge = from->model->bridges; bridge; bridge = bridge->next) {
		const struct isol_bridge *same = isol_model_bridge(to->model, bridge->name);

		if (!same)
			continue;
		for (i = 0; i < ISOL_NWHY; i++)
			isol_counters_fold(&to->counters,
					   isol_bridge_counter(c->nrules, same->id) + i,
					   &from->counters,
					   isol_bridge_counter(old->nrules, bridge->id) + i);
	}
}

static bool wants_pre(const struct isol_policy *policy)
{
	return isol_model_wants_vlan(policy->model) || policy->track;
}

/*
 * Have VLANs and zones worked out, if a policy needs that, before it is in force: no frame
 * may reach the other hooks that has not been looked at before.
 */
static int pre_begin(struct isol_net *in, const struct isol_policy *policy)
{
	bool had = in->pre_hooked && (in->track_hooked || !policy->track);
	int err = 0;

	if (!wants_pre(policy))
		return 0;
	/* First what takes away what the other one puts on frames. */
	if (policy->track)
		err = isol_hook_tracked_register(in);
	if (!err)
		err = isol_hook_pre_register(in);
	if (!err && isol_model_wants_vlan(policy->model))
		err = isol_brdevs_hook(in);
	if (!err && !had)
		synchronize_net();
	return err;
}

/* The policy that is in force now, or NULL, may not need it any more. */
static void pre_end(struct isol_net *in, const struct isol_policy *policy)
{
	if (!policy || !wants_pre(policy))
		isol_hook_pre_unregister(in);
	if (!policy || !policy->track)
		isol_hook_tracked_unregister(in);
	if (!policy || !isol_model_wants_vlan(policy->model))
		isol_brdevs_unhook(in);
}

/* Put a compiled policy in force where none is. */
static int commit_first(struct isol_net *in, struct isol_policy *policy)
{
	struct isol_view *view = NULL;
	LIST_HEAD(ports);
	int err;

	/* Held until the policy is flushed: see policy_unload(). */
	if (!try_module_get(THIS_MODULE))
		return -ESHUTDOWN;
	err = isol_ports_enumerate(in);
	if (!err)
		err = isol_ports_place(in, policy);
	if (err)
		goto err_out;
	view = isol_ports_view(in, policy, true);
	if (!view) {
		err = -ENOMEM;
		goto err_out;
	}
	isol_conns_limit(policy->track, policy->model);
	/* Published first: a hook never runs without a view to go by. */
	rcu_assign_pointer(in->view, view);
	err = isol_ports_hook(in);
	if (!err)
		err = pre_begin(in, policy);
	if (!err)
		err = isol_hooks_register(in);
	if (err)
		goto err_out;
	isol_ports_settle(in, policy);
	in->policy = policy;
	return 0;

err_out:
	pre_end(in, NULL);
	isol_ports_drop(in, &ports);
	synchronize_net();
	RCU_INIT_POINTER(in->view, NULL);
	isol_view_free(in, view);
	isol_ports_free(in, &ports);
	module_put(THIS_MODULE);
	return err;
}

/* Put a compiled policy in force in place of another. */
static int commit_next(struct isol_net *in, struct isol_policy *policy)
{
	struct isol_view *view = NULL, *old;
	int err;

	err = isol_ports_place(in, policy);
	if (err)
		goto err_out;
	view = isol_ports_view(in, policy, true);
	err = view ? isol_ports_hook(in) : -ENOMEM;
	if (!err)
		err = pre_begin(in, policy);
	if (err)
		goto err_out;
	isol_conns_limit(policy->track, policy->model);
	old = rcu_replace_pointer(in->view, view, lockdep_is_held(&in->lock));
	isol_ports_settle(in, policy);
	in->policy = policy;
	isol_ports_unhook(in);
	pre_end(in, policy);
	isol_view_free_rcu(in, old);
	return 0;

err_out:
	pre_end(in, in->policy);
	isol_ports_stay(in);
	isol_view_free(in, view);
	return err;
}

int isol_policy_commit(struct isol_net *in, struct isol_model *model, u64 base,
		       const bool *cancel, u64 *generation, char *msg, size_t msg_len)
{
	struct isol_policy *policy, *old;
	int err;

	policy = policy_new(in, model, cancel, msg, msg_len);
	if (IS_ERR(policy)) {
		mutex_lock(&in->lock);
		*generation = in->generation;
		mutex_unlock(&in->lock);
		return PTR_ERR(policy);
	}

	mutex_lock(&in->commit);
	err = isol_track_begin(in, policy, msg, msg_len);
	rtnl_lock();
	mutex_lock(&in->lock);
	old = in->policy;
	if (err)
		; /* nothing has changed */
	else if (in->dying)
		err = -ESHUTDOWN;
	else if (in->generation != base)
		err = -ESTALE;
	else if (READ_ONCE(*cancel))
		err = -ECANCELED;
	else if (old)
		err = commit_next(in, policy);
	else
		err = commit_first(in, policy);
	if (!err) {
		in->generation++;
		in->since = ktime_get_real_seconds();
		isol_event_policy(in, ISOL_EVENT_COMMIT, NULL);
	} else {
		old = policy;
	}
	*generation = in->generation;
	mutex_unlock(&in->lock);
	rtnl_unlock();
	if (!err && old) {
		/*
		 * Until no hook counts in the old policy any more. The new one
		 * stays: who would take it out waits for isol_net.commit.
		 */
		synchronize_net();
		inherit_counters(policy, old);
	}
	isol_track_end(in);
	/* There may be connections that are older, or whose bindings had no limit. */
	if (!err)
		isol_conns_recount(in);
	mutex_unlock(&in->commit);
	policy_free(in, old);
	return err;
}

/**
 * struct remains - what is left of a policy when it is out of force
 * @policy: the policy
 * @view: its last view
 * @ports: the ports
 */
struct remains {
	struct isol_policy *policy;
	struct isol_view *view;
	struct list_head ports;
};

/*
 * Take the policy out. Hooks go first; only when no frame can be in one of
 * them may what they read go, and only then the module's reference.
 */
static void policy_unload(struct isol_net *in, struct remains *remains)
{
	isol_hooks_unregister(in);
	pre_end(in, NULL);
	isol_ports_drop(in, &remains->ports);
	/*
	 * Queued frames re-enter behind the hook that queued them, so a grace
	 * period is enough for those too.
	 */
	synchronize_net();
	remains->view = rcu_replace_pointer(in->view, NULL, lockdep_is_held(&in->lock));
	remains->policy = in->policy;
	in->policy = NULL;
}

static void remains_free(struct isol_net *in, struct remains *remains)
{
	if (!remains->policy)
		return;
	isol_view_free(in, remains->view);
	isol_ports_free(in, &remains->ports);
	policy_free(in, remains->policy);
	module_put(THIS_MODULE);
}

int isol_policy_flush(struct isol_net *in, u64 base, bool has_base, u64 *generation)
{
	struct remains remains = { .ports = LIST_HEAD_INIT(remains.ports) };
	int err = 0;

	mutex_lock(&in->commit);
	rtnl_lock();
	mutex_lock(&in->lock);
	if (in->dying) {
		err = -ESHUTDOWN;
	} else if (has_base && in->generation != base) {
		err = -ESTALE;
	} else if (in->policy) {
		policy_unload(in, &remains);
		in->generation++;
		in->since = ktime_get_real_seconds();
		isol_event_policy(in, ISOL_EVENT_FLUSH, NULL);
	}
	*generation = in->generation;
	mutex_unlock(&in->lock);
	rtnl_unlock();
	isol_track_end(in);
	mutex_unlock(&in->commit);
	remains_free(in, &remains);
	return err;
}

void isol_policy_deny(struct isol_net *in)
{
	struct isol_view *old;

	mutex_lock(&in->commit);
	mutex_lock(&in->lock);
	in->dying = true;
	if (in->policy) {
		old = rcu_replace_pointer(in->view, &isol_view_deny, lockdep_is_held(&in->lock));
		isol_view_free_rcu(in, old);
	}
	mutex_unlock(&in->lock);
	/* Now, for nf_conntrack may leave the namespace before isol does. */
	isol_track_stop(in);
	mutex_unlock(&in->commit);
}

void isol_policy_release(struct isol_net *in)
{
	struct remains remains = { .ports = LIST_HEAD_INIT(remains.ports) };

	rtnl_lock();
	mutex_lock(&in->lock);
	if (in->policy)
		policy_unload(in, &remains);
	mutex_unlock(&in->lock);
	rtnl_unlock();
	remains_free(in, &remains);
}
