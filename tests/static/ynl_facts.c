// SPDX-License-Identifier: GPL-2.0
/*
 * ynl_facts - print what a YNL spec of a generic netlink family says, one fact
 * per line, in terms of the C header that describes the same family:
 *
 *   family NAME			version N
 *   const C_NAME N			group C_NAME NAME
 *   enum ENUM C_NAME N			attr ENUM C_NAME N
 *   cmd ENUM C_NAME N			max C_NAME N
 *   doc C_NAME				type ATTR TYPE
 *   values ATTR ENUM			nest ATTR ENUM
 *   repeated ATTR			length ATTR min|max|exact N
 *   min ATTR N				most ATTR N
 *   may ENUM ATTR			(a request may hold it in a nest)
 *   op CMD do|dump|event		request CMD ATTR
 *   reply CMD ATTR			sent CMD GROUP
 *   perm CMD|GROUP
 *
 * uapi_facts.awk makes the same of the header. It is stricter than a YAML
 * parser: unknown keys, doubles and references to nothing are errors.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static yaml_document_t doc;
static yaml_node_t *root;
static const char *family;

__attribute__((noreturn, format(printf, 2, 3)))
static void die(const yaml_node_t *node, const char *fmt, ...)
{
	va_list ap;

	if (node)
		fprintf(stderr, "line %zu: ", node->start_mark.line + 1);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* Strings are few and live as long as the program. */
__attribute__((format(printf, 1, 2)))
static char *str(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = malloc(n + 1);
	if (!s)
		die(NULL, "out of memory");
	va_start(ap, fmt);
	vsnprintf(s, n + 1, fmt, ap);
	va_end(ap);
	return s;
}

static char *c_lower(const char *prefix, const char *name)
{
	char *s = str("%s%s", prefix, name), *c;

	for (c = s; *c; c++)
		*c = *c == '-' ? '_' : tolower((unsigned char)*c);
	return s;
}

static char *c_upper(const char *prefix, const char *name)
{
	char *s = c_lower(prefix, name), *c;

	for (c = s; *c; c++)
		*c = toupper((unsigned char)*c);
	return s;
}

/* ---- YAML */

static yaml_node_t *get(const yaml_node_t *map, const char *key)
{
	yaml_node_pair_t *p;

	if (!map)
		return NULL;
	if (map->type != YAML_MAPPING_NODE)
		die(map, "not a mapping");
	for (p = map->data.mapping.pairs.start;
	     p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = yaml_document_get_node(&doc, p->key);

		if (k->type == YAML_SCALAR_NODE &&
		    !strcmp((char *)k->data.scalar.value, key))
			return yaml_document_get_node(&doc, p->value);
	}
	return NULL;
}

static const char *scalar(const yaml_node_t *node)
{
	if (node->type != YAML_SCALAR_NODE)
		die(node, "not a scalar");
	return (char *)node->data.scalar.value;
}

static const char *get_str(const yaml_node_t *map, const char *key)
{
	yaml_node_t *node = get(map, key);

	return node ? scalar(node) : NULL;
}

static const char *need_str(const yaml_node_t *map, const char *key)
{
	const char *s = get_str(map, key);

	if (!s || !*s)
		die(map, "no %s", key);
	return s;
}

static bool get_bool(const yaml_node_t *map, const char *key)
{
	const char *s = get_str(map, key);

	if (s && strcmp(s, "true") && strcmp(s, "false"))
		die(map, "%s is neither true nor false", key);
	return s && !strcmp(s, "true");
}

/* Item I of a sequence, NULL after the last one or if there is no sequence. */
static yaml_node_t *item(const yaml_node_t *seq, int i)
{
	yaml_node_item_t *p;

	if (!seq)
		return NULL;
	if (seq->type != YAML_SEQUENCE_NODE)
		die(seq, "not a list");
	p = seq->data.sequence.items.start + i;
	return p < seq->data.sequence.items.top ?
		yaml_document_get_node(&doc, *p) : NULL;
}

/* KEYS is a list of words with a space before and after each. */
static void known_keys(const yaml_node_t *map, const char *keys)
{
	yaml_node_pair_t *p, *q;

	if (map->type != YAML_MAPPING_NODE)
		die(map, "not a mapping");
	for (p = map->data.mapping.pairs.start;
	     p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = yaml_document_get_node(&doc, p->key);
		const char *key = scalar(k);

		if (!strstr(keys, str(" %s ", key)))
			die(k, "unknown key %s", key);
		for (q = map->data.mapping.pairs.start; q < p; q++)
			if (!strcmp(key, scalar(yaml_document_get_node(&doc,
								       q->key))))
				die(k, "%s stands here twice", key);
	}
}

