// SPDX-License-Identifier: GPL-2.0
/* A match in the words in which it is written, see match_line.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "match_line.h"

#define ETHERTYPE_ARP	0x0806
#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_ICMP6	58
#define PROTO_SCTP	132

/* Fields that are written by themselves, in the order in which they are. */
static const struct {
	const char *key;
	const char *word;
	u32 field;
	u32 field6;
} plain[] = {
	{ "sport", "sport", ISOL_MATCH_A_SPORT, 0 },
	{ "dport", "dport", ISOL_MATCH_A_DPORT, 0 },
	{ "tcp_flags", "tcp-flags", ISOL_MATCH_A_TCP_FLAGS, 0 },
	{ "src", "src", ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_SRC_IP6 },
	{ "dst", "dst", ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_DST_IP6 },
	{ "dscp", "dscp", ISOL_MATCH_A_DSCP, 0 },
	{ "fragment", "fragment", ISOL_MATCH_A_FRAGMENT, 0 },
	{ "arp_sender", "arp-sender", ISOL_MATCH_A_ARP_SENDER, 0 },
	{ "arp_target", "arp-target", ISOL_MATCH_A_ARP_TARGET, 0 },
	{ "ether", "ether", ISOL_MATCH_A_ETHERTYPE, 0 },
	{ "src_mac", "src-mac", ISOL_MATCH_A_SRC_MAC, 0 },
	{ "dst_mac", "dst-mac", ISOL_MATCH_A_DST_MAC, 0 },
	{ "cast", "cast", ISOL_MATCH_A_CAST, 0 },
	{ "vlan", "vlan", ISOL_MATCH_A_VLAN, 0 },
	{ "pcp", "pcp", ISOL_MATCH_A_PCP, 0 },
	{ "inner_vlan", "inner-vlan", ISOL_MATCH_A_INNER_VLAN, 0 },
};

/* The key that means one protocol, or NULL if there is none; @proto: or -1. */
static const char *proto_key(int proto)
{
	switch (proto) {
	case PROTO_ICMP:
		return "icmp";
	case PROTO_TCP:
		return "tcp";
	case PROTO_UDP:
		return "udp";
	case PROTO_ICMP6:
		return "icmpv6";
	case PROTO_SCTP:
		return "sctp";
	default:
		return NULL;
	}
}

/* Does the match ask for ARP, whatever the operation? */
static bool any_arp(const struct match *m)
{
	const struct match_field *ether = &m->of[ISOL_MATCH_A_ETHERTYPE];

	return !m->of[ISOL_MATCH_A_ARP_OP].n && ether->n == 1 && !ether->negate &&
	       ether->v[0].lo == ETHERTYPE_ARP && ether->v[0].hi == ETHERTYPE_ARP;
}

const char *match_key(const struct match *m, u32 field)
{
	const int proto = match_proto(m);
	const bool icmp = proto == PROTO_ICMP || proto == PROTO_ICMP6;
	size_t i;

	/* the sets of a field have its key */
	if (match_type(field) == MATCH_SET)
		for (i = 1; i <= ISOL_MATCH_A_MAX; i++)
			if (match_set_field(i) == field) {
				field = i;
				break;
			}
	switch (field) {
	case ISOL_MATCH_A_PROTO:
		return "proto";
	case ISOL_MATCH_A_DPORT:
		return !icmp && proto_key(proto) ? proto_key(proto) : "dport";
	case ISOL_MATCH_A_ICMP:
		return icmp ? proto_key(proto) : "icmp";
	case ISOL_MATCH_A_ARP_OP:
		return "arp";
	case ISOL_MATCH_A_ETHERTYPE:
		return any_arp(m) ? "arp" : "ether";
	}
	/* one of them it is: the last if it is none before */
	for (i = 0; i < ARRAY_SIZE(plain) - 1; i++)
		if (plain[i].field == field || plain[i].field6 == field)
			break;
	return plain[i].key;
}

/* The keys that are being made, and the fields that are in them. */
struct writer {
	struct arena *a;
	const struct match *m;
	struct match_item *items;
	size_t n;
	u32 done;
};

static struct match_item *add_item(struct writer *w, const char *key, const char *word,
				   const char *of)
{
	struct match_item *item = &w->items[w->n++];

	*item = (struct match_item){ .key = key, .word = word, .of = of };
	return item;
}

