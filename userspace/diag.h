/* SPDX-License-Identifier: GPL-2.0 */
/* Diagnostics: what is wrong with a policy, and where in its file. */
#ifndef ISOL_USERSPACE_DIAG_H
#define ISOL_USERSPACE_DIAG_H

#include <stdio.h>

#include "alloc.h"
#include "table.h"
#include "types.h"

/* Errors that are kept and shown of one run; the rest is only counted. */
#define DIAGS_SHOWN	20

/**
 * struct mark - a place in a file
 * @line: from 1; 0 where there is no file, as for what the kernel holds
 * @col: from 1, in characters
 * @file: name of the file where it is not the policy's own, or NULL
 */
struct mark {
	unsigned int line;
	unsigned int col;
	const char *file;
};

/**
 * struct seen - what there was to warn of before a change
 * @noting: it is being found out: warnings are noted here, and not told
 * @texts: of the warnings, and what diags_seen() was asked about
 * @arena: what they live in
 */
struct seen {
	bool noting;
	struct table texts;
	struct arena arena;
};

/**
 * struct diags - diagnostics in the order in which they were found
 * @file: name to print before each; NULL where there is no file
 * @about: warnings that have this in them are told, whether they are in @seen or not
 * @seen: other warnings are told if they are not in here; NULL for all
 * @v: the first DIAGS_SHOWN errors and as many warnings; @v.file is of a place in
 *	another file
 * @n: how many of them
 * @errors: errors found, the ones that were not kept included
 * @warnings: warnings found
 */
struct diags {
	const char *file;
	const char *about;
	struct seen *seen;
	struct diag {
		struct mark at;
		bool warning;
		char *text;
		char *file;
	} *v;
	size_t n;
	size_t errors;
	size_t warnings;
};

/**
 * diags_error() - note an error
 * @d: where to
 * @at: the place
 * @fmt: what was found; what was expected
 */
__printf(3, 4)
void diags_error(struct diags *d, struct mark at, const char *fmt, ...);

/**
 * diags_warn() - note something that does not stop anything
 * @d: where to
 * @at: the place
 * @fmt: what was found; what it means
 */
__printf(3, 4)
void diags_warn(struct diags *d, struct mark at, const char *fmt, ...);

/**
 * diags_full() - would one more error only be counted?
 * @d: the diagnostics
 *
 * What is dear to find out for the text of a message, like a name that is
 * close to a misspelt one, need not be found out then.
 *
 * Return: true if so.
 */
bool diags_full(const struct diags *d);

/**
 * diags_seen() - was there something to warn of before the change?
 * @d: the diagnostics
 * @text: what it is known by
 *
 * For warnings whose texts tell of several things at once. While it is noted what there
 * is, the answer is yes.
 *
 * Return: true if so.
 */
bool diags_seen(const struct diags *d, const char *text);

/**
 * seen_free() - forget what there was to warn of
 * @s: the texts
 */
void seen_free(struct seen *s);

/**
 * diags_print() - print all, in the order of the file; where there are errors, these alone
 * @d: the diagnostics; sorted by this
 * @out: where to
 */
void diags_print(struct diags *d, FILE *out);

/**
 * diags_free() - forget all
 * @d: the diagnostics; empty afterwards
 */
void diags_free(struct diags *d);

#endif /* ISOL_USERSPACE_DIAG_H */
