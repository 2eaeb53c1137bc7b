// SPDX-License-Identifier: GPL-2.0
/* The plain way, see naive_parse.h. Shares no code with the module. */
#include "naive_parse.h"

/* Return: a byte, -1 if it cannot be read. */
static int byte(const struct naive_frame *f, u32 at)
{
	return at < f->linear && at < f->len ? f->data[at] : -1;
}

/* Return: a number of @n bytes, -1 if they cannot be read. */
static long long number(const struct naive_frame *f, u32 at, u32 n)
{
	long long v = 0;

	for (; n; n--, at++) {
		if (byte(f, at) < 0)
			return -1;
		v = v * 256 + byte(f, at);
	}
	return v;
}

static void set(struct naive_key *key, u32 field, u32 v)
{
	key->has[field] = true;
	key->v[field] = v;
}

static bool one_of(int n, const u8 *list)
{
	u32 i;

	for (i = 0; list[i] != 255; i++)
		if (list[i] == n)
			return true;
	return false;
}

static const u8 with_ports[] = { 6, 17, 33, 132, 136, 255 };
static const u8 extensions[] = { 0, 43, 44, 51, 60, 135, 139, 140, 255 };

static bool carries_frames_or_ip(u32 type)
{
	static const u16 types[] = {
		0x22f3, 0x4305, 0x6558, 0x6559, 0x876b, 0x880b, 0x8847, 0x8848, 0x8864, 0x8870,
		0x88e5, 0x88e7, 0x8926, 0x892f, 0x893f, 0x894f, 0x9100, 0x9200, 0x9300, 0xa0ed,
		0xf1c1,
	};
	u32 i;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (types[i] == type)
			return true;
	return false;
}

static u32 header_size(u32 proto)
{
	if (proto == 6)
		return 20;
	if (proto == 33 || proto == 132)
		return 12;
	return 8;
}

enum layer4 { PORTS, ICMP, OTHER, NOL4 };

/* What is at @at, of a packet that ends before @end. */
static enum layer4 layer4(const struct naive_frame *f, u32 at, u32 end, bool later, u32 proto,
			  u32 icmp, struct naive_key *key)
{
	u32 size = proto == icmp ? 4 : header_size(proto);

	if (proto != icmp && !one_of(proto, with_ports))
		return OTHER;
	if (later || at + size > end || number(f, at + size - 1, 1) < 0)
		return NOL4;
	if (proto == icmp) {
		set(key, ISOL_MATCH_A_ICMP, number(f, at, 2));
		return ICMP;
	}
	if (proto == 6 && byte(f, at + 12) / 16 < 5)
		return NOL4;
	set(key, ISOL_MATCH_A_SPORT, number(f, at, 2));
	set(key, ISOL_MATCH_A_DPORT, number(f, at + 2, 2));
	set(key, ISOL_MATCH_A_TCP_FLAGS, proto == 6 ? number(f, at + 12, 2) % 512 : 0);
	return PORTS;
}

static u32 ipv4(const struct naive_frame *f, u32 ip, struct naive_key *key)
{
	static const u32 shapes[] = {
		ISOL_SHAPE_IP4_PORTS, ISOL_SHAPE_IP4_ICMP, ISOL_SHAPE_IP4_OTHER,
		ISOL_SHAPE_IP4_NOL4
	};
	u32 size, total, offset;
	bool more;

	if (number(f, ip + 19, 1) < 0 || byte(f, ip) / 16 != 4)
		return ISOL_SHAPE_L3_UNREAD;
	size = byte(f, ip) % 16 * 4;
	total = number(f, ip + 2, 2);
	if (total == 0 && f->gso)
		total = f->len - ip;
	if (size < 20 || total < size || ip + total > f->len)
		return ISOL_SHAPE_L3_UNREAD;
	set(key, ISOL_MATCH_A_DSCP, byte(f, ip + 1) / 4);
	set(key, ISOL_MATCH_A_PROTO, byte(f, ip + 9));
	set(key, ISOL_MATCH_A_SRC_IP4, number(f, ip + 12, 4));
	set(key, ISOL_MATCH_A_DST_IP4, number(f, ip + 16, 4));
	offset = number(f, ip + 6, 2) % 8192;
	more = byte(f, ip + 6) / 32 % 2;
	set(key, ISOL_MATCH_A_FRAGMENT, offset ? ISOL_FRAGMENT_LATER :
	    more ? ISOL_FRAGMENT_FIRST : ISOL_FRAGMENT_NONE);
	return shapes[layer4(f, ip + size, ip + total, offset > 0, byte(f, ip + 9), 1, key)];
}

