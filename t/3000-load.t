#!/bin/sh
# From NDJSON to tables and back: the shape that records get, and merging.
. "${0%/*}/lib.sh"

sql() {
	sqlite3 "$@" 2>&1
}

# --- one load

cat >users.ndjson <<'EOT'
{"_resource":"users","id":"u1","userName":"Ann","age":3,"createdAt":1700000000000,"tags":["x","y"],"m":[[1,2],[3]],"e":{},"el":[],"nul":null,"a":{"b":{"c":1}}}
{"_resource":"users","id":"u2","userName":"Bob","age":3.5,"createdAt":1700000001000,"tags":[],"o":[{"k":1},{"k":"z"},{}]}
{"_resource":"roles_users","_parent":{"roleId":"r1"},"id":"u1","name":"Ann"}
EOT
run ndjson-to-sql out.db <users.ndjson
exits 0 'a load succeeds'
is "$(cat out err)" '' '... in silence'
is "$(sql out.db 'SELECT id, user_name, age, created_at, e, el, a__b__c, tags,
	nul IS NULL FROM users ORDER BY id')" \
'u1|Ann|3.0|2023-11-14 22:13:20.000|{}|[]|1||1
u2|Bob|3.5|2023-11-14 22:13:21.000||||[]|1' \
	'objects are flattened; {}, [] and null differ; a null column exists'
is "$(sql out.db 'SELECT _parent_id, _idx, _id, value FROM users__tags')" \
	'u1|0|u1.0|x
u1|1|u1.1|y' 'a list becomes a child table'
is "$(sql out.db 'SELECT m._parent_id, m._idx, l._idx, l.value
	FROM users__m AS m JOIN users__m__list AS l ON l._parent_id = m._id')" \
	'u1|0|0|1
u1|0|1|2
u1|1|0|3' 'a list in a list goes through list'
is "$(sql out.db 'SELECT k, k__v_text, value FROM users__o')" \
	'1||
|z|
||{}' 'an item of another type goes to a variant column'
is "$(sql out.db 'SELECT role_id, id, name FROM roles_users')" 'r1|u1|Ann' \
	"_parent's members are columns"
is "$(sql out.db "SELECT type FROM _columns
	WHERE table_name = 'users' AND column_name = 'created_at'")" timestamp \
	'the ledger knows the logical type'
is "$(sql out.db 'SELECT count(DISTINCT _load_id), count(*) FROM _loads, users')" \
	'1|2' 'the ledger has the load'
is "$(sql out.db 'PRAGMA integrity_check')" ok 'the database is sound'
is "$(echo out.db*)" out.db 'nothing else is left beside it'

for name in _loads _columns _Loads; do
	printf '{"_resource":"%s","id":1,"b":2}\n' "$name" >books.ndjson
	run ndjson-to-sql books.db books.ndjson
	fails 5 "line 1: .*keeps the books of loads" "a record for $name"
	run ndjson-to-sql -t "$name" books.db users.ndjson
	fails 2 'keeps the books of loads; give --table' "--table $name"
	cat books.ndjson users.ndjson >mixed.ndjson
	run ndjson-to-sql --rejects rejects books.db mixed.ndjson
	exits 0 "a record for $name among others, with --rejects"
	is "$(wc -l <rejects) $(sql books.db 'SELECT count(*) FROM _loads, users')" \
		'1 2' '... is the only one left out'
	rm -f books.db
done

# --- the same again, and changed

sql out.db .dump | grep -v '_loads VALUES' >before
run ndjson-to-sql -v out.db <users.ndjson
exits 0 'the same records again'
like "$(cat err)" 'users: .*: 0 inserted, 2 unchanged' '... are unchanged'
sql out.db .dump | grep -v '_loads VALUES' >after
ok "$(cmp -s before after; echo $?)" '... and nothing is rewritten'

cat >changed.ndjson <<'EOT'
{"_resource":"users","id":"u1","tags":["z"],"m":[[1]]}
{"_resource":"users","id":"u3","newOne":true}
EOT
run ndjson-to-sql -v out.db <changed.ndjson
exits 0 'other records into the same tables'
like "$(cat err)" 'users: .*: 1 inserted, 1 updated' 'a merge says what it did'
like "$(cat err)" \
	'^ndjson-to-sql: users__tags: 1 row, 4 columns, 0 rejected: 0 inserted, 1 updated, 1 deleted$' \
	'... of child tables, too'
is "$(sql out.db "SELECT id, user_name IS NULL, new_one FROM users
	ORDER BY id")" 'u1|1|
u2|0|
u3|1|1' 'a merge replaces a row whole and adds columns'
is "$(sql out.db 'SELECT value FROM users__tags')" z \
	'a shorter list leaves no row behind'
is "$(sql out.db 'SELECT _id FROM users__m;
	SELECT _id FROM users__m__list')" 'u1.0
u1.0.0' '... nor do lists within lists'

