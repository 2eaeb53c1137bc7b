// SPDX-License-Identifier: GPL-2.0
/* A compiled policy against the oracle, see pairs.h. */
#include "pairs.h"
#include "test.h"

/* For each pair whose rules ask about them. */
#define FRAMES (TEST_IN_KERNEL ? 3 : 12)

u32 pairs_met[ISOL_REASON_MAX + 1][ISOL_VERDICT_MAX + 1];
u32 pairs_asked[ISOL_NSHAPES];

u32 class_of_end(const struct isol_bridge *bridge, const struct oracle_end *end)
{
	switch (end->kind) {
	case ORACLE_HOST:
		return ISOL_CLASS_HOST;
	case ORACLE_UPLINK:
		return ISOL_CLASS_UPLINK;
	case ORACLE_UNBOUND:
		return bridge->unbound == ISOL_VERDICT_ACCEPT ? ISOL_CLASS_UNBOUND_ACCEPT :
								ISOL_CLASS_UNBOUND_DROP;
	case ORACLE_BINDING:
		return end->quarantined ? ISOL_CLASS_QUARANTINED :
					  ISOL_CLASS_FIRST_BINDING + end->binding->id;
	default:
		return ISOL_CLASS_GONE;
	}
}

u32 word_of_end(const struct isol_bridge *bridge, const struct oracle_end *end,
		const struct oracle_end *other)
{
	const struct oracle_end *at = end->kind == ORACLE_HOST ? other : end;
	u32 domain = bridge->id;

	if (at->kind == ORACLE_BINDING ||
	    (at->kind == ORACLE_UNBOUND && bridge->unbound == ISOL_VERDICT_ACCEPT))
		domain = isol_model_domain(bridge, at->binding ? at->binding->segment : NULL);
	return isol_word(domain, class_of_end(bridge, end));
}

/* Some VLAN: most often the one that frames between two ends have to be in. */
static struct oracle_vlan some_vlan(const struct isol_model *model, const struct oracle_end *from,
				    const struct oracle_end *to)
{
	struct oracle_vlan vlan = oracle_own_vlan(from, to);
	const struct isol_segment *segment;
	u32 skip = below(model->nsegments + 1);

	vlan.stacked = percent(10);
	if (percent(80))
		return vlan;
	for (segment = model->segments; segment && skip--; segment = segment->next)
		;
	vlan.vid = segment ? segment->vlan : (int)between(0, ISOL_VLAN_MAX + 1) - 1;
	return vlan;
}

static const char *end_name(const struct oracle_end *end, char *buf, size_t len)
{
	static const char *const kinds[] = { "host", "uplink", "unbound", "", "gone" };

	snprintf(buf, len, "%s%s%s", kinds[end->kind], end->binding ? end->binding->name : "",
		 end->quarantined ? "(quarantined)" : "");
	return buf;
}

/* Whether a counter is that of the rule, or the bridge's for the reason and verdict. */
static bool counts(const struct isol_compiled *compiled, const struct isol_bridge *bridge,
		   u32 nr, const struct oracle_answer *a)
{
	if (a->rule)
		return nr == a->nr;
	return nr == compiled->nrules + (bridge->id - 1) * ISOL_NWHY + a->reason * 2 +
		     (a->verdict == ISOL_VERDICT_ACCEPT);
}

static bool class_tracks(const struct isol_tables *tables, u32 word)
{
	const struct isol_class *class = &tables->classes[word & ISOL_WORD_CLASS];

	return isol_tables_track(tables, class->row, class->col);
}

