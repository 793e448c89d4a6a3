/* SPDX-License-Identifier: ISC */
/*
 * Reading one list, or one object, to its end: each record once, and proof
 * that none is missing, or a failure.
 *
 * What counts as proof:
 *  - an answer that holds the whole list: the server made it in one
 *    statement;
 *  - of a list that is sorted newest first, pages that overlap and whose
 *    times join (cover.h, sweep.h);
 *  - of any list, a moment: the records that came before it in one walk and
 *    after it in another were all there at that moment, for a record that is
 *    gone does not come back; where the server counts as many at that moment,
 *    they are all that was there;
 *  - a descent by the beginnings of the ids (prefix.h), where every part is
 *    one page.
 * (That one walk found as many records as the server counts is no proof, even
 * where each page bore that count: a row that is deleted moves another one
 * off the pages to come, and one that is inserted makes the count right
 * again.)
 */
#ifndef WALK_H
#define WALK_H

#include "attr.h"
#include "buf.h"
#include "catalogue.h"
#include "fail.h"
#include "seen.h"
#include "transfer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes the record at nodes[object]. 0: go on; 1: enough; -1: failure. */
typedef int walk_row(void *context, const struct json_node *nodes,
    size_t object, struct fail *why);

enum walk_result {
	WALK_FAILED = -1,
	WALK_DONE,
	WALK_ENOUGH, /* the row function wants no more */
	WALK_ABSENT, /* no such path, or it does not fit: 400, 404, 422 */
};

/* What to read. */
struct walk_list {
	const struct catalogue_entry *entry; /* NULL: unknown */
	const char *path;                    /* without `*`, encoded */
	const char *query;                   /* "" or "a=b&c=d", encoded */
};

/* What reading it took. */
struct walk_stats {
	uint64_t rows, pages, duplicates;
	unsigned walks;
	int64_t total; /* the server's count; -1: none */
};

/* Distinct values of one member, end to end, each ended by a NUL: of rows
 * that share their time with the one beside them. */
struct walk_values {
	const char *member; /* such as "payload.userId"; NULL: none */
	struct buf text;
	struct seen seen;
	int64_t last_ms; /* of the row before, within a page */
	size_t last_at;
};

struct progress;

struct walk {
	struct transfer *transfer;
	unsigned page_size; /* of the first walk */
	unsigned ahead;     /* answers asked for and not taken */
	/* Count only: where the server tells a total, no rows are read, and
	 * stats.rows is that total. */
	bool is_counting;
	walk_row *row;
	void *context;
	struct progress *progress; /* NULL: nobody looks */
	/* Rows outside [from_ms, to_ms) are left out; 0 and INT64_MAX. For
	 * logs only. */
	int64_t from_ms, to_ms;
	struct seen seen; /* of the list under way */
	/* Of a log: every row from `reached_ms` on was given on, so that a run
	 * that failed can go on before it; INT64_MAX: none was. It stands
	 * still while rows come in no order (is_torn). */
	int64_t reached_ms;
	bool is_torn;
	/* The path of the list under way, or of lists of its kind, is there:
	 * the caller knows, or the first answer showed it. */
	bool is_known;
	struct seen *part; /* counts the rows of a part as well, or NULL */
	struct walk_values *values; /* collected, or NULL */
	struct walk_stats stats;    /* of the list under way */
	struct page problem;        /* of the last WALK_ABSENT */
};

enum { WALK_PAGE_SIZE = 100, WALK_MAX_WALKS = 8, WALK_MAX_VALUES = 1000 };

/* The page size of the `index`th walk, from 0: rows that hide between pages
 * of one size show between those of another. */
unsigned walk_page_size(const struct walk *w, unsigned index);

/* The server's page, found at most `page_size` rows to a page. Appends to an
 * encoded query: "a=b" becomes "a=b&page=2&page_size=100". */
void walk_page_query(struct buf *query, const char *base, uint64_t page,
    unsigned page_size);

/* Asks for what walk_read needs first, so that the answer is there when its
 * turn comes. NULL with STATUS_OK in `why` where nothing can be asked ahead. */
struct ticket *walk_ask(struct walk *w, const struct walk_list *list,
    struct fail *why);

/* Reads the list; takes the ticket, which may be NULL. After WALK_ABSENT the
 * server's answer is in w->problem until the next call. */
ATTR_NODISCARD
enum walk_result walk_read(struct walk *w, const struct walk_list *list,
    struct ticket *first, struct fail *why);

/* For the modules that walk in their own way. */

/* As transfer_take, for the list under way; NULL is a ticket that `why` says
 * why there is none. */
ATTR_NODISCARD
int walk_take(struct walk *w, struct ticket *ticket, struct page *page,
    struct fail *why);

/* Tells the progress how many records the list has, if the page says so and
 * the list is one of its kind. */
void walk_expect(struct walk *w, const struct walk_list *list,
    const struct page *page);

/* The list's rows in the page: their array, or its own only record; NULL and
 * `why` if the answer has another shape. */
const struct json_node *walk_rows(const struct walk_list *list,
    const struct page *page, struct fail *why);

/* The record's createdAt; INT64_MIN: it has none, or one outside of the years 0
 * to 9999. */
int64_t walk_created_ms(const struct json_node *nodes, size_t object);

/* `member` is borrowed; see struct walk_values. */
void walk_values_init(struct walk_values *v, const char *member);
void walk_values_free(struct walk_values *v);

/* Gives all new rows of a page to the row function. */
ATTR_NODISCARD
enum walk_result walk_take_rows(struct walk *w, const struct walk_list *list,
    const struct page *page, struct fail *why);

/* For `jobs` requests at once it asks for twice as many: one that is late does
 * not keep the others from being followed by more. */
void walk_init(struct walk *w, struct transfer *transfer, unsigned jobs);
void walk_free(struct walk *w);

#endif
