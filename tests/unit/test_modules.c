// SPDX-License-Identifier: GPL-2.0
/* Which modules are there, by files that are made up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "test.h"
#include "userspace/modules.h"

static char root[32];

static void dir(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, name);
	CHECK(!mkdir(path, 0700));
}

static void file(const char *name, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	f = fopen(path, "w");
	CHECK(f);
	if (!f)
		return;
	fputs(text, f);
	fclose(f);
}

static void is(const char *name, enum module_state expected)
{
	const enum module_state got = module_state(root, "6.1", name);

	CHECK_MSG(got == expected, "%s is %d, not %d", name, got, expected);
}

static void states(void)
{
	static const char *const dirs[] = {
		"sys", "sys/module", "proc", "proc/sys", "proc/sys/kernel", "lib", "lib/modules",
	};
	size_t i;

	is("isol_ct", MODULE_MISSING);
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		dir(dirs[i]);
	is("isol_ct", MODULE_MISSING);
	dir("lib/modules/6.1");
	file("lib/modules/6.1/modules.dep",
	     "kernel/net/nf_conntrack.ko.xz: kernel/lib/libcrc32c.ko.xz\n"
	     "updates/dkms/isol-ct.ko.zst: kernel/net/nf_conntrack.ko.xz updates/dkms/isol.ko\n"
	     "plain.ko:\nextra/other_ct.ko: extra/named.ko\n");
	file("lib/modules/6.1/modules.builtin", "kernel/net/bridge/bridge.ko\n");
	is("isol_ct", MODULE_FOUND);
	is("nf_conntrack", MODULE_FOUND);
	is("plain", MODULE_FOUND);
	is("bridge", MODULE_LOADED);
	/* what only another needs, a part of a name, and more than it */
	is("named", MODULE_MISSING);
	is("ct", MODULE_MISSING);
	is("isol", MODULE_MISSING);
	is("isol_ct_x", MODULE_MISSING);
	CHECK_EQ(module_state(root, "6.2", "isol_ct"), MODULE_MISSING);
	file("proc/sys/kernel/modules_disabled", "0\n");
	is("isol_ct", MODULE_FOUND);
	file("proc/sys/kernel/modules_disabled", "1\n");
	is("isol_ct", MODULE_LOCKED);
	is("bridge", MODULE_LOADED);
	dir("sys/module/isol_ct");
	is("isol_ct", MODULE_LOADED);
	dir("sys/module/other");
	is("other", MODULE_LOADED);
}

int main(void)
{
	char command[64];

	test_begin();
	snprintf(root, sizeof(root), "/tmp/isol-modules-XXXXXX");
	CHECK(mkdtemp(root));
	run_case("modules_states", states);
	snprintf(command, sizeof(command), "rm -r %s", root);
	CHECK(!system(command));
	return test_end();
}
