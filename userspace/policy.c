// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "names.h"
#include "policy.h"
#include "text.h"

struct policy *policy_new(void)
{
	return xcalloc(1, sizeof(struct policy));
}

void policy_free(struct policy *p)
{
	int kind;

	if (!p)
		return;
	for (kind = 0; kind < OBJECT_KINDS; kind++) {
		table_free(&p->list[kind].names);
		free(p->list[kind].v);
	}
	arena_free(&p->arena);
	free(p);
}

struct object *policy_object(struct policy *p, enum object_kind kind, const char *name,
			     struct mark at)
{
	static const size_t sizes[OBJECT_KINDS] = {
		[OBJECT_BRIDGE] = sizeof(struct bridge),
		[OBJECT_SEGMENT] = sizeof(struct segment),
		[OBJECT_GROUP] = sizeof(struct group),
		[OBJECT_BINDING] = sizeof(struct binding),
		[OBJECT_REMOTE] = sizeof(struct set),
		[OBJECT_SET] = sizeof(struct set),
		[OBJECT_SERVICE] = sizeof(struct service),
		[OBJECT_SRULE] = sizeof(struct rule),
		[OBJECT_RULE] = sizeof(struct rule),
		[OBJECT_QRULE] = sizeof(struct rule),
	};
	struct object *o = arena_alloc(&p->arena, sizes[kind]);

	o->name = word_make(p, name, at);
	/* every other default is 0: drop, no role */
	if (kind == OBJECT_BINDING)
		((struct binding *)(void *)o)->claims = 1;
	else if (kind == OBJECT_BRIDGE)
		((struct bridge *)(void *)o)->pickup = ISOL_PICKUP_DEFAULT;
	return o;
}

/* The list that shares its names with another, or OBJECT_KINDS. */
static enum object_kind sibling(enum object_kind kind)
{
	switch (kind) {
	case OBJECT_REMOTE:
		return OBJECT_SET;
	case OBJECT_SET:
		return OBJECT_REMOTE;
	default:
		return OBJECT_KINDS;
	}
}

struct object *policy_add(struct policy *p, enum object_kind kind, struct object *o)
{
	const enum object_kind beside = sibling(kind);
	struct objects *l = &p->list[kind];
	struct object *other = NULL;
	int k;

	if (beside != OBJECT_KINDS)
		other = policy_find(p, beside, o->name.text);
	for (k = 0; k < OBJECT_KINDS && object_is_rule(kind) && !other; k++)
		if (object_is_rule(k))
			other = policy_find(p, k, o->name.text);
	if (!other)
		other = table_add(&l->names, o->name.text, o);
	if (other)
		return other;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->v = xrealloc(l->v, l->cap, sizeof(struct object *));
	}
	l->v[l->n++] = o;
	return NULL;
}

void *policy_find(const struct policy *p, enum object_kind kind, const char *name)
{
	return table_find(&p->list[kind].names, name);
}

struct set *policy_find_set(const struct policy *p, const char *name)
{
	struct set *s = policy_find(p, OBJECT_SET, name);

	return s ? s : policy_find(p, OBJECT_REMOTE, name);
}

size_t policy_index(const struct policy *p, enum object_kind kind, const struct object *o)
{
	size_t i = 0;

	while (p->list[kind].v[i] != o)
		i++;
	return i;
}

void policy_move(struct policy *p, enum object_kind kind, size_t from, size_t to)
{
	struct object **v = p->list[kind].v;
	struct object *o = v[from];

	if (from < to)
		memmove(&v[from], &v[from + 1], (to - from) * sizeof(struct object *));
	else
		memmove(&v[to + 1], &v[to], (from - to) * sizeof(struct object *));
	v[to] = o;
}

void policy_del(struct policy *p, enum object_kind kind, const struct object *o)
{
	struct objects *l = &p->list[kind];
	size_t i;

	policy_move(p, kind, policy_index(p, kind, o), l->n - 1);
	l->n--;
	/* one object goes at a time: a new table is simpler than holes in it */
	table_free(&l->names);
	for (i = 0; i < l->n; i++)
		table_add(&l->names, l->v[i]->name.text, l->v[i]);
}

struct word word_make(struct policy *p, const char *text, struct mark at)
{
	return (struct word){ .text = arena_strdup(&p->arena, text), .at = at };
}

void word_list_add(struct policy *p, struct word_list *l, struct word w)
{
	l->v = arena_grow(&p->arena, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = w;
}

bool word_list_has(const struct word_list *l, const char *text)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].text, text))
			return true;
	return false;
}

const struct match *rule_match(const struct rule *r)
{
	static const struct match nothing;

	return r->match ? r->match : &nothing;
}

bool rule_tracks(const struct rule *r)
{
	return r->verdict == ISOL_VERDICT_ACCEPT && !r->stateless && match_passes(rule_match(r));
}

struct match *rule_ask(struct policy *p, struct rule *r)
{
	if (!r->match)
		r->match = arena_alloc(&p->arena, sizeof(*r->match));
	return r->match;
}

void endpoint_list_add(struct policy *p, struct endpoint_list *l, struct endpoint e)
{
	l->v = arena_grow(&p->arena, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = e;
}

struct endpoint endpoint_make(struct word w)
{
	int kind = enum_value(&endpoint_names, w.text);

	return (struct endpoint){ .kind = kind < 0 ? ENDPOINT_NAME : kind, .name = w };
}

bool endpoint_reserved(const char *word)
{
	return enum_value(&endpoint_names, word) >= 0 || !strcmp(word, "unbound");
}

void binding_select(struct binding *b, struct word match)
{
	b->selector = glob_is(match.text) ? SELECTOR_GLOB : SELECTOR_PORT;
	b->match = match;
}

const char *object_word(enum object_kind kind)
{
	static const char *const words[OBJECT_KINDS] = {
		[OBJECT_BRIDGE] = "bridge",
		[OBJECT_SEGMENT] = "segment",
		[OBJECT_GROUP] = "group",
		[OBJECT_BINDING] = "binding",
		[OBJECT_REMOTE] = "remote",
		[OBJECT_SET] = "set",
		[OBJECT_SERVICE] = "service",
		[OBJECT_SRULE] = "service rule",
		[OBJECT_RULE] = "rule",
		[OBJECT_QRULE] = "quarantine rule",
	};

	return words[kind];
}
