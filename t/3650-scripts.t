#!/bin/sh
# A script of sql:DIALECT, run by the database's own shell, leaves what the
# same load leaves that goes there directly; and cut off, it leaves nothing.
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"
. "$root/t/scripts.sh"

# --- the same loads, directly and by scripts

# Ids of rows without a key, and times of the load, differ from load to load;
# what refers to what does not.
sqlite_rows() {
	sqlite3 "$1" "SELECT name FROM sqlite_schema WHERE type = 'table'
		AND name NOT IN ('_loads', '_columns') ORDER BY name" |
		while read -r table; do
			echo "--- $table"
			sqlite3 "$1" "SELECT 'SELECT ' || group_concat(
				CASE WHEN name IN ('_id', '_load_id', '_parent_id')
				THEN printf('CASE WHEN \"%w\" LIKE ''17%%''
				THEN 1 ELSE \"%w\" END', name, name)
				WHEN name LIKE '\_valid%' ESCAPE '\' THEN printf('\"%w\" IS NULL', name)
				ELSE printf('quote(\"%w\")', name) END)
				|| ' FROM ' || printf('\"%w\"', '$table')
				FROM (SELECT name FROM pragma_table_info('$table')
				ORDER BY name)" >query
			sqlite3 "$1" <query | sort
		done
}

postgres_rows() {
	tables=$("$postgres_bin/psql" -XAtqd "$1" -c "SELECT table_name
		FROM information_schema.tables WHERE table_schema = 'public'
		AND table_name NOT IN ('_loads', '_columns') ORDER BY 1")
	for table in $tables; do
		echo "--- $table"
		"$postgres_bin/psql" -XAtqd "$1" -c "SELECT (SELECT
			json_agg(CASE WHEN key ~ '^_(id|load_id|parent_id)$'
			AND value::text ~ '17' THEN '1'::jsonb
			WHEN key ~ '^_valid' THEN to_jsonb(value = 'null')
			ELSE jsonb_build_array(key, value) END ORDER BY key)
			FROM jsonb_each(to_jsonb(r.*))) FROM \"$table\" AS r" \
			>unsorted || echo "$1 cannot be read"
		sort unsorted
	done
}

# load NUMBER OPTION...: the load from standard input, both ways.
load() {
	number=$1
	shift
	cat >input
	# A load's id is a millisecond, and a version's time too.
	sleep 0.002
	ndjson-to-sql "$@" "case$number.db" <input 2>>messages || echo direct
	ndjson-to-sql "$@" sql:sqlite <input >script.sql 2>>messages || echo script
	sqlite3 "by_script$number.db" <script.sql 2>>messages || echo run
	[ -n "$postgres_bin" ] || return
	PGDATABASE=case$number ndjson-to-sql "$@" postgresql:// <input \
		2>>messages || echo 'direct, postgres'
	ndjson-to-sql "$@" sql:postgres <input >script.sql 2>>messages ||
		echo 'script, postgres'
	# A time without a zone would be this one's.
	PGTZ=Asia/Tokyo "$postgres_bin/psql" -Xq -d "by_script$number" -f script.sql \
		>>messages 2>&1 || echo 'run, postgres'
}

[ -z "$postgres_bin" ] || postgres
: >messages
finish_case() {
	is "$(cat faults)" '' "$name: everything runs"
	[ ! -s faults ] || sed 's/^/# /' messages >&2
	is "$(sqlite_rows "by_script$number.db")" \
		"$(sqlite_rows "case$number.db")" "$name: sqlite"
	[ -z "$postgres_bin" ] ||
		is "$(postgres_rows "by_script$number")" \
			"$(postgres_rows "case$number")" "$name: postgres"
}
begin_case() {
	[ -z "$postgres_bin" ] || "$postgres_bin/psql" -Xq \
		-c "CREATE DATABASE case$number" \
		-c "CREATE DATABASE by_script$number"
}
each_case

# --- what a script must not do

refused() {
	cp base.db now.db
	ndjson-to-sql "$@" sql:sqlite input >script.sql 2>err
	run sqlite3 now.db <script.sql
	is "$(sqlite3 now.db .dump)" "$(sqlite3 base.db .dump)" \
		"$name: nothing has changed"
}
echo '{"id":"a","n":1,"list":["x"]}' | ndjson-to-sql -t t base.db

