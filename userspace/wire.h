/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects to netlink attributes and back.
 *
 * Pure: buffers in, structs out. What comes from the kernel is checked for
 * its length and its terminating NUL all the same, and attributes that this
 * version does not know are skipped.
 */
#ifndef ISOL_USERSPACE_WIRE_H
#define ISOL_USERSPACE_WIRE_H

#include <libmnl/libmnl.h>

#include "policy.h"
#include "state.h"

/**
 * wire_put() - append an object to a message
 * @nlh: the message
 * @size: bytes the message may have
 * @kind: kind of the object; OBJECT_REMOTE and OBJECT_SET are for wire_put_set()
 * @o: the object; policy_check() has been happy with it
 *
 * Return: true; false when there is no room: the message is as before.
 */
bool wire_put(struct nlmsghdr *nlh, size_t size, enum object_kind kind, const struct object *o);

/**
 * wire_put_set() - append a set to a message, or the next part of it
 * @nlh: the message
 * @size: bytes the message may have
 * @remote: the set is a remote
 * @s: the set; policy_check() has been happy with it
 * @next: in and out: the element to begin with, 0 before the first part; the
 *	number of elements when all have been put
 *
 * Return: true; false when there is no room for any of it: the message is as before.
 */
bool wire_put_set(struct nlmsghdr *nlh, size_t size, bool remote, const struct set *s,
		  size_t *next);

/**
 * wire_put_endpoint() - append an end of a question
 * @nlh: the message
 * @type: ISOL_A_FROM or ISOL_A_TO
 * @kind: enum isol_endpoint_kind
 * @name: of it, or NULL
 */
void wire_put_endpoint(struct nlmsghdr *nlh, u16 type, u8 kind, const char *name);

/**
 * wire_get() - read an object into a policy
 * @nest: ISOL_A_BRIDGE, _SEGMENT, _GROUP, _BINDING, _SET or _RULE
 * @p: the policy; the object is added to it, or what it has of a set to the set
 *
 * Return: 0; -EBADMSG for what is not as the contract has it; -EEXIST when the
 * policy has an object of that name; -ENOENT for the rest of a set that it has not.
 */
int wire_get(const struct nlattr *nest, struct policy *p);

/**
 * wire_get_port() - read a port
 * @nest: ISOL_A_PORT
 * @a: what its texts and counters live in
 * @port: out: the port
 *
 * Return: 0 or -EBADMSG.
 */
int wire_get_port(const struct nlattr *nest, struct arena *a, struct port *port);

/**
 * wire_get_quarantine() - read a quarantine
 * @nest: ISOL_A_QUARANTINE
 * @a: what its texts live in
 * @q: out: the quarantine
 *
 * Return: 0 or -EBADMSG.
 */
int wire_get_quarantine(const struct nlattr *nest, struct arena *a, struct quarantine *q);

/**
 * wire_get_status() - read the state of the namespace
 * @nest: ISOL_A_STATUS
 * @s: out: the state
 *
 * Return: 0 or -EBADMSG.
 */
int wire_get_status(const struct nlattr *nest, struct status *s);

/**
 * wire_get_why() - read the answer of ISOL_CMD_WHY
 * @nest: ISOL_A_WHY
 * @w: out: the answer, but for the generation
 *
 * Return: 0 or -EBADMSG.
 */
int wire_get_why(const struct nlattr *nest, struct why *w);

/**
 * wire_get_event() - read a notification
 * @nlh: the message
 * @a: what its texts live in
 * @e: out: the event
 *
 * Return: 0 or -EBADMSG.
 */
int wire_get_event(const struct nlmsghdr *nlh, struct arena *a, struct event *e);

#endif /* ISOL_USERSPACE_WIRE_H */
