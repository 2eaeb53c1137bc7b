// SPDX-License-Identifier: GPL-2.0
/* show: what is enforced, as tables */
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "cmd.h"
#include "columns.h"
#include "match_line.h"
#include "names.h"
#include "service.h"
#include "set.h"
#include "text.h"
#include "tree.h"

static void heads(struct columns *t, const char *const *v, size_t n)
{
	size_t i;

	t->n = n;
	for (i = 0; i < n; i++)
		columns_add(t, "%s", v[i]);
}

#define HEADS(t, ...)							\
	do {								\
		static const char *const heads_v[] = { __VA_ARGS__ };	\
									\
		heads(t, heads_v, ARRAY_SIZE(heads_v));			\
	} while (0)

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static const char *verdict(u8 v)
{
	return enum_name(&verdict_names, v);
}

static void add_words(struct columns *t, const struct word_list *l)
{
	char *s = xstrdup(""), *longer;
	size_t i;

	for (i = 0; i < l->n; i++) {
		longer = xasprintf("%s%s%s", s, i ? "," : "", l->v[i].text);
		free(s);
		s = longer;
	}
	columns_add(t, "%s", s);
	free(s);
}

static void add_side(struct columns *t, const struct endpoint_list *l)
{
	char *s = xstrdup(""), *longer;
	size_t i;

	for (i = 0; i < l->n; i++) {
		longer = xasprintf("%s%s%s", s, i ? "," : "", l->v[i].name.text);
		free(s);
		s = longer;
	}
	columns_add(t, "%s", s);
	free(s);
}

static void row_bridge(struct columns *t, const struct bridge *b)
{
	columns_add(t, "%s", b->o.name.text);
	if (b->ifindex)
		columns_add(t, "%u", b->ifindex);
	else
		columns_add(t, "missing");
	add_words(t, &b->uplinks);
	columns_add(t, "%s", verdict(b->verdict));
	columns_add(t, "%s", verdict(b->unbound));
	columns_add(t, "%s", verdict(b->fragments));
	columns_add(t, "%s", verdict(resume_verdict(b)));
	columns_add(t, "%u", b->pickup);
	columns_add(t, "%s", or_empty(b->o.comment.text));
}

static void row_segment(struct columns *t, const struct segment *s)
{
	columns_add(t, "%s", s->o.name.text);
	columns_add(t, "%s", or_empty(s->bridge.text));
	if (s->vlan)
		columns_add(t, "%u", s->vlan);
	else
		columns_add(t, "-");
	columns_add(t, "%s", verdict(s->within));
	columns_add(t, "%s", verdict(s->uplink));
	columns_add(t, "%s", or_empty(s->o.comment.text));
}

static void row_group(struct columns *t, const struct group *g)
{
	columns_add(t, "%s", g->o.name.text);
	columns_add(t, "%u", g->members);
	columns_add(t, "%s", or_empty(g->o.comment.text));
}

static void row_binding(struct columns *t, const struct binding *b)
{
	static const char *const selectors[] = {
		[SELECTOR_NONE] = "",
		[SELECTOR_PORT] = "port",
		[SELECTOR_GLOB] = "port",
		[SELECTOR_MAC] = "mac",
		[SELECTOR_ALIAS] = "alias",
	};

	columns_add(t, "%s", b->o.name.text);
	columns_add(t, "%s %s", selectors[b->selector], or_empty(b->match.text));
	columns_add(t, "%u/%u", b->bound, b->claims);
	if (b->tracked)
		columns_add(t, "%u/%u", b->connections, b->limit);
	else
		columns_add(t, "-");
	columns_add(t, "%s", or_empty(b->segment.text));
	add_words(t, &b->groups);
	if (b->role == ISOL_ROLE_COMMUNITY)
		columns_add(t, "community %s", or_empty(b->community.text));
	else
		columns_add(t, "%s", b->role ? enum_name(&role_names, b->role) : "");
	columns_add(t, "%s", b->quarantined ? "quarantined" : "");
	columns_add(t, "%s", or_empty(b->o.comment.text));
}

/* The most elements that a table has of a set. */
#define ELEMENTS_SHOWN	4

