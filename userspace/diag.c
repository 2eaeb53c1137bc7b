// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "diag.h"
#include "text.h"

/* What is quoted from a file may hold what a terminal would obey. */
static char *printable(char *text)
{
	const size_t len = strlen(text);
	/* six characters for one, at the most */
	char *out = xcalloc(6, len + 1), *p = out;
	size_t at, n;
	u32 cp;

	for (at = 0; at < len; at += n) {
		n = utf8_char(text + at, len - at, &cp);
		if (n && cp >= ' ' && (cp < 0x7f || cp > 0x9f)) {
			memcpy(p, text + at, n);
			p += n;
		} else if (n) {
			p += sprintf(p, "\\u%04x", cp);
		} else {
			p += sprintf(p, "\\x%02x", (u8)text[at]);
			n = 1;
		}
	}
	free(text);
	return out;
}

bool diags_seen(const struct diags *d, const char *text)
{
	struct seen *s = d->seen;

	if (!s)
		return false;
	if (!s->noting)
		return table_find(&s->texts, text);
	table_add(&s->texts, arena_strdup(&s->arena, text), s);
	return true;
}

void seen_free(struct seen *s)
{
	table_free(&s->texts);
	arena_free(&s->arena);
}

static bool told_before(const struct diags *d, const char *text)
{
	return diags_seen(d, text) && !(d->about && strstr(text, d->about));
}

static void add(struct diags *d, struct mark at, bool warning, const char *fmt, va_list ap)
{
	size_t *count = warning ? &d->warnings : &d->errors;
	char *text;

	if (*count >= DIAGS_SHOWN && !(warning && d->seen)) {
		++*count;
		return;
	}
	if (vasprintf(&text, fmt, ap) < 0)
		text = xstrdup("out of memory");
	if (warning && told_before(d, text)) {
		free(text);
		return;
	}
	if (++*count > DIAGS_SHOWN) {
		free(text);
		return;
	}
	d->v = xrealloc(d->v, d->n + 1, sizeof(*d->v));
	d->v[d->n++] = (struct diag){
		.at = at, .warning = warning, .text = printable(text),
		/* what the place is of may be freed before it is told */
		.file = at.file ? printable(xstrdup(at.file)) : NULL,
	};
}

void diags_error(struct diags *d, struct mark at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, at, false, fmt, ap);
	va_end(ap);
}

void diags_warn(struct diags *d, struct mark at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(d, at, true, fmt, ap);
	va_end(ap);
}

bool diags_full(const struct diags *d)
{
	return d->errors >= DIAGS_SHOWN;
}

/* The policy's own file first, and then others by name. */
static bool behind(const struct diag *a, const struct diag *b)
{
	const int files = strcmp(a->file ? a->file : "", b->file ? b->file : "");

	if (files)
		return files > 0;
	return a->at.line != b->at.line ? a->at.line > b->at.line : a->at.col > b->at.col;
}

/* Stable: what was found first at a place is the cause of the rest there. */
static void sort(struct diags *d)
{
	size_t i, j;

	for (i = 1; i < d->n; i++) {
		struct diag x = d->v[i];

		for (j = i; j && behind(&d->v[j - 1], &x); j--)
			d->v[j] = d->v[j - 1];
		d->v[j] = x;
	}
}

static void print_more(const char *what, size_t found, FILE *out)
{
	size_t more = found > DIAGS_SHOWN ? found - DIAGS_SHOWN : 0;

	if (more)
		fprintf(out, "isolctl: and %zu more %s%s\n", more, what, more > 1 ? "s" : "");
}

void diags_print(struct diags *d, FILE *out)
{
	size_t i;

	sort(d);
	for (i = 0; i < d->n; i++) {
		const struct diag *x = &d->v[i];

		if (x->warning && d->errors)
			continue;
		if (d->file && x->at.line)
			fprintf(out, "%s:%u:%u: %s: %s\n", x->file ? x->file : d->file,
				x->at.line, x->at.col, x->warning ? "warning" : "error", x->text);
		else if (d->file)
			fprintf(out, "%s: %s: %s\n", d->file, x->warning ? "warning" : "error",
				x->text);
		else
			fprintf(out, "isolctl: %s%s\n", x->warning ? "warning: " : "", x->text);
	}
	print_more("error", d->errors, out);
	if (!d->errors)
		print_more("warning", d->warnings, out);
}

void diags_free(struct diags *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->v[i].text);
		free(d->v[i].file);
	}
	free(d->v);
	d->v = NULL;
	d->n = 0;
	d->errors = 0;
	d->warnings = 0;
}
