// SPDX-License-Identifier: GPL-2.0
/* Netlink requests, see nl.h. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "endpoint.h"
#include "nl.h"

/* A kernel that does not answer for so long never will. */
#define ANSWER_SECONDS 120

int nl_open(struct nl *nl, int protocol)
{
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };

	memset(nl, 0, sizeof(*nl));
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0)
		return -errno;
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return 0;
}

void nl_close(struct nl *nl)
{
	close(nl->fd);
	nl->fd = -1;
}

static void *room(struct nl *nl, size_t len)
{
	void *p = nl->buf + nl->nlh.nlmsg_len;

	if (nl->nlh.nlmsg_len + NLA_ALIGN(len) > sizeof(nl->buf))
		die("netlink message too long");
	memset(p, 0, NLA_ALIGN(len));
	nl->nlh.nlmsg_len += NLA_ALIGN(len);
	return p;
}

void nl_begin(struct nl *nl, u16 type, u16 flags, const void *fixed, size_t len)
{
	static u32 seq;

	nl->nlh = (struct nlmsghdr){
		.nlmsg_len = NLMSG_HDRLEN,
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
		.nlmsg_seq = ++seq,
	};
	memcpy(room(nl, len), fixed, len);
}

void nl_put(struct nl *nl, u16 type, const void *data, size_t len)
{
	struct nlattr *nla = room(nl, NLA_HDRLEN + len);

	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)nla + NLA_HDRLEN, data, len);
}

void nl_put_u8(struct nl *nl, u16 type, u8 n)
{
	nl_put(nl, type, &n, sizeof(n));
}

void nl_put_u32(struct nl *nl, u16 type, u32 n)
{
	nl_put(nl, type, &n, sizeof(n));
}

void nl_put_str(struct nl *nl, u16 type, const char *s)
{
	nl_put(nl, type, s, strlen(s) + 1);
}

struct nlattr *nl_nest(struct nl *nl, u16 type, const void *fixed, size_t len)
{
	struct nlattr *nest = room(nl, NLA_HDRLEN);

	nest->nla_type = type | NLA_F_NESTED;
	if (len)
		memcpy(room(nl, len), fixed, len);
	return nest;
}

void nl_end(struct nl *nl, struct nlattr *nest)
{
	nest->nla_len = nl->buf + nl->nlh.nlmsg_len - (char *)nest;
}

int nl_send(struct nl *nl)
{
	return send(nl->fd, nl->buf, nl->nlh.nlmsg_len, 0) < 0 ? -errno : 0;
}

int nl_receive(struct nl *nl)
{
	ssize_t len;

	do {
		len = recv(nl->fd, nl->buf, sizeof(nl->buf), 0);
	} while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : len;
}

int nl_ask(struct nl *nl)
{
	u32 seq = nl->nlh.nlmsg_seq;
	int err = nl_send(nl), len;
	struct nlmsghdr *nlh;

	if (err)
		return err;
	for (;;) {
		len = nl_receive(nl);
		if (len == -ENOBUFS)
			continue;
		if (len == -EAGAIN)
			die("the kernel does not answer");
		if (len < 0)
			return len;
		for (nlh = &nl->nlh; NLMSG_OK(nlh, (u32)len); nlh = NLMSG_NEXT(nlh, len))
			if (nlh->nlmsg_type == NLMSG_ERROR && nlh->nlmsg_seq == seq)
				return ((struct nlmsgerr *)NLMSG_DATA(nlh))->error;
	}
}
