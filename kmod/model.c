// SPDX-License-Identifier: GPL-2.0
/* The objects of one policy, see model.h. */
#include "model.h"

#define FIRST_BUCKETS 64

/* What the name of an endpoint stands for. */
enum endpoint_is {
	IS_BINDING,
	IS_GROUP,
	IS_SET,
};

const u8 isol_table_order[ISOL_TABLE_MAX + 1] = {
	ISOL_TABLE_SERVICES, ISOL_TABLE_RULES, ISOL_TABLE_QUARANTINE,
};

/* A name in the hash; the key's bytes stand behind it. */
struct isol_name {
	struct isol_name *next;
	void *object;
	u32 hash;
	u16 len;
	u8 space;		/* enum isol_space, or beyond */
	u8 is;			/* enum endpoint_is */
	u8 key[];
};

static int refuse(struct isol_fault *fault, int err, enum isol_field field, u32 item,
		  const char *msg)
{
	fault->err = err;
	fault->field = field;
	fault->item = item;
	fault->set = 0;
	fault->msg = msg;
	return err;
}

static int no_memory(struct isol_fault *fault)
{
	return refuse(fault, -ENOMEM, ISOL_F_OBJECT, 0,
		      "not enough memory, or over the namespace's or the host's memory limit");
}

static u32 hash_of(const struct isol_model *model, u32 space, const void *key, u32 len)
{
	return isol_hash(key, len, model->seed + space);
}

static struct isol_name *lookup(const struct isol_model *model, u32 space, const void *key,
				u32 len)
{
	u32 hash = hash_of(model, space, key, len);
	struct isol_name *name = model->names[hash & (model->nbuckets - 1)];

	for (; name; name = name->next)
		if (name->hash == hash && name->space == space && name->len == len &&
		    !memcmp(name->key, key, len))
			return name;
	return NULL;
}

void *isol_model_find(const struct isol_model *model, u32 space, const void *key, u32 len)
{
	const struct isol_name *name = lookup(model, space, key, len);

	return name ? name->object : NULL;
}

static int grow(struct isol_model *model)
{
	u32 n = model->nbuckets * 2, i;
	struct isol_name **names = isol_alloc(model->arena.mem, n * sizeof(*names));

	if (!names)
		return -ENOMEM;
	for (i = 0; i < model->nbuckets; i++) {
		struct isol_name *name = model->names[i], *next;

		for (; name; name = next) {
			next = name->next;
			name->next = names[name->hash & (n - 1)];
			names[name->hash & (n - 1)] = name;
		}
	}
	isol_free(model->arena.mem, model->names, model->nbuckets * sizeof(*names));
	model->names = names;
	model->nbuckets = n;
	return 0;
}

static struct isol_name *enter(struct isol_model *model, u32 space, const void *key, u32 len,
			       void *object)
{
	struct isol_name *name, **bucket;

	if (model->nnames >= model->nbuckets * 2 && grow(model))
		return NULL;
	name = isol_arena_alloc(&model->arena, sizeof(*name) + len);
	if (!name)
		return NULL;
	name->hash = hash_of(model, space, key, len);
	name->space = space;
	name->object = object;
	name->len = len;
	memcpy(name->key, key, len);
	bucket = &model->names[name->hash & (model->nbuckets - 1)];
	name->next = *bucket;
	*bucket = name;
	model->nnames++;
	return name;
}

struct isol_model *isol_model_new(struct isol_mem *mem)
{
	struct isol_model *model = isol_alloc(mem, sizeof(*model));
	u32 table;

	if (!model)
		return NULL;
	isol_arena_init(&model->arena, mem);
	model->seed = isol_hash_seed();
	model->nbuckets = FIRST_BUCKETS;
	model->names = isol_alloc(mem, FIRST_BUCKETS * sizeof(*model->names));
	if (!model->names) {
		isol_free(mem, model, sizeof(*model));
		return NULL;
	}
	model->bridge_tail = &model->bridges;
	model->segment_tail = &model->segments;
	model->group_tail = &model->groups;
	model->binding_tail = &model->bindings;
	model->set_tail = &model->sets;
	model->service_tail = &model->services;
	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		model->rule_tail[table] = &model->rules[table];
	return model;
}

void isol_model_free(struct isol_model *model)
{
	struct isol_mem *mem;

	if (!model)
		return;
	mem = model->arena.mem;
	isol_free(mem, model->names, model->nbuckets * sizeof(*model->names));
	isol_arena_free(&model->arena);
	isol_free(mem, model, sizeof(*model));
}

static bool name_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')
		return true;
	return !first && (c == '.' || c == ':' || c == '-');
}

static bool name_valid(const char *s)
{
	u32 i;

	for (i = 0; s[i]; i++)
		if (!name_char(s[i], !i))
			return false;
	return i && i <= ISOL_NAME_LEN;
}

static bool name_reserved(const char *s)
{
	static const char *const words[] = {
		"any", "host", "uplink", "members", "quarantined", "unbound",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(s, words[i]))
			return true;
	return false;
}

/* What dev_valid_name() lets an interface be called. */
static bool ifname_valid(const char *s)
{
	u32 i;

	if (!strcmp(s, ".") || !strcmp(s, ".."))
		return false;
	for (i = 0; s[i]; i++)
		if (s[i] == '/' || s[i] == ':' || s[i] == ' ' || (s[i] >= '\t' && s[i] <= '\r') ||
		    (u8)s[i] == 0xa0)
			return false;
	return i && i <= ISOL_IFNAME_LEN;
}

/*
 * The length of the UTF-8 sequence at @s, or 0: overlong forms, surrogates and
 * what lies beyond U+10FFFF are refused (RFC 3629).
 */
static u32 utf8_len(const u8 *s)
{
	u32 n, i, c;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	c = s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000) || c > 0x10ffff ||
	    (c >= 0xd800 && c <= 0xdfff))
		return 0;
	/* C1 controls: a terminal may obey them */
	if (c >= 0x80 && c < 0xa0)
		return 0;
	return n;
}

