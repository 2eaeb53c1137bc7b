// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: messages into calls. No data structure of its
 * own. What is said in uapi/linux/isol.h is not said again here.
 */
#include <linux/etherdevice.h>
#include <net/netlink.h>

#include "dump.h"
#include "netlink.h"
#include "policy.h"
#include "port.h"
#include "program.h"
#include "quarantine.h"
#include "txn.h"
#include "compat/genetlink.h"

/* not const: until 6.9 the policy does not take it so */
static struct netlink_range_validation timeout_range = {
	.min = ISOL_TIMEOUT_MIN,
	.max = ISOL_TIMEOUT_MAX,
};

static const struct nla_policy isol_bridge_policy[ISOL_BRIDGE_A_MAX + 1] = {
	[ISOL_BRIDGE_A_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_IFNAME_LEN },
	[ISOL_BRIDGE_A_UPLINK] = { .type = NLA_NUL_STRING, .len = ISOL_IFNAME_LEN },
	[ISOL_BRIDGE_A_DEFAULT] = NLA_POLICY_MAX(NLA_U8, ISOL_VERDICT_MAX),
	[ISOL_BRIDGE_A_UNBOUND] = NLA_POLICY_MAX(NLA_U8, ISOL_VERDICT_MAX),
	[ISOL_BRIDGE_A_FRAGMENTS] = NLA_POLICY_MAX(NLA_U8, ISOL_VERDICT_MAX),
	[ISOL_BRIDGE_A_RESUME] = NLA_POLICY_MAX(NLA_U8, ISOL_VERDICT_MAX),
	[ISOL_BRIDGE_A_PICKUP] = NLA_POLICY_MAX(NLA_U16, ISOL_PICKUP_MAX),
	[ISOL_BRIDGE_A_COMMENT] = { .type = NLA_NUL_STRING, .len = ISOL_COMMENT_LEN },
};

static const struct nla_policy isol_segment_policy[ISOL_SEGMENT_A_MAX + 1] = {
	[ISOL_SEGMENT_A_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_SEGMENT_A_BRIDGE] = { .type = NLA_NUL_STRING, .len = ISOL_IFNAME_LEN },
	[ISOL_SEGMENT_A_WITHIN] = NLA_POLICY_MAX(NLA_U8, ISOL_VERDICT_MAX),
	[ISOL_SEGMENT_A_UPLINK] = NLA_POLICY_MAX(NLA_U8, ISOL_VERDICT_MAX),
	[ISOL_SEGMENT_A_COMMENT] = { .type = NLA_NUL_STRING, .len = ISOL_COMMENT_LEN },
	[ISOL_SEGMENT_A_VLAN] = NLA_POLICY_RANGE(NLA_U16, 1, ISOL_VLAN_MAX),
};

static const struct nla_policy isol_group_policy[ISOL_GROUP_A_MAX + 1] = {
	[ISOL_GROUP_A_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_GROUP_A_COMMENT] = { .type = NLA_NUL_STRING, .len = ISOL_COMMENT_LEN },
};

static const struct nla_policy isol_binding_policy[ISOL_BINDING_A_MAX + 1] = {
	[ISOL_BINDING_A_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_BINDING_A_PORT] = { .type = NLA_NUL_STRING, .len = ISOL_IFNAME_LEN },
	[ISOL_BINDING_A_GLOB] = { .type = NLA_NUL_STRING, .len = ISOL_IFNAME_LEN },
	[ISOL_BINDING_A_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[ISOL_BINDING_A_ALIAS] = { .type = NLA_NUL_STRING, .len = ISOL_ALIAS_LEN },
	[ISOL_BINDING_A_CLAIMS] = NLA_POLICY_MIN(NLA_U16, 1),
	[ISOL_BINDING_A_SEGMENT] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_BINDING_A_GROUP] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_BINDING_A_ROLE] = NLA_POLICY_MAX(NLA_U8, ISOL_ROLE_MAX),
	[ISOL_BINDING_A_COMMUNITY] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_BINDING_A_COMMENT] = { .type = NLA_NUL_STRING, .len = ISOL_COMMENT_LEN },
	[ISOL_BINDING_A_MAX_CONNECTIONS] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy isol_endpoint_policy[ISOL_ENDPOINT_A_MAX + 1] = {
	[ISOL_ENDPOINT_A_KIND] = NLA_POLICY_MAX(NLA_U8, ISOL_ENDPOINT_MAX),
	[ISOL_ENDPOINT_A_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
};

static const struct nla_policy isol_set_policy[ISOL_SET_A_MAX + 1] = {
	[ISOL_SET_A_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_SET_A_TYPE] = NLA_POLICY_MAX(NLA_U8, ISOL_SET_MAX),
	[ISOL_SET_A_REMOTE] = { .type = NLA_FLAG },
	[ISOL_SET_A_COMMENT] = { .type = NLA_NUL_STRING, .len = ISOL_COMMENT_LEN },
	[ISOL_SET_A_APPEND] = { .type = NLA_FLAG },
	[ISOL_SET_A_IP4] = NLA_POLICY_EXACT_LEN(8),
	[ISOL_SET_A_IP6] = NLA_POLICY_EXACT_LEN(32),
	[ISOL_SET_A_MAC] = NLA_POLICY_EXACT_LEN(12),
	[ISOL_SET_A_PORT] = NLA_POLICY_EXACT_LEN(8),
};

/* How long each has to be is up to the field: see get_value(). */
static const struct nla_policy isol_values_policy[ISOL_VALUES_A_MAX + 1] = {
	[ISOL_VALUES_A_NOT] = { .type = NLA_FLAG },
	[ISOL_VALUES_A_RANGE] = { .type = NLA_BINARY },
	[ISOL_VALUES_A_MASKED] = { .type = NLA_BINARY },
	[ISOL_VALUES_A_SET] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
};

static const struct nla_policy isol_match_policy[ISOL_MATCH_A_MAX + 1] = {
	[ISOL_MATCH_A_ETHERTYPE] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_SRC_MAC] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_DST_MAC] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_CAST] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_SRC_IP4] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_DST_IP4] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_SRC_IP6] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_DST_IP6] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_DSCP] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_FRAGMENT] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_PROTO] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_SPORT] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_DPORT] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_TCP_FLAGS] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_ICMP] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_ARP_OP] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_ARP_SENDER] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_ARP_TARGET] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_VLAN] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_PCP] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_INNER_VLAN] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_SRC_SET] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_DST_SET] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_SRC_MAC_SET] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_DST_MAC_SET] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_SPORT_SET] = NLA_POLICY_NESTED(isol_values_policy),
	[ISOL_MATCH_A_DPORT_SET] = NLA_POLICY_NESTED(isol_values_policy),
};

static const struct nla_policy isol_service_policy[ISOL_SERVICE_A_MAX + 1] = {
	[ISOL_SERVICE_A_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_SERVICE_A_WHERE] = NLA_POLICY_NESTED(isol_endpoint_policy),
	[ISOL_SERVICE_A_FOLLOW] = { .type = NLA_FLAG },
	[ISOL_SERVICE_A_COMMENT] = { .type = NLA_NUL_STRING, .len = ISOL_COMMENT_LEN },
};

static const struct nla_policy isol_rule_policy[ISOL_RULE_A_MAX + 1] = {
	[ISOL_RULE_A_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_RULE_A_TABLE] = NLA_POLICY_MAX(NLA_U8, ISOL_TABLE_MAX),
	[ISOL_RULE_A_FROM] = NLA_POLICY_NESTED(isol_endpoint_policy),
	[ISOL_RULE_A_TO] = NLA_POLICY_NESTED(isol_endpoint_policy),
	[ISOL_RULE_A_VERDICT] = NLA_POLICY_MAX(NLA_U8, ISOL_VERDICT_MAX),
	[ISOL_RULE_A_STATELESS] = { .type = NLA_FLAG },
	[ISOL_RULE_A_COMMENT] = { .type = NLA_NUL_STRING, .len = ISOL_COMMENT_LEN },
	[ISOL_RULE_A_OWNER] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_RULE_A_MATCH] = NLA_POLICY_NESTED(isol_match_policy),
	[ISOL_RULE_A_SERVICE] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_RULE_A_FOLLOW] = { .type = NLA_FLAG },
};

