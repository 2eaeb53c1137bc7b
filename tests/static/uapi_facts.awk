# SPDX-License-Identifier: GPL-2.0
#
# Read uapi/linux/isol.h and write a C program that, compiled with the header
# included, prints what the header says, one fact per line. The numbers are
# the compiler's, the rest comes out of the kernel-doc comments. ynl_facts.c
# prints the same facts of the YNL spec; what they are is told there.

function fact(text) {
	gsub(/"/, "\\\"", text)
	print "\tputs(\"" text "\");"
}

function number(text, expr) {
	print "\tprintf(\"" text " %lld\\n\", (long long)(" expr "));"
}

# The words of TEXT that begin with ISOL_A_, in words[1..n].
function attributes(text, words, n) {
	n = 0
	while (match(text, /ISOL_A_[A-Z0-9_]+/)) {
		words[++n] = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
	}
	return n
}

function before(text, mark) {
	return (match(text, mark)) ? substr(text, 1, RSTART - 1) : text
}

function after(text, mark) {
	return (match(text, mark)) ? substr(text, RSTART + RLENGTH) : ""
}

# One line of a kernel-doc comment.
function doc_line(line, name) {
	sub(/^[ \t]*\*[ \t]*/, "", line)
	sub(/[ \t]+$/, "", line)
	if (line ~ /^@[A-Za-z0-9_]+:/) {
		name = substr(line, 2, index(line, ":") - 2)
		sub(/^@[A-Za-z0-9_]+:[ \t]*/, "", line)
		doc[name] = line
		documented[++ndoc] = name
		at = name
	} else if (line == "") {
		at = ""
	} else if (at != "") {
		doc[at] = doc[at] " " line
	} else {
		prose = prose " " line
	}
}

# What the documentation of an attribute says about its type.
function attribute(name, text, t) {
	text = doc[name]
	if (set_nest != "") {
		type[name] = "nest"
		refers[name] = set_nest
		return
	}
	if (text ~ /^alignment of 64-bit attributes/)
		t = "pad"
	else if (match(text, /^[0-9]+ bytes/))
		t = "binary"
	else if (match(text, /^(u8|u16|u32|u64|s32|string|binary|flag|nest)/) &&
		 substr(text, RLENGTH + 1) ~ /^([,;:.]|$)/)
		t = substr(text, 1, RLENGTH)
	else
		t = "unknown"
	type[name] = t
	if (match(text, /enum isol_[a-z0-9_]+/))
		refers[name] = substr(text, RSTART + 5, RLENGTH - 5)
	if (match(text, /as ISOL_[A-Z0-9_]+/)) {
		t = substr(text, RSTART + 3, RLENGTH - 3)
		if (!(name in refers) && t in refers)
			refers[name] = refers[t]
		if (t in repeated)
			repeated[name] = 1
	}
	if (text ~ /may be repeated|one for each/)
		repeated[name] = 1
	if (text ~ /read-only/ || set_read_only)
		read_only[name] = 1
	if (match(text, /[A-Z0-9_]+ to ISOL_[A-Z0-9_]+/))
		range[name] = substr(text, RSTART, RLENGTH)
}

# How long a string may be. A bridge goes by its interface name, what is said
# to be nothing else is the name of an object.
function longest(name) {
	if (name ~ /_COMMENT$/)
		return "ISOL_COMMENT_LEN"
	if (name ~ /_MESSAGE$/)
		return "ISOL_MESSAGE_LEN"
	if (doc[name] ~ /interface name/ || name ~ /_BRIDGE(_NAME)?$/)
		return "ISOL_IFNAME_LEN"
	if (doc[name] ~ /ifalias/)
		return "ISOL_ALIAS_LEN"
	return (doc[name] ~ /version/) ? "" : "ISOL_NAME_LEN"
}

# What the documentation of a command says.
function command(name, text, asked, given, n, i, words) {
	text = doc[name]
	if (text ~ /^do\./) {
		fact("op " name " do")
		asked = before(text, "Reply:|Errors:")
		given = before(after(text, "Reply:"), "Errors:")
	} else if (text ~ /^dump of/) {
		fact("op " name " dump")
		asked = ""
		given = text " ISOL_A_GENERATION"
	} else if (text ~ /^multicast to/) {
		fact("op " name " event")
		asked = ""
		given = text
		split(text, words, "\"")
		fact("sent " name " " words[2])
	} else if (text ~ /^unicast from the kernel/) {
		fact("op " name " event")
		asked = ""
		given = text
	} else {
		fact("op " name " unknown")
		return
	}
	if (guarded && text !~ /^(multicast|unicast)/)
		fact("perm " name)
	n = attributes(asked, words)
	for (i = 1; i <= n; i++)
		if (!((name, words[i], "q") in told)) {
			told[name, words[i], "q"] = 1
			fact("request " name " " words[i])
			requested[++nrequested] = words[i]
		}
	n = attributes(given, words)
	for (i = 1; i <= n; i++)
		if (!((name, words[i], "p") in told)) {
			told[name, words[i], "p"] = 1
			fact("reply " name " " words[i])
		}
	if (text ~ /any number of/) {
		n = attributes(asked, words)
		for (i = 1; i <= n; i++)
			repeated[words[i]] = 1
	}
}

