/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading frames as they nearly always are, without a call. What is read is the
 * same as by isol_frame_parse(), which begins with this.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_FRAME_FAST_H
#define ISOL_FRAME_FAST_H

#include "frame.h"

#define OFF_PROTO 12		/* of the EtherType, behind two addresses */
#define OFF_PAYLOAD 14
#define PROTO_IP 0x0800
#define IP4_LEN 20
#define TCP_LEN 20
#define PROTO_TCP 6
#define PROTO_UDP 17

/* Bytes that are anywhere; compilers make one load of each. */
static __always_inline u32 be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static __always_inline u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static __always_inline u64 be64(const u8 *p)
{
	return (u64)p[0] << 56 | (u64)p[1] << 48 | (u64)p[2] << 40 | (u64)p[3] << 32 |
	       (u64)p[4] << 24 | (u64)p[5] << 16 | (u64)p[6] << 8 | p[7];
}

/*
 * What is the same with IPv4 and IPv6. @h is the header of the protocol; there are
 * TCP_LEN bytes.
 */
static __always_inline bool isol_frame_fast(const u8 *frame, const u8 *h, u32 proto,
					    struct isol_key *key)
{
	u32 ports = be32(h), flags = 0;

	/* to many */
	if (unlikely(frame[0] & 1))
		return false;
	if (likely(proto == PROTO_TCP)) {
		flags = be16(h + 12);
		if (unlikely(flags < 5 << 12))
			return false;
		flags &= 0x1ff;
	} else if (unlikely(proto != PROTO_UDP)) {
		return false;
	}
	key->v[ISOL_MATCH_A_TCP_FLAGS] = flags;
	key->v[ISOL_MATCH_A_SPORT] = ports >> 16;
	key->v[ISOL_MATCH_A_DPORT] = ports & 0xffff;
	key->v[ISOL_MATCH_A_PROTO] = proto;
	key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_NONE;
	key->v[ISOL_MATCH_A_CAST] = ISOL_CAST_UNICAST;
	key->dmac = be64(frame) >> 16;
	key->smac = be64(frame + ETH_ALEN) >> 16;
	return true;
}

/**
 * isol_frame_fast4() - read TCP or UDP over IPv4
 * @frame: the frame
 * @linear: bytes at @frame
 * @len: bytes of the frame in all
 * @key: out: as by isol_frame_parse() with ISOL_DEPTH_L4
 *
 * No tag, no options, no fragment, to one receiver, in one piece.
 *
 * Return: false if it is anything else; then @key holds anything.
 */
static __always_inline bool isol_frame_fast4(const u8 *frame, u32 linear, u32 len,
					     struct isol_key *key)
{
	const u8 *ip = frame + OFF_PAYLOAD;
	u32 first, ip_len;
	u64 rest;

	if (unlikely(linear < OFF_PAYLOAD + IP4_LEN + TCP_LEN))
		return false;
	/* EtherType, version and header length, DSCP */
	first = be32(frame + OFF_PROTO);
	if (first >> 8 != (PROTO_IP << 8 | 0x45))
		return false;
	/* length, fragment, protocol */
	rest = be64(ip + 2);
	ip_len = rest >> 48;
	if (unlikely(rest & 0x3fff0000 || ip_len < IP4_LEN + TCP_LEN ||
		     OFF_PAYLOAD + ip_len > len ||
		     !isol_frame_fast(frame, ip + IP4_LEN, rest & 0xff, key)))
		return false;
	key->v[ISOL_MATCH_A_ETHERTYPE] = PROTO_IP;
	key->v[ISOL_MATCH_A_DSCP] = first >> 2 & 0x3f;
	key->v[ISOL_MATCH_A_SRC_IP4] = be32(ip + 12);
	key->v[ISOL_MATCH_A_DST_IP4] = be32(ip + 16);
	key->shape = ISOL_SHAPE_IP4_PORTS;
	return true;
}

#endif /* ISOL_FRAME_FAST_H */
