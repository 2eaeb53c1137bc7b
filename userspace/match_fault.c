// SPDX-License-Identifier: GPL-2.0
/* What is wrong with a match as a whole, see match_fault.h. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "match_fault.h"
#include "match_line.h"
#include "warn.h"

#define PROTO_ICMP	1
#define PROTO_ICMP6	58

/* What a word of the kernel's is in files, or NULL. */
static const char *word_for(const struct match *m, const char *word, size_t len)
{
	static const struct {
		const char *word;
		u32 field;
	} names[] = {
		{ "ETHERTYPE", ISOL_MATCH_A_ETHERTYPE },
		{ "SRC_MAC", ISOL_MATCH_A_SRC_MAC },
		{ "DST_MAC", ISOL_MATCH_A_DST_MAC },
		{ "CAST", ISOL_MATCH_A_CAST },
		{ "SRC_IP4", ISOL_MATCH_A_SRC_IP4 },
		{ "DST_IP4", ISOL_MATCH_A_DST_IP4 },
		{ "SRC_IP6", ISOL_MATCH_A_SRC_IP6 },
		{ "DST_IP6", ISOL_MATCH_A_DST_IP6 },
		{ "DSCP", ISOL_MATCH_A_DSCP },
		{ "FRAGMENT", ISOL_MATCH_A_FRAGMENT },
		{ "PROTO", ISOL_MATCH_A_PROTO },
		{ "SPORT", ISOL_MATCH_A_SPORT },
		{ "DPORT", ISOL_MATCH_A_DPORT },
		{ "TCP_FLAGS", ISOL_MATCH_A_TCP_FLAGS },
		{ "ICMP", ISOL_MATCH_A_ICMP },
		{ "ARP_OP", ISOL_MATCH_A_ARP_OP },
		{ "ARP_SENDER", ISOL_MATCH_A_ARP_SENDER },
		{ "ARP_TARGET", ISOL_MATCH_A_ARP_TARGET },
		{ "VLAN", ISOL_MATCH_A_VLAN },
		{ "PCP", ISOL_MATCH_A_PCP },
		{ "INNER_VLAN", ISOL_MATCH_A_INNER_VLAN },
		{ "SRC_SET", ISOL_MATCH_A_SRC_SET },
		{ "DST_SET", ISOL_MATCH_A_DST_SET },
		{ "SRC_MAC_SET", ISOL_MATCH_A_SRC_MAC_SET },
		{ "DST_MAC_SET", ISOL_MATCH_A_DST_MAC_SET },
		{ "SPORT_SET", ISOL_MATCH_A_SPORT_SET },
		{ "DPORT_SET", ISOL_MATCH_A_DPORT_SET },
	};
	size_t i;

	if (len == 3 && !strncmp(word, "NOT", len))
		return "not";
	if (len == 5 && !strncmp(word, "RANGE", len))
		return "range";
	/* no field, but what they are called */
	if (!strncmp(word, "VLAN tags", 9))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i].word) == len && !strncmp(names[i].word, word, len))
			return match_key(m, names[i].field);
	return NULL;
}

static bool in_name(char c)
{
	return isupper((unsigned char)c) || isdigit((unsigned char)c) || c == '_';
}

/* Return: false if there is no room, and it ends there. */
__printf(4, 5)
static bool append(char *buf, size_t size, size_t *len, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf + *len, size - *len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= size - *len)
		return false;
	*len += n;
	return true;
}

const char *match_fault(const struct match *m, struct mark *at, char buf[MATCH_FAULT_SIZE])
{
	static const char head[] = "rule MATCH";
	size_t used = 0;
	const char *s;
	bool room = true;

	if (match_empty(m))
		return NULL;
	s = match_check(m, at);
	if (!s)
		return NULL;
	if (!strncmp(s, head, sizeof(head) - 1))
		s += sizeof(head) - 1;
	s += strspn(s, ": ");
	buf[0] = '\0';
	while (*s && room) {
		size_t len = 0;
		const char *word;

		while (in_name(s[len]))
			len++;
		word = word_for(m, s, len);
		if (!len)
			len = 1;
		if (word)
			room = append(buf, MATCH_FAULT_SIZE, &used, "'%s'", word);
		else
			room = append(buf, MATCH_FAULT_SIZE, &used, "%.*s", (int)len, s);
		s += len;
	}
	return buf;
}

