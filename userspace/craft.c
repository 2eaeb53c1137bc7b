// SPDX-License-Identifier: GPL-2.0
/* Frames made by their description, see craft.h. */
#include <string.h>

#include "craft.h"

#define MAC_LEN 6
#define FRAME_MIN 60

#define PROTO_LLC 4
#define PROTO_IP 0x0800
#define PROTO_ARP 0x0806
#define PROTO_RARP 0x8035
#define PROTO_IPV6 0x86dd
#define PROTO_TAG 0x8100
#define PROTO_PPPOE 0x8864
#define PPP_IP 0x0021
#define PPP_IPV6 0x0057

#define NEXT_FRAGMENT 44
#define FRAGMENT_ID 0x4953
#define FRAGMENT_BYTES 1232	/* where a later one would begin: 1280, less the headers */

enum {
	P_ICMP = 1,
	P_IGMP = 2,
	P_TCP = 6,
	P_UDP = 17,
	P_DCCP = 33,
	P_ICMPV6 = 58,
	P_SCTP = 132,
	P_UDPLITE = 136,
};

/* What is behind the EtherType. */
enum layer3 { RAW, ARP, IP4, IP6 };

/**
 * struct out - a frame as far as it is made
 * @buf: where it goes
 * @size: room there
 * @len: bytes; more than @size if there is no room
 */
struct out {
	u8 *buf;
	size_t size;
	size_t len;
};

static void put8(struct out *o, unsigned int v)
{
	if (o->len < o->size)
		o->buf[o->len] = v;
	o->len++;
}

static void put16(struct out *o, unsigned int v)
{
	put8(o, v >> 8);
	put8(o, v);
}

static void put32(struct out *o, u32 v)
{
	put16(o, v >> 16);
	put16(o, v);
}

static void put(struct out *o, const void *p, size_t n)
{
	const u8 *b = p;

	while (n--)
		put8(o, *b++);
}

static void put_zeros(struct out *o, size_t n)
{
	while (n--)
		put8(o, 0);
}

static void put_payload(struct out *o, const struct craft *c)
{
	if (c->data)
		put(o, c->data, c->payload);
	else
		put_zeros(o, c->payload);
}

/* Once it is known, what stands at @at. */
static void set16(struct out *o, size_t at, unsigned int v)
{
	if (at + 2 > o->size)
		return;
	o->buf[at] = v >> 8;
	o->buf[at + 1] = v;
}

