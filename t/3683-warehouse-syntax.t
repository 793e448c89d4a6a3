#!/bin/sh
# What the loads for warehouses say is SQL of theirs by the parsers of sqlglot
# and, for Redshift, sqlfluff, from $ENGINES.
. "${0%/*}/lib.sh"
. "$root/t/scripts.sh"
engine sqlglot
python=$ENGINES/sqlglot/python/bin/python

begin_case() {
	:
}

# What psql puts in, and what it does by itself. The parser of Databricks knows
# no SCHEMA EVOLUTION, which Spark itself runs (t/3681).
plain() {
	sed -e '/^\\set/d' -e '/^!/d' -e 's/^\\gexec$/;/' \
		-e "s/:'file'/'s3:\/\/b\/f'/" -e "s/:'iam_role'/'arn:aws:iam::1:role\/r'/" \
		-e 's/MERGE WITH SCHEMA EVOLUTION/MERGE/' "$1"
}

load() {
	shift
	cat >input
	for dialect in snowflake bigquery redshift databricks; do
		for target in "sql:$dialect" "$dialect:bundle"; do
			rm -rf bundle
			ndjson-to-sql "$@" "$target" <input >script.sql || echo "$target"
			[ ! -d bundle ] || cp bundle/load.sql script.sql
			written=$((${written-0} + 1))
			plain script.sql >"$written.$dialect.sql"
		done
	done
}

finish_case() {
	is "$(cat faults)" '' "$name: is written"
}
each_case

cat >parse.py <<'EOT'
import sys, logging, sqlglot
logging.disable(logging.CRITICAL)
count = 0
for path in sys.argv[1:]:
    dialect = path.split(".")[-2]
    try:
        for tree in sqlglot.parse(open(path, newline="").read(), read=dialect):
            count += tree is not None
            # What it does not know it keeps as it is.
            if isinstance(tree, sqlglot.exp.Command) and tree.this not in (
                "SET", "PUT", "LOAD", "CREATE"):
                print(path, tree.sql()[:200])
    except Exception as fault:
        print(path, " ".join(str(fault).split())[:500])
print("parsed" if count > 1000 else "too few: %d" % count)
EOT
is "$("$python" parse.py ./*.*.sql 2>&1)" parsed 'sqlglot knows every statement'

printf '[sqlfluff]\nlarge_file_skip_byte_limit = 0\n' >.sqlfluff
echo '{"id":"a","j":{},"tags":["x"]}' >input
rm -rf bundle
ndjson-to-sql -t t --sync redshift:bundle input
plain bundle/load.sql >redshift.sql
"$python" -m sqlfluff parse --dialect redshift redshift.sql >parsed 2>&1
ok $? 'sqlfluff knows every statement of Redshift'
unlike "$(cat parsed)" 'unparsable' '... and all of each'
done_testing
