// SPDX-License-Identifier: GPL-2.0
/*
 * Ports and network namespaces that come and go, many of them in one process:
 * starting "ip" takes longer than most of what it does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/isol.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "endpoint.h"
#include "nl.h"

static const char usage[] =
"usage: churn [-s SEED] [-r] -w FILE ports BRIDGE OTHER NETNS FIXED [KEPT]\n"
"       churn [-s SEED] [-r] -w FILE netns\n"
"       churn [-s SEED] -w FILE spray NETNS RUN FROM\n"
"\n"
"Goes on as long as FILE is there, then prints what it has done.\n"
"\n"
"ports: devices are made, become ports of BRIDGE and OTHER (which may go away\n"
"itself), get other names, addresses and aliases, are taken to NETNS and back,\n"
"and are deleted; the other ends of veths are in NETNS. All of that but coming\n"
"and going happens to the port FIXED too, which is as it was in the end; KEPT\n"
"only gets other aliases. BRIDGE becomes promiscuous and back, and with -r it\n"
"gets another name for a moment.\n"
"\n"
"netns: namespaces with a bridge and ports die, with a policy or in the midst\n"
"of one. It is an error (exit status 1) when a frame that the policy forbids\n"
"passes before the last port has gone, or when one that it allows does not. With\n"
"-r there is none for a while after each: the module may be unloaded then.\n"
"\n"
"spray: what is behind the ports that come and go sends from the first moment on;\n"
"its frames are those of the endpoint number FROM of \"blast -r RUN\".\n";

#define NSLOTS 12
#define NCOUNTS 12

static const char *going;
static u32 seed = 1;
static int failures;

/* What has been done how often. */
static struct {
	const char *what;
	unsigned long n;
} counts[NCOUNTS];

static void count(const char *what)
{
	unsigned int i;

	for (i = 0; i < NCOUNTS - 1 && counts[i].what && strcmp(counts[i].what, what); i++)
		;
	counts[i].what = what;
	counts[i].n++;
}

static bool go_on(void)
{
	return !access(going, F_OK);
}

static u32 rnd(u32 n)
{
	/* xorshift: the same with every C library */
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % n;
}

static void sleep_ms(double ms)
{
	if (ms > 0)
		usleep(ms * 1000);
}

static int open_netns(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

static int own_netns(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("own namespace: %s", strerror(errno));
	return fd;
}

static void enter(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		die("setns: %s", strerror(errno));
}

static void must_open(struct nl *nl, int protocol)
{
	int err = nl_open(nl, protocol);

	if (err)
		die("netlink: %s", strerror(-err));
}

static int packet_socket(int protocol)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol) };
	int fd, one = 1, size = 4 << 20;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    (protocol && bind(fd, (struct sockaddr *)&addr, sizeof(addr))))
		die("packet socket: %s", strerror(errno));
	return fd;
}

/* ---- devices */

static void begin_link(struct nl *nl, u16 type, u16 flags, int ifindex, u32 iff, u32 change)
{
	struct ifinfomsg info = {
		.ifi_index = ifindex, .ifi_flags = iff, .ifi_change = change,
	};

	nl_begin(nl, type, flags, &info, sizeof(info));
}

static int set_flags(struct nl *nl, int ifindex, u32 iff, u32 change)
{
	begin_link(nl, RTM_NEWLINK, 0, ifindex, iff, change);
	return nl_ask(nl);
}

static int set_attr(struct nl *nl, int ifindex, u16 type, const void *data, size_t len)
{
	begin_link(nl, RTM_NEWLINK, 0, ifindex, 0, 0);
	nl_put(nl, type, data, len);
	return nl_ask(nl);
}

static int set_name(struct nl *nl, int ifindex, const char *name)
{
	return set_attr(nl, ifindex, IFLA_IFNAME, name, strlen(name) + 1);
}

static int set_alias(struct nl *nl, int ifindex, const char *alias)
{
	return set_attr(nl, ifindex, IFLA_IFALIAS, alias, strlen(alias));
}

