/* SPDX-License-Identifier: ISC */
/*
 * The option table of ndjson-to-sql.
 */
#include "opts.h"

#include "buf.h"
#include "completion.h"
#include "describe.h"
#include "mem.h"
#include "sink.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBER(name) offsetof(struct opts, name)

enum {
	DEPTH = 16, /* as deep as the records of a tenant go, and more */
	MAX_COLUMNS = 1000,
	BUSY_TIMEOUT_MS = 10000,
};

static const struct opt table[] = {
    {'t', "table", "NAME", OPT_STRING, MEMBER(table),
	"the table, instead of each record's _resource", NULL, 0, 0},
    {0, "schema", "NAME", OPT_STRING, MEMBER(schema), NULL, NULL, 0, 0},
    {'k', "key", "NAME", OPT_LIST, MEMBER(key),
	"a member of the key; may be repeated", NULL, 0, 0},
    {0, "merge", NULL, OPT_FLAG, MEMBER(is_merge),
	"update rows by key (default with a key)", NULL, 0, 0},
    {0, "append", NULL, OPT_FLAG, MEMBER(is_append),
	"add rows (default without a key)", NULL, 0, 0},
    {0, "replace", NULL, OPT_FLAG, MEMBER(is_replace), "empty the tables first",
	NULL, 0, 0},
    {0, "sync", NULL, OPT_FLAG, MEMBER(is_sync),
	"merge, then delete rows that did not come", NULL, 0, 0},
    {0, "history", NULL, OPT_FLAG, MEMBER(is_history),
	"keep each version of a row", NULL, 0, 0},
    {0, "rejects", "FILE", OPT_STRING, MEMBER(rejects),
	"put what cannot be loaded there and go on", NULL, 0, 0},
    {0, "type", "[TABLE.]COLUMN=TYPE", OPT_LIST, MEMBER(types), NULL, NULL, 0,
	0},
    {0, "types", "FILE", OPT_STRING, MEMBER(types_file), NULL, NULL, 0, 0},
    {0, "contract", "[PART=]WORD", OPT_LIST, MEMBER(contracts), NULL, NULL, 0,
	0},
    {0, "commit-every", "TIME", OPT_DURATION, MEMBER(commit_every_ms), NULL,
	NULL, 0, 0},
    {0, "stats", "text|json", OPT_CHOICE, MEMBER(stats), NULL, "text json", 0,
	0},
    {'d', "depth", "N", OPT_U64, MEMBER(depth), NULL, NULL, 0,
	RECORD_DEPTH_MAX},
    {0, "arrays", "tables|json", OPT_CHOICE, MEMBER(arrays), NULL,
	"tables json", 0, 0},
    {0, "max-columns", "N", OPT_U64, MEMBER(max_columns), NULL, NULL, 8, 2000},
    {0, "allow-empty", NULL, OPT_FLAG, MEMBER(allows_empty), NULL, NULL, 0, 0},
    {0, "accept-truncated", NULL, OPT_FLAG, MEMBER(accepts_truncated), NULL,
	NULL, 0, 0},
    {0, "gzip", NULL, OPT_FLAG, MEMBER(is_gzip), NULL, NULL, 0, 0},
    {0, "zstd", NULL, OPT_FLAG, MEMBER(is_zstd), NULL, NULL, 0, 0},
    {0, "partition", "COLUMN:UNIT", OPT_STRING, MEMBER(partition), NULL, NULL,
	0, 0},
    {0, "busy-timeout", "TIME", OPT_DURATION, MEMBER(busy_timeout_ms), NULL,
	NULL, 0, 0},
    {0, "libduckdb", "FILE", OPT_STRING, MEMBER(libduckdb), NULL, NULL, 0, 0},
    {'n', "dry-run", NULL, OPT_FLAG, MEMBER(is_dry),
	"print the DDL, change nothing", NULL, 0, 0},
    {0, "describe", "FORMAT", OPT_MAYBE, MEMBER(describe),
	"tell what TARGET holds, as text or json ...", NULL, 0, 0},
    {0, "last", "TABLE.COLUMN", OPT_STRING, MEMBER(last),
	"print the greatest value, for --since", NULL, 0, 0},
    {'q', "quiet", NULL, OPT_FLAG, MEMBER(is_quiet), "say errors only", NULL, 0,
	0},
    {'v', "verbose", NULL, OPT_COUNT, MEMBER(verbosity), "say what was done",
	NULL, 0, 0},
    {'h', "help", NULL, OPT_HELP, 0, "print this", NULL, 0, 0},
    {'V', "version", NULL, OPT_VERSION, 0, "print the version", NULL, 0, 0},
    {0, "completion", "bash|zsh|fish", OPT_COMPLETION, 0, NULL,
	COMPLETION_SHELLS, 0, 0},
};

