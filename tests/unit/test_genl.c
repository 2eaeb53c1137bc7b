// SPDX-License-Identifier: GPL-2.0
/* Reading and replacing the policy through the transport, as things go wrong. */
#include <errno.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "fake_kernel.h"
#include "random_policy.h"
#include "test.h"
#include "userspace/diff.h"
#include "userspace/pull.h"
#include "userspace/push.h"

static void open_fake(struct genl *g, struct fake_kernel *k)
{
	CHECK_EQ(genl_open_io(g, &fake_kernel_io, k), 0);
	CHECK_EQ(g->family, 33);
	CHECK_EQ(g->group_port, 5);
	CHECK_EQ(g->group_policy, 0);
}

static void push(struct genl *g, const struct policy *p, u64 base, u64 expected)
{
	u64 generation = 0;

	CHECK_EQ(push_policy(g, p, base, &generation), 0);
	CHECK_EQ(generation, expected);
}

static void round_trips(void)
{
	unsigned int i, n = test_rounds(60);
	struct fake_kernel k = { 0 };
	struct genl g;
	struct view v;

	open_fake(&g, &k);
	CHECK_EQ(pull(&g, PULL_POLICY, &v), 0);
	CHECK_EQ(v.generation, 0);
	CHECK(!v.status.enforcing);
	pull_free(&v);
	for (i = 0; i < n && test_good(); i++) {
		struct policy *p = random_policy(test_rand, 1 + i);

		k.done_first = i % 2;
		k.stray = i % 3;
		push(&g, p, i, i + 1);
		CHECK_EQ(pull(&g, PULL_POLICY, &v), 0);
		CHECK_EQ(v.generation, i + 1);
		CHECK(v.status.enforcing);
		CHECK_EQ(v.status.since, 1700000000);
		CHECK(!policy_diff(p, v.policy, NULL, NULL));
		pull_free(&v);
		policy_free(p);
	}
	genl_close(&g);
	fake_kernel_free(&k);
}

static void interrupted(void)
{
	struct policy *p = random_policy(test_rand, 30);
	struct fake_kernel k = { 0 };
	struct genl g;
	struct view v;

	open_fake(&g, &k);
	push(&g, p, 0, 1);
	k.interrupt = 9;
	CHECK_EQ(pull(&g, PULL_POLICY, &v), 0);
	CHECK(!policy_diff(p, v.policy, NULL, NULL));
	CHECK_EQ(k.interrupt, 0);
	pull_free(&v);
	k.interrupt = 1000;
	CHECK_EQ(pull(&g, PULL_POLICY, &v), -EAGAIN);
	CHECK_EQ(g.error.code, -EAGAIN);
	pull_free(&v);
	policy_free(p);
	genl_close(&g);
	fake_kernel_free(&k);
}

/* Dumps between which the policy changes: all of it is to be of one generation. */
static void changed_between(void)
{
	unsigned int when;

	for (when = 1; when < 9 && test_good(); when++) {
		struct policy *p = random_policy(test_rand, 20);
		struct fake_kernel k = { 0 };
		struct genl g;
		struct view v;

		open_fake(&g, &k);
		push(&g, p, 0, 1);
		k.requests = 0;
		k.change_after = when;
		CHECK_EQ(pull(&g, PULL_POLICY, &v), 0);
		if (v.generation == 1) {
			CHECK(!policy_diff(p, v.policy, NULL, NULL));
		} else {
			CHECK_EQ(v.generation, 2);
			CHECK(!policy_diff(k.enforced, v.policy, NULL, NULL));
		}
		pull_free(&v);
		policy_free(p);
		genl_close(&g);
		fake_kernel_free(&k);
	}
}

static void stale(void)
{
	struct policy *p = random_policy(test_rand, 10);
	struct fake_kernel k = { .generation = 7 };
	u64 generation = 0;
	struct genl g;

	open_fake(&g, &k);
	CHECK_EQ(push_policy(&g, p, 6, &generation), -ESTALE);
	CHECK_EQ(g.error.code, -ESTALE);
	CHECK(!strcmp(g.error.message, "not the current generation"));
	CHECK(!strcmp(g.error.attr, "base-generation"));
	CHECK(!k.enforced && !k.candidate && !k.adds);
	policy_free(p);
	genl_close(&g);
	fake_kernel_free(&k);
}

