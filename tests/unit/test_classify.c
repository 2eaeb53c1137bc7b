// SPDX-License-Identifier: GPL-2.0
/* Words, decisions and the lookup: nothing in them may run into the rest. */
#include "naive.h"
#include "program.h"
#include "test.h"

static void words(void)
{
	static const u32 domains[] = { 0, 1, 2, ISOL_MAX_BRIDGES + ISOL_MAX_SEGMENTS, 4094,
				       ISOL_DOMAIN_UNMANAGED };
	static const u32 classes[] = { 0, 1, ISOL_CLASS_GONE, ISOL_CLASS_FIRST_BINDING,
				       ISOL_CLASS_FIRST_BINDING + ISOL_MAX_BINDINGS - 1,
				       ISOL_WORD_CLASS - 1, ISOL_WORD_CLASS };
	u32 i, j;

	CHECK_EQ(ISOL_WORD_CLASS, 0xfffff);
	CHECK_EQ(ISOL_DOMAIN_UNMANAGED, 4095);
	CHECK(ISOL_MAX_BRIDGES + ISOL_MAX_SEGMENTS < ISOL_DOMAIN_UNMANAGED);
	CHECK(ISOL_CLASS_FIRST_BINDING + ISOL_MAX_BINDINGS <= ISOL_WORD_CLASS);
	for (i = 0; i < ARRAY_SIZE(domains); i++)
		for (j = 0; j < ARRAY_SIZE(classes); j++) {
			u32 word = isol_word(domains[i], classes[j]);

			CHECK_EQ(isol_word_domain(word), domains[i]);
			CHECK_EQ(word & ISOL_WORD_CLASS, classes[j]);
			CHECK_EQ(word == ISOL_WORD_UNKNOWN, !domains[i] && !classes[j]);
		}
	/* An unmanaged port is not an unknown one. */
	CHECK(isol_word(ISOL_DOMAIN_UNMANAGED, ISOL_CLASS_NONE) != ISOL_WORD_UNKNOWN);
}

static void decisions(void)
{
	static const u32 counters[] = { 0, 1, ISOL_MAX_RULES - 1, ISOL_MAX_RULES,
					ISOL_MAX_RULES + ISOL_MAX_BRIDGES * ISOL_NWHY - 1,
					ISOL_DECISION_COUNTER - 1, ISOL_DECISION_COUNTER };
	u32 verdict, reason, i;

	CHECK_EQ(ISOL_DECISION_COUNTER, (1 << 24) - 1);
	CHECK(ISOL_MAX_RULES + ISOL_MAX_BRIDGES * ISOL_NWHY <= ISOL_DECISION_COUNTER);
	for (verdict = 0; verdict <= ISOL_VERDICT_MAX; verdict++)
		for (reason = 0; reason <= ISOL_REASON_MAX; reason++)
			for (i = 0; i < ARRAY_SIZE(counters); i++) {
				u32 d = isol_decision(verdict, reason, counters[i]);

				CHECK_EQ(!!(d & ISOL_DECISION_ACCEPT),
					 verdict == ISOL_VERDICT_ACCEPT);
				CHECK_EQ(isol_decision_verdict(d), verdict);
				CHECK_EQ(!!(d & ISOL_DECISION_REJECT),
					 verdict == ISOL_VERDICT_REJECT);
				CHECK(isol_decision_why(d) < 2 * 0x20);
				CHECK_EQ(isol_decision_reason(d), reason);
				CHECK_EQ(isol_decision_counter(d), counters[i]);
				CHECK_EQ(isol_decision_why(d),
					 reason * 2 + (verdict == ISOL_VERDICT_ACCEPT));
				CHECK(!(d & ISOL_DECISION_DEFAULT));
				CHECK(!isol_cell_asks(d));
				/* the compiler's mark of a cell without decision */
				CHECK(d != U32_MAX);
			}
	/* The largest reason that there is room for does not become a default. */
	CHECK(!(isol_decision(ISOL_VERDICT_ACCEPT, 0x1f, ISOL_DECISION_COUNTER) &
		ISOL_DECISION_DEFAULT));
	CHECK(ISOL_REASON_MAX <= 0x1f);
	/* What is not accept drops, whatever it is. */
	for (verdict = 0; verdict < 256; verdict++)
		CHECK_EQ(!!(isol_decision(verdict, 0, 0) & ISOL_DECISION_ACCEPT),
			 verdict == ISOL_VERDICT_ACCEPT);
}

enum { BRIDGES = 3, CLASSES = 4, COLS = 5 };

