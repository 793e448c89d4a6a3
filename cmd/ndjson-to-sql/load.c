/* SPDX-License-Identifier: ISC */
/*
 * The load: the reading half, and the order of what happens at the end.
 */
#include "load.h"

#include "bounds.h"
#include "input.h"
#include "json.h"
#include "ledger.h"
#include "line.h"
#include "mem.h"
#include "msg.h"
#include "opts.h"
#include "out.h"
#include "progress.h"
#include "record.h"
#include "rejects.h"
#include "ring.h"
#include "schema.h"
#include "sink.h"
#include "stop.h"
#include "stream.h"
#include "summary.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	/* Cells of a batch, which are a few MB for the 1 MB of a chunk unless
	 * columns are many and lines short. */
	BATCH_BYTES = 32 << 20,
};

struct load {
	const struct opts *opts;
	struct sink *sink;
	struct schema *schema;
	struct ledger ledger;
	struct record record;
	struct json *json;
	struct rejects rejects;
	struct ring *ring;
	struct progress progress;
	struct out out;            /* for --dry-run */
	struct line_reader *lines; /* of the stream being read */
	uint64_t next_sequence;
	size_t told_count; /* records of the batch that progress knows of */
	uint64_t doubled_count; /* records with a member twice */
	int64_t started_ms;
	int64_t next_commit_ms; /* for --commit-every */
	bool has_uncommitted;
	uint64_t line_count;      /* that were not blank, of all streams */
	uint64_t read_count;      /* lines, of all streams */
	uint64_t committed_count; /* of these, by --commit-every */
	bool was_truncated;
	bool has_lost; /* something whose table is not known */
	bool has_json_lists;
	bool is_blind;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- opening ------------------------------------------------------------ */

/* A row that the destination refuses, in the ring's thread. */
static int
reject(void *context, const struct origin *origin, const struct fail *reason,
    struct fail *why)
{
	return rejects_add(context, origin, reason, why);
}

/* What only some destinations can do. */
static int
check_kind(const struct opts *o, const struct sink_kind *kind, struct fail *why)
{
	const char *option = NULL;

	if (o->schema && !kind->takes_schema)
		return fail_set(why, STATUS_USAGE,
		    "--schema is for databases that have schemas, and not for "
		    "%s",
		    kind->usage);
	if ((o->is_gzip || o->is_zstd) && !kind->takes_pack)
		option = o->is_gzip ? "gzip" : "zstd";
	else if (o->partition && !kind->takes_partition)
		option = "partition";
	if (!option)
		return 0;
	return fail_set(why, STATUS_USAGE,
	    "--%s is for files, such as csv:DIR, and not for %s", option,
	    kind->is_server ? kind->usage : o->target);
}

static int
open_sink(struct load *l, struct fail *why)
{
	const struct opts *o = l->opts;
	struct sink_options options = {.mode = o->mode,
	    .busy_timeout_ms = o->busy_timeout_ms,
	    .libduckdb = o->libduckdb,
	    .is_endless = o->commit_every_ms > 0,
	    .closes_absent = o->is_sync,
	    .ddl = o->is_dry ? &l->out : NULL,
	    .pack = o->is_zstd ? PACK_ZSTD
		: o->is_gzip   ? PACK_GZIP
			       : PACK_PLAIN,
	    .partition = o->partition,
	    .schema = o->schema,
	    .reject = o->rejects ? reject : NULL,
	    .context = &l->rejects};
	const struct sink_kind *kind =
	    sink_find(o->target, &options.target, why);
	struct schema_options limits;

	if (!kind || check_kind(o, kind, why) != 0 ||
	    (o->is_dry && out_open_stdout(&l->out, why) != 0))
		return -1;
	limits = (struct schema_options){.max_name_bytes = kind->max_name_bytes,
	    .typings = o->typings,
	    .typing_count = o->typing_count,
	    .max_columns = o->max_columns < kind->max_columns
		? (size_t)o->max_columns
		: kind->max_columns};
	limits.dialect = sink_dialect(kind, options.target);
	l->schema = schema_new(&limits);
	if (kind->open(&options, &l->sink, why) != 0)
		return -1;
	if (l->sink->ops->survey(l->sink, l->schema, why) != 0)
		return -1;
	if (ledger_open(&l->ledger, l->sink, l->schema, l->started_ms, why) !=
	    0)
		return -1;
	l->sink->load_id = l->sink->now_ms = l->ledger.load_id;
	l->is_blind = kind->is_blind;
	l->has_json_lists = kind->has_json_lists || o->arrays == 1;
	return 0;
}

/* One batch, in the ring's thread. */
static int
write_batch(void *context, struct batch *b, struct fail *why)
{
	struct load *l = context;

	for (size_t i = 0; i < b->change_count; i++)
		if (l->sink->ops->change(l->sink, &b->changes[i], why) != 0)
			return -1;
	return l->sink->ops->write(l->sink, b, why);
}

static int
open_load(struct load *l, struct fail *why)
{
	const struct opts *o = l->opts;
	struct record_options options = {.depth = (unsigned)o->depth,
	    .mode = o->mode,
	    .key = &o->key,
	    .table = o->table};

	memcpy(options.contract, o->contract, sizeof(options.contract));
	if (open_sink(l, why) != 0)
		return -1;
	options.load_id = options.now_ms = l->ledger.load_id;
	options.has_json_arrays = l->has_json_lists;
	options.is_blind = l->is_blind;
	record_init(&l->record, l->schema, &options);
	l->json = json_new(BOUND_JSON_DEPTH);
	l->next_sequence = 1;
	l->ring = ring_new(write_batch, l, why);
	return l->ring ? 0 : -1;
}

static void
close_load(struct load *l)
{
	ring_free(l->ring);
	json_free(l->json);
	record_free(&l->record);
	if (l->sink)
		l->sink->ops->free(l->sink);
	schema_free(l->schema);
	out_free(&l->out);
	rejects_free(&l->rejects);
}

/* --- batches ------------------------------------------------------------ */

/* Makes r->batch ready: 0; -1 if the other thread has failed. */
static int
begin_batch(struct load *l, struct fail *why)
{
	struct batch *b;

	if (l->record.batch)
		return 0;
	b = ring_take(l->ring);
	if (!b)
		return ring_wait(l->ring, why);
	batch_clear(b, l->next_sequence);
	l->record.batch = b;
	return 0;
}

static void
tell_progress(struct load *l)
{
	const struct batch *b = l->record.batch;
	const struct origin *first, *last;

	/* The load's own records come from no stream. */
	if (!l->lines || !b || b->origin_count == l->told_count)
		return;
	first = &b->origins[l->told_count];
	last = &b->origins[b->origin_count - 1];
	progress_add(&l->progress, b->origin_count - l->told_count,
	    last->offset - first->offset + last->len + 1);
	l->told_count = b->origin_count;
}

/* Hands the batch and the chunk that its rows point into over. */
static void
end_batch(struct load *l, bool is_last)
{
	struct batch *b = l->record.batch;

	if (!b)
		return;
	tell_progress(l);
	l->told_count = 0;
	schema_take_changes(l->schema, b, is_last);
	l->next_sequence = b->first_sequence + b->origin_count;
	if (l->lines)
		line_swap_chunk(l->lines, &b->chunk, &b->chunk_bytes);
	l->record.batch = NULL;
	ring_put(l->ring, b);
}

/* --- the end of a load, or of a part ------------------------------------ */

/* Tells the destination of which tables it cannot know what did not come.
 * What is rejected as no record may be one of any. */
static void
mark_incomplete(struct load *l)
{
	uint64_t known = 0;

	for (size_t i = 0; i < schema_table_count(l->schema); i++) {
		struct table *t = schema_table(l->schema, i);
		uint64_t rejected = t->rejected_count +
		    l->sink->ops->counts(l->sink, t->id).rejected;

		known += rejected;
		t->root->is_incomplete |= rejected > 0;
	}
	l->has_lost = l->was_truncated || l->rejects.count > known;
	for (size_t i = 0; i < schema_table_count(l->schema); i++)
		schema_table(l->schema, i)->is_incomplete |= l->has_lost;
}

/* Everything up to the commit. It runs in this thread: the other one has
 * nothing to do. */
static int
finish(struct load *l, const char *status, struct fail *why)
{
	struct buf counts;
	struct batch *b;
	int result;

	if (begin_batch(l, why) != 0)
		return -1;
	end_batch(l, true);
	progress_finish(&l->progress, "finishing");
	if (ring_wait(l->ring, why) != 0)
		return -1;
	mark_incomplete(l);
	if (l->sink->ops->finish(l->sink, why) != 0 || begin_batch(l, why) != 0)
		return -1;
	b = l->record.batch;
	buf_init(&counts, BOUND_LINE_BYTES);
	summary_add_json(&counts, l->schema, l->sink);
	ledger_write(&l->ledger, b, now_ms(), l->opts->mode, status,
	    counts.data, l->rejects.count);
	buf_free(&counts);
	end_batch(l, false);
	result = ring_wait(l->ring, why);
	if (result == 0)
		result = l->sink->ops->finish(l->sink, why);
	return result;
}

/* --- lines -------------------------------------------------------------- */

static struct origin
origin_of(const struct load *l, const struct line *line)
{
	return (struct origin){.text = line->text,
	    .len = line->len,
	    .line = line->number,
	    .offset = line->offset,
	    .name = l->lines->name};
}

/* A first line that does not begin as an object does is of another format, and
 * a bracket alone is the beginning of JSON that is laid out for readers. */
static void
hint_format(const struct line *line, struct fail *why)
{
	size_t len = strlen(why->text);
	const char *hint = "";

	if (line->number != 1 || why->status != STATUS_DATA || line->len == 0)
		return;
	if (line->len == 1 && line->text[0] == '{')
		hint = "; 'jq -c .' puts an object on one line";
	else if (line->len == 1 && line->text[0] == '[')
		hint = "; 'jq -c .[]' makes a line of each object in a list";
	else if (!memchr("{ \t", line->text[0], 3))
		hint = "; what is read is NDJSON, one JSON object a line";
	(void)snprintf(why->text + len, sizeof(why->text) - len, "%s", hint);
}

/* 0; 1 where the record is at fault; -1. */
static int
load_record(struct load *l, const struct line *line, struct fail *why)
{
	const struct json_node *nodes;
	struct origin origin = {.text = line->text,
	    .len = line->len,
	    .line = line->number,
	    .offset = line->offset,
	    .name = l->lines->name};
	size_t count;
	int result;

	if (json_parse(l->json, line->text, line->len, &nodes, &count, why) !=
	    0) {
		hint_format(line, why);
		return why->status == STATUS_DATA ? 1 : -1;
	}
	if (begin_batch(l, why) != 0)
		return -1;
	result = record_add(&l->record, nodes, &origin, why);
	if (result < 0 &&
	    (why->status == STATUS_DATA || why->status == STATUS_USAGE))
		(void)fail_prefix(why, "%s: line %llu", l->lines->name,
		    (unsigned long long)line->number);
	return result;
}

/* The last line of a stream, if it has no newline. */
static int
load_cut_line(struct load *l, const struct line *line, struct fail *why)
{
	const char *name = l->lines->name;
	unsigned long long number = line->number;
	int result;

	if (!l->opts->accepts_truncated)
		return stream_fail_cut(line, name, l->committed_count > 0, why);
	l->was_truncated = true;
	/* What rested there had begun no record. */
	if (stream_is_blank(line))
		return 0;
	result = load_record(l, line, why);
	if (result == 0)
		msg_warning("%s: line %llu does not end; taken as it is", name,
		    number);
	else if (result == 1)
		msg_warning("%s: line %llu is cut off; left out", name, number);
	return result < 0 ? -1 : 0;
}

/* A member that an object has twice is worth one warning a load. */
static void
warn_doubled(struct load *l, const struct line *line)
{
	if (!l->record.doubled)
		return;
	if (l->doubled_count++ == 0)
		msg_warning("%s: line %llu: an object has '%s' twice; the last "
			    "one counts, here and in what follows",
		    l->lines->name, (unsigned long long)line->number,
		    l->record.doubled->key);
	l->record.doubled = NULL;
}

/* Takes a line that is too long to be parsed, to its end. */
static int
reject_long(struct load *l, struct line *line, struct fail *why)
{
	struct origin origin = origin_of(l, line);
	struct fail reason, ignored;
	int result;

	(void)fail_set(&reason, STATUS_DATA,
	    "the line is longer than %zu bytes", l->lines->max_bytes);
	result = rejects_begin(&l->rejects, &origin, &reason, why);
	if (result == 0)
		result = rejects_piece(&l->rejects, line->text, line->len, why);
	/* The next piece overwrites the chunk. */
	end_batch(l, false);
	while (result == 0 && (result = line_rest(l->lines, line, why)) == 1)
		result = rejects_piece(&l->rejects, line->text, line->len, why);
	if (rejects_end(&l->rejects, result == 0 ? why : &ignored) != 0)
		return -1;
	if (result != 0 || line->is_terminated)
		return result;
	if (!l->opts->accepts_truncated)
		return stream_fail_cut(line, origin.name,
		    l->committed_count > 0, why);
	l->was_truncated = true;
	return 0;
}

static int
load_line(struct load *l, struct line *line, struct fail *why)
{
	struct origin origin;
	struct fail reason;
	int result;

	l->read_count++;
	stream_skip_mark(line);
	if (line->is_long) {
		l->line_count++;
		return reject_long(l, line, why);
	}
	if (line->is_terminated && stream_is_blank(line))
		return 0;
	l->line_count++;
	if (!line->is_terminated)
		return load_cut_line(l, line, why);
	result = load_record(l, line, why);
	warn_doubled(l, line);
	if (result == 1) {
		reason = *why;
		origin = origin_of(l, line);
		return rejects_add(&l->rejects, &origin, &reason, why);
	}
	return result;
}

/* Waits for input while rows wait for their commit: 1 where it is time for
 * that, 0 where there is something to read. */
static int
wait_for_commit(const struct load *l, const struct input *input)
{
	struct pollfd wait[] = {{.fd = input->fd, .events = POLLIN},
	    {.fd = stop_descriptor(), .events = POLLIN}};
	int64_t left = l->next_commit_ms - now_ms();

	if (left <= 0)
		return 1;
	return poll(wait, 2, left > 60000 ? 60000 : (int)left) == 0 &&
	    now_ms() >= l->next_commit_ms;
}

/* The first line after a commit begins a part. In a history it is a load of
 * its own: its versions are later than all that are there. */
static int
begin_part(struct load *l, struct fail *why)
{
	int64_t now;

	if (l->has_uncommitted || l->committed_count == 0 ||
	    l->opts->mode != MODE_HISTORY || l->opts->is_dry)
		return 0;
	/* It also waits for others; nobody else commits from here on. */
	if (ledger_pass(l->sink, &l->sink->now_ms, why) != 0)
		return -1;
	now = now_ms();
	if (now <= l->sink->now_ms)
		now = l->sink->now_ms + 1;
	l->sink->now_ms = l->record.options.now_ms = now;
	return 0;
}

/* Commits, if --commit-every says that it is time. */
static int
commit_now_and_then(struct load *l, const struct input *input, struct fail *why)
{
	if (l->opts->commit_every_ms == 0 || !l->has_uncommitted ||
	    !wait_for_commit(l, input))
		return 0;
	if (finish(l, "open", why) != 0 ||
	    rejects_settle(&l->rejects, why) != 0 ||
	    l->sink->ops->commit(l->sink, false, why) != 0)
		return -1;
	rejects_hold(&l->rejects);
	l->has_uncommitted = false;
	l->committed_count = l->read_count;
	return 0;
}

/* Reads until a line is whole. Batches end where a chunk is full and not
 * where a pipe had no more just now: the order of columns may depend on them,
 * and the same stream is to make the same tables. Only --commit-every cannot
 * wait for that. */
static int
await_line(struct load *l, const struct input *input, struct fail *why)
{
	while (line_must_read(l->lines)) {
		tell_progress(l);
		/* The rows so far lie in the chunk. */
		if (line_is_full(l->lines) || l->opts->commit_every_ms > 0)
			end_batch(l, false);
		if (commit_now_and_then(l, input, why) != 0 ||
		    line_read_more(l->lines, why) != 0)
			return -1;
	}
	return 0;
}

static int
load_lines(struct load *l, const struct input *input, struct fail *why)
{
	struct line line;
	int result;

	for (;;) {
		if (await_line(l, input, why) != 0)
			return -1;
		result = line_next(l->lines, &line, why);
		if (result != 1)
			return result;
		if (begin_part(l, why) != 0 || load_line(l, &line, why) != 0)
			return -1;
		/* A short line is a long row where columns are many. */
		if (l->record.batch &&
		    l->record.batch->arena_bytes > BATCH_BYTES)
			end_batch(l, false);
		if (!l->has_uncommitted)
			l->next_commit_ms = now_ms() + l->opts->commit_every_ms;
		l->has_uncommitted = true;
	}
}

/* The name of a table for a file: "x/logs.ndjson.gz" gives "logs". */
static char *
stem_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t len = strcspn(name, ".");

