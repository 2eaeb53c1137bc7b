// SPDX-License-Identifier: GPL-2.0
/* What a policy may hold, and what is said of what it may not. */
#include "model.h"
#include "test.h"

#define LIMIT (4LL * 1024 * 1024 * 1024)

#define NAME_63 "a23456789012345678901234567890123456789012345678901234567890123"

/* A small model that objects are added to, and what was said of them. */
static struct isol_mem mem;
static struct isol_model *model;
static struct isol_fault fault;

static int add_bridge(const char *name, const char *uplink)
{
	const struct isol_bridge_spec spec = {
		.name = name, .uplinks = { uplink }, .nuplinks = !!uplink,
	};

	memset(&fault, 0x5a, sizeof(fault));
	return isol_model_add_bridge(model, &spec, &fault);
}

static int add_segment(const char *name, const char *bridge)
{
	const struct isol_segment_spec spec = { .name = name, .bridge = bridge };

	memset(&fault, 0x5a, sizeof(fault));
	return isol_model_add_segment(model, &spec, &fault);
}

static int add_group(const char *name)
{
	const struct isol_group_spec spec = { .name = name };

	memset(&fault, 0x5a, sizeof(fault));
	return isol_model_add_group(model, &spec, &fault);
}

static int add_spec(const struct isol_binding_spec *spec)
{
	memset(&fault, 0x5a, sizeof(fault));
	return isol_model_add_binding(model, spec, &fault);
}

static int add_binding(const char *name, const char *port, const char *group)
{
	const struct isol_binding_spec spec = {
		.name = name, .port = port, .groups = { group }, .ngroups = !!group, .claims = 1,
	};

	return add_spec(&spec);
}

static int add_mac(const char *name, u8 first, u8 last)
{
	const u8 mac[ETH_ALEN] = { first, 0x54, 0, 0x12, 0x34, last };
	const struct isol_binding_spec spec = { .name = name, .mac = mac, .claims = 1 };

	return add_spec(&spec);
}

static int add_rule(const struct isol_rule_spec *spec)
{
	memset(&fault, 0x5a, sizeof(fault));
	return isol_model_add_rule(model, spec, &fault);
}

#define ANY { NULL, ISOL_ENDPOINT_ANY }
#define HOST { NULL, ISOL_ENDPOINT_HOST }
#define UPLINK { NULL, ISOL_ENDPOINT_UPLINK }
#define MEMBERS { NULL, ISOL_ENDPOINT_MEMBERS }
#define QUARANTINED { NULL, ISOL_ENDPOINT_QUARANTINED }
#define GROUP(g) { g, ISOL_ENDPOINT_GROUP }
#define BINDING(b) { b, ISOL_ENDPOINT_BINDING }

static void begin(void)
{
	isol_mem_init(&mem, LIMIT);
	model = isol_model_new(&mem);
	CHECK_EQ(add_bridge("br0", "eno1"), 0);
	CHECK_EQ(add_bridge("br1", NULL), 0);
	CHECK_EQ(add_segment("seg0", "br0"), 0);
	CHECK_EQ(add_group("g0"), 0);
	CHECK_EQ(add_group("g1"), 0);
	CHECK_EQ(add_group("g2"), 0);
	CHECK_EQ(add_binding("b0", "tap0", "g0"), 0);
	CHECK_EQ(add_binding("b1", "tap1", NULL), 0);
	CHECK_EQ(add_rule(&(struct isol_rule_spec) {
		.name = "r0", .from = { GROUP("g0") }, .to = { ANY }, .nfrom = 1, .nto = 1 }), 0);
}

static void end(void)
{
	isol_model_free(model);
	model = NULL;
	CHECK_EQ(isol_mem_used(&mem), 0);
}

static void good(int line, int err)
{
	if (err)
		test_fail(__FILE__, line, "refused: %s", fault.msg);
	end();
}

static void bad(int line, int got, int err, enum isol_field field, u32 item)
{
	if (got != err)
		test_fail(__FILE__, line, "error %d, not %d: %s", got, err, got ? fault.msg : "");
	else if (fault.err != err)
		test_fail(__FILE__, line, "fault.err %d, not %d", fault.err, err);
	else if (fault.field != field || fault.item != item)
		test_fail(__FILE__, line, "field %u item %u, not %u %u: %s", fault.field,
			  fault.item, field, item, fault.msg);
	else if (!*fault.msg || strlen(fault.msg) > ISOL_MESSAGE_LEN)
		test_fail(__FILE__, line, "no text");
	end();
}

/* Each on a model of its own: after an error it is good for nothing. */
#define GOOD(add) do { begin(); good(__LINE__, add); } while (0)
#define BAD(add, err, field, item) do { \
	begin(); \
	bad(__LINE__, add, err, field, item); \
} while (0)

/* ---- names */

static const char *const good_names[] = {
	"a", "Z", "0", "_", "9a", "a.b", "a:b", "a-b", "a..", "_-", "vm-1.eth0:2", NAME_63,
	"Any", "hosts", "anyone", "uplink0", "unbounded",
};

static const char *const bad_names[] = {
	"", "-a", ".a", ":a", " ", "a b", "a\n", "a/b", "a,b", "\xc3\xa4", "a\x7f", "a\xff", "*",
	"a*", "a'b", "a\"", "@a", "[", "`", "{", NAME_63 "4",
};

static const char *const reserved[] = {
	"any", "host", "uplink", "members", "quarantined", "unbound",
};