bool isol_text_valid(const char *s)
{
	const u8 *p = (const u8 *)s;
	u32 n;

	for (; *p; p += n) {
		n = utf8_len(p);
		if (!n || *p < ' ' || *p == 0x7f)
			return false;
	}
	return true;
}

static int check_name(const char *name, bool endpoint, struct isol_fault *fault)
{
	if (!name)
		return refuse(fault, -EINVAL, ISOL_F_NAME, 0, "NAME is missing");
	if (!name_valid(name))
		return refuse(fault, -EINVAL, ISOL_F_NAME, 0,
			      "NAME: 1 to 63 of [A-Za-z0-9_.:-], beginning with a letter, digit or _");
	if (endpoint && name_reserved(name))
		return refuse(fault, -EINVAL, ISOL_F_NAME, 0,
			      "NAME: the word is reserved for endpoints");
	return 0;
}

static int check_comment(const char *comment, struct isol_fault *fault)
{
	if (comment && !isol_text_valid(comment))
		return refuse(fault, -EINVAL, ISOL_F_COMMENT, 0,
			      "COMMENT: must be UTF-8 without control characters");
	return 0;
}

/* What objects of each kind have. @endpoint: as for check_name() */
static int check_texts(const char *name, bool endpoint, const char *comment,
		       struct isol_fault *fault)
{
	int err = check_name(name, endpoint, fault);

	return err ? err : check_comment(comment, fault);
}

static int copy_text(struct isol_model *model, const char **to, const char *from,
		     struct isol_fault *fault)
{
	if (!from)
		return 0;
	*to = isol_arena_strdup(&model->arena, from);
	return *to ? 0 : no_memory(fault);
}

static int copy_texts(struct isol_model *model, const char **name, const char *from_name,
		      const char **comment, const char *from_comment, struct isol_fault *fault)
{
	int err = copy_text(model, name, from_name, fault);

	return err ? err : copy_text(model, comment, from_comment, fault);
}

static bool bound_by_name(const struct isol_model *model, const char *ifname)
{
	return isol_model_find(model, ISOL_SPACE_SELECTOR + ISOL_SEL_PORT, ifname,
			       strlen(ifname));
}

int isol_model_add_bridge(struct isol_model *model, const struct isol_bridge_spec *spec,
			  struct isol_fault *fault)
{
	struct isol_bridge *bridge;
	u32 i, len;
	int err;

	if (!spec->name)
		return refuse(fault, -EINVAL, ISOL_F_NAME, 0, "bridge NAME is missing");
	if (!ifname_valid(spec->name))
		return refuse(fault, -EINVAL, ISOL_F_NAME, 0,
			      "bridge NAME: not a valid interface name");
	if (isol_model_bridge(model, spec->name))
		return refuse(fault, -EEXIST, ISOL_F_NAME, 0, "bridge NAME: already defined");
	if (isol_model_find(model, ISOL_SPACE_UPLINK, spec->name, strlen(spec->name)))
		return refuse(fault, -EEXIST, ISOL_F_NAME, 0,
			      "bridge NAME: the interface is an uplink of another bridge");
	if (bound_by_name(model, spec->name))
		return refuse(fault, -EINVAL, ISOL_F_NAME, 0,
			      "bridge NAME: a binding has the interface as PORT");
	if (model->nbridges >= ISOL_MAX_BRIDGES)
		return refuse(fault, -E2BIG, ISOL_F_OBJECT, 0, "too many bridges");
	err = check_comment(spec->comment, fault);
	if (err)
		return err;

	bridge = isol_arena_alloc(&model->arena, sizeof(*bridge));
	if (!bridge)
		return no_memory(fault);
	bridge->uplinks = isol_arena_alloc(&model->arena,
					   spec->nuplinks * sizeof(*bridge->uplinks));
	if (!bridge->uplinks)
		return no_memory(fault);
	err = copy_texts(model, &bridge->name, spec->name, &bridge->comment, spec->comment, fault);
	if (err)
		return err;
	for (i = 0; i < spec->nuplinks; i++) {
		const char *uplink = spec->uplinks[i];

		len = strlen(uplink);
		if (!ifname_valid(uplink))
			return refuse(fault, -EINVAL, ISOL_F_UPLINK, i,
				      "UPLINK: not a valid interface name");
		if (!strcmp(uplink, spec->name) || isol_model_bridge(model, uplink))
			return refuse(fault, -EINVAL, ISOL_F_UPLINK, i,
				      "UPLINK: the interface is a managed bridge itself");
		if (isol_model_find(model, ISOL_SPACE_UPLINK, uplink, len))
			return refuse(fault, -EEXIST, ISOL_F_UPLINK, i,
				      "UPLINK: already an uplink");
		if (bound_by_name(model, uplink))
			return refuse(fault, -EINVAL, ISOL_F_UPLINK, i,
				      "UPLINK: a binding has the interface as PORT");
		err = copy_text(model, &bridge->uplinks[i], uplink, fault);
		if (err)
			return err;
		if (!enter(model, ISOL_SPACE_UPLINK, uplink, len, bridge))
			return no_memory(fault);
	}
	bridge->nuplinks = spec->nuplinks;
	bridge->dflt = spec->dflt;
	bridge->unbound = spec->unbound;
	bridge->fragments = spec->fragments;
	bridge->ends = spec->ends;
	bridge->pickup = spec->pickup;
	if (!enter(model, ISOL_SPACE_BRIDGE, bridge->name, strlen(bridge->name), bridge))
		return no_memory(fault);
	bridge->id = ++model->nbridges;
	*model->bridge_tail = bridge;
	model->bridge_tail = &bridge->next;
	return 0;
}

int isol_model_add_segment(struct isol_model *model, const struct isol_segment_spec *spec,
			   struct isol_fault *fault)
{
	struct isol_segment *segment;
	struct isol_bridge *bridge;
	u16 vlan[2];
	int err;

