/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What isol needs to know of a frame besides its two ports.
 * Pure: see shim.h.
 */
#ifndef ISOL_FRAME_H
#define ISOL_FRAME_H

#include <linux/isol.h>

#include "match.h"
#include "shim.h"

/* So much of a frame is looked at, at the most. */
#define ISOL_FRAME_PEEK 64

/**
 * isol_frame_control() - whether a frame from the host is one of the bridge's own
 * @frame: from the destination address on
 * @len: bytes at @frame, ISOL_FRAME_PEEK of them suffice
 * @port: address of the port that it leaves by
 * @bridge: address of the bridge device
 *
 * A bridge sends three kinds of frames of its own accord, all through
 * LOCAL_OUT without an ingress device, as the host's frames are sent: BPDUs
 * (IEEE 802.1D; net/bridge/br_stp_bpdu.c: 802.3 with LLC 42 42 03, from the
 * port's address, to the bridge group address, which is 01:80:c2:00:00:00 or
 * another reserved one), and, as multicast querier and from the bridge's
 * address, IGMP queries (RFC 3376, type 0x11) and MLD queries (RFC 3810, ICMPv6
 * type 130 behind a hop-by-hop header; net/bridge/br_multicast.c). Without the
 * first, loops form; without the others, multicast starves in snooping
 * bridges. What cannot be read is not control.
 *
 * This is asked of frames that the host sends only, so a guest that forges a
 * query or BPDU gains nothing by it; and what others send through the host
 * (a bridge stacked on this one) does not have these source addresses.
 */
bool isol_frame_control(const u8 *frame, u32 len, const u8 *port, const u8 *bridge);

/**
 * struct isol_packet - where the bytes of a frame are
 * @head: its beginning: the destination address
 * @linear: bytes at @head, no more than @len
 * @len: bytes of the frame in all; those beyond @linear are in @skb
 * @skb: NULL where there is nothing beyond @linear
 * @tagged: a VLAN tag stands beside the frame, not in it: it would be the first
 * @gso: it will be cut into frames that have lengths of their own, so a length
 *	of 0 in its IP header is no lie (BIG TCP)
 * @vlan_known: somebody knows which VLAN the frame is in, and the members below say
 *	it; only isol_frame_vlan() looks at them
 * @vlan_tagged: it came with the tag of that VLAN, or with one of VID 0
 * @vlan_within: that tag is still in the frame, as its first one. Otherwise it
 *	stands beside the frame, has been taken off, or never was, and the first tag
 *	in the frame is the one behind it.
 * @pcp: the priority in that tag, 0 to 7
 * @vlan: the VID, 0 for none. 4095 is reserved, but a bridge that does not look at
 *	VLANs lets it pass.
 *
 * What a bridge that filters VLANs has classified a frame into cannot be seen in the
 * frame: the tag that it has by then may be the bridge's own, and may have gone where
 * it leaves untagged. Where the bridge does not, isol_packet_vlan() finds it.
 */
struct isol_packet {
	const u8 *head;
	u32 linear;
	u32 len;
	const void *skb;
	bool tagged;
	bool gso;
	bool vlan_known;
	bool vlan_tagged;
	bool vlan_within;
	u8 pcp;
	u16 vlan;
};

/* How far into a frame to read. */
enum isol_depth {
	ISOL_DEPTH_NONE,
	ISOL_DEPTH_L2,		/* addresses, EtherType */
	ISOL_DEPTH_L3,		/* ARP, or IP up to the protocol */
	ISOL_DEPTH_L4,		/* the header of the protocol */
};

/*
 * VLAN tags that are followed, one beside the frame included. Their EtherTypes
 * are those that the kernel takes for tags, 0x8100 and 0x88a8, whatever the VID;
 * others (0x9100) hide what is behind them.
 */
#define ISOL_MAX_TAGS 2

/* IPv6 extension headers that are followed, and how long they may be in all. */
#define ISOL_MAX_EXT_HEADERS 8
#define ISOL_MAX_EXT_LEN 256

