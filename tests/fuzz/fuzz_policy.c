// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes as a policy file. What is refused has its reasons, each with its place,
 * in words that may be printed on a terminal. What is taken is saved, and loads
 * again as the same; goes over the wire as the same; the module's model takes
 * it; and what it is compiled to is what the oracle says.
 */
#include <jansson.h>

#include "fuzz.h"
#include "give.h"
#include "pairs.h"
#include "userspace/check.h"
#include "userspace/diff.h"
#include "userspace/load.h"
#include "userspace/push.h"
#include "userspace/save.h"
#include "userspace/tree.h"
#include "userspace/wire.h"

#define LIMIT (1LL << 30)
#define PAIRS 400

static void check_reasons(const struct diags *d, int err, const u8 *data, size_t size)
{
	unsigned int lines = 2;
	size_t i, errors = 0;

	/* CR, NEL and the separators end a line too: never more than so many */
	for (i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
	for (i = 0; i < d->n; i++) {
		const struct diag *g = &d->v[i];

		errors += !g->warning;
		CHECK_MSG(g->at.line >= 1 && g->at.line <= lines, "line %u: %s", g->at.line,
			  g->text);
		CHECK_MSG(g->at.col >= 1 && g->at.col <= size + 2, "column %u: %s", g->at.col,
			  g->text);
		CHECK_MSG(*g->text && isol_text_valid(g->text), "unfit to print: '%s'", g->text);
	}
	CHECK_EQ(!err, !d->errors);
	CHECK_EQ(!d->errors, !errors);
}

static char *save(const struct policy *p, bool yaml, bool pretty, size_t *len)
{
	json_t *tree = tree_policy(p);
	char *s = NULL;
	FILE *f = open_memstream(&s, len);

	CHECK_EQ(yaml ? save_yaml(tree, f) : save_json(tree, pretty, f), 0);
	fclose(f);
	json_decref(tree);
	return s;
}

static void save_and_load(const struct policy *p, bool yaml, bool pretty)
{
	struct diags d = { 0 };
	struct policy *again;
	size_t len, len2;
	char *s = save(p, yaml, pretty, &len), *s2;

	CHECK_MSG(!isol_load("saved", s, len, &again, &d), "%s\n%s", d.n ? d.v[0].text : "", s);
	CHECK_MSG(!policy_diff(p, again, NULL, NULL), "loads as another policy:\n%s", s);
	s2 = save(again, yaml, pretty, &len2);
	CHECK(len == len2 && !memcmp(s, s2, len));
	diags_free(&d);
	policy_free(again);
	free(s2);
	free(s);
}

static int receive(struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, 4)
		CHECK_EQ(wire_get(attr, data), 0);
	return 0;
}

static void send_and_receive(const struct policy *p)
{
	static char buffer[GENL_BUFFER_SIZE];
	struct genl g = { .out = buffer, .family = 30 };
	struct policy *received = policy_new();
	struct diags d = { 0 };

	CHECK_EQ(push_messages(&g, p, receive, received), 0);
	CHECK_MSG(!policy_check(received, &d), "%s", d.v[0].text);
	CHECK(!policy_diff(p, received, NULL, NULL));
	diags_free(&d);
	policy_free(received);
}

static void compile_it(const struct policy *p)
{
	struct isol_compiled compiled;
	struct isol_fault f = { 0 };
	struct isol_model *model;
	struct isol_mem mem;
	char msg[200];

	isol_mem_init(&mem, LIMIT);
	model = isol_model_new(&mem);
	CHECK_MSG(!give_policy(model, p, &f), "the model says: %s", f.msg);
	CHECK_EQ(isol_model_seal(model), 0);
	CHECK_EQ(isol_compile(model, NULL, &compiled, msg, sizeof(msg)), 0);
	check_tables(model, &compiled, model->nbindings < 50);
	check_pairs(model, &compiled, PAIRS);
	isol_compiled_free(&compiled);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

void fuzz_one(const u8 *data, size_t size)
{
	struct diags d = { 0 };
	struct policy *p;
	int err;

	err = isol_load("f", (const char *)data, size, &p, &d);
	CHECK_EQ(!err, !!p);
	check_reasons(&d, err, data, size);
	diags_free(&d);
	if (!p)
		return;
	save_and_load(p, true, false);
	save_and_load(p, false, true);
	save_and_load(p, false, false);
	send_and_receive(p);
	compile_it(p);
	policy_free(p);
}
