/* SPDX-License-Identifier: ISC */
/*
 * Cutting templates into pieces.
 */
#include "template.h"

#include <assert.h>
#include <string.h>

void
template_init(struct template *t, const char *text)
{
	t->count = 0;
	while (*text) {
		struct piece *piece = &t->pieces[t->count++];
		size_t len = strcspn(text, "$");

		assert(t->count < TEMPLATE_PIECES && len < 65535);
		piece->text = text;
		piece->len = (unsigned short)len;
		text += len;
		piece->code = *text;
		if (*text) {
			piece->code = text[1];
			text += 2;
		}
	}
}
