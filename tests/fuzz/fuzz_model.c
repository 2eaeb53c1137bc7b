// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes as a sequence of objects for a model, as ISOL_CMD_ADD brings them, any
 * names and references among them, with an allocation that fails somewhere.
 * What has been taken is found, is what it was, and is compiled; what has been
 * refused has a reason, and nothing is lost.
 */
#include "compile.h"
#include "fuzz.h"
#include "pairs.h"

#define LIMIT (1LL << 28)
#define ROOM (ISOL_NAME_LEN + 2)

/* Names that objects know each other by, and others that nobody may have. */
static const char *a_name(char *buf)
{
	static const char *const words[] = {
		"br0", "br1", "seg0", "g0", "g1", "g2", "g3", "b0", "b1", "b2", "b3", "r0", "r1",
		"r2", "r3", "any", "host", "members", "up0", "up1", "tap0", "tap*", "c0", "c1",
		"set0", "set1", "set2", "sv0", "sv1",
	};
	unsigned int n = below(64);
	char *s;

	if (n == 63)
		return NULL;
	if (n < ARRAY_SIZE(words))
		return words[n];
	if (n < 56) {
		snprintf(buf, ROOM, "%c%u", "sgbrtu"[n % 6], below(256));
		return buf;
	}
	/* one more than a name may have; the netlink layer lets no more through */
	s = fuzz_text(n < 60 ? 6 : ISOL_NAME_LEN + 1);
	snprintf(buf, ROOM, "%s", s);
	free(s);
	return buf;
}

static u32 nbridges, nsegments, ngroups, nbindings, nsets, nservices;
static u32 nrules[ISOL_TABLE_MAX + 1];

static int add_bridge(struct isol_model *model, struct isol_fault *fault)
{
	char name[ROOM], comment[ROOM], uplink[4][ROOM];
	struct isol_bridge_spec spec = { .name = a_name(name) };
	u32 i;
	int err;

	if (percent(20))
		spec.comment = a_name(comment);
	for (i = below(5); i--;) {
		const char *s = a_name(uplink[spec.nuplinks]);

		if (s)
			spec.uplinks[spec.nuplinks++] = s;
	}
	spec.dflt = below(2);
	spec.unbound = below(2);
	err = isol_model_add_bridge(model, &spec, fault);
	if (err)
		return err;
	nbridges++;
	CHECK_EQ(isol_model_bridge(model, spec.name)->id, nbridges);
	for (i = 0; i < spec.nuplinks; i++)
		CHECK(isol_model_uplink(model, isol_model_bridge(model, spec.name),
					spec.uplinks[i]));
	return 0;
}

static int add_segment(struct isol_model *model, struct isol_fault *fault)
{
	char name[ROOM], bridge[ROOM];
	struct isol_segment_spec spec = {
		.name = a_name(name), .bridge = a_name(bridge), .within = below(2),
		.uplink = below(2), .vlan = percent(50) ? below(5) : 0,
	};
	const struct isol_segment *segment;
	int err = isol_model_add_segment(model, &spec, fault);

	if (err)
		return err;
	nsegments++;
	segment = isol_model_find(model, ISOL_SPACE_SEGMENT, spec.name, strlen(spec.name));
	CHECK(segment && segment->vlan == spec.vlan && !strcmp(segment->name, spec.name));
	CHECK(spec.vlan || isol_model_bridge(model, spec.bridge)->segment == segment);
	return 0;
}

static int add_group(struct isol_model *model, struct isol_fault *fault)
{
	char name[ROOM], comment[ROOM];
	struct isol_group_spec spec = {
		.name = a_name(name), .comment = percent(20) ? a_name(comment) : NULL,
	};
	int err = isol_model_add_group(model, &spec, fault);

	if (err)
		return err;
	ngroups++;
	CHECK(!isol_model_binding(model, spec.name));
	return 0;
}

