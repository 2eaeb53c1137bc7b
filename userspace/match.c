// SPDX-License-Identifier: GPL-2.0
/* What a rule asks of a frame, see match.h. */
#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match.h"
#include "match_names.h"
#include "text.h"

#define ETHERTYPE_LLC	4
#define ETHERTYPE_FIRST	0x0600

#define MAC_BITS	48
#define MAC_ALL		((1ULL << MAC_BITS) - 1)

/* Room for one end of a range. */
#define PART_SIZE	64

/* ---- what fields there are */

/* A field of numbers. */
struct numbers {
	const struct number_names *names;
	const char *expected;
	u32 highest;
	bool names_only;
	bool hex;
	bool service;
};

static const struct numbers numbers[ISOL_MATCH_A_MAX + 1] = {
	[ISOL_MATCH_A_ETHERTYPE] = {
		.highest = 0xffff,
		.names = &ethertype_names,
		.expected = "an EtherType: a name like ipv4, or 0x0600 to 0xffff",
		.hex = true,
	},
	[ISOL_MATCH_A_CAST] = {
		.highest = ISOL_CAST_MAX,
		.names = &cast_names,
		.expected = "unicast, multicast or broadcast",
		.names_only = true,
	},
	[ISOL_MATCH_A_DSCP] = {
		.highest = 63,
		.names = &dscp_names,
		.expected = "a DSCP: a name like af41, or 0 to 63",
	},
	[ISOL_MATCH_A_FRAGMENT] = {
		.highest = ISOL_FRAGMENT_MAX,
		.names = &fragment_names,
		.expected = "none, first or later",
		.names_only = true,
	},
	[ISOL_MATCH_A_PROTO] = {
		.highest = 255,
		.names = &proto_names,
		.expected = "a protocol: a name like tcp, or 0 to 255",
	},
	[ISOL_MATCH_A_SPORT] = {
		.highest = 0xffff,
		.expected = "a port: 0 to 65535, or the name of a service",
		.service = true,
	},
	[ISOL_MATCH_A_DPORT] = {
		.highest = 0xffff,
		.expected = "a port: 0 to 65535, or the name of a service",
		.service = true,
	},
	[ISOL_MATCH_A_ARP_OP] = {
		.highest = 0xffff,
		.names = &arp_op_names,
		.expected = "an operation of ARP: a name like request, or 0 to 65535",
	},
	[ISOL_MATCH_A_VLAN] = {
		.highest = ISOL_VLAN_MAX,
		.names = &vlan_names,
		.expected = "a VLAN: 1 to 4094, or none",
	},
	[ISOL_MATCH_A_PCP] = {
		.highest = 7,
		.expected = "a priority: 0 to 7",
	},
	[ISOL_MATCH_A_INNER_VLAN] = {
		.highest = 4095,
		.expected = "the VID of a tag: 0 to 4095",
	},
};

enum match_type match_type(u32 field)
{
	switch (field) {
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
		return MATCH_MAC;
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_DST_IP4:
	case ISOL_MATCH_A_ARP_SENDER:
	case ISOL_MATCH_A_ARP_TARGET:
		return MATCH_IP4;
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		return MATCH_IP6;
	case ISOL_MATCH_A_TCP_FLAGS:
		return MATCH_FLAGS;
	default:
		return match_set_type(field) < 0 ? MATCH_NUMBER : MATCH_SET;
	}
}

u32 match_set_field(u32 field)
{
	switch (field) {
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_SRC_IP6:
		return ISOL_MATCH_A_SRC_SET;
	case ISOL_MATCH_A_DST_IP4:
	case ISOL_MATCH_A_DST_IP6:
		return ISOL_MATCH_A_DST_SET;
	case ISOL_MATCH_A_SRC_MAC:
		return ISOL_MATCH_A_SRC_MAC_SET;
	case ISOL_MATCH_A_DST_MAC:
		return ISOL_MATCH_A_DST_MAC_SET;
	case ISOL_MATCH_A_SPORT:
		return ISOL_MATCH_A_SPORT_SET;
	case ISOL_MATCH_A_DPORT:
		return ISOL_MATCH_A_DPORT_SET;
	default:
		return 0;
	}
}

int match_set_type(u32 field)
{
	switch (field) {
	case ISOL_MATCH_A_SRC_SET:
	case ISOL_MATCH_A_DST_SET:
		return ISOL_SET_ADDRESSES;
	case ISOL_MATCH_A_SRC_MAC_SET:
	case ISOL_MATCH_A_DST_MAC_SET:
		return ISOL_SET_MACS;
	case ISOL_MATCH_A_SPORT_SET:
	case ISOL_MATCH_A_DPORT_SET:
		return ISOL_SET_PORTS;
	default:
		return -1;
	}
}

/* ---- matches */

bool match_empty(const struct match *m)
{
	u32 field;

	for (field = 0; field <= ISOL_MATCH_A_MAX; field++)
		if (m->of[field].n)
			return false;
	return true;
}

void match_add(struct arena *a, struct match *m, u32 field, const struct match_value *v)
{
	struct match_field *f = &m->of[field];

	if (!f->n && !f->at.line)
		f->at = v->at;
	f->v = arena_grow(a, f->v, f->n, &f->cap, sizeof(*f->v));
	f->v[f->n++] = *v;
}

