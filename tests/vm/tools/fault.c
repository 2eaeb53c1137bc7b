// SPDX-License-Identifier: GPL-2.0
/*
 * fault - let each allocation of an operation fail in turn
 *
 * usage: fault [-av] commands|jobs|events|netns|module FILE
 *
 * For n = 1, 2, ... an operation is carried out while its n-th allocation fails
 * (/proc/PID/fail-nth), until there are no n: those of the module alone; then each
 * with all that come after it, for large ones are tried in two ways; and those of
 * the rest of the kernel, of which a sample has to do. -a: all of them.
 * After each step
 *  - the state that the family tells is the one before, or, if success was
 *    reported, the one that the operation leads to with all memory;
 *  - listeners were told of a change, or that they have missed something;
 *  - frames that the policy forbids do not pass, those that it allows do. All
 *    the time a child sends forbidden ones.
 *
 * The network is tests/vm/cases/fault.sh's: ports p-a to p-e of br0, whose other
 * ends are g-a to g-e, the uplink up0, and q-a of br1.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "contract.h"
#include "types.h"

#define MAX_STEPS 3000
#define MAX_WORKERS 64
#define BUF_SIZE 65536

/* How an operation ended, as far as its requester was told. */
enum outcome {
	OK,
	FAILED,
	UNKNOWN,	/* the answer was lost, and the socket said so (ENOBUFS) */
};

static const char *const outcome_words[] = { "ok", "failed", "unknown" };

/* Which allocations fail. */
enum mode {
	ANY,	/* the n-th, whoever's it is; of many only about SAMPLE are tried */
	ONE,	/* the n-th of the module's */
	ALL,	/* that, and all later ones of the module's */
};

#define SAMPLE 14

static const char *const mode_words[] = { "any", "one", "all" };

/* struct op.flags: */
#define OP_JOB		0x01	/* what matters is done by a worker */
#define OP_READS	0x02	/* changes nothing */
#define OP_GENERATION	0x04	/* leads to another generation */
#define OP_PORTS	0x08	/* ports that go hold memory for a while */
#define OP_MODULE_ONLY	0x10	/* the kernel is not up to it when others' fail */
#define OP_MUST		0x20	/* needs no memory that it could be refused for */
#define OP_ENDS_TXN	0x40	/* a failure may end the transaction */
#define OP_OPEN		0x80	/* begins or ends enforcing */
#define OP_NUMBERS	0x100	/* interface numbers grow, and the table with them */

/**
 * struct op - an operation
 * @name: what it is called
 * @run: carry it out, with allocations that fail
 * @undo: take it back; after it has been carried out
 * @prepare: make what it starts from; before each step
 * @check: look at what else there is to see
 * @events: notifications at least, if it is carried out
 * @txns: by how many there are more transactions if it is
 */
struct op {
	const char *name;
	unsigned int flags;
	enum outcome (*run)(void);
	void (*undo)(void);
	void (*prepare)(void);
	void (*check)(enum outcome outcome);
	int events;
	int txns;
};

/**
 * struct state - all that the family tells
 * @text: but what moves of its own accord
 * @shape: and what is another when the same is made again
 */
struct state {
	char *text;
	char *shape;
	unsigned long long generation;
	unsigned long long memory;
	unsigned int transactions;
};

struct sock {
	struct mnl_socket *nl;
	unsigned int seq;
};

static struct sock ctl;		/* asks for the state */
static struct sock work;	/* does what is tested */
static struct sock listener;
static struct sock rt;
static struct sock rt_away;	/* in another network namespace */
static int away = -1;
static unsigned int family, groups[2];

static bool verbose;
static bool thorough;
static unsigned int seed;
static int failures;
static const char *op_name = "-";
static enum mode mode;
static unsigned int step;
static int last_error;
static unsigned int done_seq;	/* of the COMMIT or FLUSH under way */

static char out[BUF_SIZE] __aligned(8);
static char in[BUF_SIZE] __aligned(8);