static int add_binding(struct isol_model *model, struct isol_fault *fault)
{
	char name[ROOM], text[ROOM], segment[ROOM], community[ROOM], group[8][ROOM];
	struct isol_binding_spec spec = { .name = a_name(name), .claims = 1 + below(256) };
	u8 mac[ETH_ALEN] = { 0x52, 0x54 };
	const struct isol_binding *b;
	u32 i;
	int err;

	switch (below(5)) {
	case 0:
		spec.port = a_name(text);
		break;
	case 1:
		spec.glob = a_name(text);
		break;
	case 2:
		spec.alias = a_name(text);
		break;
	default:
		mac[0] = percent(80) ? 0x52 : fuzz_number(1);
		mac[5] = fuzz_number(1);
		spec.mac = mac;
	}
	if (percent(30))
		spec.segment = a_name(segment);
	spec.role = below(4);
	if (spec.role == ISOL_ROLE_COMMUNITY)
		spec.community = a_name(community);
	for (i = below(8); i--;) {
		const char *s = a_name(group[spec.ngroups]);

		if (s)
			spec.groups[spec.ngroups++] = s;
	}
	err = isol_model_add_binding(model, &spec, fault);
	if (err)
		return err;
	b = isol_model_binding(model, spec.name);
	CHECK_EQ(b->id, nbindings++);
	CHECK_EQ(b->ngroups, spec.ngroups);
	for (i = 1; i < b->ngroups; i++)
		CHECK(b->groups[i - 1] < b->groups[i]);
	CHECK_EQ(b->claims, spec.claims);
	return 0;
}

static void fill_side(struct isol_endpoint_spec *end, u32 n, char (*buf)[ROOM])
{
	for (; n--; end++, buf++) {
		end->kind = below(ISOL_ENDPOINT_MAX + 1);
		if (end->kind == ISOL_ENDPOINT_GROUP || end->kind == ISOL_ENDPOINT_BINDING ||
		    percent(5))
			end->name = a_name(*buf);
	}
}

/* Values for all fields of a rule, whatever kind they are of. */
static struct isol_wide_range store[64];

/* The names of sets, for fields that are to be in them. */
static const char *set_names[64];
static char set_name[64][ROOM];

/* A number that many fields may have, and that others have too. */
static u64 a_value(void)
{
	static const u32 special[] = { 0, 1, 2, 4, 6, 17, 58, 0x600, 0x800, 0x806, 0x86dd, 0xffff };

	if (percent(60))
		return special[below(ARRAY_SIZE(special))];
	return percent(50) ? below(512) : fuzz_number(8);
}

static void fill_value(const struct isol_values *v, struct isol_wide_range *to)
{
	struct isol_masked *masked = (void *)to;
	struct isol_range *range = (void *)to;

	switch (isol_field_width(v->field)) {
	case ISOL_WIDTH_WIDE:
		to->lo.hi = a_value();
		to->lo.lo = a_value();
		to->hi.hi = to->lo.hi + below(3);
		to->hi.lo = percent(80) ? to->lo.lo : a_value();
		break;
	case ISOL_WIDTH_MASKED:
		masked->mask = percent(20) ? a_value() : v->field == ISOL_MATCH_A_TCP_FLAGS ?
			       below(512) : ~0ULL << (40 - below(40)) & 0xffffffffffffULL;
		masked->value = a_value() & (percent(95) ? masked->mask : ~0ULL);
		break;
	default:
		range->lo = a_value();
		range->hi = range->lo + (percent(50) ? 0 : (u32)a_value());
	}
}

/* Mostly fields that go together. */
static u32 a_field(u32 kind)
{
	static const u8 fields[][4] = {
		{ ISOL_MATCH_A_PROTO, ISOL_MATCH_A_DPORT, ISOL_MATCH_A_SPORT,
		  ISOL_MATCH_A_TCP_FLAGS },
		{ ISOL_MATCH_A_PROTO, ISOL_MATCH_A_ICMP, ISOL_MATCH_A_SRC_IP4,
		  ISOL_MATCH_A_SRC_IP6 },
		{ ISOL_MATCH_A_ARP_OP, ISOL_MATCH_A_ARP_SENDER, ISOL_MATCH_A_ARP_TARGET,
		  ISOL_MATCH_A_ETHERTYPE },
		{ ISOL_MATCH_A_SRC_MAC, ISOL_MATCH_A_DST_MAC, ISOL_MATCH_A_CAST,
		  ISOL_MATCH_A_DSCP },
		{ ISOL_MATCH_A_VLAN, ISOL_MATCH_A_PCP, ISOL_MATCH_A_INNER_VLAN,
		  ISOL_MATCH_A_PROTO },
	};

	return kind < ARRAY_SIZE(fields) ? fields[kind][below(4)] : 1 + below(ISOL_MATCH_A_MAX);
}

