/* SPDX-License-Identifier: ISC */
/*
 * Any command line of logto-token.
 */
#include "opts.h"

#include "argv.h"

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static char text[TEXT_MAX], end[] = "--", word[] = "a";
	char *argv[WORDS_MAX + 3], *before[WORDS_MAX + 3];
	int argc = cut_words(text, data, size, argv);
	enum opt_result result;
	struct opts o;

	silence();
	memcpy(before, argv, sizeof(argv));
	result = parse_words(&o, argc, argv);
	assert(memcmp(before, argv, (size_t)argc * sizeof(*argv)) == 0);
	if (result != OPT_RUN)
		return 0;
	assert(!o.without_cache || !o.cache_dir);
	assert(o.is_header + o.is_json + o.is_claims + o.is_check <= 1);
	assert(o.form <= FORM_CHECK && o.min_ttl_ms >= 0);
	assert(o.common.retries <= BOUND_RETRIES);
	/* It takes no operands, wherever they are. */
	argv[argc] = word;
	assert(parse_words(&o, argc + 1, argv) == OPT_BAD ||
	    strcmp(argv[argc - 1], "--") != 0);
	argv[argc] = end;
	argv[argc + 1] = word;
	assert(parse_words(&o, argc + 2, argv) == OPT_BAD);
	return 0;
}
