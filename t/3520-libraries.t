#!/bin/sh
# Libraries that only some targets need: they cost nothing until then, and
# where one is missing all else works.
. "${0%/*}/lib.sh"

printf '{"_resource":"t","id":1}\n' >in
mkdir broken
: >broken/libpq.so.5

run env LD_DEBUG=files ndjson-to-sql out.db in
exits 0 'a load into SQLite'
unlike "$(cat err)" 'libpq|libduckdb' 'opens no library of another target'

run ndjson-to-sql --version
like "$(cat out)" '^SQLite 3\.[0-9]+' '--version tells of SQLite'
like "$(cat out)" '^libpq ([0-9]+\.[0-9]+|is missing)' 'of libpq'
like "$(cat out)" '^libduckdb (v|is missing)' 'of libduckdb'
like "$(cat out)" '^libzstd is (built in|left out)' 'and of libzstd'

LD_LIBRARY_PATH=$T/broken run ndjson-to-sql postgresql:// in
fails 1 'cannot load libpq, which PostgreSQL needs: .*; install libpq5' \
	'without libpq'
LD_LIBRARY_PATH=$T/broken run ndjson-to-sql --describe postgresql://
fails 1 'cannot load libpq' '--describe without it'
LD_LIBRARY_PATH=$T/broken run ndjson-to-sql --version
exits 0 '--version without it'
like "$(cat out)" '^libpq is missing' 'tells that'
LD_LIBRARY_PATH=$T/broken run ndjson-to-sql out.db in
exits 0 'all else works'

done_testing
