// SPDX-License-Identifier: GPL-2.0
/* Frames at random, see keys.h. */
#include "keys.h"
#include "test.h"

#define MAC_BITS ((1ULL << 48) - 1)
#define BROADCAST MAC_BITS
#define GROUP_BIT (1ULL << 40)

struct keys {
	const struct isol_model *model;
	const struct isol_rule **rule;	/* those that ask about the frame */
	u32 nrules;
	u64 state;
	const struct isol_values *at;	/* take this edge of these values */
	u32 edge;
	bool inside;			/* of all others take what the rule asks for */
};

static const u8 with_ports[] = { 6, 17, 33, 132, 136 };
/* Of IPv6, these stand between its header and the protocol's. */
static const u8 extensions[] = { 0, 43, 44, 51, 60, 135, 139, 140 };
/* What may hide IP or ARP from who reads no further. */
static const u16 hiding[] = { 0x0800, 0x0806, 0x86dd, 0x8847, 0x8848, 0x8864, 0x88e5 };
static const u16 harmless[] = { 4, 0x0600, 0x0801, 0x0805, 0x0807, 0x8863, 0x88b5, 0x88cc, 0xffff };

struct keys *keys_new(const struct isol_model *model)
{
	struct keys *keys = calloc(1, sizeof(*keys));
	const struct isol_rule *rule;
	u32 table;

	keys->model = model;
	keys->state = test_rand();
	keys->state = keys->state << 8 ^ test_rand();
	keys->rule = calloc(isol_model_nrules(model) + 1, sizeof(*keys->rule));
	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = model->rules[table]; rule; rule = rule->next)
			if (rule->match)
				keys->rule[keys->nrules++] = rule;
	return keys;
}

void keys_free(struct keys *keys)
{
	free(keys->rule);
	free(keys);
}

static u64 next(struct keys *keys)
{
	return test_next(&keys->state);
}

static u32 less_than(struct keys *keys, u32 n)
{
	return next(keys) % n;
}

static bool chance(struct keys *keys, u32 percent)
{
	return less_than(keys, 100) < percent;
}

/* ---- values at and around those of rules */

/* What a rule may ask of a field, of the rule at hand or of any. */
static const struct isol_values *values_of(struct keys *keys, const struct isol_match *aim,
					   u32 field)
{
	u32 tries, i;

	for (tries = 0; tries < 3 && keys->nrules; tries++) {
		for (i = 0; aim && i < aim->n; i++)
			if (aim->values[i].field == field)
				return &aim->values[i];
		aim = keys->rule[less_than(keys, keys->nrules)]->match;
	}
	return NULL;
}

enum edge { ONE_BELOW, LOWEST, HIGHEST, ONE_ABOVE, BETWEEN };

/* Which edge of which value: of one that is negated from inside is outside. */
static enum edge an_edge(struct keys *keys, const struct isol_values *values, u32 *i)
{
	static const u8 usual[] = {
		ONE_BELOW, LOWEST, LOWEST, LOWEST, BETWEEN, HIGHEST, HIGHEST, ONE_ABOVE,
	};

	if (values == keys->at) {
		*i = keys->edge / 4;
		return keys->edge % 4;
	}
	*i = less_than(keys, values->n);
	if (!keys->inside)
		return usual[less_than(keys, ARRAY_SIZE(usual))];
	if (values->negate)
		return chance(keys, 50) ? ONE_BELOW : ONE_ABOVE;
	return LOWEST + less_than(keys, 2);
}

static u32 around_range(struct keys *keys, const struct isol_values *values)
{
	const struct isol_range *range;
	enum edge edge;
	u32 i;

	edge = an_edge(keys, values, &i);
	range = &values->range[i];
	switch (edge) {
	case ONE_BELOW:
		return range->lo - 1;
	case LOWEST:
		return range->lo;
	case HIGHEST:
		return range->hi;
	case ONE_ABOVE:
		return range->hi + 1;
	default:
		return range->lo + next(keys) % ((u64)range->hi - range->lo + 1);
	}
}

/* A number up to @max. */
static u32 number(struct keys *keys, const struct isol_match *aim, u32 field, u32 max)
{
	const struct isol_values *values = values_of(keys, aim, field);
	u32 v;

	if (!values || (!keys->inside && chance(keys, 3))) {
		v = chance(keys, 10) ? max : chance(keys, 10) ? 0 : next(keys);
	} else {
		v = around_range(keys, values);
		/* over an end of the field */
		if (v > max)
			v = chance(keys, 50) ? 0 : max;
	}
	return max == U32_MAX ? v : v % (max + 1);
}

