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
 * The whole is one array of words, children behind their parents:
 *
 *	CUT:	 op | dimension << 8, value, offset of the upper side;
 *		 the lower side follows
 *	ACROSS:	 op | dimension << 8, value, offset of the upper side, offset of what
 *		 lies across, number of the first rule there; the lower side follows
 *	LEAF:	 op | number of boxes << 8; for each box: decision, number of bounds;
 *		 for each bound: dimension, lowest value, highest - lowest
 *
 * Steps are what a lookup costs at worst: one for a cut, two for a box in a leaf
 * and one for each of its bounds, and those of the binary search for ranks.
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

enum isol_tree_op {
	ISOL_TREE_LEAF,
	ISOL_TREE_CUT,
	ISOL_TREE_ACROSS,
};

#define ISOL_TREE_OP 0xffU
#define ISOL_TREE_ARG 8

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
 * struct isol_tree - see above
 * @end: what it comes to if no box holds the frame: decision or default
 * @steps: at worst
 * @nranks: number of @rank
 * @flags: TCP flags are asked about
 * @rank: the fields that are asked about by rank
 * @nwords: number of words of @code
 * @code: the tree; ranks' starts are behind it
 */
struct isol_tree {
	u32 end;
	u32 steps;
	u16 nranks;
	u16 flags;
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
 * @node: offsets of the nodes made so far
 * @nnodes: their number
 * @cost: of each node, in steps
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
	u32 *node;
	u32 nnodes;
	u32 *cost;
	u32 *cand;
	u32 *list;
	struct {
		u32 code, pool, part, node, cost, cand, list;
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

/**
 * isol_tree_ask() - find the first box that holds a frame
 * @tree: the tree
 * @key: the frame; ranks and ordered flags are written to fields that are unused
 *
 * Return: a decision or a default.
 */
u32 isol_tree_ask(const struct isol_tree *tree, struct isol_key *key);

#endif /* ISOL_TREE_H */
