// SPDX-License-Identifier: GPL-2.0
/* group: the security groups */
#include "edit.h"

static int add(struct ctx *c, struct args *a)
{
	static const char *const keywords[] = { "comment", NULL };
	const char *name = args_word(c, a), *word;
	struct policy *words = policy_new();
	struct object *o;
	struct edit e;
	u64 seen = 0;
	int err;

	if (!name)
		usage_error(a, "expected the name of a group");
	o = policy_object(words, OBJECT_GROUP, name, (struct mark){ 0 });
	while ((word = args_word(c, a))) {
		word_once(a, keywords, match_word(a, word, keywords, "word"), &seen);
		o->comment = edit_word(words, args_value(a, "a text"));
	}
	err = edit_begin(&e, c);
	if (!err)
		err = edit_add(&e, OBJECT_GROUP, o, SIZE_MAX);
	edit_end(&e);
	policy_free(words);
	return err;
}

static int del(struct ctx *c, struct args *a)
{
	return edit_del_command(c, a, OBJECT_GROUP);
}

static int show(struct ctx *c, struct args *a)
{
	return edit_show_command(c, a, OBJECT_GROUP);
}

int cmd_group(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", add, "group add NAME [comment TEXT]" },
		{ "del", del, "group del NAME" },
		{ "show", show, "group show [NAME]" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "group command", "show");
}
