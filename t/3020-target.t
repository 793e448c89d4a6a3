#!/bin/sh
# What stands at the target, and what is left of it when things go wrong.
. "${0%/*}/lib.sh"

line='{"_resource":"users","id":"u1"}'
printf '%s\n' "$line" >in

refuses() {
	wanted=$1 pattern=$2 name=$3
	shift 3
	run ndjson-to-sql "$@" <in
	fails "$wanted" "$pattern" "$name"
}

mkdir dir.db
refuses 2 "'.*dir.db' is a directory" 'a directory' dir.db
mkfifo fifo.db
refuses 2 'no regular file' 'a FIFO' fifo.db
printf 'this is a text and not a database, and quite long\n%2000s' x >text.db
cp text.db text.saved
refuses 2 'not a database of SQLite.*; name another' 'a text file' text.db
ok "$(cmp -s text.db text.saved; echo $?)" '... stays as it is'
refuses 2 'No such file.*make its directory first' 'a directory that does not exist' no/such/out.db
refuses 2 'kind of target' 'a name that says nothing' out.xyz
refuses 2 'name the target before it.*write sqlite:in$' \
	'what is to be loaded in the place of the target' in out.db
refuses 2 'a script, which goes to standard output: sql:sqlite >out.sql' \
	'one file for a script' out.sql
refuses 2 "'sqlite:' is followed by a name, not by the '//'" \
	"SQLAlchemy's URL of a file here" sqlite:///url.db
refuses 2 "'snowflake:' is followed by a name" "... and of a warehouse" \
	snowflake://user:s3cret@host/db
unlike "$(cat err)" s3cret '... whose password is not shown'
run ndjson-to-sql </dev/null
exits 2 'no target'
is "$(tail -1 err)" "try 'ndjson-to-sql --help'" '... points to --help'
ndjson-to-sql 'file:q.db?mode=ro.db' <in
is "$(ls file* 2>/dev/null)" 'file:q.db?mode=ro.db' \
	'a name that looks like a URI is a name'
run ndjson-to-sql 'file:q.db?mode=ro.db' in
exits 0 '... again'
run ndjson-to-sql --rejects - -t t minus.db in
fails 2 "'-' is none" '--rejects -'
is "$(ls ./- minus.db 2>/dev/null)" '' '... makes no file'
ndjson-to-sql sqlite:odd.name <in
is "$(sqlite3 odd.name 'SELECT id FROM users')" u1 'sqlite: takes any name'
: >empty.db
chmod 600 empty.db
ndjson-to-sql empty.db <in
is "$(sqlite3 empty.db 'SELECT id FROM users')" u1 'an empty file is filled'
is "$(stat -c %a empty.db 2>/dev/null || stat -f %Lp empty.db)" 600 \
	'... and keeps its mode'
ln -s real.db link.db
ndjson-to-sql link.db <in
ndjson-to-sql -v link.db <in 2>err
like "$(cat err)" unchanged 'a link to a database that did not exist'
touch lost.db-journal
ndjson-to-sql lost.db <in
is "$(sqlite3 lost.db 'SELECT id FROM users')" u1 'an empty journal does no harm'
echo rest >gone.db-wal
refuses 2 'left over' 'the journal of a database that is gone' gone.db
is "$(ls gone.db 2>/dev/null)" '' '... is not played into a new one'
: >cut.db
printf x >cut.db-journal
run ndjson-to-sql cut.db in
exits 0 'a first commit in place that was cut off'
is "$(echo cut.db*)" cut.db '... is cleared away by SQLite'
: >cut.db-loading
run ndjson-to-sql cut.db in
is "$status, $(echo cut.db*)" '0, cut.db' \
	'what one left that was killed after the database came is removed'

# --- permission

# Root may write everywhere: the loader runs as somebody else then.
cat >as-nobody <<'EOT'
use POSIX;
if ($> == 0) {
	$) = "65534 65534";
	setgid(65534) and setuid(65534) or exit 42;
}
exec @ARGV or exit 43;
EOT
chmod 711 .
cp "$build/ndjson-to-sql" nobody-loads
chmod 755 nobody-loads
ndjson-to-sql read-only.db <in
mkdir shut closed
cp read-only.db shut/old.db
cp read-only.db closed/old.db
cp read-only.db unread.db
chmod 666 shut/old.db
chmod 444 read-only.db
chmod 000 closed unread.db
chmod 555 shut
for target in read-only.db shut/new.db shut/old.db closed/old.db \
	closed/new.db unread.db; do
	run perl as-nobody ./nobody-loads $target <in
	[ "$status" != 42 ] || break
	fails 3 'permission|Permission|readonly' "no permission: $target"
done
run perl as-nobody ./nobody-loads --describe unread.db
[ "$status" = 42 ] || fails 3 "read '.*unread.db'" 'no permission to look'
chmod 755 shut closed
is "$(ls shut closed)" 'closed:
old.db

shut:
old.db' '... leaves nothing behind'
ok "$(cmp -s shut/old.db read-only.db; echo $?)" '... and changes nothing'

# --- space

