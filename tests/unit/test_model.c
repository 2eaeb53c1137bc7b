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

static int add_vlan(const char *name, const char *bridge, u16 vlan)
{
	const struct isol_segment_spec spec = { .name = name, .bridge = bridge, .vlan = vlan };

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
		.stateless = true,
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
	struct isol_rule_spec rule = { .stateless = true, .from = { ANY }, .to = { ANY }, .nfrom = 1, .nto = 1 };
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
	struct isol_rule_spec rule = { .stateless = true, .name = "r0", .from = { QUARANTINED }, .to = { ANY },
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
	struct isol_rule_spec rule = { .stateless = true, .name = "r", .from = { ANY }, .to = { ANY }, .nfrom = 1,
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
	GOOD(add_vlan("s", "br0", 30));
	GOOD(add_vlan("s", "br1", ISOL_VLAN_MAX));
	BAD(add_vlan("s", "br0", ISOL_VLAN_MAX + 1), -ERANGE, ISOL_F_VLAN, 0);
	BAD(add_vlan("s", "br9", 30), -ENOENT, ISOL_F_BRIDGE, 0);
}

/* One segment for each VLAN of a bridge, beside the one that is the bridge. */
static void vlan_segments(void)
{
	const struct isol_bridge *br0, *br1;
	u32 i;

	for (i = 0; i < 2; i++) {
		begin();
		CHECK(!isol_model_wants_vlan(model));
		CHECK_EQ(add_vlan("red", "br0", 30), 0);
		CHECK(isol_model_wants_vlan(model));
		CHECK_EQ(add_vlan("other", "br1", 30), 0);
		CHECK_EQ(add_segment("whole", "br1"), 0);
		/* bridges that come later come before VLANs as domains */
		CHECK_EQ(add_bridge("br2", NULL), 0);
		CHECK_EQ(add_vlan("blue", "br0", 1), 0);
		bad(__LINE__, i ? add_vlan("again", "br0", 30) : add_vlan("again", "br1", 30),
		    -EEXIST, ISOL_F_VLAN, 0);
	}
	begin();
	CHECK_EQ(add_vlan("red", "br0", 30), 0);
	CHECK_EQ(add_vlan("other", "br1", 30), 0);
	CHECK_EQ(add_bridge("br2", NULL), 0);
	CHECK_EQ(add_vlan("blue", "br0", 31), 0);
	CHECK_EQ(isol_model_seal(model), 0);
	br0 = isol_model_bridge(model, "br0");
	br1 = isol_model_bridge(model, "br1");
	CHECK(br0->segment == model->segments && !br0->segment->vlan);
	CHECK(!br1->segment);
	CHECK_EQ(model->nsegments, 4);
	CHECK_EQ(model->nvlans, 3);
	CHECK_EQ(model->nbeside, 2);
	CHECK_EQ(isol_model_domain(br0, NULL), 7);
	CHECK_EQ(isol_model_domain(br0, br0->segment), 7);
	CHECK_EQ(isol_model_domain(br1, NULL), 8);
	CHECK_EQ(isol_model_domain(isol_model_bridge(model, "br2"), NULL), 3);
	CHECK_EQ(isol_model_domain(br0, isol_model_find(model, ISOL_SPACE_SEGMENT, "red", 3)), 4);
	CHECK_EQ(isol_model_domain(br1, isol_model_find(model, ISOL_SPACE_SEGMENT, "other", 5)),
		 5);
	CHECK_EQ(isol_model_domain(br0, isol_model_find(model, ISOL_SPACE_SEGMENT, "blue", 4)), 6);
	end();
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
		.stateless = true,
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
	struct isol_rule_spec spec = { .stateless = true, .name = "r", .from = { ANY }, .to = { ANY } };
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

/* ---- what a rule asks of a frame */

#define LEN(type, ...) (sizeof((type[]) { __VA_ARGS__ }) / sizeof(type))
#define FIELD(f, neg, member, type, ...) { \
	.field = ISOL_MATCH_A_##f, .negate = neg, .n = LEN(type, __VA_ARGS__), \
	.member = (const type[]) { __VA_ARGS__ } }

/* Ranges, IPv6 ranges and masked values of a field, and all but these. */
#define R(f, ...) FIELD(f, false, range, struct isol_range, __VA_ARGS__)
#define W(f, ...) FIELD(f, false, wide, struct isol_wide_range, __VA_ARGS__)
#define M(f, ...) FIELD(f, false, masked, struct isol_masked, __VA_ARGS__)
#define NOT_R(f, ...) FIELD(f, true, range, struct isol_range, __VA_ARGS__)
#define NOT_W(f, ...) FIELD(f, true, wide, struct isol_wide_range, __VA_ARGS__)
#define NOT_M(f, ...) FIELD(f, true, masked, struct isol_masked, __VA_ARGS__)
#define EMPTY(f) { .field = ISOL_MATCH_A_##f }

#define TCP R(PROTO, { 6, 6 })
#define IP6_ALL { .hi = { ~0ULL, ~0ULL } }
#define IP6_SOME { .lo = { 0x20010db800000000ULL, 1 }, .hi = { 0x20010db800000000ULL, 9 } }
#define MAC_ALL 0xffffffffffffULL
#define MAC_GROUP 0x010000000000ULL
#define MAC_TOP 0x800000000000ULL
#define MAC_2ND 0x400000000000ULL

#define AT(f) ISOL_MATCH_A_##f
#define RULE_MATCH(f, text) "rule MATCH " #f ": " text, AT(f)
#define NEEDS_PORTS "needs PROTO of tcp, udp, udplite, sctp or dccp"
#define NEEDS_ICMP "needs PROTO of either icmp or icmpv6 alone"

/* What is said of some matches, and which field it is about; NULL: they are good. */
static const struct try {
	const char *msg;
	u32 field;
	struct isol_values values[5];
} tries[] = {
	/* each field, from end to end */
	{ NULL, 0, { R(ETHERTYPE, { 4, 4 }) } },
	{ NULL, 0, { R(ETHERTYPE, { 0x600, 0xffff }, { 4, 4 }) } },
	{ NULL, 0, { M(SRC_MAC, { MAC_ALL, MAC_ALL }, { 0, 0x7fffULL << 33 }, { 0, MAC_GROUP }) } },
	{ NULL, 0, { M(DST_MAC, { MAC_ALL, MAC_ALL }, { 0, 0x7fffULL << 33 }, { 0, MAC_GROUP }) } },
	{ NULL, 0, { R(CAST, { 0, 2 }, { 1, 1 }) } },
	{ NULL, 0, { R(SRC_IP4, { 0, U32_MAX }), R(DST_IP4, { 0, U32_MAX }) } },
	{ NULL, 0, { W(SRC_IP6, IP6_ALL, IP6_SOME), W(DST_IP6, IP6_ALL) } },
	{ NULL, 0, { R(DSCP, { 0, 63 }) } },
	{ NULL, 0, { R(FRAGMENT, { 0, 2 }) } },
	{ NULL, 0, { R(PROTO, { 0, 255 }) } },
	{ NULL, 0, { R(SPORT, { 0, 65535 }), R(DPORT, { 0, 0 }, { 65535, 65535 }), TCP } },
	{ NULL, 0, { M(TCP_FLAGS, { 511, 511 }, { 0, 1 }), TCP } },
	{ NULL, 0, { R(ICMP, { 0, 65535 }), R(PROTO, { 1, 1 }) } },
	{ NULL, 0, { R(ICMP, { 0, 65535 }), R(PROTO, { 58, 58 }, { 58, 58 }) } },
	{ NULL, 0, { R(ARP_OP, { 0, 65535 }), R(ARP_SENDER, { 0, U32_MAX }),
		     R(ARP_TARGET, { 0, U32_MAX }) } },
	{ NULL, 0, { R(VLAN, { 0, 4094 }), R(PCP, { 0, 7 }), R(INNER_VLAN, { 0, 4095 }) } },

	/* and one more */
	{ RULE_MATCH(ETHERTYPE, "must be 0x0600 to 0xffff, or 4 for frames with LLC"),
	  { R(ETHERTYPE, { 0x600, 0x10000 }) } },
	{ RULE_MATCH(ETHERTYPE, "must be 0x0600 to 0xffff, or 4 for frames with LLC"),
	  { R(ETHERTYPE, { 4, 4 }, { 0x5ff, 0xffff }) } },
	{ RULE_MATCH(ETHERTYPE, "must be 0x0600 to 0xffff, or 4 for frames with LLC"),
	  { NOT_R(ETHERTYPE, { 4, 0x600 }) } },
	{ RULE_MATCH(ETHERTYPE, "must be 0x0600 to 0xffff, or 4 for frames with LLC"),
	  { R(ETHERTYPE, { 5, 5 }) } },
	{ RULE_MATCH(ETHERTYPE, "must be 0x0600 to 0xffff, or 4 for frames with LLC"),
	  { R(ETHERTYPE, { 0, 0 }) } },
	{ RULE_MATCH(SRC_MAC, "must have 48 bits"), { M(SRC_MAC, { 0, MAC_ALL + 1 }) } },
	{ RULE_MATCH(DST_MAC, "must have 48 bits"), { M(DST_MAC, { MAC_ALL + 1, MAC_ALL }) } },
	{ RULE_MATCH(CAST, "must be unicast, multicast or broadcast"), { R(CAST, { 0, 3 }) } },
	{ RULE_MATCH(DSCP, "must be 0 to 63"), { R(DSCP, { 64, 64 }) } },
	{ RULE_MATCH(FRAGMENT, "must be none, first or later"), { R(FRAGMENT, { 3, 3 }) } },
	{ RULE_MATCH(PROTO, "must be 0 to 255"), { R(PROTO, { 6, 6 }, { 0, 256 }) } },
	{ RULE_MATCH(SPORT, "must be 0 to 65535"), { R(SPORT, { 0, 65536 }), TCP } },
	{ RULE_MATCH(DPORT, "must be 0 to 65535"), { R(DPORT, { 65536, U32_MAX }), TCP } },
	{ RULE_MATCH(TCP_FLAGS, "must be 0 to 511"), { M(TCP_FLAGS, { 2, 512 }), TCP } },
	{ RULE_MATCH(TCP_FLAGS, "must be 0 to 511"), { M(TCP_FLAGS, { 512, 2 }), TCP } },
	{ RULE_MATCH(ICMP, "must be 0 to 65535"), { R(ICMP, { 0, 65536 }) } },
	{ RULE_MATCH(ARP_OP, "must be 0 to 65535"), { R(ARP_OP, { 65536, 65536 }) } },
	{ RULE_MATCH(VLAN, "must be 0 to 4094"), { R(VLAN, { 30, 30 }, { 4095, 4095 }) } },
	{ RULE_MATCH(PCP, "must be 0 to 7"), { NOT_R(PCP, { 7, 8 }) } },
	{ RULE_MATCH(INNER_VLAN, "must be 0 to 4095"), { R(INNER_VLAN, { 0, 4096 }) } },

	/* what a value must be */
	{ RULE_MATCH(CAST, "a RANGE begins above its end"), { R(CAST, { 1, 0 }) } },
	{ RULE_MATCH(ETHERTYPE, "a RANGE begins above its end"), { R(ETHERTYPE, { 0x600, 4 }) } },
	{ RULE_MATCH(SRC_IP4, "a RANGE begins above its end"),
	  { R(SRC_IP4, { 1, 2 }, { U32_MAX, 0 }) } },
	{ RULE_MATCH(DST_IP6, "a RANGE begins above its end"),
	  { W(DST_IP6, { .lo = { 1, 0 }, .hi = { 0, ~0ULL } }) } },
	{ RULE_MATCH(SRC_IP6, "a RANGE begins above its end"),
	  { NOT_W(SRC_IP6, { .lo = { 1, 1 }, .hi = { 1, 0 } }) } },
	{ RULE_MATCH(SRC_MAC, "a value has bits that its mask has not"),
	  { M(SRC_MAC, { 3, 1 }) } },
	{ RULE_MATCH(TCP_FLAGS, "a value has bits that its mask has not"),
	  { M(TCP_FLAGS, { 2, 2 }, { 2, 16 }) } },
	{ RULE_MATCH(DST_MAC, "a mask of 0 says nothing"), { NOT_M(DST_MAC, { 0, 0 }) } },
	{ RULE_MATCH(TCP_FLAGS, "a mask of 0 says nothing"), { M(TCP_FLAGS, { 0, 0 }), TCP } },
	{ RULE_MATCH(DSCP, "no value is given"), { EMPTY(DSCP) } },
	{ RULE_MATCH(SRC_MAC, "no value is given"), { EMPTY(SRC_MAC) } },
	{ RULE_MATCH(DST_IP6, "no value is given"), { EMPTY(DST_IP6) } },
	{ RULE_MATCH(VLAN, "no value is given"), { EMPTY(VLAN) } },
	{ RULE_MATCH(PROTO, "is given twice"), { TCP, R(DSCP, { 1, 1 }), TCP } },
	{ "rule MATCH: no such field", ISOL_MATCH_A_MAX + 1,
	  { { .field = ISOL_MATCH_A_MAX + 1, .n = 1 } } },

	/* what is left by a NOT */
	{ NULL, 0, { NOT_R(PROTO, { 0, 254 }) } },
	{ RULE_MATCH(PROTO, "NOT leaves no value"), { NOT_R(PROTO, { 0, 255 }) } },
	{ RULE_MATCH(PROTO, "NOT leaves no value"),
	  { NOT_R(PROTO, { 200, 255 }, { 0, 9 }, { 7, 100 }, { 101, 199 }) } },
	{ NULL, 0, { NOT_R(PROTO, { 200, 255 }, { 0, 9 }, { 7, 99 }, { 101, 199 }) } },
	{ NULL, 0, { NOT_R(ETHERTYPE, { 0x600, 0xffff }) } },
	{ NULL, 0, { NOT_R(ETHERTYPE, { 4, 4 }) } },
	{ RULE_MATCH(ETHERTYPE, "NOT leaves no value"),
	  { NOT_R(ETHERTYPE, { 4, 4 }, { 0x600, 0xffff }) } },
	{ RULE_MATCH(CAST, "NOT leaves no value"), { NOT_R(CAST, { 0, 0 }, { 1, 2 }) } },
	{ RULE_MATCH(SRC_IP4, "NOT leaves no value"), { NOT_R(SRC_IP4, { 0, U32_MAX }) } },
	{ RULE_MATCH(ARP_TARGET, "NOT leaves no value"),
	  { NOT_R(ARP_TARGET, { 1, U32_MAX }, { 0, 0 }) } },
	{ RULE_MATCH(SRC_IP6, "NOT leaves no value"), { NOT_W(SRC_IP6, IP6_ALL) } },
	{ RULE_MATCH(SRC_IP6, "NOT leaves no value"),
	  { NOT_W(SRC_IP6, { .lo = { 1, 0 }, .hi = { ~0ULL, ~0ULL } }, { .hi = { 0, ~0ULL } }) } },
	{ NULL, 0, { NOT_W(SRC_IP6, { .lo = { 1, 1 }, .hi = { ~0ULL, ~0ULL } },
			   { .hi = { 0, ~0ULL } }) } },
	{ RULE_MATCH(SRC_MAC, "NOT leaves no value"), { NOT_M(SRC_MAC, { 0, MAC_TOP }, { MAC_TOP, MAC_TOP }) } },
	{ RULE_MATCH(DST_MAC, "NOT leaves no value"),
	  { NOT_M(DST_MAC, { 0, MAC_GROUP }, { MAC_GROUP, MAC_GROUP }) } },
	{ RULE_MATCH(DST_MAC, "NOT leaves no value"),
	  { NOT_M(DST_MAC, { MAC_2ND, MAC_2ND | MAC_TOP }, { 0, MAC_2ND }, { MAC_TOP, MAC_TOP }) } },
	{ NULL, 0, { NOT_M(DST_MAC, { MAC_2ND, MAC_2ND | MAC_TOP }, { 0, MAC_2ND },
			   { MAC_TOP, MAC_TOP | MAC_2ND >> 1 }) } },
	{ RULE_MATCH(TCP_FLAGS, "NOT leaves no value"),
	  { NOT_M(TCP_FLAGS, { 256, 256 }, { 0, 256 }), TCP } },

	{ NULL, 0, { NOT_R(VLAN, { 0, 4093 }) } },
	{ RULE_MATCH(VLAN, "NOT leaves no value"), { NOT_R(VLAN, { 30, 4094 }, { 0, 29 }) } },
	{ NULL, 0, { NOT_R(VLAN, { 0, 0 }), NOT_R(PCP, { 0, 6 }), NOT_R(INNER_VLAN, { 1, 4095 }) } },
	{ RULE_MATCH(PCP, "NOT leaves no value"), { NOT_R(PCP, { 0, 7 }) } },
	{ RULE_MATCH(INNER_VLAN, "NOT leaves no value"), { NOT_R(INNER_VLAN, { 0, 4095 }) } },

	/* tags stand in front of anything */
	{ NULL, 0, { R(VLAN, { 30, 30 }), TCP, R(DPORT, { 443, 443 }) } },
	{ NULL, 0, { R(PCP, { 5, 5 }), R(ARP_OP, { 1, 1 }) } },
	{ NULL, 0, { R(INNER_VLAN, { 100, 100 }), R(VLAN, { 0, 0 }), R(ETHERTYPE, { 4, 4 }) } },

	/* casts, and addresses that are of them */
	{ NULL, 0, { R(CAST, { 0, 0 }), M(DST_MAC, { 0x525400000000ULL, 0xffffff000000ULL }) } },
	{ NULL, 0, { R(CAST, { 2, 2 }), M(DST_MAC, { 0, MAC_TOP }, { MAC_TOP, MAC_TOP }) } },
	{ NULL, 0, { R(CAST, { 1, 1 }), M(DST_MAC, { MAC_ALL - 1, MAC_ALL - 1 }) } },
	{ NULL, 0, { R(CAST, { 1, 1 }), NOT_M(DST_MAC, { 0, MAC_GROUP }, { MAC_ALL, MAC_ALL }) } },
	{ NULL, 0, { R(CAST, { 1, 1 }), M(DST_MAC, { 0x335400000000ULL, MAC_ALL - 1 }) } },
	{ RULE_MATCH(CAST, "no address that DST_MAC allows is of this kind"),
	  { R(CAST, { 1, 2 }), M(DST_MAC, { 0x525400000000ULL, 0xffffff000000ULL }) } },
	{ RULE_MATCH(CAST, "no address that DST_MAC allows is of this kind"),
	  { NOT_R(CAST, { 2, 2 }), M(DST_MAC, { MAC_ALL, MAC_ALL }) } },
	{ RULE_MATCH(CAST, "no address that DST_MAC allows is of this kind"),
	  { R(CAST, { 2, 2 }), NOT_M(DST_MAC, { MAC_GROUP | MAC_TOP, MAC_GROUP | MAC_TOP }) } },
	{ RULE_MATCH(CAST, "no address that DST_MAC allows is of this kind"),
	  { R(CAST, { 0, 0 }), NOT_M(DST_MAC, { 0, MAC_GROUP | MAC_TOP },
				    { MAC_TOP, MAC_GROUP | MAC_TOP }) } },
	{ RULE_MATCH(CAST, "no address that DST_MAC allows is of this kind"),
	  { R(CAST, { 1, 1 }), M(DST_MAC, { MAC_ALL - MAC_GROUP, MAC_ALL - MAC_GROUP }) } },

	/* what needs a protocol */
	{ NULL, 0, { R(PROTO, { 17, 17 }, { 33, 33 }, { 132, 132 }, { 136, 136 }, { 6, 6 }),
		     R(DPORT, { 1, 9 }), R(SPORT, { 1, 9 }) } },
	{ RULE_MATCH(SPORT, NEEDS_PORTS), { R(SPORT, { 1, 9 }), R(DPORT, { 1, 9 }) } },
	{ RULE_MATCH(DPORT, NEEDS_PORTS), { R(DPORT, { 1, 9 }), R(PROTO, { 6, 17 }) } },
	{ RULE_MATCH(DPORT, NEEDS_PORTS), { R(DPORT, { 1, 9 }), NOT_R(PROTO, { 1, 1 }) } },
	{ RULE_MATCH(DPORT, NEEDS_PORTS), { R(DPORT, { 1, 9 }), NOT_R(PROTO, { 6, 6 }) } },
	{ RULE_MATCH(DPORT, NEEDS_PORTS), { R(DPORT, { 1, 9 }), R(PROTO, { 6, 6 }, { 1, 1 }) } },
	{ RULE_MATCH(TCP_FLAGS, "needs PROTO of tcp alone"), { M(TCP_FLAGS, { 2, 2 }) } },
	{ RULE_MATCH(TCP_FLAGS, "needs PROTO of tcp alone"),
	  { M(TCP_FLAGS, { 2, 2 }), R(PROTO, { 6, 6 }, { 17, 17 }) } },
	{ RULE_MATCH(TCP_FLAGS, "needs PROTO of tcp alone"),
	  { M(TCP_FLAGS, { 2, 2 }), NOT_R(PROTO, { 0, 5 }, { 7, 255 }) } },
	{ RULE_MATCH(ICMP, NEEDS_ICMP), { R(ICMP, { 2048, 2048 }) } },
	{ RULE_MATCH(ICMP, NEEDS_ICMP), { R(ICMP, { 1, 1 }), R(PROTO, { 1, 1 }, { 58, 58 }) } },
	{ RULE_MATCH(ICMP, NEEDS_ICMP), { R(ICMP, { 1, 1 }), TCP, R(DPORT, { 1, 1 }) } },

	/* versions of IP */
	{ NULL, 0, { R(SRC_IP4, { 1, 1 }), W(SRC_IP6, IP6_SOME), R(DST_IP4, { 2, 2 }) } },
	{ NULL, 0, { R(SRC_IP4, { 1, 1 }), W(SRC_IP6, IP6_SOME), W(DST_IP6, IP6_SOME) } },
	{ RULE_MATCH(DST_IP6, "the source addresses are of IPv4 only"),
	  { W(DST_IP6, IP6_SOME), R(SRC_IP4, { 1, 1 }) } },
	{ RULE_MATCH(DST_IP4, "the source addresses are of IPv6 only"),
	  { R(DST_IP4, { 1, 1 }), W(SRC_IP6, IP6_SOME) } },
	{ NULL, 0, { R(PROTO, { 1, 1 }), R(ICMP, { 1, 1 }), R(SRC_IP4, { 1, 1 }),
		     W(SRC_IP6, IP6_SOME) } },
	{ NULL, 0, { R(PROTO, { 1, 1 }), W(SRC_IP6, IP6_SOME) } },
	{ NULL, 0, { R(PROTO, { 58, 58 }), R(DST_IP4, { 1, 1 }) } },
	{ RULE_MATCH(ICMP, "icmp is of IPv4, the addresses are of IPv6"),
	  { R(PROTO, { 1, 1 }), R(ICMP, { 1, 1 }), W(DST_IP6, IP6_SOME) } },
	{ RULE_MATCH(ICMP, "icmpv6 is of IPv6, the addresses are of IPv4"),
	  { R(PROTO, { 58, 58 }), R(ICMP, { 1, 1 }), R(DST_IP4, { 1, 1 }) } },
	{ NULL, 0, { R(PROTO, { 44, 44 }), R(DST_IP4, { 1, 1 }) } },
	{ NULL, 0, { R(PROTO, { 43, 45 }), W(DST_IP6, IP6_SOME) } },
	{ RULE_MATCH(PROTO, "is an extension header of IPv6, no protocol"),
	  { R(PROTO, { 0, 0 }, { 43, 44 }, { 51, 51 }, { 60, 60 }, { 135, 135 }, { 139, 140 }),
	    W(DST_IP6, IP6_SOME) } },
	{ RULE_MATCH(PROTO, "is an extension header of IPv6, no protocol"),
	  { NOT_R(PROTO, { 0, 138 }, { 141, 255 }), W(SRC_IP6, IP6_SOME) } },

	/* EtherTypes, and what is behind them */
	{ NULL, 0, { R(ETHERTYPE, { 0x800, 0x800 }), TCP } },
	{ NULL, 0, { R(ETHERTYPE, { 0x86dd, 0x86dd }), TCP } },
	{ NULL, 0, { NOT_R(ETHERTYPE, { 0x806, 0x806 }), TCP } },
	{ NULL, 0, { R(ETHERTYPE, { 0x600, 0xffff }), R(ARP_OP, { 1, 1 }) } },
	{ NULL, 0, { R(ETHERTYPE, { 0x8864, 0x8864 }) } },
	{ RULE_MATCH(ETHERTYPE, "the other fields need 0x0800 or 0x86dd (IP)"),
	  { R(ETHERTYPE, { 4, 4 }, { 0x801, 0x86dc }, { 0x86de, 0xffff }), R(DSCP, { 1, 1 }) } },
	{ RULE_MATCH(ETHERTYPE, "the other fields need 0x0800 or 0x86dd (IP)"),
	  { NOT_R(ETHERTYPE, { 0x800, 0x800 }, { 0x86dd, 0x86dd }), R(FRAGMENT, { 2, 2 }) } },
	{ RULE_MATCH(ETHERTYPE, "the other fields need 0x0800 (IPv4)"),
	  { R(ETHERTYPE, { 0x86dd, 0x86dd }), R(SRC_IP4, { 1, 1 }) } },
	{ RULE_MATCH(ETHERTYPE, "the other fields need 0x0800 (IPv4)"),
	  { R(ETHERTYPE, { 0x86dd, 0x86dd }), R(ICMP, { 1, 1 }), R(PROTO, { 1, 1 }) } },
	{ RULE_MATCH(ETHERTYPE, "the other fields need 0x0800 (IPv4)"),
	  { R(ETHERTYPE, { 0x86dd, 0x86dd }), R(PROTO, { 60, 60 }) } },
	{ RULE_MATCH(ETHERTYPE, "the other fields need 0x86dd (IPv6)"),
	  { R(ETHERTYPE, { 0x800, 0x800 }), W(DST_IP6, IP6_SOME) } },
	{ RULE_MATCH(ETHERTYPE, "the other fields need 0x0806 (ARP)"),
	  { R(ETHERTYPE, { 0x800, 0x805 }), R(ARP_SENDER, { 1, 1 }) } },
	{ NULL, 0, { R(ETHERTYPE, { 0x8100, 0x8101 }) } },
	{ RULE_MATCH(ETHERTYPE, "frames are read behind their VLAN tags"),
	  { R(ETHERTYPE, { 0x8100, 0x8100 }, { 0x88a8, 0x88a8 }) } },
	{ RULE_MATCH(ETHERTYPE, "frames are read behind their VLAN tags"),
	  { NOT_R(ETHERTYPE, { 0x600, 0x88a7 }, { 0x88a9, 0xffff }, { 4, 4 }) } },

	/* what is not of one frame */
	{ RULE_MATCH(ARP_OP, "frames of ARP have no IP header"),
	  { R(ARP_OP, { 1, 1 }), R(ARP_SENDER, { 1, 1 }), R(SRC_IP4, { 1, 1 }) } },
	{ RULE_MATCH(ARP_SENDER, "frames of ARP have no IP header"),
	  { R(ARP_SENDER, { 1, 1 }), TCP, R(DPORT, { 1, 1 }) } },
	{ RULE_MATCH(ARP_TARGET, "frames of ARP have no IP header"),
	  { R(ARP_TARGET, { 1, 1 }), NOT_R(DSCP, { 1, 1 }) } },
	{ NULL, 0, { R(FRAGMENT, { 2, 2 }), TCP } },
	{ NULL, 0, { R(FRAGMENT, { 1, 2 }), TCP, R(DPORT, { 1, 1 }) } },
	{ RULE_MATCH(FRAGMENT, "later ones have no header of the protocol"),
	  { R(FRAGMENT, { 2, 2 }), TCP, R(DPORT, { 1, 1 }) } },
	{ RULE_MATCH(FRAGMENT, "later ones have no header of the protocol"),
	  { NOT_R(FRAGMENT, { 0, 1 }), TCP, M(TCP_FLAGS, { 2, 2 }) } },
	{ RULE_MATCH(FRAGMENT, "later ones have no header of the protocol"),
	  { R(FRAGMENT, { 2, 2 }), R(PROTO, { 58, 58 }), R(ICMP, { 2, 2 }) } },
};

static int add_match(const struct isol_values *values, u32 n)
{
	struct isol_rule_spec spec = { .stateless = true, .name = "r", .from = { ANY }, .to = { ANY }, .nfrom = 1,
				       .nto = 1, .nvalues = n };

	memcpy(spec.values, values, n * sizeof(*values));
	return add_rule(&spec);
}

/* Rules that accept conversations: which they are, and what they cannot ask. */
static const struct {
	const char *word;	/* NULL: it may be asked */
	bool tracks;
	u32 field;
	struct isol_values values[3];
} tracked[] = {
	{ NULL, true, 0, { TCP, R(DPORT, { 80, 80 }) } },
	{ NULL, true, 0, { R(SRC_IP4, { 1, 9 }) } },
	{ NULL, true, 0, { R(VLAN, { 5, 5 }) } },
	{ NULL, true, 0, { R(CAST, { 0, 0 }) } },
	{ NULL, true, 0, { R(ETHERTYPE, { 0x800, 0x806 }) } },
	/* what has no answers that could be told */
	{ NULL, false, 0, { R(ETHERTYPE, { 0x806, 0x806 }) } },
	{ NULL, false, 0, { R(ARP_OP, { 1, 1 }) } },
	{ NULL, false, 0, { R(CAST, { 1, 2 }) } },
	{ "TCP_FLAGS", true, ISOL_MATCH_A_TCP_FLAGS, { TCP, M(TCP_FLAGS, { 2, 2 }) } },
	{ "DSCP", true, ISOL_MATCH_A_DSCP, { R(DSCP, { 1, 1 }) } },
	{ "FRAGMENT", true, ISOL_MATCH_A_FRAGMENT, { R(FRAGMENT, { 0, 0 }) } },
	{ "PCP", true, ISOL_MATCH_A_PCP, { R(PCP, { 1, 1 }) } },
	{ "INNER_VLAN", true, ISOL_MATCH_A_INNER_VLAN, { R(INNER_VLAN, { 1, 1 }) } },
};

static void tracking(void)
{
	u32 i, n, way;

	for (i = 0; i < ARRAY_SIZE(tracked); i++)
		for (way = 0; way < 4; way++) {
			struct isol_rule_spec spec = {
				.name = "r", .from = { ANY }, .to = { ANY }, .nfrom = 1, .nto = 1,
				.verdict = way & 1 ? ISOL_VERDICT_ACCEPT : ISOL_VERDICT_DROP,
				.stateless = way & 2,
			};
			bool may = way == 1 && tracked[i].tracks, refused = may && tracked[i].word;
			int err;

			for (n = 0; n < ARRAY_SIZE(tracked[i].values) && tracked[i].values[n].field; n++)
				spec.values[n] = tracked[i].values[n];
			spec.nvalues = n;
			begin();
			err = add_rule(&spec);
			CHECK_MSG(err == (refused ? -EINVAL : 0), "%u, %u: %d", i, way, err);
			if (refused)
				CHECK_MSG(fault.field == ISOL_F_MATCH &&
					  fault.item == tracked[i].field &&
					  strstr(fault.msg, tracked[i].word), "%s", fault.msg);
			else if (!err)
				CHECK_MSG(isol_model_rule(model, "r")->tracks == may &&
					  isol_model_rule(model, "r")->stateless == !!(way & 2) &&
					  model->ntracking == may, "%u, %u", i, way);
			end();
		}
}

static void matches(void)
{
	u32 i, n;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		const struct try *t = &tries[i];
		int err;

		for (n = 0; n < ARRAY_SIZE(t->values) && t->values[n].field; n++)
			;
		begin();
		err = add_match(t->values, n);
		CHECK_MSG(err == (t->msg ? -EINVAL : 0), "try %u (%s): error %d, %s", i,
			  t->msg ? t->msg : "good", err, err ? fault.msg : "none");
		if (err && t->msg)
			CHECK_MSG(!strcmp(fault.msg, t->msg) && fault.field == ISOL_F_MATCH &&
				  fault.item == t->field, "try %u: %u %u %s, not %u %s", i,
				  fault.field, fault.item, fault.msg, t->field, t->msg);
		end();
	}
}

/* @n values for a field, of one number each. */
static struct isol_values some(u32 field, bool negate, u32 n)
{
	static struct isol_range narrow[ISOL_MAX_VALUES + 1];
	static struct isol_wide_range wide[ISOL_MAX_VALUES + 1];
	struct isol_values v = { .field = field, .negate = negate, .n = n, .range = narrow };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(narrow); i++) {
		narrow[i].lo = i;
		narrow[i].hi = i;
		wide[i].lo.lo = i;
		wide[i].hi.lo = i;
	}
	if (isol_field_width(field) == ISOL_WIDTH_WIDE)
		v.wide = wide;
	return v;
}

