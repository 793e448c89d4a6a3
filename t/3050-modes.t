#!/bin/sh
# Merge, append, replace, sync and history.
. "${0%/*}/lib.sh"

sql() {
	sqlite3 "$@" 2>&1
}

# put LINE...: into file in
put() {
	printf '%s\n' "$@" >in
}

put '{"id":1,"v":"a","l":[1,2]}' '{"id":2,"v":"b","l":[3]}'
ndjson-to-sql -t t base.db in

# --- append

cp base.db t.db
run ndjson-to-sql --append -t t t.db in
fails 5 'line 1.*UNIQUE.*; --merge updates the row' '--append of a key that is there'
ok "$(cmp -s t.db base.db; echo $?)" '... changes nothing'
put '{"id":3,"v":"c","l":[9]}'
run ndjson-to-sql --append -t t t.db in
exits 0 '--append of a new key'
is "$(sql t.db 'SELECT id FROM t; SELECT value FROM t__l')" '1
2
3
1
2
3
9' '... adds it'
put '{"id":1}' '{"id":1}'
run ndjson-to-sql --append -t t a.db in
exits 0 '--append makes a table without a key'
is "$(sql a.db 'SELECT id, count(DISTINCT _id) FROM t')" '1|2' \
	'... with an _id instead'
is "$(cat err)" '' '... without a word'
run ndjson-to-sql --append -k id -t t explicit.db in
exits 0 '--append and --key'
like "$(cat err)" "warning: 't' is made without the key" '... is a warning'
is "$(sql explicit.db 'SELECT count(*) FROM t')" 2 '... and adds all'
run ndjson-to-sql --merge -t t a.db in
fails 2 'no key' '... that nothing merges into'
put '{"x":1}'
run ndjson-to-sql --merge -t t new.db in
fails 2 "'t' has no key.*--key" '--merge without a key'
run ndjson-to-sql -k x -t t k.db in
ndjson-to-sql -k x -t t k.db in
is "$(sql k.db 'SELECT count(*) FROM t')" 1 '--key names one'

put '{"id":1,"v":1}' '{"id":1,"v":2}'
for i in 1 2; do
	ndjson-to-sql -q -t t twice.db in
	is "$(sql twice.db 'SELECT v FROM t')" 2 \
		"of one key the later one counts, also where it is there, load $i"
done
put '{"x":1}'

run ndjson-to-sql -k y -t t k.db in
fails 2 "--key names others, but the key of 't' is 'x'" '--key of a table that has one'
put '{"_resource":"a","_key":["n"],"n":1,"m":1}' \
	'{"_resource":"a","_key":[ "n" ],"n":1,"m":2}' \
	'{"_resource":"b","_key":["m"],"n":1,"m":3}' \
	'{"_resource":"a","n":1,"m":4}'
run ndjson-to-sql keys.db in
exits 0 'each resource of a stream has its _key'
is "$(sql keys.db 'SELECT m FROM a; SELECT m FROM b')" '4
3' '... which the other records have, too'
for key in '["m"]' '["n","m"]' '[]' '["m","n"]'; do
	put '{"_resource":"a","_key":["n"],"n":1,"m":5}' \
		"{\"_resource\":\"a\",\"_key\":$key,\"n\":2,\"m\":6}"
	run ndjson-to-sql keys.db in
	fails 5 "line 2: '_key' names others, but the key of 'a' is 'n'" \
		"another _key in one stream: $key"
	sed -n 2p in >second
	run ndjson-to-sql keys.db second
	fails 5 "line 1: '_key' names others" '... or in another load'
done
# A key inside an object.
put '{"_resource":"p","_key":[["o","k"],"n"],"n":1,"o":{"k":1},"m":1}' \
	'{"_resource":"p","_key":[["o","k"],["n"]],"n":1,"o":{"k":1},"m":2}' \
	'{"_resource":"p","_key":[["o","k"],"n"],"n":1,"o":{"k":2},"m":3}'
