/* SPDX-License-Identifier: GPL-2.0 */
/* Does a policy mean something, and would the kernel take it? */
#ifndef ISOL_USERSPACE_CHECK_H
#define ISOL_USERSPACE_CHECK_H

#include "diag.h"
#include "policy.h"

/**
 * policy_check() - check what can be checked without the host
 * @p: the policy
 * @d: where errors and warnings go
 *
 * Resolves the endpoints of the rules to groups and bindings, and puts the
 * memberships of each binding into the order of the groups, as the kernel has
 * them. Needed before a policy is compared, saved or sent.
 *
 * Return: 0, or -EINVAL when there was an error.
 */
int policy_check(struct policy *p, struct diags *d);

#endif /* ISOL_USERSPACE_CHECK_H */
