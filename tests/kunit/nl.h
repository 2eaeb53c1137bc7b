/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink as a program would speak it, from within the kernel. */
#ifndef ISOL_KUNIT_NL_H
#define ISOL_KUNIT_NL_H

#include <linux/skbuff.h>
#include <net/netlink.h>

/**
 * struct nl - a socket
 * @sock: the socket
 * @portid: its address
 * @seq: of the last request
 * @err: what the kernel said to the last request: 0 or a negative errno
 * @msg: the text that came with it, or ""
 * @offset: of the attribute it is about in the request; 0: none
 * @reply: the last message that is no acknowledgment, to be read with @attr
 * @len: its length
 * @cmd: of generic netlink
 */
struct nl {
	struct socket *sock;
	u32 portid;
	u32 seq;
	int err;
	char msg[256];
	u32 offset;
	u8 reply[4096];
	u32 len;
	u8 cmd;
};

/* Return: the socket, or NULL, which all here takes. */
struct nl *nl_open(int protocol);
void nl_close(struct nl *nl);

/* A request, to be filled and given to nl_ask(). */
struct sk_buff *nl_request(struct nl *nl, u16 type, u16 flags);

/* The same of the isol family, with room for @size bytes. */
struct sk_buff *nl_isol(struct nl *nl, u8 cmd, size_t size);

/*
 * Send a request and wait for its end. Return: nl->err.
 */
int nl_ask(struct nl *nl, struct sk_buff *request);

/* Wait for a message of the isol family. Return: 0, or -EAGAIN after a while. */
int nl_wait(struct nl *nl, u8 cmd);

/* An attribute of the last reply of the isol family, or NULL. */
const struct nlattr *nl_attr(const struct nl *nl, int type);

#endif /* ISOL_KUNIT_NL_H */
