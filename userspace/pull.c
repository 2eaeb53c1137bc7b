// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "check.h"
#include "pull.h"
#include "wire.h"

#define TRIES	100

/* One run over the dumps. */
struct puller {
	struct view *v;
	bool generation_seen;
	bool status_seen;
	bool changed;
};

static int on_generation(struct puller *p, const struct nlattr *attr)
{
	u64 generation;

	if (mnl_attr_validate(attr, MNL_TYPE_U64) < 0)
		return -EBADMSG;
	generation = mnl_attr_get_u64(attr);
	if (p->generation_seen && p->v->generation != generation)
		p->changed = true;
	p->v->generation = generation;
	p->generation_seen = true;
	return 0;
}

static int on_port(struct view *v, const struct nlattr *attr)
{
	v->ports = arena_grow(&v->arena, v->ports, v->nports, &v->ports_cap, sizeof(*v->ports));
	return wire_get_port(attr, &v->arena, &v->ports[v->nports++]);
}

static int on_quarantine(struct view *v, const struct nlattr *attr)
{
	v->quarantines = arena_grow(&v->arena, v->quarantines, v->nquarantines,
				    &v->quarantines_cap, sizeof(*v->quarantines));
	return wire_get_quarantine(attr, &v->arena, &v->quarantines[v->nquarantines++]);
}

static int on_message(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct puller *p = data;
	int err = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_A_GENERATION:
			err = on_generation(p, attr);
			break;
		case ISOL_A_STATUS:
			p->status_seen = true;
			err = wire_get_status(attr, &p->v->status);
			break;
		case ISOL_A_BRIDGE:
		case ISOL_A_SEGMENT:
		case ISOL_A_GROUP:
		case ISOL_A_BINDING:
		case ISOL_A_SET:
		case ISOL_A_SERVICE:
		case ISOL_A_RULE:
			err = wire_get(attr, p->v->policy);
			if (err == -EEXIST || err == -ENOENT) {
				/* a dump that went over two policies */
				p->changed = true;
				err = 0;
			}
			break;
		case ISOL_A_PORT:
			err = on_port(p->v, attr);
			break;
		case ISOL_A_QUARANTINE:
			err = on_quarantine(p->v, attr);
			break;
		}
		if (err)
			return err;
	}
	return 0;
}

static int once(struct genl *g, unsigned int what, struct puller *p)
{
	static const struct {
		unsigned int what;
		u8 cmd;
	} dumps[] = {
		{ PULL_POLICY, ISOL_CMD_BRIDGE_GET },
		{ PULL_POLICY, ISOL_CMD_SEGMENT_GET },
		{ PULL_POLICY, ISOL_CMD_GROUP_GET },
		{ PULL_POLICY, ISOL_CMD_BINDING_GET },
		{ PULL_POLICY, ISOL_CMD_SET_GET },
		{ PULL_POLICY, ISOL_CMD_SERVICE_GET },
		{ PULL_POLICY, ISOL_CMD_RULE_GET },
		{ PULL_PORTS, ISOL_CMD_PORT_GET },
		{ PULL_QUARANTINES, ISOL_CMD_QUARANTINE_GET },
	};
	size_t i;
	int err;

	err = genl_do(g, genl_message(g, ISOL_CMD_STATUS_GET), on_message, p);
	if (!err && (!p->status_seen || !p->generation_seen))
		err = -EBADMSG;
	for (i = 0; i < ARRAY_SIZE(dumps) && !err; i++)
		if (what & dumps[i].what)
			err = genl_dump(g, dumps[i].cmd, on_message, p);
	/* a dump of nothing has no message, and so no generation */
	if (!err && what)
		err = genl_do(g, genl_message(g, ISOL_CMD_STATUS_GET), on_message, p);
	if (!err && p->changed)
		err = -EINTR;
	return err;
}

/* Resolve what rules name and put memberships in order; the kernel has checked all else. */
static void prepare(struct policy *p)
{
	struct diags ignored = { 0 };

	policy_check(p, &ignored);
	diags_free(&ignored);
}

int pull(struct genl *g, unsigned int what, struct view *v)
{
	int err = -EINTR, i;

	*v = (struct view){ 0 };
	for (i = 0; i < TRIES && err == -EINTR; i++) {
		struct puller p = { .v = v };

		pull_free(v);
		v->policy = policy_new();
		err = once(g, what, &p);
	}
	if (err == -EINTR)
		err = -EAGAIN;
	if (err && g->error.code != err) {
		g->error.code = err;
		snprintf(g->error.message, sizeof(g->error.message), "%s",
			 err == -EAGAIN ? "the policy did not stop changing" :
					  "the kernel's answer is not understood; do module and isolctl have the same version?");
	}
	if (!err)
		prepare(v->policy);
	return err;
}

void pull_free(struct view *v)
{
	policy_free(v->policy);
	arena_free(&v->arena);
	*v = (struct view){ 0 };
}
