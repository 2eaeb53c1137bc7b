// SPDX-License-Identifier: GPL-2.0
/*
 * Which of many frames get from one endpoint to another: each is described in
 * a line, all are sent, and then it is known where they have arrived.
 *
 * Every frame ends with a tag, so that it is known again whatever is wrong with
 * it: as the end of its payload, or, where it has none or is cut, behind all that
 * it says it has.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "barrier.h"
#include "answer.h"
#include "session.h"
#include "userspace/craft.h"

#define MAX_FRAMES 4096
#define MAX_PAYLOAD 1400
#define PAYLOAD 32		/* enough for the tag, and that there is no padding */
#define CUT_PAYLOAD 64		/* so that the tag does not make good what is cut */
#define AT_ONCE 32		/* without looking who has received some */

static const char usage[] =
"usage: craft [options] NAME=NETNS:IFNAME[,OPTION...] ... <FRAMES\n"
"\n"
"Sends frames between endpoints; each line of FRAMES describes one:\n"
"\n"
"  FRAME FROM TO WORD...\n"
"\n"
"and prints for each, in this order, FRAME pass|drop: whether it arrived at TO.\n"
"\n"
"  -a       print FRAME END,... instead, all where it arrived, FRAME - for none\n"
"  -w MS    how long to wait when all should be there (40)\n"
"  -L       do not make bridges learn first\n"
"  -r       one after the other, and print besides what has come back where, as\n"
"           END:WHAT: rst, icmp3/13 or the like, behind vlanTCI. if it is tagged; with\n"
"           ! if it is not what a right answer to that frame has to be\n"
"\n"
"Words, in any order; what is not said is made up so as to go with the rest:\n"
"  tcp udp udplite sctp dccp proto N   ip4 ip6\n"
"  src ADDRESS dst ADDRESS dscp N fragment none|first|later\n"
"  sport N dport N flags LIST          fin,syn,rst,psh,ack,urg,ece,cwr,ns or none\n"
"  icmp TYPE/CODE icmp6 TYPE/CODE\n"
"  arp request|reply|N sender ADDRESS target ADDRESS\n"
"  ether TYPE                          4: LLC; before IP or ARP that are named, any\n"
"  mac-src MAC mac-dst MAC cast unicast|multicast|broadcast\n"
"  vlan [TPID.]VID                     up to three times, the outer one first\n"
"  payload N snap pppoe                32 bytes of payload, if it is not said\n"
"  cut N                               N bytes and the tag of 16, of a packet that\n"
"                                      says it is longer by a payload of 64\n"
"  raw HEX                             these bytes behind the MAC addresses, whatever\n"
"                                      else is said, as many as there are\n"
"\n"
"A frame goes to the MAC address of TO, if no word says or implies another. See\n"
"probe -h about endpoints. Empty lines and lines that begin with # are nothing.\n"
"Exit status 2: no result.\n";

/**
 * struct sent - a frame
 * @name: what the user calls it
 * @to: number of the endpoint where it should arrive
 * @got: how often it has arrived at each endpoint
 * @answers: what has come back, as text
 */
struct sent {
	char *name;
	unsigned int to;
	unsigned char got[MAX_ENDPOINTS];
	char answers[256];
};

static const char *raw; /* of the frame that is being described, or NULL */
static struct sent frames[MAX_FRAMES];
static unsigned int nframes;

/* With -r: the frame that is on its way. */
static bool one_by_one;
static const u8 *on_way;
static size_t on_way_len;

/* A frame that is not one of ours as it was sent. Return: whether it is an answer. */
static bool note_answer(const struct endpoint *e, const u8 *buf, size_t len, int vlan)
{
	struct sent *f = &frames[nframes - 1];
	size_t used = strlen(f->answers);
	char text[64];

	if (!one_by_one || !nframes || !answer_text(buf, len, vlan, on_way, on_way_len, text))
		return false;
	snprintf(f->answers + used, sizeof(f->answers) - used, " %s:%s", e->name, text);
	return true;
}

static bool on_frame(unsigned int where, const u8 *buf, size_t len, int vlan)
{
	struct tag tag;

	if (note_answer(&ends[where], buf, len, vlan))
		return true;
	if (!frame_tag(buf, len, &tag) || tag.run != run || tag.kind != KIND_UNICAST ||
	    tag.seq >= nframes)
		return false;
	if (frames[tag.seq].got[where] < 255)
		frames[tag.seq].got[where]++;
	return true;
}

