#!/bin/sh
# What may change in tables that exist: columns, types, contracts, rejects,
# and tables that somebody else has made.
. "${0%/*}/lib.sh"

sql() {
	sqlite3 "$@" 2>&1
}

echo '{"id":1,"a":1}' >first
ndjson-to-sql -t t base.db first

# after RECORD [OPTION...]: loads a record behind the first one
after() {
	cp base.db t.db
	echo "$1" >in
	shift
	run ndjson-to-sql -t t "$@" t.db in
}

after '{"id":2,"a":1.5,"b":"new","l":[1]}'
exits 0 'new members, another type, a list'
is "$(sql t.db 'SELECT id, a, b FROM t ORDER BY 1')" '1|1.0|
2|1.5|new' '... widen the table'
is "$(sql t.db 'PRAGMA integrity_check')" ok '... soundly'
after '{"id":2}'
is "$(sql t.db 'SELECT id, a FROM t ORDER BY 1')" '1|1
2|' 'a missing member is NULL'
echo '{"id":1,"n":null}' >in
ndjson-to-sql -t t null.db in
echo '{"id":1,"n":7}' >in
ndjson-to-sql -t t null.db in
is "$(sql null.db "SELECT n, typeof(n) FROM t;
	SELECT type FROM _columns WHERE column_name = 'n'")" '7|integer
bigint' 'a column that was null takes its first type'

# --- contracts

for part in columns types tables; do
	case $part in
	columns) record='{"id":2,"a":5,"b":1}' ;;
	types) record='{"id":2,"a":"x"}' ;;
	tables) record='{"id":2,"a":5,"l":[1]}' ;;
	esac
	after "$record" --contract $part=freeze
	fails 5 "line 1: the contract allows no new ${part%s}" \
		"$part are frozen"
	ok "$(cmp -s t.db base.db; echo $?)" '... and nothing is loaded'
	after "$record" --contract $part=discard-row
	fails 5 "the contract allows no new ${part%s}" \
		"$part: discard-row without --rejects"
	after "$record" --contract $part=discard-row --rejects rejects
	exits 0 "$part: discard-row"
	is "$(sql t.db 'SELECT id FROM t')" 1 '... leaves the row out'
	like "$(cat rejects)" \
		'^\{"line":1,"offset":0,"reason":"the contract.*","raw":"\{' \
		'... and keeps it'
	after "$record" --contract $part=discard-value
	exits 0 "$part: discard-value"
	is "$(sql t.db 'SELECT count(*) FROM t')" 2 '... keeps the row'
	like "$(cat err)" 'left 1 value out' '... and says what it left out'
	after "$record" --contract freeze --contract $part=evolve
	exits 0 "$part may evolve where all else is frozen"
done
run ndjson-to-sql -t t --contract tables=freeze new.db first
fails 5 "no new table, such as 't'" 'a frozen database gets no table'
run ndjson-to-sql -t t --contract columns=maybe new.db first
exits 2 'a contract that is none'

# --- rejects

printf '{"id":1}\nbad\n{"id":null}\n{"id":2}\n[]\n{"id":"\377"}\n' >in
rm -f t.db
run ndjson-to-sql -t t --rejects rejects t.db in
exits 0 'records at fault with --rejects'
is "$(sql t.db 'SELECT id FROM t')" '1
2' '... do not stop the others'
like "$(cat err)" 'warning: 4 records were rejected' '... and are counted'
is "$(sqlite3 t.db "SELECT json_extract(tables, '\$.t.rejected'),
	json_extract(tables, '\$.t.inserted') FROM _loads")" '1|2' \
	'... of their table, where a line tells it'
is "$(sql t.db 'SELECT rejected FROM _loads')" 4 '... and all of them'
ndjson-to-sql --describe t.db >out
like "$(tail -n 1 out)" 't: 2 inserted, 1 rejected; in all 4 rejected$' '... which --describe tells'
ndjson-to-sql --describe=json t.db >out
is "$(jq '.loads[0].rejected' out)" 4 '... as JSON, too'
sql t.db 'ALTER TABLE _loads DROP COLUMN rejected'
ndjson-to-sql --describe=json t.db >out
is "$(jq '.loads[0].rejected' out)" 0 'a ledger without that column can be read'
echo '{"id":2}' >same
run ndjson-to-sql -t t t.db same
is "$(sql t.db 'SELECT rejected FROM _loads' | tr '\n' ' ')" ' 0 ' \
	'... and gets it'
