// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <linux/isol.h>

#include "text.h"

size_t utf8_char(const char *s, size_t len, u32 *cp)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *b = (const unsigned char *)s;
	size_t i, n;

	if (b[0] < 0x80) {
		*cp = b[0];
		return 1;
	}
	if (b[0] >= 0xc2 && b[0] <= 0xdf)
		n = 2;
	else if ((b[0] & 0xf0) == 0xe0)
		n = 3;
	else if (b[0] >= 0xf0 && b[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (len < n)
		return 0;
	*cp = b[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		*cp = *cp << 6 | (b[i] & 0x3f);
	}
	if (*cp < least[n] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp <= 0xdfff))
		return 0;
	return n;
}

const char *text_fault(const char *s)
{
	size_t len = strlen(s), i, n;
	u32 cp;

	for (i = 0; i < len; i += n) {
		n = utf8_char(s + i, len - i, &cp);
		if (!n)
			return "is not UTF-8";
		if (cp == '\n' || cp == '\r')
			return "has more than one line; expected one";
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			return "holds a control character";
	}
	if (len > ISOL_COMMENT_LEN)
		return "is too long; expected 255 bytes at most";
	return NULL;
}

const char *name_fault(const char *s)
{
	size_t i;

	if (!*s)
		return "is empty; expected a name";
	for (i = 0; s[i]; i++)
		if (!isascii((unsigned char)s[i]) ||
		    (!isalnum((unsigned char)s[i]) && !strchr("_.:-", s[i])))
			return "holds other characters than letters, digits and _ . : -";
	if (!isalnum((unsigned char)s[0]) && s[0] != '_')
		return "does not begin with a letter, a digit or _";
	if (i > ISOL_NAME_LEN)
		return "is longer than 63 characters";
	return NULL;
}

const char *ifname_fault(const char *s)
{
	size_t i;

	if (!*s)
		return "is empty; expected an interface name";
	if (!strcmp(s, ".") || !strcmp(s, ".."))
		return "can not be the name of an interface";
	for (i = 0; s[i]; i++) {
		if (s[i] == '/' || s[i] == ':')
			return "holds / or :, which no interface name does";
		/* the kernel's isspace() is that of Latin-1 */
		if (isspace((unsigned char)s[i]) || (unsigned char)s[i] == 0xa0)
			return "holds white space, which no interface name does";
	}
	if (i > ISOL_IFNAME_LEN)
		return "is longer than 15 characters, which no interface name is";
	return NULL;
}

bool glob_is(const char *s)
{
	return strpbrk(s, "*?");
}

