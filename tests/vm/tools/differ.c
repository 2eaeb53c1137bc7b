// SPDX-License-Identifier: GPL-2.0
/*
 * differ - does the module say what its rules say?
 *
 * Makes policies at random, gives each to the module in force as a file would
 * be, and asks about pairs of endpoints, and of frames between them where it
 * depends on these: the module itself by its socket, the same code as built here
 * from what was read of the file, and the oracle, which asks the rules of the
 * policy as it was made one by one. All three have to say the same: verdict,
 * reason, rule. Then frames are sent, and have to arrive where the oracle says,
 * and to move the counters that it says. What frames are the oracle is told by a
 * parser of its own.
 *
 * Takes ISOL_SEED and ISOL_ROUNDS, and prints as unit tests do. The ports have
 * to be there, see tests/vm/cases/differential.sh: bridges br0 to br2; on brN
 * the ports enoN, nobodyN and tapI where I modulo 3 is N; the other end of
 * port P is x-P.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include "compile.h"
#include "tests/unit/gen.h"
#include "tests/unit/give.h"
#include "tests/unit/keys.h"
#include "tests/unit/naive.h"
#include "tests/unit/naive_parse.h"
#include "tests/unit/pairs.h"
#include "tests/unit/test.h"
#include "userspace/genl.h"
#include "userspace/load.h"
#include "userspace/match_line.h"
#include "userspace/pull.h"
#include "userspace/push.h"
#include "userspace/wire.h"

#define LIMIT (256LL << 20)
#define BRIDGES 3
#define TAPS 14
#define NPORTS (2 * BRIDGES + TAPS)
#define BATCH 64
#define FRAMES 6	/* of each pair that depends on them */

static struct genl g;
static struct mnl_socket *asking;
static u64 generation;

/* A policy in its three forms. */
struct trial {
	struct isol_mem mem;
	struct isol_model *made;
	struct isol_model *read;
	struct isol_compiled compiled;
	struct keys *keys;
	bool quarantined[256];
};

/* ---- the policy as a file */

struct text {
	char *s;
	size_t len;
	size_t cap;
};

__printf(2, 3)
static void say(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->cap - t->len < 300) {
		t->cap = t->cap * 2 + 4096;
		t->s = realloc(t->s, t->cap);
	}
	va_start(ap, fmt);
	n = vsnprintf(t->s + t->len, t->cap - t->len, fmt, ap);
	va_end(ap);
	t->len += n;
}

static const char *verdict_word(u8 verdict)
{
	static const char *const words[] = { "drop", "accept", "reject" };

	return words[verdict];
}

static void say_side(struct text *t, const struct isol_model *m, const char *word,
		     const struct isol_endpoint *end, u32 n)
{
	static const char *const kinds[] = { "any", "host", "uplink", "members", "quarantined" };
	u32 i;

	say(t, ", %s: [", word);
	for (i = 0; i < n; i++, end++)
		say(t, "%s%s", i ? ", " : "",
		    end->kind == ISOL_ENDPOINT_GROUP ? m->group[end->id]->name :
		    end->kind == ISOL_ENDPOINT_BINDING ? m->binding[end->id]->name :
		    end->kind == ISOL_ENDPOINT_REMOTE ? m->set[end->id]->name :
		    kinds[end->kind]);
	say(t, "]");
}

static void say_list(struct text *t, const char *const *v, size_t n)
{
	size_t i;

	say(t, "[");
	for (i = 0; i < n; i++)
		say(t, "%s\"%s\"", i ? ", " : "", v[i]);
	say(t, "]");
}

/* In sets, and beside them perhaps among values. */
static void say_sets(struct text *t, const struct match_item *item)
{
	say(t, ", %s: {", item->key);
	if (item->negate_sets)
		say(t, "not: {");
	say(t, "set: ");
	say_list(t, item->sets, item->nsets);
	if (item->negate_sets)
		say(t, "}");
	if (item->n) {
		say(t, ", and: %s", item->negate ? "{not: " : "");
		say_list(t, item->v, item->n);
		if (item->negate)
			say(t, "}");
	}
	say(t, "}");
}

/* In the tool's form, in which sets have names. */
static void take_kept(struct arena *a, const struct isol_match *match, struct match *m)
{
	const char *names[ISOL_MATCH_A_MAX][ISOL_MAX_VALUES];
	struct isol_values values[ISOL_MATCH_A_MAX];
	size_t i, j;

	for (i = 0; i < match->n; i++) {
		values[i] = match->values[i];
		if (!isol_field_set(values[i].field))
			continue;
		for (j = 0; j < values[i].n; j++)
			names[i][j] = values[i].set[j]->name;
		values[i].name = names[i];
	}
	take_match(a, values, match->n, m);
}

/* As the tool would write it, all in quotes. */
static void say_match(struct text *t, const struct isol_match *match)
{
	struct match_item items[MATCH_ITEMS];
	struct match m = { 0 };
	struct arena a = { 0 };
	size_t n, i;

	take_kept(&a, match, &m);
	n = match_items(&a, &m, items);
	for (i = 0; i < n; i++) {
		if (items[i].nsets) {
			say_sets(t, &items[i]);
			continue;
		}
		if (!items[i].n) {
			say(t, ", %s: any", items[i].key);
			continue;
		}
		say(t, ", %s: %s", items[i].key, items[i].negate ? "{not: " : "");
		say_list(t, items[i].v, items[i].n);
		if (items[i].negate)
			say(t, "}");
	}
	arena_free(&a);
}

