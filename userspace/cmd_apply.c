// SPDX-License-Identifier: GPL-2.0
/* apply and check: a policy file */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <linux/isol.h>

#include "cmd.h"
#include "columns.h"
#include "diff.h"
#include "file.h"
#include "hostcheck.h"
#include "load.h"
#include "modules.h"
#include "tree.h"
#include "warn.h"
#include "yaml.h"

static int load_file(const char *path, struct policy **p, struct diags *d)
{
	const bool named = strcmp(path, "-");
	const struct load_files files = { .policy = path, .read = file_read };
	size_t len = 0;
	char *buf = NULL;
	int err;

	err = file_read(path, YAML_MAX_SIZE, &buf, &len);
	if (err)
		return error("%s: %s", path, strerror(-err));
	err = isol_load_files(named ? path : "<stdin>", buf, len, named ? &files : NULL, p, d);
	free(buf);
	return err ? EXIT_ERROR : EXIT_DONE;
}

static json_t *counts(const struct policy *p)
{
	json_t *t = json_object();

	tree_set(t, "bridges", json_integer(p->list[OBJECT_BRIDGE].n));
	tree_set(t, "segments", json_integer(p->list[OBJECT_SEGMENT].n));
	tree_set(t, "groups", json_integer(p->list[OBJECT_GROUP].n));
	tree_set(t, "bindings", json_integer(p->list[OBJECT_BINDING].n));
	tree_set(t, "remotes", json_integer(p->list[OBJECT_REMOTE].n));
	tree_set(t, "sets", json_integer(p->list[OBJECT_SET].n));
	tree_set(t, "services", json_integer(p->list[OBJECT_SERVICE].n));
	tree_set(t, "rules", json_integer(p->list[OBJECT_RULE].n + p->list[OBJECT_QRULE].n));
	return t;
}

static void print_counts(const struct policy *p)
{
	const size_t n[] = {
		p->list[OBJECT_BRIDGE].n, p->list[OBJECT_SEGMENT].n, p->list[OBJECT_GROUP].n,
		p->list[OBJECT_BINDING].n, p->list[OBJECT_REMOTE].n, p->list[OBJECT_SET].n,
		p->list[OBJECT_SERVICE].n, p->list[OBJECT_RULE].n + p->list[OBJECT_QRULE].n,
	};
	static const char *const words[] = {
		"bridge", "segment", "group", "binding", "remote", "set", "service", "rule",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(n); i++)
		printf("%s%zu %s%s", i ? ", " : "", n[i], words[i], n[i] == 1 ? "" : "s");
}

/*
 * What a dry run finds
 */

struct plan {
	bool json;
	json_t *added;
	json_t *changed;
	json_t *removed;
	json_t *reordered;
	json_t *unmatched;
};

static json_t *named(enum object_kind kind, const struct object *o)
{
	json_t *t = json_object();

	tree_set(t, "kind", json_string(object_word(kind)));
	if (o)
		tree_set(t, "name", tree_text(o->name.text));
	return t;
}

static void on_change(enum change what, enum object_kind kind, const struct object *o,
		      const char *keys, void *data)
{
	struct plan *plan = data;
	json_t *t;

	if (!plan->json) {
		if (what == CHANGE_ADD)
			printf("add %s %s\n", object_word(kind), o->name.text);
		else if (what == CHANGE_REMOVE)
			printf("remove %s %s\n", object_word(kind), o->name.text);
		else if (what == CHANGE_CHANGE)
			printf("change %s %s: %s\n", object_word(kind), o->name.text, keys);
		else
			printf("reorder %ss\n", object_word(kind));
		return;
	}
	t = named(kind, o);
	switch (what) {
	case CHANGE_ADD:
		tree_append(plan->added, t);
		break;
	case CHANGE_CHANGE:
		tree_set(t, "keys", tree_text(keys));
		tree_append(plan->changed, t);
		break;
	case CHANGE_REMOVE:
		tree_append(plan->removed, t);
		break;
	case CHANGE_REORDER:
		tree_append(plan->reordered, t);
		break;
	}
}

static void on_unmatched(const char *port, const char *bridge, void *data)
{
	struct plan *plan = data;
	char *name;
	json_t *t;

	if (!plan->json) {
		name = text_safe(port);
		printf("port %s on %s: no binding matches it: would be dropped\n", name, bridge);
		free(name);
		return;
	}
	t = json_object();
	tree_set(t, "port", tree_text(port));
	tree_set(t, "bridge", tree_text(bridge));
	tree_append(plan->unmatched, t);
}

/* Without the interfaces there is nothing to tell; hostcheck() has complained. */
static void find_unmatched(const struct policy *p, struct plan *plan)
{
	struct links l;

	if (!links_read(&l))
		hostcheck_unmatched(p, &l, on_unmatched, plan);
	links_free(&l);
}

/* The first rule that tracks connections, or NULL. */
static const struct rule *find_tracking(const struct policy *p)
{
	static const enum object_kind tables[] = { OBJECT_RULE, OBJECT_QRULE };
	const struct rule *r;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		policy_each(p, tables[i], const struct rule, r, j)
			if (rule_tracks(r))
				return r;
	return NULL;
}

/*
 * Rules that track connections need a module that is loaded with the first of them, which
 * a dry run does not do. Return: true if it cannot be.
 */
