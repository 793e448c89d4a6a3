/* SPDX-License-Identifier: ISC */
/* Times in words, and the claims of tokens that no server would give. */
#include "print.h"

#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Without a signature, which nobody checks here. */
static void
test_claims(const char *claims, const char *wanted, const char *told,
    const char *name)
{
	char path[] = "/tmp/token-print.XXXXXX", text[1000] = "";
	int fd = mkstemp(path), said[2], before = dup(STDERR_FILENO);
	struct token token = {0};
	struct out out;
	struct fail why;
	char jwt[200], told_text[300] = "";

	(void)snprintf(jwt, sizeof(jwt), "eyJhbGciOiJSUzI1NiJ9.%s.c2ln",
	    claims);
	secret_set(&token.reply.token, jwt, strlen(jwt));
	if (fd == -1 || pipe(said) != 0 || before == -1 ||
	    out_open_file(&out, path, 0600, &why) != 0)
		exit(1);
	(void)dup2(said[1], STDERR_FILENO);
	is_int(print_token(&out, &token, FORM_CLAIMS, 1000, &why), 0, name);
	(void)dup2(before, STDERR_FILENO);
	ok(read(said[0], told_text, sizeof(told_text) - 1) > 0 &&
		strstr(told_text, told),
	    "%s: says '%s'", name, told);
	is_int(out_commit(&out, &why), 0, "written");
	(void)close(fd);
	fd = open(path, O_RDONLY);
	ok(read(fd, text, sizeof(text) - 1) > 0, "is there");
	is(text, wanted, name);
	(void)close(fd);
	(void)close(said[0]);
	(void)close(said[1]);
	(void)close(before);
	out_free(&out);
	(void)unlink(path);
	secret_free(&token.reply.token);
}

int
main(void)
{
	static const struct {
		int64_t seconds;
		const char *words;
	} cases[] = {
	    {0, "0 seconds"},
	    {1, "1 second"},
	    {59, "59 seconds"},
	    {60, "1 minute"},
	    {61, "1 minute 1 second"},
	    {3599, "59 minutes 59 seconds"},
	    {3600, "1 hour"},
	    {3601, "1 hour"},
	    {3660, "1 hour 1 minute"},
	    {86399, "23 hours 59 minutes"},
	    {86400, "1 day"},
	    {86460, "1 day"},
	    {90000, "1 day 1 hour"},
	    {604800, "7 days"},
	    {INT64_MAX, "106751991167300 days 15 hours"},
	};
	char text[PRINT_WORDS_BYTES];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		print_words(cases[i].seconds, text);
		ok(strcmp(text, cases[i].words) == 0, "%lld is %s",
		    (long long)cases[i].seconds, text);
	}

	test_claims("eyJleHAiOjEwMH0",
	    "{\"header\":{\"alg\":\"RS256\"},\"claims\":{\"exp\":100},"
	    "\"expires_in\":-900}\n",
	    "expired 15 minutes ago", "a token that expired");
	test_claims("eyJpc3MiOiJ4In0",
	    "{\"header\":{\"alg\":\"RS256\"},\"claims\":{\"iss\":\"x\"},"
	    "\"expires_in\":null}\n",
	    "does not say when it expires", "a token without a time");
	return tap_done();
}
