// SPDX-License-Identifier: GPL-2.0
/* What is left of a rule for frames of one shape, see box.h. */
#include "box.h"

/* What frames of a shape have of a field. */
enum state {
	ABSENT,
	UNKNOWN,
	PRESENT,
};

/* What has passed isol_match_check() comes to no more in one field. */
#define MAX_RANGES ISOL_MAX_BOXES

int isol_room(struct isol_mem *mem, void *p, u32 *room, u32 want, size_t size)
{
	void **array = p;
	void *bigger;
	u32 n;

	if (want <= *room)
		return 0;
	if (want > INT_MAX / size)
		return -ENOMEM;
	n = max(min(*room * 2, (u32)(INT_MAX / size)), max(want, 64U));
	bigger = isol_alloc(mem, n * size);
	if (!bigger)
		return -ENOMEM;
	if (*room)
		memcpy(bigger, *array, *room * size);
	isol_free(mem, *array, *room * size);
	*array = bigger;
	*room = n;
	return 0;
}

static bool ip4(u32 shape)
{
	return shape >= ISOL_SHAPE_IP4_PORTS && shape <= ISOL_SHAPE_IP4_NOL4;
}

static bool ip6(u32 shape)
{
	return shape >= ISOL_SHAPE_IP6_PORTS && shape <= ISOL_SHAPE_IP6_NOPROTO;
}

static bool unread(u32 shape)
{
	return shape == ISOL_SHAPE_UNREAD || shape == ISOL_SHAPE_L3_UNREAD;
}

static enum state state_of(u32 shape, u32 field)
{
	switch (field) {
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
	case ISOL_MATCH_A_CAST:
	case ISOL_MATCH_A_SRC_MAC_SET:
	case ISOL_MATCH_A_DST_MAC_SET:
		return PRESENT;
	case ISOL_MATCH_A_ETHERTYPE:
	case ISOL_MATCH_A_VLAN:
	case ISOL_MATCH_A_PCP:
	case ISOL_MATCH_A_INNER_VLAN:
		/* frames without the last two have values of them that no rule names */
		return shape == ISOL_SHAPE_UNREAD ? UNKNOWN : PRESENT;
	}
	if (unread(shape))
		return UNKNOWN;
	switch (field) {
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_DST_IP4:
		return ip4(shape) ? PRESENT : ABSENT;
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		return ip6(shape) ? PRESENT : ABSENT;
	case ISOL_MATCH_A_FRAGMENT:
		/* It may stand behind what could not be followed. */
		if (shape == ISOL_SHAPE_IP6_NOPROTO)
			return UNKNOWN;
		fallthrough;
	case ISOL_MATCH_A_DSCP:
	case ISOL_MATCH_A_SRC_SET:
	case ISOL_MATCH_A_DST_SET:
		return ip4(shape) || ip6(shape) ? PRESENT : ABSENT;
	case ISOL_MATCH_A_ARP_OP:
	case ISOL_MATCH_A_ARP_SENDER:
	case ISOL_MATCH_A_ARP_TARGET:
		return shape == ISOL_SHAPE_ARP ? PRESENT : ABSENT;
	}
	if (shape == ISOL_SHAPE_IP6_NOPROTO)
		return UNKNOWN;
	if (field == ISOL_MATCH_A_PROTO)
		return ip4(shape) || ip6(shape) ? PRESENT : ABSENT;
	/* Of what is in the header of the protocol. A rule that asks has a protocol too. */
	if (shape == ISOL_SHAPE_IP4_NOL4 || shape == ISOL_SHAPE_IP6_NOL4)
		return UNKNOWN;
	if (field == ISOL_MATCH_A_ICMP)
		return shape == ISOL_SHAPE_IP4_ICMP || shape == ISOL_SHAPE_IP6_ICMP ?
		       PRESENT : ABSENT;
	return shape == ISOL_SHAPE_IP4_PORTS || shape == ISOL_SHAPE_IP6_PORTS ? PRESENT : ABSENT;
}

