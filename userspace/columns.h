/* SPDX-License-Identifier: GPL-2.0 */
/* Tables for people, and text that is safe on a terminal. */
#ifndef ISOL_USERSPACE_COLUMNS_H
#define ISOL_USERSPACE_COLUMNS_H

#include <stdio.h>

#include "types.h"

/**
 * struct columns - a table that is being filled
 * @n: number of columns
 * @cells: row by row, the heads first
 * @ncells: how many
 *
 * Zero but for @n is an empty table.
 */
struct columns {
	size_t n;
	char **cells;
	size_t ncells;
	size_t cap;
};

/**
 * columns_add() - add the next cell
 * @c: the table
 * @fmt: as printf() has it
 */
__printf(2, 3)
void columns_add(struct columns *c, const char *fmt, ...);

/**
 * columns_print() - print and free a table
 * @c: the table; empty afterwards
 * @out: where to
 *
 * Control characters and what is not UTF-8 are printed as \xNN: the name of
 * an interface and its alias can hold anything.
 */
void columns_print(struct columns *c, FILE *out);

/**
 * text_safe() - text as a terminal may have it
 * @s: the text
 *
 * Return: a new string, to be freed.
 */
char *text_safe(const char *s);

#endif /* ISOL_USERSPACE_COLUMNS_H */
