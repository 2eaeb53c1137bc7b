/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A policy in memory: as a file has it and as the kernel has it.
 *
 * All objects live in the arena of their policy and are freed with it. Where
 * they come from a file they know their place in it; where they come from the
 * kernel they carry what only the kernel knows, like counters.
 */
#ifndef ISOL_USERSPACE_POLICY_H
#define ISOL_USERSPACE_POLICY_H

#include "alloc.h"
#include "diag.h"
#include "match.h"
#include "table.h"
#include "types.h"

/**
 * enum object_kind - the lists of a policy
 * @OBJECT_BRIDGE: struct bridge
 * @OBJECT_SEGMENT: struct segment
 * @OBJECT_GROUP: struct group
 * @OBJECT_BINDING: struct binding
 * @OBJECT_REMOTE: struct set, of the remotes section
 * @OBJECT_SET: struct set
 * @OBJECT_SERVICE: struct service
 * @OBJECT_SRULE: struct rule, of those that services come to
 * @OBJECT_RULE: struct rule, of the ordered rules
 * @OBJECT_QRULE: struct rule, of the quarantine section
 *
 * In the order in which the kernel wants them: nothing refers to what comes
 * after it.
 */
enum object_kind {
	OBJECT_BRIDGE,
	OBJECT_SEGMENT,
	OBJECT_GROUP,
	OBJECT_BINDING,
	OBJECT_REMOTE,
	OBJECT_SET,
	OBJECT_SERVICE,
	OBJECT_SRULE,
	OBJECT_RULE,
	OBJECT_QRULE,
	OBJECT_KINDS
};

/**
 * struct word - a piece of text and where it stands
 * @text: the text, NULL if there is none
 * @at: the place
 */
struct word {
	const char *text;
	struct mark at;
};

struct word_list {
	struct word *v;
	size_t n;
	size_t cap;
};

/**
 * struct counter - see enum isol_counter_attr
 * @reason: enum isol_reason
 * @verdict: enum isol_verdict
 * @packets: frames
 * @bytes: of them
 */
struct counter {
	u8 reason;
	u8 verdict;
	u64 packets;
	u64 bytes;
};

struct counter_list {
	struct counter *v;
	size_t n;
	size_t cap;
};

/**
 * struct object - what all objects have, at their beginning
 * @name: the name
 * @comment: text for people, if any
 * @broken: part of it could not be read and has been reported: what is
 *	missing is not to be reported too
 * @index: position in its list; set by policy_check()
 */
struct object {
	struct word name;
	struct word comment;
	bool broken;
	u32 index;
};

/**
 * struct bridge - see enum isol_bridge_attr
 * @o: name and comment
 * @uplinks: interface names
 * @verdict: enum isol_verdict, the default
 * @unbound: enum isol_verdict
 * @fragments: enum isol_verdict
 * @ends: "resume" is drop
 * @pickup: seconds
 * @ifindex: of the bridge device, 0 if there is none (from the kernel)
 * @counters: from the kernel
 */
struct bridge {
	struct object o;
	struct word_list uplinks;
	u8 verdict;
	u8 unbound;
	u8 fragments;
	bool ends;
	u16 pickup;
	u32 ifindex;
	struct counter_list counters;
};

static inline u8 resume_verdict(const struct bridge *b)
{
	return b->ends ? ISOL_VERDICT_DROP : ISOL_VERDICT_ACCEPT;
}

/**
 * struct segment - see enum isol_segment_attr
 * @o: name and comment
 * @bridge: name of its bridge
 * @vlan: the VLAN that it is, 0: all of the bridge that is in no other segment
 * @within: enum isol_verdict
 * @uplink: enum isol_verdict
 */
struct segment {
	struct object o;
	struct word bridge;
	u16 vlan;
	u8 within;
	u8 uplink;
};

/**
 * struct group - see enum isol_group_attr
 * @o: name and comment
 * @members: number of bindings in it (from the kernel)
 */
struct group {
	struct object o;
	u32 members;
};

enum selector {
	SELECTOR_NONE,
	SELECTOR_PORT,
	SELECTOR_GLOB,
	SELECTOR_MAC,
	SELECTOR_ALIAS,
};

/**
 * struct binding - see enum isol_binding_attr
 * @o: name and comment
 * @selector: which kind of selector it has
 * @match: the selector as text
 * @mac: the selector where it is a MAC
 * @claims: ports it may claim
 * @max_connections: how many connections it may have, 0 where nothing is said
 * @segment: name of its segment, if any
 * @groups: names of its groups
 * @role: enum isol_role
 * @community: name of its community, if any
 * @bound: ports it has (from the kernel)
 * @quarantined: is it? (from the kernel)
 * @tracked: its connections are counted (from the kernel), as are the next ones
 * @connections: how many there are
 * @limit: how many there may be
 * @hits: frames that were dropped for that
 */
