/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel tells beside the policy itself. */
#ifndef ISOL_USERSPACE_STATE_H
#define ISOL_USERSPACE_STATE_H

#include "policy.h"

#define PORT_NO_CAUSE	0xff

/**
 * struct port - see enum isol_port_attr
 * @ifindex: of the interface
 * @name: of the interface
 * @mac: the port's own address
 * @alias: NULL if there is none
 * @bridge: NULL if not told
 * @kind: enum isol_port_kind
 * @binding: NULL if there is none
 * @cause: enum isol_unbound_cause, or PORT_NO_CAUSE
 * @quarantined: is its binding?
 * @counters: what was judged
 */
struct port {
	u32 ifindex;
	const char *name;
	u8 mac[6];
	const char *alias;
	const char *bridge;
	u8 kind;
	const char *binding;
	u8 cause;
	bool quarantined;
	struct counter_list counters;
};

/**
 * struct quarantine - see enum isol_quarantine_attr
 * @binding: name
 * @mode: enum isol_quarantine_mode
 * @comment: NULL if there is none
 * @since: seconds since the Unix epoch
 * @orphan: the policy has no such binding
 */
struct quarantine {
	const char *binding;
	u8 mode;
	const char *comment;
	u64 since;
	bool orphan;
};

/**
 * struct status - see enum isol_status_attr
 * @enforcing: is a policy loaded?
 * @version: of the module
 * @since: of the last commit
 * @tracked: are connections tracked?
 *
 * The others are counts.
 */
struct status {
	bool enforcing;
	char version[64];
	u64 since;
	u32 bridges;
	u32 segments;
	u32 groups;
	u32 bindings;
	u32 rules;
	u32 sets;
	u32 classes;
	u64 memory;
	u64 memory_limit;
	u32 ports;
	u32 unbound;
	u32 unmanaged;
	u32 quarantined;
	u32 transactions;
	u64 unknown_drops;
	u64 rejects;
	u64 rejects_limited;
	bool tracked;
};

/**
 * struct why - see enum isol_why_attr
 * @verdict: enum isol_verdict
 * @reason: enum isol_reason
 * @depends: it depends on the frame: there is no verdict, reason and rule
 * @tracked: what is accepted begins a conversation, whose answers are accepted too
 * @rule: empty if none decided
 * @bridge: the bridge the answer is about
 * @generation: of the policy, if told
 * @from: the one end
 * @to: the other
 */
struct why {
	u8 verdict;
	u8 reason;
	bool depends;
	bool tracked;
	char rule[64];
	char bridge[64];
	u64 generation;
	struct why_end {
		bool host;
		u8 kind;
		char binding[64];
	} from, to;
};

/**
 * struct event - a notification
 * @event: enum isol_event
 * @generation: of the policy then
 * @port: if @has_port
 * @quarantine: if @has_quarantine
 * @name: of a binding, if @has_connections
 * @connections: its connections, likewise
 */
struct event {
	u8 event;
	u64 generation;
	bool has_port;
	bool has_quarantine;
	bool has_connections;
	struct port port;
	struct quarantine quarantine;
	const char *name;
	struct binding connections;
};

#endif /* ISOL_USERSPACE_STATE_H */
