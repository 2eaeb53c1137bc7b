// SPDX-License-Identifier: GPL-2.0
/*
 * nlraw - say to the isol family what isolctl would never say
 *
 * usage: nlraw [-q] [-w FILE] [LINE...]
 *
 * Reads a line for each step, from its arguments or from standard input, and
 * prints all that the kernel answers. -q: only what is not as expected. -w: goes
 * over the lines again and again while FILE is there, with new sockets each time
 * (also while there is no module to speak to), and prints at the end how often
 * each step has succeeded.
 *
 *	[@N] STEP [=> RESULT [mute] [at ATTRIBUTE] [say TEXT]]
 *
 * @N chooses a socket, 1 to 64; they open at their first use. RESULT is "ok",
 * the name of an errno, several of these with | between them, or "any"; without
 * one it has to be "ok". An error of
 * the family has to have a message unless it is said to be mute, and has to
 * point at ATTRIBUTE if one is given ("none": at nothing). TEXT has to be part
 * of the message; _ in it is a space.
 *
 * Steps:
 *	begin [base GEN] [timeout MS]	GEN: a number, or "=", "+N", "-N": relative
 *					to the last generation this program saw
 *	bridge|segment|group|binding|rule NAME [ATTRIBUTE VALUE]...
 *		queue an object. Attributes as in isol.h, in lower case; nests
 *		as with "send". Rules are stateless, unless the word "stateful" is among
 *		their attributes. Endpoints: any, host, uplink, members, quarantined,
 *		group:NAME, binding:NAME, port:NAME
 *	size BYTES			send ADD when so much is queued (32000)
 *	add				send it now; any other step does that too
 *	commit [nowait]			nowait: do not wait for the DONE
 *	flush [base GEN] [nowait]
 *	done				wait for it now
 *	abort
 *	status
 *	why ENDPOINT ENDPOINT [BRIDGE] [frame HEX]
 *	quarantine NAME [COMMENT]
 *	release NAME
 *	dump CMD [names|count|first|rest]
 *		names: print them alone; count: print how many. first, rest:
 *		receive one datagram; receive the others
 *	send CMD [dump] [ATTRIBUTE...]	a request as written:
 *		NAME=VALUE		as the contract has it
 *					(ranges LOW-HIGH, MAC addresses VALUE/MASK,
 *					TCP flags VALUE-MASK)
 *		NAME:TYPE=VALUE		u8 u16 u32 u64 str (with NUL) raw (without) hex
 *		NAME			without payload
 *		NAME{ ATTRIBUTE... }	nest
 *		NAME/LEN...		with LEN in its header, whatever its length
 *		NAME!...		with NLA_F_NESTED if it has none, and without
 *					if it has
 *		#NUMBER			instead of NAME
 *		In values \s is a space and \xHH a byte.
 *	join GROUP			listen to notifications
 *	read MS [WORD...]		print them for so long. With WORDs: until
 *					one has them all, or ETIMEDOUT
 *	drain				forget those that are there
 *	close				the socket
 *	twin PROTOCOL [NETNS]		open a socket of another netlink protocol, or
 *					in another namespace, with the same portid,
 *					and close it
 *	sleep MS
 *	echo TEXT
 *	mortal MS LINE [| LINE]...	say them in a process of its own, on sockets of
 *					its own, that is killed after MS at the latest
 *	repeat FROM TO LINE		{} in LINE is the number, {%N} the number
 *					modulo N
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "contract.h"

#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __noreturn __attribute__((noreturn))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define MAX_SOCKETS 65
#define MAX_WORDS 1024
#define OUT_SIZE (1 << 20)
#define IN_SIZE 65536

/* The end of a COMMIT or FLUSH; it may come before the acknowledgement. */
struct done {
	unsigned int seq;
	bool come;
	int err;
	char msg[ISOL_MESSAGE_LEN + 1];
};

struct sock {
	struct mnl_socket *nl;
	unsigned int seq;
	struct nlmsghdr *pending;
	unsigned int finish;	/* seq of the last COMMIT or FLUSH */
	struct done done;
	bool dumping;
};

/* How a step ended. */
struct result {
	int err;
	char at[256];
	char msg[1024];
	bool told;	/* there is a message */
	bool ours;	/* it is the family's word, so there has to be one */
};

/* What a dump is printed as. */
enum show { SHOW_ALL, SHOW_NAMES, SHOW_COUNT };

static struct sock sockets[MAX_SOCKETS];
static struct sock *sock;
static int sock_nr;
static unsigned short family;
static unsigned int groups[2];
static unsigned long long generation;
static unsigned int add_size = 32000;
static unsigned int line_nr;
static const char *line_text;
static int failures;
static bool quiet;
static const char *going;	/* -w */
static FILE *to;	/* where messages are printed */
static char in[IN_SIZE], out[OUT_SIZE];

