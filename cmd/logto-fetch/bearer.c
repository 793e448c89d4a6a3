/* SPDX-License-Identifier: ISC */
/*
 * Token sources and renewal.
 */
#include "bearer.h"

#include "buf.h"
#include "child.h"
#include "jwt.h"
#include "mem.h"
#include "msg.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t); /* cannot fail */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* When to renew: a twentieth of its life, at most 30 s, before it ends. That
 * is half of what logto-token leaves to a token in its cache, so the cache
 * will not hand out the same one again. A token that looks expired on
 * arrival says more about our clock: then only the server is asked. */
static int64_t
renewal_time(const struct jwt *claims)
{
	int64_t now = clock_ms(CLOCK_REALTIME);
	int64_t life, left, early;

	if (claims->expires_at == JWT_NO_TIME ||
	    claims->expires_at > INT64_MAX / 2000 || claims->expires_at < 0)
		return INT64_MAX;
	left = claims->expires_at * 1000 - now;
	life = claims->issued_at == JWT_NO_TIME ||
		claims->issued_at > claims->expires_at
	    ? left
	    : (claims->expires_at - claims->issued_at) * 1000;
	early = life / 20 < 30000 ? life / 20 : 30000;
	if (left <= early)
		return INT64_MAX;
	return clock_ms(CLOCK_MONOTONIC) + left - early;
}

/* Takes the token's bytes over, if they are a JWT. */
static int
adopt(struct bearer *b, struct secret *token, const char *source,
    struct fail *why)
{
	struct jwt claims;

	if (!jwt_is_shaped(token->text, token->len)) {
		secret_free(token);
		return fail_set(why, STATUS_USAGE,
		    "%s holds no token: its first line is no JWT", source);
	}
	if (jwt_decode(&claims, token->text, token->len, why) != 0) {
		secret_free(token);
		why->status = STATUS_USAGE;
		return fail_prefix(why, "the token of %s", source);
	}
	secret_free(&b->token);
	b->token = *token;
	*token = (struct secret){0};
	free(b->issuer);
	free(b->audience);
	b->issuer = claims.issuer ? mem_string(claims.issuer) : NULL;
	b->audience = claims.audience ? mem_string(claims.audience) : NULL;
	b->renew_at_ms = renewal_time(&claims);
	b->generation++;
	jwt_free(&claims);
	msg_at(MSG_VERBOSE, "token from %s", source);
	return 0;
}

/* Whether standard input is where a pipeline would put a token. A terminal,
 * /dev/null and a closed one are not. */
static bool
has_input(void)
{
	struct stat input;

	return fstat(STDIN_FILENO, &input) == 0 &&
	    (S_ISFIFO(input.st_mode) ||
		(S_ISREG(input.st_mode) && input.st_size > 0));
}

static int
explain_blanks(size_t blanks, struct fail *why)
{
	struct stat input;

	if (fstat(STDIN_FILENO, &input) == 0 && S_ISREG(input.st_mode))
		return fail_set(why, STATUS_USAGE,
		    "standard input holds no token: its first line is empty");
	return fail_set(why,
	    blanks <= STATUS_DATA ? (enum status)blanks : STATUS_USAGE,
	    "no token came from standard input but an empty line: "
	    "logto-token, or what else is before the pipe, has failed");
}

/* 1 if standard input had a token, 0 if it was empty, as cron and ssh may
 * leave it. */
static int
take_input(struct bearer *b, struct fail *why)
{
	struct secret line = {0};
	size_t blanks;
	int got = secret_read_any(&line, STDIN_FILENO, "standard input",
	    &blanks, why);

	if (got == 0 && blanks > 0)
		return explain_blanks(blanks, why);
	if (got != 1)
		return got;
	return adopt(b, &line, "standard input", why) == 0 ? 1 : -1;
}

/* The token command; to logto-token goes what it shall know of our options,
 * in front of its own, which win. */
static void
add_command(const struct bearer *b, bool is_refused, struct buf *to)
{
	size_t blank = strspn(b->command, " \t");
	size_t word = blank + strcspn(b->command + blank, " \t");

	if (!b->is_own_command) {
		buf_add(to, b->command);
		return;
	}
	buf_append(to, b->command, word);
	if (b->network)
		buf_add(to, b->network);
	buf_add(to, b->command + word);
	if (is_refused)
		buf_add(to, " --refresh");
}

/* Runs the token command; `is_refused` asks logto-token to pass its cache. */
static int
run_command(struct bearer *b, bool is_refused, struct fail *why)
{
	struct secret line = {0};
	struct buf command;
	int result;

	buf_init(&command, BOUND_CONFIG_BYTES);
	add_command(b, is_refused, &command);
	result = buf_check(&command, "the token command", why);
	if (result == 0)
		result =
		    child_read_line(b->is_own_command ? "logto-token"
						      : "the token command",
			command.data, NULL, b->is_own_command, &line, why);
	if (result == 0)
		result = adopt(b, &line, b->command, why);
	buf_free(&command);
	return result;
}

static bool
is_logto_token(const char *command)
{
	size_t word = strcspn(command, " \t;|&<>");
	const char *name = command;

	for (size_t i = 0; i < word; i++)
		if (command[i] == '/')
			name = command + i + 1;
	return (size_t)(command + word - name) == strlen("logto-token") &&
	    strncmp(name, "logto-token", strlen("logto-token")) == 0 &&
	    strpbrk(command, ";|&<>$`'\"\n") == NULL;
}

int
bearer_open(struct bearer *b, const struct settings *s, const char *network,
    struct fail *why)
{
	static const enum setting sources[] = {SETTING_TOKEN_FILE,
	    SETTING_TOKEN, SETTING_TOKEN_COMMAND, SETTING_NONE};
	enum setting chosen;
	struct secret token = {0};
	const char *text;
	int result = 0;

	*b = (struct bearer){.renew_at_ms = INT64_MAX, .network = network};
	b->command = settings_get(s, SETTING_TOKEN_COMMAND);
	b->is_own_command = is_logto_token(b->command);
	if (settings_source(s, SETTING_TOKEN_FILE) != SOURCE_OPTION &&
	    has_input())
		result = take_input(b, why);
	if (result != 0)
		return result == 1 ? 0 : -1;
	if (settings_choose(s, sources, &chosen, why) != 0)
		return -1;
	text = settings_get(s, chosen);
	if (chosen == SETTING_TOKEN_COMMAND)
		return run_command(b, false, why);
	if (chosen == SETTING_TOKEN_FILE) {
		if (secret_read_file(&token, text, why) != 0)
			return -1;
		return adopt(b, &token, text, why);
	}
	secret_set(&token, text, strlen(text));
	return adopt(b, &token, "LOGTO_TOKEN", why);
}

void
bearer_keep_fresh(struct bearer *b)
{
	struct fail why;

	if (clock_ms(CLOCK_MONOTONIC) < b->renew_at_ms)
		return;
	b->renew_at_ms = INT64_MAX;
	if (run_command(b, false, &why) != 0)
		msg_at(MSG_VERBOSE, "the token expires soon: %s", why.text);
}

int
bearer_replace(struct bearer *b, struct fail *why)
{
	if (run_command(b, true, why) != 0)
		return fail_prefix(why,
		    "the server refuses the token, and no new one is to be "
		    "had");
	return 0;
}

void
bearer_free(struct bearer *b)
{
	secret_free(&b->token);
	free(b->issuer);
	free(b->audience);
	*b = (struct bearer){0};
}