const char *match_untracked(const struct match *m, struct mark *at)
{
	/* what tells nothing of a conversation, or is not the same in its answers */
	static const u32 fields[] = {
		ISOL_MATCH_A_TCP_FLAGS, ISOL_MATCH_A_DSCP, ISOL_MATCH_A_FRAGMENT,
		ISOL_MATCH_A_PCP, ISOL_MATCH_A_INNER_VLAN,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!m->of[fields[i]].n)
			continue;
		*at = m->of[fields[i]].at;
		return match_key(m, fields[i]);
	}
	return NULL;
}

/* Of a range of numbers, and of types with any codes. */
static bool any_begins(u32 field, bool v6, const struct match_value *v)
{
	u32 number;

	for (number = v->lo; number <= v->hi; number++)
		if (match_begins(field, v6, number))
			return true;
	return false;
}

/* Does something that begins remain, where it is all but some? */
static bool rest_begins(const struct match *m, bool v6)
{
	u32 type;

	for (type = 0; type < 256; type++)
		if (match_begins(ISOL_MATCH_A_ICMP, v6, type << 8) &&
		    match_may_be(m, ISOL_MATCH_A_ICMP, type << 8))
			return true;
	return false;
}

static char *idle_icmp(struct names *l, bool v6, const char *stateless)
{
	const char *key = v6 ? "icmpv6" : "icmp";
	const bool one = l->n == 1;

	if (!l->n)
		return xasprintf("no type of %s is left that begins a conversation; say '%s'", key,
				 stateless);
	return xasprintf("%s %s begin%s no conversation: answers pass by the rule for what they answer, and errors by that for what they are about; leave %s out, or say '%s' in a rule for %s",
			 key, names_text(l), one ? "s" : "", one ? "it" : "them", stateless,
			 one ? "it" : "them");
}

char *match_idle(const struct match *m, struct mark *at, bool *all)
{
	static const u32 fields[] = { ISOL_MATCH_A_ICMP, ISOL_MATCH_A_ETHERTYPE };
	const bool v6 = match_proto(m) == PROTO_ICMP6;
	char buf[MATCH_TEXT_SIZE], *text = NULL;
	struct names l = { 0 };
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(fields) && !text; i++) {
		const struct match_field *f = &m->of[fields[i]];
		const char *stateless = f->at.line ? "stateless: true" : "stateless";

		*at = f->at;
		*all = true;
		if (f->negate) {
			if (fields[i] == ISOL_MATCH_A_ICMP && !rest_begins(m, v6))
				text = idle_icmp(&l, v6, stateless);
			continue;
		}
		for (j = 0; j < f->n; j++) {
			if (any_begins(fields[i], v6, &f->v[j]))
				*all = false;
			else
				names_add(&l, match_format(fields[i], &f->v[j], v6, buf));
		}
		if (l.n && fields[i] == ISOL_MATCH_A_ICMP)
			text = idle_icmp(&l, v6, stateless);
		else if (l.n)
			text = xasprintf("the kernel tracks nothing in %s; say '%s', and let another rule accept what comes back",
					 names_text(&l), stateless);
	}
	names_free(&l);
	return text;
}

/* Are there addresses of this version, and none of the other? */
static const struct match_field *only(const struct match *m, u32 field, u32 other)
{
	return m->of[field].n && !m->of[other].n ? &m->of[field] : NULL;
}

const char *match_doubt(const struct match *m, struct mark *at)
{
	const int proto = match_proto(m);
	const struct match_field *f = NULL;

	if (proto == PROTO_ICMP) {
		f = only(m, ISOL_MATCH_A_SRC_IP6, ISOL_MATCH_A_SRC_IP4);
		if (!f)
			f = only(m, ISOL_MATCH_A_DST_IP6, ISOL_MATCH_A_DST_IP4);
	} else if (proto == PROTO_ICMP6) {
		f = only(m, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_SRC_IP6);
		if (!f)
			f = only(m, ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_DST_IP6);
	}
	if (!f)
		return NULL;
	*at = f->at;
	if (proto == PROTO_ICMP)
		return "icmp is of IPv4, the addresses of IPv6: was icmpv6 meant?";
	return "icmpv6 is of IPv6, the addresses of IPv4: was icmp meant?";
}
