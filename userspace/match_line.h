/* SPDX-License-Identifier: GPL-2.0 */
/* A match in the words in which it is written: in files, and in one line. */
#ifndef ISOL_USERSPACE_MATCH_LINE_H
#define ISOL_USERSPACE_MATCH_LINE_H

#include "match.h"

/* The most keys that a match has. */
#define MATCH_ITEMS	(ISOL_MATCH_A_MAX + 1)

/**
 * struct match_item - one key of a match
 * @key: what it is called in a file
 * @word: what it is called in a command line
 * @of: the word that stands between @word and values there, or NULL
 * @negate: anything but the values
 * @any: a list that a command line takes for one value unless it says "any"
 * @v: the values as they are written
 * @n: their number
 * @negate_sets: in none of the sets
 * @sets: names of sets; where there are values too, both are asked for
 * @nsets: their number; without values and sets: any
 */
struct match_item {
	const char *key;
	const char *word;
	const char *of;
	bool negate;
	bool any;
	const char **v;
	size_t n;
	bool negate_sets;
	const char **sets;
	size_t nsets;
};

/**
 * match_items() - the keys of a match
 * @a: where their memory comes from
 * @m: the match
 * @items: out: the keys
 *
 * Matches that mean the same by having the same values have the same keys: there
 * is one way to write each.
 *
 * Return: their number; 0 if the match asks nothing.
 */
size_t match_items(struct arena *a, const struct match *m, struct match_item items[MATCH_ITEMS]);

/**
 * match_line() - a match as a command line has it
 * @m: the match
 *
 * Return: the text, to be freed; empty if the match asks nothing.
 */
char *match_line(const struct match *m);

/**
 * match_key() - what a field is called in a file
 * @m: the match it is of
 * @field: enum isol_match_attr
 *
 * Return: the key that says it: "tcp" of the destination ports of TCP.
 */
const char *match_key(const struct match *m, u32 field);

#endif /* ISOL_USERSPACE_MATCH_LINE_H */
