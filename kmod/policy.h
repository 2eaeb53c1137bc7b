/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy in force: putting one in, taking it out, and how it ends.
 */
#ifndef ISOL_POLICY_H
#define ISOL_POLICY_H

#include "compile.h"
#include "counter.h"
#include "isol.h"
#include "model.h"

/**
 * struct isol_policy - a policy, compiled
 * @model: as written
 * @compiled: as the hooks see it
 * @counters: of rules and defaults, numbered as in @compiled
 * @claimed: by binding: how many ports it has; under isol_net.lock
 * @track: how connections are tracked for it; NULL if they need not be
 *
 * All but @counters and @claimed are constant.
 */
struct isol_policy {
	struct isol_model *model;
	struct isol_compiled compiled;
	struct isol_counters counters;
	u16 *claimed;
	struct isol_track *track;
};

/**
 * isol_policy_commit() - put a policy in force
 * @in: the namespace
 * @model: the policy as written; the function's from now on, whatever comes
 * @base: the generation it was made against
 * @cancel: becomes true when nobody waits any more
 * @generation: the generation in force afterwards
 * @msg: where text for people goes on errors
 * @msg_len: its size
 *
 * Compiles without a lock, then publishes under RTNL. On an error nothing has
 * changed.
 *
 * Context: process, no lock held; sleeps long.
 * Return: 0, -ESTALE (@base is not the generation in force), -ECANCELED,
 * -ENOMEM, -ENOSPC, -EOPNOTSUPP (connections cannot be tracked), -ESHUTDOWN (the
 * namespace or the module is going).
 */
int isol_policy_commit(struct isol_net *in, struct isol_model *model, u64 base,
		       const bool *cancel, u64 *generation, char *msg, size_t msg_len);

/**
 * isol_policy_flush() - stop enforcing
 * @in: the namespace
 * @base: the generation that is meant, if @has_base
 * @has_base: refuse to flush any other
 * @generation: the generation afterwards
 *
 * Context: as isol_policy_commit().
 * Return: 0, also if there was nothing to flush; -ESTALE.
 */
int isol_policy_flush(struct isol_net *in, u64 base, bool has_base, u64 *generation);

/* The namespace goes: from now on everything is dropped. */
void isol_policy_deny(struct isol_net *in);

/* The namespace has gone, its devices too. */
void isol_policy_release(struct isol_net *in);

#endif /* ISOL_POLICY_H */
