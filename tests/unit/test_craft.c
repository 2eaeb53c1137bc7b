// SPDX-License-Identifier: GPL-2.0
/* Frames made by their description are read as what was asked for. */
#include "frame.h"
#include "naive_parse.h"
#include "test.h"
#include "userspace/craft.h"

#define SIZE (CRAFT_MAX_HEAD + 2000)

/* Make a frame, in memory of just its size. */
static u8 *make(const struct craft *c, size_t *len)
{
	u8 buf[SIZE], *frame;
	size_t n;

	*len = craft_frame(c, buf, sizeof(buf));
	CHECK(*len);
	/* room for just that is enough, less is not */
	frame = malloc(*len ? *len : 1);
	n = c->cut ? *len : craft_frame(c, frame, *len);
	CHECK_EQ(n, *len);
	memcpy(frame, buf, *len);
	if (!c->cut && *len)
		CHECK_EQ(craft_frame(c, buf, *len - 1), 0);
	return frame;
}

static void read_frame(const struct craft *c, struct isol_key *key)
{
	size_t len;
	u8 *frame = make(c, &len);
	struct isol_packet packet = { .head = frame, .linear = len, .len = len };
	struct naive_frame same = {
		.data = frame, .linear = len, .len = len, .who = NAIVE_VLAN_TAG,
	};
	struct naive_key naive;

	if (craft_has(c, ISOL_MATCH_A_VLAN)) {
		same.who = NAIVE_VLAN_BRIDGE;
		same.vlan = c->vlan;
		isol_packet_classify(&packet, c->vlan);
	} else {
		isol_packet_vlan(&packet);
	}
	memset(key, 0xa5, sizeof(*key));
	isol_frame_parse(&packet, ISOL_DEPTH_L4, key);
	isol_frame_vlan(&packet, key);
	naive_parse(&same, ISOL_DEPTH_L4, &naive);
	CHECK_MSG(!naive_differs(key, &naive), "%s", naive_differs(key, &naive));
	CHECK(len >= 60 || c->cut);
	free(frame);
}

static u64 mac(const u8 *p)
{
	u64 v = 0;
	int i;

	for (i = 0; i < 6; i++)
		v = v << 8 | p[i];
	return v;
}

static bool same6(struct isol_wide w, const u8 *p)
{
	int i;

	for (i = 0; i < 8; i++)
		if ((w.hi >> 8 * (7 - i) & 0xff) != p[i] ||
		    (w.lo >> 8 * (7 - i) & 0xff) != p[8 + i])
			return false;
	return true;
}

/* Nothing is given but what says which kind it is. */
static void defaults(void)
{
	struct craft c = { 0 };
	struct isol_key key;

	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP4_PORTS);
	CHECK_EQ(key.smac, 0x020000000001LL);
	CHECK_EQ(key.dmac, 0x020000000002LL);
	CHECK_EQ(key.v[ISOL_MATCH_A_PROTO], 6);
	CHECK_EQ(key.v[ISOL_MATCH_A_TCP_FLAGS], CRAFT_SYN);
	CHECK_EQ(key.v[ISOL_MATCH_A_SRC_IP4], 0xc0000201);
	CHECK_EQ(key.v[ISOL_MATCH_A_DST_IP4], 0xc0000202);
	c.ip = 6;
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP6_PORTS);
	CHECK(key.src6.hi == 0x20010db800000000 && key.src6.lo == 1 && key.dst6.lo == 2);
	c = (struct craft) { .proto = 58 };
	craft_give(&c, ISOL_MATCH_A_PROTO);
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP6_ICMP);
	CHECK_EQ(key.v[ISOL_MATCH_A_ICMP], 128 << 8);
	c = (struct craft) { .icmp = 3 << 8 | 4 };
	craft_give(&c, ISOL_MATCH_A_ICMP);
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP4_ICMP);
	CHECK_EQ(key.v[ISOL_MATCH_A_ICMP], 0x304);
	c = (struct craft) { .arp_op = 2 };
	craft_give(&c, ISOL_MATCH_A_ARP_OP);
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_ARP);
	CHECK_EQ(key.v[ISOL_MATCH_A_ARP_OP], 2);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_UNICAST);
	c.arp_op = 1;
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_BROADCAST);
	c = (struct craft) { .ethertype = 0x88cc };
	craft_give(&c, ISOL_MATCH_A_ETHERTYPE);
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_OTHER);
	CHECK_EQ(key.v[ISOL_MATCH_A_ETHERTYPE], 0x88cc);
	c.ethertype = 0x86dd;
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP6_PORTS);
	c.ethertype = 0x0806;
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_ARP);
	c.ethertype = 4;
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_OTHER);
	CHECK_EQ(key.v[ISOL_MATCH_A_ETHERTYPE], 4);
}