void check_frames(const struct isol_model *model, const struct isol_compiled *compiled,
		  const struct isol_bridge *bridge, const struct oracle_end *from,
		  const struct oracle_end *to, struct keys *keys, u32 n)
{
	const struct isol_tables *tables = &compiled->tables;
	u32 a_word = word_of_end(bridge, from, to), b_word = word_of_end(bridge, to, from);
	u32 cell = isol_cell(tables, a_word & ISOL_WORD_CLASS, b_word & ISOL_WORD_CLASS);
	struct oracle_vlan own = oracle_own_vlan(from, to);
	bool settled = isol_admit(tables, a_word, b_word, own.vid, false, &(u32){ 0 }) !=
		       ISOL_NDFLT;
	bool depends = oracle_depends(model, bridge, from, to);
	const struct isol_program *program = NULL;
	char x[80], y[80], text[300];

	/* The table has rules also for ends that are in different segments. */
	if (isol_cell_asks(cell) && !settled) {
		CHECK((cell & ISOL_DECISION_COUNTER) < compiled->nprograms);
		program = isol_cell_program(tables, cell);
		CHECK(program->depth > ISOL_DEPTH_NONE && program->depth <= ISOL_DEPTH_L4);
	}
	CHECK_MSG(depends || !program, "%s, %s to %s: a program that nobody needs", bridge->name,
		  end_name(from, x, sizeof(x)), end_name(to, y, sizeof(y)));
	for (n = depends ? n : 1; n && test_good(); n--) {
		struct oracle_vlan vlan = some_vlan(model, from, to);
		struct isol_key key = {}, read = {};
		u32 end = cell, d, nr, domain, dflt;
		struct oracle_answer a;
		u8 verdict;

		if (depends)
			keys_random(keys, &key);
		a = oracle_ask_vlan(model, bridge, from, to, vlan, depends ? &key : NULL);
		dflt = isol_admit(tables, a_word, b_word, vlan.vid, vlan.stacked, &domain);
		CHECK_EQ(tables->domains[domain - 1].bridge, bridge->id);
		if (dflt != ISOL_NDFLT) {
			end = ISOL_DECISION_DEFAULT | dflt;
		} else if (program) {
			keys_reduce(keys, &key, program->depth, program->wants_vlan, &read);
			end = isol_program_ask(program, &read);
			pairs_asked[key.shape]++;
		}
		CHECK_MSG(!isol_cell_asks(end), "no end: %#x", end);
		d = isol_resolve(tables, domain, end);
		nr = isol_decision_counter(d);
		verdict = isol_decision_verdict(d);
		pairs_met[a.reason][a.verdict]++;
		/* What the kernel is not to track must never be asked for. */
		CHECK_MSG(!isol_decision_tracks(d) ||
			  (class_tracks(tables, a_word) && class_tracks(tables, b_word)),
			  "%s, %s to %s: a conversation of what is not tracked", bridge->name,
			  end_name(from, x, sizeof(x)), end_name(to, y, sizeof(y)));
		if (verdict == a.verdict && isol_decision_reason(d) == a.reason &&
		    isol_decision_tracks(d) == (a.rule && a.rule->tracks) &&
		    counts(compiled, bridge, nr, &a))
			continue;
		CHECK_MSG(0, "%s, %s to %s in VLAN %d%s: verdict %u%s reason %u counter %u, not %u %u %s; %s",
			  bridge->name, end_name(from, x, sizeof(x)),
			  end_name(to, y, sizeof(y)), vlan.vid, vlan.stacked ? " stacked" : "",
			  verdict, isol_decision_tracks(d) ? " tracked" : "",
			  isol_decision_reason(d), nr, a.verdict, a.reason,
			  a.rule ? a.rule->name : "a default",
			  depends ? keys_text(&key, text, sizeof(text)) : "whatever the frame");
	}
}

/* The endpoints that a bridge can have; to @ends, with room for all. */
static u32 make_ends(const struct isol_model *model, const struct isol_bridge *bridge,
		     struct oracle_end *ends)
{
	const struct isol_binding *binding;
	u32 n = 0;

	ends[n++] = (struct oracle_end){ .kind = ORACLE_HOST };
	ends[n++] = (struct oracle_end){ .kind = ORACLE_UPLINK };
	ends[n++] = (struct oracle_end){ .kind = ORACLE_UNBOUND };
	ends[n++] = (struct oracle_end){ .kind = ORACLE_GONE };
	for (binding = model->bindings; binding; binding = binding->next) {
		if (binding->segment && binding->segment->bridge != bridge)
			continue;
		ends[n++] = (struct oracle_end){ .kind = ORACLE_BINDING, .binding = binding };
		if (percent(30))
			ends[n++] = (struct oracle_end){
				.kind = ORACLE_BINDING, .binding = binding, .quarantined = true,
			};
	}
	return n;
}

void check_pairs(const struct isol_model *model, const struct isol_compiled *compiled, u32 most)
{
	struct oracle_end *ends = calloc(model->nbindings * 2 + 4, sizeof(*ends));
	struct keys *keys = keys_new(model);
	const struct isol_bridge *bridge;
	u32 n, i, j;

	for (bridge = model->bridges; bridge; bridge = bridge->next) {
		n = make_ends(model, bridge, ends);
		if ((u64)n * n > most) {
			for (i = 0; i < most; i++)
				check_frames(model, compiled, bridge, &ends[below(n)],
					     &ends[below(n)], keys, FRAMES);
			continue;
		}
		for (i = 0; i < n; i++)
			for (j = 0; j < n; j++)
				check_frames(model, compiled, bridge, &ends[i], &ends[j], keys,
					     FRAMES);
	}
	keys_free(keys);
	free(ends);
}

/* ---- what the tables must be like, whatever the policy */