struct binding {
	struct object o;
	enum selector selector;
	struct word match;
	u8 mac[6];
	u16 claims;
	u32 max_connections;
	struct word segment;
	struct word_list groups;
	u8 role;
	struct word community;
	u32 bound;
	bool quarantined;
	bool tracked;
	u32 connections;
	u32 limit;
	u64 hits;
};

/* What an element of a set is. */
enum element_kind {
	ELEMENT_IP4,
	ELEMENT_IP6,
	ELEMENT_MAC,
	ELEMENT_PORT,
};

/**
 * struct element - values of a set, from one to another
 * @at: where it stands
 * @kind: what they are
 * @lo: the lowest, the highest byte first, at the end of these
 * @hi: the highest, included
 */
struct element {
	struct mark at;
	enum element_kind kind;
	u8 lo[16];
	u8 hi[16];
};

/**
 * struct set - see enum isol_set_attr; a remote is a set of another list
 * @o: name and comment
 * @type: enum isol_set_type
 * @v: the elements, in the order in which they were written
 * @n: their number
 * @cap: room in @v
 * @uses: rules that name it; set by policy_check()
 */
struct set {
	struct object o;
	u8 type;
	struct element *v;
	size_t n;
	size_t cap;
	u32 uses;
};

/* A name of which it is not known yet whether a group or a binding has it. */
#define ENDPOINT_NAME	0xff

/**
 * struct endpoint - an end of a rule
 * @kind: enum isol_endpoint_kind, or ENDPOINT_NAME
 * @name: the word in the file
 */
struct endpoint {
	u8 kind;
	struct word name;
};

struct endpoint_list {
	struct endpoint *v;
	size_t n;
	size_t cap;
};

/**
 * struct service - see enum isol_service_attr and service.h
 * @o: name and comment
 * @where: who provides it, any of these
 * @follow: it goes where rules let IP pass, instead
 * @expanded: its rules are there
 */
struct service {
	struct object o;
	struct endpoint_list where;
	bool follow;
	bool expanded;
};

/**
 * struct rule - see enum isol_rule_attr
 * @o: name and comment
 * @from: any of these
 * @to: any of these
 * @verdict: enum isol_verdict
 * @stateless: it is about frames, not about who begins a conversation
 * @owner: who asked for it, if anyone
 * @match: what it asks of the frame; NULL if nothing: most rules do not, and a
 *	match is large. See rule_match() and rule_ask()
 * @service: the service that it is a part of, if any
 * @follow: it holds only where other rules let IP pass
 * @packets: from the kernel
 * @bytes: from the kernel
 */
struct rule {
	struct object o;
	struct endpoint_list from;
	struct endpoint_list to;
	u8 verdict;
	bool stateless;
	struct word owner;
	struct match *match;
	struct word service;
	bool follow;
	u64 packets;
	u64 bytes;
};

/**
 * struct policy - the whole
 * @arena: what the objects live in
 * @list: the objects of each kind, in their order
 */
struct policy {
	struct arena arena;
	struct objects {
		struct object **v;
		size_t n;
		size_t cap;
		struct table names;
	} list[OBJECT_KINDS];
};

/**
 * policy_new() - an empty policy
 *
 * Return: the policy; never NULL.
 */
struct policy *policy_new(void);

/**
 * policy_free() - free a policy and all in it
 * @p: the policy, or NULL
 */
void policy_free(struct policy *p);

/**
 * policy_object() - a new object that is in no list yet
 * @p: the policy it will belong to
 * @kind: its kind
 * @name: its name; copied
 * @at: where that stands
 *
 * Everything else has its default.
 *
 * Return: the object: the struct of its kind begins with it.
 */
struct object *policy_object(struct policy *p, enum object_kind kind, const char *name,
			     struct mark at);

/**
 * policy_add() - put an object at the end of its list
 * @p: the policy
 * @kind: its kind
 * @o: the object
 *
 * The names of rules are unique over all lists of them, and so are those of
 * sets and remotes.
 *
 * Return: NULL, or the object that has the name already: nothing is changed.
 */
struct object *policy_add(struct policy *p, enum object_kind kind, struct object *o);

/**
 * object_is_rule() - is it one of the lists of rules?
 * @kind: the kind
 *
 * Return: true if so.
 */
static inline bool object_is_rule(enum object_kind kind)
{
	return kind == OBJECT_SRULE || kind == OBJECT_RULE || kind == OBJECT_QRULE;
}

