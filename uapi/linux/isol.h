/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * isol - port isolation and micro-segmentation for Linux bridges
 *
 * The generic netlink contract between the module and userspace. The same
 * contract in YNL form is isol.yaml beside this file; a test holds the two
 * against each other.
 *
 * Conventions
 *   - Integers are in host byte order, as netlink has them; a MAC address is
 *     six bytes in wire order.
 *   - Every name is a NUL-terminated string. Names of objects (segment, group,
 *     binding, set, rule, community, owner) have 1 to 63 characters out of
 *     [A-Za-z0-9_.:-] and begin with a letter, a digit or an underscore.
 *     The endpoint words any, host, uplink, members and quarantined (and
 *     unbound) are reserved and refused as names of groups and bindings.
 *   - Comments are UTF-8 without control characters, 255 bytes at most.
 *   - Validation is strict: unknown attributes, wrong lengths, values out of
 *     range and unterminated strings are refused, with an extended
 *     acknowledgement that carries a message and the offset of the attribute.
 *   - Every command needs CAP_NET_ADMIN in the user namespace that owns the
 *     network namespace of the socket (GENL_UNS_ADMIN_PERM), reading included:
 *     a policy tells who a host's tenants are.
 *     Errors of validation are EINVAL, ERANGE (a value or length is out of
 *     range) and EOPNOTSUPP. Nested attributes carry NLA_F_NESTED.
 *   - A read-only attribute is sent by the kernel only; a message to the
 *     kernel that holds one is refused. So is padding (the *_A_PAD): the
 *     kernel sends it, nobody else needs to.
 *   - To listen to a multicast group takes the same right as to call.
 */
#ifndef _UAPI_LINUX_ISOL_H
#define _UAPI_LINUX_ISOL_H

#include <linux/types.h>

#define ISOL_GENL_NAME		"isol"
#define ISOL_GENL_VERSION	1

/* Multicast groups: see ISOL_CMD_POLICY_NTF and ISOL_CMD_PORT_NTF. */
#define ISOL_MCGRP_POLICY	"policy"
#define ISOL_MCGRP_PORT		"port"

/* Limits. Sizes include no terminating NUL. */
#define ISOL_NAME_LEN		63	/* object names */
#define ISOL_IFNAME_LEN		15	/* interface names and globs of them */
#define ISOL_ALIAS_LEN		255	/* ifalias selectors */
#define ISOL_COMMENT_LEN	255
#define ISOL_MESSAGE_LEN	511	/* ISOL_A_MESSAGE */
#define ISOL_MAX_BRIDGES	1024	/* per policy */
#define ISOL_MAX_UPLINKS	64	/* per bridge */
#define ISOL_MAX_SEGMENTS	1024	/* per policy */
#define ISOL_MAX_GROUPS		65535	/* per policy */
#define ISOL_MAX_BINDINGS	65535	/* per policy */
#define ISOL_MAX_GLOBS		1024	/* bindings with a glob, per policy */
#define ISOL_MAX_MEMBERSHIPS	64	/* groups per binding */
#define ISOL_MAX_RULES		131072	/* per policy, quarantine rules included */
#define ISOL_MAX_ENDPOINTS	64	/* per side of a rule */
#define ISOL_MAX_CLAIMS		65535	/* ports per binding */
#define ISOL_MAX_CONNECTIONS	4294967295	/* per binding */
#define ISOL_MAX_VALUES		128	/* per rule, over all that it matches on */
#define ISOL_MAX_BOXES		1024	/* combinations of values, per rule */
#define ISOL_MAX_SETS		1024	/* per policy */
#define ISOL_MAX_ELEMENTS	131072	/* of sets, per policy */
#define ISOL_MAX_SERVICES	64	/* per policy */
#define ISOL_VLAN_MAX		4094	/* the highest VID that a VLAN can have */
#define ISOL_MAX_FRAME		512	/* bytes of ISOL_A_FRAME */
#define ISOL_TIMEOUT_MIN	100	/* ms, ISOL_A_TIMEOUT */
#define ISOL_TIMEOUT_MAX	600000
#define ISOL_TIMEOUT_DEFAULT	30000
#define ISOL_PICKUP_MAX		3600	/* s, ISOL_BRIDGE_A_PICKUP */
#define ISOL_PICKUP_DEFAULT	60

/**
 * enum isol_verdict - what is done with a frame
 * @ISOL_VERDICT_DROP: the frame is freed
 * @ISOL_VERDICT_ACCEPT: the frame goes on to the next netfilter hook
 * @ISOL_VERDICT_REJECT: the frame is freed, and its sender is told so, by a TCP
 *	reset or ICMP or ICMPv6 "administratively prohibited", sent back on the port
 *	that it came in by (rules only). Where that is not possible or not allowed it is
 *	dropped without a word.
 */
enum isol_verdict {
	ISOL_VERDICT_DROP,
	ISOL_VERDICT_ACCEPT,
	ISOL_VERDICT_REJECT,

	/* private: */
	__ISOL_VERDICT_MAX,
	ISOL_VERDICT_MAX = __ISOL_VERDICT_MAX - 1
};

/**
 * enum isol_role - private VLAN role of a binding (RFC 5517)
 * @ISOL_ROLE_NONE: no role: the segment's "within" verdict applies
 * @ISOL_ROLE_ISOLATED: talks to promiscuous ports only
 * @ISOL_ROLE_COMMUNITY: talks to promiscuous ports and to its own community
 * @ISOL_ROLE_PROMISCUOUS: talks to every port that has a role
 *
 * Roles decide between guest ports of one bridge, after the rules. A pair in
 * which only one end has a role is dropped when that role is isolated or
 * community, and left to the segment when it is promiscuous.
 */
enum isol_role {
	ISOL_ROLE_NONE,
	ISOL_ROLE_ISOLATED,
	ISOL_ROLE_COMMUNITY,
	ISOL_ROLE_PROMISCUOUS,

	/* private: */
	__ISOL_ROLE_MAX,
	ISOL_ROLE_MAX = __ISOL_ROLE_MAX - 1
};

/**
 * enum isol_endpoint_kind - what stands on a side of a rule or of a question
 * @ISOL_ENDPOINT_ANY: every endpoint
 * @ISOL_ENDPOINT_HOST: the bridge device, that is the hypervisor itself
 * @ISOL_ENDPOINT_UPLINK: the uplinks of the bridge
 * @ISOL_ENDPOINT_MEMBERS: every bound guest port
 * @ISOL_ENDPOINT_QUARANTINED: every quarantined binding (quarantine rules only)
 * @ISOL_ENDPOINT_GROUP: the members of the group ISOL_ENDPOINT_A_NAME
 * @ISOL_ENDPOINT_BINDING: the binding ISOL_ENDPOINT_A_NAME
 * @ISOL_ENDPOINT_PORT: the bridge port whose interface name is
 *	ISOL_ENDPOINT_A_NAME (ISOL_CMD_WHY only)
 * @ISOL_ENDPOINT_REMOTE: the uplinks, for frames whose source address (from) or
 *	destination address (to) is in the set ISOL_ENDPOINT_A_NAME (rules only)
 *
 * A quarantined binding is matched by ANY and QUARANTINED only, an unbound
 * port (where its bridge lets it take part) by ANY only.
 */
enum isol_endpoint_kind {
	ISOL_ENDPOINT_ANY,
	ISOL_ENDPOINT_HOST,
	ISOL_ENDPOINT_UPLINK,
	ISOL_ENDPOINT_MEMBERS,
	ISOL_ENDPOINT_QUARANTINED,
	ISOL_ENDPOINT_GROUP,
	ISOL_ENDPOINT_BINDING,
	ISOL_ENDPOINT_PORT,
	ISOL_ENDPOINT_REMOTE,

