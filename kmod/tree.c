// SPDX-License-Identifier: GPL-2.0
/* Boxes laid out to be found quickly, see tree.h. */
#include "tree.h"

/* A part of no more boxes than that is not worth a cut. */
#define LEAF_BOXES 1

/*
 * Of a part one in so many boxes may be doubled by a cut. In small parts, of which
 * there are many, that saves most steps for the memory.
 */
#define SMALL_PART 16
#define DOUBLE_SMALL 4
#define DOUBLE_LARGE 12

/* Parts are not cut deeper than that, whatever is left. */
#define MAX_DEPTH 64

/* Of more boxes than that, not all bounds are tried as places to cut. */
#define TRY_ALL 32

/* Words of a tree: what is larger is refused. So all jumps fit. */
#define MAX_WORDS (16U << 20)

#define NO_PATCH U32_MAX

/**
 * struct isol_part - a part of the space that is still to be done
 * @first: in the pool, of its boxes
 * @n: number of its boxes
 * @patch: word that is to lead to it, or NO_PATCH
 * @prio: word that is to be the number of its first rule, or NO_PATCH
 * @depth: cuts above it
 * @waiting: trees that wait when it is asked
 * @region: its bounds
 */
struct isol_part {
	u32 first;
	u32 n;
	u32 patch;
	u32 prio;
	u16 depth;
	u16 waiting;
	struct isol_span region[ISOL_NDIMS];
};

enum side {
	BELOW,
	ABOVE,
	ACROSS,
};

/**
 * struct cut - where to cut
 * @dim: index of the dimension; boxes->ndims if nowhere
 * @at: first value of the upper side
 * @score: what the lookup is expected to cost, in 16ths of a step
 * @across: put what lies across aside
 */
struct cut {
	u32 dim;
	u32 at;
	u32 score;
	bool across;
};

void isol_builder_init(struct isol_builder *b, struct isol_mem *mem, struct isol_work *work,
		       u32 seed)
{
	memset(b, 0, sizeof(*b));
	b->mem = mem;
	b->boxes.mem = mem;
	b->work = work;
	b->boxes.work = work;
	b->boxes.seed = seed;
}

void isol_builder_free(struct isol_builder *b)
{
	isol_free(b->mem, b->code, b->room.code * sizeof(*b->code));
	isol_free(b->mem, b->pool, b->room.pool * sizeof(*b->pool));
	isol_free(b->mem, b->part, b->room.part * sizeof(*b->part));
	isol_free(b->mem, b->op, b->room.op * sizeof(*b->op));
	isol_free(b->mem, b->cost, b->room.cost * sizeof(*b->cost));
	isol_free(b->mem, b->cand, b->room.cand * sizeof(*b->cand));
	isol_free(b->mem, b->list, b->room.list * sizeof(*b->list));
	isol_boxes_free(&b->boxes);
}

/* Those passed over are asked about only where nothing else has been found. */
static u32 prio_of(u32 decision)
{
	return decision == ISOL_BOX_PASSED ? U32_MAX - 1 : isol_decision_counter(decision);
}

static bool covers(const struct isol_boxes *boxes, u32 box, const struct isol_span *region)
{
	const struct isol_span *span = isol_box(boxes, box);
	u32 d;

	for (d = 0; d < boxes->ndims; d++)
		if (span[d].lo > region[d].lo || span[d].hi < region[d].hi)
			return false;
	return true;
}

/* Drop the boxes of a list that can decide nothing in a region. Return: how many stay. */
static u32 prune(const struct isol_boxes *boxes, u32 *list, u32 n, const struct isol_span *region)
{
	bool passed = false;
	u32 i, m = 0;

	for (i = 0; i < n; i++) {
		bool pass = boxes->decision[list[i]] == ISOL_BOX_PASSED;

		if (pass && passed)
			continue;
		list[m++] = list[i];
		if (!covers(boxes, list[i], region))
			continue;
		if (!pass)
			break;
		passed = true;
	}
	return m;
}

