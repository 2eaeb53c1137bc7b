// SPDX-License-Identifier: GPL-2.0
/*
 * Services and the rules that follow others: what the model takes, which rules let
 * which IP pass, the numbers of rows and columns, and policies by hand. The oracle is
 * asked about such policies in test_compile.
 */
#include "compile.h"
#include "follow.h"
#include "test.h"

#define LIMIT (512LL * 1024 * 1024)

static char msg[ISOL_MESSAGE_LEN + 1];

/* ---- a policy with a bridge, the groups g and h, and bindings a (g), b (g), c (h), d */

struct world {
	struct isol_mem mem;
	struct isol_model *model;
	struct isol_compiled compiled;
	struct isol_fault fault;
};

static int add_binding(struct world *w, const char *name, const char *group)
{
	const struct isol_binding_spec spec = {
		.name = name, .port = name, .claims = 1, .groups = { group }, .ngroups = !!group,
	};

	return isol_model_add_binding(w->model, &spec, &w->fault);
}

static struct world *world_new(void)
{
	const struct isol_bridge_spec bridge = { .name = "br0", .uplinks = { "eno1" },
						 .nuplinks = 1 };
	struct isol_group_spec group = { .name = "g" };
	struct world *w = calloc(1, sizeof(*w));

	isol_mem_init(&w->mem, LIMIT);
	w->model = isol_model_new(&w->mem);
	CHECK_EQ(isol_model_add_bridge(w->model, &bridge, &w->fault), 0);
	CHECK_EQ(isol_model_add_group(w->model, &group, &w->fault), 0);
	group.name = "h";
	CHECK_EQ(isol_model_add_group(w->model, &group, &w->fault), 0);
	CHECK_EQ(add_binding(w, "a", "g"), 0);
	CHECK_EQ(add_binding(w, "b", "g"), 0);
	CHECK_EQ(add_binding(w, "c", "h"), 0);
	CHECK_EQ(add_binding(w, "d", NULL), 0);
	return w;
}

static void world_free(struct world *w)
{
	isol_compiled_free(&w->compiled);
	isol_model_free(w->model);
	CHECK_EQ(isol_mem_used(&w->mem), 0);
	free(w);
}

#define ANY { .kind = ISOL_ENDPOINT_ANY }
#define HOST { .kind = ISOL_ENDPOINT_HOST }
#define UPLINK { .kind = ISOL_ENDPOINT_UPLINK }
#define MEMBERS { .kind = ISOL_ENDPOINT_MEMBERS }
#define QUARANTINED { .kind = ISOL_ENDPOINT_QUARANTINED }
#define GROUP(n) { .name = n, .kind = ISOL_ENDPOINT_GROUP }
#define BINDING(n) { .name = n, .kind = ISOL_ENDPOINT_BINDING }

static int add_service(struct world *w, const struct isol_service_spec *spec)
{
	memset(&w->fault, 0x5a, sizeof(w->fault));
	return isol_model_add_service(w->model, spec, &w->fault);
}

static int add_rule(struct world *w, const struct isol_rule_spec *spec)
{
	memset(&w->fault, 0x5a, sizeof(w->fault));
	return isol_model_add_rule(w->model, spec, &w->fault);
}

/* ---- what the model takes */