	err = check_texts(spec->name, false, spec->comment, fault);
	if (err)
		return err;
	if (isol_model_find(model, ISOL_SPACE_SEGMENT, spec->name, strlen(spec->name)))
		return refuse(fault, -EEXIST, ISOL_F_NAME, 0, "segment NAME: already defined");
	if (!spec->bridge)
		return refuse(fault, -EINVAL, ISOL_F_BRIDGE, 0, "segment BRIDGE is missing");
	bridge = isol_model_bridge(model, spec->bridge);
	if (!bridge)
		return refuse(fault, -ENOENT, ISOL_F_BRIDGE, 0, "segment BRIDGE: no such bridge");
	if (!spec->vlan && bridge->segment)
		return refuse(fault, -EEXIST, ISOL_F_BRIDGE, 0,
			      "segment BRIDGE: the bridge has a segment without VLAN already");
	if (spec->vlan > ISOL_VLAN_MAX)
		return refuse(fault, -ERANGE, ISOL_F_VLAN, 0, "segment VLAN: 1 to 4094");
	vlan[0] = bridge->id;
	vlan[1] = spec->vlan;
	if (spec->vlan && isol_model_find(model, ISOL_SPACE_VLAN, vlan, sizeof(vlan)))
		return refuse(fault, -EEXIST, ISOL_F_VLAN, 0,
			      "segment VLAN: the bridge has a segment of this VLAN already");
	if (model->nsegments >= ISOL_MAX_SEGMENTS)
		return refuse(fault, -E2BIG, ISOL_F_OBJECT, 0, "too many segments");

	segment = isol_arena_alloc(&model->arena, sizeof(*segment));
	if (!segment)
		return no_memory(fault);
	err = copy_texts(model, &segment->name, spec->name, &segment->comment, spec->comment,
			 fault);
	if (err)
		return err;
	if (!enter(model, ISOL_SPACE_SEGMENT, segment->name, strlen(segment->name), segment))
		return no_memory(fault);
	segment->within = spec->within;
	segment->uplink = spec->uplink;
	segment->bridge = bridge;
	segment->vlan = spec->vlan;
	if (spec->vlan) {
		if (!enter(model, ISOL_SPACE_VLAN, vlan, sizeof(vlan), segment))
			return no_memory(fault);
		model->nvlans++;
		model->nbeside += !bridge->nvlans++;
	} else {
		bridge->segment = segment;
	}
	model->nsegments++;
	*model->segment_tail = segment;
	model->segment_tail = &segment->next;
	return 0;
}

int isol_model_add_group(struct isol_model *model, const struct isol_group_spec *spec,
			 struct isol_fault *fault)
{
	struct isol_group *group;
	struct isol_name *name;
	int err;

	err = check_texts(spec->name, true, spec->comment, fault);
	if (err)
		return err;
	if (lookup(model, ISOL_SPACE_ENDPOINT, spec->name, strlen(spec->name)))
		return refuse(fault, -EEXIST, ISOL_F_NAME, 0,
			      "group NAME: already a group, a binding or a set");
	if (model->ngroups >= ISOL_MAX_GROUPS)
		return refuse(fault, -E2BIG, ISOL_F_OBJECT, 0, "too many groups");

	group = isol_arena_alloc(&model->arena, sizeof(*group));
	if (!group)
		return no_memory(fault);
	err = copy_texts(model, &group->name, spec->name, &group->comment, spec->comment, fault);
	if (err)
		return err;
	name = enter(model, ISOL_SPACE_ENDPOINT, group->name, strlen(group->name), group);
	if (!name)
		return no_memory(fault);
	name->is = IS_GROUP;
	group->id = model->ngroups++;
	*model->group_tail = group;
	model->group_tail = &group->next;
	return 0;
}

/* Characters of a glob that stand for themselves. */
static u32 glob_literals(const char *glob)
{
	u32 n = 0;

	for (; *glob; glob++)
		n += *glob != '*' && *glob != '?';
	return n;
}

static int set_selector(struct isol_model *model, struct isol_binding *binding,
			const struct isol_binding_spec *spec, struct isol_fault *fault)
{
	const struct isol_bridge *bridge;
	const void *key;
	u32 len;

	if (!!spec->port + !!spec->glob + !!spec->alias + !!spec->mac != 1)
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0,
			      "binding: exactly one of PORT, GLOB, MAC and ALIAS is required");
	if (spec->port) {
		binding->kind = ISOL_SEL_PORT;
		binding->selector = spec->port;
		if (!ifname_valid(spec->port))
			return refuse(fault, -EINVAL, ISOL_F_SELECTOR, 0,
				      "binding PORT: not a valid interface name");
		bridge = isol_model_find(model, ISOL_SPACE_UPLINK, spec->port, strlen(spec->port));
		if (bridge)
			return refuse(fault, -EINVAL, ISOL_F_SELECTOR, 0,
				      "binding PORT: the interface is an uplink");
		if (isol_model_bridge(model, spec->port))
			return refuse(fault, -EINVAL, ISOL_F_SELECTOR, 0,
				      "binding PORT: the interface is a managed bridge");
	} else if (spec->glob) {
		binding->kind = ISOL_SEL_GLOB;
		binding->selector = spec->glob;
		binding->literal = glob_literals(spec->glob);
		if (!ifname_valid(spec->glob))
			return refuse(fault, -EINVAL, ISOL_F_SELECTOR, 0,
				      "binding GLOB: no interface name can match it");
		/* Each is tried against each port, with RTNL held. */
		if (++model->nglobs > ISOL_MAX_GLOBS)
			return refuse(fault, -E2BIG, ISOL_F_SELECTOR, 0,
				      "binding GLOB: too many bindings have one");
	} else if (spec->alias) {
		binding->kind = ISOL_SEL_ALIAS;
		binding->selector = spec->alias;
		if (!*spec->alias || !isol_text_valid(spec->alias))
			return refuse(fault, -EINVAL, ISOL_F_SELECTOR, 0,
				      "binding ALIAS: must be UTF-8 without control characters");
	} else {
		binding->kind = ISOL_SEL_MAC;
		if (is_multicast_ether_addr(spec->mac) || is_zero_ether_addr(spec->mac))
			return refuse(fault, -EINVAL, ISOL_F_SELECTOR, 0,
				      "binding MAC: must be a unicast address, not all zero");
		memcpy(binding->mac, spec->mac, ETH_ALEN);
		isol_mac_to_tap(spec->mac, binding->tap);
	}

	key = binding->kind == ISOL_SEL_MAC ? (const void *)binding->tap : binding->selector;
	len = binding->kind == ISOL_SEL_MAC ? ETH_ALEN : strlen(binding->selector);
	if (lookup(model, ISOL_SPACE_SELECTOR + binding->kind, key, len))
		return refuse(fault, -EEXIST, ISOL_F_SELECTOR, 0,
			      "binding: another binding has the same selector");
	if (!enter(model, ISOL_SPACE_SELECTOR + binding->kind, key, len, binding))
		return no_memory(fault);
	return binding->kind == ISOL_SEL_MAC ? 0 :
	       copy_text(model, &binding->selector, binding->selector, fault);
}