static const struct nla_policy isol_quarantine_policy[ISOL_QUARANTINE_A_MAX + 1] = {
	[ISOL_QUARANTINE_A_BINDING] = { .type = NLA_NUL_STRING, .len = ISOL_NAME_LEN },
	[ISOL_QUARANTINE_A_MODE] = NLA_POLICY_MAX(NLA_U8, ISOL_QUARANTINE_MAX),
	[ISOL_QUARANTINE_A_COMMENT] = { .type = NLA_NUL_STRING, .len = ISOL_COMMENT_LEN },
};

static const struct nla_policy isol_begin_policy[ISOL_A_MAX + 1] = {
	[ISOL_A_BASE_GENERATION] = { .type = NLA_U64 },
	[ISOL_A_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &timeout_range),
};

static const struct nla_policy isol_add_policy[ISOL_A_MAX + 1] = {
	[ISOL_A_BRIDGE] = NLA_POLICY_NESTED(isol_bridge_policy),
	[ISOL_A_SEGMENT] = NLA_POLICY_NESTED(isol_segment_policy),
	[ISOL_A_GROUP] = NLA_POLICY_NESTED(isol_group_policy),
	[ISOL_A_BINDING] = NLA_POLICY_NESTED(isol_binding_policy),
	[ISOL_A_SET] = NLA_POLICY_NESTED(isol_set_policy),
	[ISOL_A_RULE] = NLA_POLICY_NESTED(isol_rule_policy),
	[ISOL_A_SERVICE] = NLA_POLICY_NESTED(isol_service_policy),
};

static const struct nla_policy isol_flush_policy[ISOL_A_MAX + 1] = {
	[ISOL_A_BASE_GENERATION] = { .type = NLA_U64 },
};

static const struct nla_policy isol_why_policy[ISOL_A_MAX + 1] = {
	[ISOL_A_BRIDGE_NAME] = { .type = NLA_NUL_STRING, .len = ISOL_IFNAME_LEN },
	[ISOL_A_FROM] = NLA_POLICY_NESTED(isol_endpoint_policy),
	[ISOL_A_TO] = NLA_POLICY_NESTED(isol_endpoint_policy),
	[ISOL_A_FRAME] = NLA_POLICY_RANGE(NLA_BINARY, ETH_HLEN, ISOL_MAX_FRAME),
	[ISOL_A_VLAN] = NLA_POLICY_MAX(NLA_U16, ISOL_VLAN_MAX),
};

static const struct nla_policy isol_quarantine_cmd_policy[ISOL_A_MAX + 1] = {
	[ISOL_A_QUARANTINE] = NLA_POLICY_NESTED(isol_quarantine_policy),
};

/* Without a policy, generic netlink would let any attribute through. */
static const struct nla_policy isol_empty_policy[ISOL_A_MAX + 1];

/* Errors teach: the text, and the attribute it is about. */
static int fail(struct netlink_ext_ack *extack, int err, const char *msg,
		const struct nlattr *attr)
{
	if (extack) {
		extack->_msg = msg;
		if (attr)
			NL_SET_BAD_ATTR(extack, attr);
	}
	return err;
}

/*
 * A string attribute that the policy has found to be terminated; a second end
 * inside it would hide what follows.
 */
static int get_string(const struct nlattr *attr, const char **s, struct netlink_ext_ack *extack)
{
	*s = NULL;
	if (!attr)
		return 0;
	*s = nla_data(attr);
	if (strlen(*s) + 1 != nla_len(attr))
		return fail(extack, -EINVAL, "string attribute holds a NUL byte", attr);
	return 0;
}

static int get_strings(struct nlattr *const *tb, const char **strings[], const int *attrs, u32 n,
		       struct netlink_ext_ack *extack)
{
	int err = 0;

	while (n-- && !err)
		err = get_string(tb[attrs[n]], strings[n], extack);
	return err;
}

static u8 get_u8(const struct nlattr *attr, u8 dflt)
{
	return attr ? nla_get_u8(attr) : dflt;
}

/* What is decided where no rule is: @msg if that is to reject. */
static int get_default(const struct nlattr *attr, u8 *verdict, const char *msg,
		       struct netlink_ext_ack *extack)
{
	*verdict = get_u8(attr, ISOL_VERDICT_DROP);
	return *verdict == ISOL_VERDICT_REJECT ? fail(extack, -EINVAL, msg, attr) : 0;
}

/* The @item-th attribute of a type in a nest. */
static const struct nlattr *nth(const struct nlattr *nest, int type, u32 item)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem)
		if (nla_type(attr) == type && !item--)
			return attr;
	return nest;
}

/* Which attribute of an object a fault is about; 0: the object. */
struct fault_map {
	u8 field;
	u8 attr;
};

static int object_fault(const struct nlattr *nest, const struct isol_fault *fault,
			const struct fault_map *map, u32 n, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = nest;

	for (; n--; map++)
		if (map->field == fault->field)
			attr = nth(nest, map->attr, fault->item);
	return fail(extack, fault->err, fault->msg, attr);
}

static int add_bridge(struct isol_txn *txn, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	static const struct fault_map map[] = {
		{ ISOL_F_NAME, ISOL_BRIDGE_A_NAME },
		{ ISOL_F_UPLINK, ISOL_BRIDGE_A_UPLINK },
		{ ISOL_F_COMMENT, ISOL_BRIDGE_A_COMMENT },
	};
	struct isol_bridge_spec *spec = &txn->specs.bridge;
	struct nlattr *tb[ISOL_BRIDGE_A_MAX + 1];
	struct isol_fault fault;
	const struct nlattr *attr;
	int rem, err;
	u8 resume;

	err = nla_parse_nested(tb, ISOL_BRIDGE_A_MAX, nest, isol_bridge_policy, extack);
	if (err)
		return err;
	memset(spec, 0, sizeof(*spec));
	err = get_string(tb[ISOL_BRIDGE_A_NAME], &spec->name, extack);
	if (!err)
		err = get_string(tb[ISOL_BRIDGE_A_COMMENT], &spec->comment, extack);
	if (err)
		return err;
	err = get_default(tb[ISOL_BRIDGE_A_DEFAULT], &spec->dflt,
			  "bridge DEFAULT: only rules can reject", extack);
	if (!err)
		err = get_default(tb[ISOL_BRIDGE_A_UNBOUND], &spec->unbound,
				  "bridge UNBOUND: only rules can reject", extack);
	if (!err)
		err = get_default(tb[ISOL_BRIDGE_A_FRAGMENTS], &spec->fragments,
				  "bridge FRAGMENTS: only rules can reject", extack);
	if (err)
		return err;
	resume = get_u8(tb[ISOL_BRIDGE_A_RESUME], ISOL_VERDICT_ACCEPT);
	if (resume == ISOL_VERDICT_REJECT)
		return fail(extack, -EINVAL, "bridge RESUME: only rules can reject",
			    tb[ISOL_BRIDGE_A_RESUME]);
	spec->ends = resume == ISOL_VERDICT_DROP;
	spec->pickup = tb[ISOL_BRIDGE_A_PICKUP] ? nla_get_u16(tb[ISOL_BRIDGE_A_PICKUP]) :
						  ISOL_PICKUP_DEFAULT;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != ISOL_BRIDGE_A_UPLINK)
			continue;
		if (spec->nuplinks == ISOL_MAX_UPLINKS)
			return fail(extack, -E2BIG, "bridge UPLINK: too many", attr);
		err = get_string(attr, &spec->uplinks[spec->nuplinks++], extack);
		if (err)
			return err;
	}
	err = isol_model_add_bridge(txn->model, spec, &fault);
	return err ? object_fault(nest, &fault, map, ARRAY_SIZE(map), extack) : 0;
}

