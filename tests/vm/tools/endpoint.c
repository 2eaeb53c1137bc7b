// SPDX-License-Identifier: GPL-2.0
/* Endpoints, see endpoint.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "endpoint.h"

#define RX_BUFFER (4 << 20)
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static void copy_word(char *to, size_t size, const char *from, size_t len, const char *arg)
{
	if (!len || len >= size)
		die("%s: expected NAME=NETNS:IFNAME", arg);
	memcpy(to, from, len);
	to[len] = 0;
}

static void parse_option(struct endpoint *e, const char *o, size_t len, const char *arg)
{
	unsigned int b[MAC_LEN], tpid = ETH_P_8021Q, vid, i;
	int end = 0;

	if (len == 5 && !memcmp(o, "stack", 5)) {
		e->host = true;
	} else if (len == 3 && !memcmp(o, "all", 3)) {
		e->all = true;
	} else if (len == 4 && !memcmp(o, "mute", 4)) {
		e->mute = true;
	} else if (len > 4 && !memcmp(o, "mac=", 4)) {
		if (sscanf(o, "mac=%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4],
			   &b[5], &end) != MAC_LEN || (size_t)end != len)
			die("%s: no address", arg);
		for (i = 0; i < MAC_LEN; i++)
			e->mac[i] = b[i];
		e->own_mac = true;
	} else if (len > 5 && !memcmp(o, "vlan=", 5)) {
		if ((sscanf(o, "vlan=%4x.%u%n", &tpid, &vid, &end) != 2 || (size_t)end != len) &&
		    (sscanf(o, "vlan=%u%n", &vid, &end) != 1 || (size_t)end != len))
			die("%s: no VLAN", arg);
		e->tpid = strchr(o, '.') ? tpid : ETH_P_8021Q;
		e->vlan = vid;
	} else {
		die("%s: unknown option", arg);
	}
}

void endpoint_parse(struct endpoint *e, const char *arg)
{
	const char *eq = strchr(arg, '='), *colon = eq ? strchr(eq, ':') : NULL;
	const char *o;
	size_t len;

	memset(e, 0, sizeof(*e));
	e->vlan = -1;
	e->nl = -1;
	e->tx = -1;
	if (!colon)
		die("%s: expected NAME=NETNS:IFNAME", arg);
	copy_word(e->name, sizeof(e->name), arg, eq - arg, arg);
	if (strspn(e->name, NAME_CHARS) != strlen(e->name))
		die("%s: the name is to be of letters, digits, - and _", arg);
	copy_word(e->netns, sizeof(e->netns), eq + 1, colon - eq - 1, arg);
	o = colon + 1;
	len = strcspn(o, ",");
	copy_word(e->ifname, sizeof(e->ifname), o, len, arg);
	while (o[len]) {
		o += len + 1;
		len = strcspn(o, ",");
		parse_option(e, o, len, arg);
	}
	e->tap = !strcmp(e->netns, "tap");
}

unsigned int endpoint_find(const struct endpoint *e, unsigned int n, const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (strlen(e[i].name) == len && !memcmp(e[i].name, name, len))
			return i;
	die("no endpoint is called %.*s", (int)len, name);
}

/* Return: a file descriptor of the namespace that was left, -1 if none was. */
static int netns_enter(const struct endpoint *e, int *err)
{
	char path[128];
	int own, fd;

	*err = 0;
	if (e->tap || !strcmp(e->netns, "-"))
		return -1;
	own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0)
		die("/proc/self/ns/net: %s", strerror(errno));
	snprintf(path, sizeof(path), "/run/netns/%s", e->netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		*err = -errno;
	if (fd >= 0)
		close(fd);
	if (*err) {
		close(own);
		return -1;
	}
	return own;
}

static void netns_leave(int fd)
{
	if (fd < 0)
		return;
	if (setns(fd, CLONE_NEWNET))
		die("cannot go back to the own namespace: %s", strerror(errno));
	close(fd);
}

static int packet_socket(int protocol, int ifindex)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = ifindex,
	};
	int fd, one = 1, size = RX_BUFFER;

	/* Without a protocol at first, it hears nothing before it is bound. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if ((protocol &&
	     (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	      setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) ||
	      setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

static int open_packet(struct endpoint *e, const struct link *link)
{
	static const u16 protocols[MAX_RX] = {
		ETH_P_IP, ETH_P_ARP, ETH_P_IPV6, PROTO_CUSTOM, ETH_P_802_2
	};
	int fd;

	e->tx = packet_socket(0, link->ifindex);
	if (e->tx < 0)
		return e->tx;
	while (e->nrx < (e->host ? MAX_RX : 1)) {
		if (e->host)
			fd = packet_socket(protocols[e->nrx], 0);
		else
			fd = packet_socket(ETH_P_ALL, e->all ? 0 : link->ifindex);
		if (fd < 0)
			return fd;
		e->rx[e->nrx++] = fd;
	}
	return 0;
}

static int open_tap(struct endpoint *e, const struct link *link)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	memcpy(ifr.ifr_name, e->ifname, sizeof(ifr.ifr_name));
	e->tx = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (e->tx < 0 || ioctl(e->tx, TUNSETIFF, &ifr))
		return -errno;
	e->rx[e->nrx++] = e->tx;
	if (!e->own_mac && link->mac[0] == 0xfe)
		e->mac[0] = 0x52;
	return 0;
}

/* A tap gets its carrier now, and the bridge is told of it a bit later. */
static int await_carrier(struct endpoint *e, int wait_ms)
{
	double end = now_ms() + wait_ms;
	struct link link;
	int err;

	while (!e->host) {
		err = link_get(e->nl, e->ifindex, NULL, &link);
		if (err || link.up)
			return err;
		if (now_ms() > end)
			return -ENOLINK;
		usleep(5000);
	}
	return 0;
}