static const struct isol_domain base[BRIDGES] = { { .bridge = 1 }, { .bridge = 2 }, { .bridge = 3 } };

/* Defaults of all verdicts and reasons; what cannot be read drops. */
static void make_defaults(u32 *dflt)
{
	u32 i;

	for (i = 0; i < BRIDGES * ISOL_NDFLT; i++)
		dflt[i] = isol_decision(i & 1, i % (ISOL_REASON_MAX + 1), 1000 + i);
	for (i = 0; i < BRIDGES; i++)
		dflt[i * ISOL_NDFLT + ISOL_DFLT_UNPARSED] =
			isol_decision(ISOL_VERDICT_DROP, ISOL_REASON_UNPARSED, 2000 + i);
}

static void lookup(void)
{
	u32 rows[CLASSES][COLS], dflt[BRIDGES * ISOL_NDFLT], bridge, i, j, d, got;
	struct isol_class classes[CLASSES];
	const struct isol_tables tables = {
		.classes = classes, .dflt = dflt, .domains = base, .nbridges = BRIDGES,
		.ndomains = BRIDGES, .nclasses = CLASSES,
	};

	make_defaults(dflt);
	for (i = 0; i < CLASSES; i++) {
		classes[i].row = rows[i];
		classes[i].col = (i * 3 + 1) % COLS;
		for (j = 0; j < COLS; j++)
			rows[i][j] = (i + j) % 2 ? isol_decision(i & 1, j, i * COLS + j) :
				     ISOL_DECISION_DEFAULT | (i * COLS + j) % ISOL_NDFLT;
	}
	for (bridge = 1; bridge <= BRIDGES; bridge++) {
		for (i = 0; i < ISOL_NDFLT; i++)
			CHECK_EQ(isol_tables_default(&tables, bridge, i),
				 dflt[(bridge - 1) * ISOL_NDFLT + i]);
		for (i = 0; i < CLASSES; i++)
			for (j = 0; j < CLASSES; j++) {
				u32 col = (j * 3 + 1) % COLS;

				CHECK_EQ(isol_cell(&tables, i, j), rows[i][col]);
				d = rows[i][col];
				if ((i + col) % 2 == 0)
					d = dflt[(bridge - 1) * ISOL_NDFLT +
						 (i * COLS + col) % ISOL_NDFLT];
				CHECK_EQ(isol_resolve(&tables, bridge, rows[i][col]), d);
				/* there is no frame to be read */
				CHECK(isol_classify(&tables, isol_word(bridge, i),
						    isol_word(bridge, j), ISOL_VLAN_UNKNOWN,
						    NULL, &got));
				CHECK_EQ(got, d);
			}
	}
	CHECK(ISOL_DFLT_TAGS < ISOL_NDFLT);
	CHECK_EQ(ISOL_NDFLT & (ISOL_NDFLT - 1), 0);
}

/* An accept that was passed over changes what drops, and nothing else. */
static void unread(void)
{
	u32 dflt[BRIDGES * ISOL_NDFLT], bridge, i, end, d;
	const struct isol_tables tables = { .dflt = dflt, .nbridges = BRIDGES };

	CHECK(ISOL_DECISION_UNREAD >= ISOL_NDFLT);
	make_defaults(dflt);
	for (bridge = 1; bridge <= BRIDGES; bridge++)
		for (i = 0; i < ISOL_NDFLT; i++) {
			end = ISOL_DECISION_DEFAULT | ISOL_DECISION_UNREAD | i;
			CHECK(!isol_cell_asks(end));
			d = dflt[(bridge - 1) * ISOL_NDFLT + i];
			if (!(d & ISOL_DECISION_ACCEPT))
				d = dflt[(bridge - 1) * ISOL_NDFLT + ISOL_DFLT_UNPARSED];
			CHECK_EQ(isol_resolve(&tables, bridge, end), d);
		}
}

/* A cell says which program to ask, and is nothing else then. */
static void programs(void)
{
	static const u32 numbers[] = { 0, 1, 77, 0xffffff };
	const struct isol_program **list = calloc(0x1000000, sizeof(*list));
	const struct isol_tables tables = { .programs = list };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		u32 cell = ISOL_DECISION_DEFAULT | ISOL_DECISION_PROGRAM | numbers[i];

		list[numbers[i]] = (const struct isol_program *)&list[numbers[i]];
		CHECK(isol_cell_asks(cell));
		CHECK(isol_cell_program(&tables, cell) == list[numbers[i]]);
	}
	for (i = 0; i < 2 * ISOL_NDFLT; i++)
		CHECK(!isol_cell_asks(ISOL_DECISION_DEFAULT | i));
	free(list);
}

