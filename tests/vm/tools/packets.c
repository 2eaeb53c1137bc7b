// SPDX-License-Identifier: GPL-2.0
/*
 * Packets of conversations, whole and in fragments, one after the other, and what
 * arrives of each where: with numbers, quotations and cuts that craft does not make,
 * and known again by what is in them, for bridges that put fragments together send
 * others than they got.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "barrier.h"
#include "session.h"

#define MAX_PACKET 9000		/* of IP, before it is cut */
#define MAX_FRAME 2048
#define IP4_LEN 20
#define IP6_LEN 40
#define FRAGMENT_LEN 8
#define UDP_LEN 8
#define TCP_LEN 20

static const char usage[] =
"usage: packets [options] NAME=NETNS:IFNAME[,OPTION...] ... <PACKETS\n"
"\n"
"Sends packets between endpoints, one after the other; each line describes one:\n"
"\n"
"  PACKET FROM TO WORD...\n"
"\n"
"and prints for each, in this order, what has arrived before the next was sent:\n"
"\"PACKET END:WHAT...\", or \"PACKET -\" for nothing. WHAT is \"all\", or OFFSET+LENGTH of\n"
"a fragment, with a + behind it if more of them follow; then, behind =, letters of the\n"
"payload and how many there are of each in a row, of four and more.\n"
"\n"
"  -w MS    how long to wait when all should be there (5)\n"
"  -L       do not make bridges learn first\n"
"\n"
"Words, in any order:\n"
"  ip4 ip6                       IPv4 if not said\n"
"  src ADDRESS dst ADDRESS       10.7.0.N or fd07::N, N being the endpoint's place\n"
"  mac-src NAME mac-dst NAME     of another endpoint\n"
"  mac-dst all                   broadcast\n"
"  udp SPORT DPORT               without checksum over IPv4\n"
"  tcp SPORT DPORT FLAGS         FLAGS: letters of FSRPAU\n"
"  seq N ack N                   of TCP\n"
"  icmp TYPE CODE ID             ICMPv6 with ip6\n"
"  fill LETTER len N             the payload, 32 times A if not said\n"
"  about PROTO SRC SPORT DST DPORT [SEQ]\n"
"                                the payload is the beginning of this packet\n"
"  id N                          of IP, to know fragments by\n"
"  part OFFSET+LENGTH            only this, as a fragment, of what is behind the IP header\n"
"  last more                     whatever OFFSET and LENGTH say of it\n"
"\n"
"See probe -h about endpoints. Exit status 2: no result.\n";

/**
 * struct packet - what a line describes
 * @from: number of the endpoint
 * @to: number of the endpoint
 * @ip6: IPv6
 * @src: address, as text, or NULL
 * @dst: address, as text, or NULL
 * @mac_src: number of the endpoint whose address is used
 * @mac_dst: number of the endpoint, -1 broadcast
 * @proto: 17, 6 or that of ICMP
 * @sport: source port, or type of ICMP
 * @dport: destination port, or code of ICMP
 * @flags: of TCP
 * @seq: of TCP; identifier of ICMP
 * @ack: of TCP
 * @fill: what the payload is made of
 * @len: length of the payload
 * @about: words of what is quoted, or NULL
 * @id: of IP
 * @cut: it is a fragment
 * @off: where that begins
 * @part: how long it is
 * @more: more of them follow: 1, 0, or -1 as @off and @part say
 */
struct packet {
	unsigned int from;
	unsigned int to;
	bool ip6;
	const char *src;
	const char *dst;
	unsigned int mac_src;
	int mac_dst;
	unsigned int proto;
	unsigned int sport;
	unsigned int dport;
	unsigned int flags;
	u32 seq;
	u32 ack;
	char fill;
	unsigned int len;
	char **about;
	u32 id;
	bool cut;
	unsigned int off;
	unsigned int part;
	int more;
};

static int quiet_ms = 5;
static bool heard;

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/*
 * What arrives
 */

static void print_letters(const u8 *p, size_t len)
{
	const char *sep = "=";
	size_t i, n;

	for (i = 0; i < len; i += n) {
		for (n = 1; i + n < len && p[i + n] == p[i];)
			n++;
		if (n < 4 || p[i] < 'A' || p[i] > 'Z')
			continue;
		printf("%s%c%zu", sep, p[i], n);
		sep = ",";
	}
}

