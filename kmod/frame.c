// SPDX-License-Identifier: GPL-2.0
/* Reading frames, see frame.h. */
#include "frame.h"
#include "frame_fast.h"

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

/*
 * The parser. Where the facts come from:
 *
 *	VLAN tags		IEEE 802.1Q; eth_type_vlan() of linux/if_vlan.h
 *	length or EtherType	IEEE 802.3 3.2.6; eth_proto_is_802_3()
 *	LLC/SNAP		IEEE 802.2, RFC 1042; IEEE 802.1H for 00-00-f8, IEEE 802
 *				for 00-80-c2; DSAP 06 is IP, RFC 948
 *	ARP			RFC 826; arp_rcv() of net/ipv4/arp.c
 *	IPv4			RFC 791; ip_rcv_core() of net/ipv4/ip_input.c
 *	IPv6			RFC 8200; ip6_rcv_core() of net/ipv6/ip6_input.c
 *	extension headers	RFC 8200 4, RFC 4302 (AH), RFC 6275 (mobility), RFC 7401
 *				(HIP), RFC 5533 (shim6); ipv6_skip_exthdr() of
 *				net/ipv6/exthdrs_core.c knows some of them
 *	jumbograms		RFC 2675; ipv6_hop_jumbo() of net/ipv6/exthdrs.c
 *	length 0 of GSO frames	iph_totlen() of linux/ip.h, ip6_rcv_core()
 *	TCP, with NS		RFC 9293, RFC 3540
 *	UDP, UDP-Lite		RFC 768, RFC 3828
 *	SCTP, DCCP		RFC 9260 3.1, RFC 4340 5.1
 *	ICMP, ICMPv6		RFC 792, RFC 4443 2.1
 */
#define PROTO_ARP 0x0806
#define PROTO_8021Q 0x8100
#define PROTO_8021AD 0x88a8
#define PROTO_LLC 4		/* what frames with a length instead count as */
#define PROTO_MIN 0x0600
#define LENGTH_MAX 1500
#define TAG_LEN 4
#define VID_MASK 0xfff
#define PCP_SHIFT 13
#define LLC_LEN 3
#define SNAP_LEN 8
#define ARP_LEN 28
#define ARP_IP4 0x000108000604ULL	/* of Ethernet, for IPv4, addresses of 6 and 4 bytes */
#define IP6_LEN 40
#define EXT_MIN 8

/* What these show might be otherwise if more of the frame could be read. */
#define SHAPES_UNREAD (BIT(ISOL_SHAPE_UNREAD) | BIT(ISOL_SHAPE_L3_UNREAD) | \
		       BIT(ISOL_SHAPE_IP4_NOL4) | BIT(ISOL_SHAPE_IP6_NOL4) | \
		       BIT(ISOL_SHAPE_IP6_NOPROTO))

enum {
	NEXT_HOP = 0,
	PROTO_ICMP = 1,
	PROTO_DCCP = 33,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_AH = 51,
	PROTO_ICMPV6 = 58,
	NEXT_DEST = 60,
	PROTO_SCTP = 132,
	NEXT_MOBILITY = 135,
	PROTO_UDPLITE = 136,
	NEXT_HIP = 139,
	NEXT_SHIM6 = 140,
};

/*
 * Whether LLC carries what would be read behind an EtherType. The lowest bits
 * of the addresses, and the fifth of the control byte, say nothing about that.
 */
static bool llc_hides(const u8 *llc, u32 len)
{
	u32 oui, proto;

	if (llc[0] >> 1 == 0x06 >> 1)
		return true;
	if (llc[0] >> 1 != 0xaa >> 1 || llc[1] >> 1 != 0xaa >> 1 || (llc[2] & 0xef) != 0x03)
		return false;
	if (len < SNAP_LEN)
		return true;
	oui = be32(llc + 2) & 0xffffff;
	if (oui == 0x0080c2)
		return true;
	proto = be16(llc + 6);
	return (oui == 0x000000 || oui == 0x0000f8) &&
	       (proto == PROTO_IP || proto == PROTO_IPV6 || proto == PROTO_ARP ||
		proto == PROTO_8021Q || proto == PROTO_8021AD || isol_ethertype_hides(proto));
}

