/* SPDX-License-Identifier: ISC */
/*
 * What libcurl's errors mean to the user: the status, whether another try may
 * help, and the words to act on. The texts are those that libcurl 7.88 and 8.x
 * write with OpenSSL. Hosts that are not there are t/1020's.
 */
#include "mishap.h"

#include "bounds.h"
#include "libcurl.h"
#include "status.h"
#include "tap.h"

#include <curl/curl.h>

static const char url[] = "https://tenant.example/api";

static const struct sample {
	const char *name;
	struct mishap mishap;
	const char *words; /* in the message */
	enum status status;
	bool may_retry;
} samples[] = {
    {"a refused connection",
	{.code = CURLE_COULDNT_CONNECT, .text = "Failed to connect"},
	"https://tenant.example/api: Failed to connect", STATUS_RETRY, true},
    {"no text of its own", {.code = CURLE_OPERATION_TIMEDOUT, .text = ""},
	"Timeout was reached", STATUS_RETRY, true},
    {"an expired certificate",
	{.code = CURLE_PEER_FAILED_VERIFICATION,
	    .text = "SSL certificate problem: certificate has expired"},
	"the server needs a new certificate", STATUS_USAGE, false},
    {"a certificate of tomorrow",
	{.code = CURLE_PEER_FAILED_VERIFICATION,
	    .text = "SSL certificate problem: certificate is not yet valid"},
	"this machine's clock is wrong", STATUS_USAGE, false},
    {"a certificate of another host",
	{.code = CURLE_PEER_FAILED_VERIFICATION,
	    .text = "SSL: no alternative certificate subject name matches "
		    "target host name 'tenant.example'"},
	"use the host name that it is for", STATUS_USAGE, false},
    {"a certificate of an unknown CA",
	{.code = CURLE_PEER_FAILED_VERIFICATION,
	    .text = "SSL certificate problem: self-signed certificate"},
	"with --cacert FILE", STATUS_USAGE, false},
    {"a CA file that is none",
	{.code = CURLE_SSL_CACERT_BADFILE,
	    .text = "error setting certificate file: /none"},
	"install ca-certificates", STATUS_USAGE, false},
    {"TLS to a plain port",
	{.code = CURLE_SSL_CONNECT_ERROR, .text = "wrong version number"},
	"does not speak TLS", STATUS_USAGE, false},
    {"the same after an answer",
	{.code = CURLE_SSL_CONNECT_ERROR,
	    .text = "wrong version number",
	    .has_answered = true},
	"wrong version number", STATUS_RETRY, true},
    {"no HTTP at all",
	{.code = CURLE_UNSUPPORTED_PROTOCOL,
	    .text = "Received HTTP/0.9 when not allowed"},
	"does not speak HTTP", STATUS_USAGE, false},
    {"a scheme that is not allowed",
	{.code = CURLE_UNSUPPORTED_PROTOCOL, .text = "Protocol not supported"},
	"Protocol not supported", STATUS_USAGE, false},
    {"a header beyond our ceiling",
	{.code = CURLE_WRITE_ERROR,
	    .text = "Failed writing header",
	    .header_bytes = BOUND_HEADER_BYTES + 1},
	"the answer's header is larger than", STATUS_DATA, false},
    {"a body beyond our ceiling",
	{.code = CURLE_WRITE_ERROR, .text = "Failure writing output"},
	"the answer is larger than", STATUS_DATA, false},
    {"a header beyond libcurl's",
	{.code = CURLE_RECV_ERROR,
	    .text = "Too large response headers: 307201 > 307200"},
	"larger than libcurl takes", STATUS_DATA, false},
    {"a line of it, since libcurl 8.6", {.code = 100, .text = ""},
	"larger than libcurl takes", STATUS_DATA, false},
    {"a line of it, before",
	{.code = CURLE_OUT_OF_MEMORY, .text = "", .has_begun = true},
	"larger than libcurl takes", STATUS_DATA, false},
    {"memory that is short before an answer",
	{.code = CURLE_OUT_OF_MEMORY, .text = ""}, "Out of memory",
	STATUS_LOCAL, false},
    {"memory that is short within a body",
	{.code = CURLE_OUT_OF_MEMORY,
	    .text = "",
	    .has_begun = true,
	    .body_bytes = 1},
	"Out of memory", STATUS_LOCAL, false},
    {"gzip that is none",
	{.code = CURLE_BAD_CONTENT_ENCODING, .text = "invalid block type"},
	"invalid block type", STATUS_DATA, false},
    {"an answer that is none",
	{.code = CURLE_WEIRD_SERVER_REPLY, .text = "Invalid status line"},
	"Invalid status line", STATUS_DATA, false},
    {"a name, after a server answered: names get lost",
	{.code = CURLE_COULDNT_RESOLVE_HOST,
	    .text = "Could not resolve host: tenant.example",
	    .has_answered = true},
	"Could not resolve host", STATUS_RETRY, true},
    {"a name, after a long wait for it",
	{.code = CURLE_COULDNT_RESOLVE_HOST,
	    .text = "Could not resolve host: tenant.example",
	    .elapsed_ms = 60000},
	"Could not resolve host", STATUS_RETRY, true},
};

int
main(void)
{
	struct fail missing = {0};

	if (libcurl_load(&missing) != 0) {
		(void)printf("1..0 # SKIP %s\n", missing.text);
		return 0;
	}
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		struct mishap mishap = s->mishap;
		struct fail why = {0};
		bool may_retry;

		mishap.url = url;
		may_retry = mishap_explain(&mishap, &why);
		is_int(may_retry, s->may_retry, s->name);
		is_int((int)why.status, (int)s->status, s->name);
		if (!ok(strstr(why.text, s->words) != NULL, "%s", s->name))
			(void)fprintf(stderr, "#  got: %s\n", why.text);
	}
	return tap_done();
}
