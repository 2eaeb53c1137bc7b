// SPDX-License-Identifier: GPL-2.0
/* What ports are to a policy, with devices that come, change and go. */
#include <linux/netfilter_bridge.h>
#include <linux/rtnetlink.h>

#include "quarantine.h"
#include "test.h"
#include "world.h"

static struct net_device *br, *other, *uplink, *a, *b, *c;

/*
 * br0 with the uplink up0 and ports for alice and bob, and one for nobody; br1,
 * which is not managed.
 */
static struct isol_model *model(void)
{
	struct isol_model *m = world_model();

	world_manage(m, "br0", "up0");
	world_group(m, "g");
	world_bind(m, "alice", "pa", "g");
	world_bind(m, "bob", "pb", "g");
	world_rule(m, "r", "g", "g", ISOL_VERDICT_ACCEPT);
	return m;
}

static bool begin(void)
{
	world_begin();
	br = world_bridge("br0");
	other = world_bridge("br1");
	if (!br || !other)
		return false;
	uplink = world_port("up0", br);
	a = world_port("pa", br);
	b = world_port("pb", br);
	c = world_port("pc", NULL);
	return uplink && a && b && c;
}

static void end(void)
{
	world_end();
}

static u8 cause_of(const struct net_device *dev)
{
	const struct isol_port *port = world_seen(dev);

	return port ? port->place.cause : 0xff;
}

static bool hooks(void)
{
	bool some;

	rcu_read_lock();
	some = rcu_dereference(init_net.nf.hooks_bridge[NF_BR_FORWARD]) &&
	       rcu_dereference(init_net.nf.hooks_bridge[NF_BR_LOCAL_IN]) &&
	       rcu_dereference(init_net.nf.hooks_bridge[NF_BR_LOCAL_OUT]);
	rcu_read_unlock();
	return some;
}

/* Ports that are there before the first policy. */
static void enumerated(void)
{
	if (begin()) {
		CHECK_EQ(world_plug(c, other), 0);
		CHECK(!hooks());
		CHECK(!rcu_access_pointer(a->nf_hooks_ingress));
		CHECK_EQ(world_commit(model()), 0);
		CHECK(hooks());
		CHECK_PORT(uplink, ISOL_PORT_UPLINK, "");
		CHECK_PORT(a, ISOL_PORT_MEMBER, "alice");
		CHECK_PORT(b, ISOL_PORT_MEMBER, "bob");
		CHECK_PORT(c, ISOL_PORT_UNMANAGED, "");
		CHECK(rcu_access_pointer(a->nf_hooks_ingress));
		CHECK(!rcu_access_pointer(uplink->nf_hooks_ingress));
		CHECK(!rcu_access_pointer(c->nf_hooks_ingress));
		CHECK_EQ(world_flush(), 0);
		CHECK(!hooks());
		CHECK(!rcu_access_pointer(a->nf_hooks_ingress));
		CHECK(!world_seen(a));
	}
	end();
}

/* What the table said at the moment in which the port was linked. */
static u32 word_at_link;
static bool hook_at_link;

