/* SPDX-License-Identifier: GPL-2.0 */
/* Policies at random, for tests. */
#ifndef ISOL_GEN_H
#define ISOL_GEN_H

#include "model.h"

/**
 * struct gen_shape - what a random policy is like
 * @bridges: how many; @segments of them (in percent) are segments
 * @groups: how many; @bindings, @rules, @quarantine (rules), @services (rules)
 *	likewise
 * @memberships: groups of a binding, at the most
 * @ends: endpoints of a side of a rule, at the most
 * @segments: percent of the bridges that are segments
 * @vlans: percent of the bridges that have VLAN segments
 * @homed: percent of the bindings that name a segment
 * @roles: percent of the bindings that have a role
 * @communities: how many
 * @direct: percent of the endpoints that are a binding
 * @words: percent of the endpoints that are any, host, uplink, members
 * @accept: percent of the verdicts that are accept; of the others of rules some
 *	are reject
 * @follow: percent of the rules of services that follow others
 * @tracks: percent of the rules that are not stateless, where they can be
 * @match: percent of the rules that ask about the frame
 * @fields: how many fields such a rule asks about at the most, protocols that
 *	are needed for others not counted
 * @values: how many values of a field, at the most
 * @pool: from how many values of a field they are; the fewer, the more rules
 *	overlap
 * @negate: percent of the fields that are negated, where they can be
 * @sets: how many there are; see gen_sets()
 * @elements: of a set, at the most
 * @set_fields: percent of the rules that ask about the frame that ask for sets, where
 *	they can
 * @remotes: percent of the endpoints that are a set of remotes
 */
struct gen_shape {
	u32 bridges;
	u32 groups;
	u32 bindings;
	u32 rules;
	u32 quarantine;
	u32 services;
	u32 follow;
	u32 memberships;
	u32 ends;
	u32 segments;
	u32 vlans;
	u32 homed;
	u32 roles;
	u32 communities;
	u32 direct;
	u32 words;
	u32 accept;
	u32 tracks;
	u32 match;
	u32 fields;
	u32 values;
	u32 pool;
	u32 negate;
	u32 sets;
	u32 elements;
	u32 set_fields;
	u32 remotes;
};

/* So many sets have names that gen_match() knows. */
#define GEN_SETS 64U

/* A shape at random, of few objects. */
void gen_shape(struct gen_shape *shape);

/**
 * gen_model() - make a policy
 * @mem: the account
 * @shape: what it is like
 *
 * The model is sealed. A check fails if anything but memory is refused.
 *
 * Return: the model, or NULL for want of memory or after a failed check.
 */
struct isol_model *gen_model(struct isol_mem *mem, const struct gen_shape *shape);

/**
 * gen_sets() - add sets to a policy
 * @model: the policy
 * @shape: what they are like; they overlap, lie within each other, or are empty
 *
 * Of five sets the first three are of addresses, the first two of those are remotes,
 * one is of MAC addresses and one is of ports.
 *
 * Return: 0 or -ENOMEM; a check fails if anything else is refused.
 */
int gen_sets(struct isol_model *model, const struct gen_shape *shape);

/**
 * struct gen_match - what a rule asks of a frame
 * @values: as in struct isol_rule_spec
 * @n: number of @values
 * @boxes: into how many combinations they come at the most
 * @store: the values themselves
 * @used: bytes of @store
 */
struct gen_match {
	struct isol_values values[ISOL_MATCH_A_MAX];
	u32 n;
	u32 boxes;
	u64 store[512];
	u32 used;
};

/**
 * gen_match() - make a match that isol_match_check() takes
 * @match: where it goes
 * @shape: what it is like
 */
void gen_match(struct gen_match *match, const struct gen_shape *shape);

/* Print a policy as remarks. */
void gen_print(const struct isol_model *model);

#endif /* ISOL_GEN_H */
