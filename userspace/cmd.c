// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "hostcheck.h"
#include "netns.h"
#include "push.h"
#include "save.h"
#include "text.h"
#include "vlancheck.h"
#include "warn.h"

/*
 * Each line of a usage text is a form of the command, unless it is indented:
 * then it continues the one before. What follows an empty line is help.
 */
static void print_usage(FILE *out, const char *usage, bool help)
{
	const char *lead = "usage: isolctl ";

	for (; *usage && *usage != '\n'; lead = "       isolctl ") {
		size_t len = strcspn(usage, "\n");

		fprintf(out, "%s%.*s\n", *usage == ' ' ? "           " : lead, (int)len, usage);
		usage += len + (usage[len] == '\n');
	}
	if (help)
		fputs(usage, out);
}

void print_help(const struct args *a)
{
	print_usage(stdout, a->usage, true);
	exit(EXIT_DONE);
}

void usage_error(const struct args *a, const char *fmt, ...)
{
	va_list ap;

	fputs("isolctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	print_usage(stderr, a->usage, false);
	if (a->hint)
		fprintf(stderr, "%s\n", a->hint);
	exit(EXIT_ERROR);
}

void value_error(const char *fmt, ...)
{
	va_list ap;

	fputs("isolctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	exit(EXIT_ERROR);
}

int error(const char *fmt, ...)
{
	va_list ap;

	fputs("isolctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	return EXIT_ERROR;
}

static bool long_option(struct ctx *c, struct args *a, const char *s)
{
	const struct flag *f;

	for (f = a->flags; f && f->name; f++) {
		if (!strcmp(s, f->name)) {
			*f->set = true;
			return true;
		}
	}
	if (!strcmp(s, "--json"))
		c->json = true;
	else if (!strcmp(s, "--pretty"))
		c->pretty = true;
	else if (!strcmp(s, "--netns"))
		c->netns = args_value(a, "the name of a network namespace");
	else if (!strncmp(s, "--netns=", 8))
		c->netns = s + 8;
	else
		return false;
	return true;
}

static bool short_options(struct ctx *c, struct args *a, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case 'j':
			c->json = true;
			break;
		case 'p':
			c->pretty = true;
			break;
		case 'n':
			c->netns = s[1] ? s + 1 : args_value(a, "the name of a network namespace");
			return true;
		default:
			return false;
		}
	}
	return true;
}

const char *args_word(struct ctx *c, struct args *a)
{
	while (*a->v) {
		const char *s = *a->v++;

		if (s[0] != '-' || !s[1])
			return s;
		if (!strcmp(s, "-h") || !strcmp(s, "--help"))
			print_help(a);
		if (!strcmp(s, "-V") || !strcmp(s, "--version")) {
			puts("isolctl " ISOL_VERSION);
			exit(EXIT_DONE);
		}
		if (s[1] == '-' ? !long_option(c, a, s) : !short_options(c, a, s + 1))
			usage_error(a, "unknown option '%s'", s);
	}
	return NULL;
}

const char *args_value(struct args *a, const char *what)
{
	if (!*a->v)
		usage_error(a, "expected %s", what);
	return *a->v++;
}

void args_end(struct ctx *c, struct args *a)
{
	const char *s = args_word(c, a);

	if (s)
		usage_error(a, "'%s' is one word too many", s);
}

__noreturn static void ambiguous(const struct args *a, const char *word,
				 const char *const *words)
{
	char list[256] = "";
	int i;

	for (i = 0; words[i]; i++) {
		size_t len = strlen(list);

		if (!strncmp(words[i], word, strlen(word)))
			snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "", words[i]);
	}
	usage_error(a, "'%s' could be any of %s", word, list);
}

int match_word(const struct args *a, const char *word, const char *const *words,
	       const char *what)
{
	struct guess g = { .word = word };
	int i, found = -1, n = 0;
	char buf[64];

	for (i = 0; words[i]; i++) {
		if (!strcmp(words[i], word))
			return i;
		if (*word && !strncmp(words[i], word, strlen(word))) {
			found = i;
			n++;
		}
		guess_offer(&g, words[i]);
	}
	if (n > 1)
		ambiguous(a, word, words);
	if (!n)
		usage_error(a, "unknown %s '%s'%s", what, word, guess_text(&g, buf, sizeof(buf)));
	return found;
}

void word_once(const struct args *a, const char *const *words, int i, u64 *seen)
{
	if (*seen & 1ULL << i)
		usage_error(a, "a second '%s'", words[i]);
	*seen |= 1ULL << i;
}

/* What other tools call it. None of these words begins one of ours. */
static const char *other_word(const char *word, const struct command *commands)
{
	static const char *const pairs[][2] = {
		{ "list", "show" }, { "ls", "show" },
		{ "delete", "del" }, { "rm", "del" }, { "remove", "del" },
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (strcmp(word, pairs[i][0]))
			continue;
		for (j = 0; commands[j].name; j++)
			if (!strcmp(commands[j].name, pairs[i][1]))
				return pairs[i][1];
	}
	return word;
}

