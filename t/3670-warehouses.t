#!/bin/sh
# Loads for warehouses, without a warehouse: what is written, what is refused,
# and Redshift's, which PostgreSQL runs once COPY and SUPER are made up for.
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"
. "$root/t/scripts.sh"

# --- the text of each

printf '%s\n' '{"id":"a","n":1.5,"on":true,"at":"2026-11-24T06:00:00.123Z","j":{}}' \
	'{"id":"b","tags":["x"]}' >input
for name in snowflake bigquery redshift databricks; do
	ndjson-to-sql -t t --sync "$name:$name" input
	is "$(sed -e 's/[0-9]\{13\}/0/g' -e 1d "$name/load.sql")" \
		"$(cat "$root/t/data/warehouses/$name.sql")" "$name: load.sql"
	like "$(sed 1q "$name/load.sql")" "^-- ndjson-to-sql .*, for $name\$" \
		"$name: load.sql says what it is"
	is "$(grep -c '^    ' "$name/README")" 3 "$name: README has three commands"
	is "$(gzip -dc "$name/0-t.ndjson.gz" | sed 's/[0-9]\{13\}/0/')" \
'{"id":"a","n":1.5,"on":true,"at":"2026-11-24T06:00:00.123Z","j":"{}","_load_id":0}
{"id":"b","n":null,"on":null,"at":null,"j":null,"_load_id":0}' \
		"$name: rows"
	is "$(cd "$name" && echo *)" \
		'0-t.ndjson.gz 1-t__tags.ndjson.gz 2-_loads.ndjson.gz 3-_columns.ndjson.gz README load.sql' \
		"$name: files"
done

# --- nothing of a table

for name in snowflake bigquery databricks; do
	echo '{"_resource":"t","_rows":0}' | ndjson-to-sql --sync "$name:$name"
	like "$(cat "$name/load.sql")" \
		"a table is there whose list is empty now, .* IN \\('','t'\\)" \
		"$name: fails where the table is there"
	ndjson-to-sql -t t --sync "$name:$name" input
done

# --- directories

echo '{"id":"c"}' | ndjson-to-sql -t 'it'\''s "x"' snowflake:snowflake
is "$(cd snowflake && echo *)" \
	'0-table.ndjson.gz 1-_loads.ndjson.gz 2-_columns.ndjson.gz README load.sql' \
	'a load takes the place of the one before'
echo mine >redshift/notes
run ndjson-to-sql -t t redshift:redshift input
fails 2 "'.*/redshift/notes' is no file of a load, and would be gone" \
	'a file of somebody else'
is "$(cat redshift/notes)" mine '... stays'
mkdir other
echo 'SELECT 1;' >other/load.sql
run ndjson-to-sql -t t redshift:other input
fails 2 "'.*/other' has no load.sql of this program" 'a script of somebody else'
before=$(cat bigquery/load.sql)
printf '%s' '{"id":"b"}' >torn
run ndjson-to-sql -t t bigquery:bigquery torn
is "$(cat bigquery/load.sql)" "$before" 'a stream that was cut off changes nothing'
run ndjson-to-sql --dry-run -t t bigquery:bigquery input
fails 2 'changes nothing until its script is run' '--dry-run'
run ndjson-to-sql --describe bigquery:bigquery
fails 2 'has no tables to look at' '--describe'
run ndjson-to-sql --gzip -t t bigquery:bigquery input
exits 2 '--gzip'

# --- what they cannot keep

refused() {
	printf '%s\n' "$2" >input
	run ndjson-to-sql -t t "sql:$1" input
	fails 5 "$3" "$1: $4"
	run ndjson-to-sql -t t --rejects rejected "sql:$1" input
	exits 0 "$1: $4 is rejected"
	is "$(grep -c . rejected)" 1 "$1: $4: one line"
}
long=$(printf '%65536s' x)
refused redshift '{"id":"a\u0000"}' "'id' holds U\\+0000, which redshift" U+0000
refused redshift "{\"id\":\"$long\"}" "'id' holds more than 65535 bytes" 'a long text'
for name in bigquery redshift databricks; do
	refused $name '{"id":1,"at":"2026-11-24T06:00:00.1234567Z"}' \
		"'at' holds more than 6 digits of a second" 'seven digits'
done
echo '{"id":1,"at":"2026-11-24T06:00:00.123456789Z"}' >input
run ndjson-to-sql -t t sql:snowflake input
exits 0 'snowflake: nine digits'
like "$(cat out)" '06:00:00\.123456789\+00:00' 'snowflake: ... are kept'
echo '{"id":1,"at":"2026-11-24T06:00:00.1234567Z"}' |
	ndjson-to-sql -t t --type at=text sql:bigquery >script.sql
like "$(cat script.sql)" '06:00:00\.1234567' 'as a text it has all digits'

# --- Redshift's, by PostgreSQL

if [ -z "$postgres_bin" ]; then
	done_testing
fi
postgres
export PGOPTIONS='-c standard_conforming_strings=off -c escape_string_warning=off -c client_min_messages=warning'
"$postgres_bin/psql" -Xq -d template1 <<'EOT'
CREATE DOMAIN super AS jsonb;
CREATE DOMAIN scalar AS text;
CREATE FUNCTION json_parse(text) RETURNS super LANGUAGE sql AS 'SELECT $1::jsonb';
CREATE FUNCTION json_serialize(jsonb) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
CREATE FUNCTION json_serialize(text) RETURNS text LANGUAGE sql AS 'SELECT to_json($1)::text';
EOT

