/* SPDX-License-Identifier: GPL-2.0 */
/* Rules that never match, for there is no frame between their ends that they ask for. */
#ifndef ISOL_USERSPACE_MEET_H
#define ISOL_USERSPACE_MEET_H

#include "policy.h"

/**
 * meet_new() - get ready to look at rules
 * @p: the policy; its segments, groups and bindings are checked and numbered
 *
 * Return: for meet_free(); never NULL.
 */
struct meet *meet_new(const struct policy *p);

void meet_free(struct meet *m);

/**
 * meet_fault() - why a rule never matches, if that is for its ends
 * @m: what is known of the policy
 * @r: the rule: its endpoints are known, and the kernel would take its match
 *
 * No two of its ends are in one segment; or its remotes and sets hold no address of a
 * version of IP that it is for; or its ends are in VLANs that it does not ask for. The
 * latter two are said of rules that accept alone: one that drops matches what cannot be
 * read too.
 *
 * Return: the end of a sentence, to be freed, or NULL: frames may match.
 */
char *meet_fault(struct meet *m, const struct rule *r);

/**
 * meet_untold() - why a rule that rejects tells nobody
 * @r: the rule, one that rejects
 *
 * Return: a part of a sentence, or NULL: there are frames that are answered.
 */
const char *meet_untold(const struct rule *r);

#endif /* ISOL_USERSPACE_MEET_H */
