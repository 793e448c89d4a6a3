/* SPDX-License-Identifier: ISC */
/* Strings out of TOML: what is found, what is passed over, what is refused. */
#include "toml.h"

#include "mem.h"
#include "tap.h"

#include <stdlib.h>

static const char *const section[] = {"sources", "logto", NULL};

static const struct text {
	const char *name;
	const char *text;
	const char *id, *secret; /* wanted; NULL: not there */
	const char *why;         /* in the message; NULL: it is read */
} texts[] = {
    {"a table", "[sources.logto]\nid = \"a\"\nsecret = 'b'\n", "a", "b", NULL},
    {"nothing", "", NULL, NULL, NULL},
    {"a mark in front", "\xEF\xBB\xBF[sources.logto]\nid=\"a\"", "a", NULL,
	NULL},
    {"lines of Windows", "[sources.logto]\r\nid=\"a\"\r\nsecret='b'\r\n", "a",
	"b", NULL},
    {"names in quotes", "[ \"sources\" . 'logto' ]\n\"id\"=\"a\"\n", "a", NULL,
	NULL},
    {"dotted keys", "sources.logto.id = 'a'\n[sources]\nlogto.secret = 'b'\n",
	"a", "b", NULL},
    {"bare words, as ids of digits are written",
	"[sources.logto]\nid = 123\nsecret = a-b_c # c\n", "123", "a-b_c",
	NULL},
    {"comments", "# [sources.logto]\n[sources.logto] # c\nid='a' # c\n", "a",
	NULL, NULL},
    {"a '#' in a string", "[sources.logto]\nid='a#b'\nsecret=\"#\"\n", "a#b",
	"#", NULL},
    {"escapes",
	"[sources.logto]\nid=\"\\\"\\\\\\u00e9\\u20AC\\U0001F600\\t\"\n",
	"\"\\\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\t", NULL, NULL},
    {"no escapes between single quotes", "[sources.logto]\nid='\\n'\n", "\\n",
	NULL, NULL},
    {"empty", "[sources.logto]\nid=\"\"\n", "", NULL, NULL},
    {"another table", "[sources.other]\nid='x'\n[sources]\nid='y'\n", NULL,
	NULL, NULL},
    {"a table below", "[sources.logto.more]\nid='x'\n", NULL, NULL, NULL},
    {"a name that only begins alike", "[sources.logto2]\nid='x'\n", NULL, NULL,
	NULL},
    {"a list of tables", "[[sources.logto]]\nid='x'\n", NULL, NULL, NULL},
    {"a table in a string of several lines",
	"x = \"\"\"\n[sources.logto]\nid='x'\n\\\"\"\"\"\n"
	"y = '''\n[sources.logto]\nid='x'\n''''\n",
	NULL, NULL, NULL},
    {"a table in a list",
	"x = [\n[1, 2], # ]\n{a = \"]\"},\n]\n"
	"[sources.logto]\nid='a'\n",
	"a", NULL, NULL},
    {"other values",
	"a = 1\nb = 1979-05-27 07:32:00\nc = true\nd = -1e5\n"
	"e = {x = 1, y = {z = []}}\n[sources.logto]\nid='a'\n",
	"a", NULL, NULL},
    {"a very long name",
	"[sources.logto]\n"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx = 'x'\n",
	NULL, NULL, NULL},
    {"many names",
	"a.b.c.d.e.f.g.h.i.j.k.l = 1\n[a.b.c.d.e.f.g.h.i.j]\n"
	"k = 1\n[sources.logto]\nid='a'\n",
	"a", NULL, NULL},
    {"twice", "[sources.logto]\nid='LEAK'\nid='LEAK'\n", NULL, NULL,
	"line 3: 'id' is given twice"},
    {"a number that is no word", "[sources.logto]\nid = 1.5\n", NULL, NULL,
	"line 2: the value of 'id' cannot be used"},
    {"a list", "[sources.logto]\nid = ['LEAK']\n", NULL, NULL,
	"line 2: the value of 'id' cannot be used"},
    {"several lines", "[sources.logto]\n\nid = '''\nLEAK'''\n", NULL, NULL,
	"line 3: 'id' is a string of several lines"},
    {"an inline table", "[sources]\nlogto = {id = 'LEAK'}\n", NULL, NULL,
	"line 2: an inline table"},
    {"no value", "[sources.logto]\nother =\n", NULL, NULL,
	"line 2: a key has no value"},
    {"no quote at the end", "[sources.logto]\nid = 'LEAK\n", NULL, NULL,
	"line 2: a string has no closing quote"},
    {"no quotes at the end", "x = '''a\nb\n", NULL, NULL,
	"line 3: a string has no closing quotes"},
    {"something behind the string", "[sources.logto]\nid = 'a' LEAK\n", NULL,
	NULL, "line 2: the value of 'id' cannot be used"},
    {"no such escape", "[sources.logto]\nid = \"LEAK\\x\"\n", NULL, NULL,
	"line 2: a '\\' in a string begins no escape"},
    {"half a surrogate", "[sources.logto]\nid = \"\\uD800\"\n", NULL, NULL,
	"begins no escape"},
    {"a code too short", "[sources.logto]\nid = \"\\u12\"\n", NULL, NULL,
	"begins no escape"},
    {"a NUL", "[sources.logto]\nid = \"a\\u0000\"\n", NULL, NULL, "NUL"},
    {"no bracket at the end", "[sources.logto\nid='x'\n", NULL, NULL,
	"line 1: a [table] has no closing bracket"},
    {"no name", "[]\n", NULL, NULL, "line 1: neither"},
    {"no '='", "\nnonsense\n", NULL, NULL, "line 2: neither"},
    {"an open list", "x = [1,\n2\n", NULL, NULL,
	"line 3: a bracket is not closed"},
    {"crossed brackets", "x = [{]}\n", NULL, NULL, "another kind"},
};