static void say_element(struct text *t, u32 kind, const struct isol_wide_range *r)
{
	const struct isol_wide w[] = { r->lo, r->hi };
	u32 i;

	say(t, "\"");
	for (i = 0; i < 2; i++) {
		u64 hi = w[i].hi, lo = w[i].lo;

		if (i)
			say(t, "-");
		switch (kind) {
		case ISOL_ELEMENT_IP4:
			say(t, "%u.%u.%u.%u", (u32)lo >> 24, (u32)lo >> 16 & 255,
			    (u32)lo >> 8 & 255, (u32)lo & 255);
			break;
		case ISOL_ELEMENT_IP6:
			say(t, "%x:%x:%x:%x:%x:%x:%x:%x", (u32)(hi >> 48), (u32)(hi >> 32 & 0xffff),
			    (u32)(hi >> 16 & 0xffff), (u32)(hi & 0xffff), (u32)(lo >> 48),
			    (u32)(lo >> 32 & 0xffff), (u32)(lo >> 16 & 0xffff),
			    (u32)(lo & 0xffff));
			break;
		case ISOL_ELEMENT_MAC:
			say(t, "%02x:%02x:%02x:%02x:%02x:%02x", (u32)(lo >> 40),
			    (u32)(lo >> 32 & 255), (u32)(lo >> 24 & 255), (u32)(lo >> 16 & 255),
			    (u32)(lo >> 8 & 255), (u32)(lo & 255));
			break;
		default:
			say(t, "%u", (u32)lo);
		}
		if (!isol_wide_cmp(w[0], w[1]))
			break;
	}
	say(t, "\"");
}

static void say_all_sets(struct text *t, const struct isol_model *m, bool remote)
{
	static const char *const keys[] = { "addresses", "macs", "ports" };
	const struct isol_elements *e;
	const struct isol_set *set;
	bool any = false;
	u32 i, n;

	for (set = m->sets; set; set = set->next) {
		if (set->remote != remote)
			continue;
		if (!any)
			say(t, remote ? "remotes:\n" : "sets:\n");
		any = true;
		say(t, "  %s: {%s: [", set->name, keys[set->type]);
		for (n = 0, e = set->elements; e; e = e->next)
			for (i = 0; i < e->n; i++, n++) {
				struct isol_wide_range r = isol_element(e, i);

				if (n)
					say(t, ", ");
				say_element(t, e->kind, &r);
			}
		say(t, "]}\n");
	}
}

static void say_rules(struct text *t, const struct isol_model *m, u32 table)
{
	const struct isol_rule *r;

	for (r = m->rules[table]; r; r = r->next) {
		say(t, "%s  - {name: %s", table ? "  " : "", r->name);
		say_side(t, m, "from", r->from, r->nfrom);
		say_side(t, m, "to", r->to, r->nto);
		if (r->match)
			say_match(t, r->match);
		say(t, ", verdict: %s, stateless: true}\n", verdict_word(r->verdict));
	}
}

static void say_policy(struct text *t, const struct isol_model *m)
{
	static const char *const roles[] = { "none", "isolated", "community", "promiscuous" };
	const struct isol_binding *b;
	const struct isol_segment *s;
	const struct isol_bridge *br;
	const struct isol_group *gr;
	u32 i;

	say(t, "isol: 1\nbridges:\n");
	for (br = m->bridges; br; br = br->next) {
		say(t, "  %s: {default: %s, unbound: %s, uplinks: [", br->name,
		    verdict_word(br->dflt), verdict_word(br->unbound));
		for (i = 0; i < br->nuplinks; i++)
			say(t, "%s%s", i ? ", " : "", br->uplinks[i]);
		say(t, "]}\n");
	}
	say(t, "segments:\n");
	for (s = m->segments; s; s = s->next)
		say(t, s->vlan ? "  %s: {bridge: %s, within: %s, uplink: %s, vlan: %u}\n" :
				 "  %s: {bridge: %s, within: %s, uplink: %s}\n",
		    s->name, s->bridge->name, verdict_word(s->within), verdict_word(s->uplink),
		    s->vlan);
	say(t, "groups:\n");
	for (gr = m->groups; gr; gr = gr->next)
		say(t, "  %s:\n", gr->name);
	say(t, "bindings:\n");
	for (b = m->bindings; b; b = b->next) {
		say(t, "  %s: {port: %s, role: %s, groups: [", b->name, b->selector,
		    roles[b->role]);
		for (i = 0; i < b->ngroups; i++)
			say(t, "%s%s", i ? ", " : "", m->group[b->groups[i]]->name);
		say(t, "]");
		if (b->community)
			say(t, ", community: %s", b->community);
		if (b->segment)
			say(t, ", segment: %s", b->segment->name);
		say(t, "}\n");
	}
	say_all_sets(t, m, true);
	say_all_sets(t, m, false);
	say(t, "rules:\n");
	say_rules(t, m, ISOL_TABLE_RULES);
	if (m->nrules[ISOL_TABLE_QUARANTINE]) {
		say(t, "quarantine:\n  rules:\n");
		say_rules(t, m, ISOL_TABLE_QUARANTINE);
	}
}

/* ---- putting it in force */