static bool is_tag(u32 proto)
{
	return proto == PROTO_8021Q || proto == PROTO_8021AD;
}

/*
 * Follow VLAN tags, and look at what has a length instead of an EtherType.
 *
 * Return: where that which the EtherType says begins, 0 if it cannot be read.
 */
static noinline u32 ethertype(const struct isol_packet *packet, u32 *proto)
{
	u32 off = OFF_PAYLOAD, tags = packet->tagged, rest;

	while (is_tag(*proto)) {
		if (++tags > ISOL_MAX_TAGS || off + TAG_LEN > packet->linear)
			return 0;
		*proto = be16(packet->head + off + 2);
		off += TAG_LEN;
	}
	if (*proto >= PROTO_MIN)
		return off;
	/* a length, which has to be true, or, above LENGTH_MAX, neither */
	rest = packet->linear - off;
	if (*proto > LENGTH_MAX || *proto < LLC_LEN || *proto > packet->len - off ||
	    rest < LLC_LEN || llc_hides(packet->head + off, min(*proto, rest)))
		return 0;
	*proto = PROTO_LLC;
	return off;
}

/* Return: the shape. */
static noinline u32 arp(const struct isol_packet *packet, u32 off, struct isol_key *key)
{
	const u8 *h = packet->head + off;
	u64 head;

	if (off + ARP_LEN > packet->linear)
		return ISOL_SHAPE_L3_UNREAD;
	head = be64(h);
	if (head >> 16 != ARP_IP4)
		return ISOL_SHAPE_L3_UNREAD;
	key->v[ISOL_MATCH_A_ARP_OP] = head & 0xffff;
	key->v[ISOL_MATCH_A_ARP_SENDER] = be32(h + 14);
	key->v[ISOL_MATCH_A_ARP_TARGET] = be32(h + 24);
	return ISOL_SHAPE_ARP;
}

/* As l4(), of what is neither TCP nor UDP. Return: the shape over IPv4. */
static noinline u32 l4_other(const u8 *h, u32 at, u32 end, u32 proto, u32 icmp,
			     struct isol_key *key)
{
	u32 len;

	if (proto == icmp) {
		if (at + 4 > end)
			return ISOL_SHAPE_IP4_NOL4;
		key->v[ISOL_MATCH_A_ICMP] = be16(h);
		return ISOL_SHAPE_IP4_ICMP;
	}
	switch (proto) {
	case PROTO_UDPLITE:
		len = 8;
		break;
	case PROTO_SCTP:
	case PROTO_DCCP:
		len = 12;
		break;
	default:
		return ISOL_SHAPE_IP4_OTHER;
	}
	if (at + len > end)
		return ISOL_SHAPE_IP4_NOL4;
	key->v[ISOL_MATCH_A_SPORT] = be16(h);
	key->v[ISOL_MATCH_A_DPORT] = be16(h + 2);
	key->v[ISOL_MATCH_A_TCP_FLAGS] = 0;
	return ISOL_SHAPE_IP4_PORTS;
}

/*
 * The header of a protocol, @at bytes behind the beginning of @ip; there are
 * @end. @icmp: which protocol ICMP is here.
 *
 * Return: the shape over IPv4.
 */
static __always_inline u32 l4(const u8 *ip, u32 at, u32 end, u32 proto, u32 icmp,
			      struct isol_key *key)
{
	const u8 *h = ip + at;
	u32 ports, flags = 0;

	if (likely(proto == PROTO_TCP)) {
		/* a header that says it is shorter is broken */
		if (unlikely(at + TCP_LEN > end || h[12] < 5 << 4))
			return ISOL_SHAPE_IP4_NOL4;
		flags = be16(h + 12) & 0x1ff;
	} else if (proto == PROTO_UDP) {
		if (unlikely(at + 8 > end))
			return ISOL_SHAPE_IP4_NOL4;
	} else {
		return l4_other(h, at, end, proto, icmp, key);
	}
	ports = be32(h);
	key->v[ISOL_MATCH_A_SPORT] = ports >> 16;
	key->v[ISOL_MATCH_A_DPORT] = ports & 0xffff;
	key->v[ISOL_MATCH_A_TCP_FLAGS] = flags;
	return ISOL_SHAPE_IP4_PORTS;
}

