// SPDX-License-Identifier: GPL-2.0
/* The tool's policies for the module's model, see give.h. */
#include "give.h"

static int give_bridge(struct isol_model *model, const struct bridge *b, struct isol_fault *f)
{
	struct isol_bridge_spec s = {
		.name = b->o.name.text, .comment = b->o.comment.text, .dflt = b->verdict,
		.unbound = b->unbound, .nuplinks = b->uplinks.n,
	};
	size_t i;

	for (i = 0; i < b->uplinks.n; i++)
		s.uplinks[i] = b->uplinks.v[i].text;
	return isol_model_add_bridge(model, &s, f);
}

static int give_segment(struct isol_model *model, const struct segment *g, struct isol_fault *f)
{
	struct isol_segment_spec s = {
		.name = g->o.name.text, .comment = g->o.comment.text, .bridge = g->bridge.text,
		.within = g->within, .uplink = g->uplink,
	};

	return isol_model_add_segment(model, &s, f);
}

static int give_group(struct isol_model *model, const struct group *g, struct isol_fault *f)
{
	struct isol_group_spec s = { .name = g->o.name.text, .comment = g->o.comment.text };

	return isol_model_add_group(model, &s, f);
}

static int give_binding(struct isol_model *model, const struct binding *b, struct isol_fault *f)
{
	struct isol_binding_spec s = {
		.name = b->o.name.text, .comment = b->o.comment.text, .segment = b->segment.text,
		.community = b->community.text, .ngroups = b->groups.n, .claims = b->claims,
		.role = b->role,
	};
	size_t i;

	if (b->selector == SELECTOR_PORT)
		s.port = b->match.text;
	else if (b->selector == SELECTOR_GLOB)
		s.glob = b->match.text;
	else if (b->selector == SELECTOR_ALIAS)
		s.alias = b->match.text;
	else if (b->selector == SELECTOR_MAC)
		s.mac = b->mac;
	for (i = 0; i < b->groups.n; i++)
		s.groups[i] = b->groups.v[i].text;
	return isol_model_add_binding(model, &s, f);
}

static void give_side(const struct endpoint_list *l, struct isol_endpoint_spec *s, u32 *n)
{
	size_t i;

	*n = l->n;
	for (i = 0; i < l->n; i++) {
		s[i].kind = l->v[i].kind;
		if (s[i].kind == ENDPOINT_NAME)
			s[i].kind = ISOL_ENDPOINT_GROUP;
		if (s[i].kind == ISOL_ENDPOINT_GROUP || s[i].kind == ISOL_ENDPOINT_BINDING)
			s[i].name = l->v[i].name.text;
	}
}

static int give_rule(struct isol_model *model, const struct rule *r, u8 table,
		     struct isol_fault *f)
{
	struct isol_rule_spec s = {
		.name = r->o.name.text, .comment = r->o.comment.text, .owner = r->owner.text,
		.table = table, .verdict = r->verdict,
	};

	give_side(&r->from, s.from, &s.nfrom);
	give_side(&r->to, s.to, &s.nto);
	return isol_model_add_rule(model, &s, f);
}

int give_policy(struct isol_model *model, const struct policy *p, struct isol_fault *f)
{
	int kind, err = 0;
	size_t i;

	for (kind = 0; kind < OBJECT_KINDS && !err; kind++) {
		for (i = 0; i < p->list[kind].n && !err; i++) {
			const void *o = p->list[kind].v[i];

			switch (kind) {
			case OBJECT_BRIDGE:
				err = give_bridge(model, o, f);
				break;
			case OBJECT_SEGMENT:
				err = give_segment(model, o, f);
				break;
			case OBJECT_GROUP:
				err = give_group(model, o, f);
				break;
			case OBJECT_BINDING:
				err = give_binding(model, o, f);
				break;
			case OBJECT_RULE:
				err = give_rule(model, o, ISOL_TABLE_RULES, f);
				break;
			default:
				err = give_rule(model, o, ISOL_TABLE_QUARANTINE, f);
				break;
			}
		}
	}
	return err;
}