static int set_master(struct nl *nl, int ifindex, int master)
{
	return set_attr(nl, ifindex, IFLA_MASTER, &master, sizeof(master));
}

static int delete_link(struct nl *nl, int ifindex)
{
	begin_link(nl, RTM_DELLINK, 0, ifindex, 0, 0);
	return nl_ask(nl);
}

/* The other end of a veth, and a socket in its namespace. */
struct peer {
	char name[IFNAMSIZ];
	int ifindex;
	int netns;
	struct nl *nl;
};

/* Up at once, as a port of @master if there is one. */
static int new_link(struct nl *nl, const char *kind, const char *name, int ifindex, int master,
		    const struct peer *peer)
{
	struct ifinfomsg other = { .ifi_index = peer ? peer->ifindex : 0 };
	struct nlattr *info, *data, *nest;
	int err;

	begin_link(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifindex, IFF_UP, IFF_UP);
	nl_put_str(nl, IFLA_IFNAME, name);
	if (master)
		nl_put_u32(nl, IFLA_MASTER, master);
	info = nl_nest(nl, IFLA_LINKINFO, NULL, 0);
	nl_put_str(nl, IFLA_INFO_KIND, kind);
	if (peer) {
		data = nl_nest(nl, IFLA_INFO_DATA, NULL, 0);
		nest = nl_nest(nl, VETH_INFO_PEER, &other, sizeof(other));
		nl_put_str(nl, IFLA_IFNAME, peer->name);
		nl_put_u32(nl, IFLA_NET_NS_FD, peer->netns);
		nl_end(nl, nest);
		nl_end(nl, data);
	}
	nl_end(nl, info);
	err = nl_ask(nl);
	if (err || !peer)
		return err;
	/* It cannot be so at once: it has no other end yet then. */
	begin_link(peer->nl, RTM_NEWLINK, 0, 0, IFF_UP, IFF_UP);
	nl_put_str(peer->nl, IFLA_IFNAME, peer->name);
	return nl_ask(peer->nl);
}

/* ---- ports */

struct slot {
	bool there;
	bool fixed;
	bool away;
	int ifindex;
	char name[IFNAMSIZ];
};

struct ports {
	struct nl here;
	struct nl there;	/* in the other namespace */
	int here_fd;
	int there_fd;
	const char *bridge_name;
	const char *other_name;
	int bridge;
	int other;
	int kept;
	bool rename;
	struct slot slot[NSLOTS];
};

/* What policies may look for, and what they do not. */
static void any_name(char *name)
{
	static const char *const stems[] = { "x", "x", "x", "y", "y", "z", "p-a", "p-b" };

	snprintf(name, IFNAMSIZ, "%s%u", stems[rnd(ARRAY_SIZE(stems))], rnd(40));
}

static const char *any_alias(void)
{
	static const char *const aliases[] = { "", "third", "name-1", "name-2", "name-3" };

	return aliases[rnd(ARRAY_SIZE(aliases))];
}

static void make_port(struct ports *p, struct slot *s)
{
	struct peer peer = { .netns = p->there_fd, .nl = &p->there };
	bool veth = rnd(4);
	int ifindex = 0;

	any_name(s->name);
	snprintf(peer.name, sizeof(peer.name), "v%u", (unsigned int)(s - p->slot));
	switch (rnd(4)) {
	case 0:	/* one that has just been another's */
		ifindex = 300 + rnd(8);
		break;
	case 1:	/* far from all others */
		ifindex = (1 << 20) + rnd(64) * 4096;
		break;
	}
	if (new_link(&p->here, veth ? "veth" : "dummy", s->name, ifindex,
		     rnd(4) ? p->bridge : 0, veth ? &peer : NULL))
		return;
	s->ifindex = if_nametoindex(s->name);
	s->there = s->ifindex;
	s->away = false;
	count("made");
}

