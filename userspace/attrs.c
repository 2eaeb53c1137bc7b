// SPDX-License-Identifier: GPL-2.0
#include <linux/isol.h>

#include "attrs.h"

#define ATTR_NAMES(space, object_name, ...)				\
	static const struct attr_name space##_v[] = { __VA_ARGS__ };	\
	static const struct attr_names space = {			\
		.v = space##_v,						\
		.n = ARRAY_SIZE(space##_v),				\
		.name = object_name,					\
	}

ATTR_NAMES(bridge, ISOL_BRIDGE_A_NAME,
	   [ISOL_BRIDGE_A_NAME] = { .name = "name" },
	   [ISOL_BRIDGE_A_UPLINK] = { .name = "uplink" },
	   [ISOL_BRIDGE_A_DEFAULT] = { .name = "default" },
	   [ISOL_BRIDGE_A_UNBOUND] = { .name = "unbound" },
	   [ISOL_BRIDGE_A_COMMENT] = { .name = "comment" },
	   [ISOL_BRIDGE_A_FRAGMENTS] = { .name = "fragments" },
	   [ISOL_BRIDGE_A_RESUME] = { .name = "resume" },
	   [ISOL_BRIDGE_A_PICKUP] = { .name = "pickup" });

ATTR_NAMES(segment, ISOL_SEGMENT_A_NAME,
	   [ISOL_SEGMENT_A_NAME] = { .name = "name" },
	   [ISOL_SEGMENT_A_BRIDGE] = { .name = "bridge" },
	   [ISOL_SEGMENT_A_WITHIN] = { .name = "within" },
	   [ISOL_SEGMENT_A_UPLINK] = { .name = "uplink" },
	   [ISOL_SEGMENT_A_COMMENT] = { .name = "comment" },
	   [ISOL_SEGMENT_A_VLAN] = { .name = "vlan" });

ATTR_NAMES(group, ISOL_GROUP_A_NAME,
	   [ISOL_GROUP_A_NAME] = { .name = "name" },
	   [ISOL_GROUP_A_COMMENT] = { .name = "comment" });

ATTR_NAMES(binding, ISOL_BINDING_A_NAME,
	   [ISOL_BINDING_A_NAME] = { .name = "name" },
	   [ISOL_BINDING_A_PORT] = { .name = "port" },
	   [ISOL_BINDING_A_GLOB] = { .name = "port" },
	   [ISOL_BINDING_A_MAC] = { .name = "mac" },
	   [ISOL_BINDING_A_ALIAS] = { .name = "alias" },
	   [ISOL_BINDING_A_CLAIMS] = { .name = "claims" },
	   [ISOL_BINDING_A_SEGMENT] = { .name = "segment" },
	   [ISOL_BINDING_A_GROUP] = { .name = "groups" },
	   [ISOL_BINDING_A_ROLE] = { .name = "role" },
	   [ISOL_BINDING_A_COMMUNITY] = { .name = "community" },
	   [ISOL_BINDING_A_COMMENT] = { .name = "comment" },
	   [ISOL_BINDING_A_MAX_CONNECTIONS] = { .name = "max_connections" });

ATTR_NAMES(endpoint, 0,
	   [ISOL_ENDPOINT_A_KIND] = { .name = "kind" },
	   [ISOL_ENDPOINT_A_NAME] = { .name = "name" });

ATTR_NAMES(set, ISOL_SET_A_NAME,
	   [ISOL_SET_A_NAME] = { .name = "name" },
	   [ISOL_SET_A_TYPE] = { .name = "type" },
	   [ISOL_SET_A_REMOTE] = { .name = "remote" },
	   [ISOL_SET_A_COMMENT] = { .name = "comment" },
	   [ISOL_SET_A_APPEND] = { .name = "append" },
	   [ISOL_SET_A_IP4] = { .name = "addresses" },
	   [ISOL_SET_A_IP6] = { .name = "addresses" },
	   [ISOL_SET_A_MAC] = { .name = "macs" },
	   [ISOL_SET_A_PORT] = { .name = "ports" });

ATTR_NAMES(rule, ISOL_RULE_A_NAME,
	   [ISOL_RULE_A_NAME] = { .name = "name" },
	   [ISOL_RULE_A_TABLE] = { .name = "table" },
	   [ISOL_RULE_A_FROM] = { .name = "from", .nest = &endpoint },
	   [ISOL_RULE_A_TO] = { .name = "to", .nest = &endpoint },
	   [ISOL_RULE_A_VERDICT] = { .name = "verdict" },
	   [ISOL_RULE_A_STATELESS] = { .name = "stateless" },
	   [ISOL_RULE_A_COMMENT] = { .name = "comment" },
	   [ISOL_RULE_A_OWNER] = { .name = "owner" },
	   [ISOL_RULE_A_SERVICE] = { .name = "service" },
	   [ISOL_RULE_A_FOLLOW] = { .name = "follow" });

ATTR_NAMES(service, ISOL_SERVICE_A_NAME,
	   [ISOL_SERVICE_A_NAME] = { .name = "name" },
	   [ISOL_SERVICE_A_WHERE] = { .name = "where", .nest = &endpoint },
	   [ISOL_SERVICE_A_FOLLOW] = { .name = "follow" },
	   [ISOL_SERVICE_A_COMMENT] = { .name = "comment" });

ATTR_NAMES(quarantine, ISOL_QUARANTINE_A_BINDING,
	   [ISOL_QUARANTINE_A_BINDING] = { .name = "binding" },
	   [ISOL_QUARANTINE_A_MODE] = { .name = "mode" },
	   [ISOL_QUARANTINE_A_COMMENT] = { .name = "comment" });

static const struct attr_name top_v[] = {
	[ISOL_A_BASE_GENERATION] = { .name = "base-generation" },
	[ISOL_A_TIMEOUT] = { .name = "timeout" },
	[ISOL_A_BRIDGE_NAME] = { .name = "bridge-name" },
	[ISOL_A_BRIDGE] = { .name = "bridge", .nest = &bridge },
	[ISOL_A_SEGMENT] = { .name = "segment", .nest = &segment },
	[ISOL_A_GROUP] = { .name = "group", .nest = &group },
	[ISOL_A_BINDING] = { .name = "binding", .nest = &binding },
	[ISOL_A_SET] = { .name = "set", .nest = &set },
	[ISOL_A_RULE] = { .name = "rule", .nest = &rule },
	[ISOL_A_SERVICE] = { .name = "service", .nest = &service },
	[ISOL_A_QUARANTINE] = { .name = "quarantine", .nest = &quarantine },
	[ISOL_A_FROM] = { .name = "from", .nest = &endpoint },
	[ISOL_A_TO] = { .name = "to", .nest = &endpoint },
};

const struct attr_names isol_attr_names = {
	.v = top_v,
	.n = ARRAY_SIZE(top_v),
};

const struct attr_name *attr_name_of(const struct attr_names *space, u16 type)
{
	if (!space || type >= space->n || !space->v[type].name)
		return NULL;
	return &space->v[type];
}
