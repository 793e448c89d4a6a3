/* SPDX-License-Identifier: ISC */
/*
 * The rows of the table of destinations for files.
 */
#include "sink_files.h"

#include "csv.h"
#include "libduckdb.h"
#include "libzstd.h"
#include "ndjson.h"
#include "parquet.h"
#include "stage.h"
#include "stage_files.h"

/* Those of the scratch database. */
enum { NAME_BYTES_MAX = 63, COLUMNS_MAX = 2000 };

static int
csv_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.format = &format_csv,
	    .export = stage_files_export};

	return stage_open(&kind, options, sink, why);
}

static int
ndjson_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.format = &format_ndjson,
	    .export = stage_files_export};

	return stage_open(&kind, options, sink, why);
}

static int
parquet_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.format = &format_parquet,
	    .export = stage_files_export};
	struct libduckdb library;

	/* Better known now than when all is loaded. */
	if (libduckdb_load(&library, options->libduckdb, why) != 0)
		return -1;
	return stage_open(&kind, options, sink, why);
}

static int
stdout_open(const struct sink_options *options, struct sink **sink,
    struct fail *why)
{
	static const struct stage_kind kind = {.format = &format_csv,
	    .is_stream = true,
	    .is_single = true,
	    .export = stage_stream_export};

	return stage_open(&kind, options, sink, why);
}

static void
add_version(const struct sink_options *options, struct buf *text)
{
	struct libzstd zstd;
	struct fail why;

	(void)options;
	if (libzstd_load(&zstd, &why) == 0)
		buf_addf(text, "libzstd %s", zstd.versionString());
	else
		buf_add(text, "libzstd is missing (for .zst, --zstd)");
}

const struct sink_kind sink_csv = {
    .add_version = add_version,
    .name = "csv",
    .prefix = "csv:",
    .suffixes = "",
    .usage = "csv:DIR",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .takes_pack = true,
    .takes_partition = true,
    .open = csv_open,
};

const struct sink_kind sink_ndjson = {
    .name = "ndjson",
    .prefix = "ndjson:",
    .suffixes = "",
    .usage = "ndjson:DIR",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .takes_pack = true,
    .takes_partition = true,
    .open = ndjson_open,
};

const struct sink_kind sink_parquet = {
    .name = "parquet",
    .prefix = "parquet:",
    .suffixes = "",
    .usage = "parquet:DIR",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .takes_partition = true,
    .open = parquet_open,
};

/* A child table could not stand in the same stream. */
const struct sink_kind sink_stdout = {
    .name = "stdout",
    .suffixes = "",
    .word = "-",
    .usage = "- for CSV on standard output",
    .max_name_bytes = NAME_BYTES_MAX,
    .max_columns = COLUMNS_MAX,
    .takes_pack = true,
    .has_json_lists = true,
    .open = stdout_open,
};