name='another type'
echo '{"id":"a","n":1.5,"list":[1]}' >input
refused -t t
exits 1 "$name: fails"
like "$(cat err)" 'a column is there with another type or path' "$name: says so"
name='another member under the same name'
echo '{"id":"a","N":1,"list":["y"]}' >input
refused -t t
exits 1 "$name: fails"
name='a list that no record has'
echo '{"id":"a","n":1}' >input
refused -t t
exits 1 "$name: fails"
like "$(cat err)" 'a list has rows that this load does not name' "$name: says so"
name='another key'
says='a table is there with another key or history'
echo '{"id":"b","n":1,"list":["x"]}' >input
refused -t t -k n
like "$(cat err)" "$says" "$name: says so"
name='a longer key'
echo '{"id":"a","k":1,"n":1,"list":["x"]}' >input
refused -t t -k id -k k
like "$(cat err)" "$says" "$name: says so"
name='versions'
refused -t t --history
like "$(cat err)" "$says" "$name: says so"
name='a table that is below another'
echo '{"_resource":"t__list","id":1,"z":1}' >input
refused
like "$(cat err)" 'a table is there below another one' "$name: says so"
name='a table in capitals'
echo '{"id":"a","n":1,"list":["x"]}' >input
refused -t T
like "$(cat err)" 'a name is there in another spelling' "$name: says so"
ndjson-to-sql -t t sql:sqlite input | sqlite3 now.db
is $? 0 '... and as it is spelled there it is no other'
echo '{"id":"a","x":1}' | ndjson-to-sql -t Big capitals.db
ndjson-to-sql -t Big capitals.db input
ndjson-to-sql -t Big sql:sqlite input | sqlite3 capitals.db
is $? 0 '... nor is one that is in capitals there'
says='a table is there whose list is empty now'
for options in --sync --replace '--history --sync'; do
	name="nothing of a table, $options"
	echo '{"_resource":"t","_rows":0}' >input
	# shellcheck disable=SC2086 # options are words
	refused $options
	like "$(cat err)" "$says" "$name: says so"
	name="nothing of a parent, $options"
	echo '{"_resource":"t","_parent":{"p":1},"_rows":0}' >input
	# shellcheck disable=SC2086 # options are words
	refused $options
	like "$(cat err)" "$says" "$name: says so"
done
echo '{"_resource":"other","_rows":0}' >input
ndjson-to-sql --sync sql:sqlite input | sqlite3 now.db
is $? 0 'nothing of a table that is not there'
echo '{"_resource":"t","_rows":0}' >input
ndjson-to-sql sql:sqlite input | sqlite3 now.db
is $? 0 'nothing of a table, which a merge does not mind'
says='a table is there with another key or history'
name='a key where there was none'
cp base.db kept.db
printf '%s\n' '{"id":"a","n":1}' '{"id":"a","n":2}' >input
ndjson-to-sql -t plain --append base.db input
refused -t plain
like "$(cat err)" "$says" "$name: says so"
mv kept.db base.db
name='a script that was cut off'
cp base.db now.db
echo '{"id":"b","n":1,"list":["y"]}' | ndjson-to-sql -t t sql:sqlite |
	sed '$d' | sqlite3 now.db
is "$(sqlite3 now.db .dump)" "$(sqlite3 base.db .dump)" \
	"$name: nothing has changed"
name='a stream that was cut off'
printf '%s\n' '{"id":"b"}' '{"_error":{"status":4,"message":"no"}' |
	tr -d '\n' >cut.ndjson
run ndjson-to-sql -t t sql:sqlite cut.ndjson
is "$(cat out)" '' "$name: no script"

# MySQL opens a temporary table once in a statement; MariaDB, which runs these
# scripts in t/3661, does not mind.
doubled='
	{ statement = statement $0 }
	/;$/ {
		split("", seen)
		while (match(statement, /`_(stage|parents)_[0-9]+_`/)) {
			name = substr(statement, RSTART, RLENGTH)
			if (name in seen)
				print name ": " $0
			seen[name]
			statement = substr(statement, RSTART + RLENGTH)
		}
		statement = ""
	}'
begin_case() {
	:
}
load() {
	shift
	ndjson-to-sql "$@" sql:mysql >script.sql
	awk "$doubled" script.sql
}
finish_case() {
	is "$(cat faults)" '' "$name: MySQL opens no stage twice"
}
each_case

# --- U+0000

for dialect in sqlite postgres duckdb mysql clickhouse; do
	run ndjson-to-sql -t t "sql:$dialect" <<-'EOT'
		{"id":"a\u0000b"}
		{"id":"c"}
	EOT
	[ $dialect = postgres ] || exits 0 "$dialect has words for U+0000"
done
printf '%s\n' '{"id":"1","x":"a\u0000b","l":[1]}' '{"id":"2","j":[{},{"k":{}}]}' \
	'{"id":"3","l":[2,"\u0000"]}' >nul
run ndjson-to-sql -t t sql:postgres nul
fails 5 "line 1: 'x' holds U\\+0000, which postgres cannot keep" \
	'PostgreSQL has none'
