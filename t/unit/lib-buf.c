/* SPDX-License-Identifier: ISC */
/*
 * Byte strings with a ceiling: what fits is stored whole, what does not is
 * not stored at all.
 */
#include "buf.h"

#include "tap.h"

#include <stdint.h>
#include <stdlib.h>

static void
check_ceiling(void)
{
	struct buf b;
	struct fail why = {.text = ""};

	buf_init(&b, 5);
	is(b.data, "", "an empty buffer is a string");
	buf_add(&b, "abc");
	buf_append(&b, "", 0);
	buf_append(&b, NULL, 0);
	is(b.data, "abc", "some bytes");
	buf_add(&b, "def");
	is(b.data, "abc", "what does not fit is not stored");
	buf_add_char(&b, 'd');
	is(b.data, "abc", "nor is anything after it");
	ok(buf_check(&b, "the name", &why) == -1, "the check fails");
	is(why.text, "the name is longer than 5 bytes", "and names the limit");
	is_int(why.status, STATUS_DATA, "as bad data");
	buf_clear(&b);
	is(b.data, "", "cleared");
	buf_addf(&b, "%d-%s", 12, "ab");
	is(b.data, "12-ab", "formatted, as much as fits");
	ok(buf_check(&b, "the name", &why) == 0, "no complaint");
	buf_addf(&b, "%s", "");
	ok(!b.is_overfull, "nothing always fits");
	buf_addf(&b, "%d", 3);
	ok(b.is_overfull, "formatted beyond the ceiling");
	is(b.data, "12-ab", "is not stored");
	buf_free(&b);
	buf_free(&b);
	buf_clear(&b);
	is(b.data, "", "freed twice and cleared, it is a string");
}

static void
check_memory(void)
{
	struct buf b;
	char *text, *room;

	buf_init(&b, SIZE_MAX / 2);
	for (int i = 0; i < 1000; i++)
		buf_append(&b, "0123456789", 10);
	is_int((long long)b.len, 10000, "growth");
	ok(b.data[b.len] == '\0' && b.data[9999] == '9', "keeps the bytes");
	buf_clear(&b);
	buf_append(&b, "a\0b", 3);
	ok(b.len == 3 && memcmp(b.data, "a\0b", 4) == 0, "NULs are bytes");
	text = buf_detach(&b);
	ok(memcmp(text, "a\0b", 4) == 0 && b.len == 0, "detached");
	free(text);
	text = buf_detach(&b);
	is(text, "", "an empty one detached");
	free(text);
	room = buf_reserve(&b, 4);
	memcpy(room, "wxyz", 4);
	b.len += 4;
	buf_add(&b, "!");
	is(b.data, "wxyz!", "reserved and filled");
	ok(buf_reserve(&b, SIZE_MAX - 2) == NULL, "more than there can be");
	buf_wipe(&b);
	is(b.data, "", "wiped");
	buf_init(&b, 0);
	buf_add(&b, "a");
	ok(b.is_overfull && b.len == 0, "a ceiling of nothing");
	buf_free(&b);
}

int
main(void)
{
	check_ceiling();
	check_memory();
	return tap_done();
}
