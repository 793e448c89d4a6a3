/* SPDX-License-Identifier: ISC */
/*
 * logto-fetch: reads a Logto tenant through its Management API and writes
 * each record as a line of JSON. Parse, open, read each resource, close.
 */
#include "catalogue.h"
#include "fetch.h"
#include "job.h"
#include "msg.h"
#include "opts.h"
#include "secret.h"
#include "status.h"
#include "stop.h"
#include "stream.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
plan(const struct opts *o, struct job_list *jobs, struct fail *why)
{
	if (o->all && job_add_all(jobs, o->all, &o->params, why) != 0)
		return -1;
	for (size_t i = 0; i < o->operands.count; i++)
		if (job_add(jobs, o->operands.items[i], &o->params, why) != 0)
			return -1;
	if ((o->since || o->until) && !job_has_logs(jobs))
		return fail_set(why, STATUS_USAGE,
		    "--since and --until are for logs; nothing else has a "
		    "time that the server can search by");
	if (o->follow &&
	    (jobs->count != 1 || !job_has_logs(jobs) ||
		strchr(jobs->items[0].path, '*')))
		return fail_set(why, STATUS_USAGE,
		    "--follow takes one log: logs, or hooks/ID/recent-logs");
	return 0;
}

/* Prints the catalogue. */
static int
list(const struct opts *o, struct fail *why)
{
	catalogue_print(stdout, isatty(STDOUT_FILENO), o->common.verbosity > 0);
	if (fflush(stdout) != 0 || ferror(stdout))
		return fail_errno(why, "cannot write standard output");
	return 0;
}

/* Says what went wrong, for programs in the stream and for people on stderr.
 * `is_misuse`: the command line was not understood. */
static int
give_up(struct stream *stream, struct fail *why, bool is_misuse)
{
	size_t len = strlen(why->text);

	/* A file is removed, and its records with it. */
	if (stream->record_count > 0 && stream->is_stdout)
		(void)snprintf(why->text + len, sizeof(why->text) - len,
		    "; %llu records were written before",
		    (unsigned long long)stream->record_count);
	stream_poison(stream, why);
	stream_free(stream);
	if (is_misuse)
		return msg_misuse(why);
	(void)msg_fail(why);
	stop_raise();
	return (int)why->status;
}

/* Reads what the command line asks for; `is_misuse` where it makes no
 * sense. */
static int
run(const struct opts *o, struct stream *stream, bool *is_misuse,
    struct fail *why)
{
	struct job_list jobs = {0};
	int result;

	if (o->is_list) {
		*is_misuse = false;
		return list(o, why);
	}
	result = plan(o, &jobs, why);
	*is_misuse = result != 0;
	if (result == 0)
		result = fetch_run(o, &jobs, stream, why);
	job_free(&jobs);
	return result;
}

int
main(int argc, char **argv)
{
	struct stream stream = {0};
	struct opts opts;
	struct fail why;
	struct undo undo;
	bool is_misuse = true;
	int result = -1;

	msg_init("logto-fetch");
	secret_protect_process();
	stream_guard(&stream, &undo);
	switch (opts_parse(&opts, argc, argv, &why)) {
	case OPT_RUN:
		result = run(&opts, &stream, &is_misuse, &why);
		break;
	case OPT_DONE:
		result = 0;
		break;
	case OPT_BAD:
		break;
	}
	opts_free(&opts);
	if (result != 0)
		return give_up(&stream, &why, is_misuse);
	stream_free(&stream);
	return STATUS_OK;
}