static void services_refused(void)
{
	static const struct {
		struct isol_service_spec spec;
		int err;
		enum isol_field field;
		u32 item;
		const char *word;
	} table[] = {
		{ .spec = { .name = "dhcp", .where = { UPLINK }, .nwhere = 1 } },
		{ .spec = { .name = "dhcp", .follow = true } },
		{ .spec = { .name = "dhcp", .follow = true, .comment = "why" } },
		{ .spec = { .name = "g", .where = { GROUP("g"), BINDING("a"), HOST, ANY, MEMBERS },
		    .nwhere = 5 } },
		{ { .where = { UPLINK }, .nwhere = 1 }, -EINVAL, ISOL_F_NAME, 0, "missing" },
		{ { .name = "a b", .follow = true }, -EINVAL, ISOL_F_NAME, 0, "1 to 63" },
		{ { .name = "taken", .follow = true }, -EEXIST, ISOL_F_NAME, 0, "already" },
		{ { .name = "s", .comment = "\x01", .follow = true }, -EINVAL, ISOL_F_COMMENT, 0,
		  "UTF-8" },
		{ { .name = "s" }, -EINVAL, ISOL_F_OBJECT, 0, "WHERE is missing" },
		{ { .name = "s", .follow = true, .where = { ANY }, .nwhere = 1 }, -EINVAL,
		  ISOL_F_FOLLOW, 0, "one of them" },
		{ { .name = "s", .where = { ANY, GROUP("x") }, .nwhere = 2 }, -ENOENT,
		  ISOL_F_WHERE, 1, "service WHERE: no such" },
		{ { .name = "s", .where = { BINDING("g") }, .nwhere = 1 }, -ENOENT, ISOL_F_WHERE,
		  0, "service WHERE: no such" },
		{ { .name = "s", .where = { QUARANTINED }, .nwhere = 1 }, -EINVAL, ISOL_F_WHERE,
		  0, "service WHERE: quarantined" },
		{ { .name = "s", .where = { { .name = "g", .kind = ISOL_ENDPOINT_ANY } },
		    .nwhere = 1 }, -EINVAL, ISOL_F_WHERE, 0, "service WHERE: NAME" },
		{ { .name = "s", .where = { { .name = "g", .kind = ISOL_ENDPOINT_PORT } },
		    .nwhere = 1 }, -EINVAL, ISOL_F_WHERE, 0, "service WHERE: a port" },
	};
	const struct isol_service_spec taken = { .name = "taken", .follow = true };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table) && test_good(); i++) {
		struct world *w = world_new();

		CHECK_EQ(add_service(w, &taken), 0);
		CHECK_MSG(add_service(w, &table[i].spec) == table[i].err, "%u: %s", i,
			  table[i].err ? "is taken" : w->fault.msg);
		if (table[i].err && test_good()) {
			CHECK_EQ(w->fault.err, table[i].err);
			CHECK_EQ(w->fault.field, table[i].field);
			CHECK_EQ(w->fault.item, table[i].item);
			CHECK_MSG(strstr(w->fault.msg, table[i].word), "%u: %s", i, w->fault.msg);
		}
		world_free(w);
	}
}

static void services_kept(void)
{
	const struct isol_service_spec spec = {
		.name = "dns", .comment = "ours", .where = { GROUP("h"), UPLINK }, .nwhere = 2,
	};
	struct isol_service_spec more = { .follow = true };
	const struct isol_service *s;
	struct world *w = world_new();
	char name[16];
	u32 i;

	CHECK_EQ(add_service(w, &spec), 0);
	s = w->model->services;
	CHECK(!strcmp(s->name, "dns") && !strcmp(s->comment, "ours") && !s->follow);
	CHECK_EQ(s->nwhere, 2);
	CHECK_EQ(s->where[0].kind, ISOL_ENDPOINT_GROUP);
	CHECK_EQ(s->where[0].id, 1);
	CHECK_EQ(s->where[1].kind, ISOL_ENDPOINT_UPLINK);
	for (i = 1; i <= ISOL_MAX_SERVICES; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		more.name = name;
		CHECK_EQ(add_service(w, &more), i < ISOL_MAX_SERVICES ? 0 : -E2BIG);
	}
	CHECK_EQ(w->fault.field, ISOL_F_OBJECT);
	CHECK_EQ(w->model->nservices, ISOL_MAX_SERVICES);
	world_free(w);
}

