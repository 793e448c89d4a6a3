/* SPDX-License-Identifier: ISC */
/*
 * Whether libpq.h declares what the library's own header does. Where that is
 * not installed, nothing can be compared.
 */
#include "libpq.h"
#include "tap.h"

/* Instead of postgres_ext.h, which calls a function that banned.h poisons. */
#define POSTGRES_EXT_H
typedef unsigned Oid;
typedef long long pg_int64;

#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#elif __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#endif

#ifdef LIBPQ_FE_H
/* Functions whose types are the same but for the names of structs. */
#define SAME(name)                                                             \
	ok(__builtin_types_compatible_p(__typeof__(&PQ##name),                 \
	       __typeof__(((struct libpq *)0)->name)),                         \
	    "PQ" #name)

static void
compare(void)
{
	SAME(connectStartParams);
	SAME(connectPoll);
	SAME(status);
	SAME(errorMessage);
	SAME(connectionNeedsPassword);
	SAME(user);
	SAME(serverVersion);
	SAME(socket);
	SAME(setnonblocking);
	SAME(finish);
	SAME(freemem);
	SAME(setNoticeProcessor);
	SAME(sendQuery);
	SAME(setSingleRowMode);
	SAME(flush);
	SAME(consumeInput);
	SAME(isBusy);
	SAME(getResult);
	SAME(resultStatus);
	SAME(resultErrorField);
	SAME(cmdTuples);
	SAME(ntuples);
	SAME(ftype);
	SAME(getisnull);
	SAME(getvalue);
	SAME(getlength);
	SAME(clear);
	SAME(putCopyData);
	SAME(putCopyEnd);
	SAME(getCancel);
	SAME(cancel);
	SAME(freeCancel);
	SAME(libVersion);
	is_int(sizeof(struct libpq_option), sizeof(PQconninfoOption),
	    "an option has the same size");
	is_int(offsetof(struct libpq_option, val),
	    offsetof(PQconninfoOption, val), "and its value the same place");
	is_int(LIBPQ_CONNECTION_OK, CONNECTION_OK, "CONNECTION_OK");
	is_int(LIBPQ_POLLING_OK, PGRES_POLLING_OK, "PGRES_POLLING_OK");
	is_int(LIBPQ_POLLING_READING, PGRES_POLLING_READING,
	    "PGRES_POLLING_READING");
	is_int(LIBPQ_COMMAND_OK, PGRES_COMMAND_OK, "PGRES_COMMAND_OK");
	is_int(LIBPQ_TUPLES_OK, PGRES_TUPLES_OK, "PGRES_TUPLES_OK");
	is_int(LIBPQ_COPY_IN, PGRES_COPY_IN, "PGRES_COPY_IN");
	is_int(LIBPQ_FATAL_ERROR, PGRES_FATAL_ERROR, "PGRES_FATAL_ERROR");
	is_int(LIBPQ_SINGLE_TUPLE, PGRES_SINGLE_TUPLE, "PGRES_SINGLE_TUPLE");
}
#else
static void
compare(void)
{
	ok(true, "libpq-fe.h is not there # SKIP");
}
#endif

int
main(void)
{
	compare();
	return tap_done();
}
