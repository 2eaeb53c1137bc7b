// SPDX-License-Identifier: GPL-2.0
/* Boxes laid out to be found quickly, see tree.h. */
#include "tree.h"

/* A part of no more boxes than that is not worth a cut. */
#define LEAF_BOXES 4

/* Parts are not cut deeper than that, whatever is left. */
#define MAX_DEPTH 64

/* Of more boxes than that, not all bounds are tried as places to cut. */
#define TRY_ALL 32

/* Words of a tree: what is larger is refused. */
#define MAX_WORDS (16U << 20)

#define NO_PATCH 0

/**
 * struct isol_part - a part of the space that is still to be done
 * @first: in the pool, of its boxes
 * @n: number of its boxes
 * @patch: word that is to be its offset, or NO_PATCH
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
	isol_free(b->mem, b->node, b->room.node * sizeof(*b->node));
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

	for (i = 0; i < part->n; i++) {
		const struct isol_span *span = &isol_box(&b->boxes, b->list[i])[d];

		below += span->hi < at;
		above += span->lo >= at;
	}
	across = part->n - below - above;
	if (across == part->n)
		return;
	if (across <= part->n / 4 + 1 && b->doubled + across <= b->boxes.n * 2 + 64) {
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

static int emit_box(struct isol_builder *b, u32 box, const struct isol_span *region)
{
	const struct isol_span *span = isol_box(&b->boxes, box);
	u32 d, count = b->ncode + 1, n = 0;
	int err;

	err = emit(b, b->boxes.decision[box]);
	if (!err)
		err = emit(b, 0);
	for (d = 0; d < b->boxes.ndims && !err; d++) {
		if (span[d].lo <= region[d].lo && span[d].hi >= region[d].hi)
			continue;
		n++;
		err = emit(b, dim_of(&b->boxes, d));
		if (!err)
			err = emit(b, span[d].lo);
		if (!err)
			err = emit(b, span[d].hi - span[d].lo);
	}
	if (!err)
		b->code[count] = n;
	return err;
}

static int emit_leaf(struct isol_builder *b, const struct isol_part *part)
{
	u32 i;
	int err;

	err = emit(b, ISOL_TREE_LEAF | part->n << ISOL_TREE_ARG);
	for (i = 0; i < part->n && !err; i++)
		err = emit_box(b, b->list[i], part->region);
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
	u32 at = b->ncode, op = cut->across ? ISOL_TREE_ACROSS : ISOL_TREE_CUT;
	int err;

	if (!cut->across)
		b->doubled += count_across(b, part, cut);
	err = emit(b, op | dim_of(&b->boxes, cut->dim) << ISOL_TREE_ARG);
	if (!err)
		err = emit(b, cut->at);
	if (!err)
		err = emit(b, 0);
	if (!err && cut->across)
		err = emit(b, 0);
	if (!err && cut->across)
		err = emit(b, 0);
	/* The last to be pushed is the next to be done. */
	if (!err && cut->across)
		err = push(b, part, cut, ACROSS, at + 3);
	if (!err)
		err = push(b, part, cut, ABOVE, at + 2);
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
		b->code[part.patch] = b->ncode;
	if (part.prio != NO_PATCH)
		b->code[part.prio] = first_rule(b, part.n);
	if (isol_room(b->mem, &b->node, &b->room.node, b->nnodes + 1, sizeof(u32)))
		return -ENOMEM;
	b->node[b->nnodes++] = b->ncode;
	cut = choose(b, &part);
	if (cut.dim < b->boxes.ndims)
		return emit_cut(b, &part, &cut);
	return emit_leaf(b, &part);
}

/* The cost of each node, by the offset of the node; children come behind. */
static int count_steps(struct isol_builder *b, u32 *steps)
{
	u32 i, j, n;

	if (isol_room(b->mem, &b->cost, &b->room.cost, b->ncode, sizeof(u32)))
		return -ENOMEM;
	for (i = b->nnodes; i--;) {
		u32 at = b->node[i];
		const u32 *w = &b->code[at];

		switch (w[0] & ISOL_TREE_OP) {
		case ISOL_TREE_LEAF:
			n = w[0] >> ISOL_TREE_ARG;
			b->cost[at] = 1;
			for (w++, j = 0; j < n; j++) {
				b->cost[at] += 2 + w[1];
				w += 2 + 3 * w[1];
			}
			break;
		case ISOL_TREE_CUT:
			b->cost[at] = 1 + max(b->cost[at + 3], b->cost[w[2]]);
			break;
		default:
			b->cost[at] = 2 + max(b->cost[at + 5], b->cost[w[2]]) + b->cost[w[3]];
		}
	}
	*steps = b->cost[0];
	return 0;
}

static bool is_mac(u32 field)
{
	return field == ISOL_MATCH_A_SRC_MAC || field == ISOL_MATCH_A_DST_MAC;
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
	b->nnodes = 0;
	b->doubled = 0;
	root = &b->part[0];
	memset(root, 0, sizeof(*root));
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

static noinline void prepare(const struct isol_tree *tree, struct isol_key *key)
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
}

/**
 * struct answer - what has been found so far
 * @decision: the end, or the decision of the first box
 * @prio: number of its rule
 * @passed: ISOL_DECISION_UNREAD if a rule that accepts was passed over
 */
struct answer {
	u32 decision;
	u32 prio;
	u32 passed;
};

/* Walk the boxes of a leaf. */
static inline void ask_leaf(const u32 *w, const struct isol_key *key, struct answer *answer)
{
	u32 n = *w++ >> ISOL_TREE_ARG, decision, bounds;

	for (; n; n--) {
		decision = w[0];
		bounds = w[1];
		w += 2;
		while (bounds && key->v[w[0]] - w[1] <= w[2]) {
			bounds--;
			w += 3;
		}
		if (bounds) {
			w += 3 * bounds;
			continue;
		}
		if (unlikely(decision == ISOL_BOX_PASSED)) {
			answer->passed = ISOL_DECISION_UNREAD;
			continue;
		}
		if (isol_decision_counter(decision) < answer->prio) {
			answer->decision = decision;
			answer->prio = isol_decision_counter(decision);
		}
		return;
	}
}

u32 isol_tree_ask(const struct isol_tree *tree, struct isol_key *key)
{
	struct answer answer = { .decision = tree->end, .prio = U32_MAX };
	const u32 *waiting[ISOL_TREE_WAITING], *w = tree->code;
	u32 nwaiting = 0, op;

	if (tree->nranks | tree->flags)
		prepare(tree, key);
	for (;;) {
		op = w[0];
		if ((op & ISOL_TREE_OP) == ISOL_TREE_CUT) {
			w = key->v[op >> ISOL_TREE_ARG] < w[1] ? w + 3 : tree->code + w[2];
			continue;
		}
		if ((op & ISOL_TREE_OP) == ISOL_TREE_ACROSS) {
			waiting[nwaiting++] = w;
			w = key->v[op >> ISOL_TREE_ARG] < w[1] ? w + 5 : tree->code + w[2];
			continue;
		}
		ask_leaf(w, key, &answer);
		do {
			if (!nwaiting)
				goto out;
			w = waiting[--nwaiting];
		} while (w[4] >= answer.prio);
		w = tree->code + w[3];
	}
out:
	/* Only a default asks for it: a rule that is read decides for itself. */
	if (answer.decision & ISOL_DECISION_DEFAULT)
		answer.decision |= answer.passed;
	return answer.decision;
}
