// SPDX-License-Identifier: GPL-2.0
/* From the model of a policy to the tables of the hooks, see compile.h. */
#include "compile.h"

static unsigned int isol_ask_limit = ISOL_ASK_LIMIT;
#ifdef __KERNEL__
module_param_named(ask_limit, isol_ask_limit, uint, 0644);
MODULE_PARM_DESC(ask_limit,
		 "steps that asking about one frame may cost at worst; a policy that is over it is refused (default 1024)");
#endif

#define UNDECIDED U32_MAX
#define NOBODY U32_MAX

/* In the key of a row or column: the binding itself, beside group ids. */
#define KEY_SELF BIT(31)

/*
 * Entities: what a side of a rule can name, numbered through: the kinds that
 * need no id first, then groups, then bindings.
 */
#define ENT_GROUP0 (ISOL_ENDPOINT_QUARANTINED + 1)

/* Rows and columns: these come before those of the bindings. */
enum {
	LINE_HOST = ISOL_COL_HOST,
	LINE_UPLINK,
	LINE_UNBOUND_DROP,
	LINE_UNBOUND_ACCEPT,
	LINE_QUARANTINED,
	LINE_GONE,
	LINE_FIRST_BINDING,
};

/* Lists of numbers, one list for each entity, laid end to end. */
struct lists {
	u32 *start;		/* by entity, one more at the end */
	u32 *item;
	u32 n;
	u32 nitems;
};

/* One side of the pair table: the different rows, or the different columns. */
struct side {
	unsigned long *named;	/* by entity: some rule names it on this side */
	u32 *line;		/* by binding: its row or column */
	u32 *sample;		/* by line: a binding that has it */
	u32 *bucket;		/* hash of the lines, chained by next */
	u32 *next;
	u32 nlines;
	u32 nbuckets;
};

/* Pairs of numbers that are numbered, from 1 on, each pair once. */
struct pairs {
	struct pair {
		u32 a;
		u32 b;
		u32 next;
	} *pair;
	u32 n;
	u32 room;
	u32 *bucket;
	u32 nbuckets;
	u32 seed;
};

struct compiler {
	const struct isol_model *model;
	struct isol_compiled *out;
	struct isol_arena tmp;
	u32 nents;
	struct side from, to;
	struct lists rules;	/* by entity: the rules that have it in "from" */
	struct lists cols;	/* by entity: the columns that it covers in "to" */
	u32 *cells;		/* the row being filled */
	u32 *list;		/* of its cells: the rules to ask about the frame */
	struct pairs lists;	/* (list before, rule) */
	struct pairs programs;	/* (list, end) */
	struct isol_builder builder;
	int err;
	u32 undecided;
	struct isol_work work;
	u32 *seen;		/* by entity: the row that has been through it last */
	unsigned long *todo;	/* rules that can match the row being filled */
	struct isol_row **row_bucket;
	u32 nrow_buckets;
	char *msg;
	size_t msg_len;
};

static u32 entity(const struct isol_model *model, const struct isol_endpoint *end)
{
	switch (end->kind) {
	case ISOL_ENDPOINT_GROUP:
		return ENT_GROUP0 + end->id;
	case ISOL_ENDPOINT_BINDING:
		return ENT_GROUP0 + model->ngroups + end->id;
	default:
		return end->kind;
	}
}

static u32 entity_self(const struct isol_model *model, const struct isol_binding *binding)
{
	return ENT_GROUP0 + model->ngroups + binding->id;
}

static int cmp_glance(const struct isol_binding *a, const struct isol_binding *b)
{
	return a->role == b->role &&
	       (a->role != ISOL_ROLE_COMMUNITY || a->community_id == b->community_id);
}

/*
 * The key of a binding on one side: what the rules can tell it from others by.
 * Written to @key, which has room for all memberships and the binding itself.
 */
static u32 make_key(const struct compiler *c, const struct side *side,
		    const struct isol_binding *binding, u32 *key)
{
	u32 i, n = 0;

	for (i = 0; i < binding->ngroups; i++)
		if (test_bit(ENT_GROUP0 + binding->groups[i], side->named))
			key[n++] = binding->groups[i];
	if (test_bit(entity_self(c->model, binding), side->named))
		key[n++] = binding->id | KEY_SELF;
	return n;
}

