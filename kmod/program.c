// SPDX-License-Identifier: GPL-2.0
/* The trees of a program, see program.h. */
#include "program.h"

/* Whether a shape has a tree that an earlier one has too. */
static bool shared(const struct isol_program *program, u32 shape)
{
	u32 i;

	for (i = 0; i < shape; i++)
		if (program->tree[i] == program->tree[shape])
			return true;
	return false;
}

/* Of trees that are equal one is enough. */
static void share(struct isol_mem *mem, struct isol_program *program, u32 shape)
{
	const struct isol_tree *tree = program->tree[shape];
	size_t size = isol_tree_size(tree);
	u32 i;

	for (i = 0; i < shape; i++) {
		if (isol_tree_size(program->tree[i]) != size ||
		    memcmp(program->tree[i], tree, size))
			continue;
		isol_tree_free(mem, tree);
		program->tree[shape] = program->tree[i];
		return;
	}
}

int isol_program_build(struct isol_builder *builder, const struct isol_rule *const *rules, u32 n,
		       u32 end, struct isol_program **out)
{
	struct isol_program *program;
	struct isol_tree *tree;
	u32 i, shape;
	int err;

	program = isol_alloc(builder->mem, sizeof(*program));
	if (!program)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		program->depth = max(program->depth, isol_rule_depth(rules[i]));
		program->wants_vlan |= rules[i]->match && isol_match_wants_vlan(rules[i]->match);
		program->tracks |= rules[i]->tracks;
	}
	program->tracks |= isol_decision_tracks(end);
	program->fast = program->depth == ISOL_DEPTH_L4;
	for (shape = 0; shape < ISOL_NSHAPES; shape++) {
		err = isol_tree_build(builder, shape, rules, n, end, &tree);
		if (err) {
			isol_program_free(builder->mem, program);
			return err;
		}
		program->steps = max(program->steps, tree->steps);
		program->tree[shape] = tree;
		share(builder->mem, program, shape);
	}
	*out = program;
	return 0;
}

size_t isol_program_size(const struct isol_program *program)
{
	size_t size = sizeof(*program);
	u32 shape;

	for (shape = 0; shape < ISOL_NSHAPES; shape++)
		if (!shared(program, shape))
			size += isol_tree_size(program->tree[shape]);
	return size;
}

void isol_program_free(struct isol_mem *mem, struct isol_program *program)
{
	u32 shape;

	if (!program)
		return;
	/* Backwards: of those that share a tree the last that is left frees it. */
	for (shape = ISOL_NSHAPES; shape--;)
		if (program->tree[shape] && !shared(program, shape))
			isol_tree_free(mem, program->tree[shape]);
	isol_free(mem, program, sizeof(*program));
}
