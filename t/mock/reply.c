/* SPDX-License-Identifier: ISC */
/*
 * Answers: headers, entity tags and compression as koa makes them.
 */
#include "reply.h"

#include "mem.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
/* zlib then promises not to write to its input. */
#define ZLIB_CONST
#include <zlib.h>

/* koa-compress leaves smaller bodies alone. */
enum { COMPRESS_FROM_BYTES = 1024 };

void
reply_init(struct reply *r)
{
	*r = (struct reply){.status = 200};
	buf_init(&r->body, 2048UL << 20);
}

static void
free_headers(struct reply *r)
{
	for (size_t i = 0; i < r->header_count; i++) {
		free(r->headers[i].name);
		free(r->headers[i].value);
	}
	r->header_count = 0;
}

void
reply_free(struct reply *r)
{
	free_headers(r);
	buf_free(&r->body);
}

void
reply_reset(struct reply *r, unsigned status, const char *type)
{
	free_headers(r);
	buf_clear(&r->body);
	r->status = status;
	r->type = type;
	r->has_etag = false;
}

void
reply_header(struct reply *r, const char *name, const char *format, ...)
{
	char *value = NULL;
	va_list args;
	int len;

	if (r->header_count == REPLY_HEADERS)
		return;
	va_start(args, format);
	len = vasprintf(&value, format, args);
	va_end(args);
	if (len < 0)
		return;
	r->headers[r->header_count].name = mem_string(name);
	r->headers[r->header_count++].value = value;
}

void
reply_drop_header(struct reply *r, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->header_count; i++) {
		if (strcasecmp(r->headers[i].name, name) == 0) {
			free(r->headers[i].name);
			free(r->headers[i].value);
		} else {
			r->headers[kept++] = r->headers[i];
		}
	}
	r->header_count = kept;
}

const char *
reply_find_header(const struct reply *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (strcasecmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	return NULL;
}

void
reply_quote(struct buf *out, const char *text)
{
	buf_add_char(out, '"');
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else
			buf_add_char(out, (char)c);
	}
	buf_add_char(out, '"');
}

void
reply_error(struct reply *r, unsigned status, const char *code,
    const char *message)
{
	reply_reset(r, status, REPLY_JSON);
	buf_addf(&r->body, "{\"code\":\"%s\",\"message\":", code);
	reply_quote(&r->body, message);
	buf_add_char(&r->body, '}');
}

void
reply_reason(struct reply *r, unsigned status)
{
	static const struct {
		unsigned status;
		const char *reason;
	} reasons[] = {
	    {400, "Bad Request"},
	    {401, "Unauthorized"},
	    {403, "Forbidden"},
	    {404, "Not Found"},
	    {405, "Method Not Allowed"},
	    {408, "Request Timeout"},
	    {413, "Payload Too Large"},
	    {429, "Too Many Requests"},
	    {500, "Internal Server Error"},
	    {501, "Not Implemented"},
	    {502, "Bad Gateway"},
	    {503, "Service Unavailable"},
	    {504, "Gateway Timeout"},
	};
	const char *reason = NULL;

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].status == status)
			reason = reasons[i].reason;
	reply_reset(r, status, REPLY_TEXT);
	if (reason)
		buf_add(&r->body, reason);
	else
		buf_addf(&r->body, "Status %u", status);
}

void
reply_failure(struct reply *r)
{
	reply_reset(r, 500, REPLY_JSON);
	buf_add(&r->body, "{\"message\":\"Internal server error.\"}");
}

/* koa-etag's: length in hex, and 27 characters of the body's SHA-1. */
static void
make_etag(const struct buf *body, char out[64])
{
	unsigned char digest[20];
	gnutls_datum_t raw = {digest, sizeof(digest)};
	gnutls_datum_t text = {NULL, 0};

	(void)gnutls_hash_fast(GNUTLS_DIG_SHA1, body->data, body->len, digest);
	(void)gnutls_base64_encode2(&raw, &text);
	(void)snprintf(out, 64, "\"%zx-%.27s\"", body->len,
	    text.data ? (const char *)text.data : "");
	gnutls_free(text.data);
}

