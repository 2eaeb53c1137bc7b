// SPDX-License-Identifier: GPL-2.0
/* What the numbers in frames are called, see match_names.h. */
#include <string.h>

#include <linux/isol.h>

#include "match_names.h"

#define NUMBER_NAMES(name, ...)						\
	static const struct number_name name##_v[] = { __VA_ARGS__ };	\
	const struct number_names name = {				\
		.v = name##_v,						\
		.n = ARRAY_SIZE(name##_v),				\
	}

/* IEEE 802 Numbers; the names are those of nftables and ebtables where they have some */
NUMBER_NAMES(ethertype_names,
	     { "llc", 4 },
	     { "ipv4", 0x0800 },
	     { "ip", 0x0800 },
	     { "ip4", 0x0800 },
	     { "arp", 0x0806 },
	     { "wake-on-lan", 0x0842 },
	     { "trill", 0x22f3 },
	     { "stream-reservation", 0x22ea },
	     { "teb", 0x6558 },
	     { "rarp", 0x8035 },
	     { "appletalk", 0x809b },
	     { "aarp", 0x80f3 },
	     { "vlan", 0x8100 },
	     { "8021q", 0x8100 },
	     { "ipx", 0x8137 },
	     { "ipv6", 0x86dd },
	     { "ip6", 0x86dd },
	     { "flow-control", 0x8808 },
	     { "slow-protocols", 0x8809 },
	     { "lacp", 0x8809 },
	     { "mpls", 0x8847 },
	     { "mpls-multicast", 0x8848 },
	     { "pppoe-discovery", 0x8863 },
	     { "pppoe-session", 0x8864 },
	     { "eapol", 0x888e },
	     { "profinet", 0x8892 },
	     { "aoe", 0x88a2 },
	     { "ethercat", 0x88a4 },
	     { "qinq", 0x88a8 },
	     { "8021ad", 0x88a8 },
	     { "goose", 0x88b8 },
	     { "lldp", 0x88cc },
	     { "macsec", 0x88e5 },
	     { "pbb", 0x88e7 },
	     { "mvrp", 0x88f5 },
	     { "mmrp", 0x88f6 },
	     { "ptp", 0x88f7 },
	     { "ncsi", 0x88f8 },
	     { "prp", 0x88fb },
	     { "cfm", 0x8902 },
	     { "fcoe", 0x8906 },
	     { "fip", 0x8914 },
	     { "roce", 0x8915 },
	     { "batman", 0x4305 },
	     { "loopback", 0x9000 });

NUMBER_NAMES(cast_names,
	     { "unicast", ISOL_CAST_UNICAST },
	     { "multicast", ISOL_CAST_MULTICAST },
	     { "broadcast", ISOL_CAST_BROADCAST });

/* RFC 2474, 2597, 3246, 5865, 8622 */
NUMBER_NAMES(dscp_names,
	     { "cs0", 0 },
	     { "be", 0 },
	     { "df", 0 },
	     { "le", 1 },
	     { "cs1", 8 },
	     { "af11", 10 },
	     { "af12", 12 },
	     { "af13", 14 },
	     { "cs2", 16 },
	     { "af21", 18 },
	     { "af22", 20 },
	     { "af23", 22 },
	     { "cs3", 24 },
	     { "af31", 26 },
	     { "af32", 28 },
	     { "af33", 30 },
	     { "cs4", 32 },
	     { "af41", 34 },
	     { "af42", 36 },
	     { "af43", 38 },
	     { "cs5", 40 },
	     { "voice-admit", 44 },
	     { "va", 44 },
	     { "ef", 46 },
	     { "cs6", 48 },
	     { "cs7", 56 });

NUMBER_NAMES(fragment_names,
	     { "none", ISOL_FRAGMENT_NONE },
	     { "first", ISOL_FRAGMENT_FIRST },
	     { "later", ISOL_FRAGMENT_LATER });

/* Assigned Internet Protocol Numbers */
NUMBER_NAMES(proto_names,
	     { "icmp", 1 },
	     { "igmp", 2 },
	     { "tcp", 6 },
	     { "egp", 8 },
	     { "igp", 9 },
	     { "udp", 17 },
	     { "dccp", 33 },
	     { "rsvp", 46 },
	     { "gre", 47 },
	     { "esp", 50 },
	     { "ah", 51 },
	     { "icmpv6", 58 },
	     { "ipv6-icmp", 58 },
	     { "icmp6", 58 },
	     { "eigrp", 88 },
	     { "ospf", 89 },
	     { "etherip", 97 },
	     { "pim", 103 },
	     { "ipcomp", 108 },
	     { "vrrp", 112 },
	     { "l2tp", 115 },
	     { "isis", 124 },
	     { "sctp", 132 },
	     { "udplite", 136 },
	     { "mpls-in-ip", 137 },
	     { "hip", 139 },
	     { "shim6", 140 },
	     { "ethernet", 143 });

NUMBER_NAMES(icmp_names,
	     { "echo-reply", 0 },
	     { "destination-unreachable", 3 },
	     { "source-quench", 4 },
	     { "redirect", 5 },
	     { "echo-request", 8 },
	     { "router-advertisement", 9 },
	     { "router-solicitation", 10 },
	     { "time-exceeded", 11 },
	     { "parameter-problem", 12 },
	     { "timestamp-request", 13 },
	     { "timestamp-reply", 14 },
	     { "info-request", 15 },
	     { "info-reply", 16 },
	     { "address-mask-request", 17 },
	     { "address-mask-reply", 18 },
	     { "traceroute", 30 },
	     { "photuris", 40 },
	     { "extended-echo-request", 42 },
	     { "extended-echo-reply", 43 });

/* What follows a name for the same number is how nftables calls it, or American. */
NUMBER_NAMES(icmp6_names,
	     { "destination-unreachable", 1 },
	     { "packet-too-big", 2 },
	     { "time-exceeded", 3 },
	     { "parameter-problem", 4 },
	     { "echo-request", 128 },
	     { "echo-reply", 129 },
	     { "mld-query", 130 },
	     { "mld-listener-query", 130 },
	     { "mld-report", 131 },
	     { "mld-listener-report", 131 },
	     { "mld-done", 132 },
	     { "mld-listener-done", 132 },
	     { "mld-listener-reduction", 132 },
	     { "router-solicitation", 133 },
	     { "nd-router-solicit", 133 },
	     { "router-advertisement", 134 },
	     { "nd-router-advert", 134 },
	     { "neighbour-solicitation", 135 },
	     { "neighbor-solicitation", 135 },
	     { "nd-neighbor-solicit", 135 },
	     { "neighbour-advertisement", 136 },
	     { "neighbor-advertisement", 136 },
	     { "nd-neighbor-advert", 136 },
	     { "redirect", 137 },
	     { "nd-redirect", 137 },
	     { "router-renumbering", 138 },
	     { "node-information-query", 139 },
	     { "node-information-reply", 140 },
	     { "inverse-neighbour-solicitation", 141 },
	     { "inverse-neighbor-solicitation", 141 },
	     { "ind-neighbor-solicit", 141 },
	     { "inverse-neighbour-advertisement", 142 },
	     { "inverse-neighbor-advertisement", 142 },
	     { "ind-neighbor-advert", 142 },
	     { "mld2-report", 143 },
	     { "mld2-listener-report", 143 },
	     { "home-agent-discovery-request", 144 },
	     { "home-agent-discovery-reply", 145 },
	     { "mobile-prefix-solicitation", 146 },
	     { "mobile-prefix-advertisement", 147 },
	     { "certification-path-solicitation", 148 },
	     { "certification-path-advertisement", 149 },
	     { "multicast-router-advertisement", 151 },
	     { "multicast-router-solicitation", 152 },
	     { "multicast-router-termination", 153 },
	     { "rpl-control", 155 },
	     { "extended-echo-request", 160 },
	     { "extended-echo-reply", 161 });

/* RFC 826, 903, 1931, 2390, 1577 */
NUMBER_NAMES(arp_op_names,
	     { "request", 1 },
	     { "reply", 2 },
	     { "rrequest", 3 },
	     { "rreply", 4 },
	     { "drarp-request", 5 },
	     { "drarp-reply", 6 },
	     { "drarp-error", 7 },
	     { "inrequest", 8 },
	     { "inreply", 9 },
	     { "nak", 10 });

/* IEEE 802.1Q: a VID of 0 is none */
NUMBER_NAMES(vlan_names,
	     { "none", 0 });

NUMBER_NAMES(tcp_flag_names,
	     { "fin", 1 << 0 },
	     { "syn", 1 << 1 },
	     { "rst", 1 << 2 },
	     { "psh", 1 << 3 },
	     { "ack", 1 << 4 },
	     { "urg", 1 << 5 },
	     { "ece", 1 << 6 },
	     { "cwr", 1 << 7 },
	     { "ns", 1 << 8 });

const struct name_kind name_kinds[NAME_KINDS] = {
	{ .name = "icmp", .what = "types of ICMP", .names = &icmp_names },
	{ .name = "icmpv6", .what = "types of ICMPv6", .names = &icmp6_names },
	{ .name = "proto", .what = "IP protocols", .names = &proto_names },
	{ .name = "dscp", .what = "classes of service of IP", .names = &dscp_names },
	{ .name = "ether", .what = "EtherTypes", .names = &ethertype_names, .hex = true },
	{ .name = "arp", .what = "operations of ARP", .names = &arp_op_names },
	{ .name = "tcp-flags", .what = "TCP flags, and their bits", .names = &tcp_flag_names },
	{ .name = "fragment", .what = "parts of IP packets", .names = &fragment_names },
	{ .name = "cast", .what = "to how many a frame goes", .names = &cast_names },
	{ .name = "vlan", .what = "words for VLANs", .names = &vlan_names },
};

s32 number_of(const struct number_names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->v[i].name, name))
			return names->v[i].number;
	return -1;
}