for i in 1 2; do
	run ndjson-to-sql keys.db in
	exits 0 "a path in _key, load $i"
done
is "$(sql keys.db 'SELECT o__k, n, m FROM p ORDER BY 1')" '1|1|2
2|1|3' '... merges'
for record in '"_key":[["o","k"],"n"],"n":1,"o":{}' \
	'"_key":[["o","k"],"n"],"n":1,"o":[1]'; do
	put "{\"_resource\":\"p\",$record}"
	run ndjson-to-sql keys.db in
	fails 5 "the key's member 'k' is not there" "$record"
done
for key in '[["k"],"n"]' '[["o","l"],"n"]' '[[],"n"]' '[["o",1],"n"]' \
	'[["o","k","l"],"n"]' '[{"o":"k"},"n"]'; do
	put "{\"_resource\":\"p\",\"_key\":$key,\"n\":1,\"o\":{\"k\":1},\"k\":1}"
	run ndjson-to-sql keys.db in
	fails 5 "'_key' names others" "$key is another key"
done
# A key at fault leaves no part of it behind for others to be merged by.
put '{"_resource":"f","_parent":{"r":1},"_key":[7],"id":0}' \
	'{"_resource":"f","_parent":{"r":1},"id":1}' \
	'{"_resource":"f","_parent":{"r":1},"id":2}'
run ndjson-to-sql --rejects rejects fault.db in
exits 0 'a first record whose key is at fault'
is "$(sql fault.db 'SELECT r, id FROM f ORDER BY 2') $(wc -l <rejects)" '1|1
1|2 1' '... does not make the key'
perl -e 'print "CREATE TABLE f(", join(",", map { "c$_" } 1 .. 1100), ")"' |
	sqlite3 full.db
run ndjson-to-sql full.db in
fails 5 'line 1: no column is left for the key' 'a table without room for a key'
put '{"_resource":"q","_key":[["a","b","c","d","e","f","g","h","i"]],"a":1}'
run ndjson-to-sql keys.db in
fails 5 "'_key' holds something else" 'a path that is too long'
put '{"_resource":"a","_key":["n"],"n":1,"m":5}' \
	'{"_resource":"a","_key":["m","n"],"n":2,"m":6}'

run ndjson-to-sql --rejects rejects keys.db in
is "$(sql keys.db 'SELECT m FROM a') $(wc -l <rejects)" '5 1' \
	'... can be rejected'

# --- merge: what changed in a wide row

# wide VALUE: a record of 151 members, of which the last has the value
wide() {
	perl -e 'print "{\"id\":1", (map ",\"m$_\":$_", 2 .. 150),
		",\"last\":$ARGV[0]}\n"' "$1"
}

wide 1 | ndjson-to-sql -t t wide.db
wide 1 >in
run ndjson-to-sql -v -t t wide.db in
like "$(cat err)" 't: .*: 0 inserted, 1 unchanged' 'a wide row that did not change'
wide 2 >in
run ndjson-to-sql -v -t t wide.db in
like "$(cat err)" 't: .*: 0 inserted, 1 updated' '... and one that did'
is "$(sql wide.db 'SELECT last FROM t')" 2 '... at its end'
put '{"id":1,"m2":7}' '{"id":2,"m2":2}' '{"id":1,"m2":8}'
run ndjson-to-sql -v -t t wide.db in
like "$(cat err)" 't: .*: 1 inserted, 1 updated, 1 replaced' \
	'... and then twice, around a new one'
is "$(sql wide.db 'SELECT id, m2, last FROM t')" '1|8|
2|2|' '... the last one wins'

# As many columns as a table may have: no statement is too deep for SQLite.
# all ID VALUE: a record of 1,990 members, of which the last has the value
all() {
	perl -e 'print "{\"id\":$ARGV[0]", (map ",\"m$_\":$_", 2 .. 1989),
		",\"last\":$ARGV[1]}\n"' "$1" "$2"
}

