// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <linux/isol.h>

#include "check.h"
#include "load.h"
#include "load_value.h"
#include "names.h"
#include "service.h"
#include "text.h"
#include "yaml.h"

#define FORMAT_VERSION	1

struct loader {
	struct policy *policy;
	struct diags *diags;
	bool groups_seen;
	bool groups_broken;
	const struct load_files *files;
};

/*
 * A key that a mapping may have. @read is NULL for keys that are reserved for
 * what this version does not do yet.
 */
struct key {
	const char *name;
	bool (*read)(struct loader *l, void *object, const struct ynode *value);
};

const char *node_word(const struct ynode *n)
{
	switch (n->type) {
	case YNODE_SEQUENCE:
		return "a list";
	case YNODE_MAPPING:
		return "a mapping";
	default:
		if (!n->plain)
			return "a string";
		switch (yaml_trap(n->text)) {
		case TRAP_NULL:
			return "nothing";
		case TRAP_BOOL:
			return "a truth value";
		case TRAP_NUMBER:
		case TRAP_BASED:
		case TRAP_BASE60:
			return "a number";
		default:
			return "a string";
		}
	}
}

static bool is_null(const struct ynode *n)
{
	return n->type == YNODE_SCALAR && n->plain && yaml_trap(n->text) == TRAP_NULL;
}

static bool wrong_type(struct loader *l, const struct ynode *n, const char *expected)
{
	diags_error(l->diags, n->at, "%s; expected %s", node_word(n), expected);
	return false;
}

/* Text that is a string to one reader of YAML and something else to another. */
bool node_trapped(struct diags *d, const struct ynode *n, const char *expected)
{
	const char *meaning = NULL;

	if (!n->plain)
		return false;
	switch (yaml_trap(n->text)) {
	case TRAP_NONE:
		return false;
	case TRAP_NULL:
		if (!*n->text) {
			diags_error(d, n->at, "nothing; expected %s", expected);
			return true;
		}
		meaning = "no value";
		break;
	case TRAP_BOOL:
		meaning = "a truth value";
		break;
	case TRAP_NUMBER:
		meaning = "a number";
		break;
	case TRAP_BASED:
		meaning = "an octal, hexadecimal or binary number";
		break;
	case TRAP_BASE60:
		meaning = "a number in base 60";
		break;
	}
	diags_error(d, n->at, "'%s' without quotes is %s to YAML; expected %s: \"%s\"",
		    n->text, meaning, expected, n->text);
	return true;
}

static bool trapped(struct loader *l, const struct ynode *n, const char *expected)
{
	return node_trapped(l->diags, n, expected);
}

static bool read_string(struct loader *l, const struct ynode *n, const char *expected,
			struct word *w)
{
	if (n->type != YNODE_SCALAR)
		return wrong_type(l, n, expected);
	if (trapped(l, n, expected))
		return false;
	if (strlen(n->text) != n->len) {
		diags_error(l->diags, n->at, "a NUL character; expected %s", expected);
		return false;
	}
	*w = word_make(l->policy, n->text, n->at);
	return true;
}

static bool read_number(struct loader *l, const struct ynode *n, const char *expected,
			unsigned long min, unsigned long max, unsigned long *value)
{
	const char *s = n->text;
	unsigned long v = 0;

	if (n->type != YNODE_SCALAR || !n->plain || !*s)
		return wrong_type(l, n, expected);
	if (s[0] == '0' && s[1]) {
		diags_error(l->diags, n->at,
			    "'%s' is octal or hexadecimal to some readers of YAML; expected %s in decimal",
			    s, expected);
		return false;
	}
	for (; *s >= '0' && *s <= '9' && v <= max; s++)
		v = v * 10 + (*s - '0');
	if (*s && (*s < '0' || *s > '9')) {
		diags_error(l->diags, n->at, "'%s'; expected %s", n->text, expected);
		return false;
	}
	if (v < min || v > max) {
		diags_error(l->diags, n->at, "%s is out of range; expected %s", n->text, expected);
		return false;
	}
	*value = v;
	return true;
}