void match_copy(struct arena *a, struct match *to, const struct match *from)
{
	u32 field;
	size_t i;

	for (field = 0; field <= ISOL_MATCH_A_MAX; field++) {
		const struct match_field *f = &from->of[field];
		struct match_field *copy = &to->of[field];

		*copy = *f;
		copy->cap = f->n;
		copy->v = NULL;
		if (!f->n)
			continue;
		copy->v = arena_alloc(a, f->n * sizeof(*f->v));
		memcpy(copy->v, f->v, f->n * sizeof(*f->v));
		for (i = 0; i < f->n && match_type(field) == MATCH_SET; i++)
			copy->v[i].set = arena_strdup(a, f->v[i].set);
	}
}

static bool same_value(enum match_type type, const struct match_value *a,
		       const struct match_value *b)
{
	switch (type) {
	case MATCH_IP6:
		return !memcmp(a->lo6, b->lo6, 16) && !memcmp(a->hi6, b->hi6, 16);
	case MATCH_MAC:
	case MATCH_FLAGS:
		return a->value == b->value && a->mask == b->mask;
	case MATCH_SET:
		return !strcmp(a->set, b->set);
	default:
		return a->lo == b->lo && a->hi == b->hi;
	}
}

bool match_equal(const struct match *a, const struct match *b)
{
	u32 field;
	size_t i;

	for (field = 0; field <= ISOL_MATCH_A_MAX; field++) {
		const struct match_field *fa = &a->of[field], *fb = &b->of[field];

		if (fa->n != fb->n || (fa->n && fa->negate != fb->negate))
			return false;
		for (i = 0; i < fa->n; i++)
			if (!same_value(match_type(field), &fa->v[i], &fb->v[i]))
				return false;
	}
	return true;
}

bool match_may_be(const struct match *m, u32 field, u32 number)
{
	const struct match_field *f = &m->of[field];
	size_t i;

	for (i = 0; i < f->n; i++)
		if (f->v[i].lo <= number && number <= f->v[i].hi)
			return !f->negate;
	return !f->n || f->negate;
}

int match_proto(const struct match *m)
{
	const struct match_field *f = &m->of[ISOL_MATCH_A_PROTO];
	size_t i;

	if (!f->n || f->negate)
		return -1;
	for (i = 0; i < f->n; i++)
		if (f->v[i].lo != f->v[0].lo || f->v[i].hi != f->v[0].lo)
			return -1;
	return f->v[0].lo;
}

/* ---- reading: what all kinds share */

/* Where the message goes. */
struct complaint {
	char *msg;
	size_t size;
};

__printf(2, 3)
static bool refuse(const struct complaint *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->msg, c->size, fmt, ap);
	va_end(ap);
	return false;
}

/* Return: false if it is empty or does not fit; all that means something fits. */
static bool cut(char part[PART_SIZE], const char *s, size_t len)
{
	if (!len || len >= PART_SIZE)
		return false;
	memcpy(part, s, len);
	part[len] = '\0';
	return true;
}

/* The parts before and behind the dash or slash at @at. */
static bool halve(const char *s, const char *at, char before[PART_SIZE], char behind[PART_SIZE])
{
	return cut(before, s, at - s) && cut(behind, at + 1, strlen(at + 1));
}

static void lower(char to[PART_SIZE], const char *s)
{
	size_t i;

	for (i = 0; i < PART_SIZE - 1 && s[i]; i++)
		to[i] = tolower((unsigned char)s[i]);
	to[i] = '\0';
}

static void offer_names(struct guess *g, const struct number_names *names)
{
	const char *other = names ? other_name(names, g->word) : NULL;
	size_t i;

	if (other) {
		g->best = other;
		return;
	}
	for (i = 0; names && i < names->n; i++)
		guess_offer(g, names->v[i].name);
}

/* What a word may be found to be. */
enum found {
	FOUND,
	FOUND_NONE,		/* it is nothing */
	FOUND_BEYOND,		/* a number out of range */
	FOUND_LEADING,		/* a number with a leading 0: of which base? */
	FOUND_LENGTH,		/* no EtherType but the length of a frame */
	FOUND_SEVERAL,		/* a service with several ports */
	FOUND_IP,		/* a version of IP, where a protocol is expected */
	FOUND_HEADER,		/* an extension header of IPv6, where a protocol is */
};

#define HEX "0123456789abcdefABCDEF"

static bool is_hex(const char *s)
{
	return s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && s[2] && !s[2 + strspn(s + 2, HEX)];
}

/* Read a number; @hex: one with 0x before it is hexadecimal. */
static enum found find_digits(const char *s, bool hex, u32 highest, u32 *number)
{
	const char *digits = "0123456789";
	int base = 10;
	u64 x;

	if (hex && is_hex(s)) {
		digits = HEX;
		base = 16;
		s += 2;
	}
	if (!*s || s[strspn(s, digits)])
		return FOUND_NONE;
	if (base == 10 && s[0] == '0' && s[1])
		return FOUND_LEADING;
	/* saturates */
	x = strtoull(s, NULL, base);
	if (x > highest)
		return FOUND_BEYOND;
	*number = x;
	return FOUND;
}

/* ---- numbers and their names */

/* Whether the host may be asked for a name. */
static bool is_word(const char *s)
{
	bool letters = false;

	for (; *s; s++) {
		if (!isascii((unsigned char)*s) ||
		    (!isalnum((unsigned char)*s) && !strchr("-_.+:", *s)))
			return false;
		letters |= isalpha((unsigned char)*s);
	}
	return letters;
}

/* The protocols that have ports, and lists of services name. */
static const char *const service_protos[] = { "tcp", "udp", "sctp", "dccp" };

