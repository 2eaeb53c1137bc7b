/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink of old kernels. Kbuild looks into the headers for what is
 * there, for distributions carry features back.
 */
#ifndef ISOL_COMPAT_GENETLINK_H
#define ISOL_COMPAT_GENETLINK_H

#include <net/genetlink.h>

/* genl_family.resv_start_op: since 6.0 */
#ifdef ISOL_HAVE_RESV_START_OP
#define ISOL_GENL_RESV_START(cmd) .resv_start_op = cmd,
#else
#define ISOL_GENL_RESV_START(cmd)
#endif

/*
 * Who may listen to a group: since 6.8, and in the stable kernels that got the
 * fix. Without it any process of the namespace can.
 */
#ifdef GENL_MCAST_CAP_NET_ADMIN
#define ISOL_MCGRP_PRIVILEGED .flags = GENL_MCAST_CAP_NET_ADMIN
#else
#define ISOL_MCGRP_PRIVILEGED
#endif

#endif /* ISOL_COMPAT_GENETLINK_H */
