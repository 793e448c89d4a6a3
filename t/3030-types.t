#!/bin/sh
# Types: what each value becomes, and that none is lost, whatever it meets.
. "${0%/*}/lib.sh"

# load JSON...: loads the values as member v of records into table t of a new
# database; `in` holds the records.
load() {
	rm -f t.db
	i=0
	: >in
	for value; do
		i=$((i + 1))
		printf '{"id":%d,"v":%s}\n' $i "$value" >>in
	done
	run ndjson-to-sql -t t t.db in
}

# gives SQL WANTED NAME
gives() {
	is "$(sqlite3 t.db "$1" 2>&1)" "$2" "$3"
}

load 1 '"x"' 1.5 true '"12"' 2.0 '{"k":1}' '[1]'
gives 'SELECT v, v__v_text, v__v_bool, v__k FROM t' '1.0|||
|x||
1.5|||
||1|
|12||
2.0|||
|||1
|||' 'numbers share a column, other types get variants'
gives 'SELECT value FROM t__v' 1 '... and a list a table'
gives "SELECT typeof(v) FROM t WHERE id = 1" real \
	'a bigint column that meets a fraction becomes one of doubles'
load '"s"' 1 1.5 false '"2024-01-02T03:04:05Z"'
gives 'SELECT v, v__v_bigint, v__v_double, v__v_bool FROM t' 's|||
|1||
||1.5|
|||0
2024-01-02T03:04:05Z|||' 'a text column takes texts only, and keeps them'
load true '"yes"' 3 0.5
gives 'SELECT v, v__v_text, v__v_bigint, v__v_double FROM t' '1|||
|yes||
||3|
|||0.5' 'booleans and numbers are not mixed'
load 1 2.0 1e2 3
gives 'SELECT v, typeof(v) FROM t' '1|integer
2|integer
100|integer
3|integer' '2.0 is 2 and 1e2 is 100'

# --- numbers

load 9223372036854775807 -9223372036854775808
gives 'SELECT v, typeof(v) FROM t' '9223372036854775807|integer
-9223372036854775808|integer' 'the limits of int64'
load 9223372036854775808 18446744073709551615 0.1000000000000000055 1e400
gives 'SELECT v, typeof(v) FROM t' '9223372036854775808|text
18446744073709551615|text
0.1000000000000000055|text
1e400|text' 'what no int64 and no double holds keeps its digits'
load 1 18446744073709551615 3
gives 'SELECT v, typeof(v) FROM t' '1|text
18446744073709551615|text
3|text' 'a bigint column becomes one of decimals'
load 9007199254740993 1.5
gives 'SELECT v, typeof(v) FROM t' '9007199254740993|text
1.5|text' 'an integer that no double is makes decimals of a fraction'
printf '{"id":3,"v":0.25}\n' >in
ndjson-to-sql -t t t.db in
gives "SELECT v, (SELECT type FROM _columns WHERE column_name = 'v') FROM t" \
'9007199254740993|decimal
1.5|decimal
0.25|decimal' '... and in later loads'
load 9007199254740993
printf '{"id":2,"v":-1.5}\n' >in
ndjson-to-sql -t t t.db in
gives 'SELECT v FROM t' '9007199254740993
-1.5' '... if it came in an earlier load too'
load -0.0 1.5 -0.0
gives 'SELECT v FROM t' '0.0
1.5
0.0' 'negative zero is zero'
load 1.5 9007199254740993
gives 'SELECT v, typeof(v) FROM t' '1.5|text
9007199254740993|text' '... and of the fractions before it'
load 0.1 0.30000000000000004 2 0.12345678901234567890123 1e300
gives 'SELECT v FROM t' '0.1
0.30000000000000004
2
0.12345678901234567890123
1e300' 'so does a decimal'
load 0.1 0.30000000000000004 2 5e-324
printf '{"id":9,"v":0.12345678901234567890123}\n' >in
ndjson-to-sql -t t t.db in
gives 'SELECT v, typeof(v) FROM t' '0.1|text
0.30000000000000004|text
2|text
5e-324|text
0.12345678901234567890123|text' '... in a later load, digit for digit'
load 0.1 5e-324 1.7976931348623157e308 123456789012345.6
gives "SELECT typeof(v), count(*) FROM t GROUP BY 1" 'real|4' \
	'numbers that a double holds'

