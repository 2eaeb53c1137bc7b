// SPDX-License-Identifier: GPL-2.0
/* What the kernel says about a network interface, see link.h. */
#include <errno.h>
#include <net/if.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link.h"

int link_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static void on_attr(struct link *link, struct rtattr *attr)
{
	struct rtattr *nested = RTA_DATA(attr);
	int len = RTA_PAYLOAD(attr);
	u8 state;

	switch (attr->rta_type & NLA_TYPE_MASK) {
	case IFLA_ADDRESS:
		if (len == MAC_LEN)
			memcpy(link->mac, RTA_DATA(attr), MAC_LEN);
		break;
	case IFLA_MASTER:
		memcpy(&link->master, RTA_DATA(attr), sizeof(link->master));
		break;
	case IFLA_OPERSTATE:
		state = *(u8 *)RTA_DATA(attr);
		link->up = state == IF_OPER_UP || state == IF_OPER_UNKNOWN;
		break;
	case IFLA_LINKINFO:
		for (; RTA_OK(nested, len); nested = RTA_NEXT(nested, len))
			if (nested->rta_type == IFLA_INFO_KIND)
				link->bridge = !strcmp(RTA_DATA(nested), "bridge");
		break;
	}
}

static int on_answer(struct link *link, struct nlmsghdr *nlh)
{
	struct ifinfomsg *info = NLMSG_DATA(nlh);
	struct rtattr *attr;
	int len;

	if (nlh->nlmsg_type == NLMSG_ERROR)
		return ((struct nlmsgerr *)NLMSG_DATA(nlh))->error;
	if (nlh->nlmsg_type != RTM_NEWLINK)
		return -EPROTO;
	memset(link, 0, sizeof(*link));
	link->ifindex = info->ifi_index;
	len = IFLA_PAYLOAD(nlh);
	for (attr = IFLA_RTA(info); RTA_OK(attr, len); attr = RTA_NEXT(attr, len))
		on_attr(link, attr);
	return 0;
}

int link_get(int fd, int ifindex, const char *ifname, struct link *link)
{
	struct {
		struct nlmsghdr nlh;
		struct ifinfomsg info;
		struct rtattr attr;
		char name[IFNAMSIZ];
	} req = {
		.nlh.nlmsg_type = RTM_GETLINK,
		.nlh.nlmsg_flags = NLM_F_REQUEST,
		.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(req.info)),
		.info.ifi_index = ifindex,
	};
	union {
		struct nlmsghdr nlh;
		char buf[32768];
	} answer;
	ssize_t len;

	if (!ifindex) {
		if (strlen(ifname) >= IFNAMSIZ)
			return -ENODEV;
		memcpy(req.name, ifname, strlen(ifname));
		req.attr.rta_type = IFLA_IFNAME;
		req.attr.rta_len = RTA_LENGTH(strlen(ifname) + 1);
		req.nlh.nlmsg_len += RTA_SPACE(strlen(ifname) + 1);
	}
	if (send(fd, &req, req.nlh.nlmsg_len, 0) < 0)
		return -errno;
	len = recv(fd, &answer, sizeof(answer), 0);
	if (len < 0)
		return -errno;
	if (!NLMSG_OK(&answer.nlh, len))
		return -EPROTO;
	return on_answer(link, &answer.nlh);
}
