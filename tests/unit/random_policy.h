/* SPDX-License-Identifier: GPL-2.0 */
/* Policies made of random numbers, for the tests of the tool. */
#ifndef ISOL_RANDOM_POLICY_H
#define ISOL_RANDOM_POLICY_H

#include "userspace/policy.h"

/**
 * random_policy() - make a policy
 * @next: gives random numbers
 * @size: about how many objects of each kind
 *
 * The policy is such as policy_check() takes, and has been through it.
 *
 * Return: the policy, to be freed.
 */
struct policy *random_policy(u64 (*next)(void), unsigned int size);

/**
 * random_match() - make up what a rule asks
 * @p: the policy it is for
 * @next: gives random numbers
 * @match: out: such as match_check() takes; seldom empty
 */
void random_match(struct policy *p, u64 (*next)(void), struct match *match);

#endif /* ISOL_RANDOM_POLICY_H */
