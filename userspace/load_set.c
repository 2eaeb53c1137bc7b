// SPDX-License-Identifier: GPL-2.0
/* The sections of a policy that have sets: remotes and sets. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "load_value.h"
#include "set.h"
#include "text.h"

/* Bytes of a file with elements: as many as there may be, with a comment each. */
#define MAX_SIZE	(16u << 20)

/* A set that is being read. */
struct set_reader {
	struct policy *p;
	struct diags *d;
	const struct load_files *files;
	struct set *s;
	bool remote;
};

static bool add_element(struct set_reader *r, const char *text, size_t len, struct mark at)
{
	struct element e;
	char msg[512];

	if (strlen(text) != len) {
		diags_error(r->d, at, "a NUL character; expected %s", set_expected(r->s->type));
		return false;
	}
	/* so that what is wrong with it is not cut off the message */
	if (len > MATCH_TEXT_SIZE) {
		diags_error(r->d, at, "%zu bytes; expected %s", len, set_expected(r->s->type));
		return false;
	}
	if (!element_parse(r->s->type, text, &e, msg, sizeof(msg))) {
		diags_error(r->d, at, "%s", msg);
		return false;
	}
	e.at = at;
	set_add(&r->p->arena, r->s, &e);
	return true;
}

/*
 * Elements in a file of their own
 */

/* What a line holds but for blanks and a comment. */
static bool read_line(struct set_reader *r, const char *line, size_t len, struct mark at)
{
	const char *hash = memchr(line, '#', len), *comma;
	char *text;
	bool ok;

	if (hash)
		len = hash - line;
	for (; len && isspace((unsigned char)*line); line++, len--)
		at.col++;
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	if (!len)
		return true;
	comma = len > 1 ? memchr(line, ',', len) : NULL;
	if (comma) {
		at.col += comma - line;
		diags_error(r->d, at, "a comma; expected one element on each line");
		return false;
	}
	text = xcalloc(len + 1, 1);
	memcpy(text, line, len);
	ok = add_element(r, text, len, at);
	free(text);
	return ok;
}

static bool read_lines(struct set_reader *r, const char *buf, size_t size, const char *path)
{
	struct mark at = { .file = arena_strdup(&r->p->arena, path) };
	size_t i = 0, len;
	bool ok = true;

	if (size >= 3 && !memcmp(buf, "\xef\xbb\xbf", 3))
		i = 3;
	for (; i < size; i += len + 1) {
		const char *end = memchr(buf + i, '\n', size - i);

		len = end ? (size_t)(end - buf) - i : size - i;
		at.line++;
		at.col = 1;
		ok = read_line(r, buf + i, len, at) && ok;
	}
	return ok;
}

/* Beside the policy's own file, unless it says otherwise. */
static char *path_beside(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');

	if (*path == '/')
		return xstrdup(path);
	if (slash)
		return xasprintf("%.*s%s", (int)(slash - file + 1), file, path);
	/* "-" by itself is the standard input */
	return xasprintf("%s%s", *path == '-' ? "./" : "", path);
}

static bool read_path(struct set_reader *r, const struct ynode *n)
{
	size_t size = 0;
	char *path, *buf;
	bool ok = false;
	int err;

	if (n->type != YNODE_SCALAR) {
		diags_error(r->d, n->at, "%s; expected the path of a file", node_word(n));
		return false;
	}
	if (node_trapped(r->d, n, "the path of a file"))
		return false;
	if (!n->len || strlen(n->text) != n->len) {
		diags_error(r->d, n->at, "%s; expected the path of a file",
			    n->len ? "a NUL character" : "nothing");
		return false;
	}
	if (!r->files) {
		diags_error(r->d, n->at,
			    "'file' in a policy that comes from no file itself; expected the elements, or a policy that is named");
		return false;
	}
	path = path_beside(r->files->policy, n->text);
	err = r->files->read(path, MAX_SIZE, &buf, &size);
	if (err) {
		diags_error(r->d, n->at, "%s: %s", path, strerror(-err));
	} else if (size > MAX_SIZE) {
		diags_error(r->d, n->at, "%s is larger than %u MiB", path, MAX_SIZE >> 20);
		free(buf);
	} else {
		ok = read_lines(r, buf, size, path);
		free(buf);
	}
	free(path);
	return ok;
}

