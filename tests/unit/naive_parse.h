/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What isol_frame_parse() does, done as one would say it, byte by byte. They
 * have to come to the same.
 */
#ifndef ISOL_NAIVE_PARSE_H
#define ISOL_NAIVE_PARSE_H

#include "frame.h"

/* Who says which VLAN a frame is in. */
enum naive_vlan {
	NAIVE_VLAN_UNASKED,	/* nobody: isol_frame_vlan() is not called */
	NAIVE_VLAN_UNKNOWN,	/* nobody knows */
	NAIVE_VLAN_TOLD,	/* the members of the frame, as in struct isol_packet */
	NAIVE_VLAN_TAG,		/* its first tag, as by isol_packet_vlan() */
	NAIVE_VLAN_BRIDGE,	/* the bridge, as by isol_packet_classify() */
};

/**
 * struct naive_frame - a frame
 * @data: its bytes from the destination address on
 * @linear: how many of them can be read
 * @len: how many it has
 * @tagged: as in struct isol_packet
 * @gso: as in struct isol_packet
 * @who: says which VLAN it is in
 * @vlan_tagged: as in struct isol_packet
 * @vlan_within: as in struct isol_packet
 * @pcp: as in struct isol_packet
 * @vlan: as in struct isol_packet
 */
struct naive_frame {
	const u8 *data;
	u32 linear;
	u32 len;
	bool tagged;
	bool gso;
	enum naive_vlan who;
	bool vlan_tagged;
	bool vlan_within;
	u8 pcp;
	u16 vlan;
};

/**
 * struct naive_key - what was read
 * @shape: enum isol_shape
 * @has: which fields can be read, by enum isol_match_attr
 * @v: what they are; those of wide fields and MAC addresses are unused
 * @smac: source MAC address
 * @dmac: destination MAC address
 * @src6: IPv6 source address
 * @dst6: IPv6 destination address
 */
struct naive_key {
	u32 shape;
	bool has[ISOL_MATCH_A_MAX + 1];
	u32 v[ISOL_MATCH_A_MAX + 1];
	u8 smac[6];
	u8 dmac[6];
	u8 src6[16];
	u8 dst6[16];
};

void naive_parse(const struct naive_frame *f, enum isol_depth depth, struct naive_key *key);

/**
 * naive_differs() - compare the two, as far as fields can be read
 * @key: what isol_frame_parse() has read
 * @naive: what naive_parse() has read of the same frame
 *
 * Return: what is not the same, a text, or NULL.
 */
const char *naive_differs(const struct isol_key *key, const struct naive_key *naive);

#endif /* ISOL_NAIVE_PARSE_H */
