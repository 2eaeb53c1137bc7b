// SPDX-License-Identifier: GPL-2.0
/* Whether all has arrived that will, see barrier.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "barrier.h"
#include "endpoint.h"

#define HOPS 8
#define BARRIER_MS 10000

void barrier_pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot stay on one CPU: %s", strerror(errno));
}

static int loop_socket(void)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(PROTO_CUSTOM),
		.sll_ifindex = if_nametoindex("lo"),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool loop_once(int fd, u32 run, u32 seq)
{
	struct frame_spec spec = { .kind = KIND_CUSTOM, .vlan = -1, .run = run, .seq = seq };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	double end = now_ms() + BARRIER_MS;
	u8 buf[FRAME_MAX];
	struct tag tag;
	size_t len = frame_build(&spec, buf);

	if (send(fd, buf, len, 0) < 0)
		return false;
	while (now_ms() < end && poll(&pfd, 1, BARRIER_MS) > 0) {
		ssize_t n = recv(fd, buf, sizeof(buf), 0);

		if (n > 0 && frame_tag(buf, n, &tag) && tag.run == run && tag.seq == spec.seq)
			return true;
	}
	die("a frame on the loopback interface got lost");
}

bool barrier(u32 run, u32 *seq)
{
	int fd = loop_socket(), i;
	bool done = fd >= 0;

	for (i = 0; i < HOPS && done; i++)
		done = loop_once(fd, run, (*seq)++);
	if (fd >= 0)
		close(fd);
	return done;
}