static bool
has_etag(const char *list, const char *etag)
{
	/* Weak comparison: "W/" does not matter. */
	return strcmp(list, "*") == 0 || strstr(list, etag) != NULL;
}

/* `window` as zlib wants it: 15 for zlib (HTTP's deflate), 31 for gzip. */
static void
compress_body(struct buf *body, int window)
{
	z_stream z = {0};
	struct buf packed;
	uLong bound;
	char *room;

	/* The fastest level: the clients are measured, not we. */
	if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, window, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	bound = deflateBound(&z, body->len);
	buf_init(&packed, 2048UL << 20);
	room = buf_reserve(&packed, bound);
	z.next_in = (const unsigned char *)body->data;
	z.avail_in = (uInt)body->len;
	z.next_out = (unsigned char *)room;
	z.avail_out = (uInt)bound;
	if (room && deflate(&z, Z_FINISH) == Z_STREAM_END) {
		packed.len = bound - z.avail_out;
		buf_free(body);
		*body = packed;
	}
	(void)deflateEnd(&z);
}

static bool
accepts(const char *list, const char *coding)
{
	size_t len = strlen(coding);

	for (const char *p = list; p && (p = strstr(p, coding)); p += len) {
		const char *q = p + len;

		q += strspn(q, " ");
		if (strncmp(q, ";q=0", 4) == 0 &&
		    strspn(q + 4, "0.") == strcspn(q + 4, ", "))
			continue;
		if (*q == '\0' || strchr(",; ", *q))
			return true;
	}
	return false;
}

void
reply_finish(struct reply *r, bool is_get, const char *if_none_match,
    const char *accept_encoding)
{
	bool is_compressible = r->type && r->body.len >= COMPRESS_FROM_BYTES &&
	    !r->is_encoded && !r->is_endless;
	char etag[64];

	if (r->has_etag && is_get) {
		make_etag(&r->body, etag);
		reply_header(r, "ETag", "%s", etag);
		if (if_none_match && has_etag(if_none_match, etag)) {
			r->status = 304;
			r->type = NULL;
			buf_clear(&r->body);
			return;
		}
	}
	if (!accept_encoding || !is_compressible)
		return;
	if (accepts(accept_encoding, "gzip") || accepts(accept_encoding, "*")) {
		compress_body(&r->body, 31);
		reply_header(r, "Content-Encoding", "gzip");
		r->is_encoded = true;
	} else if (accepts(accept_encoding, "deflate")) {
		compress_body(&r->body, 15);
		reply_header(r, "Content-Encoding", "deflate");
		r->is_encoded = true;
	}
}

void
reply_bomb(struct reply *r, uint64_t mib)
{
	static const char row[] = ",{\"id\":\"aaaaaaaaaaaa\"}";
	unsigned char chunk[1 << 16];
	z_stream z = {0};
	struct buf block;

	reply_reset(r, 200, REPLY_JSON);
	reply_header(r, "Content-Encoding", "gzip");
	reply_header(r, "Total-Number", "1");
	r->is_encoded = true;
	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 31, 8,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	buf_init(&block, 2 << 20);
	while (block.len < 1 << 20)
		buf_add(&block, row);
	for (uint64_t i = 0; i <= mib + 1; i++) {
		bool is_last = i == mib + 1;
		const char *text = i == 0 ? "[{}" : is_last ? "]" : block.data;

		z.next_in = (const unsigned char *)text;
		z.avail_in = (uInt)strlen(text);
		do {
			z.next_out = chunk;
			z.avail_out = sizeof(chunk);
			(void)deflate(&z, is_last ? Z_FINISH : Z_NO_FLUSH);
			buf_append(&r->body, chunk,
			    sizeof(chunk) - z.avail_out);
		} while (z.avail_out == 0);
	}
	buf_free(&block);
	(void)deflateEnd(&z);
}
