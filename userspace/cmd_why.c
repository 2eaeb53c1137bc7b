// SPDX-License-Identifier: GPL-2.0
/* why: what the enforced policy does between two ends */
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "cmd.h"
#include "names.h"
#include "text.h"
#include "tree.h"
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

static const char *unbound_end(const struct why *w)
{
	return !w->from.host && w->from.kind == ISOL_PORT_UNBOUND ? "from" : "to";
}

static void print_reason(const struct why *w)
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
		printf("within the segment of %s", w->bridge);
		break;
	case ISOL_REASON_SEGMENT_UPLINK:
		printf("between the segment of %s and its uplinks", w->bridge);
		break;
	case ISOL_REASON_BRIDGE_DEFAULT:
		printf("bridge default of %s", w->bridge);
		break;
	case ISOL_REASON_HOST_DEFAULT:
		fputs("the host is closed unless a rule opens it", stdout);
		break;
	case ISOL_REASON_UNBOUND:
		printf("no binding claims the '%s' end", unbound_end(w));
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

static int print_answer(struct ctx *c, const struct why *w)
{
	json_t *t;

	if (!c->json) {
		printf("%s: ", enum_name(&verdict_names, w->verdict));
		print_reason(w);
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

static int ask(struct ctx *c, const struct end *from, const struct end *to, const char *bridge)
{
	struct nlmsghdr *nlh = genl_message(&c->genl, ISOL_CMD_WHY);
	struct why w;

	wire_put_endpoint(nlh, ISOL_A_FROM, from->kind, from->name);
	wire_put_endpoint(nlh, ISOL_A_TO, to->kind, to->name);
	if (bridge)
		mnl_attr_put_strz(nlh, ISOL_A_BRIDGE_NAME, bridge);
	if (genl_do(&c->genl, nlh, on_answer, &w))
		return ctx_fail(c);
	return print_answer(c, &w);
}

int cmd_why(struct ctx *c, struct args *a)
{
	static const char *const keywords[] = { "bridge", NULL };
	const char *from = args_word(c, a);
	const char *to = from ? args_word(c, a) : NULL;
	const char *bridge = NULL, *word;
	struct end ends[2];
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
		err = resolve(&v, from, &ends[0]);
	if (!err)
		err = resolve(&v, to, &ends[1]);
	if (!err)
		err = ask(c, &ends[0], &ends[1], bridge);
	pull_free(&v);
	return err;
}
