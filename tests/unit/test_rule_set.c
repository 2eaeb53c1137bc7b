// SPDX-License-Identifier: GPL-2.0
/* A rule that is changed in place: what is said changes, and nothing else. */
#include <fcntl.h>
#include <unistd.h>

#include <linux/isol.h>

#include "fake_kernel.h"
#include "test.h"
#include "userspace/cmd.h"
#include "userspace/load.h"
#include "userspace/match_line.h"
#include "userspace/push.h"

static const char base[] =
	"isol: 1\ngroups: {g: {}}\nservices: {dhcp: g}\n"
	"bindings: {a: {port: nosuch1, groups: [g]}, b: {port: nosuch2}}\n"
	"rules:\n"
	"- {name: r0, from: a, to: b, tcp: 22, verdict: drop, stateless: true}\n"
	"- {name: r1, from: a, to: b, tcp: 80, src: 10.0.0.0/8, verdict: accept, stateless: true, owner: ops, comment: web}\n"
	"- {name: r2, from: b, to: a, verdict: accept, stateless: true}\n"
	"quarantine:\n"
	"  rules: [{name: q, from: any, to: quarantined, verdict: accept, stateless: true}]\n";

struct world {
	struct fake_kernel k;
	struct ctx c;
};

static void begin(struct world *w)
{
	struct diags d = { 0 };
	struct policy *p;
	u64 generation;

	*w = (struct world){ 0 };
	CHECK_EQ(genl_open_io(&w->c.genl, &fake_kernel_io, &w->k), 0);
	w->c.connected = true;
	CHECK_MSG(!isol_load("f", base, sizeof(base) - 1, &p, &d), "%s", d.n ? d.v[0].text : "");
	CHECK_EQ(push_policy(&w->c.genl, p, 0, &generation), 0);
	policy_free(p);
	diags_free(&d);
}

static void end(struct world *w)
{
	genl_close(&w->c.genl);
	fake_kernel_free(&w->k);
}

/* Run "rule LINE"; a word of "" is written ''. Return: exit code. What it says is not kept. */
static int run(struct world *w, const char *line)
{
	char *copy = strdup(line), *v[64], *save = NULL, *s;
	struct args a = { .v = v, .usage = "" };
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), null, code;
	size_t n = 0;

	for (s = strtok_r(copy, " ", &save); s && n < 63; s = strtok_r(NULL, " ", &save))
		v[n++] = strcmp(s, "''") ? s : s + 2;
	v[n] = NULL;
	fflush(stdout);
	null = open("/dev/null", O_WRONLY);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	code = cmd_rule(&w->c, &a);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	close(null);
	free(copy);
	return code;
}

/* A rule as it is enforced, on one line. */
static char *shown(struct world *w, const char *name)
{
	enum object_kind kind = OBJECT_RULE;
	char *line, *text = NULL;
	const struct rule *r;
	size_t size, i;
	FILE *f;

	if (!policy_find(w->k.enforced, kind, name))
		kind = OBJECT_QRULE;
	r = policy_find(w->k.enforced, kind, name);
	if (!r)
		return strdup("none");
	f = open_memstream(&text, &size);
	fprintf(f, "%zu:", policy_index(w->k.enforced, kind, &r->o));
	for (i = 0; i < r->from.n; i++)
		fprintf(f, " %s", r->from.v[i].name.text);
	fputs(" >", f);
	for (i = 0; i < r->to.n; i++)
		fprintf(f, " %s", r->to.v[i].name.text);
	line = match_line(rule_match(r));
	fprintf(f, " | %s | %u%s %s %s", line, r->verdict, r->stateless ? "" : " tracks",
		r->owner.text ? r->owner.text : "-", r->o.comment.text ? r->o.comment.text : "-");
	free(line);
	fclose(f);
	return text;
}