static void set_quarantines(struct trial *t, bool add)
{
	const struct isol_binding *b;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	for (b = t->made->bindings; b; b = b->next) {
		if (add ? !percent(15) : !t->quarantined[b->id])
			continue;
		nlh = genl_message(&g, add ? ISOL_CMD_QUARANTINE_ADD : ISOL_CMD_QUARANTINE_DEL);
		nest = mnl_attr_nest_start(nlh, ISOL_A_QUARANTINE);
		mnl_attr_put_strz(nlh, ISOL_QUARANTINE_A_BINDING, b->name);
		mnl_attr_nest_end(nlh, nest);
		CHECK_MSG(!genl_do(&g, nlh, NULL, NULL), "quarantine %s: %s", b->name,
			  g.error.message);
		t->quarantined[b->id] = add;
	}
}

static void trial_end(struct trial *t)
{
	if (!t->made)
		return;
	if (!test_good())
		gen_print(t->made);
	set_quarantines(t, false);
	keys_free(t->keys);
	isol_compiled_free(&t->compiled);
	isol_model_free(t->read);
	isol_model_free(t->made);
}

/* ---- services: the tool knows some, and the module any */

static void take_ends(struct policy *p, const struct isol_model *m, struct endpoint_list *l,
		      const struct isol_endpoint *end, u32 n)
{
	static const char *const kinds[] = { "any", "host", "uplink", "members" };
	const struct mark nowhere = { 0 };

	for (; n--; end++) {
		const char *name = end->kind == ISOL_ENDPOINT_GROUP ? m->group[end->id]->name :
				   end->kind == ISOL_ENDPOINT_BINDING ? m->binding[end->id]->name :
				   end->kind == ISOL_ENDPOINT_REMOTE ? m->set[end->id]->name :
				   kinds[end->kind];
		struct endpoint e = { .kind = end->kind, .name = word_make(p, name, nowhere) };

		endpoint_list_add(p, l, e);
	}
}

static void take_services(struct policy *p, const struct isol_model *m)
{
	const struct mark nowhere = { 0 };
	const struct isol_service *s;
	const struct isol_rule *r;

	for (s = m->services; s; s = s->next) {
		struct object *o = policy_object(p, OBJECT_SERVICE, s->name, nowhere);
		struct service *service = (struct service *)(void *)o;

		service->follow = s->follow;
		service->expanded = true;
		take_ends(p, m, &service->where, s->where, s->nwhere);
		policy_add(p, OBJECT_SERVICE, o);
	}
	for (r = m->rules[ISOL_TABLE_SERVICES]; r; r = r->next) {
		struct object *o = policy_object(p, OBJECT_SRULE, r->name, nowhere);
		struct rule *rule = (struct rule *)(void *)o;

		rule->verdict = r->verdict;
		rule->stateless = r->stateless;
		rule->follow = r->follow;
		rule->service = word_make(p, r->service->name, nowhere);
		take_ends(p, m, &rule->from, r->from, r->nfrom);
		take_ends(p, m, &rule->to, r->to, r->nto);
		if (r->match)
			take_kept(&p->arena, r->match, rule_ask(p, rule));
		policy_add(p, OBJECT_SRULE, o);
	}
}

/*
 * Policies whose sets overlap in more ways than a rule may ask for. What the code of the module
 * says in userspace the module has to say too.
 */
static u32 tangled;

static void refused(const struct policy *p, const char *msg)
{
	tangled++;
	CHECK_MSG(push_policy(&g, p, generation, &generation), "in force is: %s", msg);
	CHECK_MSG(!strcmp(g.error.message, msg), "push: %s, not %s", g.error.message, msg);
}

/* Return: whether all three are ready to be asked. */
static bool trial_begin(struct trial *t)
{
	char msg[ISOL_MESSAGE_LEN + 1] = "";
	struct gen_shape shape;
	struct isol_fault fault = { 0 };
	struct policy *p = NULL;
	struct diags d = { 0 };
	struct text text = { 0 };
	int err = 0;

	memset(t, 0, sizeof(*t));
	isol_mem_init(&t->mem, LIMIT);
	gen_shape(&shape);
	if (percent(80))
		shape.bridges = BRIDGES;
	/* Frames are looked at one by one. */
	shape.tracks = 0;
	t->made = gen_model(&t->mem, &shape);
	CHECK(t->made);
	if (!t->made)
		return false;
	CHECK(t->made->nbindings < sizeof(t->quarantined));
	t->keys = keys_new(t->made);
	say_policy(&text, t->made);
	CHECK_MSG(!isol_load("policy", text.s, text.len, &p, &d), "the tool refuses the policy");
	if (!p) {
		diags_print(&d, stdout);
	} else {
		take_services(p, t->made);
		t->read = isol_model_new(&t->mem);
		CHECK_MSG(t->read && !give_policy(t->read, p, &fault) &&
			  !isol_model_seal(t->read), "%s", fault.msg ?: "no memory");
		if (test_good())
			err = isol_compile(t->read, NULL, &t->compiled, msg, sizeof(msg));
		if (err == -ENOSPC && t->made->nsets) {
			refused(p, msg);
		} else {
			CHECK_MSG(!err, "%d %s", err, msg);
			CHECK_MSG(!push_policy(&g, p, generation, &generation), "push: %d %s %s",
				  g.error.code, g.error.message, g.error.attr);
		}
	}
	policy_free(p);
	diags_free(&d);
	free(text.s);
	if (test_good() && !err)
		set_quarantines(t, true);
	return test_good() && !err;
}

