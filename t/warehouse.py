#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs loads for a warehouse in what stands in for it here, and compares the
tables with those of the same loads in SQLite.

    warehouse.py snowflake|databricks CASE...

A CASE is a directory: 1.sql, 2.sql ... (or 1/load.sql, ... with their files)
are run in that order in a database of their own, direct.db is what SQLite has.
What differs, or fails, is printed to CASE/faults.

Snowflake is fakesnow, which is DuckDB: a MERGE cannot be in a transaction
there, so BEGIN and COMMIT are left out; COPY INTO takes no query of JSON, so
that the file is copied as it is and the query run over that. Databricks is Spark with Delta Lake
on this machine, which has no COPY INTO: its SELECT is run over the same file
with the same options.
"""
import datetime
import decimal
import glob
import json
import os
import re
import sqlite3
import sys


# --- rows


def moment(text):
    """A timestamp of SQLite's with all nine digits."""
    whole, _, digits = text.partition(".")
    return whole + "." + digits.ljust(9, "0")


def normal(value, kind):
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        if value.tzinfo:
            value = value.astimezone(datetime.timezone.utc)
        value = value.replace(tzinfo=None).isoformat(" ")
        return moment(value)
    if kind == "timestamp":
        return moment(value)
    if kind == "json":
        return json.dumps(json.loads(value), sort_keys=True)
    if kind in ("bool", "bigint"):
        return int(value)
    if kind == "double":
        return float(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def told(name, value):
    """Ids of rows without a key, and times of the load, differ from load to
    load; what refers to what does not."""
    if name.startswith("_valid"):
        return value is None
    if name in ("_id", "_load_id", "_parent_id") and re.match("17", str(value)):
        return 1
    return value


def table_lines(columns, rows, kinds):
    places = sorted(range(len(columns)), key=lambda i: columns[i].lower())
    for row in rows:
        yield json.dumps(
            [
                [name, told(name, normal(row[i], kinds.get(name)))]
                for i in places
                for name in [columns[i].lower()]
            ]
        )


def direct_tables(path):
    db = sqlite3.connect(path)
    kinds = {}
    for table, column, kind in db.execute(
        "SELECT table_name, column_name, type FROM _columns"
    ):
        kinds.setdefault(table, {})[column] = kind
    for table in kinds:
        cursor = db.execute('SELECT * FROM "%s"' % table.replace('"', '""'))
        columns = [d[0] for d in cursor.description]
        lines = sorted(table_lines(columns, cursor, kinds[table]))
        yield table, kinds[table], lines


# --- engines


def statements(text):
    """Those of a script; no text in it has a line end of its own."""
    text = re.sub(r"^(--|!).*\n", "", text, flags=re.M)
    return [s for s in (s.strip() for s in text.split(";\n")) if s]


class Snowflake:
    def __init__(self):
        import fakesnow
        import snowflake.connector

        self.patch = fakesnow.patch()
        self.patch.__enter__()
        self.connect = snowflake.connector.connect

    def begin(self, name):
        self.cursor = self.connect(database=name, schema="S").cursor()

    def copy(self, statement):
        stage, fields, path, rest = re.fullmatch(
            r"COPY INTO (\S+ \S+) FROM \(SELECT (.*) FROM (@\S+)\) (.*)", statement
        ).groups()
        self.cursor.execute("CREATE OR REPLACE TEMPORARY TABLE FILE_ (J VARIANT)")
        self.cursor.execute("COPY INTO FILE_ FROM %s %s" % (path, rest))
        fields = fields.replace("$1:", "J:")
        self.cursor.execute("INSERT INTO %s SELECT %s FROM FILE_" % (stage, fields))

    def run(self, statement):
        if statement.startswith("COPY INTO"):
            self.copy(statement)
        elif statement not in ("BEGIN", "COMMIT"):
            self.cursor.execute(statement)

    def read(self, table):
        self.cursor.execute('SELECT * FROM "%s"' % table.upper())
        columns = [d[0] for d in self.cursor.description]
        return columns, self.cursor.fetchall()


class Databricks:
    def __init__(self):
        from pyspark.sql import SparkSession

        extension = "io.delta.sql.DeltaSparkSessionExtension"
        catalog = "org.apache.spark.sql.delta.catalog.DeltaCatalog"
        settings = {
            "spark.jars": ",".join(glob.glob(os.environ["DELTA_JARS"] + "/*.jar")),
            "spark.sql.extensions": extension,
            "spark.sql.catalog.spark_catalog": catalog,
            "spark.sql.sources.default": "delta",
            "spark.sql.warehouse.dir": os.path.abspath("warehouse"),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "1",
            # A statement over ten rows is done before it is compiled.
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false",
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
            "spark.databricks.delta.snapshotPartitions": "1",
            "spark.databricks.delta.stats.collect": "false",
            # Delta Lake 4.0 reads WITH SCHEMA EVOLUTION, and heeds this.
            "spark.databricks.delta.schema.autoMerge.enabled": "true",
        }
        builder = SparkSession.builder.master("local[2]")
        for key, value in settings.items():
            builder = builder.config(key, value)
        self.spark = builder.getOrCreate()
        self.spark.sparkContext.setLogLevel("OFF")

    def begin(self, name):
        self.spark.sql("CREATE DATABASE " + name)
        self.spark.sql("USE " + name)

    def copy(self, statement):
        stage, fields, path, options = re.fullmatch(
            r"COPY INTO (\S+) FROM \(SELECT (.*) FROM '([^']*)'\)"
            r" FILEFORMAT = JSON FORMAT_OPTIONS \((.*)\)"
            r" COPY_OPTIONS \('force' = 'true'\)",
            statement,
        ).groups()
        path = path.replace("/Volumes/CATALOG/SCHEMA/VOLUME", os.getcwd())
        reader = self.spark.read
        for key, value in re.findall(r"'(\w+)' = '(\w+)'", options):
            reader = reader.option(key, value)
        reader.json(path).createOrReplaceTempView("file_")
        self.spark.sql("INSERT INTO %s SELECT %s FROM file_" % (stage, fields))

    def run(self, statement):
        if statement.startswith("COPY INTO"):
            self.copy(statement)
        else:
            self.spark.sql(statement).collect()

    def read(self, table):
        frame = self.spark.table("`%s`" % table)
        return frame.columns, [tuple(row) for row in frame.collect()]


# --- cases


def run_script(engine, path):
    text = open(path, newline="").read()
    home = os.getcwd()
    os.chdir(os.path.dirname(path) or ".")
    try:
        for statement in statements(text):
            try:
                engine.run(statement)
            except Exception as fault:
                words = " ".join(("%.2000s" % fault).split())
                yield "%s: %.200s: %s" % (path, statement, words)
                return
    finally:
        os.chdir(home)


def compare(engine, case):
    for table, kinds, wanted in direct_tables(case + "/direct.db"):
        columns, rows = engine.read(table)
        got = sorted(table_lines(columns, rows, kinds))
        for line in sorted(set(wanted) - set(got)):
            yield "%s lacks %s" % (table, line)
        for line in sorted(set(got) - set(wanted)):
            yield "%s has   %s" % (table, line)
        if len(got) != len(wanted):
            yield "%s has %d rows, not %d" % (table, len(got), len(wanted))


def run_case(engine, case):
    engine.begin(re.sub(r"\W", "_", os.path.basename(case)))
    scripts = sorted(glob.glob(case + "/*.sql") + glob.glob(case + "/*/load.sql"))
    if not scripts:
        yield "no script"
    for script in scripts:
        yield from run_script(engine, script)
    yield from compare(engine, case)


def main():
    engine = {"snowflake": Snowflake, "databricks": Databricks}[sys.argv[1]]()
    for case in sys.argv[2:]:
        with open(case + "/faults", "w") as out:
            try:
                for fault in run_case(engine, case):
                    print(fault, file=out)
            except Exception as fault:
                print("%s: %.2000s" % (type(fault).__name__, fault), file=out)


main()
