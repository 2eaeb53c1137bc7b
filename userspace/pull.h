/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel enforces and knows, read as of one generation. */
#ifndef ISOL_USERSPACE_PULL_H
#define ISOL_USERSPACE_PULL_H

#include "genl.h"
#include "policy.h"
#include "state.h"

#define PULL_POLICY		0x1
#define PULL_PORTS		0x2
#define PULL_QUARANTINES	0x4

/**
 * struct view - one consistent look
 * @generation: the generation all of it is of
 * @status: state of the namespace
 * @policy: what is enforced; empty if nothing is
 * @ports: the bridge ports
 * @nports: number of @ports
 * @quarantines: the quarantines
 * @nquarantines: number of @quarantines
 * @arena: what ports and quarantines live in
 */
struct view {
	u64 generation;
	struct status status;
	struct policy *policy;
	struct port *ports;
	size_t nports;
	size_t ports_cap;
	struct quarantine *quarantines;
	size_t nquarantines;
	size_t quarantines_cap;
	struct arena arena;
};

/**
 * pull() - look
 * @g: the connection
 * @what: PULL_* of what is wanted; the status and the generation always are
 * @v: out: the view; to be freed in any case
 *
 * Starts over when things change meanwhile.
 *
 * Return: 0; -EAGAIN when things never stopped changing; other negative
 * errnos. @g->error tells more.
 */
int pull(struct genl *g, unsigned int what, struct view *v);

/**
 * pull_free() - free a view
 * @v: the view; empty afterwards
 */
void pull_free(struct view *v);

#endif /* ISOL_USERSPACE_PULL_H */
