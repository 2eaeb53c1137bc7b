// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "fake_kernel.h"
#include "userspace/wire.h"

#define FAMILY	33
#define SIZE	40000

struct answer {
	struct answer *next;
	size_t len;
	char data[SIZE];
};

static struct answer *new_answer(struct fake_kernel *k)
{
	struct answer *a = calloc(1, sizeof(*a));

	if (!k->answers)
		k->tail = &k->answers;
	*k->tail = a;
	k->tail = &a->next;
	return a;
}

static struct nlmsghdr *reply(struct answer *a, const struct nlmsghdr *to, u16 type,
			      u8 cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(a->data);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_seq = to->nlmsg_seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	return nlh;
}

static void seal(struct answer *a)
{
	a->len = ((struct nlmsghdr *)a->data)->nlmsg_len;
}

/* NLMSG_ERROR with an extended acknowledgment; @bad NULL is none. */
static void acknowledge(struct fake_kernel *k, const struct nlmsghdr *to, int code,
			const char *message, const struct nlattr *bad)
{
	struct answer *a = new_answer(k);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(a->data);
	struct nlmsgerr *err;

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED;
	nlh->nlmsg_seq = to->nlmsg_seq;
	err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));
	err->error = code;
	err->msg = *to;
	if (message) {
		nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, message);
	}
	if (bad)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, (const char *)bad - (const char *)to);
	seal(a);
}

static void send_family(struct fake_kernel *k, const struct nlmsghdr *to)
{
	struct answer *a = new_answer(k);
	struct nlmsghdr *nlh = reply(a, to, GENL_ID_CTRL, CTRL_CMD_NEWFAMILY);
	struct nlattr *groups, *group;

	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, 5);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "port");
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	seal(a);
}

static void send_generation(struct fake_kernel *k, const struct nlmsghdr *to, u8 cmd)
{
	struct answer *a = new_answer(k);
	struct nlmsghdr *nlh = reply(a, to, FAMILY, cmd);
	struct nlattr *nest;

	mnl_attr_put_u64(nlh, ISOL_A_GENERATION, k->generation);
	if (cmd == ISOL_CMD_DONE)
		mnl_attr_put_u32(nlh, ISOL_A_ERROR, 0);
	if (cmd == ISOL_CMD_STATUS_GET) {
		nest = mnl_attr_nest_start(nlh, ISOL_A_STATUS);
		if (k->enforced)
			mnl_attr_put(nlh, ISOL_STATUS_A_ENFORCING, 0, NULL);
		mnl_attr_put_u64(nlh, ISOL_STATUS_A_SINCE, 1700000000);
		mnl_attr_nest_end(nlh, nest);
	}
	seal(a);
}

static void dump(struct fake_kernel *k, const struct nlmsghdr *to, u8 cmd)
{
	static const int kinds[][2] = {
		[ISOL_CMD_BRIDGE_GET] = { OBJECT_BRIDGE, OBJECT_BRIDGE },
		[ISOL_CMD_SEGMENT_GET] = { OBJECT_SEGMENT, OBJECT_SEGMENT },
		[ISOL_CMD_GROUP_GET] = { OBJECT_GROUP, OBJECT_GROUP },
		[ISOL_CMD_BINDING_GET] = { OBJECT_BINDING, OBJECT_BINDING },
		[ISOL_CMD_SET_GET] = { OBJECT_REMOTE, OBJECT_SET },
		[ISOL_CMD_SERVICE_GET] = { OBJECT_SERVICE, OBJECT_SERVICE },
		[ISOL_CMD_RULE_GET] = { OBJECT_SRULE, OBJECT_QRULE },
	};
	bool interrupt = k->interrupt;
	int code = 0, kind;
	struct answer *a;
	size_t i;

	if (interrupt)
		k->interrupt--;
	for (kind = kinds[cmd][0]; k->enforced && kind <= kinds[cmd][1]; kind++) {
		for (i = 0; i < k->enforced->list[kind].n; i++) {
			const struct object *o = k->enforced->list[kind].v[i];
			const struct set *s = (const void *)o;
			struct nlmsghdr *nlh;
			size_t next = 0;

more:
			a = new_answer(k);
			nlh = reply(a, to, FAMILY, cmd);
			nlh->nlmsg_flags = NLM_F_MULTI | (interrupt ? NLM_F_DUMP_INTR : 0);
			mnl_attr_put_u64(nlh, ISOL_A_GENERATION, k->generation);
			/* what is long goes on in the next message */
			if (cmd != ISOL_CMD_SET_GET)
				wire_put(nlh, SIZE, kind, o);
			else
				wire_put_set(nlh, nlh->nlmsg_len + 512, kind == OBJECT_REMOTE, s,
					     &next);
			seal(a);
			if (cmd == ISOL_CMD_SET_GET && next < s->n && !interrupt)
				goto more;
			if (interrupt)
				break;
		}
	}
	a = new_answer(k);
	{
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(a->data);

		nlh->nlmsg_type = NLMSG_DONE;
		nlh->nlmsg_flags = NLM_F_MULTI | (interrupt ? NLM_F_DUMP_INTR : 0);
		nlh->nlmsg_seq = to->nlmsg_seq;
		memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(code)), &code, sizeof(code));
	}
	seal(a);
}

