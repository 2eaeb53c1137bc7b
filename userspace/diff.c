// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "diff.h"
#include "set.h"
#include "tree.h"

struct differ {
	diff_cb cb;
	void *data;
	bool found;
	bool services;		/* a service differs: so do its rules */
};

static void report(struct differ *d, enum change what, enum object_kind kind,
		   const struct object *o, const char *keys)
{
	d->found = true;
	if (kind == OBJECT_SERVICE)
		d->services = true;
	if (d->cb)
		d->cb(what, kind, o, keys, d->data);
}

static void add_key(char *keys, size_t size, const char *key)
{
	size_t len = strlen(keys);

	snprintf(keys + len, size - len, "%s%s", len ? ", " : "", key);
}

/* Of what sets hold only that counts: a long list is not compared as text. */
static void compare_sets(struct differ *d, enum object_kind kind, const struct set *old,
			 const struct set *new)
{
	const char *a = old->o.comment.text, *b = new->o.comment.text;
	char keys[64] = "";

	if (!set_same(old, new))
		add_key(keys, sizeof(keys), set_key(new->type));
	if (old->type != new->type)
		add_key(keys, sizeof(keys), set_key(old->type));
	if ((a || b) && strcmp(a ? a : "", b ? b : ""))
		add_key(keys, sizeof(keys), "comment");
	if (*keys)
		report(d, CHANGE_CHANGE, kind, &new->o, keys);
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

/*
 * The rules of services are told of by their services: who wrote the policy has
 * not written them. Those of a service that is in both may still differ, when
 * another program or version has made them.
 */
static json_t *rules_of(const struct policy *p, const char *service)
{
	const struct rule *r;
	json_t *a = json_array();
	size_t i;

	policy_each(p, OBJECT_SRULE, const struct rule, r, i)
		if (!service || !strcmp(r->service.text, service))
			tree_append(a, tree_of(OBJECT_SRULE, &r->o));
	return a;
}

static bool same_rules(const struct policy *old, const struct policy *new, const char *service)
{
	json_t *a = rules_of(old, service), *b = rules_of(new, service);
	bool same = json_equal(a, b);

	json_decref(a);
	json_decref(b);
	return same;
}

static void compare_services(struct differ *d, const struct policy *old,
			     const struct policy *new)
{
	const struct service *s;
	bool found = false;
	json_t *a, *b;
	size_t i;

	policy_each_service(new, s, i) {
		const struct object *o = policy_find(old, OBJECT_SERVICE, s->o.name.text);

		if (!o || same_rules(old, new, s->o.name.text))
			continue;
		found = true;
		a = tree_of(OBJECT_SERVICE, o);
		b = tree_of(OBJECT_SERVICE, &s->o);
		/* otherwise the keys have been told */
		if (json_equal(a, b))
			report(d, CHANGE_CHANGE, OBJECT_SERVICE, &s->o, "rules");
		json_decref(a);
		json_decref(b);
	}
	if (!found && !d->services && !same_rules(old, new, NULL))
		report(d, CHANGE_REORDER, OBJECT_SRULE, NULL, NULL);
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

		if (kind == OBJECT_SRULE) {
			compare_services(&d, old, new);
			continue;
		}
		for (i = 0; i < old->list[kind].n; i++) {
			o = old->list[kind].v[i];
			if (!policy_find(new, kind, o->name.text))
				report(&d, CHANGE_REMOVE, kind, o, NULL);
		}
		for (i = 0; i < l->n; i++) {
			o = policy_find(old, kind, l->v[i]->name.text);
			if (o && (kind == OBJECT_REMOTE || kind == OBJECT_SET))
				compare_sets(&d, kind, (const void *)o, (const void *)l->v[i]);
			else if (o)
				compare(&d, kind, o, l->v[i]);
			else
				report(&d, CHANGE_ADD, kind, l->v[i], NULL);
		}
		if (!same_order(old, new, kind))
			report(&d, CHANGE_REORDER, kind, NULL, NULL);
	}
	return d.found;
}