static void take_away(struct ports *p, struct slot *s)
{
	if (set_attr(s->away ? &p->there : &p->here, s->ifindex, IFLA_NET_NS_FD,
		     s->away ? &p->here_fd : &p->there_fd, sizeof(int)))
		return;
	/* Another may have its number there. */
	if (!s->away)
		enter(p->there_fd);
	s->ifindex = if_nametoindex(s->name);
	if (!s->away)
		enter(p->here_fd);
	s->away = !s->away;
	s->there = s->ifindex;
	count("taken");
}

static void change_port(struct ports *p, struct slot *s)
{
	u8 mac[MAC_LEN] = { 0xfe, 0, 0, 0, 1, rnd(8) };
	u32 what = rnd(s->fixed ? 12 : 16);
	char name[IFNAMSIZ];

	if (s->away && what < 14)
		what = 13;
	switch (what) {
	case 0:
	case 1:
	case 2:
		if (!set_master(&p->here, s->ifindex, p->bridge))
			count("moved");
		break;
	case 3:
	case 4:
		if (!set_master(&p->here, s->ifindex, p->other))
			count("moved");
		break;
	case 5:
		if (!set_master(&p->here, s->ifindex, 0))
			count("moved");
		break;
	case 6:
	case 7:
		any_name(name);
		if (!set_name(&p->here, s->ifindex, name)) {
			memcpy(s->name, name, sizeof(name));
			count("renamed");
		}
		break;
	case 8:
		if (!set_alias(&p->here, s->ifindex, any_alias()))
			count("renamed");
		break;
	case 9:
		if (!set_attr(&p->here, s->ifindex, IFLA_ADDRESS, mac, sizeof(mac)))
			count("renamed");
		break;
	case 10:
		set_flags(&p->here, s->ifindex, 0, IFF_UP);
		break;
	case 11:
		set_flags(&p->here, s->ifindex, IFF_UP, IFF_UP);
		break;
	case 12:
	case 13:
		take_away(p, s);
		break;
	default:
		if (!delete_link(s->away ? &p->there : &p->here, s->ifindex))
			count("deleted");
		s->there = false;
	}
}

static void change_bridges(struct ports *p)
{
	char name[IFNAMSIZ];

	switch (rnd(5)) {
	case 0:
		set_flags(&p->here, p->bridge, IFF_PROMISC, IFF_PROMISC);
		break;
	case 1:
		set_flags(&p->here, p->bridge, 0, IFF_PROMISC);
		break;
	case 2:
		if (p->kept)
			set_alias(&p->here, p->kept, rnd(2) ? "kept-1" : "kept-2");
		break;
	case 3:
		delete_link(&p->here, p->other);
		sleep_ms(rnd(5));
		if (new_link(&p->here, "bridge", p->other_name, 0, 0, NULL))
			die("cannot make %s again", p->other_name);
		p->other = if_nametoindex(p->other_name);
		break;
	default:
		if (!p->rename)
			return;
		snprintf(name, sizeof(name), "%s-1", p->bridge_name);
		set_name(&p->here, p->bridge, name);
		sleep_ms(rnd(20));
		set_name(&p->here, p->bridge, p->bridge_name);
	}
	count("bridges");
}

/* Let all be as it was. */
static void restore(struct ports *p, const char *fixed)
{
	struct slot *s;

	for (s = p->slot; s < p->slot + NSLOTS; s++)
		if (s->there && !s->fixed &&
		    !delete_link(s->away ? &p->there : &p->here, s->ifindex))
			count("deleted");
	s = p->slot;
	set_flags(&p->here, p->bridge, 0, IFF_PROMISC);
	set_master(&p->here, s->ifindex, p->bridge);
	set_alias(&p->here, s->ifindex, "");
	set_flags(&p->here, s->ifindex, IFF_UP, IFF_UP);
	if (strcmp(s->name, fixed) && set_name(&p->here, s->ifindex, fixed))
		die("cannot call it %s again", fixed);
}

static int must_index(const char *name)
{
	int ifindex = if_nametoindex(name);

	if (!ifindex)
		die("no device is called %s", name);
	return ifindex;
}

