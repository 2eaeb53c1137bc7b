// SPDX-License-Identifier: GPL-2.0
/* The values that rules ask for, as text; and that the kernel's check is asked. */
#include "test.h"
#include "userspace/match.h"
#include "userspace/match_names.h"

#include <netdb.h>

/* Of fields that have one number behind a name. */
static const struct {
	u32 field;
	const struct number_names *names;
} named[] = {
	{ ISOL_MATCH_A_ETHERTYPE, &ethertype_names },
	{ ISOL_MATCH_A_CAST, &cast_names },
	{ ISOL_MATCH_A_DSCP, &dscp_names },
	{ ISOL_MATCH_A_FRAGMENT, &fragment_names },
	{ ISOL_MATCH_A_PROTO, &proto_names },
	{ ISOL_MATCH_A_ARP_OP, &arp_op_names },
	{ ISOL_MATCH_A_VLAN, &vlan_names },
};

static bool parse(u32 field, bool v6, const char *text, struct match_value *v, u32 *real,
		  char msg[512])
{
	snprintf(msg, 512, "(no message)");
	*real = field;
	if (field == ISOL_MATCH_A_ICMP && v6)
		return match_parse_icmp(true, text, v, msg, 512);
	return match_parse(field, text, v, real, msg, 512);
}

static bool same(u32 field, const struct match_value *a, const struct match_value *b)
{
	struct match_value va = *a, vb = *b;
	struct match ma = {}, mb = {};

	ma.of[field] = (struct match_field){ .v = &va, .n = 1 };
	mb.of[field] = (struct match_field){ .v = &vb, .n = 1 };
	return match_equal(&ma, &mb);
}

static void every_name(void)
{
	char buf[MATCH_TEXT_SIZE], msg[512];
	struct match_value v;
	size_t i, k;
	u32 real;

	for (i = 0; i < ARRAY_SIZE(named); i++)
		for (k = 0; k < named[i].names->n; k++) {
			const struct number_name *n = &named[i].names->v[k];
			const char *first = name_of(named[i].names, n->number);

			CHECK_MSG(parse(named[i].field, false, n->name, &v, &real, msg),
				  "%s: %s", n->name, msg);
			CHECK_MSG(v.lo == n->number && v.hi == n->number, "%s is %u-%u", n->name,
				  v.lo, v.hi);
			CHECK(real == named[i].field);
			CHECK_MSG(!strcmp(match_format(real, &v, false, buf), first),
				  "%s is written %s", n->name, buf);
		}
	for (i = 0; i < 2; i++) {
		const struct number_names *names = i ? &icmp6_names : &icmp_names;

		for (k = 0; k < names->n; k++) {
			const struct number_name *n = &names->v[k];

			CHECK_MSG(parse(ISOL_MATCH_A_ICMP, i, n->name, &v, &real, msg),
				  "%s: %s", n->name, msg);
			CHECK_MSG(v.lo == n->number << 8 && v.hi == (n->number << 8 | 255),
				  "%s is %x-%x", n->name, v.lo, v.hi);
			CHECK_MSG(!strcmp(match_format(ISOL_MATCH_A_ICMP, &v, i, buf),
					  name_of(names, n->number)),
				  "%s is written %s", n->name, buf);
		}
	}
	for (k = 0; k < tcp_flag_names.n; k++) {
		const struct number_name *n = &tcp_flag_names.v[k];

		CHECK_MSG(parse(ISOL_MATCH_A_TCP_FLAGS, false, n->name, &v, &real, msg), "%s: %s",
			  n->name, msg);
		CHECK(v.value == n->number && v.mask == n->number);
		CHECK(!strcmp(match_format(real, &v, false, buf), n->name));
	}
}

