// SPDX-License-Identifier: GPL-2.0
/*
 * nlfuzz - random messages to the isol family, led by what code they reach
 *
 * usage: nlfuzz [-s SEED] [-t SECONDS] [-c]
 *
 * Two processes at once, of several sockets each, send messages that are of a
 * valid shape (made from the tables of contract.c) or were once and have been
 * damaged: lengths, types, nests, order, values, flags. What a message reaches in
 * the module is seen by KCOV; those that reach something new are kept, for all
 * processes, and changed again. -c: do without KCOV.
 *
 * Each process works in two namespaces by turns. One they share, where anything
 * goes. One it has for itself; there each message that is answered with an error
 * must have changed nothing: generation, what status tells, and now and then all
 * that dumps tell.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "contract.h"
#include "types.h"

#define PROCESSES 2
#define SOCKETS 4
#define MAX_MESSAGE 4096
#define MAX_CORPUS 1024
#define COVER_SIZE 16384
#define MAP_BITS 20
#define BUF_SIZE 65536

/* A message that has reached something new. */
struct seed {
	volatile u32 len;	/* 0 while it is written */
	char bytes[MAX_MESSAGE];
};

/* What the processes share. */
struct shared {
	u32 nseeds;
	u32 blocks;
	u32 messages[PROCESSES];
	u32 errors[PROCESSES];
	u32 accepted[PROCESSES];
	u32 commits[PROCESSES];
	u32 compared[PROCESSES];
	u32 unanswered[PROCESSES];
	u8 map[1 << MAP_BITS];		/* by hash of the place in the code */
	struct seed seeds[MAX_CORPUS];
};

struct sock {
	int fd;
	u32 seq;
};

/* A namespace, with sockets in it. */
struct room {
	struct sock socks[SOCKETS];
	struct sock ctl;
};

static struct shared *shared;
static unsigned int me;
static unsigned int family, groups[2];
static unsigned long *cover;
static bool with_kcov = true;
static u64 rnd_state;
static char message[BUF_SIZE] __aligned(8);
static char answer[BUF_SIZE] __aligned(8);
static struct seed recent;	/* the last message, for reports */

/* ---- chance */

static u32 rnd(u32 n)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return n ? (u32)((rnd_state >> 16) % n) : 0;
}

