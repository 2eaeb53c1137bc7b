/* SPDX-License-Identifier: GPL-2.0 */
/* A policy file (YAML, JSON included) to a policy. */
#ifndef ISOL_USERSPACE_LOAD_H
#define ISOL_USERSPACE_LOAD_H

#include "diag.h"
#include "policy.h"

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

#endif /* ISOL_USERSPACE_LOAD_H */