static bool to_number(const char *s, long long *value)
{
	char *end;

	*value = strtoll(s, &end, 0);
	return *s && !*end;
}

static yaml_node_t *by_name(const yaml_node_t *list, const char *name)
{
	yaml_node_t *node;
	int i;

	for (i = 0; (node = item(list, i)); i++)
		if (!strcmp(need_str(node, "name"), name))
			return node;
	return NULL;
}

static void no_doubles(const yaml_node_t *list)
{
	yaml_node_t *node;
	int i;

	for (i = 0; (node = item(list, i)); i++)
		if (by_name(list, need_str(node, "name")) != node)
			die(node, "a second %s", need_str(node, "name"));
}

/* ---- parts of a spec */

static yaml_node_t *definition(const yaml_node_t *user, const char *name,
			       const char *type)
{
	yaml_node_t *node = by_name(get(root, "definitions"), name);

	if (!node || strcmp(need_str(node, "type"), type))
		die(user, "there is no %s %s", type, name);
	return node;
}

static yaml_node_t *attr_set(const yaml_node_t *user, const char *name)
{
	yaml_node_t *node = by_name(get(root, "attribute-sets"), name);

	if (!node)
		die(user, "there is no attribute set %s", name);
	return node;
}

static char *enum_name(const yaml_node_t *node)
{
	const char *name = get_str(node, "enum-name");

	if (name)
		return c_lower("", name);
	return c_lower(str("%s-", family), need_str(node, "name"));
}

static char *attr_name(const yaml_node_t *set, const char *name)
{
	return c_upper(need_str(set, "name-prefix"), name);
}

/* A limit: a number, or the name of a constant. */
static long long limit(const yaml_node_t *checks, const char *key)
{
	const char *s = need_str(checks, key);
	long long value;

	if (!to_number(s, &value)) {
		s = need_str(definition(checks, s, "const"), "value");
		if (!to_number(s, &value))
			die(checks, "%s is not a number", s);
	}
	return value;
}

static void print_doc(const yaml_node_t *node, const char *name)
{
	const char *s = get_str(node, "doc");

	if (s && *s)
		printf("doc %s\n", name);
}

static void print_definition(const yaml_node_t *def)
{
	const char *type = need_str(def, "type");
	const char *name = need_str(def, "name");
	const yaml_node_t *entries, *entry;
	long long value = -1;
	char *prefix;
	int i;

	if (!strcmp(type, "const")) {
		char *c_name = c_upper(str("%s-", family), name);

		known_keys(def, " type name value doc ");
		if (!to_number(need_str(def, "value"), &value))
			die(def, "%s is not a number", name);
		printf("const %s %lld\n", c_name, value);
		need_str(def, "doc");
		return;
	}
	if (strcmp(type, "enum"))
		die(def, "%s is not known here", type);

	known_keys(def, " type name name-prefix enum-name render-max doc entries ");
	need_str(def, "doc");
	prefix = c_upper("", need_str(def, "name-prefix"));
	entries = get(def, "entries");
	no_doubles(entries);
	for (i = 0; (entry = item(entries, i)); i++) {
		char *c_name = c_upper(prefix, need_str(entry, "name"));
		const char *s = get_str(entry, "value");

		known_keys(entry, " name value doc ");
		value++;
		if (s && !to_number(s, &value))
			die(entry, "%s is not a number", s);
		printf("enum %s %s %lld\n", enum_name(def), c_name, value);
		print_doc(entry, c_name);
	}
	if (get_bool(def, "render-max"))
		printf("max %sMAX %lld\n", prefix, value);
}

static void print_checks(const yaml_node_t *attr, const char *c_name,
			 const char *type)
{
	yaml_node_t *checks = get(attr, "checks");
	bool text = !strcmp(type, "string") || !strcmp(type, "binary");

	if (!checks)
		return;
	known_keys(checks, text ? " min-len max-len exact-len " : " min max ");
	if (get(checks, "min-len"))
		printf("length %s min %lld\n", c_name,
		       limit(checks, "min-len"));
	if (get(checks, "max-len"))
		printf("length %s max %lld\n", c_name,
		       limit(checks, "max-len"));
	if (get(checks, "exact-len"))
		printf("length %s exact %lld\n", c_name,
		       limit(checks, "exact-len"));
	if (get(checks, "min"))
		printf("min %s %lld\n", c_name, limit(checks, "min"));
	if (get(checks, "max"))
		printf("most %s %lld\n", c_name, limit(checks, "max"));
}

