// SPDX-License-Identifier: GPL-2.0
/* Objects into messages, see dump.h. */
#include <linux/etherdevice.h>
#include <linux/in6.h>
#include <net/sock.h>

#include "conns.h"
#include "dump.h"
#include "netlink.h"
#include "policy.h"
#include "port.h"
#include "quarantine.h"
#include "track.h"
#include "txn.h"

/*
 * What any buffer of a dump holds, the first one included: no object may be
 * larger. The largest is a rule, with ISOL_MAX_ENDPOINTS named ends on each
 * side, and each field negated, with ISOL_MAX_VALUES in all that are as large as
 * values are. A set goes on in the next message where it is larger.
 */
#define LARGEST_OBJECT 24576

/* Elements of a set in a message take no more than that, the last one not counted. */
#define SET_PORTION 12288

#define ATTR(size)	NLA_ALIGN(NLA_HDRLEN + (size))
#define ATTR_64BIT	(ATTR(0) + ATTR(sizeof(u64)))	/* with padding */
#define LARGEST_END	(ATTR(0) + ATTR(sizeof(u8)) + ATTR(ISOL_NAME_LEN + 1))
#define LARGEST_MATCH	(ATTR(0) + ISOL_MATCH_A_MAX * (ATTR(0) + ATTR(0)) + \
			 ISOL_MAX_VALUES * ATTR(ISOL_NAME_LEN + 1))
static_assert(ISOL_NAME_LEN + 1 >= 2 * sizeof(struct in6_addr));
#define LARGEST_RULE	(NLMSG_HDRLEN + GENL_HDRLEN + ATTR_64BIT + \
			 ATTR(0) + 3 * ATTR(ISOL_NAME_LEN + 1) + ATTR(ISOL_COMMENT_LEN + 1) + \
			 2 * ATTR(sizeof(u8)) + 2 * ATTR(0) + 2 * ATTR_64BIT + \
			 2 * ISOL_MAX_ENDPOINTS * LARGEST_END + LARGEST_MATCH)
static_assert(LARGEST_RULE <= LARGEST_OBJECT);

static int put_string(struct sk_buff *skb, int attr, const char *s)
{
	return s && *s ? nla_put_string(skb, attr, s) : 0;
}