static void rules_refused(void)
{
	static const struct {
		u8 table;
		const char *service;
		bool follow;
		int err;
		enum isol_field field;
	} table[] = {
		{ ISOL_TABLE_SERVICES, "s", false, 0, 0 },
		{ ISOL_TABLE_SERVICES, "s", true, 0, 0 },
		{ ISOL_TABLE_RULES, NULL, false, 0, 0 },
		{ ISOL_TABLE_SERVICES, NULL, false, -EINVAL, ISOL_F_OBJECT },
		{ ISOL_TABLE_SERVICES, "x", false, -ENOENT, ISOL_F_SERVICE },
		{ ISOL_TABLE_RULES, "s", false, -EINVAL, ISOL_F_SERVICE },
		{ ISOL_TABLE_RULES, NULL, true, -EINVAL, ISOL_F_FOLLOW },
		{ ISOL_TABLE_QUARANTINE, "s", false, -EINVAL, ISOL_F_SERVICE },
		{ ISOL_TABLE_QUARANTINE, NULL, true, -EINVAL, ISOL_F_FOLLOW },
	};
	const struct isol_service_spec service = { .name = "s", .follow = true };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table) && test_good(); i++) {
		const bool q = table[i].table == ISOL_TABLE_QUARANTINE;
		const struct isol_rule_spec spec = {
		.stateless = true,
			.name = "r", .table = table[i].table, .service = table[i].service,
			.follow = table[i].follow, .nfrom = 1, .nto = 1,
			.from = { { .kind = q ? ISOL_ENDPOINT_QUARANTINED : ISOL_ENDPOINT_ANY } },
			.to = { ANY },
		};
		struct world *w = world_new();

		CHECK_EQ(add_service(w, &service), 0);
		CHECK_MSG(add_rule(w, &spec) == table[i].err, "%u: %s", i,
			  table[i].err ? "is taken" : w->fault.msg);
		if (table[i].err && test_good()) {
			CHECK_EQ(w->fault.err, table[i].err);
			CHECK_EQ(w->fault.field, table[i].field);
		} else if (test_good() && table[i].service) {
			const struct isol_rule *r = isol_model_rule(w->model, "r");

			CHECK(r->service == w->model->services && r->follow == table[i].follow);
		}
		world_free(w);
	}
}

/* Rules are numbered in the order in which they are asked, however they came. */
static void order(void)
{
	static const struct {
		const char *name;
		u8 table;
	} rules[] = {
		{ "q1", ISOL_TABLE_QUARANTINE }, { "r1", ISOL_TABLE_RULES },
		{ "s1", ISOL_TABLE_SERVICES }, { "r2", ISOL_TABLE_RULES },
		{ "s2", ISOL_TABLE_SERVICES }, { "q2", ISOL_TABLE_QUARANTINE },
	};
	static const char *const numbered[] = { "s1", "s2", "r1", "r2", "q1", "q2" };
	const struct isol_service_spec service = { .name = "s", .follow = true };
	struct world *w = world_new();
	u32 i;

	CHECK_EQ(add_service(w, &service), 0);
	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		const bool q = rules[i].table == ISOL_TABLE_QUARANTINE;
		const struct isol_rule_spec spec = {
		.stateless = true,
			.name = rules[i].name, .table = rules[i].table, .nfrom = 1, .nto = 1,
			.service = rules[i].table == ISOL_TABLE_SERVICES ? "s" : NULL,
			.from = { { .kind = q ? ISOL_ENDPOINT_QUARANTINED : ISOL_ENDPOINT_ANY } },
			.to = { ANY },
		};

		CHECK_EQ(add_rule(w, &spec), 0);
	}
	CHECK_EQ(isol_model_nrules(w->model), ARRAY_SIZE(rules));
	CHECK_EQ(isol_model_seal(w->model), 0);
	CHECK_EQ(isol_compile(w->model, NULL, &w->compiled, msg, sizeof(msg)), 0);
	for (i = 0; i < ARRAY_SIZE(numbered) && test_good(); i++) {
		CHECK(!strcmp(w->compiled.rule[i]->name, numbered[i]));
		CHECK_EQ(w->compiled.rule[i]->nr, i);
	}
	world_free(w);
}

/* ---- what lets IP pass */

#define IP4 ISOL_IP4
#define IP6 ISOL_IP6
#define BOTH (IP4 | IP6)
#define R(f, neg, lo, hi) { .field = ISOL_MATCH_A_##f, .negate = neg, .n = 1, \
			    .range = (const struct isol_range[]){ { lo, hi } } }
