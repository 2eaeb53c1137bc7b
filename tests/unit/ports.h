/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A host's ports as a plain list, and the port table made of it; for tests that
 * include kmod/view.c, and have NCLASSES and MOST.
 */
#ifndef ISOL_PORTS_H
#define ISOL_PORTS_H

static struct isol_net in;
static struct isol_class classes[NCLASSES];
static u32 rows[NCLASSES];
static struct isol_policy policy = {
	.compiled.tables = { .classes = classes, .nbridges = 3, .ndomains = 3,
			     .nclasses = NCLASSES },
};

/* Those that the table is to know. */
static struct isol_port *ports[MOST];
static u32 nports;

static struct isol_port *port_by(u32 ifindex)
{
	u32 i;

	for (i = 0; i < nports; i++)
		if (ports[i]->ifindex == ifindex)
			return ports[i];
	return NULL;
}

/* As isol_ports_view() does it. */
static struct isol_view *view_of_all(void)
{
	u32 lowest = U32_MAX, highest = 0, spread, i;
	struct isol_view *view;

	for (i = 0; i < nports; i++) {
		lowest = min(lowest, ports[i]->ifindex);
		highest = max(highest, ports[i]->ifindex);
	}
	for (spread = 1; spread <= 64; spread *= 4) {
		view = isol_view_new(&in, &policy, lowest, highest, nports * spread);
		if (!view)
			return NULL;
		for (i = 0; i < nports; i++)
			if (!isol_view_put(view, ports[i], &ports[i]->place))
				break;
		if (i == nports)
			return view;
		isol_view_free(&in, view);
	}
	return NULL;
}

#endif /* ISOL_PORTS_H */