static const struct isol_values tcp[] = { TCP };

static int add_ports(u32 nsport, u32 ndport, bool negate)
{
	const struct isol_values v[] = {
		tcp[0], some(AT(SPORT), negate, nsport), some(AT(DPORT), false, ndport),
	};

	return add_match(v, ARRAY_SIZE(v));
}

/* Of both versions of IP, and DSCP. */
static int add_addresses(u32 src4, u32 dst4, u32 src6, u32 dst6, u32 dscp)
{
	const struct isol_values v[] = {
		some(AT(SRC_IP4), false, src4), some(AT(DST_IP4), false, dst4),
		some(AT(SRC_IP6), false, src6), some(AT(DST_IP6), false, dst6),
		some(AT(DSCP), false, dscp),
	};

	return add_match(v, ARRAY_SIZE(v));
}

static int add_mask(u32 field, u64 mask, u32 n, bool negate)
{
	const struct isol_masked masked[] = { { 0, mask }, { 0, mask } };
	struct isol_values v[] = { { .field = field, .negate = negate, .n = n } };

	v[0].masked = masked;
	return add_match(v, 1);
}

/* Exactly as much as may be, and one more. */
static void match_limits(void)
{
	struct isol_values v = some(AT(SRC_IP4), false, ISOL_MAX_VALUES);

	GOOD(add_match(&v, 1));
	v = some(AT(SRC_IP6), false, ISOL_MAX_VALUES);
	GOOD(add_match(&v, 1));
	v.n++;
	BAD(add_match(&v, 1), -E2BIG, ISOL_F_MATCH, 0);
	GOOD(add_ports(119, 8, false));
	BAD(add_ports(120, 8, false), -E2BIG, ISOL_F_MATCH, 0);

	GOOD(add_ports(32, 32, false));
	BAD(add_ports(32, 33, false), -E2BIG, ISOL_F_MATCH, 0);
	BAD(add_ports(33, 32, false), -E2BIG, ISOL_F_MATCH, 0);
	GOOD(add_ports(31, 32, true));
	BAD(add_ports(32, 32, true), -E2BIG, ISOL_F_MATCH, 0);
	/* the version with more counts */
	GOOD(add_addresses(8, 16, 16, 8, 8));
	BAD(add_addresses(8, 16, 16, 8, 9), -E2BIG, ISOL_F_MATCH, 0);
	GOOD(add_addresses(32, 32, 1, 1, 1));
	GOOD(add_addresses(1, 1, 32, 32, 1));
	BAD(add_addresses(33, 32, 1, 1, 1), -E2BIG, ISOL_F_MATCH, 0);
	BAD(add_addresses(1, 1, 32, 33, 1), -E2BIG, ISOL_F_MATCH, 0);
	BAD(add_addresses(32, 32, 32, 32, 2), -E2BIG, ISOL_F_MATCH, 0);

	/* bits that do not count, but for those at the low end */
	BAD(add_mask(AT(SRC_MAC), 1, 1, false), -E2BIG, ISOL_F_MATCH, 0);
	GOOD(add_mask(AT(SRC_MAC), MAC_ALL & ~(0x3ffULL << 20), 1, false));
	GOOD(add_mask(AT(DST_MAC), MAC_ALL & ~(0x1ffULL << 20), 2, false));
	BAD(add_mask(AT(DST_MAC), MAC_ALL & ~(0x3ffULL << 20), 2, false), -E2BIG, ISOL_F_MATCH, 0);
	BAD(add_mask(AT(DST_MAC), MAC_ALL & ~(0x3ffULL << 20), 1, true), -E2BIG, ISOL_F_MATCH, 0);
	BAD(add_mask(AT(SRC_MAC), MAC_ALL & ~(0x7ffULL << 20), 1, false), -E2BIG, ISOL_F_MATCH, 0);
	GOOD(add_mask(AT(SRC_MAC), 0xffffff000000ULL & ~(0x3ffULL << 25), 1, false));
	GOOD(add_mask(AT(SRC_MAC), MAC_GROUP, 1, false));
}