static void names(void)
{
	struct isol_rule_spec rule = { .from = { ANY }, .to = { ANY }, .nfrom = 1, .nto = 1 };
	struct isol_binding_spec binding = { .name = "b", .port = "tap9", .claims = 1,
					     .role = ISOL_ROLE_COMMUNITY };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good_names); i++) {
		GOOD(add_group(good_names[i]));
		GOOD(add_binding(good_names[i], "tap9", NULL));
		GOOD(add_segment(good_names[i], "br1"));
		rule.owner = NULL;
		rule.name = good_names[i];
		GOOD(add_rule(&rule));
		rule.owner = good_names[i];
		GOOD(add_rule(&rule));
		binding.community = good_names[i];
		GOOD(add_spec(&binding));
	}
	for (i = 0; i < ARRAY_SIZE(bad_names); i++) {
		BAD(add_group(bad_names[i]), -EINVAL, ISOL_F_NAME, 0);
		BAD(add_binding(bad_names[i], "tap9", NULL), -EINVAL, ISOL_F_NAME, 0);
		BAD(add_segment(bad_names[i], "br1"), -EINVAL, ISOL_F_NAME, 0);
		rule.owner = NULL;
		rule.name = bad_names[i];
		BAD(add_rule(&rule), -EINVAL, ISOL_F_NAME, 0);
		rule.name = "r";
		rule.owner = bad_names[i];
		BAD(add_rule(&rule), -EINVAL, ISOL_F_OWNER, 0);
		binding.community = bad_names[i];
		BAD(add_spec(&binding), -EINVAL, ISOL_F_COMMUNITY, 0);
	}
	for (i = 0; i < ARRAY_SIZE(reserved); i++) {
		BAD(add_group(reserved[i]), -EINVAL, ISOL_F_NAME, 0);
		BAD(add_binding(reserved[i], "tap9", NULL), -EINVAL, ISOL_F_NAME, 0);
		/* No endpoint: no harm. */
		GOOD(add_segment(reserved[i], "br1"));
		rule.owner = NULL;
		rule.name = reserved[i];
		GOOD(add_rule(&rule));
		binding.community = reserved[i];
		GOOD(add_spec(&binding));
	}
	rule.name = NULL;
	BAD(add_rule(&rule), -EINVAL, ISOL_F_NAME, 0);
	BAD(add_group(NULL), -EINVAL, ISOL_F_NAME, 0);
	BAD(add_binding(NULL, "tap9", NULL), -EINVAL, ISOL_F_NAME, 0);
	BAD(add_segment(NULL, "br1"), -EINVAL, ISOL_F_NAME, 0);
	BAD(add_bridge(NULL, NULL), -EINVAL, ISOL_F_NAME, 0);
}

static void names_taken(void)
{
	struct isol_rule_spec rule = { .name = "r0", .from = { QUARANTINED }, .to = { ANY },
				       .nfrom = 1, .nto = 1, .table = ISOL_TABLE_QUARANTINE };

	BAD(add_group("g0"), -EEXIST, ISOL_F_NAME, 0);
	BAD(add_group("b0"), -EEXIST, ISOL_F_NAME, 0);
	BAD(add_binding("b0", "tap9", NULL), -EEXIST, ISOL_F_NAME, 0);
	BAD(add_binding("g0", "tap9", NULL), -EEXIST, ISOL_F_NAME, 0);
	BAD(add_segment("seg0", "br1"), -EEXIST, ISOL_F_NAME, 0);
	BAD(add_bridge("br0", NULL), -EEXIST, ISOL_F_NAME, 0);
	/* over both tables */
	BAD(add_rule(&rule), -EEXIST, ISOL_F_NAME, 0);
	rule.table = ISOL_TABLE_RULES;
	rule.from[0] = (struct isol_endpoint_spec)ANY;
	BAD(add_rule(&rule), -EEXIST, ISOL_F_NAME, 0);
	/* other kinds of objects have names of their own */
	GOOD(add_group("r0"));
	GOOD(add_group("seg0"));
	GOOD(add_group("br0"));
	GOOD(add_segment("g0", "br1"));
	GOOD(add_binding("seg0", "tap9", NULL));
	rule.name = "g0";
	GOOD(add_rule(&rule));
}

/* ---- comments */

static const struct {
	const char *text;
	bool valid;
} texts[] = {
	{ "", true },
	{ " ", true },
	{ "plain ASCII ~", true },
	{ "\xc2\xa0", true },			/* U+00A0 */
	{ "\xc3\xa9", true },
	{ "\xdf\xbf", true },			/* U+07FF */
	{ "\xe0\xa0\x80", true },		/* U+0800 */
	{ "\xe2\x82\xac", true },
	{ "\xed\x9f\xbf", true },		/* U+D7FF */
	{ "\xee\x80\x80", true },		/* U+E000 */
	{ "\xef\xbf\xbf", true },		/* U+FFFF */
	{ "\xf0\x90\x80\x80", true },		/* U+10000 */
	{ "\xf0\x9f\x98\x80", true },
	{ "\xf4\x8f\xbf\xbf", true },		/* U+10FFFF */
	{ "a\xc3\xa9z", true },
	{ "\t", false },
	{ "a\n", false },
	{ "\r", false },
	{ "\x01", false },
	{ "\x1b[31m", false },
	{ "\x1f", false },
	{ "\x7f", false },
	{ "\x80", false },
	{ "\xbf", false },
	{ "\xc0\x80", false },			/* overlong NUL */
	{ "\xc0\xaf", false },
	{ "\xc1\xbf", false },
	{ "\xc2", false },
	{ "\xc2z", false },
	{ "\xc2\x80", false },			/* C1 controls */
	{ "\xc2\x9b[31m", false },
	{ "\xc2\x9f", false },
	{ "\xc2\xc2\xa0", false },
	{ "\xe0\x80\x80", false },		/* overlong */
	{ "\xe0\x9f\xbf", false },
	{ "\xe2\x82", false },
	{ "\xe2\x82z", false },
	{ "\xed\xa0\x80", false },		/* surrogates */
	{ "\xed\xbf\xbf", false },
	{ "\xf0\x80\x80\x80", false },		/* overlong */
	{ "\xf0\x8f\xbf\xbf", false },
	{ "\xf0\x9f\x98", false },
	{ "\xf0\x9f\x98z", false },
	{ "\xf4\x90\x80\x80", false },		/* U+110000 */
	{ "\xf5\x80\x80\x80", false },
	{ "\xf7\xbf\xbf\xbf", false },
	{ "\xf8\x88\x80\x80\x80", false },
	{ "\xfe", false },
	{ "\xff", false },
};

static void comments(void)
{
	struct isol_bridge_spec bridge = { .name = "br9" };
	struct isol_segment_spec segment = { .name = "s", .bridge = "br1" };
	struct isol_group_spec group = { .name = "g" };
	struct isol_binding_spec binding = { .name = "b", .port = "tap9", .claims = 1 };
	struct isol_rule_spec rule = { .name = "r", .from = { ANY }, .to = { ANY }, .nfrom = 1,
				       .nto = 1 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		bridge.comment = texts[i].text;
		segment.comment = texts[i].text;
		group.comment = texts[i].text;
		binding.comment = texts[i].text;
		rule.comment = texts[i].text;
		CHECK_MSG(isol_text_valid(texts[i].text) == texts[i].valid, "text %u", i);
		if (texts[i].valid) {
			GOOD(isol_model_add_bridge(model, &bridge, &fault));
			GOOD(isol_model_add_segment(model, &segment, &fault));
			GOOD(isol_model_add_group(model, &group, &fault));
			GOOD(isol_model_add_binding(model, &binding, &fault));
			GOOD(isol_model_add_rule(model, &rule, &fault));
			continue;
		}
		BAD(isol_model_add_bridge(model, &bridge, &fault), -EINVAL, ISOL_F_COMMENT, 0);
		BAD(isol_model_add_segment(model, &segment, &fault), -EINVAL, ISOL_F_COMMENT, 0);
		BAD(isol_model_add_group(model, &group, &fault), -EINVAL, ISOL_F_COMMENT, 0);
		BAD(isol_model_add_binding(model, &binding, &fault), -EINVAL, ISOL_F_COMMENT, 0);
		BAD(isol_model_add_rule(model, &rule, &fault), -EINVAL, ISOL_F_COMMENT, 0);
	}
}

