/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a policy says about two endpoints, found by asking its rules one by
 * one: slow, and so plain that it can be held against the text of
 * uapi/linux/isol.h. The compiler has to come to the same.
 */
#ifndef ISOL_ORACLE_H
#define ISOL_ORACLE_H

#include "frame.h"
#include "model.h"

enum oracle_kind {
	ORACLE_HOST,
	ORACLE_UPLINK,
	ORACLE_UNBOUND,
	ORACLE_BINDING,
	ORACLE_GONE,
};

/**
 * struct oracle_end - an endpoint on a bridge
 * @kind: what it is
 * @quarantined: its binding is in quarantine
 * @binding: for ORACLE_BINDING
 */
struct oracle_end {
	enum oracle_kind kind;
	bool quarantined;
	const struct isol_binding *binding;
};

/**
 * struct oracle_answer - what is done with a frame
 * @verdict: enum isol_verdict
 * @reason: enum isol_reason
 * @rule: the rule that decides, or NULL
 * @nr: its number: the table of services first, then rules, then quarantine
 */
struct oracle_answer {
	u8 verdict;
	u8 reason;
	const struct isol_rule *rule;
	u32 nr;
};

/**
 * oracle_ask() - decide about a frame between two endpoints of one bridge
 * @model: the policy; it need not be sealed
 * @bridge: one of its bridges
 * @from: where the frame comes from
 * @to: where it goes
 * @key: what was read of the frame; NULL where oracle_depends() says that it
 *	does not matter, a check fails where it does. Where its VLAN is
 *	KEYS_VLAN_UNKNOWN and one of the rules between the two asks about that,
 *	nothing of the frame is believed.
 */
struct oracle_answer oracle_ask(const struct isol_model *model, const struct isol_bridge *bridge,
				const struct oracle_end *from, const struct oracle_end *to,
				const struct isol_key *key);

/**
 * struct oracle_vlan - what is known of a frame's VLAN
 * @vid: the VLAN it is in, 0 for none, -1 where nobody knows
 * @stacked: it came with a tag that the bridge does not look at
 */
struct oracle_vlan {
	int vid;
	bool stacked;
};

/* oracle_ask() is about frames in the VLAN of the segment of an end: this one. */
struct oracle_vlan oracle_own_vlan(const struct oracle_end *from, const struct oracle_end *to);

/* The same about a frame in any VLAN. */
struct oracle_answer oracle_ask_vlan(const struct isol_model *model,
				     const struct isol_bridge *bridge,
				     const struct oracle_end *from, const struct oracle_end *to,
				     struct oracle_vlan vlan, const struct isol_key *key);

/**
 * oracle_depends() - whether a rule asks about the frame before one decides
 * @model: the policy
 * @bridge: one of its bridges
 * @from: where the frame comes from
 * @to: where it goes
 */
bool oracle_depends(const struct isol_model *model, const struct isol_bridge *bridge,
		    const struct oracle_end *from, const struct oracle_end *to);

/* What a match comes to: see enum isol_match_attr about what cannot be read. */
enum oracle_truth {
	ORACLE_FALSE,
	ORACLE_TRUE,
	ORACLE_UNKNOWN,
};

enum oracle_truth oracle_match(const struct isol_match *match, const struct isol_key *key);

#endif /* ISOL_ORACLE_H */
