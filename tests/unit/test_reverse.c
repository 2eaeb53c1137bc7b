// SPDX-License-Identifier: GPL-2.0
/*
 * Answers: what was read of one, turned round, is what was read of its question. The two
 * are written here byte by byte, so that nothing is taken from the code under test.
 */
#include "keys.h"
#include "reverse.h"
#include "test.h"

/* One side of a conversation. */
struct peer {
	u8 mac[ETH_ALEN];
	u8 ip[16];
	u8 port[2];
};

static void fill(u8 *bytes, u32 n)
{
	while (n--)
		bytes[n] = below(256);
}

static struct peer random_peer(void)
{
	struct peer p;

	fill(p.mac, sizeof(p.mac));
	fill(p.ip, sizeof(p.ip));
	fill(p.port, sizeof(p.port));
	p.mac[0] &= 0xfe;
	return p;
}

/* A frame from one to the other. Return: its length. */
static u32 write_frame(u8 *f, const struct peer *from, const struct peer *to, bool ip6, u8 proto,
		       const u8 *l4, u32 l4_len)
{
	u32 n = 0;

	memcpy(f + n, to->mac, 6);
	memcpy(f + n + 6, from->mac, 6);
	n += 12;
	f[n++] = ip6 ? 0x86 : 0x08;
	f[n++] = ip6 ? 0xdd : 0x00;
	memset(f + n, 0, 40);
	if (ip6) {
		f[n] = 0x60;
		f[n + 5] = l4_len;
		f[n + 6] = proto;
		memcpy(f + n + 8, from->ip, 16);
		memcpy(f + n + 24, to->ip, 16);
		n += 40;
	} else {
		f[n] = 0x45;
		f[n + 3] = 20 + l4_len;
		f[n + 9] = proto;
		memcpy(f + n + 12, from->ip, 4);
		memcpy(f + n + 16, to->ip, 4);
		n += 20;
	}
	memcpy(f + n, l4, l4_len);
	return n + l4_len;
}

static void read_frame(const u8 *f, u32 len, u32 depth, struct isol_key *key)
{
	struct isol_packet packet = { .head = f, .linear = len, .len = len };

	memset(key, 0, sizeof(*key));
	isol_frame_parse(&packet, depth, key);
}

/* All but what a conversation does not tell. */
static void same(const struct isol_key *a, const struct isol_key *b)
{
	static const u8 fields[] = {
		ISOL_MATCH_A_ETHERTYPE, ISOL_MATCH_A_CAST, ISOL_MATCH_A_SRC_IP4,
		ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_PROTO, ISOL_MATCH_A_SPORT,
		ISOL_MATCH_A_DPORT, ISOL_MATCH_A_ICMP, ISOL_MATCH_A_VLAN,
	};
	u32 i;

	CHECK_EQ(a->shape, b->shape);
	CHECK_EQ(a->smac, b->smac);
	CHECK_EQ(a->dmac, b->dmac);
	CHECK(!memcmp(&a->src6, &b->src6, sizeof(a->src6)));
	CHECK(!memcmp(&a->dst6, &b->dst6, sizeof(a->dst6)));
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		CHECK_MSG(a->v[fields[i]] == b->v[fields[i]], "field %u: %#x, not %#x", fields[i],
			  a->v[fields[i]], b->v[fields[i]]);
}

/* @there, @back: the headers of the protocol, of 20 bytes. */
static void converse(bool ip6, u8 proto, const struct peer *a, const struct peer *b,
		     const u8 *there, const u8 *back)
{
	struct isol_key question, answer;
	u8 f[128];
	u32 depth;

	for (depth = ISOL_DEPTH_L2; depth <= ISOL_DEPTH_L4; depth++) {
		read_frame(f, write_frame(f, a, b, ip6, proto, there, 20), depth, &question);
		read_frame(f, write_frame(f, b, a, ip6, proto, back, 20), depth, &answer);
		CHECK(isol_key_reverse(&answer));
		same(&answer, &question);
		/* and there again */
		read_frame(f, write_frame(f, b, a, ip6, proto, back, 20), depth, &answer);
		CHECK(isol_key_reverse(&question));
		same(&question, &answer);
	}
}