static u32 encode(u32 c, char *s)
{
	u32 n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;
	static const u8 lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (i = n - 1; i; i--, c >>= 6)
		s[i] = 0x80 | (c & 0x3f);
	s[0] = lead[n] | c;
	s[n] = '\0';
	return n;
}

/* In memory of just its size, so that a read beyond it is seen. */
static bool text_valid(const char *s, u32 len)
{
	char *exact = malloc(len + 1);
	bool valid;

	memcpy(exact, s, len);
	exact[len] = '\0';
	valid = isol_text_valid(exact);
	free(exact);
	return valid;
}

static bool printable(u32 c)
{
	return c >= 0x20 && (c < 0x7f || c >= 0xa0) && (c < 0xd800 || c >= 0xe000) &&
	       c <= 0x10ffff;
}

static void every_character(void)
{
	char s[8];
	u32 c, n;

	for (c = 1; c < 0x200000; c++) {
		n = encode(c, s);
		if (isol_text_valid(s) != printable(c))
			CHECK_MSG(0, "U+%04X", c);
	}
	for (c = 0x80; c < 0x110000; c += 997) {
		n = encode(c, s);
		while (--n)
			CHECK_MSG(!text_valid(s, n), "U+%04X cut to %u bytes", c, n);
	}
}

/* Byte strings at random are what some text's encoding is, or not valid. */
static void random_text(void)
{
	u32 rounds = test_rounds(300000), i, j, c, len;
	char s[8], again[16];

	for (i = 0; i < rounds; i++) {
		static const u8 leads[] = { 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1,
					    0xf4, 0xf5 };
		bool valid = true;

		len = between(1, 4);
		for (j = 0; j < len; j++)
			s[j] = percent(80) ? 0x80 | below(64) : between(1, 255);
		if (percent(90))
			s[0] = leads[below(ARRAY_SIZE(leads))];
		s[len] = '\0';
		for (j = 0; s[j] && valid;) {
			u8 b = s[j];
			u32 n = b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4, k;

			c = n == 1 ? b : b & (0xff >> (n + 1));
			for (k = 1; k < n; k++)
				c = c << 6 | (j + k < len ? s[j + k] & 0x3f : 0);
			valid = c < 0x200000 && encode(c, again) == n && j + n <= len &&
				!memcmp(again, s + j, n) && printable(c);
			j += n;
		}
		CHECK_MSG(text_valid(s, len) == valid, "%02x %02x %02x %02x", (u8)s[0], (u8)s[1],
			  (u8)s[2], (u8)s[3]);
	}
}

/* ---- bridges and segments */

static const char *const good_ifnames[] = {
	"a", "br-lan", "vmbr0", "br0.30", "...", "a..", "fifteen-letters", "\xc3\xa4", "a*", "?",
	"-", "any", "host", "\x01", "\xff",
};

static const char *const bad_ifnames[] = {
	"", ".", "..", "a/b", "a:b", "a b", " a", "a\t", "a\n", "a\v", "a\f", "a\r", "a\xa0",
	"sixteen-letters.",
};

static void interface_names(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good_ifnames); i++) {
		GOOD(add_bridge(good_ifnames[i], NULL));
		GOOD(add_bridge("br9", good_ifnames[i]));
		GOOD(add_binding("b", good_ifnames[i], NULL));
	}
	for (i = 0; i < ARRAY_SIZE(bad_ifnames); i++) {
		const struct isol_binding_spec glob = { .name = "b", .glob = bad_ifnames[i],
							.claims = 1 };

		BAD(add_bridge(bad_ifnames[i], NULL), -EINVAL, ISOL_F_NAME, 0);
		BAD(add_bridge("br9", bad_ifnames[i]), -EINVAL, ISOL_F_UPLINK, 0);
		BAD(add_binding("b", bad_ifnames[i], NULL), -EINVAL, ISOL_F_SELECTOR, 0);
		BAD(add_spec(&glob), -EINVAL, ISOL_F_SELECTOR, 0);
	}
}

static int add_uplinks(const char *a, const char *b, const char *c)
{
	const struct isol_bridge_spec spec = { .name = "br9", .uplinks = { a, b, c },
					       .nuplinks = 3 };

	memset(&fault, 0x5a, sizeof(fault));
	return isol_model_add_bridge(model, &spec, &fault);
}

static void bridges(void)
{
	GOOD(add_bridge("br9", "eno9"));
	GOOD(add_uplinks("a", "b", "c"));
	BAD(add_uplinks("a", "b", "a"), -EEXIST, ISOL_F_UPLINK, 2);
	BAD(add_uplinks("a", "eno1", "c"), -EEXIST, ISOL_F_UPLINK, 1);
	BAD(add_uplinks("a", "b", "br9"), -EINVAL, ISOL_F_UPLINK, 2);
	BAD(add_uplinks("a", "br1", "b"), -EINVAL, ISOL_F_UPLINK, 1);
	BAD(add_uplinks("a", "b", "c d"), -EINVAL, ISOL_F_UPLINK, 2);
	BAD(add_bridge("eno1", NULL), -EEXIST, ISOL_F_NAME, 0);
}

/*
 * A binding of an uplink or of a bridge is refused, so it must be so in either
 * order: a binding without a segment refers to no bridge, and may come first.
 */
static void bridges_behind_bindings(void)
{
	BAD(add_binding("b", "eno1", NULL), -EINVAL, ISOL_F_SELECTOR, 0);
	BAD(add_binding("b", "br1", NULL), -EINVAL, ISOL_F_SELECTOR, 0);
	begin();
	CHECK(add_bridge("br9", "tap0"));
	end();
	begin();
	CHECK(add_bridge("tap0", NULL));
	end();
}

static void segments(void)
{
	GOOD(add_segment("s", "br1"));
	BAD(add_segment("s", NULL), -EINVAL, ISOL_F_BRIDGE, 0);
	BAD(add_segment("s", "br9"), -ENOENT, ISOL_F_BRIDGE, 0);
	BAD(add_segment("s", "eno1"), -ENOENT, ISOL_F_BRIDGE, 0);
	BAD(add_segment("s", "br0"), -EEXIST, ISOL_F_BRIDGE, 0);
}

/* ---- bindings */

