// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "table.h"
#include "text.h"
#include "yaml.h"

struct reader {
	struct arena *arena;
	struct diags *diags;
	const char *buf;
	size_t len;
	size_t nodes;
	struct level {
		struct ynode *node;
		struct ynode *last;	/* child */
		size_t children;
	} stack[YAML_MAX_DEPTH];
	unsigned int depth;
	struct ynode *root;
};

static struct mark mark_of(const yaml_mark_t *m)
{
	return (struct mark){ .line = m->line + 1, .col = m->column + 1 };
}

/*
 * libyaml would refuse these characters too, but tells only how many bytes
 * into the file they are.
 */
static bool check_characters(struct reader *r)
{
	struct mark at = { .line = 1, .col = 1 };
	u32 cp;
	size_t i, n;

	for (i = 0; i < r->len; i += n) {
		const char *s = r->buf + i;

		n = utf8_char(s, r->len - i, &cp);
		if (!n) {
			diags_error(r->diags, at,
				    "byte 0x%02x is not UTF-8; expected a text file in UTF-8",
				    (unsigned char)*s);
			return false;
		}
		if (!cp) {
			diags_error(r->diags, at, "a NUL byte; expected a text file");
			return false;
		}
		if ((cp < 0x20 && !strchr("\t\n\r", cp)) ||
		    (cp >= 0x7f && cp < 0xa0 && cp != 0x85) ||
		    cp == 0xfeff || cp == 0xfffe || cp == 0xffff) {
			diags_error(r->diags, at,
				    "the control character U+%04X; expected text",
				    cp);
			return false;
		}
		at.col++;
		if (cp == '\n') {
			at.line++;
			at.col = 1;
		}
	}
	return true;
}

/* What stands at a line and column, to say more than libyaml does. */
static const char *text_at(const struct reader *r, const yaml_mark_t *m)
{
	size_t i = 0, left;
	u32 cp;

	for (left = m->line; left && i < r->len; i++)
		left -= r->buf[i] == '\n';
	for (left = m->column; left && i < r->len; left--)
		i += utf8_char(r->buf + i, r->len - i, &cp);
	return i < r->len ? r->buf + i : "";
}

static void syntax_error(struct reader *r, const yaml_parser_t *p)
{
	struct mark at = mark_of(&p->problem_mark);
	const char *problem = p->problem ? p->problem : "syntax error";
	const char *s = text_at(r, &p->problem_mark);
	struct mark from = mark_of(&p->context_mark);

	if (*s == '\t' && p->error == YAML_SCANNER_ERROR)
		diags_error(r->diags, at, "a tab; YAML wants indentation by spaces");
	else if (strstr(problem, "Unicode character escape"))
		diags_error(r->diags, at,
			    "an escape that is no character, like half a surrogate pair; expected the character itself, or \\U and eight digits");
	else if (p->context && strstr(p->context, "scanning an alias"))
		diags_error(r->diags, at,
			    "a * that begins an alias; text that begins with * goes in quotes");
	else if (p->error == YAML_MEMORY_ERROR)
		diags_error(r->diags, at, "out of memory");
	else if (p->context && from.line && from.line != at.line)
		diags_error(r->diags, at,
			    "%s %s that began at line %u",
			    problem, p->context, from.line);
	else if (p->context)
		diags_error(r->diags, at, "%s %s", problem, p->context);
	else
		diags_error(r->diags, at, "%s", problem);
}

static struct ynode *new_node(struct reader *r, enum ynode_type type, const yaml_event_t *e)
{
	struct level *up = r->depth ? &r->stack[r->depth - 1] : NULL;
	struct ynode *n;

	if (++r->nodes > YAML_MAX_NODES) {
		diags_error(r->diags, mark_of(&e->start_mark),
			    "more than %u values; no policy has as many", YAML_MAX_NODES);
		return NULL;
	}
	n = arena_alloc(r->arena, sizeof(*n));
	n->type = type;
	n->at = mark_of(&e->start_mark);
	if (!up) {
		r->root = n;
		return n;
	}
	if (up->node->type == YNODE_MAPPING && up->children % 2 == 0 && type != YNODE_SCALAR) {
		diags_error(r->diags, n->at, "a %s as a key; expected a name",
			    type == YNODE_MAPPING ? "mapping" : "sequence");
		return NULL;
	}
	if (up->last)
		up->last->next = n;
	else
		up->node->child = n;
	up->last = n;
	up->children++;
	return n;
}

