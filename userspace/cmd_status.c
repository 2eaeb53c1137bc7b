// SPDX-License-Identifier: GPL-2.0
/* status: is the host protected, and if not, why */
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "cmd.h"
#include "columns.h"
#include "drops.h"
#include "links.h"
#include "names.h"
#include "tree.h"
#include "vlancheck.h"

#define TOP	10	/* of what drops, busiest first */

struct report {
	const struct view *v;
	const struct links *links;
	struct drops drops;
	struct drops unparsed;
	struct arena arena;
	bool degraded;
};

static void collect(struct report *r)
{
	drops_find(r->v, &r->arena, &r->drops);
	drops_unparsed(r->v, &r->arena, &r->unparsed);
	if (r->drops.n > TOP)
		r->drops.n = TOP;
	if (r->unparsed.n > TOP)
		r->unparsed.n = TOP;
}

/* A port of an unmanaged bridge that could be a guest's. */
static bool unmanaged_guest(const struct report *r, const struct port *p)
{
	const struct link *link;

	if (p->kind != ISOL_PORT_UNMANAGED)
		return false;
	link = links_by_index(r->links, p->ifindex);
	return !link || !link_leads_out(link);
}

static bool uplink_there(const struct report *r, const struct bridge *b, const char *name)
{
	size_t i;

	for (i = 0; i < r->v->nports; i++) {
		const struct port *p = &r->v->ports[i];

		if (p->kind == ISOL_PORT_UPLINK && !strcmp(p->name, name) && p->bridge &&
		    !strcmp(p->bridge, b->o.name.text))
			return true;
	}
	return false;
}

static void on_cut(const struct vlan_fault *f, void *data)
{
	*(bool *)data |= f->cut;
}

static bool is_degraded(const struct view *v, const struct links *links)
{
	const struct vlan_host h = { .p = v->policy, .l = links, .v = v };
	const struct bridge *b;
	bool cut = false;
	size_t i;

	if (!v->status.enforcing || v->status.unbound)
		return true;
	policy_each_bridge(v->policy, b, i)
		if (!b->ifindex)
			return true;
	for (i = 0; i < v->nquarantines; i++)
		if (v->quarantines[i].orphan)
			return true;
	vlancheck(&h, on_cut, &cut);
	return cut;
}

/* The kernel counts both together. */
static u32 count_remotes(const struct report *r)
{
	return r->v->policy->list[OBJECT_REMOTE].n;
}

static u32 count_sets(const struct report *r)
{
	return r->v->policy->list[OBJECT_SET].n;
}

/*
 * JSON
 */

static json_t *tree_pair(const char *key, const char *value, const char *bridge)
{
	json_t *t = json_object();

	tree_set(t, key, tree_text(value));
	tree_set(t, "bridge", bridge ? tree_text(bridge) : json_null());
	return t;
}

static json_t *tree_unbound(const struct report *r)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < r->v->nports; i++) {
		const struct port *p = &r->v->ports[i];
		json_t *t;

		if (p->kind != ISOL_PORT_UNBOUND)
			continue;
		t = tree_pair("port", p->name, p->bridge);
		tree_set(t, "cause", p->cause == PORT_NO_CAUSE ? json_null() :
				     json_string(enum_name(&cause_names, p->cause)));
		tree_set(t, "binding", p->binding ? tree_text(p->binding) : json_null());
		tree_append(a, t);
	}
	return a;
}

static json_t *tree_missing(const struct report *r, bool uplinks)
{
	json_t *a = json_array();
	const struct bridge *b;
	size_t i, j;

	policy_each_bridge(r->v->policy, b, i) {
		if (!b->ifindex && !uplinks)
			tree_append(a, tree_text(b->o.name.text));
		if (!b->ifindex || !uplinks)
			continue;
		for (j = 0; j < b->uplinks.n; j++)
			if (!uplink_there(r, b, b->uplinks.v[j].text))
				tree_append(a, tree_pair("uplink", b->uplinks.v[j].text,
							 b->o.name.text));
	}
	return a;
}

static void add_vlan_fault(const struct vlan_fault *f, void *data)
{
	tree_append(data, tree_text(f->text));
}

