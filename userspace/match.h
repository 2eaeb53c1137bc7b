/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a rule asks of a frame: the values, what they are called, and where they
 * stand. See enum isol_match_attr.
 */
#ifndef ISOL_USERSPACE_MATCH_H
#define ISOL_USERSPACE_MATCH_H

#include <linux/isol.h>

#include "alloc.h"
#include "diag.h"
#include "types.h"

/* What the values of a field look like. */
enum match_type {
	MATCH_NUMBER,
	MATCH_IP4,
	MATCH_IP6,
	MATCH_MAC,
	MATCH_FLAGS,
	MATCH_SET,
};

/**
 * struct match_value - one value, or a range of them
 * @at: where it stands
 * @lo: the lowest, of numbers and IPv4 addresses, in host order
 * @hi: the highest
 * @lo6: the lowest, of IPv6 addresses, in wire order
 * @hi6: the highest
 * @value: of MAC addresses (48 bits) and TCP flags
 * @mask: which bits of it count
 * @set: name of a set that has the values
 */
struct match_value {
	struct mark at;
	union {
		struct {
			u32 lo;
			u32 hi;
		};
		struct {
			u8 lo6[16];
			u8 hi6[16];
		};
		struct {
			u64 value;
			u64 mask;
		};
		const char *set;
	};
};

/**
 * struct match_field - what a field may be
 * @at: where it stands
 * @negate: anything but the values
 * @v: the values
 * @n: their number; 0: the field is not asked about
 * @cap: room in @v
 */
struct match_field {
	struct mark at;
	bool negate;
	struct match_value *v;
	size_t n;
	size_t cap;
};

/**
 * struct match - all that a rule asks
 * @of: by enum isol_match_attr
 */
struct match {
	struct match_field of[ISOL_MATCH_A_MAX + 1];
};

/* Room for the text of a value: two IPv6 addresses. */
#define MATCH_TEXT_SIZE 96

enum match_type match_type(u32 field);

/**
 * match_set_field() - the field for sets of what another has values of
 * @field: enum isol_match_attr
 *
 * Return: ISOL_MATCH_A_*_SET, or 0 if no set has values of that.
 */
u32 match_set_field(u32 field);

/**
 * match_set_type() - of what the sets of a field are
 * @field: enum isol_match_attr
 *
 * Return: enum isol_set_type, or -1 if the field is not one for sets.
 */
int match_set_type(u32 field);

/**
 * match_empty() - whether a match asks nothing
 * @m: the match
 */
bool match_empty(const struct match *m);

/**
 * match_add() - one more value of a field
 * @a: where the memory comes from
 * @m: the match
 * @field: enum isol_match_attr
 * @v: the value; copied
 */
void match_add(struct arena *a, struct match *m, u32 field, const struct match_value *v);

/**
 * match_copy() - copy a match
 * @a: where the memory comes from
 * @to: the copy
 * @from: the match
 */
void match_copy(struct arena *a, struct match *to, const struct match *from);

/**
 * match_equal() - whether two matches ask the same, value by value
 * @a: one
 * @b: the other
 */
bool match_equal(const struct match *a, const struct match *b);

/**
 * match_parse() - read a value
 * @field: enum isol_match_attr. Of addresses that of IPv4; the value tells.
 * @text: the value, or two with - between them
 * @v: out: the value, but for its place
 * @real: out: the field that it is a value of: that of IPv6 where it is an IPv6
 *	address
 * @msg: out: what is wrong
 * @size: room in @msg
 *
 * ISOL_MATCH_A_ICMP has other names for ICMPv6: see match_parse_icmp().
 *
 * Return: false with @msg if it is none.
 */
bool match_parse(u32 field, const char *text, struct match_value *v, u32 *real, char *msg,
		 size_t size);

/* The same for types, and codes behind a slash, of ICMP or ICMPv6. */
bool match_parse_icmp(bool v6, const char *text, struct match_value *v, char *msg, size_t size);

/**
 * match_format() - write a value as match_parse() reads it
 * @field: enum isol_match_attr
 * @v: the value
 * @v6: types of ICMPv6 are meant
 * @buf: out: the text
 *
 * Return: @buf.
 */
const char *match_format(u32 field, const struct match_value *v, bool v6,
			 char buf[MATCH_TEXT_SIZE]);

/**
 * match_check() - what the kernel would say
 * @m: the match, not empty
 * @at: out: where the fault stands
 *
 * It is the kernel's own code that says it.
 *
 * Return: NULL, or what is wrong.
 */
const char *match_check(const struct match *m, struct mark *at);

/* Versions of IP, see match_passes(). */
#define MATCH_PASSES_IP4	1
#define MATCH_PASSES_IP6	2

/**
 * match_passes() - which IP a rule lets pass that accepts
 * @m: the match
 *
 * As rules are followed by services (ISOL_RULE_A_FOLLOW): the kernel's own code.
 *
 * Return: MATCH_PASSES_*, of frames to a unicast address.
 */
u32 match_passes(const struct match *m);

/* May a field be this number, as far as it alone goes? */
bool match_may_be(const struct match *m, u32 field, u32 number);

/**
 * match_begins() - can a frame begin a conversation, or has it no state?
 * @field: ISOL_MATCH_A_ICMP or ISOL_MATCH_A_ETHERTYPE
 * @v6: types of ICMPv6 are meant
 * @value: of the field in the frame
 *
 * What can do neither a rule that tracks connections drops, if it is no answer. The
 * kernel's own code.
 *
 * Return: true if so.
 */
bool match_begins(u32 field, bool v6, u32 value);

/**
 * match_no_state() - are there no connections that such a frame could be of?
 * @type: EtherType of the IP in the frame; anything else if none is
 * @proto: protocol of that
 * @icmp: type and code, if it is of ICMP
 *
 * A rule that tracks connections accepts it in its own direction. The kernel's own code.
 *
 * Return: true if so.
 */
bool match_no_state(u16 type, u8 proto, u32 icmp);

/* The protocol that a match asks for, if it is one and no other; or -1. */
int match_proto(const struct match *m);

#endif /* ISOL_USERSPACE_MATCH_H */
