/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands share: their arguments, their connection, their results. */
#ifndef ISOL_USERSPACE_CMD_H
#define ISOL_USERSPACE_CMD_H

#include <jansson.h>

#include "genl.h"
#include "policy.h"
#include "pull.h"
#include "types.h"

/* Exit codes; 2 is left out, many programs use it for wrong usage. */
enum {
	EXIT_DONE = 0,
	EXIT_ERROR = 1,
	EXIT_STALE = 3,
	EXIT_DEGRADED = 4,
};

/**
 * struct ctx - one run of the program
 * @json: results as JSON
 * @pretty: indented
 * @netns: network namespace to work in, or NULL
 * @absent: there is no module to connect to; that has been said
 * @genl: the connection, if @connected
 */
struct ctx {
	bool json;
	bool pretty;
	const char *netns;
	bool entered;
	bool connected;
	bool absent;
	struct genl genl;
};

/* An option of one command, like --dry-run. */
struct flag {
	const char *name;
	bool *set;
};

/**
 * struct args - words of the command line that are still to be read
 * @v: the words, ends with NULL
 * @usage: of the command, one or more lines
 * @flags: its options, ends with a name of NULL; NULL if it has none
 * @hint: a line for errors before there is a command, or NULL
 */
struct args {
	char **v;
	const char *usage;
	const struct flag *flags;
	const char *hint;
};

/**
 * struct command - a word of the grammar
 * @name: the word
 * @run: what it does; returns an exit code
 * @usage: how it is used: what follows "isolctl"
 * @help: what it does, in a line; NULL for another word of the one before
 */
struct command {
	const char *name;
	int (*run)(struct ctx *c, struct args *a);
	const char *usage;
};

/**
 * args_word() - the next word, options aside
 * @c: the run; options that all commands have are noted here
 * @a: the words
 *
 * Ends the program at -h, -V and unknown options.
 *
 * Return: the word, or NULL at the end.
 */
const char *args_word(struct ctx *c, struct args *a);

/**
 * args_value() - the next word, whatever it looks like
 * @a: the words
 * @what: what it is, for the message when there is none
 *
 * Return: the word. Ends the program when there is none.
 */
const char *args_value(struct args *a, const char *what);

/**
 * args_end() - there must be no more words
 * @c: the run
 * @a: the words
 *
 * Ends the program if there are.
 */
void args_end(struct ctx *c, struct args *a);

/**
 * print_help() - say how a command is used and end the program
 * @a: the words
 */
__noreturn void print_help(const struct args *a);

/**
 * usage_error() - say what is wrong with the words of the command line, and how they
 * should be, and end the program
 * @a: the words
 * @fmt: what is wrong
 */
__printf(2, 3)
__noreturn void usage_error(const struct args *a, const char *fmt, ...);

/**
 * value_error() - say what is wrong with a value and end the program
 * @fmt: what is wrong
 *
 * The command was understood: how it is used would only be in the way.
 */
__printf(1, 2)
__noreturn void value_error(const char *fmt, ...);

/**
 * match_word() - find a word by an abbreviation
 * @a: the words, for errors
 * @word: what was written
 * @words: what can be meant, ends with NULL
 * @what: what they are, for messages
 *
 * Return: index into @words. Ends the program when none or several match.
 */
int match_word(const struct args *a, const char *word, const char *const *words,
	       const char *what);

/**
 * word_once() - a word has been found that may stand once only
 * @a: the words, for errors
 * @words: as match_word() had them, 64 at the most
 * @i: the index that it returned
 * @seen: in and out: a bit for each that there was; 0 before the first
 *
 * Ends the program at the second: one of the two would be lost.
 */
void word_once(const struct args *a, const char *const *words, int i, u64 *seen);

/**
 * run_command() - find a command by the next word and run it
 * @c: the run
 * @a: the words
 * @commands: the commands, ends with a name of NULL
 * @what: what they are, for messages
 * @fallback: name of the command when there is no word, or NULL
 *
 * Return: exit code.
 */
int run_command(struct ctx *c, struct args *a, const struct command *commands,
		const char *what, const char *fallback);

/**
 * error() - say that something went wrong
 * @fmt: what
 *
 * Return: EXIT_ERROR.
 */
__printf(1, 2)
int error(const char *fmt, ...);

/**
 * ctx_enter() - go to the network namespace that was asked for
 * @c: the run
 *
 * Return: EXIT_DONE, or EXIT_ERROR when that has been said.
 */
int ctx_enter(struct ctx *c);

/**
 * ctx_connect() - connect to the module
 * @c: the run
 *
 * Return: as ctx_enter().
 */
int ctx_connect(struct ctx *c);