/* log2(n) in 16ths. */
static u32 lg16(u32 n)
{
	u32 e = 0;

	while (n >> (e + 1))
		e++;
	return e * 16 + ((e > 4 ? n >> (e - 4) : n << (4 - e)) & 15);
}

/* What asking about n boxes is expected to cost, in 16ths of a step. */
static u32 expect(u32 n)
{
	return n <= LEAF_BOXES ? n * 64 : LEAF_BOXES * 64 + (lg16(n) - lg16(LEAF_BOXES)) * 3 / 2;
}

static int cmp_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Places to cut in one dimension, ascending, no doubles. */
static u32 candidates(struct isol_builder *b, const struct isol_part *part, u32 d)
{
	u32 i, n = 0, m = 0, stride = part->n <= TRY_ALL ? 1 : DIV_ROUND_UP(part->n, TRY_ALL / 2);
	const struct isol_span *region = &part->region[d];

	for (i = 0; i < part->n; i += stride) {
		const struct isol_span *span = &isol_box(&b->boxes, b->list[i])[d];

		if (span->lo > region->lo && span->lo <= region->hi)
			b->cand[n++] = span->lo;
		if (span->hi < region->hi && span->hi >= region->lo)
			b->cand[n++] = span->hi + 1;
	}
	isol_sort(b->cand, n, sizeof(u32), cmp_u32);
	for (i = 0; i < n; i++)
		if (!m || b->cand[m - 1] != b->cand[i])
			b->cand[m++] = b->cand[i];
	return m;
}

static void consider(const struct isol_builder *b, const struct isol_part *part, u32 d, u32 at,
		     struct cut *best)
{
	u32 i, below = 0, above = 0, across, score;
	u32 few = part->n / (part->n <= SMALL_PART ? DOUBLE_SMALL : DOUBLE_LARGE) + 1;

	for (i = 0; i < part->n; i++) {
		const struct isol_span *span = &isol_box(&b->boxes, b->list[i])[d];

		below += span->hi < at;
		above += span->lo >= at;
	}
	across = part->n - below - above;
	if (across == part->n)
		return;
	if (across <= few && b->doubled + across <= b->boxes.n * 2 + 64) {
		score = 16 + expect(max(below, above) + across);
		/* Of equal ones that which doubles least. */
		score += across;
		if (score < best->score && max(below, above) + across < part->n)
			*best = (struct cut){ d, at, score, false };
	}
	if (across && part->waiting < ISOL_TREE_WAITING) {
		score = 96 + expect(max(below, above)) + expect(across);
		if (score < best->score)
			*best = (struct cut){ d, at, score, true };
	}
}

static struct cut choose(struct isol_builder *b, const struct isol_part *part)
{
	struct cut best = { .dim = b->boxes.ndims, .score = U32_MAX };
	u32 d, i, n;

	if (part->n <= LEAF_BOXES || part->depth == MAX_DEPTH)
		return best;
	/* A short list is as good as a cut. */
	if (part->n <= 4 * LEAF_BOXES)
		best.score = part->n * 64;
	for (d = 0; d < b->boxes.ndims; d++) {
		n = candidates(b, part, d);
		for (i = 0; i < n; i++) {
			consider(b, part, d, b->cand[i], &best);
			if (isol_work(b->work, 2 * part->n + 16))
				return best;
		}
	}
	return best;
}

static int emit(struct isol_builder *b, u32 word)
{
	if (b->ncode == MAX_WORDS)
		return -ENOSPC;
	if (isol_room(b->mem, &b->code, &b->room.code, b->ncode + 1, sizeof(*b->code)))
		return -ENOMEM;
	b->code[b->ncode++] = word;
	return 0;
}

static u32 dim_of(const struct isol_boxes *boxes, u32 d)
{
	return boxes->dims[d] == ISOL_MATCH_A_TCP_FLAGS ? ISOL_DIM_FLAGS : boxes->dims[d];
}