static void __printf(1, 2) __noreturn die(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "nlraw: line %u (%s): ", line_nr, line_text);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static void __printf(1, 2) say(const char *fmt, ...)
{
	va_list ap;

	if (quiet)
		return;
	printf("@%d ", sock_nr);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static const char *errno_name(int err)
{
	const char *name = err ? strerrorname_np(err) : "ok";

	return name ? name : "?";
}

static unsigned long long number(const char *s)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(s, &end, 0);
	if (errno || end == s || *end)
		die("%s is no number", s);
	return n;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* ---- writing attributes */

/* The bytes that a word stands for. */
static size_t unescape(const char *s, char *bytes, size_t size)
{
	unsigned int byte;
	size_t n = 0;

	while (*s) {
		if (n == size)
			die("value too long");
		if (s[0] == '\\' && s[1] == 's') {
			bytes[n++] = ' ';
			s += 2;
		} else if (s[0] == '\\' && s[1] == 'x' && sscanf(s + 2, "%2x", &byte) == 1) {
			bytes[n++] = byte;
			s += 4;
		} else {
			bytes[n++] = *s++;
		}
	}
	return n;
}

static void put(struct nlmsghdr *nlh, unsigned int type, const void *data, size_t len)
{
	if (nlh->nlmsg_len + len + 64 > OUT_SIZE)
		die("message too long");
	mnl_attr_put(nlh, type, len, data);
}

/* An endpoint in its short form, KIND or KIND:NAME. */
static void put_endpoint(struct nlmsghdr *nlh, unsigned int type, const char *value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	char kind[32];
	const char *name = strchr(value, ':');
	int nr;

	snprintf(kind, sizeof(kind), "%.*s", name ? (int)(name - value) : 31, value);
	nr = number_of(kind_words, kind);
	if (nr < 0)
		die("no such endpoint: %s", value);
	mnl_attr_put_u8(nlh, ISOL_ENDPOINT_A_KIND, nr);
	if (name)
		mnl_attr_put_strz(nlh, ISOL_ENDPOINT_A_NAME, name + 1);
	mnl_attr_nest_end(nlh, nest);
}

static void put_integer(struct nlmsghdr *nlh, unsigned int type, unsigned long long n, int len)
{
	__u8 n8 = n;
	__u16 n16 = n;
	__u32 n32 = n;

	put(nlh, type, len == 1 ? (void *)&n8 : len == 2 ? (void *)&n16 :
	    len == 4 ? (void *)&n32 : (void *)&n, len);
}

static void put_bytes(struct nlmsghdr *nlh, unsigned int type, const char *hex)
{
	char bytes[1024];
	size_t n = 0;

	for (; *hex; hex += hex[2] == ':' ? 3 : 2) {
		unsigned int byte;

		if (n == sizeof(bytes) || sscanf(hex, "%2x", &byte) != 1 || !hex[1])
			die("not bytes: %s", hex);
		bytes[n++] = byte;
	}
	put(nlh, type, bytes, n);
}

static void put_text(struct nlmsghdr *nlh, unsigned int type, const char *value, bool nul)
{
	static char text[OUT_SIZE / 2];
	size_t n = unescape(value, text, sizeof(text) - 1);

	if (nul)
		text[n++] = '\0';
	put(nlh, type, text, n);
}

/* What stands between the two of a pair is in no number and no address of its kind. */
static void put_pair(struct nlmsghdr *nlh, unsigned int type, enum attr_kind kind,
		     const char *value)
{
	size_t size = pair_size(kind), i;
	const char *half[2] = { value };
	char bytes[32], text[64];
	unsigned int n, j;

	half[1] = strchr(value, pair_sign(kind));
	if (!half[1]++)
		die("one of two: %s", value);
	for (i = 0; i < 2; i++) {
		char *p = bytes + i * size;

		snprintf(text, sizeof(text), "%.*s", i ? 63 : (int)(half[1] - value - 1), half[i]);
		if (pair_family(kind)) {
			if (inet_pton(pair_family(kind), text, p) != 1)
				die("no such address: %s", text);
		} else if (kind == MAC_PAIR) {
			for (j = 0; j < 6; j++) {
				if (sscanf(text + 3 * j, "%2x", &n) != 1)
					die("no such address: %s", text);
				p[j] = n;
			}
		} else {
			n = number(text);
			memcpy(p, &n, size);
		}
	}
	put(nlh, type, bytes, 2 * size);
}

static void put_value(struct nlmsghdr *nlh, unsigned int type, const struct attr *a,
		      const char *value)
{
	int nr = number_of(a->words, value);

	switch (a->kind) {
	case U8:
	case U16:
	case U32:
	case U64:
	case S32:
		put_integer(nlh, type, nr >= 0 ? (unsigned int)nr : number(value),
			    a->kind == U8 ? 1 : a->kind == U16 ? 2 : a->kind == U64 ? 8 : 4);
		break;
	case STRING:
		put_text(nlh, type, value, true);
		break;
	case MAC:
	case BYTES:
		put_bytes(nlh, type, value);
		break;
	case PAIR:
	case IP4_PAIR:
	case IP6_PAIR:
	case MAC_PAIR:
		put_pair(nlh, type, a->kind, value);
		break;
	case ENDPOINT:
		put_endpoint(nlh, type, value);
		break;
	default:
		die("%s takes no value", a->name);
	}
}

/* A value whose type is given with it. */
static void put_typed(struct nlmsghdr *nlh, unsigned int type, const char *how, const char *value)
{
	if (*how == 'u')
		put_integer(nlh, type, number(value), number(how + 1) / 8);
	else if (!strcmp(how, "str"))
		put_text(nlh, type, value, true);
	else if (!strcmp(how, "raw"))
		put_text(nlh, type, value, false);
	else if (!strcmp(how, "hex"))
		put_bytes(nlh, type, value);
	else
		die("no such type: %s", how);
}

static int attr_number(const struct attr *set, const char *name)
{
	int i;

	if (*name == '#')
		return number(name + 1);
	for (i = 0; set && set[i].name; i++)
		if (!strcasecmp(set[i].name, name))
			return i;
	die("no such attribute: %s", name);
}

static char **put_attrs(struct nlmsghdr *nlh, const struct attr *set, char **word);

/* Write an attribute. Return: its last word. */
static char **put_attr(struct nlmsghdr *nlh, const struct attr *set, char **word)
{
	static const struct attr other = { .name = "?", .kind = NEST };
	char *name = *word, *value = strchr(name, '='), *how, *len, *flag;
	struct nlattr *nla = mnl_nlmsg_get_payload_tail(nlh);
	size_t last = strlen(name) - 1;
	bool nest = !value && name[last] == '{';
	const struct attr *a;
	int nr;

	if (nest)
		name[last] = '\0';
	if (value)
		*value++ = '\0';
	how = strchr(name, ':');
	if (how)
		*how++ = '\0';
	flag = strchr(name, '!');
	if (flag)
		*flag = '\0';
	len = strchr(name, '/');
	if (len)
		*len++ = '\0';
	nr = attr_number(set, name);
	a = attr_of(set, nr);
	if (!a)
		a = &other;
	if (nest) {
		mnl_attr_nest_start(nlh, nr);
		word = put_attrs(nlh, a->nest, word + 1);
		if (!*word)
			die("nest is not closed");
		mnl_attr_nest_end(nlh, nla);
	} else if (!value) {
		put(nlh, nr, NULL, 0);
	} else if (how) {
		put_typed(nlh, nr, how, value);
	} else {
		put_value(nlh, nr, a, value);
	}
	if (len)
		nla->nla_len = number(len);
	if (flag)
		nla->nla_type ^= NLA_F_NESTED;
	return word;
}

/* Write attributes up to the end or a closing brace. Return: the word there. */
static char **put_attrs(struct nlmsghdr *nlh, const struct attr *set, char **word)
{
	for (; *word && strcmp(*word, "}"); word++)
		word = put_attr(nlh, set, word);
	return word;
}

static const char *command_name(unsigned int cmd)
{
	const char *name = word_of(contract_commands, cmd);

	return name ? name : "?";
}

static unsigned int command_of(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return genl->cmd;
}

static void print_message(const struct nlmsghdr *nlh)
{
	fprintf(to, "@%d < %s", sock_nr, command_name(command_of(nlh)));
	contract_print(to, nlh, RUNS);
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		fprintf(to, " (interrupted)");
	fputc('\n', to);
}

/* The name of the object in a message of a dump. */
static void print_name(const struct nlmsghdr *nlh)
{
	const struct nlattr *nla, *sub;
	const struct attr *a;

	mnl_attr_for_each(nla, nlh, sizeof(struct genlmsghdr)) {
		a = attr_of(contract_attrs, mnl_attr_get_type(nla));
		if (!a || a->kind != NEST)
			continue;
		mnl_attr_for_each_nested(sub, nla) {
			const struct attr *b = attr_of(a->nest, mnl_attr_get_type(sub));

			if (b && b->kind == STRING) {
				puts(mnl_attr_get_str(sub));
				return;
			}
		}
	}
}

/* ---- receiving */

/* Which attribute of a request is at an offset, as a path of names. */
static bool find_attr(const struct attr *set, const char *from, const char *end,
		      const char *target, char *path, size_t size)
{
	const struct nlattr *nla;
	int before[256] = { 0 };

	while (end - from >= (int)sizeof(*nla)) {
		const char *next;
		const struct attr *a;
		unsigned int type;
		int n;

		nla = (const struct nlattr *)from;
		type = mnl_attr_get_type(nla);
		a = attr_of(set, type);
		next = from + MNL_ALIGN(nla->nla_len);
		if (nla->nla_len < sizeof(*nla))
			return false;
		if (target < next) {
			n = a ? snprintf(path, size, "%s", a->name) :
				snprintf(path, size, "#%u", type);
			if (type < 256 && before[type])
				n += snprintf(path + n, size - n, "[%d]", before[type]);
			if (target == from)
				return true;
			n += snprintf(path + n, size - n, ".");
			if (next > end)
				next = end;
			return a && a->nest && find_attr(a->nest, from + sizeof(*nla), next, target,
							 path + n, size - n);
		}
		if (type < 256)
			before[type]++;
		from = next;
	}
	return false;
}

static void read_extack(const struct nlmsghdr *request, const char *tlvs, size_t len,
			struct result *r)
{
	const struct nlattr *nla = (const struct nlattr *)tlvs;

	for (; mnl_attr_ok(nla, tlvs + len - (const char *)nla); nla = mnl_attr_next(nla)) {
		if (mnl_attr_get_type(nla) == NLMSGERR_ATTR_MSG) {
			snprintf(r->msg, sizeof(r->msg), "%s", mnl_attr_get_str(nla));
			r->told = *r->msg;
		} else if (mnl_attr_get_type(nla) == NLMSGERR_ATTR_OFFS && request) {
			const char *start = (const char *)request;
			unsigned int at = mnl_attr_get_u32(nla);

			if (at >= request->nlmsg_len ||
			    !find_attr(contract_attrs, start + MNL_ALIGN(sizeof(*request)) +
				       MNL_ALIGN(sizeof(struct genlmsghdr)),
				       start + request->nlmsg_len, start + at, r->at,
				       sizeof(r->at)))
				snprintf(r->at, sizeof(r->at), "offset-%u", at);
		}
	}
}

static void read_ack(const struct nlmsghdr *request, const struct nlmsghdr *nlh, struct result *r)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	const char *end = mnl_nlmsg_get_payload_tail(nlh);
	const char *tlvs = (const char *)(e + 1);

	memset(r, 0, sizeof(*r));
	r->err = -e->error;
	r->ours = true;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		tlvs += e->msg.nlmsg_len - sizeof(e->msg);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS && tlvs < end)
		read_extack(request, tlvs, end - tlvs, r);
}

