// SPDX-License-Identifier: GPL-2.0
/* Zones and owners of connections, and who needs them, see track.h. */
#include <linux/kmod.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/siphash.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>

#include "conns.h"
#include "policy.h"
#include "track.h"

static DEFINE_MUTEX(ct_lock); /* protects ct_ops */
static const struct isol_ct_ops *ct_ops;

void isol_ct_register(const struct isol_ct_ops *ops)
{
	mutex_lock(&ct_lock);
	ct_ops = ops;
	mutex_unlock(&ct_lock);
}
EXPORT_SYMBOL_GPL(isol_ct_register);

/* Nobody uses it: each use holds a reference to the module. */
void isol_ct_unregister(const struct isol_ct_ops *ops)
{
	mutex_lock(&ct_lock);
	WARN_ON_ONCE(ct_ops != ops);
	ct_ops = NULL;
	mutex_unlock(&ct_lock);
}
EXPORT_SYMBOL_GPL(isol_ct_unregister);

static const struct isol_ct_ops *ct_get(void)
{
	const struct isol_ct_ops *ops;

	mutex_lock(&ct_lock);
	ops = ct_ops;
	if (ops && !try_module_get(ops->owner))
		ops = NULL;
	mutex_unlock(&ct_lock);
	return ops;
}

static const struct isol_ct_ops *ct_load(void)
{
	const struct isol_ct_ops *ops = ct_get();

	if (ops)
		return ops;
	request_module("isol_ct");
	return ct_get();
}

static size_t vlans_len(void)
{
	return ISOL_TRACK_VLANS * sizeof(u16);
}

void isol_track_free(struct isol_net *in, struct isol_track *track)
{
	u32 i;

	if (!track)
		return;
	for (i = 0; track->zones && i < track->nzones; i++)
		if (track->zones[i].template)
			track->ops->untemplate(track->zones[i].template);
	for (i = 0; track->vlan && i < track->nbridges; i++)
		if (track->vlan[i])
			isol_free(&in->mem, track->vlan[i], vlans_len());
	isol_free(&in->mem, track->vlan, track->nbridges * sizeof(*track->vlan));
	isol_free(&in->mem, track->zones, track->nzones * sizeof(*track->zones));
	isol_free(&in->mem, track->zone, track->ndomains * sizeof(*track->zone));
	isol_free(&in->mem, track->fragments, track->nbridges * sizeof(*track->fragments));
	isol_free(&in->mem, track->ends, track->nbridges * sizeof(*track->ends));
	isol_free(&in->mem, track->pickup, track->nbridges * sizeof(*track->pickup));
	isol_conns_free(in, track);
	module_put(track->ops->owner);
	isol_free(&in->mem, track, sizeof(*track));
}

static const struct isol_zone *zone_find(const struct isol_track *track, const char *bridge,
					 u16 vlan)
{
	u32 i;

	for (i = 0; track && i < track->nzones; i++)
		if (track->zones[i].vlan == vlan && !strcmp(track->zones[i].bridge, bridge))
			return &track->zones[i];
	return NULL;
}

/*
 * Give each zone its number: the one that it has had, else one that its name comes to, so
 * that it is the same on other hosts and after a reboot, else the next that is free.
 */
static int number_zones(struct isol_net *in, struct isol_track *track,
			const struct isol_track *old)
{
	unsigned long *taken = isol_alloc(&in->mem, BITS_TO_LONGS(ISOL_NZONES) * sizeof(long));
	struct isol_zone *zone;
	u32 nr;

	if (!taken)
		return -ENOMEM;
	for (zone = track->zones; zone < track->zones + track->nzones; zone++) {
		const struct isol_zone *same = zone_find(old, zone->bridge, zone->vlan);

		if (!same)
			continue;
		zone->id = same->id;
		__set_bit(zone->id - ISOL_ZONE_FIRST, taken);
	}
	for (zone = track->zones; zone < track->zones + track->nzones; zone++) {
		if (zone->id)
			continue;
		nr = isol_hash(zone->bridge, strlen(zone->bridge), zone->vlan) % ISOL_NZONES;
		/* There are far less domains than zones. */
		while (test_bit(nr, taken))
			nr = (nr + 1) % ISOL_NZONES;
		__set_bit(nr, taken);
		zone->id = ISOL_ZONE_FIRST + nr;
	}
	isol_free(&in->mem, taken, BITS_TO_LONGS(ISOL_NZONES) * sizeof(long));
	return 0;
}

