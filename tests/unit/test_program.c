// SPDX-License-Identifier: GPL-2.0
/*
 * Programs: many rules between the same two ends, which ask about frames, against
 * the oracle, for frames at and around the bounds of the rules.
 */
#include "compile.h"
#include "gen.h"
#include "pairs.h"
#include "test.h"

#define LIMIT (4LL * 1024 * 1024 * 1024)

static char msg[ISOL_MESSAGE_LEN + 1];

/* ---- a policy with one bridge */

struct world {
	struct isol_mem mem;
	struct isol_model *model;
	struct isol_compiled compiled;
	struct isol_fault fault;
	struct gen_match match;
};

static struct world *world_new(u8 dflt)
{
	const struct isol_bridge_spec bridge = { .name = "br0", .dflt = dflt };
	struct world *w = calloc(1, sizeof(*w));

	isol_mem_init(&w->mem, LIMIT);
	w->model = isol_model_new(&w->mem);
	CHECK_EQ(isol_model_add_bridge(w->model, &bridge, &w->fault), 0);
	return w;
}

static void world_free(struct world *w)
{
	isol_compiled_free(&w->compiled);
	isol_model_free(w->model);
	CHECK_EQ(isol_mem_used(&w->mem), 0);
	free(w);
}

static void add_binding(struct world *w, const char *name)
{
	const struct isol_binding_spec spec = { .name = name, .port = name, .claims = 1 };

	CHECK_EQ(isol_model_add_binding(w->model, &spec, &w->fault), 0);
}

/* A rule between bindings that asks what has been put together in @w->match. */
static int add_rule(struct world *w, const char *name, const char *from, const char *to,
		    u8 verdict)
{
	struct isol_rule_spec *spec = calloc(1, sizeof(*spec));
	int err;

	spec->stateless = true;
	spec->name = name;
	spec->from[0] = (struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_BINDING,
						     .name = from };
	spec->to[0] = (struct isol_endpoint_spec){ .kind = ISOL_ENDPOINT_BINDING, .name = to };
	spec->nfrom = 1;
	spec->nto = 1;
	spec->verdict = verdict;
	memcpy(spec->values, w->match.values, sizeof(spec->values));
	spec->nvalues = w->match.n;
	err = isol_model_add_rule(w->model, spec, &w->fault);
	CHECK_MSG(!err || err == -ENOMEM, "%s is refused: %s", name, w->fault.msg);
	free(spec);
	return err;
}

/* Ask for one more range, or for nothing yet. */
static void ask_none(struct world *w)
{
	w->match.n = 0;
	w->match.used = 0;
}

static void ask(struct world *w, u32 field, u32 lo, u32 hi)
{
	struct isol_range *range = (void *)((char *)w->match.store + w->match.used);

	*range = (struct isol_range){ lo, hi };
	w->match.used += sizeof(*range);
	w->match.values[w->match.n++] = (struct isol_values){ .field = field, .n = 1,
							      .range = range };
}

static int compile(struct world *w)
{
	CHECK_EQ(isol_model_seal(w->model), 0);
	memset(msg, 0, sizeof(msg));
	return isol_compile(w->model, NULL, &w->compiled, msg, sizeof(msg));
}

static struct oracle_end end_of(const struct world *w, const char *name)
{
	return (struct oracle_end){ .kind = ORACLE_BINDING,
				    .binding = isol_model_binding(w->model, name) };
}

static u32 cell(const struct world *w, const char *from, const char *to)
{
	const struct isol_binding *a = isol_model_binding(w->model, from);
	const struct isol_binding *b = isol_model_binding(w->model, to);

	return isol_cell(&w->compiled.tables, ISOL_CLASS_FIRST_BINDING + a->id,
			 ISOL_CLASS_FIRST_BINDING + b->id);
}

static const struct isol_program *program(const struct world *w, const char *from,
					  const char *to)
{
	u32 c = cell(w, from, to);

	CHECK(isol_cell_asks(c));
	return isol_cell_asks(c) ? isol_cell_program(&w->compiled.tables, c) : NULL;
}

/* ---- at random */

/* @n rules from a to b, and perhaps one at the end that asks nothing. */
static struct world *random_rules(const struct gen_shape *shape, u32 n)
{
	struct world *w = world_new(percent(50));
	char name[16];
	u32 i;

	add_binding(w, "a");
	add_binding(w, "b");
	if (shape->sets)
		CHECK_EQ(gen_sets(w->model, shape), 0);
	for (i = 0; i < n; i++) {
		gen_match(&w->match, shape);
		snprintf(name, sizeof(name), "r%u", i);
		add_rule(w, name, "a", "b", percent(shape->accept) ? ISOL_VERDICT_ACCEPT :
			 percent(30) ? ISOL_VERDICT_REJECT : ISOL_VERDICT_DROP);
	}
	ask_none(w);
	if (percent(30))
		add_rule(w, "last", "a", "b", percent(50));
	return w;
}

