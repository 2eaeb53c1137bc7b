/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all fuzz targets share. A target is a file fuzz_NAME.c with one
 * function, fuzz_one(), which is given bytes and makes of them what it is
 * about. CHECK() and its kin are those of test.h and stop the run; below(),
 * percent() and test_rand() take their numbers from the bytes, one byte each,
 * and give 255 when there are none left.
 */
#ifndef ISOL_FUZZ_H
#define ISOL_FUZZ_H

#include "test.h"

/**
 * fuzz_one() - try one input
 * @data: in memory of just its size, aligned for everything
 * @size: bytes of it
 */
void fuzz_one(const u8 *data, size_t size);

/* Bytes that are left. */
size_t fuzz_left(void);

/* A number of @n bytes, the lowest first. */
u64 fuzz_number(unsigned int n);

/**
 * fuzz_text() - some of the bytes as text
 * @max: characters at the most
 *
 * Return: the text, to be freed, in memory of just its size.
 */
char *fuzz_text(unsigned int max);

#endif /* ISOL_FUZZ_H */
