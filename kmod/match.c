// SPDX-License-Identifier: GPL-2.0
/* What a rule asks of a frame, see match.h. */
#include "match.h"

#define ETHERTYPE_LLC		4
#define ETHERTYPE_FIRST		0x0600
#define ETHERTYPE_LAST		0xffff
#define ETHERTYPE_IP4		0x0800
#define ETHERTYPE_ARP		0x0806
#define ETHERTYPE_TAG		0x8100
#define ETHERTYPE_IP6		0x86dd
#define ETHERTYPE_SERVICE_TAG	0x88a8

#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_DCCP	33
#define PROTO_ICMP6	58
#define PROTO_SCTP	132
#define PROTO_UDPLITE	136

#define IP4 ISOL_IP4
#define IP6 ISOL_IP6

#define FIELD(f)	(1U << ISOL_MATCH_A_##f)
#define OF_ARP		(FIELD(ARP_OP) | FIELD(ARP_SENDER) | FIELD(ARP_TARGET))
#define OF_L4		(FIELD(SPORT) | FIELD(DPORT) | FIELD(TCP_FLAGS) | FIELD(ICMP) | \
			 FIELD(SPORT_SET) | FIELD(DPORT_SET))
#define OF_IP		(FIELD(SRC_IP4) | FIELD(DST_IP4) | FIELD(SRC_IP6) | FIELD(DST_IP6) | \
			 FIELD(DSCP) | FIELD(FRAGMENT) | FIELD(PROTO) | \
			 FIELD(SRC_SET) | FIELD(DST_SET) | OF_L4)

#define MAC_BITS	0xffffffffffffULL
#define MAC_GROUP	0x010000000000ULL

/* What each field may be, and how it is said that it may not. */
struct field {
	u64 highest;		/* of masked ones: all bits */
	const char *range;
	const char *order;
	const char *none;
	const char *left;
	const char *beyond;
	const char *mask;
	const char *twice;
};

#define MATCH(name, highest, range) {					\
	highest, "rule MATCH " #name ": " range,			\
	"rule MATCH " #name ": a RANGE begins above its end",		\
	"rule MATCH " #name ": no value is given",			\
	"rule MATCH " #name ": NOT leaves no value",			\
	"rule MATCH " #name ": a value has bits that its mask has not",	\
	"rule MATCH " #name ": a mask of 0 says nothing",		\
	"rule MATCH " #name ": is given twice",				\
}

static const struct field fields[ISOL_MATCH_A_MAX + 1] = {
	[ISOL_MATCH_A_ETHERTYPE] = MATCH(ETHERTYPE, ETHERTYPE_LAST,
					 "must be 0x0600 to 0xffff, or 4 for frames with LLC"),
	[ISOL_MATCH_A_SRC_MAC] = MATCH(SRC_MAC, MAC_BITS, "must have 48 bits"),
	[ISOL_MATCH_A_DST_MAC] = MATCH(DST_MAC, MAC_BITS, "must have 48 bits"),
	[ISOL_MATCH_A_CAST] = MATCH(CAST, ISOL_CAST_MAX,
				    "must be unicast, multicast or broadcast"),
	[ISOL_MATCH_A_SRC_IP4] = MATCH(SRC_IP4, U32_MAX, "must have 32 bits"),
	[ISOL_MATCH_A_DST_IP4] = MATCH(DST_IP4, U32_MAX, "must have 32 bits"),
	[ISOL_MATCH_A_SRC_IP6] = MATCH(SRC_IP6, 0, "must have 128 bits"),
	[ISOL_MATCH_A_DST_IP6] = MATCH(DST_IP6, 0, "must have 128 bits"),
	[ISOL_MATCH_A_DSCP] = MATCH(DSCP, 63, "must be 0 to 63"),
	[ISOL_MATCH_A_FRAGMENT] = MATCH(FRAGMENT, ISOL_FRAGMENT_MAX,
					"must be none, first or later"),
	[ISOL_MATCH_A_PROTO] = MATCH(PROTO, 255, "must be 0 to 255"),
	[ISOL_MATCH_A_SPORT] = MATCH(SPORT, 0xffff, "must be 0 to 65535"),
	[ISOL_MATCH_A_DPORT] = MATCH(DPORT, 0xffff, "must be 0 to 65535"),
	[ISOL_MATCH_A_TCP_FLAGS] = MATCH(TCP_FLAGS, 511, "must be 0 to 511"),
	[ISOL_MATCH_A_ICMP] = MATCH(ICMP, 0xffff, "must be 0 to 65535"),
	[ISOL_MATCH_A_ARP_OP] = MATCH(ARP_OP, 0xffff, "must be 0 to 65535"),
	[ISOL_MATCH_A_ARP_SENDER] = MATCH(ARP_SENDER, U32_MAX, "must have 32 bits"),
	[ISOL_MATCH_A_ARP_TARGET] = MATCH(ARP_TARGET, U32_MAX, "must have 32 bits"),
	[ISOL_MATCH_A_VLAN] = MATCH(VLAN, ISOL_VLAN_MAX, "must be 0 to 4094"),
	[ISOL_MATCH_A_PCP] = MATCH(PCP, 7, "must be 0 to 7"),
	[ISOL_MATCH_A_INNER_VLAN] = MATCH(INNER_VLAN, 4095, "must be 0 to 4095"),
	[ISOL_MATCH_A_SRC_SET] = MATCH(SRC_SET, 0, "must be sets"),
	[ISOL_MATCH_A_DST_SET] = MATCH(DST_SET, 0, "must be sets"),
	[ISOL_MATCH_A_SRC_MAC_SET] = MATCH(SRC_MAC_SET, 0, "must be sets"),
	[ISOL_MATCH_A_DST_MAC_SET] = MATCH(DST_MAC_SET, 0, "must be sets"),
	[ISOL_MATCH_A_SPORT_SET] = MATCH(SPORT_SET, 0, "must be sets"),
	[ISOL_MATCH_A_DPORT_SET] = MATCH(DPORT_SET, 0, "must be sets"),
};

