// SPDX-License-Identifier: GPL-2.0
/*
 * Which frames are the bridge's own, and which are fragments. Every frame is read from
 * memory of just its size, so that the sanitizer sees a read beyond it.
 */
#include "frame.h"
#include "naive.h"
#include "test.h"

#define ETH 14

/* What options are filled with: what a reader that takes them for a query finds. */
#define HOP_FILL 130

struct frame {
	u8 data[200];
	u32 len;
};

/* Asked of the first @len bytes, for a port and a bridge with these addresses. */
static bool ask_from(const struct frame *f, u32 len, const u8 *port, const u8 *bridge)
{
	u8 *exact = malloc(len ? len : 1);
	bool control;

	memcpy(exact, f->data, len);
	control = isol_frame_control(exact, len, port, bridge);
	free(exact);
	return control;
}

/* The same with the frame's source being both. */
static bool ask(const struct frame *f, u32 len)
{
	return ask_from(f, len, f->data + 6, f->data + 6);
}

/*
 * Of every length from nothing on: control if, and only if, the first @needed
 * bytes are there; 0: never.
 */
static void expect(const char *what, const struct frame *f, u32 needed)
{
	u32 len;

	for (len = 0; len <= f->len; len++)
		CHECK_MSG(ask(f, len) == (needed && len >= needed),
			  "%s, %u of %u bytes: %s", what, len, f->len,
			  ask(f, len) ? "control" : "not control");
}

static void ether(struct frame *f, const char *dest, u16 proto)
{
	static const u8 src[6] = { 0x52, 0x54, 0, 1, 2, 3 };

	memset(f, 0, sizeof(*f));
	memcpy(f->data, dest, 6);
	memcpy(f->data + 6, src, 6);
	f->data[12] = proto >> 8;
	f->data[13] = proto & 0xff;
	f->len = ETH;
}

static void put(struct frame *f, const void *p, u32 len)
{
	memcpy(f->data + f->len, p, len);
	f->len += len;
}

static void put_byte(struct frame *f, u8 byte, u32 times)
{
	while (times--)
		f->data[f->len++] = byte;
}

#define ALL_HOSTS "\x01\x00\x5e\x00\x00\x01"
#define ALL_NODES "\x33\x33\x00\x00\x00\x01"

/* @hlen: with options, which are filled with what a query begins with */
static void ipv4(struct frame *f, u32 hlen, u8 proto, u16 frag)
{
	u8 h[20] = { 0x40 | hlen / 4, 0xc0, 0, 0, 0, 0, frag >> 8, frag & 0xff, 1, proto };

	ether(f, ALL_HOSTS, 0x0800);
	put(f, h, sizeof(h));
	if (hlen > 20)
		put_byte(f, 0x11, hlen - 20);
}

/* As br_ip4_multicast_alloc_query() makes it, for one type of IGMP. */
static void igmp(struct frame *f, u32 hlen, u8 type, u32 len)
{
	ipv4(f, hlen, 2, 0x4000);
	put_byte(f, type, 1);
	put_byte(f, 0, len - 1);
}

/* @units: length of the hop-by-hop header, in units of 8 bytes behind the first */
static void mld(struct frame *f, u8 first, u8 units, u8 next, u8 type)
{
	u8 h[40] = { 0x60, 0, 0, 0, 0, 32, first, 1 };
	u8 hop[2] = { next, units };

	ether(f, ALL_NODES, 0x86dd);
	put(f, h, sizeof(h));
	put(f, hop, sizeof(hop));
	put_byte(f, HOP_FILL, 6 + units * 8);
	put_byte(f, type, 1);
	put_byte(f, 0, 23);
}

/* As br_send_bpdu() makes it: 802.3 with a length, LLC, BPDU. */
static void bpdu(struct frame *f, const char *dest)
{
	static const u8 llc[] = { 0x42, 0x42, 0x03, 0, 0, 0, 0 };

	ether(f, dest, 38);
	put(f, llc, sizeof(llc));
	put_byte(f, 0x80, 31);
}

#define BPDU (ETH + 3)

