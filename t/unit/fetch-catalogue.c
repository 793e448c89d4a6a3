/* SPDX-License-Identifier: ISC */
/* The catalogue's own rules, and what it finds for a path. */
#include "catalogue.h"

#include "buf.h"
#include "tap.h"

static const struct find_case {
	const char *path, *wanted; /* the row's path; NULL: none */
	const char *name;
} finds[] = {
    {"users", "users", "users"},
    {"users/abc", "users/*", "users"},
    {"users/abc/roles", "users/*/roles", "users_roles"},
    {"users/*/roles", "users/*/roles", "users_roles"},
    {"organizations/o/users/u/roles", "organizations/*/users/*/roles",
	"organizations_users_roles"},
    {"organizations/o/jit/roles", "organizations/*/jit/roles",
	"organizations_jit_roles"},
    {"configs/oidc/session", "configs/oidc/session", "configs_oidc_session"},
    {"configs/oidc/private-keys", "configs/oidc/*", "configs_oidc"},
    {"sign-in-exp", "sign-in-exp", "sign-in-exp"},
    {"sso-connectors/x/signing-keys", "sso-connectors/*/signing-keys",
	"sso-connectors_signing-keys"},
    {"nope", NULL, "nope"},
    {"foo/bar", NULL, "foo_bar"},
    {"foo/*/bar", NULL, "foo_bar"},
    {"users/abc/nope", NULL, "users_abc_nope"},
    {"userss", NULL, "userss"},
};

static const struct keys_case {
	const char *path;
	size_t star;
	const char *wanted;
} keys[] = {
    {"roles/*/users", 6, "roles"},
    {"organizations/*/users/*/roles", 14, "organizations"},
    {"organizations/*/users/*/roles", 22, "organizations/*/users"},
    {"organizations/o1/users/*/roles", 23, "organizations/o1/users"},
    {"saml-applications/*/secrets", 18, "applications"},
    {"applications/*/users/*/consent-organizations", 21, "users"},
    {"configs/oidc/*", 13, "=private-keys,cookie-keys"},
    {"users/*/identities/*", 6, "users"},
    {"users/*/identities/*", 19, ""},
    {"custom-phrases/*", 15, ""},
    {"foo/*/bar", 4, "foo"},
    {"*", 0, ""},
};

static const struct parent_case {
	const char *path;
	size_t at;
	const char *wanted; /* NULL: none */
} parents[] = {
    {"roles/r1/users", 6, "roleId"},
    {"roles/r1/users", 0, NULL},
    {"organizations/o/users/u/roles", 14, "organizationId"},
    {"organizations/o/users/u/roles", 22, "userId"},
    {"users/u", 6, NULL},
    {"configs/oidc/cookie-keys", 13, "keyType"},
};

static void
check_rows(void)
{
	for (size_t i = 0; i < catalogue_count; i++) {
		const struct catalogue_entry *e = &catalogue[i];

		ok(catalogue_find(e->path) == e, "%s finds itself", e->path);
		if (e->of)
			ok(strchr(e->of, '=') && strchr(e->path, '*'),
			    "%s: a condition on its parents", e->path);
		if (e->flags & IN_ALL)
			ok(e->kind != KIND_OBJECT || !strchr(e->path, '*'),
			    "%s: --all reads no object per parent", e->path);
	}
}

/* Compares a fact, "-" for none, with what the row has. */
static void
check_text(const struct catalogue_entry *e, const char *what, const char *has,
    const char *fact)
{
	if (!is(has && *has ? has : "-", fact, e->path))
		(void)fprintf(stderr, "# %s: %s\n", e->path, what);
}

static void
check_flag(const struct catalogue_entry *e, enum catalogue_flag flag,
    bool is_fact, const char *what)
{
	ok(((e->flags & flag) != 0) == is_fact, "%s: %s", e->path, what);
}

