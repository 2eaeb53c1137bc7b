// SPDX-License-Identifier: GPL-2.0
/*
 * The tool and the module agree about what a policy may be: what the tool lets
 * through, the module's model takes; what the model refuses, the tool refuses.
 */
#include "gen.h"
#include "give.h"
#include "random_policy.h"
#include "test.h"
#include "userspace/check.h"
#include "userspace/match_fault.h"

static int give(const struct policy *p, struct isol_fault *f)
{
	struct isol_model *model;
	struct isol_mem mem;
	int err;

	isol_mem_init(&mem, 1 << 28);
	model = isol_model_new(&mem);
	err = give_policy(model, p, f);
	isol_model_free(model);
	return err;
}

/* Let some rules ask about the frame. */
static void ask_frames(struct policy *p)
{
	struct gen_match *match = malloc(sizeof(*match));
	const struct gen_shape shape = {
		.fields = between(1, 5), .values = between(1, 4), .pool = between(1, 30),
		.negate = percent(50) ? 0 : 30,
	};
	int kind;
	size_t i;

	for (kind = OBJECT_SRULE; kind <= OBJECT_QRULE; kind++)
		for (i = 0; i < p->list[kind].n; i++) {
			struct rule *r = (struct rule *)(void *)p->list[kind].v[i];
			struct mark at;

			if (percent(50))
				continue;
			gen_match(match, &shape);
			r->match = NULL;
			take_match(&p->arena, match->values, match->n, rule_ask(p, r));
			if (match_untracked(rule_match(r), &at))
				r->stateless = true;
		}
	free(match);
}

static void accepted(void)
{
	unsigned int i, n = test_rounds(300);

	for (i = 0; i < n && test_good(); i++) {
		struct policy *p = random_policy(test_rand, 1 + i % 50);
		struct isol_fault f = { 0 };
		struct diags d = { 0 };
		int err;

		ask_frames(p);
		err = give(p, &f);
		CHECK_MSG(!err, "the model says %d: %s", err, f.msg ? f.msg : "?");
		CHECK_MSG(!policy_check(p, &d), "only the tool refuses it");
		if (!test_good())
			diags_print(&d, stdout);
		diags_free(&d);
		policy_free(p);
	}
}

static const char *const words[] = {
	"", "a", "any", "host", "unbound", "quarantined", "-x", "a b", "br0", "up0.0", "g0", "b0",
	"vnet1", "v*", ".", "..", "a/b", "a:b", "\xc3\xa9", "\xff", "tab\t", "x\x7f", "red",
	"1234567890123456", "longer-than-sixty-three-characters-is-what-no-name-may-ever-be-here",
};

static struct word a_word(struct policy *p)
{
	return word_make(p, words[below(ARRAY_SIZE(words))], (struct mark){ 0 });
}

static void spoil_binding(struct policy *p, struct binding *b)
{
	switch (below(6)) {
	case 0:
		b->match = a_word(p);
		break;
	case 1:
		b->mac[below(6)] = test_rand();
		break;
	case 2:
		b->role = below(4);
		break;
	case 3:
		b->community = a_word(p);
		break;
	case 4:
		b->segment = a_word(p);
		break;
	default:
		if (b->groups.n < ISOL_MAX_MEMBERSHIPS)
			word_list_add(p, &b->groups, a_word(p));
		break;
	}
}

/* One more value, or one that is another, or not the values that are there. */
static void spoil_match(struct policy *p, struct rule *r)
{
	u32 field = between(1, ISOL_MATCH_A_MAX);
	struct match *m = rule_ask(p, r);
	struct match_field *f = &m->of[field];
	struct match_value v = { 0 };
	static const char *const sets[] = { "s0", "s1", "r0", "m0", "p0", "none" };

	if (f->n && percent(50)) {
		f->negate = !f->negate;
		return;
	}
	v.lo = percent(50) ? below(300) : test_rand();
	v.hi = percent(50) ? v.lo : percent(50) ? v.lo + below(1000) : test_rand();
	if (match_type(field) == MATCH_MAC || match_type(field) == MATCH_FLAGS) {
		v.mask = percent(50) ? 1ULL << below(50) : ~0ULL << below(49) & ((1ULL << 48) - 1);
		v.value = percent(90) ? test_rand() & v.mask : test_rand();
	} else if (match_type(field) == MATCH_IP6) {
		v.lo6[below(16)] = below(256);
		v.hi6[below(16)] = below(256);
	} else if (match_type(field) == MATCH_SET) {
		v = (struct match_value){ .set = sets[below(ARRAY_SIZE(sets))] };
	}
	if (f->n && percent(50))
		f->v[below(f->n)] = v;
	else
		match_add(&p->arena, m, field, &v);
}

static void spoil_rule(struct policy *p, struct rule *r)
{
	struct endpoint_list *l = percent(50) ? &r->from : &r->to;

	if (percent(20)) {
		r->owner = a_word(p);
		return;
	}
	if (percent(20)) {
		r->stateless = !r->stateless;
		return;
	}
	if (percent(50)) {
		spoil_match(p, r);
		return;
	}
	if (percent(50) || l->n == ISOL_MAX_ENDPOINTS)
		l->n = 0;
	endpoint_list_add(p, l, endpoint_make(a_word(p)));
}

/* Change something of something; names stay, they are in the index. */
static void spoil(struct policy *p)
{
	int kind = below(OBJECT_KINDS);
	struct word_list *l;
	struct object *o;

	/* what services come to is made anew */
	if (!p->list[kind].n || kind == OBJECT_SRULE)
		return;
	o = p->list[kind].v[below(p->list[kind].n)];
	if (percent(20)) {
		o->comment = a_word(p);
		return;
	}
	switch (kind) {
	case OBJECT_BRIDGE:
		l = &((struct bridge *)(void *)o)->uplinks;
		if (l->n < ISOL_MAX_UPLINKS)
			word_list_add(p, l, a_word(p));
		break;
	case OBJECT_SEGMENT:
		((struct segment *)(void *)o)->bridge = a_word(p);
		break;
	case OBJECT_BINDING:
		spoil_binding(p, (struct binding *)(void *)o);
		break;
	case OBJECT_SERVICE:
		if (((struct service *)(void *)o)->where.n == ISOL_MAX_ENDPOINTS)
			return;
		if (percent(50))
			endpoint_list_add(p, &((struct service *)(void *)o)->where,
					  endpoint_make(a_word(p)));
		else
			((struct service *)(void *)o)->where.n = 0;
		break;
	case OBJECT_RULE:
	case OBJECT_QRULE:
		spoil_rule(p, (struct rule *)(void *)o);
		break;
	}
}

static void spoilt(void)
{
	unsigned int i, n = test_rounds(4000), both = 0, tool = 0, neither = 0;

	for (i = 0; i < n && test_good(); i++) {
		struct policy *p = random_policy(test_rand, 6);
		struct isol_fault f = { 0 };
		struct diags d = { 0 };
		int err, said;

		ask_frames(p);
		spoil(p);
		err = give(p, &f);
		/* after: it resolves what the model has to resolve by itself */
		said = policy_check(p, &d);
		if (!said)
			err = give(p, &f);
		CHECK_MSG(!err || said, "only the model refuses it: %s", f.msg ? f.msg : "?");
		both += err && said;
		tool += !err && said;
		neither += !err && !said;
		diags_free(&d);
		policy_free(p);
	}
	printf("# refused by both %u, by the tool alone %u, by neither %u\n", both, tool, neither);
}

int main(void)
{
	test_begin();
	run_case("agree_accepted", accepted);
	run_case("agree_refused", spoilt);
	return test_end();
}
