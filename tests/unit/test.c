// SPDX-License-Identifier: GPL-2.0
/* What all unit tests share, see test.h. */
#include <signal.h>
#include <stdarg.h>
#include <sys/time.h>
#include <time.h>

#include "test.h"

static char reason[1024];
static unsigned int nfailed;
static u64 seed, state;

void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;
	char *c;
	int n;

	if (*reason)
		return;
	n = snprintf(reason, sizeof(reason), "%s:%d: ", file, line);
	va_start(ap, fmt);
	vsnprintf(reason + n, sizeof(reason) - n, fmt, ap);
	va_end(ap);
	/* a result is one line */
	for (c = reason; *c; c++)
		if (*c == '\n')
			*c = ' ';
}

bool test_good(void)
{
	return !*reason;
}

void test_reseed(u64 to)
{
	state = to;
}

u64 test_rand(void)
{
	return test_next(&state);
}

u64 test_seed(void)
{
	return seed;
}

unsigned int test_rounds(unsigned int dflt)
{
	const char *s = getenv("ISOL_ROUNDS");

	return s && *s ? strtoul(s, NULL, 0) : dflt;
}

unsigned int test_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ULL + t.tv_nsec / 1000000;
}

static bool *later;

static void on_alarm(int sig)
{
	__atomic_store_n(later, true, __ATOMIC_RELAXED);
}

void test_later(bool *flag, unsigned int ms)
{
	const struct itimerval at = {
		.it_value = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 },
	};

	if (flag)
		later = flag;
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &at, NULL);
}

void test_begin(void)
{
	const char *s = getenv("ISOL_SEED");
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	seed = s && *s ? strtoull(s, NULL, 0) :
	       ((u64)t.tv_sec << 20 ^ t.tv_nsec) & 0xffffffff;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# ISOL_SEED=%llu\n", (unsigned long long)seed);
}

void test_case(const char *suite, const char *name, void (*fn)(void))
{
	char full[100];

	snprintf(full, sizeof(full), "%s_%s", suite, name);
	run_case(full, fn);
}

void run_case(const char *name, void (*fn)(void))
{
	const char *only = getenv("ISOL_T");

	if (only && *only && !strstr(name, only))
		return;
	*reason = '\0';
	test_reseed(seed);
	fn();
	if (test_good()) {
		printf("ok %s\n", name);
	} else {
		printf("not ok %s %s (ISOL_SEED=%llu)\n", name, reason,
		       (unsigned long long)seed);
		nfailed++;
	}
}

int test_end(void)
{
	return nfailed ? 1 : 0;
}
