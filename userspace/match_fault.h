/* SPDX-License-Identifier: GPL-2.0 */
/* What is wrong with a match as a whole, in the words in which it is written. */
#ifndef ISOL_USERSPACE_MATCH_FAULT_H
#define ISOL_USERSPACE_MATCH_FAULT_H

#include "match.h"

/* Room for the text. */
#define MATCH_FAULT_SIZE	256

/**
 * match_fault() - what the kernel would say, in other words
 * @m: the match
 * @at: out: where the fault stands
 * @buf: out: the text
 *
 * Return: NULL, or what is wrong.
 */
const char *match_fault(const struct match *m, struct mark *at, char buf[MATCH_FAULT_SIZE]);

/**
 * match_untracked() - what a rule that tracks connections cannot ask
 * @m: the match
 * @at: out: where it stands
 *
 * Return: the key of the first such field, or NULL if there is none.
 */
const char *match_untracked(const struct match *m, struct mark *at);

/**
 * match_idle() - what a rule that tracks connections asks for, and will not accept
 * @m: the match, of a rule that tracks
 * @at: out: where it stands
 * @all: out: it asks for nothing else
 *
 * Frames that begin no conversation, and have no answers.
 *
 * Return: NULL, or text that says which they are and what to do, to be freed.
 */
char *match_idle(const struct match *m, struct mark *at, bool *all);

/**
 * match_doubt() - what the kernel takes, but was hardly meant
 * @m: the match
 * @at: out: where it stands
 *
 * Return: NULL, or what it is.
 */
const char *match_doubt(const struct match *m, struct mark *at);

#endif /* ISOL_USERSPACE_MATCH_FAULT_H */
