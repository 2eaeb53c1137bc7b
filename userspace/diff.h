/* SPDX-License-Identifier: GPL-2.0 */
/* What is different between two policies. */
#ifndef ISOL_USERSPACE_DIFF_H
#define ISOL_USERSPACE_DIFF_H

#include "policy.h"

/* What would be done to an object. */
enum change {
	CHANGE_ADD,
	CHANGE_CHANGE,
	CHANGE_REMOVE,
	CHANGE_REORDER,
};

/**
 * diff_cb - called for each difference
 * @what: what would be done
 * @kind: kind of the object
 * @o: the object; NULL for CHANGE_REORDER, which is about the whole list
 * @keys: for CHANGE_CHANGE, the keys that differ: "to, comment"
 * @data: what the caller gave
 */
typedef void (*diff_cb)(enum change what, enum object_kind kind, const struct object *o,
			const char *keys, void *data);

/**
 * policy_diff() - compare two policies
 * @old: the one
 * @new: the other
 * @cb: called for each difference, or NULL
 * @data: for @cb
 *
 * Everything that a file can say counts, comments and the order of objects
 * included; what only the kernel tells does not. Of a set it counts what it holds,
 * not how that is written. Both must have been checked.
 *
 * Return: true if they differ.
 */
bool policy_diff(const struct policy *old, const struct policy *new, diff_cb cb, void *data);

#endif /* ISOL_USERSPACE_DIFF_H */
