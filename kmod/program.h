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
#include "frame.h"
#include "tree.h"

/**
 * struct isol_program - the compiled rules between two classes
 * @depth: how far the frame has to be read, enum isol_depth
 * @steps: the most that asking it costs, in comparisons
 * @tree: by enum isol_shape; never NULL
 */
struct isol_program {
	u32 depth;
	u32 steps;
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
 * isol_program_ask() - ask a program about a frame
 * @program: the program
 * @key: the frame, read at least as far as @program->depth; what it has of fields
 *	that are not valid changes
 *
 * Return: a decision or a default, for isol_resolve().
 */
static inline u32 isol_program_ask(const struct isol_program *program, struct isol_key *key)
{
	return isol_tree_ask(program->tree[key->shape], key);
}

/**
 * isol_classify() - decide about a frame between two classes
 * @tables: the compiled policy
 * @bridge: number of the managed bridge both are on
 * @from: class of the ingress
 * @to: class of the egress
 * @packet: the frame
 *
 * Return: the decision.
 */
static inline u32 isol_classify(const struct isol_tables *tables, u32 bridge, u32 from, u32 to,
				const struct isol_packet *packet)
{
	u32 cell = isol_cell(tables, from, to);
	const struct isol_program *program;
	struct isol_key key;

	if (isol_cell_asks(cell)) {
		program = isol_cell_program(tables, cell);
		isol_frame_parse(packet, program->depth, &key);
		cell = isol_program_ask(program, &key);
	}
	return isol_resolve(tables, bridge, cell);
}

#endif /* ISOL_PROGRAM_H */