static bool plain_only(struct reader *r, const yaml_event_t *e, const yaml_char_t *anchor,
		       const yaml_char_t *tag)
{
	struct mark at = mark_of(&e->start_mark);

	if (anchor) {
		diags_error(r->diags, at,
			    "the anchor '&%s'; anchors and aliases are not accepted, write the value out",
			    anchor);
		return false;
	}
	if (tag) {
		diags_error(r->diags, at, "the tag '%s'; tags are not accepted", tag);
		return false;
	}
	return true;
}

static bool on_scalar(struct reader *r, const yaml_event_t *e)
{
	struct ynode *n;

	if (!plain_only(r, e, e->data.scalar.anchor, e->data.scalar.tag))
		return false;
	n = new_node(r, YNODE_SCALAR, e);
	if (!n)
		return false;
	n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	n->text = arena_strndup(r->arena, (const char *)e->data.scalar.value,
				e->data.scalar.length);
	n->len = e->data.scalar.length;
	if (n->plain && !strcmp(n->text, "<<")) {
		diags_error(r->diags, n->at, "the merge key '<<'; expected the keys themselves");
		return false;
	}
	return true;
}

static bool on_start(struct reader *r, enum ynode_type type, const yaml_event_t *e,
		     const yaml_char_t *anchor, const yaml_char_t *tag)
{
	struct ynode *n;

	if (!plain_only(r, e, anchor, tag))
		return false;
	if (r->depth == YAML_MAX_DEPTH) {
		diags_error(r->diags, mark_of(&e->start_mark),
			    "nested more than %u deep; no policy is", YAML_MAX_DEPTH);
		return false;
	}
	n = new_node(r, type, e);
	if (!n)
		return false;
	r->stack[r->depth++] = (struct level){ .node = n };
	return true;
}

/* Take every key out that an earlier one is the same as. */
static void drop_duplicates(struct reader *r, struct ynode *map)
{
	struct ynode **link = &map->child;
	struct table seen = { 0 };

	while (*link) {
		struct ynode *key = *link;
		const struct ynode *first = table_add(&seen, key->text, key);

		if (first) {
			diags_error(r->diags, key->at,
				    "the key '%s' again; the first is at line %u",
				    key->text, first->at.line);
			*link = key->next->next;
		} else {
			link = &key->next->next;
		}
	}
	table_free(&seen);
}

static bool on_end(struct reader *r)
{
	struct ynode *n = r->stack[--r->depth].node;

	if (n->type == YNODE_MAPPING)
		drop_duplicates(r, n);
	return true;
}

static bool on_document(struct reader *r, const yaml_event_t *e)
{
	if (!r->root)
		return true;
	diags_error(r->diags, mark_of(&e->start_mark),
		    "a second document; expected one policy in a file");
	return false;
}

static bool on_event(struct reader *r, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(r, e);
	case YAML_SCALAR_EVENT:
		return on_scalar(r, e);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(r, YNODE_SEQUENCE, e, e->data.sequence_start.anchor,
				e->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return on_start(r, YNODE_MAPPING, e, e->data.mapping_start.anchor,
				e->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_end(r);
	case YAML_ALIAS_EVENT:
		diags_error(r->diags, mark_of(&e->start_mark),
			    "the alias '*%s'; anchors and aliases are not accepted, write the value out (a name that begins with * goes in quotes)",
			    e->data.alias.anchor);
		return false;
	default:
		return true;
	}
}

static bool run(struct reader *r, yaml_parser_t *p)
{
	bool ok = true, end = false;
	yaml_event_t e;

	while (ok && !end) {
		if (!yaml_parser_parse(p, &e)) {
			syntax_error(r, p);
			return false;
		}
		ok = on_event(r, &e);
		end = e.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&e);
	}
	return ok;
}

struct ynode *yaml_read(struct arena *a, const char *buf, size_t len, struct diags *d)
{
	struct reader r = { .arena = a, .diags = d, .buf = buf, .len = len };
	const struct mark top = { .line = 1, .col = 1 };
	yaml_parser_t p;
	bool ok;

	if (len > YAML_MAX_SIZE) {
		diags_error(d, top, "the file is larger than %u MiB", YAML_MAX_SIZE >> 20);
		return NULL;
	}
	if (r.len >= 3 && !memcmp(r.buf, "\xef\xbb\xbf", 3)) {
		r.buf += 3;
		r.len -= 3;
	}
	if (!check_characters(&r))
		return NULL;
	if (!yaml_parser_initialize(&p)) {
		diags_error(d, top, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)r.buf, r.len);
	ok = run(&r, &p);
	yaml_parser_delete(&p);
	if (!ok)
		return NULL;
	if (!r.root)
		diags_error(d, top,
			    "there is nothing in the file; expected a policy, which begins with 'isol: 1'");
	return r.root;
}
