// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "match_line.h"
#include "names.h"
#include "service.h"
#include "set.h"
#include "text.h"
#include "tree.h"

static json_t *need(json_t *v)
{
	if (!v) {
		fputs("isolctl: out of memory\n", stderr);
		exit(1);
	}
	return v;
}

json_t *tree_text(const char *s)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t len = strlen(s), i, n;
	json_t *v = json_string(s);
	char *clean, *to;
	u32 cp;

	if (v)
		return v;
	clean = xcalloc(len * (sizeof(replacement) - 1) + 1, 1);
	to = clean;
	for (i = 0; i < len; i += n) {
		n = utf8_char(s + i, len - i, &cp);
		if (n) {
			memcpy(to, s + i, n);
			to += n;
		} else {
			memcpy(to, replacement, sizeof(replacement) - 1);
			to += sizeof(replacement) - 1;
			n = 1;
		}
	}
	v = json_string(clean);
	free(clean);
	return need(v);
}

void tree_set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, need(value)))
		need(NULL);
}

void tree_append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, need(value)))
		need(NULL);
}

json_t *tree_mac(const u8 mac[6])
{
	char buf[MAC_TEXT_SIZE];

	return json_string(mac_format(mac, buf));
}

json_t *tree_counters(const struct counter_list *l)
{
	json_t *a = need(json_array());
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct counter *c = &l->v[i];
		json_t *o = need(json_object());

		tree_set(o, "reason", json_string(enum_name(&reason_names, c->reason)));
		tree_set(o, "verdict", json_string(enum_name(&verdict_names, c->verdict)));
		tree_set(o, "packets", json_integer(c->packets));
		tree_set(o, "bytes", json_integer(c->bytes));
		tree_append(a, o);
	}
	return a;
}

static json_t *words(const struct word_list *l)
{
	json_t *a = need(json_array());
	size_t i;

	for (i = 0; i < l->n; i++)
		tree_append(a, tree_text(l->v[i].text));
	return a;
}

/* A side of one endpoint is written without brackets where it is for people. */
static json_t *side(const struct endpoint_list *l, bool live)
{
	json_t *a;
	size_t i;

	if (l->n == 1 && !live)
		return tree_text(l->v[0].name.text);
	a = need(json_array());
	for (i = 0; i < l->n; i++)
		tree_append(a, tree_text(l->v[i].name.text));
	return a;
}

static void set_text(json_t *o, const char *key, const struct word *w)
{
	if (w->text)
		tree_set(o, key, tree_text(w->text));
}

static void set_enum(json_t *o, const char *key, const struct enum_names *e, u8 value, bool live)
{
	if (value || live)
		tree_set(o, key, json_string(enum_name(e, value)));
}

static void set_bridge(json_t *t, const struct bridge *b, bool live)
{
	if (b->uplinks.n || live)
		tree_set(t, "uplinks", words(&b->uplinks));
	set_enum(t, "default", &verdict_names, b->verdict, live);
	set_enum(t, "unbound", &verdict_names, b->unbound, live);
	set_enum(t, "fragments", &verdict_names, b->fragments, live);
	if (b->ends || live)
		tree_set(t, "resume", json_string(enum_name(&verdict_names, resume_verdict(b))));
	if (b->pickup != ISOL_PICKUP_DEFAULT || live)
		tree_set(t, "pickup", json_integer(b->pickup));
	set_text(t, "comment", &b->o.comment);
	if (!live)
		return;
	tree_set(t, "ifindex", b->ifindex ? json_integer(b->ifindex) : json_null());
	tree_set(t, "counters", tree_counters(&b->counters));
}

static void set_segment(json_t *t, const struct segment *s, bool live)
{
	set_text(t, "bridge", &s->bridge);
	if (s->vlan || live)
		tree_set(t, "vlan", s->vlan ? json_integer(s->vlan) : json_null());
	set_enum(t, "within", &verdict_names, s->within, live);
	set_enum(t, "uplink", &verdict_names, s->uplink, live);
	set_text(t, "comment", &s->o.comment);
}

static void set_group(json_t *t, const struct group *g, bool live)
{
	set_text(t, "comment", &g->o.comment);
	if (live)
		tree_set(t, "members", json_integer(g->members));
}

json_t *tree_connections(const struct binding *b)
{
	json_t *t = json_object();

	tree_set(t, "number", json_integer(b->connections));
	tree_set(t, "limit", json_integer(b->limit));
	tree_set(t, "hits", json_integer(b->hits));
	return t;
}

