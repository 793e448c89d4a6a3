/* SPDX-License-Identifier: ISC */
/*
 * Any command line for a program's opts_parse: it ends with one of its three
 * results, a fault is misuse, told in one line, and argv is as it was. What is
 * accepted is accepted with `-- a b` behind it, too, as far as operands go.
 * Included by the targets of the three programs, behind their opts.h.
 *
 * Words end at a newline. Words with a '/' are left out: options name files.
 */
#ifndef ARGV_H
#define ARGV_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { WORDS_MAX = 64, TEXT_MAX = 1 << 16 };

/* Help and completions go to standard output. */
static inline void
silence(void)
{
	static bool is_silent;

	if (!is_silent && !freopen("/dev/null", "w", stdout))
		abort();
	is_silent = true;
}

/* Cuts the input into words; returns how many there are with the program's
 * name. */
static inline int
cut_words(char *text, const unsigned char *data, size_t size, char **argv)
{
	static char name[] = "program";
	int argc = 0;

	if (size >= TEXT_MAX)
		size = TEXT_MAX - 1;
	memcpy(text, data, size);
	text[size] = '\0';
	argv[argc++] = name;
	for (char *word = text; *word && argc < WORDS_MAX;) {
		size_t len = strcspn(word, "\n");
		bool is_last = word[len] == '\0';

		word[len] = '\0';
		if (!strchr(word, '/'))
			argv[argc++] = word;
		word += len + !is_last;
	}
	argv[argc] = NULL;
	return argc;
}

static inline void
check_fault(const struct fail *why)
{
	assert(why->status == STATUS_USAGE || why->status == STATUS_LOCAL);
	assert(
	    why->text[0] != '\0' && memchr(why->text, '\0', sizeof(why->text)));
	for (const char *c = why->text; *c; c++)
		assert((unsigned char)*c >= ' ' && *c != 0x7F);
}

/* Parses once; leaves the options in `o`, which the caller frees. */
static inline enum opt_result
parse_words(struct opts *o, int argc, char **argv)
{
	struct fail why = {0};
	enum opt_result result = opts_parse(o, argc, argv, &why);

	assert(result == OPT_RUN || result == OPT_DONE || result == OPT_BAD);
	if (result == OPT_BAD)
		check_fault(&why);
	return result;
}

#endif
