/* SPDX-License-Identifier: ISC */
/*
 * The sets of a merge: states by rowid (sqlite_seen.h), and the filter
 * (bloom.h).
 */
#include "bloom.h"
#include "sqlite_seen.h"
#include "tap.h"

static const int64_t rowids[] = {0, 1, 63, 64, 65, -1, INT64_MAX, INT64_MIN,
    (int64_t)1 << 26, (int64_t)5 << 26 | 3};

enum { ROWIDS = sizeof(rowids) / sizeof(*rowids) };

static enum sqlite_seen_state
state_of(size_t i)
{
	return (enum sqlite_seen_state)(i % 3 + 1);
}

static void
test_seen(void)
{
	struct sqlite_seen s = {0};
	bool good = true;

	is_int(sqlite_seen_get(&s, 7), SEEN_NOT, "nothing was seen");
	for (size_t i = 0; i < ROWIDS; i++)
		sqlite_seen_set(&s, rowids[i], state_of(i));
	for (size_t i = 0; i < ROWIDS; i++)
		good = good && sqlite_seen_get(&s, rowids[i]) == state_of(i);
	ok(good, "rowids of all kinds have their states");
	is_int(sqlite_seen_get(&s, 2), SEEN_NOT, "a neighbour was not seen");
	sqlite_seen_set(&s, 1, SEEN_UPDATED);
	is_int(sqlite_seen_get(&s, 1), SEEN_UPDATED, "a state changes");
	is_int(sqlite_seen_get(&s, 0), SEEN_INSERTED, "... alone");
	for (int64_t i = 0; i < 100000; i++)
		sqlite_seen_set(&s, i, SEEN_UNCHANGED);
	for (int64_t i = 0; i < 100000; i++)
		good = good && sqlite_seen_get(&s, i) == SEEN_UNCHANGED;
	good = good && sqlite_seen_get(&s, 100100) == SEEN_NOT;
	ok(good, "a hundred thousand");
	ok(s.capacity <= 8192, "... in a third of a byte each, or little more");
	good = sqlite_seen_get(&s, INT64_MIN) == state_of(7);
	ok(good, "growing forgets nothing");
	sqlite_seen_free(&s);
	is_int(sqlite_seen_get(&s, 1), SEEN_NOT, "freed, it is empty");
}

/* Well mixed numbers. */
static uint64_t
number(uint64_t i)
{
	i = (i + 1) * 0x9E3779B97F4A7C15u;
	i = (i ^ i >> 30) * 0xBF58476D1CE4E5B9u;
	i = (i ^ i >> 27) * 0x94D049BB133111EBu;
	return i ^ i >> 31;
}

static void
test_bloom(void)
{
	enum { MEMBERS = 50000 };
	struct bloom b = {0};
	size_t missing = 0, wrong = 0;

	ok(bloom_may_have(&b, 1), "without a filter anything may be there");
	bloom_init(&b, MEMBERS);
	ok(!bloom_may_have(&b, number(1)), "an empty one has nothing");
	for (uint64_t i = 0; i < MEMBERS; i++)
		bloom_add(&b, number(i));
	for (uint64_t i = 0; i < MEMBERS; i++)
		missing += !bloom_may_have(&b, number(i));
	for (uint64_t i = MEMBERS; i < 2 * MEMBERS; i++)
		wrong += bloom_may_have(&b, number(i));
	is_int((long long)missing, 0, "no member is forgotten");
	ok(wrong < MEMBERS / 50, "%zu of %d others are taken for members",
	    wrong, MEMBERS);
	bloom_free(&b);
	bloom_init(&b, UINT64_MAX / 16);
	ok(b.word_count * sizeof(uint64_t) <= BLOOM_BYTES_MAX,
	    "it does not grow without end");
	bloom_free(&b);
}

int
main(void)
{
	test_seen();
	test_bloom();
	return tap_done();
}