static void destinations(void)
{
	struct craft c = { .dst4 = 0xe08000fb };
	struct isol_key key;

	craft_give(&c, ISOL_MATCH_A_DST_IP4);
	read_frame(&c, &key);
	CHECK_EQ(key.dmac, 0x01005e0000fbLL);
	c.dst4 = 0xffffffff;
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_BROADCAST);
	c = (struct craft) { .dst6 = { 0xff, 2, [13] = 1, 2, 3 } };
	craft_give(&c, ISOL_MATCH_A_DST_IP6);
	read_frame(&c, &key);
	CHECK_EQ(key.dmac, 0x333300010203LL);
	/* what is said outright is what counts */
	c.cast = ISOL_CAST_UNICAST;
	craft_give(&c, ISOL_MATCH_A_CAST);
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_UNICAST);
	c = (struct craft) { .cast = ISOL_CAST_MULTICAST };
	craft_give(&c, ISOL_MATCH_A_CAST);
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_MULTICAST);
	c.ip = 6;
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_MULTICAST);
	c.cast = ISOL_CAST_BROADCAST;
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_BROADCAST);
}

/* What protocols do that speak to groups, unless told otherwise. */
static void expect_group(struct craft c, u64 address)
{
	struct isol_key key;

	c.group = true;
	read_frame(&c, &key);
	CHECK_EQ(key.dmac, address);
	c.cast = ISOL_CAST_UNICAST;
	craft_give(&c, ISOL_MATCH_A_CAST);
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_UNICAST);
	c.given &= ~(1U << ISOL_MATCH_A_CAST);
	memcpy(c.dst_mac, "\x02\0\0\0\0\x09", 6);
	craft_give(&c, ISOL_MATCH_A_DST_MAC);
	read_frame(&c, &key);
	CHECK_EQ(key.dmac, 0x020000000009LL);
	/* frames that are sent are what is said, no more */
	c.given &= ~(1U << ISOL_MATCH_A_DST_MAC);
	c.group = false;
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_UNICAST);
}

static void groups(void)
{
	static const struct {
		u8 type;
		u64 address;
	} mld[] = {
		{ 130, 0x333300000001 }, { 131, 0x33330db80001 }, { 132, 0x333300000002 },
		{ 143, 0x333300000016 },
	};
	struct craft c = { .proto = 2 };
	struct isol_key key;
	size_t i;

	craft_give(&c, ISOL_MATCH_A_PROTO);
	expect_group(c, 0x01005e000016);
	c.group = true;
	c.dst4 = 0xef010203;
	craft_give(&c, ISOL_MATCH_A_DST_IP4);
	read_frame(&c, &key);
	CHECK_EQ(key.dmac, 0x01005e010203LL);
	for (i = 0; i < ARRAY_SIZE(mld); i++) {
		c = (struct craft){ .proto = 58, .icmp = mld[i].type << 8 };
		craft_give(&c, ISOL_MATCH_A_PROTO);
		craft_give(&c, ISOL_MATCH_A_ICMP);
		expect_group(c, mld[i].address);
	}
	c = (struct craft){ .ethertype = 0x8035 };
	craft_give(&c, ISOL_MATCH_A_ETHERTYPE);
	expect_group(c, 0xffffffffffff);
	/* not what goes to one */
	c = (struct craft){ .proto = 58, .icmp = 136 << 8, .group = true };
	craft_give(&c, ISOL_MATCH_A_PROTO);
	craft_give(&c, ISOL_MATCH_A_ICMP);
	read_frame(&c, &key);
	CHECK_EQ(key.v[ISOL_MATCH_A_CAST], ISOL_CAST_UNICAST);
}

