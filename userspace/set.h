/* SPDX-License-Identifier: GPL-2.0 */
/* What named sets hold: addresses, MAC addresses or ports, from one to another. */
#ifndef ISOL_USERSPACE_SET_H
#define ISOL_USERSPACE_SET_H

#include "policy.h"

/**
 * set_key() - what a file calls the elements of a set
 * @type: enum isol_set_type
 *
 * Return: "addresses", "macs" or "ports".
 */
const char *set_key(u8 type);

/**
 * set_key_type() - the other way round
 * @key: the word
 *
 * Return: enum isol_set_type, or -1 if there is no such word.
 */
int set_key_type(const char *key);

/**
 * set_expected() - what one element looks like, for messages
 * @type: enum isol_set_type
 *
 * Return: "an address", ...
 */
const char *set_expected(u8 type);

/**
 * set_add() - one more element
 * @a: where the memory comes from
 * @s: the set
 * @e: the element; copied
 */
void set_add(struct arena *a, struct set *s, const struct element *e);

/**
 * element_parse() - read an element
 * @type: enum isol_set_type
 * @text: the text: as a rule has values, and for MAC addresses also two with a -
 *	between them
 * @e: out: the element, but for its place
 * @msg: out: what is wrong
 * @size: room in @msg
 *
 * Return: false with @msg if it is none.
 */
bool element_parse(u8 type, const char *text, struct element *e, char *msg, size_t size);

/**
 * element_format() - write an element as element_parse() reads it
 * @e: the element
 * @buf: out: the text
 *
 * Return: @buf.
 */
const char *element_format(const struct element *e, char buf[MATCH_TEXT_SIZE]);

/**
 * set_same() - do two sets hold the same?
 * @a: one
 * @b: the other
 *
 * However it is written: in another order, in pieces, or more than once.
 *
 * Return: true if so.
 */
bool set_same(const struct set *a, const struct set *b);

/**
 * set_missing() - what a set does not hold of another
 * @s: the set
 * @of: the other
 *
 * Return: the first element of @of that @s does not hold all of, or NULL.
 */
const struct element *set_missing(const struct set *s, const struct set *of);

/**
 * set_add_missing() - put into a set what it does not hold of another
 * @a: where memory comes from
 * @s: the set
 * @of: the other
 *
 * Return: the number of elements that were added.
 */
size_t set_add_missing(struct arena *a, struct set *s, const struct set *of);

/**
 * set_remove() - take out of a set what another holds
 * @a: where memory comes from
 * @s: the set
 * @of: the other; an element of @s that holds more is cut
 */
void set_remove(struct arena *a, struct set *s, const struct set *of);

#endif /* ISOL_USERSPACE_SET_H */