static bool read_file(struct set_reader *r, const struct ynode *map)
{
	const struct ynode *k = map->child, *item;
	const char *key = set_key(r->s->type);
	bool ok = true;

	if (!k) {
		diags_error(r->d, map->at, "an empty mapping; expected a list of %s, or {file: PATH}",
			    key);
		return false;
	}
	/* whichever is the first that is not known */
	if (!strcmp(k->text, "file") && k->next->next)
		k = k->next->next;
	if (strcmp(k->text, "file")) {
		if (!strcmp(k->text, "set"))
			diags_error(r->d, k->at,
				    "'set' in '%s': no set holds another; expected both names where a rule asks for them: {set: [NAME, NAME]}",
				    key);
		else
			diags_error(r->d, k->at,
				    "unknown key '%s' in '%s'; expected a list, or {file: PATH}",
				    k->text, key);
		return false;
	}
	if (k->next->type != YNODE_SEQUENCE || !k->next->child)
		return read_path(r, k->next);
	for (item = k->next->child; item; item = item->next)
		ok = read_path(r, item) && ok;
	return ok;
}

/*
 * Elements in the policy itself
 */

/* What somebody may mean by the name of a file, where elements are. */
static bool is_path(const char *s)
{
	const char *dot = strrchr(s, '.');

	return *s == '/' || (*s == '.' && strchr(s, '/')) ||
	       (dot && (!strcmp(dot, ".txt") || !strcmp(dot, ".list") || !strcmp(dot, ".csv")));
}

static bool read_element(struct set_reader *r, const struct ynode *n)
{
	const char *expected = set_expected(r->s->type);
	enum yaml_trap trap;

	if (n->type == YNODE_MAPPING && n->child && !strcmp(n->child->text, "file")) {
		diags_error(r->d, n->at,
			    "a file among other elements; expected '%s: {file: PATH}', or {file: [PATH, ...]} for several",
			    set_key(r->s->type));
		return false;
	}
	if (n->type == YNODE_MAPPING && n->child && !strcmp(n->child->text, "set")) {
		diags_error(r->d, n->at,
			    "a set among elements: no set holds another; expected both names where a rule asks for them: {set: [NAME, NAME]}");
		return false;
	}
	if (n->type != YNODE_SCALAR) {
		diags_error(r->d, n->at, "%s; expected %s", node_word(n), expected);
		return false;
	}
	trap = n->plain ? yaml_trap(n->text) : TRAP_NONE;
	/* what is no element is refused as such: quotes would not make it one */
	if (trap != TRAP_NONE && trap != TRAP_NUMBER && trap != TRAP_BASED &&
	    (trap != TRAP_BASE60 || r->s->type != ISOL_SET_PORTS) &&
	    node_trapped(r->d, n, expected))
		return false;
	if (strchr(n->text, ',') && n->len > 1) {
		diags_error(r->d, n->at, "'%s' is one value to YAML; expected a list: [%s]",
			    n->text, n->text);
		return false;
	}
	if (is_path(n->text)) {
		diags_error(r->d, n->at, "'%s' is no element; of a file with elements, expected '%s: {file: %s}'",
			    n->text, set_key(r->s->type), n->text);
		return false;
	}
	return add_element(r, n->text, n->len, n->at);
}

static bool read_elements(struct set_reader *r, u8 type, const struct ynode *n)
{
	const struct ynode *item;
	bool ok = true;

	r->s->type = type;
	if (n->type == YNODE_MAPPING)
		return read_file(r, n);
	if (n->type != YNODE_SEQUENCE)
		return read_element(r, n);
	for (item = n->child; item; item = item->next)
		ok = read_element(r, item) && ok;
	return ok;
}

static bool read_comment(struct set_reader *r, const struct ynode *n)
{
	if (n->type != YNODE_SCALAR) {
		diags_error(r->d, n->at, "%s; expected text", node_word(n));
		return false;
	}
	if (node_trapped(r->d, n, "text"))
		return false;
	if (strlen(n->text) != n->len) {
		diags_error(r->d, n->at, "a NUL character; expected text");
		return false;
	}
	/* to say nothing is to have no comment: the kernel keeps it so too */
	if (n->len)
		r->s->o.comment = word_make(r->p, n->text, n->at);
	return true;
}

static const char *wanted(const struct set_reader *r)
{
	return r->remote ? "a list of addresses, or {addresses: [...]}" :
			   "{addresses: [...]}, {macs: [...]} or {ports: [...]}";
}

