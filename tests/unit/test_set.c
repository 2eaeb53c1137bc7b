// SPDX-License-Identifier: GPL-2.0
/*
 * Sets: from values to the sets that hold them, against a walk over all elements, for
 * values at and beside all bounds; and what rules may ask of sets that overlap.
 */
#include "compile.h"
#include "gen.h"
#include "pairs.h"
#include "test.h"

#define LIMIT (256LL * 1024 * 1024)
#define MAC_BITS ((1ULL << 48) - 1)

static char msg[ISOL_MESSAGE_LEN + 1];

/* ---- a policy with sets, a bridge, and the bindings a and b */

struct world {
	struct isol_mem mem;
	struct isol_model *model;
	struct isol_compiled compiled;
	struct isol_fault fault;
};

static struct world *world_new(void)
{
	const struct isol_bridge_spec bridge = { .name = "br0" };
	struct isol_binding_spec binding = { .claims = 1 };
	struct world *w = calloc(1, sizeof(*w));

	isol_mem_init(&w->mem, LIMIT);
	w->model = isol_model_new(&w->mem);
	CHECK_EQ(isol_model_add_bridge(w->model, &bridge, &w->fault), 0);
	binding.name = "a";
	binding.port = "a";
	CHECK_EQ(isol_model_add_binding(w->model, &binding, &w->fault), 0);
	binding.name = "b";
	binding.port = "b";
	CHECK_EQ(isol_model_add_binding(w->model, &binding, &w->fault), 0);
	return w;
}

static void world_free(struct world *w)
{
	isol_compiled_free(&w->compiled);
	isol_model_free(w->model);
	CHECK_EQ(isol_mem_used(&w->mem), 0);
	free(w);
}

static struct isol_set *add_set(struct world *w, const char *name, u8 type, bool remote)
{
	const struct isol_set_spec spec = { .name = name, .type = type, .remote = remote };
	struct isol_set *set = NULL;

	CHECK_EQ(isol_model_add_set(w->model, &spec, &set, &w->fault), 0);
	return set;
}

static void add_wide(struct world *w, struct isol_set *set, enum isol_element_kind kind,
		     struct isol_wide lo, struct isol_wide hi)
{
	int err = isol_model_add_element(w->model, set, kind, lo, hi, &w->fault);

	CHECK_MSG(!err, "an element of %s is refused: %s", set->name, w->fault.msg);
}

static void add(struct world *w, struct isol_set *set, enum isol_element_kind kind, u64 lo, u64 hi)
{
	add_wide(w, set, kind, (struct isol_wide){ 0, lo }, (struct isol_wide){ 0, hi });
}

/* A rule between two ends, a word for each: a name of a binding, uplink, any or +set. */
static struct isol_endpoint_spec end_of(const char *word)
{
	struct isol_endpoint_spec end = { .kind = ISOL_ENDPOINT_BINDING, .name = word };

	if (*word == '+') {
		end.kind = ISOL_ENDPOINT_REMOTE;
		end.name = word + 1;
	} else if (!strcmp(word, "uplink")) {
		end = (struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_UPLINK };
	} else if (!strcmp(word, "any")) {
		end = (struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_ANY };
	} else if (!strcmp(word, "quarantined")) {
		end = (struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_QUARANTINED };
	}
	return end;
}

/* Ends are words with spaces between them; asked for: one field of sets, or 0. */
static void add_rule(struct world *w, u8 table, const char *name, const char *from,
		     const char *to, u8 verdict, u32 field, const char *const *sets, u32 n,
		     bool negate)
{
	struct isol_rule_spec *spec = calloc(1, sizeof(*spec));
	static const struct isol_range udp = { 17, 17 };
	char words[2][80], *word, *rest;
	int err;

	spec->stateless = true;
	spec->name = name;
	spec->table = table;
	spec->verdict = verdict;
	snprintf(words[0], sizeof(words[0]), "%s", from);
	for (rest = words[0]; (word = strsep(&rest, " "));)
		spec->from[spec->nfrom++] = end_of(word);
	snprintf(words[1], sizeof(words[1]), "%s", to);
	for (rest = words[1]; (word = strsep(&rest, " "));)
		spec->to[spec->nto++] = end_of(word);
	if (field == ISOL_MATCH_A_SPORT_SET || field == ISOL_MATCH_A_DPORT_SET)
		spec->values[spec->nvalues++] = (struct isol_values){
			.field = ISOL_MATCH_A_PROTO, .n = 1, .range = &udp };
	if (field)
		spec->values[spec->nvalues++] = (struct isol_values){
			.field = field, .n = n, .negate = negate, .name = sets };
	err = isol_model_add_rule(w->model, spec, &w->fault);
	CHECK_MSG(!err, "%s is refused: %s", name, w->fault.msg);
	free(spec);
}

static void add_asking(struct world *w, const char *name, u32 field, const char *set)
{
	add_rule(w, ISOL_TABLE_RULES, name, "a", "b", ISOL_VERDICT_ACCEPT, field, &set, 1, false);
}

static int compile(struct world *w)
{
	CHECK_EQ(isol_model_seal(w->model), 0);
	memset(msg, 0, sizeof(msg));
	return isol_compile(w->model, NULL, &w->compiled, msg, sizeof(msg));
}

/* ---- maps alone */

/* What of a frame a kind of element is about. */
static const u32 field_of[ISOL_NELEMENTS] = {
	[ISOL_ELEMENT_IP4] = ISOL_MATCH_A_SRC_SET,
	[ISOL_ELEMENT_IP6] = ISOL_MATCH_A_DST_SET,
	[ISOL_ELEMENT_MAC] = ISOL_MATCH_A_SRC_MAC_SET,
	[ISOL_ELEMENT_PORT] = ISOL_MATCH_A_DPORT_SET,
};

static const u32 type_of[ISOL_NELEMENTS] = {
	[ISOL_ELEMENT_IP4] = ISOL_SET_ADDRESSES,
	[ISOL_ELEMENT_IP6] = ISOL_SET_ADDRESSES,
	[ISOL_ELEMENT_MAC] = ISOL_SET_MACS,
	[ISOL_ELEMENT_PORT] = ISOL_SET_PORTS,
};

static struct isol_wide top_of(u32 kind)
{
	static const u64 top[] = { U32_MAX, ~0ULL, MAC_BITS, 0xffff };