	/* private: */
	__ISOL_ENDPOINT_MAX,
	ISOL_ENDPOINT_MAX = __ISOL_ENDPOINT_MAX - 1
};

/**
 * enum isol_table - which list a rule stands in
 * @ISOL_TABLE_RULES: the ordered rules of the policy
 * @ISOL_TABLE_QUARANTINE: the rules that alone apply to quarantined bindings
 * @ISOL_TABLE_SERVICES: the rules that services are made of, asked before those of
 *	ISOL_TABLE_RULES
 */
enum isol_table {
	ISOL_TABLE_RULES,
	ISOL_TABLE_QUARANTINE,
	ISOL_TABLE_SERVICES,

	/* private: */
	__ISOL_TABLE_MAX,
	ISOL_TABLE_MAX = __ISOL_TABLE_MAX - 1
};

/**
 * enum isol_quarantine_mode - how a quarantined binding is cut off
 * @ISOL_QUARANTINE_ISOLATE: from everything but what the quarantine rules allow
 * @ISOL_QUARANTINE_CONTAIN: what it begins is cut off like that; what others begin to it is
 *	not, and it may answer. While the policy tracks no connections there is nothing by
 *	which to tell an answer, and this is as ISOLATE.
 */
enum isol_quarantine_mode {
	ISOL_QUARANTINE_ISOLATE,
	ISOL_QUARANTINE_CONTAIN,

	/* private: */
	__ISOL_QUARANTINE_MAX,
	ISOL_QUARANTINE_MAX = __ISOL_QUARANTINE_MAX - 1
};

/**
 * enum isol_reason - why a frame was accepted or dropped
 * @ISOL_REASON_RULE: the first rule that matches
 * @ISOL_REASON_QUARANTINE_RULE: the first quarantine rule that matches
 * @ISOL_REASON_QUARANTINE: an end is quarantined and no quarantine rule matches
 * @ISOL_REASON_ROLE: the private VLAN roles of the two ends
 * @ISOL_REASON_WITHIN: the segment's verdict between its own ports
 * @ISOL_REASON_SEGMENT_UPLINK: the segment's verdict to and from the uplinks
 * @ISOL_REASON_BRIDGE_DEFAULT: the bridge's default
 * @ISOL_REASON_HOST_DEFAULT: to or from the host, and no rule allows it (drop)
 * @ISOL_REASON_UNBOUND: an end is a port that no binding claims
 * @ISOL_REASON_UNJUDGED: between uplinks, or between an uplink and the host:
 *	not isol's to judge (accept)
 * @ISOL_REASON_CONTROL: a frame the bridge itself sends: BPDU, IGMP or MLD query
 *	(accept)
 * @ISOL_REASON_PROMISC: the copy for a promiscuous bridge device of a frame
 *	that is not addressed to the host; same verdict as to the host
 * @ISOL_REASON_GONE: an end has just left its bridge (drop)
 * @ISOL_REASON_UNKNOWN_PORT: an end is not in the port table (drop); counted
 *	for the namespace, there is no port to count it for
 * @ISOL_REASON_MISMATCH: the two ends are on different bridges (drop)
 * @ISOL_REASON_TEARDOWN: the namespace is going away (drop); never listed, the
 *	counters go with the namespace
 * @ISOL_REASON_UNPARSED: what a rule asks about cannot be read in the frame
 *	(drop): a rule that drops then matches, one that accepts does not, and what
 *	a default drops after that is counted so
 * @ISOL_REASON_SEGMENT: the two ends are in different segments of the bridge (drop)
 * @ISOL_REASON_VLAN: the frame is not in the VLAN of the segment, or is in that of
 *	a segment that the guest is not in, or nobody knows any more which one it was in
 *	(drop)
 * @ISOL_REASON_TAGS: a guest of a bridge with VLAN segments has put a VLAN tag behind the one
 *	that the bridge looks at, or behind none (drop)
 * @ISOL_REASON_STATE: a rule that tracks connections accepts such frames, but this one begins
 *	none and belongs to none that is accepted: an answer to nothing or to what the rules
 *	do not accept any more, one that does not leave by the port that the connection came
 *	in by, one that connection tracking can make nothing of (drop)
 * @ISOL_REASON_FRAGMENT: a fragment from a guest port while connections are tracked, see
 *	ISOL_BRIDGE_A_FRAGMENTS; or a packet that was put together of fragments and cannot be
 *	cut into such again, for they would not leave by the port that it goes to (drop)
 * @ISOL_REASON_CONNECTIONS: a rule accepts the frame as the beginning of a conversation, and
 *	the binding that it is from has as many connections as it may have, see
 *	ISOL_BINDING_A_MAX_CONNECTIONS (drop)
 */
enum isol_reason {
	ISOL_REASON_RULE,
	ISOL_REASON_QUARANTINE_RULE,
	ISOL_REASON_QUARANTINE,
	ISOL_REASON_ROLE,
	ISOL_REASON_WITHIN,
	ISOL_REASON_SEGMENT_UPLINK,
	ISOL_REASON_BRIDGE_DEFAULT,
	ISOL_REASON_HOST_DEFAULT,
	ISOL_REASON_UNBOUND,
	ISOL_REASON_UNJUDGED,
	ISOL_REASON_CONTROL,
	ISOL_REASON_PROMISC,
	ISOL_REASON_GONE,
	ISOL_REASON_UNKNOWN_PORT,
	ISOL_REASON_MISMATCH,
	ISOL_REASON_TEARDOWN,
	ISOL_REASON_UNPARSED,
	ISOL_REASON_SEGMENT,
	ISOL_REASON_VLAN,
	ISOL_REASON_TAGS,
	ISOL_REASON_STATE,
	ISOL_REASON_FRAGMENT,
	ISOL_REASON_CONNECTIONS,

	/* private: */
	__ISOL_REASON_MAX,
	ISOL_REASON_MAX = __ISOL_REASON_MAX - 1
};

/**
 * enum isol_port_kind - what a bridge port is to the policy
 * @ISOL_PORT_UNMANAGED: on a bridge that the policy does not name
 * @ISOL_PORT_UPLINK: an uplink of a managed bridge
 * @ISOL_PORT_MEMBER: a guest port that a binding claims
 * @ISOL_PORT_UNBOUND: a guest port that no binding claims
 * @ISOL_PORT_GONE: has just left its bridge; drops until no frame can be in flight
 */
enum isol_port_kind {
	ISOL_PORT_UNMANAGED,
	ISOL_PORT_UPLINK,
	ISOL_PORT_MEMBER,
	ISOL_PORT_UNBOUND,
	ISOL_PORT_GONE,

	/* private: */
	__ISOL_PORT_KIND_MAX,
	ISOL_PORT_KIND_MAX = __ISOL_PORT_KIND_MAX - 1
};

/**
 * enum isol_unbound_cause - why a guest port is unbound
 * @ISOL_UNBOUND_NO_MATCH: no selector matches the port
 * @ISOL_UNBOUND_CLAIMS: the binding that matches already has all its ports
 * @ISOL_UNBOUND_SEGMENT: the binding that matches belongs to a segment of
 *	another bridge
 */
enum isol_unbound_cause {
	ISOL_UNBOUND_NO_MATCH,
	ISOL_UNBOUND_CLAIMS,
	ISOL_UNBOUND_SEGMENT,

	/* private: */
	__ISOL_UNBOUND_MAX,
	ISOL_UNBOUND_MAX = __ISOL_UNBOUND_MAX - 1
};