static int add_segment(struct isol_txn *txn, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	static const struct fault_map map[] = {
		{ ISOL_F_NAME, ISOL_SEGMENT_A_NAME },
		{ ISOL_F_BRIDGE, ISOL_SEGMENT_A_BRIDGE },
		{ ISOL_F_VLAN, ISOL_SEGMENT_A_VLAN },
		{ ISOL_F_COMMENT, ISOL_SEGMENT_A_COMMENT },
	};
	struct isol_segment_spec *spec = &txn->specs.segment;
	struct nlattr *tb[ISOL_SEGMENT_A_MAX + 1];
	struct isol_fault fault;
	int err;

	err = nla_parse_nested(tb, ISOL_SEGMENT_A_MAX, nest, isol_segment_policy, extack);
	if (err)
		return err;
	memset(spec, 0, sizeof(*spec));
	err = get_strings(tb, (const char **[]){ &spec->name, &spec->bridge, &spec->comment },
			  (const int[]){ ISOL_SEGMENT_A_NAME, ISOL_SEGMENT_A_BRIDGE,
					 ISOL_SEGMENT_A_COMMENT }, 3, extack);
	if (err)
		return err;
	err = get_default(tb[ISOL_SEGMENT_A_WITHIN], &spec->within,
			  "segment WITHIN: only rules can reject", extack);
	if (!err)
		err = get_default(tb[ISOL_SEGMENT_A_UPLINK], &spec->uplink,
				  "segment UPLINK: only rules can reject", extack);
	if (err)
		return err;
	if (tb[ISOL_SEGMENT_A_VLAN])
		spec->vlan = nla_get_u16(tb[ISOL_SEGMENT_A_VLAN]);
	err = isol_model_add_segment(txn->model, spec, &fault);
	return err ? object_fault(nest, &fault, map, ARRAY_SIZE(map), extack) : 0;
}

static int add_group(struct isol_txn *txn, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	static const struct fault_map map[] = {
		{ ISOL_F_NAME, ISOL_GROUP_A_NAME },
		{ ISOL_F_COMMENT, ISOL_GROUP_A_COMMENT },
	};
	struct isol_group_spec *spec = &txn->specs.group;
	struct nlattr *tb[ISOL_GROUP_A_MAX + 1];
	struct isol_fault fault;
	int err;

	err = nla_parse_nested(tb, ISOL_GROUP_A_MAX, nest, isol_group_policy, extack);
	if (err)
		return err;
	memset(spec, 0, sizeof(*spec));
	err = get_strings(tb, (const char **[]){ &spec->name, &spec->comment },
			  (const int[]){ ISOL_GROUP_A_NAME, ISOL_GROUP_A_COMMENT }, 2, extack);
	if (err)
		return err;
	err = isol_model_add_group(txn->model, spec, &fault);
	return err ? object_fault(nest, &fault, map, ARRAY_SIZE(map), extack) : 0;
}

static int add_binding(struct isol_txn *txn, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	static const struct fault_map map[] = {
		{ ISOL_F_NAME, ISOL_BINDING_A_NAME },
		{ ISOL_F_SEGMENT, ISOL_BINDING_A_SEGMENT },
		{ ISOL_F_GROUP, ISOL_BINDING_A_GROUP },
		{ ISOL_F_ROLE, ISOL_BINDING_A_ROLE },
		{ ISOL_F_COMMUNITY, ISOL_BINDING_A_COMMUNITY },
		{ ISOL_F_COMMENT, ISOL_BINDING_A_COMMENT },
	};
	struct isol_binding_spec *spec = &txn->specs.binding;
	struct nlattr *tb[ISOL_BINDING_A_MAX + 1];
	const struct nlattr *attr;
	struct isol_fault fault;
	int rem, err;

	err = nla_parse_nested(tb, ISOL_BINDING_A_MAX, nest, isol_binding_policy, extack);
	if (err)
		return err;
	memset(spec, 0, sizeof(*spec));
	err = get_strings(tb, (const char **[]){ &spec->name, &spec->comment, &spec->port,
						 &spec->glob, &spec->alias, &spec->segment,
						 &spec->community },
			  (const int[]){ ISOL_BINDING_A_NAME, ISOL_BINDING_A_COMMENT,
					 ISOL_BINDING_A_PORT, ISOL_BINDING_A_GLOB,
					 ISOL_BINDING_A_ALIAS, ISOL_BINDING_A_SEGMENT,
					 ISOL_BINDING_A_COMMUNITY }, 7, extack);
	if (err)
		return err;
	if (tb[ISOL_BINDING_A_MAC])
		spec->mac = nla_data(tb[ISOL_BINDING_A_MAC]);
	spec->claims = tb[ISOL_BINDING_A_CLAIMS] ? nla_get_u16(tb[ISOL_BINDING_A_CLAIMS]) : 1;
	if (tb[ISOL_BINDING_A_MAX_CONNECTIONS])
		spec->max_connections = nla_get_u32(tb[ISOL_BINDING_A_MAX_CONNECTIONS]);
	spec->role = get_u8(tb[ISOL_BINDING_A_ROLE], ISOL_ROLE_NONE);
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != ISOL_BINDING_A_GROUP)
			continue;
		if (spec->ngroups == ISOL_MAX_MEMBERSHIPS)
			return fail(extack, -E2BIG, "binding GROUP: too many", attr);
		err = get_string(attr, &spec->groups[spec->ngroups++], extack);
		if (err)
			return err;
	}
	err = isol_model_add_binding(txn->model, spec, &fault);
	if (!err)
		return 0;
	if (fault.field == ISOL_F_SELECTOR)
		return fail(extack, err, fault.msg,
			    tb[ISOL_BINDING_A_PORT] ?: tb[ISOL_BINDING_A_GLOB] ?:
			    tb[ISOL_BINDING_A_MAC] ?: tb[ISOL_BINDING_A_ALIAS]);
	return object_fault(nest, &fault, map, ARRAY_SIZE(map), extack);
}

/* Two of a kind in an attribute, see put_u32s() and its like in dump.c. */
static struct isol_range get_u32s(const void *data)
{
	u32 pair[2];

	memcpy(pair, data, sizeof(pair));
	return (struct isol_range){ pair[0], pair[1] };
}

static struct isol_range get_ip4s(const void *data)
{
	__be32 ip4[2];

	memcpy(ip4, data, sizeof(ip4));
	return (struct isol_range){ be32_to_cpu(ip4[0]), be32_to_cpu(ip4[1]) };
}

static struct isol_wide_range get_ip6s(const void *data)
{
	__be64 ip6[4];

	memcpy(ip6, data, sizeof(ip6));
	return (struct isol_wide_range) {
		{ be64_to_cpu(ip6[0]), be64_to_cpu(ip6[1]) },
		{ be64_to_cpu(ip6[2]), be64_to_cpu(ip6[3]) },
	};
}

/* An element of a set. Return: false if the attribute is something else. */
static bool get_element(const struct nlattr *attr, enum isol_element_kind *kind,
			struct isol_wide_range *range)
{
	const void *data = nla_data(attr);
	struct isol_range narrow;

	memset(range, 0, sizeof(*range));
	switch (nla_type(attr)) {
	case ISOL_SET_A_IP4:
		*kind = ISOL_ELEMENT_IP4;
		narrow = get_ip4s(data);
		break;
	case ISOL_SET_A_IP6:
		*kind = ISOL_ELEMENT_IP6;
		*range = get_ip6s(data);
		return true;
	case ISOL_SET_A_MAC:
		*kind = ISOL_ELEMENT_MAC;
		range->lo.lo = ether_addr_to_u64(data);
		range->hi.lo = ether_addr_to_u64(data + ETH_ALEN);
		return true;
	case ISOL_SET_A_PORT:
		*kind = ISOL_ELEMENT_PORT;
		narrow = get_u32s(data);
		break;
	default:
		return false;
	}
	range->lo.lo = narrow.lo;
	range->hi.lo = narrow.hi;
	return true;
}

