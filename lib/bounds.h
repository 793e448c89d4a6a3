/* SPDX-License-Identifier: ISC */
/*
 * A ceiling for each quantity that comes from outside. Passing one is a
 * failure that names it; nothing is ever cut short in silence.
 */
#ifndef BOUNDS_H
#define BOUNDS_H

enum {
	/* One NDJSON line. Logto's largest records are below 1 MB. */
	BOUND_LINE_BYTES = 256 << 20,
	/* Objects and lists inside each other, in any JSON we read. */
	BOUND_JSON_DEPTH = 1024,
	/* Values, names, commas, colons and brackets of one JSON text: a node
	 * takes 56 bytes, a row of a list some hundreds. */
	BOUND_JSON_TOKENS = 16 << 20,
	/* A response body once decompressed; a page of logs is 100 KB. */
	BOUND_BODY_BYTES = 64 << 20,
	/* The header block of a response. */
	BOUND_HEADER_BYTES = 1 << 20,
	/* A URL we build; servers refuse request lines above 8 to 16 KB. */
	BOUND_URL_BYTES = 16 << 10,
	/* A secret or a token, from a file, a command or a server. */
	BOUND_SECRET_BYTES = 64 << 10,
	/* The INI file, a secrets.toml, a list of types. */
	BOUND_CONFIG_BYTES = 1 << 20,
	/* One message on stderr, or in the stream's error fragment. */
	BOUND_MESSAGE_BYTES = 2048,
	BOUND_RETRIES = 100,
	/* Longest wait that a server may ask of us by Retry-After. */
	BOUND_RETRY_AFTER_MS = 5 * 60 * 1000,
};

#endif