echo bad >bad
ndjson-to-sql -q --rejects bad.rejects -t t bad.db bad
is "$(sql bad.db 'SELECT rejected FROM _loads')" 1 \
	'a load of which nothing was taken tells it'
perl -e 'print "{\"id\":7,\"x", "\303\251" x 1500, "\":1}\n"' >long
ndjson-to-sql -q -t t --rejects long.rejects --contract columns=discard-row t.db long
run ndjson-to-sql -t long long.db long.rejects
exits 0 'a reason that was cut is UTF-8 still'
printf '{"id":3,"new":1}\n{"id":4}\n{"id":null}\n{"id":5,"new":2}\n' >next
run ndjson-to-sql -v -t t --rejects more.rejects \
	--contract columns=discard-row t.db next
like "$(cat err)" 't: 1 row in [0-9.]+ s, 2 columns, 3 rejected: 1 inserted$' \
	'... by the contract, too'
printf '{"_resource":"t","id":null}\n{"_resource":"u","id":1}\n' >two
run ndjson-to-sql -v --rejects two.rejects --contract tables=discard-row \
	t.db two
is "$(sqlite3 t.db "SELECT tables FROM _loads ORDER BY load_id DESC LIMIT 1" |
	jq -c 'map_values(.rejected)')" '{"t":1,"u":1}' \
	'... and in tables that got no row'
is "$(sed 's/"reason":"[^"]*"/R/' rejects)" \
'{"line":2,"offset":9,R,"raw":"bad"}
{"line":3,"offset":13,R,"raw":"{\"id\":null}"}
{"line":5,"offset":34,R,"raw":"[]"}
{"line":6,"offset":37,R,"raw_base64":"eyJpZCI6Iv8ifQ=="}' \
	'... each with its place and its bytes'
printf '{"id":1}\n{"id":null}\n' >in
run ndjson-to-sql -t t new.db in
fails 5 "line 2: the key's member 'id' is null" 'a null key'
printf '{"id":1}\n{"id":"x"}\n' >in
run ndjson-to-sql -t t new.db in
fails 5 "line 2: .*'id'.*--type 'id=text'" 'a key of another type'
printf '{"id":1}\n{"id":2' >in
run ndjson-to-sql -t t --rejects none new.db in
exits 4 'a cut stream is no reject'
is "$(ls none new.db 2>/dev/null)" '' '... and leaves no file'

# --- tables of somebody else

sql user.db 'CREATE TABLE t(id INTEGER PRIMARY KEY, userName TEXT,
	age INTEGER CHECK (age < 200), full TEXT AS (userName || "!"),
	note TEXT DEFAULT "mine");
	INSERT INTO t(id, userName, age, note) VALUES (1, "ann", 3, "keep")'
printf '%s\n' '{"id":1,"userName":"Ann","age":4,"full":"x"}' \
	'{"id":2,"userName":"Bob","age":5}' >in
run ndjson-to-sql -v -t t user.db in
exits 0 "a user's table"
is "$(sql user.db 'SELECT id, userName, age, full, note, full_2 FROM t')" \
'1|Ann|4|Ann!|keep|x
2|Bob|5|Bob!|mine|' '... gets its columns filled, and keeps the others'
like "$(cat err)" 't: .*: 1 inserted, 1 updated' '... by its own primary key'
printf '%s\n' '{"id":3,"age":6}' '{"id":4,"age":200}' '{"id":5,"age":7}' >in
run ndjson-to-sql -t t user.db in
fails 5 'line 2.*CHECK' 'a constraint of theirs'
is "$(sql user.db 'SELECT count(*) FROM t')" 2 '... keeps all out'
run ndjson-to-sql -t t --rejects rejects user.db in
exits 0 '... or with --rejects one'
is "$(sql user.db 'SELECT group_concat(id) FROM t')" 1,2,3,5 \
	'... and not the others'
