// SPDX-License-Identifier: GPL-2.0
/*
 * What senders of rejected frames are told: who is told nothing, every byte of what
 * the others are told, and how often. Each frame is read from memory of just its
 * size, and each answer is written to memory of just its own.
 */
#include "answer.h"
#include "keys.h"
#include "limit.h"
#include "test.h"

#define ETH 14
#define RST 0x04
#define ACK 0x10

/**
 * struct frame - a frame, and the answer to it
 * @data: its bytes
 * @len: their number
 * @l3: where its IP header is
 * @tagged: a tag stands beside it
 * @gso: it is a GSO frame
 * @verified: its checksums are taken for right
 * @answer: the answer
 * @alen: its length; 0 if there is none
 */
struct frame {
	u8 data[2048];
	u32 len;
	u32 l3;
	bool tagged;
	bool gso;
	bool verified;
	u8 answer[ISOL_ANSWER_MOST];
	u32 alen;
};

static void put(struct frame *f, const void *bytes, u32 n)
{
	memcpy(f->data + f->len, bytes, n);
	f->len += n;
}

static void set16(u8 *p, u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static u32 get16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u32 get32(const u8 *p)
{
	return get16(p) << 16 | get16(p + 2);
}

/* RFC 1071, on bytes as if there were two zero bytes more where there is an odd one. */
static u32 checksum(const u8 *p, u32 len, u32 acc)
{
	u32 i;

	for (i = 0; i < len; i++) {
		acc += i % 2 ? p[i] : p[i] << 8;
		acc = (acc & 0xffff) + (acc >> 16);
	}
	return acc;
}

/* The sum of what has a pseudo header over IP of the version; right is 0xffff. */
static u32 l4_sum(const u8 *ip, u32 at, u32 end, u32 proto)
{
	u32 acc = 0;

	if (ip[0] >> 4 == 6)
		acc = checksum(ip + 8, 32, (end - at) + proto);
	else if (proto != 1)
		acc = checksum(ip + 12, 8, (end - at) + proto);
	return checksum(ip + at, end - at, (acc & 0xffff) + (acc >> 16));
}

static void ether(struct frame *f, u32 tags, u32 proto)
{
	static const u8 macs[] = { 0x52, 0x54, 0, 0, 0, 2, 0x52, 0x54, 0, 0, 0, 1 };
	u8 two[2];
	u32 i;

	memset(f, 0, sizeof(*f));
	put(f, macs, sizeof(macs));
	for (i = 0; i < tags; i++) {
		set16(two, i ? 0x8100 : 0x88a8);
		put(f, two, 2);
		set16(two, 0x2000 + 100 + i);
		put(f, two, 2);
	}
	set16(two, proto);
	put(f, two, 2);
	f->l3 = f->len;
}

static void ip4(struct frame *f, u32 tags, u32 proto, u32 options, const u8 *payload, u32 n)
{
	static const u8 addrs[] = { 192, 0, 2, 1, 198, 51, 100, 2 };
	u8 h[60] = { 0x45, 0xb8, 0, 0, 0x12, 0x34, 0x40, 0, 63 };
	u32 hlen = 20 + options * 4;

	ether(f, tags, 0x0800);
	h[0] += options;
	set16(h + 2, hlen + n);
	h[9] = proto;
	memcpy(h + 12, addrs, sizeof(addrs));
	memset(h + 20, 1, options * 4);
	set16(h + 10, ~checksum(h, hlen, 0));
	put(f, h, hlen);
	put(f, payload, n);
}

/* @ext: with so many destination options */
static void ip6(struct frame *f, u32 tags, u32 proto, u32 ext, const u8 *payload, u32 n)
{
	static const u8 addrs[] = {
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
	};
	u8 h[40] = { 0x60, 0x12, 0x34, 0x56 }, x[8] = { 60, 0, 1, 4 };

	ether(f, tags, 0x86dd);
	set16(h + 4, n + ext * 8);
	h[6] = ext ? 60 : proto;
	h[7] = 63;
	memcpy(h + 8, addrs, sizeof(addrs));
	put(f, h, 40);
	for (; ext; ext--) {
		x[0] = ext > 1 ? 60 : proto;
		put(f, x, 8);
	}
	put(f, payload, n);
}

/* Set the checksum that is @off bytes into the header at @at, over @end bytes of IP. */
static void seal(struct frame *f, u32 at, u32 off, u32 proto)
{
	u8 *ip = f->data + f->l3;
	u32 sum;

	set16(ip + at + off, 0);
	sum = ~l4_sum(ip, at, f->len - f->l3, proto) & 0xffff;
	set16(ip + at + off, proto == 17 && !sum ? 0xffff : sum);
}

/* Find the answer. */
static void ask(struct frame *f)
{
	u8 *exact = malloc(f->len ? f->len : 1), *out;
	const struct isol_packet packet = {
		.head = exact, .linear = f->len, .len = f->len, .tagged = f->tagged,
		.gso = f->gso,
	};
	struct isol_answer *answer = malloc(sizeof(*answer));

	memcpy(exact, f->data, f->len);
	f->alen = 0;
	if (isol_answer_due(&packet, answer) && isol_answer_intact(&packet, answer, f->verified)) {
		CHECK_MSG(answer->len <= ISOL_ANSWER_MOST, "%u bytes", answer->len);
		CHECK(answer->extent.end <= f->len && answer->extent.l4 <= answer->extent.end);
		f->alen = answer->len;
		out = malloc(answer->len);
		memset(out, 0xa5, answer->len);
		isol_answer_write(&packet, answer, out);
		memcpy(f->answer, out, f->alen);
		free(out);
	}
	free(answer);
	free(exact);
}

static void expect_none(struct frame *f, const char *what)
{
	ask(f);
	CHECK_MSG(!f->alen, "%s is answered", what);
}

/* What all answers have in common, of both layers. */
static void check_headers(struct frame *f, const char *what)
{
	const u8 *old = f->data + f->l3, *ip = f->answer + f->l3;
	u32 len = f->alen - f->l3, v6 = old[0] >> 4 == 6;
	bool tcp;

	CHECK_MSG(f->alen > f->l3 + 20, "%s is not answered", what);
	if (!test_good())
		return;
	CHECK(!memcmp(f->answer, f->data + 6, 6) && !memcmp(f->answer + 6, f->data, 6));
	/* tags and EtherType */
	CHECK(!memcmp(f->answer + 12, f->data + 12, f->l3 - 12));
	if (v6) {
		CHECK_EQ(get32(ip), 0x60000000);
		CHECK_EQ(get16(ip + 4), len - 40);
		CHECK_EQ(ip[7], 64);
		CHECK(!memcmp(ip + 8, old + 24, 16) && !memcmp(ip + 24, old + 8, 16));
		tcp = ip[6] == 6;
		CHECK(tcp || ip[6] == 58);
		CHECK_EQ(l4_sum(ip, 40, len, ip[6]), 0xffff);
	} else {
		CHECK_EQ(get16(ip), 0x4500);
		CHECK_EQ(get16(ip + 2), len);
		CHECK_EQ(get32(ip + 4), 0x4000);
		CHECK_EQ(ip[8], 64);
		CHECK(!memcmp(ip + 12, old + 16, 4) && !memcmp(ip + 16, old + 12, 4));
		CHECK_EQ(checksum(ip, 20, 0), 0xffff);
		tcp = ip[9] == 6;
		CHECK(tcp || ip[9] == 1);
		CHECK_EQ(l4_sum(ip, 20, len, ip[9]), 0xffff);
	}
	if (tcp)
		CHECK_EQ(len, v6 ? 60 : 40);
	else
		CHECK(len <= (v6 ? 1280 : 576));
}

static void check_reset(struct frame *f, u32 seq, u32 ack, u32 flags, const char *what)
{
	const u8 *tcp = f->answer + f->l3 + (f->data[f->l3] >> 4 == 6 ? 40 : 20);

	ask(f);
	check_headers(f, what);
	if (!test_good())
		return;
	CHECK_EQ(get16(tcp), 443);
	CHECK_EQ(get16(tcp + 2), 49152);
	CHECK_MSG(get32(tcp + 4) == seq && get32(tcp + 8) == ack && tcp[13] == flags,
		  "%s: seq %u ack %u flags %#x, not %u %u %#x", what, get32(tcp + 4),
		  get32(tcp + 8), tcp[13], seq, ack, flags);
	CHECK_EQ(tcp[12], 0x50);
	/* window and urgent pointer */
	CHECK_EQ(get16(tcp + 14) + get16(tcp + 18), 0);
}

static void check_unreach(struct frame *f, u32 quoted, const char *what)
{
	bool v6 = f->data[f->l3] >> 4 == 6;
	const u8 *icmp = f->answer + f->l3 + (v6 ? 40 : 20);

	ask(f);
	check_headers(f, what);
	if (!test_good())
		return;
	CHECK_EQ(icmp[0], v6 ? 1 : 3);
	CHECK_EQ(icmp[1], v6 ? 1 : 13);
	CHECK_EQ(get32(icmp + 4), 0);
	CHECK_EQ(f->alen, f->l3 + (v6 ? 48 : 28) + quoted);
	CHECK_MSG(!memcmp(icmp + 8, f->data + f->l3, quoted), "%s: not what was sent", what);
}

/* A TCP header from port 49152 to 443 with sequence number 1000, and @data bytes. */
static u32 tcp_header(u8 *h, u32 flags, u32 options, u32 data)
{
	u32 len = 20 + options * 4 + data;

	memset(h, 0, len);
	set16(h, 49152);
	set16(h + 2, 443);
	set16(h + 6, 1000);
	set16(h + 10, 7777);
	h[12] = (5 + options) << 4;
	h[13] = flags;
	set16(h + 14, 0xfaf0);
	return len;
}

static void tcp(struct frame *f, bool v6, u32 flags, u32 options, u32 data)
{
	u8 h[1500];
	u32 n = tcp_header(h, flags, options, data);

	if (v6)
		ip6(f, 0, 6, 0, h, n);
	else
		ip4(f, 0, 6, 0, h, n);
	seal(f, v6 ? 40 : 20, 16, 6);
}

static void udp(struct frame *f, bool v6, u32 tags, u32 data)
{
	u8 h[1500] = { 0xc0, 0, 0, 53 };
	u32 i;

	set16(h + 4, 8 + data);
	for (i = 0; i < data; i++)
		h[8 + i] = i * 7;
	if (v6)
		ip6(f, tags, 17, 0, h, 8 + data);
	else
		ip4(f, tags, 17, 0, h, 8 + data);
	seal(f, v6 ? 40 : 20, 6, 17);
}

static void resets(void)
{
	struct frame *f = malloc(sizeof(*f));
	u32 v6;

	for (v6 = 0; v6 < 2; v6++) {
		tcp(f, v6, 0x02, 0, 0);
		check_reset(f, 0, 1001, RST | ACK, "SYN");
		tcp(f, v6, 0x02, 5, 0);
		check_reset(f, 0, 1001, RST | ACK, "SYN with options");
		tcp(f, v6, 0x02, 5, 100);
		check_reset(f, 0, 1101, RST | ACK, "SYN with data");
		tcp(f, v6, 0x01, 0, 0);
		check_reset(f, 0, 1001, RST | ACK, "FIN");
		tcp(f, v6, 0x00, 0, 0);
		check_reset(f, 0, 1000, RST | ACK, "no flag");
		tcp(f, v6, 0x12, 5, 0);
		check_reset(f, 7777, 0, RST, "SYN ACK");
		tcp(f, v6, ACK, 3, 1000);
		check_reset(f, 7777, 0, RST, "ACK with data");
		tcp(f, v6, 0x11, 3, 0);
		check_reset(f, 7777, 0, RST, "FIN ACK");
		tcp(f, v6, RST, 0, 0);
		expect_none(f, "RST");
		tcp(f, v6, RST | ACK, 0, 0);
		expect_none(f, "RST ACK");
		/* padding is no data */
		tcp(f, v6, 0x02, 0, 0);
		f->len += 12;
		check_reset(f, 0, 1001, RST | ACK, "padded");
		/* a header that is longer than the packet */
		tcp(f, v6, 0x02, 0, 0);
		f->data[f->l3 + (v6 ? 40 : 20) + 12] = 0x60;
		seal(f, v6 ? 40 : 20, 16, 6);
		expect_none(f, "options that are not there");
	}
	free(f);
}

/* TCP whose length is in no header: it will be cut to pieces. */
static void gso(void)
{
	struct frame *f = malloc(sizeof(*f));
	u32 v6;

	for (v6 = 0; v6 < 2; v6++) {
		tcp(f, v6, 0x00, 0, 1000);
		set16(f->data + f->l3 + (v6 ? 4 : 2), 0);
		f->verified = true;
		if (!v6) {
			set16(f->data + f->l3 + 10, 0);
			set16(f->data + f->l3 + 10, ~checksum(f->data + f->l3, 20, 0));
		}
		expect_none(f, "length 0");
		f->gso = true;
		check_reset(f, 0, 2000, RST | ACK, "GSO");
	}
	free(f);
}

static void unreachables(void)
{
	struct frame *f = malloc(sizeof(*f));
	u8 icmp[64] = { 8, 0, 0, 0, 0, 1, 0, 2 }, other[64] = { 1, 2, 3 };
	u32 v6, tags;

	for (v6 = 0; v6 < 2; v6++)
		for (tags = 0; tags <= ISOL_MAX_TAGS; tags++) {
			u32 ip = v6 ? 40 : 20, most = v6 ? 1232 : 548;

			udp(f, v6, tags, 10);
			check_unreach(f, ip + 18, "UDP");
			/* padding is not quoted */
			f->len += 30;
			check_unreach(f, ip + 18, "UDP with padding");
			udp(f, v6, tags, most - ip - 8);
			check_unreach(f, most, "UDP that just fits");
			udp(f, v6, tags, most - ip - 7);
			check_unreach(f, most, "UDP that does not fit");
			udp(f, v6, tags, 1400);
			check_unreach(f, most, "long UDP");
			udp(f, v6, tags, 0);
			check_unreach(f, ip + 8, "empty UDP");
			if (v6)
				ip6(f, tags, 47, 3, other, 40);
			else
				ip4(f, tags, 47, 10, other, 40);
			check_unreach(f, v6 ? 104 : 100, "GRE behind options");
			icmp[0] = v6 ? 128 : 8;
			if (v6)
				ip6(f, tags, 58, 1, icmp, 64);
			else
				ip4(f, tags, 1, 1, icmp, 64);
			seal(f, v6 ? 48 : 24, 2, v6 ? 58 : 1);
			check_unreach(f, v6 ? 112 : 88, "echo request");
		}
	/* one tag beside the frame, and one in it, or two */
	udp(f, false, 1, 10);
	f->tagged = true;
	check_unreach(f, 38, "two tags");
	udp(f, false, 2, 10);
	f->tagged = true;
	expect_none(f, "three tags");
	udp(f, false, 3, 10);
	expect_none(f, "three tags in the frame");
	free(f);
}

static void icmp_types(void)
{
	static const u8 queries4[] = { 0, 8, 9, 10, 13, 14, 15, 16, 17, 18 };
	struct frame *f = malloc(sizeof(*f));
	u32 type, i, v6;

	for (v6 = 0; v6 < 2; v6++)
		for (type = 0; type < 256; type++) {
			u8 icmp[16] = { type };
			bool query = v6 && type >= 128 && type != 137;

			for (i = 0; !v6 && i < ARRAY_SIZE(queries4); i++)
				query |= type == queries4[i] || type == 1 || type == 2 ||
					 type == 6 || type == 7;
			if (v6)
				ip6(f, 0, 58, 0, icmp, 16);
			else
				ip4(f, 0, 1, 0, icmp, 16);
			seal(f, v6 ? 40 : 20, 2, v6 ? 58 : 1);
			ask(f);
			CHECK_MSG(!!f->alen == query, "ICMPv%u type %u: %s", v6 ? 6 : 4, type,
				  f->alen ? "answered" : "not answered");
		}
	free(f);
}

static void set_ip4(struct frame *f, u32 at, u32 addr)
{
	u8 *ip = f->data + f->l3;

	set16(ip + at, addr >> 16);
	set16(ip + at + 2, addr);
	set16(ip + 10, 0);
	set16(ip + 10, ~checksum(ip, 20, 0));
	seal(f, 20, 6, 17);
}

static void addresses(void)
{
	static const u32 nobody[] = {
		0, 0x00ffffff, 0x7f000001, 0x7fffffff, 0xe0000000, 0xe0000001, 0xefffffff,
		0xf0000000, 0xffffffff,
	};
	static const u32 somebody[] = { 0x01000000, 0x7effffff, 0x80000000, 0xdfffffff, 0x0a000001 };
	static const u8 nobody6[][16] = {
		{ 0 }, { [15] = 1 }, { 0xff, 2, [15] = 1 }, { 0xff, 0xff },
		{ [10] = 0xff, 0xff, 10, 0, 0, 1 },
	};
	static const u8 somebody6[][16] = {
		{ [15] = 2 }, { 0xfe, 0x80, [15] = 1 }, { 0xfd, [15] = 1 }, { [9] = 1, 0xff, 0xff },
	};
	struct frame *f = malloc(sizeof(*f));
	u32 i, at;

	for (at = 12; at <= 16; at += 4) {
		for (i = 0; i < ARRAY_SIZE(nobody); i++) {
			udp(f, false, 0, 4);
			set_ip4(f, at, nobody[i]);
			ask(f);
			CHECK_MSG(!f->alen, "address %#x is answered", nobody[i]);
		}
		for (i = 0; i < ARRAY_SIZE(somebody); i++) {
			udp(f, false, 0, 4);
			set_ip4(f, at, somebody[i]);
			check_unreach(f, 32, "IPv4");
		}
	}
	for (at = 8; at <= 24; at += 16) {
		for (i = 0; i < ARRAY_SIZE(nobody6); i++) {
			udp(f, true, 0, 4);
			memcpy(f->data + f->l3 + at, nobody6[i], 16);
			seal(f, 40, 6, 17);
			ask(f);
			CHECK_MSG(!f->alen, "IPv6 address %u at %u is answered", i, at);
		}
		for (i = 0; i < ARRAY_SIZE(somebody6); i++) {
			udp(f, true, 0, 4);
			memcpy(f->data + f->l3 + at, somebody6[i], 16);
			seal(f, 40, 6, 17);
			check_unreach(f, 52, "IPv6");
		}
	}
	/* of Ethernet */
	for (at = 0; at <= 6; at += 6) {
		udp(f, false, 0, 4);
		f->data[at] |= 1;
		expect_none(f, at ? "from a group" : "multicast");
		udp(f, false, 0, 4);
		memset(f->data + at, 0xff, 6);
		expect_none(f, at ? "from all" : "broadcast");
		udp(f, false, 0, 4);
		memset(f->data + at, 0, 6);
		expect_none(f, "MAC address 0");
	}
	free(f);
}

static void fragments(void)
{
	static const u8 offs[][2] = { { 0x20, 0 }, { 0, 1 }, { 0x20, 1 }, { 0x1f, 0xff } };
	struct frame *f = malloc(sizeof(*f));
	u8 x[100] = { 17, 0, 0, 0, 0, 0, 0, 1 };
	u8 *ip = f->data + ETH;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(offs); i++) {
		udp(f, false, 0, 32);
		memcpy(ip + 6, offs[i], 2);
		set_ip4(f, 12, 0x0a000001);
		expect_none(f, "an IPv4 fragment");
	}
	for (i = 0; i < 4; i++) {
		x[3] = i & 1 ? 1 : 0;
		x[2] = i & 2 ? 1 : 0;
		set16(x + 8, 0xc000);
		set16(x + 8 + 4, 40);
		ip6(f, 0, 44, 0, x, 48);
		seal(f, 48, 6, 17);
		if (i)
			expect_none(f, "an IPv6 fragment");
		else
			check_unreach(f, 88, "an atomic fragment");
	}
	free(f);
}

