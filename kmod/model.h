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
	ISOL_F_VLAN,
	ISOL_F_TYPE,
	ISOL_F_REMOTE,
	ISOL_F_WHERE,
	ISOL_F_SERVICE,
	ISOL_F_FOLLOW,
};

/**
 * struct isol_fault - why an object was refused
 * @err: negative errno
 * @msg: static text that names the attribute
 * @field: the part at fault
 * @item: which one, where the part may be repeated; of ISOL_F_MATCH which field,
 *	enum isol_match_attr, or 0 for all of it
 * @set: of ISOL_F_MATCH, which set of the field, counted from 1, or 0 for none
 */
struct isol_fault {
	int err;
	const char *msg;
	enum isol_field field;
	unsigned int item;
	unsigned int set;
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
 * @segment: the segment that is this bridge (but for VLAN segments), or NULL
 * @nuplinks: their number
 * @id: 1 and up, in policy order; also the bridge's base domain
 * @nvlans: number of its segments that are a VLAN
 * @beside: the domain of its guests that are in none of those, if there are some
 * @dflt: verdict between ports that nothing else decides
 * @unbound: verdict from and to unbound ports
 * @fragments: verdict for fragments from guests while connections are tracked
 * @ends: connections that are refused a frame have ended
 * @pickup: how long older connections are taken up where an answer comes first, in s
 */
struct isol_bridge {
	struct isol_bridge *next;
	const char *name;
	const char *comment;
	const char **uplinks;
	struct isol_segment *segment;
	u32 nuplinks;
	u16 id;
	u16 nvlans;
	u16 beside;
	u8 dflt;
	u8 unbound;
	u8 fragments;
	bool ends;
	u16 pickup;
};

/**
 * struct isol_segment - a segment: a whole bridge, or a VLAN of it
 * @next: in policy order
 * @name: its name
 * @comment: or NULL
 * @bridge: the bridge
 * @vlan: the VLAN; 0: all of the bridge that is in no VLAN segment
 * @domain: see domain.h; set by isol_model_seal()
 * @within: verdict between its ports
 * @uplink: verdict between its ports and the uplinks
 */
struct isol_segment {
	struct isol_segment *next;
	const char *name;
	const char *comment;
	struct isol_bridge *bridge;
	u16 vlan;
	u16 domain;
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
 * @max_connections: how many connections, 0 where nothing is said
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
	u32 max_connections;
	u16 claims;
	u8 kind;
	u8 role;
	u8 literal;
	u8 mac[ETH_ALEN];
	u8 tap[ETH_ALEN];
};

/* What an element of a set is. Each kind has a map of its own, see set.h. */
enum isol_element_kind {
	ISOL_ELEMENT_IP4,
	ISOL_ELEMENT_IP6,
	ISOL_ELEMENT_MAC,
	ISOL_ELEMENT_PORT,
	ISOL_NELEMENTS
};

/**
 * struct isol_elements - elements of one kind, as they were written
 * @next: those that were written after them
 * @n: their number
 * @room: how many there is room for
 * @kind: enum isol_element_kind
 * @store: the elements: see isol_element()
 */
struct isol_elements {
	struct isol_elements *next;
	u32 n;
	u16 room;
	u8 kind;
	u64 store[];
};

/**
 * struct isol_set - a named set of values
 * @next: in policy order
 * @name: its name
 * @comment: or NULL
 * @elements: in order
 * @last: the last of @elements, or NULL
 * @id: 0 and up, in policy order
 * @n: number of elements
 * @type: enum isol_set_type
 * @remote: rules may have it as an end
 */
struct isol_set {
	struct isol_set *next;
	const char *name;
	const char *comment;
	struct isol_elements *elements;
	struct isol_elements *last;
	u32 id;
	u32 n;
	u8 type;
	bool remote;
};

/**
 * struct isol_endpoint - one end of a rule
 * @kind: enum isol_endpoint_kind
 * @id: of the group, binding or set
 */
struct isol_endpoint {
	u32 kind;
	u32 id;
};

/**
 * struct isol_service - an infrastructure protocol, kept to be told again
 * @next: in policy order
 * @name: its name
 * @comment: or NULL
 * @where: who provides it, any of them; none if @follow
 * @nwhere: number of @where
 * @follow: it goes where rules let IP pass
 */
struct isol_service {
	struct isol_service *next;
	const char *name;
	const char *comment;
	struct isol_endpoint *where;
	u8 nwhere;
	bool follow;
};

/**
 * struct isol_notes - what people have to say of a rule; most have nothing
 * @comment: or NULL
 * @owner: or NULL
 */
struct isol_notes {
	const char *comment;
	const char *owner;
};

/**
 * struct isol_rule - a rule
 * @next: in order, within its table
 * @name: its name
 * @notes: or NULL
 * @from: where the frame comes from, any of them
 * @to: where it goes, any of them
 * @match: what it has to be, or NULL for any frame
 * @service: the service that it is a part of, in ISOL_TABLE_SERVICES; or NULL
 * @nr: its number over all tables, in the order of isol_table_order[], set by
 *	isol_model_seal()
 * @nfrom: number of @from
 * @nto: number of @to
 * @table: enum isol_table
 * @verdict: enum isol_verdict
 * @remote_from: @from names sets and has no other end that covers the uplinks: of
 *	these it matches frames whose source address is in one of the sets
 * @remote_to: the same of @to and the destination address
 * @follow: it holds only where another rule lets IP pass, see follow.h
 * @stateless: it means one direction, and every frame on its own
 * @tracks: it accepts conversations, not frames, see track.h: it accepts, is not
 *	@stateless, and may be about IP to a unicast address
 */
struct isol_rule {
	struct isol_rule *next;
	const char *name;
	const struct isol_notes *notes;
	struct isol_endpoint *from;
	struct isol_endpoint *to;
	const struct isol_match *match;
	const struct isol_service *service;
	u32 nr;
	u8 nfrom;
	u8 nto;
	u8 table;
	u8 verdict;
	bool remote_from;
	bool remote_to;
	bool follow;
	bool stateless;
	bool tracks;
};

/* What a name stands for. Groups, bindings and sets share one space of names. */
enum isol_space {
	ISOL_SPACE_BRIDGE,
	ISOL_SPACE_UPLINK,
	ISOL_SPACE_SEGMENT,
	ISOL_SPACE_ENDPOINT,
	ISOL_SPACE_COMMUNITY,
	ISOL_SPACE_RULE,
	ISOL_SPACE_VLAN,		/* number of the bridge, and VID */
	ISOL_SPACE_SERVICE,
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
 * @bridges: in order; @segments, @groups, @bindings, @sets, @services likewise
 * @rules: in order, by enum isol_table
 * @nbridges: number of @bridges; @nsegments, @ngroups, @nbindings, @nsets, @nservices,
 *	@nrules likewise
 * @nelements: elements of all sets
 * @ncommunities: number of different communities
 * @nvlans: number of segments that are a VLAN
 * @nbeside: number of bridges that have such segments
 * @asked: fields that rules ask about, one bit for each enum isol_match_attr
 * @ntracking: number of rules that accept conversations
 * @globs: the bindings with a glob, the most literal first, then in policy
 *	order; made by isol_model_seal()
 * @nglobs: number of bindings with a glob
 * @binding: the bindings by id, made by isol_model_seal(); @group, @set likewise
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
	struct isol_set *sets, **set_tail;
	struct isol_service *services, **service_tail;
	struct isol_rule *rules[ISOL_TABLE_MAX + 1];
	struct isol_rule **rule_tail[ISOL_TABLE_MAX + 1];
	u32 nbridges;
	u32 nsegments;
	u32 ngroups;
	u32 nbindings;
	u32 nsets;
	u32 nelements;
	u32 nservices;
	u32 nrules[ISOL_TABLE_MAX + 1];
	u32 ncommunities;
	u32 nvlans;
	u32 nbeside;
	u32 asked;
	u32 ntracking;
	struct isol_binding **globs;
	u32 nglobs;
	struct isol_binding **binding;
	const struct isol_group **group;
	const struct isol_set **set;
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
	u8 fragments;
	bool ends;
	u16 pickup;
};

struct isol_segment_spec {
	const char *name;
	const char *comment;
	const char *bridge;
	u16 vlan;
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
	u32 max_connections;
	u16 claims;
	u8 role;
};

struct isol_set_spec {
	const char *name;
	const char *comment;
	u8 type;
	bool remote;
	bool append;
};

struct isol_endpoint_spec {
	const char *name;
	u8 kind;
};

struct isol_service_spec {
	const char *name;
	const char *comment;
	struct isol_endpoint_spec where[ISOL_MAX_ENDPOINTS];
	u32 nwhere;
	bool follow;
};

struct isol_rule_spec {
	const char *name;
	const char *comment;
	const char *owner;
	const char *service;
	struct isol_endpoint_spec from[ISOL_MAX_ENDPOINTS];
	struct isol_endpoint_spec to[ISOL_MAX_ENDPOINTS];
	u32 nfrom;
	u32 nto;
	struct isol_values values[ISOL_MATCH_A_MAX];
	u32 nvalues;
	u8 table;
	u8 verdict;
	bool follow;
	bool stateless;
};

/* The tables, enum isol_table, in the order in which they are asked and numbered. */
extern const u8 isol_table_order[ISOL_TABLE_MAX + 1];

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
int isol_model_add_service(struct isol_model *model, const struct isol_service_spec *spec,
			   struct isol_fault *fault);
int isol_model_add_rule(struct isol_model *model, const struct isol_rule_spec *spec,
			struct isol_fault *fault);

/* A new set without elements, or with @spec->append the one of that name; to @set. */
int isol_model_add_set(struct isol_model *model, const struct isol_set_spec *spec,
		       struct isol_set **set, struct isol_fault *fault);

/* One more element: the values from @lo to @hi. Nothing else changes a set. */
int isol_model_add_element(struct isol_model *model, struct isol_set *set,
			   enum isol_element_kind kind, struct isol_wide lo, struct isol_wide hi,
			   struct isol_fault *fault);

/**
 * isol_element() - an element of a set
 * @elements: some of its elements
 * @i: which of them
 *
 * Return: its lowest value and its highest.
 */
struct isol_wide_range isol_element(const struct isol_elements *elements, u32 i);

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

/* The rules of all tables. */
u32 isol_model_nrules(const struct isol_model *model);

/**
 * isol_model_uplink() - whether a bridge has an interface as uplink
 * @model: the model
 * @bridge: one of its bridges
 * @ifname: interface name
 */
bool isol_model_uplink(const struct isol_model *model, const struct isol_bridge *bridge,
		       const char *ifname);

/* The domain of the guests in a segment, or of those in none: see domain.h. */
static inline u32 isol_model_domain(const struct isol_bridge *bridge,
				    const struct isol_segment *segment)
{
	if (segment && segment->vlan)
		return segment->domain;
	return bridge->nvlans ? bridge->beside : bridge->id;
}

/**
 * isol_model_wants_vlan() - whether the hooks have to know which VLAN frames are in
 * @model: the model
 */
bool isol_model_wants_vlan(const struct isol_model *model);

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
