// SPDX-License-Identifier: GPL-2.0
/* Which binding a port is, see select.h. */
#include "select.h"

/*
 * On a mismatch behind a star it is enough to let the latest star take one
 * character more: at most strlen(glob) * strlen(name) steps, and no recursion.
 */
bool isol_glob_match(const char *glob, const char *name)
{
	const char *star = NULL, *retry = NULL;

	while (*name) {
		if (*glob == '*') {
			star = ++glob;
			retry = name;
		} else if (*glob == '?' || *glob == *name) {
			glob++;
			name++;
		} else if (star) {
			glob = star;
			name = ++retry;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return !*glob;
}

const struct isol_binding *isol_select(const struct isol_model *model, const char *ifname,
				       const u8 *mac, const char *alias)
{
	const struct isol_binding *found;
	u32 i;

	found = isol_model_find(model, ISOL_SPACE_SELECTOR + ISOL_SEL_PORT, ifname,
				strlen(ifname));
	if (found)
		return found;
	found = isol_model_find(model, ISOL_SPACE_SELECTOR + ISOL_SEL_MAC, mac, ETH_ALEN);
	if (found)
		return found;
	if (*alias) {
		found = isol_model_find(model, ISOL_SPACE_SELECTOR + ISOL_SEL_ALIAS, alias,
					strlen(alias));
		if (found)
			return found;
	}
	for (i = 0; i < model->nglobs; i++)
		if (isol_glob_match(model->globs[i]->selector, ifname))
			return model->globs[i];
	return NULL;
}