static void ports(char **arg, bool rename)
{
	static struct ports p;
	struct slot *s;

	p.rename = rename;
	p.bridge_name = arg[0];
	p.other_name = arg[1];
	p.bridge = must_index(arg[0]);
	p.other = must_index(arg[1]);
	p.kept = arg[4] ? must_index(arg[4]) : 0;
	p.here_fd = own_netns();
	p.there_fd = open_netns(arg[2]);
	must_open(&p.here, NETLINK_ROUTE);
	enter(p.there_fd);
	must_open(&p.there, NETLINK_ROUTE);
	enter(p.here_fd);
	p.slot[0] = (struct slot){ .there = true, .fixed = true };
	p.slot[0].ifindex = must_index(arg[3]);
	snprintf(p.slot[0].name, IFNAMSIZ, "%s", arg[3]);

	while (go_on()) {
		s = &p.slot[rnd(NSLOTS)];
		if (!rnd(24))
			change_bridges(&p);
		else if (s->there)
			change_port(&p, s);
		else
			make_port(&p, s);
		sleep_ms(rnd(4));
	}
	restore(&p, arg[3]);
}

/* What is behind ports that come sends, whatever they are. */
static void spray(char **arg)
{
	struct frame_spec spec = {
		.vlan = -1, .run = strtoul(arg[1], NULL, 0), .from = strtoul(arg[2], NULL, 0),
		.to = TO_ALL, .seq = ~0U, .src = { 2, 0, 0, 0, 3, 1 },
	};
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_halen = MAC_LEN };
	unsigned int nr = 0;
	u8 buf[FRAME_MAX];
	int fd;

	enter(open_netns(arg[0]));
	fd = packet_socket(0);
	while (go_on()) {
		struct ifreq ifr = { 0 };
		size_t len;

		snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "v%u", nr++ % NSLOTS);
		spec.kind = rnd(2) ? KIND_MCAST : KIND_UNKNOWN;
		len = frame_build(&spec, buf);
		if (!ioctl(fd, SIOCGIFINDEX, &ifr)) {
			addr.sll_ifindex = ifr.ifr_ifindex;
			if (sendto(fd, buf, len, 0, (struct sockaddr *)&addr, sizeof(addr)) >= 0)
				count("sent");
		}
		if (nr % NSLOTS == 0)
			sleep_ms(5);
	}
}

/* ---- isol */

