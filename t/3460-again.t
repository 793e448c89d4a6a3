#!/bin/sh
# SPDX-License-Identifier: ISC
# Rows that come again are compared with the pages of the file, where that is
# in rollback mode. The outcome must be that of a file in WAL mode, where
# SQLite hands the rows out.
. "${0%/*}/lib.sh"

# contents FILE: all rows, and what the last load counted.
contents() {
	sqlite3 "$1" 'SELECT tables FROM _loads ORDER BY load_id DESC LIMIT 1'
	for table in $(sqlite3 "$1" "SELECT name FROM sqlite_schema WHERE
		type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'"); do
		columns=$(sqlite3 "$1" "SELECT group_concat('quote(\"' || name
			|| '\"), typeof(\"' || name || '\")') FROM
			pragma_table_info('$table') WHERE name <> '_load_id'")
		sqlite3 "$1" "SELECT rowid, $columns FROM \"$table\""
	done
}

# alike NAME [OPTION...]: loads `first`, prepares by `sql`, loads `second`.
alike() {
	name=$1
	shift
	rm -f file.db wal.db*
	ndjson-to-sql -q -t t file.db first
	[ -z "$sql" ] || sqlite3 file.db "$sql" >/dev/null
	cp file.db wal.db
	sqlite3 wal.db 'PRAGMA journal_mode=WAL' >/dev/null
	run ndjson-to-sql -q "$@" -t t file.db second
	exits 0 "$name: loads"
	ndjson-to-sql -q "$@" -t t wal.db second
	is "$(sqlite3 file.db 'PRAGMA integrity_check')" ok "$name: is sound"
	contents file.db >file.txt
	contents wal.db >wal.txt
	cmp file.txt wal.txt >&2
	ok $? "$name: is the same"
}

# counts WANTED NAME: of table t, by the last load.
counts() {
	is "$(head -n 1 file.txt | jq -r '.t | "\(.inserted) \(.updated)" +
		" \(.unchanged) \(.doubled)"')" "$1" "$2"
}

repeat() {
	perl -e 'for my $n (1 .. shift) { eval $ARGV[0]; die $@ if $@ }' "$@"
}

sql=
mock-logto --print logs --logs 3000 >first
cp first second
alike 'logs'
counts '0 0 3000 0' '... that did not change'
for bytes in 512 4096 65536; do
	sql="PRAGMA journal_mode=DELETE; PRAGMA page_size=$bytes; VACUUM"
	alike "pages of $bytes bytes"
	counts '0 0 3000 0' '... that did not change'
done
sql=
perl -pe 's/"result":"Success"/"result":"Error"/ if $. % 7 == 0;
	s/SignIn/Sign/g if $. % 11 == 0; s/"prompt":"consent",// if $. % 5 == 0;
	$_ = "" if $. % 13 == 0' first >second
perl -ne 'print if $. % 10 == 0; print if $. % 17 == 0' first >>second
alike 'logs of which some changed, and some came again'
alike 'the same with --sync' --sync
alike 'the same in another order' --commit-every 1s
sql='DELETE FROM t WHERE rowid % 3 = 0; UPDATE t SET key = NULL
	WHERE rowid % 7 = 0; DELETE FROM t__payload__prompt__reasons
	WHERE rowid % 2 = 0; ALTER TABLE t ADD COLUMN more DEFAULT 5'
alike 'a table that somebody else has changed'
sql=

# Values of all kinds, and records longer than a page.
# shellcheck disable=SC2016
value='my @v = (0, 1, -1, 127, -129, 40000, 2 ** 31, -2 ** 40, 2 ** 62);
	my $i = $v[($n + $more) % 9]; printf "{\"id\":%d,\"i\":%d,\"d\":%.1f," .
	"\"b\":%s,\"t\":\"%s\",\"z\":%s,\"l\":[%s]}\n", $n, $i,
	($n + $more) % 5 / 2, ($n + $more) % 2 ? "true" : "false",
	"x" x ($n * $n % 70000), $n % 3 ? "null" : "7",
	join(",", 0 .. ($n + $more) % 6)'
repeat 400 "my \$more = 0; $value" >first
repeat 400 "my \$more = \$n % 9 == 0; $value" >second
alike 'values of all kinds'
counts '0 44 356 0' '... of which some changed'

# What the file says of a key that came before in the load does not count.
printf '{"id":%d,"v":1,"l":[1,2,3]}\n' 1 2 3 >first
{
	printf '{"id":%d,"v":2,"l":[1]}\n' 1 2
	repeat 20000 'printf "{\"id\":%d,\"v\":\"%s\"}\n", $n + 9, "x" x 99'
	printf '{"id":%d,"v":1,"l":[1,2,3]}\n' 1 3
} >second
alike 'a key that comes again much later'
counts '20000 2 1 1' '... is counted'
is "$(sqlite3 file.db 'SELECT v FROM t WHERE id < 4;
	SELECT count(*) FROM t__l')" '1
2
1
7' '... and its last record counts'
printf '{"id":1,"v":1}\n{"id":2,"v":1}\n' >first
printf '{"id":1,"v":2}\n{"id":1,"v":1}\n' >second
alike 'a key that comes again as the table has it'
is "$(sqlite3 file.db 'SELECT v FROM t')" '1
1' '... stays'

# A list that is new, in a record that comes again.
printf '{"id":%d,"v":1}\n' 1 2 >first
{
	printf '{"id":%d,"v":1,"l":[1,2]}\n' 1 2
	repeat 20000 'printf "{\"id\":%d,\"v\":\"%s\"}\n", $n + 9, "x" x 99'
	printf '{"id":%d,"v":1,"l":[3]}\n' 1
} >second
alike 'a new list that comes again'
is "$(sqlite3 file.db 'SELECT _parent_id, value FROM t__l ORDER BY 1, 2')" \
	'1|3
2|1
2|2' '... is the last one'

# A column that changes its type moves, and its values with it.
repeat 50 'print "{\"id\":$n,\"a\":$n,\"b\":$n}\n"' >first
repeat 50 'print "{\"id\":$n,\"a\":", $n + ($n == 9) / 2, ",\"b\":$n}\n"' \
	>second
alike 'a type that changes'
repeat 50 'print "{\"id\":$n,\"a\":$n,\"b\":$n,\"c\":",
	$n % 2 ? "null" : $n, "}\n"' >second
alike 'a column that comes'
counts '0 25 25 0' '... changes the rows that have it'
repeat 50 'print "{\"id\":$n,\"b\":$n}\n"' >second
alike 'a column that goes'
done_testing