static int set_role(struct isol_model *model, struct isol_binding *binding,
		    const struct isol_binding_spec *spec, struct isol_fault *fault)
{
	const struct isol_binding *other;
	u32 len;
	int err;

	binding->role = spec->role;
	if (spec->role != ISOL_ROLE_COMMUNITY) {
		if (spec->community)
			return refuse(fault, -EINVAL, ISOL_F_COMMUNITY, 0,
				      "binding COMMUNITY: only with ROLE community");
		return 0;
	}
	if (!spec->community)
		return refuse(fault, -EINVAL, ISOL_F_ROLE, 0,
			      "binding ROLE community needs COMMUNITY");
	if (!name_valid(spec->community))
		return refuse(fault, -EINVAL, ISOL_F_COMMUNITY, 0,
			      "binding COMMUNITY: 1 to 63 of [A-Za-z0-9_.:-]");
	len = strlen(spec->community);
	other = isol_model_find(model, ISOL_SPACE_COMMUNITY, spec->community, len);
	if (other) {
		binding->community = other->community;
		binding->community_id = other->community_id;
		return 0;
	}
	err = copy_text(model, &binding->community, spec->community, fault);
	if (err)
		return err;
	binding->community_id = model->ncommunities++;
	if (!enter(model, ISOL_SPACE_COMMUNITY, spec->community, len, binding))
		return no_memory(fault);
	return 0;
}

static int set_memberships(struct isol_model *model, struct isol_binding *binding,
			   const struct isol_binding_spec *spec, struct isol_fault *fault)
{
	u32 i, j;

	binding->groups = isol_arena_alloc(&model->arena,
					   spec->ngroups * sizeof(*binding->groups));
	if (!binding->groups)
		return no_memory(fault);
	for (i = 0; i < spec->ngroups; i++) {
		const struct isol_name *name = lookup(model, ISOL_SPACE_ENDPOINT, spec->groups[i],
						      strlen(spec->groups[i]));
		struct isol_group *group;

		if (!name || name->is != IS_GROUP)
			return refuse(fault, -ENOENT, ISOL_F_GROUP, i,
				      "binding GROUP: no such group");
		group = name->object;
		for (j = i; j && binding->groups[j - 1] > group->id; j--)
			binding->groups[j] = binding->groups[j - 1];
		if (j && binding->groups[j - 1] == group->id)
			return refuse(fault, -EEXIST, ISOL_F_GROUP, i,
				      "binding GROUP: named twice");
		binding->groups[j] = group->id;
		group->members++;
	}
	binding->ngroups = spec->ngroups;
	return 0;
}

int isol_model_add_binding(struct isol_model *model, const struct isol_binding_spec *spec,
			   struct isol_fault *fault)
{
	struct isol_binding *binding;
	int err;

	err = check_texts(spec->name, true, spec->comment, fault);
	if (err)
		return err;
	if (lookup(model, ISOL_SPACE_ENDPOINT, spec->name, strlen(spec->name)))
		return refuse(fault, -EEXIST, ISOL_F_NAME, 0,
			      "binding NAME: already a group, a binding or a set");
	if (model->nbindings >= ISOL_MAX_BINDINGS)
		return refuse(fault, -E2BIG, ISOL_F_OBJECT, 0, "too many bindings");
	binding = isol_arena_alloc(&model->arena, sizeof(*binding));
	if (!binding)
		return no_memory(fault);
	if (spec->segment) {
		binding->segment = isol_model_find(model, ISOL_SPACE_SEGMENT, spec->segment,
						   strlen(spec->segment));
		if (!binding->segment)
			return refuse(fault, -ENOENT, ISOL_F_SEGMENT, 0,
				      "binding SEGMENT: no such segment");
	}
	binding->claims = spec->claims;
	binding->max_connections = spec->max_connections;
	err = copy_texts(model, &binding->name, spec->name, &binding->comment, spec->comment,
			 fault);
	if (!err)
		err = set_selector(model, binding, spec, fault);
	if (!err)
		err = set_role(model, binding, spec, fault);
	if (!err)
		err = set_memberships(model, binding, spec, fault);
	if (err)
		return err;
	if (!enter(model, ISOL_SPACE_ENDPOINT, binding->name, strlen(binding->name), binding))
		return no_memory(fault);
	binding->id = model->nbindings++;
	*model->binding_tail = binding;
	model->binding_tail = &binding->next;
	return 0;
}

static struct isol_set *find_set(const struct isol_model *model, const char *name)
{
	const struct isol_name *found = lookup(model, ISOL_SPACE_ENDPOINT, name, strlen(name));

	return found && found->is == IS_SET ? found->object : NULL;
}

int isol_model_add_set(struct isol_model *model, const struct isol_set_spec *spec,
		       struct isol_set **out, struct isol_fault *fault)
{
	struct isol_name *name;
	struct isol_set *set;
	int err;