	return len > 0 && strcmp(path, "-") != 0 ? mem_copy(name, len) : NULL;
}

static int
load_file(struct load *l, const char *path, struct fail *why)
{
	struct input input = {.fd = -1};
	struct line_reader lines = {.fd = -1};
	char *stem = path ? stem_of(path) : NULL;
	int result;

	l->record.options.fallback_table = stem;
	result = input_open(&input, path, why);
	if (result == 0) {
		line_open_source(&lines, input_read, &input, input.name,
		    BOUND_LINE_BYTES);
		lines.takes_long = l->rejects.is_open;
		l->lines = &lines;
		result = load_lines(l, &input, why);
		end_batch(l, false);
	}
	/* What the origins of rows are called must outlive the rows. */
	if (result == 0)
		result = ring_wait(l->ring, why);
	l->lines = NULL;
	l->record.options.fallback_table = NULL;
	if (result != 0)
		ring_stop(l->ring);
	line_free(&lines);
	input_free(&input);
	free(stem);
	return result;
}

static int
load_files(struct load *l, struct fail *why)
{
	const struct opt_list *files = &l->opts->files;

	if (files->count == 0)
		return load_file(l, NULL, why);
	for (size_t i = 0; i < files->count; i++)
		if (load_file(l, files->items[i], why) != 0)
			return -1;
	return 0;
}

