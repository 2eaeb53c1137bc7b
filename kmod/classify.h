/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lookup: from two ports to a decision, in a fixed number of steps.
 *
 *	ingress port -> row of the pair table
 *	egress port  -> bridge and column
 *	row[column]  -> decision, or which default of the bridge
 *
 * What a port is, one 32-bit word tells: bridge number in the upper 12
 * bits, class in the lower 20 (in the port table itself: the class's column).
 * Word 0 is a port that nobody has told us about: it drops.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_CLASSIFY_H
#define ISOL_CLASSIFY_H

#include <linux/isol.h>

#include "shim.h"

#define ISOL_WORD_SHIFT		20
#define ISOL_WORD_CLASS		((1U << ISOL_WORD_SHIFT) - 1)	/* or column */
#define ISOL_WORD_UNKNOWN	0U

/* Bridge numbers: 0 unknown, 1 to ISOL_MAX_BRIDGES managed, and this one. */
#define ISOL_BRIDGE_UNMANAGED	0xfffU

/* The classes that every policy has; the bindings' classes follow, by id. */
enum isol_fixed_class {
	ISOL_CLASS_NONE,		/* of unknown and unmanaged ports: never looked up */
	ISOL_CLASS_HOST,
	ISOL_CLASS_UPLINK,
	ISOL_CLASS_UNBOUND_DROP,	/* on a bridge with unbound: drop */
	ISOL_CLASS_UNBOUND_ACCEPT,	/* on a bridge with unbound: accept */
	ISOL_CLASS_QUARANTINED,
	ISOL_CLASS_GONE,
	ISOL_CLASS_FIRST_BINDING,
};

/* The column of the host, in every policy. */
#define ISOL_COL_HOST 0

/*
 * Defaults: what decides when no rule does. What each comes to is up to the
 * bridge, which keeps the pair table itself free of bridges.
 */
enum isol_default {
	ISOL_DFLT_UNBOUND,
	ISOL_DFLT_QUARANTINE,
	ISOL_DFLT_ROLE_ACCEPT,
	ISOL_DFLT_ROLE_DROP,
	ISOL_DFLT_WITHIN,
	ISOL_DFLT_UPLINK,
	ISOL_DFLT_HOST,
	ISOL_DFLT_UNJUDGED,
	ISOL_DFLT_GONE,
	ISOL_DFLT_MISMATCH,
	ISOL_DFLT_CONTROL,
	ISOL_DFLT_PROMISC_ACCEPT,
	ISOL_DFLT_PROMISC_DROP,
	ISOL_NDFLT = 16
};

/*
 * A decision: bits 0 to 23 the number of the counter, which is the number of
 * the rule where a rule decided; bit 24 accept; bits 25 to 29 the reason. With
 * bit 31, in the pair table only, bits 0 to 3 are an enum isol_default.
 */
#define ISOL_DECISION_COUNTER	((1U << 24) - 1)
#define ISOL_DECISION_ACCEPT	(1U << 24)
#define ISOL_DECISION_REASON	25
#define ISOL_DECISION_DEFAULT	(1U << 31)

static inline u32 isol_decision(u8 verdict, u8 reason, u32 counter)
{
	return (verdict == ISOL_VERDICT_ACCEPT ? ISOL_DECISION_ACCEPT : 0) |
	       (u32)reason << ISOL_DECISION_REASON | counter;
}

static inline u32 isol_decision_reason(u32 decision)
{
	return decision >> ISOL_DECISION_REASON & 0x1f;
}

static inline u32 isol_decision_counter(u32 decision)
{
	return decision & ISOL_DECISION_COUNTER;
}

/* Reason and verdict in one: reason * 2, and 1 for accept. */
static inline u32 isol_decision_why(u32 decision)
{
	return decision >> 24;
}

/**
 * struct isol_class - where a class stands in the pair table
 * @row: its row, as ingress; rows that are the same are shared
 * @col: its column, as egress
 */
struct isol_class {
	const u32 *row;
	u32 col;
};

/**
 * struct isol_tables - a compiled policy, as the hooks see it
 * @classes: by class number
 * @dflt: decisions, ISOL_NDFLT for each bridge number from 1
 * @nbridges: managed bridges
 * @nclasses: number of @classes
 */
struct isol_tables {
	const struct isol_class *classes;
	const u32 *dflt;
	u32 nbridges;
	u32 nclasses;
};

static inline u32 isol_word(u32 bridge, u32 class)
{
	return bridge << ISOL_WORD_SHIFT | class;
}

static inline u32 isol_word_bridge(u32 word)
{
	return word >> ISOL_WORD_SHIFT;
}

/**
 * isol_tables_default() - what a default comes to on a bridge
 * @tables: the compiled policy
 * @bridge: number of a managed bridge
 * @dflt: enum isol_default
 */
static inline u32 isol_tables_default(const struct isol_tables *tables, u32 bridge, u32 dflt)
{
	return tables->dflt[(bridge - 1) * ISOL_NDFLT + dflt];
}

/**
 * isol_decide() - decide about a frame between two ports of one bridge
 * @tables: the compiled policy
 * @bridge: number of the managed bridge both are on
 * @row: of the ingress
 * @col: of the egress
 *
 * Return: the decision, resolved.
 */
static inline u32 isol_decide(const struct isol_tables *tables, u32 bridge, const u32 *row,
			      u32 col)
{
	u32 decision = row[col];

	if (decision & ISOL_DECISION_DEFAULT)
		decision = isol_tables_default(tables, bridge, decision & (ISOL_NDFLT - 1));
	return decision;
}

/* The same by classes. */
static inline u32 isol_classify(const struct isol_tables *tables, u32 bridge, u32 from, u32 to)
{
	return isol_decide(tables, bridge, tables->classes[from].row, tables->classes[to].col);
}

#endif /* ISOL_CLASSIFY_H */
