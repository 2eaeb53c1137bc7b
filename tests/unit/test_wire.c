// SPDX-License-Identifier: GPL-2.0
/* What is sent is what was meant, and what comes is not trusted. */
#include <errno.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/isol.h>

#include "random_policy.h"
#include "test.h"
#include "userspace/check.h"
#include "userspace/diff.h"
#include "userspace/push.h"
#include "userspace/set.h"
#include "userspace/wire.h"

struct receiver {
	struct policy *p;
	unsigned int messages;
	unsigned int objects;
	unsigned int rests;
	int last_kind;
};

static bool is_rest(const struct nlattr *nest)
{
	const struct nlattr *attr;

	if (mnl_attr_get_type(nest) != ISOL_A_SET)
		return false;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == ISOL_SET_A_APPEND)
			return true;
	return false;
}

static int on_add(struct nlmsghdr *nlh, void *data)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct receiver *r = data;
	const struct nlattr *attr;

	CHECK_EQ(genl->cmd, ISOL_CMD_ADD);
	CHECK(nlh->nlmsg_len <= GENL_FILL_SIZE);
	r->messages++;
	mnl_attr_for_each(attr, nlh, sizeof(*genl)) {
		/* the rest of a set is no object of its own */
		r->objects += !is_rest(attr);
		r->rests += is_rest(attr);
		CHECK(attr->nla_type & NLA_F_NESTED);
		CHECK_EQ(wire_get(attr, r->p), 0);
	}
	return 0;
}

/* A tree may say the same in other words: values come back as they were. */
static void same_matches(const struct policy *p, const struct policy *q, enum object_kind kind)
{
	const struct rule *a, *b;
	size_t i;

	policy_each(p, kind, const struct rule, a, i) {
		b = policy_find(q, kind, a->o.name.text);
		CHECK(b && match_equal(rule_match(a), rule_match(b)));
	}
}

/* The elements come back as they were, in their order and in all their number. */
static void same_elements(const struct policy *p, const struct policy *q, enum object_kind kind)
{
	const struct set *a, *b;
	size_t i, j;

	policy_each(p, kind, const struct set, a, i) {
		b = policy_find(q, kind, a->o.name.text);
		CHECK(b && a->n == b->n && a->type == b->type);
		for (j = 0; j < a->n && b; j++)
			CHECK(a->v[j].kind == b->v[j].kind &&
			      !memcmp(a->v[j].lo, b->v[j].lo, 16) &&
			      !memcmp(a->v[j].hi, b->v[j].hi, 16));
	}
}

static void round_trip(struct genl *g, const struct policy *p, unsigned int *messages)
{
	struct receiver r = { .p = policy_new() };
	struct diags d = { 0 };
	unsigned int n = 0;
	int kind;

	for (kind = 0; kind < OBJECT_KINDS; kind++)
		n += p->list[kind].n;
	CHECK_EQ(push_messages(g, p, on_add, &r), 0);
	CHECK_EQ(policy_check(r.p, &d), 0);
	CHECK(!policy_diff(p, r.p, NULL, NULL));
	CHECK_EQ(r.objects, n);
	same_matches(p, r.p, OBJECT_SRULE);
	same_matches(p, r.p, OBJECT_RULE);
	same_matches(p, r.p, OBJECT_QRULE);
	same_elements(p, r.p, OBJECT_REMOTE);
	same_elements(p, r.p, OBJECT_SET);
	*messages = r.messages;
	diags_free(&d);
	policy_free(r.p);
}

static char buffer[GENL_BUFFER_SIZE];

static void rounds(void)
{
	struct genl g = { .out = buffer, .family = 30 };
	unsigned int i, n = test_rounds(150), messages;

	for (i = 0; i < n && test_good(); i++) {
		struct policy *p = random_policy(test_rand, 1 + i % 60);

		round_trip(&g, p, &messages);
		policy_free(p);
	}
}

/* Many objects go into few messages. */
static void packing(void)
{
	struct genl g = { .out = buffer, .family = 30 };
	struct policy *p = random_policy(test_rand, 3000);
	unsigned int messages;

	round_trip(&g, p, &messages);
	CHECK_MSG(messages < 60, "%u messages", messages);
	policy_free(p);
	p = policy_new();
	round_trip(&g, p, &messages);
	CHECK_EQ(messages, 0);
	policy_free(p);
}

/* A policy with a rule, of which the match is yet to be made. */
static struct policy *one_rule(struct rule **r)
{
	struct policy *p = policy_new();
	const struct mark nowhere = { 0 };
	struct object *o = policy_object(p, OBJECT_RULE, "r", nowhere);

