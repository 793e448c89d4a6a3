/* SPDX-License-Identifier: ISC */
/*
 * Opening the way to a tenant.
 */
#include "session.h"

#include <stdlib.h>
#include <string.h>

/* Cloud's limit is 20 a second, shared with the sign-ins of the tenant. */
enum { CLOUD_RATE = 10 };

/* What logto-token alone has use for; its variables are left in place. */
static const enum setting not_ours[] = {SETTING_APP_ID, SETTING_APP_SECRET,
    SETTING_APP_SECRET_FILE, SETTING_APP_SECRET_COMMAND, SETTING_NONE};

/* The token says who issued it: enough where nobody names the tenant. */
static void
take_issuer(struct session *s)
{
	struct secret endpoint = {0};
	char *text;

	if (settings_get(&s->settings, SETTING_ENDPOINT) ||
	    settings_get(&s->settings, SETTING_TENANT_ID) || !s->bearer.issuer)
		return;
	text = tenant_endpoint_of_issuer(s->bearer.issuer);
	if (!text)
		return;
	secret_set(&endpoint, text, strlen(text));
	settings_offer(&s->settings, SETTING_ENDPOINT, &endpoint,
	    "the token's issuer");
	secret_free(&endpoint);
	free(text);
}

int
session_open(struct session *s, const struct opts *o, struct fail *why)
{
	struct http_options http;

	if (common_load(&o->common, not_ours, &s->settings, why) != 0)
		return -1;
	settings_export(&s->settings);
	buf_init(&s->network, BOUND_CONFIG_BYTES);
	common_add_network(&o->common, &s->network);
	if (bearer_open(&s->bearer, &s->settings, s->network.data, why) != 0)
		return -1;
	take_issuer(s);
	settings_tell(&s->settings);
	if (tenant_open(&s->tenant, &s->settings, why) != 0)
		return -1;
	http = common_http_options(&o->common, &s->settings);
	http.max_flying = (unsigned)o->jobs;
	if (o->rate != RATE_BY_TENANT)
		http.rate = (double)o->rate;
	else if (s->bearer.audience &&
	    tenant_is_cloud_resource(s->bearer.audience))
		http.rate = CLOUD_RATE;
	s->transfer = transfer_new(&http, &s->tenant, &s->bearer, why);
	return s->transfer ? 0 : -1;
}

void
session_close(struct session *s)
{
	transfer_free(s->transfer);
	bearer_free(&s->bearer);
	buf_free(&s->network);
	tenant_free(&s->tenant);
	settings_free(&s->settings);
	s->transfer = NULL;
}
