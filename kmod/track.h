/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conversations: rules that say who may begin one, and whose answers are accepted too.
 *
 * The kernel's own connection tracking tells to which connection a frame belongs, and in
 * which direction it goes. What is done with it, the rules in force say, each time:
 *
 *	an answer	the rules are asked from the side that began to the other, about
 *			the frame that this one answers. If one accepts that as a
 *			conversation, and the answer goes where the connection came
 *			from, it is accepted. Otherwise it is a frame like any other.
 *	any other	the rules are asked about the frame itself. What one accepts as a
 *			conversation must begin one, or go on with one that the same
 *			binding began.
 *
 * So nothing is remembered of a verdict: when a rule goes, or a binding is quarantined,
 * connections end with their next frame in either direction; and a policy that accepts
 * the same does not disturb any. Of a connection only this is remembered, in the upper half
 * of its labels: its owner, that is who began it, and on bridges where connections do not
 * outlive their rules who has answered, and that it has ended. That takes a frame which the
 * rules refuse, from the owner to who has answered: not one that a bystander gets because
 * it is flooded, or that somebody else forges.
 *
 * Connections are told apart by zone: each VLAN segment has one, and each bridge. What
 * goes to an address of the host is tracked in zone 0, as it would be without isol.
 *
 * All that needs the module nf_conntrack is in a module of its own, isol_ct (ct.c),
 * which is loaded when a policy needs it.
 */
#ifndef ISOL_TRACK_H
#define ISOL_TRACK_H

#include "frame.h"
#include "isol.h"

struct isol_conns;
struct isol_policy;
struct isol_track;
struct nf_conn;
struct sk_buff;

/*
 * Zones of isol have numbers from here on: what administrators and others give by hand
 * is small.
 */
#define ISOL_ZONE_FIRST 0x8000
#define ISOL_NZONES 0x8000

/* Who began a connection: see isol_owner(). */
#define ISOL_OWNER_BITS 45
#define ISOL_OWNER_MASK (BIT_ULL(ISOL_OWNER_BITS) - 1)
#define ISOL_OWNER_NONE 0ULL
/* Of a port that nobody has told us about: nobody's connection. */
#define ISOL_OWNER_NOBODY ISOL_OWNER_MASK
/* Who has answered last: see isol_peer(). */
#define ISOL_PEER_MASK 0x1ffffU
#define ISOL_PEER_NONE 0U
/*
 * What has been noted is not an owner: the frame that began the connection was accepted by
 * what does not track any, and it only counts among the connections of its sender.
 */
#define ISOL_OWNER_LOOSE BIT_ULL(62)
/* It has ended. */
#define ISOL_OWNER_ENDED BIT_ULL(63)

/**
 * enum isol_flow_kind - what a frame is to its connection
 * @ISOL_FLOW_UNTRACKED: the kernel does not track such frames
 * @ISOL_FLOW_INVALID: it does, but can make nothing of this one
 * @ISOL_FLOW_ORIGINAL: goes the way that the first frame went
 * @ISOL_FLOW_ANSWER: goes the other way
 */
enum isol_flow_kind {
	ISOL_FLOW_UNTRACKED,
	ISOL_FLOW_INVALID,
	ISOL_FLOW_ORIGINAL,
	ISOL_FLOW_ANSWER,
};

/**
 * struct isol_flow - what connection tracking says of a frame
 * @kind: enum isol_flow_kind
 * @related: it is an ICMP error about the connection, or of another connection that was
 *	expected by this one: @kind is about that other one, if @expected
 * @expected: see above
 * @owned: @owner is known. It is not of connections that are older than the policy.
 * @loose: it has none, and counts already: see ISOL_OWNER_LOOSE
 * @zone: of the connection
 * @owner: who began it, ISOL_OWNER_NONE if that has not been noted
 * @counted: the same, or who it counts for if it is @loose
 * @peer: who has answered, ISOL_PEER_NONE if that has not been noted
 * @ended: it has ended
 * @fresh: this is the first frame that is seen of it
 * @pickup: out: it has been taken up: this frame passes, and is not to begin a connection
 * @conn: the connection; valid as long as the frame
 */
struct isol_flow {
	u8 kind;
	bool related;
	bool expected;
	bool owned;
	bool ended;
	bool fresh;
	bool pickup;
	bool loose;
	u16 zone;
	u32 peer;
	u64 owner;
	u64 counted;
	struct nf_conn *conn;
};

/**
 * enum isol_own - whether a connection is whose it shall be
 * @ISOL_OWN_DONE: it is
 * @ISOL_OWN_NEAR: it is, and its owner has many: see isol_conns_look()
 * @ISOL_OWN_FULL: it is not, its owner has as many as it may have
 * @ISOL_OWN_NOT: that cannot be noted
 */
enum isol_own {
	ISOL_OWN_DONE,
	ISOL_OWN_NEAR,
	ISOL_OWN_FULL,
	ISOL_OWN_NOT,
};

/**
 * struct isol_ct_ops - what isol_ct does
 * @owner: the module
 * @start: have the bridge frames of a namespace tracked; returns 0 or a negative errno
 * @stop: end that
 * @template: what puts a frame into a zone, or NULL
 * @untemplate: give that back, when no frame gets it any more
 * @see: look at a frame
 * @own: note that a connection is @owner's: who the rules let begin it has sent a frame of
 *	it last, unless the connection has ended. With ISOL_OWNER_LOOSE only if nothing has
 *	been noted. It counts among @conns, if not NULL, and no longer for another owner that
 *	it had. Who has answered that one is not noted any more.
 * @answered: note that @peer has answered
 * @end: end a connection. Of TCP it is kept, for no frame to begin it where it has been
 *	ended, until one is forgotten that really begins. Any other is forgotten at once.
 * @forget: forget a connection, for the next frame to begin another; it counts no longer
 * @key: make of what was read of a frame what would have been read of the first frame of
 *	its connection: IP addresses, protocol, ports, ICMP type; @translated: as the host
 *	sent it on
 *
 * @count: call @found for each connection that has an owner, or is expected by one that
 *	has; @found is called with a spinlock held
 * @most: how many connections the kernel tracks, 0 if there is no limit
 *
 * @start, @stop, @template, @untemplate and @count may sleep; the others are called under RCU,
 * @most anywhere.
 */