like "$(cat rejects)" '"line":2,.*CHECK.*\\"id\\":4' '... which is kept'
# With a list and without one, of a new row and of one that is there.
for list in '' ',"l":[1,2]'; do
	printf '%s\n' '{"id":9,"age":1}' '{"id":9,"age":300}' \
		'{"id":8,"age":300}' "{\"id\":8,\"age\":2$list}" \
		"{\"id\":5,\"age\":8$list}" '{"id":5,"age":300}' \
		"{\"id\":5,\"age\":301$list}" '{"id":3,"age":6}' >in
	cp user.db last.db
	run ndjson-to-sql --stats json -t t --rejects rejects last.db in
	is "$(sql last.db 'SELECT id, age FROM t WHERE id IN (5, 8, 9)')" '5|8
8|2
9|1' "of a key the last record counts that is not refused$list"
	like "$(cat err)" '"t":\{"inserted":2,"updated":1,"unchanged":1,"deleted":0,"doubled":1,"rejected":3' \
		'... and each is counted once'
done
sql wr.db 'CREATE TABLE t(id TEXT PRIMARY KEY, v INT) WITHOUT ROWID, STRICT;
	INSERT INTO t VALUES ("a", 1)'
printf '%s\n' '{"id":"a","v":2}' '{"id":"b","v":3}' >in
run ndjson-to-sql -v -t t wr.db in
exits 0 'WITHOUT ROWID and STRICT'
is "$(sql wr.db 'SELECT id, v FROM t')" 'a|2
b|3' '... are merged into'
like "$(cat err)" 't: .*: 1 inserted, 1 updated' '... and counted'
run ndjson-to-sql --sync -t t wr.db in
fails 2 'rowid' '... but not synchronised'
sql view.db 'CREATE TABLE x(id); CREATE VIEW t AS SELECT * FROM x'
run ndjson-to-sql -t t view.db in
fails 2 "'t' is a view" 'a view'
for name in _loads _columns; do
	rm -f view.db
	sql view.db "CREATE VIEW $name AS SELECT 1 AS load_id"
	run ndjson-to-sql -t t view.db in
	fails 2 "'$name' is a view; .* rename it" "a view named $name"
done
sql trigger.db 'CREATE TABLE t(id PRIMARY KEY, v); CREATE TABLE log(id);
	CREATE TRIGGER g AFTER INSERT ON t BEGIN
		INSERT INTO log VALUES (new.id); END'
run ndjson-to-sql -v -t t trigger.db in
exits 0 'a table with a trigger'
is "$(sql trigger.db 'SELECT * FROM log')" 'a
b' '... which fires'
like "$(cat err)" 't: .*: 2 inserted$' '... and does not disturb the counts'
printf '%s\n' '{"id":"a","v":2}' '{"id":"c","v":4}' '{"id":"b","v":9}' >in
run ndjson-to-sql -v -t t trigger.db in
like "$(cat err)" 't: .*: 1 inserted, 1 updated, 1 unchanged' \
	'... nor those of a merge'
sql trigger.db 'CREATE TRIGGER h BEFORE INSERT ON t WHEN new.v > 10 BEGIN
	SELECT raise(FAIL, "too much"); END'
printf '%s\n' '{"id":"d","v":1}' '{"id":"e","v":11}' '{"id":"f","v":2}' >in
run ndjson-to-sql -t t trigger.db in
fails 5 'line 2: .*too much' 'a trigger that refuses a row'
run ndjson-to-sql --rejects rejects -t t trigger.db in
is "$(sql trigger.db 'SELECT group_concat(id) FROM t')" a,b,c,d,f \
	'... which --rejects leaves out'
sql counts.db 'CREATE TABLE Users(id INTEGER PRIMARY KEY, v);
	CREATE TABLE w(id INTEGER PRIMARY KEY, v) WITHOUT ROWID;
	CREATE TABLE g(id INTEGER PRIMARY KEY, v);
	CREATE TRIGGER gg AFTER INSERT ON g WHEN new.id < 100 BEGIN
		INSERT INTO g (id) VALUES (new.id + 100); END;
	INSERT INTO w VALUES (1, "same"), (2, "a"), (3, "m")'
printf '%s\n' '{"id":1,"v":1}' '{"id":2,"v":2}' >in
run ndjson-to-sql -v -t users counts.db in
like "$(cat err)" ': 2 inserted$' 'a table whose name is written otherwise is counted'
run ndjson-to-sql -v -t g counts.db in
like "$(cat err)" ': 2 inserted$' 'what a trigger adds to the table itself is not'
is "$(sql counts.db 'SELECT count(*) FROM g')" 4 '... but is there'
printf '%s\n' '{"id":1,"v":"same"}' '{"id":2,"v":"B"}' '{"id":3,"v":"n"}' \
	'{"id":3,"v":"m"}' '{"id":4,"v":"1"}' '{"id":4,"v":"2"}' >in