# What a request may hold of a set, and of the sets inside it.
function reach(set, i, name) {
	if (set in reached)
		return
	reached[set] = 1
	for (i = 1; i <= members[set]; i++) {
		name = member[set, i]
		if (type[name] == "pad" || name in read_only)
			continue
		fact("may " set " " name)
		if (type[name] == "nest")
			reach(refers[name])
	}
}

BEGIN {
	print "#include <stdio.h>"
	print "int main(void)"
	print "{"
}

# What is not for everyone to ask is not for everyone to listen to.
/\(GENL_UNS_ADMIN_PERM\)/ { guarded = 1 }

/^#define[ \t]+ISOL_GENL_NAME[ \t]/ { split($0, q, "\""); fact("family " q[2]); next }
/^#define[ \t]+ISOL_GENL_VERSION[ \t]/ { number("version", "ISOL_GENL_VERSION"); next }
/^#define[ \t]+ISOL_MCGRP_/ {
	split($0, q, "\"")
	fact("group " $2 " " q[2])
	if (guarded)
		fact("perm " $2)
	next
}
/^#define[ \t]+ISOL_/ && NF > 2 { number("const " $2, $2); next }

/^\/\*\*/ { in_doc = 1; at = ""; prose = ""; ndoc = 0; next }
in_doc && /\*\// { in_doc = 0; next }
in_doc { doc_line($0); next }

/^enum[ \t]+[a-z0-9_]+[ \t]*[{]/ {
	enum = $2
	kind = (enum == "isol_cmd") ? "cmd" : (enum ~ /_attr$/) ? "attr" : "enum"
	private = 0
	last = ""
	count = 0
	enums[++nenums] = enum
	kind_of[enum] = kind
	set_read_only = prose ~ /[Aa]ll read-only/
	set_nest = ""
	if (match(prose, /Each is a nest of enum isol_[a-z0-9_]+/))
		set_nest = substr(prose, RSTART + 23, RLENGTH - 23)
	for (i = 1; i <= ndoc; i++)
		named[documented[i]] = enum
	next
}

enum != "" && /^}/ {
	for (i = 1; i <= ndoc; i++)
		if (!(documented[i] in defined))
			fact("stale " enum " " documented[i])
	ndoc = 0
	members[enum] = count
	enum = ""
	next
}

enum != "" && /private:/ { private = 1; next }

enum != "" && match($0, /^[ \t]*[A-Z_][A-Z0-9_]*/) {
	name = substr($0, RSTART, RLENGTH)
	gsub(/[ \t]/, "", name)
	if (private) {
		if (name !~ /^__/) {
			number("max " name, name)
			number("last " name, name " - " last)
		}
		next
	}
	number(kind " " enum " " name, name)
	defined[name] = 1
	last = name
	if (name in doc && named[name] == enum)
		fact("doc " name)
	if (name ~ /_UNSPEC$/)
		next
	member[enum, ++count] = name
	if (kind == "attr")
		attribute(name)
}

END {
	for (e = 1; e <= nenums; e++) {
		set = enums[e]
		if (kind_of[set] == "cmd")
			for (j = 1; j <= members[set]; j++)
				command(member[set, j])
	}
	for (e = 1; e <= nenums; e++) {
		set = enums[e]
		if (kind_of[set] != "attr")
			continue
		for (j = 1; j <= members[set]; j++) {
			name = member[set, j]
			fact("type " name " " type[name])
			if (type[name] == "binary" && doc[name] ~ /^[0-9]+ bytes/)
				fact("length " name " exact " (doc[name] + 0))
			if (name in refers)
				fact((type[name] == "nest" ? "nest " : "values ") \
				     name " " refers[name])
			if (name in repeated)
				fact("repeated " name)
			if (type[name] == "string" && longest(name) != "")
				number("length " name " max", longest(name))
			if (name in range) {
				split(range[name], words, " to ")
				bytes = type[name] == "binary"
				number((bytes ? "length " name " min" : "min " name), words[1])
				number((bytes ? "length " name " max" : "most " name), words[2])
			}
		}
	}
	for (j = 1; j <= nrequested; j++)
		if (type[requested[j]] == "nest")
			reach(refers[requested[j]])
	print "\treturn 0;"
	print "}"
}