static bool one_in(u32 n)
{
	return !rnd(n);
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* ---- coverage */

static void kcov_open(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR);

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, COVER_SIZE))
		err(1, "kcov");
	cover = mmap(NULL, COVER_SIZE * sizeof(*cover), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (cover == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		err(1, "kcov");
}

static void cover_begin(void)
{
	if (with_kcov)
		__atomic_store_n(&cover[0], 0, __ATOMIC_RELAXED);
}

/* Return: how many places were reached for the first time. */
static u32 cover_end(void)
{
	unsigned long n, i, h;
	u32 fresh = 0;

	if (!with_kcov)
		return 0;
	n = __atomic_load_n(&cover[0], __ATOMIC_RELAXED);
	for (i = 0; i < n && i < COVER_SIZE - 1; i++) {
		h = cover[i + 1] * 0x9e3779b97f4a7c15UL >> (64 - MAP_BITS);
		if (shared->map[h])
			continue;
		shared->map[h] = 1;
		fresh++;
	}
	if (fresh)
		__atomic_add_fetch(&shared->blocks, fresh, __ATOMIC_RELAXED);
	return fresh;
}

static void keep(const void *bytes, u32 len)
{
	u32 i;

	if (len > MAX_MESSAGE)
		return;
	i = __atomic_fetch_add(&shared->nseeds, 1, __ATOMIC_RELAXED) % MAX_CORPUS;
	shared->seeds[i].len = 0;
	memcpy(shared->seeds[i].bytes, bytes, len);
	__atomic_store_n(&shared->seeds[i].len, len, __ATOMIC_RELEASE);
}

/* ---- messages of a valid shape */

/* Few, so that references meet. */
static const char *const names[] = {
	"a", "b", "c", "web", "db", "br0", "br1", "p0", "p1", "p*", "any", "host", "x.y:z-1", "",
	"0123456789012345678901234567890123456789012345678901234567890123",
	"012345678901234", "\xc3\xa9", "\xff", "two words", "-"
};

static size_t space(const struct nlmsghdr *nlh)
{
	return MAX_MESSAGE - nlh->nlmsg_len;
}

static void put_string(struct nlmsghdr *nlh, int type)
{
	char text[600];
	u32 i, len;

	/* Mostly what may be right. */
	if (!one_in(12)) {
		mnl_attr_put_strz(nlh, type, names[rnd(one_in(4) ? ARRAY_SIZE(names) : 9)]);
		return;
	}
	len = rnd(one_in(4) ? sizeof(text) : 70);
	for (i = 0; i < len; i++)
		text[i] = one_in(30) ? rnd(256) : 'a' + rnd(26);
	if (len && !one_in(4))
		text[len - 1] = '\0';
	mnl_attr_put(nlh, type, len, text);
}

static void put_number(struct nlmsghdr *nlh, int type, const struct attr *a, u32 len)
{
	static const u64 special[] = { 0, 1, 2, 3, 100, 255, 600000, 65535, 1ULL << 32, ~0ULL };
	u64 n = special[rnd(ARRAY_SIZE(special))];
	u32 words = 0;

	while (a->words && a->words[words])
		words++;
	if (words && !one_in(10))
		n = rnd(words);
	else if (one_in(3))
		n = rnd(8);
	mnl_attr_put(nlh, type, len, &n);
}

static void put_bytes(struct nlmsghdr *nlh, int type, u32 len)
{
	u8 bytes[600];
	u32 i;

	for (i = 0; i < len; i++)
		bytes[i] = one_in(3) ? rnd(256) : rnd(3);
	mnl_attr_put(nlh, type, len, bytes);
}

/* Mostly small numbers: such are valid for all fields, and meet. */
static void put_pair(struct nlmsghdr *nlh, int type, enum attr_kind kind)
{
	static const u32 special[] = { 0, 1, 4, 6, 17, 58, 511, 0x800, 0x86dd, 0xffff, ~0U };
	u8 bytes[32] = { 0 };
	u32 size = pair_size(kind), i, n, pair[2];

	n = one_in(3) ? special[rnd(ARRAY_SIZE(special))] : rnd(4);
	switch (kind) {
	case PAIR:
		pair[0] = n;
		pair[1] = one_in(2) ? n : n + rnd(8);
		mnl_attr_put(nlh, type, sizeof(pair), pair);
		return;
	case MAC_PAIR:
		/* the value has no bits that the mask has not, mostly */
		for (i = 0; i < size; i++) {
			bytes[size + i] = one_in(2) ? 0xff : rnd(256);
			bytes[i] = rnd(256) & (one_in(30) ? 0xff : bytes[size + i]);
		}
		break;
	default:
		bytes[size - 1] = n;
		bytes[size] = rnd(2);
		bytes[2 * size - 1] = n + rnd(8);
	}
	mnl_attr_put(nlh, type, 2 * size, bytes);
}

static void put_attrs(struct nlmsghdr *nlh, const struct attr *set, u32 depth);

static void put_value(struct nlmsghdr *nlh, int type, const struct attr *a, u32 depth)
{
	static const u8 macs[][6] = {
		{ 0x52, 0x54, 0, 0, 0, 1 }, { 0xfe, 0x54, 0, 0, 0, 1 }, { 0 }, { 1, 0, 0x5e }
	};
	struct nlattr *nest;

	switch (a->kind) {
	case PAD:
	case FLAG:
		mnl_attr_put(nlh, type, 0, NULL);
		break;
	case U8:
		put_number(nlh, type, a, 1);
		break;
	case U16:
		put_number(nlh, type, a, 2);
		break;
	case U32:
	case S32:
		put_number(nlh, type, a, 4);
		break;
	case U64:
		put_number(nlh, type, a, 8);
		break;
	case STRING:
		put_string(nlh, type);
		break;
	case MAC:
		mnl_attr_put(nlh, type, 6, macs[rnd(ARRAY_SIZE(macs))]);
		break;
	case BYTES:
		put_bytes(nlh, type, rnd(one_in(8) ? 600 : 80));
		break;
	case PAIR:
	case IP4_PAIR:
	case IP6_PAIR:
	case MAC_PAIR:
		put_pair(nlh, type, a->kind);
		break;
	case NEST:
	case ENDPOINT:
		nest = mnl_attr_nest_start(nlh, type);
		put_attrs(nlh, a->nest, depth + 1);
		mnl_attr_nest_end(nlh, nest);
		break;
	}
}

static u32 set_size(const struct attr *set)
{
	u32 n = 0;

	while (set && set[n].name)
		n++;
	return n;
}

/* Some attributes of a set, in their order or in none, some of them twice. */
static void put_attrs(struct nlmsghdr *nlh, const struct attr *set, u32 depth)
{
	u32 n = set_size(set), type, i;

	if (!n || depth > 4)
		return;
	for (type = 1; type < n; type++) {
		/* What only the kernel sends is rarely sent to it. */
		if ((set[type].moves != STAYS || set[type].kind == PAD) && !one_in(40))
			continue;
		if (!rnd(3) || space(nlh) < 1024)
			continue;
		put_value(nlh, type, &set[type], depth);
	}
	for (i = one_in(4) ? rnd(4) : 0; i && space(nlh) > 1024; i--) {
		type = rnd(n);
		put_value(nlh, type, &set[type], depth);
	}
}

static void put_name(struct nlmsghdr *nlh, int type, u32 nr)
{
	static const char *const good[] = { "a", "b", "c", "web", "db" };

	mnl_attr_put_strz(nlh, type, good[nr % ARRAY_SIZE(good)]);
}

static void put_end(struct nlmsghdr *nlh, int side)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, side);
	u32 kind = rnd(ISOL_ENDPOINT_MAX + 1);

	mnl_attr_put_u8(nlh, ISOL_ENDPOINT_A_KIND, kind);
	if (kind >= ISOL_ENDPOINT_GROUP)
		put_name(nlh, ISOL_ENDPOINT_A_NAME, rnd(8));
	mnl_attr_nest_end(nlh, nest);
}