run ndjson-to-sql -v -t w counts.db in
like "$(cat err)" ': 1 inserted, 1 updated, 2 unchanged, 2 replaced by a later' \
	'WITHOUT ROWID: a key that comes twice counts once'
is "$(sql counts.db 'SELECT v FROM w')" 'same
B
m
2' '... the last one'
sql keys.db 'CREATE TABLE p(id INTEGER PRIMARY KEY);
	CREATE TABLE c(id INTEGER PRIMARY KEY, p REFERENCES p ON DELETE CASCADE);
	INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (7, 1)'
printf '%s\n' '{"_resource":"c","id":8,"p":3}' '{"_resource":"p","id":2}' >in
run ndjson-to-sql --sync keys.db in
exits 0 'a foreign key is not checked'
is "$(sql keys.db 'SELECT id FROM p; SELECT id FROM c')" '2
8' '... and --sync deletes what did not come'
echo '{"_resource":"p","id":9}' >in
run ndjson-to-sql --sync keys.db in
is "$(sql keys.db 'SELECT id FROM p; SELECT id FROM c')" '9
8' '... and nothing else'
sql rolls.db 'CREATE TABLE p(id INTEGER PRIMARY KEY, v);
	CREATE TRIGGER b BEFORE INSERT ON p WHEN new.v = 2 BEGIN
		SELECT raise(ROLLBACK, "not two"); END;
	CREATE TRIGGER i BEFORE INSERT ON p WHEN new.v = 4 BEGIN
		SELECT raise(IGNORE); END;'
printf '{"id":%s,"v":%s}\n' 1 1 2 2 3 3 >in
run ndjson-to-sql -t p --rejects rejects rolls.db in
fails 5 'line 2: a trigger rolled the load back: .*not two' \
	'a trigger that rolls back'
is "$(sql rolls.db 'SELECT count(*) FROM p')" 0 '... also with --rejects'
printf '{"id":%s,"v":%s}\n' 1 1 2 4 3 3 >in
run ndjson-to-sql -v -t p rolls.db in
exits 0 'a trigger that ignores a row'
like "$(cat err)" 'p: .*: 2 inserted$' '... leaves it out'
sql blob.db 'CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB) STRICT'
echo '{"id":1,"b":"x"}' >in
run ndjson-to-sql -t t blob.db in
exits 0 'a STRICT table with a column of BLOB'
is "$(sql blob.db 'SELECT b IS NULL, b_2 FROM t')" '1|x' \
	'... gets a column beside it'
sql fts.db 'CREATE VIRTUAL TABLE t USING fts5(b)' >fts.log
if [ ! -s fts.log ]; then
	for table in t t_content; do
		run ndjson-to-sql -t $table fts.db in
		fails 2 "'$table' is .*a virtual table" "virtual: $table"
	done
fi
sql same.db 'CREATE TABLE t(id, v); INSERT INTO t VALUES (1, 1), (1, 2)'
echo '{"id":2}' >in
run ndjson-to-sql -t t same.db in
fails 5 'share their key' 'a table whose rows share the key'


# --- a record is whole or absent