#define M(f, neg, value, mask) { .field = ISOL_MATCH_A_##f, .negate = neg, .n = 1, \
				 .masked = (const struct isol_masked[]){ { value, mask } } }
#define V6(f) { .field = ISOL_MATCH_A_##f, .n = 1, \
		.wide = (const struct isol_wide_range[]){ { { 1, 0 }, { 1, 9 } } } }
#define GROUP_BIT 0x010000000000ULL

static const struct {
	struct isol_values values[4];
	u32 passes;
	u32 serves;
} passes_table[] = {
	{ { R(ETHERTYPE, false, 0x0800, 0x0800) }, IP4, IP4 },
	{ { R(ETHERTYPE, false, 0x86dd, 0x86dd) }, IP6, IP6 },
	{ { R(ETHERTYPE, false, 0x0806, 0x0806) }, 0, IP4 },
	{ { R(ETHERTYPE, true, 0x0806, 0x0806) }, BOTH, BOTH },
	{ { R(ETHERTYPE, true, 0x0800, 0x0800) }, IP6, BOTH },
	{ { R(ETHERTYPE, false, 0x0600, 0xffff) }, BOTH, BOTH },
	{ { R(ETHERTYPE, false, 0x88cc, 0x88cc) }, 0, BOTH },
	{ { R(ARP_OP, false, 1, 2) }, 0, IP4 },
	{ { R(ARP_SENDER, false, 1, 2) }, 0, IP4 },
	{ { R(PROTO, false, 6, 6), R(DPORT, false, 80, 80) }, BOTH, BOTH },
	{ { R(PROTO, false, 1, 1), R(ICMP, false, 0x800, 0x8ff) }, IP4, IP4 },
	{ { R(PROTO, false, 58, 58), R(ICMP, false, 0x8700, 0x88ff) }, IP6, IP6 },
	{ { R(PROTO, false, 58, 58) }, BOTH, BOTH },
	/* what is an extension header of IPv6 */
	{ { R(PROTO, false, 44, 44) }, IP4, IP4 },
	{ { R(SRC_IP4, false, 1, 2) }, IP4, IP4 },
	{ { V6(DST_IP6) }, IP6, IP6 },
	{ { R(SRC_IP4, false, 1, 2), V6(SRC_IP6) }, BOTH, BOTH },
	{ { R(SRC_IP4, false, 1, 2), V6(SRC_IP6), R(DST_IP4, false, 1, 2) }, IP4, IP4 },
	{ { R(SRC_IP4, true, 1, 2) }, IP4, IP4 },
	/* only to many at once */
	{ { R(CAST, false, ISOL_CAST_MULTICAST, ISOL_CAST_BROADCAST) }, 0, BOTH },
	{ { R(CAST, true, ISOL_CAST_UNICAST, ISOL_CAST_UNICAST) }, 0, BOTH },
	{ { R(CAST, false, ISOL_CAST_UNICAST, ISOL_CAST_MULTICAST) }, BOTH, BOTH },
	{ { M(DST_MAC, false, GROUP_BIT, GROUP_BIT) }, 0, BOTH },
	{ { M(DST_MAC, true, 0, GROUP_BIT) }, 0, BOTH },
	{ { M(DST_MAC, true, GROUP_BIT, GROUP_BIT) }, BOTH, BOTH },
	{ { M(DST_MAC, false, 0x525400000001ULL, 0xffffffffffffULL) }, BOTH, BOTH },
	{ { M(SRC_MAC, false, GROUP_BIT, GROUP_BIT) }, BOTH, BOTH },
	{ { R(ETHERTYPE, false, 0x0800, 0x0800),
	    R(CAST, false, ISOL_CAST_BROADCAST, ISOL_CAST_BROADCAST) }, 0, IP4 },
};