static const struct {
	const char *line;	/* NULL: a policy anew; with = before it, nothing changes */
	const char *name;
	const char *shown;
} steps[] = {
	{ NULL, "r1", "1: a > b | tcp dport 80 src 10.0.0.0/8 | 1 ops web" },
	{ "set r1 drop", "r1", "1: a > b | tcp dport 80 src 10.0.0.0/8 | 0 ops web" },
	{ "set r1 from g,b", "r1", "1: g b > b | tcp dport 80 src 10.0.0.0/8 | 0 ops web" },
	{ "set r1 to any comment new", "r1", "1: g b > any | tcp dport 80 src 10.0.0.0/8 | 0 ops new" },
	{ "set r1 udp dport 53", "r1", "1: g b > any | udp dport 53 | 0 ops new" },
	{ "set r1 owner '' comment ''", "r1", "1: g b > any | udp dport 53 | 0 - -" },
	{ "set r1 all-frames reject", "r1", "1: g b > any |  | 2 - -" },
	{ "set r1 first", "r1", "0: g b > any |  | 2 - -" },
	{ NULL, "r0", "0: a > b | tcp dport 22 | 0 - -" },
	{ "set r0 after r2", "r0", "2: a > b | tcp dport 22 | 0 - -" },
	{ "set r0 before r2 accept", "r0", "1: a > b | tcp dport 22 | 1 - -" },
	{ "set r0 last accept", "r0", "2: a > b | tcp dport 22 | 1 - -" },
	{ "=set r0 last", "r0", "2: a > b | tcp dport 22 | 1 - -" },
	{ "=set r0 tcp dport 22 stateless", "r0", "2: a > b | tcp dport 22 | 1 - -" },
	{ "set q tcp dport 22", "q", "0: any > quarantined | tcp dport 22 | 1 - -" },
	{ NULL, "r0", "0: a > b | tcp dport 22 | 0 - -" },
	{ "set r0 stateful", "r0", "0: a > b | tcp dport 22 | 0 tracks - -" },
	{ "set r0 accept", "r0", "0: a > b | tcp dport 22 | 1 tracks - -" },
	{ "=set r0 stateful", "r0", "0: a > b | tcp dport 22 | 1 tracks - -" },
	{ "set r0 stateless tcp tcp-flags syn", "r0", "0: a > b | tcp tcp-flags syn | 1 - -" },
	{ "set r0 stateful all-frames", "r0", "0: a > b |  | 1 tracks - -" },
	{ "set q stateful", "q", "0: any > quarantined |  | 1 tracks - -" },
	{ "add r3 from a to b udp accept", "r3", "3: a > b | udp | 1 tracks - -" },
	{ "=add r3 from a to b udp accept stateful", "r3", "3: a > b | udp | 1 tracks - -" },
	{ "add r4 from a to b sctp accept stateless", "r4", "4: a > b | sctp | 1 - -" },
	{ "add r5 from a to b udp dscp 3 drop", "r5", "5: a > b | udp dscp 3 | 0 tracks - -" },
};

static void changes(void)
{
	struct world w;
	size_t i;
	u64 before;
	char *s;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		const char *line = steps[i].line;
		const bool unchanged = line && *line == '=';

		if (!line) {
			if (i)
				end(&w);
			begin(&w);
		} else {
			before = w.k.generation;
			CHECK_MSG(run(&w, line + unchanged) == EXIT_DONE, "%s fails", line);
			CHECK_MSG((w.k.generation == before) == unchanged, "%s: %s", line,
				  unchanged ? "changed" : "not changed");
		}
		s = shown(&w, steps[i].name);
		CHECK_MSG(!strcmp(s, steps[i].shown), "%s: '%s', not '%s'", line ? line : "", s,
			  steps[i].shown);
		free(s);
		/* the others are as they were */
		s = shown(&w, "r2");
		CHECK_MSG(strstr(s, ": b > a |  | 1 - -"), "%s: r2 became %s", line ? line : "", s);
		free(s);
	}
	end(&w);
}

/* What is refused changes nothing. */
static void refusals(void)
{
	static const char *const lines[] = {
		"set nosuch drop", "set r1 from nosuch", "set r1 before nosuch", "set r1 after r1",
		"set r1 to quarantined", "set dhcp drop",
		/* what an answer does not tell */
		"set r1 stateful tcp tcp-flags syn", "set r1 stateful dscp af41",
		"set r1 stateful fragment none", "set r1 stateful pcp 3",
		"set r1 stateful inner-vlan 3", "add r9 from a to b dscp 3 accept",
		"add r1 from a to b tcp dport 80 src 10.0.0.0/8 accept owner ops comment web",
	};
	struct world w;
	size_t i;

	begin(&w);
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		const u64 before = w.k.generation;
		char *s;

		CHECK_MSG(run(&w, lines[i]) == EXIT_ERROR, "%s succeeds", lines[i]);
		CHECK_EQ(w.k.generation, before);
		s = shown(&w, "r1");
		CHECK(!strcmp(s, steps[0].shown));
		free(s);
	}
	end(&w);
}

int main(void)
{
	test_begin();
	run_case("rule_set_changes", changes);
	run_case("rule_set_refusals", refusals);
	return test_end();
}