/* Give each binding its row, or its column: equal keys share one. */
static int make_lines(struct compiler *c, struct side *side)
{
	const struct isol_model *model = c->model;
	u32 key[ISOL_MAX_MEMBERSHIPS + 1], other[ISOL_MAX_MEMBERSHIPS + 1];
	u32 i, n, hash, line;

	for (side->nbuckets = 16; side->nbuckets < model->nbindings; side->nbuckets *= 2)
		;
	side->line = isol_arena_alloc(&c->tmp, model->nbindings * sizeof(u32));
	side->sample = isol_arena_alloc(&c->tmp, (model->nbindings + LINE_FIRST_BINDING) *
						 sizeof(u32));
	side->next = isol_arena_alloc(&c->tmp, (model->nbindings + LINE_FIRST_BINDING) *
					       sizeof(u32));
	side->bucket = isol_arena_alloc(&c->tmp, side->nbuckets * sizeof(u32));
	if (!side->line || !side->sample || !side->next || !side->bucket)
		return -ENOMEM;
	side->nlines = LINE_FIRST_BINDING;	/* 0 ends a chain */

	for (i = 0; i < model->nbindings; i++) {
		const struct isol_binding *binding = model->binding[i];

		n = make_key(c, side, binding, key);
		hash = isol_hash(key, n * sizeof(u32), model->seed + binding->role +
				 binding->community_id * 4) & (side->nbuckets - 1);
		for (line = side->bucket[hash]; line; line = side->next[line]) {
			const struct isol_binding *sample = model->binding[side->sample[line]];

			if (cmp_glance(binding, sample) &&
			    make_key(c, side, sample, other) == n &&
			    !memcmp(key, other, n * sizeof(u32)))
				break;
		}
		if (!line) {
			line = side->nlines++;
			side->sample[line] = i;
			side->next[line] = side->bucket[hash];
			side->bucket[hash] = line;
		}
		side->line[i] = line;
		if (!(i & 1023))
			isol_pause();
	}
	return 0;
}

static int mark_named(struct compiler *c)
{
	const struct isol_rule *rule;
	u32 i, table;

	c->from.named = isol_arena_alloc(&c->tmp, BITS_TO_LONGS(c->nents) * sizeof(long));
	c->to.named = isol_arena_alloc(&c->tmp, BITS_TO_LONGS(c->nents) * sizeof(long));
	if (!c->from.named || !c->to.named)
		return -ENOMEM;
	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = c->model->rules[table]; rule; rule = rule->next) {
			for (i = 0; i < rule->nfrom; i++)
				__set_bit(entity(c->model, &rule->from[i]), c->from.named);
			for (i = 0; i < rule->nto; i++)
				__set_bit(entity(c->model, &rule->to[i]), c->to.named);
		}
	return 0;
}

/*
 * Fill @lists by two passes of @walk: the first counts (item is NULL), the
 * second writes. start[] counts one place up in between.
 */
static int make_lists(struct compiler *c, struct lists *lists,
		      void (*walk)(struct compiler *c, struct lists *lists))
{
	u32 i;

	lists->n = c->nents;
	lists->start = isol_arena_alloc(&c->tmp, (c->nents + 2) * sizeof(u32));
	if (!lists->start)
		return -ENOMEM;
	walk(c, lists);
	for (i = 1; i <= c->nents; i++)
		lists->start[i + 1] += lists->start[i];
	lists->nitems = lists->start[c->nents + 1];
	lists->item = isol_arena_alloc(&c->tmp, lists->nitems * sizeof(u32));
	if (!lists->item)
		return -ENOMEM;
	walk(c, lists);
	return 0;
}

static void put(struct lists *lists, u32 ent, u32 item)
{
	if (lists->item)
		lists->item[lists->start[ent + 1]++] = item;
	else
		lists->start[ent + 2]++;
}

static void walk_rules(struct compiler *c, struct lists *lists)
{
	u32 i, j;

	for (i = 0; i < c->out->nrules; i++)
		for (j = 0; j < c->out->rule[i]->nfrom; j++)
			put(lists, entity(c->model, &c->out->rule[i]->from[j]), i);
}