/**
 * enum isol_shape - which fields of a frame there are, and can be read
 * @ISOL_SHAPE_UNREAD: not even the EtherType can be read: cut off, more than
 *	ISOL_MAX_TAGS tags, LLC/SNAP that carries IPv4, IPv6 or ARP (RFC 1042), or
 *	tags and the like, a length (802.3) that is not true, or neither length
 *	nor EtherType. The MAC addresses can.
 * @ISOL_SHAPE_L3_UNREAD: the EtherType can be read, and what is behind it might
 *	be IP or ARP, but cannot be: a broken or cut header, ARP that is not for
 *	IPv4 over Ethernet, PPPoE sessions, MPLS, MACsec, and other protocols that
 *	carry IP or whole frames
 * @ISOL_SHAPE_OTHER: neither IP nor ARP
 * @ISOL_SHAPE_ARP: ARP for IPv4 over Ethernet
 * @ISOL_SHAPE_IP4_PORTS: TCP, UDP, UDP-Lite, SCTP or DCCP over IPv4
 * @ISOL_SHAPE_IP4_ICMP: ICMP over IPv4
 * @ISOL_SHAPE_IP4_OTHER: another protocol over IPv4
 * @ISOL_SHAPE_IP4_NOL4: one of the first two, but its header cannot be read: a
 *	later fragment, a first one that is too short, cut off
 * @ISOL_SHAPE_IP6_PORTS: as over IPv4
 * @ISOL_SHAPE_IP6_ICMP: ICMPv6 over IPv6
 * @ISOL_SHAPE_IP6_OTHER: another protocol over IPv6
 * @ISOL_SHAPE_IP6_NOL4: as over IPv4
 * @ISOL_SHAPE_IP6_NOPROTO: the extension headers cannot be followed to the
 *	protocol: too many, too long, cut off, ESP is a protocol
 *
 * With ISOL_DEPTH_L2 all that has a readable EtherType is ISOL_SHAPE_OTHER; with
 * ISOL_DEPTH_L3 IP whose protocol is known is of the shape _OTHER.
 */
enum isol_shape {
	ISOL_SHAPE_UNREAD,
	ISOL_SHAPE_L3_UNREAD,
	ISOL_SHAPE_OTHER,
	ISOL_SHAPE_ARP,
	ISOL_SHAPE_IP4_PORTS,
	ISOL_SHAPE_IP4_ICMP,
	ISOL_SHAPE_IP4_OTHER,
	ISOL_SHAPE_IP4_NOL4,
	ISOL_SHAPE_IP6_PORTS,
	ISOL_SHAPE_IP6_ICMP,
	ISOL_SHAPE_IP6_OTHER,
	ISOL_SHAPE_IP6_NOL4,
	ISOL_SHAPE_IP6_NOPROTO,
	ISOL_NSHAPES
};

/**
 * struct isol_key - what was read of a frame
 * @shape: enum isol_shape: says which of the fields below are valid
 * @v: narrow fields and TCP flags, by enum isol_match_attr, in host order; those
 *	of wide fields and MAC addresses are unused
 * @smac: source MAC address, in the lower 48 bits
 * @dmac: destination MAC address
 * @src6: IPv6 source address
 * @dst6: IPv6 destination address
 *
 * Valid are: the MAC addresses and ISOL_MATCH_A_CAST always; the EtherType but
 * for UNREAD; addresses and DSCP of IP for IP4_* and IP6_*; protocol and
 * fragment for these but NOPROTO (what is hidden may be a fragment too); ports
 * for *_PORTS, and TCP flags if the protocol is TCP (otherwise they are 0);
 * ISOL_MATCH_A_ICMP for *_ICMP; where isol_frame_vlan() was asked, the VLAN, PCP and
 * inner VLAN for all but UNREAD.
 */
struct isol_key {
	u32 shape;
	u32 v[ISOL_MATCH_A_MAX + 1];
	u64 smac;
	u64 dmac;
	struct isol_wide src6;
	struct isol_wide dst6;
};

/**
 * isol_frame_parse() - read a frame
 * @packet: the frame
 * @depth: how far, enum isol_depth, not ISOL_DEPTH_NONE
 * @key: out: what was read
 *
 * Bounded: reads at most the Ethernet header, ISOL_MAX_TAGS tags, one IP header,
 * ISOL_MAX_EXT_HEADERS extension headers and 20 bytes beyond. What an IP header
 * says of its length is believed as far as it makes the packet shorter than the
 * frame: what is behind is padding. A length beyond the end of the frame is a
 * lie, so nothing of layer 3 counts as read.
 *
 * Context: any. In the kernel the frame may be a clone: nothing is written.
 */
void isol_frame_parse(const struct isol_packet *packet, enum isol_depth depth,
		      struct isol_key *key);

/**
 * isol_key_fragment() - whether a frame is a fragment, or may be one
 * @key: what isol_frame_parse() has read of it, ISOL_DEPTH_L3 or more
 *
 * Whether connection tracking could put it together with others: before that happens a
 * guest's fragments are dropped. Where extension headers hide the protocol one may be for
 * fragmentation. What is not even a readable IP header the kernel does not put together
 * (net/bridge/netfilter/nf_conntrack_bridge.c, nf_ct_br_ip_check()).
 */
bool isol_key_fragment(const struct isol_key *key);

