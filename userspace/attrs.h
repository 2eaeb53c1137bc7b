/* SPDX-License-Identifier: GPL-2.0 */
/* Names of the attributes of uapi/linux/isol.h, for messages. */
#ifndef ISOL_USERSPACE_ATTRS_H
#define ISOL_USERSPACE_ATTRS_H

#include "types.h"

/**
 * struct attr_name - one attribute
 * @name: as people call it; NULL where the number is not used
 * @nest: the attributes in it, NULL if it is not a nest
 */
struct attr_name {
	const char *name;
	const struct attr_names *nest;
};

/**
 * struct attr_names - the attributes of one space
 * @v: by number
 * @n: how many numbers
 * @name: number of the attribute with the object's name, 0 if there is none
 */
struct attr_names {
	const struct attr_name *v;
	u16 n;
	u16 name;
};

extern const struct attr_names isol_attr_names;

/**
 * attr_name_of() - name of an attribute
 * @space: where it stands; NULL is a space without names
 * @type: its number
 *
 * Return: the entry, or NULL.
 */
const struct attr_name *attr_name_of(const struct attr_names *space, u16 type);

#endif /* ISOL_USERSPACE_ATTRS_H */