static void __printf(1, 2) failure(const char *fmt, ...)
{
	va_list ap;

	failures++;
	printf("%s, %s failing, step %u: ", op_name, mode_words[mode], step);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (failures > 20)
		errx(1, "too many failures");
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Not by if_nametoindex(): what it does not find it lets modprobe look for. */
static unsigned int link_number(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/%s", name);
	return access(path, F_OK) ? 0 : if_nametoindex(name);
}

static void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* ---- injection */

static const char *const attrs_of_faults[] = {
	"/sys/kernel/debug/failslab", "/sys/kernel/debug/fail_page_alloc"
};

struct worker {
	int pid;
	int fd;
};

static int self_fd = -1;
static struct worker workers[MAX_WORKERS];
static unsigned int nworkers;
static unsigned long text_start, text_end;

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

static void __printf(2, 3) set_fault(const char *name, const char *fmt, ...)
{
	char path[200], text[64];
	unsigned int i;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (i = 0; i < ARRAY_SIZE(attrs_of_faults); i++) {
		snprintf(path, sizeof(path), "%s/%s", attrs_of_faults[i], name);
		/* Both do not have all. */
		if (write_text(path, text) && errno != ENOENT)
			err(1, "%s", path);
	}
}

/* Only allocations that have been called for from these addresses. */
static void set_filter(unsigned long start, unsigned long end)
{
	set_fault("require-start", "%#lx", start);
	set_fault("require-end", "%#lx", end);
}

static unsigned long read_number(const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		err(1, "%s", path);
	close(fd);
	return strtoul(text, NULL, 0);
}

static void setup_faults(void)
{
	if (access(attrs_of_faults[0], F_OK))
		errx(1, "the kernel cannot let allocations fail");
	set_fault("probability", "0");
	set_fault("interval", "1");
	set_fault("times", "1000000000");
	set_fault("space", "0");
	set_fault("verbose", "0");
	set_fault("task-filter", "Y");
	set_fault("ignore-gfp-wait", "N");
	set_fault("ignore-gfp-highmem", "N");
	set_fault("min-order", "0");
	set_fault("stacktrace-depth", "32");
	self_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	if (self_fd < 0)
		err(1, "fail-nth");
}

/* The module's text; a little more does not matter. */
static void find_module(void)
{
	text_start = read_number("/sys/module/isol/sections/.text");
	text_end = text_start + read_number("/sys/module/isol/coresize");
}

/* Kernel threads that may run the module's jobs. */
static void find_workers(void)
{
	DIR *dir = opendir("/proc");
	char path[300], comm[32];
	struct dirent *d;
	ssize_t n;
	int fd;

	while (nworkers)
		close(workers[--nworkers].fd);
	while (dir && (d = readdir(dir))) {
		if (*d->d_name < '1' || *d->d_name > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", d->d_name);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		n = read(fd, comm, sizeof(comm));
		close(fd);
		if (n < 9 || strncmp(comm, "kworker/u", 9) || nworkers == MAX_WORKERS)
			continue;
		snprintf(path, sizeof(path), "/proc/%s/make-it-fail", d->d_name);
		write_text(path, "1");
		snprintf(path, sizeof(path), "/proc/%s/fail-nth", d->d_name);
		fd = open(path, O_RDWR);
		if (fd < 0)
			continue;
		workers[nworkers].pid = atoi(d->d_name);
		workers[nworkers++].fd = fd;
	}
	if (dir)
		closedir(dir);
}

static void write_nth(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	/* A worker may have ended. */
	if (pwrite(fd, text, len, 0) != len && errno != ESRCH)
		err(1, "fail-nth");
}

static unsigned int read_nth(int fd, unsigned int dflt)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return dflt;
	return strtoul(text, NULL, 10);
}

/* Let the faults of an operation be where it is done. */
static void filter_for(const struct op *op)
{
	if (write_text("/proc/thread-self/make-it-fail", op->flags & OP_JOB ? "0" : "1"))
		err(1, "make-it-fail");
	if (mode == ANY)
		set_filter(0, ~0UL);
	else
		set_filter(text_start, text_end);
}

static void arm(const struct op *op, unsigned int n, bool all)
{
	unsigned int i;

	if (op->flags & OP_JOB) {
		for (i = 0; i < nworkers; i++)
			write_nth(workers[i].fd, n);
	}
	if (all) {
		/* While fail-nth is not 0, nothing else is looked at. */
		if (!(op->flags & OP_JOB))
			write_nth(self_fd, ~0U);
		set_fault("probability", "100");
	}
	if (!(op->flags & OP_JOB))
		write_nth(self_fd, n);
}

/*
 * Return: how many allocations were left to go, 0 if one has failed, or @n if none
 * was made.
 */
static unsigned int disarm(const struct op *op, unsigned int n)
{
	unsigned int left = n, i, m;

	if (!(op->flags & OP_JOB)) {
		left = read_nth(self_fd, n);
		write_nth(self_fd, 0);
	}
	if (mode == ALL)
		set_fault("probability", "0");
	if (op->flags & OP_JOB) {
		for (i = 0; i < nworkers; i++) {
			m = read_nth(workers[i].fd, n);
			write_nth(workers[i].fd, 0);
			if (m < left)
				left = m;
		}
	}
	return left;
}

/* ---- netlink */

static void open_sock(struct sock *s, int protocol)
{
	int one = 1;

	s->nl = mnl_socket_open2(protocol, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!s->nl || mnl_socket_bind(s->nl, 0, MNL_SOCKET_AUTOPID))
		err(1, "socket");
	mnl_socket_setsockopt(s->nl, NETLINK_CAP_ACK, &one, sizeof(one));
}

static void drain(struct sock *s)
{
	ssize_t n;

	do {
		n = mnl_socket_recvfrom(s->nl, in, sizeof(in));
	} while (n > 0 || (n < 0 && errno != EAGAIN));
}

static struct nlmsghdr *request(unsigned int cmd)
{
	return contract_message(out, family, cmd);
}

static bool done_come;
static int done_error;

static void see_done(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nla;

	if (nlh->nlmsg_type != family || genl->cmd != ISOL_CMD_DONE || nlh->nlmsg_seq != done_seq)
		return;
	done_come = true;
	mnl_attr_for_each(nla, nlh, sizeof(*genl))
		if (mnl_attr_get_type(nla) == ISOL_A_ERROR)
			done_error = -(int)attr_integer(nla);
}

/*
 * Send a request and take its acknowledgement, which is there when it has been
 * sent.
 */
static enum outcome ask(struct sock *s, struct nlmsghdr *nlh)
{
	struct nlmsghdr *answer;
	bool lost = false;
	ssize_t n;
	int len;

	nlh->nlmsg_seq = ++s->seq;
	done_seq = nlh->nlmsg_seq;
	done_come = false;
	last_error = 0;
	if (mnl_socket_sendto(s->nl, nlh, nlh->nlmsg_len) < 0) {
		last_error = errno;
		return FAILED;
	}
	for (;;) {
		n = mnl_socket_recvfrom(s->nl, in, sizeof(in));
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0 && errno == ENOBUFS) {
			lost = true;
			continue;
		}
		if (n < 0)
			err(1, "recv");
		len = n;
		for (answer = (void *)in; mnl_nlmsg_ok(answer, len);
		     answer = mnl_nlmsg_next(answer, &len)) {
			const struct nlmsgerr *e = mnl_nlmsg_get_payload(answer);

			see_done(answer);
			if (answer->nlmsg_type != NLMSG_ERROR || answer->nlmsg_seq != s->seq)
				continue;
			last_error = -e->error;
			return e->error ? FAILED : OK;
		}
	}
	if (!lost)
		failure("neither an answer nor an error");
	return UNKNOWN;
}

static void must(struct sock *s, struct nlmsghdr *nlh, const char *what)
{
	enum outcome outcome = ask(s, nlh);

	if (outcome != OK)
		errx(1, "%s step %u: cannot %s: %s", op_name, step, what,
		     outcome == UNKNOWN ? "no answer" : strerror(last_error));
}

/* ---- the state */

/* Receive a dump. Return: 0 or a negative errno. */
static int dump(struct sock *s, unsigned int cmd, FILE *text, FILE *shape)
{
	struct nlmsghdr *nlh = request(cmd);
	ssize_t n;
	int len;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++s->seq;
	if (mnl_socket_sendto(s->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		n = mnl_socket_recvfrom(s->nl, in, sizeof(in));
		if (n < 0)
			return -errno;
		len = n;
		for (nlh = (void *)in; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != s->seq)
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				return -EINTR;
			if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
				return *(int *)mnl_nlmsg_get_payload(nlh);
			fprintf(text, "%s:", contract_commands[cmd]);
			contract_print(text, nlh, RENEWED);
			fputc('\n', text);
			fprintf(shape, "%s:", contract_commands[cmd]);
			contract_print(shape, nlh, STAYS);
			fputc('\n', shape);
		}
	}
}

static const unsigned int dumps[] = {
	ISOL_CMD_BRIDGE_GET, ISOL_CMD_SEGMENT_GET, ISOL_CMD_GROUP_GET, ISOL_CMD_BINDING_GET,
	ISOL_CMD_RULE_GET, ISOL_CMD_PORT_GET, ISOL_CMD_QUARANTINE_GET
};

/* Lines about ports that have gone say nothing: they are cleared away at some time. */
static void without_gone(char *text)
{
	char *from = text, *to = text, *end, *kind;
	size_t len;

	for (; *from; from = end) {
		end = strchr(from, '\n') + 1;
		len = end - from;
		kind = memmem(from, len, " kind=gone", 10);
		if (!kind) {
			memmove(to, from, len);
			to += len;
		}
	}
	*to = '\0';
}

static void read_status(struct state *state, FILE *text, FILE *shape)
{
	struct nlmsghdr *nlh = request(ISOL_CMD_STATUS_GET);
	const struct nlattr *nla, *sub;
	ssize_t n;

	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++ctl.seq;
	if (mnl_socket_sendto(ctl.nl, nlh, nlh->nlmsg_len) < 0)
		err(1, "status");
	n = mnl_socket_recvfrom(ctl.nl, in, sizeof(in));
	nlh = (void *)in;
	if (n <= 0 || nlh->nlmsg_type != family)
		errx(1, "no status");
	mnl_attr_for_each(nla, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(nla) == ISOL_A_GENERATION)
			state->generation = attr_integer(nla);
		if (mnl_attr_get_type(nla) != ISOL_A_STATUS)
			continue;
		mnl_attr_for_each_nested(sub, nla) {
			if (mnl_attr_get_type(sub) == ISOL_STATUS_A_MEMORY)
				state->memory = attr_integer(sub);
			if (mnl_attr_get_type(sub) != ISOL_STATUS_A_TRANSACTIONS)
				continue;
			state->transactions = attr_integer(sub);
			/* Compared by itself. */
			*(u32 *)mnl_attr_get_payload(sub) = 0;
		}
	}
	contract_print(text, nlh, RENEWED);
	contract_print(shape, nlh, STAYS);
	fputc('\n', text);
	fputc('\n', shape);
}

