/* SPDX-License-Identifier: ISC */
/*
 * Pages and what goes into them. A page begins with a header:
 *
 *      0  kind       3  entries (2)      5  start of their content (2)
 *      8  the right-most child (4), of a page that is no leaf
 *
 * Behind it grows the list of where each entry is, and down from the end of
 * the page the entries themselves.
 */
#include "sqlite_tree.h"

#include "mem.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	KIND_TABLE = 0x05,
	KIND_INDEX = 0x02,
	KIND_LEAF = 0x08, /* added to one of the two above */
	AT_COUNT = 3,
	AT_START = 5,
	AT_RIGHT = 8,
	LEAF_HEADER = 8,
	HEADER = 12,
	/* No data may be in the page that SQLite's locks are in. */
	LOCK_BYTE = 0x40000000,
	/* A separator holds at most a quarter of a page, and numbers. */
	SEPARATOR_MORE = 64,
};

static unsigned
get16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static void
put16(unsigned char *at, size_t number)
{
	at[0] = (unsigned char)(number >> 8);
	at[1] = (unsigned char)number;
}

static void
put32(unsigned char *at, uint32_t number)
{
	put16(at, number >> 16);
	put16(at + 2, number & 0xFFFF);
}

size_t
tree_put_varint(unsigned char *to, uint64_t number)
{
	unsigned char bytes[9];
	size_t count = 0;

	if (number < 0x80) {
		*to = (unsigned char)number;
		return 1;
	}
	if (number >> 56) { /* nine bytes: the last one is whole */
		to[8] = (unsigned char)number;
		number >>= 8;
		for (size_t i = 8; i-- > 0; number >>= 7)
			to[i] = (unsigned char)(number | 0x80);
		return 9;
	}
	for (; number > 0; number >>= 7)
		bytes[count++] = (unsigned char)(number | 0x80);
	for (size_t i = 0; i < count; i++)
		to[i] = bytes[count - 1 - i];
	to[count - 1] &= 0x7F;
	return count;
}

/* --- the file ----------------------------------------------------------- */

int
tree_put_page(const struct tree_file *f, uint32_t number,
    const unsigned char *page, struct fail *why)
{
	off_t at = (off_t)(number - 1) * f->page_bytes;

	for (size_t done = 0; done < f->page_bytes;) {
		ssize_t count = pwrite(f->fd, page + done, f->page_bytes - done,
		    at + (off_t)done);

		if (count < 0 && (errno == ENOSPC || errno == EDQUOT))
			return fail_set(why, STATUS_LOCAL,
			    "cannot write '%s': the disk is full; make room "
			    "there",
			    f->name);
		if (count < 0 && errno != EINTR)
			return fail_errno(why, "cannot write '%s'", f->name);
		if (count > 0)
			done += (size_t)count;
	}
	return 0;
}

static uint32_t
next_number(const struct tree_file *f)
{
	uint32_t number = f->count + 1;

	return number + (number == LOCK_BYTE / f->page_bytes + 1);
}

/* Puts a page behind the last one: its number; 0 on failure. */
static uint32_t
append_page(struct tree_file *f, const unsigned char *page, struct fail *why)
{
	uint32_t number = next_number(f);

	if (tree_put_page(f, number, page, why) != 0)
		return 0;
	f->count = number;
	return number;
}

/* --- pages -------------------------------------------------------------- */

static void
clear_page(const struct tree *t, const struct tree_level *l)
{
	bool is_leaf = l == t->levels;
	int kind = t->kind == TREE_TABLE ? KIND_TABLE : KIND_INDEX;

	memset(l->page, 0, HEADER);
	l->page[0] = (unsigned char)(kind + (is_leaf ? KIND_LEAF : 0));
	put16(l->page + AT_START, t->file->page_bytes);
}

