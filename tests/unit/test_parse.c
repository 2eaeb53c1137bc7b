// SPDX-License-Identifier: GPL-2.0
/*
 * What is read of frames: by a table of frames that shows where each limit is,
 * and by comparing with a second parser, of frames made at random. Every frame
 * is read from memory of just its size, so that the sanitizer sees a read beyond
 * it.
 */
#ifdef __KERNEL__
#include <linux/skbuff.h>
#endif

#include "frame.h"
#include "naive_parse.h"
#include "test.h"

#define MAX_LEN 1700

struct frame {
	u8 data[MAX_LEN];
	u32 len;
};

/* Shapes that may come of a frame that is cut off, whatever it would be. */
static bool unread(u32 shape)
{
	return shape == ISOL_SHAPE_UNREAD || shape == ISOL_SHAPE_L3_UNREAD ||
	       shape == ISOL_SHAPE_IP4_NOL4 || shape == ISOL_SHAPE_IP6_NOL4 ||
	       shape == ISOL_SHAPE_IP6_NOPROTO;
}

/* What frame.h says of the shape of who looks less far. */
static u32 less_far(u32 shape, enum isol_depth depth)
{
	if (depth == ISOL_DEPTH_L2)
		return shape == ISOL_SHAPE_UNREAD ? shape : ISOL_SHAPE_OTHER;
	if (depth == ISOL_DEPTH_L3) {
		switch (shape) {
		case ISOL_SHAPE_IP4_PORTS:
		case ISOL_SHAPE_IP4_ICMP:
		case ISOL_SHAPE_IP4_NOL4:
			return ISOL_SHAPE_IP4_OTHER;
		case ISOL_SHAPE_IP6_PORTS:
		case ISOL_SHAPE_IP6_ICMP:
		case ISOL_SHAPE_IP6_NOL4:
			return ISOL_SHAPE_IP6_OTHER;
		}
	}
	return shape;
}

static void agree(const char *what, const struct isol_packet *packet,
		  const struct naive_frame *same, enum isol_depth depth,
		  const struct isol_key *key)
{
	struct naive_key naive;
	const char *differs;

	naive_parse(same, depth, &naive);
	differs = naive_differs(key, &naive);
	CHECK_MSG(!differs,
		  "%s: %u of %u bytes, depth %u, VLAN of %u: %s (shape %u, should be %u)", what,
		  packet->linear, packet->len, depth, same->who, differs, key->shape, naive.shape);
}

/* The VLAN of a frame that has been read, whoever says it. */
static void compare_vlan(const char *what, struct isol_packet packet,
			 struct naive_frame same, enum isol_depth depth,
			 const struct isol_key *read)
{
	static const u16 some[] = { 0, 1, 2, 30, 4094, 4095 };
	struct isol_key key = *read;
	u32 vlan = some[packet.len % ARRAY_SIZE(some)], told;

	same.who = NAIVE_VLAN_UNKNOWN;
	isol_frame_vlan(&packet, &key);
	agree(what, &packet, &same, depth, &key);

	same.who = NAIVE_VLAN_TOLD;
	packet.vlan_known = true;
	for (told = 0; told < 4; told++) {
		packet.vlan_tagged = told & 1;
		packet.vlan_within = told & 2;
		packet.pcp = packet.len & 7;
		packet.vlan = vlan;
		same.vlan_tagged = packet.vlan_tagged;
		same.vlan_within = packet.vlan_within;
		same.pcp = packet.pcp;
		same.vlan = packet.vlan;
		key = *read;
		isol_frame_vlan(&packet, &key);
		agree(what, &packet, &same, depth, &key);
	}

	same.who = NAIVE_VLAN_TAG;
	key = *read;
	isol_packet_vlan(&packet);
	isol_frame_vlan(&packet, &key);
	agree(what, &packet, &same, depth, &key);

	/* some frames are in the VLAN that their tag says, some in another */
	same.who = NAIVE_VLAN_BRIDGE;
	same.vlan = packet.len & 8 ? packet.vlan : vlan;
	key = *read;
	isol_packet_classify(&packet, same.vlan);
	isol_frame_vlan(&packet, &key);
	agree(what, &packet, &same, depth, &key);
}

static void compare(const char *what, const struct isol_packet *packet,
		    const struct naive_frame *same, enum isol_depth depth, struct isol_key *key)
{
	/* what is not written is nothing that anybody could mean */
	memset(key, 0xa5, sizeof(*key));
	isol_frame_parse(packet, depth, key);
	agree(what, packet, same, depth, key);
	compare_vlan(what, *packet, *same, depth, key);
}

#ifdef __KERNEL__

/* What is beyond the linear part is found all the same. */
static void parse_pieces(const char *what, const struct frame *f, u32 linear, u32 len,
			 bool tagged, bool gso, enum isol_depth depth)
{
	struct sk_buff *skb = alloc_skb(linear, GFP_KERNEL | __GFP_NOFAIL);
	struct page *page = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	const struct naive_frame same = {
		.data = f->data, .linear = len, .len = len, .tagged = tagged, .gso = gso,
	};
	struct isol_packet packet = { .skb = skb, .tagged = tagged, .gso = gso };
	struct isol_key key;

	skb_put_data(skb, f->data, linear);
	memcpy(page_address(page), f->data + linear, len - linear);
	skb_add_rx_frag(skb, 0, page, 0, len - linear, PAGE_SIZE);
	skb_reset_mac_header(skb);
	/* as bridges have it, where that can be */
	if (linear >= ETH_HLEN)
		__skb_pull(skb, ETH_HLEN);
	packet.head = skb_mac_header(skb);
	packet.linear = skb_headlen(skb) - skb_mac_offset(skb);
	packet.len = skb->len - skb_mac_offset(skb);
	compare(what, &packet, &same, depth, &key);
	kfree_skb(skb);
}

#else

static void parse_pieces(const char *what, const struct frame *f, u32 linear, u32 len,
			 bool tagged, bool gso, enum isol_depth depth)
{
}

#endif

/*
 * Read @linear bytes of a frame of @len bytes: the two parsers have to agree.
 * Return: the shape.
 */
static u32 parse(const char *what, const struct frame *f, u32 linear, u32 len, bool tagged,
		 bool gso, enum isol_depth depth, struct isol_key *key)
{
	u8 *exact = malloc(linear ? linear : 1);
	const struct isol_packet packet = {
		.head = exact, .linear = linear, .len = len, .tagged = tagged, .gso = gso,
	};
	const struct naive_frame same = {
		.data = exact, .linear = linear, .len = len, .tagged = tagged, .gso = gso,
	};

	memcpy(exact, f->data, linear);
	compare(what, &packet, &same, depth, key);
	if (linear < len && linear % 5 == 4)
		parse_pieces(what, f, linear, len, tagged, gso, depth);
	free(exact);
	return key->shape;
}

