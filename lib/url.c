/* SPDX-License-Identifier: ISC */
/*
 * Reading URLs, strictly.
 */
#include "url.h"

#include "bounds.h"
#include "num.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char HOST_BYTES[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz"
				 "0123456789-_.";

/* The authority, which is host and port, is text[0..len); what ends it is no
 * part of a host. */
static bool
parse_authority(struct url *url, const char *text, size_t len)
{
	uint64_t port;

	url->host = text;
	if (text[0] == '[') {
		size_t inside = strspn(text + 1, "0123456789abcdefABCDEF:.");

		if (inside == 0 || text[1 + inside] != ']')
			return false;
		url->host_len = inside + 2;
	} else {
		url->host_len = strspn(text, HOST_BYTES);
		if (url->host_len == 0 || text[0] == '.' || text[0] == '-')
			return false;
	}
	if (url->host_len == len)
		return true;
	if (text[url->host_len] != ':')
		return false;
	url->port = text + url->host_len + 1;
	url->port_len = len - url->host_len - 1;
	return num_u64(url->port, url->port_len, &port) == 0 && port >= 1 &&
	    port <= 65535;
}

int
url_parse(struct url *url, const char *text, struct fail *why)
{
	const char *authority;
	size_t len = strlen(text);
	size_t authority_len;

	*url = (struct url){0};
	if (len > BOUND_URL_BYTES)
		return fail_set(why, STATUS_USAGE,
		    "'%.60s...' is longer than %d bytes", text,
		    BOUND_URL_BYTES);
	url->is_https = strncasecmp(text, "https://", 8) == 0;
	if (!url->is_https && strncasecmp(text, "http://", 7) != 0)
		return fail_set(why, STATUS_USAGE,
		    "'%s' is no https URL, as it has to be", text);
	authority = text + (url->is_https ? 8 : 7);
	authority_len = strcspn(authority, "/?#");
	/* Not printed: what stands there may be a password. */
	if (memchr(authority, '@', authority_len))
		return fail_set(why, STATUS_USAGE,
		    "a URL must not hold a user or password (what stands "
		    "before the '@')");
	if (!parse_authority(url, authority, authority_len))
		return fail_set(why, STATUS_USAGE,
		    "'%s' is no https URL: its host or port is not valid",
		    text);
	url->path = authority + authority_len;
	url->path_len = strlen(url->path);
	for (const char *c = url->path; *c; c++)
		if (*c <= ' ' || *c >= 0x7F || *c == '\\' || *c == '#')
			return fail_set(why, STATUS_USAGE,
			    "'%s' must not hold '#', '\\', a blank or a byte "
			    "outside ASCII",
			    text);
	return 0;
}

/* Four numbers below 256 with dots between them. */
static bool
is_ipv4(const char *text, size_t len)
{
	for (unsigned part = 0; part < 4; part++) {
		size_t digits = 0;
		uint64_t number;

		while (digits < len && text[digits] != '.')
			digits++;
		if (digits > 3 || num_u64(text, digits, &number) != 0 ||
		    number > 255)
			return false;
		if (part == 3)
			return digits == len;
		if (digits == len)
			return false;
		text += digits + 1;
		len -= digits + 1;
	}
	return false;
}

bool
url_is_loopback(const struct url *url)
{
	/* libcurl resolves localhost to loopback whatever DNS says. */
	if (url->host_len == 9 && strncasecmp(url->host, "localhost", 9) == 0)
		return true;
	if (url->host_len == 5 && memcmp(url->host, "[::1]", 5) == 0)
		return true;
	return url->host_len > 4 && memcmp(url->host, "127.", 4) == 0 &&
	    is_ipv4(url->host, url->host_len);
}
