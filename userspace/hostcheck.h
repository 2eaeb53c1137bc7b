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

/**
 * hostcheck_binding() - the binding that a port would be
 * @p: the policy, checked
 * @link: the port
 *
 * Claims and segments are not looked at, see kmod/select.h.
 *
 * Return: the binding, or NULL.
 */
const struct binding *hostcheck_binding(const struct policy *p, const struct link *link);

typedef void (*unmatched_cb)(const char *port, const char *bridge, void *data);

/**
 * hostcheck_unmatched() - find guest ports that would be dropped
 * @p: the policy, checked
 * @l: the interfaces
 * @cb: called for each port of a managed bridge that no binding matches and
 *	that is no uplink, where the bridge drops what is unbound
 * @data: for @cb
 */
void hostcheck_unmatched(const struct policy *p, const struct links *l, unmatched_cb cb,
			 void *data);

#endif /* ISOL_USERSPACE_HOSTCHECK_H */
