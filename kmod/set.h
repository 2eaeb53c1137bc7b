/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets, compiled: from a value of a frame to the sets that hold it.
 *
 * Problem. Sets have a hundred thousand elements, which overlap within a set and
 * between sets. A rule that names a set must not become so many boxes (box.h), and
 * a frame must not be held against one set after the other.
 *
 * Way. For each kind of value (addresses of IPv4, of IPv6, MAC addresses, ports) all
 * bounds of all elements of all sets that rules name cut what there is into
 * intervals. Each interval has a list of the sets that hold it. Intervals with the
 * same list are of one class; neighbours of one class are one interval. So one binary
 * search tells the class of a value, whatever the number of sets, and "is in set S"
 * is "has one of the classes whose list has S", which for a box is a few ranges of
 * one narrow field.
 *
 * Classes are numbered so that these are few: lists are sorted as words are, where
 * the set comes first that most classes have. So sets that lie within each other or
 * apart are one range each. Sets that reach into each other can be more, and what a
 * rule asks may come to too many combinations: then the policy is refused.
 *
 * Example. a: 10.0.0.0/8, b: 10.1.0.0/16 and 192.0.2.0/24
 *
 *	from		class	in
 *	0.0.0.0		0	-
 *	10.0.0.0	2	a
 *	10.1.0.0	3	a, b		a: classes 2 to 3
 *	10.2.0.0	2	a		b: 1, 3
 *	11.0.0.0	0	-
 *	192.0.2.0	1	b
 *	192.0.3.0	0	-
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_SET_H
#define ISOL_SET_H

#include "frame.h"
#include "model.h"
#include "work.h"

/**
 * struct isol_map - the classes of the values of one kind
 * @n: number of intervals, at least 1
 * @nclasses: number of classes, at least 1
 * @steps: what a search costs at worst, in steps (tree.h)
 * @class: of each interval
 * @start: where each begins, ascending, the first one at 0: u32 of IPv4 and ports,
 *	u64 of MAC addresses, struct isol_wide of IPv6
 * @index: of IPv4, if there are many intervals, for each value of the upper 16 bits
 *	the interval that it begins in, and one more for the end; or NULL
 */
struct isol_map {
	u32 n;
	u32 nclasses;
	u32 steps;
	u32 *class;
	void *start;
	u32 *index;
};

/**
 * struct isol_maps - what trees need to ask for sets
 * @map: by enum isol_element_kind
 */
struct isol_maps {
	struct isol_map map[ISOL_NELEMENTS];
};

/**
 * isol_maps_ask() - the class of a value of a frame
 * @maps: the maps of the policy
 * @kind: which of them, enum isol_element_kind
 * @field: enum isol_match_attr, of a set
 * @key: the frame; it has such a value
 */
u32 isol_maps_ask(const struct isol_maps *maps, u32 kind, u32 field, const struct isol_key *key);

size_t isol_maps_size(const struct isol_maps *maps);
void isol_maps_free(struct isol_mem *mem, struct isol_maps *maps);

struct isol_pick;

/**
 * struct isol_sets - the sets of a policy while it is compiled
 * @model: the policy
 * @work: what it costs is told to
 * @maps: what is made
 * @tmp: where all that follows lies
 * @kind: by enum isol_element_kind: @bit: of each set by its id, where it stands in
 *	lists; @word: the first words of the lists of all classes, then the second ones,
 *	and so on: rules ask for few sets, and so for few words
 * @nwords: words of a list
 * @pick: hash of what rules have asked for
 * @range: scratch
 */
struct isol_sets {
	const struct isol_model *model;
	struct isol_work *work;
	struct isol_maps *maps;
	struct isol_arena tmp;
	struct {
		u32 *bit;
		u64 *word;
	} kind[ISOL_NELEMENTS];
	u32 nwords[ISOL_NELEMENTS];
	struct isol_pick **pick;
	struct isol_range *range;
};

void isol_sets_init(struct isol_sets *sets, const struct isol_model *model,
		    struct isol_work *work);
void isol_sets_free(struct isol_sets *sets);

/**
 * isol_sets_name() - say that a rule names a set
 * @sets: see above
 * @set: the set
 *
 * Before isol_sets_build(): maps are of the sets that are named.
 *
 * Return: 0 or -ENOMEM.
 */
int isol_sets_name(struct isol_sets *sets, const struct isol_set *set);

/**
 * isol_sets_build() - make the maps of the sets that are named
 * @sets: see above
 * @maps: the maps; isol_maps_free() frees them. NULL if no set is named.
 *
 * Context: may sleep, and pauses.
 * Return: 0, -ENOMEM, or what isol_work() says.
 */
int isol_sets_build(struct isol_sets *sets, struct isol_maps **maps);

/**
 * isol_sets_ranges() - the classes that a match allows
 * @sets: see above
 * @match: the match. Where it has the field twice, both have to hold.
 * @field: enum isol_match_attr, of sets
 * @kind: enum isol_element_kind, of the values that frames have there
 * @range: out: the ranges, ascending and apart
 *
 * Return: their number; ISOL_MAX_BOXES + 1 if there are more than ISOL_MAX_BOXES. 0
 * for want of memory too: @sets->work knows.
 */
u32 isol_sets_ranges(struct isol_sets *sets, const struct isol_match *match, u32 field, u32 kind,
		     const struct isol_range **range);

#endif /* ISOL_SET_H */
