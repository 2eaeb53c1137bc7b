// SPDX-License-Identifier: GPL-2.0
/* The contract of the isol family as tables, see contract.h. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "contract.h"
#include "types.h"

static const char *const verdict_words[] = { "drop", "accept", "reject", NULL };
/* of what is no rule */
static const char *const default_words[] = { "drop", "accept", NULL };
static const char *const role_words[] = {
	"none", "isolated", "community", "promiscuous", NULL
};

const char *const kind_words[] = {
	"any", "host", "uplink", "members", "quarantined", "group", "binding", "port", "remote",
	NULL
};

/* One table for each set of attributes, by number; a NULL name ends it. */

static const char *const table_words[] = { "rules", "quarantine", NULL };
static const char *const mode_words[] = { "isolate", "contain", NULL };
static const char *const port_words[] = {
	"unmanaged", "uplink", "member", "unbound", "gone", NULL
};

static const char *const cause_words[] = { "no-match", "claims", "segment", NULL };
static const char *const event_words[] = {
	"commit", "flush", "quarantine-add", "quarantine-del", "port-add", "port-change",
	"port-del", "connections", NULL
};

static const char *const reason_words[] = {
	"rule", "quarantine-rule", "quarantine", "role", "within", "segment-uplink",
	"bridge-default", "host-default", "unbound", "unjudged", "control", "promisc", "gone",
	"unknown-port", "mismatch", "teardown", "unparsed", "segment", "vlan", "tags", "state",
	"fragment", "connections", NULL
};

static const struct attr counter_attrs[] = {
	[0] = { "unspec" },
	[ISOL_COUNTER_A_PAD] = { "pad", PAD },
	[ISOL_COUNTER_A_REASON] = { "reason", U8, .words = reason_words },
	[ISOL_COUNTER_A_VERDICT] = { "verdict", U8, .words = default_words },
	[ISOL_COUNTER_A_PACKETS] = { "packets", U64 },
	[ISOL_COUNTER_A_BYTES] = { "bytes", U64 },
	{ }
};

static const struct attr bridge_attrs[] = {
	[0] = { "unspec" },
	[ISOL_BRIDGE_A_NAME] = { "name", STRING },
	[ISOL_BRIDGE_A_UPLINK] = { "uplink", STRING },
	[ISOL_BRIDGE_A_DEFAULT] = { "default", U8, .words = default_words },
	[ISOL_BRIDGE_A_UNBOUND] = { "unbound", U8, .words = default_words },
	[ISOL_BRIDGE_A_COMMENT] = { "comment", STRING },
	[ISOL_BRIDGE_A_IFINDEX] = { "ifindex", U32, .moves = RENEWED },
	[ISOL_BRIDGE_A_COUNTER] = { "counter", NEST, counter_attrs, .moves = RUNS },
	[ISOL_BRIDGE_A_FRAGMENTS] = { "fragments", U8, .words = default_words },
	[ISOL_BRIDGE_A_RESUME] = { "resume", U8, .words = default_words },
	[ISOL_BRIDGE_A_PICKUP] = { "pickup", U16 },
	{ }
};

static const struct attr segment_attrs[] = {
	[0] = { "unspec" },
	[ISOL_SEGMENT_A_NAME] = { "name", STRING },
	[ISOL_SEGMENT_A_BRIDGE] = { "bridge", STRING },
	[ISOL_SEGMENT_A_WITHIN] = { "within", U8, .words = default_words },
	[ISOL_SEGMENT_A_UPLINK] = { "uplink", U8, .words = default_words },
	[ISOL_SEGMENT_A_COMMENT] = { "comment", STRING },
	[ISOL_SEGMENT_A_VLAN] = { "vlan", U16 },
	{ }
};

static const struct attr group_attrs[] = {
	[0] = { "unspec" },
	[ISOL_GROUP_A_NAME] = { "name", STRING },
	[ISOL_GROUP_A_COMMENT] = { "comment", STRING },
	[ISOL_GROUP_A_MEMBERS] = { "members", U32 },
	{ }
};