/* Values at which something changes, of the fields that have such. */
static const u32 types_of_note[] = {
	4, 0x600, 0x601, 0x7ff, 0x800, 0x801, 0x805, 0x806, 0x807, 0x80ff, 0x8100, 0x8101, 0x86dc,
	0x86dd, 0x86de, 0x88a7, 0x88a8, 0x88a9, 0xffff,
};

static const u32 protos_of_note[] = {
	0, 1, 2, 5, 6, 7, 17, 33, 42, 43, 44, 45, 50, 51, 52, 57, 58, 59, 60, 61, 132, 134, 135,
	136, 137, 138, 139, 140, 141, 255,
};

/* Whether a value is among those of a field, one after the other. */
static bool is_among(const struct isol_values *v, u64 x)
{
	bool found = false;
	u32 i;

	for (i = 0; i < v->n; i++)
		switch (isol_field_width(v->field)) {
		case ISOL_WIDTH_WIDE:
			found |= v->wide[i].lo.lo <= x && x <= v->wide[i].hi.lo;
			break;
		case ISOL_WIDTH_MASKED:
			found |= (x & v->masked[i].mask) == v->masked[i].value;
			break;
		default:
			found |= v->range[i].lo <= x && x <= v->range[i].hi;
		}
	return found != v->negate;
}

