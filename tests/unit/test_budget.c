// SPDX-License-Identifier: GPL-2.0
/*
 * The compiler with small budgets, so that policies of every size around them
 * can be tried, and with an arena that fails when it is told to: the real one
 * asks for memory once for many objects. test_compile.c tries the real ones.
 */
#include "compile.h"

static long fail_arena;

static void *arena_alloc(struct isol_arena *arena, size_t size)
{
	if (fail_arena > 0 && --fail_arena == 0)
		return NULL;
	return isol_arena_alloc(arena, size);
}

#define isol_arena_alloc arena_alloc

#undef ISOL_PAIR_LIMIT
#define ISOL_PAIR_LIMIT pair_limit
#undef ISOL_STEP_LIMIT
#define ISOL_STEP_LIMIT step_limit

#undef ISOL_PROGRAM_LIMIT
#define ISOL_PROGRAM_LIMIT program_limit

#ifdef __KERNEL__
/* There is one of that name in the module itself. */
#undef module_param_named
#define module_param_named(...)
#undef MODULE_PARM_DESC
#define MODULE_PARM_DESC(...)
#endif

static unsigned int pair_limit, program_limit;
static unsigned long long step_limit;

#ifndef __KERNEL__
/* What the compiler has done so far, and in the end. */
static struct isol_work *account, finished;

static void watch_begin(struct isol_builder *builder, struct isol_mem *mem,
			struct isol_work *work, u32 seed)
{
	account = work;
	isol_builder_init(builder, mem, work, seed);
}

static void watch_end(struct isol_builder *builder)
{
	finished = *builder->work;
	account = NULL;
	isol_builder_free(builder);
}

#define isol_builder_init watch_begin
#define isol_builder_free watch_end
#endif

#include "kmod/compile.c"

#include "gen.h"
#include "test.h"

#define LIMIT (256LL * 1024 * 1024)

static char msg[ISOL_MESSAGE_LEN + 1];

static void unlimited(void)
{
	pair_limit = UINT_MAX;
	program_limit = UINT_MAX;
	step_limit = ULLONG_MAX;
	isol_ask_limit = UINT_MAX;
}

static int compile(const struct isol_model *model, struct isol_compiled *out)
{
	memset(msg, 0, sizeof(msg));
	return isol_compile(model, NULL, out, msg, sizeof(msg));
}

static size_t table_size(const struct isol_compiled *compiled)
{
	return compiled->nrows * (sizeof(struct isol_row) + compiled->ncols * sizeof(u32));
}

/* Some rule, binding or group of the policy: where its author has to look. */
static bool names_something(const struct isol_model *model)
{
	const struct isol_binding *binding;
	const struct isol_rule *rule;
	const struct isol_group *group;
	char quoted[80];
	u32 table;

	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = model->rules[table]; rule; rule = rule->next) {
			snprintf(quoted, sizeof(quoted), "'%s'", rule->name);
			if (strstr(msg, quoted))
				return true;
		}
	for (binding = model->bindings; binding; binding = binding->next) {
		snprintf(quoted, sizeof(quoted), "'%s'", binding->name);
		if (strstr(msg, quoted))
			return true;
	}
	for (group = model->groups; group; group = group->next) {
		snprintf(quoted, sizeof(quoted), "'%s'", group->name);
		if (strstr(msg, quoted))
			return true;
	}
	return false;
}

static bool names_bindings(const struct isol_model *model)
{
	const struct isol_rule *rule;
	u32 table, i;

	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = model->rules[table]; rule; rule = rule->next) {
			for (i = 0; i < rule->nfrom; i++)
				if (rule->from[i].kind == ISOL_ENDPOINT_BINDING)
					return true;
			for (i = 0; i < rule->nto; i++)
				if (rule->to[i].kind == ISOL_ENDPOINT_BINDING)
					return true;
		}
	return false;
}

/* Policies whose sets overlap in more ways than a rule may ask for. */
static u32 tangled;

/* Compile a policy without limits; one that is tangled is freed, and is none. */
static bool compiles(struct isol_model *model, struct isol_compiled *compiled)
{
	int err = compile(model, compiled);

	if (err == -ENOSPC && model->nsets) {
		tangled++;
		isol_model_free(model);
		return false;
	}
	CHECK_MSG(!err, "%d %s", err, msg);
	return true;
}

