/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compiler: from the model of a policy to the tables of classify.h.
 *
 * Problem. A rule names groups; a frame has two ports. Asking the rules in
 * order costs their number, for each frame. A table of all pairs of ports
 * costs the square of the ports, most of it the same again and again.
 *
 * Way. What a binding is to the rules' "from" sides makes its row, what it is
 * to their "to" sides its column: the groups that are named there, itself if
 * it is named there, its role. Bindings that are alike in that share a row (or
 * a column), so the table is as large as the policy is varied, not as the host
 * is full. Each row is filled once by walking the rules that can match it, in
 * order, and for each the columns it can match, where nothing has decided yet.
 * A group whose columns a row has been through is not walked again, so a row
 * costs its rules plus one visit of each column's memberships. Equal rows are
 * stored once. What no rule decides becomes a mark for one of the domain's
 * defaults (domain.h), so the table is the same for all bridges and segments.
 *
 * Example. Bindings w1, w2 in group web and d1 in group db; rules
 *	r0: web -> db accept
 *	r1: any -> d1 drop
 *
 *	          host  uplink  web  d1		("web" is w1's and w2's row and column)
 *	host      unj.  unj.    H    r1		H  default to and from the host
 *	uplink    unj.  unj.    U    r1		U  default to and from the uplinks
 *	web       H     U       W    r0		W  default within
 *	d1        H     U       W    r1
 *
 * A rule that asks about the frame too decides nothing yet: it is put on a list
 * that its cells have, and what decides without asking ends the list. Cells with
 * the same list and end share one program (program.h), which is compiled from it.
 * Lists grow at their end only and are numbered by what they were before and the
 * rule that was added, so to compare two of them is to compare two numbers.
 *
 * A rule with a set of remotes for an end covers the uplinks, but asks there, and only
 * there, whether the address is in the set. So a rule has up to three forms: as it is,
 * and with that condition for the row or for the column of the uplinks. A list has the
 * form too; counters and names do not know of forms.
 *
 * A rule that follows others (ISOL_RULE_A_FOLLOW) is put where they let IP pass, in
 * either direction. What they let pass is marked first, see follow.h; then the
 * bindings get rows and columns that tell that apart too, and all goes its way.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_COMPILE_H
#define ISOL_COMPILE_H

#include "classify.h"
#include "model.h"
#include "program.h"

/* The most that rows may take: half a namespace's memory. */
#define ISOL_PAIR_LIMIT (64U << 20)

/*
 * The most steps that compiling may take, a few seconds: whoever may load a
 * policy need not be root of the host.
 */
#define ISOL_STEP_LIMIT (1ULL << 31)

/* The most that all programs may take: half a namespace's memory. */
#define ISOL_PROGRAM_LIMIT (64U << 20)

/* What asking one program may cost at worst, in steps (tree.h), by default. */
#define ISOL_ASK_LIMIT 1024

/**
 * struct isol_compiled - what the compiler makes
 * @tables: what the hooks read
 * @mem: the account that paid
 * @classes: @tables.classes, writable
 * @dflt: @tables.dflt, writable
 * @domains: @tables.domains, writable
 * @taken: the VLANs of segments, ISOL_VLAN_WORDS for each of @nbeside bridges with some
 * @rows: the stored rows
 * @tracked: @tables.tracked, writable
 * @programs: @tables.programs, writable
 * @nprograms: their number; @program_room of them fit
 * @maps: of the sets that rules name, or NULL
 * @ncols: cells of a row
 * @nrows: number of stored rows
 * @nrules: rules of all tables; also the number of the first default's counter
 * @ncounters: rules, then for each bridge ISOL_NWHY for the defaults of its domains
 * @rule: the rules by number, in the order of isol_table_order[]
 */
struct isol_compiled {
	struct isol_tables tables;
	struct isol_mem *mem;
	struct isol_class *classes;
	u32 *dflt;
	struct isol_domain *domains;
	u32 *taken;
	u32 nbeside;
	struct isol_row *rows;
	unsigned long *tracked;
	struct isol_program **programs;
	u32 nprograms;
	u32 program_room;
	struct isol_maps *maps;
	u32 ncols;
	u32 nrows;
	u32 nrules;
	u32 ncounters;
	const struct isol_rule **rule;
};

/* The first counter of a bridge's defaults; the others follow by isol_decision_why(). */
static inline u32 isol_bridge_counter(u32 nrules, u32 bridge)
{
	return nrules + (bridge - 1) * ISOL_NWHY;
}

/**
 * isol_compile() - compile a model
 * @model: a sealed model; it must outlive the result
 * @cancel: becomes true when nobody wants the result any more, or NULL
 * @out: the result
 * @msg: where text for the operator goes on -ENOSPC
 * @msg_len: its size
 *
 * Context: may sleep, and pauses between rows.
 * Return: 0, -ENOMEM, -ENOSPC (over ISOL_PAIR_LIMIT, ISOL_STEP_LIMIT,
 * ISOL_PROGRAM_LIMIT or ISOL_ASK_LIMIT), -ECANCELED.
 */
int isol_compile(const struct isol_model *model, const bool *cancel, struct isol_compiled *out,
		 char *msg, size_t msg_len);

void isol_compiled_free(struct isol_compiled *compiled);

#endif /* ISOL_COMPILE_H */