static void walk_cols(struct compiler *c, struct lists *lists)
{
	const struct side *to = &c->to;
	u32 line, i;

	for (line = LINE_FIRST_BINDING; line < to->nlines; line++) {
		const struct isol_binding *binding = c->model->binding[to->sample[line]];
		u32 self = entity_self(c->model, binding);

		put(lists, ISOL_ENDPOINT_ANY, line);
		put(lists, ISOL_ENDPOINT_MEMBERS, line);
		for (i = 0; i < binding->ngroups; i++)
			if (test_bit(ENT_GROUP0 + binding->groups[i], to->named))
				put(lists, ENT_GROUP0 + binding->groups[i], line);
		if (test_bit(self, to->named))
			put(lists, self, line);
	}
	put(lists, ISOL_ENDPOINT_ANY, LINE_HOST);
	put(lists, ISOL_ENDPOINT_ANY, LINE_UPLINK);
	put(lists, ISOL_ENDPOINT_ANY, LINE_UNBOUND_ACCEPT);
	put(lists, ISOL_ENDPOINT_ANY, LINE_QUARANTINED);
	put(lists, ISOL_ENDPOINT_HOST, LINE_HOST);
	put(lists, ISOL_ENDPOINT_UPLINK, LINE_UPLINK);
	put(lists, ISOL_ENDPOINT_QUARANTINED, LINE_QUARANTINED);
}

static int pairs_grow(struct isol_mem *mem, struct pairs *pairs)
{
	u32 n = max(pairs->nbuckets * 2, 1024U), i, *bucket;

	bucket = isol_alloc(mem, n * sizeof(u32));
	if (!bucket)
		return -ENOMEM;
	isol_free(mem, pairs->bucket, pairs->nbuckets * sizeof(u32));
	pairs->bucket = bucket;
	pairs->nbuckets = n;
	for (i = 0; i < pairs->n; i++) {
		u32 hash = isol_hash(&pairs->pair[i], 2 * sizeof(u32), pairs->seed) & (n - 1);

		pairs->pair[i].next = bucket[hash];
		bucket[hash] = i + 1;
	}
	return 0;
}

/* The number of a pair; 0 for want of memory. */
static u32 pair_nr(struct isol_mem *mem, struct pairs *pairs, u32 a, u32 b)
{
	const u32 key[] = { a, b };
	struct pair *pair;
	u32 i, hash = isol_hash(key, sizeof(key), pairs->seed);

	if (pairs->nbuckets)
		for (i = pairs->bucket[hash & (pairs->nbuckets - 1)]; i; i = pair->next) {
			pair = &pairs->pair[i - 1];
			if (pair->a == a && pair->b == b)
				return i;
		}
	if ((pairs->n >= pairs->nbuckets && pairs_grow(mem, pairs)) ||
	    isol_room(mem, &pairs->pair, &pairs->room, pairs->n + 1, sizeof(*pair)))
		return 0;
	pair = &pairs->pair[pairs->n++];
	pair->a = a;
	pair->b = b;
	hash &= pairs->nbuckets - 1;
	pair->next = pairs->bucket[hash];
	pairs->bucket[hash] = pairs->n;
	return pairs->n;
}

static void pairs_free(struct isol_mem *mem, struct pairs *pairs)
{
	isol_free(mem, pairs->pair, pairs->room * sizeof(*pairs->pair));
	isol_free(mem, pairs->bucket, pairs->nbuckets * sizeof(*pairs->bucket));
}

/* What a cell says whose list ends so. */
static u32 end_list(struct compiler *c, u32 list, u32 end)
{
	u32 nr;

	if (!list)
		return end;
	nr = pair_nr(c->out->mem, &c->programs, list, end);
	if (!nr) {
		c->err = -ENOMEM;
		return end;
	}
	return ISOL_DECISION_DEFAULT | ISOL_DECISION_PROGRAM | (nr - 1);
}

static void decide(struct compiler *c, u32 col, u32 decision)
{
	if (c->cells[col] == UNDECIDED) {
		c->cells[col] = end_list(c, c->list[col], decision);
		c->undecided--;
	}
}

/* A rule decides a cell, or is one to ask about the frame first. */
static void put_rule(struct compiler *c, u32 col, const struct isol_rule *rule, u32 decision)
{
	u32 list = c->list[col];

	if (!rule->match) {
		decide(c, col, decision);
		return;
	}
	/* Two of its ends may cover the cell. */
	if (c->cells[col] != UNDECIDED || (list && c->lists.pair[list - 1].b == rule->nr))
		return;
	c->list[col] = pair_nr(c->out->mem, &c->lists, list, rule->nr);
	if (!c->list[col])
		c->err = -ENOMEM;
}

