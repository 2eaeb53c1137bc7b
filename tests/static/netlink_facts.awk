# SPDX-License-Identifier: GPL-2.0
#
# usage: awk -f netlink_facts.awk HEADER-FACTS kmod/netlink.c
#
# Print what the module lets userspace send, one fact per line; the numbers
# behind the names come out of HEADER-FACTS. request_facts.awk makes the same
# of the contract.
#
#   op CMD do|dump		perm CMD|GROUP		group GROUP
#   takes CMD ATTR[/ATTR...] TYPE [LEAST MOST]
#
# LEAST and MOST are values of numbers and lengths of the others. In addition:
#
#   odd TEXT	what is wrong in itself, or not understood here
#
# No C parser: it reads tables, the macros that stand in isol_ops, and calls
# of the parsing functions, in the form in which they stand in that file.

function odd(text) {
	print "odd " text
}

# ---- text

# A line without comments, and with strings emptied.
function code(line, out, what) {
	out = ""
	while (line != "") {
		if (in_comment) {
			if (!match(line, /\*\//))
				return out
			in_comment = 0
			line = substr(line, RSTART + 2)
			continue
		}
		if (!match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//))
			return out line
		what = substr(line, RSTART, 2)
		out = out substr(line, 1, RSTART - 1)
		line = substr(line, RSTART + RLENGTH)
		if (what == "//")
			return out
		if (what == "/*")
			in_comment = 1
		else
			out = out "\"\""
	}
	return out
}

function trim(text) {
	sub(/^ +/, "", text)
	sub(/ +$/, "", text)
	return text
}

# Split TEXT at the commas that are in no brackets, into part[1..n].
function parts(text, part, n, i, c, depth, at) {
	n = 0
	depth = 0
	at = 1
	text = text ","
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c ~ /[({[]/) {
			depth++
		} else if (c ~ /[]})]/) {
			depth--
		} else if (c == "," && !depth) {
			part[++n] = trim(substr(text, at, i - at))
			at = i + 1
		}
	}
	if (n && part[n] == "")
		n--
	return n
}

# What is between the first and the last bracket.
function inside(text, open, close_) {
	if (!match(text, open ".*" close_))
		return ""
	return trim(substr(text, RSTART + 1, RLENGTH - 2))
}

# The fields of "{ .a = b, .c = d }" into field[]. A word alone is a field.
function fields(text, field, part, n, i, eq) {
	split("", field)
	n = parts(inside(text, "[{]", "[}]"), part)
	for (i = 1; i <= n; i++) {
		eq = index(part[i], " = ")
		if (part[i] ~ /^\.[a-z_]+ = / && eq)
			field[substr(part[i], 2, eq - 2)] = substr(part[i], eq + 3)
		else
			field[part[i]] = ""
	}
}

# Fields but those in KNOWN, a list of words.
function strange_fields(where, field, known, name) {
	for (name in field)
		if (!index(" " known " ", " " name " "))
			odd(where ": " name " is not known here")
}

function number(text) {
	if (text ~ /^[0-9]+$/)
		return text
	if (text in value)
		return value[text]
	return "?" text
}

# ---- one statement after another

function define(line, name, body) {
	if (!match(line, /^# *define [A-Za-z_0-9]+\(/))
		return
	name = substr(line, 1, RLENGTH - 1)
	sub(/^.* /, "", name)
	body = substr(line, RLENGTH + 1)
	params[name] = substr(body, 1, index(body, ")") - 1)
	macro[name] = trim(substr(body, index(body, ")") + 1))
}

# A macro's body with its arguments in it; TEXT if it is no call of a macro.
function expand(text, name, n, i, param, arg, body, out) {
	name = substr(text, 1, index(text, "(") - 1)
	if (!(name in macro))
		return text
	n = parts(params[name], param)
	if (parts(inside(text, "[(]", "[)]"), arg) != n)
		odd(name ": number of arguments")
	body = macro[name]
	out = ""
	while (match(body, /[A-Za-z_0-9]+/)) {
		out = out substr(body, 1, RSTART - 1)
		name = substr(body, RSTART, RLENGTH)
		for (i = 1; i <= n; i++)
			if (name == param[i]) {
				name = arg[i]
				break
			}
		out = out name
		body = substr(body, RSTART + RLENGTH)
	}
	return out body
}

function range_(text, name, field) {
	name = text
	sub(/ = .*/, "", name)
	sub(/.* /, "", name)
	fields(text, field)
	strange_fields(name, field, "min max")
	least["&" name] = ("min" in field) ? field["min"] : ""
	most["&" name] = ("max" in field) ? field["max"] : ""
}

# type, lowest and highest of an entry; "" where there is no limit.
function entry(table, attr, text, arg, n, field, t, lo, hi) {
	t = text
	lo = hi = ""
	n = 0
	if (text ~ /^NLA_POLICY_[A-Z_]+\(/) {
		n = parts(inside(text, "[(]", "[)]"), arg)
		text = substr(text, 12, index(text, "(") - 12) "/" n
	}
	if (text == "MAX/2") {
		t = arg[1]
		hi = number(arg[2])
	} else if (text == "MIN/2") {
		t = arg[1]
		lo = number(arg[2])
	} else if (text == "RANGE/3") {
		t = arg[1]
		lo = number(arg[2])
		hi = number(arg[3])
	} else if (text == "FULL_RANGE/2") {
		t = arg[1]
		lo = (arg[2] in least) ? number(least[arg[2]]) : "?" arg[2]
		hi = (arg[2] in most) ? number(most[arg[2]]) : "?" arg[2]
	} else if (text == "EXACT_LEN/1") {
		t = "NLA_BINARY"
		lo = hi = number(arg[1])
	} else if (text == "NESTED/1") {
		t = "NLA_NESTED"
		inner[table, attr] = arg[1]
	} else if (text ~ /^[{]/) {
		fields(text, field)
		strange_fields(attr, field, "type len")
		t = field["type"]
		if ("len" in field)
			hi = number(field["len"])
	}
	if (t in names) {
		t = names[t]
	} else {
		odd(attr ": " t " is not known here")
		t = "?"
	}
	if (t in top) {
		if (lo == "")
			lo = bottom[t]
		if (hi == "")
			hi = top[t]
	} else if (t == "string" || t == "binary") {
		lo = lo == "" ? 0 : lo
		hi = hi == "" ? "any" : hi
	}
	type[table, attr] = (t == "flag" || t == "nest") ? t : t " " lo " " hi
}

function policy(text, name, part, n, i, attr, wanted) {
	name = text
	sub(/\[.*/, "", name)
	sub(/.* /, "", name)
	if (!match(text, /\[[A-Z0-9_]+ \+ 1\]/)) {
		odd(name ": size")
		return
	}
	tables[++ntables] = name
	size[name] = substr(text, RSTART + 1, RLENGTH - 6)
	entries[name] = 0
	if (text !~ / = /)
		return
	n = parts(inside(text, "[{]", "[}]"), part)
	for (i = 1; i <= n; i++) {
		if (!match(part[i], /^\[[A-Z0-9_]+\] = /)) {
			odd(name ": " part[i])
			continue
		}
		attr = substr(part[i], 2, RLENGTH - 5)
		if ((name, attr) in type)
			odd(name ": " attr " stands there twice")
		wanted = attr
		sub(/_A_.*/, "_A_MAX", wanted)
		if (wanted != size[name])
			odd(name ": " attr " in a table of size " size[name])
		entry(name, attr, substr(part[i], RLENGTH + 1))
		member[name, ++entries[name]] = attr
	}
}

function ops(text, part, n, i) {
	n = parts(inside(text, "[{]", "[}]"), part)
	for (i = 1; i <= n; i++)
		op[++nops] = expand(part[i])
}

function groups(text, part, n, i, field, nr) {
	n = parts(inside(text, "[{]", "[}]"), part)
	for (i = 1; i <= n; i++) {
		nr = part[i]
		sub(/^\[/, "", nr)
		sub(/\].*/, "", nr)
		sub(/_NR_/, "_", nr)
		fields(part[i], field)
		strange_fields(field["name"], field, "name ISOL_MCGRP_PRIVILEGED")
		if (nr != field["name"])
			odd(part[i] ": a group of another number")
		print "group " field["name"]
		if ("ISOL_MCGRP_PRIVILEGED" in field)
			print "perm " field["name"]
	}
}

function family(text, field) {
	fields(text, field)
	# of every command that has none, and ISOL_CMD_ADD must have none
	if ("policy" in field || "maxattr" in field)
		odd("a policy of the whole family")
}

# A call that parses attributes, NAME with the arguments ARG[1..N].
function parse(name, arg, n, i) {
	i = name == "nlmsg_parse" ? 4 : 2
	if ((name != "nlmsg_parse" || n != 6) && (name != "nla_parse_nested" || n != 5)) {
		odd(in_function "(): " name "() is not known here")
		return
	}
	calls[++ncalls] = in_function
	call_size[ncalls] = arg[i]
	call_table[ncalls] = arg[name == "nlmsg_parse" ? 5 : 4]
	if (name == "nlmsg_parse") {
		if (in_function in parsed_by)
			odd(in_function "() parses twice")
		parsed_by[in_function] = call_table[ncalls]
	}
}

function statement(text, name, arg, n) {
	if (match(text, /^[} ]*(static|void|int|bool|struct|const) [a-z0-9_ *]*[ *][a-z0-9_]+\([^()]*\) [{]/)) {
		in_function = substr(text, 1, RLENGTH)
		sub(/\(.*/, "", in_function)
		sub(/.*[ *]/, "", in_function)
	}
	if (text ~ /struct netlink_range_validation [a-z0-9_]+ = /)
		range_(text)
	else if (text ~ /struct nla_policy [a-z0-9_]+\[/)
		policy(text)
	else if (text ~ /struct genl_ops [a-z0-9_]+\[/)
		ops(text)
	else if (text ~ /struct genl_multicast_group [a-z0-9_]+\[/)
		groups(text)
	else if (text ~ /struct genl_family [a-z0-9_]+( [a-z_]+)? = /)
		family(text)
	else if (match(text, /(nla|nlmsg|genlmsg)_(parse|validate)[a-z_]*\(/)) {
		name = substr(text, RSTART, RLENGTH - 1)
		text = substr(text, RSTART)
		n = parts(inside(text, "[(]", "[)]"), arg)
		parse(name, arg, n)
	}
}

# ---- what comes of it

function take(cmd, table, path, depth, i, attr) {
	if (!(table in entries)) {
		odd(cmd ": there is no policy " table)
		return
	}
	if (depth > 8) {
		odd(cmd ": " table " is in itself")
		return
	}
	used[table] = 1
	for (i = 1; i <= entries[table]; i++) {
		attr = member[table, i]
		print "takes " cmd " " path attr " " type[table, attr]
		if ((table, attr) in inner)
			take(cmd, inner[table, attr], path attr "/", depth + 1)
	}
}

function command(text, field, cmd, table) {
	fields(text, field)
	cmd = field["cmd"]
	strange_fields(cmd, field, "cmd doit start dumpit done policy maxattr flags")
	if (cmd in seen)
		odd(cmd " stands there twice")
	seen[cmd] = 1
	if ("doit" in field)
		print "op " cmd " do"
	if ("dumpit" in field)
		print "op " cmd " dump"
	if (field["flags"] == "GENL_UNS_ADMIN_PERM")
		print "perm " cmd
	if ("policy" in field && "maxattr" in field) {
		table = field["policy"]
		if (field["maxattr"] != size[table])
			odd(cmd ": " table " has not the size " field["maxattr"])
		if ("doit" in field && field["doit"] in parsed_by)
			odd(field["doit"] "() parses what is parsed already")
		take(cmd, table, "", 0)
	} else if ("policy" in field || "maxattr" in field) {
		odd(cmd ": policy and maxattr go together")
	} else if ("doit" in field && field["doit"] in parsed_by) {
		take(cmd, parsed_by[field["doit"]], "", 0)
	} else {
		print "takes " cmd " anything"
	}
}

BEGIN {
	value["ETH_ALEN"] = 6
	value["ETH_HLEN"] = 14
	n = split("U8 255 U16 65535 U32 4294967295 U64 18446744073709551615", w, " ")
	for (i = 1; i < n; i += 2) {
		names["NLA_" w[i]] = tolower(w[i])
		bottom[tolower(w[i])] = 0
		top[tolower(w[i])] = w[i + 1]
	}
	names["NLA_S32"] = "s32"
	bottom["s32"] = "-2147483648"
	top["s32"] = "2147483647"
	# NLA_STRING need not be terminated
	names["NLA_NUL_STRING"] = "string"
	names["NLA_BINARY"] = "binary"
	names["NLA_FLAG"] = "flag"
	names["NLA_NESTED"] = "nest"
}

FNR == 1 { file++ }

file == 1 {
	if ($1 == "const" || $1 == "max")
		value[$2] = $3
	next
}

{
	line = code($0)
	gsub(/[ \t]+/, " ", line)
	if (directive != "" || line ~ /^ *#/) {
		more = sub(/ *\\ *$/, "", line)
		directive = directive line
		if (!more) {
			define(directive)
			directive = ""
		}
		next
	}
	text = text " " line
}

END {
	n = split(text, all, ";")
	for (i = 1; i <= n; i++) {
		gsub(/ +/, " ", all[i])
		statement(trim(all[i]))
	}
	for (i = 1; i <= nops; i++)
		command(op[i])
	for (i = 1; i <= ncalls; i++)
		if (!(call_table[i] in used))
			odd(calls[i] "(): no command takes " call_table[i])
		else if (call_size[i] != size[call_table[i]])
			odd(calls[i] "(): " call_table[i] " has not the size " call_size[i])
	for (i = 1; i <= ntables; i++)
		if (!(tables[i] in used))
			odd(tables[i] " is of no command")
}