static bool read_enum(struct loader *l, const struct ynode *n, const struct enum_names *e,
		      const char *expected, u8 *value)
{
	struct guess g = { 0 };
	unsigned int i;
	char buf[64];
	int v;

	if (n->type != YNODE_SCALAR)
		return wrong_type(l, n, expected);
	v = enum_value(e, n->text);
	if (v >= 0) {
		*value = v;
		return true;
	}
	if (n->plain && yaml_trap(n->text) == TRAP_BOOL) {
		diags_error(l->diags, n->at, "'%s' is a truth value to YAML; expected %s", n->text,
			    expected);
		return false;
	}
	g.word = n->text;
	for (i = 0; i < e->n; i++)
		guess_offer(&g, e->v[i]);
	diags_error(l->diags, n->at, "'%s'; expected %s%s", n->text, expected,
		    guess_text(&g, buf, sizeof(buf)));
	return false;
}

/* What is decided where no rule is. */
static bool read_default_verdict(struct loader *l, const struct ynode *n, u8 *value)
{
	const struct enum_names plain = { .v = verdict_names.v, .n = ISOL_VERDICT_ACCEPT + 1 };

	if (n->type == YNODE_SCALAR && !strcmp(n->text, "reject")) {
		diags_error(l->diags, n->at,
			    "'reject' may stand in rules only; expected drop or accept");
		return false;
	}
	return read_enum(l, n, &plain, "drop or accept", value);
}

static bool read_words(struct loader *l, const struct ynode *n, const char *expected,
		       const char *expected_one, struct word_list *list)
{
	const struct ynode *item;
	bool ok = true;
	struct word w;

	if (n->type != YNODE_SEQUENCE)
		return wrong_type(l, n, expected);
	for (item = n->child; item; item = item->next) {
		if (read_string(l, item, expected_one, &w))
			word_list_add(l->policy, list, w);
		else
			ok = false;
	}
	return ok;
}

/* Keys that others have, and what is written here in a rule. */
static const struct {
	const char *key;
	const char *expected;
} rule_hints[] = {
	{ "ip", "'src' or 'dst', or 'ether: ipv4'" },
	{ "mac", "'src_mac' or 'dst_mac'" },
	{ "ethertype", "'ether'" },
	{ "port",
	  "'tcp', 'udp' or 'sctp' with the destination ports, as in 'tcp: 80', or 'sport' beside it",
	},
	{ "ports",
	  "'tcp', 'udp' or 'sctp' with the destination ports, as in 'tcp: [80, 443]', or 'sport' beside it",
	},
	{ "service", "'tcp' or 'udp' with the name of the service, as in 'tcp: https'" },
	{ "source", "'from' for a group or binding, 'src' for addresses" },
	{ "destination", "'to' for a group or binding, 'dst' for addresses" },
	{ "action", "'verdict'" },
	{ "target", "'verdict'" },
	{ "type", "'icmp' or 'icmpv6' with the types, as in 'icmp: echo-request'" },
	{ "icmp_type", "'icmp' with the types, as in 'icmp: echo-request'" },
	{ "icmpv6_type", "'icmpv6' with the types, as in 'icmpv6: echo-request'" },
	{ "state",
	  "none: without 'stateless: true' a rule says who may begin, and the answers pass too",
	},
	{ "ct",
	  "none: without 'stateless: true' a rule says who may begin, and the answers pass too",
	},
	{ "stateful", "none: a rule is stateful unless it is 'stateless: true'" },
	{ "log", "none: frames are counted, not logged, see 'isolctl show rules'" },
};

static bool say_hint(struct loader *l, const struct ynode *k, const char *what)
{
	size_t i;

	if (strcmp(what, "a rule"))
		return false;
	for (i = 0; i < ARRAY_SIZE(rule_hints); i++)
		if (!strcmp(rule_hints[i].key, k->text)) {
			diags_error(l->diags, k->at, "'%s' in a rule; expected %s", k->text,
				    rule_hints[i].expected);
			return true;
		}
	return false;
}

/* {tcp: 80,443} is {tcp: 80, 443: }: what was meant for a value is a key. */
static bool say_list(struct loader *l, const struct ynode *before, const struct ynode *k)
{
	const struct ynode *value = before ? before->next : NULL;

	if (!value || value->type != YNODE_SCALAR || !k->plain || !is_null(k->next) ||
	    k->next->len || k->at.line != before->at.line)
		return false;
	if (!strcmp(before->text, "tcp_flags"))
		diags_error(l->diags, k->at,
			    "unknown key '%s' without a value; if it is a flag, expected '%s+%s' for both set, or a list for either: [%s, %s]",
			    k->text, value->text, k->text, value->text, k->text);
	else
		diags_error(l->diags, k->at,
			    "unknown key '%s' without a value; expected a list, if it is a value of '%s': [%s, %s]",
			    k->text, before->text, value->text, k->text);
	return true;
}