static void put_range(struct nlmsghdr *nlh, int field, u32 lo, u32 hi)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, field);
	u32 range[] = { lo, hi };

	if (one_in(4))
		mnl_attr_put(nlh, ISOL_VALUES_A_NOT, 0, NULL);
	mnl_attr_put(nlh, ISOL_VALUES_A_RANGE, sizeof(range), range);
	mnl_attr_nest_end(nlh, nest);
}

/* What a rule may well ask. */
static void put_match(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ISOL_RULE_A_MATCH), *field;
	static const u32 tcp[] = { 6, 6 };
	const struct attr *set = contract_attrs[ISOL_A_RULE].nest[ISOL_RULE_A_MATCH].nest;
	u32 type;

	switch (rnd(5)) {
	default:
		put_range(nlh, ISOL_MATCH_A_VLAN, rnd(100), 100 + rnd(3995));
		put_range(nlh, ISOL_MATCH_A_PCP, rnd(4), 4 + rnd(4));
		break;
	case 0:
		put_range(nlh, ISOL_MATCH_A_DSCP, rnd(32), 32 + rnd(32));
		put_range(nlh, ISOL_MATCH_A_FRAGMENT, 0, rnd(3));
		break;
	case 1:
		put_range(nlh, ISOL_MATCH_A_ETHERTYPE, 0x806, 0x806 + rnd(4));
		put_range(nlh, ISOL_MATCH_A_ARP_OP, rnd(2), 1 + rnd(4));
		break;
	case 2:
		field = mnl_attr_nest_start(nlh, ISOL_MATCH_A_PROTO);
		mnl_attr_put(nlh, ISOL_VALUES_A_RANGE, sizeof(tcp), tcp);
		mnl_attr_nest_end(nlh, field);
		put_range(nlh, ISOL_MATCH_A_DPORT, rnd(100), 100 + rnd(100));
		break;
	case 3:
		type = 1 + rnd(ISOL_MATCH_A_MAX);
		put_value(nlh, type, &set[type], 0);
	}
	mnl_attr_nest_end(nlh, nest);
}

/* Sets that a rule may well name; they may be there, and of the type, or not. */
static void put_sets(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ISOL_RULE_A_MATCH), *field;
	static const u32 tcp[] = { 6, 6 };
	u32 type = ISOL_MATCH_A_SRC_SET + rnd(6);

	if (type >= ISOL_MATCH_A_SPORT_SET) {
		field = mnl_attr_nest_start(nlh, ISOL_MATCH_A_PROTO);
		mnl_attr_put(nlh, ISOL_VALUES_A_RANGE, sizeof(tcp), tcp);
		mnl_attr_nest_end(nlh, field);
	}
	field = mnl_attr_nest_start(nlh, type);
	if (one_in(4))
		mnl_attr_put(nlh, ISOL_VALUES_A_NOT, 0, NULL);
	put_name(nlh, ISOL_VALUES_A_SET, rnd(8));
	mnl_attr_nest_end(nlh, field);
	mnl_attr_nest_end(nlh, nest);
}