static const struct attr binding_attrs[] = {
	[0] = { "unspec" },
	[ISOL_BINDING_A_NAME] = { "name", STRING },
	[ISOL_BINDING_A_PORT] = { "port", STRING },
	[ISOL_BINDING_A_GLOB] = { "glob", STRING },
	[ISOL_BINDING_A_MAC] = { "mac", MAC },
	[ISOL_BINDING_A_ALIAS] = { "alias", STRING },
	[ISOL_BINDING_A_CLAIMS] = { "claims", U16 },
	[ISOL_BINDING_A_SEGMENT] = { "segment", STRING },
	[ISOL_BINDING_A_GROUP] = { "group", STRING },
	[ISOL_BINDING_A_ROLE] = { "role", U8, .words = role_words },
	[ISOL_BINDING_A_COMMUNITY] = { "community", STRING },
	[ISOL_BINDING_A_COMMENT] = { "comment", STRING },
	[ISOL_BINDING_A_BOUND] = { "bound", U32 },
	[ISOL_BINDING_A_QUARANTINED] = { "quarantined", FLAG },
	[ISOL_BINDING_A_MAX_CONNECTIONS] = { "max-connections", U32 },
	[ISOL_BINDING_A_CONNECTIONS] = { "connections", U32, .moves = RUNS },
	[ISOL_BINDING_A_CONNECTIONS_LIMIT] = { "connections-limit", U32, .moves = RUNS },
	[ISOL_BINDING_A_CONNECTIONS_HITS] = { "connections-hits", U64, .moves = RUNS },
	[ISOL_BINDING_A_PAD] = { "pad", PAD },
	{ }
};

static const struct attr endpoint_attrs[] = {
	[0] = { "unspec" },
	[ISOL_ENDPOINT_A_KIND] = { "kind", U8, .words = kind_words },
	[ISOL_ENDPOINT_A_NAME] = { "name", STRING },
	{ }
};

/* What fields of a frame may be. */
#define VALUES(range, masked) {					\
	[0] = { "unspec" },					\
	[ISOL_VALUES_A_NOT] = { "not", FLAG },			\
	[ISOL_VALUES_A_RANGE] = { "range", range },		\
	[ISOL_VALUES_A_MASKED] = { "masked", masked },		\
	[ISOL_VALUES_A_SET] = { "set", STRING },		\
	{ }							\
}

static const struct attr numbers[] = VALUES(PAIR, PAIR);
static const struct attr ip4_values[] = VALUES(IP4_PAIR, IP4_PAIR);
static const struct attr ip6_values[] = VALUES(IP6_PAIR, IP6_PAIR);
static const struct attr mac_values[] = VALUES(MAC_PAIR, MAC_PAIR);

static const struct attr match_attrs[] = {
	[0] = { "unspec" },
	[ISOL_MATCH_A_ETHERTYPE] = { "ethertype", NEST, numbers },
	[ISOL_MATCH_A_SRC_MAC] = { "src-mac", NEST, mac_values },
	[ISOL_MATCH_A_DST_MAC] = { "dst-mac", NEST, mac_values },
	[ISOL_MATCH_A_CAST] = { "cast", NEST, numbers },
	[ISOL_MATCH_A_SRC_IP4] = { "src-ip4", NEST, ip4_values },
	[ISOL_MATCH_A_DST_IP4] = { "dst-ip4", NEST, ip4_values },
	[ISOL_MATCH_A_SRC_IP6] = { "src-ip6", NEST, ip6_values },
	[ISOL_MATCH_A_DST_IP6] = { "dst-ip6", NEST, ip6_values },
	[ISOL_MATCH_A_DSCP] = { "dscp", NEST, numbers },
	[ISOL_MATCH_A_FRAGMENT] = { "fragment", NEST, numbers },
	[ISOL_MATCH_A_PROTO] = { "proto", NEST, numbers },
	[ISOL_MATCH_A_SPORT] = { "sport", NEST, numbers },
	[ISOL_MATCH_A_DPORT] = { "dport", NEST, numbers },
	[ISOL_MATCH_A_TCP_FLAGS] = { "tcp-flags", NEST, numbers },
	[ISOL_MATCH_A_ICMP] = { "icmp", NEST, numbers },
	[ISOL_MATCH_A_ARP_OP] = { "arp-op", NEST, numbers },
	[ISOL_MATCH_A_ARP_SENDER] = { "arp-sender", NEST, ip4_values },
	[ISOL_MATCH_A_ARP_TARGET] = { "arp-target", NEST, ip4_values },
	[ISOL_MATCH_A_VLAN] = { "vlan", NEST, numbers },
	[ISOL_MATCH_A_PCP] = { "pcp", NEST, numbers },
	[ISOL_MATCH_A_INNER_VLAN] = { "inner-vlan", NEST, numbers },
	[ISOL_MATCH_A_SRC_SET] = { "src-set", NEST, ip4_values },
	[ISOL_MATCH_A_DST_SET] = { "dst-set", NEST, ip4_values },
	[ISOL_MATCH_A_SRC_MAC_SET] = { "src-mac-set", NEST, mac_values },
	[ISOL_MATCH_A_DST_MAC_SET] = { "dst-mac-set", NEST, mac_values },
	[ISOL_MATCH_A_SPORT_SET] = { "sport-set", NEST, numbers },
	[ISOL_MATCH_A_DPORT_SET] = { "dport-set", NEST, numbers },
	{ }
};

