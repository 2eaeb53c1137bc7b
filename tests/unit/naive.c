// SPDX-License-Identifier: GPL-2.0
/* The plain way, see naive.h. Shares no code with the module. */
#include "naive.h"

#define ETH 14

bool naive_glob_match(const char *glob, const char *name)
{
	if (!*glob)
		return !*name;
	if (*glob == '*')
		return naive_glob_match(glob + 1, name) ||
		       (*name && naive_glob_match(glob, name + 1));
	return *name && (*glob == '?' || *glob == *name) && naive_glob_match(glob + 1, name + 1);
}

static u32 literals(const char *s)
{
	u32 n = 0;

	for (; *s; s++)
		n += !strchr("*?", *s);
	return n;
}

const struct isol_binding *naive_select(const struct isol_model *model, const char *ifname,
					const u8 *mac, const char *alias)
{
	const struct isol_binding *b, *best = NULL;
	u32 rank, best_rank = 0;

	for (b = model->bindings; b; b = b->next) {
		bool match = false;

		switch (b->kind) {
		case ISOL_SEL_PORT:
			match = !strcmp(b->selector, ifname);
			rank = 1003;
			break;
		case ISOL_SEL_MAC:
			match = mac[0] == (b->mac[0] == 0xfe ? 0xfa : 0xfe) &&
				!memcmp(mac + 1, b->mac + 1, ETH_ALEN - 1);
			rank = 1002;
			break;
		case ISOL_SEL_ALIAS:
			match = !strcmp(b->selector, alias);
			rank = 1001;
			break;
		default:
			match = naive_glob_match(b->selector, ifname);
			rank = 1 + literals(b->selector);
		}
		if (match && rank > best_rank) {
			best = b;
			best_rank = rank;
		}
	}
	return best;
}

bool naive_frame_control(const u8 *f, u32 len)
{
	u32 at;

	if (len < ETH || f[0] % 2 == 0)
		return false;
	if (f[0] == 0x01 && f[1] == 0x80 && f[2] == 0xc2 && f[3] == 0 && f[4] == 0 && f[5] < 16 &&
	    f[5] != 1 && f[5] != 2 && f[5] != 3)
		return len >= ETH + 3 && f[12] * 256 + f[13] >= 3 && f[12] * 256 + f[13] <= 1500 &&
		       f[ETH] == 0x42 && f[ETH + 1] == 0x42 && f[ETH + 2] == 3;
	if (f[12] == 0x08 && f[13] == 0x00) {
		if (len < ETH + 20)
			return false;
		at = ETH + f[ETH] % 16 * 4;
		return f[ETH] >= 0x45 && f[ETH] <= 0x4f &&
		       f[ETH + 6] % 32 == 0 && f[ETH + 7] == 0 && f[ETH + 9] == 2 && at < len &&
		       f[at] == 0x11;
	}
	if (f[12] == 0x86 && f[13] == 0xdd) {
		if (len < ETH + 42)
			return false;
		at = ETH + 40 + 8 * (f[ETH + 41] + 1);
		return f[ETH] / 16 == 6 && f[ETH + 6] == 0 && f[ETH + 40] == 58 && at < len &&
		       f[at] == 130;
	}
	return false;
}

bool naive_stacked(const u8 *f, u32 len, u32 vlan)
{
	static const u8 tags[][2] = {
		{ 0x81, 0x00 }, { 0x88, 0xa8 }, { 0x91, 0x00 }, { 0x92, 0x00 }, { 0x93, 0x00 },
	};
	u32 i, at = ETH - 2, vid;

	if (len < ETH + 4)
		return false;
	/* over the one that is this VLAN's, or none's */
	vid = f[ETH] % 16 * 256 + f[ETH + 1];
	if (((f[at] == 0x81 && !f[at + 1]) || (f[at] == 0x88 && f[at + 1] == 0xa8)) &&
	    (!vid || vid == vlan))
		at += 4;
	for (i = 0; i < 5; i++)
		if (!memcmp(f + at, tags[i], 2))
			return true;
	return false;
}