static const struct nlattr *find(const void *payload, size_t len, u16 type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(payload, len)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static void add(struct fake_kernel *k, const struct nlmsghdr *to)
{
	const struct nlattr *attr, *name, *bad;

	k->adds++;
	if (!k->candidate) {
		acknowledge(k, to, -ENOENT, "no transaction is open", NULL);
		return;
	}
	mnl_attr_for_each(attr, to, sizeof(struct genlmsghdr)) {
		/* the name is attribute 1 of all but rules, where it is 2 */
		name = find(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr),
			    mnl_attr_get_type(attr) == ISOL_A_RULE ? ISOL_RULE_A_NAME : 1);
		if (k->refuse && !strcmp(mnl_attr_get_str(name), k->refuse)) {
			bad = find(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr),
				   k->refuse_attr);
			acknowledge(k, to, -EEXIST, "taken", bad ? bad : attr);
			policy_free(k->candidate);
			k->candidate = NULL;
			return;
		}
		if (wire_get(attr, k->candidate)) {
			acknowledge(k, to, -EINVAL, "cannot be read", attr);
			return;
		}
	}
	acknowledge(k, to, 0, NULL, NULL);
}

static void begin(struct fake_kernel *k, const struct nlmsghdr *to)
{
	const size_t head = sizeof(struct genlmsghdr);
	const struct nlattr *base = find(mnl_nlmsg_get_payload_offset(to, head),
					 mnl_nlmsg_get_payload_len(to) - head,
					 ISOL_A_BASE_GENERATION);

	if (base && mnl_attr_get_u64(base) != k->generation) {
		acknowledge(k, to, -ESTALE, "not the current generation", base);
		return;
	}
	k->base = k->generation;
	policy_free(k->candidate);
	k->candidate = policy_new();
	send_generation(k, to, ISOL_CMD_BEGIN);
	acknowledge(k, to, 0, NULL, NULL);
}

static void commit(struct fake_kernel *k, const struct nlmsghdr *to)
{
	if (!k->candidate) {
		acknowledge(k, to, -ENOENT, "no transaction is open", NULL);
		return;
	}
	if (!k->done_first)
		acknowledge(k, to, 0, NULL, NULL);
	policy_free(k->enforced);
	k->enforced = k->candidate;
	k->candidate = NULL;
	k->generation++;
	send_generation(k, to, ISOL_CMD_DONE);
	if (k->done_first)
		acknowledge(k, to, 0, NULL, NULL);
}

static void answer(struct fake_kernel *k, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		if (!k->absent)
			send_family(k, nlh);
		acknowledge(k, nlh, k->absent ? -ENOENT : 0, NULL, NULL);
		return;
	}
	switch (genl->cmd) {
	case ISOL_CMD_STATUS_GET:
		send_generation(k, nlh, genl->cmd);
		acknowledge(k, nlh, 0, NULL, NULL);
		break;
	case ISOL_CMD_BEGIN:
		begin(k, nlh);
		break;
	case ISOL_CMD_ADD:
		add(k, nlh);
		break;
	case ISOL_CMD_COMMIT:
		commit(k, nlh);
		break;
	case ISOL_CMD_ABORT:
		acknowledge(k, nlh, k->candidate ? 0 : -ENOENT, NULL, NULL);
		policy_free(k->candidate);
		k->candidate = NULL;
		break;
	default:
		dump(k, nlh, genl->cmd);
		break;
	}
}

static ssize_t fake_send(void *ctx, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	struct fake_kernel *k = ctx;

	if (!mnl_nlmsg_ok(nlh, len)) {
		errno = EINVAL;
		return -1;
	}
	if (k->stray) {
		struct nlmsghdr other = *nlh;

		other.nlmsg_seq += 1000;
		acknowledge(k, &other, -EIO, "not for you", NULL);
	}
	answer(k, nlh);
	if (k->change_after && ++k->requests == k->change_after) {
		policy_free(k->enforced);
		k->enforced = policy_new();
		k->generation++;
	}
	return len;
}

static ssize_t fake_recv(void *ctx, void *buf, size_t size)
{
	struct fake_kernel *k = ctx;
	struct answer *a = k->answers;
	ssize_t len;

	if (!a) {
		/* a real one would block for ever */
		errno = EDEADLK;
		return -1;
	}
	len = a->len;
	if (a->len > size) {
		errno = ENOSPC;
		return -1;
	}
	memcpy(buf, a->data, len);
	k->answers = a->next;
	free(a);
	return len;
}

static void fake_close(void *ctx)
{
	(void)ctx;
}

const struct genl_io fake_kernel_io = {
	.send = fake_send,
	.recv = fake_recv,
	.close = fake_close,
};

void fake_kernel_free(struct fake_kernel *k)
{
	while (k->answers) {
		struct answer *next = k->answers->next;

		free(k->answers);
		k->answers = next;
	}
	policy_free(k->enforced);
	policy_free(k->candidate);
}