/*
 * Go through extension headers from @at to the protocol.
 *
 * Return: where that begins, 0 if it cannot be found. @later: not here.
 */
static u32 headers(const struct naive_frame *f, u32 at, u32 end, u32 *next, bool *later,
		   struct naive_key *key)
{
	u32 first = at, count = 0;

	while (one_of(*next, extensions)) {
		u32 size = 8, kind = *next;
		long long fragment = 0;

		count++;
		if (count > 8 || at + 8 > end || number(f, at + 7, 1) < 0)
			return 0;
		if (kind == 0 && count > 1)
			return 0;
		if (kind == 44)
			fragment = number(f, at + 2, 2);
		else if (kind == 51)
			size = 4 * (byte(f, at + 1) + 2);
		else
			size = 8 * (byte(f, at + 1) + 1);
		if (at + size > end || at + size - first > 256 || number(f, at + size - 1, 1) < 0)
			return 0;
		*next = byte(f, at);
		at += size;
		if (fragment / 8 != 0) {
			*later = true;
			set(key, ISOL_MATCH_A_FRAGMENT, ISOL_FRAGMENT_LATER);
			return one_of(*next, extensions) ? 0 : at;
		}
		if (fragment % 2 == 1)
			set(key, ISOL_MATCH_A_FRAGMENT, ISOL_FRAGMENT_FIRST);
	}
	return at;
}

static u32 ipv6(const struct naive_frame *f, u32 ip, struct naive_key *key)
{
	static const u32 shapes[] = {
		ISOL_SHAPE_IP6_PORTS, ISOL_SHAPE_IP6_ICMP, ISOL_SHAPE_IP6_OTHER,
		ISOL_SHAPE_IP6_NOL4
	};
	u32 payload, next, end, at, i;
	bool later = false, jumbo;

	if (number(f, ip + 39, 1) < 0 || byte(f, ip) / 16 != 6)
		return ISOL_SHAPE_L3_UNREAD;
	payload = number(f, ip + 4, 2);
	next = byte(f, ip + 6);
	jumbo = next == 0 && number(f, ip + 47, 1) >= 0 && number(f, ip + 42, 2) == 0xc204;
	end = ip + 40 + payload;
	if (payload == 0 && (f->gso || jumbo))
		end = f->len;
	if (end > f->len)
		return ISOL_SHAPE_L3_UNREAD;
	set(key, ISOL_MATCH_A_DSCP, number(f, ip, 2) / 64 % 64);
	set(key, ISOL_MATCH_A_FRAGMENT, ISOL_FRAGMENT_NONE);
	key->has[ISOL_MATCH_A_SRC_IP6] = true;
	key->has[ISOL_MATCH_A_DST_IP6] = true;
	for (i = 0; i < 16; i++) {
		key->src6[i] = byte(f, ip + 8 + i);
		key->dst6[i] = byte(f, ip + 24 + i);
	}
	at = headers(f, ip + 40, end, &next, &later, key);
	if (at == 0)
		return ISOL_SHAPE_IP6_NOPROTO;
	set(key, ISOL_MATCH_A_PROTO, next);
	return shapes[layer4(f, at, end, later, next, 58, key)];
}

static u32 arp(const struct naive_frame *f, u32 at, struct naive_key *key)
{
	if (number(f, at + 27, 1) < 0 || number(f, at, 2) != 1 || number(f, at + 2, 2) != 0x0800 ||
	    byte(f, at + 4) != 6 || byte(f, at + 5) != 4)
		return ISOL_SHAPE_L3_UNREAD;
	set(key, ISOL_MATCH_A_ARP_OP, number(f, at + 6, 2));
	set(key, ISOL_MATCH_A_ARP_SENDER, number(f, at + 14, 4));
	set(key, ISOL_MATCH_A_ARP_TARGET, number(f, at + 24, 4));
	return ISOL_SHAPE_ARP;
}