/* A set, new or more of one; most elements go with its type. */
static void put_set(struct nlmsghdr *nlh)
{
	static const int elements[] = {
		ISOL_SET_A_IP4, ISOL_SET_A_MAC, ISOL_SET_A_PORT, ISOL_SET_A_IP6
	};
	const struct attr *set = contract_attrs[ISOL_A_SET].nest;
	u32 type = rnd(3), n, i;
	int attr;

	put_name(nlh, ISOL_SET_A_NAME, rnd(8));
	if (one_in(4)) {
		mnl_attr_put(nlh, ISOL_SET_A_APPEND, 0, NULL);
	} else {
		mnl_attr_put_u8(nlh, ISOL_SET_A_TYPE, type);
		if (!type && one_in(2))
			mnl_attr_put(nlh, ISOL_SET_A_REMOTE, 0, NULL);
	}
	n = one_in(10) ? 100 : rnd(4);
	for (i = 0; i < n && space(nlh) > 1024; i++) {
		attr = elements[one_in(30) ? rnd(4) : !type && one_in(3) ? 3 : type];
		put_pair(nlh, attr, set[attr].kind);
	}
}

/* An object that a policy may well hold. */
static void put_object(struct nlmsghdr *nlh)
{
	static const int selectors[] = {
		ISOL_BINDING_A_PORT, ISOL_BINDING_A_GLOB, ISOL_BINDING_A_ALIAS
	};
	int type = one_in(5) ? ISOL_A_SET : ISOL_A_BRIDGE + rnd(5);
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	u32 i;

	switch (type) {
	case ISOL_A_BRIDGE:
		mnl_attr_put_strz(nlh, ISOL_BRIDGE_A_NAME, one_in(3) ? "br1" : "br0");
		if (one_in(2))
			mnl_attr_put_strz(nlh, ISOL_BRIDGE_A_UPLINK, "p1");
		if (one_in(2))
			mnl_attr_put_u8(nlh, ISOL_BRIDGE_A_UNBOUND, rnd(2));
		if (one_in(4))
			mnl_attr_put_u8(nlh, ISOL_BRIDGE_A_FRAGMENTS, rnd(2));
		if (one_in(4))
			mnl_attr_put_u8(nlh, ISOL_BRIDGE_A_RESUME, rnd(2));
		break;
	case ISOL_A_SEGMENT:
		put_name(nlh, ISOL_SEGMENT_A_NAME, rnd(5));
		mnl_attr_put_strz(nlh, ISOL_SEGMENT_A_BRIDGE, one_in(3) ? "br1" : "br0");
		if (one_in(2))
			mnl_attr_put_u16(nlh, ISOL_SEGMENT_A_VLAN, rnd(6));
		break;
	case ISOL_A_GROUP:
		put_name(nlh, ISOL_GROUP_A_NAME, rnd(5));
		if (one_in(2))
			put_string(nlh, ISOL_GROUP_A_COMMENT);
		break;
	case ISOL_A_BINDING:
		put_name(nlh, ISOL_BINDING_A_NAME, rnd(5));
		mnl_attr_put_strz(nlh, selectors[rnd(3)], names[rnd(10)]);
		if (one_in(2))
			put_name(nlh, ISOL_BINDING_A_GROUP, rnd(5));
		if (one_in(3)) {
			mnl_attr_put_u8(nlh, ISOL_BINDING_A_ROLE, rnd(4));
			put_name(nlh, ISOL_BINDING_A_COMMUNITY, 0);
		}
		break;
	case ISOL_A_SET:
		put_set(nlh);
		break;
	default:
		mnl_attr_put_strz(nlh, ISOL_RULE_A_NAME, names[rnd(12)]);
		if (one_in(4))
			mnl_attr_put_u8(nlh, ISOL_RULE_A_TABLE, rnd(2));
		for (i = 0; i < 1 + rnd(3); i++)
			put_end(nlh, ISOL_RULE_A_FROM);
		for (i = 0; i < 1 + rnd(3); i++)
			put_end(nlh, ISOL_RULE_A_TO);
		mnl_attr_put_u8(nlh, ISOL_RULE_A_VERDICT, rnd(3));
		if (!one_in(3))
			mnl_attr_put(nlh, ISOL_RULE_A_STATELESS, 0, NULL);
		if (one_in(4))
			put_sets(nlh);
		else if (one_in(2))
			put_match(nlh);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_quarantine(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ISOL_A_QUARANTINE);

	put_name(nlh, ISOL_QUARANTINE_A_BINDING, rnd(5));
	mnl_attr_nest_end(nlh, nest);
}

/* A request that could be meant. */
static void put_request(struct nlmsghdr *nlh, u32 cmd)
{
	u32 n;

	switch (cmd) {
	case ISOL_CMD_BEGIN:
		if (one_in(4))
			mnl_attr_put_u32(nlh, ISOL_A_TIMEOUT, 100 + rnd(2000));
		break;
	case ISOL_CMD_ADD:
		for (n = 1 + rnd(one_in(8) ? 12 : 2); n && space(nlh) > 1024; n--)
			put_object(nlh);
		break;
	case ISOL_CMD_WHY:
		put_end(nlh, ISOL_A_FROM);
		put_end(nlh, ISOL_A_TO);
		if (one_in(3))
			mnl_attr_put_strz(nlh, ISOL_A_BRIDGE_NAME, one_in(3) ? "br1" : "br0");
		if (one_in(2))
			put_bytes(nlh, ISOL_A_FRAME, 14 + rnd(120));
		if (one_in(4))
			mnl_attr_put_u16(nlh, ISOL_A_VLAN, one_in(8) ? rnd(65536) : rnd(6));
		break;
	case ISOL_CMD_QUARANTINE_ADD:
	case ISOL_CMD_QUARANTINE_DEL:
		put_quarantine(nlh);
		break;
	}
}

static bool is_dump(u32 cmd)
{
	return cmd >= ISOL_CMD_BRIDGE_GET && cmd <= ISOL_CMD_QUARANTINE_GET;
}

static u32 choose_cmd(void)
{
	static const u8 often[] = {
		ISOL_CMD_BEGIN, ISOL_CMD_BEGIN, ISOL_CMD_ADD, ISOL_CMD_ADD, ISOL_CMD_ADD,
		ISOL_CMD_ADD, ISOL_CMD_ADD, ISOL_CMD_COMMIT, ISOL_CMD_WHY, ISOL_CMD_QUARANTINE_ADD,
		ISOL_CMD_QUARANTINE_DEL
	};

	if (one_in(3))
		return rnd(ISOL_CMD_MAX + 3);
	return often[rnd(sizeof(often))];
}

static struct nlmsghdr *make_message(void)
{
	struct nlmsghdr *nlh;
	u32 cmd = choose_cmd();

	memset(message, 0, MAX_MESSAGE);
	nlh = contract_message(message, family, cmd);
	if (is_dump(cmd) && !one_in(6))
		nlh->nlmsg_flags |= NLM_F_DUMP;
	if (one_in(3))
		put_attrs(nlh, contract_attrs, 0);
	else
		put_request(nlh, cmd);
	return nlh;
}

/* ---- damage */

/* The place of some attribute, at any depth; NULL if there is none. */
static struct nlattr *some_attr(char *from, char *end, u32 depth)
{
	struct nlattr *found = NULL, *nla = (struct nlattr *)from, *sub;
	u32 n = 0;

	while (end - (char *)nla >= (int)sizeof(*nla) && nla->nla_len >= sizeof(*nla) &&
	       (char *)nla + nla->nla_len <= end) {
		if (one_in(++n))
			found = nla;
		nla = (struct nlattr *)((char *)nla + MNL_ALIGN(nla->nla_len));
		if ((char *)nla > end)
			break;
	}
	if (found && depth < 4 && found->nla_type & NLA_F_NESTED && !one_in(3)) {
		sub = some_attr((char *)(found + 1), (char *)found + found->nla_len, depth + 1);
		if (sub)
			return sub;
	}
	return found;
}

static void damage_attr(struct nlmsghdr *nlh, struct nlattr *nla)
{
	static const u16 lengths[] = { 0, 1, 3, 4, 5, 8, 12, 100, 0x7fff, 0xffff };
	char *end = (char *)nlh + nlh->nlmsg_len, *payload = (char *)(nla + 1);
	u32 size = MNL_ALIGN(nla->nla_len), len = nla->nla_len - sizeof(*nla);
	struct nlattr *other;

	switch (rnd(9)) {
	case 0:
		nla->nla_len = lengths[rnd(ARRAY_SIZE(lengths))];
		break;
	case 1:
		nla->nla_len += (int)rnd(9) - 4;
		break;
	case 2:
		nla->nla_type = rnd(32) | (nla->nla_type & NLA_F_NESTED);
		break;
	case 3:
		nla->nla_type ^= one_in(2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
		break;
	case 4:
		if (len && payload + len <= end)
			payload[rnd(len)] = one_in(2) ? 0 : rnd(256);
		break;
	case 5:	/* once more, and no nest round it knows of it */
		if (nlh->nlmsg_len + size <= MAX_MESSAGE && (char *)nla + size <= end) {
			memmove((char *)nla + size, nla, end - (char *)nla);
			nlh->nlmsg_len += size;
		}
		break;
	case 6:	/* gone */
		if ((char *)nla + size <= end) {
			memmove(nla, (char *)nla + size, end - (char *)nla - size);
			nlh->nlmsg_len -= size;
		}
		break;
	case 7:	/* another in its place */
		other = some_attr(mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr)), end,
				  0);
		if (other && other != nla && other->nla_len <= nla->nla_len)
			memmove(nla, other, other->nla_len);
		break;
	case 8:	/* a number */
		if (len == 1 || len == 2 || len == 4 || len == 8)
			memset(payload, one_in(2) ? 0xff : 0, len);
		break;
	}
}

