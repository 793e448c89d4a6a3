/* SPDX-License-Identifier: ISC */
/*
 * ndjson-to-sql loads newline-delimited JSON into SQL tables:
 *
 *      logto-token | logto-fetch logs | ndjson-to-sql out.db
 */
#include "describe.h"
#include "fail.h"
#include "load.h"
#include "msg.h"
#include "opts.h"
#include "status.h"
#include "stop.h"

static void
set_level(const struct opts *o)
{
	if (o->is_quiet)
		msg_set_level(MSG_QUIET);
	else if (o->verbosity > 0)
		msg_set_level(o->verbosity > 1 ? MSG_TRACE : MSG_VERBOSE);
}

static int
run(const struct opts *o, struct fail *why)
{
	const struct describe_source source = {.target = o->target,
	    .schema = o->schema,
	    .libduckdb = o->libduckdb};

	if (o->describe)
		return describe_target(&source, o->describe_format, why);
	if (o->last)
		return describe_last(&source, o->last, why);
	return load_run(o, why);
}

int
main(int argc, char **argv)
{
	struct opts opts;
	struct fail why;
	int status = STATUS_OK;

	msg_init("ndjson-to-sql");
	switch (opts_parse(&opts, argc, argv, &why)) {
	case OPT_RUN:
		set_level(&opts);
		if (stop_install(&why) == 0 && run(&opts, &why) == 0)
			break;
		stop_raise();
		status = msg_fail(&why);
		break;
	case OPT_DONE:
		break;
	case OPT_BAD:
		status = msg_misuse(&why);
		break;
	}
	opts_free(&opts);
	return status;
}