/* What has a length of @size instead of an EtherType: can one say what it is? */
static bool llc_is_clear(const struct naive_frame *f, u32 at, u32 size)
{
	int dsap = byte(f, at), ssap = byte(f, at + 1), control = byte(f, at + 2);
	long long oui, type;

	if (size < 3 || size > 1500 || at + size > f->len || control < 0)
		return false;
	if (dsap == 0x06 || dsap == 0x07)
		return false;
	if ((dsap != 0xaa && dsap != 0xab) || (ssap != 0xaa && ssap != 0xab) ||
	    (control != 0x03 && control != 0x13))
		return true;
	oui = number(f, at + 3, 3);
	type = number(f, at + 6, 2);
	if (size < 8 || type < 0 || oui == 0x0080c2)
		return false;
	if (oui != 0x000000 && oui != 0x0000f8)
		return true;
	return type != 0x0800 && type != 0x86dd && type != 0x0806 && type != 0x8100 &&
	       type != 0x88a8 && !carries_frames_or_ip(type);
}

static void all(const struct naive_frame *f, struct naive_key *key)
{
	u32 at = 12, tags = f->tagged, i;
	long long type;

	set(key, ISOL_MATCH_A_CAST, ISOL_CAST_BROADCAST);
	for (i = 0; i < 6; i++) {
		key->dmac[i] = byte(f, i) < 0 ? 0 : byte(f, i);
		key->smac[i] = byte(f, 6 + i) < 0 ? 0 : byte(f, 6 + i);
		if (key->dmac[i] != 255)
			set(key, ISOL_MATCH_A_CAST, key->dmac[0] % 2 ? ISOL_CAST_MULTICAST :
			    ISOL_CAST_UNICAST);
	}
	key->has[ISOL_MATCH_A_SRC_MAC] = true;
	key->has[ISOL_MATCH_A_DST_MAC] = true;
	key->shape = ISOL_SHAPE_UNREAD;
	type = number(f, at, 2);
	while (type == 0x8100 || type == 0x88a8) {
		tags++;
		at += 4;
		type = number(f, at, 2);
	}
	if (type < 0 || tags > 2)
		return;
	at += 2;
	if (type < 0x0600) {
		if (!llc_is_clear(f, at, type))
			return;
		type = 4;
	}
	set(key, ISOL_MATCH_A_ETHERTYPE, type);
	if (type == 0x0800)
		key->shape = ipv4(f, at, key);
	else if (type == 0x86dd)
		key->shape = ipv6(f, at, key);
	else if (type == 0x0806)
		key->shape = arp(f, at, key);
	else if (carries_frames_or_ip(type))
		key->shape = ISOL_SHAPE_L3_UNREAD;
	else
		key->shape = ISOL_SHAPE_OTHER;
}

/* The tags of a frame, the outer one first. Return: their number. */
static u32 find_tags(const struct naive_frame *f, u32 tags[4])
{
	long long type;
	u32 n;

	for (n = 0; n < 4; n++) {
		type = number(f, 12 + 4 * n, 2);
		if (type != 0x8100 && type != 0x88a8)
			break;
		tags[n] = number(f, 14 + 4 * n, 2);
	}
	return n;
}

/* Of a frame whose EtherType can be read, and so all its tags. */
static void vlans(const struct naive_frame *f, struct naive_key *key)
{
	u32 tags[4], n = find_tags(f, tags), vid, vlan = f->vlan, pcp = f->pcp, inner = 0;
	bool tagged = f->vlan_tagged;

	vid = n ? tags[0] % 4096 : 0;
	switch (f->who) {
	case NAIVE_VLAN_TOLD:
		inner = f->vlan_within ? 1 : 0;
		break;
	case NAIVE_VLAN_TAG:
		vlan = vid;
		tagged = n > 0;
		break;
	default:
		/* a tag with another VID is not what the bridge went by */
		tagged = n > 0 && (vid == 0 || vid == f->vlan);
	}
	if (f->who != NAIVE_VLAN_TOLD && tagged) {
		pcp = tags[0] / 8192;
		inner = 1;
	}
	set(key, ISOL_MATCH_A_VLAN, vlan);
	set(key, ISOL_MATCH_A_PCP, tagged ? pcp : 8);
	set(key, ISOL_MATCH_A_INNER_VLAN, inner < n ? tags[inner] % 4096 : 4096);
}

static void unread(struct naive_key *key)
{
	u32 i;

	key->shape = ISOL_SHAPE_UNREAD;
	for (i = 0; i <= ISOL_MATCH_A_MAX; i++)
		if (i != ISOL_MATCH_A_SRC_MAC && i != ISOL_MATCH_A_DST_MAC &&
		    i != ISOL_MATCH_A_CAST)
			key->has[i] = false;
}

