// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "alloc.h"
#include "attrs.h"
#include "genl.h"

/* NLMSGERR_ATTR_MISS_TYPE and _NEST, which headers older than 6.1 do not have */
#define EXTACK_MISS_TYPE	5
#define EXTACK_MISS_NEST	6

/*
 * The socket
 */

static ssize_t socket_send(void *ctx, const void *buf, size_t len)
{
	return mnl_socket_sendto(ctx, buf, len);
}

static ssize_t socket_recv(void *ctx, void *buf, size_t size)
{
	return mnl_socket_recvfrom(ctx, buf, size);
}

static void socket_close(void *ctx)
{
	mnl_socket_close(ctx);
}

static const struct genl_io socket_io = {
	.send = socket_send,
	.recv = socket_recv,
	.close = socket_close,
};

/*
 * Errors
 */

static int fail(struct genl *g, int code, const char *message)
{
	g->error = (struct genl_error){ .code = code };
	snprintf(g->error.message, sizeof(g->error.message), "%s", message);
	return code;
}

static void append(char *buf, size_t size, const char *s)
{
	size_t len = strlen(buf);

	snprintf(buf + len, size - len, "%s%s", len ? "." : "", s);
}

static const char *attr_string(const struct nlattr *a)
{
	return mnl_attr_validate(a, MNL_TYPE_NUL_STRING) < 0 ? NULL : mnl_attr_get_str(a);
}

static const struct nlattr *find_attr(const void *payload, size_t len, u16 type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(payload, len)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

/* The object that the attribute is or belongs to. */
static void name_object(const struct nlattr *nest, const struct attr_name *n,
			struct genl_error *e)
{
	const struct nlattr *a = NULL;
	const char *s;

	if (n->nest && n->nest->name)
		a = find_attr(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest),
			      n->nest->name);
	s = a ? attr_string(a) : NULL;
	if (s)
		snprintf(e->object, sizeof(e->object), "%s %s", n->name, s);
}

/* The attribute of a payload in which a byte lies. */
static const struct nlattr *attr_at(const void *payload, size_t len, const char *byte)
{
	const struct nlattr *attr;

	mnl_attr_for_each_payload(payload, len)
		if (byte >= (const char *)attr && byte < (const char *)attr + attr->nla_len)
			return attr;
	return NULL;
}

const struct attr_names *genl_attr_path(const struct nlmsghdr *nlh, u32 offset,
					struct genl_error *e)
{
	const size_t head = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct genlmsghdr));
	const struct attr_names *space = &isol_attr_names;
	const char *p = (const char *)nlh + head;
	size_t len = nlh->nlmsg_len - head;
	char path[sizeof(e->attr)] = "";

	while (space) {
		const struct nlattr *inside = attr_at(p, len, (const char *)nlh + offset);
		const struct attr_name *n;

		n = inside ? attr_name_of(space, mnl_attr_get_type(inside)) : NULL;
		if (!n)
			return NULL;
		append(path, sizeof(path), n->name);
		if (space == &isol_attr_names)
			name_object(inside, n, e);
		space = n->nest;
		if ((const char *)inside == (const char *)nlh + offset) {
			snprintf(e->attr, sizeof(e->attr), "%s", path);
			break;
		}
		p = mnl_attr_get_payload(inside);
		len = mnl_attr_get_payload_len(inside);
	}
	return space;
}

static void read_extack(const struct nlmsghdr *request, const void *tlvs, size_t len,
			struct genl_error *e)
{
	const struct nlattr *msg = find_attr(tlvs, len, NLMSGERR_ATTR_MSG);
	const struct nlattr *offs = find_attr(tlvs, len, NLMSGERR_ATTR_OFFS);
	const struct nlattr *miss = find_attr(tlvs, len, EXTACK_MISS_TYPE);
	const struct nlattr *nest = find_attr(tlvs, len, EXTACK_MISS_NEST);
	const struct attr_names *space = &isol_attr_names;
	const struct attr_name *n;

	if (msg && attr_string(msg))
		snprintf(e->message, sizeof(e->message), "%s", attr_string(msg));
	if (offs && mnl_attr_validate(offs, MNL_TYPE_U32) >= 0)
		genl_attr_path(request, mnl_attr_get_u32(offs), e);
	if (!miss || mnl_attr_validate(miss, MNL_TYPE_U32) < 0)
		return;
	if (nest && mnl_attr_validate(nest, MNL_TYPE_U32) >= 0)
		space = genl_attr_path(request, mnl_attr_get_u32(nest), e);
	n = attr_name_of(space, mnl_attr_get_u32(miss));
	if (n)
		append(e->attr, sizeof(e->attr), n->name);
	if (n && !*e->message)
		snprintf(e->message, sizeof(e->message), "missing");
}