/* Any bit that is wrong, where there is a checksum over it. */
static void damage(void)
{
	struct frame *f = malloc(sizeof(*f));
	u32 kind, bit, first;
	u8 icmp[25] = { 8 };

	for (kind = 0; kind < 7; kind++) {
		for (bit = 0;; bit++) {
			switch (kind) {
			case 0:
			case 1:
				tcp(f, kind, 0x02, 1, 3);
				break;
			case 2:
			case 3:
				udp(f, kind == 3, 0, 5);
				break;
			case 4:
				ip4(f, 0, 1, 0, icmp, 25);
				seal(f, 20, 2, 1);
				break;
			case 5:
				icmp[0] = 128;
				ip6(f, 0, 58, 0, icmp, 25);
				seal(f, 40, 2, 58);
				break;
			case 6:
				udp(f, false, 1, 301);
				break;
			}
			if (!bit) {
				ask(f);
				CHECK_MSG(f->alen, "kind %u is not answered", kind);
			}
			/* what IPv6 says first nothing verifies */
			first = f->l3 + (f->data[f->l3] >> 4 == 6 ? 8 : 0);
			if (bit >= (f->len - first) * 8)
				break;
			f->data[first + bit / 8] ^= 1 << bit % 8;
			ask(f);
			CHECK_MSG(!f->alen, "kind %u, bit %u: answered", kind, bit);
		}
	}
	/* IPv4 without a checksum of UDP, and IPv6, where there has to be one */
	udp(f, false, 0, 5);
	set16(f->data + f->l3 + 26, 0);
	check_unreach(f, 33, "UDP without a checksum");
	udp(f, true, 0, 5);
	set16(f->data + f->l3 + 46, 0);
	expect_none(f, "UDP over IPv6 without a checksum");
	/* what is filled in later, or has been verified, need not be right */
	tcp(f, false, 0x02, 0, 0);
	f->data[f->l3 + 36] ^= 1;
	expect_none(f, "a wrong checksum");
	f->verified = true;
	check_reset(f, 0, 1001, RST | ACK, "checksum offload");
	/* but that of IPv4 always is there */
	f->data[f->l3 + 10] ^= 1;
	expect_none(f, "a wrong checksum of IPv4");
	free(f);
}

