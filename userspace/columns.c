// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "columns.h"
#include "text.h"

#define GAP	2

char *text_safe(const char *s)
{
	size_t len = strlen(s), i, n;
	char *safe = xcalloc(len * 4 + 1, 1), *to = safe;
	u32 cp;

	for (i = 0; i < len; i += n) {
		n = utf8_char(s + i, len - i, &cp);
		if (n && cp >= 0x20 && (cp < 0x7f || cp >= 0xa0)) {
			memcpy(to, s + i, n);
			to += n;
			continue;
		}
		n = 1;
		to += sprintf(to, "\\x%02x", (unsigned char)s[i]);
	}
	return safe;
}

void columns_add(struct columns *c, const char *fmt, ...)
{
	char *s = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = xstrdup("");
	va_end(ap);
	if (c->ncells == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 64;
		c->cells = xrealloc(c->cells, c->cap, sizeof(char *));
	}
	c->cells[c->ncells++] = text_safe(s);
	free(s);
}

static size_t width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += (*s & 0xc0) != 0x80;
	return n;
}

void columns_print(struct columns *c, FILE *out)
{
	size_t *widths = xcalloc(c->n, sizeof(*widths));
	size_t i, pad = 0;

	for (i = 0; i < c->ncells; i++)
		if (widths[i % c->n] < width(c->cells[i]))
			widths[i % c->n] = width(c->cells[i]);
	for (i = 0; i < c->ncells; i++) {
		const char *s = c->cells[i];

		/* no blanks at the end of a line */
		if (*s)
			fprintf(out, "%*s%s", (int)pad, "", s);
		pad = *s ? 0 : pad;
		pad += widths[i % c->n] - width(s) + GAP;
		if (i % c->n == c->n - 1) {
			putc('\n', out);
			pad = 0;
		}
		free(c->cells[i]);
	}
	free(c->cells);
	free(widths);
	*c = (struct columns){ .n = c->n };
}
