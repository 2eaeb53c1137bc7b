# SPDX-License-Identifier: GPL-2.0
#
# usage: awk -f request_facts.awk SPEC-FACTS
#
# Print what userspace may send, out of the facts of the YNL spec that
# ynl_facts.c prints. netlink_facts.awk makes the same of the module, what
# the facts are is told there.

function join_(list, word) {
	return list == "" ? word : list " " word
}

function limits(attr, t) {
	t = type[attr]
	if (t == "flag" || t == "nest")
		return t
	if (t == "string" || t == "binary")
		return t " " ((attr in shortest) ? shortest[attr] : 0) \
			" " ((attr in longest) ? longest[attr] : "any")
	if (!(t in top))
		return "? " t
	if (attr in values)
		return t " 0 " highest[values[attr]]
	return t " " ((attr in min) ? min[attr] : bottom[t]) \
		" " ((attr in most) ? most[attr] : top[t])
}

function take(cmd, list, path, depth, n, i, attr) {
	if (depth > 8)
		return
	n = split(list, attr, " ")
	for (i = 1; i <= n; i++) {
		print "takes " cmd " " path attr[i] " " limits(attr[i])
		if (attr[i] in nest)
			take(cmd, may[nest[attr[i]]], path attr[i] "/", depth + 1)
	}
}

BEGIN {
	n = split("u8 255 u16 65535 u32 4294967295 u64 18446744073709551615", w, " ")
	for (i = 1; i < n; i += 2) {
		bottom[w[i]] = 0
		top[w[i]] = w[i + 1]
	}
	bottom["s32"] = "-2147483648"
	top["s32"] = "2147483647"
}

$1 == "op" && $3 != "event" { print; ops[++nops] = $2 }
$1 == "perm" { print }
$1 == "group" { print "group " $2 }
$1 == "request" { requests[$2] = join_(requests[$2], $3) }
$1 == "may" { may[$2] = join_(may[$2], $3) }
$1 == "type" { type[$2] = $3 }
$1 == "nest" { nest[$2] = $3 }
$1 == "values" { values[$2] = $3 }
$1 == "enum" && $4 + 0 >= highest[$2] + 0 { highest[$2] = $4 }
$1 == "min" { min[$2] = $3 }
$1 == "most" { most[$2] = $3 }
$1 == "length" && $3 != "min" { longest[$2] = $4 }
$1 == "length" && $3 != "max" { shortest[$2] = $4 }

END {
	for (i = 1; i <= nops; i++)
		take(ops[i], requests[ops[i]], "", 0)
}