static void expect_tags(const struct craft *c, size_t size, u32 vlan, u32 pcp, u32 inner)
{
	struct isol_key key;
	size_t len;

	read_frame(c, &key);
	free(make(c, &len));
	CHECK_EQ(len, size);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP4_PORTS);
	CHECK_EQ(key.v[ISOL_MATCH_A_VLAN], vlan);
	CHECK_EQ(key.v[ISOL_MATCH_A_PCP], pcp);
	CHECK_EQ(key.v[ISOL_MATCH_A_INNER_VLAN], inner);
}

/* A VLAN alone is none to be seen: whoever asks about the frame says it. */
static void tags(void)
{
	struct craft c = { .payload = 100 };

	expect_tags(&c, 154, 0, ISOL_NO_PCP, ISOL_NO_INNER_VLAN);
	c.vlan = 30;
	expect_tags(&c, 154, 0, ISOL_NO_PCP, ISOL_NO_INNER_VLAN);
	craft_give(&c, ISOL_MATCH_A_VLAN);
	expect_tags(&c, 154, 30, ISOL_NO_PCP, ISOL_NO_INNER_VLAN);
	c.pcp = 5;
	craft_give(&c, ISOL_MATCH_A_PCP);
	expect_tags(&c, 158, 30, 5, ISOL_NO_INNER_VLAN);
	c.inner_vlan = 30;
	craft_give(&c, ISOL_MATCH_A_INNER_VLAN);
	expect_tags(&c, 162, 30, 5, 30);
	c.vlan = 0;
	expect_tags(&c, 162, 0, 5, 30);
	c.given = 1U << ISOL_MATCH_A_PCP;
	expect_tags(&c, 158, 0, 5, ISOL_NO_INNER_VLAN);
	c.given = 1U << ISOL_MATCH_A_INNER_VLAN;
	expect_tags(&c, 162, 0, 0, 30);
}

/* Those that are made for not being read. */
static void broken(void)
{
	struct craft c = { .snap = true };
	struct isol_key key;
	u32 n;

	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_UNREAD);
	c = (struct craft) { .pppoe = true };
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_L3_UNREAD);
	CHECK_EQ(key.v[ISOL_MATCH_A_ETHERTYPE], 0x8864);
	c = (struct craft) { .ntags = 3, .tags = { { 0x8100, 1 }, { 0x8100, 2 }, { 0x8100, 3 } } };
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_UNREAD);
	c.ntags = 2;
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP4_PORTS);
	c.tags[1].tpid = 0x9100;
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_L3_UNREAD);
	/* another EtherType in front of what it is */
	c = (struct craft) { .ethertype = 0x8847, .ip = 4 };
	craft_give(&c, ISOL_MATCH_A_ETHERTYPE);
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_L3_UNREAD);
	c = (struct craft) { .payload = 100 };
	for (n = 14; n < 154; n++) {
		c.cut = n;
		read_frame(&c, &key);
		CHECK_EQ(key.shape, ISOL_SHAPE_L3_UNREAD);
	}
	c.cut = 154;
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP4_PORTS);
	c.cut = 13;
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_UNREAD);
}