list() {
	printf '{"id":%d,"v":"%s","l":[%s],"m":[%s]}\n' "$@"
}
{
	list 1 a 1,2 9
	list 2 a 3 9
} >in
rm -f base.db
ndjson-to-sql -t t base.db in
sql base.db "CREATE TRIGGER small BEFORE INSERT ON t__l WHEN NEW.value > 100
		BEGIN SELECT RAISE(ABORT, 'too large'); END;
	CREATE TRIGGER small2 BEFORE UPDATE ON t__l WHEN NEW.value > 100
		BEGIN SELECT RAISE(ABORT, 'too large'); END;
	CREATE UNIQUE INDEX one ON t__m(value) WHERE value > 100;
	CREATE TRIGGER short BEFORE INSERT ON t WHEN length(NEW.v) > 3
		BEGIN SELECT RAISE(ABORT, 'too long'); END"
{
	list 1 b 1,200 8
	list 2 b 4,5 8
	list 3 b 101 8
	list 4 b 6 8
	list 5 long 7 8
	list 6 b 8 300
	list 7 b 9 300
	list 2 c 200 8
	list 1 d 1,2,3 8
	list 8 b 10 7
} >in
for mode in --merge --history; do
	cp base.db t.db
	[ $mode = --merge ] || {
		rm -f t.db
		{
			list 1 a 1,2 9
			list 2 a 3 9
		} | ndjson-to-sql --history -t t t.db
		sql base.db .schema | grep -e TRIGGER -e BEGIN -e one |
			sqlite3 t.db
	}
	run ndjson-to-sql $mode -v --rejects rejects -t t t.db in
	exits 0 "$mode: rows of lists that are refused"
	is "$(sed 's/^{"line":\([0-9]*\),.*/\1/' rejects | sort -n | tr '\n' ' ')" \
		'3 5 7 8 ' '... reject their records, but for who was replaced'
	now=
	[ $mode = --merge ] || now='WHERE _valid_to IS NULL'
	is "$(sql t.db "SELECT id, v FROM t $now ORDER BY 1")" '1|d
2|b
4|b
6|b
8|b' '... whose other rows stay away'
	key=id
	[ $mode = --merge ] || key=_id
	is "$(sql t.db "SELECT t.id, group_concat(l.value) FROM t JOIN t__l AS l
		ON l._parent_id = t.$key $now GROUP BY 1")" '1|1,2,3
2|4,5
4|6
6|8
8|10' '... of lists, too'
	is "$(sql t.db "SELECT count(*) FROM t__l WHERE _parent_id NOT IN
		(SELECT $key FROM t)")" 0 '... and none is left alone'
done
like "$(cat err)" 't: .*, 4 rejected' '... and are counted for the table'

# --- lists whose tables would have one name

echo '{"id":1,"l":[1],"L":[2],"a":{"b":[1]},"a__b":[2]}' >in
run ndjson-to-sql -t t lists.db in
exits 0 'lists of one name'
is "$(cat err)" \
"ndjson-to-sql: warning: t: '\$.L[*]' has the name of a table that is there; its rows are in 't__l_2'
ndjson-to-sql: warning: t: '\$.a__b[*]' has the name of a table that is there; its rows are in 't__a__b_2'" \
	'... are warned of'
run ndjson-to-sql -t t lists.db in
is "$(cat err)" '' '... by the load that makes the tables'
sqlite3 users.db 'CREATE TABLE t__l (x)'
echo '{"id":1,"l":[1]}' >in
run ndjson-to-sql -t t users.db in
like "$(cat err)" "warning: t: '.\.l\[\*\]' has the name.*'t__l_2'\$" \
	'... also where the table is somebody else'"'"'s'

# --- the same tables, however the stream comes

slowly() {
	while read -r record; do
		echo "$record"
		sleep 0.1
	done
}
printf '%s\n' '{"id":1,"a":null,"b":1,"c":1,"d":null}' '{"id":2,"c":1.5,"a":1,"d":1}' \
	'{"id":3,"b":1.5,"l":[1]}' '{"id":4,"l":["x"]}' >in
ndjson-to-sql -t t whole.db in
slowly <in | ndjson-to-sql -t t slow.db
is "$(sql slow.db .schema)" "$(sql whole.db .schema)" \
	'a stream that comes line by line makes the tables that a file does'
like "$(sql slow.db .schema)" '"id" BIGINT, "a" BIGINT, "b" DOUBLE, "c"' \
	'... with the columns in the order of the members'

# --- a table that somebody dropped

