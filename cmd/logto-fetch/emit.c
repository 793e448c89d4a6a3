/* SPDX-License-Identifier: ISC */
/*
 * Writing records. A record is written in slices of the body that it came
 * in; nothing is copied but into the output buffer.
 */
#include "emit.h"

#include "bounds.h"
#include "escape.h"
#include "sieve.h"

#include <string.h>

const char *const emit_reserved[] = {"_resource", "_parent", "_key", "_error",
    "_rows", NULL};

static const char WHOLE[] = ",\"_rows\":\"all\"";

void
emit_init(struct emit *e, struct stream *stream)
{
	*e = (struct emit){.stream = stream};
	buf_init(&e->prefix, BOUND_URL_BYTES);
	buf_init(&e->hidden, BOUND_URL_BYTES);
	buf_init(&e->record, BOUND_LINE_BYTES);
}

static void
add_name(struct buf *to, const struct catalogue_entry *entry, const char *path)
{
	struct buf name;

	buf_init(&name, BOUND_URL_BYTES);
	catalogue_name(entry, path, &name);
	escape_json(to, name.data, name.len);
	buf_free(&name);
}

/* The name of a member, or the names that lead to one inside another. */
static void
add_key_path(struct buf *to, const char *path, size_t len)
{
	const char *end = path + len;
	bool is_path = memchr(path, '.', len);

	if (is_path)
		buf_add_char(to, '[');
	while (path < end) {
		const char *dot = memchr(path, '.', (size_t)(end - path));
		size_t part = (size_t)((dot ? dot : end) - path);

		escape_json(to, path, part);
		path += part + (dot != NULL);
		if (dot)
			buf_add_char(to, ',');
	}
	if (is_path)
		buf_add_char(to, ']');
}

/* "_key" where it is not "id". */
static void
add_key(struct buf *to, const char *key)
{
	bool is_first = true;

	if (!key)
		return;
	buf_add(to, ",\"_key\":[");
	while (*key) {
		size_t len = strcspn(key, " ");

		if (!is_first)
			buf_add_char(to, ',');
		is_first = false;
		add_key_path(to, key, len);
		key += len + strspn(key + len, " ");
	}
	buf_add_char(to, ']');
}

/* Which members come as null. */
static void
choose_hidden(struct emit *e, const struct catalogue_entry *entry)
{
	const char *secrets = entry ? entry->secrets : redact_unknown_path;

	buf_clear(&e->hidden);
	if (!e->has_secrets && secrets)
		buf_add(&e->hidden, secrets);
	if (e->is_stable && entry && entry->volatiles)
		buf_addf(&e->hidden, "%s%s", e->hidden.len > 0 ? " " : "",
		    entry->volatiles);
}

int
emit_start_list(struct emit *e, const struct catalogue_entry *entry,
    const char *path, const struct emit_parent *parents, size_t count,
    struct fail *why)
{
	struct buf *to = &e->prefix;

	choose_hidden(e, entry);
	buf_clear(to);
	if (e->is_raw)
		return 0;
	buf_add(to, "\"_resource\":");
	add_name(to, entry, path);
	for (size_t i = 0; i < count; i++) {
		buf_add(to, i == 0 ? ",\"_parent\":{" : ",");
		escape_json(to, parents[i].name, parents[i].name_len);
		buf_add_char(to, ':');
		escape_json(to, parents[i].key, strlen(parents[i].key));
	}
	if (count > 0)
		buf_add_char(to, '}');
	if (entry)
		add_key(to, entry->key);
	return buf_check(to, "the names of a record's parents", why);
}

/* Writes a slice of a record. A line break can only stand between tokens of
 * it, and becomes a blank: the record is one line. */
static int
write_slice(struct stream *s, const char *text, size_t len, struct fail *why)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		if (stream_write(s, text, n, why) != 0 ||
		    (end && stream_write(s, " ", 1, why) != 0))
			return -1;
		n += end != NULL;
		text += n;
		len -= n;
	}
	return 0;
}

/* Writes text[0..len) with the cuts replaced by null. */
static int
write_cut(struct emit *e, const char *text, size_t len, struct fail *why)
{
	const char *end = text + len;

	for (size_t i = 0; i < e->redact.count; i++) {
		const struct redact_cut *cut = &e->redact.cuts[i];

		if (write_slice(e->stream, text, (size_t)(cut->text - text),
			why) != 0 ||
		    stream_write(e->stream, "null", 4, why) != 0)
			return -1;
		text = cut->text + cut->len;
	}
	return write_slice(e->stream, text, (size_t)(end - text), why);
}

/* A record that has members of our names could not be told from one whose
 * members we wrote. */