static const struct attr rule_attrs[] = {
	[0] = { "unspec" },
	[ISOL_RULE_A_PAD] = { "pad", PAD },
	[ISOL_RULE_A_NAME] = { "name", STRING },
	[ISOL_RULE_A_TABLE] = { "table", U8, .words = table_words },
	[ISOL_RULE_A_FROM] = { "from", ENDPOINT, endpoint_attrs },
	[ISOL_RULE_A_TO] = { "to", ENDPOINT, endpoint_attrs },
	[ISOL_RULE_A_VERDICT] = { "verdict", U8, .words = verdict_words },
	[ISOL_RULE_A_STATELESS] = { "stateless", FLAG },
	[ISOL_RULE_A_COMMENT] = { "comment", STRING },
	[ISOL_RULE_A_OWNER] = { "owner", STRING },
	[ISOL_RULE_A_PACKETS] = { "packets", U64, .moves = RUNS },
	[ISOL_RULE_A_BYTES] = { "bytes", U64, .moves = RUNS },
	[ISOL_RULE_A_MATCH] = { "match", NEST, match_attrs },
	{ }
};

static const char *const type_words[] = { "addresses", "macs", "ports", NULL };

static const struct attr set_attrs[] = {
	[0] = { "unspec" },
	[ISOL_SET_A_NAME] = { "name", STRING },
	[ISOL_SET_A_TYPE] = { "type", U8, .words = type_words },
	[ISOL_SET_A_REMOTE] = { "remote", FLAG },
	[ISOL_SET_A_COMMENT] = { "comment", STRING },
	[ISOL_SET_A_APPEND] = { "append", FLAG },
	[ISOL_SET_A_IP4] = { "ip4", IP4_PAIR },
	[ISOL_SET_A_IP6] = { "ip6", IP6_PAIR },
	[ISOL_SET_A_MAC] = { "mac", MAC_PAIR },
	[ISOL_SET_A_PORT] = { "port", PAIR },
	{ }
};

static const struct attr port_attrs[] = {
	[0] = { "unspec" },
	[ISOL_PORT_A_IFINDEX] = { "ifindex", U32, .moves = RENEWED },
	[ISOL_PORT_A_NAME] = { "name", STRING },
	[ISOL_PORT_A_MAC] = { "mac", MAC },
	[ISOL_PORT_A_ALIAS] = { "alias", STRING },
	[ISOL_PORT_A_BRIDGE] = { "bridge", STRING },
	[ISOL_PORT_A_KIND] = { "kind", U8, .words = port_words },
	[ISOL_PORT_A_BINDING] = { "binding", STRING },
	[ISOL_PORT_A_CAUSE] = { "cause", U8, .words = cause_words },
	[ISOL_PORT_A_QUARANTINED] = { "quarantined", FLAG },
	[ISOL_PORT_A_COUNTER] = { "counter", NEST, counter_attrs, .moves = RUNS },
	{ }
};

