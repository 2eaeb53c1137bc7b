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

/**
 * isol_work_sort() - sort what may be long: others wait no longer for that
 * @work: what it costs is told to
 * @from: what is to be sorted
 * @to: as much memory
 * @n: number of elements
 * @size: of one
 * @cmp: as qsort() has it; what is equal keeps its order
 *
 * Merges runs, each twice as long as before.
 *
 * Return: where they are in the end, @from or @to; unsorted, if isol_work() stopped it.
 */
static inline void *isol_work_sort(struct isol_work *work, void *from, void *to, u32 n,
				   size_t size, int (*cmp)(const void *a, const void *b))
{
	u32 run, done = 0;

	for (run = 1; run < n; run *= 2) {
		char *a = from, *out = to;
		u32 first, i, j, mid, end;
		void *tmp = from;

		for (first = 0; first < n; first = end) {
			i = first;
			mid = min(first + run, n);
			j = mid;
			end = min(mid + run, n);
			while (i < mid || j < end) {
				bool left = j == end || (i < mid && cmp(a + i * size,
									a + j * size) <= 0);

				memcpy(out, a + (left ? i++ : j++) * size, size);
				out += size;
				if (++done < 4096)
					continue;
				if (isol_work(work, 2 * done))
					return from;
				done = 0;
			}
		}
		from = to;
		to = tmp;
	}
	isol_work(work, 2 * done);
	return from;
}

#endif /* ISOL_WORK_H */