/* A test and the like begins. */
static int emit_op(struct isol_builder *b, u32 word)
{
	if (isol_room(b->mem, &b->op, &b->room.op, b->nops + 1, sizeof(*b->op)))
		return -ENOMEM;
	b->op[b->nops++] = b->ncode;
	return emit(b, word);
}

static int emit_test(struct isol_builder *b, u32 d, u32 lo, u32 hi)
{
	int err = emit_op(b, dim_of(&b->boxes, d));

	if (!err)
		err = emit(b, lo);
	if (!err)
		err = emit(b, hi - lo);
	return err;
}

/* Let the word at an offset lead to what comes next. */
static void lead_here(struct isol_builder *b, u32 at)
{
	b->code[at] |= (b->ncode - at) << ISOL_TREE_ARG;
}

/* Whether a bound leaves less of a region than another one. */
static bool narrower(const struct isol_span *a, const struct isol_span *in_a,
		     const struct isol_span *b, const struct isol_span *in_b)
{
	return (u64)(a->hi - a->lo) * (in_b->hi - in_b->lo) <
	       (u64)(b->hi - b->lo) * (in_a->hi - in_a->lo);
}

/* The dimensions that a box is bounded in: what fails most often first. */
static u32 bounds_of(const struct isol_boxes *boxes, const struct isol_span *span,
		     const struct isol_span *region, u8 *dims)
{
	u32 d, i, n = 0;

	for (d = 0; d < boxes->ndims; d++) {
		if (span[d].lo <= region[d].lo && span[d].hi >= region[d].hi)
			continue;
		for (i = n++; i && narrower(&span[d], &region[d], &span[dims[i - 1]],
					    &region[dims[i - 1]]); i--)
			dims[i] = dims[i - 1];
		dims[i] = d;
	}
	return n;
}

/* @open: out: a frame may be in none of its bounds, and then goes on behind it. */
static int emit_box(struct isol_builder *b, u32 box, const struct isol_span *region, bool *open)
{
	const struct isol_span *span = isol_box(&b->boxes, box);
	u32 i, n, at = b->ncode, decision = b->boxes.decision[box];
	u8 dims[ISOL_NDIMS];
	int err = 0;

	n = bounds_of(&b->boxes, span, region, dims);
	for (i = 0; i < n && !err; i++)
		err = emit_test(b, dims[i], span[dims[i]].lo, span[dims[i]].hi);
	*open = n || decision == ISOL_BOX_PASSED;
	if (err)
		return err;
	if (decision == ISOL_BOX_PASSED) {
		err = emit_op(b, ISOL_TREE_PASSED);
	} else {
		err = emit_op(b, ISOL_TREE_DECIDE);
		if (!err)
			err = emit(b, decision);
	}
	for (i = 0; i < n && !err; i++)
		lead_here(b, at + i * ISOL_TREE_TEST_WORDS);
	return err;
}

static int emit_leaf(struct isol_builder *b, const struct isol_part *part)
{
	bool open = true;
	u32 i;
	int err = 0;

	for (i = 0; i < part->n && !err; i++)
		err = emit_box(b, b->list[i], part->region, &open);
	/* No frame gets past a box that covers all. */
	if (!err && open)
		err = emit_op(b, ISOL_TREE_END);
	return err;
}

/* One more part: the boxes of the list that are on a side of the cut, or across. */
static int push(struct isol_builder *b, const struct isol_part *from, const struct cut *cut,
		enum side side, u32 patch)
{
	const struct isol_boxes *boxes = &b->boxes;
	struct isol_part *part;
	u32 i, top = b->nparts ? b->part[b->nparts - 1].first + b->part[b->nparts - 1].n : 0;