/* Just enough is enough, and one byte less is not. */
static void pair_table(void)
{
	u32 rounds = test_rounds(300), i, by_rule = 0;
	struct isol_compiled compiled;
	struct gen_shape shape;
	struct isol_model *model;
	struct isol_mem mem;
	size_t size;
	s64 used;

	tangled = 0;
	for (i = 0; i < rounds && test_good(); i++) {
		unlimited();
		isol_mem_init(&mem, LIMIT);
		gen_shape(&shape);
		model = gen_model(&mem, &shape);
		CHECK(model);
		if (!model)
			return;
		used = isol_mem_used(&mem);
		if (!compiles(model, &compiled))
			continue;
		size = table_size(&compiled);
		isol_compiled_free(&compiled);

		pair_limit = size;
		CHECK_EQ(compile(model, &compiled), 0);
		CHECK(!*msg);
		isol_compiled_free(&compiled);
		pair_limit = percent(50) ? size - 1 : below(size);
		CHECK_EQ(compile(model, &compiled), -ENOSPC);
		CHECK(*msg);
		if (names_bindings(model)) {
			CHECK_MSG(names_something(model), "no name: %s", msg);
			by_rule++;
		}
		CHECK_EQ(isol_mem_used(&mem), used);
		isol_model_free(model);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
	CHECK(rounds < 100 || by_rule > rounds / 10);
	CHECK(tangled <= rounds / 10 + 1);
}

/* A policy at random whose rules ask about frames, or NULL if none of them does. */
static struct isol_model *asking_model(struct isol_mem *mem, struct isol_compiled *compiled)
{
	struct isol_model *model;
	struct gen_shape shape;

	unlimited();
	isol_mem_init(mem, LIMIT);
	gen_shape(&shape);
	shape.match = between(50, 100);
	shape.fields = between(1, 5);
	shape.values = 2;
	shape.pool = between(1, 30);
	model = gen_model(mem, &shape);
	CHECK(model);
	if (!model)
		return NULL;
	if (!compiles(model, compiled))
		return NULL;
	if (test_good() && compiled->nprograms)
		return model;
	isol_compiled_free(compiled);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(mem), 0);
	return NULL;
}

