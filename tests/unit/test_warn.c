// SPDX-License-Identifier: GPL-2.0
/* What people are told when a change of policy is done. */
#include <linux/isol.h>

#include "test.h"
#include "userspace/edit.h"
#include "userspace/load.h"
#include "userspace/warn.h"

static const char policy[] =
	"isol: 1\n"
	"bridges:\n"
	"  br0: {}\n"
	"  br1: {unbound: accept}\n"
	"bindings:\n"
	"  a: {port: a0, groups: [web]}\n"
	"  b: {port: b0, groups: [db, web]}\n";

static struct policy *load(void)
{
	struct diags d = { 0 };
	struct policy *p = NULL;

	CHECK_EQ(isol_load("f", policy, sizeof(policy) - 1, &p, &d), 0);
	diags_free(&d);
	return p;
}

static void expect(const char *got, const char *expected)
{
	CHECK_MSG(!strcmp(got, expected), "got '%s', not '%s'", got, expected);
}

static void names(void)
{
	struct names l = { 0 };
	struct policy *p = load();
	struct links links = { 0 };
	struct link br1 = { .ifindex = 1, .name = "br1", .kind = "bridge" };
	int i;

	expect(names_text(&l), "");
	for (i = 0; i < WARN_NAMES; i++)
		names_add(&l, "x");
	expect(names_text(&l), "x, x, x, x, x");
	names_add(&l, "y");
	CHECK_EQ(l.n, WARN_NAMES + 1);
	expect(names_text(&l), "x, x, x, x, x, ...");
	expect(names_text(&l), "x, x, x, x, x, ...");
	names_free(&l);
	find_members(p, "web", &l);
	expect(names_text(&l), "a, b");
	names_free(&l);
	find_members(p, "none", &l);
	CHECK_EQ(l.n, 0);
	links_add(&links, &br1);
	find_missing(p, &links, &l);
	expect(names_text(&l), "br0");
	names_free(&l);
	links_free(&links);
	policy_free(p);
}

static void warnings(void)
{
	struct port ports[] = {
		{ .name = "v0", .bridge = "br0", .kind = ISOL_PORT_UNBOUND },
		{ .name = "v1", .bridge = "br1", .kind = ISOL_PORT_UNBOUND },
		{ .name = "v2", .bridge = "br2", .kind = ISOL_PORT_UNMANAGED },
		{ .name = "v3", .bridge = "br0", .kind = ISOL_PORT_MEMBER },
		{ .name = "v\n", .bridge = "br0", .kind = ISOL_PORT_UNBOUND },
	};
	struct quarantine quarantines[] = {
		{ .binding = "a" }, { .binding = "c" }, { .binding = "d", .orphan = true },
	};
	struct view v = {
		.ports = ports, .nports = 1, .quarantines = quarantines, .nquarantines = 1,
	};
	struct policy *p = load();
	char *got = NULL;
	size_t len;
	FILE *f = open_memstream(&got, &len);

	warn_let_go(&v, p, f);
	warn_unbound(&v, p, f);
	v.nports = ARRAY_SIZE(ports);
	v.nquarantines = ARRAY_SIZE(quarantines);
	warn_unbound(&v, p, f);
	warn_let_go(&v, p, f);
	warn_flushed(&v, f);
	fclose(f);
	expect(got,
	       "isolctl: warning: 1 guest port is unbound and dropped: v0 on br0 (see isolctl status)\n"
	       "isolctl: warning: 2 guest ports are unbound and dropped: v0 on br0, v\\x0a on br0 (see isolctl status)\n"
	       "isolctl: warning: quarantined binding 'c' is not in this policy: its port is let go\n"
	       "isolctl: warning: quarantined binding 'd' is not in this policy: its port is let go\n"
	       "isolctl: warning: 2 quarantined bindings are let go until a policy is applied again: a, c\n");
	free(got);
	policy_free(p);
}

static void items(void)
{
	static const char *const expected[] = { "a", "b c", "", "d", "" };
	const char *list = "a, b c\t ,, d ,";
	struct policy *p = policy_new();
	struct word w;
	size_t i = 0;

	while (edit_item(p, &list, &w)) {
		CHECK(i < ARRAY_SIZE(expected));
		expect(w.text, expected[i++]);
	}
	CHECK_EQ(i, ARRAY_SIZE(expected));
	list = "";
	CHECK(edit_item(p, &list, &w) && !*w.text);
	CHECK(!edit_item(p, &list, &w));
	policy_free(p);
}

int main(void)
{
	test_begin();
	run_case("warn_names", names);
	run_case("warn_warnings", warnings);
	run_case("warn_items", items);
	return test_end();
}