static int put_count(struct sk_buff *skb, int attr, u8 reason, u8 verdict, u64 packets, u64 bytes)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest ||
	    nla_put_u8(skb, ISOL_COUNTER_A_REASON, reason) ||
	    nla_put_u8(skb, ISOL_COUNTER_A_VERDICT, verdict) ||
	    nla_put_u64_64bit(skb, ISOL_COUNTER_A_PACKETS, packets, ISOL_COUNTER_A_PAD) ||
	    nla_put_u64_64bit(skb, ISOL_COUNTER_A_BYTES, bytes, ISOL_COUNTER_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_bridge_counters(struct isol_net *in, struct sk_buff *skb,
				const struct isol_bridge *bridge)
{
	const struct isol_policy *policy = in->policy;
	u32 first = isol_bridge_counter(policy->compiled.nrules, bridge->id), i;

	for (i = 0; i < ISOL_NWHY; i++) {
		u64 packets = 0, bytes = 0;

		isol_counters_read(&policy->counters, first + i, &packets, &bytes);
		if (packets && put_count(skb, ISOL_BRIDGE_A_COUNTER, i / 2, i % 2, packets, bytes))
			return -EMSGSIZE;
	}
	return 0;
}

static int fill_bridge(struct isol_net *in, struct sk_buff *skb, const struct isol_bridge *bridge)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_BRIDGE);
	struct net_device *dev;
	u32 i, ifindex = 0;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(in->net, bridge->name);
	if (dev && netif_is_bridge_master(dev))
		ifindex = dev->ifindex;
	rcu_read_unlock();

	if (!nest || nla_put_string(skb, ISOL_BRIDGE_A_NAME, bridge->name) ||
	    nla_put_u8(skb, ISOL_BRIDGE_A_DEFAULT, bridge->dflt) ||
	    nla_put_u8(skb, ISOL_BRIDGE_A_UNBOUND, bridge->unbound) ||
	    nla_put_u8(skb, ISOL_BRIDGE_A_FRAGMENTS, bridge->fragments) ||
	    nla_put_u8(skb, ISOL_BRIDGE_A_RESUME,
		       bridge->ends ? ISOL_VERDICT_DROP : ISOL_VERDICT_ACCEPT) ||
	    nla_put_u16(skb, ISOL_BRIDGE_A_PICKUP, bridge->pickup) ||
	    put_string(skb, ISOL_BRIDGE_A_COMMENT, bridge->comment) ||
	    (ifindex && nla_put_u32(skb, ISOL_BRIDGE_A_IFINDEX, ifindex)))
		return -EMSGSIZE;
	for (i = 0; i < bridge->nuplinks; i++)
		if (nla_put_string(skb, ISOL_BRIDGE_A_UPLINK, bridge->uplinks[i]))
			return -EMSGSIZE;
	if (fill_bridge_counters(in, skb, bridge))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_segment(struct sk_buff *skb, const struct isol_segment *segment)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_SEGMENT);

	if (!nest || nla_put_string(skb, ISOL_SEGMENT_A_NAME, segment->name) ||
	    nla_put_string(skb, ISOL_SEGMENT_A_BRIDGE, segment->bridge->name) ||
	    nla_put_u8(skb, ISOL_SEGMENT_A_WITHIN, segment->within) ||
	    nla_put_u8(skb, ISOL_SEGMENT_A_UPLINK, segment->uplink) ||
	    (segment->vlan && nla_put_u16(skb, ISOL_SEGMENT_A_VLAN, segment->vlan)) ||
	    put_string(skb, ISOL_SEGMENT_A_COMMENT, segment->comment))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_group(struct sk_buff *skb, const struct isol_group *group)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_GROUP);

	if (!nest || nla_put_string(skb, ISOL_GROUP_A_NAME, group->name) ||
	    put_string(skb, ISOL_GROUP_A_COMMENT, group->comment) ||
	    nla_put_u32(skb, ISOL_GROUP_A_MEMBERS, group->members))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_selector(struct sk_buff *skb, const struct isol_binding *binding)
{
	switch (binding->kind) {
	case ISOL_SEL_PORT:
		return nla_put_string(skb, ISOL_BINDING_A_PORT, binding->selector);
	case ISOL_SEL_GLOB:
		return nla_put_string(skb, ISOL_BINDING_A_GLOB, binding->selector);
	case ISOL_SEL_ALIAS:
		return nla_put_string(skb, ISOL_BINDING_A_ALIAS, binding->selector);
	default:
		return nla_put(skb, ISOL_BINDING_A_MAC, ETH_ALEN, binding->mac);
	}
}

/* Its connections, where they are tracked. */
static int put_connections(struct isol_net *in, struct sk_buff *skb,
			   const struct isol_binding *binding)
{
	const struct isol_track *track = in->policy->track;
	const struct isol_conns *conns;
	u32 quota;

	if (!track)
		return 0;
	conns = track->conns[binding->id];
	quota = isol_quota(binding->max_connections, track->ops->most(in->net));
	if (nla_put_u32(skb, ISOL_BINDING_A_CONNECTIONS, max(atomic_read(&conns->number), 0)) ||
	    nla_put_u32(skb, ISOL_BINDING_A_CONNECTIONS_LIMIT, quota) ||
	    nla_put_u64_64bit(skb, ISOL_BINDING_A_CONNECTIONS_HITS, atomic64_read(&conns->hits),
			      ISOL_BINDING_A_PAD))
		return -EMSGSIZE;
	return 0;
}

