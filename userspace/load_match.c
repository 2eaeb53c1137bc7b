// SPDX-License-Identifier: GPL-2.0
/* The keys of a rule that say what the frame has to be. */
#include <stdio.h>
#include <string.h>

#include "load_value.h"
#include "set.h"
#include "text.h"

#define ETHERTYPE_ARP	0x0806
#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_ICMP6	58
#define PROTO_SCTP	132

/**
 * struct match_key - a key of a rule
 * @name: the key
 * @field: what its values are of
 * @proto: the protocol it asks for beside that, if any
 * @of: what has to be asked for beside it: KINDS_*
 * @kind: what it says of the frame's kind: KIND_*; a rule has one key that does
 * @one: what one value is
 * @many: what several are
 */
struct match_key {
	const char *name;
	u32 field;
	u8 proto;
	u8 of;
	u8 kind;
	const char *one;
	const char *many;
};

#define KIND_TCP	1
#define KIND_PORTS	2	/* UDP and SCTP */
#define KIND_PROTO	4
#define KIND_OTHER	8	/* ICMP, ARP: no ports */

#define KINDS_SPORT	(KIND_TCP | KIND_PORTS | KIND_PROTO)
#define KINDS_DPORT	KIND_PROTO
#define KINDS_FLAGS	(KIND_TCP | KIND_PROTO)

static const struct match_key keys[] = {
	{ "tcp", ISOL_MATCH_A_DPORT, PROTO_TCP, 0, KIND_TCP, "a port", "ports" },
	{ "udp", ISOL_MATCH_A_DPORT, PROTO_UDP, 0, KIND_PORTS, "a port", "ports" },
	{ "sctp", ISOL_MATCH_A_DPORT, PROTO_SCTP, 0, KIND_PORTS, "a port", "ports" },
	{ "icmp", ISOL_MATCH_A_ICMP, PROTO_ICMP, 0, KIND_OTHER, "a type", "types" },
	{ "icmpv6", ISOL_MATCH_A_ICMP, PROTO_ICMP6, 0, KIND_OTHER, "a type", "types" },
	{ "proto", ISOL_MATCH_A_PROTO, 0, 0, KIND_PROTO, "a protocol", "protocols" },
	{ "arp", ISOL_MATCH_A_ARP_OP, 0, 0, KIND_OTHER, "an operation", "operations" },
	{ "sport", ISOL_MATCH_A_SPORT, 0, KINDS_SPORT, 0, "a port", "ports" },
	{ "dport", ISOL_MATCH_A_DPORT, 0, KINDS_DPORT, 0, "a port", "ports" },
	{ "tcp_flags", ISOL_MATCH_A_TCP_FLAGS, 0, KINDS_FLAGS, 0,
	  "flags like \"syn/syn+ack\"", "flags" },
	{ "src", ISOL_MATCH_A_SRC_IP4, 0, 0, 0, "an address", "addresses" },
	{ "dst", ISOL_MATCH_A_DST_IP4, 0, 0, 0, "an address", "addresses" },
	{ "dscp", ISOL_MATCH_A_DSCP, 0, 0, 0, "a DSCP", "DSCPs" },
	{ "fragment", ISOL_MATCH_A_FRAGMENT, 0, 0, 0, "none, first or later", "these" },
	{ "arp_sender", ISOL_MATCH_A_ARP_SENDER, 0, 0, 0, "an address", "addresses" },
	{ "arp_target", ISOL_MATCH_A_ARP_TARGET, 0, 0, 0, "an address", "addresses" },
	{ "ether", ISOL_MATCH_A_ETHERTYPE, 0, 0, 0, "an EtherType", "EtherTypes" },
	{ "src_mac", ISOL_MATCH_A_SRC_MAC, 0, 0, 0, "a MAC address in quotes", "these" },
	{ "dst_mac", ISOL_MATCH_A_DST_MAC, 0, 0, 0, "a MAC address in quotes", "these" },
	{ "cast", ISOL_MATCH_A_CAST, 0, 0, 0, "unicast, multicast or broadcast", "these" },
	{ "vlan", ISOL_MATCH_A_VLAN, 0, 0, 0, "a VLAN: 1 to 4094, or none", "these" },
	{ "pcp", ISOL_MATCH_A_PCP, 0, 0, 0, "a priority", "priorities" },
	{ "inner_vlan", ISOL_MATCH_A_INNER_VLAN, 0, 0, 0, "the VID of a tag", "VIDs" },
};

