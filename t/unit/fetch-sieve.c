/* SPDX-License-Identifier: ISC */
/* Records through the process of --jq: order, batches, limits, failures. */
#include "sieve.h"

#include "buf.h"
#include "mem.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* What comes out: values with a blank behind each, `same` for a record that
 * is left alone; and when enough came, or one too many. */
struct got {
	struct buf text;
	size_t values, bytes, stop_at, fail_at;
};

static int
take(void *context, bool is_same, const char *text, size_t len,
    struct fail *why)
{
	struct got *got = context;

	got->values++;
	got->bytes += len;
	if (got->values == got->fail_at)
		return fail_set(why, STATUS_LOCAL, "no room");
	if (len < 100)
		buf_addf(&got->text, "%s%.*s ", is_same ? "=" : "", (int)len,
		    text);
	return got->values == got->stop_at;
}

static struct got got;
static struct fail why;

/* Starts it anew; the program is right. */
static struct sieve *
start(const char *program)
{
	struct sieve *s;

	got = (struct got){0};
	buf_init(&got.text, 1 << 20);
	s = sieve_start(program, NULL, take, &got, &why);
	if (!s || sieve_wait(s, &why) != 0) {
		ok(false, "%s: %s", program, why.text);
		exit(1);
	}
	return s;
}

static int
put(struct sieve *s, const char *text)
{
	return sieve_put(s, text, strlen(text), &why);
}

static void
end(struct sieve *s)
{
	sieve_free(s);
	buf_free(&got.text);
}

static void
test_order(void)
{
	struct sieve *s = start("if .n == 2 then empty else ., .n end");

	for (int i = 0; i < 3; i++) {
		is_int((long long)sieve_pending(s), i, "records in it");
		is_int(put(s,
			   i == 0       ? "{\"n\":1}"
			       : i == 1 ? "{\"n\":2}"
					: "{\"n\":3}"),
		    0, "a record");
	}
	is(got.text.data ? got.text.data : "", "", "a batch is collected");
	is_int(sieve_drain(s, &why), 0, "all of them");
	is(got.text.data, "={\"n\":1} 1 ={\"n\":3} 3 ", "in order");
	is_int((long long)sieve_pending(s), 0, "none is left");
	is_int(sieve_drain(s, &why), 0, "nothing to wait for");
	is_int(put(s, "{\"n\":4}"), 0, "one more");
	is_int(sieve_drain(s, &why), 0, "is a batch of its own");
	is(got.text.data, "={\"n\":1} 1 ={\"n\":3} 3 ={\"n\":4} 4 ",
	    "behind it");
	end(s);
}

/* Batches, and records that no pipe holds. */
static void
test_much(void)
{
	enum { COUNT = 20000, LARGE = 3 << 20 };
	struct sieve *s = start(".");
	char *large = mem_alloc(LARGE, 1);
	int wrong = 0;

	for (int i = 0; i < COUNT; i++)
		wrong += put(s, "{\"id\":\"0123456789\",\"n\":1}") != 0;
	ok(got.values > 0 && sieve_pending(s) < COUNT,
	    "what is full goes, while more comes");
	memset(large, 'x', LARGE);
	large[0] = large[LARGE - 1] = '"';
	for (int i = 0; i < 3; i++)
		wrong += sieve_put(s, large, LARGE, &why) != 0;
	wrong += sieve_drain(s, &why) != 0;
	is_int(wrong, 0, "many records and large ones");
	is_int((long long)got.values, COUNT + 3, "all come out");
	is_int((long long)got.bytes, COUNT * 25LL + 3 * LARGE,
	    "with all their bytes");
	free(large);
	end(s);
}

static void
test_enough(void)
{
	struct sieve *s = start(".n, .n");

	got.stop_at = 3;
	is_int(put(s, "{\"n\":1}"), 0, "a record");
	is_int(put(s, "{\"n\":2}"), 0, "another");
	is_int(put(s, "{\"n\":3}"), 0, "a third");
	is_int(sieve_drain(s, &why), 1, "enough came");
	is(got.text.data, "1 1 2 ", "and no more than that");
	is_int((long long)sieve_pending(s), 0, "the rest is dropped");
	is_int(put(s, "{\"n\":4}"), 0, "a record of the next part");
	is_int(sieve_drain(s, &why), 0, "is wanted");
	is(got.text.data, "1 1 2 4 4 ", "and comes");
	end(s);
	/* What was collected behind it is dropped with it. */
	s = start(".n");
	got.stop_at = 1;
	for (int i = 0; i < 20000; i++)
		if (put(s, "{\"n\":1,\"id\":\"0123456789\"}") == 1)
			break;
	is_int((long long)got.values, 1, "enough while more is put in");
	is_int(sieve_drain(s, &why), 0, "of which nothing is left");
	is_int((long long)got.values, 1, "so nothing comes");
	end(s);
	/* A failure over what nobody wants is none. */
	s = start("if .n == 2 then error(\"x\") else .n end");
	got.stop_at = 1;
	is_int(put(s, "{\"n\":1}"), 0, "the last one that is wanted");
	is_int(put(s, "{\"n\":2}"), 0, "one that would fail");
	is_int(sieve_drain(s, &why), 1, "is not tried, or not told");
	end(s);
}