static struct isol_wide wide_add(struct isol_wide a, u64 n)
{
	struct isol_wide sum = { .hi = a.hi, .lo = a.lo + n };

	if (sum.lo < n)
		sum.hi++;
	return sum;
}

static struct isol_wide wide(struct keys *keys, const struct isol_match *aim, u32 field)
{
	const struct isol_values *values = values_of(keys, aim, field);
	const struct isol_wide_range *range;
	struct isol_wide v;
	enum edge edge;
	u32 i;

	if (!values || (!keys->inside && chance(keys, 3)))
		return (struct isol_wide){ .hi = next(keys), .lo = next(keys) };
	edge = an_edge(keys, values, &i);
	range = &values->wide[i];
	switch (edge) {
	case ONE_BELOW:
		v = range->lo;
		if (!v.lo--)
			v.hi--;
		return v;
	case LOWEST:
		return range->lo;
	case HIGHEST:
		return range->hi;
	case ONE_ABOVE:
		return wide_add(range->hi, 1);
	default:
		v = wide_add(range->lo, next(keys) >> less_than(keys, 64));
		return isol_wide_cmp(v, range->hi) > 0 ? range->hi : v;
	}
}

/* What a mask says nothing of is 0, all ones, or anything; one bit may be wrong. */
static u64 masked(struct keys *keys, const struct isol_match *aim, u32 field, u64 all)
{
	const struct isol_values *values = values_of(keys, aim, field);
	u32 bits = all == MAC_BITS ? 48 : 9, i;
	const struct isol_masked *m;
	enum edge edge;
	u64 v, rest;

	if (!values || (!keys->inside && chance(keys, 3)))
		return next(keys) & all;
	edge = an_edge(keys, values, &i);
	m = &values->masked[i];
	rest = all & ~m->mask;
	v = m->value;
	switch (edge) {
	case ONE_BELOW:
		return (v - 1) & all;
	case LOWEST:
		return v;
	case HIGHEST:
		return v | rest;
	case ONE_ABOVE:
		return chance(keys, 50) ? ((v | rest) + 1) & all :
					  (v | (next(keys) & rest)) ^ 1ULL << less_than(keys, bits);
	default:
		return v | (next(keys) & rest);
	}
}

/* ---- elements of sets */

static u32 count_elements(const struct isol_values *values)
{
	u32 i, n = 0;

	for (i = 0; i < values->n; i++)
		n += values->set[i]->n;
	return n;
}

/* The @nr-th element of some sets, counted through; false if it is of another kind. */
static bool nth_element(const struct isol_set *const *set, u32 n, u32 nr, u32 kind,
			struct isol_wide_range *range)
{
	const struct isol_elements *e;
	u32 i;

	for (i = 0; i < n; i++)
		for (e = set[i]->elements; e; e = e->next) {
			if (nr < e->n) {
				*range = isol_element(e, nr);
				return e->kind == kind;
			}
			nr -= e->n;
		}
	return false;
}

/*
 * A value at or beside an element of a set, one that is asked for or any. Return: false
 * if there is none of the kind, or something else is to be there.
 */
static bool around_set(struct keys *keys, const struct isol_match *aim, u32 field, u32 kind,
		       struct isol_wide *v)
{
	const struct isol_values *values = NULL;
	const struct isol_set *set = keys->model->sets;
	struct isol_wide_range r = {};
	enum edge edge;
	u32 i, n;

	for (i = 0; aim && i < aim->n; i++)
		if (aim->values[i].field == field)
			values = &aim->values[i];
	if (!set || (values != keys->at && chance(keys, keys->inside && !values ? 80 : 40)))
		return false;
	if (values && values == keys->at) {
		if (!nth_element(values->set, values->n, keys->edge / 4, kind, &r))
			return false;
		edge = keys->edge % 4;
	} else {
		if (values && chance(keys, 80))
			set = values->set[less_than(keys, values->n)];
		else
			for (i = less_than(keys, keys->model->nsets); i--; set = set->next)
				;
		for (n = 0, i = set->n ? less_than(keys, set->n) : 0; n < set->n; n++)
			if (nth_element(&set, 1, (i + n) % set->n, kind, &r))
				break;
		if (n == set->n)
			return false;
		edge = keys->inside && values && !values->negate ?
		       LOWEST + less_than(keys, 2) : less_than(keys, 5);
	}
	switch (edge) {
	case ONE_BELOW:
		*v = r.lo;
		if (!v->lo--)
			v->hi--;
		break;
	case LOWEST:
		*v = r.lo;
		break;
	case HIGHEST:
		*v = r.hi;
		break;
	case ONE_ABOVE:
		*v = wide_add(r.hi, 1);
		break;
	default:
		*v = wide_add(r.lo, next(keys) >> less_than(keys, 64));
		if (isol_wide_cmp(*v, r.hi) > 0)
			*v = r.hi;
	}
	return true;
}

