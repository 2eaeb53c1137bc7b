/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transactions: a candidate per socket, and the jobs that end them.
 *
 * A candidate is built by the messages of one socket. Commit hands it to a
 * job on isol_wq: generic netlink runs commands under a lock of the whole
 * host, which is no place to compile a large policy in.
 */
#ifndef ISOL_TXN_H
#define ISOL_TXN_H

#include "isol.h"
#include "model.h"

/* For each namespace. */
#define ISOL_MAX_TXNS 8
#define ISOL_MAX_JOBS 8

/*
 * What one object is parsed into: far too large for the stack, and only one
 * is in use at a time. The values that a rule asks for stand in @values one
 * behind the other: those of IPv6 addresses are the largest.
 */
union isol_specs {
	struct isol_bridge_spec bridge;
	struct isol_segment_spec segment;
	struct isol_group_spec group;
	struct isol_binding_spec binding;
	struct isol_set_spec set;
	struct isol_service_spec service;
	struct {
		struct isol_rule_spec rule;
		struct isol_wide_range values[ISOL_MAX_VALUES];
	};
};

/**
 * struct isol_txn - an open transaction
 * @node: in isol_net.txns
 * @in: the namespace
 * @idle: aborts it when nobody has used it for @timeout
 * @model: the candidate; NULL when it was idle too long
 * @specs: scratch for parsing
 * @deadline: in jiffies, when it has been idle too long
 * @timeout: in jiffies
 * @base: generation it is made against
 * @portid: the socket
 */
struct isol_txn {
	struct list_head node;
	struct isol_net *in;
	struct delayed_work idle;
	struct isol_model *model;
	union isol_specs specs;
	unsigned long deadline;
	unsigned long timeout;
	u64 base;
	u32 portid;
};

/**
 * isol_txn_begin() - open a transaction
 * @in: the namespace
 * @portid: the socket
 * @base: the generation it is made against; must be the one in force
 * @has_base: false: take the one in force
 * @timeout_ms: of idleness
 * @actual: the base
 *
 * Return: 0, -EALREADY, -EBUSY, -ESTALE, -ENOMEM, -ESHUTDOWN.
 */
int isol_txn_begin(struct isol_net *in, u32 portid, u64 base, bool has_base, u32 timeout_ms,
		   u64 *actual);

/**
 * isol_txn_get() - take a socket's transaction to add to it
 * @in: the namespace
 * @portid: the socket
 *
 * Return: the transaction, with isol_net.txn_lock held until isol_txn_put();
 * or an ERR_PTR without: -ENOENT, -ETIMEDOUT (it was idle too long, and is
 * gone now).
 */
struct isol_txn *isol_txn_get(struct isol_net *in, u32 portid);

/**
 * isol_txn_put() - be done with adding
 * @txn: from isol_txn_get()
 * @err: if not 0, the transaction is aborted
 */
void isol_txn_put(struct isol_txn *txn, int err);

/* Return: 0 or -ENOENT. */
int isol_txn_abort(struct isol_net *in, u32 portid);

/**
 * isol_txn_commit() - hand a socket's candidate to a job
 * @in: the namespace
 * @portid: the socket; it gets the ISOL_CMD_DONE
 * @seq: of the request
 *
 * Return: 0 when the job is on its way, -ENOENT, -ETIMEDOUT, -EBUSY (too many
 * jobs; the transaction stays), -ENOMEM, -ESHUTDOWN.
 */
int isol_txn_commit(struct isol_net *in, u32 portid, u32 seq);

/* As isol_txn_commit(), to flush. */
int isol_txn_flush(struct isol_net *in, u32 portid, u32 seq, u64 base, bool has_base);

/* Open transactions. Context: isol_net.txn_lock held. */
u32 isol_txn_count(const struct isol_net *in);

/* A socket was closed: its transaction and its commits are not wanted any more. */
void isol_txn_closed(struct isol_net *in, u32 portid);

/* The namespace goes: abort all, and wait until none of its jobs runs. */
void isol_txn_shutdown(struct isol_net *in);

#endif /* ISOL_TXN_H */