int endpoint_open(struct endpoint *e, int wait_ms)
{
	struct link link;
	int own, err;

	own = netns_enter(e, &err);
	if (err)
		return err;
	e->nl = link_socket();
	err = e->nl < 0 ? -errno : link_get(e->nl, 0, e->ifname, &link);
	if (!err) {
		e->host |= link.bridge;
		if (!e->own_mac)
			memcpy(e->mac, link.mac, MAC_LEN);
		err = e->tap ? open_tap(e, &link) : open_packet(e, &link);
	}
	netns_leave(own);
	if (!err) {
		e->ifindex = link.ifindex;
		err = await_carrier(e, wait_ms);
	}
	if (err)
		endpoint_close(e);
	return err;
}

void endpoint_close(struct endpoint *e)
{
	while (e->nrx)
		if (e->rx[--e->nrx] != e->tx)
			close(e->rx[e->nrx]);
	if (e->tx >= 0)
		close(e->tx);
	if (e->nl >= 0)
		close(e->nl);
	e->tx = -1;
	e->nl = -1;
	e->ifindex = 0;
}

int endpoint_send(struct endpoint *e, const void *buf, size_t len)
{
	ssize_t n;

	do {
		n = e->tap ? write(e->tx, buf, len) : send(e->tx, buf, len, 0);
	} while (n < 0 && (errno == EINTR || errno == ENOBUFS));
	return n < 0 ? -errno : 0;
}

/*
 * Whether what has come up on an interface has come from the host's bridge. On
 * a port only frames to reserved addresses do: others are there when it was no
 * port at the time.
 */
static bool host_has(struct endpoint *e, int ifindex, const u8 *dest)
{
	struct link link;

	if (ifindex == e->ifindex)
		return true;
	return !memcmp(dest, "\x01\x80\xc2\0\0", 5) && !(dest[5] & 0xf0) &&
	       !link_get(e->nl, ifindex, NULL, &link) && link.master == e->ifindex;
}

static int packet_receive(struct endpoint *e, int fd, void *buf, size_t size, int *vlan)
{
	union {
		struct cmsghdr cmsg;
		char buf[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct sockaddr_ll addr;
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = {
		.msg_name = &addr,
		.msg_namelen = sizeof(addr),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct tpacket_auxdata aux;
	struct cmsghdr *cmsg;
	ssize_t len;

	len = recvmsg(fd, &msg, 0);
	if (len < 0)
		return -errno;
	*vlan = -1;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_PACKET || cmsg->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(cmsg), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID)
			*vlan = aux.tp_vlan_tci;
	}
	if (len < MAC_LEN ||
	    addr.sll_pkttype == PACKET_OUTGOING || addr.sll_pkttype == PACKET_LOOPBACK ||
	    (e->host && !host_has(e, addr.sll_ifindex, buf)))
		return 0;
	return len;
}

int endpoint_receive(struct endpoint *e, void *buf, size_t size, int *vlan)
{
	unsigned int i;
	int len;

	*vlan = -1;
	for (i = 0; i < e->nrx; i++) {
		do {
			if (e->tap) {
				len = read(e->tx, buf, size);
				if (len < 0)
					len = -errno;
			} else {
				len = packet_receive(e, e->rx[i], buf, size, vlan);
			}
		} while (len == 0 || len == -EINTR);
		if (len != -EAGAIN)
			return len;
	}
	return 0;
}

unsigned int endpoint_lost(struct endpoint *e)
{
	struct tpacket_stats stats;
	unsigned int i, n = 0;
	socklen_t len;

	for (i = 0; i < e->nrx && !e->tap; i++) {
		len = sizeof(stats);
		if (!getsockopt(e->rx[i], SOL_PACKET, PACKET_STATISTICS, &stats, &len))
			n += stats.tp_drops;
	}
	return n;
}

bool endpoint_poll(struct endpoint *e, unsigned int n, int ms)
{
	struct pollfd fds[MAX_ENDPOINTS * MAX_RX];
	unsigned int i, j, nfds = 0;

	for (i = 0; i < n; i++)
		for (j = 0; j < e[i].nrx; j++)
			fds[nfds++] = (struct pollfd){ .fd = e[i].rx[j], .events = POLLIN };
	/*
	 * Callers work out what is left of their time, and may be kept from
	 * running meanwhile; to poll() a negative time is to wait for ever.
	 */
	return poll(fds, nfds, ms > 0 ? ms : 0) > 0;
}