/* Number the domains' zones, and those of the VLANs that uplinks bring in. */
static int make_zones(struct isol_net *in, struct isol_track *track,
		      const struct isol_model *model)
{
	const struct isol_segment *segment;
	const struct isol_bridge *bridge;
	u32 n = model->nbridges;

	for (bridge = model->bridges; bridge; bridge = bridge->next) {
		strscpy(track->zones[bridge->id - 1].bridge, bridge->name, IFNAMSIZ);
		track->zone[bridge->id - 1] = bridge->id - 1;
		if (bridge->nvlans)
			track->zone[bridge->beside - 1] = bridge->id - 1;
		track->fragments[bridge->id - 1] = bridge->fragments == ISOL_VERDICT_ACCEPT;
		track->ends[bridge->id - 1] = bridge->ends;
		track->some_end |= bridge->ends;
		track->pickup[bridge->id - 1] = (u64)bridge->pickup * NSEC_PER_SEC;
	}
	for (segment = model->segments; segment; segment = segment->next) {
		u16 **vlans;
		u32 i;

		if (!segment->vlan)
			continue;
		vlans = &track->vlan[segment->bridge->id - 1];
		if (!*vlans) {
			*vlans = isol_alloc(&in->mem, vlans_len());
			if (!*vlans)
				return -ENOMEM;
			for (i = 0; i < ISOL_TRACK_VLANS; i++)
				(*vlans)[i] = segment->bridge->id - 1;
		}
		strscpy(track->zones[n].bridge, segment->bridge->name, IFNAMSIZ);
		track->zones[n].vlan = segment->vlan;
		track->zone[segment->domain - 1] = n;
		(*vlans)[segment->vlan] = n++;
	}
	return 0;
}

static int make_templates(struct isol_net *in, struct isol_track *track)
{
	u32 i;

	for (i = 0; i < track->nzones; i++) {
		track->zones[i].template = track->ops->template(in->net, track->zones[i].id);
		if (!track->zones[i].template)
			return -ENOMEM;
	}
	return 0;
}

/* Takes the reference to @ops in any case. */
static struct isol_track *track_new(struct isol_net *in, const struct isol_ct_ops *ops,
				    const struct isol_policy *policy)
{
	const struct isol_model *model = policy->model;
	struct isol_track *track = isol_alloc(&in->mem, sizeof(*track));
	int err = -ENOMEM;

	if (!track) {
		module_put(ops->owner);
		return NULL;
	}
	track->ops = ops;
	track->nbridges = model->nbridges;
	track->nzones = model->nbridges + model->nvlans;
	track->ndomains = policy->compiled.tables.ndomains;
	track->zones = isol_alloc(&in->mem, track->nzones * sizeof(*track->zones));
	track->zone = isol_alloc(&in->mem, track->ndomains * sizeof(*track->zone));
	track->vlan = isol_alloc(&in->mem, track->nbridges * sizeof(*track->vlan));
	track->fragments = isol_alloc(&in->mem, track->nbridges * sizeof(*track->fragments));
	track->ends = isol_alloc(&in->mem, track->nbridges * sizeof(*track->ends));
	track->pickup = isol_alloc(&in->mem, track->nbridges * sizeof(*track->pickup));
	track->since = in->tracked_since;
	if (track->zones && track->zone && track->vlan && track->fragments && track->ends &&
	    track->pickup)
		err = make_zones(in, track, model);
	if (!err)
		err = number_zones(in, track, in->policy ? in->policy->track : NULL);
	if (!err)
		err = make_templates(in, track);
	if (!err)
		err = isol_conns_make(in, track, model);
	if (err) {
		isol_track_free(in, track);
		return NULL;
	}
	return track;
}