/* Return: whether that many rules may be asked. */
static bool compiles(struct world *w, u32 n)
{
	int err = compile(w);

	/* the more they overlap, the more steps it takes */
	CHECK_MSG(!err || (err == -ENOSPC && n > 20), "%u rules: %d %s", n, err, msg);
	if (err)
		CHECK_MSG(strstr(msg, "'r"), "no rule is named: %s", msg);
	return !err;
}

static void try_frames(struct world *w, u32 n)
{
	struct oracle_end a = end_of(w, "a"), b = end_of(w, "b");
	struct keys *keys = keys_new(w->model);

	check_frames(w->model, &w->compiled, w->model->bridges, &a, &b, keys, n);
	keys_free(keys);
}

static void random_shape(struct gen_shape *shape)
{
	*shape = (struct gen_shape) {
		.fields = between(1, 6), .values = percent(60) ? 1 : between(1, 6),
		.pool = percent(50) ? between(1, 12) : between(10, 3000),
		.negate = percent(60) ? 0 : between(5, 50),
		.accept = percent(30) ? 100 * below(2) : between(10, 90),
	};
	if (percent(40)) {
		shape->sets = between(1, 20);
		shape->elements = percent(70) ? between(1, 4) : between(1, 40);
		shape->set_fields = between(20, 100);
	}
}

static void deep(void)
{
	u32 rounds = test_rounds(300), i, n, refused = 0, most = 0, worst = 0;
	struct gen_shape shape;
	struct world *w;

	memset(pairs_asked, 0, sizeof(pairs_asked));
	memset(pairs_met, 0, sizeof(pairs_met));
	for (i = 0; i < rounds && test_good(); i++) {
		random_shape(&shape);
		n = percent(10) ? between(200, 2000) : percent(40) ? between(20, 200) :
		    between(1, 20);
		w = random_rules(&shape, n);
		if (!compiles(w, n)) {
			refused++;
		} else if (test_good()) {
			most = max(most, n);
			worst = max(worst, program(w, "a", "b")->steps);
			try_frames(w, 500 + 20000 / n);
		}
		if (!test_good() && n < 100)
			gen_print(w->model);
		world_free(w);
	}
	printf("# %u programs of up to %u rules and %u steps, %u refused\n", i, most, worst,
	       refused);
	CHECK(refused <= i / 5);
	if (rounds < 100)
		return;
	for (i = 0; i < ISOL_NSHAPES; i++)
		CHECK_MSG(pairs_asked[i] > 100, "shape %u was asked about %u times", i,
			  pairs_asked[i]);
	for (i = 0; i <= ISOL_VERDICT_MAX; i++)
		CHECK(pairs_met[ISOL_REASON_RULE][i] > 100);
	CHECK(pairs_met[ISOL_REASON_UNPARSED][ISOL_VERDICT_DROP] > 100);
}

/* A prefix of 10/8 or 2001:db8::/32, the longer the more often. */
static void ask_prefix(struct world *w, bool ip6, bool dst)
{
	u32 len = percent(3) ? between(8, 16) : percent(40) ? between(17, 24) : between(25, 32);
	u32 net = 0x0a000000 | (test_rand() & 0x000f0f0f), mask = 0xffffffffULL >> len;
	struct isol_wide_range *wide;

	if (!ip6) {
		ask(w, dst ? ISOL_MATCH_A_DST_IP4 : ISOL_MATCH_A_SRC_IP4, net & ~mask, net | mask);
		return;
	}
	wide = (void *)((char *)w->match.store + w->match.used);
	w->match.used += sizeof(*wide);
	wide->lo = (struct isol_wide){ 0x20010db800000000 | (net & ~mask), 0 };
	wide->hi = (struct isol_wide){ 0x20010db800000000 | net | mask, ~0ULL };
	/* some beyond the upper half */
	if (len == 32 && percent(70)) {
		wide->lo.lo = test_rand() & 0xf;
		wide->hi.lo = wide->lo.lo + below(4);
	}
	w->match.values[w->match.n++] = (struct isol_values) {
		.field = dst ? ISOL_MATCH_A_DST_IP6 : ISOL_MATCH_A_SRC_IP6, .n = 1, .wide = wide };
}

/* As people write lists for routers: addresses, protocol, a port or some. */
static void ask_as_in_lists(struct world *w)
{
	bool ip6 = percent(30);
	u32 lo = below(200);

	ask_none(w);
	if (percent(95))
		ask_prefix(w, ip6, false);
	if (!w->match.n || percent(95))
		ask_prefix(w, ip6, true);
	if (percent(80)) {
		u32 proto = percent(70) ? 6 : 17;

		ask(w, ISOL_MATCH_A_PROTO, proto, proto);
		ask(w, ISOL_MATCH_A_DPORT, lo, percent(60) ? lo : lo + below(50));
		if (percent(20))
			ask(w, ISOL_MATCH_A_SPORT, 1000 + lo, 65535 - lo);
	}
}