int run_command(struct ctx *c, struct args *a, const struct command *commands,
		const char *what, const char *fallback)
{
	const char *words[32];
	const char *word = args_word(c, a);
	int i;

	for (i = 0; commands[i].name; i++)
		words[i] = commands[i].name;
	words[i] = NULL;
	if (!word)
		word = fallback;
	if (!word)
		usage_error(a, "expected a %s", what);
	i = match_word(a, other_word(word, commands), words, what);
	a->hint = NULL;
	if (commands[i].usage)
		a->usage = commands[i].usage;
	return commands[i].run(c, a);
}

int ctx_enter(struct ctx *c)
{
	int err;

	if (!c->netns || c->entered)
		return EXIT_DONE;
	err = netns_enter(c->netns);
	if (err)
		return error("network namespace '%s': %s", c->netns, strerror(-err));
	c->entered = true;
	return EXIT_DONE;
}

int ctx_connect(struct ctx *c)
{
	int err;

	if (c->connected)
		return c->absent ? EXIT_ERROR : EXIT_DONE;
	err = ctx_enter(c);
	if (err)
		return err;
	err = genl_open(&c->genl);
	c->connected = true;
	c->absent = err == -ENOENT;
	if (c->absent)
		return error("the module isol is not loaded: nothing is enforced (modprobe isol)");
	return err ? ctx_fail(c) : EXIT_DONE;
}

int ctx_pull(struct ctx *c, unsigned int what, struct view *v)
{
	int err;

	*v = (struct view){ 0 };
	err = ctx_connect(c);
	if (err)
		return err;
	return pull(&c->genl, what, v) ? ctx_fail(c) : EXIT_DONE;
}

int ctx_fail(struct ctx *c)
{
	const struct genl_error *e = &c->genl.error;

	fputs("isolctl: ", stderr);
	if (*e->object)
		fprintf(stderr, "%s: ", e->object);
	if (*e->attr)
		fprintf(stderr, "%s: ", e->attr);
	if (e->code == -ESTALE)
		fputs("someone changed the policy meanwhile; nothing is done, try again\n",
		      stderr);
	else if (e->code == -EPERM)
		fputs("not permitted: needs CAP_NET_ADMIN, like root has\n", stderr);
	else if (*e->message)
		fprintf(stderr, "%s\n", e->message);
	else
		fprintf(stderr, "%s\n", strerror(-e->code));
	return e->code == -ESTALE ? EXIT_STALE : EXIT_ERROR;
}

int ctx_print(struct ctx *c, json_t *tree)
{
	int err = save_json(tree, c->pretty, stdout);

	json_decref(tree);
	return err ? error("writing the result: %s", strerror(-err)) : EXIT_DONE;
}

static void on_vlan_fault(const struct vlan_fault *f, void *data)
{
	diags_warn(data, f->at, "%s", f->text);
}

static void warn_vlans(const struct policy *p, const struct links *l, struct diags *d)
{
	const struct vlan_host h = { .p = p, .l = l };

	vlancheck(&h, on_vlan_fault, d);
}

void ctx_warn_vlans(struct ctx *c, const struct policy *p, struct diags *d)
{
	struct links l;

	if (ctx_enter(c))
		return;
	if (!links_read(&l))
		warn_vlans(p, &l, d);
	links_free(&l);
}

int ctx_look(struct ctx *c, const struct policy *p, struct diags *d)
{
	struct links l;
	int err;

	err = ctx_enter(c);
	if (err)
		return err;
	err = links_read(&l);
	if (err)
		error("listing the interfaces: %s", strerror(-err));
	else
		err = hostcheck(p, &l, d);
	if (!err)
		warn_vlans(p, &l, d);
	links_free(&l);
	return err ? EXIT_ERROR : EXIT_DONE;
}

int ctx_hostcheck(struct ctx *c, const struct policy *p, struct diags *d)
{
	const int err = ctx_look(c, p, d);

	diags_print(d, stderr);
	return err;
}

/* The change is done: that its ports cannot be told does not make it fail. */
void ctx_warn_unbound(struct ctx *c, const struct policy *p)
{
	struct view v;

	if (!pull(&c->genl, PULL_PORTS, &v))
		warn_unbound(&v, p, stderr);
	pull_free(&v);
}

int ctx_commit(struct ctx *c, const struct policy *p, u64 base, struct diags *d,
	       u64 *generation)
{
	int err = ctx_hostcheck(c, p, d);

	if (err)
		return err;
	if (push_policy(&c->genl, p, base, generation))
		return ctx_fail(c);
	if (*c->genl.warning)
		fprintf(stderr, "isolctl: warning: %s\n", c->genl.warning);
	ctx_warn_unbound(c, p);
	return EXIT_DONE;
}

const char *time_text(u64 since, char *buf, size_t size)
{
	time_t t = since;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, size, "%Y-%m-%d %H:%M:%S", &tm))
		snprintf(buf, size, "?");
	return buf;
}