if (ulimit -f 200) 2>/dev/null; then
	awk 'BEGIN { for (i = 0; i < 20000; i++)
		printf "{\"_resource\":\"users\",\"id\":\"n%d\",\"v\":\"%040d\"}\n", i, i
	}' >many
	(
		trap '' XFSZ
		ulimit -f 200
		run ndjson-to-sql full.db <many
		echo "$status" >status
	)
	is "$(cat status)" 1 'no space for a new database: status 1'
	like "$(cat err)" 'full|too large|I/O' '... and says so'
	is "$(echo full.db*)" 'full.db*' '... and leaves none'
	ndjson-to-sql full.db <in
	cp full.db full.saved
	(
		trap '' XFSZ
		ulimit -f 200
		run ndjson-to-sql full.db <many
		echo "$status" >status
	)
	is "$(cat status)" 1 'no space for an old database: status 1'
	is "$(sqlite3 full.db 'SELECT count(*) FROM users;
		PRAGMA integrity_check')" '1
ok' '... which keeps its rows'
fi

# --- locks

sqlite3 lock.db 'CREATE TABLE x(a)'
mkfifo hold
sqlite3 lock.db <hold >/dev/null 2>&1 &
exec 9>hold
printf '.timeout 5000\nBEGIN IMMEDIATE; SELECT 1;\n' >&9
tries=0
while sqlite3 lock.db 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || break
	sleep 0.02
done
refuses 4 'another program' 'a locked database' --busy-timeout 50ms lock.db
exec 9>&-
wait
run ndjson-to-sql lock.db <in
exits 0 '... and when it is free again'

# A new database that another loader fills, and commits now and then.
mkfifo ended
ndjson-to-sql -q -t t --commit-every 60s begun.db <ended &
first=$!
exec 9>ended
echo '{"id":1}' >&9
tries=0
until [ -e begun.db-journal ]; do
	tries=$((tries + 1))
	[ $tries -lt 200 ] || break
	sleep 0.02
done
echo '{"id":9}' >nine
for every in '' --commit-every=60s; do
	# shellcheck disable=SC2086
	run ndjson-to-sql -t t --busy-timeout 50ms $every begun.db nine
	fails 4 'another program' "a new one that another loader fills $every"
done
ndjson-to-sql -q -t t --busy-timeout 60s begun.db nine 9>&- &
second=$!
exec 9>&-
wait $first
is $? 0 '... which goes on'
wait $second
is "$? $(sqlite3 begun.db 'SELECT group_concat(id) FROM t')" '0 1,9' \
	'... and who waits for it comes second'

# --- signals

# A shell starts its background jobs with INT ignored, and so it would stay.
cat >default <<'EOT'
$SIG{INT} = "DEFAULT"; exec @ARGV;
EOT
mkfifo pipe
for target in new.db lock.db; do
	cp lock.db lock.saved
	perl default ndjson-to-sql $target <pipe 2>err &
	loader=$!
	exec 9>pipe
	printf '%s\n' "$line" >&9
	# It has begun when its lock or its file is there.
	tries=0
	until [ -e new.db-loading ] ||
		! sqlite3 lock.db 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || break
		sleep 0.02
	done
	kill -INT $loader
	wait $loader
	status=$?
	exec 9>&-
	is $status 130 "Ctrl-C: status 130 ($target)"
done
is "$(echo new.db*)" 'new.db*' 'Ctrl-C leaves no new database'
ok "$(cmp -s lock.db lock.saved; echo $?)" '... and an old one as it was'

# --- names that no table can have

echo '{"id":1}' >in
run ndjson-to-sql -t '' new.db in
fails 2 '^ndjson-to-sql: --table: a table needs a name' 'a table without a name'
run ndjson-to-sql --schema '' new.db in
fails 2 '^ndjson-to-sql: --schema: a schema needs a name' 'an empty schema'
run ndjson-to-sql --schema x --describe old.db
fails 2 'schema is for databases that have schemas' '--schema and --describe'
for name in sqlite_x SQLite_master; do
	run ndjson-to-sql -t $name new.db in
	fails 2 "'$name': names that begin with 'sqlite_' are SQLite's" \
		"a table called $name"
done
is "$(find . -name 'new.db*')" '' '... and nothing is left'
run ndjson-to-sql -t x.key dot.db in
run ndjson-to-sql -t x dot.db in
exits 0 'a table whose index would have the name of another table'
run ndjson-to-sql -v -t x dot.db in
like "$(cat err)" 'x: 1 row .*: 0 inserted, 1 unchanged' '... is merged into'
run ndjson-to-sql -t y dot.db in
run ndjson-to-sql -t y.key dot.db in
fails 2 "'y.key': the database has an index of that name" \
	'a table that would have the name of an index'

# --- a damaged database

awk 'BEGIN { for (i = 0; i < 5000; i++) printf "{\"id\":%d}\n", i }' >many
ndjson-to-sql -t t damaged.db many
yes damage | dd of=damaged.db bs=16384 seek=2 count=3 conv=notrunc 2>/dev/null
for option in --merge --rejects=rejects; do
	run ndjson-to-sql $option -t t damaged.db many
	fails 1 "'$T/damaged.db': database disk image is malformed; .*restore" \
		"$option and a damaged file"
	unlike "$(cat err)" 'line [0-9]' '... which is no fault of a line'
done
ok "$([ ! -e rejects ]; echo $?)" '... and nothing is rejected'

done_testing