is "$(cat out)" '' 'and no script is written'
run ndjson-to-sql -t t --rejects rejected sql:postgres nul
exits 0 'with --rejects the others go on'
is "$(grep -c . rejected)" 2 'and both lines are there'
unlike "$(cat out)" '^[13]	' 'and no row of theirs is in the script'
echo '{"id":"a\u0000b","\u0000":"\u0000\u0000x"}' >nul
ndjson-to-sql -t t direct.db nul
ndjson-to-sql -t t sql:sqlite nul | sqlite3 scripted.db
is "$(sqlite3 scripted.db 'SELECT hex(id) FROM t')" \
	"$(sqlite3 direct.db 'SELECT hex(id) FROM t')" 'SQLite keeps it'

# --- times and names that a database has not

# narrow DIALECT RECORD PATTERN NAME: the record is refused.
narrow() {
	echo "$2" >narrow.ndjson
	run ndjson-to-sql -t t --type d=date "sql:$1" narrow.ndjson
	fails 5 "$3" "$4"
	is "$(cat out)" '' "$4: no script"
}
for dialect in duckdb mysql; do
	narrow $dialect '{"id":"a","t":"2026-11-24T06:00:00.1234567Z"}' \
		"line 1: 't' holds more than 6 digits of a second" \
		"$dialect: seven digits"
done
echo '{"id":"a","t":"2026-11-24T06:00:00.1234567Z"}' >narrow.ndjson
run ndjson-to-sql -t t sql:postgres narrow.ndjson
exits 0 'postgres: seven digits are cut'
like "$(cat err)" 'warning: .*six digits of a second.*--type COLUMN=text' \
	'... with a warning, as directly'
like "$(cat out)" '06:00:00\.123456(\+00|Z)?	' '... and not rounded'
echo '{"id":"a","t":"2026-11-24T06:00:00.1234560Z"}' >narrow.ndjson
run ndjson-to-sql -t t sql:postgres narrow.ndjson
is "$(cat err)" '' '... without one where nothing is lost'
narrow clickhouse '{"id":"a","t":"1899-12-31T23:59:59Z"}' \
	"'t' holds a day before 1900-01-01" 'clickhouse: an early time'
narrow clickhouse '{"id":"a","d":"2262-04-11"}' \
	"'d' holds a day before 1900-01-01 or" 'clickhouse: a late day'
narrow postgres '{"id":"a","t":"0001-01-01T00:00:00+14:00"}' \
	"'t' holds a day before 0001-01-01, which" 'postgres: the year 0'
narrow mysql '{"id":"a","𠮷":1}' "the name '.*' has a character beyond" \
	'mysql: a name beyond U+FFFF'
echo '{"id":"a","t":"2026-11-24T06:00:00.1234567Z"}' |
	ndjson-to-sql -t t --type t=text sql:mysql >script.sql
like "$(cat script.sql)" '06:00:00.1234567' 'as a text it has all digits'

# --- columns that SQLite cannot add

rm -f now.db
echo '{"id":1,"l":[{"a":1}]}' | ndjson-to-sql -t t now.db
sqlite3 now.db 'ALTER TABLE _loads DROP COLUMN rejected'
cp now.db before.db
echo '{"id":1,"n":"x","l":[{"a":1,"b":2}]}' |
	ndjson-to-sql -t t sql:sqlite >script.sql
run sqlite3 now.db <script.sql
exits 1 'missing columns'
like "$(cat err)" 'columns are missing; run what is printed, then this again' \
	'... are told'
is "$(cat out)" 'ALTER TABLE "t" ADD COLUMN "n" TEXT;
ALTER TABLE "t__l" ADD COLUMN "b" BIGINT;
ALTER TABLE "_loads" ADD COLUMN "rejected" BIGINT;' \
	'... all at once, those of an older ledger too'
is "$(sqlite3 now.db .dump)" "$(sqlite3 before.db .dump)" '... and nothing changes'
mv out missing.sql
sqlite3 now.db <missing.sql
run sqlite3 now.db <script.sql
exits 0 'run, they make it fit'
is "$(sqlite3 now.db 'SELECT n, b, (SELECT max(rejected) FROM _loads)
	FROM t JOIN t__l ON _parent_id = id')" 'x|2|0' '... for all rows'

# --- two spellings of a table

if [ -n "$postgres_bin" ]; then
	"$postgres_bin/psql" -Xqc 'CREATE DATABASE spelled'
	echo '{"id":"a","é":1}' >input
	ndjson-to-sql -t Users sql:postgres input | "$postgres_bin/psql" -Xqd spelled
	ndjson-to-sql -t users sql:postgres input >script.sql
	run "$postgres_bin/psql" -Xqd spelled -f script.sql
	exits 3 'postgres: another spelling ends the script'
	like "$(cat err)" 'a name is there in another spelling' '... and says so'
	is "$("$postgres_bin/psql" -XAtqd spelled -c "SELECT count(*) FROM
		pg_tables WHERE lower(tablename) = 'users'")" 1 '... with one table'
	echo '{"id":"a","É":1}' | ndjson-to-sql -t Users sql:postgres |
		"$postgres_bin/psql" -Xqd spelled
	is "$("$postgres_bin/psql" -XAtqd spelled -c \
		'SELECT "é" IS NULL, "É" FROM "Users"')" 't|1' \
		'... but not where the database has two names'
