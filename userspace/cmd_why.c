// SPDX-License-Identifier: GPL-2.0
/* why: what the enforced policy does between two ends */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/isol.h>

#include "cmd.h"
#include "columns.h"
#include "links.h"
#include "match.h"
#include "match_args.h"
#include "names.h"
#include "text.h"
#include "tree.h"
#include "vlancheck.h"
#include "warn.h"
#include "wire.h"

#define TCP_ACK		0x10

struct end {
	u8 kind;
	const char *name;
};

static const struct port *find_port(const struct view *v, const char *name)
{
	size_t i;

	for (i = 0; i < v->nports; i++)
		if (!strcmp(v->ports[i].name, name))
			return &v->ports[i];
	return NULL;
}

static int is_group(const struct view *v, const char *name)
{
	struct names l = { 0 };

	find_members(v->policy, name, &l);
	if (l.n)
		error("'%s' is a group: ask about one of its bindings: %s", name, names_text(&l));
	else
		error("'%s' is a group, and no binding is in it", name);
	names_free(&l);
	return EXIT_ERROR;
}

/* @to: it is the second of the two ends */
static int resolve(const struct view *v, const char *word, bool to, struct end *e)
{
	struct guess g = { .word = word };
	char buf[96];
	size_t i;

	*e = (struct end){ .name = word };
	if (!strcmp(word, "host")) {
		*e = (struct end){ .kind = ISOL_ENDPOINT_HOST };
		return 0;
	}
	if (!strcmp(word, "uplink")) {
		*e = (struct end){ .kind = ISOL_ENDPOINT_UPLINK };
		return 0;
	}
	if (!strncmp(word, "port:", 5)) {
		*e = (struct end){ .kind = ISOL_ENDPOINT_PORT, .name = word + 5 };
		return 0;
	}
	if (!strncmp(word, "binding:", 8)) {
		*e = (struct end){ .kind = ISOL_ENDPOINT_BINDING, .name = word + 8 };
		return 0;
	}
	if (policy_find(v->policy, OBJECT_BINDING, word)) {
		e->kind = ISOL_ENDPOINT_BINDING;
		return 0;
	}
	if (find_port(v, word)) {
		e->kind = ISOL_ENDPOINT_PORT;
		return 0;
	}
	if (policy_find(v->policy, OBJECT_GROUP, word))
		return is_group(v, word);
	if (policy_find(v->policy, OBJECT_REMOTE, word))
		return error("'%s' is a remote: ask about 'uplink', and say an address of the remote, as in: isolctl why %s",
			     word, to ? "BINDING uplink dst ADDRESS" :
			     "uplink BINDING src ADDRESS");
	if (policy_find(v->policy, OBJECT_SET, word))
		return error("'%s' is a set, which is no end: say an address of it, as in: isolctl why uplink BINDING src ADDRESS",
			     word);
	if (policy_find(v->policy, OBJECT_BRIDGE, word))
		return error("no binding and no bridge port '%s': that is a bridge; say 'host' for the hypervisor itself",
			     word);
	for (i = 0; i < v->policy->list[OBJECT_BINDING].n; i++)
		guess_offer(&g, v->policy->list[OBJECT_BINDING].v[i]->name.text);
	for (i = 0; i < v->nports; i++)
		guess_offer(&g, v->ports[i].name);
	guess_offer(&g, "host");
	guess_offer(&g, "uplink");
	return error("no binding and no bridge port '%s'%s", word,
		     guess_text(&g, buf, sizeof(buf)));
}

static int on_answer(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	struct why *w = data;
	u64 generation = 0;
	int err = -EBADMSG;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == ISOL_A_WHY)
			err = wire_get_why(attr, w);
		else if (mnl_attr_get_type(attr) == ISOL_A_GENERATION &&
			 mnl_attr_validate(attr, MNL_TYPE_U64) >= 0)
			generation = mnl_attr_get_u64(attr);
	}
	w->generation = generation;
	return err;
}

/*
 * A question, and what its answer is explained with. Without @asks it is about all
 * frames.
 */
struct question {
	const struct view *v;
	struct end from;
	struct end to;
	const char *bridge;
	/* as they were written, to ask again */
	const char *word[2];
	bool asks;
	struct craft frame;
};

static void print_unbound(const struct question *q, const struct why *w)
{
	bool from = !w->from.host && w->from.kind == ISOL_PORT_UNBOUND;
	const char *end = from ? q->from.name : q->to.name;
	char *name = text_safe(end ? end : "?");

	if (w->verdict == ISOL_VERDICT_ACCEPT)
		printf("%s is unbound, and %s says \"unbound: accept\"", name, w->bridge);
	else
		printf("%s is unbound: no binding claims it", name);
	free(name);
}