/**
 * enum isol_event - what a notification is about
 * @ISOL_EVENT_COMMIT: a policy was committed
 * @ISOL_EVENT_FLUSH: the policy was flushed: nothing is enforced any more
 * @ISOL_EVENT_QUARANTINE_ADD: a binding was quarantined
 * @ISOL_EVENT_QUARANTINE_DEL: a binding was released
 * @ISOL_EVENT_PORT_ADD: a port came to a bridge (its kind is in ISOL_A_PORT)
 * @ISOL_EVENT_PORT_CHANGE: kind, binding, name, address or alias changed
 * @ISOL_EVENT_PORT_DEL: a port left its bridge
 * @ISOL_EVENT_CONNECTIONS: a binding has as many connections as it may have, and frames that
 *	would have begun more were dropped; told once in ten seconds at the most
 */
enum isol_event {
	ISOL_EVENT_COMMIT,
	ISOL_EVENT_FLUSH,
	ISOL_EVENT_QUARANTINE_ADD,
	ISOL_EVENT_QUARANTINE_DEL,
	ISOL_EVENT_PORT_ADD,
	ISOL_EVENT_PORT_CHANGE,
	ISOL_EVENT_PORT_DEL,
	ISOL_EVENT_CONNECTIONS,

	/* private: */
	__ISOL_EVENT_MAX,
	ISOL_EVENT_MAX = __ISOL_EVENT_MAX - 1
};

/**
 * enum isol_cmd - commands of the family
 * @ISOL_CMD_STATUS_GET: do. No attributes. Reply: ISOL_A_GENERATION,
 *	ISOL_A_STATUS.
 * @ISOL_CMD_BEGIN: do. Open a transaction on this socket with an empty
 *	candidate. Request: ISOL_A_BASE_GENERATION (optional; default: the
 *	current one), ISOL_A_TIMEOUT (optional, ms of idleness after which the
 *	transaction is aborted). Reply: ISOL_A_GENERATION, the base. Errors:
 *	EALREADY (this socket has one), EBUSY (too many in this namespace),
 *	ESTALE (the base is not the current generation), ENOMEM, ESHUTDOWN (the
 *	namespace is going away).
 * @ISOL_CMD_ADD: do. Append objects to the candidate, in the order in which
 *	they stand in the message: any number of ISOL_A_BRIDGE, ISOL_A_SEGMENT,
 *	ISOL_A_GROUP, ISOL_A_BINDING, ISOL_A_SET, ISOL_A_SERVICE, ISOL_A_RULE. What an
 *	object refers to must have been added before it. On any error the whole transaction is
 *	aborted. Errors: ENOENT (no transaction, or undefined reference),
 *	EEXIST (name or selector taken), E2BIG (over a limit), EINVAL,
 *	ETIMEDOUT (the transaction was idle too long).
 * @ISOL_CMD_COMMIT: do. Compile the candidate and enforce it. The
 *	acknowledgement says that the work has begun, and ends the transaction:
 *	the socket may begin another. The end of the work comes as an
 *	ISOL_CMD_DONE message with the sequence number of this request; a socket
 *	that missed it (ENOBUFS) can see by the generation what came of it.
 *	Closing the socket before that cancels the work if it can still be.
 *	Errors: ENOENT (no transaction), ETIMEDOUT, EBUSY (too many commits
 *	under way; the transaction stays), ENOMEM, ESHUTDOWN.
 * @ISOL_CMD_ABORT: do. Throw the candidate away. So does closing the socket.
 *	Errors: ENOENT (no transaction).
 * @ISOL_CMD_FLUSH: do. Stop enforcing and free the policy. Request:
 *	ISOL_A_BASE_GENERATION (optional). Answered like ISOL_CMD_COMMIT.
 *	Quarantine state is kept.
 * @ISOL_CMD_DONE: unicast from the kernel, the end of a COMMIT or FLUSH:
 *	ISOL_A_ERROR (0 or a negative errno: ESTALE when the base generation is
 *	not the current one, ENOSPC over the table budget, ENOMEM for want of
 *	memory or over a limit of it, ESHUTDOWN), ISOL_A_GENERATION (the one now
 *	current), ISOL_A_MESSAGE (text, on errors).
 * @ISOL_CMD_BRIDGE_GET: dump of ISOL_A_BRIDGE, in policy order. Every dump has
 *	one object and ISOL_A_GENERATION in each message, and NLM_F_DUMP_INTR
 *	when the policy changed while it ran: start over.
 * @ISOL_CMD_SEGMENT_GET: dump of ISOL_A_SEGMENT
 * @ISOL_CMD_GROUP_GET: dump of ISOL_A_GROUP
 * @ISOL_CMD_BINDING_GET: dump of ISOL_A_BINDING
 * @ISOL_CMD_RULE_GET: dump of ISOL_A_RULE with counters, in the order in which they
 *	are asked: all of ISOL_TABLE_SERVICES first, then ISOL_TABLE_RULES, then
 *	ISOL_TABLE_QUARANTINE
 * @ISOL_CMD_PORT_GET: dump of ISOL_A_PORT with counters, unmanaged ports included
 * @ISOL_CMD_QUARANTINE_GET: dump of ISOL_A_QUARANTINE
 * @ISOL_CMD_WHY: do. Ask what the enforced policy does with frames from
 *	ISOL_A_FROM to ISOL_A_TO. Each is ISOL_ENDPOINT_PORT, _BINDING, _HOST or
 *	_UPLINK; ISOL_A_BRIDGE_NAME tells which bridge is meant where neither
 *	end is a port (optional if the policy has just one bridge); ISOL_A_FRAME
 *	is the frame that is meant (optional), and ISOL_A_VLAN the VLAN it is in
 *	(optional; default: the one of the segment of the ends, if it has one, otherwise
 *	what the frame's tag says). Reply:
 *	ISOL_A_GENERATION, ISOL_A_WHY. A binding without a port is answered as if it had one.
 *	Errors: ENOENT (no such port or binding, or no policy), EINVAL,
 *	EXDEV (the two are on different bridges: no frame goes between them).
 * @ISOL_CMD_QUARANTINE_ADD: do. Request: ISOL_A_QUARANTINE with
 *	ISOL_QUARANTINE_A_BINDING, optionally _MODE and _COMMENT. In force for
 *	the next frame when the acknowledgement arrives. Of a binding that is
 *	quarantined in another mode the mode is changed, and the comment if there is
 *	one. Errors: ENOENT (no such binding in the policy), EEXIST (it is quarantined
 *	in this mode), E2BIG, ENOMEM, ESHUTDOWN.
 * @ISOL_CMD_QUARANTINE_DEL: do. Request: ISOL_A_QUARANTINE with
 *	ISOL_QUARANTINE_A_BINDING and nothing else. Errors: ENOENT, ESHUTDOWN.
 * @ISOL_CMD_POLICY_NTF: multicast to "policy": ISOL_A_EVENT,
 *	ISOL_A_GENERATION, and ISOL_A_QUARANTINE for quarantine events, or for
 *	ISOL_EVENT_CONNECTIONS ISOL_A_BINDING with its name and connections alone
 * @ISOL_CMD_PORT_NTF: multicast to "port": ISOL_A_EVENT, ISOL_A_GENERATION,
 *	ISOL_A_PORT (without counters)
 * @ISOL_CMD_SET_GET: dump of ISOL_A_SET; a set that is too long for a message goes on
 *	in the next ones, which have ISOL_SET_A_APPEND
 * @ISOL_CMD_SERVICE_GET: dump of ISOL_A_SERVICE
 */
