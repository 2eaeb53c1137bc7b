// SPDX-License-Identifier: GPL-2.0
/*
 * The module isol_ct: what isol asks of nf_conntrack, see track.h. Apart, so that a host
 * whose rules track no connections loads nothing of it.
 */
#include <linux/if_ether.h>
#include <linux/module.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_labels.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "conns.h"
#include "track.h"
#include "compat/conntrack.h"

#if !IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES)
#error "isol_ct needs CONFIG_NF_CONNTRACK_ZONES: without zones guests would share connections"
#endif
#if !IS_ENABLED(CONFIG_NF_CONNTRACK_LABELS)
#error "isol_ct needs CONFIG_NF_CONNTRACK_LABELS: connections' owners are noted there"
#endif

/* A connection that another one expects may itself expect one; more is nonsense. */
#define MOST_MASTERS 4

/*
 * The upper half of the labels: administrators number from below. It has the owner, above
 * that who has answered, ISOL_OWNER_LOOSE and ISOL_OWNER_ENDED.
 */
#define OWNER_BIT 64

static_assert(sizeof_field(struct nf_conn_labels, bits) == 2 * sizeof(u64));

/* Some architectures have no cmpxchg() of 64 bits but this. Return: what has been there. */
static u64 renote(u64 *place, u64 old, u64 new)
{
	return atomic64_cmpxchg((atomic64_t *)place, old, new);
}

static u64 *owner_of(const struct nf_conn *conn)
{
	struct nf_conn_labels *labels = nf_ct_labels_find(conn);

	return labels ? (u64 *)labels->bits + 1 : NULL;
}

/*
 * Get what IPv4 and IPv6 need first: when nf_ct_netns_get(NFPROTO_BRIDGE) fails at that, it
 * gives back what it has not got, which may be the host firewall's.
 */
static int ct_start(struct net *net)
{
	int err;

	err = nf_connlabels_get(net, 2 * OWNER_BIT - 1);
	if (err)
		return err;
	err = nf_ct_netns_get(net, NFPROTO_INET);
	if (err)
		goto err_labels;
	err = nf_ct_netns_get(net, NFPROTO_BRIDGE);
	/* it has references of its own now */
	nf_ct_netns_put(net, NFPROTO_INET);
	if (err)
		goto err_labels;
	return 0;

err_labels:
	nf_connlabels_put(net);
	return err;
}

static void ct_stop(struct net *net)
{
	nf_ct_netns_put(net, NFPROTO_BRIDGE);
	nf_connlabels_put(net);
}

static struct nf_conn *ct_template(struct net *net, u16 id)
{
	struct nf_conntrack_zone zone;
	struct nf_conn *template;

	nf_ct_zone_init(&zone, id, NF_CT_DEFAULT_ZONE_DIR, 0);
	template = nf_ct_tmpl_alloc(net, &zone, GFP_KERNEL_ACCOUNT);
	/* As nft_ct and xt_CT have it: an expectation is used up by what it expects. */
	if (template)
		__set_bit(IPS_CONFIRMED_BIT, &template->status);
	return template;
}

/**
 * struct leftover - a template that frames still have
 * @node: in leftovers
 * @template: the template
 */
struct leftover {
	struct list_head node;
	struct nf_conn *template;
};

static void leftovers_look(struct work_struct *work);

static DEFINE_MUTEX(leftovers_lock); /* protects leftovers */
static LIST_HEAD(leftovers);
static DECLARE_DELAYED_WORK(leftovers_work, leftovers_look);

/* Nobody gets it any more, so there are ever fewer. */
static bool only_ours(const struct nf_conn *template)
{
	/* a refcount_t, or an atomic_t before 5.17 */
	return atomic_read((const atomic_t *)&template->ct_general.use) == 1;
}

static void leftovers_look(struct work_struct *work)
{
	struct leftover *left, *tmp;

	mutex_lock(&leftovers_lock);
	list_for_each_entry_safe(left, tmp, &leftovers, node) {
		if (!only_ours(left->template))
			continue;
		nf_ct_put(left->template);
		list_del(&left->node);
		kfree(left);
		/* ct_exit() waits for this function. */
		module_put(THIS_MODULE);
	}
	if (!list_empty(&leftovers))
		schedule_delayed_work(&leftovers_work, HZ);
	mutex_unlock(&leftovers_lock);
}

/*
 * A fragment that waits for the rest of its packet keeps its template. It must be gone
 * before nf_conntrack may be, and that is kept by this module.
 */
static void ct_untemplate(struct nf_conn *template)
{
	struct leftover *left;

	if (only_ours(template)) {
		nf_ct_put(template);
		return;
	}
	left = kmalloc(sizeof(*left), GFP_KERNEL | __GFP_NOFAIL);
	left->template = template;
	__module_get(THIS_MODULE);
	mutex_lock(&leftovers_lock);
	list_add_tail(&left->node, &leftovers);
	schedule_delayed_work(&leftovers_work, HZ);
	mutex_unlock(&leftovers_lock);
}

