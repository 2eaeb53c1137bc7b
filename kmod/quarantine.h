/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Quarantine: bindings that are cut off, by name. It is state of the
 * namespace, not of a policy, so that it outlives every change of policy.
 */
#ifndef ISOL_QUARANTINE_H
#define ISOL_QUARANTINE_H

#include "isol.h"

/**
 * struct isol_quarantine - the quarantine of a binding
 * @node: in isol_net.quarantines
 * @since: seconds since the Unix epoch
 * @mode: enum isol_quarantine_mode
 * @name: of the binding
 * @comment: or ""
 */
struct isol_quarantine {
	struct list_head node;
	s64 since;
	u8 mode;
	char name[ISOL_NAME_LEN + 1];
	char comment[ISOL_COMMENT_LEN + 1];
};

/* Context of all: isol_net.lock held. */
struct isol_quarantine *isol_quarantine_find(const struct isol_net *in, const char *name);

/**
 * isol_quarantine_add() - quarantine a binding, or change how it is
 * @in: the namespace
 * @name: of the binding
 * @mode: enum isol_quarantine_mode
 * @comment: or NULL, of one that is quarantined already: as it is
 *
 * In force for every frame looked at after the return.
 *
 * Return: 0, -ENOENT (the policy has no such binding), -EEXIST (it is quarantined in this
 * mode), -E2BIG, -ENOMEM.
 */
int isol_quarantine_add(struct isol_net *in, const char *name, u8 mode, const char *comment);

/* Return: 0 or -ENOENT. */
int isol_quarantine_del(struct isol_net *in, const char *name);

void isol_quarantine_free_all(struct isol_net *in);

#endif /* ISOL_QUARANTINE_H */
