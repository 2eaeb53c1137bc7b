// SPDX-License-Identifier: GPL-2.0
/* segment: the segments */
#include <stdlib.h>

#include "edit.h"

static u16 read_vlan(struct args *a)
{
	const char *word = args_value(a, "a VLAN");
	unsigned long v;
	char *end;

	v = strtoul(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || v < 1 || v > ISOL_VLAN_MAX)
		value_error("'%s'; expected a VLAN from 1 to %u", word, ISOL_VLAN_MAX);
	return v;
}

static void read_words(struct ctx *c, struct args *a, struct policy *p, struct segment *s)
{
	static const char *const keywords[] = {
		"bridge", "within", "uplink", "vlan", "comment", NULL
	};
	const char *word;
	u64 seen = 0;

	while ((word = args_word(c, a))) {
		const int i = match_word(a, word, keywords, "word");

		word_once(a, keywords, i, &seen);
		switch (i) {
		case 0:
			s->bridge = edit_word(p, args_value(a, "the name of a bridge"));
			break;
		case 1:
			s->within = edit_verdict(a);
			break;
		case 2:
			s->uplink = edit_verdict(a);
			break;
		case 3:
			s->vlan = read_vlan(a);
			break;
		default:
			s->o.comment = edit_word(p, args_value(a, "a text"));
			break;
		}
	}
	if (!s->bridge.text)
		usage_error(a, "expected 'bridge' and its name");
}

static int add(struct ctx *c, struct args *a)
{
	const char *name = args_word(c, a);
	struct policy *words = policy_new();
	struct object *o;
	struct edit e;
	int err;

	if (!name)
		usage_error(a, "expected the name of a segment");
	o = policy_object(words, OBJECT_SEGMENT, name, (struct mark){ 0 });
	read_words(c, a, words, (struct segment *)(void *)o);
	err = edit_begin(&e, c);
	if (!err)
		err = edit_add(&e, OBJECT_SEGMENT, o, SIZE_MAX);
	edit_end(&e);
	policy_free(words);
	return err;
}

static int del(struct ctx *c, struct args *a)
{
	return edit_del_command(c, a, OBJECT_SEGMENT);
}

static int show(struct ctx *c, struct args *a)
{
	return edit_show_command(c, a, OBJECT_SEGMENT);
}

int cmd_segment(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", add, "segment add NAME bridge BRIDGE [vlan VLAN]\n"
			      "  [within accept|drop] [uplink accept|drop] [comment TEXT]" },
		{ "del", del, "segment del NAME" },
		{ "show", show, "segment show [NAME]" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "segment command", "show");
}
