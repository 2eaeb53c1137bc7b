// SPDX-License-Identifier: GPL-2.0
/* Which binding a port is. */
#include "naive.h"
#include "select.h"
#include "test.h"

#define LIMIT (256LL * 1024 * 1024)

/* ---- globs */

static void glob_table(void)
{
	static const struct {
		const char *glob, *name;
		bool match;
	} table[] = {
		{ "", "", true }, { "", "a", false }, { "a", "", false }, { "*", "", true },
		{ "*", "anything", true }, { "**", "", true }, { "?", "", false },
		{ "?", "a", true }, { "?", "ab", false }, { "*?", "", false }, { "*?", "a", true },
		{ "?*", "abc", true }, { "tap*", "tap", true }, { "tap*", "tap0", true },
		{ "tap*", "ta", false }, { "tap*", "xtap0", false }, { "*tap", "vnettap", true },
		{ "*tap", "tapx", false }, { "tap?", "tap10", false }, { "vm*-eth?", "vm12-eth0",
		true }, { "vm*-eth?", "vm-eth-eth1", true }, { "vm*-eth?", "vm1-eth", false },
		{ "*a*b*c*", "xxaxxbxxcxx", true }, { "*a*b*c*", "xxbxxaxxcxx", false },
		{ "*aab", "aaaaaab", true }, { "a*b", "ab", true }, { "a*b", "a", false },
		{ "*ab*ab", "ab", false }, { "*ab*ab", "abab", true }, { "Tap", "tap", false },
		{ "[a]", "a", false }, { "[a]", "[a]", true }, { "\\*", "\\x", true },
		{ "\\*", "*", false }, { "a*", "a*", true }, { "a?", "a*", true },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		CHECK_MSG(isol_glob_match(table[i].glob, table[i].name) == table[i].match,
			  "%s against %s", table[i].glob, table[i].name);
		CHECK_EQ(naive_glob_match(table[i].glob, table[i].name), table[i].match);
	}
}

/* In memory of just its size. */
static char *exact(const char *s)
{
	size_t len = strlen(s) + 1;

	return memcpy(malloc(len), s, len);
}

static void glob_random(void)
{
	u32 rounds = test_rounds(300000), i, j, matches = 0;
	char glob[16], name[16], *g, *n;

	for (i = 0; i < rounds; i++) {
		u32 glen = below(12), nlen = below(16);
		bool match;

		for (j = 0; j < nlen; j++)
			name[j] = "aaabbc\xff"[below(7)];
		name[nlen] = '\0';
		for (j = 0; j < glen; j++)
			glob[j] = "**?aabc\xff"[below(8)];
		glob[glen] = '\0';
		/* or a glob that is made from the name */
		if (percent(40)) {
			for (j = 0, glen = 0; j < nlen && glen < 14; j++) {
				if (percent(20))
					glob[glen++] = '*';
				if (!percent(20))
					glob[glen++] = percent(20) ? '?' : name[j];
			}
			glob[glen] = '\0';
		}
		g = exact(glob);
		n = exact(name);
		match = isol_glob_match(g, n);
		matches += match;
		CHECK_MSG(match == naive_glob_match(glob, name), "%s against %s", glob, name);
		free(g);
		free(n);
	}
	CHECK(rounds < 1000 || (matches > rounds / 10 && matches < rounds / 10 * 9));
	printf("# %u globs, %u match\n", rounds, matches);
}

/* The worst glob there is against the worst name takes no time to speak of. */
static void glob_worst(void)
{
	unsigned int begin = test_ms();
	u32 i, matches = 0;

	for (i = 0; i < 20000; i++)
		matches += isol_glob_match("*a*a*a*a*a*a*ab", "aaaaaaaaaaaaaaa");
	CHECK_EQ(matches, 0);
	CHECK(test_ms() - begin < 5000);
}

/* ---- selectors */

