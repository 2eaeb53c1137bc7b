/* SPDX-License-Identifier: GPL-2.0 */
/* Network namespaces by name. */
#ifndef ISOL_USERSPACE_NETNS_H
#define ISOL_USERSPACE_NETNS_H

/**
 * netns_enter() - make a network namespace the one of this process
 * @name: a name under /run/netns, or a path where it holds a slash
 *
 * Return: 0 or a negative errno.
 */
int netns_enter(const char *name);

#endif /* ISOL_USERSPACE_NETNS_H */
