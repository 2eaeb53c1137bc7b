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
 *
 * A bridge sends three kinds of frames of its own accord, all through
 * LOCAL_OUT without an ingress device, as the host's frames are sent: BPDUs
 * (IEEE 802.1D, to 01:80:c2:00:00:00; net/bridge/br_stp_bpdu.c), and, as
 * multicast querier, IGMP queries (RFC 3376, type 0x11) and MLD queries (RFC
 * 3810, ICMPv6 type 130 behind a hop-by-hop header), net/bridge/
 * br_multicast.c. Without the first, loops form; without the others, multicast
 * starves in snooping bridges. What cannot be read is not control.
 *
 * This is asked of frames that the host sends only, so a guest that forges a
 * query or BPDU gains nothing by it.
 */
bool isol_frame_control(const u8 *frame, u32 len);

#endif /* ISOL_FRAME_H */