/* A number for a field, as it comes of the elements of sets or of values. */
static u32 number_or_set(struct keys *keys, const struct isol_match *aim, u32 field, u32 max,
			 u32 set_field, u32 kind)
{
	struct isol_wide v;

	if (around_set(keys, aim, set_field, kind, &v))
		return v.lo & max;
	return number(keys, aim, field, max);
}

static struct isol_wide wide_or_set(struct keys *keys, const struct isol_match *aim, u32 field,
				    u32 set_field)
{
	struct isol_wide v;

	if (around_set(keys, aim, set_field, ISOL_ELEMENT_IP6, &v))
		return v;
	return wide(keys, aim, field);
}

static u64 mac_or_set(struct keys *keys, const struct isol_match *aim, u32 field, u32 set_field)
{
	struct isol_wide v;

	if (around_set(keys, aim, set_field, ISOL_ELEMENT_MAC, &v))
		return v.lo & MAC_BITS;
	return masked(keys, aim, field, MAC_BITS);
}

/* ---- what goes together */

static bool is_ip4(u32 shape)
{
	return shape >= ISOL_SHAPE_IP4_PORTS && shape <= ISOL_SHAPE_IP4_NOL4;
}

static bool is_ip6(u32 shape)
{
	return shape >= ISOL_SHAPE_IP6_PORTS && shape <= ISOL_SHAPE_IP6_NOPROTO;
}

static bool has_ports(u32 proto)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(with_ports); i++)
		if (with_ports[i] == proto)
			return true;
	return false;
}

static bool is_extension(u32 proto)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(extensions); i++)
		if (extensions[i] == proto)
			return true;
	return false;
}

/* Whether a protocol may be that of a frame of a shape. */
static bool proto_fits(u32 shape, u32 proto)
{
	u32 icmp = is_ip4(shape) ? 1 : 58;

	switch (shape) {
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP6_PORTS:
		return has_ports(proto);
	case ISOL_SHAPE_IP4_ICMP:
	case ISOL_SHAPE_IP6_ICMP:
		return proto == icmp;
	case ISOL_SHAPE_IP4_NOL4:
	case ISOL_SHAPE_IP6_NOL4:
		return has_ports(proto) || proto == icmp;
	case ISOL_SHAPE_IP4_OTHER:
		return !has_ports(proto) && proto != icmp;
	default:
		return !has_ports(proto) && proto != icmp && !is_extension(proto);
	}
}

static u32 a_proto(struct keys *keys, const struct isol_match *aim, u32 shape)
{
	u32 proto = 0, tries;

	for (tries = 0; tries < 4; tries++) {
		proto = number(keys, aim, ISOL_MATCH_A_PROTO, 255);
		if (proto_fits(shape, proto))
			return proto;
	}
	do
		proto = chance(keys, 50) ? less_than(keys, 256) :
			chance(keys, 30) ? (is_ip4(shape) ? 1 : 58) :
			with_ports[less_than(keys, ARRAY_SIZE(with_ports))];
	while (!proto_fits(shape, proto));
	return proto;
}

static bool hides(u32 ethertype)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(hiding); i++)
		if (hiding[i] == ethertype)
			return true;
	return false;
}

static u32 an_ethertype(struct keys *keys, const struct isol_match *aim, u32 shape)
{
	u32 v;

	switch (shape) {
	case ISOL_SHAPE_ARP:
		return 0x0806;
	case ISOL_SHAPE_L3_UNREAD:
		return hiding[less_than(keys, ARRAY_SIZE(hiding))];
	case ISOL_SHAPE_OTHER:
		v = number(keys, aim, ISOL_MATCH_A_ETHERTYPE, 0xffff);
		if ((v == 4 || v >= 0x0600) && v != 0x8100 && v != 0x88a8 && !hides(v))
			return v;
		return harmless[less_than(keys, ARRAY_SIZE(harmless))];
	default:
		return is_ip4(shape) ? 0x0800 : 0x86dd;
	}
}