/* Return: the shape. */
static __always_inline u32 ip4(const struct isol_packet *packet, u32 off, enum isol_depth depth,
			       struct isol_key *key)
{
	const u8 *ip = packet->head + off;
	u32 first, hlen, end, frag;

	if (unlikely(off + IP4_LEN > packet->linear))
		return ISOL_SHAPE_L3_UNREAD;
	first = be32(ip);
	hlen = (first >> 24 & 0xf) * 4;
	end = first & 0xffff;
	if (unlikely(!end && packet->gso))
		end = packet->len - off;
	if (unlikely(first >> 28 != 4 || hlen < IP4_LEN || end < hlen || end > packet->len - off))
		return ISOL_SHAPE_L3_UNREAD;
	key->v[ISOL_MATCH_A_DSCP] = first >> 18 & 0x3f;
	key->v[ISOL_MATCH_A_PROTO] = ip[9];
	key->v[ISOL_MATCH_A_SRC_IP4] = be32(ip + 12);
	key->v[ISOL_MATCH_A_DST_IP4] = be32(ip + 16);
	key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_NONE;
	frag = be16(ip + 6) & 0x3fff;
	if (unlikely(frag)) {
		key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_FIRST;
		if (frag & 0x1fff) {
			key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_LATER;
			end = 0;
		}
	}
	if (depth < ISOL_DEPTH_L4)
		return ISOL_SHAPE_IP4_OTHER;
	return l4(ip, hlen, min(end, packet->linear - off), ip[9], PROTO_ICMP, key);
}

static __always_inline bool ip6_extension(u32 next)
{
	switch (next) {
	case NEXT_HOP:
	case NEXT_ROUTING:
	case NEXT_FRAGMENT:
	case NEXT_AH:
	case NEXT_DEST:
	case NEXT_MOBILITY:
	case NEXT_HIP:
	case NEXT_SHIM6:
		return true;
	default:
		return false;
	}
}

/*
 * Follow extension headers to the protocol, @next. There are @end bytes at @ip.
 * They have to be whole: a receiver would not get past one that is not.
 *
 * Return: where it begins, @end if it does not in this fragment, 0 if it cannot
 * be found.
 */
static noinline u32 ip6_extensions(const u8 *ip, u32 end, u32 *next, struct isol_key *key)
{
	u32 at = IP6_LEN, frag, len, n;

	for (n = 0; ip6_extension(*next); n++, at += len) {
		const u8 *h = ip + at;

		if (n == ISOL_MAX_EXT_HEADERS || at + EXT_MIN > end)
			return 0;
		if (*next == NEXT_FRAGMENT)
			len = 8;
		else if (*next == NEXT_AH)
			len = (h[1] + 2) * 4;
		else
			len = (h[1] + 1) * 8;
		/* what stands first only stands there */
		if (at + len > end || at + len > IP6_LEN + ISOL_MAX_EXT_LEN ||
		    (*next == NEXT_HOP && n))
			return 0;
		frag = *next == NEXT_FRAGMENT ? be16(h + 2) : 0;
		*next = h[0];
		if (frag & 0xfff8) {
			key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_LATER;
			return ip6_extension(*next) ? 0 : end;
		}
		if (frag & 1)
			key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_FIRST;
	}
	return at;
}

/*
 * Whether the first option of a hop-by-hop header says how long the packet is.
 * There it stands by its alignment; if not, the header is not found, nor is the
 * protocol.
 */
static noinline bool ip6_jumbo(const u8 *ip, u32 end)
{
	return end >= IP6_LEN + EXT_MIN && ip[6] == NEXT_HOP && ip[IP6_LEN + 2] == 0xc2 &&
	       ip[IP6_LEN + 3] == 4;
}

/* Where a packet ends, counted from its beginning. */
static __always_inline u32 ip6_end(const struct isol_packet *packet, u32 off)
{
	const u8 *ip = packet->head + off;
	u32 end = IP6_LEN + be16(ip + 4);

	if (unlikely(end == IP6_LEN && (packet->gso || ip6_jumbo(ip, packet->linear - off))))
		end = packet->len - off;
	return end;
}