/* Who looks less far sees the same, less far. */
void naive_parse(const struct naive_frame *f, enum isol_depth depth, struct naive_key *key)
{
	u32 i;

	memset(key, 0, sizeof(*key));
	all(f, key);
	if (depth <= ISOL_DEPTH_L2) {
		if (key->shape != ISOL_SHAPE_UNREAD)
			key->shape = ISOL_SHAPE_OTHER;
		for (i = ISOL_MATCH_A_CAST + 1; i <= ISOL_MATCH_A_MAX; i++)
			key->has[i] = false;
	} else if (depth == ISOL_DEPTH_L3) {
		if (key->shape == ISOL_SHAPE_IP4_PORTS || key->shape == ISOL_SHAPE_IP4_ICMP ||
		    key->shape == ISOL_SHAPE_IP4_NOL4)
			key->shape = ISOL_SHAPE_IP4_OTHER;
		if (key->shape == ISOL_SHAPE_IP6_PORTS || key->shape == ISOL_SHAPE_IP6_ICMP ||
		    key->shape == ISOL_SHAPE_IP6_NOL4)
			key->shape = ISOL_SHAPE_IP6_OTHER;
		for (i = ISOL_MATCH_A_PROTO + 1; i <= ISOL_MATCH_A_ICMP; i++)
			key->has[i] = false;
	}
	/* that is all the same however far who looks */
	if (f->who == NAIVE_VLAN_UNKNOWN)
		unread(key);
	else if (f->who != NAIVE_VLAN_UNASKED && key->shape != ISOL_SHAPE_UNREAD)
		vlans(f, key);
}

static bool same_bytes(u64 v, const u8 *bytes, u32 n)
{
	while (n--) {
		if ((v & 255) != bytes[n])
			return false;
		v >>= 8;
	}
	return true;
}

static bool same_wide(const struct isol_wide *a, const u8 *bytes)
{
	return same_bytes(a->hi, bytes, 8) && same_bytes(a->lo, bytes + 8, 8);
}

const char *naive_differs(const struct isol_key *key, const struct naive_key *naive)
{
	static const char *const names[ISOL_MATCH_A_MAX + 1] = {
		[ISOL_MATCH_A_ETHERTYPE] = "EtherType",
		[ISOL_MATCH_A_CAST] = "cast",
		[ISOL_MATCH_A_SRC_IP4] = "IPv4 source address",
		[ISOL_MATCH_A_DST_IP4] = "IPv4 destination address",
		[ISOL_MATCH_A_DSCP] = "DSCP",
		[ISOL_MATCH_A_FRAGMENT] = "fragment",
		[ISOL_MATCH_A_PROTO] = "protocol",
		[ISOL_MATCH_A_SPORT] = "source port",
		[ISOL_MATCH_A_DPORT] = "destination port",
		[ISOL_MATCH_A_TCP_FLAGS] = "TCP flags",
		[ISOL_MATCH_A_ICMP] = "ICMP type and code",
		[ISOL_MATCH_A_ARP_OP] = "ARP operation",
		[ISOL_MATCH_A_ARP_SENDER] = "ARP sender",
		[ISOL_MATCH_A_ARP_TARGET] = "ARP target",
		[ISOL_MATCH_A_VLAN] = "VLAN",
		[ISOL_MATCH_A_PCP] = "priority",
		[ISOL_MATCH_A_INNER_VLAN] = "inner VLAN",
	};
	u32 i;

	if (key->shape != naive->shape)
		return "shape";
	if (!same_bytes(key->smac, naive->smac, 6) || key->smac >> 48)
		return "source MAC address";
	if (!same_bytes(key->dmac, naive->dmac, 6) || key->dmac >> 48)
		return "destination MAC address";
	if (naive->has[ISOL_MATCH_A_SRC_IP6] && !same_wide(&key->src6, naive->src6))
		return "IPv6 source address";
	if (naive->has[ISOL_MATCH_A_DST_IP6] && !same_wide(&key->dst6, naive->dst6))
		return "IPv6 destination address";
	for (i = 1; i <= ISOL_MATCH_A_MAX; i++)
		if (names[i] && naive->has[i] && key->v[i] != naive->v[i])
			return names[i];
	return NULL;
}
