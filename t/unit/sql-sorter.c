/* SPDX-License-Identifier: ISC */
/*
 * Sorting in bounded memory (sorter.h): whatever the bounds, what comes out
 * is what qsort would give, even where a read brings less than was asked for.
 */
#include "sorter.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t state = 1;

/* Not static: libc may declare pread as inline. */
size_t read_max = SIZE_MAX;

/* In the place of libc's. */
ssize_t
pread(int fd, void *to, size_t len, off_t at)
{
	if (lseek(fd, at, SEEK_SET) < 0)
		return -1;
	return read(fd, to, len < read_max ? len : read_max);
}

static size_t
chance(size_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(state >> 33) % below;
}

static size_t
make_string(unsigned char *to, size_t max, size_t letters)
{
	size_t len = 1 + chance(max);

	for (size_t i = 0; i < len; i++)
		to[i] = (unsigned char)(255 - chance(letters));
	return len;
}

static int
compare(const unsigned char *a, size_t a_len, const unsigned char *b,
    size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* A sum that does not depend on the order. */
static uint64_t
sum_of(const unsigned char *bytes, size_t len)
{
	uint64_t sum = len;

	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + bytes[i];
	return sum * sum;
}

/* Whether all strings come out in order, of two sorters that share memory. */
static bool
is_sorted(struct sorter *s, size_t count, uint64_t sum)
{
	unsigned char before[SORTER_STRING_MAX];
	const unsigned char *bytes;
	size_t before_len = 0, len;
	struct fail why;

	if (sorter_start(s, &why) != 0)
		return false;
	while (sorter_next(s, &bytes, &len, &why) == 1) {
		if (compare(before, before_len, bytes, len) > 0)
			return false;
		memcpy(before, bytes, len);
		before_len = len;
		sum -= sum_of(bytes, len);
		count--;
	}
	return count == 0 && sum == 0;
}

static bool
works(size_t count, size_t max, size_t letters, size_t max_bytes)
{
	struct sorter_space space;
	struct sorter sorters[2];
	uint64_t sums[2] = {0};
	struct fail why;
	bool good = true;

	sorter_space_init(&space, "sql-sorter", max_bytes);
	for (size_t i = 0; i < 2; i++)
		sorter_init(&sorters[i], &space);
	for (size_t i = 0; i < 2 * count && good; i++) {
		unsigned char bytes[SORTER_STRING_MAX];
		size_t len = make_string(bytes, max, letters);

		sums[i % 2] += sum_of(bytes, len);
		good = sorter_add(&sorters[i % 2], bytes, len, &why) == 0;
	}
	for (size_t i = 0; i < 2; i++)
		good = good && is_sorted(&sorters[i], count, sums[i]);
	for (size_t i = 0; i < 2; i++)
		sorter_free(&sorters[i]);
	good = good && space.bytes == 0;
	sorter_space_free(&space);
	return good;
}

int
main(void)
{
	char directory[] = "/tmp/sql-sorter.XXXXXX";

	if (!mkdtemp(directory) || chdir(directory) != 0)
		return 1;
	ok(works(0, 1, 2, 0), "nothing");
	ok(works(1, 20, 256, 0), "one string");
	ok(works(20000, 40, 256, 1 << 30), "in memory");
	ok(works(20000, 40, 2, 1 << 30), "... with strings that begin alike");
	ok(works(20000, 40, 256, 0), "in runs");
	ok(works(20000, 12, 2, 0), "... with strings that come often");
	ok(works(4000, SORTER_STRING_MAX, 3, 0), "... with long ones");
	ok(works(300000, 60, 256, 20 << 20), "in large runs");
	read_max = 7;
	ok(works(4000, 40, 256, 0), "in runs that are read bit by bit");
	ok(rmdir(directory) == 0, "no file is left");
	return tap_done();
}