static const char *fault(u32 *field, u32 at, const char *msg)
{
	*field = at;
	return msg;
}

/* What has been asked, by field. */
struct asked {
	u32 fields;
	const struct isol_values *of[ISOL_MATCH_A_MAX + 1];
};

/* ---- the values of one field */

/* The EtherType is the one field with a gap in it. */
static bool in_gap(u32 field, u32 lo, u32 hi)
{
	return field == ISOL_MATCH_A_ETHERTYPE && lo < ETHERTYPE_FIRST &&
	       (lo != ETHERTYPE_LLC || hi != ETHERTYPE_LLC);
}

static const char *check_narrow(const struct isol_values *v)
{
	const struct field *field = &fields[v->field];
	u32 i;

	for (i = 0; i < v->n; i++) {
		u32 lo = v->range[i].lo, hi = v->range[i].hi;

		if (lo > field->highest || hi > field->highest || in_gap(v->field, lo, hi))
			return field->range;
		if (lo > hi)
			return field->order;
	}
	return NULL;
}

static const char *check_wide(const struct isol_values *v)
{
	u32 i;

	for (i = 0; i < v->n; i++)
		if (isol_wide_cmp(v->wide[i].lo, v->wide[i].hi) > 0)
			return fields[v->field].order;
	return NULL;
}

static const char *check_masked(const struct isol_values *v)
{
	const struct field *field = &fields[v->field];
	u32 i;

	for (i = 0; i < v->n; i++) {
		u64 value = v->masked[i].value, mask = v->masked[i].mask;

		if ((value | mask) & ~field->highest)
			return field->range;
		if (!mask)
			return field->mask;
		if (value & ~mask)
			return field->beyond;
	}
	return NULL;
}

static const char *check_values(const struct isol_values *v)
{
	if (!v->n)
		return fields[v->field].none;
	switch (isol_field_width(v->field)) {
	case ISOL_WIDTH_WIDE:
		return check_wide(v);
	case ISOL_WIDTH_MASKED:
		return check_masked(v);
	case ISOL_WIDTH_SET:
		/* Which sets there are is for the model to say. */
		return NULL;
	default:
		return check_narrow(v);
	}
}

/* ---- how much it is */

/*
 * How many ranges a masked value is: each bit that does not count doubles them,
 * but for those at the low end, which make ranges long.
 */
static u32 count_ranges(u64 mask, u64 all)
{
	u64 bits = ~mask & all & ~((mask & -mask) - 1);
	u32 n = 1;

	for (; bits && n <= ISOL_MAX_BOXES; bits &= bits - 1)
		n *= 2;
	return n;
}