/* @p: what is behind the IP header, @len bytes; @frag: as IPv4 has it */
static void print_packet(const char *end, const u8 *p, size_t len, unsigned int frag)
{
	printf(" %s:", end);
	if (frag & 0x3fff)
		printf("%u+%zu%s", (frag & 0x1fff) * 8, len, frag & 0x2000 ? "+" : "");
	else
		printf("all");
	print_letters(p, len);
	heard = true;
}

static void receive(const char *end, const u8 *f, size_t len)
{
	unsigned int proto, frag = 0, at, total;

	if (len < 14)
		return;
	proto = get16(f + 12);
	f += 14;
	len -= 14;
	if (proto == 0x8100 && len >= 4) {
		proto = get16(f + 2);
		f += 4;
		len -= 4;
	}
	if (proto == 0x0800 && len >= IP4_LEN) {
		at = (f[0] & 0xf) * 4;
		total = get16(f + 2);
		frag = get16(f + 6) & 0x3fff;
	} else if (proto == 0x86dd && len >= IP6_LEN) {
		at = IP6_LEN;
		total = get16(f + 4) + IP6_LEN;
		if (f[6] == 44 && total >= IP6_LEN + FRAGMENT_LEN) {
			frag = get16(f + at + 2);
			frag = frag >> 3 | (frag & 1) << 13;
			at += FRAGMENT_LEN;
		}
	} else {
		return;
	}
	if (at <= total && total <= len)
		print_packet(end, f + at, total - at, frag);
}

/* Nothing says of which run it is. */
static bool on_frame(unsigned int where, const u8 *buf, size_t len, int vlan)
{
	receive(ends[where].name, buf, len);
	return true;
}

/*
 * What is sent
 */

static bool begins_number(const char *s)
{
	return s && *s >= '0' && *s <= '9';
}

static unsigned int protocol(const char *s, bool ip6)
{
	if (s && !strcmp(s, "udp"))
		return 17;
	if (s && !strcmp(s, "tcp"))
		return 6;
	if (s && !strcmp(s, "icmp"))
		return ip6 ? 58 : 1;
	die("line %u: expected udp, tcp or icmp", line);
}

static void add_address(const char *text, unsigned int end, bool ip6, u8 *p)
{
	char buf[32];

	if (!text) {
		snprintf(buf, sizeof(buf), ip6 ? "fd07::%x" : "10.7.0.%u", end + 1);
		text = buf;
	}
	if (inet_pton(ip6 ? AF_INET6 : AF_INET, text, p) != 1)
		die("line %u: no address: %s", line, text);
}

/* The IP header of a packet with @len bytes behind it. Return: its length. */
static size_t ip_header(const struct packet *p, u8 *h, size_t len, unsigned int frag)
{
	memset(h, 0, IP6_LEN + FRAGMENT_LEN);
	if (!p->ip6) {
		h[0] = 0x45;
		put16(h + 2, IP4_LEN + len);
		put16(h + 4, p->id & 0xffff);
		put16(h + 6, frag);
		h[8] = 64;
		h[9] = p->proto;
		add_address(p->src, p->from, false, h + 12);
		add_address(p->dst, p->to, false, h + 16);
		put16(h + 10, ~sum16(h, IP4_LEN, 0));
		return IP4_LEN;
	}
	h[0] = 0x60;
	put16(h + 4, len + (p->cut ? FRAGMENT_LEN : 0));
	h[6] = p->cut ? 44 : p->proto;
	h[7] = 64;
	add_address(p->src, p->from, true, h + 8);
	add_address(p->dst, p->to, true, h + 24);
	if (!p->cut)
		return IP6_LEN;
	h[IP6_LEN] = p->proto;
	put16(h + IP6_LEN + 2, (frag & 0x1fff) << 3 | (frag & 0x2000) >> 13);
	put32(h + IP6_LEN + 4, p->id);
	return IP6_LEN + FRAGMENT_LEN;
}

static size_t l4_len(unsigned int proto)
{
	return proto == 6 ? TCP_LEN : UDP_LEN;
}