	*r = (struct rule *)(void *)o;
	endpoint_list_add(p, &(*r)->from, endpoint_make(word_make(p, "members", nowhere)));
	endpoint_list_add(p, &(*r)->to, endpoint_make(word_make(p, "any", nowhere)));
	policy_add(p, OBJECT_RULE, o);
	return p;
}

static const struct nlattr *child(const struct nlattr *nest, u16 type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	CHECK_MSG(false, "no attribute %u", type);
	return NULL;
}

struct bytes {
	u32 field;
	bool negate;
	struct match_value v;
	u16 type;
	u16 len;
	const char *data;
};

static int on_bytes(struct nlmsghdr *nlh, void *data)
{
	const struct bytes *b = data;
	const struct nlattr *attr = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	const struct nlattr *field = child(child(attr, ISOL_RULE_A_MATCH), b->field), *value;

	CHECK(field->nla_type & NLA_F_NESTED);
	CHECK(child(attr, ISOL_RULE_A_MATCH)->nla_type & NLA_F_NESTED);
	if (b->negate)
		CHECK_EQ(mnl_attr_get_payload_len(child(field, ISOL_VALUES_A_NOT)), 0);
	value = child(field, b->type);
	CHECK_EQ(mnl_attr_get_payload_len(value), b->len);
	CHECK(!memcmp(mnl_attr_get_payload(value), b->data, b->len));
	return 0;
}

/* Byte by byte what the interface says. */
static void match_bytes(void)
{
	const u32 port[2] = { 80, 90 }, flags[2] = { 2, 0x12 };
	const struct bytes bytes[] = {
		{ ISOL_MATCH_A_SRC_IP4, false, { .lo = 0x0a000001, .hi = 0x0a0000ff },
		  ISOL_VALUES_A_RANGE, 8, "\x0a\0\0\1\x0a\0\0\xff" },
		{ ISOL_MATCH_A_ARP_SENDER, true, { .lo = 0x0a000001, .hi = 0x0a0000ff },
		  ISOL_VALUES_A_RANGE, 8, "\x0a\0\0\1\x0a\0\0\xff" },
		{ ISOL_MATCH_A_DST_IP6, true,
		  { .lo6 = { 0x20, 1, [15] = 1 }, .hi6 = { 0x20, 1, [15] = 2 } },
		  ISOL_VALUES_A_RANGE, 32,
		  "\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\2" },
		{ ISOL_MATCH_A_SRC_MAC, false,
		  { .value = 0x525400000000ULL, .mask = 0xffffff000000ULL },
		  ISOL_VALUES_A_MASKED, 12, "\x52\x54\0\0\0\0\xff\xff\xff\0\0\0" },
		{ ISOL_MATCH_A_TCP_FLAGS, false, { .value = 2, .mask = 0x12 },
		  ISOL_VALUES_A_MASKED, 8, (const char *)flags },
		{ ISOL_MATCH_A_DPORT, true, { .lo = 80, .hi = 90 },
		  ISOL_VALUES_A_RANGE, 8, (const char *)port },
	};
	struct genl g = { .out = buffer, .family = 30 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		struct bytes b = bytes[i];
		struct rule *r;
		struct policy *p = one_rule(&r);

		match_add(&p->arena, rule_ask(p, r), b.field, &b.v);
		rule_ask(p, r)->of[b.field].negate = b.negate;
		CHECK_EQ(push_messages(&g, p, on_bytes, &b), 0);
		policy_free(p);
	}
}

/* As much as a rule may ask, of the longest values, many times. */
static void long_matches(void)
{
	struct genl g = { .out = buffer, .family = 30 };
	const struct mark nowhere = { 0 };
	struct policy *p = policy_new();
	unsigned int i, j, messages;
	char name[16];

	for (i = 0; i < 100; i++) {
		struct object *o;
		struct rule *r;

		snprintf(name, sizeof(name), "r%u", i);
		o = policy_object(p, OBJECT_RULE, name, nowhere);
		r = (struct rule *)(void *)o;
		endpoint_list_add(p, &r->from, endpoint_make(word_make(p, "members", nowhere)));
		endpoint_list_add(p, &r->to, endpoint_make(word_make(p, "any", nowhere)));
		for (j = 0; j < ISOL_MAX_VALUES; j++) {
			struct match_value v = { .lo6 = { 0x20, 1, [14] = i, j } };

			memcpy(v.hi6, v.lo6, 16);
			match_add(&p->arena, rule_ask(p, r), ISOL_MATCH_A_SRC_IP6, &v);
		}
		policy_add(p, OBJECT_RULE, o);
	}
	round_trip(&g, p, &messages);
	CHECK_MSG(messages >= 8 && messages < 16, "%u messages", messages);
	policy_free(p);
}