static bool tracked_protocol(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IP) || skb->protocol == htons(ETH_P_IPV6);
}

static void ct_see(const struct sk_buff *skb, struct isol_flow *flow)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	u64 *owner, noted;
	int i;

	flow->related = false;
	flow->expected = false;
	flow->owned = false;
	flow->loose = false;
	flow->ended = false;
	flow->fresh = false;
	flow->pickup = false;
	flow->peer = ISOL_PEER_NONE;
	flow->owner = ISOL_OWNER_NONE;
	flow->counted = ISOL_OWNER_NONE;
	if (!ct || nf_ct_is_template(ct)) {
		/* Of no connection is a frame that has none, whatever ctinfo says then. */
		flow->kind = ct || (ctinfo != IP_CT_UNTRACKED && tracked_protocol(skb)) ?
			     ISOL_FLOW_INVALID : ISOL_FLOW_UNTRACKED;
		flow->zone = 0;
		flow->conn = NULL;
		return;
	}
	flow->kind = CTINFO2DIR(ctinfo) == IP_CT_DIR_REPLY ? ISOL_FLOW_ANSWER :
							     ISOL_FLOW_ORIGINAL;
	flow->related = ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY;
	flow->zone = nf_ct_zone(ct)->id;
	flow->fresh = !nf_ct_is_confirmed(ct);
	for (i = 0; ct->master && i < MOST_MASTERS; i++) {
		ct = ct->master;
		flow->related = true;
		flow->expected = true;
	}
	flow->conn = ct;
	owner = owner_of(ct);
	if (owner) {
		flow->owned = true;
		noted = READ_ONCE(*owner);
		flow->loose = noted & ISOL_OWNER_LOOSE;
		flow->counted = noted & ISOL_OWNER_MASK;
		if (!flow->loose)
			flow->owner = flow->counted;
		flow->peer = noted >> ISOL_OWNER_BITS & ISOL_PEER_MASK;
		flow->ended = noted & ISOL_OWNER_ENDED;
	}
}

/* Whether what has been noted of a connection is what @owner asks for. */
static bool stays(u64 noted, u64 owner)
{
	return (noted & (ISOL_OWNER_MASK | ISOL_OWNER_LOOSE)) == owner ||
	       (owner & ISOL_OWNER_LOOSE && noted);
}

static enum isol_own ct_own(const struct isol_track *track, const struct isol_flow *flow,
			    u64 owner, struct isol_conns *conns)
{
	u64 *place = owner_of(flow->conn), was, is;
	bool near = false;

	if (!place)
		return ISOL_OWN_NOT;
	is = READ_ONCE(*place);
	if (is & ISOL_OWNER_ENDED)
		return ISOL_OWN_NOT;
	if (stays(is, owner))
		return ISOL_OWN_DONE;
	/* It counts already where it was loose. */
	if ((is & ISOL_OWNER_MASK) == (owner & ISOL_OWNER_MASK))
		conns = NULL;
	if (conns && !isol_conns_take(conns, isol_ct_max(nf_ct_net(flow->conn)), &near))
		return ISOL_OWN_FULL;
	/* Frames of one connection may be here at once: it counts once. */
	do {
		was = is;
		is = renote(place, was, owner);
	} while (is != was && !(is & ISOL_OWNER_ENDED) && !stays(is, owner));
	if (is != was) {
		isol_conns_untake(conns);
		return is & ISOL_OWNER_ENDED ? ISOL_OWN_NOT : ISOL_OWN_DONE;
	}
	/*
	 * It counts no longer for whom it is taken from: else two that take it from each other
	 * would have ever more.
	 */
	if ((was & ISOL_OWNER_MASK) != (owner & ISOL_OWNER_MASK))
		conns = isol_conns_of(track, was & ISOL_OWNER_MASK);
	if (was)
		isol_conns_untake(conns);
	return near ? ISOL_OWN_NEAR : ISOL_OWN_DONE;
}

/* If it is another's meanwhile the next answer will do. */
static void ct_answered(const struct isol_flow *flow, u32 peer)
{
	u64 *place = owner_of(flow->conn);
	u64 noted = flow->owner | (u64)flow->peer << ISOL_OWNER_BITS;

	if (place)
		renote(place, noted, flow->owner | (u64)peer << ISOL_OWNER_BITS);
}

/*
 * A TCP connection that is forgotten would be taken up again from the middle
 * (nf_conntrack_tcp_loose). A datagram or a ping is as good as the first.
 */
static void ct_end(const struct isol_flow *flow)
{
	u64 *place = owner_of(flow->conn);
	u64 noted = flow->owner | (u64)flow->peer << ISOL_OWNER_BITS;

	if (nf_ct_protonum(flow->conn) != IPPROTO_TCP)
		nf_ct_kill(flow->conn);
	else if (place)
		renote(place, noted, noted | ISOL_OWNER_ENDED);
}