/* ---- endpoints */

/**
 * struct end - an endpoint as it is asked about
 * @kind: enum isol_endpoint_kind
 * @name: of the port or binding
 * @oracle: what it is by the policy as made
 */
struct end {
	u8 kind;
	const char *name;
	struct oracle_end oracle;
};

static char port_names[NPORTS][IFNAMSIZ];

static u32 bridge_of_port(u32 port)
{
	return port % BRIDGES;
}

static void name_ports(void)
{
	u32 i;

	for (i = 0; i < NPORTS; i++) {
		const char *word = i < BRIDGES ? "eno" : i < 2 * BRIDGES ? "nobody" : "tap";

		snprintf(port_names[i], IFNAMSIZ, "%s%u", word,
			 i < BRIDGES ? i : i < 2 * BRIDGES ? i - BRIDGES : i - 2 * BRIDGES);
	}
}

static struct oracle_end port_end(const struct trial *t, const struct isol_bridge *br,
				  const char *port)
{
	const struct isol_binding *b;
	u32 i;

	for (i = 0; i < br->nuplinks; i++)
		if (!strcmp(br->uplinks[i], port))
			return (struct oracle_end){ .kind = ORACLE_UPLINK };
	for (b = t->made->bindings; b; b = b->next)
		if (!strcmp(b->selector, port) && (!b->segment || b->segment->bridge == br))
			return (struct oracle_end){ .kind = ORACLE_BINDING, .binding = b,
						    .quarantined = t->quarantined[b->id] };
	return (struct oracle_end){ .kind = ORACLE_UNBOUND };
}

static u32 make_ends(const struct trial *t, const struct isol_bridge *br, u32 nr,
		     struct end *ends)
{
	const struct isol_binding *b;
	u32 n = 0, i;

	ends[n++] = (struct end){ ISOL_ENDPOINT_HOST, NULL, { .kind = ORACLE_HOST } };
	ends[n++] = (struct end){ ISOL_ENDPOINT_UPLINK, NULL, { .kind = ORACLE_UPLINK } };
	for (i = 0; i < NPORTS; i++)
		if (bridge_of_port(i) == nr)
			ends[n++] = (struct end){ ISOL_ENDPOINT_PORT, port_names[i],
						  port_end(t, br, port_names[i]) };
	/* those that have no port are answered as if they had one */
	for (b = t->made->bindings; b; b = b->next)
		if (b->id >= TAPS && (!b->segment || b->segment->bridge == br))
			ends[n++] = (struct end) {
				ISOL_ENDPOINT_BINDING, b->name,
				{ .kind = ORACLE_BINDING, .binding = b,
				  .quarantined = t->quarantined[b->id] },
			};
	return n;
}

/* ---- asking the code as built here */

/* An end of the policy as it was made, in the one that was read. */
static struct oracle_end end_here(const struct trial *t, const struct oracle_end *end)
{
	struct oracle_end here = *end;

	if (end->binding) {
		here.binding = isol_model_binding(t->read, end->binding->name);
		CHECK(here.binding);
		if (!here.binding)
			here.kind = ORACLE_GONE;
	}
	return here;
}

#define __packed __attribute__((packed))

/* What frames end with, so that they are known again: padding to who reads them. */
struct mark_of_frame {
	u32 magic;
	u32 nr;
} __packed;

/* A frame, and what is read of it. */
struct frame {
	u8 bytes[KEYS_FRAME];
	u32 len;
	struct isol_key key;
};

static u64 number_of_mac(const u8 *mac)
{
	u64 v = 0;
	u32 i;

	for (i = 0; i < ETH_ALEN; i++)
		v = v << 8 | mac[i];
	return v;
}

static struct isol_wide wide_of(const u8 *addr)
{
	struct isol_wide w = { 0, 0 };
	u32 i;

	for (i = 0; i < 16; i++)
		*(i < 8 ? &w.hi : &w.lo) |= (u64)addr[i] << (7 - i % 8) * 8;
	return w;
}

/*
 * By the plain parser, which is none of the module's. @vlan: the VLAN that it has been
 * put in, or -1: that of its first tag.
 */
static void read_frame(struct frame *f, int vlan)
{
	const struct naive_frame naive = {
		.data = f->bytes, .linear = f->len, .len = f->len,
		.who = vlan < 0 ? NAIVE_VLAN_TAG : NAIVE_VLAN_BRIDGE,
		.vlan = max(vlan, 0),
	};
	struct naive_key read;

	naive_parse(&naive, ISOL_DEPTH_L4, &read);
	memset(&f->key, 0, sizeof(f->key));
	f->key.shape = read.shape;
	memcpy(f->key.v, read.v, sizeof(f->key.v));
	f->key.smac = number_of_mac(read.smac);
	f->key.dmac = number_of_mac(read.dmac);
	f->key.src6 = wide_of(read.src6);
	f->key.dst6 = wide_of(read.dst6);
}

/* Those of segments, and others. */
static u32 some_vid(const struct trial *t)
{
	const struct isol_segment *s = t->made->segments;
	u32 skip = below(t->made->nsegments + 1);

	for (; s && skip--; s = s->next)
		;
	return s ? s->vlan : between(0, ISOL_VLAN_MAX);
}