static void add_values(struct writer *w, struct match_item *item, u32 field,
		       const struct match_field *f, bool v6)
{
	char buf[MATCH_TEXT_SIZE];
	const char **v;
	size_t i;

	w->done |= 1u << field;
	if (!f->n)
		return;
	v = arena_alloc(w->a, (item->n + f->n) * sizeof(*v));
	if (item->n)
		memcpy(v, item->v, item->n * sizeof(*v));
	for (i = 0; i < f->n; i++)
		v[item->n + i] = arena_strdup(w->a, match_format(field, &f->v[i], v6, buf));
	item->v = v;
	item->n += f->n;
	item->negate = f->negate;
}

/* The sets that have what @field is about, if the match asks for some. */
static void add_sets(struct writer *w, struct match_item *item, u32 field)
{
	const u32 sets = match_set_field(field);
	const struct match_field *f = &w->m->of[sets];
	size_t i;

	if (!sets || !f->n)
		return;
	item->negate_sets = f->negate;
	item->sets = arena_alloc(w->a, f->n * sizeof(*item->sets));
	item->nsets = f->n;
	for (i = 0; i < f->n; i++)
		item->sets[i] = arena_strdup(w->a, f->v[i].set);
}

/*
 * Addresses of both versions, one negated and the other not: there is no way to
 * write that, so the negated ones are written as what they leave.
 */

/* Addresses of either version, those of IPv4 at the end. */
struct span {
	u8 lo[16];
	u8 hi[16];
};

static int compare_spans(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return memcmp(x->lo, y->lo, 16);
}

/* Return: false if there is none beyond. */
static bool step(u8 addr[16], int by)
{
	u8 beyond = by > 0 ? 0 : 0xff;
	int i;

	for (i = 15; i >= 0; i--) {
		addr[i] += by;
		if (addr[i] != beyond)
			return true;
	}
	return false;
}

static void put_ip4(u8 to[16], u32 addr)
{
	size_t i;

	memset(to, 0, 16);
	for (i = 12; i < 16; i++, addr <<= 8)
		to[i] = addr >> 24;
}

static u32 get_ip4(const u8 from[16])
{
	return (u32)from[12] << 24 | from[13] << 16 | from[14] << 8 | from[15];
}

static void add_span(struct writer *w, struct match *to, u32 field, const struct span *span)
{
	struct match_value v = { 0 };

	if (match_type(field) == MATCH_IP6) {
		memcpy(v.lo6, span->lo, 16);
		memcpy(v.hi6, span->hi, 16);
	} else {
		v.lo = get_ip4(span->lo);
		v.hi = get_ip4(span->hi);
	}
	match_add(w->a, to, field, &v);
}

/* Put into @to what the field leaves. */
static void complement(struct writer *w, u32 field, struct match *to)
{
	const struct match_field *f = &w->m->of[field];
	const bool v6 = match_type(field) == MATCH_IP6;
	struct span *spans = xcalloc(f->n, sizeof(*spans)), left;
	bool more = true;
	u8 last[16];
	size_t i;

	for (i = 0; i < f->n; i++) {
		if (v6) {
			memcpy(spans[i].lo, f->v[i].lo6, 16);
			memcpy(spans[i].hi, f->v[i].hi6, 16);
		} else {
			put_ip4(spans[i].lo, f->v[i].lo);
			put_ip4(spans[i].hi, f->v[i].hi);
		}
	}
	qsort(spans, f->n, sizeof(*spans), compare_spans);
	memset(last, 0xff, 16);
	if (!v6)
		put_ip4(last, UINT32_MAX);
	memset(left.lo, 0, 16);
	for (i = 0; i < f->n && more; i++) {
		if (memcmp(spans[i].lo, left.lo, 16) > 0) {
			memcpy(left.hi, spans[i].lo, 16);
			step(left.hi, -1);
			add_span(w, to, field, &left);
		}
		if (memcmp(spans[i].hi, left.lo, 16) >= 0) {
			memcpy(left.lo, spans[i].hi, 16);
			more = step(left.lo, 1) && memcmp(left.lo, last, 16) <= 0;
		}
	}
	memcpy(left.hi, last, 16);
	if (more)
		add_span(w, to, field, &left);
	free(spans);
}