enum isol_cmd {
	ISOL_CMD_UNSPEC,
	ISOL_CMD_STATUS_GET,
	ISOL_CMD_BEGIN,
	ISOL_CMD_ADD,
	ISOL_CMD_COMMIT,
	ISOL_CMD_ABORT,
	ISOL_CMD_FLUSH,
	ISOL_CMD_DONE,
	ISOL_CMD_BRIDGE_GET,
	ISOL_CMD_SEGMENT_GET,
	ISOL_CMD_GROUP_GET,
	ISOL_CMD_BINDING_GET,
	ISOL_CMD_RULE_GET,
	ISOL_CMD_PORT_GET,
	ISOL_CMD_QUARANTINE_GET,
	ISOL_CMD_WHY,
	ISOL_CMD_QUARANTINE_ADD,
	ISOL_CMD_QUARANTINE_DEL,
	ISOL_CMD_POLICY_NTF,
	ISOL_CMD_PORT_NTF,
	ISOL_CMD_SET_GET,
	ISOL_CMD_SERVICE_GET,

	/* private: */
	__ISOL_CMD_MAX,
	ISOL_CMD_MAX = __ISOL_CMD_MAX - 1
};

/**
 * enum isol_attr - top-level attributes
 * @ISOL_A_PAD: alignment of 64-bit attributes, ignored
 * @ISOL_A_GENERATION: u64, generation of the policy: 0 before the first commit,
 *	one more with each commit and each flush of a policy
 * @ISOL_A_BASE_GENERATION: u64, the generation that a change was made against
 * @ISOL_A_TIMEOUT: u32, ms, ISOL_TIMEOUT_MIN to ISOL_TIMEOUT_MAX
 * @ISOL_A_ERROR: s32, 0 or a negative errno
 * @ISOL_A_MESSAGE: string, text for people
 * @ISOL_A_EVENT: u8, enum isol_event
 * @ISOL_A_BRIDGE_NAME: string, a bridge of the policy
 * @ISOL_A_BRIDGE: nest, enum isol_bridge_attr
 * @ISOL_A_SEGMENT: nest, enum isol_segment_attr
 * @ISOL_A_GROUP: nest, enum isol_group_attr
 * @ISOL_A_BINDING: nest, enum isol_binding_attr
 * @ISOL_A_RULE: nest, enum isol_rule_attr
 * @ISOL_A_PORT: nest, enum isol_port_attr
 * @ISOL_A_QUARANTINE: nest, enum isol_quarantine_attr
 * @ISOL_A_STATUS: nest, enum isol_status_attr
 * @ISOL_A_FROM: nest, enum isol_endpoint_attr
 * @ISOL_A_TO: nest, enum isol_endpoint_attr
 * @ISOL_A_WHY: nest, enum isol_why_attr
 * @ISOL_A_FRAME: binary, the beginning of a frame, from the destination address
 *	on, 14 to ISOL_MAX_FRAME bytes; what lies beyond is taken for missing
 * @ISOL_A_SET: nest, enum isol_set_attr
 * @ISOL_A_SERVICE: nest, enum isol_service_attr
 * @ISOL_A_VLAN: u16, 0 to ISOL_VLAN_MAX, the VLAN that the bridge has put a frame in,
 *	0 for none
 */
enum isol_attr {
	ISOL_A_UNSPEC,
	ISOL_A_PAD,
	ISOL_A_GENERATION,
	ISOL_A_BASE_GENERATION,
	ISOL_A_TIMEOUT,
	ISOL_A_ERROR,
	ISOL_A_MESSAGE,
	ISOL_A_EVENT,
	ISOL_A_BRIDGE_NAME,
	ISOL_A_BRIDGE,
	ISOL_A_SEGMENT,
	ISOL_A_GROUP,
	ISOL_A_BINDING,
	ISOL_A_RULE,
	ISOL_A_PORT,
	ISOL_A_QUARANTINE,
	ISOL_A_STATUS,
	ISOL_A_FROM,
	ISOL_A_TO,
	ISOL_A_WHY,
	ISOL_A_FRAME,
	ISOL_A_SET,
	ISOL_A_SERVICE,
	ISOL_A_VLAN,

	/* private: */
	__ISOL_A_MAX,
	ISOL_A_MAX = __ISOL_A_MAX - 1
};

/**
 * enum isol_counter_attr - packets and bytes of one reason and verdict
 * @ISOL_COUNTER_A_PAD: alignment of 64-bit attributes, ignored
 * @ISOL_COUNTER_A_REASON: u8, enum isol_reason
 * @ISOL_COUNTER_A_VERDICT: u8, enum isol_verdict
 * @ISOL_COUNTER_A_PACKETS: u64, frames as they are on the wire: a GSO frame
 *	counts as its segments
 * @ISOL_COUNTER_A_BYTES: u64, with the Ethernet header, without FCS
 *
 * All read-only.
 */
enum isol_counter_attr {
	ISOL_COUNTER_A_UNSPEC,
	ISOL_COUNTER_A_PAD,
	ISOL_COUNTER_A_REASON,
	ISOL_COUNTER_A_VERDICT,
	ISOL_COUNTER_A_PACKETS,
	ISOL_COUNTER_A_BYTES,

	/* private: */
	__ISOL_COUNTER_A_MAX,
	ISOL_COUNTER_A_MAX = __ISOL_COUNTER_A_MAX - 1
};

/**
 * enum isol_bridge_attr - a managed bridge
 * @ISOL_BRIDGE_A_NAME: string, interface name of the bridge; required
 * @ISOL_BRIDGE_A_UPLINK: string, interface name of an uplink; may be repeated,
 *	ISOL_MAX_UPLINKS at most
 * @ISOL_BRIDGE_A_DEFAULT: u8, enum isol_verdict for frames between two ports
 *	that nothing else decides; default drop. Does not open the host.
 * @ISOL_BRIDGE_A_UNBOUND: u8, enum isol_verdict for frames from or to an unbound
 *	port; default drop. Accept means that rules for "any" are asked first.
 * @ISOL_BRIDGE_A_COMMENT: string
 * @ISOL_BRIDGE_A_IFINDEX: u32, read-only, of the bridge device, absent if there
 *	is none now
 * @ISOL_BRIDGE_A_COUNTER: nest, read-only, enum isol_counter_attr, may be
 *	repeated: one for each default that frames have met on this bridge
 * @ISOL_BRIDGE_A_FRAGMENTS: u8, enum isol_verdict for fragments that come in by guest ports
 *	while connections are tracked; default drop. To track them the kernel puts fragments
 *	together by addresses and identification, whichever ports they come in by: a guest
 *	that forges addresses could put its own into another's packet. Accept is for bridges
 *	whose guests cannot.
 * @ISOL_BRIDGE_A_RESUME: u8, enum isol_verdict for what goes on with a TCP connection that has
 *	been refused a frame from the side that began it, by a rule, a default or quarantine,
 *	when the rules accept it again; default accept. With drop it has ended: another one
 *	has to begin. Of other protocols only the side that began may go on.
 * @ISOL_BRIDGE_A_PICKUP: u16, s, 0 to ISOL_PICKUP_MAX; default ISOL_PICKUP_DEFAULT. So
 *	long what looks like an answer of a TCP connection that is older than the tracking of
 *	it passes, if a rule accepts that the other side begins one; 0: not at all. From
 *	the first such frame on from or to a guest port, by a port once.
 */
enum isol_bridge_attr {
	ISOL_BRIDGE_A_UNSPEC,
	ISOL_BRIDGE_A_NAME,
	ISOL_BRIDGE_A_UPLINK,
	ISOL_BRIDGE_A_DEFAULT,
	ISOL_BRIDGE_A_UNBOUND,
	ISOL_BRIDGE_A_COMMENT,
	ISOL_BRIDGE_A_IFINDEX,
	ISOL_BRIDGE_A_COUNTER,
	ISOL_BRIDGE_A_FRAGMENTS,
	ISOL_BRIDGE_A_RESUME,
	ISOL_BRIDGE_A_PICKUP,

	/* private: */
	__ISOL_BRIDGE_A_MAX,
	ISOL_BRIDGE_A_MAX = __ISOL_BRIDGE_A_MAX - 1
};

