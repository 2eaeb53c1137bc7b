/* SPDX-License-Identifier: GPL-2.0 */
/* Services: what an infrastructure protocol comes to in rules. */
#ifndef ISOL_USERSPACE_SERVICE_H
#define ISOL_USERSPACE_SERVICE_H

#include "policy.h"

/* What the names of all rules of services begin with, and of no others. */
#define SERVICE_PREFIX	"service:"

/* Where the neighbours are, of a service that can say so. */
#define SERVICE_FOLLOW	"follow"

/**
 * struct service_kind - a protocol that is known
 * @name: what it is called
 * @what: what is where the service is: for messages
 * @follows: it can follow the rules instead
 * @found: it does nothing for who cannot find it by ARP or neighbour discovery
 */
struct service_kind {
	const char *name;
	const char *what;
	bool follows;
	bool found;
};

/* All that are known; ends with a name of NULL. */
extern const struct service_kind service_kinds[];

/**
 * service_kind_find() - look a service up
 * @name: its name
 *
 * Return: what is known of it, or NULL.
 */
const struct service_kind *service_kind_find(const char *name);

/* The names of all services, with commas between them, for messages. */
#define SERVICE_LIST_SIZE 128
const char *service_list(char buf[SERVICE_LIST_SIZE]);

/**
 * service_expand() - add the rules that a service comes to
 * @p: the policy
 * @s: one of its services, of a known kind, with its endpoints resolved
 *
 * Does so once. Rules whose names are taken are left out.
 */
void service_expand(struct policy *p, struct service *s);

/**
 * service_drop_rules() - take the rules of a service out of the policy
 * @p: the policy
 * @name: the service
 */
void service_drop_rules(struct policy *p, const char *name);

#endif /* ISOL_USERSPACE_SERVICE_H */