all 1 1 >in
ndjson-to-sql --max-columns 2000 -t t all.db in
ndjson-to-sql --max-columns 2000 --history -t t all-history.db in
{
	all 1 2
	all 2 2
} >in
run ndjson-to-sql --stats json --max-columns 2000 -t t all.db in
like "$(cat err)" '"t":\{"inserted":1,"updated":1,' 'a merge of 1,990 columns'
run ndjson-to-sql --stats json --max-columns 2000 --history -t t \
	all-history.db in
like "$(cat err)" '"t":\{"inserted":2,"updated":1,' '... a history'
all 2 3 >in
run ndjson-to-sql --stats json --max-columns 2000 --sync -t t all.db in
like "$(cat err)" '"t":\{"inserted":0,"updated":1,"unchanged":0,"deleted":1,' \
	'... and --sync'
for value in 4 5; do
	all 2 $value | ndjson-to-sql --max-columns 2000 -k id -t t \
		sql:sqlite >all.sql
	run sqlite3 all-script.db <all.sql
done
is "$(cat err)$(sql all-script.db "SELECT id, _rest LIKE '%.last\":5}'
	FROM t")" '2|1' \
	'... and a script for it'

# --- what somebody else made unique

unique() {
	rm -f unique.db
	printf '%s\n' '{"id":1,"e":"a"}' '{"id":2,"e":"b"}' '{"id":3,"e":"c"}' |
		ndjson-to-sql -t u unique.db
	sql unique.db 'CREATE UNIQUE INDEX ue ON u(e) -- theirs'
	run ndjson-to-sql --stats json "$@" -t u unique.db in
}
put '{"id":3,"e":"a"}' '{"id":4,"e":"b"}' '{"id":2,"e":"c"}'
unique --sync
exits 0 'a value that another row had before --sync'
like "$(cat err)" '"inserted":1,"updated":2,"unchanged":0,"deleted":1,"doubled":0' \
	'... counted once'
is "$(sql unique.db "SELECT id, e FROM u ORDER BY id;
	SELECT sql FROM sqlite_schema WHERE name = 'ue'")" '2|c
3|a
4|b
CREATE UNIQUE INDEX ue ON u(e) -- theirs' '... and the index is as it was'
put '{"id":2,"e":"a"}' '{"id":1,"e":"b"}'
unique --merge
exits 0 'two rows that change their values'
put '{"id":3,"e":"c"}' '{"id":4,"e":"b"}'
unique --merge
fails 5 'line 2: .*UNIQUE constraint failed: u.e' 'one that is there twice'

# --- rows that somebody deleted, and not those of their lists

for target in emptied.db csv:emptied; do
	put '{"id":1,"l":[[1,2],[3]]}' '{"id":2,"l":[4]}'
	ndjson-to-sql -t t $target in
	case $target in
	csv:*) sed -i 1q emptied/t.csv ;;
	*) sql $target 'DELETE FROM t' ;;
	esac
	put '{"id":1}' '{"id":3,"l":[]}'
	run ndjson-to-sql --stats json -t t $target in
	exits 0 "$target: a table that somebody emptied"
	like "$(cat err)" '"t__l":\{"inserted":0,"updated":0,"unchanged":0,"deleted":2' \
		'... does not get the list of a record back'
	like "$(cat err)" '"t__l__list":\{"inserted":0,.*"deleted":3' \
		'... nor what was in it'
done

# --- replace

cp base.db t.db
put '{"id":2,"v":"x"}' '{"id":2,"v":"y"}'
run ndjson-to-sql -v --replace -t t t.db in
exits 0 '--replace'
is "$(sql t.db 'SELECT id, v FROM t; SELECT count(*) FROM t__l')" '2|y
0' '... leaves what came, the last of a key, and no old list'
like "$(cat err)" 't: .*: 1 inserted, 2 deleted, 1 replaced by a later' \
	'... and counts'
put '{"id":2,"v":"x"}' '{"id":'
cp base.db t.db
run ndjson-to-sql --replace -t t t.db in
exits 5 '--replace by a bad stream'
ok "$(cmp -s t.db base.db; echo $?)" '... replaces nothing'