static void damage(struct nlmsghdr *nlh)
{
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	char *end = (char *)nlh + nlh->nlmsg_len;
	struct nlattr *nla;

	switch (rnd(16)) {
	case 0:
		genl->cmd = rnd(ISOL_CMD_MAX + 3);
		break;
	case 1:
		genl->version = rnd(4);
		break;
	case 2:
		nlh->nlmsg_flags ^= one_in(2) ? NLM_F_DUMP : NLM_F_ACK;
		break;
	case 3:
		nlh->nlmsg_len -= rnd(nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN + 1);
		break;
	case 4:
		if (nlh->nlmsg_len + 8 < MAX_MESSAGE)
			nlh->nlmsg_len += rnd(8);
		break;
	case 5:
		genl->reserved = rnd(2) ? rnd(65536) : 0;
		break;
	case 6:
		if (nlh->nlmsg_len > NLMSG_HDRLEN + GENL_HDRLEN)
			((char *)nlh)[NLMSG_HDRLEN + rnd(nlh->nlmsg_len - NLMSG_HDRLEN)] = rnd(256);
		break;
	default:
		nla = some_attr(mnl_nlmsg_get_payload_offset(nlh, sizeof(*genl)), end, 0);
		if (nla)
			damage_attr(nlh, nla);
	}
}

