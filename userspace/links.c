// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "links.h"

#define BUFFER_SIZE	65536
#define TRIES		100

/* IFLA_PARENT_DEV_NAME, which headers older than 5.14 do not have */
#define PARENT_DEV_NAME	56

static const char *text(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0 ? NULL : mnl_attr_get_str(attr);
}

static u32 number(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? 0 : mnl_attr_get_u32(attr);
}

static struct link *find(const struct links *l, u32 ifindex)
{
	char number_text[16];

	snprintf(number_text, sizeof(number_text), "%u", ifindex);
	return table_find(&l->numbers, number_text);
}

static const char *kind_of(const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			return text(attr);
	return NULL;
}

static bool filters_vlans(const struct nlattr *nest)
{
	const struct nlattr *info, *attr;

	mnl_attr_for_each_nested(info, nest)
		if (mnl_attr_get_type(info) == IFLA_INFO_DATA)
			mnl_attr_for_each_nested(attr, info)
				if (mnl_attr_get_type(attr) == IFLA_BR_VLAN_FILTERING &&
				    mnl_attr_validate(attr, MNL_TYPE_U8) >= 0)
					return mnl_attr_get_u8(attr);
	return false;
}

static int on_link(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	bool elsewhere = false;
	struct link link = { 0 };

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	link.ifindex = ifm->ifi_index;
	link.type = ifm->ifi_type;
	mnl_attr_for_each(attr, nlh, sizeof(*ifm)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			link.name = text(attr);
			break;
		case IFLA_MASTER:
			link.master = number(attr);
			break;
		case IFLA_LINK:
			link.lower = number(attr);
			break;
		case IFLA_LINK_NETNSID:
			elsewhere = true;
			break;
		case IFLA_ADDRESS:
			if (mnl_attr_get_payload_len(attr) == sizeof(link.mac))
				memcpy(link.mac, mnl_attr_get_payload(attr), sizeof(link.mac));
			break;
		case IFLA_LINKINFO:
			link.kind = kind_of(attr);
			link.filters = link.kind && !strcmp(link.kind, "bridge") &&
				       filters_vlans(attr);
			break;
		case IFLA_IFALIAS:
			link.alias = text(attr);
			break;
		case PARENT_DEV_NAME:
			link.parent = true;
			break;
		}
	}
	/* the number is one of another namespace then */
	if (elsewhere)
		link.lower = 0;
	if (link.name)
		links_add(data, &link);
	return MNL_CB_OK;
}

/* A VLAN, or the first or last one of several. */
static void add_vlan(struct link_vlans *vlans, const struct bridge_vlan_info *info, u16 *first)
{
	const bool untagged = info->flags & BRIDGE_VLAN_INFO_UNTAGGED;
	unsigned int vid = info->vid;

	if (info->vid >= LINK_VLANS)
		return;
	if (info->flags & BRIDGE_VLAN_INFO_RANGE_BEGIN) {
		*first = info->vid;
		return;
	}
	if (info->flags & BRIDGE_VLAN_INFO_RANGE_END)
		vid = *first;
	for (; vid <= info->vid; vid++)
		link_vlans_add(vlans, vid, untagged);
	if (info->flags & BRIDGE_VLAN_INFO_PVID)
		vlans->pvid = info->vid;
}

/* Of AF_BRIDGE: a bridge, a port, or a card that switches itself. */
static int on_vlans(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nest, *attr;
	struct links *l = data;
	struct link *link;
	u16 first = 0;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	/* one that came after the others were read, if there is none */
	link = find(l, ifm->ifi_index);
	if (!link)
		return MNL_CB_OK;
	if (!link->vlans)
		link->vlans = arena_alloc(&l->arena, sizeof(*link->vlans));
	mnl_attr_for_each(nest, nlh, sizeof(*ifm)) {
		if (mnl_attr_get_type(nest) != IFLA_AF_SPEC)
			continue;
		mnl_attr_for_each_nested(attr, nest)
			if (mnl_attr_get_type(attr) == IFLA_BRIDGE_VLAN_INFO &&
			    mnl_attr_get_payload_len(attr) >= sizeof(struct bridge_vlan_info))
				add_vlan(link->vlans, mnl_attr_get_payload(attr), &first);
	}
	return MNL_CB_OK;
}