/* Return: how many rules are the first to match some frame. */
static u32 try_each(struct world *w, u32 n)
{
	struct oracle_end a = end_of(w, "a"), b = end_of(w, "b");
	bool *hit = calloc(w->compiled.nrules, sizeof(*hit));
	const struct isol_program *p = program(w, "a", "b");
	struct keys *keys = keys_new(w->model);
	struct isol_key key, read;
	struct oracle_answer want;
	u32 hits = 0, d;
	char text[300];

	while (p && n-- && test_good()) {
		keys_random(keys, &key);
		want = oracle_ask(w->model, w->model->bridges, &a, &b, &key);
		keys_reduce(keys, &key, p->depth, p->wants_vlan, &read);
		d = isol_resolve(&w->compiled.tables, 1, isol_program_ask(p, &read));
		CHECK_MSG(isol_decision_verdict(d) == want.verdict &&
			  isol_decision_reason(d) == want.reason &&
			  (!want.rule || isol_decision_counter(d) == want.nr),
			  "decision %#x, not %u by reason %u %s; %s", d, want.verdict, want.reason,
			  want.rule ? want.rule->name : "", keys_text(&key, text, sizeof(text)));
		if (want.rule && !hit[want.nr]) {
			hit[want.nr] = true;
			hits++;
		}
	}
	keys_free(keys);
	free(hit);
	return hits;
}

/* Addresses and ports that lie within each other. */
static void overlapping(void)
{
	static const u32 sizes[] = { 30, 100, 300, 1000, 2000 };
	u32 rounds = DIV_ROUND_UP(test_rounds(300), 60), i, j, n, hits;
	char name[16];
	struct world *w;

	for (i = 0; i < rounds && test_good(); i++) {
		n = sizes[i % ARRAY_SIZE(sizes)];
		w = world_new(percent(50));
		add_binding(w, "a");
		add_binding(w, "b");
		for (j = 0; j < n; j++) {
			ask_as_in_lists(w);
			snprintf(name, sizeof(name), "r%u", j);
			add_rule(w, name, "a", "b", percent(60));
		}
		CHECK_MSG(!compile(w), "%s", msg);
		if (test_good()) {
			hits = try_each(w, 20 * n);
			printf("# %u rules: %u steps, %u KiB, %u rules decide\n", n,
			       program(w, "a", "b")->steps,
			       (u32)(isol_program_size(program(w, "a", "b")) >> 10), hits);
			/* many are hidden by others, in a bad draw most of them */
			CHECK(hits >= min(n, 100U) / 4);
		}
		world_free(w);
	}
}

/* One rule's bounds, all of them, for frames of each shape. */
static u32 each_edge(struct world *w, struct keys *keys, const struct isol_rule *rule)
{
	const struct isol_program *p = program(w, "a", "b");
	struct oracle_end a = end_of(w, "a"), b = end_of(w, "b");
	const struct isol_bridge *bridge = w->model->bridges;
	u32 shape, field, nr, d, n = 0;
	struct isol_key key, read;
	struct oracle_answer want;
	char text[300];

	for (shape = 0; p && shape < ISOL_NSHAPES; shape++)
		for (field = 0; field < rule->match->n; field++)
			for (nr = 0; keys_edge(keys, rule, shape, field, nr, &key); nr++, n++) {
				want = oracle_ask(w->model, bridge, &a, &b, &key);
				keys_reduce(keys, &key, p->depth, p->wants_vlan, &read);
				d = isol_resolve(&w->compiled.tables, bridge->id,
						 isol_program_ask(p, &read));
				CHECK_MSG(isol_decision_verdict(d) == want.verdict &&
					  isol_decision_reason(d) == want.reason &&
					  (!want.rule || isol_decision_counter(d) == want.nr),
					  "decision %#x, not %u by reason %u %s; %s", d,
					  want.verdict, want.reason,
					  want.rule ? want.rule->name : "",
					  keys_text(&key, text, sizeof(text)));
			}
	return n;
}

static void edges(void)
{
	u32 rounds = test_rounds(300), i, n, tried = 0;
	const struct isol_rule *rule;
	struct gen_shape shape;
	struct keys *keys;
	struct world *w;

	for (i = 0; i < rounds && test_good(); i++) {
		random_shape(&shape);
		n = between(1, 12);
		w = random_rules(&shape, n);
		if (compiles(w, n)) {
			keys = keys_new(w->model);
			for (rule = w->model->rules[0]; rule && test_good(); rule = rule->next)
				if (rule->match)
					tried += each_edge(w, keys, rule);
			keys_free(keys);
		}
		if (!test_good())
			gen_print(w->model);
		world_free(w);
	}
	printf("# %u programs, %u bounds of their rules\n", i, tried);
}