static void set_binding(json_t *t, const struct binding *b, bool live)
{
	switch (b->selector) {
	case SELECTOR_NONE:
		break;
	case SELECTOR_PORT:
	case SELECTOR_GLOB:
		set_text(t, "port", &b->match);
		break;
	case SELECTOR_MAC:
		tree_set(t, "mac", tree_mac(b->mac));
		break;
	case SELECTOR_ALIAS:
		set_text(t, "alias", &b->match);
		break;
	}
	if (b->claims != 1 || live)
		tree_set(t, "claims", json_integer(b->claims));
	if (b->max_connections)
		tree_set(t, "max_connections", json_integer(b->max_connections));
	else if (live)
		tree_set(t, "max_connections", json_null());
	set_text(t, "segment", &b->segment);
	if (b->groups.n || live)
		tree_set(t, "groups", words(&b->groups));
	set_enum(t, "role", &role_names, b->role, live);
	set_text(t, "community", &b->community);
	set_text(t, "comment", &b->o.comment);
	if (!live)
		return;
	tree_set(t, "bound", json_integer(b->bound));
	tree_set(t, "quarantined", json_boolean(b->quarantined));
	tree_set(t, "connections", b->tracked ? tree_connections(b) : json_null());
}

/* Numbers are numbers where it is for people: they need no quotes then. */
static json_t *match_value(const char *s, bool live)
{
	if (!live && strlen(s) < 10 && !s[strspn(s, "0123456789")])
		return json_integer(strtol(s, NULL, 10));
	return tree_text(s);
}

static json_t *match_values(const struct match_item *item, bool live)
{
	static const char *const any[] = { "any" };
	const char *const *v = item->n ? item->v : any;
	const size_t n = item->n ? item->n : 1;
	json_t *a, *inverse;
	size_t i;

	if (n == 1 && !live && !item->negate)
		return match_value(v[0], live);
	a = need(json_array());
	for (i = 0; i < n; i++)
		tree_append(a, match_value(v[i], live));
	if (!item->negate)
		return a;
	inverse = need(json_object());
	tree_set(inverse, "not", a);
	return inverse;
}

/* {set: NAME}, {not: {set: [NAME, ...]}}, and values beside that: {set: NAME, and: ...} */
static json_t *match_sets(const struct match_item *item, bool live)
{
	json_t *t = need(json_object()), *a, *inverse;
	size_t i;

	if (item->nsets == 1 && !live) {
		tree_set(t, "set", tree_text(item->sets[0]));
	} else {
		a = need(json_array());
		for (i = 0; i < item->nsets; i++)
			tree_append(a, tree_text(item->sets[i]));
		tree_set(t, "set", a);
	}
	if (item->negate_sets) {
		inverse = need(json_object());
		tree_set(inverse, "not", t);
		t = inverse;
	}
	if (item->n)
		tree_set(t, "and", match_values(item, live));
	return t;
}

static void set_match(json_t *t, const struct match *m, bool live)
{
	struct match_item items[MATCH_ITEMS];
	struct arena a = { 0 };
	size_t n = match_items(&a, m, items), i;

	for (i = 0; i < n; i++)
		tree_set(t, items[i].key, items[i].nsets ? match_sets(&items[i], live) :
							   match_values(&items[i], live));
	arena_free(&a);
}

static json_t *elements(const struct set *s, bool live)
{
	json_t *a = need(json_array());
	char buf[MATCH_TEXT_SIZE];
	size_t i;

	for (i = 0; i < s->n; i++)
		tree_append(a, match_value(element_format(&s->v[i], buf), live));
	return a;
}

static void set_set(json_t *t, const struct set *s, bool live)
{
	if (live)
		tree_set(t, "type", json_string(set_key(s->type)));
	tree_set(t, live ? "elements" : set_key(s->type), elements(s, live));
	set_text(t, "comment", &s->o.comment);
	if (live)
		tree_set(t, "rules", json_integer(s->uses));
}

/* A list will do for a remote that has nothing but addresses. */
static json_t *tree_remote(const struct set *s)
{
	json_t *t;

	if (!s->o.comment.text)
		return elements(s, false);
	t = need(json_object());
	set_set(t, s, false);
	return t;
}

/*
 * Written short where it is for people: the words alone, and a comment beside them
 * makes it a mapping.
 */
static json_t *service_where(const struct service *s, bool live)
{
	if (s->follow)
		return json_string(SERVICE_FOLLOW);
	/* a group may have that name: it is one in a list */
	if (s->where.n == 1 && !strcmp(s->where.v[0].name.text, SERVICE_FOLLOW))
		live = true;
	return side(&s->where, live);
}

