/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Boxes: what is left of a rule's match for frames of one shape.
 *
 * A frame of a known shape is a point in a space that has a dimension for each
 * field; a rule is a list of boxes there, one for each combination of its
 * ranges. The shape settles the rest when the policy is compiled: fields that
 * such frames do not have, and those that cannot be read in them, see
 * enum isol_match_attr. Nothing of that is left for the hooks to look at.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_BOX_H
#define ISOL_BOX_H

#include "classify.h"
#include "frame.h"
#include "model.h"
#include "set.h"
#include "work.h"

/* Dimensions are numbered by enum isol_match_attr. */
#define ISOL_NDIMS (ISOL_MATCH_A_MAX + 1)

/* The decision of a box of a rule that accepts, but cannot be read: not one. */
#define ISOL_BOX_PASSED (ISOL_DECISION_DEFAULT | ISOL_DECISION_UNREAD)

/**
 * struct isol_span - a range in one dimension
 * @lo: the lowest value
 * @hi: the highest, included
 */
struct isol_span {
	u32 lo;
	u32 hi;
};

/**
 * struct isol_ranks - the numbering of the values of a field that is too wide
 * @n: number of @start
 * @room: how many @start has room for
 * @start: where another rank begins, ascending: values below the first have
 *	rank 0
 */
struct isol_ranks {
	u32 n;
	u32 room;
	struct isol_wide *start;
};

/**
 * struct isol_boxes - the boxes of some rules, for frames of one shape
 * @mem: the account
 * @work: what it costs is told to
 * @sets: what is known of the sets that rules name
 * @seed: of the hash: bounds are the operator's, who may be anyone
 * @shape: enum isol_shape
 * @n: number of boxes
 * @ndims: number of dimensions that any box is bounded in
 * @dims: which
 * @max: the highest value of each of @dims
 * @decision: of each box, in the order of the rules; or ISOL_BOX_PASSED
 * @span: of each box: its bounds, one for each of @dims
 * @ranks: by field: for MAC and IPv6 addresses
 * @bucket: hash of the boxes, chained by @next
 * @next: the next box in the same bucket
 * @tmp: for the ranges of the rule at hand
 * @ndecision: room of @decision; @nspan, @nbucket, @nnext, @ntmp likewise
 */
struct isol_boxes {
	struct isol_mem *mem;
	struct isol_work *work;
	struct isol_sets *sets;
	u32 seed;
	u32 shape;
	u32 n;
	u32 ndims;
	u8 dims[ISOL_NDIMS];
	u32 max[ISOL_NDIMS];
	u32 *decision;
	struct isol_span *span;
	struct isol_ranks ranks[ISOL_NDIMS];
	u32 *bucket;
	u32 *next;
	struct isol_wide_range *tmp;
	u32 ndecision;
	u32 nspan;
	u32 nbucket;
	u32 nnext;
	u32 ntmp;
};

/* Whether a field is known by ranks. */
static inline bool isol_field_ranked(u32 field)
{
	return field == ISOL_MATCH_A_SRC_MAC || field == ISOL_MATCH_A_DST_MAC ||
	       field == ISOL_MATCH_A_SRC_IP6 || field == ISOL_MATCH_A_DST_IP6;
}

/**
 * isol_field_kind() - what the values are that frames have in a field of sets
 * @shape: enum isol_shape, one that has the field
 * @field: enum isol_match_attr, of sets
 *
 * Return: enum isol_element_kind.
 */
u32 isol_field_kind(u32 shape, u32 field);

/**
 * isol_boxes_make() - make the boxes of some rules
 * @boxes: where they go; what was there is forgotten, its memory is used again
 * @shape: enum isol_shape
 * @rules: the rules, in order
 * @n: number of @rules
 *
 * Boxes that an earlier one is equal to are left out: they never decide.
 *
 * Context: may sleep, and pauses.
 * Return: 0, -ENOMEM, or what isol_work() says.
 */
int isol_boxes_make(struct isol_boxes *boxes, u32 shape, const struct isol_rule *const *rules,
		    u32 n);

/* The bounds of a box. */
static inline const struct isol_span *isol_box(const struct isol_boxes *boxes, u32 box)
{
	return &boxes->span[box * boxes->ndims];
}

/**
 * isol_boxes_free() - give the memory back
 * @boxes: the boxes
 */
void isol_boxes_free(struct isol_boxes *boxes);

/**
 * isol_rule_depth() - how far a frame has to be read for a rule
 * @rule: the rule
 *
 * Return: enum isol_depth.
 */
u32 isol_rule_depth(const struct isol_rule *rule);

/**
 * isol_room() - make room in an array that grows
 * @mem: the account
 * @p: the array; changes
 * @room: how many it has room for; changes
 * @want: how many are wanted
 * @size: of one
 *
 * Return: 0 or -ENOMEM.
 */
int isol_room(struct isol_mem *mem, void *p, u32 *room, u32 want, size_t size);

#endif /* ISOL_BOX_H */
