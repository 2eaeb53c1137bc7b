/* SPDX-License-Identifier: GPL-2.0 */
/* Rules that never decide: one in front of them takes all of their frames. */
#ifndef ISOL_USERSPACE_HIDDEN_H
#define ISOL_USERSPACE_HIDDEN_H

#include "policy.h"

/**
 * hidden_new() - no rules yet
 * @p: the policy that they are of; its bindings know their groups
 *
 * Return: the rules, for hidden_free(); never NULL.
 */
struct hidden *hidden_new(const struct policy *p);

void hidden_free(struct hidden *h);

/**
 * hidden_add() - the next rule of a section
 * @h: the rules in front of it
 * @r: the rule: its endpoints are known, and the kernel would take its match
 *
 * Of one rule that takes all of another's frames: its endpoints are those of the other
 * or more, it asks nothing that the other does not ask, and of what both ask it names
 * what the other names or more. If that is so, no frame gets to the other. That it is
 * so may go unseen: by rules that do so together only, by what follows from values of
 * another field, and behind very many rules between the same endpoints.
 *
 * Return: a rule in front of it that takes all of its frames, or NULL.
 */
const struct rule *hidden_add(struct hidden *h, const struct rule *r);

#endif /* ISOL_USERSPACE_HIDDEN_H */