/* NLMSG_ERROR, an acknowledgment included. */
static int read_error(struct genl *g, const struct nlmsghdr *request, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	struct genl_error e = { 0 };
	size_t skip = sizeof(*err);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err))
		return fail(g, -EBADMSG, "a short answer");
	e.code = err->error > 0 ? -EBADMSG : err->error;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len > sizeof(err->msg))
		skip += MNL_ALIGN(err->msg.nlmsg_len - sizeof(err->msg));
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && mnl_nlmsg_get_payload_len(nlh) > skip)
		read_extack(request, (const char *)err + skip,
			    mnl_nlmsg_get_payload_len(nlh) - skip, &e);
	if (e.code)
		g->error = e;
	else
		memcpy(g->warning, e.message, sizeof(g->warning));
	return e.code;
}

/* NLMSG_DONE: the end of a dump, which may have failed. */
static int read_done(struct genl *g, const struct nlmsghdr *request, const struct nlmsghdr *nlh)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	struct genl_error e = { 0 };
	int code;

	if (len < sizeof(code))
		return 0;
	memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	if (code >= 0)
		return 0;
	e.code = code;
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		read_extack(request, (const char *)mnl_nlmsg_get_payload(nlh) + sizeof(code),
			    len - sizeof(code), &e);
	g->error = e;
	return code;
}

/*
 * Requests
 */

static struct nlmsghdr *begin(struct genl *g, u16 type, u8 cmd, u8 version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(g->out);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++g->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *genl_message(struct genl *g, u8 cmd)
{
	return begin(g, g->family, cmd, ISOL_GENL_VERSION);
}

static int send_message(struct genl *g, const struct nlmsghdr *nlh)
{
	g->error = (struct genl_error){ 0 };
	g->warning[0] = '\0';
	if (g->io->send(g->ctx, nlh, nlh->nlmsg_len) < 0)
		return fail(g, -errno, "sending to the kernel failed");
	return 0;
}

static ssize_t receive(struct genl *g)
{
	ssize_t n;

	do {
		n = g->io->recv(g->ctx, g->in, GENL_BUFFER_SIZE);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return fail(g, -errno, "receiving from the kernel failed");
	return n;
}

/**
 * struct wait - what a request still waits for
 * @request: the request
 * @cb: for messages of the family
 * @data: for @cb
 * @ack: the acknowledgment is to come
 * @done: ISOL_CMD_DONE is to come
 * @dump: NLMSG_DONE is to come
 * @intr: things changed during a dump
 * @err: the first error of @cb
 */
struct wait {
	const struct nlmsghdr *request;
	genl_cb cb;
	void *data;
	bool ack;
	bool done;
	bool dump;
	bool intr;
	int err;
};

static u8 command_of(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return mnl_nlmsg_get_payload_len(nlh) < sizeof(*genl) ? 0 : genl->cmd;
}

static int take(struct genl *g, struct wait *w, const struct nlmsghdr *nlh)
{
	int err;

	if (nlh->nlmsg_seq != w->request->nlmsg_seq)
		return 0;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		w->intr = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_OVERRUN:
		return fail(g, -ENOBUFS, "an answer of the kernel was lost");
	case NLMSG_ERROR:
		err = read_error(g, w->request, nlh);
		if (err)
			return err;
		w->ack = false;
		return 0;
	case NLMSG_DONE:
		w->dump = false;
		return read_done(g, w->request, nlh);
	}
	if (!command_of(nlh))
		return 0;
	if (w->done && command_of(nlh) == ISOL_CMD_DONE)
		w->done = false;
	if (w->cb && !w->err)
		w->err = w->cb(nlh, w->data);
	return 0;
}

/* libmnl takes a length beyond INT_MAX for a short one. */
static bool message_ok(const struct nlmsghdr *nlh, int n)
{
	return mnl_nlmsg_ok(nlh, n) && nlh->nlmsg_len <= (u32)n;
}

/*
 * The end of a commit may overtake its acknowledgment: another thread of the
 * kernel sends it.
 */
static int wait_for(struct genl *g, struct wait *w)
{
	const struct nlmsghdr *nlh;
	int n, err;

	while (w->ack || w->done || w->dump) {
		n = receive(g);
		if (n < 0)
			return n;
		for (nlh = (void *)g->in; message_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n)) {
			err = take(g, w, nlh);
			if (err)
				return err;
		}
	}
	if (w->err)
		return g->error.code ? w->err : fail(g, w->err, "");
	return 0;
}

int genl_do(struct genl *g, struct nlmsghdr *nlh, genl_cb cb, void *data)
{
	struct wait w = { .request = nlh, .cb = cb, .data = data, .ack = true };
	int err = send_message(g, nlh);

	return err ? err : wait_for(g, &w);
}

struct done {
	struct genl *g;
	u64 *generation;
};