	return (struct isol_wide){ kind == ISOL_ELEMENT_IP6 ? ~0ULL : 0, top[kind] };
}

static void set_value(struct isol_key *key, u32 kind, struct isol_wide v)
{
	memset(key, 0x5a, sizeof(*key));
	key->shape = kind == ISOL_ELEMENT_IP6 ? ISOL_SHAPE_IP6_PORTS : ISOL_SHAPE_IP4_PORTS;
	key->v[ISOL_MATCH_A_SRC_IP4] = v.lo;
	key->dst6 = v;
	key->smac = v.lo;
	key->v[ISOL_MATCH_A_DPORT] = v.lo;
	key->v[ISOL_MATCH_A_PROTO] = 17;
}

/* What a rule asks for, for isol_sets_ranges(). */
static const struct isol_match *ask(u32 field, const struct isol_set *const *set, u32 n,
				    bool negate)
{
	static union {
		struct isol_match match;
		u64 room[(sizeof(struct isol_match) + sizeof(struct isol_values)) / 8 + 1];
	} m;

	m.match.n = 1;
	m.match.fields = 1U << field;
	m.match.values[0] = (struct isol_values){
		.field = field, .n = n, .negate = negate, .set = set };
	return &m.match;
}

/* Whether the classes that are allowed have the one of a value. */
static bool allowed(struct isol_sets *sets, const struct isol_match *match, u32 kind,
		    struct isol_wide v)
{
	const struct isol_range *range;
	struct isol_key key;
	u32 class, i, n;

	set_value(&key, kind, v);
	class = isol_maps_ask(sets->maps, kind, field_of[kind], &key);
	CHECK(class < sets->maps->map[kind].nclasses);
	n = isol_sets_ranges(sets, match, field_of[kind], kind, &range);
	for (i = 0; i < n; i++) {
		/* ascending, and apart */
		CHECK(range[i].lo <= range[i].hi && (!i || range[i - 1].hi + 1 < range[i].lo));
		if (range[i].lo <= class && class <= range[i].hi)
			return true;
	}
	return false;
}

static struct isol_wide plus(struct isol_wide v, int n)
{
	struct isol_wide sum = { v.hi, v.lo + n };

	if (n > 0 && sum.lo < v.lo)
		sum.hi++;
	if (n < 0 && sum.lo > v.lo)
		sum.hi--;
	return sum;
}

/* A bound, and what is beside it, as far as there is such a value. */
static void try_bound(struct isol_sets *sets, u32 kind, struct isol_wide bound)
{
	const struct isol_set *some[3];
	const struct isol_match *match;
	struct isol_key key;
	u32 n, i;
	int by;

	for (by = -1; by <= 1; by++) {
		struct isol_wide v = plus(bound, by);
		bool negate = percent(30), want;

		if (isol_wide_cmp(v, top_of(kind)) > 0 || (by < 0 && isol_wide_cmp(v, bound) > 0))
			continue;
		n = between(1, 3);
		for (i = 0; i < n; i++)
			do
				some[i] = sets->model->set[below(sets->model->nsets)];
			while (some[i]->type != type_of[kind]);
		match = ask(field_of[kind], some, n, negate);
		set_value(&key, kind, v);
		want = oracle_match(match, &key) == ORACLE_TRUE;
		CHECK_MSG(allowed(sets, match, kind, v) == want,
			  "%016llx%016llx is %sin %s or so, kind %u",
			  (unsigned long long)v.hi, (unsigned long long)v.lo, want ? "" : "not ",
			  some[0]->name, kind);
	}
}

static void try_map(struct world *w, u32 kind, u32 every)
{
	struct isol_work work = { .limit = ~0ULL };
	const struct isol_elements *e;
	const struct isol_set *set;
	struct isol_maps *maps;
	struct isol_sets sets;
	u32 i;

	CHECK_EQ(isol_model_seal(w->model), 0);
	isol_sets_init(&sets, w->model, &work);
	for (set = w->model->sets; set; set = set->next)
		CHECK_EQ(isol_sets_name(&sets, set), 0);
	CHECK_EQ(isol_sets_build(&sets, &maps), 0);
	if (maps) {
		const struct isol_map *map = &maps->map[kind];

		for (i = 1; i < map->n; i++)
			CHECK(map->class[i - 1] != map->class[i]);
		try_bound(&sets, kind, (struct isol_wide){ 0, 0 });
		try_bound(&sets, kind, top_of(kind));
		for (set = w->model->sets; set; set = set->next)
			for (e = set->elements; e && test_good(); e = e->next)
				for (i = below(every); i < e->n; i += every) {
					if (e->kind != kind)
						continue;
					try_bound(&sets, kind, isol_element(e, i).lo);
					try_bound(&sets, kind, isol_element(e, i).hi);
				}
	}
	isol_maps_free(&w->mem, maps);
	isol_sets_free(&sets);
}

/* Elements that lie within each other, touch, and have the ends of what there is. */
static void add_random(struct world *w, struct isol_set *set, u32 kind, u32 spread)
{
	static const u32 bits[] = { 32, 128, 48, 16 };
	struct isol_wide lo = {}, hi = {}, max = top_of(kind);
	u32 len = below(bits[kind] + 1), free;

	if (percent(2)) {
		lo = percent(50) ? lo : max;
		hi = percent(50) ? max : lo;
	} else {
		lo.lo = (u64)test_rand() << 32 | test_rand();
		lo.hi = kind == ISOL_ELEMENT_IP6 ? test_rand() % 4 : 0;
		lo.lo &= max.lo;
		free = len % spread;
		lo.lo &= ~((1ULL << free) - 1);
		hi = plus(lo, 0);
		hi.lo |= (1ULL << free) - 1;
		if (percent(10) && isol_wide_cmp(hi, max) < 0)
			hi = plus(hi, 1);
	}
	if (isol_wide_cmp(hi, max) > 0)
		hi = max;
	add_wide(w, set, kind, lo, hi);
}

static void maps(void)
{
	u32 rounds = test_rounds(200), round, kind, i, j, n;
	struct isol_set *set;
	char name[16];
	struct world *w;

	for (round = 0; round < rounds && test_good(); round++) {
		kind = round % ISOL_NELEMENTS;
		w = world_new();
		n = percent(70) ? between(1, 6) : between(60, 200);
		for (i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "s%u", i);
			set = add_set(w, name, type_of[kind], false);
			for (j = n > 50 ? below(3) : below(20); j; j--)
				add_random(w, set, kind, percent(50) ? 16 : 31);
		}
		try_map(w, kind, 1);
		world_free(w);
	}
}

