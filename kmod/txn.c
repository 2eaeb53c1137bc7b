// SPDX-License-Identifier: GPL-2.0
/* Transactions, see txn.h. */
#include <linux/jiffies.h>
#include <linux/wait_bit.h>

#include "netlink.h"
#include "policy.h"
#include "txn.h"

/**
 * struct isol_job - a commit or a flush under way
 * @node: in isol_net.jobs
 * @in: the namespace; waits for its jobs before it goes
 * @work: on isol_wq, delayed by nothing: cancel_work() is not in all kernels
 * @model: what to commit
 * @done: to tell who waits; NULL when that has been done
 * @base: see isol_policy_commit()
 * @has_base: for a flush
 * @flush: it is one
 * @cancel: stop if that can still be
 * @silent: nobody waits for it
 * @portid: who does
 * @seq: of the request
 */
struct isol_job {
	struct list_head node;
	struct isol_net *in;
	struct delayed_work work;
	struct isol_model *model;
	struct sk_buff *done;
	u64 base;
	bool has_base;
	bool flush;
	bool cancel;
	bool silent;
	u32 portid;
	u32 seq;
};

static struct isol_txn *find(struct isol_net *in, u32 portid)
{
	struct isol_txn *txn;

	list_for_each_entry(txn, &in->txns, node)
		if (txn->portid == portid)
			return txn;
	return NULL;
}

static u32 count(const struct list_head *list)
{
	const struct list_head *p;
	u32 n = 0;

	list_for_each(p, list)
		n++;
	return n;
}

/*
 * The timer may be waiting for txn_lock, to find itself off the list: so it is
 * waited for outside the lock, with the transaction off the list.
 */
static void txn_free(struct isol_txn *txn)
{
	cancel_delayed_work_sync(&txn->idle);
	isol_model_free(txn->model);
	isol_free(&txn->in->mem, txn, sizeof(*txn));
}

static void idle_too_long(struct work_struct *work)
{
	struct isol_txn *txn = container_of(to_delayed_work(work), struct isol_txn, idle);
	struct isol_net *in = txn->in;
	struct isol_model *model = NULL;

	mutex_lock(&in->txn_lock);
	/* It is somebody else's to free when it is off the list. */
	if (find(in, txn->portid) == txn) {
		if (time_after_eq(jiffies, txn->deadline))
			swap(model, txn->model);
		else
			queue_delayed_work(isol_wq, &txn->idle, txn->deadline - jiffies);
	}
	mutex_unlock(&in->txn_lock);
	isol_model_free(model);
}

/* Those that have not been idle for too long. */
u32 isol_txn_count(const struct isol_net *in)
{
	const struct isol_txn *txn;
	u32 n = 0;

	list_for_each_entry(txn, &in->txns, node)
		n += !!txn->model;
	return n;
}

/*
 * A transaction that was idle too long is kept for its socket to be told so,
 * but not without end: the oldest goes when there are many.
 */
static struct isol_txn *oldest_expired(const struct isol_net *in)
{
	struct isol_txn *txn;

	if (count(&in->txns) < ISOL_MAX_TXNS * 4)
		return NULL;
	list_for_each_entry_reverse(txn, &in->txns, node)
		if (!txn->model)
			return txn;
	return NULL;
}

