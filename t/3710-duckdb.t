#!/bin/sh
# DuckDB databases, if $ENGINES has DuckDB: types that keep every digit, and what can go wrong.
. "${0%/*}/lib.sh"
engine duckdb
LIBDUCKDB=$(echo "$ENGINES"/duckdb/libduckdb.*)
export LIBDUCKDB

# sql FILE SQL...: rows as a|b|c
sql() {
	file=$1
	shift
	"$ENGINES/duckdb/duckdb" -list -noheader "$file" "$@" 2>&1
}

# put LINE...: into file in
put() {
	printf '%s\n' "$@" >in
}

# types FILE TABLE: "a BIGINT, b VARCHAR"
types() {
	sql "$1" "SELECT string_agg(column_name || ' ' || data_type, ', '
		ORDER BY column_index) FROM duckdb_columns()
		WHERE table_name = '$2' AND column_name NOT LIKE '\\_%' ESCAPE '\\'"
}

# --- types

put '{"id":1,"b":true,"d":0.1,"h":12345678901234567890123456789012345678,"n":12345678901234567890.25,"at":"2026-11-24T06:00:00.123456Z","j":[{"a":1}],"s":"x","e":1e400}' \
	'{"id":2,"h":-1,"n":0.5,"at":"1969-12-31T23:59:59.999Z"}'
run ndjson-to-sql -t t --arrays json types.duckdb in
exits 0 'types'
is "$(types types.duckdb t)" 'id BIGINT, b BOOLEAN, d DOUBLE, h HUGEINT, n DECIMAL(38,2), at TIMESTAMP WITH TIME ZONE, j JSON, s VARCHAR, e VARCHAR' \
	'... are the narrowest that are exact'
is "$(sql types.duckdb 'SELECT h, n, epoch_us("at"), e FROM t')" \
'12345678901234567890123456789012345678|12345678901234567890.25|1795500000123456|1e400
-1|0.50|-1000|NULL' '... and so are the values'
is "$(sql types.duckdb 'SELECT count(*) FROM duckdb_indexes()')" 0 'no index'

put '{"id":3,"n":0.125,"h":1.5,"at":"2026-11-24T06:00:00.123456789Z"}'
run ndjson-to-sql -t t types.duckdb in
exits 0 'a later load with more digits'
is "$(types types.duckdb t)" 'id BIGINT, b BOOLEAN, d DOUBLE, h VARCHAR, n DECIMAL(38,3), at TIMESTAMP_NS, j JSON, s VARCHAR, e VARCHAR' \
	'... widens the columns'
is "$(sql types.duckdb 'SELECT h, n, epoch_ns("at") FROM t ORDER BY id')" \
'12345678901234567890123456789012345678|12345678901234567890.250|1795500000123456000
-1|0.500|-1000000
1.5|0.125|1795500000123456789' '... and loses nothing'
put '{"id":4,"at":"0001-01-01T00:00:00.123Z"}' \
	'{"id":5,"at":"2026-11-24T06:00:00.1234Z"}'
run ndjson-to-sql -t t types.duckdb in
exits 0 'a time that 64 bits of nanoseconds cannot hold'
is "$(sql types.duckdb 'SELECT "at" FROM t ORDER BY id')" \
'2026-11-24 06:00:00.123456
1969-12-31 23:59:59.999
2026-11-24 06:00:00.123456789
0001-01-01 00:00:00.123
2026-11-24 06:00:00.1234' '... makes texts of them'
is "$(ndjson-to-sql --last t.at types.duckdb)" '2026-11-24 06:00:00.123456789' \
	'--last'

put '{"id":1,"d":"2026-11-24","t":"06:00:00.5","x":"1900-02-29"}' \
	'{"id":2,"d":"1969-07-20","t":"23:59:59.999999"}'
run ndjson-to-sql -t t --type d=date --type t=time dates.duckdb in
exits 0 'dates and times'
is "$(types dates.duckdb t)" 'id BIGINT, d DATE, t TIME, x VARCHAR' '... by --type'
is "$(sql dates.duckdb 'SELECT d, t FROM t')" '2026-11-24|06:00:00.5
1969-07-20|23:59:59.999999' '... have their values'
put '{"id":3,"t":"06:00:00.1234567"}'
run ndjson-to-sql -t t --type t=time dates.duckdb in
exits 0 'a time of more digits'
is "$(sql dates.duckdb 'SELECT t FROM t')" '06:00:00.5
23:59:59.999999
06:00:00.1234567' '... makes texts of them'

