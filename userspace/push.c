// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "push.h"
#include "wire.h"

/* @next: in and out: what of a set has been put; SIZE_MAX once all of the object has been. */
static bool put(struct nlmsghdr *nlh, int kind, const struct object *o, size_t *next)
{
	const struct set *s = (const void *)o;

	if (kind != OBJECT_REMOTE && kind != OBJECT_SET) {
		*next = SIZE_MAX;
		return wire_put(nlh, GENL_FILL_SIZE, kind, o);
	}
	if (!wire_put_set(nlh, GENL_FILL_SIZE, kind == OBJECT_REMOTE, s, next))
		return false;
	if (*next == s->n)
		*next = SIZE_MAX;
	return true;
}

int push_messages(struct genl *g, const struct policy *p, push_send send, void *data)
{
	struct nlmsghdr *nlh = genl_message(g, ISOL_CMD_ADD);
	const u32 empty = nlh->nlmsg_len;
	int kind, err;
	size_t i;

	for (kind = 0; kind < OBJECT_KINDS; kind++) {
		for (i = 0; i < p->list[kind].n; i++) {
			const struct object *o = p->list[kind].v[i];
			size_t next = 0;

			while (next != SIZE_MAX) {
				if (put(nlh, kind, o, &next))
					continue;
				if (nlh->nlmsg_len == empty)
					return -E2BIG;
				err = send(nlh, data);
				if (err)
					return err;
				nlh = genl_message(g, ISOL_CMD_ADD);
				next = next == SIZE_MAX ? 0 : next;
			}
		}
	}
	return nlh->nlmsg_len == empty ? 0 : send(nlh, data);
}

static int send_add(struct nlmsghdr *nlh, void *data)
{
	return genl_do(data, nlh, NULL, NULL);
}

int push_policy(struct genl *g, const struct policy *p, u64 base, u64 *generation)
{
	struct nlmsghdr *nlh = genl_message(g, ISOL_CMD_BEGIN);
	int err;

	mnl_attr_put_u64(nlh, ISOL_A_BASE_GENERATION, base);
	err = genl_do(g, nlh, NULL, NULL);
	if (err)
		return err;
	err = push_messages(g, p, send_add, g);
	if (err == -E2BIG && !g->error.code) {
		g->error.code = err;
		snprintf(g->error.message, sizeof(g->error.message),
			 "an object does not fit into one message");
	}
	if (err) {
		/* an error of the kernel has ended the transaction already */
		struct genl_error why = g->error;

		genl_do(g, genl_message(g, ISOL_CMD_ABORT), NULL, NULL);
		g->error = why;
		return err;
	}
	return genl_finish(g, genl_message(g, ISOL_CMD_COMMIT), generation);
}