static int
read_text(const char *text, size_t len, struct toml_wanted wanted[2],
    struct fail *why)
{
	wanted[0] = (struct toml_wanted){.key = "id"};
	wanted[1] = (struct toml_wanted){.key = "secret"};
	return toml_read(text, len, section, wanted, 2, why);
}

static void
free_wanted(struct toml_wanted wanted[2])
{
	secret_free(&wanted[0].value);
	secret_free(&wanted[1].value);
}

int
main(void)
{
	struct toml_wanted wanted[2];
	struct fail why;
	char deep[200];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const struct text *t = &texts[i];
		int result = read_text(t->text, strlen(t->text), wanted, &why);

		is_int(result, t->why ? -1 : 0, t->name);
		if (t->why) {
			if (!ok(why.status == STATUS_USAGE &&
				    strstr(why.text, t->why) &&
				    !strstr(why.text, "LEAK"),
				"%s: says so", t->name))
				(void)fprintf(stderr, "# %s\n", why.text);
		} else {
			is(wanted[0].value.text, t->id, t->name);
			is(wanted[1].value.text, t->secret, t->name);
		}
		free_wanted(wanted);
		/* Cut anywhere, it is read or refused, within its bounds (the
		 * sanitizers look). */
		for (size_t len = 0; len < strlen(t->text); len++) {
			char *part = mem_copy(t->text, len);

			if (read_text(part, len, wanted, &why) != 0 &&
			    why.status != STATUS_USAGE)
				ok(false, "%s, cut at %zu", t->name, len);
			free_wanted(wanted);
			free(part);
		}
	}
	(void)snprintf(deep, sizeof(deep), "x = ");
	memset(deep + 4, '[', sizeof(deep) - 5);
	deep[sizeof(deep) - 1] = '\0';
	is_int(read_text(deep, strlen(deep), wanted, &why), -1,
	    "brackets without an end");
	ok(strstr(why.text, "too deep") != NULL, "are too deep");
	return tap_done();
}