# --- times

cat >in <<'EOT'
{"id":1,"createdAt":1700000000123,"at":"2024-01-02T03:04:05.123456789Z","zone":"2024-01-02T03:04:05+02:00"}
{"id":2,"createdAt":1,"at":"","zone":"20240102T030405Z"}
{"id":3,"createdAt":"2024-01-02T03:04:05.000Z","at":1700000000000,"zone":"2024-02-30T00:00:00Z"}
EOT
rm -f t.db
ndjson-to-sql -t t t.db in
gives 'SELECT created_at, created_at__v_bigint FROM t' \
'2023-11-14 22:13:20.123|
|1
2024-01-02 03:04:05.000|' \
	'epoch milliseconds in a member named ...At are a time, 1 is none'
gives 'SELECT at, at__v_text, at__v_bigint FROM t' \
'2024-01-02 03:04:05.123456789||
||
||1700000000000' 'nanoseconds stay; a number in "at" is a number'
gives 'SELECT zone, zone__v_text FROM t' '2024-01-02 01:04:05.000|
2024-01-02 03:04:05.000|20240102T030405Z
|2024-02-30T00:00:00Z' 'zones become UTC, another form stays beside it; 30 February is a text'
echo '{"id":4,"zone":"2024-01-02T05:04:05Z"}' >in
ndjson-to-sql --contract types=freeze -t t t.db in
gives "SELECT zone, zone__v_text FROM t WHERE id = 4" \
	'2024-01-02 05:04:05.000|2024-01-02T05:04:05Z' \
	'a frozen table uses what columns it has'
printf '{"at":"%s"}\n' 2024-01-02T03:04:05Z 2024-01-02T04:04:05+01:00 >in
run ndjson-to-sql -k at -t k k.db in
fails 5 "line 2: the key's member 'at' is no timestamp of the same form as before" \
	'two texts of one instant are two keys'
gives "SELECT datetime(at, '+1 day') FROM t WHERE id = 1" \
	'2024-01-03 03:04:05' "SQLite's functions understand them"
gives "SELECT form FROM _columns WHERE column_name IN
	('at', 'created_at', 'zone') ORDER BY column_name" 'iso
epoch_ms
YYYY-MM-DDThh:mm:ss+02:00' 'the ledger knows how they were written'
echo '{"id":1,"at":"2024-01-02T03:04:05Z"}' >in
ndjson-to-sql -t t f.db in
echo '{"id":1,"at":"2024-01-02T05:04:05+01:00"}' >in
ndjson-to-sql --contract types=freeze -t t f.db in
is "$(sqlite3 f.db "SELECT at FROM t;
	SELECT form FROM _columns WHERE column_name = 'at'")" \
	'2024-01-02 04:04:05.000
other' \
	'... and keeps the instant alone where it has none'
load '"2024-01-02"' '"2024"' '"03:04:05"' '"P1D"'
gives "SELECT type FROM _columns WHERE column_name = 'v'" text \
	'dates and times of day alone are texts'

# --- texts

load '"a\u0000b"' '"\ud83d\ude00"' '""' '"\"\\\/\b\f\n\r\t"'
gives 'SELECT hex(v) FROM t' '610062
F09F9880

225C2F080C0A0D09' 'escapes, U+0000 and characters beyond the BMP'
load '"x"' 'null'
gives "SELECT v IS NULL FROM t" '0
1' 'null is NULL'

# --- --type