int isol_txn_begin(struct isol_net *in, u32 portid, u64 base, bool has_base, u32 timeout_ms,
		   u64 *actual)
{
	struct isol_txn *txn, *stale = NULL;
	u64 generation;
	int err = 0;

	mutex_lock(&in->lock);
	generation = in->generation;
	mutex_unlock(&in->lock);
	if (has_base && base != generation)
		return -ESTALE;

	txn = isol_alloc(&in->mem, sizeof(*txn));
	if (!txn)
		return -ENOMEM;
	txn->model = isol_model_new(&in->mem);
	if (!txn->model) {
		isol_free(&in->mem, txn, sizeof(*txn));
		return -ENOMEM;
	}
	txn->in = in;
	txn->portid = portid;
	txn->base = generation;
	txn->timeout = msecs_to_jiffies(timeout_ms);
	txn->deadline = jiffies + txn->timeout;
	INIT_DELAYED_WORK(&txn->idle, idle_too_long);

	mutex_lock(&in->txn_lock);
	stale = find(in, portid);
	if (in->closed) {
		stale = NULL;
		err = -ESHUTDOWN;
	} else if (stale && stale->model) {
		stale = NULL;
		err = -EALREADY;
	} else if (isol_txn_count(in) >= ISOL_MAX_TXNS) {
		stale = NULL;
		err = -EBUSY;
	} else {
		if (!stale)
			stale = oldest_expired(in);
		if (stale)
			list_del(&stale->node);
		list_add(&txn->node, &in->txns);
		queue_delayed_work(isol_wq, &txn->idle, txn->timeout);
	}
	mutex_unlock(&in->txn_lock);

	if (stale)
		txn_free(stale);
	if (err)
		txn_free(txn);
	*actual = generation;
	return err;
}

struct isol_txn *isol_txn_get(struct isol_net *in, u32 portid)
{
	struct isol_txn *txn;

	mutex_lock(&in->txn_lock);
	txn = find(in, portid);
	if (txn && txn->model) {
		txn->deadline = jiffies + txn->timeout;
		return txn;
	}
	if (txn)
		list_del(&txn->node);
	mutex_unlock(&in->txn_lock);
	if (!txn)
		return ERR_PTR(-ENOENT);
	txn_free(txn);
	return ERR_PTR(-ETIMEDOUT);
}

void isol_txn_put(struct isol_txn *txn, int err)
{
	struct isol_net *in = txn->in;

	if (err)
		list_del(&txn->node);
	mutex_unlock(&in->txn_lock);
	if (err)
		txn_free(txn);
}

int isol_txn_abort(struct isol_net *in, u32 portid)
{
	struct isol_txn *txn;

	mutex_lock(&in->txn_lock);
	txn = find(in, portid);
	if (txn)
		list_del(&txn->node);
	mutex_unlock(&in->txn_lock);
	if (!txn)
		return -ENOENT;
	txn_free(txn);
	return 0;
}

static void job_free(struct isol_job *job)
{
	nlmsg_free(job->done);
	isol_model_free(job->model);
	isol_free(&job->in->mem, job, sizeof(*job));
}

/* The last that a job does: its namespace may go. */
static void job_end(struct isol_net *in)
{
	if (atomic_dec_and_test(&in->njobs))
		wake_up_var(&in->njobs);
}

static void run(struct work_struct *work)
{
	struct isol_job *job = container_of(to_delayed_work(work), struct isol_job, work);
	char msg[ISOL_MESSAGE_LEN + 1] = "";
	struct isol_net *in = job->in;
	u64 generation = 0;
	int err;

	if (job->flush) {
		err = isol_policy_flush(in, job->base, job->has_base, &generation);
	} else {
		err = isol_policy_commit(in, job->model, job->base, &job->cancel, &generation,
					 msg, sizeof(msg));
		job->model = NULL;
		/* Whose socket has been closed is not told. */
		if (err == -ECANCELED)
			err = -ESHUTDOWN;
	}

	mutex_lock(&in->txn_lock);
	if (!job->silent) {
		isol_netlink_done(in, job->done, job->portid, job->seq, err, generation, msg);
		job->done = NULL;
	}
	list_del(&job->node);
	mutex_unlock(&in->txn_lock);
	job_free(job);
	job_end(in);
}

static struct isol_job *job_new(struct isol_net *in, u32 portid, u32 seq)
{
	/* The way out must be open however much memory policies have taken. */
	struct isol_job *job = isol_alloc_must(&in->mem, sizeof(*job));