static enum found find_service(const char *s, u32 *number)
{
	enum found found = FOUND_NONE;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(service_protos); i++) {
		const struct servent *entry = getservbyname(s, service_protos[i]);
		u32 port;

		if (!entry)
			continue;
		port = ntohs(entry->s_port);
		if (found == FOUND && port != *number)
			return FOUND_SEVERAL;
		found = FOUND;
		*number = port;
	}
	return found;
}

/*
 * Words that are not left to the lists of hosts: to these "ipv6" is IPv6 inside of
 * IP, "ip" an extension header, and "ipip" something else than to everybody. IP in
 * IP is written as a number, so that nobody takes it for the frame's own version.
 */
static const struct {
	const char *name;
	enum found found;
	u32 number;
} proto_words[] = {
	{ "ipip", FOUND, IPPROTO_IPIP }, { "ipencap", FOUND, IPPROTO_IPIP },
	{ "ip", FOUND_IP, 0 }, { "ip4", FOUND_IP, 0 }, { "ipv4", FOUND_IP, 0 },
	{ "ip6", FOUND_IP, 0 }, { "ipv6", FOUND_IP, 0 },
	{ "hopopt", FOUND_HEADER, 0 }, { "ipv6-route", FOUND_HEADER, 0 },
	{ "ipv6-frag", FOUND_HEADER, 0 }, { "ipv6-opts", FOUND_HEADER, 0 },
};

static enum found find_proto(const char *s, u32 highest, u32 *number)
{
	const struct protoent *entry;
	char word[PART_SIZE];
	size_t i;

	lower(word, s);
	for (i = 0; i < ARRAY_SIZE(proto_words); i++)
		if (!strcmp(proto_words[i].name, word)) {
			*number = proto_words[i].number;
			return proto_words[i].found;
		}
	entry = getprotobyname(s);
	if (!entry)
		return FOUND_NONE;
	*number = entry->p_proto;
	switch (entry->p_proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_DSTOPTS:
		return FOUND_HEADER;
	default:
		return *number > highest ? FOUND_BEYOND : FOUND;
	}
}

static enum found find_number(const struct numbers *of, const char *s, u32 *number)
{
	enum found found;
	s32 named;

	if (!of->names_only) {
		found = find_digits(s, of->hex, of->highest, number);
		if (found == FOUND && of->hex && *number < ETHERTYPE_FIRST &&
		    *number != ETHERTYPE_LLC)
			return FOUND_LENGTH;
		if (found != FOUND_NONE)
			return found;
	}
	named = of->names ? number_of(of->names, s) : -1;
	if (named >= 0) {
		*number = named;
		return FOUND;
	}
	if (!is_word(s))
		return FOUND_NONE;
	if (of->service)
		return find_service(s, number);
	return of->names == &proto_names ? find_proto(s, of->highest, number) : FOUND_NONE;
}

/* What lists services has room for one only. */
static void offer_services(struct guess *g, char best[PART_SIZE])
{
	const struct servent *entry;
	size_t i;

	setservent(1);
	while ((entry = getservent())) {
		for (i = 0; i < ARRAY_SIZE(service_protos); i++)
			if (!strcmp(entry->s_proto, service_protos[i]))
				break;
		if (i == ARRAY_SIZE(service_protos))
			continue;
		guess_offer(g, entry->s_name);
		if (g->best != entry->s_name)
			continue;
		snprintf(best, PART_SIZE, "%s", entry->s_name);
		g->best = best;
	}
	endservent();
}

/* As other tools have it. */
static bool is_colon_range(const char *s)
{
	const size_t n = strspn(s, "0123456789");

	return n && s[n] == ':' && s[n + 1] && !s[n + 1 + strspn(s + n + 1, "0123456789")];
}

static bool refuse_unknown(const struct complaint *c, const struct numbers *of, const char *s)
{
	char word[PART_SIZE], service[PART_SIZE], buf[PART_SIZE + 32];
	struct guess g = { .word = word };

	lower(word, s);
	if (of->hex && *s && !s[strspn(s, HEX)])
		return refuse(c, "'%s'; expected 0x before a hexadecimal number: 0x%s", s, s);
	if (is_colon_range(s))
		return refuse(c, "'%s'; expected a range with a dash: %.*s-%s", s,
			      (int)strcspn(s, ":"), s, strchr(s, ':') + 1);
	if (!of->hex && is_hex(s))
		return refuse(c, "'%s'; expected %s, in decimal", s, of->expected);
	offer_names(&g, of->names);
	if (of->service && is_word(s)) {
		offer_services(&g, service);
		return refuse(c, "this host knows no service '%s'; expected %s%s", s,
			      of->expected, guess_text(&g, buf, sizeof(buf)));
	}
	return refuse(c, "'%s'; expected %s%s", s, of->expected,
		      guess_text(&g, buf, sizeof(buf)));
}

static bool refuse_version(const struct complaint *c, const char *s)
{
	if (strchr(s, '6'))
		return refuse(c,
			      "'%s' is an EtherType; expected 'ether: ipv6', or protocol 41 for IPv6 in IPv4",
			      s);
	return refuse(c,
		      "'%s' is an EtherType; expected 'ether: ipv4', or protocol 4 for IPv4 in IP",
		      s);
}

