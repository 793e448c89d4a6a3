/* SPDX-License-Identifier: ISC */
/*
 * Filters of lists.
 */
#include "filter.h"

#include "audit.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Parameters that take a word of a closed set, as the guards check them. */
static const struct {
	const char *pattern, *param, *words;
} closed[] = {
    {"applications", "types",
	"Native SPA Traditional MachineToMachine Protected SAML"},
    {"applications", "isThirdParty", "true false"},
    {"roles", "type", "User MachineToMachine"},
    {"one-time-tokens", "status", "active consumed revoked expired"},
};

static bool
has_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at = len ? strstr(words, word) : NULL;

	return at && (at == words || at[-1] == ' ') &&
	    (at[len] == ' ' || at[len] == '\0');
}

static bool
are_words_valid(const struct filter *f)
{
	for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++) {
		if (strcmp(closed[i].pattern, f->route->pattern) != 0)
			continue;
		for (size_t n = 0; n < f->query->count; n++)
			if (strcmp(f->query->params[n].name, closed[i].param) ==
				0 &&
			    !has_word(closed[i].words,
				f->query->params[n].value))
				return false;
	}
	return true;
}

/* Steps through "param=member param=member". */
static bool
next_pair(const char **p, char param[64], char member[64])
{
	size_t len = *p ? strcspn(*p, "=") : 0;
	size_t rest;

	if (len == 0 || (*p)[len] != '=')
		return false;
	rest = strcspn(*p + len + 1, " ");
	(void)snprintf(param, 64, "%.*s", (int)len, *p);
	(void)snprintf(member, 64, "%.*s", (int)rest, *p + len + 1);
	*p += len + 1 + rest;
	*p += **p == ' ';
	return true;
}

static void
add_key(struct buf *key, const struct query *q)
{
	static const char *const others[] = {"page", "page_size", "start_time",
	    "end_time", "enableCap", "includePasswordHash", "includeScopes",
	    "showFeatured", "includeExecutionStats"};

	for (size_t i = 0; i < q->count; i++) {
		bool is_other = false;

		for (size_t n = 0; n < sizeof(others) / sizeof(*others); n++)
			is_other |= strcmp(q->params[i].name, others[n]) == 0;
		if (!is_other)
			buf_addf(key, "&%zu:%s=%s", strlen(q->params[i].name),
			    q->params[i].name, q->params[i].value);
	}
}

static bool
has_equals(const struct filter *f)
{
	const char *pairs = f->route->equals;
	char param[64], member[64];

	while (next_pair(&pairs, param, member))
		if (query_has(f->query, param))
			return true;
	return false;
}

static const struct list *
find_excluded(const struct filter *f)
{
	static const char *const params[] = {"excludeRoleId",
	    "excludeOrganizationId"};
	char path[512];

	if (strcmp(f->route->pattern, "users") != 0 &&
	    strcmp(f->route->pattern, "applications") != 0)
		return NULL;
	for (size_t i = 0; i < 2; i++) {
		const char *id = query_get(f->query, params[i]);

		if (!id || !*id || strlen(id) > 200)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/%s",
		    i == 0 ? "roles" : "organizations", id, f->route->pattern);
		return tenant_list(f->tenant, path);
	}
	return NULL;
}

static int
open_search(struct filter *f, struct reply *r)
{
	struct buf message;
	int status;

	if (!f->route->search)
		return 0;
	buf_init(&message, 1 << 16);
	status = search_parse(&f->search, f->route->search, f->query, &message);
	/* The applications' handler does not map the error. */
	if (status == 500 ||
	    (status == 400 && strcmp(f->route->pattern, "applications") == 0)) {
		reply_failure(r);
	} else if (status != 0) {
		reply_reset(r, 400, REPLY_JSON);
		buf_add(&r->body,
		    "{\"code\":\"request.invalid_input\","
		    "\"data\":{},\"message\":");
		reply_quote(&r->body, message.data);
		buf_add_char(&r->body, '}');
	}
	buf_free(&message);
	return status == 0 ? 0 : -1;
}

static void
refuse_word(struct reply *r)
{
	reply_reset(r, 400, REPLY_JSON);
	buf_add(&r->body,
	    "{\"code\":\"guard.invalid_input\",\"data\":{"
	    "\"issues\":[{\"code\":\"invalid_union\",\"unionErrors\":[{"
	    "\"issues\":[{\"code\":\"invalid_type\",\"expected\":\"array\","
	    "\"received\":\"string\",\"path\":[\"types\"],\"message\":"
	    "\"Expected array, received string\"}],\"name\":\"ZodError\"},{"
	    "\"issues\":[{\"received\":\"\",\"code\":\"invalid_enum_value\","
	    "\"options\":[\"Native\"],\"path\":[\"types\"],\"message\":"
	    "\"Invalid enum value.\"}],\"name\":\"ZodError\"}],\"path\":"
	    "[\"types\"],\"message\":\"Invalid input\"}],\"name\":"
	    "\"ZodError\"},\"details\":\"Error in key path\",\"message\":"
	    "\"The request query is invalid.\"}");
}