/* The @i-th number to try for a field; false: there are no more. */
static bool nth_number(u32 field, u32 i, u64 *x)
{
	/* those bits of MAC addresses that are asked for, see random_masked() */
	static const u64 bits[] = { 1ULL << 47, 1ULL << 41, 1ULL << 40, 1ULL << 39 };
	u32 bit;

	switch (field) {
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
		*x = i & 16 ? MAC_ALL : 0;
		for (bit = 0; bit < ARRAY_SIZE(bits); bit++)
			if (i >> bit & 1)
				*x ^= bits[bit];
		return i < 32;
	case ISOL_MATCH_A_CAST:
	case ISOL_MATCH_A_FRAGMENT:
		*x = i;
		return i < 3;
	case ISOL_MATCH_A_PROTO:
		*x = i;
		return i < 256;
	case ISOL_MATCH_A_TCP_FLAGS:
		*x = i;
		return i < 512;
	case ISOL_MATCH_A_DSCP:
		*x = i;
		return i < 64;
	case ISOL_MATCH_A_PCP:
		*x = i;
		return i < 8;
	case ISOL_MATCH_A_VLAN:
		*x = i;
		return i < 4095;
	case ISOL_MATCH_A_INNER_VLAN:
		*x = i;
		return i < 4096;
	case ISOL_MATCH_A_ETHERTYPE:
		*x = i + 0x5ff;
		if (!i)
			*x = 4;
		return i <= 0xffff - 0x5ff;
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		if (i == 16) {
			*x = 1ULL << 40;
			return true;
		}
		fallthrough;
	default:
		/* both ends of what random_range() makes, and beyond of wide ones */
		*x = i < 8 ? i : field == ISOL_MATCH_A_SPORT || field == ISOL_MATCH_A_DPORT ||
		     field == ISOL_MATCH_A_ICMP || field == ISOL_MATCH_A_ARP_OP ?
		     0xffff - (i - 8) : U32_MAX - (i - 8);
		return i < 16;
	}
}

