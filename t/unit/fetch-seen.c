/* SPDX-License-Identifier: ISC */
/* The set of seen keys: its mark, and its promise of 16 bytes a key. */
#include "seen.h"
#include "tap.h"

#include <sys/resource.h>

static void
add_numbers(struct seen *s, uint64_t from, uint64_t to, enum seen_result wanted,
    size_t *wrong)
{
	char key[32];

	for (uint64_t i = from; i < to; i++) {
		int len = snprintf(key, sizeof(key), "\"user%08llu\"",
		    (unsigned long long)i);

		*wrong += seen_add(s, key, (size_t)len) != wanted;
	}
}

static void
test_mark(void)
{
	struct seen s;

	seen_init(&s);
	ok(seen_add(&s, "a", 1) == SEEN_NEW, "a first time");
	ok(seen_add(&s, "a", 1) == SEEN_TWICE, "twice before a mark");
	ok(seen_add(&s, "", 0) == SEEN_NEW, "an empty key is a key");
	ok(seen_add(&s, "a\0b", 3) == SEEN_NEW, "a NUL does not end a key");
	is_int((long long)s.count, 3, "three keys");
	ok(seen_has(&s, "a", 1) && !seen_has(&s, "b", 1),
	    "a question adds nothing");
	is_int((long long)s.count, 3, "still three keys");
	is_int((long long)s.again, 0, "without a mark none is on both sides");
	seen_mark(&s);
	ok(seen_add(&s, "a", 1) == SEEN_AGAIN, "known from before the mark");
	ok(seen_add(&s, "a", 1) == SEEN_TWICE, "and twice since");
	ok(seen_add(&s, "z", 1) == SEEN_NEW, "new since the mark");
	is_int((long long)s.again, 1, "one key is on both sides");
	is_int((long long)s.count, 4, "four in all");
	seen_mark(&s);
	is_int((long long)s.again, 0, "none of another mark");
	ok(seen_add(&s, "z", 1) == SEEN_AGAIN, "what was new is old now");
	ok(seen_add(&s, "", 0) == SEEN_AGAIN, "and what is older as well");
	seen_clear(&s);
	ok(seen_add(&s, "a", 1) == SEEN_NEW, "forgotten after clear");
	is_int((long long)s.count, 1, "one key after clear");
	for (int i = 0; i < SEEN_MAX_MARKS; i++)
		seen_mark(&s);
	ok(seen_add(&s, "a", 1) == SEEN_AGAIN, "the last mark still tells");
	seen_free(&s);
	seen_free(&s);
}

/* What the set holds for its keys. */
static size_t
bytes_of(const struct seen *s)
{
	size_t slots = 0;

	for (size_t i = 0; i < SEEN_SHARDS; i++)
		slots += s->shards[i].capacity;
	return slots * sizeof(struct seen_slot);
}

/* Whatever the number of keys, once there are some. */
static void
test_size(void)
{
	enum { MOST = 1000 * 1000 };
	struct seen s;
	size_t wrong = 0;
	double worst = 0;

	seen_init(&s);
	for (uint64_t n = 0; n < MOST; n += 20000) {
		double each;

		add_numbers(&s, n, n + 20000, SEEN_NEW, &wrong);
		each = (double)bytes_of(&s) / (double)s.count;
		if (each > worst)
			worst = each;
	}
	is_int((long long)wrong, 0, "a million distinct keys are distinct");
	ok(worst <= 16, "at most 16 bytes a key at any size (%.1f)", worst);
	add_numbers(&s, 0, MOST, SEEN_TWICE, &wrong);
	seen_mark(&s);
	add_numbers(&s, 0, MOST, SEEN_AGAIN, &wrong);
	is_int((long long)wrong, 0, "and all of them are found again");
	is_int((long long)s.again, MOST, "each counts once since the mark");
	seen_clear(&s);
	ok(bytes_of(&s) == 0, "a large set is given back");
	seen_free(&s);
}

/* What the manual promises, measured: the process, not only the slots. It goes
 * first, because the peak is that of the whole process. */
static void
test_memory(void)
{
	enum { MOST = 5 * 1000 * 1000, MB = 1000 * 1000 };
	struct rusage usage;
	struct seen s;
	size_t wrong = 0;

	seen_init(&s);
	add_numbers(&s, 0, MOST, SEEN_NEW, &wrong);
	is_int((long long)wrong, 0, "5 million distinct keys are distinct");
	ok(bytes_of(&s) <= 80 * MB, "they take 80 MB at most (%zu bytes)",
	    bytes_of(&s));
	(void)getrusage(RUSAGE_SELF, &usage);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
	ok(usage.ru_maxrss * 1024 < 100 * MB,
	    "the process less than 100 MB at its peak (%ld KiB)",
	    usage.ru_maxrss);
#endif
	seen_free(&s);
}

int
main(void)
{
	test_memory();
	test_mark();
	test_size();
	return tap_done();
}