static int add_set(struct isol_txn *txn, const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	static const struct fault_map map[] = {
		{ ISOL_F_NAME, ISOL_SET_A_NAME },
		{ ISOL_F_TYPE, ISOL_SET_A_TYPE },
		{ ISOL_F_REMOTE, ISOL_SET_A_REMOTE },
		{ ISOL_F_COMMENT, ISOL_SET_A_COMMENT },
	};
	struct isol_set_spec *spec = &txn->specs.set;
	struct nlattr *tb[ISOL_SET_A_MAX + 1];
	enum isol_element_kind kind;
	struct isol_wide_range range;
	const struct nlattr *attr;
	struct isol_fault fault;
	struct isol_set *set;
	int rem, err;

	err = nla_parse_nested(tb, ISOL_SET_A_MAX, nest, isol_set_policy, extack);
	if (err)
		return err;
	memset(spec, 0, sizeof(*spec));
	err = get_strings(tb, (const char **[]){ &spec->name, &spec->comment },
			  (const int[]){ ISOL_SET_A_NAME, ISOL_SET_A_COMMENT }, 2, extack);
	if (err)
		return err;
	spec->append = tb[ISOL_SET_A_APPEND];
	spec->remote = tb[ISOL_SET_A_REMOTE];
	attr = tb[ISOL_SET_A_TYPE] ?: tb[ISOL_SET_A_REMOTE] ?: tb[ISOL_SET_A_COMMENT];
	if (spec->append && attr)
		return fail(extack, -EINVAL,
			    "set APPEND: TYPE, REMOTE and COMMENT were said before", attr);
	if (!spec->append && !tb[ISOL_SET_A_TYPE])
		return fail(extack, -EINVAL, "set TYPE is missing", nest);
	spec->type = get_u8(tb[ISOL_SET_A_TYPE], 0);
	err = isol_model_add_set(txn->model, spec, &set, &fault);
	if (err)
		return object_fault(nest, &fault, map, ARRAY_SIZE(map), extack);
	nla_for_each_nested(attr, nest, rem) {
		if (!get_element(attr, &kind, &range))
			continue;
		err = isol_model_add_element(txn->model, set, kind, range.lo, range.hi, &fault);
		if (err)
			return fail(extack, err, fault.msg, attr);
	}
	return 0;
}

static int get_endpoint(const struct nlattr *nest, struct isol_endpoint_spec *spec,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ISOL_ENDPOINT_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, ISOL_ENDPOINT_A_MAX, nest, isol_endpoint_policy, extack);
	if (err)
		return err;
	if (!tb[ISOL_ENDPOINT_A_KIND])
		return fail(extack, -EINVAL, "endpoint KIND is missing", nest);
	spec->kind = nla_get_u8(tb[ISOL_ENDPOINT_A_KIND]);
	return get_string(tb[ISOL_ENDPOINT_A_NAME], &spec->name, extack);
}

static int get_endpoints(const struct nlattr *nest, int type, struct isol_endpoint_spec *spec,
			 u32 *n, const char *too_many, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != type)
			continue;
		if (*n == ISOL_MAX_ENDPOINTS)
			return fail(extack, -E2BIG, too_many, attr);
		err = get_endpoint(attr, &spec[(*n)++], extack);
		if (err)
			return err;
	}
	return 0;
}

static int add_service(struct isol_txn *txn, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	static const struct fault_map map[] = {
		{ ISOL_F_NAME, ISOL_SERVICE_A_NAME },
		{ ISOL_F_COMMENT, ISOL_SERVICE_A_COMMENT },
		{ ISOL_F_WHERE, ISOL_SERVICE_A_WHERE },
		{ ISOL_F_FOLLOW, ISOL_SERVICE_A_FOLLOW },
	};
	struct isol_service_spec *spec = &txn->specs.service;
	struct nlattr *tb[ISOL_SERVICE_A_MAX + 1];
	struct isol_fault fault;
	int err;

	err = nla_parse_nested(tb, ISOL_SERVICE_A_MAX, nest, isol_service_policy, extack);
	if (err)
		return err;
	memset(spec, 0, sizeof(*spec));
	err = get_strings(tb, (const char **[]){ &spec->name, &spec->comment },
			  (const int[]){ ISOL_SERVICE_A_NAME, ISOL_SERVICE_A_COMMENT }, 2, extack);
	if (!err)
		err = get_endpoints(nest, ISOL_SERVICE_A_WHERE, spec->where, &spec->nwhere,
				    "service WHERE: too many", extack);
	if (err)
		return err;
	spec->follow = tb[ISOL_SERVICE_A_FOLLOW];
	err = isol_model_add_service(txn->model, spec, &fault);
	return err ? object_fault(nest, &fault, map, ARRAY_SIZE(map), extack) : 0;
}

/* One value of a field, if @attr is what such a field has. */
static int get_value(const struct isol_values *values, void *to, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	const void *data = nla_data(attr);
	bool of_sets = isol_field_set(values->field);
	struct isol_masked *masked = to;
	struct isol_range *range = to, pair;
	int len = nla_len(attr);

	if (of_sets != (nla_type(attr) == ISOL_VALUES_A_SET))
		return fail(extack, -EINVAL, of_sets ? "values: this field has SET" :
						       "values SET: this field has none", attr);
	if (of_sets)
		return get_string(attr, to, extack);
	switch (values->field) {
	case ISOL_MATCH_A_SRC_IP6:
	case ISOL_MATCH_A_DST_IP6:
		if (nla_type(attr) != ISOL_VALUES_A_RANGE)
			goto not_masked;
		if (len != 2 * sizeof(struct in6_addr))
			return fail(extack, -ERANGE, "values RANGE: must be two IPv6 addresses",
				    attr);
		*(struct isol_wide_range *)to = get_ip6s(data);
		return 0;
	case ISOL_MATCH_A_SRC_IP4:
	case ISOL_MATCH_A_DST_IP4:
	case ISOL_MATCH_A_ARP_SENDER:
	case ISOL_MATCH_A_ARP_TARGET:
		if (nla_type(attr) != ISOL_VALUES_A_RANGE)
			goto not_masked;
		if (len != 2 * sizeof(struct in_addr))
			return fail(extack, -ERANGE, "values RANGE: must be two IPv4 addresses",
				    attr);
		*range = get_ip4s(data);
		return 0;
	case ISOL_MATCH_A_SRC_MAC:
	case ISOL_MATCH_A_DST_MAC:
		if (nla_type(attr) != ISOL_VALUES_A_MASKED)
			goto not_range;
		if (len != 2 * ETH_ALEN)
			return fail(extack, -ERANGE,
				    "values MASKED: must be a MAC address and its mask", attr);
		masked->value = ether_addr_to_u64(data);
		masked->mask = ether_addr_to_u64(data + ETH_ALEN);
		return 0;
	case ISOL_MATCH_A_TCP_FLAGS:
		if (nla_type(attr) != ISOL_VALUES_A_MASKED)
			goto not_range;
		if (len != 2 * sizeof(u32))
			return fail(extack, -ERANGE, "values MASKED: must be a u32 and its mask",
				    attr);
		pair = get_u32s(data);
		masked->value = pair.lo;
		masked->mask = pair.hi;
		return 0;
	default:
		if (nla_type(attr) != ISOL_VALUES_A_RANGE)
			goto not_masked;
		if (len != 2 * sizeof(u32))
			return fail(extack, -ERANGE, "values RANGE: must be two u32", attr);
		*range = get_u32s(data);
		return 0;
	}

not_masked:
	return fail(extack, -EINVAL, "values MASKED: this field has RANGE", attr);
not_range:
	return fail(extack, -EINVAL, "values RANGE: this field has MASKED", attr);
}