static u32 cast_of(u64 dmac)
{
	return dmac == BROADCAST ? ISOL_CAST_BROADCAST :
	       dmac & GROUP_BIT ? ISOL_CAST_MULTICAST : ISOL_CAST_UNICAST;
}

static void set_macs(struct keys *keys, const struct isol_match *aim, struct isol_key *key)
{
	key->smac = mac_or_set(keys, aim, ISOL_MATCH_A_SRC_MAC, ISOL_MATCH_A_SRC_MAC_SET);
	key->dmac = mac_or_set(keys, aim, ISOL_MATCH_A_DST_MAC, ISOL_MATCH_A_DST_MAC_SET);
	key->v[ISOL_MATCH_A_CAST] = cast_of(key->dmac);
	if (keys->inside && aim->fields & (1U << ISOL_MATCH_A_DST_MAC |
					   1U << ISOL_MATCH_A_DST_MAC_SET))
		return;
	switch (less_than(keys, 8)) {
	case 0:
		key->dmac = BROADCAST;
		break;
	case 1:
		key->dmac |= GROUP_BIT;
		break;
	case 2:
	case 3:
		key->dmac &= ~GROUP_BIT;
		break;
	}
	key->v[ISOL_MATCH_A_CAST] = cast_of(key->dmac);
}

static void set_fragment(struct keys *keys, const struct isol_match *aim, struct isol_key *key)
{
	u32 v = number(keys, aim, ISOL_MATCH_A_FRAGMENT, ISOL_FRAGMENT_MAX);

	switch (key->shape) {
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP4_ICMP:
	case ISOL_SHAPE_IP6_PORTS:
	case ISOL_SHAPE_IP6_ICMP:
		/* a later one has no header to be read */
		if (v == ISOL_FRAGMENT_LATER)
			v = chance(keys, 50) ? ISOL_FRAGMENT_NONE : ISOL_FRAGMENT_FIRST;
	}
	key->v[ISOL_MATCH_A_FRAGMENT] = v;
}

static void set_ip(struct keys *keys, const struct isol_match *aim, struct isol_key *key)
{
	u32 proto;

	if (is_ip4(key->shape)) {
		key->v[ISOL_MATCH_A_SRC_IP4] =
			number_or_set(keys, aim, ISOL_MATCH_A_SRC_IP4, U32_MAX,
				      ISOL_MATCH_A_SRC_SET, ISOL_ELEMENT_IP4);
		key->v[ISOL_MATCH_A_DST_IP4] =
			number_or_set(keys, aim, ISOL_MATCH_A_DST_IP4, U32_MAX,
				      ISOL_MATCH_A_DST_SET, ISOL_ELEMENT_IP4);
	} else {
		key->src6 = wide_or_set(keys, aim, ISOL_MATCH_A_SRC_IP6, ISOL_MATCH_A_SRC_SET);
		key->dst6 = wide_or_set(keys, aim, ISOL_MATCH_A_DST_IP6, ISOL_MATCH_A_DST_SET);
	}
	key->v[ISOL_MATCH_A_DSCP] = number(keys, aim, ISOL_MATCH_A_DSCP, 63);
	if (key->shape == ISOL_SHAPE_IP6_NOPROTO)
		return;
	set_fragment(keys, aim, key);
	proto = a_proto(keys, aim, key->shape);
	key->v[ISOL_MATCH_A_PROTO] = proto;
	switch (key->shape) {
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP6_PORTS:
		key->v[ISOL_MATCH_A_SPORT] =
			number_or_set(keys, aim, ISOL_MATCH_A_SPORT, 0xffff,
				      ISOL_MATCH_A_SPORT_SET, ISOL_ELEMENT_PORT);
		key->v[ISOL_MATCH_A_DPORT] =
			number_or_set(keys, aim, ISOL_MATCH_A_DPORT, 0xffff,
				      ISOL_MATCH_A_DPORT_SET, ISOL_ELEMENT_PORT);
		key->v[ISOL_MATCH_A_TCP_FLAGS] = proto == 6 ?
			masked(keys, aim, ISOL_MATCH_A_TCP_FLAGS, 511) : 0;
		break;
	case ISOL_SHAPE_IP4_ICMP:
	case ISOL_SHAPE_IP6_ICMP:
		key->v[ISOL_MATCH_A_ICMP] = number(keys, aim, ISOL_MATCH_A_ICMP, 0xffff);
		break;
	}
}

