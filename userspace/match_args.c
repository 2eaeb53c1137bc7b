// SPDX-License-Identifier: GPL-2.0
/* What a frame has to be, or is, in words of the command line, see match_args.h. */
#include <stdio.h>
#include <string.h>

#include "edit.h"
#include "match_args.h"
#include "match_fault.h"
#include "match_names.h"

#define ETHERTYPE_IP4	0x0800
#define ETHERTYPE_ARP	0x0806
#define ETHERTYPE_IP6	0x86dd

#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_DCCP	33
#define PROTO_ICMPV6	58
#define PROTO_SCTP	132
#define PROTO_UDPLITE	136

#define MAC_ALL		0xffffffffffffULL
#define FLAGS_ALL	0x1ff

static const char *const word_names[] = { MATCH_ARGS_WORDS };

/* Of addresses, that of IPv4. */
static const u32 word_fields[MATCH_ARGS] = {
	[MATCH_ARG_TCP] = ISOL_MATCH_A_PROTO,
	[MATCH_ARG_UDP] = ISOL_MATCH_A_PROTO,
	[MATCH_ARG_SCTP] = ISOL_MATCH_A_PROTO,
	[MATCH_ARG_ICMP] = ISOL_MATCH_A_PROTO,
	[MATCH_ARG_ICMPV6] = ISOL_MATCH_A_PROTO,
	[MATCH_ARG_ARP] = ISOL_MATCH_A_ETHERTYPE,
	[MATCH_ARG_ETHER] = ISOL_MATCH_A_ETHERTYPE,
	[MATCH_ARG_SRC_MAC] = ISOL_MATCH_A_SRC_MAC,
	[MATCH_ARG_DST_MAC] = ISOL_MATCH_A_DST_MAC,
	[MATCH_ARG_CAST] = ISOL_MATCH_A_CAST,
	[MATCH_ARG_SRC] = ISOL_MATCH_A_SRC_IP4,
	[MATCH_ARG_DST] = ISOL_MATCH_A_DST_IP4,
	[MATCH_ARG_DSCP] = ISOL_MATCH_A_DSCP,
	[MATCH_ARG_FRAGMENT] = ISOL_MATCH_A_FRAGMENT,
	[MATCH_ARG_PROTO] = ISOL_MATCH_A_PROTO,
	[MATCH_ARG_SPORT] = ISOL_MATCH_A_SPORT,
	[MATCH_ARG_DPORT] = ISOL_MATCH_A_DPORT,
	[MATCH_ARG_TCP_FLAGS] = ISOL_MATCH_A_TCP_FLAGS,
	[MATCH_ARG_TYPE] = ISOL_MATCH_A_ICMP,
	[MATCH_ARG_OP] = ISOL_MATCH_A_ARP_OP,
	[MATCH_ARG_ARP_SENDER] = ISOL_MATCH_A_ARP_SENDER,
	[MATCH_ARG_ARP_TARGET] = ISOL_MATCH_A_ARP_TARGET,
	[MATCH_ARG_VLAN] = ISOL_MATCH_A_VLAN,
	[MATCH_ARG_PCP] = ISOL_MATCH_A_PCP,
	[MATCH_ARG_INNER_VLAN] = ISOL_MATCH_A_INNER_VLAN,
};