/* What is read, and how it is written then; NULL: as it was. */
#define F(f) ISOL_MATCH_A_##f
static const struct {
	u32 field;
	bool v6;
	const char *text;
	const char *written;
	u32 real;
} good[] = {
	{ F(ETHERTYPE), 0, "0x0800", "ipv4", 0 },
	{ F(ETHERTYPE), 0, "2054", "arp", 0 },
	{ F(ETHERTYPE), 0, "4", "llc", 0 },
	{ F(ETHERTYPE), 0, "4-4", "llc", 0 },
	{ F(ETHERTYPE), 0, "0X88b7", "0x88b7", 0 },
	{ F(ETHERTYPE), 0, "1536", "0x0600", 0 },
	{ F(ETHERTYPE), 0, "0x600-0xffff", "0x0600-0xffff", 0 },
	{ F(ETHERTYPE), 0, "pppoe-discovery-pppoe-session", "0x8863-0x8864", 0 },
	{ F(ETHERTYPE), 0, "ipv4-0x0806", "0x0800-0x0806", 0 },
	{ F(SRC_MAC), 0, "52:54:00:12:34:5A", "52:54:00:12:34:5a", 0 },
	{ F(SRC_MAC), 0, "52-54-00-12-34-5a", "52:54:00:12:34:5a", 0 },
	{ F(DST_MAC), 0, "52:54:00:00:00:00/24", NULL, 0 },
	{ F(DST_MAC), 0, "52:54:00:12:34:56/48", "52:54:00:12:34:56", 0 },
	{ F(DST_MAC), 0, "80:00:00:00:00:00/1", NULL, 0 },
	{ F(DST_MAC), 0, "01:00:00:00:00:00/01:00:00:00:00:00", NULL, 0 },
	{ F(DST_MAC), 0, "52:54:00:00:00:00/ff:ff:ff:00:00:00", "52:54:00:00:00:00/24", 0 },
	{ F(DST_MAC), 0, "52:54:00:12:34:56/ff-ff-ff-ff-ff-ff", "52:54:00:12:34:56", 0 },
	{ F(CAST), 0, "unicast-multicast", NULL, 0 },
	{ F(SRC_IP4), 0, "10.0.0.1", NULL, 0 },
	{ F(SRC_IP4), 0, "10.0.0.0/8", NULL, 0 },
	{ F(SRC_IP4), 0, "10.0.0.1/32", "10.0.0.1", 0 },
	{ F(SRC_IP4), 0, "0.0.0.0/0", NULL, 0 },
	{ F(SRC_IP4), 0, "0.0.0.0-255.255.255.255", "0.0.0.0/0", 0 },
	{ F(SRC_IP4), 0, "10.0.0.1-10.0.0.9", NULL, 0 },
	{ F(SRC_IP4), 0, "10.0.0.0-10.0.0.7", "10.0.0.0/29", 0 },
	{ F(SRC_IP4), 0, "fe80::/10", NULL, F(SRC_IP6) },
	{ F(SRC_IP6), 0, "10.0.0.1", NULL, F(SRC_IP4) },
	{ F(SRC_IP6), 0, "::1", NULL, 0 },
	{ F(DST_IP4), 0, "::/0", NULL, F(DST_IP6) },
	{ F(DST_IP4), 0, "2001:DB8:0:0::1", "2001:db8::1", F(DST_IP6) },
	{ F(DST_IP4), 0, "2001:db8::1/128", "2001:db8::1", F(DST_IP6) },
	{ F(DST_IP4), 0, "2001:db8::1-2001:db8::9", NULL, F(DST_IP6) },
	{ F(DST_IP4), 0, "2001:db8::-2001:db8::7", "2001:db8::/125", F(DST_IP6) },
	{ F(DST_IP6), 0, "10.0.0.0/31", NULL, F(DST_IP4) },
	{ F(DST_IP4), 0, "::ffff:a00:1", NULL, F(DST_IP6) },
	{ F(DST_IP4), 0, "::ffff:0:0/96", NULL, F(DST_IP6) },
	{ F(DST_IP4), 0, "::10.0.0.1", NULL, F(DST_IP6) },
	{ F(DSCP), 0, "46", "ef", 0 },
	{ F(DSCP), 0, "63", NULL, 0 },
	{ F(DSCP), 0, "cs1-af13", "8-14", 0 },
	{ F(DSCP), 0, "voice-admit-46", "44-46", 0 },
	{ F(FRAGMENT), 0, "first-later", NULL, 0 },
	{ F(PROTO), 0, "0", NULL, 0 },
	{ F(PROTO), 0, "6", "tcp", 0 },
	{ F(PROTO), 0, "41", NULL, 0 },
	{ F(PROTO), 0, "4", NULL, 0 },
	{ F(PROTO), 0, "ipip", "4", 0 },
	{ F(PROTO), 0, "ipencap", "4", 0 },
	{ F(PROTO), 0, "255", NULL, 0 },
	{ F(PROTO), 0, "100-200", NULL, 0 },
	{ F(SPORT), 0, "0", NULL, 0 },
	{ F(SPORT), 0, "65535", NULL, 0 },
	{ F(DPORT), 0, "8000-8010", NULL, 0 },
	{ F(DPORT), 0, "80-80", "80", 0 },
	{ F(TCP_FLAGS), 0, "syn/syn+ack", NULL, 0 },
	{ F(TCP_FLAGS), 0, "syn/syn+ack+rst+fin", "syn/fin+syn+rst+ack", 0 },
	{ F(TCP_FLAGS), 0, "ack+syn", "syn+ack", 0 },
	{ F(TCP_FLAGS), 0, "!syn", "0/syn", 0 },
	{ F(TCP_FLAGS), 0, "0/syn+ack", NULL, 0 },
	{ F(TCP_FLAGS), 0, "fin+syn+rst+psh+ack+urg+ece+cwr/fin+syn+rst+psh+ack+urg+ece+cwr+ns",
	  NULL, 0 },
	{ F(ICMP), 0, "8", "echo-request", 0 },
	{ F(ICMP), 1, "8", NULL, 0 },
	{ F(ICMP), 1, "128", "echo-request", 0 },
	{ F(ICMP), 0, "3/1", "destination-unreachable/1", 0 },
	{ F(ICMP), 1, "packet-too-big/0", NULL, 0 },
	{ F(ICMP), 0, "200/255", NULL, 0 },
	{ F(ICMP), 0, "8-10", NULL, 0 },
	{ F(ICMP), 0, "0-255", NULL, 0 },
	{ F(ICMP), 0, "echo-request-router-solicitation", "8-10", 0 },
	{ F(ICMP), 0, "3/1-3/5", NULL, 0 },
	{ F(ICMP), 0, "3/0-3/255", "destination-unreachable", 0 },
	{ F(ICMP), 0, "3/0-4/255", "3-4", 0 },
	{ F(ICMP), 0, "3/1-4/255", NULL, 0 },
	{ F(ARP_OP), 0, "1", "request", 0 },
	{ F(ARP_OP), 0, "1-2", NULL, 0 },
	{ F(ARP_OP), 0, "request-reply", "1-2", 0 },
	{ F(ARP_OP), 0, "65535", NULL, 0 },
	{ F(ARP_SENDER), 0, "10.0.0.0/8", NULL, 0 },
	{ F(ARP_TARGET), 0, "10.0.0.1", NULL, 0 },
	{ F(VLAN), 0, "30", NULL, 0 },
	{ F(VLAN), 0, "4094", NULL, 0 },
	{ F(VLAN), 0, "0", "none", 0 },
	{ F(VLAN), 0, "20-29", NULL, 0 },
	{ F(VLAN), 0, "none-10", "0-10", 0 },
	{ F(PCP), 0, "0", NULL, 0 },
	{ F(PCP), 0, "7", NULL, 0 },
	{ F(PCP), 0, "5-7", NULL, 0 },
	{ F(INNER_VLAN), 0, "0", NULL, 0 },
	{ F(INNER_VLAN), 0, "100-4095", NULL, 0 },
};

static void texts(void)
{
	char buf[MATCH_TEXT_SIZE], msg[512];
	struct match_value v, again;
	u32 real;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		const char *text = good[i].text;
		const char *written = good[i].written ? good[i].written : text;

		CHECK_MSG(parse(good[i].field, good[i].v6, text, &v, &real, msg), "%s: %s", text,
			  msg);
		CHECK_MSG(real == (good[i].real ? good[i].real : good[i].field),
			  "%s is of field %u", text, real);
		CHECK_MSG(!strcmp(match_format(real, &v, good[i].v6, buf), written),
			  "%s is written %s, not %s", text, buf, written);
		CHECK_MSG(parse(real, good[i].v6, buf, &again, &real, msg), "%s: %s", buf, msg);
		CHECK_MSG(same(real, &v, &again), "%s is not read as %s", buf, text);
	}
}

