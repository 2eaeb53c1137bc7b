/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frames that the tests send, and how they are known again.
 *
 * Each ends with a tag that says which frame of which run it is. It is the
 * last thing in the frame, behind or within the packet, so that frames of all
 * kinds are recognised the same way, with or without VLAN tags in front.
 */
#ifndef FRAME_H
#define FRAME_H

#include "types.h"

#define MAC_LEN 6
#define FRAME_MAX 256

/* For local experiments (IEEE 802); what "custom" and reserved kinds carry. */
#define PROTO_CUSTOM 0x88b5

/* As "to" in a tag: nobody in particular. */
#define TO_ALL 0xff

enum kind {
	KIND_UNICAST,		/* IPv4 to the peer's address */
	KIND_UNICAST6,		/* IPv6 to the peer's address */
	KIND_CUSTOM,		/* no IP, to the peer's address */
	KIND_ARP,		/* broadcast ARP request */
	KIND_MCAST,		/* IPv4 multicast, in the block that is always flooded */
	KIND_MCAST6,		/* neighbour solicitation to the group of the target */
	KIND_UNKNOWN,		/* IPv4 to an address that nobody has */
	KIND_RESERVED,		/* to 01:80:c2:00:00:0e */
	KIND_LAST_DEFAULT = KIND_RESERVED,

	KIND_RESERVED00,	/* to 01:80:c2:00:00:00 */
	KIND_RESERVED03,	/* to 01:80:c2:00:00:03 */
	KIND_RA,		/* router advertisement to 01:80:c2:00:00:0e */
	KIND_IGMP,		/* general IGMP query */
	KIND_MLD,		/* general MLD query */
	KIND_BPDU,		/* configuration BPDU to 01:80:c2:00:00:00 */
	KIND_LEARN,		/* to its own source: bridges learn and do no more */
	NKINDS
};

/**
 * struct tag - what stands at the end of a frame
 * @magic: tells it from other frames
 * @run: number of the run, big endian
 * @seq: number of the frame, big endian
 * @from: number of the endpoint that sent it
 * @to: number of the endpoint it is for, or TO_ALL
 * @kind: enum kind
 * @sum: so that all bytes above and this one add up to 0
 */
struct tag {
	u8 magic[4];
	u32 run;
	u32 seq;
	u8 from;
	u8 to;
	u8 kind;
	u8 sum;
};

/**
 * struct frame_spec - a frame to be made
 * @kind: which
 * @src: source address
 * @dst: address of the peer; of kinds to one peer
 * @vlan: VLAN tag (VID and priority), or -1
 * @tpid: EtherType of that
 * @run: see struct tag
 * @seq: see struct tag
 * @from: see struct tag
 * @to: see struct tag
 */
struct frame_spec {
	enum kind kind;
	u8 src[MAC_LEN];
	u8 dst[MAC_LEN];
	int vlan;
	u16 tpid;
	u32 run;
	u32 seq;
	u8 from;
	u8 to;
};

const char *kind_name(enum kind kind);

/* Return: enum kind, or -1. */
int kind_by_name(const char *name, size_t len);

/* Whether one frame of this kind is for all others. */
bool kind_floods(enum kind kind);

/**
 * kind_passes() - whether a bridge without any policy passes a kind on
 * @kind: the kind
 * @from_host: the bridge device sends it
 * @to_host: the bridge device would receive it
 *
 * Nobody but the host gets frames to reserved addresses from a port, and
 * unknown unicast is flooded to ports only.
 */
bool kind_passes(enum kind kind, bool from_host, bool to_host);

/* Numbers as they stand in frames. */
static inline unsigned int get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline void put16(u8 *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* The sum of numbers that an Internet checksum is made of, and of @sum. */
unsigned int sum16(const u8 *p, size_t len, unsigned int sum);

/**
 * frame_build() - make a frame
 * @spec: which
 * @buf: where it goes, FRAME_MAX bytes
 *
 * Return: its length.
 */
size_t frame_build(const struct frame_spec *spec, u8 *buf);

/**
 * frame_put_tag() - make bytes at the end of a frame known again
 * @spec: what is to be said of it
 * @p: where it goes, sizeof(struct tag) bytes
 */
void frame_put_tag(const struct frame_spec *spec, u8 *p);

/**
 * frame_tag() - know a frame again
 * @buf: the frame, or as much of it as was received
 * @len: its length
 * @tag: where the tag goes, numbers in host byte order
 *
 * Return: false if it is not one of ours.
 */
bool frame_tag(const u8 *buf, size_t len, struct tag *tag);

#endif /* FRAME_H */
