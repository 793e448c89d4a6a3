#!/bin/sh
# Scripts of sql:mysql, run by MariaDB, from $ENGINES.
. "${0%/*}/lib.sh"
. "$root/t/scripts.sh"
. "$root/t/mariadb.sh"
engine mariadb
dialect=mysql
mariadb
# A client's own character set must not matter.
cat >shell <<EOT
#!/bin/sh
$mariadb_client -e "CREATE DATABASE IF NOT EXISTS \\\`\$1\\\`"
exec $mariadb_client -N --default-character-set=latin1 "\$1"
EOT
chmod +x shell
each_case
refusals
fuzz 3 2000 short-names

# --- keys

# Keys that are one in other collations.
printf '{"id":"%s"}\n' e E é 'e ' 'e  ' ss ß a >input
ndjson-to-sql -t t sql:mysql input | ./shell keys
is "$(echo 'SELECT count(*) FROM t' | ./shell keys)" 8 'keys differ by a byte'
echo '{"id":"e","x":1}' | ndjson-to-sql -t t sql:mysql | ./shell keys
is "$(echo 'SELECT hex(id) FROM t WHERE x = 1' | ./shell keys)" 65 \
	'and only the same changes'
key=$(printf '%0766d' 0)
echo "{\"id\":\"$key\"}" | ndjson-to-sql -t t sql:mysql | ./shell keys
is "$(echo 'SELECT max(length(id)) FROM t' | ./shell keys)" 766 \
	'a key of 766 characters'
echo "{\"id\":\"${key}x\"}" | ndjson-to-sql -t t sql:mysql >script.sql
run ./shell keys <script.sql
exits 1 'one more'
like "$(cat err)" "Data too long for column 'id'" '... is too much, and not cut'

done_testing