static void read_state(struct state *state)
{
	size_t text_size, shape_size;
	FILE *text, *shape;
	unsigned int i, tries = 0;
	int error;

again:
	free(state->text);
	free(state->shape);
	text = open_memstream(&state->text, &text_size);
	shape = open_memstream(&state->shape, &shape_size);
	if (!text || !shape)
		err(1, "memory");
	drain(&ctl);
	error = 0;
	for (i = 0; i < ARRAY_SIZE(dumps) && !error; i++)
		error = dump(&ctl, dumps[i], text, shape);
	read_status(state, text, shape);
	fclose(text);
	fclose(shape);
	if (error == -EINTR && tries++ < 10)
		goto again;
	if (error)
		errx(1, "dump: %s", strerror(-error));
	without_gone(state->text);
	without_gone(state->shape);
}

static void free_state(struct state *state)
{
	free(state->text);
	free(state->shape);
	memset(state, 0, sizeof(*state));
}

/* ---- frames */

enum { GA, GB, GC, GD, GE, NGUESTS };

struct frame {
	struct ethhdr eth;
	char magic[8];
	u32 seq;
	char from;
	char pad[64];
} __packed;

/* What the child and its parent tell each other. */
struct steady {
	volatile unsigned int sent;
	volatile int stop;
	volatile int stopped;
};

static int guests[NGUESTS];
static int guest_index[NGUESTS];
static u32 frame_seq;
static struct steady *steady;
static pid_t steady_pid;

static int packet_socket(const char *ifname, int *index)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET, .sll_protocol = htons(0x88b5),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(0x88b5));

	addr.sll_ifindex = if_nametoindex(ifname);
	if (fd < 0 || !addr.sll_ifindex || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "%s", ifname);
	*index = addr.sll_ifindex;
	return fd;
}

static void send_frame(int fd, char from, const u8 *dst)
{
	struct frame f = { .eth.h_proto = htons(0x88b5), .magic = "isolflt", .from = from };

	memcpy(f.eth.h_dest, dst, ETH_ALEN);
	f.eth.h_source[0] = 2;
	f.eth.h_source[4] = 0xf0;
	f.eth.h_source[5] = from;
	f.seq = frame_seq;
	if (send(fd, &f, sizeof(f), 0) < 0 && errno != ENOBUFS && errno != ENETDOWN)
		err(1, "send");
}

/*
 * Take what has arrived at a guest: whether @want of this round has, and whether
 * any from somebody else has.
 */
static bool take(int guest, char want, char *stray)
{
	struct frame f;
	bool got = false;
	ssize_t n;

	while ((n = recv(guests[guest], &f, sizeof(f), 0)) > 0) {
		if (n < (ssize_t)sizeof(f) || strcmp(f.magic, "isolflt"))
			continue;
		if (f.from != want)
			*stray = f.from;
		else if (f.seq == frame_seq)
			got = true;
	}
	return got;
}

static bool await(int guest, char want, char *stray)
{
	struct pollfd p = { .fd = guests[guest], .events = POLLIN };
	long long end = now() + 5000;

	for (;;) {
		if (take(guest, want, stray))
			return true;
		if (now() > end)
			return false;
		poll(&p, 1, 100);
	}
}

static const u8 broadcast[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };
static const u8 mac_c[ETH_ALEN] = { 2, 0, 0, 0, 0, 0x0c };

/*
 * a may talk to b and to nobody else, d to c. All frames go one way, on one
 * CPU, so when the one from d has come to c, that from a does not come any more.
 */
static void check_frames(bool enforced)
{
	char stray_b = 0, stray_c = 0;
	int x = -1, x_index;

	frame_seq++;
	if (link_number("g-x")) {
		x = packet_socket("g-x", &x_index);
		send_frame(x, 'x', broadcast);
	}
	send_frame(guests[GA], 'a', broadcast);
	send_frame(guests[GD], 'd', broadcast);
	if (!await(GB, 'a', &stray_b))
		failure("an allowed frame from a does not come to b");
	if (!await(GC, 'd', &stray_c))
		failure("an allowed frame from d does not come to c");
	if (enforced && stray_c)
		failure("a forbidden frame from %c came to c", stray_c);
	if (enforced && stray_b && stray_b != 'x')
		failure("a forbidden frame from %c came to b", stray_b);
	/* The control: without a policy everybody hears everybody. */
	if (!enforced && (!stray_c || !stray_b))
		failure("nothing is enforced, but a frame does not pass");
	if (x >= 0)
		close(x);
}

static void steady_sender(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		if (steady->stop) {
			steady->stopped = 1;
			usleep(500);
			continue;
		}
		steady->stopped = 0;
		send_frame(guests[GA], 's', mac_c);
		steady->sent++;
		usleep(6000);
	}
}

static void steady_stop(void)
{
	steady->stop = 1;
	while (!steady->stopped)
		usleep(200);
	/* Let go of those that are there. */
	pause_ms(2);
}

static void steady_go(void)
{
	char stray;

	take(GC, 0, &stray);
	steady->stop = 0;
}

static void setup_frames(void)
{
	static const char *const names[] = { "g-a", "g-b", "g-c", "g-d", "g-e" };
	int i;

	for (i = 0; i < NGUESTS; i++)
		guests[i] = packet_socket(names[i], &guest_index[i]);
	steady = mmap(NULL, sizeof(*steady), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (steady == MAP_FAILED)
		err(1, "mmap");
	steady->stop = 1;
	fflush(stdout);
	steady_pid = fork();
	if (!steady_pid)
		steady_sender();
	if (steady_pid < 0)
		err(1, "fork");
}

/* ---- policies */

static struct nlattr *object(struct nlmsghdr *nlh, int type, int name_attr, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put_strz(nlh, name_attr, name);
	return nest;
}

static void add_bridge(struct nlmsghdr *nlh, const char *name, const char *up0, const char *up1)
{
	struct nlattr *nest = object(nlh, ISOL_A_BRIDGE, ISOL_BRIDGE_A_NAME, name);

	if (up0)
		mnl_attr_put_strz(nlh, ISOL_BRIDGE_A_UPLINK, up0);
	if (up1)
		mnl_attr_put_strz(nlh, ISOL_BRIDGE_A_UPLINK, up1);
	mnl_attr_nest_end(nlh, nest);
}

static void add_segment(struct nlmsghdr *nlh, const char *name, const char *bridge, u16 vlan)
{
	struct nlattr *nest = object(nlh, ISOL_A_SEGMENT, ISOL_SEGMENT_A_NAME, name);

	mnl_attr_put_strz(nlh, ISOL_SEGMENT_A_BRIDGE, bridge);
	if (vlan)
		mnl_attr_put_u16(nlh, ISOL_SEGMENT_A_VLAN, vlan);
	mnl_attr_nest_end(nlh, nest);
}

static void add_group(struct nlmsghdr *nlh, const char *name)
{
	mnl_attr_nest_end(nlh, object(nlh, ISOL_A_GROUP, ISOL_GROUP_A_NAME, name));
}

static void add_binding(struct nlmsghdr *nlh, const char *name, int selector, const char *value,
			const char *group)
{
	struct nlattr *nest = object(nlh, ISOL_A_BINDING, ISOL_BINDING_A_NAME, name);

	mnl_attr_put_strz(nlh, selector, value);
	if (group)
		mnl_attr_put_strz(nlh, ISOL_BINDING_A_GROUP, group);
	mnl_attr_nest_end(nlh, nest);
}

static void add_end(struct nlmsghdr *nlh, int side, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, side);

	mnl_attr_put_u8(nlh, ISOL_ENDPOINT_A_KIND, ISOL_ENDPOINT_BINDING);
	mnl_attr_put_strz(nlh, ISOL_ENDPOINT_A_NAME, name);
	mnl_attr_nest_end(nlh, nest);
}