/* All depths, whole, cut at any place, and without what is behind that. */
static void parse_all(const char *what, const struct frame *f, bool tagged, bool gso,
		      u32 needed, u32 shape)
{
	enum isol_depth depth;
	struct isol_key key;
	u32 got, n, step;

	for (depth = ISOL_DEPTH_L2; depth <= ISOL_DEPTH_L4; depth++) {
		got = parse(what, f, f->len, f->len, tagged, gso, depth, &key);
		CHECK_MSG(got == less_far(shape, depth), "%s, depth %u: shape %u, should be %u",
			  what, depth, got, less_far(shape, depth));
		/* every place matters up to where headers may go */
		for (n = 0; n < f->len; n += step) {
			step = n < 400 ? 1 : 97;
			got = parse(what, f, n, f->len, tagged, gso, depth, &key);
			if (depth == ISOL_DEPTH_L4 && needed)
				CHECK_MSG(n < needed ? unread(got) : got == shape,
					  "%s, %u bytes: shape %u", what, n, got);
			parse(what, f, n, n, tagged, gso, depth, &key);
		}
	}
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes in hexadecimal; "00*17" is 17 times that byte; ":" and "." are nothing. */
static void from_text(struct frame *f, const char *s)
{
	u32 n;
	u8 b;

	f->len = 0;
	while (*s) {
		if (digit(*s) < 0) {
			s++;
			continue;
		}
		b = digit(s[0]) * 16 + digit(s[1]);
		s += 2;
		n = 1;
		if (*s == '*')
			for (n = 0, s++; digit(*s) >= 0 && digit(*s) < 10; s++)
				n = n * 10 + digit(*s);
		while (n--)
			f->data[f->len++] = b;
	}
}

#define MACS "020000000001 020000000002 "
#define ETH(type) MACS type " "
#define Q(tpid, tci) tpid " " tci " "
#define SNAP(type) "0032 aa aa 03 000000 " type " 00*42"
#define IP4_ALL(vihl, len, frag, proto) \
	vihl " b9 " len " 1234 " frag " 40 " proto " 0000 0a000001 0a000002 "
#define IP4(len, proto) IP4_ALL("45", len, "0000", proto)
#define IP6_ALL(ver, len, next) \
	ver "b 90 0000 " len " " next " 40 20010db800*11 01 20010db800*11 02 "
#define IP6(len, next) IP6_ALL("6", len, next)
#define TCP_ALL(doff) "03e8 01bb 00*8 " doff "0 12 00*6 "
#define TCP TCP_ALL("5")
#define UDP "03e8 0035 0008 0000 "
#define EXT(next) next " 00 00*6 "		/* 8 bytes */
#define EXT_LONG(next, units, bytes) next " " units " 00*" bytes " "
#define FRAG(next, field) next " 00 " field " 00*4 "
#define ARP "0001 0800 06 04 0001 020000000001 0a000001 00*6 0a000002 "

struct example {
	const char *what;
	const char *text;
	u32 shape;
	u32 needed;		/* bytes that have to be readable; 0: not to be checked */
	bool tagged;
	bool gso;
};

#define U ISOL_SHAPE_UNREAD
#define L3U ISOL_SHAPE_L3_UNREAD
#define OTH ISOL_SHAPE_OTHER
#define P4 ISOL_SHAPE_IP4_PORTS
#define I4 ISOL_SHAPE_IP4_ICMP
#define O4 ISOL_SHAPE_IP4_OTHER
#define N4 ISOL_SHAPE_IP4_NOL4
#define P6 ISOL_SHAPE_IP6_PORTS
#define I6 ISOL_SHAPE_IP6_ICMP
#define O6 ISOL_SHAPE_IP6_OTHER
#define N6 ISOL_SHAPE_IP6_NOL4
#define NP6 ISOL_SHAPE_IP6_NOPROTO

static void expect(const struct example *list, u32 n)
{
	struct frame *f = malloc(sizeof(*f));

	for (; n--; list++) {
		from_text(f, list->text);
		parse_all(list->what, f, list->tagged, list->gso, list->needed, list->shape);
	}
	free(f);
}

static void ethernet(void)
{
	static const struct example list[] = {
		{ "nothing", "", .shape = U },
		{ "no EtherType", MACS "08", .shape = U },
		{ "no payload", ETH("88b5"), OTH, .needed = 14 },
		{ "lowest EtherType", ETH("0600"), OTH, .needed = 14 },
		{ "neither length nor EtherType", ETH("05ff") "00*1600", .shape = U },
		{ "one more than a length", ETH("05dd") "00*1550", .shape = U },
		{ "longest length", ETH("05dc") "42 42 03 00*1497", OTH, .needed = 17 },
		{ "longest length, cut", ETH("05dc") "42 42 03 00*1496", .shape = U },
		{ "no room for LLC", ETH("0002") "42 42 03 00*40", .shape = U },
		{ "room for LLC", ETH("0003") "42 42 03 00*40", OTH, .needed = 17 },
		{ "length 0", ETH("0000") "42 42 03 00*40", .shape = U },
		{ "BPDU", ETH("0026") "42 42 03 00*35", OTH, .needed = 17 },
		{ "BPDU, one byte short", ETH("0026") "42 42 03 00*34", .shape = U },
		{ "IPX, raw", ETH("0020") "ff ff 00*30", OTH, .needed = 17 },
		{ "PVST+", ETH("0032") "aa aa 03 00000c 010b 00*42", OTH, .needed = 22 },
		{ "AppleTalk", ETH("0032") "aa aa 03 080007 809b 00*42", OTH, .needed = 22 },
		{ "AARP", MACS SNAP("80f3"), OTH, .needed = 22 },
		{ "IP over SNAP", ETH("0024") "aa aa 03 000000 0800" IP4("001c", "11") UDP, .shape = U },
		{ "IPv6 over SNAP", MACS SNAP("86dd"), .shape = U },
		{ "ARP over SNAP", ETH("0024") "aa aa 03 000000 0806" ARP, .shape = U },
		{ "tag over SNAP", MACS SNAP("8100"), .shape = U },
		{ "service tag over SNAP", MACS SNAP("88a8"), .shape = U },
		{ "PPPoE over SNAP", MACS SNAP("8864"), .shape = U },
		{ "MPLS over SNAP", MACS SNAP("8847"), .shape = U },
		{ "bridge tunnel", ETH("0032") "aa aa 03 0000f8 0800 00*42", .shape = U },
		{ "bridge tunnel of others", ETH("0032") "aa aa 03 0000f8 80f3 00*42", OTH, .needed = 22 },
		{ "bridged Ethernet", ETH("0032") "aa aa 03 0080c2 0007 00*42", .shape = U },
		{ "other organization", ETH("0032") "aa aa 03 000001 0800 00*42", OTH, .needed = 22 },
		{ "SNAP, to a group", ETH("0032") "ab aa 03 000000 0800 00*42", .shape = U },
		{ "SNAP, a response", ETH("0032") "aa ab 03 000000 0800 00*42", .shape = U },
		{ "SNAP, poll", ETH("0032") "aa aa 13 000000 0800 00*42", .shape = U },
		{ "SNAP, XID", ETH("0032") "aa aa af 000000 0800 00*42", OTH, .needed = 17 },
		{ "SNAP to something", ETH("0032") "42 aa 03 000000 0800 00*42", OTH, .needed = 17 },
		{ "SNAP from something", ETH("0032") "aa 42 03 000000 0800 00*42", OTH, .needed = 17 },
		{ "SNAP, without room", ETH("0007") "aa aa 03 080007 809b 00*42", .shape = U },
		{ "SNAP, with room", ETH("0008") "aa aa 03 080007 809b 00*42", OTH, .needed = 22 },
		{ "IP over LLC", ETH("001f") "06 06 03" IP4("001c", "11") UDP, .shape = U },
		{ "IP over LLC, to a group", ETH("001f") "07 06 03" IP4("001c", "11") UDP, .shape = U },
	};

	expect(list, ARRAY_SIZE(list));
}

static void tags(void)
{
	static const struct example list[] = {
		{ "tag", MACS Q("8100", "001e") "0800" IP4("0028", "06") TCP, P4, .needed = 58 },
		{ "service tag", MACS Q("88a8", "001e") "0800" IP4("0028", "06") TCP, P4, .needed = 58 },
		{ "VLAN 0", MACS Q("8100", "e000") "86dd" IP6("0014", "06") TCP, P6, .needed = 78 },
		{ "two tags", MACS Q("88a8", "0001") Q("8100", "001e") "0800" IP4("0028", "06") TCP,
		  P4, .needed = 62 },
		{ "two service tags", MACS Q("88a8", "0001") Q("88a8", "001e") "0806" ARP,
		  ISOL_SHAPE_ARP, .needed = 50 },
		{ "three tags", MACS Q("8100", "0001") Q("8100", "0002") Q("8100", "0003") "0800"
		  IP4("0028", "06") TCP, .shape = U },
		{ "four tags", MACS Q("8100", "0001") Q("8100", "0002") Q("8100", "0003")
		  Q("8100", "0004") "0800" IP4("0028", "06") TCP, .shape = U },
		{ "a tag beside", ETH("0800") IP4("0028", "06") TCP, P4, 54, .tagged = true },
		{ "one beside, one within", MACS Q("8100", "0001") "0800" IP4("0028", "06") TCP,
		  P4, 58, .tagged = true },
		{ "one beside, two within", MACS Q("88a8", "0001") Q("8100", "001e") "0800"
		  IP4("0028", "06") TCP, U, .tagged = true },
		{ "old tag", MACS Q("9100", "001e") "0800" IP4("0028", "06") TCP, .shape = L3U },
		{ "old tag within a tag", MACS Q("8100", "0001") Q("9100", "001e") "0800"
		  IP4("0028", "06") TCP, .shape = L3U },
		{ "tag within an old tag", MACS Q("9200", "0001") Q("8100", "001e") "0800"
		  IP4("0028", "06") TCP, .shape = L3U },
		{ "tagged BPDU", MACS Q("8100", "001e") "0026 42 42 03 00*35", OTH, .needed = 21 },
		{ "tagged IP over SNAP", MACS Q("8100", "001e") SNAP("0800"), .shape = U },
		{ "tagged, short length", MACS Q("8100", "001e") "0027 42 42 03 00*35", .shape = U },
		{ "tag and nothing", MACS Q("8100", "001e"), .shape = U },
		{ "tag and an EtherType", MACS Q("8100", "001e") "88b5", OTH, .needed = 18 },
	};

	expect(list, ARRAY_SIZE(list));
}

/* What comes of the tags, by who says which VLAN a frame is in. */
static void vlans(void)
{
	enum { TOLD, BESIDE, GONE, WITHIN, FIRST, IN_30, IN_0, NONE = ISOL_NO_PCP,
	       NO_INNER = ISOL_NO_INNER_VLAN };
#define REST "0800" IP4("0028", "06") TCP
#define ONE MACS Q("8100", "a01e") REST			/* priority 5, VID 30 */
#define TWO MACS Q("88a8", "a01e") Q("8100", "6064") REST	/* and 3, 100 */
	static const struct {
		const char *what;
		const char *text;
		u8 who;
		u32 vlan, pcp, inner;
	} list[] = {
		{ "no tag, beside", ETH("0800") IP4("0028", "06") TCP, BESIDE, 10, 7, NO_INNER },
		{ "no tag, taken off", ETH("0800") IP4("0028", "06") TCP, TOLD, 10, 7, NO_INNER },
		{ "no tag, never had one", ETH("0800") IP4("0028", "06") TCP, GONE, 10, NONE, NO_INNER },
		{ "no tag, by the tag", ETH("0800") IP4("0028", "06") TCP, FIRST, 0, NONE, NO_INNER },
		{ "no tag, by the bridge", ETH("0800") IP4("0028", "06") TCP, IN_30, 30, NONE, NO_INNER },
		{ "no tag, in none", ETH("0800") IP4("0028", "06") TCP, IN_0, 0, NONE, NO_INNER },
		{ "a tag behind another", ONE, BESIDE, 10, 7, 30 },
		{ "a tag behind none", ONE, GONE, 10, NONE, 30 },
		{ "a tag, still there", ONE, WITHIN, 10, 7, NO_INNER },
		{ "a tag, by it", ONE, FIRST, 30, 5, NO_INNER },
		{ "a tag, by the bridge", ONE, IN_30, 30, 5, NO_INNER },
		{ "a tag that the bridge passes over", ONE, IN_0, 0, NONE, 30 },
		{ "two, by the first", TWO, FIRST, 30, 5, 100 },
		{ "two, the first still there", TWO, WITHIN, 10, 7, 100 },
		{ "two behind none", TWO, GONE, 10, NONE, 30 },
		{ "two, by the bridge", TWO, IN_30, 30, 5, 100 },
		{ "two that the bridge passes over", TWO, IN_0, 0, NONE, 30 },
		{ "priority alone", MACS Q("8100", "e000") REST, FIRST, 0, 7, NO_INNER },
		{ "priority alone, by the bridge", MACS Q("8100", "e000") REST, IN_30, 30, 7, NO_INNER },
		{ "priority alone, in front", MACS Q("8100", "e000") Q("8100", "0fff") REST,
		  IN_30, 30, 7, 4095 },
		{ "DEI", MACS Q("8100", "1000") REST, FIRST, 0, 0, NO_INNER },
		{ "the last VID", MACS Q("8100", "0ffe") REST, FIRST, 4094, 0, NO_INNER },
		{ "the reserved VID", MACS Q("8100", "1fff") REST, FIRST, 4095, 0, NO_INNER },
		{ "inner VID of 0", MACS Q("8100", "001e") Q("8100", "e000") REST, FIRST, 30, 0, 0 },
		{ "tags in front of ARP", MACS Q("8100", "001e") Q("8100", "0001") "0806" ARP,
		  FIRST, 30, 0, 1 },
		{ "tags in front of what is not read", MACS Q("8100", "001e") Q("8100", "0001")
		  "8847 00*46", FIRST, 30, 0, 1 },
		{ "an old tag is none", MACS Q("8100", "001e") Q("9100", "0001") REST,
		  FIRST, 30, 0, NO_INNER },
		{ "a tag and an EtherType", MACS Q("8100", "001e") "88b5", FIRST, 30, 0, NO_INNER },
	};
	struct frame *f = malloc(sizeof(*f));
	u32 i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		u8 who = list[i].who;
		struct isol_packet packet = {
			.head = f->data, .vlan_known = true, .vlan_tagged = who != GONE,
			.vlan_within = who == WITHIN, .pcp = 7, .vlan = 10,
			.tagged = who == BESIDE,
		};
		enum isol_depth depth;
		struct isol_key key;

		from_text(f, list[i].text);
		packet.len = f->len;
		packet.linear = f->len;
		if (who == FIRST)
			isol_packet_vlan(&packet);
		else if (who == IN_30 || who == IN_0)
			isol_packet_classify(&packet, who == IN_30 ? 30 : 0);
		for (depth = ISOL_DEPTH_L2; depth <= ISOL_DEPTH_L4; depth++) {
			isol_frame_parse(&packet, depth, &key);
			/* as many as are followed */
			if (who == BESIDE)
				CHECK(key.shape != U);
			isol_frame_vlan(&packet, &key);
			CHECK_MSG(key.v[ISOL_MATCH_A_VLAN] == list[i].vlan &&
				  key.v[ISOL_MATCH_A_PCP] == list[i].pcp &&
				  key.v[ISOL_MATCH_A_INNER_VLAN] == list[i].inner,
				  "%s: VLAN %u priority %u inner %u", list[i].what,
				  key.v[ISOL_MATCH_A_VLAN], key.v[ISOL_MATCH_A_PCP],
				  key.v[ISOL_MATCH_A_INNER_VLAN]);
		}
	}
	free(f);
#undef REST
#undef ONE
#undef TWO
}