/* NLMSG_DONE: a dump has ended, or failed. */
static void read_end(const struct nlmsghdr *request, const struct nlmsghdr *nlh, struct result *r)
{
	const char *p = mnl_nlmsg_get_payload(nlh), *end = mnl_nlmsg_get_payload_tail(nlh);
	int err = 0;

	if (end - p >= (int)sizeof(err))
		memcpy(&err, p, sizeof(err));
	if (err < 0)
		r->err = -err;
	r->ours = true;
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		read_extack(request, p + sizeof(err), end - p - sizeof(err), r);
}

static void see(const struct nlmsghdr *nlh)
{
	struct done *done = &sock->done;
	const struct nlattr *nla;
	unsigned int cmd = command_of(nlh);

	if (cmd == ISOL_CMD_DONE) {
		memset(done, 0, sizeof(*done));
		done->seq = nlh->nlmsg_seq;
		done->come = true;
	}
	mnl_attr_for_each(nla, nlh, sizeof(struct genlmsghdr)) {
		unsigned int type = mnl_attr_get_type(nla);

		if (type == ISOL_A_GENERATION)
			generation = attr_integer(nla);
		if (cmd == ISOL_CMD_DONE && type == ISOL_A_ERROR)
			done->err = -(int)attr_integer(nla);
		if (cmd == ISOL_CMD_DONE && type == ISOL_A_MESSAGE)
			snprintf(done->msg, sizeof(done->msg), "%s", mnl_attr_get_str(nla));
	}
}

