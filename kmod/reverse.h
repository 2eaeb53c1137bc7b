/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From an answer to what it answers.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_REVERSE_H
#define ISOL_REVERSE_H

#include "frame.h"

/* The ICMP types that answer each other, as net/netfilter/nf_conntrack_proto_icmp.c has them. */
static inline bool isol_icmp_reverse(u32 *icmp, bool ip6)
{
	static const u8 pairs4[][2] = { { 8, 0 }, { 13, 14 }, { 15, 16 }, { 17, 18 } };
	static const u8 pairs6[][2] = { { 128, 129 }, { 139, 140 } };
	const u8 (*pair)[2] = ip6 ? pairs6 : pairs4;
	u32 n = ip6 ? ARRAY_SIZE(pairs6) : ARRAY_SIZE(pairs4);

	for (; n--; pair++) {
		if (*icmp >> 8 != (*pair)[0] && *icmp >> 8 != (*pair)[1])
			continue;
		*icmp = (u32)(*pair)[*icmp >> 8 == (*pair)[0]] << 8 | (*icmp & 0xff);
		return true;
	}
	return false;
}

/* The same by whom it was sent, and to whom. */
static inline void isol_key_swap_macs(struct isol_key *key)
{
	u64 mac = key->smac;

	key->smac = key->dmac;
	key->dmac = mac;
	/* Nobody has a group for an address. */
	key->v[ISOL_MATCH_A_CAST] = ISOL_CAST_UNICAST;
}

static inline void isol_key_swap(struct isol_key *key, u32 a, u32 b)
{
	u32 v = key->v[a];

	key->v[a] = key->v[b];
	key->v[b] = v;
}

/**
 * isol_key_reverse() - make of an answer what it answers
 * @key: in: what isol_frame_parse() has read of a frame; out: what it would have read of
 *	one that this frame answers, as far as that can be told: addresses, protocol,
 *	ports, ICMP type, the VLAN
 *
 * What cannot be told no rule that tracks connections asks about.
 *
 * Return: false if it answers nothing.
 */
static inline bool isol_key_reverse(struct isol_key *key)
{
	struct isol_wide wide;

	switch (key->shape) {
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP6_PORTS:
		isol_key_swap(key, ISOL_MATCH_A_SPORT, ISOL_MATCH_A_DPORT);
		break;
	case ISOL_SHAPE_IP4_ICMP:
	case ISOL_SHAPE_IP6_ICMP:
		if (!isol_icmp_reverse(&key->v[ISOL_MATCH_A_ICMP],
				       key->shape == ISOL_SHAPE_IP6_ICMP))
			return false;
		break;
	case ISOL_SHAPE_IP4_OTHER:
	case ISOL_SHAPE_IP6_OTHER:
	case ISOL_SHAPE_OTHER:	/* read no further than the EtherType */
		break;
	default:
		return false;
	}
	switch (key->shape) {
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP4_ICMP:
	case ISOL_SHAPE_IP4_OTHER:
		isol_key_swap(key, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_DST_IP4);
		break;
	case ISOL_SHAPE_IP6_PORTS:
	case ISOL_SHAPE_IP6_ICMP:
	case ISOL_SHAPE_IP6_OTHER:
		wide = key->src6;
		key->src6 = key->dst6;
		key->dst6 = wide;
		break;
	default:
		break;
	}
	/* What nobody can tell is nothing that a rule would ask for. */
	key->v[ISOL_MATCH_A_TCP_FLAGS] = 0;
	key->v[ISOL_MATCH_A_DSCP] = 0;
	key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_NONE;
	key->v[ISOL_MATCH_A_PCP] = ISOL_NO_PCP;
	key->v[ISOL_MATCH_A_INNER_VLAN] = ISOL_NO_INNER_VLAN;
	isol_key_swap_macs(key);
	return true;
}

#endif /* ISOL_REVERSE_H */
