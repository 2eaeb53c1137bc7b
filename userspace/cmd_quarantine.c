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
#include "warn.h"

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

const char *quarantine_state(const struct view *v, const struct quarantine *q)
{
	if (!v->status.enforcing)
		return "not in force: no policy";
	if (q->orphan)
		return "orphan: the policy has no such binding";
	if (q->mode == ISOL_QUARANTINE_CONTAIN && !v->status.tracked)
		return "as isolate: no connections are tracked";
	return "";
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
			columns_add(&t, "%s", quarantine_state(&v, q));
			columns_add(&t, "%s", q->comment ? q->comment : "");
		}
		columns_print(&t, stdout);
	}
	pull_free(&v);
	return err;
}

const struct quarantine *quarantine_find(const struct view *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->nquarantines; i++)
		if (!strcmp(v->quarantines[i].binding, name))
			return &v->quarantines[i];
	return NULL;
}

static int report(struct ctx *c, const char *text, const char *result, const char *name)
{
	json_t *t;

	if (!c->json) {
		printf("%s: %s\n", name, text);
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

/* The kernel's words begin with the attribute: this says whose name it is instead. */
static int fail(struct ctx *c, const char *name)
{
	static const char lead[] = "quarantine BINDING: ";
	struct genl_error *e = &c->genl.error;
	size_t len = strlen(lead);

	if (!strncmp(e->message, lead, len))
		memmove(e->message, e->message + len, strlen(e->message + len) + 1);
	*e->attr = 0;
	snprintf(e->object, sizeof(e->object), "%s", name);
	return ctx_fail(c);
}

static int not_quarantined(const struct view *v, const char *name)
{
	struct guess g = { .word = name };
	char buf[96];
	size_t i;

	for (i = 0; i < v->nquarantines; i++)
		guess_offer(&g, v->quarantines[i].binding);
	return error("binding '%s' is not quarantined%s", name,
		     guess_text(&g, buf, sizeof(buf)));
}

static int is_group(const struct view *v, const char *name)
{
	struct names l = { 0 };

	find_members(v->policy, name, &l);
	if (l.n)
		error("no binding '%s': that is a group; its bindings: %s", name, names_text(&l));
	else
		error("no binding '%s': that is a group, and no binding is in it", name);
	names_free(&l);
	return EXIT_ERROR;
}

static int is_port(const struct port *port)
{
	if (port->binding && port->kind == ISOL_PORT_MEMBER)
		return error("no binding '%s': that is a port; its binding is %s", port->name,
			     port->binding);
	return error("no binding '%s': that is a port, and no binding claims it", port->name);
}

static int no_binding(const struct view *v, bool release, const char *name)
{
	struct guess g = { .word = name };
	char buf[96];
	size_t i;

	if (policy_find(v->policy, OBJECT_BINDING, name))
		return not_quarantined(v, name);
	if (policy_find(v->policy, OBJECT_GROUP, name))
		return is_group(v, name);
	for (i = 0; i < v->nports; i++)
		if (!strcmp(v->ports[i].name, name))
			return is_port(&v->ports[i]);
	for (i = 0; i < v->nquarantines && release; i++)
		guess_offer(&g, v->quarantines[i].binding);
	for (i = 0; i < v->policy->list[OBJECT_BINDING].n && !release; i++)
		guess_offer(&g, v->policy->list[OBJECT_BINDING].v[i]->name.text);
	if (release)
		return error("no quarantine of '%s'%s", name, guess_text(&g, buf, sizeof(buf)));
	if (!v->status.enforcing)
		return error("no binding '%s': nothing is enforced, there is no policy", name);
	return error("no binding '%s'%s", name, guess_text(&g, buf, sizeof(buf)));
}

/*
 * The kernel does not know the name: find out what it is. Only now: in an
 * emergency nobody is to wait for the dump of a large policy.
 */
static int explain(struct ctx *c, bool release, const char *name)
{
	struct genl_error why = c->genl.error;
	struct view v;
	int err;

	if (pull(&c->genl, PULL_POLICY | PULL_PORTS | PULL_QUARANTINES, &v)) {
		c->genl.error = why;
		err = fail(c, name);
	} else if (!release && policy_find(v.policy, OBJECT_BINDING, name)) {
		/* it has come meanwhile */
		c->genl.error = why;
		err = fail(c, name);
	} else {
		err = no_binding(&v, release, name);
	}
	pull_free(&v);
	return err;
}

static int added(struct ctx *c, int mode, const char *name)
{
	struct view v;

	if (mode == ISOL_QUARANTINE_CONTAIN) {
		/* It is in force; whether more can be said of it changes nothing. */
		if (!pull(&c->genl, 0, &v))
			warn_contained(&v, name, stderr);
		pull_free(&v);
	}
	return report(c, mode == ISOL_QUARANTINE_CONTAIN ? "quarantined, mode contain" :
		      "quarantined, mode isolate", "quarantined", name);
}

/* Once is as good as twice, but a comment is not to be lost without a word. */
static int add_again(struct ctx *c, const char *name, const char *comment)
{
	const struct quarantine *q;
	struct genl_error why = c->genl.error;
	bool same, other;
	struct view v;

	if (pull(&c->genl, PULL_QUARANTINES, &v)) {
		pull_free(&v);
		return ctx_fail(c);
	}
	q = quarantine_find(&v, name);
	same = q && (!comment || (q->comment && !strcmp(q->comment, comment)));
	other = q;
	pull_free(&v);
	if (same)
		return report(c, "quarantined already", "unchanged", name);
	if (other)
		return error("binding '%s' is quarantined already, with another comment; nothing is changed",
			     name);
	c->genl.error = why;
	return fail(c, name);
}

static int add(struct ctx *c, struct args *a)
{
	static const char *const keywords[] = { "mode", "comment", NULL };
	const char *name = args_word(c, a), *word, *comment = NULL, *fault;
	int mode = -1, err, i;
	u64 seen = 0;

	if (!name)
		usage_error(a, "expected the name of a binding");
	while ((word = args_word(c, a))) {
		i = match_word(a, word, keywords, "word");
		word_once(a, keywords, i, &seen);
		if (i) {
			comment = args_value(a, "a text");
			fault = text_fault(comment);
			if (fault)
				return error("the comment %s", fault);
			continue;
		}
		word = args_value(a, "a mode");
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
	if (err == -ENOENT)
		return explain(c, false, name);
	return err ? fail(c, name) : added(c, mode, name);
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
	err = change(c, ISOL_CMD_QUARANTINE_DEL, name, -1, NULL);
	if (err == -ENOENT)
		return explain(c, true, name);
	return err ? fail(c, name) : report(c, "released", "released", name);
}

int cmd_quarantine(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", add, "quarantine add BINDING [mode isolate|contain] [comment TEXT]" },
		{ "del", del, "quarantine del BINDING" },
		{ "show", show, "quarantine show" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "quarantine command", "show");
}
