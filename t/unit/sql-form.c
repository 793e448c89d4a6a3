/* SPDX-License-Identifier: ISC */
/*
 * Forms of times: what is told of a text, and its name in the ledger.
 */
#include "form.h"
#include "instant.h"
#include "json.h"
#include "tap.h"

static struct form
form_of_string(const char *text)
{
	struct json_node node = {.kind = JSON_STRING,
	    .string = text,
	    .string_len = (uint32_t)strlen(text)};
	struct instant at = {0};

	ok(instant_parse(text, strlen(text), &at) != INSTANT_NONE,
	    "%s is a time", text);
	return form_of(&node, &at);
}

static void
test_texts(void)
{
	static const struct {
		const char *text, *name;
	} cases[] = {
	    {"2026-11-24T06:00:00.123Z", "iso"},
	    {"2026-11-24T06:00:00.123456789Z", "iso"},
	    {"2026-11-24T06:00:00Z", "YYYY-MM-DDThh:mm:ssZ"},
	    {"2026-11-24T06:00:00.1Z", "YYYY-MM-DDThh:mm:ss.fZ"},
	    {"2026-11-24T06:00:00.12+02:00", "YYYY-MM-DDThh:mm:ss.ff+02:00"},
	    {"2026-11-24 06:00:00", "YYYY-MM-DD hh:mm:ss"},
	    {"2026-11-24t06:00z", "YYYY-MM-DDthh:mmz"},
	    {"2026-11-24T06:00-0330", "YYYY-MM-DDThh:mm-0330"},
	    {"2026-11-24T06:00.5Z", "YYYY-MM-DDThh:mm.fZ"},
	    {"20261124T060000+01", "YYYYMMDDThhmmss+01"},
	    {"20261124t060000.1234", "YYYYMMDDthhmmss.fff"},
	    {"2026-11-24", "YYYY-MM-DD"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct form f = form_of_string(cases[i].text), back;
		char name[FORM_TEXT_BYTES];

		is(form_write(&f, name), cases[i].name, cases[i].text);
		back = form_parse(cases[i].name, strlen(cases[i].name));
		ok(form_is_same(&f, &back), "... and back");
	}
}

/* Times that are the same instant, and must not pass for each other. */
static void
test_differences(void)
{
	static const char *const texts[] = {"2026-11-24T06:00:00.000Z",
	    "2026-11-24T06:00:00Z", "2026-11-24T06:00:00.00Z",
	    "2026-11-24T06:00:00.000z", "2026-11-24t06:00:00.000Z",
	    "2026-11-24T06:00:00.000", "2026-11-24T06:00:00.000+00:00",
	    "2026-11-24T06:00:00.000-00:00", "2026-11-24T06:00:00.000+0000",
	    "2026-11-24T06:00:00.000+00", "2026-11-24T08:00:00.000+02:00",
	    "2026-11-24T06:00Z", "20261124T060000Z"};
	const size_t count = sizeof(texts) / sizeof(*texts);

	for (size_t i = 0; i < count; i++) {
		for (size_t n = 0; n < i; n++) {
			struct form a = form_of_string(texts[i]);
			struct form b = form_of_string(texts[n]);

			ok(!form_is_same(&a, &b), "%s is not %s", texts[i],
			    texts[n]);
		}
	}
}

static void
test_names(void)
{
	static const char *const names[] = {"", "is", "ISO", "YYYY",
	    "YYYY-MM-DDThh:mm:ssX", "epoch", "nonsense", "isx", "epoch_mx",
	    "othex", "1111-11-11T11:11:11+99:00"};
	struct json_node integer = {.kind = JSON_INTEGER, .integer = 1};
	struct instant at = {0};
	struct form f = form_of(&integer, &at);
	char name[FORM_TEXT_BYTES];

	is(form_write(&f, name), "epoch_ms", "an integer");
	is_int(form_parse("epoch_ms", 8).kind, FORM_EPOCH_MS, "... and back");
	is_int(form_parse("other", 5).kind, FORM_OTHER, "several forms");
	ok(form_parse("isoX", 3).kind == FORM_TEXT &&
		form_parse("epoch_msX", 8).kind == FORM_EPOCH_MS &&
		form_parse("otherX", 5).kind == FORM_OTHER,
	    "what is behind a name is none of it");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		is_int(form_parse(names[i], strlen(names[i])).kind, FORM_NONE,
		    names[i]);
}

int
main(void)
{
	test_texts();
	test_differences();
	test_names();
	return tap_done();
}
