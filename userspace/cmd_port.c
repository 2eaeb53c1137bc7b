// SPDX-License-Identifier: GPL-2.0
/* port: the bridge ports */
#include "cmd.h"

static int show(struct ctx *c, struct args *a)
{
	args_end(c, a);
	return show_ports(c);
}

int cmd_port(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "show", show, "port show" },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "port command", "show");
}