/* The header of the protocol, without checksum; @len: with what is behind it. */
static void l4_header(const struct packet *p, u8 *h, size_t len)
{
	memset(h, 0, l4_len(p->proto));
	switch (p->proto) {
	case 6:
		put16(h, p->sport);
		put16(h + 2, p->dport);
		put32(h + 4, p->seq);
		put32(h + 8, p->ack);
		h[12] = TCP_LEN / 4 << 4;
		h[13] = p->flags;
		put16(h + 14, 8192);
		break;
	case 17:
		put16(h, p->sport);
		put16(h + 2, p->dport);
		put16(h + 4, len);
		break;
	default:
		h[0] = p->sport;
		h[1] = p->dport;
		put16(h + 4, p->seq);
		break;
	}
}

static void checksum(const struct packet *p, u8 *l4, size_t len)
{
	static const u8 places[256] = { [6] = 16, [17] = 6, [1] = 2, [58] = 2 };
	u8 h[IP6_LEN + FRAGMENT_LEN];
	u32 sum = 0;

	if (p->proto == 17 && !p->ip6)
		return;
	ip_header(p, h, len, 0);
	if (p->ip6)
		sum = sum16(h + 8, 32, len + p->proto);
	else if (p->proto != 1)
		sum = sum16(h + 12, 8, len + p->proto);
	put16(l4 + places[p->proto], ~sum16(l4, len, sum));
}

/* The beginning of the packet that an error is about. Return: its length. */
static size_t quote(const struct packet *p, u8 *buf)
{
	char **w = p->about;
	struct packet q = {
		.ip6 = p->ip6, .proto = protocol(w[0], p->ip6), .src = w[1],
		.sport = number(w[2], 0xffff, "about"), .dst = w[3],
		.dport = number(w[4], 0xffff, "about"), .flags = 0x10,
		.seq = begins_number(w[5]) ? number(w[5], UINT32_MAX, "about") : 0,
	};
	size_t ip = ip_header(&q, buf, l4_len(q.proto) + 32, 0);

	l4_header(&q, buf + ip, l4_len(q.proto) + 32);
	return ip + l4_len(q.proto);
}

/* All that is behind the IP header. Return: its length. */
static size_t build(const struct packet *p, u8 *buf)
{
	size_t at = l4_len(p->proto), len = p->len;

	if (p->about)
		len = quote(p, buf + at);
	else
		memset(buf + at, p->fill, len);
	l4_header(p, buf, at + len);
	checksum(p, buf, at + len);
	return at + len;
}

static void send_packet(const struct packet *p)
{
	static u8 all[MAX_PACKET], frame[MAX_PACKET];
	const struct endpoint *from = &ends[p->from];
	unsigned int frag = 0;
	size_t len, at = 12;
	const u8 *what = all;
	int err;

	len = build(p, all);
	if (p->cut) {
		if (p->off + p->part > len || p->off % 8)
			die("line %u: no such part of %zu bytes", line, len);
		frag = p->off / 8;
		if (p->more < 0 ? p->off + p->part < len : p->more)
			frag |= 0x2000;
		what += p->off;
		len = p->part;
	}
	memset(frame, 0xff, MAC_LEN);
	if (p->mac_dst >= 0)
		memcpy(frame, ends[p->mac_dst].mac, MAC_LEN);
	memcpy(frame + MAC_LEN, ends[p->mac_src].mac, MAC_LEN);
	if (from->vlan >= 0) {
		put16(frame + at, from->tpid);
		put16(frame + at + 2, from->vlan);
		at += 4;
	}
	put16(frame + at, p->ip6 ? 0x86dd : 0x0800);
	at += 2;
	at += ip_header(p, frame + at, len, frag);
	if (at + len > MAX_FRAME)
		die("line %u: the frame is too long", line);
	memcpy(frame + at, what, len);
	err = endpoint_send(&ends[p->from], frame, at + len);
	if (err)
		die("line %u: %s: cannot send: %s", line, from->name, strerror(-err));
}

static unsigned int end_of(const char *name)
{
	return endpoint_find(ends, nends, name, strlen(name));
}

