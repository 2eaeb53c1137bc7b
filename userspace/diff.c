// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "diff.h"
#include "tree.h"

struct differ {
	diff_cb cb;
	void *data;
	bool found;
};

static void report(struct differ *d, enum change what, enum object_kind kind,
		   const struct object *o, const char *keys)
{
	d->found = true;
	if (d->cb)
		d->cb(what, kind, o, keys, d->data);
}

static void add_key(char *keys, size_t size, const char *key)
{
	size_t len = strlen(keys);

	snprintf(keys + len, size - len, "%s%s", len ? ", " : "", key);
}

static void compare(struct differ *d, enum object_kind kind, const struct object *old,
		    const struct object *new)
{
	json_t *a = tree_of(kind, old), *b = tree_of(kind, new), *v;
	char keys[256] = "";
	const char *key;

	if (!json_equal(a, b)) {
		json_object_foreach(b, key, v)
			if (!json_equal(json_object_get(a, key), v))
				add_key(keys, sizeof(keys), key);
		json_object_foreach(a, key, v)
			if (!json_object_get(b, key))
				add_key(keys, sizeof(keys), key);
		report(d, CHANGE_CHANGE, kind, new, keys);
	}
	json_decref(a);
	json_decref(b);
}

/* Do the objects that are in both stand in the same order? */
static bool same_order(const struct policy *old, const struct policy *new, enum object_kind kind)
{
	const struct objects *l = &new->list[kind], *m = &old->list[kind];
	size_t i, j = 0;

	for (i = 0; i < l->n; i++) {
		if (!policy_find(old, kind, l->v[i]->name.text))
			continue;
		while (!policy_find(new, kind, m->v[j]->name.text))
			j++;
		if (strcmp(l->v[i]->name.text, m->v[j++]->name.text))
			return false;
	}
	return true;
}

bool policy_diff(const struct policy *old, const struct policy *new, diff_cb cb, void *data)
{
	struct differ d = { .cb = cb, .data = data };
	const struct object *o;
	size_t i;
	int kind;

	for (kind = 0; kind < OBJECT_KINDS; kind++) {
		const struct objects *l = &new->list[kind];

		for (i = 0; i < old->list[kind].n; i++) {
			o = old->list[kind].v[i];
			if (!policy_find(new, kind, o->name.text))
				report(&d, CHANGE_REMOVE, kind, o, NULL);
		}
		for (i = 0; i < l->n; i++) {
			o = policy_find(old, kind, l->v[i]->name.text);
			if (o)
				compare(&d, kind, o, l->v[i]);
			else
				report(&d, CHANGE_ADD, kind, l->v[i], NULL);
		}
		if (!same_order(old, new, kind))
			report(&d, CHANGE_REORDER, kind, NULL, NULL);
	}
	return d.found;
}
