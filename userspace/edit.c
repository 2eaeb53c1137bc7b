// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "check.h"
#include "edit.h"
#include "names.h"
#include "service.h"
#include "set.h"
#include "text.h"
#include "tree.h"

#define REFERRERS_SHOWN	5

/* What there is to warn of now has been said when it came. */
static void look(struct edit *e)
{
	struct diags d = { .seen = &e->seen };

	e->seen.noting = true;
	if (!policy_check(e->p, &d))
		ctx_look(e->c, e->p, &d);
	e->seen.noting = false;
	diags_free(&d);
}

int edit_begin(struct edit *e, struct ctx *c)
{
	int err;

	*e = (struct edit){ .c = c };
	err = ctx_pull(c, PULL_POLICY, &e->v);
	e->p = e->v.policy;
	if (!err)
		look(e);
	return err;
}

void edit_end(struct edit *e)
{
	seen_free(&e->seen);
	pull_free(&e->v);
}

int edit_report(struct edit *e, const char *result, u64 generation)
{
	json_t *t;

	if (!e->c->json) {
		printf("%s, generation %llu\n", result, (unsigned long long)generation);
		return EXIT_DONE;
	}
	t = json_object();
	tree_set(t, "result", json_string(result));
	tree_set(t, "generation", json_integer(generation));
	return ctx_print(e->c, t);
}

static int check(struct edit *e, struct diags *d)
{
	if (!policy_check(e->p, d))
		return EXIT_DONE;
	diags_print(d, stderr);
	return EXIT_ERROR;
}

/* All that the change brings about is told of, and what is about the object itself. */
int edit_commit(struct edit *e, const char *name)
{
	char *about = xasprintf("'%s'", name);
	struct diags d = { .about = about, .seen = &e->seen };
	u64 generation;
	int err;

	err = check(e, &d);
	if (!err)
		err = ctx_commit(e->c, e->p, e->v.generation, &d, &generation);
	if (!err)
		err = edit_report(e, "applied", generation);
	diags_free(&d);
	free(about);
	return err;
}

/*
 * The trees of two objects are the same: is what they ask of frames, value by value?
 * Of sets it counts what they hold.
 */
static bool same_match(enum object_kind kind, const struct object *a, const struct object *b)
{
	const struct rule *one = (const void *)a, *other = (const void *)b;

	if (kind == OBJECT_REMOTE || kind == OBJECT_SET)
		return set_same((const void *)a, (const void *)b);
	if (kind != OBJECT_RULE && kind != OBJECT_QRULE)
		return true;
	return match_equal(rule_match(one), rule_match(other));
}

/* An object as it is compared: without what same_match() looks at. */
static json_t *tree_compared(enum object_kind kind, const struct object *o)
{
	json_t *t = tree_of(kind, o);

	if (kind == OBJECT_REMOTE || kind == OBJECT_SET)
		json_object_del(t, set_key(((const struct set *)(const void *)o)->type));
	return t;
}

/* Put an object where another of its name is, or to @at; -1: they are the same in all. */
static int swap(struct edit *e, enum object_kind kind, struct object *old, struct object *new,
		size_t at)
{
	size_t index = policy_index(e->p, kind, old);
	json_t *before = tree_compared(kind, old), *after;
	struct diags d = { 0 };
	int err;

	policy_del(e->p, kind, old);
	policy_add(e->p, kind, new);
	policy_move(e->p, kind, e->p->list[kind].n - 1, index);
	err = check(e, &d);
	diags_free(&d);
	after = tree_compared(kind, new);
	if (!err && json_equal(before, after) && same_match(kind, old, new) &&
	    (at == SIZE_MAX || at == index))
		err = -1;
	else if (!err && at != SIZE_MAX)
		policy_move(e->p, kind, index, at);
	json_decref(before);
	json_decref(after);
	return err;
}

static const char *how_to_change(enum object_kind kind)
{
	switch (kind) {
	case OBJECT_BRIDGE:
		return "; 'isolctl bridge set' changes it";
	case OBJECT_RULE:
	case OBJECT_QRULE:
		return "; 'isolctl rule set' changes it";
	case OBJECT_SERVICE:
		return "; 'isolctl service set' changes it";
	case OBJECT_SET:
		return "; 'isolctl set element' changes it";
	case OBJECT_REMOTE:
		return "; 'isolctl remote element' changes it";
	default:
		return "; to change it, apply a policy file that has it so";
	}
}

