/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames at random, as what is read of them: of every shape, with values at and
 * around the bounds of a policy's rules.
 */
#ifndef ISOL_KEYS_H
#define ISOL_KEYS_H

#include "frame.h"
#include "model.h"

struct keys;

/**
 * keys_new() - get ready to make frames
 * @model: the policy whose rules they are about; it has to stay
 *
 * Takes two numbers at random and has its own from there, so that a fuzzer's
 * bytes are the policy's. keys_free() frees it.
 */
struct keys *keys_new(const struct isol_model *model);

void keys_free(struct keys *keys);

/**
 * keys_random() - make a frame
 * @keys: see keys_new()
 * @key: where it goes, as read with ISOL_DEPTH_L4
 *
 * What the shape and the values are goes together, as in a real frame. Fields
 * that are not valid hold anything. Some frames are such that nobody knows their
 * VLAN: see KEYS_VLAN_UNKNOWN.
 */
void keys_random(struct keys *keys, struct isol_key *key);

/**
 * keys_edge() - make a frame that is at a bound of a rule
 * @keys: see keys_new()
 * @rule: the rule; it asks about frames
 * @shape: enum isol_shape
 * @field: which of the fields that the rule asks about, in its order
 * @nr: which edge: four for each value (one below, the lowest, the highest, one
 *	above); of a masked one the value itself, and with one bit changed or all
 * @key: where it goes, as by keys_random(). In its other fields it is what the
 *	rule asks for, as far as that goes with the shape.
 *
 * Return: false if there is no such field or edge.
 */
bool keys_edge(struct keys *keys, const struct isol_rule *rule, u32 shape, u32 field, u32 nr,
	       struct isol_key *key);

/* Who knows that frames are read without their VLAN puts this in its place. */
#define KEYS_VLAN_UNKNOWN 0xffff

static inline bool keys_vlan_known(const struct isol_key *key)
{
	return key->v[ISOL_MATCH_A_VLAN] != KEYS_VLAN_UNKNOWN;
}

/**
 * keys_reduce() - what would have been read of a frame less deeply
 * @keys: see keys_new()
 * @key: the frame, as read with ISOL_DEPTH_L4
 * @depth: enum isol_depth, not ISOL_DEPTH_NONE
 * @wants_vlan: its VLAN would have been asked for; if nobody knows that, nothing
 *	has been read
 * @out: what would have been read
 */
void keys_reduce(struct keys *keys, const struct isol_key *key, u32 depth, bool wants_vlan,
		 struct isol_key *out);

/* So long are the frames that keys_frame() makes, at the most. */
#define KEYS_FRAME 128

/**
 * keys_frame() - make the bytes of a frame
 * @key: what is to be read of it
 * @buf: where the bytes go
 *
 * Lengths are right, checksums are not. Its tags are in it, if it came with any: a
 * first one of its VLAN, if it has a priority, and the inner one.
 *
 * Return: the length of the frame, no less than 60.
 */
u32 keys_frame(const struct isol_key *key, u8 buf[KEYS_FRAME]);

/* What there is of a frame, on one line; for what has failed. */
const char *keys_text(const struct isol_key *key, char *buf, size_t len);

#endif /* ISOL_KEYS_H */
