// SPDX-License-Identifier: GPL-2.0
/* Rules asked one by one, see oracle.h. Shares no code with the compiler. */
#include "keys.h"
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
	case ISOL_MATCH_A_SRC_MAC_SET:
	case ISOL_MATCH_A_DST_MAC_SET:
		return THERE;
	case ISOL_MATCH_A_ETHERTYPE:
	case ISOL_MATCH_A_VLAN:
		return key->shape == ISOL_SHAPE_UNREAD ? HIDDEN : THERE;
	case ISOL_MATCH_A_PCP:
	case ISOL_MATCH_A_INNER_VLAN:
		if (key->shape == ISOL_SHAPE_UNREAD)
			return HIDDEN;
		return key->v[field] > (field == ISOL_MATCH_A_PCP ? 7 : 4095) ? ABSENT : THERE;
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
	case ISOL_MATCH_A_SRC_SET:
	case ISOL_MATCH_A_DST_SET:
		return ip ? THERE : ABSENT;
	case ISOL_MATCH_A_PROTO:
	case ISOL_MATCH_A_FRAGMENT:
		/* what could not be followed may hide a fragment header */
		if (key->shape == ISOL_SHAPE_IP6_NOPROTO)
			return HIDDEN;
		return ip ? THERE : ABSENT;
	case ISOL_MATCH_A_SPORT:
	case ISOL_MATCH_A_DPORT:
	case ISOL_MATCH_A_SPORT_SET:
	case ISOL_MATCH_A_DPORT_SET:
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

/* What a frame has in a field of sets, and which elements of a set are about it. */
static u32 value_of(const struct isol_key *key, u32 field, struct isol_wide *v)
{
	v->hi = 0;
	switch (field) {
	case ISOL_MATCH_A_SRC_SET:
	case ISOL_MATCH_A_DST_SET:
		if (is_ip6(key)) {
			*v = field == ISOL_MATCH_A_SRC_SET ? key->src6 : key->dst6;
			return ISOL_ELEMENT_IP6;
		}
		v->lo = key->v[field == ISOL_MATCH_A_SRC_SET ? ISOL_MATCH_A_SRC_IP4 :
							      ISOL_MATCH_A_DST_IP4];
		return ISOL_ELEMENT_IP4;
	case ISOL_MATCH_A_SRC_MAC_SET:
		v->lo = key->smac;
		return ISOL_ELEMENT_MAC;
	case ISOL_MATCH_A_DST_MAC_SET:
		v->lo = key->dmac;
		return ISOL_ELEMENT_MAC;
	case ISOL_MATCH_A_SPORT_SET:
		v->lo = key->v[ISOL_MATCH_A_SPORT];
		return ISOL_ELEMENT_PORT;
	default:
		v->lo = key->v[ISOL_MATCH_A_DPORT];
		return ISOL_ELEMENT_PORT;
	}
}

/* Whether an element of a set holds what a frame has in a field, one by one. */
static bool in_set(const struct isol_set *set, u32 field, const struct isol_key *key)
{
	const struct isol_elements *e;
	struct isol_wide v;
	u32 kind = value_of(key, field, &v), i;

	for (e = set->elements; e; e = e->next)
		for (i = 0; i < e->n; i++) {
			struct isol_wide_range r = isol_element(e, i);

			if (e->kind == kind && below_or_same(r.lo, v) && below_or_same(v, r.hi))
				return true;
		}
	return false;
}

