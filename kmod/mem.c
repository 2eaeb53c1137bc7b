// SPDX-License-Identifier: GPL-2.0
/* Accounted memory, see mem.h. */
#include "mem.h"

/* Fuzzers give each piece a chunk of its own, to see what is read beyond it. */
#ifndef ISOL_CHUNK_SIZE
#define ISOL_CHUNK_SIZE 16384
#endif

struct isol_chunk {
	struct isol_chunk *next;
	size_t size;		/* with this header */
	long long data[];	/* for its alignment */
};

#ifdef __KERNEL__

static unsigned int host_limit_mib = 1024;
module_param(host_limit_mib, uint, 0644);
MODULE_PARM_DESC(host_limit_mib,
		 "MiB that the policies of namespaces of other user namespaces than the first may take together (default 1024)");

static atomic64_t host_used;

void isol_mem_init(struct isol_mem *mem, s64 limit)
{
	atomic64_set(&mem->used, 0);
	mem->limit = limit;
	mem->foreign = false;
}

s64 isol_mem_used(const struct isol_mem *mem)
{
	return atomic64_read(&mem->used);
}

static bool charge(struct isol_mem *mem, size_t size, bool must)
{
	if (atomic64_add_return(size, &mem->used) > mem->limit && !must)
		goto over;
	if (mem->foreign &&
	    atomic64_add_return(size, &host_used) > (s64)host_limit_mib << 20 && !must) {
		atomic64_sub(size, &host_used);
		goto over;
	}
	return true;
over:
	atomic64_sub(size, &mem->used);
	return false;
}

static void uncharge(struct isol_mem *mem, size_t size)
{
	if (mem->foreign)
		atomic64_sub(size, &host_used);
	atomic64_sub(size, &mem->used);
}

#else

long isol_fail_alloc;
void (*isol_on_pause)(void);
u64 isol_sorted;

void isol_mem_init(struct isol_mem *mem, s64 limit)
{
	mem->used = 0;
	mem->limit = limit;
}

s64 isol_mem_used(const struct isol_mem *mem)
{
	return mem->used;
}

static bool charge(struct isol_mem *mem, size_t size, bool must)
{
	if (mem->used + (s64)size > mem->limit && !must)
		return false;
	mem->used += size;
	return true;
}

static void uncharge(struct isol_mem *mem, size_t size)
{
	mem->used -= size;
}

#endif

static void *alloc(struct isol_mem *mem, size_t size, bool must)
{
	void *p;

	if (size > INT_MAX || !charge(mem, size, must))
		return NULL;
	p = isol_sys_alloc(size ? size : 1);
	if (!p)
		uncharge(mem, size);
	return p;
}

void *isol_alloc(struct isol_mem *mem, size_t size)
{
	return alloc(mem, size, false);
}

void *isol_alloc_must(struct isol_mem *mem, size_t size)
{
	return alloc(mem, size, true);
}

void isol_free(struct isol_mem *mem, const void *p, size_t size)
{
	if (!p)
		return;
	isol_sys_free(p);
	uncharge(mem, size);
}

void isol_mem_forget(struct isol_mem *mem, size_t size)
{
	uncharge(mem, size);
}

void isol_arena_init(struct isol_arena *arena, struct isol_mem *mem)
{
	memset(arena, 0, sizeof(*arena));
	arena->mem = mem;
}

void *isol_arena_alloc(struct isol_arena *arena, size_t size)
{
	struct isol_chunk *chunk;
	size_t want;
	void *p;

	if (size > INT_MAX / 2)
		return NULL;
	size = (size + 7) & ~(size_t)7;
	if (!arena->pos || (size_t)(arena->end - arena->pos) < size) {
		want = sizeof(*chunk) + size;
		if (want < ISOL_CHUNK_SIZE)
			want = ISOL_CHUNK_SIZE;
		chunk = isol_alloc(arena->mem, want);
		if (!chunk)
			return NULL;
		chunk->next = arena->chunks;
		chunk->size = want;
		arena->chunks = chunk;
		arena->pos = (char *)chunk->data;
		arena->end = (char *)chunk + want;
	}
	p = arena->pos;
	arena->pos += size;
	return p;
}

char *isol_arena_strdup(struct isol_arena *arena, const char *s)
{
	size_t len = strlen(s) + 1;
	char *p = isol_arena_alloc(arena, len);

	if (p)
		memcpy(p, s, len);
	return p;
}

void isol_arena_free(struct isol_arena *arena)
{
	struct isol_chunk *chunk, *next;

	for (chunk = arena->chunks; chunk; chunk = next) {
		next = chunk->next;
		isol_free(arena->mem, chunk, chunk->size);
	}
	arena->chunks = NULL;
	arena->pos = NULL;
	arena->end = NULL;
}
