/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netfilter hooks: a frame in, a verdict out. They are the only code of isol that sees frames.
 *
 * No hook takes a lock, allocates, or loops over anything that a guest or an
 * operator can make long, unless it is to answer a frame that is rejected: see
 * reject.c; or to have connections counted, which is asked for once for each
 * count: see conns.h. All run under rcu_read_lock().
 */
#ifndef ISOL_HOOK_H
#define ISOL_HOOK_H

#include <linux/netfilter.h>

#include "isol.h"

struct isol_brdev;
struct isol_port;

/* hook_forward.c */
nf_hookfn isol_forward;
/* hook_local.c */
nf_hookfn isol_local_in;
nf_hookfn isol_local_out;
nf_hookfn isol_ingress;
/* hook_pre.c */
nf_hookfn isol_pre_routing;
nf_hookfn isol_egress;
/* hook_track.c */
nf_hookfn isol_tracked;
nf_hookfn isol_host;

/**
 * isol_hooks_register() - register the bridge hooks of a namespace
 * @in: the namespace, with its view published
 *
 * Context: process.
 * Return: 0 or a negative errno, then none is registered.
 */
int isol_hooks_register(struct isol_net *in);

/* No frame is in the hooks any more after the next grace period. */
void isol_hooks_unregister(struct isol_net *in);

/**
 * isol_hook_ingress_register() - register the ingress hook of a guest port
 * @in: the namespace
 * @port: the port
 *
 * It judges frames to the reserved addresses 01:80:c2:00:00:00 to 0f, which
 * the bridge hands to the host before it asks any bridge hook.
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int isol_hook_ingress_register(struct isol_net *in, struct isol_port *port);
void isol_hook_ingress_unregister(struct isol_net *in, struct isol_port *port);

/**
 * isol_hook_pre_register() - register the hook that works out VLANs and zones
 * @in: the namespace, with its view published
 *
 * It also drops what guests of VLAN segments send in another VLAN, before the bridge
 * learns an address from it, and their fragments while connections are tracked.
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int isol_hook_pre_register(struct isol_net *in);
void isol_hook_pre_unregister(struct isol_net *in);

/**
 * isol_hook_tracked_register() - register the hooks behind connection tracking
 * @in: the namespace, with its view published
 *
 * On bridges, and of the host's own IPv4 and IPv6: there connections with the host count. They
 * are needed with the one before, while connections are tracked.
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int isol_hook_tracked_register(struct isol_net *in);
void isol_hook_tracked_unregister(struct isol_net *in);

/**
 * isol_hook_egress_register() - register the hook that does that for what the host sends
 * @in: the namespace
 * @br: the bridge device
 * @dev: the device itself
 *
 * Context: process.
 * Return: 0 or a negative errno; 0 also where the kernel has no such hook.
 */
int isol_hook_egress_register(struct isol_net *in, struct isol_brdev *br, struct net_device *dev);
void isol_hook_egress_unregister(struct isol_net *in, struct isol_brdev *br);

#endif /* ISOL_HOOK_H */
