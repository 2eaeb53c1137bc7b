// SPDX-License-Identifier: GPL-2.0
/* Bytes as a frame that the host sends: is it one of the bridge's own? */
#include "frame.h"
#include "fuzz.h"
#include "naive.h"

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

void fuzz_one(const u8 *data, size_t size)
{
	u8 *frame;

	if (!size)
		return;
	size--;
	frame = malloc(size ? size : 1);
	memcpy(frame, data + 1, size);
	head(frame, size, data[0] & 3);
	check(frame, size);
	free(frame);
}