/* What there is of the libraries of destinations. */
static void
print_version(FILE *to)
{
	const struct sink_options options = {.libduckdb = getenv("LIBDUCKDB")};
	struct buf text;

	buf_init(&text, BOUND_MESSAGE_BYTES);
	sink_add_versions(&options, &text);
	(void)fputs(text.data, to);
	buf_free(&text);
}

static const struct opt_program program = {
    .print_version = print_version,
    .name = "ndjson-to-sql",
    .usage = "ndjson-to-sql [OPTION]... TARGET [FILE]...",
    .example = "logto-fetch logs users | ndjson-to-sql out.db",
    .table = table,
    .count = sizeof(table) / sizeof(*table),
    .operands = "FILE",
    .print_completion = completion_print,
};

static int
choose_mode(struct opts *o, struct fail *why)
{
	const struct {
		const char *name;
		bool is_given;
		enum mode mode;
	} modes[] = {
	    {"merge", o->is_merge, MODE_MERGE},
	    {"append", o->is_append, MODE_APPEND},
	    {"replace", o->is_replace, MODE_REPLACE},
	    {"sync", o->is_sync, MODE_SYNC},
	    {"history", o->is_history, MODE_HISTORY},
	};
	const char *chosen = NULL;

	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		if (!modes[i].is_given)
			continue;
		/* A history may end what did not come. */
		if (chosen && !(o->is_sync && o->is_history))
			return fail_set(why, STATUS_USAGE,
			    "--%s and --%s do not go together", chosen,
			    modes[i].name);
		chosen = modes[i].name;
		o->mode = modes[i].mode;
	}
	if (o->is_gzip && o->is_zstd)
		return fail_set(why, STATUS_USAGE,
		    "--gzip and --zstd do not go together");
	if (o->commit_every_ms > 0 && (o->is_replace || o->is_sync))
		return fail_set(why, STATUS_USAGE,
		    "--commit-every and --%s do not go together: what did "
		    "not come is known at the end only",
		    o->is_sync ? "sync" : "replace");
	return 0;
}

/* The index of the word that is `text`, or `count`. */
static size_t
find_word(const char *const *words, size_t count, const char *text, size_t len)
{
	size_t i = 0;

	while (i < count &&
	    (strlen(words[i]) != len || strncmp(words[i], text, len) != 0))
		i++;
	return i;
}

/* Reads "[PART=]WORD[,...]". */
static int
read_contract(struct opts *o, const char *text, struct fail *why)
{
	static const char *const parts[] = {"tables", "columns", "types"};
	static const char *const words[] = {"evolve", "freeze", "discard-row",
	    "discard-value"};

	while (*text) {
		size_t len = strcspn(text, ","), part = CONTRACT_PARTS;
		const char *word = memchr(text, '=', len);
		size_t word_len = len, choice;

		if (word) {
			part = find_word(parts, CONTRACT_PARTS, text,
			    (size_t)(word - text));
			word_len = len - (size_t)(++word - text);
		}
		choice = find_word(words, 4, word ? word : text, word_len);
		if (choice == 4 || (word && part == CONTRACT_PARTS))
			return fail_set(why, STATUS_USAGE,
			    "--contract takes evolve, freeze, discard-row or "
			    "discard-value, alone or for a part: "
			    "tables=, columns=, types=; not '%.*s'",
			    (int)len, text);
		for (size_t i = 0; i < CONTRACT_PARTS; i++)
			if (!word || i == part)
				o->contract[i] = (enum contract)choice;
		text += len + (text[len] == ',');
	}
	return 0;
}

/* Reads "[TABLE.]COLUMN=TYPE", and cuts the text into these. */
static int
read_typing(struct opts *o, char *text, struct fail *why)
{
	char *equals = strrchr(text, '='), *dot;
	struct schema_typing typing = {0};

	if (!equals || equals == text ||
	    type_parse(equals + 1, strlen(equals + 1), &typing.type) != 0)
		return fail_set(why, STATUS_USAGE,
		    "--type takes [TABLE.]COLUMN=TYPE with one of bool, "
		    "bigint, double, decimal, timestamp, date, time, text, "
		    "json; not '%s'",
		    text);
	*equals = '\0';
	dot = strchr(text, '.');
	typing.column = dot ? dot + 1 : text;
	if (dot) {
		*dot = '\0';
		typing.table = text;
	}
	o->typings = mem_grow(o->typings, &o->typing_capacity,
	    o->typing_count + 1, sizeof(*o->typings));
	o->typings[o->typing_count++] = typing;
	return 0;
}