u32 isol_field_kind(u32 shape, u32 field)
{
	switch (field) {
	case ISOL_MATCH_A_SRC_SET:
	case ISOL_MATCH_A_DST_SET:
		return ip4(shape) ? ISOL_ELEMENT_IP4 : ISOL_ELEMENT_IP6;
	case ISOL_MATCH_A_SRC_MAC_SET:
	case ISOL_MATCH_A_DST_MAC_SET:
		return ISOL_ELEMENT_MAC;
	default:
		return ISOL_ELEMENT_PORT;
	}
}

/* What a field is in all frames of a shape. Return: false if that differs. */
static bool constant(u32 shape, u32 field, u32 *value)
{
	if (field == ISOL_MATCH_A_ETHERTYPE) {
		*value = ip4(shape) ? 0x0800 : ip6(shape) ? 0x86dd : 0x0806;
		return ip4(shape) || ip6(shape) || shape == ISOL_SHAPE_ARP;
	}
	if (field == ISOL_MATCH_A_PROTO) {
		*value = shape == ISOL_SHAPE_IP4_ICMP ? 1 : 58;
		return shape == ISOL_SHAPE_IP4_ICMP || shape == ISOL_SHAPE_IP6_ICMP;
	}
	return false;
}

/* The highest value that "not" can leave. */
static struct isol_wide top(u32 field)
{
	struct isol_wide max = { 0, 0xffff };

	switch (field) {
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		max.hi = ~0ULL;
		max.lo = ~0ULL;
		break;
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
		max.lo = (1ULL << 48) - 1;
		break;
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_DST_IP4:
	case ISOL_MATCH_A_ARP_SENDER:
	case ISOL_MATCH_A_ARP_TARGET:
		max.lo = U32_MAX;
		break;
	case ISOL_MATCH_A_CAST:
		max.lo = ISOL_CAST_MAX;
		break;
	case ISOL_MATCH_A_FRAGMENT:
		max.lo = ISOL_FRAGMENT_MAX;
		break;
	case ISOL_MATCH_A_DSCP:
		max.lo = 63;
		break;
	case ISOL_MATCH_A_PROTO:
		max.lo = 255;
		break;
	case ISOL_MATCH_A_TCP_FLAGS:
		max.lo = 511;
		break;
	case ISOL_MATCH_A_VLAN:
	case ISOL_MATCH_A_INNER_VLAN:
		max.lo = 4095;
		break;
	case ISOL_MATCH_A_PCP:
		max.lo = 7;
		break;
	}
	return max;
}

/*
 * The highest value that a frame may have. A frame without the field has one beyond
 * those that rules can ask for or be left with: that is in the space, but in no box
 * that is bounded there.
 */
static u32 limit(u32 field)
{
	switch (field) {
	case ISOL_MATCH_A_PCP:
		return ISOL_NO_PCP;
	case ISOL_MATCH_A_INNER_VLAN:
		return ISOL_NO_INNER_VLAN;
	default:
		return top(field).lo;
	}
}

static struct isol_wide above(struct isol_wide v)
{
	if (!++v.lo)
		v.hi++;
	return v;
}

static struct isol_wide below(struct isol_wide v)
{
	if (!v.lo--)
		v.hi--;
	return v;
}

static int cmp_span(const void *a, const void *b)
{
	const struct isol_wide_range *x = a, *y = b;

	return isol_wide_cmp(x->lo, y->lo);
}

static int cmp_wide(const void *a, const void *b)
{
	return isol_wide_cmp(*(const struct isol_wide *)a, *(const struct isol_wide *)b);
}

/*
 * A masked value as ranges: one for each setting of the bits that do not count
 * and have one that does below them.
 */
static u32 unmask(u64 value, u64 mask, u64 max, struct isol_wide_range *out, u32 room)
{
	u64 free = ~mask & max, run = 0, sub = 0;
	u32 n = 0;

	while (free & (run + 1)) {
		run = run << 1 | 1;
		if (run == max)
			break;
	}
	run &= free;
	free &= ~run;
	do {
		if (n == room)
			return n;
		out[n].lo = (struct isol_wide){ 0, value | sub };
		out[n].hi = (struct isol_wide){ 0, value | sub | run };
		n++;
		sub = (sub - free) & free;	/* the next subset of the bits of free */
	} while (sub);
	return n;
}