/* A rule that is being read. */
struct match_reader {
	struct policy *p;
	struct diags *d;
	struct match *m;
	const struct ynode *seen[ARRAY_SIZE(keys)];
};

static const struct match_key *find_key(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

/* Where a key of this name stands in the rule, or NULL. */
static const struct ynode *seen(const struct match_reader *r, const char *name)
{
	return r->seen[find_key(name) - keys];
}

static bool takes_any(const struct match_key *key)
{
	return key->kind && key->field != ISOL_MATCH_A_PROTO;
}

/*
 * Values
 */

/* Is the text a value whatever a reader of YAML makes of it? */
static bool is_clear(const struct match_key *key, const struct ynode *n)
{
	if (!n->plain)
		return true;
	switch (yaml_trap(n->text)) {
	case TRAP_NONE:
	case TRAP_NUMBER:
	case TRAP_BASED:
		/* what is no value is refused as such: quotes would not make it one */
		return true;
	case TRAP_BASE60:
		return match_type(key->field) == MATCH_NUMBER;
	default:
		return false;
	}
}

static bool read_value(struct match_reader *r, const struct match_key *key,
		       const struct ynode *n, bool negate)
{
	struct match_value v = { 0 };
	char msg[512];
	u32 field;
	bool ok;

	if (n->type != YNODE_SCALAR) {
		diags_error(r->d, n->at, "%s; expected %s", node_word(n), key->one);
		return false;
	}
	if (!is_clear(key, n) && node_trapped(r->d, n, key->one))
		return false;
	if (strlen(n->text) != n->len) {
		diags_error(r->d, n->at, "a NUL character; expected %s", key->one);
		return false;
	}
	/* so that what is wrong with it is not cut off the message */
	if (n->len > MATCH_TEXT_SIZE) {
		diags_error(r->d, n->at, "%zu bytes; expected %s", n->len, key->one);
		return false;
	}
	if (!strcmp(n->text, "any")) {
		if (takes_any(key))
			diags_error(r->d, n->at, "'any' among others; expected '%s: any' or %s",
				    key->name, key->many);
		else
			diags_error(r->d, n->at, "'any'; expected %s, or no '%s' at all", key->one,
				    key->name);
		return false;
	}
	field = key->field;
	if (field == ISOL_MATCH_A_ICMP)
		ok = match_parse_icmp(key->proto == PROTO_ICMP6, n->text, &v, msg, sizeof(msg));
	else
		ok = match_parse(field, n->text, &v, &field, msg, sizeof(msg));
	if (!ok && match_set_field(field) &&
	    (*n->text == '@' || policy_find_set(r->p, n->text)))
		diags_error(r->d, n->at, "'%s' is no value; expected %s, or {set: %s}", n->text,
			    key->one, n->text + (*n->text == '@'));
	else if (!ok && strchr(n->text, ',') && n->len > 2 && field != ISOL_MATCH_A_TCP_FLAGS)
		diags_error(r->d, n->at, "'%s' is one value to YAML; expected a list: [%s]",
			    n->text, n->text);
	else if (!ok)
		diags_error(r->d, n->at, "%s", msg);
	if (!ok)
		return false;
	v.at = n->at;
	r->m->of[field].negate = negate;
	match_add(&r->p->arena, r->m, field, &v);
	return true;
}

/*
 * Sets
 */

/* Does the key take sets? It is said if it does not. */
static bool takes_sets(struct match_reader *r, const struct match_key *key, struct mark at)
{
	if (match_set_field(key->field))
		return true;
	diags_error(r->d, at,
		    "'%s' with a set; sets are of ports, addresses and MAC addresses: expected %s",
		    key->name, key->one);
	return false;
}

/* Elements in a file are those of a set, which has a name. */
static void refuse_file(struct match_reader *r, const struct match_key *key, struct mark at)
{
	diags_error(r->d, at,
		    "'file' in '%s'; expected a set, with 'sets: {NAME: {%s: {file: PATH}}}' in the policy and '%s: {set: NAME}' here",
		    key->name, set_key(match_set_type(match_set_field(key->field))), key->name);
}

static bool read_set(struct match_reader *r, const struct match_key *key, const struct ynode *n,
		     bool negate)
{
	const u32 field = match_set_field(key->field);
	struct match_value v = { .at = n->at };

	if (n->type == YNODE_MAPPING && n->child && !strcmp(n->child->text, "file")) {
		refuse_file(r, key, n->child->at);
		return false;
	}
	if (n->type != YNODE_SCALAR) {
		diags_error(r->d, n->at, "%s; expected the name of a set", node_word(n));
		return false;
	}
	if (node_trapped(r->d, n, "the name of a set"))
		return false;
	if (strlen(n->text) != n->len) {
		diags_error(r->d, n->at, "a NUL character; expected the name of a set");
		return false;
	}
	if (*n->text == '@') {
		diags_error(r->d, n->at,
			    "'%s'; expected the name without @, which is for command lines",
			    n->text);
		return false;
	}
	v.set = arena_strdup(&r->p->arena, n->text);
	r->m->of[field].negate = negate;
	match_add(&r->p->arena, r->m, field, &v);
	return true;
}

static bool read_sets(struct match_reader *r, const struct match_key *key,
		      const struct ynode *n, bool negate)
{
	const struct ynode *item;
	bool ok = true;

	if (n->type != YNODE_SEQUENCE)
		return read_set(r, key, n, negate);
	if (!n->child) {
		diags_error(r->d, n->at,
			    "an empty list; expected the name of a set or a list of names");
		return false;
	}
	for (item = n->child; item; item = item->next)
		ok = read_set(r, key, item, negate) && ok;
	return ok;
}

/* {set: ...} within a list: there is no such thing as some of both. */
static bool refuse_mixed(struct match_reader *r, const struct match_key *key,
			 const struct ynode *list, const struct ynode *item)
{
	const struct ynode *other;
	bool all = true;

	for (other = list->child; other; other = other->next)
		all &= other->type == YNODE_MAPPING;
	if (all)
		diags_error(r->d, item->at,
			    "{set: ...} in a list; expected the list in it: '%s: {set: [NAME, ...]}'",
			    key->name);
	else
		diags_error(r->d, item->at,
			    "a set among values; for any of them expected two rules, or the values as a set of their own: '%s: {set: [NAME, ...]}', for both '%s: {set: NAME, and: ...}'",
			    key->name, key->name);
	return false;
}

static bool is_set(const struct ynode *n)
{
	return n->type == YNODE_MAPPING && n->child && !strcmp(n->child->text, "set");
}

/*
 * Lists
 */

static bool read_values(struct match_reader *r, const struct match_key *key,
			const struct ynode *n, bool negate)
{
	const struct ynode *item;
	bool ok = true;

	if (n->type != YNODE_SEQUENCE)
		return read_value(r, key, n, negate);
	if (!n->child) {
		if (negate)
			diags_error(r->d, n->at, "an empty list; expected %s or a list of %s",
				    key->one, key->many);
		else if (takes_any(key))
			diags_error(r->d, n->at,
				    "an empty list; expected %s, a list of %s, or '%s: any'",
				    key->one, key->many, key->name);
		else
			diags_error(r->d, n->at,
				    "an empty list; expected %s or a list of %s, or no '%s' at all for any",
				    key->one, key->many, key->name);
		return false;
	}
	for (item = n->child; item; item = item->next) {
		if (is_set(item) && match_set_field(key->field))
			return refuse_mixed(r, key, n, item);
		ok = read_value(r, key, item, negate) && ok;
	}
	return ok;
}

static bool is_any(const struct ynode *n)
{
	return n->type == YNODE_SCALAR && n->len == 3 && !strcmp(n->text, "any");
}

static bool read_not(struct match_reader *r, const struct match_key *key,
		     const struct ynode *value)
{
	if (is_any(value)) {
		diags_error(r->d, value->at,
			    "'not' with 'any' leaves nothing; expected %s or a list of %s",
			    key->one, key->many);
		return false;
	}
	if (!is_set(value))
		return read_values(r, key, value, true);
	if (!takes_sets(r, key, value->child->at))
		return false;
	if (value->child->next->next) {
		diags_error(r->d, value->child->next->next->at,
			    "'%s' beside 'set'; expected '%s: {not: {set: [NAME, ...]}}'",
			    value->child->next->next->text, key->name);
		return false;
	}
	return read_sets(r, key, value->child->next, true);
}

/* What is asked for beside sets: values, or {not: values}. */
static bool read_and(struct match_reader *r, const struct match_key *key, const struct ynode *n)
{
	bool negate = false;

	if (n->type == YNODE_MAPPING && n->child && !strcmp(n->child->text, "not") &&
	    !n->child->next->next) {
		n = n->child->next;
		negate = true;
	}
	if (is_any(n) || n->type == YNODE_MAPPING) {
		diags_error(r->d, n->at, "'and' with %s; expected values beside the set: %s, a list of %s, or {not: ...}",
			    is_any(n) ? "'any'" : node_word(n), key->one, key->many);
		return false;
	}
	return read_values(r, key, n, negate);
}

/* {not: ...}, {set: ...}, {set: ..., and: ...} */
static bool read_mapping(struct match_reader *r, const struct match_key *key,
			 const struct ynode *map)
{
	const struct ynode *k, *first = NULL, *and = NULL;
	const bool sets = match_set_field(key->field);
	bool ok = true;

	if (!map->child) {
		diags_error(r->d, map->at, "an empty mapping; expected %s, a list of %s, %s{not: ...}",
			    key->one, key->many, sets ? "{set: ...} or " : "or ");
		return false;
	}
	for (k = map->child; k; k = k->next->next) {
		const bool not = !strcmp(k->text, "not");

		if (not || !strcmp(k->text, "set")) {
			if (first) {
				diags_error(r->d, k->at,
					    "'%s' beside '%s' in '%s'; expected one of them, or 'and' for values beside a set",
					    k->text, first->text, key->name);
				ok = false;
				continue;
			}
			first = k;
			if (not)
				ok = read_not(r, key, k->next) && ok;
			else
				ok = takes_sets(r, key, k->at) &&
				     read_sets(r, key, k->next, false) && ok;
		} else if (!strcmp(k->text, "and") && sets) {
			and = k;
			ok = read_and(r, key, k->next) && ok;
		} else if (!strcmp(k->text, "file") && sets) {
			refuse_file(r, key, k->at);
			ok = false;
		} else {
			diags_error(r->d, k->at, "unknown key '%s' in '%s'; expected 'not'%s",
				    k->text, key->name, sets ? " or 'set'" : "");
			ok = false;
		}
	}
	if (!and || !ok)
		return ok;
	if (first && (!strcmp(first->text, "set") || is_set(first->next)))
		return true;
	diags_error(r->d, and->at, "'and' without a set; expected '%s: {set: NAME, and: ...}'",
		    key->name);
	return false;
}

static bool read_field(struct match_reader *r, const struct match_key *key,
		       const struct ynode *k)
{
	const struct ynode *n = k->next;

	r->m->of[key->field].at = k->at;
	if (match_set_field(key->field))
		r->m->of[match_set_field(key->field)].at = k->at;
	if (key->field == ISOL_MATCH_A_SRC_IP4)
		r->m->of[ISOL_MATCH_A_SRC_IP6].at = k->at;
	if (key->field == ISOL_MATCH_A_DST_IP4)
		r->m->of[ISOL_MATCH_A_DST_IP6].at = k->at;
	if (key->proto) {
		struct match_value v = { .at = k->at, .lo = key->proto, .hi = key->proto };

		match_add(&r->p->arena, r->m, ISOL_MATCH_A_PROTO, &v);
	}
	if (takes_any(key) && is_any(n)) {
		if (key->field == ISOL_MATCH_A_ARP_OP) {
			struct match_value v = {
				.at = k->at, .lo = ETHERTYPE_ARP, .hi = ETHERTYPE_ARP,
			};

			match_add(&r->p->arena, r->m, ISOL_MATCH_A_ETHERTYPE, &v);
		}
		return true;
	}
	return n->type == YNODE_MAPPING ? read_mapping(r, key, n) : read_values(r, key, n, false);
}

/*
 * Keys beside each other
 */

/* Two keys say of what kind the frame is: @k is the second. */
static bool refuse_kind(struct match_reader *r, const struct match_key *first,
			const struct match_key *second, const struct ynode *k)
{
	const u8 ports = KIND_TCP | KIND_PORTS;
	char hint[64] = "";

	if (first->proto && second->proto)
		snprintf(hint, sizeof(hint), ", or 'proto: [%s, %s]'%s", first->name, second->name,
			 first->kind & ports && second->kind & ports ? " with 'dport'" : "");
	diags_error(r->d, k->at, "'%s' beside '%s' (line %u); expected one of them%s",
		    second->name, first->name, r->seen[first - keys]->at.line, hint);
	return false;
}

/* The key that says of what kind frames are, or NULL; a second one is refused. */
static const struct match_key *find_kind(struct match_reader *r, const struct ynode *map,
					 bool *ok)
{
	const struct match_key *kind = NULL, *key;
	const struct ynode *k;

	for (k = map->child; k; k = k->next->next) {
		key = find_key(k->text);
		if (!key || !key->kind)
			continue;
		if (kind)
			*ok = refuse_kind(r, kind, key, k);
		else
			kind = key;
	}
	return kind;
}

/* @key needs a protocol beside it, and @kind is all there is. */
static bool refuse_need(struct match_reader *r, const struct match_key *key,
			const struct match_key *kind)
{
	const struct mark at = r->seen[key - keys]->at;

	if (kind && key->field == ISOL_MATCH_A_DPORT && kind->field == ISOL_MATCH_A_DPORT)
		diags_error(r->d, at,
			    "'dport' beside '%s' (line %u), which has the destination ports itself; expected '%s: [PORT, ...]'",
			    kind->name, seen(r, kind->name)->at.line, kind->name);
	else if (kind && key->field == ISOL_MATCH_A_TCP_FLAGS)
		diags_error(r->d, at, "'tcp_flags' beside '%s' (line %u), which has none; expected 'tcp'",
			    kind->name, seen(r, kind->name)->at.line);
	else if (kind)
		diags_error(r->d, at,
			    "'%s' beside '%s' (line %u), which has no ports; expected tcp, udp or sctp",
			    key->name, kind->name, seen(r, kind->name)->at.line);
	else if (key->field == ISOL_MATCH_A_TCP_FLAGS)
		diags_error(r->d, at,
			    "'tcp_flags' without a protocol; expected 'tcp: any' or 'tcp' with ports beside it");
	else if (key->field == ISOL_MATCH_A_DPORT)
		diags_error(r->d, at,
			    "'dport' without a protocol; expected 'tcp', 'udp' or 'sctp' with the ports, or 'proto' beside it");
	else
		diags_error(r->d, at,
			    "'sport' without a protocol; expected 'tcp: any' or another of tcp, udp, sctp and proto beside it");
	return false;
}

static bool check_keys(struct match_reader *r, const struct ynode *map)
{
	const struct match_key *kind;
	const struct ynode *k;
	bool ok = true;
	size_t i;

	kind = find_kind(r, map, &ok);
	if (!ok)
		return false;
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (r->seen[i] && keys[i].of && (!kind || !(keys[i].of & kind->kind)))
			ok = refuse_need(r, &keys[i], kind);
	k = seen(r, "arp");
	if (k && seen(r, "ether") && is_any(k->next)) {
		diags_error(r->d, seen(r, "ether")->at,
			    "'ether' beside 'arp: any' (line %u), which is an EtherType itself; expected one of them",
			    k->at.line);
		ok = false;
	}
	return ok;
}

bool load_match(struct policy *p, struct diags *d, const struct ynode *map, struct rule *rule)
{
	struct match_reader r = { .p = p, .d = d };
	const struct match_key *key;
	const struct ynode *k;
	bool any = false, ok;

	for (k = map->child; k; k = k->next->next) {
		key = find_key(k->text);
		if (!key)
			continue;
		r.seen[key - keys] = k;
		any = true;
	}
	if (!any)
		return true;
	r.m = rule_ask(p, rule);
	ok = check_keys(&r, map);
	for (k = map->child; k; k = k->next->next) {
		key = find_key(k->text);
		if (key)
			ok = read_field(&r, key, k) && ok;
	}
	return ok;
}