static void say_unknown(struct loader *l, const struct ynode *k, const struct key *keys,
			size_t nkeys, const char *what)
{
	struct guess g = { .word = k->text };
	char buf[KEY_HINT_SIZE];
	size_t i;

	for (i = 0; i < nkeys; i++)
		if (keys[i].read)
			guess_offer(&g, keys[i].name);
	diags_error(l->diags, k->at, "unknown key '%s' in %s%s", k->text, what,
		    key_hint(&g, what, buf));
}

static void say_reserved(struct loader *l, const struct ynode *k, const char *what)
{
	const struct guess g = { .word = k->text };
	char buf[KEY_HINT_SIZE];

	diags_error(l->diags, k->at, "'%s' in %s is not supported yet%s", k->text, what,
		    key_hint(&g, what, buf));
}

/* Read the keys of a mapping into an object. */
static bool read_keys(struct loader *l, const struct ynode *map, const struct key *keys,
		      size_t nkeys, const char *what, void *object)
{
	const struct ynode *k, *before = NULL;
	bool ok = true;
	size_t i;

	for (k = map->child; k; before = k, k = k->next->next) {
		for (i = 0; i < nkeys; i++)
			if (!strcmp(keys[i].name, k->text))
				break;
		if (i == nkeys) {
			if (!say_list(l, before, k) && !say_hint(l, k, what))
				say_unknown(l, k, keys, nkeys, what);
			ok = false;
		} else if (!keys[i].read) {
			say_reserved(l, k, what);
			ok = false;
		} else if (!keys[i].read(l, object, k->next)) {
			ok = false;
		}
	}
	return ok;
}

static bool read_comment(struct loader *l, void *object, const struct ynode *n)
{
	struct object *o = object;

	if (!read_string(l, n, "text", &o->comment))
		return false;
	/* to say nothing is to have no comment: the kernel keeps it so too */
	if (!*o->comment.text)
		o->comment.text = NULL;
	return true;
}

/*
 * Bridges
 */

static bool read_uplinks(struct loader *l, void *object, const struct ynode *n)
{
	struct bridge *b = object;

	return read_words(l, n, "a list of interface names", "an interface name", &b->uplinks);
}

static bool read_default(struct loader *l, void *object, const struct ynode *n)
{
	return read_default_verdict(l, n, &((struct bridge *)object)->verdict);
}

static bool read_unbound(struct loader *l, void *object, const struct ynode *n)
{
	return read_default_verdict(l, n, &((struct bridge *)object)->unbound);
}

static bool read_fragments(struct loader *l, void *object, const struct ynode *n)
{
	return read_default_verdict(l, n, &((struct bridge *)object)->fragments);
}

static bool read_resume(struct loader *l, void *object, const struct ynode *n)
{
	u8 verdict;

	if (!read_default_verdict(l, n, &verdict))
		return false;
	((struct bridge *)object)->ends = verdict == ISOL_VERDICT_DROP;
	return true;
}

static bool read_pickup(struct loader *l, void *object, const struct ynode *n)
{
	unsigned long v;

	if (!read_number(l, n, "a number of seconds from 0 to 3600", 0, ISOL_PICKUP_MAX, &v))
		return false;
	((struct bridge *)object)->pickup = v;
	return true;
}

static const struct key bridge_keys[] = {
	{ "uplinks", read_uplinks },
	{ "default", read_default },
	{ "unbound", read_unbound },
	{ "fragments", read_fragments },
	{ "resume", read_resume },
	{ "pickup", read_pickup },
	{ "comment", read_comment },
};

/*
 * Segments
 */

static bool read_segment_bridge(struct loader *l, void *object, const struct ynode *n)
{
	return read_string(l, n, "the name of a bridge", &((struct segment *)object)->bridge);
}

static bool read_within(struct loader *l, void *object, const struct ynode *n)
{
	return read_default_verdict(l, n, &((struct segment *)object)->within);
}

static bool read_segment_uplink(struct loader *l, void *object, const struct ynode *n)
{
	return read_default_verdict(l, n, &((struct segment *)object)->uplink);
}

static bool read_segment_vlan(struct loader *l, void *object, const struct ynode *n)
{
	unsigned long v;

	if (!read_number(l, n, "a VLAN from 1 to 4094", 1, ISOL_VLAN_MAX, &v))
		return false;
	((struct segment *)object)->vlan = v;
	return true;
}

static const struct key segment_keys[] = {
	{ "bridge", read_segment_bridge },
	{ "vlan", read_segment_vlan },
	{ "within", read_within },
	{ "uplink", read_segment_uplink },
	{ "comment", read_comment },
};