/* The VLAN segment that an end is in, or NULL. */
static const struct segment *vlan_segment(const struct question *q, const struct why_end *e)
{
	const struct binding *b = NULL;
	const struct segment *s = NULL;

	if (*e->binding)
		b = policy_find(q->v->policy, OBJECT_BINDING, e->binding);
	if (b && b->segment.text)
		s = policy_find(q->v->policy, OBJECT_SEGMENT, b->segment.text);
	return s && s->vlan ? s : NULL;
}

/* The segment that an answer is about: the one in a VLAN, if there is one; or NULL. */
static const struct segment *find_segment(const struct question *q, const struct why *w)
{
	const struct segment *s = vlan_segment(q, &w->from);
	size_t i;

	if (!s)
		s = vlan_segment(q, &w->to);
	if (s)
		return s;
	policy_each_segment(q->v->policy, s, i)
		if (!s->vlan && !strcmp(s->bridge.text, w->bridge))
			return s;
	return NULL;
}

static void print_segment(const struct question *q, const struct why *w, const char *key)
{
	const struct segment *s = find_segment(q, w);

	if (s) {
		printf("segment %s says \"%s: %s\"", s->o.name.text, key,
		       enum_name(&verdict_names, w->verdict));
		return;
	}
	/* the policy has changed since it was read */
	printf("the segment of %s says \"%s: %s\"", w->bridge, key,
	       enum_name(&verdict_names, w->verdict));
}

static void print_vlan(const struct question *q, const struct why *w)
{
	const struct segment *s = find_segment(q, w);

	if (s && s->vlan)
		printf("segment %s is VLAN %u, and the frame is not in that", s->o.name.text,
		       s->vlan);
	else
		fputs("the frame is not in the VLAN of the segment", stdout);
}

/* Is the frame one in which connection tracking finds no IP, where there may be some? */
static bool hides(const struct question *q)
{
	const struct craft *frame = &q->frame;

	if (!q->asks)
		return false;
	return craft_has(frame, ISOL_MATCH_A_INNER_VLAN) ||
	       (craft_has(frame, ISOL_MATCH_A_ETHERTYPE) &&
		!match_begins(ISOL_MATCH_A_ETHERTYPE, false, frame->ethertype));
}

/* Of a frame that connection tracking knows nothing of. */
static void print_no_conversation(const struct question *q)
{
	if (hides(q))
		fputs("the kernel finds no conversation in it: only a rule with \"stateless: true\" accepts it",
		      stdout);
	else
		fputs("it begins no conversation: it passes as a part of one that a rule accepts, not on its own",
		      stdout);
}

static void print_reason(const struct question *q, const struct why *w)
{
	switch (w->reason) {
	case ISOL_REASON_RULE:
		printf("rule %s", w->rule);
		break;
	case ISOL_REASON_QUARANTINE_RULE:
		printf("quarantine rule %s", w->rule);
		break;
	case ISOL_REASON_QUARANTINE:
		fputs("quarantine, and no quarantine rule allows it", stdout);
		break;
	case ISOL_REASON_ROLE:
		fputs("the roles of the two", stdout);
		break;
	case ISOL_REASON_WITHIN:
		print_segment(q, w, "within");
		break;
	case ISOL_REASON_SEGMENT_UPLINK:
		print_segment(q, w, "uplink");
		break;
	case ISOL_REASON_BRIDGE_DEFAULT:
		printf("bridge default of %s", w->bridge);
		break;
	case ISOL_REASON_HOST_DEFAULT:
		fputs("the host is closed unless a rule opens it", stdout);
		break;
	case ISOL_REASON_UNBOUND:
		print_unbound(q, w);
		break;
	case ISOL_REASON_UNPARSED:
		if (*w->rule)
			printf("rule %s drops what cannot be read", w->rule);
		else
			fputs("what a rule that accepts asks about cannot be read, and the default drops",
			      stdout);
		break;
	case ISOL_REASON_UNJUDGED:
		if ((!w->from.host && w->from.kind == ISOL_PORT_UNMANAGED) ||
		    (!w->to.host && w->to.kind == ISOL_PORT_UNMANAGED))
			printf("%s is not a bridge of the policy", w->bridge);
		else
			fputs("what goes between uplinks and the host is not judged", stdout);
		break;
	case ISOL_REASON_SEGMENT:
		printf("the two are in different segments of %s, and no rule opens that",
		       w->bridge);
		break;
	case ISOL_REASON_VLAN:
		print_vlan(q, w);
		break;
	case ISOL_REASON_TAGS:
		fputs("a guest of a VLAN segment may not send tags behind the first", stdout);
		break;
	case ISOL_REASON_STATE:
		print_no_conversation(q);
		break;
	case ISOL_REASON_FRAGMENT:
		printf("connections are tracked, and %s says \"fragments: drop\"", w->bridge);
		break;
	default:
		fputs(enum_name(&reason_names, w->reason), stdout);
		break;
	}
}