static void tap_addresses(void)
{
	u8 mac[ETH_ALEN] = { 0, 0x54, 0xfe, 0xfa, 0x34, 0xff }, tap[ETH_ALEN + 1];
	u32 first;

	for (first = 0; first < 256; first++) {
		mac[0] = first;
		memset(tap, 0x77, sizeof(tap));
		isol_mac_to_tap(mac, tap);
		CHECK_EQ(tap[0], first == 0xfe ? 0xfa : 0xfe);
		CHECK(!memcmp(tap + 1, mac + 1, ETH_ALEN - 1));
		CHECK_EQ(tap[ETH_ALEN], 0x77);
		/* the port's own must never be the guest's */
		CHECK(tap[0] != mac[0]);
		CHECK_EQ(mac[0], first);
	}
}

static struct isol_mem mem;
static struct isol_model *model;

static void begin(void)
{
	isol_mem_init(&mem, LIMIT);
	model = isol_model_new(&mem);
}

static void end(void)
{
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

static void bind_to(const char *name, const char *port, const char *glob, const char *alias,
		    const u8 *mac)
{
	const struct isol_binding_spec spec = { .name = name, .port = port, .glob = glob,
						.alias = alias, .mac = mac, .claims = 1 };
	struct isol_fault fault;

	CHECK_MSG(!isol_model_add_binding(model, &spec, &fault), "%s: %s", name, fault.msg);
}

static void expect(const char *ifname, const u8 *mac, const char *alias, const char *name)
{
	const struct isol_binding *found = isol_select(model, ifname, mac, alias);

	if (!name)
		CHECK_MSG(!found, "%s: %s", ifname, found->name);
	else
		CHECK_MSG(found && !strcmp(found->name, name), "%s: %s, not %s", ifname,
			  found ? found->name : "none", name);
}

static const u8 other[ETH_ALEN] = { 0xfe, 1, 1, 1, 1, 1 };

static void precedence(void)
{
	static const u8 guest[ETH_ALEN] = { 0x52, 0x54, 0, 1, 2, 3 };
	static const u8 tap[ETH_ALEN] = { 0xfe, 0x54, 0, 1, 2, 3 };
	static const u8 fe_guest[ETH_ALEN] = { 0xfe, 0x54, 0, 9, 9, 9 };
	static const u8 fe_tap[ETH_ALEN] = { 0xfa, 0x54, 0, 9, 9, 9 };

	begin();
	/* the least specific first: order decides among equals only */
	bind_to("all", NULL, "*", NULL, NULL);
	bind_to("vnets", NULL, "vnet*", NULL, NULL);
	bind_to("vnets-too", NULL, "?net*", NULL, NULL);
	bind_to("four", NULL, "vn??", NULL, NULL);
	bind_to("alias", NULL, NULL, "web 1", NULL);
	bind_to("mac", NULL, NULL, NULL, guest);
	bind_to("fe-mac", NULL, NULL, NULL, fe_guest);
	bind_to("port", "vnet7", NULL, NULL, NULL);
	bind_to("last", NULL, "n*et", NULL, NULL);
	bind_to("last-too", NULL, "n?et", NULL, NULL);
	CHECK_EQ(isol_model_seal(model), 0);

	expect("vnet7", tap, "web 1", "port");
	expect("vnet7", other, "", "port");
	expect("vnet8", tap, "web 1", "mac");
	expect("vnet8", fe_tap, "web 1", "fe-mac");
	expect("vnet8", other, "web 1", "alias");
	expect("vnet8", other, "web 10", "vnets");
	expect("vnet8", other, "web", "vnets");
	expect("vnet8", other, "", "vnets");
	expect("xnet8", other, "", "vnets-too");
	expect("vn12", other, "", "four");
	expect("tap0", other, "", "all");
	/* three literals each: the first in the policy */
	expect("nxet", other, "", "last");
	/* the guest's own address is not the port's */
	expect("tap0", guest, "", "all");
	expect("tap0", fe_guest, "", "all");
	end();

	begin();
	bind_to("vnets", NULL, "vnet*", NULL, NULL);
	CHECK_EQ(isol_model_seal(model), 0);
	expect("tap0", other, "", NULL);
	expect("tap0", other, "alias", NULL);
	expect("vnet", other, "alias", "vnets");
	end();

	/* nothing at all */
	begin();
	bind_to("port", "tap0", NULL, NULL, NULL);
	CHECK_EQ(isol_model_seal(model), 0);
	expect("tap1", other, "", NULL);
	expect("tap", other, "", NULL);
	expect("tap00", other, "", NULL);
	expect("tap0", other, "", "port");
	end();
}

/* ---- against all selectors asked one by one */

static const char *const ifnames[] = { "tap0", "tap1", "tap10", "vnet0", "vnet1", "eth0", "t" };
static const char *const globs[] = { "*", "tap*", "tap?", "t*", "?ap0", "*0", "v*", "vnet?",
				     "*a*", "????", "tap1*", "*t*0" };
static const char *const aliases[] = { "", "web", "web 1", "db", "tap0" };

static bool first_is_fe(const u8 *mac)
{
	return mac[0] == 0xfe;
}

static void random_mac(u8 *mac, const u8 *firsts, u32 n)
{
	memset(mac, 0, ETH_ALEN);
	mac[0] = firsts[below(n)];
	mac[5] = below(4);
}

static void random_selectors(void)
{
	static const u8 guests[] = { 0x52, 0xfe, 0x02 }, taps[] = { 0xfe, 0xfa, 0x52 };
	u32 rounds = test_rounds(1500), i, j, n, found = 0;
	struct isol_fault fault;
	u8 mac[ETH_ALEN];
	char name[16];

	for (i = 0; i < rounds; i++) {
		begin();
		n = below(12);
		for (j = 0; j < n; j++) {
			struct isol_binding_spec spec = { .name = name, .claims = 1 };
			const struct isol_binding *b;

			snprintf(name, sizeof(name), "b%u", j);
			switch (below(5)) {
			case 0:
				spec.port = ifnames[below(ARRAY_SIZE(ifnames))];
				break;
			case 1:
				random_mac(mac, guests, ARRAY_SIZE(guests));
				spec.mac = mac;
				break;
			case 2:
				spec.alias = aliases[between(1, ARRAY_SIZE(aliases) - 1)];
				break;
			default:
				spec.glob = globs[below(ARRAY_SIZE(globs))];
			}
			/* no two the same: such a policy would be refused */
			for (b = model->bindings; b; b = b->next)
				if ((spec.port && b->kind == ISOL_SEL_PORT &&
				     !strcmp(b->selector, spec.port)) ||
				    (spec.glob && b->kind == ISOL_SEL_GLOB &&
				     !strcmp(b->selector, spec.glob)) ||
				    (spec.alias && b->kind == ISOL_SEL_ALIAS &&
				     !strcmp(b->selector, spec.alias)) ||
				    (spec.mac && b->kind == ISOL_SEL_MAC &&
				     b->mac[5] == spec.mac[5] &&
				     first_is_fe(b->mac) == first_is_fe(spec.mac)))
					break;
			if (b)
				continue;
			CHECK_MSG(!isol_model_add_binding(model, &spec, &fault), "%s", fault.msg);
		}
		if (model->bindings)	/* see model_empty in test_model.c */
			CHECK_EQ(isol_model_seal(model), 0);
		for (j = 0; j < 40; j++) {
			const char *ifname = ifnames[below(ARRAY_SIZE(ifnames))];
			const char *alias = aliases[below(ARRAY_SIZE(aliases))];
			const struct isol_binding *a, *b;

			random_mac(mac, taps, ARRAY_SIZE(taps));
			a = isol_select(model, ifname, mac, alias);
			b = naive_select(model, ifname, mac, alias);
			found += !!b;
			CHECK_MSG(a == b, "round %u: %s %02x..%02x '%s': %s, not %s", i, ifname,
				  mac[0], mac[5], alias, a ? a->name : "none",
				  b ? b->name : "none");
		}
		end();
	}
	CHECK(rounds < 100 || (found > rounds * 4 && found < rounds * 38));
}

#define CASES(X) \
	X(glob_table) \
	X(glob_random) \
	X(glob_worst) \
	X(tap_addresses) \
	X(precedence) \
	X(random_selectors)

TEST_SUITE(select, CASES)
