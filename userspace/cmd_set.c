// SPDX-License-Identifier: GPL-2.0
/* set and remote: named sets of addresses, MAC addresses and ports */
#include <string.h>

#include "edit.h"
#include "set.h"
#include "text.h"

/* The words from here on are elements, but for a comment where there may be one. */
static void read_elements(struct ctx *c, struct args *a, struct policy *p, struct set *s,
			  bool comment)
{
	bool commented = false;
	struct element e;
	const char *word;
	struct word w;
	char msg[512];

	while ((word = args_word(c, a))) {
		if (comment && !strcmp(word, "comment")) {
			if (commented)
				usage_error(a, "a second 'comment'");
			commented = true;
			s->o.comment = edit_word(p, args_value(a, "a text"));
			continue;
		}
		while (edit_item(p, &word, &w)) {
			if (!*w.text)
				value_error("an empty element; expected %s",
					    set_expected(s->type));
			if (strlen(w.text) > MATCH_TEXT_SIZE)
				value_error("%zu bytes; expected %s", strlen(w.text),
					    set_expected(s->type));
			if (!element_parse(s->type, w.text, &e, msg, sizeof(msg)))
				value_error("%s", msg);
			set_add(&p->arena, s, &e);
		}
	}
}

static int add(struct ctx *c, struct args *a, enum object_kind kind)
{
	static const char *const types[] = { "addresses", "macs", "ports", NULL };
	const char *name = args_word(c, a), *type;
	struct policy *words = policy_new();
	struct object *o;
	struct set *s;
	struct edit e;
	int err;

	if (!name)
		usage_error(a, "expected the name of a %s", object_word(kind));
	o = policy_object(words, kind, name, (struct mark){ 0 });
	s = (struct set *)(void *)o;
	if (kind == OBJECT_SET) {
		type = args_word(c, a);
		if (!type)
			usage_error(a, "expected addresses, macs or ports");
		s->type = set_key_type(types[match_word(a, type, types, "kind of set")]);
	}
	read_elements(c, a, words, s, true);
	err = edit_begin(&e, c);
	if (!err)
		err = edit_add(&e, kind, o, SIZE_MAX);
	edit_end(&e);
	policy_free(words);
	return err;
}

static struct set *find(struct edit *e, enum object_kind kind, const char *name)
{
	struct guess g = { .word = name };
	enum object_kind other = kind == OBJECT_SET ? OBJECT_REMOTE : OBJECT_SET;
	struct set *s = policy_find(e->p, kind, name);
	char buf[96];
	size_t i;

	if (s)
		return s;
	if (policy_find(e->p, other, name)) {
		error("'%s' is a %s: isolctl %s element ...", name, object_word(other),
		      object_word(other));
		return NULL;
	}
	for (i = 0; i < e->p->list[kind].n; i++)
		guess_offer(&g, e->p->list[kind].v[i]->name.text);
	error("no %s '%s'%s", object_word(kind), name, guess_text(&g, buf, sizeof(buf)));
	return NULL;
}

static int change(struct edit *e, struct set *s, const struct set *by, bool remove)
{
	const struct element *missing;
	char buf[MATCH_TEXT_SIZE];

	if (remove) {
		missing = set_missing(s, by);
		if (missing)
			return error("%s is not in '%s', or not all of it; nothing is done",
				     element_format(missing, buf), s->o.name.text);
		set_remove(&e->p->arena, s, by);
		return edit_commit(e, s->o.name.text);
	}
	if (!set_add_missing(&e->p->arena, s, by))
		return edit_report(e, "unchanged", e->v.generation);
	return edit_commit(e, s->o.name.text);
}

static int element(struct ctx *c, struct args *a, enum object_kind kind)
{
	static const char *const actions[] = { "add", "del", NULL };
	const char *word = args_word(c, a), *name;
	struct policy *words = policy_new();
	struct set *s, *by;
	struct edit e;
	int action, err;

	if (!word)
		usage_error(a, "expected add or del");
	action = match_word(a, word, actions, "word");
	name = args_word(c, a);
	if (!name)
		usage_error(a, "expected the name of a %s", object_word(kind));
	by = (struct set *)(void *)policy_object(words, kind, name, (struct mark){ 0 });
	err = edit_begin(&e, c);
	s = err ? NULL : find(&e, kind, name);
	if (!err && !s)
		err = EXIT_ERROR;
	if (!err) {
		by->type = s->type;
		read_elements(c, a, words, by, false);
		if (!by->n)
			usage_error(a, "expected %s", set_expected(s->type));
		err = change(&e, s, by, action == 1);
	}
	edit_end(&e);
	policy_free(words);
	return err;
}

static int set_add_command(struct ctx *c, struct args *a)
{
	return add(c, a, OBJECT_SET);
}

static int set_del(struct ctx *c, struct args *a)
{
	return edit_del_command(c, a, OBJECT_SET);
}

static int set_show(struct ctx *c, struct args *a)
{
	return edit_show_command(c, a, OBJECT_SET);
}

static int set_element(struct ctx *c, struct args *a)
{
	return element(c, a, OBJECT_SET);
}

int cmd_set(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", set_add_command, "set add NAME addresses|macs|ports [ELEMENT[,ELEMENT]...]...\n"
					  "  [comment TEXT]" },
		{ "del", set_del, "set del NAME" },
		{ "show", set_show, "set show [NAME]" },
		{ "element", set_element, "set element add|del NAME ELEMENT[,ELEMENT]..." },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "set command", "show");
}

static int remote_add(struct ctx *c, struct args *a)
{
	return add(c, a, OBJECT_REMOTE);
}

static int remote_del(struct ctx *c, struct args *a)
{
	return edit_del_command(c, a, OBJECT_REMOTE);
}

static int remote_show(struct ctx *c, struct args *a)
{
	return edit_show_command(c, a, OBJECT_REMOTE);
}

static int remote_element(struct ctx *c, struct args *a)
{
	return element(c, a, OBJECT_REMOTE);
}

int cmd_remote(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", remote_add, "remote add NAME [ADDRESS[,ADDRESS]...]... [comment TEXT]" },
		{ "del", remote_del, "remote del NAME" },
		{ "show", remote_show, "remote show [NAME]" },
		{ "element", remote_element, "remote element add|del NAME ADDRESS[,ADDRESS]..." },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "remote command", "show");
}