static int
check_names(const struct json_node *nodes, size_t object, struct fail *why)
{
	for (size_t i = object + 1; i < nodes[object].end; i = nodes[i].end) {
		const char *const *name = emit_reserved;

		if (nodes[i].key[0] != '_')
			continue;
		while (*name &&
		    (strlen(*name) != nodes[i].key_len ||
			memcmp(*name, nodes[i].key, nodes[i].key_len) != 0))
			name++;
		if (*name)
			return fail_set(why, STATUS_DATA,
			    "a record has a member '%s' of its own, which is "
			    "reserved; read it with --raw",
			    *name);
	}
	return 0;
}

static bool
is_enough(const struct emit *e)
{
	return e->limit > 0 && e->written >= e->limit;
}

/* Begins a line with `{` and our members; `is_empty` says that the record
 * has none. */
static int
begin_record(struct emit *e, bool is_empty, struct fail *why)
{
	if (stream_begin(e->stream, why) != 0 ||
	    stream_write(e->stream, "{", 1, why) != 0 ||
	    stream_write(e->stream, e->prefix.data, e->prefix.len, why) != 0)
		return -1;
	if (e->is_whole && e->written == 0 &&
	    stream_write(e->stream, WHOLE, sizeof(WHOLE) - 1, why) != 0)
		return -1;
	if (e->prefix.len == 0 || is_empty)
		return 0;
	return stream_write(e->stream, ",", 1, why);
}

int
emit_sieved(void *context, bool is_same, const char *text, size_t len,
    struct fail *why)
{
	struct emit *e = context;

	if (is_enough(e))
		return 1;
	if (!is_same && !e->is_raw) {
		if (begin_record(e, len == 2, why) != 0 ||
		    write_slice(e->stream, text + 1, len - 1, why) != 0)
			return -1;
	} else if (stream_begin(e->stream, why) != 0 ||
	    write_slice(e->stream, text, len, why) != 0) {
		return -1;
	}
	e->written++;
	return is_enough(e);
}

int
emit_drain(struct emit *e, struct fail *why)
{
	int result = e->sieve ? sieve_drain(e->sieve, why) : 0;

	e->has_lost |= result < 0;
	return result;
}

/* Whether so many records are in the sieve that they may be enough: more need
 * not be read before it is known. Some at least, for each wait costs. */
static bool
is_time_to_look(const struct emit *e)
{
	enum { LEAST = 16 };
	size_t pending = sieve_pending(e->sieve);

	return e->limit > 0 && pending >= LEAST &&
	    pending >= e->limit - e->written;
}

/* Puts the record together as it would be written, and into the sieve. */
static int
sieve_record(struct emit *e, const char *text, size_t len, bool is_empty,
    struct fail *why)
{
	struct buf *to = &e->record;
	const char *end = text + len;
	int result;

	buf_clear(to);
	buf_add_char(to, '{');
	buf_append(to, e->prefix.data, e->prefix.len);
	if (e->prefix.len > 0 && !is_empty)
		buf_add_char(to, ',');
	for (size_t i = 0; i < e->redact.count; i++) {
		buf_append(to, text, (size_t)(e->redact.cuts[i].text - text));
		buf_add(to, "null");
		text = e->redact.cuts[i].text + e->redact.cuts[i].len;
	}
	buf_append(to, text, (size_t)(end - text));
	if (buf_check(to, "a record", why) != 0)
		return -1;
	result = sieve_put(e->sieve, to->data, to->len, why);
	e->has_lost |= result < 0;
	if (result == 0 && is_time_to_look(e))
		result = emit_drain(e, why);
	return result;
}

int
emit_row(void *context, const struct json_node *nodes, size_t object,
    struct fail *why)
{
	struct emit *e = context;
	const char *text = nodes[object].text + 1;
	size_t len = nodes[object].text_len - 1;
	bool is_empty = nodes[object].end == object + 1;

	if (is_enough(e))
		return 1;
	if (!e->is_raw && check_names(nodes, object, why) != 0)
		return -1;
	redact_find(&e->redact, nodes, object, e->hidden.data);
	if (e->sieve)
		return sieve_record(e, text, len, is_empty, why);
	if (begin_record(e, is_empty, why) != 0 ||
	    write_cut(e, text, len, why) != 0)
		return -1;
	e->written++;
	return is_enough(e);
}

int
emit_empty(struct emit *e, struct fail *why)
{
	if (stream_begin(e->stream, why) != 0 ||
	    stream_write(e->stream, "{", 1, why) != 0 ||
	    stream_write(e->stream, e->prefix.data, e->prefix.len, why) != 0)
		return -1;
	return stream_write(e->stream, ",\"_rows\":0}", 11, why);
}

void
emit_free(struct emit *e)
{
	redact_free(&e->redact);
	buf_free(&e->prefix);
	buf_free(&e->hidden);
	buf_free(&e->record);
}