/* What is cut off anywhere, and says it is longer. */
static void truncated(void)
{
	struct frame *f = malloc(sizeof(*f));
	u32 whole, i, kind;

	for (kind = 0; kind < 4; kind++) {
		if (kind < 2)
			tcp(f, kind, 0x02, 2, 10);
		else
			udp(f, kind == 3, 1, 10);
		whole = f->len;
		f->verified = true;
		for (i = 0; i < whole; i++) {
			f->len = i;
			ask(f);
			CHECK_MSG(!f->alen, "kind %u: %u of %u bytes are answered", kind, i, whole);
		}
	}
	free(f);
}

static void not_ip(void)
{
	static const u16 protos[] = { 0x0806, 0x88b5, 0x8864, 0x8847, 0x0040, 0x9100, 0x0801 };
	struct frame *f = malloc(sizeof(*f));
	u32 i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		tcp(f, false, 0x02, 0, 0);
		set16(f->data + 12, protos[i]);
		ask(f);
		CHECK_MSG(!f->alen, "EtherType %#x is answered", protos[i]);
	}
	/* and the one with the other's header */
	tcp(f, false, 0x02, 0, 0);
	set16(f->data + 12, 0x86dd);
	expect_none(f, "IPv4 that says it is IPv6");
	tcp(f, true, 0x02, 0, 0);
	set16(f->data + 12, 0x0800);
	expect_none(f, "IPv6 that says it is IPv4");
	free(f);
}

