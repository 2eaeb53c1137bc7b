/* SPDX-License-Identifier: GPL-2.0 */
/* Does a policy fit the host's interfaces? */
#ifndef ISOL_USERSPACE_HOSTCHECK_H
#define ISOL_USERSPACE_HOSTCHECK_H

#include "diag.h"
#include "links.h"
#include "policy.h"

/**
 * hostcheck() - check a policy against the interfaces
 * @p: the policy; policy_check() has been happy with it
 * @l: the interfaces
 * @d: where errors and warnings go
 *
 * An interface that leads out of the host and is a port of a managed bridge,
 * but neither an uplink nor bound, is an error: its frames would be dropped as
 * those of an unbound guest, and the host's guests cut off from the network.
 *
 * Return: 0, or -EINVAL when there was an error.
 */
int hostcheck(const struct policy *p, const struct links *l, struct diags *d);

#endif /* ISOL_USERSPACE_HOSTCHECK_H */
