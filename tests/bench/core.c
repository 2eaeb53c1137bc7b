// SPDX-License-Identifier: GPL-2.0
/*
 * core - the compiler and the lookup of the module, built for userspace
 *
 * usage: core compile ROUNDS POLICY
 *        core trace KIND FRAMES SEED POLICY
 *        core ask ROUNDS TRACE POLICY
 *
 * compile: how long it takes to compile the policy, of the CPU's time, the best of
 * ROUNDS; what memory it takes; what a frame costs at worst, in steps.
 *
 * trace: frames from the endpoint of binding b0 to that of b1, a line each: the
 * verdict that the policy has for it, the rule that decides (- if it is a default),
 * and the bytes in hex. Kinds are
 *	first		the first rule that asks about frames decides, and accepts
 *	last		the last one
 *	none		no rule does
 *	zipf		rules are picked at random, the n-th 1/n as often as the first;
 *			an earlier one may still decide
 *	adversary	frames for which the lookup does most, found by a search
 * All are plain TCP or UDP, over IPv4 and IPv6 as far as the rules ask about such.
 *
 * ask: the verdicts for the frames of a trace, again and again; for callgrind, which
 * is to count within bench_ask().
 *
 * The search counts blocks of code, for which tree.c is compiled so that each calls
 * __sanitizer_cov_trace_pc() (-DCORE_SEARCH: nothing else is timed then).
 */
#include <errno.h>
#include <stdarg.h>
#include <time.h>

#include "compile.h"
#include "frame_fast.h"
#include "program.h"
#include "tests/unit/give.h"
#include "tests/unit/keys.h"
#include "tests/unit/test.h"
#include "userspace/load.h"

#define LIMIT (4LL << 30)

struct world {
	struct isol_mem mem;
	struct isol_model *model;
	struct isol_compiled compiled;
	u32 bridge;
	u32 from;
	u32 to;
};

struct frame {
	u8 bytes[KEYS_FRAME];
	u32 len;
};

__printf(1, 2)
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "core: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	exit(2);
}

static char *read_all(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	size_t room = 0;
	char *buf = NULL;

	if (!f)
		die("%s: %s", path, strerror(errno));
	for (*len = 0;;) {
		if (room - *len < 2) {
			room = room * 2 + 4096;
			buf = realloc(buf, room);
		}
		size_t n = fread(buf + *len, 1, room - *len - 1, f);

		if (!n)
			break;
		*len += n;
	}
	buf[*len] = 0;
	fclose(f);
	return buf;
}

static void load(struct world *w, const char *path)
{
	struct isol_fault fault = { 0 };
	struct diags d = { 0 };
	struct policy *p;
	size_t len;
	char *text = read_all(path, &len);

	isol_mem_init(&w->mem, LIMIT);
	if (isol_load(path, text, len, &p, &d)) {
		diags_print(&d, stderr);
		exit(2);
	}
	w->model = isol_model_new(&w->mem);
	if (give_policy(w->model, p, &fault) || isol_model_seal(w->model))
		die("%s: %s", path, fault.msg ? fault.msg : "cannot be sealed");
	policy_free(p);
	diags_free(&d);
	free(text);
}

static void compile(struct world *w)
{
	char msg[200] = "";
	int err = isol_compile(w->model, NULL, &w->compiled, msg, sizeof(msg));

	if (err)
		die("cannot be compiled: %s (%d)", msg, err);
}

static u32 class_of(const struct world *w, const char *name)
{
	const struct isol_binding *b;

	for (b = w->model->bindings; b; b = b->next)
		if (!strcmp(b->name, name))
			return ISOL_CLASS_FIRST_BINDING + b->id;
	die("no binding %s", name);
	return 0;
}

static void find_ends(struct world *w)
{
	w->bridge = 1;
	w->from = class_of(w, "b0");
	w->to = class_of(w, "b1");
}

