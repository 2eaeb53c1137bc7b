/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often something may be done: so many times at once, and so many times a
 * second (the generic cell rate algorithm of ITU-T I.371, which does what a token
 * bucket does and has one number to keep).
 *
 * That number is when the next time would be due if all came evenly. What comes
 * before that is early, and may be as early as the burst allows.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_LIMIT_H
#define ISOL_LIMIT_H

#include "shim.h"

#define ISOL_NS_PER_S 1000000000U

/**
 * isol_limit_next() - whether it may be done now
 * @due: when it is due; 0 in the beginning
 * @now: what time it is, in nanoseconds
 * @rate: how often a second; 0 for never
 * @burst: how often at once; 0 is as 1
 * @next: out: when it is due after that
 */
static inline bool isol_limit_next(u64 due, u64 now, u32 rate, u32 burst, u64 *next)
{
	u32 interval, early = burst ? burst - 1 : 0;

	if (!rate)
		return false;
	interval = ISOL_NS_PER_S / rate;
	if (due > now + (u64)early * interval)
		return false;
	*next = (due > now ? due : now) + interval;
	return true;
}

#endif /* ISOL_LIMIT_H */