/*
 * Groups
 */

static const struct key group_keys[] = {
	{ "comment", read_comment },
};

/*
 * Bindings
 */

static bool read_selector(struct loader *l, struct binding *b, const struct ynode *n,
			  enum selector selector, const char *expected)
{
	struct word w;

	if (!read_string(l, n, expected, &w))
		return false;
	if (b->selector != SELECTOR_NONE) {
		diags_error(l->diags, n->at,
			    "binding '%s': a second selector; expected one of port, mac and alias",
			    b->o.name.text);
		return false;
	}
	if (selector == SELECTOR_PORT) {
		binding_select(b, w);
		return true;
	}
	if (selector == SELECTOR_MAC && !mac_parse(w.text, b->mac)) {
		diags_error(l->diags, n->at,
			    "'%s'; expected a MAC address like \"52:54:00:12:34:56\"",
			    w.text);
		return false;
	}
	b->selector = selector;
	b->match = w;
	return true;
}

static bool read_port(struct loader *l, void *object, const struct ynode *n)
{
	return read_selector(l, object, n, SELECTOR_PORT, "an interface name");
}

static bool read_mac(struct loader *l, void *object, const struct ynode *n)
{
	return read_selector(l, object, n, SELECTOR_MAC, "a MAC address in quotes");
}

static bool read_alias(struct loader *l, void *object, const struct ynode *n)
{
	return read_selector(l, object, n, SELECTOR_ALIAS, "an interface alias");
}

static bool read_claims(struct loader *l, void *object, const struct ynode *n)
{
	struct binding *b = object;
	unsigned long v;

	if (!read_number(l, n, "a number from 1 to 65535", 1, ISOL_MAX_CLAIMS, &v))
		return false;
	b->claims = v;
	return true;
}

static bool read_max_connections(struct loader *l, void *object, const struct ynode *n)
{
	struct binding *b = object;
	unsigned long v;

	if (!read_number(l, n, "a number from 1 to 4294967295", 1, ISOL_MAX_CONNECTIONS, &v))
		return false;
	b->max_connections = v;
	return true;
}

static bool read_segment(struct loader *l, void *object, const struct ynode *n)
{
	return read_string(l, n, "the name of a segment", &((struct binding *)object)->segment);
}

static bool read_memberships(struct loader *l, void *object, const struct ynode *n)
{
	struct binding *b = object;

	return read_words(l, n, "a list of groups", "the name of a group", &b->groups);
}

static bool read_role(struct loader *l, void *object, const struct ynode *n)
{
	struct binding *b = object;

	return read_enum(l, n, &role_names, "none, isolated, community or promiscuous", &b->role);
}

static bool read_community(struct loader *l, void *object, const struct ynode *n)
{
	return read_string(l, n, "the name of a community",
			   &((struct binding *)object)->community);
}

static const struct key binding_keys[] = {
	{ "port", read_port },
	{ "mac", read_mac },
	{ "alias", read_alias },
	{ "claims", read_claims },
	{ "max_connections", read_max_connections },
	{ "segment", read_segment },
	{ "groups", read_memberships },
	{ "role", read_role },
	{ "community", read_community },
	{ "comment", read_comment },
	{ "ip", NULL },
	{ "guards", NULL },
	{ "vmid", NULL },
	{ "nic", NULL },
};

/*
 * Rules
 */

/* A rule with what only its file has. */
struct rule_reader {
	struct rule *rule;
	bool verdict_seen;
};

/* Sets of addresses are no ends, and are written as what a frame has. */
static bool refuse_set(struct loader *l, const struct ynode *n)
{
	const char *name = "NAME";

	if (n->type != YNODE_MAPPING || !n->child || strcmp(n->child->text, "set"))
		return false;
	if (n->child->next->type == YNODE_SCALAR && n->child->next->len)
		name = n->child->next->text;
	diags_error(l->diags, n->at,
		    "a set is no endpoint; expected the name of a remote, or 'src: {set: %s}' or 'dst' beside an endpoint",
		    name);
	return true;
}

