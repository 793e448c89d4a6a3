/* SPDX-License-Identifier: ISC */
/*
 * The option parser: each row is a command line, and what is left in the
 * struct after it, or the complaint.
 */
#include "opt.h"

#include "buf.h"
#include "tap.h"

#include <stdlib.h>

struct settings {
	bool quiet;
	unsigned verbose;
	const char *output;
	const char *follow;
	uint64_t jobs;
	int64_t wait_ms;
	struct opt_list types;
	unsigned mode;
};

#define AT(member) offsetof(struct settings, member)

static const struct opt table[] = {
    {'q', "quiet", NULL, OPT_FLAG, AT(quiet), "errors only", NULL, 0, 0},
    {'v', "verbose", NULL, OPT_COUNT, AT(verbose), NULL, NULL, 0, 0},
    {'o', "output", "FILE", OPT_STRING, AT(output), "write FILE", NULL, 0, 0},
    {'f', "follow", "SECONDS", OPT_MAYBE, AT(follow), NULL, NULL, 0, 0},
    {'j', "jobs", "N", OPT_U64, AT(jobs), NULL, NULL, 1, 64},
    {0, "rate", "N", OPT_U64, AT(jobs), NULL, NULL, 0, 0},
    {0, "wait", "TIME", OPT_DURATION, AT(wait_ms), NULL, NULL, 0, 0},
    {0, "type", "COL=TYPE", OPT_LIST, AT(types), NULL, NULL, 0, 0},
    {0, "mode", "MODE", OPT_CHOICE, AT(mode), NULL, "merge append", 0, 0},
};

static const struct opt_program program = {.name = "prog",
    .usage = "prog [options] FILE",
    .example = "prog x",
    .secret_hint = "use a file",
    .table = table,
    .count = sizeof(table) / sizeof(*table)};

static const struct {
	const char *words[8];
	const char *result, *why;
} cases[] = {
    {{NULL}, "", "nothing"},
    {{"a", "b"}, "[a][b]", "operands"},
    {{"-q"}, "quiet ", "a letter"},
    {{"--quiet"}, "quiet ", "a name"},
    {{"-vv", "--verbose"}, "verbose=3 ", "a count"},
    {{"-qv"}, "quiet verbose=1 ", "letters together"},
    {{"-o", "x"}, "output=x ", "a value apart"},
    {{"-ox"}, "output=x ", "a value joined"},
    {{"-qox"}, "quiet output=x ", "a value behind letters"},
    {{"-qo", "x"}, "quiet output=x ", "a value after letters"},
    {{"-o", "-q"}, "output=-q ", "a value that looks like an option"},
    {{"-o-"}, "output=- ", "a dash as a value"},
    {{"-o=x"}, "output==x ", "a letter's value is everything behind it"},
    {{"--output=x"}, "output=x ", "a name and a value"},
    {{"--output", "x"}, "output=x ", "a name, a value apart"},
    {{"--output="}, "output= ", "an empty value"},
    {{"--output", ""}, "output= ", "an empty value apart"},
    {{"--output=a=b"}, "output=a=b ", "a value with an equals sign"},
    {{"-o", "x", "-o", "y"}, "output=y ", "the last one wins"},
    {{"--follow"}, "follow= ", "an optional value left out"},
    {{"--follow=5"}, "follow=5 ", "an optional value given"},
    {{"--follow", "5"}, "follow= [5]", "what follows it is an operand"},
    {{"-f", "5"}, "follow= [5]", "so it is after the letter"},
    {{"-fq"}, "quiet follow= ", "a letter never has an optional value"},
    {{"-j", "4"}, "jobs=4 ", "a number"},
    {{"-j", "1"}, "jobs=1 ", "the smallest"},
    {{"-j", "64"}, "jobs=64 ", "the largest"},
    {{"--rate=18446744073709551615"}, "jobs=18446744073709551615 ",
	"a number without a limit"},
    {{"--wait=1.5s"}, "wait=1500 ", "a time"},
    {{"--type=a=b", "--type", "c"}, "type=a=b type=c ", "a list"},
    {{"--mode=append"}, "mode=1 ", "a choice"},
    {{"a", "-q", "b"}, "quiet [a][b]", "operands and options mix"},
    {{"-q", "--", "-v", "--"}, "quiet [-v][--]", "the end of the options"},
    {{"-"}, "[-]", "a dash is an operand"},
    {{""}, "[]", "so is an empty word"},
    {{"-x"}, "unknown option '-x'", "an unknown letter"},
    {{"-qx"}, "unknown option '-x'", "an unknown letter among others"},
    {{"--zzzz"}, "unknown option '--zzzz'", "an unknown name"},
    {{"--outptu"}, "unknown option '--outptu'; did you mean '--output'?",
	"a slip"},
    {{"--out"}, "unknown option '--out'; did you mean '--output'?",
	"an abbreviation is refused"},
    {{"--ou"}, "unknown option '--ou'", "too short to be a hint"},
    {{"--utput"}, "unknown option '--utput'; did you mean '--output'?",
	"a letter that is missing"},
    {{"--ooutput"}, "unknown option '--ooutput'; did you mean '--output'?",
	"a letter too many"},
    {{"--oputut"}, "unknown option '--oputut'; did you mean '--output'?",
	"two letters"},
    {{"--Quiet"}, "unknown option '--Quiet'; did you mean '--quiet'?",
	"a capital"},
    {{"--parallel=3"}, "unknown option '--parallel'; did you mean '--jobs'?",
	"another program's name"},
    {{"--token=x"},
	"unknown option '--token': no secret is given on the command line, "
	"where others can read it; use a file",
	"a secret"},
    {{"--=x"}, "unknown option '--'", "no name"},
    {{"-o"}, "-o needs a value: FILE", "a letter without its value"},
    {{"--output"}, "--output needs a value: FILE", "a name without its value"},
    {{"--quiet=1"}, "--quiet takes no value", "a value too many"},
    {{"--follow="},
	"--follow= was given no value; it may go without, but then without "
	"the '=' too",
	"an optional value that is empty"},
    {{"-j", "0"}, "--jobs takes a whole number from 1 to 64, not '0'",
	"a number below the range"},
    {{"-j65"}, "--jobs takes a whole number from 1 to 64, not '65'",
	"a number above it"},
    {{"-j", "-1"}, "--jobs takes a whole number from 1 to 64, not '-1'",
	"a negative one"},
    {{"-j4x"}, "--jobs takes a whole number from 1 to 64, not '4x'",
	"letters after it"},
    {{"--rate=x"}, "--rate takes a whole number from 0, not 'x'", "no number"},
    {{"--wait=5x"},
	"--wait takes a time such as 500ms, 30s, 15m, 6h or 7d, not '5x'",
	"no time"},
    {{"--mode=app"}, "--mode takes one of: merge append; not 'app'",
	"part of a choice"},
    {{"--mode="}, "--mode takes one of: merge append; not ''", "no choice"},
};