static struct nlmsghdr *next_message(void)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)message;
	u32 n = __atomic_load_n(&shared->nseeds, __ATOMIC_RELAXED), len, i;
	struct seed *seed;

	if (n && one_in(2)) {
		seed = &shared->seeds[rnd(n < MAX_CORPUS ? n : MAX_CORPUS)];
		len = __atomic_load_n(&seed->len, __ATOMIC_ACQUIRE);
		if (len >= NLMSG_HDRLEN + GENL_HDRLEN && len <= MAX_MESSAGE) {
			memset(message, 0, MAX_MESSAGE);
			memcpy(message, seed->bytes, len);
			/* It may be written over meanwhile. */
			nlh->nlmsg_len = len;
			for (i = 1 + rnd(3); i && nlh->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN; i--)
				damage(nlh);
			return nlh;
		}
	}
	nlh = make_message();
	if (one_in(3))
		damage(nlh);
	return nlh;
}

/* ---- rooms */

static void __printf(1, 2) __noreturn wrong(const char *fmt, ...)
{
	const u8 *p = (const u8 *)recent.bytes;
	va_list ap;
	u32 i;

	printf("process %u, after %u messages: ", me, shared->messages[me]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\nmessage:");
	for (i = 0; i < recent.len; i++)
		printf("%s%02x", i % 4 ? "" : " ", p[i]);
	putchar('\n');
	fflush(stdout);
	_exit(1);
}

static void open_sock(struct sock *s)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int one = 1;

	s->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "socket");
	setsockopt(s->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	if (one_in(2))
		setsockopt(s->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
}

static void enter(const char *name)
{
	char path[100];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

static void open_room(struct room *room, const char *name)
{
	u32 i;

	enter(name);
	for (i = 0; i < SOCKETS; i++)
		open_sock(&room->socks[i]);
	open_sock(&room->ctl);
}

/* Sockets stay in the namespace in which they were opened. */
static void reopen(struct room *room, u32 i, const char *name)
{
	enter(name);
	close(room->socks[i].fd);
	memset(&room->socks[i], 0, sizeof(room->socks[i]));
	open_sock(&room->socks[i]);
}

/* What has come to a message. */
struct result {
	bool answered;
	int err;
	bool done;	/* the end of a COMMIT or FLUSH */
};

static void look_at(const struct nlmsghdr *nlh, u32 seq, struct result *r)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == family && genl->cmd == ISOL_CMD_DONE && nlh->nlmsg_seq == seq)
		r->done = true;
	if (nlh->nlmsg_seq != seq ||
	    (nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE))
		return;
	r->answered = true;
	r->err = -*(const int *)mnl_nlmsg_get_payload(nlh);
}

