/* SPDX-License-Identifier: GPL-2.0 */
/* The words that stand for the numbers of uapi/linux/isol.h. */
#ifndef ISOL_USERSPACE_NAMES_H
#define ISOL_USERSPACE_NAMES_H

/**
 * struct enum_names - the words of one enum
 * @v: word of each value, from 0; NULL behind the last
 * @n: how many
 */
struct enum_names {
	const char *const *v;
	unsigned int n;
};

extern const struct enum_names verdict_names;
extern const struct enum_names role_names;
extern const struct enum_names reason_names;
extern const struct enum_names port_kind_names;
extern const struct enum_names cause_names;
extern const struct enum_names event_names;
extern const struct enum_names quarantine_names;
extern const struct enum_names endpoint_names;

/**
 * enum_name() - the word of a value
 * @e: the enum
 * @value: the value
 *
 * Return: the word, "unknown" for a value this isolctl does not know.
 */
const char *enum_name(const struct enum_names *e, unsigned int value);

/**
 * enum_value() - the value of a word
 * @e: the enum
 * @word: the word
 *
 * Return: the value, or -1.
 */
int enum_value(const struct enum_names *e, const char *word);

#endif /* ISOL_USERSPACE_NAMES_H */
