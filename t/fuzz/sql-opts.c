/* SPDX-License-Identifier: ISC */
/*
 * Any command line of ndjson-to-sql.
 */
#include "opts.h"

#include "argv.h"

#include "type.h"

static void
check(const struct opts *o)
{
	assert(o->target == o->operands.items[0]);
	assert(o->files.count == o->operands.count - 1);
	assert(o->depth <= RECORD_DEPTH_MAX);
	assert(o->max_columns >= 8 && o->max_columns <= 2000);
	assert(o->arrays <= 1 && o->stats <= 2 && o->busy_timeout_ms >= 0);
	assert(!o->is_gzip || !o->is_zstd);
	assert(!o->table || *o->table);
	for (size_t i = 0; i < CONTRACT_PARTS; i++)
		assert(o->contract[i] <= CONTRACT_DISCARD_VALUE);
	for (size_t i = 0; i < o->typing_count; i++)
		assert(o->typings[i].column &&
		    o->typings[i].type > TYPE_UNKNOWN &&
		    o->typings[i].type < TYPE_COUNT);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static char text[TEXT_MAX], end[] = "--", word[] = "--x";
	char *argv[WORDS_MAX + 3], *before[WORDS_MAX + 3];
	int argc = cut_words(text, data, size, argv);
	enum opt_result result, more;
	struct opts o, longer;

	silence();
	memcpy(before, argv, sizeof(argv));
	result = parse_words(&o, argc, argv);
	assert(memcmp(before, argv, (size_t)argc * sizeof(*argv)) == 0);
	if (result == OPT_RUN)
		check(&o);
	argv[argc] = end;
	argv[argc + 1] = word;
	more = parse_words(&longer, argc + 2, argv);
	/* A question takes one target. */
	if (result == OPT_RUN && !o.describe && !o.last) {
		assert(more == OPT_RUN);
		assert(longer.files.count >= o.files.count + 1);
		assert(strcmp(longer.target, o.target) == 0);
		assert(longer.mode == o.mode && longer.depth == o.depth &&
		    longer.typing_count == o.typing_count);
	}
	opts_free(&longer);
	opts_free(&o);
	return 0;
}
