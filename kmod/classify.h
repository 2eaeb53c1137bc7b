/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lookup: from two ports to a decision, in a fixed number of steps.
 *
 *	ingress port -> row of the pair table
 *	egress port  -> domain and column
 *	row[column]  -> decision, or which default of the domain, or which
 *			program to ask about the frame (see program.h), which
 *			ends in a decision or a default
 *
 * What a port is, one 32-bit word tells: domain in the upper 12 bits, class in
 * the lower 20 (in the port table itself: the class's column). Domains are
 * bridges and VLAN segments of bridges; what is in different ones meets before
 * the pair table is looked at, see domain.h.
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

/*
 * Domains: 0 unknown, from 1 on the managed bridges, then the VLAN segments, then
 * what is beside them on bridges that have some, and this one.
 */
#define ISOL_DOMAIN_UNMANAGED	0xfffU

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
 * domain, which keeps the pair table itself free of bridges and segments.
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
	ISOL_DFLT_SEGMENT,
	ISOL_DFLT_VLAN,
	ISOL_DFLT_TAGS,
	ISOL_DFLT_STATE,
	ISOL_DFLT_FRAGMENT,
	ISOL_DFLT_CONNECTIONS,
	ISOL_NDFLT = 32
};

/*
 * A decision: bits 0 to 23 the number of the counter, which is the number of
 * the rule where a rule decided; bit 24 accept; bits 25 to 29 the reason; bit 30
 * that the sender of what is not accepted is to be told, or that what is accepted is
 * the beginning of a conversation, see track.h. With bit 31, in the pair table and as
 * the end of a program only, bits 0 to 4 are an enum isol_default, and bit 5 says that
 * a rule that accepts was passed over for what could not be read: if the default drops,
 * ISOL_DFLT_UNPARSED does instead. With bits 31 and 30, in the pair table only, bits 0
 * to 23 are the number of a program.
 */
#define ISOL_DECISION_COUNTER	((1U << 24) - 1)
#define ISOL_DECISION_ACCEPT	(1U << 24)
#define ISOL_DECISION_REASON	25
#define ISOL_DECISION_REJECT	(1U << 30)	/* alone */
#define ISOL_DECISION_TRACK	(1U << 30)	/* with ISOL_DECISION_ACCEPT */
#define ISOL_DECISION_DEFAULT	(1U << 31)
#define ISOL_DECISION_PROGRAM	(1U << 30)	/* with ISOL_DECISION_DEFAULT */
#define ISOL_DECISION_UNREAD	(1U << 5)	/* with ISOL_DECISION_DEFAULT */

static inline u32 isol_decision(u8 verdict, u8 reason, u32 counter)
{
	return (verdict == ISOL_VERDICT_ACCEPT ? ISOL_DECISION_ACCEPT : 0) |
	       (verdict == ISOL_VERDICT_REJECT ? ISOL_DECISION_REJECT : 0) |
	       (u32)reason << ISOL_DECISION_REASON | counter;
}

/* Whether a decision accepts what begins a conversation, and nothing else. */
static inline bool isol_decision_tracks(u32 decision)
{
	return (decision & (ISOL_DECISION_ACCEPT | ISOL_DECISION_TRACK)) ==
	       (ISOL_DECISION_ACCEPT | ISOL_DECISION_TRACK);
}

/* Of what is not a default. */
static inline u8 isol_decision_verdict(u32 decision)
{
	if (decision & ISOL_DECISION_ACCEPT)
		return ISOL_VERDICT_ACCEPT;
	return decision & ISOL_DECISION_REJECT ? ISOL_VERDICT_REJECT : ISOL_VERDICT_DROP;
}

static inline u32 isol_decision_reason(u32 decision)
{
	return decision >> ISOL_DECISION_REASON & 0x1f;
}

static inline u32 isol_decision_counter(u32 decision)
{
	return decision & ISOL_DECISION_COUNTER;
}

/* Reason and verdict in one: reason * 2, and 1 for accept; reject is as drop. */
static inline u32 isol_decision_why(u32 decision)
{
	return decision >> 24 & 0x3f;
}