# --- keys

printf '%s\n' '{"id":1,"l":[1,2,3]}' '{"id":2,"l":[4]}' \
	'{"id":1,"l":[9]}' >doubled.ndjson
run ndjson-to-sql -v -t t new.db doubled.ndjson
exits 0 'a key that comes twice into a new table'
like "$(cat err)" '^ndjson-to-sql: t: .*: 2 inserted, 1 replaced by a later one$' \
	'... is counted'
is "$(sql new.db 'SELECT _parent_id, _idx, value FROM t__l ORDER BY 1, 2')" \
	'1|0|9
2|0|4' '... and the last one wins, its list included'
run ndjson-to-sql -v -t t new.db doubled.ndjson
like "$(cat err)" '^ndjson-to-sql: t: .*: 0 inserted, 2 unchanged, 1 replaced' \
	'a key that comes twice into an old table is counted too'
is "$(sql new.db 'SELECT _parent_id, _idx, value FROM t__l ORDER BY 1, 2')" \
	'1|0|9
2|0|4' '... and the last one wins there as well'
printf '{"_resource":"t","_key":["a","b"],"a":1,"b":"x","v":%s,"l":[1]}\n' \
	1 2 >composite
run ndjson-to-sql composite.db <composite
exits 0 'a composite key'
is "$(sql composite.db 'SELECT a, b, v FROM t; SELECT _parent_id FROM t__l')" \
	'1|x|2
[1,"x"]' '... identifies a row, and its children refer to it as JSON'
for part in 0.5 true; do
	printf '{"_resource":"t","_key":["a","b"],"a":%s,"b":"x","l":[1]}\n' \
		$part >composite
	run ndjson-to-sql refused.db <composite
	fails 2 "lists of 't' cannot refer to a key .*--type 'a=text'" \
		"a key with a part that is $part, and a list below"
	is "$(ls refused.db* 2>/dev/null)" '' '... makes no database'
	run ndjson-to-sql --arrays json part.db <composite
	exits 0 '... lists as JSON will do'
	rm part.db
done
printf '{"_resource":"t","_key":["a","b"],"a":"0.5","b":"x","l":[1]}\n' >composite
run ndjson-to-sql --type a=text part.db <composite
exits 0 '... and so will texts'
printf '{"_resource":"t","id":1,"l":[1]}\n' | ndjson-to-sql idle.db
printf '{"_resource":"t","id":2}\n' | ndjson-to-sql idle.db
is "$(sql idle.db 'SELECT group_concat(DISTINCT key) FROM _loads,
	json_each(tables) GROUP BY load_id ORDER BY load_id')" 't,t__l
t' 'the ledger leaves lists out that a load has nothing of'
printf '%s\n' '{"_resource":"s","_key":[],"a":1}' >single.ndjson
ndjson-to-sql single.db single.ndjson
printf '%s\n' '{"_resource":"s","_key":[],"a":2}' >single.ndjson
ndjson-to-sql single.db single.ndjson
is "$(sql single.db 'SELECT a FROM s')" 2 'an empty key is a table of one row'
printf '{"a":1}\n{"a":2}\n' >nokey
ndjson-to-sql -t t nokey.db <nokey
printf '{"a":3}\n' >nokey
ndjson-to-sql -t t nokey.db <nokey
is "$(sql nokey.db 'SELECT count(*), count(DISTINCT _id) FROM t')" '3|3' \
	'records without a key are appended, each with an _id'

# --- which table

# The rows of what was replaced are told by the record's number, also where
# the numbers of a table's records have gaps.
printf '%s\n' '{"_resource":"a","id":1,"l":[1]}' \
	'{"_resource":"b","id":1,"l":[2]}' '{"_resource":"b","id":2,"l":[3]}' \
	'{"_resource":"a","id":2,"l":[4,5]}' '{"_resource":"a","id":3,"l":[6]}' \
	'{"_resource":"a","id":2,"l":[7]}' >two.ndjson
run ndjson-to-sql two.db two.ndjson
exits 0 'a key that comes twice, between those of another table'
is "$(sqlite3 two.db 'SELECT id FROM a ORDER BY 1;
	SELECT value FROM a__l ORDER BY 1;
	SELECT value FROM b__l ORDER BY 1')" '1
2
3
1
6
7
2
3' '... leaves the last with its list'
rm two.db


cp doubled.ndjson things.x.ndjson
run ndjson-to-sql stem.db ./things.x.ndjson
is "$(sql stem.db .tables | tr -s ' ' '\n' | grep -c things)" 2 \
	"without a name the file's stem is the table"
run ndjson-to-sql stem.db <doubled.ndjson
fails 2 '_resource.*--table' 'no name at all'
run ndjson-to-sql -t t two.db <users.ndjson
fails 2 'one table.*users.*roles_users' '-t with two resources'
is "$(ls two.db* 2>/dev/null)" '' '... leaves nothing behind'

done_testing
