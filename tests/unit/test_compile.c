// SPDX-License-Identifier: GPL-2.0
/*
 * The compiler against the oracle: for policies at random, every pair of
 * endpoints has to come to the same verdict, reason and rule.
 */
#include "compile.h"
#include "gen.h"
#include "pairs.h"
#include "test.h"

#define LIMIT (4LL * 1024 * 1024 * 1024)
#define MSG_LEN (ISOL_MESSAGE_LEN + 1)

static char msg[MSG_LEN];

static int compile(const struct isol_model *model, struct isol_compiled *out)
{
	memset(msg, 0, sizeof(msg));
	return isol_compile(model, NULL, out, msg, sizeof(msg));
}

/* Policies whose sets overlap in more ways than a rule may ask for. */
static u32 tangled;

/* Return: whether it went well. */
static bool check_shape(const struct gen_shape *shape, u32 most, bool sharing)
{
	struct isol_compiled compiled;
	struct isol_model *model;
	struct isol_mem mem;
	int err;

	isol_mem_init(&mem, LIMIT);
	model = gen_model(&mem, shape);
	CHECK(model);
	if (!model)
		return false;
	err = compile(model, &compiled);
	tangled += err == -ENOSPC && shape->sets;
	CHECK_MSG(!err || (err == -ENOSPC && shape->sets), "%s", msg);
	if (test_good() && !err) {
		check_tables(model, &compiled, sharing);
		check_pairs(model, &compiled, most);
		isol_compiled_free(&compiled);
	}
	if (!test_good() && model->nbindings + isol_model_nrules(model) < 100)
		gen_print(model);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
	return test_good();
}

static void random_policies(void)
{
	/* by far the most important of what is tried at random */
	u32 rounds = test_rounds(TEST_IN_KERNEL ? 30000 : 8000), i, asked = 0;
	struct gen_shape shape;

	memset(pairs_met, 0, sizeof(pairs_met));
	memset(pairs_asked, 0, sizeof(pairs_asked));
	for (i = 0; i < rounds; i++) {
		gen_shape(&shape);
		if (!check_shape(&shape, 4000, shape.bindings + shape.rules + shape.services < 60)) {
			printf("# round %u\n", i);
			return;
		}
	}
	for (i = 0; i < ISOL_NSHAPES; i++)
		asked += pairs_asked[i];
	printf("# %u policies, %u refused, programs asked %u times\n", rounds, tangled, asked);
	CHECK(tangled <= rounds / 10);
	if (rounds < 1000)
		return;
	/* Whatever a pair can come to has come up, and often. */
	for (i = ISOL_REASON_RULE; i <= ISOL_REASON_BRIDGE_DEFAULT; i++) {
		CHECK_MSG(pairs_met[i][ISOL_VERDICT_DROP] > 100, "reason %u never drops", i);
		CHECK_MSG(pairs_met[i][ISOL_VERDICT_ACCEPT] > 100 || i == ISOL_REASON_QUARANTINE,
			  "reason %u never accepts", i);
	}
	CHECK(pairs_met[ISOL_REASON_HOST_DEFAULT][ISOL_VERDICT_DROP] > 100);
	CHECK(pairs_met[ISOL_REASON_UNBOUND][ISOL_VERDICT_DROP] > 100);
	CHECK(pairs_met[ISOL_REASON_UNBOUND][ISOL_VERDICT_ACCEPT] > 100);
	CHECK(pairs_met[ISOL_REASON_UNJUDGED][ISOL_VERDICT_ACCEPT] > 100);
	CHECK(pairs_met[ISOL_REASON_GONE][ISOL_VERDICT_DROP] > 100);
	CHECK(pairs_met[ISOL_REASON_UNPARSED][ISOL_VERDICT_DROP] > 100);
	for (i = ISOL_REASON_SEGMENT; i <= ISOL_REASON_TAGS; i++) {
		CHECK_MSG(pairs_met[i][ISOL_VERDICT_DROP] > 100, "reason %u never drops", i);
		CHECK_EQ(pairs_met[i][ISOL_VERDICT_ACCEPT], 0);
	}
	CHECK_EQ(pairs_met[ISOL_REASON_UNPARSED][ISOL_VERDICT_ACCEPT], 0);
	/* Only rules reject, and only what they can read. */
	for (i = 0; i <= ISOL_REASON_MAX; i++) {
		bool rule = i == ISOL_REASON_RULE || i == ISOL_REASON_QUARANTINE_RULE;

		CHECK_MSG(rule ? pairs_met[i][ISOL_VERDICT_REJECT] > 100 :
				 !pairs_met[i][ISOL_VERDICT_REJECT],
			  "reason %u rejects %u times", i, pairs_met[i][ISOL_VERDICT_REJECT]);
	}
	for (i = 0; i < ISOL_NSHAPES; i++)
		CHECK_MSG(pairs_asked[i] > 1000, "shape %u was asked about %u times", i,
			  pairs_asked[i]);
}

