/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all unit tests share: cases, checks and random numbers.
 *
 * A case is a function; run_case() calls it and prints "ok NAME", or "not ok
 * NAME REASON" with the first check that failed. A case goes on after a failed
 * check, so checks must be such that it can.
 *
 *	ISOL_T       run only cases with this in their names
 *	ISOL_SEED    seed of the random numbers; printed, default: of the clock
 *	ISOL_ROUNDS  how often random cases try, instead of their default
 */
#ifndef ISOL_TEST_H
#define ISOL_TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/types.h"

/* Called once, first, and what main() returns. */
void test_begin(void);
int test_end(void);

/* Each case begins with the same random numbers, run alone or with others. */
void run_case(const char *name, void (*fn)(void));

__printf(3, 4)
void test_fail(const char *file, int line, const char *fmt, ...);

/* Return: whether no check of the running case has failed yet. */
bool test_good(void);

#define CHECK(cond) \
	((cond) ? (void)0 : test_fail(__FILE__, __LINE__, "%s", #cond))

/* With the values that explain it. */
#define CHECK_MSG(cond, ...) \
	((cond) ? (void)0 : test_fail(__FILE__, __LINE__, __VA_ARGS__))

#define CHECK_EQ(a, b) do { \
	long long a_ = (a), b_ = (b); \
	if (a_ != b_) \
		test_fail(__FILE__, __LINE__, "%s is %lld, not %s = %lld", #a, a_, #b, b_); \
} while (0)

/* The seed, as printed. */
uint64_t test_seed(void);

/* Begin the random numbers anew. */
void test_reseed(uint64_t seed);

/* The same numbers everywhere for the same seed. */
uint64_t test_rand(void);

/* 0 to @n - 1; 0 for 0 */
static inline unsigned int below(unsigned int n)
{
	return n ? test_rand() % n : 0;
}

/* @low to @high */
static inline unsigned int between(unsigned int low, unsigned int high)
{
	return low + below(high - low + 1);
}

/* True in @n of 100 cases. */
static inline bool percent(unsigned int n)
{
	return below(100) < n;
}

unsigned int test_rounds(unsigned int dflt);

/* Seconds since some point in time. */
double test_clock(void);

#endif /* ISOL_TEST_H */