static void print_attr(const yaml_node_t *set, const yaml_node_t *attr,
		       long long value)
{
	char *c_name = attr_name(set, need_str(attr, "name"));
	const char *type = need_str(attr, "type");
	const char *other;

	known_keys(attr, " name type value doc enum nested-attributes multi-attr checks display-hint ");
	printf("attr %s %s %lld\n", enum_name(set), c_name, value);
	print_doc(attr, c_name);
	if (!strcmp(type, "unused"))
		return;
	if (!strstr(" pad flag binary u8 u16 u32 u64 s32 string nest ",
		    str(" %s ", type)))
		die(attr, "type %s is not known here", type);
	printf("type %s %s\n", c_name, type);

	other = get_str(attr, "enum");
	if (other)
		printf("values %s %s\n", c_name,
		       enum_name(definition(attr, other, "enum")));
	other = get_str(attr, "nested-attributes");
	if (!other != !!strcmp(type, "nest"))
		die(attr, "nest and nested-attributes go together");
	if (other)
		printf("nest %s %s\n", c_name, enum_name(attr_set(attr, other)));
	if (get_bool(attr, "multi-attr"))
		printf("repeated %s\n", c_name);
	print_checks(attr, c_name, type);
}

static void print_set(const yaml_node_t *set)
{
	const yaml_node_t *attrs = get(set, "attributes"), *attr;
	const char *parent = get_str(set, "subset-of");
	long long value = 0;
	int i;

	need_str(set, "doc");
	no_doubles(attrs);
	if (parent) {
		known_keys(set, " name subset-of doc attributes ");
		if (strcmp(need_str(set, "name"), str("%s-request", parent)))
			die(set, "a subset is named after its parent");
		attrs = get(attr_set(set, parent), "attributes");
		for (i = 0; (attr = item(get(set, "attributes"), i)); i++) {
			known_keys(attr, " name ");
			if (!by_name(attrs, need_str(attr, "name")))
				die(attr, "%s has no %s", parent,
				    need_str(attr, "name"));
		}
		return;
	}
	known_keys(set, " name name-prefix enum-name doc attributes ");
	for (i = 0; (attr = item(attrs, i)); i++) {
		const char *s = get_str(attr, "value");

		value++;
		if (s && !to_number(s, &value))
			die(attr, "%s is not a number", s);
		print_attr(set, attr, value);
	}
	printf("max %s %lld\n", attr_name(set, "max"), value);
}

/* What a request may hold of a set, and of the sets inside it. */
static void print_may(const yaml_node_t *user, const char *name)
{
	static const char *seen[64];
	static unsigned int nseen;
	const yaml_node_t *set = attr_set(user, name), *own, *attr, *real;
	unsigned int n;
	int i;

	for (n = 0; n < nseen; n++)
		if (!strcmp(seen[n], name))
			return;
	if (nseen == ARRAY_SIZE(seen))
		die(set, "too many sets");
	seen[nseen++] = name;

	own = by_name(get(root, "attribute-sets"), str("%s-request", name));
	for (i = 0; (attr = item(get(own ? own : set, "attributes"), i)); i++) {
		const char *type;

		real = by_name(get(set, "attributes"), need_str(attr, "name"));
		type = need_str(real, "type");
		if (!own && (!strcmp(type, "unused") || !strcmp(type, "pad")))
			continue;
		printf("may %s %s\n", enum_name(set),
		       attr_name(set, need_str(attr, "name")));
		if (!strcmp(type, "nest"))
			print_may(real, need_str(real, "nested-attributes"));
	}
}

static void print_attr_list(const yaml_node_t *op, const char *c_name,
			    const yaml_node_t *message, const char *word)
{
	const yaml_node_t *set, *attr, *real;
	int i;

	if (!message)
		return;
	known_keys(message, " attributes ");
	set = attr_set(op, need_str(op, "attribute-set"));
	for (i = 0; (attr = item(get(message, "attributes"), i)); i++) {
		real = by_name(get(set, "attributes"), scalar(attr));
		if (!real)
			die(attr, "there is no attribute %s", scalar(attr));
		printf("%s %s %s\n", word, c_name,
		       attr_name(set, scalar(attr)));
		if (!strcmp(word, "request") &&
		    !strcmp(need_str(real, "type"), "nest"))
			print_may(real, need_str(real, "nested-attributes"));
	}
}