/* By each EtherType what frames are that have IP nowhere. */
static void ethertypes(void)
{
	static const u16 hidden[] = {
		0x8847, 0x8848, 0x8864, 0x880b, 0x9100, 0x9200, 0x9300, 0x88e5, 0x88e7, 0x893f,
		0x8926, 0xf1c1, 0x892f, 0x894f, 0x6558, 0x6559, 0x22f3, 0x4305, 0x8870, 0x876b,
		0xa0ed,
	};
	struct frame *f = malloc(sizeof(*f));
	struct isol_key key;
	u32 type, i, should;

	from_text(f, ETH("0000") "00*60");
	for (type = 0x600; type < 0x10000; type++) {
		should = OTH;
		for (i = 0; i < ARRAY_SIZE(hidden); i++)
			if (hidden[i] == type)
				should = L3U;
		if (type == 0x0800 || type == 0x86dd || type == 0x0806)
			should = L3U;
		/* a length of 0 comes behind it */
		if (type == 0x8100 || type == 0x88a8)
			should = U;
		f->data[12] = type >> 8;
		f->data[13] = type & 0xff;
		parse("EtherType", f, f->len, f->len, false, false, ISOL_DEPTH_L4, &key);
		CHECK_MSG(key.shape == should, "EtherType %04x: shape %u", type, key.shape);
		if (should != U)
			CHECK_EQ(key.v[ISOL_MATCH_A_ETHERTYPE], type);
	}
	free(f);
}

