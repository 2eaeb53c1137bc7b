// SPDX-License-Identifier: GPL-2.0
/* What a rule asks, in a line: what is shown can be given to "rule add". */
#include <sys/wait.h>
#include <unistd.h>

#include "random_policy.h"
#include "test.h"
#include "userspace/match_args.h"
#include "userspace/match_line.h"

#define WORDS 64

/* Read a line as a command does; it ends the program where it makes no sense. */
static void read_line(struct policy *p, const char *line, struct match *m)
{
	static const char *const words[] = { MATCH_ARGS_WORDS, NULL };
	char *copy = strdup(line), *v[WORDS + 1], *save = NULL, *s;
	struct args a = { .v = v, .usage = "the usage" };
	struct ctx c = { 0 };
	const char *word;
	size_t n = 0;

	for (s = strtok_r(copy, " ", &save); s && n < WORDS; s = strtok_r(NULL, " ", &save))
		v[n++] = s;
	v[n] = NULL;
	while ((word = args_word(&c, &a)))
		match_args_word(&a, match_args_find(&a, word, words, m), p, m);
	match_args_end(&a, m);
	free(copy);
}

/* There are ways to say the same with fewer values, which lines have. */
static bool is_plain(const struct match *m)
{
	const struct match_field *of = m->of;
	const u32 src4 = ISOL_MATCH_A_SRC_IP4, src6 = ISOL_MATCH_A_SRC_IP6;
	const u32 dst4 = ISOL_MATCH_A_DST_IP4, dst6 = ISOL_MATCH_A_DST_IP6;

	if (of[src4].n && of[src6].n && of[src4].negate != of[src6].negate)
		return false;
	if (of[dst4].n && of[dst6].n && of[dst4].negate != of[dst6].negate)
		return false;
	return match_proto(m) < 0 || of[ISOL_MATCH_A_PROTO].n == 1;
}

static void round_trips(void)
{
	unsigned int i, n = test_rounds(4000), plain = 0, lists = 0;

	for (i = 0; i < n && test_good(); i++) {
		struct policy *p = policy_new();
		struct match m, again = { 0 };
		char *line, *second;

		random_match(p, test_rand, &m);
		line = match_line(&m);
		read_line(p, line, &again);
		second = match_line(&again);
		CHECK_MSG(!strcmp(line, second), "'%s' became '%s'", line, second);
		/* what is not is held against its meaning in save_mixed */
		if (is_plain(&m)) {
			CHECK_MSG(match_equal(&m, &again), "'%s' has other values", line);
			plain++;
		}
		lists += m.of[ISOL_MATCH_A_TCP_FLAGS].n > 1;
		free(second);
		free(line);
		policy_free(p);
	}
	CHECK_MSG(plain > n * 3 / 4, "%u of %u", plain, n);
	CHECK_MSG(lists > n / 1000, "%u of %u", lists, n);
}

/*
 * What the command says to a line, in a process of its own, as it ends it: an
 * error, or the line that it is.
 */
static char *answer(const char *line)
{
	int fds[2], status;
	char *text = NULL;
	size_t size, len;
	char buf[1024];
	FILE *f, *out;
	pid_t pid;

	CHECK_EQ(pipe(fds), 0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		struct policy *p = policy_new();
		struct match m = { 0 };

		dup2(fds[1], STDERR_FILENO);
		read_line(p, line, &m);
		fprintf(stderr, "good: %s\n", match_line(&m));
		_exit(0);
	}
	close(fds[1]);
	f = fdopen(fds[0], "r");
	out = open_memstream(&text, &size);
	while ((len = fread(buf, 1, sizeof(buf), f)))
		fwrite(buf, 1, len, out);
	fclose(out);
	fclose(f);
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status));
	return text;
}

static const struct {
	const char *line;
	const char *answer;
} answers[] = {
	{ "tcp tcp-flags any syn,ack", "good: tcp tcp-flags any syn,ack\n" },
	{ "tcp tcp-flags not any syn,ack", "good: tcp tcp-flags not any syn,ack\n" },
	{ "tcp tcp-flags any syn", "good: tcp tcp-flags syn\n" },
	{ "tcp tcp-flags any syn/syn+ack,rst", "good: tcp tcp-flags any syn/syn+ack,rst\n" },
	{ "tcp tcp-flags syn,ack", "isolctl: tcp-flags: 'syn,ack' would be either of them; both are 'syn+ack', either is 'any syn,ack'\n" },
	{ "tcp tcp-flags syn,ack,rst", "isolctl: tcp-flags: 'syn,ack,rst' would be any of them; all are 'syn+ack+rst', any is 'any syn,ack,rst'\n" },
	{ "tcp tcp-flags not syn,ack", "isolctl: tcp-flags: 'not syn,ack' would be none of them set; that is '0/syn+ack' or 'not any syn,ack', and 'not syn+ack' is not all of them\n" },
	/* a value that is none is told alone; how the words go, where they are wrong */
	{ "tcp dport 80:90", "isolctl: dport: '80:90'; expected a range with a dash: 80-90\n" },
	{ "icmp type ping", "isolctl: type: 'ping'; expected a type of ICMP: a name like echo-request, or 0 to 255; did you mean 'echo-request'?\n" },
	{ "dport 80", "isolctl: a port without a protocol; expected tcp, udp or sctp too\nusage: isolctl the usage\n" },
	{ "icmp ping", "isolctl: 'ping'; expected icmp type echo-request\nusage: isolctl the usage\n" },
	{ "icmpv6 ns", "isolctl: 'ns'; expected icmpv6 type neighbour-solicitation\nusage: isolctl the usage\n" },
	{ "tcp port 80", "isolctl: unknown word 'port'; expected dport or sport behind tcp, udp or sctp: tcp dport 80\nusage: isolctl the usage\n" },
	{ "tcp 80", "isolctl: '80'; expected 'dport' before it: tcp dport 80\nusage: isolctl the usage\n" },
	{ "src 10.0.0.1 src 10.0.0.2", "isolctl: a second 'src'; several values have commas between them\nusage: isolctl the usage\n" },
	{ "src 10.0.0.1 dst ::1", "isolctl: 'dst': the source addresses are of IPv4 only\n" },
	{ "tcp tcp-flags syn,ack,0/rst", "isolctl: tcp-flags: 'syn,ack' would be any of them; all are 'syn+ack', any is 'any syn,ack,0/rst'\n" },
};

static void said(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(answers); i++) {
		char *text = answer(answers[i].line);

		CHECK_MSG(!strcmp(text, answers[i].answer), "'%s': %s", answers[i].line, text);
		free(text);
	}
}

int main(void)
{
	test_begin();
	run_case("match_args_round_trips", round_trips);
	run_case("match_args_said", said);
	return test_end();
}
