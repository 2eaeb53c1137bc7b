/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which binding a port is: the selectors of a policy against one port.
 * Pure: see shim.h.
 */
#ifndef ISOL_SELECT_H
#define ISOL_SELECT_H

#include "model.h"

/**
 * isol_select() - find the binding that a port is
 * @model: a sealed model
 * @ifname: the port's interface name
 * @mac: the port's own address
 * @alias: its ifalias, or "" if it has none
 *
 * The most specific selector wins: interface name, then MAC, then alias, then
 * the glob with most literal characters; among equals the first in the policy.
 * Claims and segments are not looked at here: a port whose most specific
 * binding cannot take it stays unbound, it does not fall to the next one, or a
 * clone would gain an identity that was not meant for it.
 *
 * Return: the binding, or NULL.
 */
const struct isol_binding *isol_select(const struct isol_model *model, const char *ifname,
				       const u8 *mac, const char *alias);

/**
 * isol_glob_match() - match a name against a glob
 * @glob: where * stands for any characters, none included, and ? for one
 * @name: the whole of which must match
 */
bool isol_glob_match(const char *glob, const char *name);

#endif /* ISOL_SELECT_H */