/* There is an object of this name: is the new one the same? */
static int add_again(struct edit *e, enum object_kind kind, struct object *old,
		     struct object *new, size_t at)
{
	int err = swap(e, kind, old, new, at);

	if (err < 0)
		return edit_report(e, "unchanged", e->v.generation);
	if (!err)
		err = error("there is a different %s '%s' already%s", object_word(kind),
			    new->name.text, how_to_change(kind));
	return err;
}

int edit_replace(struct edit *e, enum object_kind kind, struct object *old, struct object *o,
		 size_t at)
{
	int err = swap(e, kind, old, o, at);

	if (err < 0)
		return edit_report(e, "unchanged", e->v.generation);
	return err ? err : edit_commit(e, o->name.text);
}

/* Rules could not tell these apart: the one that has the name is the one to blame. */
static enum object_kind taken_by(const struct policy *p, enum object_kind kind, const char *name)
{
	static const enum object_kind ends[] = {
		OBJECT_GROUP, OBJECT_BINDING, OBJECT_REMOTE, OBJECT_SET,
	};
	bool is_end = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ends); i++)
		is_end |= kind == ends[i];
	for (i = 0; is_end && i < ARRAY_SIZE(ends); i++)
		if (ends[i] != kind && policy_find(p, ends[i], name))
			return ends[i];
	return kind;
}

int edit_add(struct edit *e, enum object_kind kind, struct object *o, size_t at)
{
	const enum object_kind taken = taken_by(e->p, kind, o->name.text);
	struct object *other;

	if (taken != kind)
		return error("there is a %s '%s' already; expected another name for the %s: rules could not tell them apart",
			     object_word(taken), o->name.text, object_word(kind));
	other = policy_add(e->p, kind, o);

	if (other && policy_find(e->p, kind, o->name.text) == other)
		return add_again(e, kind, other, o, at);
	if (other)
		return error("there is a rule '%s' in another table", o->name.text);
	if (at != SIZE_MAX)
		policy_move(e->p, kind, e->p->list[kind].n - 1, at);
	return edit_commit(e, o->name.text);
}

/*
 * Who refers to an object
 */

struct referrers {
	char *text;
	size_t n;
};

static void refer(struct referrers *r, enum object_kind kind, const struct object *o)
{
	char *longer;

	if (r->n++ >= REFERRERS_SHOWN)
		return;
	longer = xasprintf("%s%s%s %s", r->text ? r->text : "", r->text ? ", " : "",
			   object_word(kind), o->name.text);
	free(r->text);
	r->text = longer;
}

static bool names(const struct endpoint_list *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if ((l->v[i].kind == ISOL_ENDPOINT_GROUP ||
		     l->v[i].kind == ISOL_ENDPOINT_BINDING ||
		     l->v[i].kind == ISOL_ENDPOINT_REMOTE) && !strcmp(l->v[i].name.text, name))
			return true;
	return false;
}

static bool names_set(const struct match *m, const char *name)
{
	u32 field;
	size_t i;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		if (match_type(field) != MATCH_SET)
			continue;
		for (i = 0; i < m->of[field].n; i++)
			if (!strcmp(m->of[field].v[i].set, name))
				return true;
	}
	return false;
}

static void find_rules(const struct policy *p, enum object_kind kind, const char *name,
		       struct referrers *r)
{
	const struct rule *rule;
	size_t i;

	policy_each(p, kind, const struct rule, rule, i)
		if (names(&rule->from, name) || names(&rule->to, name) ||
		    names_set(rule_match(rule), name))
			refer(r, kind, &rule->o);
}

static void find_referrers(const struct policy *p, enum object_kind kind, const char *name,
			   struct referrers *r)
{
	const struct service *service;
	const struct segment *s;
	const struct binding *b;
	size_t i;

