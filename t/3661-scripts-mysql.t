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

# --- names

# The letters that MariaDB weighs alike, each as a column: none is left out,
# and no other gets a number.
cat >weights.sql <<'EOT'
SET NAMES utf8mb4;
SELECT seq, hex(weight_string(convert(char(seq USING ucs2) USING utf8mb3)
	COLLATE utf8mb3_general_ci))
FROM seq_128_to_65535 WHERE seq NOT BETWEEN 0xd800 AND 0xdfff;
EOT
./shell letters <weights.sql >weights
cat >letters.pl <<'EOT'
use open qw(:std :utf8);
my (%group, @records);
while (<>) {
	my ($letter, $weight) = /^(\d+)\t(\w+)$/ or die;
	push @{$group{hex $weight}}, chr $letter if $letter != hex $weight;
}
for my $first (sort { $a <=> $b } keys %group) {
	push @records, [] if !@records || @{$records[-1]} > 200;
	push @{$records[-1]}, map { qq("k$_":1) }
		$first < 128 ? lc(chr $first) : chr $first, @{$group{$first}};
}
print "{\"_resource\":\"r$_\",\"id\":1,", join(',', @{$records[$_]}), "}\n"
	for 0 .. $#records;
print STDERR scalar(map { @$_ } values %group), "\n";
EOT
perl letters.pl weights >input 2>count
[ "$(cat count)" -gt 1000 ]
ok $? 'there are more than a thousand such letters'
ndjson-to-sql -q sql:mysql input 2>err >script.sql
run ./shell letters <script.sql
exits 0 'each has a name of its own'
is "$(echo "SELECT count(*), sum(column_name REGEXP '_[0-9]+\$') FROM
	information_schema.columns WHERE table_schema = 'letters'
	AND table_name LIKE 'r%' AND column_name LIKE 'k%'" | ./shell letters |
	awk '{ print ($1 > 1000), $2 }')" "1 $(cat count)" \
	'and no other letter a number'
echo '{"id":1,"é":1}' | ndjson-to-sql -t spelled sql:mysql | ./shell letters
echo '{"id":1,"E":2}' | ndjson-to-sql -t spelled sql:mysql >script.sql
run ./shell letters <script.sql
exits 1 'a name that is one with another one there'
like "$(cat err)" 'a name is there in another spelling' '... is told'
echo '{"id":1,"db_row_id":1,"DB_TRX_ID":2,"db_roll_ptr":3,"fts_doc_id":4}' |
	ndjson-to-sql -t kept sql:mysql | ./shell letters
is "$(echo 'SELECT * FROM kept' | ./shell letters | cut -f 1-5)" \
	'1	1	2	3	4' 'names of InnoDB'

done_testing
