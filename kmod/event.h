/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notifications to whoever listens. A failure to send one changes nothing, but
 * the listeners are told that they have missed something (ENOBUFS).
 */
#ifndef ISOL_EVENT_H
#define ISOL_EVENT_H

#include "isol.h"

struct isol_binding;
struct isol_port;
struct isol_quarantine;

/* Context of all: isol_net.lock held; may sleep. */
void isol_event_policy(struct isol_net *in, u8 event, const struct isol_quarantine *quarantine);
void isol_event_port(struct isol_net *in, u8 event, const struct isol_port *port);
/* A binding has reached its limit. */
void isol_event_connections(struct isol_net *in, const struct isol_binding *binding);

#endif /* ISOL_EVENT_H */
