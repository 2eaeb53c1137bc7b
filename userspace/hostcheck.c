// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <linux/isol.h>

#include "hostcheck.h"
#include "text.h"

static bool selects(const struct binding *b, const struct link *link)
{
	u8 tap[6];

	switch (b->selector) {
	case SELECTOR_PORT:
		return !strcmp(b->match.text, link->name);
	case SELECTOR_GLOB:
		return glob_match(b->match.text, link->name);
	case SELECTOR_MAC:
		mac_to_tap(b->mac, tap);
		return !memcmp(tap, link->mac, sizeof(tap));
	case SELECTOR_ALIAS:
		return link->alias && !strcmp(b->match.text, link->alias);
	default:
		return false;
	}
}

static bool is_bound(const struct policy *p, const struct bridge *bridge,
		     const struct link *link)
{
	const struct segment *s;
	const struct binding *b;
	size_t i;

	policy_each_binding(p, b, i) {
		if (!selects(b, link))
			continue;
		s = b->segment.text ? policy_find(p, OBJECT_SEGMENT, b->segment.text) : NULL;
		if (!s || !strcmp(s->bridge.text, bridge->o.name.text))
			return true;
	}
	return false;
}

/* As the kernel chooses: port, MAC, alias, and the glob with most literal characters. */
static int rank(const struct binding *b)
{
	const char *s;
	int n = 0;

	switch (b->selector) {
	case SELECTOR_PORT:
		return 1003;
	case SELECTOR_MAC:
		return 1002;
	case SELECTOR_ALIAS:
		return 1001;
	default:
		for (s = b->match.text; *s; s++)
			n += *s != '*' && *s != '?';
		return n;
	}
}

const struct binding *hostcheck_binding(const struct policy *p, const struct link *link)
{
	const struct binding *b, *best = NULL;
	size_t i;

	policy_each_binding(p, b, i)
		if (selects(b, link) && (!best || rank(b) > rank(best)))
			best = b;
	return best;
}

static void check_port(const struct policy *p, const struct bridge *b, const struct link *link,
		       struct diags *d)
{
	const char *word = link_leads_out(link);

	if (!word || word_list_has(&b->uplinks, link->name) || is_bound(p, b, link))
		return;
	diags_error(d, b->o.name.at,
		    "%s, %s, is a port of bridge '%s', but neither an uplink nor bound: its frames would be dropped; add it to the uplinks of '%s', or bind it if it leads to a guest",
		    link->name, word, b->o.name.text, b->o.name.text);
}

static void check_vlan(const struct policy *p, const struct links *l, const struct link *link,
		       struct diags *d)
{
	const struct link *port = links_by_index(l, link->lower);
	const struct link *master = port ? links_by_index(l, port->master) : NULL;
	const struct bridge *b = master ? policy_find(p, OBJECT_BRIDGE, master->name) : NULL;

	if (b)
		diags_warn(d, b->o.name.at,
			   "the VLAN device %s sits on %s, a port of bridge '%s': frames for it pass around the bridge and are not judged",
			   link->name, port->name, b->o.name.text);
}

/* What the policy names already is not what was meant. */
static void warn_missing(const struct policy *p, const struct bridge *b, const struct links *l,
			 struct diags *d)
{
	struct guess g = { .word = b->o.name.text };
	char buf[96];
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i]->kind && !strcmp(l->v[i]->kind, "bridge") &&
		    !policy_find(p, OBJECT_BRIDGE, l->v[i]->name))
			guess_offer(&g, l->v[i]->name);
	diags_warn(d, b->o.name.at, "bridge '%s' does not exist now%s", b->o.name.text,
		   guess_text(&g, buf, sizeof(buf)));
}

static void check_bridge(const struct policy *p, const struct bridge *b, const struct links *l,
			 struct diags *d)
{
	const struct link *bridge = links_by_name(l, b->o.name.text);
	size_t i;

	if (!bridge) {
		warn_missing(p, b, l, d);
		return;
	}
	if (!bridge->kind || strcmp(bridge->kind, "bridge")) {
		diags_error(d, b->o.name.at, "the interface %s is not a bridge", b->o.name.text);
		return;
	}
	for (i = 0; i < b->uplinks.n; i++) {
		const struct word *w = &b->uplinks.v[i];
		const struct link *uplink = links_by_name(l, w->text);

		if (!uplink || uplink->master != bridge->ifindex)
			diags_warn(d, w->at, "the uplink '%s' is not a port of bridge '%s' now",
				   w->text, b->o.name.text);
	}
}

int hostcheck(const struct policy *p, const struct links *l, struct diags *d)
{
	const struct bridge *b;
	size_t i;

	policy_each_bridge(p, b, i)
		check_bridge(p, b, l, d);
	for (i = 0; i < l->n; i++) {
		const struct link *link = l->v[i];
		const struct link *master = links_by_index(l, link->master);

		b = master ? policy_find(p, OBJECT_BRIDGE, master->name) : NULL;
		if (b)
			check_port(p, b, link, d);
		if (link->kind && !strcmp(link->kind, "vlan") && link->lower)
			check_vlan(p, l, link, d);
	}
	return d->errors ? -EINVAL : 0;
}

void hostcheck_unmatched(const struct policy *p, const struct links *l, unmatched_cb cb,
			 void *data)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct link *link = l->v[i];
		const struct link *master = links_by_index(l, link->master);
		const struct bridge *b = NULL;

		if (master)
			b = policy_find(p, OBJECT_BRIDGE, master->name);
		if (b && b->unbound == ISOL_VERDICT_DROP &&
		    !word_list_has(&b->uplinks, link->name) && !is_bound(p, b, link))
			cb(link->name, b->o.name.text, data);
	}
}
