/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink requests for programs that make many of them, without a library. */
#ifndef NL_H
#define NL_H

#include <linux/netlink.h>

#include "types.h"

/**
 * struct nl - a socket, and the message that is being made
 * @fd: the socket, of the network namespace in which it was opened
 * @nlh: the message
 * @buf: the same, as bytes
 */
struct nl {
	int fd;
	union {
		struct nlmsghdr nlh;
		char buf[16384];
	};
};

/* Return: 0 or a negative errno. */
int nl_open(struct nl *nl, int protocol);
void nl_close(struct nl *nl);

/* Begin a message with its fixed part; an acknowledgement is asked for. */
void nl_begin(struct nl *nl, u16 type, u16 flags, const void *fixed, size_t len);

void nl_put(struct nl *nl, u16 type, const void *data, size_t len);
void nl_put_u8(struct nl *nl, u16 type, u8 n);
void nl_put_u32(struct nl *nl, u16 type, u32 n);
void nl_put_str(struct nl *nl, u16 type, const char *s);

/* A nest, with @len bytes of @fixed first; nl_end() takes what this returns. */
struct nlattr *nl_nest(struct nl *nl, u16 type, const void *fixed, size_t len);
void nl_end(struct nl *nl, struct nlattr *nest);

/* Send the message. Return: 0 or a negative errno. */
int nl_send(struct nl *nl);

/* Send it and wait for the acknowledgement. Return: its error. */
int nl_ask(struct nl *nl);

/* Receive into @nl->buf. Return: the length or a negative errno. */
int nl_receive(struct nl *nl);

#endif /* NL_H */
