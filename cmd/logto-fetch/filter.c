/* SPDX-License-Identifier: ISC */
/*
 * libjq, and what it takes to use it on other people's records: numbers that
 * it would round, programs that reach for a terminal, a file or the
 * environment, and its habit of calling abort().
 *
 * All jv functions but those that say otherwise take their arguments; hence
 * the copies.
 */
#include "filter.h"

#include "bounds.h"
#include "buf.h"
#include "child.h"
#include "json.h"
#include "mem.h"
#include "msg.h"
#include "settings.h"
#include "stop.h"

#include <assert.h>
#include <jq.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

struct filter {
	jq_state *jq;
	struct json *json;
	const char *const *left_out;
	struct buf output, doubt; /* scratch */
	char **environment;       /* what a program may see */
	char complaint[BOUND_MESSAGE_BYTES];
	bool is_dead; /* abort() was called in libjq: touch it no more */
};

/* libjq calls abort() for some programs (`1e18|todate`). That must end the
 * run with a message. A handler has no argument, so the way out is kept at
 * file scope; it is open only while libjq runs. */
static sigjmp_buf way_out;
static volatile sig_atomic_t is_open;

static void
on_abort(int number)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	if (is_open) {
		is_open = 0;
		siglongjmp(way_out, 1);
	}
	(void)sigaction(number, &action, NULL);
}