	err = check_texts(spec->name, true, spec->comment, fault);
	if (err)
		return err;
	if (spec->append) {
		*out = find_set(model, spec->name);
		return *out ? 0 : refuse(fault, -ENOENT, ISOL_F_NAME, 0,
					 "set NAME: no such set to APPEND to");
	}
	if (lookup(model, ISOL_SPACE_ENDPOINT, spec->name, strlen(spec->name)))
		return refuse(fault, -EEXIST, ISOL_F_NAME, 0,
			      "set NAME: already a group, a binding or a set");
	if (spec->type > ISOL_SET_MAX)
		return refuse(fault, -EINVAL, ISOL_F_TYPE, 0, "set TYPE: no such type");
	if (spec->remote && spec->type != ISOL_SET_ADDRESSES)
		return refuse(fault, -EINVAL, ISOL_F_REMOTE, 0,
			      "set REMOTE: only sets of addresses can be");
	if (model->nsets >= ISOL_MAX_SETS)
		return refuse(fault, -E2BIG, ISOL_F_OBJECT, 0, "too many sets");
	set = isol_arena_alloc(&model->arena, sizeof(*set));
	if (!set)
		return no_memory(fault);
	set->type = spec->type;
	set->remote = spec->remote;
	err = copy_texts(model, &set->name, spec->name, &set->comment, spec->comment, fault);
	if (err)
		return err;
	name = enter(model, ISOL_SPACE_ENDPOINT, set->name, strlen(set->name), set);
	if (!name)
		return no_memory(fault);
	name->is = IS_SET;
	set->id = model->nsets++;
	*model->set_tail = set;
	model->set_tail = &set->next;
	*out = set;
	return 0;
}

/* The most elements that are kept together. */
#define ELEMENTS_ROOM 512U

static u32 element_size(u8 kind)
{
	switch (kind) {
	case ISOL_ELEMENT_IP6:
		return sizeof(struct isol_wide_range);
	case ISOL_ELEMENT_MAC:
		return 2 * sizeof(u64);
	default:
		return sizeof(struct isol_range);
	}
}

struct isol_wide_range isol_element(const struct isol_elements *elements, u32 i)
{
	const struct isol_range *narrow = (const struct isol_range *)elements->store + i;
	const struct isol_wide_range *wide = (const struct isol_wide_range *)elements->store + i;
	const u64 *mac = elements->store + 2 * (size_t)i;
	struct isol_wide_range range = {};

	switch (elements->kind) {
	case ISOL_ELEMENT_IP6:
		return *wide;
	case ISOL_ELEMENT_MAC:
		range.lo.lo = mac[0];
		range.hi.lo = mac[1];
		return range;
	default:
		range.lo.lo = narrow->lo;
		range.hi.lo = narrow->hi;
		return range;
	}
}

static void put_element(struct isol_elements *elements, struct isol_wide lo, struct isol_wide hi)
{
	size_t i = elements->n++;

	switch (elements->kind) {
	case ISOL_ELEMENT_IP6:
		((struct isol_wide_range *)elements->store)[i] =
			(struct isol_wide_range){ lo, hi };
		break;
	case ISOL_ELEMENT_MAC:
		elements->store[2 * i] = lo.lo;
		elements->store[2 * i + 1] = hi.lo;
		break;
	default:
		((struct isol_range *)elements->store)[i] = (struct isol_range){ lo.lo, hi.lo };
	}
}

/* What the elements of a set have to be, as its type says. */
static bool element_fits(u8 type, enum isol_element_kind kind)
{
	switch (type) {
	case ISOL_SET_ADDRESSES:
		return kind == ISOL_ELEMENT_IP4 || kind == ISOL_ELEMENT_IP6;
	case ISOL_SET_MACS:
		return kind == ISOL_ELEMENT_MAC;
	default:
		return kind == ISOL_ELEMENT_PORT;
	}
}

int isol_model_add_element(struct isol_model *model, struct isol_set *set,
			   enum isol_element_kind kind, struct isol_wide lo, struct isol_wide hi,
			   struct isol_fault *fault)
{
	static const char *const needs[] = {
		[ISOL_SET_ADDRESSES] = "set: holds addresses, its elements are IP4 and IP6",
		[ISOL_SET_MACS] = "set: holds MAC addresses, its elements are MAC",
		[ISOL_SET_PORTS] = "set: holds ports, its elements are PORT",
	};
	static const struct {
		struct isol_wide top;
		const char *order;
	} of[] = {
		[ISOL_ELEMENT_IP4] = { { 0, U32_MAX }, "set IP4: begins above its end" },
		[ISOL_ELEMENT_IP6] = { { ~0ULL, ~0ULL }, "set IP6: begins above its end" },
		[ISOL_ELEMENT_MAC] = { { 0, (1ULL << 48) - 1 }, "set MAC: begins above its end" },
		[ISOL_ELEMENT_PORT] = { { 0, 0xffff }, "set PORT: begins above its end" },
	};
	struct isol_elements *last = set->last;
	u32 room;

	if (!element_fits(set->type, kind))
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0, needs[set->type]);
	if (isol_wide_cmp(lo, hi) > 0)
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0, of[kind].order);
	if (isol_wide_cmp(hi, of[kind].top) > 0)
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0,
			      kind == ISOL_ELEMENT_PORT ? "set PORT: must be 0 to 65535" :
			      "set: an element is beyond what its kind can be");
	if (model->nelements >= ISOL_MAX_ELEMENTS)
		return refuse(fault, -E2BIG, ISOL_F_OBJECT, 0,
			      "too many elements in the sets of the policy");
	if (!last || last->kind != kind || last->n == last->room) {
		/* Twice as many as before in a run of one kind: kinds may alternate. */
		room = last && last->kind == kind ? min(last->room * 2U, ELEMENTS_ROOM) : 2;
		last = isol_arena_alloc(&model->arena,
					sizeof(*last) + (size_t)room * element_size(kind));
		if (!last)
			return no_memory(fault);
		last->room = room;
		last->kind = kind;
		if (set->last)
			set->last->next = last;
		else
			set->elements = last;
		set->last = last;
	}
	put_element(last, lo, hi);
	set->n++;
	model->nelements++;
	return 0;
}