# --- a dry run, a description

put '{"id":1,"v":"a","l":[1]}'
run ndjson-to-sql -n -t t dry.duckdb in
exits 0 '--dry-run'
like "$(cat out)" '^CREATE TABLE IF NOT EXISTS "t" \("id" BIGINT, "v" VARCHAR,' \
	'... prints the DDL'
is "$(echo dry*)" 'dry*' '... and makes nothing'
ndjson-to-sql -t t t.duckdb in
cp t.duckdb before
put '{"id":1,"new":true}'
run ndjson-to-sql -n -t t t.duckdb in
is "$(cat out)" 'ALTER TABLE "t" ADD COLUMN IF NOT EXISTS "new" BOOLEAN;' \
	'--dry-run of a new column'
ok "$(cmp -s t.duckdb before; echo $?)" '... changes nothing'
is "$(ndjson-to-sql --describe=json t.duckdb | jq -c '.tables[0] |
	[.name, .rows, [.columns[] | .name + " " + .type]]')" \
	'["t",1,["id bigint","v text","_load_id bigint"]]' '--describe'

# --- so many that memory is given back meanwhile

perl -e 'print "{\"id\":$_}\n" for 1 .. 210000, 5' |
	ndjson-to-sql --stats json -t t many.duckdb 2>err
is "$(jq -c '.tables.t | [.inserted, .doubled]' err)" '[210000,1]' 'many rows'
is "$(sql many.duckdb 'SELECT count(*), sum(id) FROM t')" '210000|22050105000' \
	'... are all there'

# --- so many that DuckDB's threads make row groups side by side

perl -e '$pad = "x" x 2500; for (1 .. 130000) {
	printf "{\"id\":%d,\"b\":%s,\"n\":%s,\"at\":\"2026-11-24T06:00:00.%sZ\",\"j\":[%d],%s\"pad\":\"%s\"}\n",
		$_, $_ % 3 ? "false" : "true", $_ < 125000 ? $_ : "$_.5",
		$_ < 100000 ? sprintf("%06d", $_) : sprintf("%09d", $_), $_,
		$_ < 90000 ? "" : $_ % 2 ? "\"late\":null," : "\"late\":\"v$_\",", $pad
	}
	print "{\"id\":110000,\"late\":\"again\"}\n"' >huge
run ndjson-to-sql --stats json -t t --arrays json huge.duckdb huge
exits 0 'hundreds of megabytes'
is "$(jq -c '.tables.t | [.inserted, .doubled]' err)" '[130000,1]' '... count'
is "$(types huge.duckdb t)" 'id BIGINT, b BOOLEAN, n DOUBLE, at TIMESTAMP_NS, j JSON, pad VARCHAR, late VARCHAR' \
	'... have types'