static json_t *tree_end(const struct why_end *e)
{
	json_t *t = json_object();

	tree_set(t, "kind", json_string(e->host ? "host" : enum_name(&port_kind_names, e->kind)));
	tree_set(t, "binding", *e->binding ? tree_text(e->binding) : json_null());
	return t;
}

static const char *fact(const struct frame_fact *facts, size_t n, u32 field)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (facts[i].field == field)
			return facts[i].text;
	return NULL;
}

/* An address, and the port there if there are ports. */
static void print_address(const char *ip4, const char *ip6, const char *port)
{
	if (port)
		printf(ip6 ? "[%s]:%s" : "%s:%s", ip6 ? ip6 : ip4, port);
	else
		fputs(ip6 ? ip6 : ip4, stdout);
}

static void print_frame(const struct craft *frame)
{
	struct frame_fact facts[FRAME_FACTS];
	const size_t n = match_args_facts(frame, facts);
	const char *made_up = "; made up: ";
	const char *f[ISOL_MATCH_A_MAX + 1];
	size_t i;

	for (i = 0; i <= ISOL_MATCH_A_MAX; i++)
		f[i] = fact(facts, n, i);
	printf("asked about: %s > %s %s", f[ISOL_MATCH_A_SRC_MAC], f[ISOL_MATCH_A_DST_MAC],
	       f[ISOL_MATCH_A_ETHERTYPE]);
	if (f[ISOL_MATCH_A_PROTO]) {
		printf(" %s ", f[ISOL_MATCH_A_PROTO]);
		print_address(f[ISOL_MATCH_A_SRC_IP4], f[ISOL_MATCH_A_SRC_IP6],
			      f[ISOL_MATCH_A_SPORT]);
		fputs(" > ", stdout);
		print_address(f[ISOL_MATCH_A_DST_IP4], f[ISOL_MATCH_A_DST_IP6],
			      f[ISOL_MATCH_A_DPORT]);
	}
	if (f[ISOL_MATCH_A_TCP_FLAGS])
		printf(" %s", f[ISOL_MATCH_A_TCP_FLAGS]);
	if (f[ISOL_MATCH_A_ICMP])
		printf(" %s", f[ISOL_MATCH_A_ICMP]);
	if (f[ISOL_MATCH_A_ARP_OP])
		printf(" %s sender %s target %s", f[ISOL_MATCH_A_ARP_OP],
		       f[ISOL_MATCH_A_ARP_SENDER], f[ISOL_MATCH_A_ARP_TARGET]);
	if (f[ISOL_MATCH_A_DSCP])
		printf(" dscp %s", f[ISOL_MATCH_A_DSCP]);
	if (f[ISOL_MATCH_A_FRAGMENT])
		printf(" fragment %s", f[ISOL_MATCH_A_FRAGMENT]);
	if (f[ISOL_MATCH_A_VLAN])
		printf(" vlan %s", f[ISOL_MATCH_A_VLAN]);
	if (f[ISOL_MATCH_A_PCP])
		printf(" pcp %s", f[ISOL_MATCH_A_PCP]);
	if (f[ISOL_MATCH_A_INNER_VLAN])
		printf(" inner-vlan %s", f[ISOL_MATCH_A_INNER_VLAN]);
	for (i = 0; i < n; i++) {
		if (!facts[i].made_up)
			continue;
		printf("%s%s", made_up, facts[i].word);
		made_up = ", ";
	}
	putchar('\n');
}

static json_t *tree_frame(const struct craft *frame)
{
	json_t *t = json_object(), *made_up = json_array();
	struct frame_fact facts[FRAME_FACTS];
	const size_t n = match_args_facts(frame, facts);
	size_t i;

	for (i = 0; i < n; i++) {
		const char *s = facts[i].text;
		bool number = !s[strspn(s, "0123456789")];

		tree_set(t, facts[i].word,
			 number ? json_integer(strtol(s, NULL, 10)) : json_string(s));
		if (facts[i].made_up)
			tree_append(made_up, json_string(facts[i].word));
	}
	tree_set(t, "made_up", made_up);
	return t;
}

