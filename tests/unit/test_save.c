// SPDX-License-Identifier: GPL-2.0
/* What is saved loads as the same policy. */
#include <jansson.h>

#include "random_policy.h"
#include "test.h"
#include "userspace/diff.h"
#include "userspace/load.h"
#include "userspace/save.h"
#include "userspace/tree.h"

enum form { YAML, JSON, PRETTY, ASCII };

static char *save(const struct policy *p, enum form form)
{
	json_t *tree = tree_policy(p);
	char *s = NULL;
	size_t len;
	FILE *f;

	if (form == ASCII) {
		s = json_dumps(tree, JSON_ENSURE_ASCII);
	} else {
		f = open_memstream(&s, &len);
		CHECK_EQ(form == YAML ? save_yaml(tree, f) : save_json(tree, form == PRETTY, f), 0);
		fclose(f);
	}
	json_decref(tree);
	return s;
}

static struct policy *load(const char *s)
{
	struct diags d = { 0 };
	struct policy *p;
	int err;

	err = isol_load("saved", s, strlen(s), &p, &d);
	CHECK_MSG(!err, "%s", d.n ? d.v[0].text : "?");
	if (err)
		diags_print(&d, stdout);
	diags_free(&d);
	return p;
}

static void round_trip(const struct policy *p, enum form form)
{
	char *s = save(p, form), *again;
	struct policy *q = load(s);

	CHECK_MSG(q, "does not load: %.200s", s);
	if (q) {
		CHECK(!policy_diff(p, q, NULL, NULL));
		again = save(q, form);
		CHECK(!strcmp(s, again));
		free(again);
	}
	policy_free(q);
	free(s);
}

static void rounds(void)
{
	unsigned int i, n = test_rounds(150);

	for (i = 0; i < n && test_good(); i++) {
		struct policy *p = random_policy(test_rand, 1 + i % 40);

		round_trip(p, YAML);
		round_trip(p, JSON);
		round_trip(p, PRETTY);
		policy_free(p);
	}
}

static void text(void)
{
	static const char in[] =
		"isol: 1\n"
		"bridges:\n"
		"  br0: {uplinks: [eno1], unbound: accept, comment: \"a \\\"b\\\"\"}\n"
		"  br1: {}\n"
		"segments:\n"
		"  shop: {bridge: br0, within: accept}\n"
		"groups:\n"
		"  web: {comment: \"of old: web\"}\n"
		"  \"on\": {}\n"
		"bindings:\n"
		"  lb1: {mac: \"52:54:00:00:03:01\", segment: shop, groups: [web, \"on\"]}\n"
		"  c1: {port: \"vnet*\", claims: 8, role: community, community: red}\n"
		"  \"12\": {alias: \"vm 12\"}\n"
		"rules:\n"
		"- {name: r1, from: web, to: [lb1, host], verdict: accept, stateless: true, owner: ops}\n"
		"quarantine:\n"
		"  mode: isolate\n"
		"  rules:\n"
		"  - {name: q1, from: uplink, to: quarantined, verdict: accept, stateless: true}\n";
	struct policy *p = load(in);
	char *out;

	if (!p)
		return;
	out = save(p, YAML);
	CHECK_MSG(!strcmp(in, out), "%s", out);
	free(out);
	policy_free(p);
}

/* As many JSON writers do it: not one character beyond ASCII. */
static void ascii(void)
{
	struct policy *p = load("{\"isol\": 1, \"bridges\": {\"br0\": {\"comment\": \"\xc3\xa9 \xe6\xbc\xa2\"}}}");
	char *s = save(p, ASCII);
	struct policy *q = load(s);

	CHECK(strstr(s, "\\u"));
	CHECK(q && !policy_diff(p, q, NULL, NULL));
	free(s);
	policy_free(p);
	policy_free(q);
}

/* Names of interfaces need not be UTF-8; what is shown has to be. */
static void not_utf8(void)
{
	json_t *v = tree_text("a\xff-\xc3");

	CHECK(!strcmp(json_string_value(v), "a\xef\xbf\xbd-\xef\xbf\xbd"));
	json_decref(v);
}

int main(void)
{
	test_begin();
	run_case("save_text", text);
	run_case("save_ascii", ascii);
	run_case("save_not_utf8", not_utf8);
	run_case("save_round_trips", rounds);
	return test_end();
}