# --- sync

cp base.db t.db
put '{"id":2,"v":"b","l":[3]}' '{"id":4,"v":"d"}'
run ndjson-to-sql -v --sync -t t t.db in
exits 0 '--sync'
is "$(sql t.db 'SELECT id FROM t; SELECT _parent_id FROM t__l')" '2
4
2' '... deletes what did not come, and its lists'
like "$(cat err)" 't: .*: 1 inserted, 1 unchanged, 1 deleted' '... and counts'
put '{"_resource":"users","id":1}' '{"_resource":"hooks","id":1}' \
	'{"_resource":"ru","_parent":{"roleId":"r1"},"id":1}' \
	'{"_resource":"ru","_parent":{"roleId":"r1"},"id":2}' \
	'{"_resource":"ru","_parent":{"roleId":"r2"},"id":1}' \
	'{"_resource":"ru","_parent":{"roleId":"it'\''s"},"id":1}'
ndjson-to-sql --sync tenant.db in
cp tenant.db all.db
put '{"_resource":"ru","_parent":{"roleId":"r1"},"id":2}'
ndjson-to-sql --sync tenant.db in
is "$(sql tenant.db 'SELECT role_id, id FROM ru ORDER BY 1;
	SELECT count(*) FROM users')" \
"it's|1
r1|2
r2|1
1" '--sync keeps to the parents and tables that came'
put '{"_resource":"ru","_parent":{"roleId":"it'\''s"},"_rows":0}'
ndjson-to-sql --sync tenant.db in
is "$(sql tenant.db 'SELECT role_id FROM ru')" 'r1
r2' '_rows 0 with _parent covers that parent'
put '{"_resource":"ru","_parent":{"other":"r1"},"_rows":0}'
run ndjson-to-sql --sync tenant.db in
fails 5 "line 1.*'_parent' lacks a part of the key" '_rows 0 of half a parent'
put '{"_resource":"ru","_parent":{"roleId":1.5},"_rows":0}'
run ndjson-to-sql --sync tenant.db in
fails 5 "'_parent' holds something else than strings and integers" \
	'_rows 0 of a parent that no row can have'
for value in '"2026-01-01T00:00:00Z"' '"2026-01-01"' '"10:00"'; do
	put "{\"_resource\":\"at\",\"_parent\":{\"n\":$value},\"id\":1}"
	ndjson-to-sql at.db in
	put "{\"_resource\":\"at\",\"_parent\":{\"n\":$value},\"_rows\":0}"
	run ndjson-to-sql --sync at.db in
	case $(sql at.db 'SELECT type FROM _columns WHERE column_name = "n"') in
	text) ok $((status)) "... or of $value, a text" ;;
	*) fails 5 "'_parent' has a 'n' that is no value of its column" \
		"... or of $value" ;;
	esac
	is "$(sql at.db 'SELECT count(*) FROM at')" $((status ? 1 : 0)) \
		'... deletes what it says or nothing'
	rm at.db
done
put '{"_resource":"at","_parent":{"n":7},"id":1}'
ndjson-to-sql --type n=text at.db in
put '{"_resource":"at","_parent":{"n":7},"_rows":0}'
run ndjson-to-sql --sync at.db in
is "$status $(sql at.db 'SELECT count(*) FROM at')" '0 0' \
	'... a number that is a text there is one'
put '{"_resource":"hooks","_rows":0}'
ndjson-to-sql --sync tenant.db in
is "$(sql tenant.db 'SELECT count(*) FROM hooks; SELECT count(*) FROM ru')" \
	'0
2' '_rows 0 empties a table'
put '{"_resource":"ru","_rows":0}'
ndjson-to-sql --sync all.db in
is "$(sql all.db 'SELECT count(*) FROM ru')" 0 \
	'_rows 0 without _parent covers all parents'