/* The values of a field as ranges: ascending, apart, negation worked out. */
static u32 ranges(struct isol_work *work, const struct isol_values *values,
		  struct isol_wide_range *out)
{
	struct isol_wide max = top(values->field), from = { 0, 0 };
	u32 i, n = 0, m = 0;
	u64 value, mask;

	for (i = 0; i < values->n; i++)
		switch (isol_field_width(values->field)) {
		case ISOL_WIDTH_WIDE:
			out[n].lo = values->wide[i].lo;
			out[n++].hi = values->wide[i].hi;
			break;
		case ISOL_WIDTH_MASKED:
			value = values->masked[i].value;
			mask = values->masked[i].mask;
			if (values->field == ISOL_MATCH_A_TCP_FLAGS) {
				value = isol_flags_order(value);
				mask = isol_flags_order(mask);
			}
			n += unmask(value, mask, max.lo, out + n, MAX_RANGES - n);
			break;
		default:
			out[n].lo = (struct isol_wide){ 0, values->range[i].lo };
			out[n++].hi = (struct isol_wide){ 0, values->range[i].hi };
		}
	/* About what it takes to sort them. */
	isol_work(work, 32 * n);
	isol_sort(out, n, sizeof(*out), cmp_span);
	for (i = 1; i < n; i++) {
		/* They touch, or one reaches into the other. */
		if (isol_wide_cmp(out[m].hi, max) >= 0 ||
		    isol_wide_cmp(out[i].lo, above(out[m].hi)) <= 0) {
			if (isol_wide_cmp(out[i].hi, out[m].hi) > 0)
				out[m].hi = out[i].hi;
		} else {
			out[++m] = out[i];
		}
	}
	n = n ? m + 1 : 0;
	if (!values->negate)
		return n;
	for (i = 0, m = 0; i < n; i++) {
		struct isol_wide_range hole = { from, out[i].lo };
		struct isol_wide hi = out[i].hi;

		if (isol_wide_cmp(hole.lo, hole.hi) < 0) {
			hole.hi = below(hole.hi);
			out[m++] = hole;
		}
		if (isol_wide_cmp(hi, max) >= 0)
			return m;
		from = above(hi);
	}
	out[m].lo = from;
	out[m++].hi = max;
	return m;
}

static const struct isol_values *find(const struct isol_match *match, u32 field)
{
	u32 i;

	if (!(match->fields & BIT(field)))
		return NULL;
	for (i = 0; i < match->n; i++)
		if (match->values[i].field == field)
			return &match->values[i];
	return NULL;
}

/* Addresses of one family, where the rule names some of the other. */
static bool other_family(const struct isol_match *match, u32 shape, u32 field)
{
	u32 twin;

	switch (field) {
	case ISOL_MATCH_A_SRC_IP4:
		twin = ISOL_MATCH_A_SRC_IP6;
		break;
	case ISOL_MATCH_A_SRC_IP6:
		twin = ISOL_MATCH_A_SRC_IP4;
		break;
	case ISOL_MATCH_A_DST_IP4:
		twin = ISOL_MATCH_A_DST_IP6;
		break;
	case ISOL_MATCH_A_DST_IP6:
		twin = ISOL_MATCH_A_DST_IP4;
		break;
	default:
		return false;
	}
	return match->fields & BIT(twin) && state_of(shape, twin) == PRESENT;
}

/*
 * What a rule asks of frames of a shape: bits of the fields that bound its
 * boxes. Return: false if none of these frames matches.
 */
static bool asks(const struct isol_boxes *boxes, const struct isol_rule *rule, u32 *fields,
		 bool *unknown)
{
	struct isol_wide_range *tmp = boxes->tmp;
	const u32 shape = boxes->shape;
	const struct isol_match *match = rule->match;
	u32 i, j, n, value;

	*fields = 0;
	*unknown = false;
	for (i = 0; match && i < match->n; i++) {
		const struct isol_values *values = &match->values[i];

		switch (state_of(shape, values->field)) {
		case ABSENT:
			if (!other_family(match, shape, values->field))
				return false;
			break;
		case UNKNOWN:
			*unknown = true;
			break;
		case PRESENT:
			if (!constant(shape, values->field, &value)) {
				*fields |= BIT(values->field);
				break;
			}
			n = ranges(boxes->work, values, tmp);
			for (j = 0; j < n; j++)
				if (tmp[j].lo.lo <= value && value <= tmp[j].hi.lo)
					break;
			if (j == n)
				return false;
		}
	}
	return true;
}