/* ---- domains: bridge 1 has VLANs 30 and 31, bridge 2 has VLAN 30 too */

enum { BASE1 = 1, BASE2, RED, BLUE, OTHER, BESIDE, DOMAINS = BESIDE };

/* The VLANs of bridge 1, and those at the ends of a word and of them all. */
static const u32 taken[ISOL_VLAN_WORDS] = { 3U << 30, [1] = 1, [127] = 1U << 30 };

static const struct isol_domain domains[DOMAINS] = {
	{ .bridge = 1 }, { .bridge = 2 }, { .bridge = 1, .vlan = 30 }, { .bridge = 1, .vlan = 31 },
	{ .bridge = 2, .vlan = 30 }, { .bridge = 1, .taken = taken },
};

enum { MEMBER = ISOL_CLASS_FIRST_BINDING, DOMAIN_CLASSES };

/* What isol_admit() is to say of a frame, spelled out. */
static void admission(void)
{
	static const struct {
		u32 a, from, b, to;
		int vlan;
		bool stacked;
		u32 want, domain;
	} t[] = {
		/* in one segment: in its VLAN, and with no more tags */
		{ RED, MEMBER, RED, MEMBER, 30, false, ISOL_NDFLT, RED },
		{ RED, MEMBER, RED, MEMBER, 31, false, ISOL_DFLT_VLAN, RED },
		{ RED, MEMBER, RED, MEMBER, 0, false, ISOL_DFLT_VLAN, RED },
		{ RED, MEMBER, RED, MEMBER, ISOL_VLAN_UNKNOWN, false, ISOL_DFLT_VLAN, RED },
		{ RED, MEMBER, RED, MEMBER, 30, true, ISOL_DFLT_TAGS, RED },
		{ RED, MEMBER, RED, MEMBER, 31, true, ISOL_DFLT_VLAN, RED },
		{ RED, MEMBER, RED, MEMBER, ISOL_VLAN_LOST, false, ISOL_DFLT_VLAN, RED },
		{ RED, MEMBER, RED, ISOL_CLASS_QUARANTINED, 30, false, ISOL_NDFLT, RED },
		/* outside of VLAN segments nobody asks */
		{ BASE1, MEMBER, BASE1, MEMBER, 31, true, ISOL_NDFLT, BASE1 },
		{ BASE1, MEMBER, BASE1, MEMBER, ISOL_VLAN_UNKNOWN, true, ISOL_NDFLT, BASE1 },
		/* beside them: in none of their VLANs, and with no more tags */
		{ BESIDE, MEMBER, BESIDE, MEMBER, 0, false, ISOL_NDFLT, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 29, false, ISOL_NDFLT, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 30, false, ISOL_DFLT_VLAN, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 31, false, ISOL_DFLT_VLAN, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 32, false, ISOL_DFLT_VLAN, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 33, false, ISOL_NDFLT, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 4093, false, ISOL_NDFLT, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 4094, false, ISOL_DFLT_VLAN, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 4095, false, ISOL_NDFLT, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, 29, true, ISOL_DFLT_TAGS, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, ISOL_VLAN_UNKNOWN, false, ISOL_NDFLT, BESIDE },
		{ BESIDE, MEMBER, BESIDE, MEMBER, ISOL_VLAN_LOST, false, ISOL_DFLT_VLAN, BESIDE },
		{ BESIDE, MEMBER, BASE1, ISOL_CLASS_UPLINK, 29, false, ISOL_NDFLT, BESIDE },
		{ BESIDE, MEMBER, BASE1, ISOL_CLASS_UPLINK, 30, false, ISOL_DFLT_VLAN, BESIDE },
		{ BASE1, ISOL_CLASS_UPLINK, BESIDE, MEMBER, 29, true, ISOL_NDFLT, BESIDE },
		{ BASE1, ISOL_CLASS_UPLINK, BESIDE, MEMBER, 30, false, ISOL_DFLT_VLAN, BESIDE },
		{ BASE1, ISOL_CLASS_UPLINK, BESIDE, MEMBER, ISOL_VLAN_LOST, false,
		  ISOL_DFLT_VLAN, BESIDE },
		{ BESIDE, ISOL_CLASS_HOST, BESIDE, MEMBER, 29, true, ISOL_NDFLT, BESIDE },
		{ BESIDE, ISOL_CLASS_HOST, BESIDE, MEMBER, 30, false, ISOL_DFLT_VLAN, BESIDE },
		{ BESIDE, MEMBER, RED, MEMBER, 30, false, ISOL_DFLT_VLAN, BESIDE },
		{ BESIDE, MEMBER, RED, MEMBER, 29, false, ISOL_DFLT_SEGMENT, BESIDE },
		{ RED, MEMBER, BESIDE, MEMBER, 30, false, ISOL_DFLT_SEGMENT, RED },
		{ BESIDE, MEMBER, BASE1, ISOL_CLASS_GONE, 29, false, ISOL_DFLT_GONE, BESIDE },
		{ BESIDE, MEMBER, BASE1, ISOL_CLASS_UNBOUND_DROP, 29, false, ISOL_DFLT_UNBOUND,
		  BESIDE },
		/* between segments */
		{ RED, MEMBER, BLUE, MEMBER, 30, false, ISOL_DFLT_SEGMENT, RED },
		{ RED, MEMBER, BLUE, MEMBER, 31, false, ISOL_DFLT_VLAN, RED },
		{ RED, MEMBER, BASE1, MEMBER, 30, false, ISOL_DFLT_SEGMENT, RED },
		{ BASE1, MEMBER, RED, MEMBER, 30, false, ISOL_DFLT_SEGMENT, BASE1 },
		{ BASE1, ISOL_CLASS_UNBOUND_ACCEPT, RED, MEMBER, 30, false, ISOL_DFLT_SEGMENT,
		  BASE1 },
		{ RED, MEMBER, BASE1, ISOL_CLASS_UNBOUND_ACCEPT, 30, false, ISOL_DFLT_SEGMENT,
		  RED },
		{ RED, ISOL_CLASS_QUARANTINED, BLUE, ISOL_CLASS_QUARANTINED, 30, false,
		  ISOL_DFLT_SEGMENT, RED },
		{ BASE1, ISOL_CLASS_QUARANTINED, RED, MEMBER, 30, false, ISOL_DFLT_SEGMENT,
		  BASE1 },
		/* what would be dropped anyway says why */
		{ BASE1, ISOL_CLASS_UNBOUND_DROP, RED, MEMBER, 30, false, ISOL_DFLT_UNBOUND,
		  BASE1 },
		{ RED, MEMBER, BASE1, ISOL_CLASS_UNBOUND_DROP, 30, false, ISOL_DFLT_UNBOUND, RED },
		{ RED, MEMBER, BASE1, ISOL_CLASS_GONE, 30, false, ISOL_DFLT_GONE, RED },
		{ BASE1, ISOL_CLASS_GONE, RED, MEMBER, 30, false, ISOL_DFLT_GONE, BASE1 },
		/* uplinks are in all, by the frame's VLAN */
		{ BASE1, ISOL_CLASS_UPLINK, RED, MEMBER, 30, false, ISOL_NDFLT, RED },
		{ BASE1, ISOL_CLASS_UPLINK, RED, MEMBER, 30, true, ISOL_NDFLT, RED },
		{ BASE1, ISOL_CLASS_UPLINK, RED, MEMBER, 31, false, ISOL_DFLT_VLAN, RED },
		{ BASE1, ISOL_CLASS_UPLINK, RED, MEMBER, 0, false, ISOL_DFLT_VLAN, RED },
		{ BASE1, ISOL_CLASS_UPLINK, RED, MEMBER, ISOL_VLAN_UNKNOWN, false,
		  ISOL_DFLT_VLAN, RED },
		{ BASE1, ISOL_CLASS_UPLINK, RED, ISOL_CLASS_QUARANTINED, 31, false,
		  ISOL_DFLT_VLAN, RED },
		{ RED, MEMBER, BASE1, ISOL_CLASS_UPLINK, 30, false, ISOL_NDFLT, RED },
		{ RED, MEMBER, BASE1, ISOL_CLASS_UPLINK, 31, false, ISOL_DFLT_VLAN, RED },
		{ BASE1, ISOL_CLASS_UPLINK, BASE1, MEMBER, 31, false, ISOL_NDFLT, BASE1 },
		/* so is the host */
		{ RED, ISOL_CLASS_HOST, RED, MEMBER, 30, false, ISOL_NDFLT, RED },
		{ RED, ISOL_CLASS_HOST, RED, MEMBER, 30, true, ISOL_NDFLT, RED },
		{ RED, ISOL_CLASS_HOST, RED, MEMBER, 31, false, ISOL_DFLT_VLAN, RED },
		{ RED, ISOL_CLASS_HOST, RED, MEMBER, ISOL_VLAN_UNKNOWN, false, ISOL_DFLT_VLAN,
		  RED },
		{ RED, MEMBER, RED, ISOL_CLASS_HOST, 30, false, ISOL_NDFLT, RED },
		{ BASE1, ISOL_CLASS_HOST, BASE1, MEMBER, 31, true, ISOL_NDFLT, BASE1 },
		/* other bridges' segments are not these */
		{ RED, MEMBER, OTHER, MEMBER, 30, false, ISOL_DFLT_MISMATCH, RED },
		{ BASE2, ISOL_CLASS_UPLINK, RED, MEMBER, 30, false, ISOL_DFLT_MISMATCH, BASE2 },
		{ BASE1, MEMBER, BASE2, MEMBER, 30, false, ISOL_DFLT_MISMATCH, BASE1 },
	};
	struct isol_class classes[DOMAIN_CLASSES];
	const struct isol_tables tables = {
		.classes = classes, .domains = domains, .nbridges = 2, .ndomains = DOMAINS,
		.nclasses = DOMAIN_CLASSES,
	};
	u32 i, domain, got;

	for (i = 0; i < DOMAIN_CLASSES; i++)
		classes[i] = (struct isol_class){ .col = (i + 3) % DOMAIN_CLASSES };
	for (i = 0; i < ARRAY_SIZE(t); i++) {
		domain = 0;
		got = isol_admit(&tables, isol_word(t[i].a, t[i].from),
				 isol_word(t[i].b, t[i].to), t[i].vlan, t[i].stacked, &domain);
		CHECK_MSG(got == t[i].want && domain == t[i].domain,
			  "line %u: %u in domain %u, not %u in %u", i, got, domain, t[i].want,
			  t[i].domain);
	}
}