static bool refuse_number(const struct complaint *c, const struct numbers *of, const char *s,
			  enum found found)
{
	switch (found) {
	case FOUND_BEYOND:
		return refuse(c, "%s is out of range; expected %s", s, of->expected);
	case FOUND_LEADING:
		if (of->hex)
			return refuse(c,
				      "'%s' begins with 0; expected 0x before a hexadecimal number, and no 0 before a decimal one",
				      s);
		return refuse(c, "'%s' begins with 0, which is octal to some; expected %s", s,
			      of->expected);
	case FOUND_LENGTH:
		return refuse(c,
			      "%s is the length of a frame with an LLC header; expected 0x0600 to 0xffff, or llc for all of these",
			      s);
	case FOUND_SEVERAL:
		return refuse(c,
			      "the service '%s' has another port with each protocol; expected its number",
			      s);
	case FOUND_IP:
		return refuse_version(c, s);
	case FOUND_HEADER:
		return refuse(c, "'%s' is an extension header of IPv6, no protocol; expected %s", s,
			      of->expected);
	default:
		return refuse_unknown(c, of, s);
	}
}

static bool begins_with_digit(const char *s)
{
	return isdigit((unsigned char)*s);
}

static bool parse_numbers(u32 field, const char *text, struct match_value *v,
			  const struct complaint *c)
{
	const struct numbers *of = &numbers[field];
	char lo[PART_SIZE], hi[PART_SIZE];
	enum found whole, found;
	const char *dash;

	/* names have dashes in them too */
	whole = find_number(of, text, &v->lo);
	if (whole == FOUND) {
		v->hi = v->lo;
		return true;
	}
	for (dash = strchr(text, '-'); dash; dash = strchr(dash + 1, '-')) {
		if (!halve(text, dash, lo, hi) || find_number(of, lo, &v->lo) != FOUND ||
		    find_number(of, hi, &v->hi) != FOUND)
			continue;
		if (v->lo > v->hi)
			return refuse(c, "%s begins above its end; expected %s-%s", text, hi, lo);
		if (of->hex && v->lo < ETHERTYPE_FIRST && v->hi != ETHERTYPE_LLC)
			return refuse(c,
				      "%s has lengths of frames in it; expected 0x0600 to 0xffff for a range, or llc apart from it",
				      text);
		return true;
	}
	/* where there are numbers, say which end it is */
	dash = strchr(text, '-');
	if (dash && begins_with_digit(text) && begins_with_digit(dash + 1) &&
	    halve(text, dash, lo, hi)) {
		found = find_number(of, lo, &v->lo);
		if (found != FOUND)
			return refuse_number(c, of, lo, found);
		return refuse_number(c, of, hi, find_number(of, hi, &v->hi));
	}
	return refuse_number(c, of, text, whole);
}

static const char *format_numbers(u32 field, const struct match_value *v, char *buf)
{
	const struct numbers *of = &numbers[field];
	const char *lo = of->names ? name_of(of->names, v->lo) : NULL;
	const char *hi = of->names ? name_of(of->names, v->hi) : NULL;

	if (v->lo == v->hi && lo)
		snprintf(buf, MATCH_TEXT_SIZE, "%s", lo);
	else if (v->lo == v->hi)
		snprintf(buf, MATCH_TEXT_SIZE, of->hex ? "0x%04x" : "%u", v->lo);
	else if (of->names_only && lo && hi)
		snprintf(buf, MATCH_TEXT_SIZE, "%s-%s", lo, hi);
	else
		snprintf(buf, MATCH_TEXT_SIZE, of->hex ? "0x%04x-0x%04x" : "%u-%u", v->lo, v->hi);
	return buf;
}

/* ---- types and codes of ICMP */

static const struct number_names *icmp_names_of(bool v6)
{
	return v6 ? &icmp6_names : &icmp_names;
}

/* What is wrong with a type or code, and with which. */
struct icmp_fault {
	enum found type;
	enum found code;
};

/* Read TYPE or TYPE/CODE; @lo and @hi: all that it is. */
static bool find_icmp(bool v6, const char *s, u32 *lo, u32 *hi, bool *bare,
		      struct icmp_fault *fault)
{
	char name[PART_SIZE], digits[PART_SIZE] = "";
	const char *slash = strchr(s, '/');
	u32 type = 0, code = 0;

	*fault = (struct icmp_fault){ FOUND_NONE, FOUND };
	*bare = !slash;
	if (slash ? !cut(name, s, slash - s) : !cut(name, s, strlen(s)))
		return false;
	fault->type = find_digits(name, false, 255, &type);
	if (fault->type == FOUND_NONE) {
		s32 named = number_of(icmp_names_of(v6), name);

		if (named >= 0) {
			fault->type = FOUND;
			type = named;
		}
	}
	if (slash)
		fault->code = cut(digits, slash + 1, strlen(slash + 1)) ?
			      find_digits(digits, false, 255, &code) : FOUND_NONE;
	*lo = type << 8 | code;
	*hi = slash ? *lo : type << 8 | 255;
	return fault->type == FOUND && fault->code == FOUND;
}