/* So many that the first step is to look into the index. */
static void many(void)
{
	u32 kind, i, n = TEST_IN_KERNEL ? 1500 : 20000;
	struct isol_set *set[3];
	struct world *w;

	for (kind = 0; kind < ISOL_NELEMENTS && test_good(); kind++) {
		w = world_new();
		set[0] = add_set(w, "x", type_of[kind], false);
		set[1] = add_set(w, "y", type_of[kind], false);
		set[2] = add_set(w, "z", type_of[kind], false);
		for (i = 0; i < n; i++)
			add_random(w, set[below(3)], kind, i % 2 ? 8 : 12);
		/* some of one upper half */
		for (i = 0; kind == ISOL_ELEMENT_IP4 && i < 5000 && i < n; i++)
			add(w, set[below(3)], kind, 0x0a000000 + 3 * i, 0x0a000000 + 3 * i + 1);
		try_map(w, kind, n / 500);
		world_free(w);
	}
}

/* ---- how many ranges sets come to */

static void expect_ranges(struct world *w, u32 kind, u32 most)
{
	struct isol_work work = { .limit = ~0ULL };
	const struct isol_range *range;
	const struct isol_set *set;
	struct isol_maps *made;
	struct isol_sets sets;
	u32 n;

	CHECK_EQ(isol_model_seal(w->model), 0);
	isol_sets_init(&sets, w->model, &work);
	for (set = w->model->sets; set; set = set->next)
		CHECK_EQ(isol_sets_name(&sets, set), 0);
	CHECK_EQ(isol_sets_build(&sets, &made), 0);
	for (set = w->model->sets; set; set = set->next) {
		n = isol_sets_ranges(&sets, ask(field_of[kind], &set, 1, false), field_of[kind],
				     kind, &range);
		CHECK_MSG(n <= most && !n == !set->n, "%s: %u ranges", set->name, n);
	}
	isol_maps_free(&w->mem, made);
	isol_sets_free(&sets);
}

/* Sets apart, and within each other to any depth, in any order, are one range each. */
static void laminar(void)
{
	u32 rounds = test_rounds(30), round, i, n;
	struct { u32 lo, hi; } of[100];
	struct isol_set *set;
	char name[16];
	struct world *w;

	for (round = 0; round < rounds; round++) {
		w = world_new();
		n = between(1, ARRAY_SIZE(of));
		for (i = 0; i < n; i++) {
			u32 other = i ? below(i) : 0, half, bits = 28;

			/* a half of a half of another one, or something of its own */
			of[i].lo = i << 24;
			of[i].hi = of[i].lo | 0xffffff;
			if (i && percent(80)) {
				half = (of[other].hi - of[other].lo) / 2;
				of[i].lo = of[other].lo + (percent(50) ? half + 1 : 0);
				of[i].hi = of[i].lo + (half ? half : 0);
			}
			bits = between(2, bits);
			snprintf(name, sizeof(name), "s%u", i * 7919 % 1009);
			set = add_set(w, name, ISOL_SET_ADDRESSES, false);
			/* in pieces that touch */
			add(w, set, ISOL_ELEMENT_IP4, of[i].lo, of[i].hi);
			add(w, set, ISOL_ELEMENT_IP4, of[i].lo + (of[i].hi - of[i].lo) / 2, of[i].hi);
		}
		expect_ranges(w, ISOL_ELEMENT_IP4, 1);
		world_free(w);
	}
}

/* One set in each other, as many as there may be. */
static void nested(void)
{
	struct isol_set *set;
	char name[16];
	struct world *w = world_new();
	u32 i;

	for (i = 0; i < ISOL_MAX_SETS; i++) {
		u32 nr = i * 389 % ISOL_MAX_SETS;

		snprintf(name, sizeof(name), "s%u", nr);
		set = add_set(w, name, ISOL_SET_ADDRESSES, false);
		add(w, set, ISOL_ELEMENT_IP4, 0x0a000000 + nr, 0x0affffff - nr);
		add_wide(w, set, ISOL_ELEMENT_IP6, (struct isol_wide){ nr, 0 },
			 (struct isol_wide){ 0x20000 - nr, ~0ULL });
	}
	expect_ranges(w, ISOL_ELEMENT_IP4, 1);
	expect_ranges(w, ISOL_ELEMENT_IP6, 1);
	try_map(w, ISOL_ELEMENT_IP4, 1);
	for (i = 0; i < 100; i++) {
		const char *one = NULL;
		char rule[16];

		snprintf(name, sizeof(name), "s%u", i * 10);
		snprintf(rule, sizeof(rule), "r%u", i);
		one = name;
		add_rule(w, ISOL_TABLE_RULES, rule, "a", "b", i % 2, ISOL_MATCH_A_SRC_SET, &one, 1,
			 false);
	}
	CHECK_MSG(!compile(w), "%s", msg);
	world_free(w);
}

/* ---- too many combinations */

/*
 * Sets that all combine: @n of them hold every second, fourth, eighth... address, so
 * that the last one is in half of 2^n classes, each apart from the next.
 */
static struct world *entangled(u32 n)
{
	struct world *w = world_new();
	struct isol_set *set;
	char name[16];
	u32 i, j;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		set = add_set(w, name, ISOL_SET_ADDRESSES, false);
		for (j = 0; j < 1U << n; j++)
			if (j >> i & 1)
				add(w, set, ISOL_ELEMENT_IP4, 0x0a000000 + j, 0x0a000000 + j);
		snprintf(name, sizeof(name), "r%u", i);
		add_rule(w, ISOL_TABLE_RULES, name, "a", "b", ISOL_VERDICT_ACCEPT,
			 ISOL_MATCH_A_SRC_SET, &set->name, 1, false);
	}
	return w;
}

static void combinations(void)
{
	struct world *w;
	u32 n;

	/* 2^10 ranges are allowed, as many as there may be boxes */
	for (n = 9; n <= 12; n++) {
		w = entangled(n);
		if (n <= 11) {
			CHECK_MSG(!compile(w) || strstr(msg, "steps"), "%u: %s", n, msg);
		} else {
			CHECK_EQ(compile(w), -ENOSPC);
			CHECK_MSG(strstr(msg, "rule 'r") && strstr(msg, "'s") &&
				  strstr(msg, "more than 1024 combinations"), "%s", msg);
		}
		world_free(w);
	}
}