void link_vlans_add(struct link_vlans *vlans, unsigned int vid, bool untagged)
{
	vlans->member[vid / 32] |= 1U << vid % 32;
	if (untagged)
		vlans->untagged[vid / 32] |= 1U << vid % 32;
}

bool link_in_vlan(const struct link *link, unsigned int vid)
{
	return link->vlans && link->vlans->member[vid / 32] >> vid % 32 & 1;
}

bool link_untags(const struct link *link, unsigned int vid)
{
	return link->vlans && link->vlans->untagged[vid / 32] >> vid % 32 & 1;
}

/* Two tables: names, and numbers as text. */
void links_add(struct links *l, const struct link *link)
{
	struct link *copy = arena_alloc(&l->arena, sizeof(*copy));
	char number_text[16];

	*copy = *link;
	copy->name = arena_strdup(&l->arena, link->name);
	if (link->kind)
		copy->kind = arena_strdup(&l->arena, link->kind);
	if (link->alias)
		copy->alias = arena_strdup(&l->arena, link->alias);
	if (link->vlans) {
		copy->vlans = arena_alloc(&l->arena, sizeof(*copy->vlans));
		*copy->vlans = *link->vlans;
	}
	l->v = arena_grow(&l->arena, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = copy;
	table_add(&l->names, copy->name, copy);
	snprintf(number_text, sizeof(number_text), "%u", copy->ifindex);
	table_add(&l->numbers, arena_strdup(&l->arena, number_text), copy);
}

const struct link *links_by_name(const struct links *l, const char *name)
{
	return table_find(&l->names, name);
}

const struct link *links_by_index(const struct links *l, u32 ifindex)
{
	return find(l, ifindex);
}

const char *link_leads_out(const struct link *link)
{
	static const struct {
		const char *kind;
		const char *word;
	} kinds[] = {
		{ "bond", "a bond" },
		{ "team", "a team" },
		{ "vlan", "a VLAN device" },
		{ "dsa", "a switch port" },
		{ "vxlan", "a tunnel" },
		{ "geneve", "a tunnel" },
		{ "gretap", "a tunnel" },
		{ "ip6gretap", "a tunnel" },
		{ "erspan", "a tunnel" },
		{ "ip6erspan", "a tunnel" },
		{ "batadv", "a mesh" },
		{ "macsec", "a MACsec device" },
		{ "macvlan", "a macvlan device" },
		{ "ipvlan", "an ipvlan device" },
	};
	size_t i;

	if (!link->kind)
		return link->parent || link->type == ARPHRD_ETHER ? "a network card" : NULL;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(link->kind, kinds[i].kind))
			return kinds[i].word;
	return NULL;
}

static int read_all(struct links *l, struct mnl_socket *nl, char *buf, u8 family, mnl_cb_t cb)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifm;
	ssize_t n;
	int err;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	ifm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifm));
	ifm->ifi_family = family;
	if (family == AF_BRIDGE)
		mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_BRVLAN_COMPRESSED);
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl, buf, BUFFER_SIZE);
		if (n < 0)
			return -errno;
		err = mnl_cb_run(buf, n, 1, mnl_socket_get_portid(nl), cb, l);
	} while (err > 0);
	return err < 0 ? -errno : 0;
}

static int read_once(struct links *l)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	char *buf;
	int err;

	if (!nl)
		return -errno;
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		mnl_socket_close(nl);
		return err;
	}
	buf = xcalloc(1, BUFFER_SIZE);
	err = read_all(l, nl, buf, AF_UNSPEC, on_link);
	/* without VLANs only what is told of them is missing */
	if (!err && read_all(l, nl, buf, AF_BRIDGE, on_vlans) == -EINTR)
		err = -EINTR;
	free(buf);
	mnl_socket_close(nl);
	return err;
}

int links_read(struct links *l)
{
	int err = -EINTR, i;

	*l = (struct links){ 0 };
	/* EINTR: interfaces came or went during the dump */
	for (i = 0; i < TRIES && err == -EINTR; i++) {
		links_free(l);
		err = read_once(l);
	}
	return err;
}

void links_free(struct links *l)
{
	table_free(&l->names);
	table_free(&l->numbers);
	arena_free(&l->arena);
	*l = (struct links){ 0 };
}
