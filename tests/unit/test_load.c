// SPDX-License-Identifier: GPL-2.0
/*
 * Files that are read, and what is said about those that are not.
 *
 * policies/NAME.yaml is held against policies/NAME.err: all that is printed
 * about it. Where there is no such file, nothing is. ISOL_UPDATE=1 writes them.
 */
#include <dirent.h>
#include <errno.h>

#include "random_policy.h"
#include "test.h"
#include "userspace/diff.h"
#include "userspace/load.h"
#include "userspace/push.h"
#include "userspace/save.h"
#include "userspace/set.h"
#include "userspace/tree.h"
#include "userspace/yaml.h"

/* What is printed about a file; NULL @p is not wanted. */
static char *diagnose(const char *name, const char *buf, size_t len, int *err)
{
	struct diags d = { 0 };
	struct policy *p;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	*err = isol_load(name, buf, len, &p, &d);
	CHECK((*err == 0) == !!p);
	CHECK((*err == 0) == (d.errors == 0));
	diags_print(&d, f);
	fclose(f);
	diags_free(&d);
	policy_free(p);
	return text;
}

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	char *buf;

	if (!f)
		return NULL;
	buf = calloc(1, 1 << 20);
	*len = fread(buf, 1, (1 << 20) - 1, f);
	fclose(f);
	return buf;
}

static void golden(const char *name)
{
	char path[512], errs[512];
	size_t len = 0, expected_len = 0;
	char *buf, *got, *expected;
	int err;

	snprintf(path, sizeof(path), ISOL_TESTS "/policies/%s.yaml", name);
	snprintf(errs, sizeof(errs), ISOL_TESTS "/policies/%s.err", name);
	snprintf(path + sizeof(path) / 2, sizeof(path) / 2, "%s.yaml", name);
	buf = read_file(path, &len);
	got = diagnose(path + sizeof(path) / 2, buf, len, &err);
	if (getenv("ISOL_UPDATE") && *got) {
		FILE *f = fopen(errs, "w");

		fputs(got, f);
		fclose(f);
	}
	expected = read_file(errs, &expected_len);
	CHECK_MSG(!strcmp(got, expected ? expected : ""), "%s:\n%s", name, got);
	CHECK_MSG(!err == !!strncmp(name, "bad-", 4), "%s: %d", name, err);
	free(expected);
	free(got);
	free(buf);
}

static int is_yaml(const struct dirent *e)
{
	size_t len = strlen(e->d_name);

	return len > 5 && !strcmp(e->d_name + len - 5, ".yaml");
}

static void golden_files(void)
{
	struct dirent **v = NULL;
	int n = scandir(ISOL_TESTS "/policies", &v, is_yaml, alphasort), i;

	CHECK(n > 20);
	for (i = 0; i < n; i++) {
		v[i]->d_name[strlen(v[i]->d_name) - 5] = '\0';
		golden(v[i]->d_name);
		free(v[i]);
	}
	free(v);
}

static void expect(const char *buf, size_t len, const char *expected)
{
	int err;
	char *got = diagnose("f", buf, len, &err);

	CHECK_MSG(strstr(got, expected), "got '%s', not '%s'", got, expected);
	free(got);
}

#define EXPECT(literal, expected) expect(literal, sizeof(literal) - 1, expected)

static void bytes(void)
{
	int err;
	char *got;

	EXPECT("isol: 1\n\0", "f:2:1: error: a NUL byte");
	EXPECT("isol: 1\n# \xe9\n", "f:2:3: error: byte 0xe9 is not UTF-8");
	EXPECT("isol: 1\n# \xc3\xa9\xc3\n", "f:2:4: error: byte 0xc3 is not UTF-8");
	EXPECT("\xff\xfei\0s\0o\0l\0", "f:1:1: error: byte 0xff is not UTF-8");
	EXPECT("isol: 1 # \x07\n", "f:1:11: error: the control character U+0007");
	EXPECT("isol: 1 # \xc2\x9b\n", "f:1:11: error: the control character U+009B");
	EXPECT("isol: 1\ngroups: {\"a\\e[2J\\u009b\": {}}\n", "the group name 'a\\u001b[2J\\u009b' holds");
	EXPECT("   ", "f:1:1: error: there is nothing");
	EXPECT("\t{\"isol\": 1}", "f:1:1: error: a tab");
	got = diagnose("f", "\xef\xbb\xbfisol: 2\n", 11, &err);
	CHECK_MSG(!strncmp(got, "f:1:7: error: 2 is out of range", 31), "%s", got);
	free(got);
	got = diagnose("f", "isol: 1\r\nbridges: {}\r\n", 22, &err);
	CHECK_MSG(!*got && !err, "%s", got);
	free(got);
}

