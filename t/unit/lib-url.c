/* SPDX-License-Identifier: ISC */
/* URLs: the parts of those that are taken, and those that are not. */
#include "url.h"

#include "http.h"
#include "mem.h"
#include "tap.h"

static const struct good {
	const char *text;
	bool is_https;
	const char *host, *port, *path;
	bool is_loopback;
} goods[] = {
    {"https://a.example", true, "a.example", NULL, "", false},
    {"HTTPS://A.example/", true, "A.example", NULL, "/", false},
    {"https://a.example:8443/x?y=z%20", true, "a.example", "8443", "/x?y=z%20",
	false},
    {"https://a.example?x", true, "a.example", NULL, "?x", false},
    {"http://localhost:1", false, "localhost", "1", "", true},
    {"http://LOCALHOST/", false, "LOCALHOST", NULL, "/", true},
    {"http://127.0.0.1:65535/a", false, "127.0.0.1", "65535", "/a", true},
    {"http://127.255.1.2", false, "127.255.1.2", NULL, "", true},
    {"http://[::1]:80", false, "[::1]", "80", "", true},
    {"http://[2001:db8::1]/", false, "[2001:db8::1]", NULL, "/", false},
    {"http://127.0.0.1.example", false, "127.0.0.1.example", NULL, "", false},
    {"http://127.0.0.256", false, "127.0.0.256", NULL, "", false},
    {"http://127.0.0.0001", false, "127.0.0.0001", NULL, "", false},
    {"http://127.0..1", false, "127.0..1", NULL, "", false},
    {"http://127.1", false, "127.1", NULL, "", false},
    {"http://localhosx", false, "localhosx", NULL, "", false},
    {"http://[::2]", false, "[::2]", NULL, "", false},
    {"http://localhost.example", false, "localhost.example", NULL, "", false},
    {"http://128.0.0.1", false, "128.0.0.1", NULL, "", false},
};

static const struct bad {
	const char *text;
	const char *why;
} bads[] = {
    {"", "no scheme"},
    {"a.example", "no scheme"},
    {"ftp://a.example", "another scheme"},
    {"file:///etc/passwd", "another scheme"},
    {"https:/a.example", "one slash"},
    {"https:/xa.example", "a letter for a slash"},
    {"http:/xa.example", "a letter for a slash"},
    {"https://a.example;80", "a port without a colon"},
    {"https://a.example/\x7F", "a control character"},
    {"https://", "no host"},
    {"https:///x", "no host"},
    {"https://.example", "an empty label"},
    {"https://-x.example", "an option, to some command"},
    {"https://a.example:", "an empty port"},
    {"https://a.example:0", "port 0"},
    {"https://a.example:65536", "a port too large"},
    {"https://a.example:80x", "a port that is none"},
    {"https://[::1", "no closing bracket"},
    {"https://[]", "nothing in the brackets"},
    {"https://[::1]x", "something behind the bracket"},
    {"https://me@a.example", "a user"},
    {"https://a.example:80@b.example", "a user that looks like a host"},
    {"https://a.example\\@b.example", "a backslash in front of a host"},
    {"https://a.example/\\x", "a backslash in the path"},
    {"https://a.example/#x", "a fragment"},
    {"https://a.example#@b.example", "a fragment that looks like a user"},
    {"https://a.example/x y", "a blank"},
    {"https://a.example/x\n", "a newline"},
    {"https://a.ex\303\244mple/", "a host outside ASCII"},
    {"https://a%2eexample/", "a host in percent signs"},
    {" https://a.example", "a blank in front"},
};

/* Whether the slice equals the text; NULL equals NULL. */
static bool
slice_is(const char *slice, size_t len, const char *text)
{
	if (!text)
		return slice == NULL;
	return strlen(text) == len && memcmp(slice, text, len) == 0;
}

int
main(void)
{
	char *huge = mem_alloc(BOUND_URL_BYTES + 10, 1);
	struct fail why;
	struct url url;

	for (size_t i = 0; i < sizeof(goods) / sizeof(*goods); i++) {
		const struct good *c = &goods[i];

		ok(url_parse(&url, c->text, &why) == 0 &&
			url.is_https == c->is_https &&
			slice_is(url.host, url.host_len, c->host) &&
			slice_is(url.port, url.port_len, c->port) &&
			slice_is(url.path, url.path_len, c->path) &&
			url_is_loopback(&url) == c->is_loopback,
		    "%s", c->text);
		is_int(http_check_url(c->text, false, &why),
		    c->is_https || c->is_loopback ? 0 : -1,
		    "plain http stays on this machine");
		is_int(http_check_url(c->text, true, &why), 0,
		    "unless it may not");
	}
	for (size_t i = 0; i < sizeof(bads) / sizeof(*bads); i++)
		ok(url_parse(&url, bads[i].text, &why) == -1 &&
			why.status == STATUS_USAGE && !strchr(why.text, '\n'),
		    "refused: %s", bads[i].why);
	ok(url_parse(&url, "https://me:hunter2@a.example/", &why) == -1 &&
		!strstr(why.text, "hunter2"),
	    "a password is not repeated");
	memset(huge, 'a', BOUND_URL_BYTES + 1);
	memcpy(huge, "https://", 8);
	huge[BOUND_URL_BYTES + 1] = '\0';
	is_int(url_parse(&url, huge, &why), -1, "refused: too long");
	huge[BOUND_URL_BYTES] = '\0';
	is_int(url_parse(&url, huge, &why), 0, "one byte less is not");
	free(huge);
	return tap_done();
}