/* Return: the length of a datagram, 0 when none came in time, or -errno. */
static int receive(int timeout_ms)
{
	struct pollfd p = { .fd = mnl_socket_get_fd(sock->nl), .events = POLLIN };
	ssize_t n;

	n = poll(&p, 1, timeout_ms);
	if (n < 0)
		die("poll: %s", strerror(errno));
	if (!n)
		return 0;
	n = mnl_socket_recvfrom(sock->nl, in, sizeof(in));
	return n < 0 ? -errno : n;
}

/*
 * Receive until the answer to a request has come: its acknowledgement or the
 * end of a dump; or its DONE.
 */
static struct result answer(const struct nlmsghdr *request, unsigned int seq, bool want_done)
{
	long long end = now_ms() + 180000;
	struct nlmsghdr *nlh;
	struct result r = { 0 };
	int n;

	for (;;) {
		if (want_done && sock->done.come && sock->done.seq == seq) {
			r.err = sock->done.err;
			snprintf(r.msg, sizeof(r.msg), "%s", sock->done.msg);
			r.told = *r.msg;
			r.ours = true;
			return r;
		}
		n = receive(1000);
		if (n == -ENOBUFS)
			continue;
		if (n < 0) {
			r.err = -n;
			return r;
		}
		if (!n && now_ms() > end)
			die("the kernel does not answer");
		for (nlh = (void *)in; mnl_nlmsg_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n)) {
			if (nlh->nlmsg_type == NLMSG_ERROR && nlh->nlmsg_seq == seq) {
				read_ack(request, nlh, &r);
				return r;
			} else if (nlh->nlmsg_type == family) {
				see(nlh);
				if (!quiet)
					print_message(nlh);
			}
		}
	}
}

/* ---- sockets and requests */

