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
done_testing