/*
 * What is wrong with the VLANs of the two ends: nobody sees that in an answer, which is
 * about frames that are in the VLAN of the segment.
 */
struct faults {
	char **v;
	size_t n;
};

static void add_fault(struct faults *f, char *text)
{
	size_t i;

	for (i = 0; text && i < f->n; i++)
		if (!strcmp(f->v[i], text)) {
			free(text);
			return;
		}
	if (!text)
		return;
	f->v = xrealloc(f->v, f->n + 1, sizeof(*f->v));
	f->v[f->n++] = text;
}

static void free_faults(struct faults *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		free(f->v[i]);
	free(f->v);
}

static bool is_end(const struct end *e, const struct port *port)
{
	if (e->kind == ISOL_ENDPOINT_PORT)
		return !strcmp(e->name, port->name);
	return e->kind == ISOL_ENDPOINT_BINDING && port->binding &&
	       !strcmp(e->name, port->binding);
}

static void find_end_faults(const struct vlan_host *h, const struct end *e,
			    const struct segment *s, struct faults *f)
{
	const struct link *link;
	size_t i;

	for (i = 0; i < h->v->nports; i++) {
		link = is_end(e, &h->v->ports[i]) ?
		       links_by_index(h->l, h->v->ports[i].ifindex) : NULL;
		if (link)
			add_fault(f, vlan_port_fault(h, link));
	}
	if (s && e->kind == ISOL_ENDPOINT_UPLINK)
		add_fault(f, vlan_uplink_fault(h, s));
	if (s && e->kind == ISOL_ENDPOINT_HOST)
		add_fault(f, vlan_host_fault(h, s));
}

static void find_faults(const struct question *q, const struct why *w, struct faults *f)
{
	const struct segment *s = vlan_segment(q, &w->from);
	struct links l;
	const struct vlan_host h = { .p = q->v->policy, .l = &l, .v = q->v };

	s = s ? s : vlan_segment(q, &w->to);
	/* what else drops the frame has been said */
	if (!w->depends && w->verdict != ISOL_VERDICT_ACCEPT && w->reason != ISOL_REASON_VLAN)
		return;
	if (!links_read(&l)) {
		if (s)
			add_fault(f, vlan_bridge_fault(&h, s));
		find_end_faults(&h, &q->from, s, f);
		find_end_faults(&h, &q->to, s, f);
	}
	links_free(&l);
}

static void print_depends(const struct question *q)
{
	char *from = text_safe(q->word[0]), *to = text_safe(q->word[1]);

	printf("depends on the frame: say more about it, as in: isolctl why %s %s%s%s tcp dport 443\n",
	       from, to, q->bridge ? " bridge " : "", q->bridge ? q->bridge : "");
	free(from);
	free(to);
}

static void warn_faults(const struct faults *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		char *safe = text_safe(f->v[i]);

		fprintf(stderr, "isolctl: warning: %s\n", safe);
		free(safe);
	}
}

static json_t *tree_faults(const struct faults *f)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; i < f->n; i++)
		tree_append(a, tree_text(f->v[i]));
	return a;
}

static bool contained(const struct view *v, const char *binding)
{
	const struct quarantine *q = quarantine_find(v, binding);

	return q && q->mode == ISOL_QUARANTINE_CONTAIN;
}

/*
 * Does the answer say nothing of what it is asked for? Rules and defaults drop a frame on its
 * own that passes as the answer to what a rule accepts.
 */
static bool may_answer(const struct question *q, const struct why *w)
{
	const struct craft *frame = &q->frame;

	if (!q->asks || !q->v->status.tracked || w->verdict == ISOL_VERDICT_ACCEPT)
		return false;
	switch (w->reason) {
	case ISOL_REASON_RULE:
	case ISOL_REASON_ROLE:
	case ISOL_REASON_WITHIN:
	case ISOL_REASON_SEGMENT_UPLINK:
	case ISOL_REASON_BRIDGE_DEFAULT:
	case ISOL_REASON_HOST_DEFAULT:
		break;
	case ISOL_REASON_QUARANTINE:
		if (!contained(q->v, w->from.binding))
			return false;
		break;
	default:
		return false;
	}
	if (craft_has(frame, ISOL_MATCH_A_ICMP))
		return !match_begins(ISOL_MATCH_A_ICMP, frame->proto == IPPROTO_ICMPV6,
				     frame->icmp);
	return craft_has(frame, ISOL_MATCH_A_TCP_FLAGS) && frame->tcp_flags & TCP_ACK;
}