/* One row of api.tsv, whose first lines name the fields. */
static void
check_fact(char *line)
{
	enum {
		PATH,
		BODY,
		PAGING,
		BY_TIME,
		SEARCH,
		KEY,
		SECRETS,
		PARENTS,
		OF,
		VOLATILES,
		COST,
		FIELDS
	};
	const struct catalogue_entry *e;
	char *field[FIELDS] = {0};

	for (size_t i = 0; i < FIELDS && line; i++) {
		field[i] = line;
		line = strpbrk(line, "\t\n");
		if (line)
			*line++ = '\0';
	}
	for (size_t i = 0; i < FIELDS; i++) {
		if (!field[i]) {
			(void)ok(false, "%s: each fact", field[PATH]);
			return;
		}
	}
	(void)ok(true, "%s: each fact", field[PATH]);
	e = catalogue_find(field[PATH]);
	if (!ok(e && strcmp(e->path, field[PATH]) == 0, "%s: a row of its own",
		field[PATH]))
		return;
	/* What newest first saves is of use where pages are read. */
	if (strcmp(field[PAGING], "none") != 0)
		check_flag(e, IS_BY_TIME, strcmp(field[BY_TIME], "yes") == 0,
		    "newest first");
	check_flag(e, HAS_ID_SEARCH, strcmp(field[SEARCH], "yes") == 0,
	    "search.id");
	check_flag(e, IS_HEAVY, strcmp(field[COST], "heavy") == 0, "heavy");
	if (strcmp(field[KEY], "-") != 0)
		check_text(e, "key", e->key ? e->key : "id", field[KEY]);
	check_text(e, "secrets", e->secrets, field[SECRETS]);
	check_text(e, "parents", e->parents, field[PARENTS]);
	check_text(e, "of", e->of, field[OF]);
	check_text(e, "volatile", e->volatiles, field[VOLATILES]);
}

/* Against what a server was seen to do. */
static void
check_facts(void)
{
	FILE *facts = fopen("t/data/api.tsv", "r");
	char line[512];
	unsigned count = 0;

	while (facts && fgets(line, sizeof(line), facts)) {
		if (line[0] == '#')
			continue;
		check_fact(line);
		count++;
	}
	ok(count > 90, "%u facts", count);
	if (facts)
		(void)fclose(facts); /* read only: nothing can be lost */
}

/* The list for people, a row for each resource and what is known of it. */
static void
test_list(void)
{
	enum { ROOM = 1 << 16 };
	static char text[ROOM];
	FILE *to = fmemopen(text, sizeof(text), "w");
	size_t lines = 0;

	if (!to)
		return;
	catalogue_print(to, true, false);
	(void)fflush(to);
	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	is_int((long long)lines, (long long)catalogue_count + 1,
	    "a row for each resource, and a head");
	ok(strncmp(text, "NAME ", 5) == 0, "the head");
	ok(!strstr(text, "    secret: "), "no details");
	rewind(to);
	catalogue_print(to, true, true);
	(void)fclose(to);
	ok(strstr(text, "\n    secret: ") != NULL, "what is secret");
	ok(strstr(text, "\n    volatile: ") != NULL, "what changes by itself");
	ok(strstr(text, "\n    of parents with: type=") != NULL,
	    "which parents have it");
	ok(strstr(text, "\n    cost: dear") != NULL, "what is dear");
}

int
main(void)
{
	struct buf text;
	size_t len;

	buf_init(&text, 256);
	check_rows();
	check_facts();
	for (size_t i = 0; i < sizeof(finds) / sizeof(*finds); i++) {
		const struct catalogue_entry *e = catalogue_find(finds[i].path);

		is(e ? e->path : NULL, finds[i].wanted, finds[i].path);
		buf_clear(&text);
		catalogue_name(e, finds[i].path, &text);
		is(text.data, finds[i].name, "its table");
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		buf_clear(&text);
		catalogue_keys_from(catalogue_find(keys[i].path), keys[i].path,
		    keys[i].star, &text);
		is(text.data, keys[i].wanted, keys[i].path);
	}
	for (size_t i = 0; i < sizeof(parents) / sizeof(*parents); i++) {
		const char *name =
		    catalogue_parent(catalogue_find(parents[i].path),
			parents[i].path, parents[i].at, &len);

		buf_clear(&text);
		if (name)
			buf_append(&text, name, len);
		is(name ? text.data : NULL, parents[i].wanted, parents[i].path);
	}
	ok(catalogue_nearest("organisations") &&
		strcmp(catalogue_nearest("organisations")->path,
		    "organizations") == 0,
	    "a spelling of another continent");
	ok(catalogue_nearest("usres") &&
		strcmp(catalogue_nearest("usres")->path, "users") == 0,
	    "two letters that changed places");
	ok(catalogue_nearest("xyzzy") == NULL, "no guess where none is near");
	test_list();
	buf_free(&text);
	return tap_done();
}