static struct tree_level *
level_at(struct tree *t, size_t i)
{
	struct tree_level *l = &t->levels[i];

	assert(i < TREE_LEVELS_MAX);
	if (l->page)
		return l;
	/* Zeroed: what lies between the entries reaches the disk. */
	l->page = mem_alloc(1, t->file->page_bytes);
	l->separator = mem_alloc(1, t->file->page_bytes / 4 + SEPARATOR_MORE);
	clear_page(t, l);
	return l;
}

static size_t
header_of(const unsigned char *page)
{
	return page[0] & KIND_LEAF ? LEAF_HEADER : HEADER;
}

/* Room for an entry of `len` bytes behind the others; NULL: there is none. */
static unsigned char *
add_entry(unsigned char *page, size_t len)
{
	size_t count = get16(page + AT_COUNT), start = get16(page + AT_START);
	size_t list = header_of(page) + 2 * count;

	if (start < list + 2 + len)
		return NULL;
	start -= len;
	put16(page + list, start);
	put16(page + AT_COUNT, count + 1);
	put16(page + AT_START, start);
	return page + start;
}

/* Takes the last entry away; its bytes stay where they are until the next
 * one comes. Returns them and their count. */
static unsigned char *
take_entry(const struct tree *t, unsigned char *page, size_t *len)
{
	size_t count = get16(page + AT_COUNT), start = get16(page + AT_START);
	const unsigned char *list = page + header_of(page);
	size_t end =
	    count > 1 ? get16(list + 2 * (count - 2)) : t->file->page_bytes;

	*len = end - start;
	put16(page + AT_COUNT, count - 1);
	put16(page + AT_START, end);
	return page + start;
}

/* --- levels ------------------------------------------------------------- */

static void
set_separator(struct tree_level *l, const unsigned char *bytes, size_t len)
{
	memcpy(l->separator, bytes, len);
	l->separator_len = len;
}

static int add_child(struct tree *t, size_t i, uint32_t child,
    const unsigned char *separator, size_t len, struct fail *why);

/* Writes the page that level `i` holds, and tells the level above. */
static int
write_held(struct tree *t, size_t i, struct fail *why)
{
	struct tree_level *l = &t->levels[i];
	uint32_t number = append_page(t->file, l->held, why);

	if (number == 0)
		return -1;
	l->has_held = false;
	return add_child(t, i + 1, number, l->separator, l->separator_len, why);
}

/* The page of level `i` is full; `separator` stands between it and the next
 * one. */
static int
complete_page(struct tree *t, size_t i, const unsigned char *separator,
    size_t len, struct fail *why)
{
	struct tree_level *l = &t->levels[i];
	unsigned char *page = l->page;

	if (l->has_held && write_held(t, i, why) != 0)
		return -1;
	if (!l->held)
		l->held = mem_alloc(1, t->file->page_bytes);
	l->page = l->held;
	l->held = page;
	l->has_held = true;
	set_separator(l, separator, len);
	clear_page(t, l);
	return 0;
}

/* Below level `i`, `child` is complete. As deep as the tree is high. */
static int
add_child(struct tree *t, size_t i, uint32_t child,
    const unsigned char *separator, size_t len, struct fail *why)
{
	struct tree_level *l = level_at(t, i);
	unsigned char *entry = add_entry(l->page, 4 + len);

	if (!entry) {
		put32(l->page + AT_RIGHT, child);
		return complete_page(t, i, separator, len, why);
	}
	put32(entry, child);
	memcpy(entry + 4, separator, len);
	return 0;
}

/* The last page of a level would have no entry: the page before it gives one
 * away, through the separator of the two. */
static void
lend_entry(const struct tree *t, struct tree_level *l)
{
	unsigned char *entry, *last;
	size_t len;

	if (l->held[0] & KIND_LEAF) {
		entry = add_entry(l->page, l->separator_len);
		memcpy(entry, l->separator, l->separator_len);
		last = take_entry(t, l->held, &len);
		set_separator(l, last, len);
		return;
	}
	entry = add_entry(l->page, 4 + l->separator_len);
	memcpy(entry, l->held + AT_RIGHT, 4);
	memcpy(entry + 4, l->separator, l->separator_len);
	last = take_entry(t, l->held, &len);
	memcpy(l->held + AT_RIGHT, last, 4);
	set_separator(l, last + 4, len - 4);
}

