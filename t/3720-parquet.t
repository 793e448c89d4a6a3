#!/bin/sh
# Parquet files, if $ENGINES has DuckDB: what is in them, and that a directory
# is old or new.
. "${0%/*}/lib.sh"
engine duckdb
LIBDUCKDB=$(echo "$ENGINES"/duckdb/libduckdb.*)
export LIBDUCKDB

sql() {
	"$ENGINES/duckdb/duckdb" -list -noheader -c "$1" 2>&1
}

cat >in <<'EOT'
{"_resource":"t","id":1,"b":true,"d":0.1,"h":12345678901234567890123456789012345678,"n":12345678901234567890.25,"at":"2026-11-24T06:00:00.123456Z","s":"\u0000\"x'","e":1e400,"l":[1,2],"o":{}}
{"_resource":"t","id":2,"h":-1,"n":100,"at":"1969-12-31T23:59:59.999Z"}
{"_resource":"u","id":"k","createdAt":1795500000123}
EOT
run ndjson-to-sql parquet:dir in
exits 0 'parquet'
is "$(ls dir)" '_columns.parquet
_loads.parquet
t.parquet
t__l.parquet
u.parquet' 'a file for each table'
is "$(echo dir*)" dir '... and nothing is left beside it'
is "$(sql "SELECT string_agg(name || ' ' || coalesce(logical_type, converted_type, type), ', ')
	FROM parquet_schema('dir/t.parquet')
	WHERE name IN ('id', 'b', 'd', 'h', 'n', 'at', 's', 'o__')")" \
"id INT_64, b BOOLEAN, d DOUBLE, h DecimalType(scale=0, precision=38), n DecimalType(scale=2, precision=38), at TimestampType(isAdjustedToUTC=1, unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(), NANOS=<null>)), s UTF8" \
	'types'
is "$(sql "SELECT id, h, n, epoch_us(\"at\"), hex(encode(s)), e
	FROM 'dir/t.parquet'")" \
"1|12345678901234567890123456789012345678|12345678901234567890.25|1795500000123456|00227827|1e400
2|-1|100.00|-1000|NULL|NULL" 'values'
is "$(sql "SELECT DISTINCT compression FROM parquet_metadata('dir/t.parquet')")" \
	ZSTD 'zstd'

# --- the next load

run ndjson-to-sql --stats json parquet:dir in
is "$(jq -cS '.tables | map_values([.inserted, .updated, .unchanged])' err)" \
	'{"t":[0,0,2],"t__l":[0,0,2],"u":[0,0,1]}' \
	'the same again changes nothing: what is read back is what was written'
echo '{"_resource":"t","id":3,"at":"2026-11-24T06:00:00.123456789Z"}' >more
stat -c %i dir/u.parquet >inode
run ndjson-to-sql parquet:dir more
exits 0 'more digits'
is "$(sql "SELECT epoch_ns(\"at\") FROM 'dir/t.parquet'")" '1795500000123456000
-1000000
1795500000123456789' '... make nanoseconds of all'
is "$(stat -c %i dir/u.parquet)" "$(cat inode)" \
	'... and leave the file of another table'
is "$(ndjson-to-sql --last t.at parquet:dir)" '2026-11-24 06:00:00.123456789' \
	'--last'

# --- old or new

cp -r dir before
printf '%s\n%s' '{"_resource":"t","id":9}' '{"_resource' >cut
run ndjson-to-sql parquet:dir cut
exits 4 'a stream that breaks off'
ok "$(diff -r dir before >/dev/null; echo $?)" '... changes nothing'
echo text >dir/t.parquet
run ndjson-to-sql parquet:dir more
fails 5 "t.parquet" 'a file that is no Parquet'
is "$(cat dir/t.parquet)" text '... stays'
rm -r dir
cp -r before dir
sql "COPY (SELECT *, 1 AS theirs FROM 'before/t.parquet')
	TO 'dir/t.parquet'" >/dev/null
run ndjson-to-sql parquet:dir more
fails 5 "theirs' is not in '_columns'" 'a file with a column of somebody else'
rm -r dir
cp -r before dir
perl -e 'print "{\"_resource\":\"t\",\"id\":$_,\"s\":\"",
	(map chr(97 + rand 26), 1 .. 2000), "\"}\n" for 1 .. 3000' >big
(
	ulimit -f 1000
	run ndjson-to-sql parquet:dir big
	fails 1 'ile too large|disk' 'a file that may not grow'
	echo "$tap_count $tap_failures" >counts
)
read -r tap_count tap_failures <counts
ok "$(diff -r dir before >/dev/null; echo $?)" '... changes nothing'

# --- by time

run ndjson-to-sql --partition created_at:day parquet:days in
exits 0 '--partition'
is "$(cd days && find u* -type f)" \
	'u/created_at_day=2026-11-24/u.parquet' '... makes directories'
is "$(sql "SELECT id, created_at_day FROM 'days/u/*/*.parquet'")" \
	'k|2026-11-24' '... that are read so'

done_testing