static void arps(void)
{
	static const struct example list[] = {
		{ "ARP", ETH("0806") ARP, ISOL_SHAPE_ARP, .needed = 42 },
		{ "ARP, padded", ETH("0806") ARP "00*18", ISOL_SHAPE_ARP, .needed = 42 },
		{ "ARP, cut", ETH("0806") "0001 0800 06 04 0001 00*19", .shape = L3U },
		{ "ARP of others", ETH("0806") "0006 0800 06 04 0001 00*20", .shape = L3U },
		{ "ARP for others", ETH("0806") "0001 0801 06 04 0001 00*20", .shape = L3U },
		{ "ARP, long addresses", ETH("0806") "0001 0800 07 04 0001 00*22", .shape = L3U },
		{ "ARP, short addresses", ETH("0806") "0001 0800 06 03 0001 00*20", .shape = L3U },
		{ "RARP", ETH("8035") "0001 0800 06 04 0003 00*20", OTH, .needed = 14 },
	};

	expect(list, ARRAY_SIZE(list));
}

static void ip4(void)
{
	static const struct example list[] = {
		{ "TCP", ETH("0800") IP4("0028", "06") TCP, P4, .needed = 54 },
		{ "UDP", ETH("0800") IP4("001c", "11") UDP, P4, .needed = 42 },
		{ "UDP with data", ETH("0800") IP4("0030", "11") UDP "00*20", P4, .needed = 42 },
		{ "ICMP", ETH("0800") IP4("0018", "01") "0800 0000", I4, .needed = 38 },
		{ "ICMP, too short", ETH("0800") IP4("0017", "01") "0800 0000", N4, .needed = 34 },
		{ "protocol 58", ETH("0800") IP4("001c", "3a") "8000 00*6", O4, .needed = 34 },
		{ "version 3", ETH("0800") IP4_ALL("35", "0028", "0000", "06") TCP, .shape = L3U },
		{ "version 5", ETH("0800") IP4_ALL("55", "0028", "0000", "06") TCP, .shape = L3U },
		{ "version 6", ETH("0800") IP6("0014", "06") TCP, .shape = L3U },
		{ "header of 16", ETH("0800") IP4_ALL("44", "0028", "0000", "06") TCP, .shape = L3U },
		{ "header of 24", ETH("0800") IP4_ALL("46", "002c", "0000", "06") "00*4 " TCP,
		  P4, .needed = 58 },
		{ "header of 60", ETH("0800") IP4_ALL("4f", "0050", "0000", "06") "00*40 " TCP,
		  P4, .needed = 94 },
		{ "header beyond the packet", ETH("0800") IP4_ALL("46", "0017", "0000", "06")
		  "00*40", .shape = L3U },
		{ "header to its end", ETH("0800") IP4_ALL("46", "0018", "0000", "06") "00*40",
		  N4, .needed = 34 },
		{ "header to its end, other", ETH("0800") IP4_ALL("46", "0018", "0000", "2f")
		  "00*40", O4, .needed = 34 },
		{ "less than a header", ETH("0800") IP4("0013", "06") TCP, .shape = L3U },
		{ "a header", ETH("0800") IP4("0014", "06") TCP, N4, .needed = 34 },
		{ "a header and no more", ETH("0800") IP4("0014", "2f"), O4, .needed = 34 },
		{ "a cut header", ETH("0800") "45 00 0014 00*15", .shape = L3U },
		{ "to the last byte", ETH("0800") IP4("0028", "06") TCP, P4, .needed = 54 },
		{ "beyond the last byte", ETH("0800") IP4("0029", "06") TCP, .shape = L3U },
		{ "no length", ETH("0800") IP4("0000", "06") TCP, .shape = L3U },
		{ "no length, GSO", ETH("0800") IP4("0000", "06") TCP, P4, 54, .gso = true },
		{ "no length, GSO, cut", ETH("0800") IP4("0000", "06") "00*19", N4, 34,
		  .gso = true },
		{ "GSO does not excuse others", ETH("0800") IP4("0029", "06") TCP, L3U,
		  .gso = true },
		{ "TCP one byte short", ETH("0800") IP4("0027", "06") TCP, N4, .needed = 34 },
		{ "TCP in the padding", ETH("0800") IP4("0020", "06") TCP "00*20", N4, .needed = 34 },
		{ "TCP header of 16", ETH("0800") IP4("0028", "06") TCP_ALL("4"), N4, .needed = 34 },
		{ "TCP header of 60", ETH("0800") IP4("0028", "06") TCP_ALL("f"), P4, .needed = 54 },
		{ "UDP one byte short", ETH("0800") IP4("001b", "11") UDP "00*30", N4, .needed = 34 },
		{ "UDP, padded", ETH("0800") IP4("001c", "11") UDP "00*30", P4, .needed = 42 },
		{ "UDP-Lite", ETH("0800") IP4("001c", "88") UDP, P4, .needed = 42 },
		{ "UDP-Lite one byte short", ETH("0800") IP4("001b", "88") UDP, N4, .needed = 34 },
		{ "SCTP", ETH("0800") IP4("0020", "84") "03e8 0035 00*8", P4, .needed = 46 },
		{ "SCTP one byte short", ETH("0800") IP4("001f", "84") "03e8 0035 00*8", N4, .needed = 34 },
		{ "DCCP", ETH("0800") IP4("0020", "21") "03e8 0035 00*8", P4, .needed = 46 },
		{ "DCCP one byte short", ETH("0800") IP4("001f", "21") "03e8 0035 00*8", N4, .needed = 34 },
		{ "not to be fragmented", ETH("0800") IP4_ALL("45", "0028", "4000", "06") TCP,
		  P4, .needed = 54 },
		{ "reserved bit", ETH("0800") IP4_ALL("45", "0028", "8000", "06") TCP, P4, .needed = 54 },
		{ "first fragment", ETH("0800") IP4_ALL("45", "0028", "2000", "06") TCP, P4, .needed = 54 },
		{ "tiny first fragment", ETH("0800") IP4_ALL("45", "001c", "2000", "06") TCP,
		  N4, .needed = 34 },
		{ "later fragment", ETH("0800") IP4_ALL("45", "0028", "0001", "06") TCP, N4, .needed = 34 },
		{ "later fragment, more", ETH("0800") IP4_ALL("45", "0028", "3000", "11") TCP,
		  N4, .needed = 34 },
		{ "last offset", ETH("0800") IP4_ALL("45", "0028", "1fff", "01") TCP, N4, .needed = 34 },
		{ "later fragment of others", ETH("0800") IP4_ALL("45", "0028", "0001", "32") TCP,
		  O4, .needed = 34 },
	};

	expect(list, ARRAY_SIZE(list));
}