/* Is the frame of no connection, and of none that could be? */
static bool has_no_state(const struct question *q)
{
	struct craft whole = q->frame;
	u16 type;

	if (!q->asks)
		return false;
	type = craft_complete(&whole);
	return match_no_state(type, whole.proto, whole.icmp);
}

/* Does it go to all or many? Who answers that does it from an address of its own. */
static bool goes_to_group(const struct question *q)
{
	struct craft whole = q->frame;

	if (!q->asks)
		return false;
	craft_complete(&whole);
	return whole.dst_mac[0] & 1;
}

/*
 * The binding whose connection it would be that begins, or NULL: limits are of bindings. What a
 * stateless rule accepts counts too.
 */
static const struct binding *find_owner(const struct question *q, const struct why *w)
{
	const struct binding *b;

	if (w->verdict != ISOL_VERDICT_ACCEPT || !(w->tracked || (q->asks && !hides(q))) ||
	    !*w->from.binding)
		return NULL;
	b = policy_find(q->v->policy, OBJECT_BINDING, w->from.binding);
	return b && b->tracked ? b : NULL;
}

static int print_answer(struct ctx *c, const struct question *q, const struct why *w,
			const struct faults *faults)
{
	const bool no_state = has_no_state(q), to_group = goes_to_group(q);
	const bool answered = w->tracked && !no_state && !to_group;
	const struct binding *owner = no_state ? NULL : find_owner(q, w);
	const char *verdict = enum_name(&verdict_names, w->verdict);
	const char *reason = enum_name(&reason_names, w->reason);
	json_t *t;

	if (!c->json)
		warn_faults(faults);
	if (!c->json && w->depends) {
		print_depends(q);
		return EXIT_DONE;
	}
	if (!c->json) {
		printf("%s: ", verdict);
		print_reason(q, w);
		puts(answered ? "; answers are accepted too" : "");
		if (q->asks)
			print_frame(&q->frame);
		if (w->tracked && no_state)
			puts("the kernel tracks no such frames: what comes back needs a rule of its own");
		else if (w->tracked && to_group)
			puts("it goes to many: what they answer from their own addresses needs a rule of its own");
		if (owner && owner->connections >= owner->limit)
			printf("new connections are dropped at present: binding %s has %u of %u\n",
			       owner->o.name.text, owner->connections, owner->limit);
		if (may_answer(q, w))
			puts("it begins no conversation: as a part of one that a rule accepts it passes all the same; ask about what begins that");
		return EXIT_DONE;
	}
	t = json_object();
	tree_set(t, "verdict", w->depends ? json_null() : json_string(verdict));
	tree_set(t, "reason", w->depends ? json_null() : json_string(reason));
	tree_set(t, "depends", json_boolean(w->depends));
	tree_set(t, "tracked", json_boolean(answered));
	tree_set(t, "connections", owner ? tree_connections(owner) : json_null());
	tree_set(t, "rule", *w->rule ? tree_text(w->rule) : json_null());
	tree_set(t, "bridge", *w->bridge ? tree_text(w->bridge) : json_null());
	tree_set(t, "generation", json_integer(w->generation));
	tree_set(t, "from", tree_end(&w->from));
	tree_set(t, "to", tree_end(&w->to));
	tree_set(t, "frame", q->asks ? tree_frame(&q->frame) : json_null());
	tree_set(t, "warnings", tree_faults(faults));
	return ctx_print(c, t);
}

static int ask(struct ctx *c, const struct question *q)
{
	struct nlmsghdr *nlh = genl_message(&c->genl, ISOL_CMD_WHY);
	u8 frame[ISOL_MAX_FRAME];
	struct why w;
	struct faults faults = { 0 };
	int err;

	wire_put_endpoint(nlh, ISOL_A_FROM, q->from.kind, q->from.name);
	wire_put_endpoint(nlh, ISOL_A_TO, q->to.kind, q->to.name);
	if (q->bridge)
		mnl_attr_put_strz(nlh, ISOL_A_BRIDGE_NAME, q->bridge);
	if (q->asks)
		mnl_attr_put(nlh, ISOL_A_FRAME, craft_frame(&q->frame, frame, sizeof(frame)),
			     frame);
	if (q->asks && craft_has(&q->frame, ISOL_MATCH_A_VLAN))
		mnl_attr_put_u16(nlh, ISOL_A_VLAN, q->frame.vlan);
	if (genl_do(&c->genl, nlh, on_answer, &w))
		return ctx_fail(c);
	find_faults(q, &w, &faults);
	err = print_answer(c, q, &w, &faults);
	free_faults(&faults);
	return err;
}