/* Checksum (RFC 1071) of the bytes from @at on, and of @sum. */
static unsigned int checksum(const struct out *o, size_t at, u64 sum)
{
	size_t i, n = o->len - at;

	if (o->len > o->size)
		return 0;
	for (i = 0; i < n; i++)
		sum += i & 1 ? o->buf[at + i] : (u32)o->buf[at + i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* Of SCTP (RFC 9260, appendix A): CRC32c, the lowest byte first. */
static void set_crc32c(struct out *o, size_t header)
{
	u32 crc = 0xffffffff;
	size_t i;
	int bit;

	if (o->len > o->size)
		return;
	for (i = header; i < o->len; i++) {
		crc ^= o->buf[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	crc = ~crc;
	for (i = 0; i < 4; i++)
		o->buf[header + 8 + i] = crc >> 8 * i;
}

static bool has_any(const struct craft *c, u32 first, u32 last)
{
	for (; first <= last; first++)
		if (craft_has(c, first))
			return true;
	return false;
}

static enum layer3 family_of(const struct craft *c)
{
	if (c->ip)
		return c->ip == 4 ? IP4 : IP6;
	if (has_any(c, ISOL_MATCH_A_ARP_OP, ISOL_MATCH_A_ARP_TARGET))
		return ARP;
	if (has_any(c, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_DST_IP4))
		return IP4;
	if (has_any(c, ISOL_MATCH_A_SRC_IP6, ISOL_MATCH_A_DST_IP6))
		return IP6;
	if (craft_has(c, ISOL_MATCH_A_ETHERTYPE)) {
		if (c->ethertype == PROTO_IP)
			return IP4;
		if (c->ethertype == PROTO_IPV6)
			return IP6;
		if (c->ethertype == PROTO_ARP)
			return ARP;
	}
	if (craft_has(c, ISOL_MATCH_A_PROTO) && c->proto == P_ICMPV6)
		return IP6;
	if (has_any(c, ISOL_MATCH_A_DSCP, ISOL_MATCH_A_ICMP))
		return IP4;
	return craft_has(c, ISOL_MATCH_A_ETHERTYPE) ? RAW : IP4;
}

/* The EtherTypes of these. */
static const u16 layer3_types[] = { [ARP] = PROTO_ARP, [IP4] = PROTO_IP, [IP6] = PROTO_IPV6 };

/* The groups that IGMP and MLD go to: RFC 3376, 2710, 3810; reports of MLDv1, their own. */
static void fill_in_group(struct craft *c, enum layer3 family)
{
	static const u8 groups[][2] = { { 130, 0x01 }, { 132, 0x02 }, { 143, 0x16 } };
	size_t i;

	if (!c->group || craft_has(c, ISOL_MATCH_A_DST_MAC) ||
	    (craft_has(c, ISOL_MATCH_A_CAST) && c->cast != ISOL_CAST_MULTICAST))
		return;
	if (family == IP4 && c->proto == P_IGMP && !craft_has(c, ISOL_MATCH_A_DST_IP4))
		c->dst4 = 0xe0000016;
	if (family != IP6 || c->proto != P_ICMPV6 || craft_has(c, ISOL_MATCH_A_DST_IP6))
		return;
	if (c->icmp >> 8 == 131)
		memcpy(c->dst6, "\xff\x02\0\0\0\0\0\0\0\0\0\0\x0d\xb8\0\x01", sizeof(c->dst6));
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (c->icmp >> 8 != groups[i][0])
			continue;
		memset(c->dst6, 0, sizeof(c->dst6));
		memcpy(c->dst6, "\xff\x02", 2);
		c->dst6[15] = groups[i][1];
	}
}

/* Fill in what is not given, but for the destination, which depends on it. */
static void fill_in(struct craft *c, enum layer3 family)
{
	static const u8 net6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

	if (!craft_has(c, ISOL_MATCH_A_SRC_MAC))
		memcpy(c->src_mac, "\x02\0\0\0\0\x01", MAC_LEN);
	if (!craft_has(c, ISOL_MATCH_A_SRC_IP4))
		c->src4 = 0xc0000201;
	if (!craft_has(c, ISOL_MATCH_A_DST_IP4))
		c->dst4 = 0xc0000202;
	if (!craft_has(c, ISOL_MATCH_A_SRC_IP6))
		memcpy(c->src6, net6, sizeof(net6));
	if (!craft_has(c, ISOL_MATCH_A_DST_IP6)) {
		memcpy(c->dst6, net6, sizeof(net6));
		c->dst6[15] = 2;
	}
	if (!craft_has(c, ISOL_MATCH_A_DSCP))
		c->dscp = 0;
	if (!craft_has(c, ISOL_MATCH_A_FRAGMENT))
		c->fragment = ISOL_FRAGMENT_NONE;
	if (!craft_has(c, ISOL_MATCH_A_PROTO)) {
		c->proto = P_TCP;
		if (craft_has(c, ISOL_MATCH_A_ICMP))
			c->proto = family == IP6 ? P_ICMPV6 : P_ICMP;
	}
	if (!craft_has(c, ISOL_MATCH_A_SPORT))
		c->sport = 49152;
	if (!craft_has(c, ISOL_MATCH_A_DPORT))
		c->dport = 9;
	if (!craft_has(c, ISOL_MATCH_A_TCP_FLAGS))
		c->tcp_flags = CRAFT_SYN;
	if (!craft_has(c, ISOL_MATCH_A_ICMP))
		c->icmp = (family == IP6 ? 128 : 8) << 8;
	fill_in_group(c, family);
	if (!craft_has(c, ISOL_MATCH_A_ARP_OP))
		c->arp_op = 1;
	if (!craft_has(c, ISOL_MATCH_A_ARP_SENDER))
		c->arp_sender = 0xc0000201;
	if (!craft_has(c, ISOL_MATCH_A_ARP_TARGET))
		c->arp_target = 0xc0000202;
	if (!craft_has(c, ISOL_MATCH_A_VLAN))
		c->vlan = 0;
	if (!craft_has(c, ISOL_MATCH_A_PCP))
		c->pcp = 0;
}

/* The address that goes with what is behind it: RFC 826, RFC 1112, RFC 2464. */
static void destination(struct craft *c, enum layer3 family)
{
	u8 *mac = c->dst_mac;
	bool cast = craft_has(c, ISOL_MATCH_A_CAST);

	if (craft_has(c, ISOL_MATCH_A_DST_MAC))
		return;
	memcpy(mac, "\x02\0\0\0\0\x02", MAC_LEN);
	if (cast ? c->cast == ISOL_CAST_BROADCAST :
	    (family == ARP && c->arp_op == 1) || (family == IP4 && c->dst4 == 0xffffffff) ||
	    (c->group && family == RAW && c->ethertype == PROTO_RARP)) {
		memset(mac, 0xff, MAC_LEN);
	} else if (family == IP6 && (cast ? c->cast == ISOL_CAST_MULTICAST : c->dst6[0] == 0xff)) {
		memcpy(mac, "\x33\x33", 2);
		memcpy(mac + 2, c->dst6 + 12, 4);
	} else if (cast ? c->cast == ISOL_CAST_MULTICAST :
		   family == IP4 && c->dst4 >> 28 == 0xe) {
		memcpy(mac, "\x01\0\x5e", 3);
		mac[3] = c->dst4 >> 16 & 0x7f;
		mac[4] = c->dst4 >> 8;
		mac[5] = c->dst4;
	}
}

u16 craft_complete(struct craft *c)
{
	enum layer3 family = family_of(c);

	fill_in(c, family);
	destination(c, family);
	return layer3_types[family];
}

static void tcp(struct out *o, const struct craft *c)
{
	put16(o, c->sport);
	put16(o, c->dport);
	put32(o, 1);
	put32(o, c->tcp_flags & CRAFT_ACK ? 1 : 0);
	put16(o, 5 << 12 | (c->tcp_flags & 0x1ff));
	put16(o, 64240);
	put32(o, 0);
}

/* A request, RFC 4340 5.1. */
static void dccp(struct out *o, const struct craft *c)
{
	put16(o, c->sport);
	put16(o, c->dport);
	put8(o, 20 / 4);
	put8(o, 0);
	put16(o, 0);
	put8(o, 1);			/* sequence numbers of 48 bits */
	put8(o, 0);
	put16(o, 0);
	put32(o, 1);
	put32(o, 0);			/* service */
}

/* The header of the protocol, and the payload; @sum is of the pseudo-header. */
static void layer4(struct out *o, const struct craft *c, enum layer3 family, u64 sum)
{
	size_t start = o->len, at, len;
	bool icmp = c->proto == (family == IP6 ? P_ICMPV6 : P_ICMP);
	unsigned int check;

	if (icmp) {
		put16(o, c->icmp);
		at = o->len;
		put16(o, 0);
		put32(o, FRAGMENT_ID << 16 | 1);
	} else if (c->proto == P_TCP) {
		tcp(o, c);
		at = o->len - 4;
	} else if (c->proto == P_DCCP) {
		dccp(o, c);
		at = o->len - 14;
	} else if (c->proto == P_UDP || c->proto == P_UDPLITE || c->proto == P_SCTP) {
		put16(o, c->sport);
		put16(o, c->dport);
		put32(o, 0);
		if (c->proto == P_SCTP)
			put32(o, 0);
		at = o->len - 2;
	} else {
		put_payload(o, c);
		return;
	}
	put_payload(o, c);
	/* all but the last fragment are of multiples of 8 bytes */
	if (c->fragment == ISOL_FRAGMENT_FIRST)
		put_zeros(o, -(o->len - start) & 7);
	len = o->len - start;
	if (c->proto == P_SCTP) {
		set_crc32c(o, start);
		return;
	}
	if (c->proto == P_UDP || c->proto == P_UDPLITE)
		set16(o, start + 4, len);
	check = checksum(o, start, icmp && family == IP4 ? 0 : sum + len + c->proto);
	set16(o, at, check ? check : c->proto == P_UDP || c->proto == P_UDPLITE ? 0xffff : 0);
}

/* What a packet carries: all of it, or a part. */
static void packet(struct out *o, const struct craft *c, enum layer3 family, u64 sum)
{
	if (c->fragment != ISOL_FRAGMENT_LATER)
		layer4(o, c, family, sum);
	else if (c->payload)
		put_payload(o, c);
	else
		put_zeros(o, 8);
}

static void ip4(struct out *o, const struct craft *c)
{
	static const u16 fragments[] = {
		[ISOL_FRAGMENT_NONE] = 0x4000,
		[ISOL_FRAGMENT_FIRST] = 0x2000,
		[ISOL_FRAGMENT_LATER] = FRAGMENT_BYTES / 8,
	};
	size_t start = o->len, rest;
	struct out header;

	put8(o, 0x45);
	put8(o, c->dscp << 2);
	put16(o, 0);
	put16(o, FRAGMENT_ID);
	put16(o, fragments[c->fragment]);
	put8(o, 64);
	put8(o, c->proto);
	put16(o, 0);
	put32(o, c->src4);
	put32(o, c->dst4);
	rest = o->len;
	packet(o, c, IP4, (u64)(c->src4 >> 16) + (c->src4 & 0xffff) + (c->dst4 >> 16) +
	       (c->dst4 & 0xffff));
	set16(o, start + 2, o->len - start);
	header = *o;
	header.len = rest;
	set16(o, start + 10, checksum(&header, start, 0));
}

static void ip6(struct out *o, const struct craft *c)
{
	size_t start = o->len, i;
	u64 sum = 0;

	put32(o, 6u << 28 | (u32)c->dscp << 22);
	put16(o, 0);
	put8(o, c->fragment == ISOL_FRAGMENT_NONE ? c->proto : NEXT_FRAGMENT);
	put8(o, 64);
	put(o, c->src6, sizeof(c->src6));
	put(o, c->dst6, sizeof(c->dst6));
	for (i = 0; i < sizeof(c->src6); i += 2)
		sum += (c->src6[i] << 8 | c->src6[i + 1]) + (c->dst6[i] << 8 | c->dst6[i + 1]);
	if (c->fragment != ISOL_FRAGMENT_NONE) {
		put8(o, c->proto);
		put8(o, 0);
		put16(o, c->fragment == ISOL_FRAGMENT_FIRST ? 1 : FRAGMENT_BYTES);
		put32(o, FRAGMENT_ID);
	}
	packet(o, c, IP6, sum);
	set16(o, start + 4, o->len - start - 40);
}

static void arp(struct out *o, const struct craft *c)
{
	put16(o, 1);
	put16(o, PROTO_IP);
	put8(o, MAC_LEN);
	put8(o, 4);
	put16(o, c->arp_op);
	put(o, c->src_mac, MAC_LEN);
	put32(o, c->arp_sender);
	/* who is asked is not known yet */
	if (c->arp_op == 1 || !craft_has(c, ISOL_MATCH_A_DST_MAC))
		put_zeros(o, MAC_LEN);
	else
		put(o, c->dst_mac, MAC_LEN);
	put32(o, c->arp_target);
}

/* The EtherType, or what stands for it, and what is behind. */
static void body(struct out *o, const struct craft *c, enum layer3 family)
{
	bool given = craft_has(c, ISOL_MATCH_A_ETHERTYPE), llc = given && c->ethertype == PROTO_LLC;
	unsigned int type = given ? c->ethertype : c->pppoe ? PROTO_PPPOE : layer3_types[family];
	size_t length = o->len, session;

	if (c->snap || llc)
		put16(o, 0);
	if (c->snap)
		put(o, "\xaa\xaa\x03\0\0\0", 6);
	else if (llc)
		put(o, "\x42\x42\x03", 3);
	if (!llc)
		put16(o, type);
	session = o->len;
	if (c->pppoe) {
		put32(o, 0x11000001);
		put16(o, 0);
		put16(o, family == IP6 ? PPP_IPV6 : PPP_IP);
	}
	if (family == ARP)
		arp(o, c);
	else if (family == IP4)
		ip4(o, c);
	else if (family == IP6)
		ip6(o, c);
	else
		put_payload(o, c);
	if (c->pppoe)
		set16(o, session + 4, o->len - session - 6);
	if (c->snap || llc)
		set16(o, length, o->len - length - 2);
}

size_t craft_frame(const struct craft *given, u8 *buf, size_t size)
{
	struct out o = { .buf = buf, .size = size };
	enum layer3 family = family_of(given);
	struct craft c = *given;
	unsigned int i;

	craft_complete(&c);
	put(&o, c.dst_mac, MAC_LEN);
	put(&o, c.src_mac, MAC_LEN);
	if (craft_tagged(given)) {
		put16(&o, PROTO_TAG);
		put16(&o, c.pcp << 13 | c.vlan);
	}
	if (craft_has(given, ISOL_MATCH_A_INNER_VLAN)) {
		put16(&o, PROTO_TAG);
		put16(&o, c.inner_vlan);
	}
	for (i = 0; i < c.ntags; i++) {
		put16(&o, c.tags[i].tpid);
		put16(&o, c.tags[i].tci);
	}
	body(&o, &c, family);
	if (o.len < FRAME_MIN)
		put_zeros(&o, FRAME_MIN - o.len);
	if (o.len > size)
		return 0;
	return c.cut && c.cut < o.len ? c.cut : o.len;
}
