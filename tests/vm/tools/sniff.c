// SPDX-License-Identifier: GPL-2.0
/*
 * Count control frames that arrive somewhere and that the tests did not send.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "endpoint.h"

static const char usage[] =
"usage: sniff -t MS [-u CLASS@NAME] NAME=NETNS:IFNAME ...\n"
"\n"
"Listens, then prints what arrived: NAME CLASS COUNT, where CLASS is\n"
"bpdu igmp-query mld-query ra tagged other; \"tagged\" are frames of the other\n"
"tools. With -u it ends when the first such frame arrives there.\n";

enum class {
	CLASS_BPDU,
	CLASS_IGMP_QUERY,
	CLASS_MLD_QUERY,
	CLASS_RA,
	CLASS_TAGGED,
	CLASS_OTHER,
	NCLASSES
};

static const char *const names[NCLASSES] = {
	"bpdu", "igmp-query", "mld-query", "ra", "tagged", "other"
};

static enum class classify(const u8 *f, size_t len)
{
	unsigned int proto = f[12] << 8 | f[13], ihl;
	struct tag tag;

	if (frame_tag(f, len, &tag))
		return CLASS_TAGGED;
	if (!memcmp(f, "\x01\x80\xc2\0\0\0", 6) && proto < 1536 && f[14] == 0x42)
		return CLASS_BPDU;
	ihl = 4 * (f[14] & 0xf);
	if (proto == 0x0800 && len > 14 + ihl && f[23] == 2 && f[14 + ihl] == 0x11)
		return CLASS_IGMP_QUERY;
	if (proto == 0x86dd && len > 62 && !f[20] && f[54] == 58 && f[62] == 130)
		return CLASS_MLD_QUERY;
	if (proto == 0x86dd && len > 54 && f[20] == 58 && f[54] == 134)
		return CLASS_RA;
	return CLASS_OTHER;
}

/* Whether "CLASS@NAME" is what is waited for. */
static bool wanted(const char *until, const char *class, const char *name)
{
	size_t len = strlen(class);

	return until && !strncmp(until, class, len) && until[len] == '@' &&
	       !strcmp(until + len + 1, name);
}

int main(int argc, char **argv)
{
	static unsigned long count[MAX_ENDPOINTS][NCLASSES];
	static struct endpoint ends[MAX_ENDPOINTS];
	const char *until = NULL;
	unsigned int nends = 0, i, c;
	u8 buf[2048];
	double end = 0;
	int opt, len, vlan, err;
	bool found = false;

	while ((opt = getopt(argc, argv, "t:u:h")) != -1) {
		switch (opt) {
		case 't':
			end = atof(optarg);
			break;
		case 'u':
			until = optarg;
			break;
		default:
			fputs(usage, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : 2;
		}
	}
	if (!end || optind == argc || argc - optind > MAX_ENDPOINTS)
		die("expected a time and endpoints; -h explains");
	for (; optind < argc; optind++) {
		endpoint_parse(&ends[nends], argv[optind]);
		err = endpoint_open(&ends[nends], CARRIER_MS);
		if (err)
			die("%s: %s", argv[optind], strerror(-err));
		nends++;
	}
	end += now_ms();
	while (!found && now_ms() < end) {
		endpoint_poll(ends, nends, end - now_ms() + 1);
		for (i = 0; i < nends; i++)
			while ((len = endpoint_receive(&ends[i], buf, sizeof(buf), &vlan)) > 0) {
				c = len < 15 ? CLASS_OTHER : classify(buf, len);
				count[i][c]++;
				found |= wanted(until, names[c], ends[i].name);
			}
	}
	for (i = 0; i < nends; i++)
		for (c = 0; c < NCLASSES; c++)
			printf("%s %s %lu\n", ends[i].name, names[c], count[i][c]);
	return until && !found;
}