/* ---- by hand: so that an oracle that is wrong in the same way is found */

struct hand {
	struct world *w;
	struct isol_key key;
};

static void expect(struct hand *h, u8 verdict, u8 reason, const char *rule)
{
	u32 end = cell(h->w, "a", "b"), d;
	struct isol_key key = h->key;

	if (isol_cell_asks(end))
		end = isol_program_ask(isol_cell_program(&h->w->compiled.tables, end), &key);
	d = isol_resolve(&h->w->compiled.tables, 1, end);
	CHECK_MSG(isol_decision_verdict(d) == verdict &&
		  isol_decision_reason(d) == reason &&
		  (!rule || (isol_decision_counter(d) < h->w->compiled.nrules &&
			     !strcmp(h->w->compiled.rule[isol_decision_counter(d)]->name, rule))),
		  "shape %u proto %u port %u: decision %#x, not %u by reason %u %s",
		  h->key.shape, h->key.v[ISOL_MATCH_A_PROTO], h->key.v[ISOL_MATCH_A_DPORT], d,
		  verdict, reason, rule ? rule : "");
}

static void set(struct hand *h, u32 shape, u32 ethertype, u32 proto, u32 dport)
{
	memset(&h->key, 0, sizeof(h->key));
	h->key.shape = shape;
	h->key.dmac = 0x020000000002;
	h->key.v[ISOL_MATCH_A_ETHERTYPE] = ethertype;
	h->key.v[ISOL_MATCH_A_PROTO] = proto;
	h->key.v[ISOL_MATCH_A_DPORT] = dport;
}

#define ACCEPT ISOL_VERDICT_ACCEPT
#define DROP ISOL_VERDICT_DROP

/* r0 accepts TCP to 80, r1 drops UDP to 53, r2 accepts ARP; the default drops, or not. */
static struct world *three_rules(u8 dflt)
{
	struct world *w = world_new(dflt);

	add_binding(w, "a");
	add_binding(w, "b");
	ask_none(w);
	ask(w, ISOL_MATCH_A_PROTO, 6, 6);
	ask(w, ISOL_MATCH_A_DPORT, 80, 80);
	add_rule(w, "r0", "a", "b", ACCEPT);
	ask_none(w);
	ask(w, ISOL_MATCH_A_PROTO, 17, 17);
	ask(w, ISOL_MATCH_A_DPORT, 53, 53);
	add_rule(w, "r1", "a", "b", DROP);
	ask_none(w);
	ask(w, ISOL_MATCH_A_ARP_OP, 1, 2);
	add_rule(w, "r2", "a", "b", ACCEPT);
	CHECK_EQ(compile(w), 0);
	return w;
}

static void spelled_out(void)
{
	struct hand h;
	u8 dflt;

	for (dflt = DROP; dflt <= ACCEPT && test_good(); dflt++) {
		u32 passed_over = dflt == ACCEPT ? ISOL_REASON_BRIDGE_DEFAULT :
						   ISOL_REASON_UNPARSED;

		h.w = three_rules(dflt);
		CHECK_EQ(program(h.w, "a", "b")->depth, ISOL_DEPTH_L4);
		set(&h, ISOL_SHAPE_IP4_PORTS, 0x0800, 6, 80);
		expect(&h, ACCEPT, ISOL_REASON_RULE, "r0");
		set(&h, ISOL_SHAPE_IP6_PORTS, 0x86dd, 6, 80);
		expect(&h, ACCEPT, ISOL_REASON_RULE, "r0");
		set(&h, ISOL_SHAPE_IP4_PORTS, 0x0800, 6, 81);
		expect(&h, dflt, ISOL_REASON_BRIDGE_DEFAULT, NULL);
		set(&h, ISOL_SHAPE_IP4_PORTS, 0x0800, 17, 80);
		expect(&h, dflt, ISOL_REASON_BRIDGE_DEFAULT, NULL);
		set(&h, ISOL_SHAPE_IP4_PORTS, 0x0800, 17, 53);
		expect(&h, DROP, ISOL_REASON_RULE, "r1");
		set(&h, ISOL_SHAPE_ARP, 0x0806, 0, 0);
		h.key.v[ISOL_MATCH_A_ARP_OP] = 2;
		expect(&h, ACCEPT, ISOL_REASON_RULE, "r2");
		h.key.v[ISOL_MATCH_A_ARP_OP] = 3;
		expect(&h, dflt, ISOL_REASON_BRIDGE_DEFAULT, NULL);
		/* a later fragment of TCP: perhaps to 80 */
		set(&h, ISOL_SHAPE_IP4_NOL4, 0x0800, 6, 80);
		expect(&h, dflt, passed_over, NULL);
		/* of UDP: perhaps to 53 */
		set(&h, ISOL_SHAPE_IP6_NOL4, 0x86dd, 17, 0);
		expect(&h, DROP, ISOL_REASON_UNPARSED, "r1");
		/* of ICMP: neither */
		set(&h, ISOL_SHAPE_IP4_NOL4, 0x0800, 1, 80);
		expect(&h, dflt, ISOL_REASON_BRIDGE_DEFAULT, NULL);
		/* whatever it is, it might be what r1 drops */
		set(&h, ISOL_SHAPE_IP6_NOPROTO, 0x86dd, 6, 80);
		expect(&h, DROP, ISOL_REASON_UNPARSED, "r1");
		set(&h, ISOL_SHAPE_L3_UNREAD, 0x0800, 0, 0);
		expect(&h, DROP, ISOL_REASON_UNPARSED, "r1");
		set(&h, ISOL_SHAPE_UNREAD, 0, 0, 0);
		expect(&h, DROP, ISOL_REASON_UNPARSED, "r1");
		set(&h, ISOL_SHAPE_OTHER, 0x88b5, 6, 80);
		expect(&h, dflt, ISOL_REASON_BRIDGE_DEFAULT, NULL);
		world_free(h.w);
	}
}

