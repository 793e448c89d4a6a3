#!/bin/sh
# Targets that need libduckdb, where there is none, or none that will do.
. "${0%/*}/lib.sh"

echo '{"id":1}' >in

run ndjson-to-sql --libduckdb ./none.so -t t out.duckdb in
fails 1 'out.duckdb: cannot load libduckdb: .*none.so.*duckdb.org.*--libduckdb' \
	'no library'
is "$(echo out.duckdb*)" 'out.duckdb*' '... leaves nothing'
LIBDUCKDB=./other.so
export LIBDUCKDB
run ndjson-to-sql -t t duckdb:out in
fails 1 'cannot load libduckdb: .*other.so' 'LIBDUCKDB names it'
run ndjson-to-sql --libduckdb ./none.so -t t duckdb:out in
fails 1 'cannot load libduckdb: .*none.so' '--libduckdb comes first'
echo 'no library' >other.so
run ndjson-to-sql -t t duckdb:out in
fails 1 'cannot load libduckdb: .*other.so' 'a file that is no library'
: >there.duckdb
run ndjson-to-sql --describe there.duckdb
fails 1 'cannot load libduckdb' '--describe needs it too'
run ndjson-to-sql -t t parquet:dir in
fails 1 'cannot load libduckdb' 'so does Parquet'
is "$(echo dir*)" 'dir*' '... which makes nothing'
unset LIBDUCKDB

# Libraries of our own making.
if command -v cc >/dev/null; then
	echo 'int nothing;' | cc -shared -fPIC -x c - -o empty.so
	run ndjson-to-sql --libduckdb ./empty.so -t t out.duckdb in
	fails 1 "empty.so' is not libduckdb" 'another library'
	echo 'const char *duckdb_library_version(void) { return "v1.3.2"; }' |
		cc -shared -fPIC -x c - -o old.so
	run ndjson-to-sql --libduckdb ./old.so -t t out.duckdb in
	fails 1 'libduckdb is v1.3.2, and 1.4 or newer is needed' 'an old one'
fi

# Nobody else needs it.
LIBDUCKDB=./none.so ndjson-to-sql -t t out.db in
is "$(sqlite3 out.db 'SELECT id FROM t')" 1 'SQLite needs none of it'

done_testing
