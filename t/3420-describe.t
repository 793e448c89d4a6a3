#!/bin/sh
# SPDX-License-Identifier: ISC
# --describe and --last: what a database holds, told in five ways.
. "${0%/*}/lib.sh"

# describe [FORMAT]: into out, ids and times of loads as LOAD and TIME.
describe() {
	run ndjson-to-sql "--describe${1:+=$1}" out.db
	sed -i -E 's/[0-9]{13}/LOAD/g
		s/2[0-9]{3}-[0-9-]{5} [0-9:.]{12}/TIME/g' out
}

cat >in.ndjson <<'END'
{"_resource":"users","id":"u1","name":"Ada","tags":["a","b"],"createdAt":1700000000000}
{"_resource":"users","id":"u2","name":null,"tags":[],"createdAt":1700000001000}
{"_resource":"users","id":"u3","name":null,"empty":null,"createdAt":1700000002000}
{"_resource":"logs","id":"l1","payload":{"userId":"u1"},"google":{"userId":"g1"}}
END
ndjson-to-sql out.db in.ndjson
ndjson-to-sql out.db in.ndjson

describe
exits 0 'text'
is "$(cat out)" 'users: 3 rows
  id          text       0%    $.id  key
  name        text       66%   $.name
  created_at  timestamp  0%    $.createdAt
  tags        json       66%   $.tags
  _load_id    bigint     0%    -
  empty       null       100%  $.empty

users__tags: 2 rows, lists of users
  _parent_id  text       0%    -  row of users
  _idx        bigint     0%    -
  _id         text       0%    -
  value       text       0%    $.tags[*]

logs: 1 row
  id                text       0%    $.id  key
  payload__user_id  text       0%    $.payload.userId  id of users
  google__user_id   text       0%    $.google.userId
  _load_id          bigint     0%    -

loads: 2
  LOAD  TIME  default  complete  users: 3 inserted; users__tags: 2 inserted; logs: 1 inserted
  LOAD  TIME  default  complete  users: 3 unchanged; users__tags: 2 unchanged; logs: 1 unchanged' \
	'tables, columns, types, nulls, paths, relations and loads'
is "$(wc -c <err)" 0 'and nothing on stderr'

run ndjson-to-sql --describe=json out.db
exits 0 'JSON'
is "$(jq -c '[.tables[] | [.name, .rows, .parent]]' out)" \
	'[["users",3,null],["users__tags",2,"users"],["logs",1,null]]' 'tables'
is "$(jq -c '.tables[0].columns[] | select(.name == "name") |
	[.type, .path, .nulls, .null_share]' out)" '["text","$.name",2,0.6667]' \
	'a column'
is "$(jq -c '.tables[0].columns[] | select(.name == "id") | .key_position' \
	out)" 1 'a key'
is "$(jq -c '[.relations[] | [.kind, .table, .column, .refers_to]]' out)" \
	'[["list","users__tags","_parent_id","users"],["name","logs","payload__user_id","users"]]' \
	'a reference is one if it holds ids, not by its name alone'
is "$(jq -c '[.loads[] | [.status, .tables.users.inserted]]' out)" \
	'[["complete",3],["complete",0]]' 'loads'

describe markdown
like "$(cat out)" '^## users__tags$' 'markdown: a heading a table'
like "$(cat out)" '^\| tags \| json \| 66% \| \$\.tags \|  \|$' 'a row a column'
like "$(cat out)" '^\| value \| text \| 0% \| \$\.tags\\\[\\\*\\\] \|' \
	'what markdown would take for its own is escaped'

describe mermaid
is "$(sed -n 1,9p out)" 'erDiagram
    "users" {
        text id PK
        text name
        timestamp created_at
        json tags
        bigint _load_id
        null empty
    }' 'mermaid: entities'
is "$(tail -n 2 out)" '    "users" ||--o{ "users__tags" : "_parent_id"
    "users" |o..o{ "logs" : "payload__user_id"' 'and relations'

describe dot
is "$(sed -n 1p out) $(tail -n 1 out)" 'digraph tables { }' 'dot: a graph'
is "$(grep -e '->' out)" '	"users__tags":c0 -> "users";
	"logs":c1 -> "users" [style=dashed];' 'with its edges'
if command -v dot >/dev/null; then
	cp out tables.dot
	run dot -Tplain tables.dot
	exits 0 'dot: graphviz draws it'
	is "$(cat err)" '' 'dot: without a warning'
	is "$(grep -c '^node ' out)" "$(grep -c '<b>' tables.dot)" \
		'dot: each table'
	is "$(grep -c '^edge ' out)" "$(grep -c -e '->' tables.dot)" \
		'dot: and each reference'
fi

sqlite3 out.db 'CREATE TABLE "my ""notes""" (id INTEGER PRIMARY KEY, "a.b");
	CREATE VIEW names AS SELECT name FROM users'
describe
like "$(cat out)" '^my "notes": 0 rows, not loaded by this program$' \
	"a user's own table"
unlike "$(cat out)" '^names:' 'but no view'
run ndjson-to-sql --describe=json out.db
is "$(jq -r '.tables[] | select(.is_loaded | not) | .name' out)" 'my "notes"' \
	'in JSON as well'
for format in markdown mermaid dot; do
	describe $format
	unlike "$(cat out)" names "no view in $format"
done
describe mermaid
like "$(cat out)" '^    "my _notes_" \{$' 'a quote that mermaid has no escape for'

run ndjson-to-sql --last users.created_at out.db
exits 0 '--last'
is "$(cat out)" '2023-11-14 22:13:22.000' 'prints the greatest value'
printf '%s\n' '{"id":1,"x":0.1,"d":99999999999}' \
	'{"id":2,"x":0.3,"d":123456789012345678901.5}' \
	'{"id":3,"x":-1e300,"d":-5}' >numbers
for target in numbers.db csv:numbers.d; do
	ndjson-to-sql -t n $target numbers
	is "$(ndjson-to-sql --last n.x $target) $(ndjson-to-sql --last n.d \
		$target)" '0.3 123456789012345678901.5' \
		"$target: ... of numbers, written with the fewest digits"
done
run ndjson-to-sql --last 'my "notes".a.b' out.db
exits 0 '--last of no row'
is "$(wc -c <out)" 0 'prints nothing'
run ndjson-to-sql --last users.nothing out.db
exits 2 '--last of no column'
like "$(cat err)" "^ndjson-to-sql: there is no column 'users.nothing'" \
	'says so'
run ndjson-to-sql --last users.id nothing.db
exits 2 '--last of no database'
like "$(cat err)" "cannot read 'nothing.db': No such file" 'says so'
is "$(ls nothing.db 2>/dev/null)" '' 'and makes none'
run ndjson-to-sql --describe=xml out.db
exits 2 'an unknown format'
like "$(cat err)" 'one of: text json markdown mermaid dot' 'names the known'
run ndjson-to-sql --describe out.db in.ndjson
exits 2 'a file to load beside --describe'
run ndjson-to-sql --describe --last users.id out.db
exits 2 'two questions'

# Reading disturbs nothing and needs no permission to write.
before=$(cksum <out.db)
run ndjson-to-sql --describe out.db
is "$(cksum <out.db)" "$before" 'the database is untouched'
if [ -e /dev/full ]; then
	ndjson-to-sql --describe out.db >/dev/full 2>err
	is $? 1 'a full disk is seen'
fi
run ndjson-to-sql --describe json out.db
fails 2 'takes one TARGET.*--describe=json' 'a format without its ='
done_testing
