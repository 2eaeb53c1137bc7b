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
 *
 * The tests of what is in the kernel module are compiled for the kernel too,
 * as KUnit suites: see tests/kunit. There a case is a KUnit case.
 */
#ifndef ISOL_TEST_H
#define ISOL_TEST_H

#ifdef __KERNEL__
#define TEST_IN_KERNEL 1
#define TEST_HOST_ONLY(x)

#include <kunit/test.h>

#include "kunit/libc.h"

#else
#define TEST_IN_KERNEL 0
#define TEST_HOST_ONLY(x) x

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
void test_case(const char *suite, const char *name, void (*fn)(void));

#endif /* __KERNEL__ */

/*
 * A program, or a KUnit suite "isol-SUITE". CASES is a macro that calls the
 * macro it is given for each case, a function:
 *
 *	#define CASES(X) X(this) X(that)
 *	TEST_SUITE(select, CASES)
 *
 * TEST_HOST_ONLY() is around what is not to be a case in the kernel, such as what
 * measures how long something takes.
 */
#ifdef __KERNEL__

void test_run(struct kunit *test, void (*fn)(void));

#define TEST_KUNIT_RUN(fn) \
	static void kunit_##fn(struct kunit *test) { test_run(test, fn); }
#define TEST_KUNIT_CASE(fn) { .name = #fn, .run_case = kunit_##fn, .module_name = KBUILD_MODNAME },
#define TEST_SUITE(suite, CASES) \
	CASES(TEST_KUNIT_RUN) \
	static struct kunit_case kunit_cases[] = { CASES(TEST_KUNIT_CASE) {} }; \
	static struct kunit_suite kunit_suite = { .name = "isol-" #suite, \
						  .test_cases = kunit_cases }; \
	kunit_test_suite(kunit_suite);

#else

#define TEST_PROGRAM_CASE(fn) test_case(suite_name, #fn, fn);
#define TEST_SUITE(suite, CASES) \
	int main(void) \
	{ \
		static const char suite_name[] = #suite; \
		test_begin(); \
		CASES(TEST_PROGRAM_CASE) \
		return test_end(); \
	}

#endif

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
u64 test_seed(void);

/* Begin the random numbers anew. */
void test_reseed(u64 seed);

/* The same numbers everywhere for the same seed. */
u64 test_rand(void);

/* The next number of splitmix64. */
static inline u64 test_next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

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

/* How often to try; in the kernel, where all is slow, less than the default. */
unsigned int test_rounds(unsigned int dflt);

/* Milliseconds since some point in time. */
unsigned int test_ms(void);

/* Let a flag become true after a while; NULL: not any more. */
void test_later(bool *flag, unsigned int ms);

#endif /* ISOL_TEST_H */