static json_t *tree_warnings(const struct report *r)
{
	const struct vlan_host h = { .p = r->v->policy, .l = r->links, .v = r->v };
	json_t *a = json_array();

	vlancheck(&h, add_vlan_fault, a);
	return a;
}

static json_t *tree_drops(const struct drops *l)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct drop *d = &l->v[i];
		const char *reason = d->rule ? "rule" : enum_name(&reason_names, d->reason);
		json_t *t;

		if (d->port) {
			t = tree_pair("port", d->port, d->bridge);
		} else {
			t = json_object();
			tree_set(t, d->rule ? "rule" : "bridge",
				 tree_text(d->rule ? d->rule : d->bridge));
		}
		tree_set(t, "reason", json_string(reason));
		tree_set(t, "packets", json_integer(d->packets));
		tree_set(t, "bytes", json_integer(d->bytes));
		tree_append(a, t);
	}
	return a;
}

static json_t *tree_limits(const struct report *r)
{
	json_t *a = json_array(), *t;
	const struct binding *b;
	size_t i;

	policy_each_binding(r->v->policy, b, i) {
		if (!b->tracked || (!b->hits && b->connections < b->limit))
			continue;
		t = tree_connections(b);
		tree_set(t, "binding", tree_text(b->o.name.text));
		tree_append(a, t);
	}
	return a;
}

static int print_json(struct ctx *c, const struct report *r)
{
	const struct status *s = &r->v->status;
	json_t *t = json_object(), *a;
	size_t i;

	tree_set(t, "loaded", json_true());
	tree_set(t, "enforcing", json_boolean(s->enforcing));
	tree_set(t, "degraded", json_boolean(r->degraded));
	tree_set(t, "generation", json_integer(r->v->generation));
	tree_set(t, "since", s->since ? json_integer(s->since) : json_null());
	tree_set(t, "version", tree_text(s->version));
	tree_set(t, "bridges", json_integer(s->bridges));
	tree_set(t, "segments", json_integer(s->segments));
	tree_set(t, "groups", json_integer(s->groups));
	tree_set(t, "bindings", json_integer(s->bindings));
	tree_set(t, "remotes", json_integer(count_remotes(r)));
	tree_set(t, "sets", json_integer(count_sets(r)));
	tree_set(t, "rules", json_integer(s->rules));
	tree_set(t, "classes", json_integer(s->classes));
	tree_set(t, "memory", json_integer(s->memory));
	tree_set(t, "memory_limit", json_integer(s->memory_limit));
	tree_set(t, "ports", json_integer(s->ports));
	tree_set(t, "transactions", json_integer(s->transactions));
	tree_set(t, "unknown_drops", json_integer(s->unknown_drops));
	tree_set(t, "rejects", json_integer(s->rejects));
	tree_set(t, "rejects_limited", json_integer(s->rejects_limited));
	tree_set(t, "tracked", json_boolean(s->tracked));
	tree_set(t, "unbound", tree_unbound(r));
	tree_set(t, "missing_bridges", tree_missing(r, false));
	tree_set(t, "missing_uplinks", tree_missing(r, true));
	tree_set(t, "warnings", tree_warnings(r));
	a = json_array();
	for (i = 0; i < r->v->nports; i++)
		if (unmanaged_guest(r, &r->v->ports[i]))
			tree_append(a, tree_pair("port", r->v->ports[i].name,
						 r->v->ports[i].bridge));
	tree_set(t, "unmanaged", a);
	a = json_array();
	for (i = 0; i < r->v->nquarantines; i++)
		tree_append(a, tree_quarantine(&r->v->quarantines[i]));
	tree_set(t, "quarantines", a);
	tree_set(t, "limits", tree_limits(r));
	tree_set(t, "drops", tree_drops(&r->drops));
	tree_set(t, "unparsed", tree_drops(&r->unparsed));
	return ctx_print(c, t);
}

/*
 * Text
 */

static void print_size(u64 bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	double v = bytes;
	size_t i = 0;

	while (v >= 1024 && i < ARRAY_SIZE(units) - 1) {
		v /= 1024;
		i++;
	}
	printf(i ? "%.1f %s" : "%.0f %s", v, units[i]);
}