static void passing(void)
{
	struct isol_arena arena;
	struct isol_mem mem;
	u32 i, n;

	isol_mem_init(&mem, LIMIT);
	isol_arena_init(&arena, &mem);
	CHECK_EQ(isol_match_passes(NULL), BOTH);
	CHECK_EQ(isol_match_serves(NULL), BOTH);
	for (i = 0; i < ARRAY_SIZE(passes_table); i++) {
		const struct isol_match *match;

		for (n = 0; n < 4 && passes_table[i].values[n].n; n++)
			;
		match = isol_match_copy(&arena, passes_table[i].values, n);
		CHECK_MSG(isol_match_passes(match) == passes_table[i].passes, "%u passes %u", i,
			  isol_match_passes(match));
		CHECK_MSG(isol_match_serves(match) == passes_table[i].serves, "%u serves %u", i,
			  isol_match_serves(match));
	}
	isol_arena_free(&arena);
	CHECK_EQ(isol_mem_used(&mem), 0);
}

/* ---- the matrix */

#define MOST 70

static void matrix(void)
{
	u32 round, rounds = test_rounds(600), i, j, k, nrows, ncols, same[2] = { 0 };
	u8 (*cell)[MOST] = malloc(MOST * MOST);

	for (round = 0; round < rounds && test_good(); round++) {
		struct isol_work work = { .limit = 1ULL << 30 };
		const u32 values = between(1, 4), density = between(0, 100);
		struct isol_arena arena;
		struct isol_follow f;
		struct isol_mem mem;

		isol_mem_init(&mem, LIMIT);
		isol_arena_init(&arena, &mem);
		nrows = between(1, MOST);
		ncols = between(1, MOST);
		CHECK_EQ(isol_follow_init(&f, &arena, test_rand(), nrows, ncols), 0);
		for (i = 0; i < nrows; i++) {
			/* few different ones, so that there are equal ones */
			const bool copy = i && percent(50);
			const u32 from = copy ? below(i) : 0;

			for (j = 0; j < ncols; j++) {
				cell[i][j] = copy ? cell[from][j] :
					     j && percent(50) ? cell[i][below(j)] :
					     percent(density) ? below(values) : 0;
				isol_follow_mark(&f, j, cell[i][j]);
			}
			CHECK_EQ(isol_follow_store(&f, i, &work, SIZE_MAX), 0);
		}
		CHECK_EQ(isol_follow_number(&f, &work), 0);
		CHECK(work.done > 0);
		for (i = 0; i < nrows; i++)
			for (j = 0; j < ncols; j++)
				CHECK_EQ(isol_follow_passes(&f, i, j), cell[i][j]);
		for (i = 0; i < nrows; i++)
			for (j = 0; j < i; j++) {
				bool equal = !memcmp(cell[i], cell[j], ncols);

				CHECK((f.row_nr[i] == f.row_nr[j]) == equal);
				same[0] += equal;
			}
		for (i = 0; i < ncols; i++)
			for (j = 0; j < i; j++) {
				for (k = 0; k < nrows && cell[k][i] == cell[k][j]; k++)
					;
				CHECK((f.col_nr[i] == f.col_nr[j]) == (k == nrows));
				same[1] += k == nrows;
			}
		isol_arena_free(&arena);
		CHECK_EQ(isol_mem_used(&mem), 0);
	}
	free(cell);
	if (rounds >= 100)
		CHECK(same[0] > 1000 && same[1] > 1000);
}

