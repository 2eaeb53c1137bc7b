// SPDX-License-Identifier: GPL-2.0
/* From values to the sets that hold them, see set.h. */
#include "set.h"

#define NO_BIT U32_MAX

#define PICK_BUCKETS 1024

/* So many intervals are worth an index. */
#define INDEX_FROM 1024
#define INDEX_SHIFT 16
#define INDEX_SIZE ((1U << (32 - INDEX_SHIFT)) + 1)

/* A bound of an element: from there on its set holds values, or does no more. */
struct bound {
	struct isol_wide at;
	u32 set;
	bool ends;
};

/* Where an interval begins. */
struct start {
	struct isol_wide at;
	struct isol_set_list *list;
};

/**
 * struct isol_set_list - the sets that hold the values of a class
 * @next: in the same bucket
 * @hash: of @word
 * @nr: of the class
 * @word: bits of the sets, the first one the highest of the first word
 */
struct isol_set_list {
	struct isol_set_list *next;
	u32 hash;
	u32 nr;
	u64 word[];
};

/**
 * struct isol_pick - the classes that some values allow
 * @next: in the same bucket
 * @range: the classes
 * @n: number of @range
 * @hash: of @key
 * @nkey: number of @key
 * @key: what was asked for: the kind; for each values whether they are negated, and a
 *	word for each in a list
 */
struct isol_pick {
	struct isol_pick *next;
	const struct isol_range *range;
	u32 n;
	u32 hash;
	u32 nkey;
	u64 key[];
};

/* What is needed to make one map. */
struct maker {
	struct isol_sets *sets;
	struct isol_mem *mem;
	u32 kind;
	u32 nwords;
	u32 nbits;
	struct bound *bound, *other;	/* room for the bounds, twice */
	u32 nbounds;
	u32 room;
	struct start *start;
	u32 nstarts;
	struct isol_set_list **bucket;
	u32 nbuckets;
	u32 nlists;
};

/* A set in its word of a list. */
static u64 bit_of(u32 bit)
{
	return 1ULL << (63 - bit % 64);
}

static size_t start_size(u32 kind)
{
	switch (kind) {
	case ISOL_ELEMENT_IP6:
		return sizeof(struct isol_wide);
	case ISOL_ELEMENT_MAC:
		return sizeof(u64);
	default:
		return sizeof(u32);
	}
}

static struct isol_wide top(u32 kind)
{
	switch (kind) {
	case ISOL_ELEMENT_IP4:
		return (struct isol_wide){ 0, U32_MAX };
	case ISOL_ELEMENT_IP6:
		return (struct isol_wide){ ~0ULL, ~0ULL };
	case ISOL_ELEMENT_MAC:
		return (struct isol_wide){ 0, (1ULL << 48) - 1 };
	default:
		return (struct isol_wide){ 0, 0xffff };
	}
}

/* ---- asking */

