// SPDX-License-Identifier: GPL-2.0
/* flush: stop enforcing */
#include <linux/isol.h>

#include "cmd.h"
#include "tree.h"
#include "warn.h"

static int report(struct ctx *c, const char *text, const char *result, u64 generation)
{
	json_t *t;

	if (!c->json) {
		printf("%s, generation %llu\n", text, (unsigned long long)generation);
		return EXIT_DONE;
	}
	t = json_object();
	tree_set(t, "result", json_string(result));
	tree_set(t, "generation", json_integer(generation));
	return ctx_print(c, t);
}

int cmd_flush(struct ctx *c, struct args *a)
{
	u64 generation;
	struct view v;
	int err;

	args_end(c, a);
	err = ctx_pull(c, PULL_QUARANTINES, &v);
	if (!err && !v.status.enforcing) {
		err = report(c, "nothing is enforced", "unchanged", v.generation);
	} else if (!err) {
		/* no base generation: whoever stops it wants it stopped whatever it is */
		if (genl_finish(&c->genl, genl_message(&c->genl, ISOL_CMD_FLUSH), &generation)) {
			err = ctx_fail(c);
		} else {
			warn_flushed(&v, stderr);
			err = report(c, "flushed: nothing is enforced any more", "flushed",
				     generation);
		}
	}
	pull_free(&v);
	return err;
}
