/* SPDX-License-Identifier: GPL-2.0 */
/* The tool's policies for the module's model, without netlink in between. */
#ifndef ISOL_GIVE_H
#define ISOL_GIVE_H

#include "model.h"
#include "userspace/policy.h"

/**
 * give_policy() - add all objects of a policy to a model
 * @model: the model
 * @p: the policy, checked or not
 * @f: out: why an object was refused
 *
 * In the order in which push_policy() sends them.
 *
 * Return: 0, or what the model said to the object that it refused.
 */
int give_policy(struct isol_model *model, const struct policy *p, struct isol_fault *f);

/**
 * take_match() - what a rule of a model asks, as the tool has it
 * @a: where the memory comes from
 * @values: as in struct isol_rule_spec
 * @n: number of @values
 * @m: out: the match; empty before
 */
void take_match(struct arena *a, const struct isol_values *values, u32 n, struct match *m);

#endif /* ISOL_GIVE_H */