static void fill_match(struct isol_rule_spec *spec)
{
	u32 n = below(5), kind = below(7), used = 0, i;

	while (n--) {
		struct isol_values *v = &spec->values[spec->nvalues++];

		v->field = a_field(kind);
		v->negate = percent(20);
		v->n = below(4);
		v->v = &store[used];
		if (isol_field_set(v->field)) {
			v->name = &set_names[used];
			/* the netlink layer brings names, never none */
			for (i = used; i < used + v->n; i++) {
				set_names[i] = a_name(set_name[i]);
				if (!set_names[i])
					set_names[i] = "";
			}
		}
		for (i = 0; !isol_field_set(v->field) && i < v->n; i++) {
			struct isol_wide_range value = { 0 };
			u32 size = isol_width_size(isol_field_width(v->field));

			fill_value(v, &value);
			memcpy((char *)&store[used] + i * size, &value, size);
		}
		used += v->n;
	}
}

/* Field by field, in their order, what was given. */
static void check_match(const struct isol_match *match, const struct isol_rule_spec *spec)
{
	u32 i, j;

	CHECK(!match == !spec->nvalues);
	if (!match)
		return;
	CHECK_EQ(match->n, spec->nvalues);
	for (i = 0; i < match->n; i++) {
		const struct isol_values *v = &match->values[i], *given = NULL;

		CHECK(!i || match->values[i - 1].field < v->field);
		CHECK(match->fields >> v->field & 1);
		for (j = 0; j < spec->nvalues; j++)
			if (spec->values[j].field == v->field)
				given = &spec->values[j];
		CHECK(given && given->n == v->n && given->negate == v->negate);
		for (j = 0; isol_field_set(v->field) && j < v->n; j++)
			CHECK(!strcmp(given->name[j], v->set[j]->name));
		CHECK(isol_field_set(v->field) ||
		      !memcmp(given->v, v->v, v->n * isol_width_size(isol_field_width(v->field))));
	}
}

static int add_element(struct isol_model *model, struct isol_set *set, struct isol_fault *fault)
{
	u32 kind = percent(80) ? set->type + (set->type || percent(50)) :
				 below(ISOL_ELEMENT_PORT + 1);
	struct isol_wide lo = { 0 }, hi;

	lo.lo = a_value();
	if (kind == ISOL_ELEMENT_IP6)
		lo.hi = a_value();
	hi = lo;
	hi.lo += below(256);
	return isol_model_add_element(model, set, kind, lo, hi, fault);
}

static int add_set(struct isol_model *model, struct isol_fault *fault)
{
	char name[ROOM], comment[ROOM];
	struct isol_set_spec spec = {
		.name = a_name(name), .comment = percent(20) ? a_name(comment) : NULL,
		.type = below(ISOL_SET_MAX + 2), .remote = percent(20), .append = percent(20),
	};
	struct isol_set *set;
	u32 n = below(8), had;
	int err = isol_model_add_set(model, &spec, &set, fault);

	if (err)
		return err;
	CHECK(!strcmp(set->name, spec.name));
	nsets += !spec.append;
	CHECK(spec.append || (set->type == spec.type && set->remote == spec.remote && !set->n));
	for (had = set->n; n-- && !err; had += !err) {
		err = add_element(model, set, fault);
		CHECK_EQ(set->n, had + !err);
	}
	return err;
}

static int add_service(struct isol_model *model, struct isol_fault *fault)
{
	char name[ROOM], comment[ROOM], where[4][ROOM];
	struct isol_service_spec spec = {
		.name = a_name(name), .comment = percent(20) ? a_name(comment) : NULL,
		.nwhere = below(3), .follow = percent(50),
	};
	int err;

	fill_side(spec.where, spec.nwhere, where);
	err = isol_model_add_service(model, &spec, fault);
	nservices += !err;
	return err;
}