const char *name_of(const struct number_names *names, u32 number)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (names->v[i].number == number)
			return names->v[i].name;
	return NULL;
}

/* Not names, for they would be as many as there are programs: hints only. */
static const struct {
	const struct number_names *names;
	const char *word;
	const char *name;
} others[] = {
	{ &ethertype_names, "802.1q", "vlan" },
	{ &ethertype_names, "802.1x", "eapol" },
	{ &ethertype_names, "inet", "ipv4" },
	{ &ethertype_names, "inet6", "ipv6" },
	{ &cast_names, "mcast", "multicast" },
	{ &cast_names, "bcast", "broadcast" },
	{ &cast_names, "ucast", "unicast" },
	{ &cast_names, "group", "multicast" },
	{ &fragment_names, "no", "none" },
	{ &fragment_names, "last", "later" },
	{ &fragment_names, "middle", "later" },
	{ &proto_names, "ping", "icmp" },
	{ &icmp_names, "ping", "echo-request" },
	{ &icmp_names, "echo", "echo-request" },
	{ &icmp_names, "pong", "echo-reply" },
	{ &icmp_names, "unreach", "destination-unreachable" },
	{ &icmp_names, "ttl-exceeded", "time-exceeded" },
	{ &icmp6_names, "ping", "echo-request" },
	{ &icmp6_names, "echo", "echo-request" },
	{ &icmp6_names, "pong", "echo-reply" },
	{ &icmp6_names, "unreach", "destination-unreachable" },
	{ &icmp6_names, "too-big", "packet-too-big" },
	{ &icmp6_names, "fragmentation-needed", "packet-too-big" },
	{ &icmp6_names, "ns", "neighbour-solicitation" },
	{ &icmp6_names, "na", "neighbour-advertisement" },
	{ &icmp6_names, "rs", "router-solicitation" },
	{ &icmp6_names, "ra", "router-advertisement" },
	{ &icmp6_names, "nd", "neighbour-solicitation" },
	{ &icmp6_names, "ndp", "neighbour-solicitation" },
	{ &arp_op_names, "who-has", "request" },
	{ &arp_op_names, "is-at", "reply" },
	{ &arp_op_names, "query", "request" },
	{ &arp_op_names, "response", "reply" },
	{ &arp_op_names, "answer", "reply" },
	{ &tcp_flag_names, "push", "psh" },
	{ &tcp_flag_names, "reset", "rst" },
	{ &tcp_flag_names, "urgent", "urg" },
};

const char *other_name(const struct number_names *names, const char *word)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		if (others[i].names == names && !strcmp(others[i].word, word))
			return others[i].name;
	if (strlen(word) < 3)
		return NULL;
	for (i = 0; i < names->n; i++)
		if (strstr(names->v[i].name, word))
			return names->v[i].name;
	return NULL;
}