/* A field that a frame does not have matches nothing, be it negated. */
static void negated(void)
{
	struct hand h = { .w = world_new(DROP) };
	u32 shape;

	add_binding(h.w, "a");
	add_binding(h.w, "b");
	ask_none(h.w);
	ask(h.w, ISOL_MATCH_A_SRC_IP4, 0x0a000000, 0x0affffff);
	h.w->match.values[0].negate = true;
	add_rule(h.w, "far", "a", "b", ACCEPT);
	CHECK_EQ(compile(h.w), 0);
	CHECK_EQ(program(h.w, "a", "b")->depth, ISOL_DEPTH_L3);
	set(&h, ISOL_SHAPE_IP4_OTHER, 0x0800, 6, 0);
	h.key.v[ISOL_MATCH_A_SRC_IP4] = 0x09ffffff;
	expect(&h, ACCEPT, ISOL_REASON_RULE, "far");
	h.key.v[ISOL_MATCH_A_SRC_IP4] = 0x0a000000;
	expect(&h, DROP, ISOL_REASON_BRIDGE_DEFAULT, NULL);
	h.key.v[ISOL_MATCH_A_SRC_IP4] = 0x0affffff;
	expect(&h, DROP, ISOL_REASON_BRIDGE_DEFAULT, NULL);
	h.key.v[ISOL_MATCH_A_SRC_IP4] = 0x0b000000;
	expect(&h, ACCEPT, ISOL_REASON_RULE, "far");
	for (shape = ISOL_SHAPE_IP6_PORTS; shape <= ISOL_SHAPE_IP6_NOPROTO; shape++) {
		set(&h, shape, 0x86dd, 6, 0);
		expect(&h, DROP, ISOL_REASON_BRIDGE_DEFAULT, NULL);
	}
	set(&h, ISOL_SHAPE_ARP, 0x0806, 0, 0);
	expect(&h, DROP, ISOL_REASON_BRIDGE_DEFAULT, NULL);
	world_free(h.w);
}

static void set_tags(struct hand *h, u32 vlan, u32 pcp, u32 inner)
{
	h->key.v[ISOL_MATCH_A_VLAN] = vlan;
	h->key.v[ISOL_MATCH_A_PCP] = pcp;
	h->key.v[ISOL_MATCH_A_INNER_VLAN] = inner;
}

/* One rule that accepts, or the default. */
static void expect_rule(struct hand *h, bool matches)
{
	if (matches)
		expect(h, ACCEPT, ISOL_REASON_RULE, "r");
	else
		expect(h, DROP, ISOL_REASON_BRIDGE_DEFAULT, NULL);
}

/*
 * Tags: no rule that asks for one, or for another, is met by a frame without. A VLAN
 * all frames have, if it is none.
 */