static struct set *add_set(struct policy *p, enum object_kind kind, const char *name, u8 type)
{
	struct object *o = policy_object(p, kind, name, (struct mark){ 0 });
	struct set *s = (struct set *)(void *)o;

	s->type = type;
	policy_add(p, kind, o);
	return s;
}

static void add_number(struct policy *p, struct set *s, enum element_kind kind, u32 lo, u32 hi)
{
	struct element e = { .kind = kind };
	u32 i;

	for (i = 0; i < 4; i++) {
		e.lo[15 - i] = lo >> 8 * i;
		e.hi[15 - i] = hi >> 8 * i;
	}
	set_add(&p->arena, s, &e);
}

/* As many elements as there may be, over many messages; and sets of all sizes around one. */
static void long_sets(void)
{
	struct genl g = { .out = buffer, .family = 30 };
	struct receiver r = { .p = policy_new() };
	struct policy *p = policy_new();
	struct diags d = { 0 };
	struct set *s;
	char name[16];
	u32 i, j;

	s = add_set(p, OBJECT_REMOTE, "long", ISOL_SET_ADDRESSES);
	s->o.comment = word_make(p, "all of it", (struct mark){ 0 });
	for (i = 0; i < 100000; i++)
		add_number(p, s, i % 3 ? ELEMENT_IP4 : ELEMENT_IP6, i * 4, i * 4 + 1);
	for (j = 0; j < 100; j++) {
		snprintf(name, sizeof(name), "s%u", j);
		s = add_set(p, OBJECT_SET, name, ISOL_SET_PORTS);
		for (i = 0; i < j * 3; i++)
			add_number(p, s, ELEMENT_PORT, i, i + 5);
	}
	CHECK_EQ(push_messages(&g, p, on_add, &r), 0);
	CHECK_MSG(r.messages > 30 && r.messages < 50, "%u messages", r.messages);
	CHECK_EQ(r.objects, 101);
	CHECK_MSG(r.rests >= r.messages - 3, "%u rests", r.rests);
	CHECK_EQ(policy_check(r.p, &d), 0);
	CHECK(!policy_diff(p, r.p, NULL, NULL));
	same_elements(p, r.p, OBJECT_REMOTE);
	same_elements(p, r.p, OBJECT_SET);
	s = policy_find_set(r.p, "long");
	CHECK(s && !strcmp(s->o.comment.text, "all of it"));
	diags_free(&d);
	policy_free(p);
	policy_free(r.p);
}

struct element_bytes {
	u8 type;
	const char *text;
	u16 attr;
	u16 len;
	const char *data;
};

static int on_element(struct nlmsghdr *nlh, void *data)
{
	const struct element_bytes *b = data;
	const struct nlattr *set = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
	const struct nlattr *attr;

	CHECK_EQ(mnl_attr_get_type(set), ISOL_A_SET);
	CHECK(!strcmp(mnl_attr_get_str(child(set, ISOL_SET_A_NAME)), "s"));
	CHECK_EQ(mnl_attr_get_u8(child(set, ISOL_SET_A_TYPE)), b->type);
	attr = child(set, b->attr);
	CHECK_EQ(mnl_attr_get_payload_len(attr), b->len);
	CHECK(!memcmp(mnl_attr_get_payload(attr), b->data, b->len));
	return 0;
}

static void set_bytes(void)
{
	const u32 ports[2] = { 80, 90 };
	const struct element_bytes bytes[] = {
		{ ISOL_SET_ADDRESSES, "10.0.0.0/24", ISOL_SET_A_IP4, 8, "\x0a\0\0\0\x0a\0\0\xff" },
		{ ISOL_SET_ADDRESSES, "2001::1-2001::2", ISOL_SET_A_IP6, 32,
		  "\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\2" },
		{ ISOL_SET_MACS, "52:54:00:00:00:00/40", ISOL_SET_A_MAC, 12,
		  "\x52\x54\0\0\0\0\x52\x54\0\0\0\xff" },
		{ ISOL_SET_PORTS, "80-90", ISOL_SET_A_PORT, 8, (const char *)ports },
	};
	struct genl g = { .out = buffer, .family = 30 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bytes); i++) {
		struct element_bytes b = bytes[i];
		struct policy *p = policy_new();
		struct set *s = add_set(p, OBJECT_SET, "s", b.type);
		struct element e;
		char msg[512];

		CHECK(element_parse(b.type, b.text, &e, msg, sizeof(msg)));
		set_add(&p->arena, s, &e);
		CHECK_EQ(push_messages(&g, p, on_element, &b), 0);
		policy_free(p);
	}
}