static void decide_default(struct compiler *c, u32 col, enum isol_default dflt)
{
	decide(c, col, ISOL_DECISION_DEFAULT | dflt);
}

static void add_todo(struct compiler *c, u32 ent)
{
	u32 i;

	isol_work(&c->work, c->rules.start[ent + 1] - c->rules.start[ent]);
	for (i = c->rules.start[ent]; i < c->rules.start[ent + 1]; i++)
		__set_bit(c->rules.item[i], c->todo);
}

/* Collect the rules whose "from" covers a row. */
static void collect(struct compiler *c, u32 row)
{
	const struct isol_model *model = c->model;
	const struct isol_binding *binding;
	u32 i;

	memset(c->todo, 0, BITS_TO_LONGS(c->out->nrules) * sizeof(long));
	add_todo(c, ISOL_ENDPOINT_ANY);
	switch (row) {
	case LINE_HOST:
		add_todo(c, ISOL_ENDPOINT_HOST);
		break;
	case LINE_UPLINK:
		add_todo(c, ISOL_ENDPOINT_UPLINK);
		break;
	case LINE_UNBOUND_ACCEPT:
		break;
	case LINE_QUARANTINED:
		add_todo(c, ISOL_ENDPOINT_QUARANTINED);
		break;
	default:
		binding = model->binding[c->from.sample[row]];
		add_todo(c, ISOL_ENDPOINT_MEMBERS);
		for (i = 0; i < binding->ngroups; i++)
			add_todo(c, ENT_GROUP0 + binding->groups[i]);
		add_todo(c, entity_self(model, binding));
	}
}

static void apply_rule(struct compiler *c, u32 row, u32 nr)
{
	const struct isol_rule *rule = c->out->rule[nr];
	bool quarantine = rule->table == ISOL_TABLE_QUARANTINE;
	u32 decision, i, j;

	decision = isol_decision(rule->verdict, quarantine ? ISOL_REASON_QUARANTINE_RULE :
				 ISOL_REASON_RULE, nr);
	isol_work(&c->work, rule->nto);
	for (i = 0; i < rule->nto; i++) {
		u32 ent = entity(c->model, &rule->to[i]);

		/*
		 * The quarantine table speaks of pairs with a quarantined end
		 * only, the other table of all others: between them they
		 * share no cell, but an entity would be marked as seen.
		 */
		if (quarantine && row != LINE_QUARANTINED) {
			if (ent == ISOL_ENDPOINT_ANY || ent == ISOL_ENDPOINT_QUARANTINED)
				put_rule(c, LINE_QUARANTINED, rule, decision);
			continue;
		}
		if (c->seen[ent] == row)
			continue;
		if (!rule->match)
			c->seen[ent] = row;
		/* To put it on a list takes longer than to decide. */
		if (isol_work(&c->work, (u64)(c->cols.start[ent + 1] - c->cols.start[ent]) *
					(rule->match ? 4 : 1)))
			return;
		for (j = c->cols.start[ent]; j < c->cols.start[ent + 1]; j++) {
			u32 col = c->cols.item[j];

			if (col != LINE_QUARANTINED || quarantine)
				put_rule(c, col, rule, decision);
		}
	}
}

static void apply_rules(struct compiler *c, u32 row)
{
	u32 nwords = BITS_TO_LONGS(c->out->nrules), w;
	unsigned long word;

	collect(c, row);
	for (w = 0; w < nwords && c->undecided && !c->work.err; w++)
		for (word = c->todo[w]; word && c->undecided; word &= word - 1) {
			u32 nr = w * BITS_PER_LONG + __ffs(word);

			if (row == LINE_QUARANTINED &&
			    c->out->rule[nr]->table != ISOL_TABLE_QUARANTINE)
				continue;
			apply_rule(c, row, nr);
		}
}

/* What roles make of a pair of bindings, see enum isol_role. */
static enum isol_default by_roles(const struct isol_binding *a, const struct isol_binding *b)
{
	bool closed = a->role == ISOL_ROLE_ISOLATED || a->role == ISOL_ROLE_COMMUNITY ||
		      b->role == ISOL_ROLE_ISOLATED || b->role == ISOL_ROLE_COMMUNITY;

