/* SPDX-License-Identifier: GPL-2.0 */
/* A tree to the text of a policy file. */
#ifndef ISOL_USERSPACE_SAVE_H
#define ISOL_USERSPACE_SAVE_H

#include <stdio.h>

#include <jansson.h>

#include "types.h"

/**
 * save_yaml() - write a tree as YAML
 * @tree: objects, arrays, strings, integers and truth values
 * @out: where to
 *
 * What holds no object goes on one line. Strings that any reader could take
 * for something else are in quotes.
 *
 * Return: 0, -ENOMEM, or -EIO when writing failed.
 */
int save_yaml(json_t *tree, FILE *out);

/**
 * save_json() - write a tree as JSON
 * @tree: the tree
 * @pretty: indented, or on one line
 * @out: where to
 *
 * Return: as save_yaml().
 */
int save_json(json_t *tree, bool pretty, FILE *out);

#endif /* ISOL_USERSPACE_SAVE_H */