/*
 * Frames at random: an answer is well formed, is never longer than what it quotes
 * and its headers, goes to who sent the frame, and is not answered itself.
 */
static void random_frames(void)
{
	u32 rounds = test_rounds(60000), i, n = 0, m;
	struct isol_mem mem;
	struct isol_model *model;
	struct frame *f = malloc(sizeof(*f)), *again = malloc(sizeof(*again));
	struct isol_key key;
	struct keys *keys;
	u8 bytes[KEYS_FRAME];

	isol_mem_init(&mem, 1 << 20);
	model = isol_model_new(&mem);
	CHECK_EQ(isol_model_seal(model), 0);
	keys = keys_new(model);
	for (i = 0; i < rounds && test_good(); i++) {
		memset(f, 0, sizeof(*f));
		keys_random(keys, &key);
		f->len = keys_frame(&key, bytes);
		memcpy(f->data, bytes, f->len);
		for (m = percent(50) ? between(1, 4) : 0; m; m--)
			f->data[below(f->len)] ^= 1 << below(8);
		if (percent(10))
			f->len = below(f->len + 1);
		f->tagged = percent(30);
		f->gso = percent(10);
		/* else nearly none would be answered */
		f->verified = percent(80);
		if (f->len > 34 && get16(f->data + 12) == 0x0800 && percent(80)) {
			u32 hlen = (f->data[ETH] & 0xf) * 4;

			set16(f->data + ETH + 10, 0);
			if (ETH + hlen <= f->len)
				set16(f->data + ETH + 10, ~checksum(f->data + ETH, hlen, 0));
		}
		ask(f);
		if (!f->alen)
			continue;
		n++;
		/* where the IP header is follows from the tags */
		f->l3 = ETH;
		while (get16(f->data + f->l3 - 2) == 0x8100 || get16(f->data + f->l3 - 2) == 0x88a8)
			f->l3 += 4;
		check_headers(f, "a random frame");
		CHECK(f->alen <= f->len + 48);
		*again = *f;
		memcpy(again->data, f->answer, f->alen);
		again->len = f->alen;
		expect_none(again, "an answer");
	}
	CHECK(rounds < 10000 || n > rounds / 100);
	printf("# %u frames, %u answered\n", rounds, n);
	keys_free(keys);
	isol_model_free(model);
	free(again);
	free(f);
}