static bool read_endpoints(struct loader *l, const struct ynode *n, struct endpoint_list *list)
{
	static const char expected[] =
		"the name of a group, binding or remote, or any host uplink members quarantined";
	const struct ynode *item;
	struct word w;
	bool ok = true;

	if (n->type == YNODE_SCALAR) {
		if (!read_string(l, n, expected, &w))
			return false;
		endpoint_list_add(l->policy, list, endpoint_make(w));
		return true;
	}
	if (refuse_set(l, n))
		return false;
	if (n->type != YNODE_SEQUENCE || !n->child) {
		diags_error(l->diags, n->at, "%s; expected an endpoint or a list of them",
			    n->child ? node_word(n) : "nothing");
		return false;
	}
	for (item = n->child; item; item = item->next) {
		if (!refuse_set(l, item) && read_string(l, item, expected, &w))
			endpoint_list_add(l->policy, list, endpoint_make(w));
		else
			ok = false;
	}
	return ok;
}

static bool read_name(struct loader *l, void *object, const struct ynode *n)
{
	struct rule_reader *r = object;

	return read_string(l, n, "the name of the rule", &r->rule->o.name);
}

static bool read_from(struct loader *l, void *object, const struct ynode *n)
{
	return read_endpoints(l, n, &((struct rule_reader *)object)->rule->from);
}

static bool read_to(struct loader *l, void *object, const struct ynode *n)
{
	return read_endpoints(l, n, &((struct rule_reader *)object)->rule->to);
}

static bool read_rule_verdict(struct loader *l, void *object, const struct ynode *n)
{
	struct rule_reader *r = object;

	r->verdict_seen = true;
	return read_enum(l, n, &verdict_names, "drop, accept or reject", &r->rule->verdict);
}

/* What people write for a truth value, and some readers of YAML take for one. */
static const char *const truths[][2] = {
	{ "yes", "true" }, { "y", "true" }, { "on", "true" }, { "1", "true" },
	{ "true", "true" },
	{ "no", "false" }, { "n", "false" }, { "off", "false" }, { "0", "false" },
	{ "false", "false" },
};

static bool read_truth(struct loader *l, const struct ynode *n, bool *value)
{
	struct guess g = { 0 };
	char buf[64];
	size_t i;

	if (n->type != YNODE_SCALAR || is_null(n))
		return wrong_type(l, n, "true or false");
	if (n->plain && (!strcmp(n->text, "true") || !strcmp(n->text, "false"))) {
		*value = *n->text == 't';
		return true;
	}
	g.word = n->text;
	guess_offer(&g, "true");
	guess_offer(&g, "false");
	for (i = 0; i < ARRAY_SIZE(truths); i++)
		if (!strcasecmp(truths[i][0], n->text))
			g.best = truths[i][1];
	if (n->plain)
		diags_error(l->diags, n->at, "'%s'; expected true or false%s", n->text,
			    guess_text(&g, buf, sizeof(buf)));
	else
		diags_error(l->diags, n->at, "'%s' in quotes; expected true or false without them",
			    n->text);
	return false;
}

static bool read_stateless(struct loader *l, void *object, const struct ynode *n)
{
	return read_truth(l, n, &((struct rule_reader *)object)->rule->stateless);
}

static bool read_rule_comment(struct loader *l, void *object, const struct ynode *n)
{
	return read_comment(l, &((struct rule_reader *)object)->rule->o, n);
}

static bool read_owner(struct loader *l, void *object, const struct ynode *n)
{
	return read_string(l, n, "the name of an owner",
			   &((struct rule_reader *)object)->rule->owner);
}

/* What a rule asks is read all at once: the keys are not without each other. */
static bool read_later(struct loader *l, void *object, const struct ynode *n)
{
	(void)l;
	(void)object;
	(void)n;
	return true;
}

/* Keys that one might look for under another name. */
static const struct key rule_keys[] = {
	{ "name", read_name },
	{ "from", read_from },
	{ "to", read_to },
	{ "verdict", read_rule_verdict },
	{ "stateless", read_stateless },
	{ "comment", read_rule_comment },
	{ "owner", read_owner },
	{ "tcp", read_later },
	{ "udp", read_later },
	{ "sctp", read_later },
	{ "icmp", read_later },
	{ "icmpv6", read_later },
	{ "proto", read_later },
	{ "arp", read_later },
	{ "sport", read_later },
	{ "dport", read_later },
	{ "tcp_flags", read_later },
	{ "src", read_later },
	{ "dst", read_later },
	{ "dscp", read_later },
	{ "fragment", read_later },
	{ "arp_sender", read_later },
	{ "arp_target", read_later },
	{ "ether", read_later },
	{ "src_mac", read_later },
	{ "dst_mac", read_later },
	{ "cast", read_later },
	{ "vlan", read_later },
	{ "pcp", read_later },
	{ "inner_vlan", read_later },
	{ "cross", NULL },
	{ "max_connections", NULL },
};