/* Whether a value is one of those that the operator has named. */
static bool listed(const struct isol_values *values, const struct isol_key *key)
{
	struct isol_wide wide;
	u32 i;
	u64 v;

	for (i = 0; i < values->n; i++) {
		switch (values->field) {
		case ISOL_MATCH_A_SRC_SET:
		case ISOL_MATCH_A_DST_SET:
		case ISOL_MATCH_A_SRC_MAC_SET:
		case ISOL_MATCH_A_DST_MAC_SET:
		case ISOL_MATCH_A_SPORT_SET:
		case ISOL_MATCH_A_DPORT_SET:
			if (in_set(values->set[i], values->field, key))
				return true;
			break;
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

/* How a side of a rule covers an end. */
enum cover {
	NOT,
	ALWAYS,
	BY_ADDRESS,	/* the end is the uplinks, and it is up to the frame's address */
};

static enum cover side_covers(const struct isol_endpoint *side, u32 n,
			      const struct oracle_end *end)
{
	enum cover cover = NOT;

	for (; n--; side++) {
		if (names(side, end))
			return ALWAYS;
		if (side->kind == ISOL_ENDPOINT_REMOTE && end->kind == ORACLE_UPLINK)
			cover = BY_ADDRESS;
	}
	return cover;
}

static const struct isol_set *set_of(const struct isol_model *model, u32 id)
{
	const struct isol_set *set;

	for (set = model->sets; set && set->id != id; set = set->next)
		;
	return set;
}

/* The same, of a frame. */
static enum oracle_truth side_holds(const struct isol_model *model,
				    const struct isol_endpoint *side, u32 n,
				    const struct oracle_end *end, u32 field,
				    const struct isol_key *key)
{
	switch (side_covers(side, n, end)) {
	case NOT:
		return ORACLE_FALSE;
	case ALWAYS:
		return ORACLE_TRUE;
	case BY_ADDRESS:
		break;
	}
	CHECK(key);
	if (!key || presence_of(key, field) == ABSENT)
		return ORACLE_FALSE;
	if (presence_of(key, field) == HIDDEN)
		return ORACLE_UNKNOWN;
	for (; n--; side++)
		if (side->kind == ISOL_ENDPOINT_REMOTE &&
		    in_set(set_of(model, side->id), field, key))
			return ORACLE_TRUE;
	return ORACLE_FALSE;
}

static enum oracle_truth both(enum oracle_truth a, enum oracle_truth b)
{
	if (a == ORACLE_FALSE || b == ORACLE_FALSE)
		return ORACLE_FALSE;
	return a == ORACLE_UNKNOWN || b == ORACLE_UNKNOWN ? ORACLE_UNKNOWN : ORACLE_TRUE;
}

static enum oracle_truth rule_holds(const struct isol_model *model, const struct isol_rule *rule,
				    const struct oracle_end *from, const struct oracle_end *to,
				    const struct isol_key *key)
{
	enum oracle_truth truth;

	if (!side_covers(rule->from, rule->nfrom, from) ||
	    !side_covers(rule->to, rule->nto, to))
		return ORACLE_FALSE;
	truth = both(side_holds(model, rule->from, rule->nfrom, from, ISOL_MATCH_A_SRC_SET, key),
		     side_holds(model, rule->to, rule->nto, to, ISOL_MATCH_A_DST_SET, key));
	if (!rule->match)
		return truth;
	CHECK(key);
	return both(truth, key ? oracle_match(rule->match, key) : ORACLE_FALSE);
}

static bool names_both(const struct isol_rule *rule, const struct oracle_end *from,
		       const struct oracle_end *to)
{
	return side_covers(rule->from, rule->nfrom, from) && side_covers(rule->to, rule->nto, to);
}

static bool by_address(const struct isol_rule *rule, const struct oracle_end *from,
		       const struct oracle_end *to)
{
	return side_covers(rule->from, rule->nfrom, from) == BY_ADDRESS ||
	       side_covers(rule->to, rule->nto, to) == BY_ADDRESS;
}

/* ---- rules that follow others */

static const struct isol_values *asked(const struct isol_match *match, u32 field)
{
	u32 i;

	for (i = 0; match && i < match->n; i++)
		if (match->values[i].field == field)
			return &match->values[i];
	return NULL;
}

/* Whether a field may be a number, as far as it alone goes. */
static bool may_be(const struct isol_match *match, u32 field, u32 number)
{
	const struct isol_values *v = asked(match, field);
	struct isol_key key = {};

	if (!v)
		return true;
	key.v[field] = number;
	return listed(v, &key) != v->negate;
}

static bool may_be_proto6(const struct isol_match *match)
{
	u32 i;

	/* what is no extension header, RFC 8200 and the like */
	for (i = 1; i < 256; i++)
		if (i != 43 && i != 44 && i != 51 && i != 60 && i != 135 && i != 139 && i != 140 &&
		    may_be(match, ISOL_MATCH_A_PROTO, i))
			return true;
	return false;
}

static bool of_version(const struct isol_match *match, u32 ip4, u32 ip6, bool six)
{
	if (!asked(match, ip4) && !asked(match, ip6))
		return true;
	return asked(match, six ? ip6 : ip4);
}

static bool may_be_ip(const struct isol_match *match, bool six)
{
	if (asked(match, ISOL_MATCH_A_ARP_OP) || asked(match, ISOL_MATCH_A_ARP_SENDER) ||
	    asked(match, ISOL_MATCH_A_ARP_TARGET))
		return false;
	if (!may_be(match, ISOL_MATCH_A_ETHERTYPE, six ? 0x86dd : 0x0800))
		return false;
	if (!of_version(match, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_SRC_IP6, six) ||
	    !of_version(match, ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_DST_IP6, six))
		return false;
	if (asked(match, ISOL_MATCH_A_ICMP) && !may_be(match, ISOL_MATCH_A_PROTO, six ? 58 : 1))
		return false;
	return !six || may_be_proto6(match);
}

/*
 * An address that meets none of the values from the @i-th on, and has @fixed of
 * its bits already: one bit of each value has to differ.
 */
static bool evades(const struct isol_values *v, u32 i, u64 fixed, u64 value)
{
	u32 bit;

	if (i == v->n)
		return true;
	if ((value ^ v->masked[i].value) & v->masked[i].mask & fixed)
		return evades(v, i + 1, fixed, value);
	for (bit = 0; bit < 48; bit++) {
		u64 one = 1ULL << bit;

		if (v->masked[i].mask & ~fixed & one &&
		    evades(v, i + 1, fixed | one, value | (~v->masked[i].value & one)))
			return true;
	}
	return false;
}

static bool may_be_unicast(const struct isol_match *match)
{
	const struct isol_values *v = asked(match, ISOL_MATCH_A_DST_MAC);
	const u64 group = 1ULL << 40;
	u32 i;

	if (!may_be(match, ISOL_MATCH_A_CAST, ISOL_CAST_UNICAST))
		return false;
	if (!v)
		return true;
	if (v->negate)
		return evades(v, 0, group, 0);
	for (i = 0; i < v->n; i++)
		if (!(v->masked[i].value & group))
			return true;
	return false;
}

static bool lets_pass(const struct isol_rule *rule, bool six)
{
	return rule->verdict == ISOL_VERDICT_ACCEPT && !rule->follow &&
	       may_be_unicast(rule->match) && may_be_ip(rule->match, six);
}

static bool ip_passes(const struct isol_model *model, const struct oracle_end *from,
		      const struct oracle_end *to, bool six)
{
	static const u8 tables[] = { ISOL_TABLE_SERVICES, ISOL_TABLE_RULES };
	const struct isol_rule *rule;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (rule = model->rules[tables[i]]; rule; rule = rule->next)
			if ((names_both(rule, from, to) || names_both(rule, to, from)) &&
			    lets_pass(rule, six))
				return true;
	return false;
}

/* ARP is for IPv4; what is neither ARP nor IP follows either. */
static bool holds_here(const struct isol_model *model, const struct isol_rule *rule,
		       const struct oracle_end *from, const struct oracle_end *to)
{
	const struct isol_match *match = rule->match;
	bool four = may_be_ip(match, false), six = may_be_ip(match, true);
	bool ip = asked(match, ISOL_MATCH_A_SRC_SET) || asked(match, ISOL_MATCH_A_DST_SET) ||
		  asked(match, ISOL_MATCH_A_DSCP) || asked(match, ISOL_MATCH_A_FRAGMENT) ||
		  asked(match, ISOL_MATCH_A_PROTO) || asked(match, ISOL_MATCH_A_SRC_IP4) ||
		  asked(match, ISOL_MATCH_A_DST_IP4) || asked(match, ISOL_MATCH_A_SRC_IP6) ||
		  asked(match, ISOL_MATCH_A_DST_IP6);

	if (!rule->follow)
		return true;
	four |= !ip && may_be(match, ISOL_MATCH_A_ETHERTYPE, 0x0806);
	if (!four && !six) {
		four = true;
		six = true;
	}
	return (four && ip_passes(model, from, to, false)) ||
	       (six && ip_passes(model, from, to, true));
}

/**
 * struct found - what came of asking the rules
 * @rule: the first that matches, or NULL
 * @nr: its place among all rules
 * @unread: it matches for want of what could not be read
 * @passed: one that accepts was passed over for that
 */
struct found {
	const struct isol_rule *rule;
	u32 nr;
	bool unread;
	bool passed;
};

/*
 * Whether a rule is asked about the VLAN before one decides that asks nothing. Then @more
 * is false, as it is where one decides.
 */
static bool vlan_matters(const struct isol_model *model, u32 table, const struct oracle_end *from,
			 const struct oracle_end *to, bool *more)
{
	const struct isol_rule *rule;

	for (rule = model->rules[table]; rule && *more; rule = rule->next) {
		if (!names_both(rule, from, to) || !holds_here(model, rule, from, to))
			continue;
		if (!rule->match) {
			*more = by_address(rule, from, to);
		} else if (asks(rule->match, ISOL_MATCH_A_VLAN) ||
			   asks(rule->match, ISOL_MATCH_A_PCP) ||
			   asks(rule->match, ISOL_MATCH_A_INNER_VLAN)) {
			*more = false;
			return true;
		}
	}
	return false;
}

static bool vlan_asked(const struct isol_model *model, bool quarantine,
		       const struct oracle_end *from, const struct oracle_end *to)
{
	bool more = true;

	if (quarantine)
		return vlan_matters(model, ISOL_TABLE_QUARANTINE, from, to, &more);
	return vlan_matters(model, ISOL_TABLE_SERVICES, from, to, &more) ||
	       vlan_matters(model, ISOL_TABLE_RULES, from, to, &more);
}

/* Goes on with what has been found in the table before. */
static void ask_table(const struct isol_model *model, u32 table, const struct oracle_end *from,
		      const struct oracle_end *to, const struct isol_key *key, struct found *found)
{
	const struct isol_rule *rule;

	for (rule = model->rules[table]; rule; rule = rule->next, found->nr++) {
		enum oracle_truth truth = ORACLE_FALSE;

		if (holds_here(model, rule, from, to))
			truth = rule_holds(model, rule, from, to, key);
		if (truth == ORACLE_FALSE)
			continue;
		if (truth == ORACLE_UNKNOWN && rule->verdict == ISOL_VERDICT_ACCEPT) {
			found->passed = true;
			continue;
		}
		found->unread = truth == ORACLE_UNKNOWN;
		found->rule = rule;
		break;
	}
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

/* The VLAN segment that an end is in; NULL for what is in none, or in all. */
static const struct isol_segment *vlan_segment(const struct oracle_end *end)
{
	const struct isol_segment *segment;

	segment = end->kind == ORACLE_BINDING ? end->binding->segment : NULL;
	return segment && segment->vlan ? segment : NULL;
}

/* The segment whose verdicts count between two ends; NULL: the bridge's do. */
static const struct isol_segment *segment_between(const struct isol_bridge *bridge,
						  const struct oracle_end *from,
						  const struct oracle_end *to)
{
	if (vlan_segment(from))
		return vlan_segment(from);
	return vlan_segment(to) ? vlan_segment(to) : bridge->segment;
}

/* Between guest ports, when no rule has decided. */
static struct oracle_answer by_role(const struct isol_bridge *bridge,
				    const struct isol_segment *segment,
				    const struct isol_binding *a, const struct isol_binding *b)
{
	if (restricted(a) || restricted(b)) {
		if (promiscuous(a) || promiscuous(b) || same_community(a, b))
			return answer(ISOL_VERDICT_ACCEPT, ISOL_REASON_ROLE);
		return answer(ISOL_VERDICT_DROP, ISOL_REASON_ROLE);
	}
	if (promiscuous(a) && promiscuous(b))
		return answer(ISOL_VERDICT_ACCEPT, ISOL_REASON_ROLE);
	if (segment)
		return answer(segment->within, ISOL_REASON_WITHIN);
	return answer(bridge->dflt, ISOL_REASON_BRIDGE_DEFAULT);
}

static struct oracle_answer by_default(const struct isol_bridge *bridge,
				       const struct oracle_end *from,
				       const struct oracle_end *to)
{
	const struct isol_segment *segment = segment_between(bridge, from, to);
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
		if (segment)
			return answer(segment->uplink, ISOL_REASON_SEGMENT_UPLINK);
		return answer(bridge->dflt, ISOL_REASON_BRIDGE_DEFAULT);
	}
	return by_role(bridge, segment, from->binding, to->binding);
}

static bool unjudged(const struct oracle_end *end)
{
	return end->kind == ORACLE_HOST || end->kind == ORACLE_UPLINK;
}

/*
 * Between the segments of a bridge: "between bindings of two segments of a bridge nothing
 * passes; uplinks and the host belong to all segments of their bridge".
 */
static bool apart(const struct oracle_end *from, const struct oracle_end *to)
{
	return vlan_segment(from) != vlan_segment(to) && !unjudged(from) && !unjudged(to);
}

/*
 * A guest that is in no VLAN segment, on a bridge that has some; not one that is shut
 * out altogether.
 */
static bool beside(const struct isol_model *model, const struct isol_bridge *bridge,
		   const struct oracle_end *end)
{
	const struct isol_segment *segment;

	if (end->kind != ORACLE_BINDING &&
	    (end->kind != ORACLE_UNBOUND || bridge->unbound == ISOL_VERDICT_DROP))
		return false;
	for (segment = model->segments; segment; segment = segment->next)
		if (segment->bridge == bridge && segment->vlan)
			return !vlan_segment(end);
	return false;
}

/* Whether a VLAN is that of a segment of a bridge. */
static bool segments_vlan(const struct isol_model *model, const struct isol_bridge *bridge,
			  int vid)
{
	const struct isol_segment *segment;

	for (segment = model->segments; segment; segment = segment->next)
		if (segment->bridge == bridge && segment->vlan && segment->vlan == vid)
			return true;
	return false;
}

/*
 * "A frame from a guest of a VLAN segment, or to one, that is not in its VLAN is dropped,
 * and so is one that is in the VLAN of a segment from or to a guest in none; and one from
 * a guest of such a bridge with a tag behind the first." That is found as it
 * comes in, so before anything else; to such a guest only where it is going out.
 */
static bool by_vlan(const struct isol_model *model, const struct isol_bridge *bridge,
		    const struct oracle_end *from, const struct oracle_end *to,
		    struct oracle_vlan vlan, struct oracle_answer *answered)
{
	const struct isol_segment *a = vlan_segment(from), *b = vlan_segment(to);
	bool closed = segments_vlan(model, bridge, vlan.vid);

	if (beside(model, bridge, from) && closed)
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_VLAN);
	else if (beside(model, bridge, from) && vlan.stacked)
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_TAGS);
	else if (beside(model, bridge, to) && unjudged(from) && closed)
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_VLAN);
	else if (a && vlan.vid != a->vlan)
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_VLAN);
	else if (a && vlan.stacked)
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_TAGS);
	else if (b && unjudged(from) && vlan.vid != b->vlan)
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_VLAN);
	else
		return false;
	return true;
}