/* Return: the shape. */
static __always_inline u32 ip6(const struct isol_packet *packet, u32 off, enum isol_depth depth,
			       struct isol_key *key)
{
	const u8 *ip = packet->head + off;
	u32 first, end, next, shape, at = IP6_LEN, avail = packet->linear - off;

	if (unlikely(off + IP6_LEN > packet->linear))
		return ISOL_SHAPE_L3_UNREAD;
	first = be32(ip);
	end = ip6_end(packet, off);
	if (unlikely(first >> 28 != 6 || end > packet->len - off))
		return ISOL_SHAPE_L3_UNREAD;
	end = min(end, avail);
	next = ip[6];
	key->v[ISOL_MATCH_A_DSCP] = first >> 22 & 0x3f;
	key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_NONE;
	key->src6.hi = be64(ip + 8);
	key->src6.lo = be64(ip + 16);
	key->dst6.hi = be64(ip + 24);
	key->dst6.lo = be64(ip + 32);
	if (unlikely(ip6_extension(next))) {
		at = ip6_extensions(ip, end, &next, key);
		if (!at)
			return ISOL_SHAPE_IP6_NOPROTO;
	}
	key->v[ISOL_MATCH_A_PROTO] = next;
	if (depth < ISOL_DEPTH_L4)
		return ISOL_SHAPE_IP6_OTHER;
	shape = l4(ip, at, end, next, PROTO_ICMPV6, key);
	return shape + ISOL_SHAPE_IP6_PORTS - ISOL_SHAPE_IP4_PORTS;
}

static u32 cast(u64 mac)
{
	if (mac == 0xffffffffffffULL)
		return ISOL_CAST_BROADCAST;
	return mac >> 40 & 1 ? ISOL_CAST_MULTICAST : ISOL_CAST_UNICAST;
}

/* Less than an Ethernet header: what is not there is 0. */
static noinline void parse_stub(const struct isol_packet *packet, struct isol_key *key)
{
	u8 head[OFF_PAYLOAD + 2] = { 0 };

	memcpy(head, packet->head, packet->linear);
	key->dmac = be64(head) >> 16;
	key->smac = be64(head + ETH_ALEN) >> 16;
	key->v[ISOL_MATCH_A_CAST] = cast(key->dmac);
	key->shape = ISOL_SHAPE_UNREAD;
}

/* Read the linear part. */
static noinline void parse(const struct isol_packet *packet, enum isol_depth depth,
			   struct isol_key *key)
{
	u32 off = OFF_PAYLOAD, proto;
	u64 src;

	if (unlikely(packet->linear < OFF_PAYLOAD)) {
		parse_stub(packet, key);
		return;
	}
	key->dmac = be64(packet->head) >> 16;
	src = be64(packet->head + ETH_ALEN);
	key->smac = src >> 16;
	key->v[ISOL_MATCH_A_CAST] = cast(key->dmac);
	proto = src & 0xffff;
	if (unlikely(proto != PROTO_IP && proto != PROTO_IPV6)) {
		off = ethertype(packet, &proto);
		if (!off) {
			key->shape = ISOL_SHAPE_UNREAD;
			return;
		}
	}
	key->v[ISOL_MATCH_A_ETHERTYPE] = proto;
	if (depth < ISOL_DEPTH_L3)
		key->shape = ISOL_SHAPE_OTHER;
	else if (proto == PROTO_IP)
		key->shape = ip4(packet, off, depth, key);
	else if (proto == PROTO_IPV6)
		key->shape = ip6(packet, off, depth, key);
	else if (proto == PROTO_ARP)
		key->shape = arp(packet, off, key);
	else
		key->shape = isol_ethertype_hides(proto) ? ISOL_SHAPE_L3_UNREAD : ISOL_SHAPE_OTHER;
}

/*
 * If the linear part has not been enough: once more, from a copy of all that is
 * ever read. Rare, because what receives frames puts the headers in one piece.
 */
static noinline void parse_copy(const struct isol_packet *packet, enum isol_depth depth,
				struct isol_key *key)
{
	struct isol_packet flat = *packet;
	u32 most = ISOL_FRAME_MOST;
	u8 buf[ISOL_FRAME_MOST];

	flat.head = buf;
	flat.linear = min(packet->len, most);
	if (flat.linear > packet->linear && isol_skb_copy(packet->skb, 0, buf, flat.linear))
		parse(&flat, depth, key);
}

