// SPDX-License-Identifier: GPL-2.0
/* From the model of a policy to the tables of the hooks, see compile.h. */
#include "compile.h"
#include "follow.h"

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
 * need no id first, then remotes, whichever they are, then groups, then bindings.
 */
#define ENT_REMOTE (ISOL_ENDPOINT_QUARANTINED + 1)
#define ENT_GROUP0 (ENT_REMOTE + 1)

/* The forms of a rule: as it is, and where an end of the pair is the uplinks. */
enum form {
	FORM_PLAIN,
	FORM_REMOTE_FROM,
	FORM_REMOTE_TO,
	NFORMS
};

/* On a list: the number of a rule, and its form in the lower bits. */
#define ITEM_FORM 2

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
	u32 *kind;		/* by binding: what else tells it from others, or NULL */
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
	struct pairs lists;	/* (list before, rule and form) */
	struct pairs programs;	/* (list, end) */
	struct isol_builder builder;
	struct isol_sets sets;
	const struct isol_rule **form[NFORMS];	/* by rule; NULL where it is plain */
	int err;
	u32 undecided;
	struct isol_work work;
	u32 *seen;		/* by entity: the row that has been through it last */
	unsigned long *todo;	/* rules that can match the row being filled */
	struct isol_follow follow;
	u32 *base_row;		/* by binding: its row in @follow */
	u32 *base_col;		/* the same of columns; NULL: no rule follows others */
	u32 *reach;		/* the row being filled: columns that IP passes to or from */
	u8 *reach_ip;		/* in which versions */
	u32 nreach;
	u32 reach_row;		/* of which row that is */
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
	case ISOL_ENDPOINT_REMOTE:
		return ENT_REMOTE;
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
				 binding->community_id * 4 +
				 (side->kind ? side->kind[i] * 0x9e3779b1U : 0)) &
		       (side->nbuckets - 1);
		for (line = side->bucket[hash]; line; line = side->next[line]) {
			const struct isol_binding *sample = model->binding[side->sample[line]];

			if (cmp_glance(binding, sample) &&
			    (!side->kind || side->kind[i] == side->kind[side->sample[line]]) &&
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
	put(lists, ENT_REMOTE, LINE_UPLINK);
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

/* The form that a rule has between a row and an end of its "to" side. */
static enum form form_of(const struct isol_rule *rule, u32 row, u32 ent)
{
	if (row == LINE_UPLINK && rule->remote_from)
		return FORM_REMOTE_FROM;
	return ent == ENT_REMOTE && rule->remote_to ? FORM_REMOTE_TO : FORM_PLAIN;
}

static const struct isol_rule *in_form(const struct compiler *c, u32 nr, enum form form)
{
	return form == FORM_PLAIN ? c->out->rule[nr] : c->form[form][nr];
}

/* A rule decides a cell, or is one to ask about the frame first. */
static void put_rule(struct compiler *c, u32 col, u32 nr, enum form form, u32 decision)
{
	u32 list = c->list[col], item = nr << ITEM_FORM | form;

	if (!in_form(c, nr, form)->match) {
		decide(c, col, decision);
		return;
	}
	/* Two of its ends may cover the cell. */
	if (c->cells[col] != UNDECIDED || (list && c->lists.pair[list - 1].b == item))
		return;
	c->list[col] = pair_nr(c->out->mem, &c->lists, list, item);
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
		add_todo(c, ENT_REMOTE);
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

/* The row or column in @follow of one that is being filled. */
static u32 base_line(const struct side *side, const u32 *base, u32 line)
{
	return line < LINE_FIRST_BINDING ? line : base[side->sample[line]];
}

/* In which versions IP passes from a row to a column, or the other way. */
static u32 follows(const struct compiler *c, u32 row, u32 col)
{
	return isol_follow_passes(&c->follow, base_line(&c->from, c->base_row, row),
				  base_line(&c->to, c->base_col, col)) |
	       isol_follow_passes(&c->follow, base_line(&c->to, c->base_row, col),
				  base_line(&c->from, c->base_col, row));
}

/* So that not each rule that follows others has to look at all columns. */
static void find_reach(struct compiler *c, u32 row)
{
	u32 col, versions;

	c->reach_row = row;
	c->nreach = 0;
	isol_work(&c->work, c->out->ncols);
	for (col = 0; col < c->out->ncols; col++) {
		versions = follows(c, row, col);
		if (!versions)
			continue;
		c->reach[c->nreach] = col;
		c->reach_ip[c->nreach++] = versions;
	}
}

/* A rule that holds only where others let IP pass. */
static void apply_follower(struct compiler *c, u32 row, u32 nr, u32 decision)
{
	const struct isol_rule *rule = c->out->rule[nr];
	const u32 serves = isol_match_serves(rule->match);
	u32 i, j;

	if (c->reach_row != row)
		find_reach(c, row);
	for (i = 0; i < rule->nto; i++) {
		u32 ent = entity(c->model, &rule->to[i]);
		enum form form = form_of(rule, row, ent);

		/* Another end covers the uplinks whatever the address is. */
		if (ent == ENT_REMOTE && !rule->remote_to)
			continue;
		if (ent == ISOL_ENDPOINT_ANY) {
			if (isol_work(&c->work, 4ULL * c->nreach))
				return;
			for (j = 0; j < c->nreach; j++)
				if (c->reach_ip[j] & serves)
					put_rule(c, c->reach[j], nr, form, decision);
			continue;
		}
		if (isol_work(&c->work, 4ULL * (c->cols.start[ent + 1] - c->cols.start[ent])))
			return;
		for (j = c->cols.start[ent]; j < c->cols.start[ent + 1]; j++)
			if (follows(c, row, c->cols.item[j]) & serves)
				put_rule(c, c->cols.item[j], nr, form, decision);
	}
}

static void apply_rule(struct compiler *c, u32 row, u32 nr)
{
	const struct isol_rule *rule = c->out->rule[nr];
	bool quarantine = rule->table == ISOL_TABLE_QUARANTINE;
	u32 decision, i, j;

	decision = isol_decision(rule->verdict, quarantine ? ISOL_REASON_QUARANTINE_RULE :
				 ISOL_REASON_RULE, nr);
	if (rule->tracks)
		decision |= ISOL_DECISION_TRACK;
	isol_work(&c->work, rule->nto);
	if (rule->follow) {
		apply_follower(c, row, nr, decision);
		return;
	}
	for (i = 0; i < rule->nto; i++) {
		u32 ent = entity(c->model, &rule->to[i]);
		enum form form = form_of(rule, row, ent);
		bool asks = in_form(c, nr, form)->match;

		/* Another end covers the uplinks whatever the address is. */
		if (ent == ENT_REMOTE && !rule->remote_to)
			continue;
		/*
		 * The quarantine table speaks of pairs with a quarantined end
		 * only, the other tables of all others: between them they
		 * share no cell, but an entity would be marked as seen.
		 */
		if (quarantine && row != LINE_QUARANTINED) {
			if (ent == ISOL_ENDPOINT_ANY || ent == ISOL_ENDPOINT_QUARANTINED)
				put_rule(c, LINE_QUARANTINED, nr, form, decision);
			continue;
		}
		if (c->seen[ent] == row)
			continue;
		if (!asks)
			c->seen[ent] = row;
		/* To put it on a list takes longer than to decide. */
		if (isol_work(&c->work, (u64)(c->cols.start[ent + 1] - c->cols.start[ent]) *
					(asks ? 4 : 1)))
			return;
		for (j = c->cols.start[ent]; j < c->cols.start[ent + 1]; j++) {
			u32 col = c->cols.item[j];

			if (col != LINE_QUARANTINED || quarantine)
				put_rule(c, col, nr, form, decision);
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

/* Why the work is to stop, with words about it. */
static int stopped(struct compiler *c)
{
	if (c->work.err != -E2BIG)
		return c->work.err;
	snprintf(c->msg, c->msg_len,
		 "%u rules between %u by %u classes take too long to compile: name groups, not bindings",
		 c->out->nrules, c->from.nlines, c->to.nlines);
	return -ENOSPC;
}

/*
 * What the rules let pass from a row. @seen tells, by entity, in which versions of
 * IP the row has been through it already.
 */
static void mark_passing(struct compiler *c, u32 row, const u8 *passes, u32 *seen)
{
	u32 nwords = BITS_TO_LONGS(c->out->nrules), w, i, j;
	unsigned long word;

	collect(c, row);
	for (w = 0; w < nwords; w++)
		for (word = c->todo[w]; word; word &= word - 1) {
			u32 nr = w * BITS_PER_LONG + __ffs(word);
			const struct isol_rule *rule = c->out->rule[nr];

			if (isol_work(&c->work, rule->nto))
				return;
			for (i = 0; passes[nr] && i < rule->nto; i++) {
				u32 ent = entity(c->model, &rule->to[i]);
				u32 had = seen[ent] >> 2 == row + 1 ? seen[ent] & 3 : 0;

				if (!(passes[nr] & ~had))
					continue;
				seen[ent] = (row + 1) << 2 | had | passes[nr];
				isol_work(&c->work, c->cols.start[ent + 1] - c->cols.start[ent]);
				for (j = c->cols.start[ent]; j < c->cols.start[ent + 1]; j++)
					if (c->cols.item[j] != LINE_QUARANTINED)
						isol_follow_mark(&c->follow, c->cols.item[j],
								 passes[nr]);
			}
		}
}

/*
 * Find out between which ends rules let IP pass, where a rule follows them. The
 * lines that bindings have so far serve to tell it, and are made anew for the
 * table itself.
 */
static int make_follow(struct compiler *c)
{
	struct isol_compiled *out = c->out;
	u32 *seen = isol_arena_alloc(&c->tmp, c->nents * sizeof(*seen));
	u8 *passes = isol_arena_alloc(&c->tmp, out->nrules);
	u32 i, row;
	int err;

	c->reach_row = NOBODY;
	if (!seen || !passes)
		return -ENOMEM;
	for (i = 0; i < out->nrules; i++) {
		const struct isol_rule *rule = out->rule[i];

		if (rule->verdict == ISOL_VERDICT_ACCEPT && !rule->follow &&
		    rule->table != ISOL_TABLE_QUARANTINE)
			passes[i] = isol_match_passes(rule->match);
	}
	err = isol_follow_init(&c->follow, &c->tmp, c->model->seed, c->from.nlines, c->to.nlines);
	for (row = 0; row < c->from.nlines && !err; row++) {
		if (row == LINE_UNBOUND_DROP || row == LINE_QUARANTINED || row == LINE_GONE)
			continue;
		mark_passing(c, row, passes, seen);
		err = isol_follow_store(&c->follow, row, &c->work, ISOL_PAIR_LIMIT);
		if (err == -ENOSPC)
			return over_budget(c);
		if (c->work.err)
			return stopped(c);
	}
	if (!err)
		err = isol_follow_number(&c->follow, &c->work);
	if (err)
		return c->work.err ? stopped(c) : err;

	c->base_row = c->from.line;
	c->base_col = c->to.line;
	c->from.kind = isol_arena_alloc(&c->tmp, c->model->nbindings * sizeof(u32));
	c->to.kind = isol_arena_alloc(&c->tmp, c->model->nbindings * sizeof(u32));
	if (!c->from.kind || !c->to.kind)
		return -ENOMEM;
	for (i = 0; i < c->model->nbindings; i++) {
		c->from.kind[i] = c->follow.col_nr[c->base_col[i]];
		c->to.kind[i] = c->follow.row_nr[c->base_row[i]];
	}
	err = make_lines(c, &c->from);
	if (!err)
		err = make_lines(c, &c->to);
	if (err)
		return err;
	c->reach = isol_arena_alloc(&c->tmp, c->to.nlines * sizeof(*c->reach));
	c->reach_ip = isol_arena_alloc(&c->tmp, c->to.nlines);
	if (!c->reach || !c->reach_ip)
		return -ENOMEM;
	memset(&c->cols, 0, sizeof(c->cols));
	return make_lists(c, &c->cols, walk_cols);
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
	for (c->nrow_buckets = 16; c->nrow_buckets < c->from.nlines; c->nrow_buckets *= 2)
		;
	c->row_bucket = isol_arena_alloc(&c->tmp, c->nrow_buckets * sizeof(*c->row_bucket));
	if (!stored || !c->cells || !c->list || !c->seen || !c->row_bucket)
		return -ENOMEM;
	for (i = 0; i < c->nents; i++)
		c->seen[i] = NOBODY;

	for (row = 0; row < c->from.nlines && !err; row++) {
		isol_pause();
		fill_row(c, row);
		/* A row that was not finished must not be stored. */
		err = c->work.err ? stopped(c) : c->err;
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
		rules[--at] = in_form(c, c->lists.pair[i - 1].b >> ITEM_FORM,
				      c->lists.pair[i - 1].b & ((1 << ITEM_FORM) - 1));
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

/* ---- sets */

/* A rule with one condition more: that an address is in one of the sets of a side. */
static const struct isol_rule *with_remotes(struct compiler *c, const struct isol_rule *rule,
					    u32 field, const struct isol_endpoint *end, u32 n)
{
	u32 nvalues = rule->match ? rule->match->n : 0, i;
	size_t size = (nvalues + 1) * sizeof(struct isol_values);
	const struct isol_set **set;
	struct isol_match *match;
	struct isol_rule *form;

	form = isol_arena_alloc(&c->tmp, sizeof(*form));
	match = isol_arena_alloc(&c->tmp, sizeof(*match) + size);
	set = isol_arena_alloc(&c->tmp, n * sizeof(*set));
	if (!form || !match || !set)
		return NULL;
	*form = *rule;
	form->match = match;
	if (nvalues)
		memcpy(match->values, rule->match->values, nvalues * sizeof(*match->values));
	match->fields = (rule->match ? rule->match->fields : 0) | BIT(field);
	match->n = nvalues + 1;
	match->values[nvalues] = (struct isol_values){ .field = field, .set = set };
	for (i = 0; i < n; i++)
		if (end[i].kind == ISOL_ENDPOINT_REMOTE)
			set[match->values[nvalues].n++] = c->model->set[end[i].id];
	return form;
}

static int make_forms(struct compiler *c)
{
	u32 i, n = c->out->nrules;

	for (i = 0; i < n; i++) {
		const struct isol_rule *rule = c->out->rule[i], **form;

		if (!rule->remote_from && !rule->remote_to)
			continue;
		if (!c->form[FORM_REMOTE_TO]) {
			form = isol_arena_alloc(&c->tmp, 2 * n * sizeof(*form));
			if (!form)
				return -ENOMEM;
			c->form[FORM_REMOTE_FROM] = form;
			c->form[FORM_REMOTE_TO] = form + n;
		}
		form = c->form[FORM_REMOTE_FROM];
		if (rule->remote_from)
			form[i] = with_remotes(c, rule, ISOL_MATCH_A_SRC_SET, rule->from,
					       rule->nfrom);
		if (rule->remote_from && !form[i])
			return -ENOMEM;
		form = c->form[FORM_REMOTE_TO];
		if (rule->remote_to)
			form[i] = with_remotes(c, rule, ISOL_MATCH_A_DST_SET, rule->to, rule->nto);
		if (rule->remote_to && !form[i])
			return -ENOMEM;
	}
	return 0;
}

/* A rule in a form that it has, and asks in; or NULL. */
static const struct isol_rule *asking(const struct compiler *c, u32 nr, enum form form)
{
	const struct isol_rule *rule = c->out->rule[nr];

	if (form != FORM_PLAIN)
		rule = c->form[form] ? c->form[form][nr] : NULL;
	return rule && rule->match ? rule : NULL;
}

static int name_sets(struct compiler *c, const struct isol_match *match)
{
	u32 i, j;

	for (i = 0; i < match->n; i++)
		for (j = 0; isol_field_set(match->values[i].field) && j < match->values[i].n; j++)
			if (isol_sets_name(&c->sets, match->values[i].set[j]))
				return -ENOMEM;
	return isol_work(&c->work, match->n);
}

/* Does not overflow: stops beyond the limit. */
static u32 times(u32 a, u32 b)
{
	return min(a, ISOL_MAX_BOXES + 1U) * min(max(b, 1U), ISOL_MAX_BOXES + 1U);
}

static u32 count_boxes(struct compiler *c, const struct isol_match *match)
{
	u32 field, ip4 = 1, ip6 = 1, other = isol_match_boxes(match);
	const struct isol_range *range;

	for (field = ISOL_MATCH_A_SRC_SET; field <= ISOL_MATCH_A_DPORT_SET; field++) {
		u32 kind = isol_field_kind(ISOL_SHAPE_IP4_PORTS, field);

		if (!(match->fields & BIT(field)))
			continue;
		if (kind != ISOL_ELEMENT_IP4) {
			other = times(other, isol_sets_ranges(&c->sets, match, field, kind,
							      &range));
			continue;
		}
		ip4 = times(ip4, isol_sets_ranges(&c->sets, match, field, kind, &range));
		ip6 = times(ip6, isol_sets_ranges(&c->sets, match, field, ISOL_ELEMENT_IP6,
						  &range));
	}
	return times(other, max(ip4, ip6));
}

static int too_entangled(struct compiler *c, const struct isol_rule *rule)
{
	const struct isol_match *match = rule->match;
	const char *names[2] = { "", "" };
	u32 i, j, n = 0;

	for (i = 0; i < match->n; i++)
		for (j = 0; isol_field_set(match->values[i].field) && j < match->values[i].n; j++)
			if (n++ < ARRAY_SIZE(names))
				names[n - 1] = match->values[i].set[j]->name;
	snprintf(c->msg, c->msg_len,
		 "rule '%s' asks for %u sets ('%s'%s%s%s%s) that overlap with others in so many ways that it comes to more than %d combinations: let sets lie within each other or apart",
		 rule->name, n, names[0], n > 1 ? ", '" : "", names[1], n > 1 ? "'" : "",
		 n > 2 ? ", ..." : "", ISOL_MAX_BOXES);
	return -ENOSPC;
}

/* What rules ask of sets, and whether it can be asked: trees count on that. */
static int make_sets(struct compiler *c)
{
	const struct isol_rule *rule;
	u32 i, form;
	int err;

	err = make_forms(c);
	for (i = 0; i < c->out->nrules && !err; i++)
		for (form = 0; form < NFORMS && !err; form++) {
			rule = asking(c, i, form);
			if (rule)
				err = name_sets(c, rule->match);
		}
	if (!err)
		err = isol_sets_build(&c->sets, &c->out->maps);
	for (i = 0; i < c->out->nrules && !err && c->out->maps; i++)
		for (form = 0; form < NFORMS && !err; form++) {
			rule = asking(c, i, form);
			if (!rule)
				continue;
			if (count_boxes(c, rule->match) > ISOL_MAX_BOXES)
				err = too_entangled(c, rule);
			if (c->work.err)
				err = c->work.err;
		}
	if (err != -E2BIG)
		return err;
	snprintf(c->msg, c->msg_len,
		 "%u sets with %u elements take too long to compile for %u rules that name them: let fewer sets overlap",
		 c->model->nsets, c->model->nelements, c->out->nrules);
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

/* Where conversations may be accepted: the rows, and the columns, with such a cell. */
static int mark_tracked(struct compiler *c)
{
	struct isol_compiled *out = c->out;
	struct isol_row *row;
	u32 col;

	if (!c->model->ntracking)
		return 0;
	out->tracked = isol_alloc(out->mem, BITS_TO_LONGS(out->ncols) * sizeof(long));
	if (!out->tracked)
		return -ENOMEM;
	out->tables.tracked = out->tracked;
	for (row = out->rows; row; row = row->next) {
		isol_pause();
		for (col = 0; col < out->ncols; col++) {
			u32 cell = row->cells[col];

			if (isol_cell_asks(cell) ? !isol_cell_program(&out->tables, cell)->tracks :
			    !isol_decision_tracks(cell))
				continue;
			row->tracks = 1;
			__set_bit(col, out->tracked);
		}
	}
	/* Who has the row of the quarantined may have a column of its own. */
	if (test_bit(LINE_QUARANTINED, out->tracked))
		isol_row_of(out->classes[ISOL_CLASS_QUARANTINED].row)->tracks = 1;
	return 0;
}

/*
 * A domain, and what its defaults come to. @segment: the one that it is, or NULL;
 * @taken: the VLANs that are closed to it, or NULL.
 */
static void domain_defaults(struct isol_compiled *out, u32 domain,
			    const struct isol_bridge *bridge, const struct isol_segment *segment,
			    const u32 *taken)
{
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
		{ ISOL_DFLT_SEGMENT, ISOL_VERDICT_DROP, ISOL_REASON_SEGMENT },
		{ ISOL_DFLT_VLAN, ISOL_VERDICT_DROP, ISOL_REASON_VLAN },
		{ ISOL_DFLT_TAGS, ISOL_VERDICT_DROP, ISOL_REASON_TAGS },
		{ ISOL_DFLT_STATE, ISOL_VERDICT_DROP, ISOL_REASON_STATE },
		{ ISOL_DFLT_FRAGMENT, ISOL_VERDICT_DROP, ISOL_REASON_FRAGMENT },
		{ ISOL_DFLT_CONNECTIONS, ISOL_VERDICT_DROP, ISOL_REASON_CONNECTIONS },
	};
	u32 *d = out->dflt + (domain - 1) * ISOL_NDFLT;
	u32 counter = isol_bridge_counter(out->nrules, bridge->id), i;

	/* No number between those above means anything: drop. */
	for (i = 0; i < ISOL_NDFLT; i++)
		d[i] = isol_decision(ISOL_VERDICT_DROP, ISOL_REASON_MISMATCH, 0);
	for (i = 0; i < ARRAY_SIZE(table); i++)
		d[table[i].dflt] = isol_decision(table[i].verdict, table[i].reason, 0);
	/* Domains of a bridge count together, as the operator is told. */
	for (i = 0; i < ISOL_NDFLT; i++)
		d[i] |= counter + isol_decision_why(d[i]);
	out->domains[domain - 1].taken = taken;
	out->domains[domain - 1].bridge = bridge->id;
	out->domains[domain - 1].vlan = segment ? segment->vlan : 0;
}

static void make_defaults(const struct isol_model *model, struct isol_compiled *out)
{
	u32 first = out->tables.ndomains - out->nbeside + 1;	/* beside segments */
	const struct isol_segment *segment;
	const struct isol_bridge *bridge;

	for (bridge = model->bridges; bridge; bridge = bridge->next) {
		domain_defaults(out, bridge->id, bridge, bridge->segment, NULL);
		if (bridge->nvlans)
			domain_defaults(out, bridge->beside, bridge, bridge->segment,
					out->taken + (bridge->beside - first) * ISOL_VLAN_WORDS);
	}
	for (segment = model->segments; segment; segment = segment->next)
		if (segment->vlan) {
			domain_defaults(out, segment->domain, segment->bridge, segment, NULL);
			out->taken[(segment->bridge->beside - first) * ISOL_VLAN_WORDS +
				   segment->vlan / 32] |= 1U << segment->vlan % 32;
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
	bool follow = false;
	u32 table;
	int err = -ENOMEM;

	memset(out, 0, sizeof(*out));
	out->mem = model->arena.mem;
	isol_arena_init(&c.tmp, out->mem);
	isol_builder_init(&c.builder, out->mem, &c.work, model->seed);
	isol_sets_init(&c.sets, model, &c.work);
	c.builder.boxes.sets = &c.sets;
	c.nents = ENT_GROUP0 + model->ngroups + model->nbindings;
	out->nrules = isol_model_nrules(model);
	out->ncounters = isol_bridge_counter(out->nrules, model->nbridges + 1);
	out->tables.nbridges = model->nbridges;
	out->nbeside = model->nbeside;
	out->tables.ndomains = model->nbridges + model->nvlans + model->nbeside;
	out->tables.nclasses = ISOL_CLASS_FIRST_BINDING + model->nbindings;

	out->rule = isol_alloc(out->mem, out->nrules * sizeof(*out->rule));
	out->classes = isol_alloc(out->mem, out->tables.nclasses * sizeof(*out->classes));
	out->dflt = isol_alloc(out->mem, out->tables.ndomains * ISOL_NDFLT * sizeof(u32));
	out->domains = isol_alloc(out->mem, out->tables.ndomains * sizeof(*out->domains));
	out->taken = isol_alloc(out->mem, out->nbeside * ISOL_VLAN_WORDS * sizeof(u32));
	if (!out->rule || !out->classes || !out->dflt || !out->domains || !out->taken)
		goto out;
	out->tables.domains = out->domains;
	out->tables.classes = out->classes;
	out->tables.dflt = out->dflt;
	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		for (rule = model->rules[table]; rule; rule = rule->next) {
			out->rule[rule->nr] = rule;
			follow |= rule->follow;
		}
	make_defaults(model, out);

	err = mark_named(&c);
	if (!err)
		err = make_lines(&c, &c.from);
	if (!err)
		err = make_lines(&c, &c.to);
	if (err)
		goto out;
	c.todo = isol_arena_alloc(&c.tmp, BITS_TO_LONGS(out->nrules) * sizeof(long));
	err = c.todo ? make_sets(&c) : -ENOMEM;
	if (!err)
		err = make_lists(&c, &c.rules, walk_rules);
	if (!err)
		err = make_lists(&c, &c.cols, walk_cols);
	if (!err && follow)
		err = make_follow(&c);
	if (err)
		goto out;
	out->ncols = c.to.nlines;
	err = make_rows(&c);
	if (!err)
		err = make_programs(&c);
	if (!err)
		err = mark_tracked(&c);
out:
	isol_builder_free(&c.builder);
	isol_sets_free(&c.sets);
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
	isol_maps_free(compiled->mem, compiled->maps);
	isol_free(compiled->mem, compiled->programs,
		  compiled->program_room * sizeof(*compiled->programs));
	for (row = compiled->rows; row; row = next) {
		next = row->next;
		isol_free(compiled->mem, row, len);
	}
	isol_free(compiled->mem, compiled->tracked,
		  BITS_TO_LONGS(compiled->ncols) * sizeof(long));
	isol_free(compiled->mem, compiled->rule, compiled->nrules * sizeof(*compiled->rule));
	isol_free(compiled->mem, compiled->classes,
		  compiled->tables.nclasses * sizeof(*compiled->classes));
	isol_free(compiled->mem, compiled->dflt,
		  compiled->tables.ndomains * ISOL_NDFLT * sizeof(u32));
	isol_free(compiled->mem, compiled->domains,
		  compiled->tables.ndomains * sizeof(*compiled->domains));
	isol_free(compiled->mem, compiled->taken,
		  compiled->nbeside * ISOL_VLAN_WORDS * sizeof(u32));
	memset(compiled, 0, sizeof(*compiled));
}