static int at_link(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct netdev_notifier_changeupper_info *info = ptr;
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	const struct isol_slot *slot;

	if (event != NETDEV_CHANGEUPPER || !info->linking || dev != c)
		return NOTIFY_DONE;
	rcu_read_lock();
	slot = isol_view_slot(rcu_dereference(world_net()->view), dev->ifindex);
	word_at_link = slot ? slot->word : 0;
	hook_at_link = rcu_access_pointer(dev->nf_hooks_ingress);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block late = {
	.notifier_call = at_link,
	.priority = -1,		/* after the module's own */
};

static void comes_and_goes(void)
{
	const struct isol_port *port;
	const struct isol_slot *slot;
	u32 row_gone;

	if (begin()) {
		CHECK_EQ(world_commit(model()), 0);
		CHECK_EQ(register_netdevice_notifier(&late), 0);
		word_at_link = 0;
		CHECK_EQ(world_plug(c, br), 0);
		unregister_netdevice_notifier(&late);
		CHECK_PORT(c, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(cause_of(c), ISOL_UNBOUND_NO_MATCH);
		/* it was so before the bridge let it forward */
		CHECK_EQ(isol_word_domain(word_at_link), 1);
		CHECK(hook_at_link);

		CHECK_EQ(world_unplug(c), 0);
		CHECK(!world_seen(c));
		CHECK(!rcu_access_pointer(c->nf_hooks_ingress));
		/* a tombstone until it is purged: frames on their way drop as gone */
		rcu_read_lock();
		slot = isol_view_slot(rcu_dereference(world_net()->view), c->ifindex);
		row_gone = slot && slot->row == rcu_dereference(world_net()->view)->tables
			.classes[ISOL_CLASS_GONE].row;
		CHECK(row_gone);
		CHECK(slot && isol_word_domain(slot->word) == 1);
		rcu_read_unlock();
		world_purge();
		rcu_read_lock();
		slot = isol_view_slot(rcu_dereference(world_net()->view), c->ifindex);
		CHECK(!slot || slot->word == ISOL_WORD_UNKNOWN);
		CHECK(!slot || !slot->port);
		rcu_read_unlock();

		/* and back before and after a purge */
		CHECK_EQ(world_plug(c, br), 0);
		CHECK_EQ(world_unplug(c), 0);
		CHECK_EQ(world_plug(c, br), 0);
		CHECK_PORT(c, ISOL_PORT_UNBOUND, "");
		world_purge();
		CHECK_PORT(c, ISOL_PORT_UNBOUND, "");
		port = world_seen(c);
		CHECK(port && port->dev == c);

		/* by being deleted */
		world_delete(a);
		a = world_port("pa", br);
		if (a)
			CHECK_PORT(a, ISOL_PORT_MEMBER, "alice");
	}
	end();
}

static void moves(void)
{
	if (begin()) {
		CHECK_EQ(world_commit(model()), 0);
		CHECK_EQ(world_unplug(a), 0);
		CHECK_EQ(world_plug(a, other), 0);
		CHECK_PORT(a, ISOL_PORT_UNMANAGED, "");
		CHECK_EQ(world_unplug(a), 0);
		CHECK_EQ(world_plug(a, br), 0);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "alice");
	}
	end();
}

static void renamed(void)
{
	if (begin()) {
		CHECK_EQ(world_plug(c, br), 0);
		CHECK_EQ(world_commit(model()), 0);
		CHECK_EQ(world_rename(a, "px"), 0);
		CHECK_PORT(a, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(world_rename(c, "pa"), 0);
		CHECK_PORT(c, ISOL_PORT_MEMBER, "alice");
		/* an uplink by name, and not any more */
		CHECK_EQ(world_rename(uplink, "py"), 0);
		CHECK_PORT(uplink, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(world_rename(b, "up0"), 0);
		CHECK_PORT(b, ISOL_PORT_UPLINK, "");
		/* a new name does not open a bridge */
		CHECK_EQ(world_rename(br, "br9"), 0);
		CHECK_PORT(c, ISOL_PORT_MEMBER, "alice");
		CHECK_EQ(world_rename(br, "br0"), 0);
		/* but closes one */
		CHECK_EQ(world_unplug(c), 0);
		CHECK_EQ(world_plug(c, other), 0);
		CHECK_PORT(c, ISOL_PORT_UNMANAGED, "");
		CHECK_EQ(world_rename(br, "br8"), 0);
		CHECK_EQ(world_rename(other, "br0"), 0);
		CHECK_PORT(c, ISOL_PORT_MEMBER, "alice");
	}
	end();
}

static struct isol_model *select_model(const struct isol_binding_spec *spec)
{
	struct isol_model *m = world_model();
	struct isol_fault fault;

	world_manage(m, "br0", "up0");
	CHECK_EQ(isol_model_add_binding(m, spec, &fault), 0);
	return m;
}

static void by_address(void)
{
	static const u8 mac[ETH_ALEN] = { 0x52, 0x54, 0, 0, 1, 0x77 };
	const struct isol_binding_spec spec = { .name = "m", .mac = mac, .claims = 2 };

	if (begin()) {
		CHECK_EQ(world_address(a, 0xfe, 0x77), 0);
		CHECK_EQ(world_commit(select_model(&spec)), 0);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "m");
		CHECK_PORT(b, ISOL_PORT_UNBOUND, "");
		/* an address that is changed is no identity */
		CHECK_EQ(world_address(b, 0xfe, 0x77), 0);
		CHECK_PORT(b, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(world_address(a, 0xfe, 0x78), 0);
		CHECK_PORT(a, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(world_address(a, 0xfe, 0x77), 0);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "m");
		/* one that it came with is */
		CHECK_EQ(world_unplug(b), 0);
		CHECK_EQ(world_plug(b, br), 0);
		CHECK_PORT(b, ISOL_PORT_MEMBER, "m");
	}
	end();
}

static void by_alias(void)
{
	const struct isol_binding_spec spec = { .name = "l", .alias = "web 1", .claims = 1 };

	if (begin()) {
		CHECK_EQ(world_alias(a, "web 1"), 0);
		CHECK_EQ(world_commit(select_model(&spec)), 0);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "l");
		CHECK_EQ(world_alias(a, "web 10"), 0);
		CHECK_PORT(a, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(world_alias(b, "web 1"), 0);
		CHECK_PORT(b, ISOL_PORT_MEMBER, "l");
	}
	end();
}

static void claims(void)
{
	const struct isol_binding_spec spec = { .name = "v", .glob = "p*", .claims = 2 };

	if (begin()) {
		CHECK_EQ(world_commit(select_model(&spec)), 0);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "v");
		CHECK_PORT(b, ISOL_PORT_MEMBER, "v");
		CHECK_EQ(world_plug(c, br), 0);
		CHECK_PORT(c, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(cause_of(c), ISOL_UNBOUND_CLAIMS);
		CHECK_EQ(world_net()->policy->claimed[0], 2);
		/* who has it keeps it, whoever comes first in another policy */
		CHECK_EQ(world_commit(select_model(&spec)), 0);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "v");
		CHECK_PORT(b, ISOL_PORT_MEMBER, "v");
		CHECK_PORT(c, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(world_unplug(a), 0);
		CHECK_EQ(world_net()->policy->claimed[0], 1);
		CHECK_EQ(world_plug(a, br), 0);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "v");
	}
	end();
}

static void segments(void)
{
	const struct isol_segment_spec seg = { .name = "s", .bridge = "br0" };
	const struct isol_binding_spec spec = { .name = "x", .port = "pa", .segment = "s",
						.claims = 1 };
	struct isol_fault fault;
	struct isol_model *m;

	if (begin()) {
		m = world_model();
		world_manage(m, "br0", NULL);
		world_manage(m, "br1", NULL);
		CHECK_EQ(isol_model_add_segment(m, &seg, &fault), 0);
		CHECK_EQ(isol_model_add_binding(m, &spec, &fault), 0);
		CHECK_EQ(world_commit(m), 0);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "x");
		CHECK_EQ(world_unplug(a), 0);
		CHECK_EQ(world_plug(a, other), 0);
		CHECK_PORT(a, ISOL_PORT_UNBOUND, "");
		CHECK_EQ(cause_of(a), ISOL_UNBOUND_SEGMENT);
	}
	end();
}

/* Another policy finds the same ports to be something else. */
static void policies(void)
{
	struct isol_model *m;

	if (begin()) {
		CHECK_EQ(world_plug(c, other), 0);
		CHECK_EQ(world_commit(model()), 0);
		m = world_model();
		world_manage(m, "br1", NULL);
		world_bind(m, "carol", "pc", NULL);
		CHECK_EQ(world_commit(m), 0);
		CHECK_PORT(a, ISOL_PORT_UNMANAGED, "");
		CHECK_PORT(uplink, ISOL_PORT_UNMANAGED, "");
		CHECK_PORT(c, ISOL_PORT_MEMBER, "carol");
		m = world_model();
		world_manage(m, "br0", "pa");
		world_bind(m, "u", "up0", NULL);
		CHECK_EQ(world_commit(m), 0);
		CHECK_PORT(a, ISOL_PORT_UPLINK, "");
		CHECK_PORT(uplink, ISOL_PORT_MEMBER, "u");
		CHECK_PORT(c, ISOL_PORT_UNMANAGED, "");
	}
	end();
}

/* Every allocation fails in turn: a port that cannot be known is refused. */
static void no_memory(void)
{
	struct isol_net *in = world_net();
	long n, refused = 0;
	int err = -1;
	s64 used;

	if (begin()) {
		CHECK_EQ(world_commit(model()), 0);
		used = isol_mem_used(&in->mem);
		for (n = 1; n < 10; n++) {
			isol_fail_alloc = n;
			err = world_plug(c, br);
			if (!isol_fail_alloc) {
				CHECK_EQ(err, -ENOMEM);
				CHECK(!netif_is_bridge_port(c));
				CHECK(!world_seen(c));
				CHECK_EQ(isol_mem_used(&in->mem), used);
				refused++;
				continue;
			}
			isol_fail_alloc = 0;
			break;
		}
		CHECK_EQ(err, 0);
		CHECK(refused >= 2);
		CHECK_PORT(c, ISOL_PORT_UNBOUND, "");
	}
	end();
}

/* More ports than there is room for: another table, with all of them in it. */
static void table_grows(void)
{
	struct isol_net *in = world_net();
	const struct isol_view *view;
	struct net_device *dev[24];
	char name[16];
	u32 i, tables = 0, n;

	if (begin()) {
		CHECK_EQ(world_commit(model()), 0);
		for (i = 0; i < ARRAY_SIZE(dev); i++) {
			snprintf(name, sizeof(name), "q%u", i);
			/* numbers far from each other: the table has to become a hash */
			dev[i] = world_port_at(name, NULL, 50000 + i * 777777);
			if (!dev[i])
				break;
		}
		n = i;
		for (i = 0; i < n; i++) {
			view = rcu_access_pointer(in->view);
			CHECK_EQ(world_plug(dev[i], br), 0);
			tables += view != rcu_access_pointer(in->view);
			CHECK_PORT(dev[i], ISOL_PORT_UNBOUND, "");
		}
		for (i = 0; i < n; i++)
			CHECK_PORT(dev[i], ISOL_PORT_UNBOUND, "");
		CHECK_PORT(a, ISOL_PORT_MEMBER, "alice");
		CHECK(tables && tables < 10);
		view = rcu_access_pointer(in->view);
		CHECK(view && !view->dense);
		printf("# %u ports came, %u tables were made\n", n, tables);
	}
	end();
}

static void quarantined(void)
{
	const struct isol_port *port;

	if (begin()) {
		CHECK_EQ(world_quarantine("alice"), -ENOENT);
		CHECK_EQ(world_commit(model()), 0);
		CHECK_EQ(world_quarantine("nobody"), -ENOENT);
		CHECK_EQ(world_quarantine("alice"), 0);
		CHECK_EQ(world_quarantine("alice"), -EEXIST);
		CHECK_PORT(a, ISOL_PORT_MEMBER, "alice");
		port = world_seen(a);
		CHECK(port && (port->place.word & ISOL_WORD_CLASS) == ISOL_CLASS_QUARANTINED);
		port = world_seen(b);
		CHECK(port && (port->place.word & ISOL_WORD_CLASS) != ISOL_CLASS_QUARANTINED);
		/* what turns itself into somebody else stays where it is */
		CHECK_EQ(world_rename(a, "px"), 0);
		port = world_seen(a);
		CHECK(port && port->place.quarantined);
		CHECK(port && (port->place.word & ISOL_WORD_CLASS) == ISOL_CLASS_QUARANTINED);
		/* and so does the machine when its port is made anew */
		world_delete(a);
		a = world_port("pa", br);
		port = a ? world_seen(a) : NULL;
		CHECK(port && (port->place.word & ISOL_WORD_CLASS) == ISOL_CLASS_QUARANTINED);
		/* kept over policies, and over none */
		CHECK_EQ(world_commit(model()), 0);
		port = a ? world_seen(a) : NULL;
		CHECK(port && port->place.quarantined);
		CHECK_EQ(world_flush(), 0);
		CHECK_EQ(world_commit(model()), 0);
		port = a ? world_seen(a) : NULL;
		CHECK(port && port->place.quarantined);
		CHECK_EQ(world_release("alice"), 0);
		CHECK_EQ(world_release("alice"), -ENOENT);
		port = a ? world_seen(a) : NULL;
		CHECK(port && !port->place.quarantined);
		if (a)
			CHECK_PORT(a, ISOL_PORT_MEMBER, "alice");
	}
	end();
}

#define CASES(X) \
	X(enumerated) \
	X(comes_and_goes) \
	X(moves) \
	X(renamed) \
	X(by_address) \
	X(by_alias) \
	X(claims) \
	X(segments) \
	X(policies) \
	X(no_memory) \
	X(table_grows) \
	X(quarantined)

TEST_SUITE(port, CASES)
