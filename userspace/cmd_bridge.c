// SPDX-License-Identifier: GPL-2.0
/* bridge: the managed bridges */
#include <stdlib.h>
#include <string.h>

#include "edit.h"

static u16 read_pickup(struct args *a)
{
	const char *word = args_value(a, "a number of seconds");
	unsigned long v;
	char *end;

	v = strtoul(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || v > ISOL_PICKUP_MAX)
		value_error("'%s'; expected a number of seconds from 0 to %u", word,
			    ISOL_PICKUP_MAX);
	return v;
}

static void read_words(struct ctx *c, struct args *a, struct policy *p, struct bridge *b)
{
	static const char *const keywords[] = {
		"uplink", "default", "unbound", "fragments", "resume", "pickup", "comment", NULL
	};
	const char *word;
	u64 seen = 0;

	while ((word = args_word(c, a))) {
		const int i = match_word(a, word, keywords, "word");

		/* there may be more uplinks */
		if (i)
			word_once(a, keywords, i, &seen);
		switch (i) {
		case 0:
			word = args_value(a, "the name of an interface");
			word_list_add(p, &b->uplinks, word_make(p, word, (struct mark){ 0 }));
			break;
		case 1:
			b->verdict = edit_verdict(a);
			break;
		case 2:
			b->unbound = edit_verdict(a);
			break;
		case 3:
			b->fragments = edit_verdict(a);
			break;
		case 4:
			b->ends = edit_verdict(a) == ISOL_VERDICT_DROP;
			break;
		case 5:
			b->pickup = read_pickup(a);
			break;
		default:
			b->o.comment = edit_word(p, args_value(a, "a text"));
			break;
		}
	}
}

/*
 * The command line is read into the policy before the kernel is asked for
 * what it enforces: mistakes in it are told without a kernel too, and the
 * words are in an arena of their own.
 */
static int add(struct ctx *c, struct args *a)
{
	const char *name = args_word(c, a);
	struct policy *words = policy_new();
	struct object *o;
	struct edit e;
	int err;

	if (!name)
		usage_error(a, "expected the name of a bridge");
	o = policy_object(words, OBJECT_BRIDGE, name, (struct mark){ 0 });
	read_words(c, a, words, (struct bridge *)(void *)o);
	err = edit_begin(&e, c);
	if (!err)
		err = edit_add(&e, OBJECT_BRIDGE, o, SIZE_MAX);
	edit_end(&e);
	policy_free(words);
	return err;
}

/*
 * What is not said stays as it is: the words are read a second time, over what the bridge
 * is. The uplinks are one thing in this.
 */
static int set(struct ctx *c, struct args *a)
{
	const char *name = args_word(c, a);
	struct policy *words = policy_new();
	struct bridge *b, *old = NULL;
	struct args again = *a;
	struct object *o;
	struct edit e;
	int err;

	if (!name)
		usage_error(a, "expected the name of a bridge of the policy");
	if (!*a->v)
		usage_error(a, "expected what to change: uplink, default, unbound, fragments, resume, pickup or comment");
	o = policy_object(words, OBJECT_BRIDGE, name, (struct mark){ 0 });
	b = (struct bridge *)(void *)o;
	read_words(c, a, words, b);
	err = edit_begin(&e, c);
	if (!err) {
		old = policy_find(e.p, OBJECT_BRIDGE, name);
		if (!old)
			err = edit_no_such(&e, OBJECT_BRIDGE, name);
	}
	if (!err) {
		const bool uplinks = b->uplinks.n;

		*b = *old;
		if (uplinks)
			b->uplinks = (struct word_list){ 0 };
		read_words(c, &again, words, b);
		if (b->uplinks.n == 1 && !*b->uplinks.v[0].text)
			b->uplinks.n = 0;
		err = edit_replace(&e, OBJECT_BRIDGE, &old->o, o, SIZE_MAX);
	}
	edit_end(&e);
	policy_free(words);
	return err;
}

static int del(struct ctx *c, struct args *a)
{
	return edit_del_command(c, a, OBJECT_BRIDGE);
}

static int show(struct ctx *c, struct args *a)
{
	return edit_show_command(c, a, OBJECT_BRIDGE);
}

int cmd_bridge(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", add, "bridge add NAME [uplink INTERFACE]... [default accept|drop]\n"
			      "  [unbound accept|drop] [fragments accept|drop] [resume accept|drop]\n"
			      "  [pickup SECONDS] [comment TEXT]" },
		{ "set", set, "bridge set NAME [uplink INTERFACE]... [default accept|drop]\n"
			      "  [unbound accept|drop] [fragments accept|drop] [resume accept|drop]\n"
			      "  [pickup SECONDS] [comment TEXT]\n"
			      "\n"
			      "What is not said stays as it is. The uplinks take the place of all that\n"
			      "the bridge has; '' is no uplink or comment.\n" },
		{ "del", del, "bridge del NAME" },
		{ "show", show, "bridge show [NAME]" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "bridge command", "show");
}
