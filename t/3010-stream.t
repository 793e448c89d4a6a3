#!/bin/sh
# The stream contract: nothing is committed from a stream that is not whole.
. "${0%/*}/lib.sh"

sql() {
	sqlite3 "$@" 2>&1
}

line='{"_resource":"users","id":"u1"}'
printf '%s\n' "$line" >good
ndjson-to-sql old.db good
cp old.db saved.db

# refuses STATUS PATTERN NAME [OPTION...]: loads `in` into a new and into an
# old database; neither may come to be or change.
refuses() {
	wanted=$1 pattern=$2 name=$3
	shift 3
	run ndjson-to-sql "$@" new.db <in
	fails "$wanted" "$pattern" "$name"
	is "$(echo new.db*)" 'new.db*' "$name: no database comes to be"
	cp saved.db old.db
	run ndjson-to-sql "$@" old.db <in
	exits "$wanted" "$name: status $wanted with an old database"
	ok "$(cmp -s old.db saved.db; echo $?)" "$name: it is as it was"
	is "$(echo old.db*)" old.db "$name: nothing beside it"
}

printf '%s\n%s' "$line" '{"_resource":"users","id":"u2"}' >in
refuses 4 'line 2 does not end.*died' 'a whole record without a newline'
printf '%s\n%s' "$line" '{"_resource":"us' >in
refuses 4 'line 2 does not end' 'a cut record'
printf '%s\n ' "$line" >in
refuses 4 'line 2 does not end' 'a space behind the last newline'
printf '%s\n%s' "$line" \
	'{"_error":{"status":3,"message":"users: HTTP 403 \"no\"' >in
refuses 3 'ends in a failure.*users: HTTP 403 "no"' 'an error fragment'
for status in 1 2 4 5; do
	printf '%s\n{"_error":{"status":%s,"message":"x"' "$line" $status >in
	run ndjson-to-sql new.db <in
	exits $status "a fragment's status $status is ours"
done
printf '{"_error":{"status":0,"message":"x"' >in
refuses 4 'ends in a failure' 'a fragment with a status that is none'
printf '{"_error":{"status":' >in
refuses 4 'ends in a failure' 'a fragment cut in its status'
printf '%s\n{"_error":{"status":4,"message":"x"%s\n' "$line" "$line" >in
refuses 5 'line 2' 'a whole stream behind a broken one'
printf '%s\n{"_error":{"status":4,"message":"x"}}\n' "$line" >in
refuses 5 'line 2.*_error' 'a fragment that somebody completed'
printf '%s%s\n' "$line" "$line" >in
refuses 5 'line 1.*something after the JSON value' 'two values on a line'
printf '%s\n%s %s\n' "$line" "$line" 1 >in
refuses 5 'line 2: ' 'a value behind a record'
printf '%s\n{"_resource":"users","_rows":1}\n' "$line" >in
refuses 5 "line 2: '_rows' is neither 0 nor" 'a number of rows'
printf '%s\n%s\n' "$line" '{"_resource":"x","_key":["a","b","c","d","e","f",
"g","h","i"],"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1}' |
	tr -d '\n' | sed 's/}{/}\n{/; s/$/\n/' >in
refuses 5 'line 2: the key has more than 8 members' 'a key of nine'

: >in
refuses 5 'empty.*--allow-empty' 'an empty stream and --replace' --replace
refuses 5 'empty.*--allow-empty' 'an empty stream and --sync' --sync
printf '\n\n' >in
refuses 5 'empty.*--allow-empty' 'blank lines and --sync' --sync
run ndjson-to-sql --sync --allow-empty old.db <in
exits 0 '--allow-empty lets them pass'
: >in
run ndjson-to-sql new.db <in
exits 0 'an empty stream is no records'
rm -f new.db

# --- --accept-truncated

printf '%s\n%s' "$line" '{"_resource":"users","id":"u2"}' >in
run ndjson-to-sql --accept-truncated new.db <in
exits 0 '--accept-truncated takes a record without a newline'
like "$(cat err)" 'warning: .*line 2 does not end' '... and says so'
is "$(sql new.db 'SELECT count(*) FROM users; SELECT status FROM _loads')" '2
truncated' '... and notes it'
printf '%s\n%s' "$line" '{"_error":{"status":4,"message":"x"' >in
rm -f new.db
run ndjson-to-sql --accept-truncated new.db <in
exits 0 '--accept-truncated leaves a fragment out'
is "$(sql new.db 'SELECT count(*) FROM users')" 1 '... of the rows'
rm -f new.db
printf '%s\n ' "$line" >in
run ndjson-to-sql --accept-truncated new.db <in
exits 0 '--accept-truncated takes what a producer at rest left'
unlike "$(cat err)" warning '... without a line that nothing was in'
is "$(sql new.db 'SELECT count(*) FROM users; SELECT status FROM _loads')" '1
truncated' '... and notes it, too'
rm -f new.db