static noinline u32 decide(const struct world *w, const struct frame *f)
{
	const struct isol_packet packet = {
		.head = f->bytes, .linear = f->len, .len = f->len,
	};

	const struct isol_tables *tables = &w->compiled.tables;
	u32 cell = isol_cell(tables, w->from, w->to);
	struct isol_key key __uninitialized;

	if (isol_cell_asks(cell)) {
		const struct isol_program *program = isol_cell_program(tables, cell);

		if (!program->fast || program->wants_vlan ||
		    !isol_frame_fast4(f->bytes, f->len, f->len, &key))
			isol_program_read(program, &packet, &key);
		cell = isol_program_ask(program, &key);
	}
	return isol_resolve(tables, w->bridge, cell);
}

/* ---- compile */

static u64 cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000;
}

static void do_compile(struct world *w, u32 rounds)
{
	s64 model = isol_mem_used(&w->mem);
	u64 best = ~0ULL, steps = 0, bytes = 0;
	u32 i;

	for (i = 0; i < rounds; i++) {
		u64 begin = cpu_us(), t;

		compile(w);
		t = cpu_us() - begin;
		if (t < best)
			best = t;
		if (i < rounds - 1)
			isol_compiled_free(&w->compiled);
	}
	for (i = 0; i < w->compiled.nprograms; i++) {
		const struct isol_program *p = w->compiled.programs[i];

		bytes += isol_program_size(p);
		if (p->steps > steps)
			steps = p->steps;
	}
	printf("us %llu\nmodel %lld\ntables %lld\nprograms %llu\nsteps %llu\nrules %u\n",
	       (unsigned long long)best, (long long)model,
	       (long long)(isol_mem_used(&w->mem) - model), (unsigned long long)bytes,
	       (unsigned long long)steps, w->compiled.nrules);
}

/* ---- ask */

static struct frame *read_trace(const char *path, u32 *n)
{
	struct frame *frames = NULL;
	size_t len;
	char *text = read_all(path, &len), *s = text, *hex, *end;
	unsigned int byte;

	for (*n = 0; *s; s = end + 1) {
		end = strchr(s, '\n');
		if (!end)
			die("%s: a line without an end", path);
		*end = 0;
		hex = strrchr(s, ' ');
		if (!hex)
			die("%s: not a trace", path);
		frames = realloc(frames, (*n + 1) * sizeof(*frames));
		frames[*n].len = 0;
		for (hex++; sscanf(hex, "%2x", &byte) == 1 && frames[*n].len < KEYS_FRAME; hex += 2)
			frames[*n].bytes[frames[*n].len++] = byte;
		++*n;
	}
	free(text);
	return frames;
}

static noinline u32 bench_ask(const struct world *w, const struct frame *frames, u32 n)
{
	u32 i, accepted = 0;

	for (i = 0; i < n; i++)
		accepted += !!(decide(w, &frames[i]) & ISOL_DECISION_ACCEPT);
	return accepted;
}

static void do_ask(struct world *w, u32 rounds, const char *path)
{
	struct frame *frames;
	u32 i, n, accepted = 0;

	compile(w);
	frames = read_trace(path, &n);
	for (i = 0; i < rounds; i++)
		accepted = bench_ask(w, frames, n);
	printf("frames %u\naccepted %u\n", n, accepted);
}

/* ---- trace */

#ifdef CORE_SEARCH
static u32 blocks;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

static u32 effort(const struct world *w, const struct frame *f)
{
	blocks = 0;
	decide(w, f);
	return blocks;
}

static const struct isol_rule *nth_rule(const struct world *w, u32 nr)
{
	return w->compiled.rule[nr];
}

/* Rules that ask about frames and are between the two ends are all that do. */
static u32 asking(const struct world *w, const struct isol_rule ***out)
{
	u32 i, n = 0;

	*out = calloc(w->compiled.nrules + 1, sizeof(**out));
	for (i = 0; i < w->compiled.nrules; i++)
		if (nth_rule(w, i)->match)
			(*out)[n++] = nth_rule(w, i);
	return n;
}

/*
 * Frames have to be such that a bridge forwards them from b0 to b1, and plain ones:
 * others than isol go wrong about fragments, or about protocols that are rare.
 */
