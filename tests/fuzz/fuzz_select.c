// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes as selectors and ports: the module's search against all selectors
 * asked one by one, its globs against the plain way and against the tool's.
 */
#include "fuzz.h"
#include "naive.h"
#include "select.h"
#include "userspace/text.h"

#define LIMIT (1LL << 26)
#define MOST 24

/* Few letters, so that something matches. */
static char *a_name(void)
{
	static const char letters[] = "ab*?0t\xff/";
	char *s = fuzz_text(ISOL_IFNAME_LEN), *c;

	for (c = s; *c; c++)
		if (*c & 0x40)
			*c = letters[*c & 7];
	return s;
}

static void a_mac(u8 *mac)
{
	static const u8 firsts[] = { 0x52, 0xfe, 0xfa, 0x02 };
	u64 n = fuzz_number(1);

	memset(mac, 0, ETH_ALEN);
	mac[0] = n < 0xf0 ? firsts[n & 3] : fuzz_number(1);
	mac[ETH_ALEN - 1] = n >> 2 & 7;
}

static void globs(const char *glob, const char *name)
{
	bool match = naive_glob_match(glob, name);

	CHECK_MSG(isol_glob_match(glob, name) == match, "'%s' against '%s'", glob, name);
	CHECK_MSG(glob_match(glob, name) == match, "the tool: '%s' against '%s'", glob, name);
}

struct selector_spec {
	struct isol_binding_spec spec;
	char name[8];
	char *text;
	u8 mac[ETH_ALEN];
};

static void make_spec(struct selector_spec *s, unsigned int nr)
{
	s->spec = (struct isol_binding_spec){ .name = s->name, .claims = 1 };
	snprintf(s->name, sizeof(s->name), "b%u", nr);
	s->text = NULL;
	switch (below(4)) {
	case 0:
		s->text = a_name();
		s->spec.port = s->text;
		break;
	case 1:
		s->text = a_name();
		s->spec.glob = s->text;
		break;
	case 2:
		s->text = fuzz_text(20);
		s->spec.alias = s->text;
		break;
	default:
		a_mac(s->mac);
		s->spec.mac = s->mac;
	}
}

/* All but what is refused, which spoils a model. */
static struct isol_model *model_of(struct isol_mem *mem, struct selector_spec *s, unsigned int *n)
{
	struct isol_fault fault;
	struct isol_model *model;
	unsigned int i;

again:
	model = isol_model_new(mem);
	for (i = 0; i < *n; i++)
		if (isol_model_add_binding(model, &s[i].spec, &fault)) {
			CHECK(fault.err != -ENOMEM && *fault.msg);
			free(s[i].text);
			s[i].text = NULL;
			memmove(&s[i], &s[i + 1], (*n - i - 1) * sizeof(*s));
			--*n;
			/* what pointed into the elements themselves has moved */
			for (; i < *n; i++) {
				s[i].spec.name = s[i].name;
				if (s[i].spec.mac)
					s[i].spec.mac = s[i].mac;
			}
			isol_model_free(model);
			goto again;
		}
	CHECK_EQ(isol_model_seal(model), 0);
	return model;
}

void fuzz_one(const u8 *data, size_t size)
{
	struct selector_spec specs[MOST];
	const struct isol_binding *a, *b;
	unsigned int n = below(MOST + 1), i;
	struct isol_model *model;
	struct isol_mem mem;

	(void)data;
	(void)size;
	isol_mem_init(&mem, LIMIT);
	for (i = 0; i < n; i++)
		make_spec(&specs[i], i);
	model = model_of(&mem, specs, &n);
	while (fuzz_left()) {
		char *ifname = a_name(), *alias = fuzz_text(20);
		u8 mac[ETH_ALEN];

		a_mac(mac);
		a = isol_select(model, ifname, mac, alias);
		b = naive_select(model, ifname, mac, alias);
		CHECK_MSG(a == b, "'%s' %02x..%02x '%s': %s, not %s", ifname, mac[0], mac[5],
			  alias, a ? a->name : "none", b ? b->name : "none");
		for (i = 0; i < n; i++)
			if (specs[i].spec.glob)
				globs(specs[i].text, ifname);
		globs(alias, ifname);
		free(ifname);
		free(alias);
	}
	for (i = 0; i < n; i++)
		free(specs[i].text);
	isol_model_free(model);
	CHECK_EQ(isol_mem_used(&mem), 0);
}
