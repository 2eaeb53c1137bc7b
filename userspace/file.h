/* SPDX-License-Identifier: GPL-2.0 */
/* Reading and replacing whole files. */
#ifndef ISOL_USERSPACE_FILE_H
#define ISOL_USERSPACE_FILE_H

#include <stdio.h>

#include "types.h"

/**
 * file_read() - read a file
 * @path: the file; "-" is the standard input
 * @max: bytes it may have; one more is read, so that the reader can tell
 * @buf: out: its contents, to be freed
 * @len: out: bytes of them
 *
 * Return: 0 or a negative errno.
 */
int file_read(const char *path, size_t max, char **buf, size_t *len);

/**
 * file_replace() - write a file so that it is never there in part
 * @path: the file
 * @write: writes the contents; returns 0 or a negative errno
 * @data: for @write
 *
 * What is no regular file, like a pipe, is written as it is.
 *
 * Return: 0 or a negative errno.
 */
int file_replace(const char *path, int (*write)(FILE *out, void *data), void *data);

#endif /* ISOL_USERSPACE_FILE_H */
