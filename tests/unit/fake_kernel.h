/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stand-in for the module at the other end of the netlink socket: it keeps
 * what is committed and answers as uapi/linux/isol.h has it. For the tests of
 * the tool, which go through the tool's own transport.
 */
#ifndef ISOL_FAKE_KERNEL_H
#define ISOL_FAKE_KERNEL_H

#include "userspace/genl.h"
#include "userspace/policy.h"

/**
 * struct fake_kernel - the module's state, and how it is to misbehave
 * @generation: of what is enforced
 * @enforced: what is enforced, NULL if nothing is
 * @candidate: of the open transaction, NULL if there is none
 * @base: generation the transaction was begun with
 * @interrupt: so many dumps are told to have been interrupted
 * @change_after: after so many requests someone else commits, 0 for never
 * @done_first: the end of a commit comes before its acknowledgment
 * @refuse: name of an object to refuse with EEXIST
 * @refuse_attr: which attribute of it to point at
 * @absent: the family is not there
 * @stray: messages with another sequence number come in between
 * @requests: how many have come
 * @adds: how many of them were ISOL_CMD_ADD
 *
 * Zero is a module that was loaded just now.
 */
struct fake_kernel {
	u64 generation;
	struct policy *enforced;
	struct policy *candidate;
	u64 base;
	unsigned int interrupt;
	unsigned int change_after;
	bool done_first;
	const char *refuse;
	u16 refuse_attr;
	bool absent;
	bool stray;
	unsigned int requests;
	unsigned int adds;
	/* private: */
	struct answer *answers, **tail;
};

extern const struct genl_io fake_kernel_io;

/**
 * fake_kernel_free() - free what the module holds
 * @k: the module
 */
void fake_kernel_free(struct fake_kernel *k);

#endif /* ISOL_FAKE_KERNEL_H */