static void open_socket(void)
{
	int one = 1, size = OUT_SIZE * 2;

	sock->nl = mnl_socket_open(NETLINK_GENERIC);
	if (!sock->nl || mnl_socket_bind(sock->nl, 0, MNL_SOCKET_AUTOPID))
		die("socket: %s", strerror(errno));
	mnl_socket_setsockopt(sock->nl, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(sock->nl, NETLINK_CAP_ACK, &one, sizeof(one));
	/* Without the right to it, what the system allows has to do. */
	if (setsockopt(mnl_socket_get_fd(sock->nl), SOL_SOCKET, SO_SNDBUFFORCE, &size,
		       sizeof(size)))
		setsockopt(mnl_socket_get_fd(sock->nl), SOL_SOCKET, SO_SNDBUF, &size,
			   sizeof(size));
	if (!family)
		family = contract_family(sock->nl, groups);
	/* When the module is away, nobody is called so. */
	if (!family && going)
		family = GENL_MAX_ID;
	if (!family)
		die("no family %s: is the module loaded?", ISOL_GENL_NAME);
}

static void close_socket(void)
{
	if (sock->nl)
		mnl_socket_close(sock->nl);
	free(sock->pending);
	memset(sock, 0, sizeof(*sock));
}

static struct nlmsghdr *request(unsigned int cmd)
{
	return contract_message(out, family, cmd);
}

static int transmit(struct nlmsghdr *nlh)
{
	nlh->nlmsg_seq = ++sock->seq;
	return mnl_socket_sendto(sock->nl, nlh, nlh->nlmsg_len) < 0 ? errno : 0;
}

static struct result ask(struct nlmsghdr *nlh)
{
	struct result r = { .err = transmit(nlh) };

	return r.err ? r : answer(nlh, nlh->nlmsg_seq, false);
}

/* ---- steps: each gets its words, ended by NULL */

static struct result failed(int error)
{
	struct result r = { .err = error };

	return r;
}

static struct result send_pending(void)
{
	struct nlmsghdr *nlh = sock->pending;
	struct result r;

	if (!nlh)
		return failed(0);
	sock->pending = NULL;
	r = ask(nlh);
	free(nlh);
	return r;
}

static void put_base(struct nlmsghdr *nlh, const char *word)
{
	unsigned long long base = generation;

	if (*word == '+' || *word == '-')
		base += *word == '+' ? number(word + 1) : -number(word + 1);
	else if (strcmp(word, "="))
		base = number(word);
	put_integer(nlh, ISOL_A_BASE_GENERATION, base, 8);
}

static struct result step_begin(char **word)
{
	struct nlmsghdr *nlh = request(ISOL_CMD_BEGIN);

	for (; word[0] && word[1]; word += 2)
		if (!strcmp(word[0], "base"))
			put_base(nlh, word[1]);
		else
			put_integer(nlh, ISOL_A_TIMEOUT, number(word[1]), 4);
	return ask(nlh);
}

/* Wait for the end of a COMMIT or FLUSH. */
static struct result finish(struct nlmsghdr *nlh, const char *word, long long begun)
{
	struct result r = ask(nlh);

	sock->finish = nlh->nlmsg_seq;
	if (r.err || (word && !strcmp(word, "nowait")))
		return r;
	r = answer(NULL, sock->finish, true);
	say("%lld ms", now_ms() - begun);
	return r;
}

static struct result step_commit(char **word)
{
	return finish(request(ISOL_CMD_COMMIT), word[0], now_ms());
}

static struct result step_flush(char **word)
{
	struct nlmsghdr *nlh = request(ISOL_CMD_FLUSH);

	if (word[0] && !strcmp(word[0], "base")) {
		put_base(nlh, word[1]);
		word += 2;
	}
	return finish(nlh, word[0], now_ms());
}

static struct result step_done(char **word)
{
	return answer(NULL, sock->finish, true);
}

static struct result step_abort(char **word)
{
	return ask(request(ISOL_CMD_ABORT));
}

static struct result step_status(char **word)
{
	return ask(request(ISOL_CMD_STATUS_GET));
}

static struct result step_why(char **word)
{
	struct nlmsghdr *nlh = request(ISOL_CMD_WHY);

	if (!word[0] || !word[1])
		die("two endpoints");
	put_endpoint(nlh, ISOL_A_FROM, word[0]);
	put_endpoint(nlh, ISOL_A_TO, word[1]);
	word += 2;
	if (word[0] && strcmp(word[0], "frame"))
		put_text(nlh, ISOL_A_BRIDGE_NAME, *word++, true);
	if (word[0] && word[1])
		put_bytes(nlh, ISOL_A_FRAME, word[1]);
	return ask(nlh);
}

static struct result quarantine(unsigned int cmd, char **word)
{
	struct nlmsghdr *nlh = request(cmd);
	struct nlattr *nest = mnl_attr_nest_start(nlh, ISOL_A_QUARANTINE);

	if (!word[0])
		die("which binding?");
	put_text(nlh, ISOL_QUARANTINE_A_BINDING, word[0], true);
	if (word[1])
		put_text(nlh, ISOL_QUARANTINE_A_COMMENT, word[1], true);
	mnl_attr_nest_end(nlh, nest);
	return ask(nlh);
}

static struct result step_quarantine(char **word)
{
	return quarantine(ISOL_CMD_QUARANTINE_ADD, word);
}

static struct result step_release(char **word)
{
	return quarantine(ISOL_CMD_QUARANTINE_DEL, word);
}

static int command_number(const char *word)
{
	int cmd = word ? number_of(contract_commands, word) : -1;

	if (cmd < 0 && word && *word == '#')
		cmd = number(word + 1);
	if (cmd < 0)
		die("no such command");
	return cmd;
}

/* Receive the parts of a dump. Its result is EINTR when it was interrupted. */
static struct result receive_dump(const struct nlmsghdr *request, enum show show, bool one)
{
	unsigned int objects = 0, parts = 0;
	struct result r = { 0 };
	struct nlmsghdr *nlh;
	bool intr = false;
	int n;

	do {
		n = receive(60000);
		if (n <= 0)
			return failed(n ? -n : ETIMEDOUT);
		parts++;
		for (nlh = (void *)in; mnl_nlmsg_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n)) {
			if (nlh->nlmsg_seq != sock->seq)
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				intr = true;
			if (nlh->nlmsg_type == NLMSG_ERROR) {
				read_ack(request, nlh, &r);
				sock->dumping = false;
			} else if (nlh->nlmsg_type == NLMSG_DONE) {
				read_end(request, nlh, &r);
				sock->dumping = false;
			} else {
				objects++;
				see(nlh);
				if (show == SHOW_ALL && !quiet)
					print_message(nlh);
				else if (show == SHOW_NAMES)
					print_name(nlh);
			}
		}
	} while (sock->dumping && !one);
	if (show != SHOW_NAMES)
		say("%u objects in %u parts", objects, parts);
	if (!r.err && intr)
		r = failed(EINTR);
	return r;
}