static void ip6(void)
{
	static const struct example list[] = {
		{ "TCP", ETH("86dd") IP6("0014", "06") TCP, P6, .needed = 74 },
		{ "UDP", ETH("86dd") IP6("0008", "11") UDP, P6, .needed = 62 },
		{ "UDP-Lite", ETH("86dd") IP6("0008", "88") UDP, P6, .needed = 62 },
		{ "SCTP", ETH("86dd") IP6("000c", "84") "03e8 0035 00*8", P6, .needed = 66 },
		{ "SCTP one byte short", ETH("86dd") IP6("000b", "84") "03e8 0035 00*8", N6, .needed = 54 },
		{ "DCCP", ETH("86dd") IP6("000c", "21") "03e8 0035 00*8", P6, .needed = 66 },
		{ "ICMPv6", ETH("86dd") IP6("0004", "3a") "8000 0000", I6, .needed = 58 },
		{ "ICMPv6, too short", ETH("86dd") IP6("0003", "3a") "8000 0000", N6, .needed = 54 },
		{ "ICMP over IPv6", ETH("86dd") IP6("0008", "01") "0800 00*6", O6, .needed = 54 },
		{ "no next header", ETH("86dd") IP6("0008", "3b") "00*8", O6, .needed = 54 },
		{ "ESP", ETH("86dd") IP6("0008", "32") "00*8", O6, .needed = 54 },
		{ "version 4", ETH("86dd") IP6_ALL("4", "0014", "06") TCP, .shape = L3U },
		{ "version 7", ETH("86dd") IP6_ALL("7", "0014", "06") TCP, .shape = L3U },
		{ "a cut header", ETH("86dd") "60 00*38", .shape = L3U },
		{ "beyond the last byte", ETH("86dd") IP6("0015", "06") TCP, .shape = L3U },
		{ "less than the frame", ETH("86dd") IP6("0013", "06") TCP, N6, .needed = 54 },
		{ "UDP, padded", ETH("86dd") IP6("0008", "11") UDP "00*30", P6, .needed = 62 },
		{ "UDP in the padding", ETH("86dd") IP6("0007", "11") UDP "00*30", N6, .needed = 54 },
		{ "TCP header of 16", ETH("86dd") IP6("0014", "06") TCP_ALL("4"), N6, .needed = 54 },
		{ "no length", ETH("86dd") IP6("0000", "06") TCP, N6, .needed = 54 },
		{ "no length, other", ETH("86dd") IP6("0000", "2f") TCP, O6, .needed = 54 },
		{ "no length, GSO", ETH("86dd") IP6("0000", "06") TCP, P6, 74, .gso = true },
		{ "no length, options", ETH("86dd") IP6("0000", "00") EXT("06") TCP, NP6, .needed = 54 },
		{ "no length, options, GSO", ETH("86dd") IP6("0000", "00") EXT("06") TCP, P6, 82,
		  .gso = true },
		{ "jumbogram", ETH("86dd") IP6("0000", "00") "06 00 c2 04 00010000" TCP, P6, .needed = 82 },
		{ "jumbogram, length 5", ETH("86dd") IP6("0000", "00") "06 00 c2 05 00010000" TCP,
		  NP6, .needed = 54 },
		{ "jumbogram, option not first", ETH("86dd") IP6("0000", "00")
		  "06 01 01 00 01 00 0100 c2 04 00010000 00 00" TCP, NP6, .needed = 54 },
		{ "jumbogram, not hop-by-hop", ETH("86dd") IP6("0000", "3c")
		  "06 00 c2 04 00010000" TCP, NP6, .needed = 54 },
		{ "jumbogram with a length", ETH("86dd") IP6("0008", "00")
		  "06 00 c2 04 00010000" TCP, N6, .needed = 62 },
	};

	expect(list, ARRAY_SIZE(list));
}