static void nesting(void)
{
	char *buf = malloc(100001);
	int err;
	char *got;

	memset(buf, '[', 100000);
	buf[100000] = '\0';
	expect(buf, 100000, "f:1:17: error: nested more than 16 deep");
	memcpy(buf, "isol: 1\nx: ", 11);
	expect(buf, 100000, "nested more than 16 deep");
	memset(buf, ' ', 100000);
	memcpy(buf, "isol: 1\n", 8);
	got = diagnose("f", buf, 100000, &err);
	CHECK(!err);
	free(got);
	free(buf);
	buf = calloc(1, (size_t)YAML_MAX_SIZE + 1);
	expect(buf, (size_t)YAML_MAX_SIZE + 1, "f:1:1: error: the file is larger than 64 MiB");
	free(buf);
}

/* Text that grows. */
struct text {
	char *s;
	size_t len;
	size_t cap;
};

static void append(struct text *t, const char *fmt, ...)
{
	char buf[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (t->len + n + 1 > t->cap) {
		t->cap = 2 * (t->len + n + 1);
		t->s = realloc(t->s, t->cap);
	}
	memcpy(t->s + t->len, buf, n + 1);
	t->len += n;
}

static void many(const char *head, const char *fmt, const char *tail, unsigned int n,
		 const char *expected)
{
	struct text t = { 0 };
	unsigned int i;
	int err;

	append(&t, "%s", head);
	for (i = 0; i < n; i++)
		append(&t, fmt, i);
	append(&t, "%s", tail);
	if (expected) {
		expect(t.s, t.len, expected);
	} else {
		char *got = diagnose("f", t.s, t.len, &err);

		CHECK_MSG(!*got, "%.200s", got);
		free(got);
	}
	free(t.s);
}

static void limits(void)
{
	static const char b[] = "isol: 1\nbridges:\n", bb[] = "  b%u: {}\n";
	static const char u[] = "isol: 1\nbridges:\n  br0: {uplinks: [";
	static const char m[] = "isol: 1\nbindings:\n  a: {port: x, groups: [";
	static const char g[] = "isol: 1\ngroups:\n", gg[] = "  g%u:\n";
	static const char r[] = "isol: 1\nbindings: {a: {port: x}}\nrules:\n";
	static const char rr[] = "- {name: r%u, from: a, to: any, verdict: drop, stateless: true}\n";
	static const char e[] = "isol: 1\ngroups: {a: }\nrules:\n- {name: r, to: any, verdict: drop, stateless: true, from: [";
	static const char ee[] = "isol: 1\nbindings:\n", eee[] = "  b%u: {alias: \"%1$u\"}\n";

	static const char v[] = "isol: 1\nrules:\n- {name: r, from: members, to: any, verdict: drop, stateless: true,\n   src: [";
	static const char vv[] = "10.0.0.%u, ", vvv[] = "], tcp: 1}\n";
	static const char x[] = "isol: 1\nrules:\n- {name: r, from: members, to: any, verdict: drop, stateless: true, tcp: any,\n   sport: [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31], dst: [";

	many(v, vv, vvv, 126, NULL);
	many(v, vv, vvv, 127, "f:4:4: error: rule 'r': too many values");
	many(x, vv, "]}\n", 64, NULL);
	many(x, vv, "]}\n", 65, "error: rule 'r': too many combinations of values: split the rule");
	many(b, bb, "", 1024, NULL);
	many(b, bb, "", 1025, "f:1027:3: error: more than 1024 bridges");
	many(u, "up%u, ", "]}\n", 64, NULL);
	many(u, "up%u, ", "]}\n", 65, "more than 64 uplinks");
	many(m, "g%u, ", "]}\n", 64, NULL);
	many(m, "g%u, ", "]}\n", 65, "is in more than 64 groups");
	many(g, gg, "", 65535, NULL);
	many(g, gg, "", 65536, "more than 65535 groups");
	many(ee, eee, "", 65535, NULL);
	many(ee, eee, "", 65536, "more than 65535 bindings");
	many(e, "a, ", "]}\n", 64, NULL);
	many(e, "a, ", "]}\n", 65, "more than 64 endpoints on a side");
	many(r, rr, "", 131073, "more than 131072 rules");
}

/* What is not a policy does no harm: mutants of real files. */
static void mutants(void)
{
	unsigned int i, j, n = test_rounds(400);

	for (i = 0; i < n && test_good(); i++) {
		struct policy *p = random_policy(test_rand, 8);
		json_t *tree = tree_policy(p);
		char *text = NULL, *got;
		size_t len;
		FILE *f = open_memstream(&text, &len);
		int err;

		if (percent(50))
			save_yaml(tree, f);
		else
			save_json(tree, percent(50), f);
		fclose(f);
		for (j = 0; j < 1 + below(20); j++) {
			size_t at = below(len), run = below(len - at < 20 ? len - at : 20);

			switch (below(4)) {
			case 0:
				text[at] = test_rand() >> 20;
				break;
			case 1:
				text[at] = "{}[]:,-#&*!|>'\"%@`\t\n ?"[below(22)];
				break;
			case 2:
				memmove(text + below(len - run), text + at, run);
				break;
			default:
				memmove(text + at, text + at + run, len - at - run);
				len -= run;
				break;
			}
			if (!len)
				break;
		}
		got = diagnose("f", text, len, &err);
		CHECK(!err || *got);
		free(got);
		free(text);
		json_decref(tree);
		policy_free(p);
	}
}

static int count(struct nlmsghdr *nlh, void *data)
{
	*(size_t *)data += nlh->nlmsg_len;
	return 0;
}

/* 1,000 bindings and 10,000 rules: a fraction of a second, sanitizers and all. */
static void speed(void)
{
	static char buffer[GENL_BUFFER_SIZE];
	struct genl g = { .out = buffer, .family = 30 };
	struct diags d = { 0 };
	struct policy *p;
	struct text t = { 0 };
	size_t sent = 0;
	unsigned int i;
	unsigned int start, loaded;

	append(&t, "isol: 1\nbindings:\n");
	for (i = 0; i < 1000; i++)
		append(&t, "  b%u: {mac: \"52:54:00:00:%02x:%02x\", groups: [g%u, g%u]}\n", i,
		       i >> 8, i & 255, i % 100, i % 37 + 100);
	append(&t, "rules:\n");
	for (i = 0; i < 10000; i++)
		append(&t,
		       "- {name: r%u, from: [g%u, b%u], to: b%u, verdict: accept, stateless: true, comment: \"rule %u\"}\n",
		       i, i % 100, i % 1000, i * 7 % 1000, i);
	start = test_ms();
	CHECK_EQ(isol_load("f", t.s, t.len, &p, &d), 0);
	loaded = test_ms();
	if (p) {
		push_messages(&g, p, count, &sent);
		CHECK(!policy_diff(p, p, NULL, NULL));
	}
	printf("# %zu bytes loaded in %u ms, sent as %zu bytes and compared in %u ms\n", t.len,
	       loaded - start, sent, test_ms() - loaded);
	CHECK(test_ms() - start < 5000);
	policy_free(p);
	diags_free(&d);
	free(t.s);
}

/* Most rules ask nothing of frames: these do not pay for what others ask. */
static void without_match(void)
{
	static const char in[] =
		"isol: 1\nbindings: {a: {port: x}}\nrules:\n"
		"- {name: r, from: a, to: any, verdict: drop, stateless: true}\n"
		"- {name: s, from: a, to: any, tcp: 443, verdict: drop, stateless: true}\n";
	struct diags d = { 0 };
	const struct rule *r;
	struct policy *p;

	CHECK_EQ(isol_load("f", in, sizeof(in) - 1, &p, &d), 0);
	r = policy_find(p, OBJECT_RULE, "r");
	CHECK(!r->match && match_empty(rule_match(r)));
	r = policy_find(p, OBJECT_RULE, "s");
	CHECK(r->match && !match_empty(rule_match(r)));
	CHECK_MSG(sizeof(*r) <= 256, "a rule has %zu bytes", sizeof(*r));
	diags_free(&d);
	policy_free(p);
}

/* The files that there are for a policy that names some. */
static int read_fake(const char *path, size_t max, char **buf, size_t *len)
{
	static const struct {
		const char *path;
		const char *text;
		size_t len;
	} files[] = {
		{ "dir/a.txt", "\xef\xbb\xbf# all that is bad\n10.0.0.0/8\t# ten\r\n\n   2001:db8::/32", 0 },
		{ "/b", "192.0.2.1\n", 0 },
		{ "dir/bad", "10.0.0.1\n  10.0.0.1/8\n#\n10.0.0.1, 10.0.0.2\nx y # \x1b\n", 0 },
		{ "dir/nul", "10.0.0.1\n1\0 2\n", 13 },
		{ "dir/long", "1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111\n", 0 },
		{ "dir/none", "# no elements\n", 0 },
		{ "dir/-", "80", 0 },
		{ "dir/big", "", 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (strcmp(files[i].path, path))
			continue;
		*len = files[i].len ? files[i].len : strlen(files[i].text);
		if (!strcmp(path, "dir/big"))
			*len = max + 1;
		*buf = calloc(1, *len + 1);
		memcpy(*buf, files[i].text, files[i].len ? files[i].len : strlen(files[i].text));
		return 0;
	}
	return -ENOENT;
}

/* What a policy holds that names files, or what is said of it. */
static void expect_files(const char *of, const char *expected)
{
	const struct load_files files = { .policy = "dir/p.yaml", .read = read_fake };
	char buf[512], *text = NULL, element[MATCH_TEXT_SIZE];
	struct diags d = { 0 };
	struct policy *p;
	struct set *s;
	size_t size, i;
	FILE *f = open_memstream(&text, &size);

	snprintf(buf, sizeof(buf), "isol: 1\nsets: {s: %s}\n"
		 "rules: [{name: r, from: members, to: any, src: {set: s}, verdict: drop, stateless: true}]\n",
		 of);
	if (!isol_load_files("dir/p.yaml", buf, strlen(buf), &files, &p, &d)) {
		s = policy_find(p, OBJECT_SET, "s");
		for (i = 0; i < s->n; i++)
			fprintf(f, "%s ", element_format(&s->v[i], element));
	}
	/* after the policy has gone: what is said does not live in it */
	policy_free(p);
	diags_print(&d, f);
	diags_free(&d);
	fclose(f);
	CHECK_MSG(!strcmp(text, expected), "%s: '%s'", of, text);
	free(text);
}

static void element_files(void)
{
	expect_files("{addresses: {file: a.txt}}", "10.0.0.0/8 2001:db8::/32 ");
	expect_files("{addresses: {file: [a.txt, /b]}}", "10.0.0.0/8 2001:db8::/32 192.0.2.1 ");
	expect_files("{addresses: {file: none}}",
		     "dir/p.yaml:2:8: warning: the set 's' is empty: it holds nothing\n");
	expect_files("{addresses: {file: c}}",
		     "dir/p.yaml:2:30: error: dir/c: No such file or directory\n");
	expect_files("{addresses: {file: big}}",
		     "dir/p.yaml:2:30: error: dir/big is larger than 16 MiB\n");
	expect_files("{addresses: {file: bad}}",
		     "dir/bad:2:3: error: 10.0.0.1/8 has bits beyond the prefix; expected 10.0.0.0/8, or 10.0.0.1 alone\n"
		     "dir/bad:4:9: error: a comma; expected one element on each line\n"
		     "dir/bad:5:1: error: 'x y'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9\n");
	expect_files("{addresses: {file: nul}}",
		     "dir/nul:2:1: error: a NUL character; expected an address\n");
	expect_files("{addresses: {file: long}}",
		     "dir/long:1:1: error: 100 bytes; expected an address\n");
	/* in the order of the policy's file, and then others */
	expect_files("{addresses: {file: [c, bad, d]}}",
		     "dir/p.yaml:2:31: error: dir/c: No such file or directory\n"
		     "dir/p.yaml:2:39: error: dir/d: No such file or directory\n"
		     "dir/bad:2:3: error: 10.0.0.1/8 has bits beyond the prefix; expected 10.0.0.0/8, or 10.0.0.1 alone\n"
		     "dir/bad:4:9: error: a comma; expected one element on each line\n"
		     "dir/bad:5:1: error: 'x y'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9\n");
	/* the standard input is none of the policy's files */
	expect_files("{ports: {file: \"-\"}}",
		     "dir/p.yaml:3:54: error: rule 'r': 'src' with the set 's', which is of ports (line 2); expected one of addresses\n");
}

/* 100,000 prefixes: read, checked, sent, compared and written in a second or two. */
static void many_elements(void)
{
	static char buffer[GENL_BUFFER_SIZE];
	struct genl g = { .out = buffer, .family = 30 };
	unsigned int i, start = test_ms(), loaded, saved;
	struct diags d = { 0 };
	struct text t = { 0 };
	char *text = NULL;
	struct policy *p;
	size_t sent = 0, len;
	json_t *tree;
	FILE *f;

	append(&t, "isol: 1\nrules: [{name: r, from: members, to: any, src: {set: s}, verdict: drop, stateless: true}]\n"
	       "sets:\n  s:\n    addresses:\n");
	for (i = 0; i < 100000; i++)
		if (i % 4)
			append(&t, "    - %u.%u.%u.0/24\n", 1 + i / 60000, i / 250 % 240, i % 250);
		else
			append(&t, "    - \"2001:db8:%x::/48\"\n", i / 4);
	CHECK_EQ(isol_load("f", t.s, t.len, &p, &d), 0);
	loaded = test_ms();
	if (p) {
		push_messages(&g, p, count, &sent);
		CHECK(!policy_diff(p, p, NULL, NULL));
		f = open_memstream(&text, &len);
		tree = tree_policy(p);
		CHECK_EQ(save_yaml(tree, f), 0);
		json_decref(tree);
		fclose(f);
		CHECK(len > 1000000);
		free(text);
	}
	saved = test_ms();
	printf("# 100000 elements loaded in %u ms, sent as %zu bytes, compared and saved in %u ms\n",
	       loaded - start, sent, saved - loaded);
	CHECK(saved - start < 10000);
	policy_free(p);
	diags_free(&d);
	free(t.s);
}

/* As many as there may be, over all sets. */
static void most_elements(void)
{
	static const char s[] = "isol: 1\nremotes: {r: [10.0.0.1]}\nrules: [{name: r, from: [members, r], to: any, src: {set: s}, verdict: drop, stateless: true}]\nsets:\n  s:\n    addresses:\n";
	static const char n[] = "isol: 1\nsets:\n";

	many(s, "    - 10.0.0.%u-10.255.0.0\n", "", 256, NULL);
	many(s, "    - 0.0.0.0/0 # %u\n", "", ISOL_MAX_ELEMENTS - 1, NULL);
	many(s, "    - 0.0.0.0/0 # %u\n", "", ISOL_MAX_ELEMENTS,
	     ":7: error: more than 131072 elements of sets and remotes in all");
	many(n, "  s%u: {ports: [1]}\n", "", 1025, "f:1027:3: error: more than 1024 sets");
	many(n, "  s%u: {ports: [1]}\n", "remotes: {r: [10.0.0.1]}\n", 1024,
	     "more than 1024 sets, remotes included");
}

int main(void)
{
	test_begin();
	run_case("load_golden", golden_files);
	run_case("load_bytes", bytes);
	run_case("load_nesting", nesting);
	run_case("load_limits", limits);
	run_case("load_without_match", without_match);
	run_case("load_element_files", element_files);
	run_case("load_many_elements", many_elements);
	run_case("load_most_elements", most_elements);
	run_case("load_mutants", mutants);
	run_case("load_speed", speed);
	return test_end();
}
