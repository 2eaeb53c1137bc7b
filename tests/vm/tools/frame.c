// SPDX-License-Identifier: GPL-2.0
/* The frames that the tests send, see frame.h. */
#include <arpa/inet.h>
#include <string.h>

#include "frame.h"

#define PROTO_IP 0x0800
#define PROTO_ARP 0x0806
#define PROTO_IPV6 0x86dd

#define FRAME_MIN 60

static const u8 magic[4] = { 'i', 's', 'o', 'T' };

struct kind_info {
	const char *name;
	bool floods;
	u8 dst[MAC_LEN];	/* of kinds that flood */
};

static const struct kind_info kinds[NKINDS] = {
	[KIND_UNICAST] = { .name = "unicast" },
	[KIND_UNICAST6] = { .name = "unicast6" },
	[KIND_CUSTOM] = { .name = "custom" },
	[KIND_ARP] = { "arp", true, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
	[KIND_MCAST] = { "mcast", true, { 0x01, 0x00, 0x5e, 0x00, 0x00, 0xfb } },
	[KIND_MCAST6] = { "mcast6", true, { 0x33, 0x33, 0xff, 0x00, 0x00, 0x63 } },
	[KIND_UNKNOWN] = { "unknown", true, { 0x02, 0x00, 0x5e, 0xde, 0xad, 0x01 } },
	[KIND_RESERVED] = { "reserved", true, { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e } },
	[KIND_RESERVED00] = { "reserved00", true, { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x00 } },
	[KIND_RESERVED03] = { "reserved03", true, { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x03 } },
	[KIND_RA] = { "ra", true, { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e } },
	[KIND_IGMP] = { "igmp", true, { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 } },
	[KIND_MLD] = { "mld", true, { 0x33, 0x33, 0x00, 0x00, 0x00, 0x01 } },
	[KIND_BPDU] = { "bpdu", true, { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x00 } },
	[KIND_LEARN] = { .name = "learn" },
};

const char *kind_name(enum kind kind)
{
	return kinds[kind].name;
}

int kind_by_name(const char *name, size_t len)
{
	int i;

	for (i = 0; i < NKINDS; i++)
		if (strlen(kinds[i].name) == len && !memcmp(kinds[i].name, name, len))
			return i;
	return -1;
}

bool kind_floods(enum kind kind)
{
	return kinds[kind].floods;
}

static bool reserved(enum kind kind)
{
	return !memcmp(kinds[kind].dst, "\x01\x80\xc2\x00\x00", 5);
}

bool kind_passes(enum kind kind, bool from_host, bool to_host)
{
	if (reserved(kind))
		return from_host || to_host;
	if (kind == KIND_UNKNOWN)
		return !to_host;
	return true;
}

unsigned int sum16(const u8 *p, size_t len, unsigned int sum)
{
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

void frame_put_tag(const struct frame_spec *spec, u8 *p)
{
	struct tag tag = {
		.run = htonl(spec->run),
		.seq = htonl(spec->seq),
		.from = spec->from,
		.to = spec->to,
		.kind = spec->kind,
	};
	const u8 *b = (const u8 *)&tag;
	u8 sum = 0;
	size_t i;

	memcpy(tag.magic, magic, sizeof(magic));
	for (i = 0; i < sizeof(tag); i++)
		sum += b[i];
	tag.sum = -sum;
	memcpy(p, &tag, sizeof(tag));
}

bool frame_tag(const u8 *buf, size_t len, struct tag *tag)
{
	u8 sum = 0;
	size_t i;

	if (len < sizeof(*tag))
		return false;
	buf += len - sizeof(*tag);
	for (i = 0; i < sizeof(*tag); i++)
		sum += buf[i];
	memcpy(tag, buf, sizeof(*tag));
	tag->run = ntohl(tag->run);
	tag->seq = ntohl(tag->seq);
	return !sum && !memcmp(tag->magic, magic, sizeof(magic)) && tag->kind < NKINDS;
}

/*
 * Bodies: each writes what follows the EtherType, and the tag where it is to
 * be part of the packet, and returns the length. The buffer is zero.
 */

/* Ends with the tag. Each frame is a flow of its own, lest conntrack joins any. */
static size_t udp4(const struct frame_spec *spec, u8 *p, bool group)
{
	size_t len = 20 + 8 + sizeof(struct tag);

	p[0] = 0x45;
	put16(p + 2, len);
	put16(p + 4, spec->seq);
	p[8] = 1;
	p[9] = 17;
	memcpy(p + 12, "\xc6\x33\x64", 3);	/* 198.51.100.x */
	p[15] = spec->from + 1;
	memcpy(p + 16, group ? "\xe0\x00\x00\xfb" : "\xc6\x33\x64", group ? 4 : 3);
	if (!group)
		p[19] = spec->to + 1;
	put16(p + 10, ~sum16(p, 20, 0));
	put16(p + 20, 1024 + spec->seq % 60000);
	put16(p + 22, 9);
	put16(p + 24, len - 20);		/* without checksum */
	frame_put_tag(spec, p + 28);
	return len;
}

static void ip6(const struct frame_spec *spec, u8 *p, size_t payload, u8 next)
{
	p[0] = 0x60;
	put16(p + 4, payload);
	p[6] = next;
	p[7] = 255;
	p[8] = 0xfe;				/* fe80::1:FROM */
	p[9] = 0x80;
	p[21] = 1;
	p[23] = spec->from + 1;
}

/* Of what follows the header at @p, with "next" the protocol at its end. */
static unsigned int sum6(const u8 *p, const u8 *data, size_t len, u8 next)
{
	return ~sum16(data, len, sum16(p + 8, 32, len + next)) & 0xffff;
}

static size_t udp6(const struct frame_spec *spec, u8 *p)
{
	size_t len = 8 + sizeof(struct tag);
	unsigned int sum;

	ip6(spec, p, len, 17);
	p[24] = 0xfe;
	p[25] = 0x80;
	p[37] = 1;
	p[39] = spec->to + 1;
	put16(p + 40, 1024 + spec->seq % 60000);
	put16(p + 42, 9);
	put16(p + 44, len);
	frame_put_tag(spec, p + 48);
	sum = sum6(p, p + 40, len, 17);
	put16(p + 46, sum ? sum : 0xffff);
	return 40 + len;
}

static size_t arp(const struct frame_spec *spec, u8 *p)
{
	put16(p, 1);
	put16(p + 2, PROTO_IP);
	p[4] = MAC_LEN;
	p[5] = 4;
	put16(p + 6, 1);
	memcpy(p + 8, spec->src, MAC_LEN);
	memcpy(p + 14, "\xc6\x33\x64", 3);
	p[17] = spec->from + 1;
	memcpy(p + 24, "\xc6\x33\x64\x63", 4);
	return 28;
}

/* The tag is in a nonce option (RFC 3971), the last one. */
static size_t solicitation(const struct frame_spec *spec, u8 *p)
{
	size_t option = 8 + sizeof(struct tag), len = 24 + option;

	ip6(spec, p, len, 58);
	memcpy(p + 24, "\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff\0\0\x63", 16);
	p[40] = 135;
	memcpy(p + 48, "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x63", 16);
	p[64] = 14;
	p[65] = option / 8;
	frame_put_tag(spec, p + 72);
	put16(p + 42, sum6(p, p + 40, len, 58));
	return 40 + len;
}

static size_t advertisement(const struct frame_spec *spec, u8 *p)
{
	ip6(spec, p, 16, 58);
	memcpy(p + 24, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	p[40] = 134;
	p[44] = 64;
	put16(p + 46, 1800);			/* router lifetime, s */
	put16(p + 42, sum6(p, p + 40, 16, 58));
	return 40 + 16;
}

static size_t igmp_query(const struct frame_spec *spec, u8 *p)
{
	p[0] = 0x46;
	put16(p + 2, 32);
	p[8] = 1;
	p[9] = 2;
	memcpy(p + 12, "\xc6\x33\x64", 3);
	p[15] = spec->from + 1;
	memcpy(p + 16, "\xe0\x00\x00\x01", 4);
	memcpy(p + 20, "\x94\x04\0\0", 4);	/* router alert */
	put16(p + 10, ~sum16(p, 24, 0));
	p[24] = 0x11;
	p[25] = 100;
	put16(p + 26, ~sum16(p + 24, 8, 0));
	return 32;
}

static size_t mld_query(const struct frame_spec *spec, u8 *p)
{
	ip6(spec, p, 8 + 24, 0);
	p[7] = 1;
	memcpy(p + 24, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
	p[40] = 58;
	memcpy(p + 42, "\x05\x02\0\0\x01\0", 6);	/* router alert, padding */
	p[48] = 130;
	put16(p + 52, 10000);
	put16(p + 50, sum6(p, p + 48, 24, 58));
	return 40 + 8 + 24;
}

/* Of the best of all bridges. */
static size_t bpdu(const struct frame_spec *spec, u8 *p)
{
	memcpy(p, "\x42\x42\x03", 3);
	p += 3;
	memcpy(p + 7, spec->src, MAC_LEN);
	memcpy(p + 19, spec->src, MAC_LEN);
	put16(p + 25, 0x8001);
	put16(p + 29, 6 << 8);			/* the shortest times there are */
	put16(p + 31, 1 << 8);
	put16(p + 33, 4 << 8);
	return 3 + 35;
}

size_t frame_build(const struct frame_spec *spec, u8 *buf)
{
	const struct kind_info *info = &kinds[spec->kind];
	size_t len = 2 * MAC_LEN, body;
	u16 proto = PROTO_CUSTOM;
	bool tagged = false;
	u8 *p;

	memset(buf, 0, FRAME_MAX);
	memcpy(buf, info->floods ? info->dst : spec->dst, MAC_LEN);
	if (spec->kind == KIND_LEARN)
		memcpy(buf, spec->src, MAC_LEN);
	memcpy(buf + MAC_LEN, spec->src, MAC_LEN);
	if (spec->vlan >= 0) {
		put16(buf + len, spec->tpid);
		put16(buf + len + 2, spec->vlan);
		len += 4;
	}
	p = buf + len + 2;
	switch (spec->kind) {
	case KIND_UNICAST:
	case KIND_UNKNOWN:
	case KIND_MCAST:
		proto = PROTO_IP;
		body = udp4(spec, p, spec->kind == KIND_MCAST);
		tagged = true;
		break;
	case KIND_UNICAST6:
		proto = PROTO_IPV6;
		body = udp6(spec, p);
		tagged = true;
		break;
	case KIND_MCAST6:
		proto = PROTO_IPV6;
		body = solicitation(spec, p);
		tagged = true;
		break;
	case KIND_ARP:
		proto = PROTO_ARP;
		body = arp(spec, p);
		break;
	case KIND_RA:
		proto = PROTO_IPV6;
		body = advertisement(spec, p);
		break;
	case KIND_IGMP:
		proto = PROTO_IP;
		body = igmp_query(spec, p);
		break;
	case KIND_MLD:
		proto = PROTO_IPV6;
		body = mld_query(spec, p);
		break;
	case KIND_BPDU:
		body = bpdu(spec, p);
		proto = body;			/* IEEE 802.3: a length */
		break;
	default:
		body = 0;
	}
	put16(buf + len, proto);
	len += 2 + body;
	if (!tagged) {
		if (len < FRAME_MIN - sizeof(struct tag))
			len = FRAME_MIN - sizeof(struct tag);
		frame_put_tag(spec, buf + len);
		len += sizeof(struct tag);
	}
	return len;
}