static void check_defaults(const struct isol_model *model, const struct isol_compiled *compiled)
{
	static const struct {
		u32 dflt, accept, reason;
	} fixed[] = {
		{ ISOL_DFLT_UNJUDGED, 1, ISOL_REASON_UNJUDGED },
		{ ISOL_DFLT_GONE, 0, ISOL_REASON_GONE },
		{ ISOL_DFLT_MISMATCH, 0, ISOL_REASON_MISMATCH },
		{ ISOL_DFLT_CONTROL, 1, ISOL_REASON_CONTROL },
		{ ISOL_DFLT_PROMISC_ACCEPT, 1, ISOL_REASON_PROMISC },
		{ ISOL_DFLT_PROMISC_DROP, 0, ISOL_REASON_PROMISC },
		{ ISOL_DFLT_UNPARSED, 0, ISOL_REASON_UNPARSED },
		{ ISOL_DFLT_SEGMENT, 0, ISOL_REASON_SEGMENT },
		{ ISOL_DFLT_VLAN, 0, ISOL_REASON_VLAN },
		{ ISOL_DFLT_TAGS, 0, ISOL_REASON_TAGS },
		{ ISOL_NDFLT - 1, 0, ISOL_REASON_MISMATCH },	/* none has this */
	};
	const struct isol_tables *tables = &compiled->tables;
	const struct isol_segment *segment;
	u32 domain, i, nvlans = 0, nbeside = 0, taken = 0;
	const struct isol_bridge *bridge;

	for (domain = 1; domain <= tables->ndomains; domain++) {
		u32 nr = tables->domains[domain - 1].bridge;

		for (i = 0; i < ISOL_NDFLT; i++) {
			u32 d = isol_tables_default(tables, domain, i);

			CHECK(!(d & ISOL_DECISION_DEFAULT));
			CHECK_EQ(isol_decision_counter(d), compiled->nrules +
				 (nr - 1) * ISOL_NWHY + isol_decision_reason(d) * 2 +
				 !!(d & ISOL_DECISION_ACCEPT));
			CHECK(isol_decision_reason(d) <= ISOL_REASON_MAX);
		}
		for (i = 0; i < ARRAY_SIZE(fixed); i++) {
			u32 d = isol_tables_default(tables, domain, fixed[i].dflt);

			CHECK_EQ(!!(d & ISOL_DECISION_ACCEPT), fixed[i].accept);
			CHECK_EQ(isol_decision_reason(d), fixed[i].reason);
		}
		CHECK_EQ(!tables->domains[domain - 1].vlan,
			 domain <= model->nbridges || domain > model->nbridges + model->nvlans);
		CHECK_EQ(!tables->domains[domain - 1].taken,
			 domain <= model->nbridges + model->nvlans);
		if (domain <= model->nbridges)
			CHECK_EQ(nr, domain);
	}
	for (segment = model->segments; segment; segment = segment->next) {
		if (!segment->vlan)
			continue;
		CHECK_EQ(segment->domain, model->nbridges + ++nvlans);
		CHECK_EQ(tables->domains[segment->domain - 1].bridge, segment->bridge->id);
		CHECK_EQ(tables->domains[segment->domain - 1].vlan, segment->vlan);
		CHECK(!isol_domain_takes(tables, segment->bridge->beside, segment->vlan));
	}
	CHECK_EQ(nvlans, model->nvlans);
	for (bridge = model->bridges; bridge; bridge = bridge->next) {
		if (!bridge->nvlans)
			continue;
		CHECK_EQ(bridge->beside, model->nbridges + nvlans + ++nbeside);
		CHECK_EQ(tables->domains[bridge->beside - 1].bridge, bridge->id);
		for (i = 0; i < 4096; i++)
			taken += !isol_domain_takes(tables, bridge->beside, i);
	}
	CHECK_EQ(taken, nvlans);
	CHECK_EQ(tables->ndomains, model->nbridges + nvlans + nbeside);
}

static bool same_role(const struct isol_binding *a, const struct isol_binding *b)
{
	return a->role == b->role &&
	       (a->role != ISOL_ROLE_COMMUNITY || !strcmp(a->community, b->community));
}

static bool named(const struct isol_model *model, bool from, u32 kind, u32 id)
{
	const struct isol_rule *rule;
	u32 table, i;

	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = model->rules[table]; rule; rule = rule->next) {
			const struct isol_endpoint *end = from ? rule->from : rule->to;

			for (i = from ? rule->nfrom : rule->nto; i--; end++)
				if (end->kind == kind && end->id == id)
					return true;
		}
	return false;
}

static bool has_group(const struct isol_binding *binding, u32 id)
{
	u32 i;

	for (i = 0; i < binding->ngroups; i++)
		if (binding->groups[i] == id)
			return true;
	return false;
}