/**
 * ctx_pull() - connect and look
 * @c: the run
 * @what: see pull()
 * @v: out: the view; to be freed in any case
 *
 * Return: as ctx_enter().
 */
int ctx_pull(struct ctx *c, unsigned int what, struct view *v);

/**
 * ctx_fail() - say what the kernel refused
 * @c: the run
 *
 * Return: EXIT_STALE for a conflict of generations, or EXIT_ERROR.
 */
int ctx_fail(struct ctx *c);

/**
 * ctx_print() - print a result as JSON
 * @c: the run
 * @tree: the result; freed
 *
 * Return: EXIT_DONE or EXIT_ERROR.
 */
int ctx_print(struct ctx *c, json_t *tree);

/**
 * ctx_commit() - check a policy against the host and have it enforced
 * @c: the run
 * @p: the policy, checked
 * @base: the generation it was made against
 * @d: diagnostics; printed by this
 * @generation: out: the generation it has become
 *
 * Return: exit code.
 */
int ctx_commit(struct ctx *c, const struct policy *p, u64 base, struct diags *d,
	       u64 *generation);

/**
 * ctx_look() - check a policy against the host, without a word
 * @c: the run
 * @p: the policy, checked
 * @d: diagnostics
 *
 * Return: exit code.
 */
int ctx_look(struct ctx *c, const struct policy *p, struct diags *d);

/**
 * ctx_hostcheck() - check a policy against the host
 * @c: the run
 * @p: the policy, checked
 * @d: diagnostics; printed by this
 *
 * Return: exit code.
 */
int ctx_hostcheck(struct ctx *c, const struct policy *p, struct diags *d);

/**
 * ctx_warn_vlans() - look whether the ports here are in the VLANs of a policy
 * @c: the run
 * @p: the policy, checked
 * @d: where warnings go
 *
 * Of what is not here nothing is said: the file may be for another host.
 */
void ctx_warn_vlans(struct ctx *c, const struct policy *p, struct diags *d);

/**
 * ctx_warn_unbound() - tell of guest ports that are unbound and dropped
 * @c: the run
 * @p: the policy that is enforced
 */
void ctx_warn_unbound(struct ctx *c, const struct policy *p);

int cmd_apply(struct ctx *c, struct args *a);
int cmd_check(struct ctx *c, struct args *a);
int cmd_save(struct ctx *c, struct args *a);
int cmd_status(struct ctx *c, struct args *a);
int cmd_show(struct ctx *c, struct args *a);
int cmd_flush(struct ctx *c, struct args *a);
int cmd_why(struct ctx *c, struct args *a);
int cmd_quarantine(struct ctx *c, struct args *a);
int cmd_bridge(struct ctx *c, struct args *a);
int cmd_segment(struct ctx *c, struct args *a);
int cmd_group(struct ctx *c, struct args *a);
int cmd_bind(struct ctx *c, struct args *a);
int cmd_service(struct ctx *c, struct args *a);
int cmd_rule(struct ctx *c, struct args *a);
int cmd_set(struct ctx *c, struct args *a);
int cmd_remote(struct ctx *c, struct args *a);
int cmd_port(struct ctx *c, struct args *a);
int cmd_monitor(struct ctx *c, struct args *a);
int cmd_names(struct ctx *c, struct args *a);

/**
 * show_objects() - print the objects of a kind
 * @c: the run
 * @kind: the kind; OBJECT_RULE shows the rules of all tables
 * @name: of the only one that is wanted, or NULL
 *
 * Return: exit code.
 */
int show_objects(struct ctx *c, enum object_kind kind, const char *name);

/**
 * show_ports() - print the ports
 * @c: the run
 *
 * Return: exit code.
 */
int show_ports(struct ctx *c);

/**
 * tree_port() - a port as JSON
 * @p: the port
 * @counters: with its counters?
 *
 * Return: the tree.
 */
json_t *tree_port(const struct port *p, bool counters);

/**
 * quarantine_find() - the quarantine of a binding
 * @v: the quarantines
 * @name: of the binding
 *
 * Return: it, or NULL.
 */
const struct quarantine *quarantine_find(const struct view *v, const char *name);

/**
 * quarantine_state() - what there is to say of a quarantine, or ""
 * @v: the status
 * @q: the quarantine
 */
const char *quarantine_state(const struct view *v, const struct quarantine *q);

/**
 * tree_quarantine() - a quarantine as JSON
 * @q: the quarantine
 *
 * Return: the tree.
 */
json_t *tree_quarantine(const struct quarantine *q);

/**
 * time_text() - a time as people write it here
 * @since: seconds since the Unix epoch
 * @buf: out: the text
 * @size: bytes of it
 *
 * Return: @buf.
 */
const char *time_text(u64 since, char *buf, size_t size);

#endif /* ISOL_USERSPACE_CMD_H */