	if (!job)
		return NULL;
	job->done = isol_netlink_done_new();
	if (!job->done) {
		isol_free(&in->mem, job, sizeof(*job));
		return NULL;
	}
	INIT_DELAYED_WORK(&job->work, run);
	job->in = in;
	job->portid = portid;
	job->seq = seq;
	return job;
}

/* Context: txn_lock held. */
static int job_start(struct isol_net *in, struct isol_job *job)
{
	if (in->closed)
		return -ESHUTDOWN;
	if (count(&in->jobs) >= ISOL_MAX_JOBS)
		return -EBUSY;
	list_add(&job->node, &in->jobs);
	atomic_inc(&in->njobs);
	queue_delayed_work(in->mem.foreign ? isol_foreign_wq : isol_wq, &job->work, 0);
	return 0;
}

int isol_txn_commit(struct isol_net *in, u32 portid, u32 seq)
{
	struct isol_job *job = job_new(in, portid, seq);
	struct isol_txn *txn;
	int err;

	if (!job)
		return -ENOMEM;
	txn = isol_txn_get(in, portid);
	if (IS_ERR(txn)) {
		job_free(job);
		return PTR_ERR(txn);
	}
	job->model = txn->model;
	job->base = txn->base;
	err = job_start(in, job);
	if (err) {
		isol_txn_put(txn, 0);
		job->model = NULL;
		job_free(job);
		return err;
	}
	txn->model = NULL;
	list_del(&txn->node);
	mutex_unlock(&in->txn_lock);
	txn_free(txn);
	return 0;
}

int isol_txn_flush(struct isol_net *in, u32 portid, u32 seq, u64 base, bool has_base)
{
	struct isol_job *job = job_new(in, portid, seq);
	int err;

	if (!job)
		return -ENOMEM;
	job->base = base;
	job->has_base = has_base;
	job->flush = true;
	mutex_lock(&in->txn_lock);
	err = job_start(in, job);
	mutex_unlock(&in->txn_lock);
	if (err)
		job_free(job);
	return err;
}

void isol_txn_closed(struct isol_net *in, u32 portid)
{
	struct isol_txn *txn;
	struct isol_job *job;

	mutex_lock(&in->txn_lock);
	txn = find(in, portid);
	if (txn)
		list_del(&txn->node);
	list_for_each_entry(job, &in->jobs, node) {
		if (job->portid != portid)
			continue;
		job->silent = true;
		WRITE_ONCE(job->cancel, true);
	}
	mutex_unlock(&in->txn_lock);
	if (txn)
		txn_free(txn);
}

void isol_txn_shutdown(struct isol_net *in)
{
	struct isol_job *job, *tmp;
	struct isol_txn *txn;
	u64 generation;

	mutex_lock(&in->lock);
	generation = in->generation;
	mutex_unlock(&in->lock);

	mutex_lock(&in->txn_lock);
	in->closed = true;
	list_for_each_entry_safe(job, tmp, &in->jobs, node) {
		WRITE_ONCE(job->cancel, true);
		/*
		 * Those that have not begun never will: to wait for them would
		 * be to wait for other namespaces' jobs before them.
		 */
		if (cancel_delayed_work(&job->work)) {
			/* When it is the module that goes, somebody may wait. */
			if (!job->silent) {
				isol_netlink_done(in, job->done, job->portid, job->seq,
						  -ESHUTDOWN, generation, "");
				job->done = NULL;
			}
			list_del(&job->node);
			job_free(job);
			job_end(in);
		}
	}
	while (!list_empty(&in->txns)) {
		txn = list_first_entry(&in->txns, struct isol_txn, node);
		list_del(&txn->node);
		mutex_unlock(&in->txn_lock);
		txn_free(txn);
		mutex_lock(&in->txn_lock);
	}
	mutex_unlock(&in->txn_lock);
	wait_var_event(&in->njobs, !atomic_read(&in->njobs));
}