static unsigned int tcp_flags(const char *s)
{
	static const char letters[] = "FSRPAU";
	unsigned int flags = 0;

	for (; s && *s; s++) {
		if (!strchr(letters, *s))
			die("line %u: no flag of TCP: %c", line, *s);
		flags |= 1 << (strchr(letters, *s) - letters);
	}
	return flags;
}

/* Words with a value. Return: how many words they are. */
static unsigned int valued(struct packet *p, char **w)
{
	if (!w[1])
		die("line %u: %s: no word, or one without its value", line, w[0]);
	if (!strcmp(w[0], "src"))
		p->src = w[1];
	else if (!strcmp(w[0], "dst"))
		p->dst = w[1];
	else if (!strcmp(w[0], "mac-src"))
		p->mac_src = end_of(w[1]);
	else if (!strcmp(w[0], "mac-dst"))
		p->mac_dst = strcmp(w[1], "all") ? (int)end_of(w[1]) : -1;
	else if (!strcmp(w[0], "seq"))
		p->seq = number(w[1], UINT32_MAX, w[0]);
	else if (!strcmp(w[0], "ack"))
		p->ack = number(w[1], UINT32_MAX, w[0]);
	else if (!strcmp(w[0], "fill"))
		p->fill = *w[1];
	else if (!strcmp(w[0], "len"))
		p->len = number(w[1], MAX_PACKET - 100, w[0]);
	else if (!strcmp(w[0], "id"))
		p->id = number(w[1], UINT32_MAX, w[0]);
	else if (!strcmp(w[0], "part") && sscanf(w[1], "%u+%u", &p->off, &p->part) == 2)
		p->cut = true;
	else
		die("line %u: no word is %s %s; -h explains", line, w[0], w[1]);
	return 2;
}

static unsigned int word(struct packet *p, char **w, unsigned int left)
{
	if (!strcmp(w[0], "ip4") || !strcmp(w[0], "ip6")) {
		p->ip6 = w[0][2] == '6';
	} else if (!strcmp(w[0], "last") || !strcmp(w[0], "more")) {
		p->more = *w[0] == 'm';
	} else if (!strcmp(w[0], "udp") && left > 2) {
		p->proto = 17;
		p->sport = number(w[1], 0xffff, w[0]);
		p->dport = number(w[2], 0xffff, w[0]);
		return 3;
	} else if (!strcmp(w[0], "tcp") && left > 3) {
		p->proto = 6;
		p->sport = number(w[1], 0xffff, w[0]);
		p->dport = number(w[2], 0xffff, w[0]);
		p->flags = tcp_flags(w[3]);
		return 4;
	} else if (!strcmp(w[0], "icmp") && left > 3) {
		p->proto = 1;
		p->sport = number(w[1], 255, w[0]);
		p->dport = number(w[2], 255, w[0]);
		p->seq = number(w[3], 0xffff, w[0]);
		return 4;
	} else if (!strcmp(w[0], "about") && left > 5) {
		p->about = w + 1;
		return begins_number(w[6]) ? 7 : 6;
	} else {
		return valued(p, w);
	}
	return 1;
}

static void send_line(char **words, unsigned int n)
{
	static u32 next_id = 1;
	struct packet p = {
		.proto = 17, .sport = 1024, .dport = 9, .fill = 'A', .len = 32, .more = -1,
		.id = next_id++,
	};
	unsigned int i;

	p.from = end_of(words[1]);
	p.to = end_of(words[2]);
	p.mac_src = p.from;
	p.mac_dst = p.to;
	for (i = 3; i < n;)
		i += word(&p, words + i, n - i);
	if (p.proto == 1 && p.ip6)
		p.proto = 58;
	printf("%s", words[0]);
	heard = false;
	send_packet(&p);
	settle(on_frame, quiet_ms);
	puts(heard ? "" : " -");
}

int main(int argc, char **argv)
{
	bool teach = true;
	int opt;

	while ((opt = getopt(argc, argv, "w:Lh")) != -1) {
		switch (opt) {
		case 'w':
			quiet_ms = atoi(optarg);
			break;
		case 'L':
			teach = false;
			break;
		default:
			fputs(usage, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	barrier_pin();
	open_ends(argc, argv);
	if (teach) {
		learn();
		drain_ends(on_frame);
	}
	each_line(send_line);
	none_lost();
	return 0;
}
