/* SPDX-License-Identifier: ISC */
/*
 * What formats of text share: rows are appended to a buffer, which goes out
 * when it is full, through a compressor if need be; and the words that values
 * of each type are written in.
 */
#ifndef TEXTFILE_H
#define TEXTFILE_H

#include "attr.h"
#include "buf.h"
#include "fail.h"
#include "format.h"
#include "shape.h"

#include <stddef.h>

struct cell;

struct textfile_rules {
	/* What a file begins with; NULL: with its rows. */
	void (*head)(struct buf *to, const struct shape *shape);
	void (*row)(struct buf *to, const struct shape *shape,
	    const struct cell *cells);
};

ATTR_NODISCARD
int textfile_open(struct format_file **file, const struct format *format,
    const struct textfile_rules *rules, const char *path,
    const struct shape *shape, enum pack_kind pack, struct fail *why);

/* These are members of struct format. */
int textfile_write(struct format_file *file, const struct cell *cells,
    struct fail *why);
int textfile_commit(struct format_file *file, struct fail *why);
void textfile_free(struct format_file *file);

/* The longest text of a cell that is not CELL_TEXT, and of a timestamp. */
enum { TEXTFILE_WORD_BYTES = 64 };

/* The text of a cell that is not null, as it is to be written: the cell's own,
 * or in `word`. A timestamp is 2026-11-24T06:00:00.123Z, which says by itself
 * that it is UTC; a boolean is true or false. */
const char *textfile_word(const struct cell *cell, enum type type,
    char word[TEXTFILE_WORD_BYTES], size_t *len);

/* The other way: the cell for `text`, which may be changed and is followed by
 * a byte that may be changed. -1 if it is no text of that type. */
ATTR_NODISCARD
int textfile_parse(struct cell *cell, enum type type, char *text, size_t len);

#endif
