/* SPDX-License-Identifier: GPL-2.0 */
/* Rejecting frames: whether to tell the sender, and telling it. */
#ifndef ISOL_REJECT_H
#define ISOL_REJECT_H

#include "counter.h"
#include "frame.h"
#include "isol.h"

/**
 * isol_reject() - tell the sender of a frame that it is rejected
 * @in: the namespace
 * @packet: the frame
 * @state: where the hook is; its ingress device is a port of a managed bridge
 * @counts: of that port
 *
 * The answer goes out by the port that the frame came in by, and not through the
 * bridge, so it meets no hook of ours. There is none if answer.h says so, if the
 * frame was not for who is behind the egress port, or above the limit of the port.
 *
 * Context: softirq, under rcu_read_lock().
 */
void isol_reject(struct isol_net *in, const struct isol_packet *packet,
		 const struct nf_hook_state *state, struct isol_count *counts);

#endif /* ISOL_REJECT_H */