static bool warn_untracked(const struct view *v, const struct policy *p)
{
	const struct rule *r = v->status.tracked ? NULL : find_tracking(p);
	struct utsname u;

	if (!r || uname(&u))
		return false;
	switch (module_state("", u.release, "isol_ct")) {
	case MODULE_MISSING:
		fprintf(stderr,
			"isolctl: warning: rule '%s' tracks connections, and the module isol_ct is neither loaded nor in /lib/modules/%s: 'apply' would be refused; install it, or give such rules 'stateless: true'\n",
			r->o.name.text, u.release);
		return true;
	case MODULE_LOCKED:
		fprintf(stderr,
			"isolctl: warning: rule '%s' tracks connections, and the module isol_ct is not loaded and cannot be (sysctl kernel.modules_disabled): 'apply' would be refused\n",
			r->o.name.text);
		return true;
	default:
		return false;
	}
}

static int dry_run(struct ctx *c, const struct view *v, const struct policy *p)
{
	struct plan plan = { .json = c->json };
	json_t *t = json_object(), *missing;
	bool differ, untracked;

	if (c->json) {
		plan.added = json_array();
		plan.changed = json_array();
		plan.removed = json_array();
		plan.reordered = json_array();
		plan.unmatched = json_array();
	}
	differ = policy_diff(v->policy, p, on_change, &plan);
	warn_let_go(v, p, stderr);
	untracked = warn_untracked(v, p);
	find_unmatched(p, &plan);
	if (!c->json) {
		json_decref(t);
		if (!differ && v->status.enforcing)
			printf("unchanged, generation %llu\n", (unsigned long long)v->generation);
		else if (!v->status.enforcing)
			puts("nothing is enforced now");
		return EXIT_DONE;
	}
	tree_set(t, "result", json_string(differ || !v->status.enforcing ? "differs" :
									     "unchanged"));
	tree_set(t, "generation", json_integer(v->generation));
	tree_set(t, "added", plan.added);
	tree_set(t, "changed", plan.changed);
	tree_set(t, "removed", plan.removed);
	tree_set(t, "reordered", plan.reordered);
	tree_set(t, "unmatched", plan.unmatched);
	missing = json_array();
	if (untracked)
		tree_append(missing, json_string("isol_ct"));
	tree_set(t, "missing_modules", missing);
	return ctx_print(c, t);
}

static void print_missing(const struct policy *p)
{
	struct names l = { 0 };
	bool many;
	struct links links;

	if (!links_read(&links))
		find_missing(p, &links, &l);
	links_free(&links);
	many = l.n > 1;
	if (l.n)
		printf("; bridge%s %s do%s not exist: nothing is protected there yet",
		       many ? "s" : "", names_text(&l), many ? "" : "es");
	names_free(&l);
}

static int report(struct ctx *c, const char *result, u64 generation, const struct policy *p)
{
	json_t *t;

	if (c->json) {
		t = counts(p);
		tree_set(t, "result", json_string(result));
		tree_set(t, "generation", json_integer(generation));
		return ctx_print(c, t);
	}
	printf("%s, generation %llu", result, (unsigned long long)generation);
	if (!strcmp(result, "applied")) {
		fputs(" (", stdout);
		print_counts(p);
		putchar(')');
	}
	print_missing(p);
	putchar('\n');
	return EXIT_DONE;
}

static int apply(struct ctx *c, const struct policy *p, struct diags *d, bool dry)
{
	struct view v;
	u64 generation;
	int err;

	err = ctx_pull(c, PULL_POLICY | PULL_QUARANTINES, &v);
	if (err) {
		diags_print(d, stderr);
	} else if (dry) {
		err = ctx_hostcheck(c, p, d);
		if (!err)
			err = dry_run(c, &v, p);
	} else if (v.status.enforcing && !policy_diff(v.policy, p, NULL, NULL)) {
		/* what is wrong with the host now is worth telling all the same */
		err = ctx_hostcheck(c, p, d);
		if (!err) {
			ctx_warn_unbound(c, p);
			err = report(c, "unchanged", v.generation, p);
		}
	} else {
		err = ctx_commit(c, p, v.generation, d, &generation);
		if (!err) {
			warn_let_go(&v, p, stderr);
			err = report(c, "applied", generation, p);
		}
	}
	pull_free(&v);
	return err;
}

int cmd_apply(struct ctx *c, struct args *a)
{
	struct diags d = { 0 };
	struct policy *p = NULL;
	bool dry = false;
	const struct flag flags[] = { { "--dry-run", &dry }, { NULL, NULL } };
	const char *path;
	int err;

	a->flags = flags;
	path = args_word(c, a);
	if (!path)
		usage_error(a, "expected the name of a file, or - for the standard input");
	args_end(c, a);
	err = load_file(path, &p, &d);
	if (err)
		diags_print(&d, stderr);
	else
		err = apply(c, p, &d, dry);
	policy_free(p);
	diags_free(&d);
	return err;
}

int cmd_check(struct ctx *c, struct args *a)
{
	const char *path = args_word(c, a);
	struct diags d = { 0 };
	struct policy *p = NULL;
	json_t *t;
	int err;

	if (!path)
		usage_error(a, "expected the name of a file, or - for the standard input");
	args_end(c, a);
	err = load_file(path, &p, &d);
	if (!err)
		ctx_warn_vlans(c, p, &d);
	diags_print(&d, stderr);
	if (!err && c->json) {
		t = counts(p);
		tree_set(t, "result", json_string("valid"));
		err = ctx_print(c, t);
	} else if (!err) {
		fputs("valid: ", stdout);
		print_counts(p);
		putchar('\n');
	}
	policy_free(p);
	diags_free(&d);
	return err;
}
