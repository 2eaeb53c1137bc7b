/* SPDX-License-Identifier: GPL-2.0 */
/* The isol family of generic netlink: requests, dumps, notifications. */
#ifndef ISOL_USERSPACE_GENL_H
#define ISOL_USERSPACE_GENL_H

#include <sys/types.h>

#include <libmnl/libmnl.h>

#include "types.h"

struct attr_names;

/* What a message may have at most; the kernel's limit for one attribute. */
#define GENL_BUFFER_SIZE	65536
/* Where push stops filling a message. */
#define GENL_FILL_SIZE		61440

/**
 * struct genl_io - what carries messages to the kernel and back
 * @send: send one datagram; returns bytes, or -1 with errno set
 * @recv: receive one datagram; as @send
 * @close: free @ctx
 *
 * A socket, or a stand-in for the kernel in a test.
 */
struct genl_io {
	ssize_t (*send)(void *ctx, const void *buf, size_t len);
	ssize_t (*recv)(void *ctx, void *buf, size_t size);
	void (*close)(void *ctx);
};

/**
 * struct genl_error - why the last request failed
 * @code: negative errno
 * @message: the kernel's words, empty if it had none
 * @attr: dotted name of the attribute it is about, empty if not told
 * @object: name of the object that attribute belongs to, empty if not told
 */
struct genl_error {
	int code;
	char message[512];
	char attr[96];
	char object[96];
};

/**
 * struct genl - a connection
 * @error: why the last call failed
 * @warning: what the kernel said about a request that it carried out
 *
 * The other members belong to genl.c.
 */
struct genl {
	const struct genl_io *io;
	void *ctx;
	u32 seq;
	u16 family;
	u32 group_policy;
	u32 group_port;
	struct genl_error error;
	char warning[512];
	char *out;
	char *in;
};

/**
 * genl_cb - called for each message of the family
 * @nlh: the message
 * @data: what the caller gave
 *
 * Return: 0 or a negative errno, which ends the request.
 */
typedef int (*genl_cb)(const struct nlmsghdr *nlh, void *data);

/**
 * genl_open() - connect to the module
 * @g: out: the connection
 *
 * Return: 0; -ENOENT when the module is not loaded; other negative errnos.
 * @g->error tells more. The connection has to be closed in any case.
 */
int genl_open(struct genl *g);

/**
 * genl_open_io() - connect through something else than a socket
 * @g: out: the connection
 * @io: what carries the messages
 * @ctx: for @io
 *
 * Return: as genl_open().
 */
int genl_open_io(struct genl *g, const struct genl_io *io, void *ctx);

/**
 * genl_close() - close a connection
 * @g: the connection
 *
 * The kernel throws away a transaction that is open on it.
 */
void genl_close(struct genl *g);

/**
 * genl_message() - begin a request
 * @g: the connection
 * @cmd: enum isol_cmd
 *
 * Return: the message, in a buffer of GENL_BUFFER_SIZE that the next call
 * uses again.
 */
struct nlmsghdr *genl_message(struct genl *g, u8 cmd);

/**
 * genl_do() - send a request and wait until it is done
 * @g: the connection
 * @nlh: the request
 * @cb: for the reply, or NULL
 * @data: for @cb
 *
 * Return: 0 or a negative errno; @g->error tells more.
 */
int genl_do(struct genl *g, struct nlmsghdr *nlh, genl_cb cb, void *data);

/**
 * genl_finish() - send a request that is answered by ISOL_CMD_DONE
 * @g: the connection
 * @nlh: the request: a commit or flush
 * @generation: out: the generation that is current now
 *
 * Return: 0 or a negative errno; @g->error tells more.
 */
int genl_finish(struct genl *g, struct nlmsghdr *nlh, u64 *generation);

/**
 * genl_dump() - ask for all objects of a kind
 * @g: the connection
 * @cmd: enum isol_cmd
 * @cb: for each message
 * @data: for @cb
 *
 * Return: 0; -EINTR when things changed meanwhile: what @cb was given is to be
 * thrown away and asked for again; other negative errnos.
 */
int genl_dump(struct genl *g, u8 cmd, genl_cb cb, void *data);

/**
 * genl_join() - listen to a multicast group
 * @g: the connection
 * @group: its number: @g->group_policy or @g->group_port
 *
 * Return: 0 or a negative errno.
 */
int genl_join(struct genl *g, u32 group);

/**
 * genl_listen() - wait for notifications
 * @g: the connection
 * @cb: for each message of the family
 * @data: for @cb
 *
 * Return: 0 when some have come, -ENOBUFS when some were lost, other negative
 * errnos, or what @cb gave.
 */
int genl_listen(struct genl *g, genl_cb cb, void *data);

/**
 * genl_attr_path() - name the attribute at an offset of a message
 * @nlh: the message
 * @offset: where the attribute begins, from the message's beginning
 * @e: out: @attr and @object
 *
 * @attr is left alone where no attribute begins there.
 *
 * Return: the attributes that the one there may hold; NULL if it is no nest.
 */
const struct attr_names *genl_attr_path(const struct nlmsghdr *nlh, u32 offset,
					struct genl_error *e);

#endif /* ISOL_USERSPACE_GENL_H */
