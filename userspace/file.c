// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "file.h"

static int read_all(FILE *f, size_t max, char **buf, size_t *len)
{
	size_t cap = 65536, n = 0;
	char *p = xcalloc(cap, 1);

	while (n <= max) {
		size_t got;

		if (n == cap) {
			cap *= 2;
			p = xrealloc(p, cap, 1);
		}
		got = fread(p + n, 1, cap - n, f);
		if (!got)
			break;
		n += got;
	}
	if (ferror(f)) {
		free(p);
		return errno ? -errno : -EIO;
	}
	*buf = p;
	*len = n;
	return 0;
}

int file_read(const char *path, size_t max, char **buf, size_t *len)
{
	FILE *f = !strcmp(path, "-") ? stdin : fopen(path, "re");
	int err;

	if (!f)
		return -errno;
	err = read_all(f, max, buf, len);
	if (f != stdin)
		fclose(f);
	return err;
}

static int close_file(FILE *f, int err)
{
	if (!err && fflush(f))
		err = -errno;
	/* a pipe has nothing to be synced */
	if (!err && fsync(fileno(f)) && errno != EINVAL && errno != EROFS)
		err = -errno;
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

static int write_in_place(const char *path, int (*write)(FILE *out, void *data), void *data)
{
	FILE *f = fopen(path, "we");

	return f ? close_file(f, write(f, data)) : -errno;
}

static int write_beside(const char *path, mode_t mode, int (*write)(FILE *out, void *data),
			void *data)
{
	char *temp = xasprintf("%s.XXXXXX", path);
	int fd = mkostemp(temp, O_CLOEXEC), err = 0;
	FILE *f;

	if (fd < 0) {
		err = -errno;
		free(temp);
		return err;
	}
	f = fdopen(fd, "w");
	if (!f) {
		err = -errno;
		close(fd);
	} else {
		err = close_file(f, fchmod(fd, mode) ? -errno : write(f, data));
	}
	if (!err && rename(temp, path))
		err = -errno;
	if (err)
		unlink(temp);
	free(temp);
	return err;
}

int file_replace(const char *path, int (*write)(FILE *out, void *data), void *data)
{
	char *real = realpath(path, NULL);
	/* a policy tells who the tenants of the host are */
	mode_t mode = 0600;
	struct stat st;
	int err;

	if (real && !stat(real, &st)) {
		if (!S_ISREG(st.st_mode)) {
			free(real);
			return write_in_place(path, write, data);
		}
		mode = st.st_mode & 07777;
	}
	err = write_beside(real ? real : path, mode, write, data);
	free(real);
	return err;
}
