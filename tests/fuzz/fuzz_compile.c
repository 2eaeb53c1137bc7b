// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes as the decisions of the maker of random policies: what is compiled
 * says the same as the oracle about every pair, and an allocation that fails
 * loses nothing.
 */
#include "fuzz.h"
#include "gen.h"
#include "pairs.h"

#define LIMIT (1LL << 30)

void fuzz_one(const u8 *data, size_t size)
{
	struct isol_compiled compiled;
	struct isol_model *model;
	struct gen_shape shape;
	struct isol_mem mem;
	u32 fail = below(256);
	char msg[200];
	s64 used;
	int err;

	(void)data;
	(void)size;
	isol_mem_init(&mem, LIMIT);
	gen_shape(&shape);
	model = gen_model(&mem, &shape);
	CHECK(model);
	used = isol_mem_used(&mem);
	isol_fail_alloc = fail < 64 ? fail : 0;
	err = isol_compile(model, NULL, &compiled, msg, sizeof(msg));
	isol_fail_alloc = 0;
	/* sets may overlap in more ways than there is room for */
	if (err == -ENOSPC && model->nsets) {
		CHECK(*msg);
		CHECK_EQ(isol_mem_used(&mem), used);
		isol_model_free(model);
		CHECK_EQ(isol_mem_used(&mem), 0);
		return;
	}
	if (err) {
		CHECK(fail < 64);
		CHECK_EQ(err, -ENOMEM);
		CHECK_EQ(isol_mem_used(&mem), used);
		CHECK_EQ(isol_compile(model, NULL, &compiled, msg, sizeof(msg)), 0);
	}
	check_tables(model, &compiled, true);
	check_pairs(model, &compiled, 10000);
	isol_compiled_free(&compiled);
	CHECK_EQ(isol_mem_used(&mem), used);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}