static void matrix_limits(void)
{
	struct isol_work work = { .limit = 1 << 20 };
	struct isol_arena arena;
	struct isol_follow f;
	struct isol_mem mem;
	const bool cancel = true;

	isol_mem_init(&mem, LIMIT);
	isol_arena_init(&arena, &mem);
	CHECK_EQ(isol_follow_init(&f, &arena, 1, 9, 1000), 0);
	isol_follow_mark(&f, 999, ISOL_IP6);
	CHECK_EQ(isol_follow_store(&f, 0, &work, 2 * f.size), 0);
	/* the same again takes no room */
	isol_follow_mark(&f, 999, ISOL_IP6);
	CHECK_EQ(isol_follow_store(&f, 1, &work, 2 * f.size), 0);
	isol_follow_mark(&f, 998, ISOL_IP6);
	CHECK_EQ(isol_follow_store(&f, 2, &work, 2 * f.size), -ENOSPC);
	CHECK_EQ(isol_follow_number(&f, &work), 0);
	work.limit = work.done + 1;
	work.pause = 0;
	CHECK_EQ(isol_follow_number(&f, &work), -E2BIG);
	work = (struct isol_work){ .limit = 1 << 20, .cancel = &cancel };
	CHECK_EQ(isol_follow_number(&f, &work), -ECANCELED);
	isol_arena_free(&arena);
}

/* ---- policies by hand */

static void hand_rule(struct world *w, const char *name, bool service, bool follow,
		      struct isol_endpoint_spec from, struct isol_endpoint_spec to,
		      const struct isol_values *values, u32 n, u8 verdict)
{
	struct isol_rule_spec spec = {
		.stateless = true,
		.name = name, .table = service ? ISOL_TABLE_SERVICES : ISOL_TABLE_RULES,
		.service = service ? "s" : NULL, .follow = follow, .from = { from }, .to = { to },
		.nfrom = 1, .nto = 1, .verdict = verdict, .nvalues = n,
	};

	if (n)
		memcpy(spec.values, values, n * sizeof(*values));
	CHECK_MSG(!add_rule(w, &spec), "%s: %s", name, w->fault.msg);
}

#define E(...) ((struct isol_endpoint_spec)__VA_ARGS__)
#define RULE(w, name, from, to, verdict, ...) do { \
	const struct isol_values v[] = { __VA_ARGS__ }; \
	hand_rule(w, name, false, false, E(from), E(to), v, ARRAY_SIZE(v), \
		  ISOL_VERDICT_##verdict); \
} while (0)

static const struct isol_values arp[] = { R(ETHERTYPE, false, 0x0806, 0x0806) };
static const struct isol_values nd[] = {
	R(PROTO, false, 58, 58), R(ICMP, false, 0x8700, 0x88ff),
};

static void follow_both(struct world *w)
{
	const struct isol_service_spec service = { .name = "s", .follow = true };

	CHECK_EQ(add_service(w, &service), 0);
	hand_rule(w, "arp", true, true, E(ANY), E(ANY), arp, 1, ISOL_VERDICT_ACCEPT);
	hand_rule(w, "nd", true, true, E(ANY), E(ANY), nd, 2, ISOL_VERDICT_ACCEPT);
}

static void hand_compile(struct world *w)
{
	CHECK_EQ(isol_model_seal(w->model), 0);
	CHECK_MSG(!isol_compile(w->model, NULL, &w->compiled, msg, sizeof(msg)), "%s", msg);
}

static u32 class_of(const struct world *w, const char *name)
{
	const struct isol_binding *binding = isol_model_binding(w->model, name);

	if (!strcmp(name, "uplink"))
		return ISOL_CLASS_UPLINK;
	if (!strcmp(name, "host"))
		return ISOL_CLASS_HOST;
	if (!strcmp(name, "quarantined"))
		return ISOL_CLASS_QUARANTINED;
	return ISOL_CLASS_FIRST_BINDING + binding->id;
}

/* An ARP request, and a neighbour solicitation. */
static const u8 arp_frame[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0, 0, 0, 1, 0x08, 0x06,
	0, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2,
};

static const u8 nd_frame[] = {
	0x33, 0x33, 0xff, 0, 0, 2, 0x52, 0x54, 0, 0, 0, 1, 0x86, 0xdd,
	0x60, 0, 0, 0, 0, 24, 58, 255, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 2,
	135, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
};

