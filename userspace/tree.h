/* SPDX-License-Identifier: GPL-2.0 */
/* A policy as a tree of JSON values: what is saved, shown and compared. */
#ifndef ISOL_USERSPACE_TREE_H
#define ISOL_USERSPACE_TREE_H

#include <jansson.h>

#include "policy.h"

/**
 * tree_text() - a JSON string
 * @s: text that need not be UTF-8, like the name of an interface
 *
 * Return: the string; what is not UTF-8 in it is replaced by U+FFFD.
 */
json_t *tree_text(const char *s);

/**
 * tree_set() - put a value into an object
 * @object: the object
 * @key: its key
 * @value: the value; its reference is taken over
 *
 * Ends the program when there is no memory.
 */
void tree_set(json_t *object, const char *key, json_t *value);

/**
 * tree_append() - put a value at the end of an array
 * @array: the array
 * @value: the value; its reference is taken over
 *
 * Ends the program when there is no memory.
 */
void tree_append(json_t *array, json_t *value);

/**
 * tree_mac() - a MAC address as a JSON string
 * @mac: the address
 *
 * Return: the string.
 */
json_t *tree_mac(const u8 mac[6]);

/**
 * tree_counters() - counters as an array of objects
 * @l: the counters
 *
 * Return: the array.
 */
json_t *tree_counters(const struct counter_list *l);

/**
 * tree_of() - an object with the keys of a policy file
 * @kind: kind of the object
 * @o: the object
 *
 * Its name is not in it, except for rules. What has its default is left out,
 * so that objects that mean the same give the same tree.
 *
 * Return: the tree.
 */
json_t *tree_of(enum object_kind kind, const struct object *o);

/**
 * tree_live() - an object with all its keys, its name and what the kernel tells
 * @kind: kind of the object
 * @o: the object
 *
 * The keys that are there and the types of their values do not depend on the
 * values, but for texts that are not set and what a rule does not ask about:
 * they are left out. What a rule asks is a list of strings, ["any"] among them,
 * or an object with such a list as "not".
 *
 * Return: the tree.
 */
json_t *tree_live(enum object_kind kind, const struct object *o);

/**
 * tree_connections() - the connections of a binding as JSON
 * @b: the binding
 *
 * Return: the tree.
 */
json_t *tree_connections(const struct binding *b);

/**
 * tree_policy() - a policy as its file has it
 * @p: the policy
 *
 * Return: the tree.
 */
json_t *tree_policy(const struct policy *p);

#endif /* ISOL_USERSPACE_TREE_H */
