// SPDX-License-Identifier: GPL-2.0
/* Policies at random, see gen.h. */
#include "gen.h"
#include "test.h"

static const char *const role_names[] = { "none", "isolated", "community", "promiscuous" };

void gen_shape(struct gen_shape *shape)
{
	static const u32 percents[] = { 0, 0, 10, 30, 50, 80, 100 };
	static const u32 few[] = { 0, 1, 2, 3, 5, 8, 14 };
	u32 n = ARRAY_SIZE(percents);

	*shape = (struct gen_shape) {
		.bridges = between(1, 3),
		.groups = few[below(ARRAY_SIZE(few))],
		.bindings = few[below(ARRAY_SIZE(few))],
		.rules = few[below(ARRAY_SIZE(few))],
		.quarantine = few[below(ARRAY_SIZE(few))] / 2,
		.memberships = between(0, 6),
		.ends = percent(20) ? between(1, 12) : between(1, 3),
		.segments = percents[below(n)],
		.homed = percents[below(n)],
		.roles = percents[below(n)],
		.communities = between(1, 3),
		.direct = percents[below(n)],
		.words = percents[below(n)],
		.accept = between(10, 90),
	};
	/* Bitmaps of rules have their ends here. */
	if (percent(5))
		shape->rules = 64 * between(1, 3) - 2 + below(5);
	if (percent(5))
		shape->bindings = between(15, 40);
}

static void must(int err, const struct isol_fault *fault)
{
	if (!err || err == -ENOMEM)
		return;
	CHECK_MSG(0, "refused: %s", fault->msg);
}

static u8 verdict(const struct gen_shape *shape)
{
	return percent(shape->accept) ? ISOL_VERDICT_ACCEPT : ISOL_VERDICT_DROP;
}

static int add_bridges(struct isol_model *model, const struct gen_shape *shape)
{
	struct isol_fault fault;
	char name[16], uplink[2][16];
	u32 i;
	int err;

	for (i = 0; i < shape->bridges; i++) {
		struct isol_bridge_spec spec = {
			.name = name,
			.uplinks = { uplink[0], uplink[1] },
			.nuplinks = below(3),
			.dflt = verdict(shape),
			.unbound = verdict(shape),
		};

		snprintf(name, sizeof(name), "br%u", i);
		snprintf(uplink[0], sizeof(uplink[0]), "eno%u", i);
		snprintf(uplink[1], sizeof(uplink[1]), "bond%u", i);
		err = isol_model_add_bridge(model, &spec, &fault);
		must(err, &fault);
		if (err)
			return err;
	}
	for (i = 0; i < shape->bridges; i++) {
		char seg[16];
		struct isol_segment_spec spec = {
			.name = seg,
			.bridge = name,
			.within = verdict(shape),
			.uplink = verdict(shape),
		};

		if (!percent(shape->segments))
			continue;
		snprintf(name, sizeof(name), "br%u", i);
		snprintf(seg, sizeof(seg), "seg%u", i);
		err = isol_model_add_segment(model, &spec, &fault);
		must(err, &fault);
		if (err)
			return err;
	}
	return 0;
}

static int add_groups(struct isol_model *model, const struct gen_shape *shape)
{
	char name[16];
	struct isol_group_spec spec = { .name = name };
	struct isol_fault fault;
	u32 i;
	int err;

	for (i = 0; i < shape->groups; i++) {
		snprintf(name, sizeof(name), "g%u", i);
		err = isol_model_add_group(model, &spec, &fault);
		must(err, &fault);
		if (err)
			return err;
	}
	return 0;
}

static int add_bindings(struct isol_model *model, const struct gen_shape *shape)
{
	char name[16], port[16], community[16], group[ISOL_MAX_MEMBERSHIPS][16];
	const struct isol_segment *segment;
	struct isol_fault fault;
	u32 i, j, k, skip;
	int err;

	for (i = 0; i < shape->bindings; i++) {
		struct isol_binding_spec spec = { .name = name, .port = port, .claims = 1 };
		u32 want = min(below(shape->memberships + 1), shape->groups);

		snprintf(name, sizeof(name), "b%u", i);
		snprintf(port, sizeof(port), "tap%u", i);
		if (percent(shape->homed) && model->nsegments) {
			segment = model->segments;
			for (skip = below(model->nsegments); skip--;)
				segment = segment->next;
			spec.segment = segment->name;
		}
		if (percent(shape->roles)) {
			spec.role = between(ISOL_ROLE_ISOLATED, ISOL_ROLE_MAX);
			if (spec.role == ISOL_ROLE_COMMUNITY) {
				snprintf(community, sizeof(community), "c%u",
					 below(shape->communities));
				spec.community = community;
			}
		}
		for (j = 0; j < want; j++) {
			/* not one twice, and not in order */
			snprintf(group[j], sizeof(group[j]), "g%u", below(shape->groups));
			spec.groups[spec.ngroups] = group[j];
			for (k = 0; k < spec.ngroups; k++)
				if (!strcmp(spec.groups[k], group[j]))
					break;
			spec.ngroups += k == spec.ngroups;
		}
		err = isol_model_add_binding(model, &spec, &fault);
		must(err, &fault);
		if (err)
			return err;
	}
	return 0;
}