static int set_side(struct isol_model *model, struct isol_endpoint **ends, u8 *nends,
		    const struct isol_endpoint_spec *spec, u32 n, u32 table,
		    enum isol_field field, struct isol_fault *fault)
{
	struct isol_endpoint *end;
	u32 i;

	end = isol_arena_alloc(&model->arena, n * sizeof(*end));
	if (!end)
		return no_memory(fault);
	*ends = end;
	*nends = n;
	for (i = 0; i < n; i++, end++, spec++) {
		const struct isol_name *name = NULL;
		const struct isol_set *set;

		end->kind = spec->kind;
		switch (spec->kind) {
		case ISOL_ENDPOINT_GROUP:
		case ISOL_ENDPOINT_BINDING:
			if (spec->name)
				name = lookup(model, ISOL_SPACE_ENDPOINT, spec->name,
					      strlen(spec->name));
			if (!name || name->is != (spec->kind == ISOL_ENDPOINT_GROUP ?
						  IS_GROUP : IS_BINDING))
				return refuse(fault, -ENOENT, field, i,
					      field == ISOL_F_WHERE ?
					      "service WHERE: no such group or binding" :
					      field == ISOL_F_FROM ?
					      "rule FROM: no such group or binding" :
					      "rule TO: no such group or binding");
			if (name->is == IS_GROUP)
				end->id = ((struct isol_group *)name->object)->id;
			else
				end->id = ((struct isol_binding *)name->object)->id;
			continue;
		case ISOL_ENDPOINT_REMOTE:
			set = spec->name ? find_set(model, spec->name) : NULL;
			if (!set)
				return refuse(fault, -ENOENT, field, i,
					      field == ISOL_F_WHERE ? "service WHERE: no such set" :
					      field == ISOL_F_FROM ? "rule FROM: no such set" :
								     "rule TO: no such set");
			if (!set->remote)
				return refuse(fault, -EINVAL, field, i,
					      field == ISOL_F_WHERE ?
					      "service WHERE: the set is not REMOTE" :
					      field == ISOL_F_FROM ?
					      "rule FROM: the set is not REMOTE" :
					      "rule TO: the set is not REMOTE");
			end->id = set->id;
			continue;
		case ISOL_ENDPOINT_QUARANTINED:
			if (table != ISOL_TABLE_QUARANTINE)
				return refuse(fault, -EINVAL, field, i,
					      field == ISOL_F_WHERE ?
					      "service WHERE: quarantined is for quarantine rules" :
					      "rule FROM/TO: quarantined is for quarantine rules");
			break;
		case ISOL_ENDPOINT_ANY:
		case ISOL_ENDPOINT_HOST:
		case ISOL_ENDPOINT_UPLINK:
		case ISOL_ENDPOINT_MEMBERS:
			break;
		default:
			return refuse(fault, -EINVAL, field, i,
				      field == ISOL_F_WHERE ?
				      "service WHERE: a port has no place here, name its binding" :
				      "rule FROM/TO: a port has no place in a rule, name its binding");
		}
		if (spec->name)
			return refuse(fault, -EINVAL, field, i,
				      field == ISOL_F_WHERE ?
				      "service WHERE: NAME only with a group, a binding or a set" :
				      "rule FROM/TO: NAME only with a group, a binding or a set");
	}
	return 0;
}

/* The sets whose names a match has. */
static int set_sets(struct isol_model *model, const struct isol_match *match,
		    struct isol_fault *fault)
{
#define OF(name, type, text) { type, "rule MATCH " #name ": no such set",	\
			       "rule MATCH " #name ": the set does not hold " text }
	/* by field, from the first on */
	static const struct {
		u8 type;
		const char *none;
		const char *other;
	} of[] = {
		OF(SRC_SET, ISOL_SET_ADDRESSES, "addresses"),
		OF(DST_SET, ISOL_SET_ADDRESSES, "addresses"),
		OF(SRC_MAC_SET, ISOL_SET_MACS, "MAC addresses"),
		OF(DST_MAC_SET, ISOL_SET_MACS, "MAC addresses"),
		OF(SPORT_SET, ISOL_SET_PORTS, "ports"),
		OF(DPORT_SET, ISOL_SET_PORTS, "ports"),
	};
#undef OF
	u32 i, j, field;

	for (i = 0; i < match->n; i++) {
		const struct isol_values *values = &match->values[i];
		const struct isol_set **sets = (const struct isol_set **)values->set;

		field = values->field;
		for (j = 0; isol_field_set(field) && j < values->n; j++) {
			u32 nr = field - ISOL_MATCH_A_SRC_SET;
			const struct isol_set *set = find_set(model, values->name[j]);
			bool fits = set && set->type == of[nr].type;

			if (!fits) {
				refuse(fault, set ? -EINVAL : -ENOENT, ISOL_F_MATCH, field,
				       set ? of[nr].other : of[nr].none);
				fault->set = j + 1;
				return fault->err;
			}
			sets[j] = set;
		}
	}
	return 0;
}

int isol_model_add_service(struct isol_model *model, const struct isol_service_spec *spec,
			   struct isol_fault *fault)
{
	struct isol_service *service;
	int err;