static bool refuse_icmp(const struct complaint *c, bool v6, const char *s,
			const struct icmp_fault *fault)
{
	const char *version = v6 ? "ICMPv6" : "ICMP";
	int len = strcspn(s, "/");
	char name[PART_SIZE], word[PART_SIZE], buf[PART_SIZE + 32];
	struct guess g = { .word = word };

	if (fault->type == FOUND && fault->code != FOUND)
		return refuse(c, "'%s'; expected a code of 0 to 255 behind the slash", s);
	if (fault->type == FOUND_BEYOND)
		return refuse(c, "%.*s is out of range; expected a type of %s: a name, or 0 to 255",
			      len, s, version);
	if (fault->type == FOUND_LEADING)
		return refuse(c, "'%.*s' begins with 0, which is octal to some; expected 0 to 255",
			      len, s);
	if (cut(name, s, len) && number_of(icmp_names_of(!v6), name) >= 0)
		return refuse(c, "'%s' is a type of %s; expected one of %s", name,
			      v6 ? "ICMP" : "ICMPv6", version);
	if (!len)
		len = strlen(s);
	lower(word, s);
	word[strcspn(word, "/")] = '\0';
	offer_names(&g, icmp_names_of(v6));
	return refuse(c, "'%.*s'; expected a type of %s: a name like echo-request, or 0 to 255%s",
		      len, s, version, guess_text(&g, buf, sizeof(buf)));
}

bool match_parse_icmp(bool v6, const char *text, struct match_value *v, char *msg, size_t size)
{
	const struct complaint c = { msg, size };
	struct icmp_fault fault, lo_fault, hi_fault;
	bool bare, lo_bare, hi_bare, lo_good;
	char lo[PART_SIZE], hi[PART_SIZE];
	const char *dash;
	u32 unused;

	memset(v, 0, sizeof(*v));
	if (find_icmp(v6, text, &v->lo, &v->hi, &bare, &fault))
		return true;
	for (dash = strchr(text, '-'); dash; dash = strchr(dash + 1, '-')) {
		if (!halve(text, dash, lo, hi))
			continue;
		lo_good = find_icmp(v6, lo, &v->lo, &unused, &lo_bare, &lo_fault);
		if (!find_icmp(v6, hi, &unused, &v->hi, &hi_bare, &hi_fault) || !lo_good) {
			if (!begins_with_digit(lo) || !begins_with_digit(hi))
				continue;
			return lo_good ? refuse_icmp(&c, v6, hi, &hi_fault) :
					 refuse_icmp(&c, v6, lo, &lo_fault);
		}
		if (!lo_bare && hi_bare)
			return refuse(&c,
				      "'%s'; expected the type on both ends for a range of codes: %s-%.*s/%s",
				      text, lo, (int)strcspn(lo, "/"), lo, hi);
		if (lo_bare && !hi_bare)
			return refuse(&c, "'%s'; expected codes on both ends of a range, or on none",
				      text);
		if (v->lo > v->hi)
			return refuse(&c, "%s begins above its end; expected %s-%s", text, hi, lo);
		return true;
	}
	return refuse_icmp(&c, v6, text, &fault);
}

static const char *format_icmp(const struct match_value *v, bool v6, char *buf)
{
	const char *name = name_of(icmp_names_of(v6), v->lo >> 8);
	u32 lo = v->lo >> 8, hi = v->hi >> 8;
	bool bare = !(v->lo & 255) && (v->hi & 255) == 255;

	if (bare && lo != hi)
		snprintf(buf, MATCH_TEXT_SIZE, "%u-%u", lo, hi);
	else if (bare && name)
		snprintf(buf, MATCH_TEXT_SIZE, "%s", name);
	else if (bare)
		snprintf(buf, MATCH_TEXT_SIZE, "%u", lo);
	else if (v->lo != v->hi)
		snprintf(buf, MATCH_TEXT_SIZE, "%u/%u-%u/%u", lo, v->lo & 255, hi, v->hi & 255);
	else if (name)
		snprintf(buf, MATCH_TEXT_SIZE, "%s/%u", name, v->lo & 255);
	else
		snprintf(buf, MATCH_TEXT_SIZE, "%u/%u", lo, v->lo & 255);
	return buf;
}

/* ---- IP addresses */

#define IP_EXPECTED "an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9"
#define IP4_EXPECTED "an IPv4 address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9"

static const u8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool is_mapped(const u8 addr[16])
{
	return !memcmp(addr, mapped_prefix, sizeof(mapped_prefix));
}

/* The address with ones in all bits beyond a prefix, or zeroes. */
static void fill_bits(u8 to[16], const u8 addr[16], unsigned int len, bool ones)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		u8 beyond = len >= 8 * (i + 1) ? 0 : len <= 8 * i ? 255 : 255 >> (len - 8 * i);

		to[i] = ones ? addr[i] | beyond : addr[i] & ~beyond;
	}
}

/* IPv4-mapped addresses are written so that they are not refused. */
static const char *format_ip6_addr(const u8 addr[16], char buf[INET6_ADDRSTRLEN])
{
	if (is_mapped(addr))
		snprintf(buf, INET6_ADDRSTRLEN, "::ffff:%x:%x", addr[12] << 8 | addr[13],
			 addr[14] << 8 | addr[15]);
	else
		inet_ntop(AF_INET6, addr, buf, INET6_ADDRSTRLEN);
	return buf;
}

static const char *format_ip6(const struct match_value *v, char *buf)
{
	char lo[INET6_ADDRSTRLEN], hi[INET6_ADDRSTRLEN];
	u8 first[16], last[16];
	unsigned int len;

	format_ip6_addr(v->lo6, lo);
	format_ip6_addr(v->hi6, hi);
	for (len = 0; len <= 128; len++) {
		fill_bits(first, v->lo6, len, false);
		fill_bits(last, v->lo6, len, true);
		if (!memcmp(first, v->lo6, 16) && !memcmp(last, v->hi6, 16))
			break;
	}
	if (len > 128)
		snprintf(buf, MATCH_TEXT_SIZE, "%s-%s", lo, hi);
	else if (len == 128)
		snprintf(buf, MATCH_TEXT_SIZE, "%s", lo);
	else
		snprintf(buf, MATCH_TEXT_SIZE, "%s/%u", lo, len);
	return buf;
}

