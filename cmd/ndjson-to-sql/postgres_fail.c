/* SPDX-License-Identifier: ISC */
/*
 * Failures of the connection and of statements. Statements have codes, and
 * their status depends on nothing else; the advice may hang on a word, which
 * a server that speaks another language does not have.
 */
#include "postgres_fail.h"

#include "buf.h"
#include "num.h"
#include "postgres_db.h"
#include "stop.h"

#include <stdbool.h>
#include <string.h>

/* --- the connection ----------------------------------------------------- */

/* The first line: there may be one for each address tried. */
static int
line_len(const char *text)
{
	return (int)strcspn(text, "\n");
}

int
postgres_fail_opening(struct postgres_db *db, struct fail *why)
{
	static const struct {
		const char *part;
		enum status status;
		const char *advice;
	} rules[] = {
	    {"starting up", STATUS_RETRY, "try again"},
	    {"shutting down", STATUS_RETRY, "try again"},
	    {"too many", STATUS_RETRY, "try again"},
	    {"remaining connection", STATUS_RETRY, "try again"},
	    {"permission denied", STATUS_REFUSED,
		"grant CONNECT on it to the user"},
	    {"database \"", STATUS_USAGE,
		"createdb makes one; or name another"},
	    {"invalid ", STATUS_USAGE,
		"it comes from the target, a service file or the environment"},
	    {"definition of service", STATUS_USAGE,
		"service files are ~/.pg_service.conf and PGSERVICEFILE"},
	    {"does not support SSL", STATUS_USAGE,
		"sslmode=prefer does without"},
	    {"GSSAPI encryption required", STATUS_USAGE,
		"gssencmode=prefer does without"},
	    {"root certificate", STATUS_USAGE,
		"name the file with sslrootcert"},
	    {"password authentication", STATUS_REFUSED,
		"look where it comes from: the target, PGPASSWORD, a service "
		"file or ~/.pgpass"},
	    {"pg_hba.conf", STATUS_REFUSED,
		"there the server's administrator lets users in"},
	    {"role \"", STATUS_REFUSED,
		"name another user: postgresql://USER@HOST/DATABASE"},
	    {"FATAL", STATUS_REFUSED, "ask the server's administrator"},
	    {"authentication", STATUS_REFUSED,
		"ask the server's administrator"},
	    {"translate host name", STATUS_RETRY,
		"is the name right, and does the network work?"},
	    {"Connection refused", STATUS_RETRY,
		"does the server run, and does it listen there? pg_isready "
		"asks it"},
	    {"No such file", STATUS_RETRY,
		"does the server run, and is its socket there? pg_isready "
		"asks it"},
	    {"", STATUS_RETRY, "try again"},
	};
	const char *text = db->pq.errorMessage(db->conn);
	size_t i = 0;

	if (db->pq.connectionNeedsPassword(db->conn))
		return fail_set(why, STATUS_REFUSED,
		    "the server wants a password; put it into ~/.pgpass, or "
		    "a service file's passfile");
	while (!strstr(text, rules[i].part))
		i++;
	return fail_set(why, rules[i].status, "cannot connect: %.*s; %s",
	    line_len(text), text, rules[i].advice);
}

int
postgres_fail_lost(struct postgres_db *db, struct fail *why)
{
	const char *text = db->pq.errorMessage(db->conn);

	db->is_lost = true;
	return fail_set(why, STATUS_RETRY,
	    "the connection to the server was lost%s%.*s; load again",
	    *text ? ": " : "", line_len(text), text);
}

/* --- statements --------------------------------------------------------- */