/* The VLAN may have no tag, and what is in the frame may be behind none. */
static void set_vlan(struct keys *keys, const struct isol_match *aim, struct isol_key *key)
{
	u32 *v = key->v;

	v[ISOL_MATCH_A_VLAN] = number(keys, aim, ISOL_MATCH_A_VLAN, 4095);
	v[ISOL_MATCH_A_PCP] = number(keys, aim, ISOL_MATCH_A_PCP, ISOL_NO_PCP);
	v[ISOL_MATCH_A_INNER_VLAN] = number(keys, aim, ISOL_MATCH_A_INNER_VLAN,
					    ISOL_NO_INNER_VLAN);
	if (keys->inside && aim && isol_match_wants_vlan(aim))
		return;
	if (chance(keys, 20))
		v[ISOL_MATCH_A_PCP] = ISOL_NO_PCP;
	if (chance(keys, 40))
		v[ISOL_MATCH_A_INNER_VLAN] = ISOL_NO_INNER_VLAN;
	if (chance(keys, 3))
		v[ISOL_MATCH_A_VLAN] = KEYS_VLAN_UNKNOWN;
}

/* A shape that frames can have that a rule is about, or any. */
static u32 a_shape(struct keys *keys, const struct isol_match *aim)
{
	u32 all = less_than(keys, ISOL_NSHAPES), ip = ISOL_SHAPE_IP4_PORTS;

	if (!aim || chance(keys, 25))
		return all;
	if (aim->fields & (1U << ISOL_MATCH_A_ARP_OP | 1U << ISOL_MATCH_A_ARP_SENDER |
			   1U << ISOL_MATCH_A_ARP_TARGET))
		return ISOL_SHAPE_ARP;
	if (!(aim->fields & ~(1U << ISOL_MATCH_A_ETHERTYPE | 1U << ISOL_MATCH_A_SRC_MAC |
			      1U << ISOL_MATCH_A_DST_MAC | 1U << ISOL_MATCH_A_CAST |
			      1U << ISOL_MATCH_A_VLAN | 1U << ISOL_MATCH_A_PCP |
			      1U << ISOL_MATCH_A_INNER_VLAN |
			      1U << ISOL_MATCH_A_SRC_MAC_SET | 1U << ISOL_MATCH_A_DST_MAC_SET)))
		return chance(keys, 50) ? ISOL_SHAPE_OTHER : all;
	if (aim->fields & (1U << ISOL_MATCH_A_SRC_IP6 | 1U << ISOL_MATCH_A_DST_IP6) ?
	    !(aim->fields & (1U << ISOL_MATCH_A_SRC_IP4 | 1U << ISOL_MATCH_A_DST_IP4)) ||
	    chance(keys, 50) : chance(keys, 30))
		ip = ISOL_SHAPE_IP6_PORTS;
	if (aim->fields & (1U << ISOL_MATCH_A_SPORT | 1U << ISOL_MATCH_A_DPORT |
			   1U << ISOL_MATCH_A_TCP_FLAGS | 1U << ISOL_MATCH_A_SPORT_SET |
			   1U << ISOL_MATCH_A_DPORT_SET))
		return chance(keys, 85) ? ip : ip + ISOL_SHAPE_IP4_NOL4 - ISOL_SHAPE_IP4_PORTS;
	if (aim->fields & 1U << ISOL_MATCH_A_ICMP) {
		ip = values_of(keys, aim, ISOL_MATCH_A_PROTO)->range->lo == 58 ?
		     ISOL_SHAPE_IP6_PORTS : ISOL_SHAPE_IP4_PORTS;
		return ip + (chance(keys, 85) ? ISOL_SHAPE_IP4_ICMP : ISOL_SHAPE_IP4_NOL4) -
		       ISOL_SHAPE_IP4_PORTS;
	}
	return ip + less_than(keys, ISOL_SHAPE_IP4_NOL4 - ISOL_SHAPE_IP4_PORTS + 1);
}