static int
read_file(struct buf *text, const char *path, struct fail *why)
{
	char chunk[4096];
	FILE *file = fopen(path, "re");
	size_t n;
	int result = 0;

	if (!file) {
		(void)fail_errno(why, "cannot read '%s'", path);
		why->status = STATUS_USAGE;
		return -1;
	}
	while (!text->is_overfull &&
	    (n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_append(text, chunk, n);
	if (ferror(file))
		result = fail_errno(why, "cannot read '%s'", path);
	(void)fclose(file);
	return result;
}

/* Puts the file of --types and the values of --type into one text, a line
 * each: what comes first counts, so --type goes first. */
static int
read_types(struct opts *o, struct fail *why)
{
	struct buf text;
	int result = 0;

	buf_init(&text, BOUND_CONFIG_BYTES);
	for (size_t i = 0; i < o->types.count; i++)
		buf_addf(&text, "%s\n", o->types.items[i]);
	if (o->types_file)
		result = read_file(&text, o->types_file, why);
	if (result == 0)
		result = buf_check(&text, "the list of types", why);
	o->types_text = buf_detach(&text);
	for (char *at = o->types_text; *at && result == 0;) {
		size_t len = strcspn(at, "\n");
		char *next = at + len + (at[len] == '\n');

		at[len] = '\0';
		if (*at && *at != '#')
			result = read_typing(o, at, why);
		at = next;
	}
	return result;
}

static int
read_lists(struct opts *o, struct fail *why)
{
	for (size_t i = 0; i < o->contracts.count; i++)
		if (read_contract(o, o->contracts.items[i], why) != 0)
			return -1;
	return read_types(o, why);
}

/* What --describe and --last go with: a target, and nothing to load. */
static int
check_question(struct opts *o, struct fail *why)
{
	const char *const formats[] = {DESCRIBE_FORMAT_LIST};
	const char *option = o->describe ? "--describe" : "--last";

	if (!o->describe && !o->last)
		return 0;
	if ((o->describe && o->last) || o->operands.count > 1)
		return fail_set(why, STATUS_USAGE,
		    "%s takes one TARGET and loads nothing%s", option,
		    o->describe ? "; a format is written --describe=json" : "");
	for (unsigned i = 0; o->describe && *o->describe; i++) {
		if (i == sizeof(formats) / sizeof(*formats))
			return fail_set(why, STATUS_USAGE,
			    "--describe takes one of: " DESCRIBE_FORMATS
			    "; not '%.100s'",
			    o->describe);
		o->describe_format = i;
		if (strcmp(formats[i], o->describe) == 0)
			break;
	}
	return 0;
}

enum opt_result
opts_parse(struct opts *o, int argc, char **argv, struct fail *why)
{
	enum opt_result result;

	*o = (struct opts){.depth = DEPTH,
	    .max_columns = MAX_COLUMNS,
	    .busy_timeout_ms = BUSY_TIMEOUT_MS,
	    .libduckdb = getenv("LIBDUCKDB")};
	result = opt_parse(&program, argc, argv, o, &o->operands, why);
	if (result == OPT_RUN && o->operands.count == 0) {
		(void)fail_set(why, STATUS_USAGE,
		    "no target; name a database, such as out.db");
		result = OPT_BAD;
	}
	if (result == OPT_RUN && o->table && !*o->table) {
		(void)fail_set(why, STATUS_USAGE,
		    "--table: a table needs a name");
		result = OPT_BAD;
	}
	if (result == OPT_RUN && o->schema && !*o->schema) {
		(void)fail_set(why, STATUS_USAGE,
		    "--schema: a schema needs a name");
		result = OPT_BAD;
	}
	if (result == OPT_RUN &&
	    (choose_mode(o, why) != 0 || check_question(o, why) != 0 ||
		read_lists(o, why) != 0))
		result = OPT_BAD;
	if (result != OPT_RUN)
		return result;
	o->target = o->operands.items[0];
	o->files.items = o->operands.items + 1;
	o->files.count = o->operands.count - 1;
	return OPT_RUN;
}

void
opts_free(struct opts *o)
{
	opt_list_free(&o->operands);
	opt_list_free(&o->key);
	opt_list_free(&o->types);
	opt_list_free(&o->contracts);
	free(o->typings);
	free(o->types_text);
}