bool glob_match(const char *glob, const char *name)
{
	const char *star = NULL, *retry = NULL;

	while (*name) {
		if (*glob == '*') {
			star = ++glob;
			retry = name;
		} else if (*glob == '?' || *glob == *name) {
			glob++;
			name++;
		} else if (star) {
			glob = star;
			name = ++retry;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool mac_parse(const char *s, u8 mac[6])
{
	const char sep = strchr(s, '-') ? '-' : ':';
	int i;

	for (i = 0; i < 6; i++, s += 3) {
		if (hex(s[0]) < 0 || hex(s[1]) < 0)
			return false;
		mac[i] = hex(s[0]) << 4 | hex(s[1]);
		if (s[2] != (i < 5 ? sep : '\0'))
			return false;
	}
	return true;
}

const char *mac_format(const u8 mac[6], char buf[MAC_TEXT_SIZE])
{
	snprintf(buf, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x",
		 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return buf;
}

/* As libvirt does it: the bridge takes the lowest address of its ports. */
void mac_to_tap(const u8 mac[6], u8 tap[6])
{
	memcpy(tap, mac, 6);
	tap[0] = mac[0] == 0xfe ? 0xfa : 0xfe;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_decimal(const char *s)
{
	bool digits = false;

	if (*s == '+' || *s == '-')
		s++;
	for (; digit(*s) || *s == '_' || *s == ','; s++)
		digits |= digit(*s);
	if (*s == '.')
		for (s++; digit(*s) || *s == '_'; s++)
			digits |= digit(*s);
	if (!digits)
		return false;
	if (*s == 'e' || *s == 'E') {
		s++;
		if (*s == '+' || *s == '-')
			s++;
		if (!digit(*s))
			return false;
		while (digit(*s))
			s++;
	}
	return !*s;
}

static bool is_based(const char *s)
{
	const char *digits = "01234567_";

	if (*s == '+' || *s == '-')
		s++;
	if (*s++ != '0' || !*s)
		return false;
	switch (*s) {
	case 'x':
	case 'X':
		digits = "0123456789abcdefABCDEF_";
		s++;
		break;
	case 'b':
	case 'B':
		digits = "01_";
		s++;
		break;
	case 'o':
	case 'O':
		s++;
		break;
	}
	return *s && !s[strspn(s, digits)];
}

static bool is_base60(const char *s)
{
	if (*s == '+' || *s == '-')
		s++;
	return digit(*s) && strchr(s, ':') && !s[strspn(s, "0123456789:._")];
}

enum yaml_trap yaml_trap(const char *s)
{
	static const char *const bools[] = {
		"y", "n", "yes", "no", "true", "false", "on", "off",
	};
	static const char *const numbers[] = {
		".inf", "+.inf", "-.inf", ".nan",
	};
	size_t i;

	if (!*s || !strcmp(s, "~") || !strcasecmp(s, "null"))
		return TRAP_NULL;
	for (i = 0; i < ARRAY_SIZE(bools); i++)
		if (!strcasecmp(s, bools[i]))
			return TRAP_BOOL;
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcasecmp(s, numbers[i]))
			return TRAP_NUMBER;
	if (is_based(s))
		return TRAP_BASED;
	if (is_decimal(s))
		return TRAP_NUMBER;
	if (is_base60(s))
		return TRAP_BASE60;
	return TRAP_NONE;
}

size_t text_distance(const char *a, const char *b)
{
	enum { MAX = 64 };
	size_t row[3][MAX + 1];
	size_t la = strlen(a), lb = strlen(b);
	size_t i, j;

	if (la > MAX || lb > MAX)
		return SIZE_MAX;
	for (j = 0; j <= lb; j++)
		row[0][j] = j;
	for (i = 1; i <= la; i++) {
		size_t *cur = row[i % 3];
		const size_t *up = row[(i - 1) % 3], *up2 = row[(i + 1) % 3];

		cur[0] = i;
		for (j = 1; j <= lb; j++) {
			size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (best > up[j] + 1)
				best = up[j] + 1;
			if (best > cur[j - 1] + 1)
				best = cur[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    best > up2[j - 2] + 1)
				best = up2[j - 2] + 1;
			cur[j] = best;
		}
	}
	return row[la % 3][lb];
}

/* What others call it: too far off for a slip, and sometimes near to another word. */
static const char *const aliases[][2] = {
	{ "icmp6", "icmpv6" },
	{ "dst_port", "dport" }, { "dest_port", "dport" }, { "src_port", "sport" },
	{ "smac", "src_mac" }, { "dmac", "dst_mac" },
	{ "saddr", "src" }, { "daddr", "dst" },
	{ "flags", "tcp_flags" }, { "protocol", "proto" },
};

/* A dash on the command line is an underscore in a file. */
static bool same_word(const char *a, const char *b)
{
	for (; *a && (*a == *b || (strchr("-_", *a) && *b && strchr("-_", *b))); a++, b++)
		;
	return !*a && !*b;
}

static bool is_alias(const char *word, const char *candidate)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(aliases); i++)
		if (same_word(aliases[i][0], word) && same_word(aliases[i][1], candidate))
			return true;
	return false;
}

void guess_offer(struct guess *g, const char *candidate)
{
	size_t len = strlen(g->word), d;

	if (is_alias(g->word, candidate)) {
		g->best = candidate;
		g->distance = 0;
		return;
	}
	d = text_distance(g->word, candidate);
	/* one slip in three letters: more is another word */
	if (d > (len + 2) / 3 || d >= len)
		return;
	if (!g->best || d < g->distance) {
		g->best = candidate;
		g->distance = d;
	}
}

const char *guess_text(const struct guess *g, char *buf, size_t size)
{
	buf[0] = '\0';
	if (g->best)
		snprintf(buf, size, "; did you mean '%s'?", g->best);
	return buf;
}