/* Whoever looks at what is not valid finds anything there. */
static void spoil(struct keys *keys, struct isol_key *key)
{
	bool zero = chance(keys, 30);
	u32 i;

	memset(key, 0, sizeof(*key));
	if (zero)
		return;
	for (i = 0; i <= ISOL_MATCH_A_MAX; i++)
		key->v[i] = chance(keys, 50) ? less_than(keys, 256) : next(keys);
	key->src6 = (struct isol_wide){ .hi = next(keys), .lo = next(keys) };
	key->dst6 = (struct isol_wide){ .hi = next(keys), .lo = next(keys) };
}

static void make_key(struct keys *keys, const struct isol_match *aim, u32 shape,
		     struct isol_key *key)
{
	spoil(keys, key);
	key->shape = shape;
	set_macs(keys, aim, key);
	if (shape == ISOL_SHAPE_UNREAD)
		return;
	set_vlan(keys, aim, key);
	key->v[ISOL_MATCH_A_ETHERTYPE] = an_ethertype(keys, aim, shape);
	if (shape == ISOL_SHAPE_ARP) {
		key->v[ISOL_MATCH_A_ARP_OP] = number(keys, aim, ISOL_MATCH_A_ARP_OP, 0xffff);
		key->v[ISOL_MATCH_A_ARP_SENDER] = number(keys, aim, ISOL_MATCH_A_ARP_SENDER,
							 U32_MAX);
		key->v[ISOL_MATCH_A_ARP_TARGET] = number(keys, aim, ISOL_MATCH_A_ARP_TARGET,
							 U32_MAX);
	}
	if (is_ip4(shape) || is_ip6(shape))
		set_ip(keys, aim, key);
}

void keys_random(struct keys *keys, struct isol_key *key)
{
	const struct isol_match *aim = NULL;

	if (keys->nrules && chance(keys, 85))
		aim = keys->rule[less_than(keys, keys->nrules)]->match;
	keys->inside = aim && chance(keys, 50);
	make_key(keys, aim, a_shape(keys, aim), key);
}

bool keys_edge(struct keys *keys, const struct isol_rule *rule, u32 shape, u32 field, u32 nr,
	       struct isol_key *key)
{
	const struct isol_match *match = rule->match;

	if (field >= match->n)
		return false;
	if (nr >= 4 * (isol_field_set(match->values[field].field) ?
		       count_elements(&match->values[field]) : match->values[field].n))
		return false;
	keys->inside = true;
	keys->at = &match->values[field];
	keys->edge = nr;
	make_key(keys, match, shape, key);
	keys->at = NULL;
	return true;
}

void keys_reduce(struct keys *keys, const struct isol_key *key, u32 depth, bool wants_vlan,
		 struct isol_key *out)
{
	u32 shape = key->shape, field;

	if (wants_vlan && !keys_vlan_known(key))
		shape = ISOL_SHAPE_UNREAD;
	else if (depth == ISOL_DEPTH_L2 && shape != ISOL_SHAPE_UNREAD)
		shape = ISOL_SHAPE_OTHER;
	else if (depth == ISOL_DEPTH_L3 && is_ip4(shape))
		shape = ISOL_SHAPE_IP4_OTHER;
	else if (depth == ISOL_DEPTH_L3 && is_ip6(shape) && shape != ISOL_SHAPE_IP6_NOPROTO)
		shape = ISOL_SHAPE_IP6_OTHER;
	*out = *key;
	if (shape == key->shape)
		return;
	spoil(keys, out);
	out->shape = shape;
	out->smac = key->smac;
	out->dmac = key->dmac;
	out->v[ISOL_MATCH_A_CAST] = key->v[ISOL_MATCH_A_CAST];
	if (shape == ISOL_SHAPE_UNREAD)
		return;
	out->v[ISOL_MATCH_A_ETHERTYPE] = key->v[ISOL_MATCH_A_ETHERTYPE];
	for (field = ISOL_MATCH_A_VLAN; wants_vlan && field <= ISOL_MATCH_A_INNER_VLAN; field++)
		out->v[field] = key->v[field];
	if (shape == ISOL_SHAPE_OTHER)
		return;
	for (field = ISOL_MATCH_A_SRC_IP4; field <= ISOL_MATCH_A_PROTO; field++)
		if (field != ISOL_MATCH_A_SRC_IP6 && field != ISOL_MATCH_A_DST_IP6)
			out->v[field] = key->v[field];
	if (shape == ISOL_SHAPE_IP6_OTHER) {
		out->src6 = key->src6;
		out->dst6 = key->dst6;
	}
}