static void selectors(void)
{
	static const u8 mac[ETH_ALEN] = { 0x52, 0x54, 0, 1, 2, 3 };
	static const u8 zero[ETH_ALEN], multicast[ETH_ALEN] = { 0x53, 0x54, 0, 1, 2, 3 };
	static const u8 broadcast[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };
	static const u8 *const bad_macs[] = { zero, multicast, broadcast };
	struct isol_binding_spec spec;
	u32 i;

	/* any one, and no two */
	for (i = 0; i < 16; i++) {
		spec = (struct isol_binding_spec) {
			.name = "b", .claims = 1, .port = i & 1 ? "p" : NULL,
			.glob = i & 2 ? "p*" : NULL, .alias = i & 4 ? "p" : NULL,
			.mac = i & 8 ? mac : NULL,
		};
		if (i && !(i & (i - 1)))
			GOOD(add_spec(&spec));
		else
			BAD(add_spec(&spec), -EINVAL, ISOL_F_OBJECT, 0);
	}
	for (i = 0; i < ARRAY_SIZE(bad_macs); i++) {
		spec = (struct isol_binding_spec){ .name = "b", .claims = 1, .mac = bad_macs[i] };
		BAD(add_spec(&spec), -EINVAL, ISOL_F_SELECTOR, 0);
	}
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		spec = (struct isol_binding_spec) { .name = "b", .claims = 1,
						    .alias = texts[i].text };
		if (texts[i].valid && *texts[i].text)
			GOOD(add_spec(&spec));
		else
			BAD(add_spec(&spec), -EINVAL, ISOL_F_SELECTOR, 0);
	}
}

static void selectors_taken(void)
{
	struct isol_binding_spec glob = { .name = "x", .glob = "vnet*", .claims = 1 };
	struct isol_binding_spec alias = { .name = "y", .alias = "vnet*", .claims = 1 };

	BAD(add_binding("b", "tap0", NULL), -EEXIST, ISOL_F_SELECTOR, 0);
	BAD((add_spec(&glob), glob.name = "x2", add_spec(&glob)), -EEXIST, ISOL_F_SELECTOR, 0);
	BAD((add_spec(&alias), alias.name = "y2", add_spec(&alias)), -EEXIST, ISOL_F_SELECTOR,
	    0);
	/* the same words, but not the same selector */
	GOOD((add_spec(&glob), add_spec(&alias)));
	GOOD((add_spec(&glob), add_binding("b", "vnet*", NULL)));
}

/* What counts is the address of the port, which has no first octet of its own. */
static void macs(void)
{
	static const u8 firsts[] = { 0x00, 0x02, 0x52, 0xfa, 0xfc, 0xfe };
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(firsts); i++)
		for (j = 0; j < ARRAY_SIZE(firsts); j++) {
			bool fe_and_other = (firsts[i] == 0xfe) != (firsts[j] == 0xfe);

			GOOD((add_mac("x", firsts[i], 1), add_mac("y", firsts[j], 2)));
			/* the tap of a guest whose address begins with fe has fa */
			if (fe_and_other)
				GOOD((add_mac("x", firsts[i], 1), add_mac("y", firsts[j], 1)));
			else
				BAD((add_mac("x", firsts[i], 1), add_mac("y", firsts[j], 1)),
				    -EEXIST, ISOL_F_SELECTOR, 0);
		}
}

static void memberships(void)
{
	struct isol_binding_spec spec = {
		.name = "b", .port = "tap9", .claims = 1, .groups = { "g2", "g0", "g1" },
		.ngroups = 3,
	};
	const struct isol_binding *binding;
	const struct isol_group *group;
	u32 i;

	begin();
	CHECK_EQ(add_spec(&spec), 0);
	binding = isol_model_binding(model, "b");
	CHECK(binding);
	if (binding) {
		CHECK_EQ(binding->ngroups, 3);
		for (i = 0; i < 3; i++)
			CHECK_EQ(binding->groups[i], i);
	}
	group = model->groups;
	CHECK_EQ(group->members, 2);
	CHECK_EQ(group->next->members, 1);
	end();

	spec.groups[2] = "g0";
	BAD(add_spec(&spec), -EEXIST, ISOL_F_GROUP, 2);
	spec.groups[2] = "g2";
	BAD(add_spec(&spec), -EEXIST, ISOL_F_GROUP, 2);
	spec.groups[1] = "g9";
	BAD(add_spec(&spec), -ENOENT, ISOL_F_GROUP, 1);
	spec.groups[1] = "b0";
	BAD(add_spec(&spec), -ENOENT, ISOL_F_GROUP, 1);
	spec.groups[1] = "b";
	BAD(add_spec(&spec), -ENOENT, ISOL_F_GROUP, 1);
	spec.groups[1] = "any";
	BAD(add_spec(&spec), -ENOENT, ISOL_F_GROUP, 1);
	spec.groups[0] = "";
	BAD(add_spec(&spec), -ENOENT, ISOL_F_GROUP, 0);
	spec.ngroups = 0;
	GOOD(add_spec(&spec));
	spec.segment = "seg0";
	GOOD(add_spec(&spec));
	spec.segment = "seg9";
	BAD(add_spec(&spec), -ENOENT, ISOL_F_SEGMENT, 0);
	spec.segment = "br0";
	BAD(add_spec(&spec), -ENOENT, ISOL_F_SEGMENT, 0);
}

static int add_role(const char *name, u8 role, const char *community)
{
	const struct isol_binding_spec spec = {
		.name = name, .port = name, .claims = 1, .role = role, .community = community,
	};

	return add_spec(&spec);
}

static void roles(void)
{
	const struct isol_binding *x, *y, *z;
	u32 role;

	for (role = 0; role <= ISOL_ROLE_MAX; role++) {
		if (role == ISOL_ROLE_COMMUNITY) {
			GOOD(add_role("x", role, "c"));
			BAD(add_role("x", role, NULL), -EINVAL, ISOL_F_ROLE, 0);
			continue;
		}
		GOOD(add_role("x", role, NULL));
		BAD(add_role("x", role, "c"), -EINVAL, ISOL_F_COMMUNITY, 0);
	}
	begin();
	CHECK_EQ(add_role("x", ISOL_ROLE_COMMUNITY, "c"), 0);
	CHECK_EQ(add_role("y", ISOL_ROLE_COMMUNITY, "d"), 0);
	CHECK_EQ(add_role("z", ISOL_ROLE_COMMUNITY, "c"), 0);
	x = isol_model_binding(model, "x");
	y = isol_model_binding(model, "y");
	z = isol_model_binding(model, "z");
	CHECK(x && y && z);
	if (x && y && z) {
		CHECK_EQ(x->community_id, z->community_id);
		CHECK(x->community_id != y->community_id);
		CHECK(!strcmp(x->community, "c") && !strcmp(z->community, "c"));
		CHECK(!strcmp(y->community, "d"));
		CHECK_EQ(x->role, ISOL_ROLE_COMMUNITY);
	}
	CHECK_EQ(model->ncommunities, 2);
	end();
}

