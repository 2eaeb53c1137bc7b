/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the sender of a rejected frame is told, and whether it may be told.
 *
 * TCP gets a reset, other IP "communication administratively prohibited": ICMP
 * type 3 code 13 (RFC 1812 5.2.7.1), ICMPv6 type 1 code 1 (RFC 4443 3.1). The
 * answer comes from the address that the frame was for, on both layers, and has
 * the VLAN tags of the frame. The kernel's nf_reject_ipv4 and nf_reject_ipv6 do as
 * much, but not on all kernels that isol runs on, and they are not made for frames
 * that may be clones or have tags in them.
 *
 * No answer must lead to another, or make one frame into many, or tell anything to
 * someone else than who sent the frame (RFC 1122 3.2.2, RFC 4443 2.4 (e)). So there
 * is none to group addresses of either layer, to sources that are not one host, to
 * resets, to ICMP errors and redirects, to fragments (of later ones nobody knows
 * what they are, and of first ones the checksum cannot be verified), and to what is
 * broken or cannot be read.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_ANSWER_H
#define ISOL_ANSWER_H

#include "frame.h"

/* The most that an answer takes: tags and an IPv6 packet of the least MTU. */
#define ISOL_ANSWER_MOST (14 + ISOL_MAX_TAGS * 4 + 1280)

/**
 * struct isol_answer - an answer that is due
 * @extent: where the parts of the frame's packet begin
 * @ip6: it is IPv6
 * @len: bytes of the answer, from the destination address on
 * @head: the beginning of the frame
 */
struct isol_answer {
	struct isol_extent extent;
	bool ip6;
	u32 len;
	u8 head[ISOL_FRAME_MOST];
};

/**
 * isol_answer_due() - whether the sender of a frame may be told anything
 * @packet: the frame
 * @answer: out: what isol_answer_write() needs
 *
 * It does not look at checksums. Bounded as isol_frame_parse() is.
 */
bool isol_answer_due(const struct isol_packet *packet, struct isol_answer *answer);

/**
 * isol_answer_intact() - whether the checksums of a frame are right
 * @packet: the frame
 * @answer: from isol_answer_due()
 * @verified: those of TCP, UDP and ICMP have been verified, or will be filled in
 *
 * Reads all of the packet if not @verified.
 */
bool isol_answer_intact(const struct isol_packet *packet, const struct isol_answer *answer,
			bool verified);

/**
 * isol_answer_write() - write the answer
 * @packet: the frame
 * @answer: from isol_answer_due()
 * @out: where it goes: @answer->len bytes
 *
 * A tag that stands beside the frame is not written.
 */
void isol_answer_write(const struct isol_packet *packet, const struct isol_answer *answer, u8 *out);

#endif /* ISOL_ANSWER_H */