/* What asking about a frame may cost, and what all programs may take. */
static void programs(void)
{
	u32 rounds = test_rounds(300), i, k, worst, tried = 0;
	struct isol_compiled compiled;
	struct isol_model *model;
	struct isol_mem mem;
	size_t size;
	s64 used;

	for (i = 0; i < rounds && test_good(); i++) {
		model = asking_model(&mem, &compiled);
		if (!model)
			continue;
		tried++;
		worst = 0;
		size = 0;
		for (k = 0; k < compiled.nprograms; k++) {
			worst = max(worst, compiled.programs[k]->steps);
			size += isol_program_size(compiled.programs[k]);
		}
		isol_compiled_free(&compiled);
		used = isol_mem_used(&mem);

		isol_ask_limit = worst;
		program_limit = size;
		CHECK_EQ(compile(model, &compiled), 0);
		CHECK(!*msg);
		isol_compiled_free(&compiled);
		CHECK_EQ(isol_mem_used(&mem), used);
		/* if it costs anything */
		if (worst) {
			isol_ask_limit = percent(50) ? worst - 1 : below(worst);
			CHECK_EQ(compile(model, &compiled), -ENOSPC);
			CHECK_MSG(names_something(model), "no name: %s", msg);
			CHECK_EQ(isol_mem_used(&mem), used);
		}
		isol_ask_limit = worst;
		program_limit = percent(50) ? size - 1 : below(size);
		CHECK_EQ(compile(model, &compiled), -ENOSPC);
		CHECK_MSG(names_something(model), "no name: %s", msg);
		CHECK_EQ(isol_mem_used(&mem), used);
		isol_model_free(model);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
	CHECK(rounds < 100 || tried > rounds / 5);
}

/* Some limit is the least that is enough; below it everything is refused. */
static void steps(void)
{
	u32 rounds = test_rounds(100), i;
	struct isol_compiled compiled;
	unsigned long long low, high;
	struct gen_shape shape;
	struct isol_model *model;
	struct isol_mem mem;
	s64 used;
	int err;

	for (i = 0; i < rounds && test_good(); i++) {
		unlimited();
		isol_mem_init(&mem, LIMIT);
		gen_shape(&shape);
		model = gen_model(&mem, &shape);
		CHECK(model);
		if (!model)
			return;
		used = isol_mem_used(&mem);
		if (!compiles(model, &compiled))
			continue;
		isol_compiled_free(&compiled);
		for (low = 0, high = 1ULL << 32; high - low > 1;) {
			step_limit = (low + high) / 2;
			err = compile(model, &compiled);
			if (!err) {
				high = step_limit;
				isol_compiled_free(&compiled);
				continue;
			}
			low = step_limit;
			CHECK_EQ(err, -ENOSPC);
			CHECK(*msg);
			CHECK_EQ(isol_mem_used(&mem), used);
		}
		/* Something costs steps, and a small policy costs few. */
		CHECK(high >= 6 * 6 && high < (shape.match ? 1U << 30 : 1000000));
		isol_model_free(model);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
}

/* What a policy costs grows no faster than the steps that are counted say. */
static void steps_count(void)
{
	static const struct gen_shape shapes[] = {
		/* rows and columns; rules for any; lists; memberships */
		{ .bridges = 1, .bindings = 1500, .rules = 1500, .ends = 1, .direct = 100 },
		{ .bridges = 1, .groups = 20, .bindings = 1000, .rules = 3000, .memberships = 3,
		  .ends = 64, .direct = 50, .words = 80, .accept = 50 },
		{ .bridges = 1, .groups = 60, .bindings = 1000, .rules = 500, .memberships = 60,
		  .ends = 4, .direct = 30, .words = 10, .accept = 50 },
	};
	struct isol_compiled compiled;
	struct isol_model *model;
	struct isol_mem mem;
	unsigned int begin;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		unlimited();
		isol_mem_init(&mem, LIMIT);
		model = gen_model(&mem, &shapes[i]);
		CHECK(model);
		if (!model)
			return;
		/* as many as take a tenth of a second or so, with sanitizers one */
		step_limit = 20 * 1000 * 1000;
		begin = test_ms();
		if (!compile(model, &compiled))
			isol_compiled_free(&compiled);
		printf("# shape %u: %u ms of 20 million steps\n", i,
		       test_ms() - begin);
		CHECK(test_ms() - begin < 20000);
		isol_model_free(model);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
}

/* Each list of the compiler's own. */
static void every_list_fails(void)
{
	struct isol_compiled compiled;
	struct gen_shape shape;
	struct isol_model *model;
	struct isol_mem mem;
	s64 used;
	int err;
	long n;

	unlimited();
	isol_mem_init(&mem, LIMIT);
	for (;;) {
		gen_shape(&shape);
		model = gen_model(&mem, &shape);
		CHECK(model);
		if (!model)
			return;
		used = isol_mem_used(&mem);
		if (compiles(model, &compiled))
			break;
	}
	isol_compiled_free(&compiled);
	for (n = 1; n < 1000; n++) {
		memset(&compiled, 0x5a, sizeof(compiled));
		fail_arena = n;
		err = compile(model, &compiled);
		fail_arena = 0;
		if (!err)
			break;
		CHECK_EQ(err, -ENOMEM);
		CHECK_EQ(isol_mem_used(&mem), used);
		isol_compiled_free(&compiled);
	}
	CHECK_EQ(err, 0);
	CHECK(n > 15);
	isol_compiled_free(&compiled);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

#ifndef __KERNEL__

/*
 * Policies that were made to take long, and once took minutes without a pause. What
 * they cost is counted, by what the compiler accounts for and by what is sorted besides;
 * how long it takes is nothing that a test could rely on.
 */

/* As many as take a second or so; with the real limit a policy takes a hundred of them. */
#define HOSTILE_STEPS (24ULL << 20)

/* No more is done between two pauses, nor after nobody wants the result any more. */
#define HOSTILE_GAP (1U << 20)

/* What has been seen at pauses. */
static struct {
	u32 pauses;
	u64 done;	/* at the last pause */
	u64 sorted;
	u64 gap;	/* the most between two */
	u64 sorted_gap;
	u32 cancel_at;	/* which pause, from 1; 0: none */
	bool cancel;
	u64 cancelled;	/* what was done then */
} seen;

static void on_pause(void)
{
	if (!account)
		return;
	seen.pauses++;
	seen.gap = max(seen.gap, account->done - seen.done);
	seen.sorted_gap = max(seen.sorted_gap, isol_sorted - seen.sorted);
	seen.done = account->done;
	seen.sorted = isol_sorted;
	if (seen.pauses == seen.cancel_at) {
		seen.cancel = true;
		seen.cancelled = account->done;
	}
}

static int watched(const struct isol_model *model, u32 cancel_at)
{
	struct isol_compiled compiled;
	int err;

	memset(&seen, 0, sizeof(seen));
	memset(msg, 0, sizeof(msg));
	seen.cancel_at = cancel_at;
	seen.sorted = isol_sorted;
	isol_on_pause = on_pause;
	err = isol_compile(model, &seen.cancel, &compiled, msg, sizeof(msg));
	isol_on_pause = NULL;
	if (!err)
		isol_compiled_free(&compiled);
	return err;
}

static struct isol_model *hostile_model(struct isol_mem *mem, u32 nbindings)
{
	struct isol_binding_spec spec = { .claims = 1 };
	struct isol_model *model;
	struct isol_fault fault;
	char name[16];
	u32 i;

	isol_mem_init(mem, LIMIT);
	model = isol_model_new(mem);
	for (i = 0; i < nbindings; i++) {
		snprintf(name, sizeof(name), "b%u", i);
		spec.name = name;
		spec.port = name;
		CHECK_EQ(isol_model_add_binding(model, &spec, &fault), 0);
	}
	return model;
}

/* A rule between two bindings, NULL is any. */
static void hostile_rule(struct isol_model *model, const char *from, const char *to, u8 verdict,
			 const struct isol_values *values, u32 n)
{
	static struct isol_rule_spec spec;
	struct isol_fault fault = {};
	char name[16];

	memset(&spec, 0, sizeof(spec));
	snprintf(name, sizeof(name), "r%u", isol_model_nrules(model));
	spec.name = name;
	spec.verdict = verdict;
	spec.stateless = true;
	spec.nfrom = 1;
	spec.nto = 1;
	spec.from[0] = (struct isol_endpoint_spec){
		.kind = from ? ISOL_ENDPOINT_BINDING : ISOL_ENDPOINT_ANY, .name = from,
	};
	spec.to[0] = (struct isol_endpoint_spec){
		.kind = to ? ISOL_ENDPOINT_BINDING : ISOL_ENDPOINT_ANY, .name = to,
	};
	memcpy(spec.values, values, n * sizeof(*values));
	spec.nvalues = n;
	CHECK_MSG(!isol_model_add_rule(model, &spec, &fault), "%s: %s", name, fault.msg);
}

static const struct isol_range proto_tcp = { 6, 6 };

#define ASK_TCP { .field = ISOL_MATCH_A_PROTO, .n = 1, .range = &proto_tcp }

/* Many rules between the same two, each with as long a list of one field as it may have. */
static void hostile_row(struct isol_model *model)
{
	struct isol_range port[ISOL_MAX_VALUES - 1];
	const struct isol_values values[] = {
		ASK_TCP, { .field = ISOL_MATCH_A_DPORT, .n = ARRAY_SIZE(port), .range = port },
	};
	u32 i, j, lo;

	for (i = 0; i < 400; i++) {
		for (j = 0; j < ARRAY_SIZE(port); j++) {
			lo = j * 512 + below(500);
			port[j] = (struct isol_range){ lo, lo + below(11) };
		}
		hostile_rule(model, "b0", "b1", i & 1, values, ARRAY_SIZE(values));
	}
}

/* No two cells of the pair table ask the same rules: as many programs as there are pairs. */
static void hostile_cells(struct isol_model *model)
{
	const struct isol_values values[] = { ASK_TCP };
	char name[16];
	u32 i;

	for (i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "b%u", i);
		hostile_rule(model, name, NULL, i & 1, values, 1);
		hostile_rule(model, NULL, name, i & 1, values, 1);
	}
}

/* Wide values, all of them different, which have to be ranked. */
static void hostile_sort(struct isol_model *model)
{
	struct isol_wide_range wide[ISOL_MAX_VALUES / 2];
	struct isol_masked mac[ISOL_MAX_VALUES];
	struct isol_values values;
	u32 i, j;

	for (i = 0; i < 1500; i++) {
		for (j = 0; j < ARRAY_SIZE(mac); j++)
			mac[j] = (struct isol_masked){ test_rand() & ((1ULL << 48) - 1),
						       (1ULL << 48) - 1 };
		for (j = 0; j < ARRAY_SIZE(wide); j++) {
			wide[j].lo = (struct isol_wide){ test_rand(), test_rand() };
			wide[j].hi = wide[j].lo;
		}
		values = i & 1 ? (struct isol_values) {
			.field = ISOL_MATCH_A_SRC_MAC, .n = ARRAY_SIZE(mac), .masked = mac,
		} : (struct isol_values) {
			.field = ISOL_MATCH_A_SRC_IP6, .n = ARRAY_SIZE(wide), .wide = wide,
		};
		hostile_rule(model, "b0", "b1", 1, &values, 1);
	}
}

/*
 * Boxes that an unseeded hash would put into one bucket, of as many as there are boxes.
 * The order of dimensions is that of the fields.
 */
static void hostile_coll(struct isol_model *model)
{
	struct isol_span span[3] = { { 6, 6 } };
	struct isol_range sport, dport;
	const struct isol_values values[] = {
		ASK_TCP, { .field = ISOL_MATCH_A_SPORT, .n = 1, .range = &sport },
		{ .field = ISOL_MATCH_A_DPORT, .n = 1, .range = &dport },
	};
	u32 i, n = 0;

	for (i = 0; n < 2000 && i < 1U << 26; i++) {
		sport.lo = i & 0xffff;
		sport.hi = sport.lo;
		dport.lo = i >> 16;
		dport.hi = dport.lo + 1;
		span[1] = (struct isol_span){ sport.lo, sport.hi };
		span[2] = (struct isol_span){ dport.lo, dport.hi };
		if (isol_hash(span, sizeof(span), 0) & 2047)
			continue;
		hostile_rule(model, "b0", "b1", n++ & 1, values, ARRAY_SIZE(values));
	}
	CHECK_EQ(n, 2000);
}

/* Boxes that reach over each other in many dimensions: each cut doubles some. */
static void hostile_tree(struct isol_model *model)
{
	static const struct {
		u32 field;
		u32 bits;
	} dims[] = {
		{ ISOL_MATCH_A_SRC_IP4, 32 }, { ISOL_MATCH_A_DST_IP4, 32 },
		{ ISOL_MATCH_A_DSCP, 6 }, { ISOL_MATCH_A_SPORT, 16 }, { ISOL_MATCH_A_DPORT, 16 },
	};
	struct isol_range range[ARRAY_SIZE(dims)];
	struct isol_values values[ARRAY_SIZE(dims) + 1] = { ASK_TCP };
	u32 i, d;
	u64 a, b;

	for (i = 0; i < 3000; i++) {
		for (d = 0; d < ARRAY_SIZE(dims); d++) {
			a = test_rand() & ((1ULL << dims[d].bits) - 1);
			b = test_rand() & ((1ULL << dims[d].bits) - 1);
			range[d] = (struct isol_range){ min(a, b), max(a, b) };
			values[d + 1] = (struct isol_values){
				.field = dims[d].field, .n = 1, .range = &range[d],
			};
		}
		hostile_rule(model, "b0", "b1", i & 1, values, ARRAY_SIZE(values));
	}
}

static const struct {
	const char *name;
	void (*make)(struct isol_model *model);
	u32 bindings;
} hostile[] = {
	{ "row", hostile_row, 2 },
	{ "cells", hostile_cells, 200 },
	{ "sort", hostile_sort, 2 },
	{ "coll", hostile_coll, 2 },
	{ "tree", hostile_tree, 2 },
};

/* As above: at all of the pauses that can be there. */
static void check_gaps(const char *name)
{
	CHECK_MSG(seen.gap <= HOSTILE_GAP, "%s: %llu steps without a pause", name,
		  (unsigned long long)seen.gap);
	CHECK_MSG(seen.sorted_gap <= HOSTILE_GAP, "%s: %llu steps of sorting without a pause",
		  name, (unsigned long long)seen.sorted_gap);
	CHECK_MSG(seen.pauses >= finished.done / (2 * HOSTILE_GAP), "%s: %u pauses in %llu steps",
		  name, seen.pauses, (unsigned long long)finished.done);
}

static void check_hostile(const char *name, const struct isol_model *model)
{
	u32 i, pauses;
	u64 all;
	int err;

	err = watched(model, 0);
	printf("# %s: %s after %llu steps, %u pauses, no more than %llu steps and %llu of sorting between two\n",
	       name, err ? "refused" : "compiled", (unsigned long long)finished.done, seen.pauses,
	       (unsigned long long)seen.gap, (unsigned long long)seen.sorted_gap);
	CHECK_MSG(!err || err == -ENOSPC, "%s: %d", name, err);
	if (err)
		CHECK_MSG(names_something(model), "%s: no name: %s", name, msg);
	/* what makes it hostile: it is worth to be looked at */
	CHECK_MSG(finished.done > 1 << 20, "%s takes %llu steps", name,
		  (unsigned long long)finished.done);
	CHECK_MSG(finished.done <= HOSTILE_STEPS + HOSTILE_GAP, "%s: %llu steps", name,
		  (unsigned long long)finished.done);
	check_gaps(name);
	pauses = seen.pauses;
	all = finished.done;
	for (i = 0; i < 20 && test_good(); i++) {
		err = watched(model, i == 0 ? 1 : i == 1 ? pauses : between(1, pauses));
		/* at the end there may be nothing left to stop */
		CHECK_MSG(err == -ECANCELED || all - seen.cancelled <= ISOL_WORK_PAUSE,
			  "%s: %d when cancelled at pause %u of %u", name, err, seen.cancel_at,
			  pauses);
		CHECK_MSG(finished.done - seen.cancelled <= HOSTILE_GAP,
			  "%s: %llu steps after it was cancelled", name,
			  (unsigned long long)(finished.done - seen.cancelled));
		check_gaps(name);
	}
}

static void hostile_policies(void)
{
	struct isol_model *model;
	struct isol_mem mem;
	u32 i;
	s64 used;

	for (i = 0; i < ARRAY_SIZE(hostile) && test_good(); i++) {
		unlimited();
		program_limit = 64U << 20;
		step_limit = HOSTILE_STEPS;
		model = hostile_model(&mem, hostile[i].bindings);
		hostile[i].make(model);
		CHECK_EQ(isol_model_seal(model), 0);
		used = isol_mem_used(&mem);
		check_hostile(hostile[i].name, model);
		CHECK_EQ(isol_mem_used(&mem), used);
		isol_model_free(model);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
}

/* That the hash has a seed is worth something: with the one that was counted on. */
static void seeded(void)
{
	struct isol_model *model;
	struct isol_mem mem;
	u64 with;

	unlimited();
	model = hostile_model(&mem, 2);
	hostile_coll(model);
	CHECK_EQ(isol_model_seal(model), 0);
	CHECK_EQ(watched(model, 0), 0);
	with = finished.done;
	model->seed = 0;
	CHECK_EQ(watched(model, 0), 0);
	printf("# %llu steps with a seed, %llu without\n", (unsigned long long)with,
	       (unsigned long long)finished.done);
	/* each box is compared with half of the others */
	CHECK(finished.done - with > 2000ULL * 2000 / 2);
	isol_model_free(model);
}

#endif

#define CASES(X) \
	X(every_list_fails) \
	X(pair_table) \
	X(programs) \
	X(steps) \
	TEST_HOST_ONLY(X(hostile_policies)) \
	TEST_HOST_ONLY(X(seeded)) \
	TEST_HOST_ONLY(X(steps_count))

TEST_SUITE(budget, CASES)