/**
 * policy_find() - look an object up
 * @p: the policy
 * @kind: its kind
 * @name: its name
 *
 * Return: the object, or NULL.
 */
void *policy_find(const struct policy *p, enum object_kind kind, const char *name);

/**
 * policy_find_set() - look a set or a remote up
 * @p: the policy
 * @name: its name
 *
 * Return: the set, or NULL.
 */
struct set *policy_find_set(const struct policy *p, const char *name);

/**
 * policy_index() - where in its list an object stands
 * @p: the policy
 * @kind: its kind
 * @o: the object, one that is in the list
 *
 * Return: the position, from 0.
 */
size_t policy_index(const struct policy *p, enum object_kind kind, const struct object *o);

/**
 * policy_move() - put an object to another place in its list
 * @p: the policy
 * @kind: its kind
 * @from: where it stands
 * @to: where it is to stand afterwards
 */
void policy_move(struct policy *p, enum object_kind kind, size_t from, size_t to);

/**
 * policy_del() - take an object out of its list
 * @p: the policy
 * @kind: its kind
 * @o: the object, one that is in the list
 */
void policy_del(struct policy *p, enum object_kind kind, const struct object *o);

/**
 * word_make() - a word whose text lives in a policy
 * @p: the policy
 * @text: copied
 * @at: where it stands
 *
 * Return: the word.
 */
struct word word_make(struct policy *p, const char *text, struct mark at);

/**
 * word_list_add() - append a word
 * @p: the policy that the list belongs to
 * @l: the list
 * @w: the word
 */
void word_list_add(struct policy *p, struct word_list *l, struct word w);

/**
 * word_list_has() - is a text in the list?
 * @l: the list
 * @text: the text
 *
 * Return: true if so.
 */
bool word_list_has(const struct word_list *l, const char *text);

/**
 * rule_match() - what a rule asks of the frame, to be read
 * @r: the rule
 *
 * Return: the match, an empty one if the rule asks nothing; never NULL.
 */
const struct match *rule_match(const struct rule *r);

/**
 * rule_ask() - what a rule asks of the frame, to be changed
 * @p: the policy that the rule belongs to
 * @r: the rule; it has a match of its own afterwards
 *
 * Return: the match; never NULL.
 */
struct match *rule_ask(struct policy *p, struct rule *r);

/**
 * rule_tracks() - does a rule say who may begin a conversation?
 * @r: the rule
 *
 * It accepts, is not stateless, and lets IP pass: what is not IP has no conversations.
 *
 * Return: true if so.
 */
bool rule_tracks(const struct rule *r);

/**
 * endpoint_list_add() - append an endpoint
 * @p: the policy that the list belongs to
 * @l: the list
 * @e: the endpoint
 */
void endpoint_list_add(struct policy *p, struct endpoint_list *l, struct endpoint e);

/**
 * endpoint_make() - the endpoint that a word means
 * @w: the word: a reserved one, or a name
 *
 * Return: the endpoint, of the kind ENDPOINT_NAME if it is a name.
 */
struct endpoint endpoint_make(struct word w);

/**
 * endpoint_reserved() - is this word refused as the name of a group or binding?
 * @word: the word
 *
 * Return: true if so.
 */
bool endpoint_reserved(const char *word);

/**
 * binding_select() - tell a port or a glob from each other and set it
 * @b: the binding
 * @match: interface name or glob of interface names
 */
void binding_select(struct binding *b, struct word match);

/**
 * object_word() - what an object is called in messages and files
 * @kind: its kind
 *
 * Return: "bridge", "segment", "group", "binding", "remote", "set", "service",
 *	"service rule", "rule", "quarantine rule".
 */
const char *object_word(enum object_kind kind);

#define policy_each(p, kind, type, var, i)					\
	for ((i) = 0; (i) < (p)->list[kind].n &&				\
	     ((var) = (type *)(void *)(p)->list[kind].v[i], true); (i)++)

#define policy_each_bridge(p, var, i)	policy_each(p, OBJECT_BRIDGE, struct bridge, var, i)
#define policy_each_segment(p, var, i)	policy_each(p, OBJECT_SEGMENT, struct segment, var, i)
#define policy_each_group(p, var, i)	policy_each(p, OBJECT_GROUP, struct group, var, i)
#define policy_each_binding(p, var, i)	policy_each(p, OBJECT_BINDING, struct binding, var, i)
#define policy_each_service(p, var, i)	policy_each(p, OBJECT_SERVICE, struct service, var, i)

#endif /* ISOL_USERSPACE_POLICY_H */
