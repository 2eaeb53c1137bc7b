// SPDX-License-Identifier: GPL-2.0
/* Between which ends rules let IP pass, see follow.h. */
#include "follow.h"

static u32 bucket_of(const struct isol_follow *f, const unsigned long *row)
{
	return isol_hash(row, f->size, f->seed) & (f->nbuckets - 1);
}

/* Row 0 is the one from which nothing passes. */
static void keep(struct isol_follow *f, unsigned long *row)
{
	u32 *bucket = &f->bucket[bucket_of(f, row)];

	f->row[f->nrows] = row;
	f->next[f->nrows] = *bucket;
	*bucket = ++f->nrows;
}

int isol_follow_init(struct isol_follow *f, struct isol_arena *arena, u32 seed, u32 nrows,
		     u32 ncols)
{
	unsigned long *empty;

	f->arena = arena;
	f->seed = seed;
	f->ncols = ncols;
	f->size = DIV_ROUND_UP(ncols, ISOL_FOLLOW_CELLS) * sizeof(long);
	f->nrows = 0;
	for (f->nbuckets = 16; f->nbuckets < nrows; f->nbuckets *= 2)
		;
	f->bucket = isol_arena_alloc(arena, f->nbuckets * sizeof(*f->bucket));
	f->next = isol_arena_alloc(arena, (nrows + 1) * sizeof(*f->next));
	f->row = isol_arena_alloc(arena, (nrows + 1) * sizeof(*f->row));
	f->row_nr = isol_arena_alloc(arena, nrows * sizeof(*f->row_nr));
	f->col_nr = isol_arena_alloc(arena, ncols * sizeof(*f->col_nr));
	f->filling = isol_arena_alloc(arena, f->size);
	empty = isol_arena_alloc(arena, f->size);
	if (!f->bucket || !f->next || !f->row || !f->row_nr || !f->col_nr || !f->filling || !empty)
		return -ENOMEM;
	keep(f, empty);
	return 0;
}

int isol_follow_store(struct isol_follow *f, u32 row, struct isol_work *work, size_t limit)
{
	u32 i;

	isol_work(work, f->size / sizeof(long));
	for (i = f->bucket[bucket_of(f, f->filling)]; i; i = f->next[i - 1]) {
		isol_work(work, f->size / sizeof(long));
		if (memcmp(f->row[i - 1], f->filling, f->size))
			continue;
		f->row_nr[row] = i - 1;
		memset(f->filling, 0, f->size);
		return 0;
	}
	if (((u64)f->nrows + 1) * f->size > limit)
		return -ENOSPC;
	f->row_nr[row] = f->nrows;
	keep(f, f->filling);
	f->filling = isol_arena_alloc(f->arena, f->size);
	return f->filling ? 0 : -ENOMEM;
}

/*
 * Split the columns by one row and version: those of a number that have it get
 * another one, unless all have it.
 */
static void split(struct isol_follow *f, const unsigned long *row, u32 version, u32 *n,
		  u32 *count, u32 *hits,
		  u32 *fresh)
{
	const u32 before = *n;
	u32 col, nr;

	memset(hits, 0, before * sizeof(*hits));
	memset(fresh, 0, before * sizeof(*fresh));
	for (col = 0; col < f->ncols; col++)
		if (isol_follow_cell(row, col) & version)
			hits[f->col_nr[col]]++;
	for (col = 0; col < f->ncols; col++) {
		nr = f->col_nr[col];
		if (hits[nr] == count[nr] || !(isol_follow_cell(row, col) & version))
			continue;
		/* No column has number 0 from a split. */
		if (!fresh[nr])
			fresh[nr] = (*n)++;
		count[fresh[nr]]++;
		f->col_nr[col] = fresh[nr];
	}
	/* What has been counted into the new numbers is not in the old ones. */
	for (nr = 0; nr < before; nr++)
		if (fresh[nr])
			count[nr] -= hits[nr];
}

int isol_follow_number(struct isol_follow *f, struct isol_work *work)
{
	u32 *count = isol_arena_alloc(f->arena, f->ncols * sizeof(*count));
	u32 *hits = isol_arena_alloc(f->arena, f->ncols * sizeof(*hits));
	u32 *fresh = isol_arena_alloc(f->arena, f->ncols * sizeof(*fresh));
	u32 i, n = 1;

	if (!count || !hits || !fresh)
		return -ENOMEM;
	count[0] = f->ncols;
	for (i = 1; i < f->nrows; i++) {
		if (isol_work(work, 8ULL * f->ncols))
			return work->err;
		split(f, f->row[i], ISOL_IP4, &n, count, hits, fresh);
		split(f, f->row[i], ISOL_IP6, &n, count, hits, fresh);
	}
	return 0;
}