/* Added up as RFC 1071 has it, with the checksum, everything is ones. */
static bool sums_up(const u8 *p, u32 n, u32 sum)
{
	u32 i;

	for (i = 0; i < n; i++)
		sum += p[i] << (i & 1 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static u32 add_up(const u8 *p, u32 n)
{
	u32 sum = 0, i;

	for (i = 0; i < n; i++)
		sum += p[i] << (i & 1 ? 0 : 8);
	return sum;
}

static void checksums(void)
{
	static const u8 protos[] = { 6, 17, 136, 33, 1, 58 };
	struct craft c = { .dscp = 46 };
	u32 i, n, pseudo, hlen;
	const u8 *ip;
	size_t len;
	u8 *frame;

	craft_give(&c, ISOL_MATCH_A_PROTO);
	craft_give(&c, ISOL_MATCH_A_DSCP);
	for (c.ip = 4; c.ip <= 6; c.ip += 2)
		for (i = 0; i < ARRAY_SIZE(protos); i++)
			for (c.payload = 0; c.payload < 40; c.payload++) {
				c.proto = protos[i];
				if (c.proto == (c.ip == 4 ? 58 : 1))
					continue;
				frame = make(&c, &len);
				ip = frame + 14;
				hlen = c.ip == 4 ? 20 : 40;
				n = c.ip == 4 ? (ip[2] << 8 | ip[3]) - 20 : ip[4] << 8 | ip[5];
				CHECK(len == 60 || len == 14 + hlen + n);
				if (c.ip == 4)
					CHECK(sums_up(ip, 20, 0));
				pseudo = c.ip == 4 ? add_up(ip + 12, 8) : add_up(ip + 8, 32);
				pseudo += n + c.proto;
				if (c.proto == 1)
					pseudo = 0;
				CHECK_MSG(sums_up(ip + hlen, n, pseudo), "IPv%u, protocol %u",
					  c.ip, c.proto);
				free(frame);
			}
}

/* The payload is at the end of the frame, and what is summed up. */
static void payloads(void)
{
	u8 data[64];
	struct craft c = { .ip = 4, .payload = sizeof(data), .data = data };
	struct isol_key key;
	size_t len;
	u8 *frame;
	u32 i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = test_rand();
	frame = make(&c, &len);
	CHECK(len == 14 + 20 + 20 + sizeof(data));
	CHECK(!memcmp(frame + len - sizeof(data), data, sizeof(data)));
	CHECK(sums_up(frame + 34, 20 + sizeof(data),
		      add_up(frame + 26, 8) + 6 + 20 + sizeof(data)));
	free(frame);
	c.fragment = ISOL_FRAGMENT_LATER;
	craft_give(&c, ISOL_MATCH_A_FRAGMENT);
	frame = make(&c, &len);
	CHECK(len == 14 + 20 + sizeof(data));
	CHECK(!memcmp(frame + len - sizeof(data), data, sizeof(data)));
	free(frame);
	read_frame(&c, &key);
	CHECK_EQ(key.shape, ISOL_SHAPE_IP4_NOL4);
}

/* CRC32c of an SCTP packet, with the checksum taken for 0. */
static void sctp(void)
{
	struct craft c = { .proto = 132, .sport = 1000, .dport = 2000 };
	size_t len;
	u8 *frame;

	craft_give(&c, ISOL_MATCH_A_PROTO);
	craft_give(&c, ISOL_MATCH_A_SPORT);
	craft_give(&c, ISOL_MATCH_A_DPORT);
	frame = make(&c, &len);
	CHECK_MSG(!memcmp(frame + 34, "\x03\xe8\x07\xd0\0\0\0\0\xcc\x73\xc4\x82", 12),
		  "%02x %02x %02x %02x", frame[42], frame[43], frame[44], frame[45]);
	free(frame);
}

static void give_random(struct craft *c, u32 field, void *p, u32 n)
{
	u8 *b = p;

	while (n--)
		*b++ = test_rand();
	craft_give(c, field);
}

#define GIVE(c, field, member) give_random(c, field, &(member), sizeof(member))

static void random_craft(struct craft *c)
{
	static const u8 protos[] = { 6, 6, 17, 1, 58, 33, 132, 136, 47, 50, 253 };
	static const u16 tpids[] = { 0x8100, 0x88a8 };
	u32 i;

	memset(c, 0, sizeof(*c));
	GIVE(c, ISOL_MATCH_A_SRC_MAC, c->src_mac);
	GIVE(c, ISOL_MATCH_A_DST_MAC, c->dst_mac);
	c->payload = percent(50) ? 0 : below(1000);
	if (percent(30)) {
		c->vlan = below(4095);
		c->pcp = below(8);
		c->inner_vlan = below(4096);
		if (percent(70))
			craft_give(c, ISOL_MATCH_A_VLAN);
		if (percent(60))
			craft_give(c, ISOL_MATCH_A_PCP);
		if (percent(40))
			craft_give(c, ISOL_MATCH_A_INNER_VLAN);
	}
	if (!craft_tagged(c))
		c->ntags = percent(70) ? 0 : between(1, 2);
	for (i = 0; i < c->ntags; i++) {
		c->tags[i].tpid = tpids[below(ARRAY_SIZE(tpids))];
		c->tags[i].tci = test_rand();
	}
	switch (below(8)) {
	case 0:
		GIVE(c, ISOL_MATCH_A_ARP_OP, c->arp_op);
		GIVE(c, ISOL_MATCH_A_ARP_SENDER, c->arp_sender);
		GIVE(c, ISOL_MATCH_A_ARP_TARGET, c->arp_target);
		return;
	case 1:
		c->ethertype = percent(20) ? 4 : 0x88b5;
		craft_give(c, ISOL_MATCH_A_ETHERTYPE);
		return;
	case 2:
	case 3:
	case 4:
		GIVE(c, ISOL_MATCH_A_SRC_IP4, c->src4);
		GIVE(c, ISOL_MATCH_A_DST_IP4, c->dst4);
		break;
	default:
		GIVE(c, ISOL_MATCH_A_SRC_IP6, c->src6);
		GIVE(c, ISOL_MATCH_A_DST_IP6, c->dst6);
	}
	GIVE(c, ISOL_MATCH_A_DSCP, c->dscp);
	c->dscp &= 63;
	c->proto = protos[below(ARRAY_SIZE(protos))];
	craft_give(c, ISOL_MATCH_A_PROTO);
	GIVE(c, ISOL_MATCH_A_SPORT, c->sport);
	GIVE(c, ISOL_MATCH_A_DPORT, c->dport);
	GIVE(c, ISOL_MATCH_A_TCP_FLAGS, c->tcp_flags);
	c->tcp_flags &= 0x1ff;
	GIVE(c, ISOL_MATCH_A_ICMP, c->icmp);
	c->fragment = percent(70) ? ISOL_FRAGMENT_NONE : below(3);
	craft_give(c, ISOL_MATCH_A_FRAGMENT);
}

static bool has_ports(u8 proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

/* Of which shape it has to be, over IPv4. */
static u32 shape_of(const struct craft *c, u8 icmp)
{
	if (!has_ports(c->proto) && c->proto != icmp)
		return ISOL_SHAPE_IP4_OTHER;
	if (c->fragment == ISOL_FRAGMENT_LATER)
		return ISOL_SHAPE_IP4_NOL4;
	return c->proto == icmp ? ISOL_SHAPE_IP4_ICMP : ISOL_SHAPE_IP4_PORTS;
}

static void check_ip(const struct craft *c, const struct isol_key *key)
{
	bool six = craft_has(c, ISOL_MATCH_A_SRC_IP6);
	u32 shape = shape_of(c, six ? 58 : 1);

	if (six) {
		CHECK(same6(key->src6, c->src6) && same6(key->dst6, c->dst6));
		CHECK_EQ(key->shape, shape + ISOL_SHAPE_IP6_PORTS - ISOL_SHAPE_IP4_PORTS);
	} else {
		CHECK_EQ(key->v[ISOL_MATCH_A_SRC_IP4], c->src4);
		CHECK_EQ(key->v[ISOL_MATCH_A_DST_IP4], c->dst4);
		CHECK_EQ(key->shape, shape);
	}
	CHECK_EQ(key->v[ISOL_MATCH_A_DSCP], c->dscp);
	CHECK_EQ(key->v[ISOL_MATCH_A_FRAGMENT], c->fragment);
	CHECK_EQ(key->v[ISOL_MATCH_A_PROTO], c->proto);
	if (shape == ISOL_SHAPE_IP4_ICMP)
		CHECK_EQ(key->v[ISOL_MATCH_A_ICMP], c->icmp);
	if (shape != ISOL_SHAPE_IP4_PORTS)
		return;
	CHECK_EQ(key->v[ISOL_MATCH_A_SPORT], c->sport);
	CHECK_EQ(key->v[ISOL_MATCH_A_DPORT], c->dport);
	CHECK_EQ(key->v[ISOL_MATCH_A_TCP_FLAGS], c->proto == 6 ? c->tcp_flags : 0);
}

/* With tags that are none of these fields' the two parsers agree about them. */
static void check_tags(const struct craft *c, const struct isol_key *key)
{
	bool vlan = craft_has(c, ISOL_MATCH_A_VLAN), tagged = craft_tagged(c);

	if (c->ntags)
		return;
	CHECK_EQ(key->v[ISOL_MATCH_A_VLAN], vlan ? c->vlan : 0);
	CHECK_EQ(key->v[ISOL_MATCH_A_PCP], craft_has(c, ISOL_MATCH_A_PCP) ? c->pcp :
		 tagged ? 0 : ISOL_NO_PCP);
	CHECK_EQ(key->v[ISOL_MATCH_A_INNER_VLAN], craft_has(c, ISOL_MATCH_A_INNER_VLAN) ?
		 c->inner_vlan : ISOL_NO_INNER_VLAN);
}

static void random_crafts(void)
{
	u32 rounds = test_rounds(100000), i;
	struct isol_key key;
	struct craft c;

	for (i = 0; i < rounds && test_good(); i++) {
		random_craft(&c);
		read_frame(&c, &key);
		check_tags(&c, &key);
		CHECK_EQ(key.smac, mac(c.src_mac));
		CHECK_EQ(key.dmac, mac(c.dst_mac));
		if (craft_has(&c, ISOL_MATCH_A_ARP_OP)) {
			CHECK_EQ(key.shape, ISOL_SHAPE_ARP);
			CHECK_EQ(key.v[ISOL_MATCH_A_ARP_OP], c.arp_op);
			CHECK_EQ(key.v[ISOL_MATCH_A_ARP_SENDER], c.arp_sender);
			CHECK_EQ(key.v[ISOL_MATCH_A_ARP_TARGET], c.arp_target);
		} else if (craft_has(&c, ISOL_MATCH_A_ETHERTYPE)) {
			CHECK_EQ(key.shape, ISOL_SHAPE_OTHER);
			CHECK_EQ(key.v[ISOL_MATCH_A_ETHERTYPE], c.ethertype);
		} else {
			check_ip(&c, &key);
		}
	}
}

int main(void)
{
	test_begin();
	run_case("craft_defaults", defaults);
	run_case("craft_destinations", destinations);
	run_case("craft_groups", groups);
	run_case("craft_tags", tags);
	run_case("craft_broken", broken);
	run_case("craft_checksums", checksums);
	run_case("craft_payloads", payloads);
	run_case("craft_sctp", sctp);
	run_case("craft_random", random_crafts);
	return test_end();
}
