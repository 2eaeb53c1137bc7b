// SPDX-License-Identifier: GPL-2.0
/* bind: the bindings */
#include <errno.h>
#include <stdlib.h>

#include <linux/isol.h>

#include "edit.h"
#include "names.h"
#include "text.h"

static void select_by(struct args *a, struct policy *p, struct binding *b, enum selector selector)
{
	struct word w;

	if (b->selector != SELECTOR_NONE)
		usage_error(a, "a second selector; expected one of port, mac and alias");
	w = word_make(p, args_value(a, "the selector"), (struct mark){ 0 });
	if (selector == SELECTOR_PORT) {
		binding_select(b, w);
		return;
	}
	if (selector == SELECTOR_MAC && !mac_parse(w.text, b->mac))
		value_error("'%s' is not a MAC address like 52:54:00:12:34:56", w.text);
	b->selector = selector;
	b->match = w;
}

static u16 read_claims(struct args *a)
{
	const char *word = args_value(a, "a number of ports");
	unsigned long v;
	char *end;

	v = strtoul(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || v < 1 || v > ISOL_MAX_CLAIMS)
		value_error("'%s'; expected a number from 1 to %u", word, ISOL_MAX_CLAIMS);
	return v;
}

static u32 read_max_connections(struct args *a)
{
	const char *word = args_value(a, "a number of connections");
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || errno || v < 1 || v > ISOL_MAX_CONNECTIONS)
		value_error("'%s'; expected a number from 1 to %u", word,
			    (u32)ISOL_MAX_CONNECTIONS);
	return v;
}

static void read_groups(struct args *a, struct policy *p, struct binding *b)
{
	const char *s = args_value(a, "groups, with commas between them");
	struct word w;

	while (edit_item(p, &s, &w)) {
		if (!*w.text)
			value_error("a group without a name");
		word_list_add(p, &b->groups, w);
	}
}

static void read_words(struct ctx *c, struct args *a, struct policy *p, struct binding *b)
{
	enum {
		PORT, MAC, ALIAS, CLAIMS, SEGMENT, GROUP, ROLE, COMMUNITY, COMMENT, MAX_CONNECTIONS,
	};
	static const char *const keywords[] = {
		[PORT] = "port", [MAC] = "mac", [ALIAS] = "alias", [CLAIMS] = "claims",
		[SEGMENT] = "segment", [GROUP] = "group", [ROLE] = "role",
		[COMMUNITY] = "community", [COMMENT] = "comment",
		[MAX_CONNECTIONS] = "max-connections", NULL
	};
	const char *word;
	u64 seen = 0;

	while ((word = args_word(c, a))) {
		const int i = match_word(a, word, keywords, "word");

		/* of selectors more can be said, and there may be more groups */
		if (i > ALIAS && i != GROUP)
			word_once(a, keywords, i, &seen);
		switch (i) {
		case PORT:
			select_by(a, p, b, SELECTOR_PORT);
			break;
		case MAC:
			select_by(a, p, b, SELECTOR_MAC);
			break;
		case ALIAS:
			select_by(a, p, b, SELECTOR_ALIAS);
			break;
		case CLAIMS:
			b->claims = read_claims(a);
			break;
		case SEGMENT:
			b->segment = edit_word(p, args_value(a, "the name of a segment"));
			break;
		case GROUP:
			read_groups(a, p, b);
			break;
		case ROLE:
			b->role = match_word(a, args_value(a, "a role"), role_names.v, "role");
			break;
		case COMMUNITY:
			b->community = edit_word(p, args_value(a, "the name of a community"));
			break;
		case COMMENT:
			b->o.comment = edit_word(p, args_value(a, "a text"));
			break;
		case MAX_CONNECTIONS:
			b->max_connections = read_max_connections(a);
			break;
		}
	}
	if (b->selector == SELECTOR_NONE)
		usage_error(a, "expected a selector: port, mac or alias");
}

static int add(struct ctx *c, struct args *a)
{
	const char *name = args_word(c, a);
	struct policy *words = policy_new();
	struct object *o;
	struct edit e;
	int err;

	if (!name)
		usage_error(a, "expected the name of a binding");
	o = policy_object(words, OBJECT_BINDING, name, (struct mark){ 0 });
	read_words(c, a, words, (struct binding *)(void *)o);
	err = edit_begin(&e, c);
	if (!err)
		err = edit_add(&e, OBJECT_BINDING, o, SIZE_MAX);
	edit_end(&e);
	policy_free(words);
	return err;
}

static int del(struct ctx *c, struct args *a)
{
	return edit_del_command(c, a, OBJECT_BINDING);
}

static int show(struct ctx *c, struct args *a)
{
	return edit_show_command(c, a, OBJECT_BINDING);
}

int cmd_bind(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", add, "bind add NAME port INTERFACE|GLOB [claims N] [max-connections N]\n"
			      "  [segment SEGMENT] [group GROUP[,GROUP]...]... [role ROLE]\n"
			      "  [community COMMUNITY] [comment TEXT]\n"
			      "bind add NAME mac ADDRESS ...\n"
			      "bind add NAME alias TEXT ..." },
		{ "del", del, "bind del NAME" },
		{ "show", show, "bind show [NAME]" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "bind command", "show");
}
