/* SPDX-License-Identifier: ISC */
/*
 * The words of each warehouse.
 */
#include "bundle_text.h"

#include <string.h>

/* A stage's rows are NDJSON everywhere, where a text that is empty is not
 * null, a line end is an escape, and a column has a name. JSON and decimals
 * are texts in it. */
static const struct bundle_text texts[] = {
    {
	.dialect = "snowflake",
	.head = "CREATE OR REPLACE TEMPORARY STAGE _FILES_;\n",
	.load = "PUT 'file://./{file}' @_FILES_"
		" AUTO_COMPRESS = FALSE SOURCE_COMPRESSION = GZIP"
		" OVERWRITE = TRUE;\n"
		"COPY INTO {stage} {columns} FROM (SELECT {fields}"
		" FROM @_FILES_/{file})"
		" FILE_FORMAT = (TYPE = JSON COMPRESSION = GZIP)"
		" ON_ERROR = ABORT_STATEMENT;\n",
	.field = "$1:{key}::{type}",
	.readme =
	    "In this directory, with SnowSQL:\n"
	    "\n"
	    "    export SNOWSQL_ACCOUNT=... SNOWSQL_USER=... SNOWSQL_PWD=...\n"
	    "    snowsql -d DATABASE -s SCHEMA -w WAREHOUSE -f load.sql\n"
	    "    snowsql -d DATABASE -s SCHEMA -w WAREHOUSE"
	    " -q 'SELECT * FROM _LOADS'\n"
	    "\n"
	    "The files go into a stage that lives as long as the session.\n",
    },
    {
	.dialect = "bigquery",
	.head = "",
	.load = "LOAD DATA INTO TEMP TABLE {stage} {definitions}"
		" FROM FILES (format = 'JSON', compression = 'GZIP',"
		" uris = ['gs://BUCKET/{file}']);\n",
	.field = "",
	.is_stage_made = true,
	.readme = "In this directory, with a bucket of yours for BUCKET:\n"
		  "\n"
		  "    gcloud storage cp ./*.ndjson.gz gs://BUCKET/\n"
		  "    sed 's|gs://BUCKET/|gs://BUCKET/|' load.sql |"
		  " bq query --use_legacy_sql=false --dataset_id=DATASET\n"
		  "    bq query --use_legacy_sql=false --dataset_id=DATASET"
		  " 'SELECT * FROM _loads'\n"
		  "\n"
		  "In sed the second BUCKET is yours; a path may follow it, as"
		  " in the first command.\n",
    },
    {
	.dialect = "redshift",
	.head = "",
	.load = "\\set file :location /{file}\n"
		"COPY {stage} {columns} FROM :'file' IAM_ROLE :'iam_role'"
		" FORMAT JSON 'auto ignorecase' GZIP TIMEFORMAT 'auto'"
		" DATEFORMAT 'auto';\n",
	.field = "",
	.readme =
	    "In this directory, with a bucket and a role of yours, which lets"
	    " Redshift read it:\n"
	    "\n"
	    "    aws s3 cp . s3://BUCKET/logto --recursive"
	    " --exclude '*' --include '*.ndjson.gz'\n"
	    "    psql -d \"$URL\" -v location=s3://BUCKET/logto"
	    " -v iam_role=arn:aws:iam::ACCOUNT:role/ROLE -f load.sql\n"
	    "    psql -d \"$URL\" -c 'SELECT * FROM _loads'\n"
	    "\n"
	    "load.sql is for psql, which puts the location and the role into"
	    " it.\n",
    },
    {
	.dialect = "databricks",
	.head = "",
	.load = "COPY INTO {stage} FROM (SELECT {fields} FROM"
		" '/Volumes/CATALOG/SCHEMA/VOLUME/{file}')"
		" FILEFORMAT = JSON"
		" FORMAT_OPTIONS ('primitivesAsString' = 'true',"
		" 'mode' = 'FAILFAST') COPY_OPTIONS ('force' = 'true');\n",
	.field = "CAST({name} AS {type}) AS {name}",
	.is_empty_skipped = true,
	.readme =
	    "In this directory, with a volume of yours:\n"
	    "\n"
	    "    databricks fs cp -r --overwrite ."
	    " dbfs:/Volumes/CATALOG/SCHEMA/VOLUME\n"
	    "    sed 's|/Volumes/CATALOG/SCHEMA/VOLUME/|"
	    "/Volumes/CATALOG/SCHEMA/VOLUME/|' load.sql >/tmp/load.sql\n"
	    "    dbsqlcli -e /tmp/load.sql\n"
	    "\n"
	    "In sed the second path is yours. There is no transaction over"
	    " several statements:\n"
	    "if one fails, run load.sql again (ndjson-to-sql(1),"
	    " Warehouses).\n",
    },
};

const struct bundle_text *
bundle_text_find(const char *dialect)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (strcmp(texts[i].dialect, dialect) == 0)
			return &texts[i];
	return NULL;
}