static int add_starts(struct isol_boxes *boxes, u32 field, const struct isol_wide_range *spans,
		      u32 n)
{
	struct isol_ranks *ranks = &boxes->ranks[field];
	struct isol_wide max = top(field);
	u32 i;

	if (isol_room(boxes->mem, &ranks->start, &ranks->room, ranks->n + 2 * n,
		      sizeof(*ranks->start)))
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		ranks->start[ranks->n++] = spans[i].lo;
		if (isol_wide_cmp(spans[i].hi, max) < 0)
			ranks->start[ranks->n++] = above(spans[i].hi);
	}
	return 0;
}

/* There may be millions of them. */
static int sort_starts(struct isol_boxes *boxes, struct isol_ranks *ranks)
{
	const size_t size = ranks->n * sizeof(*ranks->start);
	struct isol_wide *other, *sorted;
	u32 i, n = 0;

	if (!ranks->n)
		return 0;
	other = isol_alloc(boxes->mem, size);
	if (!other)
		return -ENOMEM;
	sorted = isol_work_sort(boxes->work, ranks->start, other, ranks->n,
				sizeof(*ranks->start), cmp_wide);
	for (i = 0; i < ranks->n; i++)
		if (!n || isol_wide_cmp(ranks->start[n - 1], sorted[i]))
			ranks->start[n++] = sorted[i];
	isol_free(boxes->mem, other, size);
	isol_work(boxes->work, ranks->n);
	ranks->n = n;
	return boxes->work->err;
}