enum wrong_set {
	SET_GOOD,
	SET_NO_TYPE,
	SET_TYPE,
	SET_REMOTE,
	SET_LENGTH,
	SET_KIND,
	SET_ORDER,
	SET_PORT,
	SET_APPEND,
	SET_END
};

/* What is not as the interface has it is not taken for something else. */
static void bad_sets(void)
{
	int wrong;

	for (wrong = 0; wrong < SET_END; wrong++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
		u32 pair[4] = { 6, 7 };
		struct policy *p = policy_new();
		struct nlattr *nest;
		int err;

		mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
		nest = mnl_attr_nest_start(nlh, ISOL_A_SET);
		/* in whatever order */
		if (wrong == SET_ORDER)
			pair[0] = 8;
		if (wrong == SET_PORT)
			pair[1] = 65536;
		mnl_attr_put(nlh, wrong == SET_KIND ? ISOL_SET_A_IP4 : ISOL_SET_A_PORT,
			     wrong == SET_LENGTH ? 12 : 8, pair);
		mnl_attr_put_strz(nlh, ISOL_SET_A_NAME, "s");
		if (wrong != SET_NO_TYPE)
			mnl_attr_put_u8(nlh, ISOL_SET_A_TYPE, wrong == SET_TYPE ?
					ISOL_SET_MAX + 1 : ISOL_SET_PORTS);
		if (wrong == SET_REMOTE)
			mnl_attr_put(nlh, ISOL_SET_A_REMOTE, 0, NULL);
		if (wrong == SET_APPEND)
			mnl_attr_put(nlh, ISOL_SET_A_APPEND, 0, NULL);
		mnl_attr_nest_end(nlh, nest);
		err = wire_get(mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr)), p);
		CHECK_MSG(err == (wrong == SET_GOOD ? 0 :
				  wrong == SET_APPEND ? -ENOENT : -EBADMSG), "%d: %d", wrong, err);
		policy_free(p);
	}
}

enum wrong {
	WRONG_NONE,
	WRONG_FIELD,
	WRONG_NO_VALUE,
	WRONG_ONLY_NOT,
	WRONG_TWICE,
	WRONG_LENGTH,
	WRONG_TYPE,
	WRONG_END
};

/* What is not known of a match is not passed over. */
static void bad_matches(void)
{
	const u32 pair[4] = { 6, 6 };
	int wrong;

	for (wrong = 0; wrong < WRONG_END; wrong++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
		struct policy *p = policy_new();
		struct nlattr *rule, *match, *field;
		unsigned int i;

		mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
		rule = mnl_attr_nest_start(nlh, ISOL_A_RULE);
		mnl_attr_put_strz(nlh, ISOL_RULE_A_NAME, "r");
		match = mnl_attr_nest_start(nlh, ISOL_RULE_A_MATCH);
		for (i = 0; i < (wrong == WRONG_TWICE ? 2 : 1); i++) {
			field = mnl_attr_nest_start(nlh, wrong == WRONG_FIELD ?
						    ISOL_MATCH_A_MAX + 1 : ISOL_MATCH_A_PROTO);
			if (wrong == WRONG_ONLY_NOT)
				mnl_attr_put(nlh, ISOL_VALUES_A_NOT, 0, NULL);
			else if (wrong != WRONG_NO_VALUE)
				mnl_attr_put(nlh, wrong == WRONG_TYPE ? ISOL_VALUES_A_MASKED :
					     ISOL_VALUES_A_RANGE, wrong == WRONG_LENGTH ? 12 : 8,
					     pair);
			mnl_attr_nest_end(nlh, field);
		}
		mnl_attr_nest_end(nlh, match);
		mnl_attr_nest_end(nlh, rule);
		CHECK_EQ(wire_get(mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr)), p),
			 wrong ? -EBADMSG : 0);
		policy_free(p);
	}
}

