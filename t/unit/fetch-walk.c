/* SPDX-License-Identifier: ISC */
/* The requests of a walk: pages, prefixes, and the sizes of later walks. */
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
	const char *base, *prefix, *wanted;
} prefixes[] = {
    {"", "", "page=1&page_size=50"},
    {"", "ab",
	"page=1&page_size=50&search.id=ab%25&mode.id=like&"
	"isCaseSensitive=true"},
    {"type=User", "a",
	"type=User&page=1&page_size=50&search.id=a%25&mode.id=like&"
	"isCaseSensitive=true"},
    {"", "a_%\\",
	"page=1&page_size=50&search.id=a%5C_%5C%25%5C%5C%25&mode.id=like&"
	"isCaseSensitive=true"},
    {"", "+:",
	"page=1&page_size=50&search.id=%2B%3A%25&mode.id=like&"
	"isCaseSensitive=true"},
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
		prefix_query(&text, prefixes[i].base, prefixes[i].prefix,
		    strlen(prefixes[i].prefix), 50);
		is(text.data, prefixes[i].wanted, "a prefix");
	}
	test_sizes(100);
	test_sizes(1);
	test_sizes(50);
	buf_free(&text);
	return tap_done();
}