static const char *const word_values[MATCH_ARGS] = {
	[MATCH_ARG_ETHER] = "an EtherType",
	[MATCH_ARG_SRC_MAC] = "a MAC address",
	[MATCH_ARG_DST_MAC] = "a MAC address",
	[MATCH_ARG_CAST] = "unicast, multicast or broadcast",
	[MATCH_ARG_SRC] = "an IP address",
	[MATCH_ARG_DST] = "an IP address",
	[MATCH_ARG_DSCP] = "a DSCP",
	[MATCH_ARG_FRAGMENT] = "none, first or later",
	[MATCH_ARG_PROTO] = "a protocol",
	[MATCH_ARG_SPORT] = "a port",
	[MATCH_ARG_DPORT] = "a port",
	[MATCH_ARG_TCP_FLAGS] = "TCP flags",
	[MATCH_ARG_TYPE] = "a type of ICMP",
	[MATCH_ARG_OP] = "an operation of ARP",
	[MATCH_ARG_ARP_SENDER] = "an IPv4 address",
	[MATCH_ARG_ARP_TARGET] = "an IPv4 address",
	[MATCH_ARG_VLAN] = "a VLAN, or none",
	[MATCH_ARG_PCP] = "a priority",
	[MATCH_ARG_INNER_VLAN] = "the VID of a tag",
};

static bool said(const struct match *m, u32 field)
{
	return m->of[field].n;
}

/* Just that it is ARP, as the word alone has it. */
static bool is_arp(const struct match *m)
{
	const struct match_field *f = &m->of[ISOL_MATCH_A_ETHERTYPE];

	return f->n == 1 && !f->negate && f->v[0].lo == ETHERTYPE_ARP &&
	       f->v[0].hi == ETHERTYPE_ARP;
}

static void say_number(struct policy *p, struct match *m, u32 field, u32 number)
{
	const struct match_value v = { .lo = number, .hi = number };

	match_add(&p->arena, m, field, &v);
}

/* What a word says by itself. */
static bool bare_word(int word, struct policy *p, struct match *m)
{
	static const u32 numbers[] = {
		[MATCH_ARG_TCP] = PROTO_TCP, [MATCH_ARG_UDP] = PROTO_UDP,
		[MATCH_ARG_SCTP] = PROTO_SCTP, [MATCH_ARG_ICMP] = PROTO_ICMP,
		[MATCH_ARG_ICMPV6] = PROTO_ICMPV6, [MATCH_ARG_ARP] = ETHERTYPE_ARP,
	};

	if (word > MATCH_ARG_ARP)
		return false;
	say_number(p, m, word_fields[word], numbers[word]);
	return true;
}

/* Nothing is to be said twice: the one would be lost, or the other. */
static void check_once(const struct args *a, int word, const struct match *m)
{
	u32 field = word_fields[word];
	bool twice = said(m, field) || said(m, match_set_field(field));

	if (field == ISOL_MATCH_A_PROTO && twice)
		usage_error(a, "a second protocol: '%s'; 'proto' takes several", word_names[word]);
	if (word == MATCH_ARG_SRC)
		twice |= said(m, ISOL_MATCH_A_SRC_IP6);
	if (word == MATCH_ARG_DST)
		twice |= said(m, ISOL_MATCH_A_DST_IP6);
	if (word == MATCH_ARG_ARP)
		twice |= said(m, ISOL_MATCH_A_ARP_OP);
	if (!twice)
		return;
	if (field == ISOL_MATCH_A_ETHERTYPE)
		usage_error(a, "a second EtherType: '%s'", word_names[word]);
	usage_error(a, "a second '%s'; several values have commas between them",
		    word_names[word]);
}

/* @NAME */
static void read_set(int word, struct policy *p, struct match *m, const char *name, bool negate)
{
	const u32 field = match_set_field(word_fields[word]);
	struct match_value v = { .set = arena_strdup(&p->arena, name) };

	if (!field)
		value_error("%s: '@%s' is a set; expected %s", word_names[word], name,
			    word_values[word]);
	if (!*name)
		value_error("%s: '@' without a name; expected @ and the name of a set",
			    word_names[word]);
	match_add(&p->arena, m, field, &v);
	m->of[field].negate = negate;
}

static void read_value(int word, struct policy *p, struct match *m, const char *text,
		       bool negate)
{
	u32 field = word_fields[word], real = field;
	struct match_value v = { 0 };
	char msg[512];
	bool good;

	if (field == ISOL_MATCH_A_ICMP)
		good = match_parse_icmp(match_proto(m) == PROTO_ICMPV6, text, &v, msg, sizeof(msg));
	else
		good = match_parse(field, text, &v, &real, msg, sizeof(msg));
	if (!good)
		value_error("%s: %s", word_names[word], msg);
	v.at = (struct mark){ 0 };
	match_add(&p->arena, m, real, &v);
	m->of[real].negate = negate;
}