cat >in <<'EOT'
{"id":"a","n":12,"d":"2024-01-02","t":"03:04:05","x":{"deep":[1]},"num":"007","when":1700000000}
{"id":"b","n":true,"d":"never","t":"03:04","x":3,"num":"8"}
EOT
rm -f t.db
run ndjson-to-sql -t t --type n=text --type t.d=date --type t=time \
	--type x=json --type num=bigint --type other.num=text t.db in
exits 0 '--type'
gives 'SELECT n, d, d__v_text, t, x, num FROM t' \
'12|2024-01-02||03:04:05|{"deep":[1]}|7
true||never|03:04|3|8' '... decides; what does not fit gets a variant'
gives "SELECT group_concat(column_name || ' ' || type, ', ') FROM
	(SELECT * FROM _columns WHERE column_name IN ('d', 't', 'x', 'num')
	ORDER BY 2)" 'd date, num bigint, t time, x json' '... and is noted'
printf '# types\nt.n=text\n\nd=date\n' >types
rm -f t.db
ndjson-to-sql -t t --types types t.db in
gives 'SELECT n, d FROM t' '12|2024-01-02
true|' '--types reads them from a file'
run timeout 60 ndjson-to-sql -t t --types /dev/zero t.db in
fails 5 'the list of types is longer than' 'a file of types without end'
printf '%s\n' '{"id":1,"n":"abc","d":"x","b":1.5,"sentAt":1700000000000}' \
	'{"id":2,"n":5,"d":"2026-01-02","b":2,"sentAt":"2026-01-02"}' >first
sed -n '1!G;h;$p' first >last
for order in first last; do
	run ndjson-to-sql -t t --type n=bigint --type d=date --type b=bigint \
		--type sent_at=date $order.db $order
	exits 0 "--type and a value that does not fit: $order"
	is "$(sqlite3 $order.db "SELECT column_name, type FROM _columns
		WHERE kind = 'member' ORDER BY 1")" \
'b|bigint
b__v_double|double
d|date
d__v_text|text
id|bigint
n|bigint
n__v_text|text
sent_at|date
sent_at__v_bigint|bigint' '... stands beside the column of that type'
	is "$(cat err)" '' '... without a word'
done
run ndjson-to-sql -t t --type nosuch=date --type t.d=text --type other.d=text \
	--type t.none=json lacks.db first
exits 0 '--type of a column that does not come'
is "$(cat err)" \
"ndjson-to-sql: warning: --type 'nosuch=date': no record has that column
ndjson-to-sql: warning: --type 't.none=json': no record has that column" \
	'... is a warning, but for a table that the stream does not name'

run ndjson-to-sql -t t --type n=varchar t.db in
exits 2 'a type that does not exist'
like "$(cat err)" 'bigint.*n=varchar' '... is named'

# --- structure

echo '{"id":1,"userId":1,"user_id":2,"user-id":3,"a":{"b":1},"a__b":2}' >in
rm -f t.db
run ndjson-to-sql -t t t.db in
gives 'SELECT user_id, user_id_2, user_id_3, a__b, a__b_2 FROM t' \
	'1|2|3|1|2' 'names that meet become distinct'
is "$(grep -c 'warning:.*have one name' err)" 3 '... with a warning each'
gives "SELECT path FROM _columns WHERE column_name = 'user_id_3'" \
	'$.user-id' '... and the map is in the ledger'
echo '{"id":1,"a__b":5,"user-id":6}' >in
ndjson-to-sql -t t t.db in
gives 'SELECT user_id_3, a__b_2, user_id IS NULL FROM t' '6|5|1' \
	'... which later loads follow'
# A record that carries its parent's key itself, as application secrets do.
echo '{"_parent":{"appId":"a"},"id":1,"appId":"a"}
{"_parent":{"appId":"b"},"appId":"b","id":1}' >in
rm -f t.db
run ndjson-to-sql -t t t.db in
gives 'SELECT * FROM t' "a|1|$(sqlite3 t.db 'SELECT max(_load_id) FROM t')
b|1|$(sqlite3 t.db 'SELECT max(_load_id) FROM t')" \
	'what says the same as _parent has no second column'
