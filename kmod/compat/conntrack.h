/* SPDX-License-Identifier: GPL-2.0 */
/* The table of connections, of old kernels and of new ones: see Kbuild. */
#ifndef ISOL_COMPAT_CONNTRACK_H
#define ISOL_COMPAT_CONNTRACK_H

#include <net/netfilter/nf_conntrack.h>

/* struct nf_ct_iter_data: since 5.19 */
static inline void isol_ct_iterate(struct net *net, int (*iter)(struct nf_conn *ct, void *data),
				   void *data)
{
#ifdef ISOL_HAVE_CT_ITER_DATA
	const struct nf_ct_iter_data iter_data = { .net = net, .data = data };

	nf_ct_iterate_cleanup_net(iter, &iter_data);
#else
	nf_ct_iterate_cleanup_net(net, iter, data, 0, 0);
#endif
}

/* How many connections there may be: a number of the namespace in kernels to come. */
static inline u32 isol_ct_max(const struct net *net)
{
#ifdef ISOL_HAVE_CT_MAX_OF_NET
	return nf_conntrack_max(net);
#else
	return READ_ONCE(nf_conntrack_max);
#endif
}

#endif /* ISOL_COMPAT_CONNTRACK_H */