static const struct {
	const char *program, *record, *message, *name;
	enum status status;
} failures[] = {
    {"error(\"x\")", "{\"id\":\"a\"}",
	"record \"a\": the --jq program fails: x", "the id", STATUS_DATA},
    {"error(\"x\")", "{\"n\":\"a\"}", "a record: the --jq program fails: x",
	"no id", STATUS_DATA},
    {"error(\"x\")", "{\"_key\":[\"k\"],\"id\":\"a\",\"k\":7}",
	"record 7: the --jq program fails: x", "a key", STATUS_DATA},
    {"error(\"x\")", "{\"_key\":[[\"o\",\"k\"],\"id\"],\"o\":{\"k\":7}}",
	"record 7: the --jq program fails: x", "a key inside", STATUS_DATA},
    {"error(\"x\")", "{\"_key\":[[\"o\",\"k\"]],\"o\":7}",
	"a record: the --jq program fails: x", "a key in no object",
	STATUS_DATA},
    {"error(\"x\")", "{\"_key\":[[\"o\",\"k\"]],\"o\":{}}",
	"a record: the --jq program fails: x", "a key that is missing",
	STATUS_DATA},
    {"error(\"x\")", "{\"_key\":[],\"id\":\"a\"}",
	"a record: the --jq program fails: x", "a key of nothing", STATUS_DATA},
    {"error(\"x\")", "{\"_key\":[7],\"id\":\"a\"}",
	"a record: the --jq program fails: x", "a key that is no name",
	STATUS_DATA},
    {"error(\"x\")", "{\"_key\":\"k\",\"id\":\"a\"}",
	"record \"a\": the --jq program fails: x", "a key that is no list",
	STATUS_DATA},
    {"1e18 | todate", "{\"id\":\"a\"}",
	"record \"a\": the --jq program crashed (signal 6); values too deep "
	"and numbers out of range do that to libjq",
	"a crash", STATUS_DATA},
};

static void
test_failures(void)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		struct sieve *s = start(failures[i].program);

		is_int(put(s, failures[i].record), 0, failures[i].name);
		is_int(sieve_drain(s, &why), -1, "... fails");
		is(why.text, failures[i].message, "... and is named");
		is_int(why.status, failures[i].status, "... with its status");
		is_int(sieve_drain(s, &why), 0, "... which is told once");
		is_int(put(s, failures[i].record), -1, "... nothing goes in");
		is(why.text, "the --jq program failed", "... behind it");
		end(s);
	}
}

/* The record that failed is named, not the first of its batch. */
static void
test_second(void)
{
	struct sieve *s = start("if .n == 2 then error(\"x\") else .n end");

	is_int(put(s, "{\"id\":\"a\",\"n\":1}"), 0, "a record");
	is_int(put(s, "{\"id\":\"b\",\"n\":2}"), 0, "another");
	is_int(put(s, "{\"id\":\"c\",\"n\":3}"), 0, "a third");
	is_int(sieve_drain(s, &why), -1, "of which the second fails");
	is(why.text, "record \"b\": the --jq program fails: x", "is named");
	is(got.text.data, "1 ", "what came before it is out");
	end(s);
}

static void
test_output(void)
{
	struct sieve *s = start(".");

	got.fail_at = 2;
	is_int(put(s, "1"), 0, "a record");
	is_int(put(s, "2"), 0, "and one");
	is_int(sieve_drain(s, &why), -1, "that cannot be written");
	is(why.text, "no room", "and why");
	end(s);
}

static void
test_programs(void)
{
	struct sieve *s = sieve_start(".a |", NULL, take, &got, &why);

	ok(s && sieve_wait(s, &why) == -1, "no program");
	ok(strncmp(why.text, "--jq: ", 6) == 0, "says so: %s", why.text);
	is_int(why.status, STATUS_USAGE, "as a fault of the command");
	sieve_free(s);
	sieve_free(NULL);
	/* Nobody asked for an answer. */
	s = sieve_start("def f: f; f", NULL, take, &got, &why);
	sieve_free(s);
	ok(true, "ends a program without end");
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	test_order();
	test_much();
	test_enough();
	test_failures();
	test_second();
	test_output();
	test_programs();
	return tap_done();
}
