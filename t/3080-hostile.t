#!/bin/sh
# NDJSON that means harm: it is loaded, or refused with a reason, in little
# memory and in time that grows with its size alone. doc/logto-pipeline.7,
# HOSTILE INPUT, has the same cases. HOSTILE_MB (50) is the size of large lines.
. "${0%/*}/lib.sh"

size=${HOSTILE_MB:-50}000000

# load MB OPTION...: of `in`, into a new t.db.
load() {
	rm -f t.db
	space_of_load=$1
	shift
	bounded "$space_of_load" ndjson-to-sql "$@" t.db in
}
# finds SQL WANTED NAME
finds() {
	is "$(sqlite3 t.db "$1")" "$2" "$3"
}

# --- many of something

perl -e 'print "{\"id\":1"; print ",\"c$_\":$_" for 1 .. 100_000; print "}\n"' >in
load 500 -t t
exits 0 'a record of 100,000 columns'
finds "SELECT count(*) FROM pragma_table_info('t')" 1000 '... has 1,000'
finds "SELECT count(*), max(value) FROM t, json_each(_rest)" '99003|100000' \
	'... and the others in _rest'
perl -e 'print "{\"id\":$_,\"c$_\":$_}\n" for 1 .. 100_000' >in
load 600 -t t
exits 0 'a column for each of 100,000 records'
finds 'SELECT count(*), count(_rest), count(c900), sum(c900) FROM t' \
	'100000|99003|1|900' '... which are all there'
perl -e 'print "{\"id\":$_,\"l$_\":[$_]}\n" for 1 .. 3000' >in
load 500 -t t
exits 0 'a list for each of 3,000 records'
finds "SELECT count(*) FROM sqlite_schema WHERE type = 'table'
	AND name LIKE 't!_!_%' ESCAPE '!'" 997 '... makes no more than 1,000 tables'
finds 'SELECT count(_rest) FROM t' 2003 '... and the others in _rest'
perl -e 'print "{\"id\":1,\"a\":{", join(",", map { "\"k\":$_" } 1 .. 200_000),
	"}}\n"' >in
load 500 -t t
exits 0 'a member 200,000 times'
finds 'SELECT a__k FROM t' 200000 '... is the last one'
(perl -e 'print "{\"id\":1"; print ",\"c$_\":$_" for 1 .. 1200; print "}\n";
	print "{\"id\":2"; print ",\"x", $_ % 50_000, "\":$_" for 1 .. 100_000;
	print "}\n"') >in
load 500 -t t
exits 0 'members without columns, twice'
finds "SELECT count(*), min(value), max(value) FROM t, json_each(_rest)
	WHERE t.id = 2" '50000|50001|100000' '... are the last ones'

# Each value brings its path: a short line makes a _rest above the limit.
perl -e '$k = "k" x 100_000; print "{\"id\":1,\"$k\":{",
	join(",", map { "\"m$_\":1" } 1 .. 2750), "}}\n{\"id\":2}\n"' >in
load 1200 -t t --max-columns 8 --rejects no
exits 0 'a _rest that is too long'
finds 'SELECT id, _rest IS NULL FROM t' '2|1' '... is not cut'
like "$(head -c 200 no)" 'what finds no column is longer than 268435456 bytes' \
	'... and its record rejected'

# --- deep

perl -e 'print "{\"id\":1,\"d\":", "[" x 100_000, "]" x 100_000, "}\n"' >in
load 300 -t t
fails 5 'line 1: JSON nested deeper than 1024 levels' '100,000 lists in lists'
perl -e 'print "{\"id\":1,\"d\":", "{\"k\":" x 100_000, "1", "}" x 100_000,
	"}\n{\"id\":2}\n"' >in
load 300 -t t --rejects no
exits 0 '100,000 objects in objects'
like "$(cut -c 1-99 no)" 'nested deeper than 1024 levels' '... are rejected'
finds 'SELECT id FROM t' 2 '... and the next record is not'
perl -e 'print "{\"id\":1,\"d\":", "[" x 1022, "]" x 1022, "}\n"' >in
load 300 -t t -d 100
exits 0 'as deep as may be'
perl -e 'print "[" x 10_000_000, "\n"' >in
load 500 -t t
fails 5 'line 1' 'brackets alone'

# --- names

cat >in <<'EOT'
{"_resource":"t\"; DROP TABLE t; --","id":1,"x') , (\"y":1,"[a]":2,"`b`":3}
{"_resource":"select","id":1,"from":1,"\u0000":2,"":3,"a\u0000b":4}
{"_resource":"group","id":1,"rowid":2,"oid":3,"_rowid_":4,"ID":5,"iD":6}
{"_resource":"../../etc/passwd","id":1}
{"_resource":"\u0000","id":1}
{"_resource":"a' OR 1=1","id":"'; DROP TABLE t; --"}
EOT
load 300
exits 0 'names that are SQL'
finds "SELECT group_concat(name, ' ') FROM (SELECT name FROM sqlite_schema
	WHERE type = 'table' AND name NOT LIKE '!_%' ESCAPE '!' ORDER BY name)" \
	"$(printf '%s' 'a_or_1_1 group select t_drop_table_txxx x')" \
	'... are names'