	if (kind == OBJECT_BRIDGE)
		policy_each_segment(p, s, i)
			if (!strcmp(s->bridge.text, name))
				refer(r, OBJECT_SEGMENT, &s->o);
	if (kind == OBJECT_SEGMENT || kind == OBJECT_GROUP)
		policy_each_binding(p, b, i)
			if (kind == OBJECT_GROUP ? word_list_has(&b->groups, name) :
			    b->segment.text && !strcmp(b->segment.text, name))
				refer(r, OBJECT_BINDING, &b->o);
	if (kind == OBJECT_GROUP || kind == OBJECT_BINDING || kind == OBJECT_REMOTE ||
	    kind == OBJECT_SET) {
		policy_each_service(p, service, i)
			if (names(&service->where, name))
				refer(r, OBJECT_SERVICE, &service->o);
		find_rules(p, OBJECT_RULE, name, r);
		find_rules(p, OBJECT_QRULE, name, r);
	}
}

int edit_no_such(const struct edit *e, enum object_kind kind, const char *name)
{
	struct guess g = { .word = name };
	char buf[96];
	size_t i;

	for (i = 0; i < e->p->list[kind].n; i++)
		guess_offer(&g, e->p->list[kind].v[i]->name.text);
	return error("no %s '%s'%s", object_word(kind), name, guess_text(&g, buf, sizeof(buf)));
}

int edit_del(struct edit *e, enum object_kind kind, const char *name)
{
	struct referrers r = { 0 };
	struct object *o = policy_find(e->p, kind, name);
	int err;

	if (!o && kind == OBJECT_RULE && policy_find(e->p, OBJECT_QRULE, name)) {
		kind = OBJECT_QRULE;
		o = policy_find(e->p, kind, name);
	}
	if (!o && kind == OBJECT_RULE) {
		const struct rule *rule = policy_find(e->p, OBJECT_SRULE, name);

		if (rule)
			return error("rule '%s' is a part of the service '%s', and goes with it: isolctl service del %s",
				     name, rule->service.text, rule->service.text);
	}
	if (!o)
		return edit_no_such(e, kind, name);
	find_referrers(e->p, kind, name, &r);
	if (r.n) {
		if (r.n > REFERRERS_SHOWN)
			err = error("%s '%s' is in use: by %s and %zu more", object_word(kind),
				    name, r.text, r.n - REFERRERS_SHOWN);
		else
			err = error("%s '%s' is in use: by %s", object_word(kind), name, r.text);
		free(r.text);
		return err;
	}
	if (kind == OBJECT_BINDING && ((struct binding *)(void *)o)->quarantined)
		fprintf(stderr,
			"isolctl: warning: binding '%s' is quarantined: its port is let go, and the quarantine waits for a binding of this name\n",
			name);
	policy_del(e->p, kind, o);
	if (kind == OBJECT_SERVICE)
		service_drop_rules(e->p, name);
	return edit_commit(e, name);
}

int edit_del_command(struct ctx *c, struct args *a, enum object_kind kind)
{
	const char *name = args_word(c, a);
	struct edit e;
	int err;

	if (!name)
		usage_error(a, "expected the name of a %s", object_word(kind));
	args_end(c, a);
	err = edit_begin(&e, c);
	if (!err)
		err = edit_del(&e, kind, name);
	edit_end(&e);
	return err;
}

int edit_show_command(struct ctx *c, struct args *a, enum object_kind kind)
{
	const char *name = args_word(c, a);

	if (name)
		args_end(c, a);
	return show_objects(c, kind, name);
}

struct word edit_word(struct policy *p, const char *s)
{
	const struct mark nowhere = { 0 };

	return s && *s ? word_make(p, s, nowhere) : (struct word){ 0 };
}

u8 edit_verdict(struct args *a)
{
	const char *word = args_value(a, "accept or drop");
	u8 verdict = match_word(a, word, verdict_names.v, "verdict");

	if (verdict == ISOL_VERDICT_REJECT)
		value_error("'reject' may stand in rules only; expected accept or drop");
	return verdict;
}

bool edit_item(struct policy *p, const char **list, struct word *w)
{
	const char *s = *list;
	size_t len;

	if (!s)
		return false;
	len = strcspn(s, ",");
	*list = s[len] ? s + len + 1 : NULL;
	while (len && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	*w = (struct word){ .text = arena_strndup(&p->arena, s, len) };
	return true;
}
