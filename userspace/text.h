/* SPDX-License-Identifier: GPL-2.0 */
/* Text: what names, addresses and comments may look like, and misspellings. */
#ifndef ISOL_USERSPACE_TEXT_H
#define ISOL_USERSPACE_TEXT_H

#include "types.h"

#define MAC_TEXT_SIZE	18	/* with the terminating NUL */

/**
 * utf8_char() - decode one character
 * @s: the bytes
 * @len: how many there are, at least 1
 * @cp: out: the code point
 *
 * Return: bytes it takes; 0 if they are not UTF-8 (too long a form, a
 * surrogate, cut off, beyond U+10FFFF).
 */
size_t utf8_char(const char *s, size_t len, u32 *cp);

/**
 * text_fault() - what is wrong with free text (comments, aliases)
 * @s: the text
 *
 * Return: NULL if nothing is, otherwise the end of a sentence that begins
 * with the text: "is not UTF-8", "holds a control character", ...
 */
const char *text_fault(const char *s);

/**
 * name_fault() - what is wrong with the name of an object
 * @s: the name
 *
 * Return: as text_fault().
 */
const char *name_fault(const char *s);

/**
 * ifname_fault() - why no interface can have this name
 * @s: the name, or a glob
 *
 * Return: as text_fault().
 */
const char *ifname_fault(const char *s);

/**
 * glob_is() - is this a glob of interface names?
 * @s: the text
 *
 * Return: true if it holds * or ?.
 */
bool glob_is(const char *s);

/**
 * glob_match() - does an interface name match a glob?
 * @glob: * stands for any characters, ? for one
 * @name: the name
 *
 * Return: true if so.
 */
bool glob_match(const char *glob, const char *name);

/**
 * mac_parse() - read a MAC address
 * @s: six pairs of hex digits, with : or - between them
 * @mac: out: the address
 *
 * Return: true if @s is one.
 */
bool mac_parse(const char *s, u8 mac[6]);

/**
 * mac_format() - write a MAC address
 * @mac: the address
 * @buf: out: the text
 *
 * Return: @buf.
 */
const char *mac_format(const u8 mac[6], char buf[MAC_TEXT_SIZE]);

/**
 * mac_to_tap() - the address that a tap has whose guest has this MAC
 * @mac: the guest's
 * @tap: out: the tap's
 */
void mac_to_tap(const u8 mac[6], u8 tap[6]);

/**
 * enum yaml_trap - what YAML readers make of a plain scalar
 * @TRAP_NONE: a string, by all of them
 * @TRAP_NULL: nothing
 * @TRAP_BOOL: a truth value
 * @TRAP_NUMBER: a decimal number
 * @TRAP_BASED: a number in octal, hexadecimal or binary
 * @TRAP_BASE60: a number in base 60, in YAML 1.1
 */
enum yaml_trap {
	TRAP_NONE,
	TRAP_NULL,
	TRAP_BOOL,
	TRAP_NUMBER,
	TRAP_BASED,
	TRAP_BASE60,
};

/**
 * yaml_trap() - what a YAML reader could take unquoted text for
 * @s: the text
 *
 * The types of YAML 1.1 and of 1.2 together: a file is to mean the same to
 * every tool that reads it.
 *
 * Return: the trap.
 */
enum yaml_trap yaml_trap(const char *s);

/**
 * text_distance() - how far apart two words are
 * @a: a word
 * @b: another
 *
 * Return: characters to insert, delete, replace or swap with a neighbour to
 * make one of the other; SIZE_MAX for words that are too long to compare.
 */
size_t text_distance(const char *a, const char *b);

/**
 * struct guess - the search for what a misspelt word was meant to be
 * @word: the misspelt word
 * @best: the closest so far, NULL if none is close
 * @distance: how far off that is
 */
struct guess {
	const char *word;
	const char *best;
	size_t distance;
};

/**
 * guess_offer() - consider a word
 * @g: the search
 * @candidate: the word
 */
void guess_offer(struct guess *g, const char *candidate);

/**
 * guess_text() - the end of a message
 * @g: the search
 * @buf: where to put it
 * @size: bytes there are
 *
 * Return: "; did you mean 'x'?" in @buf, or an empty string.
 */
const char *guess_text(const struct guess *g, char *buf, size_t size);

#endif /* ISOL_USERSPACE_TEXT_H */
