/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How many connections a binding may have where nothing is said, and how often they are
 * counted: see conns.h.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_QUOTA_H
#define ISOL_QUOTA_H

#include "shim.h"

/* Of all connections that the kernel tracks, a binding gets one in so many. */
#define ISOL_QUOTA_SHARE 4
/* More is nobody's who has not been given it. */
#define ISOL_QUOTA_MOST 16384

/**
 * isol_quota() - how many connections a binding may have
 * @limit: what the policy says, 0 if it says nothing
 * @max: how many connections the kernel tracks, 0 if there is no limit
 *
 * Return: the number, at least 1.
 */
static inline u32 isol_quota(u32 limit, u32 max)
{
	u32 share = max / ISOL_QUOTA_SHARE;

	if (limit)
		return limit;
	if (!max || share > ISOL_QUOTA_MOST)
		return ISOL_QUOTA_MOST;
	return share ? share : 1;
}

/* Whether so many are so near to what they may be that they are counted again. */
static inline bool isol_quota_near(int number, u32 quota)
{
	return number > 0 && (u32)number > quota / 2;
}

static inline bool isol_quota_full(int number, u32 quota)
{
	return number > 0 && (u32)number >= quota;
}

/* Counting takes no more than one part in so many of a CPU, and one more. */
#define ISOL_RECOUNT_SHARE 10
#define ISOL_RECOUNT_FULL_MS 100
#define ISOL_RECOUNT_NEAR_MS 1000

/**
 * isol_recount_pause() - how long nothing is counted again
 * @took: how long it took, in microseconds
 * @full: somebody may have no more
 *
 * Return: milliseconds.
 */
static inline u32 isol_recount_pause(u32 took, bool full)
{
	u32 pause = took / (1000 / ISOL_RECOUNT_SHARE);
	u32 least = full ? ISOL_RECOUNT_FULL_MS : ISOL_RECOUNT_NEAR_MS;

	if (pause < least)
		return least;
	/* It could be the clock that went on. */
	return pause > 60000 ? 60000 : pause;
}

#endif /* ISOL_QUOTA_H */