static void require(struct loader *l, const struct ynode *at, struct object *o, bool there,
		    const char *what)
{
	if (there)
		return;
	if (*o->name.text)
		diags_error(l->diags, at->at, "rule '%s' has no %s", o->name.text, what);
	else
		diags_error(l->diags, at->at, "the rule has no %s", what);
	o->broken = true;
}

static void load_rule(struct loader *l, const struct ynode *n, enum object_kind kind)
{
	struct object *o = policy_object(l->policy, kind, "", n->at), *first;
	struct rule *rule = (struct rule *)(void *)o;
	struct rule_reader r = { .rule = rule };
	const struct ynode *k;

	if (n->type != YNODE_MAPPING) {
		wrong_type(l, n,
			   "a rule: {name: ..., from: ..., to: ..., verdict: ...}");
		return;
	}
	if (!read_keys(l, n, rule_keys, ARRAY_SIZE(rule_keys), "a rule", &r))
		o->broken = true;
	if (!load_match(l->policy, l->diags, n, rule))
		o->broken = true;
	/* a side that was there but could not be read has been reported */
	for (k = n->child; k; k = k->next->next) {
		if (!strcmp(k->text, "from") && !rule->from.n)
			o->broken = true;
		if (!strcmp(k->text, "to") && !rule->to.n)
			o->broken = true;
	}
	if (!o->broken) {
		require(l, n, o, *o->name.text, "name");
		require(l, n, o, rule->from.n, "'from'");
		require(l, n, o, rule->to.n, "'to'");
		require(l, n, o, r.verdict_seen, "'verdict'; expected drop, accept or reject");
	}
	if (!*o->name.text)
		return;
	first = policy_add(l->policy, kind, o);
	if (first)
		diags_error(l->diags, o->name.at, "a second rule '%s'; the first is at line %u",
			    o->name.text, first->name.at.line);
}

static bool load_rules(struct loader *l, const struct ynode *n, enum object_kind kind)
{
	const struct ynode *item;

	if (is_null(n))
		return true;
	if (n->type != YNODE_SEQUENCE)
		return wrong_type(l, n, "a list of rules");
	for (item = n->child; item; item = item->next)
		load_rule(l, item, kind);
	return true;
}

/*
 * Services
 */

static bool read_where(struct loader *l, void *object, const struct ynode *n)
{
	struct service *s = object;
	const struct service_kind *k = service_kind_find(s->o.name.text);

	if (n->type == YNODE_SCALAR && k && !strcmp(n->text, SERVICE_FOLLOW)) {
		if (k->follows) {
			s->follow = true;
			return true;
		}
		diags_error(l->diags, n->at, "service '%s' cannot follow rules; expected %s",
			    k->name, k->what);
		return false;
	}
	if (is_null(n)) {
		diags_error(l->diags, n->at, "service '%s' is nowhere; expected %s%s",
			    s->o.name.text, k && k->follows ? "'follow', or " : "",
			    k ? k->what : "where it is");
		return false;
	}
	return read_endpoints(l, n, &s->where);
}

static const struct key service_keys[] = {
	{ "where", read_where },
	{ "comment", read_comment },
};

static bool load_services(struct loader *l, void *object, const struct ynode *n)
{
	const struct ynode *k, *v;

	(void)object;
	if (is_null(n))
		return true;
	if (n->type != YNODE_MAPPING)
		return wrong_type(l, n, "a mapping from services to where they are");
	for (k = n->child; k; k = v->next) {
		struct object *o = policy_object(l->policy, OBJECT_SERVICE, k->text, k->at);
		struct service *s = (struct service *)(void *)o;

		v = k->next;
		if (strlen(k->text) != k->len) {
			diags_error(l->diags, k->at, "a NUL character; expected a name");
			continue;
		}
		if (refuse_set(l, v)) {
			o->broken = true;
		} else if (v->type == YNODE_MAPPING) {
			o->broken = !read_keys(l, v, service_keys, ARRAY_SIZE(service_keys),
					       "a service", s);
			if (!o->broken && !s->follow && !s->where.n) {
				diags_error(l->diags, v->at, "service '%s' has no 'where'",
					    o->name.text);
				o->broken = true;
			}
		} else {
			o->broken = !read_where(l, s, v);
		}
		policy_add(l->policy, OBJECT_SERVICE, o);
	}
	return true;
}

/*
 * The sections
 */

