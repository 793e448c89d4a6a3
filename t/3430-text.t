#!/bin/sh
# SPDX-License-Identifier: ISC
# What is NDJSON and what is not, as ndjson-to-sql sees it: each text is
# loaded whole, or nothing of it is and one message says why.
. "${0%/*}/lib.sh"

# text NAME FORMAT: writes in.ndjson with printf and loads it.
text() {
	rm -f out.db
	# shellcheck disable=SC2059 # the text is a format, for its escapes
	printf "$2" >in.ndjson
	run ndjson-to-sql -t t out.db in.ndjson
}

# accepts ROWS NAME FORMAT
accepts() {
	text "$2" "$3"
	exits 0 "$2"
	is "$(sqlite3 out.db 'SELECT count(*) FROM t')" "$1" "$2: rows"
}

# rejects STATUS PATTERN NAME FORMAT
rejects() {
	text "$3" "$4"
	fails "$1" "$2" "$3"
	is "$(ls out.db 2>/dev/null)" '' "$3: no database"
}

accepts 2 'two records' '{"a":1}\n{"a":2}\n'
accepts 2 'a byte order mark in front' '\357\273\277{"a":1}\n{"a":2}\n'
accepts 2 'CRLF' '{"a":1}\r\n{"a":2}\r\n'
accepts 2 'blank lines' '\n{"a":1}\n \t\n\n{"a":2}\n\r\n'
accepts 1 'white space around a record' ' \t{ "a" : 1 } \n'
accepts 1 'an object without a member' '{}\n'
accepts 1 'an escaped NUL' '{"a":"x\\u0000y"}\n'
is "$(sqlite3 out.db 'SELECT hex(a) FROM t')" 780079 'a NUL is stored'
accepts 1 'a surrogate pair' '{"a":"\\ud83d\\ude00"}\n'
is "$(sqlite3 out.db 'SELECT a FROM t')" '😀' 'a pair is one character'
accepts 1 'a member twice' '{"a":1,"b":2,"a":3}\n'
is "$(sqlite3 out.db 'SELECT a FROM t')" 3 'the last of two members counts'
like "$(cat err)" "^ndjson-to-sql: warning: .*'?a'?" 'and a warning says so'

rejects 5 "line 1: malformed JSON.*NDJSON, one JSON object a line" 'CSV' \
	'id,name\n1,x\n'
text 'a first record that is malformed' '{"a":}\n'
unlike "$(cat err)" 'NDJSON' 'of a malformed object nothing is said of formats'
run ndjson-to-sql -t t out.parquet in.ndjson
fails 2 "'out\.parquet' would be one file.*: 'parquet:out'" 'a file of Parquet'

line="line 2"
rejects 5 "in.ndjson.*$line.*something after" 'two values on a line' \
	'{"a":1}\n{"a":2}{"a":3}\n'
rejects 5 "$line.*something after" 'two values and a space' \
	'{"a":1}\n{"a":2} {"a":3}\n'
rejects 5 "$line.*malformed" 'NaN' '{"a":1}\n{"a":NaN}\n'
rejects 5 "$line.*invalid number" 'minus Infinity' '{"a":1}\n{"a":-Infinity}\n'
rejects 5 "$line.*malformed" 'a trailing comma' '{"a":1}\n{"a":1,}\n'
rejects 5 "$line.*malformed" 'single quotes' '{"a":1}\n{'"'a'"':1}\n'
rejects 5 "$line.*malformed" 'a comment' '{"a":1}\n{/**/}\n'
rejects 5 "$line.*invalid number" 'a leading zero' '{"a":1}\n{"a":01}\n'
rejects 5 "$line.*must be a JSON object; .*jq -c '\.\[\]'" 'a list' '{"a":1}\n[{"a":1}]\n'
rejects 5 "$line.*must be a JSON object" 'a number' '{"a":1}\n2\n'
rejects 5 "$line.*must be a JSON object" 'a null' '{"a":1}\nnull\n'
rejects 5 "$line.*must be a JSON object" 'a string' '{"a":1}\n"x"\n'
rejects 5 "$line.*half a surrogate" 'a surrogate alone' \
	'{"a":1}\n{"a":"\\ud800"}\n'
rejects 5 "$line.*invalid UTF-8" 'a byte that is no UTF-8' \
	'{"a":1}\n{"a":"\377"}\n'
rejects 5 "$line.*invalid UTF-8" 'Latin-1' '{"a":1}\n{"a":"na\357ve"}\n'
rejects 5 "$line.*raw control" 'a raw tab in a string' '{"a":1}\n{"a":"\t"}\n'
rejects 5 "$line" 'a byte order mark later on' '{"a":1}\n\357\273\277{"a":2}\n'
rejects 5 "line 1" 'UTF-16' '\377\376{\000}\000\n\000'
rejects 5 "line 1" 'a list over several lines' '[\n{"a":1}\n]\n'
rejects 4 "$line does not end" 'a line without its end' '{"a":1}\n{"a":2}'
rejects 3 'ends in a failure.*: no' 'the fragment of a producer that failed' \
	'{"a":1}\n{"_error":{"status":3,"message":"no"'

awk 'BEGIN { printf "{\"a\":"; for (i = 0; i < 1023; i++) printf "["
	for (i = 0; i < 1023; i++) printf "]"; print "}" }' >in.ndjson
rm -f out.db
run ndjson-to-sql -t t out.db in.ndjson
exits 0 '1,024 levels'
sed 's/\[/[[/; s/\]/]]/' in.ndjson >deep.ndjson
rm -f out.db
run ndjson-to-sql -t t out.db deep.ndjson
fails 5 'line 1.*deeper than 1024 levels' 'one more'

# A line of 100 MB is a record like any other; the limit is 256 MB.
awk 'BEGIN { s = "x"; for (i = 0; i < 20; i++) s = s s
	printf "{\"a\":\""; for (i = 0; i < 100; i++) printf "%s", s
	print "\"}" }' >long.ndjson
rm -f out.db
run ndjson-to-sql -t t out.db long.ndjson
exits 0 'a line of 100 MB'
is "$(sqlite3 out.db 'SELECT length(a) FROM t')" 104857600 'is there whole'
{ tr -d '\n' <long.ndjson && tr -d '\n' <long.ndjson && cat long.ndjson; } |
	ndjson-to-sql -t t other.db 2>err
status=$?
is "$status" 5 'a line of 300 MB'
like "$(cat err)" 'line 1 is longer than 268435456 bytes' 'is refused'

# Compressed files are read as they are.
printf '%s\n' '{"a":1}' '{"a":2}' | gzip >in.ndjson.gz
rm -f out.db
run ndjson-to-sql -t t out.db in.ndjson.gz
exits 0 'a .gz file'
is "$(sqlite3 out.db 'SELECT count(*) FROM t')" 2 'is decompressed'
rm -f out.db
head -c 30 in.ndjson.gz >cut.ndjson.gz
run ndjson-to-sql -t t out.db cut.ndjson.gz
fails 5 "'cut.ndjson.gz' ends inside its gzip data: it was cut" 'a cut one'
is "$(ls out.db 2>/dev/null)" '' 'loads nothing'
ndjson-to-sql -t t out.db <in.ndjson.gz
is "$(sqlite3 out.db 'SELECT count(*) FROM t')" 2 'standard input as well'
rejects 5 "line 1: .*; 'jq -c \." 'an object over several lines' '{\n"a":1}\n'
rejects 5 "line 1: .*; 'jq -c \.\[\]'" 'a list over several lines' '[\n{"a":1}]\n'

done_testing
