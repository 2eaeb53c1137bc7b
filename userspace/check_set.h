/* SPDX-License-Identifier: GPL-2.0 */
/* What is wrong with sets, and with how rules name them. */
#ifndef ISOL_USERSPACE_CHECK_SET_H
#define ISOL_USERSPACE_CHECK_SET_H

#include "diag.h"
#include "policy.h"

/**
 * check_elements() - are there too many elements?
 * @p: the policy
 * @d: where errors go
 *
 * Forgets which rules name the sets: check_rule_sets() counts them anew.
 */
void check_elements(struct policy *p, struct diags *d);

/**
 * check_rule_sets() - are the sets of a rule there, and what it takes them for?
 * @p: the policy
 * @d: where errors go
 * @r: the rule, with its ends resolved
 *
 * Return: false if something has been reported.
 */
bool check_rule_sets(struct policy *p, struct diags *d, const struct rule *r);

/**
 * check_service_sets() - take note of the remotes that a service names
 * @p: the policy
 * @s: the service, with its ends resolved
 */
void check_service_sets(struct policy *p, const struct service *s);

/**
 * check_unused_sets() - warn of sets that no rule names, and of empty ones
 * @p: the policy, its rules checked
 * @d: where warnings go
 */
void check_unused_sets(const struct policy *p, struct diags *d);

#endif /* ISOL_USERSPACE_CHECK_SET_H */
