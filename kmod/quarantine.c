// SPDX-License-Identifier: GPL-2.0
/* Bindings that are cut off, see quarantine.h. */
#include <linux/ktime.h>

#include "event.h"
#include "policy.h"
#include "port.h"
#include "quarantine.h"

/* The list is walked for every port that is placed. */
#define MAX_QUARANTINES 4096

struct isol_quarantine *isol_quarantine_find(const struct isol_net *in, const char *name)
{
	struct isol_quarantine *q;

	list_for_each_entry(q, &in->quarantines, node)
		if (!strcmp(q->name, name))
			return q;
	return NULL;
}

int isol_quarantine_add(struct isol_net *in, const char *name, u8 mode, const char *comment)
{
	struct isol_quarantine *q;

	lockdep_assert_held(&in->lock);
	if (!in->policy || !isol_model_binding(in->policy->model, name))
		return -ENOENT;
	q = isol_quarantine_find(in, name);
	if (q) {
		if (q->mode == mode)
			return -EEXIST;
		q->mode = mode;
		if (comment)
			strscpy(q->comment, comment, sizeof(q->comment));
		goto out;
	}
	if (in->nquarantines >= MAX_QUARANTINES)
		return -E2BIG;
	q = isol_alloc_must(&in->mem, sizeof(*q));
	if (!q)
		return -ENOMEM;
	q->since = ktime_get_real_seconds();
	q->mode = mode;
	strscpy(q->name, name, sizeof(q->name));
	if (comment)
		strscpy(q->comment, comment, sizeof(q->comment));
	list_add_tail(&q->node, &in->quarantines);
	in->nquarantines++;
out:
	isol_ports_requarantine(in, name);
	isol_event_policy(in, ISOL_EVENT_QUARANTINE_ADD, q);
	return 0;
}

int isol_quarantine_del(struct isol_net *in, const char *name)
{
	struct isol_quarantine *q = isol_quarantine_find(in, name);

	lockdep_assert_held(&in->lock);
	if (!q)
		return -ENOENT;
	list_del(&q->node);
	in->nquarantines--;
	if (in->policy)
		isol_ports_requarantine(in, name);
	isol_event_policy(in, ISOL_EVENT_QUARANTINE_DEL, q);
	isol_free(&in->mem, q, sizeof(*q));
	return 0;
}

void isol_quarantine_free_all(struct isol_net *in)
{
	struct isol_quarantine *q, *tmp;

	list_for_each_entry_safe(q, tmp, &in->quarantines, node)
		isol_free(&in->mem, q, sizeof(*q));
	INIT_LIST_HEAD(&in->quarantines);
}