static int mutate(struct nlmsghdr *nlh, void *data)
{
	const size_t head = MNL_NLMSG_HDRLEN + sizeof(struct genlmsghdr);
	char *copy = malloc(nlh->nlmsg_len);
	struct nlmsghdr *bad = (struct nlmsghdr *)copy;
	const struct nlattr *attr;
	struct port port;
	struct quarantine q;
	struct status s;
	struct why w;
	struct event e;
	unsigned int i;

	(void)data;
	memcpy(copy, nlh, nlh->nlmsg_len);
	for (i = 0; i < 1 + nlh->nlmsg_len / 64; i++)
		copy[head + below(nlh->nlmsg_len - head)] = test_rand() >> 13;
	mnl_attr_for_each(attr, bad, sizeof(struct genlmsghdr)) {
		struct policy *p = policy_new();
		struct diags d = { 0 };
		struct arena a = { 0 };

		/* whatever they say, they stay within the message */
		if (!wire_get(attr, p))
			policy_check(p, &d);
		wire_get_port(attr, &a, &port);
		wire_get_quarantine(attr, &a, &q);
		wire_get_status(attr, &s);
		wire_get_why(attr, &w);
		diags_free(&d);
		arena_free(&a);
		policy_free(p);
	}
	{
		struct arena a = { 0 };

		wire_get_event(bad, &a, &e);
		arena_free(&a);
	}
	free(copy);
	return 0;
}

static void mutants(void)
{
	struct genl g = { .out = buffer, .family = 30 };
	unsigned int i, n = test_rounds(300);

	for (i = 0; i < n; i++) {
		struct policy *p = random_policy(test_rand, 10);

		push_messages(&g, p, mutate, NULL);
		policy_free(p);
	}
}

static struct nlmsghdr *message(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	return nlh;
}

static const struct nlattr *first_attr(const struct nlmsghdr *nlh)
{
	return mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr));
}

static void ports(void)
{
	static const u8 mac[6] = { 0xfe, 1, 2, 3, 4, 5 };
	struct nlmsghdr *nlh = message();
	struct nlattr *nest = mnl_attr_nest_start(nlh, ISOL_A_PORT), *counter;
	struct arena a = { 0 };
	struct port p;

	mnl_attr_put_u32(nlh, ISOL_PORT_A_IFINDEX, 7);
	mnl_attr_put_strz(nlh, ISOL_PORT_A_NAME, "vnet0");
	mnl_attr_put(nlh, ISOL_PORT_A_MAC, 6, mac);
	mnl_attr_put_strz(nlh, ISOL_PORT_A_BRIDGE, "br0");
	mnl_attr_put_u8(nlh, ISOL_PORT_A_KIND, ISOL_PORT_UNBOUND);
	mnl_attr_put_u8(nlh, ISOL_PORT_A_CAUSE, ISOL_UNBOUND_CLAIMS);
	mnl_attr_put_strz(nlh, ISOL_PORT_A_BINDING, "web1");
	mnl_attr_put(nlh, ISOL_PORT_A_QUARANTINED, 0, NULL);
	mnl_attr_put_u32(nlh, 999, 1);
	counter = mnl_attr_nest_start(nlh, ISOL_PORT_A_COUNTER);
	mnl_attr_put_u8(nlh, ISOL_COUNTER_A_REASON, ISOL_REASON_UNBOUND);
	mnl_attr_put_u8(nlh, ISOL_COUNTER_A_VERDICT, ISOL_VERDICT_DROP);
	mnl_attr_put_u64(nlh, ISOL_COUNTER_A_PACKETS, 1ULL << 40);
	mnl_attr_put(nlh, ISOL_COUNTER_A_PAD, 0, NULL);
	mnl_attr_put_u64(nlh, ISOL_COUNTER_A_BYTES, 1ULL << 50);
	mnl_attr_nest_end(nlh, counter);
	mnl_attr_nest_end(nlh, nest);
	CHECK_EQ(wire_get_port(first_attr(nlh), &a, &p), 0);
	CHECK_EQ(p.ifindex, 7);
	CHECK(!strcmp(p.name, "vnet0") && !strcmp(p.bridge, "br0") && !strcmp(p.binding, "web1"));
	CHECK(!memcmp(p.mac, mac, 6) && !p.alias && p.quarantined);
	CHECK_EQ(p.cause, ISOL_UNBOUND_CLAIMS);
	CHECK_EQ(p.counters.n, 1);
	CHECK_EQ(p.counters.v[0].packets, 1LL << 40);
	CHECK_EQ(p.counters.v[0].bytes, 1LL << 50);
	arena_free(&a);

	nlh = message();
	nest = mnl_attr_nest_start(nlh, ISOL_A_PORT);
	mnl_attr_put_u16(nlh, ISOL_PORT_A_IFINDEX, 7);
	mnl_attr_nest_end(nlh, nest);
	CHECK_EQ(wire_get_port(first_attr(nlh), &a, &p), -EBADMSG);
	nlh = message();
	nest = mnl_attr_nest_start(nlh, ISOL_A_PORT);
	mnl_attr_put_str(nlh, ISOL_PORT_A_NAME, "no end");
	mnl_attr_nest_end(nlh, nest);
	CHECK_EQ(wire_get_port(first_attr(nlh), &a, &p), -EBADMSG);
	arena_free(&a);
}