/* ---- rules */

static int add_ends(u8 table, struct isol_endpoint_spec from0, struct isol_endpoint_spec from1,
		    struct isol_endpoint_spec to0, struct isol_endpoint_spec to1)
{
	const struct isol_rule_spec spec = {
		.name = "r", .table = table, .from = { from0, from1 }, .to = { to0, to1 },
		.nfrom = 2, .nto = 2,
	};

	return add_rule(&spec);
}

#define E(...) ((struct isol_endpoint_spec)__VA_ARGS__)
#define ENDS(table, from0, from1, to0, to1) add_ends(table, E(from0), E(from1), E(to0), E(to1))
#define RULES ISOL_TABLE_RULES
#define QUARANTINE ISOL_TABLE_QUARANTINE

static void endpoints(void)
{
	struct isol_rule_spec spec = { .name = "r", .from = { ANY }, .to = { ANY } };
	u32 kind;

	spec.nto = 1;
	BAD(add_rule(&spec), -EINVAL, ISOL_F_OBJECT, 0);
	spec.nfrom = 1;
	spec.nto = 0;
	BAD(add_rule(&spec), -EINVAL, ISOL_F_OBJECT, 0);
	spec.nto = 1;
	GOOD(add_rule(&spec));

	GOOD(ENDS(RULES, GROUP("g0"), BINDING("b0"), MEMBERS, HOST));
	GOOD(ENDS(RULES, GROUP("g0"), GROUP("g0"), ANY, ANY));
	BAD(ENDS(RULES, GROUP("g0"), GROUP("g9"), ANY, ANY), -ENOENT, ISOL_F_FROM, 1);
	BAD(ENDS(RULES, ANY, ANY, GROUP("g0"), GROUP("g9")), -ENOENT, ISOL_F_TO, 1);
	BAD(ENDS(RULES, BINDING("b9"), ANY, ANY, ANY), -ENOENT, ISOL_F_FROM, 0);
	BAD(ENDS(RULES, ANY, ANY, BINDING("b9"), ANY), -ENOENT, ISOL_F_TO, 0);
	BAD(ENDS(RULES, GROUP("b0"), ANY, ANY, ANY), -ENOENT, ISOL_F_FROM, 0);
	BAD(ENDS(RULES, ANY, BINDING("g0"), ANY, ANY), -ENOENT, ISOL_F_FROM, 1);
	BAD(ENDS(RULES, GROUP(NULL), ANY, ANY, ANY), -ENOENT, ISOL_F_FROM, 0);
	BAD(ENDS(RULES, ANY, ANY, ANY, BINDING(NULL)), -ENOENT, ISOL_F_TO, 1);
	BAD(ENDS(RULES, GROUP("any"), ANY, ANY, ANY), -ENOENT, ISOL_F_FROM, 0);

	for (kind = ISOL_ENDPOINT_ANY; kind <= ISOL_ENDPOINT_QUARANTINED; kind++) {
		const struct isol_endpoint_spec named = { "g0", kind };

		BAD(add_ends(QUARANTINE, E(QUARANTINED), named, E(ANY), E(ANY)), -EINVAL,
		    ISOL_F_FROM, 1);
		BAD(add_ends(QUARANTINE, E(QUARANTINED), E(ANY), E(ANY), named), -EINVAL,
		    ISOL_F_TO, 1);
	}
	BAD(add_ends(RULES, E(ANY), E(ANY), (struct isol_endpoint_spec){ "b0", ISOL_ENDPOINT_PORT },
		     E(ANY)), -EINVAL, ISOL_F_TO, 0);
	BAD(ENDS(RULES, ANY, QUARANTINED, ANY, ANY), -EINVAL, ISOL_F_FROM, 1);
	BAD(ENDS(RULES, ANY, ANY, QUARANTINED, ANY), -EINVAL, ISOL_F_TO, 0);
	BAD(ENDS(RULES, HOST, UPLINK, HOST, UPLINK), -EINVAL, ISOL_F_OBJECT, 0);
	BAD(ENDS(RULES, UPLINK, UPLINK, HOST, HOST), -EINVAL, ISOL_F_OBJECT, 0);
	GOOD(ENDS(RULES, UPLINK, HOST, HOST, ANY));
	GOOD(ENDS(RULES, UPLINK, MEMBERS, HOST, HOST));
	GOOD(ENDS(RULES, ANY, ANY, HOST, UPLINK));

	GOOD(ENDS(QUARANTINE, QUARANTINED, HOST, HOST, UPLINK));
	GOOD(ENDS(QUARANTINE, HOST, UPLINK, UPLINK, QUARANTINED));
	GOOD(ENDS(QUARANTINE, QUARANTINED, QUARANTINED, QUARANTINED, GROUP("g0")));
	BAD(ENDS(QUARANTINE, ANY, ANY, ANY, ANY), -EINVAL, ISOL_F_OBJECT, 0);
	BAD(ENDS(QUARANTINE, GROUP("g0"), ANY, HOST, ANY), -EINVAL, ISOL_F_OBJECT, 0);
}

/* ---- limits */

/* The last that may be, and one more. */
static void limits(void)
{
	struct isol_binding_spec glob = { .claims = 1 };
	struct isol_rule_spec rule = { .from = { ANY }, .to = { ANY }, .nfrom = 1, .nto = 1 };
	char name[16], other[16];
	u32 i;
	int err;

	begin();
	for (i = model->nbridges, err = 0; i <= ISOL_MAX_BRIDGES && !err; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		err = add_bridge(name, NULL);
	}
	CHECK_EQ(i, ISOL_MAX_BRIDGES + 1);
	CHECK_EQ(model->nbridges, ISOL_MAX_BRIDGES);
	bad(__LINE__, err, -E2BIG, ISOL_F_OBJECT, 0);

	/* No more segments than bridges, so the limit is theirs: all fit. */
	begin();
	for (i = 2, err = 0; i < ISOL_MAX_SEGMENTS && !err; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		err = add_bridge(name, NULL);
		if (!err)
			err = add_segment(name, name);
	}
	CHECK_EQ(model->nsegments, ISOL_MAX_SEGMENTS - 1);
	good(__LINE__, err);

	begin();
	for (i = model->ngroups, err = 0; i <= ISOL_MAX_GROUPS && !err; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		err = add_group(name);
	}
	CHECK_EQ(model->ngroups, ISOL_MAX_GROUPS);
	bad(__LINE__, err, -E2BIG, ISOL_F_OBJECT, 0);

	begin();
	for (i = model->nbindings, err = 0; i <= ISOL_MAX_BINDINGS && !err; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		err = add_binding(name, name, NULL);
	}
	CHECK_EQ(model->nbindings, ISOL_MAX_BINDINGS);
	bad(__LINE__, err, -E2BIG, ISOL_F_OBJECT, 0);

	begin();
	for (i = 0, err = 0; i <= ISOL_MAX_GLOBS && !err; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		snprintf(other, sizeof(other), "x%u*", i);
		glob.name = name;
		glob.glob = other;
		err = add_spec(&glob);
	}
	CHECK_EQ(i, ISOL_MAX_GLOBS + 1);
	bad(__LINE__, err, -E2BIG, ISOL_F_SELECTOR, 0);

	/* both tables together */
	begin();
	for (i = 1, err = 0; i <= ISOL_MAX_RULES && !err; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		rule.name = name;
		rule.table = i & 1;
		rule.from[0].kind = i & 1 ? ISOL_ENDPOINT_QUARANTINED : ISOL_ENDPOINT_ANY;
		err = add_rule(&rule);
	}
	CHECK_EQ(model->nrules[0] + model->nrules[1], ISOL_MAX_RULES);
	bad(__LINE__, err, -E2BIG, ISOL_F_OBJECT, 0);
}

