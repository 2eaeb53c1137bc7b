// SPDX-License-Identifier: GPL-2.0
/* What named sets hold: the elements as text, and what is said of them together. */
#include "test.h"
#include "userspace/set.h"

/* What is read, and how it is written then; NULL: as it was. */
static const struct {
	u8 type;
	const char *text;
	const char *written;
} good[] = {
	{ ISOL_SET_ADDRESSES, "10.0.0.1", NULL },
	{ ISOL_SET_ADDRESSES, "10.0.0.1/32", "10.0.0.1" },
	{ ISOL_SET_ADDRESSES, "10.0.0.0/8", NULL },
	{ ISOL_SET_ADDRESSES, "0.0.0.0/0", NULL },
	{ ISOL_SET_ADDRESSES, "10.0.0.1-10.0.0.9", NULL },
	{ ISOL_SET_ADDRESSES, "10.0.0.0-10.0.0.255", "10.0.0.0/24" },
	{ ISOL_SET_ADDRESSES, "2001:DB8::/32", "2001:db8::/32" },
	{ ISOL_SET_ADDRESSES, "::/0", NULL },
	{ ISOL_SET_ADDRESSES, "fe80::1-fe80::9", NULL },
	{ ISOL_SET_ADDRESSES, "::ffff:a00:1", NULL },
	{ ISOL_SET_MACS, "52:54:00:12:34:5A", "52:54:00:12:34:5a" },
	{ ISOL_SET_MACS, "52-54-00-12-34-5a", "52:54:00:12:34:5a" },
	{ ISOL_SET_MACS, "52:54:00:00:00:00/24", NULL },
	{ ISOL_SET_MACS, "52:54:00:00:00:00/ff:ff:ff:00:00:00", "52:54:00:00:00:00/24" },
	{ ISOL_SET_MACS, "80:00:00:00:00:00/1", NULL },
	{ ISOL_SET_MACS, "52:54:00:00:00:01-52:54:00:00:00:05", NULL },
	{ ISOL_SET_MACS, "52-54-00-00-00-01-52-54-00-00-00-05",
	  "52:54:00:00:00:01-52:54:00:00:00:05" },
	{ ISOL_SET_MACS, "52:54:00:00:00:00-52:54:00:ff:ff:ff", "52:54:00:00:00:00/24" },
	{ ISOL_SET_MACS, "00:00:00:00:00:00-ff:ff:ff:ff:ff:ff", NULL },
	{ ISOL_SET_PORTS, "443", NULL },
	{ ISOL_SET_PORTS, "0-65535", NULL },
	{ ISOL_SET_PORTS, "8000-8010", NULL },
};

static void texts(void)
{
	char buf[MATCH_TEXT_SIZE], msg[512];
	struct element e, again;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		const char *text = good[i].text;
		const char *written = good[i].written ? good[i].written : text;

		snprintf(msg, sizeof(msg), "(no message)");
		CHECK_MSG(element_parse(good[i].type, text, &e, msg, sizeof(msg)), "%s: %s", text,
			  msg);
		CHECK_MSG(!strcmp(element_format(&e, buf), written), "%s is written %s", text,
			  buf);
		CHECK(element_parse(good[i].type, buf, &again, msg, sizeof(msg)));
		CHECK_MSG(e.kind == again.kind && !memcmp(e.lo, again.lo, 16) &&
			  !memcmp(e.hi, again.hi, 16), "%s is read as another", buf);
	}
	CHECK(element_parse(ISOL_SET_PORTS, "https", &e, msg, sizeof(msg)));
	CHECK(!strcmp(element_format(&e, buf), "443"));
	CHECK(!strcmp(set_key(ISOL_SET_MACS), "macs") && set_key_type("macs") == ISOL_SET_MACS);
	CHECK(set_key_type("mac") == -1 && !strcmp(set_key(9), "unknown"));
}

static const struct {
	u8 type;
	const char *text;
	const char *msg;
} bad[] = {
	{ ISOL_SET_ADDRESSES, "10.0.0.300",
	  "'10.0.0.300'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ ISOL_SET_ADDRESSES, "10.0.0.1/8",
	  "10.0.0.1/8 has bits beyond the prefix; expected 10.0.0.0/8, or 10.0.0.1 alone" },
	{ ISOL_SET_ADDRESSES, "10.0.0.9-10.0.0.1", "10.0.0.9-10.0.0.1 begins above its end; expected 10.0.0.1-10.0.0.9" },
	{ ISOL_SET_ADDRESSES, "52:54:00:00:00:01",
	  "'52:54:00:00:00:01'; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ ISOL_SET_ADDRESSES, "", "''; expected an IP address, a prefix like 10.0.0.0/8 or a range like 10.0.0.1-10.0.0.9" },
	{ ISOL_SET_MACS, "01:00:00:00:00:00/01:00:00:00:00:00",
	  "'01:00:00:00:00:00/01:00:00:00:00:00' has a mask that is no prefix; expected a prefix like 52:54:00:00:00:00/24, or two addresses with - between them" },
	{ ISOL_SET_MACS, "52:54:00:00:00:05-52:54:00:00:00:01",
	  "52:54:00:00:00:05-52:54:00:00:00:01 begins above its end; expected 52:54:00:00:00:01-52:54:00:00:00:05" },
	{ ISOL_SET_MACS, "10.0.0.1",
	  "'10.0.0.1'; expected a MAC address like 52:54:00:12:34:56; for many, a prefix like 52:54:00:00:00:00/24" },
	{ ISOL_SET_PORTS, "70000",
	  "70000 is out of range; expected a port: 0 to 65535, or the name of a service" },
	{ ISOL_SET_PORTS, "10-5", "10-5 begins above its end; expected 5-10" },
};

static void faults(void)
{
	struct element e;
	char msg[512];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(msg, sizeof(msg), "(no message)");
		CHECK_MSG(!element_parse(bad[i].type, bad[i].text, &e, msg, sizeof(msg)), "%s",
			  bad[i].text);
		CHECK_MSG(!strcmp(msg, bad[i].msg), "%s: %s", bad[i].text, msg);
	}
}