/* The product of two fields counts: 32 by 32 ranges are allowed, 64 by 32 are not. */
static void product(void)
{
	u32 n, i, j, bits;

	for (n = 0; n < 2; n++) {
		struct isol_rule_spec *spec = calloc(1, sizeof(*spec));
		const char *src = "s5", *dst = n ? "s6" : "s5";
		struct world *w = world_new();
		struct isol_set *set;
		char name[16];

		bits = 7;
		for (i = 0; i < bits; i++) {
			snprintf(name, sizeof(name), "s%u", i);
			set = add_set(w, name, ISOL_SET_ADDRESSES, false);
			for (j = 0; j < 1U << bits; j++)
				if (j >> i & 1)
					add(w, set, ISOL_ELEMENT_IP4, j, j);
			snprintf(name, sizeof(name), "r%u", i);
			add_rule(w, ISOL_TABLE_RULES, name, "a", "b", ISOL_VERDICT_ACCEPT,
				 ISOL_MATCH_A_SRC_SET, &set->name, 1, false);
		}
		spec->name = "both";
		spec->from[0] = end_of("a");
		spec->to[0] = end_of("b");
		spec->nfrom = 1;
		spec->nto = 1;
		spec->values[0] = (struct isol_values){ .field = ISOL_MATCH_A_SRC_SET, .n = 1,
							.name = &src };
		spec->values[1] = (struct isol_values){ .field = ISOL_MATCH_A_DST_SET, .n = 1,
							.name = &dst };
		spec->nvalues = 2;
		CHECK_EQ(isol_model_add_rule(w->model, spec, &w->fault), 0);
		CHECK_MSG(compile(w) == (n ? -ENOSPC : 0) || strstr(msg, "steps"), "%u: %s", n,
			  msg);
		if (n)
			CHECK_MSG(strstr(msg, "rule 'both' asks for 2 sets ('s5', 's6')"), "%s",
				  msg);
		free(spec);
		world_free(w);
	}
}

/* ---- by hand: so that an oracle that is wrong in the same way is found */

static struct oracle_end end_named(const struct world *w, const char *name)
{
	if (!strcmp(name, "uplink"))
		return (struct oracle_end){ .kind = ORACLE_UPLINK };
	if (!strcmp(name, "host"))
		return (struct oracle_end){ .kind = ORACLE_HOST };
	return (struct oracle_end){ .kind = ORACLE_BINDING, .quarantined = name[1] == '!',
				    .binding = isol_model_binding(w->model, name[0] == 'a' ? "a" :
									    "b") };
}

/* Which rule decides about a frame between two ends, or which reason. */
static void expect(struct world *w, const char *from, const char *to, struct isol_key key,
		   const char *rule, u8 reason)
{
	struct oracle_end a = end_named(w, from), b = end_named(w, to);
	const struct isol_bridge *bridge = w->model->bridges;
	u32 end = isol_cell(&w->compiled.tables, class_of_end(bridge, &a),
			    class_of_end(bridge, &b)), d;

	if (isol_cell_asks(end))
		end = isol_program_ask(isol_cell_program(&w->compiled.tables, end), &key);
	d = isol_resolve(&w->compiled.tables, 1, end);
	CHECK_MSG(isol_decision_reason(d) == reason, "%s to %s: reason %u, not %u", from, to,
		  isol_decision_reason(d), reason);
	CHECK_MSG(!rule || (isol_decision_counter(d) < w->compiled.nrules &&
			    !strcmp(w->compiled.rule[isol_decision_counter(d)]->name, rule)),
		  "%s to %s: decision %#x is not %s", from, to, d, rule);
}

static struct isol_key ip4(u32 src, u32 dst)
{
	struct isol_key key = { .shape = ISOL_SHAPE_IP4_PORTS };

	key.v[ISOL_MATCH_A_ETHERTYPE] = 0x0800;
	key.v[ISOL_MATCH_A_SRC_IP4] = src;
	key.v[ISOL_MATCH_A_DST_IP4] = dst;
	key.v[ISOL_MATCH_A_PROTO] = 17;
	return key;
}

static struct isol_key ip6(u64 src, u64 dst)
{
	struct isol_key key = { .shape = ISOL_SHAPE_IP6_PORTS };

	key.v[ISOL_MATCH_A_ETHERTYPE] = 0x86dd;
	key.src6.hi = src;
	key.dst6.hi = dst;
	key.v[ISOL_MATCH_A_PROTO] = 17;
	return key;
}

static struct isol_key other(u32 shape)
{
	struct isol_key key = { .shape = shape };

	key.v[ISOL_MATCH_A_ETHERTYPE] = shape == ISOL_SHAPE_ARP ? 0x0806 : 0x88b5;
	return key;
}

#define RULE ISOL_REASON_RULE
#define QRULE ISOL_REASON_QUARANTINE_RULE
#define DEFAULT ISOL_REASON_BRIDGE_DEFAULT
#define UNREAD ISOL_REASON_UNPARSED
#define ACCEPT ISOL_VERDICT_ACCEPT
#define DROP ISOL_VERDICT_DROP