/* The words behind the two ends. */
static void read_words(struct ctx *c, struct args *a, struct question *q)
{
	enum { BRIDGE = MATCH_ARGS };
	static const char *const keywords[] = { MATCH_ARGS_WORDS, [BRIDGE] = "bridge", NULL };
	struct policy *words = policy_new();
	struct match m = { 0 };
	const char *word;

	while ((word = args_word(c, a))) {
		int i = match_args_find(a, word, keywords, &m);

		if (i < MATCH_ARGS) {
			match_args_word(a, i, words, &m);
			continue;
		}
		if (q->bridge)
			usage_error(a, "a second bridge");
		q->bridge = args_value(a, "the name of a bridge");
	}
	if (!match_empty(&m)) {
		match_args_frame(&m, &q->frame);
		match_args_end(a, &m);
		q->asks = true;
	}
	policy_free(words);
}

/* The MAC address that the policy knows the guest at an end by, or NULL. */
static const u8 *end_mac(const struct view *v, const struct end *e)
{
	const struct binding *b = NULL;
	const struct port *port;

	if (e->kind == ISOL_ENDPOINT_BINDING) {
		b = policy_find(v->policy, OBJECT_BINDING, e->name);
	} else if (e->kind == ISOL_ENDPOINT_PORT) {
		port = find_port(v, e->name);
		if (port && port->binding)
			b = policy_find(v->policy, OBJECT_BINDING, port->binding);
	}
	return b && b->selector == SELECTOR_MAC ? b->mac : NULL;
}

/* Rather than to make addresses up: those that the guests have. */
static void give_macs(struct question *q)
{
	const u8 *from = end_mac(q->v, &q->from), *to = end_mac(q->v, &q->to);
	struct craft *frame = &q->frame, whole = *frame;

	if (from && !craft_has(frame, ISOL_MATCH_A_SRC_MAC)) {
		memcpy(frame->src_mac, from, sizeof(frame->src_mac));
		craft_give(frame, ISOL_MATCH_A_SRC_MAC);
	}
	/* what goes to all, or to some, goes to no guest's address */
	craft_complete(&whole);
	if (to && !craft_has(frame, ISOL_MATCH_A_DST_MAC) && !(whole.dst_mac[0] & 1)) {
		memcpy(frame->dst_mac, to, sizeof(frame->dst_mac));
		craft_give(frame, ISOL_MATCH_A_DST_MAC);
	}
}

/* The kernel would say it too, but by the name of an attribute. */
static int check_bridge(const struct view *v, const char *name)
{
	struct guess g = { .word = name };
	const struct bridge *b;
	char buf[96];
	size_t i;

	if (!name || policy_find(v->policy, OBJECT_BRIDGE, name))
		return 0;
	policy_each_bridge(v->policy, b, i)
		guess_offer(&g, b->o.name.text);
	return error("no bridge '%s' in the policy%s", name, guess_text(&g, buf, sizeof(buf)));
}

int cmd_why(struct ctx *c, struct args *a)
{
	const char *from = args_word(c, a);
	const char *to = from ? args_word(c, a) : NULL;
	struct question q = { .word = { from, to } };
	struct view v;
	int err;

	if (!to)
		usage_error(a, "expected two ends: each a binding, a port, host or uplink");
	read_words(c, a, &q);
	/* longer than any name the kernel would find, and than a message has room for */
	if (strlen(from) > 128 || strlen(to) > 128 || (q.bridge && strlen(q.bridge) > 128))
		value_error("a name that is too long");
	err = ctx_pull(c, PULL_POLICY | PULL_PORTS | PULL_QUARANTINES, &v);
	if (!err && !v.status.enforcing)
		err = error("nothing is enforced: nothing is dropped");
	if (!err)
		err = resolve(&v, from, false, &q.from);
	if (!err)
		err = resolve(&v, to, true, &q.to);
	if (!err)
		err = check_bridge(&v, q.bridge);
	q.v = &v;
	if (!err && q.asks)
		give_macs(&q);
	if (!err)
		err = ask(c, &q);
	pull_free(&v);
	return err;
}