/* --- the end ------------------------------------------------------------ */

static int
check_empty(const struct load *l, struct fail *why)
{
	const struct opts *o = l->opts;

	if (l->line_count > 0 || o->allows_empty ||
	    (o->mode != MODE_REPLACE && o->mode != MODE_SYNC))
		return 0;
	return fail_set(why, STATUS_DATA,
	    "the stream is empty, and --%s would delete rows for it; if that "
	    "is right, add --allow-empty",
	    o->mode == MODE_SYNC ? "sync" : "replace");
}

static void
warn_of_typings(const struct load *l)
{
	for (size_t i = 0; i < l->opts->typing_count; i++) {
		const struct schema_typing *t = &l->opts->typings[i];

		if (schema_lacks(l->schema, t))
			msg_warning("--type '%s%s%s=%s': no record has that "
				    "column",
			    t->table ? t->table : "", t->table ? "." : "",
			    t->column, type_name(t->type));
	}
}

/* --append makes tables without a key, also where one was asked for. */
static void
warn_of_keys(const struct load *l)
{
	if (l->opts->mode != MODE_APPEND || l->opts->key.count == 0)
		return;
	for (size_t i = 0; i < schema_table_count(l->schema); i++) {
		const struct table *t = schema_table(l->schema, i);

		if (!t->parent && !t->is_own && t->has_records && !t->is_stored)
			msg_warning("'%s' is made without the key that --key "
				    "names, as --append adds all rows; make it "
				    "without --append first",
			    t->name);
	}
}