static void spelled_out(void)
{
	const char *const in[] = { "net" }, *const none[] = { "empty" };
	struct world *w = world_new();
	struct isol_set *net = add_set(w, "net", ISOL_SET_ADDRESSES, false);

	add_set(w, "empty", ISOL_SET_ADDRESSES, false);
	add(w, net, ISOL_ELEMENT_IP4, 0x0a000000, 0x0affffff);
	add(w, net, ISOL_ELEMENT_IP4, 0x0a010000, 0x0a01ffff);
	add_wide(w, net, ISOL_ELEMENT_IP6, (struct isol_wide){ 5, 0 },
		 (struct isol_wide){ 5, ~0ULL });
	add_rule(w, 0, "never", "a", "b", DROP, ISOL_MATCH_A_DST_SET, none, 1, false);
	add_rule(w, 0, "in", "a", "b", ACCEPT, ISOL_MATCH_A_SRC_SET, in, 1, false);
	add_rule(w, 0, "out", "a", "b", ACCEPT, ISOL_MATCH_A_DST_SET, in, 1, true);
	add_rule(w, 0, "all", "b", "a", ACCEPT, ISOL_MATCH_A_DST_SET, none, 1, true);
	CHECK_EQ(compile(w), 0);
	expect(w, "a", "b", ip4(0x0a000000, 0x0a000000), "in", RULE);
	expect(w, "a", "b", ip4(0x0affffff, 0x0a000000), "in", RULE);
	expect(w, "a", "b", ip4(0x0b000000, 0x0a000000), NULL, DEFAULT);
	expect(w, "a", "b", ip4(0x09ffffff, 0x09ffffff), "out", RULE);
	expect(w, "a", "b", ip6(5, 5), "in", RULE);
	expect(w, "a", "b", ip6(6, 5), NULL, DEFAULT);
	expect(w, "a", "b", ip6(6, 4), "out", RULE);
	/* who has no such address is in no set, and not outside of one either */
	expect(w, "a", "b", other(ISOL_SHAPE_ARP), NULL, DEFAULT);
	expect(w, "a", "b", other(ISOL_SHAPE_OTHER), NULL, DEFAULT);
	/* "never" drops what cannot be read, though its set is empty: nobody can tell */
	expect(w, "a", "b", other(ISOL_SHAPE_L3_UNREAD), "never", UNREAD);
	expect(w, "b", "a", ip4(1, 2), "all", RULE);
	expect(w, "b", "a", ip6(1, 2), "all", RULE);
	expect(w, "b", "a", other(ISOL_SHAPE_ARP), NULL, DEFAULT);
	expect(w, "b", "a", other(ISOL_SHAPE_UNREAD), NULL, UNREAD);
	world_free(w);
}

static void remotes(void)
{
	const char *const office[] = { "office" };
	struct world *w = world_new();
	struct isol_set *set = add_set(w, "office", ISOL_SET_ADDRESSES, true);

	add(w, set, ISOL_ELEMENT_IP4, 0x0a090000, 0x0a0900ff);
	set = add_set(w, "bastion", ISOL_SET_ADDRESSES, true);
	add(w, set, ISOL_ELEMENT_IP4, 0x0a090005, 0x0a090005);
	add_rule(w, 0, "in", "+office b", "a", ACCEPT, 0, NULL, 0, false);
	add_rule(w, 0, "out", "a", "+office +bastion", ACCEPT, 0, NULL, 0, false);
	add_rule(w, 0, "both", "+bastion uplink", "b", ACCEPT, 0, NULL, 0, false);
	add_rule(w, 0, "twice", "b", "+office", ACCEPT, ISOL_MATCH_A_DST_SET, office, 1, true);
	add_rule(w, 1, "forensics", "+bastion", "quarantined", ACCEPT, 0, NULL, 0, false);
	add_rule(w, 1, "answers", "quarantined", "+bastion", ACCEPT, 0, NULL, 0, false);
	CHECK_EQ(compile(w), 0);
	expect(w, "uplink", "a", ip4(0x0a090001, 1), "in", RULE);
	expect(w, "uplink", "a", ip4(0x0a090100, 0x0a090001), NULL, DEFAULT);
	expect(w, "uplink", "a", ip6(1, 1), NULL, DEFAULT);
	expect(w, "uplink", "a", other(ISOL_SHAPE_ARP), NULL, DEFAULT);
	expect(w, "uplink", "a", other(ISOL_SHAPE_UNREAD), NULL, UNREAD);
	/* the condition is of the uplinks alone */
	expect(w, "b", "a", ip4(1, 1), "in", RULE);
	expect(w, "b", "a", other(ISOL_SHAPE_ARP), "in", RULE);
	/* and the destination's, in the other direction */
	expect(w, "a", "uplink", ip4(0x0a090001, 0x0a0900ff), "out", RULE);
	expect(w, "a", "uplink", ip4(0x0a090001, 0x0a090100), NULL, DEFAULT);
	/* any address will do where the uplinks are named too */
	expect(w, "uplink", "b", ip4(1, 1), "both", RULE);
	expect(w, "uplink", "b", other(ISOL_SHAPE_UNREAD), "both", RULE);
	/* what is in the office and is not */
	expect(w, "b", "uplink", ip4(1, 0x0a090001), NULL, DEFAULT);
	expect(w, "b", "uplink", ip4(1, 1), NULL, DEFAULT);
	/* not the host, and between it and the uplinks nothing is judged */
	expect(w, "host", "a", ip4(0x0a090001, 1), NULL, ISOL_REASON_HOST_DEFAULT);
	expect(w, "uplink", "host", ip4(0x0a090001, 1), NULL, ISOL_REASON_UNJUDGED);
	expect(w, "uplink", "a!", ip4(0x0a090005, 1), "forensics", QRULE);
	expect(w, "uplink", "a!", ip4(0x0a090006, 1), NULL, ISOL_REASON_QUARANTINE);
	expect(w, "b!", "uplink", ip4(1, 0x0a090005), "answers", QRULE);
	expect(w, "b!", "uplink", ip4(1, 0x0a090004), NULL, ISOL_REASON_QUARANTINE);
	expect(w, "a!", "b", ip4(0x0a090005, 0x0a090005), NULL, ISOL_REASON_QUARANTINE);
	world_free(w);
}

/* A rule is one rule, whatever forms it has. */
static void forms_are_one_rule(void)
{
	struct world *w = world_new();
	struct isol_set *set = add_set(w, "r", ISOL_SET_ADDRESSES, true);

	add(w, set, ISOL_ELEMENT_IP4, 1, 5);
	add_rule(w, 0, "all", "+r b", "+r a", ACCEPT, 0, NULL, 0, false);
	CHECK_EQ(compile(w), 0);
	CHECK_EQ(w->compiled.nrules, 1);
	CHECK_EQ(w->compiled.ncounters, 1 + ISOL_NWHY);
	/* from the uplinks to a, and from b to the uplinks */
	CHECK_EQ(w->compiled.nprograms, 2);
	expect(w, "b", "a", other(ISOL_SHAPE_UNREAD), "all", RULE);
	expect(w, "uplink", "a", ip4(5, 6), "all", RULE);
	expect(w, "b", "uplink", ip4(6, 5), "all", RULE);
	expect(w, "b", "uplink", ip4(5, 6), NULL, DEFAULT);
	world_free(w);
}

