/* SPDX-License-Identifier: GPL-2.0 */
/*
 * "It did not arrive" is what takes care to find out. All frames are sent on
 * one CPU, and each hop of a frame queues it on that CPU again, behind all that
 * is there. So when a frame that was sent on the loopback interface after all
 * others has come back, those have gone one hop further at least; after as
 * many of them as a path can have hops, what is not there will not come.
 */
#ifndef BARRIER_H
#define BARRIER_H

#include "types.h"

/* Stay on this CPU. */
void barrier_pin(void);

/**
 * barrier() - let all that was sent come to where it goes
 * @run: number of the run, see struct tag
 * @seq: in and out: number of the next frame
 *
 * Return: false if it cannot be done here: without a loopback interface.
 */
bool barrier(u32 run, u32 *seq);

#endif /* BARRIER_H */