/* The values of one field, at @store; @room: for so many there is room. */
static int get_values(const struct nlattr *nest, struct isol_values *values, void *store,
		      u32 room, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ISOL_VALUES_A_MAX + 1];
	const struct nlattr *attr;
	int rem, err;
	u32 size;

	err = nla_parse_nested(tb, ISOL_VALUES_A_MAX, nest, isol_values_policy, extack);
	if (err)
		return err;
	values->field = nla_type(nest);
	values->v = store;
	size = isol_width_size(isol_field_width(values->field));
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) == ISOL_VALUES_A_NOT) {
			if (values->negate)
				return fail(extack, -EINVAL, "values NOT: is given twice", attr);
			values->negate = true;
			continue;
		}
		if (values->n == room)
			return fail(extack, -E2BIG, "rule MATCH: too many values", attr);
		err = get_value(values, store + values->n++ * size, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

static int get_match(const struct nlattr *nest, union isol_specs *specs,
		     struct netlink_ext_ack *extack)
{
	struct isol_rule_spec *spec = &specs->rule;
	struct nlattr *tb[ISOL_MATCH_A_MAX + 1];
	struct isol_wide_range *store = specs->values;
	u32 room = ARRAY_SIZE(specs->values), given = 0;
	const struct nlattr *attr;
	int rem, err;

	err = nla_parse_nested(tb, ISOL_MATCH_A_MAX, nest, isol_match_policy, extack);
	if (err)
		return err;
	nla_for_each_nested(attr, nest, rem) {
		struct isol_values *values = &spec->values[spec->nvalues];

		if (given & BIT(nla_type(attr)))
			return fail(extack, -EINVAL, "rule MATCH: the field is given twice", attr);
		given |= BIT(nla_type(attr));
		err = get_values(attr, values, store, room, extack);
		if (err)
			return err;
		store += values->n;
		room -= values->n;
		spec->nvalues++;
	}
	if (!spec->nvalues)
		return fail(extack, -EINVAL, "rule MATCH: is empty", nest);
	return 0;
}

static int add_rule(struct isol_txn *txn, const struct nlattr *nest,
		    struct netlink_ext_ack *extack)
{
	static const struct fault_map map[] = {
		{ ISOL_F_NAME, ISOL_RULE_A_NAME },
		{ ISOL_F_COMMENT, ISOL_RULE_A_COMMENT },
		{ ISOL_F_OWNER, ISOL_RULE_A_OWNER },
		{ ISOL_F_FROM, ISOL_RULE_A_FROM },
		{ ISOL_F_TO, ISOL_RULE_A_TO },
		{ ISOL_F_SERVICE, ISOL_RULE_A_SERVICE },
		{ ISOL_F_FOLLOW, ISOL_RULE_A_FOLLOW },
	};
	struct isol_rule_spec *spec = &txn->specs.rule;
	struct nlattr *tb[ISOL_RULE_A_MAX + 1];
	const struct nlattr *match;
	struct isol_fault fault;
	int err;

	err = nla_parse_nested(tb, ISOL_RULE_A_MAX, nest, isol_rule_policy, extack);
	if (err)
		return err;
	memset(spec, 0, sizeof(*spec));
	err = get_strings(tb, (const char **[]){ &spec->name, &spec->comment, &spec->owner,
						 &spec->service },
			  (const int[]){ ISOL_RULE_A_NAME, ISOL_RULE_A_COMMENT,
					 ISOL_RULE_A_OWNER, ISOL_RULE_A_SERVICE }, 4, extack);
	if (!err)
		err = get_endpoints(nest, ISOL_RULE_A_FROM, spec->from, &spec->nfrom,
				    "rule FROM/TO: too many", extack);
	if (!err)
		err = get_endpoints(nest, ISOL_RULE_A_TO, spec->to, &spec->nto,
				    "rule FROM/TO: too many", extack);
	match = tb[ISOL_RULE_A_MATCH];
	if (!err && match)
		err = get_match(match, &txn->specs, extack);
	if (err)
		return err;
	if (!tb[ISOL_RULE_A_VERDICT])
		return fail(extack, -EINVAL, "rule VERDICT is missing", nest);
	spec->verdict = nla_get_u8(tb[ISOL_RULE_A_VERDICT]);
	spec->table = get_u8(tb[ISOL_RULE_A_TABLE], ISOL_TABLE_RULES);
	spec->follow = tb[ISOL_RULE_A_FOLLOW];
	spec->stateless = tb[ISOL_RULE_A_STATELESS];
	err = isol_model_add_rule(txn->model, spec, &fault);
	if (err && fault.field == ISOL_F_MATCH) {
		if (fault.item)
			match = nth(match, fault.item, 0);
		if (fault.set)
			match = nth(match, ISOL_VALUES_A_SET, fault.set - 1);
		return fail(extack, err, fault.msg, match);
	}
	return err ? object_fault(nest, &fault, map, ARRAY_SIZE(map), extack) : 0;
}

static int add_object(struct isol_txn *txn, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	switch (nla_type(attr)) {
	case ISOL_A_BRIDGE:
		return add_bridge(txn, attr, extack);
	case ISOL_A_SEGMENT:
		return add_segment(txn, attr, extack);
	case ISOL_A_GROUP:
		return add_group(txn, attr, extack);
	case ISOL_A_BINDING:
		return add_binding(txn, attr, extack);
	case ISOL_A_SET:
		return add_set(txn, attr, extack);
	case ISOL_A_SERVICE:
		return add_service(txn, attr, extack);
	case ISOL_A_RULE:
		return add_rule(txn, attr, extack);
	default:
		return fail(extack, -EINVAL, "not an object of a policy", attr);
	}
}

static int txn_error(struct netlink_ext_ack *extack, int err)
{
	switch (err) {
	case -ENOENT:
		return fail(extack, err, "this socket has no transaction: begin one", NULL);
	case -ETIMEDOUT:
		return fail(extack, err, "the transaction was idle too long and has been aborted",
			    NULL);
	case -EALREADY:
		return fail(extack, err, "this socket has a transaction already", NULL);
	case -EBUSY:
		return fail(extack, err, "too many transactions or commits under way", NULL);
	case -ESTALE:
		return fail(extack, err, "the policy has changed: not the base generation", NULL);
	case -ENOMEM:
		return fail(extack, err,
			    "not enough memory, or over the namespace's or the host's limit",
			    NULL);
	case -ESHUTDOWN:
		return fail(extack, err, "the network namespace is going away", NULL);
	}
	return err;
}

/*
 * The attributes are looked at here, not by generic netlink: what it refuses
 * never gets here, and the transaction would live on without the objects.
 */
static int doit_add(struct sk_buff *skb, struct genl_info *info)
{
	struct isol_net *in = isol_pernet(genl_info_net(info));
	struct nlattr *tb[ISOL_A_MAX + 1];
	const struct nlattr *attr;
	struct isol_txn *txn;
	int err, rem;

	txn = isol_txn_get(in, info->snd_portid);
	if (IS_ERR(txn))
		return txn_error(info->extack, PTR_ERR(txn));
	err = nlmsg_parse(info->nlhdr, GENL_HDRLEN, tb, ISOL_A_MAX, isol_add_policy, info->extack);
	if (!err)
		nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
			err = add_object(txn, attr, info->extack);
			if (err)
				break;
			/* a match of many masks takes a quarter of a millisecond to check */
			cond_resched();
		}
	isol_txn_put(txn, err);
	return err;
}

/* Begin a reply, with the generation in it, in a buffer that has room for that. */
static void *reply_begin(struct sk_buff *skb, struct genl_info *info, u8 cmd, u64 generation)
{
	void *hdr = genlmsg_put_reply(skb, info, &isol_genl_family, 0, cmd);

	if (!hdr || nla_put_u64_64bit(skb, ISOL_A_GENERATION, generation, ISOL_A_PAD))
		return NULL;
	return hdr;
}

/* A reply with the generation in it, to be filled further. */
static struct sk_buff *reply_new(struct genl_info *info, u8 cmd, size_t size, u64 generation,
				 void **hdr)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL);

	if (!skb)
		return NULL;
	*hdr = reply_begin(skb, info, cmd, generation);
	if (!*hdr) {
		nlmsg_free(skb);
		return NULL;
	}
	return skb;
}

