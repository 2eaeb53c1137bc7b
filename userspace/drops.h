/* SPDX-License-Identifier: GPL-2.0 */
/* What drops frames: by counters, each frame told of once. */
#ifndef ISOL_USERSPACE_DROPS_H
#define ISOL_USERSPACE_DROPS_H

#include "pull.h"

/**
 * struct drop - a counter that drops, and whose it is
 * @rule: name of the rule that drops, or NULL
 * @port: the port that the frames came from, or NULL
 * @bridge: of the port; without a port, the bridge whose default drops
 * @reason: enum isol_reason, unless it is a rule
 * @packets: frames
 * @bytes: of them
 */
struct drop {
	const char *rule;
	const char *port;
	const char *bridge;
	u8 reason;
	u64 packets;
	u64 bytes;
};

struct drops {
	struct drop *v;
	size_t n;
	size_t cap;
};

/**
 * drops_find() - what has dropped
 * @v: rules, bridges and ports with their counters
 * @a: where the memory comes from
 * @l: out: the counters, the busiest first; a frame is counted in one of them
 */
void drops_find(const struct view *v, struct arena *a, struct drops *l);

/**
 * drops_unparsed() - who sent what was dropped because it could not be read
 * @v: as above
 * @a: where the memory comes from
 * @l: out: a counter for each port that did, the busiest first. Its frames are among
 *	those of drops_find() too: of the rules and defaults that dropped them
 */
void drops_unparsed(const struct view *v, struct arena *a, struct drops *l);

#endif /* ISOL_USERSPACE_DROPS_H */