static void add_match(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ISOL_RULE_A_MATCH), *field;
	static const u32 whole[] = { ISOL_FRAGMENT_NONE, ISOL_FRAGMENT_NONE };
	static const u32 some[] = { 1, 62 };

	field = mnl_attr_nest_start(nlh, ISOL_MATCH_A_FRAGMENT);
	mnl_attr_put(nlh, ISOL_VALUES_A_RANGE, sizeof(whole), whole);
	mnl_attr_nest_end(nlh, field);
	field = mnl_attr_nest_start(nlh, ISOL_MATCH_A_DSCP);
	mnl_attr_put(nlh, ISOL_VALUES_A_NOT, 0, NULL);
	mnl_attr_put(nlh, ISOL_VALUES_A_RANGE, sizeof(some), some);
	mnl_attr_nest_end(nlh, field);
	mnl_attr_nest_end(nlh, nest);
}

static void add_rule(struct nlmsghdr *nlh, const char *name, const char *from, const char *to,
		     bool match)
{
	struct nlattr *nest = object(nlh, ISOL_A_RULE, ISOL_RULE_A_NAME, name);

	add_end(nlh, ISOL_RULE_A_FROM, from);
	add_end(nlh, ISOL_RULE_A_TO, to);
	mnl_attr_put_u8(nlh, ISOL_RULE_A_VERDICT, ISOL_VERDICT_ACCEPT);
	mnl_attr_put(nlh, ISOL_RULE_A_STATELESS, 0, NULL);
	if (match)
		add_match(nlh);
	mnl_attr_nest_end(nlh, nest);
}

/*
 * Which bridges a policy has besides br0, which all have. Rules and bindings
 * are the same in all, but for one more in each.
 */
#define WITH_BR1 0x1
#define WITH_BR8 0x2

static struct nlmsghdr *policy_message(unsigned int with)
{
	struct nlmsghdr *nlh = request(ISOL_CMD_ADD);

	add_bridge(nlh, "br0", "up0", "up1");
	if (with & WITH_BR1)
		add_bridge(nlh, "br1", NULL, NULL);
	if (with & WITH_BR8)
		add_bridge(nlh, "br8", NULL, NULL);
	add_segment(nlh, "s", "br0", 0);
	/* for which there are hooks more; nothing is in it */
	if (with & WITH_BR8)
		add_segment(nlh, "v", "br0", 30);
	add_group(nlh, "pair");
	add_binding(nlh, "a", ISOL_BINDING_A_PORT, "p-a", "pair");
	add_binding(nlh, "b", ISOL_BINDING_A_PORT, "p-b", "pair");
	add_binding(nlh, "c", ISOL_BINDING_A_ALIAS, "cee", NULL);
	add_binding(nlh, "d", ISOL_BINDING_A_GLOB, "p-d*", NULL);
	add_binding(nlh, "e", ISOL_BINDING_A_ALIAS, "eee", NULL);
	add_binding(nlh, "x", ISOL_BINDING_A_PORT, "p-x", "pair");
	add_rule(nlh, "ab", "a", "b", false);
	add_rule(nlh, "dc", "d", "c", false);
	add_rule(nlh, "xb", "x", "b", false);
	add_rule(nlh, "ce", "c", "e", true);
	add_rule(nlh, "ec", "e", "c", true);
	if (with & WITH_BR1)
		add_rule(nlh, "ex", "e", "x", false);
	return nlh;
}

static void abort_any(void)
{
	ask(&work, request(ISOL_CMD_ABORT));
}

static void begin(void)
{
	must(&work, request(ISOL_CMD_BEGIN), "begin");
}

static void begin_policy(unsigned int with)
{
	begin();
	must(&work, policy_message(with), "add");
}

/* Wait for the DONE of the last request. */
static enum outcome await_done(int ms)
{
	struct pollfd p = { .fd = mnl_socket_get_fd(work.nl), .events = POLLIN };
	long long end = now() + ms;
	struct nlmsghdr *nlh;
	ssize_t n;
	int len;

	while (!done_come && now() < end) {
		poll(&p, 1, 100);
		n = mnl_socket_recvfrom(work.nl, in, sizeof(in));
		if (n < 0 && errno == ENOBUFS)
			failure("the end of a job was lost");
		if (n <= 0)
			continue;
		len = n;
		for (nlh = (void *)in; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			see_done(nlh);
	}
	if (!done_come)
		return UNKNOWN;
	last_error = done_error;
	return done_error ? FAILED : OK;
}

static enum outcome finish(struct nlmsghdr *nlh)
{
	enum outcome outcome = ask(&work, nlh);