static void row_set(struct columns *t, const struct set *s)
{
	char *text = xstrdup(""), *longer, buf[MATCH_TEXT_SIZE];
	size_t i;

	for (i = 0; i < s->n && i < ELEMENTS_SHOWN; i++) {
		longer = xasprintf("%s%s%s", text, i ? "," : "", element_format(&s->v[i], buf));
		free(text);
		text = longer;
	}
	columns_add(t, "%s", s->o.name.text);
	columns_add(t, "%s", set_key(s->type));
	columns_add(t, "%zu", s->n);
	columns_add(t, "%s%s", text, s->n > ELEMENTS_SHOWN ? ",..." : "");
	columns_add(t, "%u", s->uses);
	columns_add(t, "%s", or_empty(s->o.comment.text));
	free(text);
}

static void print_elements(const struct set *s)
{
	char buf[MATCH_TEXT_SIZE];
	size_t i;

	putchar('\n');
	for (i = 0; i < s->n; i++)
		puts(element_format(&s->v[i], buf));
}

static void row_service(struct columns *t, const struct service *s)
{
	columns_add(t, "%s", s->o.name.text);
	if (s->follow)
		columns_add(t, SERVICE_FOLLOW);
	else
		add_side(t, &s->where);
	columns_add(t, "%s", or_empty(s->o.comment.text));
}

static const char *table_of(const struct rule *r, enum object_kind kind)
{
	if (kind == OBJECT_SRULE)
		return r->follow ? "services, follow" : "services";
	return kind == OBJECT_QRULE ? "quarantine" : "rules";
}

static void row_rule(struct columns *t, const struct rule *r, enum object_kind kind)
{
	char *match = match_line(rule_match(r));

	columns_add(t, "%s", r->o.name.text);
	columns_add(t, "%s", table_of(r, kind));
	add_side(t, &r->from);
	add_side(t, &r->to);
	columns_add(t, "%s", match);
	columns_add(t, "%s%s", verdict(r->verdict), r->stateless ? ", stateless" : "");
	columns_add(t, "%llu", (unsigned long long)r->packets);
	columns_add(t, "%llu", (unsigned long long)r->bytes);
	columns_add(t, "%s", or_empty(r->owner.text));
	columns_add(t, "%s", or_empty(r->o.comment.text));
	free(match);
}

static void head(struct columns *t, enum object_kind kind)
{
	switch (kind) {
	case OBJECT_BRIDGE:
		HEADS(t, "BRIDGE", "IFINDEX", "UPLINKS", "DEFAULT", "UNBOUND", "FRAGMENTS",
		      "RESUME", "PICKUP", "COMMENT");
		break;
	case OBJECT_SEGMENT:
		HEADS(t, "SEGMENT", "BRIDGE", "VLAN", "WITHIN", "UPLINK", "COMMENT");
		break;
	case OBJECT_GROUP:
		HEADS(t, "GROUP", "MEMBERS", "COMMENT");
		break;
	case OBJECT_BINDING:
		HEADS(t, "BINDING", "SELECTOR", "BOUND", "CONNECTIONS", "SEGMENT", "GROUPS", "ROLE",
		      "STATE", "COMMENT");
		break;
	case OBJECT_REMOTE:
		HEADS(t, "REMOTE", "TYPE", "COUNT", "ELEMENTS", "RULES", "COMMENT");
		break;
	case OBJECT_SET:
		HEADS(t, "SET", "TYPE", "COUNT", "ELEMENTS", "RULES", "COMMENT");
		break;
	case OBJECT_SERVICE:
		HEADS(t, "SERVICE", "WHERE", "COMMENT");
		break;
	default:
		HEADS(t, "RULE", "TABLE", "FROM", "TO", "MATCH", "VERDICT", "PACKETS", "BYTES",
		      "OWNER", "COMMENT");
		break;
	}
}

static void row(struct columns *t, enum object_kind kind, const struct object *o)
{
	const void *p = o;

	switch (kind) {
	case OBJECT_BRIDGE:
		row_bridge(t, p);
		break;
	case OBJECT_SEGMENT:
		row_segment(t, p);
		break;
	case OBJECT_GROUP:
		row_group(t, p);
		break;
	case OBJECT_BINDING:
		row_binding(t, p);
		break;
	case OBJECT_REMOTE:
	case OBJECT_SET:
		row_set(t, p);
		break;
	case OBJECT_SERVICE:
		row_service(t, p);
		break;
	default:
		row_rule(t, p, kind);
		break;
	}
}

/* All tables of rules are shown as one, in the order in which they are asked. */
static int first_of(enum object_kind kind)
{
	return kind == OBJECT_RULE ? OBJECT_SRULE : kind;
}