is "$(sql huge.duckdb "SELECT id FROM t WHERE b IS DISTINCT FROM (id % 3 = 0)
	OR n IS DISTINCT FROM id + if(id < 125000, 0, 0.5)
	OR (j->>0)::BIGINT IS DISTINCT FROM id OR length(pad) <> 2500
	OR epoch_ns(\"at\") <> 1795500000000000000 +
		id * if(id < 100000, 1000, 1)
	OR late IS DISTINCT FROM if(id >= 90000 AND id % 2 = 0, 'v' || id, NULL)")" \
	110000 '... and values'
is "$(sql huge.duckdb "SELECT late FROM t WHERE id = 110000")" again \
	'... of a doubled record the last ones'
is "$(sql huge.duckdb 'SELECT count(*) FROM
	(SELECT id, lag(id) OVER (ORDER BY rowid) AS before FROM t) WHERE id < before')" 1 \
	'... in the order that they came in'
is "$(sql huge.duckdb 'SELECT count(*) FROM duckdb_views() WHERE NOT internal')" 0 \
	'... and no view stays'
(
	ulimit -f 4000
	run ndjson-to-sql -t t full.duckdb huge
	fails 1 'full.duckdb|ile too large' 'a file that may not grow so much'
	echo "$tap_count $tap_failures" >counts
)
read -r tap_count tap_failures <counts
is "$(echo full*)" 'full*' '... leaves nothing'
rm huge huge.duckdb

# --- in parts

(put '{"id":1}' '{"id":2}' && cat in && sleep 0.6 && put '{"id":1,"v":"x"}' &&
	cat in && sleep 0.6 && put '{"id":3}' && cat in) |
	ndjson-to-sql --commit-every 0.2 -t t live.duckdb
is "$(sql live.duckdb 'SELECT id, v FROM t ORDER BY id')" '1|x
2|NULL
3|NULL' '--commit-every'
like "$(sql live.duckdb 'SELECT count(*) FROM _loads')" '^1$' '... is one load'

# --- what has gone, and what somebody else has put there

put '{"id":1,"t":"1500-01-01T00:00:00.5Z","h":9223372036854775808}' '{"id":2}'
ndjson-to-sql -t t gone.duckdb in
put '{"id":2}'
ndjson-to-sql -t t --sync gone.duckdb in
put '{"id":2,"t":"2026-01-01T00:00:00.1234567Z","h":0.12345678901234567890}'
run ndjson-to-sql -t t gone.duckdb in
exits 0 'rows that were deleted keep no column from becoming wider'
is "$(sql gone.duckdb 'SELECT t, h FROM t')" \
	'2026-01-01 00:00:00.1234567|0.12345678901234567890' '... exactly'
put '{"id":1,"n":1}'
ndjson-to-sql -t t wide.duckdb in
sql wide.duckdb 'UPDATE t SET n = 9007199254740993' >/dev/null
put '{"id":2,"n":0.5}'
run ndjson-to-sql -t t wide.duckdb in
fails 5 "'n' of 't' .* make '9007199254740992' of '9007199254740993'" \
	'a double would round what somebody else has written'
sql twice.duckdb "CREATE TABLE t (id VARCHAR, v INT);
	INSERT INTO t VALUES ('a', 1), ('a', 2), ('b', 3)" >/dev/null
put '{"id":"b","v":4}'
run ndjson-to-sql -t t twice.duckdb in
exits 0 'rows that share a key which does not come'
put '{"id":"a","v":9}' '{"id":"c","v":9}'
run ndjson-to-sql -t t twice.duckdb in
fails 5 "rows of 't' share their key already" 'a key that two rows have'
is "$(sql twice.duckdb 'SELECT id, v FROM t ORDER BY 1, 2')" 'a|1
a|2
b|4' '... which stay as they were'

# --- tables of somebody else

sql blind.duckdb 'CREATE TABLE t (id UUID PRIMARY KEY, v VARCHAR COLLATE NOCASE)' \
	>/dev/null
put '{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","v":"ada","l":[1,2]}'
ndjson-to-sql -t t blind.duckdb in
put '{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","v":"ADA","l":[3]}'
run ndjson-to-sql -t t blind.duckdb in
exits 0 'a list below a UUID comes again'
is "$(sql blind.duckdb 'SELECT v, value FROM t, t__l')" 'ADA|3' \
	'... and capitals count where a collation is blind'

sql theirs.duckdb 'CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR NOT NULL,
	n DECIMAL(10,2), u UUID, w INTEGER GENERATED ALWAYS AS (id + 1));
	CREATE VIEW v AS SELECT 1 AS id; INSERT INTO t VALUES (1, $$old$$, 1, NULL)'
put '{"id":1,"v":"new","n":2.5,"u":"123e4567-e89b-12d3-a456-426614174000","w":5}' \
	'{"id":2,"v":"b"}'
run ndjson-to-sql -k id -t t theirs.duckdb in
exits 0 'a table of somebody else'
is "$(sql theirs.duckdb 'SELECT id, v, n, u, w FROM t ORDER BY id')" \
'1|new|2.50|123e4567-e89b-12d3-a456-426614174000|2
2|b|NULL|NULL|3' '... is merged into, with its own types'
put '{"id":3}'
cp theirs.duckdb before
run ndjson-to-sql -k id -t t theirs.duckdb in
fails 5 'theirs.duckdb: DuckDB: .*NOT NULL.*; --rejects FILE' \
	'a constraint that is not met'