static const char *format_ip4_addr(u32 addr, char buf[INET_ADDRSTRLEN])
{
	const struct in_addr in = { htonl(addr) };

	inet_ntop(AF_INET, &in, buf, INET_ADDRSTRLEN);
	return buf;
}

static u32 beyond_ip4(unsigned int len)
{
	return len ? (1ULL << (32 - len)) - 1 : UINT32_MAX;
}

static const char *format_ip4(const struct match_value *v, char *buf)
{
	char lo[INET_ADDRSTRLEN], hi[INET_ADDRSTRLEN];
	unsigned int len = 0;

	format_ip4_addr(v->lo, lo);
	format_ip4_addr(v->hi, hi);
	while (len <= 32 && (v->lo & beyond_ip4(len) || (v->lo | beyond_ip4(len)) != v->hi))
		len++;
	if (len > 32)
		snprintf(buf, MATCH_TEXT_SIZE, "%s-%s", lo, hi);
	else if (len == 32)
		snprintf(buf, MATCH_TEXT_SIZE, "%s", lo);
	else
		snprintf(buf, MATCH_TEXT_SIZE, "%s/%u", lo, len);
	return buf;
}

/* An address of either version, IPv4 in the last 32 bits. */
struct ip {
	bool v6;
	bool dotted;
	u8 addr[16];
};

static bool find_ip(const char *s, struct ip *ip)
{
	memset(ip, 0, sizeof(*ip));
	ip->v6 = strchr(s, ':');
	ip->dotted = strchr(s, '.');
	return inet_pton(ip->v6 ? AF_INET6 : AF_INET, s, ip->addr + (ip->v6 ? 0 : 12)) == 1;
}

static u32 ip4_of(const struct ip *ip)
{
	return (u32)ip->addr[12] << 24 | ip->addr[13] << 16 | ip->addr[14] << 8 | ip->addr[15];
}

/*
 * Written with an IPv4 address in it, it is hardly meant for what it is. @len: of
 * the prefix.
 */
static bool refuse_mapped(const struct complaint *c, const char *text, const struct ip *ip,
			  unsigned int len)
{
	char ip4[INET_ADDRSTRLEN], ip6[INET6_ADDRSTRLEN], len4[12] = "", len6[12] = "";

	if (len < 128) {
		snprintf(len4, sizeof(len4), "/%u", len - 96);
		snprintf(len6, sizeof(len6), "/%u", len);
	}
	return refuse(c,
		      "%s is IPv4 in the form that programs have of it, not frames; expected %s%s, or %s%s for frames of IPv6 with just this",
		      text, format_ip4_addr(ip4_of(ip), ip4), len4,
		      format_ip6_addr(ip->addr, ip6), len6);
}

static bool refuse_ip(const struct complaint *c, const char *text, const char *expected)
{
	if (strchr(text, ':') && strchr(text, '%'))
		return refuse(c, "'%s'; expected no zone: frames have the address alone", text);
	return refuse(c, "'%s'; expected %s", text, expected);
}

static bool refuse_prefix_len(const struct complaint *c, const char *text, const struct ip *ip,
			      const char *len)
{
	struct ip mask;
	u32 bits;

	if (ip->v6 || !find_ip(len, &mask) || mask.v6)
		return refuse(c, "'%s'; expected a prefix length of 0 to %u behind the slash", text,
			      ip->v6 ? 128 : 32);
	bits = ip4_of(&mask);
	if (~bits & (~bits + 1))
		return refuse(c, "'%s'; expected a prefix length of 0 to 32 instead of the mask",
			      text);
	return refuse(c, "'%s'; expected the prefix length instead of the mask: %.*s/%d", text,
		      (int)strcspn(text, "/"), text, __builtin_popcount(bits));
}

static bool parse_prefix(const char *text, const char *slash, struct match_value *v, bool *v6,
			 const char *expected, const struct complaint *c)
{
	char addr[PART_SIZE], len[PART_SIZE], buf[MATCH_TEXT_SIZE];
	u8 first[16];
	struct ip ip;
	u32 n;

	if (!halve(text, slash, addr, len) || !find_ip(addr, &ip))
		return refuse_ip(c, text, expected);
	if (find_digits(len, false, ip.v6 ? 128 : 32, &n) != FOUND)
		return refuse_prefix_len(c, text, &ip, len);
	if (ip.v6 && ip.dotted && is_mapped(ip.addr) && n >= 96)
		return refuse_mapped(c, text, &ip, n);
	*v6 = ip.v6;
	if (ip.v6) {
		fill_bits(v->lo6, ip.addr, n, false);
		fill_bits(v->hi6, ip.addr, n, true);
		memcpy(first, v->lo6, sizeof(first));
	} else {
		fill_bits(first, ip.addr, n + 96, false);
		v->lo = ip4_of(&ip) & ~beyond_ip4(n);
		v->hi = v->lo | beyond_ip4(n);
	}
	if (!memcmp(first, ip.addr, sizeof(first)))
		return true;
	return refuse(c, "%s has bits beyond the prefix; expected %s, or %s alone", text,
		      ip.v6 ? format_ip6(v, buf) : format_ip4(v, buf), addr);
}