/* Whoever has it forgotten: it must not count for its owner until that is counted again. */
static void ct_forget(const struct isol_track *track, const struct isol_flow *flow)
{
	u64 *place = owner_of(flow->conn);

	if (nf_ct_kill(flow->conn) && place)
		isol_conns_untake(isol_conns_of(track, READ_ONCE(*place) & ISOL_OWNER_MASK));
}

static struct isol_wide wide_of(const union nf_inet_addr *addr)
{
	return (struct isol_wide) {
		(u64)be32_to_cpu(addr->ip6[0]) << 32 | be32_to_cpu(addr->ip6[1]),
		(u64)be32_to_cpu(addr->ip6[2]) << 32 | be32_to_cpu(addr->ip6[3]),
	};
}

static void ct_key(const struct isol_flow *flow, bool translated, struct isol_key *key)
{
	const struct nf_conntrack_tuple *tuple =
		&flow->conn->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply = &flow->conn->tuplehash[IP_CT_DIR_REPLY].tuple;
	const union nf_inet_addr *src = translated ? &reply->dst.u3 : &tuple->src.u3;
	const union nf_inet_addr *dst = translated ? &reply->src.u3 : &tuple->dst.u3;
	bool ip6 = tuple->src.l3num == NFPROTO_IPV6;

	key->v[ISOL_MATCH_A_ETHERTYPE] = ip6 ? ETH_P_IPV6 : ETH_P_IP;
	key->v[ISOL_MATCH_A_PROTO] = tuple->dst.protonum;
	key->v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_NONE;
	key->v[ISOL_MATCH_A_DSCP] = 0;
	key->v[ISOL_MATCH_A_TCP_FLAGS] = 0;
	if (ip6) {
		key->src6 = wide_of(src);
		key->dst6 = wide_of(dst);
	} else {
		key->v[ISOL_MATCH_A_SRC_IP4] = be32_to_cpu(src->ip);
		key->v[ISOL_MATCH_A_DST_IP4] = be32_to_cpu(dst->ip);
	}
	switch (tuple->dst.protonum) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		key->v[ISOL_MATCH_A_SPORT] = be16_to_cpu(translated ? reply->dst.u.all :
							 tuple->src.u.all);
		key->v[ISOL_MATCH_A_DPORT] = be16_to_cpu(translated ? reply->src.u.all :
							 tuple->dst.u.all);
		key->shape = ip6 ? ISOL_SHAPE_IP6_PORTS : ISOL_SHAPE_IP4_PORTS;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (ip6 != (tuple->dst.protonum == IPPROTO_ICMPV6)) {
			key->shape = ip6 ? ISOL_SHAPE_IP6_OTHER : ISOL_SHAPE_IP4_OTHER;
			break;
		}
		key->v[ISOL_MATCH_A_ICMP] = tuple->dst.u.icmp.type << 8 | tuple->dst.u.icmp.code;
		key->shape = ip6 ? ISOL_SHAPE_IP6_ICMP : ISOL_SHAPE_IP4_ICMP;
		break;
	default:
		key->shape = ip6 ? ISOL_SHAPE_IP6_OTHER : ISOL_SHAPE_IP4_OTHER;
		break;
	}
}

/**
 * struct count - a walk over the table of connections
 * @found: what is called for each that has an owner
 * @data: for that
 */
struct count {
	void (*found)(u64 owner, void *data);
	void *data;
};

/* Return: 0, to go on. */
static int count_one(struct nf_conn *ct, void *data)
{
	const struct count *count = data;
	u64 *owner;
	int i;

	/* As ct_see() has it. */
	for (i = 0; ct->master && i < MOST_MASTERS; i++)
		ct = ct->master;
	owner = owner_of(ct);
	if (owner && READ_ONCE(*owner))
		count->found(READ_ONCE(*owner) & ISOL_OWNER_MASK, count->data);
	return 0;
}

static void ct_count(struct net *net, void (*found)(u64 owner, void *data), void *data)
{
	struct count count = { .found = found, .data = data };

	isol_ct_iterate(net, count_one, &count);
}

static u32 ct_most(const struct net *net)
{
	return isol_ct_max(net);
}

static const struct isol_ct_ops ops = {
	.owner = THIS_MODULE,
	.start = ct_start,
	.stop = ct_stop,
	.template = ct_template,
	.untemplate = ct_untemplate,
	.see = ct_see,
	.own = ct_own,
	.answered = ct_answered,
	.end = ct_end,
	.forget = ct_forget,
	.key = ct_key,
	.count = ct_count,
	.most = ct_most,
};

static int __init ct_init(void)
{
	isol_ct_register(&ops);
	return 0;
}

/* Who uses it holds a reference to the module. */
static void __exit ct_exit(void)
{
	cancel_delayed_work_sync(&leftovers_work);
	isol_ct_unregister(&ops);
}

module_init(ct_init);
module_exit(ct_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Connection tracking for isol");
MODULE_VERSION(ISOL_VERSION);
