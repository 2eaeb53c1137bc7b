// SPDX-License-Identifier: GPL-2.0
/* Names, addresses, globs, and what YAML makes of text. */
#include "test.h"
#include "userspace/text.h"

static void traps(void)
{
	static const struct {
		const char *text;
		enum yaml_trap trap;
	} v[] = {
		{ "", TRAP_NULL }, { "~", TRAP_NULL }, { "null", TRAP_NULL }, { "Null", TRAP_NULL },
		{ "y", TRAP_BOOL }, { "N", TRAP_BOOL }, { "on", TRAP_BOOL }, { "OFF", TRAP_BOOL },
		{ "Yes", TRAP_BOOL }, { "no", TRAP_BOOL }, { "true", TRAP_BOOL },
		{ "0", TRAP_NUMBER }, { "12", TRAP_NUMBER }, { "-3", TRAP_NUMBER },
		{ "+3", TRAP_NUMBER }, { "1_000", TRAP_NUMBER }, { "1.5", TRAP_NUMBER },
		{ ".5", TRAP_NUMBER }, { "1e3", TRAP_NUMBER }, { "1.5e-3", TRAP_NUMBER },
		{ ".inf", TRAP_NUMBER }, { "-.Inf", TRAP_NUMBER }, { ".NaN", TRAP_NUMBER },
		{ "08", TRAP_NUMBER }, { "010", TRAP_BASED }, { "0x1F", TRAP_BASED },
		{ "0o17", TRAP_BASED }, { "0b101", TRAP_BASED }, { "-0x1", TRAP_BASED },
		{ "52:54:00:00:03:01", TRAP_BASE60 }, { "12:30", TRAP_BASE60 },
		{ "99:99:99:99:99:99", TRAP_BASE60 }, { "1:2.5", TRAP_BASE60 },
		{ "web", TRAP_NONE }, { "52:54:00:00:03:0a", TRAP_NONE }, { "0x", TRAP_NONE },
		{ "0xg", TRAP_NONE }, { "1e", TRAP_NONE }, { "-", TRAP_NONE }, { ".", TRAP_NONE },
		{ "_", TRAP_NONE }, { "nope", TRAP_NONE }, { "online", TRAP_NONE },
		{ "v1.2", TRAP_NONE }, { "\xc3\xa9", TRAP_NONE }, { "1a", TRAP_NONE },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(v); i++)
		CHECK_MSG(yaml_trap(v[i].text) == v[i].trap, "'%s' is %d, not %d", v[i].text,
			  yaml_trap(v[i].text), v[i].trap);
}

