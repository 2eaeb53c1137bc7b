/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contract of the isol family (uapi/linux/isol.h) as tables: what its
 * attributes are called and what they hold.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <stdio.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/isol.h>

/* What an attribute holds. */
enum attr_kind {
	PAD,
	U8,
	U16,
	U32,
	U64,
	S32,
	STRING,
	MAC,
	FLAG,
	NEST,
	ENDPOINT,	/* a nest with a short form */
	BYTES,
	PAIR,		/* two u32 */
	IP4_PAIR,
	IP6_PAIR,
	MAC_PAIR,
};

/* What of a message is of interest: all but attributes that move more than so. */
enum attr_moves {
	STAYS,		/* nothing changes it but a change of what it is about */
	RENEWED,	/* also when the same is made again: numbers, times */
	RUNS,		/* of its own accord: counters, memory */
};

/**
 * struct attr - an attribute
 * @name: NULL ends a table
 * @kind: what it holds
 * @nest: its attributes, of nests; by number
 * @words: names of its values, of integers; or NULL
 * @moves: what changes it
 */
struct attr {
	const char *name;
	enum attr_kind kind;
	const struct attr *nest;
	const char *const *words;
	enum attr_moves moves;
};

extern const struct attr contract_attrs[];
extern const char *const contract_commands[];
extern const char *const kind_words[];

/* Place of a word in a list that NULL ends, or -1. */
int number_of(const char *const *words, const char *word);

/* The reverse; NULL if there is none. */
const char *word_of(const char *const *words, unsigned long long n);

/* An attribute by its number; NULL if the set has none. */
const struct attr *attr_of(const struct attr *set, int nr);

/*
 * Of pairs: what stands between the two when they are written, and what each is:
 * bytes, and the family of addresses, or 0.
 */
char pair_sign(enum attr_kind kind);
size_t pair_size(enum attr_kind kind);
int pair_family(enum attr_kind kind);

/* Of integers of any size. */
unsigned long long attr_integer(const struct nlattr *nla);

/**
 * contract_print() - print the attributes of a message, in one line without end
 * @to: where
 * @nlh: the message
 * @moves: leave out those that move more than this
 */
void contract_print(FILE *to, const struct nlmsghdr *nlh, enum attr_moves moves);

/* Begin a request for a command of a family. */
struct nlmsghdr *contract_message(void *buf, unsigned int family, unsigned int cmd);

/**
 * contract_family() - ask for the number of the family and of its groups
 * @nl: a socket of generic netlink
 * @groups: where those of ISOL_MCGRP_POLICY and ISOL_MCGRP_PORT go
 *
 * Return: the number, or 0 if there is no such family.
 */
unsigned int contract_family(struct mnl_socket *nl, unsigned int groups[2]);

#endif /* CONTRACT_H */