/* Two lookups, where a rule asks for them: their steps are those of the program. */
static void steps_are_counted(void)
{
	struct world *w = world_new();
	struct isol_set *set = add_set(w, "s", ISOL_SET_ADDRESSES, false);
	const struct isol_program *program;
	u32 i, with, cell;

	for (i = 0; i < 100; i++)
		add(w, set, ISOL_ELEMENT_IP4, i * 10, i * 10);
	add_asking(w, "r", ISOL_MATCH_A_SRC_SET, "s");
	CHECK_EQ(compile(w), 0);
	/* 200 intervals */
	CHECK_EQ(w->compiled.maps->map[ISOL_ELEMENT_IP4].n, 200);
	CHECK_EQ(w->compiled.maps->map[ISOL_ELEMENT_IP4].steps, 8);
	CHECK_EQ(w->compiled.maps->map[ISOL_ELEMENT_IP4].nclasses, 2);
	cell = isol_cell(&w->compiled.tables, ISOL_CLASS_FIRST_BINDING,
			 ISOL_CLASS_FIRST_BINDING + 1);
	program = isol_cell_program(&w->compiled.tables, cell);
	with = program->tree[ISOL_SHAPE_IP4_PORTS]->steps;
	/* a box that has a bound, and the search */
	CHECK_EQ(with, 2 + 8);
	/* of IPv6 the set has nothing: there is nothing to ask */
	CHECK_EQ(program->tree[ISOL_SHAPE_IP6_PORTS]->steps, 1);
	CHECK_EQ(program->tree[ISOL_SHAPE_IP6_PORTS]->nsets, 0);
	CHECK_EQ(program->tree[ISOL_SHAPE_ARP]->nsets, 0);
	world_free(w);
}

/* ---- limits, faults */

#define BAD(call, error, where) do {						\
	CHECK_EQ(call, error);							\
	CHECK_EQ(w->fault.field, where);					\
	CHECK(w->fault.msg);							\
} while (0)

static int try_rule(struct world *w, u32 field, const char *const *sets, u32 n, u32 remote)
{
	struct isol_rule_spec *spec = calloc(1, sizeof(*spec));
	int err;

	spec->stateless = true;
	spec->name = "r";
	spec->from[0] = remote ? end_of("uplink") : end_of("a");
	spec->to[0] = remote ? (struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_REMOTE,
							    .name = sets[0] } : end_of("b");
	spec->nfrom = 1;
	spec->nto = 1;
	spec->values[0] = (struct isol_values){ .field = field, .n = n, .name = sets };
	spec->nvalues = !remote;
	err = isol_model_add_rule(w->model, spec, &w->fault);
	free(spec);
	return err;
}

static void refused(void)
{
	const char *const good[] = { "nets", "nobody" }, *const macs[] = { "macs" };
	const char *const ports[] = { "ports" }, *const group[] = { "a" };
	const struct isol_wide zero = {}, one = { 0, 1 }, wide = { 1, 0 };
	struct world *w = world_new();
	struct isol_set_spec spec = { .name = "nets", .type = ISOL_SET_ADDRESSES };
	struct isol_set *set = add_set(w, "macs", ISOL_SET_MACS, false), *nets;

	/* what is refused changes nothing here, so one policy is enough */
	add(w, set, ISOL_ELEMENT_MAC, 0, MAC_BITS);
	BAD(isol_model_add_element(w->model, set, ISOL_ELEMENT_IP4, zero, one, &w->fault),
	    -EINVAL, ISOL_F_OBJECT);
	CHECK(strstr(w->fault.msg, "MAC"));
	BAD(isol_model_add_element(w->model, set, ISOL_ELEMENT_MAC, one, zero, &w->fault),
	    -EINVAL, ISOL_F_OBJECT);
	BAD(isol_model_add_element(w->model, set, ISOL_ELEMENT_MAC, one, wide, &w->fault),
	    -EINVAL, ISOL_F_OBJECT);
	set = add_set(w, "ports", ISOL_SET_PORTS, false);
	BAD(isol_model_add_element(w->model, set, ISOL_ELEMENT_PORT, zero,
				   (struct isol_wide){ 0, 65536 }, &w->fault), -EINVAL,
	    ISOL_F_OBJECT);
	CHECK(!strcmp(w->fault.msg, "set PORT: must be 0 to 65535"));
	nets = add_set(w, "nets", ISOL_SET_ADDRESSES, false);
	BAD(isol_model_add_element(w->model, nets, ISOL_ELEMENT_PORT, zero, one, &w->fault),
	    -EINVAL, ISOL_F_OBJECT);
	BAD(isol_model_add_element(w->model, nets, ISOL_ELEMENT_IP6, wide, one, &w->fault),
	    -EINVAL, ISOL_F_OBJECT);

	BAD(isol_model_add_set(w->model, &spec, &set, &w->fault), -EEXIST, ISOL_F_NAME);
	spec.name = "a";
	BAD(isol_model_add_set(w->model, &spec, &set, &w->fault), -EEXIST, ISOL_F_NAME);
	spec.name = "uplink";
	BAD(isol_model_add_set(w->model, &spec, &set, &w->fault), -EINVAL, ISOL_F_NAME);
	spec.name = "new";
	spec.append = true;
	BAD(isol_model_add_set(w->model, &spec, &set, &w->fault), -ENOENT, ISOL_F_NAME);
	spec.name = "a";
	BAD(isol_model_add_set(w->model, &spec, &set, &w->fault), -ENOENT, ISOL_F_NAME);
	spec.name = "nets";
	CHECK_EQ(isol_model_add_set(w->model, &spec, &set, &w->fault), 0);
	CHECK(set == nets);
	spec = (struct isol_set_spec){ .name = "x", .type = ISOL_SET_MACS, .remote = true };
	BAD(isol_model_add_set(w->model, &spec, &set, &w->fault), -EINVAL, ISOL_F_REMOTE);

	/* in rules: the set at fault is named, counted from 1 */
	BAD(try_rule(w, ISOL_MATCH_A_SRC_SET, good, 2, 0), -ENOENT, ISOL_F_MATCH);
	CHECK_EQ(w->fault.item, ISOL_MATCH_A_SRC_SET);
	CHECK_EQ(w->fault.set, 2);
	BAD(try_rule(w, ISOL_MATCH_A_DST_SET, macs, 1, 0), -EINVAL, ISOL_F_MATCH);
	CHECK_EQ(w->fault.set, 1);
	CHECK(strstr(w->fault.msg, "does not hold addresses"));
	BAD(try_rule(w, ISOL_MATCH_A_DST_MAC_SET, ports, 1, 0), -EINVAL, ISOL_F_MATCH);
	CHECK(strstr(w->fault.msg, "does not hold MAC addresses"));
	BAD(try_rule(w, ISOL_MATCH_A_SRC_SET, group, 1, 0), -ENOENT, ISOL_F_MATCH);
	/* ports need a protocol that has some */
	BAD(try_rule(w, ISOL_MATCH_A_DPORT_SET, ports, 1, 0), -EINVAL, ISOL_F_MATCH);
	CHECK(strstr(w->fault.msg, "DPORT_SET: needs PROTO"));
	BAD(try_rule(w, ISOL_MATCH_A_SRC_SET, good, 0, 0), -EINVAL, ISOL_F_MATCH);
	/* ends */
	BAD(try_rule(w, 0, good, 1, 1), -EINVAL, ISOL_F_TO);
	CHECK(strstr(w->fault.msg, "not REMOTE"));
	BAD(try_rule(w, 0, good + 1, 1, 1), -ENOENT, ISOL_F_TO);
	BAD(try_rule(w, 0, group, 1, 1), -ENOENT, ISOL_F_TO);
	add_set(w, "far", ISOL_SET_ADDRESSES, true);
	{
		const char *const far[] = { "far" };

		/* between uplinks */
		BAD(try_rule(w, 0, far, 1, 1), -EINVAL, ISOL_F_OBJECT);
		CHECK(strstr(w->fault.msg, "not judged"));
	}
	CHECK_EQ(try_rule(w, ISOL_MATCH_A_SRC_SET, good, 1, 0), 0);
	world_free(w);
}

