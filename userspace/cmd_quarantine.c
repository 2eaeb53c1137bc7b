// SPDX-License-Identifier: GPL-2.0
/* quarantine: cut bindings off and release them */
#include <errno.h>
#include <string.h>

#include <linux/isol.h>

#include "cmd.h"
#include "columns.h"
#include "names.h"
#include "text.h"
#include "tree.h"

json_t *tree_quarantine(const struct quarantine *q)
{
	json_t *t = json_object();

	tree_set(t, "binding", tree_text(q->binding));
	tree_set(t, "mode", json_string(enum_name(&quarantine_names, q->mode)));
	if (q->comment)
		tree_set(t, "comment", tree_text(q->comment));
	tree_set(t, "since", json_integer(q->since));
	tree_set(t, "orphan", json_boolean(q->orphan));
	return t;
}

static int show(struct ctx *c, struct args *a)
{
	struct columns t = { .n = 5 };
	struct view v;
	json_t *array;
	char buf[32];
	size_t i;
	int err;

	args_end(c, a);
	err = ctx_pull(c, PULL_QUARANTINES, &v);
	if (err) {
		pull_free(&v);
		return err;
	}
	if (c->json) {
		array = json_array();
		for (i = 0; i < v.nquarantines; i++)
			tree_append(array, tree_quarantine(&v.quarantines[i]));
		err = ctx_print(c, array);
	} else if (v.nquarantines) {
		columns_add(&t, "BINDING");
		columns_add(&t, "MODE");
		columns_add(&t, "SINCE");
		columns_add(&t, "STATE");
		columns_add(&t, "COMMENT");
		for (i = 0; i < v.nquarantines; i++) {
			const struct quarantine *q = &v.quarantines[i];

			columns_add(&t, "%s", q->binding);
			columns_add(&t, "%s", enum_name(&quarantine_names, q->mode));
			columns_add(&t, "%s", time_text(q->since, buf, sizeof(buf)));
			columns_add(&t, "%s", q->orphan ? "orphan" : "");
			columns_add(&t, "%s", q->comment ? q->comment : "");
		}
		columns_print(&t, stdout);
	}
	pull_free(&v);
	return err;
}

static const struct quarantine *find(const struct view *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->nquarantines; i++)
		if (!strcmp(v->quarantines[i].binding, name))
			return &v->quarantines[i];
	return NULL;
}

static int report(struct ctx *c, const char *result, const char *name)
{
	json_t *t;

	if (!c->json) {
		printf("%s: %s\n", name, result);
		return EXIT_DONE;
	}
	t = json_object();
	tree_set(t, "result", json_string(result));
	tree_set(t, "binding", tree_text(name));
	return ctx_print(c, t);
}

static int change(struct ctx *c, u8 cmd, const char *name, int mode, const char *comment)
{
	struct nlmsghdr *nlh = genl_message(&c->genl, cmd);
	struct nlattr *nest = mnl_attr_nest_start(nlh, ISOL_A_QUARANTINE);

	mnl_attr_put_strz(nlh, ISOL_QUARANTINE_A_BINDING, name);
	if (mode >= 0)
		mnl_attr_put_u8(nlh, ISOL_QUARANTINE_A_MODE, mode);
	if (comment)
		mnl_attr_put_strz(nlh, ISOL_QUARANTINE_A_COMMENT, comment);
	mnl_attr_nest_end(nlh, nest);
	return genl_do(&c->genl, nlh, NULL, NULL);
}

/* Once is as good as twice, but a comment is not to be lost without a word. */
static int add_again(struct ctx *c, const char *name, const char *comment)
{
	const struct quarantine *q;
	struct genl_error why = c->genl.error;
	bool same;
	struct view v;

	if (pull(&c->genl, PULL_QUARANTINES, &v)) {
		pull_free(&v);
		return ctx_fail(c);
	}
	q = find(&v, name);
	same = q && (!comment || (q->comment && !strcmp(q->comment, comment)));
	pull_free(&v);
	if (same)
		return report(c, "quarantined already", name);
	c->genl.error = why;
	return ctx_fail(c);
}

static int add(struct ctx *c, struct args *a)
{
	static const char *const keywords[] = { "mode", "comment", NULL };
	const char *name = args_word(c, a), *word, *comment = NULL, *fault;
	int mode = -1, err;

	if (!name)
		usage_error(a, "expected the name of a binding");
	while ((word = args_word(c, a))) {
		if (match_word(a, word, keywords, "word")) {
			comment = args_value(a, "a text");
			fault = text_fault(comment);
			if (fault)
				return error("the comment %s", fault);
			continue;
		}
		word = args_value(a, "a mode");
		if (!strcmp(word, "contain"))
			return error("the mode 'contain' is not supported yet; expected isolate");
		mode = match_word(a, word, quarantine_names.v, "mode");
	}
	fault = name_fault(name);
	if (fault)
		return error("the binding name '%s' %s", name, fault);
	if (comment && !*comment)
		comment = NULL;
	err = ctx_connect(c);
	if (err)
		return err;
	err = change(c, ISOL_CMD_QUARANTINE_ADD, name, mode, comment);
	if (err == -EEXIST)
		return add_again(c, name, comment);
	return err ? ctx_fail(c) : report(c, "quarantined", name);
}

static int del(struct ctx *c, struct args *a)
{
	const char *name = args_word(c, a), *fault;
	int err;

	if (!name)
		usage_error(a, "expected the name of a binding");
	args_end(c, a);
	fault = name_fault(name);
	if (fault)
		return error("the binding name '%s' %s", name, fault);
	err = ctx_connect(c);
	if (err)
		return err;
	if (change(c, ISOL_CMD_QUARANTINE_DEL, name, -1, NULL))
		return ctx_fail(c);
	return report(c, "released", name);
}

int cmd_quarantine(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", add, "quarantine add BINDING [mode isolate] [comment TEXT]" },
		{ "del", del, "quarantine del BINDING" },
		{ "show", show, "quarantine show" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "quarantine command", "show");
}
