/* SPDX-License-Identifier: ISC */
/*
 * Printing tokens. Nothing of one is ever formatted into a message.
 */
#include "print.h"

#include "jwt.h"
#include "msg.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
write_text(struct out *out, const char *text, struct fail *why)
{
	return out_write(out, text, strlen(text), why);
}

static int
write_number(struct out *out, int64_t number, struct fail *why)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	return write_text(out, text, why);
}

static int
write_json(struct out *out, const struct token *t, struct fail *why)
{
	const struct reply *r = &t->reply;
	size_t tail = r->lifetime_at + r->lifetime_len;

	if (out_write(out, r->body.data, r->lifetime_at, why) != 0)
		return -1;
	if (r->lifetime_len > 0 && write_number(out, t->left_s, why) != 0)
		return -1;
	return out_write(out, r->body.data + tail, r->body.len - tail, why);
}

void
print_failure(const struct fail *why)
{
	static const char lines[] = "\n\n\n\n\n";
	struct stat output;
	ssize_t ignored;

	if (fstat(STDOUT_FILENO, &output) != 0 || !S_ISFIFO(output.st_mode))
		return;
	/* There is a status for this failure already. */
	(void)signal(SIGPIPE, SIG_IGN);
	ignored = write(STDOUT_FILENO, lines, (size_t)why->status);
	(void)ignored;
}

void
print_words(int64_t seconds, char text[PRINT_WORDS_BYTES])
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = {{"day", 24 * 60 * 60}, {"hour", 60 * 60}, {"minute", 60},
	    {"second", 1}};
	enum { UNITS = sizeof(units) / sizeof(*units) };
	size_t len = 0;
	size_t first = 0;

	while (first < UNITS - 1 && seconds < units[first].seconds)
		first++;
	for (size_t i = first; i < UNITS && i < first + 2; i++) {
		long long count = seconds / units[i].seconds;

		seconds %= units[i].seconds;
		if (count == 0 && i > first)
			continue;
		len += (size_t)snprintf(text + len, PRINT_WORDS_BYTES - len,
		    "%s%lld %s%s", i > first ? " " : "", count, units[i].name,
		    count == 1 ? "" : "s");
	}
}

static void
tell_time_left(const struct jwt *jwt, int64_t now_s)
{
	char words[PRINT_WORDS_BYTES];

	if (jwt->expires_at == JWT_NO_TIME) {
		msg_note("the token does not say when it expires");
	} else if (jwt->expires_at > now_s) {
		print_words(jwt->expires_at - now_s, words);
		msg_note("the token expires in %s", words);
	} else {
		print_words(now_s - jwt->expires_at, words);
		msg_note("the token expired %s ago", words);
	}
}

static int
write_claims(struct out *out, const struct token *t, int64_t now_s,
    struct fail *why)
{
	struct jwt jwt;
	int result = -1;

	if (jwt_decode(&jwt, t->reply.token.text, t->reply.token.len, why) != 0)
		return -1;
	if (write_text(out, "{\"header\":", why) != 0 ||
	    out_write(out, jwt.header, jwt.header_len, why) != 0 ||
	    write_text(out, ",\"claims\":", why) != 0 ||
	    out_write(out, jwt.claims, jwt.claims_len, why) != 0 ||
	    write_text(out, ",\"expires_in\":", why) != 0)
		goto out;
	if (jwt.expires_at == JWT_NO_TIME)
		result = write_text(out, "null}", why);
	else if (write_number(out, jwt.expires_at - now_s, why) == 0)
		result = write_text(out, "}", why);
	if (result == 0)
		tell_time_left(&jwt, now_s);
out:
	jwt_free(&jwt);
	return result;
}

int
print_token(struct out *out, const struct token *t, enum form form,
    int64_t now_s, struct fail *why)
{
	const struct secret *token = &t->reply.token;
	int result = 0;

	switch (form) {
	case FORM_HEADER:
		result = write_text(out, "Authorization: Bearer ", why);
		/* fallthrough */
	case FORM_BARE:
		if (result == 0)
			result = out_write(out, token->text, token->len, why);
		break;
	case FORM_JSON:
		result = write_json(out, t, why);
		break;
	case FORM_CLAIMS:
		result = write_claims(out, t, now_s, why);
		break;
	case FORM_CHECK:
		return 0; /* a verdict has no token in it */
	}
	return result == 0 ? write_text(out, "\n", why) : -1;
}
