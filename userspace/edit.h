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
 * @seen: what there was to warn of before
 */
struct edit {
	struct ctx *c;
	struct view v;
	struct policy *p;
	struct seen seen;
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
 * edit_replace() - put an object in the place of another and have the policy enforced
 * @e: the change
 * @kind: kind of the objects
 * @old: the one that is there
 * @o: the one that is to be, of the same name
 * @at: where in its list it is to stand; SIZE_MAX is where the old one stood
 *
 * What is the same in all changes nothing and is no error.
 *
 * Return: exit code.
 */
int edit_replace(struct edit *e, enum object_kind kind, struct object *old, struct object *o,
		 size_t at);

/**
 * edit_no_such() - say that there is no object of a name
 * @e: the change
 * @kind: kind of the object
 * @name: the name
 *
 * Return: exit code.
 */
int edit_no_such(const struct edit *e, enum object_kind kind, const char *name);

/**
 * edit_commit() - have the changed policy enforced
 * @e: the change
 * @name: of the object that it is about: warnings of others were told before
 *
 * Return: exit code.
 */
int edit_commit(struct edit *e, const char *name);

/**
 * edit_report() - tell what has come of a change
 * @e: the change
 * @result: "applied" or "unchanged"
 * @generation: the generation there is now
 *
 * Return: exit code.
 */
int edit_report(struct edit *e, const char *result, u64 generation);

/**
 * edit_del() - delete an object and have the policy enforced
 * @e: the change
 * @kind: kind of the object; OBJECT_RULE is a rule of either list
 * @name: its name
 *
 * What another object refers to is not deleted. The rules of a service go with it.
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
 * edit_verdict() - read the verdict of a default
 * @a: the words
 *
 * Return: enum isol_verdict. Ends the program when the next word is none, or is
 * one of rules only.
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