static u32 search_narrow(const u32 *start, u32 lo, u32 hi, u32 v)
{
	/* The interval is from lo to hi - 1. */
	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (start[mid] <= v)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static u32 search_mac(const u64 *start, u32 n, u64 v)
{
	u32 lo = 0, hi = n;

	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (start[mid] <= v)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static u32 search_wide(const struct isol_wide *start, u32 n, struct isol_wide v)
{
	u32 lo = 0, hi = n;

	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (isol_wide_cmp(start[mid], v) <= 0)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static u32 search_ip4(const struct isol_map *map, u32 v)
{
	const u32 *index = map->index;

	if (!index)
		return search_narrow(map->start, 0, map->n, v);
	index += v >> INDEX_SHIFT;
	return search_narrow(map->start, index[0], index[1] + 1, v);
}

u32 isol_maps_ask(const struct isol_maps *maps, u32 kind, u32 field, const struct isol_key *key)
{
	const struct isol_map *map = &maps->map[kind];
	bool src = field == ISOL_MATCH_A_SRC_SET || field == ISOL_MATCH_A_SRC_MAC_SET ||
		   field == ISOL_MATCH_A_SPORT_SET;
	u32 i;

	switch (kind) {
	case ISOL_ELEMENT_IP4:
		i = search_ip4(map, key->v[src ? ISOL_MATCH_A_SRC_IP4 : ISOL_MATCH_A_DST_IP4]);
		break;
	case ISOL_ELEMENT_IP6:
		i = search_wide(map->start, map->n, src ? key->src6 : key->dst6);
		break;
	case ISOL_ELEMENT_MAC:
		i = search_mac(map->start, map->n, src ? key->smac : key->dmac);
		break;
	default:
		i = search_narrow(map->start, 0, map->n,
				  key->v[src ? ISOL_MATCH_A_SPORT : ISOL_MATCH_A_DPORT]);
	}
	return map->class[i];
}

/* ---- naming */

static int cmp_bound(const void *a, const void *b)
{
	return isol_wide_cmp(((const struct bound *)a)->at, ((const struct bound *)b)->at);
}

void isol_sets_init(struct isol_sets *sets, const struct isol_model *model,
		    struct isol_work *work)
{
	memset(sets, 0, sizeof(*sets));
	sets->model = model;
	sets->work = work;
	isol_arena_init(&sets->tmp, model->arena.mem);
}

void isol_sets_free(struct isol_sets *sets)
{
	isol_arena_free(&sets->tmp);
}

/* The kinds of elements that a type of sets has, the first and the last. */
static void kinds_of(u8 type, u32 *first, u32 *last)
{
	switch (type) {
	case ISOL_SET_ADDRESSES:
		*first = ISOL_ELEMENT_IP4;
		*last = ISOL_ELEMENT_IP6;
		break;
	case ISOL_SET_MACS:
		*first = ISOL_ELEMENT_MAC;
		*last = ISOL_ELEMENT_MAC;
		break;
	default:
		*first = ISOL_ELEMENT_PORT;
		*last = ISOL_ELEMENT_PORT;
	}
}

static int start_naming(struct isol_sets *sets)
{
	u32 kind, i;

	sets->pick = isol_arena_alloc(&sets->tmp, PICK_BUCKETS * sizeof(*sets->pick));
	sets->range = isol_arena_alloc(&sets->tmp, (ISOL_MAX_BOXES + 1) * sizeof(*sets->range));
	if (!sets->pick || !sets->range)
		return -ENOMEM;
	for (kind = 0; kind < ISOL_NELEMENTS; kind++) {
		u32 *bit = isol_arena_alloc(&sets->tmp, sets->model->nsets * sizeof(u32));

		if (!bit)
			return -ENOMEM;
		for (i = 0; i < sets->model->nsets; i++)
			bit[i] = NO_BIT;
		sets->kind[kind].bit = bit;
	}
	return 0;
}

int isol_sets_name(struct isol_sets *sets, const struct isol_set *set)
{
	u32 kind, last;

	if (!sets->kind[ISOL_NELEMENTS - 1].bit && start_naming(sets))
		return -ENOMEM;
	kinds_of(set->type, &kind, &last);
	for (; kind <= last; kind++)
		/* In nwords the bits are counted as yet. */
		if (sets->kind[kind].bit[set->id] == NO_BIT)
			sets->kind[kind].bit[set->id] = sets->nwords[kind]++;
	return 0;
}

/* ---- the intervals of one map */

static int get_bounds(struct maker *m)
{
	const struct isol_model *model = m->sets->model;
	const struct isol_elements *e;
	const struct isol_set *set;
	u32 i, bit, n = 0;

	for (set = model->sets; set; set = set->next)
		if (m->sets->kind[m->kind].bit[set->id] != NO_BIT)
			for (e = set->elements; e; e = e->next)
				n += e->kind == m->kind ? e->n : 0;
	m->room = 2 * n + 1;
	m->bound = isol_alloc(m->mem, m->room * sizeof(*m->bound));
	m->other = isol_alloc(m->mem, m->room * sizeof(*m->other));
	m->start = isol_alloc(m->mem, m->room * sizeof(*m->start));
	for (m->nbuckets = 64; m->nbuckets < n; m->nbuckets *= 2)
		;
	m->bucket = isol_alloc(m->mem, m->nbuckets * sizeof(*m->bucket));
	if (!m->bound || !m->other || !m->start || !m->bucket)
		return -ENOMEM;
	for (set = model->sets; set; set = set->next) {
		bit = m->sets->kind[m->kind].bit[set->id];
		if (bit == NO_BIT)
			continue;
		for (e = set->elements; e; e = e->next) {
			if (e->kind != m->kind)
				continue;
			for (i = 0; i < e->n; i++) {
				struct isol_wide_range r = isol_element(e, i);
				struct bound *b = &m->bound[m->nbounds];

				b[0] = (struct bound){ r.lo, bit, false };
				m->nbounds++;
				if (!isol_wide_cmp(r.hi, top(m->kind)))
					continue;
				if (!++r.hi.lo)
					r.hi.hi++;
				b[1] = (struct bound){ r.hi, bit, true };
				m->nbounds++;
			}
			if (isol_work(m->sets->work, 4 * e->n))
				return m->sets->work->err;
		}
	}
	return 0;
}

/* The class of the values that some sets hold. */
static struct isol_set_list *list_of(struct maker *m, const u64 *word, u32 hash)
{
	struct isol_set_list *list, **bucket = &m->bucket[hash & (m->nbuckets - 1)];
	u32 len = m->nwords * sizeof(u64);

	isol_work(m->sets->work, m->nwords + 2);
	for (list = *bucket; list; list = list->next)
		if (list->hash == hash && !memcmp(list->word, word, len))
			return list;
	list = isol_arena_alloc(&m->sets->tmp, sizeof(*list) + len);
	if (!list)
		return NULL;
	memcpy(list->word, word, len);
	list->hash = hash;
	list->next = *bucket;
	*bucket = list;
	m->nlists++;
	return list;
}

/*
 * Walk the bounds: between two of them the same sets hold all values. The hash of a
 * list combines numbers that its sets have, so that one set more or less is one step.
 * The operator, who may be anyone, does not know the seed.
 */
static int get_intervals(struct maker *m)
{
	const u32 seed = m->sets->model->seed;
	u64 *word = isol_arena_alloc(&m->sets->tmp, m->nwords * sizeof(*word));
	u32 *count = isol_arena_alloc(&m->sets->tmp, m->nbits * sizeof(*count));
	struct isol_set_list *list, *last = NULL;
	struct isol_wide at = {};
	u32 i = 0, hash = 0;

	if (!word || !count)
		return -ENOMEM;
	for (;;) {
		for (; i < m->nbounds && !isol_wide_cmp(m->bound[i].at, at); i++) {
			u32 set = m->bound[i].set;

			if (m->bound[i].ends ? --count[set] : count[set]++)
				continue;
			word[set / 64] ^= bit_of(set);
			hash ^= isol_hash(&set, sizeof(set), seed);
		}
		list = list_of(m, word, hash);
		if (!list)
			return -ENOMEM;
		if (list != last)
			m->start[m->nstarts++] = (struct start){ at, list };
		last = list;
		if (i == m->nbounds || isol_work(m->sets->work, 4))
			return m->sets->work->err;
		at = m->bound[i].at;
	}
}

/* ---- numbering the classes */

struct popular {
	u32 bit;
	u32 classes;
};

static int cmp_popular(const void *a, const void *b)
{
	const struct popular *x = a, *y = b;

	if (x->classes != y->classes)
		return x->classes > y->classes ? -1 : 1;
	return x->bit < y->bit ? -1 : x->bit > y->bit;
}

/* The next set on a list, from @bit on; @m->nbits if there is none. */
static u32 next_bit(const struct isol_set_list *list, const struct maker *m, u32 bit)
{
	u32 w = bit / 64;
	u64 word;

	if (w >= m->nwords)
		return m->nbits;
	word = list->word[w] & ~0ULL >> bit % 64;
	while (!word) {
		if (++w == m->nwords)
			return m->nbits;
		word = list->word[w];
	}
	return w * 64 + 64 - fls64(word);
}

/* Let the set come first in lists that most classes have. */
static int order_sets(struct maker *m, struct isol_set_list **lists)
{
	struct popular *popular;
	u32 *place, *bit = m->sets->kind[m->kind].bit, i, b;
	u64 *word;

	popular = isol_arena_alloc(&m->sets->tmp, m->nbits * sizeof(*popular));
	place = isol_arena_alloc(&m->sets->tmp, m->nbits * sizeof(*place));
	word = isol_arena_alloc(&m->sets->tmp, m->nwords * sizeof(*word));
	if (!popular || !place || !word)
		return -ENOMEM;
	for (i = 0; i < m->nbits; i++)
		popular[i].bit = i;
	for (i = 0; i < m->nlists; i++) {
		u32 n = m->nwords;

		for (b = next_bit(lists[i], m, 0); b < m->nbits;
		     b = next_bit(lists[i], m, b + 1), n++)
			popular[b].classes++;
		if (isol_work(m->sets->work, n))
			return m->sets->work->err;
	}
	isol_sort(popular, m->nbits, sizeof(*popular), cmp_popular);
	for (i = 0; i < m->nbits; i++)
		place[popular[i].bit] = i;
	for (i = 0; i < m->sets->model->nsets; i++)
		if (bit[i] != NO_BIT)
			bit[i] = place[bit[i]];
	for (i = 0; i < m->nlists; i++) {
		u32 n = 2 * m->nwords;

		memset(word, 0, m->nwords * sizeof(*word));
		for (b = next_bit(lists[i], m, 0); b < m->nbits;
		     b = next_bit(lists[i], m, b + 1), n++)
			word[place[b] / 64] |= bit_of(place[b]);
		memcpy(lists[i]->word, word, m->nwords * sizeof(*word));
		if (isol_work(m->sets->work, n))
			return m->sets->work->err;
	}
	return 0;
}

/* How many words lists have is known to whom they are sorted for. */
struct sortable {
	struct isol_set_list *list;
	u32 nwords;
};

static int cmp_list(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	u32 i;

	for (i = 0; i < x->nwords; i++)
		if (x->list->word[i] != y->list->word[i])
			return x->list->word[i] < y->list->word[i] ? -1 : 1;
	return 0;
}

static int number_classes(struct maker *m)
{
	size_t size = m->nlists * sizeof(struct sortable);
	struct isol_set_list **lists, *list;
	struct sortable *from, *to, *sorted;
	u32 i, w, n = 0;
	int err = -ENOMEM;
	u64 *word;

	lists = isol_alloc(m->mem, m->nlists * sizeof(*lists));
	word = isol_arena_alloc(&m->sets->tmp, (size_t)m->nlists * m->nwords * sizeof(*word));
	from = isol_alloc(m->mem, size);
	to = isol_alloc(m->mem, size);
	if (!lists || !word || !from || !to)
		goto out;
	for (i = 0; i < m->nbuckets; i++)
		for (list = m->bucket[i]; list; list = list->next)
			lists[n++] = list;
	err = order_sets(m, lists);
	if (err)
		goto out;
	for (i = 0; i < n; i++)
		from[i] = (struct sortable){ lists[i], m->nwords };
	sorted = isol_work_sort(m->sets->work, from, to, n, sizeof(*from), cmp_list);
	err = m->sets->work->err;
	if (err)
		goto out;
	for (i = 0; i < n && !err; i++) {
		sorted[i].list->nr = i;
		for (w = 0; w < m->nwords; w++)
			word[w * n + i] = sorted[i].list->word[w];
		err = isol_work(m->sets->work, m->nwords);
	}
	m->sets->kind[m->kind].word = word;
out:
	isol_free(m->mem, lists, m->nlists * sizeof(*lists));
	isol_free(m->mem, from, size);
	isol_free(m->mem, to, size);
	return err;
}

/* ---- the map */

static int make_index(struct maker *m, struct isol_map *map)
{
	const u32 *start = map->start;
	u32 i, at = 0, widest = 0;

	map->index = isol_alloc(m->mem, INDEX_SIZE * sizeof(*map->index));
	if (!map->index)
		return -ENOMEM;
	for (i = 0; i < INDEX_SIZE - 1; i++) {
		while (at + 1 < map->n && start[at + 1] <= i << INDEX_SHIFT)
			at++;
		map->index[i] = at;
	}
	map->index[INDEX_SIZE - 1] = map->n - 1;
	for (i = 0; i < INDEX_SIZE - 1; i++)
		widest = max(widest, map->index[i + 1] - map->index[i]);
	/* To look into the index, and then among one interval more than that. */
	for (map->steps = 1; widest; widest >>= 1)
		map->steps++;
	return isol_work(m->sets->work, 3 * INDEX_SIZE);
}

static int fill_map(struct maker *m)
{
	struct isol_map *map = &m->sets->maps->map[m->kind];
	struct isol_wide *wide;
	u32 i, *narrow;
	u64 *mac;

	map->class = isol_alloc(m->mem, m->nstarts * sizeof(*map->class));
	map->start = isol_alloc(m->mem, m->nstarts * start_size(m->kind));
	map->n = m->nstarts;
	map->nclasses = m->nlists;
	if (!map->class || !map->start)
		return -ENOMEM;
	narrow = map->start;
	wide = map->start;
	mac = map->start;
	for (i = 0; i < m->nstarts; i++) {
		map->class[i] = m->start[i].list->nr;
		switch (m->kind) {
		case ISOL_ELEMENT_IP6:
			wide[i] = m->start[i].at;
			break;
		case ISOL_ELEMENT_MAC:
			mac[i] = m->start[i].at.lo;
			break;
		default:
			narrow[i] = m->start[i].at.lo;
		}
	}
	if (m->kind == ISOL_ELEMENT_IP4 && map->n >= INDEX_FROM)
		return make_index(m, map);
	for (i = map->n - 1; i; i >>= 1)
		map->steps += m->kind == ISOL_ELEMENT_IP6 ? 2 : 1;
	return isol_work(m->sets->work, map->n);
}

static int make_map(struct isol_sets *sets, u32 kind)
{
	struct maker m = { .sets = sets, .mem = sets->tmp.mem, .kind = kind };
	struct bound *sorted;
	int err;

	m.nbits = sets->nwords[kind];
	m.nwords = DIV_ROUND_UP(m.nbits, 64);
	sets->nwords[kind] = m.nwords;
	err = get_bounds(&m);
	if (!err) {
		sorted = isol_work_sort(sets->work, m.bound, m.other, m.nbounds,
					sizeof(*m.bound), cmp_bound);
		if (sorted != m.bound) {
			m.other = m.bound;
			m.bound = sorted;
		}
		err = sets->work->err;
	}
	if (!err)
		err = get_intervals(&m);
	if (!err)
		err = number_classes(&m);
	if (!err)
		err = fill_map(&m);
	isol_free(m.mem, m.bound, m.room * sizeof(*m.bound));
	isol_free(m.mem, m.other, m.room * sizeof(*m.other));
	isol_free(m.mem, m.start, m.room * sizeof(*m.start));
	isol_free(m.mem, m.bucket, m.nbuckets * sizeof(*m.bucket));
	return err;
}

int isol_sets_build(struct isol_sets *sets, struct isol_maps **maps)
{
	u32 kind;
	int err;

	*maps = NULL;
	if (!sets->pick)
		return 0;
	sets->maps = isol_alloc(sets->tmp.mem, sizeof(*sets->maps));
	if (!sets->maps)
		return -ENOMEM;
	*maps = sets->maps;
	for (kind = 0; kind < ISOL_NELEMENTS; kind++) {
		if (!sets->nwords[kind])
			continue;
		err = make_map(sets, kind);
		if (err)
			return err;
		isol_pause();
	}
	return 0;
}

size_t isol_maps_size(const struct isol_maps *maps)
{
	size_t size = sizeof(*maps);
	u32 kind;

	for (kind = 0; kind < ISOL_NELEMENTS; kind++) {
		const struct isol_map *map = &maps->map[kind];

		size += map->n * (sizeof(*map->class) + start_size(kind));
		if (map->index)
			size += INDEX_SIZE * sizeof(*map->index);
	}
	return size;
}

void isol_maps_free(struct isol_mem *mem, struct isol_maps *maps)
{
	u32 kind;

	if (!maps)
		return;
	for (kind = 0; kind < ISOL_NELEMENTS; kind++) {
		const struct isol_map *map = &maps->map[kind];

		isol_free(mem, map->class, map->n * sizeof(*map->class));
		isol_free(mem, map->start, map->n * start_size(kind));
		isol_free(mem, map->index, INDEX_SIZE * sizeof(*map->index));
	}
	isol_free(mem, maps, sizeof(*maps));
}

/* ---- what rules ask for */

/* The key of what is asked for: see struct isol_pick. Return: its words. */
static u32 make_key(const struct isol_sets *sets, const struct isol_match *match, u32 field,
		    u32 kind, u64 *key)
{
	const u32 *bit = sets->kind[kind].bit;
	u32 i, j, n = 0;

	key[n++] = kind;
	for (i = 0; i < match->n; i++) {
		const struct isol_values *values = &match->values[i];
		u64 *word = &key[n + 1];

		if (values->field != field)
			continue;
		memset(word, 0, sets->nwords[kind] * sizeof(*word));
		key[n] = values->negate;
		for (j = 0; j < values->n; j++) {
			u32 b = bit[values->set[j]->id];

			word[b / 64] |= bit_of(b);
		}
		n += 1 + sets->nwords[kind];
	}
	return n;
}

/* Whether some values, as a key has them, allow a class. */
static bool allows(const struct isol_sets *sets, u32 kind, const u64 *key, u32 class)
{
	const u64 *word = sets->kind[kind].word + class;
	u32 nclasses = sets->maps->map[kind].nclasses, i;

	for (i = 0; i < sets->nwords[kind]; i++)
		if (key[1 + i] && key[1 + i] & word[i * nclasses])
			return !key[0];
	return key[0];
}

/* Walk all classes: neighbours that are allowed are one range. */
static u32 find_ranges(struct isol_sets *sets, const u64 *key, u32 nkey, u32 kind)
{
	u32 each = 1 + sets->nwords[kind], n = 0, i, class;
	struct isol_range *range = sets->range;

	for (class = 0; class < sets->maps->map[kind].nclasses; class++) {
		if (isol_work(sets->work, nkey / 4 + 2))
			return n;
		for (i = 1; i < nkey && allows(sets, kind, key + i, class); i += each)
			;
		if (i < nkey)
			continue;
		if (n && range[n - 1].hi == class - 1) {
			range[n - 1].hi = class;
		} else {
			range[n].lo = class;
			range[n].hi = class;
			if (++n > ISOL_MAX_BOXES)
				return n;
		}
	}
	return n;
}

u32 isol_sets_ranges(struct isol_sets *sets, const struct isol_match *match, u32 field, u32 kind,
		     const struct isol_range **out)
{
	u64 key[1 + 2 * (1 + ISOL_MAX_SETS / 64)];
	u32 nkey = make_key(sets, match, field, kind, key), hash, n;
	struct isol_pick *pick, **bucket;
	struct isol_range *range;

	hash = isol_hash(key, nkey * sizeof(*key), sets->model->seed);
	bucket = &sets->pick[hash & (PICK_BUCKETS - 1)];
	isol_work(sets->work, nkey + match->n);
	for (pick = *bucket; pick; pick = pick->next) {
		isol_work(sets->work, 2);
		if (pick->hash == hash && pick->nkey == nkey &&
		    !memcmp(pick->key, key, nkey * sizeof(*key))) {
			*out = pick->range;
			return pick->n;
		}
	}
	n = find_ranges(sets, key, nkey, kind);
	pick = isol_arena_alloc(&sets->tmp, sizeof(*pick) + nkey * sizeof(*key));
	range = isol_arena_alloc(&sets->tmp, n * sizeof(*range));
	if (!pick || !range) {
		sets->work->err = -ENOMEM;
		return 0;
	}
	memcpy(range, sets->range, n * sizeof(*range));
	memcpy(pick->key, key, nkey * sizeof(*key));
	pick->range = range;
	pick->n = n;
	pick->hash = hash;
	pick->nkey = nkey;
	pick->next = *bucket;
	*bucket = pick;
	*out = range;
	return n;
}