static __always_inline bool parse_fast6(const struct isol_packet *packet, struct isol_key *key)
{
	const u8 *frame = packet->head, *ip = frame + OFF_PAYLOAD;
	u32 first, len;

	if (packet->linear < OFF_PAYLOAD + IP6_LEN + TCP_LEN ||
	    be16(frame + OFF_PROTO) != PROTO_IPV6)
		return false;
	first = be32(ip);
	len = be16(ip + 4);
	if (unlikely(first >> 28 != 6 || len < TCP_LEN ||
		     OFF_PAYLOAD + IP6_LEN + len > packet->len ||
		     !isol_frame_fast(frame, ip + IP6_LEN, ip[6], key)))
		return false;
	key->v[ISOL_MATCH_A_ETHERTYPE] = PROTO_IPV6;
	key->v[ISOL_MATCH_A_DSCP] = first >> 22 & 0x3f;
	key->src6.hi = be64(ip + 8);
	key->src6.lo = be64(ip + 16);
	key->dst6.hi = be64(ip + 24);
	key->dst6.lo = be64(ip + 32);
	key->shape = ISOL_SHAPE_IP6_PORTS;
	return true;
}

static noinline void parse_slow(const struct isol_packet *packet, enum isol_depth depth,
				struct isol_key *key)
{
	if (depth == ISOL_DEPTH_L4 && parse_fast6(packet, key))
		return;
	parse(packet, depth, key);
	if (BIT(key->shape) & SHAPES_UNREAD)
		parse_copy(packet, depth, key);
}

void isol_frame_parse(const struct isol_packet *packet, enum isol_depth depth,
		      struct isol_key *key)
{
	if (unlikely(depth != ISOL_DEPTH_L4) ||
	    !isol_frame_fast4(packet->head, packet->linear, packet->len, key))
		parse_slow(packet, depth, key);
}

void isol_frame_extent(const struct isol_packet *packet, bool is_ip6, struct isol_extent *extent)
{
	u32 proto = be16(packet->head + OFF_PROTO), off = OFF_PAYLOAD, at, end;
	struct isol_key key;
	const u8 *ip;

	if (proto != PROTO_IP && proto != PROTO_IPV6)
		off = ethertype(packet, &proto);
	ip = packet->head + off;
	if (is_ip6) {
		end = ip6_end(packet, off);
		proto = ip[6];
		at = ip6_extensions(ip, min(end, packet->linear - off), &proto, &key);
	} else {
		end = be16(ip + 2) ?: packet->len - off;
		proto = ip[9];
		at = (ip[0] & 0xf) * 4;
	}
	extent->l3 = off;
	extent->l4 = off + at;
	extent->end = off + end;
	extent->proto = proto;
}

/*
 * The first @len bytes of a frame that has as many, in one piece: where they are, or
 * in @buf. Return: NULL if they cannot be had.
 */
static const u8 *peek(const struct isol_packet *packet, u8 *buf, u32 len)
{
	if (likely(packet->linear >= len))
		return packet->head;
	return isol_skb_copy(packet->skb, 0, buf, len) ? buf : NULL;
}

/*
 * The VID and priority in the @n-th tag of a frame, from 0 on.
 *
 * Return: false if it has no such tag, or it cannot be read.
 */
static noinline bool tag(const struct isol_packet *packet, u32 n, u32 *tci)
{
	u8 buf[OFF_PAYLOAD + 2 * TAG_LEN];
	u32 off = OFF_PROTO, len = OFF_PAYLOAD + TAG_LEN * (n + 1);
	const u8 *head;

	if (packet->len < len)
		return false;
	head = peek(packet, buf, len);
	if (!head)
		return false;
	for (; is_tag(be16(head + off)); off += TAG_LEN) {
		*tci = be16(head + off + 2);
		if (!n--)
			return true;
	}
	return false;
}

/* Apart, so that a frame without tags does not pay for it. */
static noinline void inner_vlan(const struct isol_packet *packet, struct isol_key *key)
{
	u32 tci;

	if (tag(packet, packet->vlan_within, &tci))
		key->v[ISOL_MATCH_A_INNER_VLAN] = tci & VID_MASK;
}

