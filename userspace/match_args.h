/* SPDX-License-Identifier: GPL-2.0 */
/* What a frame has to be, or is, in words of the command line. */
#ifndef ISOL_USERSPACE_MATCH_ARGS_H
#define ISOL_USERSPACE_MATCH_ARGS_H

#include "cmd.h"
#include "craft.h"
#include "match.h"

/* The words; a command that takes them has its own behind them. */
enum {
	MATCH_ARG_TCP,
	MATCH_ARG_UDP,
	MATCH_ARG_SCTP,
	MATCH_ARG_ICMP,
	MATCH_ARG_ICMPV6,
	MATCH_ARG_ARP,
	/* from here on with values */
	MATCH_ARG_ETHER,
	MATCH_ARG_SRC_MAC,
	MATCH_ARG_DST_MAC,
	MATCH_ARG_CAST,
	MATCH_ARG_SRC,
	MATCH_ARG_DST,
	MATCH_ARG_DSCP,
	MATCH_ARG_FRAGMENT,
	MATCH_ARG_PROTO,
	MATCH_ARG_SPORT,
	MATCH_ARG_DPORT,
	MATCH_ARG_TCP_FLAGS,
	MATCH_ARG_TYPE,
	MATCH_ARG_OP,
	MATCH_ARG_ARP_SENDER,
	MATCH_ARG_ARP_TARGET,
	MATCH_ARG_VLAN,
	MATCH_ARG_PCP,
	MATCH_ARG_INNER_VLAN,
	MATCH_ARGS
};

/* How they are written: the beginning of the list that match_word() looks in. */
#define MATCH_ARGS_WORDS						\
	[MATCH_ARG_TCP] = "tcp", [MATCH_ARG_UDP] = "udp",		\
	[MATCH_ARG_SCTP] = "sctp", [MATCH_ARG_ICMP] = "icmp",		\
	[MATCH_ARG_ICMPV6] = "icmpv6", [MATCH_ARG_ARP] = "arp",		\
	[MATCH_ARG_ETHER] = "ether", [MATCH_ARG_SRC_MAC] = "src-mac",	\
	[MATCH_ARG_DST_MAC] = "dst-mac", [MATCH_ARG_CAST] = "cast",	\
	[MATCH_ARG_SRC] = "src", [MATCH_ARG_DST] = "dst",		\
	[MATCH_ARG_DSCP] = "dscp", [MATCH_ARG_FRAGMENT] = "fragment",	\
	[MATCH_ARG_PROTO] = "proto", [MATCH_ARG_SPORT] = "sport",	\
	[MATCH_ARG_DPORT] = "dport", [MATCH_ARG_TCP_FLAGS] = "tcp-flags", \
	[MATCH_ARG_TYPE] = "type", [MATCH_ARG_OP] = "op",		\
	[MATCH_ARG_ARP_SENDER] = "arp-sender",				\
	[MATCH_ARG_ARP_TARGET] = "arp-target",				\
	[MATCH_ARG_VLAN] = "vlan", [MATCH_ARG_PCP] = "pcp",		\
	[MATCH_ARG_INNER_VLAN] = "inner-vlan"

/* What they are, for the help of a command. Only rules know sets. */
#define MATCH_ARGS_HELP							\
	"  tcp|udp|sctp|proto PROTOCOL  [sport PORT] [dport PORT]  tcp-flags FLAGS\n" \
	"  icmp|icmpv6 [type TYPE[/CODE]]\n"				\
	"  src ADDRESS  dst ADDRESS  dscp DSCP  fragment none|first|later\n" \
	"  arp [op OPERATION]  arp-sender ADDRESS  arp-target ADDRESS\n" \
	"  ether ETHERTYPE  src-mac MAC  dst-mac MAC  cast unicast|multicast|broadcast\n" \
	"  vlan VID|none  pcp PRIORITY  inner-vlan VID\n"

/**
 * match_args_find() - find a word of a command that takes these too
 * @a: the command line
 * @word: the word
 * @words: the words of the command: begins with MATCH_ARGS_WORDS, ends with NULL
 * @m: what has been said so far
 *
 * As match_word(), but a value that lacks the word before it is told so.
 *
 * Return: index into @words. Ends the program when none or several match.
 */
int match_args_find(const struct args *a, const char *word, const char *const *words,
		    const struct match *m);

/**
 * match_args_word() - read what one of the words says
 * @a: the words behind it
 * @word: which it is, below MATCH_ARGS
 * @p: where memory comes from
 * @m: in and out: what has been said so far
 *
 * Ends the program when it makes no sense.
 */
void match_args_word(struct args *a, int word, struct policy *p, struct match *m);

/**
 * match_args_end() - all words are read: do they make sense together?
 * @a: the words, for errors
 * @m: what they said
 *
 * Ends the program when they do not.
 */
void match_args_end(const struct args *a, const struct match *m);

/**
 * match_args_frame() - the frame that the words describe
 * @m: what they said
 * @frame: out: that, for craft_frame()
 *
 * Ends the program when they leave a choice.
 */
void match_args_frame(const struct match *m, struct craft *frame);

/**
 * struct frame_fact - what a field is in a frame
 * @field: enum isol_match_attr
 * @word: what it is called in a command line
 * @made_up: nothing told it
 * @text: its value, as it is written there
 */
struct frame_fact {
	u32 field;
	const char *word;
	bool made_up;
	char text[MATCH_TEXT_SIZE];
};

/* The most of them that a frame has. */
#define FRAME_FACTS ISOL_MATCH_A_MAX

/**
 * match_args_facts() - what is in the frame that craft_frame() makes
 * @frame: as given
 * @facts: out: what it is
 *
 * The DSCP and the fragment are among them only where they are given: otherwise
 * they are 0 and none.
 *
 * Return: their number.
 */
size_t match_args_facts(const struct craft *frame, struct frame_fact facts[FRAME_FACTS]);

#endif /* ISOL_USERSPACE_MATCH_ARGS_H */