static void tags(void)
{
	static const struct {
		u32 field, lo, hi;
		bool negate;
		u32 yes[4], no[4];	/* until 1 too many */
	} list[] = {
#define END 9999
		{ ISOL_MATCH_A_VLAN, 30, 30, false, { 30, END }, { 0, 29, 31, 4095 } },
		{ ISOL_MATCH_A_VLAN, 30, 30, true, { 0, 29, 31, 4095 }, { 30, END } },
		{ ISOL_MATCH_A_VLAN, 0, 0, false, { 0, END }, { 1, 4094, 4095, END } },
		{ ISOL_MATCH_A_VLAN, 0, 0, true, { 1, 4094, 4095, END }, { 0, END } },
		{ ISOL_MATCH_A_VLAN, 1, 4094, false, { 1, 4094, END }, { 0, 4095, END } },
		{ ISOL_MATCH_A_PCP, 5, 5, false, { 5, END }, { 4, 6, ISOL_NO_PCP, END } },
		{ ISOL_MATCH_A_PCP, 5, 5, true, { 0, 6, 7, END }, { 5, ISOL_NO_PCP, END } },
		{ ISOL_MATCH_A_PCP, 0, 7, false, { 0, 7, END }, { ISOL_NO_PCP, END } },
		{ ISOL_MATCH_A_INNER_VLAN, 100, 100, false, { 100, END },
		  { 0, 4095, ISOL_NO_INNER_VLAN, END } },
		{ ISOL_MATCH_A_INNER_VLAN, 100, 100, true, { 0, 99, 4095, END },
		  { 100, ISOL_NO_INNER_VLAN, END } },
		{ ISOL_MATCH_A_INNER_VLAN, 0, 4095, false, { 0, 4095, END },
		  { ISOL_NO_INNER_VLAN, END } },
	};
	u32 i, j, shape;
	struct hand h;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		h.w = world_new(DROP);
		add_binding(h.w, "a");
		add_binding(h.w, "b");
		ask_none(h.w);
		ask(h.w, list[i].field, list[i].lo, list[i].hi);
		h.w->match.values[0].negate = list[i].negate;
		add_rule(h.w, "r", "a", "b", ACCEPT);
		CHECK_EQ(compile(h.w), 0);
		for (shape = ISOL_SHAPE_UNREAD + 1; shape < ISOL_NSHAPES; shape++) {
			set(&h, shape, 0x0800, 6, 80);
			set_tags(&h, 1, 1, 1);
			for (j = 0; j < 4 && list[i].yes[j] != END; j++) {
				h.key.v[list[i].field] = list[i].yes[j];
				expect_rule(&h, true);
			}
			for (j = 0; j < 4 && list[i].no[j] != END; j++) {
				h.key.v[list[i].field] = list[i].no[j];
				expect_rule(&h, false);
			}
		}
		/* or it might be */
		set(&h, ISOL_SHAPE_UNREAD, 0, 0, 0);
		expect(&h, DROP, ISOL_REASON_UNPARSED, NULL);
		world_free(h.w);
#undef END
	}
}

static u32 classify(const struct world *w, u32 from, u32 to, const struct isol_packet *packet)
{
	u32 d = 0;

	CHECK(isol_classify(&w->compiled.tables, isol_word(1, from), isol_word(1, to),
			    ISOL_VLAN_UNKNOWN, packet, &d));
	return d;
}

/* What can be read counts for nothing beside a VLAN that nobody knows. */
static void vlan_unknown(void)
{
	static const u8 tcp[] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00,
		0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0x03, 0xe8, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0,
	};
	struct isol_packet packet = { .head = tcp, .linear = sizeof(tcp), .len = sizeof(tcp) };
	struct world *w = world_new(DROP);
	u32 from, to, d;

	add_binding(w, "a");
	add_binding(w, "b");
	add_binding(w, "c");
	ask_none(w);
	ask(w, ISOL_MATCH_A_VLAN, 30, 30);
	add_rule(w, "vlan", "a", "b", DROP);
	add_rule(w, "other", "a", "c", ACCEPT);
	ask_none(w);
	ask(w, ISOL_MATCH_A_PROTO, 6, 6);
	add_rule(w, "tcp", "a", "b", ACCEPT);
	add_rule(w, "back", "b", "a", ACCEPT);
	CHECK_EQ(compile(w), 0);
	CHECK(program(w, "a", "b")->wants_vlan && program(w, "a", "c")->wants_vlan);
	CHECK(!program(w, "b", "a")->wants_vlan);
	from = ISOL_CLASS_FIRST_BINDING + isol_model_binding(w->model, "a")->id;
	to = ISOL_CLASS_FIRST_BINDING + isol_model_binding(w->model, "b")->id;
	/* it might be in VLAN 30 */
	d = classify(w, from, to, &packet);
	CHECK_EQ(d, isol_decision(DROP, ISOL_REASON_UNPARSED, 0));
	/* and is not */
	packet.vlan_known = true;
	packet.vlan = 29;
	d = classify(w, from, to, &packet);
	CHECK_EQ(d, isol_decision(ACCEPT, ISOL_REASON_RULE, 2));
	packet.vlan = 30;
	d = classify(w, from, to, &packet);
	CHECK_EQ(d, isol_decision(DROP, ISOL_REASON_RULE, 0));
	/* where nobody asks it does not matter */
	packet.vlan_known = false;
	d = classify(w, to, from, &packet);
	CHECK_EQ(d, isol_decision(ACCEPT, ISOL_REASON_RULE, 3));
	/* what accepts in a VLAN does not in one that might be another */
	to = ISOL_CLASS_FIRST_BINDING + isol_model_binding(w->model, "c")->id;
	d = classify(w, from, to, &packet);
	CHECK_EQ(isol_decision_reason(d), ISOL_REASON_UNPARSED);
	CHECK(!(d & ISOL_DECISION_ACCEPT));
	packet.vlan_known = true;
	d = classify(w, from, to, &packet);
	CHECK_EQ(d, isol_decision(ACCEPT, ISOL_REASON_RULE, 1));
	world_free(w);
}

