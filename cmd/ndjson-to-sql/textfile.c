/* SPDX-License-Identifier: ISC */
/*
 * Files of text, and the words for values.
 */
#include "textfile.h"

#include "batch.h"
#include "bounds.h"
#include "mem.h"
#include "num.h"

#include <stdlib.h>
#include <string.h>

enum { BUFFER_BYTES = 64 * 1024 };

struct textfile {
	struct format_file base;
	const struct textfile_rules *rules;
	const struct shape *shape;
	struct pack pack;
	struct buf text; /* what did not go out yet */
};

/* --- writing ------------------------------------------------------------ */

int
textfile_open(struct format_file **file, const struct format *format,
    const struct textfile_rules *rules, const char *path,
    const struct shape *shape, enum pack_kind pack, struct fail *why)
{
	struct textfile *f = mem_alloc(1, sizeof(*f));

	f->base.format = format;
	f->rules = rules;
	f->shape = shape;
	/* A row may be longer than the line that it came in: "" for each ". */
	buf_init(&f->text, (size_t)8 * BOUND_LINE_BYTES);
	*file = &f->base;
	if (pack_open(&f->pack, pack, path, why) != 0)
		return -1;
	if (rules->head)
		rules->head(&f->text, shape);
	return 0;
}

static int
flush(struct textfile *f, struct fail *why)
{
	int result = buf_check(&f->text, "a row", why);

	if (result == 0)
		result = pack_write(&f->pack, f->text.data, f->text.len, why);
	buf_clear(&f->text);
	return result;
}

int
textfile_write(struct format_file *file, const struct cell *cells,
    struct fail *why)
{
	struct textfile *f = (struct textfile *)file;

	f->rules->row(&f->text, f->shape, cells);
	return f->text.len < BUFFER_BYTES ? 0 : flush(f, why);
}

int
textfile_commit(struct format_file *file, struct fail *why)
{
	struct textfile *f = (struct textfile *)file;

	return flush(f, why) != 0 ? -1 : pack_commit(&f->pack, why);
}

void
textfile_free(struct format_file *file)
{
	struct textfile *f = (struct textfile *)file;

	if (!f)
		return;
	pack_free(&f->pack);
	buf_free(&f->text);
	free(f);
}

/* --- words -------------------------------------------------------------- */

/* The place of the time of day in "2026-11-24 06:00:00.123". */
enum { TIME_AT = sizeof("2026-11-24") - 1 };

static const char *
timestamp_word(const struct cell *cell, char word[TEXTFILE_WORD_BYTES],
    size_t *len)
{
	*len = cell->len;
	if (cell->len <= TIME_AT || cell->len + 2 > TEXTFILE_WORD_BYTES ||
	    cell->text[TIME_AT] != ' ')
		return cell->text;
	memcpy(word, cell->text, cell->len);
	word[TIME_AT] = 'T';
	word[(*len)++] = 'Z';
	return word;
}

const char *
textfile_word(const struct cell *cell, enum type type,
    char word[TEXTFILE_WORD_BYTES], size_t *len)
{
	_Static_assert(TEXTFILE_WORD_BYTES >= (int)NUM_TEXT_BYTES,
	    "a number is a word");
	switch ((enum cell_kind)cell->kind) {
	case CELL_BOOL:
	case CELL_INTEGER:
		if (type == TYPE_BOOL) {
			*len = cell->integer ? 4 : 5;
			return cell->integer ? "true" : "false";
		}
		*len = num_print_i64(word, cell->integer);
		return word;
	case CELL_NUMBER:
		*len = num_print_double(word, cell->number);
		return word;
	case CELL_TEXT:
		if (type == TYPE_TIMESTAMP)
			return timestamp_word(cell, word, len);
		break;
	case CELL_NULL:
		break;
	}
	*len = cell->len;
	return cell->text;
}

static bool
equals(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

static int
parse_bool(struct cell *cell, const char *text, size_t len)
{
	cell->kind = CELL_BOOL;
	cell->integer = equals(text, len, "true") || equals(text, len, "t") ||
	    equals(text, len, "1");
	return cell->integer || equals(text, len, "false") ||
		equals(text, len, "f") || equals(text, len, "0")
	    ? 0
	    : -1;
}

static int
parse_double(struct cell *cell, char *text, size_t len)
{
	char after = text[len], *end;

	/* strtod knows more than numbers: nan, inf, white space. */
	if (len == 0 || strspn(text, "+-.0123456789eE") < len)
		return -1;
	text[len] = '\0';
	cell->kind = CELL_NUMBER;
	cell->number = strtod(text, &end);
	text[len] = after;
	return end == text + len ? 0 : -1;
}

int
textfile_parse(struct cell *cell, enum type type, char *text, size_t len)
{
	switch (type) {
	case TYPE_BOOL:
		return parse_bool(cell, text, len);
	case TYPE_BIGINT:
		cell->kind = CELL_INTEGER;
		return num_i64(text, len, &cell->integer);
	case TYPE_DOUBLE:
		return parse_double(cell, text, len);
	case TYPE_TIMESTAMP:
		if (len > TIME_AT + 1 && text[TIME_AT] == 'T' &&
		    text[len - 1] == 'Z') {
			text[TIME_AT] = ' ';
			len--;
		}
		break;
	default:
		break;
	}
	if (len > BOUND_LINE_BYTES)
		return -1;
	cell->kind = CELL_TEXT;
	cell->text = text;
	cell->len = (uint32_t)len;
	return 0;
}
