/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The few kernel services that the pure files use, and their stand-ins for
 * the builds of the same files in userspace (unit tests, fuzzers, benchmarks).
 *
 * Pure files are those whose result depends on their arguments only: they
 * take no lock, look at no device and sleep nowhere but in an allocation or
 * in isol_pause().
 */
#ifndef ISOL_SHIM_H
#define ISOL_SHIM_H

#ifdef __KERNEL__

#include <linux/types.h>
#include <linux/errno.h>
#include <linux/bitops.h>
#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

static inline u32 isol_hash(const void *key, u32 len, u32 seed)
{
	return jhash(key, len, seed);
}

static inline u32 isol_hash_seed(void)
{
	u32 seed;

	get_random_bytes(&seed, sizeof(seed));
	return seed;
}

static inline void isol_pause(void)
{
	cond_resched();
}

static inline void *isol_sys_alloc(size_t size)
{
	return kvzalloc(size, GFP_KERNEL_ACCOUNT);
}

static inline void isol_sys_free(const void *p)
{
	kvfree(p);
}

/* Copy bytes of a frame, counted from its destination address. */
static inline bool isol_skb_copy(const void *skb, u32 off, void *to, u32 len)
{
	return skb && !skb_copy_bits(skb, (int)off + skb_mac_offset(skb), to, len);
}

#define isol_sort(base, num, size, cmp) sort(base, num, size, cmp, NULL)

#else /* !__KERNEL__ */

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define ETH_ALEN 6
#ifndef __bitwise
#define __bitwise
#endif
#define __rcu
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#ifndef noinline
#define noinline __attribute__((__noinline__))
#endif
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define BITS_PER_LONG (8 * (int)sizeof(long))
#define BITS_TO_LONGS(n) DIV_ROUND_UP(n, BITS_PER_LONG)
#define BIT(n) (1UL << (n))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define U32_MAX UINT32_MAX
#ifndef __always_inline
#define __always_inline inline __attribute__((__always_inline__))
#endif
#ifdef __uninitialized
#elif defined(__has_attribute) && __has_attribute(__uninitialized__)
#define __uninitialized __attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif

#define container_of(ptr, type, member) \
	((type *)((const char *)(ptr) - offsetof(type, member)))

static inline void __set_bit(unsigned long n, unsigned long *map)
{
	map[n / BITS_PER_LONG] |= 1UL << (n % BITS_PER_LONG);
}

static inline bool test_bit(unsigned long n, const unsigned long *map)
{
	return map[n / BITS_PER_LONG] >> (n % BITS_PER_LONG) & 1;
}

static inline unsigned long __ffs(unsigned long w)
{
	return __builtin_ctzl(w);
}

static inline int fls64(u64 w)
{
	return w ? 64 - __builtin_clzll(w) : 0;
}

static inline bool ether_addr_equal(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, ETH_ALEN);
}

static inline bool is_zero_ether_addr(const u8 *a)
{
	static const u8 zero[ETH_ALEN];

	return !memcmp(a, zero, ETH_ALEN);
}

static inline bool is_multicast_ether_addr(const u8 *a)
{
	return a[0] & 1;
}

/* FNV-1a with the seed mixed in; only spread matters here */
static inline u32 isol_hash(const void *key, u32 len, u32 seed)
{
	const u8 *p = key;
	u32 h = 2166136261u ^ seed;

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h ^ h >> 15;
}

static inline u32 isol_hash_seed(void)
{
	return 0x9e3779b9u;
}

/* Tests look on at each pause, and at how much was sorted in between. */
extern void (*isol_on_pause)(void);
extern u64 isol_sorted;

static inline void isol_pause(void)
{
	if (isol_on_pause)
		isol_on_pause();
}

/* Tests set this to make the n-th allocation from now on fail. */
extern long isol_fail_alloc;

static inline void *isol_sys_alloc(size_t size)
{
	if (isol_fail_alloc > 0 && --isol_fail_alloc == 0)
		return NULL;
	return calloc(1, size);
}

static inline void isol_sys_free(const void *p)
{
	free((void *)p);
}

/* There are no frames in pieces here. */
static inline bool isol_skb_copy(const void *skb, u32 off, void *to, u32 len)
{
	return false;
}

static inline void isol_sort(void *base, size_t num, size_t size,
			     int (*cmp)(const void *a, const void *b))
{
	qsort(base, num, size, cmp);
	isol_sorted += num * fls64(num);
}

#endif /* __KERNEL__ */
#endif /* ISOL_SHIM_H */
