// SPDX-License-Identifier: GPL-2.0
/* Netlink from within the kernel, see nl.h. */
#include <linux/net.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "netlink.h"
#include "nl.h"
#include "test.h"

struct nl *nl_open(int protocol)
{
	struct nl *nl = calloc(1, sizeof(*nl));
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int one = 1, err;

	err = sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW, protocol, &nl->sock);
	CHECK_EQ(err, 0);
	if (err) {
		free(nl);
		return NULL;
	}
	err = kernel_bind(nl->sock, (struct sockaddr *)&addr, sizeof(addr));
	CHECK_EQ(err, 0);
	CHECK(kernel_getsockname(nl->sock, (struct sockaddr *)&addr) > 0);
	nl->portid = addr.nl_pid;
	CHECK_EQ(nl->sock->ops->setsockopt(nl->sock, SOL_NETLINK, NETLINK_EXT_ACK,
					   KERNEL_SOCKPTR(&one), sizeof(one)), 0);
	nl->sock->sk->sk_rcvtimeo = 20 * HZ;
	return nl;
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	sock_release(nl->sock);
	free(nl);
}

static struct sk_buff *request_new(struct nl *nl, u16 type, u16 flags, size_t size)
{
	struct sk_buff *skb = nlmsg_new(size, GFP_KERNEL | __GFP_NOFAIL);

	nlmsg_put(skb, 0, ++nl->seq, type, 0, flags | NLM_F_REQUEST | NLM_F_ACK);
	return skb;
}

struct sk_buff *nl_request(struct nl *nl, u16 type, u16 flags)
{
	return request_new(nl, type, flags, NLMSG_DEFAULT_SIZE);
}

struct sk_buff *nl_isol(struct nl *nl, u8 cmd, size_t size)
{
	struct genlmsghdr *hdr;
	struct sk_buff *skb;

	skb = request_new(nl, isol_genl_family.id, 0, size + GENL_HDRLEN);
	hdr = skb_put_zero(skb, GENL_HDRLEN);
	hdr->cmd = cmd;
	hdr->version = ISOL_GENL_VERSION;
	return skb;
}

static void read_ack(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = nlmsg_data(nlh);
	const struct nlattr *attr;
	u32 done = sizeof(*e);
	int rem;

	nl->err = e->error;
	nl->offset = 0;
	*nl->msg = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		done += nlmsg_len(&e->msg);
	attr = (const void *)e + NLMSG_ALIGN(done);
	rem = nlmsg_len(nlh) - NLMSG_ALIGN(done);
	nla_for_each_attr(attr, attr, rem, rem) {
		if (nla_type(attr) == NLMSGERR_ATTR_MSG)
			nla_strscpy(nl->msg, attr, sizeof(nl->msg));
		else if (nla_type(attr) == NLMSGERR_ATTR_OFFS)
			nl->offset = nla_get_u32(attr);
	}
}

/* One datagram. Return: true when it had the answer to the last request. */
static bool receive(struct nl *nl, int *err)
{
	struct kvec vec;
	struct msghdr msg = {};
	struct nlmsghdr *nlh;
	bool answered = false;
	u8 *buf = malloc(8192);
	int len;

	vec = (struct kvec){ .iov_base = buf, .iov_len = 8192 };
	len = kernel_recvmsg(nl->sock, &msg, &vec, 1, 8192, 0);
	*err = min(len, 0);
	for (nlh = (void *)buf; len > 0 && nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			read_ack(nl, nlh);
			answered |= nlh->nlmsg_seq == nl->seq;
			continue;
		}
		if (nlh->nlmsg_type == NLMSG_DONE) {
			answered |= nlh->nlmsg_seq == nl->seq;
			continue;
		}
		nl->len = min_t(u32, nlmsg_len(nlh), sizeof(nl->reply));
		memcpy(nl->reply, nlmsg_data(nlh), nl->len);
		nl->cmd = nlh->nlmsg_type == isol_genl_family.id ? nl->reply[0] : 0;
	}
	free(buf);
	return answered;
}

int nl_ask(struct nl *nl, struct sk_buff *skb)
{
	/* With an address the kernel asks for no file's credentials. */
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct msghdr msg = { .msg_name = &addr, .msg_namelen = sizeof(addr) };
	struct kvec vec;
	int err;

	nlmsg_end(skb, nlmsg_hdr(skb));
	vec = (struct kvec){ .iov_base = skb->data, .iov_len = skb->len };
	nl->err = -ENOMSG;
	nl->cmd = 0;
	nl->len = 0;
	err = kernel_sendmsg(nl->sock, &msg, &vec, 1, skb->len);
	kfree_skb(skb);
	if (err < 0)
		return err;
	while (!receive(nl, &err))
		if (err) {
			nl->err = err;
			break;
		}
	return nl->err;
}

int nl_wait(struct nl *nl, u8 cmd)
{
	int err = 0;

	while (!err && nl->cmd != cmd)
		receive(nl, &err);
	return err;
}

const struct nlattr *nl_attr(const struct nl *nl, int type)
{
	if (nl->len < GENL_HDRLEN)
		return NULL;
	return nla_find((const struct nlattr *)(nl->reply + GENL_HDRLEN), nl->len - GENL_HDRLEN,
			type);
}
