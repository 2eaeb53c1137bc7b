// SPDX-License-Identifier: GPL-2.0
/* A mistake that the fuzzer has to find, or it would find none elsewhere. */
#include "fuzz.h"
#include "userspace/text.h"

void fuzz_one(const u8 *data, size_t size)
{
	u8 mac[6];
	char *s;

	(void)data;
	(void)size;
	s = fuzz_text(17);
	CHECK(!mac_parse(s, mac));
	free(s);
}