/* No rule can tell the two apart on that side, and no role does. */
static bool alike(const struct isol_model *model, bool from, const struct isol_binding *a,
		  const struct isol_binding *b)
{
	u32 g;

	if (!same_role(a, b) || named(model, from, ISOL_ENDPOINT_BINDING, a->id) ||
	    named(model, from, ISOL_ENDPOINT_BINDING, b->id))
		return false;
	for (g = 0; g < model->ngroups; g++)
		if (has_group(a, g) != has_group(b, g) &&
		    named(model, from, ISOL_ENDPOINT_GROUP, g))
			return false;
	return true;
}

static void check_sharing(const struct isol_model *model, const struct isol_compiled *compiled)
{
	const struct isol_class *classes = compiled->tables.classes;
	const struct isol_row *row, *other;
	const struct isol_rule *rule;
	bool follows = false;
	u32 i, j, nrows = 0;

	for (rule = model->rules[ISOL_TABLE_SERVICES]; rule; rule = rule->next)
		follows |= rule->follow;
	CHECK_EQ(compiled->tables.nclasses, ISOL_CLASS_FIRST_BINDING + model->nbindings);
	for (i = 0; i < compiled->tables.nclasses; i++) {
		CHECK(classes[i].row);
		CHECK(classes[i].col < compiled->ncols);
	}
	for (row = compiled->rows; row; row = row->next, nrows++)
		for (other = row->next; other; other = other->next)
			CHECK_MSG(memcmp(row->cells, other->cells, compiled->ncols * sizeof(u32)),
				  "two equal rows are stored");
	CHECK_EQ(nrows, compiled->nrows);

	for (i = 0; i < model->nbindings; i++)
		for (j = 0; j < i; j++) {
			const struct isol_binding *a = model->binding[i], *b = model->binding[j];
			const struct isol_class *x = &classes[ISOL_CLASS_FIRST_BINDING + i];
			const struct isol_class *y = &classes[ISOL_CLASS_FIRST_BINDING + j];

			/*
			 * Where rules follow others, who may send to a binding is
			 * something about its row too, and the other way.
			 */
			CHECK_MSG(!alike(model, true, a, b) || x->row == y->row ||
				  (follows && !alike(model, false, a, b)),
				  "%s and %s have rows of their own", a->name, b->name);
			CHECK_MSG(alike(model, false, a, b) == (x->col == y->col) ||
				  (follows && !alike(model, true, a, b) && x->col != y->col),
				  "%s and %s: columns %u and %u", a->name, b->name, x->col,
				  y->col);
		}
	/* The hooks count on this one without looking. */
	CHECK_EQ(classes[ISOL_CLASS_HOST].col, ISOL_COL_HOST);
	CHECK(classes[ISOL_CLASS_NONE].row == classes[ISOL_CLASS_GONE].row);
}

/* Each pair of classes whose rules ask the same shares one program with the others. */
static void check_programs(const struct isol_compiled *compiled)
{
	const struct isol_row *row;
	u32 i, nr, used = 0;
	bool *seen;

	if (!compiled->nprograms)
		return;
	seen = calloc(compiled->nprograms, sizeof(*seen));
	for (row = compiled->rows; row; row = row->next)
		for (i = 0; i < compiled->ncols; i++) {
			if (!isol_cell_asks(row->cells[i]))
				continue;
			nr = row->cells[i] & ISOL_DECISION_COUNTER;
			CHECK_MSG(nr < compiled->nprograms, "program %u of %u", nr,
				  compiled->nprograms);
			if (nr >= compiled->nprograms || seen[nr])
				continue;
			seen[nr] = true;
			used++;
		}
	CHECK_MSG(used == compiled->nprograms, "%u of %u programs are asked", used,
		  compiled->nprograms);
	free(seen);
}

static void check_rules(const struct isol_model *model, const struct isol_compiled *compiled)
{
	const struct isol_rule *rule;
	static const u8 tables[] = { ISOL_TABLE_SERVICES, ISOL_TABLE_RULES, ISOL_TABLE_QUARANTINE };
	u32 i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (rule = model->rules[tables[i]]; rule; rule = rule->next, nr++) {
			CHECK(compiled->rule[nr] == rule);
			CHECK_EQ(rule->nr, nr);
		}
	CHECK_EQ(compiled->nrules, nr);
	CHECK_EQ(compiled->ncounters, nr + model->nbridges * ISOL_NWHY);
	CHECK_EQ(compiled->tables.nbridges, model->nbridges);
}

void check_tables(const struct isol_model *model, const struct isol_compiled *compiled,
		  bool sharing)
{
	check_rules(model, compiled);
	check_defaults(model, compiled);
	check_programs(compiled);
	if (sharing)
		check_sharing(model, compiled);
}