static int on_done(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *error = NULL, *message = NULL, *generation = NULL;
	const struct nlattr *attr;
	struct done *d = data;
	s32 code;

	if (command_of(nlh) != ISOL_CMD_DONE)
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case ISOL_A_ERROR:
			error = attr;
			break;
		case ISOL_A_MESSAGE:
			message = attr;
			break;
		case ISOL_A_GENERATION:
			generation = attr;
			break;
		}
	}
	if (generation && mnl_attr_validate(generation, MNL_TYPE_U64) >= 0)
		*d->generation = mnl_attr_get_u64(generation);
	if (!error || mnl_attr_validate(error, MNL_TYPE_U32) < 0)
		return fail(d->g, -EBADMSG, "an answer without an error code");
	code = (s32)mnl_attr_get_u32(error);
	if (!code)
		return 0;
	return fail(d->g, code < 0 ? code : -EBADMSG,
		    message && attr_string(message) ? attr_string(message) : "");
}

int genl_finish(struct genl *g, struct nlmsghdr *nlh, u64 *generation)
{
	struct done d = { .g = g, .generation = generation };
	struct wait w = {
		.request = nlh, .cb = on_done, .data = &d, .ack = true, .done = true,
	};
	int err;

	*generation = 0;
	err = send_message(g, nlh);
	return err ? err : wait_for(g, &w);
}

int genl_dump(struct genl *g, u8 cmd, genl_cb cb, void *data)
{
	struct nlmsghdr *nlh = genl_message(g, cmd);
	struct wait w = { .request = nlh, .cb = cb, .data = data, .dump = true };
	int err;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	err = send_message(g, nlh);
	if (!err)
		err = wait_for(g, &w);
	if (!err && w.intr)
		err = fail(g, -EINTR, "the policy changed meanwhile");
	return err;
}

/*
 * Notifications
 */

int genl_join(struct genl *g, u32 group)
{
	int id = group;

	if (!id)
		return fail(g, -ENOENT, "the module has no such notifications");
	if (g->io != &socket_io)
		return 0;
	if (mnl_socket_setsockopt(g->ctx, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)) < 0)
		return fail(g, -errno, "subscribing to notifications failed");
	return 0;
}

int genl_listen(struct genl *g, genl_cb cb, void *data)
{
	const struct nlmsghdr *nlh;
	int n = receive(g), err;

	if (n < 0)
		return n;
	for (nlh = (void *)g->in; message_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n)) {
		if (nlh->nlmsg_type != g->family)
			continue;
		err = cb(nlh, data);
		if (err)
			return err;
	}
	return 0;
}

/*
 * Opening and closing
 */

static void read_group(struct genl *g, const struct nlattr *nest)
{
	const void *p = mnl_attr_get_payload(nest);
	size_t len = mnl_attr_get_payload_len(nest);
	const struct nlattr *name_attr = find_attr(p, len, CTRL_ATTR_MCAST_GRP_NAME);
	const struct nlattr *id = find_attr(p, len, CTRL_ATTR_MCAST_GRP_ID);
	const char *name = name_attr ? attr_string(name_attr) : NULL;

	if (!name || !id || mnl_attr_validate(id, MNL_TYPE_U32) < 0)
		return;
	if (!strcmp(name, ISOL_MCGRP_POLICY))
		g->group_policy = mnl_attr_get_u32(id);
	else if (!strcmp(name, ISOL_MCGRP_PORT))
		g->group_port = mnl_attr_get_u32(id);
}

static int on_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr, *group;
	struct genl *g = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) < 0)
				return -EBADMSG;
			g->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr)
				read_group(g, group);
			break;
		}
	}
	return 0;
}

static int resolve(struct genl *g)
{
	struct nlmsghdr *nlh = begin(g, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	int err;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ISOL_GENL_NAME);
	err = genl_do(g, nlh, on_family, g);
	if (err == -ENOENT || (!err && !g->family))
		return fail(g, -ENOENT, "the module isol is not loaded");
	return err;
}

int genl_open_io(struct genl *g, const struct genl_io *io, void *ctx)
{
	*g = (struct genl){
		.io = io,
		.ctx = ctx,
		.out = xcalloc(1, GENL_BUFFER_SIZE),
		.in = xcalloc(1, GENL_BUFFER_SIZE),
	};
	return resolve(g);
}

int genl_open(struct genl *g)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	int one = 1;

	*g = (struct genl){ 0 };
	if (!nl)
		return fail(g, -errno, "no netlink socket");
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		int err = -errno;

		mnl_socket_close(nl);
		return fail(g, err, "no netlink socket");
	}
	/* Kernels without one of these only tell less about errors. */
	mnl_socket_setsockopt(nl, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl, NETLINK_CAP_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	return genl_open_io(g, &socket_io, nl);
}

void genl_close(struct genl *g)
{
	if (g->io)
		g->io->close(g->ctx);
	free(g->out);
	free(g->in);
	*g = (struct genl){ 0 };
}