static void most_of_all(void)
{
	struct isol_bridge_spec bridge = { .name = "br9", .nuplinks = ISOL_MAX_UPLINKS };
	struct isol_binding_spec binding = { .name = "b", .port = "tap9", .claims = ISOL_MAX_CLAIMS,
					     .ngroups = ISOL_MAX_MEMBERSHIPS };
	struct isol_rule_spec rule = { .name = "r", .nfrom = ISOL_MAX_ENDPOINTS,
				       .nto = ISOL_MAX_ENDPOINTS };
	char name[64][16];
	u32 i;

	begin();
	for (i = 0; i < 64; i++) {
		snprintf(name[i], sizeof(name[i]), "x%u", 63 - i);
		CHECK_EQ(add_group(name[i]), 0);
		bridge.uplinks[i] = name[i];
		binding.groups[i] = name[63 - i];
		rule.from[i] = E(GROUP(name[i]));
		rule.to[i] = E(GROUP(name[63 - i]));
	}
	CHECK_EQ(isol_model_add_bridge(model, &bridge, &fault), 0);
	CHECK_EQ(isol_model_add_binding(model, &binding, &fault), 0);
	CHECK_EQ(isol_model_add_rule(model, &rule, &fault), 0);
	CHECK_EQ(isol_model_seal(model), 0);
	if (test_good()) {
		const struct isol_binding *b = isol_model_binding(model, "b");
		const struct isol_rule *r = isol_model_rule(model, "r");

		CHECK_EQ(b->claims, ISOL_MAX_CLAIMS);
		CHECK_EQ(b->ngroups, 64);
		CHECK_EQ(r->nfrom, 64);
		CHECK_EQ(r->nto, 64);
		for (i = 0; i < 64; i++) {
			CHECK_EQ(b->groups[i], 3 + i);
			CHECK_EQ(r->from[i].id, 3 + i);
			CHECK_EQ(r->to[i].id, 3 + 63 - i);
			CHECK(isol_model_uplink(model, isol_model_bridge(model, "br9"), name[i]));
		}
	}
	end();
}

/* ---- what was put in comes out */

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static void contents(void)
{
	static const u8 mac[ETH_ALEN] = { 0x52, 0x54, 0, 1, 2, 3 };
	struct isol_bridge_spec bridge = {
		.name = "br9", .comment = "c1", .uplinks = { "u1", "u2" }, .nuplinks = 2,
		.dflt = ISOL_VERDICT_ACCEPT, .unbound = ISOL_VERDICT_DROP,
	};
	struct isol_segment_spec segment = {
		.name = "s9", .comment = "c2", .bridge = "br9", .within = ISOL_VERDICT_ACCEPT,
		.uplink = ISOL_VERDICT_DROP,
	};
	struct isol_group_spec group = { .name = "g9", .comment = "c3" };
	struct isol_binding_spec binding = {
		.name = "b9", .comment = "c4", .mac = mac, .segment = "s9", .claims = 300,
		.role = ISOL_ROLE_ISOLATED, .groups = { "g9" }, .ngroups = 1,
	};
	struct isol_rule_spec rule = {
		.name = "r9", .comment = "c5", .owner = "o", .from = { GROUP("g9"), HOST },
		.to = { BINDING("b9") }, .nfrom = 2, .nto = 1, .verdict = ISOL_VERDICT_ACCEPT,
	};
	const struct isol_bridge *br;
	const struct isol_binding *b;
	const struct isol_rule *r;

	begin();
	CHECK_EQ(isol_model_add_bridge(model, &bridge, &fault), 0);
	CHECK_EQ(isol_model_add_segment(model, &segment, &fault), 0);
	CHECK_EQ(isol_model_add_group(model, &group, &fault), 0);
	CHECK_EQ(isol_model_add_binding(model, &binding, &fault), 0);
	CHECK_EQ(isol_model_add_rule(model, &rule, &fault), 0);
	rule.name = "q9";
	rule.comment = NULL;
	rule.owner = NULL;
	rule.table = ISOL_TABLE_QUARANTINE;
	rule.from[1].kind = ISOL_ENDPOINT_QUARANTINED;
	rule.verdict = ISOL_VERDICT_DROP;
	CHECK_EQ(isol_model_add_rule(model, &rule, &fault), 0);
	rule.name = "r10";
	rule.table = ISOL_TABLE_RULES;
	rule.from[1].kind = ISOL_ENDPOINT_HOST;
	CHECK_EQ(isol_model_add_rule(model, &rule, &fault), 0);
	CHECK_EQ(isol_model_seal(model), 0);
	br = isol_model_bridge(model, "br9");
	b = isol_model_binding(model, "b9");
	r = isol_model_rule(model, "r9");
	CHECK(br && b && r);
	if (br && b && r) {
		CHECK(same(br->name, "br9") && same(br->comment, "c1"));
		CHECK(br->nuplinks == 2 && same(br->uplinks[0], "u1") &&
		      same(br->uplinks[1], "u2"));
		CHECK(br->dflt == ISOL_VERDICT_ACCEPT && br->unbound == ISOL_VERDICT_DROP);
		CHECK_EQ(br->id, 3);
		CHECK(br->segment && same(br->segment->name, "s9") &&
		      same(br->segment->comment, "c2") && br->segment->bridge == br);
		CHECK(br->segment->within == ISOL_VERDICT_ACCEPT &&
		      br->segment->uplink == ISOL_VERDICT_DROP);
		CHECK(isol_model_uplink(model, br, "u1") && isol_model_uplink(model, br, "u2"));
		CHECK(!isol_model_uplink(model, br, "eno1") && !isol_model_uplink(model, br, "u"));
		CHECK(!isol_model_uplink(model, br, "br9"));
		CHECK(same(b->comment, "c4") && b->segment == br->segment && b->claims == 300);
		CHECK(b->kind == ISOL_SEL_MAC && !memcmp(b->mac, mac, ETH_ALEN));
		CHECK(b->tap[0] == 0xfe && !memcmp(b->tap + 1, mac + 1, ETH_ALEN - 1));
		CHECK(b->role == ISOL_ROLE_ISOLATED && !b->community);
		CHECK(b->ngroups == 1 && same(model->group[b->groups[0]]->name, "g9"));
		CHECK(same(model->group[b->groups[0]]->comment, "c3"));
		CHECK(model->binding[b->id] == b && b->id == 2);
		CHECK(same(r->comment, "c5") && same(r->owner, "o"));
		CHECK(r->nfrom == 2 && r->nto == 1 && r->verdict == ISOL_VERDICT_ACCEPT);
		CHECK(r->from[0].kind == ISOL_ENDPOINT_GROUP && r->from[0].id == 3);
		CHECK(r->from[1].kind == ISOL_ENDPOINT_HOST);
		CHECK(r->to[0].kind == ISOL_ENDPOINT_BINDING && r->to[0].id == b->id);
	}
	CHECK(!isol_model_bridge(model, "u1") && !isol_model_bridge(model, ""));
	CHECK(!isol_model_binding(model, "g9") && !isol_model_binding(model, "b"));
	CHECK(!isol_model_rule(model, "r") && !isol_model_rule(model, "g9"));
	/* the rules first, then quarantine, in whatever order they came */
	CHECK_EQ(model->nrules[ISOL_TABLE_RULES], 3);
	CHECK_EQ(model->nrules[ISOL_TABLE_QUARANTINE], 1);
	CHECK_EQ(isol_model_rule(model, "r0")->nr, 0);
	CHECK_EQ(isol_model_rule(model, "r9")->nr, 1);
	CHECK_EQ(isol_model_rule(model, "r10")->nr, 2);
	CHECK_EQ(isol_model_rule(model, "q9")->nr, 3);
	CHECK(!isol_model_rule(model, "q9")->owner && !isol_model_rule(model, "q9")->comment);
	end();
}