/* ---- as bytes */

struct bytes {
	u8 *at;
	u32 n;
};

/* A number of @size bytes, the highest first. */
static void put(struct bytes *b, u32 size, u64 v)
{
	while (size--)
		b->at[b->n++] = v >> size * 8;
}

static void put_arp(struct bytes *b, const struct isol_key *key)
{
	put(b, 8, 0x0001080006040000 | key->v[ISOL_MATCH_A_ARP_OP]);
	put(b, 6, key->smac);
	put(b, 4, key->v[ISOL_MATCH_A_ARP_SENDER]);
	put(b, 6, 0);
	put(b, 4, key->v[ISOL_MATCH_A_ARP_TARGET]);
}

/* The header of the protocol, or as little of it as can be had. */
static void put_l4(struct bytes *b, const struct isol_key *key)
{
	const u32 *v = key->v;

	switch (key->shape) {
	case ISOL_SHAPE_IP4_PORTS:
	case ISOL_SHAPE_IP6_PORTS:
		put(b, 2, v[ISOL_MATCH_A_SPORT]);
		put(b, 2, v[ISOL_MATCH_A_DPORT]);
		put(b, 8, 0);
		put(b, 2, 0x5000 | v[ISOL_MATCH_A_TCP_FLAGS]);
		put(b, 6, 0);
		break;
	case ISOL_SHAPE_IP4_ICMP:
	case ISOL_SHAPE_IP6_ICMP:
		put(b, 2, v[ISOL_MATCH_A_ICMP]);
		put(b, 6, 0);
		break;
	case ISOL_SHAPE_IP4_NOL4:
	case ISOL_SHAPE_IP6_NOL4:
		put(b, 1, 0);
		break;
	default:
		put(b, 8, 0);
	}
}

/* A place in the packet for a fragment, in units of 8 bytes, and whether more follow. */
static u32 offset_of(const struct isol_key *key)
{
	return key->v[ISOL_MATCH_A_FRAGMENT] == ISOL_FRAGMENT_LATER ? 16 : 0;
}

static bool more_of(const struct isol_key *key)
{
	return key->v[ISOL_MATCH_A_FRAGMENT] == ISOL_FRAGMENT_FIRST;
}

static void put_ip4(struct bytes *b, const struct isol_key *key)
{
	u32 at = b->n;

	put(b, 2, 0x4500 | key->v[ISOL_MATCH_A_DSCP] << 2);
	put(b, 4, 0);
	put(b, 2, (more_of(key) ? 0x2000 : 0) | offset_of(key));
	put(b, 2, 0x4000 | key->v[ISOL_MATCH_A_PROTO]);
	put(b, 2, 0);
	put(b, 4, key->v[ISOL_MATCH_A_SRC_IP4]);
	put(b, 4, key->v[ISOL_MATCH_A_DST_IP4]);
	put_l4(b, key);
	b->at[at + 3] = b->n - at;
}

static void put_ip6(struct bytes *b, const struct isol_key *key)
{
	u32 at = b->n;

	put(b, 4, 0x60000000 | key->v[ISOL_MATCH_A_DSCP] << 22);
	put(b, 4, 0x40);
	put(b, 8, key->src6.hi);
	put(b, 8, key->src6.lo);
	put(b, 8, key->dst6.hi);
	put(b, 8, key->dst6.lo);
	if (key->shape == ISOL_SHAPE_IP6_NOPROTO) {
		/* hop-by-hop options that end beyond the packet */
		put(b, 8, 0x06ff000000000000);
	} else if (key->v[ISOL_MATCH_A_FRAGMENT] != ISOL_FRAGMENT_NONE) {
		b->at[at + 6] = 44;
		put(b, 2, key->v[ISOL_MATCH_A_PROTO] << 8);
		put(b, 2, offset_of(key) << 3 | more_of(key));
		put(b, 4, 1);
		put_l4(b, key);
	} else {
		b->at[at + 6] = key->v[ISOL_MATCH_A_PROTO];
		put_l4(b, key);
	}
	b->at[at + 5] = b->n - at - 40;
}