/* Return: the family's number, 0 if there is none. */
static u16 find_family(struct nl *nl)
{
	struct genlmsghdr genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct nlattr *nla, *end;
	int len;

	nl_begin(nl, GENL_ID_CTRL, 0, &genl, sizeof(genl));
	nl_put_str(nl, CTRL_ATTR_FAMILY_NAME, ISOL_GENL_NAME);
	nl->nlh.nlmsg_flags &= ~NLM_F_ACK;
	if (nl_send(nl))
		return 0;
	len = nl_receive(nl);
	if (len < (int)(NLMSG_HDRLEN + sizeof(genl)) || nl->nlh.nlmsg_type != GENL_ID_CTRL)
		return 0;
	end = (struct nlattr *)(nl->buf + len);
	for (nla = (struct nlattr *)(nl->buf + NLMSG_HDRLEN + sizeof(genl)); nla < end;
	     nla = (struct nlattr *)((char *)nla + NLA_ALIGN(nla->nla_len)))
		if (nla->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(u16 *)((char *)nla + NLA_HDRLEN);
	return 0;
}

static void begin_isol(struct nl *nl, u16 family, u8 cmd)
{
	struct genlmsghdr genl = { .cmd = cmd, .version = ISOL_GENL_VERSION };

	nl_begin(nl, family, 0, &genl, sizeof(genl));
}

static void put_binding(struct nl *nl, const char *name, const char *port, const char *group)
{
	struct nlattr *nest = nl_nest(nl, ISOL_A_BINDING, NULL, 0);

	nl_put_str(nl, ISOL_BINDING_A_NAME, name);
	nl_put_str(nl, ISOL_BINDING_A_PORT, port);
	if (group)
		nl_put_str(nl, ISOL_BINDING_A_GROUP, group);
	nl_end(nl, nest);
}

static void put_end(struct nl *nl, u16 type, const char *group)
{
	struct nlattr *nest = nl_nest(nl, type, NULL, 0);

	nl_put_u8(nl, ISOL_ENDPOINT_A_KIND, ISOL_ENDPOINT_GROUP);
	nl_put_str(nl, ISOL_ENDPOINT_A_NAME, group);
	nl_end(nl, nest);
}

static void put_named(struct nl *nl, u16 type, u16 attr, const char *name)
{
	struct nlattr *nest = nl_nest(nl, type, NULL, 0);

	nl_put_str(nl, attr, name);
	nl_end(nl, nest);
}

/* a and b may talk to each other, c to nobody. */
static int add_policy(struct nl *nl, u16 family)
{
	struct nlattr *nest;
	int err;

	begin_isol(nl, family, ISOL_CMD_BEGIN);
	err = nl_ask(nl);
	if (err)
		return err;
	begin_isol(nl, family, ISOL_CMD_ADD);
	put_named(nl, ISOL_A_BRIDGE, ISOL_BRIDGE_A_NAME, "br0");
	put_named(nl, ISOL_A_GROUP, ISOL_GROUP_A_NAME, "pair");
	put_binding(nl, "a", "p-a", "pair");
	put_binding(nl, "b", "p-b", "pair");
	put_binding(nl, "c", "p-c", NULL);
	nest = nl_nest(nl, ISOL_A_RULE, NULL, 0);
	nl_put_str(nl, ISOL_RULE_A_NAME, "pair");
	put_end(nl, ISOL_RULE_A_FROM, "pair");
	put_end(nl, ISOL_RULE_A_TO, "pair");
	nl_put_u8(nl, ISOL_RULE_A_VERDICT, ISOL_VERDICT_ACCEPT);
	nl_put(nl, ISOL_RULE_A_STATELESS, NULL, 0);
	nl_end(nl, nest);
	return nl_ask(nl);
}

static int start_commit(struct nl *nl, u16 family)
{
	begin_isol(nl, family, ISOL_CMD_COMMIT);
	return nl_ask(nl);
}

/* Its end may come before the acknowledgement, so that is not asked for. */
static int commit(struct nl *nl, u16 family)
{
	struct genlmsghdr *genl;
	struct nlattr *nla;
	int len;

	begin_isol(nl, family, ISOL_CMD_COMMIT);
	nl->nlh.nlmsg_flags &= ~NLM_F_ACK;
	if (nl_send(nl))
		return -errno;
	for (;;) {
		len = nl_receive(nl);
		if (len < 0)
			return len;
		if (nl->nlh.nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)NLMSG_DATA(&nl->nlh))->error;
		genl = NLMSG_DATA(&nl->nlh);
		if (nl->nlh.nlmsg_type != family || genl->cmd != ISOL_CMD_DONE)
			continue;
		nla = (struct nlattr *)(genl + 1);
		for (; (char *)nla < nl->buf + len;
		     nla = (struct nlattr *)((char *)nla + NLA_ALIGN(nla->nla_len)))
			if (nla->nla_type == ISOL_A_ERROR)
				return *(int *)((char *)nla + NLA_HDRLEN);
		return -EPROTO;
	}
}

/* ---- namespaces */

#define NGUESTS 3
#define FIRST_INDEX 1000
#define NHOSTS 8	/* that are remembered */
#define ARRIVE_MS 20000
#define GONE_MS 60000

/* A namespace with a bridge, or what was one. */
struct host {
	int guest[NGUESTS];	/* numbers of the other ends of its ports */
	bool enforcing;
	unsigned long arrived;	/* at b */
};

static struct {
	int fd;			/* the namespace of the guests */
	int home;
	int tx;
	int rx;
	struct nl nl;
	u32 run;
	u32 seq;
	struct host host[NHOSTS];
} guests;

