/* SPDX-License-Identifier: ISC */
/*
 * Programs of libjq: compiled, and run on a record.
 *
 * All jv functions but those that say otherwise take their arguments; hence
 * the copies.
 */
#include "filter.h"

#include "bounds.h"
#include "buf.h"
#include "jqvalue.h"
#include "mem.h"
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct filter {
	jq_state *jq;
	struct jqvalue value;
	struct filter_events events;
	const char *const *left_out;
	char complaint[BOUND_MESSAGE_BYTES];
};

/* Gives one value on. */
static int
give(struct filter *f, jv value, jv record, struct fail *why)
{
	struct buf *output = &f->value.output;
	int result;

	if (jv_identical(jv_copy(value), jv_copy(record))) {
		f->events.value(f->events.context, true, NULL, 0);
		return 0;
	}
	buf_clear(output);
	if (jv_get_kind(value) == JV_KIND_OBJECT)
		result = jqvalue_write_record(&f->value, value, record,
		    f->left_out, why);
	else if (f->left_out)
		return fail_set(why, STATUS_DATA,
		    "the --jq program yields a value that is no object, and "
		    "so no record; --raw writes it as it is");
	else
		result = jqvalue_write(&f->value, value, why);
	if (result != 0 ||
	    buf_check(output, "what --jq made of a record", why) != 0)
		return -1;
	f->events.value(f->events.context, false, output->data, output->len);
	return 0;
}

/* The reason why there is no further value; 0 if the program is done. */
static int
judge_end(struct filter *f, jv end, struct fail *why)
{
	jv message = jv_invalid_get_msg(end);
	struct fail ignored;
	const char *text = NULL;
	int result = 0;

	if (jv_get_kind(message) == JV_KIND_STRING) {
		text = jv_string_value(message);
		/* What `input` says at the end, and `inputs` waits for. */
		if (strcmp(text, "break") == 0)
			text = "it asks for input, and there is one record at "
			       "a time";
	} else if (jv_get_kind(message) != JV_KIND_NULL) {
		buf_clear(&f->value.output);
		if (jqvalue_write(&f->value, message, &ignored) != 0)
			buf_add(&f->value.output, " ...");
		text = f->value.output.data;
	}
	if (jq_halted(f->jq))
		result = fail_set(why, STATUS_USAGE,
		    "the --jq program halts, which would cut the stream off; "
		    "--limit ends it");
	else if (text)
		result = fail_set(why, STATUS_DATA,
		    "the --jq program fails: %.300s", text);
	jv_free(message);
	return result;
}

/* Gives on what comes out of the record. */
static int
run(struct filter *f, jv record, bool (*is_wanted)(void *), struct fail *why)
{
	int result = 0;

	jq_start(f->jq, jv_copy(record), 0);
	while (result == 0 && is_wanted(f->events.context)) {
		jv value;

		jqvalue_watch(&f->value);
		value = jq_next(f->jq);
		result = jqvalue_check(&f->value, why);
		if (result == 0 && !jv_is_valid(value))
			return judge_end(f, value, why);
		if (result == 0)
			result = give(f, value, record, why);
		jv_free(value);
	}
	return result;
}

int
filter_run(struct filter *f, const char *text, size_t len,
    bool (*is_wanted)(void *), struct fail *why)
{
	jv record;
	int result;

	if (jqvalue_read(&f->value, text, len, &record, why) != 0)
		return -1;
	result = run(f, record, is_wanted, why);
	jv_free(record);
	return result;
}

/* --- compiling */

/* Keeps the first complaint, without the prefix and the line breaks. */
static void
on_error(void *context, jv message)
{
	static const char prefix[] = "jq: error: ";
	struct filter *f = context;
	char *end = f->complaint;
	jv text = jq_format_error(message);

	if (jv_get_kind(text) == JV_KIND_STRING && !f->complaint[0]) {
		const char *from = jv_string_value(text);

		if (strncmp(from, prefix, sizeof(prefix) - 1) == 0)
			from += sizeof(prefix) - 1;
		(void)snprintf(f->complaint, sizeof(f->complaint), "%s", from);
		for (char *c = f->complaint; *c; c++) {
			if (*c == '\n')
				*c = ' ';
			if (*c != ' ')
				end = c + 1;
		}
		*end = '\0'; /* libjq fills up with blanks */
	}
	jv_free(text);
}

/* `input`: there is one record at a time. */
static jv
on_input(jq_state *jq, void *context)
{
	(void)jq;
	(void)context;
	return jv_invalid();
}