/* In policy order, and every one found by name while the hash grows. */
static void order(void)
{
	enum { N = 3000 };
	const struct isol_binding *b;
	const struct isol_group *g;
	char name[16];
	u32 i;

	begin();
	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "og%u", i);
		CHECK_EQ(add_group(name), 0);
		snprintf(name, sizeof(name), "ob%u", i);
		CHECK_EQ(add_binding(name, name, "g0"), 0);
	}
	CHECK_EQ(isol_model_seal(model), 0);
	for (g = model->groups->next->next->next, i = 0; g; g = g->next, i++) {
		snprintf(name, sizeof(name), "og%u", i);
		CHECK(same(g->name, name));
		CHECK_EQ(g->id, 3 + i);
		CHECK(model->group[3 + i] == g);
	}
	CHECK_EQ(i, N);
	for (b = model->bindings->next->next, i = 0; b; b = b->next, i++) {
		snprintf(name, sizeof(name), "ob%u", i);
		CHECK(same(b->name, name));
		CHECK_EQ(b->id, 2 + i);
		CHECK(model->binding[2 + i] == b);
		CHECK(isol_model_binding(model, name) == b);
	}
	CHECK_EQ(i, N);
	CHECK_EQ(model->groups->members, N + 1);
	end();
}

static void globs(void)
{
	static const char *const in[] = { "*", "vnet*", "tap*", "tap?", "v*t1", "????", "tap1?",
					  "?*", "abcdefghijklmn*" };
	static const char *const out[] = { "abcdefghijklmn*", "vnet*", "tap1?", "tap*", "tap?",
					   "v*t1", "*", "????", "?*" };
	char name[16];
	u32 i;

	begin();
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		struct isol_binding_spec spec = { .name = name, .glob = in[i], .claims = 1 };

		snprintf(name, sizeof(name), "x%u", i);
		CHECK_EQ(add_spec(&spec), 0);
	}
	CHECK_EQ(isol_model_seal(model), 0);
	CHECK_EQ(model->nglobs, ARRAY_SIZE(out));
	for (i = 0; i < ARRAY_SIZE(out) && model->nglobs == ARRAY_SIZE(out); i++)
		CHECK_MSG(same(model->globs[i]->selector, out[i]), "place %u: %s", i,
			  model->globs[i]->selector);
	end();
}

/* ---- memory */

static int add_full_bridge(void)
{
	const struct isol_bridge_spec spec = { .name = "br9", .comment = "comment",
					       .uplinks = { "u1", "u2" }, .nuplinks = 2 };

	return isol_model_add_bridge(model, &spec, &fault);
}

static int add_full_segment(void)
{
	const struct isol_segment_spec spec = { .name = "s", .comment = "comment",
						.bridge = "br1" };

	return isol_model_add_segment(model, &spec, &fault);
}

static int add_full_group(void)
{
	const struct isol_group_spec spec = { .name = "g", .comment = "comment" };

	return isol_model_add_group(model, &spec, &fault);
}

static int add_full_binding(void)
{
	const struct isol_binding_spec spec = {
		.name = "b", .comment = "comment", .alias = "alias", .segment = "seg0",
		.role = ISOL_ROLE_COMMUNITY, .community = "c", .groups = { "g2", "g1" },
		.ngroups = 2, .claims = 1,
	};

	return isol_model_add_binding(model, &spec, &fault);
}

static int add_full_rule(void)
{
	const struct isol_rule_spec spec = {
		.name = "r", .comment = "comment", .owner = "owner", .from = { GROUP("g1") },
		.to = { BINDING("b1") }, .nfrom = 1, .nto = 1,
	};

	return isol_model_add_rule(model, &spec, &fault);
}

static int seal(void)
{
	static const struct isol_binding_spec spec = { .name = "b", .glob = "x*", .claims = 1 };
	int err = isol_model_add_binding(model, &spec, &fault);

	if (!err)
		err = isol_model_seal(model);
	if (err)	/* for the check below: a seal has no fault */
		fault = (struct isol_fault){ .err = err, .msg = "-", .field = ISOL_F_OBJECT };
	return err;
}

/*
 * With room for any number of bytes until memory is asked for, and none to be
 * had: so each allocation of each function fails in turn.
 */
static void no_memory_for(int (*add)(void), const char *what)
{
	u32 room, failed = 0;
	int err;

	for (room = 0; room < 2048; room += 8) {
		begin();
		isol_arena_alloc(&model->arena,
				 (size_t)(model->arena.end - model->arena.pos) - room);
		isol_fail_alloc = 1;
		err = add();
		isol_fail_alloc = 0;
		if (!err) {
			good(__LINE__, err);
			break;
		}
		failed++;
		bad(__LINE__, err, -ENOMEM, ISOL_F_OBJECT, 0);
	}
	CHECK_MSG(room < 2048, "%s: never enough", what);
	CHECK_MSG(failed > 3, "%s: failed %u times only", what, failed);
}

