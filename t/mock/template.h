/* SPDX-License-Identifier: ISC */
/*
 * Record templates: JSON text in which `$x` stands for a value that the
 * generator knows by the letter x. A template is cut into pieces once, so
 * that rendering is copying.
 */
#ifndef MOCK_TEMPLATE_H
#define MOCK_TEMPLATE_H

#include <stddef.h>

enum { TEMPLATE_PIECES = 64 };

struct piece {
	const char *text;
	unsigned short len;
	char code; /* letter of the value behind the text; 0: none */
};

struct template
{
	struct piece pieces[TEMPLATE_PIECES];
	size_t count;
};

/* Borrows `text` for ever. Too many values are a bug in our tables. */
void template_init(struct template *t, const char *text);

#endif