static void
on_debug(void *context, jv value)
{
	struct filter *f = context;
	struct fail why;

	buf_clear(&f->value.output);
	if (jqvalue_write(&f->value, value, &why) != 0)
		buf_add(&f->value.output, " ...");
	f->events.note(f->events.context, f->value.output.data,
	    f->value.output.len);
	jv_free(value);
}

/* Compiles with a new state; nothing is searched for modules. */
static bool
compile(struct filter *f, const char *program)
{
	f->jq = jq_init();
	if (!f->jq)
		return false;
	jq_set_error_cb(f->jq, on_error, f);
	jq_set_input_cb(f->jq, on_input, f);
	jq_set_debug_cb(f->jq, on_debug, f);
	jq_set_nomem_handler(f->jq, f->events.exhausted, f->events.context);
	jq_set_attr(f->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	jq_set_attr(f->jq, jv_string("JQ_ORIGIN"), jv_string("/"));
	jq_set_attr(f->jq, jv_string("PROGRAM_ORIGIN"), jv_string("/"));
	if (jq_compile_args(f->jq, program, jv_object()))
		return true;
	jq_teardown(&f->jq);
	return false;
}

/*
 * What stands before a program that uses one of these words. A word of jq's
 * that is defined anew still means the old one in the definition before it.
 */

/* In 1.6 `error(null)` is `empty`: records would be lost in silence. */
static const char ERROR[] =
    "def __error: error; def error: if . == null then"
    " \"null (null) is no message\" | __error else __error end;"
    " def error(f): f | error;";
/* libjq's own writes to standard error by itself. */
static const char STDERR[] = "def stderr: debug;";
/* Numbers that a program reads out of strings must be kept as well. */
static const char KEPT[] =
    "def __digits: tostring | ascii_downcase | (split(\"e\")[0] // \"\") |"
    " [explode[] | select(. > 47 and . < 58)] | implode |"
    " until(startswith(\"0\") | not; .[1:]) |"
    " until(endswith(\"0\") | not; .[:-1]);"
    " def __rounded: \"jq 1.6 would round a number in \" + tojson | error;";
static const char TONUMBER[] =
    "def __tonumber: tonumber; def tonumber: . as $text | __tonumber |"
    " if __digits == ($text | __digits) then . else $text | __rounded end;";
static const char FROMJSON[] =
    "def __fromjson: fromjson; def fromjson: . as $text | __fromjson |"
    " if [.. | numbers | __digits] == [$text |"
    " scan(\"\\\"(?:[^\\\"\\\\\\\\]|\\\\\\\\.)*\\\"|[-+.0-9eE]+\") |"
    " select(test(\"^[^\\\"]*[0-9]\")) | __digits]"
    " then . else $text | __rounded end;";

static int
compile_program(struct filter *f, const char *program, struct fail *why)
{
	struct program p;
	struct buf text;
	bool is_compiled;

	if (program_scan(&p, program, why) != 0)
		return -1;
	buf_init(&text, BOUND_CONFIG_BYTES);
	if (p.has_error)
		buf_add(&text, ERROR);
	if (p.has_stderr)
		buf_add(&text, STDERR);
	if (p.has_tonumber || p.has_fromjson)
		buf_add(&text, KEPT);
	if (p.has_tonumber)
		buf_add(&text, TONUMBER);
	if (p.has_fromjson)
		buf_add(&text, FROMJSON);
	buf_add(&text, program);
	is_compiled = !text.is_overfull && compile(f, text.data);
	buf_free(&text);
	if (is_compiled)
		return 0;
	/* Again without, for a complaint about what the user wrote. */
	f->complaint[0] = '\0';
	(void)compile(f, program);
	return fail_set(why, STATUS_USAGE, "--jq: %s",
	    f->complaint[0] ? f->complaint : "no jq program");
}

struct filter *
filter_new(const char *program, const char *const *left_out,
    const struct filter_events *events, struct fail *why)
{
	struct filter *f = mem_alloc(1, sizeof(*f));

	f->events = *events;
	f->left_out = left_out;
	jqvalue_init(&f->value);
	if (compile_program(f, program, why) != 0) {
		filter_free(f);
		return NULL;
	}
	return f;
}

void
filter_free(struct filter *f)
{
	if (!f)
		return;
	if (f->jq)
		jq_teardown(&f->jq);
	jqvalue_free(&f->value);
	free(f);
}