	if (a->role == ISOL_ROLE_PROMISCUOUS && b->role == ISOL_ROLE_PROMISCUOUS)
		return ISOL_DFLT_ROLE_ACCEPT;
	if (!closed)
		return ISOL_DFLT_WITHIN;
	if (a->role == ISOL_ROLE_PROMISCUOUS || b->role == ISOL_ROLE_PROMISCUOUS)
		return ISOL_DFLT_ROLE_ACCEPT;
	if (a->role == ISOL_ROLE_COMMUNITY && b->role == ISOL_ROLE_COMMUNITY &&
	    a->community_id == b->community_id)
		return ISOL_DFLT_ROLE_ACCEPT;
	return ISOL_DFLT_ROLE_DROP;
}

static const struct isol_binding *line_binding(const struct compiler *c, const struct side *side,
					       u32 line)
{
	return line < LINE_FIRST_BINDING ? NULL : c->model->binding[side->sample[line]];
}

static enum isol_default pair_default(struct compiler *c, u32 row, u32 col)
{
	const struct isol_binding *from = line_binding(c, &c->from, row);
	const struct isol_binding *to = line_binding(c, &c->to, col);
	const struct isol_binding *one = from ? from : to;

	if (row == LINE_QUARANTINED || col == LINE_QUARANTINED)
		return ISOL_DFLT_QUARANTINE;
	if (row == LINE_HOST || col == LINE_HOST)
		return ISOL_DFLT_HOST;
	if (row == LINE_UNBOUND_ACCEPT || col == LINE_UNBOUND_ACCEPT) {
		if (one && (one->role == ISOL_ROLE_ISOLATED || one->role == ISOL_ROLE_COMMUNITY))
			return ISOL_DFLT_ROLE_DROP;
		return ISOL_DFLT_UNBOUND;
	}
	if (row == LINE_UPLINK || col == LINE_UPLINK)
		return ISOL_DFLT_UPLINK;
	return by_roles(from, to);
}

static void fill_row(struct compiler *c, u32 row)
{
	u32 col, n = c->out->ncols;

	for (col = 0; col < n; col++) {
		c->cells[col] = UNDECIDED;
		c->list[col] = 0;
	}
	c->undecided = n;
	isol_work(&c->work, n);

	if (row == LINE_GONE) {
		for (col = 0; col < n; col++)
			decide_default(c, col, ISOL_DFLT_GONE);
		return;
	}
	decide_default(c, LINE_GONE, ISOL_DFLT_GONE);
	if (row == LINE_UNBOUND_DROP) {
		for (col = 0; col < n; col++)
			decide_default(c, col, ISOL_DFLT_UNBOUND);
		return;
	}
	decide_default(c, LINE_UNBOUND_DROP, ISOL_DFLT_UNBOUND);
	if (row == LINE_HOST || row == LINE_UPLINK) {
		decide_default(c, LINE_HOST, ISOL_DFLT_UNJUDGED);
		decide_default(c, LINE_UPLINK, ISOL_DFLT_UNJUDGED);
	}
	apply_rules(c, row);
	for (col = 0; col < n && c->undecided; col++)
		if (c->cells[col] == UNDECIDED)
			decide_default(c, col, pair_default(c, row, col));
}

static int over_budget(struct compiler *c)
{
	u32 i, j;
	const char *rule = NULL;

	/* The usual culprit: rules that name bindings, each a class of its own. */
	for (i = 0; i < c->out->nrules && !rule; i++) {
		const struct isol_rule *r = c->out->rule[i];

		for (j = 0; j < r->nfrom && !rule; j++)
			if (r->from[j].kind == ISOL_ENDPOINT_BINDING)
				rule = r->name;
		for (j = 0; j < r->nto && !rule; j++)
			if (r->to[j].kind == ISOL_ENDPOINT_BINDING)
				rule = r->name;
	}
	snprintf(c->msg, c->msg_len,
		 "the pair table of %u by %u classes is over the limit of %u MiB; %s%s%s",
		 c->from.nlines, c->to.nlines, ISOL_PAIR_LIMIT >> 20,
		 rule ? "rules that name bindings (first: '" : "bindings have too many different memberships",
		 rule ? rule : "", rule ? "') make a class of each: name groups" : "");
	return -ENOSPC;
}

