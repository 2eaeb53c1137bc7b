// SPDX-License-Identifier: GPL-2.0
/* rule: the rules of both tables */
#include <string.h>

#include <linux/isol.h>

#include "edit.h"
#include "match_args.h"
#include "names.h"
#include "text.h"

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
	bool old;	/* the rule is there already */
	bool verdict;
	bool state;
	bool all;
	bool comment;
	bool owner;
};

static void read_side(struct args *a, struct policy *p, struct endpoint_list *l,
		      const char *side)
{
	const char *s;
	struct word w;

	if (l->n)
		usage_error(a, "a second '%s'; several ends have commas between them", side);
	s = args_value(a, "endpoints, with commas between them");
	while (edit_item(p, &s, &w)) {
		if (!*w.text)
			value_error("an endpoint without a name");
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

static void set_state(struct args *a, struct request *r, bool stateless)
{
	if (r->state && r->rule->stateless != stateless)
		usage_error(a, "'stateless' and 'stateful' exclude each other");
	if (r->state)
		usage_error(a, "a second '%s'", stateless ? "stateless" : "stateful");
	r->state = true;
	r->rule->stateless = stateless;
}

/* What other tools call the verdicts. */
static void refuse_other(const struct args *a, const char *word)
{
	static const char *const others[][2] = {
		{ "deny", "drop or reject" }, { "block", "drop or reject" },
		{ "allow", "accept" }, { "permit", "accept" }, { "pass", "accept" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(word, others[i][0]))
			usage_error(a, "'%s' is no verdict; say %s", word, others[i][1]);
}

static void read_words(struct ctx *c, struct args *a, struct policy *p, struct request *r)
{
	enum {
		FROM = MATCH_ARGS, TO, ACCEPT, DROP, REJECT, STATELESS, STATEFUL, COMMENT, OWNER,
		BEFORE, AFTER, FIRST, LAST, ALL, TABLE,
	};
	static const char *const keywords[] = {
		MATCH_ARGS_WORDS,
		[FROM] = "from", [TO] = "to", [ACCEPT] = "accept", [DROP] = "drop",
		[REJECT] = "reject", [STATELESS] = "stateless", [STATEFUL] = "stateful",
		[COMMENT] = "comment", [OWNER] = "owner", [BEFORE] = "before", [AFTER] = "after",
		[FIRST] = "first", [LAST] = "last", [ALL] = "all-frames", [TABLE] = "table", NULL
	};
	static const char *const tables[] = { "rules", "quarantine", NULL };
	struct match *match = rule_ask(p, r->rule);
	const char *word;
	u64 seen = 0;

	while ((word = args_word(c, a))) {
		int i;

		refuse_other(a, word);
		i = match_args_find(a, word, keywords, match);
		if (i < MATCH_ARGS) {
			match_args_word(a, i, p, match);
			continue;
		}
		if (i == COMMENT || i == OWNER || i == ALL || i == TABLE)
			word_once(a, keywords, i, &seen);
		switch (i) {
		case FROM:
			read_side(a, p, &r->rule->from, keywords[i]);
			break;
		case TO:
			read_side(a, p, &r->rule->to, keywords[i]);
			break;
		case ACCEPT:
			set_verdict(a, r, ISOL_VERDICT_ACCEPT);
			break;
		case DROP:
			set_verdict(a, r, ISOL_VERDICT_DROP);
			break;
		case REJECT:
			set_verdict(a, r, ISOL_VERDICT_REJECT);
			break;
		case STATELESS:
			set_state(a, r, true);
			break;
		case STATEFUL:
			set_state(a, r, false);
			break;
		case COMMENT:
			r->rule->o.comment = edit_word(p, args_value(a, "a text"));
			r->comment = true;
			break;
		case OWNER:
			r->rule->owner = edit_word(p, args_value(a, "a name"));
			r->owner = true;
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
		case ALL:
			r->all = true;
			break;
		case TABLE:
			if (r->old)
				usage_error(a, "a rule stays in its table");
			word = args_value(a, "the name of a table");
			r->table = match_word(a, word, tables, "table") ? OBJECT_QRULE :
									  OBJECT_RULE;
			break;
		}
	}
	if (r->all && !match_empty(match))
		usage_error(a, "'all-frames' beside what the frame has to be");
	match_args_end(a, match);
}

static void check_whole(const struct args *a, const struct request *r)
{
	if (!r->rule->from.n || !r->rule->to.n)
		usage_error(a, "expected 'from' and 'to'");
	if (!r->verdict)
		usage_error(a, "expected accept, drop or reject");
}

static int no_neighbour(const struct edit *e, const struct request *r)
{
	const char *name = r->neighbour, *word = r->place == PLACE_BEFORE ? "before" : "after";
	const enum object_kind other = r->table == OBJECT_RULE ? OBJECT_QRULE : OBJECT_RULE;
	struct guess g = { .word = name };
	const struct object *o;
	char buf[96];
	size_t i;

	if (!strcmp(name, r->rule->o.name.text))
		return error("rule '%s' cannot stand %s itself; expected the name of another rule",
			     name, word);
	if (policy_find(e->p, OBJECT_SRULE, name))
		return error("rule '%s' to stand %s comes of a service, and these come first always",
			     name, word);
	if (policy_find(e->p, other, name))
		return error("rule '%s' to stand %s is in the table %s, and '%s' is not", name,
			     word, other == OBJECT_QRULE ? "quarantine" : "rules",
			     r->rule->o.name.text);
	for (i = 0; i < e->p->list[r->table].n; i++) {
		o = e->p->list[r->table].v[i];
		guess_offer(&g, o->name.text);
	}
	return error("no rule '%s' to stand %s%s", name, word, guess_text(&g, buf, sizeof(buf)));
}

/* Where the rule is to stand, or SIZE_MAX for the end. Return: exit code. */
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
		return no_neighbour(e, r);
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
	check_whole(a, &r);
	err = edit_begin(&e, c);
	if (!err)
		err = find_place(&e, &r, &at);
	if (!err)
		err = edit_add(&e, r.table, o, at);
	edit_end(&e);
	policy_free(words);
	return err;
}

/* What is not said stays as it is; what the frame has to be is one thing in this. */
static void keep(struct request *r, const struct rule *old)
{
	struct rule *rule = r->rule;

	if (!rule->from.n)
		rule->from = old->from;
	if (!rule->to.n)
		rule->to = old->to;
	if (!r->verdict)
		rule->verdict = old->verdict;
	if (!r->state)
		rule->stateless = old->stateless;
	if (!r->comment)
		rule->o.comment = old->o.comment;
	if (!r->owner)
		rule->owner = old->owner;
	if (match_empty(rule_match(rule)) && !r->all)
		rule->match = old->match;
}

static int set(struct ctx *c, struct args *a)
{
	const char *name = args_word(c, a);
	struct policy *words = policy_new();
	struct request r = { .table = OBJECT_RULE, .old = true };
	struct object *old = NULL;
	struct edit e;
	size_t at;
	int err;

	if (!name)
		usage_error(a, "expected the name of a rule");
	if (!*a->v)
		usage_error(a, "expected what to change: from, to, a match, a verdict, stateless, a place, owner or comment");
	r.rule = (struct rule *)(void *)policy_object(words, OBJECT_RULE, name,
						      (struct mark){ 0 });
	read_words(c, a, words, &r);
	err = edit_begin(&e, c);
	if (!err) {
		old = policy_find(e.p, OBJECT_RULE, name);
		if (!old) {
			r.table = OBJECT_QRULE;
			old = policy_find(e.p, OBJECT_QRULE, name);
		}
		if (!old && policy_find(e.p, OBJECT_SRULE, name))
			err = error("rule '%s' comes of a service: see isolctl service", name);
		else if (!old)
			err = edit_no_such(&e, OBJECT_RULE, name);
	}
	if (!err)
		err = find_place(&e, &r, &at);
	if (!err) {
		keep(&r, (struct rule *)(void *)old);
		err = edit_replace(&e, r.table, old, &r.rule->o, at);
	}
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
			      "  [MATCH]... accept|drop|reject [stateless|stateful]\n"
			      "  [table quarantine] [first|last|before RULE|after RULE]\n"
			      "  [owner NAME] [comment TEXT]\n"
			      "\n"
			      "A rule that accepts says who may begin a conversation: the answers pass\n"
			      "too, and what begins none does not. That is 'stateful', the default. A\n"
			      "stateless one is for each frame on its own, in this direction: the\n"
			      "answers need another rule.\n"
			      "\n"
			      "MATCH says what the frame has to be. 'not' may stand before a value,\n"
			      "and more values may follow with commas between them. Addresses, ports\n"
			      "and MAC addresses may be sets instead: src @NAME, dport not @NAME,@NAME,\n"
			      "or in a set and of some values: src @NAME and not ADDRESS\n"
			      MATCH_ARGS_HELP },
		{ "set", set, "rule set NAME [from END[,END]...] [to END[,END]...]\n"
			      "  [[MATCH]...|all-frames] [accept|drop|reject] [stateless|stateful]\n"
			      "  [first|last|before RULE|after RULE] [owner NAME] [comment TEXT]\n"
			      "\n"
			      "What is not said stays as it is. MATCH takes the place of all that the\n"
			      "rule asked of the frame, all-frames of it too; '' is no owner or comment.\n"
		},
		{ "del", del, "rule del NAME" },
		{ "show", show, "rule show [NAME]" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "rule command", "show");
}