is "$(sql theirs.duckdb 'SELECT count(*) FROM t')" 2 '... and nothing is loaded'
run ndjson-to-sql -k id -t v theirs.duckdb in
fails 2 "'v' is a view" 'a view'
put '{"id":1,"l":[1]}'
ndjson-to-sql -q -t k gone.duckdb in
sql gone.duckdb 'DROP TABLE k'
run ndjson-to-sql -t k gone.duckdb in
fails 2 "'k' is gone, but 'k__l' is not, .*; drop that as well" \
	'a table that is gone without its lists'

sql typed.duckdb 'CREATE TABLE t (id INTEGER PRIMARY KEY, n DECIMAL(10,2),
	h HUGEINT, "at" TIMESTAMP, s TIMESTAMP_S, i SMALLINT, u UUID)'
put '{"id":1,"n":2.5,"h":12345678901234567890,"at":"2026-11-24T06:00:00.12Z","s":"2026-11-24T06:00:00Z","i":7}'
run ndjson-to-sql -t t typed.duckdb in
exits 0 "values that somebody's types hold"
is "$(sql typed.duckdb 'SELECT * EXCLUDE (_load_id) FROM t')" \
'1|2.50|12345678901234567890|2026-11-24 06:00:00.12|2026-11-24 06:00:00|7|NULL' \
	'... are there'
cp typed.duckdb before
while read -r line wanted; do
	put "$line"
	run ndjson-to-sql -t t typed.duckdb in
	fails 5 "typed.duckdb: .*$wanted" "$line is not altered"
	is "$(sql typed.duckdb 'SELECT count(*), max(id) FROM t')" '1|1' \
		'... and nothing is loaded'
done <<'EOF'
{"id":2,"n":2.567} 'n' of 't' is DECIMAL\(10,2\), which would make '2.57' of '2.567'
{"id":2,"h":12345678901234567890.5} 'h' of 't' is HUGEINT, which would make
{"id":2,"at":"2026-11-24T06:00:00.123456789Z"} 'at' of 't' is TIMESTAMP, which would
{"id":2,"s":"2026-11-24T06:00:00.5Z"} 's' of 't' is TIMESTAMP_S, which would make
{"id":2,"i":70000} Could not convert .*70000
{"id":2,"u":"no"} Could not convert .*no
EOF

# --- records that such a table refuses

sql strict.duckdb 'CREATE TABLE r (x INTEGER PRIMARY KEY);
	CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR NOT NULL,
		n DECIMAL(10,2) CHECK (n < 500), u UUID UNIQUE,
		r INTEGER REFERENCES r (x), d VARCHAR NOT NULL DEFAULT $$d$$);
	INSERT INTO r VALUES (1);
	INSERT INTO t VALUES (1, $$old$$, 1, NULL, NULL, $$e$$),
		(2, $$b$$, 2, $$123e4567-e89b-12d3-a456-426614174002$$, NULL, $$e$$)'
put '{"id":1,"v":"new","n":2.5,"u":"123e4567-e89b-12d3-a456-426614174001","r":1}' \
	'{"id":2,"v":null}' '{"id":3,"v":"c","n":2.567,"l":[1]}' \
	'{"id":4,"v":"d","n":500}' '{"id":5,"v":"e","u":"no"}' \
	'{"id":6,"v":"f","u":"123e4567-e89b-12d3-a456-426614174002"}' \
	'{"id":7,"v":"g","r":2}' '{"id":8,"v":"h","l":[2]}' \
	'{"id":9,"v":"i","u":"123e4567-e89b-12d3-a456-426614174001"}' \
	'{"id":70000000000,"v":"j"}'
run ndjson-to-sql --stats json --rejects refused -t t strict.duckdb in
exits 0 'records that a table does not take'
is "$(jq -c '.tables.t | [.inserted, .updated, .rejected]' err)" '[1,1,8]' \
	'... are rejected'
