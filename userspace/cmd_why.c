// SPDX-License-Identifier: GPL-2.0
/* why: what the enforced policy does between two ends */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "cmd.h"
#include "columns.h"
#include "names.h"
#include "text.h"
#include "tree.h"
#include "warn.h"
#include "wire.h"

struct end {
	u8 kind;
	const char *name;
};

static const struct port *find_port(const struct view *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->nports; i++)
		if (!strcmp(v->ports[i].name, name))
			return &v->ports[i];
	return NULL;
}

static int is_group(const struct view *v, const char *name)
{
	struct names l = { 0 };

	find_members(v->policy, name, &l);
	if (l.n)
		error("'%s' is a group: ask about one of its bindings: %s", name, names_text(&l));
	else
		error("'%s' is a group, and no binding is in it", name);
	names_free(&l);
	return EXIT_ERROR;
}

static int resolve(const struct view *v, const char *word, struct end *e)
{
	struct guess g = { .word = word };
	char buf[96];
	size_t i;

	*e = (struct end){ .name = word };
	if (!strcmp(word, "host")) {
		*e = (struct end){ .kind = ISOL_ENDPOINT_HOST };
		return 0;
	}
	if (!strcmp(word, "uplink")) {
		*e = (struct end){ .kind = ISOL_ENDPOINT_UPLINK };
		return 0;
	}
	if (!strncmp(word, "port:", 5)) {
		*e = (struct end){ .kind = ISOL_ENDPOINT_PORT, .name = word + 5 };
		return 0;
	}
	if (!strncmp(word, "binding:", 8)) {
		*e = (struct end){ .kind = ISOL_ENDPOINT_BINDING, .name = word + 8 };
		return 0;
	}
	if (policy_find(v->policy, OBJECT_BINDING, word)) {
		e->kind = ISOL_ENDPOINT_BINDING;
		return 0;
	}
	if (find_port(v, word)) {
		e->kind = ISOL_ENDPOINT_PORT;
		return 0;
	}
	if (policy_find(v->policy, OBJECT_GROUP, word))
		return is_group(v, word);
	if (policy_find(v->policy, OBJECT_BRIDGE, word))
		return error("no binding and no bridge port '%s': that is a bridge; say 'host' for the hypervisor itself",
			     word);
	for (i = 0; i < v->policy->list[OBJECT_BINDING].n; i++)
		guess_offer(&g, v->policy->list[OBJECT_BINDING].v[i]->name.text);
	for (i = 0; i < v->nports; i++)
		guess_offer(&g, v->ports[i].name);
	guess_offer(&g, "host");
	guess_offer(&g, "uplink");
	return error("no binding and no bridge port '%s'%s", word,
		     guess_text(&g, buf, sizeof(buf)));
}

static int on_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct why *w = data;
	u64 generation = 0;
	int err = -EBADMSG;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == ISOL_A_WHY)
			err = wire_get_why(attr, w);
		else if (mnl_attr_get_type(attr) == ISOL_A_GENERATION &&
			 mnl_attr_validate(attr, MNL_TYPE_U64) >= 0)
			generation = mnl_attr_get_u64(attr);
	}
	w->generation = generation;
	return err;
}

/* A question, and what its answer is explained with. */
struct question {
	const struct view *v;
	struct end from;
	struct end to;
	const char *bridge;
};

static void print_unbound(const struct question *q, const struct why *w)
{
	bool from = !w->from.host && w->from.kind == ISOL_PORT_UNBOUND;
	const char *end = from ? q->from.name : q->to.name;
	char *name = text_safe(end ? end : "?");

	if (w->verdict == ISOL_VERDICT_ACCEPT)
		printf("%s is unbound, and %s says \"unbound: accept\"", name, w->bridge);
	else
		printf("%s is unbound: no binding claims it", name);
	free(name);
}

static void print_segment(const struct question *q, const struct why *w, const char *key)
{
	const struct segment *s;
	size_t i;

	policy_each_segment(q->v->policy, s, i) {
		if (strcmp(s->bridge.text, w->bridge))
			continue;
		printf("segment %s says \"%s: %s\"", s->o.name.text, key,
		       enum_name(&verdict_names, w->verdict));
		return;
	}
	/* the policy has changed since it was read */
	printf("the segment of %s says \"%s: %s\"", w->bridge, key,
	       enum_name(&verdict_names, w->verdict));
}