/* Whether a field may have a number, of those that are @wanted. */
static bool may(const struct isol_values *const *of, u32 field, bool (*wanted)(u64 x))
{
	u64 x;
	u32 i;

	/* a set may hold anything */
	if (!of[field] || isol_field_set(field))
		return true;
	for (i = 0; nth_number(field, i, &x); i++)
		if ((!wanted || wanted(x)) && is_among(of[field], x))
			return true;
	return false;
}

static bool neither_ip_nor_arp(u64 x)
{
	return x != 0x800 && x != 0x86dd && x != 0x806 && x != 0x8100 && x != 0x88a8;
}

static bool have_ports(u32 proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

static bool is_extension(u32 proto)
{
	return proto == 0 || proto == 43 || proto == 44 || proto == 51 || proto == 60 ||
	       proto == 135 || proto == 139 || proto == 140;
}

/* Fields that are not of the frame at hand, are there any? */
static bool asks(const struct isol_values *const *of, u32 first, u32 last)
{
	for (; first <= last; first++)
		if (of[first])
			return true;
	return false;
}

static bool ip_may(const struct isol_values *const *of, bool ip6)
{
	u32 proto, fragment;

	if (of[AT(ETHERTYPE)] && !is_among(of[AT(ETHERTYPE)], ip6 ? 0x86dd : 0x800))
		return false;
	if ((of[AT(SRC_IP4)] || of[AT(SRC_IP6)]) && !of[ip6 ? AT(SRC_IP6) : AT(SRC_IP4)])
		return false;
	if ((of[AT(DST_IP4)] || of[AT(DST_IP6)]) && !of[ip6 ? AT(DST_IP6) : AT(DST_IP4)])
		return false;
	if (asks(of, AT(ARP_OP), AT(ARP_TARGET)))
		return false;
	for (proto = 0; proto < 256; proto++)
		for (fragment = 0; fragment < 3; fragment++) {
			bool whole = fragment != ISOL_FRAGMENT_LATER;

			if ((ip6 && is_extension(proto)) ||
			    (of[AT(PROTO)] && !is_among(of[AT(PROTO)], proto)) ||
			    (of[AT(FRAGMENT)] && !is_among(of[AT(FRAGMENT)], fragment)))
				continue;
			if ((asks(of, AT(SPORT), AT(DPORT)) ||
			     asks(of, AT(SPORT_SET), AT(DPORT_SET))) &&
			    !(whole && have_ports(proto)))
				continue;
			if (of[AT(TCP_FLAGS)] && !(whole && proto == 6))
				continue;
			if (of[AT(ICMP)] && !(whole && proto == (ip6 ? 58 : 1)))
				continue;
			return true;
		}
	return false;
}

/* Whether there is a frame that matches, by going through frames. */
static bool some_frame_may(const struct isol_values *const *of)
{
	bool mac = false;
	u64 dmac;
	u32 i;

	/* whatever else it is, it has addresses, and fields are what they are */
	for (i = 0; nth_number(AT(DST_MAC), i, &dmac); i++) {
		u32 cast = dmac == MAC_ALL ? ISOL_CAST_BROADCAST : dmac & MAC_GROUP ?
			   ISOL_CAST_MULTICAST : ISOL_CAST_UNICAST;

		mac |= (!of[AT(DST_MAC)] || is_among(of[AT(DST_MAC)], dmac)) &&
		       (!of[AT(CAST)] || is_among(of[AT(CAST)], cast));
	}
	for (i = 1; i <= ISOL_MATCH_A_MAX; i++)
		if (!may(of, i, NULL))
			return false;
	if (!mac)
		return false;
	if (ip_may(of, false) || ip_may(of, true))
		return true;
	if (asks(of, AT(SRC_IP4), AT(ICMP)) || asks(of, AT(SRC_SET), AT(DST_SET)) ||
	    asks(of, AT(SPORT_SET), AT(DPORT_SET)))
		return false;
	if (asks(of, AT(ARP_OP), AT(ARP_TARGET)))
		return !of[AT(ETHERTYPE)] || is_among(of[AT(ETHERTYPE)], 0x806);
	return may(of, AT(ETHERTYPE), neither_ip_nor_arp) ||
	       is_among(of[AT(ETHERTYPE)], 0x806);
}

static struct isol_range random_range(u32 field)
{
	struct isol_range r;
	u64 x, y;

	if (field == AT(ETHERTYPE)) {
		x = types_of_note[below(ARRAY_SIZE(types_of_note))];
		y = percent(50) ? x : types_of_note[below(ARRAY_SIZE(types_of_note))];
		if (x == 4 || y == 4)
			y = x;
	} else if (field == AT(PROTO)) {
		x = protos_of_note[below(ARRAY_SIZE(protos_of_note))];
		y = percent(60) ? x : protos_of_note[below(ARRAY_SIZE(protos_of_note))];
	} else if (field == AT(DSCP)) {
		x = below(64);
		y = percent(20) ? 63 - x : x;
	} else if (field == AT(PCP)) {
		x = below(8);
		y = percent(50) ? x : below(8);
	} else if (field == AT(VLAN) || field == AT(INNER_VLAN)) {
		x = percent(50) ? 0 : below(4);
		y = (field == AT(VLAN) ? 4094 : 4095) - (percent(50) ? 0 : below(4095));
	} else if (field == AT(CAST) || field == AT(FRAGMENT)) {
		x = below(3);
		y = below(3);
	} else {
		nth_number(field, 1 + below(6) + (percent(50) ? 8 : 0), &x);
		nth_number(field, percent(50) ? below(3) * 8 % 15 : below(16), &y);
	}
	r.lo = min(x, y);
	r.hi = max(x, y);
	return r;
}

static struct isol_masked random_masked(u32 field)
{
	struct isol_masked m;
	u64 x;

	if (field == AT(TCP_FLAGS)) {
		m.mask = 1 + below(511);
		x = below(512);
	} else {
		nth_number(field, 1 + below(15), &m.mask);
		nth_number(field, below(16), &x);
		if (percent(5))
			m.mask = MAC_ALL;
		if (percent(10))
			x = MAC_ALL;
	}
	m.value = x & m.mask;
	return m;
}

/* What is said to be impossible is, and nothing else. */
static void random_matches(void)
{
	/* fields that go together */
	static const u32 kinds[] = {
		1U << AT(ETHERTYPE) | 1U << AT(DST_MAC) | 1U << AT(CAST) | 1U << AT(SRC_MAC),
		1U << AT(ETHERTYPE) | 1U << AT(PROTO) | 1U << AT(SRC_IP6) | 1U << AT(DST_IP6),
		1U << AT(PROTO) | 1U << AT(ICMP) | 1U << AT(DST_IP4) | 1U << AT(DST_IP6) |
		1U << AT(FRAGMENT),
		1U << AT(PROTO) | 1U << AT(DPORT) | 1U << AT(TCP_FLAGS) | 1U << AT(FRAGMENT),
		1U << AT(ETHERTYPE) | 1U << AT(ARP_OP) | 1U << AT(ARP_SENDER) | 1U << AT(CAST),
		1U << AT(VLAN) | 1U << AT(PCP) | 1U << AT(INNER_VLAN) | 1U << AT(PROTO),
		~0U,
	};
	u32 round, rounds = test_rounds(20000), counts[2] = { 0 };

	for (round = 0; round < rounds && test_good(); round++) {
		const struct isol_values *of[ISOL_MATCH_A_MAX + 1] = { NULL };
		struct isol_wide_range wide[ISOL_MATCH_A_MAX + 1][3];
		struct isol_masked masked[ISOL_MATCH_A_MAX + 1][3];
		struct isol_range range[ISOL_MATCH_A_MAX + 1][3];
		struct isol_values values[ISOL_MATCH_A_MAX];
		u32 kind = kinds[below(ARRAY_SIZE(kinds))], n = 0, field, i, at;
		u32 odds = kind == ~0U ? 15 : 55;
		const char *msg;

		for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
			struct isol_values *v = &values[n];

			if (!(kind >> field & 1) || !percent(odds))
				continue;
			n++;
			of[field] = v;
			*v = (struct isol_values) { .field = field, .negate = percent(30),
						    .n = between(1, 3), .range = range[field] };
			for (i = 0; i < v->n; i++) {
				range[field][i] = random_range(field);
				masked[field][i] = random_masked(AT(SRC_MAC));
				wide[field][i] = (struct isol_wide_range) {
					.lo.lo = range[field][i].lo, .hi.lo = range[field][i].hi };
				if (field == AT(TCP_FLAGS))
					masked[field][i] = random_masked(field);
			}
			if (isol_field_width(field) == ISOL_WIDTH_WIDE)
				v->wide = wide[field];
			else if (isol_field_width(field) == ISOL_WIDTH_MASKED)
				v->masked = masked[field];
		}
		msg = isol_match_check(values, n, &at);
		/* what needs a protocol is another matter, and how much there is */
		if (msg && (!at || strstr(msg, "needs PROTO")))
			continue;
		CHECK_MSG(!msg == some_frame_may(of), "round %u: %s", round, msg ?: "is good");
		CHECK(!msg || !strncmp(msg, "rule MATCH ", 11));
		CHECK(!msg || (at <= ISOL_MATCH_A_MAX && of[at]));
		counts[!msg]++;
	}
	/* there were both */
	if (rounds >= 1000)
		CHECK(counts[0] > rounds / 50 && counts[1] > rounds / 5);
}