echo '{"id":1,"l":[1],"v":1}' | ndjson-to-sql -t k gone.db
sqlite3 gone.db 'DROP TABLE k; DROP TABLE k__l'
run ndjson-to-sql -t k --type id=text gone.db <<'EOT'
{"id":"x","l":[2]}
EOT
exits 0 'a table that is gone may get a key of another type'
run ndjson-to-sql -t k gone.db <<'EOT'
{"id":"x","l":[2,3]}
EOT
is "$(sqlite3 gone.db 'SELECT k.id, value FROM k, k__l')" 'x|2
x|3' '... that stays'
sqlite3 gone.db 'DROP TABLE k; DROP TABLE k__l'
run ndjson-to-sql -t k --key name gone.db <<'EOT'
{"name":"a"}
{"name":"a"}
EOT
is "$(sqlite3 gone.db 'SELECT name FROM k')" a '... or another key'
sqlite3 gone.db 'DROP TABLE k; DROP TABLE k__l'
run ndjson-to-sql -t k --history gone.db <<'EOT'
{"id":1}
EOT
exits 0 '... or a history'
sqlite3 gone.db 'DROP TABLE k; DROP TABLE k__l'
for n in 1 2; do
	run ndjson-to-sql -t k gone.db <<-'EOT'
	{"id":1}
	EOT
done
exits 0 '... and none again'
echo '{"id":1,"l":[1]}' >in
ndjson-to-sql -t k gone.db in
sqlite3 gone.db 'DROP TABLE k'
for mode in --merge --append --replace --sync --history --key=name; do
	run ndjson-to-sql $mode -t k gone.db in
	fails 2 "'k' is gone, but 'k__l' is not, .*; drop that as well" \
		"... but not without its lists: $mode"
done
sqlite3 gone.db 'DROP TABLE k__l'
run ndjson-to-sql -t k gone.db in
exits 0 '... which are gone, too'

# --- what others have made of a column that gets another type

echo '{"id":1,"n":1}' | ndjson-to-sql -t w used.db
sqlite3 used.db 'CREATE INDEX "w i" ON w(n); CREATE INDEX we ON w(n * 2);
	CREATE UNIQUE INDEX wu ON w(n, id) WHERE n > 0;
	CREATE VIEW wv AS SELECT n FROM w; -- all of it
	CREATE TABLE seen (n);
	CREATE TRIGGER wt AFTER UPDATE OF n ON w BEGIN
		INSERT INTO seen VALUES (new.n); END;
	CREATE TRIGGER wvt INSTEAD OF INSERT ON wv BEGIN SELECT 1; END'
others="SELECT type, name, tbl_name, sql FROM sqlite_schema
	WHERE name IN ('w i', 'we', 'wu', 'wv', 'wt', 'wvt') ORDER BY name"
sqlite3 used.db "$others" >before
run ndjson-to-sql -t w used.db <<'EOT'
{"id":2,"n":1.5}
EOT
exits 0 'a column with indexes, a view and triggers gets another type'
sqlite3 used.db "$others" >after
is "$(cat after)" "$(cat before)" '... and all of them are there again'
is "$(sqlite3 used.db 'SELECT typeof(n), n FROM wv; SELECT * FROM seen;
	PRAGMA integrity_check')" 'real|1.0
real|1.5
ok' '... and right; no trigger has run'
like "$(sqlite3 used.db 'EXPLAIN QUERY PLAN SELECT id FROM w WHERE n = 1.5')" \
	'USING INDEX w i' '... an index is used'

# --- what does not work

# broken NAME SQL: a database with table w, and what SQL makes of it.
broken() {
	rm -f broken.db
	echo '{"id":1,"n":1}' | ndjson-to-sql -t w broken.db
	sqlite3 broken.db "$2"
	run ndjson-to-sql -t w broken.db <<-'EOT'
	{"id":2,"n":1.5}
	EOT
	case $1 in
	*:*) fails 2 "${1#*: }" "a broken ${1%%:*}" ;;
	*)
		exits 0 "$1 that does not work"
		run ndjson-to-sql --describe broken.db
		exits 0 '... is no matter for --describe'
		;;
	esac
	is "$(sqlite3 broken.db 'SELECT count(*), max(typeof(n)) FROM w')" \
		"$3" '... and the rows'
}
broken 'a view of a table' 'CREATE VIEW v AS SELECT a FROM gone;
	CREATE TRIGGER vt INSTEAD OF INSERT ON v BEGIN SELECT 1; END' '2|real'
is "$(sqlite3 broken.db "SELECT sql FROM sqlite_schema WHERE name = 'v'")" \
	'CREATE VIEW v AS SELECT a FROM gone' '... and the view'
echo '{"id":1}' >in
run ndjson-to-sql -t v broken.db in
fails 2 "'v' is a view" '... whose name is taken'
broken 'a view of a column' 'CREATE VIEW v AS SELECT gone FROM w' '2|real'
broken 'a view of itself' 'CREATE VIEW v AS SELECT * FROM u;
	CREATE VIEW u AS SELECT * FROM v' '2|real'
