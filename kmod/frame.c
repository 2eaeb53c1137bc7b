// SPDX-License-Identifier: GPL-2.0
/* Reading frames, see frame.h. */
#include "frame.h"

#define OFF_PROTO 12		/* of the EtherType, behind two addresses */
#define OFF_PAYLOAD 14
#define PROTO_IP 0x0800
#define PROTO_IPV6 0x86dd
#define IPPROTO_IGMP_NR 2
#define IGMP_QUERY 0x11
#define NEXTHDR_HOP_NR 0
#define NEXTHDR_ICMPV6_NR 58
#define MLD_QUERY 130

static bool igmp_query(const u8 *ip, u32 len)
{
	u32 hlen;

	if (len < 20 || ip[0] >> 4 != 4 || ip[9] != IPPROTO_IGMP_NR)
		return false;
	hlen = (ip[0] & 0xf) * 4;
	/* a later fragment has no IGMP header */
	if (hlen < 20 || (ip[6] & 0x1f) || ip[7])
		return false;
	return len > hlen && ip[hlen] == IGMP_QUERY;
}

static bool mld_query(const u8 *ip6, u32 len)
{
	u32 off = 40, hlen;

	if (len < off + 2 || ip6[0] >> 4 != 6 || ip6[6] != NEXTHDR_HOP_NR)
		return false;
	hlen = (ip6[off + 1] + 1) * 8;
	return ip6[off] == NEXTHDR_ICMPV6_NR && len > off + hlen && ip6[off + hlen] == MLD_QUERY;
}

/* Addresses that a bridge may have as its group address (br_netlink.c). */
static bool bridge_group(const u8 *dest)
{
	static const u8 reserved[] = { 0x01, 0x80, 0xc2, 0x00, 0x00 };

	return !memcmp(dest, reserved, sizeof(reserved)) && dest[5] <= 0x0f &&
	       (dest[5] == 0 || dest[5] > 3);
}

static bool bpdu(const u8 *frame, u32 len)
{
	u32 size = frame[OFF_PROTO] << 8 | frame[OFF_PROTO + 1];
	const u8 *llc = frame + OFF_PAYLOAD;

	return len >= OFF_PAYLOAD + 3 && size >= 3 && size <= 1500 && llc[0] == 0x42 &&
	       llc[1] == 0x42 && llc[2] == 0x03;
}

bool isol_frame_control(const u8 *frame, u32 len, const u8 *port, const u8 *bridge)
{
	u32 proto;

	if (len < OFF_PAYLOAD || !(frame[0] & 1))
		return false;
	if (bridge_group(frame))
		return ether_addr_equal(frame + ETH_ALEN, port) && bpdu(frame, len);
	if (!ether_addr_equal(frame + ETH_ALEN, bridge))
		return false;
	proto = frame[OFF_PROTO] << 8 | frame[OFF_PROTO + 1];
	if (proto == PROTO_IP)
		return igmp_query(frame + OFF_PAYLOAD, len - OFF_PAYLOAD);
	if (proto == PROTO_IPV6)
		return mld_query(frame + OFF_PAYLOAD, len - OFF_PAYLOAD);
	return false;
}