/* What is kept is what was given, in the order of the fields. */
static void match_contents(void)
{
	const struct isol_values given[] = {
		R(DPORT, { 443, 443 }, { 80, 88 }), NOT_W(SRC_IP6, IP6_SOME, IP6_ALL),
		TCP, M(DST_MAC, { 0x525400000000ULL, 0xffffff000000ULL }),
	};
	static const u8 order_of[] = { 3, 1, 2, 0 };
	const struct isol_match *match;
	struct isol_values v[4];
	u32 i;

	memcpy(v, given, sizeof(v));
	/* which would leave nothing: only to be kept */
	begin();
	match = isol_match_copy(&model->arena, v, 4);
	memset(v, 0x5a, sizeof(v));
	CHECK(match);
	CHECK_EQ(match->n, 4);
	CHECK_EQ(match->fields, 1U << AT(DPORT) | 1U << AT(SRC_IP6) | 1U << AT(PROTO) |
		 1U << AT(DST_MAC));
	for (i = 0; i < 4; i++) {
		const struct isol_values *a = &match->values[i], *b = &given[order_of[i]];

		CHECK_EQ(a->field, b->field);
		CHECK_EQ(a->negate, b->negate);
		CHECK_EQ(a->n, b->n);
		CHECK(a->v != b->v);
		CHECK(!memcmp(a->v, b->v, a->n * isol_width_size(isol_field_width(a->field))));
	}
	end();

	begin();
	CHECK(!isol_model_rule(model, "r0")->match);
	CHECK_EQ(add_match(&given[2], 1), 0);
	match = isol_model_rule(model, "r")->match;
	CHECK(match && match->n == 1 && match->values[0].range[0].lo == 6);
	end();
}

