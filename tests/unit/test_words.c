// SPDX-License-Identifier: GPL-2.0
/* Words of commands that change the policy: those that may stand once stand once. */
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "userspace/cmd.h"

#define WORDS 64

/*
 * Run a command. The words are read before the kernel is looked for, and it is not there:
 * the network namespace that it is asked for in does not exist.
 */
static void run(const char *line)
{
	static const struct command commands[] = {
		{ "bridge", cmd_bridge, NULL }, { "segment", cmd_segment, NULL },
		{ "group", cmd_group, NULL }, { "bind", cmd_bind, NULL },
		{ "service", cmd_service, NULL }, { "rule", cmd_rule, NULL },
		{ "set", cmd_set, NULL }, { "remote", cmd_remote, NULL },
		{ "quarantine", cmd_quarantine, NULL }, { "why", cmd_why, NULL },
		{ NULL, NULL, NULL }
	};
	char *copy = strdup(line), *v[WORDS + 1], *save = NULL, *s;
	struct ctx c = { .netns = "/nowhere" };
	struct args a = { .v = v, .usage = "" };
	size_t n = 0;

	for (s = strtok_r(copy, " ", &save); s && n < WORDS; s = strtok_r(NULL, " ", &save))
		v[n++] = s;
	v[n] = NULL;
	run_command(&c, &a, commands, "command", NULL);
	free(copy);
}

/* The first line of what is said. */
static char *answer(const char *line)
{
	char *text = calloc(1, 4096);
	size_t len = 0, n;
	int fds[2], status;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		run(line);
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], text + len, 4095 - len)) > 0 && n <= 4095)
		len += n;
	close(fds[0]);
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status));
	text[strcspn(text, "\n")] = '\0';
	return text;
}

#define NO_KERNEL "network namespace '/nowhere': No such file or directory"

static const struct {
	const char *line;
	const char *answer;
} answers[] = {
	{ "bridge add b default drop default accept", "a second 'default'" },
	{ "bridge add b unbound drop unb drop", "a second 'unbound'" },
	{ "bridge add b fragments drop fragments drop", "a second 'fragments'" },
	{ "bridge add b resume drop resume accept", "a second 'resume'" },
	{ "bridge set b pickup 5 pickup 6", "a second 'pickup'" },
	{ "bridge add b comment x comment y", "a second 'comment'" },
	{ "bridge set b uplink x uplink y default drop unbound drop fragments drop resume drop pickup 5 comment x",
	  NO_KERNEL },
	{ "segment add s bridge b bridge c", "a second 'bridge'" },
	{ "segment add s bridge b vlan 3 vlan 4", "a second 'vlan'" },
	{ "segment add s bridge b within drop within accept", "a second 'within'" },
	{ "segment add s bridge b uplink drop uplink accept", "a second 'uplink'" },
	{ "segment add s bridge b comment x comment y", "a second 'comment'" },
	{ "segment add s bridge b vlan 3 within drop uplink drop comment x", NO_KERNEL },
	{ "group add g comment x comment y", "a second 'comment'" },
	{ "group add g comment comment", NO_KERNEL },
	{ "bind add x port p port q", "a second selector; expected one of port, mac and alias" },
	{ "bind add x port p mac 02:00:00:00:00:01",
	  "a second selector; expected one of port, mac and alias" },
	{ "bind add x port p claims 2 claims 3", "a second 'claims'" },
	{ "bind add x port p max-connections 2 max 3", "a second 'max-connections'" },
	{ "bind add x port p segment s segment t", "a second 'segment'" },
	{ "bind add x port p role none role isolated", "a second 'role'" },
	{ "bind add x port p community c community d", "a second 'community'" },
	{ "bind add x port p comment c comment d", "a second 'comment'" },
	{ "bind add x port p group g group h,i claims 2 max-connections 3 segment s role isolated community c comment d",
	  NO_KERNEL },
	{ "service add dhcp uplink comment x comment y", "a second 'comment'" },
	{ "service set dhcp uplink comment x comment y", "a second 'comment'" },
	{ "service set dhcp uplink comment x", NO_KERNEL },
	{ "rule add r from a from b to c accept", "a second 'from'; several ends have commas between them" },
	{ "rule add r from a to b t c accept", "'t' could be any of tcp, tcp-flags, type, to, table" },
	{ "rule set r to b to c", "a second 'to'; several ends have commas between them" },
	{ "rule add r from a to b accept drop", "a second verdict" },
	{ "rule set r accept accept", "a second verdict" },
	{ "rule set r stateless stateless", "a second 'stateless'" },
	{ "rule set r stateful stateful", "a second 'stateful'" },
	{ "rule set r stateful stateless", "'stateless' and 'stateful' exclude each other" },
	{ "rule set r comment x comment y", "a second 'comment'" },
	{ "rule set r owner x owner y", "a second 'owner'" },
	{ "rule set r all-frames all-frames", "a second 'all-frames'" },
	{ "rule set r first before s", "a second place for the rule" },
	{ "rule add r from a to b accept table quarantine table rules", "a second 'table'" },
	{ "rule set r tcp tcp", "a second protocol: 'tcp'; 'proto' takes several" },
	{ "rule set r tcp dport 80 dport 443", "a second 'dport'; several values have commas between them" },
	{ "rule add r from a,b to c tcp dport 80,443 src @s and not 10.0.0.1 dst not @s accept stateless table quarantine first owner x comment y",
	  NO_KERNEL },
	{ "set add s ports 80 comment x 81 comment y", "a second 'comment'" },
	{ "remote add s comment x comment y", "a second 'comment'" },
	{ "set add s ports 80 comment x 81", NO_KERNEL },
	{ "quarantine add a mode isolate mode contain", "a second 'mode'" },
	{ "quarantine add a comment x comment y", "a second 'comment'" },
	{ "quarantine add a comment x mode contain", NO_KERNEL },
	{ "why a b bridge x bridge y", "a second bridge" },
	{ "why a b bridge x tcp dport 80", NO_KERNEL },
};

static void once(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		char *text = answer(answers[i].line);

		CHECK_MSG(!strncmp(text, "isolctl: ", 9) && !strcmp(text + 9, answers[i].answer),
			  "'%s': %s", answers[i].line, text);
		free(text);
	}
}

int main(void)
{
	test_begin();
	run_case("words_once", once);
	return test_end();
}