/*
 * "syn,ack" is both of them to other tools. Here commas are between values of which
 * any will do, and a rule that accepts more than was meant would go unnoticed. Who
 * means any says so: "any syn,ack".
 */
static void check_flags(struct policy *p, const char *list, bool negate)
{
	const char *rest = list;
	char both[128] = "", *either, *s;
	bool others = false;
	struct word w;
	size_t n = 0;

	while (edit_item(p, &rest, &w)) {
		size_t len = strlen(both);

		if (number_of(&tcp_flag_names, w.text) < 0) {
			others = true;
			continue;
		}
		/* what is beyond that says no more */
		if (len + strlen(w.text) + 2 > sizeof(both))
			continue;
		snprintf(both + len, sizeof(both) - len, "%s%s", n++ ? "+" : "", w.text);
	}
	if (n < 2)
		return;
	either = arena_strdup(&p->arena, both);
	for (s = either; *s; s++)
		if (*s == '+')
			*s = ',';
	if (negate)
		value_error("tcp-flags: 'not %s' would be none of them set; that is '0/%s' or 'not any %s', and 'not %s' is not all of them",
			    either, both, either, both);
	if (others)
		value_error("tcp-flags: '%s' would be any of them; all are '%s', any is 'any %s'",
			    either, both, list);
	value_error("tcp-flags: '%s' would be %s of them; %s '%s', %s is 'any %s'", either,
		    n > 2 ? "any" : "either", n > 2 ? "all are" : "both are", both,
		    n > 2 ? "any" : "either", either);
}

static void read_list(struct args *a, int word, struct policy *p, struct match *m, bool second)
{
	const char *list = args_value(a, word_values[word]);
	bool negate = !strcmp(list, "not"), sets = false, values = false;
	struct word w;

	if (negate)
		list = args_value(a, word_values[word]);
	if (word == MATCH_ARG_TCP_FLAGS && !strcmp(list, "any"))
		list = args_value(a, word_values[word]);
	else if (word == MATCH_ARG_TCP_FLAGS)
		check_flags(p, list, negate);
	while (edit_item(p, &list, &w)) {
		if (!*w.text)
			value_error("%s: an empty value; expected %s", word_names[word],
				    word_values[word]);
		if (*w.text == '@') {
			read_set(word, p, m, w.text + 1, negate);
			sets = true;
			continue;
		}
		read_value(word, p, m, w.text, negate);
		values = true;
	}
	if (sets && values)
		value_error("%s: sets among values; for any of them expected two rules, or the values as a set of their own, for both '@NAME and ...'",
			    word_names[word]);
	if (second && sets)
		value_error("%s: a set behind 'and'; expected it before: @NAME and ...",
			    word_names[word]);
	if (second || !*a->v || strcmp(*a->v, "and"))
		return;
	if (!sets)
		value_error("%s: 'and' without a set; several values have commas between them",
			    word_names[word]);
	a->v++;
	read_list(a, word, p, m, true);
}

static void read_values(struct args *a, int word, struct policy *p, struct match *m)
{
	read_list(a, word, p, m, false);
}

static bool begins_any(const char *word, const char *const *words)
{
	for (; *words; words++)
		if (!strncmp(*words, word, strlen(word)))
			return true;
	return false;
}

