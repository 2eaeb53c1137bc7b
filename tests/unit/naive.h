/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure files of the module do, done as one would say it, whatever it
 * takes. They have to come to the same.
 */
#ifndef ISOL_NAIVE_H
#define ISOL_NAIVE_H

#include "model.h"

/* isol_glob_match(); takes time without bounds. */
bool naive_glob_match(const char *glob, const char *name);

/* isol_select(), by asking all selectors one by one. */
const struct isol_binding *naive_select(const struct isol_model *model, const char *ifname,
					const u8 *mac, const char *alias);

/* isol_frame_control() of a frame whose source address is right. */
bool naive_frame_control(const u8 *f, u32 len);

/* isol_frame_stacked() */
bool naive_stacked(const u8 *f, u32 len, u32 vlan);

#endif /* ISOL_NAIVE_H */