/* No deeper than the rules ask. */
static void depths(void)
{
	static const struct {
		u32 field, lo, hi, depth;
	} asked[] = {
		{ ISOL_MATCH_A_CAST, ISOL_CAST_UNICAST, ISOL_CAST_UNICAST, ISOL_DEPTH_L2 },
		{ ISOL_MATCH_A_ETHERTYPE, 0x0800, 0x0800, ISOL_DEPTH_L2 },
		{ ISOL_MATCH_A_DSCP, 46, 46, ISOL_DEPTH_L3 },
		{ ISOL_MATCH_A_PROTO, 6, 6, ISOL_DEPTH_L3 },
		{ ISOL_MATCH_A_ARP_OP, 1, 1, ISOL_DEPTH_L3 },
		{ ISOL_MATCH_A_FRAGMENT, 0, 0, ISOL_DEPTH_L3 },
		{ ISOL_MATCH_A_VLAN, 30, 30, ISOL_DEPTH_L2 },
		{ ISOL_MATCH_A_PCP, 5, 5, ISOL_DEPTH_L2 },
		{ ISOL_MATCH_A_INNER_VLAN, 100, 100, ISOL_DEPTH_L2 },
	};
	struct world *w;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(asked); i++) {
		w = world_new(DROP);
		add_binding(w, "a");
		add_binding(w, "b");
		ask_none(w);
		ask(w, asked[i].field, asked[i].lo, asked[i].hi);
		add_rule(w, "r", "a", "b", ACCEPT);
		CHECK_EQ(compile(w), 0);
		CHECK_EQ(program(w, "a", "b")->depth, asked[i].depth);
		CHECK_EQ(program(w, "a", "b")->wants_vlan, asked[i].field >= ISOL_MATCH_A_VLAN);
		try_frames(w, 500);
		world_free(w);
	}
}

/* ---- from bytes */

/* Whoever it is that says which VLAN a frame is in. */
static void tell_vlan(struct isol_packet *packet, const struct isol_key *key)
{
	u32 vlan = key->v[ISOL_MATCH_A_VLAN];

	if (key->shape == ISOL_SHAPE_UNREAD || !keys_vlan_known(key))
		return;
	switch (below(3)) {
	case 0:
		isol_packet_vlan(packet);
		break;
	case 1:
		isol_packet_classify(packet, vlan);
		break;
	default:
		packet->vlan_known = true;
		packet->vlan_tagged = key->v[ISOL_MATCH_A_PCP] != ISOL_NO_PCP;
		packet->vlan_within = packet->vlan_tagged;
		packet->pcp = key->v[ISOL_MATCH_A_PCP] & 7;
		packet->vlan = vlan;
	}
}

/* All the way, by isol_classify(). */
static void whole_frames(void)
{
	u32 rounds = test_rounds(300), i, n, from, to, d;
	struct oracle_end a, b;
	struct oracle_answer want;
	struct isol_packet packet;
	struct isol_key key, read;
	struct gen_shape shape;
	u8 bytes[KEYS_FRAME];
	struct keys *keys;
	char text[300];
	struct world *w;

	for (i = 0; i < rounds && test_good(); i++) {
		random_shape(&shape);
		w = random_rules(&shape, between(1, 15));
		CHECK_EQ(compile(w), 0);
		if (!test_good()) {
			world_free(w);
			break;
		}
		a = end_of(w, "a");
		b = end_of(w, "b");
		from = class_of_end(w->model->bridges, &a);
		to = class_of_end(w->model->bridges, &b);
		keys = keys_new(w->model);
		for (n = 0; n < 100 && test_good(); n++) {
			keys_random(keys, &key);
			packet = (struct isol_packet){ .head = bytes };
			packet.len = keys_frame(&key, bytes);
			packet.linear = packet.len;
			tell_vlan(&packet, &key);
			isol_frame_parse(&packet, ISOL_DEPTH_L4, &read);
			if (packet.vlan_known)
				isol_frame_vlan(&packet, &read);
			else
				read.v[ISOL_MATCH_A_VLAN] = KEYS_VLAN_UNKNOWN;
			/* but for what hides more than is said, they are the same */
			CHECK_MSG(read.shape == key.shape || key.shape == ISOL_SHAPE_OTHER,
				  "shape %u became %u", key.shape, read.shape);
			want = oracle_ask(w->model, w->model->bridges, &a, &b, &read);
			CHECK(isol_classify(&w->compiled.tables, isol_word(1, from),
					    isol_word(1, to), ISOL_VLAN_UNKNOWN, &packet, &d));
			CHECK_MSG(isol_decision_verdict(d) == want.verdict &&
				  isol_decision_reason(d) == want.reason &&
				  (!want.rule || isol_decision_counter(d) == want.nr),
				  "decision %#x, not %u by reason %u %s; %s", d, want.verdict,
				  want.reason, want.rule ? want.rule->name : "",
				  keys_text(&read, text, sizeof(text)));
		}
		if (!test_good())
			gen_print(w->model);
		keys_free(keys);
		world_free(w);
	}
}