static u32 count_values(const struct isol_values *v)
{
	u32 n = v->n, i;

	if (isol_field_set(v->field))
		return 1;
	if (isol_field_width(v->field) == ISOL_WIDTH_MASKED)
		for (n = 0, i = 0; i < v->n && n <= ISOL_MAX_BOXES; i++)
			n += count_ranges(v->field == ISOL_MATCH_A_TCP_FLAGS ?
					  isol_flags_order(v->masked[i].mask) :
					  v->masked[i].mask, fields[v->field].highest);
	return v->negate ? n + 1 : n;
}

/* Does not overflow: stops beyond the limit. */
static u32 times(u32 a, u32 b)
{
	return min(a, ISOL_MAX_BOXES + 1U) * min(b, ISOL_MAX_BOXES + 1U);
}

/* A frame is of one version of IP: the addresses of the other do not count too. */
static u32 count_boxes(const struct asked *asked)
{
	u32 n = 1, ip4 = 1, ip6 = 1, field;

	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		u32 ranges;

		if (!asked->of[field])
			continue;
		ranges = count_values(asked->of[field]);
		switch (field) {
		case ISOL_MATCH_A_SRC_IP4:
		case ISOL_MATCH_A_DST_IP4:
			ip4 = times(ip4, ranges);
			break;
		case ISOL_MATCH_A_SRC_IP6:
		case ISOL_MATCH_A_DST_IP6:
			ip6 = times(ip6, ranges);
			break;
		default:
			n = times(n, ranges);
		}
	}
	return times(n, max(ip4, ip6));
}

/* ---- which values remain */

static struct isol_wide number(u64 lo)
{
	return (struct isol_wide){ .lo = lo };
}

/*
 * A MAC address with the bit that tells groups as its highest, so that each
 * kind of addresses is a range. Does not change what has less than 41 bits.
 */
static u64 turn(u64 mac)
{
	return (mac & (MAC_GROUP - 1)) | (mac >> 41) << 40 | (mac >> 40 & 1) << 47;
}

/* Whether the @i-th value holds @x; @end: the last one from there on that it holds. */
static bool holds(const struct isol_values *v, u32 i, struct isol_wide x, struct isol_wide *end)
{
	u64 mask;

	switch (isol_field_width(v->field)) {
	case ISOL_WIDTH_WIDE:
		*end = v->wide[i].hi;
		return isol_wide_cmp(v->wide[i].lo, x) <= 0 && isol_wide_cmp(x, *end) <= 0;
	case ISOL_WIDTH_MASKED:
		mask = turn(v->masked[i].mask);
		*end = number(x.lo | ((mask & -mask) - 1));
		return (x.lo & mask) == turn(v->masked[i].value);
	default:
		*end = number(v->range[i].hi);
		return v->range[i].lo <= x.lo && x.lo <= v->range[i].hi;
	}
}

/*
 * Whether there is a value from @lo to @hi that none of @v holds. Takes no more
 * steps than there are ranges, twice that for MAC addresses (turned, one range
 * may be two).
 */
static bool any_left(const struct isol_values *v, struct isol_wide lo, struct isol_wide hi)
{
	for (;;) {
		struct isol_wide last = lo, end;
		bool held = false;
		u32 i;

		for (i = 0; i < v->n; i++) {
			if (!holds(v, i, lo, &end))
				continue;
			held = true;
			if (isol_wide_cmp(end, last) > 0)
				last = end;
		}
		if (!held)
			return true;
		if (isol_wide_cmp(last, hi) >= 0)
			return false;
		lo = last;
		if (!++lo.lo)
			lo.hi++;
	}
}

/* The same, of those that one of @v holds. */
static bool any_held(const struct isol_values *v, u64 lo, u64 hi)
{
	u32 i;

	for (i = 0; i < v->n; i++) {
		u64 value, mask;

		if (isol_field_width(v->field) != ISOL_WIDTH_MASKED) {
			if (v->range[i].lo <= hi && lo <= v->range[i].hi)
				return true;
			continue;
		}
		/*
		 * @lo is 0, or has the highest bit, or all: so the least that
		 * is not below has the bits of both.
		 */
		value = turn(v->masked[i].value);
		mask = turn(v->masked[i].mask);
		if (!(lo & mask & ~value) && (lo | value) <= hi)
			return true;
	}
	return false;
}

/* Whether a field may have one of the values from @lo to @hi; not of wide ones. */
static bool allows(const struct asked *asked, u32 field, u64 lo, u64 hi)
{
	const struct isol_values *v = asked->of[field];

	if (!v)
		return true;
	return v->negate ? any_left(v, number(lo), number(hi)) : any_held(v, lo, hi);
}

