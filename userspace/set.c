// SPDX-License-Identifier: GPL-2.0
/* What named sets hold, see set.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "set.h"
#include "text.h"

#define MAC_BITS	48
#define MAC_ALL		((1ULL << MAC_BITS) - 1)
#define MAC_CHARS	(MAC_TEXT_SIZE - 1)

static const struct {
	const char *key;
	const char *expected;
} types[] = {
	[ISOL_SET_ADDRESSES] = { "addresses", "an address" },
	[ISOL_SET_MACS] = { "macs", "a MAC address in quotes" },
	[ISOL_SET_PORTS] = { "ports", "a port" },
};

const char *set_key(u8 type)
{
	return type < ARRAY_SIZE(types) ? types[type].key : "unknown";
}

int set_key_type(const char *key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].key, key))
			return i;
	return -1;
}

const char *set_expected(u8 type)
{
	return types[type].expected;
}

void set_add(struct arena *a, struct set *s, const struct element *e)
{
	s->v = arena_grow(a, s->v, s->n, &s->cap, sizeof(*s->v));
	s->v[s->n++] = *e;
}

/*
 * Numbers of up to 16 bytes, the highest byte first
 */

static void put_number(u8 to[16], u64 number)
{
	size_t i;

	memset(to, 0, 16);
	for (i = 16; i--; number >>= 8)
		to[i] = number;
}

static u64 get_number(const u8 from[16])
{
	u64 number = 0;
	size_t i;

	for (i = 8; i < 16; i++)
		number = number << 8 | from[i];
	return number;
}

/* The next number, or the one before. Return: false if there is none. */
static bool step(u8 number[16], int by)
{
	const u8 wrapped = by > 0 ? 0 : 0xff;
	size_t i;

	for (i = 16; i--;) {
		number[i] += by;
		if (number[i] != wrapped)
			return true;
	}
	return false;
}

/*
 * Text
 */

/* MAC addresses of a prefix have the bits beyond it all 0 or all 1. */
static u64 beyond_prefix(u64 lo, u64 hi)
{
	const u64 bits = lo ^ hi;

	return bits & (bits + 1) || lo & bits ? MAC_ALL : bits;
}

static bool parse_mac_range(const char *text, u64 *lo, u64 *hi)
{
	struct match_value first, last;
	char buf[MAC_TEXT_SIZE], msg[512];
	u32 real;

	if (strlen(text) != 2 * MAC_CHARS + 1 || text[MAC_CHARS] != '-')
		return false;
	memcpy(buf, text, MAC_CHARS);
	buf[MAC_CHARS] = '\0';
	if (!match_parse(ISOL_MATCH_A_SRC_MAC, buf, &first, &real, msg, sizeof(msg)) ||
	    !match_parse(ISOL_MATCH_A_SRC_MAC, text + MAC_CHARS + 1, &last, &real, msg,
			 sizeof(msg)))
		return false;
	*lo = first.value;
	*hi = last.value;
	return true;
}

static bool parse_mac(const char *text, struct element *e, char *msg, size_t size)
{
	struct match_value v;
	u64 lo, hi;
	u32 real;

	if (parse_mac_range(text, &lo, &hi)) {
		if (lo > hi) {
			snprintf(msg, size, "%s begins above its end; expected %s-%.*s", text,
				 text + MAC_CHARS + 1, MAC_CHARS, text);
			return false;
		}
	} else {
		if (!match_parse(ISOL_MATCH_A_SRC_MAC, text, &v, &real, msg, size))
			return false;
		lo = v.value;
		hi = lo | (~v.mask & MAC_ALL);
		if (beyond_prefix(lo, hi) != (lo ^ hi)) {
			snprintf(msg, size,
				 "'%s' has a mask that is no prefix; expected a prefix like 52:54:00:00:00:00/24, or two addresses with - between them",
				 text);
			return false;
		}
	}
	e->kind = ELEMENT_MAC;
	put_number(e->lo, lo);
	put_number(e->hi, hi);
	return true;
}

bool element_parse(u8 type, const char *text, struct element *e, char *msg, size_t size)
{
	struct match_value v;
	u32 real;

	*e = (struct element){ 0 };
	switch (type) {
	case ISOL_SET_MACS:
		return parse_mac(text, e, msg, size);
	case ISOL_SET_PORTS:
		if (!match_parse(ISOL_MATCH_A_DPORT, text, &v, &real, msg, size))
			return false;
		e->kind = ELEMENT_PORT;
		break;
	default:
		if (!match_parse(ISOL_MATCH_A_SRC_IP4, text, &v, &real, msg, size))
			return false;
		if (match_type(real) == MATCH_IP6) {
			e->kind = ELEMENT_IP6;
			memcpy(e->lo, v.lo6, sizeof(e->lo));
			memcpy(e->hi, v.hi6, sizeof(e->hi));
			return true;
		}
		e->kind = ELEMENT_IP4;
	}
	put_number(e->lo, v.lo);
	put_number(e->hi, v.hi);
	return true;
}

static const char *format_mac(const struct element *e, char buf[MATCH_TEXT_SIZE])
{
	struct match_value v = { .value = get_number(e->lo), .mask = MAC_ALL };
	const u64 last = get_number(e->hi), beyond = beyond_prefix(v.value, last);
	char second[MATCH_TEXT_SIZE];
	size_t len;

	if (beyond != MAC_ALL) {
		v.mask = MAC_ALL & ~beyond;
		return match_format(ISOL_MATCH_A_SRC_MAC, &v, false, buf);
	}
	match_format(ISOL_MATCH_A_SRC_MAC, &v, false, buf);
	v.value = last;
	len = strlen(buf);
	snprintf(buf + len, MATCH_TEXT_SIZE - len, "-%s",
		 match_format(ISOL_MATCH_A_SRC_MAC, &v, false, second));
	return buf;
}