static u32 rank_of(const struct isol_ranks *ranks, struct isol_wide v)
{
	u32 lo = 0, hi = ranks->n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (isol_wide_cmp(ranks->start[mid], v) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The ranges of a field that a rule asks about. */
static u32 field_ranges(const struct isol_boxes *boxes, const struct isol_rule *rule, u32 field,
			struct isol_wide_range *out)
{
	const struct isol_range *range;
	u32 i, n;

	if (!isol_field_set(field))
		return ranges(boxes->work, find(rule->match, field), out);
	n = isol_sets_ranges(boxes->sets, rule->match, field,
			     isol_field_kind(boxes->shape, field), &range);
	isol_work(boxes->work, n);
	for (i = 0; i < n; i++) {
		out[i].lo = (struct isol_wide){ 0, range[i].lo };
		out[i].hi = (struct isol_wide){ 0, range[i].hi };
	}
	return n;
}

/* The highest value that boxes can have in a dimension. */
static u32 highest(const struct isol_boxes *boxes, u32 field)
{
	if (isol_field_ranked(field))
		return boxes->ranks[field].n;
	if (isol_field_set(field))
		return boxes->sets->maps->map[isol_field_kind(boxes->shape, field)].nclasses - 1;
	return limit(field);
}

/*
 * First walk: which dimensions there are, the ranks of the wide ones, and how
 * many boxes there will be.
 */
static int find_dims(struct isol_boxes *boxes, const struct isol_rule *const *rules, u32 n,
		     u32 *total)
{
	u32 i, field, fields, all = 0, count, m;
	bool unknown;
	int err;

	*total = 0;
	for (i = 0; i < n; i++) {
		err = isol_work(boxes->work, ISOL_NDIMS);
		if (err)
			return err;
		if (!asks(boxes, rules[i], &fields, &unknown))
			continue;
		all |= fields;
		count = 1;
		for (field = 1; field < ISOL_NDIMS; field++) {
			if (!(fields & BIT(field)))
				continue;
			m = field_ranges(boxes, rules[i], field, boxes->tmp);
			count *= m;
			if (isol_field_ranked(field) && add_starts(boxes, field, boxes->tmp, m))
				return -ENOMEM;
		}
		*total += count;
	}
	for (field = 1; field < ISOL_NDIMS; field++) {
		if (!(all & BIT(field)))
			continue;
		if (isol_field_ranked(field)) {
			err = sort_starts(boxes, &boxes->ranks[field]);
			if (err)
				return err;
		}
		boxes->dims[boxes->ndims] = field;
		boxes->max[boxes->ndims++] = highest(boxes, field);
	}
	return 0;
}

/* The box has been put behind the others: is there one that makes it useless? */
static bool shadowed(const struct isol_boxes *boxes, u32 hash, u32 decision)
{
	u32 i, len = boxes->ndims * sizeof(struct isol_span);

	for (i = boxes->bucket[hash]; i; i = boxes->next[i - 1]) {
		isol_work(boxes->work, boxes->ndims);
		if (!memcmp(isol_box(boxes, i - 1), isol_box(boxes, boxes->n), len) &&
		    (boxes->decision[i - 1] != ISOL_BOX_PASSED || decision == ISOL_BOX_PASSED))
			return true;
	}
	return false;
}

static void keep_box(struct isol_boxes *boxes, u32 decision)
{
	u32 len = boxes->ndims * sizeof(struct isol_span);
	u32 hash = isol_hash(isol_box(boxes, boxes->n), len, boxes->seed) & (boxes->nbucket - 1);

	if (shadowed(boxes, hash, decision))
		return;
	boxes->decision[boxes->n] = decision;
	boxes->next[boxes->n] = boxes->bucket[hash];
	boxes->bucket[hash] = ++boxes->n;
}

static u32 decision_of(const struct isol_rule *rule, bool unknown)
{
	u8 reason = rule->table == ISOL_TABLE_QUARANTINE ? ISOL_REASON_QUARANTINE_RULE :
							   ISOL_REASON_RULE;

	if (!unknown)
		return isol_decision(rule->verdict, reason, rule->nr) |
		       (rule->tracks ? ISOL_DECISION_TRACK : 0);
	if (rule->verdict == ISOL_VERDICT_ACCEPT)
		return ISOL_BOX_PASSED;
	/* Who cannot be told for sure what for is told nothing. */
	return isol_decision(ISOL_VERDICT_DROP, ISOL_REASON_UNPARSED, rule->nr);
}

/*
 * Second walk: all combinations of the ranges of a rule. What each dimension has
 * lies in boxes->tmp, one behind the other.
 */
static void add_rule(struct isol_boxes *boxes, const struct isol_rule *rule, u32 fields,
		     u32 decision)
{
	u32 first[ISOL_NDIMS], count[ISOL_NDIMS], at[ISOL_NDIMS];
	struct isol_wide_range *end = boxes->tmp;
	u32 i, d;

	for (d = 0; d < boxes->ndims; d++) {
		u32 field = boxes->dims[d];

		at[d] = 0;
		count[d] = 0;
		first[d] = end - boxes->tmp;
		if (fields & BIT(field))
			count[d] = field_ranges(boxes, rule, field, end);
		end += count[d];
		if (fields & BIT(field) && !count[d])
			return;
	}
	do {
		struct isol_span *span = &boxes->span[boxes->n * boxes->ndims];

		for (d = 0; d < boxes->ndims; d++) {
			const struct isol_wide_range *r = &boxes->tmp[first[d] + at[d]];
			const struct isol_ranks *ranks = &boxes->ranks[boxes->dims[d]];

			span[d].lo = 0;
			span[d].hi = boxes->max[d];
			if (!count[d])
				continue;
			if (isol_field_ranked(boxes->dims[d])) {
				span[d].lo = rank_of(ranks, r->lo);
				span[d].hi = rank_of(ranks, r->hi);
			} else {
				span[d].lo = r->lo.lo;
				span[d].hi = r->hi.lo;
			}
		}
		keep_box(boxes, decision);
		if (isol_work(boxes->work, 8 * boxes->ndims))
			return;
		for (i = 0; i < boxes->ndims; i++) {
			if (++at[i] < count[i])
				break;
			at[i] = 0;
		}
	} while (i < boxes->ndims);
}

static int make_room(struct isol_boxes *boxes, u32 total)
{
	u32 want;

	for (want = 64; want < total; want *= 2)
		;
	/* One more: a box is made where the next is to be, and may be dropped. */
	if (isol_room(boxes->mem, &boxes->decision, &boxes->ndecision, total + 1,
		      sizeof(*boxes->decision)) ||
	    isol_room(boxes->mem, &boxes->span, &boxes->nspan, (total + 1) * boxes->ndims + 1,
		      sizeof(*boxes->span)) ||
	    isol_room(boxes->mem, &boxes->next, &boxes->nnext, total + 1, sizeof(*boxes->next)))
		return -ENOMEM;
	if (boxes->nbucket < want) {
		isol_free(boxes->mem, boxes->bucket, boxes->nbucket * sizeof(*boxes->bucket));
		boxes->nbucket = 0;
		boxes->bucket = isol_alloc(boxes->mem, want * sizeof(*boxes->bucket));
		if (!boxes->bucket)
			return -ENOMEM;
		boxes->nbucket = want;
	} else {
		memset(boxes->bucket, 0, boxes->nbucket * sizeof(*boxes->bucket));
	}
	return 0;
}

int isol_boxes_make(struct isol_boxes *boxes, u32 shape, const struct isol_rule *const *rules,
		    u32 n)
{
	u32 i, fields, total;
	bool unknown;
	int err;

	boxes->shape = shape;
	boxes->n = 0;
	boxes->ndims = 0;
	for (i = 0; i < ISOL_NDIMS; i++)
		boxes->ranks[i].n = 0;
	/* All fields of a rule together have ISOL_MAX_BOXES ranges, and one more each. */
	err = isol_room(boxes->mem, &boxes->tmp, &boxes->ntmp,
			ISOL_MAX_BOXES + 2 * ISOL_NDIMS + 64, sizeof(*boxes->tmp));
	if (!err)
		err = find_dims(boxes, rules, n, &total);
	if (!err)
		err = make_room(boxes, total);
	for (i = 0; i < n && !err; i++) {
		if (asks(boxes, rules[i], &fields, &unknown))
			add_rule(boxes, rules[i], fields, decision_of(rules[i], unknown));
		err = isol_work(boxes->work, ISOL_NDIMS);
	}
	return err;
}

void isol_boxes_free(struct isol_boxes *boxes)
{
	u32 i;

	isol_free(boxes->mem, boxes->decision, boxes->ndecision * sizeof(*boxes->decision));
	isol_free(boxes->mem, boxes->span, boxes->nspan * sizeof(*boxes->span));
	isol_free(boxes->mem, boxes->next, boxes->nnext * sizeof(*boxes->next));
	isol_free(boxes->mem, boxes->bucket, boxes->nbucket * sizeof(*boxes->bucket));
	isol_free(boxes->mem, boxes->tmp, boxes->ntmp * sizeof(*boxes->tmp));
	for (i = 0; i < ISOL_NDIMS; i++)
		isol_free(boxes->mem, boxes->ranks[i].start,
			  boxes->ranks[i].room * sizeof(*boxes->ranks[i].start));
	memset(boxes, 0, sizeof(*boxes));
}

u32 isol_rule_depth(const struct isol_rule *rule)
{
	static const u32 l2 = BIT(ISOL_MATCH_A_ETHERTYPE) | BIT(ISOL_MATCH_A_SRC_MAC) |
			      BIT(ISOL_MATCH_A_DST_MAC) | BIT(ISOL_MATCH_A_CAST) |
			      BIT(ISOL_MATCH_A_SRC_MAC_SET) | BIT(ISOL_MATCH_A_DST_MAC_SET) |
			      BIT(ISOL_MATCH_A_VLAN) | BIT(ISOL_MATCH_A_PCP) |
			      BIT(ISOL_MATCH_A_INNER_VLAN);
	static const u32 l4 = BIT(ISOL_MATCH_A_SPORT) | BIT(ISOL_MATCH_A_DPORT) |
			      BIT(ISOL_MATCH_A_TCP_FLAGS) | BIT(ISOL_MATCH_A_ICMP) |
			      BIT(ISOL_MATCH_A_SPORT_SET) | BIT(ISOL_MATCH_A_DPORT_SET);

	if (!rule->match)
		return ISOL_DEPTH_NONE;
	if (rule->match->fields & l4)
		return ISOL_DEPTH_L4;
	return rule->match->fields & ~l2 ? ISOL_DEPTH_L3 : ISOL_DEPTH_L2;
}