/* A tag in front of what is in a frame, as far as there is room. */
static void put_tag(struct frame *f, u32 vid)
{
	static const u8 types[][2] = { { 0x81, 0x00 }, { 0x88, 0xa8 }, { 0x91, 0x00 } };

	if (f->len + 4 + sizeof(struct mark_of_frame) > KEYS_FRAME)
		return;
	memmove(f->bytes + 16, f->bytes + 12, f->len - 12);
	memcpy(f->bytes + 12, types[percent(80) ? 0 : below(3)], 2);
	f->bytes[14] = vid >> 8 | below(8) << 5;
	f->bytes[15] = vid;
	f->len += 4;
}

/* One that the rules are about, or nearly so, or such a one with a flaw. */
static void make_frame(const struct trial *t, struct frame *f)
{
	struct isol_key key;

	keys_random(t->keys, &key);
	f->len = keys_frame(&key, f->bytes);
	if (percent(15))
		f->bytes[between(12, f->len - 1)] ^= 1 << below(8);
	if (percent(20))
		put_tag(f, some_vid(t));
	if (percent(5))
		f->len = between(ETH_HLEN, f->len);
	read_frame(f, -1);
}

static void check_here(const struct trial *t, const struct isol_bridge *br,
		       const struct end *from, const struct end *to, int vlan,
		       const struct frame *f, const struct oracle_answer *want)
{
	struct oracle_end a = end_here(t, &from->oracle), b = end_here(t, &to->oracle);
	struct isol_packet packet = { .head = f->bytes, .linear = f->len, .len = f->len };
	const struct isol_bridge *read = isol_model_bridge(t->read, br->name);
	char text[300];
	u32 d = 0, nr;

	CHECK(read);
	if (!read)
		return;
	if (vlan >= 0)
		isol_packet_classify(&packet, vlan);
	else
		isol_packet_vlan(&packet);
	CHECK(isol_classify(&t->compiled.tables, word_of_end(read, &a, &b),
			    word_of_end(read, &b, &a), vlan, &packet, &d));
	nr = isol_decision_counter(d);
	CHECK_MSG(isol_decision_verdict(d) == want->verdict &&
		  isol_decision_reason(d) == want->reason &&
		  (want->rule ? nr < t->compiled.nrules &&
				!strcmp(t->compiled.rule[nr]->name, want->rule->name) :
				nr >= t->compiled.nrules),
		  "as built here: %s, %s to %s: decision %#x, not %s by reason %u %s; %s",
		  br->name, from->name ?: "-", to->name ?: "-", d, verdict_word(want->verdict),
		  want->reason, want->rule ? want->rule->name : "",
		  keys_text(&f->key, text, sizeof(text)));
}

/* ---- asking the module: many questions in one message */

struct question {
	const struct isol_bridge *br;
	struct end from;
	struct end to;
	bool depends;		/* on the frame, and there is none */
	bool framed;
	bool in_vlan;		/* it says in which, otherwise it is that of the ends */
	int vlan;
	struct frame frame;
	struct oracle_answer want;
};

static struct question questions[BATCH];
static u32 nquestions;
static u32 met[ISOL_REASON_MAX + 1][ISOL_VERDICT_MAX + 1];
static u32 depended, framed;

static void check_answer(const struct question *q, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	struct why w = { 0 };
	int err = -EBADMSG;
	char text[300];

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		CHECK_MSG(0, "why on %s, %s to %s: %d", q->br->name, q->from.name ?: "-",
			  q->to.name ?: "-",
			  ((struct nlmsgerr *)mnl_nlmsg_get_payload(nlh))->error);
		return;
	}
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == ISOL_A_WHY)
			err = wire_get_why(attr, &w);
	CHECK_EQ(err, 0);
	CHECK_MSG(!strcmp(w.bridge, q->br->name) && w.depends == q->depends,
		  "the module: %s, %s to %s: about %s, %s on the frame", q->br->name,
		  q->from.name ?: "-", q->to.name ?: "-", w.bridge,
		  w.depends ? "depends" : "does not depend");
	if (q->depends) {
		depended++;
		return;
	}
	framed += q->framed;
	met[q->want.reason][q->want.verdict]++;
	CHECK_MSG(w.verdict == q->want.verdict && w.reason == q->want.reason &&
		  !strcmp(w.rule, q->want.rule ? q->want.rule->name : ""),
		  "the module: %s, %s to %s: %s by reason %u '%s', not %s by reason %u '%s'; %s",
		  q->br->name, q->from.name ?: "-", q->to.name ?: "-", verdict_word(w.verdict),
		  w.reason, w.rule, verdict_word(q->want.verdict), q->want.reason,
		  q->want.rule ? q->want.rule->name : "",
		  q->framed ? keys_text(&q->frame.key, text, sizeof(text)) : "no frame");
}