/**
 * enum isol_segment_attr - a segment: a bridge, or a VLAN of it
 * @ISOL_SEGMENT_A_NAME: string; required
 * @ISOL_SEGMENT_A_BRIDGE: string, a managed bridge; required. A bridge has one
 *	segment without ISOL_SEGMENT_A_VLAN at most: every bound port of the bridge
 *	whose binding names no segment belongs to it too.
 * @ISOL_SEGMENT_A_WITHIN: u8, enum isol_verdict between ports of the segment
 *	that neither a rule nor a role decides; default drop
 * @ISOL_SEGMENT_A_UPLINK: u8, enum isol_verdict between a port of the segment
 *	and an uplink that no rule decides; default drop
 * @ISOL_SEGMENT_A_COMMENT: string
 * @ISOL_SEGMENT_A_VLAN: u16, 1 to ISOL_VLAN_MAX: the segment is this VLAN of the
 *	bridge, by the bridge's own classification (PVIDs included) where it filters
 *	VLANs, by the frame's outer tag where it does not. Absent: all of the bridge that
 *	is in no other segment of it. No two segments of a bridge have the same.
 *
 * A segment is a boundary that no rule opens: between bindings of two segments of a
 * bridge nothing passes; a frame from a guest of a VLAN segment, or to one, that is
 * not in its VLAN is dropped, and so is one in the VLAN of a segment from a guest that
 * is in none, or to one; and one from a guest of such a bridge with a tag behind the
 * first. Uplinks and the host belong to all segments of their bridge.
 */
enum isol_segment_attr {
	ISOL_SEGMENT_A_UNSPEC,
	ISOL_SEGMENT_A_NAME,
	ISOL_SEGMENT_A_BRIDGE,
	ISOL_SEGMENT_A_WITHIN,
	ISOL_SEGMENT_A_UPLINK,
	ISOL_SEGMENT_A_COMMENT,
	ISOL_SEGMENT_A_VLAN,

	/* private: */
	__ISOL_SEGMENT_A_MAX,
	ISOL_SEGMENT_A_MAX = __ISOL_SEGMENT_A_MAX - 1
};

/**
 * enum isol_group_attr - a security group
 * @ISOL_GROUP_A_NAME: string; required; no binding or set may have the same name
 * @ISOL_GROUP_A_COMMENT: string
 * @ISOL_GROUP_A_MEMBERS: u32, read-only, number of bindings in the group
 */
enum isol_group_attr {
	ISOL_GROUP_A_UNSPEC,
	ISOL_GROUP_A_NAME,
	ISOL_GROUP_A_COMMENT,
	ISOL_GROUP_A_MEMBERS,

	/* private: */
	__ISOL_GROUP_A_MAX,
	ISOL_GROUP_A_MAX = __ISOL_GROUP_A_MAX - 1
};

/**
 * enum isol_binding_attr - a named endpoint and which ports it claims
 * @ISOL_BINDING_A_NAME: string; required; no group or set may have the same name
 * @ISOL_BINDING_A_PORT: string, selector: the exact interface name
 * @ISOL_BINDING_A_GLOB: string, selector: interface names that match, where *
 *	stands for any characters and ? for one
 * @ISOL_BINDING_A_MAC: 6 bytes, selector: the guest's MAC. A port matches whose
 *	own address is the guest's with the first octet fe, or fa where the
 *	guest's begins with fe, as libvirt sets it on the tap.
 * @ISOL_BINDING_A_ALIAS: string, selector: the exact ifalias
 * @ISOL_BINDING_A_CLAIMS: u16, how many ports it may claim at once, 1 to
 *	ISOL_MAX_CLAIMS; default 1
 * @ISOL_BINDING_A_SEGMENT: string; the binding claims ports of this segment's
 *	bridge only
 * @ISOL_BINDING_A_GROUP: string; may be repeated, ISOL_MAX_MEMBERSHIPS at most
 * @ISOL_BINDING_A_ROLE: u8, enum isol_role; default none
 * @ISOL_BINDING_A_COMMUNITY: string; required with the role community, refused
 *	with any other
 * @ISOL_BINDING_A_COMMENT: string
 * @ISOL_BINDING_A_BOUND: u32, read-only, number of ports it has now
 * @ISOL_BINDING_A_QUARANTINED: flag, read-only
 * @ISOL_BINDING_A_MAX_CONNECTIONS: u32, 1 to ISOL_MAX_CONNECTIONS, how many connections that it
 *	has begun there may be at a time; frames that would begin more are dropped. Default: a
 *	quarter of what the kernel tracks (nf_conntrack_max), and 16384 at the most.
 * @ISOL_BINDING_A_CONNECTIONS: u32, read-only, where connections are tracked: how many there
 *	are. May be too high for a moment, while connections end.
 * @ISOL_BINDING_A_CONNECTIONS_LIMIT: u32, read-only, likewise: how many there may be, the
 *	default included
 * @ISOL_BINDING_A_CONNECTIONS_HITS: u64, read-only, likewise: frames that were dropped
 *	for that; goes on over a change of policy in which a binding of this name stays
 * @ISOL_BINDING_A_PAD: alignment of 64-bit attributes, ignored
 *
 * Exactly one selector is required, and no two bindings may have the same
 * (MACs are the same if the ports they select have the same address). Where several
 * bindings match a port the most specific wins: port, mac, alias, then the
 * glob with most literal characters; among equals the first in the policy.
 */
enum isol_binding_attr {
	ISOL_BINDING_A_UNSPEC,
	ISOL_BINDING_A_NAME,
	ISOL_BINDING_A_PORT,
	ISOL_BINDING_A_GLOB,
	ISOL_BINDING_A_MAC,
	ISOL_BINDING_A_ALIAS,
	ISOL_BINDING_A_CLAIMS,
	ISOL_BINDING_A_SEGMENT,
	ISOL_BINDING_A_GROUP,
	ISOL_BINDING_A_ROLE,
	ISOL_BINDING_A_COMMUNITY,
	ISOL_BINDING_A_COMMENT,
	ISOL_BINDING_A_BOUND,
	ISOL_BINDING_A_QUARANTINED,
	ISOL_BINDING_A_MAX_CONNECTIONS,
	ISOL_BINDING_A_CONNECTIONS,
	ISOL_BINDING_A_CONNECTIONS_LIMIT,
	ISOL_BINDING_A_CONNECTIONS_HITS,
	ISOL_BINDING_A_PAD,

	/* private: */
	__ISOL_BINDING_A_MAX,
	ISOL_BINDING_A_MAX = __ISOL_BINDING_A_MAX - 1
};

/**
 * enum isol_endpoint_attr - one end of a rule or of a question
 * @ISOL_ENDPOINT_A_KIND: u8, enum isol_endpoint_kind; required
 * @ISOL_ENDPOINT_A_NAME: string; required for GROUP, BINDING, PORT and REMOTE,
 *	refused for the others
 */
enum isol_endpoint_attr {
	ISOL_ENDPOINT_A_UNSPEC,
	ISOL_ENDPOINT_A_KIND,
	ISOL_ENDPOINT_A_NAME,

	/* private: */
	__ISOL_ENDPOINT_A_MAX,
	ISOL_ENDPOINT_A_MAX = __ISOL_ENDPOINT_A_MAX - 1
};

/**
 * enum isol_set_type - what a set holds
 * @ISOL_SET_ADDRESSES: addresses of IPv4 and IPv6
 * @ISOL_SET_MACS: MAC addresses
 * @ISOL_SET_PORTS: ports of TCP, UDP, UDP-Lite, SCTP and DCCP
 */
enum isol_set_type {
	ISOL_SET_ADDRESSES,
	ISOL_SET_MACS,
	ISOL_SET_PORTS,

	/* private: */
	__ISOL_SET_MAX,
	ISOL_SET_MAX = __ISOL_SET_MAX - 1
};

