// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "table.h"

/* FNV-1a: the keys are an operator's own, there is no one to be attacked by */
static u32 hash(const char *s)
{
	u32 h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	/* the low bits of numbered names are much alike: mix the high ones in */
	h = (h ^ h >> 16) * 0x85ebca6bu;
	return h ^ h >> 13;
}

static struct table_slot *slot_of(const struct table *t, const char *key, u32 h)
{
	size_t i;

	for (i = h & t->mask; t->slots[i].key; i = (i + 1) & t->mask)
		if (t->slots[i].hash == h && !strcmp(t->slots[i].key, key))
			break;
	return &t->slots[i];
}

static void grow(struct table *t)
{
	size_t size = t->slots ? (t->mask + 1) * 2 : 16;
	struct table bigger = {
		.slots = xcalloc(size, sizeof(*bigger.slots)),
		.mask = size - 1,
		.n = t->n,
	};
	size_t i;

	for (i = 0; t->slots && i <= t->mask; i++)
		if (t->slots[i].key)
			*slot_of(&bigger, t->slots[i].key, t->slots[i].hash) = t->slots[i];
	free(t->slots);
	*t = bigger;
}

void *table_add(struct table *t, const char *key, void *value)
{
	u32 h = hash(key);
	struct table_slot *s;

	if (!t->slots || t->n >= (t->mask + 1) / 4 * 3)
		grow(t);
	s = slot_of(t, key, h);
	if (s->key)
		return s->value;
	*s = (struct table_slot){ .key = key, .value = value, .hash = h };
	t->n++;
	return NULL;
}

void *table_find(const struct table *t, const char *key)
{
	return t->slots ? slot_of(t, key, hash(key))->value : NULL;
}

void table_free(struct table *t)
{
	free(t->slots);
	*t = (struct table){ 0 };
}