void isol_frame_vlan(const struct isol_packet *packet, struct isol_key *key)
{
	if (unlikely(!packet->vlan_known))
		key->shape = ISOL_SHAPE_UNREAD;
	if (unlikely(key->shape == ISOL_SHAPE_UNREAD))
		return;
	key->v[ISOL_MATCH_A_VLAN] = packet->vlan;
	key->v[ISOL_MATCH_A_PCP] = packet->vlan_tagged ? packet->pcp : ISOL_NO_PCP;
	key->v[ISOL_MATCH_A_INNER_VLAN] = ISOL_NO_INNER_VLAN;
	/* what has no tag is known for it at once */
	if (likely(packet->linear >= OFF_PAYLOAD && !is_tag(be16(packet->head + OFF_PROTO))))
		return;
	inner_vlan(packet, key);
}

void isol_packet_vlan(struct isol_packet *packet)
{
	u32 tci = 0;

	packet->vlan_known = true;
	packet->vlan_tagged = tag(packet, 0, &tci);
	packet->vlan_within = packet->vlan_tagged;
	packet->pcp = tci >> PCP_SHIFT;
	packet->vlan = tci & VID_MASK;
}

void isol_packet_classify(struct isol_packet *packet, u16 vlan)
{
	isol_packet_vlan(packet);
	if (packet->vlan && packet->vlan != vlan) {
		packet->vlan_tagged = false;
		packet->vlan_within = false;
		packet->pcp = 0;
	}
	packet->vlan = vlan;
}

bool isol_key_fragment(const struct isol_key *key)
{
	switch (key->shape) {
	case ISOL_SHAPE_UNREAD:
	case ISOL_SHAPE_L3_UNREAD:
	case ISOL_SHAPE_OTHER:
	case ISOL_SHAPE_ARP:
		return false;
	case ISOL_SHAPE_IP6_NOPROTO:
		return true;
	default:
		return key->v[ISOL_MATCH_A_FRAGMENT] != ISOL_FRAGMENT_NONE;
	}
}

/*
 * A connection begins with SYN, and nf_conntrack takes up one that is there already by ACK
 * (net/netfilter/nf_conntrack_proto_tcp.c: tcp_valid_flags, tcp_conntracks).
 */
static bool tcp_begins(u32 flags)
{
	const u32 fin = 0x01, syn = 0x02, rst = 0x04, ack = 0x10;

	flags &= fin | syn | rst | ack;
	return flags == syn || flags == ack;
}

bool isol_frame_begins(const struct isol_packet *packet)
{
	struct isol_key key;
	u32 tci;

	/* nf_conntrack_bridge finds no IP behind two tags: the kernel takes off one. */
	if (tag(packet, packet->tagged ? 0 : 1, &tci))
		return false;
	isol_frame_parse(packet, ISOL_DEPTH_L4, &key);
	switch (key.shape) {
	case ISOL_SHAPE_IP4_ICMP:
		return isol_icmp_begins(key.v[ISOL_MATCH_A_ICMP] >> 8, false);
	case ISOL_SHAPE_IP6_ICMP:
		return isol_icmp_begins(key.v[ISOL_MATCH_A_ICMP] >> 8, true) ||
		       isol_icmp6_untracked(key.v[ISOL_MATCH_A_ICMP] >> 8);
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP6_PORTS:
		return key.v[ISOL_MATCH_A_PROTO] != PROTO_TCP ||
		       tcp_begins(key.v[ISOL_MATCH_A_TCP_FLAGS]);
	case ISOL_SHAPE_UNREAD:
	case ISOL_SHAPE_L3_UNREAD:
		return false;
	default:
		return true;
	}
}

bool isol_frame_neighbor(const struct isol_packet *packet)
{
	struct isol_key key;

	isol_frame_parse(packet, ISOL_DEPTH_L4, &key);
	switch (key.shape) {
	case ISOL_SHAPE_ARP:
		return key.v[ISOL_MATCH_A_ARP_OP] == 1 || key.v[ISOL_MATCH_A_ARP_OP] == 2;
	case ISOL_SHAPE_IP6_ICMP:
		return key.v[ISOL_MATCH_A_ICMP] >> 8 == 135 || key.v[ISOL_MATCH_A_ICMP] >> 8 == 136;
	default:
		return false;
	}
}