struct oracle_vlan oracle_own_vlan(const struct oracle_end *from, const struct oracle_end *to)
{
	const struct isol_segment *segment = vlan_segment(from);

	if (!segment && unjudged(from))
		segment = vlan_segment(to);
	return (struct oracle_vlan){ .vid = segment ? segment->vlan : -1 };
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
	else if (apart(from, to))
		*answered = answer(ISOL_VERDICT_DROP, ISOL_REASON_SEGMENT);
	else
		return false;
	return true;
}

/* Then the rules for quarantine alone apply, and otherwise all others. */
static bool either_quarantined(const struct oracle_end *from, const struct oracle_end *to)
{
	return from->quarantined || to->quarantined;
}

struct oracle_answer oracle_ask(const struct isol_model *model, const struct isol_bridge *bridge,
				const struct oracle_end *from, const struct oracle_end *to,
				const struct isol_key *key)
{
	return oracle_ask_vlan(model, bridge, from, to, oracle_own_vlan(from, to), key);
}

struct oracle_answer oracle_ask_vlan(const struct isol_model *model,
				     const struct isol_bridge *bridge,
				     const struct oracle_end *from, const struct oracle_end *to,
				     struct oracle_vlan vlan, const struct isol_key *key)
{
	bool quarantine = either_quarantined(from, to);
	struct oracle_answer answered;
	struct found found = {};
	struct isol_key unread;

