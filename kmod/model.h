/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model: the objects of one policy as the operator named them.
 *
 * A model is filled by one writer, object by object, each object referring
 * only to such as are there already, and is never changed once it has been
 * compiled. Everything it holds lies in one arena and goes with it.
 *
 * Pure: see shim.h. No function here locks anything: the caller owns the
 * model until it hands it on.
 */
#ifndef ISOL_MODEL_H
#define ISOL_MODEL_H

#include <linux/isol.h>

#include "match.h"
#include "mem.h"
#include "shim.h"

/**
 * enum isol_field - which part of an object a fault is about
 *
 * The netlink layer turns it into the attribute to point at.
 */
enum isol_field {
	ISOL_F_OBJECT,
	ISOL_F_NAME,
	ISOL_F_UPLINK,
	ISOL_F_BRIDGE,
	ISOL_F_SEGMENT,
	ISOL_F_GROUP,
	ISOL_F_SELECTOR,
	ISOL_F_ROLE,
	ISOL_F_COMMUNITY,
	ISOL_F_COMMENT,
	ISOL_F_OWNER,
	ISOL_F_FROM,
	ISOL_F_TO,
	ISOL_F_MATCH,
};

/**
 * struct isol_fault - why an object was refused
 * @err: negative errno
 * @msg: static text that names the attribute
 * @field: the part at fault
 * @item: which one, where the part may be repeated; of ISOL_F_MATCH which field,
 *	enum isol_match_attr, or 0 for all of it
 */
struct isol_fault {
	int err;
	const char *msg;
	enum isol_field field;
	unsigned int item;
};

/* Selectors, the most specific first: see isol_select(). */
enum isol_selector {
	ISOL_SEL_PORT,
	ISOL_SEL_MAC,
	ISOL_SEL_ALIAS,
	ISOL_SEL_GLOB,
};

struct isol_segment;

/**
 * struct isol_bridge - a managed bridge
 * @next: in policy order
 * @name: interface name
 * @comment: or NULL
 * @uplinks: interface names
 * @segment: the segment that is this bridge, or NULL
 * @nuplinks: their number
 * @id: 1 and up, in policy order; 0 means an unknown bridge in a port word
 * @dflt: verdict between ports that nothing else decides
 * @unbound: verdict from and to unbound ports
 */
struct isol_bridge {
	struct isol_bridge *next;
	const char *name;
	const char *comment;
	const char **uplinks;
	struct isol_segment *segment;
	u32 nuplinks;
	u16 id;
	u8 dflt;
	u8 unbound;
};

/**
 * struct isol_segment - a segment: a whole bridge
 * @next: in policy order
 * @name: its name
 * @comment: or NULL
 * @bridge: the bridge
 * @within: verdict between its ports
 * @uplink: verdict between its ports and the uplinks
 */
struct isol_segment {
	struct isol_segment *next;
	const char *name;
	const char *comment;
	struct isol_bridge *bridge;
	u8 within;
	u8 uplink;
};

/**
 * struct isol_group - a security group
 * @next: in policy order
 * @name: its name
 * @comment: or NULL
 * @id: 0 and up, in policy order
 * @members: number of bindings in it
 */
struct isol_group {
	struct isol_group *next;
	const char *name;
	const char *comment;
	u32 id;
	u32 members;
};

/**
 * struct isol_binding - a named endpoint
 * @next: in policy order
 * @name: its name
 * @comment: or NULL
 * @segment: or NULL
 * @selector: interface name, glob or alias; unused for a MAC
 * @community: name, or NULL
 * @groups: ids, ascending, no doubles
 * @id: 0 and up, in policy order
 * @ngroups: number of @groups
 * @community_id: equal for equal communities of one policy
 * @claims: how many ports it may have
 * @kind: enum isol_selector
 * @role: enum isol_role
 * @literal: of a glob, how many characters are literal
 * @mac: the guest's address as the operator wrote it
 * @tap: the address the port has
 */
struct isol_binding {
	struct isol_binding *next;
	const char *name;
	const char *comment;
	struct isol_segment *segment;
	const char *selector;
	const char *community;
	u32 *groups;
	u32 id;
	u32 ngroups;
	u32 community_id;
	u16 claims;
	u8 kind;
	u8 role;
	u8 literal;
	u8 mac[ETH_ALEN];
	u8 tap[ETH_ALEN];
};

/**
 * struct isol_endpoint - one end of a rule
 * @kind: enum isol_endpoint_kind
 * @id: of the group or binding
 */
struct isol_endpoint {
	u32 kind;
	u32 id;
};

/**
 * struct isol_rule - a rule
 * @next: in order, within its table
 * @name: its name
 * @comment: or NULL
 * @owner: or NULL
 * @from: where the frame comes from, any of them
 * @to: where it goes, any of them
 * @match: what it has to be, or NULL for any frame
 * @nr: its number over both tables, set by isol_model_seal(): the rules first
 * @nfrom: number of @from
 * @nto: number of @to
 * @table: enum isol_table
 * @verdict: enum isol_verdict
 */
struct isol_rule {
	struct isol_rule *next;
	const char *name;
	const char *comment;
	const char *owner;
	struct isol_endpoint *from;
	struct isol_endpoint *to;
	const struct isol_match *match;
	u32 nr;
	u8 nfrom;
	u8 nto;
	u8 table;
	u8 verdict;
};

/* What a name stands for. Groups and bindings share one space of names. */
enum isol_space {
	ISOL_SPACE_BRIDGE,
	ISOL_SPACE_UPLINK,
	ISOL_SPACE_SEGMENT,
	ISOL_SPACE_ENDPOINT,
	ISOL_SPACE_COMMUNITY,
	ISOL_SPACE_RULE,
	ISOL_SPACE_SELECTOR,		/* + enum isol_selector */
};

