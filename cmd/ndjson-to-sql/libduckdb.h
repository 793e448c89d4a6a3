/* SPDX-License-Identifier: ISC */
/*
 * libduckdb, loaded when a target needs it: no part of DuckDB is needed to
 * build. What is declared here is the part of its C API that is used, with
 * the names and types of duckdb.h less the prefix; all of it but arrow_scan
 * is in the part that DuckDB declares stable. Handles are pointers to what
 * only the library knows.
 */
#ifndef LIBDUCKDB_H
#define LIBDUCKDB_H

#include "attr.h"
#include "fail.h"

#include <stdbool.h>
#include <stdint.h>

struct arrow_stream;
struct duckdb_appender;
struct duckdb_chunk;
struct duckdb_config;
struct duckdb_connection;
struct duckdb_database;
struct duckdb_type;
struct duckdb_vector;

/* duckdb_result: it is passed by value, so its shape matters. */
struct duckdb_result {
	uint64_t column_count, row_count, rows_changed; /* not to be used */
	void *columns;
	char *error;
	void *internal;
};

/* duckdb_string_t: up to 12 bytes lie in the value, all else is pointed at. */
struct duckdb_string {
	union {
		struct {
			uint32_t len;
			char inlined[12];
		};
		struct {
			uint32_t pointed_len; /* the same as len */
			char prefix[4];
			const char *text;
		};
	};
};

/* Some of enum duckdb_type. */
enum duckdb_type_id {
	DUCKDB_BOOLEAN = 1,
	DUCKDB_TINYINT = 2,
	DUCKDB_SMALLINT = 3,
	DUCKDB_INTEGER = 4,
	DUCKDB_BIGINT = 5,
	DUCKDB_DOUBLE = 11,
	DUCKDB_TIMESTAMP = 12, /* microseconds since 1970 */
	DUCKDB_DATE = 13,      /* days since 1970, 32 bits */
	DUCKDB_TIME = 14,      /* microseconds since midnight */
	DUCKDB_VARCHAR = 17,
	DUCKDB_TIMESTAMP_NS = 22,
	DUCKDB_TIMESTAMP_TZ = 31, /* as DUCKDB_TIMESTAMP */
};

/* Some of enum duckdb_error_type. */
enum duckdb_error {
	DUCKDB_ERROR_OUT_OF_RANGE = 1,
	DUCKDB_ERROR_CONVERSION = 2,
	DUCKDB_ERROR_CONSTRAINT = 18,
	DUCKDB_ERROR_INVALID_INPUT = 32,
	DUCKDB_ERROR_PERMISSION = 34,
};

/* F(result, name, parameters) for each function; where the result is an int,
 * 0 is success. */
#define LIBDUCKDB_FUNCTIONS(F)                                                 \
	F(const char *, library_version, (void))                               \
	F(int, create_config, (struct duckdb_config **))                       \
	F(int, set_config,                                                     \
	    (struct duckdb_config *, const char *name, const char *value))     \
	F(void, destroy_config, (struct duckdb_config **))                     \
	F(int, open_ext,                                                       \
	    (const char *path, struct duckdb_database **,                      \
		struct duckdb_config *, char **error))                         \
	F(void, close, (struct duckdb_database **))                            \
	F(int, connect,                                                        \
	    (struct duckdb_database *, struct duckdb_connection **))           \
	F(void, disconnect, (struct duckdb_connection **))                     \
	F(void, interrupt, (struct duckdb_connection *))                       \
	F(void, free, (void *))                                                \
	F(int, query,                                                          \
	    (struct duckdb_connection *, const char *sql,                      \
		struct duckdb_result *))                                       \
	F(void, destroy_result, (struct duckdb_result *))                      \
	F(const char *, result_error, (struct duckdb_result *))                \
	F(int, result_error_type, (struct duckdb_result *))                    \
	F(uint64_t, rows_changed, (struct duckdb_result *))                    \
	F(int, column_type, (struct duckdb_result *, uint64_t column))         \
	F(struct duckdb_chunk *, fetch_chunk, (struct duckdb_result))          \
	F(struct duckdb_chunk *, create_data_chunk,                            \
	    (struct duckdb_type * *types, uint64_t count))                     \
	F(void, destroy_data_chunk, (struct duckdb_chunk **))                  \
	F(void, data_chunk_reset, (struct duckdb_chunk *))                     \
	F(uint64_t, data_chunk_get_size, (struct duckdb_chunk *))              \
	F(void, data_chunk_set_size, (struct duckdb_chunk *, uint64_t rows))   \
	F(struct duckdb_vector *, data_chunk_get_vector,                       \
	    (struct duckdb_chunk *, uint64_t column))                          \
	F(void *, vector_get_data, (struct duckdb_vector *))                   \
	F(uint64_t *, vector_get_validity, (struct duckdb_vector *))           \
	F(void, vector_ensure_validity_writable, (struct duckdb_vector *))     \
	F(void, destroy_logical_type, (struct duckdb_type **))                 \
	F(int, appender_create_ext,                                            \
	    (struct duckdb_connection *, const char *catalog,                  \
		const char *schema, const char *table,                         \
		struct duckdb_appender **))                                    \
	F(int, appender_add_column,                                            \
	    (struct duckdb_appender *, const char *name))                      \
	F(struct duckdb_type *, appender_column_type,                          \
	    (struct duckdb_appender *, uint64_t column))                       \
	F(int, append_data_chunk,                                              \
	    (struct duckdb_appender *, struct duckdb_chunk *))                 \
	F(int, appender_flush, (struct duckdb_appender *))                     \
	F(const char *, appender_error, (struct duckdb_appender *))            \
	F(int, appender_destroy, (struct duckdb_appender **))

#define LIBDUCKDB_MEMBER(result, name, parameters) result(*name) parameters;
struct libduckdb {
	LIBDUCKDB_FUNCTIONS(LIBDUCKDB_MEMBER)
	/* Makes a view of what the stream gives. DuckDB means to replace it
	 * some day: NULL where it is not there any more. */
	int (*arrow_scan)(struct duckdb_connection *, const char *view,
	    struct arrow_stream *);
};
#undef LIBDUCKDB_MEMBER

/* Loads the library: `file`, or where the loader finds it if that is NULL.
 * It stays loaded. STATUS_LOCAL, with what to do, where it is missing, or
 * older than 1.4. */
ATTR_NODISCARD
int libduckdb_load(struct libduckdb *l, const char *file, struct fail *why);

#endif
