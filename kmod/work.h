/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much a compilation has done, so that it is bounded, and hears soon that
 * nobody wants its result. Whoever may load a policy need not be root of the host,
 * and a namespace that ends waits for its compilation to.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_WORK_H
#define ISOL_WORK_H

#include "shim.h"

/* Steps between two pauses, well below a millisecond. */
#define ISOL_WORK_PAUSE 65536

/**
 * struct isol_work - the steps of a compilation
 * @done: steps so far; one is a comparison or so
 * @pause: when to pause next
 * @limit: how many may be done
 * @cancel: becomes true when nobody wants the result any more, or NULL
 * @err: 0, or why to stop: -ECANCELED, or -E2BIG over the limit
 */
struct isol_work {
	u64 done;
	u64 pause;
	u64 limit;
	const bool *cancel;
	int err;
};

/**
 * isol_work() - say that something was done
 * @work: the account
 * @steps: how much
 *
 * Context: pauses now and then.
 * Return: 0, or why to stop; the same from then on.
 */
static inline int isol_work(struct isol_work *work, u64 steps)
{
	work->done += steps;
	if (likely(work->done < work->pause))
		return work->err;
	if (work->done > work->limit)
		work->err = -E2BIG;
	if (work->cancel && READ_ONCE(*work->cancel))
		work->err = -ECANCELED;
	/* The first step beyond the limit comes here too. */
	if (work->limit >= work->done && work->limit - work->done < ISOL_WORK_PAUSE)
		work->pause = work->limit + 1;
	else
		work->pause = work->done + ISOL_WORK_PAUSE;
	isol_pause();
	return work->err;
}

#endif /* ISOL_WORK_H */