	if (outcome == FAILED)
		return outcome;
	if (outcome == UNKNOWN)
		return await_done(2000);
	outcome = await_done(30000);
	if (outcome == UNKNOWN)
		failure("a job was accepted, but nobody told its end");
	return outcome;
}

static enum outcome run_commit(void)
{
	return finish(request(ISOL_CMD_COMMIT));
}

static enum outcome run_flush(void)
{
	return finish(request(ISOL_CMD_FLUSH));
}

static void commit(unsigned int with)
{
	begin_policy(with);
	if (run_commit() != OK)
		errx(1, "%s step %u: cannot commit: %s", op_name, step, strerror(last_error));
}

static void commit_base(void)
{
	commit(WITH_BR8);
}

static void flush(void)
{
	if (run_flush() != OK)
		errx(1, "%s step %u: cannot flush: %s", op_name, step, strerror(last_error));
}

/* ---- walking */

static bool hear(int *events)
{
	struct nlmsghdr *nlh;
	bool lost = false;
	ssize_t n;
	int len;

	for (;;) {
		n = mnl_socket_recvfrom(listener.nl, in, sizeof(in));
		if (n < 0 && errno == ENOBUFS) {
			lost = true;
			continue;
		}
		if (n <= 0)
			return lost;
		len = n;
		for (nlh = (void *)in; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			*events += nlh->nlmsg_type == family;
	}
}

static void show_states(const struct state *a, const struct state *b)
{
	if (!verbose && failures > 3)
		return;
	printf("-- before: transactions=%u memory=%llu\n%s", a->transactions, a->memory, a->text);
	printf("-- after: transactions=%u memory=%llu\n%s", b->transactions, b->memory, b->text);
}

/* Whether an operation that has said nothing was carried out. */
static bool carried_out(const struct op *op, const struct state *before,
			const struct state *after)
{
	return strcmp(before->text, after->text) ||
	       (int)(after->transactions - before->transactions) == op->txns;
}

static void check_failed(const struct op *op, const struct state *before,
			 const struct state *after, unsigned long long idle)
{
	int txns = after->transactions - before->transactions;

	if (strcmp(before->text, after->text)) {
		failure("an error (%s), but something has changed", strerror(last_error));
		show_states(before, after);
	} else if (txns && !(op->flags & OP_ENDS_TXN && txns == -1)) {
		failure("an error (%s), and %d transactions more", strerror(last_error), txns);
	} else if (!txns && !(op->flags & OP_PORTS) && before->memory != after->memory) {
		failure("an error (%s), and %lld bytes more", strerror(last_error),
			(long long)(after->memory - before->memory));
	} else if (txns && !(op->flags & OP_PORTS) && idle != after->memory) {
		failure("an error (%s), and %lld bytes more than without a transaction",
			strerror(last_error), (long long)(after->memory - idle));
	}
}

static void check_done(const struct op *op, const struct state *before,
		       const struct state *after, const struct state *expected)
{
	if (strcmp(after->shape, expected->shape)) {
		failure("it has been carried out, but not as it should");
		show_states(expected, after);
	}
	if (after->generation != before->generation + !!(op->flags & OP_GENERATION))
		failure("generation %llu after %llu", after->generation, before->generation);
	if ((int)(after->transactions - before->transactions) != op->txns)
		failure("%d transactions more", after->transactions - before->transactions);
}

/* Return: whether it was carried out. */
static bool check_step(const struct op *op, enum outcome outcome, const struct state *before,
		       const struct state *after, const struct state *expected,
		       unsigned long long idle)
{
	bool lost, done = outcome == OK;
	int events = 0;

	lost = hear(&events);
	if (outcome == UNKNOWN)
		done = carried_out(op, before, after);
	if (op->flags & OP_READS && strcmp(before->text, after->text))
		failure("reading has changed something");
	if (done)
		check_done(op, before, after, expected);
	else
		check_failed(op, before, after, idle);
	if (done && events < op->events && !lost)
		failure("%d notifications and no word of others", events);
	if (outcome == FAILED && op->flags & OP_MUST)
		failure("refused: %s", strerror(last_error));
	return done;
}

/* Read again until so much memory is in use, for as long as @ms. */
static void read_settled(struct state *state, unsigned long long memory, int ms)
{
	const long long end = now() + ms;

	while (state->memory != memory && now() < end) {
		pause_ms(50);
		read_state(state);
	}
}

/* A worker that has answered may have its job still to free (kmod/txn.c, run()). */
static void read_freed(const struct op *op, const struct state *before, struct state *after,
		       unsigned long long idle)
{
	if (!(op->flags & OP_PORTS))
		read_settled(after, after->transactions == before->transactions ?
			     before->memory : idle, 2000);
}

static void settle_memory(const struct op *op, unsigned long long memory)
{
	struct state state = { 0 };

	/* Nothing is left when the policy is gone. */
	if (op->flags & OP_NUMBERS) {
		steady_stop();
		flush();
		memory = 0;
	}
	read_state(&state);
	read_settled(&state, memory, 5000);
	if (state.memory != memory)
		failure("%s: %lld bytes more than before", op->name,
			(long long)(state.memory - memory));
	if (op->flags & OP_NUMBERS) {
		commit_base();
		steady_go();
	}
	free_state(&state);
}

static void take_back(const struct op *op)
{
	if (op->undo)
		op->undo();
	drain(&work);
}

/* How many of that many allocations are tried: one in so many. */
static unsigned int stride(unsigned int total)
{
	return mode == ANY && !thorough && total > SAMPLE ? total / SAMPLE : 1;
}

static void check_frames_of(const struct op *op, const struct state *state)
{
	if (op->flags & OP_OPEN)
		check_frames(strstr(state->text, " enforcing"));
	else
		check_frames(true);
}

/* Carry out once, with all memory. Return: how many allocations that took. */
static unsigned int run_once(const struct op *op, struct state *expected)
{
	enum outcome outcome;
	unsigned int left;

	step = 0;
	if (op->prepare)
		op->prepare();
	arm(op, MAX_STEPS, false);
	outcome = op->run();
	left = disarm(op, MAX_STEPS);
	if (outcome != OK)
		errx(1, "%s: fails with all memory: %s", op->name, strerror(last_error));
	read_state(expected);
	take_back(op);
	if (op->flags & OP_PORTS)
		pause_ms(500);
	return MAX_STEPS - left;
}

static void walk(const struct op *op)
{
	unsigned int errors = 0, unknown = 0, hits = 0, retries = 0, left, total;
	struct state before = { 0 }, after = { 0 }, expected = { 0 };
	unsigned long long memory;
	enum outcome outcome;
	long long begun = now();

	op_name = op->name;
	if (op->flags & OP_JOB)
		find_workers();
	filter_for(op);
	if (op->flags & OP_OPEN)
		steady_stop();
	total = run_once(op, &expected);
	read_state(&before);
	memory = before.memory;
	for (step = 1 + seed % stride(total); step < MAX_STEPS; ) {
		if (op->prepare)
			op->prepare();
		read_state(&before);
		drain(&listener);
		arm(op, step, mode == ALL);
		outcome = op->run();
		left = disarm(op, step);
		read_state(&after);
		if (outcome == FAILED)
			read_freed(op, &before, &after, memory);
		if (verbose)
			printf("%s %s %u: %s %s, %u left\n", op->name, mode_words[mode], step,
			       outcome_words[outcome],
			       outcome == FAILED ? strerror(last_error) : "", left);
		errors += outcome == FAILED;
		unknown += outcome == UNKNOWN;
		if (op->check)
			op->check(outcome);
		if (check_step(op, outcome, &before, &after, &expected, memory)) {
			check_frames_of(op, &after);
			take_back(op);
		} else {
			check_frames_of(op, &after);
			abort_any();
		}
		/* Some worker may have done it that was not there before. */
		if (op->flags & OP_JOB && left == step && retries++ < 5) {
			find_workers();
			continue;
		}
		if (left) {
			if (outcome != OK)
				failure("fails with all memory: %s", strerror(last_error));
			break;
		}
		hits++;
		retries = 0;
		step += stride(total);
	}
	if (step >= MAX_STEPS)
		failure("there is no end");
	else if (hits * stride(total) * 2 < total)
		failure("only %u of about %u allocations failed", hits, total);
	settle_memory(op, memory);
	if (op->flags & OP_OPEN)
		steady_go();
	printf("%-26s %s: %u allocations, %u failed, %u refused, %u answers lost, %lld ms\n",
	       op->name, mode_words[mode], total, hits, errors, unknown, now() - begun);
	fflush(stdout);
	free_state(&before);
	free_state(&after);
	free_state(&expected);
}

static void walk_all(const struct op *op, unsigned int n)
{
	for (; n--; op++) {
		for (mode = ANY; mode <= ALL; mode++)
			if (mode != ANY || !(op->flags & (OP_JOB | OP_MODULE_ONLY)))
				walk(op);
	}
}

/* ---- commands */

static enum outcome run_status(void)
{
	return ask(&work, request(ISOL_CMD_STATUS_GET));
}

static enum outcome run_why(void)
{
	struct nlmsghdr *nlh = request(ISOL_CMD_WHY);

	add_end(nlh, ISOL_A_FROM, "a");
	add_end(nlh, ISOL_A_TO, "b");
	return ask(&work, nlh);
}

static enum outcome run_dumps(void)
{
	size_t size, shape_size;
	char *text, *shape_text;
	FILE *f = open_memstream(&text, &size);
	FILE *shape = open_memstream(&shape_text, &shape_size);
	unsigned int i;

	last_error = 0;
	for (i = 0; i < ARRAY_SIZE(dumps) && !last_error; i++)
		last_error = -dump(&work, dumps[i], f, shape);
	fclose(f);
	fclose(shape);
	free(text);
	free(shape_text);
	return last_error ? FAILED : OK;
}

static enum outcome run_begin(void)
{
	return ask(&work, request(ISOL_CMD_BEGIN));
}

static void begin_short(void)
{
	struct nlmsghdr *nlh;

	abort_any();
	nlh = request(ISOL_CMD_BEGIN);
	mnl_attr_put_u32(nlh, ISOL_A_TIMEOUT, ISOL_TIMEOUT_MIN);
	must(&work, nlh, "begin");
	pause_ms(ISOL_TIMEOUT_MIN + 60);
}

/* What has been idle too long is still told so when it could not be replaced. */
static void check_expired(enum outcome outcome)
{
	if (outcome == FAILED && (ask(&work, request(ISOL_CMD_ADD)) != FAILED ||
				  last_error != ETIMEDOUT))
		failure("an expired transaction is gone: %s", strerror(last_error));
}

static enum outcome run_add(void)
{
	return ask(&work, policy_message(WITH_BR1));
}

/* All of a message has been added, or none, or there is no transaction any more. */
static void check_add(enum outcome outcome)
{
	int error = last_error;

	if (outcome == FAILED && run_add() != OK && last_error != ENOENT)
		failure("a part has been added: %s", strerror(last_error));
	last_error = error;
}

static enum outcome run_abort(void)
{
	return ask(&work, request(ISOL_CMD_ABORT));
}

static enum outcome quarantine(unsigned int cmd)
{
	struct nlmsghdr *nlh = request(cmd);
	struct nlattr *nest = mnl_attr_nest_start(nlh, ISOL_A_QUARANTINE);

	mnl_attr_put_strz(nlh, ISOL_QUARANTINE_A_BINDING, "e");
	if (cmd == ISOL_CMD_QUARANTINE_ADD)
		mnl_attr_put_strz(nlh, ISOL_QUARANTINE_A_COMMENT, "why not");
	mnl_attr_nest_end(nlh, nest);
	return ask(&work, nlh);
}

static enum outcome run_quarantine(void)
{
	return quarantine(ISOL_CMD_QUARANTINE_ADD);
}

static enum outcome run_release(void)
{
	return quarantine(ISOL_CMD_QUARANTINE_DEL);
}

static void do_quarantine(void)
{
	if (run_quarantine() != OK && last_error != EEXIST)
		errx(1, "cannot quarantine: %s", strerror(last_error));
}

static void do_release(void)
{
	if (run_release() != OK)
		errx(1, "cannot release: %s", strerror(last_error));
}

static void prepare_next(void)
{
	begin_policy(WITH_BR1);
}

static void prepare_first(void)
{
	flush();
	begin_policy(WITH_BR1);
}

static const struct op command_ops[] = {
	{ "status", OP_READS, run_status, .txns = 0 },
	{ "why", OP_READS, run_why, .txns = 0 },
	{ "dumps", OP_READS, run_dumps, .txns = 0 },
	{ "begin", 0, run_begin, abort_any, .txns = 1 },
	{ "begin anew", 0, run_begin, abort_any, begin_short, check_expired, .txns = 1 },
	{ "add", OP_ENDS_TXN, run_add, abort_any, begin, check_add, .txns = 0 },
	{ "abort", 0, run_abort, NULL, begin, .txns = -1 },
	{ "quarantine", 0, run_quarantine, do_release, .events = 1 },
	{ "release", 0, run_release, do_quarantine, do_quarantine, .events = 1 },
	{ "commit", OP_GENERATION, run_commit, commit_base, prepare_next, .events = 1,
	  .txns = -1 },
	{ "flush", OP_GENERATION | OP_OPEN, run_flush, commit_base, .events = 1, .txns = 0 },
};

static const struct op job_ops[] = {
	{ "the work of a commit", OP_JOB | OP_GENERATION | OP_ENDS_TXN, run_commit, commit_base,
	  prepare_next, .events = 1, .txns = -1 },
	{ "that of a flush", OP_JOB | OP_GENERATION | OP_OPEN | OP_MUST, run_flush, commit_base,
	  .events = 1, .txns = 0 },
	{ "that of a first commit", OP_JOB | OP_GENERATION | OP_ENDS_TXN | OP_OPEN, run_commit,
	  flush, prepare_first, .events = 1, .txns = -1 },
};

/* ---- netdevice events */

static int link_index;	/* of what is to be renamed */

static struct nlmsghdr *link_message(int type, int flags, const char *name)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(out);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	if (name)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return nlh;
}

static struct ifinfomsg *link_info(struct nlmsghdr *nlh)
{
	return mnl_nlmsg_get_payload(nlh);
}

static void must_rt(struct nlmsghdr *nlh, const char *what)
{
	must(&rt, nlh, what);
}

/* A veth pair whose other end has g for p; with an index of its own if not 0. */
static struct nlmsghdr *veth_message(const char *name, int index, const char *master)
{
	struct nlmsghdr *nlh = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name);
	struct nlattr *info, *data, *peer;
	char other[IFNAMSIZ];
	u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0xee, 1 };

	link_info(nlh)->ifi_flags = link_info(nlh)->ifi_change = IFF_UP;
	link_info(nlh)->ifi_index = index;
	snprintf(other, sizeof(other), "g%s", name + 1);
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(mac), mac);
	if (master)
		mnl_attr_put_u32(nlh, IFLA_MASTER, if_nametoindex(master));
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, other);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return nlh;
}

