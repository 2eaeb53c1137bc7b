// SPDX-License-Identifier: GPL-2.0
/* Words, decisions and the lookup: nothing in them may run into the rest. */
#include "program.h"
#include "test.h"

static void words(void)
{
	static const u32 bridges[] = { 0, 1, 2, ISOL_MAX_BRIDGES, 4094, ISOL_BRIDGE_UNMANAGED };
	static const u32 classes[] = { 0, 1, ISOL_CLASS_GONE, ISOL_CLASS_FIRST_BINDING,
				       ISOL_CLASS_FIRST_BINDING + ISOL_MAX_BINDINGS - 1,
				       ISOL_WORD_CLASS - 1, ISOL_WORD_CLASS };
	u32 i, j;

	CHECK_EQ(ISOL_WORD_CLASS, 0xfffff);
	CHECK_EQ(ISOL_BRIDGE_UNMANAGED, 4095);
	CHECK(ISOL_MAX_BRIDGES < ISOL_BRIDGE_UNMANAGED);
	CHECK(ISOL_CLASS_FIRST_BINDING + ISOL_MAX_BINDINGS <= ISOL_WORD_CLASS);
	for (i = 0; i < ARRAY_SIZE(bridges); i++)
		for (j = 0; j < ARRAY_SIZE(classes); j++) {
			u32 word = isol_word(bridges[i], classes[j]);

			CHECK_EQ(isol_word_bridge(word), bridges[i]);
			CHECK_EQ(word & ISOL_WORD_CLASS, classes[j]);
			CHECK_EQ(word == ISOL_WORD_UNKNOWN, !bridges[i] && !classes[j]);
		}
	/* An unmanaged port is not an unknown one. */
	CHECK(isol_word(ISOL_BRIDGE_UNMANAGED, ISOL_CLASS_NONE) != ISOL_WORD_UNKNOWN);
}

static void decisions(void)
{
	static const u32 counters[] = { 0, 1, ISOL_MAX_RULES - 1, ISOL_MAX_RULES,
					ISOL_MAX_RULES + ISOL_MAX_BRIDGES * ISOL_NDFLT - 1,
					ISOL_DECISION_COUNTER - 1, ISOL_DECISION_COUNTER };
	u32 verdict, reason, i;

	CHECK_EQ(ISOL_DECISION_COUNTER, (1 << 24) - 1);
	CHECK(ISOL_MAX_RULES + ISOL_MAX_BRIDGES * ISOL_NDFLT <= ISOL_DECISION_COUNTER);
	for (verdict = 0; verdict <= ISOL_VERDICT_MAX; verdict++)
		for (reason = 0; reason <= ISOL_REASON_MAX; reason++)
			for (i = 0; i < ARRAY_SIZE(counters); i++) {
				u32 d = isol_decision(verdict, reason, counters[i]);

				CHECK_EQ(!!(d & ISOL_DECISION_ACCEPT),
					 verdict == ISOL_VERDICT_ACCEPT);
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
	u32 rows[CLASSES][COLS], dflt[BRIDGES * ISOL_NDFLT], bridge, i, j, d;
	struct isol_class classes[CLASSES];
	const struct isol_tables tables = {
		.classes = classes, .dflt = dflt, .nbridges = BRIDGES, .nclasses = CLASSES,
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
				CHECK_EQ(isol_classify(&tables, bridge, i, j, NULL), d);
			}
	}
	CHECK(ISOL_DFLT_UNPARSED < ISOL_NDFLT);
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

#define CASES(X) \
	X(words) \
	X(decisions) \
	X(lookup) \
	X(unread) \
	X(programs)

TEST_SUITE(classify, CASES)