static void extensions(void)
{
	static const struct example list[] = {
		{ "hop-by-hop", ETH("86dd") IP6("001c", "00") EXT("06") TCP, P6, .needed = 82 },
		{ "routing", ETH("86dd") IP6("001c", "2b") EXT("06") TCP, P6, .needed = 82 },
		{ "destination options", ETH("86dd") IP6("001c", "3c") EXT("06") TCP, P6, .needed = 82 },
		{ "mobility", ETH("86dd") IP6("001c", "87") EXT("06") TCP, P6, .needed = 82 },
		{ "HIP", ETH("86dd") IP6("001c", "8b") EXT("06") TCP, P6, .needed = 82 },
		{ "shim6", ETH("86dd") IP6("001c", "8c") EXT("06") TCP, P6, .needed = 82 },
		{ "authentication", ETH("86dd") IP6("001c", "33") EXT("06") TCP, P6, .needed = 82 },
		{ "authentication, 24 bytes", ETH("86dd") IP6("002c", "33")
		  EXT_LONG("06", "04", "22") TCP, P6, .needed = 98 },
		{ "authentication, 12 bytes", ETH("86dd") IP6("0020", "33")
		  EXT_LONG("06", "01", "10") TCP, P6, .needed = 86 },
		{ "for experiments", ETH("86dd") IP6("001c", "fd") EXT("06") TCP, O6, .needed = 54 },
		{ "8 headers", ETH("86dd") IP6("0054", "3c") EXT("3c") EXT("3c") EXT("3c") EXT("3c")
		  EXT("3c") EXT("3c") EXT("3c") EXT("06") TCP, P6, .needed = 138 },
		{ "9 headers", ETH("86dd") IP6("005c", "3c") EXT("3c") EXT("3c") EXT("3c") EXT("3c")
		  EXT("3c") EXT("3c") EXT("3c") EXT("3c") EXT("06") TCP, NP6, .needed = 54 },
		{ "256 bytes", ETH("86dd") IP6("0114", "3c") EXT_LONG("06", "1f", "254") TCP,
		  P6, .needed = 330 },
		{ "264 bytes", ETH("86dd") IP6("011c", "3c") EXT_LONG("06", "20", "262") TCP,
		  NP6, .needed = 54 },
		{ "256 bytes of two", ETH("86dd") IP6("0114", "3c") EXT("3c")
		  EXT_LONG("06", "1e", "246") TCP, P6, .needed = 330 },
		{ "260 bytes of two", ETH("86dd") IP6("0118", "33") EXT_LONG("3c", "01", "10")
		  EXT_LONG("06", "1e", "246") TCP, NP6, .needed = 54 },
		{ "264 bytes of two", ETH("86dd") IP6("011c", "3c") EXT("3c")
		  EXT_LONG("06", "1f", "254") TCP, NP6, .needed = 54 },
		{ "256 bytes, behind two tags", MACS Q("88a8", "0001") Q("8100", "0002") "86dd"
		  IP6("0114", "3c") EXT_LONG("06", "1f", "254") TCP, P6, .needed = 338 },
		{ "beyond the packet", ETH("86dd") IP6("000f", "3c") EXT_LONG("06", "01", "14") TCP,
		  NP6, .needed = 54 },
		{ "to its end", ETH("86dd") IP6("0010", "3c") EXT_LONG("06", "01", "14") TCP,
		  N6, .needed = 70 },
		{ "less than one", ETH("86dd") IP6("0007", "3c") EXT("06") TCP, NP6, .needed = 54 },
		{ "hop-by-hop twice", ETH("86dd") IP6("0024", "00") EXT("00") EXT("06") TCP,
		  NP6, .needed = 54 },
		{ "hop-by-hop not first", ETH("86dd") IP6("0024", "3c") EXT("00") EXT("06") TCP,
		  NP6, .needed = 54 },
		{ "no next header", ETH("86dd") IP6("001c", "3c") EXT("3b") TCP, O6, .needed = 62 },
		{ "atomic", ETH("86dd") IP6("001c", "2c") FRAG("06", "0000") TCP, P6, .needed = 82 },
		{ "atomic, reserved bits", ETH("86dd") IP6("001c", "2c") FRAG("06", "0006") TCP,
		  P6, .needed = 82 },
		{ "first fragment", ETH("86dd") IP6("001c", "2c") FRAG("06", "0001") TCP, P6, .needed = 82 },
		{ "tiny first fragment", ETH("86dd") IP6("0010", "2c") FRAG("06", "0001") TCP,
		  N6, .needed = 62 },
		{ "first fragment within headers", ETH("86dd") IP6("0010", "2c")
		  FRAG("3c", "0001") EXT_LONG("06", "01", "14"), NP6, .needed = 54 },
		{ "later fragment", ETH("86dd") IP6("001c", "2c") FRAG("06", "0008") TCP, N6, .needed = 62 },
		{ "last offset", ETH("86dd") IP6("001c", "2c") FRAG("06", "fff8") TCP, N6, .needed = 62 },
		{ "later fragment of ICMPv6", ETH("86dd") IP6("001c", "2c") FRAG("3a", "0009") TCP,
		  N6, .needed = 62 },
		{ "later fragment of others", ETH("86dd") IP6("001c", "2c") FRAG("32", "0009") TCP,
		  O6, .needed = 62 },
		{ "later fragment of headers", ETH("86dd") IP6("001c", "2c") FRAG("3c", "0009") TCP,
		  NP6, .needed = 54 },
		{ "cut fragment header", ETH("86dd") IP6("0007", "2c") FRAG("06", "0000") TCP,
		  NP6, .needed = 54 },
		{ "atomic, then later", ETH("86dd") IP6("0024", "2c") FRAG("2c", "0000")
		  FRAG("06", "0008") TCP, N6, .needed = 70 },
		{ "first, then later", ETH("86dd") IP6("0024", "2c") FRAG("2c", "0001")
		  FRAG("06", "0008") TCP, N6, .needed = 70 },
		{ "headers before and behind", ETH("86dd") IP6("0034", "00") EXT("2b") EXT("2c")
		  FRAG("3c", "0001") EXT("11") UDP "00*12", P6, .needed = 94 },
	};

	expect(list, ARRAY_SIZE(list));
}

/* Each protocol over IPv4 and over IPv6. */
static void protocols(void)
{
	static const u8 ports[] = { 6, 17, 33, 132, 136 };
	static const u8 headers[] = { 0, 43, 44, 51, 60, 135, 139, 140 };
	struct frame *f4 = malloc(sizeof(*f4)), *f6 = malloc(sizeof(*f6));
	struct isol_key key;
	u32 proto, i, shape4, shape6;

	/* this is a header that leads to no other, or a TCP header of that size */
	from_text(f4, ETH("0800") IP4("0028", "00") "3b 00 00*10 50 00*7");
	from_text(f6, ETH("86dd") IP6("0014", "00") "3b 00 00*10 50 00*7");
	for (proto = 0; proto < 256; proto++) {
		shape4 = proto == 1 ? I4 : O4;
		shape6 = proto == 58 ? I6 : O6;
		for (i = 0; i < ARRAY_SIZE(ports); i++)
			if (ports[i] == proto) {
				shape4 = P4;
				shape6 = P6;
			}
		f4->data[14 + 9] = proto;
		f6->data[14 + 6] = proto;
		parse("protocol", f4, f4->len, f4->len, false, false, ISOL_DEPTH_L4, &key);
		CHECK_MSG(key.shape == shape4, "IPv4, protocol %u: shape %u", proto, key.shape);
		CHECK_EQ(key.v[ISOL_MATCH_A_PROTO], proto);
		parse("protocol", f6, f6->len, f6->len, false, false, ISOL_DEPTH_L4, &key);
		CHECK_MSG(key.shape == shape6, "IPv6, protocol %u: shape %u", proto, key.shape);
		for (i = 0; i < ARRAY_SIZE(headers) && headers[i] != proto; i++)
			;
		CHECK_EQ(key.v[ISOL_MATCH_A_PROTO], i < ARRAY_SIZE(headers) ? 59 : proto);
	}
	free(f4);
	free(f6);
}

static void read_text(const char *text, struct isol_key *key)
{
	struct frame *f = malloc(sizeof(*f));

	from_text(f, text);
	parse(text, f, f->len, f->len, false, false, ISOL_DEPTH_L4, key);
	free(f);
}

