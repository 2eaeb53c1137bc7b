// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "save.h"
#include "text.h"
#include "types.h"

/* Is this a string to every reader of YAML when it has no quotes? */
static bool plain(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++)
		if (!(s[i] >= 'a' && s[i] <= 'z') && !(s[i] >= 'A' && s[i] <= 'Z') &&
		    (!i || !((s[i] >= '0' && s[i] <= '9') || strchr("_.-", s[i]))))
			return false;
	return i && yaml_trap(s) == TRAP_NONE;
}

static bool emit_scalar(yaml_emitter_t *e, const char *s, bool quoted)
{
	yaml_event_t ev;

	return yaml_scalar_event_initialize(&ev, NULL, NULL, (const yaml_char_t *)s, strlen(s),
					    1, 1, quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE :
							   YAML_PLAIN_SCALAR_STYLE) &&
	       yaml_emitter_emit(e, &ev);
}

static bool emit_string(yaml_emitter_t *e, const char *s)
{
	return emit_scalar(e, s, !plain(s));
}

/* Lists that are longer have each item on a line of its own. */
#define LINE_ITEMS	16

/* A long list is one of these too: what holds it has no room on a line either. */
static bool holds_object(json_t *v)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_array(v) && json_array_size(v) > LINE_ITEMS)
		return true;
	if (json_is_array(v)) {
		json_array_foreach(v, i, item)
			if (json_is_object(item) || holds_object(item))
				return true;
	} else {
		json_object_foreach(v, key, item)
			if (json_is_object(item) || holds_object(item))
				return true;
	}
	return false;
}

static bool emit_value(yaml_emitter_t *e, json_t *v, bool top);

static bool emit_array(yaml_emitter_t *e, json_t *v)
{
	yaml_event_t ev;
	json_t *item;
	size_t i;

	if (!yaml_sequence_start_event_initialize(&ev, NULL, NULL, 1, holds_object(v) ?
						  YAML_BLOCK_SEQUENCE_STYLE :
						  YAML_FLOW_SEQUENCE_STYLE) ||
	    !yaml_emitter_emit(e, &ev))
		return false;
	json_array_foreach(v, i, item)
		if (!emit_value(e, item, false))
			return false;
	return yaml_sequence_end_event_initialize(&ev) && yaml_emitter_emit(e, &ev);
}

static bool emit_object(yaml_emitter_t *e, json_t *v, bool top)
{
	yaml_event_t ev;
	const char *key;
	json_t *item;

	if (!yaml_mapping_start_event_initialize(&ev, NULL, NULL, 1, top || holds_object(v) ?
						 YAML_BLOCK_MAPPING_STYLE :
						 YAML_FLOW_MAPPING_STYLE) ||
	    !yaml_emitter_emit(e, &ev))
		return false;
	json_object_foreach(v, key, item)
		if (!emit_string(e, key) || !emit_value(e, item, false))
			return false;
	return yaml_mapping_end_event_initialize(&ev) && yaml_emitter_emit(e, &ev);
}

static bool emit_value(yaml_emitter_t *e, json_t *v, bool top)
{
	char number[32];

	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return emit_object(e, v, top);
	case JSON_ARRAY:
		return emit_array(e, v);
	case JSON_STRING:
		return emit_string(e, json_string_value(v));
	case JSON_INTEGER:
		snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		return emit_scalar(e, number, false);
	case JSON_TRUE:
		return emit_scalar(e, "true", false);
	case JSON_FALSE:
		return emit_scalar(e, "false", false);
	default:
		return emit_scalar(e, "null", false);
	}
}

static bool emit(yaml_emitter_t *e, json_t *tree)
{
	yaml_event_t ev;

	return yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING) &&
	       yaml_emitter_emit(e, &ev) &&
	       yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 1) &&
	       yaml_emitter_emit(e, &ev) &&
	       emit_value(e, tree, true) &&
	       yaml_document_end_event_initialize(&ev, 1) &&
	       yaml_emitter_emit(e, &ev) &&
	       yaml_stream_end_event_initialize(&ev) &&
	       yaml_emitter_emit(e, &ev);
}

/*
 * Characters that a reader of YAML refuses, or takes for the end of a line,
 * stand within double quotes only: they are escaped there, as both YAML and
 * JSON have it.
 */
static int write_escaped(const char *s, size_t len, FILE *out)
{
	size_t i, n, from = 0;
	u32 cp;

	for (i = 0; i < len; i += n) {
		n = utf8_char(s + i, len - i, &cp);
		if (!n) {
			n = 1;
		} else if (cp == 0x2028 || cp == 0x2029 || cp == 0xfeff || cp == 0xfffe ||
			   cp == 0xffff || (cp >= 0x7f && cp < 0xa0)) {
			fwrite(s + from, 1, i - from, out);
			fprintf(out, "\\u%04x", cp);
			from = i + n;
		}
	}
	fwrite(s + from, 1, len - from, out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

int save_yaml(json_t *tree, FILE *out)
{
	char *text = NULL;
	yaml_emitter_t e;
	size_t len = 0;
	FILE *memory;
	int err = 0;

	if (!yaml_emitter_initialize(&e))
		return -ENOMEM;
	memory = open_memstream(&text, &len);
	if (!memory) {
		yaml_emitter_delete(&e);
		return -ENOMEM;
	}
	yaml_emitter_set_output_file(&e, memory);
	yaml_emitter_set_unicode(&e, 1);
	yaml_emitter_set_width(&e, -1);
	if (!emit(&e, tree))
		err = -ENOMEM;
	yaml_emitter_delete(&e);
	if (fclose(memory))
		err = -ENOMEM;
	if (!err)
		err = write_escaped(text, len, out);
	free(text);
	return err;
}

int save_json(json_t *tree, bool pretty, FILE *out)
{
	char *text = json_dumps(tree, pretty ? JSON_INDENT(2) : JSON_COMPACT);
	int err;

	if (!text)
		return -ENOMEM;
	err = write_escaped(text, strlen(text), out);
	free(text);
	if (!err && (putc('\n', out) == EOF || fflush(out)))
		err = -EIO;
	return err;
}