	if (by_vlan(model, bridge, from, to, vlan, &answered) ||
	    by_ends(bridge, from, to, &answered))
		return answered;
	if (key && !keys_vlan_known(key) && vlan_asked(model, quarantine, from, to)) {
		unread = *key;
		unread.shape = ISOL_SHAPE_UNREAD;
		key = &unread;
	}
	if (quarantine) {
		found.nr = length(model->rules[ISOL_TABLE_SERVICES]) +
			   length(model->rules[ISOL_TABLE_RULES]);
		ask_table(model, ISOL_TABLE_QUARANTINE, from, to, key, &found);
	} else {
		ask_table(model, ISOL_TABLE_SERVICES, from, to, key, &found);
		if (!found.rule)
			ask_table(model, ISOL_TABLE_RULES, from, to, key, &found);
	}
	if (found.rule) {
		/* nobody is told what nobody knows */
		answered = answer(found.unread ? ISOL_VERDICT_DROP : found.rule->verdict,
				  found.unread ? ISOL_REASON_UNPARSED :
				  quarantine ? ISOL_REASON_QUARANTINE_RULE : ISOL_REASON_RULE);
		answered.rule = found.rule;
		answered.nr = found.nr;
		return answered;
	}
	answered = quarantine ?
		   answer(ISOL_VERDICT_DROP, ISOL_REASON_QUARANTINE) :
		   by_default(bridge, from, to);
	if (found.passed && answered.verdict == ISOL_VERDICT_DROP)
		answered.reason = ISOL_REASON_UNPARSED;
	return answered;
}

bool oracle_depends(const struct isol_model *model, const struct isol_bridge *bridge,
		    const struct oracle_end *from, const struct oracle_end *to)
{
	static const u8 others[] = { ISOL_TABLE_SERVICES, ISOL_TABLE_RULES };
	static const u8 quarantine[] = { ISOL_TABLE_QUARANTINE, ISOL_TABLE_QUARANTINE };
	const u8 *tables = either_quarantined(from, to) ? quarantine : others;
	const struct isol_rule *rule;
	struct oracle_answer answered;
	u32 i;

	if (by_ends(bridge, from, to, &answered))
		return false;
	for (i = 0; i < ARRAY_SIZE(others); i++)
		for (rule = model->rules[tables[i]]; rule; rule = rule->next)
			if (names_both(rule, from, to) && holds_here(model, rule, from, to))
				return rule->match || by_address(rule, from, to);
	return false;
}
