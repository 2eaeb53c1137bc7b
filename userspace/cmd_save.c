// SPDX-License-Identifier: GPL-2.0
/* save: the enforced policy as a file */
#include <string.h>

#include "cmd.h"
#include "file.h"
#include "save.h"
#include "tree.h"

struct saver {
	const struct ctx *ctx;
	json_t *tree;
};

static int write_tree(FILE *out, void *data)
{
	const struct saver *s = data;

	if (s->ctx->json)
		return save_json(s->tree, s->ctx->pretty, out);
	return save_yaml(s->tree, out);
}

int cmd_save(struct ctx *c, struct args *a)
{
	const char *path = args_word(c, a);
	struct saver s = { .ctx = c };
	struct view v;
	int err;

	if (path)
		args_end(c, a);
	err = ctx_pull(c, PULL_POLICY, &v);
	if (!err && !v.status.enforcing)
		err = error("nothing is enforced: there is no policy to save");
	if (!err) {
		s.tree = tree_policy(v.policy);
		if (path && strcmp(path, "-"))
			err = file_replace(path, write_tree, &s);
		else
			err = write_tree(stdout, &s);
		if (err)
			err = error("%s: %s", path ? path : "<stdout>", strerror(-err));
		json_decref(s.tree);
	}
	pull_free(&v);
	return err;
}
