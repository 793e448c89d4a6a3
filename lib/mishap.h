/* SPDX-License-Identifier: ISC */
/*
 * Why a try to get an answer failed, in words that say what to do, and whether
 * another try may help. Pure but for a look at the name system; libcurl is
 * loaded (libcurl.h), whose words for its codes are used.
 */
#ifndef MISHAP_H
#define MISHAP_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What libcurl says of a transfer that failed. */
struct mishap {
	int code;         /* a CURLcode, and not CURLE_OK */
	const char *text; /* of CURLOPT_ERRORBUFFER; may be empty */
	const char *url;
	int64_t elapsed_ms;  /* of the try */
	size_t header_bytes; /* received */
	size_t body_bytes;   /* received, and decompressed */
	bool has_begun;      /* the first byte of an answer came */
	bool has_answered;   /* some server did before, in this run */
};

/* Sets `why`: STATUS_USAGE for what is wrong with the address, the proxy, or
 * trust in the certificate, STATUS_DATA for an answer that no retry makes
 * better, STATUS_LOCAL for want of memory, else STATUS_RETRY. Returns whether
 * another try may help. */
ATTR_NODISCARD
bool mishap_explain(const struct mishap *m, struct fail *why);

#endif