/* Return: their number. */
static u32 put_tags(struct bytes *b, const struct isol_key *key)
{
	const u32 *v = key->v;
	u32 n = 0;

	if (key->shape == ISOL_SHAPE_UNREAD || !keys_vlan_known(key))
		return 0;
	if (v[ISOL_MATCH_A_PCP] != ISOL_NO_PCP) {
		put(b, 2, v[ISOL_MATCH_A_INNER_VLAN] & 1 ? 0x88a8 : 0x8100);
		put(b, 2, v[ISOL_MATCH_A_PCP] << 13 | v[ISOL_MATCH_A_VLAN]);
		n++;
	}
	if (v[ISOL_MATCH_A_INNER_VLAN] != ISOL_NO_INNER_VLAN) {
		put(b, 2, 0x8100);
		put(b, 2, v[ISOL_MATCH_A_INNER_VLAN]);
		n++;
	}
	return n;
}

u32 keys_frame(const struct isol_key *key, u8 buf[KEYS_FRAME])
{
	struct bytes b = { .at = buf };
	u32 ntags;

	memset(buf, 0, KEYS_FRAME);
	put(&b, 6, key->dmac);
	put(&b, 6, key->smac);
	ntags = put_tags(&b, key);
	if (key->shape == ISOL_SHAPE_UNREAD) {
		/* more tags than are followed */
		put(&b, 8, 0x8100000181000002);
		put(&b, 4, 0x81000003);
		put(&b, 2, 0x0800);
	} else if (key->v[ISOL_MATCH_A_ETHERTYPE] < 0x0600) {
		/* a length instead, and LLC */
		put(&b, 2, 46);
		put(&b, 3, 0xf0f003);
	} else {
		put(&b, 2, key->v[ISOL_MATCH_A_ETHERTYPE]);
	}
	/* what is to be unread are zeros, which is neither IP nor ARP */
	if (key->shape == ISOL_SHAPE_ARP)
		put_arp(&b, key);
	else if (is_ip4(key->shape))
		put_ip4(&b, key);
	else if (is_ip6(key->shape))
		put_ip6(&b, key);
	return max(b.n, 60U + 4 * ntags);
}

const char *keys_text(const struct isol_key *key, char *buf, size_t len)
{
	static const char *const shapes[] = {
		"unread", "l3-unread", "other", "arp", "ip4-ports", "ip4-icmp", "ip4-other",
		"ip4-nol4", "ip6-ports", "ip6-icmp", "ip6-other", "ip6-nol4", "ip6-noproto",
	};
	const u32 *v = key->v;
	int n;

	n = snprintf(buf, len, "%s type %#x cast %u from %012llx to %012llx", shapes[key->shape],
		     key->shape == ISOL_SHAPE_UNREAD ? 0 : v[ISOL_MATCH_A_ETHERTYPE],
		     v[ISOL_MATCH_A_CAST], (unsigned long long)key->smac,
		     (unsigned long long)key->dmac);
	if (key->shape != ISOL_SHAPE_UNREAD)
		n += snprintf(buf + n, len - n, " vlan %u pcp %u inner %u", v[ISOL_MATCH_A_VLAN],
			      v[ISOL_MATCH_A_PCP], v[ISOL_MATCH_A_INNER_VLAN]);
	if (key->shape == ISOL_SHAPE_ARP)
		snprintf(buf + n, len - n, " op %u sender %#x target %#x", v[ISOL_MATCH_A_ARP_OP],
			 v[ISOL_MATCH_A_ARP_SENDER], v[ISOL_MATCH_A_ARP_TARGET]);
	if (is_ip4(key->shape))
		n += snprintf(buf + n, len - n, " %#x > %#x", v[ISOL_MATCH_A_SRC_IP4],
			      v[ISOL_MATCH_A_DST_IP4]);
	else if (is_ip6(key->shape))
		n += snprintf(buf + n, len - n, " %016llx%016llx > %016llx%016llx",
			      (unsigned long long)key->src6.hi, (unsigned long long)key->src6.lo,
			      (unsigned long long)key->dst6.hi, (unsigned long long)key->dst6.lo);
	if (is_ip4(key->shape) || is_ip6(key->shape))
		snprintf(buf + n, len - n,
			 " dscp %u frag %u proto %u ports %u > %u flags %#x icmp %#x",
			 v[ISOL_MATCH_A_DSCP], v[ISOL_MATCH_A_FRAGMENT], v[ISOL_MATCH_A_PROTO],
			 v[ISOL_MATCH_A_SPORT], v[ISOL_MATCH_A_DPORT], v[ISOL_MATCH_A_TCP_FLAGS],
			 v[ISOL_MATCH_A_ICMP]);
	return buf;
}