static void names(void)
{
	static const char good63[] = "a23456789012345678901234567890123456789012345678901234567890123";
	static const char *const good[] = { "a", "_", "0", "web-1", "a.b:c_d-e", good63 };
	static const char *const bad[] = {
		"", "-a", ".a", ":a", "a b", "a/b", "\xc3\xa9", "a\n", "a,b",
		"a234567890123456789012345678901234567890123456789012345678901234",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		CHECK_MSG(!name_fault(good[i]), "'%s' %s", good[i], name_fault(good[i]));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_MSG(name_fault(bad[i]), "'%s' is taken", bad[i]);
}

static void ifnames(void)
{
	static const char *const good[] = { "a", "eth0.5", "...", "123456789012345", "a-b_c@d" };
	static const char *const bad[] = {
		"", ".", "..", "a/b", "a:b", "a b", "a\tb", "\xa0", "1234567890123456",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		CHECK_MSG(!ifname_fault(good[i]), "'%s' %s", good[i], ifname_fault(good[i]));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_MSG(ifname_fault(bad[i]), "'%s' is taken", bad[i]);
}

static void texts(void)
{
	char longest[257];

	CHECK(!text_fault(""));
	CHECK(!text_fault("caf\xc3\xa9 \xf0\x9f\x98\x80"));
	CHECK(text_fault("two\nlines"));
	CHECK(text_fault("bell\x07"));
	CHECK(text_fault("\x7f"));
	CHECK(text_fault("c1 \xc2\x85"));
	CHECK(text_fault("cut \xc3"));
	CHECK(text_fault("overlong \xc0\xaf"));
	CHECK(text_fault("surrogate \xed\xa0\x80"));
	CHECK(text_fault("beyond \xf4\x90\x80\x80"));
	memset(longest, 'x', sizeof(longest));
	longest[256] = '\0';
	CHECK(text_fault(longest));
	longest[255] = '\0';
	CHECK(!text_fault(longest));
}

static void globs(void)
{
	static const struct {
		const char *glob;
		const char *name;
		bool match;
	} v[] = {
		{ "*", "", true }, { "*", "a", true }, { "?", "", false }, { "?", "a", true },
		{ "vnet*", "vnet", true }, { "vnet*", "vnet12", true }, { "vnet*", "vne", false },
		{ "v?t*", "vnt", true }, { "*a*b", "xaxbxb", true }, { "*a*b", "xaxbx", false },
		{ "a**b", "ab", true }, { "a*?", "a", false }, { "[ab]", "a", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(v); i++)
		CHECK_MSG(glob_match(v[i].glob, v[i].name) == v[i].match, "%s and '%s'", v[i].glob,
			  v[i].name);
}

static void macs(void)
{
	u8 mac[6], tap[6];
	char buf[MAC_TEXT_SIZE];

	CHECK(mac_parse("52:54:00:aB:Cd:0f", mac));
	CHECK(!strcmp(mac_format(mac, buf), "52:54:00:ab:cd:0f"));
	mac_to_tap(mac, tap);
	CHECK(!strcmp(mac_format(tap, buf), "fe:54:00:ab:cd:0f"));
	CHECK(mac_parse("fe-54-00-ab-cd-0f", mac));
	mac_to_tap(mac, tap);
	CHECK(!strcmp(mac_format(tap, buf), "fa:54:00:ab:cd:0f"));
	CHECK(!mac_parse("", mac));
	CHECK(!mac_parse("52:54:00:ab:cd", mac));
	CHECK(!mac_parse("52:54:00:ab:cd:0f:00", mac));
	CHECK(!mac_parse("52:54-00:ab:cd:0f", mac));
	CHECK(!mac_parse("5:54:00:ab:cd:0f", mac));
	CHECK(!mac_parse("5g:54:00:ab:cd:0f", mac));
}

static void guesses(void)
{
	struct guess g = { .word = "segmnet" };
	char buf[64];

	CHECK_EQ(text_distance("", ""), 0);
	CHECK_EQ(text_distance("abc", ""), 3);
	CHECK_EQ(text_distance("abc", "acb"), 1);
	CHECK_EQ(text_distance("kitten", "sitting"), 3);
	guess_offer(&g, "bridge");
	CHECK(!*guess_text(&g, buf, sizeof(buf)));
	guess_offer(&g, "segment");
	CHECK(!strcmp(guess_text(&g, buf, sizeof(buf)), "; did you mean 'segment'?"));
	/* what others call it, whatever comes first or is nearer */
	g = (struct guess){ .word = "icmp6" };
	guess_offer(&g, "icmpv6");
	guess_offer(&g, "icmp");
	CHECK(!strcmp(guess_text(&g, buf, sizeof(buf)), "; did you mean 'icmpv6'?"));
	g = (struct guess){ .word = "dst-port" };
	guess_offer(&g, "sport");
	guess_offer(&g, "dport");
	CHECK(!strcmp(guess_text(&g, buf, sizeof(buf)), "; did you mean 'dport'?"));
	g = (struct guess){ .word = "smac" };
	guess_offer(&g, "mac");
	guess_offer(&g, "src_mac");
	CHECK(!strcmp(guess_text(&g, buf, sizeof(buf)), "; did you mean 'src_mac'?"));
	g = (struct guess){ .word = "flags" };
	guess_offer(&g, "tcp-flags");
	CHECK(!strcmp(guess_text(&g, buf, sizeof(buf)), "; did you mean 'tcp-flags'?"));
	g = (struct guess){ .word = "a" };
	guess_offer(&g, "b");
	CHECK(!g.best);
}

int main(void)
{
	test_begin();
	run_case("text_traps", traps);
	run_case("text_names", names);
	run_case("text_ifnames", ifnames);
	run_case("text_texts", texts);
	run_case("text_globs", globs);
	run_case("text_macs", macs);
	run_case("text_guesses", guesses);
	return test_end();
}