static void set_service(json_t *t, const struct service *s, bool live)
{
	tree_set(t, "where", service_where(s, live));
	set_text(t, "comment", &s->o.comment);
}

static json_t *service_tree(const struct service *s)
{
	json_t *t;

	if (!s->o.comment.text)
		return service_where(s, false);
	t = need(json_object());
	set_service(t, s, false);
	return t;
}

static void set_rule(json_t *t, const struct rule *r, bool live)
{
	set_text(t, "service", &r->service);
	if (r->service.text && (r->follow || live))
		tree_set(t, "follow", json_boolean(r->follow));
	tree_set(t, "from", side(&r->from, live));
	tree_set(t, "to", side(&r->to, live));
	set_match(t, rule_match(r), live);
	tree_set(t, "verdict", json_string(enum_name(&verdict_names, r->verdict)));
	if (r->stateless || live)
		tree_set(t, "stateless", json_boolean(r->stateless));
	set_text(t, "owner", &r->owner);
	set_text(t, "comment", &r->o.comment);
	if (!live)
		return;
	tree_set(t, "packets", json_integer(r->packets));
	tree_set(t, "bytes", json_integer(r->bytes));
}

static void set_keys(json_t *t, enum object_kind kind, const struct object *o, bool live)
{
	const void *p = o;

	switch (kind) {
	case OBJECT_BRIDGE:
		set_bridge(t, p, live);
		break;
	case OBJECT_SEGMENT:
		set_segment(t, p, live);
		break;
	case OBJECT_GROUP:
		set_group(t, p, live);
		break;
	case OBJECT_BINDING:
		set_binding(t, p, live);
		break;
	case OBJECT_REMOTE:
	case OBJECT_SET:
		set_set(t, p, live);
		break;
	case OBJECT_SERVICE:
		set_service(t, p, live);
		break;
	case OBJECT_SRULE:
	case OBJECT_RULE:
	case OBJECT_QRULE:
		set_rule(t, p, live);
		break;
	default:
		break;
	}
}

json_t *tree_of(enum object_kind kind, const struct object *o)
{
	json_t *t = need(json_object());

	if (object_is_rule(kind))
		set_text(t, "name", &o->name);
	set_keys(t, kind, o, false);
	return t;
}

json_t *tree_live(enum object_kind kind, const struct object *o)
{
	json_t *t = need(json_object());

	set_text(t, "name", &o->name);
	if (object_is_rule(kind))
		tree_set(t, "table", json_string(kind == OBJECT_RULE ? "rules" :
						 kind == OBJECT_QRULE ? "quarantine" :
									"services"));
	set_keys(t, kind, o, true);
	return t;
}

static void set_section(json_t *t, const char *key, const struct policy *p,
			enum object_kind kind)
{
	const struct objects *l = &p->list[kind];
	json_t *section;
	size_t i;

	if (!l->n)
		return;
	section = need(json_object());
	for (i = 0; i < l->n; i++)
		tree_set(section, l->v[i]->name.text,
			 kind == OBJECT_REMOTE ? tree_remote((const void *)l->v[i]) :
			 kind == OBJECT_SERVICE ? service_tree((const void *)l->v[i]) :
			 tree_of(kind, l->v[i]));
	tree_set(t, key, section);
}

static json_t *rule_list(const struct policy *p, enum object_kind kind)
{
	const struct objects *l = &p->list[kind];
	json_t *a = need(json_array());
	size_t i;

	for (i = 0; i < l->n; i++)
		tree_append(a, tree_of(kind, l->v[i]));
	return a;
}

json_t *tree_policy(const struct policy *p)
{
	json_t *t = need(json_object());
	json_t *q;

	tree_set(t, "isol", json_integer(1));
	set_section(t, "bridges", p, OBJECT_BRIDGE);
	set_section(t, "segments", p, OBJECT_SEGMENT);
	set_section(t, "groups", p, OBJECT_GROUP);
	set_section(t, "bindings", p, OBJECT_BINDING);
	set_section(t, "remotes", p, OBJECT_REMOTE);
	set_section(t, "sets", p, OBJECT_SET);
	set_section(t, "services", p, OBJECT_SERVICE);
	if (p->list[OBJECT_RULE].n)
		tree_set(t, "rules", rule_list(p, OBJECT_RULE));
	if (p->list[OBJECT_QRULE].n) {
		q = need(json_object());
		tree_set(q, "mode", json_string("isolate"));
		tree_set(q, "rules", rule_list(p, OBJECT_QRULE));
		tree_set(t, "quarantine", q);
	}
	return t;
}
