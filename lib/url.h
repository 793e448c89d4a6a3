/* SPDX-License-Identifier: ISC */
/*
 * The parts of an http or https URL. The grammar is narrower than RFC 3986:
 * what a lenient reader might take for another host is refused, so that a
 * credential goes where the user reads that it goes. Pure.
 */
#ifndef URL_H
#define URL_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stddef.h>

/* Slices of the text that was parsed. */
struct url {
	const char *host; /* with its brackets where it is IPv6 */
	size_t host_len;
	const char *port; /* digits; NULL where the URL names none */
	size_t port_len;
	const char *path; /* from its '/', query included; may be empty */
	size_t path_len;
	bool is_https;
};

/* Reads an absolute URL: http or https, a host of letters, digits, '-', '_'
 * and '.', or an IPv6 address in brackets, an optional port from 1 to 65535,
 * a path and a query of visible ASCII without '\'. A user, a password and a
 * fragment are refused. Failures have STATUS_USAGE. */
ATTR_NODISCARD
int url_parse(struct url *url, const char *text, struct fail *why);

/* Whether the host is this machine whatever DNS says: localhost, an address
 * 127.x.y.z, or [::1]. */
bool url_is_loopback(const struct url *url);

#endif