static struct nlmsghdr *bridge_message(const char *name)
{
	struct nlmsghdr *nlh = link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name);
	struct nlattr *info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);

	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(nlh, info);
	return nlh;
}

/* Renaming goes by number. */
static struct nlmsghdr *rename_message(const char *name)
{
	struct nlmsghdr *nlh = link_message(RTM_SETLINK, 0, name);

	link_info(nlh)->ifi_index = link_index;
	return nlh;
}

static struct nlmsghdr *master_message(const char *name, int master)
{
	struct nlmsghdr *nlh = link_message(RTM_SETLINK, 0, name);

	mnl_attr_put_u32(nlh, IFLA_MASTER, master);
	return nlh;
}

static struct nlmsghdr *string_message(const char *name, int attr, const char *value)
{
	struct nlmsghdr *nlh = link_message(RTM_SETLINK, 0, name);

	mnl_attr_put(nlh, attr, strlen(value), value);
	return nlh;
}

static struct nlmsghdr *mac_message(const char *name, u8 last)
{
	struct nlmsghdr *nlh = link_message(RTM_SETLINK, 0, name);
	u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0xee, last };

	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(mac), mac);
	return nlh;
}

static struct nlmsghdr *up_message(const char *name, bool up)
{
	struct nlmsghdr *nlh = link_message(RTM_SETLINK, 0, name);

	link_info(nlh)->ifi_flags = up ? IFF_UP : 0;
	link_info(nlh)->ifi_change = IFF_UP;
	return nlh;
}

static int br0_index;

static void x_other_end(enum outcome outcome)
{
	if (link_number("g-x"))
		must_rt(up_message("g-x", true), "set g-x up");
}

static void x_exists(void)
{
	if (!link_number("p-x")) {
		must_rt(veth_message("p-x", 0, NULL), "create p-x");
		x_other_end(OK);
	}
	link_index = link_number("p-x");
}

static void x_free(void)
{
	x_exists();
	must_rt(master_message("p-x", 0), "free p-x");
}

static void x_in(void)
{
	x_exists();
	must_rt(master_message("p-x", br0_index), "put p-x into br0");
}

static void x_gone(void)
{
	if (link_number("p-x"))
		must_rt(link_message(RTM_DELLINK, 0, "p-x"), "delete p-x");
}

static enum outcome run_join(void)
{
	return ask(&rt, master_message("p-x", br0_index));
}

static enum outcome run_leave(void)
{
	return ask(&rt, master_message("p-x", 0));
}

#define FAR_INDEX 400000

static void far_exists(void)
{
	if (!link_number("p-far"))
		must_rt(veth_message("p-far", FAR_INDEX, NULL), "create p-far");
}

static enum outcome run_join_far(void)
{
	return ask(&rt, master_message("p-far", br0_index));
}

/* The table has been made for it, so make the table anew too. */
static void far_leaves(void)
{
	must_rt(master_message("p-far", 0), "free p-far");
	commit_base();
}

static void far_gone(void)
{
	must_rt(link_message(RTM_DELLINK, 0, "p-far"), "delete p-far");
}

