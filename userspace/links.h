/* SPDX-License-Identifier: GPL-2.0 */
/* The network interfaces of the namespace, by rtnetlink. */
#ifndef ISOL_USERSPACE_LINKS_H
#define ISOL_USERSPACE_LINKS_H

#include "alloc.h"
#include "table.h"
#include "types.h"

#define LINK_VLANS	4096	/* VIDs */

/**
 * struct link_vlans - the VLANs of a bridge port, or of a bridge device itself
 * @pvid: the VLAN of frames without a tag, 0 if it takes none
 * @member: a bit for each VLAN that it is in
 * @untagged: a bit for each VLAN whose frames leave by it without a tag
 */
struct link_vlans {
	u16 pvid;
	u32 member[LINK_VLANS / 32];
	u32 untagged[LINK_VLANS / 32];
};

/**
 * struct link - an interface
 * @ifindex: its number
 * @master: number of what it is a port of, 0 if it is none
 * @lower: number of the interface it sits on, 0 if there is none here
 * @type: ARPHRD_*
 * @mac: its address; zero if it has none of six bytes
 * @name: its name
 * @kind: kind of virtual device, NULL for hardware
 * @alias: NULL if there is none
 * @parent: whether it has a parent device, as hardware has
 * @filters: it is a bridge that filters VLANs
 * @vlans: NULL where that is not known, as of what is no port
 */
struct link {
	u32 ifindex;
	u32 master;
	u32 lower;
	u16 type;
	u8 mac[6];
	const char *name;
	const char *kind;
	const char *alias;
	bool parent;
	bool filters;
	struct link_vlans *vlans;
};

/**
 * struct links - all of them
 * @v: the interfaces
 * @n: how many
 * @names: by name
 * @numbers: by number
 *
 * Zero is none.
 */
struct links {
	struct link **v;
	size_t n;
	size_t cap;
	struct table names;
	struct table numbers;
	struct arena arena;
};

/**
 * links_read() - ask the kernel for the interfaces
 * @l: out: the interfaces; to be freed in any case
 *
 * /sys would not do: it shows the namespace that it was mounted in.
 *
 * Return: 0 or a negative errno.
 */
int links_read(struct links *l);

/**
 * links_add() - add an interface
 * @l: the interfaces
 * @link: it; its texts are copied
 */
void links_add(struct links *l, const struct link *link);

/**
 * link_vlans_add() - put a VLAN in
 * @vlans: the VLANs
 * @vid: the VLAN
 * @untagged: its frames leave without a tag
 */
void link_vlans_add(struct link_vlans *vlans, unsigned int vid, bool untagged);

/**
 * link_in_vlan() - is a port, or a bridge device, a member of a VLAN?
 * @link: it
 * @vid: the VLAN
 *
 * Return: true if so, false also where that is not known.
 */
bool link_in_vlan(const struct link *link, unsigned int vid);

/**
 * link_untags() - do frames of a VLAN leave by a port without a tag?
 * @link: the port
 * @vid: the VLAN
 *
 * Return: as link_in_vlan().
 */
bool link_untags(const struct link *link, unsigned int vid);

/**
 * links_by_name() - find an interface
 * @l: the interfaces
 * @name: its name
 *
 * Return: the interface, or NULL.
 */
const struct link *links_by_name(const struct links *l, const char *name);

/**
 * links_by_index() - find an interface
 * @l: the interfaces
 * @ifindex: its number
 *
 * Return: the interface, or NULL.
 */
const struct link *links_by_index(const struct links *l, u32 ifindex);

/**
 * link_leads_out() - is this an interface that leads out of the host?
 * @link: the interface
 *
 * Network cards, bonds, VLAN devices, tunnels: what can only be an uplink of
 * a bridge. Not taps, veths and the like, which can be a guest's.
 *
 * Return: what it is called in a sentence ("a network card"), or NULL.
 */
const char *link_leads_out(const struct link *link);

/**
 * links_free() - forget all interfaces
 * @l: the interfaces; empty afterwards
 */
void links_free(struct links *l);

#endif /* ISOL_USERSPACE_LINKS_H */
