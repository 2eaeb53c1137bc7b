// SPDX-License-Identifier: GPL-2.0
/* How many connections a binding may have, and how often they are counted. */
#include "quota.h"
#include "test.h"

/* What the policy says, or a share of what there is. */
static void quota(void)
{
	static const struct {
		u32 limit, max, quota;
	} table[] = {
		{ 0, 0, 16384 }, { 0, 1, 1 }, { 0, 3, 1 }, { 0, 4, 1 }, { 0, 7, 1 }, { 0, 8, 2 },
		{ 0, 60, 15 }, { 0, 65535, 16383 }, { 0, 65536, 16384 }, { 0, 65540, 16384 },
		{ 0, 262144, 16384 }, { 0, U32_MAX, 16384 }, { 1, 0, 1 }, { 1, 262144, 1 },
		{ 5000, 100, 5000 }, { 60000, 262144, 60000 }, { U32_MAX, 0, U32_MAX },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		u32 got = isol_quota(table[i].limit, table[i].max);

		CHECK_MSG(got == table[i].quota, "%u of %u: %u", table[i].limit, table[i].max, got);
	}
}

/* Four guests that nothing is said about do not fill the table, whatever its size. */
static void shares(void)
{
	u32 max;

	for (max = 4; max < 70000; max++)
		CHECK(isol_quota(0, max) <= max / 4);
}

static void bounds(void)
{
	static const struct {
		int number;
		u32 quota;
		bool near, full;
	} table[] = {
		{ 0, 1, false, false }, { 1, 1, true, true }, { 2, 1, true, true },
		{ 1, 2, false, false }, { 2, 2, true, true }, { 5, 10, false, false },
		{ 6, 10, true, false }, { 9, 10, true, false }, { 10, 10, true, true },
		{ 11, 10, true, true }, { 5, 11, false, false }, { 6, 11, true, false },
		/* less than none, while it is put right, is none */
		{ -1, 1, false, false }, { INT_MIN, U32_MAX, false, false },
		{ INT_MAX, U32_MAX, false, false }, { INT_MAX, INT_MAX, true, true },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		CHECK_MSG(isol_quota_near(table[i].number, table[i].quota) == table[i].near,
			  "near: %d of %u", table[i].number, table[i].quota);
		CHECK_MSG(isol_quota_full(table[i].number, table[i].quota) == table[i].full,
			  "full: %d of %u", table[i].number, table[i].quota);
	}
}

/* At least ten times as long as it took, in milliseconds of microseconds. */
static void pause_between(void)
{
	u32 took;

	CHECK_EQ(isol_recount_pause(0, true), 100);
	CHECK_EQ(isol_recount_pause(0, false), 1000);
	CHECK_EQ(isol_recount_pause(10000, true), 100);
	CHECK_EQ(isol_recount_pause(10100, true), 101);
	CHECK_EQ(isol_recount_pause(100000, false), 1000);
	CHECK_EQ(isol_recount_pause(200000, false), 2000);
	CHECK_EQ(isol_recount_pause(200000, true), 2000);
	CHECK_EQ(isol_recount_pause(U32_MAX, true), 60000);
	for (took = 1; took < 5000000; took += 999)
		CHECK(isol_recount_pause(took, true) >= took / 1000 * 10 &&
		      isol_recount_pause(took, false) >= isol_recount_pause(took, true));
}

#define CASES(X) \
	X(quota) \
	X(shares) \
	X(bounds) \
	X(pause_between)

TEST_SUITE(quota, CASES)
