/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains: a port is in one, and what two ports in different ones may do is settled
 * before any rule is asked.
 *
 * Domains 1 to the number of bridges are the bridges themselves, their base
 * domains: uplinks, unbound ports and bindings without a VLAN segment are there.
 * Each VLAN segment is a domain more; and on a bridge that has some, so is what is
 * beside them: its guests in no VLAN segment, which the segments' VLANs are closed
 * to. The host is in all domains of a bridge.
 *
 * Pure: see shim.h.
 */
#ifndef ISOL_DOMAIN_H
#define ISOL_DOMAIN_H

#include "classify.h"
#include "frame.h"

/* The VLAN of a frame, where a question does not tell it. */
#define ISOL_VLAN_UNKNOWN (-1)
/* The same, of a frame on the wire that should have been seen: it is in none. */
#define ISOL_VLAN_LOST (-2)

#define ISOL_VID_MASK 0xfff

/* The VLAN of the segment that a domain is; 0 for all others. */
static inline u32 isol_domain_vlan(const struct isol_tables *tables, u32 domain)
{
	return tables->domains[domain - 1].vlan;
}

/**
 * isol_domain_takes() - whether frames of a VLAN may go to and from guests of a domain
 * @tables: the compiled policy
 * @domain: a managed domain
 * @vlan: the VLAN that the frame is in, ISOL_VLAN_UNKNOWN or ISOL_VLAN_LOST
 */
static inline bool isol_domain_takes(const struct isol_tables *tables, u32 domain, int vlan)
{
	const struct isol_domain *d = &tables->domains[domain - 1];

	if (d->vlan)
		return vlan == d->vlan;
	if (!d->taken || vlan == ISOL_VLAN_UNKNOWN)
		return true;
	return vlan >= 0 && !(d->taken[(vlan & 0xfff) / 32] >> (vlan & 31) & 1);
}

/**
 * isol_cross() - settle what two ports in different domains may do
 * @tables: the compiled policy
 * @from: word of the ingress, as in the port table: domain and column
 * @to: word of the egress; both domains are managed
 * @vlan: the VLAN that the frame is in, or ISOL_VLAN_UNKNOWN
 * @domain: out: whose defaults apply
 *
 * Uplinks belong to all segments of their bridge, for frames in the segment's VLAN,
 * and to what is beside them, for frames in none of their VLANs. Between all others
 * there is nothing: no rule is asked.
 *
 * Return: the default that decides, or ISOL_NDFLT if the pair table does.
 */
static inline u32 isol_cross(const struct isol_tables *tables, u32 from, u32 to, int vlan,
			     u32 *domain)
{
	u32 a = isol_word_domain(from), b = isol_word_domain(to), col_a, col_b, col;

	*domain = a;
	if (tables->domains[a - 1].bridge != tables->domains[b - 1].bridge)
		return ISOL_DFLT_MISMATCH;
	col_a = from & ISOL_WORD_CLASS;
	col_b = to & ISOL_WORD_CLASS;
	col = tables->classes[ISOL_CLASS_GONE].col;
	if (col_a == col || col_b == col)
		return ISOL_DFLT_GONE;
	col = tables->classes[ISOL_CLASS_UNBOUND_DROP].col;
	if (col_a == col || col_b == col)
		return ISOL_DFLT_UNBOUND;
	col = tables->classes[ISOL_CLASS_UPLINK].col;
	if (col_a == col)
		*domain = b;
	else if (col_b != col)
		return ISOL_DFLT_SEGMENT;
	return isol_domain_takes(tables, *domain, vlan) ? ISOL_NDFLT : ISOL_DFLT_VLAN;
}

/**
 * isol_admit() - all that is settled about two ends before any rule is asked
 * @tables: the compiled policy
 * @from: domain and class of the ingress
 * @to: domain and class of the egress; the host is in the domain of the other end
 * @vlan: the VLAN that the frame is in, or ISOL_VLAN_UNKNOWN
 * @stacked: it has a tag that the bridge does not look at
 * @domain: out: whose defaults apply
 *
 * What the hooks do one after the other: what a guest of a bridge with VLAN segments
 * sends is dropped on its way in if it is in a VLAN that is not its own, or has more
 * tags than that one: those may be a VLAN too where the outer one has been taken off.
 *
 * Return: the default that decides, or ISOL_NDFLT if the pair table does.
 */
static inline u32 isol_admit(const struct isol_tables *tables, u32 from, u32 to, int vlan,
			     bool stacked, u32 *domain)
{
	u32 a = isol_word_domain(from), b = isol_word_domain(to);

	*domain = a;
	/* also what the host sends to such a guest, in whose domain it then is */
	if (!isol_domain_takes(tables, a, vlan))
		return ISOL_DFLT_VLAN;
	if (a > tables->nbridges && stacked && (from & ISOL_WORD_CLASS) != ISOL_CLASS_HOST)
		return ISOL_DFLT_TAGS;
	if (a == b)
		return ISOL_NDFLT;
	return isol_cross(tables, isol_word(a, tables->classes[from & ISOL_WORD_CLASS].col),
			  isol_word(b, tables->classes[to & ISOL_WORD_CLASS].col), vlan, domain);
}

/*
 * Whether an EtherType is that of a VLAN tag: IEEE 802.1Q and 802.1ad, and those that
 * were used for the outer one before.
 */
static inline bool isol_tag_type(u32 proto)
{
	switch (proto) {
	case 0x8100:
	case 0x88a8:
	case 0x9100:
	case 0x9200:
	case 0x9300:
		return true;
	default:
		return false;
	}
}

/**
 * isol_frame_stacked() - whether a frame has a VLAN tag that the bridge does not look at
 * @packet: the frame, all its tags in it
 * @vlan: the VLAN that it has been put in
 *
 * The bridge looks at a first tag of 802.1Q or 802.1ad, and of that VID or of VID 0.
 * What cannot be read is none.
 */
static inline bool isol_frame_stacked(const struct isol_packet *packet, u32 vlan)
{
	const u8 *tag = packet->head + 2 * ETH_ALEN;
	u32 type, vid;

	if (packet->linear < 2 * ETH_ALEN + 6)
		return false;
	type = tag[0] << 8 | tag[1];
	if (type != 0x8100 && type != 0x88a8)
		return isol_tag_type(type);
	vid = (tag[2] << 8 | tag[3]) & ISOL_VID_MASK;
	return (vid && vid != vlan) || isol_tag_type(tag[4] << 8 | tag[5]);
}

#endif /* ISOL_DOMAIN_H */