static bool plain(struct isol_key *key)
{
	u32 *v = key->v;

	key->smac = 0x020000000000ULL;
	key->dmac = 0x020000000001ULL;
	v[ISOL_MATCH_A_CAST] = ISOL_CAST_UNICAST;
	v[ISOL_MATCH_A_FRAGMENT] = ISOL_FRAGMENT_NONE;
	v[ISOL_MATCH_A_DSCP] = 0;
	v[ISOL_MATCH_A_VLAN] = 0;
	v[ISOL_MATCH_A_PCP] = ISOL_NO_PCP;
	v[ISOL_MATCH_A_INNER_VLAN] = ISOL_NO_INNER_VLAN;
	return v[ISOL_MATCH_A_PROTO] == 6 || v[ISOL_MATCH_A_PROTO] == 17;
}

static void make(const struct isol_key *key, struct frame *f)
{
	f->len = keys_frame(key, f->bytes);
}

/* A frame that a rule matches, if chance has it. */
static bool aim(struct keys *keys, const struct isol_rule *rule, struct isol_key *key)
{
	u32 ip6 = BIT(ISOL_MATCH_A_SRC_IP6) | BIT(ISOL_MATCH_A_DST_IP6);
	u32 ip4 = BIT(ISOL_MATCH_A_SRC_IP4) | BIT(ISOL_MATCH_A_DST_IP4);
	u32 field = below(rule->match->n), shape = ISOL_SHAPE_IP4_PORTS;

	if (rule->match->fields & ip6 || (!(rule->match->fields & ip4) && percent(50)))
		shape = ISOL_SHAPE_IP6_PORTS;
	return keys_edge(keys, rule, shape, field, below(4 * rule->match->values[field].n), key) &&
	       plain(key);
}

static void show(const struct world *w, const struct frame *f)
{
	u32 d = decide(w, f), i;

	printf("%s %s ", d & ISOL_DECISION_ACCEPT ? "accept" : "drop",
	       isol_decision_reason(d) == ISOL_REASON_RULE ?
	       nth_rule(w, isol_decision_counter(d))->name : "-");
	for (i = 0; i < f->len; i++)
		printf("%02x", f->bytes[i]);
	printf("\n");
}

static const struct isol_rule *decider(const struct world *w, const struct frame *f)
{
	u32 d = decide(w, f);

	return isol_decision_reason(d) == ISOL_REASON_RULE ?
	       nth_rule(w, isol_decision_counter(d)) : NULL;
}

/* Frames that one rule decides about, or none. */
static void trace_of(struct world *w, struct keys *keys, const struct isol_rule **rules, u32 n,
		     const struct isol_rule *want, u32 frames)
{
	u64 tries = 0;
	u32 done = 0;

	while (done < frames) {
		struct isol_key key;
		struct frame f;

		if (++tries > 2000000)
			die("no frames for %s", want ? want->name : "the default");
		if (!aim(keys, want ? want : rules[below(n)], &key))
			continue;
		make(&key, &f);
		if (decider(w, &f) != want)
			continue;
		show(w, &f);
		done++;
	}
}