/**
 * enum isol_set_attr - a named set of values, which rules refer to
 * @ISOL_SET_A_NAME: string; required; no group or binding may have the same name
 * @ISOL_SET_A_TYPE: u8, enum isol_set_type; required
 * @ISOL_SET_A_REMOTE: flag: the addresses are those of endpoints behind the
 *	uplinks, and the set may be an ISOL_ENDPOINT_REMOTE; of addresses only
 * @ISOL_SET_A_COMMENT: string
 * @ISOL_SET_A_APPEND: flag: these are more elements of a set that is there already;
 *	with ISOL_SET_A_NAME and elements only
 * @ISOL_SET_A_IP4: 8 bytes, the lowest IPv4 address and the highest, both included,
 *	in wire order; may be repeated
 * @ISOL_SET_A_IP6: 32 bytes, as ISOL_SET_A_IP4, of IPv6; may be repeated
 * @ISOL_SET_A_MAC: 12 bytes, the lowest MAC address and the highest, both included,
 *	in wire order; may be repeated
 * @ISOL_SET_A_PORT: 8 bytes, the lowest port and the highest, both included, u32
 *	each; may be repeated
 *
 * Elements are of the set's type; they may overlap. A set without elements holds
 * nothing. ISOL_MAX_ELEMENTS over all sets of a policy.
 */
enum isol_set_attr {
	ISOL_SET_A_UNSPEC,
	ISOL_SET_A_NAME,
	ISOL_SET_A_TYPE,
	ISOL_SET_A_REMOTE,
	ISOL_SET_A_COMMENT,
	ISOL_SET_A_APPEND,
	ISOL_SET_A_IP4,
	ISOL_SET_A_IP6,
	ISOL_SET_A_MAC,
	ISOL_SET_A_PORT,

	/* private: */
	__ISOL_SET_A_MAX,
	ISOL_SET_A_MAX = __ISOL_SET_A_MAX - 1
};

/**
 * enum isol_service_attr - an infrastructure protocol, as the operator declared it
 * @ISOL_SERVICE_A_NAME: string; required
 * @ISOL_SERVICE_A_WHERE: nest, enum isol_endpoint_attr: who provides it; may be
 *	repeated, ISOL_MAX_ENDPOINTS at most
 * @ISOL_SERVICE_A_FOLLOW: flag, instead of ISOL_SERVICE_A_WHERE
 * @ISOL_SERVICE_A_COMMENT: string
 *
 * The kernel keeps this only to tell it again: what a service does, its rules say,
 * which name it in ISOL_RULE_A_SERVICE.
 */
enum isol_service_attr {
	ISOL_SERVICE_A_UNSPEC,
	ISOL_SERVICE_A_NAME,
	ISOL_SERVICE_A_WHERE,
	ISOL_SERVICE_A_FOLLOW,
	ISOL_SERVICE_A_COMMENT,

	/* private: */
	__ISOL_SERVICE_A_MAX,
	ISOL_SERVICE_A_MAX = __ISOL_SERVICE_A_MAX - 1
};

/**
 * enum isol_cast - to how many a frame is addressed
 * @ISOL_CAST_UNICAST: one: the first bit of the destination address is not set
 * @ISOL_CAST_MULTICAST: a group, but not all
 * @ISOL_CAST_BROADCAST: ff:ff:ff:ff:ff:ff
 */
enum isol_cast {
	ISOL_CAST_UNICAST,
	ISOL_CAST_MULTICAST,
	ISOL_CAST_BROADCAST,

	/* private: */
	__ISOL_CAST_MAX,
	ISOL_CAST_MAX = __ISOL_CAST_MAX - 1
};

/**
 * enum isol_fragment - which part of an IP packet a frame carries
 * @ISOL_FRAGMENT_NONE: all of it (so does an IPv6 "atomic" fragment, RFC 6946)
 * @ISOL_FRAGMENT_FIRST: the first of several fragments
 * @ISOL_FRAGMENT_LATER: another one: without the header of its protocol
 */
enum isol_fragment {
	ISOL_FRAGMENT_NONE,
	ISOL_FRAGMENT_FIRST,
	ISOL_FRAGMENT_LATER,

	/* private: */
	__ISOL_FRAGMENT_MAX,
	ISOL_FRAGMENT_MAX = __ISOL_FRAGMENT_MAX - 1
};

/**
 * enum isol_values_attr - values that a field of a frame may have
 * @ISOL_VALUES_A_NOT: flag: any value but these
 * @ISOL_VALUES_A_RANGE: binary: the lowest value and the highest, both included;
 *	may be repeated. IPv4 addresses: 4 bytes each, IPv6 addresses: 16 bytes
 *	each, in wire order; all other fields: u32 each.
 * @ISOL_VALUES_A_MASKED: binary: a value, and which of its bits count; may be
 *	repeated. MAC addresses: 6 bytes each, in wire order; TCP flags: u32 each.
 * @ISOL_VALUES_A_SET: string, a set of the policy: any of its elements; may be
 *	repeated
 *
 * At least one of RANGE, or of MASKED in ISOL_MATCH_A_SRC_MAC, _DST_MAC and
 * _TCP_FLAGS, or of SET in ISOL_MATCH_A_*_SET, is required; ISOL_MAX_VALUES over all
 * fields of a rule. A value has no bits that its mask has not.
 */
enum isol_values_attr {
	ISOL_VALUES_A_UNSPEC,
	ISOL_VALUES_A_NOT,
	ISOL_VALUES_A_RANGE,
	ISOL_VALUES_A_MASKED,
	ISOL_VALUES_A_SET,

	/* private: */
	__ISOL_VALUES_A_MAX,
	ISOL_VALUES_A_MAX = __ISOL_VALUES_A_MAX - 1
};