static void add_addresses(struct writer *w, struct match_item *item, u32 ip4, u32 ip6)
{
	const struct match_field *f4 = &w->m->of[ip4], *f6 = &w->m->of[ip6];
	struct match left = { 0 };

	if (f4->n && f6->n && f4->negate != f6->negate) {
		if (f4->negate) {
			complement(w, ip4, &left);
			f4 = &left.of[ip4];
		} else {
			complement(w, ip6, &left);
			f6 = &left.of[ip6];
		}
	}
	add_values(w, item, ip4, f4, false);
	add_values(w, item, ip6, f6, true);
}

/* What says which kind of frame is meant. */
static void add_heads(struct writer *w)
{
	const struct match_field *of = w->m->of;
	const int proto = match_proto(w->m);
	const char *key = proto_key(proto);
	const bool icmp = proto == PROTO_ICMP || proto == PROTO_ICMP6;

	if (icmp)
		add_values(w, add_item(w, key, key, "type"), ISOL_MATCH_A_ICMP,
			   &of[ISOL_MATCH_A_ICMP], proto == PROTO_ICMP6);
	else if (key) {
		struct match_item *item = add_item(w, key, key, "dport");

		add_values(w, item, ISOL_MATCH_A_DPORT, &of[ISOL_MATCH_A_DPORT], false);
		add_sets(w, item, ISOL_MATCH_A_DPORT);
	} else if (of[ISOL_MATCH_A_PROTO].n)
		add_values(w, add_item(w, "proto", "proto", NULL), ISOL_MATCH_A_PROTO,
			   &of[ISOL_MATCH_A_PROTO], false);
	/* the kernel has no such rule, and if it had one this would show it */
	if (!icmp && of[ISOL_MATCH_A_ICMP].n)
		add_values(w, add_item(w, "icmp", "icmp", "type"), ISOL_MATCH_A_ICMP,
			   &of[ISOL_MATCH_A_ICMP], false);
	if (of[ISOL_MATCH_A_ARP_OP].n) {
		add_values(w, add_item(w, "arp", "arp", "op"), ISOL_MATCH_A_ARP_OP,
			   &of[ISOL_MATCH_A_ARP_OP], false);
	} else if (any_arp(w->m)) {
		add_item(w, "arp", "arp", "op");
		w->done |= 1u << ISOL_MATCH_A_ETHERTYPE;
	}
}

size_t match_items(struct arena *a, const struct match *m, struct match_item items[MATCH_ITEMS])
{
	struct writer w = { .a = a, .m = m, .items = items };
	size_t i;

	add_heads(&w);
	for (i = 0; i < ARRAY_SIZE(plain); i++) {
		const u32 field = plain[i].field, field6 = plain[i].field6;
		const u32 sets = match_set_field(field);
		struct match_item *item;

		if ((!m->of[field].n && !m->of[field6].n && !m->of[sets].n) ||
		    w.done & 1u << field)
			continue;
		item = add_item(&w, plain[i].key, plain[i].word, NULL);
		if (field6)
			add_addresses(&w, item, field, field6);
		else
			add_values(&w, item, field, &m->of[field], false);
		/* see check_flags() in match_args.c */
		item->any = field == ISOL_MATCH_A_TCP_FLAGS && item->n > 1;
		add_sets(&w, item, field);
	}
	return w.n;
}

char *match_line(const struct match *m)
{
	struct match_item items[MATCH_ITEMS];
	struct arena a = { 0 };
	char *text = NULL;
	size_t size, n, i, j;
	FILE *f;

	f = xmemstream(&text, &size);
	n = match_items(&a, m, items);
	for (i = 0; i < n; i++) {
		const struct match_item *item = &items[i];

		fprintf(f, "%s%s", i ? " " : "", item->word);
		if ((item->n || item->nsets) && item->of)
			fprintf(f, " %s", item->of);
		for (j = 0; j < item->nsets; j++)
			fprintf(f, "%s@%s", j ? "," : item->negate_sets ? " not " : " ",
				item->sets[j]);
		if (item->n && item->nsets)
			fputs(" and", f);
		if (item->n)
			fprintf(f, "%s%s ", item->negate ? " not" : "", item->any ? " any" : "");
		for (j = 0; j < item->n; j++)
			fprintf(f, "%s%s", j ? "," : "", item->v[j]);
	}
	fclose(f);
	arena_free(&a);
	return text;
}