	if (isol_room(b->mem, &b->part, &b->room.part, b->nparts + 1, sizeof(*b->part)) ||
	    isol_room(b->mem, &b->pool, &b->room.pool, top + from->n, sizeof(*b->pool)))
		return -ENOMEM;
	part = &b->part[b->nparts++];
	*part = *from;
	part->first = top;
	part->n = 0;
	part->patch = patch;
	part->prio = NO_PATCH;
	part->depth++;
	for (i = 0; i < from->n; i++) {
		const struct isol_span *span = &isol_box(boxes, b->list[i])[cut->dim];
		bool below = span->hi < cut->at, above = span->lo >= cut->at;
		bool in = side == ACROSS ? !below && !above :
			  below ? side == BELOW :
			  above ? side == ABOVE : !cut->across;

		if (in)
			b->pool[top + part->n++] = b->list[i];
	}
	switch (side) {
	case BELOW:
		part->region[cut->dim].hi = cut->at - 1;
		part->waiting += cut->across;
		break;
	case ABOVE:
		part->region[cut->dim].lo = cut->at;
		part->waiting += cut->across;
		break;
	case ACROSS:
		part->prio = patch + 1;
		break;
	}
	return 0;
}

static u32 count_across(const struct isol_builder *b, const struct isol_part *part,
			const struct cut *cut)
{
	u32 i, n = 0;

	for (i = 0; i < part->n; i++) {
		const struct isol_span *span = &isol_box(&b->boxes, b->list[i])[cut->dim];

		n += span->lo < cut->at && span->hi >= cut->at;
	}
	return n;
}

static int emit_cut(struct isol_builder *b, const struct isol_part *part, const struct cut *cut)
{
	u32 across = b->ncode, at;
	int err = 0;

	if (cut->across) {
		err = emit_op(b, ISOL_TREE_ACROSS);
		if (!err)
			err = emit(b, 0);
	} else {
		b->doubled += count_across(b, part, cut);
	}
	at = b->ncode;
	if (!err)
		err = emit_test(b, cut->dim, 0, cut->at - 1);
	/* The last to be pushed is the next to be done. */
	if (!err && cut->across)
		err = push(b, part, cut, ACROSS, across);
	if (!err)
		err = push(b, part, cut, ABOVE, at);
	if (!err)
		err = push(b, part, cut, BELOW, NO_PATCH);
	return err;
}

/* The first rule of a list. */
static u32 first_rule(const struct isol_builder *b, u32 n)
{
	u32 i, prio = U32_MAX;

	for (i = 0; i < n; i++)
		prio = min(prio, prio_of(b->boxes.decision[b->list[i]]));
	return prio;
}

static int do_part(struct isol_builder *b)
{
	struct isol_part part = b->part[--b->nparts];
	struct cut cut;

	if (part.n)
		memcpy(b->list, b->pool + part.first, part.n * sizeof(u32));
	isol_work(b->work, (u64)part.n * (b->boxes.ndims + 4));
	part.n = prune(&b->boxes, b->list, part.n, part.region);
	if (part.patch != NO_PATCH)
		lead_here(b, part.patch);
	if (part.prio != NO_PATCH)
		b->code[part.prio] = first_rule(b, part.n);
	cut = choose(b, &part);
	if (cut.dim < b->boxes.ndims)
		return emit_cut(b, &part, &cut);
	return emit_leaf(b, &part);
}

/* What it costs from each word on at which something begins: jumps lead forwards. */
static int count_steps(struct isol_builder *b, u32 *steps)
{
	u32 i, far;

	if (isol_room(b->mem, &b->cost, &b->room.cost, b->ncode, sizeof(u32)))
		return -ENOMEM;
	for (i = b->nops; i--;) {
		u32 at = b->op[i];

		far = at + (b->code[at] >> ISOL_TREE_ARG);
		switch (b->code[at] & ISOL_TREE_OP) {
		case ISOL_TREE_DECIDE:
		case ISOL_TREE_END:
			b->cost[at] = 1;
			break;
		case ISOL_TREE_PASSED:
			b->cost[at] = 1 + b->cost[at + 1];
			break;
		case ISOL_TREE_ACROSS:
			b->cost[at] = 2 + b->cost[at + ISOL_TREE_ACROSS_WORDS] + b->cost[far];
			break;
		default:
			b->cost[at] = 1 + max(b->cost[at + ISOL_TREE_TEST_WORDS], b->cost[far]);
		}
	}
	*steps = b->cost[0];
	return 0;
}