static const struct attr quarantine_attrs[] = {
	[0] = { "unspec" },
	[ISOL_QUARANTINE_A_PAD] = { "pad", PAD },
	[ISOL_QUARANTINE_A_BINDING] = { "binding", STRING },
	[ISOL_QUARANTINE_A_MODE] = { "mode", U8, .words = mode_words },
	[ISOL_QUARANTINE_A_COMMENT] = { "comment", STRING },
	[ISOL_QUARANTINE_A_SINCE] = { "since", U64, .moves = RENEWED },
	[ISOL_QUARANTINE_A_ORPHAN] = { "orphan", FLAG },
	{ }
};

static const struct attr status_attrs[] = {
	[0] = { "unspec" },
	[ISOL_STATUS_A_PAD] = { "pad", PAD },
	[ISOL_STATUS_A_ENFORCING] = { "enforcing", FLAG },
	[ISOL_STATUS_A_VERSION] = { "version", STRING },
	[ISOL_STATUS_A_SINCE] = { "since", U64, .moves = RENEWED },
	[ISOL_STATUS_A_BRIDGES] = { "bridges", U32 },
	[ISOL_STATUS_A_SEGMENTS] = { "segments", U32 },
	[ISOL_STATUS_A_GROUPS] = { "groups", U32 },
	[ISOL_STATUS_A_BINDINGS] = { "bindings", U32 },
	[ISOL_STATUS_A_RULES] = { "rules", U32 },
	[ISOL_STATUS_A_CLASSES] = { "classes", U32 },
	[ISOL_STATUS_A_MEMORY] = { "memory", U64, .moves = RUNS },
	[ISOL_STATUS_A_MEMORY_LIMIT] = { "memory-limit", U64 },
	[ISOL_STATUS_A_PORTS] = { "ports", U32 },
	[ISOL_STATUS_A_UNBOUND] = { "unbound", U32 },
	[ISOL_STATUS_A_UNMANAGED] = { "unmanaged", U32 },
	[ISOL_STATUS_A_QUARANTINED] = { "quarantined", U32 },
	[ISOL_STATUS_A_TRANSACTIONS] = { "transactions", U32 },
	[ISOL_STATUS_A_UNKNOWN_DROPS] = { "unknown-drops", U64, .moves = RUNS },
	[ISOL_STATUS_A_SETS] = { "sets", U32 },
	[ISOL_STATUS_A_REJECTS] = { "rejects", U64, .moves = RUNS },
	[ISOL_STATUS_A_REJECTS_LIMITED] = { "rejects-limited", U64, .moves = RUNS },
	[ISOL_STATUS_A_TRACKED] = { "tracked", FLAG },
	{ }
};

static const struct attr why_attrs[] = {
	[0] = { "unspec" },
	[ISOL_WHY_A_VERDICT] = { "verdict", U8, .words = verdict_words },
	[ISOL_WHY_A_REASON] = { "reason", U8, .words = reason_words },
	[ISOL_WHY_A_RULE] = { "rule", STRING },
	[ISOL_WHY_A_BRIDGE] = { "bridge", STRING },
	[ISOL_WHY_A_FROM_KIND] = { "from-kind", U8, .words = port_words },
	[ISOL_WHY_A_FROM_BINDING] = { "from-binding", STRING },
	[ISOL_WHY_A_TO_KIND] = { "to-kind", U8, .words = port_words },
	[ISOL_WHY_A_TO_BINDING] = { "to-binding", STRING },
	[ISOL_WHY_A_DEPENDS] = { "depends", FLAG },
	[ISOL_WHY_A_TRACKED] = { "tracked", FLAG },
	{ }
};