static struct result step_dump(char **word)
{
	struct nlmsghdr *nlh = request(command_number(word[0]));
	enum show show = SHOW_ALL;
	bool first = false, rest = false;
	int err = 0;

	while (*++word) {
		if (!strcmp(*word, "names"))
			show = SHOW_NAMES;
		else if (!strcmp(*word, "count"))
			show = SHOW_COUNT;
		else if (!strcmp(*word, "first"))
			first = true;
		else if (!strcmp(*word, "rest"))
			rest = true;
		else
			die("no such word: %s", *word);
	}
	if (!rest) {
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		err = transmit(nlh);
	}
	if (err)
		return failed(err);
	sock->dumping = true;
	return receive_dump(rest ? NULL : nlh, show, first);
}

static struct result step_send(char **word)
{
	int cmd = command_number(*word++);
	struct nlmsghdr *nlh = request(cmd);
	bool dump = *word && !strcmp(*word, "dump");
	int err;

	if (dump) {
		nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		word++;
	}
	if (*put_attrs(nlh, contract_attrs, word))
		die("} without {");
	if (!dump)
		return ask(nlh);
	err = transmit(nlh);
	if (err)
		return failed(err);
	sock->dumping = true;
	return receive_dump(nlh, SHOW_COUNT, false);
}

static struct result step_join(char **word)
{
	unsigned int id;

	if (!word[0])
		die("which group?");
	id = groups[!strcmp(word[0], ISOL_MCGRP_PORT)];
	if (mnl_socket_setsockopt(sock->nl, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)) < 0)
		return failed(errno);
	return failed(0);
}

/* Whether a message, as it is printed, has all words. */
static bool has_words(const struct nlmsghdr *nlh, char **word)
{
	bool all = true;
	size_t size;
	char *text;

	to = open_memstream(&text, &size);
	if (!to)
		err(1, "open_memstream");
	print_message(nlh);
	fclose(to);
	to = stdout;
	for (; *word; word++)
		if (!strstr(text, *word))
			all = false;
	free(text);
	return all;
}

static struct result step_read(char **word)
{
	struct nlmsghdr *nlh;
	bool found = false;
	long long end;
	int n;

	if (!word[0])
		die("how long?");
	end = now_ms() + number(word[0]);
	do {
		n = receive(end > now_ms() ? end - now_ms() : 0);
		if (n < 0)
			return failed(-n);
		/* All of a datagram, so that none is lost for the next step. */
		for (nlh = (void *)in; mnl_nlmsg_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n)) {
			if (nlh->nlmsg_type != family)
				continue;
			see(nlh);
			if (!quiet)
				print_message(nlh);
			if (word[1] && has_words(nlh, word + 1))
				found = true;
		}
	} while (!found && now_ms() < end);
	return failed(word[1] && !found ? ETIMEDOUT : 0);
}

static struct result step_drain(char **word)
{
	int n;

	do {
		n = receive(0);
	} while (n > 0 || n == -ENOBUFS);
	return failed(n < 0 ? -n : 0);
}

static struct result step_close(char **word)
{
	close_socket();
	return failed(0);
}

static int open_twin(int protocol, const char *netns)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK, .nl_pid = mnl_socket_get_portid(sock->nl),
	};
	char path[300];
	int fd;

	if (netns) {
		snprintf(path, sizeof(path), "/run/netns/%s", netns);
		fd = open(path, O_RDONLY);
		if (fd < 0 || setns(fd, CLONE_NEWNET))
			return errno;
		close(fd);
	}
	fd = socket(AF_NETLINK, SOCK_RAW, protocol);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return errno;
	close(fd);
	return 0;
}

/* In a child, which may change its namespace. */
static struct result step_twin(char **word)
{
	int status;
	pid_t pid;

	if (!word[0])
		die("which protocol?");
	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(open_twin(number(word[0]), word[1]));
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		err(1, "fork");
	return failed(WEXITSTATUS(status));
}

static struct result step_sleep(char **word)
{
	fflush(stdout);
	usleep(number(word[0]) * 1000);
	return failed(0);
}

static struct result step_size(char **word)
{
	add_size = number(word[0]);
	return failed(0);
}

/* The pending ADD has been sent already. */
static struct result step_add(char **word)
{
	return failed(0);
}

static const struct step {
	const char *name;
	struct result (*run)(char **word);
} steps[] = {
	{ "begin", step_begin },
	{ "add", step_add },
	{ "commit", step_commit },
	{ "flush", step_flush },
	{ "done", step_done },
	{ "abort", step_abort },
	{ "status", step_status },
	{ "why", step_why },
	{ "quarantine", step_quarantine },
	{ "release", step_release },
	{ "dump", step_dump },
	{ "send", step_send },
	{ "join", step_join },
	{ "read", step_read },
	{ "drain", step_drain },
	{ "close", step_close },
	{ "twin", step_twin },
	{ "sleep", step_sleep },
	{ "size", step_size },
};

/* of each of these */
static unsigned long succeeded[ARRAY_SIZE(steps)];