/*
 * Descriptions
 */

static unsigned int one_of(const char *s, const char *const *names, const char *what)
{
	unsigned int i;

	for (i = 0; names[i]; i++)
		if (s && !strcmp(s, names[i]))
			return i;
	die("line %u: %s: not %s", line, what, s ? s : "without a value");
}

static u32 address4(const char *s, const char *what)
{
	struct in_addr addr;

	if (!s || inet_pton(AF_INET, s, &addr) != 1)
		die("line %u: %s: expected an IPv4 address", line, what);
	return ntohl(addr.s_addr);
}

static void address(struct craft *c, const char *s, bool dst, const char *what)
{
	if (s && strchr(s, ':')) {
		if (inet_pton(AF_INET6, s, dst ? c->dst6 : c->src6) != 1)
			die("line %u: %s: expected an address", line, what);
		craft_give(c, dst ? ISOL_MATCH_A_DST_IP6 : ISOL_MATCH_A_SRC_IP6);
		return;
	}
	*(dst ? &c->dst4 : &c->src4) = address4(s, what);
	craft_give(c, dst ? ISOL_MATCH_A_DST_IP4 : ISOL_MATCH_A_SRC_IP4);
}

static void mac_address(const char *s, u8 *mac, const char *what)
{
	unsigned int b[MAC_LEN], i;
	int end = 0;

	if (!s || sscanf(s, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4],
			 &b[5], &end) != MAC_LEN || s[end])
		die("line %u: %s: expected a MAC address", line, what);
	for (i = 0; i < MAC_LEN; i++)
		mac[i] = b[i];
}

static void tcp_flags(struct craft *c, char *list)
{
	static const char *const names[] = {
		"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", NULL
	};
	char *save, *s = strtok_r(list, ",", &save);

	craft_give(c, ISOL_MATCH_A_TCP_FLAGS);
	c->tcp_flags = 0;
	if (s && !strcmp(s, "none"))
		return;
	do {
		c->tcp_flags |= 1 << one_of(s, names, "flags");
		s = strtok_r(NULL, ",", &save);
	} while (s);
}

static void icmp(struct craft *c, const char *s, unsigned int proto, const char *what)
{
	unsigned int type, code;
	int end = 0;

	if (!s || sscanf(s, "%u/%u%n", &type, &code, &end) != 2 || s[end] || type > 255 ||
	    code > 255)
		die("line %u: %s: expected TYPE/CODE", line, what);
	c->icmp = type << 8 | code;
	c->proto = proto;
	craft_give(c, ISOL_MATCH_A_ICMP);
	craft_give(c, ISOL_MATCH_A_PROTO);
}

static void tag_of(struct craft *c, const char *s)
{
	const char *dot = s ? strchr(s, '.') : NULL;
	unsigned int tpid = 0x8100;
	int end = 0;

	if (c->ntags == CRAFT_MAX_TAGS)
		die("line %u: vlan: %u at the most", line, CRAFT_MAX_TAGS);
	if (dot && (sscanf(s, "%4x.%n", &tpid, &end) != 1 || s + end != dot + 1))
		die("line %u: vlan: expected [TPID.]VID", line);
	c->tags[c->ntags].tpid = tpid;
	c->tags[c->ntags++].tci = number(dot ? dot + 1 : s, 0xffff, "vlan");
}

static void arp(struct craft *c, const char *s)
{
	if (s && !strcmp(s, "request"))
		c->arp_op = 1;
	else if (s && !strcmp(s, "reply"))
		c->arp_op = 2;
	else
		c->arp_op = number(s, 0xffff, "arp");
	craft_give(c, ISOL_MATCH_A_ARP_OP);
}

