// SPDX-License-Identifier: GPL-2.0
/* Rules asked one by one, see oracle.h. Shares no code with the compiler. */
#include "oracle.h"
#include "test.h"

/* ---- what a rule asks of a frame */

#define TCP 6

/* What can be said of one field of a frame. */
enum presence {
	ABSENT,
	HIDDEN,
	THERE,
};

static bool is_ip4(const struct isol_key *key)
{
	return key->shape == ISOL_SHAPE_IP4_PORTS || key->shape == ISOL_SHAPE_IP4_ICMP ||
	       key->shape == ISOL_SHAPE_IP4_OTHER || key->shape == ISOL_SHAPE_IP4_NOL4;
}

static bool is_ip6(const struct isol_key *key)
{
	return key->shape == ISOL_SHAPE_IP6_PORTS || key->shape == ISOL_SHAPE_IP6_ICMP ||
	       key->shape == ISOL_SHAPE_IP6_OTHER || key->shape == ISOL_SHAPE_IP6_NOL4 ||
	       key->shape == ISOL_SHAPE_IP6_NOPROTO;
}

/* The header of the protocol: ports (of TCP alone, if it is about the flags). */
static enum presence ports_of(const struct isol_key *key, bool tcp)
{
	u32 proto = key->v[ISOL_MATCH_A_PROTO];

	if (key->shape == ISOL_SHAPE_IP6_NOPROTO)
		return HIDDEN;
	if (tcp ? proto != TCP : proto != TCP && proto != 17 && proto != 33 && proto != 132 &&
	    proto != 136)
		return ABSENT;
	switch (key->shape) {
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP6_PORTS:
		return THERE;
	case ISOL_SHAPE_IP4_NOL4:
	case ISOL_SHAPE_IP6_NOL4:
		return HIDDEN;
	default:
		return ABSENT;
	}
}

static enum presence icmp_of(const struct isol_key *key)
{
	switch (key->shape) {
	case ISOL_SHAPE_IP4_ICMP:
	case ISOL_SHAPE_IP6_ICMP:
		return THERE;
	case ISOL_SHAPE_IP4_NOL4:
		return key->v[ISOL_MATCH_A_PROTO] == 1 ? HIDDEN : ABSENT;
	case ISOL_SHAPE_IP6_NOL4:
		return key->v[ISOL_MATCH_A_PROTO] == 58 ? HIDDEN : ABSENT;
	case ISOL_SHAPE_IP6_NOPROTO:
		return HIDDEN;
	default:
		return ABSENT;
	}
}

static enum presence presence_of(const struct isol_key *key, u32 field)
{
	bool ip = is_ip4(key) || is_ip6(key);

	switch (field) {
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
	case ISOL_MATCH_A_CAST:
		return THERE;
	case ISOL_MATCH_A_ETHERTYPE:
		return key->shape == ISOL_SHAPE_UNREAD ? HIDDEN : THERE;
	}
	/* all others are of layer 3 or above */
	if (key->shape == ISOL_SHAPE_UNREAD || key->shape == ISOL_SHAPE_L3_UNREAD)
		return HIDDEN;
	switch (field) {
	case ISOL_MATCH_A_ARP_OP:
	case ISOL_MATCH_A_ARP_SENDER:
	case ISOL_MATCH_A_ARP_TARGET:
		return key->shape == ISOL_SHAPE_ARP ? THERE : ABSENT;
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_DST_IP4:
		return is_ip4(key) ? THERE : ABSENT;
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		return is_ip6(key) ? THERE : ABSENT;
	case ISOL_MATCH_A_DSCP:
		return ip ? THERE : ABSENT;
	case ISOL_MATCH_A_PROTO:
	case ISOL_MATCH_A_FRAGMENT:
		/* what could not be followed may hide a fragment header */
		if (key->shape == ISOL_SHAPE_IP6_NOPROTO)
			return HIDDEN;
		return ip ? THERE : ABSENT;
	case ISOL_MATCH_A_SPORT:
	case ISOL_MATCH_A_DPORT:
		return ip ? ports_of(key, false) : ABSENT;
	case ISOL_MATCH_A_TCP_FLAGS:
		return ip ? ports_of(key, true) : ABSENT;
	case ISOL_MATCH_A_ICMP:
		return icmp_of(key);
	default:
		CHECK_MSG(0, "no such field: %u", field);
		return ABSENT;
	}
}