/* Queue an object. Return: whether the queue is long enough. */
static bool queue(int type, char **word)
{
	const struct attr *set = contract_attrs[type].nest;
	struct nlmsghdr *nlh = sock->pending;
	bool stateless = type == ISOL_A_RULE;
	struct nlattr *nest;
	int nr;

	if (!nlh) {
		nlh = malloc(OUT_SIZE);
		if (!nlh)
			err(1, "malloc");
		sock->pending = contract_message(nlh, family, ISOL_CMD_ADD);
	}
	if (!word[0])
		die("what name?");
	nest = mnl_attr_nest_start(nlh, type);
	put_text(nlh, attr_number(set, "name"), word[0], true);
	for (word++; word[0]; word++) {
		if (type == ISOL_A_RULE && !strcmp(word[0], "stateful")) {
			stateless = false;
			continue;
		}
		if (!word[1])
			die("%s has no value", word[0]);
		if (word[0][strlen(word[0]) - 1] == '{') {
			word = put_attr(nlh, set, word);
			continue;
		}
		nr = attr_number(set, word[0]);
		word++;
		put_value(nlh, nr, attr_of(set, nr), word[0]);
	}
	if (stateless)
		put(nlh, ISOL_RULE_A_STATELESS, NULL, 0);
	mnl_attr_nest_end(nlh, nest);
	return nlh->nlmsg_len >= add_size;
}

/* ---- lines */

static void failure(const char *fmt, const char *a, const char *b)
{
	failures++;
	fflush(stdout);
	fprintf(stderr, "line %u: %s: ", line_nr, line_text);
	fprintf(stderr, fmt, a, b);
	fputc('\n', stderr);
}

/* Whether a word is one of those that | separates. */
static bool one_of(const char *word, const char *words)
{
	size_t len = strlen(word);

	for (; words; words = strchr(words, '|')) {
		words += *words == '|';
		if (!strncmp(words, word, len) && (!words[len] || words[len] == '|'))
			return true;
	}
	return false;
}

/* Hold the result of a step against what stands behind "=>". */
static void check(const char *step, const struct result *r, char **expect)
{
	const char *want = expect && expect[0] ? expect[0] : "ok";
	bool mute = false;
	char text[1400], *p;

	if (r->err || strcmp(want, "ok"))
		say("%s %s%s%s%s%s%s", step, errno_name(r->err), *r->at ? " at " : "", r->at,
		    r->told ? " \"" : "", r->msg, r->told ? "\"" : "");
	else
		say("%s ok", step);
	if (!strcmp(want, "any"))
		return;
	snprintf(text, sizeof(text), "%s%s%s \"%s\"", errno_name(r->err), *r->at ? " at " : "",
		 r->at, r->msg);
	if (!one_of(errno_name(r->err), want)) {
		failure("expected %s, got %s", want, text);
		return;
	}
	for (expect = expect ? expect + 1 : NULL; expect && expect[0]; expect++) {
		if (!strcmp(expect[0], "mute")) {
			mute = true;
		} else if (!strcmp(expect[0], "at") && expect[1]) {
			expect++;
			if (strcmp(*expect, *r->at ? r->at : "none"))
				failure("expected it at %s, got %s", *expect, text);
		} else if (!strcmp(expect[0], "say") && expect[1]) {
			expect++;
			for (p = *expect; *p; p++)
				if (*p == '_')
					*p = ' ';
			if (!strcasestr(r->msg, *expect))
				failure("expected the message to have '%s', got %s", *expect,
					text);
		} else {
			die("what is %s?", expect[0]);
		}
	}
	if (r->err && r->ours && !r->told && !mute)
		failure("expected a message with %s%s", text, "");
}

static void run_line(char *line);

/* {} and {%N} in @line become @n. */
static void repeat(char **word)
{
	unsigned long long n, last;
	static int depth;
	char *line, *p;
	int i;

	if (!word[0] || !word[1] || !word[2])
		die("FROM TO LINE");
	if (depth++)
		die("no loops in loops");
	last = number(word[1]);
	for (n = number(word[0]); n <= last; n++) {
		size_t size = 0;
		FILE *f = open_memstream(&line, &size);

		if (!f)
			err(1, "open_memstream");
		for (i = 2; word[i]; i++) {
			for (p = word[i]; *p; p++) {
				unsigned long long mod;
				int len = 0;

				if (!strncmp(p, "{}", 2)) {
					fprintf(f, "%llu", n);
					p++;
				} else if (sscanf(p, "{%%%llu}%n", &mod, &len) == 1 && len) {
					fprintf(f, "%llu", mod ? n % mod : 0);
					p += len - 1;
				} else {
					fputc(*p, f);
				}
			}
			fputc(' ', f);
		}
		fclose(f);
		run_line(line);
		free(line);
	}
	depth--;
}

static void run_mortal(char **word)
{
	char line[4096];

	/* Those that are open go on with our parent. */
	memset(sockets, 0, sizeof(sockets));
	quiet = true;
	while (*word) {
		size_t n = 0;

		for (; *word && strcmp(*word, "|"); word++)
			n += snprintf(line + n, sizeof(line) - n, "%s ", *word);
		if (n >= sizeof(line))
			die("line too long");
		run_line(line);
		word += !!*word;
	}
	pause();
}

static unsigned long killed;

static void mortal(char **word)
{
	pid_t pid;

	if (!word[0] || !word[1])
		die("MS LINE");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		run_mortal(word + 1);
		_exit(0);
	}
	usleep(number(word[0]) * 1000);
	if (pid < 0 || kill(pid, SIGKILL) || waitpid(pid, NULL, 0) < 0)
		err(1, "fork");
	killed++;
}