static size_t count_attr(const struct nlattr *nest, u16 type)
{
	const struct nlattr *attr;
	size_t n = 0;

	mnl_attr_for_each_nested(attr, nest)
		n += mnl_attr_get_type(attr) == type;
	return n;
}

/* Flags are told where they are, and only there; so is the verdict for fragments. */
static void state(void)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	struct rule *r;
	struct policy *p = one_rule(&r), *q;
	struct bridge *b;
	struct status s;
	struct why w;
	unsigned int on;

	for (on = 0; on < 2; on++) {
		nlh = message();
		r->stateless = on;
		CHECK(wire_put(nlh, GENL_FILL_SIZE, OBJECT_RULE, &r->o));
		CHECK_EQ(count_attr(first_attr(nlh), ISOL_RULE_A_STATELESS), on);
		q = policy_new();
		CHECK_EQ(wire_get(first_attr(nlh), q), 0);
		CHECK_EQ(((struct rule *)policy_find(q, OBJECT_RULE, "r"))->stateless, on);
		policy_free(q);

		b = (struct bridge *)(void *)policy_object(p, OBJECT_BRIDGE, "br0",
							   (struct mark){ 0 });
		b->fragments = on ? ISOL_VERDICT_ACCEPT : ISOL_VERDICT_DROP;
		b->ends = on;
		b->pickup = on ? 0 : ISOL_PICKUP_DEFAULT;
		nlh = message();
		CHECK(wire_put(nlh, GENL_FILL_SIZE, OBJECT_BRIDGE, &b->o));
		CHECK_EQ(count_attr(first_attr(nlh), ISOL_BRIDGE_A_FRAGMENTS), on);
		CHECK_EQ(count_attr(first_attr(nlh), ISOL_BRIDGE_A_RESUME), on);
		CHECK_EQ(count_attr(first_attr(nlh), ISOL_BRIDGE_A_PICKUP), on);
		q = policy_new();
		CHECK_EQ(wire_get(first_attr(nlh), q), 0);
		CHECK_EQ(((struct bridge *)policy_find(q, OBJECT_BRIDGE, "br0"))->fragments,
			 b->fragments);
		CHECK_EQ(((struct bridge *)policy_find(q, OBJECT_BRIDGE, "br0"))->ends, on);
		CHECK_EQ(((struct bridge *)policy_find(q, OBJECT_BRIDGE, "br0"))->pickup,
			 b->pickup);
		policy_free(q);

		nlh = message();
		nest = mnl_attr_nest_start(nlh, ISOL_A_STATUS);
		if (on)
			mnl_attr_put(nlh, ISOL_STATUS_A_TRACKED, 0, NULL);
		mnl_attr_nest_end(nlh, nest);
		CHECK_EQ(wire_get_status(first_attr(nlh), &s), 0);
		CHECK_EQ(s.tracked, on);

		nlh = message();
		nest = mnl_attr_nest_start(nlh, ISOL_A_WHY);
		if (on)
			mnl_attr_put(nlh, ISOL_WHY_A_TRACKED, 0, NULL);
		mnl_attr_nest_end(nlh, nest);
		CHECK_EQ(wire_get_why(first_attr(nlh), &w), 0);
		CHECK_EQ(w.tracked, on);
	}
	policy_free(p);
}

int main(void)
{
	test_begin();
	run_case("wire_ports", ports);
	run_case("wire_round_trips", rounds);
	run_case("wire_packing", packing);
	run_case("wire_match_bytes", match_bytes);
	run_case("wire_long_matches", long_matches);
	run_case("wire_long_sets", long_sets);
	run_case("wire_set_bytes", set_bytes);
	run_case("wire_bad_sets", bad_sets);
	run_case("wire_bad_matches", bad_matches);
	run_case("wire_state", state);
	run_case("wire_mutants", mutants);
	return test_end();
}