static void limits(void)
{
	struct isol_set_spec spec = { .type = ISOL_SET_PORTS };
	struct world *w = world_new();
	struct isol_set *set = NULL;
	char name[16];
	u32 i;

	spec.name = name;
	for (i = 0; i < ISOL_MAX_SETS; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		CHECK_EQ(isol_model_add_set(w->model, &spec, &set, &w->fault), 0);
	}
	for (i = 0; i < ISOL_MAX_ELEMENTS; i++)
		add(w, set, ISOL_ELEMENT_PORT, i & 0xffff, i & 0xffff);
	BAD(isol_model_add_element(w->model, set, ISOL_ELEMENT_PORT, (struct isol_wide){ 0, 1 },
				   (struct isol_wide){ 0, 1 }, &w->fault), -E2BIG, ISOL_F_OBJECT);
	snprintf(name, sizeof(name), "more");
	BAD(isol_model_add_set(w->model, &spec, &set, &w->fault), -E2BIG, ISOL_F_OBJECT);
	world_free(w);
}

/* Kinds of elements in any order take about what they are. */
static void alternating(void)
{
	struct world *w = world_new();
	struct isol_set *set = add_set(w, "mixed", ISOL_SET_ADDRESSES, false);
	s64 begin = isol_mem_used(&w->mem);
	u32 i;

	for (i = 0; i < ISOL_MAX_ELEMENTS && test_good(); i++)
		add(w, set, i & 1 ? ISOL_ELEMENT_IP6 : ISOL_ELEMENT_IP4, i, i);
	CHECK_EQ(set->n, ISOL_MAX_ELEMENTS);
	printf("# %u elements of two kinds by turns: %lld KiB\n", i,
	       (long long)(isol_mem_used(&w->mem) - begin) >> 10);
	CHECK(isol_mem_used(&w->mem) - begin < 128LL * ISOL_MAX_ELEMENTS);
	world_free(w);
}

/* What was written is what is kept, in its order. */
static void kept(void)
{
	struct world *w = world_new();
	struct isol_set *set = add_set(w, "s", ISOL_SET_ADDRESSES, false);
	const struct isol_elements *e;
	u32 i, n = 0, of;

	for (i = 0; i < 3000; i++) {
		struct isol_wide lo = { 0, i }, hi = { 0, i + 7 };

		of = i % 50 < 40 ? ISOL_ELEMENT_IP4 : ISOL_ELEMENT_IP6;
		if (of == ISOL_ELEMENT_IP6)
			hi.hi = 9;
		add_wide(w, set, of, lo, hi);
	}
	for (e = set->elements; e; e = e->next)
		for (i = 0; i < e->n; i++, n++) {
			struct isol_wide_range r = isol_element(e, i);

			of = n % 50 < 40 ? ISOL_ELEMENT_IP4 : ISOL_ELEMENT_IP6;
			CHECK(e->kind == of && r.lo.lo == n && r.hi.lo == n + 7 && !r.lo.hi &&
			      r.hi.hi == (of == ISOL_ELEMENT_IP6 ? 9 : 0));
		}
	CHECK_EQ(n, 3000);
	CHECK_EQ(set->n, 3000);
	world_free(w);
}

/* ---- memory, and hearing that nobody wants it any more */

static struct world *some_sets(u32 nsets, u32 nelements, u32 nrules)
{
	struct world *w = world_new();
	struct isol_set **set = calloc(nsets, sizeof(*set));
	char name[16], set_name[16];
	u32 i;

	for (i = 0; i < nsets; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		set[i] = add_set(w, name, ISOL_SET_ADDRESSES, i % 2);
	}
	for (i = 0; i < nelements; i++) {
		/* prefixes of 20 to 32 bits, apart for each set */
		u32 nr = i % nsets, size = 1U << below(13), step = (1U << 29) / nsets;
		u32 lo = nr * step + (test_rand() % step & ~(size - 1));

		if (i % 4)
			add(w, set[nr], ISOL_ELEMENT_IP4, lo, lo + size - 1);
		else
			add_wide(w, set[nr], ISOL_ELEMENT_IP6,
				 (struct isol_wide){ 0x20010db8ULL << 32 | lo, 0 },
				 (struct isol_wide){ 0x20010db8ULL << 32 | (lo + size - 1),
						     ~0ULL });
	}
	for (i = 0; i < nrules; i++) {
		const char *one = set_name;

		snprintf(name, sizeof(name), "r%u", i);
		snprintf(set_name, sizeof(set_name), "s%u", i % nsets);
		add_rule(w, ISOL_TABLE_RULES, name, "a", "b", i % 2,
			 i & 2 ? ISOL_MATCH_A_DST_SET : ISOL_MATCH_A_SRC_SET, &one, 1, false);
	}
	free(set);
	return w;
}