static void guests_setup(void)
{
	guests.home = own_netns();
	if (unshare(CLONE_NEWNET))
		die("unshare: %s", strerror(errno));
	guests.fd = own_netns();
	guests.tx = packet_socket(0);
	guests.rx = packet_socket(ETH_P_ALL);
	must_open(&guests.nl, NETLINK_ROUTE);
	guests.run = getpid() ^ seed << 16;
	enter(guests.home);
}

/* From a to all. Return: false when a has gone. */
static bool guests_send(const struct host *h)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET, .sll_ifindex = h->guest[0], .sll_halen = MAC_LEN,
	};
	struct frame_spec spec = {
		.kind = rnd(2) ? KIND_MCAST : KIND_UNKNOWN, .vlan = -1, .run = guests.run,
		.seq = guests.seq++, .to = TO_ALL, .src = { 2, 0, 0, 0, 2, 1 },
	};
	u8 buf[FRAME_MAX];
	size_t len = frame_build(&spec, buf);

	if (!h->guest[0])
		return false;
	return sendto(guests.tx, buf, len, 0, (struct sockaddr *)&addr, sizeof(addr)) >= 0 ||
	       (errno != ENXIO && errno != ENODEV);
}

static void guests_drain(void)
{
	struct sockaddr_ll addr;
	socklen_t size = sizeof(addr);
	struct tag tag;
	struct host *h;
	u8 buf[2048];
	ssize_t len;

	while ((len = recvfrom(guests.rx, buf, sizeof(buf), 0, (struct sockaddr *)&addr,
			       &size)) >= 0) {
		if (!frame_tag(buf, len, &tag) || tag.run != guests.run)
			continue;
		for (h = guests.host; h < guests.host + NHOSTS; h++) {
			if (addr.sll_ifindex == h->guest[1]) {
				h->arrived++;
				count("arrived");
			}
			if (addr.sll_ifindex == h->guest[2] && h->enforcing) {
				fprintf(stderr, "a frame to c got through\n");
				failures++;
			}
		}
		size = sizeof(addr);
	}
}

/* Send for so long, or until a is no more. */
static bool guests_talk(struct host *h, double ms)
{
	double end = now_ms() + ms;
	bool there = true;

	do {
		there = guests_send(h);
		guests_drain();
		sleep_ms(1);
	} while (there && now_ms() < end);
	guests_drain();
	return there;
}

static int make_host(struct nl *nl, struct host *h, int first)
{
	static const char letters[NGUESTS] = "abc";
	struct peer peer = { .netns = guests.fd, .nl = &guests.nl };
	char name[IFNAMSIZ];
	unsigned int i;
	int bridge, err;

	memset(h, 0, sizeof(*h));
	err = new_link(nl, "bridge", "br0", 0, 0, NULL);
	if (err)
		return err;
	bridge = if_nametoindex("br0");
	for (i = 0; i < NGUESTS; i++) {
		snprintf(name, sizeof(name), "p-%c", letters[i]);
		peer.ifindex = first + i;
		snprintf(peer.name, sizeof(peer.name), "g%d", peer.ifindex);
		/* The peer's number is only looked at when there is one here. */
		err = new_link(nl, "veth", name, 100 + i, bridge, &peer);
		if (err)
			return err;
		h->guest[i] = peer.ifindex;
	}
	return 0;
}