static void
tell(const struct load *l)
{
	struct summary s = {.schema = l->schema,
	    .sink = l->sink,
	    .milliseconds = now_ms() - l->started_ms,
	    .rejected = l->rejects.count,
	    .doubled_members = l->doubled_count,
	    .discarded_values = l->record.discarded_values,
	    .has_reader = isatty(STDERR_FILENO) == 1,
	    .is_json = l->opts->stats == 1,
	    .is_dry = l->opts->is_dry};

	warn_of_keys(l);
	warn_of_typings(l);
	summary_warn(l->schema);
	if (l->opts->is_sync)
		summary_warn_kept(l->schema, l->has_lost);
	summary_print(&s);
}

/* Whether a record that is loaded again finds itself by its key. */
static bool
has_keys(const struct load *l)
{
	for (size_t i = 0; i < schema_table_count(l->schema); i++) {
		const struct table *t = schema_table(l->schema, i);

		if (!t->parent && !t->is_own && t->has_records &&
		    t->key_count == 0)
			return false;
	}
	return l->opts->mode != MODE_APPEND;
}

/* After a failure: what --commit-every has stored stays, and who loads again
 * must know how much that is. */
static void
tell_committed(struct load *l, struct fail *why)
{
	unsigned long long count = l->committed_count;
	struct fail reason = *why, lost;

	if (rejects_keep(&l->rejects, &lost) != 0)
		(void)fail_set(why, reason.status, "%s; %s", reason.text,
		    lost.text);
	reason = *why;
	if (has_keys(l))
		(void)fail_set(why, reason.status,
		    "%s; up to line %llu of the input all is committed, and "
		    "may be loaded again: keys keep it from being doubled",
		    reason.text, count);
	else
		(void)fail_set(why, reason.status,
		    "%s; up to line %llu of the input all is committed: go on "
		    "from line %llu, or it is added once more",
		    reason.text, count, count + 1);
}