static bool below_or_same(struct isol_wide a, struct isol_wide b)
{
	return a.hi < b.hi || (a.hi == b.hi && a.lo <= b.lo);
}

/* Whether a value is one of those that the operator has named. */
static bool listed(const struct isol_values *values, const struct isol_key *key)
{
	struct isol_wide wide;
	u32 i;
	u64 v;

	for (i = 0; i < values->n; i++) {
		switch (values->field) {
		case ISOL_MATCH_A_SRC_IP6:
		case ISOL_MATCH_A_DST_IP6:
			wide = values->field == ISOL_MATCH_A_SRC_IP6 ? key->src6 : key->dst6;
			if (below_or_same(values->wide[i].lo, wide) &&
			    below_or_same(wide, values->wide[i].hi))
				return true;
			break;
		case ISOL_MATCH_A_SRC_MAC:
		case ISOL_MATCH_A_DST_MAC:
		case ISOL_MATCH_A_TCP_FLAGS:
			v = values->field == ISOL_MATCH_A_SRC_MAC ? key->smac :
			    values->field == ISOL_MATCH_A_DST_MAC ? key->dmac :
			    key->v[ISOL_MATCH_A_TCP_FLAGS];
			if ((v & values->masked[i].mask) == values->masked[i].value)
				return true;
			break;
		default:
			v = key->v[values->field];
			if (values->range[i].lo <= v && v <= values->range[i].hi)
				return true;
		}
	}
	return false;
}

static bool asks(const struct isol_match *match, u32 field)
{
	u32 i;

	for (i = 0; i < match->n; i++)
		if (match->values[i].field == field)
			return true;
	return false;
}

/* The same address, of the other version of IP. */
static u32 other_version(u32 field)
{
	switch (field) {
	case ISOL_MATCH_A_SRC_IP4:
		return ISOL_MATCH_A_SRC_IP6;
	case ISOL_MATCH_A_SRC_IP6:
		return ISOL_MATCH_A_SRC_IP4;
	case ISOL_MATCH_A_DST_IP4:
		return ISOL_MATCH_A_DST_IP6;
	case ISOL_MATCH_A_DST_IP6:
		return ISOL_MATCH_A_DST_IP4;
	default:
		return 0;
	}
}

static enum oracle_truth one_field(const struct isol_match *match,
				   const struct isol_values *values, const struct isol_key *key)
{
	u32 other = other_version(values->field);

	switch (presence_of(key, values->field)) {
	case HIDDEN:
		return ORACLE_UNKNOWN;
	case ABSENT:
		/* named in both versions: the one that the frame is of says it */
		if (other && asks(match, other) && presence_of(key, other) == THERE)
			return ORACLE_TRUE;
		return ORACLE_FALSE;
	default:
		return listed(values, key) != values->negate ? ORACLE_TRUE : ORACLE_FALSE;
	}
}

enum oracle_truth oracle_match(const struct isol_match *match, const struct isol_key *key)
{
	enum oracle_truth all = ORACLE_TRUE;
	u32 i;

	for (i = 0; i < match->n; i++) {
		enum oracle_truth one = one_field(match, &match->values[i], key);

		if (one == ORACLE_FALSE)
			return ORACLE_FALSE;
		if (one == ORACLE_UNKNOWN)
			all = ORACLE_UNKNOWN;
	}
	return all;
}

/* ---- between whom */

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