set -- '{"_resource":"roles","id":"r1"}' \
	'{"_resource":"ru","_parent":{"roleId":"r1"},"id":1,"l":[1]}'
put "$@" '{"_resource":"roles","id":"r2"}' \
	'{"_resource":"ru","_parent":{"roleId":"r2"},"id":2,"l":[2]}'
ndjson-to-sql --sync gone.db in
put "$@"
ndjson-to-sql --sync gone.db in
is "$(sql gone.db 'SELECT id FROM roles; SELECT role_id FROM ru')" 'r1
r1
r2' 'rows of a parent that is gone stay, though the table of parents came'
put "$@" '{"_resource":"ru","_rows":0}'
ndjson-to-sql --sync gone.db in
is "$(sql gone.db 'SELECT role_id FROM ru; SELECT value FROM ru__l')" 'r1
1' '... unless a line says that all parents came'
{
	printf '%s\n' "$@" | sed 's/r1/r3/'
	printf '{"_error":{"status":4,"message":"no more"'
	echo '{"_resource":"ru","_rows":0}'
} >in
run ndjson-to-sql --sync gone.db in
exits 5 '... which is refused behind a broken stream'
is "$(sql gone.db 'SELECT role_id FROM ru')" r1 '... as all of it'
put '{"_resource":"c","_key":["a","b"],"a":1,"b":"x\"y","l":[{"m":[1]}]}' \
	'{"_resource":"c","_key":["a","b"],"a":1,"b":"z","l":[{"m":[2]}]}'
ndjson-to-sql --sync c.db in
put '{"_resource":"c","_key":["a","b"],"a":1,"b":"z","l":[{"m":[2]}]}'
ndjson-to-sql --sync c.db in
is "$(sql c.db 'SELECT b FROM c; SELECT count(*) FROM c__l;
	SELECT value FROM c__l__m')" 'z
1
2' 'a composite key, and lists in lists'

# What did not come is not known where records were rejected.
cat >two.in <<'EOT'
{"_resource":"a","id":1,"v":1,"l":[1]}
{"_resource":"a","id":2,"v":1,"l":[2]}
{"_resource":"b","id":1,"v":1}
{"_resource":"b","id":2,"v":1}
EOT
sqlite3 two.base 'CREATE TABLE a (id INTEGER PRIMARY KEY, v INT CHECK (v < 5))'
mv two.base two.db
ndjson-to-sql two.db two.in
ndjson-to-sql --history two-history.db two.in
cp two.db two.base
# kept NAME WANTED WARNING LINE...: the ids of a, its list, and the ids of b
# after a --sync of the second record of each and the lines.
kept() {
	name=$1 wanted=$2 warning=${3:+ndjson-to-sql: warning: $3}
	shift 3
	put '{"_resource":"a","id":2,"v":1,"l":[2]}' \
		'{"_resource":"b","id":2,"v":1}' "$@"
	cp two.base two.db
	run ndjson-to-sql --sync --contract columns=discard-row \
		--rejects rejects two.db in
	exits 0 "--sync and $name"
	is "$(sql two.db 'SELECT group_concat(id) FROM a;
		SELECT group_concat(value) FROM a__l;
		SELECT group_concat(id) FROM b' | tr '\n' ' ')" "$wanted" \
		'... deletes what did not come, if that is known'
	is "$(grep -v 'was rejected' err)" "$warning" '... and says if not'
}
there='not every record could be taken, so --sync deleted nothing there'
nothing='not every line could be read, so --sync deleted nothing'
kept 'no reject' '2 2 2 ' ''
kept 'a record that the database refuses' '1,2 1,2 2 ' "a: $there" \
	'{"_resource":"a","id":1,"v":9,"l":[1]}'
kept 'a record without its key' '2 2 1,2 ' "b: $there" \
	'{"_resource":"b","id":null,"v":1}'
kept 'a record against the contract' '2 2 1,2 ' "b: $there" \
	'{"_resource":"b","id":1,"new":1}'
kept 'a line that is no JSON' '1,2 1,2 1,2 ' "$nothing" \
	'{"_resource":"b","id":1'
