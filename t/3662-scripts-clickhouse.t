#!/bin/sh
# Scripts of sql:clickhouse, run by chdb, from $ENGINES.
. "${0%/*}/lib.sh"
. "$root/t/scripts.sh"
engine chdb
dialect=clickhouse
mkfifo requests answer
TZ=Asia/Tokyo "$ENGINES/chdb/python/bin/python" "$root/t/chdb-run" requests \
	>chdb.log 2>&1 </dev/null &
chdb_pid=$!
trap 'kill $chdb_pid; wait $chdb_pid 2>/dev/null; cleanup' EXIT
# Open for both, so that nobody waits for a server that is gone.
exec 8<>requests
cat >shell <<EOT
#!/bin/sh
cat >request.sql
rm -f request.rows
echo "$T/\$1.chdb request.sql request.rows answer" >requests
kill -0 $chdb_pid && cat answer >request.err
cat request.rows
[ -s request.err ] || exit 0
cat request.err >&2
exit 1
EOT
chmod +x shell
each_case
refusals
fuzz 3 2000
echo '{"id":"1","_row_exists":1,"_block_number":2,"_block_offset":3}' |
	ndjson-to-sql -t kept sql:clickhouse | ./shell kept
is "$(echo 'SELECT * FROM kept;' | ./shell kept | cut -f 1-4)" '1	1	2	3' \
	'names that MergeTree keeps for itself'
done_testing
