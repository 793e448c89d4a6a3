/* SPDX-License-Identifier: ISC */
/*
 * logto-token prints a bearer token for a Logto tenant's Management API:
 *
 *      logto-token | logto-fetch logs | ndjson-to-sql out.db
 */
#include "check.h"
#include "dlt.h"
#include "fail.h"
#include "msg.h"
#include "opts.h"
#include "out.h"
#include "print.h"
#include "secret.h"
#include "settings.h"
#include "status.h"
#include "stop.h"
#include "tenant.h"
#include "token.h"
#include "undo.h"

#include <time.h>

/* logto-fetch's settings: none of logto-token's business. */
static const enum setting unused[] = {SETTING_TOKEN, SETTING_TOKEN_FILE,
    SETTING_TOKEN_COMMAND, SETTING_NONE};

/* From the options to the settings of one tenant. */
static int
configure(const struct opts *o, struct settings *settings,
    struct tenant *tenant, struct fail *why)
{
	if (common_load(&o->common, unused, settings, why) != 0)
		return -1;
	if (o->dlt_secrets && dlt_read(o->dlt_secrets, settings, why) != 0)
		return -1;
	settings_tell(settings);
	if (tenant_open(tenant, settings, why) != 0)
		return -1;
	msg_at(MSG_VERBOSE, "the tenant is %s, its Management API %s",
	    tenant->endpoint, tenant->resource);
	return 0;
}

static int
run(const struct opts *o, struct fail *why)
{
	struct settings settings = {0};
	struct tenant tenant = {0};
	struct token token = {0};
	struct out out = {.fd = -1};
	int result = -1;

	if (out_open_stdout(&out, why) != 0 ||
	    configure(o, &settings, &tenant, why) != 0 ||
	    token_get(&token, o, &settings, &tenant, why) != 0)
		goto out;
	if (o->form == FORM_CHECK)
		result = check_run(&out, o, &settings, &tenant, &token, why);
	else
		result = print_token(&out, &token, o->form, time(NULL), why);
	if (result == 0)
		result = out_commit(&out, why);
out:
	out_free(&out);
	token_free(&token);
	tenant_free(&tenant);
	settings_free(&settings);
	return result;
}

/* For want of memory. */
static void
fail_reader(void *opts)
{
	const struct fail why = {.status = STATUS_LOCAL};
	const struct opts *o = opts;

	if (o->form == FORM_BARE)
		print_failure(&why);
}

int
main(int argc, char **argv)
{
	struct opts opts = {.form = FORM_BARE};
	struct undo undo;
	struct fail why;

	msg_init("logto-token");
	secret_protect_process();
	undo_add(&undo, fail_reader, &opts);
	switch (opts_parse(&opts, argc, argv, &why)) {
	case OPT_RUN:
		break;
	case OPT_DONE:
		return STATUS_OK;
	case OPT_BAD:
		if (opts.form == FORM_BARE)
			print_failure(&why);
		return msg_misuse(&why);
	}
	if (stop_install(&why) != 0 || run(&opts, &why) != 0) {
		if (opts.form == FORM_BARE)
			print_failure(&why);
		stop_raise();
		return msg_fail(&why);
	}
	return STATUS_OK;
}