static bool names_both(const struct isol_rule *rule, const struct oracle_end *from,
		       const struct oracle_end *to)
{
	return side_names(rule->from, rule->nfrom, from) && side_names(rule->to, rule->nto, to);
}

/**
 * struct found - what came of asking the rules of a table
 * @rule: the first that matches, or NULL
 * @nr: its place in the table
 * @unread: it matches for want of what could not be read
 * @passed: one that accepts was passed over for that
 */
struct found {
	const struct isol_rule *rule;
	u32 nr;
	bool unread;
	bool passed;
};

static struct found first_match(const struct isol_rule *rule, const struct oracle_end *from,
				const struct oracle_end *to, const struct isol_key *key)
{
	struct found found = {};

	for (; rule; rule = rule->next, found.nr++) {
		enum oracle_truth truth = ORACLE_TRUE;

		if (!names_both(rule, from, to))
			continue;
		if (rule->match) {
			CHECK(key);
			truth = key ? oracle_match(rule->match, key) : ORACLE_FALSE;
		}
		if (truth == ORACLE_FALSE)
			continue;
		if (truth == ORACLE_UNKNOWN && rule->verdict == ISOL_VERDICT_ACCEPT) {
			found.passed = true;
			continue;
		}
		found.unread = truth == ORACLE_UNKNOWN;
		found.rule = rule;
		break;
	}
	return found;
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

/* What needs no rule, and does not ask for any. */
static bool by_ends(const struct isol_bridge *bridge, const struct oracle_end *from,
		    const struct oracle_end *to, struct oracle_answer *answered)
{
	if (either(from, to, ORACLE_GONE))
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_GONE);
	else if (either(from, to, ORACLE_UNBOUND) && bridge->unbound == ISOL_VERDICT_DROP)
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_UNBOUND);
	else if (unjudged(from) && unjudged(to))
		*answered = answer(ISOL_VERDICT_ACCEPT, ISOL_REASON_UNJUDGED);
	else
		return false;
	return true;
}

/* The table that alone decides between two ends. */
static u32 table_of(const struct oracle_end *from, const struct oracle_end *to)
{
	return from->quarantined || to->quarantined ? ISOL_TABLE_QUARANTINE : ISOL_TABLE_RULES;
}

struct oracle_answer oracle_ask(const struct isol_model *model, const struct isol_bridge *bridge,
				const struct oracle_end *from, const struct oracle_end *to,
				const struct isol_key *key)
{
	u32 table = table_of(from, to);
	struct oracle_answer answered;
	struct found found;

	if (by_ends(bridge, from, to, &answered))
		return answered;
	found = first_match(model->rules[table], from, to, key);
	if (found.rule) {
		answered = answer(found.rule->verdict,
				  found.unread ? ISOL_REASON_UNPARSED :
				  table == ISOL_TABLE_QUARANTINE ? ISOL_REASON_QUARANTINE_RULE :
				  ISOL_REASON_RULE);
		answered.rule = found.rule;
		answered.nr = found.nr;
		if (table == ISOL_TABLE_QUARANTINE)
			answered.nr += length(model->rules[ISOL_TABLE_RULES]);
		return answered;
	}
	answered = table == ISOL_TABLE_QUARANTINE ?
		   answer(ISOL_VERDICT_DROP, ISOL_REASON_QUARANTINE) :
		   by_default(bridge, from, to);
	if (found.passed && answered.verdict == ISOL_VERDICT_DROP)
		answered.reason = ISOL_REASON_UNPARSED;
	return answered;
}

bool oracle_depends(const struct isol_model *model, const struct isol_bridge *bridge,
		    const struct oracle_end *from, const struct oracle_end *to)
{
	const struct isol_rule *rule;
	struct oracle_answer answered;

	if (by_ends(bridge, from, to, &answered))
		return false;
	for (rule = model->rules[table_of(from, to)]; rule; rule = rule->next)
		if (names_both(rule, from, to))
			return rule->match;
	return false;
}