static bool is_mac(u32 field)
{
	return field == ISOL_MATCH_A_SRC_MAC || field == ISOL_MATCH_A_DST_MAC;
}

/* The fields whose values are to be turned into classes, if these differ at all. */
static void add_sets(const struct isol_boxes *boxes, struct isol_tree *tree)
{
	u32 d;

	for (d = 0; d < boxes->ndims; d++) {
		struct isol_tree_set *set = &tree->set[tree->nsets];

		if (!isol_field_set(boxes->dims[d]) || !boxes->max[d])
			continue;
		set->field = boxes->dims[d];
		set->kind = isol_field_kind(boxes->shape, set->field);
		tree->steps += boxes->sets->maps->map[set->kind].steps;
		tree->maps = boxes->sets->maps;
		tree->nsets++;
	}
}

/* What was built, in memory of its own. */
static int finish(struct isol_builder *b, u32 end, struct isol_tree **out)
{
	const struct isol_boxes *boxes = &b->boxes;
	struct isol_tree *tree;
	u32 d, i, n = b->ncode, steps;
	int err;

	err = count_steps(b, &steps);
	if (err)
		return err;
	for (d = 0; d < boxes->ndims; d++)
		if (isol_field_ranked(boxes->dims[d]))
			n += boxes->ranks[boxes->dims[d]].n * (is_mac(boxes->dims[d]) ? 2 : 4);
	tree = isol_alloc(b->mem, sizeof(*tree) + n * sizeof(u32));
	if (!tree)
		return -ENOMEM;
	tree->end = end;
	tree->nwords = n;
	tree->steps = steps;
	memcpy(tree->code, b->code, b->ncode * sizeof(u32));
	n = b->ncode;
	for (d = 0; d < boxes->ndims; d++) {
		u32 field = boxes->dims[d];
		const struct isol_ranks *ranks = &boxes->ranks[field];
		struct isol_tree_rank *rank;

		if (field == ISOL_MATCH_A_TCP_FLAGS)
			tree->flags = 1;
		if (!isol_field_ranked(field))
			continue;
		rank = &tree->rank[tree->nranks++];
		rank->field = field;
		rank->n = ranks->n;
		rank->start = n;
		for (i = 0; i < ranks->n; i++) {
			if (!is_mac(field)) {
				tree->code[n++] = ranks->start[i].hi >> 32;
				tree->code[n++] = (u32)ranks->start[i].hi;
			}
			tree->code[n++] = ranks->start[i].lo >> 32;
			tree->code[n++] = (u32)ranks->start[i].lo;
		}
		for (i = ranks->n; i; i >>= 1)
			tree->steps += is_mac(field) ? 1 : 2;
	}
	tree->steps += 2 * tree->flags;
	add_sets(boxes, tree);
	tree->prepare = tree->nranks || tree->flags || tree->nsets;
	*out = tree;
	return 0;
}

int isol_tree_build(struct isol_builder *b, u32 shape, const struct isol_rule *const *rules,
		    u32 n, u32 end, struct isol_tree **out)
{
	const struct isol_boxes *boxes = &b->boxes;
	struct isol_part *root;
	u32 i, d;
	int err;

	err = isol_boxes_make(&b->boxes, shape, rules, n);
	if (err)
		return err;
	if (isol_room(b->mem, &b->part, &b->room.part, 1, sizeof(*b->part)) ||
	    isol_room(b->mem, &b->pool, &b->room.pool, boxes->n, sizeof(u32)) ||
	    isol_room(b->mem, &b->list, &b->room.list, boxes->n, sizeof(u32)) ||
	    isol_room(b->mem, &b->cand, &b->room.cand, 2 * TRY_ALL + 2, sizeof(u32)))
		return -ENOMEM;
	b->ncode = 0;
	b->nops = 0;
	b->doubled = 0;
	root = &b->part[0];
	memset(root, 0, sizeof(*root));
	root->patch = NO_PATCH;
	root->prio = NO_PATCH;
	for (d = 0; d < boxes->ndims; d++)
		root->region[d].hi = boxes->max[d];
	for (i = 0; i < boxes->n; i++)
		b->pool[i] = i;
	root->n = boxes->n;
	b->nparts = 1;
	while (b->nparts && !err) {
		err = do_part(b);
		if (!err)
			err = b->work->err;
	}
	return err ? err : finish(b, end, out);
}

