/* SPDX-License-Identifier: ISC */
/* The requests of a walk: pages, parts by ids, and the sizes of later walks. */
#include "walk.h"

#include "buf.h"
#include "prefix.h"
#include "tap.h"

static const struct page_case {
	const char *base;
	uint64_t page;
	unsigned size;
	const char *wanted;
} pages[] = {
    {"", 1, 100, "page=1&page_size=100"},
    {"q=a%20b", 7, 97, "q=a%20b&page=7&page_size=97"},
    {"", UINT64_C(5000000000), 1, "page=5000000000&page_size=1"},
};

static const struct prefix_case {
	struct prefix part;
	const char *wanted;
} prefixes[] = {
    {{.kind = PREFIX_SET, .from = 10, .count = 3}, "[abc]%"},
    {{.kind = PREFIX_SET, .text = "ab", .len = 2, .count = 1}, "ab[0]%"},
    {{.kind = PREFIX_REST}, "([^0123456789abcdefghijklmnopqrstuvwxyz]%)?"},
    {{.kind = PREFIX_REST, .text = "ab", .len = 2, .from = 34, .count = 2},
	"ab[yz]([^0123456789abcdefghijklmnopqrstuvwxyz]%)?"},
    {{.kind = PREFIX_MORE_SET, .text = "a_%\\", .len = 4, .count = 2},
	"a\\_\\%\\\\[AB]%"},
    {{.kind = PREFIX_MORE_SET, .text = "+", .len = 1, .from = 31, .count = 2},
	"\\+[~-]%"},
    {{.kind = PREFIX_MORE_REST, .text = "a", .len = 1},
	"a([^0123456789abcdefghijklmnopqrstuvwxyz"
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ_.:@+~-]%)?"},
};

static void
test_sizes(unsigned first)
{
	struct walk w = {.page_size = first};
	unsigned sizes[WALK_MAX_WALKS];
	unsigned alike = 0, outside = 0;

	for (unsigned i = 0; i < WALK_MAX_WALKS; i++) {
		sizes[i] = walk_page_size(&w, i);
		outside += sizes[i] < 1 || sizes[i] > WALK_PAGE_SIZE;
		for (unsigned j = 0; j < i; j++)
			alike += sizes[i] == sizes[j];
	}
	is_int(sizes[0], first, "the first walk has the size that was asked");
	is_int(outside, 0, "the server takes all of them");
	is_int(alike, 0, "no two walks have pages of one size");
}

int
main(void)
{
	struct buf text;

	buf_init(&text, 1024);
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		buf_clear(&text);
		walk_page_query(&text, pages[i].base, pages[i].page,
		    pages[i].size);
		is(text.data, pages[i].wanted, "a page");
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		buf_clear(&text);
		prefix_pattern(&text, &prefixes[i].part);
		is(text.data, prefixes[i].wanted, "a part by ids");
	}
	test_sizes(100);
	test_sizes(1);
	test_sizes(50);
	buf_free(&text);
	return tap_done();
}
