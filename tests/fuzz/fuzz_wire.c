// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes as what comes from the kernel: attributes of a message, or the
 * datagrams that answer a request. Whatever they say, the tool stays within
 * them, and what it takes for objects it can show, check, and send as the same.
 */
#include <errno.h>

#include <jansson.h>
#include <linux/genetlink.h>
#include <linux/isol.h>

#include "fuzz.h"
#include "userspace/check.h"
#include "userspace/diff.h"
#include "userspace/pull.h"
#include "userspace/push.h"
#include "userspace/tree.h"
#include "userspace/wire.h"

#define FAMILY 30

static char buffer[GENL_BUFFER_SIZE];

static void show(const struct policy *p)
{
	int kind;
	size_t i;

	for (kind = 0; kind < OBJECT_KINDS; kind++)
		for (i = 0; i < p->list[kind].n; i++)
			json_decref(tree_live(kind, p->list[kind].v[i]));
}

static int receive(struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		CHECK_EQ(wire_get(attr, data), 0);
	return 0;
}

static void check_and_send(struct policy *p)
{
	struct genl g = { .out = buffer, .family = FAMILY };
	struct policy *again = policy_new();
	struct diags d = { 0 };

	if (!policy_check(p, &d)) {
		CHECK_EQ(push_messages(&g, p, receive, again), 0);
		CHECK_MSG(!policy_check(again, &d), "%s", d.v[0].text);
		CHECK(!policy_diff(p, again, NULL, NULL));
		json_decref(tree_policy(p));
	} else {
		CHECK(d.errors);
	}
	diags_free(&d);
	policy_free(again);
}

static void objects(const struct nlmsghdr *nlh)
{
	struct policy *p = policy_new();
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		int err = wire_get(attr, p);

		CHECK(!err || err == -EBADMSG || err == -EEXIST || err == -ENOENT);
	}
	show(p);
	check_and_send(p);
	policy_free(p);
}

static void check_text(const char *s, size_t size)
{
	CHECK(strnlen(s, size) < size);
}

static void answers(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	struct arena a = { 0 };
	struct quarantine q;
	struct status s;
	struct event e;
	struct port p;
	struct why w;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		wire_get_port(attr, &a, &p);
		CHECK(p.name);
		wire_get_quarantine(attr, &a, &q);
		CHECK(q.binding);
		wire_get_status(attr, &s);
		check_text(s.version, sizeof(s.version));
		wire_get_why(attr, &w);
		check_text(w.rule, sizeof(w.rule));
		check_text(w.bridge, sizeof(w.bridge));
		check_text(w.from.binding, sizeof(w.from.binding));
		check_text(w.to.binding, sizeof(w.to.binding));
	}
	wire_get_event(nlh, &a, &e);
	arena_free(&a);
}

static void message(void)
{
	const size_t head = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr);
	struct nlmsghdr *nlh;
	size_t n = fuzz_left();
	u8 *p;

	/* libmnl reads to the next multiple of four: buffers have that much */
	nlh = calloc(1, MNL_ALIGN(head + n));
	nlh->nlmsg_len = head + n;
	for (p = (u8 *)nlh + head; fuzz_left(); p++)
		*p = fuzz_number(1);
	objects(nlh);
	answers(nlh);
	free(nlh);
}

/*
 * A kernel that answers at random
 */

struct random_kernel {
	u32 seq;
	bool whole;
};

static ssize_t fuzz_send(void *ctx, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	struct random_kernel *k = ctx;

	CHECK(mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len == len);
	k->seq = nlh->nlmsg_seq;
	return len;
}

static ssize_t fuzz_recv(void *ctx, void *buf, size_t size)
{
	struct random_kernel *k = ctx;
	struct nlmsghdr *nlh = buf;
	size_t n = fuzz_number(2), i;
	int len;

	if (!fuzz_left()) {
		errno = EDEADLK;
		return -1;
	}
	if (n > size)
		n = size;
	if (n > fuzz_left())
		n = fuzz_left();
	for (i = 0; i < n; i++)
		((u8 *)buf)[i] = fuzz_number(1);
	/* what nobody takes would teach nothing */
	if (k->whole && n >= sizeof(*nlh))
		nlh->nlmsg_len = n;
	len = n;
	for (; mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (u32)len;
	     nlh = mnl_nlmsg_next(nlh, &len))
		nlh->nlmsg_seq = k->seq;
	return n;
}

static void fuzz_close(void *ctx)
{
	(void)ctx;
}

static const struct genl_io random_kernel_io = {
	.send = fuzz_send,
	.recv = fuzz_recv,
	.close = fuzz_close,
};

static int take(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	objects(nlh);
	answers(nlh);
	return 0;
}

static void requests(unsigned int what)
{
	struct random_kernel k = { .whole = what & 0x80 };
	struct genl g = {
		.io = &random_kernel_io, .ctx = &k, .family = FAMILY,
		.out = calloc(1, GENL_BUFFER_SIZE), .in = calloc(1, GENL_BUFFER_SIZE),
	};
	struct nlmsghdr *nlh;
	u64 generation;
	struct view v;
	int err;

	switch (what & 0x7f) {
	case 1:
		genl_close(&g);
		err = genl_open_io(&g, &random_kernel_io, &k);
		CHECK(err || g.family);
		break;
	case 2:
		/* with something in it that an error can point at */
		nlh = genl_message(&g, ISOL_CMD_WHY);
		wire_put_endpoint(nlh, ISOL_A_FROM, ISOL_ENDPOINT_BINDING, "web1");
		wire_put_endpoint(nlh, ISOL_A_TO, ISOL_ENDPOINT_HOST, NULL);
		err = genl_do(&g, nlh, take, NULL);
		break;
	case 3:
		err = genl_finish(&g, genl_message(&g, ISOL_CMD_COMMIT), &generation);
		break;
	case 4:
		err = genl_dump(&g, ISOL_CMD_RULE_GET, take, NULL);
		break;
	case 5:
		err = genl_listen(&g, take, NULL);
		break;
	default:
		err = pull(&g, PULL_POLICY | PULL_PORTS | PULL_QUARANTINES, &v);
		if (!err)
			show(v.policy);
		pull_free(&v);
		break;
	}
	check_text(g.error.message, sizeof(g.error.message));
	check_text(g.error.attr, sizeof(g.error.attr));
	check_text(g.error.object, sizeof(g.error.object));
	check_text(g.warning, sizeof(g.warning));
	CHECK_MSG(!err == !g.error.code, "%d with error %d", err, g.error.code);
	genl_close(&g);
}

void fuzz_one(const u8 *data, size_t size)
{
	unsigned int what = fuzz_number(1);

	(void)data;
	(void)size;
	if (what & 0x7f)
		requests(what);
	else
		message();
}
