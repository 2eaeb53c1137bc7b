/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the ends of rules can find each other, by ARP or neighbour discovery. */
#ifndef ISOL_USERSPACE_FIND_H
#define ISOL_USERSPACE_FIND_H

#include "policy.h"

/**
 * struct find - what decides over ARP and neighbour discovery in a policy
 *
 * Made once for all rules of a policy, which must not change meanwhile.
 */
struct find;

/**
 * find_new() - look at a policy
 * @p: the policy, checked
 *
 * Return: what it comes to, for find_free(); never NULL.
 */
struct find *find_new(const struct policy *p);

void find_free(struct find *f);

/**
 * struct find_ends - two ends of a rule
 * @from: as the rule names it, or "members" or "uplink" of "any"
 * @to: likewise
 */
struct find_ends {
	const char *from;
	const char *to;
};

/**
 * find_fault() - can the ends of a rule not find each other?
 * @f: the policy
 * @r: a rule of it
 * @ends: out: which ends
 *
 * The rule lets IP pass between two ends that may meet, and between nobody who is one and
 * nobody who is the other do rules and defaults let ARP or neighbour discovery pass both
 * ways: it will not do what it is there for. Where that takes too long to tell, it is not
 * said.
 *
 * Return: true if so.
 */
bool find_fault(struct find *f, const struct rule *r, struct find_ends *ends);

#endif /* ISOL_USERSPACE_FIND_H */