/* Words without a value. Return: whether it is one. */
static bool plain(struct craft *c, const char *word)
{
	static const struct {
		const char *word;
		u8 proto;
	} protos[] = {
		{ "tcp", 6 }, { "udp", 17 }, { "dccp", 33 }, { "sctp", 132 }, { "udplite", 136 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (!strcmp(word, protos[i].word)) {
			c->proto = protos[i].proto;
			craft_give(c, ISOL_MATCH_A_PROTO);
			return true;
		}
	if (!strcmp(word, "ip4"))
		c->ip = 4;
	else if (!strcmp(word, "ip6"))
		c->ip = 6;
	else if (!strcmp(word, "snap"))
		c->snap = true;
	else if (!strcmp(word, "pppoe"))
		c->pppoe = true;
	else
		return false;
	return true;
}

/* A word with its value. */
static void valued(struct craft *c, const char *word, char *v)
{
	static const char *const fragments[] = { "none", "first", "later", NULL };
	static const char *const casts[] = { "unicast", "multicast", "broadcast", NULL };
	u32 field;

	if (!strcmp(word, "proto")) {
		c->proto = number(v, 255, word);
		field = ISOL_MATCH_A_PROTO;
	} else if (!strcmp(word, "sport")) {
		c->sport = number(v, 0xffff, word);
		field = ISOL_MATCH_A_SPORT;
	} else if (!strcmp(word, "dport")) {
		c->dport = number(v, 0xffff, word);
		field = ISOL_MATCH_A_DPORT;
	} else if (!strcmp(word, "dscp")) {
		c->dscp = number(v, 63, word);
		field = ISOL_MATCH_A_DSCP;
	} else if (!strcmp(word, "fragment")) {
		c->fragment = one_of(v, fragments, word);
		field = ISOL_MATCH_A_FRAGMENT;
	} else if (!strcmp(word, "ether")) {
		c->ethertype = number(v, 0xffff, word);
		field = ISOL_MATCH_A_ETHERTYPE;
	} else if (!strcmp(word, "cast")) {
		c->cast = one_of(v, casts, word);
		field = ISOL_MATCH_A_CAST;
	} else if (!strcmp(word, "mac-src")) {
		mac_address(v, c->src_mac, word);
		field = ISOL_MATCH_A_SRC_MAC;
	} else if (!strcmp(word, "mac-dst")) {
		mac_address(v, c->dst_mac, word);
		field = ISOL_MATCH_A_DST_MAC;
	} else if (!strcmp(word, "sender")) {
		c->arp_sender = address4(v, word);
		field = ISOL_MATCH_A_ARP_SENDER;
	} else if (!strcmp(word, "target")) {
		c->arp_target = address4(v, word);
		field = ISOL_MATCH_A_ARP_TARGET;
	} else {
		die("line %u: no word is %s; -h explains", line, word);
	}
	craft_give(c, field);
}

/* Those of which a field alone is not enough. Return: whether it is one. */
static bool special(struct craft *c, const char *word, char *v)
{
	if (!strcmp(word, "src") || !strcmp(word, "dst"))
		address(c, v, *word == 'd', word);
	else if (!strcmp(word, "icmp"))
		icmp(c, v, 1, word);
	else if (!strcmp(word, "icmp6"))
		icmp(c, v, 58, word);
	else if (!strcmp(word, "flags"))
		tcp_flags(c, v);
	else if (!strcmp(word, "arp"))
		arp(c, v);
	else if (!strcmp(word, "vlan"))
		tag_of(c, v);
	else if (!strcmp(word, "raw"))
		raw = v;
	else if (!strcmp(word, "payload"))
		c->payload = number(v, MAX_PAYLOAD, word);
	else if (!strcmp(word, "cut"))
		c->cut = number(v, MAX_PAYLOAD, word);
	else
		return false;
	return true;
}

static void describe(struct craft *c, char **words, unsigned int n)
{
	bool sized = false;
	unsigned int i;

	raw = NULL;
	for (i = 0; i < n; i++) {
		if (plain(c, words[i]))
			continue;
		if (!words[i + 1])
			die("line %u: %s: no word, or one without its value", line, words[i]);
		if (!special(c, words[i], words[i + 1]))
			valued(c, words[i], words[i + 1]);
		sized |= !strcmp(words[i], "payload");
		i++;
	}
	if (!sized)
		c->payload = c->cut ? CUT_PAYLOAD : PAYLOAD;
}

/* Replace what stands behind the MAC addresses. */
static size_t put_raw(u8 *buf, size_t size)
{
	size_t len = 2 * MAC_LEN, n = strlen(raw) / 2, i;
	unsigned int byte;

	if (len + n > size)
		return 0;
	for (i = 0; i < n; i++) {
		if (sscanf(raw + 2 * i, "%2x", &byte) != 1)
			die("line %u: raw: expected hexadecimal digits", line);
		buf[len++] = byte;
	}
	return len;
}

/* What goes to nobody in particular is for @to. */
static size_t make(struct craft *c, const struct endpoint *from, const struct endpoint *to,
		   u8 *buf, size_t size)
{
	static const u8 nobody[MAC_LEN] = { 2, 0, 0, 0, 0, 2 };
	size_t len;

	if (!craft_has(c, ISOL_MATCH_A_SRC_MAC)) {
		memcpy(c->src_mac, from->mac, MAC_LEN);
		craft_give(c, ISOL_MATCH_A_SRC_MAC);
	}
	if (from->vlan >= 0) {
		if (c->ntags == CRAFT_MAX_TAGS)
			die("line %u: vlan: with that of %s too many", line, from->name);
		memmove(c->tags + 1, c->tags, c->ntags++ * sizeof(*c->tags));
		c->tags[0].tpid = from->tpid;
		c->tags[0].tci = from->vlan;
	}
	len = craft_frame(c, buf, size);
	if (len >= MAC_LEN && !craft_has(c, ISOL_MATCH_A_DST_MAC) && !memcmp(buf, nobody, MAC_LEN))
		memcpy(buf, to->mac, MAC_LEN);
	return raw ? put_raw(buf, size) : len;
}

static void send_line(char **words, unsigned int n)
{
	u8 buf[CRAFT_MAX_HEAD + MAX_PAYLOAD + sizeof(struct tag)], data[MAX_PAYLOAD] = { 0 };
	struct craft c = { 0 };
	struct frame_spec spec = { .kind = KIND_UNICAST, .run = run, .seq = nframes };
	unsigned int from;
	struct tag tag;
	size_t len;
	int err;

	if (nframes == MAX_FRAMES)
		die("line %u: more than %u frames", line, MAX_FRAMES);
	from = endpoint_find(ends, nends, words[1], strlen(words[1]));
	frames[nframes].to = endpoint_find(ends, nends, words[2], strlen(words[2]));
	frames[nframes].name = strdup(words[0]);
	spec.from = from;
	spec.to = frames[nframes].to;
	describe(&c, words + 3, n - 3);
	if (c.payload >= sizeof(tag))
		frame_put_tag(&spec, data + c.payload - sizeof(tag));
	c.data = data;
	len = make(&c, &ends[from], &ends[spec.to], buf, sizeof(buf) - sizeof(struct tag));
	if (!len)
		die("line %u: the frame is too long", line);
	if (!frame_tag(buf, len, &tag)) {
		frame_put_tag(&spec, buf + len);
		len += sizeof(tag);
	}
	nframes++;
	err = endpoint_send(&ends[from], buf, len);
	if (err)
		die("line %u: %s: cannot send: %s", line, ends[from].name, strerror(-err));
	if (one_by_one) {
		on_way = buf;
		on_way_len = len;
		settle(on_frame, 5);
		on_way = NULL;
	} else if (nframes % AT_ONCE == 0) {
		barrier(run, &seq);
		drain_ends(on_frame);
	}
}

static void print_frame(const struct sent *f, bool everywhere)
{
	const char *sep = " ";
	unsigned int i;

	if (!everywhere) {
		printf("%s %s%s\n", f->name, f->got[f->to] ? "pass" : "drop", f->answers);
		return;
	}
	printf("%s", f->name);
	for (i = 0; i < nends; i++) {
		if (!f->got[i])
			continue;
		printf("%s%s", sep, ends[i].name);
		sep = ",";
	}
	puts(*sep == ' ' ? " -" : "");
}

int main(int argc, char **argv)
{
	bool everywhere = false, teach = true;
	int opt, quiet_ms = 40;
	unsigned int i;

	while ((opt = getopt(argc, argv, "aw:Lrh")) != -1) {
		switch (opt) {
		case 'a':
			everywhere = true;
			break;
		case 'w':
			quiet_ms = atoi(optarg);
			break;
		case 'r':
			one_by_one = true;
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
	/* those of frames are their places */
	seq = MAX_FRAMES;
	if (teach)
		learn();
	each_line(send_line);
	if (!nframes)
		die("no frames: expected lines of FRAME FROM TO WORD...");
	settle(on_frame, quiet_ms);
	none_lost();
	for (i = 0; i < nframes; i++)
		print_frame(&frames[i], everywhere);
	return 0;
}