struct isol_ct_ops {
	struct module *owner;
	int (*start)(struct net *net);
	void (*stop)(struct net *net);
	struct nf_conn *(*template)(struct net *net, u16 zone);
	void (*untemplate)(struct nf_conn *template);
	void (*see)(const struct sk_buff *skb, struct isol_flow *flow);
	enum isol_own (*own)(const struct isol_track *track, const struct isol_flow *flow,
			     u64 owner, struct isol_conns *conns);
	void (*answered)(const struct isol_flow *flow, u32 peer);
	void (*end)(const struct isol_flow *flow);
	void (*forget)(const struct isol_track *track, const struct isol_flow *flow);
	void (*key)(const struct isol_flow *flow, bool translated, struct isol_key *key);
	void (*count)(struct net *net, void (*found)(u64 owner, void *data), void *data);
	u32 (*most)(const struct net *net);
};

/* For isol_ct; one at a time. */
void isol_ct_register(const struct isol_ct_ops *ops);
void isol_ct_unregister(const struct isol_ct_ops *ops);

/**
 * struct isol_zone - where connections are of their own
 * @bridge: name of the bridge
 * @vlan: the VLAN segment of it, 0 for all else
 * @id: the zone's number
 * @template: what puts frames into it
 */
struct isol_zone {
	char bridge[IFNAMSIZ];
	u16 vlan;
	u16 id;
	struct nf_conn *template;
};

/**
 * struct isol_track - how connections are tracked for a policy
 * @ops: isol_ct, with a reference
 * @zones: those of the bridges by id - 1, then those of the VLAN segments
 * @nzones: number of @zones
 * @zone: by domain - 1: which of @zones
 * @ndomains: number of @zone
 * @vlan: by bridge id - 1: by VID, which of @zones; NULL where all are the bridge's
 * @nbridges: number of @vlan
 * @fragments: by bridge id - 1: the fragments of guests are accepted
 * @ends: by bridge id - 1: connections that are refused a frame have ended
 * @some_end: there is such a bridge
 * @pickup: by bridge id - 1: how long older connections are taken up, in ns
 * @since: since when frames are tracked, by ktime_get_ns()
 * @conns: by binding: its connections
 * @nconns: number of @conns
 * @place: the same by owner, a hash
 * @nplaces: number of @place
 */
struct isol_track {
	const struct isol_ct_ops *ops;
	struct isol_zone *zones;
	u32 nzones;
	u16 *zone;
	u32 ndomains;
	u16 **vlan;
	u32 nbridges;
	bool *fragments;
	bool *ends;
	bool some_end;
	u64 *pickup;
	u64 since;
	struct isol_conns **conns;
	u32 nconns;
	struct isol_conns **place;
	u32 nplaces;
};

#define ISOL_TRACK_VLANS 4096

/**
 * isol_track_begin() - prepare to track connections, if a policy needs that
 * @in: the namespace
 * @policy: the policy, compiled, not yet in force; gets its isol_policy.track
 * @msg: where text for people goes on errors
 * @msg_len: its size
 *
 * Loads what is missing. From then on the kernel tracks the bridge frames of the
 * namespace; until the policy is in force in zone 0, which does no harm.
 *
 * Context: process, isol_net.commit held, nothing inside it.
 * Return: 0; -ENOMEM, -EOPNOTSUPP.
 */
int isol_track_begin(struct isol_net *in, struct isol_policy *policy, char *msg, size_t msg_len);

/**
 * isol_track_end() - the policy that is in force, if there is one, may not need it any more
 * @in: the namespace
 *
 * Context: process, isol_net.commit held, nothing inside it; no hook uses the policy that
 * was in force before any more.
 */
void isol_track_end(struct isol_net *in);

/* The same, whether it does: what it asks of connection tracking drops frames from now on. */
void isol_track_stop(struct isol_net *in);

/* With the policy; no hook uses it any more. */
void isol_track_free(struct isol_net *in, struct isol_track *track);

/**
 * isol_owner() - who connections belong to that come in by a port
 * @kind: enum isol_port_kind
 * @name: of the binding, or for an uplink of the bridge
 * @ifindex: of the port, where it has no binding
 *
 * By what does not change when a port is made anew, a policy is loaded, or the module.
 *
 * Return: a number, not ISOL_OWNER_NONE or ISOL_OWNER_NOBODY. That two have the same is as
 * likely as two numbers of ISOL_OWNER_BITS drawn by lot being equal; then they are still
 * judged by the rules of each.
 */
u64 isol_owner(u8 kind, const char *name, u32 ifindex);

/**
 * isol_peer() - the same of who answers, in less bits
 * @owner: of its port, or ISOL_OWNER_NONE for the host
 */
static inline u32 isol_peer(u64 owner)
{
	if (owner == ISOL_OWNER_NONE)
		return ISOL_PEER_MASK;
	return (owner & ISOL_PEER_MASK) ?: 1;
}

#endif /* ISOL_TRACK_H */
