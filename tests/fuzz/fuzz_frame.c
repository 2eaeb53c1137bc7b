// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes as a frame: is it one of the bridge's own, if the host sends it, and what
 * is read of it?
 */
#include "answer.h"
#include "frame.h"
#include "fuzz.h"
#include "naive.h"
#include "naive_parse.h"

/* What comes before that which is read with care, in most inputs. */
static void head(u8 *frame, size_t size, u32 what)
{
	static const u8 heads[][2 * ETH_ALEN + 2] = {
		{ 0x01, 0x00, 0x5e, 0, 0, 1, 2, 2, 2, 2, 2, 2, 0x08, 0x00 },
		{ 0x33, 0x33, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 0x86, 0xdd },
		{ 0x01, 0x80, 0xc2, 0, 0, 0, 2, 2, 2, 2, 2, 2, 0, 38 },
	};

	if (what < ARRAY_SIZE(heads))
		memcpy(frame, heads[what], size < sizeof(*heads) ? size : sizeof(*heads));
}

static void check(const u8 *frame, size_t size)
{
	u8 port[ETH_ALEN] = { 0 }, bridge[ETH_ALEN] = { 0 };
	bool control, bpdu;

	if (size < 2 * ETH_ALEN) {
		CHECK(!isol_frame_control(frame, size, port, bridge));
		return;
	}
	/* what has the right source address, for whichever it may be */
	memcpy(port, frame + ETH_ALEN, ETH_ALEN);
	control = isol_frame_control(frame, size, port, port);
	CHECK_EQ(control, naive_frame_control(frame, size));
	/* one of the two is it */
	memcpy(bridge, port, ETH_ALEN);
	bridge[5] ^= 1;
	bpdu = isol_frame_control(frame, size, port, bridge);
	CHECK_EQ(control, bpdu || isol_frame_control(frame, size, bridge, port));
	CHECK(!(bpdu && isol_frame_control(frame, size, bridge, port)));
	/* and nothing has neither */
	CHECK(!isol_frame_control(frame, size, bridge, bridge));
	/* what lies behind is not looked at */
	if (size >= ISOL_FRAME_PEEK && isol_frame_control(frame, ISOL_FRAME_PEEK, port, port))
		CHECK(control);
}

/* @how: how much of it can be read, and what stands beside it */
static void parse(const u8 *frame, size_t size, u8 how)
{
	/* most often all */
	u32 linear = how & 0x3f ? size : size / 2;
	u8 *exact = malloc(linear ? linear : 1);
	const struct isol_packet packet = {
		.head = exact, .linear = linear, .len = size,
		.tagged = how & 0x40, .gso = how & 0x80,
	};
	const struct naive_frame same = {
		.data = exact, .linear = linear, .len = size,
		.tagged = how & 0x40, .gso = how & 0x80,
	};
	struct isol_packet told = packet;
	struct naive_frame tells = same;
	struct naive_key naive;
	struct isol_key key;
	enum isol_depth depth;
	const char *differs;

	memcpy(exact, frame, linear);
	/* some are in the VLAN that their first tag says, some in another, or in none */
	tells.who = NAIVE_VLAN_BRIDGE;
	isol_packet_vlan(&told);
	tells.vlan = how & 1 ? told.vlan : how >> 1 & 3;
	isol_packet_classify(&told, tells.vlan);
	for (depth = ISOL_DEPTH_L2; depth <= ISOL_DEPTH_L4; depth++) {
		memset(&key, 0xa5, sizeof(key));
		isol_frame_parse(&packet, depth, &key);
		naive_parse(&same, depth, &naive);
		differs = naive_differs(&key, &naive);
		CHECK_MSG(!differs, "depth %u: %s (shape %u, should be %u)", depth, differs,
			  key.shape, naive.shape);
		isol_frame_vlan(&told, &key);
		naive_parse(&tells, depth, &naive);
		differs = naive_differs(&key, &naive);
		CHECK_MSG(!differs, "depth %u, by the bridge: %s (shape %u, should be %u)", depth,
			  differs, key.shape, naive.shape);
	}
	free(exact);
}

/* What would be answered if it were rejected: an answer to that is none. */
static void reject(const u8 *frame, size_t size, u8 how)
{
	struct isol_packet packet = {
		.head = frame, .linear = size, .len = size,
		.tagged = how & 0x40, .gso = how & 0x80,
	};
	struct isol_answer answer, none;
	u8 *out;

	if (!isol_answer_due(&packet, &answer))
		return;
	isol_answer_intact(&packet, &answer, false);
	if (!isol_answer_intact(&packet, &answer, true))
		return;
	CHECK(answer.len <= ISOL_ANSWER_MOST && answer.len <= size + 48);
	out = malloc(answer.len);
	isol_answer_write(&packet, &answer, out);
	packet.head = out;
	packet.linear = answer.len;
	packet.len = answer.len;
	CHECK(!isol_answer_due(&packet, &none));
	free(out);
}

void fuzz_one(const u8 *data, size_t size)
{
	u8 *frame;

	if (size < 2)
		return;
	size -= 2;
	frame = malloc(size ? size : 1);
	memcpy(frame, data + 1, size);
	head(frame, size, data[0] & 3);
	check(frame, size);
	parse(frame, size, data[size + 1]);
	reject(frame, size, data[size + 1]);
	free(frame);
}