fi

# --- names that a database takes for one, or keeps for itself

# names DIALECT RECORD: the columns of its table, but for those of ours.
names() {
	echo "$2" | ndjson-to-sql -q -t t "sql:$1" 2>warned |
		sed -n 's/^CREATE TABLE IF NOT EXISTS .[tT]. (//p' |
		sed -e 's/, ._load_id.*//I' \
			-e 's/[`"]\([^`"]*\)[`"] [^,]*/\1/g'
}
record='{"id":1,"é":1,"É":2,"e":3,"größe":4,"grüße":5,"o":{"é":6,"É":7}}'
for dialect in mysql bigquery databricks; do
	is "$(names $dialect "$record")" \
		'id, é, É_2, e_3, größe, grüße, o__é, o__É_2' \
		"$dialect: letters that are one to it"
done
for dialect in sqlite postgres duckdb clickhouse redshift; do
	is "$(names $dialect "$record")" \
		'id, é, É, e, größe, grüße, o__é, o__É' \
		"$dialect: they differ"
done
is "$(names snowflake "$record")" 'ID, é, É, E, GRößE, GRüßE, O__é, O__É' \
	'snowflake: they differ'
echo "$record" | ndjson-to-sql -t t sql:mysql 2>err >script.sql
like "$(cat err)" "'\\$\\.\"é\"' and '\\$\\.\"É\"' have one name; .* is 'É_2'" \
	'mysql: ... with a warning'
record='{"id":1,"xmin":1,"xminute":2,"ctid":3,"FTS_DOC_ID":4,"_row_exists":5,'
record=$record'"_fileName":6,"_partition":{"x":7},"_change_type":8,"oid":9}'
while read -r dialect wanted; do
	is "$(names "$dialect" "$record")" "$wanted" "$dialect: reserved names"
done <<'EOT'
postgres id, xxmin, xminute, xctid, fts_doc_id, _row_exists, _file_name, _partition__x, _change_type, oid
redshift id, xxmin, xminute, xctid, fts_doc_id, _row_exists, _file_name, _partition__x, _change_type, xoid
mysql id, xmin, xminute, ctid, xfts_doc_id, _row_exists, _file_name, _partition__x, _change_type, oid
clickhouse id, xmin, xminute, ctid, fts_doc_id, x_row_exists, _file_name, _partition__x, _change_type, oid
bigquery id, xmin, xminute, ctid, fts_doc_id, _row_exists, x_file_name, x_partition__x, x_change_type, oid
databricks id, xmin, xminute, ctid, fts_doc_id, _row_exists, _file_name, _partition__x, x_change_type, oid
sqlite id, xmin, xminute, ctid, fts_doc_id, _row_exists, _file_name, _partition__x, _change_type, oid
EOT
record='{"_resource":"t","_parent":{"ctid":2},"id":1,"xxmin":1,"xmin":"x"}'
is "$(names postgres "$record")" 'xctid, id, xxmin, xxmin_2' \
	'a reserved name in a key, and one that is taken'
if [ -n "$postgres_bin" ]; then
	PGDATABASE=postgres
	export PGDATABASE
	record='{"id":1,"xmin":1,"ctid":"x","l":[{"cmax":[1,"a"],"tableoid":2}]}'
	for load in 1 2; do
		echo "$record" | ndjson-to-sql -t kept postgresql://
		echo "$record" | ndjson-to-sql -t kept_too sql:postgres |
			"$postgres_bin/psql" -Xq
	done
	for table in kept kept_too; do
		is "$("$postgres_bin/psql" -XAtqc "SELECT xxmin, xctid, xtableoid,
			(SELECT path FROM _columns WHERE column_name = 'xctid'
			AND table_name = '$table') FROM $table
			JOIN ${table}__l AS l ON l._parent_id = id")" '1|x|2|$.ctid' \
			"postgres: names of the system, $table"
	done
fi

# --- misuse

run ndjson-to-sql -t t sql:oracle nul
fails 2 "there is no SQL dialect 'oracle'; there is sqlite, " 'another dialect'
run ndjson-to-sql -t t --dry-run sql:sqlite nul
fails 2 'a script changes nothing until it is run' '--dry-run'
ndjson-to-sql -t t sql:sqlite nul >/dev/full 2>err
is $? 1 'a full disk: status 1'
like "$(cat err)" 'No space left' 'a full disk: message'

done_testing