static void fill_end(const struct gen_shape *shape, struct isol_endpoint_spec *end, char *name,
		     u32 table)
{
	static const u8 words[] = {
		ISOL_ENDPOINT_ANY, ISOL_ENDPOINT_HOST, ISOL_ENDPOINT_UPLINK, ISOL_ENDPOINT_MEMBERS,
	};

	end->name = name;
	if (shape->bindings && percent(shape->direct)) {
		end->kind = ISOL_ENDPOINT_BINDING;
		snprintf(name, 16, "b%u", below(shape->bindings));
	} else if (shape->groups && !percent(shape->words)) {
		end->kind = ISOL_ENDPOINT_GROUP;
		snprintf(name, 16, "g%u", below(shape->groups));
	} else {
		end->name = NULL;
		end->kind = words[below(ARRAY_SIZE(words))];
		if (table == ISOL_TABLE_QUARANTINE && percent(30))
			end->kind = ISOL_ENDPOINT_QUARANTINED;
	}
}

static bool judged(const struct isol_endpoint_spec *end, u32 n)
{
	for (; n--; end++)
		if (end->kind != ISOL_ENDPOINT_HOST && end->kind != ISOL_ENDPOINT_UPLINK)
			return true;
	return false;
}

static int add_rules(struct isol_model *model, const struct gen_shape *shape, u32 table, u32 n)
{
	struct isol_rule_spec *spec = malloc(sizeof(*spec));
	char name[16], ends[2 * ISOL_MAX_ENDPOINTS][16];
	struct isol_fault fault;
	int err = 0;
	u32 i, j;

	for (i = 0; i < n && !err; i++) {
		memset(spec, 0, sizeof(*spec));
		snprintf(name, sizeof(name), "%c%u", table ? 'q' : 'r', i);
		spec->name = name;
		spec->table = table;
		spec->verdict = verdict(shape);
		spec->nfrom = between(1, shape->ends);
		spec->nto = between(1, shape->ends);
		for (j = 0; j < spec->nfrom; j++)
			fill_end(shape, &spec->from[j], ends[j], table);
		for (j = 0; j < spec->nto; j++)
			fill_end(shape, &spec->to[j], ends[ISOL_MAX_ENDPOINTS + j], table);
		if (table == ISOL_TABLE_QUARANTINE) {
			struct isol_endpoint_spec *end = percent(50) ?
				&spec->from[below(spec->nfrom)] : &spec->to[below(spec->nto)];

			end->kind = ISOL_ENDPOINT_QUARANTINED;
			end->name = NULL;
		}
		if (!judged(spec->from, spec->nfrom) && !judged(spec->to, spec->nto))
			spec->from[0].kind = ISOL_ENDPOINT_MEMBERS;
		err = isol_model_add_rule(model, spec, &fault);
		must(err, &fault);
	}
	free(spec);
	return err;
}

struct isol_model *gen_model(struct isol_mem *mem, const struct gen_shape *shape)
{
	struct isol_model *model = isol_model_new(mem);
	int err;

	if (!model)
		return NULL;
	err = add_bridges(model, shape);
	if (!err)
		err = add_groups(model, shape);
	if (!err)
		err = add_bindings(model, shape);
	/* Quarantine rules first sometimes: order in the message is free. */
	if (!err && shape->quarantine & 1)
		err = add_rules(model, shape, ISOL_TABLE_QUARANTINE, shape->quarantine);
	if (!err)
		err = add_rules(model, shape, ISOL_TABLE_RULES, shape->rules);
	if (!err && !(shape->quarantine & 1))
		err = add_rules(model, shape, ISOL_TABLE_QUARANTINE, shape->quarantine);
	if (!err)
		err = isol_model_seal(model);
	if (err) {
		isol_model_free(model);
		return NULL;
	}
	return model;
}

static void print_side(const struct isol_model *model, const char *word,
		       const struct isol_endpoint *end, u32 n)
{
	static const char *const kinds[] = { "any", "host", "uplink", "members", "quarantined" };

	printf(" %s", word);
	for (; n--; end++)
		if (end->kind == ISOL_ENDPOINT_GROUP)
			printf(" %s", model->group[end->id]->name);
		else if (end->kind == ISOL_ENDPOINT_BINDING)
			printf(" %s", model->binding[end->id]->name);
		else
			printf(" %s", kinds[end->kind]);
}

static const char *verdict_name(u8 verdict)
{
	return verdict == ISOL_VERDICT_ACCEPT ? "accept" : "drop";
}

void gen_print(const struct isol_model *model)
{
	const struct isol_binding *binding;
	const struct isol_bridge *bridge;
	const struct isol_rule *rule;
	u32 i, table;

	for (bridge = model->bridges; bridge; bridge = bridge->next) {
		printf("# bridge %s default %s unbound %s", bridge->name,
		       verdict_name(bridge->dflt), verdict_name(bridge->unbound));
		if (bridge->segment)
			printf(" segment %s within %s uplink %s", bridge->segment->name,
			       verdict_name(bridge->segment->within),
			       verdict_name(bridge->segment->uplink));
		printf("\n");
	}
	for (binding = model->bindings; binding; binding = binding->next) {
		printf("# binding %s role %s %s groups", binding->name, role_names[binding->role],
		       binding->community ? binding->community : "");
		for (i = 0; i < binding->ngroups; i++)
			printf(" %s", model->group[binding->groups[i]]->name);
		printf("%s%s\n", binding->segment ? " segment " : "",
		       binding->segment ? binding->segment->name : "");
	}
	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = model->rules[table]; rule; rule = rule->next) {
			printf("# rule %s%s", rule->name, table ? " quarantine" : "");
			print_side(model, "from", rule->from, rule->nfrom);
			print_side(model, "to", rule->to, rule->nto);
			printf(" %s\n", verdict_name(rule->verdict));
		}
}