size_t isol_tree_size(const struct isol_tree *tree)
{
	return sizeof(*tree) + tree->nwords * sizeof(u32);
}

void isol_tree_free(struct isol_mem *mem, const struct isol_tree *tree)
{
	if (tree)
		isol_free(mem, tree, isol_tree_size(tree));
}

static u32 rank_mac(const u32 *start, u32 n, u64 v)
{
	u32 lo = 0;

	while (n) {
		u32 half = n / 2;
		const u32 *w = start + (lo + half) * 2;

		if (((u64)w[0] << 32 | w[1]) <= v) {
			lo += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return lo;
}

static u32 rank_ip6(const u32 *start, u32 n, struct isol_wide v)
{
	u32 lo = 0;

	while (n) {
		u32 half = n / 2;
		const u32 *w = start + (lo + half) * 4;
		u64 hi = (u64)w[0] << 32 | w[1];

		if (hi < v.hi || (hi == v.hi && ((u64)w[2] << 32 | w[3]) <= v.lo)) {
			lo += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return lo;
}

void isol_tree_prepare(const struct isol_tree *tree, struct isol_key *key)
{
	u32 i;

	if (tree->flags)
		key->v[ISOL_DIM_FLAGS] = isol_flags_order(key->v[ISOL_MATCH_A_TCP_FLAGS]);
	for (i = 0; i < tree->nranks; i++) {
		const struct isol_tree_rank *rank = &tree->rank[i];
		const u32 *start = &tree->code[rank->start];
		u32 v = 0;

		switch (rank->field) {
		case ISOL_MATCH_A_SRC_MAC:
			v = rank_mac(start, rank->n, key->smac);
			break;
		case ISOL_MATCH_A_DST_MAC:
			v = rank_mac(start, rank->n, key->dmac);
			break;
		case ISOL_MATCH_A_SRC_IP6:
			v = rank_ip6(start, rank->n, key->src6);
			break;
		case ISOL_MATCH_A_DST_IP6:
			v = rank_ip6(start, rank->n, key->dst6);
			break;
		}
		key->v[rank->field] = v;
	}
	for (i = 0; i < tree->nsets; i++) {
		const struct isol_tree_set *set = &tree->set[i];

		key->v[set->field] = isol_maps_ask(tree->maps, set->kind, set->field, key);
	}
}

u32 isol_tree_ask_all(const struct isol_tree *tree, const u32 *w, const struct isol_key *key,
		      u32 op)
{
	const u32 *waiting[ISOL_TREE_WAITING] __uninitialized, **top = waiting;
	u32 decision = tree->end, prio = U32_MAX, passed = 0;

	for (;; w = isol_tree_walk(w, key, &op)) {
		if (op == ISOL_TREE_ACROSS) {
			*top++ = w;
			w += ISOL_TREE_ACROSS_WORDS;
			continue;
		}
		if (op == ISOL_TREE_DECIDE) {
			if (isol_decision_counter(w[1]) < prio) {
				decision = w[1];
				prio = isol_decision_counter(decision);
			}
		} else if (op == ISOL_TREE_PASSED) {
			passed = ISOL_DECISION_UNREAD;
			w++;
			continue;
		}
		do {
			if (top == waiting)
				goto out;
			w = *--top;
		} while (w[1] >= prio);
		w += *w >> ISOL_TREE_ARG;
	}
out:
	/* Only a default asks for it: a rule that is read decides for itself. */
	return decision & ISOL_DECISION_DEFAULT ? decision | passed : decision;
}
