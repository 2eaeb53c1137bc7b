/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Endpoints: where frames are sent and received.
 *
 *	NAME=NETNS:IFNAME[,OPTION...]
 *
 * NETNS is the name of a network namespace, "-" the caller's own, or "tap": a
 * tap of the caller's namespace that is opened and read as a hypervisor does.
 * Options: vlan=[TPID.]VID tags what is sent, mac=ADDRESS is another source
 * address (a tap's guest has the tap's address with 52 for fe by default),
 * "stack" makes the interface one of the host's: bridges are such already. "all"
 * receives on all interfaces of the namespace, also those that are yet to come.
 * "mute": somebody else sends in its name.
 *
 * What arrives at an interface in a namespace has left the bridge port at the
 * other end, so there a packet socket sees all. The host is otherwise: a packet
 * socket for all protocols sees frames on ports and on the bridge before any
 * hook does, and a promiscuous one would change what the bridge passes up. So
 * the host's sockets are for certain protocols, which come last, when the
 * bridge has let go of the frame, and they listen on all interfaces: frames to
 * reserved addresses come up with the port as device, not the bridge.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <poll.h>

#include "link.h"

#define MAX_ENDPOINTS 64
#define MAX_RX 5

/**
 * struct endpoint - an endpoint
 * @name: what the user calls it
 * @netns: see above
 * @ifname: the interface
 * @host: what arrives has to have come up to the host's stack
 * @tap: @tx is the tap, and to be read
 * @all: receives on all interfaces of @netns
 * @mute: sends nothing
 * @own_mac: @mac was given
 * @mac: source address
 * @vlan: as in struct frame_spec
 * @tpid: as in struct frame_spec
 * @ifindex: of @ifname; 0 while it is not open
 * @nl: to ask about interfaces; of the host
 * @tx: where to send
 * @rx: where to receive
 * @nrx: number of @rx
 */
struct endpoint {
	char name[32];
	char netns[64];
	char ifname[IFNAMSIZ];
	bool host;
	bool tap;
	bool all;
	bool mute;
	bool own_mac;
	u8 mac[MAC_LEN];
	int vlan;
	u16 tpid;
	int ifindex;
	int nl;
	int tx;
	int rx[MAX_RX];
	unsigned int nrx;
};

/* Read an argument. Ends the program if it is wrong. */
void endpoint_parse(struct endpoint *e, const char *arg);

/* Return: index into @e of the endpoint so called. Ends the program if none is. */
unsigned int endpoint_find(const struct endpoint *e, unsigned int n, const char *name, size_t len);

/* A tap gets its carrier when it is opened, and the bridge hears of it soon. */
#define CARRIER_MS 5000

/**
 * endpoint_open() - make an endpoint ready
 * @e: as endpoint_parse() made it, or closed
 * @wait_ms: how long to wait for its carrier, as CARRIER_MS
 *
 * Return: 0, or a negative errno, then it is closed.
 */
int endpoint_open(struct endpoint *e, int wait_ms);
void endpoint_close(struct endpoint *e);

/* Return: 0 or a negative errno. */
int endpoint_send(struct endpoint *e, const void *buf, size_t len);

/**
 * endpoint_receive() - take a frame that has arrived, if there is one
 * @e: the endpoint
 * @buf: where it goes
 * @size: how much of it
 * @vlan: where its VLAN tag goes, as far as it is not in the frame: else -1
 *
 * Return: its length, 0 if there is none, or a negative errno.
 */
int endpoint_receive(struct endpoint *e, void *buf, size_t size, int *vlan);

/* Frames that the kernel had no room for. */
unsigned int endpoint_lost(struct endpoint *e);

/**
 * endpoint_poll() - wait until something arrives
 * @e: the endpoints
 * @n: their number
 * @ms: how long at the most
 *
 * Return: whether something has.
 */
bool endpoint_poll(struct endpoint *e, unsigned int n, int ms);

/* Milliseconds of a clock that runs steadily. */
double now_ms(void);

__printf(1, 2)
__noreturn void die(const char *fmt, ...);

#endif /* ENDPOINT_H */
