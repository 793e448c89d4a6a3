/* SPDX-License-Identifier: ISC */
/*
 * Cache, lock, cache again, request.
 */
#include "token.h"

#include "cache.h"
#include "credential.h"
#include "grant.h"
#include "http.h"
#include "msg.h"
#include "xdg.h"

#include <stdlib.h>

/* Says that there is no cache: plainly to whoever named its directory. */
static void
tell_trouble(const struct opts *o, const char *text)
{
	if (o->cache_dir)
		msg_warning("no token cache: %s", text);
	else
		msg_at(MSG_VERBOSE, "no token cache: %s", text);
}

static void
open_cache(struct cache *c, const struct opts *o, const struct tenant *tenant,
    const char *app_id)
{
	char *usual = o->cache_dir ? NULL : xdg_runtime_path("logto");
	const char *directory = o->cache_dir ? o->cache_dir : usual;
	char *key =
	    cache_key(tenant->endpoint, app_id, tenant->resource, GRANT_SCOPE);
	struct fail why;

	*c = (struct cache){.directory = -1, .lock = -1};
	if (o->without_cache)
		;
	else if (!directory)
		tell_trouble(o,
		    "XDG_RUNTIME_DIR is not set; --cache-dir "
		    "names another place");
	else if (cache_open(c, directory, key, &why) != 0)
		tell_trouble(o, why.text);
	free(key);
	free(usual);
}

static bool
find(struct token *t, const struct opts *o, struct cache *c)
{
	struct cache_time now = cache_now();

	if (o->is_refresh || o->form == FORM_CHECK ||
	    !cache_find(c, &now, o->min_ttl_ms / 1000, &t->reply, &t->left_s))
		return false;
	msg_at(MSG_VERBOSE, "the token is from the cache, '%s/%s'", c->path,
	    c->name);
	return true;
}

/* What is left of a new token's life: by the clock that cannot be set, since
 * the request may take its time. */
static void
count_down(struct token *t, const struct opts *o,
    const struct cache_time *asked_at)
{
	int64_t age_s = (cache_now().boot_ms - asked_at->boot_ms) / 1000;

	if (t->reply.lifetime_s == 0)
		return;
	t->left_s =
	    t->reply.lifetime_s > age_s ? t->reply.lifetime_s - age_s : 0;
	if (t->left_s < o->min_ttl_ms / 1000)
		msg_warning("the token is new, and yet lives only %lld "
			    "seconds, less than --min-ttl",
		    (long long)t->left_s);
}

/* Asks the tenant, and stores what it answers. */
static int
ask(struct token *t, const struct opts *o, struct settings *s,
    const struct tenant *tenant, struct cache *c, struct fail *why)
{
	struct http_options options = common_http_options(&o->common, s);
	struct cache_time asked_at = cache_now();
	struct secret secret = {0};
	struct fail trouble;
	struct http *http = NULL;
	int result = -1;

	if (credential_secret(s, &secret, why) != 0)
		goto out;
	http = http_new(&options, why);
	if (!http)
		goto out;
	if (grant_request(http, tenant, settings_get(s, SETTING_APP_ID),
		&secret, &t->reply, why) != 0)
		goto out;
	count_down(t, o, &asked_at);
	if (cache_store(c, &asked_at, &t->reply, &trouble) != 0)
		tell_trouble(o, trouble.text);
	result = 0;
out:
	http_free(http);
	secret_free(&secret);
	return result;
}

int
token_get(struct token *t, const struct opts *o, struct settings *s,
    const struct tenant *tenant, struct fail *why)
{
	struct cache cache;
	const char *app_id;
	int result;

	*t = (struct token){0};
	if (credential_app_id(s, &app_id, why) != 0 ||
	    credential_check(s, why) != 0)
		return -1;
	open_cache(&cache, o, tenant, app_id);
	if (find(t, o, &cache))
		result = 0;
	else if (cache_lock(&cache, CACHE_WAIT_MS, why) != 0)
		result = -1;
	else if (find(t, o, &cache))
		result = 0;
	else
		result = ask(t, o, s, tenant, &cache, why);
	cache_close(&cache);
	return result;
}

void
token_free(struct token *t)
{
	reply_free(&t->reply);
	t->left_s = 0;
}
