// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <linux/isol.h>

#include "hostcheck.h"
#include "text.h"
#include "vlancheck.h"
#include "warn.h"

/* A name as a shell takes it: what is said here is there to be copied. */
static char *shell_word(const char *name)
{
	const char *end = name;
	char *out, *p;

	while (isalnum((unsigned char)*end) || (*end && strchr("_.:@-", *end)))
		end++;
	if (!*end)
		return xstrdup(name);
	/* four characters for one, at the most, and two around them */
	out = xcalloc(4, strlen(name) + 1);
	p = out;
	*p++ = '\'';
	for (; *name; name++) {
		if (*name == '\'')
			p = stpcpy(p, "'\\'");
		*p++ = *name;
	}
	*p = '\'';
	return out;
}

/* The bridge of a segment if it looks at VLANs and they are known, or NULL. */
static const struct link *filtering(const struct vlan_host *h, const struct segment *s)
{
	const struct link *bridge = s->vlan ? links_by_name(h->l, s->bridge.text) : NULL;

	return bridge && bridge->filters && bridge->vlans ? bridge : NULL;
}

static const struct segment *segment_of(const struct policy *p, const struct binding *b)
{
	return b->segment.text ? policy_find(p, OBJECT_SEGMENT, b->segment.text) : NULL;
}

static const struct segment *segment_in(const struct policy *p, const char *bridge, u16 vlan)
{
	const struct segment *s;
	size_t i;

	policy_each_segment(p, s, i)
		if (s->vlan == vlan && !strcmp(s->bridge.text, bridge))
			return s;
	return NULL;
}

/* Which binding a port is, if it is one on this bridge. */
static const struct binding *binding_of(const struct vlan_host *h, const struct link *port,
					const char *bridge)
{
	const struct binding *b = NULL;
	const struct segment *s;
	size_t i;

	if (!h->v)
		b = hostcheck_binding(h->p, port);
	for (i = 0; h->v && i < h->v->nports; i++) {
		const struct port *known = &h->v->ports[i];

		if (known->ifindex != port->ifindex)
			continue;
		if (known->kind == ISOL_PORT_MEMBER && known->binding)
			b = policy_find(h->p, OBJECT_BINDING, known->binding);
		break;
	}
	s = b ? segment_of(h->p, b) : NULL;
	return s && strcmp(s->bridge.text, bridge) ? NULL : b;
}

char *vlan_bridge_fault(const struct vlan_host *h, const struct segment *s)
{
	const struct link *bridge = s->vlan ? links_by_name(h->l, s->bridge.text) : NULL;
	char *name, *text;

	if (!bridge || !bridge->kind || strcmp(bridge->kind, "bridge") || bridge->filters)
		return NULL;
	name = shell_word(bridge->name);
	text = xasprintf("segment '%s': bridge '%s' does not filter VLANs: only frames that the guest itself tags with %u are in the segment; for guests that send none with tags: `ip link set %s type bridge vlan_filtering 1`, and a VLAN for each port",
			 s->o.name.text, bridge->name, s->vlan, name);
	free(name);
	return text;
}

/* Is a guest that is in none of the segments put into the VLAN of one? */
static char *intruder_fault(const struct vlan_host *h, const struct link *port,
			    const struct link *bridge, const struct binding *b)
{
	const struct segment *s = port->vlans->pvid ?
				  segment_in(h->p, bridge->name, port->vlans->pvid) : NULL;

	if (!s)
		return NULL;
	return xasprintf("port %s of binding '%s' has the PVID %u on %s, which is the segment '%s', and the binding is not in that: none of its frames without a tag passes; expected 'segment: %s', or another VLAN for the port",
			 port->name, b->o.name.text, s->vlan, bridge->name, s->o.name.text,
			 s->o.name.text);
}

/* What puts a port into the VLAN of its segment, and into no other that leaves without a tag. */
static char *mend_port(const struct link *port, u16 vlan)
{
	char *name = shell_word(port->name), *text;
	const u16 pvid = port->vlans->pvid;

	if (pvid && pvid != vlan)
		text = xasprintf("bridge vlan add dev %s vid %u pvid untagged && bridge vlan del dev %s vid %u",
				 name, vlan, name, pvid);
	else
		text = xasprintf("bridge vlan add dev %s vid %u pvid untagged", name, vlan);
	free(name);
	return text;
}