broken 'a virtual table' "PRAGMA writable_schema=1; INSERT INTO sqlite_schema
	VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING gone(x)')" \
	'2|real'
broken "another table's trigger" 'CREATE TABLE o (a); CREATE TRIGGER g
	AFTER INSERT ON o BEGIN INSERT INTO gone VALUES (1); END' '2|real'
broken "trigger: ^ndjson-to-sql: trigger 'g' does not work: no such table: \
main\\.gone; mend it, or drop it\$" 'CREATE TRIGGER g AFTER UPDATE ON w BEGIN
	INSERT INTO gone VALUES (1); END' '1|integer'
broken "trigger's view: view 'v' does not work: no such table" \
	'CREATE VIEW v AS SELECT * FROM gone; CREATE TRIGGER g
	AFTER INSERT ON w BEGIN DELETE FROM w WHERE n IN v; END' '1|integer'
broken "trigger's column: trigger 'g' does not work: table w has no column" \
	'CREATE TRIGGER g AFTER INSERT ON w BEGIN
	INSERT INTO w (nowhere) VALUES (1); END' '1|integer'

sql theirs.db 'CREATE TABLE c(id TEXT PRIMARY KEY, name TEXT COLLATE NOCASE,
	x COLLATE RTRIM);
	CREATE TABLE h(id TEXT PRIMARY KEY, _rowid_ TEXT);'
for name in ada ADA; do
	printf '{"id":"a","name":"%s","x":"%s"}\n' $name 'x ' >in
	run ndjson-to-sql -t c theirs.db in
done
is "$(sql theirs.db 'SELECT name FROM c')" ADA \
	'a change that a collation does not see is written'
printf '{"id":"a","name":"ADA","x":"x"}\n' >in
run ndjson-to-sql --stats json -t c theirs.db in
like "$(cat err)" '"updated":1,' '... nor one of spaces'
printf '{"id":"a"}\n{"id":"b"}\n' >in
run ndjson-to-sql --stats json -t h theirs.db in
like "$(cat err)" '"inserted":2,' 'a column that is called _rowid_'
run ndjson-to-sql --sync -t h theirs.db in
fails 2 "'h' was made without, or has a column" \
	'... leaves --sync nothing to go by'

# --- what somebody else has made of a column that becomes wider

printf '{"id":"a","n":1,"y":1.5}\n{"id":"b","n":3}\n' >in
ndjson-to-sql -t r wider.db in
sql wider.db "CREATE UNIQUE INDEX rn ON r(n);
	CREATE TABLE fk(x, n REFERENCES r(n)); INSERT INTO fk VALUES (1, 1);
	INSERT INTO r(id, y) VALUES ('c', 'n/a'), ('d', x'00ff')"
before=$(sql wider.db .schema | grep fk)
printf '{"id":"b","n":1.5,"y":123456789012345678901}\n' >in
run ndjson-to-sql -t r wider.db in
exits 0 'a column that another table refers to becomes wider'
is "$(sql wider.db .schema | grep fk; sql wider.db \
	'PRAGMA foreign_key_check')" "$before" '... and is referred to as before'
is "$(sql wider.db 'SELECT id, n, y, hex(y) FROM r ORDER BY 1' | cut -c1-24)" \
	'a|1.0|1.5|312E35
b|1.5|123456789012345678
c||n/a|6E2F61
d|||00FF' '... and what is no number in it stays'
for target in exact.db csv:exact ndjson:exact.n; do
	for n in 9007199254740993 9223372036854775807; do
		rm -rf exact*
		echo '{"id":"a","n":1}' | ndjson-to-sql -t r $target
		case $target in
		*:*) sed -i "/a/s/\\([:,]\\)1\\([,}]\\)/\\1$n\\2/" "${target#*:}"/r.* ;;
		*) sql $target "UPDATE r SET n = $n" ;;
		esac
		echo '{"id":"b","n":0.5}' >in
		run ndjson-to-sql -t r $target in
		fails 5 "'n' of 'r' .*would round the $n" \
			"$target: a $n that somebody else wrote is not rounded"
	done
done

done_testing