	err = check_texts(spec->name, false, spec->comment, fault);
	if (err)
		return err;
	if (isol_model_find(model, ISOL_SPACE_SERVICE, spec->name, strlen(spec->name)))
		return refuse(fault, -EEXIST, ISOL_F_NAME, 0, "service NAME: already defined");
	if (model->nservices >= ISOL_MAX_SERVICES)
		return refuse(fault, -E2BIG, ISOL_F_OBJECT, 0, "too many services");
	if (spec->follow && spec->nwhere)
		return refuse(fault, -EINVAL, ISOL_F_FOLLOW, 0,
			      "service FOLLOW: has WHERE too, expected one of them");
	if (!spec->follow && !spec->nwhere)
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0,
			      "service WHERE is missing, and so is FOLLOW");

	service = isol_arena_alloc(&model->arena, sizeof(*service));
	if (!service)
		return no_memory(fault);
	service->follow = spec->follow;
	err = copy_texts(model, &service->name, spec->name, &service->comment, spec->comment,
			 fault);
	if (!err)
		err = set_side(model, &service->where, &service->nwhere, spec->where, spec->nwhere,
			       ISOL_TABLE_SERVICES, ISOL_F_WHERE, fault);
	if (err)
		return err;
	if (!enter(model, ISOL_SPACE_SERVICE, service->name, strlen(service->name), service))
		return no_memory(fault);
	model->nservices++;
	*model->service_tail = service;
	model->service_tail = &service->next;
	return 0;
}

static int set_service(struct isol_model *model, struct isol_rule *rule,
		       const struct isol_rule_spec *spec, struct isol_fault *fault)
{
	if (spec->table != ISOL_TABLE_SERVICES) {
		if (spec->service)
			return refuse(fault, -EINVAL, ISOL_F_SERVICE, 0,
				      "rule SERVICE: only in the table of services");
		if (spec->follow)
			return refuse(fault, -EINVAL, ISOL_F_FOLLOW, 0,
				      "rule FOLLOW: only in the table of services");
		return 0;
	}
	if (!spec->service)
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0,
			      "rule SERVICE is missing: the table of services needs it");
	rule->service = isol_model_find(model, ISOL_SPACE_SERVICE, spec->service,
					strlen(spec->service));
	if (!rule->service)
		return refuse(fault, -ENOENT, ISOL_F_SERVICE, 0, "rule SERVICE: no such service");
	rule->follow = spec->follow;
	return 0;
}

/*
 * What is wrong with asking about a field in a rule that accepts conversations: an answer
 * does not tell what the frame was like that it answers.
 */
static const char *untold(u32 field)
{
	switch (field) {
	case ISOL_MATCH_A_TCP_FLAGS:
		return "rule MATCH: TCP_FLAGS can be asked in a STATELESS rule only";
	case ISOL_MATCH_A_DSCP:
		return "rule MATCH: DSCP can be asked in a STATELESS rule only";
	case ISOL_MATCH_A_FRAGMENT:
		return "rule MATCH: FRAGMENT can be asked in a STATELESS rule only";
	case ISOL_MATCH_A_PCP:
		return "rule MATCH: PCP can be asked in a STATELESS rule only";
	case ISOL_MATCH_A_INNER_VLAN:
		return "rule MATCH: INNER_VLAN can be asked in a STATELESS rule only";
	default:
		return NULL;
	}
}

static int set_state(struct isol_model *model, struct isol_rule *rule,
		     const struct isol_rule_spec *spec, struct isol_fault *fault)
{
	u32 i;

	rule->stateless = spec->stateless;
	if (spec->table == ISOL_TABLE_SERVICES && !spec->stateless)
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0,
			      "rule STATELESS is missing: the table of services needs it");
	rule->tracks = spec->verdict == ISOL_VERDICT_ACCEPT && !spec->stateless &&
		       isol_match_passes(rule->match);
	if (!rule->tracks)
		return 0;
	for (i = 0; i < spec->nvalues; i++) {
		const char *msg = untold(spec->values[i].field);

		if (msg)
			return refuse(fault, -EINVAL, ISOL_F_MATCH, spec->values[i].field, msg);
	}
	model->ntracking++;
	return 0;
}

static int set_match(struct isol_model *model, struct isol_rule *rule,
		     const struct isol_rule_spec *spec, struct isol_fault *fault)
{
	const char *msg;
	u32 field;

	if (!spec->nvalues)
		return 0;
	msg = isol_match_check(spec->values, spec->nvalues, &field);
	if (msg)
		return refuse(fault, field ? -EINVAL : -E2BIG, ISOL_F_MATCH, field, msg);
	rule->match = isol_match_copy(&model->arena, spec->values, spec->nvalues);
	if (!rule->match)
		return no_memory(fault);
	model->asked |= rule->match->fields;
	return set_sets(model, rule->match, fault);
}

static bool all_unjudged(const struct isol_endpoint *end, u32 n)
{
	while (n--)
		if (end[n].kind != ISOL_ENDPOINT_HOST && end[n].kind != ISOL_ENDPOINT_UPLINK &&
		    end[n].kind != ISOL_ENDPOINT_REMOTE)
			return false;
	return true;
}

/* Whether a side covers the uplinks, but for frames of some addresses only. */
static bool only_remote(const struct isol_endpoint *end, u32 n)
{
	bool remote = false;

	while (n--) {
		if (end[n].kind == ISOL_ENDPOINT_ANY || end[n].kind == ISOL_ENDPOINT_UPLINK)
			return false;
		remote |= end[n].kind == ISOL_ENDPOINT_REMOTE;
	}
	return remote;
}

static bool has_quarantined(const struct isol_endpoint *end, u32 n)
{
	while (n--)
		if (end[n].kind == ISOL_ENDPOINT_QUARANTINED)
			return true;
	return false;
}

static int set_notes(struct isol_model *model, struct isol_rule *rule,
		     const struct isol_rule_spec *spec, struct isol_fault *fault)
{
	struct isol_notes *notes;
	int err;

	if (!spec->comment && !spec->owner)
		return 0;
	notes = isol_arena_alloc(&model->arena, sizeof(*notes));
	if (!notes)
		return no_memory(fault);
	rule->notes = notes;
	err = copy_text(model, &notes->comment, spec->comment, fault);
	return err ? err : copy_text(model, &notes->owner, spec->owner, fault);
}

int isol_model_add_rule(struct isol_model *model, const struct isol_rule_spec *spec,
			struct isol_fault *fault)
{
	struct isol_rule *rule;
	int err;