static bool parse_ip(const char *text, struct match_value *v, bool *v6, const char *expected,
		     const struct complaint *c)
{
	const char *slash = strchr(text, '/'), *dash = strchr(text, '-');
	char first[PART_SIZE], last[PART_SIZE];
	struct ip lo, hi;

	if (slash)
		return parse_prefix(text, slash, v, v6, expected, c);
	if (!dash) {
		if (!find_ip(text, &lo))
			return refuse_ip(c, text, expected);
		hi = lo;
	} else if (!halve(text, dash, first, last) || !find_ip(first, &lo) || !find_ip(last, &hi)) {
		return refuse_ip(c, text, expected);
	}
	if (lo.v6 != hi.v6)
		return refuse(c, "'%s'; expected both ends of IPv4 or both of IPv6", text);
	if (lo.v6 && lo.dotted && is_mapped(lo.addr))
		return refuse_mapped(c, dash ? first : text, &lo, 128);
	if (hi.v6 && hi.dotted && is_mapped(hi.addr))
		return refuse_mapped(c, dash ? last : text, &hi, 128);
	if (memcmp(lo.addr, hi.addr, sizeof(lo.addr)) > 0)
		return refuse(c, "%s begins above its end; expected %s-%s", text, last, first);
	*v6 = lo.v6;
	if (lo.v6) {
		memcpy(v->lo6, lo.addr, sizeof(v->lo6));
		memcpy(v->hi6, hi.addr, sizeof(v->hi6));
	} else {
		v->lo = ip4_of(&lo);
		v->hi = ip4_of(&hi);
	}
	return true;
}

/* ---- MAC addresses */

#define MAC_EXPECTED "a MAC address like 52:54:00:12:34:56; for many, a prefix like 52:54:00:00:00:00/24"

static u64 mac_number(const u8 mac[6])
{
	u64 n = 0;
	size_t i;

	for (i = 0; i < 6; i++)
		n = n << 8 | mac[i];
	return n;
}

static const char *mac_text(u64 n, char buf[MAC_TEXT_SIZE])
{
	u8 mac[6];
	size_t i;

	for (i = 0; i < 6; i++)
		mac[i] = n >> (40 - 8 * i);
	return mac_format(mac, buf);
}

static u64 mac_prefix(unsigned int len)
{
	return MAC_ALL & ~(MAC_ALL >> len);
}

static const char *format_mac(const struct match_value *v, char *buf)
{
	char value[MAC_TEXT_SIZE], mask[MAC_TEXT_SIZE];
	unsigned int len = 1;

	mac_text(v->value, value);
	while (len <= MAC_BITS && mac_prefix(len) != v->mask)
		len++;
	if (len == MAC_BITS)
		snprintf(buf, MATCH_TEXT_SIZE, "%s", value);
	else if (len < MAC_BITS)
		snprintf(buf, MATCH_TEXT_SIZE, "%s/%u", value, len);
	else
		snprintf(buf, MATCH_TEXT_SIZE, "%s/%s", value, mac_text(v->mask, mask));
	return buf;
}

