/* SPDX-License-Identifier: GPL-2.0 */
/* A policy to the kernel, as one transaction. */
#ifndef ISOL_USERSPACE_PUSH_H
#define ISOL_USERSPACE_PUSH_H

#include "genl.h"
#include "policy.h"

/**
 * push_send - called for each full message
 * @nlh: the message
 * @data: what the caller gave
 *
 * Return: 0 or a negative errno, which ends the work.
 */
typedef int (*push_send)(struct nlmsghdr *nlh, void *data);

/**
 * push_messages() - pack the objects of a policy into ISOL_CMD_ADD messages
 * @g: the connection, which the messages are for
 * @p: the policy; policy_check() has been happy with it
 * @send: called for each message
 * @data: for @send
 *
 * Return: 0, -E2BIG for an object that is larger than a message, or what @send
 * gave.
 */
int push_messages(struct genl *g, const struct policy *p, push_send send, void *data);

/**
 * push_policy() - have the kernel enforce a policy in place of the current one
 * @g: the connection
 * @p: the policy; policy_check() has been happy with it
 * @base: the generation it was made against
 * @generation: out: the generation it has become
 *
 * Return: 0; -ESTALE when the policy has been changed since @base; other
 * negative errnos. @g->error tells more. The kernel enforces all of @p, or
 * what it enforced before.
 */
int push_policy(struct genl *g, const struct policy *p, u64 base, u64 *generation);

#endif /* ISOL_USERSPACE_PUSH_H */