static void every_allocation_fails(void)
{
	struct world *w = some_sets(20, 600, 30);
	struct isol_compiled compiled;
	int err = 0;
	s64 used;
	long n;

	add_rule(w, ISOL_TABLE_RULES, "far", "+s1 +s3 a", "+s5 b", ISOL_VERDICT_ACCEPT, 0, NULL, 0,
		 false);
	CHECK_EQ(isol_model_seal(w->model), 0);
	used = isol_mem_used(&w->mem);
	for (n = 1; n < 10000; n++) {
		memset(&compiled, 0x5a, sizeof(compiled));
		isol_fail_alloc = n;
		err = isol_compile(w->model, NULL, &compiled, msg, sizeof(msg));
		isol_fail_alloc = 0;
		if (!err)
			break;
		CHECK_EQ(err, -ENOMEM);
		CHECK_EQ(isol_mem_used(&w->mem), used);
		isol_compiled_free(&compiled);
	}
	printf("# %ld allocations\n", n - 1);
	CHECK_EQ(err, 0);
	CHECK(n > 40);
	w->compiled = compiled;
	world_free(w);
}

static void cancelled(void)
{
	struct world *w = some_sets(50, 20000, 50);
	bool cancel = true;

	CHECK_EQ(isol_model_seal(w->model), 0);
	CHECK_EQ(isol_compile(w->model, &cancel, &w->compiled, msg, sizeof(msg)), -ECANCELED);
	CHECK_EQ(compile(w), 0);
	world_free(w);
}

/* ---- how long it takes */

/* Frames with addresses at random: no two lookups alike. */
static void report_asking(const struct world *w)
{
	const struct isol_program *program = w->compiled.programs[0];
	u32 i, rounds = 1000000, sum = 0;
	struct isol_key key = ip4(0, 0);
	unsigned int begin = test_ms();

	for (i = 0; i < rounds; i++) {
		key.v[ISOL_MATCH_A_SRC_IP4] = i * 2654435761u;
		key.v[ISOL_MATCH_A_DST_IP4] = i * 40503u + 0x0a000000;
		sum += isol_program_ask(program, &key);
	}
	printf("#   asked about %u frames: %u ns each (%#x)\n", rounds, test_ms() - begin, sum);
}

static void report(struct world *w, const char *what)
{
	const struct isol_map *map;
	unsigned int begin;
	u32 i, worst = 0;
	size_t programs = 0;
	s64 used;
	int err;

	CHECK_EQ(isol_model_seal(w->model), 0);
	used = isol_mem_used(&w->mem);
	begin = test_ms();
	err = compile(w);
	printf("# %s: %u elements: %u ms, model %u KiB, %s\n", what, w->model->nelements,
	       test_ms() - begin, (u32)(used >> 10), err ? msg : "compiled");
	CHECK(test_ms() - begin < 60000);
	if (err) {
		CHECK_EQ(err, -ENOSPC);
		return;
	}
	for (i = 0; i < w->compiled.nprograms; i++) {
		worst = max(worst, w->compiled.programs[i]->steps);
		programs += isol_program_size(w->compiled.programs[i]);
	}
	printf("#   maps %u KiB, programs %u KiB, worst steps %u\n",
	       (u32)(isol_maps_size(w->compiled.maps) >> 10), (u32)(programs >> 10), worst);
	report_asking(w);
	for (i = 0; i < ISOL_NELEMENTS; i++) {
		map = &w->compiled.maps->map[i];
		if (map->n)
			printf("#   kind %u: %u intervals, %u classes, %u steps\n", i, map->n,
			       map->nclasses, map->steps);
		/* as many as two halvings of all bounds for each bit */
		CHECK(map->steps <= 2 * 19);
	}
}

static void timings(void)
{
	struct isol_set *set;
	struct world *w;
	char name[16];
	u32 i;

	w = some_sets(100, 100000, 100);
	report(w, "100 sets apart");
	world_free(w);
	w = some_sets(1000, 100000, 1000);
	report(w, "1000 sets apart");
	world_free(w);
	w = some_sets(1024, ISOL_MAX_ELEMENTS, 1024);
	report(w, "as much as there may be");
	world_free(w);

	/* all over each other, but in chains: a class for nearly each interval */
	w = world_new();
	for (i = 0; i < 1000; i++) {
		u32 j;

		snprintf(name, sizeof(name), "s%u", i);
		set = add_set(w, name, ISOL_SET_ADDRESSES, false);
		for (j = 0; j < 100; j++) {
			u32 lo = test_rand();

			add(w, set, ISOL_ELEMENT_IP4, lo, lo | 0xffffff);
		}
		snprintf(name, sizeof(name), "r%u", i);
		add_rule(w, ISOL_TABLE_RULES, name, "a", "b", ISOL_VERDICT_ACCEPT,
			 ISOL_MATCH_A_SRC_SET, &set->name, 1, false);
	}
	report(w, "1000 sets in 256 chains");
	world_free(w);

	/* and in no order at all: too many combinations */
	w = world_new();
	for (i = 0; i < 100; i++) {
		u32 j;

		snprintf(name, sizeof(name), "s%u", i);
		set = add_set(w, name, ISOL_SET_ADDRESSES, false);
		for (j = 0; j < 1000; j++) {
			u32 lo = test_rand();

			add(w, set, ISOL_ELEMENT_IP4, lo, max(lo, lo + 0x100000));
		}
		snprintf(name, sizeof(name), "r%u", i);
		add_rule(w, ISOL_TABLE_RULES, name, "a", "b", ISOL_VERDICT_ACCEPT,
			 ISOL_MATCH_A_SRC_SET, &set->name, 1, false);
	}
	report(w, "100 sets at random");
	CHECK(strstr(msg, "rule 'r"));
	world_free(w);
}

#define CASES(X) \
	X(maps) \
	X(many) \
	X(laminar) \
	X(nested) \
	X(combinations) \
	X(product) \
	X(spelled_out) \
	X(remotes) \
	X(forms_are_one_rule) \
	X(steps_are_counted) \
	X(refused) \
	X(limits) \
	X(alternating) \
	X(kept) \
	X(every_allocation_fails) \
	X(cancelled) \
	TEST_HOST_ONLY(X(timings))

TEST_SUITE(set, CASES)
