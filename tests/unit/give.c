// SPDX-License-Identifier: GPL-2.0
/* The tool's policies for the module's model, see give.h. */
#include "give.h"

static int give_bridge(struct isol_model *model, const struct bridge *b, struct isol_fault *f)
{
	struct isol_bridge_spec s = {
		.name = b->o.name.text, .comment = b->o.comment.text, .dflt = b->verdict,
		.unbound = b->unbound, .fragments = b->fragments, .ends = b->ends,
		.pickup = b->pickup, .nuplinks = b->uplinks.n,
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
		.within = g->within, .uplink = g->uplink, .vlan = g->vlan,
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
		.role = b->role, .max_connections = b->max_connections,
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

/* An IPv6 address is two numbers to the module, and bytes to the tool. */
static struct isol_wide wide_of(const u8 addr[16])
{
	struct isol_wide w = { 0, 0 };
	u32 i;

	for (i = 0; i < 16; i++)
		*(i < 8 ? &w.hi : &w.lo) |= (u64)addr[i] << (7 - i % 8) * 8;
	return w;
}

static int give_set(struct isol_model *model, const struct set *s, bool remote,
		    struct isol_fault *f)
{
	static const u8 kinds[] = {
		[ELEMENT_IP4] = ISOL_ELEMENT_IP4, [ELEMENT_IP6] = ISOL_ELEMENT_IP6,
		[ELEMENT_MAC] = ISOL_ELEMENT_MAC, [ELEMENT_PORT] = ISOL_ELEMENT_PORT,
	};
	struct isol_set_spec spec = {
		.name = s->o.name.text, .comment = s->o.comment.text, .type = s->type,
		.remote = remote,
	};
	struct isol_set *set;
	size_t i;
	int err;

	err = isol_model_add_set(model, &spec, &set, f);
	for (i = 0; i < s->n && !err; i++)
		err = isol_model_add_element(model, set, kinds[s->v[i].kind],
					     wide_of(s->v[i].lo), wide_of(s->v[i].hi), f);
	return err;
}

static void give_side(const struct endpoint_list *l, struct isol_endpoint_spec *s, u32 *n)
{
	size_t i;

	*n = l->n;
	for (i = 0; i < l->n; i++) {
		s[i].kind = l->v[i].kind;
		if (s[i].kind == ENDPOINT_NAME)
			s[i].kind = ISOL_ENDPOINT_GROUP;
		if (s[i].kind == ISOL_ENDPOINT_GROUP || s[i].kind == ISOL_ENDPOINT_BINDING ||
		    s[i].kind == ISOL_ENDPOINT_REMOTE)
			s[i].name = l->v[i].name.text;
	}
}

static void bytes_of(struct isol_wide w, u8 addr[16])
{
	u32 i;

	for (i = 0; i < 16; i++)
		addr[i] = (i < 8 ? w.hi : w.lo) >> (7 - i % 8) * 8;
}

/* Return: the values, to be freed, or NULL if there are none. */
static void *give_values(const struct match_field *f, struct isol_values *values)
{
	struct isol_wide_range *wide;
	struct isol_masked *masked;
	struct isol_range *range;
	const char **name;
	void *v;
	u32 i;

	values->negate = f->negate;
	values->n = f->n;
	v = calloc(f->n, sizeof(*wide));
	values->v = v;
	for (i = 0; i < f->n; i++)
		switch (isol_field_width(values->field)) {
		case ISOL_WIDTH_WIDE:
			wide = v;
			wide[i].lo = wide_of(f->v[i].lo6);
			wide[i].hi = wide_of(f->v[i].hi6);
			break;
		case ISOL_WIDTH_MASKED:
			masked = v;
			masked[i].value = f->v[i].value;
			masked[i].mask = f->v[i].mask;
			break;
		case ISOL_WIDTH_SET:
			name = v;
			name[i] = f->v[i].set;
			break;
		default:
			range = v;
			range[i].lo = f->v[i].lo;
			range[i].hi = f->v[i].hi;
		}
	return v;
}

void take_match(struct arena *a, const struct isol_values *values, u32 n, struct match *m)
{
	u32 i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < values[i].n; j++) {
			struct match_value v = { 0 };

			switch (isol_field_width(values[i].field)) {
			case ISOL_WIDTH_WIDE:
				bytes_of(values[i].wide[j].lo, v.lo6);
				bytes_of(values[i].wide[j].hi, v.hi6);
				break;
			case ISOL_WIDTH_MASKED:
				v.value = values[i].masked[j].value;
				v.mask = values[i].masked[j].mask;
				break;
			case ISOL_WIDTH_SET:
				v.set = arena_strdup(a, values[i].name[j]);
				break;
			default:
				v.lo = values[i].range[j].lo;
				v.hi = values[i].range[j].hi;
			}
			match_add(a, m, values[i].field, &v);
		}
		m->of[values[i].field].negate = values[i].negate;
	}
}

static int give_rule(struct isol_model *model, const struct rule *r, u8 table,
		     struct isol_fault *f)
{
	struct isol_rule_spec s = {
		.stateless = r->stateless,
		.name = r->o.name.text, .comment = r->o.comment.text, .owner = r->owner.text,
		.table = table, .verdict = r->verdict, .service = r->service.text,
		.follow = r->follow,
	};
	const struct match *match = rule_match(r);
	void *v[ISOL_MATCH_A_MAX + 1];
	u32 field, i;
	int err;

	give_side(&r->from, s.from, &s.nfrom);
	give_side(&r->to, s.to, &s.nto);
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		if (!match->of[field].n)
			continue;
		s.values[s.nvalues].field = field;
		v[s.nvalues] = give_values(&match->of[field], &s.values[s.nvalues]);
		s.nvalues++;
	}
	err = isol_model_add_rule(model, &s, f);
	for (i = 0; i < s.nvalues; i++)
		free(v[i]);
	return err;
}

static int give_service(struct isol_model *model, const struct service *s, struct isol_fault *f)
{
	struct isol_service_spec spec = {
		.name = s->o.name.text, .comment = s->o.comment.text, .follow = s->follow,
	};

	give_side(&s->where, spec.where, &spec.nwhere);
	return isol_model_add_service(model, &spec, f);
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
			case OBJECT_REMOTE:
			case OBJECT_SET:
				err = give_set(model, o, kind == OBJECT_REMOTE, f);
				break;
			case OBJECT_SERVICE:
				err = give_service(model, o, f);
				break;
			case OBJECT_SRULE:
				err = give_rule(model, o, ISOL_TABLE_SERVICES, f);
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
