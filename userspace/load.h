/* SPDX-License-Identifier: GPL-2.0 */
/* A policy file (YAML, JSON included) to a policy. */
#ifndef ISOL_USERSPACE_LOAD_H
#define ISOL_USERSPACE_LOAD_H

#include "diag.h"
#include "policy.h"

/**
 * struct load_files - how files are read that a policy names
 * @policy: path of the policy's own file: others are found beside it
 * @read: reads one, as file_read() does
 */
struct load_files {
	const char *policy;
	int (*read)(const char *path, size_t max, char **buf, size_t *len);
};

/**
 * isol_load() - read and check a policy
 * @name: name of the file, for diagnostics
 * @buf: its contents
 * @len: bytes of them
 * @out: out: the policy, to be freed; NULL on errors
 * @d: where errors and warnings go; @d->file is set to @name
 *
 * Needs no kernel: what only the host can tell is for hostcheck().
 *
 * Return: 0, or -EINVAL when there was an error.
 */
int isol_load(const char *name, const char *buf, size_t len, struct policy **out,
	      struct diags *d);

/**
 * isol_load_files() - the same of a policy that may name other files
 * @name: as isol_load()
 * @buf: as isol_load()
 * @len: as isol_load()
 * @files: how they are read; NULL: a policy that names some is refused
 * @out: as isol_load()
 * @d: as isol_load()
 *
 * Return: as isol_load().
 */
int isol_load_files(const char *name, const char *buf, size_t len,
		    const struct load_files *files, struct policy **out, struct diags *d);

#endif /* ISOL_USERSPACE_LOAD_H */
