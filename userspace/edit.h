/* SPDX-License-Identifier: GPL-2.0 */
/* One change to the enforced policy: read it, change it, put it back. */
#ifndef ISOL_USERSPACE_EDIT_H
#define ISOL_USERSPACE_EDIT_H

#include "cmd.h"

/**
 * struct edit - a change
 * @c: the run
 * @v: what is enforced, read when the change began
 * @p: its policy, being changed
 */
struct edit {
	struct ctx *c;
	struct view v;
	struct policy *p;
};

/**
 * edit_begin() - read what is enforced
 * @e: out: the change; edit_end() has to be called in any case
 * @c: the run
 *
 * Return: exit code.
 */
int edit_begin(struct edit *e, struct ctx *c);

/**
 * edit_end() - free what edit_begin() read
 * @e: the change
 */
void edit_end(struct edit *e);

/**
 * edit_add() - add an object and have the policy enforced
 * @e: the change
 * @kind: kind of the object
 * @o: the object
 * @at: where in its list it is to stand; SIZE_MAX is at the end
 *
 * To add what is there already, the same in all, changes nothing and is no
 * error.
 *
 * Return: exit code.
 */
int edit_add(struct edit *e, enum object_kind kind, struct object *o, size_t at);

/**
 * edit_del() - delete an object and have the policy enforced
 * @e: the change
 * @kind: kind of the object; OBJECT_RULE is a rule of either list
 * @name: its name
 *
 * What another object refers to is not deleted.
 *
 * Return: exit code.
 */
int edit_del(struct edit *e, enum object_kind kind, const char *name);

/**
 * edit_del_command() - the whole of a "del" command
 * @c: the run
 * @a: the words: a name
 * @kind: as edit_del()
 *
 * Return: exit code.
 */
int edit_del_command(struct ctx *c, struct args *a, enum object_kind kind);

/**
 * edit_show_command() - the whole of a "show" command
 * @c: the run
 * @a: the words: a name or nothing
 * @kind: as edit_del()
 *
 * Return: exit code.
 */
int edit_show_command(struct ctx *c, struct args *a, enum object_kind kind);

/**
 * edit_word() - a word of the command line in a policy
 * @p: the policy
 * @s: the word; NULL and the empty one are none
 *
 * Return: the word.
 */
struct word edit_word(struct policy *p, const char *s);

/**
 * edit_verdict() - read a verdict
 * @a: the words
 *
 * Return: enum isol_verdict. Ends the program when the next word is none.
 */
u8 edit_verdict(struct args *a);

/**
 * edit_item() - the next item of a list with commas
 * @p: the policy that it will be in
 * @list: in and out: what is left of the list; NULL at its end
 * @w: out: the item, without blanks around it; empty if there is nothing else
 *
 * Return: false at the end of the list.
 */
bool edit_item(struct policy *p, const char **list, struct word *w);

#endif /* ISOL_USERSPACE_EDIT_H */