static int last_of(enum object_kind kind)
{
	return kind == OBJECT_RULE ? OBJECT_QRULE : kind;
}

static void print_table(const struct policy *p, enum object_kind kind, const char *name)
{
	struct columns t = { 0 };
	size_t i, rows = 0;
	int k;

	head(&t, kind);
	for (k = first_of(kind); k <= last_of(kind); k++) {
		for (i = 0; i < p->list[k].n; i++) {
			if (name && strcmp(p->list[k].v[i]->name.text, name))
				continue;
			row(&t, k, p->list[k].v[i]);
			rows++;
		}
	}
	/* nothing is shown as nothing */
	if (rows) {
		columns_print(&t, stdout);
		return;
	}
	for (i = 0; i < t.ncells; i++)
		free(t.cells[i]);
	free(t.cells);
}

static json_t *tree_objects(const struct policy *p, enum object_kind kind, const char *name)
{
	json_t *a = json_array();
	size_t i;
	int k;

	for (k = first_of(kind); k <= last_of(kind); k++)
		for (i = 0; i < p->list[k].n; i++)
			if (!name || !strcmp(p->list[k].v[i]->name.text, name))
				tree_append(a, tree_live(k, p->list[k].v[i]));
	return a;
}

static bool is_there(const struct policy *p, enum object_kind kind, const char *name)
{
	int k;

	for (k = first_of(kind); k <= last_of(kind); k++)
		if (policy_find(p, k, name))
			return true;
	return false;
}

static int no_such(const struct policy *p, enum object_kind kind, const char *name)
{
	struct guess g = { .word = name };
	char buf[96];
	size_t i;

	for (i = 0; i < p->list[kind].n; i++)
		guess_offer(&g, p->list[kind].v[i]->name.text);
	return error("no %s '%s'%s", object_word(kind), name, guess_text(&g, buf, sizeof(buf)));
}

int show_objects(struct ctx *c, enum object_kind kind, const char *name)
{
	struct view v;
	int err;

	err = ctx_pull(c, PULL_POLICY, &v);
	if (!err && name && !is_there(v.policy, kind, name))
		err = no_such(v.policy, kind, name);
	if (!err && c->json)
		err = ctx_print(c, tree_objects(v.policy, kind, name));
	else if (!err)
		print_table(v.policy, kind, name);
	if (!err && !c->json && name && (kind == OBJECT_REMOTE || kind == OBJECT_SET))
		print_elements(policy_find(v.policy, kind, name));
	pull_free(&v);
	return err;
}

json_t *tree_port(const struct port *p, bool counters)
{
	json_t *t = json_object();

	tree_set(t, "name", tree_text(p->name));
	tree_set(t, "ifindex", json_integer(p->ifindex));
	tree_set(t, "mac", tree_mac(p->mac));
	if (p->alias)
		tree_set(t, "alias", tree_text(p->alias));
	tree_set(t, "bridge", p->bridge ? tree_text(p->bridge) : json_null());
	tree_set(t, "kind", json_string(enum_name(&port_kind_names, p->kind)));
	tree_set(t, "binding", p->binding ? tree_text(p->binding) : json_null());
	if (p->cause != PORT_NO_CAUSE)
		tree_set(t, "cause", json_string(enum_name(&cause_names, p->cause)));
	tree_set(t, "quarantined", json_boolean(p->quarantined));
	if (counters)
		tree_set(t, "counters", tree_counters(&p->counters));
	return t;
}

static void sum(const struct counter_list *l, u64 packets[ISOL_VERDICT_MAX + 1])
{
	size_t i;

	memset(packets, 0, (ISOL_VERDICT_MAX + 1) * sizeof(*packets));
	for (i = 0; i < l->n; i++)
		if (l->v[i].verdict <= ISOL_VERDICT_MAX)
			packets[l->v[i].verdict] += l->v[i].packets;
}