	err = check_texts(spec->name, false, spec->comment, fault);
	if (err)
		return err;
	if (spec->owner && !name_valid(spec->owner))
		return refuse(fault, -EINVAL, ISOL_F_OWNER, 0,
			      "rule OWNER: 1 to 63 of [A-Za-z0-9_.:-]");
	if (isol_model_rule(model, spec->name))
		return refuse(fault, -EEXIST, ISOL_F_NAME, 0, "rule NAME: already defined");
	if (isol_model_nrules(model) >= ISOL_MAX_RULES)
		return refuse(fault, -E2BIG, ISOL_F_OBJECT, 0, "too many rules");
	if (!spec->nfrom)
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0, "rule FROM is missing");
	if (!spec->nto)
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0, "rule TO is missing");

	rule = isol_arena_alloc(&model->arena, sizeof(*rule));
	if (!rule)
		return no_memory(fault);
	rule->table = spec->table;
	rule->verdict = spec->verdict;
	err = copy_text(model, &rule->name, spec->name, fault);
	if (!err)
		err = set_notes(model, rule, spec, fault);
	if (!err)
		err = set_side(model, &rule->from, &rule->nfrom, spec->from, spec->nfrom,
			       spec->table, ISOL_F_FROM, fault);
	if (!err)
		err = set_side(model, &rule->to, &rule->nto, spec->to, spec->nto, spec->table,
			       ISOL_F_TO, fault);
	if (!err)
		err = set_match(model, rule, spec, fault);
	if (!err)
		err = set_service(model, rule, spec, fault);
	if (!err)
		err = set_state(model, rule, spec, fault);
	if (err)
		return err;
	if (all_unjudged(rule->from, rule->nfrom) && all_unjudged(rule->to, rule->nto))
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0,
			      "rule: frames between uplinks and the host are not judged");
	if (spec->table == ISOL_TABLE_QUARANTINE && !has_quarantined(rule->from, rule->nfrom) &&
	    !has_quarantined(rule->to, rule->nto))
		return refuse(fault, -EINVAL, ISOL_F_OBJECT, 0,
			      "quarantine rule: FROM or TO must be quarantined");
	rule->remote_from = only_remote(rule->from, rule->nfrom);
	rule->remote_to = only_remote(rule->to, rule->nto);
	if (!enter(model, ISOL_SPACE_RULE, rule->name, strlen(rule->name), rule))
		return no_memory(fault);
	model->nrules[spec->table]++;
	*model->rule_tail[spec->table] = rule;
	model->rule_tail[spec->table] = &rule->next;
	return 0;
}

static int cmp_glob(const void *a, const void *b)
{
	const struct isol_binding *x = *(struct isol_binding *const *)a;
	const struct isol_binding *y = *(struct isol_binding *const *)b;

	if (x->literal != y->literal)
		return x->literal > y->literal ? -1 : 1;
	return x->id < y->id ? -1 : 1;
}

int isol_model_seal(struct isol_model *model)
{
	struct isol_binding *binding;
	const struct isol_group *group;
	struct isol_segment *segment;
	struct isol_bridge *bridge;
	const struct isol_set *set;
	struct isol_rule *rule;
	u32 i, nr = 0, domain;

	domain = model->nbridges;
	for (segment = model->segments; segment; segment = segment->next)
		if (segment->vlan)
			segment->domain = ++domain;
	for (bridge = model->bridges; bridge; bridge = bridge->next)
		if (bridge->nvlans)
			bridge->beside = ++domain;
	for (i = 0; i <= ISOL_TABLE_MAX; i++)
		for (rule = model->rules[isol_table_order[i]]; rule; rule = rule->next)
			rule->nr = nr++;
	model->binding = isol_arena_alloc(&model->arena,
					  model->nbindings * sizeof(*model->binding));
	model->group = isol_arena_alloc(&model->arena, model->ngroups * sizeof(*model->group));
	model->set = isol_arena_alloc(&model->arena, model->nsets * sizeof(*model->set));
	if (!model->binding || !model->group || !model->set)
		return -ENOMEM;
	for (set = model->sets; set; set = set->next)
		model->set[set->id] = set;
	for (group = model->groups; group; group = group->next)
		model->group[group->id] = group;
	for (binding = model->bindings; binding; binding = binding->next)
		model->binding[binding->id] = binding;
	model->globs = isol_arena_alloc(&model->arena, model->nglobs * sizeof(*model->globs));
	if (!model->globs)
		return -ENOMEM;
	model->nglobs = 0;
	for (binding = model->bindings; binding; binding = binding->next)
		if (binding->kind == ISOL_SEL_GLOB)
			model->globs[model->nglobs++] = binding;
	isol_sort(model->globs, model->nglobs, sizeof(*model->globs), cmp_glob);
	return 0;
}

struct isol_bridge *isol_model_bridge(const struct isol_model *model, const char *name)
{
	return isol_model_find(model, ISOL_SPACE_BRIDGE, name, strlen(name));
}

struct isol_binding *isol_model_binding(const struct isol_model *model, const char *name)
{
	const struct isol_name *found = lookup(model, ISOL_SPACE_ENDPOINT, name, strlen(name));

	return found && found->is == IS_BINDING ? found->object : NULL;
}

struct isol_rule *isol_model_rule(const struct isol_model *model, const char *name)
{
	return isol_model_find(model, ISOL_SPACE_RULE, name, strlen(name));
}

u32 isol_model_nrules(const struct isol_model *model)
{
	u32 table, n = 0;

	for (table = 0; table <= ISOL_TABLE_MAX; table++)
		n += model->nrules[table];
	return n;
}

bool isol_model_uplink(const struct isol_model *model, const struct isol_bridge *bridge,
		       const char *ifname)
{
	return isol_model_find(model, ISOL_SPACE_UPLINK, ifname, strlen(ifname)) == bridge;
}

bool isol_model_wants_vlan(const struct isol_model *model)
{
	return model->nvlans || model->asked & ISOL_FIELDS_VLAN;
}
