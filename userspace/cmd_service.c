// SPDX-License-Identifier: GPL-2.0
/* service: the infrastructure protocols */
#include <string.h>

#include "edit.h"
#include "service.h"

static void read_where(struct args *a, struct policy *p, struct service *s)
{
	const struct service_kind *k = service_kind_find(s->o.name.text);
	const char *list = args_value(a, "where it is: endpoints, with commas between them");
	struct word w;

	if (k && k->follows && !strcmp(list, SERVICE_FOLLOW)) {
		s->follow = true;
		return;
	}
	while (edit_item(p, &list, &w)) {
		if (!*w.text)
			value_error("an endpoint without a name");
		endpoint_list_add(p, &s->where, endpoint_make(w));
	}
}

static int add(struct ctx *c, struct args *a)
{
	static const char *const keywords[] = { "comment", NULL };
	const char *name = args_word(c, a), *word;
	struct policy *words = policy_new();
	char list[SERVICE_LIST_SIZE];
	struct service *s;
	struct object *o;
	struct edit e;
	u64 seen = 0;
	int err;

	if (!name)
		usage_error(a, "expected the name of a service: %s", service_list(list));
	o = policy_object(words, OBJECT_SERVICE, name, (struct mark){ 0 });
	s = (struct service *)(void *)o;
	read_where(a, words, s);
	while ((word = args_word(c, a))) {
		word_once(a, keywords, match_word(a, word, keywords, "word"), &seen);
		o->comment = edit_word(words, args_value(a, "a text"));
	}
	err = edit_begin(&e, c);
	if (!err)
		err = edit_add(&e, OBJECT_SERVICE, o, SIZE_MAX);
	edit_end(&e);
	policy_free(words);
	return err;
}

/* Rules of services stand in the order of these: one alone would come to stand last. */
static void expand_again(struct policy *p)
{
	struct service *s;
	size_t i;

	policy_each_service(p, s, i)
		if (service_kind_find(s->o.name.text)) {
			service_drop_rules(p, s->o.name.text);
			s->expanded = false;
		}
}

/* Another place for a service: its rules are made anew, and go on counting by their names. */
static int set(struct ctx *c, struct args *a)
{
	static const char *const keywords[] = { "comment", NULL };
	const char *name = args_word(c, a), *word;
	struct service *s, *old;
	struct policy *words;
	struct object *o;
	struct edit e;
	u64 seen = 0;
	int err;

	if (!name)
		usage_error(a, "expected the name of a service of the policy");
	words = policy_new();
	o = policy_object(words, OBJECT_SERVICE, name, (struct mark){ 0 });
	s = (struct service *)(void *)o;
	read_where(a, words, s);
	while ((word = args_word(c, a))) {
		word_once(a, keywords, match_word(a, word, keywords, "word"), &seen);
		o->comment = edit_word(words, args_value(a, "a text"));
	}
	err = edit_begin(&e, c);
	old = err ? NULL : policy_find(e.p, OBJECT_SERVICE, name);
	if (!err && !old)
		err = edit_no_such(&e, OBJECT_SERVICE, name);
	if (!err) {
		if (!seen)
			o->comment = old->o.comment;
		expand_again(e.p);
		err = edit_replace(&e, OBJECT_SERVICE, &old->o, o, SIZE_MAX);
	}
	edit_end(&e);
	policy_free(words);
	return err;
}

static int del(struct ctx *c, struct args *a)
{
	return edit_del_command(c, a, OBJECT_SERVICE);
}

static int show(struct ctx *c, struct args *a)
{
	return edit_show_command(c, a, OBJECT_SERVICE);
}

int cmd_service(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "add", add, "service add NAME END[,END]... [comment TEXT]\n"
			      "service add neighbor follow [comment TEXT]\n"
			      "\n"
			      "NAME is one of neighbor, dhcp, router, multicast, announce, dns and ntp;\n"
			      "the endpoints are where that is: uplink, host, a group, a binding.\n"
			      "'follow' lets neighbours be found wherever rules let IP pass.\n" },
		{ "set", set, "service set NAME END[,END]... [comment TEXT]\n"
			      "service set neighbor follow [comment TEXT]\n"
			      "\n"
			      "Says anew where a service is that the policy has.\n" },
		{ "del", del, "service del NAME" },
		{ "show", show, "service show [NAME]" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "service command", "show");
}