/* What fields come to. */
static void values(void)
{
	struct isol_key key;

	read_text(MACS Q("8100", "a01e") "0800" IP4("0028", "06") TCP, &key);
	CHECK(key.dmac == 0x020000000001ULL && key.smac == 0x020000000002ULL);
	CHECK_EQ(key.v[ISOL_MATCH_A_ETHERTYPE], 0x0800);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_UNICAST);
	CHECK_EQ(key.v[ISOL_MATCH_A_SRC_IP4], 0x0a000001);
	CHECK_EQ(key.v[ISOL_MATCH_A_DST_IP4], 0x0a000002);
	CHECK_EQ(key.v[ISOL_MATCH_A_DSCP], 46);
	CHECK_EQ(key.v[ISOL_MATCH_A_FRAGMENT], ISOL_FRAGMENT_NONE);
	CHECK_EQ(key.v[ISOL_MATCH_A_PROTO], 6);
	CHECK_EQ(key.v[ISOL_MATCH_A_SPORT], 1000);
	CHECK_EQ(key.v[ISOL_MATCH_A_DPORT], 443);
	CHECK_EQ(key.v[ISOL_MATCH_A_TCP_FLAGS], 0x12);
	/* the same without a tag, the short way */
	read_text(ETH("0800") IP4("0028", "06") TCP, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_DSCP], 46);
	CHECK_EQ(key.v[ISOL_MATCH_A_DPORT], 443);
	CHECK_EQ(key.v[ISOL_MATCH_A_TCP_FLAGS], 0x12);
	read_text(ETH("86dd") IP6("0014", "11") TCP, &key);
	CHECK(key.src6.hi == 0x20010db800000000ULL && key.src6.lo == 1);
	CHECK(key.dst6.hi == 0x20010db800000000ULL && key.dst6.lo == 2);
	CHECK_EQ(key.v[ISOL_MATCH_A_DSCP], 46);
	CHECK_EQ(key.v[ISOL_MATCH_A_PROTO], 17);
	CHECK_EQ(key.v[ISOL_MATCH_A_SPORT], 1000);
	CHECK_EQ(key.v[ISOL_MATCH_A_DPORT], 443);
	CHECK_EQ(key.v[ISOL_MATCH_A_TCP_FLAGS], 0);
	read_text(ETH("86dd") IP6("000c", "2c") FRAG("3a", "0001") "8701 0000", &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_ICMP], 0x8701);
	CHECK_EQ(key.v[ISOL_MATCH_A_PROTO], 58);
	CHECK_EQ(key.v[ISOL_MATCH_A_FRAGMENT], ISOL_FRAGMENT_FIRST);
	read_text(ETH("86dd") IP6("000c", "2c") FRAG("3c", "0008") "8701 0000", &key);
	CHECK_EQ(key.shape, NP6);
	CHECK_EQ(key.v[ISOL_MATCH_A_FRAGMENT], ISOL_FRAGMENT_LATER);
	read_text(ETH("0806") ARP, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_ARP_OP], 1);
	CHECK_EQ(key.v[ISOL_MATCH_A_ARP_SENDER], 0x0a000001);
	CHECK_EQ(key.v[ISOL_MATCH_A_ARP_TARGET], 0x0a000002);
	read_text(ETH("0026") "42 42 03 00*35", &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_ETHERTYPE], 4);
}

static void tcp_flags(void)
{
	struct frame *f = malloc(sizeof(*f));
	struct isol_key key;
	u32 bits, tag;

	for (tag = 0; tag < 2; tag++) {
		if (tag)
			from_text(f, MACS Q("8100", "0000") "0800" IP4("0028", "06") TCP);
		else
			from_text(f, ETH("0800") IP4("0028", "06") TCP);
		/* those behind the reserved ones */
		for (bits = 0; bits < 0x1000; bits++) {
			f->data[f->len - 8] = 0x50 | bits >> 8;
			f->data[f->len - 7] = bits & 0xff;
			parse("TCP flags", f, f->len, f->len, false, false, ISOL_DEPTH_L4, &key);
			CHECK_EQ(key.shape, P4);
			CHECK_EQ(key.v[ISOL_MATCH_A_TCP_FLAGS], bits & 0x1ff);
		}
	}
	free(f);
}

static void casts(void)
{
	static const struct {
		u8 mac[6];
		u32 cast;
	} list[] = {
		{ { 0x02, 0, 0, 0, 0, 1 }, ISOL_CAST_UNICAST },
		{ { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff }, ISOL_CAST_UNICAST },
		{ { 0x01, 0, 0x5e, 0, 0, 1 }, ISOL_CAST_MULTICAST },
		{ { 0x33, 0x33, 0, 0, 0, 1 }, ISOL_CAST_MULTICAST },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe }, ISOL_CAST_MULTICAST },
		{ { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, ISOL_CAST_BROADCAST },
	};
	static const char *const frames[] = {
		ETH("0800") IP4("0028", "06") TCP,
		ETH("86dd") IP6("0014", "06") TCP,
		ETH("0806") ARP,
		ETH("88b5") "00*46",
		ETH("05ff") "00*46",
	};
	struct frame *f = malloc(sizeof(*f));
	struct isol_key key;
	u32 i, j, depth;

	for (i = 0; i < ARRAY_SIZE(frames); i++)
		for (j = 0; j < ARRAY_SIZE(list); j++)
			for (depth = ISOL_DEPTH_L2; depth <= ISOL_DEPTH_L4; depth++) {
				from_text(f, frames[i]);
				memcpy(f->data, list[j].mac, 6);
				parse("cast", f, f->len, f->len, false, false, depth, &key);
				CHECK_EQ(key.v[ISOL_MATCH_A_CAST], list[j].cast);
			}
	free(f);
}

/*
 * Random frames: layers on top of each other, most of them right.
 */

static void put8(struct frame *f, u8 v)
{
	if (f->len < MAX_LEN)
		f->data[f->len++] = v;
}

static void put16(struct frame *f, u32 v)
{
	put8(f, v >> 8);
	put8(f, v & 0xff);
}

static void put_random(struct frame *f, u32 n)
{
	while (n--)
		put8(f, test_rand());
}

/* Write again what has been written. */
static void set16(struct frame *f, u32 at, u32 v)
{
	f->data[at] = v >> 8;
	f->data[at + 1] = v & 0xff;
}

/* A length that should be @right, now and then a lie. */
static u32 some_length(u32 right)
{
	if (percent(90))
		return right;
	if (percent(30))
		return 0;
	return percent(80) ? right + between(0, 8) - 4 : (u32)(test_rand() & 0xffff);
}

static u32 some_proto(void)
{
	static const u8 protos[] = { 6, 6, 17, 17, 1, 58, 33, 132, 136, 2, 47, 50, 59, 4, 41 };

	return percent(95) ? protos[below(ARRAY_SIZE(protos))] : (u32)(test_rand() & 0xff);
}

static void random_l4(struct frame *f)
{
	u32 n;

	if (percent(80)) {
		put_random(f, 12);
		put8(f, percent(90) ? 0x50 | below(16) : test_rand());
		put_random(f, 7 + below(30));
		return;
	}
	for (n = below(22); n--;)
		put_random(f, 1);
}

static void random_ip4(struct frame *f)
{
	u32 ip = f->len, words = percent(70) ? 5 : between(4, 15), frag = below(3) << 14;

	if (percent(20))
		frag = percent(50) ? 0x2000 : (u32)(test_rand() & 0xffff);
	put8(f, (percent(98) ? 0x40 : test_rand() & 0xf0) | words);
	put_random(f, 5);
	put16(f, frag);
	put_random(f, 1);
	put8(f, some_proto());
	put_random(f, 10 + (words > 5 ? words - 5 : 0) * 4);
	random_l4(f);
	set16(f, ip + 2, some_length(f->len - ip));
}

static void random_extension(struct frame *f, u32 kind, u32 *next)
{
	u32 units = percent(85) ? below(3) : below(40), n;

	put8(f, *next);
	if (kind == 44) {
		put_random(f, 1);
		put16(f, percent(50) ? below(2) : percent(50) ? below(16) : test_rand() & 0xffff);
		put_random(f, 4);
		return;
	}
	put8(f, units);
	n = kind == 51 ? (units + 2) * 4 : (units + 1) * 8;
	/* the option that makes a jumbogram */
	if (kind == 0 && percent(30)) {
		put16(f, 0xc204);
		n -= 2;
	}
	put_random(f, n - 2);
}