int
filter_open(struct filter *f, const struct tenant *t, const struct route *route,
    const char *list_path, const struct query *q, struct reply *r)
{
	const char *word = route->q ? query_get(q, "q") : NULL;
	struct buf text;

	*f = (struct filter){.tenant = t, .route = route, .query = q};
	buf_init(&text, 1 << 20);
	buf_add(&text, list_path);
	add_key(&text, q);
	f->key = buf_detach(&text);
	if (open_search(f, r) != 0)
		return -1;
	if (!are_words_valid(f)) {
		refuse_word(r);
		return -1;
	}
	if (word && *word) {
		buf_addf(&text, "%%%s%%", word);
		f->q = buf_detach(&text);
	}
	f->excluded = find_excluded(f);
	f->is_active =
	    f->search.count > 0 || f->q || f->excluded || has_equals(f);
	return 0;
}

void
filter_free(struct filter *f)
{
	search_free(&f->search);
	free(f->q);
	free(f->key);
	*f = (struct filter){0};
}

/* A member as text; false where it is absent or null. */
static bool
read_member(const struct filter *f, const struct list *list,
    const struct row *row, const char *member, char out[512])
{
	const struct generator *g = &f->tenant->generator;
	struct span text = tenant_text(list, row);
	struct span value;
	size_t len = 0;

	if (text.p) {
		value = span_path(text, member);
		if (span_text(value, out, 512))
			return true;
		(void)snprintf(out, 512, "%.*s", (int)value.len,
		    value.p ? value.p : "");
		return value.p && value.len < 512 && !span_is(value, "null");
	}
	if (list->kind != LIST_LOGS)
		return false;
	if (strcmp(member, "key") == 0)
		len = (size_t)snprintf(out, 512, "%s", audit_key(g, row));
	else if (strcmp(member, "payload.userId") == 0)
		len = audit_user(g, row, out);
	else
		len = audit_application(g, row, out);
	out[len] = '\0';
	return len > 0;
}

/* Whether a list of objects has one with this id. */
static bool
has_element(struct span list, const char *id)
{
	const char *cursor = NULL;
	struct span item;
	char other[64];

	while (list.p && span_next(list, &cursor, &item))
		if (span_text(span_member(item, "id"), other, sizeof(other)) &&
		    strcmp(other, id) == 0)
			return true;
	return false;
}

static bool
equals_any(const struct filter *f, const char *param, const char *text)
{
	bool ignores_case = strcmp(param, "invitee") == 0;

	for (size_t i = 0; i < f->query->count; i++) {
		const struct param *p = &f->query->params[i];

		if (strcmp(p->name, param) == 0 &&
		    (ignores_case ? strcasecmp(p->value, text)
				  : strcmp(p->value, text)) == 0)
			return true;
	}
	return false;
}

static bool
test_equals(const struct filter *f, const struct list *list,
    const struct row *row)
{
	const char *pairs = f->route->equals;
	char param[64], member[64], text[512];

	while (next_pair(&pairs, param, member)) {
		if (!query_has(f->query, param))
			continue;
		if (strcmp(member, "organizationRoles") == 0) {
			if (!has_element(span_member(tenant_text(list, row),
					     member),
				query_get(f->query, param)))
				return false;
			continue;
		}
		if (!read_member(f, list, row, member, text) ||
		    !equals_any(f, param, text))
			return false;
	}
	return true;
}

static bool
test_q(const struct filter *f, const struct list *list, const struct row *row)
{
	const char *names = f->route->q;
	char name[64], text[SEARCH_FIELD_BYTES];

	while (*names) {
		size_t len = strcspn(names, " ");

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, names);
		if (search_field(f->tenant, list, row, name, text) &&
		    search_like(text, f->q, true))
			return true;
		names += len + (names[len] == ' ');
	}
	return false;
}

bool
filter_test(const void *context, const struct list *list, const struct row *row)
{
	const struct filter *f = context;
	char id[64];

	if (f->search.count > 0 &&
	    !search_matches(&f->search, f->tenant, list, row))
		return false;
	if (f->route->equals && !test_equals(f, list, row))
		return false;
	if (f->q && !test_q(f, list, row))
		return false;
	return !f->excluded ||
	    !span_text(span_member(tenant_text(list, row), "id"), id,
		sizeof(id)) ||
	    !tenant_find(f->tenant, f->excluded, id);
}
