/* SPDX-License-Identifier: GPL-2.0 */
/* What the tools have in common that send frames between endpoints. */
#ifndef SESSION_H
#define SESSION_H

#include "endpoint.h"

extern struct endpoint ends[MAX_ENDPOINTS];
extern unsigned int nends;
/* Numbers of the run, 0 before it has one, and of the next frame: see struct tag. */
extern u32 run, seq;

/* Make the endpoints that the arguments from optind on are ready. Ends the program if it cannot. */
void open_ends(int argc, char **argv);

/**
 * send_frame() - send a frame with a tag
 * @kind: which
 * @from: number of the endpoint
 * @to: number of the endpoint, or TO_ALL
 *
 * Return: 0 or a negative errno.
 */
int send_frame(enum kind kind, unsigned int from, unsigned int to);

/* Make bridges learn where all endpoints are that send. Ends the program if it cannot. */
void learn(void);

/* What to do with a frame that has arrived somewhere. Return: whether it is one of this run. */
typedef bool (*take_fn)(unsigned int where, const u8 *buf, size_t len, int vlan);

/* Take what has arrived. Return: whether there was a frame of this run. */
bool drain_ends(take_fn take);

/**
 * settle() - wait until all has arrived that will
 * @take: what to do with it
 * @quiet_ms: how long nothing has to come when all should be there
 *
 * Ends the program if frames do not cease to arrive.
 */
void settle(take_fn take, int quiet_ms);

/* Ends the program if the kernel had no room for frames that arrived. */
void none_lost(void);

/*
 * Lines that say what to send, on standard input
 */

#define MAX_WORDS 64

/* Number of the line. */
extern unsigned int line;

/* Each line that has words: a name, two endpoints and at least what else there is. */
void each_line(void (*send_line)(char **words, unsigned int n));

/* Ends the program if it is none, or a larger one. */
unsigned int number(const char *s, u32 max, const char *what);

#endif /* SESSION_H */
