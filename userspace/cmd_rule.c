// SPDX-License-Identifier: GPL-2.0
/* rule: the rules of both tables */
#include <string.h>

#include <linux/isol.h>

#include "edit.h"
#include "match_args.h"
#include "names.h"

enum place {
	PLACE_NONE,
	PLACE_FIRST,
	PLACE_LAST,
	PLACE_BEFORE,
	PLACE_AFTER,
};

/* What a command line says of a rule beside what struct rule holds. */
struct request {
	struct rule *rule;
	enum object_kind table;
	enum place place;
	const char *neighbour;
	bool verdict;
	bool stateless;
};

static void read_side(struct args *a, struct policy *p, struct endpoint_list *l)
{
	const char *s = args_value(a, "endpoints, with commas between them");
	struct word w;

	while (edit_item(p, &s, &w)) {
		if (!*w.text)
			usage_error(a, "an endpoint without a name");
		endpoint_list_add(p, l, endpoint_make(w));
	}
}

static void set_place(struct args *a, struct request *r, enum place place)
{
	if (r->place != PLACE_NONE)
		usage_error(a, "a second place for the rule");
	r->place = place;
	if (place == PLACE_BEFORE || place == PLACE_AFTER)
		r->neighbour = args_value(a, "the name of a rule");
}

static void set_verdict(struct args *a, struct request *r, u8 verdict)
{
	if (r->verdict)
		usage_error(a, "a second verdict");
	r->verdict = true;
	r->rule->verdict = verdict;
}

static void read_words(struct ctx *c, struct args *a, struct policy *p, struct request *r)
{
	enum {
		FROM = MATCH_ARGS, TO, ACCEPT, DROP, REJECT, STATELESS, COMMENT, OWNER, BEFORE,
		AFTER, FIRST, LAST, TABLE,
	};
	static const char *const keywords[] = {
		MATCH_ARGS_WORDS,
		[FROM] = "from", [TO] = "to", [ACCEPT] = "accept", [DROP] = "drop",
		[REJECT] = "reject", [STATELESS] = "stateless", [COMMENT] = "comment",
		[OWNER] = "owner", [BEFORE] = "before", [AFTER] = "after", [FIRST] = "first",
		[LAST] = "last", [TABLE] = "table", NULL
	};
	static const char *const tables[] = { "rules", "quarantine", NULL };
	const char *word;

	while ((word = args_word(c, a))) {
		int i = match_args_find(a, word, keywords, &r->rule->match);

		if (i < MATCH_ARGS) {
			match_args_word(a, i, p, &r->rule->match);
			continue;
		}
		switch (i) {
		case FROM:
			read_side(a, p, &r->rule->from);
			break;
		case TO:
			read_side(a, p, &r->rule->to);
			break;
		case ACCEPT:
			set_verdict(a, r, ISOL_VERDICT_ACCEPT);
			break;
		case DROP:
			set_verdict(a, r, ISOL_VERDICT_DROP);
			break;
		case REJECT:
			usage_error(a, "'reject' is not supported yet; expected accept or drop");
		case STATELESS:
			r->stateless = true;
			break;
		case COMMENT:
			r->rule->o.comment = edit_word(p, args_value(a, "a text"));
			break;
		case OWNER:
			r->rule->owner = edit_word(p, args_value(a, "a name"));
			break;
		case BEFORE:
			set_place(a, r, PLACE_BEFORE);
			break;
		case AFTER:
			set_place(a, r, PLACE_AFTER);
			break;
		case FIRST:
			set_place(a, r, PLACE_FIRST);
			break;
		case LAST:
			set_place(a, r, PLACE_LAST);
			break;
		case TABLE:
			word = args_value(a, "the name of a table");
			r->table = match_word(a, word, tables, "table") ? OBJECT_QRULE :
									  OBJECT_RULE;
			break;
		}
	}
	if (!r->rule->from.n || !r->rule->to.n)
		usage_error(a, "expected 'from' and 'to'");
	if (!r->verdict)
		usage_error(a, "expected accept or drop");
	if (!r->stateless)
		usage_error(a,
			    "connections are not tracked yet: say 'stateless', and add a rule for the answers too");
	match_args_end(a, &r->rule->match);
}

/* Where the rule is to stand, or SIZE_MAX for the end; -1 is no such neighbour. */
static int find_place(const struct edit *e, const struct request *r, size_t *at)
{
	const struct object *o, *self = policy_find(e->p, r->table, r->rule->o.name.text);

	*at = SIZE_MAX;
	if (r->place == PLACE_FIRST)
		*at = 0;
	/* one that is there already is not behind itself */
	if (r->place == PLACE_LAST && self)
		*at = e->p->list[r->table].n - 1;
	if (!r->neighbour)
		return 0;
	o = policy_find(e->p, r->table, r->neighbour);
	if (!o || o == self)
		return -1;
	*at = policy_index(e->p, r->table, o) + (r->place == PLACE_AFTER);
	if (self && policy_index(e->p, r->table, self) < *at)
		--*at;
	return 0;
}

/* "from web to db": a rule can be called "from", but then "from" or "to" follows. */
static bool name_missing(const struct args *a, const char *name)
{
	if (strcmp(name, "from") && strcmp(name, "to"))
		return false;
	return !*a->v || (strcmp(*a->v, "from") && strcmp(*a->v, "to"));
}

static int add(struct ctx *c, struct args *a)
{
	const char *name = args_word(c, a);
	struct policy *words = policy_new();
	struct request r = { .table = OBJECT_RULE };
	struct object *o;
	struct edit e;
	size_t at;
	int err;

	if (!name)
		usage_error(a, "expected the name of a rule");
	if (name_missing(a, name))
		usage_error(a, "the name of the rule comes first: isolctl rule add NAME %s ...",
			    name);
	o = policy_object(words, OBJECT_RULE, name, (struct mark){ 0 });
	r.rule = (struct rule *)(void *)o;
	read_words(c, a, words, &r);
	err = edit_begin(&e, c);
	if (!err && find_place(&e, &r, &at))
		err = error("no rule '%s' to stand %s", r.neighbour,
			    r.place == PLACE_BEFORE ? "before" : "after");
	if (!err)
		err = edit_add(&e, r.table, o, at);
	edit_end(&e);
	policy_free(words);
	return err;
}

static int del(struct ctx *c, struct args *a)
{
	return edit_del_command(c, a, OBJECT_RULE);
}

static int show(struct ctx *c, struct args *a)
{
	return edit_show_command(c, a, OBJECT_RULE);
}

int cmd_rule(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", add, "rule add NAME from END[,END]... to END[,END]...\n"
			      "  [MATCH]... accept|drop stateless\n"
			      "  [table quarantine] [first|last|before RULE|after RULE]\n"
			      "  [owner NAME] [comment TEXT]\n"
			      "\n"
			      "MATCH says what the frame has to be. 'not' may stand before a value,\n"
			      "and more values may follow with commas between them:\n"
			      MATCH_ARGS_HELP },
		{ "del", del, "rule del NAME" },
		{ "show", show, "rule show [NAME]" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "rule command", "show");
}