static enum outcome run_rename(void)
{
	return ask(&rt, rename_message("n-x"));
}

static void rename_x(void)
{
	must_rt(rename_message("p-x"), "rename p-x back");
}

/* What is no uplink any more needs a hook. */
static void uplink_index(void)
{
	link_index = link_number("up0");
}

static enum outcome run_rename_uplink(void)
{
	return ask(&rt, rename_message("down0"));
}

static void rename_uplink(void)
{
	must_rt(rename_message("up0"), "rename up0 back");
}

static enum outcome run_become_uplink(void)
{
	return ask(&rt, rename_message("up1"));
}

static enum outcome run_mac(void)
{
	return ask(&rt, mac_message("p-x", 2));
}

static void mac_back(void)
{
	must_rt(mac_message("p-x", 1), "change the address back");
}

static void x_in_mac(void)
{
	x_in();
	mac_back();
}

static enum outcome run_alias(void)
{
	return ask(&rt, string_message("p-e", IFLA_IFALIAS, "other"));
}

static void alias_back(void)
{
	must_rt(string_message("p-e", IFLA_IFALIAS, "eee"), "change the alias back");
}

static void e_down(void)
{
	must_rt(up_message("p-e", false), "set p-e down");
	must_rt(string_message("p-e", IFLA_IFALIAS, "other"), "change the alias");
}

static enum outcome run_up(void)
{
	return ask(&rt, up_message("p-e", true));
}

static void e_up(void)
{
	must_rt(up_message("p-e", true), "set p-e up");
	alias_back();
}

/* Seen as it was, until it is up again. */
static void e_down_unseen(void)
{
	e_up();
	e_down();
}

static struct nlmsghdr *move_message(void)
{
	struct nlmsghdr *nlh = link_message(RTM_SETLINK, 0, "p-x");

	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, away);
	return nlh;
}

static enum outcome run_move(void)
{
	return ask(&rt, move_message());
}

static void move_back(void)
{
	must(&rt_away, link_message(RTM_DELLINK, 0, "p-x"), "delete p-x, which is away");
	x_in();
}

static enum outcome run_delete(void)
{
	return ask(&rt, link_message(RTM_DELLINK, 0, "p-x"));
}

static struct nlmsghdr *x_message;

static void x_message_ready(void)
{
	x_gone();
	free(x_message);
	x_message = malloc(BUF_SIZE);
	if (!x_message)
		err(1, "memory");
	veth_message("p-x", 0, "br0");
	memcpy(x_message, out, BUF_SIZE);
}

static enum outcome run_create(void)
{
	return ask(&rt, x_message);
}

static void br0_number(void)
{
	link_index = br0_index;
}

static enum outcome run_rename_bridge(void)
{
	return ask(&rt, rename_message("br7"));
}

static void rename_bridge(void)
{
	must_rt(rename_message("br0"), "rename br0 back");
}

static void br1_number(void)
{
	link_index = link_number("br1");
}

static enum outcome run_manage_bridge(void)
{
	return ask(&rt, rename_message("br8"));
}

/* A bridge stays managed, whatever it is called, while the policy names it. */
static void unmanage_bridge(void)
{
	must_rt(rename_message("br1"), "rename br1 back");
	commit(0);
	commit_base();
}

static void br8_gone(void)
{
	if (link_number("br8"))
		must_rt(link_message(RTM_DELLINK, 0, "br8"), "delete br8");
}

static enum outcome run_create_bridge(void)
{
	return ask(&rt, bridge_message("br8"));
}

static void br8_with_port(void)
{
	if (!link_number("br8"))
		must_rt(bridge_message("br8"), "create br8");
	must_rt(master_message("q-a", if_nametoindex("br8")), "put q-a into br8");
}

static enum outcome run_delete_bridge(void)
{
	return ask(&rt, link_message(RTM_DELLINK, 0, "br8"));
}

static const struct op event_ops[] = {
	{ "port joins", OP_PORTS, run_join, x_free, x_free, .events = 1 },
	{ "port leaves", OP_PORTS, run_leave, x_in, x_in, .events = 1 },
	{ "port with a far number", OP_PORTS | OP_NUMBERS | OP_MODULE_ONLY, run_join_far,
	  far_leaves, far_exists, .events = 1 },
	{ "port renamed", 0, run_rename, rename_x, x_in, .events = 1 },
	{ "port becomes an uplink", 0, run_become_uplink, rename_x, x_in, .events = 1 },
	{ "uplink becomes a port", 0, run_rename_uplink, rename_uplink, uplink_index, .events = 1 },
	{ "address changed", 0, run_mac, mac_back, x_in_mac, .events = 1 },
	{ "alias changed", 0, run_alias, alias_back, .events = 1 },
	{ "port up with a new alias", 0, run_up, e_up, e_down_unseen, .events = 1 },
	{ "port moved away", OP_PORTS | OP_MODULE_ONLY | OP_NUMBERS, run_move, move_back,
	  x_in, .events = 1 },
	{ "port deleted", OP_PORTS | OP_NUMBERS, run_delete, x_in, x_in, .events = 1 },
	{ "port created", OP_PORTS | OP_NUMBERS, run_create, x_gone, x_message_ready, x_other_end,
	  .events = 1 },
	{ "bridge renamed", 0, run_rename_bridge, rename_bridge, br0_number, .events = 1 },
	{ "bridge named as one", OP_PORTS, run_manage_bridge, unmanage_bridge, br1_number,
	  .events = 1 },
	{ "bridge created", 0, run_create_bridge, br8_gone, br8_gone, .events = 0 },
	{ "bridge deleted", OP_PORTS | OP_NUMBERS, run_delete_bridge, br8_with_port, br8_with_port,
	  .events = 1 },
};

/* ---- network namespaces */

/* What a child tells: of shared memory. */
struct report {
	volatile int ready;
	volatile int go;
	int error;
	unsigned int left;
};

static struct report *report;

static pid_t child(void (*run)(unsigned int n), unsigned int n)
{
	pid_t pid;

	memset(report, 0, sizeof(*report));
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		failures = 0;
		run(n);
		fflush(stdout);
		_exit(failures ? 1 : 0);
	}
	return pid;
}

static void child_end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || status)
		failure("a child failed");
}

static void create_netns(unsigned int n)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR);
	struct state state = { 0 };

	write_nth(fd, n);
	report->error = unshare(CLONE_NEWNET) ? errno : 0;
	report->left = read_nth(fd, n);
	write_nth(fd, 0);
	if (report->error)
		return;
	/* It is whole. */
	open_sock(&ctl, NETLINK_GENERIC);
	read_state(&state);
	if (state.generation || state.memory)
		failure("a new namespace is not empty");
}

static void walk_netns_create(void)
{
	static const struct op op = { .name = "namespace created" };
	struct state before = { 0 }, after = { 0 };
	unsigned int total, hits = 0, errors = 0;
	long long begun = now();

	op_name = op.name;
	mode = ANY;
	filter_for(&op);
	child_end(child(create_netns, 100000));
	total = 100000 - report->left;
	read_state(&before);
	for (step = 1 + seed % stride(total); ; step += stride(total)) {
		child_end(child(create_netns, step));
		errors += !!report->error;
		if (report->left)
			break;
		hits++;
	}
	if (report->error)
		failure("fails with all memory");
	read_state(&after);
	if (strcmp(before.text, after.text))
		failure("it has changed another namespace");
	check_frames(true);
	printf("%-26s %s: %u allocations, %u failed, %u refused, %lld ms\n", op.name,
	       mode_words[mode], total, hits, errors, now() - begun);
	free_state(&before);
	free_state(&after);
}

