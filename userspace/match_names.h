/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the numbers in frames are called. The names are the tool's own, so that
 * a policy means the same on every host.
 */
#ifndef ISOL_USERSPACE_MATCH_NAMES_H
#define ISOL_USERSPACE_MATCH_NAMES_H

#include "types.h"

/**
 * struct number_name - what a number is called
 * @name: the name
 * @number: the number
 */
struct number_name {
	const char *name;
	u32 number;
};

/**
 * struct number_names - what some numbers are called
 * @v: the names; of several for one number the first is written, all are read
 * @n: number of @v
 */
struct number_names {
	const struct number_name *v;
	size_t n;
};

extern const struct number_names ethertype_names;
extern const struct number_names cast_names;
extern const struct number_names dscp_names;
extern const struct number_names fragment_names;
extern const struct number_names proto_names;
extern const struct number_names icmp_names;
extern const struct number_names icmp6_names;
extern const struct number_names arp_op_names;
extern const struct number_names vlan_names;

/* Each is the number of one bit; in the order of these. */
extern const struct number_names tcp_flag_names;

/**
 * struct name_kind - what has names
 * @name: the key of a rule that takes them, as in a command line
 * @what: what they are the names of
 * @names: the names
 * @hex: their numbers are written in hexadecimal
 */
struct name_kind {
	const char *name;
	const char *what;
	const struct number_names *names;
	bool hex;
};

/* Number of @name_kinds. */
#define NAME_KINDS 10

extern const struct name_kind name_kinds[NAME_KINDS];

/**
 * number_of() - the number of a name
 * @names: the names
 * @name: the name
 *
 * Return: the number, or -1 if there is no such name.
 */
s32 number_of(const struct number_names *names, const char *name);

/**
 * name_of() - the name of a number
 * @names: the names
 * @number: the number
 *
 * Return: the name, or NULL if it has none.
 */
const char *name_of(const struct number_names *names, u32 number);

/**
 * other_name() - what somebody may mean by a word that is no name here
 * @names: the names
 * @word: the word
 *
 * Return: one of the names that is called so elsewhere, or else the first that has the
 * word in it; NULL if there is none.
 */
const char *other_name(const struct number_names *names, const char *word);

#endif /* ISOL_USERSPACE_MATCH_NAMES_H */