static void print_count(const char *lead, u32 n, const char *word)
{
	printf("%s%u %s%s", lead, n, word, n == 1 ? "" : "s");
}

static void print_state(const struct report *r)
{
	const struct status *s = &r->v->status;
	char buf[32];

	if (s->enforcing)
		printf("enforcing generation %llu since %s%s\n",
		       (unsigned long long)r->v->generation,
		       time_text(s->since, buf, sizeof(buf)), r->degraded ? ", degraded" : "");
	else
		printf("NOT ENFORCING, generation %llu: no policy is loaded, every frame passes\n",
		       (unsigned long long)r->v->generation);
	if (s->enforcing) {
		print_count("policy: ", s->bridges, "bridge");
		print_count(", ", s->segments, "segment");
		print_count(", ", s->groups, "group");
		print_count(", ", s->bindings, "binding");
		if (count_remotes(r))
			print_count(", ", count_remotes(r), "remote");
		if (count_sets(r))
			print_count(", ", count_sets(r), "set");
		print_count(", ", s->rules, "rule");
		printf(", compiled to %u class%s\n", s->classes, s->classes == 1 ? "" : "es");
	}
	if (s->enforcing)
		printf("ports: %u, %u unbound, %u on unmanaged bridges\n", s->ports, s->unbound,
		       s->unmanaged);
	if (s->tracked)
		puts("connections: tracked");
	fputs("memory: ", stdout);
	print_size(s->memory);
	if (s->memory_limit) {
		fputs(" of ", stdout);
		print_size(s->memory_limit);
	}
	putchar('\n');
	if (s->transactions)
		printf("transactions open: %u\n", s->transactions);
	if (s->unknown_drops)
		printf("dropped from or to ports unknown to the module: %llu\n",
		       (unsigned long long)s->unknown_drops);
	if (s->rejects || s->rejects_limited)
		printf("rejected frames answered: %llu, not answered for the limit: %llu\n",
		       (unsigned long long)s->rejects,
		       (unsigned long long)s->rejects_limited);
}

static void print_unbound(const struct port *p)
{
	char *name = text_safe(p->name), *bridge = text_safe(p->bridge ? p->bridge : "?");

	printf("unbound: %s on %s: ", name, bridge);
	switch (p->cause) {
	case ISOL_UNBOUND_NO_MATCH:
		puts("no binding matches it");
		break;
	case ISOL_UNBOUND_CLAIMS:
		printf("binding %s has all the ports it may claim\n",
		       p->binding ? p->binding : "?");
		break;
	case ISOL_UNBOUND_SEGMENT:
		printf("binding %s belongs to a segment of another bridge\n",
		       p->binding ? p->binding : "?");
		break;
	default:
		puts(p->cause == PORT_NO_CAUSE ? "unknown" : enum_name(&cause_names, p->cause));
		break;
	}
	free(name);
	free(bridge);
}

static void print_vlan_fault(const struct vlan_fault *f, void *data)
{
	char *safe = text_safe(f->text);

	fprintf(data, "warning: %s\n", safe);
	free(safe);
}

static void print_findings(const struct report *r)
{
	const struct vlan_host h = { .p = r->v->policy, .l = r->links, .v = r->v };
	const struct bridge *b;
	size_t i, j;

	policy_each_bridge(r->v->policy, b, i) {
		if (!b->ifindex) {
			printf("missing: bridge %s does not exist\n", b->o.name.text);
			continue;
		}
		for (j = 0; j < b->uplinks.n; j++)
			if (!uplink_there(r, b, b->uplinks.v[j].text))
				printf("warning: the uplink %s is not a port of %s\n",
				       b->uplinks.v[j].text, b->o.name.text);
	}
	vlancheck(&h, print_vlan_fault, stdout);
	for (i = 0; i < r->v->nports; i++)
		if (r->v->ports[i].kind == ISOL_PORT_UNBOUND)
			print_unbound(&r->v->ports[i]);
	for (i = 0; i < r->v->nports; i++) {
		const struct port *p = &r->v->ports[i];
		char *name, *bridge;

		if (!unmanaged_guest(r, p))
			continue;
		name = text_safe(p->name);
		bridge = text_safe(p->bridge ? p->bridge : "?");
		printf("unmanaged: %s on %s, which the policy does not name\n", name, bridge);
		free(name);
		free(bridge);
	}
	for (i = 0; i < r->v->nquarantines; i++) {
		const struct quarantine *q = &r->v->quarantines[i];
		const char *state = quarantine_state(r->v, q);
		char buf[32];

		printf("%s: %s since %s%s%s%s%s\n",
		       q->mode == ISOL_QUARANTINE_CONTAIN ? "contained" : "quarantined", q->binding,
		       time_text(q->since, buf, sizeof(buf)), *state ? ", " : "", state,
		       q->comment ? ": " : "", q->comment ? q->comment : "");
	}
}