/* The limit against one that counts: a bucket that gets a token each interval. */
static void limits(void)
{
	static const struct {
		u32 rate, burst;
	} table[] = {
		{ 100, 50 }, { 1, 1 }, { 1, 10 }, { 1000, 1 }, { 7, 3 }, { 1000000, 100 },
		{ 1000000000, 1 }, { 100, 0 },
	};
	u32 i, j, k, sent;
	u64 due, now, next;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		u32 rate = table[i].rate, burst = table[i].burst ?: 1;
		u64 interval = 1000000000 / rate;

		/* at once */
		due = 0;
		now = 5000000000ULL;
		for (sent = 0; sent < burst + 10; sent++) {
			if (!isol_limit_next(due, now, rate, table[i].burst, &next))
				break;
			due = next;
		}
		CHECK_MSG(sent == burst, "rate %u: %u at once, not %u", rate, sent, burst);
		/* and one for each interval from there */
		CHECK(!isol_limit_next(due, now + interval - 1, rate, table[i].burst, &next));
		for (j = 0; j < 20; j++) {
			now += interval;
			CHECK(isol_limit_next(due, now, rate, table[i].burst, &next));
			due = next;
			CHECK(!isol_limit_next(due, now, rate, table[i].burst, &next));
		}
		/* who waits long enough gets the burst again, and no more */
		now += 1000 * interval + 1;
		for (sent = 0; isol_limit_next(due, now, rate, table[i].burst, &next); sent++)
			due = next;
		CHECK_EQ(sent, burst);
		/* in a second that comes in pieces */
		due = 0;
		sent = 0;
		for (k = 0, now = 1; k < 1000; k++, now += 1000000)
			for (j = 0; j < 3; j++)
				if (isol_limit_next(due, now, rate, table[i].burst, &next)) {
					due = next;
					sent++;
				}
		CHECK_MSG(sent <= rate + burst, "rate %u: %u in a second", rate, sent);
		CHECK_MSG(sent >= min(rate, 1000U) - 1, "rate %u: only %u in a second", rate, sent);
	}
	due = 0;
	CHECK(!isol_limit_next(due, 1, 0, 50, &next));
	CHECK(!isol_limit_next(due, ~0ULL, 0, 0, &next));
	/* the largest numbers there are */
	CHECK(isol_limit_next(0, 1, U32_MAX, U32_MAX, &next));
	CHECK_EQ(next, 1);
	CHECK(isol_limit_next(0, 1, 1, U32_MAX, &next));
	CHECK_EQ(next, 1000000001);
}

#define CASES(X) \
	X(resets) \
	X(gso) \
	X(unreachables) \
	X(icmp_types) \
	X(addresses) \
	X(fragments) \
	X(damage) \
	X(truncated) \
	X(not_ip) \
	X(random_frames) \
	X(limits)

TEST_SUITE(answer, CASES)