static int doit_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct isol_net *in = isol_pernet(genl_info_net(info));
	struct nlattr *base = info->attrs[ISOL_A_BASE_GENERATION];
	struct nlattr *timeout = info->attrs[ISOL_A_TIMEOUT];
	struct sk_buff *reply;
	u64 actual;
	void *hdr;
	int err;

	/* First, so that nothing has begun when there is no memory for it. */
	reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!reply)
		return txn_error(info->extack, -ENOMEM);
	err = isol_txn_begin(in, info->snd_portid, base ? nla_get_u64(base) : 0, base,
			     timeout ? nla_get_u32(timeout) : ISOL_TIMEOUT_DEFAULT, &actual);
	if (err) {
		nlmsg_free(reply);
		return txn_error(info->extack, err);
	}
	hdr = reply_begin(reply, info, ISOL_CMD_BEGIN, actual);
	if (!hdr) {
		nlmsg_free(reply);
		err = -EMSGSIZE;
	} else {
		genlmsg_end(reply, hdr);
		err = genlmsg_reply(reply, info);
	}
	/* Who is told of an error, or nothing, has no transaction. */
	if (err)
		isol_txn_abort(in, info->snd_portid);
	return err;
}

static int doit_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct isol_net *in = isol_pernet(genl_info_net(info));

	return txn_error(info->extack, isol_txn_commit(in, info->snd_portid, info->snd_seq));
}

static int doit_abort(struct sk_buff *skb, struct genl_info *info)
{
	struct isol_net *in = isol_pernet(genl_info_net(info));

	return txn_error(info->extack, isol_txn_abort(in, info->snd_portid));
}

static int doit_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct isol_net *in = isol_pernet(genl_info_net(info));
	struct nlattr *base = info->attrs[ISOL_A_BASE_GENERATION];

	return txn_error(info->extack,
			 isol_txn_flush(in, info->snd_portid, info->snd_seq,
					base ? nla_get_u64(base) : 0, base));
}