static bool found(const struct world *w, const char *from, const char *to, bool six)
{
	const struct isol_packet packet = {
		.head = six ? nd_frame : arp_frame,
		.linear = six ? sizeof(nd_frame) : sizeof(arp_frame),
		.len = six ? sizeof(nd_frame) : sizeof(arp_frame),
	};
	u32 d = 0, nr;

	if (!w->compiled.tables.classes)
		return false;
	isol_classify(&w->compiled.tables, isol_word(1, class_of(w, from)),
		      isol_word(1, class_of(w, to)), ISOL_VLAN_UNKNOWN, &packet, &d);
	nr = isol_decision_counter(d);
	return d & ISOL_DECISION_ACCEPT && isol_decision_reason(d) == ISOL_REASON_RULE &&
	       nr < w->compiled.nrules && !strcmp(w->compiled.rule[nr]->name, six ? "nd" : "arp");
}

/* Each line: two ends, and which of ARP and ND pass between them, both ways. */
static void expect(const struct world *w, const char *a, const char *b, const char *what)
{
	static const char *const words[] = { "-", "4", "6", "46" };
	u32 there = found(w, a, b, false) | found(w, a, b, true) << 1;
	u32 back = found(w, b, a, false) | found(w, b, a, true) << 1;

	CHECK_MSG(!strcmp(words[there], what) && !strcmp(words[back], what),
		  "%s and %s: %s there and %s back, not %s", a, b, words[there], words[back], what);
}

static void spelled_out(void)
{
	struct world *w = world_new();

	follow_both(w);
	RULE(w, "web", UPLINK, BINDING("a"), ACCEPT, R(PROTO, false, 6, 6), R(DPORT, false, 80, 80));
	RULE(w, "v4", GROUP("g"), GROUP("h"), ACCEPT, R(SRC_IP4, false, 1, 9));
	RULE(w, "v6", BINDING("d"), HOST, ACCEPT, V6(DST_IP6));
	RULE(w, "many", BINDING("d"), UPLINK, ACCEPT,
	     R(CAST, false, ISOL_CAST_MULTICAST, ISOL_CAST_MULTICAST));
	RULE(w, "lldp", BINDING("d"), BINDING("a"), ACCEPT, R(ETHERTYPE, false, 0x88cc, 0x88cc));
	RULE(w, "no", ANY, ANY, DROP, R(PROTO, false, 6, 6));
	hand_compile(w);
	expect(w, "a", "uplink", "46");
	expect(w, "b", "uplink", "-");
	expect(w, "c", "uplink", "-");
	expect(w, "d", "uplink", "-");
	expect(w, "a", "b", "-");
	expect(w, "a", "a", "-");
	expect(w, "a", "c", "4");
	expect(w, "b", "c", "4");
	expect(w, "c", "d", "-");
	expect(w, "a", "d", "-");
	expect(w, "d", "host", "6");
	expect(w, "a", "host", "-");
	world_free(w);
}

/* A rule between all joins all, but for who is quarantined. */
static void between_all(void)
{
	struct world *w = world_new();

	follow_both(w);
	RULE(w, "ping", ANY, ANY, ACCEPT, R(PROTO, false, 1, 1), R(ICMP, false, 0x800, 0x8ff));
	hand_compile(w);
	expect(w, "a", "b", "4");
	expect(w, "c", "host", "4");
	expect(w, "d", "uplink", "4");
	expect(w, "a", "quarantined", "-");
	expect(w, "uplink", "quarantined", "-");
	world_free(w);
}

/* Services are followed as rules are, but for those that follow. */
static void services_followed(void)
{
	const struct isol_values dns[] = { R(PROTO, false, 17, 17), R(DPORT, false, 53, 53) };
	const struct isol_values igmp[] = {
		R(PROTO, false, 2, 2), R(CAST, false, ISOL_CAST_MULTICAST, ISOL_CAST_MULTICAST),
	};
	struct world *w = world_new();

	follow_both(w);
	hand_rule(w, "dns", true, false, E(MEMBERS), E(BINDING("d")), dns, 2, ISOL_VERDICT_ACCEPT);
	hand_rule(w, "no", true, false, E(MEMBERS), E(UPLINK), dns, 2, ISOL_VERDICT_DROP);
	hand_rule(w, "igmp", true, false, E(MEMBERS), E(MEMBERS), igmp, 2, ISOL_VERDICT_ACCEPT);
	hand_rule(w, "self", true, true, E(MEMBERS), E(HOST), dns, 2, ISOL_VERDICT_ACCEPT);
	hand_compile(w);
	expect(w, "a", "d", "46");
	expect(w, "c", "d", "46");
	expect(w, "a", "b", "-");
	expect(w, "a", "uplink", "-");
	expect(w, "a", "host", "-");
	world_free(w);
}