static void large_policies(void)
{
	static const struct gen_shape shapes[] = {
		{ .bridges = 2, .groups = 40, .bindings = 600, .rules = 500, .quarantine = 20,
		  .memberships = 4, .ends = 4, .segments = 50, .vlans = 40, .homed = 30, .roles = 20,
		  .communities = 4, .direct = 20, .words = 10, .accept = 60 },
		{ .bridges = 1, .groups = 400, .bindings = 900, .rules = 300, .quarantine = 3,
		  .memberships = 40, .ends = 2, .segments = 100, .roles = 0, .direct = 0,
		  .words = 2, .accept = 50 },
		{ .bridges = 5, .groups = 3, .bindings = 300, .rules = 1500, .quarantine = 100,
		  .memberships = 1, .ends = 30, .segments = 60, .vlans = 60, .homed = 50, .roles = 70,
		  .communities = 30, .direct = 95, .words = 1, .accept = 30 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++)
		check_shape(&shapes[i], test_rounds(15000), false);
}

/* ---- boundaries */

static const struct gen_shape plain = {
	.bridges = 2, .groups = 5, .bindings = 12, .rules = 20, .quarantine = 4, .memberships = 3,
	.ends = 3, .segments = 50, .vlans = 40, .homed = 30, .roles = 30, .communities = 2, .direct = 20,
	.words = 20, .accept = 60,
};

static void no_rules(void)
{
	struct gen_shape shape = plain;

	shape.rules = 0;
	shape.quarantine = 0;
	check_shape(&shape, 10000, true);
}

static void no_bindings(void)
{
	struct gen_shape shape = plain;

	shape.bindings = 0;
	check_shape(&shape, 10000, true);
}

static void nothing_but_a_bridge(void)
{
	const struct gen_shape shape = { .bridges = 1 };

	check_shape(&shape, 10000, true);
}

/* An empty candidate is a policy that manages no bridge. */
static void nothing(void)
{
	const struct gen_shape shape = { 0 };

	check_shape(&shape, 10000, true);
}

static void rule_counts(void)
{
	struct gen_shape shape = plain;
	u32 i, n;

	for (n = 64; n <= 192 && test_good(); n += 64)
		for (i = n - 2; i <= n + 2; i++) {
			/* few that match, so that the last ones count */
			shape.rules = i;
			shape.direct = 80;
			shape.bindings = 30;
			shape.ends = 1;
			shape.words = 0;
			shape.quarantine = 0;
			check_shape(&shape, 10000, false);
			shape.rules = i - 3;
			shape.quarantine = 3;
			check_shape(&shape, 10000, false);
			shape.rules = 0;
			shape.quarantine = i;
			check_shape(&shape, 10000, false);
		}
}

static void most_memberships(void)
{
	struct gen_shape shape = plain;

	shape.groups = ISOL_MAX_MEMBERSHIPS + 20;
	shape.memberships = ISOL_MAX_MEMBERSHIPS;
	shape.bindings = 40;
	shape.rules = 200;
	shape.ends = 2;
	shape.direct = 5;
	shape.words = 0;
	check_shape(&shape, 10000, true);
}

static void most_endpoints(void)
{
	struct gen_shape shape = plain;

	shape.ends = ISOL_MAX_ENDPOINTS;
	shape.bindings = 80;
	shape.groups = 80;
	check_shape(&shape, 10000, false);
}

/* ---- policies by hand */

struct hand {
	struct isol_mem mem;
	struct isol_model *model;
	struct isol_compiled compiled;
	struct isol_fault fault;
};

static void hand_begin(struct hand *h)
{
	const struct isol_bridge_spec bridge = { .name = "br0", .uplinks = { "eno1" },
						 .nuplinks = 1 };

	memset(h, 0, sizeof(*h));
	isol_mem_init(&h->mem, LIMIT);
	h->model = isol_model_new(&h->mem);
	CHECK_EQ(isol_model_add_bridge(h->model, &bridge, &h->fault), 0);
}

static void hand_end(struct hand *h)
{
	isol_compiled_free(&h->compiled);
	isol_model_free(h->model);
	CHECK_EQ(isol_mem_used(&h->mem), 0);
}

static void hand_group(struct hand *h, const char *name)
{
	const struct isol_group_spec spec = { .name = name };

	CHECK_EQ(isol_model_add_group(h->model, &spec, &h->fault), 0);
}

static void hand_binding(struct hand *h, const char *name, u8 role, const char *group)
{
	const struct isol_binding_spec spec = {
		.name = name, .port = name, .claims = 1, .role = role, .groups = { group },
		.ngroups = !!group, .community = role == ISOL_ROLE_COMMUNITY ? "c" : NULL,
	};

	CHECK_EQ(isol_model_add_binding(h->model, &spec, &h->fault), 0);
}

static void hand_rule(struct hand *h, const char *name, u8 table, struct isol_endpoint_spec from,
		      struct isol_endpoint_spec to, u8 verdict)
{
	struct isol_rule_spec spec = {
		.stateless = true,
		.name = name, .table = table, .from = { from }, .to = { to }, .nfrom = 1,
		.nto = 1, .verdict = verdict,
	};

	CHECK_MSG(!isol_model_add_rule(h->model, &spec, &h->fault), "%s: %s", name, h->fault.msg);
}

#define GROUP(g) ((struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_GROUP, .name = g })
#define BINDING(b) ((struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_BINDING, .name = b })
#define WORD(w) ((struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_##w })

static void hand_compile(struct hand *h)
{
	CHECK_EQ(isol_model_seal(h->model), 0);
	CHECK_EQ(compile(h->model, &h->compiled), 0);
}

static u32 hand_class(const struct hand *h, const char *name)
{
	const struct isol_binding *binding = isol_model_binding(h->model, name);

	return binding ? ISOL_CLASS_FIRST_BINDING + binding->id : 0;
}

static void hand_expect(const struct hand *h, u32 from, u32 to, bool accept, u8 reason,
			const char *rule)
{
	u32 d = 0;

	if (!h->compiled.tables.classes)
		return;
	CHECK(isol_classify(&h->compiled.tables, isol_word(1, from), isol_word(1, to),
			    ISOL_VLAN_UNKNOWN, NULL, &d));
	CHECK_MSG(!!(d & ISOL_DECISION_ACCEPT) == accept && isol_decision_reason(d) == reason,
		  "class %u to %u: %s, reason %u, not %s, %u", from, to,
		  d & ISOL_DECISION_ACCEPT ? "accept" : "drop", isol_decision_reason(d),
		  accept ? "accept" : "drop", reason);
	if (rule)
		CHECK_MSG(isol_decision_counter(d) < h->compiled.nrules &&
			  !strcmp(h->compiled.rule[isol_decision_counter(d)]->name, rule),
			  "class %u to %u: not by rule %s", from, to, rule);
}

/* So that an oracle that is wrong in the same way as the compiler is found. */
static void spelled_out(void)
{
	u32 w1, w2, d1, iso, com, com2, pro;
	struct hand h;

	hand_begin(&h);
	hand_group(&h, "web");
	hand_group(&h, "db");
	hand_binding(&h, "w1", ISOL_ROLE_NONE, "web");
	hand_binding(&h, "w2", ISOL_ROLE_NONE, "web");
	hand_binding(&h, "d1", ISOL_ROLE_NONE, "db");
	hand_binding(&h, "iso", ISOL_ROLE_ISOLATED, NULL);
	hand_binding(&h, "com", ISOL_ROLE_COMMUNITY, NULL);
	hand_binding(&h, "com2", ISOL_ROLE_COMMUNITY, NULL);
	hand_binding(&h, "pro", ISOL_ROLE_PROMISCUOUS, NULL);
	hand_rule(&h, "w-d", 0, GROUP("web"), GROUP("db"), ISOL_VERDICT_ACCEPT);
	hand_rule(&h, "no-d1", 0, WORD(ANY), BINDING("d1"), ISOL_VERDICT_DROP);
	hand_rule(&h, "w-host", 0, GROUP("web"), WORD(HOST), ISOL_VERDICT_ACCEPT);
	hand_rule(&h, "up-w1", 0, WORD(UPLINK), BINDING("w1"), ISOL_VERDICT_ACCEPT);
	hand_rule(&h, "mem-iso", 0, BINDING("w2"), BINDING("iso"), ISOL_VERDICT_ACCEPT);
	hand_rule(&h, "look", 1, WORD(HOST), WORD(QUARANTINED), ISOL_VERDICT_ACCEPT);
	hand_rule(&h, "see", 1, WORD(QUARANTINED), GROUP("db"), ISOL_VERDICT_ACCEPT);
	hand_compile(&h);
	w1 = hand_class(&h, "w1");
	w2 = hand_class(&h, "w2");
	d1 = hand_class(&h, "d1");
	iso = hand_class(&h, "iso");
	com = hand_class(&h, "com");
	com2 = hand_class(&h, "com2");
	pro = hand_class(&h, "pro");

	hand_expect(&h, w1, d1, true, ISOL_REASON_RULE, "w-d");
	hand_expect(&h, d1, w1, false, ISOL_REASON_BRIDGE_DEFAULT, NULL);
	hand_expect(&h, pro, d1, false, ISOL_REASON_RULE, "no-d1");
	hand_expect(&h, ISOL_CLASS_HOST, d1, false, ISOL_REASON_RULE, "no-d1");
	hand_expect(&h, w2, ISOL_CLASS_HOST, true, ISOL_REASON_RULE, "w-host");
	hand_expect(&h, ISOL_CLASS_HOST, w2, false, ISOL_REASON_HOST_DEFAULT, NULL);
	hand_expect(&h, ISOL_CLASS_UPLINK, w1, true, ISOL_REASON_RULE, "up-w1");
	hand_expect(&h, ISOL_CLASS_UPLINK, w2, false, ISOL_REASON_BRIDGE_DEFAULT, NULL);
	hand_expect(&h, w2, iso, true, ISOL_REASON_RULE, "mem-iso");
	hand_expect(&h, w1, iso, false, ISOL_REASON_ROLE, NULL);
	hand_expect(&h, iso, com, false, ISOL_REASON_ROLE, NULL);
	hand_expect(&h, iso, iso, false, ISOL_REASON_ROLE, NULL);
	hand_expect(&h, com, com2, true, ISOL_REASON_ROLE, NULL);
	hand_expect(&h, iso, pro, true, ISOL_REASON_ROLE, NULL);
	hand_expect(&h, pro, com, true, ISOL_REASON_ROLE, NULL);
	hand_expect(&h, pro, pro, true, ISOL_REASON_ROLE, NULL);
	hand_expect(&h, pro, w1, false, ISOL_REASON_BRIDGE_DEFAULT, NULL);
	hand_expect(&h, ISOL_CLASS_HOST, ISOL_CLASS_QUARANTINED, true,
		    ISOL_REASON_QUARANTINE_RULE, "look");
	hand_expect(&h, ISOL_CLASS_QUARANTINED, ISOL_CLASS_HOST, false, ISOL_REASON_QUARANTINE,
		    NULL);
	hand_expect(&h, ISOL_CLASS_QUARANTINED, d1, true, ISOL_REASON_QUARANTINE_RULE, "see");
	hand_expect(&h, ISOL_CLASS_QUARANTINED, w1, false, ISOL_REASON_QUARANTINE, NULL);
	hand_expect(&h, w1, ISOL_CLASS_QUARANTINED, false, ISOL_REASON_QUARANTINE, NULL);
	hand_expect(&h, ISOL_CLASS_QUARANTINED, ISOL_CLASS_QUARANTINED, false,
		    ISOL_REASON_QUARANTINE, NULL);
	hand_expect(&h, ISOL_CLASS_UPLINK, ISOL_CLASS_HOST, true, ISOL_REASON_UNJUDGED, NULL);
	hand_expect(&h, ISOL_CLASS_HOST, ISOL_CLASS_HOST, true, ISOL_REASON_UNJUDGED, NULL);
	hand_expect(&h, ISOL_CLASS_UPLINK, ISOL_CLASS_UPLINK, true, ISOL_REASON_UNJUDGED, NULL);
	hand_expect(&h, ISOL_CLASS_UNBOUND_DROP, w1, false, ISOL_REASON_UNBOUND, NULL);
	hand_expect(&h, w1, ISOL_CLASS_UNBOUND_DROP, false, ISOL_REASON_UNBOUND, NULL);
	hand_expect(&h, ISOL_CLASS_UNBOUND_ACCEPT, ISOL_CLASS_HOST, false,
		    ISOL_REASON_HOST_DEFAULT, NULL);
	hand_expect(&h, ISOL_CLASS_UNBOUND_ACCEPT, iso, false, ISOL_REASON_ROLE, NULL);
	hand_expect(&h, ISOL_CLASS_UNBOUND_ACCEPT, d1, false, ISOL_REASON_RULE, "no-d1");
	hand_expect(&h, ISOL_CLASS_UNBOUND_DROP, ISOL_CLASS_GONE, false, ISOL_REASON_GONE, NULL);
	hand_expect(&h, ISOL_CLASS_GONE, ISOL_CLASS_UNBOUND_DROP, false, ISOL_REASON_GONE, NULL);
	hand_expect(&h, ISOL_CLASS_NONE, w1, false, ISOL_REASON_GONE, NULL);
	hand_end(&h);
}

/* Many VMs of few kinds: what the table is as large as is the kinds. */
static void alike_bindings(void)
{
	char name[16];
	struct hand h;
	u32 i;

	hand_begin(&h);
	hand_group(&h, "a");
	hand_group(&h, "b");
	for (i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "vm%u", i);
		hand_binding(&h, name, ISOL_ROLE_NONE, i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : NULL);
	}
	hand_rule(&h, "r", 0, GROUP("a"), GROUP("b"), ISOL_VERDICT_ACCEPT);
	hand_compile(&h);
	/* "to" tells b from others; and of the rows no more than a's differs */
	CHECK_EQ(h.compiled.ncols, 6 + 2);
	CHECK(h.compiled.nrows <= 6 + 2);
	CHECK(h.compiled.tables.classes[hand_class(&h, "vm0")].row ==
	      h.compiled.tables.classes[hand_class(&h, "vm3")].row);
	CHECK(h.compiled.tables.classes[hand_class(&h, "vm0")].row !=
	      h.compiled.tables.classes[hand_class(&h, "vm1")].row);
	check_pairs(h.model, &h.compiled, 2000);
	hand_end(&h);
}