static void bpdus(void)
{
	static const u16 lengths[] = { 3, 7, 38, 39, 64, 1500 };
	static const u16 others[] = { 0, 1, 2, 1501, 0x0600, 0x0800, 0x86dd, 0x88cc, 0x8100 };
	struct frame f;
	u32 i, bit;

	bpdu(&f, "\x01\x80\xc2\x00\x00\x00");
	expect("BPDU", &f, BPDU);
	CHECK(BPDU <= ISOL_FRAME_PEEK);
	/* each bit of the address and of the LLC header */
	for (i = 0; i < BPDU; i++)
		for (bit = 0; bit < 8; bit++) {
			/* what is left of the address may be another of them */
			if ((i == 5 && bit < 4) || (i >= 6 && i < ETH))
				continue;
			bpdu(&f, "\x01\x80\xc2\x00\x00\x00");
			f.data[i] ^= 1 << bit;
			expect("almost a BPDU", &f, 0);
		}
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		bpdu(&f, "\x01\x80\xc2\x00\x00\x00");
		f.data[12] = lengths[i] >> 8;
		f.data[13] = lengths[i] & 0xff;
		expect("BPDU of another length", &f, BPDU);
	}
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		bpdu(&f, "\x01\x80\xc2\x00\x00\x00");
		f.data[12] = others[i] >> 8;
		f.data[13] = others[i] & 0xff;
		expect("another protocol, or too short for LLC", &f, 0);
	}
	bpdu(&f, "\xff\xff\xff\xff\xff\xff");
	expect("broadcast", &f, 0);
}

/*
 * A bridge sends its BPDUs to its group address: 01:80:c2:00:00:08 where it
 * filters 802.1ad VLANs (recalculate_group_addr() in net/bridge/br_vlan.c), or
 * what it was told by "group_address", where 1 to 3 are refused. And not all
 * that is sent there is one.
 */
static void group_addresses(void)
{
	char dest[] = "\x01\x80\xc2\x00\x00\x00";
	struct frame f;
	u32 i;

	for (i = 0; i < 256; i++) {
		dest[5] = i;
		bpdu(&f, dest);
		expect("reserved address", &f, i <= 0x0f && (i < 1 || i > 3) ? BPDU : 0);
		/* no other protocol is taken for one there */
		if (i >= 1 && i <= 3)
			continue;
		igmp(&f, 24, 0x11, 8);
		memcpy(f.data, dest, 6);
		expect("query to a reserved address", &f, i > 0x0f ? ETH + 25 : 0);
	}
	ether(&f, "\x01\x80\xc2\x00\x00\x00", 0x88cc);
	put_byte(&f, 0x42, 60);
	expect("LLDP to the bridge group address", &f, 0);
}

/* BPDUs come from the port's address, queries from the bridge's. */
static void sources(void)
{
	u8 other[6];
	struct frame f;
	u32 i;

	for (i = 0; i < 48; i++) {
		bpdu(&f, "\x01\x80\xc2\x00\x00\x00");
		memcpy(other, f.data + 6, sizeof(other));
		other[i / 8] ^= 1 << i % 8;
		CHECK(ask_from(&f, f.len, f.data + 6, other));
		CHECK(!ask_from(&f, f.len, other, f.data + 6));
		igmp(&f, 24, 0x11, 8);
		CHECK(ask_from(&f, f.len, other, f.data + 6));
		CHECK(!ask_from(&f, f.len, f.data + 6, other));
		mld(&f, 0, 0, 58, 130);
		CHECK(ask_from(&f, f.len, other, f.data + 6));
		CHECK(!ask_from(&f, f.len, f.data + 6, other));
	}
}

static void igmp_queries(void)
{
	u32 hlen;
	struct frame f;

	/* v1 and v2 are as long, v3 is longer, and with sources still more */
	igmp(&f, 24, 0x11, 8);
	expect("IGMPv2 query", &f, ETH + 25);
	CHECK(ETH + 25 <= ISOL_FRAME_PEEK);
	igmp(&f, 24, 0x11, 12);
	expect("IGMPv3 query", &f, ETH + 25);
	igmp(&f, 24, 0x11, 52);
	expect("IGMPv3 query with sources", &f, ETH + 25);
	for (hlen = 20; hlen <= 60; hlen += 4) {
		igmp(&f, hlen, 0x11, 8);
		expect("IGMP query with options", &f, ETH + hlen + 1);
	}
}

static void igmp_others(void)
{
	static const u8 types[] = { 0x12, 0x13, 0x14, 0x16, 0x17, 0x22, 0x30, 0, 0xff };
	struct frame f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		igmp(&f, 24, types[i], 20);
		expect("IGMP, not a query", &f, 0);
	}
	for (i = 0; i < 20; i += 4) {
		igmp(&f, 20, 0x11, 40);
		f.data[ETH] = 0x40 | i / 4;
		expect("IPv4 header too short", &f, 0);
	}
	for (i = 0; i < 16; i++) {
		igmp(&f, 24, 0x11, 8);
		f.data[ETH] = i << 4 | 6;
		expect("IP version", &f, i == 4 ? ETH + 25 : 0);
	}
	igmp(&f, 24, 0x11, 8);
	f.data[0] = 0;
	expect("IGMP query to one", &f, 0);
	ipv4(&f, 20, 17, 0);
	put_byte(&f, 0x11, 30);
	expect("UDP", &f, 0);
	/* behind the first fragment there is no header */
	for (i = 0; i < 13; i++) {
		ipv4(&f, 24, 2, 1 << i);
		put_byte(&f, 0x11, 8);
		expect("IGMP, a later fragment", &f, 0);
	}
	igmp(&f, 24, 0x11, 8);
	f.data[12] = 0x81;
	f.data[13] = 0x00;
	expect("VLAN tag", &f, 0);
	igmp(&f, 24, 0x11, 8);
	f.data[12] = 0x86;
	f.data[13] = 0xdd;
	expect("IGMP as IPv6", &f, 0);
}