echo '{"_resource":"sqlite_schema","id":1}' >in
load 300
fails 2 "no table can be called 'sqlite_schema'.*--table" "a name of SQLite's own"
echo '{"_resource":"_Loads","id":1}' >in
load 300
fails 5 "the table '_loads' keeps the books" 'a name of ours'
perl -e 'for (1 .. 50) { print "{\"id\":$_,\"", "n$_" x 5000, "\":$_,\"",
	"n$_" x 5000, "x\":{\"", "k" x 10_000, "\":$_}}\n" }' >in
load 300 -t t
exits 0 'names of 10 KB'
finds "SELECT max(length(name)) <= 63, count(*) FROM pragma_table_info('t')" \
	'1|102' '... are cut, and stay apart'
finds "SELECT max(length(path)) > 20000 FROM _columns" 1 '... by their paths'
perl -e 'print "{\"_resource\":\"", "r" x 10_000, "\",\"id\":\"",
	"i" x 100_000, "\"}\n"' >in
load 300
exits 0 'a resource of 10 KB'
finds "SELECT length(id) FROM (SELECT * FROM \"$(sqlite3 t.db "SELECT name
	FROM sqlite_schema WHERE name LIKE 'r%' AND type = 'table'")\")" 100000 '... and its id'

# --- large

perl -e 'print "{\"id\":1,\"x\":\"", "x" x $ARGV[0], "\"}\n{\"id\":2}\n"' $size >in
load 900 -t t
if [ "$size" -lt 268435456 ]; then
	exits 0 'a long record'
	finds 'SELECT max(length(x)) FROM t' "$size" '... is loaded'
else
	fails 5 'line 1 is longer than 268435456 bytes' 'a record that is too long'
	load 900 -t t --rejects no
	exits 0 'which is rejected'
	finds 'SELECT group_concat(id) FROM t' 2 '... alone'
fi
perl -e 'print "{\"id\":1,\"x\":[0", ",0" x 9_000_000, "]}\n{\"id\":2}\n"' >in
load 900 -t t
fails 5 "line 1: JSON of more than 16777216 values, names" 'too many values'
load 900 -t t --rejects no
exits 0 'which are rejected'
perl -e 'binmode STDOUT; print "\0" x $ARGV[0], "\n"' $size >in
load 900 -t t
fails 5 'line 1' 'zeros'
perl -e 'print " " x $ARGV[0], "{\"id\":1}\n", "\n" x 1_000_000' $size >in
load 900 -t t
if [ "$size" -lt 268435456 ]; then
	exits 0 'blanks'
	finds 'SELECT id FROM t' 1 '... and a record'
fi
perl -e 'print "{\"id\":1,\"x\":\""; print "x" x 1_000_000 for 1 .. $ARGV[0];
	print "\"}\n"' "$((${HOSTILE_MB:-50} + 250))" | gzip -1 >bomb.gz
bounded 900 ndjson-to-sql -t t t.db bomb.gz
fails 5 'line 1 is longer than 268435456 bytes' 'a small file with a large line'
rm -f bomb.gz

done_testing