/* In a file it is "tcp: 443", so people write "tcp 443". */
int match_args_find(const struct args *a, const char *word, const char *const *words,
		    const struct match *m)
{
	const int proto = match_proto(m);
	struct match_value v;
	const char *other = NULL;
	int head = -1, of = -1;
	char first[64], msg[512];
	u32 real;

	/* of several, as they would have to be read, the first */
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(word, ","), word);
	if (begins_any(word, words))
		return match_word(a, word, words, "word");
	if (proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP) {
		head = proto == PROTO_TCP ? MATCH_ARG_TCP :
		       proto == PROTO_UDP ? MATCH_ARG_UDP : MATCH_ARG_SCTP;
		if (*first == '@' ||
		    match_parse(ISOL_MATCH_A_DPORT, first, &v, &real, msg, sizeof(msg)))
			of = MATCH_ARG_DPORT;
	} else if (proto == PROTO_ICMP || proto == PROTO_ICMPV6) {
		head = proto == PROTO_ICMP ? MATCH_ARG_ICMP : MATCH_ARG_ICMPV6;
		if (match_parse_icmp(proto == PROTO_ICMPV6, first, &v, msg, sizeof(msg)))
			of = MATCH_ARG_TYPE;
	} else if (is_arp(m)) {
		head = MATCH_ARG_ARP;
		if (match_parse(ISOL_MATCH_A_ARP_OP, first, &v, &real, msg, sizeof(msg)))
			of = MATCH_ARG_OP;
	}
	if (head == MATCH_ARG_ICMP || head == MATCH_ARG_ICMPV6)
		other = other_name(head == MATCH_ARG_ICMP ? &icmp_names : &icmp6_names, first);
	if (of < 0 && other)
		usage_error(a, "'%s'; expected %s type %s", word, word_names[head], other);
	if (!strcmp(word, "port") || !strcmp(word, "ports"))
		usage_error(a,
			    "unknown word '%s'; expected dport or sport behind tcp, udp or sctp: tcp dport 80",
			    word);
	if (of >= 0)
		usage_error(a, "'%s'; expected '%s' before it: %s %s %s", word, word_names[of],
			    word_names[head], word_names[of], word);
	return match_word(a, word, words, "word");
}

void match_args_word(struct args *a, int word, struct policy *p, struct match *m)
{
	int proto = match_proto(m);

	check_once(a, word, m);
	if (bare_word(word, p, m))
		return;
	if (word == MATCH_ARG_TYPE && proto != PROTO_ICMP && proto != PROTO_ICMPV6)
		usage_error(a, "'type' stands behind icmp or icmpv6");
	if (word == MATCH_ARG_OP) {
		if (!is_arp(m))
			usage_error(a, "'op' stands behind arp");
		/* as in a file, where "arp: request" is the operation and no EtherType */
		m->of[ISOL_MATCH_A_ETHERTYPE] = (struct match_field){ 0 };
	}
	read_values(a, word, p, m);
}

void match_args_end(const struct args *a, const struct match *m)
{
	char buf[MATCH_FAULT_SIZE];
	struct mark nowhere;
	const char *msg;

	if (match_empty(m))
		return;
	/* the commonest slips, in words that are the user's */
	if (!said(m, ISOL_MATCH_A_PROTO)) {
		if (said(m, ISOL_MATCH_A_SPORT) || said(m, ISOL_MATCH_A_DPORT) ||
		    said(m, ISOL_MATCH_A_SPORT_SET) || said(m, ISOL_MATCH_A_DPORT_SET))
			usage_error(a, "a port without a protocol; expected tcp, udp or sctp too");
		if (said(m, ISOL_MATCH_A_TCP_FLAGS))
			usage_error(a, "'tcp-flags' without a protocol; expected tcp too");
	}
	msg = match_fault(m, &nowhere, buf);
	if (msg)
		value_error("%s", msg);
}

/*
 * Frames
 */

/* The word that says a field, of those that take values. */
static const char *word_of(u32 field)
{
	int word;

	if (field == ISOL_MATCH_A_SRC_IP6)
		field = ISOL_MATCH_A_SRC_IP4;
	if (field == ISOL_MATCH_A_DST_IP6)
		field = ISOL_MATCH_A_DST_IP4;
	for (word = MATCH_ARG_ETHER; word < MATCH_ARGS; word++)
		if (match_type(field) == MATCH_SET && match_set_field(word_fields[word]) == field)
			return word_names[word];
	for (word = MATCH_ARG_ETHER; word < MATCH_ARGS; word++)
		if (word_fields[word] == field)
			break;
	return word_names[word];
}

