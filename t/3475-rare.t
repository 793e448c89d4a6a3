#!/bin/sh
# What loads and descriptions meet rarely: tables with more columns than one
# question can hold, shares that round to all or nothing, odd names, many of
# them. Coverage found that no other test came by.
. "${0%/*}/lib.sh"

# A table of 450 columns, described in several questions.
awk 'BEGIN {
	for (row = 1; row <= 250; row++) {
		printf "{\"id\":%d", row
		for (i = 1; i <= 450; i++)
			if (row > 1 || i != 7)
				printf ",\"c%d\":%d", i, row * i
		if (row == 1)
			printf ",\"once\":0.5"
		print "}"
	}
}' >wide.ndjson
run ndjson-to-sql -q -t wide wide.db wide.ndjson
exits 0 'a wide table is loaded'
run ndjson-to-sql --describe wide.db
exits 0 'and described'
is "$(grep -c 'c[0-9]* ' out)" 450 'with every column'
like "$(grep 'c450 ' out)" ' 0% ' 'the last one has no gap'
like "$(grep 'c7 ' out)" ' 1% ' 'one value missing is not none'
like "$(grep 'once ' out)" ' 99% ' 'and one that is there is not all missing'
is "$(ndjson-to-sql --last wide.once wide.db)" 0.5 'a fraction can be the last'

# Names that a diagram cannot show as they are.
printf '%s\n' '{"id":1,"9 <a> & b":{"x":[{"y":1}]},"id2":"v"}' |
	ndjson-to-sql -q -t '9<lives>&' odd.db
run ndjson-to-sql --describe=dot odd.db
exits 0 'as a graph'
like "$(cat out)" '<b>9&lt;lives&gt;&amp;</b>' 'the name is escaped'

# Hundreds of keys whose names had to change are summed up.
awk 'BEGIN {
	printf "{\"id\":1"
	for (i = 1; i <= 300; i++)
		printf ",\"a b%d\":%d,\"a-b%d\":%d", i, i, i, i
	print "}"
}' >renamed.ndjson
run ndjson-to-sql -t renamed renamed.db renamed.ndjson
exits 0 'many names that clash'
like "$(cat err)" '[0-9]+ more tables and columns have another name' \
	'are counted, behind the first'
is "$(sqlite3 renamed.db 'SELECT count(*) FROM pragma_table_info("renamed")
	WHERE name LIKE "a_b%"')" 600 'and all have a column'

# A directory may be named with slashes behind it.
printf '%s\n' '{"id":1,"t":"2026-01-02T03:04:05Z"}' >row
run ndjson-to-sql -q -t rows csv:made/// row
exits 0 'a directory with slashes behind its name'
is "$(tail -n 1 made/rows.csv)" "1,2026-01-02T03:04:05.000Z,$(sed -n '2s/,.*//p' made/_loads.csv)" \
	'is that directory'

# A ledger that somebody has written into.
echo '{"id":1,"a":2}' >row
ndjson-to-sql -q -t t ledger.db row
for change in "key_position = 2 WHERE column_name = 'id'" \
	"key_position = 1 WHERE column_name = 'a'" \
	"key_position = 9 WHERE column_name = 'a'" \
	"key_position = 2 WHERE column_name = '_load_id'"; do
	cp ledger.db changed.db
	sqlite3 changed.db "UPDATE _columns SET $change"
	run ndjson-to-sql -t t changed.db row
	fails 5 "'_columns' has no usable key of 't'" "$change"
done
for change in 'load_id = 9223372036854775807' \
	"finished_at = '9999-12-31 00:00:00.000'"; do
	cp ledger.db changed.db
	sqlite3 changed.db "UPDATE _loads SET $change"
	run ndjson-to-sql -t t changed.db row
	fails 5 "'_loads' has a load of a time that no other can follow" "$change"
done

# Another process holds the database.
sqlite3 held.db 'CREATE TABLE t(a)'
mkfifo hold
sqlite3 held.db <hold >holding &
holder=$!
exec 3>hold
echo 'BEGIN EXCLUSIVE; SELECT 1;' >&3
until [ -s holding ]; do
	sleep 0.05
done
run ndjson-to-sql --describe held.db
exec 3>&-
wait $holder
fails 4 'another program is writing to the database; try again' 'a database that another process holds'

done_testing