static void ask_module(void)
{
	static char out[BATCH * 512], in[65536];
	u16 family = genl_message(&g, ISOL_CMD_WHY)->nlmsg_type;
	struct nlmsghdr *nlh;
	struct genlmsghdr *gh;
	size_t len = 0;
	ssize_t got;
	u32 i;

	for (i = 0; i < nquestions; i++) {
		const struct question *q = &questions[i];

		nlh = mnl_nlmsg_put_header(out + len);
		nlh->nlmsg_type = family;
		nlh->nlmsg_flags = NLM_F_REQUEST;
		nlh->nlmsg_seq = i + 1;
		gh = mnl_nlmsg_put_extra_header(nlh, sizeof(*gh));
		gh->cmd = ISOL_CMD_WHY;
		gh->version = ISOL_GENL_VERSION;
		wire_put_endpoint(nlh, ISOL_A_FROM, q->from.kind, q->from.name);
		wire_put_endpoint(nlh, ISOL_A_TO, q->to.kind, q->to.name);
		mnl_attr_put_strz(nlh, ISOL_A_BRIDGE_NAME, q->br->name);
		if (q->framed)
			mnl_attr_put(nlh, ISOL_A_FRAME, q->frame.len, q->frame.bytes);
		if (q->in_vlan)
			mnl_attr_put_u16(nlh, ISOL_A_VLAN, q->vlan);
		len += nlh->nlmsg_len;
	}
	CHECK_EQ(mnl_socket_sendto(asking, out, len), (ssize_t)len);
	for (i = 0; i < nquestions && test_good();) {
		int left;

		got = mnl_socket_recvfrom(asking, in, sizeof(in));
		CHECK_MSG(got > 0, "no answer: %s", strerror(errno));
		left = got;
		for (nlh = (void *)in; got > 0 && mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left), i++) {
			CHECK_EQ(nlh->nlmsg_seq, i + 1);
			check_answer(&questions[i], nlh);
		}
	}
	nquestions = 0;
}

static void ask(const struct trial *t, const struct question *q)
{
	if (!q->depends)
		check_here(t, q->br, &q->from, &q->to, q->vlan, &q->frame, &q->want);
	questions[nquestions++] = *q;
	if (nquestions == BATCH)
		ask_module();
}

/* As it is, and about some frames. */
static void ask_pair(const struct trial *t, const struct isol_bridge *br, const struct end *from,
		     const struct end *to)
{
	struct oracle_vlan vlan = oracle_own_vlan(&from->oracle, &to->oracle);
	struct question q = { .br = br, .from = *from, .to = *to, .vlan = vlan.vid };
	u32 n;

	q.depends = oracle_depends(t->made, br, &from->oracle, &to->oracle);
	if (!q.depends)
		q.want = oracle_ask(t->made, br, &from->oracle, &to->oracle, NULL);
	ask(t, &q);
	/* where the frame does not matter, it may be told all the same */
	n = q.depends ? FRAMES : percent(5);
	q.depends = false;
	q.framed = true;
	while (n-- && test_good()) {
		make_frame(t, &q.frame);
		q.in_vlan = percent(15);
		if (q.in_vlan)
			vlan.vid = some_vid(t);
		else
			vlan = oracle_own_vlan(&from->oracle, &to->oracle);
		q.vlan = vlan.vid;
		read_frame(&q.frame, vlan.vid);
		vlan.stacked = vlan.vid > 0 &&
			       naive_stacked(q.frame.bytes, q.frame.len, vlan.vid);
		q.want = oracle_ask_vlan(t->made, br, &from->oracle, &to->oracle, vlan,
					 &q.frame.key);
		ask(t, &q);
	}
}

static void ask_pairs(const struct trial *t)
{
	static struct end ends[2 + NPORTS + 256];
	const struct isol_bridge *br;
	u32 nr, n, i, j;
	char name[8];

	for (nr = 0; nr < BRIDGES; nr++) {
		snprintf(name, sizeof(name), "br%u", nr);
		br = isol_model_bridge(t->made, name);
		if (!br)
			continue;
		n = make_ends(t, br, nr, ends);
		for (i = 0; i < n && test_good(); i++)
			for (j = 0; j < n && test_good(); j++)
				ask_pair(t, br, &ends[i], &ends[j]);
		if (nquestions && test_good())
			ask_module();
	}
	nquestions = 0;
}

static void answers(void)
{
	u32 rounds = test_rounds(500), i, pairs = 0, reason;
	struct trial t;

	memset(met, 0, sizeof(met));
	depended = 0;
	framed = 0;
	for (i = 0; i < rounds && test_good(); i++) {
		if (trial_begin(&t))
			ask_pairs(&t);
		trial_end(&t);
	}
	for (reason = 0; reason <= ISOL_REASON_MAX; reason++)
		pairs += met[reason][0] + met[reason][1];
	printf("# %u policies, %u refused, %u answers, of these %u about frames; %u depend on them\n",
	       i, tangled, pairs, framed, depended);
	CHECK(tangled <= rounds / 10 + 1);
	if (rounds < 100)
		return;
	CHECK(depended > 100 && framed > 100);
	CHECK(met[ISOL_REASON_UNPARSED][ISOL_VERDICT_DROP]);
	CHECK(!met[ISOL_REASON_UNPARSED][ISOL_VERDICT_ACCEPT]);
	for (reason = ISOL_REASON_SEGMENT; reason <= ISOL_REASON_TAGS; reason++)
		CHECK_MSG(met[reason][ISOL_VERDICT_DROP], "reason %u never drops", reason);
	for (reason = ISOL_REASON_RULE; reason <= ISOL_REASON_BRIDGE_DEFAULT; reason++) {
		CHECK_MSG(met[reason][ISOL_VERDICT_DROP], "reason %u never drops", reason);
		CHECK_MSG(met[reason][ISOL_VERDICT_ACCEPT] || reason == ISOL_REASON_QUARANTINE,
			  "reason %u never accepts", reason);
	}
}

/* ---- frames */

