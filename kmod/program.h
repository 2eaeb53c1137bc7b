/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs: what the pair table asks about a frame when the two ports alone do
 * not decide. A program has a tree for each shape that frames can have, see
 * tree.h.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_PROGRAM_H
#define ISOL_PROGRAM_H

#include "classify.h"
#include "domain.h"
#include "frame.h"
#include "tree.h"

/**
 * struct isol_program - the compiled rules between two classes
 * @depth: how far the frame has to be read, enum isol_depth
 * @steps: the most that asking it costs, in comparisons
 * @wants_vlan: it asks which VLAN the frame is in
 * @tracks: it may accept a conversation
 * @fast: isol_frame_fast4() reads all that it asks about, but for the VLAN
 * @tree: by enum isol_shape; never NULL
 */
struct isol_program {
	u32 depth;
	u32 steps;
	bool wants_vlan;
	bool tracks;
	bool fast;
	const struct isol_tree *tree[ISOL_NSHAPES];
};

/**
 * isol_program_build() - compile rules
 * @builder: what is needed for that
 * @rules: the rules, in order, each with a match
 * @n: number of @rules
 * @end: decision or default if none of them matches
 * @out: the program; isol_program_free() frees it
 *
 * Context: may sleep, and pauses.
 * Return: 0, -ENOMEM, -ENOSPC if it would be too large, or what isol_work() says.
 */
int isol_program_build(struct isol_builder *builder, const struct isol_rule *const *rules, u32 n,
		       u32 end, struct isol_program **out);

/* Bytes that a program takes, its trees included. */
size_t isol_program_size(const struct isol_program *program);
void isol_program_free(struct isol_mem *mem, struct isol_program *program);

/**
 * isol_program_read() - read of a frame what a program asks about
 * @program: the program
 * @packet: the frame
 * @key: out: what was read
 */
static inline void isol_program_read(const struct isol_program *program,
				     const struct isol_packet *packet, struct isol_key *key)
{
	isol_frame_parse(packet, program->depth, key);
	if (unlikely(program->wants_vlan))
		isol_frame_vlan(packet, key);
}

/**
 * isol_program_ask() - ask a program about a frame
 * @program: the program
 * @key: the frame, as by isol_program_read() or read further; what it has of fields
 *	that are not valid changes
 *
 * Return: a decision or a default, for isol_resolve().
 */
static __always_inline u32
isol_program_ask(const struct isol_program *program, struct isol_key *key)
{
	return isol_tree_ask(program->tree[key->shape], key);
}

/**
 * isol_classify() - decide about a frame between two ends
 * @tables: the compiled policy
 * @from: domain and class of the ingress
 * @to: domain and class of the egress; the host is in the domain of the other end
 * @vlan: the VLAN that the frame is in, or ISOL_VLAN_UNKNOWN
 * @packet: the frame, all its tags in it, or NULL; it says by itself which VLAN it
 *	is in to rules that ask
 * @decision: out: the decision
 *
 * Return: false if it depends on the frame, and there is none.
 */
static inline bool isol_classify(const struct isol_tables *tables, u32 from, u32 to, int vlan,
				 const struct isol_packet *packet, u32 *decision)
{
	bool stacked = packet && vlan > 0 && isol_frame_stacked(packet, vlan);
	u32 domain, dflt = isol_admit(tables, from, to, vlan, stacked, &domain), cell;
	struct isol_key key;

	if (dflt != ISOL_NDFLT) {
		*decision = isol_tables_default(tables, domain, dflt);
		return true;
	}
	cell = isol_cell(tables, from & ISOL_WORD_CLASS, to & ISOL_WORD_CLASS);
	if (isol_cell_asks(cell)) {
		const struct isol_program *program = isol_cell_program(tables, cell);

		if (!packet)
			return false;
		isol_program_read(program, packet, &key);
		cell = isol_program_ask(program, &key);
	}
	*decision = isol_resolve(tables, domain, cell);
	return true;
}

#endif /* ISOL_PROGRAM_H */