kept 'a line that is no record' '1,2 1,2 1,2 ' "$nothing" '[1]'
put '{"_resource":"a","id":2,"v":1,"l":[2]}' '{"_resource":"a","id":null}' \
	'{"_resource":"b","id":2,"v":1}'
run ndjson-to-sql --history --sync --rejects rejects two-history.db in
is "$(sql two-history.db 'SELECT count(_valid_to) FROM a;
	SELECT count(_valid_to) FROM b')" '0
1' '--history --sync ends no version there'
printf '%s\n' '{"_resource":"b","id":2,"v":1}' '{"_resource":"a"' | head -c -1 >in
cp two.base two.db
run ndjson-to-sql --sync --accept-truncated two.db in
like "$(cat err)" "$nothing" '--sync of a stream that is cut off'
is "$(sql two.db 'SELECT count(*) FROM b')" 2 '... deletes nothing'

# --- history

put '{"id":1,"v":"a","l":[1]}' '{"id":2,"v":"b"}'
ndjson-to-sql --history -t t h.db in
run ndjson-to-sql -v --history -t t h.db in
like "$(cat err)" 't: .*: 0 inserted, 2 unchanged' '--history: nothing new'
put '{"id":1,"v":"a","l":[1,2]}' '{"v":"b","id":2}'
run ndjson-to-sql -v --history -t t h.db in
like "$(cat err)" 't: .*: 1 inserted, 1 updated, 1 unchanged' \
	'--history: a longer list is a new version, another order is none'
is "$(sql h.db 'SELECT t.id, t._valid_to IS NULL, l.value FROM t
	LEFT JOIN t__l AS l ON l._parent_id = t._id ORDER BY t._id, l._idx')" \
'1|0|1
2|1|
1|1|1
1|1|2' '... whose lists are its own'
is "$(sql h.db 'SELECT count(*) FROM t AS a JOIN t AS b ON
	a._valid_to = b._valid_from AND a.id = b.id')" 1 \
	'... and begins when the old one ends'
put '{"id":2,"v":"b"}'
run ndjson-to-sql -v --history --sync -t t h.db in
is "$(sql h.db 'SELECT id FROM t WHERE _valid_to IS NULL')" 2 \
	'--history --sync ends what did not come'
run ndjson-to-sql -t t h.db in
fails 2 'made with --history' 'a history is not merged into'
run ndjson-to-sql --history -t t base.db in
fails 2 'made without --history' '... nor made of another table'
put '{"_resource":"s","_key":[],"a":1}'
ndjson-to-sql --history s.db in
put '{"_resource":"s","_key":[],"a":2}'
ndjson-to-sql --history s.db in
is "$(sql s.db 'SELECT a FROM s ORDER BY _valid_from')" '1
2' 'a resource of one record has a history'

# --- options

run ndjson-to-sql --append --replace t.db
exits 2 'two modes'
run ndjson-to-sql --sync --commit-every 5s t.db
exits 2 '--sync and --commit-every'
run ndjson-to-sql -n -t t dry.db in
exits 0 '--dry-run'
like "$(cat out)" '^CREATE TABLE "t" \("_id" BIGINT, "a" BIGINT' '... prints the DDL'
is "$(echo dry.db*)" 'dry.db*' '... and makes nothing'
cp base.db t.db
put '{"id":1,"neu":1,"l":["x"]}'
run ndjson-to-sql -n -t t t.db in
is "$(cat out)" 'ALTER TABLE "t" ADD COLUMN "neu" BIGINT;
ALTER TABLE "t__l" ADD COLUMN "value__v_text" TEXT;' \
	'--dry-run on a database that exists'
ok "$(cmp -s t.db base.db; echo $?)" '... which stays as it is'
run ndjson-to-sql --stats json -t t t.db in
like "$(cat err)" '^\{"tables":\{"t":\{"inserted":0,"updated":1,.*\}$' \
	'--stats json'

done_testing