/**
 * enum isol_match_attr - what a frame has to be for a rule to match
 * @ISOL_MATCH_A_ETHERTYPE: 0x0600 to 0xffff (behind VLAN tags), or 4 for frames
 *	with an LLC header instead (802.3). IPv4, IPv6 and ARP behind an LLC/SNAP
 *	header count as not read.
 * @ISOL_MATCH_A_SRC_MAC: source MAC address
 * @ISOL_MATCH_A_DST_MAC: destination MAC address
 * @ISOL_MATCH_A_CAST: enum isol_cast, by the destination MAC address
 * @ISOL_MATCH_A_SRC_IP4: IPv4 source address. A rule that names addresses matches
 *	frames of the families only that it names addresses of.
 * @ISOL_MATCH_A_DST_IP4: IPv4 destination address; as ISOL_MATCH_A_SRC_IP4
 * @ISOL_MATCH_A_SRC_IP6: IPv6 source address; as ISOL_MATCH_A_SRC_IP4
 * @ISOL_MATCH_A_DST_IP6: IPv6 destination address; as ISOL_MATCH_A_SRC_IP4
 * @ISOL_MATCH_A_DSCP: 0 to 63, of IPv4 or IPv6 (RFC 2474)
 * @ISOL_MATCH_A_FRAGMENT: enum isol_fragment, of IPv4 or IPv6
 * @ISOL_MATCH_A_PROTO: 0 to 255, IP protocol, or the first header of IPv6 that is
 *	no extension header
 * @ISOL_MATCH_A_SPORT: 0 to 65535, source port of TCP, UDP, UDP-Lite, SCTP or
 *	DCCP; a rule that has it has ISOL_MATCH_A_PROTO of these alone, not negated
 * @ISOL_MATCH_A_DPORT: destination port; as ISOL_MATCH_A_SPORT
 * @ISOL_MATCH_A_TCP_FLAGS: 0 to 511: NS, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN
 *	from the highest bit to the lowest; a rule that has it has
 *	ISOL_MATCH_A_PROTO of TCP alone
 * @ISOL_MATCH_A_ICMP: 0 to 65535: type in the upper 8 bits, code in the lower; a
 *	rule that has it has ISOL_MATCH_A_PROTO of either ICMP (then of IPv4) or
 *	ICMPv6 (then of IPv6) alone
 * @ISOL_MATCH_A_ARP_OP: 0 to 65535, operation of ARP for IPv4 over Ethernet
 * @ISOL_MATCH_A_ARP_SENDER: IPv4 address of the sender, of ARP
 * @ISOL_MATCH_A_ARP_TARGET: IPv4 address of the target, of ARP
 * @ISOL_MATCH_A_VLAN: 1 to ISOL_VLAN_MAX, or 0 for none: the VLAN that the bridge
 *	has put the frame in, also where its tag has gone since; on a bridge that does not
 *	filter VLANs, that of its outer tag. Of every frame.
 * @ISOL_MATCH_A_PCP: 0 to 7, the priority that stands beside that VLAN's VID (IEEE
 *	802.1Q); of frames that came with a tag
 * @ISOL_MATCH_A_INNER_VLAN: 0 to 4095, the VID of the next tag behind that (QinQ);
 *	of frames that have one
 * @ISOL_MATCH_A_SRC_SET: sets of addresses, of the source address of IPv4 and IPv6
 * @ISOL_MATCH_A_DST_SET: of the destination address
 * @ISOL_MATCH_A_SRC_MAC_SET: sets of MAC addresses, of the source address
 * @ISOL_MATCH_A_DST_MAC_SET: of the destination address
 * @ISOL_MATCH_A_SPORT_SET: sets of ports, of the source port; as ISOL_MATCH_A_SPORT
 * @ISOL_MATCH_A_DPORT_SET: of the destination port; as ISOL_MATCH_A_SPORT
 *
 * Each is a nest of enum isol_values_attr, at most one of a kind. A frame
 * matches when it matches all that are there. A field that a frame does not
 * have matches nothing, negated or not. Of a field that cannot be read
 * (fragments, cut or broken headers, what hides behind other encapsulations)
 * nobody can tell: a rule that drops then matches if everything that can be read
 * does, a rule that accepts does not. A rule that no frame can match is refused.
 */
enum isol_match_attr {
	ISOL_MATCH_A_UNSPEC,
	ISOL_MATCH_A_ETHERTYPE,
	ISOL_MATCH_A_SRC_MAC,
	ISOL_MATCH_A_DST_MAC,
	ISOL_MATCH_A_CAST,
	ISOL_MATCH_A_SRC_IP4,
	ISOL_MATCH_A_DST_IP4,
	ISOL_MATCH_A_SRC_IP6,
	ISOL_MATCH_A_DST_IP6,
	ISOL_MATCH_A_DSCP,
	ISOL_MATCH_A_FRAGMENT,
	ISOL_MATCH_A_PROTO,
	ISOL_MATCH_A_SPORT,
	ISOL_MATCH_A_DPORT,
	ISOL_MATCH_A_TCP_FLAGS,
	ISOL_MATCH_A_ICMP,
	ISOL_MATCH_A_ARP_OP,
	ISOL_MATCH_A_ARP_SENDER,
	ISOL_MATCH_A_ARP_TARGET,
	ISOL_MATCH_A_VLAN,
	ISOL_MATCH_A_PCP,
	ISOL_MATCH_A_INNER_VLAN,
	ISOL_MATCH_A_SRC_SET,
	ISOL_MATCH_A_DST_SET,
	ISOL_MATCH_A_SRC_MAC_SET,
	ISOL_MATCH_A_DST_MAC_SET,
	ISOL_MATCH_A_SPORT_SET,
	ISOL_MATCH_A_DPORT_SET,

	/* private: */
	__ISOL_MATCH_A_MAX,
	ISOL_MATCH_A_MAX = __ISOL_MATCH_A_MAX - 1
};

/**
 * enum isol_rule_attr - a rule; the first one that matches decides
 * @ISOL_RULE_A_PAD: alignment of 64-bit attributes, ignored
 * @ISOL_RULE_A_NAME: string; required; unique over all tables
 * @ISOL_RULE_A_TABLE: u8, enum isol_table; default rules
 * @ISOL_RULE_A_FROM: nest, enum isol_endpoint_attr; required, may be repeated
 *	(any of them matches), ISOL_MAX_ENDPOINTS at most
 * @ISOL_RULE_A_TO: nest, enum isol_endpoint_attr; as ISOL_RULE_A_FROM
 * @ISOL_RULE_A_VERDICT: u8, enum isol_verdict; required
 * @ISOL_RULE_A_STATELESS: flag: the rule means one direction, and every frame on its own.
 *	Without it a rule that accepts is about who may begin a conversation: what belongs to
 *	it is accepted in both directions for as long as the rule accepts its beginning, and
 *	what begins none is not. Such a rule cannot ask about what an answer does not tell:
 *	TCP flags, DSCP, fragments, the priority of a tag, the VLAN behind it.
 * @ISOL_RULE_A_COMMENT: string
 * @ISOL_RULE_A_OWNER: string, a name: who asked for the rule
 * @ISOL_RULE_A_PACKETS: u64, read-only, as ISOL_COUNTER_A_PACKETS; goes on
 *	over a change of policy in which a rule of this name stays
 * @ISOL_RULE_A_BYTES: u64, read-only, as ISOL_COUNTER_A_BYTES
 * @ISOL_RULE_A_MATCH: nest, enum isol_match_attr: what the frame has to be;
 *	absent: any frame
 * @ISOL_RULE_A_SERVICE: string, the service that it is a part of; required in
 *	ISOL_TABLE_SERVICES, refused in the other tables
 * @ISOL_RULE_A_FOLLOW: flag, in ISOL_TABLE_SERVICES: the rule holds between such ends
 *	only that some accepting rule of ISOL_TABLE_RULES, or of ISOL_TABLE_SERVICES
 *	without this flag, lets IP pass between, in this direction or the other, to a
 *	unicast address. A rule about ARP or IPv4 alone follows IPv4, one about IPv6
 *	alone IPv6, others both. Remotes are taken for all of the uplinks.
 *
 * A rule that only joins uplinks and the host is refused, it would never be
 * asked; a quarantine rule needs "quarantined" on one side.
 */
enum isol_rule_attr {
	ISOL_RULE_A_UNSPEC,
	ISOL_RULE_A_PAD,
	ISOL_RULE_A_NAME,
	ISOL_RULE_A_TABLE,
	ISOL_RULE_A_FROM,
	ISOL_RULE_A_TO,
	ISOL_RULE_A_VERDICT,
	ISOL_RULE_A_STATELESS,
	ISOL_RULE_A_COMMENT,
	ISOL_RULE_A_OWNER,
	ISOL_RULE_A_PACKETS,
	ISOL_RULE_A_BYTES,
	ISOL_RULE_A_MATCH,
	ISOL_RULE_A_SERVICE,
	ISOL_RULE_A_FOLLOW,

	/* private: */
	__ISOL_RULE_A_MAX,
	ISOL_RULE_A_MAX = __ISOL_RULE_A_MAX - 1
};

/**
 * enum isol_port_attr - a bridge port, all read-only
 * @ISOL_PORT_A_IFINDEX: u32
 * @ISOL_PORT_A_NAME: string, interface name
 * @ISOL_PORT_A_MAC: 6 bytes, the port's own address
 * @ISOL_PORT_A_ALIAS: string, ifalias, absent if there is none
 * @ISOL_PORT_A_BRIDGE: string, interface name of its bridge
 * @ISOL_PORT_A_KIND: u8, enum isol_port_kind
 * @ISOL_PORT_A_BINDING: string, the binding that claims it, or that would if
 *	ISOL_PORT_A_CAUSE did not stand against it
 * @ISOL_PORT_A_CAUSE: u8, enum isol_unbound_cause, of unbound ports
 * @ISOL_PORT_A_QUARANTINED: flag
 * @ISOL_PORT_A_COUNTER: nest, enum isol_counter_attr, may be repeated; of
 *	managed ports: frames judged with this port as ingress, and frames from
 *	the host with this port as egress
 */
