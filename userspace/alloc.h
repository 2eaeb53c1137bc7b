/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory: allocation that never returns NULL, and arenas.
 *
 * isolctl holds no state worth saving when memory runs out: it says so and
 * exits with status 1, and the kernel throws an open transaction away.
 */
#ifndef ISOL_USERSPACE_ALLOC_H
#define ISOL_USERSPACE_ALLOC_H

#include <stdio.h>

#include "types.h"

/**
 * xcalloc() - zeroed memory for @n elements of @size bytes
 * @n: number of elements
 * @size: bytes of one
 *
 * Return: the memory; never NULL.
 */
void *xcalloc(size_t n, size_t size);

/**
 * xrealloc() - resize an array, contents kept
 * @p: what xcalloc() or xrealloc() gave, or NULL
 * @n: number of elements
 * @size: bytes of one
 *
 * Return: the memory; never NULL.
 */
void *xrealloc(void *p, size_t n, size_t size);

/**
 * xstrdup() - copy a string
 * @s: the string
 *
 * Return: the copy, to be freed; never NULL.
 */
char *xstrdup(const char *s);

/**
 * xmemstream() - a stream that writes into a new string
 * @text: gets the string, to be freed, when the stream is closed
 * @len: gets its length
 *
 * Return: the stream, to be closed; never NULL.
 */
FILE *xmemstream(char **text, size_t *len);

/**
 * xasprintf() - print into a new string
 * @fmt: as printf() has it
 *
 * Return: the string, to be freed; never NULL.
 */
__printf(1, 2)
char *xasprintf(const char *fmt, ...);

/**
 * struct arena - memory that is freed all at once
 * @chunk: the newest chunk; it links to the older ones
 *
 * Zero is an empty arena.
 */
struct arena {
	struct arena_chunk *chunk;
};

/**
 * arena_alloc() - zeroed memory that lives as long as the arena
 * @a: the arena
 * @size: bytes
 *
 * Return: the memory, aligned for any type; never NULL.
 */
void *arena_alloc(struct arena *a, size_t size);

/**
 * arena_strndup() - copy @len bytes into the arena and terminate them
 * @a: the arena
 * @s: the bytes
 * @len: how many
 *
 * Return: the copy; never NULL.
 */
char *arena_strndup(struct arena *a, const char *s, size_t len);

/**
 * arena_strdup() - copy a string into the arena
 * @a: the arena
 * @s: the string
 *
 * Return: the copy; never NULL.
 */
char *arena_strdup(struct arena *a, const char *s);

/**
 * arena_grow() - room for one more element in an array of the arena
 * @a: the arena
 * @v: the array, NULL if it is empty
 * @n: elements it holds
 * @cap: in and out: elements it has room for
 * @size: bytes of one element
 *
 * The array doubles, so that what is left behind in the arena is less than
 * what is in use.
 *
 * Return: the array, moved if it had to grow.
 */
void *arena_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size);

/**
 * arena_free() - free everything the arena gave out
 * @a: the arena; empty afterwards
 */
void arena_free(struct arena *a);

#endif /* ISOL_USERSPACE_ALLOC_H */