/* What the text of some means. */
static void values(void)
{
	char msg[512];
	struct match_value v;
	u32 real;

	CHECK(parse(F(SRC_MAC), 0, "52:54:00:00:00:00/23", &v, &real, msg));
	CHECK(v.value == 0x525400000000 && v.mask == 0xfffffe000000);
	CHECK(parse(F(SRC_IP4), 0, "10.0.0.0/9", &v, &real, msg));
	CHECK(v.lo == 0x0a000000 && v.hi == 0x0a7fffff);
	CHECK(parse(F(SRC_IP4), 0, "2001:db8::/33", &v, &real, msg));
	CHECK(!memcmp(v.lo6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0", 16));
	CHECK(!memcmp(v.hi6, "\x20\x01\x0d\xb8\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		      16));
	CHECK(parse(F(TCP_FLAGS), 0, "syn/syn+ack", &v, &real, msg));
	CHECK(v.value == 2 && v.mask == 0x12);
	CHECK(parse(F(TCP_FLAGS), 0, "!rst", &v, &real, msg));
	CHECK(v.value == 0 && v.mask == 4);
	CHECK(parse(F(TCP_FLAGS), 0, "0/syn+ack", &v, &real, msg));
	CHECK(v.value == 0 && v.mask == 0x12);
	CHECK(parse(F(ICMP), 0, "3/1", &v, &real, msg));
	CHECK(v.lo == 0x0301 && v.hi == 0x0301);
	CHECK(parse(F(ICMP), 0, "8-10", &v, &real, msg));
	CHECK(v.lo == 0x0800 && v.hi == 0x0aff);
}

static const struct {
	u32 field;
	bool v6;
	const char *text;
	const char *msg;
} bad[] = {
	{ F(ETHERTYPE), 0, "",
	  "''; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff" },
	{ F(ETHERTYPE), 0, "ipv5",
	  "'ipv5'; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff; did you mean 'ipv4'?" },
	{ F(ETHERTYPE), 0, "ARP",
	  "'ARP'; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff; did you mean 'arp'?" },
	{ F(ETHERTYPE), 0, "0800",
	  "'0800' begins with 0; expected 0x before a hexadecimal number, and no 0 before a decimal one" },
	{ F(ETHERTYPE), 0, "86dd",
	  "'86dd'; expected 0x before a hexadecimal number: 0x86dd" },
	{ F(ETHERTYPE), 0, "0x",
	  "'0x'; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff" },
	{ F(ETHERTYPE), 0, "0x10000",
	  "0x10000 is out of range; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff" },
	{ F(ETHERTYPE), 0, "65536",
	  "65536 is out of range; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff" },
	{ F(ETHERTYPE), 0, "0x0100",
	  "0x0100 is the length of a frame with an LLC header; expected 0x0600 to 0xffff, or llc for all of these" },
	{ F(ETHERTYPE), 0, "5",
	  "5 is the length of a frame with an LLC header; expected 0x0600 to 0xffff, or llc for all of these" },
	{ F(ETHERTYPE), 0, "4-0x0800",
	  "4-0x0800 has lengths of frames in it; expected 0x0600 to 0xffff for a range, or llc apart from it" },
	{ F(ETHERTYPE), 0, "0x0800-0x0700",
	  "0x0800-0x0700 begins above its end; expected 0x0700-0x0800" },
	{ F(ETHERTYPE), 0, "0x0800-0x10000",
	  "0x10000 is out of range; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff" },
	{ F(ETHERTYPE), 0, "0x0800-",
	  "'0x0800-'; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff" },
	{ F(ETHERTYPE), 0, "-1",
	  "'-1'; expected an EtherType: a name like ipv4, or 0x0600 to 0xffff" },
	{ F(SRC_MAC), 0, "52:54:00",
	  "'52:54:00'; expected a MAC address like 52:54:00:12:34:56; for many, a prefix like 52:54:00:00:00:00/24" },
	{ F(SRC_MAC), 0, "52:54:00/24",
	  "'52:54:00/24'; expected a MAC address like 52:54:00:12:34:56; for many, a prefix like 52:54:00:00:00:00/24" },
	{ F(SRC_MAC), 0, "52:54:00:12:34:56/24",
	  "52:54:00:12:34:56/24 has bits beyond its mask; expected 52:54:00:00:00:00/24, or 52:54:00:12:34:56 alone" },
	{ F(SRC_MAC), 0, "52:54:00:12:34:56/fe:00:00:00:00:00",
	  "52:54:00:12:34:56/fe:00:00:00:00:00 has bits beyond its mask; expected 52:00:00:00:00:00/7, or 52:54:00:12:34:56 alone" },
	{ F(SRC_MAC), 0, "52:54:00:12:34:56/0",
	  "'52:54:00:12:34:56/0'; expected a prefix length of 1 to 48 behind the slash, or a mask like ff:ff:ff:00:00:00" },
	{ F(SRC_MAC), 0, "52:54:00:12:34:56/49",
	  "'52:54:00:12:34:56/49'; expected a prefix length of 1 to 48 behind the slash, or a mask like ff:ff:ff:00:00:00" },
	{ F(SRC_MAC), 0, "52:54:00:12:34:56/",
	  "'52:54:00:12:34:56/'; expected a MAC address like 52:54:00:12:34:56; for many, a prefix like 52:54:00:00:00:00/24" },
	{ F(SRC_MAC), 0, "00:00:00:00:00:00/00:00:00:00:00:00",
	  "'00:00:00:00:00:00/00:00:00:00:00:00' is any address; expected a mask other than 0" },
	{ F(CAST), 0, "anycast",
	  "'anycast'; expected unicast, multicast or broadcast; did you mean 'unicast'?" },
	{ F(CAST), 0, "1",
	  "'1'; expected unicast, multicast or broadcast" },
	{ F(CAST), 0, "multicst",
	  "'multicst'; expected unicast, multicast or broadcast; did you mean 'multicast'?" },
	{ F(CAST), 0, "broadcast-unicast",
	  "broadcast-unicast begins above its end; expected unicast-broadcast" },
	{ F(SRC_IP4), 0, "web",
	  "'web'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(SRC_IP4), 0, "10.0.0",
	  "'10.0.0'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(SRC_IP4), 0, "010.0.0.1",
	  "'010.0.0.1'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(SRC_IP4), 0, "10.0.0.1/8",
	  "10.0.0.1/8 has bits beyond the prefix; expected 10.0.0.0/8, or 10.0.0.1 alone" },
	{ F(SRC_IP4), 0, "10.0.0.0/33",
	  "'10.0.0.0/33'; expected a prefix length of 0 to 32 behind the slash" },
	{ F(SRC_IP4), 0, "10.0.0.0/",
	  "'10.0.0.0/'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(SRC_IP4), 0, "10.0.0.0/08",
	  "'10.0.0.0/08'; expected a prefix length of 0 to 32 behind the slash" },
	{ F(SRC_IP4), 0, "10.0.0.0/255.0.0.0",
	  "'10.0.0.0/255.0.0.0'; expected the prefix length instead of the mask: 10.0.0.0/8" },
	{ F(SRC_IP4), 0, "10.0.0.0/255.0.255.0",
	  "'10.0.0.0/255.0.255.0'; expected a prefix length of 0 to 32 instead of the mask" },
	{ F(SRC_IP4), 0, "10.0.0.9-10.0.0.1",
	  "10.0.0.9-10.0.0.1 begins above its end; expected 10.0.0.1-10.0.0.9" },
	{ F(SRC_IP4), 0, "10.0.0.1-",
	  "'10.0.0.1-'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(SRC_IP4), 0, "10.0.0.1-10.0.0.2-10.0.0.3",
	  "'10.0.0.1-10.0.0.2-10.0.0.3'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(SRC_IP4), 0, "10.0.0.1-::1",
	  "'10.0.0.1-::1'; expected both ends of IPv4 or both of IPv6" },
	{ F(SRC_IP4), 0, "fe80::1/10",
	  "fe80::1/10 has bits beyond the prefix; expected fe80::/10, or fe80::1 alone" },
	{ F(SRC_IP4), 0, "fe80::/129",
	  "'fe80::/129'; expected a prefix length of 0 to 128 behind the slash" },
	{ F(SRC_IP4), 0, "fe80::1%eth0",
	  "'fe80::1%eth0'; expected no zone: frames have the address alone" },
	{ F(SRC_IP4), 0, "fe80::9-fe80::1",
	  "fe80::9-fe80::1 begins above its end; expected fe80::1-fe80::9" },
	{ F(SRC_IP4), 0, "::ffff:10.0.0.1",
	  "::ffff:10.0.0.1 is IPv4 in the form that programs have of it, not frames; expected 10.0.0.1, or ::ffff:a00:1 for frames of IPv6 with just this" },
	{ F(SRC_IP4), 0, "::ffff:10.0.0.0/104",
	  "::ffff:10.0.0.0/104 is IPv4 in the form that programs have of it, not frames; expected 10.0.0.0/8, or ::ffff:a00:0/104 for frames of IPv6 with just this" },
	{ F(DST_IP4), 0, "::ffff:10.0.0.1-::ffff:10.0.0.2",
	  "::ffff:10.0.0.1 is IPv4 in the form that programs have of it, not frames; expected 10.0.0.1, or ::ffff:a00:1 for frames of IPv6 with just this" },
	{ F(DST_IP4), 0, "::-::ffff:10.0.0.2",
	  "::ffff:10.0.0.2 is IPv4 in the form that programs have of it, not frames; expected 10.0.0.2, or ::ffff:a00:2 for frames of IPv6 with just this" },
	{ F(DST_IP4), 0, "52:54:00:12:34:56",
	  "'52:54:00:12:34:56'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(DSCP), 0, "64",
	  "64 is out of range; expected a DSCP: a name like af41, or 0 to 63" },
	{ F(DSCP), 0, "af44",
	  "'af44'; expected a DSCP: a name like af41, or 0 to 63; did you mean 'af41'?" },
	{ F(DSCP), 0, "0x2e",
	  "'0x2e'; expected a DSCP: a name like af41, or 0 to 63, in decimal" },
	{ F(DSCP), 0, "046",
	  "'046' begins with 0, which is octal to some; expected a DSCP: a name like af41, or 0 to 63" },
	{ F(DSCP), 0, "ef-le",
	  "ef-le begins above its end; expected le-ef" },
	{ F(DSCP), 0, "10-64",
	  "64 is out of range; expected a DSCP: a name like af41, or 0 to 63" },
	{ F(DSCP), 0, "64-10",
	  "64 is out of range; expected a DSCP: a name like af41, or 0 to 63" },
	{ F(FRAGMENT), 0, "last",
	  "'last'; expected none, first or later; did you mean 'later'?" },
	{ F(FRAGMENT), 0, "0",
	  "'0'; expected none, first or later" },
	{ F(FRAGMENT), 0, "frist",
	  "'frist'; expected none, first or later; did you mean 'first'?" },
	{ F(PROTO), 0, "256",
	  "256 is out of range; expected a protocol: a name like tcp, or 0 to 255" },
	{ F(PROTO), 0, "tpc",
	  "'tpc'; expected a protocol: a name like tcp, or 0 to 255; did you mean 'tcp'?" },
	{ F(PROTO), 0, "UDP?",
	  "'UDP?'; expected a protocol: a name like tcp, or 0 to 255; did you mean 'udp'?" },
	{ F(PROTO), 0, "ip",
	  "'ip' is an EtherType; expected 'ether: ipv4', or protocol 4 for IPv4 in IP" },
	{ F(PROTO), 0, "IP",
	  "'IP' is an EtherType; expected 'ether: ipv4', or protocol 4 for IPv4 in IP" },
	{ F(PROTO), 0, "ipv4",
	  "'ipv4' is an EtherType; expected 'ether: ipv4', or protocol 4 for IPv4 in IP" },
	{ F(PROTO), 0, "ipv6",
	  "'ipv6' is an EtherType; expected 'ether: ipv6', or protocol 41 for IPv6 in IPv4" },
	{ F(PROTO), 0, "IPv6",
	  "'IPv6' is an EtherType; expected 'ether: ipv6', or protocol 41 for IPv6 in IPv4" },
	{ F(PROTO), 0, "ip6",
	  "'ip6' is an EtherType; expected 'ether: ipv6', or protocol 41 for IPv6 in IPv4" },
	{ F(PROTO), 0, "hopopt",
	  "'hopopt' is an extension header of IPv6, no protocol; expected a protocol: a name like tcp, or 0 to 255" },
	{ F(PROTO), 0, "HOPOPT",
	  "'HOPOPT' is an extension header of IPv6, no protocol; expected a protocol: a name like tcp, or 0 to 255" },
	{ F(PROTO), 0, "ipv6-route",
	  "'ipv6-route' is an extension header of IPv6, no protocol; expected a protocol: a name like tcp, or 0 to 255" },
	{ F(PROTO), 0, "ipv6-frag",
	  "'ipv6-frag' is an extension header of IPv6, no protocol; expected a protocol: a name like tcp, or 0 to 255" },
	{ F(PROTO), 0, "ipv6-opts",
	  "'ipv6-opts' is an extension header of IPv6, no protocol; expected a protocol: a name like tcp, or 0 to 255" },
	{ F(PROTO), 0, "17-6",
	  "17-6 begins above its end; expected 6-17" },
	{ F(PROTO), 0, "6-256",
	  "256 is out of range; expected a protocol: a name like tcp, or 0 to 255" },
	{ F(SPORT), 0, "65536",
	  "65536 is out of range; expected a port: 0 to 65535, or the name of a service" },
	{ F(SPORT), 0, "99999999999999999999",
	  "99999999999999999999 is out of range; expected a port: 0 to 65535, or the name of a service" },
	{ F(SPORT), 0, "htps",
	  "this host knows no service 'htps'; expected a port: 0 to 65535, or the name of a service; did you mean 'https'?" },
	{ F(SPORT), 0, "no-such-service-at-all",
	  "this host knows no service 'no-such-service-at-all'; expected a port: 0 to 65535, or the name of a service" },
	{ F(SPORT), 0, "http?",
	  "'http?'; expected a port: 0 to 65535, or the name of a service" },
	{ F(SPORT), 0, "0x50",
	  "'0x50'; expected a port: 0 to 65535, or the name of a service, in decimal" },
	{ F(SPORT), 0, "080",
	  "'080' begins with 0, which is octal to some; expected a port: 0 to 65535, or the name of a service" },
	{ F(DPORT), 0, "8010-8000",
	  "8010-8000 begins above its end; expected 8000-8010" },
	{ F(DPORT), 0, "8000-99999",
	  "99999 is out of range; expected a port: 0 to 65535, or the name of a service" },
	{ F(DPORT), 0, "8000-80100-",
	  "'80100-'; expected a port: 0 to 65535, or the name of a service" },
	{ F(DPORT), 0, "-80",
	  "'-80'; expected a port: 0 to 65535, or the name of a service" },
	{ F(DPORT), 0, "80-",
	  "'80-'; expected a port: 0 to 65535, or the name of a service" },
	{ F(TCP_FLAGS), 0, "",
	  "''; expected TCP flags like syn, !rst, syn+ack, or syn/syn+ack for syn set and ack not" },
	{ F(TCP_FLAGS), 0, "sin",
	  "'sin' is no TCP flag; expected fin, syn, rst, psh, ack, urg, ece, cwr or ns, with + between them; did you mean 'fin'?" },
	{ F(TCP_FLAGS), 0, "SYN",
	  "'SYN' is no TCP flag; expected fin, syn, rst, psh, ack, urg, ece, cwr or ns, with + between them; did you mean 'syn'?" },
	{ F(TCP_FLAGS), 0, "syn/syn,ack",
	  "'syn/syn,ack'; expected + between the flags of one value, as in syn/syn+ack" },
	{ F(TCP_FLAGS), 0, "syn/syn",
	  "'syn/syn' is just syn; expected that, or + before other flags to look at, as in syn/syn+ack" },
	{ F(TCP_FLAGS), 0, "syn+ack/ack+syn",
	  "'syn+ack/ack+syn' is just syn+ack; expected that, or + before other flags to look at, as in syn/syn+ack" },
	{ F(TCP_FLAGS), 0, "syn+",
	  "'syn+'; expected TCP flags like syn, !rst, syn+ack, or syn/syn+ack for syn set and ack not" },
	{ F(TCP_FLAGS), 0, "syn+syn",
	  "'syn+syn' has syn twice; expected it once" },
	{ F(TCP_FLAGS), 0, "syn/",
	  "'syn/'; expected TCP flags like syn, !rst, syn+ack, or syn/syn+ack for syn set and ack not" },
	{ F(TCP_FLAGS), 0, "syn/syn/ack",
	  "'syn/ack' is no TCP flag; expected fin, syn, rst, psh, ack, urg, ece, cwr or ns, with + between them" },
	{ F(TCP_FLAGS), 0, "/syn",
	  "'/syn'; expected TCP flags like syn, !rst, syn+ack, or syn/syn+ack for syn set and ack not" },
	{ F(TCP_FLAGS), 0, "0",
	  "'0' is no TCP flag; expected fin, syn, rst, psh, ack, urg, ece, cwr or ns, with + between them" },
	{ F(TCP_FLAGS), 0, "0/0",
	  "'0' is no TCP flag; expected fin, syn, rst, psh, ack, urg, ece, cwr or ns, with + between them" },
	{ F(TCP_FLAGS), 0, "syn+ack/syn",
	  "'syn+ack/syn' sets flags that it does not look at; expected syn+ack" },
	{ F(TCP_FLAGS), 0, "!syn/ack",
	  "'!syn/ack'; expected ! or a slash, not both" },
	{ F(TCP_FLAGS), 0, "!syn+ack",
	  "'!syn+ack' could mean several things; expected 0/syn+ack for none of them" },
	{ F(TCP_FLAGS), 0, "!",
	  "'!'; expected TCP flags like syn, !rst, syn+ack, or syn/syn+ack for syn set and ack not" },
	{ F(ICMP), 0, "",
	  "''; expected a type of ICMP: a name like echo-request, or 0 to 255" },
	{ F(ICMP), 0, "echo-replay",
	  "'echo-replay'; expected a type of ICMP: a name like echo-request, or 0 to 255; did you mean 'echo-reply'?" },
	{ F(ICMP), 0, "packet-too-big",
	  "'packet-too-big' is a type of ICMPv6; expected one of ICMP" },
	{ F(ICMP), 1, "source-quench",
	  "'source-quench' is a type of ICMP; expected one of ICMPv6" },
	{ F(ICMP), 1, "packet-to-big/1",
	  "'packet-to-big'; expected a type of ICMPv6: a name like echo-request, or 0 to 255; did you mean 'packet-too-big'?" },
	{ F(ICMP), 0, "256",
	  "256 is out of range; expected a type of ICMP: a name, or 0 to 255" },
	{ F(ICMP), 0, "08",
	  "'08' begins with 0, which is octal to some; expected 0 to 255" },
	{ F(ICMP), 0, "3/",
	  "'3/'; expected a code of 0 to 255 behind the slash" },
	{ F(ICMP), 0, "3/256",
	  "'3/256'; expected a code of 0 to 255 behind the slash" },
	{ F(ICMP), 0, "/1",
	  "'/1'; expected a type of ICMP: a name like echo-request, or 0 to 255" },
	{ F(ICMP), 0, "10-8",
	  "10-8 begins above its end; expected 8-10" },
	{ F(ICMP), 0, "3/5-3/1",
	  "3/5-3/1 begins above its end; expected 3/1-3/5" },
	{ F(ICMP), 0, "3/1-5",
	  "'3/1-5'; expected the type on both ends for a range of codes: 3/1-3/5" },
	{ F(ICMP), 0, "3-4/1",
	  "'3-4/1'; expected codes on both ends of a range, or on none" },
	{ F(ICMP), 0, "8-256",
	  "256 is out of range; expected a type of ICMP: a name, or 0 to 255" },
	{ F(ICMP), 1, "256/1-257/1",
	  "256 is out of range; expected a type of ICMPv6: a name, or 0 to 255" },
	{ F(ARP_OP), 0, "65536",
	  "65536 is out of range; expected an operation of ARP: a name like request, or 0 to 65535" },
	{ F(ARP_OP), 0, "requst",
	  "'requst'; expected an operation of ARP: a name like request, or 0 to 65535; did you mean 'request'?" },
	{ F(ARP_OP), 0, "2-1",
	  "2-1 begins above its end; expected 1-2" },
	{ F(ARP_SENDER), 0, "::1",
	  "::1 is of IPv6, which has no ARP; expected an IPv4 address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(ARP_TARGET), 0, "10.0.0.1/8",
	  "10.0.0.1/8 has bits beyond the prefix; expected 10.0.0.0/8, or 10.0.0.1 alone" },
	{ F(ARP_TARGET), 0, "web",
	  "'web'; expected an IPv4 address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ F(VLAN), 0, "4095",
	  "4095 is out of range; expected a VLAN: 1 to 4094, or none" },
	{ F(VLAN), 0, "0x1e",
	  "'0x1e'; expected a VLAN: 1 to 4094, or none, in decimal" },
	{ F(VLAN), 0, "030",
	  "'030' begins with 0, which is octal to some; expected a VLAN: 1 to 4094, or none" },
	{ F(VLAN), 0, "nome",
	  "'nome'; expected a VLAN: 1 to 4094, or none; did you mean 'none'?" },
	{ F(VLAN), 0, "30-20",
	  "30-20 begins above its end; expected 20-30" },
	{ F(VLAN), 0, "30-4095",
	  "4095 is out of range; expected a VLAN: 1 to 4094, or none" },
	{ F(PCP), 0, "8",
	  "8 is out of range; expected a priority: 0 to 7" },
	{ F(PCP), 0, "none",
	  "'none'; expected a priority: 0 to 7" },
	{ F(INNER_VLAN), 0, "4096",
	  "4096 is out of range; expected the VID of a tag: 0 to 4095" },
	{ F(INNER_VLAN), 0, "none",
	  "'none'; expected the VID of a tag: 0 to 4095" },
};

/* The lists of the documentation are those of the tool; ISOL_UPDATE=1 writes them. */
static void names_documented(void)
{
	static const char path[] = ISOL_TESTS "/../../docs/names.md";
	static const char head[] =
		"# Names\n\n"
		"What rules may say instead of numbers; `isolctl names` prints the same. Of several names for\n"
		"one number the first is written, and all are read. They are part of isolctl, so that a\n"
		"policy means the same on every host, but for two:\n\n"
		"- the names of ports are those of the services in the host's `/etc/services` (or wherever its\n"
		"  `nsswitch.conf` has them), for TCP, UDP, SCTP and DCCP. A name that is another port with\n"
		"  each of these is refused;\n"
		"- protocols that are not in the list below are looked for in the host's `/etc/protocols`.\n\n"
		"The policy in the kernel has numbers: `isolctl save` and `isolctl show` write ports as numbers, and\n"
		"these names where there are some.\n";
	char *text = NULL, *file;
	size_t size, len, i, j;
	FILE *f = open_memstream(&text, &size);

	fputs(head, f);
	for (i = 0; i < NAME_KINDS; i++) {
		const struct name_kind *kind = &name_kinds[i];

		fprintf(f, "\n## %s: %s\n\n| number | names |\n|---|---|\n", kind->name, kind->what);
		for (j = 0; j < kind->names->n; j++) {
			const struct number_name *v = &kind->names->v[j];
			size_t k;

			if (name_of(kind->names, v->number) != v->name)
				continue;
			fprintf(f, kind->hex ? "| 0x%04x | `%s`" : "| %u | `%s`", v->number, v->name);
			for (k = j + 1; k < kind->names->n; k++)
				if (kind->names->v[k].number == v->number)
					fprintf(f, ", `%s`", kind->names->v[k].name);
			fputs(" |\n", f);
		}
	}
	fclose(f);
	if (getenv("ISOL_UPDATE")) {
		f = fopen(path, "w");
		fputs(text, f);
		fclose(f);
	}
	f = fopen(path, "r");
	CHECK(f);
	if (f) {
		file = calloc(1, 1 << 16);
		len = fread(file, 1, (1 << 16) - 1, f);
		fclose(f);
		CHECK_MSG(len == size && !strcmp(file, text), "docs/names.md has other names");
		free(file);
	}
	free(text);
}

/* Whatever a hint says can be written. */
static void hints(void)
{
	static const struct {
		const struct number_names *names;
		const char *word;
		const char *name;
	} v[] = {
		{ &icmp_names, "ping", "echo-request" },
		{ &icmp6_names, "ra", "router-advertisement" },
		{ &icmp6_names, "neighbor", "neighbor-solicitation" },
		{ &icmp_names, "exceeded", "time-exceeded" },
		{ &arp_op_names, "is-at", "reply" },
		{ &ethertype_names, "pppoe", "pppoe-discovery" },
		{ &icmp_names, "quack", NULL },
		{ &icmp_names, "re", NULL },
		{ &arp_op_names, "ping", NULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(v); i++) {
		const char *name = other_name(v[i].names, v[i].word);

		CHECK_MSG(!name == !v[i].name && (!name || !strcmp(name, v[i].name)), "%s: %s",
			  v[i].word, name ? name : "nothing");
		CHECK(!name || number_of(v[i].names, name) >= 0);
	}
}

static void refusals(void)
{
	struct match_value v;
	char msg[512];
	size_t i;
	u32 real;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		/* only a host that knows the service can guess it */
		if (strstr(bad[i].msg, "'https'?") && !getservbyname("https", "tcp"))
			continue;
		CHECK_MSG(!parse(bad[i].field, bad[i].v6, bad[i].text, &v, &real, msg),
			  "'%s' is taken", bad[i].text);
		CHECK_MSG(!strcmp(msg, bad[i].msg), "%s: not: %s", msg, bad[i].msg);
	}
}

/* What is too long for any buffer is refused like the rest, and so is any other text. */
static void rubbish(void)
{
	static const char bytes[] = "0123456789abcdefx:./-+!synackipv46%,\xc3\xa9 ";
	char text[600], msg[512], small[8], buf[MATCH_TEXT_SIZE];
	unsigned int rounds = test_rounds(20000), i, k, len;
	struct match_value v, again;
	u32 field, real;

	memset(text, '1', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++)
		for (k = 0; k < 4 && match_type(field) != MATCH_SET; k++) {
			text[300] = "1-/:"[k];
			CHECK(!parse(field, false, text, &v, &real, msg));
			CHECK(strlen(msg) > 300 && strlen(msg) < sizeof(msg));
			CHECK(!match_parse(field, text, &v, &real, small, sizeof(small)));
			CHECK(strlen(small) == sizeof(small) - 1);
		}
	CHECK(!match_parse_icmp(true, text, &v, small, sizeof(small)));
	for (i = 0; i < rounds; i++) {
		do
			field = between(1, ISOL_MATCH_A_MAX);
		while (field == F(SPORT) || field == F(DPORT) || field == F(PROTO) ||
		       match_type(field) == MATCH_SET);
		len = below(percent(10) ? 300 : 12);
		for (k = 0; k < len; k++)
			text[k] = bytes[below(sizeof(bytes) - 1)];
		text[len] = '\0';
		if (!parse(field, false, text, &v, &real, msg))
			continue;
		match_format(real, &v, false, buf);
		CHECK_MSG(parse(real, false, buf, &again, &real, msg), "%s: %s", buf, msg);
		CHECK_MSG(same(real, &v, &again), "%s is not %s", text, buf);
	}
}

static void services(void)
{
	const struct servent *entry = getservbyname("https", "tcp");
	const struct protoent *proto = getprotobyname("idpr-cmtp");
	char msg[512], buf[MATCH_TEXT_SIZE];
	struct match_value v;
	u32 real;

	if (entry) {
		CHECK(parse(F(DPORT), 0, "https", &v, &real, msg));
		CHECK(v.lo == 443 && v.hi == 443);
		CHECK(!strcmp(match_format(real, &v, false, buf), "443"));
		CHECK(parse(F(DPORT), 0, "https-8000", &v, &real, msg));
		CHECK(v.lo == 443 && v.hi == 8000);
	}
	if (getservbyname("http-alt", "tcp")) {
		CHECK(parse(F(SPORT), 0, "http-alt", &v, &real, msg));
		CHECK(v.lo == 8080 && v.hi == 8080);
	}
	if (proto) {
		CHECK(parse(F(PROTO), 0, "idpr-cmtp", &v, &real, msg));
		CHECK(v.lo == 38 && v.hi == 38);
		CHECK(!strcmp(match_format(real, &v, false, buf), "38"));
	}
}

/* ---- what can come from the kernel can be written and read */

static void random_ip6(struct match_value *v)
{
	size_t i, from = below(17), same_bytes = below(17);

	for (i = 0; i < 16; i++) {
		v->lo6[i] = i >= from && percent(50) ? test_rand() : 0;
		v->hi6[i] = i < same_bytes ? v->lo6[i] : percent(50) ? 255 : test_rand();
	}
	if (percent(10)) {
		memset(v->lo6, 0, 12);
		memset(v->lo6 + 10, 255, 2);
	}
	if (percent(10))
		memcpy(v->hi6, v->lo6, 16);
	if (memcmp(v->lo6, v->hi6, 16) > 0) {
		u8 tmp[16];

		memcpy(tmp, v->lo6, 16);
		memcpy(v->lo6, v->hi6, 16);
		memcpy(v->hi6, tmp, 16);
	}
}

static u32 random_number(u32 highest)
{
	switch (below(4)) {
	case 0:
		return below(16) > highest ? 0 : below(16) % (highest + 1ULL);
	case 1:
		return highest - below(16) % (highest + 1ULL);
	default:
		return test_rand() % (highest + 1ULL);
	}
}

static void random_value(u32 field, struct match_value *v)
{
	static const u32 highest[ISOL_MATCH_A_MAX + 1] = {
		[F(ETHERTYPE)] = 0xffff, [F(CAST)] = ISOL_CAST_MAX, [F(SRC_IP4)] = UINT32_MAX,
		[F(DST_IP4)] = UINT32_MAX, [F(DSCP)] = 63, [F(FRAGMENT)] = ISOL_FRAGMENT_MAX,
		[F(PROTO)] = 255, [F(SPORT)] = 0xffff, [F(DPORT)] = 0xffff, [F(ICMP)] = 0xffff,
		[F(ARP_OP)] = 0xffff, [F(ARP_SENDER)] = UINT32_MAX, [F(ARP_TARGET)] = UINT32_MAX,
		[F(VLAN)] = ISOL_VLAN_MAX, [F(PCP)] = 7, [F(INNER_VLAN)] = 4095,
	};
	u32 beyond;

	memset(v, 0, sizeof(*v));
	switch (match_type(field)) {
	case MATCH_IP6:
		random_ip6(v);
		return;
	case MATCH_MAC:
		v->mask = percent(50) ? 0xffffffffffff & ~(0xffffffffffff >> between(1, 48)) :
					test_rand() & 0xffffffffffff;
		v->mask |= v->mask ? 0 : 1;
		v->value = test_rand() & v->mask;
		return;
	case MATCH_FLAGS:
		v->mask = between(1, 511);
		v->value = test_rand() & v->mask;
		return;
	default:
		break;
	}
	v->lo = random_number(highest[field]);
	v->hi = random_number(highest[field]);
	if (field == F(ETHERTYPE)) {
		v->lo = v->lo < 0x600 ? 0x600 + below(99) : v->lo;
		v->hi = v->hi < 0x600 ? 0x600 + below(99) : v->hi;
	}
	if (v->lo > v->hi) {
		u32 tmp = v->lo;

		v->lo = v->hi;
		v->hi = tmp;
	}
	if (percent(20))
		v->hi = v->lo;
	if (percent(20)) {
		beyond = (1U << below(31)) - 1;
		if ((v->lo | beyond) <= highest[field] && field != F(ETHERTYPE)) {
			v->lo &= ~beyond;
			v->hi = v->lo | beyond;
		}
	}
	if (field == F(ETHERTYPE) && percent(2)) {
		v->lo = 4;
		v->hi = 4;
	}
	if (field == F(ICMP) && percent(30)) {
		v->lo &= 0xff00;
		v->hi |= 0xff;
	}
}

static void round_trips(void)
{
	unsigned int rounds = test_rounds(100000), i;
	char buf[MATCH_TEXT_SIZE], msg[512];
	struct match_value v, again;
	u32 field, real;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++)
		for (i = 0; i < rounds && match_type(field) != MATCH_SET; i++) {
			bool v6 = percent(50);

			random_value(field, &v);
			match_format(field, &v, v6, buf);
			CHECK_MSG(parse(field, v6, buf, &again, &real, msg), "%s: %s", buf, msg);
			CHECK_MSG(real == field, "%s is of field %u, not %u", buf, real, field);
			CHECK_MSG(same(field, &v, &again), "%s of field %u is read as another", buf,
				  field);
		}
}

/* ---- matches */

/* One more value, of what stands in @line; with "not " before it the field is negated. */
static void ask(struct arena *a, struct match *m, u32 line, u32 field, const char *text)
{
	bool not = !strncmp(text, "not ", 4);
	struct match_value v;
	char msg[512];
	u32 real;

	text += not ? 4 : 0;
	CHECK_MSG(parse(field, false, text, &v, &real, msg), "%s: %s", text, msg);
	v.at = (struct mark){ .line = line, .col = 7 };
	match_add(a, m, real, &v);
	m->of[real].negate = not;
}

static void matches(void)
{
	struct match m = {}, copy, other = {};
	struct arena a = {};
	size_t i;

	CHECK(match_empty(&m));
	CHECK(match_proto(&m) == -1);
	CHECK(match_equal(&m, &other));
	other.of[F(PROTO)].negate = true;
	CHECK(match_equal(&m, &other));
	ask(&a, &m, 3, F(PROTO), "tcp");
	CHECK(!match_empty(&m));
	CHECK(match_proto(&m) == 6);
	CHECK(m.of[F(PROTO)].at.line == 3);
	ask(&a, &m, 4, F(PROTO), "6");
	CHECK(m.of[F(PROTO)].at.line == 3 && m.of[F(PROTO)].v[1].at.line == 4);
	CHECK(match_proto(&m) == 6);
	CHECK(!match_equal(&m, &other) && !match_equal(&other, &m));
	for (i = 0; i < 40; i++)
		ask(&a, &m, 5, F(SRC_IP4), i & 1 ? "10.0.0.1" : "2001:db8::1");
	CHECK(m.of[F(SRC_IP4)].n == 20 && m.of[F(SRC_IP6)].n == 20);
	ask(&a, &m, 6, F(SRC_MAC), "not 52:54:00:00:00:00/24");

	match_copy(&a, &copy, &m);
	CHECK(match_equal(&m, &copy));
	CHECK(copy.of[F(SRC_IP6)].v != m.of[F(SRC_IP6)].v);
	ask(&a, &copy, 7, F(SRC_IP4), "10.0.0.2");
	CHECK(!match_equal(&m, &copy));
	ask(&a, &m, 7, F(SRC_IP4), "10.0.0.3");
	CHECK(!match_equal(&m, &copy));
	m.of[F(SRC_IP4)].v[20].lo = copy.of[F(SRC_IP4)].v[20].lo;
	CHECK(!match_equal(&m, &copy));
	m.of[F(SRC_IP4)].v[20].hi = copy.of[F(SRC_IP4)].v[20].hi;
	CHECK(match_equal(&m, &copy));
	m.of[F(SRC_IP6)].v[3].hi6[15] ^= 1;
	CHECK(!match_equal(&m, &copy));
	m.of[F(SRC_IP6)].v[3].hi6[15] ^= 1;
	m.of[F(SRC_MAC)].v[0].mask ^= 1;
	CHECK(!match_equal(&m, &copy));
	m.of[F(SRC_MAC)].v[0].mask ^= 1;
	m.of[F(SRC_MAC)].negate = false;
	CHECK(!match_equal(&m, &copy));

	ask(&a, &m, 8, F(PROTO), "udp");
	CHECK(match_proto(&m) == -1);
	memset(&m, 0, sizeof(m));
	ask(&a, &m, 9, F(PROTO), "6-7");
	CHECK(match_proto(&m) == -1);
	memset(&m, 0, sizeof(m));
	ask(&a, &m, 9, F(PROTO), "not tcp");
	CHECK(match_proto(&m) == -1);
	arena_free(&a);
}

/* Fields of sets hold names; a copy has them for itself. */
static void sets(void)
{
	char name[] = "blocklist", buf[MATCH_TEXT_SIZE];
	struct match_value v = { .set = name };
	struct match m = {}, copy, other = {};
	struct arena a = {};
	u32 field, found = 0;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		u32 sets_of = match_set_field(field);

		CHECK((match_type(field) == MATCH_SET) == (match_set_type(field) >= 0));
		if (!sets_of)
			continue;
		found++;
		CHECK_EQ(match_type(sets_of), MATCH_SET);
		CHECK_EQ(match_set_type(field), -1);
		CHECK_EQ(match_set_field(sets_of), 0);
	}
	CHECK_EQ(found, 8);
	CHECK_EQ(match_set_type(F(SRC_SET)), ISOL_SET_ADDRESSES);
	CHECK_EQ(match_set_type(F(DST_MAC_SET)), ISOL_SET_MACS);
	CHECK_EQ(match_set_type(F(DPORT_SET)), ISOL_SET_PORTS);
	CHECK(!strcmp(match_format(F(SRC_SET), &v, false, buf), "blocklist"));
	match_add(&a, &m, F(SRC_SET), &v);
	match_copy(&a, &copy, &m);
	CHECK(match_equal(&m, &copy));
	name[0] = 'B';
	CHECK(!match_equal(&m, &copy));
	CHECK(!strcmp(copy.of[F(SRC_SET)].v[0].set, "blocklist"));
	match_add(&a, &other, F(DST_SET), &v);
	CHECK(!match_equal(&m, &other));
	arena_free(&a);
}

/* As the kernel has it; here it is only seen that it is asked about just this. */
static void checks(void)
{
	static const struct {
		const char *msg;
		u32 line;
		struct { u32 field; const char *text; } v[4];
	} v[] = {
		{ NULL, 0, { { F(PROTO), "tcp" }, { F(DPORT), "443" }, { F(SPORT), "not 1-9" } } },
		{ NULL, 0, { { F(PROTO), "tcp" }, { F(TCP_FLAGS), "syn/syn+ack" } } },
		{ NULL, 0, { { F(SRC_IP4), "10.0.0.0/8" }, { F(SRC_IP4), "fe80::/10" } } },
		{ NULL, 0, { { F(DST_MAC), "52:54:00:00:00:00/24" }, { F(CAST), "unicast" } } },
		{ NULL, 0, { { F(SRC_IP4), "0.0.0.0/0" } } },
		{ NULL, 0, { { F(VLAN), "none" }, { F(PCP), "not 5" }, { F(INNER_VLAN), "100" } } },
		{ "rule MATCH PCP: NOT leaves no value", 2,
		  { { F(VLAN), "30" }, { F(PCP), "not 0-7" } } },
		{ NULL, 0, { { F(SRC_IP6), "not 8000::/1" }, { F(SRC_IP6), "not 4000::/2" } } },
		{ "rule MATCH SPORT: needs PROTO of tcp, udp, udplite, sctp or dccp", 2,
		  { { F(PROTO), "icmp" }, { F(SPORT), "1" } } },
		{ "rule MATCH DPORT: needs PROTO of tcp, udp, udplite, sctp or dccp", 1,
		  { { F(DPORT), "1" } } },
		{ "rule MATCH DST_IP6: the source addresses are of IPv4 only", 3,
		  { { F(PROTO), "tcp" }, { F(SRC_IP4), "10.0.0.1" }, { F(DST_IP4), "::1" } } },
		{ "rule MATCH SRC_IP4: NOT leaves no value", 1, { { F(SRC_IP4), "not 0.0.0.0/0" } } },
		{ "rule MATCH SRC_IP6: NOT leaves no value", 1,
		  { { F(SRC_IP6), "not 8000::/1" }, { F(SRC_IP6), "not ::/1" } } },
		{ "rule MATCH TCP_FLAGS: needs PROTO of tcp alone", 2,
		  { { F(PROTO), "udp" }, { F(TCP_FLAGS), "syn" } } },
		{ "rule MATCH CAST: no address that DST_MAC allows is of this kind", 2,
		  { { F(DST_MAC), "52:54:00:00:00:00/24" }, { F(CAST), "multicast" } } },
		{ "rule MATCH ARP_OP: frames of ARP have no IP header", 1,
		  { { F(ARP_OP), "request" }, { F(PROTO), "tcp" } } },
	};
	struct arena a = {};
	const char *msg;
	struct mark at;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(v); i++) {
		struct match m = {};

		for (k = 0; k < 4 && v[i].v[k].text; k++)
			ask(&a, &m, k + 1, v[i].v[k].field, v[i].v[k].text);
		msg = match_check(&m, &at);
		CHECK_MSG(v[i].msg ? msg && !strcmp(msg, v[i].msg) : !msg, "%zu: %s", i, msg);
		CHECK_MSG(!msg || (at.line == v[i].line && at.col == 7), "%zu: line %u", i, at.line);
	}
	arena_free(&a);
}

/* Limits are of all fields together: then it is the first one in the file. */
static void limits(void)
{
	struct match m = {};
	struct arena a = {};
	char text[32];
	struct mark at;
	const char *msg;
	size_t i;

	ask(&a, &m, 4, F(PROTO), "tcp");
	for (i = 0; i < ISOL_MAX_VALUES - 1; i++) {
		snprintf(text, sizeof(text), "%zu", i);
		ask(&a, &m, 2 + i, F(DPORT), text);
	}
	CHECK(!match_check(&m, &at));
	ask(&a, &m, 200, F(DPORT), "1000");
	msg = match_check(&m, &at);
	CHECK(msg && !strcmp(msg, "rule MATCH: too many values"));
	CHECK(at.line == 2);
	/* so many that the kernel's count of them would begin anew */
	for (i = 0; i < 65536; i++)
		match_add(&a, &m, F(DPORT), &m.of[F(DPORT)].v[0]);
	msg = match_check(&m, &at);
	CHECK(msg && !strcmp(msg, "rule MATCH: too many values"));

	memset(&m, 0, sizeof(m));
	ask(&a, &m, 9, F(SRC_MAC), "00:00:00:00:00:00/80:00:00:00:00:01");
	ask(&a, &m, 8, F(DST_MAC), "00:00:00:00:00:00/80:00:00:00:00:00");
	msg = match_check(&m, &at);
	CHECK(msg && !strcmp(msg,
			     "rule MATCH: too many combinations of values: split the rule"));
	CHECK(at.line == 8);
	arena_free(&a);
}

int main(void)
{
	test_begin();
	run_case("match_text_every_name", every_name);
	run_case("match_text_texts", texts);
	run_case("match_text_values", values);
	run_case("match_text_names_documented", names_documented);
	run_case("match_text_hints", hints);
	run_case("match_text_refusals", refusals);
	run_case("match_text_rubbish", rubbish);
	run_case("match_text_services", services);
	run_case("match_text_round_trips", round_trips);
	run_case("match_text_matches", matches);
	run_case("match_text_sets", sets);
	run_case("match_text_checks", checks);
	run_case("match_text_limits", limits);
	return test_end();
}
