/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests use of the C library, by the kernel's means. */
#ifndef ISOL_KUNIT_LIBC_H
#define ISOL_KUNIT_LIBC_H

#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Of just the size that is asked for, to KASAN too. */
static inline void *malloc(size_t size)
{
	return kvmalloc(size, GFP_KERNEL | __GFP_NOFAIL);
}

static inline void *calloc(size_t n, size_t size)
{
	return kvcalloc(n, size, GFP_KERNEL | __GFP_NOFAIL);
}

static inline void free(void *p)
{
	kvfree(p);
}

/* Whole lines only get anywhere: into the case's log. */
#define printf(...) test_printf(__VA_ARGS__)
__printf(1, 2)
void test_printf(const char *fmt, ...);

#endif /* ISOL_KUNIT_LIBC_H */