static int doit_status(struct sk_buff *skb, struct genl_info *info)
{
	struct isol_net *in = isol_pernet(genl_info_net(info));
	struct sk_buff *reply;
	int err = -EMSGSIZE;
	void *hdr;

	mutex_lock(&in->lock);
	reply = reply_new(info, ISOL_CMD_STATUS_GET, NLMSG_DEFAULT_SIZE, in->generation, &hdr);
	if (reply)
		err = isol_fill_status(in, reply);
	mutex_unlock(&in->lock);
	if (!reply)
		return -ENOMEM;
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

/**
 * struct why_end - an end of a question
 * @port: the port, if it has one
 * @binding: the binding, if it has one
 * @bridge: the bridge, if that is known
 * @class: its class
 * @own: the class that it has else, if it is contained; 0 if it is not
 * @domain: its domain; 0: the bridge itself, or of the host that of the other end
 * @attr: to point at
 * @host: it is the host
 * @kind: enum isol_port_kind, unless @host
 */
struct why_end {
	const struct isol_port *port;
	const struct isol_binding *binding;
	const struct isol_bridge *bridge;
	const struct nlattr *attr;
	u32 class;
	u32 own;
	u32 domain;
	bool host;
	u8 kind;
};

/* What begins by this end is judged by the one class, what begins to it by both. */
static void why_contained(struct why_end *end)
{
	end->own = end->class;
	end->class = ISOL_CLASS_QUARANTINED;
}

static void why_port(struct isol_net *in, struct why_end *end, const struct isol_port *port)
{
	end->port = port;
	end->kind = port->place.kind;
	end->bridge = port->place.bridge;
	end->class = port->place.word & ISOL_WORD_CLASS;
	end->domain = isol_word_domain(port->place.word);
	if (isol_place_contained(&port->place))
		why_contained(end);
	if (port->place.kind == ISOL_PORT_MEMBER)
		end->binding = in->policy->model->binding[port->place.binding];
}

static int why_resolve(struct isol_net *in, struct why_end *end, const struct nlattr *attr,
		       const struct isol_bridge *wanted, struct netlink_ext_ack *extack)
{
	struct isol_endpoint_spec spec = {};
	const struct isol_quarantine *q;
	struct isol_port *port;
	int err;

	err = get_endpoint(attr, &spec, extack);
	if (err)
		return err;
	end->attr = attr;
	switch (spec.kind) {
	case ISOL_ENDPOINT_HOST:
		end->host = true;
		end->class = ISOL_CLASS_HOST;
		return spec.name ? fail(extack, -EINVAL, "NAME has no meaning for the host", attr) :
				   0;
	case ISOL_ENDPOINT_UPLINK:
		end->kind = ISOL_PORT_UPLINK;
		end->class = ISOL_CLASS_UPLINK;
		return spec.name ? fail(extack, -EINVAL, "NAME has no meaning for the uplinks",
					attr) : 0;
	case ISOL_ENDPOINT_PORT:
		port = spec.name ? isol_port_find(in, spec.name) : NULL;
		if (!port)
			return fail(extack, -ENOENT, "FROM/TO: no such bridge port", attr);
		why_port(in, end, port);
		return 0;
	case ISOL_ENDPOINT_BINDING:
		end->binding = spec.name ? isol_model_binding(in->policy->model, spec.name) : NULL;
		if (!end->binding)
			return fail(extack, -ENOENT, "FROM/TO: no such binding", attr);
		list_for_each_entry(port, &in->ports, node)
			if (port->place.kind == ISOL_PORT_MEMBER &&
			    port->place.binding == end->binding->id &&
			    (!wanted || port->place.bridge == wanted)) {
				why_port(in, end, port);
				return 0;
			}
		end->kind = ISOL_PORT_MEMBER;
		if (end->binding->segment) {
			end->bridge = end->binding->segment->bridge;
			end->domain = isol_model_domain(end->bridge, end->binding->segment);
		}
		end->class = ISOL_CLASS_FIRST_BINDING + end->binding->id;
		q = isol_quarantine_find(in, end->binding->name);
		if (q && q->mode == ISOL_QUARANTINE_CONTAIN && in->policy->track)
			why_contained(end);
		else if (q)
			end->class = ISOL_CLASS_QUARANTINED;
		return 0;
	}
	return fail(extack, -EINVAL, "FROM/TO: must be a port, a binding, the host or the uplinks",
		    attr);
}

static int why_bridge(struct isol_net *in, const struct why_end *from, const struct why_end *to,
		      const struct nlattr *name, const struct isol_bridge **bridge,
		      struct netlink_ext_ack *extack)
{
	const struct isol_model *model = in->policy->model;
	const char *s;
	int err;

	*bridge = from->bridge ?: to->bridge;
	if (name) {
		err = get_string(name, &s, extack);
		if (err)
			return err;
		*bridge = isol_model_bridge(model, s);
		if (!*bridge)
			return fail(extack, -ENOENT, "BRIDGE_NAME: no such bridge in the policy",
				    name);
	}
	if (!*bridge && model->nbridges == 1)
		*bridge = model->bridges;
	if (!*bridge)
		return fail(extack, -EINVAL, "BRIDGE_NAME is needed: neither end tells the bridge",
			    NULL);
	if ((from->bridge && from->bridge != *bridge) || (to->bridge && to->bridge != *bridge))
		return fail(extack, -EXDEV, "the two are on different bridges: no frame goes between them",
			    NULL);
	return 0;
}

static int why_put_end(struct sk_buff *skb, const struct why_end *end, int kind, int binding)
{
	if (!end->host && nla_put_u8(skb, kind, end->kind))
		return -EMSGSIZE;
	return end->binding ? nla_put_string(skb, binding, end->binding->name) : 0;
}

/* What decides: @depends is for what none was found without a frame. */
static int why_put_decision(const struct isol_compiled *compiled, struct sk_buff *skb,
			    u32 decision, bool depends)
{
	u32 reason = isol_decision_reason(decision), nr = isol_decision_counter(decision);
	bool by_rule = false;

	if (depends)
		return nla_put_flag(skb, ISOL_WHY_A_DEPENDS);
	switch (reason) {
	case ISOL_REASON_RULE:
	case ISOL_REASON_QUARANTINE_RULE:
		by_rule = true;
		break;
	case ISOL_REASON_UNPARSED:
		/* or it is a default of the bridge */
		by_rule = nr < compiled->nrules;
		break;
	}
	if (nla_put_u8(skb, ISOL_WHY_A_VERDICT, isol_decision_verdict(decision)) ||
	    nla_put_u8(skb, ISOL_WHY_A_REASON, reason) ||
	    (isol_decision_tracks(decision) && nla_put_flag(skb, ISOL_WHY_A_TRACKED)))
		return -EMSGSIZE;
	return by_rule ? nla_put_string(skb, ISOL_WHY_A_RULE, compiled->rule[nr]->name) : 0;
}

static int why_fill(struct isol_net *in, struct sk_buff *skb, const struct why_end *from,
		    const struct why_end *to, const char *bridge, u32 decision, bool depends)
{
	struct nlattr *nest = nla_nest_start(skb, ISOL_A_WHY);

	if (!nest || why_put_decision(&in->policy->compiled, skb, decision, depends) ||
	    nla_put_string(skb, ISOL_WHY_A_BRIDGE, bridge) ||
	    why_put_end(skb, from, ISOL_WHY_A_FROM_KIND, ISOL_WHY_A_FROM_BINDING) ||
	    why_put_end(skb, to, ISOL_WHY_A_TO_KIND, ISOL_WHY_A_TO_BINDING))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/*
 * The VLAN that a question is about: the one that it names, or that of the segment of
 * an end. Without either it is up to the tags of the frame.
 */
static int why_vlan(const struct isol_tables *tables, u32 from, u32 to, const struct nlattr *vlan)
{
	u32 own = isol_domain_vlan(tables, from);

	if (vlan)
		return nla_get_u16(vlan);
	/* A guest beside the segments is in none of their VLANs. */
	if (!own && from <= tables->nbridges)
		own = isol_domain_vlan(tables, to);
	return own ? (int)own : ISOL_VLAN_UNKNOWN;
}

/* The domain that an end is in. */
static u32 why_domain(const struct why_end *end, const struct isol_bridge *bridge)
{
	if (end->domain)
		return end->domain;
	return end->host || end->kind == ISOL_PORT_UPLINK ? bridge->id :
							    isol_model_domain(bridge, NULL);
}

static bool why_fragment(const struct nlattr *frame)
{
	struct isol_packet packet = {
		.head = nla_data(frame), .linear = nla_len(frame), .len = nla_len(frame),
	};
	struct isol_key key;

	isol_frame_parse(&packet, ISOL_DEPTH_L3, &key);
	/* behind a second tag the kernel looks for no IP */
	isol_packet_vlan(&packet);
	isol_frame_vlan(&packet, &key);
	return isol_key_fragment(&key) && key.v[ISOL_MATCH_A_INNER_VLAN] == ISOL_NO_INNER_VLAN;
}

/**
 * struct why_asked - what a question is about
 * @from: word of one end
 * @to: word of the other
 * @own: class that @to has else, if it is contained; 0 if it is not
 * @vlan: see isol_classify()
 * @packet: the frame, or NULL
 */
struct why_asked {
	u32 from;
	u32 to;
	u32 own;
	int vlan;
	struct isol_packet *packet;
};

/* To who is contained the rules of quarantine go first, as in the hooks. */
static bool why_classify(const struct isol_tables *tables, const struct why_asked *a, u32 *decision)
{
	u32 domain = isol_word_domain(a->to);

	if (!isol_classify(tables, a->from, a->to, a->vlan, a->packet, decision))
		return false;
	if (!a->own || (isol_decision_reason(*decision) != ISOL_REASON_QUARANTINE &&
			*decision != isol_tables_default(tables, domain, ISOL_DFLT_UNPARSED)))
		return true;
	return isol_classify(tables, a->from, isol_word(domain, a->own), a->vlan, a->packet,
			     decision);
}

/*
 * What is decided between two ends about the frame that is given; false if it
 * depends on the frame, and there is none.
 */
static bool why_decide(const struct isol_net *in, const struct isol_bridge *bridge,
		       const struct why_end *from, const struct why_end *to,
		       struct nlattr *const *attrs, u32 *decision)
{
	const struct isol_tables *tables = &in->policy->compiled.tables;
	u32 a = why_domain(from->host ? to : from, bridge);
	u32 b = why_domain(to->host ? from : to, bridge);
	const struct nlattr *frame = attrs[ISOL_A_FRAME];
	int vlan = why_vlan(tables, a, b, attrs[ISOL_A_VLAN]);
	struct isol_packet packet = {};
	struct why_asked asked = {
		.to = isol_word(b, to->class), .own = to->own, .vlan = vlan,
		.packet = frame ? &packet : NULL,
	};

	if (frame) {
		/* what is dropped on its way in, before rules are asked */
		if (in->policy->track && !from->host && from->kind != ISOL_PORT_UPLINK &&
		    bridge->fragments != ISOL_VERDICT_ACCEPT && why_fragment(frame)) {
			*decision = isol_tables_default(tables, a, ISOL_DFLT_FRAGMENT);
			return true;
		}
		packet.head = nla_data(frame);
		packet.linear = nla_len(frame);
		packet.len = packet.linear;
		if (vlan == ISOL_VLAN_UNKNOWN)
			isol_packet_vlan(&packet);
		else
			isol_packet_classify(&packet, vlan);
	}
	asked.from = isol_word(a, from->class);
	if (!why_classify(tables, &asked, decision))
		return false;
	if (from->own && isol_decision_reason(*decision) == ISOL_REASON_QUARANTINE && frame &&
	    isol_frame_neighbor(&packet)) {
		asked.from = isol_word(a, from->own);
		why_classify(tables, &asked, decision);
	}
	if (frame && isol_decision_tracks(*decision) && !isol_frame_begins(&packet))
		*decision = isol_tables_default(tables, a, ISOL_DFLT_STATE);
	return true;
}

static bool why_unmanaged(const struct why_end *end)
{
	return end->port && end->kind == ISOL_PORT_UNMANAGED;
}

/* Context: isol_net.lock held. */
static int why(struct isol_net *in, struct genl_info *info, struct sk_buff **reply)
{
	struct netlink_ext_ack *extack = info->extack;
	const struct nlattr *a = info->attrs[ISOL_A_FROM], *b = info->attrs[ISOL_A_TO];
	struct why_end from = {}, to = {};
	const struct isol_bridge *bridge;
	const char *br_name;
	bool depends = false;
	u32 decision = 0;
	void *hdr;
	int err;

	if (!in->policy)
		return fail(extack, -ENOENT, "no policy is loaded: nothing is decided", NULL);
	if (!a)
		return fail(extack, -EINVAL, "FROM is missing", NULL);
	if (!b)
		return fail(extack, -EINVAL, "TO is missing", NULL);
	/* Twice, so that a binding with several ports is asked for the right one. */
	err = why_resolve(in, &from, a, NULL, extack);
	if (!err)
		err = why_resolve(in, &to, b, from.bridge, extack);
	if (!err && !from.bridge && !why_unmanaged(&from)) {
		memset(&from, 0, sizeof(from));
		err = why_resolve(in, &from, a, to.bridge, extack);
	}
	if (err)
		return err;

	if (why_unmanaged(&from) || why_unmanaged(&to)) {
		const struct isol_port *p = why_unmanaged(&from) ? from.port : to.port;

		if ((from.binding && !from.port) || (to.binding && !to.port) ||
		    (from.port && to.port && from.port->br_ifindex != to.port->br_ifindex))
			return fail(extack, -EXDEV,
				    "the two are on different bridges: no frame goes between them",
				    NULL);
		decision = isol_decision(ISOL_VERDICT_ACCEPT, ISOL_REASON_UNJUDGED, 0);
		br_name = p->br_name;
	} else {
		err = why_bridge(in, &from, &to, info->attrs[ISOL_A_BRIDGE_NAME], &bridge, extack);
		if (err)
			return err;
		depends = !why_decide(in, bridge, &from, &to,
				      info->attrs, &decision);
		br_name = bridge->name;
	}
	*reply = reply_new(info, ISOL_CMD_WHY, NLMSG_DEFAULT_SIZE, in->generation, &hdr);
	if (!*reply)
		return -ENOMEM;
	err = why_fill(in, *reply, &from, &to, br_name, decision, depends);
	if (err) {
		nlmsg_free(*reply);
		return err;
	}
	genlmsg_end(*reply, hdr);
	return 0;
}

static int doit_why(struct sk_buff *skb, struct genl_info *info)
{
	struct isol_net *in = isol_pernet(genl_info_net(info));
	struct sk_buff *reply;
	int err;

	mutex_lock(&in->lock);
	err = why(in, info, &reply);
	mutex_unlock(&in->lock);
	return err ? err : genlmsg_reply(reply, info);
}

static int doit_quarantine(struct sk_buff *skb, struct genl_info *info)
{
	struct isol_net *in = isol_pernet(genl_info_net(info));
	struct nlattr *nest = info->attrs[ISOL_A_QUARANTINE];
	bool add = info->genlhdr->cmd == ISOL_CMD_QUARANTINE_ADD;
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr *tb[ISOL_QUARANTINE_A_MAX + 1];
	const char *name, *comment;
	int err;

	if (!nest)
		return fail(extack, -EINVAL, "QUARANTINE is missing", NULL);
	err = nla_parse_nested(tb, ISOL_QUARANTINE_A_MAX, nest, isol_quarantine_policy, extack);
	if (!err)
		err = get_string(tb[ISOL_QUARANTINE_A_BINDING], &name, extack);
	if (!err)
		err = get_string(tb[ISOL_QUARANTINE_A_COMMENT], &comment, extack);
	if (err)
		return err;
	if (!name)
		return fail(extack, -EINVAL, "quarantine BINDING is missing", nest);
	if (comment && !isol_text_valid(comment))
		return fail(extack, -EINVAL,
			    "quarantine COMMENT: must be UTF-8 without control characters",
			    tb[ISOL_QUARANTINE_A_COMMENT]);
	if (!add && (comment || tb[ISOL_QUARANTINE_A_MODE]))
		return fail(extack, -EINVAL, "MODE and COMMENT have no meaning here", nest);

	mutex_lock(&in->lock);
	if (in->dying)
		err = -ESHUTDOWN;
	else if (add)
		err = isol_quarantine_add(in, name, get_u8(tb[ISOL_QUARANTINE_A_MODE],
							   ISOL_QUARANTINE_ISOLATE), comment);
	else
		err = isol_quarantine_del(in, name);
	mutex_unlock(&in->lock);
	switch (err) {
	case -ENOENT:
		return fail(extack, err, add ?
			    "quarantine BINDING: the policy has no such binding" :
			    "quarantine BINDING: is not quarantined",
			    tb[ISOL_QUARANTINE_A_BINDING]);
	case -EEXIST:
		return fail(extack, err, "quarantine BINDING: is quarantined already",
			    tb[ISOL_QUARANTINE_A_BINDING]);
	case -E2BIG:
		return fail(extack, err, "too many quarantines", NULL);
	}
	return err;
}

#define DO(_cmd, _doit, _policy) {		\
	.cmd = _cmd,				\
	.doit = _doit,				\
	.policy = _policy,			\
	.maxattr = ISOL_A_MAX,			\
	.flags = GENL_UNS_ADMIN_PERM,		\
}

#define DUMP(_cmd) {				\
	.cmd = _cmd,				\
	.start = isol_dump_start,		\
	.dumpit = isol_dump,			\
	.policy = isol_empty_policy,		\
	.maxattr = ISOL_A_MAX,			\
	.flags = GENL_UNS_ADMIN_PERM,		\
}