static void print_flags(const yaml_node_t *node, const char *name)
{
	const yaml_node_t *flag;
	int i;

	for (i = 0; (flag = item(get(node, "flags"), i)); i++) {
		if (strcmp(scalar(flag), "uns-admin-perm"))
			die(flag, "flag %s is not known here", scalar(flag));
		printf("perm %s\n", name);
	}
}

static void print_op(const yaml_node_t *ops, const yaml_node_t *op,
		     long long value)
{
	static const char * const modes[] = { "do", "dump", "event" };
	char *c_name = c_upper(need_str(ops, "name-prefix"),
			       need_str(op, "name"));
	const char *group = get_str(op, "mcgrp");
	unsigned int i, n = 0;

	known_keys(op, " name doc value attribute-set flags do dump event mcgrp ");
	need_str(op, "doc");
	printf("cmd %s %s %lld\n", enum_name(ops), c_name, value);
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		const yaml_node_t *mode = get(op, modes[i]);

		if (!mode)
			continue;
		n++;
		printf("op %s %s\n", c_name, modes[i]);
		if (!strcmp(modes[i], "event")) {
			print_attr_list(op, c_name, mode, "reply");
			continue;
		}
		known_keys(mode, " request reply ");
		print_attr_list(op, c_name, get(mode, "request"), "request");
		print_attr_list(op, c_name, get(mode, "reply"), "reply");
	}
	if (n)
		print_doc(op, c_name);
	if (group) {
		if (!by_name(get(get(root, "mcast-groups"), "list"), group))
			die(op, "there is no multicast group %s", group);
		printf("sent %s %s\n", c_name, group);
	}
	print_flags(op, c_name);
}

static void print_ops(const yaml_node_t *ops)
{
	const yaml_node_t *list = get(ops, "list"), *op;
	long long value = 0;
	int i;

	known_keys(ops, " name-prefix enum-name list ");
	no_doubles(list);
	for (i = 0; (op = item(list, i)); i++) {
		const char *s = get_str(op, "value");

		value++;
		if (s && !to_number(s, &value))
			die(op, "%s is not a number", s);
		print_op(ops, op, value);
	}
	printf("max %s %lld\n", c_upper(need_str(ops, "name-prefix"), "max"),
	       value);
}

static void print_groups(const yaml_node_t *groups)
{
	const yaml_node_t *list = get(groups, "list"), *group;
	int i;

	no_doubles(list);
	for (i = 0; (group = item(list, i)); i++) {
		const char *name = need_str(group, "name");
		char *c_name = c_upper(str("%s-mcgrp-", family), name);

		known_keys(group, " name flags ");
		printf("group %s %s\n", c_name, name);
		print_flags(group, c_name);
	}
}

static void print_spec(void)
{
	const yaml_node_t *list, *node;
	int i;

	known_keys(root, " name protocol version doc c-family-name c-version-name definitions attribute-sets operations mcast-groups ");
	family = need_str(root, "name");
	need_str(root, "doc");
	if (strcmp(c_upper("", need_str(root, "c-family-name")),
		   c_upper(family, "-genl-name")) ||
	    strcmp(c_upper("", need_str(root, "c-version-name")),
		   c_upper(family, "-genl-version")))
		die(root, "names of the family and its version");
	printf("family %s\n", family);
	printf("version %s\n", need_str(root, "version"));

	list = get(root, "definitions");
	no_doubles(list);
	for (i = 0; (node = item(list, i)); i++)
		print_definition(node);
	list = get(root, "attribute-sets");
	no_doubles(list);
	for (i = 0; (node = item(list, i)); i++)
		print_set(node);
	print_ops(get(root, "operations"));
	print_groups(get(root, "mcast-groups"));
}

int main(int argc, char **argv)
{
	yaml_parser_t parser;
	FILE *file;

	if (argc != 2)
		die(NULL, "usage: ynl_facts SPEC");
	file = fopen(argv[1], "r");
	if (!file)
		die(NULL, "%s: cannot read it", argv[1]);
	if (!yaml_parser_initialize(&parser))
		die(NULL, "out of memory");
	yaml_parser_set_input_file(&parser, file);
	if (!yaml_parser_load(&parser, &doc))
		die(NULL, "line %zu: %s", parser.problem_mark.line + 1,
		    parser.problem ? parser.problem : "not YAML");
	root = yaml_document_get_root_node(&doc);
	if (!root || root->type != YAML_MAPPING_NODE)
		die(root, "not a mapping");
	print_spec();
	yaml_document_delete(&doc);
	yaml_parser_delete(&parser);
	fclose(file);
	return 0;
}