/* EtherTypes behind which there may be IP or ARP all the same. */
static inline bool isol_ethertype_hides(u32 proto)
{
	switch (proto) {
	case 0x22f3:		/* TRILL, RFC 6325 */
	case 0x4305:		/* B.A.T.M.A.N. */
	case 0x6558:		/* bridged Ethernet, RFC 1701 */
	case 0x6559:		/* frame relay, RFC 1701 */
	case 0x876b:		/* compressed TCP/IP, RFC 1144 */
	case 0x880b:		/* PPP */
	case 0x8847:		/* MPLS, RFC 3032 */
	case 0x8848:
	case 0x8864:		/* PPPoE session, RFC 2516; discovery (8863) has no payload */
	case 0x8870:		/* LLC in frames that are longer than a length can say */
	case 0x88e5:		/* MACsec, IEEE 802.1AE */
	case 0x88e7:		/* I-TAG of provider backbones, IEEE 802.1Q */
	case 0x8926:		/* VN-TAG */
	case 0x892f:		/* HSR, IEC 62439-3 */
	case 0x893f:		/* E-TAG, IEEE 802.1BR */
	case 0x894f:		/* NSH, RFC 8300 */
	case 0x9100:		/* VLAN tags from before IEEE 802.1ad */
	case 0x9200:
	case 0x9300:
	case 0xa0ed:		/* 6LoWPAN, RFC 7973 */
	case 0xf1c1:		/* R-TAG, IEEE 802.1CB */
		return true;
	default:
		return false;
	}
}

/*
 * Multicast listeners, neighbours and routers: ICMPv6 that the kernel tracks no connections of
 * (net/netfilter/nf_conntrack_proto_icmpv6.c).
 */
static inline bool isol_icmp6_untracked(u32 type)
{
	return (type >= 130 && type <= 136) || type == 143;
}

/* Requests, which are what nf_conntrack lets begin something (likewise, and .._proto_icmp.c). */
static inline bool isol_icmp_begins(u32 type, bool ip6)
{
	if (ip6)
		return type == 128 || type == 139;
	return type == 8 || type == 13 || type == 15 || type == 17;
}

/**
 * isol_frame_begins() - whether a frame can begin a conversation, as far as that can be told
 * from its shape, from what ICMP it is, and from its TCP flags
 * @packet: the frame
 *
 * What may hide IP is not tracked, so it begins nothing. Of TCP it is SYN, and ACK of
 * connections that are older than the tracking, unless the host takes up none (sysctl
 * net.netfilter.nf_conntrack_tcp_loose).
 */
bool isol_frame_begins(const struct isol_packet *packet);

/**
 * isol_frame_neighbor() - whether a frame is one by which neighbors find each other
 * @packet: the frame
 *
 * ARP requests and replies, neighbor solicitations and advertisements.
 */
bool isol_frame_neighbor(const struct isol_packet *packet);

/* More of a frame is never read: tags, an IPv6 header and what may follow, TCP. */
#define ISOL_FRAME_MOST (14 + ISOL_MAX_TAGS * 4 + 40 + ISOL_MAX_EXT_LEN + 20)

/**
 * struct isol_extent - where the parts of an IP packet begin
 * @l3: the IP header, counted from the destination address
 * @l4: the header of the protocol
 * @end: the end of the packet; what is behind is padding
 * @proto: the protocol
 */
struct isol_extent {
	u32 l3;
	u32 l4;
	u32 end;
	u32 proto;
};

/**
 * isol_frame_extent() - find the parts of an IP packet
 * @packet: the frame, which isol_frame_parse() has just found to be of a shape
 *	IP4_PORTS, IP4_ICMP or IP4_OTHER, or of the same over IPv6; ISOL_FRAME_MOST
 *	bytes of it, or all, are linear and have not changed since
 * @ip6: which of the two
 * @extent: out: where they begin
 */
void isol_frame_extent(const struct isol_packet *packet, bool ip6, struct isol_extent *extent);

/* What @v has of a frame that came without a tag, or has no second one. */
#define ISOL_NO_PCP 8
#define ISOL_NO_INNER_VLAN 4096

/**
 * isol_frame_vlan() - read which VLANs a frame is in
 * @packet: the frame
 * @key: in and out: what isol_frame_parse() has read of it
 *
 * Apart from that, so that only those frames pay for it that are asked about it.
 * Where the VLAN is not known the frame becomes ISOL_SHAPE_UNREAD: of what is asked
 * together with a VLAN nothing is believed then but the MAC addresses.
 *
 * Context: any; bounded, as isol_frame_parse().
 */
void isol_frame_vlan(const struct isol_packet *packet, struct isol_key *key);

/**
 * isol_packet_vlan() - where nobody has classified a frame: by its first tag
 * @packet: the frame; no tag stands beside it. What it says of the VLAN is filled in.
 *
 * The frame is in the VLAN of the first tag in it, and in none without one, or if its
 * VID is 0.
 */
void isol_packet_vlan(struct isol_packet *packet);

/**
 * isol_packet_classify() - a frame as it came, and what a bridge made of it
 * @packet: the frame, with all tags that it came with in it
 * @vlan: the VLAN that it has been put in
 *
 * A first tag of that VID, or of VID 0, is that VLAN's. Any other is one that the
 * bridge does not look at (of another EtherType than its own).
 */
void isol_packet_classify(struct isol_packet *packet, u16 vlan);

#endif /* ISOL_FRAME_H */