static char *pvid_fault(const struct link *port, const struct link *bridge,
			const struct binding *b, const struct segment *s, const char *command,
			const char *word)
{
	const u16 pvid = port->vlans->pvid;

	if (pvid)
		return xasprintf("segment '%s': port %s of binding '%s' has the PVID %u on %s: its frames without a tag are in VLAN %u, and not in the segment; `%s`, or where the guest tags all that it sends `bridge vlan del dev %s vid %u`",
				 s->o.name.text, port->name, b->o.name.text, pvid, bridge->name,
				 pvid, command, word, pvid);
	return xasprintf("segment '%s': port %s of binding '%s' has no PVID on %s: the bridge drops its frames without a tag; `%s`",
			 s->o.name.text, port->name, b->o.name.text, bridge->name, command);
}

/* As vlan_port_fault(); @at: out: the place of what is wrong. */
static char *port_fault(const struct vlan_host *h, const struct link *port, struct mark *at)
{
	const struct link *bridge = links_by_index(h->l, port->master);
	const struct bridge *managed;
	const struct segment *s;
	const struct binding *b;
	char *name, *command, *text = NULL;

	managed = bridge ? policy_find(h->p, OBJECT_BRIDGE, bridge->name) : NULL;
	if (!managed || !bridge->filters || !port->vlans ||
	    word_list_has(&managed->uplinks, port->name))
		return NULL;
	b = binding_of(h, port, bridge->name);
	if (!b)
		return NULL;
	*at = b->segment.text ? b->segment.at : b->o.name.at;
	s = segment_of(h->p, b);
	if (!s || !s->vlan)
		return intruder_fault(h, port, bridge, b);
	name = shell_word(port->name);
	command = mend_port(port, s->vlan);
	if (!link_in_vlan(port, s->vlan))
		text = xasprintf("segment '%s': port %s of binding '%s' is not a member of VLAN %u on %s: no frame of it is in the segment; `%s`",
				 s->o.name.text, port->name, b->o.name.text, s->vlan, bridge->name,
				 command);
	/* without a PVID, and with tags both ways, it is as someone wanted it */
	else if (port->vlans->pvid != s->vlan &&
		 (port->vlans->pvid || link_untags(port, s->vlan)))
		text = pvid_fault(port, bridge, b, s, command, name);
	free(command);
	free(name);
	return text;
}

char *vlan_port_fault(const struct vlan_host *h, const struct link *port)
{
	struct mark at;

	return port_fault(h, port, &at);
}

char *vlan_uplink_fault(const struct vlan_host *h, const struct segment *s)
{
	const struct link *bridge = filtering(h, s);
	const struct bridge *b = policy_find(h->p, OBJECT_BRIDGE, s->bridge.text);
	const char *first = NULL;
	struct names l = { 0 };
	char *name, *text;
	size_t i, n;

	if (!bridge || !b)
		return NULL;
	for (i = 0; i < b->uplinks.n; i++) {
		const struct link *uplink = links_by_name(h->l, b->uplinks.v[i].text);

		if (!uplink || uplink->master != bridge->ifindex || !uplink->vlans)
			continue;
		/* one of them is enough */
		if (link_in_vlan(uplink, s->vlan))
			break;
		first = first ? first : uplink->name;
		names_add(&l, uplink->name);
	}
	n = l.n;
	if (i < b->uplinks.n || !n) {
		names_free(&l);
		return NULL;
	}
	name = shell_word(first);
	text = xasprintf("segment '%s': %s %s %s of VLAN %u on %s: no frame of the segment leaves there, or comes in; `bridge vlan add dev %s vid %u`",
			 s->o.name.text, n == 1 ? "the uplink" : "none of the uplinks",
			 names_text(&l), n == 1 ? "is not a member" : "is a member", s->vlan,
			 bridge->name, name, s->vlan);
	names_free(&l);
	free(name);
	return text;
}

char *vlan_host_fault(const struct vlan_host *h, const struct segment *s)
{
	const struct link *bridge = filtering(h, s);
	char *name, *text;

	if (!bridge || link_in_vlan(bridge, s->vlan))
		return NULL;
	name = shell_word(bridge->name);
	text = xasprintf("segment '%s': the bridge device %s is not a member of VLAN %u itself: no frame of the segment gets to the host, or from it; `bridge vlan add dev %s vid %u self`",
			 s->o.name.text, bridge->name, s->vlan, name, s->vlan);
	free(name);
	return text;
}

/*
 * What opens segments to the uplinks
 */