/* Take what is there, and the rest of a dump. */
static void take(struct sock *s, u32 seq, struct result *r)
{
	struct nlmsghdr *nlh;
	int len;

	for (;;) {
		len = recv(s->fd, answer, sizeof(answer), MSG_DONTWAIT);
		if (len < 0 && errno == ENOBUFS)
			continue;
		if (len <= 0)
			return;
		for (nlh = (void *)answer; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			look_at(nlh, seq, r);
	}
}

static struct result transmit(struct sock *s, struct nlmsghdr *nlh, u32 len)
{
	struct result r = { 0 };
	u32 seq = ++s->seq, fresh;

	nlh->nlmsg_seq = seq;
	recent.len = len < MAX_MESSAGE ? len : MAX_MESSAGE;
	memcpy(recent.bytes, nlh, recent.len);
	cover_begin();
	if (send(s->fd, nlh, len, 0) < 0 && errno != ENOBUFS && errno != EBUSY)
		wrong("send: %s", strerror(errno));
	take(s, seq, &r);
	fresh = cover_end();
	if (fresh)
		keep(recent.bytes, recent.len);
	shared->messages[me]++;
	if (r.answered && r.err)
		shared->errors[me]++;
	else if (r.answered)
		shared->accepted[me]++;
	return r;
}

/* ---- one's own room: what must not change */

/* They end with an error, or of themselves. */
static void without_transactions(const struct nlmsghdr *nlh)
{
	const struct nlattr *nla, *sub;

	mnl_attr_for_each(nla, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(nla) != ISOL_A_STATUS)
			continue;
		mnl_attr_for_each_nested(sub, nla)
			if (mnl_attr_get_type(sub) == ISOL_STATUS_A_TRANSACTIONS)
				*(u32 *)mnl_attr_get_payload(sub) = 0;
	}
}

static u32 ask_for(struct sock *s, u32 cmd, FILE *text)
{
	static char buf[256] __aligned(8);
	struct nlmsghdr *nlh = contract_message(buf, family, cmd);
	u32 seq = ++s->seq, messages = 0;
	int len;

	nlh->nlmsg_seq = seq;
	nlh->nlmsg_flags = NLM_F_REQUEST | (is_dump(cmd) ? NLM_F_DUMP : NLM_F_ACK);
	if (send(s->fd, nlh, nlh->nlmsg_len, 0) < 0)
		wrong("send: %s", strerror(errno));
	for (;;) {
		struct pollfd p = { .fd = s->fd, .events = POLLIN };

		if (poll(&p, 1, 60000) <= 0)
			wrong("no answer to %s", contract_commands[cmd]);
		len = recv(s->fd, answer, sizeof(answer), 0);
		if (len < 0)
			wrong("%s: %s", contract_commands[cmd], strerror(errno));
		for (nlh = (void *)answer; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != seq)
				continue;
			if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
				if (*(int *)mnl_nlmsg_get_payload(nlh))
					wrong("%s: %s", contract_commands[cmd],
					      strerror(-*(int *)mnl_nlmsg_get_payload(nlh)));
				return messages;
			}
			messages++;
			without_transactions(nlh);
			contract_print(text, nlh, RENEWED);
			fputc('\n', text);
		}
	}
}

static char *read_status(struct room *room)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	if (!f || !ask_for(&room->ctl, ISOL_CMD_STATUS_GET, f))
		wrong("no status");
	fclose(f);
	return text;
}

static char *read_all(struct room *room)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);
	u32 cmd;

	for (cmd = ISOL_CMD_BRIDGE_GET; f && cmd <= ISOL_CMD_QUARANTINE_GET; cmd++)
		ask_for(&room->ctl, cmd, f);
	fclose(f);
	return text;
}

static char *known_status, *known_all;

static void forget(void)
{
	free(known_status);
	free(known_all);
	known_status = NULL;
	known_all = NULL;
}

static void compare(char **known, char *is, const char *what)
{
	if (*known && strcmp(*known, is)) {
		printf("-- before\n%s-- after\n%s", *known, is);
		wrong("it was answered with an error, but %s has changed", what);
	}
	free(*known);
	*known = is;
	shared->compared[me]++;
}

static void wait_done(struct sock *s, u32 seq, struct result *r)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	long long end = now() + 60000;

	while (!r->done) {
		if (now() > end)
			wrong("nobody tells the end of a commit or flush");
		poll(&p, 1, 1000);
		take(s, seq, r);
	}
	shared->commits[me]++;
}