/*
 * Sets of addresses of both versions beside a plain table of what they hold: each of
 * the last addresses of IPv4 and the first of IPv6, so that the ends are among them.
 */

#define CELLS	64
#define KINDS	2

struct held {
	bool in[KINDS][CELLS];
};

static void ends(struct element *e, unsigned int kind, unsigned int lo, unsigned int hi)
{
	*e = (struct element){ .kind = kind };
	if (kind == ELEMENT_IP4) {
		memset(e->lo + 12, 255, 4);
		memset(e->hi + 12, 255, 4);
		lo += 256 - CELLS;
		hi += 256 - CELLS;
	} else if (percent(50)) {
		/* the last of all, which nothing comes behind */
		memset(e->lo, 255, 16);
		memset(e->hi, 255, 16);
		lo += 256 - CELLS;
		hi += 256 - CELLS;
	}
	e->lo[15] = lo;
	e->hi[15] = hi;
}

/* Half of the cells of IPv6 are at the one end, half of them at the other. */
static void fill(struct arena *a, struct set *s, struct held *h)
{
	unsigned int n = below(12), kind, lo, hi, i;
	struct element e;

	while (n--) {
		kind = below(KINDS);
		lo = below(CELLS);
		hi = percent(30) ? lo : between(lo, CELLS - 1);
		if (kind == ELEMENT_IP6) {
			lo /= 2;
			hi /= 2;
		}
		ends(&e, kind, lo, hi);
		if (kind == ELEMENT_IP6 && e.lo[0]) {
			e.lo[15] += CELLS / 2;
			e.hi[15] += CELLS / 2;
			lo += CELLS / 2;
			hi += CELLS / 2;
		}
		for (i = lo; i <= hi; i++)
			h->in[kind][i] = true;
		set_add(a, s, &e);
	}
}

static bool within(const struct held *a, const struct held *b)
{
	unsigned int kind, i;

	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < CELLS; i++)
			if (a->in[kind][i] && !b->in[kind][i])
				return false;
	return true;
}

static void cell(struct set *s, struct element *e, unsigned int kind, unsigned int i)
{
	*e = (struct element){ .kind = kind };
	if (kind == ELEMENT_IP4)
		memset(e->lo + 12, 255, 3);
	else if (i >= CELLS / 2)
		memset(e->lo, 255, 15);
	e->lo[15] = kind == ELEMENT_IP6 && i < CELLS / 2 ? i : 256 - CELLS + i;
	memcpy(e->hi, e->lo, 16);
	*s = (struct set){ .v = e, .n = 1 };
}

static void expect_held(const struct set *s, const struct held *h)
{
	unsigned int kind, i;
	struct element e;
	struct set one;

	for (kind = 0; kind < KINDS; kind++)
		for (i = 0; i < CELLS; i++) {
			cell(&one, &e, kind, i);
			CHECK_MSG(!set_missing(s, &one) == h->in[kind][i], "kind %u cell %u", kind,
				  i);
		}
}

static void sums(void)
{
	unsigned int i, n = test_rounds(2000), same = 0, parts = 0, kind, j;

	for (i = 0; i < n && test_good(); i++) {
		struct set s = { 0 }, t = { 0 }, u;
		struct held hs = { 0 }, ht = { 0 };
		struct arena a = { 0 };
		size_t before;

		fill(&a, &s, &hs);
		fill(&a, &t, &ht);
		expect_held(&s, &hs);
		CHECK(!set_missing(&s, &t) == within(&ht, &hs));
		CHECK(set_same(&s, &t) == (within(&hs, &ht) && within(&ht, &hs)));
		same += set_same(&s, &t);
		parts += !set_missing(&s, &t);
		/* what is added is there then, and nothing else */
		u = (struct set){ 0 };
		set_add_missing(&a, &u, &s);
		CHECK(set_same(&u, &s));
		before = u.n;
		CHECK_EQ(set_add_missing(&a, &u, &t), u.n - before);
		CHECK(!set_missing(&u, &t) && !set_missing(&u, &s));
		CHECK_EQ(set_add_missing(&a, &u, &t), 0);
		/* what is removed is not, and all else still */
		set_remove(&a, &s, &t);
		for (kind = 0; kind < KINDS; kind++)
			for (j = 0; j < CELLS; j++)
				hs.in[kind][j] &= !ht.in[kind][j];
		expect_held(&s, &hs);
		arena_free(&a);
	}
	CHECK(parts > n / 50 && same > 0);
}

int main(void)
{
	test_begin();
	run_case("elements_texts", texts);
	run_case("elements_faults", faults);
	run_case("elements_sums", sums);
	return test_end();
}