const struct attr contract_attrs[] = {
	[0] = { "unspec" },
	[ISOL_A_PAD] = { "pad", PAD },
	[ISOL_A_GENERATION] = { "generation", U64, .moves = RENEWED },
	[ISOL_A_BASE_GENERATION] = { "base-generation", U64 },
	[ISOL_A_TIMEOUT] = { "timeout", U32 },
	[ISOL_A_ERROR] = { "error", S32 },
	[ISOL_A_MESSAGE] = { "message", STRING },
	[ISOL_A_EVENT] = { "event", U8, .words = event_words },
	[ISOL_A_BRIDGE_NAME] = { "bridge-name", STRING },
	[ISOL_A_BRIDGE] = { "bridge", NEST, bridge_attrs },
	[ISOL_A_SEGMENT] = { "segment", NEST, segment_attrs },
	[ISOL_A_GROUP] = { "group", NEST, group_attrs },
	[ISOL_A_BINDING] = { "binding", NEST, binding_attrs },
	[ISOL_A_RULE] = { "rule", NEST, rule_attrs },
	[ISOL_A_PORT] = { "port", NEST, port_attrs },
	[ISOL_A_QUARANTINE] = { "quarantine", NEST, quarantine_attrs },
	[ISOL_A_STATUS] = { "status", NEST, status_attrs },
	[ISOL_A_FROM] = { "from", ENDPOINT, endpoint_attrs },
	[ISOL_A_TO] = { "to", ENDPOINT, endpoint_attrs },
	[ISOL_A_WHY] = { "why", NEST, why_attrs },
	[ISOL_A_FRAME] = { "frame", BYTES },
	[ISOL_A_SET] = { "set", NEST, set_attrs },
	[ISOL_A_VLAN] = { "vlan", U16 },
	{ }
};

const char *const contract_commands[] = {
	"UNSPEC", "STATUS_GET", "BEGIN", "ADD", "COMMIT", "ABORT", "FLUSH", "DONE",
	"BRIDGE_GET", "SEGMENT_GET", "GROUP_GET", "BINDING_GET", "RULE_GET", "PORT_GET",
	"QUARANTINE_GET", "WHY", "QUARANTINE_ADD", "QUARANTINE_DEL", "POLICY_NTF", "PORT_NTF",
	"SET_GET", NULL
};

int number_of(const char *const *words, const char *word)
{
	int i;

	for (i = 0; words && words[i]; i++)
		if (!strcasecmp(words[i], word))
			return i;
	return -1;
}

const char *word_of(const char *const *words, unsigned long long n)
{
	unsigned int i;

	for (i = 0; words && words[i]; i++)
		if (i == n)
			return words[i];
	return NULL;
}

const struct attr *attr_of(const struct attr *set, int nr)
{
	int i;

	for (i = 0; set && set[i].name; i++)
		if (i == nr)
			return &set[i];
	return NULL;
}

unsigned long long attr_integer(const struct nlattr *nla)
{
	unsigned long long n64;

	switch (mnl_attr_get_payload_len(nla)) {
	case 1:
		return mnl_attr_get_u8(nla);
	case 2:
		return mnl_attr_get_u16(nla);
	case 4:
		return mnl_attr_get_u32(nla);
	case 8:
		memcpy(&n64, mnl_attr_get_payload(nla), sizeof(n64));
		return n64;
	}
	return 0;
}

char pair_sign(enum attr_kind kind)
{
	return kind == MAC_PAIR ? '/' : '-';
}

size_t pair_size(enum attr_kind kind)
{
	return kind == MAC_PAIR ? 6 : kind == IP6_PAIR ? 16 : 4;
}

int pair_family(enum attr_kind kind)
{
	return kind == IP6_PAIR ? AF_INET6 : kind == IP4_PAIR ? AF_INET : 0;
}

static void print_bytes(FILE *to, const unsigned char *p, size_t len, const char *between)
{
	size_t i;

	for (i = 0; i < len; i++)
		fprintf(to, "%s%02x", i ? between : "", p[i]);
}

/* One of the two. */
static void print_half(FILE *to, enum attr_kind kind, const unsigned char *p)
{
	char text[INET6_ADDRSTRLEN];
	unsigned int n;

	if (pair_family(kind)) {
		inet_ntop(pair_family(kind), p, text, sizeof(text));
		fprintf(to, "%s", text);
	} else if (kind == MAC_PAIR) {
		print_bytes(to, p, 6, ":");
	} else {
		memcpy(&n, p, sizeof(n));
		fprintf(to, "%u", n);
	}
}

static void print_pair(FILE *to, enum attr_kind kind, const unsigned char *p, size_t len)
{
	size_t size = pair_size(kind);

	fputc('=', to);
	if (len != 2 * size) {
		print_bytes(to, p, len, "");
		return;
	}
	print_half(to, kind, p);
	fputc(pair_sign(kind), to);
	print_half(to, kind, p + size);
}

