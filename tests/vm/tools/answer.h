/* SPDX-License-Identifier: GPL-2.0 */
/* Answers to frames that were rejected. */
#ifndef ANSWER_H
#define ANSWER_H

#include "types.h"

/* Room for the text of an answer. */
#define ANSWER_TEXT 64

/**
 * answer_text() - say what an answer is
 * @buf: a frame that has been received
 * @len: its length
 * @vlan: its tag, as far as that is not in the frame: else -1
 * @sent: the frame that it may be an answer to
 * @sent_len: its length
 * @text: where the text goes, see the usage of craft
 *
 * Return: false if it is neither a TCP reset nor an ICMP error.
 */
bool answer_text(const u8 *buf, size_t len, int vlan, const u8 *sent, size_t sent_len,
		 char text[ANSWER_TEXT]);

#endif /* ANSWER_H */