/* Store the filled row, or find its like. */
static int store_row(struct compiler *c, struct isol_row **found)
{
	struct isol_compiled *out = c->out;
	size_t len = out->ncols * sizeof(u32);
	u32 hash = isol_hash(c->cells, len, c->model->seed);
	struct isol_row **bucket = &c->row_bucket[hash & (c->nrow_buckets - 1)];
	struct isol_row *row;

	for (row = *bucket; row; row = row->next)
		if (row->hash == hash && !memcmp(row->cells, c->cells, len)) {
			*found = row;
			return 0;
		}
	if (((u64)out->nrows + 1) * (sizeof(*row) + len) > ISOL_PAIR_LIMIT)
		return over_budget(c);
	row = isol_alloc(out->mem, sizeof(*row) + len);
	if (!row)
		return -ENOMEM;
	memcpy(row->cells, c->cells, len);
	row->hash = hash;
	row->next = *bucket;
	*bucket = row;
	out->nrows++;
	*found = row;
	return 0;
}

/* All rows on one chain, so that they can be found again without the hash. */
static void chain_rows(struct compiler *c)
{
	struct isol_row *row, *next;
	u32 i;

	for (i = 0; i < c->nrow_buckets; i++)
		for (row = c->row_bucket[i]; row; row = next) {
			next = row->next;
			row->next = c->out->rows;
			c->out->rows = row;
		}
}

static int make_rows(struct compiler *c)
{
	static const u8 fixed[][2] = {
		{ ISOL_CLASS_NONE, LINE_GONE },
		{ ISOL_CLASS_HOST, LINE_HOST },
		{ ISOL_CLASS_UPLINK, LINE_UPLINK },
		{ ISOL_CLASS_UNBOUND_DROP, LINE_UNBOUND_DROP },
		{ ISOL_CLASS_UNBOUND_ACCEPT, LINE_UNBOUND_ACCEPT },
		{ ISOL_CLASS_QUARANTINED, LINE_QUARANTINED },
		{ ISOL_CLASS_GONE, LINE_GONE },
	};
	struct isol_compiled *out = c->out;
	struct isol_row **stored;
	u32 row, i;
	int err = 0;

	stored = isol_arena_alloc(&c->tmp, c->from.nlines * sizeof(*stored));
	c->cells = isol_arena_alloc(&c->tmp, out->ncols * sizeof(u32));
	c->list = isol_arena_alloc(&c->tmp, out->ncols * sizeof(u32));
	c->seen = isol_arena_alloc(&c->tmp, c->nents * sizeof(u32));
	c->todo = isol_arena_alloc(&c->tmp, BITS_TO_LONGS(out->nrules) * sizeof(long));
	for (c->nrow_buckets = 16; c->nrow_buckets < c->from.nlines; c->nrow_buckets *= 2)
		;
	c->row_bucket = isol_arena_alloc(&c->tmp, c->nrow_buckets * sizeof(*c->row_bucket));
	if (!stored || !c->cells || !c->list || !c->seen || !c->todo || !c->row_bucket)
		return -ENOMEM;
	for (i = 0; i < c->nents; i++)
		c->seen[i] = NOBODY;

	for (row = 0; row < c->from.nlines && !err; row++) {
		isol_pause();
		fill_row(c, row);
		/* A row that was not finished must not be stored. */
		err = c->work.err ? c->work.err : c->err;
		if (err == -E2BIG) {
			snprintf(c->msg, c->msg_len,
				 "%u rules between %u by %u classes take too long to compile: name groups, not bindings",
				 out->nrules, c->from.nlines, out->ncols);
			err = -ENOSPC;
		}
		if (err)
			break;
		err = store_row(c, &stored[row]);
	}
	chain_rows(c);
	if (err)
		return err;

	for (i = 0; i < ARRAY_SIZE(fixed); i++) {
		out->classes[fixed[i][0]].row = stored[fixed[i][1]]->cells;
		out->classes[fixed[i][0]].col = fixed[i][1];
	}
	for (i = 0; i < c->model->nbindings; i++) {
		out->classes[ISOL_CLASS_FIRST_BINDING + i].row = stored[c->from.line[i]]->cells;
		out->classes[ISOL_CLASS_FIRST_BINDING + i].col = c->to.line[i];
	}
	return 0;
}

/* The rules on a list, in order. */
static u32 unroll(const struct compiler *c, u32 list, const struct isol_rule **rules)
{
	u32 i, n = 0, at;

	for (i = list; i; i = c->lists.pair[i - 1].a)
		n++;
	at = n;
	for (i = list; i; i = c->lists.pair[i - 1].a)
		rules[--at] = c->out->rule[c->lists.pair[i - 1].b];
	return n;
}

