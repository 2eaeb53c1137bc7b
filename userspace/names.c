// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include <linux/isol.h>

#include "names.h"
#include "types.h"

#define ENUM_NAMES(name, ...)						\
	static const char *const name##_v[] = { __VA_ARGS__, NULL };	\
	const struct enum_names name = {				\
		.v = name##_v,						\
		.n = ARRAY_SIZE(name##_v) - 1,				\
	}

ENUM_NAMES(verdict_names,
	   [ISOL_VERDICT_DROP] = "drop",
	   [ISOL_VERDICT_ACCEPT] = "accept",
	   [ISOL_VERDICT_REJECT] = "reject");

ENUM_NAMES(role_names,
	   [ISOL_ROLE_NONE] = "none",
	   [ISOL_ROLE_ISOLATED] = "isolated",
	   [ISOL_ROLE_COMMUNITY] = "community",
	   [ISOL_ROLE_PROMISCUOUS] = "promiscuous");

ENUM_NAMES(reason_names,
	   [ISOL_REASON_RULE] = "rule",
	   [ISOL_REASON_QUARANTINE_RULE] = "quarantine-rule",
	   [ISOL_REASON_QUARANTINE] = "quarantine",
	   [ISOL_REASON_ROLE] = "role",
	   [ISOL_REASON_WITHIN] = "within",
	   [ISOL_REASON_SEGMENT_UPLINK] = "segment-uplink",
	   [ISOL_REASON_BRIDGE_DEFAULT] = "bridge-default",
	   [ISOL_REASON_HOST_DEFAULT] = "host-default",
	   [ISOL_REASON_UNBOUND] = "unbound",
	   [ISOL_REASON_UNJUDGED] = "unjudged",
	   [ISOL_REASON_CONTROL] = "control",
	   [ISOL_REASON_PROMISC] = "promisc",
	   [ISOL_REASON_GONE] = "gone",
	   [ISOL_REASON_UNKNOWN_PORT] = "unknown-port",
	   [ISOL_REASON_MISMATCH] = "mismatch",
	   [ISOL_REASON_TEARDOWN] = "teardown",
	   [ISOL_REASON_UNPARSED] = "unparsed",
	   [ISOL_REASON_SEGMENT] = "segment",
	   [ISOL_REASON_VLAN] = "vlan",
	   [ISOL_REASON_TAGS] = "tags",
	   [ISOL_REASON_STATE] = "state",
	   [ISOL_REASON_FRAGMENT] = "fragment",
	   [ISOL_REASON_CONNECTIONS] = "connections");

ENUM_NAMES(port_kind_names,
	   [ISOL_PORT_UNMANAGED] = "unmanaged",
	   [ISOL_PORT_UPLINK] = "uplink",
	   [ISOL_PORT_MEMBER] = "member",
	   [ISOL_PORT_UNBOUND] = "unbound",
	   [ISOL_PORT_GONE] = "gone");

ENUM_NAMES(cause_names,
	   [ISOL_UNBOUND_NO_MATCH] = "no-match",
	   [ISOL_UNBOUND_CLAIMS] = "claims",
	   [ISOL_UNBOUND_SEGMENT] = "segment");

ENUM_NAMES(event_names,
	   [ISOL_EVENT_COMMIT] = "commit",
	   [ISOL_EVENT_FLUSH] = "flush",
	   [ISOL_EVENT_QUARANTINE_ADD] = "quarantine-add",
	   [ISOL_EVENT_QUARANTINE_DEL] = "quarantine-del",
	   [ISOL_EVENT_PORT_ADD] = "port-add",
	   [ISOL_EVENT_PORT_CHANGE] = "port-change",
	   [ISOL_EVENT_PORT_DEL] = "port-del",
	   [ISOL_EVENT_CONNECTIONS] = "connections");

ENUM_NAMES(quarantine_names,
	   [ISOL_QUARANTINE_ISOLATE] = "isolate",
	   [ISOL_QUARANTINE_CONTAIN] = "contain");

/* The reserved words; a group, binding or port goes by its own name. */
ENUM_NAMES(endpoint_names,
	   [ISOL_ENDPOINT_ANY] = "any",
	   [ISOL_ENDPOINT_HOST] = "host",
	   [ISOL_ENDPOINT_UPLINK] = "uplink",
	   [ISOL_ENDPOINT_MEMBERS] = "members",
	   [ISOL_ENDPOINT_QUARANTINED] = "quarantined");

const char *enum_name(const struct enum_names *e, unsigned int value)
{
	return value < e->n ? e->v[value] : "unknown";
}

int enum_value(const struct enum_names *e, const char *word)
{
	unsigned int i;

	for (i = 0; i < e->n; i++)
		if (!strcmp(e->v[i], word))
			return i;
	return -1;
}
