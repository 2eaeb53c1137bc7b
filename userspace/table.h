/* SPDX-License-Identifier: GPL-2.0 */
/* A hash table from strings to pointers. */
#ifndef ISOL_USERSPACE_TABLE_H
#define ISOL_USERSPACE_TABLE_H

#include "types.h"

/**
 * struct table - names and what they stand for
 * @slots: open addressing, a power of two of them
 * @mask: number of slots less one
 * @n: entries
 *
 * Zero is an empty table. The keys are not copied.
 */
struct table {
	struct table_slot {
		const char *key;
		void *value;
		u32 hash;
	} *slots;
	size_t mask;
	size_t n;
};

/**
 * table_add() - add a name
 * @t: the table
 * @key: the name; has to outlive the table
 * @value: what it stands for, not NULL
 *
 * Return: NULL, or what the name stood for already: nothing is changed then.
 */
void *table_add(struct table *t, const char *key, void *value);

/**
 * table_find() - look a name up
 * @t: the table
 * @key: the name
 *
 * Return: what it stands for, or NULL.
 */
void *table_find(const struct table *t, const char *key);

/**
 * table_free() - forget all names
 * @t: the table; empty afterwards
 */
void table_free(struct table *t);

#endif /* ISOL_USERSPACE_TABLE_H */