static bool single(u32 field, const struct match_value *v)
{
	switch (match_type(field)) {
	case MATCH_IP6:
		return !memcmp(v->lo6, v->hi6, sizeof(v->lo6));
	case MATCH_MAC:
		return v->mask == MAC_ALL;
	case MATCH_FLAGS:
		/* "syn" is any frame with this one to a rule, here it is all it has */
		return v->mask == v->value || v->mask == FLAGS_ALL;
	default:
		/* a type is all its codes to a rule, here its first */
		if (field == ISOL_MATCH_A_ICMP && !(v->lo & 255) && v->hi == v->lo + 255)
			return true;
		return v->lo == v->hi;
	}
}

static void set_mac(u8 mac[6], u64 value)
{
	int i;

	for (i = 5; i >= 0; i--, value >>= 8)
		mac[i] = value;
}

static void give(struct craft *frame, u32 field, const struct match_value *v)
{
	craft_give(frame, field);
	switch (field) {
	case ISOL_MATCH_A_ETHERTYPE:
		frame->ethertype = v->lo;
		break;
	case ISOL_MATCH_A_SRC_MAC:
		set_mac(frame->src_mac, v->value);
		break;
	case ISOL_MATCH_A_DST_MAC:
		set_mac(frame->dst_mac, v->value);
		break;
	case ISOL_MATCH_A_CAST:
		frame->cast = v->lo;
		break;
	case ISOL_MATCH_A_SRC_IP4:
		frame->src4 = v->lo;
		break;
	case ISOL_MATCH_A_DST_IP4:
		frame->dst4 = v->lo;
		break;
	case ISOL_MATCH_A_SRC_IP6:
		memcpy(frame->src6, v->lo6, sizeof(frame->src6));
		break;
	case ISOL_MATCH_A_DST_IP6:
		memcpy(frame->dst6, v->lo6, sizeof(frame->dst6));
		break;
	case ISOL_MATCH_A_DSCP:
		frame->dscp = v->lo;
		break;
	case ISOL_MATCH_A_FRAGMENT:
		frame->fragment = v->lo;
		break;
	case ISOL_MATCH_A_PROTO:
		frame->proto = v->lo;
		break;
	case ISOL_MATCH_A_SPORT:
		frame->sport = v->lo;
		break;
	case ISOL_MATCH_A_DPORT:
		frame->dport = v->lo;
		break;
	case ISOL_MATCH_A_TCP_FLAGS:
		frame->tcp_flags = v->value;
		break;
	case ISOL_MATCH_A_ICMP:
		frame->icmp = v->lo;
		break;
	case ISOL_MATCH_A_ARP_OP:
		frame->arp_op = v->lo;
		break;
	case ISOL_MATCH_A_ARP_SENDER:
		frame->arp_sender = v->lo;
		break;
	case ISOL_MATCH_A_ARP_TARGET:
		frame->arp_target = v->lo;
		break;
	case ISOL_MATCH_A_VLAN:
		frame->vlan = v->lo;
		break;
	case ISOL_MATCH_A_PCP:
		frame->pcp = v->lo;
		break;
	case ISOL_MATCH_A_INNER_VLAN:
		frame->inner_vlan = v->lo;
		break;
	}
}

