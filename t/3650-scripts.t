#!/bin/sh
# A script of sql:DIALECT, run by the database's own shell, leaves what the
# same load leaves that goes there directly; and cut off, it leaves nothing.
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"

# --- the same loads, directly and by scripts

# A case is a list of loads: the options, then lines of input up to a blank
# line. The stream's last line is what logto-fetch would say.
cat >cases <<'EOT'
# merge: rows change, lists shrink and grow, a key comes twice
-t t
{"id":"a","n":1,"tags":["x","y"],"o":{"d":0.1,"b":true,"z":-0.0}}
{"id":"b","n":2,"tags":[],"deep":[[1,2],[3]]}
{"id":"c","n":3,"tags":["x"]}
{"id":"a","n":9,"tags":["x","y","z"],"o":{"d":1e300,"b":false}}

-t t
{"id":"a","n":9,"tags":["x","y"],"o":{"d":1e300,"b":false}}
{"id":"b","n":2,"tags":["new"],"deep":[[1],[4,5]]}
{"id":"d","n":-9223372036854775808,"tags":[]}

# sync: what did not come goes, with what hangs on it
-t t --sync
{"id":"a","tags":["x","y"],"deep":[[1,2]]}
{"id":"b","tags":["x"]}
{"id":"e","tags":[]}

-t t --sync
{"id":"b","tags":["x","z"]}
{"id":"c","tags":[],"deep":[[3]]}

# sync below parents: only those that the stream covered
--sync
{"_resource":"roles_users","_parent":{"roleId":"r1"},"_key":["id"],"id":"u1","tags":["a"]}
{"_resource":"roles_users","_parent":{"roleId":"r1"},"_key":["id"],"id":"u2","tags":["b"]}
{"_resource":"roles_users","_parent":{"roleId":"r2"},"_key":["id"],"id":"u1","tags":["c","d"]}
{"_resource":"roles_users","_parent":{"roleId":"r'3"},"_key":["id"],"id":"u\"3","tags":["e"]}

--sync
{"_resource":"roles_users","_parent":{"roleId":"r1"},"_key":["id"],"id":"u2","tags":["b","c"]}
{"_resource":"roles_users","_parent":{"roleId":"r'3"},"_key":["id"],"id":"u4"}

# append: rows without a key
-t t --append
{"n":1,"tags":["x"]}
{"n":1,"tags":["y","z"]}

-t t --append
{"n":1,"tags":["x"]}

# replace
-t t --replace
{"id":"a","tags":["x"]}
{"id":"b","tags":["y"]}

-t t --replace
{"id":"b","tags":["y","z"]}

# history: versions that stay, that end, that begin
-t t --history
{"id":"a","n":1,"tags":["x"]}
{"id":"b","n":1,"tags":["y","z"]}
{"id":"c","n":1}

-t t --history
{"id":"a","n":1,"tags":["x"]}
{"id":"b","n":2,"tags":["y"]}
{"id":"d","n":1}

-t t --history --sync
{"id":"a","n":1,"tags":["x","w"]}
{"id":"d","n":1}

# texts and names that are SQL
-t t
{"id":"'; DROP TABLE t; --","a\"b":"'","c'd":"\\","ключ":"é\u0001\n.quit\n\\q\n;\n"}
{"id":"\\'","x":"\\.\n\\N\t$$ :name ${x} %s ? :1 @x","y":"\r\n"}
{"id":"","empty":"","json":{},"list":[],"nul":null}
{"id":"E'\\x'","t":"2026-11-24T06:00:00.123456789Z","big":12345678901234567890.12345}

# every type by name
-t t --type d=date --type tm=time --type dec=decimal --type ts=timestamp
{"id":1,"d":"2026-11-24","tm":"06:00:00","dec":"1.50","ts":"2026-11-24T06:00:00+02:00"}
{"id":2,"d":null,"tm":null,"dec":"-0.000000000000000000001","ts":null}

# numbers as keys, names over several tables
-k a -k b -t t
{"a":1,"b":"x","l":[{"m":[1,2]},{"m":[3]}]}
{"a":1,"b":"y","l":[{"m":[4]}]}
{"a":2,"b":"x'\"","l":[]}

-k a -k b -t t
{"a":1,"b":"x","l":[{"m":[2]}]}
{"a":2,"b":"x'\"","l":[{"m":[5,6]}]}

# members that no record has any more become null
-t t
{"id":"a","n":1,"gone":"x","o":{"p":1}}
{"id":"b","n":1,"gone":"y"}
{"id":"c","n":1,"gone":"z"}

-t t
{"id":"a","n":1}
{"id":"b","n":2}

EOT

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
			FROM jsonb_each(to_jsonb(r))) FROM \"$table\" AS r" | sort
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
number=0
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
name=
while IFS= read -r line; do
	case $line in
	'#'*)
		[ -z "$name" ] || finish_case
		name=${line#\# }
		number=$((number + 1))
		: >faults
		[ -z "$postgres_bin" ] || "$postgres_bin/psql" -Xq \
			-c "CREATE DATABASE case$number" \
			-c "CREATE DATABASE by_script$number"
		;;
	'') ;;
	*)
		: >lines
		while IFS= read -r record && [ -n "$record" ]; do
			printf '%s\n' "$record" >>lines
		done
		# shellcheck disable=SC2086 # options are words
		load $number $line <lines >>faults
		;;
	esac
done <cases
finish_case

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

# --- U+0000

for dialect in sqlite postgres duckdb; do
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

# --- misuse

run ndjson-to-sql -t t sql:oracle nul
fails 2 "there is no SQL dialect 'oracle'; there is sqlite, " 'another dialect'
run ndjson-to-sql -t t --dry-run sql:sqlite nul
fails 2 'a script changes nothing until it is run' '--dry-run'
ndjson-to-sql -t t sql:sqlite nul >/dev/full 2>err
is $? 1 'a full disk: status 1'
like "$(cat err)" 'No space left' 'a full disk: message'

done_testing
