/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between which ends rules let IP pass, so that rules that follow them
 * (ISOL_RULE_A_FOLLOW) can be put there and nowhere else.
 *
 * Problem. Two bindings that the rules do not tell apart may still differ in who
 * may send to them, and a rule that follows holds in both directions. A matrix of
 * all bindings is too large.
 *
 * Way. The compiler marks, in rows and columns as they are without such rules, what
 * passes. Equal rows are kept once and numbered, and so are equal columns, though
 * these are not kept. A binding's row must then tell it from others by the number
 * of its column too, and its column by the number of its row: that is as few rows
 * and columns as there can be, where most bindings are alike.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_FOLLOW_H
#define ISOL_FOLLOW_H

#include "match.h"
#include "mem.h"
#include "shim.h"
#include "work.h"

/* Versions of IP, of a row and a column, in one word. */
#define ISOL_FOLLOW_CELLS (BITS_PER_LONG / 2)

/**
 * struct isol_follow - what passes
 * @arena: where all lies
 * @seed: of the hash
 * @ncols: number of columns
 * @size: bytes of a row
 * @filling: the row that is being marked
 * @row: the different rows, by number
 * @nrows: their number
 * @next: chains of the hash, by number
 * @bucket: the hash: numbers, from 1 on
 * @nbuckets: size of @bucket, a power of two
 * @row_nr: by row: the number of its like
 * @col_nr: by column: the same
 */
struct isol_follow {
	struct isol_arena *arena;
	u32 seed;
	u32 ncols;
	u32 size;
	unsigned long *filling;
	unsigned long **row;
	u32 nrows;
	u32 *next;
	u32 *bucket;
	u32 nbuckets;
	u32 *row_nr;
	u32 *col_nr;
};

/**
 * isol_follow_init() - begin with nothing that passes
 * @f: what is to be made
 * @arena: where it goes
 * @seed: of its hash
 * @nrows: number of rows; rows that are not marked have the number 0
 * @ncols: number of columns
 *
 * Return: 0 or -ENOMEM.
 */
int isol_follow_init(struct isol_follow *f, struct isol_arena *arena, u32 seed, u32 nrows,
		     u32 ncols);

/**
 * isol_follow_mark() - IP passes from the row that is being filled
 * @f: what is being made
 * @col: to this column
 * @versions: ISOL_IP4, ISOL_IP6
 */
static inline void isol_follow_mark(struct isol_follow *f, u32 col, u32 versions)
{
	f->filling[col / ISOL_FOLLOW_CELLS] |=
		(unsigned long)versions << col % ISOL_FOLLOW_CELLS * 2;
}

/**
 * isol_follow_store() - a row is filled: go on with the next
 * @f: what is being made
 * @row: which it was
 * @work: the account of steps
 * @limit: bytes that all rows may take
 *
 * Return: 0, -ENOMEM, -ENOSPC over @limit.
 */
int isol_follow_store(struct isol_follow *f, u32 row, struct isol_work *work, size_t limit);

/**
 * isol_follow_number() - all rows are there: number the columns
 * @f: what is being made
 * @work: the account of steps
 *
 * Return: 0, -ENOMEM, or why @work is to stop.
 */
int isol_follow_number(struct isol_follow *f, struct isol_work *work);

static inline u32 isol_follow_cell(const unsigned long *row, u32 col)
{
	return row[col / ISOL_FOLLOW_CELLS] >> col % ISOL_FOLLOW_CELLS * 2 & 3;
}

/**
 * isol_follow_passes() - what passes
 * @f: what was made
 * @row: from here
 * @col: to here
 *
 * Return: ISOL_IP4, ISOL_IP6.
 */
static inline u32 isol_follow_passes(const struct isol_follow *f, u32 row, u32 col)
{
	return isol_follow_cell(f->row[f->row_nr[row]], col);
}

#endif /* ISOL_FOLLOW_H */