/* ---- limits */

/* The last that may be, and one more. */
static void limits(void)
{
	struct isol_binding_spec glob = { .claims = 1 };
	struct isol_rule_spec rule = { .stateless = true, .from = { ANY }, .to = { ANY }, .nfrom = 1, .nto = 1 };
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

	begin();
	for (i = model->nsegments, err = 0; i <= ISOL_MAX_SEGMENTS && !err; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		err = add_vlan(name, "br1", i);
	}
	CHECK_EQ(i, ISOL_MAX_SEGMENTS + 1);
	CHECK_EQ(model->nsegments, ISOL_MAX_SEGMENTS);
	bad(__LINE__, err, -E2BIG, ISOL_F_OBJECT, 0);

	/* One that is all of a bridge for each bridge. */
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
	struct isol_rule_spec rule = { .stateless = true, .name = "r", .nfrom = ISOL_MAX_ENDPOINTS,
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
		.stateless = true,
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
		CHECK(r->notes && same(r->notes->comment, "c5") && same(r->notes->owner, "o"));
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
	CHECK(!isol_model_rule(model, "q9")->notes);
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
		.stateless = true,
		.name = "r", .comment = "comment", .owner = "owner", .from = { GROUP("g1") },
		.to = { BINDING("b1") }, .nfrom = 1, .nto = 1, .values = { TCP }, .nvalues = 1,
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
	X(vlan_segments) \
	X(selectors) \
	X(selectors_taken) \
	X(macs) \
	X(memberships) \
	X(roles) \
	X(endpoints) \
	X(matches) \
	X(tracking) \
	X(match_limits) \
	X(random_matches) \
	X(match_contents) \
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
