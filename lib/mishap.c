/* SPDX-License-Identifier: ISC */
/*
 * libcurl's errors sorted by what the user can do. Where its code covers
 * several causes, the words of its message tell them apart.
 */
#include "mishap.h"

#include "bounds.h"
#include "host.h"
#include "url.h"

#include <curl/curl.h>
#include <string.h>

/* Why a certificate was refused. The words are those of libcurl with OpenSSL;
 * other words get the advice that is right most often. */
static void
judge_certificate(const char *url, const char *text, struct fail *why)
{
	const char *advice = "name the CA that signed the server's certificate "
			     "with --cacert FILE";

	if (strstr(text, "expired") || strstr(text, "not yet valid"))
		advice = "the server needs a new certificate, unless this "
			 "machine's clock is wrong";
	else if (strstr(text, "subject name") || strstr(text, "not match"))
		advice = "the certificate is another host's; use the host name "
			 "that it is for";
	else if (strstr(text, "certificate file"))
		advice = "install ca-certificates, or name one by --cacert";
	(void)fail_set(why, STATUS_USAGE, "%s: %s; %s", url, text, advice);
}

/* Whether libcurl's own ceilings, of 100 KB for a line of the header and 300
 * KB for all of it, were met. Of the first it says until 8.6 that memory is
 * short, which it may be, but hardly there; the second counts as an error of
 * the network. */
static bool
has_large_header(const struct mishap *m)
{
	enum { TOO_LARGE = 100 }; /* CURLE_TOO_LARGE, since 8.6 */

	return m->code == TOO_LARGE ||
	    strstr(m->text, "Too large response headers") ||
	    (m->code == CURLE_OUT_OF_MEMORY && m->has_begun &&
		m->body_bytes == 0);
}

/* Which ceiling an answer met. */
static void
explain_size(const struct mishap *m, struct fail *why)
{
	bool is_header = m->header_bytes > BOUND_HEADER_BYTES;

	(void)fail_set(why, STATUS_DATA,
	    "%s: the answer%s is larger than %d MB", m->url,
	    is_header ? "'s header" : "",
	    (is_header ? BOUND_HEADER_BYTES : BOUND_BODY_BYTES) >> 20);
}

/* Whether a name is wrong, and not the name system out of order: only while no
 * server has answered, since names are lost for a while, too. A name system
 * that kept libcurl waiting would keep us so. */
static bool
is_wrong_name(const struct mishap *m, const char *name, size_t len)
{
	enum { QUICK_MS = 2000 };

	return !m->has_answered && m->elapsed_ms <= QUICK_MS &&
	    host_is_unknown(name, len);
}

static bool
has_wrong_host(const struct mishap *m, struct fail *why)
{
	struct url url;

	if (url_parse(&url, m->url, why) != 0 ||
	    !is_wrong_name(m, url.host, url.host_len))
		return false;
	(void)fail_set(why, STATUS_USAGE,
	    "there is no host '%.*s'; check the endpoint", (int)url.host_len,
	    url.host);
	return true;
}

/* Only libcurl knows which proxy it took; its message ends with the name. */
static bool
has_wrong_proxy(const struct mishap *m, struct fail *why)
{
	const char *space = strrchr(m->text, ' ');

	if (!space || !is_wrong_name(m, space + 1, strlen(space + 1)))
		return false;
	(void)fail_set(why, STATUS_USAGE,
	    "there is no proxy '%s'; check https_proxy, http_proxy and "
	    "all_proxy in the environment",
	    space + 1);
	return true;
}

/* Whether what answered the greeting of TLS was plain text. */
static bool
has_no_tls(const struct mishap *m, struct fail *why)
{
	if (m->has_answered || !strstr(m->text, "wrong version number"))
		return false;
	(void)fail_set(why, STATUS_USAGE,
	    "%s: what listens there does not speak TLS; check the port and "
	    "the scheme of the endpoint",
	    m->url);
	return true;
}

bool
mishap_explain(const struct mishap *m, struct fail *why)
{
	CURLcode code = (CURLcode)m->code;
	const char *text = m->text[0] ? m->text : curl_easy_strerror(code);
	const char *url = m->url;

	if ((code == CURLE_COULDNT_RESOLVE_HOST && has_wrong_host(m, why)) ||
	    (code == CURLE_COULDNT_RESOLVE_PROXY && has_wrong_proxy(m, why)) ||
	    (code == CURLE_SSL_CONNECT_ERROR && has_no_tls(m, why)))
		return false;
	if (has_large_header(m)) {
		(void)fail_set(why, STATUS_DATA,
		    "%s: the answer's header is larger than libcurl takes",
		    url);
		return false;
	}
	if (code == CURLE_UNSUPPORTED_PROTOCOL && strstr(text, "HTTP/0.9")) {
		(void)fail_set(why, STATUS_USAGE,
		    "%s: what answers there does not speak HTTP; check the "
		    "endpoint",
		    url);
		return false;
	}
	switch (code) {
	case CURLE_WRITE_ERROR:
		explain_size(m, why);
		return false;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		judge_certificate(url, text, why);
		return false;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_SSL_CERTPROBLEM:
		(void)fail_set(why, STATUS_USAGE, "%s: %s", url, text);
		return false;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
		(void)fail_set(why, STATUS_LOCAL, "%s: %s", url, text);
		return false;
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_WEIRD_SERVER_REPLY:
		(void)fail_set(why, STATUS_DATA, "%s: %s", url, text);
		return false;
	default:
		(void)fail_set(why, STATUS_RETRY, "%s: %s", url, text);
		return true;
	}
}
