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
		.vlans = percents[below(n)],
		.homed = percents[below(n)],
		.roles = percents[below(n)],
		.communities = between(1, 3),
		.direct = percents[below(n)],
		.words = percents[below(n)],
		.accept = between(10, 90),
		.tracks = percents[below(n)],
	};
	if (percent(40)) {
		shape->services = between(1, 5);
		shape->follow = percents[below(n)];
	}
	/* Bitmaps of rules have their ends here. */
	if (percent(5))
		shape->rules = 64 * between(1, 3) - 2 + below(5);
	if (percent(5))
		shape->bindings = between(15, 40);
	if (percent(60)) {
		shape->match = percents[below(n - 2) + 2];
		shape->fields = between(1, 5);
		shape->values = percent(70) ? between(1, 3) : between(1, 8);
		shape->pool = percent(60) ? between(1, 4) : between(5, 24);
		shape->negate = percent(50) ? 0 : between(10, 60);
	}
	if (percent(50)) {
		shape->sets = percent(70) ? between(1, 8) : between(5, 20);
		shape->elements = percent(70) ? between(1, 4) : between(1, 30);
		shape->set_fields = percents[below(n)];
		shape->remotes = percents[below(n)] / 2;
		shape->pool = max(shape->pool, between(1, 24));
	}
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

/* Rules reject, too. */
static u8 rule_verdict(const struct gen_shape *shape)
{
	u8 v = verdict(shape);

	return v == ISOL_VERDICT_DROP && percent(30) ? ISOL_VERDICT_REJECT : v;
}

