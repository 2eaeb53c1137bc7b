// SPDX-License-Identifier: GPL-2.0
/* names: what the numbers in frames are called */
#include <stdlib.h>

#include "cmd.h"
#include "columns.h"
#include "match_names.h"
#include "tree.h"

/* Is it the first name of its number, which is the one that is shown? */
static bool is_first(const struct number_names *names, size_t i)
{
	return name_of(names, names->v[i].number) == names->v[i].name;
}

static void add_also(struct columns *t, const struct number_names *names, size_t i)
{
	char *s = xstrdup(""), *longer;
	size_t j;

	for (j = i + 1; j < names->n; j++) {
		if (names->v[j].number != names->v[i].number)
			continue;
		longer = xasprintf("%s%s%s", s, *s ? "," : "", names->v[j].name);
		free(s);
		s = longer;
	}
	columns_add(t, "%s", s);
	free(s);
}

static void add_kind(struct columns *t, const struct name_kind *kind)
{
	const struct number_names *names = kind->names;
	size_t i;

	for (i = 0; i < names->n; i++) {
		if (!is_first(names, i))
			continue;
		columns_add(t, "%s", kind->name);
		columns_add(t, kind->hex ? "0x%04x" : "%u", names->v[i].number);
		columns_add(t, "%s", names->v[i].name);
		add_also(t, names, i);
	}
}

static json_t *tree_kind(const struct name_kind *kind)
{
	const struct number_names *names = kind->names;
	json_t *a = json_array(), *t, *also;
	size_t i, j;

	for (i = 0; i < names->n; i++) {
		if (!is_first(names, i))
			continue;
		t = json_object();
		tree_set(t, "number", json_integer(names->v[i].number));
		tree_set(t, "name", json_string(names->v[i].name));
		also = json_array();
		for (j = i + 1; j < names->n; j++)
			if (names->v[j].number == names->v[i].number)
				tree_append(also, json_string(names->v[j].name));
		tree_set(t, "also", also);
		tree_append(a, t);
	}
	return a;
}

int cmd_names(struct ctx *c, struct args *a)
{
	const char *words[NAME_KINDS + 1] = { NULL }, *word = args_word(c, a);
	struct columns t = { .n = 4 };
	size_t first = 0, last = NAME_KINDS - 1, i;
	json_t *tree;

	for (i = 0; i < NAME_KINDS; i++)
		words[i] = name_kinds[i].name;
	if (word) {
		first = match_word(a, word, words, "kind of names");
		last = first;
		args_end(c, a);
	}
	if (c->json) {
		tree = json_object();
		for (i = first; i <= last; i++)
			tree_set(tree, name_kinds[i].name, tree_kind(&name_kinds[i]));
		return ctx_print(c, tree);
	}
	columns_add(&t, "KIND");
	columns_add(&t, "NUMBER");
	columns_add(&t, "NAME");
	columns_add(&t, "ALSO");
	for (i = first; i <= last; i++)
		add_kind(&t, &name_kinds[i]);
	columns_print(&t, stdout);
	return EXIT_DONE;
}