static bool leaves_none(const struct isol_values *v)
{
	static const struct isol_wide all = { .hi = ~0ULL, .lo = ~0ULL };

	/* More may be added to a set than it has now. */
	if (!v->negate || isol_field_set(v->field))
		return false;
	if (isol_field_width(v->field) == ISOL_WIDTH_WIDE)
		return !any_left(v, number(0), all);
	if (v->field == ISOL_MATCH_A_ETHERTYPE)
		return !any_left(v, number(ETHERTYPE_LLC), number(ETHERTYPE_LLC)) &&
		       !any_left(v, number(ETHERTYPE_FIRST), number(ETHERTYPE_LAST));
	return !any_left(v, number(0), number(fields[v->field].highest));
}

/* Whether a field is one value and no other. */
static bool is_only(const struct isol_values *v, u32 value)
{
	u32 i;

	if (!v || v->negate)
		return false;
	for (i = 0; i < v->n; i++)
		if (v->range[i].lo != value || v->range[i].hi != value)
			return false;
	return true;
}

static bool has_ports(const struct isol_values *v)
{
	u32 i;

	if (!v || v->negate)
		return false;
	for (i = 0; i < v->n; i++) {
		/* no two of them are neighbours */
		if (v->range[i].lo != v->range[i].hi)
			return false;
		switch (v->range[i].lo) {
		case PROTO_TCP:
		case PROTO_UDP:
		case PROTO_DCCP:
		case PROTO_SCTP:
		case PROTO_UDPLITE:
			continue;
		}
		return false;
	}
	return true;
}

/* ---- whether there can be such a frame */

/* The first of some fields that is asked for. */
static u32 first_of(const struct asked *asked, u32 some)
{
	return __ffs(asked->fields & some);
}

static const char *check_cast(const struct asked *asked, u32 *field)
{
	/* of addresses that have been turned */
	static const u64 first[] = { 0, MAC_BITS / 2 + 1, MAC_BITS };
	static const u64 last[] = { MAC_BITS / 2, MAC_BITS - 1, MAC_BITS };
	u32 cast;

	for (cast = 0; cast <= ISOL_CAST_MAX; cast++)
		if (allows(asked, ISOL_MATCH_A_CAST, cast, cast) &&
		    allows(asked, ISOL_MATCH_A_DST_MAC, first[cast], last[cast]))
			return NULL;
	return fault(field, ISOL_MATCH_A_CAST,
		     "rule MATCH CAST: no address that DST_MAC allows is of this kind");
}

static const char *check_needs(const struct asked *asked, u32 *field)
{
	const struct isol_values *proto = asked->of[ISOL_MATCH_A_PROTO];

	if (asked->fields & FIELD(SPORT) && !has_ports(proto))
		return fault(field, ISOL_MATCH_A_SPORT,
			     "rule MATCH SPORT: needs PROTO of tcp, udp, udplite, sctp or dccp");
	if (asked->fields & FIELD(DPORT) && !has_ports(proto))
		return fault(field, ISOL_MATCH_A_DPORT,
			     "rule MATCH DPORT: needs PROTO of tcp, udp, udplite, sctp or dccp");
	if (asked->fields & FIELD(SPORT_SET) && !has_ports(proto))
		return fault(field, ISOL_MATCH_A_SPORT_SET,
			     "rule MATCH SPORT_SET: needs PROTO of tcp, udp, udplite, sctp or dccp");
	if (asked->fields & FIELD(DPORT_SET) && !has_ports(proto))
		return fault(field, ISOL_MATCH_A_DPORT_SET,
			     "rule MATCH DPORT_SET: needs PROTO of tcp, udp, udplite, sctp or dccp");
	if (asked->fields & FIELD(TCP_FLAGS) && !is_only(proto, PROTO_TCP))
		return fault(field, ISOL_MATCH_A_TCP_FLAGS,
			     "rule MATCH TCP_FLAGS: needs PROTO of tcp alone");
	if (asked->fields & FIELD(ICMP) && !is_only(proto, PROTO_ICMP) &&
	    !is_only(proto, PROTO_ICMP6))
		return fault(field, ISOL_MATCH_A_ICMP,
			     "rule MATCH ICMP: needs PROTO of either icmp or icmpv6 alone");
	return NULL;
}

/* Versions of IP that the addresses of one side are of. */
static u32 versions(const struct asked *asked, u32 ip4, u32 ip6)
{
	u32 version = (asked->of[ip4] ? IP4 : 0) | (asked->of[ip6] ? IP6 : 0);

	return version ? version : IP4 | IP6;
}

