/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's short names of integers, and a few of its macros. */
#ifndef ISOL_USERSPACE_TYPES_H
#define ISOL_USERSPACE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#ifndef __noreturn
#define __noreturn __attribute__((__noreturn__))
#endif
#ifndef __printf
#define __printf(a, b) __attribute__((__format__(printf, a, b)))
#endif

#endif /* ISOL_USERSPACE_TYPES_H */