struct isol_name;

/**
 * struct isol_model - a policy as written
 * @arena: where everything lies
 * @names: hash of names, chained
 * @nbuckets: size of @names, a power of two
 * @nnames: number of names
 * @seed: of the hash
 * @bridges: in order; @segments, @groups, @bindings likewise
 * @rules: in order, by enum isol_table
 * @nbridges: number of @bridges; @nsegments, @ngroups, @nbindings, @nrules likewise
 * @ncommunities: number of different communities
 * @globs: the bindings with a glob, the most literal first, then in policy
 *	order; made by isol_model_seal()
 * @nglobs: number of bindings with a glob
 * @binding: the bindings by id, made by isol_model_seal(); @group likewise
 */
struct isol_model {
	struct isol_arena arena;
	struct isol_name **names;
	u32 nbuckets;
	u32 nnames;
	u32 seed;
	struct isol_bridge *bridges, **bridge_tail;
	struct isol_segment *segments, **segment_tail;
	struct isol_group *groups, **group_tail;
	struct isol_binding *bindings, **binding_tail;
	struct isol_rule *rules[ISOL_TABLE_MAX + 1];
	struct isol_rule **rule_tail[ISOL_TABLE_MAX + 1];
	u32 nbridges;
	u32 nsegments;
	u32 ngroups;
	u32 nbindings;
	u32 nrules[ISOL_TABLE_MAX + 1];
	u32 ncommunities;
	struct isol_binding **globs;
	u32 nglobs;
	struct isol_binding **binding;
	const struct isol_group **group;
};

/*
 * What the netlink layer hands in. Strings and values are borrowed for the
 * call, NULL means absent; lengths have been checked against the limits of the
 * contract.
 */
struct isol_bridge_spec {
	const char *name;
	const char *comment;
	const char *uplinks[ISOL_MAX_UPLINKS];
	u32 nuplinks;
	u8 dflt;
	u8 unbound;
};

struct isol_segment_spec {
	const char *name;
	const char *comment;
	const char *bridge;
	u8 within;
	u8 uplink;
};

struct isol_group_spec {
	const char *name;
	const char *comment;
};

struct isol_binding_spec {
	const char *name;
	const char *comment;
	const char *port;
	const char *glob;
	const char *alias;
	const u8 *mac;
	const char *segment;
	const char *community;
	const char *groups[ISOL_MAX_MEMBERSHIPS];
	u32 ngroups;
	u16 claims;
	u8 role;
};

struct isol_endpoint_spec {
	const char *name;
	u8 kind;
};

struct isol_rule_spec {
	const char *name;
	const char *comment;
	const char *owner;
	struct isol_endpoint_spec from[ISOL_MAX_ENDPOINTS];
	struct isol_endpoint_spec to[ISOL_MAX_ENDPOINTS];
	u32 nfrom;
	u32 nto;
	struct isol_values values[ISOL_MATCH_A_MAX];
	u32 nvalues;
	u8 table;
	u8 verdict;
};

struct isol_model *isol_model_new(struct isol_mem *mem);
void isol_model_free(struct isol_model *model);

/*
 * Each returns 0, or a negative errno with @fault filled: EEXIST, ENOENT,
 * EINVAL, E2BIG, ENOMEM. After an error the model is good for
 * isol_model_free() only.
 */
int isol_model_add_bridge(struct isol_model *model, const struct isol_bridge_spec *spec,
			  struct isol_fault *fault);
int isol_model_add_segment(struct isol_model *model, const struct isol_segment_spec *spec,
			   struct isol_fault *fault);
int isol_model_add_group(struct isol_model *model, const struct isol_group_spec *spec,
			 struct isol_fault *fault);
int isol_model_add_binding(struct isol_model *model, const struct isol_binding_spec *spec,
			   struct isol_fault *fault);
int isol_model_add_rule(struct isol_model *model, const struct isol_rule_spec *spec,
			struct isol_fault *fault);

/**
 * isol_model_seal() - build the indexes that reading needs
 * @model: a complete model
 *
 * Return: 0 or -ENOMEM.
 */
int isol_model_seal(struct isol_model *model);

struct isol_bridge *isol_model_bridge(const struct isol_model *model, const char *name);
struct isol_binding *isol_model_binding(const struct isol_model *model, const char *name);
struct isol_rule *isol_model_rule(const struct isol_model *model, const char *name);

/**
 * isol_model_uplink() - whether a bridge has an interface as uplink
 * @model: the model
 * @bridge: one of its bridges
 * @ifname: interface name
 */
bool isol_model_uplink(const struct isol_model *model, const struct isol_bridge *bridge,
		       const char *ifname);

/**
 * isol_model_find() - look a name up in one space
 * @model: the model
 * @space: enum isol_space
 * @key: the name
 * @len: its length
 *
 * Return: the object, or NULL.
 */
void *isol_model_find(const struct isol_model *model, u32 space, const void *key, u32 len);

/**
 * isol_text_valid() - whether text can be printed on a terminal and in a log
 * @s: the text
 *
 * Return: true if it is UTF-8 (RFC 3629) without control characters.
 */
bool isol_text_valid(const char *s);

/**
 * isol_mac_to_tap() - the address a tap has whose guest has @mac
 * @mac: the guest's
 * @tap: where the tap's goes: the first octet becomes fe, or fa where it is fe
 *
 * As libvirt does it: it keeps the bridge, which takes the lowest address of
 * its ports, from taking a guest's.
 */
static inline void isol_mac_to_tap(const u8 *mac, u8 *tap)
{
	memcpy(tap, mac, ETH_ALEN);
	tap[0] = mac[0] == 0xfe ? 0xfa : 0xfe;
}

#endif /* ISOL_MODEL_H */