static bool unknown_key(struct set_reader *r, const struct ynode *k)
{
	static const char *const words[] = { "addresses", "macs", "ports", "comment" };
	const char *what = r->remote ? "a remote" : "a set";
	struct guess g = { .word = k->text };
	char buf[KEY_HINT_SIZE];
	size_t i;

	if (!strcmp(k->text, "file")) {
		diags_error(r->d, k->at, "'file' in %s; expected it below what it is a list of: {%s: {file: PATH}}",
			    what, set_key(r->s->type));
		return false;
	}
	if (!strcmp(k->text, "set")) {
		diags_error(r->d, k->at, "'set' in %s; expected elements of its own: {%s: [...]}",
			    what, r->remote ? "addresses" : set_key(r->s->type));
		return false;
	}
	if (r->remote && set_key_type(k->text) >= 0) {
		diags_error(r->d, k->at,
			    "'%s' in a remote, which is known by its addresses; expected 'addresses', or a set",
			    k->text);
		return false;
	}
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!r->remote || i == 0 || i == ARRAY_SIZE(words) - 1)
			guess_offer(&g, words[i]);
	diags_error(r->d, k->at, "unknown key '%s' in %s%s", k->text, what,
		    key_hint(&g, what, buf));
	return false;
}

/* The keys of a set; with @remote only addresses are among them. */
static bool read_keys(struct set_reader *r, const struct ynode *name, const struct ynode *map)
{
	const struct ynode *k, *first = NULL;
	bool ok = true;
	int type;

	for (k = map->child; k; k = k->next->next) {
		type = set_key_type(k->text);
		if (!strcmp(k->text, "comment")) {
			ok = read_comment(r, k->next) && ok;
		} else if (type < 0 || (r->remote && type != ISOL_SET_ADDRESSES)) {
			ok = unknown_key(r, k);
		} else if (first) {
			diags_error(r->d, k->at,
				    "'%s' beside '%s' (line %u); a set is of one kind: expected a set for each",
				    k->text, first->text, first->at.line);
			ok = false;
		} else {
			first = k;
			ok = read_elements(r, type, k->next) && ok;
		}
	}
	if (first || !ok)
		return ok;
	diags_error(r->d, map->at, "%s '%s' has no elements; expected %s",
		    r->remote ? "remote" : "set", name->text, wanted(r));
	return false;
}

static void load_set(struct set_reader *r, const struct ynode *k)
{
	const enum object_kind kind = r->remote ? OBJECT_REMOTE : OBJECT_SET;
	struct object *o = policy_object(r->p, kind, k->text, k->at), *other;
	const struct ynode *value = k->next;
	bool ok = true;

	r->s = (struct set *)(void *)o;
	if (strlen(k->text) != k->len) {
		diags_error(r->d, k->at, "a NUL character; expected a name");
		return;
	}
	if (node_trapped(r->d, k, "a name"))
		ok = false;
	if (value->type == YNODE_MAPPING) {
		ok = read_keys(r, k, value) && ok;
	} else if (r->remote && (value->type == YNODE_SEQUENCE || value->len)) {
		ok = read_elements(r, ISOL_SET_ADDRESSES, value) && ok;
	} else {
		diags_error(r->d, value->at, "%s '%s' is %s; expected %s%s", object_word(kind),
			    k->text, node_word(value), wanted(r),
			    value->type == YNODE_SCALAR && is_path(value->text) ?
			    ", with {file: PATH} for the list" : "");
		ok = false;
	}
	o->broken = !ok;
	other = policy_add(r->p, kind, o);
	if (other)
		diags_error(r->d, k->at,
			    "%s '%s' has the name of a %s (line %u); expected another: rules could not tell them apart",
			    object_word(kind), k->text, r->remote ? "set" : "remote",
			    other->name.at.line);
}

bool load_sets(struct policy *p, struct diags *d, const struct load_files *files,
	       const struct ynode *n, bool remote)
{
	struct set_reader r = { .p = p, .d = d, .files = files, .remote = remote };
	const struct ynode *k;

	if (n->type == YNODE_SCALAR && n->plain && yaml_trap(n->text) == TRAP_NULL)
		return true;
	if (n->type != YNODE_MAPPING) {
		diags_error(d, n->at, "%s; expected a mapping from names to what they are",
			    node_word(n));
		return false;
	}
	for (k = n->child; k; k = k->next->next)
		load_set(&r, k);
	return true;
}