static void print_text(FILE *to, const char *s, size_t len)
{
	bool plain = len > 0;
	size_t i;

	for (i = 0; i < len; i++)
		if (!isgraph((unsigned char)s[i]))
			plain = false;
	if (plain) {
		fprintf(to, "%.*s", (int)len, s);
		return;
	}
	fputc('"', to);
	for (i = 0; i < len; i++)
		if (isprint((unsigned char)s[i]))
			fputc(s[i], to);
		else
			fprintf(to, "\\x%02x", (unsigned char)s[i]);
	fputc('"', to);
}

static void print_attr(FILE *to, const struct attr *set, const struct nlattr *nla,
		       enum attr_moves moves);

static void print_value(FILE *to, const struct attr *a, const struct nlattr *nla,
			enum attr_moves moves)
{
	const unsigned char *p = mnl_attr_get_payload(nla);
	size_t len = mnl_attr_get_payload_len(nla);
	const struct nlattr *sub;
	const char *word;

	switch (a->kind) {
	case NEST:
	case ENDPOINT:
		fputc('{', to);
		mnl_attr_for_each_nested(sub, nla)
			print_attr(to, a->nest, sub, moves);
		fprintf(to, " }");
		break;
	case STRING:
		fputc('=', to);
		print_text(to, (const char *)p, strnlen((const char *)p, len));
		break;
	case MAC:
		fputc('=', to);
		print_bytes(to, p, 6, ":");
		break;
	case BYTES:
		fputc('=', to);
		print_bytes(to, p, len, "");
		break;
	case PAIR:
	case IP4_PAIR:
	case IP6_PAIR:
	case MAC_PAIR:
		print_pair(to, a->kind, p, len);
		break;
	case FLAG:
		break;
	case S32:
		fprintf(to, "=%d", (int)attr_integer(nla));
		break;
	default:
		word = word_of(a->words, attr_integer(nla));
		if (word)
			fprintf(to, "=%s", word);
		else
			fprintf(to, "=%llu", attr_integer(nla));
	}
}

static void print_attr(FILE *to, const struct attr *set, const struct nlattr *nla,
		       enum attr_moves moves)
{
	const struct attr *a = attr_of(set, mnl_attr_get_type(nla));

	if (!a) {
		fprintf(to, " #%u", mnl_attr_get_type(nla));
	} else if (a->kind != PAD && a->moves <= moves) {
		fprintf(to, " %s", a->name);
		print_value(to, a, nla, moves);
	}
}

void contract_print(FILE *to, const struct nlmsghdr *nlh, enum attr_moves moves)
{
	const struct nlattr *nla;

	mnl_attr_for_each(nla, nlh, sizeof(struct genlmsghdr))
		print_attr(to, contract_attrs, nla, moves);
}

struct nlmsghdr *contract_message(void *buf, unsigned int family, unsigned int cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl->cmd = cmd;
	genl->version = ISOL_GENL_VERSION;
	return nlh;
}

static void read_group(const struct nlattr *group, unsigned int groups[2])
{
	const char *name = "";
	const struct nlattr *nla;
	unsigned int id = 0;

	mnl_attr_for_each_nested(nla, group) {
		if (mnl_attr_get_type(nla) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(nla);
		if (mnl_attr_get_type(nla) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(nla);
	}
	groups[!strcmp(name, ISOL_MCGRP_PORT)] = id;
}

unsigned int contract_family(struct mnl_socket *nl, unsigned int groups[2])
{
	char buf[8192] __aligned(8);
	struct nlmsghdr *nlh = contract_message(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	const struct nlattr *nla, *group;
	unsigned int family = 0;
	ssize_t n;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ISOL_GENL_NAME);
	nlh->nlmsg_flags = NLM_F_REQUEST;
	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return 0;
	n = mnl_socket_recvfrom(nl, buf, sizeof(buf));
	if (n < (ssize_t)sizeof(*nlh) || nlh->nlmsg_type != GENL_ID_CTRL)
		return 0;
	mnl_attr_for_each(nla, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(nla) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(nla);
		if (mnl_attr_get_type(nla) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, nla)
			read_group(group, groups);
	}
	return family;
}