static int add_bridges(struct isol_model *model, const struct gen_shape *shape)
{
	struct isol_fault fault;
	char name[16], uplink[2][16];
	u32 i, vlan;
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
		char seg[24];
		struct isol_segment_spec spec = {
			.name = seg,
			.bridge = name,
			.within = verdict(shape),
			.uplink = verdict(shape),
		};

		snprintf(name, sizeof(name), "br%u", i);
		snprintf(seg, sizeof(seg), "seg%u", i);
		err = percent(shape->segments) ? isol_model_add_segment(model, &spec, &fault) : 0;
		must(err, &fault);
		if (err)
			return err;
		if (!percent(shape->vlans))
			continue;
		/* The same VLANs on each bridge, and each once. */
		for (vlan = 10; vlan <= 10 * between(1, 3); vlan += 10) {
			snprintf(seg, sizeof(seg), "vlan%u.%u", i, vlan);
			spec.vlan = vlan;
			spec.within = verdict(shape);
			spec.uplink = verdict(shape);
			err = isol_model_add_segment(model, &spec, &fault);
			must(err, &fault);
			if (err)
				return err;
		}
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

/* ---- what rules ask of the frame */

#define MAC_BITS ((1ULL << 48) - 1)
#define FIELD(name) (1U << ISOL_MATCH_A_##name)

/*
 * The values that fields are given: those that stand first most often. In each
 * list the last one is all that there is; without it something is left over, so
 * that any of the others may be negated together.
 */
static const struct isol_range ip4_pool[] = {
	{ 0x0a000000, 0x0affffff },	/* 10.0.0.0/8 */
	{ 0x0a010203, 0x0a010203 },
	{ 0x0a010000, 0x0a01ffff },	/* 10.1.0.0/16 */
	{ 0x0a010204, 0x0a010204 },	/* beside */
	{ 0x0a020000, 0x0a02ffff },	/* beside */
	{ 0x0a010200, 0x0a0102ff },
	{ 0x0a0102fa, 0x0a010305 },	/* no prefix */
	{ 0, 0 },
	{ U32_MAX, U32_MAX },
	{ 0xc0000200, 0xc000027f },
	{ 0xc0000280, 0xc00002ff },
	{ 0xe0000000, 0xefffffff },	/* multicast */
	{ 0, 0x7fffffff },
	{ 0, U32_MAX },
};

static const struct isol_range port_pool[] = {
	{ 80, 80 }, { 443, 443 }, { 1024, 2047 }, { 0, 1023 }, { 81, 81 }, { 80, 90 }, { 0, 0 },
	{ 65535, 65535 }, { 53, 53 }, { 2048, 32767 }, { 50000, 65535 }, { 1, 49998 },
	{ 0, 65535 },
};

static const struct isol_range proto_pool[] = {
	{ 6, 6 }, { 17, 17 }, { 1, 1 }, { 58, 58 }, { 47, 47 }, { 132, 132 }, { 1, 17 },
	{ 50, 51 }, { 255, 255 }, { 18, 100 }, { 136, 136 }, { 0, 255 },
};

static const struct isol_range dscp_pool[] = {
	{ 0, 0 }, { 46, 46 }, { 63, 63 }, { 8, 15 }, { 16, 62 }, { 0, 63 },
};

static const struct isol_range icmp_pool[] = {
	{ 0x0800, 0x08ff }, { 0, 0xff }, { 0x0304, 0x0304 }, { 0x8000, 0x80ff },
	{ 0x8700, 0x88ff }, { 0x0300, 0x03ff }, { 0xff00, 0xffff }, { 0, 0xffff },
};

static const struct isol_range op_pool[] = {
	{ 1, 1 }, { 2, 2 }, { 1, 2 }, { 3, 9 }, { 0, 0 }, { 0xffff, 0xffff }, { 0, 0xffff },
};

static const struct isol_range ethertype_pool[] = {
	{ 0x0800, 0x0800 }, { 0x0806, 0x0806 }, { 0x86dd, 0x86dd }, { 0x88b5, 0x88b5 }, { 4, 4 },
	{ 0x0600, 0x0600 }, { 0xffff, 0xffff }, { 0x0800, 0x0806 }, { 0x8864, 0x8864 },
	{ 0x8000, 0x8fff }, { 0x0600, 0xffff },
};

static const struct isol_range vlan_pool[] = {
	{ 30, 30 }, { 0, 0 }, { 1, 1 }, { 20, 29 }, { 31, 100 }, { 4094, 4094 }, { 1, 4000 },
	{ 0, 4094 },
};

static const struct isol_range pcp_pool[] = {
	{ 0, 0 }, { 7, 7 }, { 5, 5 }, { 1, 2 }, { 4, 7 }, { 0, 2 }, { 0, 7 },
};

static const struct isol_range inner_pool[] = {
	{ 100, 100 }, { 0, 0 }, { 4095, 4095 }, { 1, 4000 }, { 99, 101 }, { 0, 4095 },
};

#define WIDE(a, b, c, d) { { a, b }, { c, d } }
static const struct isol_wide_range ip6_pool[] = {
	WIDE(0x20010db800000000, 0, 0x20010db8ffffffff, ~0ULL),		/* /32 */
	WIDE(0x20010db800010000, 1, 0x20010db800010000, 1),
	WIDE(0x20010db800010000, 0, 0x20010db80001ffff, ~0ULL),		/* /48 */
	WIDE(0x20010db800010000, 2, 0x20010db800010000, 2),
	WIDE(0x20010db800020000, 0, 0x20010db80002ffff, ~0ULL),
	WIDE(0x20010db800010000, ~0xfULL, 0x20010db800010001, 0xf),	/* no prefix */
	WIDE(0xfe80000000000000, 0, 0xfebfffffffffffff, ~0ULL),
	WIDE(0, 0, 0, 0),
	WIDE(~0ULL, ~0ULL, ~0ULL, ~0ULL),
	WIDE(0xff02000000000000, 1, 0xff02000000000000, 1),
	WIDE(0x20010db800010000, 0, 0x20010db800010000, ~0ULL),		/* /64 */
	WIDE(0x20010db800010000, 0, 0x20010db800010000, 0x7fffffffffffffff),
	WIDE(0, 0, ~0ULL, ~0ULL),
};

/* All of these leave unicast addresses over, and two kinds of addresses each. */
static const struct isol_masked mac_pool[] = {
	{ 0x020000000001, MAC_BITS },
	{ 0x020000000002, MAC_BITS },
	{ 0x020000000000, 0xffffff000000 },
	{ 0x020000000000, 0xfffffffffffe },
	{ 0x525400000000, 0xffffff000000 },
	{ 0, MAC_BITS },
	{ 0x020000000100, 0xffffffffff00 },
	{ 0xfe0000000000, 0xff0000000000 },
};

static const struct isol_masked group_pool[] = {
	{ MAC_BITS, MAC_BITS },
	{ 0x01005e000000, 0xffffff800000 },
	{ 0x333300000000, 0xffff00000000 },
	{ 0x0180c2000000, 0xfffffffffff0 },
	{ 0x010000000000, 0x010000000000 },	/* all groups */
};

static const struct isol_masked flags_pool[] = {
	{ 0x002, 0x012 },	/* SYN and not ACK */
	{ 0x010, 0x010 },	/* ACK */
	{ 0x012, 0x012 },
	{ 0x004, 0x004 },	/* RST */
	{ 0x000, 0x1ff },	/* none at all */
	{ 0x1ff, 0x1ff },
	{ 0x029, 0x02f },
	{ 0x000, 0x017 },
};

/* One of @n: of those that the shape has, and seldom the last. */
static u32 pick(const struct gen_shape *shape, u32 n, bool all)
{
	u32 few = min(max(shape->pool, 1U), n - 1);

	if (all && percent(3))
		return n - 1;
	return below(few);
}

/* Beyond the lists, prefixes without end. */
static struct isol_range far_ip4(u32 nr)
{
	u64 state = nr, v = test_next(&state);
	u32 mask = 0xffffffffULL >> (9 + v % 24), base = 0x0a000000 | (v >> 32 & 0xffffff & ~mask);

	return (struct isol_range){ base, base | mask };
}

static struct isol_range far_port(u32 nr)
{
	u64 state = nr, v = test_next(&state);
	u32 lo = (v >> 8) % 49999, span = v & 1 ? 0 : v >> 32 & (0xffff >> (v >> 4 & 15));

	return (struct isol_range){ lo, min(lo + span, 49998U) };
}

static struct isol_wide_range far_ip6(u32 nr)
{
	u64 state = nr, v = test_next(&state), w = test_next(&state);
	u32 bits = 33 + (v & 31);
	struct isol_wide_range r;

	r.lo.hi = 0x20010db800000000 | (v >> 32);
	r.hi.hi = r.lo.hi;
	if (v & 32) {
		/* as long as 33 to 64 bits */
		r.lo.hi &= ~0ULL << (64 - bits);
		r.hi.hi = r.lo.hi | (bits == 64 ? 0 : ~0ULL >> bits);
		r.lo.lo = 0;
		r.hi.lo = ~0ULL;
	} else {
		r.lo.lo = w & ~0ULL << (bits & 31);
		r.hi.lo = r.lo.lo | ~(~0ULL << (bits & 31));
	}
	return r;
}

static struct isol_range narrow(const struct gen_shape *shape, u32 field, bool all)
{
	static const struct {
		const struct isol_range *range;
		u32 n;
	} pools[ISOL_MATCH_A_MAX + 1] = {
		[ISOL_MATCH_A_ETHERTYPE] = { ethertype_pool, ARRAY_SIZE(ethertype_pool) },
		[ISOL_MATCH_A_SRC_IP4] = { ip4_pool, ARRAY_SIZE(ip4_pool) },
		[ISOL_MATCH_A_DST_IP4] = { ip4_pool, ARRAY_SIZE(ip4_pool) },
		[ISOL_MATCH_A_DSCP] = { dscp_pool, ARRAY_SIZE(dscp_pool) },
		[ISOL_MATCH_A_PROTO] = { proto_pool, ARRAY_SIZE(proto_pool) },
		[ISOL_MATCH_A_SPORT] = { port_pool, ARRAY_SIZE(port_pool) },
		[ISOL_MATCH_A_DPORT] = { port_pool, ARRAY_SIZE(port_pool) },
		[ISOL_MATCH_A_ICMP] = { icmp_pool, ARRAY_SIZE(icmp_pool) },
		[ISOL_MATCH_A_ARP_OP] = { op_pool, ARRAY_SIZE(op_pool) },
		[ISOL_MATCH_A_ARP_SENDER] = { ip4_pool, ARRAY_SIZE(ip4_pool) },
		[ISOL_MATCH_A_ARP_TARGET] = { ip4_pool, ARRAY_SIZE(ip4_pool) },
		[ISOL_MATCH_A_VLAN] = { vlan_pool, ARRAY_SIZE(vlan_pool) },
		[ISOL_MATCH_A_PCP] = { pcp_pool, ARRAY_SIZE(pcp_pool) },
		[ISOL_MATCH_A_INNER_VLAN] = { inner_pool, ARRAY_SIZE(inner_pool) },
	};
	u32 n = pools[field].n, nr;

	if (shape->pool > n && percent(100 - 100 * n / shape->pool)) {
		nr = below(shape->pool);
		if (pools[field].range == ip4_pool)
			return far_ip4(nr);
		if (pools[field].range == port_pool)
			return far_port(nr);
	}
	return pools[field].range[pick(shape, n, all)];
}

static void *room(struct gen_match *match, u32 n, size_t size)
{
	void *p = (char *)match->store + match->used;

	CHECK(match->used + n * size <= sizeof(match->store));
	match->used += n * size;
	return p;
}

static u32 ones(u64 v)
{
	u32 n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

/* Into how many ranges a masked value comes at the most. */
static u32 masked_boxes(u32 field, u64 mask)
{
	if (field == ISOL_MATCH_A_TCP_FLAGS)
		return 1U << (9 - ones(mask));
	return 1U << ones(~mask & MAC_BITS & ~((mask & -mask) - 1));
}

/* Take the field that has been made, unless that makes too many combinations. */
static bool take(struct gen_match *match, struct isol_values *values, u32 boxes)
{
	if (values->negate)
		boxes++;
	if (match->boxes * boxes > ISOL_MAX_BOXES)
		return false;
	match->boxes *= boxes;
	match->values[match->n++] = *values;
	return true;
}

/* A field and its values; at the most so many, where it matters. */
static void add_field(struct gen_match *match, const struct gen_shape *shape, u32 field,
		      bool negatable, u32 most)
{
	struct isol_values values = { .field = field };
	struct isol_wide_range *wide;
	struct isol_masked *masked;
	struct isol_range *range;
	u32 i, boxes = 0;

	values.n = between(1, max(1U, min(min(shape->values, most), 8U)));
	values.negate = negatable && percent(shape->negate);
	switch (field) {
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		wide = room(match, values.n, sizeof(*wide));
		values.wide = wide;
		for (i = 0; i < values.n; i++)
			wide[i] = shape->pool > ARRAY_SIZE(ip6_pool) && percent(60) ?
				  far_ip6(below(shape->pool)) :
				  ip6_pool[pick(shape, ARRAY_SIZE(ip6_pool), !values.negate)];
		boxes = values.n;
		break;
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
	case ISOL_MATCH_A_TCP_FLAGS:
		masked = room(match, values.n, sizeof(*masked));
		values.masked = masked;
		for (i = 0; i < values.n; i++) {
			if (field == ISOL_MATCH_A_TCP_FLAGS)
				masked[i] = flags_pool[pick(shape, ARRAY_SIZE(flags_pool), true)];
			else if (field == ISOL_MATCH_A_DST_MAC && percent(40))
				masked[i] = group_pool[pick(shape, ARRAY_SIZE(group_pool), true)];
			else
				masked[i] = mac_pool[pick(shape, ARRAY_SIZE(mac_pool), true)];
			boxes += masked_boxes(field, masked[i].mask);
		}
		break;
	default:
		range = room(match, values.n, sizeof(*range));
		values.range = range;
		for (i = 0; i < values.n; i++)
			range[i] = narrow(shape, field, !values.negate);
		boxes = values.n;
	}
	take(match, &values, boxes);
}

/* ---- sets */

enum gen_type { ADDRESSES, MACS, PORTS };

static enum gen_type type_of(u32 nr)
{
	return nr % 5 < 3 ? ADDRESSES : nr % 5 == 3 ? MACS : PORTS;
}

static bool is_remote(u32 nr)
{
	return nr % 5 < 2;
}

/* Names that stay, for values to point at. */
static const char *set_name(u32 nr)
{
	static char names[GEN_SETS][8];

	snprintf(names[nr], sizeof(names[nr]), "s%u", nr);
	return names[nr];
}

static u32 count_sets(const struct gen_shape *shape, enum gen_type type)
{
	u32 i, n = 0;

	for (i = 0; i < min(shape->sets, GEN_SETS); i++)
		n += type_of(i) == type;
	return n;
}

/* One of the sets of a type. */
static u32 a_set(const struct gen_shape *shape, enum gen_type type, bool remote)
{
	u32 n = min(shape->sets, GEN_SETS), nr = below(n);

	/* Not chance again until it fits: the same may come again for ever. */
	while (type_of(nr) != type || (remote && !is_remote(nr)))
		nr = (nr + 1) % n;
	return nr;
}

static int add_element(struct isol_model *model, const struct gen_shape *shape,
		       struct isol_set *set, struct isol_fault *fault)
{
	struct isol_wide_range wide = {};
	enum isol_element_kind kind;
	struct isol_range range;
	u64 base;

	switch (set->type) {
	case ISOL_SET_ADDRESSES:
		if (percent(40)) {
			kind = ISOL_ELEMENT_IP6;
			wide = percent(60) ? ip6_pool[pick(shape, ARRAY_SIZE(ip6_pool), true)] :
					     far_ip6(below(shape->pool));
			return isol_model_add_element(model, set, kind, wide.lo, wide.hi, fault);
		}
		kind = ISOL_ELEMENT_IP4;
		range = percent(40) ? far_ip4(below(shape->pool)) :
				      narrow(shape, ISOL_MATCH_A_SRC_IP4, true);
		break;
	case ISOL_SET_MACS:
		kind = ISOL_ELEMENT_MAC;
		base = mac_pool[pick(shape, ARRAY_SIZE(mac_pool), true)].value;
		wide.lo.lo = percent(3) ? 0 : base;
		wide.hi.lo = percent(3) ? MAC_BITS : base + (percent(60) ? 0 : below(0x300));
		return isol_model_add_element(model, set, kind, wide.lo, wide.hi, fault);
	default:
		kind = ISOL_ELEMENT_PORT;
		range = narrow(shape, ISOL_MATCH_A_DPORT, true);
	}
	wide.lo.lo = range.lo;
	wide.hi.lo = range.hi;
	return isol_model_add_element(model, set, kind, wide.lo, wide.hi, fault);
}

int gen_sets(struct isol_model *model, const struct gen_shape *shape)
{
	static const u8 types[] = { ISOL_SET_ADDRESSES, ISOL_SET_MACS, ISOL_SET_PORTS };
	struct isol_fault fault;
	struct isol_set *set;
	u32 i, n;
	int err;

	for (i = 0; i < min(shape->sets, GEN_SETS); i++) {
		struct isol_set_spec spec = {
			.name = set_name(i), .type = types[type_of(i)], .remote = is_remote(i),
		};

		err = isol_model_add_set(model, &spec, &set, &fault);
		for (n = percent(15) ? 0 : between(1, max(shape->elements, 1U)); n && !err; n--) {
			/* some come later, as they do in messages */
			spec.append = true;
			if (percent(20))
				err = isol_model_add_set(model, &spec, &set, &fault);
			if (!err)
				err = add_element(model, shape, set, &fault);
		}
		must(err, &fault);
		if (err)
			return err;
	}
	return 0;
}

/* A field that is to be in sets; what that comes to at the most is bounded by their number. */
static void add_set_field(struct gen_match *match, const struct gen_shape *shape, u32 field,
			  enum gen_type type)
{
	struct isol_values values = { .field = field, .n = between(1, 3) };
	u32 i, nsets = count_sets(shape, type), bounds = 2 * nsets * max(shape->elements, 1U) + 1;
	const char **name;

	if (!nsets || !percent(shape->set_fields))
		return;
	name = room(match, values.n, sizeof(*name));
	values.name = name;
	for (i = 0; i < values.n; i++)
		name[i] = set_name(a_set(shape, type, false));
	values.negate = percent(shape->negate);
	take(match, &values, nsets < 10 ? min(1U << nsets, bounds) / 2 + 1 : bounds / 2 + 1);
}

/* A field that is to have just one range. */
static void add_one(struct gen_match *match, u32 field, u32 lo, u32 hi, bool negate)
{
	struct isol_values values = { .field = field, .n = 1, .negate = negate };
	struct isol_range *range = room(match, 1, sizeof(*range));

	*range = (struct isol_range){ lo, hi };
	values.range = range;
	take(match, &values, 1);
}

/* Of Ethernet; not every CAST goes with every DST_MAC. */
static void add_l2(struct gen_match *match, const struct gen_shape *shape, u32 most)
{
	if (most && percent(40)) {
		add_field(match, shape, ISOL_MATCH_A_SRC_MAC, true, 3);
		most--;
	}
	if (most > 1 && percent(10)) {
		add_field(match, shape, ISOL_MATCH_A_DST_MAC, false, 1);
		add_one(match, ISOL_MATCH_A_CAST, ISOL_CAST_UNICAST, ISOL_CAST_MAX, false);
	} else if (most && percent(40)) {
		add_field(match, shape, ISOL_MATCH_A_DST_MAC, true, 3);
	} else if (most && percent(50)) {
		u32 lo = between(ISOL_CAST_UNICAST, ISOL_CAST_BROADCAST);

		if (percent(shape->negate))
			add_one(match, ISOL_MATCH_A_CAST, lo, lo, true);
		else
			add_one(match, ISOL_MATCH_A_CAST, lo, between(lo, ISOL_CAST_MAX), false);
	}
}

#define IP4 1U
#define IP6 2U

/* Which fields have come to be there: some are left out for their combinations. */
static u32 fields_of(const struct gen_match *match)
{
	u32 i, fields = 0;

	for (i = 0; i < match->n; i++)
		fields |= 1U << match->values[i].field;
	return fields;
}

/* Versions of IP of the frames that the addresses leave. */
static u32 versions_of(const struct gen_match *match, u32 versions)
{
	u32 fields = fields_of(match);
	u32 src = (fields & FIELD(SRC_IP4) ? IP4 : 0) | (fields & FIELD(SRC_IP6) ? IP6 : 0);
	u32 dst = (fields & FIELD(DST_IP4) ? IP4 : 0) | (fields & FIELD(DST_IP6) ? IP6 : 0);

	return versions & (src ? src : IP4 | IP6) & (dst ? dst : IP4 | IP6);
}

/* Addresses of the versions of IP that are to come: both, or one. */
static u32 add_addresses(struct gen_match *match, const struct gen_shape *shape, u32 versions,
			 u32 most)
{
	u32 side, used = 0, left = versions;

	for (side = 0; side < 2 && used < most; side++) {
		u32 of;

		if (!percent(60))
			continue;
		of = percent(50) ? left : percent(50) ? IP4 : IP6;
		if (!(of & left))
			of = left;
		if (of & IP4)
			add_field(match, shape, side ? ISOL_MATCH_A_DST_IP4 : ISOL_MATCH_A_SRC_IP4,
				  true, 8);
		if (of & IP6)
			add_field(match, shape, side ? ISOL_MATCH_A_DST_IP6 : ISOL_MATCH_A_SRC_IP6,
				  true, 8);
		left = versions_of(match, versions);
		used++;
	}
	return used;
}

static void add_ports(struct gen_match *match, const struct gen_shape *shape, u32 most)
{
	static const u8 with_ports[] = { 6, 17, 132, 136, 33 };
	struct isol_values values = { .field = ISOL_MATCH_A_PROTO };
	struct isol_range *range;
	u32 i;

	values.n = percent(75) ? 1 : between(2, 5);
	range = room(match, values.n, sizeof(*range));
	values.range = range;
	for (i = 0; i < values.n; i++) {
		range[i].lo = with_ports[percent(70) ? below(2) : below(5)];
		range[i].hi = range[i].lo;
	}
	if (!take(match, &values, values.n))
		return;
	if (percent(50))
		add_set_field(match, shape, ISOL_MATCH_A_DPORT_SET, PORTS);
	if (percent(20))
		add_set_field(match, shape, ISOL_MATCH_A_SPORT_SET, PORTS);
	if (most && percent(80)) {
		add_field(match, shape, ISOL_MATCH_A_DPORT, true, 8);
		most--;
	}
	if (most && percent(30)) {
		add_field(match, shape, ISOL_MATCH_A_SPORT, true, 8);
		most--;
	}
	if (most && values.n == 1 && range->lo == 6 && percent(30))
		add_field(match, shape, ISOL_MATCH_A_TCP_FLAGS, true, 2);
}

static void add_fragment(struct gen_match *match, const struct gen_shape *shape)
{
	if (fields_of(match) & (FIELD(DPORT) | FIELD(SPORT) | FIELD(TCP_FLAGS) | FIELD(ICMP) |
				FIELD(DPORT_SET) | FIELD(SPORT_SET))) {
		if (percent(shape->negate))
			add_one(match, ISOL_MATCH_A_FRAGMENT, ISOL_FRAGMENT_LATER,
				ISOL_FRAGMENT_LATER, true);
		else
			add_one(match, ISOL_MATCH_A_FRAGMENT, below(2), between(1, 2), false);
	} else if (percent(shape->negate)) {
		u32 v = below(ISOL_FRAGMENT_MAX + 1);

		add_one(match, ISOL_MATCH_A_FRAGMENT, v, v, true);
	} else {
		u32 lo = below(ISOL_FRAGMENT_MAX + 1);

		add_one(match, ISOL_MATCH_A_FRAGMENT, lo, between(lo, ISOL_FRAGMENT_MAX), false);
	}
}

static void add_ip(struct gen_match *match, const struct gen_shape *shape, u32 most)
{
	u32 how = below(4), versions = IP4 | IP6;

	if (how == 0)
		versions = percent(50) ? IP4 : IP6;
	/* no more than there may be */
	most -= add_addresses(match, shape, versions, most);
	versions = versions_of(match, versions);
	switch (how) {
	case 0:
		add_one(match, ISOL_MATCH_A_PROTO, versions == IP4 ? 1 : 58,
			versions == IP4 ? 1 : 58, false);
		if (fields_of(match) & FIELD(PROTO) && most && percent(80)) {
			add_field(match, shape, ISOL_MATCH_A_ICMP, true, 8);
			most--;
		}
		break;
	case 1:
		if (most && percent(70)) {
			add_field(match, shape, ISOL_MATCH_A_PROTO, true, 4);
			most--;
		}
		break;
	default:
		add_ports(match, shape, most);
		most /= 2;
	}
	if (most && percent(15))
		add_field(match, shape, ISOL_MATCH_A_DSCP, true, 4);
	if (most && percent(15))
		add_fragment(match, shape);
	if (percent(10)) {
		if (percent(shape->negate))
			add_one(match, ISOL_MATCH_A_ETHERTYPE, 0x0806, 0x0806, true);
		else if (versions != (IP4 | IP6))
			add_one(match, ISOL_MATCH_A_ETHERTYPE, versions == IP4 ? 0x0800 : 0x86dd,
				versions == IP4 ? 0x0800 : 0x86dd, false);
		else
			add_one(match, ISOL_MATCH_A_ETHERTYPE, 0x0800, 0x86dd, false);
	}
}

static void add_arp(struct gen_match *match, const struct gen_shape *shape, u32 most)
{
	if (most && percent(60)) {
		add_field(match, shape, ISOL_MATCH_A_ARP_OP, true, 4);
		most--;
	}
	if (most && percent(60)) {
		add_field(match, shape, ISOL_MATCH_A_ARP_SENDER, true, 8);
		most--;
	}
	if (most && percent(40))
		add_field(match, shape, ISOL_MATCH_A_ARP_TARGET, true, 8);
	if (percent(20) || !match->n)
		add_one(match, ISOL_MATCH_A_ETHERTYPE, 0x0806, 0x0806, false);
}

/* Of the tags; of three values each something is left over. */
static void add_vlan(struct gen_match *match, const struct gen_shape *shape, u32 most)
{
	static const u8 fields[] = {
		ISOL_MATCH_A_VLAN, ISOL_MATCH_A_PCP, ISOL_MATCH_A_INNER_VLAN,
	};
	u32 i, first = percent(60) ? 0 : below(ARRAY_SIZE(fields));

	for (i = 0; i < ARRAY_SIZE(fields) && most; i++)
		if (!i || percent(25)) {
			add_field(match, shape, fields[(first + i) % ARRAY_SIZE(fields)], true, 3);
			most--;
		}
}

void gen_match(struct gen_match *match, const struct gen_shape *shape)
{
	u32 most = between(1, max(shape->fields, 1U)), kind = below(11);

	match->n = 0;
	match->used = 0;
	match->boxes = 1;
	if (kind == 10) {
		add_vlan(match, shape, most);
	} else if (kind < 6) {
		add_ip(match, shape, most);
		if (percent(15))
			add_l2(match, shape, most);
	} else if (kind < 7) {
		add_arp(match, shape, most);
		if (percent(40))
			add_l2(match, shape, most);
	} else {
		add_l2(match, shape, most);
		if (percent(50))
			add_field(match, shape, ISOL_MATCH_A_ETHERTYPE, true, 4);
	}
	if (kind < 10 && percent(12))
		add_vlan(match, shape, most);
	if (kind < 6 && percent(70))
		add_set_field(match, shape, ISOL_MATCH_A_SRC_SET, ADDRESSES);
	if (kind < 6 && percent(70))
		add_set_field(match, shape, ISOL_MATCH_A_DST_SET, ADDRESSES);
	if (percent(25))
		add_set_field(match, shape, ISOL_MATCH_A_SRC_MAC_SET, MACS);
	if (percent(25))
		add_set_field(match, shape, ISOL_MATCH_A_DST_MAC_SET, MACS);
	if (!match->n)
		add_one(match, ISOL_MATCH_A_PROTO, 6, 6, false);
}

static void fill_end(const struct gen_shape *shape, struct isol_endpoint_spec *end, char *name,
		     u32 table)
{
	static const u8 words[] = {
		ISOL_ENDPOINT_ANY, ISOL_ENDPOINT_HOST, ISOL_ENDPOINT_UPLINK, ISOL_ENDPOINT_MEMBERS,
	};

	end->name = name;
	if (shape->sets && percent(shape->remotes)) {
		end->kind = ISOL_ENDPOINT_REMOTE;
		end->name = set_name(a_set(shape, ADDRESSES, true));
	} else if (shape->bindings && percent(shape->direct)) {
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
		if (end->kind != ISOL_ENDPOINT_HOST && end->kind != ISOL_ENDPOINT_UPLINK &&
		    end->kind != ISOL_ENDPOINT_REMOTE)
			return true;
	return false;
}

#define SERVICES 3

static int add_services(struct isol_model *model, const struct gen_shape *shape)
{
	struct isol_service_spec *spec = calloc(1, sizeof(*spec));
	char name[16], ends[4][16];
	struct isol_fault fault;
	int err = 0;
	u32 i, j;

	for (i = 0; i < SERVICES && shape->services && !err; i++) {
		memset(spec, 0, sizeof(*spec));
		snprintf(name, sizeof(name), "service%u", i);
		spec->name = name;
		spec->comment = percent(30) ? "why" : NULL;
		spec->follow = percent(30);
		spec->nwhere = spec->follow ? 0 : between(1, ARRAY_SIZE(ends));
		for (j = 0; j < spec->nwhere; j++)
			fill_end(shape, &spec->where[j], ends[j], ISOL_TABLE_SERVICES);
		err = isol_model_add_service(model, spec, &fault);
		must(err, &fault);
	}
	free(spec);
	return err;
}

/* Whether a rule asks about what only stateless ones can. */
static bool untold(const struct isol_rule_spec *spec)
{
	u32 i;

	for (i = 0; i < spec->nvalues; i++)
		switch (spec->values[i].field) {
		case ISOL_MATCH_A_TCP_FLAGS:
		case ISOL_MATCH_A_DSCP:
		case ISOL_MATCH_A_FRAGMENT:
		case ISOL_MATCH_A_PCP:
		case ISOL_MATCH_A_INNER_VLAN:
			return true;
		default:
			break;
		}
	return false;
}

static int add_rules(struct isol_model *model, const struct gen_shape *shape, u32 table, u32 n)
{
	struct isol_rule_spec *spec = malloc(sizeof(*spec));
	struct gen_match *match = malloc(sizeof(*match));
	char name[16], service[16], ends[2 * ISOL_MAX_ENDPOINTS][16];
	struct isol_fault fault;
	int err = 0;
	u32 i, j;

	for (i = 0; i < n && !err; i++) {
		memset(spec, 0, sizeof(*spec));
		snprintf(name, sizeof(name), "%c%u", "rqs"[table], i);
		spec->name = name;
		spec->table = table;
		spec->verdict = rule_verdict(shape);
		if (table == ISOL_TABLE_SERVICES) {
			snprintf(service, sizeof(service), "service%u", below(SERVICES));
			spec->service = service;
			spec->follow = percent(shape->follow);
		}
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
			spec->from[0] = (struct isol_endpoint_spec){
				.kind = ISOL_ENDPOINT_MEMBERS };
		if (shape->match && percent(shape->match)) {
			gen_match(match, shape);
			memcpy(spec->values, match->values, sizeof(spec->values));
			spec->nvalues = match->n;
		}
		spec->stateless = table == ISOL_TABLE_SERVICES || !percent(shape->tracks) ||
				  untold(spec);
		err = isol_model_add_rule(model, spec, &fault);
		must(err, &fault);
	}
	free(match);
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
	if (!err && shape->sets)
		err = gen_sets(model, shape);
	/* Quarantine rules first sometimes: order in the message is free. */
	if (!err)
		err = add_services(model, shape);
	if (!err && shape->services & 1)
		err = add_rules(model, shape, ISOL_TABLE_SERVICES, shape->services);
	if (!err && shape->quarantine & 1)
		err = add_rules(model, shape, ISOL_TABLE_QUARANTINE, shape->quarantine);
	if (!err)
		err = add_rules(model, shape, ISOL_TABLE_RULES, shape->rules);
	if (!err && !(shape->quarantine & 1))
		err = add_rules(model, shape, ISOL_TABLE_QUARANTINE, shape->quarantine);
	if (!err && !(shape->services & 1))
		err = add_rules(model, shape, ISOL_TABLE_SERVICES, shape->services);
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
		else if (end->kind == ISOL_ENDPOINT_REMOTE)
			printf(" %s", model->set[end->id]->name);
		else
			printf(" %s", kinds[end->kind]);
}

static const char *verdict_name(u8 verdict)
{
	static const char *const names[] = { "drop", "accept", "reject" };

	return names[verdict];
}

static void print_match(const struct isol_match *match)
{
	static const char *const names[] = {
		"", "ethertype", "src-mac", "dst-mac", "cast", "src-ip4", "dst-ip4", "src-ip6",
		"dst-ip6", "dscp", "fragment", "proto", "sport", "dport", "tcp-flags", "icmp",
		"arp-op", "arp-sender", "arp-target", "vlan", "pcp", "inner-vlan", "src-set",
		"dst-set", "src-mac-set", "dst-mac-set", "sport-set", "dport-set",
	};
	u32 i, j;

	for (i = 0; i < match->n; i++) {
		const struct isol_values *v = &match->values[i];

		printf(" %s%s", v->negate ? "not " : "", names[v->field]);
		for (j = 0; j < v->n; j++)
			switch (isol_field_width(v->field)) {
			case ISOL_WIDTH_NARROW:
				printf(" %#x-%#x", v->range[j].lo, v->range[j].hi);
				break;
			case ISOL_WIDTH_MASKED:
				printf(" %#llx/%#llx", (unsigned long long)v->masked[j].value,
				       (unsigned long long)v->masked[j].mask);
				break;
			case ISOL_WIDTH_SET:
				printf(" %s", v->set[j]->name);
				break;
			case ISOL_WIDTH_WIDE:
				printf(" %016llx%016llx-%016llx%016llx",
				       (unsigned long long)v->wide[j].lo.hi,
				       (unsigned long long)v->wide[j].lo.lo,
				       (unsigned long long)v->wide[j].hi.hi,
				       (unsigned long long)v->wide[j].hi.lo);
				break;
			}
	}
}

static void print_set(const struct isol_set *set)
{
	const struct isol_elements *e;
	u32 i;

	printf("# set %s type %u%s", set->name, set->type, set->remote ? " remote" : "");
	for (e = set->elements; e; e = e->next)
		for (i = 0; i < e->n; i++) {
			struct isol_wide_range r = isol_element(e, i);

			if (e->kind == ISOL_ELEMENT_IP6)
				printf(" %016llx%016llx-%016llx%016llx",
				       (unsigned long long)r.lo.hi, (unsigned long long)r.lo.lo,
				       (unsigned long long)r.hi.hi, (unsigned long long)r.hi.lo);
			else
				printf(" %#llx-%#llx", (unsigned long long)r.lo.lo,
				       (unsigned long long)r.hi.lo);
		}
	printf("\n");
}

void gen_print(const struct isol_model *model)
{
	const struct isol_binding *binding;
	const struct isol_segment *segment;
	const struct isol_bridge *bridge;
	static const char *const tables[] = { "", " quarantine", " service" };
	const struct isol_rule *rule;
	const struct isol_set *set;
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
	for (segment = model->segments; segment; segment = segment->next)
		if (segment->vlan)
			printf("# segment %s bridge %s vlan %u within %s uplink %s\n",
			       segment->name, segment->bridge->name, segment->vlan,
			       verdict_name(segment->within), verdict_name(segment->uplink));
	for (binding = model->bindings; binding; binding = binding->next) {
		printf("# binding %s role %s %s groups", binding->name, role_names[binding->role],
		       binding->community ? binding->community : "");
		for (i = 0; i < binding->ngroups; i++)
			printf(" %s", model->group[binding->groups[i]]->name);
		printf("%s%s\n", binding->segment ? " segment " : "",
		       binding->segment ? binding->segment->name : "");
	}
	for (set = model->sets; set; set = set->next)
		print_set(set);
	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = model->rules[table]; rule; rule = rule->next) {
			printf("# rule %s%s%s", rule->name, tables[table],
			       rule->follow ? " follow" : "");
			print_side(model, "from", rule->from, rule->nfrom);
			print_side(model, "to", rule->to, rule->nto);
			if (rule->match)
				print_match(rule->match);
			printf(" %s\n", verdict_name(rule->verdict));
		}
}