static u32 zipf(const double *sum, u32 n)
{
	double r = (test_rand() >> 11) / 9007199254740992.0 * sum[n - 1];
	u32 lo = 0, hi = n - 1;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (sum[mid] > r)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

static void trace_zipf(struct world *w, struct keys *keys, const struct isol_rule **rules, u32 n,
		       u32 frames)
{
	double *sum = calloc(n, sizeof(*sum));
	u32 i, done = 0;

	for (i = 0; i < n; i++)
		sum[i] = (i ? sum[i - 1] : 0) + 1.0 / (i + 1);
	while (done < frames) {
		struct isol_key key;
		struct frame f;

		if (!aim(keys, rules[zipf(sum, n)], &key))
			continue;
		make(&key, &f);
		show(w, &f);
		done++;
	}
	free(sum);
}

/* Take a field of another frame that fits some rule. */
static void mutate(struct keys *keys, const struct isol_rule **rules, u32 n, struct isol_key *key)
{
	struct isol_key other;
	u32 tries, field;

	for (tries = 0; tries < 20; tries++) {
		if (!aim(keys, rules[below(n)], &other) || other.shape != key->shape)
			continue;
		switch (field = below(ISOL_MATCH_A_MAX + 2)) {
		case ISOL_MATCH_A_MAX + 1:
			key->src6 = other.src6;
			return;
		case 0:
			key->dst6 = other.dst6;
			return;
		case ISOL_MATCH_A_ETHERTYPE:
		case ISOL_MATCH_A_CAST:
			continue;
		case ISOL_MATCH_A_PROTO:
		case ISOL_MATCH_A_TCP_FLAGS:
			/* these go together */
			key->v[ISOL_MATCH_A_PROTO] = other.v[ISOL_MATCH_A_PROTO];
			key->v[ISOL_MATCH_A_TCP_FLAGS] = other.v[ISOL_MATCH_A_TCP_FLAGS];
			return;
		default:
			if (key->v[field] == other.v[field])
				continue;
			key->v[field] = other.v[field];
			return;
		}
	}
}

#define CLIMBS 24
#define SAMPLES 4000
#define STEPS 3000

static int dearest_first(const void *a, const void *b)
{
	const struct climb { struct frame f; u32 effort; } *x = a, *y = b;

	return x->effort < y->effort ? 1 : x->effort > y->effort ? -1 : 0;
}

/*
 * From the dearest of many frames uphill, from several starts. What is found is a
 * lower bound of the worst; the number of steps that the compiler works out is an
 * upper one.
 */
static void trace_adversary(struct world *w, struct keys *keys, const struct isol_rule **rules,
			    u32 n, u32 frames)
{
	struct climb { struct frame f; u32 effort; } *top = calloc(CLIMBS, sizeof(*top));
	u32 c, i, most;

	for (c = 0; c < CLIMBS; c++) {
		struct isol_key best = { 0 }, key;
		struct frame f;

		most = 0;
		for (i = 0; i < SAMPLES + STEPS; i++) {
			if (i < SAMPLES) {
				if (!aim(keys, rules[below(n)], &key))
					continue;
			} else {
				u32 m = 1 + below(3);

				key = best;
				while (m--)
					mutate(keys, rules, n, &key);
				if (!plain(&key))
					continue;
			}
			make(&key, &f);
			if (effort(w, &f) < most)
				continue;
			most = effort(w, &f);
			best = key;
		}
		make(&best, &top[c].f);
		top[c].effort = most;
	}
	qsort(top, CLIMBS, sizeof(*top), dearest_first);
	for (i = 0; i < frames; i++)
		show(w, &top[i % CLIMBS < 4 ? i % CLIMBS : 0].f);
	fprintf(stderr, "blocks %u\n", top[0].effort);
	free(top);
}

static void do_trace(struct world *w, const char *kind, u32 frames)
{
	const struct isol_rule **rules;
	struct keys *keys;
	u32 n;

	compile(w);
	n = asking(w, &rules);
	if (!n)
		die("no rule asks about frames");
	keys = keys_new(w->model);
	if (!strcmp(kind, "first"))
		trace_of(w, keys, rules, n, rules[0], frames);
	else if (!strcmp(kind, "last"))
		trace_of(w, keys, rules, n, rules[n - 1], frames);
	else if (!strcmp(kind, "none"))
		trace_of(w, keys, rules, n, NULL, frames);
	else if (!strcmp(kind, "zipf"))
		trace_zipf(w, keys, rules, n, frames);
	else if (!strcmp(kind, "adversary"))
		trace_adversary(w, keys, rules, n, frames);
	else
		die("no kind %s of traces", kind);
	keys_free(keys);
	free(rules);
}
#endif /* CORE_SEARCH */

int main(int argc, char **argv)
{
	struct world w = { 0 };

	if (argc == 4 && !strcmp(argv[1], "compile")) {
		load(&w, argv[3]);
		do_compile(&w, max(atoi(argv[2]), 1));
	} else if (argc == 5 && !strcmp(argv[1], "ask")) {
		load(&w, argv[4]);
		find_ends(&w);
		do_ask(&w, atoi(argv[2]), argv[3]);
#ifdef CORE_SEARCH
	} else if (argc == 6 && !strcmp(argv[1], "trace")) {
		test_reseed(strtoull(argv[4], NULL, 0));
		load(&w, argv[5]);
		find_ends(&w);
		do_trace(&w, argv[2], atoi(argv[3]));
#endif
	} else {
		die("usage: core compile|trace|ask, see its source");
	}
	return 0;
}
