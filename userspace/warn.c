// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "columns.h"
#include "warn.h"

void names_add(struct names *l, const char *name)
{
	char *safe, *longer;

	if (l->n++ >= WARN_NAMES)
		return;
	safe = text_safe(name);
	longer = xasprintf("%s%s%s", l->text ? l->text : "", l->text ? ", " : "", safe);
	free(safe);
	free(l->text);
	l->text = longer;
}

const char *names_text(struct names *l)
{
	char *longer;

	if (!l->text)
		return "";
	if (l->n > WARN_NAMES) {
		longer = xasprintf("%s, ...", l->text);
		free(l->text);
		l->text = longer;
		/* once is enough */
		l->n = WARN_NAMES;
	}
	return l->text;
}

void names_free(struct names *l)
{
	free(l->text);
	*l = (struct names){ 0 };
}

void warn_unbound(const struct view *v, const struct policy *p, FILE *out)
{
	struct names l = { 0 };
	size_t i, n;

	for (i = 0; i < v->nports; i++) {
		const struct port *port = &v->ports[i];
		const struct bridge *b;
		char *name;

		if (port->kind != ISOL_PORT_UNBOUND || !port->bridge)
			continue;
		b = policy_find(p, OBJECT_BRIDGE, port->bridge);
		if (!b || b->unbound != ISOL_VERDICT_DROP)
			continue;
		name = xasprintf("%s on %s", port->name, port->bridge);
		names_add(&l, name);
		free(name);
	}
	n = l.n;
	if (n)
		fprintf(out,
			"isolctl: warning: %zu guest port%s unbound and dropped: %s (see isolctl status)\n",
			n, n == 1 ? " is" : "s are", names_text(&l));
	names_free(&l);
}

void warn_let_go(const struct view *v, const struct policy *p, FILE *out)
{
	size_t i;

	for (i = 0; i < v->nquarantines; i++) {
		const char *name = v->quarantines[i].binding;

		if (!policy_find(p, OBJECT_BINDING, name))
			fprintf(out,
				"isolctl: warning: quarantined binding '%s' is not in this policy: its port is let go\n",
				name);
	}
}

void warn_flushed(const struct view *v, FILE *out)
{
	struct names l = { 0 };
	size_t i, n;

	for (i = 0; i < v->nquarantines; i++)
		if (!v->quarantines[i].orphan)
			names_add(&l, v->quarantines[i].binding);
	n = l.n;
	if (n)
		fprintf(out,
			"isolctl: warning: %zu quarantined binding%s let go until a policy is applied again: %s\n",
			n, n == 1 ? " is" : "s are", names_text(&l));
	names_free(&l);
}

void warn_contained(const struct view *v, const char *name, FILE *out)
{
	if (v->status.enforcing && !v->status.tracked)
		fprintf(out,
			"isolctl: warning: no rule tracks connections: '%s' can answer nobody, as with mode isolate\n",
			name);
}

void find_members(const struct policy *p, const char *group, struct names *l)
{
	const struct binding *b;
	size_t i;

	policy_each_binding(p, b, i)
		if (word_list_has(&b->groups, group))
			names_add(l, b->o.name.text);
}

void find_missing(const struct policy *p, const struct links *links, struct names *l)
{
	const struct bridge *b;
	size_t i;

	policy_each_bridge(p, b, i)
		if (!links_by_name(links, b->o.name.text))
			names_add(l, b->o.name.text);
}
