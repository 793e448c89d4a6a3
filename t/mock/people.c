/* SPDX-License-Identifier: ISC */
/*
 * Rendering of generated users.
 */
#include "people.h"

#include "template.h"

#include <string.h>

struct name {
	const char *plain;
	const char *json; /* NULL: the same */
};

static const struct name names[] = {
    {"Ada Lovelace", NULL},
    {"José Müller", NULL},
    {"Linus O’Neill", NULL},
    {"Мария Иванова", NULL},
    {"山田 太郎", NULL},
    {"Jean-Luc الخوارزمي", NULL},
    {"Łukasz Wiśniewski", NULL},
    {"प्रिया शर्मा", NULL},
    {"Björn \"Quoted\"", "Björn \\\"Quoted\\\""},
    {"🦄 An", NULL},
    {"Nguyễn Văn <script>", NULL},
    {"O'Brien Kierkegaard", NULL},
    {"İbrahim Søren", NULL},
    {"Back\\slash Tab\there", "Back\\\\slash Tab\\there"},
    {"Ελένη García", NULL},
    {"李 é (combining)", NULL},
};

/* $n a number, $c createdAt, $m the name as JSON text. */
static const char *const custom_texts[] = {
    "{}",
    "{}",
    "{}",
    "{\"plan\":\"free\"}",
    "{\"plan\":\"pro\",\"seats\":$n,\"trial\":true,\"expiresAt\":null}",
    "{\"plan\":$n}",
    "{\"plan\":[\"a\",{\"type\":$n}]}",
    "{\"score\":$n.25,\"hubspot\":{\"id\":3183$n,\"owner\":\"$m\"},"
    "\"lastSeen\":\"2026-01-02T03:04:05.678Z\"}",
    "{\"tags\":[\"a\",\"b\",\"ü\",\"🎉\"],\"nested\":{\"deep\":{\"deeper\":"
    "{\"deepest\":[1,2.5,-30000000000,{\"x\":null}]}}}}",
    "{\"big\":9007199254740991,\"neg\":-0.000001,\"bool\":false,"
    "\"float\":0.30000000000000004,\"beyond\":1e+21}",
    "{\"\":\"empty key\",\"k.dot\":\"v\",\"k\\\"quote\":\"q\","
    "\"ключ\":\"значение\",\"key with space\":\"v\"}",
    "{\"u\":\"\u2028\u2029\",\"nul\":\"\\u0001ctl\",\"html\":\"<b>&amp;</"
    "b>\",\"emoji\":"
    "\"👨‍👩‍👧‍👦\",\"newline\":\"line1\\nline2\\r\\n\\ttab\"}",
    "{\"s\":\"true\",\"obj\":{},\"list\":[],\"m\":null,"
    "\"n\":12345678901234567000}",
};

static const char *const identity_texts[] = {
    "{}",
    "{}",
    "{}",
    "{}",
    "{\"github\":{\"userId\":\"90$n\"}}",
    "{\"google\":{\"userId\":\"1100$n99887766\",\"details\":{\"name\":"
    "\"$m\",\"email\":\"g$n@gmail.example\",\"rawData\":{\"sub\":"
    "\"1100$n\",\"picture\":null,\"email_verified\":true}}}}",
    "{\"github\":{\"userId\":\"90$n\"},\"google\":{\"userId\":"
    "\"1100$n99887766\",\"details\":{\"name\":\"$m\",\"email\":"
    "\"g$n@gmail.example\",\"rawData\":{\"sub\":\"1100$n\","
    "\"picture\":null,\"email_verified\":true}}}}",
};

#define LOCALE_PROFILE                                                         \
	"{\"familyName\":\"$m\",\"givenName\":\"$m\",\"zoneinfo\":"            \
	"\"Europe/Paris\",\"locale\":\"fr-FR\"}"

static const char *const profile_texts[] = {
    "{}",
    "{}",
    "{}",
    "{\"nickname\":\"nick\",\"website\":\"https://example.com/~me?q=1&x=%20\","
    "\"gender\":\"x\",\"birthdate\":\"1990-02-29\",\"address\":{"
    "\"formatted\":\"1 rue de l’École\\n75001 Paris\",\"locality\":"
    "\"Paris\",\"country\":\"FR\"}}",
    LOCALE_PROFILE,
};

enum {
	CUSTOM_COUNT = sizeof(custom_texts) / sizeof(*custom_texts),
	IDENTITY_COUNT = sizeof(identity_texts) / sizeof(*identity_texts),
	PROFILE_COUNT = sizeof(profile_texts) / sizeof(*profile_texts),
	NAME_COUNT = sizeof(names) / sizeof(*names),
};

static struct template customs[CUSTOM_COUNT], identities[IDENTITY_COUNT],
    profiles[PROFILE_COUNT];

/* What a user's members are computed from. */
struct person {
	uint64_t hash;
	uint32_t number; /* distinct for each user of a tenant */
	const struct name *name;
};

void
people_init(void)
{
	for (size_t i = 0; i < CUSTOM_COUNT; i++)
		template_init(&customs[i], custom_texts[i]);
	for (size_t i = 0; i < IDENTITY_COUNT; i++)
		template_init(&identities[i], identity_texts[i]);
	for (size_t i = 0; i < PROFILE_COUNT; i++)
		template_init(&profiles[i], profile_texts[i]);
}

