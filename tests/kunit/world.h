/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bridges and ports for tests, real ones, in the first network namespace, and
 * policies for them.
 *
 * Ports are devices of the test's own: what is sent through one is dropped. All
 * goes away with world_end(), and has to have given its memory back then.
 */
#ifndef ISOL_KUNIT_WORLD_H
#define ISOL_KUNIT_WORLD_H

#include <linux/netdevice.h>

#include "isol.h"
#include "model.h"
#include "policy.h"
#include "port.h"

/* What isol has for the namespace of the tests. */
struct isol_net *world_net(void);

void world_begin(void);
void world_end(void);

/* Each returns the device, or NULL after a failed check. */
struct net_device *world_bridge(const char *name);
struct net_device *world_port(const char *name, struct net_device *bridge);

/* With an interface number of its own, or 0. */
struct net_device *world_port_at(const char *name, struct net_device *bridge, u32 ifindex);

/* Return: 0 or a negative errno. */
int world_plug(struct net_device *port, struct net_device *bridge);
int world_unplug(struct net_device *port);
int world_rename(struct net_device *dev, const char *name);
int world_address(struct net_device *dev, u8 first, u8 last);
int world_alias(struct net_device *dev, const char *alias);
void world_delete(struct net_device *dev);

/* What a device is to the policy in force; NULL if it is no port. */
const struct isol_port *world_seen(const struct net_device *dev);

/* A port is of this kind, has this binding (or ""), and is in the table so. */
#define CHECK_PORT(dev, kind, binding) world_check_port(__LINE__, dev, kind, binding)
void world_check_port(int line, const struct net_device *dev, u8 kind, const char *binding);

/* Wait until ports that have left are forgotten. */
void world_purge(void);

/* ---- policies: a model that is filled and then put in force or given up */

struct isol_model *world_model(void);
void world_manage(struct isol_model *model, const char *bridge, const char *uplink);
void world_bind(struct isol_model *model, const char *binding, const char *port,
		const char *group);
void world_group(struct isol_model *model, const char *group);

/* Ends: a group, a binding, or "any", "host", "uplink", "members", "quarantined". */
void world_rule(struct isol_model *model, const char *name, const char *from, const char *to,
		u8 verdict);

/* Takes the model. Return: as isol_policy_commit(). */
int world_commit(struct isol_model *model);
int world_flush(void);

int world_quarantine(const char *binding);
int world_release(const char *binding);

/* The counter of a rule of the policy in force. */
u64 world_packets(const char *rule);

#endif /* ISOL_KUNIT_WORLD_H */
