/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a rule asks of a frame, as the operator wrote it: for each field that it
 * names, which values it may have. See enum isol_match_attr.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_MATCH_H
#define ISOL_MATCH_H

#include <linux/isol.h>

#include "mem.h"
#include "shim.h"

/* What the values of a field look like. */
enum isol_width {
	ISOL_WIDTH_NARROW,	/* struct isol_range */
	ISOL_WIDTH_WIDE,	/* struct isol_wide_range */
	ISOL_WIDTH_MASKED,	/* struct isol_masked */
	ISOL_WIDTH_SET,		/* const struct isol_set * */
};

/**
 * struct isol_range - numbers or IPv4 addresses, in host order
 * @lo: the lowest
 * @hi: the highest, included
 */
struct isol_range {
	u32 lo;
	u32 hi;
};

/**
 * struct isol_wide - an IPv6 address, or a MAC address in the lower 48 bits
 * @hi: the upper 64 bits, in host order
 * @lo: the lower 64 bits, in host order
 */
struct isol_wide {
	u64 hi;
	u64 lo;
};

/**
 * struct isol_wide_range - IPv6 addresses
 * @lo: the lowest
 * @hi: the highest, included
 */
struct isol_wide_range {
	struct isol_wide lo;
	struct isol_wide hi;
};

/**
 * struct isol_masked - MAC addresses (48 bits) or TCP flags (9 bits)
 * @value: in host order
 * @mask: which bits of it count
 */
struct isol_masked {
	u64 value;
	u64 mask;
};

struct isol_set;

/**
 * struct isol_values - what a field may be
 * @field: enum isol_match_attr
 * @negate: anything but the values
 * @n: number of values
 * @range: the values, of isol_field_width() ISOL_WIDTH_NARROW
 * @wide: of ISOL_WIDTH_WIDE
 * @masked: of ISOL_WIDTH_MASKED
 * @set: of ISOL_WIDTH_SET
 * @name: the same, where a rule is handed in: the names of sets
 * @v: of whatever kind
 */
struct isol_values {
	u8 field;
	bool negate;
	u16 n;
	union {
		const struct isol_range *range;
		const struct isol_wide_range *wide;
		const struct isol_masked *masked;
		const struct isol_set *const *set;
		const char *const *name;
		const void *v;
	};
};

/**
 * struct isol_match - all that a rule asks
 * @fields: which it names: bits by enum isol_match_attr
 * @n: number of @values
 * @values: one for each field, in the order of enum isol_match_attr
 */
struct isol_match {
	u32 fields;
	u32 n;
	struct isol_values values[];
};

static inline int isol_wide_cmp(struct isol_wide a, struct isol_wide b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	if (a.lo != b.lo)
		return a.lo < b.lo ? -1 : 1;
	return 0;
}

/*
 * TCP flags in an order in which what rules ask about comes to few ranges: the
 * bits that they ask about most are the highest.
 */
static inline u32 isol_flags_order(u32 flags)
{
	return (flags >> 1 & 1) << 8 |		/* SYN */
	       (flags >> 4 & 1) << 7 |		/* ACK */
	       (flags >> 2 & 1) << 6 |		/* RST */
	       (flags & 1) << 5 |		/* FIN */
	       (flags >> 3 & 1) << 4 |		/* PSH */
	       (flags >> 5 & 1) << 3 |		/* URG */
	       (flags >> 6 & 1) << 2 |		/* ECE */
	       (flags >> 7 & 1) << 1 |		/* CWR */
	       (flags >> 8 & 1);		/* NS */
}

/* Whether the values of a field are sets. No other field is between these. */
static inline bool isol_field_set(u32 field)
{
	return field >= ISOL_MATCH_A_SRC_SET && field <= ISOL_MATCH_A_DPORT_SET;
}

/**
 * isol_field_width() - what the values of a field look like
 * @field: enum isol_match_attr
 */
static inline enum isol_width isol_field_width(u32 field)
{
	if (isol_field_set(field))
		return ISOL_WIDTH_SET;
	switch (field) {
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		return ISOL_WIDTH_WIDE;
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
	case ISOL_MATCH_A_TCP_FLAGS:
		return ISOL_WIDTH_MASKED;
	default:
		return ISOL_WIDTH_NARROW;
	}
}

/* Bytes of one value. */
static inline u32 isol_width_size(enum isol_width width)
{
	switch (width) {
	case ISOL_WIDTH_WIDE:
		return sizeof(struct isol_wide_range);
	case ISOL_WIDTH_MASKED:
		return sizeof(struct isol_masked);
	case ISOL_WIDTH_SET:
		return sizeof(const struct isol_set *);
	default:
		return sizeof(struct isol_range);
	}
}

/**
 * isol_match_check() - whether a match means something
 * @values: what is asked, at most one for each field, in any order
 * @n: number of @values
 * @field: out: which field is at fault, enum isol_match_attr; 0: all together are
 *	over a limit
 *
 * Values out of range, ranges the wrong way round, values with bits beyond
 * their mask, what needs a protocol without it, more than ISOL_MAX_VALUES
 * values or ISOL_MAX_BOXES combinations, and what no frame can match are refused.
 *
 * A combination has one range of each field. As the compiler makes ranges of
 * values, a masked value counts for 2^b of them, where b is the number of bits
 * that its mask has not, but for the lowest that stand together at the end; a
 * negated field counts for one more than its values do. A frame is of one version
 * of IP: of the addresses of both, those count that make more. A field of sets
 * counts for one here: what sets come to is known when all are there, see set.h.
 *
 * Return: NULL, or what is wrong, naming the attribute.
 */
const char *isol_match_check(const struct isol_values *values, u32 n, u32 *field);

/* Versions of IP. */
#define ISOL_IP4 1U
#define ISOL_IP6 2U

/**
 * isol_match_passes() - which IP a rule can match
 * @match: what it asks, or NULL for any frame
 *
 * Return: the versions of IP, ISOL_IP4 and ISOL_IP6, of which it can match frames
 * to a unicast address: those whose sender has to find a neighbour first.
 */
u32 isol_match_passes(const struct isol_match *match);

/**
 * isol_match_serves() - which IP a rule can be needed for
 * @match: what it asks, or NULL for any frame
 *
 * Return: ISOL_IP4 if it can match frames of ARP or IPv4, ISOL_IP6 if of IPv6, both
 * if of neither.
 */
u32 isol_match_serves(const struct isol_match *match);

/**
 * isol_match_boxes() - how many combinations a match has at the most
 * @match: the match
 *
 * As isol_match_check() counts them: fields of sets count for one.
 */
u32 isol_match_boxes(const struct isol_match *match);

/**
 * isol_match_copy() - keep a match
 * @arena: where it goes
 * @values: what has passed isol_match_check()
 * @n: number of @values, not 0
 *
 * Return: the match, or NULL for want of memory.
 */
const struct isol_match *isol_match_copy(struct isol_arena *arena,
					 const struct isol_values *values, u32 n);

/* Fields that only somebody can tell who knows which VLAN the frame is in. */
#define ISOL_FIELDS_VLAN (BIT(ISOL_MATCH_A_VLAN) | BIT(ISOL_MATCH_A_PCP) | \
			  BIT(ISOL_MATCH_A_INNER_VLAN))

static inline bool isol_match_wants_vlan(const struct isol_match *match)
{
	return match->fields & ISOL_FIELDS_VLAN;
}

#endif /* ISOL_MATCH_H */
