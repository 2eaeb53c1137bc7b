// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "modules.h"

static bool is_loaded(const char *root, const char *name)
{
	char *path = xasprintf("%s/sys/module/%s", root, name);
	const bool there = !access(path, F_OK);

	free(path);
	return there;
}

/* "updates/dkms/isol-ct.ko.xz: ..." is isol_ct. */
static bool names_module(const char *line, const char *name)
{
	const size_t len = strcspn(line, ":\n");
	const char *s = memrchr(line, '/', len);

	s = s ? s + 1 : line;
	for (; *name && (*s == *name || (*s == '-' && *name == '_')); s++)
		name++;
	return !*name && !strncmp(s, ".ko", 3);
}

static bool is_listed(const char *root, const char *release, const char *list, const char *name)
{
	char *path = xasprintf("%s/lib/modules/%s/%s", root, release, list);
	FILE *f = fopen(path, "re");
	char *line = NULL;
	bool found = false;
	size_t size = 0;

	while (f && !found && getline(&line, &size, f) >= 0)
		found = names_module(line, name);
	free(line);
	free(path);
	if (f)
		fclose(f);
	return found;
}

static bool is_locked(const char *root)
{
	char *path = xasprintf("%s/proc/sys/kernel/modules_disabled", root);
	FILE *f = fopen(path, "re");
	bool locked = f && getc(f) == '1';

	free(path);
	if (f)
		fclose(f);
	return locked;
}

enum module_state module_state(const char *root, const char *release, const char *name)
{
	if (is_loaded(root, name) ||
	    is_listed(root, release, "modules.builtin", name))
		return MODULE_LOADED;
	if (!is_listed(root, release, "modules.dep", name))
		return MODULE_MISSING;
	return is_locked(root) ? MODULE_LOCKED : MODULE_FOUND;
}
