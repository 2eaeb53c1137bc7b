/* SPDX-License-Identifier: GPL-2.0 */
/* What the files that read policies share; see load.h for what they do. */
#ifndef ISOL_USERSPACE_LOAD_VALUE_H
#define ISOL_USERSPACE_LOAD_VALUE_H

#include "load.h"
#include "policy.h"
#include "text.h"
#include "yaml.h"

#define KEY_HINT_SIZE	192

/**
 * node_word() - what a node is, for messages
 * @n: the node
 *
 * Return: "a list", "a mapping", "nothing", ...
 */
const char *node_word(const struct ynode *n);

/**
 * node_trapped() - report text that readers of YAML do not agree about
 * @d: where to
 * @n: a scalar
 * @expected: what is wanted
 *
 * Return: true if it is such text: a string to one and something else to another.
 */
bool node_trapped(struct diags *d, const struct ynode *n, const char *expected);

/**
 * key_hint() - what a key may have been meant for that is unknown where it stands
 * @g: the search for one of the keys that are known there
 * @what: what it stands in
 * @buf: out: the end of the message: what is close to it there, and what else has such a key
 *
 * Return: @buf.
 */
const char *key_hint(const struct guess *g, const char *what, char buf[KEY_HINT_SIZE]);

/**
 * load_match() - read what a rule asks of frames
 * @p: the policy
 * @d: where errors go
 * @map: the rule
 * @rule: out: what it asks; as it was if that is nothing
 *
 * Return: false if something has been reported.
 */
bool load_match(struct policy *p, struct diags *d, const struct ynode *map, struct rule *rule);

/**
 * load_sets() - read the section of the sets, or of the remotes
 * @p: the policy
 * @d: where errors go
 * @files: what files with elements are read by, or NULL
 * @n: the section
 * @remote: it is that of the remotes
 *
 * Return: false if it is none.
 */
bool load_sets(struct policy *p, struct diags *d, const struct load_files *files,
	       const struct ynode *n, bool remote);

#endif /* ISOL_USERSPACE_LOAD_VALUE_H */