static int add_rule(struct isol_model *model, struct isol_fault *fault)
{
	char name[ROOM], owner[ROOM], service[ROOM], from[4][ROOM], to[4][ROOM];
	struct isol_rule_spec spec = {
		.stateless = true,
		.name = a_name(name), .table = below(ISOL_TABLE_MAX + 1),
		.verdict = below(ISOL_VERDICT_MAX + 1), .nfrom = below(5), .nto = below(5),
	};
	const struct isol_rule *r;
	int err;

	if (percent(20))
		spec.owner = a_name(owner);
	if (percent(spec.table == ISOL_TABLE_SERVICES ? 95 : 5))
		spec.service = a_name(service);
	spec.follow = percent(spec.table == ISOL_TABLE_SERVICES ? 50 : 5);
	fill_side(spec.from, spec.nfrom, from);
	fill_side(spec.to, spec.nto, to);
	if (percent(50))
		fill_match(&spec);
	err = isol_model_add_rule(model, &spec, fault);
	if (err)
		return err;
	nrules[spec.table]++;
	r = isol_model_rule(model, spec.name);
	CHECK(!strcmp(r->name, spec.name) && r->nfrom == spec.nfrom && r->nto == spec.nto);
	check_match(r->match, &spec);
	return 0;
}

static int add(struct isol_model *model, struct isol_fault *fault)
{
	switch (below(10)) {
	case 8:
		return add_set(model, fault);
	case 9:
		return add_service(model, fault);
	case 0:
		return add_bridge(model, fault);
	case 1:
		return add_segment(model, fault);
	case 2:
	case 3:
		return add_group(model, fault);
	case 4:
	case 5:
		return add_binding(model, fault);
	default:
		return add_rule(model, fault);
	}
}

static void use(struct isol_model *model)
{
	struct isol_compiled compiled;
	char msg[200];
	int err;
	u32 i;

	CHECK_EQ(model->nbridges, nbridges);
	CHECK_EQ(model->nsegments, nsegments);
	CHECK_EQ(model->ngroups, ngroups);
	CHECK_EQ(model->nbindings, nbindings);
	CHECK_EQ(model->nsets, nsets);
	CHECK_EQ(model->nservices, nservices);
	for (i = 0; i <= ISOL_TABLE_MAX; i++)
		CHECK_EQ(model->nrules[i], nrules[i]);
	if (isol_model_seal(model)) {
		CHECK_EQ(isol_fail_alloc, 0);
		return;
	}
	isol_fail_alloc = 0;
	err = isol_compile(model, NULL, &compiled, msg, sizeof(msg));
	/* sets may overlap in more ways than there is room for */
	if (err == -ENOSPC && nsets) {
		CHECK(*msg);
		return;
	}
	CHECK_EQ(err, 0);
	check_tables(model, &compiled, true);
	check_pairs(model, &compiled, 2000);
	isol_compiled_free(&compiled);
}

void fuzz_one(const u8 *data, size_t size)
{
	struct isol_fault fault = { 0 };
	struct isol_model *model;
	struct isol_mem mem;
	u32 fail;
	int err = 0;

	(void)data;
	(void)size;
	nbridges = 0;
	nsegments = 0;
	ngroups = 0;
	nbindings = 0;
	nsets = 0;
	nservices = 0;
	memset(nrules, 0, sizeof(nrules));
	isol_mem_init(&mem, LIMIT);
	fail = below(256);
	isol_fail_alloc = fail < 16 ? fail : 0;
	fail = isol_fail_alloc;
	model = isol_model_new(&mem);
	while (model && !err && fuzz_left())
		err = add(model, &fault);
	if (err) {
		CHECK_EQ(err, fault.err);
		CHECK(fault.msg && *fault.msg);
		CHECK(err == -EEXIST || err == -ENOENT || err == -EINVAL || err == -E2BIG ||
		      err == -ENOMEM);
		/* out of memory when an allocation has failed, and only then */
		CHECK_EQ(err == -ENOMEM, fail && !isol_fail_alloc);
	} else if (model) {
		use(model);
	} else {
		CHECK(fail);
	}
	isol_fail_alloc = 0;
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}