static bool parse_mac(const char *text, struct match_value *v, const struct complaint *c)
{
	char addr[PART_SIZE], mask[PART_SIZE], buf[MATCH_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	u8 mac[6];
	u32 len;

	if (!slash) {
		if (!mac_parse(text, mac))
			return refuse(c, "'%s'; expected %s", text, MAC_EXPECTED);
		v->value = mac_number(mac);
		v->mask = MAC_ALL;
		return true;
	}
	if (!halve(text, slash, addr, mask) || !mac_parse(addr, mac))
		return refuse(c, "'%s'; expected %s", text, MAC_EXPECTED);
	v->value = mac_number(mac);
	if (mac_parse(mask, mac)) {
		v->mask = mac_number(mac);
		if (!v->mask)
			return refuse(c, "'%s' is any address; expected a mask other than 0", text);
	} else if (find_digits(mask, false, MAC_BITS, &len) != FOUND || !len) {
		return refuse(c,
			      "'%s'; expected a prefix length of 1 to 48 behind the slash, or a mask like ff:ff:ff:00:00:00",
			      text);
	} else {
		v->mask = mac_prefix(len);
	}
	if (!(v->value & ~v->mask))
		return true;
	v->value &= v->mask;
	return refuse(c, "%s has bits beyond its mask; expected %s, or %s alone", text,
		      format_mac(v, buf), addr);
}

/* ---- TCP flags */

#define FLAGS_EXPECTED "TCP flags like syn, !rst, syn+ack, or syn/syn+ack for syn set and ack not"

static bool parse_flag_list(const char *text, const char *s, size_t len, u64 *flags,
			    const struct complaint *c)
{
	char name[PART_SIZE], word[PART_SIZE], buf[PART_SIZE + 32];
	struct guess g = { .word = word };

	*flags = 0;
	for (;;) {
		const char *plus = memchr(s, '+', len);
		size_t n = plus ? (size_t)(plus - s) : len;
		s32 flag;

		if (!cut(name, s, n))
			return refuse(c, "'%s'; expected %s", text, FLAGS_EXPECTED);
		flag = number_of(&tcp_flag_names, name);
		if (flag < 0 && (!strcmp(name, "established") || !strcmp(name, "new")))
			return refuse(c,
				      "'%s' is no TCP flag; expected syn/syn+ack for segments that open a connection, and not that for all others",
				      name);
		if (flag < 0) {
			lower(word, name);
			offer_names(&g, &tcp_flag_names);
			return refuse(c,
				      "'%s' is no TCP flag; expected fin, syn, rst, psh, ack, urg, ece, cwr or ns, with + between them%s",
				      name, guess_text(&g, buf, sizeof(buf)));
		}
		if (*flags & flag)
			return refuse(c, "'%s' has %s twice; expected it once", text, name);
		*flags |= flag;
		if (n == len)
			return true;
		s += n + 1;
		len -= n + 1;
	}
}

static char *format_flag_list(u64 flags, char *to)
{
	const char *plus = "";
	size_t i;

	for (i = 0; i < tcp_flag_names.n; i++) {
		if (!(flags & tcp_flag_names.v[i].number))
			continue;
		to += sprintf(to, "%s%s", plus, tcp_flag_names.v[i].name);
		plus = "+";
	}
	if (!*plus)
		to += sprintf(to, "0");
	return to;
}

/* Not with "!", which has a meaning of its own in YAML and in shells. */
static const char *format_flags(const struct match_value *v, char *buf)
{
	char *to = format_flag_list(v->value, buf);

	if (v->value != v->mask) {
		*to++ = '/';
		format_flag_list(v->mask, to);
	}
	return buf;
}

static bool parse_flags(const char *text, struct match_value *v, const struct complaint *c)
{
	const char *slash = strchr(text, '/');
	char buf[MATCH_TEXT_SIZE];

	/* as nftables has it; a comma is between values here */
	if (strchr(text, ','))
		return refuse(c,
			      "'%s'; expected + between the flags of one value, as in syn/syn+ack",
			      text);
	if (*text == '!') {
		if (slash)
			return refuse(c, "'%s'; expected ! or a slash, not both", text);
		v->value = 0;
		if (!parse_flag_list(text, text + 1, strlen(text + 1), &v->mask, c))
			return false;
		if (!(v->mask & (v->mask - 1)))
			return true;
		return refuse(c, "'%s' could mean several things; expected 0/%s for none of them",
			      text, text + 1);
	}
	if (!slash) {
		if (!parse_flag_list(text, text, strlen(text), &v->value, c))
			return false;
		v->mask = v->value;
		return true;
	}
	v->value = 0;
	if ((slash - text != 1 || *text != '0') &&
	    !parse_flag_list(text, text, slash - text, &v->value, c))
		return false;
	if (!parse_flag_list(text, slash + 1, strlen(slash + 1), &v->mask, c))
		return false;
	/*
	 * The beginning of "syn/syn,ack", cut at the comma: with the rest as another
	 * value it would be any frame with either.
	 */
	if (v->value == v->mask)
		return refuse(c,
			      "'%s' is just %.*s; expected that, or + before other flags to look at, as in syn/syn+ack",
			      text, (int)(slash - text), text);
	if (!(v->value & ~v->mask))
		return true;
	v->mask |= v->value;
	return refuse(c, "'%s' sets flags that it does not look at; expected %s", text,
		      format_flags(v, buf));
}

/* ---- any of these */

/* The field of the same end, of the version that the value is of. */
static u32 ip_field(u32 field, bool v6)
{
	switch (field) {
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_SRC_IP6:
		return v6 ? ISOL_MATCH_A_SRC_IP6 : ISOL_MATCH_A_SRC_IP4;
	case ISOL_MATCH_A_DST_IP4:
	case ISOL_MATCH_A_DST_IP6:
		return v6 ? ISOL_MATCH_A_DST_IP6 : ISOL_MATCH_A_DST_IP4;
	default:
		return field;
	}
}

bool match_parse(u32 field, const char *text, struct match_value *v, u32 *real, char *msg,
		 size_t size)
{
	const struct complaint c = { msg, size };
	bool v6 = false;

	memset(v, 0, sizeof(*v));
	*real = field;
	switch (field) {
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
		return parse_mac(text, v, &c);
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP4:
	case ISOL_MATCH_A_DST_IP6:
		if (!parse_ip(text, v, &v6, IP_EXPECTED, &c))
			return false;
		*real = ip_field(field, v6);
		return true;
	case ISOL_MATCH_A_ARP_SENDER:
	case ISOL_MATCH_A_ARP_TARGET:
		if (!parse_ip(text, v, &v6, IP4_EXPECTED, &c))
			return false;
		return !v6 || refuse(&c, "%s is of IPv6, which has no ARP; expected %s", text,
				     IP4_EXPECTED);
	case ISOL_MATCH_A_TCP_FLAGS:
		return parse_flags(text, v, &c);
	case ISOL_MATCH_A_ICMP:
		return match_parse_icmp(false, text, v, msg, size);
	default:
		return parse_numbers(field, text, v, &c);
	}
}

const char *match_format(u32 field, const struct match_value *v, bool v6,
			 char buf[MATCH_TEXT_SIZE])
{
	switch (match_type(field)) {
	case MATCH_IP4:
		return format_ip4(v, buf);
	case MATCH_IP6:
		return format_ip6(v, buf);
	case MATCH_MAC:
		return format_mac(v, buf);
	case MATCH_FLAGS:
		return format_flags(v, buf);
	case MATCH_SET:
		snprintf(buf, MATCH_TEXT_SIZE, "%s", v->set);
		return buf;
	default:
		return field == ISOL_MATCH_A_ICMP ? format_icmp(v, v6, buf) :
						    format_numbers(field, v, buf);
	}
}
