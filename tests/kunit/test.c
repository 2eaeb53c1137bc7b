// SPDX-License-Identifier: GPL-2.0
/* Cases, checks and random numbers in the kernel, see tests/unit/test.h. */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "test.h"

static unsigned long long seed = 1;
module_param(seed, ullong, 0444);
MODULE_PARM_DESC(seed, "seed of the random numbers");

static unsigned int rounds;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "how often random cases try, instead of their default");

/* KUnit runs one case at a time. */
static struct kunit *running;
static struct task_struct *runner;
static char reason[1024];
static char line[512];
static size_t line_len;
static u64 state;
static bool random; /* the case has taken numbers at random */

void test_fail(const char *file, int line_nr, const char *fmt, ...)
{
	va_list ap;
	char *c;
	int n;

	if (*reason)
		return;
	n = scnprintf(reason, sizeof(reason), "%s:%d: ", kbasename(file), line_nr);
	va_start(ap, fmt);
	vscnprintf(reason + n, sizeof(reason) - n, fmt, ap);
	va_end(ap);
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
	u64 n = test_next(&state);

	random = true;
	if (!(n & 0xff))
		cond_resched();
	return n;
}

u64 test_seed(void)
{
	return seed;
}

/* Emulated, and each access checked: all takes some fifty times as long. */
unsigned int test_rounds(unsigned int dflt)
{
	return rounds ? rounds : dflt / 40 + 1;
}

unsigned int test_ms(void)
{
	return ktime_to_ms(ktime_get());
}

static bool *later;

static void set_later(struct work_struct *work)
{
	WRITE_ONCE(*later, true);
}

static DECLARE_DELAYED_WORK(later_work, set_later);

void test_later(bool *flag, unsigned int ms)
{
	cancel_delayed_work_sync(&later_work);
	if (!flag)
		return;
	later = flag;
	schedule_delayed_work(&later_work, msecs_to_jiffies(ms));
}

void test_printf(const char *fmt, ...)
{
	char *end;
	va_list ap;

	va_start(ap, fmt);
	line_len += vscnprintf(line + line_len, sizeof(line) - line_len, fmt, ap);
	va_end(ap);
	end = strchr(line, '\n');
	if (!end && line_len < sizeof(line) - 1)
		return;
	if (end)
		*end = '\0';
	kunit_info(running, "%s\n", line);
	line_len = 0;
	*line = '\0';
}

/*
 * Memory that a test wants not to be there. Others use the module meanwhile:
 * their memory is not the test's.
 */
long isol_fail_alloc;

bool isol_alloc_fails(void)
{
	return isol_fail_alloc > 0 && current == runner && --isol_fail_alloc == 0;
}

void test_run(struct kunit *test, void (*fn)(void))
{
	running = test;
	runner = current;
	*reason = '\0';
	line_len = 0;
	*line = '\0';
	isol_fail_alloc = 0;
	random = false;
	test_reseed(seed);
	fn();
	runner = NULL;
	isol_fail_alloc = 0;
	if (random)
		kunit_info(test, "# ISOL_SEED=%llu\n", seed);
	if (!test_good())
		KUNIT_FAIL(test, "%s (ISOL_SEED=%llu)", reason, seed);
}
