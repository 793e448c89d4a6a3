#!/bin/sh
# Scripts of sql:duckdb, run by DuckDB's shell from $ENGINES.
. "${0%/*}/lib.sh"
. "$root/t/scripts.sh"
engine duckdb
dialect=duckdb
cat >shell <<EOT
#!/bin/sh
export TZ=Asia/Tokyo
exec "$ENGINES/duckdb/duckdb" -init /dev/null -list -noheader "\$1.duckdb"
EOT
chmod +x shell
each_case
refusals
fuzz 3 2000
done_testing