static void allocations_fail(void)
{
	u32 n, i;
	char name[16];
	int err = 0;

	no_memory_for(add_full_bridge, "bridge");
	no_memory_for(add_full_segment, "segment");
	no_memory_for(add_full_group, "group");
	no_memory_for(add_full_binding, "binding");
	no_memory_for(add_full_rule, "rule");
	no_memory_for(seal, "seal");

	/* the model itself */
	isol_mem_init(&mem, LIMIT);
	for (n = 1; n <= 2; n++) {
		isol_fail_alloc = n;
		CHECK(!isol_model_new(&mem));
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
	isol_fail_alloc = 0;
	isol_model_free(NULL);

	/* the hash of names when it has to grow */
	for (n = 1; n < 8; n++) {
		begin();
		isol_fail_alloc = n;
		for (i = 0, err = 0; i < 400 && !err; i++) {
			snprintf(name, sizeof(name), "x%u", i);
			err = add_group(name);
		}
		isol_fail_alloc = 0;
		if (!err) {
			good(__LINE__, err);
			break;
		}
		bad(__LINE__, err, -ENOMEM, ISOL_F_OBJECT, 0);
	}
	CHECK(n > 3);
}

static void memory_limit(void)
{
	static const s64 limits_of[] = { 0, 100, 1000, 16000, 17000, 100000, 1000000 };
	char name[16];
	u32 i, n, last = 0;
	int err;

	for (i = 0; i < ARRAY_SIZE(limits_of); i++) {
		isol_mem_init(&mem, limits_of[i]);
		model = isol_model_new(&mem);
		for (n = 0, err = 0; model && !err; n++) {
			snprintf(name, sizeof(name), "x%u", n);
			err = add_group(name);
			CHECK(isol_mem_used(&mem) <= limits_of[i]);
		}
		if (model)
			CHECK_EQ(err, -ENOMEM);
		CHECK(n >= last);
		last = n;
		end();
	}
	CHECK(last > 3000);
}

static void accounts(void)
{
	struct isol_arena arena;
	struct isol_mem m;
	char *p, *q;

	isol_mem_init(&m, 100);
	CHECK_EQ(isol_mem_used(&m), 0);
	p = isol_alloc(&m, 60);
	CHECK(p);
	CHECK(p && !p[0] && !p[59]);
	CHECK_EQ(isol_mem_used(&m), 60);
	CHECK(!isol_alloc(&m, 41));
	CHECK_EQ(isol_mem_used(&m), 60);
	q = isol_alloc(&m, 40);
	CHECK(q);
	CHECK_EQ(isol_mem_used(&m), 100);
	CHECK(!isol_alloc(&m, 1));
	isol_free(&m, NULL, 1000);
	CHECK_EQ(isol_mem_used(&m), 100);
	isol_free(&m, q, 40);
	isol_free(&m, p, 60);
	CHECK_EQ(isol_mem_used(&m), 0);
	p = isol_alloc(&m, 0);
	CHECK(p);
	isol_free(&m, p, 0);
	/* no limit applies, but it counts against that of others */
	p = isol_alloc_must(&m, 101);
	CHECK(p && !p[0] && !p[100]);
	CHECK_EQ(isol_mem_used(&m), 101);
	CHECK(!isol_alloc(&m, 1));
	isol_free(&m, p, 101);
	CHECK_EQ(isol_mem_used(&m), 0);
	isol_fail_alloc = 1;
	CHECK(!isol_alloc_must(&m, 10));
	isol_fail_alloc = 1;
	CHECK(!isol_alloc(&m, 10));
	CHECK_EQ(isol_mem_used(&m), 0);
	isol_mem_init(&m, LLONG_MAX / 2);
	CHECK(!isol_alloc(&m, (size_t)INT_MAX + 1));
	CHECK(!isol_alloc_must(&m, (size_t)INT_MAX + 1));
	CHECK(!isol_alloc(&m, SIZE_MAX));
	CHECK_EQ(isol_mem_used(&m), 0);
	p = isol_alloc(&m, 50);
	isol_mem_forget(&m, 50);
	CHECK_EQ(isol_mem_used(&m), 0);
	free(p);

	isol_arena_init(&arena, &m);
	p = isol_arena_alloc(&arena, 1);
	q = isol_arena_alloc(&arena, 1);
	CHECK(p && q && q - p == 8 && !((unsigned long)p & 7));
	CHECK_EQ(isol_mem_used(&m), 16384);
	q = isol_arena_alloc(&arena, 100000);
	CHECK(q && !q[0] && !q[99999]);
	if (q)
		memset(q, 1, 100000);
	p = isol_arena_strdup(&arena, "text");
	CHECK(p && !strcmp(p, "text"));
	CHECK(isol_mem_used(&m) > 116384 && isol_mem_used(&m) < 140000);
	CHECK(!isol_arena_alloc(&arena, INT_MAX));
	CHECK(!isol_arena_alloc(&arena, SIZE_MAX));
	CHECK(!isol_arena_alloc(&arena, SIZE_MAX - 6));
	isol_arena_free(&arena);
	CHECK_EQ(isol_mem_used(&m), 0);
	/* it is good for more */
	CHECK(isol_arena_alloc(&arena, 10));
	isol_arena_free(&arena);
	CHECK_EQ(isol_mem_used(&m), 0);
}

/* A candidate to which nothing was added; and no memory is needed for nothing. */
static void empty(void)
{
	isol_mem_init(&mem, LIMIT);
	model = isol_model_new(&mem);
	CHECK(model);
	CHECK(!isol_model_bridge(model, "br0"));
	CHECK(!isol_model_binding(model, "b0"));
	CHECK(!isol_model_rule(model, "r0"));
	CHECK_EQ(isol_model_seal(model), 0);
	CHECK_EQ(model->nglobs, 0);
	end();
}

#define CASES(X) \
	X(names) \
	X(names_taken) \
	X(comments) \
	X(every_character) \
	X(random_text) \
	X(interface_names) \
	X(bridges) \
	X(bridges_behind_bindings) \
	X(segments) \
	X(selectors) \
	X(selectors_taken) \
	X(macs) \
	X(memberships) \
	X(roles) \
	X(endpoints) \
	X(limits) \
	X(most_of_all) \
	X(contents) \
	X(order) \
	X(globs) \
	X(allocations_fail) \
	X(memory_limit) \
	X(accounts) \
	X(empty)

TEST_SUITE(model, CASES)