/* Bindings that have, or had, as many connections as they may have. */
static void print_limits(const struct report *r)
{
	const struct binding *b;
	size_t i;

	policy_each_binding(r->v->policy, b, i)
		if (b->tracked && (b->hits || b->connections >= b->limit))
			printf("connections: binding %s has %u of %u%s, %llu frame%s dropped for that\n",
			       b->o.name.text, b->connections, b->limit,
			       b->max_connections ? "" : " (default)",
			       (unsigned long long)b->hits, b->hits == 1 ? "" : "s");
}

static void print_unparsed(const struct drops *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		char *name = text_safe(l->v[i].port), *bridge = text_safe(l->v[i].bridge);

		printf("unparsed: %llu dropped frames of %s on %s could not be read\n",
		       (unsigned long long)l->v[i].packets, name, bridge);
		free(name);
		free(bridge);
	}
}

static void print_drops(const struct drops *l)
{
	struct columns t = { .n = 4 };
	size_t i;

	if (!l->n)
		return;
	columns_add(&t, "DROPPED BY");
	columns_add(&t, "REASON");
	columns_add(&t, "PACKETS");
	columns_add(&t, "BYTES");
	for (i = 0; i < l->n; i++) {
		const struct drop *d = &l->v[i];

		if (d->rule)
			columns_add(&t, "rule %s", d->rule);
		else if (d->port)
			columns_add(&t, "port %s on %s", d->port, d->bridge);
		else
			columns_add(&t, "bridge %s", d->bridge);
		columns_add(&t, "%s", d->rule ? "rule" : enum_name(&reason_names, d->reason));
		columns_add(&t, "%llu", (unsigned long long)d->packets);
		columns_add(&t, "%llu", (unsigned long long)d->bytes);
	}
	columns_print(&t, stdout);
}

/* For people, ctx_connect() has said it. */
static int print_absent(struct ctx *c)
{
	json_t *t;

	if (!c->json)
		return EXIT_DEGRADED;
	t = json_object();
	tree_set(t, "loaded", json_false());
	tree_set(t, "enforcing", json_false());
	tree_set(t, "degraded", json_true());
	return ctx_print(c, t) ? EXIT_ERROR : EXIT_DEGRADED;
}

int cmd_status(struct ctx *c, struct args *a)
{
	struct report r = { 0 };
	struct links links;
	struct view v;
	int err;

	args_end(c, a);
	err = ctx_pull(c, PULL_POLICY | PULL_PORTS | PULL_QUARANTINES, &v);
	if (err) {
		pull_free(&v);
		return c->absent ? print_absent(c) : err;
	}
	/* without them, network cards are listed as if they were guests: no harm */
	links_read(&links);
	r.v = &v;
	r.links = &links;
	r.degraded = is_degraded(&v, &links);
	collect(&r);
	if (c->json) {
		err = print_json(c, &r);
	} else {
		print_state(&r);
		print_findings(&r);
		print_limits(&r);
		print_unparsed(&r.unparsed);
		print_drops(&r.drops);
	}
	if (!err && r.degraded)
		err = EXIT_DEGRADED;
	arena_free(&r.arena);
	links_free(&links);
	pull_free(&v);
	return err;
}
