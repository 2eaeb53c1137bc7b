/* SPDX-License-Identifier: GPL-2.0 */
/* Whether a kernel module is there: for what would be loaded on demand. */
#ifndef ISOL_USERSPACE_MODULES_H
#define ISOL_USERSPACE_MODULES_H

#include "types.h"

enum module_state {
	MODULE_LOADED,
	MODULE_FOUND,		/* modprobe would find it */
	MODULE_LOCKED,		/* it would, but the kernel takes no modules any more */
	MODULE_MISSING,
};

/**
 * module_state() - look for a module
 * @root: in front of /sys, /proc and /lib, "" for this machine
 * @release: of the kernel
 * @name: of the module, with _ for -
 *
 * What modprobe is told by its configuration is not looked at.
 *
 * Return: what there is of it.
 */
enum module_state module_state(const char *root, const char *release, const char *name);

#endif /* ISOL_USERSPACE_MODULES_H */
