/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lookup: from two ports to a decision, in a fixed number of steps.
 *
 *	ingress port -> row of the pair table
 *	egress port  -> bridge and column
 *	row[column]  -> decision, or which default of the bridge, or which
 *			program to ask about the frame (see program.h), which
 *			ends in a decision or a default
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
	ISOL_DFLT_UNPARSED,
	ISOL_NDFLT = 16
};

/*
 * A decision: bits 0 to 23 the number of the counter, which is the number of
 * the rule where a rule decided; bit 24 accept; bits 25 to 29 the reason. With
 * bit 31, in the pair table and as the end of a program only, bits 0 to 3 are an
 * enum isol_default, and bit 4 says that a rule that accepts was passed over for
 * what could not be read: if the default drops, ISOL_DFLT_UNPARSED does instead.
 * With bits 31 and 30, in the pair table only, bits 0 to 23 are the number of a
 * program.
 */
#define ISOL_DECISION_COUNTER	((1U << 24) - 1)
#define ISOL_DECISION_ACCEPT	(1U << 24)
#define ISOL_DECISION_REASON	25
#define ISOL_DECISION_DEFAULT	(1U << 31)
#define ISOL_DECISION_PROGRAM	(1U << 30)
#define ISOL_DECISION_UNREAD	(1U << 4)	/* with ISOL_DECISION_DEFAULT */

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

struct isol_program;

/**
 * struct isol_tables - a compiled policy, as the hooks see it
 * @classes: by class number
 * @dflt: decisions, ISOL_NDFLT for each bridge number from 1
 * @programs: by program number
 * @nbridges: managed bridges
 * @nclasses: number of @classes
 */
struct isol_tables {
	const struct isol_class *classes;
	const u32 *dflt;
	const struct isol_program *const *programs;
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
 * isol_resolve() - what the end of a program, or a cell without one, comes to
 * @tables: the compiled policy
 * @bridge: number of the managed bridge both ports are on
 * @end: a decision, or a default
 *
 * Return: the decision.
 */
static inline u32 isol_resolve(const struct isol_tables *tables, u32 bridge, u32 end)
{
	u32 decision;

	if (!(end & ISOL_DECISION_DEFAULT))
		return end;
	decision = isol_tables_default(tables, bridge, end & (ISOL_NDFLT - 1));
	if (unlikely(end & ISOL_DECISION_UNREAD) && !(decision & ISOL_DECISION_ACCEPT))
		decision = isol_tables_default(tables, bridge, ISOL_DFLT_UNPARSED);
	return decision;
}

/* Whether a cell says which program to ask, and which. */
static inline bool isol_cell_asks(u32 cell)
{
	return (cell >> 30) == 3;
}

static inline const struct isol_program *isol_cell_program(const struct isol_tables *tables,
							   u32 cell)
{
	return tables->programs[cell & ISOL_DECISION_COUNTER];
}

/* The cell of the pair table for two classes. */
static inline u32 isol_cell(const struct isol_tables *tables, u32 from, u32 to)
{
	return tables->classes[from].row[tables->classes[to].col];
}

#endif /* ISOL_CLASSIFY_H */
