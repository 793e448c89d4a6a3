/* SPDX-License-Identifier: ISC */
/*
 * The file of rejected records.
 */
#include "rejects.h"

#include "buf.h"
#include "escape.h"
#include "utf8.h"

#include <string.h>

/* Of a line that comes in pieces, so many bytes are put into base64 at once. */
enum { PIECE_BYTES = 48 << 10 };

/* Lines of BOUND_LINE_BYTES, escaped: six bytes for each at most. */
static const size_t ENTRY_BYTES_MAX = (size_t)6 * BOUND_LINE_BYTES + 65536;

int
rejects_open(struct rejects *r, const char *path, struct fail *why)
{
	*r = (struct rejects){.out = {.fd = -1}};
	(void)pthread_mutex_init(&r->lock, NULL);
	if (!path)
		return 0;
	/* Standard output cannot be taken back when the load fails. */
	if (strcmp(path, "-") == 0)
		return fail_set(why, STATUS_USAGE,
		    "--rejects takes the name of a file, which appears once "
		    "the load is committed; '-' is none");
	r->is_open = true;
	return out_open_file(&r->out, path, 0666, why);
}

static void
add_base64(struct buf *to, const char *text, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		unsigned group = (unsigned)(unsigned char)text[i] << 16;

		if (i + 1 < len)
			group |= (unsigned)(unsigned char)text[i + 1] << 8;
		if (i + 2 < len)
			group |= (unsigned char)text[i + 2];
		buf_add_char(to, digits[group >> 18]);
		buf_add_char(to, digits[group >> 12 & 63]);
		buf_add_char(to, i + 1 < len ? digits[group >> 6 & 63] : '=');
		buf_add_char(to, i + 2 < len ? digits[group & 63] : '=');
	}
}

static void
add_head(struct buf *to, const struct origin *origin, const struct fail *reason)
{
	buf_addf(to, "{\"line\":%llu,\"offset\":%llu,\"reason\":",
	    (unsigned long long)origin->line,
	    (unsigned long long)origin->offset);
	escape_json(to, reason->text, strlen(reason->text));
}

static void
add_entry(struct buf *to, const struct origin *origin,
    const struct fail *reason)
{
	add_head(to, origin, reason);
	if (utf8_is_valid(origin->text, origin->len)) {
		buf_add(to, ",\"raw\":");
		escape_json(to, origin->text, origin->len);
	} else {
		buf_add(to, ",\"raw_base64\":\"");
		add_base64(to, origin->text, origin->len);
		buf_add_char(to, '"');
	}
	buf_add(to, "}\n");
}

int
rejects_add(struct rejects *r, const struct origin *origin,
    const struct fail *reason, struct fail *why)
{
	struct buf entry;
	int result;

	if (!r->is_open) {
		*why = *reason;
		return fail_prefix(why, "%s: line %llu", origin->name,
		    (unsigned long long)origin->line);
	}
	buf_init(&entry, ENTRY_BYTES_MAX);
	add_entry(&entry, origin, reason);
	(void)pthread_mutex_lock(&r->lock);
	r->count++;
	result = out_write(&r->out, entry.data, entry.len, why);
	(void)pthread_mutex_unlock(&r->lock);
	buf_free(&entry);
	return result;
}

int
rejects_begin(struct rejects *r, const struct origin *origin,
    const struct fail *reason, struct fail *why)
{
	struct buf head;
	int result;

	(void)pthread_mutex_lock(&r->lock);
	if (!r->is_open) {
		*why = *reason;
		return fail_prefix(why, "%s: line %llu", origin->name,
		    (unsigned long long)origin->line);
	}
	r->count++;
	r->carry_len = 0;
	buf_init(&head, ENTRY_BYTES_MAX);
	add_head(&head, origin, reason);
	buf_add(&head, ",\"raw_base64\":\"");
	result = out_write(&r->out, head.data, head.len, why);
	buf_free(&head);
	return result;
}

int
rejects_piece(struct rejects *r, const char *bytes, size_t len,
    struct fail *why)
{
	struct buf text;
	int result = 0;

	buf_init(&text, PIECE_BYTES * 2);
	while (len > 0 && result == 0) {
		size_t whole = 0;

		if (r->carry_len == 0) {
			whole = len < PIECE_BYTES ? len : PIECE_BYTES;
			whole -= whole % 3;
		}
		add_base64(&text, bytes, whole);
		bytes += whole;
		len -= whole;
		/* What makes no group of three waits for more. */
		if (whole == 0) {
			r->carry[r->carry_len++] = *bytes++;
			len--;
		}
		if (r->carry_len == sizeof(r->carry)) {
			add_base64(&text, r->carry, r->carry_len);
			r->carry_len = 0;
		}
		result = out_write(&r->out, text.data, text.len, why);
		buf_clear(&text);
	}
	buf_free(&text);
	return result;
}

int
rejects_end(struct rejects *r, struct fail *why)
{
	struct buf tail;
	int result = 0;

	if (r->is_open) {
		buf_init(&tail, PIECE_BYTES);
		add_base64(&tail, r->carry, r->carry_len);
		buf_add(&tail, "\"}\n");
		result = out_write(&r->out, tail.data, tail.len, why);
		buf_free(&tail);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return result;
}

int
rejects_settle(struct rejects *r, struct fail *why)
{
	if (!r->is_open)
		return 0;
	if (out_settle(&r->out, why) != 0)
		return -1;
	r->settled_bytes = out_size(&r->out);
	return 0;
}

int
rejects_commit(struct rejects *r, struct fail *why)
{
	return r->is_open ? out_commit(&r->out, why) : 0;
}

void
rejects_hold(struct rejects *r)
{
	r->held_bytes = r->settled_bytes;
}

int
rejects_keep(struct rejects *r, struct fail *why)
{
	if (!r->is_open)
		return 0;
	if (out_cut(&r->out, r->held_bytes, why) != 0)
		return -1;
	return out_commit(&r->out, why);
}

void
rejects_free(struct rejects *r)
{
	out_free(&r->out);
	(void)pthread_mutex_destroy(&r->lock);
}