/* A tag that the bridge does not look at, in frames as they came. */
static void stacks(void)
{
	static const struct {
		u16 w[6];	/* from the EtherType on */
		u32 n;
		bool stacked;
	} t[] = {
		{ { 0x0800 }, 1, false },
		{ { 0x8100, 30, 0x0800 }, 3, false },
		{ { 0x8100, 0xe01e, 0x0800 }, 3, false },
		{ { 0x88a8, 30, 0x0806 }, 3, false },
		{ { 0x8100, 0, 0x0800 }, 3, false },
		{ { 0x8100, 0xe000, 0x86dd }, 3, false },
		{ { 0x8100, 31, 0x0800 }, 3, true },
		{ { 0x8100, 30, 0x8100, 31, 0x0800 }, 5, true },
		{ { 0x8100, 30, 0x88a8, 31, 0x0800 }, 5, true },
		{ { 0x8100, 0, 0x8100, 30, 0x0800 }, 5, true },
		{ { 0x88a8, 0, 0x9100, 30, 0x0800 }, 5, true },
		{ { 0x9200, 30, 0x0800 }, 3, true },
		{ { 0x9100, 0, 0x0800 }, 3, true },
		{ { 0x8100, 30, 0x9300, 31, 0x0800 }, 5, true },
		{ { 0x9100 }, 1, false },	/* cut off */
		{ { 0x0800, 30, 0x8100 }, 3, false },
	};
	u8 frame[2 * ETH_ALEN + sizeof(t[0].w)] = { 2 };
	struct isol_packet packet = { .head = frame };
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(t); i++) {
		for (j = 0; j < t[i].n; j++) {
			frame[2 * ETH_ALEN + 2 * j] = t[i].w[j] >> 8;
			frame[2 * ETH_ALEN + 2 * j + 1] = t[i].w[j];
		}
		packet.linear = 2 * ETH_ALEN + 2 * t[i].n;
		packet.len = packet.linear;
		CHECK_MSG(isol_frame_stacked(&packet, 30) == t[i].stacked, "line %u", i);
	}
	packet.linear = 2 * ETH_ALEN + 1;
	CHECK(!isol_frame_stacked(&packet, 30));
	/* and whatever else it may be, as one would say it */
	for (i = 0; i < test_rounds(20000); i++) {
		static const u8 often[] = { 0x81, 0, 0x88, 0xa8, 0x91, 0x92, 0x93, 8, 30 };

		for (j = 2 * ETH_ALEN; j < sizeof(frame); j++)
			frame[j] = percent(90) ? often[below(ARRAY_SIZE(often))] : below(256);
		packet.linear = between(0, sizeof(frame));
		packet.len = packet.linear;
		CHECK_EQ(isol_frame_stacked(&packet, 30), naive_stacked(frame, packet.linear, 30));
	}
}

#define CASES(X) \
	X(words) \
	X(decisions) \
	X(lookup) \
	X(unread) \
	X(programs) \
	X(admission) \
	X(stacks)

TEST_SUITE(classify, CASES)
