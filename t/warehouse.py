#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Runs loads for a warehouse in what stands in for it here, and compares the
tables with those of the same loads in SQLite.

    warehouse.py snowflake|bigquery|databricks CASE...

A CASE is a directory: 1.sql, 2.sql ... (or 1/load.sql, ... with their files)
are run in that order in a database of their own, direct.db is what SQLite has.
What differs, or fails, is printed to CASE/faults.

Snowflake is fakesnow, which is DuckDB: a MERGE cannot be in a transaction
there, so BEGIN and COMMIT are left out; COPY INTO takes no query of JSON, so
that the file is copied as it is and the query run over that. BigQuery is
ZetaSQL, Google's analyzer of its language, which looks every name and type of
every statement up, and its reference evaluator of queries: that has neither
MERGE nor files, so that what a MERGE leaves is asked of it in queries.
Databricks is Spark with Delta Lake on this machine, which has no COPY INTO:
its SELECT is run over the same file with the same options.
"""
import datetime
import decimal
import glob
import gzip
import json
import os
import re
import socket
import sqlite3
import subprocess
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

    def close(self):
        pass

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


class BigQuery:
    NAME = r"(`(?:[^`\\]|\\.)*`)"
    LOAD = r"LOAD DATA INTO TEMP TABLE %s (\(.*\)) FROM FILES \(.*'gs://BUCKET/(.*)'\]\)"
    MERGE = (
        r"MERGE INTO %s AS (\w+) USING (\(.*\)) AS (\w+) ON (.*?)"
        r"(?: WHEN MATCHED(?: AND (\(\(.*\)\)))? THEN (DELETE|UPDATE SET .*?))?"
        r"(?: WHEN NOT MATCHED THEN INSERT \((.*)\) VALUES \((.*)\))?"
    )

    def __init__(self):
        home = os.environ["ZETASQL"]
        sys.path.insert(0, home + "/protos")
        import grpc
        import local_service_pb2
        import local_service_pb2_grpc
        from zetasql.public import simple_table_pb2, type_pb2, value_pb2

        self.messages = local_service_pb2
        self.Table = simple_table_pb2.SimpleTableProto
        self.kind_name = type_pb2.TypeKind.Name
        self.Value = value_pb2.ValueProto
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.server = subprocess.Popen(
            [home + "/server", "localhost", port], stdout=subprocess.DEVNULL
        )
        channel = grpc.insecure_channel("localhost:" + port)
        grpc.channel_ready_future(channel).result(timeout=60)
        self.service = local_service_pb2_grpc.ZetaSqlLocalServiceStub(channel)
        self.language = self.service.GetLanguageOptions(
            self.messages.LanguageOptionsRequest(maximum_features=True)
        )
        # As BigQuery has it: names of types are the public ones, and a second
        # has six digits.
        self.language.product_mode = 1
        features = list(self.language.enabled_language_features)
        del self.language.enabled_language_features[:]
        names = type(self.language).DESCRIPTOR.fields_by_name
        kinds = names["enabled_language_features"].enum_type.values_by_name
        nanos = kinds["FEATURE_TIMESTAMP_NANOS"].number
        self.language.enabled_language_features.extend(
            f for f in features if f != nanos
        )
        del self.language.supported_statement_kinds[:]

    def close(self):
        self.server.kill()
        self.server.wait()

    def begin(self, name):
        self.tables = {}

    def catalog(self):
        request = self.messages.AnalyzeRequest()
        request.options.language_options.CopyFrom(self.language)
        catalog = request.simple_catalog
        catalog.name = "catalog"
        catalog.builtin_function_options.language_options.CopyFrom(self.language)
        for number, (table, _) in enumerate(self.tables.values()):
            copy = catalog.table.add()
            copy.CopyFrom(table)
            copy.serialization_id = number
        return request

    def analyze(self, statement):
        """The leaf of what the analyzer makes of it."""
        request = self.catalog()
        request.sql_statement = statement
        node = self.service.Analyze(request).resolved_statement
        while "node" in node.DESCRIPTOR.oneofs_by_name:
            node = getattr(node, node.WhichOneof("node"))
        return node

    def query(self, text):
        from_catalog = self.catalog()
        request = self.messages.EvaluateQueryRequest(
            sql=text,
            options=from_catalog.options,
            simple_catalog=from_catalog.simple_catalog,
        )
        for name, (_, rows) in self.tables.items():
            data = request.table_content[name].table_data
            data.SetInParent()
            for row in rows:
                data.row.add().cell.extend(row)
        content = self.service.EvaluateQuery(request).content
        return [list(row.cell) for row in content.table_data.row]

    def create(self, statement):
        node = self.analyze(statement)
        name = node.parent.parent.name_path[0]
        # A script's own tables are gone with it, also where it failed.
        if name in self.tables and not statement.startswith("CREATE TEMP"):
            return
        table = self.Table(name=name)
        for column in node.parent.column_definition_list:
            table.column.add(name=column.name, type=column.type)
        self.tables[name] = (table, [])

    def alter(self, statement):
        node = self.analyze(statement)
        table, rows = self.tables[node.parent.name_path[0]]
        there = {column.name.lower() for column in table.column}
        for action in node.parent.alter_action_list:
            column = action.resolved_add_column_action_node.column_definition
            if column.name.lower() not in there:
                table.column.add(name=column.name, type=column.type)
                for row in rows:
                    row.append(self.Value())

    def load(self, statement):
        name, columns, path = re.fullmatch(self.LOAD % self.NAME, statement).groups()
        self.create("CREATE TEMP TABLE %s %s" % (name, columns))
        # It asks for the table, which BigQuery makes.
        self.analyze(statement)
        table, rows = self.tables[name.strip("`")]
        types = re.findall(self.NAME + r" (\w+)", columns)
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                record = json.loads(line, parse_int=str, parse_float=str)
                casts = ", ".join(
                    "CAST(%s AS %s)"
                    % (json.dumps(record[column.name], ensure_ascii=False), kind)
                    for column, (_, kind) in zip(table.column, types)
                )
                rows.extend(self.query("SELECT " + casts))

    def insert(self, statement):
        name, columns, source = re.fullmatch(
            r"INSERT INTO %s \((.*?)\) (SELECT .*|VALUES\n.*)" % self.NAME,
            statement,
            re.S,
        ).groups()
        self.analyze(statement)
        table, rows = self.tables[name.strip("`")]
        if source.startswith("VALUES"):
            lines = source[len("VALUES\n") :].split(",\n")
            source = " UNION ALL ".join("SELECT " + line[1:-1] for line in lines)
        named = ["`%s`" % column.name for column in table.column]
        rows.extend(self.placed(named, columns, self.query(source)))

    def placed(self, named, columns, found):
        """Rows of the table, out of those of some columns."""
        places = [named.index(n) for n in re.findall(self.NAME, columns)]
        for cells in found:
            row = [self.Value() for _ in named]
            for place, cell in zip(places, cells):
                row[place] = cell
            yield row

    def merge(self, statement):
        name, t, source, s, on, when, change, columns, values = re.fullmatch(
            self.MERGE % self.NAME, statement
        ).groups()
        self.analyze(statement)
        table, rows = self.tables[name.strip("`")]
        hit = "(%s.hit_ IS TRUE AND IFNULL(%s, FALSE))" % (s, when or "TRUE")
        named = ["`%s`" % column.name for column in table.column]
        new = dict(re.findall(self.NAME + r" = (.*?)(?=, `|$)", change or ""))
        kept = self.query(
            "SELECT %s FROM %s AS %s LEFT JOIN (SELECT *, TRUE AS hit_ FROM %s) AS %s"
            " ON %s"
            % (
                ", ".join(
                    [
                        "IF(%s, %s, %s.%s)" % (hit, new[n], t, n)
                        if n in new
                        else "%s.%s" % (t, n)
                        for n in named
                    ]
                    + [hit]
                ),
                name,
                t,
                source,
                s,
                on,
            )
        )
        if len(kept) != len(rows):
            raise ValueError("a row of the target matches two of the source")
        added = []
        if columns:
            found = self.query(
                "SELECT %s FROM %s AS %s WHERE NOT EXISTS (SELECT 1 FROM %s AS %s"
                " WHERE %s)" % (values, source, s, name, t, on)
            )
            added = list(self.placed(named, columns, found))
        rows[:] = [
            row[:-1] for row in kept if change != "DELETE" or not row[-1].bool_value
        ] + added

    def run(self, statement):
        verb = statement.split(" ", 1)[0]
        if verb == "CREATE":
            self.create(statement)
        elif verb == "ALTER":
            self.alter(statement)
        elif verb == "LOAD":
            self.load(statement)
        elif verb == "INSERT":
            self.insert(statement)
        elif verb == "MERGE":
            self.merge(statement)
        elif verb == "DROP":
            del self.tables[self.analyze(statement).name_path[0]]
        else:
            self.analyze(statement)
            if verb == "SELECT":
                self.query(statement)
            elif verb == "DELETE":
                name = re.fullmatch(
                    "DELETE FROM %s WHERE true" % self.NAME, statement
                ).group(1)
                del self.tables[name.strip("`")][1][:]

    def read(self, table):
        form = {"TYPE_TIME": "CAST(%s AS STRING)", "TYPE_DATE": "CAST(%s AS STRING)"}
        fields = []
        for column in self.tables[table][0].column:
            kind = self.kind_name(column.type.type_kind)
            fields.append(form.get(kind, "%s") % ("`%s`" % column.name))
        # A table may have a column of its own name.
        rows = self.query("SELECT %s FROM `%s` AS t_" % (", ".join(fields), table))
        columns = [column.name for column in self.tables[table][0].column]
        return columns, [[self.told(cell) for cell in row] for row in rows]

    def told(self, cell):
        kind = cell.WhichOneof("value")
        if kind == "timestamp_value":
            moment = cell.timestamp_value
            return datetime.datetime.fromtimestamp(
                moment.seconds, datetime.timezone.utc
            ) + datetime.timedelta(microseconds=moment.nanos // 1000)
        return getattr(cell, kind) if kind else None


class Databricks:
    def __init__(self):
        from pyspark.sql import SparkSession

        extension = "io.delta.sql.DeltaSparkSessionExtension"
        catalog = "org.apache.spark.sql.delta.catalog.DeltaCatalog"
        settings = {
            "spark.driver.extraClassPath": os.environ["DELTA_JARS"] + "/*",
            "spark.sql.extensions": extension,
            "spark.sql.catalog.spark_catalog": catalog,
            "spark.sql.sources.default": "delta",
            "spark.sql.warehouse.dir": os.path.abspath("warehouse"),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            # Without these a process runs for each file, to read a link and to
            # change a mode: 16 for each statement.
            "spark.hadoop.fs.file.impl":
                "com.globalmentor.apache.hadoop.fs.BareLocalFileSystem",
            "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
            "spark.sql.streaming.checkpointFileManagerClass":
                "org.apache.spark.sql.execution.streaming."
                "FileSystemBasedCheckpointFileManager",
            "spark.sql.shuffle.partitions": "1",
            # A statement over ten rows is done before it is compiled.
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.adaptive.enabled": "false",
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "spark.databricks.delta.merge.materializeSource": "none",
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

    def close(self):
        self.spark.stop()

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
    engines = {"snowflake": Snowflake, "bigquery": BigQuery, "databricks": Databricks}
    engine = engines[sys.argv[1]]()
    try:
        for case in sys.argv[2:]:
            with open(case + "/faults", "w") as out:
                try:
                    for fault in run_case(engine, case):
                        print(fault, file=out)
                except Exception as fault:
                    print("%s: %.2000s" % (type(fault).__name__, fault), file=out)
    finally:
        engine.close()


main()