static void random_ip6(struct frame *f)
{
	static const u8 kinds[] = { 0, 43, 44, 44, 51, 60, 60, 135, 139, 140 };
	u32 ip = f->len, n = percent(50) ? 0 : percent(80) ? below(4) : below(11);
	u32 chain[12], i, next;

	for (i = 0; i < n; i++)
		chain[i] = i == 0 && percent(30) ? 0 : kinds[percent(95) + below(ARRAY_SIZE(kinds) - 1)];
	chain[n] = some_proto();
	put8(f, (percent(98) ? 0x60 : test_rand() & 0xf0) | below(16));
	put_random(f, 5);
	put8(f, chain[0]);
	put_random(f, 33);
	for (i = 0; i < n; i++) {
		next = chain[i + 1];
		random_extension(f, chain[i], &next);
	}
	random_l4(f);
	set16(f, ip + 4, some_length(f->len - ip - 40));
}

static void random_arp(struct frame *f)
{
	static const u8 head[] = { 0, 1, 8, 0, 6, 4 };
	u32 i;

	for (i = 0; i < sizeof(head); i++)
		put8(f, head[i]);
	put_random(f, percent(80) ? 22 : below(30));
}

/* With the length in front. */
static void random_llc(struct frame *f)
{
	static const u16 types[] = { 0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x8864, 0x80f3, 0x809b };
	static const u32 ouis[] = { 0, 0, 0x0000f8, 0x0080c2, 0x00000c, 0x080007 };
	u32 at = f->len, oui;

	put16(f, 0);
	if (percent(60)) {
		put16(f, 0xaaaa);
		put8(f, percent(90) ? 0x03 : 0x13);
		oui = ouis[below(ARRAY_SIZE(ouis))];
		put8(f, oui >> 16);
		put16(f, oui & 0xffff);
		put16(f, types[below(ARRAY_SIZE(types))]);
	} else {
		put16(f, percent(50) ? 0x4242 : test_rand() & 0xffff);
		put8(f, 3);
	}
	put_random(f, percent(90) ? below(60) : below(1500));
	if (percent(10))
		f->len = at + 2 + below(12);
	set16(f, at, some_length(f->len - at - 2));
}

static void random_frame(struct frame *f)
{
	static const u16 types[] = { 0x8864, 0x8847, 0x88e5, 0x9100, 0x88b5, 0x88cc, 0x8863, 0x8035 };
	static const u32 ntags[] = { 0, 0, 0, 0, 0, 0, 1, 1, 2, 3 };
	u32 n, what = below(100);

	f->len = 0;
	put_random(f, 12);
	if (percent(10))
		memset(f->data, 0xff, 6);
	for (n = ntags[below(ARRAY_SIZE(ntags))]; n--;) {
		put16(f, percent(70) ? 0x8100 : percent(90) ? 0x88a8 : 0x9100);
		put16(f, percent(10) ? 0 : test_rand() & 0xffff);
	}
	if (what < 35) {
		put16(f, 0x0800);
		random_ip4(f);
	} else if (what < 80) {
		put16(f, 0x86dd);
		random_ip6(f);
	} else if (what < 86) {
		put16(f, 0x0806);
		random_arp(f);
	} else if (what < 92) {
		random_llc(f);
	} else {
		put16(f, what < 97 ? types[below(ARRAY_SIZE(types))] : test_rand() & 0xffff);
		put_random(f, below(80));
	}
	if (percent(30))
		put_random(f, below(40));
	if (percent(15))
		for (n = between(1, 3); n--;)
			f->data[below(f->len)] = percent(50) ? test_rand() :
				f->data[below(f->len)] ^ 1 << below(8);
	if (percent(10))
		f->len = below(f->len + 1);
}

/* What is seen less far is the same, and nothing else. */
static void check_depths(u32 round, const struct isol_key *keys)
{
	const struct isol_key *far = &keys[ISOL_DEPTH_L4], *key;
	enum isol_depth depth;
	u32 i;

	for (depth = ISOL_DEPTH_L2; depth < ISOL_DEPTH_L4; depth++) {
		key = &keys[depth];
		CHECK_MSG(key->shape == less_far(far->shape, depth),
			  "round %u: shape %u with depth %u, %u with all", round, key->shape, depth,
			  far->shape);
		CHECK_EQ(key->v[ISOL_MATCH_A_CAST], far->v[ISOL_MATCH_A_CAST]);
		CHECK(key->smac == far->smac && key->dmac == far->dmac);
		if (far->shape != ISOL_SHAPE_UNREAD)
			CHECK_EQ(key->v[ISOL_MATCH_A_ETHERTYPE], far->v[ISOL_MATCH_A_ETHERTYPE]);
	}
	key = &keys[ISOL_DEPTH_L3];
	if (far->shape < ISOL_SHAPE_ARP)
		return;
	if (far->shape == ISOL_SHAPE_ARP) {
		for (i = ISOL_MATCH_A_ARP_OP; i <= ISOL_MATCH_A_ARP_TARGET; i++)
			CHECK_EQ(key->v[i], far->v[i]);
		return;
	}
	CHECK_EQ(key->v[ISOL_MATCH_A_DSCP], far->v[ISOL_MATCH_A_DSCP]);
	CHECK_EQ(key->v[ISOL_MATCH_A_FRAGMENT], far->v[ISOL_MATCH_A_FRAGMENT]);
	if (far->shape != ISOL_SHAPE_IP6_NOPROTO)
		CHECK_EQ(key->v[ISOL_MATCH_A_PROTO], far->v[ISOL_MATCH_A_PROTO]);
	if (far->shape >= ISOL_SHAPE_IP6_PORTS)
		CHECK(!isol_wide_cmp(key->src6, far->src6) && !isol_wide_cmp(key->dst6, far->dst6));
	else
		CHECK(key->v[ISOL_MATCH_A_SRC_IP4] == far->v[ISOL_MATCH_A_SRC_IP4] &&
		      key->v[ISOL_MATCH_A_DST_IP4] == far->v[ISOL_MATCH_A_DST_IP4]);
}

static void random_frames(void)
{
	u32 rounds = test_rounds(200000), found[ISOL_NSHAPES] = { 0 }, i, linear, shape;
	struct isol_key keys[ISOL_DEPTH_L4 + 1];
	struct frame *f = malloc(sizeof(*f));
	enum isol_depth depth;
	bool tagged, gso;

	for (i = 0; i < rounds && test_good(); i++) {
		random_frame(f);
		tagged = percent(20);
		gso = percent(10);
		linear = percent(90) ? f->len : below(f->len + 1);
		for (depth = ISOL_DEPTH_L2; depth <= ISOL_DEPTH_L4; depth++)
			parse("random", f, linear, f->len, tagged, gso, depth, &keys[depth]);
		check_depths(i, keys);
		found[keys[ISOL_DEPTH_L4].shape]++;
	}
	for (shape = 0; shape < ISOL_NSHAPES; shape++) {
		CHECK_MSG(rounds < 1000 || found[shape] > rounds / 200, "shape %u: %u of %u frames",
			  shape, found[shape], rounds);
		printf("# shape %u: %u of %u frames\n", shape, found[shape], rounds);
	}
	free(f);
}

#define CASES(X) \
	X(ethernet) \
	X(tags) \
	X(vlans) \
	X(ethertypes) \
	X(arps) \
	X(ip4) \
	X(ip6) \
	X(extensions) \
	X(protocols) \
	X(values) \
	X(tcp_flags) \
	X(casts) \
	X(random_frames)

TEST_SUITE(parse, CASES)