/* What of a policy is not about connections is known to be so, in either direction. */
static void tracked_classes(void)
{
	static const char *const names[] = { "begins", "answers", "talks", "listens", "silent" };
	struct isol_rule_spec spec = {
		.name = "t", .from = { BINDING("begins") }, .to = { BINDING("answers") },
		.nfrom = 1, .nto = 1, .verdict = ISOL_VERDICT_ACCEPT,
	};
	const struct isol_class *class;
	struct hand h;
	u32 i;

	hand_begin(&h);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		hand_binding(&h, names[i], ISOL_ROLE_NONE, NULL);
	CHECK_MSG(!isol_model_add_rule(h.model, &spec, &h.fault), "%s", h.fault.msg);
	hand_rule(&h, "s", 0, BINDING("talks"), BINDING("listens"), ISOL_VERDICT_ACCEPT);
	hand_rule(&h, "u", 0, BINDING("silent"), BINDING("begins"), ISOL_VERDICT_DROP);
	hand_compile(&h);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		class = &h.compiled.tables.classes[hand_class(&h, names[i])];
		CHECK_MSG(isol_tables_track(&h.compiled.tables, class->row, class->col) == (i < 2),
			  "%s", names[i]);
	}
	class = &h.compiled.tables.classes[ISOL_CLASS_UPLINK];
	CHECK(!isol_tables_track(&h.compiled.tables, class->row, class->col));
	hand_end(&h);
}

