#!/bin/sh
# Scripts of sql:clickhouse, run by chdb, from $ENGINES.
. "${0%/*}/lib.sh"
. "$root/t/scripts.sh"
engine chdb
dialect=clickhouse
cat >shell <<EOT
#!/bin/sh
export TZ=Asia/Tokyo
exec "$ENGINES/chdb/python/bin/python" "$root/t/chdb-run" "$T/\$1.chdb"
EOT
chmod +x shell
each_case
refusals
fuzz 3 2000
done_testing
