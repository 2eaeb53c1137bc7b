// SPDX-License-Identifier: GPL-2.0
/* What the sender of a rejected frame is told, see answer.h. */
#include "answer.h"

#define ETH_LEN 14
#define IP4_LEN 20
#define IP6_LEN 40
#define TCP_LEN 20
#define ICMP_LEN 8
#define TTL 64
#define IP4_MOST 576		/* RFC 1812 4.3.2.3 */
#define IP6_MOST 1280		/* RFC 4443 2.4 (c) */

#define DF 0x4000
#define ICMP_UNREACH 3
#define ICMP_PROHIBITED 13
#define ICMPV6_UNREACH 1
#define ICMPV6_PROHIBITED 1
#define ICMPV6_FIRST_INFO 128
#define ICMPV6_REDIRECT 137

#define FLAG_FIN 0x01
#define FLAG_SYN 0x02
#define FLAG_RST 0x04
#define FLAG_ACK 0x10

enum {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_ICMPV6 = 58,
};

static u32 be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u32 be32(const u8 *p)
{
	return (u32)be16(p) << 16 | be16(p + 2);
}

static void put16(u8 *p, u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* Whether an IPv4 address is one host's: not "this network", loopback or a group. */
static bool ip4_host(u32 addr)
{
	return addr >> 24 && addr >> 24 != 127 && addr >> 24 < 224;
}

/* The same of IPv6, in which IPv4 addresses in disguise are nobody's. */
static bool ip6_host(const struct isol_wide *addr)
{
	if (!addr->hi && (addr->lo <= 1 || addr->lo >> 32 == 0xffff))
		return false;
	return addr->hi >> 56 != 0xff;
}

/*
 * Whether ICMP is about something that was sent before, or unknown: RFC 1122
 * 3.2.2 has a list of what is not, that ends with 18.
 */
static bool icmp4_error(u32 type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12 || type > 18;
}

static bool icmp6_error(u32 type)
{
	return type < ICMPV6_FIRST_INFO || type == ICMPV6_REDIRECT;
}

static bool mac_host(u64 mac)
{
	return mac && !(mac >> 40 & 1);
}

/* Whether what was read of a frame may be answered at all. */
static bool allowed(const struct isol_key *key)
{
	u32 icmp = key->v[ISOL_MATCH_A_ICMP] >> 8;

	if (!mac_host(key->smac) || !mac_host(key->dmac))
		return false;
	switch (key->shape) {
	case ISOL_SHAPE_IP4_ICMP:
		if (icmp4_error(icmp))
			return false;
		break;
	case ISOL_SHAPE_IP6_ICMP:
		if (icmp6_error(icmp))
			return false;
		break;
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP6_PORTS:
		if (key->v[ISOL_MATCH_A_PROTO] == PROTO_TCP &&
		    key->v[ISOL_MATCH_A_TCP_FLAGS] & FLAG_RST)
			return false;
		break;
	case ISOL_SHAPE_IP4_OTHER:
	case ISOL_SHAPE_IP6_OTHER:
		break;
	default:
		return false;
	}
	if (key->v[ISOL_MATCH_A_FRAGMENT] != ISOL_FRAGMENT_NONE)
		return false;
	if (key->v[ISOL_MATCH_A_ETHERTYPE] == 0x0800)
		return ip4_host(key->v[ISOL_MATCH_A_SRC_IP4]) &&
		       ip4_host(key->v[ISOL_MATCH_A_DST_IP4]);
	return ip6_host(&key->src6) && ip6_host(&key->dst6);
}

static bool copy(const struct isol_packet *packet, u32 off, u8 *to, u32 len)
{
	if (off + len > packet->linear)
		return isol_skb_copy(packet->skb, off, to, len);
	memcpy(to, packet->head + off, len);
	return true;
}

bool isol_answer_due(const struct isol_packet *packet, struct isol_answer *answer)
{
	const struct isol_extent *e = &answer->extent;
	u32 most = sizeof(answer->head);
	/* Of what may change meanwhile only the copy is read. */
	struct isol_packet flat = {
		.head = answer->head,
		.linear = min(packet->len, most),
		.len = packet->len,
		.tagged = packet->tagged,
		.gso = packet->gso,
	};
	struct isol_key key;

	if (!copy(packet, 0, answer->head, flat.linear))
		return false;
	isol_frame_parse(&flat, ISOL_DEPTH_L4, &key);
	if (!allowed(&key))
		return false;
	answer->ip6 = key.v[ISOL_MATCH_A_ETHERTYPE] == 0x86dd;
	isol_frame_extent(&flat, answer->ip6, &answer->extent);
	answer->len = e->l3 + (answer->ip6 ? IP6_LEN : IP4_LEN);
	if (e->proto != PROTO_TCP) {
		most = answer->ip6 ? IP6_MOST - IP6_LEN - ICMP_LEN :
				     IP4_MOST - IP4_LEN - ICMP_LEN;
		answer->len += ICMP_LEN + min(e->end - e->l3, most);
		return true;
	}
	answer->len += TCP_LEN;
	/* what was sent is counted by where its header ends */
	return (u32)(answer->head[e->l4 + 12] >> 4) * 4 <= e->end - e->l4;
}

/* Sums of the Internet checksum, RFC 1071: @len is even unless it is the last. */
static u64 sum(const u8 *p, u32 len, u64 acc)
{
	u32 i;

	for (i = 0; i + 1 < len; i += 2)
		acc += be16(p + i);
	return i < len ? acc + (p[i] << 8) : acc;
}

static u32 fold(u64 acc)
{
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	return ~acc & 0xffff;
}

/* Of the pseudo header: @ip has the addresses. */
static u64 pseudo(const u8 *ip, bool ip6, u32 proto, u32 len)
{
	u64 acc = (u64)proto + (len >> 16) + (len & 0xffff);

	return ip6 ? sum(ip + 8, 32, acc) : sum(ip + 12, 8, acc);
}

bool isol_answer_intact(const struct isol_packet *packet, const struct isol_answer *answer,
			bool verified)
{
	const struct isol_extent *e = &answer->extent;
	const u8 *ip = answer->head + e->l3;
	u32 off, n, len = e->end - e->l4;
	u8 buf[128];
	u64 acc = 0;

	if (!answer->ip6 && fold(sum(ip, e->l4 - e->l3, 0)))
		return false;
	if (verified)
		return true;
	switch (e->proto) {
	case PROTO_UDP:
		/* over IPv4 it need not have one */
		if (!be16(answer->head + e->l4 + 6))
			return !answer->ip6;
		fallthrough;
	case PROTO_TCP:
		acc = pseudo(ip, answer->ip6, e->proto, len);
		break;
	case PROTO_ICMP:
		if (answer->ip6)
			return true;
		break;
	case PROTO_ICMPV6:
		if (!answer->ip6)
			return true;
		acc = pseudo(ip, true, e->proto, len);
		break;
	default:
		/* Others' are not known here. */
		return true;
	}
	for (off = e->l4; off < e->end; off += n) {
		n = min(e->end - off, (u32)sizeof(buf));
		if (!copy(packet, off, buf, n))
			return false;
		acc = sum(buf, n, acc);
	}
	return !fold(acc);
}

/* A reset that the sender takes for its peer's, RFC 9293 3.10.7.1. */
static void write_reset(const struct isol_answer *answer, const u8 *ip, u8 *out)
{
	const struct isol_extent *e = &answer->extent;
	const u8 *tcp = answer->head + e->l4;
	u32 len = e->end - e->l4 - (tcp[12] >> 4) * 4;

	memset(out, 0, TCP_LEN);
	memcpy(out, tcp + 2, 2);
	memcpy(out + 2, tcp, 2);
	out[12] = TCP_LEN / 4 << 4;
	out[13] = FLAG_RST;
	if (tcp[13] & FLAG_ACK) {
		memcpy(out + 4, tcp + 8, 4);
	} else {
		out[13] |= FLAG_ACK;
		len += !!(tcp[13] & FLAG_SYN) + !!(tcp[13] & FLAG_FIN);
		put32(out + 8, be32(tcp + 4) + len);
	}
	put16(out + 16, fold(sum(out, TCP_LEN, pseudo(ip, answer->ip6, PROTO_TCP, TCP_LEN))));
}

static void write_unreach(const struct isol_packet *packet, const struct isol_answer *answer,
			  const u8 *ip, u8 *out, u32 len)
{
	u64 acc = 0;

	memset(out, 0, ICMP_LEN);
	out[0] = answer->ip6 ? ICMPV6_UNREACH : ICMP_UNREACH;
	out[1] = answer->ip6 ? ICMPV6_PROHIBITED : ICMP_PROHIBITED;
	/* Never fails: so much there is. */
	if (!copy(packet, answer->extent.l3, out + ICMP_LEN, len - ICMP_LEN))
		memset(out + ICMP_LEN, 0, len - ICMP_LEN);
	if (answer->ip6)
		acc = pseudo(ip, true, PROTO_ICMPV6, len);
	put16(out + 2, fold(sum(out, len, acc)));
}

void isol_answer_write(const struct isol_packet *packet, const struct isol_answer *answer, u8 *out)
{
	const struct isol_extent *e = &answer->extent;
	const bool ip6 = answer->ip6, tcp = e->proto == PROTO_TCP;
	const u8 *old = answer->head + e->l3;
	u32 hlen = ip6 ? IP6_LEN : IP4_LEN, len = answer->len - e->l3;
	u8 *ip = out + e->l3;

	memcpy(out, answer->head + ETH_ALEN, ETH_ALEN);
	memcpy(out + ETH_ALEN, answer->head, ETH_ALEN);
	memcpy(out + 2 * ETH_ALEN, answer->head + 2 * ETH_ALEN, e->l3 - 2 * ETH_ALEN);
	memset(ip, 0, hlen);
	if (ip6) {
		ip[0] = 6 << 4;
		put16(ip + 4, len - hlen);
		ip[6] = tcp ? PROTO_TCP : PROTO_ICMPV6;
		ip[7] = TTL;
		memcpy(ip + 8, old + 24, 16);
		memcpy(ip + 24, old + 8, 16);
	} else {
		ip[0] = 4 << 4 | IP4_LEN / 4;
		put16(ip + 2, len);
		put16(ip + 6, DF);
		ip[8] = TTL;
		ip[9] = tcp ? PROTO_TCP : PROTO_ICMP;
		memcpy(ip + 12, old + 16, 4);
		memcpy(ip + 16, old + 12, 4);
		put16(ip + 10, fold(sum(ip, IP4_LEN, 0)));
	}
	if (tcp)
		write_reset(answer, ip, ip + hlen);
	else
		write_unreach(packet, answer, ip, ip + hlen, len - hlen);
}
