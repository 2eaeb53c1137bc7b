/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Accounted memory.
 *
 * Whoever may load a policy may be root of a user namespace only, so what a
 * namespace can make the kernel hold is bounded, per namespace and for the
 * host. All memory of candidates and policies comes through here. (What the
 * caller's own messages allocate is charged to its memory cgroup as well; what
 * a job allocates is not, the limits here are all that bounds it.)
 */
#ifndef ISOL_MEM_H
#define ISOL_MEM_H

#include "shim.h"

#ifdef __KERNEL__
#include <linux/atomic.h>
#endif

/**
 * struct isol_mem - the account of one namespace
 * @used: bytes held now
 * @limit: bytes that may be held
 * @foreign: of a namespace that belongs to a user namespace other than the
 *	first: what such hold together is limited too, for anyone can make them
 */
struct isol_mem {
#ifdef __KERNEL__
	atomic64_t used;
#else
	s64 used;
#endif
	s64 limit;
	bool foreign;
};

void isol_mem_init(struct isol_mem *mem, s64 limit);
s64 isol_mem_used(const struct isol_mem *mem);

/**
 * isol_alloc() - allocate zeroed memory against an account
 * @mem: the account
 * @size: bytes; 0 gives a valid pointer too
 *
 * Context: may sleep.
 * Return: the memory, or NULL when there is none or a limit would be passed.
 */
void *isol_alloc(struct isol_mem *mem, size_t size);

/**
 * isol_alloc_must() - the same, but no limit applies
 * @mem: the account
 * @size: bytes
 *
 * For what is bounded otherwise, and must not fail because policies have used
 * the account up: ports (there is a device for each), quarantines, the way out.
 */
void *isol_alloc_must(struct isol_mem *mem, size_t size);

/**
 * isol_free() - give memory of isol_alloc() back
 * @mem: the account it came from
 * @p: the memory, or NULL
 * @size: what was asked for
 */
void isol_free(struct isol_mem *mem, const void *p, size_t size);

/**
 * isol_mem_forget() - take memory off an account that is freed by other means
 * @mem: the account
 * @size: bytes
 */
void isol_mem_forget(struct isol_mem *mem, size_t size);

struct isol_chunk;

/**
 * struct isol_arena - memory that is freed all at once
 * @mem: the account
 * @chunks: what has been allocated, newest first
 * @pos: first free byte in the newest chunk
 * @end: end of the newest chunk
 */
struct isol_arena {
	struct isol_mem *mem;
	struct isol_chunk *chunks;
	char *pos;
	char *end;
};

void isol_arena_init(struct isol_arena *arena, struct isol_mem *mem);
void *isol_arena_alloc(struct isol_arena *arena, size_t size);
char *isol_arena_strdup(struct isol_arena *arena, const char *s);
void isol_arena_free(struct isol_arena *arena);

#endif /* ISOL_MEM_H */