static int object_type(const char *word)
{
	int type;

	for (type = ISOL_A_BRIDGE; type <= ISOL_A_RULE; type++)
		if (!strcmp(contract_attrs[type].name, word))
			return type;
	return 0;
}

/* Steps that have nothing to do with a socket. */
static bool run_plain(char **word)
{
	if (!strcmp(word[0], "repeat"))
		repeat(word + 1);
	else if (!strcmp(word[0], "mortal"))
		mortal(word + 1);
	else if (!strcmp(word[0], "echo"))
		for (word++; *word; word++)
			printf("%s%c", *word, word[1] ? ' ' : '\n');
	else
		return false;
	return true;
}

static void run_step(char **word, char **expect)
{
	struct result r = { 0 };
	int type = object_type(word[0]);
	unsigned int i;

	if (!sock->nl)
		open_socket();
	if (type) {
		/* Sent with the next step, unless something is expected of it. */
		if (queue(type, word + 1) || expect) {
			r = send_pending();
			check("ADD", &r, expect);
		}
		return;
	}
	if (sock->pending) {
		r = send_pending();
		check("ADD", &r, strcmp(word[0], "add") ? NULL : expect);
		if (!strcmp(word[0], "add"))
			return;
	}
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (!strcmp(word[0], steps[i].name)) {
			r = steps[i].run(word + 1);
			succeeded[i] += !r.err;
			check(word[0], &r, expect);
			return;
		}
	die("no such step: %s", word[0]);
}

static void run_words(char *line)
{
	char *words[MAX_WORDS + 1], **word = words, **expect = NULL, *p;
	int n = 0;

	for (p = strtok(line, " \t\n"); p && *p != ';' && n < MAX_WORDS; p = strtok(NULL, " \t\n"))
		words[n++] = p;
	words[n] = NULL;
	if (!n || words[0][0] == '#')
		return;
	if (!run_plain(word)) {
		sock_nr = 1;
		if (word[0][0] == '@')
			sock_nr = number(*word++ + 1);
		if (sock_nr < 1 || sock_nr >= MAX_SOCKETS || !word[0])
			die("@N STEP");
		sock = &sockets[sock_nr];
		for (n = 0; word[n]; n++)
			if (!strcmp(word[n], "=>")) {
				word[n] = NULL;
				expect = &word[n + 1];
				break;
			}
		if (!word[0])
			die("no step");
		run_step(word, expect);
	}
}

static void run_line(char *line)
{
	const char *outer = line_text;
	char *text = strdup(line);

	line_text = text;
	run_words(line);
	line_text = outer;
	free(text);
}

/* The lines that are given, by arguments or on standard input. */
static char **read_lines(int argc, char **argv, unsigned int *n)
{
	char **lines = NULL, *line = NULL;
	size_t size = 0;
	int i;

	if (argc) {
		*n = argc;
		return argv;
	}
	for (i = 0; getline(&line, &size, stdin) > 0; i++) {
		line[strcspn(line, "\n")] = '\0';
		lines = realloc(lines, (i + 1) * sizeof(*lines));
		if (!lines)
			err(1, "realloc");
		lines[i] = line;
		line = NULL;
	}
	*n = i;
	return lines;
}

static void run_lines(char **lines, unsigned int n)
{
	char *line;

	for (line_nr = 1; line_nr <= n; line_nr++) {
		if (going && access(going, F_OK))
			return;
		line = strdup(lines[line_nr - 1]);
		run_line(line);
		free(line);
	}
}

static void close_all(void)
{
	for (sock = sockets; sock < sockets + MAX_SOCKETS; sock++)
		close_socket();
}

static void run_rounds(char **lines, unsigned int n)
{
	unsigned long rounds = 0;
	unsigned int i;

	for (; !access(going, F_OK); rounds++) {
		family = 0;
		run_lines(lines, n);
		close_all();
	}
	printf("rounds %lu", rounds);
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (succeeded[i])
			printf(" %s %lu", steps[i].name, succeeded[i]);
	printf(" killed %lu\n", killed);
}

int main(int argc, char **argv)
{
	unsigned int n;
	char **lines;
	int opt;

	setvbuf(stdout, NULL, _IOLBF, 0);
	to = stdout;
	while ((opt = getopt(argc, argv, "+qw:")) != -1) {
		switch (opt) {
		case 'q':
			quiet = true;
			break;
		case 'w':
			going = optarg;
			break;
		default:
			return 2;
		}
	}
	if (!going && optind == argc) {
		char *line = NULL;
		size_t size = 0;

		/* As they come. */
		while (getline(&line, &size, stdin) > 0) {
			line_nr++;
			line[strcspn(line, "\n")] = '\0';
			run_line(line);
		}
	} else {
		lines = read_lines(argc - optind, argv + optind, &n);
		if (going)
			run_rounds(lines, n);
		else
			run_lines(lines, n);
	}
	/* What is still queued was meant to be sent. */
	for (sock_nr = 1; sock_nr < MAX_SOCKETS && !going; sock_nr++) {
		sock = &sockets[sock_nr];
		if (sock->pending) {
			struct result r = send_pending();

			check("ADD", &r, NULL);
		}
	}
	return failures ? 1 : 0;
}