/* So many different ones there are: counters of a port, and of a bridge's defaults. */
#define ISOL_NWHY (2 * (ISOL_REASON_MAX + 1))

/**
 * struct isol_row - a row of the pair table
 * @next: on the chain of all rows
 * @hash: of @cells
 * @tracks: one of @cells may accept a conversation
 * @cells: by column; classes point here
 */
struct isol_row {
	struct isol_row *next;
	u32 hash;
	u32 tracks;
	u32 cells[];
};

/**
 * struct isol_class - where a class stands in the pair table
 * @row: its row, as ingress; rows that are the same are shared
 * @col: its column, as egress
 */
struct isol_class {
	const u32 *row;
	u32 col;
};

/* VLANs are a bit each. */
#define ISOL_VLAN_WORDS (4096 / 32)

/**
 * struct isol_domain - a bridge, a VLAN segment of it, or what is beside those
 * @taken: the VLANs of the bridge's segments, if this is what is beside them; else NULL
 * @bridge: number of the bridge
 * @vlan: of the segment, else 0
 */
struct isol_domain {
	const u32 *taken;
	u16 bridge;
	u16 vlan;
};

struct isol_program;

/**
 * struct isol_tables - a compiled policy, as the hooks see it
 * @classes: by class number
 * @dflt: decisions, ISOL_NDFLT for each domain from 1 on
 * @programs: by program number
 * @domains: by domain, from 1 on
 * @tracked: by column: a cell there may accept a conversation; NULL if no rule does
 * @nbridges: managed bridges: so many domains are no VLAN segment
 * @ndomains: number of @domains
 * @nclasses: number of @classes
 */
struct isol_tables {
	const struct isol_class *classes;
	const u32 *dflt;
	const struct isol_program *const *programs;
	const struct isol_domain *domains;
	const unsigned long *tracked;
	u32 nbridges;
	u32 ndomains;
	u32 nclasses;
};

static inline u32 isol_word(u32 domain, u32 class)
{
	return domain << ISOL_WORD_SHIFT | class;
}

static inline u32 isol_word_domain(u32 word)
{
	return word >> ISOL_WORD_SHIFT;
}

/**
 * isol_tables_default() - what a default comes to in a domain
 * @tables: the compiled policy
 * @domain: a managed domain
 * @dflt: enum isol_default
 */
static inline u32 isol_tables_default(const struct isol_tables *tables, u32 domain, u32 dflt)
{
	return tables->dflt[(domain - 1) * ISOL_NDFLT + dflt];
}

/**
 * isol_resolve() - what the end of a program, or a cell without one, comes to
 * @tables: the compiled policy
 * @domain: the domain whose defaults apply
 * @end: a decision, or a default
 *
 * Return: the decision.
 */
static inline u32 isol_resolve(const struct isol_tables *tables, u32 domain, u32 end)
{
	u32 decision;

	if (!(end & ISOL_DECISION_DEFAULT))
		return end;
	decision = isol_tables_default(tables, domain, end & (ISOL_NDFLT - 1));
	if (unlikely(end & ISOL_DECISION_UNREAD) && !(decision & ISOL_DECISION_ACCEPT))
		decision = isol_tables_default(tables, domain, ISOL_DFLT_UNPARSED);
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

/* The row that a class points into. */
static inline struct isol_row *isol_row_of(const u32 *cells)
{
	return container_of(cells, struct isol_row, cells[0]);
}

/**
 * isol_tables_track() - whether what a port sends may be of a conversation
 * @tables: the compiled policy, of which some rule accepts conversations
 * @row: of the port's class
 * @col: the same
 *
 * If not, no rule lets the port begin one, or lets others begin one with it, so that
 * nothing it sends is an answer either: its frames are decided one by one.
 */
static inline bool isol_tables_track(const struct isol_tables *tables, const u32 *row, u32 col)
{
	return isol_row_of(row)->tracks || test_bit(col, tables->tracked);
}

#endif /* ISOL_CLASSIFY_H */