static const struct genl_ops isol_ops[] = {
	DO(ISOL_CMD_STATUS_GET, doit_status, isol_empty_policy),
	DO(ISOL_CMD_BEGIN, doit_begin, isol_begin_policy),
	{
		.cmd = ISOL_CMD_ADD,
		.doit = doit_add,
		/* no policy here: see doit_add() */
		.flags = GENL_UNS_ADMIN_PERM,
	},
	DO(ISOL_CMD_COMMIT, doit_commit, isol_empty_policy),
	DO(ISOL_CMD_ABORT, doit_abort, isol_empty_policy),
	DO(ISOL_CMD_FLUSH, doit_flush, isol_flush_policy),
	DUMP(ISOL_CMD_BRIDGE_GET),
	DUMP(ISOL_CMD_SEGMENT_GET),
	DUMP(ISOL_CMD_GROUP_GET),
	DUMP(ISOL_CMD_BINDING_GET),
	DUMP(ISOL_CMD_SERVICE_GET),
	DUMP(ISOL_CMD_RULE_GET),
	DUMP(ISOL_CMD_PORT_GET),
	DUMP(ISOL_CMD_QUARANTINE_GET),
	DUMP(ISOL_CMD_SET_GET),
	DO(ISOL_CMD_WHY, doit_why, isol_why_policy),
	DO(ISOL_CMD_QUARANTINE_ADD, doit_quarantine, isol_quarantine_cmd_policy),
	DO(ISOL_CMD_QUARANTINE_DEL, doit_quarantine, isol_quarantine_cmd_policy),
};

static const struct genl_multicast_group isol_mcgrps[] = {
	[ISOL_MCGRP_NR_POLICY] = { .name = ISOL_MCGRP_POLICY, ISOL_MCGRP_PRIVILEGED },
	[ISOL_MCGRP_NR_PORT] = { .name = ISOL_MCGRP_PORT, ISOL_MCGRP_PRIVILEGED },
};

struct genl_family isol_genl_family __ro_after_init = {
	.name = ISOL_GENL_NAME,
	.version = ISOL_GENL_VERSION,
	/* no .maxattr: it would be that of ISOL_CMD_ADD, see doit_add() */
	.module = THIS_MODULE,
	.netnsok = true,
	/* commands take the locks of their namespace, not the host's */
	.parallel_ops = true,
	.ops = isol_ops,
	.n_ops = ARRAY_SIZE(isol_ops),
	ISOL_GENL_RESV_START(ISOL_CMD_MAX + 1)
	.mcgrps = isol_mcgrps,
	.n_mcgrps = ARRAY_SIZE(isol_mcgrps),
};

struct sk_buff *isol_netlink_done_new(void)
{
	return genlmsg_new(nla_total_size(sizeof(s32)) + nla_total_size_64bit(sizeof(u64)) +
			   nla_total_size(ISOL_MESSAGE_LEN + 1), GFP_KERNEL);
}

void isol_netlink_done(struct isol_net *in, struct sk_buff *skb, u32 portid, u32 seq, int err,
		       u64 generation, const char *msg)
{
	void *hdr;

	if (!*msg)
		switch (err) {
		case -ESTALE:
			msg = "the policy has changed: not the base generation";
			break;
		case -ENOMEM:
			msg = "not enough memory, or over the namespace's or the host's limit";
			break;
		case -ESHUTDOWN:
			msg = "the network namespace or the module is going away";
			break;
		}
	hdr = genlmsg_put(skb, portid, seq, &isol_genl_family, 0, ISOL_CMD_DONE);
	if (!hdr || nla_put_s32(skb, ISOL_A_ERROR, err) ||
	    nla_put_u64_64bit(skb, ISOL_A_GENERATION, generation, ISOL_A_PAD) ||
	    (*msg && nla_put_string(skb, ISOL_A_MESSAGE, msg))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, hdr);
	genlmsg_unicast(in->net, skb, portid);
}

/* Closing a socket ends what it has begun. Portids repeat across protocols. */
static int socket_closed(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct netlink_notify *n = ptr;

	if (event == NETLINK_URELEASE && n->protocol == NETLINK_GENERIC)
		isol_txn_closed(isol_pernet(n->net), n->portid);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_closed,
};

int isol_netlink_init(void)
{
	int err;

	err = netlink_register_notifier(&socket_notifier);
	if (err)
		return err;
	err = genl_register_family(&isol_genl_family);
	if (err)
		netlink_unregister_notifier(&socket_notifier);
	return err;
}

void isol_netlink_exit(void)
{
	genl_unregister_family(&isol_genl_family);
	netlink_unregister_notifier(&socket_notifier);
}
