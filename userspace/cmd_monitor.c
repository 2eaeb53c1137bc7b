// SPDX-License-Identifier: GPL-2.0
/* monitor: events as they come */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/isol.h>

#include "cmd.h"
#include "columns.h"
#include "names.h"
#include "save.h"
#include "tree.h"
#include "wire.h"

/* RFC 3339, in local time and with its offset. */
static const char *now_text(char *buf, size_t size)
{
	struct timespec ts;
	char date[32], zone[8];
	struct tm tm;

	if (clock_gettime(CLOCK_REALTIME, &ts) || !localtime_r(&ts.tv_sec, &tm) ||
	    !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) ||
	    !strftime(zone, sizeof(zone), "%z", &tm))
		return "?";
	snprintf(buf, size, "%s.%03ld%.3s:%s", date, ts.tv_nsec / 1000000, zone, zone + 3);
	return buf;
}

static void print_port(const struct port *p)
{
	char *name = text_safe(p->name), *bridge = text_safe(p->bridge ? p->bridge : "?");

	printf(" %s on %s: %s", name, bridge, enum_name(&port_kind_names, p->kind));
	if (p->cause != PORT_NO_CAUSE)
		printf(", %s", enum_name(&cause_names, p->cause));
	if (p->binding)
		printf(", binding %s", p->binding);
	if (p->quarantined)
		fputs(", quarantined", stdout);
	free(name);
	free(bridge);
}

static void print_connections(const struct event *e)
{
	const struct binding *b = &e->connections;

	printf(" %s: %u of %u, %llu frame%s dropped", e->name ? e->name : "?", b->connections,
	       b->limit, (unsigned long long)b->hits, b->hits == 1 ? "" : "s");
}

static int write_line(json_t *t)
{
	int err = save_json(t, false, stdout);

	json_decref(t);
	return err;
}

static int print_event(struct ctx *c, const struct event *e)
{
	const char *name = enum_name(&event_names, e->event);
	char now[64];
	json_t *t;

	if (c->json) {
		t = json_object();
		tree_set(t, "time", json_string(now_text(now, sizeof(now))));
		tree_set(t, "event", json_string(name));
		tree_set(t, "generation", json_integer(e->generation));
		if (e->has_port)
			tree_set(t, "port", tree_port(&e->port, false));
		if (e->has_quarantine)
			tree_set(t, "quarantine", tree_quarantine(&e->quarantine));
		if (e->has_connections) {
			tree_set(t, "binding", tree_text(e->name ? e->name : ""));
			tree_set(t, "connections", tree_connections(&e->connections));
		}
		return write_line(t);
	}
	printf("%s %s", now_text(now, sizeof(now)), name);
	if (e->has_port)
		print_port(&e->port);
	else if (e->has_quarantine)
		printf(" %s%s", e->quarantine.binding,
		       e->quarantine.mode == ISOL_QUARANTINE_CONTAIN ? ", contained" : "");
	else if (e->has_connections)
		print_connections(e);
	printf(", generation %llu\n", (unsigned long long)e->generation);
	return fflush(stdout) ? -EIO : 0;
}

static int print_lost(struct ctx *c)
{
	char now[64];
	json_t *t;

	if (c->json) {
		t = json_object();
		tree_set(t, "time", json_string(now_text(now, sizeof(now))));
		tree_set(t, "event", json_string("lost"));
		return write_line(t);
	}
	printf("%s lost events\n", now_text(now, sizeof(now)));
	return fflush(stdout) ? -EIO : 0;
}

static int on_event(const struct nlmsghdr *nlh, void *data)
{
	struct arena arena = { 0 };
	struct event e;
	int err;

	err = wire_get_event(nlh, &arena, &e);
	/* what is not understood is not worth ending for */
	if (!err)
		err = print_event(data, &e);
	else
		err = 0;
	arena_free(&arena);
	return err;
}

static int join(struct ctx *c, const char *word, const struct args *a)
{
	static const char *const groups[] = { "policy", "port", NULL };
	int which = word ? match_word(a, word, groups, "kind of events") : -1;
	int err = 0;

	if (which != 1)
		err = genl_join(&c->genl, c->genl.group_policy);
	if (!err && which != 0)
		err = genl_join(&c->genl, c->genl.group_port);
	return err ? ctx_fail(c) : EXIT_DONE;
}

int cmd_monitor(struct ctx *c, struct args *a)
{
	const char *word = args_word(c, a);
	int err;

	if (word)
		args_end(c, a);
	err = ctx_connect(c);
	if (err)
		return err;
	err = join(c, word, a);
	if (err)
		return err;
	do {
		err = genl_listen(&c->genl, on_event, c);
		if (err == -ENOBUFS)
			err = print_lost(c);
	} while (!err);
	if (err == -EIO)
		return error("writing failed");
	return ctx_fail(c);
}