static void mld_queries(void)
{
	struct frame f;
	u32 units;

	mld(&f, 0, 0, 58, 130);
	expect("MLD query", &f, ETH + 40 + 8 + 1);
	CHECK(ETH + 40 + 8 + 1 <= ISOL_FRAME_PEEK);
	for (units = 1; units < 8; units++) {
		mld(&f, 0, units, 58, 130);
		expect("MLD query with more options", &f, ETH + 40 + 8 + units * 8 + 1);
	}
}

static void mld_others(void)
{
	static const u8 types[] = { 131, 132, 143, 133, 134, 135, 136, 1, 0, 255 };
	static const u8 nexts[] = { 0, 6, 17, 43, 44, 60, 59 };
	struct frame f;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		mld(&f, 0, 0, 58, types[i]);
		expect("ICMPv6, not an MLD query", &f, 0);
	}
	for (i = 0; i < ARRAY_SIZE(nexts); i++) {
		mld(&f, 0, 0, nexts[i], 130);
		expect("not ICMPv6 behind the hop-by-hop header", &f, 0);
		mld(&f, nexts[i] ? nexts[i] : 58, 0, 58, 130);
		expect("no hop-by-hop header", &f, 0);
	}
	for (i = 0; i < 16; i++) {
		mld(&f, 0, 0, 58, 130);
		f.data[ETH] = i << 4;
		expect("IP version", &f, i == 6 ? ETH + 40 + 8 + 1 : 0);
	}
	mld(&f, 0, 0, 58, 130);
	f.data[ETH + 41] = 255;
	expect("hop-by-hop header beyond the end", &f, 0);
	mld(&f, 0, 0, 58, 130);
	f.data[0] = 0x32;
	expect("MLD query to one", &f, 0);
	mld(&f, 0, 0, 58, 130);
	f.data[12] = 0x08;
	f.data[13] = 0x00;
	expect("MLD as IPv4", &f, 0);
}

static void random_frames(void)
{
	u32 rounds = test_rounds(200000), i, n, found = 0;
	char dest[] = "\x01\x80\xc2\x00\x00\x00";
	struct frame f;

	for (i = 0; i < rounds; i++) {
		switch (below(5)) {
		case 4:
			dest[5] = below(18);
			bpdu(&f, dest);
			break;
		case 0:
			igmp(&f, 20 + 4 * below(11), 0x11, 8 + below(30));
			break;
		case 1:
			mld(&f, 0, below(3), 58, 130);
			break;
		case 2:
			ether(&f, ALL_NODES, percent(50) ? 0x0800 : 0x86dd);
			for (n = below(100); n--;)
				put_byte(&f, test_rand(), 1);
			break;
		default:
			memset(&f, 0, sizeof(f));
			for (n = below(100); n--;)
				put_byte(&f, test_rand(), 1);
		}
		for (n = below(4); n-- && f.len;)
			f.data[below(f.len)] = percent(50) ? test_rand() :
				f.data[below(f.len)] ^ 1 << below(8);
		if (percent(30))
			f.len = below(f.len + 1);
		found += naive_frame_control(f.data, f.len);
		CHECK_MSG(ask(&f, f.len) == naive_frame_control(f.data, f.len),
			  "round %u: frame of %u bytes", i, f.len);
	}
	CHECK(rounds < 1000 || (found > rounds / 20 && found < rounds / 20 * 19));
	printf("# %u frames, %u control\n", rounds, found);
}

static bool fragment(const struct frame *f, u32 len, enum isol_depth depth)
{
	u8 *exact = malloc(len ? len : 1);
	struct isol_packet packet = { .head = exact, .linear = len, .len = len };
	struct isol_key key;

	memcpy(exact, f->data, len);
	isol_frame_parse(&packet, depth, &key);
	free(exact);
	return isol_key_fragment(&key);
}

