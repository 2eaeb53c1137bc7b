/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before all else when the module is built with its tests: lets a
 * test make the n-th allocation of its own that the module does for it fail,
 * as isol_fail_alloc does in the builds for userspace.
 */
#ifndef ISOL_KUNIT_ALLOC_H
#define ISOL_KUNIT_ALLOC_H

#include <linux/mm.h>
#include <linux/slab.h>

extern long isol_fail_alloc;

/* Return: whether this allocation is to fail. Counts those of the test alone. */
bool isol_alloc_fails(void);

static inline void *isol_test_kvzalloc(size_t size, gfp_t flags)
{
	return isol_alloc_fails() ? NULL : kvzalloc(size, flags);
}

#undef kvzalloc
#define kvzalloc(size, flags) isol_test_kvzalloc(size, flags)

#endif /* ISOL_KUNIT_ALLOC_H */
