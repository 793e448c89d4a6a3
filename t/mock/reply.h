/* SPDX-License-Identifier: ISC */
/*
 * An answer being put together: status, headers, body, and the faults that
 * the rules ordered for its way to the client. Knows nothing of sockets.
 */
#ifndef MOCK_REPLY_H
#define MOCK_REPLY_H

#include "attr.h"
#include "buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPLY_HEADERS = 32 };

enum reply_fate {
	FATE_SEND,
	FATE_CLOSE, /* FIN before the first byte */
	FATE_RESET, /* RST before the first byte */
};

struct header {
	char *name, *value;
};

struct reply {
	unsigned status;
	const char *type; /* Content-Type; NULL: none */
	struct header headers[REPLY_HEADERS];
	size_t header_count;
	struct buf body;
	bool has_etag;   /* compute one */
	bool is_encoded; /* the body is compressed already */
	enum reply_fate fate;
	bool is_cut;       /* after cut_bytes ... */
	bool is_cut_reset; /* ... with RST */
	size_t cut_bytes;
	uint64_t drip_bytes_s; /* 0: at once */
	bool is_endless;       /* the body is repeated for ever */
};

#define REPLY_JSON "application/json; charset=utf-8"
#define REPLY_TEXT "text/plain; charset=utf-8"
#define REPLY_HTML "text/html; charset=utf-8"

void reply_init(struct reply *r);
void reply_free(struct reply *r);

/* Empties the body and forgets the headers. */
void reply_reset(struct reply *r, unsigned status, const char *type);

void reply_header(struct reply *r, const char *name, const char *format, ...)
    ATTR_PRINTF(3, 4);
void reply_drop_header(struct reply *r, const char *name);
const char *reply_find_header(const struct reply *r, const char *name);

/* {"code":...,"message":...} */
void reply_error(struct reply *r, unsigned status, const char *code,
    const char *message);

/* Text that is the status' reason, as koa answers. */
void reply_reason(struct reply *r, unsigned status);

/* 500 as Logto answers it. */
void reply_failure(struct reply *r);

/* Appends the text as a JSON string. */
void reply_quote(struct buf *out, const char *text);

/* Sets ETag, turns the answer into a 304 where `if_none_match` has it, and
 * compresses as `accept_encoding` allows; either may be NULL. */
void reply_finish(struct reply *r, bool is_get, const char *if_none_match,
    const char *accept_encoding);

/* Makes the body an array of `mib` MiB when unpacked. */
void reply_bomb(struct reply *r, uint64_t mib);

#endif
