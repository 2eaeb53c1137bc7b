/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames made by their description: what is asked about, and what tests send.
 */
#ifndef ISOL_USERSPACE_CRAFT_H
#define ISOL_USERSPACE_CRAFT_H

#include <linux/isol.h>

#include "types.h"

#define CRAFT_MAX_TAGS 3

/* As long as a frame without payload, with tags and extension headers, may be. */
#define CRAFT_MAX_HEAD 128

/* Bits of tcp_flags. */
#define CRAFT_FIN 0x001
#define CRAFT_SYN 0x002
#define CRAFT_RST 0x004
#define CRAFT_PSH 0x008
#define CRAFT_ACK 0x010
#define CRAFT_URG 0x020
#define CRAFT_ECE 0x040
#define CRAFT_CWR 0x080
#define CRAFT_NS 0x100

/**
 * struct craft - a frame to be made
 * @given: which of the fields that rules can ask about are given here: bits by
 *	enum isol_match_attr. The rest are made up so as to go with them.
 * @group: IGMP, MLD and RARP go to their groups and to all, unless told otherwise
 * @ip: 4 or 6; 0: as what is given has it
 * @src_mac: source MAC address; 02:00:00:00:00:01
 * @dst_mac: destination MAC address; that of an IP group or broadcast address,
 *	broadcast for ARP requests, otherwise 02:00:00:00:00:02
 * @cast: enum isol_cast: an address of that kind instead; where @dst_mac is not
 *	given
 * @ethertype: 4 for LLC without SNAP. Where fields of IP or ARP are given as well
 *	it stands in front of them, whatever it is.
 * @src4: IPv4 source address, in host order; 192.0.2.1
 * @dst4: IPv4 destination address; 192.0.2.2
 * @src6: IPv6 source address; 2001:db8::1
 * @dst6: IPv6 destination address; 2001:db8::2
 * @dscp: 0
 * @fragment: enum isol_fragment; none
 * @proto: IP protocol; as ports, TCP flags, ICMP type have it, otherwise TCP
 * @sport: source port; 49152
 * @dport: destination port; 9
 * @tcp_flags: as in ISOL_MATCH_A_TCP_FLAGS; SYN
 * @icmp: type in the upper 8 bits, code in the lower; an echo request
 * @arp_op: operation of ARP; request
 * @arp_sender: IPv4 address of the sender, in host order; 192.0.2.1
 * @arp_target: IPv4 address of the target; 192.0.2.2
 * @vlan: the VLAN that it is in; alone it is not to be seen in the frame: a bridge
 *	puts untagged frames in VLANs too. Who asks about the frame has to say it.
 * @pcp: the frame has a tag with this priority and @vlan, or VID 0; priority 0
 * @inner_vlan: it has a second tag with this VID, and therefore a first one
 * @ntags: number of @tags
 * @tags: VLAN tags behind these, the outer one first: EtherType, and VID with priority
 * @payload: bytes that the protocol, or the EtherType, carries
 * @data: these, NULL for zeros
 * @snap: an LLC/SNAP header instead of the EtherType
 * @pppoe: in a PPPoE session
 * @cut: the frame ends after so many bytes, whatever it says of its length; 0: it
 *	does not
 */
struct craft {
	u32 given;
	bool group;
	u8 ip;
	u8 src_mac[6];
	u8 dst_mac[6];
	u8 cast;
	u16 ethertype;
	u32 src4;
	u32 dst4;
	u8 src6[16];
	u8 dst6[16];
	u8 dscp;
	u8 fragment;
	u8 proto;
	u16 sport;
	u16 dport;
	u16 tcp_flags;
	u16 icmp;
	u16 arp_op;
	u32 arp_sender;
	u32 arp_target;
	u16 vlan;
	u8 pcp;
	u16 inner_vlan;
	unsigned int ntags;
	struct {
		u16 tpid;
		u16 tci;
	} tags[CRAFT_MAX_TAGS];
	u16 payload;
	const u8 *data;
	bool snap;
	bool pppoe;
	u16 cut;
};

/* Which fields of a craft are given: craft_has(c, ISOL_MATCH_A_DPORT). */
static inline bool craft_has(const struct craft *c, u32 field)
{
	return c->given >> field & 1;
}

/* Whether the frame has a tag of the VLAN that it is in. */
static inline bool craft_tagged(const struct craft *c)
{
	return craft_has(c, ISOL_MATCH_A_PCP) || craft_has(c, ISOL_MATCH_A_INNER_VLAN);
}

static inline void craft_give(struct craft *c, u32 field)
{
	c->given |= 1U << field;
}

/**
 * craft_complete() - fill in what is not given, as craft_frame() does
 * @c: in and out: what it is to be; @given stays as it is
 *
 * Return: the EtherType of the ARP or IP that is in the frame, 0 if none is.
 */
u16 craft_complete(struct craft *c);

/**
 * craft_frame() - make a frame
 * @c: what it is to be
 * @buf: where it goes
 * @size: room there; CRAFT_MAX_HEAD and the payload suffice
 *
 * Lengths and checksums are right. Fragments are such as would be cut out of a
 * larger packet: the first has the header of its protocol, a later one does not.
 * A frame that is not cut has 60 bytes at least.
 *
 * Return: its length, or 0 if there is no room.
 */
size_t craft_frame(const struct craft *c, u8 *buf, size_t size);

#endif /* ISOL_USERSPACE_CRAFT_H */
