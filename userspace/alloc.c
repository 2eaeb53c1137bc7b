// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* Fuzzers give each piece a chunk of its own, to see what is read beyond it. */
#ifndef ISOL_CHUNK_SIZE
#define ISOL_CHUNK_SIZE	(64 * 1024 - 64)
#endif

/* The first is small: many arenas live for a few values of one rule. */
#define FIRST_CHUNK_SIZE 1024

struct arena_chunk {
	struct arena_chunk *older;
	size_t used;
	size_t size;
	max_align_t data[];
};

static void __noreturn out_of_memory(void)
{
	fputs("isolctl: out of memory\n", stderr);
	exit(1);
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n ? n : 1, size);
	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		out_of_memory();
	return p;
}

FILE *xmemstream(char **text, size_t *len)
{
	FILE *f = open_memstream(text, len);

	if (!f)
		out_of_memory();
	return f;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	return s;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = __alignof__(max_align_t);
	struct arena_chunk *c = a->chunk;
	size_t room = c ? 2 * c->size : FIRST_CHUNK_SIZE;
	void *p;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + align - 1) & ~(align - 1);
	if (!c || c->size - c->used < size) {
		if (room > ISOL_CHUNK_SIZE)
			room = ISOL_CHUNK_SIZE;
		if (room < size)
			room = size;
		c = xcalloc(1, sizeof(*c) + room);
		c->size = room;
		if (a->chunk && size > ISOL_CHUNK_SIZE / 2) {
			/* a big piece goes behind the chunk that still has room */
			c->older = a->chunk->older;
			a->chunk->older = c;
		} else {
			c->older = a->chunk;
			a->chunk = c;
		}
	}
	p = (char *)c->data + c->used;
	c->used += size;
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	memcpy(p, s, len);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

void *arena_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
	void *p;

	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 4;
	if (*cap > SIZE_MAX / 2 / size)
		out_of_memory();
	p = arena_alloc(a, *cap * size);
	if (n)
		memcpy(p, v, n * size);
	return p;
}

void arena_free(struct arena *a)
{
	struct arena_chunk *c = a->chunk;

	while (c) {
		struct arena_chunk *older = c->older;

		free(c);
		c = older;
	}
	a->chunk = NULL;
}