void match_args_frame(const struct match *m, struct craft *frame)
{
	u32 field;

	*frame = (struct craft){ .group = true };
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		const struct match_field *f = &m->of[field];

		if (!f->n)
			continue;
		if (match_type(field) == MATCH_SET)
			value_error("'%s' with a set: a frame is asked about, which has one value",
				    word_of(field));
		if (f->negate)
			value_error("'%s' with 'not': a frame is asked about, which has one value",
				    word_of(field));
		if (f->n > 1)
			value_error("'%s' with a list: a frame is asked about, which has one value",
				    word_of(field));
		if (field == ISOL_MATCH_A_TCP_FLAGS && !single(field, f->v))
			value_error("'tcp-flags' with a mask: a frame is asked about; expected the flags that it has");
		if (!single(field, f->v))
			value_error("'%s' with a range: a frame is asked about, which has one value",
				    word_of(field));
		give(frame, field, f->v);
	}
	if ((said(m, ISOL_MATCH_A_SRC_IP4) && said(m, ISOL_MATCH_A_SRC_IP6)) ||
	    (said(m, ISOL_MATCH_A_DST_IP4) && said(m, ISOL_MATCH_A_DST_IP6)))
		value_error("'%s' with a list: a frame is asked about, which has one value",
			    word_of(said(m, ISOL_MATCH_A_SRC_IP6) ? ISOL_MATCH_A_SRC_IP6 :
								    ISOL_MATCH_A_DST_IP6));
}

static u64 get_mac(const u8 mac[6])
{
	u64 value = 0;
	int i;

	for (i = 0; i < 6; i++)
		value = value << 8 | mac[i];
	return value;
}

/* The other way round than give(). */
static void take(const struct craft *frame, u32 field, struct match_value *v)
{
	*v = (struct match_value){ 0 };
	switch (field) {
	case ISOL_MATCH_A_ETHERTYPE:
		v->lo = frame->ethertype;
		break;
	case ISOL_MATCH_A_SRC_MAC:
		v->value = get_mac(frame->src_mac);
		break;
	case ISOL_MATCH_A_DST_MAC:
		v->value = get_mac(frame->dst_mac);
		break;
	case ISOL_MATCH_A_SRC_IP4:
		v->lo = frame->src4;
		break;
	case ISOL_MATCH_A_DST_IP4:
		v->lo = frame->dst4;
		break;
	case ISOL_MATCH_A_SRC_IP6:
		memcpy(v->lo6, frame->src6, sizeof(v->lo6));
		break;
	case ISOL_MATCH_A_DST_IP6:
		memcpy(v->lo6, frame->dst6, sizeof(v->lo6));
		break;
	case ISOL_MATCH_A_DSCP:
		v->lo = frame->dscp;
		break;
	case ISOL_MATCH_A_FRAGMENT:
		v->lo = frame->fragment;
		break;
	case ISOL_MATCH_A_PROTO:
		v->lo = frame->proto;
		break;
	case ISOL_MATCH_A_SPORT:
		v->lo = frame->sport;
		break;
	case ISOL_MATCH_A_DPORT:
		v->lo = frame->dport;
		break;
	case ISOL_MATCH_A_TCP_FLAGS:
		v->value = frame->tcp_flags;
		break;
	case ISOL_MATCH_A_ICMP:
		v->lo = frame->icmp;
		break;
	case ISOL_MATCH_A_ARP_OP:
		v->lo = frame->arp_op;
		break;
	case ISOL_MATCH_A_ARP_SENDER:
		v->lo = frame->arp_sender;
		break;
	case ISOL_MATCH_A_ARP_TARGET:
		v->lo = frame->arp_target;
		break;
	case ISOL_MATCH_A_VLAN:
		v->lo = frame->vlan;
		break;
	case ISOL_MATCH_A_PCP:
		v->lo = frame->pcp;
		break;
	case ISOL_MATCH_A_INNER_VLAN:
		v->lo = frame->inner_vlan;
		break;
	}
	switch (match_type(field)) {
	case MATCH_IP6:
		memcpy(v->hi6, v->lo6, sizeof(v->hi6));
		break;
	case MATCH_MAC:
		v->mask = MAC_ALL;
		break;
	case MATCH_FLAGS:
		v->mask = v->value ? v->value : FLAGS_ALL;
		break;
	default:
		v->hi = v->lo;
		break;
	}
}