/* --- entries ------------------------------------------------------------ */

/* How many bytes of a record stay in the page; the rest overflows. */
static size_t
local_bytes(const struct tree *t, size_t len)
{
	size_t usable = t->file->page_bytes;
	size_t most =
	    t->kind == TREE_TABLE ? usable - 35 : (usable - 12) * 64 / 255 - 23;
	size_t least = (usable - 12) * 32 / 255 - 23, part;

	if (len <= most)
		return len;
	part = least + (len - least) % (usable - 4);
	return part <= most ? part : least;
}

/* Writes a chain of pages, each with the next one's number in front. */
static int
write_overflow(const struct tree *t, const unsigned char *bytes, size_t len,
    uint32_t *first, struct fail *why)
{
	size_t room = t->file->page_bytes - 4;
	unsigned char *page = mem_alloc(1, t->file->page_bytes);
	int result = 0;

	*first = next_number(t->file);
	while (len > 0 && result == 0) {
		struct tree_file after = *t->file;
		size_t part = len < room ? len : room;

		after.count = next_number(t->file);
		put32(page, part < len ? next_number(&after) : 0);
		memcpy(page + 4, bytes, part);
		memset(page + 4 + part, 0, room - part);
		if (append_page(t->file, page, why) == 0)
			result = -1;
		bytes += part;
		len -= part;
	}
	free(page);
	return result;
}

int
tree_add(struct tree *t, int64_t rowid, const void *record, size_t len,
    struct fail *why)
{
	struct tree_level *l = level_at(t, 0);
	size_t local = local_bytes(t, len), front, size;
	unsigned char start[18], last[9], *entry, *apart = NULL;
	uint32_t overflow = 0;
	int result = 0;

	if (local < len &&
	    write_overflow(t, (const unsigned char *)record + local,
		len - local, &overflow, why) != 0)
		return -1;
	front = tree_put_varint(start, len);
	if (t->kind == TREE_TABLE)
		front += tree_put_varint(start + front, (uint64_t)rowid);
	size = front + local + (overflow ? 4 : 0);
	entry = add_entry(l->page, size);
	if (!entry && t->kind == TREE_TABLE) {
		size_t count = tree_put_varint(last, (uint64_t)t->last_rowid);

		if (complete_page(t, 0, last, count, why) != 0)
			return -1;
		entry = add_entry(l->page, size);
	} else if (!entry) {
		/* In an index, the entry itself is what separates. */
		entry = apart = mem_alloc(1, size);
	}
	memcpy(entry, start, front);
	memcpy(entry + front, record, local);
	if (overflow)
		put32(entry + front + local, overflow);
	if (apart)
		result = complete_page(t, 0, apart, size, why);
	free(apart);
	t->last_rowid = rowid;
	return result;
}

/* --- the whole ---------------------------------------------------------- */

void
tree_init(struct tree *t, enum tree_kind kind, struct tree_file *file)
{
	*t = (struct tree){.kind = kind, .file = file};
	(void)level_at(t, 0);
}

int
tree_finish(struct tree *t, const unsigned char **root, struct fail *why)
{
	for (size_t i = 0;; i++) {
		struct tree_level *l = &t->levels[i];
		uint32_t number;

		if (!l->has_held) {
			*root = l->page;
			return 0;
		}
		if (get16(l->page + AT_COUNT) == 0)
			lend_entry(t, l);
		if (write_held(t, i, why) != 0)
			return -1;
		number = append_page(t->file, l->page, why);
		if (number == 0)
			return -1;
		put32(t->levels[i + 1].page + AT_RIGHT, number);
	}
}

void
tree_free(struct tree *t)
{
	for (size_t i = 0; i < TREE_LEVELS_MAX; i++) {
		free(t->levels[i].page);
		free(t->levels[i].held);
		free(t->levels[i].separator);
	}
	*t = (struct tree){0};
}
