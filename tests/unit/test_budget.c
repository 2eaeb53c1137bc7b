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

	for (i = 0; i < rounds && test_good(); i++) {
		unlimited();
		isol_mem_init(&mem, LIMIT);
		gen_shape(&shape);
		model = gen_model(&mem, &shape);
		CHECK(model);
		if (!model)
			return;
		used = isol_mem_used(&mem);
		CHECK_EQ(compile(model, &compiled), 0);
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
	CHECK_EQ(compile(model, compiled), 0);
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
	gen_shape(&shape);
	model = gen_model(&mem, &shape);
	CHECK(model);
	if (!model)
		return;
	used = isol_mem_used(&mem);
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

#define CASES(X) \
	X(every_list_fails) \
	X(pair_table) \
	X(programs) \
	X(steps) \
	TEST_HOST_ONLY(X(steps_count))

TEST_SUITE(budget, CASES)
