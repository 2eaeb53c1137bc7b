// SPDX-License-Identifier: GPL-2.0
/* Rules asked one by one, see oracle.h. Shares no code with the compiler. */
#include "oracle.h"

static bool in_group(const struct isol_binding *binding, u32 group)
{
	u32 i;

	for (i = 0; i < binding->ngroups; i++)
		if (binding->groups[i] == group)
			return true;
	return false;
}

/* "A quarantined binding is matched by ANY and QUARANTINED only." */
static bool names(const struct isol_endpoint *name, const struct oracle_end *end)
{
	bool bound = end->kind == ORACLE_BINDING && !end->quarantined;

	switch (name->kind) {
	case ISOL_ENDPOINT_ANY:
		return true;
	case ISOL_ENDPOINT_HOST:
		return end->kind == ORACLE_HOST;
	case ISOL_ENDPOINT_UPLINK:
		return end->kind == ORACLE_UPLINK;
	case ISOL_ENDPOINT_MEMBERS:
		return bound;
	case ISOL_ENDPOINT_QUARANTINED:
		return end->quarantined;
	case ISOL_ENDPOINT_GROUP:
		return bound && in_group(end->binding, name->id);
	case ISOL_ENDPOINT_BINDING:
		return bound && end->binding->id == name->id;
	default:
		return false;
	}
}

static bool side_names(const struct isol_endpoint *side, u32 n, const struct oracle_end *end)
{
	for (; n--; side++)
		if (names(side, end))
			return true;
	return false;
}

/* The first rule of a table that matches; its place in the table to @nr. */
static const struct isol_rule *first_match(const struct isol_rule *rule,
					   const struct oracle_end *from,
					   const struct oracle_end *to, u32 *nr)
{
	for (*nr = 0; rule; rule = rule->next, ++*nr)
		if (side_names(rule->from, rule->nfrom, from) &&
		    side_names(rule->to, rule->nto, to))
			return rule;
	return NULL;
}

static u32 length(const struct isol_rule *rule)
{
	u32 n = 0;

	for (; rule; rule = rule->next)
		n++;
	return n;
}

static struct oracle_answer answer(u8 verdict, u8 reason)
{
	return (struct oracle_answer){ .verdict = verdict, .reason = reason };
}

static bool either(const struct oracle_end *from, const struct oracle_end *to,
		   enum oracle_kind kind)
{
	return from->kind == kind || to->kind == kind;
}

static bool restricted(const struct isol_binding *binding)
{
	return binding->role == ISOL_ROLE_ISOLATED || binding->role == ISOL_ROLE_COMMUNITY;
}

static bool promiscuous(const struct isol_binding *binding)
{
	return binding->role == ISOL_ROLE_PROMISCUOUS;
}

static bool same_community(const struct isol_binding *a, const struct isol_binding *b)
{
	return a->role == ISOL_ROLE_COMMUNITY && b->role == ISOL_ROLE_COMMUNITY &&
	       !strcmp(a->community, b->community);
}

/* Between guest ports, when no rule has decided. */
static struct oracle_answer by_role(const struct isol_bridge *bridge,
				    const struct isol_binding *a, const struct isol_binding *b)
{
	if (restricted(a) || restricted(b)) {
		if (promiscuous(a) || promiscuous(b) || same_community(a, b))
			return answer(ISOL_VERDICT_ACCEPT, ISOL_REASON_ROLE);
		return answer(ISOL_VERDICT_DROP, ISOL_REASON_ROLE);
	}
	if (promiscuous(a) && promiscuous(b))
		return answer(ISOL_VERDICT_ACCEPT, ISOL_REASON_ROLE);
	if (bridge->segment)
		return answer(bridge->segment->within, ISOL_REASON_WITHIN);
	return answer(bridge->dflt, ISOL_REASON_BRIDGE_DEFAULT);
}

static struct oracle_answer by_default(const struct isol_bridge *bridge,
				       const struct oracle_end *from,
				       const struct oracle_end *to)
{
	const struct oracle_end *peer;

	if (either(from, to, ORACLE_HOST))
		return answer(ISOL_VERDICT_DROP, ISOL_REASON_HOST_DEFAULT);
	if (either(from, to, ORACLE_UNBOUND)) {
		peer = from->kind == ORACLE_UNBOUND ? to : from;
		if (peer->kind == ORACLE_BINDING && restricted(peer->binding))
			return answer(ISOL_VERDICT_DROP, ISOL_REASON_ROLE);
		return answer(ISOL_VERDICT_ACCEPT, ISOL_REASON_UNBOUND);
	}
	if (either(from, to, ORACLE_UPLINK)) {
		if (bridge->segment)
			return answer(bridge->segment->uplink, ISOL_REASON_SEGMENT_UPLINK);
		return answer(bridge->dflt, ISOL_REASON_BRIDGE_DEFAULT);
	}
	return by_role(bridge, from->binding, to->binding);
}

static bool unjudged(const struct oracle_end *end)
{
	return end->kind == ORACLE_HOST || end->kind == ORACLE_UPLINK;
}

struct oracle_answer oracle_ask(const struct isol_model *model, const struct isol_bridge *bridge,
				const struct oracle_end *from, const struct oracle_end *to)
{
	struct oracle_answer answered;
	const struct isol_rule *rule;
	u32 nr;

	if (either(from, to, ORACLE_GONE))
		return answer(ISOL_VERDICT_DROP, ISOL_REASON_GONE);
	if (either(from, to, ORACLE_UNBOUND) && bridge->unbound == ISOL_VERDICT_DROP)
		return answer(ISOL_VERDICT_DROP, ISOL_REASON_UNBOUND);
	if (unjudged(from) && unjudged(to))
		return answer(ISOL_VERDICT_ACCEPT, ISOL_REASON_UNJUDGED);

	if (from->quarantined || to->quarantined) {
		rule = first_match(model->rules[ISOL_TABLE_QUARANTINE], from, to, &nr);
		if (!rule)
			return answer(ISOL_VERDICT_DROP, ISOL_REASON_QUARANTINE);
		answered = answer(rule->verdict, ISOL_REASON_QUARANTINE_RULE);
		nr += length(model->rules[ISOL_TABLE_RULES]);
	} else {
		rule = first_match(model->rules[ISOL_TABLE_RULES], from, to, &nr);
		if (!rule)
			return by_default(bridge, from, to);
		answered = answer(rule->verdict, ISOL_REASON_RULE);
	}
	answered.rule = rule;
	answered.nr = nr;
	return answered;
}