is "$(sql strict.duckdb 'SELECT id, v, n, u, r, d FROM t ORDER BY id')" \
'1|new|2.50|123e4567-e89b-12d3-a456-426614174001|1|e
2|b|2.00|123e4567-e89b-12d3-a456-426614174002|NULL|e
8|h|NULL|NULL|NULL|d' '... the others are there'
is "$(sql strict.duckdb 'SELECT _parent_id, value FROM t__l')" '8|2' \
	'... with their lists alone'
is "$(jq -r .reason refused)" "'t' does not take the row: v NOT NULL
'n' of 't' is DECIMAL(10,2), which does not hold '2.567'
't' does not take the row: CHECK((n < 500))
'u' of 't' is UUID, which does not hold 'no'
't' does not take the row: UNIQUE(u)
't' does not take the row: FOREIGN KEY (r) REFERENCES r(x)
't' does not take the row: UNIQUE(u)
'id' of 't' is INTEGER, which does not hold '70000000000'" '... and why is told'
sql strict.duckdb 'CREATE TABLE w (id INTEGER PRIMARY KEY, v VARCHAR NOT NULL,
	n INTEGER); INSERT INTO w VALUES (1, $$a$$, 1), (2, $$b$$, 2)'
put '{"id":1,"n":3}' '{"id":11,"n":3}'
run ndjson-to-sql --stats json --rejects refused --sync -t w strict.duckdb in
is "$(grep '^{' err | jq -c '.tables.w | [.updated, .deleted, .rejected]')" '[1,0,1]' \
	'a column that does not come is missing in a new row'
is "$(sql strict.duckdb 'SELECT id, v, n FROM w ORDER BY id')" '1|a|3
2|b|2' '... and what may have been refused is not deleted'
put '{"id":12,"v":"k"}' '{"id":1,"v":"k"}' '{"id":13,"v":null}'
run ndjson-to-sql --stats json --rejects refused --append -t t strict.duckdb in
is "$(jq -c '.tables.t | [.inserted, .rejected]' err)" '[1,2]' '--append'
put '{"id":1,"v":"k"}' '{"id":13,"v":null}'
run ndjson-to-sql --stats json --rejects refused --replace -t t strict.duckdb in
is "$(jq -c '.tables.t | [.inserted, .rejected]' err)" '[1,1]' '--replace'

# --- what is no database, or not to be had

put '{"id":1}'
echo 'just text, and more than that, quite a bit' >text.duckdb
cp text.duckdb before
run ndjson-to-sql -t t text.duckdb in
fails 2 'text.duckdb: .*not a database of DuckDB' 'a file of something else'
sqlite3 foreign.db 'CREATE TABLE t (id)'
run ndjson-to-sql -t t duckdb:foreign.db in
fails 2 'foreign.db: .*not a database of DuckDB' 'a database of SQLite'
is "$(find "$HOME" -name '*.duckdb*')" '' '... for which nothing is sought'
ok "$(cmp -s text.duckdb before; echo $?)" '... stays as it is'
: >empty.duckdb
run ndjson-to-sql -t t empty.duckdb in
exits 0 'an empty file'
is "$(sql empty.duckdb 'FROM t SELECT id')" 1 '... becomes a database'
mkdir dir.duckdb
run ndjson-to-sql -t t dir.duckdb in
fails 2 'directory' 'a directory'
run ndjson-to-sql -t t none/out.duckdb in
fails 2 'No such file' 'a directory that is not there'
ndjson-to-sql -t t bad.duckdb in
dd if=/dev/urandom of=bad.duckdb bs=4096 seek=1 count=2 conv=notrunc 2>/dev/null
cp bad.duckdb before
run ndjson-to-sql -t t bad.duckdb in
fails 1 'bad.duckdb: ' 'a damaged database'
ok "$(cmp -s bad.duckdb before; echo $?)" '... stays as it is'

# Root may do everything; then there is nothing to be seen.
mkdir shut
ndjson-to-sql -t t closed.duckdb in
ndjson-to-sql -t t shut/there.duckdb in
chmod 400 closed.duckdb
chmod 555 shut
if ! (: >shut/new) 2>/dev/null; then
	run ndjson-to-sql -t t closed.duckdb in
	fails 3 'closed.duckdb: .*ermission denied' 'a file that may not be written'
	run ndjson-to-sql -t t shut/new.duckdb in
	fails 3 'shut/new.duckdb: .*ermission denied' 'a directory that may not'