static bool load_section(struct loader *l, const struct ynode *n, enum object_kind kind,
			 const struct key *keys, size_t nkeys, bool null_allowed)
{
	static const char *const of[] = {
		[OBJECT_BRIDGE] = "a bridge",
		[OBJECT_SEGMENT] = "a segment",
		[OBJECT_GROUP] = "a group",
		[OBJECT_BINDING] = "a binding",
	};
	const struct ynode *k;
	bool ok = true;

	if (is_null(n))
		return true;
	if (n->type != YNODE_MAPPING)
		return wrong_type(l, n, "a mapping from names to what they are");
	for (k = n->child; k; k = k->next->next) {
		struct object *o = policy_object(l->policy, kind, k->text, k->at);
		const struct ynode *value = k->next;

		if (strlen(k->text) != k->len) {
			diags_error(l->diags, k->at, "a NUL character; expected a name");
			ok = false;
			continue;
		}
		if (trapped(l, k, "a name"))
			o->broken = true;
		if (value->type == YNODE_MAPPING) {
			if (!read_keys(l, value, keys, nkeys, of[kind], o))
				o->broken = true;
		} else if (!null_allowed || !is_null(value)) {
			diags_error(l->diags, value->at, "%s '%s' is %s; expected a mapping%s",
				    object_word(kind), k->text, node_word(value),
				    kind == OBJECT_BRIDGE ? ", {} for the defaults" : "");
			o->broken = true;
		}
		ok = !o->broken && ok;
		policy_add(l->policy, kind, o);
	}
	return ok;
}

static bool load_version(struct loader *l, void *object, const struct ynode *n)
{
	unsigned long v;

	(void)object;
	return read_number(l, n, "1, the version of the format", FORMAT_VERSION, FORMAT_VERSION,
			   &v);
}

static bool load_bridges(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	return load_section(l, n, OBJECT_BRIDGE, bridge_keys, ARRAY_SIZE(bridge_keys), false);
}

static bool load_segments(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	return load_section(l, n, OBJECT_SEGMENT, segment_keys, ARRAY_SIZE(segment_keys), false);
}

static bool load_groups(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	l->groups_seen = true;
	if (!load_section(l, n, OBJECT_GROUP, group_keys, ARRAY_SIZE(group_keys), true))
		l->groups_broken = true;
	return !l->groups_broken;
}

static bool load_bindings(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	return load_section(l, n, OBJECT_BINDING, binding_keys, ARRAY_SIZE(binding_keys), false);
}

static bool load_remotes(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	return load_sets(l->policy, l->diags, l->files, n, true);
}

static bool load_named_sets(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	return load_sets(l->policy, l->diags, l->files, n, false);
}

static bool load_ordered(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	return load_rules(l, n, OBJECT_RULE);
}

static bool read_mode(struct loader *l, void *object, const struct ynode *n)
{
	u8 mode;

	(void)object;
	if (n->type == YNODE_SCALAR && !strcmp(n->text, "contain")) {
		diags_error(l->diags, n->at,
			    "'contain' is said when a binding is quarantined ('isolctl quarantine add BINDING mode contain'); expected isolate");
		return false;
	}
	return read_enum(l, n, &quarantine_names, "isolate", &mode);
}

static bool load_quarantine_rules(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	return load_rules(l, n, OBJECT_QRULE);
}

static const struct key quarantine_keys[] = {
	{ "mode", read_mode },
	{ "rules", load_quarantine_rules },
};

static bool load_quarantine(struct loader *l, void *object, const struct ynode *n)
{
	(void)object;
	if (is_null(n))
		return true;
	if (n->type != YNODE_MAPPING)
		return wrong_type(l, n, "a mapping with 'mode' and 'rules'");
	return read_keys(l, n, quarantine_keys, ARRAY_SIZE(quarantine_keys),
			 "the quarantine section", NULL);
}

static const struct key policy_keys[] = {
	{ "isol", load_version },
	{ "bridges", load_bridges },
	{ "segments", load_segments },
	{ "groups", load_groups },
	{ "bindings", load_bindings },
	{ "services", load_services },
	{ "rules", load_ordered },
	{ "quarantine", load_quarantine },
	{ "remotes", load_remotes },
	{ "sets", load_named_sets },
	{ "tests", NULL },
};

/*
 * The keys of all mappings
 */

/* Those of sets are read elsewhere. */
static const struct key remote_keys[] = {
	{ "addresses", read_later },
	{ "comment", read_later },
};

