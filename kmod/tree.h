/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trees: the boxes of a program, for frames of one shape, so laid out that the
 * first that holds a frame is found in few steps.
 *
 * Problem. Thousands of boxes overlap in up to a dozen dimensions, and the
 * first one in the order of the rules that holds the frame is to be found.
 * Walking them costs their number. Bitmaps for each dimension cost memory that
 * grows with its square.
 *
 * Way. The space is cut in two at a bound of some box, again and again, until
 * few boxes are left, which then are walked (a leaf). A box that reaches over a
 * cut either goes to both sides, or, where that would be many, the boxes that
 * reach over the cut are put aside in a tree of their own ("across"), which is
 * asked besides the side that the frame is on. The first costs memory, the other
 * steps; how many boxes may be doubled is limited by their number. Of two
 * answers the one that stands first in the order of the rules wins, and a tree
 * that has nothing that stands before what was found already is not asked.
 *
 * Bounds that hold everywhere in a leaf's part of the space are not compared
 * there. A box that covers all of a part hides those that come after it there.
 *
 * The whole is one array of words, a program that only jumps forwards:
 *
 *	TEST:	 dimension | words to what is next if it fails << 8, lowest value,
 *		 highest - lowest; what is next if it holds follows
 *	DECIDE:	 op, decision: a box holds the frame
 *	PASSED:	 op: a box does that would accept but cannot be read
 *	END:	 op: no more boxes here
 *	ACROSS:	 op | words to what lies across << 8, number of the first rule there
 *
 * A cut is a test: the upper side is where it fails. A leaf has the tests of its
 * boxes one after the other, and what is next to a test that fails is the next box.
 *
 * Steps are what a lookup costs at worst: one for each of these, two for what
 * lies across, and those of the binary searches for ranks and for the classes of
 * sets (set.h).
 *
 * Example. Boxes on destination port (d) and source address (s):
 *	0: d 80			1: d 443, s 10/8	2: d 1024-65535
 *	3: s 10/8
 *
 *	cut at d = 81:	below: 0, 3		(3 goes to both sides)
 *			above: 1, 2, 3
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_TREE_H
#define ISOL_TREE_H

#include "box.h"

/* Behind the dimensions, which stand for tests. */
enum isol_tree_op {
	ISOL_TREE_DECIDE = 0xfc,
	ISOL_TREE_PASSED,
	ISOL_TREE_END,
	ISOL_TREE_ACROSS,
};

#define ISOL_TREE_OP 0xffU
#define ISOL_TREE_ARG 8

/* Words of a test, and of what puts a tree aside. */
#define ISOL_TREE_TEST_WORDS 3
#define ISOL_TREE_ACROSS_WORDS 2

/* Trees that lie across cuts and wait to be asked, at the most. */
#define ISOL_TREE_WAITING 16

/* Where keys have the TCP flags in the order of isol_flags_order(). */
#define ISOL_DIM_FLAGS ISOL_MATCH_A_UNSPEC

/**
 * struct isol_tree_rank - how to turn a wide field into a rank
 * @field: enum isol_match_attr
 * @n: number of starts
 * @start: offset of them in isol_tree.code: for each an IPv6 address's or MAC
 *	address's words, the highest first: four, or two
 */
struct isol_tree_rank {
	u32 field;
	u32 n;
	u32 start;
};

/**
 * struct isol_tree_set - how to turn a value into the class of the sets that hold it
 * @field: enum isol_match_attr
 * @kind: enum isol_element_kind
 */
struct isol_tree_set {
	u8 field;
	u8 kind;
};

/**
 * struct isol_tree - see above
 * @end: what it comes to if no box holds the frame: decision or default
 * @steps: at worst
 * @nranks: number of @rank
 * @flags: TCP flags are asked about
 * @nsets: number of @set
 * @prepare: there is any of these
 * @set: the fields that are asked about by sets
 * @maps: how to, or NULL; they live as long as the program
 * @rank: the fields that are asked about by rank
 * @nwords: number of words of @code
 * @code: the tree; ranks' starts are behind it
 */