fi
chmod 755 shut

# DuckDB changes no column that an index has.
put '{"id":1,"n":1}'
ndjson-to-sql -t t indexed.duckdb in
sql indexed.duckdb 'CREATE INDEX theirs ON t (n)'
put '{"id":2,"n":1.5}'
run ndjson-to-sql -t t indexed.duckdb in
fails 2 'indexed.duckdb: .*an index depends on it.*drop the index or view.*again' \
	'a column that cannot be widened'
is "$(sql indexed.duckdb 'FROM t SELECT id, n')" '1|1' '... keeps its rows'
sql indexed.duckdb 'DROP INDEX theirs'
run ndjson-to-sql -t t indexed.duckdb in
exits 0 '... can, once the index is gone'
is "$(sql indexed.duckdb 'FROM t SELECT id, n ORDER BY id')" '1|1.0
2|1.5' '... and has both'
put '{"id":1}'

ndjson-to-sql -t t lock.duckdb in
mkfifo hold
"$ENGINES/duckdb/duckdb" lock.duckdb <hold >held 2>&1 &
holder=$!
exec 3>hold
echo 'SELECT 1;' >&3
while ! grep -q 1 held; do sleep 0.05; done
run ndjson-to-sql --busy-timeout 0.1s -t t lock.duckdb in
fails 4 'lock.duckdb: another program has the database open' \
	'a database that another process has open'
exec 3>&-
run ndjson-to-sql -t t lock.duckdb in
exits 0 '... is waited for'
wait $holder

# --- a full disk, a signal, a kill

perl -e 'srand 1; print "{\"id\":$_,\"v\":\"",
	(map chr(97 + rand 26), 1 .. 2000), "\"}\n" for 1 .. 3000' >big
(
	ulimit -f 1000
	run ndjson-to-sql -t big full.duckdb big
	fails 1 'full.duckdb|ile too large' 'a file that may not grow'
	echo "$tap_count $tap_failures" >counts
)
read -r tap_count tap_failures <counts
is "$(echo full*)" 'full*' '... leaves nothing'

put '{"id":1,"v":"old"}'
ndjson-to-sql -t big space.duckdb in
if mkdir small && mount -t tmpfs -o size=1200k tmpfs small 2>/dev/null; then
	cp space.duckdb small
	run ndjson-to-sql -t big small/space.duckdb big
	fails 1 'small/space.duckdb.*No space left.*make room' 'a full disk'
	is "$(sql small/space.duckdb 'FROM big SELECT id, v')" '1|old' \
		'... leaves the old rows'
	run ndjson-to-sql -t big small/new.duckdb big
	fails 1 'small/new.duckdb.*No space left.*make room' '... a new database'
	is "$(echo small/*)" small/space.duckdb '... leaves nothing'
	mount -o remount,size=64m small
	run ndjson-to-sql -t big small/space.duckdb big
	exits 0 '... another attempt, with room'
	is "$(sql small/space.duckdb 'SELECT count(*) FROM big')" 3000 \
		'... has all rows'
	umount small
fi