int isol_fill_connections(struct isol_net *in, struct sk_buff *skb,
			  const struct isol_binding *binding)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_BINDING);

	if (!nest || nla_put_string(skb, ISOL_BINDING_A_NAME, binding->name) ||
	    put_connections(in, skb, binding))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_binding(struct isol_net *in, struct sk_buff *skb,
			const struct isol_binding *binding)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_BINDING);
	const struct isol_group **group = in->policy->model->group;
	u32 i;

	if (!nest || nla_put_string(skb, ISOL_BINDING_A_NAME, binding->name) ||
	    fill_selector(skb, binding) ||
	    nla_put_u16(skb, ISOL_BINDING_A_CLAIMS, binding->claims) ||
	    (binding->segment && nla_put_string(skb, ISOL_BINDING_A_SEGMENT,
						binding->segment->name)) ||
	    (binding->role && nla_put_u8(skb, ISOL_BINDING_A_ROLE, binding->role)) ||
	    put_string(skb, ISOL_BINDING_A_COMMUNITY, binding->community) ||
	    put_string(skb, ISOL_BINDING_A_COMMENT, binding->comment) ||
	    nla_put_u32(skb, ISOL_BINDING_A_BOUND, in->policy->claimed[binding->id]) ||
	    (isol_quarantine_find(in, binding->name) &&
	     nla_put_flag(skb, ISOL_BINDING_A_QUARANTINED)) ||
	    (binding->max_connections && nla_put_u32(skb, ISOL_BINDING_A_MAX_CONNECTIONS,
						     binding->max_connections)))
		return -EMSGSIZE;
	for (i = 0; i < binding->ngroups; i++)
		if (nla_put_string(skb, ISOL_BINDING_A_GROUP, group[binding->groups[i]]->name))
			return -EMSGSIZE;
	if (put_connections(in, skb, binding))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_ends(struct isol_net *in, struct sk_buff *skb, int attr,
		     const struct isol_endpoint *end, u32 n)
{
	const struct isol_model *model = in->policy->model;

	for (; n--; end++) {
		struct nlattr *nest = nla_nest_start(skb, attr);
		const char *name = NULL;

		if (end->kind == ISOL_ENDPOINT_GROUP)
			name = model->group[end->id]->name;
		else if (end->kind == ISOL_ENDPOINT_BINDING)
			name = model->binding[end->id]->name;
		else if (end->kind == ISOL_ENDPOINT_REMOTE)
			name = model->set[end->id]->name;
		if (!nest || nla_put_u8(skb, ISOL_ENDPOINT_A_KIND, end->kind) ||
		    put_string(skb, ISOL_ENDPOINT_A_NAME, name))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

/* Two of a kind in an attribute: a range, or a value and its mask. */
static int put_u32s(struct sk_buff *skb, int attr, u32 a, u32 b)
{
	const u32 pair[2] = { a, b };

	return nla_put(skb, attr, sizeof(pair), pair);
}

static int put_ip4s(struct sk_buff *skb, int attr, u32 lo, u32 hi)
{
	const __be32 ip4[2] = { cpu_to_be32(lo), cpu_to_be32(hi) };

	return nla_put(skb, attr, sizeof(ip4), ip4);
}

static int put_ip6s(struct sk_buff *skb, int attr, const struct isol_wide_range *range)
{
	const __be64 ip6[4] = {
		cpu_to_be64(range->lo.hi), cpu_to_be64(range->lo.lo),
		cpu_to_be64(range->hi.hi), cpu_to_be64(range->hi.lo),
	};

	return nla_put(skb, attr, sizeof(ip6), ip6);
}

static int put_macs(struct sk_buff *skb, int attr, u64 a, u64 b)
{
	u8 mac[2 * ETH_ALEN];

	u64_to_ether_addr(a, mac);
	u64_to_ether_addr(b, mac + ETH_ALEN);
	return nla_put(skb, attr, sizeof(mac), mac);
}

/* Addresses are in wire order. */
static int put_value(struct sk_buff *skb, const struct isol_values *v, u32 i)
{
	if (isol_field_set(v->field))
		return nla_put_string(skb, ISOL_VALUES_A_SET, v->set[i]->name);
	switch (v->field) {
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		return put_ip6s(skb, ISOL_VALUES_A_RANGE, &v->wide[i]);
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_DST_IP4:
	case ISOL_MATCH_A_ARP_SENDER:
	case ISOL_MATCH_A_ARP_TARGET:
		return put_ip4s(skb, ISOL_VALUES_A_RANGE, v->range[i].lo, v->range[i].hi);
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
		return put_macs(skb, ISOL_VALUES_A_MASKED, v->masked[i].value, v->masked[i].mask);
	case ISOL_MATCH_A_TCP_FLAGS:
		return put_u32s(skb, ISOL_VALUES_A_MASKED, v->masked[i].value, v->masked[i].mask);
	default:
		return put_u32s(skb, ISOL_VALUES_A_RANGE, v->range[i].lo, v->range[i].hi);
	}
}

static int fill_match(struct sk_buff *skb, const struct isol_match *match)
{
	struct nlattr *nest, *field;
	u32 i, j;

	if (!match)
		return 0;
	nest = nla_nest_start(skb, ISOL_RULE_A_MATCH);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < match->n; i++) {
		const struct isol_values *v = &match->values[i];

		field = nla_nest_start(skb, v->field);
		if (!field || (v->negate && nla_put_flag(skb, ISOL_VALUES_A_NOT)))
			return -EMSGSIZE;
		for (j = 0; j < v->n; j++)
			if (put_value(skb, v, j))
				return -EMSGSIZE;
		nla_nest_end(skb, field);
	}
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_service(struct isol_net *in, struct sk_buff *skb,
			const struct isol_service *service)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_SERVICE);

	if (!nest || nla_put_string(skb, ISOL_SERVICE_A_NAME, service->name) ||
	    fill_ends(in, skb, ISOL_SERVICE_A_WHERE, service->where, service->nwhere) ||
	    (service->follow && nla_put_flag(skb, ISOL_SERVICE_A_FOLLOW)) ||
	    put_string(skb, ISOL_SERVICE_A_COMMENT, service->comment))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_rule(struct isol_net *in, struct sk_buff *skb, const struct isol_rule *rule)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_RULE);
	u64 packets = 0, bytes = 0;

	isol_counters_read(&in->policy->counters, rule->nr, &packets, &bytes);
	if (!nest || nla_put_string(skb, ISOL_RULE_A_NAME, rule->name) ||
	    nla_put_u8(skb, ISOL_RULE_A_TABLE, rule->table) ||
	    fill_ends(in, skb, ISOL_RULE_A_FROM, rule->from, rule->nfrom) ||
	    fill_ends(in, skb, ISOL_RULE_A_TO, rule->to, rule->nto) ||
	    nla_put_u8(skb, ISOL_RULE_A_VERDICT, rule->verdict) ||
	    (rule->stateless && nla_put_flag(skb, ISOL_RULE_A_STATELESS)) ||
	    put_string(skb, ISOL_RULE_A_COMMENT, rule->notes ? rule->notes->comment : NULL) ||
	    put_string(skb, ISOL_RULE_A_OWNER, rule->notes ? rule->notes->owner : NULL) ||
	    fill_match(skb, rule->match) ||
	    put_string(skb, ISOL_RULE_A_SERVICE, rule->service ? rule->service->name : NULL) ||
	    (rule->follow && nla_put_flag(skb, ISOL_RULE_A_FOLLOW)) ||
	    nla_put_u64_64bit(skb, ISOL_RULE_A_PACKETS, packets, ISOL_RULE_A_PAD) ||
	    nla_put_u64_64bit(skb, ISOL_RULE_A_BYTES, bytes, ISOL_RULE_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_element(struct sk_buff *skb, u8 kind, const struct isol_wide_range *range)
{
	switch (kind) {
	case ISOL_ELEMENT_IP4:
		return put_ip4s(skb, ISOL_SET_A_IP4, range->lo.lo, range->hi.lo);
	case ISOL_ELEMENT_IP6:
		return put_ip6s(skb, ISOL_SET_A_IP6, range);
	case ISOL_ELEMENT_MAC:
		return put_macs(skb, ISOL_SET_A_MAC, range->lo.lo, range->hi.lo);
	default:
		return put_u32s(skb, ISOL_SET_A_PORT, range->lo.lo, range->hi.lo);
	}
}

/*
 * What is left of a set from its @from-th element on, as far as there is room: no less
 * than one element. @told: how many elements are there.
 */
static int fill_set(struct sk_buff *skb, const struct isol_set *set, u32 from, u32 *told)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_SET);
	const struct isol_elements *e = set->elements;
	unsigned int begin;

	*told = 0;
	if (!nest || nla_put_string(skb, ISOL_SET_A_NAME, set->name))
		return -EMSGSIZE;
	if (from) {
		if (nla_put_flag(skb, ISOL_SET_A_APPEND))
			return -EMSGSIZE;
	} else if (nla_put_u8(skb, ISOL_SET_A_TYPE, set->type) ||
		   (set->remote && nla_put_flag(skb, ISOL_SET_A_REMOTE)) ||
		   put_string(skb, ISOL_SET_A_COMMENT, set->comment)) {
		return -EMSGSIZE;
	}
	for (begin = skb->len; e && from >= e->n; e = e->next)
		from -= e->n;
	for (; e; e = e->next, from = 0)
		for (; from < e->n; from++) {
			struct isol_wide_range range = isol_element(e, from);

			if (skb->len - begin > SET_PORTION)
				goto full;
			if (put_element(skb, e->kind, &range)) {
				if (!*told)
					return -EMSGSIZE;
				goto full;
			}
			++*told;
		}
full:
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_port_counters(struct sk_buff *skb, const struct isol_port *port)
{
	u32 i, shard;

	for (i = 0; i < ISOL_PORT_NCOUNTERS; i++) {
		u64 packets = 0, bytes = 0;

		for (shard = 0; shard < isol_nshards; shard++)
			isol_count_read(&port->counts[shard * ISOL_PORT_NCOUNTERS + i], &packets,
					&bytes);
		if (packets && put_count(skb, ISOL_PORT_A_COUNTER, i / 2, i % 2, packets, bytes))
			return -EMSGSIZE;
	}
	return 0;
}

int isol_fill_port(struct isol_net *in, struct sk_buff *skb, const struct isol_port *port,
		   bool counters)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_PORT);
	const struct isol_place *place = &port->place;
	const char *binding = NULL;

	if (place->binding != ISOL_NO_BINDING && place->kind != ISOL_PORT_GONE)
		binding = in->policy->model->binding[place->binding]->name;
	if (!nest || nla_put_u32(skb, ISOL_PORT_A_IFINDEX, port->ifindex) ||
	    nla_put_string(skb, ISOL_PORT_A_NAME, port->name) ||
	    nla_put(skb, ISOL_PORT_A_MAC, ETH_ALEN, port->mac) ||
	    put_string(skb, ISOL_PORT_A_ALIAS, port->alias) ||
	    nla_put_string(skb, ISOL_PORT_A_BRIDGE, port->br_name) ||
	    nla_put_u8(skb, ISOL_PORT_A_KIND, place->kind) ||
	    put_string(skb, ISOL_PORT_A_BINDING, binding) ||
	    (place->kind == ISOL_PORT_UNBOUND &&
	     nla_put_u8(skb, ISOL_PORT_A_CAUSE, place->cause)) ||
	    (place->quarantined && nla_put_flag(skb, ISOL_PORT_A_QUARANTINED)) ||
	    (counters && fill_port_counters(skb, port)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int isol_fill_quarantine(struct isol_net *in, struct sk_buff *skb,
			 const struct isol_quarantine *q)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_QUARANTINE);
	bool orphan = !in->policy || !isol_model_binding(in->policy->model, q->name);

	if (!nest || nla_put_string(skb, ISOL_QUARANTINE_A_BINDING, q->name) ||
	    nla_put_u8(skb, ISOL_QUARANTINE_A_MODE, q->mode) ||
	    put_string(skb, ISOL_QUARANTINE_A_COMMENT, q->comment) ||
	    nla_put_u64_64bit(skb, ISOL_QUARANTINE_A_SINCE, q->since, ISOL_QUARANTINE_A_PAD) ||
	    (orphan && nla_put_flag(skb, ISOL_QUARANTINE_A_ORPHAN)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_policy_counts(struct isol_net *in, struct sk_buff *skb)
{
	const struct isol_policy *policy = in->policy;
	const struct isol_model *model = policy->model;

	if (nla_put_flag(skb, ISOL_STATUS_A_ENFORCING) ||
	    nla_put_u32(skb, ISOL_STATUS_A_BRIDGES, model->nbridges) ||
	    nla_put_u32(skb, ISOL_STATUS_A_SEGMENTS, model->nsegments) ||
	    nla_put_u32(skb, ISOL_STATUS_A_GROUPS, model->ngroups) ||
	    nla_put_u32(skb, ISOL_STATUS_A_BINDINGS, model->nbindings) ||
	    nla_put_u32(skb, ISOL_STATUS_A_RULES, policy->compiled.nrules) ||
	    nla_put_u32(skb, ISOL_STATUS_A_CLASSES, policy->compiled.ncols) ||
	    nla_put_u32(skb, ISOL_STATUS_A_SETS, model->nsets))
		return -EMSGSIZE;
	return 0;
}

int isol_fill_status(struct isol_net *in, struct sk_buff *skb)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_STATUS);
	u32 ports = 0, unbound = 0, unmanaged = 0, txns;
	struct isol_port *port;

	list_for_each_entry(port, &in->ports, node) {
		ports++;
		unbound += port->place.kind == ISOL_PORT_UNBOUND;
		unmanaged += port->place.kind == ISOL_PORT_UNMANAGED;
	}
	mutex_lock(&in->txn_lock);
	txns = isol_txn_count(in);
	mutex_unlock(&in->txn_lock);
	if (!nest || nla_put_string(skb, ISOL_STATUS_A_VERSION, ISOL_VERSION) ||
	    nla_put_u64_64bit(skb, ISOL_STATUS_A_SINCE, in->since, ISOL_STATUS_A_PAD) ||
	    (in->policy && fill_policy_counts(in, skb)) ||
	    nla_put_u64_64bit(skb, ISOL_STATUS_A_MEMORY, isol_mem_used(&in->mem),
			      ISOL_STATUS_A_PAD) ||
	    nla_put_u64_64bit(skb, ISOL_STATUS_A_MEMORY_LIMIT, in->mem.limit,
			      ISOL_STATUS_A_PAD) ||
	    nla_put_u32(skb, ISOL_STATUS_A_PORTS, ports) ||
	    nla_put_u32(skb, ISOL_STATUS_A_UNBOUND, unbound) ||
	    nla_put_u32(skb, ISOL_STATUS_A_UNMANAGED, unmanaged) ||
	    nla_put_u32(skb, ISOL_STATUS_A_QUARANTINED, in->nquarantines) ||
	    nla_put_u32(skb, ISOL_STATUS_A_TRANSACTIONS, txns) ||
	    nla_put_u64_64bit(skb, ISOL_STATUS_A_UNKNOWN_DROPS,
			      atomic64_read(&in->unknown_drops), ISOL_STATUS_A_PAD) ||
	    nla_put_u64_64bit(skb, ISOL_STATUS_A_REJECTS, atomic64_read(&in->rejects),
			      ISOL_STATUS_A_PAD) ||
	    nla_put_u64_64bit(skb, ISOL_STATUS_A_REJECTS_LIMITED,
			      atomic64_read(&in->rejects_limited), ISOL_STATUS_A_PAD) ||
	    (in->tracking && nla_put_flag(skb, ISOL_STATUS_A_TRACKED)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Where a dump is: how many objects have been told, and elements of the next one. */
struct dump_pos {
	u32 nr;
	u32 element;
};

/*
 * The object of a command that follows @last, or the @nr-th if @last is NULL;
 * NULL if there is none.
 */
static const void *next_in_list(const struct list_head *a, const struct list_head *b,
				const void *last, u32 nr)
{
	const struct list_head *p = last;

	if (p)
		return p->next == a ? (b && !list_empty(b) ? b->next : NULL) :
		       p->next == b ? NULL : p->next;
	list_for_each(p, a)
		if (!nr--)
			return p;
	if (b)
		list_for_each(p, b)
			if (!nr--)
				return p;
	return NULL;
}

static const void *next_object(struct isol_net *in, u8 cmd, const void *last, u32 nr)
{
	const struct isol_policy *policy = in->policy;
	const struct isol_model *model = policy ? policy->model : NULL;
	const struct isol_segment *segment;
	const struct isol_service *service;
	const struct isol_bridge *bridge;

	if (cmd == ISOL_CMD_PORT_GET)
		return next_in_list(&in->ports, &in->gone, last, nr);
	if (cmd == ISOL_CMD_QUARANTINE_GET)
		return next_in_list(&in->quarantines, NULL, last, nr);
	if (!model)
		return NULL;
	switch (cmd) {
	case ISOL_CMD_BRIDGE_GET:
		for (bridge = model->bridges; bridge && nr; bridge = bridge->next)
			nr--;
		return bridge;
	case ISOL_CMD_SEGMENT_GET:
		for (segment = model->segments; segment && nr; segment = segment->next)
			nr--;
		return segment;
	case ISOL_CMD_SERVICE_GET:
		for (service = model->services; service && nr; service = service->next)
			nr--;
		return service;
	case ISOL_CMD_GROUP_GET:
		return nr < model->ngroups ? model->group[nr] : NULL;
	case ISOL_CMD_BINDING_GET:
		return nr < model->nbindings ? model->binding[nr] : NULL;
	case ISOL_CMD_RULE_GET:
		return nr < policy->compiled.nrules ? policy->compiled.rule[nr] : NULL;
	case ISOL_CMD_SET_GET:
		return nr < model->nsets ? model->set[nr] : NULL;
	}
	return NULL;
}

/* One message about a set; it may take several until that is told. */
static int fill_next_set(struct sk_buff *skb, const struct isol_set *set, struct dump_pos *pos)
{
	u32 told;
	int err;

	err = fill_set(skb, set, pos->element, &told);
	if (err)
		return err;
	pos->element += told;
	if (pos->element >= set->n) {
		pos->element = 0;
		pos->nr++;
	}
	return 0;
}

/* Return: 0 with @pos behind what has been told, or -EMSGSIZE with nothing changed. */
static int fill_object(struct isol_net *in, struct sk_buff *skb, u8 cmd, const void *object,
		       struct dump_pos *pos)
{
	int err = -EINVAL;

	switch (cmd) {
	case ISOL_CMD_SET_GET:
		return fill_next_set(skb, object, pos);
	case ISOL_CMD_PORT_GET:
		err = isol_fill_port(in, skb, list_entry(object, struct isol_port, node), true);
		break;
	case ISOL_CMD_QUARANTINE_GET:
		err = isol_fill_quarantine(in, skb,
					   list_entry(object, struct isol_quarantine, node));
		break;
	case ISOL_CMD_BRIDGE_GET:
		err = fill_bridge(in, skb, object);
		break;
	case ISOL_CMD_SEGMENT_GET:
		err = fill_segment(skb, object);
		break;
	case ISOL_CMD_GROUP_GET:
		err = fill_group(skb, object);
		break;
	case ISOL_CMD_BINDING_GET:
		err = fill_binding(in, skb, object);
		break;
	case ISOL_CMD_SERVICE_GET:
		err = fill_service(in, skb, object);
		break;
	case ISOL_CMD_RULE_GET:
		err = fill_rule(in, skb, object);
		break;
	}
	pos->nr += !err;
	return err;
}

int isol_dump_start(struct netlink_callback *cb)
{
	const struct genlmsghdr *req = nlmsg_data(cb->nlh);

	cb->min_dump_alloc = LARGEST_OBJECT;
	if (req->cmd == ISOL_CMD_BINDING_GET)
		isol_conns_ask(isol_pernet(sock_net(cb->skb->sk)));
	return 0;
}

int isol_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct isol_net *in = isol_pernet(sock_net(skb->sk));
	const struct genlmsghdr *req = nlmsg_data(cb->nlh);
	struct dump_pos *pos = (struct dump_pos *)cb->ctx;
	const void *object;
	void *hdr;
	int err;

	mutex_lock(&in->lock);
	/* Not 0: that would mean that nothing has been told yet. */
	cb->seq = 1 + (u32)in->generation;
	if (req->cmd == ISOL_CMD_PORT_GET || req->cmd == ISOL_CMD_QUARANTINE_GET)
		cb->seq += in->changes;
	if (!cb->seq)
		cb->seq = 1;
	for (object = next_object(in, req->cmd, NULL, pos->nr); object;
	     object = next_object(in, req->cmd, object, pos->nr)) {
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &isol_genl_family, NLM_F_MULTI, req->cmd);
		if (!hdr)
			break;
		err = nla_put_u64_64bit(skb, ISOL_A_GENERATION, in->generation, ISOL_A_PAD);
		if (!err)
			err = fill_object(in, skb, req->cmd, object, pos);
		if (err) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		/*
		 * Only of what is told: if nothing is left to tell, it is the
		 * end of the dump that must say it was interrupted.
		 */
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
	}
	mutex_unlock(&in->lock);
	/* Nothing added ends the dump, so an object must fit, LARGEST_OBJECT. */
	return skb->len;
}
