/* SPDX-License-Identifier: ISC */
/*
 * Generated users, shaped as GET /api/users shows them: names in many
 * scripts, missing identifiers, user-made data with awkward keys and numbers.
 */
#ifndef MOCK_PEOPLE_H
#define MOCK_PEOPLE_H

#include "generate.h"

#include <stdbool.h>
#include <stddef.h>

enum person_field {
	PERSON_ID,
	PERSON_EMAIL,
	PERSON_PHONE,
	PERSON_USERNAME,
	PERSON_NAME,
};

enum { PERSON_FIELD_BYTES = 96 };

/* Cuts the templates. Call once. */
void people_init(void);

/* The id of the user with this serial, without a NUL. */
void person_id(const struct generator *g, uint32_t serial, char *out);

/* A member as plain text; its length, or -1 where it is null. */
int person_field(const struct generator *g, const struct row *row,
    enum person_field field, char out[PERSON_FIELD_BYTES]);

/* Writes the record, at most RENDER_BYTES; returns its length. */
size_t person_render(const struct generator *g, const struct row *row,
    char *out);

#endif
