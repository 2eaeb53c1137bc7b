/* SPDX-License-Identifier: GPL-2.0 */
/*
 * YAML text to a tree of nodes.
 *
 * The part of YAML that means the same to every reader: no anchors, aliases,
 * merge keys or tags, one document, and the keys of a mapping are scalars that
 * differ from each other. JSON is such YAML.
 */
#ifndef ISOL_USERSPACE_YAML_H
#define ISOL_USERSPACE_YAML_H

#include "alloc.h"
#include "diag.h"
#include "types.h"

#define YAML_MAX_SIZE	(64u << 20)	/* bytes of a file */
#define YAML_MAX_DEPTH	16		/* nesting; a policy has 6 levels */
#define YAML_MAX_NODES	(8u << 20)	/* the largest policy has 3 million */

enum ynode_type {
	YNODE_SCALAR,
	YNODE_SEQUENCE,
	YNODE_MAPPING,
};

/**
 * struct ynode - a node
 * @type: what it is
 * @plain: a scalar without quotes, so that readers look for types in it
 * @at: where it begins
 * @text: of a scalar; terminated, but it may hold other NULs
 * @len: bytes of @text
 * @child: first item of a sequence, first key of a mapping: the @next of a
 *	key is its value, the @next of that the next key
 * @next: the next sibling
 */
struct ynode {
	enum ynode_type type;
	bool plain;
	struct mark at;
	const char *text;
	size_t len;
	struct ynode *child;
	struct ynode *next;
};

/**
 * yaml_read() - read a document
 * @a: what the nodes live in
 * @buf: the bytes of the file
 * @len: how many
 * @d: where errors go
 *
 * Return: the root, or NULL after at least one error. Duplicate keys are
 * reported, and the first of them is kept, so that the caller can look for
 * more errors.
 */
struct ynode *yaml_read(struct arena *a, const char *buf, size_t len, struct diags *d);

#endif /* ISOL_USERSPACE_YAML_H */