static struct person
person_of(const struct generator *g, uint32_t serial)
{
	struct person p;

	p.hash = generate_mix(g->seed, serial, 11);
	p.number = serial;
	p.name = &names[(p.hash >> 40) % NAME_COUNT];
	return p;
}

void
person_id(const struct generator *g, uint32_t serial, char *out)
{
	generate_id(out, USER_ID_LEN, generate_mix(g->seed, serial, 12),
	    generate_mix(g->seed, serial, 13));
}

static char *
put(char *out, const char *text)
{
	size_t len = strlen(text);

	memcpy(out, text, len);
	return out + len;
}

static char *
put_number(char *out, uint64_t value)
{
	return out + generate_number(out, value);
}

static char *
put_template(char *out, const struct template *t, const struct person *p)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct piece *piece = &t->pieces[i];

		memcpy(out, piece->text, piece->len);
		out += piece->len;
		if (piece->code == 'n')
			out = put_number(out, p->number);
		else if (piece->code == 'm')
			out = put(out,
			    p->name->json ? p->name->json : p->name->plain);
	}
	return out;
}

/* Bits of the hash that say which identifiers a user lacks. */
enum { NO_USERNAME = 3, NO_EMAIL = 12, NO_PHONE = 48, NO_NAME = 192 };

static bool
is_null(const struct person *p, uint64_t bits)
{
	return (p->hash & bits) == 0;
}

static int
put_username(const struct person *p, char *out)
{
	char *end = put(out, "user_");

	if (is_null(p, NO_USERNAME))
		return -1;
	end = put_number(end, p->number);
	*end++ = '_';
	generate_id(end, 4, p->hash >> 7, 0);
	return (int)(end + 4 - out);
}

static int
put_email(const struct person *p, char *out)
{
	static const char *const heads[] = {"ada", "bob", "x.y+tag", "UPPER",
	    "mallory"};
	char *end = put(out, heads[(p->hash >> 9) % 5]);

	if (is_null(p, NO_EMAIL))
		return -1;
	end = put_number(end, p->number);
	end = put(end, (p->hash >> 12) % 3 ? "@example.com" : "@exaemple.de");
	return (int)(end - out);
}

int
person_field(const struct generator *g, const struct row *row,
    enum person_field field, char out[PERSON_FIELD_BYTES])
{
	struct person p = person_of(g, row->serial);

	switch (field) {
	case PERSON_ID:
		person_id(g, row->serial, out);
		return USER_ID_LEN;
	case PERSON_USERNAME:
		return put_username(&p, out);
	case PERSON_EMAIL:
		return put_email(&p, out);
	case PERSON_PHONE:
		if (is_null(&p, NO_PHONE))
			return -1;
		return (int)(put_number(out, 14155000000 + p.number) - out);
	case PERSON_NAME:
		if (is_null(&p, NO_NAME))
			return -1;
		return (int)(put(out, p.name->plain) - out);
	}
	return -1;
}

static char *
put_member(char *out, const struct generator *g, const struct row *row,
    enum person_field field)
{
	int len;

	*out = '"';
	len = person_field(g, row, field, out + 1);
	if (len < 0)
		return put(out, "null");
	out[1 + len] = '"';
	return out + len + 2;
}

size_t
person_render(const struct generator *g, const struct row *row, char *out)
{
	struct person p = person_of(g, row->serial);
	uint64_t created = row->us / 1000;
	char *o = put(out, "{\"id\":");

	o = put_member(o, g, row, PERSON_ID);
	o = put_member(put(o, ",\"username\":"), g, row, PERSON_USERNAME);
	o = put_member(put(o, ",\"primaryEmail\":"), g, row, PERSON_EMAIL);
	o = put_member(put(o, ",\"primaryPhone\":"), g, row, PERSON_PHONE);
	o = put(o, ",\"name\":");
	if (is_null(&p, NO_NAME)) {
		o = put(o, "null");
	} else {
		*o++ = '"';
		o = put(o, p.name->json ? p.name->json : p.name->plain);
		*o++ = '"';
	}
	o = put(o, ",\"avatar\":");
	if ((p.hash >> 20) % 2)
		o = put(put_number(put(o, "\"https://example.com/a/"),
			    p.number),
		    ".png\"");
	else
		o = put(o, "null");
	o = put(o, ",\"customData\":");
	o = put_template(o, &customs[(p.hash >> 24) % CUSTOM_COUNT], &p);
	o = put(o, ",\"identities\":");
	o = put_template(o, &identities[(p.hash >> 28) % IDENTITY_COUNT], &p);
	o = put(o, ",\"lastSignInAt\":");
	o = (p.hash >> 32) % 3 ? put(o, "null")
			       : put_number(o, created + p.hash % 9999999);
	o = put_number(put(o, ",\"createdAt\":"), created);
	o = put_number(put(o, ",\"updatedAt\":"),
	    created + row->revision * UINT64_C(1000));
	o = put(o, ",\"profile\":");
	o = put_template(o, &profiles[(p.hash >> 36) % PROFILE_COUNT], &p);
	o = put(o,
	    (p.hash >> 44) % 4
		? ",\"applicationId\":null"
		: ",\"applicationId\":\"oommh5rs6w08rtt2x3p45\"");
	o = put(o, ",\"cimdClientId\":null,\"isSuspended\":");
	o = put(o, (p.hash >> 48) % 16 ? "false" : "true");
	o = put(o,
	    (p.hash >> 52) % 2 ? ",\"hasPassword\":true}"
			       : ",\"hasPassword\":false}");
	return (size_t)(o - out);
}