/* Keeps the first complaint, without the prefix and the line breaks. */
static void
on_error(void *context, jv message)
{
	static const char prefix[] = "jq: error: ";
	struct filter *f = context;
	jv text = jq_format_error(message);

	if (jv_get_kind(text) == JV_KIND_STRING && !f->complaint[0]) {
		const char *from = jv_string_value(text);

		if (strncmp(from, prefix, sizeof(prefix) - 1) == 0)
			from += sizeof(prefix) - 1;
		(void)snprintf(f->complaint, sizeof(f->complaint), "%s", from);
		for (char *c = f->complaint; *c; c++)
			if (*c == '\n')
				*c = ' ';
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
	jv text = jv_dump_string(value, 0);

	(void)context;
	msg_note("--jq: %s", jv_string_value(text));
	jv_free(text);
}

/* Whether libjq gives the number back as it was: its shortest decimal form
 * has 15 digits at most, or it is a whole number that a double holds. */
static bool
is_kept_number(const struct json_node *node)
{
	static const int64_t LARGEST = INT64_C(1) << 53;
	size_t digits = 0, zeros = 0;

	if (node->kind == JSON_INTEGER)
		return node->integer >= -LARGEST && node->integer <= LARGEST;
	if (node->number > 1e290 || node->number < -1e290)
		return false;
	for (size_t i = 0; i < node->text_len; i++) {
		char c = node->text[i];

		if (c == 'e' || c == 'E')
			break;
		if (c == '0' && digits > 0)
			zeros++;
		if (c >= '1' && c <= '9') {
			digits += zeros + 1;
			zeros = 0;
		}
	}
	/* Near zero doubles have fewer digits. */
	return digits <= 15 &&
	    (digits == 0 || node->number > 1e-290 || node->number < -1e-290);
}

/* Puts `text` into f->doubt with another number for each that libjq would
 * change; false if there is none. */
static bool
make_doubt(struct filter *f, const struct json_node *nodes, size_t count,
    const char *text, size_t len)
{
	const char *at = text;

	buf_clear(&f->doubt);
	for (size_t i = 0; i < count; i++) {
		const struct json_node *node = &nodes[i];
		bool is_whole = node->kind == JSON_INTEGER ||
		    !memchr(node->text, '.', node->text_len);

		if ((node->kind != JSON_INTEGER && node->kind != JSON_NUMBER) ||
		    is_kept_number(node))
			continue;
		buf_append(&f->doubt, at, (size_t)(node->text - at));
		buf_add(&f->doubt, is_whole ? "7" : "7.5");
		at = node->text + node->text_len;
	}
	if (at == text)
		return false;
	buf_append(&f->doubt, at, (size_t)(text + len - at));
	return true;
}

/* Begins a run on a text; `input` gets the value, to be freed. */
static int
begin(struct filter *f, const char *text, size_t len, jv *input,
    struct fail *why)
{
	*input = jv_parse_sized(text, (int)len);
	if (!jv_is_valid(*input)) {
		jv message = jv_invalid_get_msg(*input);

		*input = jv_null();
		(void)fail_set(why, STATUS_DATA,
		    "libjq cannot read a record: %s",
		    jv_get_kind(message) == JV_KIND_STRING
			? jv_string_value(message)
			: "no reason given");
		jv_free(message);
		return -1;
	}
	jq_start(f->jq, jv_copy(*input), 0);
	return 0;
}

/* One step of libjq; false if it called abort(). */
static bool
step(struct filter *f, jv *value)
{
	char **kept = environ;

	if (sigsetjmp(way_out, 0) != 0) {
		environ = kept;
		f->is_dead = true;
		return false;
	}
	environ = f->environment;
	is_open = 1;
	*value = jq_next(f->jq);
	is_open = 0;
	environ = kept;
	return true;
}

/* The reason why there is no further value; 0 if the program is done. */
static int
judge_end(struct filter *f, jv end, struct fail *why)
{
	jv message = jv_invalid_get_msg(end);
	int result = 0;

	if (jq_halted(f->jq)) {
		result = fail_set(why, STATUS_USAGE,
		    "the --jq program halts, which would cut the stream off; "
		    "--limit ends it");
	} else if (jv_get_kind(message) == JV_KIND_STRING) {
		result = fail_set(why, STATUS_DATA,
		    "the --jq program fails on a record: %.300s",
		    jv_string_value(message));
	} else if (jv_get_kind(message) != JV_KIND_NULL &&
	    jv_is_valid(message)) {
		jv text = jv_dump_string(jv_copy(message), 0);

		result = fail_set(why, STATUS_DATA,
		    "the --jq program fails on a record: %.300s",
		    jv_string_value(text));
		jv_free(text);
	}
	jv_free(message);
	return result;
}

/* The next value: 1; 0 at the end; -1 for a failure. */
static int
next(struct filter *f, jv *value, struct fail *why)
{
	if (stop_is_requested())
		return stop_fail(why);
	if (!step(f, value))
		return fail_set(why, STATUS_DATA,
		    "libjq gave up on a record (abort); is a number in the "
		    "--jq program out of range?");
	if (jv_is_valid(*value))
		return 1;
	return judge_end(f, *value, why);
}

static bool
equals(jv a, jv b)
{
	return jv_identical(jv_copy(a), jv_copy(b)) ||
	    jv_equal(jv_copy(a), jv_copy(b));
}

/* Whether `input` is an object with just this member. */
static bool
has_member(jv input, jv key, jv value)
{
	bool result;
	jv member;

	if (jv_get_kind(input) != JV_KIND_OBJECT)
		return false;
	member = jv_object_get(jv_copy(input), jv_copy(key));
	result = jv_is_valid(member) && equals(member, value);
	jv_free(member);
	return result;
}

/* Whether two runs, whose inputs differ in doubtful numbers only, came to the
 * same: members that either took over from its own input aside. */
static bool
is_same_outcome(jv a, jv input_a, jv b, jv input_b)
{
	int members = 0;

	if (equals(a, input_a) || equals(b, input_b))
		return equals(a, input_a) && equals(b, input_b);
	if (jv_get_kind(a) != JV_KIND_OBJECT ||
	    jv_get_kind(b) != JV_KIND_OBJECT)
		return equals(a, b);
	for (int i = jv_object_iter(a); jv_object_iter_valid(a, i);
	     i = jv_object_iter_next(a, i), members++) {
		jv key = jv_object_iter_key(a, i);
		jv value = jv_object_iter_value(a, i);
		jv other = jv_object_get(jv_copy(b), jv_copy(key));
		bool is_same = jv_is_valid(other) &&
		    (equals(value, other) ||
			(has_member(input_a, key, value) &&
			    has_member(input_b, key, other)));

		jv_free(key);
		jv_free(value);
		jv_free(other);
		if (!is_same)
			return false;
	}
	return members == jv_object_length(jv_copy(b));
}

/* All values of a run as an array; `input` gets what they were made of. */
static int
collect(struct filter *f, const char *text, size_t len, jv *input, jv *values,
    struct fail *why)
{
	enum { MOST = 10000 };
	jv value = jv_null();
	int got;

	*values = jv_array();
	if (begin(f, text, len, input, why) != 0)
		return -1;
	while ((got = next(f, &value, why)) == 1) {
		*values = jv_array_append(*values, value);
		if (jv_array_length(jv_copy(*values)) > MOST)
			return fail_set(why, STATUS_DATA,
			    "the --jq program yields more than %d values from "
			    "a record whose numbers need care",
			    MOST);
	}
	return got;
}

/* Runs the program with other numbers in the place of those that libjq would
 * change: they must have no say in what comes out. */
static int
check_doubt(struct filter *f, const char *text, size_t len, struct fail *why)
{
	jv input_a = jv_null(), input_b = jv_null();
	jv a = jv_null(), b = jv_null();
	int result = collect(f, text, len, &input_a, &a, why);

	if (result == 0)
		result =
		    collect(f, f->doubt.data, f->doubt.len, &input_b, &b, why);
	if (result == 0) {
		int count = jv_array_length(jv_copy(a));
		bool is_same = count == jv_array_length(jv_copy(b));

		for (int i = 0; i < count && is_same; i++) {
			jv x = jv_array_get(jv_copy(a), i);
			jv y = jv_array_get(jv_copy(b), i);

			is_same = is_same_outcome(x, input_a, y, input_b);
			jv_free(x);
			jv_free(y);
		}
		if (!is_same)
			result = fail_set(why, STATUS_DATA,
			    "the --jq program uses a number that jq 1.6 would "
			    "round; leave members with more than 15 digits as "
			    "they are");
	}
	jv_free(input_a);
	jv_free(input_b);
	jv_free(a);
	jv_free(b);
	return result;
}

static bool
is_left_out(const struct filter *f, jv key)
{
	const char *const *name = f->left_out;

	while (name && *name && strcmp(*name, jv_string_value(key)) != 0)
		name++;
	return name && *name;
}

static void
add_value(struct buf *to, jv value)
{
	jv text = jv_dump_string(jv_copy(value), 0);

	buf_append(to, jv_string_value(text),
	    (size_t)jv_string_length_bytes(jv_copy(text)));
	jv_free(text);
}

/* Puts an object into f->output; members that are the input's own keep its
 * bytes. */
static void
write_object(struct filter *f, jv value, jv input,
    const struct json_node *nodes)
{
	buf_add_char(&f->output, '{');
	for (int i = jv_object_iter(value); jv_object_iter_valid(value, i);
	     i = jv_object_iter_next(value, i)) {
		jv key = jv_object_iter_key(value, i);
		jv member = jv_object_iter_value(value, i);
		const struct json_node *own = NULL;

		if (!is_left_out(f, key)) {
			if (f->output.len > 1)
				buf_add_char(&f->output, ',');
			add_value(&f->output, key);
			buf_add_char(&f->output, ':');
			if (has_member(input, key, member))
				own =
				    json_member(nodes, 0, jv_string_value(key));
			if (own)
				buf_append(&f->output, own->text,
				    own->text_len);
			else
				add_value(&f->output, member);
		}
		jv_free(key);
		jv_free(member);
	}
	buf_add_char(&f->output, '}');
}

/* Gives one value on. */
static int
give(struct filter *f, jv value, jv input, const struct json_node *nodes,
    filter_output *output, void *context, struct fail *why)
{
	if (equals(value, input))
		return output(context, true, NULL, 0, why);
	buf_clear(&f->output);
	if (jv_get_kind(value) == JV_KIND_OBJECT)
		write_object(f, value, input, nodes);
	else
		add_value(&f->output, value);
	if (buf_check(&f->output, "what --jq made of a record", why) != 0)
		return -1;
	(void)buf_reserve(&f->output, JSON_PADDING);
	return output(context, false, f->output.data, f->output.len, why);
}

int
filter_run(struct filter *f, const char *text, size_t len,
    filter_output *output, void *context, struct fail *why)
{
	const struct json_node *nodes;
	size_t count;
	jv input = jv_null(), value = jv_null();
	int result;

	if (json_parse(f->json, text, len, &nodes, &count, why) != 0)
		return -1;
	if (make_doubt(f, nodes, count, text, len) &&
	    check_doubt(f, text, len, why) != 0)
		return -1;
	result = begin(f, text, len, &input, why);
	while (result == 0 && (result = next(f, &value, why)) == 1) {
		result = give(f, value, input, nodes, output, context, why);
		jv_free(value);
		if (result != 0)
			break;
	}
	if (!f->is_dead)
		jv_free(input);
	return result;
}

/* Nothing is searched for modules, and there is no terminal to colour. */
static void
set_up(struct filter *f)
{
	struct sigaction action = {.sa_handler = on_abort,
	    .sa_flags = SA_NODEFER};

	jq_set_error_cb(f->jq, on_error, f);
	jq_set_input_cb(f->jq, on_input, f);
	jq_set_debug_cb(f->jq, on_debug, f);
	jq_set_attr(f->jq, jv_string("JQ_LIBRARY_PATH"), jv_array());
	jq_set_attr(f->jq, jv_string("JQ_ORIGIN"), jv_string("/"));
	jq_set_attr(f->jq, jv_string("PROGRAM_ORIGIN"), jv_string("/"));
	(void)sigaction(SIGABRT, &action, NULL);
}

static bool
compile(struct filter *f, const char *program)
{
	char **kept = environ;
	int compiled;

	if (sigsetjmp(way_out, 0) != 0) {
		environ = kept;
		f->is_dead = true;
		(void)snprintf(f->complaint, sizeof(f->complaint),
		    "libjq gave up on it (abort)");
		return false;
	}
	environ = f->environment;
	is_open = 1;
	compiled = jq_compile_args(f->jq, program, jv_object());
	is_open = 0;
	environ = kept;
	return compiled != 0;
}

struct filter *
filter_new(const char *program, const char *const *left_out, struct fail *why)
{
	struct filter *f = mem_alloc(1, sizeof(*f));

	f->left_out = left_out;
	f->json = json_new(BOUND_JSON_DEPTH);
	f->environment = child_environment(settings_secret_variables);
	buf_init(&f->output, BOUND_LINE_BYTES + JSON_PADDING);
	buf_init(&f->doubt, BOUND_LINE_BYTES);
	f->jq = jq_init();
	if (!f->jq) {
		(void)fail_set(why, STATUS_LOCAL, "cannot start libjq");
		filter_free(f);
		return NULL;
	}
	set_up(f);
	if (!compile(f, program)) {
		(void)fail_set(why, STATUS_USAGE, "--jq: %s",
		    f->complaint[0] ? f->complaint : "no jq program");
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
	/* After abort() its memory is in no state to be released. */
	if (f->jq && !f->is_dead)
		jq_teardown(&f->jq);
	json_free(f->json);
	buf_free(&f->output);
	buf_free(&f->doubt);
	free(f->environment);
	free(f);
}