/* Those that follow may be between some only. */
static void some_ends(void)
{
	const struct isol_service_spec service = { .name = "s", .follow = true };
	struct world *w = world_new();

	CHECK_EQ(add_service(w, &service), 0);
	hand_rule(w, "arp", true, true, E(GROUP("g")), E(MEMBERS), arp, 1, ISOL_VERDICT_ACCEPT);
	RULE(w, "all", ANY, ANY, ACCEPT, R(PROTO, false, 6, 6));
	hand_compile(w);
	CHECK(found(w, "a", "c", false) && !found(w, "c", "a", false));
	CHECK(found(w, "a", "b", false) && found(w, "b", "a", false));
	CHECK(!found(w, "a", "uplink", false) && !found(w, "d", "c", false));
	world_free(w);
}

/*
 * Guests that rules tell apart, but not by who may send to whom, are as few rows as
 * without rules that follow: or no host could be full.
 */
static u32 rows_of(bool follow, u32 n)
{
	struct world *w = world_new();
	char name[16], rule[16];
	u32 i, rows;

	if (follow)
		follow_both(w);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "vm%u", i);
		snprintf(rule, sizeof(rule), "in%u", i);
		CHECK_EQ(add_binding(w, name, NULL), 0);
		RULE(w, rule, UPLINK, BINDING(name), ACCEPT, R(PROTO, false, 6, 6),
		     R(DPORT, false, 80, 80));
	}
	RULE(w, "out", MEMBERS, UPLINK, ACCEPT, R(PROTO, false, 6, 6), R(SPORT, false, 80, 80));
	hand_compile(w);
	rows = w->compiled.nrows;
	if (follow && test_good()) {
		expect(w, "vm0", "uplink", "46");
		expect(w, "vm1", "vm0", "-");
	}
	world_free(w);
	return rows;
}

static void stays_small(void)
{
	const u32 n = TEST_IN_KERNEL ? 500 : 20000;
	u32 without = rows_of(false, n), begin = test_ms(), with = rows_of(true, n);

	printf("# %u guests: %u rows, %u with rules that follow, in %u ms\n", n, without, with,
	       test_ms() - begin);
	CHECK(with <= without + 1);
}

static void every_allocation_fails(void)
{
	struct isol_compiled compiled;
	struct world *w = world_new();
	s64 used, limit;
	int err;

	follow_both(w);
	RULE(w, "web", UPLINK, GROUP("g"), ACCEPT, R(PROTO, false, 6, 6));
	RULE(w, "v6", BINDING("d"), MEMBERS, ACCEPT, V6(DST_IP6));
	CHECK_EQ(isol_model_seal(w->model), 0);
	used = isol_mem_used(&w->mem);
	for (limit = used; test_good(); limit += 64) {
		w->mem.limit = limit;
		err = isol_compile(w->model, NULL, &compiled, msg, sizeof(msg));
		if (!err)
			break;
		CHECK_EQ(err, -ENOMEM);
		CHECK_EQ(isol_mem_used(&w->mem), used);
	}
	CHECK(limit > used);
	isol_compiled_free(&compiled);
	world_free(w);
}

#define CASES(X) \
	X(services_refused) \
	X(services_kept) \
	X(rules_refused) \
	X(order) \
	X(passing) \
	X(matrix) \
	X(matrix_limits) \
	X(spelled_out) \
	X(between_all) \
	X(services_followed) \
	X(some_ends) \
	X(stays_small) \
	X(every_allocation_fails)

TEST_SUITE(follow, CASES)
