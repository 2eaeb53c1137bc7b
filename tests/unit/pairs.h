/* SPDX-License-Identifier: GPL-2.0 */
/* What a compiled policy must be like; the checks are those of test.h. */
#ifndef ISOL_PAIRS_H
#define ISOL_PAIRS_H

#include "compile.h"
#include "keys.h"
#include "oracle.h"

/* How often each reason came up in check_pairs(), by verdict. */
extern u32 pairs_met[ISOL_REASON_MAX + 1][ISOL_VERDICT_MAX + 1];

/* Of those, how often it was by a program, by the shape of the frame. */
extern u32 pairs_asked[ISOL_NSHAPES];

/**
 * class_of_end() - the class of an endpoint of the oracle's
 * @bridge: where it is
 * @end: the endpoint; its binding is of the model that has been compiled
 */
u32 class_of_end(const struct isol_bridge *bridge, const struct oracle_end *end);

/**
 * word_of_end() - the same with its domain, for isol_classify()
 * @bridge: where it is
 * @end: the endpoint
 * @other: the other end, whose domain the host is in
 */
u32 word_of_end(const struct isol_bridge *bridge, const struct oracle_end *end,
		const struct oracle_end *other);

/**
 * check_frames() - one pair of endpoints against the oracle
 * @model: the policy
 * @compiled: what the compiler made of it
 * @bridge: where they are
 * @from: where frames come from
 * @to: where they go
 * @keys: for frames at random
 * @n: how many of them, where rules ask about frames
 */
void check_frames(const struct isol_model *model, const struct isol_compiled *compiled,
		  const struct isol_bridge *bridge, const struct oracle_end *from,
		  const struct oracle_end *to, struct keys *keys, u32 n);

/**
 * check_pairs() - every pair of endpoints against the oracle
 * @model: the policy
 * @compiled: what the compiler made of it
 * @most: so many pairs of a bridge at the most; at random, if it has more
 *
 * Where rules ask about frames, with some frames at random; in VLANs at random.
 */
void check_pairs(const struct isol_model *model, const struct isol_compiled *compiled, u32 most);

/**
 * check_tables() - what the tables must be like, whatever the policy
 * @model: the policy
 * @compiled: what the compiler made of it
 * @sharing: also that equal rows and columns are stored once; takes the square
 *	of the bindings
 */
void check_tables(const struct isol_model *model, const struct isol_compiled *compiled,
		  bool sharing);

#endif /* ISOL_PAIRS_H */