static int too_costly(struct compiler *c, const struct isol_rule **rules, u32 n,
		      const char *what, u64 has, u64 limit)
{
	snprintf(c->msg, c->msg_len,
		 "%u rules between the same ends ('%s' to '%s') %s: %llu, over the limit of %llu",
		 n, rules[0]->name, rules[n - 1]->name, what, (unsigned long long)has,
		 (unsigned long long)limit);
	return -ENOSPC;
}

static int make_programs(struct compiler *c)
{
	struct isol_compiled *out = c->out;
	const struct isol_rule **rules;
	const u32 ask_limit = READ_ONCE(isol_ask_limit);
	size_t total = 0;
	u32 i, n, size = out->nrules * sizeof(*rules);
	int err = 0;

	if (!c->programs.n)
		return 0;
	rules = isol_alloc(out->mem, size);
	out->programs = isol_alloc(out->mem, c->programs.n * sizeof(*out->programs));
	if (out->programs)
		out->program_room = c->programs.n;
	if (!rules || !out->programs) {
		isol_free(out->mem, rules, size);
		return -ENOMEM;
	}
	out->tables.programs = (const struct isol_program *const *)out->programs;
	for (i = 0; i < c->programs.n && !err; i++) {
		struct isol_program *program;

		n = unroll(c, c->programs.pair[i].a, rules);
		isol_work(&c->work, n);
		err = isol_program_build(&c->builder, rules, n, c->programs.pair[i].b, &program);
		if (err == -ENOSPC)
			err = too_costly(c, rules, n, "make too large a program, in words",
					 c->builder.ncode, c->builder.ncode);
		else if (err == -E2BIG)
			err = too_costly(c, rules, n,
					 "and those before them take too many steps to compile",
					 c->work.done, c->work.limit);
		if (err)
			break;
		out->programs[out->nprograms++] = program;
		total += isol_program_size(program);
		if (program->steps > ask_limit)
			err = too_costly(c, rules, n, "cost a frame too many steps at worst",
					 program->steps, ask_limit);
		else if (total > ISOL_PROGRAM_LIMIT)
			err = too_costly(c, rules, n, "and those before them take too many bytes",
					 total, ISOL_PROGRAM_LIMIT);
		isol_pause();
	}
	isol_free(out->mem, rules, size);
	return err;
}

static void make_defaults(const struct isol_model *model, struct isol_compiled *out)
{
	const struct isol_bridge *bridge;
	u32 counter = out->nrules, *d = out->dflt;

	for (bridge = model->bridges; bridge; bridge = bridge->next) {
		const struct isol_segment *segment = bridge->segment;
		u8 reason = segment ? ISOL_REASON_WITHIN : ISOL_REASON_BRIDGE_DEFAULT;
		u8 up = segment ? ISOL_REASON_SEGMENT_UPLINK : ISOL_REASON_BRIDGE_DEFAULT;
		const struct {
			u8 dflt, verdict, reason;
		} table[] = {
			{ ISOL_DFLT_UNBOUND, bridge->unbound, ISOL_REASON_UNBOUND },
			{ ISOL_DFLT_QUARANTINE, ISOL_VERDICT_DROP, ISOL_REASON_QUARANTINE },
			{ ISOL_DFLT_ROLE_ACCEPT, ISOL_VERDICT_ACCEPT, ISOL_REASON_ROLE },
			{ ISOL_DFLT_ROLE_DROP, ISOL_VERDICT_DROP, ISOL_REASON_ROLE },
			{ ISOL_DFLT_WITHIN, segment ? segment->within : bridge->dflt, reason },
			{ ISOL_DFLT_UPLINK, segment ? segment->uplink : bridge->dflt, up },
			{ ISOL_DFLT_HOST, ISOL_VERDICT_DROP, ISOL_REASON_HOST_DEFAULT },
			{ ISOL_DFLT_UNJUDGED, ISOL_VERDICT_ACCEPT, ISOL_REASON_UNJUDGED },
			{ ISOL_DFLT_GONE, ISOL_VERDICT_DROP, ISOL_REASON_GONE },
			{ ISOL_DFLT_MISMATCH, ISOL_VERDICT_DROP, ISOL_REASON_MISMATCH },
			{ ISOL_DFLT_CONTROL, ISOL_VERDICT_ACCEPT, ISOL_REASON_CONTROL },
			{ ISOL_DFLT_PROMISC_ACCEPT, ISOL_VERDICT_ACCEPT, ISOL_REASON_PROMISC },
			{ ISOL_DFLT_PROMISC_DROP, ISOL_VERDICT_DROP, ISOL_REASON_PROMISC },
			{ ISOL_DFLT_UNPARSED, ISOL_VERDICT_DROP, ISOL_REASON_UNPARSED },
		};
		u32 i;

		/* No number between those above means anything: drop. */
		for (i = 0; i < ISOL_NDFLT; i++)
			d[i] = isol_decision(ISOL_VERDICT_DROP, ISOL_REASON_MISMATCH, counter + i);
		for (i = 0; i < ARRAY_SIZE(table); i++)
			d[table[i].dflt] = isol_decision(table[i].verdict, table[i].reason,
							 counter + table[i].dflt);
		d += ISOL_NDFLT;
		counter += ISOL_NDFLT;
	}
}