const char *element_format(const struct element *e, char buf[MATCH_TEXT_SIZE])
{
	struct match_value v = { 0 };

	if (e->kind == ELEMENT_MAC)
		return format_mac(e, buf);
	if (e->kind == ELEMENT_IP6) {
		memcpy(v.lo6, e->lo, sizeof(v.lo6));
		memcpy(v.hi6, e->hi, sizeof(v.hi6));
		return match_format(ISOL_MATCH_A_SRC_IP6, &v, false, buf);
	}
	v.lo = get_number(e->lo);
	v.hi = get_number(e->hi);
	return match_format(e->kind == ELEMENT_IP4 ? ISOL_MATCH_A_SRC_IP4 : ISOL_MATCH_A_DPORT,
			    &v, false, buf);
}

/*
 * What is held
 */

static int compare(const void *a, const void *b)
{
	const struct element *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return memcmp(x->lo, y->lo, sizeof(x->lo));
}

/* Does @next begin within @e, or just behind it? It does not begin before. */
static bool joins(const struct element *e, const struct element *next)
{
	u8 behind[16];

	if (next->kind != e->kind)
		return false;
	memcpy(behind, e->hi, sizeof(behind));
	return !step(behind, 1) || memcmp(next->lo, behind, sizeof(behind)) <= 0;
}

/* All that a set holds, in the one way that there is. Return: to be freed. */
static struct element *spans(const struct set *s, size_t *n)
{
	struct element *v = xcalloc(s->n + 1, sizeof(*v));
	size_t i;

	*n = 0;
	if (!s->n)
		return v;
	memcpy(v, s->v, s->n * sizeof(*v));
	qsort(v, s->n, sizeof(*v), compare);
	for (i = 0; i < s->n; i++) {
		struct element *last = *n ? &v[*n - 1] : NULL;

		if (!last || !joins(last, &v[i]))
			v[(*n)++] = v[i];
		else if (memcmp(v[i].hi, last->hi, sizeof(last->hi)) > 0)
			memcpy(last->hi, v[i].hi, sizeof(last->hi));
	}
	return v;
}

static bool same(const struct element *a, const struct element *b)
{
	return a->kind == b->kind && !memcmp(a->lo, b->lo, sizeof(a->lo)) &&
	       !memcmp(a->hi, b->hi, sizeof(a->hi));
}

bool set_same(const struct set *a, const struct set *b)
{
	struct element *x, *y;
	size_t n, m, i = 0;

	if (a->type != b->type)
		return false;
	x = spans(a, &n);
	y = spans(b, &m);
	while (i < n && i < m && same(&x[i], &y[i]))
		i++;
	free(x);
	free(y);
	return i == n && i == m;
}

/* The first of sorted spans that does not end before a number. */
static size_t find_span(const struct element *v, size_t n, const struct element *e)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;

		if (v[mid].kind < e->kind ||
		    (v[mid].kind == e->kind && memcmp(v[mid].hi, e->lo, sizeof(e->lo)) < 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Do sorted spans hold all of an element? */
static bool held(const struct element *v, size_t n, const struct element *e)
{
	const size_t at = find_span(v, n, e);

	return at < n && v[at].kind == e->kind && memcmp(v[at].lo, e->lo, sizeof(e->lo)) <= 0 &&
	       memcmp(v[at].hi, e->hi, sizeof(e->hi)) >= 0;
}

const struct element *set_missing(const struct set *s, const struct set *of)
{
	const struct element *missing = NULL;
	struct element *v;
	size_t n, i;

	v = spans(s, &n);
	for (i = 0; i < of->n && !missing; i++)
		if (!held(v, n, &of->v[i]))
			missing = &of->v[i];
	free(v);
	return missing;
}

size_t set_add_missing(struct arena *a, struct set *s, const struct set *of)
{
	const size_t before = s->n;
	struct element *v;
	size_t n, i;

	v = spans(s, &n);
	for (i = 0; i < of->n; i++)
		if (!held(v, n, &of->v[i]))
			set_add(a, s, &of->v[i]);
	free(v);
	return s->n - before;
}

void set_remove(struct arena *a, struct set *s, const struct set *of)
{
	const struct set all = *s;
	struct element *v;
	size_t n, i, at;

	v = spans(of, &n);
	s->v = NULL;
	s->n = 0;
	s->cap = 0;
	for (i = 0; i < all.n; i++) {
		struct element left = all.v[i], piece;
		bool more = true;

		for (at = find_span(v, n, &left); more && at < n && v[at].kind == left.kind &&
		     memcmp(v[at].lo, left.hi, sizeof(left.hi)) <= 0; at++) {
			if (memcmp(left.lo, v[at].lo, sizeof(left.lo)) < 0) {
				piece = left;
				memcpy(piece.hi, v[at].lo, sizeof(piece.hi));
				step(piece.hi, -1);
				set_add(a, s, &piece);
			}
			more = memcmp(left.hi, v[at].hi, sizeof(left.hi)) > 0;
			memcpy(left.lo, v[at].hi, sizeof(left.lo));
			step(left.lo, 1);
		}
		if (more)
			set_add(a, s, &left);
	}
	free(v);
}