# --- what producers do

mkfifo pipe
sh -c 'printf "%s\n%s" "$0" "{\"_resource\":\"us"; kill -9 $$' "$line" >pipe &
run ndjson-to-sql new.db <pipe
exits 4 'a producer that is killed'
is "$(echo new.db*)" 'new.db*' '... leaves no database'

# --- lines

printf '\357\273\277%s\r\n\r\n  \n%s\n' "$line" "$line" >in
run ndjson-to-sql crlf.db <in
exits 0 'a byte order mark, CRLF and blank lines are taken'
is "$(sql crlf.db 'SELECT count(*) FROM users')" 1 '... for what they are'
printf '%s\n{"_resource":"hooks","_rows":0}\n' "$line" >in
run ndjson-to-sql rows.db <in
exits 0 'an empty resource'
is "$(sql rows.db .tables | tr -s ' ' '\n' | grep -c hooks)" 0 \
	'... makes no table'
for bad in '{"a":NaN}' '{"a":1,}' '[1]' '1' '"x"' 'null' '{"a":01}' \
	'{"a":+1}' "{'a':1}" '{"a":"\x"}' '{"a":"\ud800"}' '{a:1}' '{' '}'; do
	printf '%s\n' "$bad" >in
	run ndjson-to-sql -t t bad.db <in
	fails 5 'line 1' "not a record: $bad"
done
printf '{"a":"\377"}\n' >in
run ndjson-to-sql -t t bad.db <in
fails 5 'line 1.*UTF-8' 'not UTF-8'
printf '{"a":"\001"}\n' >in
run ndjson-to-sql -t t bad.db <in
fails 5 'line 1.*control' 'a raw control character'

# --- long lines

# long BYTES [ID]: a record with a text of so many bytes.
long() {
	printf '{"id":%s,"v":"' "${2-1}"
	head -c "$1" /dev/zero | tr '\0' x
	printf '"}\n'
}
is_loaded() {
	[ "$(sqlite3 long.db 'SELECT length(v) FROM t' 2>/dev/null)" = "$1" ]
}
rm -f pipe
mkfifo pipe
ndjson-to-sql --commit-every 1ms -t t long.db <pipe &
loader=$!
exec 9>pipe
long 100000000 >&9
tries=0
until is_loaded 100000000; do
	tries=$((tries + 1))
	[ $tries -lt 1000 ] || break
	sleep 0.02
done
peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' /proc/$loader/status \
	2>/dev/null)
exec 9>&-
wait $loader
is $? 0 'a line of 100 MB is loaded'
is_loaded 100000000
ok $? '... whole'
case $build in
*/release)
	ok "$([ "${peak:-0}" -lt 350000 ]; echo $?)" \
		'... in memory of three times its size'
	;;
esac
rm -f long.db
long 268435456 | ndjson-to-sql -t t long.db 2>err
is $? 5 'a line above 256 MB: status 5'
is "$(cat err)" \
	'ndjson-to-sql: standard input: line 1 is longer than 268435456 bytes' \
	'... and a message that names the limit'
is "$(echo long.db*)" 'long.db*' '... leaves no database'
{
	long 1
	printf '{"id":2,"v":"'
	head -c 268435456 /dev/zero
	printf '"}\n'
	long 2 3
} >in
run ndjson-to-sql --rejects rejects -t t long.db in
exits 0 'a line above the limit with --rejects'
is "$(sqlite3 long.db 'SELECT id, length(v) FROM t')" '1|1
3|2' '... leaves it out'
like "$(head -c 130 rejects)" "^\\{\"line\":2,\"offset\":17,\"reason\":\"\
the line is longer than 268435456 bytes\",\"raw_base64\":\"eyJpZCI6MiwidiI6I" \
	'... and says which one'
sed 's/.*"raw_base64":"//; s/"}$//' rejects | base64 -d >raw
ok "$(sed -n 2p in | head -c -1 | cmp -s - raw; echo $?)" '... keeps it whole'
rm -f long.db* in raw rejects
is "$(find . -name 'long.db*' -o -name 'rejects.*')" '' '... leaves nothing'
{
	long 10
	long 10000000
} >in
ndjson-to-sql -t t long.db in
run ndjson-to-sql --append -t t long.db in
fails 5 "^ndjson-to-sql: 'in': line 1: cannot .*UNIQUE" 'a row at fault before a long line'

done_testing