#define MAGIC 0x69736f6c

static int far_end[NPORTS], host_end[BRIDGES];
static u32 nframes, kinds[ISOL_NSHAPES], early_drops;

static int open_end(const char *ifname)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(ifname),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	CHECK_MSG(fd >= 0 && addr.sll_ifindex &&
		  !bind(fd, (struct sockaddr *)&addr, sizeof(addr)), "%s: %s", ifname,
		  strerror(errno));
	return fd;
}

/* Return: whether the frame of this number has come there. */
static bool arrived(int fd, u32 nr)
{
	struct sockaddr_ll from;
	struct mark_of_frame mark;
	socklen_t size;
	u8 buf[512];
	ssize_t n;

	for (;;) {
		size = sizeof(from);
		n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &size);
		if (n <= 0)
			return false;
		if (n < (ssize_t)sizeof(mark) || from.sll_pkttype == PACKET_OUTGOING)
			continue;
		memcpy(&mark, buf + n - sizeof(mark), sizeof(mark));
		if (mark.magic == MAGIC && mark.nr == nr)
			return true;
	}
}

/* To everybody, from an address that may be one, and with a mark. */
static void make_broadcast(const struct trial *t, const struct oracle_end *end,
			   struct frame *f)
{
	struct oracle_vlan own = oracle_own_vlan(end, end);

	static const u8 reserved[] = { 0x01, 0x80, 0xc2, 0, 0 };
	const struct mark_of_frame mark = { MAGIC, ++nframes };

	make_frame(t, f);
	f->len = max(f->len, 60U);
	f->bytes[0] |= 1;
	if (percent(70) || !memcmp(f->bytes, reserved, sizeof(reserved)))
		memset(f->bytes, 0xff, ETH_ALEN);
	f->bytes[ETH_ALEN] &= ~1;
	f->bytes[ETH_ALEN] |= 2;
	/* most often in the VLAN that it has to be in */
	if (own.vid > 0 ? percent(80) : percent(50))
		put_tag(f, own.vid > 0 && percent(80) ? own.vid : some_vid(t));
	memcpy(f->bytes + f->len, &mark, sizeof(mark));
	f->len += sizeof(mark);
	read_frame(f, -1);
	kinds[f->key.shape]++;
}

/*
 * What a bridge that does not look at VLANs makes of the tags of a frame: the kernel
 * takes the outer one of 802.1Q or 802.1ad off.
 */
static struct oracle_vlan vlan_of_frame(const struct frame *f)
{
	const u8 *tag = f->bytes + 12;
	struct oracle_vlan vlan = { 0 };

	if ((tag[0] == 0x81 && tag[1] == 0x00) || (tag[0] == 0x88 && tag[1] == 0xa8))
		vlan.vid = tag[2] % 16 * 256 + tag[3];
	vlan.stacked = naive_stacked(f->bytes, f->len, vlan.vid);
	return vlan;
}

/* What has been counted: for a rule, or a default of a bridge. */
static u64 rule_count(const struct view *v, const char *name)
{
	const struct rule *r = policy_find(v->policy, OBJECT_RULE, name);

	if (!r)
		r = policy_find(v->policy, OBJECT_QRULE, name);
	if (!r)
		r = policy_find(v->policy, OBJECT_SRULE, name);
	return r ? r->packets : 0;
}

static u64 default_count(const struct view *v, const char *bridge, u8 reason, u8 verdict)
{
	const struct bridge *br = policy_find(v->policy, OBJECT_BRIDGE, bridge);
	u64 n = 0;
	size_t i;

	for (i = 0; br && i < br->counters.n; i++)
		if (br->counters.v[i].reason == reason && br->counters.v[i].verdict == verdict)
			n += br->counters.v[i].packets;
	return n;
}

static u64 all_counts(const struct view *v)
{
	const struct bridge *br;
	const struct rule *r;
	size_t i, j;
	u64 n = 0;

	policy_each(v->policy, OBJECT_SRULE, struct rule, r, i)
		n += r->packets;
	policy_each(v->policy, OBJECT_RULE, struct rule, r, i)
		n += r->packets;
	policy_each(v->policy, OBJECT_QRULE, struct rule, r, i)
		n += r->packets;
	policy_each_bridge(v->policy, br, i)
		for (j = 0; j < br->counters.n; j++)
			n += br->counters.v[j].packets;
	return n;
}

static void look(struct view *v)
{
	CHECK_MSG(!pull(&g, PULL_POLICY, v), "pull: %s", g.error.message);
}

/* A copy of a frame: where it would go, and what is to become of it. */
struct copy {
	const char *to;
	int fd;
	bool came;
	struct oracle_answer want;
};

/*
 * One frame to everybody: the bridge makes a copy for each port, and one for
 * the host, and each is judged on its own.
 */