/* An error points at an attribute of one of many objects in a message. */
static void refused(void)
{
	struct policy *p = policy_new();
	const struct mark nowhere = { 0 };
	struct fake_kernel k = { .refuse = "b7", .refuse_attr = ISOL_BINDING_A_MAC };
	u64 generation = 0;
	unsigned int i;
	char name[16];
	struct genl g;

	for (i = 0; i < 20; i++) {
		struct object *o;
		struct binding *b;

		snprintf(name, sizeof(name), "b%u", i);
		o = policy_object(p, OBJECT_BINDING, name, nowhere);
		b = (struct binding *)(void *)o;
		b->selector = SELECTOR_MAC;
		b->mac[5] = i + 1;
		policy_add(p, OBJECT_BINDING, o);
	}
	open_fake(&g, &k);
	CHECK_EQ(push_policy(&g, p, 0, &generation), -EEXIST);
	CHECK(!strcmp(g.error.attr, "binding.mac"));
	CHECK(!strcmp(g.error.object, "binding b7"));
	CHECK(!strcmp(g.error.message, "taken"));
	k.refuse_attr = 4000;
	CHECK_EQ(push_policy(&g, p, 0, &generation), -EEXIST);
	CHECK(!strcmp(g.error.attr, "binding"));
	CHECK(!strcmp(g.error.object, "binding b7"));
	CHECK(!k.enforced);
	policy_free(p);
	genl_close(&g);
	fake_kernel_free(&k);
}

static void absent(void)
{
	struct fake_kernel k = { .absent = true };
	struct genl g;

	CHECK_EQ(genl_open_io(&g, &fake_kernel_io, &k), -ENOENT);
	CHECK_EQ(g.error.code, -ENOENT);
	genl_close(&g);
	fake_kernel_free(&k);
}

static void path(const struct nlmsghdr *nlh, const void *at, const char *attr,
		 const char *object)
{
	struct genl_error e = { 0 };

	genl_attr_path(nlh, (const char *)at - (const char *)nlh, &e);
	CHECK_MSG(!strcmp(e.attr, attr), "'%s', not '%s'", e.attr, attr);
	CHECK_MSG(!strcmp(e.object, object), "'%s', not '%s'", e.object, object);
}

static void paths(void)
{
	static char buf[4096];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *rule, *from, *kind;
	struct genl_error e = { 0 };
	unsigned int i;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	rule = mnl_attr_nest_start(nlh, ISOL_A_RULE);
	mnl_attr_put_strz(nlh, ISOL_RULE_A_NAME, "r1");
	from = mnl_attr_nest_start(nlh, ISOL_RULE_A_FROM);
	kind = mnl_nlmsg_get_payload_tail(nlh);
	mnl_attr_put_u8(nlh, ISOL_ENDPOINT_A_KIND, 1);
	mnl_attr_nest_end(nlh, from);
	mnl_attr_nest_end(nlh, rule);
	path(nlh, rule, "rule", "rule r1");
	path(nlh, from, "rule.from", "rule r1");
	path(nlh, kind, "rule.from.kind", "rule r1");
	path(nlh, (char *)kind + 1, "", "rule r1");
	path(nlh, nlh, "", "");
	/* any offset is safe */
	for (i = 0; i < 8192; i++)
		genl_attr_path(nlh, i, &e);
	genl_attr_path(nlh, UINT32_MAX, &e);
}

int main(void)
{
	test_begin();
	run_case("genl_round_trips", round_trips);
	run_case("genl_interrupted", interrupted);
	run_case("genl_changed_between", changed_between);
	run_case("genl_stale", stale);
	run_case("genl_refused", refused);
	run_case("genl_absent", absent);
	run_case("genl_paths", paths);
	return test_end();
}
