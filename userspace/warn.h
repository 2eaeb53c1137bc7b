/* SPDX-License-Identifier: GPL-2.0 */
/* What people are told when a change of policy is done. */
#ifndef ISOL_USERSPACE_WARN_H
#define ISOL_USERSPACE_WARN_H

#include <stdio.h>

#include "links.h"
#include "policy.h"
#include "pull.h"

#define WARN_NAMES	5	/* shown of a list of names */

/**
 * struct names - a list of names for a sentence
 * @text: the first WARN_NAMES of them, with commas between them; NULL if none
 * @n: how many there are
 *
 * Zero is an empty list.
 */
struct names {
	char *text;
	size_t n;
};

/**
 * names_add() - append a name
 * @l: the list
 * @name: the name; what a terminal takes for more than text is escaped
 */
void names_add(struct names *l, const char *name);

/**
 * names_text() - the list as text
 * @l: the list
 *
 * Return: "a, b, c", with ", ..." at the end when there are more names.
 */
const char *names_text(struct names *l);

/**
 * names_free() - forget the names
 * @l: the list; empty afterwards
 */
void names_free(struct names *l);

/**
 * warn_unbound() - tell of guest ports that nobody can reach
 * @v: the ports
 * @p: the policy they are under
 * @out: where to
 */
void warn_unbound(const struct view *v, const struct policy *p, FILE *out);

/**
 * warn_let_go() - tell of quarantined bindings that a policy does not have
 * @v: the quarantines
 * @p: the policy that takes or would take over
 * @out: where to
 */
void warn_let_go(const struct view *v, const struct policy *p, FILE *out);

/**
 * warn_flushed() - tell of quarantined bindings that go free with the policy
 * @v: the quarantines as they were before
 * @out: where to
 */
void warn_flushed(const struct view *v, FILE *out);

/**
 * warn_contained() - tell if a binding that is contained is as good as isolated
 * @v: the status
 * @name: of the binding
 * @out: where to
 */
void warn_contained(const struct view *v, const char *name, FILE *out);

/**
 * find_members() - the bindings of a group
 * @p: the policy
 * @group: name of the group
 * @l: the list they are appended to
 */
void find_members(const struct policy *p, const char *group, struct names *l);

/**
 * find_missing() - the managed bridges that do not exist
 * @p: the policy
 * @links: the interfaces of the host
 * @l: the list they are appended to
 */
void find_missing(const struct policy *p, const struct links *links, struct names *l);

#endif /* ISOL_USERSPACE_WARN_H */