static void flood(const struct trial *t, const struct isol_bridge *br, u32 nr, u32 port)
{
	struct oracle_end from = port_end(t, br, port_names[port]), to;
	struct copy copies[NPORTS + 1];
	struct view before, after;
	u32 n = 0, i, j, moved;
	unsigned int begin;
	struct oracle_vlan vlan;
	struct frame f;
	char text[300];
	bool early;

	make_broadcast(t, &from, &f);
	vlan = vlan_of_frame(&f);
	for (i = 0; i < NPORTS; i++) {
		if (bridge_of_port(i) != nr || i == port)
			continue;
		to = port_end(t, br, port_names[i]);
		copies[n++] = (struct copy){ port_names[i], far_end[i], false,
					     oracle_ask_vlan(t->made, br, &from, &to, vlan,
							     &f.key) };
	}
	to = (struct oracle_end){ .kind = ORACLE_HOST };
	copies[n++] = (struct copy){ "host", host_end[nr], false,
				     oracle_ask_vlan(t->made, br, &from, &to, vlan, &f.key) };
	/* What a guest may not even send is dropped, and counted, once. */
	early = (from.kind == ORACLE_BINDING || from.kind == ORACLE_UNBOUND) &&
		(copies[0].want.reason == ISOL_REASON_VLAN ||
		 copies[0].want.reason == ISOL_REASON_TAGS);
	early_drops += early;

	look(&before);
	CHECK_EQ(send(far_end[port], f.bytes, f.len, 0), (ssize_t)f.len);
	for (begin = test_ms();;) {
		bool all = true;

		look(&after);
		for (i = 0; i < n; i++) {
			copies[i].came |= arrived(copies[i].fd, nframes);
			all &= copies[i].came == (copies[i].want.verdict == ISOL_VERDICT_ACCEPT);
		}
		moved = all_counts(&after) - all_counts(&before);
		if ((all && moved >= (early ? 1 : n)) || test_ms() - begin > 5000 || !test_good())
			break;
		pull_free(&after);
	}
	keys_text(&f.key, text, sizeof(text));
	CHECK_MSG(moved == (early ? 1 : n),
		  "%s from %s in VLAN %d: %u copies are counted, not %u; %s", br->name,
		  port_names[port], vlan.vid, moved, early ? 1 : n, text);
	for (i = 0; i < n; i++) {
		const struct oracle_answer *want = &copies[i].want;
		u64 same = 0, got;

		CHECK_MSG(copies[i].came == (want->verdict == ISOL_VERDICT_ACCEPT),
			  "%s, %s to %s: %s, not %s by reason %u %s; %s", br->name,
			  port_names[port], copies[i].to,
			  copies[i].came ? "came" : "did not come",
			  verdict_word(want->verdict), want->reason,
			  want->rule ? want->rule->name : "", text);
		/*
		 * Several copies may be one counter's; a rule has one, whether it matched
		 * or may have.
		 */
		for (j = 0; j < n; j++)
			same += copies[j].want.rule == want->rule &&
				(want->rule || (copies[j].want.reason == want->reason &&
						copies[j].want.verdict == want->verdict));
		if (early)
			same = 1;
		if (want->rule)
			got = rule_count(&after, want->rule->name) -
			      rule_count(&before, want->rule->name);
		else
			got = default_count(&after, br->name, want->reason, want->verdict) -
			      default_count(&before, br->name, want->reason, want->verdict);
		CHECK_MSG(got == same, "%s, %s to %s: reason %u %s counted %u times, not %u; %s",
			  br->name, port_names[port], copies[i].to, want->reason,
			  want->rule ? want->rule->name : "", (u32)got, (u32)same, text);
	}
	pull_free(&before);
	pull_free(&after);
}

static void broadcasts(void)
{
	u32 rounds = test_rounds(500) / 10 + 1, i, nr, k;
	const struct isol_bridge *br;
	char name[IFNAMSIZ + 2];
	struct trial t;

	for (i = 0; i < NPORTS; i++) {
		snprintf(name, sizeof(name), "x-%.13s", port_names[i]);
		far_end[i] = open_end(name);
	}
	for (i = 0; i < BRIDGES; i++) {
		snprintf(name, sizeof(name), "br%u", i);
		host_end[i] = open_end(name);
	}
	for (i = 0; i < rounds && test_good(); i++) {
		if (trial_begin(&t))
			for (nr = 0; nr < BRIDGES && test_good(); nr++) {
				snprintf(name, sizeof(name), "br%u", nr);
				br = isol_model_bridge(t.made, name);
				for (k = 0; br && k < 4; k++)
					flood(&t, br, nr, nr + BRIDGES * below(NPORTS / BRIDGES));
			}
		trial_end(&t);
	}
	printf("# %u policies, %u frames to everybody\n", i, nframes);
	CHECK(nframes || !test_good());
	CHECK(early_drops || rounds <= 50 || !test_good());
	for (i = 0; i < ISOL_NSHAPES && rounds > 50; i++)
		CHECK_MSG(kinds[i], "no frame was of shape %u", i);
	for (i = 0; i < NPORTS; i++)
		close(far_end[i]);
	for (i = 0; i < BRIDGES; i++)
		close(host_end[i]);
}

int main(void)
{
	struct timeval patience = { .tv_sec = 20 };
	struct view v;

	test_begin();
	name_ports();
	if (genl_open(&g)) {
		fprintf(stderr, "differ: %s\n", g.error.message);
		return 2;
	}
	asking = mnl_socket_open(NETLINK_GENERIC);
	if (!asking || mnl_socket_bind(asking, 0, MNL_SOCKET_AUTOPID) ||
	    setsockopt(mnl_socket_get_fd(asking), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)))
		return 2;
	if (pull(&g, 0, &v))
		return 2;
	generation = v.generation;
	pull_free(&v);
	run_case("answers", answers);
	run_case("frames", broadcasts);
	mnl_socket_close(asking);
	genl_close(&g);
	return test_end();
}