static bool has_ports(u8 proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP ||
	       proto == PROTO_DCCP || proto == PROTO_UDPLITE;
}

/* Is this field in the frame, and to be told? @type is that of ARP or IP, or 0. */
static bool is_fact(const struct craft *frame, u16 type, u32 field)
{
	const bool ip = type == ETHERTYPE_IP4 || type == ETHERTYPE_IP6;
	const bool layer4 = ip && frame->fragment != ISOL_FRAGMENT_LATER;

	switch (field) {
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
	case ISOL_MATCH_A_ETHERTYPE:
		return true;
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_DST_IP4:
		return type == ETHERTYPE_IP4;
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		return type == ETHERTYPE_IP6;
	case ISOL_MATCH_A_DSCP:
	case ISOL_MATCH_A_FRAGMENT:
		return ip && craft_has(frame, field);
	case ISOL_MATCH_A_PROTO:
		return ip;
	case ISOL_MATCH_A_SPORT:
	case ISOL_MATCH_A_DPORT:
		return layer4 && has_ports(frame->proto);
	case ISOL_MATCH_A_TCP_FLAGS:
		return layer4 && frame->proto == PROTO_TCP;
	case ISOL_MATCH_A_ICMP:
		return layer4 &&
		       frame->proto == (type == ETHERTYPE_IP6 ? PROTO_ICMPV6 : PROTO_ICMP);
	case ISOL_MATCH_A_ARP_OP:
	case ISOL_MATCH_A_ARP_SENDER:
	case ISOL_MATCH_A_ARP_TARGET:
		return type == ETHERTYPE_ARP;
	case ISOL_MATCH_A_PCP:
		return craft_tagged(frame);
	case ISOL_MATCH_A_VLAN:
	case ISOL_MATCH_A_INNER_VLAN:
		return craft_has(frame, field);
	default:
		return false;
	}
}

/* What is not given may still follow from what is. */
static bool follows(const struct craft *frame, u32 field)
{
	const bool dst = craft_has(frame, ISOL_MATCH_A_DST_IP4) ||
			 craft_has(frame, ISOL_MATCH_A_DST_IP6);

	switch (field) {
	case ISOL_MATCH_A_DST_MAC:
		if (craft_has(frame, ISOL_MATCH_A_CAST))
			return frame->cast == ISOL_CAST_BROADCAST;
		return dst && frame->dst_mac[0] & 1;
	case ISOL_MATCH_A_ETHERTYPE:
		return dst || craft_has(frame, ISOL_MATCH_A_SRC_IP4) ||
		       craft_has(frame, ISOL_MATCH_A_SRC_IP6) ||
		       craft_has(frame, ISOL_MATCH_A_ARP_OP) ||
		       craft_has(frame, ISOL_MATCH_A_ARP_SENDER) ||
		       craft_has(frame, ISOL_MATCH_A_ARP_TARGET) ||
		       (craft_has(frame, ISOL_MATCH_A_PROTO) &&
			(frame->proto == PROTO_ICMP || frame->proto == PROTO_ICMPV6));
	default:
		return false;
	}
}

size_t match_args_facts(const struct craft *frame, struct frame_fact facts[FRAME_FACTS])
{
	struct craft whole = *frame;
	const u16 type = craft_complete(&whole);
	struct match_value v;
	size_t n = 0;
	u32 field;

	if (!craft_has(frame, ISOL_MATCH_A_ETHERTYPE))
		whole.ethertype = type;
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		if (!is_fact(&whole, type, field))
			continue;
		facts[n].field = field;
		facts[n].word = word_of(field);
		facts[n].made_up = !craft_has(frame, field) && !follows(&whole, field);
		take(&whole, field, &v);
		match_format(field, &v, type == ETHERTYPE_IP6, facts[n].text);
		n++;
	}
	return n;
}