static void ports(void)
{
	static const u8 protos[] = { 6, 17, 33, 132, 136 };
	u32 n, i;

	for (n = 0; n < 200 && test_good(); n++)
		for (i = 0; i < ARRAY_SIZE(protos); i++) {
			struct peer a = random_peer(), b = random_peer();
			u8 there[20] = {}, back[20] = {};

			there[12] = 0x50;
			back[12] = 0x50;
			/* the length that UDP-Lite covers, and UDP */
			there[5] = 20;
			back[5] = 20;
			memcpy(there, a.port, 2);
			memcpy(there + 2, b.port, 2);
			memcpy(back, b.port, 2);
			memcpy(back + 2, a.port, 2);
			converse(n & 1, protos[i], &a, &b, there, back);
		}
}

static void others(void)
{
	static const u8 protos[] = { 2, 47, 50, 51, 89, 103, 112 };
	u32 n, i;

	for (n = 0; n < 200 && test_good(); n++)
		for (i = 0; i < ARRAY_SIZE(protos); i++) {
			struct peer a = random_peer(), b = random_peer();
			u8 l4[20] = {};

			/* AH is a header on the way, which may hide something */
			if (n & 1 && protos[i] == 51)
				continue;
			converse(n & 1, protos[i], &a, &b, l4, l4);
		}
}

/* Every type: those that answer each other, and all the rest that answer nothing. */
static void icmp(void)
{
	static const u8 pairs4[][2] = { { 8, 0 }, { 13, 14 }, { 15, 16 }, { 17, 18 } };
	static const u8 pairs6[][2] = { { 128, 129 }, { 139, 140 } };
	u32 ip6, type, i, n;

	for (ip6 = 0; ip6 < 2; ip6++)
		for (type = 0; type < 256; type++) {
			const u8 (*pair)[2] = ip6 ? pairs6 : pairs4;
			struct peer a = random_peer(), b = random_peer();
			u8 there[20] = { type, type & 3 }, back[20] = {};
			struct isol_key key;
			u8 f[128];

			n = ip6 ? ARRAY_SIZE(pairs6) : ARRAY_SIZE(pairs4);
			for (i = 0; i < n && pair[i][0] != type && pair[i][1] != type; i++)
				;
			if (i < n) {
				back[0] = pair[i][pair[i][0] == type];
				back[1] = there[1];
				converse(ip6, ip6 ? 58 : 1, &a, &b, there, back);
				continue;
			}
			read_frame(f, write_frame(f, &a, &b, ip6, ip6 ? 58 : 1, there, 20),
				   ISOL_DEPTH_L4, &key);
			CHECK_EQ(key.shape, ip6 ? ISOL_SHAPE_IP6_ICMP : ISOL_SHAPE_IP4_ICMP);
			CHECK_MSG(!isol_key_reverse(&key), "type %u answers something", type);
		}
}

/* What may begin a conversation: of ICMP some types, of all else what can be read. */
static void begins(void)
{
	static const u8 first4[] = { 8, 13, 15, 17 };
	static const u8 first6[] = { 128, 139, 130, 131, 132, 133, 134, 135, 136, 143 };
	struct peer a = random_peer(), b = random_peer();
	u32 ip6, type, i, n;
	u8 f[128], l4[20] = {};

	for (ip6 = 0; ip6 < 2; ip6++)
		for (type = 0; type < 256; type++) {
			const u8 *first = ip6 ? first6 : first4;
			struct isol_packet packet = { .head = f };

			n = ip6 ? ARRAY_SIZE(first6) : ARRAY_SIZE(first4);
			for (i = 0; i < n && first[i] != type; i++)
				;
			l4[0] = type;
			packet.len = write_frame(f, &a, &b, ip6, ip6 ? 58 : 1, l4, 20);
			packet.linear = packet.len;
			CHECK_MSG(isol_frame_begins(&packet) == (i < n), "type %u of ICMP%s", type,
				  ip6 ? "v6" : "");
			/* another protocol, and one that hides what it carries */
			write_frame(f, &a, &b, ip6, 47, l4, 20);
			CHECK(isol_frame_begins(&packet));
			f[12] = 0x88;
			f[13] = 0x64;
			CHECK(!isol_frame_begins(&packet));
		}
}