/* Whether a protocol of IPv6 is allowed: what no extension header is. */
static bool allows_proto6(const struct asked *asked)
{
	static const struct isol_range protos[] = {
		{ 1, 42 }, { 45, 50 }, { 52, 59 }, { 61, 134 }, { 136, 138 }, { 141, 255 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (allows(asked, ISOL_MATCH_A_PROTO, protos[i].lo, protos[i].hi))
			return true;
	return false;
}

static const char *check_ip(const struct asked *asked, u32 *field)
{
	u32 version = versions(asked, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_SRC_IP6) &
		      versions(asked, ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_DST_IP6);
	u32 l4 = asked->fields & OF_L4;

	if (!version)
		return fault(field, first_of(asked, FIELD(DST_IP4) | FIELD(DST_IP6)),
			     asked->of[ISOL_MATCH_A_DST_IP4] ?
			     "rule MATCH DST_IP4: the source addresses are of IPv6 only" :
			     "rule MATCH DST_IP6: the source addresses are of IPv4 only");
	if (asked->fields & FIELD(ICMP)) {
		bool icmp = is_only(asked->of[ISOL_MATCH_A_PROTO], PROTO_ICMP);

		version &= icmp ? IP4 : IP6;
		if (!version)
			return fault(field, ISOL_MATCH_A_ICMP, icmp ?
				     "rule MATCH ICMP: icmp is of IPv4, the addresses are of IPv6" :
				     "rule MATCH ICMP: icmpv6 is of IPv6, the addresses are of IPv4");
	}
	if (version & IP6 && !allows_proto6(asked)) {
		version &= ~IP6;
		if (!version)
			return fault(field, ISOL_MATCH_A_PROTO,
				     "rule MATCH PROTO: is an extension header of IPv6, no protocol");
	}
	if ((!(version & IP4) ||
	     !allows(asked, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_IP4, ETHERTYPE_IP4)) &&
	    (!(version & IP6) ||
	     !allows(asked, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_IP6, ETHERTYPE_IP6)))
		return fault(field, ISOL_MATCH_A_ETHERTYPE,
			     version == IP4 ?
			     "rule MATCH ETHERTYPE: the other fields need 0x0800 (IPv4)" :
			     version == IP6 ?
			     "rule MATCH ETHERTYPE: the other fields need 0x86dd (IPv6)" :
			     "rule MATCH ETHERTYPE: the other fields need 0x0800 or 0x86dd (IP)");
	if (l4 && !allows(asked, ISOL_MATCH_A_FRAGMENT, ISOL_FRAGMENT_NONE, ISOL_FRAGMENT_FIRST))
		return fault(field, ISOL_MATCH_A_FRAGMENT,
			     "rule MATCH FRAGMENT: later ones have no header of the protocol");
	return NULL;
}

static const char *check_arp(const struct asked *asked, u32 *field)
{
	u32 at = first_of(asked, OF_ARP);

	if (asked->fields & OF_IP)
		return fault(field, at, at == ISOL_MATCH_A_ARP_OP ?
			     "rule MATCH ARP_OP: frames of ARP have no IP header" :
			     at == ISOL_MATCH_A_ARP_SENDER ?
			     "rule MATCH ARP_SENDER: frames of ARP have no IP header" :
			     "rule MATCH ARP_TARGET: frames of ARP have no IP header");
	if (!allows(asked, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_ARP, ETHERTYPE_ARP))
		return fault(field, ISOL_MATCH_A_ETHERTYPE,
			     "rule MATCH ETHERTYPE: the other fields need 0x0806 (ARP)");
	return NULL;
}

/* Frames are read behind their VLAN tags. */
static const char *check_ethertype(const struct asked *asked, u32 *field)
{
	u32 at = ISOL_MATCH_A_ETHERTYPE;

	if (allows(asked, at, ETHERTYPE_LLC, ETHERTYPE_LLC) ||
	    allows(asked, at, ETHERTYPE_FIRST, ETHERTYPE_TAG - 1) ||
	    allows(asked, at, ETHERTYPE_TAG + 1, ETHERTYPE_SERVICE_TAG - 1) ||
	    allows(asked, at, ETHERTYPE_SERVICE_TAG + 1, ETHERTYPE_LAST))
		return NULL;
	return fault(field, at, "rule MATCH ETHERTYPE: frames are read behind their VLAN tags");
}

const char *isol_match_check(const struct isol_values *values, u32 n, u32 *field)
{
	struct asked asked = {};
	const char *msg;
	u32 total = 0, i;

	*field = 0;
	for (i = 0; i < n; i++) {
		const struct isol_values *v = &values[i];

		if (!v->field || v->field > ISOL_MATCH_A_MAX)
			return fault(field, v->field, "rule MATCH: no such field");
		if (asked.of[v->field])
			return fault(field, v->field, fields[v->field].twice);
		asked.of[v->field] = v;
		asked.fields |= 1U << v->field;
		msg = check_values(v);
		if (msg)
			return fault(field, v->field, msg);
		total += v->n;
	}
	if (total > ISOL_MAX_VALUES)
		return "rule MATCH: too many values";
	/* Before what takes as many steps as there are ranges. */
	if (count_boxes(&asked) > ISOL_MAX_BOXES)
		return "rule MATCH: too many combinations of values: split the rule";

	for (i = 0; i < n; i++)
		if (leaves_none(&values[i]))
			return fault(field, values[i].field, fields[values[i].field].left);
	msg = check_cast(&asked, field);
	if (!msg)
		msg = check_needs(&asked, field);
	if (msg)
		return msg;
	if (asked.fields & OF_ARP)
		return check_arp(&asked, field);
	if (asked.fields & OF_IP)
		return check_ip(&asked, field);
	return check_ethertype(&asked, field);
}

static struct asked asked_of(const struct isol_match *match)
{
	struct asked asked = {};
	u32 i;

	for (i = 0; match && i < match->n; i++)
		asked.of[match->values[i].field] = &match->values[i];
	if (match)
		asked.fields = match->fields;
	return asked;
}

u32 isol_match_boxes(const struct isol_match *match)
{
	const struct asked asked = asked_of(match);

	return count_boxes(&asked);
}

/* ---- what IP it can be about */

static u32 ip_of(const struct asked *asked)
{
	u32 version;

	if (asked->fields & OF_ARP)
		return 0;
	version = versions(asked, ISOL_MATCH_A_SRC_IP4, ISOL_MATCH_A_SRC_IP6) &
		  versions(asked, ISOL_MATCH_A_DST_IP4, ISOL_MATCH_A_DST_IP6);
	if (asked->fields & FIELD(ICMP))
		version &= is_only(asked->of[ISOL_MATCH_A_PROTO], PROTO_ICMP) ? IP4 : IP6;
	if (!allows_proto6(asked) ||
	    !allows(asked, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_IP6, ETHERTYPE_IP6))
		version &= ~IP6;
	if (!allows(asked, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_IP4, ETHERTYPE_IP4))
		version &= ~IP4;
	return version;
}

u32 isol_match_passes(const struct isol_match *match)
{
	const struct asked asked = asked_of(match);

	/* of addresses that have been turned, unicast ones are the lower half */
	if (!allows(&asked, ISOL_MATCH_A_CAST, ISOL_CAST_UNICAST, ISOL_CAST_UNICAST) ||
	    !allows(&asked, ISOL_MATCH_A_DST_MAC, 0, MAC_BITS / 2))
		return 0;
	return ip_of(&asked);
}

u32 isol_match_serves(const struct isol_match *match)
{
	const struct asked asked = asked_of(match);
	u32 version = ip_of(&asked);

	if (!(asked.fields & OF_IP) &&
	    allows(&asked, ISOL_MATCH_A_ETHERTYPE, ETHERTYPE_ARP, ETHERTYPE_ARP))
		version |= IP4;
	return version ? version : IP4 | IP6;
}

static u32 values_size(const struct isol_values *v)
{
	return v->n * isol_width_size(isol_field_width(v->field));
}

const struct isol_match *isol_match_copy(struct isol_arena *arena,
					 const struct isol_values *values, u32 n)
{
	struct isol_match *match;
	struct isol_values *to;
	u32 size = 0, field, i;
	char *store;

	for (i = 0; i < n; i++)
		size += values_size(&values[i]);
	match = isol_arena_alloc(arena, sizeof(*match) + n * sizeof(*values) + size);
	if (!match)
		return NULL;
	to = match->values;
	store = (char *)(to + n);
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++)
		for (i = 0; i < n; i++) {
			if (values[i].field != field)
				continue;
			*to = values[i];
			to->v = store;
			memcpy(store, values[i].v, values_size(&values[i]));
			store += values_size(&values[i]);
			to++;
		}
	match->fields = 0;
	for (i = 0; i < n; i++)
		match->fields |= 1U << values[i].field;
	match->n = n;
	return match;
}
