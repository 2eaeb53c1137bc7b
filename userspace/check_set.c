// SPDX-License-Identifier: GPL-2.0
/* What is wrong with sets, and with how rules name them, see check_set.h. */
#include <stdio.h>
#include <string.h>

#include "check_set.h"
#include "match_line.h"
#include "set.h"
#include "text.h"

static const enum object_kind kinds[] = { OBJECT_REMOTE, OBJECT_SET };

void check_elements(struct policy *p, struct diags *d)
{
	const struct objects *remotes = &p->list[OBJECT_REMOTE], *sets = &p->list[OBJECT_SET];
	struct set *s;
	size_t i, k, n = 0;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		policy_each(p, kinds[k], struct set, s, i) {
			s->uses = 0;
			if (n <= ISOL_MAX_ELEMENTS && n + s->n > ISOL_MAX_ELEMENTS)
				diags_error(d, s->v[ISOL_MAX_ELEMENTS - n].at,
					    "more than %u elements of sets and remotes in all",
					    ISOL_MAX_ELEMENTS);
			n += s->n;
		}
	}
	if (sets->n && sets->n <= ISOL_MAX_SETS && remotes->n <= ISOL_MAX_SETS &&
	    sets->n + remotes->n > ISOL_MAX_SETS)
		diags_error(d, sets->v[ISOL_MAX_SETS - remotes->n]->name.at,
			    "more than %u sets, remotes included", ISOL_MAX_SETS);
}

static void unknown_set(struct policy *p, struct diags *d, const struct rule *r,
			const struct match_value *v, struct mark at)
{
	struct guess g = { .word = v->set };
	char buf[96];
	size_t i, k;

	for (k = 0; k < ARRAY_SIZE(kinds) && !diags_full(d); k++)
		for (i = 0; i < p->list[kinds[k]].n; i++)
			guess_offer(&g, p->list[kinds[k]].v[i]->name.text);
	diags_error(d, at, "rule '%s': no set '%s' in the policy%s%s", r->o.name.text, v->set,
		    guess_text(&g, buf, sizeof(buf)),
		    strchr(v->set, '/') || strstr(v->set, ".txt") ?
		    "; a file is of a set, as in 'sets: {NAME: {addresses: {file: PATH}}}'" : "");
}

static bool check_value(struct policy *p, struct diags *d, const struct rule *r, u32 field,
			const struct match_value *v)
{
	const struct mark at = v->at.line ? v->at : r->o.name.at;
	struct set *s = policy_find_set(p, v->set);
	char line[32] = "";

	if (!s) {
		unknown_set(p, d, r, v, at);
		return false;
	}
	s->uses++;
	if (s->o.broken || s->type == match_set_type(field))
		return true;
	if (s->o.name.at.line)
		snprintf(line, sizeof(line), " (line %u)", s->o.name.at.line);
	diags_error(d, at, "rule '%s': '%s' with the set '%s', which is of %s%s; expected one of %s",
		    r->o.name.text, match_key(rule_match(r), field), v->set, set_key(s->type), line,
		    set_key(match_set_type(field)));
	return false;
}

static void count_remotes(struct policy *p, const struct endpoint_list *l)
{
	struct set *s;
	size_t i;

	for (i = 0; i < l->n; i++) {
		s = l->v[i].kind == ISOL_ENDPOINT_REMOTE ?
		    policy_find(p, OBJECT_REMOTE, l->v[i].name.text) : NULL;
		if (s)
			s->uses++;
	}
}

bool check_rule_sets(struct policy *p, struct diags *d, const struct rule *r)
{
	bool ok = true;
	u32 field;
	size_t i;

	count_remotes(p, &r->from);
	count_remotes(p, &r->to);
	for (field = 1; field <= ISOL_MATCH_A_MAX; field++) {
		if (match_type(field) != MATCH_SET)
			continue;
		for (i = 0; i < rule_match(r)->of[field].n; i++)
			ok = check_value(p, d, r, field, &rule_match(r)->of[field].v[i]) && ok;
	}
	return ok;
}

void check_service_sets(struct policy *p, const struct service *s)
{
	count_remotes(p, &s->where);
}

static bool is_about(const struct diags *d, const char *name)
{
	const size_t len = strlen(name);

	return d->about && !strncmp(d->about + 1, name, len) && !strcmp(d->about + 1 + len, "'");
}

void check_unused_sets(const struct policy *p, struct diags *d)
{
	const struct set *s;
	size_t i, k;

	for (k = 0; k < ARRAY_SIZE(kinds); k++) {
		const char *word = object_word(kinds[k]);

		policy_each(p, kinds[k], const struct set, s, i) {
			/* a rule may be among what could not be read, or be yet to come */
			if (!s->uses && !d->errors && !is_about(d, s->o.name.text))
				diags_warn(d, s->o.name.at, "no rule%s uses the %s '%s'",
					   kinds[k] == OBJECT_REMOTE ? " and no service" : "",
					   word, s->o.name.text);
			if (!s->n && !s->o.broken)
				diags_warn(d, s->o.name.at, "the %s '%s' is empty: it holds nothing",
					   word, s->o.name.text);
		}
	}
}