/* A namespace with a policy, which ends when it may. */
static void end_netns(unsigned int n)
{
	if (unshare(CLONE_NEWNET))
		err(1, "unshare");
	open_sock(&rt, NETLINK_ROUTE);
	open_sock(&work, NETLINK_GENERIC);
	must_rt(bridge_message("br0"), "create br0");
	must_rt(veth_message("p-a", 0, "br0"), "create p-a");
	must_rt(veth_message("p-x", 0, "br0"), "create p-x");
	commit_base();
	do_quarantine();
	begin_policy(0);
	report->ready = 1;
	while (!report->go)
		usleep(1000);
}

static unsigned long references(void)
{
	return read_number("/sys/module/isol/refcnt");
}

static void walk_netns_end(void)
{
	static const struct op op = { .name = "namespace ends", .flags = OP_JOB };
	unsigned int left, hits = 0, retries = 0;
	unsigned long held = references();
	struct state before = { 0 }, after = { 0 };
	long long begun = now(), end;
	pid_t pid;

	op_name = op.name;
	filter_for(&op);
	read_state(&before);
	for (step = 1; step < MAX_STEPS;) {
		pid = child(end_netns, 0);
		end = now() + 20000;
		while (!report->ready && now() < end)
			usleep(1000);
		if (references() <= held)
			failure("a policy does not hold the module");
		find_workers();
		arm(&op, step, mode == ALL);
		report->go = 1;
		child_end(pid);
		end = now() + 20000;
		while (references() > held && now() < end)
			usleep(2000);
		left = disarm(&op, step);
		if (references() != held)
			failure("it holds the module: %lu references, not %lu", references(), held);
		if (left == step && retries++ < 5)
			continue;
		if (left)
			break;
		hits++;
		retries = 0;
		step++;
	}
	if (!hits)
		failure("nothing failed");
	read_state(&after);
	if (strcmp(before.text, after.text))
		failure("it has changed another namespace");
	check_frames(true);
	printf("%-26s %s: %u failed, %lld ms\n", op.name, mode_words[mode], hits, now() - begun);
	free_state(&before);
	free_state(&after);
}

/* ---- the module */

static unsigned long symbol(const char *name)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	unsigned long address = 0, found = 0;
	char line[300], is[200];

	while (f && !found && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx %*c %199s", &address, is) == 2 && !strcmp(is, name))
			found = address;
	if (f)
		fclose(f);
	if (!found)
		errx(1, "no symbol %s", name);
	return found;
}

static void *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *p;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	p = malloc(st.st_size);
	for (*size = 0; p && *size < (size_t)st.st_size; ) {
		ssize_t n = read(fd, p + *size, st.st_size - *size);

		if (n <= 0)
			err(1, "%s", path);
		*size += n;
	}
	close(fd);
	return p;
}

static void walk_module(const char *path)
{
	static const struct op op = { .name = "module loaded" };
	unsigned int left, hits = 0, errors = 0, total, some;
	unsigned long init = symbol("do_one_initcall");
	long long begun = now();
	size_t size;
	void *image = read_file(path, &size);
	int error;

	op_name = op.name;
	filter_for(&op);
	set_filter(init, init + 0x400);
	arm(&op, MAX_STEPS, false);
	if (syscall(SYS_init_module, image, size, "") || syscall(SYS_delete_module, "isol", 0))
		err(1, "%s", path);
	total = MAX_STEPS - disarm(&op, MAX_STEPS);
	/* It takes long to load and unload. */
	some = thorough || total < 12 ? 1 : total / 12;
	for (step = 1 + seed % some; step < MAX_STEPS; step += some) {
		arm(&op, step, mode == ALL);
		error = syscall(SYS_init_module, image, size, "") ? errno : 0;
		left = disarm(&op, step);
		if (error && error != ENOMEM)
			failure("%s", strerror(error));
		if (error && !access("/sys/module/isol", F_OK))
			failure("it was refused, but is there");
		if (!error && syscall(SYS_delete_module, "isol", O_NONBLOCK))
			failure("it cannot be unloaded: %s", strerror(errno));
		errors += !!error;
		if (left) {
			if (error)
				failure("fails with all memory: %s", strerror(error));
			break;
		}
		hits++;
	}
	printf("%-26s %s: %u allocations, %u failed, %u refused, %lld ms\n", op.name,
	       mode_words[mode], total, hits, errors, now() - begun);
	free(image);
}

/* ---- main */

static void setup(void)
{
	int here = open("/proc/self/ns/net", O_RDONLY);

	find_module();
	open_sock(&ctl, NETLINK_GENERIC);
	open_sock(&work, NETLINK_GENERIC);
	open_sock(&listener, NETLINK_GENERIC);
	open_sock(&rt, NETLINK_ROUTE);
	/* The first answer is waited for. */
	fcntl(mnl_socket_get_fd(ctl.nl), F_SETFL, 0);
	family = contract_family(ctl.nl, groups);
	fcntl(mnl_socket_get_fd(ctl.nl), F_SETFL, O_NONBLOCK);
	if (!family)
		errx(1, "no family %s", ISOL_GENL_NAME);
	if (mnl_socket_setsockopt(listener.nl, NETLINK_ADD_MEMBERSHIP, &groups[0], sizeof(int)) ||
	    mnl_socket_setsockopt(listener.nl, NETLINK_ADD_MEMBERSHIP, &groups[1], sizeof(int)))
		err(1, "join");
	away = open("/run/netns/away", O_RDONLY);
	if (here < 0 || away < 0 || setns(away, CLONE_NEWNET))
		err(1, "away");
	open_sock(&rt_away, NETLINK_ROUTE);
	if (setns(here, CLONE_NEWNET))
		err(1, "setns");
	br0_index = if_nametoindex("br0");
	setup_frames();
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (report == MAP_FAILED)
		err(1, "mmap");
}

int main(int argc, char **argv)
{
	cpu_set_t cpus;
	const char *set;
	int i = 1;

	for (; i < argc && *argv[i] == '-'; i++) {
		verbose |= !!strchr(argv[i], 'v');
		thorough |= !!strchr(argv[i], 'a');
	}
	if (getenv("ISOL_SEED"))
		seed = strtoul(getenv("ISOL_SEED"), NULL, 0);
	if (i >= argc)
		errx(2, "usage: fault [-av] commands|jobs|events|netns|module FILE");
	set = argv[i++];
	/* Frames are to stay in order. */
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "affinity");
	mlockall(MCL_CURRENT | MCL_FUTURE);
	setlinebuf(stdout);
	setup_faults();
	if (!strcmp(set, "module")) {
		if (i >= argc)
			errx(2, "which file?");
		for (mode = ONE; mode <= ALL; mode++)
			walk_module(argv[i]);
		return failures ? 1 : 0;
	}
	setup();
	commit_base();
	/* Quarantines outlive policies, and an earlier set may have left one. */
	run_release();
	check_frames(true);
	steady_go();
	if (!strcmp(set, "commands")) {
		walk_all(command_ops, ARRAY_SIZE(command_ops));
	} else if (!strcmp(set, "jobs")) {
		walk_all(job_ops, ARRAY_SIZE(job_ops));
	} else if (!strcmp(set, "events")) {
		walk_all(event_ops, ARRAY_SIZE(event_ops));
		far_gone();
		x_gone();
	} else if (!strcmp(set, "netns")) {
		walk_netns_create();
		for (mode = ONE; mode <= ALL; mode++)
			walk_netns_end();
	} else {
		errx(2, "no such set: %s", set);
	}
	steady_stop();
	printf("%u forbidden frames were sent meanwhile\n", steady->sent);
	return failures ? 1 : 0;
}