enum isol_port_attr {
	ISOL_PORT_A_UNSPEC,
	ISOL_PORT_A_IFINDEX,
	ISOL_PORT_A_NAME,
	ISOL_PORT_A_MAC,
	ISOL_PORT_A_ALIAS,
	ISOL_PORT_A_BRIDGE,
	ISOL_PORT_A_KIND,
	ISOL_PORT_A_BINDING,
	ISOL_PORT_A_CAUSE,
	ISOL_PORT_A_QUARANTINED,
	ISOL_PORT_A_COUNTER,

	/* private: */
	__ISOL_PORT_A_MAX,
	ISOL_PORT_A_MAX = __ISOL_PORT_A_MAX - 1
};

/**
 * enum isol_quarantine_attr - the quarantine of a binding
 * @ISOL_QUARANTINE_A_PAD: alignment of 64-bit attributes, ignored
 * @ISOL_QUARANTINE_A_BINDING: string; required
 * @ISOL_QUARANTINE_A_MODE: u8, enum isol_quarantine_mode; default isolate
 * @ISOL_QUARANTINE_A_COMMENT: string
 * @ISOL_QUARANTINE_A_SINCE: u64, read-only, seconds since the Unix epoch
 * @ISOL_QUARANTINE_A_ORPHAN: flag, read-only: the current policy has no such
 *	binding; the quarantine waits for one
 */
enum isol_quarantine_attr {
	ISOL_QUARANTINE_A_UNSPEC,
	ISOL_QUARANTINE_A_PAD,
	ISOL_QUARANTINE_A_BINDING,
	ISOL_QUARANTINE_A_MODE,
	ISOL_QUARANTINE_A_COMMENT,
	ISOL_QUARANTINE_A_SINCE,
	ISOL_QUARANTINE_A_ORPHAN,

	/* private: */
	__ISOL_QUARANTINE_A_MAX,
	ISOL_QUARANTINE_A_MAX = __ISOL_QUARANTINE_A_MAX - 1
};

/**
 * enum isol_status_attr - state of the namespace, all read-only
 * @ISOL_STATUS_A_PAD: alignment of 64-bit attributes, ignored
 * @ISOL_STATUS_A_ENFORCING: flag: a policy is loaded and its hooks registered
 * @ISOL_STATUS_A_VERSION: string, the module's version
 * @ISOL_STATUS_A_SINCE: u64, seconds since the Unix epoch of the last commit
 * @ISOL_STATUS_A_BRIDGES: u32, in the policy
 * @ISOL_STATUS_A_SEGMENTS: u32, in the policy
 * @ISOL_STATUS_A_GROUPS: u32, in the policy
 * @ISOL_STATUS_A_BINDINGS: u32, in the policy
 * @ISOL_STATUS_A_RULES: u32, in the policy, quarantine rules included
 * @ISOL_STATUS_A_CLASSES: u32, classes the policy was compiled to
 * @ISOL_STATUS_A_MEMORY: u64, bytes held for this namespace
 * @ISOL_STATUS_A_MEMORY_LIMIT: u64, bytes this namespace may hold
 * @ISOL_STATUS_A_PORTS: u32, bridge ports in the namespace
 * @ISOL_STATUS_A_UNBOUND: u32, unbound ports
 * @ISOL_STATUS_A_UNMANAGED: u32, ports on bridges the policy does not name
 * @ISOL_STATUS_A_QUARANTINED: u32, quarantines, orphans included
 * @ISOL_STATUS_A_TRANSACTIONS: u32, open ones
 * @ISOL_STATUS_A_UNKNOWN_DROPS: u64, frames dropped with ISOL_REASON_UNKNOWN_PORT
 * @ISOL_STATUS_A_SETS: u32, in the policy
 * @ISOL_STATUS_A_REJECTS: u64, frames whose sender was told that they were rejected
 * @ISOL_STATUS_A_REJECTS_LIMITED: u64, frames whose sender was not told, for the limit
 *	of how often that is done
 * @ISOL_STATUS_A_TRACKED: flag: connections are tracked, for rules that are not stateless
 */
enum isol_status_attr {
	ISOL_STATUS_A_UNSPEC,
	ISOL_STATUS_A_PAD,
	ISOL_STATUS_A_ENFORCING,
	ISOL_STATUS_A_VERSION,
	ISOL_STATUS_A_SINCE,
	ISOL_STATUS_A_BRIDGES,
	ISOL_STATUS_A_SEGMENTS,
	ISOL_STATUS_A_GROUPS,
	ISOL_STATUS_A_BINDINGS,
	ISOL_STATUS_A_RULES,
	ISOL_STATUS_A_CLASSES,
	ISOL_STATUS_A_MEMORY,
	ISOL_STATUS_A_MEMORY_LIMIT,
	ISOL_STATUS_A_PORTS,
	ISOL_STATUS_A_UNBOUND,
	ISOL_STATUS_A_UNMANAGED,
	ISOL_STATUS_A_QUARANTINED,
	ISOL_STATUS_A_TRANSACTIONS,
	ISOL_STATUS_A_UNKNOWN_DROPS,
	ISOL_STATUS_A_SETS,
	ISOL_STATUS_A_REJECTS,
	ISOL_STATUS_A_REJECTS_LIMITED,
	ISOL_STATUS_A_TRACKED,

	/* private: */
	__ISOL_STATUS_A_MAX,
	ISOL_STATUS_A_MAX = __ISOL_STATUS_A_MAX - 1
};

/**
 * enum isol_why_attr - the answer of ISOL_CMD_WHY, all read-only
 * @ISOL_WHY_A_VERDICT: u8, enum isol_verdict
 * @ISOL_WHY_A_REASON: u8, enum isol_reason
 * @ISOL_WHY_A_RULE: string, the rule that decides, for the reasons rule and
 *	quarantine-rule, and for unparsed where it is a rule
 * @ISOL_WHY_A_BRIDGE: string, the bridge the answer is about
 * @ISOL_WHY_A_FROM_KIND: u8, enum isol_port_kind of the from end; absent if it is
 *	the host
 * @ISOL_WHY_A_FROM_BINDING: string, its binding, if it has one
 * @ISOL_WHY_A_TO_KIND: u8, as ISOL_WHY_A_FROM_KIND
 * @ISOL_WHY_A_TO_BINDING: string
 * @ISOL_WHY_A_DEPENDS: flag: it depends on the frame, and none was given; then
 *	there is no verdict, reason and rule
 * @ISOL_WHY_A_TRACKED: flag: accepted as the beginning of a conversation, whose answers
 *	are accepted too
 */
enum isol_why_attr {
	ISOL_WHY_A_UNSPEC,
	ISOL_WHY_A_VERDICT,
	ISOL_WHY_A_REASON,
	ISOL_WHY_A_RULE,
	ISOL_WHY_A_BRIDGE,
	ISOL_WHY_A_FROM_KIND,
	ISOL_WHY_A_FROM_BINDING,
	ISOL_WHY_A_TO_KIND,
	ISOL_WHY_A_TO_BINDING,
	ISOL_WHY_A_DEPENDS,
	ISOL_WHY_A_TRACKED,

	/* private: */
	__ISOL_WHY_A_MAX,
	ISOL_WHY_A_MAX = __ISOL_WHY_A_MAX - 1
};

#endif /* _UAPI_LINUX_ISOL_H */