static const struct key set_keys[] = {
	{ "addresses", read_later },
	{ "macs", read_later },
	{ "ports", read_later },
	{ "comment", read_later },
};

static const struct {
	const char *what;
	const struct key *keys;
	size_t n;
} mappings[] = {
	{ "the policy", policy_keys, ARRAY_SIZE(policy_keys) },
	{ "a bridge", bridge_keys, ARRAY_SIZE(bridge_keys) },
	{ "a segment", segment_keys, ARRAY_SIZE(segment_keys) },
	{ "a group", group_keys, ARRAY_SIZE(group_keys) },
	{ "a binding", binding_keys, ARRAY_SIZE(binding_keys) },
	{ "a remote", remote_keys, ARRAY_SIZE(remote_keys) },
	{ "a set", set_keys, ARRAY_SIZE(set_keys) },
	{ "a service", service_keys, ARRAY_SIZE(service_keys) },
	{ "a rule", rule_keys, ARRAY_SIZE(rule_keys) },
	{ "the quarantine section", quarantine_keys, ARRAY_SIZE(quarantine_keys) },
};

static bool has_key(const struct key *keys, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (keys[i].read && !strcmp(keys[i].name, name))
			return true;
	return false;
}

const char *key_hint(const struct guess *g, const char *what, char buf[KEY_HINT_SIZE])
{
	const char *owner[ARRAY_SIZE(mappings)];
	size_t n = 0, i, len;

	for (i = 0; i < ARRAY_SIZE(mappings); i++)
		if (strcmp(mappings[i].what, what) &&
		    has_key(mappings[i].keys, mappings[i].n, g->word))
			owner[n++] = mappings[i].what;
	guess_text(g, buf, KEY_HINT_SIZE);
	for (i = 0; i < n; i++) {
		len = strlen(buf);
		if (i)
			snprintf(buf + len, KEY_HINT_SIZE - len, "%s%s",
				 i + 1 == n ? " or " : ", ", owner[i]);
		else if (g->best)
			snprintf(buf + len, KEY_HINT_SIZE - len, " '%s' belongs to %s", g->word,
				 owner[i]);
		else
			snprintf(buf + len, KEY_HINT_SIZE - len, "; it belongs to %s", owner[i]);
	}
	return buf;
}

/* A file without a section for the groups has those that its bindings name. */
static void imply_groups(struct loader *l)
{
	struct policy *p = l->policy;
	struct binding *b;
	size_t i, j;

	policy_each_binding(p, b, i) {
		for (j = 0; j < b->groups.n; j++) {
			const struct word *w = &b->groups.v[j];

			if (!policy_find(p, OBJECT_GROUP, w->text))
				policy_add(p, OBJECT_GROUP,
					   policy_object(p, OBJECT_GROUP, w->text, w->at));
		}
	}
}

static const struct ynode *find_key(const struct ynode *map, const char *name)
{
	const struct ynode *k;

	for (k = map->child; k; k = k->next->next)
		if (!strcmp(k->text, name))
			return k->next;
	return NULL;
}

static void load(struct loader *l, const struct ynode *root)
{
	const struct ynode *version;

	if (root->type != YNODE_MAPPING) {
		wrong_type(l, root, "a policy, which begins with 'isol: 1'");
		return;
	}
	version = find_key(root, "isol");
	if (!version) {
		diags_error(l->diags, root->at,
			    "no 'isol: 1'; expected the version of the format before all else");
	} else if (!load_version(l, NULL, version)) {
		/* another format: its keys mean nothing here */
		return;
	}
	read_keys(l, root, policy_keys, ARRAY_SIZE(policy_keys), "the policy", NULL);
	if (!l->groups_seen || l->groups_broken)
		imply_groups(l);
	policy_check(l->policy, l->diags);
}

int isol_load_files(const char *name, const char *buf, size_t len,
		    const struct load_files *files, struct policy **out, struct diags *d)
{
	struct loader l = { .policy = policy_new(), .diags = d, .files = files };
	struct arena nodes = { 0 };
	const struct ynode *root;

	d->file = name;
	*out = NULL;
	root = yaml_read(&nodes, buf, len, d);
	if (root)
		load(&l, root);
	arena_free(&nodes);
	if (d->errors) {
		policy_free(l.policy);
		return -EINVAL;
	}
	*out = l.policy;
	return 0;
}

int isol_load(const char *name, const char *buf, size_t len, struct policy **out,
	      struct diags *d)
{
	return isol_load_files(name, buf, len, NULL, out, d);
}
