// SPDX-License-Identifier: GPL-2.0
/* isolctl - port isolation and micro-segmentation for Linux bridges */
#include <locale.h>

#include "cmd.h"
#include "match_args.h"

static const char usage[] =
	"[OPTIONS] COMMAND ...\n"
	"\n"
	"Commands on the policy as a whole:\n"
	"  apply FILE|- [--dry-run]   enforce the policy of a file\n"
	"  check FILE|-               check a file, without the kernel\n"
	"  save [FILE]                write the enforced policy\n"
	"  flush                      stop enforcing\n"
	"Commands on parts of it:\n"
	"  bridge | segment | group | bind | service | rule\n"
	"                             add ..., del NAME, show [NAME]; bridge, service and rule: set ...\n"
	"  set | remote               the same, element add|del ...\n"
	"Commands on its state:\n"
	"  status                     is all well? what drops?\n"
	"  show [policy|bridges|segments|groups|bindings|services|rules|remotes|sets|ports]\n"
	"  port show\n"
	"  why FROM TO [bridge BRIDGE] [vlan VLAN] [FRAME]...\n"
	"  quarantine add BINDING | del BINDING | show\n"
	"  monitor [policy|port]\n"
	"Help:\n"
	"  names [KIND]               names of ICMP types, protocols, EtherTypes, ...\n"
	"Options:\n"
	"  -j, --json     results as JSON     -n, --netns NETNS  in a network namespace\n"
	"  -p, --pretty   indented            -h, --help         of any command\n"
	"  -V, --version\n";

static int cmd_help(struct ctx *c, struct args *a)
{
	(void)c;
	a->usage = usage;
	print_help(a);
}

static int run(struct ctx *c, struct args *a)
{
	static const struct command commands[] = {
		{ "apply", cmd_apply, "apply FILE|- [--dry-run]" },
		{ "check", cmd_check, "check FILE|-" },
		{ "save", cmd_save, "save [FILE]" },
		{ "flush", cmd_flush, "flush" },
		{ "bridge", cmd_bridge, "bridge add|set|del|show ..." },
		{ "segment", cmd_segment, "segment add|del|show ..." },
		{ "group", cmd_group, "group add|del|show ..." },
		{ "bind", cmd_bind, "bind add|del|show ..." },
		{ "service", cmd_service, "service add|set|del|show ..." },
		{ "rule", cmd_rule, "rule add|set|del|show ..." },
		{ "set", cmd_set, "set add|del|show|element ..." },
		{ "remote", cmd_remote, "remote add|del|show|element ..." },
		{ "port", cmd_port, "port show" },
		{ "status", cmd_status, "status" },
		{ "show", cmd_show, "show [policy|bridges|segments|groups|bindings|services|rules|\n"
				    "  remotes|sets|ports]" },
		{ "why", cmd_why, "why FROM TO [bridge BRIDGE] [vlan VLAN] [FRAME]...\n"
				  "\n"
				  "FRAME describes one, where it depends on the frame, with one value each:\n"
				  MATCH_ARGS_HELP },
		{ "quarantine", cmd_quarantine, "quarantine add|del|show ..." },
		{ "monitor", cmd_monitor, "monitor [policy|port]" },
		{ "names", cmd_names, "names [KIND]" },
		{ "help", cmd_help, NULL },
		{ NULL, NULL, NULL }
	};

	return run_command(c, a, commands, "command", NULL);
}

int main(int argc, char **argv)
{
	struct args a = { .v = argv + (argc > 0), .usage = usage,
			  .hint = "isolctl -h lists the commands" };
	struct ctx c = { 0 };
	int err;

	setlocale(LC_TIME, "");
	err = run(&c, &a);
	if (c.connected)
		genl_close(&c.genl);
	/* a result that did not get out is none */
	if (fflush(stdout) || ferror(stdout))
		err = err ? err : error("writing failed");
	return err;
}
