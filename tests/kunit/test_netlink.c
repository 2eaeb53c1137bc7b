// SPDX-License-Identifier: GPL-2.0
/*
 * The family as a program meets it: what each attribute may hold, which ones a
 * command takes, and how transactions go, all through a socket.
 */
#include <linux/isol.h>
#include <linux/unaligned.h>

#include "nl.h"
#include "test.h"
#include "world.h"

static struct nl *nl, *second;

static bool begin(void)
{
	world_begin();
	nl = nl_open(NETLINK_GENERIC);
	second = nl_open(NETLINK_GENERIC);
	return nl && second;
}

static void end(void)
{
	nl_close(nl);
	nl_close(second);
	world_end();
}

static int ask(struct nl *socket, u8 cmd)
{
	return nl_ask(socket, nl_isol(socket, cmd, 0));
}

/* ---- what objects are made of */

enum type { STRING, U8, U16, U32, BYTES, FLAG, END, MATCH, READ_ONLY };

/**
 * struct field - an attribute of an object
 * @attr: its number
 * @type: what it holds
 * @max: largest length or value
 * @good: an example that goes with the others; NULL: not to be there
 * @zero: a U16 that may be 0
 */
struct field {
	u8 attr;
	u8 type;
	u16 max;
	const char *good;
	bool zero;
};

static const struct field bridge_fields[] = {
	{ ISOL_BRIDGE_A_NAME, STRING, ISOL_IFNAME_LEN, "br9" },
	{ ISOL_BRIDGE_A_UPLINK, STRING, ISOL_IFNAME_LEN, "eno9" },
	{ ISOL_BRIDGE_A_DEFAULT, U8, ISOL_VERDICT_MAX, "\1" },
	{ ISOL_BRIDGE_A_UNBOUND, U8, ISOL_VERDICT_MAX, "\1" },
	{ ISOL_BRIDGE_A_COMMENT, STRING, ISOL_COMMENT_LEN, "text" },
	{ ISOL_BRIDGE_A_IFINDEX, READ_ONLY },
	{ ISOL_BRIDGE_A_COUNTER, READ_ONLY },
	{ ISOL_BRIDGE_A_FRAGMENTS, U8, ISOL_VERDICT_MAX, "\1" },
	{ ISOL_BRIDGE_A_RESUME, U8, ISOL_VERDICT_MAX, "\1" },
	{ ISOL_BRIDGE_A_PICKUP, U16, ISOL_PICKUP_MAX, "\1\0", .zero = true },
};

static const struct field segment_fields[] = {
	{ ISOL_SEGMENT_A_NAME, STRING, ISOL_NAME_LEN, "s9" },
	{ ISOL_SEGMENT_A_BRIDGE, STRING, ISOL_IFNAME_LEN, "br0" },
	{ ISOL_SEGMENT_A_WITHIN, U8, ISOL_VERDICT_MAX, "\1" },
	{ ISOL_SEGMENT_A_UPLINK, U8, ISOL_VERDICT_MAX, "\1" },
	{ ISOL_SEGMENT_A_COMMENT, STRING, ISOL_COMMENT_LEN, "text" },
	{ ISOL_SEGMENT_A_VLAN, U16, ISOL_VLAN_MAX, "\36\0" },
};

static const struct field group_fields[] = {
	{ ISOL_GROUP_A_NAME, STRING, ISOL_NAME_LEN, "g9" },
	{ ISOL_GROUP_A_COMMENT, STRING, ISOL_COMMENT_LEN, "text" },
	{ ISOL_GROUP_A_MEMBERS, READ_ONLY },
};

static const struct field binding_fields[] = {
	{ ISOL_BINDING_A_NAME, STRING, ISOL_NAME_LEN, "b9" },
	{ ISOL_BINDING_A_PORT, STRING, ISOL_IFNAME_LEN, "tap9" },
	{ ISOL_BINDING_A_GLOB, STRING, ISOL_IFNAME_LEN },
	{ ISOL_BINDING_A_MAC, BYTES, 6 },
	{ ISOL_BINDING_A_ALIAS, STRING, ISOL_ALIAS_LEN },
	{ ISOL_BINDING_A_CLAIMS, U16, 0, "\1\0" },
	{ ISOL_BINDING_A_SEGMENT, STRING, ISOL_NAME_LEN },
	{ ISOL_BINDING_A_GROUP, STRING, ISOL_NAME_LEN, "g" },
	{ ISOL_BINDING_A_ROLE, U8, ISOL_ROLE_MAX, "\2" },
	{ ISOL_BINDING_A_COMMUNITY, STRING, ISOL_NAME_LEN, "c" },
	{ ISOL_BINDING_A_COMMENT, STRING, ISOL_COMMENT_LEN, "text" },
	{ ISOL_BINDING_A_BOUND, READ_ONLY },
	{ ISOL_BINDING_A_QUARANTINED, READ_ONLY },
	{ ISOL_BINDING_A_MAX_CONNECTIONS, U32, 0, "\1\0\0\0" },
	{ ISOL_BINDING_A_CONNECTIONS, READ_ONLY },
	{ ISOL_BINDING_A_CONNECTIONS_LIMIT, READ_ONLY },
	{ ISOL_BINDING_A_CONNECTIONS_HITS, READ_ONLY },
	{ ISOL_BINDING_A_PAD, READ_ONLY },
};

static const struct field rule_fields[] = {
	{ ISOL_RULE_A_PAD, READ_ONLY },
	{ ISOL_RULE_A_NAME, STRING, ISOL_NAME_LEN, "r9" },
	{ ISOL_RULE_A_TABLE, U8, ISOL_TABLE_MAX, "\0" },
	{ ISOL_RULE_A_FROM, END, 0, "" },
	{ ISOL_RULE_A_TO, END, 0, "" },
	{ ISOL_RULE_A_VERDICT, U8, ISOL_VERDICT_MAX, "\1" },
	{ ISOL_RULE_A_STATELESS, FLAG, 0, "" },
	{ ISOL_RULE_A_COMMENT, STRING, ISOL_COMMENT_LEN, "text" },
	{ ISOL_RULE_A_OWNER, STRING, ISOL_NAME_LEN, "o" },
	{ ISOL_RULE_A_PACKETS, READ_ONLY },
	{ ISOL_RULE_A_BYTES, READ_ONLY },
	{ ISOL_RULE_A_MATCH, MATCH },
	{ ISOL_RULE_A_SERVICE, STRING, ISOL_NAME_LEN },
	{ ISOL_RULE_A_FOLLOW, FLAG },
};

static const struct field service_fields[] = {
	{ ISOL_SERVICE_A_NAME, STRING, ISOL_NAME_LEN, "ntp9" },
	{ ISOL_SERVICE_A_WHERE, END, 0, "" },
	{ ISOL_SERVICE_A_FOLLOW, FLAG },
	{ ISOL_SERVICE_A_COMMENT, STRING, ISOL_COMMENT_LEN, "text" },
};