struct leaving {
	const struct policy *p;
	bool *used;		/* segments that bindings are in, by index */
	bool *segments;		/* those that something opens */
	bool *groups;		/* looked at, by index */
};

static void mark_binding(struct leaving *l, const struct binding *b)
{
	const struct segment *s = segment_of(l->p, b);

	if (s)
		l->segments[s->o.index] = true;
}

static void mark_group(struct leaving *l, const char *name)
{
	const struct group *g = policy_find(l->p, OBJECT_GROUP, name);
	const struct binding *b;
	size_t i;

	if (!g || l->groups[g->o.index])
		return;
	l->groups[g->o.index] = true;
	policy_each_binding(l->p, b, i)
		if (word_list_has(&b->groups, name))
			mark_binding(l, b);
}

static void mark_side(struct leaving *l, const struct endpoint_list *side)
{
	const struct binding *b;
	size_t i, j;

	for (i = 0; i < side->n; i++) {
		const struct endpoint *e = &side->v[i];

		if (e->kind == ISOL_ENDPOINT_ANY || e->kind == ISOL_ENDPOINT_MEMBERS)
			for (j = 0; j < l->p->list[OBJECT_SEGMENT].n; j++)
				l->segments[j] = true;
		else if (e->kind == ISOL_ENDPOINT_GROUP)
			mark_group(l, e->name.text);
		b = e->kind == ISOL_ENDPOINT_BINDING ?
		    policy_find(l->p, OBJECT_BINDING, e->name.text) : NULL;
		if (b)
			mark_binding(l, b);
	}
}

static bool has_uplinks(const struct endpoint_list *side)
{
	size_t i;

	for (i = 0; i < side->n; i++)
		if (side->v[i].kind == ISOL_ENDPOINT_UPLINK ||
		    side->v[i].kind == ISOL_ENDPOINT_REMOTE ||
		    side->v[i].kind == ISOL_ENDPOINT_ANY)
			return true;
	return false;
}

static void find_leaving(struct leaving *l)
{
	static const enum object_kind tables[] = { OBJECT_SRULE, OBJECT_RULE };
	const struct segment *s;
	const struct binding *b;
	const struct rule *r;
	size_t i, j;

	policy_each_binding(l->p, b, i) {
		s = segment_of(l->p, b);
		if (s)
			l->used[s->o.index] = true;
	}
	policy_each_segment(l->p, s, i)
		l->segments[i] = s->uplink == ISOL_VERDICT_ACCEPT;
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		policy_each(l->p, tables[i], const struct rule, r, j) {
			if (r->verdict != ISOL_VERDICT_ACCEPT || r->follow)
				continue;
			if (has_uplinks(&r->from))
				mark_side(l, &r->to);
			if (has_uplinks(&r->to))
				mark_side(l, &r->from);
		}
}

/*
 * All
 */

static void tell(vlan_cb cb, void *data, struct mark at, char *text, bool cut)
{
	const struct vlan_fault f = { .at = at, .text = text, .cut = cut };

	if (text)
		cb(&f, data);
	free(text);
}

static bool has_vlans(const struct policy *p)
{
	const struct segment *s;
	size_t i;

	policy_each_segment(p, s, i)
		if (s->vlan)
			return true;
	return false;
}

void vlancheck(const struct vlan_host *h, vlan_cb cb, void *data)
{
	const struct policy *p = h->p;
	struct leaving l = { .p = p };
	const struct segment *s;
	size_t i;

	if (!has_vlans(p))
		return;
	l.used = xcalloc(p->list[OBJECT_SEGMENT].n + 1, sizeof(*l.used));
	l.segments = xcalloc(p->list[OBJECT_SEGMENT].n + 1, sizeof(*l.segments));
	l.groups = xcalloc(p->list[OBJECT_GROUP].n + 1, sizeof(*l.groups));
	find_leaving(&l);
	policy_each_segment(p, s, i) {
		if (!l.used[i])
			continue;
		tell(cb, data, s->o.name.at, vlan_bridge_fault(h, s), false);
		if (l.segments[i])
			tell(cb, data, s->o.name.at, vlan_uplink_fault(h, s), true);
	}
	for (i = 0; i < h->l->n; i++) {
		struct mark at = { 0 };
		char *text = port_fault(h, h->l->v[i], &at);

		tell(cb, data, at, text, true);
	}
	free(l.used);
	free(l.segments);
	free(l.groups);
}