cp t.duckdb killed.duckdb
for signal in TERM:143 KILL:137; do
	wanted=${signal#*:}
	signal=${signal%:*}
	mkfifo pipe.$signal
	ndjson-to-sql -t t killed.duckdb <pipe.$signal 2>err &
	loader=$!
	exec 4>pipe.$signal
	head -500 big >&4
	kill -$signal $loader
	exec 4>&-
	wait $loader
	is $? "$wanted" "SIG$signal"
	run ndjson-to-sql -v -t t killed.duckdb in
	exits 0 '... and the next load'
	is "$(sql killed.duckdb 'SELECT count(*) FROM t')" 1 \
		'... finds the old rows'
done

# What a killed DuckDB leaves beside: its own files go, others stay.
for of in t.duckdb fresh.duckdb-loading.new; do
	mkdir $of.tmp
	: >$of.tmp/duckdb_temp_storage_DEFAULT-0.tmp
	: >$of.tmp/duckdb_temp_block-7.block
done
put 'not a log' >fresh.duckdb-loading.new.wal
: >fresh.duckdb-loading.new
put '{"id":1}'
run ndjson-to-sql -t t t.duckdb in
exits 0 'beside files that a killed load has left'
run ndjson-to-sql -t t fresh.duckdb in
exits 0 '... of a new database'
is "$(echo t.duckdb* fresh.duckdb*)" 't.duckdb fresh.duckdb' '... they are gone'
mkdir t.duckdb.tmp
: >t.duckdb.tmp/mine
run ndjson-to-sql -t t t.duckdb in
is "$(echo t.duckdb.tmp/*)" t.duckdb.tmp/mine '... and nothing of others'
rm -r t.duckdb.tmp

# --- many columns

perl -e 'print "{\"id\":$_", (map ",\"c$_\":\"v$_\"", 1 .. 1100), "}\n"
	for 1 .. 40' >wide
run ndjson-to-sql --max-columns 2000 -t t wide.duckdb wide
exits 0 '1,101 columns'
run ndjson-to-sql --max-columns 2000 --stats json -t t wide.duckdb wide
is "$(jq -c '.tables.t | [.inserted, .unchanged]' err)" '[0,40]' '... again'
is "$(sql wide.duckdb 'SELECT count(c1100), max(c1100) FROM t')" '40|v1100' \
	'... are all there'

# --- no memory without bounds

perl -e 'print "{\"id\":$_,\"v\":\"", "x" x 6000000, "\"}\n" for 1 .. 8' >long
run ndjson-to-sql -t t long.duckdb long
exits 0 'values of megabytes'
run ndjson-to-sql --stats json -t t long.duckdb long
is "$(jq -c '.tables.t.unchanged' err)" 8 '... again'
rm long long.duckdb

perl -e 'print "{\"id\":$_}\n" for 1 .. 30000' >many
strace -f -e trace=openat,rename -o calls ndjson-to-sql -t t many.duckdb many
is "$(sql many.duckdb "SELECT count(DISTINCT row_group_id) FROM
	pragma_storage_info('t')")" 2 'groups of rows that fit into memory'
is "$(grep -c '\.wal", .*O_CREAT' calls)" 0 'no log of a new database'
sed 's/}/,"v":1}/' many >changed
strace -f -e trace=openat,rename -o calls ndjson-to-sql -t t many.duckdb changed
is "$(grep -c '\.wal", .*O_CREAT' calls)" 0 '... nor where all rows change'
is "$(sql many.duckdb 'SELECT count(v) FROM t')" 30000 '... which they do'
rm many.duckdb calls

# --- stages of several slices

# merged WHAT COUNTS: the stats of a merge of file in
merged() {
	run ndjson-to-sql --stats json -t t many.duckdb in
	is "$(jq -c '.tables.t | [.inserted, .updated, .unchanged]' err)" "$2" "$1"
}
perl -e 'print "{\"id\":$_,\"v\":1}\n" for 1 .. 50000' >in
merged 'a new table' '[50000,0,0]'
merged 'slices of what is there' '[0,0,50000]'
perl -e 'print "{\"id\":$_,\"v\":", 1 + !($_ % 1000), "}\n"
	for 1 .. 90000' >in
merged '... of what differs and is new, also in slices of their own' \
	'[40000,50,49950]'
is "$(sql many.duckdb 'SELECT count(*), count(DISTINCT id), sum(v) FROM t')" \
	'90000|90000|90090' '... come to this'
perl -e 'print "{\"id\":", $_ * 7919 % 90000 + 1, ",\"v\":", 1 + !($_ % 900),
	"}\n" for 1 .. 90000' >in
merged 'slices in no order at all' '[0,190,89810]'
perl -e 'print "{\"id\":$_,\"rowid\":7}\n" for 1 .. 30000' >in
merged 'a column that is called rowid' '[0,30000,0]'
merged '... hides no row' '[0,0,30000]'
rm many* changed in
put '{"id":1}'

# --- nothing is fetched

strace -f -e trace=connect,socket -o calls \
	ndjson-to-sql -t t --replace t.duckdb in 2>/dev/null &&
	is "$(grep -c AF_INET calls)" 0 'no connection is made'
is "$(echo "$HOME"/.duckdb)" "$HOME/.duckdb" 'no extension is installed'

done_testing
