#!/bin/sh
# Scripts of sql:sqlite and sql:postgres: any text and any name comes back
# equal. QUOTING_SEED and QUOTING_COUNT change what is tried.
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"
. "$root/t/scripts.sh"
seed=${QUOTING_SEED:-1} count=${QUOTING_COUNT:-300}

dialect=sqlite
cat >shell <<'EOT'
#!/bin/sh
exec sqlite3 "$1.by_script"
EOT
chmod +x shell
fuzz "$seed" "$count"

[ -n "$postgres_bin" ] || {
	done_testing
	exit
}
postgres
dialect=postgres
export JSON_VALUES=1
cat >shell <<EOT
#!/bin/sh
"$postgres_bin/psql" -Xq -c "CREATE DATABASE \$1" 2>/dev/null
exec "$postgres_bin/psql" -XAtq -d "\$1"
EOT
fuzz $((seed + 1)) "$count" no-nul

done_testing