/* Have what is needed to see a change. */
static void know(struct room *room)
{
	if (!known_status)
		known_status = read_status(room);
	if (!known_all && one_in(10))
		known_all = read_all(room);
}

static void step_own(struct room *room)
{
	struct sock *s = &room->socks[rnd(SOCKETS)];
	struct nlmsghdr *nlh = next_message();
	struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	bool whole = nlh->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN;
	struct result r;
	u32 cmd;

	know(room);
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	cmd = whole ? genl->cmd : 0;
	r = transmit(s, nlh, nlh->nlmsg_len);
	if (!r.answered)
		wrong("no answer");
	if (r.err) {
		compare(&known_status, read_status(room), "the status");
		if (known_all && one_in(4))
			compare(&known_all, read_all(room), "a dump");
		return;
	}
	if (cmd == ISOL_CMD_COMMIT || cmd == ISOL_CMD_FLUSH)
		wait_done(s, s->seq, &r);
	forget();
}

/* ---- the room of all */

static void step_shared(struct room *room)
{
	u32 i = rnd(SOCKETS), len, more;
	struct nlmsghdr *nlh = next_message();
	struct result r;

	if (one_in(60))
		reopen(room, i, "room");
	if (!one_in(50))
		nlh->nlmsg_type = family;
	len = nlh->nlmsg_len;
	/* Several in one datagram, or less than it says it is. */
	if (one_in(8) && MNL_ALIGN(len) + len < BUF_SIZE) {
		more = MNL_ALIGN(len);
		memcpy(message + more, message, len);
		len += more;
	} else if (one_in(50)) {
		len -= rnd(len / 2);
	}
	r = transmit(&room->socks[i], nlh, len);
	if (!r.answered)
		shared->unanswered[me]++;
}

/* ---- main */

static void __noreturn process(long long end)
{
	static struct room common, own;
	char name[32];
	bool in_own = false;
	u32 i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	open_room(&common, "room");
	snprintf(name, sizeof(name), "room%u", me);
	open_room(&own, name);
	if (with_kcov)
		kcov_open();
	while (now() < end) {
		in_own = !in_own;
		for (i = 0; i < 40 && now() < end; i++)
			if (in_own)
				step_own(&own);
			else
				step_shared(&common);
	}
	/* It answers still. */
	forget();
	free(read_status(&common));
	free(read_all(&common));
	_exit(0);
}

static u32 sum(const u32 *n)
{
	u32 i, all = 0;

	for (i = 0; i < PROCESSES; i++)
		all += n[i];
	return all;
}

int main(int argc, char **argv)
{
	u32 seed = time(NULL) ^ getpid(), seconds = 30;
	int opt, status, failed = 0;
	struct mnl_socket *nl;
	long long begun, took;
	pid_t pids[PROCESSES];

	while ((opt = getopt(argc, argv, "s:t:c")) != -1)
		switch (opt) {
		case 's':
			seed = strtoul(optarg, NULL, 0);
			break;
		case 't':
			seconds = strtoul(optarg, NULL, 0);
			break;
		case 'c':
			with_kcov = false;
			break;
		default:
			errx(2, "usage: nlfuzz [-s SEED] [-t SECONDS] [-c]");
		}
	nl = mnl_socket_open(NETLINK_GENERIC);
	if (!nl || mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID))
		err(1, "socket");
	family = contract_family(nl, groups);
	if (!family)
		errx(1, "no family %s", ISOL_GENL_NAME);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	printf("seed %u\n", seed);
	fflush(stdout);
	begun = now();
	for (me = 0; me < PROCESSES; me++) {
		pids[me] = fork();
		if (pids[me] < 0)
			err(1, "fork");
		if (!pids[me]) {
			rnd_state = ((u64)seed << 8 | me) * 0x9e3779b97f4a7c15ULL | 1;
			rnd(0);
			process(begun + seconds * 1000LL);
		}
	}
	for (me = 0; me < PROCESSES; me++)
		if (waitpid(pids[me], &status, 0) < 0 || status)
			failed++;
	took = now() - begun;
	printf("%u messages, %lld a second, %u accepted, %u refused, ", sum(shared->messages),
	       sum(shared->messages) * 1000LL / (took ? took : 1), sum(shared->accepted),
	       sum(shared->errors));
	printf("%u without an answer, %u commits\n", sum(shared->unanswered),
	       sum(shared->commits));
	printf("%u times nothing had changed\n", sum(shared->compared));
	printf("%u blocks, %u messages kept\n", shared->blocks, shared->nseeds);
	return failed ? 1 : 0;
}