/* ---- memory */

static void every_allocation_fails(void)
{
	struct gen_shape shape = plain;
	struct isol_compiled compiled;
	struct isol_model *model;
	struct isol_mem mem;
	s64 used;
	long n;
	int err;

	/* several chunks, several rows */
	shape.bindings = 200;
	shape.groups = 30;
	shape.rules = 300;
	isol_mem_init(&mem, LIMIT);
	for (n = 1; n < 10000; n++) {
		test_reseed(test_seed());
		isol_fail_alloc = n;
		model = gen_model(&mem, &shape);
		if (model)
			break;
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
	printf("# %ld allocations of a model\n", n - 1);
	isol_fail_alloc = 0;
	CHECK(model);
	if (!model)
		return;
	used = isol_mem_used(&mem);
	for (n = 1; n < 10000; n++) {
		memset(&compiled, 0x5a, sizeof(compiled));
		isol_fail_alloc = n;
		err = compile(model, &compiled);
		isol_fail_alloc = 0;
		if (!err)
			break;
		CHECK_EQ(err, -ENOMEM);
		CHECK_EQ(isol_mem_used(&mem), used);
		isol_compiled_free(&compiled);	/* as a caller might: nothing is left */
		CHECK_EQ(isol_mem_used(&mem), used);
	}
	printf("# %ld allocations of a compilation\n", n - 1);
	CHECK_EQ(err, 0);
	CHECK(n > 10);
	check_pairs(model, &compiled, 2000);
	isol_compiled_free(&compiled);
	CHECK_EQ(isol_mem_used(&mem), used);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

/* With every limit from none to enough: refused, or done within it. */
static void memory_limit(void)
{
	struct gen_shape shape = plain;
	struct isol_compiled compiled;
	struct isol_model *model;
	u32 refused = 0;
	struct isol_mem mem;
	s64 used;
	int err;

	shape.rules = 100;
	isol_mem_init(&mem, LIMIT);
	model = gen_model(&mem, &shape);
	CHECK(model);
	if (!model)
		return;
	used = isol_mem_used(&mem);
	for (mem.limit = used;; mem.limit += 1000) {
		err = compile(model, &compiled);
		if (!err)
			break;
		refused++;
		CHECK_EQ(err, -ENOMEM);
		CHECK_EQ(isol_mem_used(&mem), used);
		if (mem.limit > used + (1 << 24))
			break;
	}
	CHECK_EQ(err, 0);
	CHECK(refused > 2);
	CHECK(isol_mem_used(&mem) <= mem.limit);
	isol_compiled_free(&compiled);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

/* ---- cancelling */

static bool cancel;

static void cancelled_before(void)
{
	struct isol_compiled compiled;
	struct isol_model *model;
	struct isol_mem mem;
	s64 used;

	isol_mem_init(&mem, LIMIT);
	model = gen_model(&mem, &plain);
	CHECK(model);
	if (!model)
		return;
	used = isol_mem_used(&mem);
	cancel = true;
	CHECK_EQ(isol_compile(model, &cancel, &compiled, msg, sizeof(msg)), -ECANCELED);
	CHECK_EQ(isol_mem_used(&mem), used);
	cancel = false;
	CHECK_EQ(isol_compile(model, &cancel, &compiled, msg, sizeof(msg)), 0);
	isol_compiled_free(&compiled);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

static void cancelled_meanwhile(void)
{
	static const struct gen_shape shape = {
		.bridges = 1, .groups = 100, .bindings = 3000, .rules = 3000, .memberships = 8,
		.ends = 4, .direct = 50, .accept = 50,
	};
	struct isol_compiled compiled;
	struct isol_model *model;
	struct isol_mem mem;
	unsigned int begin;
	s64 used;

	isol_mem_init(&mem, LIMIT);
	model = gen_model(&mem, &shape);
	CHECK(model);
	if (!model)
		return;
	used = isol_mem_used(&mem);
	cancel = false;
	test_later(&cancel, 20);
	begin = test_ms();
	CHECK_EQ(isol_compile(model, &cancel, &compiled, msg, sizeof(msg)), -ECANCELED);
	CHECK(test_ms() - begin < 5000);
	test_later(NULL, 0);
	CHECK_EQ(isol_mem_used(&mem), used);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

/* ---- the budget of the pair table */

/* Rules that name @n bindings each on both sides: @n rows of their own. */
static void direct_rules(struct hand *h, u32 n)
{
	char name[16], rule[96];
	u32 i;

	hand_begin(h);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "vm%u", i);
		hand_binding(h, name, ISOL_ROLE_NONE, NULL);
	}
	hand_rule(h, "innocent", 0, WORD(MEMBERS), WORD(HOST), ISOL_VERDICT_ACCEPT);
	for (i = 0; i < n; i++) {
		/* the longest name there is */
		snprintf(name, sizeof(name), "vm%u", i);
		snprintf(rule, sizeof(rule), "%s-%.*s", name, (int)(62 - strlen(name)),
			 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
		hand_rule(h, rule, 0, BINDING(name), BINDING(name), ISOL_VERDICT_ACCEPT);
	}
	CHECK_EQ(isol_model_seal(h->model), 0);
}

static void within_budget(void)
{
	struct hand h;

	direct_rules(&h, 4080);
	CHECK_EQ(compile(h.model, &h.compiled), 0);
	CHECK(*msg == '\0');
	CHECK((u64)h.compiled.nrows * (sizeof(struct isol_row) + h.compiled.ncols * 4) <=
	      ISOL_PAIR_LIMIT);
	CHECK((u64)h.compiled.nrows * h.compiled.ncols * 4 > ISOL_PAIR_LIMIT / 100 * 98);
	check_pairs(h.model, &h.compiled, 200);
	hand_end(&h);
}

static void over_budget_by_rules(void)
{
	struct hand h;
	s64 used;

	direct_rules(&h, 4100);
	used = isol_mem_used(&h.mem);
	CHECK_EQ(compile(h.model, &h.compiled), -ENOSPC);
	CHECK_EQ(isol_mem_used(&h.mem), used);
	/* one of those that are to blame, by its full name */
	CHECK_MSG(strstr(msg, "vm0-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
		  "%s", msg);
	CHECK(!strstr(msg, "innocent"));
	printf("# %s\n", msg);
	/* and no room for the message: not written past */
	CHECK_EQ(isol_compile(h.model, NULL, &h.compiled, msg, 1), -ENOSPC);
	CHECK_EQ(*msg, '\0');
	hand_end(&h);
}

/*
 * @bits pairs of groups gN, hN, with a rule from each gN to hN; each of the
 * 2^@bits bindings is in another choice of them, and so like none of the others.
 */
static void over_budget_by_groups(void)
{
	enum { BITS = 13 };
	char name[16], groups[2 * BITS][16];
	struct isol_binding_spec spec;
	struct hand h;
	u32 i, j;
	s64 used;

	hand_begin(&h);
	for (i = 0; i < BITS; i++) {
		snprintf(groups[2 * i], sizeof(groups[0]), "g%u", i);
		snprintf(groups[2 * i + 1], sizeof(groups[0]), "h%u", i);
		hand_group(&h, groups[2 * i]);
		hand_group(&h, groups[2 * i + 1]);
	}
	for (i = 0; i < 1 << BITS; i++) {
		spec = (struct isol_binding_spec){ .name = name, .port = name, .claims = 1 };
		snprintf(name, sizeof(name), "vm%u", i);
		for (j = 0; j < BITS; j++)
			if (i >> j & 1) {
				spec.groups[spec.ngroups++] = groups[2 * j];
				spec.groups[spec.ngroups++] = groups[2 * j + 1];
			}
		CHECK_EQ(isol_model_add_binding(h.model, &spec, &h.fault), 0);
	}
	for (i = 0; i < BITS; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		hand_rule(&h, name, 0, GROUP(groups[2 * i]), GROUP(groups[2 * i + 1]),
			  ISOL_VERDICT_ACCEPT);
	}
	CHECK_EQ(isol_model_seal(h.model), 0);
	used = isol_mem_used(&h.mem);
	CHECK_EQ(compile(h.model, &h.compiled), -ENOSPC);
	CHECK_EQ(isol_mem_used(&h.mem), used);
	CHECK_MSG(*msg && strlen(msg) <= ISOL_MESSAGE_LEN, "%s", msg);
	printf("# %s\n", msg);
	hand_end(&h);
}

/* ---- how long it takes */

static void timing(const char *what, const struct gen_shape *shape)
{
	struct isol_compiled compiled;
	struct isol_model *model;
	struct isol_mem mem;
	unsigned int t[3];
	int err;

	isol_mem_init(&mem, LIMIT);
	t[0] = test_ms();
	model = gen_model(&mem, shape);
	CHECK(model);
	if (!model)
		return;
	t[1] = test_ms();
	err = compile(model, &compiled);
	t[2] = test_ms();
	CHECK_EQ(err, 0);
	printf("# %s: %u bindings %u groups %u rules: model %u ms %lld KiB, compile %u ms",
	       what, shape->bindings, shape->groups, shape->rules, t[1] - t[0],
	       (long long)isol_mem_used(&mem) >> 10, t[2] - t[1]);
	if (!err) {
		printf(", %u rows of %u\n", compiled.nrows, compiled.ncols);
		check_pairs(model, &compiled, 500);
		isol_compiled_free(&compiled);
	} else {
		printf(", error %d %s\n", err, msg);
	}
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

static void timings(void)
{
	static const struct gen_shape usual = {
		.bridges = 2, .groups = 100, .bindings = 1000, .rules = 10000, .quarantine = 5,
		.memberships = 4, .ends = 2, .segments = 100, .communities = 1, .direct = 5,
		.words = 2, .accept = 80,
	};
	static const struct gen_shape varied = {
		.bridges = 1, .groups = 200, .bindings = 2000, .rules = 2000, .quarantine = 5,
		.memberships = 30, .ends = 4, .segments = 100, .communities = 1, .direct = 50,
		.words = 0, .accept = 50,
	};
	static const struct gen_shape alike = {
		.bridges = 1, .groups = 10, .bindings = 20000, .rules = 20000,
		.memberships = 1, .ends = 2, .segments = 100, .communities = 1, .direct = 0,
		.words = 10, .accept = 50,
	};

	timing("usual", &usual);
	timing("varied", &varied);
	timing("alike", &alike);
}

/*
 * Rules that cannot match any more behind one that matches everything, and
 * bindings that are named all the same: much to walk, little to store.
 */
static void shadowed_timing(void)
{
	enum { N = 1500 };
	char name[16], rule[16];
	struct hand h;
	unsigned int begin;
	u32 i;

	hand_begin(&h);
	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "vm%u", i);
		hand_binding(&h, name, ISOL_ROLE_NONE, NULL);
	}
	hand_rule(&h, "all", 0, WORD(ANY), WORD(ANY), ISOL_VERDICT_ACCEPT);
	for (i = 0; i < 10 * N; i++) {
		snprintf(name, sizeof(name), "vm%u", i % N);
		snprintf(rule, sizeof(rule), "r%u", i);
		hand_rule(&h, rule, 0, i % 2 ? WORD(ANY) : BINDING(name), BINDING(name),
			  ISOL_VERDICT_DROP);
	}
	CHECK_EQ(isol_model_seal(h.model), 0);
	begin = test_ms();
	CHECK_EQ(compile(h.model, &h.compiled), 0);
	printf("# shadowed: %u bindings %u rules: compile %u ms, %u rows of %u\n", N, 10 * N,
	       test_ms() - begin, h.compiled.nrows, h.compiled.ncols);
	check_pairs(h.model, &h.compiled, 2000);
	hand_end(&h);
}

#define CASES(X) \
	X(spelled_out) \
	X(random_policies) \
	X(large_policies) \
	X(no_rules) \
	X(no_bindings) \
	X(nothing_but_a_bridge) \
	X(nothing) \
	X(rule_counts) \
	X(most_memberships) \
	X(most_endpoints) \
	X(alike_bindings) \
	X(tracked_classes) \
	X(every_allocation_fails) \
	X(memory_limit) \
	X(cancelled_before) \
	X(cancelled_meanwhile) \
	TEST_HOST_ONLY(X(within_budget)) \
	TEST_HOST_ONLY(X(over_budget_by_rules)) \
	TEST_HOST_ONLY(X(over_budget_by_groups)) \
	TEST_HOST_ONLY(X(timings)) \
	TEST_HOST_ONLY(X(shadowed_timing))

TEST_SUITE(compile, CASES)