int isol_compile(const struct isol_model *model, const bool *cancel, struct isol_compiled *out,
		 char *msg, size_t msg_len)
{
	struct compiler c = {
		.model = model, .out = out, .msg = msg, .msg_len = msg_len,
		.work = { .limit = ISOL_STEP_LIMIT, .cancel = cancel },
		.lists.seed = model->seed, .programs.seed = model->seed,
	};
	const struct isol_rule *rule;
	u32 table;
	int err = -ENOMEM;

	memset(out, 0, sizeof(*out));
	out->mem = model->arena.mem;
	isol_arena_init(&c.tmp, out->mem);
	isol_builder_init(&c.builder, out->mem, &c.work, model->seed);
	c.nents = ENT_GROUP0 + model->ngroups + model->nbindings;
	out->nrules = model->nrules[ISOL_TABLE_RULES] + model->nrules[ISOL_TABLE_QUARANTINE];
	out->ncounters = out->nrules + model->nbridges * ISOL_NDFLT;
	out->tables.nbridges = model->nbridges;
	out->tables.nclasses = ISOL_CLASS_FIRST_BINDING + model->nbindings;

	out->rule = isol_alloc(out->mem, out->nrules * sizeof(*out->rule));
	out->classes = isol_alloc(out->mem, out->tables.nclasses * sizeof(*out->classes));
	out->dflt = isol_alloc(out->mem, model->nbridges * ISOL_NDFLT * sizeof(u32));
	if (!out->rule || !out->classes || !out->dflt)
		goto out;
	out->tables.classes = out->classes;
	out->tables.dflt = out->dflt;
	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = model->rules[table]; rule; rule = rule->next)
			out->rule[rule->nr] = rule;
	make_defaults(model, out);

	err = mark_named(&c);
	if (!err)
		err = make_lines(&c, &c.from);
	if (!err)
		err = make_lines(&c, &c.to);
	if (err)
		goto out;
	out->ncols = c.to.nlines;
	err = make_lists(&c, &c.rules, walk_rules);
	if (!err)
		err = make_lists(&c, &c.cols, walk_cols);
	if (!err)
		err = make_rows(&c);
	if (!err)
		err = make_programs(&c);
out:
	isol_builder_free(&c.builder);
	pairs_free(out->mem, &c.lists);
	pairs_free(out->mem, &c.programs);
	isol_arena_free(&c.tmp);
	if (err)
		isol_compiled_free(out);
	return err;
}

void isol_compiled_free(struct isol_compiled *compiled)
{
	size_t len = sizeof(struct isol_row) + compiled->ncols * sizeof(u32);
	struct isol_row *row, *next;
	u32 i;

	if (!compiled->mem)
		return;
	for (i = 0; i < compiled->nprograms; i++) {
		isol_program_free(compiled->mem, compiled->programs[i]);
		if (!(i & 1023))
			isol_pause();
	}
	isol_free(compiled->mem, compiled->programs,
		  compiled->program_room * sizeof(*compiled->programs));
	for (row = compiled->rows; row; row = next) {
		next = row->next;
		isol_free(compiled->mem, row, len);
	}
	isol_free(compiled->mem, compiled->rule, compiled->nrules * sizeof(*compiled->rule));
	isol_free(compiled->mem, compiled->classes,
		  compiled->tables.nclasses * sizeof(*compiled->classes));
	isol_free(compiled->mem, compiled->dflt,
		  compiled->tables.nbridges * ISOL_NDFLT * sizeof(u32));
	memset(compiled, 0, sizeof(*compiled));
}