static const struct field set_fields[] = {
	{ ISOL_SET_A_NAME, STRING, ISOL_NAME_LEN, "set9" },
	{ ISOL_SET_A_TYPE, U8, ISOL_SET_MAX, "\0" },
	{ ISOL_SET_A_REMOTE, FLAG, 0, "" },
	{ ISOL_SET_A_COMMENT, STRING, ISOL_COMMENT_LEN, "text" },
	{ ISOL_SET_A_APPEND, FLAG },
	{ ISOL_SET_A_IP4, BYTES, 8, "\12\0\0\0\12\377\377\377" },
	{ ISOL_SET_A_IP6, BYTES, 32 },
	{ ISOL_SET_A_MAC, BYTES, 12 },
	{ ISOL_SET_A_PORT, BYTES, 8 },
};

static const struct field quarantine_fields[] = {
	{ ISOL_QUARANTINE_A_PAD, READ_ONLY },
	{ ISOL_QUARANTINE_A_BINDING, STRING, ISOL_NAME_LEN, "b" },
	{ ISOL_QUARANTINE_A_MODE, U8, ISOL_QUARANTINE_MAX, "\0" },
	{ ISOL_QUARANTINE_A_COMMENT, STRING, ISOL_COMMENT_LEN, "text" },
	{ ISOL_QUARANTINE_A_SINCE, READ_ONLY },
	{ ISOL_QUARANTINE_A_ORPHAN, READ_ONLY },
};

/* A rule's end: the kind is 0, "any". */
static const struct field end_fields[] = {
	{ ISOL_ENDPOINT_A_KIND, U8, ISOL_ENDPOINT_MAX, "\0" },
	{ ISOL_ENDPOINT_A_NAME, STRING, ISOL_NAME_LEN },
};

struct object {
	const char *name;
	u8 attr;
	u8 max;
	u8 cmd;
	const struct field *fields;
	u32 nfields;
};

#define OBJECT(name, ATTR, CMD) { #name, ISOL_A_##ATTR, ISOL_##ATTR##_A_MAX, ISOL_CMD_##CMD, \
				  name##_fields, ARRAY_SIZE(name##_fields) }

static const struct object objects[] = {
	OBJECT(bridge, BRIDGE, ADD),
	OBJECT(segment, SEGMENT, ADD),
	OBJECT(group, GROUP, ADD),
	OBJECT(binding, BINDING, ADD),
	OBJECT(set, SET, ADD),
	OBJECT(service, SERVICE, ADD),
	OBJECT(rule, RULE, ADD),
	OBJECT(quarantine, QUARANTINE, QUARANTINE_ADD),
};

/**
 * struct change - what is done to a good object
 * @attr: this attribute ...
 * @data: ... holds this
 * @len: of @data; -1: it is not there
 * @flags: NLA_F_NESTED
 * @in_end: it is an attribute of the object's FROM
 */
struct change {
	int attr;
	const void *data;
	int len;
	u16 flags;
	bool in_end;
};

