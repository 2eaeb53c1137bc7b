/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Are the ports of VLAN segments in these VLANs? Where they are not, all frames are
 * dropped that the policy accepts, and the rules do not say why.
 */
#ifndef ISOL_USERSPACE_VLANCHECK_H
#define ISOL_USERSPACE_VLANCHECK_H

#include "links.h"
#include "policy.h"
#include "pull.h"

/**
 * struct vlan_host - a policy on a host
 * @p: the policy, checked
 * @l: the interfaces
 * @v: what the kernel says of which binding each port is; NULL: as the selectors
 *	of the bindings have it
 */
struct vlan_host {
	const struct policy *p;
	const struct links *l;
	const struct view *v;
};

/*
 * All of these return what is wrong, in a sentence to be freed, or NULL: if nothing is, or
 * if what they ask about is not there. Names of interfaces are as the kernel has them.
 */

/**
 * vlan_bridge_fault() - does the bridge of a segment look at VLANs?
 * @h: the host
 * @s: the segment
 */
char *vlan_bridge_fault(const struct vlan_host *h, const struct segment *s);

/**
 * vlan_port_fault() - is a guest port in the VLAN of its segment, and in no other's?
 * @h: the host
 * @port: the port
 */
char *vlan_port_fault(const struct vlan_host *h, const struct link *port);

/**
 * vlan_uplink_fault() - does an uplink carry the VLAN of a segment?
 * @h: the host
 * @s: the segment
 */
char *vlan_uplink_fault(const struct vlan_host *h, const struct segment *s);

/**
 * vlan_host_fault() - is the host itself in the VLAN of a segment?
 * @h: the host
 * @s: the segment
 */
char *vlan_host_fault(const struct vlan_host *h, const struct segment *s);

/**
 * struct vlan_fault - what is wrong
 * @at: the place in the policy that it goes against
 * @text: a sentence
 * @cut: frames of a segment, or of a guest, are dropped for it; else it depends on the guests
 */
struct vlan_fault {
	struct mark at;
	char *text;
	bool cut;
};

typedef void (*vlan_cb)(const struct vlan_fault *f, void *data);

/**
 * vlancheck() - look at all segments, and all ports of their bridges
 * @h: the host
 * @cb: called for each thing that is wrong
 * @data: for @cb
 *
 * Uplinks matter where something opens the segment to them. The host is not looked at: it is
 * rarely in all of the segments that a rule opens to it.
 */
void vlancheck(const struct vlan_host *h, vlan_cb cb, void *data);

#endif /* ISOL_USERSPACE_VLANCHECK_H */
