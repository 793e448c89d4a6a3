#!/bin/sh
# Libraries that only some targets need: they are not needed to build, cost
# nothing until they are used, and where one is missing all else works.
. "${0%/*}/lib.sh"

printf '{"_resource":"t","id":1}\n' >in
mkdir broken
: >broken/libpq.so.5
: >broken/libzstd.so.1
: >broken/libduckdb.so

is "$(grep -El 'include .*(libpq-fe|duckdb|zstd)\.h>' "$root"/cmd/*/*.[ch] \
	"$root"/lib/*)" '' 'their headers are not needed to build'
run env LD_DEBUG=files ndjson-to-sql out.db in
exits 0 'a load into SQLite'
like "$(cat err)" 'libsqlite3' 'tells what it opens'
unlike "$(cat err)" 'libpq|libduckdb|libzstd' '... and no library of another target'
run env LD_DEBUG=files ndjson-to-sql csv:dir in
unlike "$(cat err)" 'libpq|libduckdb|libzstd' 'nor do files'
rm -r dir

run ndjson-to-sql --version
is "$(cut -d' ' -f1 out | tr '\n' ' ')" \
	'ndjson-to-sql SQLite libpq libduckdb libzstd ' '--version tells of each'
like "$(cat out)" '^SQLite 3\.[0-9]+' 'of SQLite'
like "$(cat out)" '^libpq ([0-9]+\.[0-9]+|is missing)' 'of libpq'
like "$(cat out)" '^libduckdb (v|is missing)' 'of libduckdb'
like "$(cat out)" '^libzstd ([0-9]+\.[0-9]+\.[0-9]+|is missing)' 'and of libzstd'

# without TARGET [OPTION...]: with all of them broken.
without() {
	run env LD_LIBRARY_PATH="$T/broken" ndjson-to-sql "$@"
}
without --version
exits 0 '--version without them'
is "$(grep -c '^lib.* is missing' out)" 3 'tells that'
without postgresql:// in
fails 1 'cannot load libpq, which PostgreSQL needs: .*; install libpq5' \
	'without libpq'
without --describe postgresql://
fails 1 'cannot load libpq' '--describe without it'
without out.duckdb in
fails 1 'cannot load libduckdb: .*; get it from duckdb.org' 'without libduckdb'
without parquet:dir in
fails 1 'cannot load libduckdb: .*; get it from duckdb.org' 'Parquet without it'
without --zstd csv:dir in
fails 1 "cannot load libzstd, .*; install libzstd1" 'without libzstd'
printf '\050\265\057\375' >in.zst
without out.db in.zst
fails 1 "in.zst. is compressed by zstd: cannot load libzstd, .*; install" \
	'a compressed file without it'
is "$(ls -d out.duckdb dir 2>/dev/null)" '' 'they leave nothing behind'
for target in out.db csv:dir ndjson:lines - sql:postgres snowflake:bundle; do
	without -q $target in
	exits 0 "without all of them: $target"
done

done_testing