/*
 * Whether somebody else has bridge frames tracked here: then the rules of other bridges may
 * ask about their connections. By nf_conntrack_bridge's last hook; those of others do not
 * come last.
 */
static bool tracked_by_others(const struct net *net)
{
	const struct nf_hook_entries *entries;
	struct nf_hook_ops **ops;
	bool found = false;
	u32 i;

	rcu_read_lock();
	entries = rcu_dereference(net->nf.hooks_bridge[NF_BR_POST_ROUTING]);
	ops = entries ? nf_hook_entries_get_hook_ops(entries) : NULL;
	for (i = 0; entries && i < entries->num_hook_entries; i++)
		found |= READ_ONCE(ops[i]->priority) == NF_IP_PRI_CONNTRACK_CONFIRM;
	rcu_read_unlock();
	return found;
}

static int begin(struct isol_net *in, struct isol_policy *policy, char *msg, size_t msg_len)
{
	const struct isol_ct_ops *ops = ct_load();
	int err;

	if (!ops) {
		snprintf(msg, msg_len,
			 "a rule tracks connections, and the module isol_ct cannot be loaded: 'modprobe isol_ct' says why; or give such rules 'stateless'");
		return -EOPNOTSUPP;
	}
	if (!in->tracking) {
		WRITE_ONCE(in->track_others, tracked_by_others(in->net));
		err = ops->start(in->net);
		if (err) {
			snprintf(msg, msg_len,
				 "a rule tracks connections, and the kernel does not (%d): are nf_conntrack_bridge and nf_defrag_ipv4/6 there? or give such rules 'stateless'",
				 err);
			module_put(ops->owner);
			return err == -ENOMEM ? err : -EOPNOTSUPP;
		}
		__module_get(ops->owner);
		in->tracking = ops;
		in->tracked_since = ktime_get_ns();
	}
	policy->track = track_new(in, ops, policy);
	return policy->track ? 0 : -ENOMEM;
}

int isol_track_begin(struct isol_net *in, struct isol_policy *policy, char *msg, size_t msg_len)
{
	struct net *net;
	int err;

	lockdep_assert_held(&in->commit);
	if (!policy->model->ntracking)
		return 0;
	/*
	 * Modules that are loaded wait until no namespace comes or goes, and the end of this
	 * one, or of isol, for this job: neither may begin now.
	 */
	if (!try_module_get(THIS_MODULE))
		return -ESHUTDOWN;
	net = maybe_get_net(in->net);
	if (!net) {
		module_put(THIS_MODULE);
		return -ESHUTDOWN;
	}
	err = begin(in, policy, msg, msg_len);
	put_net(net);
	module_put(THIS_MODULE);
	return err;
}

void isol_track_end(struct isol_net *in)
{
	if (!in->policy || !in->policy->track)
		isol_track_stop(in);
}

void isol_track_stop(struct isol_net *in)
{
	const struct isol_ct_ops *ops = in->tracking;

	lockdep_assert_held(&in->commit);
	if (!ops)
		return;
	in->tracking = NULL;
	ops->stop(in->net);
	module_put(ops->owner);
}

u64 isol_owner(u8 kind, const char *name, u32 ifindex)
{
	/* The same everywhere, for connections that outlive this module. */
	static const siphash_key_t key = { { 0x69736f6c, 0x6f776e6572 } };
	char text[ISOL_NAME_LEN + 16];
	int len;
	u64 owner;

	if (name)
		len = scnprintf(text, sizeof(text), "%u/%s", kind, name);
	else
		len = scnprintf(text, sizeof(text), "%u#%u", kind, ifindex);
	owner = siphash(text, len, &key) & ISOL_OWNER_MASK;
	return owner == ISOL_OWNER_NONE || owner == ISOL_OWNER_NOBODY ? 1 : owner;
}