static void
show(struct buf *text, const struct settings *s, const struct opt_list *words)
{
	if (s->quiet)
		buf_add(text, "quiet ");
	if (s->verbose)
		buf_addf(text, "verbose=%u ", s->verbose);
	if (s->output)
		buf_addf(text, "output=%s ", s->output);
	if (s->follow)
		buf_addf(text, "follow=%s ", s->follow);
	if (s->jobs)
		buf_addf(text, "jobs=%llu ", (unsigned long long)s->jobs);
	if (s->wait_ms)
		buf_addf(text, "wait=%lld ", (long long)s->wait_ms);
	for (size_t i = 0; i < s->types.count; i++)
		buf_addf(text, "type=%s ", s->types.items[i]);
	if (s->mode)
		buf_addf(text, "mode=%u ", s->mode);
	for (size_t i = 0; i < words->count; i++)
		buf_addf(text, "[%s]", words->items[i]);
}

static void
check_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char words[8][64] = {"prog"};
		char *argv[9] = {words[0]};
		struct opt_list operands = {0};
		struct settings s = {0};
		struct fail why = {.text = ""};
		struct buf text;
		int argc = 1;

		for (; argc < 8 && cases[i].words[argc - 1]; argc++) {
			(void)snprintf(words[argc], sizeof(words[argc]), "%s",
			    cases[i].words[argc - 1]);
			argv[argc] = words[argc];
		}
		buf_init(&text, 1 << 10);
		if (opt_parse(&program, argc, argv, &s, &operands, &why) ==
		    OPT_RUN)
			show(&text, &s, &operands);
		else
			buf_add(&text, why.text);
		is(text.data, cases[i].result, cases[i].why);
		buf_free(&text);
		opt_list_free(&operands);
		opt_list_free(&s.types);
	}
}

static void
check_help(void)
{
	FILE *file = tmpfile();
	char line[256], all[4096] = "";
	int lines = 0;
	size_t longest = 0;

	if (!file) {
		ok(false, "a temporary file");
		return;
	}
	opt_print_help(&program, file);
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		size_t used = strlen(all);

		lines++;
		if (strlen(line) > longest)
			longest = strlen(line);
		(void)snprintf(all + used, sizeof(all) - used, "%s", line);
	}
	(void)fclose(file);
	ok(lines <= 24, "the help has at most 24 lines");
	ok(longest <= 81, "of at most 80 columns");
	is(all,
	    "usage: prog [options] FILE\n"
	    "e.g.   prog x\n"
	    "  -q, --quiet                errors only\n"
	    "  -o, --output=FILE          write FILE\n"
	    "also: -v, --verbose -f, --follow[=SECONDS] -j, --jobs=N --rate=N "
	    "--wait=TIME\n"
	    "      --type=COL=TYPE --mode=MODE\n"
	    "manual: man prog\n",
	    "and this text");
}

int
main(void)
{
	check_cases();
	check_help();
	return tap_done();
}