struct isol_tree {
	u32 end;
	u32 steps;
	u8 nranks;
	u8 flags;
	u8 nsets;
	bool prepare;
	struct isol_tree_set set[6];
	const struct isol_maps *maps;
	struct isol_tree_rank rank[4];
	u32 nwords;
	u32 code[];
};

/**
 * struct isol_builder - what is needed to build trees, again and again
 * @mem: the account
 * @boxes: the boxes of the tree at hand
 * @code: the words made so far
 * @ncode: their number
 * @pool: lists of boxes of the parts that are still to be done, end to end
 * @part: those parts, the next to be done last
 * @nparts: their number
 * @op: offsets of what has been made so far: tests and so on
 * @nops: their number
 * @cost: of each, by offset, in steps
 * @cand: places to cut at
 * @list: scratch for lists
 * @room: of the arrays above, in their order
 * @doubled: how many boxes have been put in more than one part, in this tree
 * @work: what it costs is told to
 */
struct isol_builder {
	struct isol_mem *mem;
	struct isol_boxes boxes;
	u32 *code;
	u32 ncode;
	u32 *pool;
	struct isol_part *part;
	u32 nparts;
	u32 *op;
	u32 nops;
	u32 *cost;
	u32 *cand;
	u32 *list;
	struct {
		u32 code, pool, part, op, cost, cand, list;
	} room;
	u32 doubled;
	struct isol_work *work;
};

void isol_builder_init(struct isol_builder *builder, struct isol_mem *mem, struct isol_work *work,
		       u32 seed);
void isol_builder_free(struct isol_builder *builder);

/**
 * isol_tree_build() - build a tree
 * @builder: see above
 * @shape: enum isol_shape
 * @rules: the rules, in order
 * @n: number of @rules
 * @end: what it comes to if none of them matches
 * @out: the tree; isol_tree_free() frees it
 *
 * Return: 0, -ENOMEM, -ENOSPC if it would be too large, or what isol_work() says.
 */
int isol_tree_build(struct isol_builder *builder, u32 shape, const struct isol_rule *const *rules,
		    u32 n, u32 end, struct isol_tree **out);

size_t isol_tree_size(const struct isol_tree *tree);
void isol_tree_free(struct isol_mem *mem, const struct isol_tree *tree);

/* Ranks, classes and ordered flags: what the key has to have besides what was read. */
void isol_tree_prepare(const struct isol_tree *tree, struct isol_key *key);

/**
 * isol_tree_walk() - go on to what is no test
 * @w: where the walk is
 * @key: the frame
 * @op: out: what it is, enum isol_tree_op
 *
 * Return: where it is.
 */
static __always_inline const u32 *isol_tree_walk(const u32 *w, const struct isol_key *key,
						 u32 *op)
{
	for (;;) {
		*op = *w & ISOL_TREE_OP;
		if (*op >= ISOL_NDIMS)
			return w;
		if (key->v[*op] - w[1] <= w[2])
			w += ISOL_TREE_TEST_WORDS;
		else
			w += *w >> ISOL_TREE_ARG;
	}
}

/**
 * isol_tree_ask_all() - find the first box where what was found may not be it
 * @tree: the tree
 * @w: where the first walk has stopped
 * @key: the frame
 * @op: what is there
 *
 * Return: a decision or a default.
 */
u32 isol_tree_ask_all(const struct isol_tree *tree, const u32 *w, const struct isol_key *key,
		      u32 op);

/**
 * isol_tree_ask() - find the first box that holds a frame
 * @tree: the tree
 * @key: the frame; ranks, classes and ordered flags are written to fields that are
 *	unused
 *
 * Return: a decision or a default.
 */
static __always_inline u32 isol_tree_ask(const struct isol_tree *tree, struct isol_key *key)
{
	const u32 *w;
	u32 op;

	if (unlikely(tree->prepare))
		isol_tree_prepare(tree, key);
	w = isol_tree_walk(tree->code, key, &op);
	/* Nothing waits yet. */
	if (likely(op == ISOL_TREE_DECIDE))
		return w[1];
	if (likely(op == ISOL_TREE_END))
		return tree->end;
	return isol_tree_ask_all(tree, w, key, op);
}

#endif /* ISOL_TREE_H */
