/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What isol holds for one network namespace, and who may touch it.
 */
#ifndef ISOL_H
#define ISOL_H

#include <linux/isol.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "mem.h"

#define ISOL_VERSION "0.1.0"

/* Hooks on the bridge family, and those behind connection tracking: see hook.c. */
#define ISOL_NHOOKS 3
#define ISOL_NTRACK_HOOKS 3

struct isol_ct_ops;
struct isol_policy;
struct isol_view;

/**
 * struct isol_net - a network namespace
 * @net: the namespace; this struct goes before it does
 * @view: what the hooks read; NULL while nothing is enforced. Written under
 *	@lock, read under RCU.
 * @commit: commits and flushes exclude each other: taken outside RTNL
 * @lock: protects @view and the policy and port table behind it, @policy,
 *	@ports, @brdevs, @gone, @quarantines, @generation, @since, @changes, @dying. Taken inside
 *	RTNL, never around it.
 * @policy: the policy enforced, or NULL
 * @ports: every bridge port of the namespace (struct isol_port.node); empty
 *	while nothing is enforced
 * @brdevs: bridge devices that are managed (struct isol_brdev)
 * @gone: ports that have left their bridge and still drop
 * @purge: takes the ports of @gone out of the port table
 * @quarantines: struct isol_quarantine; outlives policies
 * @nquarantines: their number
 * @generation: of @policy, or of the flush that ended the last one
 * @since: when @generation began, seconds since the Unix epoch
 * @dying: the namespace is going: no new policy
 * @ops: the hooks as registered: a copy with @priv set to this struct
 * @changes: counts what dumps of ports and quarantines must not miss
 * @pre_ops: the hook that works out VLANs and zones; registered if @pre_hooked
 * @pre_hooked: see above; under @lock, as are the next two
 * @track_ops: the hooks behind connection tracking: on bridges, to take away what the last one
 *	has put on frames for it, and of the host; registered if @track_hooked
 * @track_hooked: see above
 * @track_others: frames of bridges that are not managed are tracked as well: somebody else
 *	wants that
 * @tracking: who has frames tracked here, with a reference, or NULL; written under @commit,
 *	and where the namespace goes
 * @tracked_since: since when, by ktime_get_ns(); under @commit
 * @recount: counts the connections of bindings, see conns.h
 * @recount_due: not before, in jiffies
 * @unknown_drops: frames dropped for an ISOL_REASON_UNKNOWN_PORT
 * @rejects: frames whose senders were told that they were rejected
 * @rejects_limited: frames whose senders were not, for the limit
 * @txn_lock: protects @txns and each transaction's candidate, @jobs and
 *	@closed. No other lock is taken inside it.
 * @txns: open transactions, struct isol_txn
 * @jobs: commits and flushes under way, struct isol_job
 * @njobs: their number; the namespace does not go before it is 0
 * @closed: no new transactions or jobs
 * @mem: account of everything above
 */
struct isol_net {
	struct net *net;
	struct isol_view __rcu *view;
	struct mutex commit; /* see above */
	struct mutex lock; /* see above */
	struct isol_policy *policy;
	struct list_head ports;
	struct list_head brdevs;
	struct list_head gone;
	struct delayed_work purge;
	struct list_head quarantines;
	u32 nquarantines;
	u64 generation;
	s64 since;
	u32 changes;
	bool dying;
	struct nf_hook_ops ops[ISOL_NHOOKS];
	struct nf_hook_ops pre_ops;
	bool pre_hooked;
	struct nf_hook_ops track_ops[ISOL_NTRACK_HOOKS];
	bool track_hooked;
	bool track_others;
	const struct isol_ct_ops *tracking;
	u64 tracked_since;
	struct delayed_work recount;
	unsigned long recount_due;
	atomic64_t unknown_drops;
	atomic64_t rejects;
	atomic64_t rejects_limited;

	struct mutex txn_lock; /* see above */
	struct list_head txns;
	struct list_head jobs;
	atomic_t njobs;
	bool closed;

	struct isol_mem mem;
};

extern unsigned int isol_net_id;

/*
 * Work of isol; and commits of namespaces that belong to other user namespaces
 * than the first: anyone can make those, and they must not be in the way.
 */
extern struct workqueue_struct *isol_wq;
extern struct workqueue_struct *isol_foreign_wq;

struct isol_net *isol_pernet(const struct net *net);

#endif /* ISOL_H */
