// SPDX-License-Identifier: GPL-2.0
/* Reading answers, see answer.h. */
#include <stdio.h>
#include <string.h>

#include "answer.h"
#include "frame.h"

/**
 * struct packet - an IP packet in a frame
 * @ip: its header
 * @l4: the header of its protocol, behind any of IPv6's own
 * @end: behind its last byte
 * @proto: the protocol
 * @v6: it is IPv6
 * @tags: VLAN tags in the frame, as text
 */
struct packet {
	const u8 *ip;
	const u8 *l4;
	const u8 *end;
	unsigned int proto;
	bool v6;
	char tags[40];
};

/* Return: false if it is no IP packet that is all there. */
static bool find_packet(const u8 *buf, size_t len, int vlan, struct packet *p)
{
	size_t off = 2 * MAC_LEN, n;

	memset(p, 0, sizeof(*p));
	if (vlan >= 0)
		snprintf(p->tags, sizeof(p->tags), "vlan%d.", vlan);
	while (off + 4 < len && (get16(buf + off) == 0x8100 || get16(buf + off) == 0x88a8)) {
		n = strlen(p->tags);
		snprintf(p->tags + n, sizeof(p->tags) - n, "vlan%u.", get16(buf + off + 2));
		off += 4;
	}
	if (off + 2 + 20 > len)
		return false;
	p->v6 = get16(buf + off) == 0x86dd;
	if (!p->v6 && get16(buf + off) != 0x0800)
		return false;
	off += 2;
	p->ip = buf + off;
	if (p->v6) {
		if (off + 40 > len)
			return false;
		p->proto = p->ip[6];
		p->l4 = p->ip + 40;
		p->end = p->l4 + get16(p->ip + 4);
	} else {
		p->proto = p->ip[9];
		p->l4 = p->ip + (p->ip[0] & 0xf) * 4;
		p->end = p->ip + get16(p->ip + 2);
	}
	return p->end <= buf + len && p->l4 + 8 <= p->end;
}

/* What is summed up with its checksum comes to 0xffff, see RFC 1071. */
static bool sums_right(const struct packet *p)
{
	unsigned int addrs = p->v6 ? 32 : 8, len = p->end - p->l4, sum = 0;
	const u8 *at = p->v6 ? p->ip + 8 : p->ip + 12;

	if (!p->v6 && sum16(p->ip, p->l4 - p->ip, 0) != 0xffff)
		return false;
	if (p->v6 || p->proto != 1)
		sum = sum16(at, addrs, len + p->proto);
	return sum16(p->l4, len, sum) == 0xffff;
}

/* Whether an answer has all from the frame that it has to have from it. */
static bool fits(const u8 *buf, const struct packet *p, const u8 *sent, const struct packet *s)
{
	unsigned int n = p->v6 ? 16 : 4, quoted = p->end - p->l4 - 8;
	const u8 *from = s->ip + (s->v6 ? 8 : 12), *at = p->ip + (p->v6 ? 8 : 12);

	if (memcmp(buf, sent + MAC_LEN, MAC_LEN) || memcmp(buf + MAC_LEN, sent, MAC_LEN) ||
	    p->v6 != s->v6 || memcmp(at, from + n, n) || memcmp(at + n, from, n) ||
	    !sums_right(p))
		return false;
	if (p->proto == 6)
		return p->end - p->l4 == 20 && !memcmp(p->l4, s->l4 + 2, 2) &&
		       !memcmp(p->l4 + 2, s->l4, 2);
	return quoted >= 28 && quoted <= s->end - s->ip && !memcmp(p->l4 + 8, s->ip, quoted);
}

bool answer_text(const u8 *buf, size_t len, int vlan, const u8 *sent, size_t sent_len,
		 char text[ANSWER_TEXT])
{
	struct packet p, s;
	bool good;

	if (!find_packet(buf, len, vlan, &p))
		return false;
	good = sent && find_packet(sent, sent_len, -1, &s) && fits(buf, &p, sent, &s);
	if (p.proto == 6 && p.end - p.l4 >= 20 && p.l4[13] & 0x04)
		snprintf(text, ANSWER_TEXT, "%srst%s", p.tags, good ? "" : "!");
	else if (p.proto == 1 && !p.v6 && p.l4[0] != 0 && p.l4[0] != 8)
		snprintf(text, ANSWER_TEXT, "%sicmp%u/%u%s", p.tags, p.l4[0], p.l4[1],
			 good ? "" : "!");
	else if (p.proto == 58 && p.v6 && p.l4[0] < 128)
		snprintf(text, ANSWER_TEXT, "%sicmpv6-%u/%u%s", p.tags, p.l4[0], p.l4[1],
			 good ? "" : "!");
	else
		return false;
	/* What was sent, and has arrived. */
	return !sent || len < sent_len || memcmp(buf, sent, sent_len);
}
