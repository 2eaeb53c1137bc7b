/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What isol needs to know of a frame besides its two ports.
 * Pure: see shim.h.
 */
#ifndef ISOL_FRAME_H
#define ISOL_FRAME_H

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

#endif /* ISOL_FRAME_H */