/* All that is left open when it returns closes, and the namespace with it. */
static void live(struct host *h, int first)
{
	struct nl route, isol;
	/* The first has a policy in force, whatever chance says. */
	u32 how = first == FIRST_INDEX ? 5 : rnd(6);
	double end;
	u16 family;
	int err;

	must_open(&route, NETLINK_ROUTE);
	must_open(&isol, NETLINK_GENERIC);
	err = make_host(&route, h, first);
	if (err) {
		fprintf(stderr, "cannot make ports: %s\n", strerror(-err));
		failures++;
		goto out;
	}
	count("namespaces");
	family = find_family(&isol);
	if (!family || add_policy(&isol, family))
		goto out;
	if (how == 0) {
		count("unfinished");
		goto out;
	}
	if (how == 1) {
		if (!start_commit(&isol, family))
			count("nowait");
		goto out;
	}
	if (commit(&isol, family))
		goto out;
	count("policies");
	/* What had been sent before that has arrived. */
	guests_drain();
	h->enforcing = true;
	end = now_ms() + ARRIVE_MS;
	while (!h->arrived && now_ms() < end)
		guests_talk(h, 2);
	if (!h->arrived) {
		fprintf(stderr, "no frame to b got through\n");
		failures++;
	}
	guests_talk(h, rnd(20));
	if (how == 2) {
		/* once more, and not waited for */
		if (!add_policy(&isol, family) && !start_commit(&isol, family))
			count("nowait");
	} else if (how == 3) {
		delete_link(&route, if_nametoindex(rnd(2) ? "p-b" : "br0"));
	}
out:
	nl_close(&isol);
	nl_close(&route);
}

/* In a user namespace of its own, whose jobs go another way. */
static void foreign(void)
{
	struct nl nl;
	u16 family;
	int bridge;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		_exit(1);
	must_open(&nl, NETLINK_ROUTE);
	if (new_link(&nl, "bridge", "br0", 0, 0, NULL))
		_exit(1);
	bridge = if_nametoindex("br0");
	new_link(&nl, "dummy", "p-a", 0, bridge, NULL);
	new_link(&nl, "dummy", "p-c", 0, bridge, NULL);
	must_open(&nl, NETLINK_GENERIC);
	family = find_family(&nl);
	if (family && !add_policy(&nl, family))
		start_commit(&nl, family);
	_exit(0);
}

static void netns(bool rest)
{
	unsigned int nr;
	pid_t pid;

	guests_setup();
	for (nr = 0; go_on(); nr++) {
		struct host *h = &guests.host[nr % NHOSTS];
		struct host *before = &guests.host[(nr + NHOSTS - 2) % NHOSTS];
		double end = now_ms() + GONE_MS;

		/* One dies while the next comes, not more. */
		while (guests_talk(before, 2))
			if (now_ms() > end)
				die("a namespace does not go");
		if (unshare(CLONE_NEWNET))
			die("unshare: %s", strerror(errno));
		live(h, FIRST_INDEX + nr * NGUESTS % 30000);
		enter(guests.home);
		guests_talk(h, rest ? GONE_MS : rnd(50));
		sleep_ms(rest ? 200 + rnd(200) : 0);
		if (rnd(4))
			continue;
		pid = fork();
		if (!pid)
			foreign();
		if (pid < 0 || waitpid(pid, NULL, 0) < 0)
			die("fork: %s", strerror(errno));
		count("foreign");
	}
	/* The last one, too. */
	if (nr)
		guests_talk(&guests.host[(nr - 1) % NHOSTS], GONE_MS);
}

int main(int argc, char **argv)
{
	bool option = false;
	unsigned int i;
	int opt;

	while ((opt = getopt(argc, argv, "s:w:rh")) != -1) {
		switch (opt) {
		case 's':
			seed = strtoul(optarg, NULL, 0);
			break;
		case 'w':
			going = optarg;
			break;
		case 'r':
			option = true;
			break;
		default:
			fputs(usage, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	if (!seed)
		seed = 1;
	if (going && argc - optind >= 5 && !strcmp(argv[optind], "ports"))
		ports(argv + optind + 1, option);
	else if (going && argc - optind == 1 && !strcmp(argv[optind], "netns"))
		netns(option);
	else if (going && argc - optind == 4 && !strcmp(argv[optind], "spray"))
		spray(argv + optind + 1);
	else
		die("%s", usage);
	for (i = 0; i < NCOUNTS && counts[i].what; i++)
		printf("%s%s %lu", i ? " " : "", counts[i].what, counts[i].n);
	putchar('\n');
	return failures ? 1 : 0;
}