static enum status
status_of(const char *state)
{
	static const struct {
		const char *prefix;
		enum status status;
	} rules[] = {
	    {"08", STATUS_RETRY},      /* connection */
	    {"40", STATUS_RETRY},      /* deadlock, serialization */
	    {"53300", STATUS_RETRY},   /* too many connections */
	    {"55P03", STATUS_RETRY},   /* lock not available */
	    {"55000", STATUS_USAGE},   /* a key that is deferrable */
	    {"57", STATUS_RETRY},      /* cancelled, shut down, starting */
	    {"25006", STATUS_REFUSED}, /* a standby, or read only */
	    {"28", STATUS_REFUSED},    /* authorization */
	    {"42501", STATUS_REFUSED}, /* privilege */
	    {"21", STATUS_DATA},
	    {"22", STATUS_DATA},
	    {"23", STATUS_DATA},
	    {"44", STATUS_DATA},    /* WITH CHECK OPTION */
	    {"54", STATUS_DATA},    /* a row too big */
	    {"P0001", STATUS_DATA}, /* a trigger raises */
	    {"0A", STATUS_USAGE},   /* such as a type that a view uses */
	    {"2B", STATUS_USAGE},   /* dependent objects */
	    {"3", STATUS_USAGE},    /* no such database, schema */
	    {"42", STATUS_USAGE},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (strncmp(state, rules[i].prefix, strlen(rules[i].prefix)) ==
		    0)
			return rules[i].status;
	return STATUS_LOCAL;
}

/* What to do; "" where the message says it. */
static const char *
advice_for(const char *state, const char *text)
{
	static const struct {
		const char *state, *advice;
	} rules[] = {
	    {"25006", "; name a server and a role that may write"},
	    {"53100", "; make room there, and load again"},
	    {"55P03", "; try again, or wait longer with --busy-timeout"},
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (strcmp(state, rules[i].state) == 0)
			return rules[i].advice;
	if (strcmp(state, "55000") == 0 && strstr(text, "deferrable"))
		return "; make the table's key NOT DEFERRABLE, or load with "
		       "--append";
	return status_of(state) == STATUS_RETRY ? "; load again" : "";
}

static int
fail_permission(struct postgres_db *db, const char *text, struct fail *why)
{
	static const struct {
		const char *part, *writing, *reading;
	} rules[] = {
	    {"for schema", "USAGE and CREATE", "USAGE"},
	    {"temporary", "TEMPORARY", "TEMPORARY"},
	    {"for database", "CREATE", "CREATE"},
	    {"for table", "SELECT, INSERT, UPDATE and DELETE", "SELECT"},
	};
	const char *role = db->pq.user(db->conn);

	role = role ? role : "";
	if (strstr(text, "owner of"))
		return fail_set(why, STATUS_REFUSED,
		    "%s, which a new column or a wider type takes; load as "
		    "the owner, or make '%s' a member of that role",
		    text, role);
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (strstr(text, rules[i].part))
			return fail_set(why, STATUS_REFUSED,
			    "%s; grant %s on it to '%s'", text,
			    db->is_reading ? rules[i].reading
					   : rules[i].writing,
			    role);
	return fail_set(why, STATUS_REFUSED,
	    "%s; grant it to '%s', or load as another role", text, role);
}

/* A policy of the table's keeps rows from the role. */
static int
fail_policy(struct postgres_db *db, const char *state, const char *text,
    struct fail *why)
{
	const char *role = db->pq.user(db->conn);

	return fail_set(why, status_of(state),
	    "%s; load as the table's owner, or as a role with BYPASSRLS, which "
	    "'%s' is not",
	    text, role ? role : "");
}

/* Before the server's words, where those are not clear. */
static const char *
context_for(const char *state)
{
	if (strcmp(state, "55P03") == 0)
		return "another program holds a lock: ";
	if (strcmp(state, "53100") == 0)
		return "the server's disk is full: ";
	return "";
}

/* "COPY users, line 3, column a: ..." in whatever language, perhaps behind
 * other lines: the first number behind the first comma. The name of a table
 * that a user made may hold both; the worst is a wrong line. */
static uint64_t
line_of(const char *context)
{
	uint64_t line = 0;

	while (context && strncmp(context, "COPY ", 5) != 0) {
		context = strchr(context, '\n');
		if (context)
			context++;
	}
	context = context ? strchr(context, ',') : NULL;
	if (!context)
		return 0;
	context += strcspn(context, "0123456789");
	if (num_u64(context, strspn(context, "0123456789"), &line) != 0)
		return 0;
	return line;
}

/* Statements of ours name what is there: what lacks something is a function
 * that a trigger calls, "PL/pgSQL function f() line 1 at SQL statement". */
static const char *
function_of(const char *state, const char *context)
{
	static const char word[] = "PL/pgSQL function ";
	const char *found = context ? strstr(context, word) : NULL;

	return found && status_of(state) == STATUS_USAGE
	    ? found + sizeof(word) - 1
	    : NULL;
}

int
postgres_fail_result(struct postgres_db *db, const struct pg_result *result,
    struct fail *why)
{
	const char *state = db->pq.resultErrorField(result, LIBPQ_SQLSTATE);
	const char *text = db->pq.resultErrorField(result, LIBPQ_PRIMARY);
	const char *detail = db->pq.resultErrorField(result, LIBPQ_DETAIL);
	const char *context = db->pq.resultErrorField(result, LIBPQ_CONTEXT);
	const char *function;

	if (stop_is_requested())
		return stop_fail(why);
	if (!state)
		return postgres_fail_lost(db, why);
	db->is_too_large = strncmp(state, "54", 2) == 0;
	/* Rows are put into pages together: the line is that of the last. */
	db->failed_line = db->is_too_large ? 0 : line_of(context);
	if (strncmp(state, "57P", 3) == 0)
		db->is_lost = true;
	text = text ? text : "the server failed";
	function = function_of(state, context);
	if (function)
		return fail_set(why, STATUS_USAGE,
		    "function '%.*s' of a trigger does not work: %s; mend it, "
		    "or drop the trigger",
		    (int)strcspn(function, "("), function, text);
	if (strstr(text, "row-level security"))
		return fail_policy(db, state, text, why);
	if (strcmp(state, "42501") == 0)
		return fail_permission(db, text, why);
	return fail_set(why, status_of(state), "%s%s%s%s%s%s",
	    context_for(state), text, detail ? " (" : "", detail ? detail : "",
	    detail ? ")" : "", advice_for(state, text));
}