/* Not nla_put(): what is put here may be wrong. */
static u32 put(struct sk_buff *skb, u16 type, const void *data, int len)
{
	u32 at = skb->len;
	struct nlattr *attr = skb_put_zero(skb, NLA_HDRLEN + NLA_ALIGN(len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(nla_data(attr), data, len);
	return at;
}

static int good_len(const struct field *f)
{
	switch (f->type) {
	case STRING:
		return strlen(f->good) + 1;
	case U8:
		return 1;
	case U16:
		return 2;
	case U32:
		return 4;
	case BYTES:
		return f->max;
	default:
		return 0;
	}
}

/* Return: where the changed attribute is. */
static u32 put_fields(struct sk_buff *skb, const struct field *fields, u32 n,
		      const struct change *change, bool in_end)
{
	struct nlattr *nest;
	u32 at = 0, i;

	for (i = 0; i < n; i++) {
		const struct field *f = &fields[i];

		if (change && change->in_end == in_end && change->attr == f->attr)
			continue;
		if (f->type == END) {
			nest = nla_nest_start(skb, f->attr);
			if (change && change->in_end && f->attr == ISOL_RULE_A_FROM)
				at = put_fields(skb, end_fields, ARRAY_SIZE(end_fields), change,
						true);
			else
				put_fields(skb, end_fields, ARRAY_SIZE(end_fields), NULL, true);
			nla_nest_end(skb, nest);
		} else if (f->good) {
			put(skb, f->attr, f->good, good_len(f));
		}
	}
	if (change && change->in_end == in_end && change->len >= 0)
		at = put(skb, change->attr | change->flags, change->data, change->len);
	return at;
}

/* A transaction in which what objects refer to is there. */
static void begin_txn(struct nl *socket)
{
	struct sk_buff *skb;
	struct nlattr *nest;

	CHECK_EQ(ask(socket, ISOL_CMD_BEGIN), 0);
	skb = nl_isol(socket, ISOL_CMD_ADD, 300);
	nest = nla_nest_start(skb, ISOL_A_BRIDGE);
	nla_put_string(skb, ISOL_BRIDGE_A_NAME, "br0");
	nla_nest_end(skb, nest);
	nest = nla_nest_start(skb, ISOL_A_GROUP);
	nla_put_string(skb, ISOL_GROUP_A_NAME, "g");
	nla_nest_end(skb, nest);
	nest = nla_nest_start(skb, ISOL_A_SET);
	nla_put_string(skb, ISOL_SET_A_NAME, "nets");
	nla_put_u8(skb, ISOL_SET_A_TYPE, ISOL_SET_ADDRESSES);
	nla_nest_end(skb, nest);
	nest = nla_nest_start(skb, ISOL_A_SET);
	nla_put_string(skb, ISOL_SET_A_NAME, "ports");
	nla_put_u8(skb, ISOL_SET_A_TYPE, ISOL_SET_PORTS);
	nla_nest_end(skb, nest);
	CHECK_MSG(!nl_ask(socket, skb), "%d: %s", socket->err, socket->msg);
}

/* Return: the error, with what the kernel pointed at in @at_it. */
static int try(const struct object *o, const struct change *change, bool *at_it)
{
	struct sk_buff *skb;
	struct nlattr *nest;
	u32 at;
	int err;

	if (o->cmd == ISOL_CMD_ADD)
		begin_txn(nl);
	skb = nl_isol(nl, o->cmd, 4096);
	nest = nla_nest_start(skb, o->attr);
	at = put_fields(skb, o->fields, o->nfields, change, false);
	nla_nest_end(skb, nest);
	err = nl_ask(nl, skb);
	*at_it = at && nl->offset == at;
	if (o->cmd == ISOL_CMD_ADD)
		/* what is refused is the end of it all */
		CHECK_MSG(ask(nl, ISOL_CMD_ABORT) == (err ? -ENOENT : 0),
			  "%s attribute %d: the transaction is there: %u", o->name,
			  change ? change->attr : 0, !nl->err);
	else if (!err)
		world_release("b");
	return err;
}

static void refused(const struct object *o, const struct change *change, const char *why)
{
	char said[sizeof(nl->msg)];
	bool at_it = false;
	int err = try(o, change, &at_it);

	strscpy(said, nl->msg, sizeof(said));
	CHECK_MSG(err == -EINVAL || err == -ERANGE, "%s%s attribute %d, %s: %d", o->name,
		  change->in_end ? " end" : "", change->attr, why, err);
	CHECK_MSG(at_it, "%s%s attribute %d, %s: does not point at it", o->name,
		  change->in_end ? " end" : "", change->attr, why);
}

static void refused_data(const struct object *o, int attr, bool in_end, const void *data, int len,
			 const char *why)
{
	refused(o, &(struct change){ .attr = attr, .data = data, .len = len, .in_end = in_end },
		why);
}

static u8 fill[ISOL_COMMENT_LEN + 10];

static void check_field(const struct object *o, const struct field *f, bool in_end)
{
	struct change nested = { .attr = f->attr, .data = f->good ?: "x", .in_end = in_end,
				 .len = f->good ? good_len(f) : 2, .flags = NLA_F_NESTED };
	u8 value[8] = { 0 };
	u16 most;
	u32 i;

	switch (f->type) {
	case STRING:
		memset(fill, 'a', sizeof(fill));
		refused_data(o, f->attr, in_end, fill, f->max, "not terminated");
		refused_data(o, f->attr, in_end, fill, f->max + 1, "not terminated, too long");
		fill[f->max + 1] = '\0';
		refused_data(o, f->attr, in_end, fill, f->max + 2, "too long");
		refused_data(o, f->attr, in_end, "", 0, "nothing");
		if (!in_end || f->good)
			refused_data(o, f->attr, in_end, "a\0b", 4, "a NUL byte in it");
		break;
	case U8:
		refused_data(o, f->attr, in_end, "", 0, "nothing");
		for (i = 2; i <= 8; i++)
			refused_data(o, f->attr, in_end, value, i, "too long");
		value[0] = f->max + 1;
		refused_data(o, f->attr, in_end, value, 1, "one too many");
		value[0] = 0xff;
		refused_data(o, f->attr, in_end, value, 1, "255");
		break;
	case U16:
		for (i = 0; i <= 4; i++)
			if (i != 2 || !f->zero)
				refused_data(o, f->attr, in_end, value, i,
					     "zero or of a wrong length");
		most = f->max + 1;
		if (f->max)
			refused_data(o, f->attr, in_end, &most, sizeof(most), "one too many");
		break;
	case U32:
		for (i = 0; i <= 8; i++)
			refused_data(o, f->attr, in_end, value, i, "zero or of a wrong length");
		break;
	case BYTES:
		memset(fill, 0, sizeof(fill));
		for (i = 0; i <= f->max + 2; i++)
			if (i != f->max)
				refused_data(o, f->attr, in_end, fill, i, "of a wrong length");
		break;
	case FLAG:
		refused_data(o, f->attr, in_end, value, 1, "with something in it");
		break;
	case END:
	case MATCH:
		refused_data(o, f->attr, in_end, "\0\0\0\0", 4, "no nest");
		nested.data = value;
		nested.len = 0;
		nested.flags = 0;
		refused(o, &nested, "no nest, and empty");
		nested.flags = NLA_F_NESTED;
		refused(o, &nested, "empty");
		return;
	case READ_ONLY:
		refused_data(o, f->attr, in_end, value, 0, "read-only");
		refused_data(o, f->attr, in_end, value, 4, "read-only");
		refused_data(o, f->attr, in_end, value, 8, "read-only");
		return;
	}
	refused(o, &nested, "a nest");
}

static void attributes(void)
{
	static const u16 unknown[] = { 0, 1, 2, 50, 0x3f00 };
	const struct object *rule = NULL;
	struct isol_model *m;
	bool at_it;
	u32 i, j;

	if (!begin())
		goto out;
	/* something that can be quarantined */
	m = world_model();
	world_bind(m, "b", "tap0", NULL);
	CHECK_EQ(world_commit(m), 0);
	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		const struct object *o = &objects[i];

		/* each is good as it is, and every attribute of the contract is here */
		CHECK_MSG(!try(o, NULL, &at_it), "%s: %d: %s", o->name, nl->err, nl->msg);
		CHECK_EQ(o->nfields, o->max);
		for (j = 0; j < o->nfields && test_good(); j++)
			check_field(o, &o->fields[j], false);
		for (j = 0; j < ARRAY_SIZE(unknown); j++)
			refused_data(o, unknown[j] ? o->max + unknown[j] : 0, false, "\0\0\0", 4,
				     "unknown");
		if (o->fields == rule_fields)
			rule = o;
	}
	for (j = 0; j < ARRAY_SIZE(end_fields); j++)
		check_field(rule, &end_fields[j], true);
	for (j = 0; j < ARRAY_SIZE(unknown); j++)
		refused_data(rule, unknown[j] ? ISOL_ENDPOINT_A_MAX + unknown[j] : 0, true,
			     "\0\0\0", 4, "unknown");
out:
	end();
}

/* Those that must be there. */
static void required(void)
{
	static const struct {
		const char *object;
		int attr;
		int err;
	} needed[] = {
		{ "bridge", ISOL_BRIDGE_A_NAME, -EINVAL },
		{ "segment", ISOL_SEGMENT_A_NAME, -EINVAL },
		{ "segment", ISOL_SEGMENT_A_BRIDGE, -EINVAL },
		{ "group", ISOL_GROUP_A_NAME, -EINVAL },
		{ "binding", ISOL_BINDING_A_NAME, -EINVAL },
		{ "binding", ISOL_BINDING_A_PORT, -EINVAL },
		{ "binding", ISOL_BINDING_A_COMMUNITY, -EINVAL },
		{ "set", ISOL_SET_A_NAME, -EINVAL },
		{ "set", ISOL_SET_A_TYPE, -EINVAL },
		{ "service", ISOL_SERVICE_A_NAME, -EINVAL },
		{ "service", ISOL_SERVICE_A_WHERE, -EINVAL },
		{ "rule", ISOL_RULE_A_NAME, -EINVAL },
		{ "rule", ISOL_RULE_A_FROM, -EINVAL },
		{ "rule", ISOL_RULE_A_TO, -EINVAL },
		{ "rule", ISOL_RULE_A_VERDICT, -EINVAL },
		{ "quarantine", ISOL_QUARANTINE_A_BINDING, -EINVAL },
		/* and some that need not */
		{ "bridge", ISOL_BRIDGE_A_UPLINK, 0 },
		{ "bridge", ISOL_BRIDGE_A_DEFAULT, 0 },
		{ "bridge", ISOL_BRIDGE_A_UNBOUND, 0 },
		{ "bridge", ISOL_BRIDGE_A_COMMENT, 0 },
		{ "bridge", ISOL_BRIDGE_A_FRAGMENTS, 0 },
		{ "bridge", ISOL_BRIDGE_A_RESUME, 0 },
		{ "bridge", ISOL_BRIDGE_A_PICKUP, 0 },
		{ "rule", ISOL_RULE_A_STATELESS, 0 },
		{ "segment", ISOL_SEGMENT_A_WITHIN, 0 },
		{ "segment", ISOL_SEGMENT_A_UPLINK, 0 },
		{ "segment", ISOL_SEGMENT_A_VLAN, 0 },
		{ "binding", ISOL_BINDING_A_CLAIMS, 0 },
		{ "binding", ISOL_BINDING_A_GROUP, 0 },
		{ "set", ISOL_SET_A_REMOTE, 0 },
		{ "set", ISOL_SET_A_IP4, 0 },
		{ "service", ISOL_SERVICE_A_COMMENT, 0 },
		{ "rule", ISOL_RULE_A_TABLE, 0 },
		{ "rule", ISOL_RULE_A_OWNER, 0 },
		{ "quarantine", ISOL_QUARANTINE_A_MODE, 0 },
	};
	struct isol_model *m;
	u32 i, j;

	if (begin()) {
		m = world_model();
		world_bind(m, "b", "tap0", NULL);
		CHECK_EQ(world_commit(m), 0);
		for (i = 0; i < ARRAY_SIZE(needed); i++)
			for (j = 0; j < ARRAY_SIZE(objects); j++) {
				struct change change = { .attr = needed[i].attr, .len = -1 };
				bool at_it;
				int err;

				if (strcmp(objects[j].name, needed[i].object))
					continue;
				err = try(&objects[j], &change, &at_it);
				CHECK_MSG(err == needed[i].err, "%s without %d: %d, not %d",
					  objects[j].name, change.attr, err, needed[i].err);
			}
	}
	end();
}

/* Rules can reject; what is decided where there is none cannot. */
static void only_rules_reject(void)
{
	static const struct {
		const char *object;
		int attr;
		int err;
	} tried[] = {
		{ "bridge", ISOL_BRIDGE_A_DEFAULT, -EINVAL },
		{ "bridge", ISOL_BRIDGE_A_UNBOUND, -EINVAL },
		{ "bridge", ISOL_BRIDGE_A_FRAGMENTS, -EINVAL },
		{ "bridge", ISOL_BRIDGE_A_RESUME, -EINVAL },
		{ "segment", ISOL_SEGMENT_A_WITHIN, -EINVAL },
		{ "segment", ISOL_SEGMENT_A_UPLINK, -EINVAL },
		{ "rule", ISOL_RULE_A_VERDICT, 0 },
	};
	static const u8 reject = ISOL_VERDICT_REJECT;
	u32 i, j;

	if (begin())
		for (i = 0; i < ARRAY_SIZE(tried); i++)
			for (j = 0; j < ARRAY_SIZE(objects); j++) {
				struct change change = {
					.attr = tried[i].attr, .data = &reject, .len = 1,
				};
				bool at_it;
				int err;

				if (strcmp(objects[j].name, tried[i].object))
					continue;
				err = try(&objects[j], &change, &at_it);
				CHECK_MSG(err == tried[i].err && (!err || at_it),
					  "%s %d: %d, not %d", objects[j].name, change.attr, err,
					  tried[i].err);
			}
	end();
}

/* ---- services */

/* Which service a rule is a part of, and what that is about if it is refused. */
static void services(void)
{
	static const struct {
		u8 table;
		const char *service;
		bool follow;
		int err;
		u16 at;
	} tried[] = {
		{ ISOL_TABLE_SERVICES, "dhcp", false, 0, 0 },
		{ ISOL_TABLE_SERVICES, "dhcp", true, 0, 0 },
		{ ISOL_TABLE_SERVICES, NULL, true, -EINVAL, ISOL_A_RULE },
		{ ISOL_TABLE_SERVICES, "ntp", true, -ENOENT, ISOL_RULE_A_SERVICE },
		{ ISOL_TABLE_RULES, "dhcp", false, -EINVAL, ISOL_RULE_A_SERVICE },
		{ ISOL_TABLE_RULES, NULL, true, -EINVAL, ISOL_RULE_A_FOLLOW },
	};
	struct nlattr *nest, *side;
	struct sk_buff *skb;
	u32 i, rule, at, about;

	if (!begin())
		goto out;
	for (i = 0; i < ARRAY_SIZE(tried); i++) {
		begin_txn(nl);
		skb = nl_isol(nl, ISOL_CMD_ADD, 1024);
		nest = nla_nest_start(skb, ISOL_A_SERVICE);
		nla_put_string(skb, ISOL_SERVICE_A_NAME, "dhcp");
		nla_put_flag(skb, ISOL_SERVICE_A_FOLLOW);
		nla_nest_end(skb, nest);
		rule = skb->len;
		nest = nla_nest_start(skb, ISOL_A_RULE);
		nla_put_string(skb, ISOL_RULE_A_NAME, "r");
		nla_put_u8(skb, ISOL_RULE_A_TABLE, tried[i].table);
		side = nla_nest_start(skb, ISOL_RULE_A_FROM);
		nla_put_u8(skb, ISOL_ENDPOINT_A_KIND, ISOL_ENDPOINT_ANY);
		nla_nest_end(skb, side);
		side = nla_nest_start(skb, ISOL_RULE_A_TO);
		nla_put_u8(skb, ISOL_ENDPOINT_A_KIND, ISOL_ENDPOINT_ANY);
		nla_nest_end(skb, side);
		nla_put_u8(skb, ISOL_RULE_A_VERDICT, ISOL_VERDICT_ACCEPT);
		nla_put_flag(skb, ISOL_RULE_A_STATELESS);
		about = rule;
		at = skb->len;
		if (tried[i].service) {
			nla_put_string(skb, ISOL_RULE_A_SERVICE, tried[i].service);
			if (tried[i].at == ISOL_RULE_A_SERVICE)
				about = at;
		}
		at = skb->len;
		if (tried[i].follow) {
			nla_put_flag(skb, ISOL_RULE_A_FOLLOW);
			if (tried[i].at == ISOL_RULE_A_FOLLOW)
				about = at;
		}
		nla_nest_end(skb, nest);
		CHECK_MSG(nl_ask(nl, skb) == tried[i].err, "%u: %d: %s", i, nl->err, nl->msg);
		if (tried[i].err)
			CHECK_MSG(nl->offset == about, "%u: points at %u, not %u: %s", i,
				  nl->offset, about, nl->msg);
		CHECK_EQ(ask(nl, ISOL_CMD_ABORT), tried[i].err ? -ENOENT : 0);
	}
out:
	end();
}

/* ---- what a rule asks of a frame */

/* An attribute in the nest of a field; of the same field go into one nest. */
struct value {
	u8 field;
	u8 attr;
	u8 len;
	const char *data;
};

/* What the kernel points at: what is the last of its kind. */
enum at { NOTHING, AT_MATCH, AT_FIELD, AT_VALUE };

#define NOT(f) { ISOL_MATCH_A_##f, ISOL_VALUES_A_NOT, 0, "" }
#define RANGE(f, data) { ISOL_MATCH_A_##f, ISOL_VALUES_A_RANGE, sizeof(data) - 1, data }
#define MASKED(f, data) { ISOL_MATCH_A_##f, ISOL_VALUES_A_MASKED, sizeof(data) - 1, data }
#define SET(f, name) { ISOL_MATCH_A_##f, ISOL_VALUES_A_SET, sizeof(name), name }
#define NEST(f) { ISOL_MATCH_A_##f }
#define OTHER(f, attr) { ISOL_MATCH_A_##f, attr, 4, "\0\0\0" }

/* A pair of numbers, as bytes: here is no big-endian machine. */
#define PAIR(lo, hi) lo "\0\0\0" hi "\0\0\0"
#define IP6_0 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static const struct {
	int err;
	enum at at;
	struct value values[5];
} matches_tried[] = {
	{ 0, NOTHING, { RANGE(DSCP, PAIR("\1", "\7")) } },
	{ 0, NOTHING, { RANGE(DSCP, PAIR("\1", "\7")), NOT(DSCP), RANGE(DSCP, PAIR("\1", "\1")) } },
	{ 0, NOTHING, { RANGE(SRC_IP4, "\12\0\0\1\12\0\0\2"), RANGE(SRC_IP6, IP6_0 IP6_0) } },
	{ 0, NOTHING, { MASKED(SRC_MAC, "\2\0\0\0\0\0\377\0\0\0\0\0") } },
	{ 0, NOTHING, { RANGE(PROTO, PAIR("\6", "\6")), MASKED(TCP_FLAGS, PAIR("\2", "\22")) } },
	/* addresses are in wire order */
	{ -EINVAL, AT_FIELD, { RANGE(DST_IP4, "\1\0\0\0\0\0\0\377") } },
	{ -EINVAL, AT_FIELD, { RANGE(DST_IP6, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" IP6_0) } },
	{ -EINVAL, AT_FIELD, { MASKED(DST_MAC, "\1\0\0\0\0\0\0\0\0\0\0\1") } },
	/* lengths */
	{ -ERANGE, AT_VALUE, { RANGE(DSCP, "") } },
	{ -ERANGE, AT_VALUE, { RANGE(DSCP, "\1\0\0\0") } },
	{ -ERANGE, AT_VALUE, { RANGE(DSCP, PAIR("\1", "\1") "\0") } },
	{ -ERANGE, AT_VALUE, { RANGE(DSCP, IP6_0 IP6_0) } },
	{ -ERANGE, AT_VALUE, { RANGE(SRC_IP4, "\1\0\0\0\2\0\0") } },
	{ -ERANGE, AT_VALUE, { RANGE(ARP_TARGET, IP6_0 IP6_0) } },
	{ -ERANGE, AT_VALUE, { RANGE(SRC_IP6, PAIR("\1", "\1")) } },
	{ -ERANGE, AT_VALUE, { RANGE(SRC_IP6, IP6_0) } },
	{ -ERANGE, AT_VALUE, { RANGE(DST_IP6, IP6_0 IP6_0 "\0") } },
	{ -ERANGE, AT_VALUE, { MASKED(SRC_MAC, PAIR("\1", "\1")) } },
	{ -ERANGE, AT_VALUE, { MASKED(SRC_MAC, "\0\0\0\0\0\1\0\0\0\0\0\1\0") } },
	{ -ERANGE, AT_VALUE, { MASKED(TCP_FLAGS, "\1\0\1\0") } },
	{ -ERANGE, AT_VALUE, { MASKED(TCP_FLAGS, "\0\0\0\0\0\1\0\0\0\0\0\1") } },
	/* one for the other */
	{ -EINVAL, AT_VALUE, { MASKED(DSCP, PAIR("\1", "\1")) } },
	{ -EINVAL, AT_VALUE, { MASKED(SRC_IP4, PAIR("\1", "\1")) } },
	{ -EINVAL, AT_VALUE, { MASKED(SRC_IP6, IP6_0 IP6_0) } },
	{ -EINVAL, AT_VALUE, { RANGE(SRC_MAC, "\0\0\0\0\0\1\0\0\0\0\0\1") } },
	{ -EINVAL, AT_VALUE, { RANGE(TCP_FLAGS, PAIR("\1", "\1")) } },
	/* nests */
	{ -EINVAL, AT_FIELD, { NEST(DSCP) } },
	{ -EINVAL, AT_FIELD, { NOT(DSCP) } },
	{ -EINVAL, AT_FIELD, { RANGE(DSCP, PAIR("\1", "\1")), NEST(FRAGMENT) } },
	{ -EINVAL, AT_VALUE, { RANGE(DSCP, PAIR("\1", "\1")), NOT(DSCP), NOT(DSCP) } },
	{ -ERANGE, AT_VALUE, { { ISOL_MATCH_A_DSCP, ISOL_VALUES_A_NOT, 1, "\1" } } },
	{ -EINVAL, AT_VALUE, { OTHER(DSCP, ISOL_VALUES_A_MAX + 1) } },
	{ -EINVAL, AT_VALUE, { OTHER(DSCP, 50) } },
	{ -EINVAL, AT_FIELD, { RANGE(DSCP, PAIR("\1", "\1")), RANGE(FRAGMENT, PAIR("\1", "\1")),
			       RANGE(DSCP, PAIR("\2", "\2")) } },
	{ -EINVAL, AT_FIELD, { { ISOL_MATCH_A_MAX + 1, ISOL_VALUES_A_RANGE, 4, "\0\0\0" } } },
	{ -EINVAL, AT_FIELD, { { 50, ISOL_VALUES_A_RANGE, 4, "\0\0\0" } } },
	/* sets */
	{ 0, NOTHING, { SET(SRC_SET, "nets"), SET(SRC_SET, "nets"), NOT(SRC_SET),
			SET(DST_SET, "nets") } },
	{ 0, NOTHING, { RANGE(PROTO, PAIR("\6", "\6")), SET(DPORT_SET, "ports") } },
	{ -EINVAL, AT_FIELD, { SET(DPORT_SET, "ports") } },
	{ -EINVAL, AT_FIELD, { RANGE(PROTO, PAIR("\1", "\1")), SET(SPORT_SET, "ports") } },
	{ -ENOENT, AT_VALUE, { SET(SRC_SET, "nets"), SET(SRC_SET, "none") } },
	{ -ENOENT, AT_VALUE, { SET(SRC_SET, "g") } },
	{ -EINVAL, AT_VALUE, { SET(SRC_MAC_SET, "nets") } },
	{ -EINVAL, AT_VALUE, { SET(DST_SET, "nets"), SET(DST_SET, "ports") } },
	{ -EINVAL, AT_VALUE, { RANGE(SRC_SET, PAIR("\1", "\1")) } },
	{ -EINVAL, AT_VALUE, { MASKED(DST_MAC_SET, "\2\0\0\0\0\0\377\0\0\0\0\0") } },
	{ -EINVAL, AT_VALUE, { SET(SRC_IP4, "nets") } },
	{ -EINVAL, AT_VALUE, { SET(SRC_MAC, "nets") } },
	{ -EINVAL, AT_FIELD, { NOT(SRC_SET) } },
	{ -EINVAL, AT_VALUE, { { ISOL_MATCH_A_SRC_SET, ISOL_VALUES_A_SET, 4, "nets" } } },
	{ -EINVAL, AT_VALUE, { { ISOL_MATCH_A_SRC_SET, ISOL_VALUES_A_SET, 8, "nets\0\0\0" } } },
	/* of values that it has taken, the field is shown */
	{ -EINVAL, AT_FIELD, { RANGE(DSCP, PAIR("\1", "\100")) } },
	{ -EINVAL, AT_FIELD, { RANGE(DSCP, PAIR("\1", "\1")), RANGE(SPORT, PAIR("\1", "\1")) } },
};

/* In the nest of a rule; where things are goes to @at. */
static void put_match(struct sk_buff *skb, const struct value *values, u32 n, u32 *at)
{
	struct nlattr *match, *field = NULL;
	u32 i;

	memset(at, 0, (AT_VALUE + 1) * sizeof(*at));
	at[AT_MATCH] = skb->len;
	match = nla_nest_start(skb, ISOL_RULE_A_MATCH);
	for (i = 0; i < n; i++) {
		if (!i || values[i].field != values[i - 1].field) {
			if (field)
				nla_nest_end(skb, field);
			at[AT_FIELD] = skb->len;
			field = nla_nest_start(skb, values[i].field);
		}
		if (values[i].attr)
			at[AT_VALUE] = put(skb, values[i].attr, values[i].data, values[i].len);
	}
	if (field)
		nla_nest_end(skb, field);
	nla_nest_end(skb, match);
}

/* Add a rule that asks this, in a transaction of its own. */
static int try_match(const struct value *values, u32 n, u32 *at, enum at *said)
{
	struct sk_buff *skb;
	struct nlattr *nest;
	int err;

	begin_txn(nl);
	skb = nl_isol(nl, ISOL_CMD_ADD, 8192);
	nest = nla_nest_start(skb, ISOL_A_RULE);
	put_fields(skb, rule_fields, ARRAY_SIZE(rule_fields), NULL, false);
	put_match(skb, values, n, at);
	nla_nest_end(skb, nest);
	err = nl_ask(nl, skb);
	/* it is asked for more, and forgets what it was told */
	*said = AT_VALUE;
	while (*said && at[*said] != nl->offset)
		--*said;
	CHECK_MSG(!err || *nl->msg, "%d without a message", err);
	CHECK_EQ(ask(nl, ISOL_CMD_ABORT), err ? -ENOENT : 0);
	return err;
}

static struct value many[ISOL_MAX_VALUES + 1];

static void matches(void)
{
	u32 at[AT_VALUE + 1] = { 0 }, i, n;
	enum at said;
	int err;

	if (!begin())
		goto out;
	for (i = 0; i < ARRAY_SIZE(matches_tried); i++) {
		const struct value *values = matches_tried[i].values;

		for (n = 0; n < ARRAY_SIZE(matches_tried[i].values) && values[n].field; n++)
			;
		err = try_match(values, n, at, &said);
		CHECK_MSG(err == matches_tried[i].err && said == matches_tried[i].at,
			  "match %u: %d at %u, not %d at %u", i, err, said,
			  matches_tried[i].err, matches_tried[i].at);
	}
	/* as many values as may be, in as many fields as one likes, and one more */
	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = (struct value)RANGE(DSCP, PAIR("\1", "\1"));
	CHECK_EQ(try_match(many, ISOL_MAX_VALUES, at, &said), 0);
	CHECK_EQ(try_match(many, ISOL_MAX_VALUES + 1, at, &said), -E2BIG);
	CHECK_EQ(said, AT_VALUE);
out:
	end();
}

/* ---- sets */

struct element {
	u8 attr;
	u8 len;
	const char *data;
};

#define STR(attr, s) { ISOL_SET_A_##attr, sizeof(s), s }
#define DATA(attr, s) { ISOL_SET_A_##attr, sizeof(s) - 1, s }
#define APPEND(name) STR(NAME, name), DATA(APPEND, "")
#define NEW(name, type) STR(NAME, name), DATA(TYPE, type)

/* Which attribute is at fault, counted from 0; or the object. */
#define OBJECT_AT 9

static const struct {
	int err;
	u32 at;
	struct element attrs[6];
} sets_tried[] = {
	{ 0, 0, { NEW("new", "\0") } },
	{ 0, 0, { NEW("new", "\0"), DATA(IP4, "\1\2\3\4\1\2\3\4"),
		  DATA(IP6, IP6_0 IP6_0), DATA(IP4, "\0\0\0\0\377\377\377\377") } },
	{ 0, 0, { NEW("new", "\1"), DATA(MAC, "\0\0\0\0\0\0\377\377\377\377\377\377") } },
	{ 0, 0, { NEW("new", "\2"), DATA(PORT, PAIR("\1", "\2")) } },
	{ 0, 0, { APPEND("nets"), DATA(IP4, "\1\2\3\4\1\2\3\4") } },
	{ 0, 0, { APPEND("nets") } },
	/* the wrong way round; addresses are in wire order */
	{ -EINVAL, 2, { NEW("new", "\0"), DATA(IP4, "\1\0\0\0\0\0\0\377") } },
	{ -EINVAL, 3, { NEW("new", "\0"), DATA(IP6, IP6_0 IP6_0),
			DATA(IP6, "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" IP6_0) } },
	{ -EINVAL, 2, { NEW("new", "\1"), DATA(MAC, "\1\0\0\0\0\0\0\0\0\0\0\377") } },
	{ -EINVAL, 2, { NEW("new", "\2"), DATA(PORT, PAIR("\2", "\1")) } },
	{ -EINVAL, 2, { NEW("new", "\2"), DATA(PORT, "\0\0\0\0\0\0\1\0") } },
	/* of another type than the set */
	{ -EINVAL, 2, { NEW("new", "\0"), DATA(PORT, PAIR("\1", "\1")) } },
	{ -EINVAL, 2, { NEW("new", "\1"), DATA(IP4, "\1\2\3\4\1\2\3\4") } },
	{ -EINVAL, 2, { NEW("new", "\2"), DATA(IP6, IP6_0 IP6_0) } },
	{ -EINVAL, 2, { APPEND("nets"), DATA(PORT, PAIR("\1", "\1")) } },
	/* more of one that is there, or of one that is not */
	{ -ENOENT, 0, { APPEND("none") } },
	{ -ENOENT, 0, { APPEND("g") } },
	{ -EINVAL, 2, { APPEND("nets"), DATA(TYPE, "\0") } },
	{ -EINVAL, 2, { APPEND("nets"), DATA(REMOTE, "") } },
	{ -EINVAL, 2, { APPEND("nets"), STR(COMMENT, "text") } },
	{ -EINVAL, OBJECT_AT, { DATA(APPEND, "") } },
	{ -EINVAL, OBJECT_AT, { STR(NAME, "new") } },
	/* names */
	{ -EEXIST, 0, { NEW("nets", "\0") } },
	{ -EEXIST, 0, { NEW("g", "\0") } },
	{ -EINVAL, 0, { NEW("uplink", "\0") } },
	{ -EINVAL, 0, { NEW("-x", "\0") } },
	{ -EINVAL, 2, { NEW("new", "\2"), DATA(REMOTE, "") } },
	{ -EINVAL, 2, { NEW("new", "\1"), DATA(REMOTE, "") } },
};

static void sets(void)
{
	struct sk_buff *skb;
	struct nlattr *nest;
	u32 i, j, at, object;
	int err;

	if (!begin())
		goto out;
	for (i = 0; i < ARRAY_SIZE(sets_tried); i++) {
		const struct element *attrs = sets_tried[i].attrs;
		u32 where[ARRAY_SIZE(sets_tried[i].attrs)] = { 0 };

		begin_txn(nl);
		skb = nl_isol(nl, ISOL_CMD_ADD, 512);
		object = skb->len;
		nest = nla_nest_start(skb, ISOL_A_SET);
		for (j = 0; j < ARRAY_SIZE(sets_tried[i].attrs) && attrs[j].attr; j++)
			where[j] = put(skb, attrs[j].attr, attrs[j].data, attrs[j].len);
		nla_nest_end(skb, nest);
		err = nl_ask(nl, skb);
		at = sets_tried[i].at == OBJECT_AT ? object : where[sets_tried[i].at];
		CHECK_MSG(err == sets_tried[i].err, "set %u: %d: %s", i, err, nl->msg);
		CHECK_MSG(!err || (nl->offset == at && *nl->msg), "set %u points at %u, not %u", i,
			  nl->offset, at);
		CHECK_EQ(ask(nl, ISOL_CMD_ABORT), err ? -ENOENT : 0);
	}
out:
	end();
}

/* One more element than there may be, in as many messages as that takes. */
static void elements(void)
{
	static const u8 port[8] = { 1, 0, 0, 0, 1 };
	u32 n, each = 1024, last = 0;
	struct sk_buff *skb;
	struct nlattr *nest;
	int err = 0;

	if (!begin())
		goto out;
	begin_txn(nl);
	for (n = 0; n <= ISOL_MAX_ELEMENTS && !err; n += each) {
		u32 i;

		skb = nl_isol(nl, ISOL_CMD_ADD, 64 + each * 12);
		nest = nla_nest_start(skb, ISOL_A_SET);
		nla_put_string(skb, ISOL_SET_A_NAME, "ports");
		nla_put_flag(skb, ISOL_SET_A_APPEND);
		for (i = 0; i < (n < ISOL_MAX_ELEMENTS ? each : 1); i++)
			last = put(skb, ISOL_SET_A_PORT, port, sizeof(port));
		nla_nest_end(skb, nest);
		err = nl_ask(nl, skb);
		CHECK_MSG(!err == (n < ISOL_MAX_ELEMENTS), "after %u elements: %d", n, err);
	}
	CHECK_EQ(err, -E2BIG);
	CHECK_EQ(nl->offset, last);
	CHECK_EQ(ask(nl, ISOL_CMD_ABORT), -ENOENT);
out:
	end();
}

/* ---- commands */

/* Each command takes its own attributes, and not one of the others. */
static void commands(void)
{
	static const struct {
		u8 cmd;
		u8 takes[8];
	} cmds[] = {
		{ ISOL_CMD_STATUS_GET },
		{ ISOL_CMD_BEGIN, { ISOL_A_BASE_GENERATION, ISOL_A_TIMEOUT } },
		{ ISOL_CMD_ADD, { ISOL_A_BRIDGE, ISOL_A_SEGMENT, ISOL_A_GROUP, ISOL_A_BINDING,
				  ISOL_A_SET, ISOL_A_RULE } },
		{ ISOL_CMD_COMMIT },
		{ ISOL_CMD_ABORT },
		{ ISOL_CMD_FLUSH, { ISOL_A_BASE_GENERATION } },
		{ ISOL_CMD_WHY, { ISOL_A_BRIDGE_NAME, ISOL_A_FROM, ISOL_A_TO,
				  ISOL_A_FRAME, ISOL_A_VLAN } },
		{ ISOL_CMD_QUARANTINE_ADD, { ISOL_A_QUARANTINE } },
		{ ISOL_CMD_QUARANTINE_DEL, { ISOL_A_QUARANTINE } },
	};
	struct sk_buff *skb;
	u32 i, attr, at;
	int err;

	if (!begin())
		goto out;
	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		for (attr = 0; attr <= ISOL_A_MAX + 2; attr++) {
			if (attr && memchr(cmds[i].takes, attr, sizeof(cmds[i].takes)))
				continue;
			if (cmds[i].cmd == ISOL_CMD_ADD || cmds[i].cmd == ISOL_CMD_COMMIT)
				CHECK_EQ(ask(nl, ISOL_CMD_BEGIN), 0);
			skb = nl_isol(nl, cmds[i].cmd, 64);
			at = put(skb, attr, "\0\0\0\0\0\0\0", 8);
			err = nl_ask(nl, skb);
			CHECK_MSG(err == -EINVAL, "command %u with attribute %u: %d", cmds[i].cmd,
				  attr, err);
			CHECK_MSG(nl->offset == at, "command %u with attribute %u: points at %u",
				  cmds[i].cmd, attr, nl->offset);
			ask(nl, ISOL_CMD_ABORT);
		}
	/* no such command, and those that are for the kernel to say */
	CHECK_EQ(ask(nl, 0), -EOPNOTSUPP);
	CHECK_EQ(ask(nl, ISOL_CMD_DONE), -EOPNOTSUPP);
	CHECK_EQ(ask(nl, ISOL_CMD_POLICY_NTF), -EOPNOTSUPP);
	CHECK_EQ(ask(nl, ISOL_CMD_PORT_NTF), -EOPNOTSUPP);
	CHECK_EQ(ask(nl, ISOL_CMD_MAX + 1), -EOPNOTSUPP);
	CHECK_EQ(ask(nl, 255), -EOPNOTSUPP);
	/* a dump is no do */
	CHECK_EQ(ask(nl, ISOL_CMD_RULE_GET), -EOPNOTSUPP);
	CHECK_EQ(ask(nl, ISOL_CMD_SET_GET), -EOPNOTSUPP);
	CHECK_EQ(ask(nl, ISOL_CMD_SERVICE_GET), -EOPNOTSUPP);
out:
	end();
}

static int begin_with(int attr, const void *data, int len)
{
	struct sk_buff *skb = nl_isol(nl, ISOL_CMD_BEGIN, 64);
	int err;

	put(skb, attr, data, len);
	err = nl_ask(nl, skb);
	ask(nl, ISOL_CMD_ABORT);
	return err;
}

static int begin_timeout(u32 ms)
{
	return begin_with(ISOL_A_TIMEOUT, &ms, sizeof(ms));
}

static void timeouts(void)
{
	u64 generation;
	u32 len;

	if (begin()) {
		CHECK_EQ(begin_timeout(0), -ERANGE);
		CHECK_EQ(begin_timeout(ISOL_TIMEOUT_MIN - 1), -ERANGE);
		CHECK_EQ(begin_timeout(ISOL_TIMEOUT_MIN), 0);
		CHECK_EQ(begin_timeout(ISOL_TIMEOUT_DEFAULT), 0);
		CHECK_EQ(begin_timeout(ISOL_TIMEOUT_MAX), 0);
		CHECK_EQ(begin_timeout(ISOL_TIMEOUT_MAX + 1), -ERANGE);
		CHECK_EQ(begin_timeout(U32_MAX), -ERANGE);
		generation = world_net()->generation;
		for (len = 0; len < 12; len++)
			if (len != 4)
				CHECK(begin_with(ISOL_A_TIMEOUT, "\0\1\0\0\0\0\0\0\0\0\0\0", len));
		for (len = 0; len < 8; len++)
			CHECK(begin_with(ISOL_A_BASE_GENERATION, &generation, len));
		CHECK_EQ(begin_with(ISOL_A_BASE_GENERATION, &generation, 8), 0);
		generation++;
		CHECK_EQ(begin_with(ISOL_A_BASE_GENERATION, &generation, 8), -ESTALE);
	}
	end();
}

/* How long a frame may be. */
static void frames(void)
{
	static u8 frame[ISOL_MAX_FRAME + 1];
	static const u16 lens[] = { 0, 1, 13, 14, ISOL_MAX_FRAME, ISOL_MAX_FRAME + 1 };
	struct sk_buff *skb;
	u32 i, at;

	if (begin()) {
		for (i = 0; i < ARRAY_SIZE(lens); i++) {
			bool good = lens[i] >= 14 && lens[i] <= ISOL_MAX_FRAME;

			skb = nl_isol(nl, ISOL_CMD_WHY, 1024);
			at = put(skb, ISOL_A_FRAME, frame, lens[i]);
			/* where nothing is enforced there is nothing to say */
			CHECK_EQ(nl_ask(nl, skb), good ? -ENOENT : -ERANGE);
			CHECK_EQ(nl->offset, good ? 0 : at);
		}
	}
	end();
}

/* ---- transactions */

static s32 done_error(struct nl *socket)
{
	const struct nlattr *attr;

	CHECK_EQ(nl_wait(socket, ISOL_CMD_DONE), 0);
	attr = nl_attr(socket, ISOL_A_ERROR);
	CHECK(attr);
	return attr ? nla_get_s32(attr) : -ENOMSG;
}

static u64 said_generation(struct nl *socket)
{
	const struct nlattr *attr = nl_attr(socket, ISOL_A_GENERATION);

	CHECK(attr);
	return attr ? get_unaligned((u64 *)nla_data(attr)) : 0;
}

static void transactions(void)
{
	u64 generation = world_net()->generation;

	if (!begin())
		goto out;
	CHECK_EQ(ask(nl, ISOL_CMD_COMMIT), -ENOENT);
	CHECK(*nl->msg);
	CHECK_EQ(ask(nl, ISOL_CMD_ADD), -ENOENT);
	CHECK_EQ(ask(nl, ISOL_CMD_ABORT), -ENOENT);
	begin_txn(nl);
	CHECK_EQ(ask(nl, ISOL_CMD_BEGIN), -EALREADY);
	CHECK(*nl->msg);
	/* what another socket begins is its own */
	CHECK_EQ(ask(second, ISOL_CMD_COMMIT), -ENOENT);
	begin_txn(second);
	CHECK_EQ(ask(nl, ISOL_CMD_COMMIT), 0);
	CHECK_EQ(done_error(nl), 0);
	CHECK_EQ(said_generation(nl), generation + 1);
	CHECK(world_net()->policy);
	/* and is late now */
	CHECK_EQ(ask(second, ISOL_CMD_COMMIT), 0);
	CHECK_EQ(done_error(second), -ESTALE);
	CHECK_EQ(said_generation(second), generation + 1);
	CHECK(nl_attr(second, ISOL_A_MESSAGE));
	CHECK_EQ(world_net()->generation, generation + 1);
	CHECK_EQ(ask(second, ISOL_CMD_COMMIT), -ENOENT);
	/* nobody's any more */
	begin_txn(second);
	nl_close(second);
	second = nl_open(NETLINK_GENERIC);
	mutex_lock(&world_net()->txn_lock);
	CHECK(list_empty(&world_net()->txns));
	mutex_unlock(&world_net()->txn_lock);
	CHECK_EQ(ask(nl, ISOL_CMD_FLUSH), 0);
	CHECK_EQ(done_error(nl), 0);
	CHECK_EQ(said_generation(nl), generation + 2);
	CHECK(!world_net()->policy);
out:
	end();
}

#define CASES(X) \
	X(attributes) \
	X(required) \
	X(only_rules_reject) \
	X(services) \
	X(matches) \
	X(sets) \
	X(elements) \
	X(frames) \
	X(commands) \
	X(timeouts) \
	X(transactions)

TEST_SUITE(netlink, CASES)