static void print_reason(const struct question *q, const struct why *w)
{
	switch (w->reason) {
	case ISOL_REASON_RULE:
		printf("rule %s", w->rule);
		break;
	case ISOL_REASON_QUARANTINE_RULE:
		printf("quarantine rule %s", w->rule);
		break;
	case ISOL_REASON_QUARANTINE:
		fputs("quarantine, and no quarantine rule allows it", stdout);
		break;
	case ISOL_REASON_ROLE:
		fputs("the roles of the two", stdout);
		break;
	case ISOL_REASON_WITHIN:
		print_segment(q, w, "within");
		break;
	case ISOL_REASON_SEGMENT_UPLINK:
		print_segment(q, w, "uplink");
		break;
	case ISOL_REASON_BRIDGE_DEFAULT:
		printf("bridge default of %s", w->bridge);
		break;
	case ISOL_REASON_HOST_DEFAULT:
		fputs("the host is closed unless a rule opens it", stdout);
		break;
	case ISOL_REASON_UNBOUND:
		print_unbound(q, w);
		break;
	case ISOL_REASON_UNJUDGED:
		if ((!w->from.host && w->from.kind == ISOL_PORT_UNMANAGED) ||
		    (!w->to.host && w->to.kind == ISOL_PORT_UNMANAGED))
			printf("%s is not a bridge of the policy", w->bridge);
		else
			fputs("what goes between uplinks and the host is not judged", stdout);
		break;
	default:
		fputs(enum_name(&reason_names, w->reason), stdout);
		break;
	}
}

static json_t *tree_end(const struct why_end *e)
{
	json_t *t = json_object();

	tree_set(t, "kind", json_string(e->host ? "host" : enum_name(&port_kind_names, e->kind)));
	tree_set(t, "binding", *e->binding ? tree_text(e->binding) : json_null());
	return t;
}

static int print_answer(struct ctx *c, const struct question *q, const struct why *w)
{
	json_t *t;

	if (!c->json) {
		printf("%s: ", enum_name(&verdict_names, w->verdict));
		print_reason(q, w);
		putchar('\n');
		return EXIT_DONE;
	}
	t = json_object();
	tree_set(t, "verdict", json_string(enum_name(&verdict_names, w->verdict)));
	tree_set(t, "reason", json_string(enum_name(&reason_names, w->reason)));
	tree_set(t, "rule", *w->rule ? tree_text(w->rule) : json_null());
	tree_set(t, "bridge", *w->bridge ? tree_text(w->bridge) : json_null());
	tree_set(t, "generation", json_integer(w->generation));
	tree_set(t, "from", tree_end(&w->from));
	tree_set(t, "to", tree_end(&w->to));
	return ctx_print(c, t);
}

static int ask(struct ctx *c, const struct question *q)
{
	struct nlmsghdr *nlh = genl_message(&c->genl, ISOL_CMD_WHY);
	struct why w;

	wire_put_endpoint(nlh, ISOL_A_FROM, q->from.kind, q->from.name);
	wire_put_endpoint(nlh, ISOL_A_TO, q->to.kind, q->to.name);
	if (q->bridge)
		mnl_attr_put_strz(nlh, ISOL_A_BRIDGE_NAME, q->bridge);
	if (genl_do(&c->genl, nlh, on_answer, &w))
		return ctx_fail(c);
	return print_answer(c, q, &w);
}

int cmd_why(struct ctx *c, struct args *a)
{
	static const char *const keywords[] = { "bridge", NULL };
	const char *from = args_word(c, a);
	const char *to = from ? args_word(c, a) : NULL;
	const char *bridge = NULL, *word;
	struct question q = { 0 };
	struct view v;
	int err;

	if (!to)
		usage_error(a, "expected two ends: each a binding, a port, host or uplink");
	word = args_word(c, a);
	if (word) {
		match_word(a, word, keywords, "word");
		bridge = args_value(a, "the name of a bridge");
		args_end(c, a);
	}
	/* longer than any name the kernel would find, and than a message has room for */
	if (strlen(from) > 128 || strlen(to) > 128 || (bridge && strlen(bridge) > 128))
		usage_error(a, "a name that is too long");
	err = ctx_pull(c, PULL_POLICY | PULL_PORTS, &v);
	if (!err && !v.status.enforcing)
		err = error("nothing is enforced: nothing is dropped");
	if (!err)
		err = resolve(&v, from, &q.from);
	if (!err)
		err = resolve(&v, to, &q.to);
	q.v = &v;
	q.bridge = bridge;
	if (!err)
		err = ask(c, &q);
	pull_free(&v);
	return err;
}