/* Of what belongs to an address nothing but what asks for it and tells it. */
static void neighbors(void)
{
	static const u8 arp[] = { 0, 1, 8, 0, 6, 4 };
	struct peer a = random_peer(), b = random_peer();
	u8 f[128] = {}, l4[20] = {};
	struct isol_packet packet = { .head = f };
	u32 type, ip6, op;

	for (ip6 = 0; ip6 < 2; ip6++)
		for (type = 0; type < 256; type++) {
			l4[0] = type;
			packet.len = write_frame(f, &a, &b, ip6, ip6 ? 58 : 1, l4, 20);
			packet.linear = packet.len;
			CHECK(isol_frame_neighbor(&packet) == (ip6 && (type == 135 || type == 136)));
		}
	l4[0] = 135;
	packet.len = write_frame(f, &a, &b, true, 17, l4, 20);
	packet.linear = packet.len;
	CHECK(!isol_frame_neighbor(&packet));
	memset(f, 0, sizeof(f));
	f[12] = 0x08;
	f[13] = 0x06;
	memcpy(f + 14, arp, sizeof(arp));
	packet.len = 42;
	packet.linear = packet.len;
	for (op = 0; op < 12; op++) {
		f[21] = op;
		CHECK(isol_frame_neighbor(&packet) == (op == 1 || op == 2));
	}
	f[21] = 1;
	packet.len = 20;
	packet.linear = packet.len;
	CHECK(!isol_frame_neighbor(&packet));
}

/* Of TCP: each of the flags, ECN and PSH among them, with each of the others. */
static void tcp_begins(void)
{
	struct peer a = random_peer(), b = random_peer();
	u32 ip6, flags, counting;
	u8 f[128], l4[20] = {};

	for (ip6 = 0; ip6 < 2; ip6++)
		for (flags = 0; flags < 256; flags++) {
			struct isol_packet packet = { .head = f };

			l4[12] = 5 << 4;
			l4[13] = flags;
			packet.len = write_frame(f, &a, &b, ip6, 6, l4, 20);
			packet.linear = packet.len;
			counting = flags & 0x17;
			CHECK_MSG(isol_frame_begins(&packet) ==
				  (counting == 0x02 || counting == 0x10), "flags %x", flags);
			/* ports without flags */
			l4[5] = 20;
			packet.len = write_frame(f, &a, &b, ip6, 17, l4, 20);
			packet.linear = packet.len;
			CHECK(isol_frame_begins(&packet));
		}
}

/* What cannot be read as far as it should be answers nothing. */
static void unread(void)
{
	u32 shape;

	for (shape = 0; shape < ISOL_NSHAPES; shape++) {
		struct isol_key key = { .shape = shape, .v[ISOL_MATCH_A_ICMP] = 8 << 8 };
		bool answers = shape != ISOL_SHAPE_UNREAD && shape != ISOL_SHAPE_L3_UNREAD &&
			       shape != ISOL_SHAPE_ARP && shape != ISOL_SHAPE_IP4_NOL4 &&
			       shape != ISOL_SHAPE_IP6_NOL4 && shape != ISOL_SHAPE_IP6_NOPROTO;

		if (shape == ISOL_SHAPE_IP6_ICMP)
			key.v[ISOL_MATCH_A_ICMP] = 128 << 8;
		CHECK_MSG(isol_key_reverse(&key) == answers, "shape %u", shape);
	}
}

#define CASES(X) \
	X(ports) \
	X(others) \
	X(icmp) \
	X(begins) \
	X(neighbors) \
	X(tcp_begins) \
	X(unread)

TEST_SUITE(reverse, CASES)