int
load_run(const struct opts *o, struct fail *why)
{
	struct load l = {.opts = o, .out = {.fd = -1}};
	int result = -1;

	progress_open(&l.progress, "rows", o->is_dry && isatty(STDOUT_FILENO));
	l.started_ms = now_ms();
	if (rejects_open(&l.rejects, o->rejects, why) != 0 ||
	    open_load(&l, why) != 0 || load_files(&l, why) != 0 ||
	    check_empty(&l, why) != 0 ||
	    finish(&l, l.was_truncated ? "truncated" : "complete", why) != 0)
		goto out;
	/* The rejects are safe before the load counts, and appear once it
	 * does. */
	result = stop_is_requested() ? stop_fail(why)
				     : rejects_settle(&l.rejects, why);
	if (result == 0)
		result = l.sink->ops->commit(l.sink, true, why);
	if (result == 0 && o->is_dry)
		result = out_commit(&l.out, why);
	if (result == 0 && rejects_commit(&l.rejects, why) != 0) {
		l.committed_count = 0;
		result = fail_prefix(why, "the load is committed, but");
	}
	if (result == 0) {
		progress_end(&l.progress);
		tell(&l);
	}
out:
	if (result != 0 && l.committed_count > 0)
		tell_committed(&l, why);
	close_load(&l);
	return result;
}
