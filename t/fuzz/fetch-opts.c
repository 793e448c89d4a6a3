/* SPDX-License-Identifier: ISC */
/*
 * Any command line of logto-fetch.
 */
#include "opts.h"

#include "argv.h"

static void
check(const struct opts *o, char **argv, int argc)
{
	assert(o->jobs >= 1 && o->jobs <= OPTS_MAX_JOBS);
	assert(o->page_size >= 1 && o->page_size <= 100);
	assert(o->rate <= 1000000 || o->rate == RATE_BY_TENANT);
	assert(o->interval_ms >= 100 && o->overlap_ms >= 0);
	assert(o->operands.count > 0 || o->all || o->is_list);
	assert(o->operands.count == 0 || !o->all);
	assert(!o->follow || !(o->until || o->limit || o->is_count));
	/* Operands are words of the command line, in their order. */
	for (size_t i = 0, at = 1; i < o->operands.count; i++) {
		while (at < (size_t)argc && argv[at] != o->operands.items[i])
			at++;
		assert(at++ < (size_t)argc);
	}
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
		check(&o, argv, argc);
	argv[argc] = end;
	argv[argc + 1] = word;
	more = parse_words(&longer, argc + 2, argv);
	if (result == OPT_RUN && !o.all) {
		assert(more == OPT_RUN);
		assert(longer.operands.count >= o.operands.count + 1);
		assert(longer.jobs == o.jobs && longer.limit == o.limit &&
		    longer.since == o.since && longer.jq == o.jq);
	}
	opts_free(&longer);
	opts_free(&o);
	return 0;
}
