// SPDX-License-Identifier: GPL-2.0
/* What all fuzz targets share, see fuzz.h. */
#include <stdarg.h>

#include "fuzz.h"

static const u8 *input;
static size_t left;

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u8 *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	input = copy;
	left = size;
	fuzz_one(copy, size);
	free(copy);
	return 0;
}

size_t fuzz_left(void)
{
	return left;
}

u64 fuzz_number(unsigned int n)
{
	u64 v = 0;
	unsigned int i;

	for (i = 0; i < n && left; i++, left--)
		v |= (u64)*input++ << i * 8;
	return v;
}

char *fuzz_text(unsigned int max)
{
	size_t n = fuzz_number(1) % (max + 1);
	char *s;

	if (n > left)
		n = left;
	/* a NUL ends it, and is taken too */
	s = calloc(1, n + 1);
	memcpy(s, input, n);
	input += n;
	left -= n;
	n = strlen(s) + 1;
	return realloc(s, n);
}

u64 test_rand(void)
{
	/* 0 would always be what is rare: percent(5) */
	return left ? fuzz_number(1) : 255;
}

void test_fail(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "CHECK %s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	abort();
}

bool test_good(void)
{
	return true;
}