# A text in SUPER is not JSON that it spells. COPY reads a file here.
for_postgres() {
	sed 's/ AS SUPER)/ AS scalar)/g' "$1" | awk -v directory="${1%/*}" '
	/^\\set file / { file = $4; next }
	/^COPY / {
		columns = $0
		sub(/^[^(]*[(]/, "", columns)
		sub(/[)] FROM .*/, "", columns)
		print "CREATE TEMPORARY TABLE _lines_ (line text);"
		print "\\copy _lines_ FROM PROGRAM '\''gzip -dc " directory file \
			"'\'' WITH (FORMAT csv, DELIMITER E'\''\\x01'\'', QUOTE E'\''\\x02'\'')"
		print "INSERT INTO " $2 " (" columns ") SELECT " columns \
			" FROM _lines_, jsonb_populate_record(NULL::" $2 ", line::jsonb);"
		print "DROP TABLE _lines_;"
		next
	}
	{ print }' >for_postgres.sql
	"$postgres_bin/psql" -Xq -d "$2" -f for_postgres.sql >messages 2>&1
}

# What all columns of all tables hold, as texts: decimals are such here.
tables_of() {
	tables=$("$postgres_bin/psql" -XAtqd "$1" -c "SELECT table_name
		FROM information_schema.tables WHERE table_schema = 'public'
		AND table_name NOT IN ('_loads', '_columns') ORDER BY 1")
	for table in $tables; do
		echo "--- $table"
		"$postgres_bin/psql" -XAtqd "$1" -c "SELECT (SELECT string_agg(key || '=' ||
			CASE WHEN key ~ '^_(id|load_id|parent_id)\$' AND value #>> '{}' ~ '^17' THEN '1'
			WHEN key ~ '^_valid' THEN (value = 'null')::text
			ELSE coalesce(value #>> '{}', 'null') END, ', ' ORDER BY key)
			FROM jsonb_each(to_jsonb(r.*))) FROM \"$table\" AS r" \
			>unsorted || echo "$1 cannot be read"
		sort unsorted
	done
}

load() {
	shift
	cat >input
	sleep 0.002
	PGDATABASE=direct$number ndjson-to-sql "$@" postgresql:// <input 2>>messages ||
		echo 'direct failed'
	for way in $ways; do
		target=sql:redshift
		[ $way = sql ] || target=$way:$T/bundle
		[ $way != postgres ] || target=sql:postgres
		ndjson-to-sql "$@" "$target" <input >script.sql 2>>messages ||
			echo "$way failed"
		file=$T/script.sql
		[ $way != redshift ] || file=$T/bundle/load.sql
		if [ $way = postgres ]; then
			"$postgres_bin/psql" -Xq -d "$way$number" -f script.sql 2>&1
		else
			for_postgres "$file" "$way$number" || cat messages
		fi
	done
}

finish_case() {
	is "$(cat faults)" '' "redshift: $name: everything runs"
	for way in $ways; do
		is "$(tables_of "$way$number")" "$(tables_of "direct$number")" \
			"redshift: $name: $way"
	done
}

begin_case() {
	for way in direct $ways; do
		"$postgres_bin/psql" -Xq -c "CREATE DATABASE $way$number"
	done
}
ways='sql redshift'
each_case

# --- tables of which nothing is left, for PostgreSQL as well

ways='sql postgres'
each_case emptying_cases 100
is "$(tables_of "postgres$number" | grep -c .)" 9 'there is something to compare'
"$postgres_bin/psql" -Xqd "postgres$number" -c 'DROP TABLE b__l'
echo '{"_resource":"b","_rows":0}' >input
ndjson-to-sql --sync sql:postgres input >script.sql
"$postgres_bin/psql" -Xqd "postgres$number" -f script.sql
is $? 0 'a list that somebody dropped is none'
is "$("$postgres_bin/psql" -XAtqd "postgres$number" -c 'SELECT count(*) FROM b')" 0 \
	'... and the rest is emptied'
stuck() {
	ndjson-to-sql "$@" sql:postgres input >script.sql
	run "$postgres_bin/psql" -Xqd "postgres$number" -f script.sql
	exits 3 "$name: fails"
	like "$(cat err)" "$says" "$name: says why"
}
says='a table is there whose list is empty now'
name='rows of one parent only'
echo '{"_resource":"roles_users","_parent":{"roleId":"r1"},"_rows":0}' >input
stuck --sync
name='versions, which end and stay'
echo '{"_resource":"a","_rows":0}' >input
stuck --sync --history
says='a list has rows that this load does not name'
name='a merge, which names not all rows'
echo '{"_resource":"a","id":2}' >input
stuck

# --- a table that does not fit

"$postgres_bin/psql" -Xq -c 'CREATE DATABASE misfit'
echo '{"id":"a","n":1,"list":["x"]}' | ndjson-to-sql -t t sql:redshift >script.sql
for_postgres "$T/script.sql" misfit
before=$(tables_of misfit)
misfit() {
	ndjson-to-sql -t t sql:redshift input >script.sql
	for_postgres "$T/script.sql" misfit
	is $? 3 "$1: the script fails"
	like "$(cat messages)" "$2" "$1: and says why"
	is "$(tables_of misfit)" "$before" "$1: nothing has changed"
}
echo '{"id":"a","n":1.5,"list":["x"]}' >input
misfit 'another type' \
	'a column is there with another type or path'
echo '{"id":"b","n":1}' >input
misfit 'a list that no record has' \
	'a list has rows that this load does not name'

done_testing