/* Asked of all of a frame, either way, and of what cannot be read of it. */
static void expect_fragment(const char *what, const struct frame *f, u32 header, bool is)
{
	u32 len;

	CHECK_MSG(fragment(f, f->len, ISOL_DEPTH_L3) == is, "%s", what);
	CHECK_MSG(fragment(f, f->len, ISOL_DEPTH_L4) == is, "%s, with its ports", what);
	/* what has no header, or says it is longer, the kernel does not put together */
	for (len = 0; len < header; len++)
		CHECK_MSG(!fragment(f, len, ISOL_DEPTH_L4), "%s, %u bytes", what, len);
}

static void fragments4(void)
{
	static const u8 protos[] = { 1, 2, 6, 17, 47, 132 };
	struct frame f;
	u32 i, bit;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		for (bit = 0; bit < 16; bit++) {
			ipv4(&f, 24, protos[i], 1 << bit);
			put_byte(&f, 0, 40);
			f.data[ETH + 3] = f.len - ETH;
			/* not "do not fragment", nor the bit that is reserved */
			expect_fragment("IPv4", &f, f.len, bit < 14);
			/* a first one that is too short for the header of its protocol */
			f.data[ETH + 3] = 24 + 1;
			expect_fragment("tiny", &f, ETH + 25, bit < 14);
		}
		ipv4(&f, 20, protos[i], 0x4000);
		put_byte(&f, 0, 40);
		f.data[ETH + 3] = f.len - ETH;
		expect_fragment("whole", &f, f.len, false);
		/* broken, whatever is said of fragments */
		ipv4(&f, 20, protos[i], 0x2000);
		put_byte(&f, 0, 40);
		f.data[ETH + 3] = f.len - ETH;
		f.data[ETH] = 0x44;
		expect_fragment("header too short", &f, f.len, false);
		f.data[ETH] = 0x65;
		expect_fragment("version", &f, f.len, false);
		f.data[ETH] = 0x45;
		f.data[ETH + 3] = f.len - ETH + 1;
		expect_fragment("longer than it is", &f, f.len, false);
	}
	ether(&f, ALL_HOSTS, 0x0806);
	put_byte(&f, 0x3f, 60);
	expect_fragment("ARP", &f, ETH, false);
	f.data[12] = 0x88;
	f.data[13] = 0xb5;
	expect_fragment("no IP", &f, ETH, false);
	f.data[12] = 0x88;
	f.data[13] = 0x64;
	expect_fragment("what hides IP", &f, ETH, false);
}

/* @first: of the headers; then a fragment header if @with, then UDP */
static void ipv6(struct frame *f, u8 first, bool with, u16 frag)
{
	u8 h[40] = { 0x60, 0, 0, 0, 0, 0, first, 1 };
	u8 ext[8] = { with ? 44 : 17, 0, 1, 4 };
	u8 fragment_header[8] = { 17, 0, frag >> 8, frag & 0xff, 0, 0, 0, 1 };

	ether(f, ALL_NODES, 0x86dd);
	put(f, h, sizeof(h));
	if (first != 44 && first != 17)
		put(f, ext, sizeof(ext));
	if (with)
		put(f, fragment_header, sizeof(fragment_header));
	put_byte(f, 0, 24);
	f->data[ETH + 5] = f->len - ETH - 40;
}

static void fragments6(void)
{
	static const u8 firsts[] = { 44, 0, 43, 60, 135 };
	struct frame f;
	u32 i, bit;

	for (i = 0; i < ARRAY_SIZE(firsts); i++) {
		for (bit = 0; bit < 16; bit++) {
			ipv6(&f, firsts[i], true, 1 << bit);
			/* not the bits that are reserved */
			expect_fragment("IPv6", &f, f.len, bit != 1 && bit != 2);
		}
		ipv6(&f, firsts[i], true, 0);
		expect_fragment("atomic", &f, f.len, false);
		if (firsts[i] == 44)
			continue;
		ipv6(&f, firsts[i], false, 0);
		expect_fragment("whole", &f, f.len, false);
		/* an extension header that says it goes on behind the end */
		f.data[ETH + 41] = 200;
		expect_fragment("hidden", &f, f.len, true);
	}
	ipv6(&f, 17, false, 0);
	expect_fragment("UDP", &f, f.len, false);
	ipv6(&f, 44, true, 1);
	f.data[ETH] = 0x40;
	expect_fragment("version", &f, f.len, false);
}

#define CASES(X) \
	X(bpdus) \
	X(group_addresses) \
	X(sources) \
	X(igmp_queries) \
	X(igmp_others) \
	X(mld_queries) \
	X(mld_others) \
	X(fragments4) \
	X(fragments6) \
	X(random_frames)

TEST_SUITE(frame, CASES)
