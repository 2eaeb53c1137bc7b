// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel says of a match: its own code says it, which is built into
 * the tool for this. In a file of its own, for its headers are the kernel's.
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "../kmod/frame.h"
#include "../kmod/match.h"
#pragma GCC diagnostic pop

#include "match.h"

#define ETHERTYPE_IP4	0x0800
#define ETHERTYPE_IP6	0x86dd
#define PROTO_ICMP6	58

/* An IPv6 address in host order. */
static struct isol_wide wide(const u8 addr[16])
{
	struct isol_wide w = {};
	size_t i;

	for (i = 0; i < 8; i++) {
		w.hi = w.hi << 8 | addr[i];
		w.lo = w.lo << 8 | addr[i + 8];
	}
	return w;
}

static struct isol_values convert(struct arena *a, u32 field, const struct match_field *f)
{
	/* the field is too long for the kernel anyway: as long as it can say so */
	u16 n = min(f->n, ISOL_MAX_VALUES + 1UL), i;
	struct isol_values values = { .field = field, .negate = f->negate, .n = n };
	struct isol_wide_range *wides;
	struct isol_masked *masked;
	struct isol_range *ranges;
	const char **names;

	switch (isol_field_width(field)) {
	case ISOL_WIDTH_WIDE:
		wides = arena_alloc(a, n * sizeof(*wides));
		for (i = 0; i < n; i++) {
			wides[i].lo = wide(f->v[i].lo6);
			wides[i].hi = wide(f->v[i].hi6);
		}
		values.wide = wides;
		break;
	case ISOL_WIDTH_MASKED:
		masked = arena_alloc(a, n * sizeof(*masked));
		for (i = 0; i < n; i++) {
			masked[i].value = f->v[i].value;
			masked[i].mask = f->v[i].mask;
		}
		values.masked = masked;
		break;
	case ISOL_WIDTH_SET:
		names = arena_alloc(a, n * sizeof(*names));
		for (i = 0; i < n; i++)
			names[i] = f->v[i].set;
		values.name = names;
		break;
	default:
		ranges = arena_alloc(a, n * sizeof(*ranges));
		for (i = 0; i < n; i++) {
			ranges[i].lo = f->v[i].lo;
			ranges[i].hi = f->v[i].hi;
		}
		values.range = ranges;
	}
	return values;
}

static bool before(struct mark a, struct mark b)
{
	return a.line != b.line ? a.line < b.line : a.col < b.col;
}

const char *match_check(const struct match *m, struct mark *at)
{
	struct isol_values values[ISOL_MATCH_A_MAX];
	struct arena a = {};
	u32 n = 0, field;
	const char *msg;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		const struct match_field *f = &m->of[field];

		if (!f->n)
			continue;
		if (!n || before(f->at, *at))
			*at = f->at;
		values[n++] = convert(&a, field, f);
	}
	msg = isol_match_check(values, n, &field);
	if (msg && field && field <= ISOL_MATCH_A_MAX && m->of[field].n)
		*at = m->of[field].at;
	arena_free(&a);
	return msg;
}

u32 match_passes(const struct match *m)
{
	struct isol_match *asked;
	struct arena a = {};
	u32 field, passes;

	if (match_empty(m))
		return isol_match_passes(NULL);
	asked = arena_alloc(&a, sizeof(*asked) + ISOL_MATCH_A_MAX * sizeof(asked->values[0]));
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		if (!m->of[field].n)
			continue;
		asked->fields |= 1U << field;
		asked->values[asked->n++] = convert(&a, field, &m->of[field]);
	}
	passes = isol_match_passes(asked);
	arena_free(&a);
	return passes;
}

bool match_begins(u32 field, bool v6, u32 value)
{
	if (field == ISOL_MATCH_A_ETHERTYPE)
		return !isol_ethertype_hides(value);
	return isol_icmp_begins(value >> 8, v6) || (v6 && isol_icmp6_untracked(value >> 8));
}

bool match_no_state(u16 type, u8 proto, u32 icmp)
{
	if (type == ETHERTYPE_IP6 && proto == PROTO_ICMP6)
		return isol_icmp6_untracked(icmp >> 8);
	return type != ETHERTYPE_IP4 && type != ETHERTYPE_IP6 && !isol_ethertype_hides(type);
}