is "$(cat err)" '' '... and no warning'
echo '{"_parent":{"appId":"c"},"id":1,"appId":"d"}
{"_parent":{"appId":"e"},"id":1,"appId":"e"}' >in
run ndjson-to-sql -t t t.db in
gives 'SELECT app_id, app_id_2 FROM t WHERE app_id > '"'b' ORDER BY 1" 'c|d
e|e' '... until it says something else'
like "$(cat err)" 'warning:.*have one name' '... and then with a warning'
echo '{"id":1,"日本":1,"東京":2,"_load_id":7,"a":1,"a":[2],"":3}' >in
rm -f t.db
run ndjson-to-sql -t t t.db in
gives 'SELECT "日本", "東京", _load_id_2, _empty FROM t' '1|2|7|3' \
	'names outside ASCII, of ours, and none'
gives 'SELECT value FROM t__a' 2 'of a member that comes twice the last counts'
like "$(cat err)" "line 1: .*'a' twice" '... and a warning says so'
echo '{"id":1,"a":{"b":{"c":1,"d":[10]}},"l":[{"k":[1]}]}' >in
for depth in 0 1 2; do
	rm -f t.db
	ndjson-to-sql -t t --depth $depth t.db in
	sqlite3 t.db 'SELECT * FROM t' | sed 's/|[0-9]*$//' >got$depth
done
is "$(cat got0)" '1|{"b":{"c":1,"d":[10]}}|[{"k":[1]}]' '--depth 0'
is "$(cat got1)" '1|{"c":1,"d":[10]}' '--depth 1'
is "$(cat got2)" '1|1|[10]' '--depth 2'
rm -f t.db
ndjson-to-sql -t t --arrays json t.db in
gives 'SELECT a__b__d, l FROM t' '[10]|[{"k":[1]}]' '--arrays json'
awk 'BEGIN {
	for (i = 0; i < 40; i++)
		printf "{\"id\":%d,\"m\":{\"k%d\":%d,\"l%d\":[%d]}}\n", i, i, i, i, i
}' >in
rm -f t.db
run ndjson-to-sql -t t --max-columns 20 t.db in
exits 0 'more members than --max-columns'
gives "SELECT count(*) FROM pragma_table_info('t')" 20 '... make no more'
gives "SELECT _rest FROM t WHERE id = 39" '{"$.m.k39":39,"$.m.l39":[39]}' \
	'... and lose nothing'
ndjson-to-sql -t t --max-columns 20 t.db in
gives "SELECT count(*), max(_rest) FROM t WHERE id = 39" \
	'1|{"$.m.k39":39,"$.m.l39":[39]}' '... nor the second time'
printf '%s\n' '{"id":1,"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7}' \
	'{"id":2,"y":1,"x":1,"a":5,"a":6,"x":3,"xx":{"k":[7]}}' >in
rm -f t.db
run ndjson-to-sql -t t --max-columns 8 t.db in
exits 0 'a member twice in a record with more of them than --max-columns'
gives 'SELECT a, _rest FROM t WHERE id = 2' \
	'6|{"$.x":3,"$.xx":{"k":[7]},"$.y":1}' '... the last one counts'

# --- limits

perl -e 'print "{\"id\":1,\"d\":", "[" x 1022, "]" x 1022, "}\n"' >in
rm -f t.db
run ndjson-to-sql -t t t.db in
exits 0 'as deep as the limit'
perl -e 'print "{\"id\":1,\"d\":", "[" x 1024, "]" x 1024, "}\n"' >in
run ndjson-to-sql -t t t.db in
fails 5 'line 1.*deeper than 1024' 'deeper than the limit'
perl -e 'print "{\"id\":2,\"v\":\"", "x" x 20000000, "\"}\n{\"id\":3}\n"' >in
run ndjson-to-sql -t t t.db in
exits 0 'a line of 20 MB'
gives 'SELECT length(v) FROM t WHERE id = 2' 20000000 '... is whole'

done_testing