static void print_ports(const struct view *v)
{
	struct columns t = { 0 };
	char mac[MAC_TEXT_SIZE];
	size_t i;

	if (!v->nports)
		return;
	HEADS(&t, "PORT", "BRIDGE", "MAC", "KIND", "BINDING", "CAUSE", "STATE", "ACCEPTED",
	      "DROPPED", "ALIAS");
	for (i = 0; i < v->nports; i++) {
		const struct port *p = &v->ports[i];
		u64 packets[ISOL_VERDICT_MAX + 1];

		sum(&p->counters, packets);
		columns_add(&t, "%s", p->name);
		columns_add(&t, "%s", or_empty(p->bridge));
		columns_add(&t, "%s", mac_format(p->mac, mac));
		columns_add(&t, "%s", enum_name(&port_kind_names, p->kind));
		columns_add(&t, "%s", or_empty(p->binding));
		columns_add(&t, "%s", p->cause == PORT_NO_CAUSE ? "" :
				      enum_name(&cause_names, p->cause));
		columns_add(&t, "%s", p->quarantined ? "quarantined" : "");
		columns_add(&t, "%llu", (unsigned long long)packets[ISOL_VERDICT_ACCEPT]);
		columns_add(&t, "%llu", (unsigned long long)packets[ISOL_VERDICT_DROP]);
		columns_add(&t, "%s", or_empty(p->alias));
	}
	columns_print(&t, stdout);
}

static json_t *tree_ports(const struct view *v)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < v->nports; i++)
		tree_append(a, tree_port(&v->ports[i], true));
	return a;
}

int show_ports(struct ctx *c)
{
	struct view v;
	int err;

	err = ctx_pull(c, PULL_PORTS, &v);
	if (!err && c->json)
		err = ctx_print(c, tree_ports(&v));
	else if (!err)
		print_ports(&v);
	pull_free(&v);
	return err;
}

static json_t *tree_all(const struct view *v)
{
	const struct policy *p = v->policy;
	json_t *t = json_object();

	tree_set(t, "enforcing", json_boolean(v->status.enforcing));
	tree_set(t, "generation", json_integer(v->generation));
	tree_set(t, "bridges", tree_objects(p, OBJECT_BRIDGE, NULL));
	tree_set(t, "segments", tree_objects(p, OBJECT_SEGMENT, NULL));
	tree_set(t, "groups", tree_objects(p, OBJECT_GROUP, NULL));
	tree_set(t, "bindings", tree_objects(p, OBJECT_BINDING, NULL));
	tree_set(t, "remotes", tree_objects(p, OBJECT_REMOTE, NULL));
	tree_set(t, "sets", tree_objects(p, OBJECT_SET, NULL));
	tree_set(t, "services", tree_objects(p, OBJECT_SERVICE, NULL));
	tree_set(t, "rules", tree_objects(p, OBJECT_RULE, NULL));
	return t;
}

static bool is_empty(const struct policy *p, enum object_kind kind)
{
	int k;

	for (k = first_of(kind); k <= last_of(kind); k++)
		if (p->list[k].n)
			return false;
	return true;
}

static void print_all(const struct policy *p)
{
	static const enum object_kind kinds[] = {
		OBJECT_BRIDGE, OBJECT_SEGMENT, OBJECT_GROUP, OBJECT_BINDING, OBJECT_REMOTE,
		OBJECT_SET, OBJECT_SERVICE, OBJECT_RULE,
	};
	bool gap = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (is_empty(p, kinds[i]))
			continue;
		if (gap)
			putchar('\n');
		print_table(p, kinds[i], NULL);
		gap = true;
	}
}

static int show_policy(struct ctx *c)
{
	struct view v;
	int err;

	err = ctx_pull(c, PULL_POLICY, &v);
	if (!err && c->json)
		err = ctx_print(c, tree_all(&v));
	else if (!err && !v.status.enforcing)
		puts("nothing is enforced");
	else if (!err)
		print_all(v.policy);
	pull_free(&v);
	return err;
}

int cmd_show(struct ctx *c, struct args *a)
{
	static const char *const words[] = {
		"policy", "bridges", "segments", "groups", "bindings", "services", "rules",
		"remotes", "sets", "ports", NULL
	};
	const char *word = args_word(c, a);
	int i = word ? match_word(a, word, words, "object") : 0;

	if (word)
		args_end(c, a);
	switch (i) {
	case 0:
		return show_policy(c);
	case 1:
		return show_objects(c, OBJECT_BRIDGE, NULL);
	case 2:
		return show_objects(c, OBJECT_SEGMENT, NULL);
	case 3:
		return show_objects(c, OBJECT_GROUP, NULL);
	case 4:
		return show_objects(c, OBJECT_BINDING, NULL);
	case 5:
		return show_objects(c, OBJECT_SERVICE, NULL);
	case 6:
		return show_objects(c, OBJECT_RULE, NULL);
	case 7:
		return show_objects(c, OBJECT_REMOTE, NULL);
	case 8:
		return show_objects(c, OBJECT_SET, NULL);
	default:
		return show_ports(c);
	}
}