/* ---- sharing */

static void shared(void)
{
	static const char *const ends[] = { "a1", "a2", "b1", "b2", "c" };
	struct world *w = world_new(DROP);
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(ends); i++)
		add_binding(w, ends[i]);
	ask_none(w);
	ask(w, ISOL_MATCH_A_PROTO, 6, 6);
	/* the same rules between a* and b*, and one fewer to c */
	for (i = 0; i < 2; i++) {
		struct isol_rule_spec *spec = calloc(1, sizeof(*spec));

		spec->stateless = true;
		spec->name = i ? "second" : "first";
		spec->nfrom = 2;
		spec->nto = i ? 2 : 3;
		for (j = 0; j < 2; j++)
			spec->from[j] = (struct isol_endpoint_spec) {
				.kind = ISOL_ENDPOINT_BINDING, .name = ends[j] };
		for (j = 0; j < spec->nto; j++)
			spec->to[j] = (struct isol_endpoint_spec) {
				.kind = ISOL_ENDPOINT_BINDING, .name = ends[2 + j] };
		spec->verdict = i;
		memcpy(spec->values, w->match.values, sizeof(spec->values));
		spec->nvalues = w->match.n;
		CHECK_EQ(isol_model_add_rule(w->model, spec, &w->fault), 0);
		free(spec);
	}
	ask_none(w);
	add_rule(w, "all", "a2", "b2", ACCEPT);
	CHECK_EQ(compile(w), 0);
	CHECK(program(w, "a1", "b1") == program(w, "a1", "b2"));
	CHECK(program(w, "a1", "b1") == program(w, "a2", "b1"));
	/* another end, other rules */
	CHECK(program(w, "a1", "b1") != program(w, "a2", "b2"));
	CHECK(program(w, "a1", "c") == program(w, "a2", "c"));
	CHECK(program(w, "a1", "c") != program(w, "a1", "b1"));
	CHECK_EQ(w->compiled.nprograms, 3);
	CHECK(!isol_cell_asks(cell(w, "b1", "a1")));
	CHECK(!isol_cell_asks(cell(w, "a1", "a2")));
	world_free(w);
}

/* What stands behind a rule that asks nothing is never asked. */
static void never_asked(void)
{
	struct world *w = world_new(DROP);

	add_binding(w, "a");
	add_binding(w, "b");
	ask_none(w);
	add_rule(w, "all", "a", "b", ACCEPT);
	ask(w, ISOL_MATCH_A_PROTO, 6, 6);
	add_rule(w, "never", "a", "b", DROP);
	CHECK_EQ(compile(w), 0);
	CHECK(!isol_cell_asks(cell(w, "a", "b")));
	CHECK_EQ(w->compiled.nprograms, 0);
	try_frames(w, 100);
	world_free(w);
}

/* ---- memory */

static void every_allocation_fails(void)
{
	struct gen_shape shape = { .fields = 4, .values = 2, .pool = 200, .negate = 10,
				   .accept = 50 };
	struct world *w = random_rules(&shape, 40);
	struct isol_compiled compiled;
	int err = 0;
	s64 used;
	long n;

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
	CHECK(n > 20);
	w->compiled = compiled;
	try_frames(w, 500);
	world_free(w);
}

/* ---- time */

/* Many rules of any kind take no longer than the limit of steps allows. */
static void timings(void)
{
	static const u32 sizes[] = { 10, 100, 1000, 10000 };
	struct gen_shape shape = { .fields = 3, .values = 1, .accept = 80 };
	unsigned int begin;
	struct world *w;
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		shape.pool = sizes[i];
		w = random_rules(&shape, sizes[i]);
		begin = test_ms();
		err = compile(w);
		printf("# %u rules between two: %u ms, %s\n", sizes[i], test_ms() - begin,
		       err ? msg : "compiled");
		CHECK(!err || err == -ENOSPC);
		CHECK(test_ms() - begin < 60000);
		if (!err)
			try_frames(w, 200);
		world_free(w);
	}
}

#define CASES(X) \
	X(spelled_out) \
	X(negated) \
	X(tags) \
	X(vlan_unknown) \
	X(depths) \
	X(deep) \
	X(overlapping) \
	X(edges) \
	X(whole_frames) \
	X(shared) \
	X(never_asked) \
	X(every_allocation_fails) \
	TEST_HOST_ONLY(X(timings))

TEST_SUITE(program, CASES)
