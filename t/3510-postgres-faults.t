#!/bin/sh
# PostgreSQL: what goes wrong, and that the old rows outlive it.
. "${0%/*}/lib.sh"
. "$root/t/postgres.sh"

[ -n "$postgres_bin" ] || skip_all 'PostgreSQL is not installed'
postgres
pg=postgresql://
printf '{"_resource":"t","id":1,"v":"old"}\n' >old
printf '{"_resource":"t","id":1,"v":"new"}\n{"_resource":"t","id":2}\n' >new

# unharmed NAME: the table is as it was, and the next load works.
unharmed() {
	is "$(sql 'SELECT id, v FROM t')" '1|old' "$1: the old row is there"
	run ndjson-to-sql $pg new
	exits 0 "$1: the next load"
	is "$(sql 'SELECT id, v FROM t ORDER BY 1')" '1|new
2|' "$1: loads"
	run ndjson-to-sql --sync $pg old
}

# waits SQL: until the query says t; the failure of a test if it never does.
waits() {
	tries=0
	while [ "$(sql "$1")" != t ]; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || break
		sleep 0.05
	done
}

# --- targets that can be none

for url in 'postgresql://u:sEcRet%zz@h/d' 'postgresql://u:sEcRet@[::1/d' \
	'postgresql://u:sEcRet@127.0.0.1:1x/d' 'postgres:password=sEcRet nope' \
	'postgresql://u:sEcRet@127.0.0.1:1/d?sslmode=never'; do
	run ndjson-to-sql "$url" old
	fails 2 '^ndjson-to-sql: PostgreSQL: ' "no URL, ${url%%:*}"
	unlike "$(cat err)" sEcRet 'its password is not told'
done
run ndjson-to-sql 'mysql://u:sEcRet@h/d' old
fails 2 "what kind of target 'mysql' is; it may be .*postgresql://USER" \
	'another database'
run ndjson-to-sql 'postgresql://u:sEcRet@127.0.0.1:1/d' old
fails 4 'PostgreSQL: cannot connect: .*127\.0\.0\.1.*refused' 'no server'
unlike "$(cat err)" sEcRet 'its password is not told'
run ndjson-to-sql 'postgresql://root@/none' old
fails 2 'cannot connect: .*database "none" does not exist' 'no database'
run ndjson-to-sql 'postgresql://nobody_known@/postgres' old
fails 3 'cannot connect: .*role "nobody_known" does not exist' 'no role'
PGSERVICE=nowhere run ndjson-to-sql $pg old
fails 2 'definition of service "nowhere" not found' 'no service'
printf '[crm]\nhost=%s\nuser=root\ndbname=postgres\n' "$PGHOST" >services
PGSERVICEFILE=$T/services PGHOST=nowhere \
	run ndjson-to-sql postgresql:service=crm old
exits 0 'a service file names the server'
run ndjson-to-sql "postgresql://root@/postgres?host=$PGHOST&connect_timeout=9" \
	old
exits 0 'a URL with parameters'
run ndjson-to-sql "postgres://root@/postgres?host=$PGHOST" old
exits 0 'a URL with the other name'

# --- permission

sql "CREATE ROLE reader LOGIN; GRANT SELECT ON t, _loads, _columns TO reader"
run ndjson-to-sql postgresql://reader@ new
fails 3 'permission denied for table t' 'a table that is for reading'
run ndjson-to-sql --schema other postgresql://reader@ new
fails 3 'permission denied for database' 'a schema that cannot be made'
run ndjson-to-sql --describe=json postgresql://reader@
exits 0 'a reader may look'
run ndjson-to-sql 'postgresql://root@?options=-c%20default_transaction_read_only%3Don' new
fails 3 'read-only transaction' 'a database that is read only'
unharmed 'no permission'
printf 'local all pass scram-sha-256\nlocal all all trust\n' \
	>"$PGHOST/data/pg_hba.conf"
sql "CREATE ROLE pass LOGIN SUPERUSER PASSWORD 'sEcRet'"
sql 'SELECT pg_reload_conf()' >/dev/null
waits "SELECT count(*) = 2 FROM pg_hba_file_rules"
run ndjson-to-sql postgresql://pass@ new
fails 3 'the server wants a password; put it into ~/.pgpass' 'no password'
run ndjson-to-sql postgresql://pass:sEcReT@ new
fails 3 'password authentication failed' 'a wrong password'
unlike "$(cat err)" sEcReT 'it is not told'
printf '*:*:*:pass:sEcRet\n' >"$HOME/.pgpass"
chmod 600 "$HOME/.pgpass"
run ndjson-to-sql postgresql://pass@ old
exits 0 'a password file'

# --- all else that libpq reads

# with NAME=VALUE...: a load with these variables, and the others as they are.
with() {
	run env "$@" ndjson-to-sql $pg old
}
with PGUSER=pass
exits 0 'PGUSER'
rm "$HOME/.pgpass"
with PGUSER=pass PGPASSWORD=sEcRet
exits 0 'PGPASSWORD'
printf '*:*:*:pass:sEcRet\n' >passwords
chmod 600 passwords
with PGUSER=pass PGPASSFILE=passwords
exits 0 'PGPASSFILE'
with PGPORT=5433
fails 4 'cannot connect: .*\.5433"? failed' 'PGPORT'
with PGHOSTADDR=127.0.0.1 PGPORT=1
fails 4 'cannot connect: .*127\.0\.0\.1' 'PGHOSTADDR'
with PGDATABASE=none
fails 2 'database "none" does not exist' 'PGDATABASE'
with PGSERVICE=crm PGSERVICEFILE=services PGHOST=nowhere
exits 0 'PGSERVICE and PGSERVICEFILE, before PGHOST'
mkdir system
mv services system/pg_service.conf
with PGSERVICE=crm PGSYSCONFDIR=system PGHOST=nowhere
exits 0 'PGSYSCONFDIR'
mv system/pg_service.conf "$HOME/.pg_service.conf"
with PGSERVICE=crm PGHOST=nowhere
exits 0 "the user's own service file"
with PGSSLMODE=never
fails 2 'invalid sslmode value: "never"' 'PGSSLMODE'
with PGTARGETSESSIONATTRS=read-only
fails 4 'cannot connect: .*not read-only' 'PGTARGETSESSIONATTRS'
with PGOPTIONS='-c nothing=1'
like "$(cat err)" 'nothing' 'PGOPTIONS'
perl -MIO::Socket::INET -e '$| = 1; my $s = IO::Socket::INET->new(Listen => 1,
	LocalAddr => "127.0.0.1"); print $s->sockport, "\n"; sleep 60' >mute &
mute=$!
tries=0
until [ -s mute ] || [ $((tries += 1)) -gt 200 ]; do
	sleep 0.05
done
with PGHOST=127.0.0.1 PGPORT="$(cat mute)" PGCONNECT_TIMEOUT=1
fails 4 'cannot connect: no answer in time' 'PGCONNECT_TIMEOUT'
kill $mute
printf '{"_resource":"told","id":"\303\274","at":"2026-01-02T03:04:05Z"}\n' >told
run env PGCLIENTENCODING=LATIN1 PGTZ=Asia/Tokyo PGDATESTYLE=German \
	ndjson-to-sql $pg told
exits 0 'PGCLIENTENCODING, PGTZ, PGDATESTYLE'
is "$(sql "SELECT id = U&'\\00fc', at = '2026-01-02T03:04:05Z' FROM told")" 't|t' \
	'... change nothing'
run env PGCLIENTENCODING=LATIN1 PGTZ=Asia/Tokyo PGDATESTYLE=German \
	ndjson-to-sql --last told.at $pg
is "$(cat out)" '2026-01-02 03:04:05.000' '... nor what is read'

# --- others at work

mkfifo hold
"$postgres_bin/psql" -XAtq <hold >/dev/null 2>&1 &
holder=$!
exec 3>hold
echo 'BEGIN; SELECT * FROM t FOR UPDATE;' >&3
waits "SELECT count(*) = 1 FROM pg_locks WHERE relation = 't'::regclass
	AND mode = 'RowShareLock'"
run ndjson-to-sql --busy-timeout 0.2 $pg new
fails 4 'another program holds a lock: .*wait longer with --busy-timeout' \
	'a row that is locked'
echo 'ROLLBACK; BEGIN; LOCK t IN ACCESS SHARE MODE;' >&3
waits "SELECT count(*) = 1 FROM pg_locks WHERE relation = 't'::regclass
	AND mode = 'AccessShareLock' AND pid <> pg_backend_pid()"
printf '{"_resource":"t","id":1,"v":"old","w":1}\n' >wide
run ndjson-to-sql --busy-timeout 0.2 $pg wide
fails 4 'another program holds a lock' 'a reader, for a new column'
echo 'ROLLBACK;' >&3
exec 3>&-
wait $holder
unharmed 'a lock'

mkfifo slow
ndjson-to-sql $pg slow &
first=$!
exec 3>slow
printf '{"_resource":"t","id":1,"v":"old"}\n' >&3
waits "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory'"
run ndjson-to-sql --busy-timeout 0.2 $pg new
fails 4 'another program holds a lock' 'a second load'
run ndjson-to-sql --schema another $pg new
exits 0 'a load into another schema'
ndjson-to-sql $pg new 3>&- &
second=$!
waits "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory'
	AND NOT granted"
exec 3>&-
wait $first
is $? 0 'the first ends'
wait $second
is $? 0 'the second waited for it'
is "$(sql 'SELECT v FROM t WHERE id = 1')" new 'and came later'
run ndjson-to-sql --sync $pg old

# --- signals, and servers that go

# begun COMMAND...: starts a load that waits for the rest of its stream.
begun() {
	rm -f slow
	mkfifo slow
	"$@" $pg slow >out 2>err &
	first=$!
	exec 3>slow
	seq 30000 | sed 's/.*/{"_resource":"t","id":1,"v":"& of many"}/' >&3
	waits "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory'"
}

begun ndjson-to-sql
kill -TERM $first
wait $first
status=$?
exec 3>&-
exits 143 'a signal while the stream is slow'
waits "SELECT count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'"
unharmed 'a signal'

sql "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN PERFORM pg_sleep(100); RETURN NEW; END';
	CREATE TABLE triggered (id int PRIMARY KEY, v text);
	CREATE TRIGGER slow BEFORE INSERT ON triggered FOR EACH ROW
	EXECUTE FUNCTION slow()"
ndjson-to-sql --table triggered $pg >out 2>err <<'EOT' &
{"id":1}
EOT
first=$!
waits "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
kill -TERM $first
wait $first
status=$?
exits 143 'a signal while the server works'
waits "SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
is "$(sql "SELECT count(*) FROM pg_stat_activity
	WHERE wait_event = 'PgSleep'")" 0 'and the server stops'

begun ndjson-to-sql
sql "SELECT pg_terminate_backend(pid) FROM pg_locks
	WHERE locktype = 'advisory'" >/dev/null
exec 3>&-
wait $first
status=$?
fails 4 'the connection to the server was lost|terminating connection' \
	'a connection that is cut'
unharmed 'a cut connection'

begun ndjson-to-sql
postgres_stop
exec 3>&-
wait $first
status=$?
fails 4 'the connection to the server was lost|terminating connection' \
	'a server that is gone'
postgres_start
unharmed 'a server that was gone'

# --- streams

printf '{"_resource":"t","id":1,"v":"new"}\n{"_resource":"t","id"' >cut.in
run ndjson-to-sql $pg cut.in
fails 4 'line 2' 'a stream that is cut'
unharmed 'a cut stream'

rm -f slow
mkfifo slow
ndjson-to-sql --commit-every 0.1s $pg slow >out 2>err &
first=$!
exec 3>slow
printf '{"_resource":"t","id":1,"v":"first"}\n' >&3
waits "SELECT v = 'first' FROM t WHERE id = 1"
is "$(sql 'SELECT v FROM t WHERE id = 1')" first '--commit-every commits'
printf '{"_resource":"t","id":1,"v":"second","l":[1,2]}\n' >&3
waits "SELECT v = 'second' FROM t WHERE id = 1"
waits "SELECT count(*) = 0 FROM pg_stat_activity
	WHERE application_name = 'ndjson-to-sql' AND state <> 'idle'"
is "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" 0 \
	'... and locks nobody out while the stream rests'
run ndjson-to-sql --busy-timeout 0.2 $pg <<'EOT'
{"_resource":"t","id":3,"y":true}
{"_resource":"fresh","id":1,"v":"other"}
EOT
exits 0 '... not another load'
printf '%s\n' '{"_resource":"fresh","id":1,"v":"ours"}' \
	'{"_resource":"t","id":4,"y":true,"l":[1]}' >&3
waits "SELECT v = 'ours' FROM fresh"
is "$(sql 'SELECT (SELECT string_agg(v, chr(32)) FROM fresh), y FROM t
	WHERE id = 4')" 'ours|t' '... which may have made what comes next'
printf '{"_resource":"t","id":1,"v":"third","l":[3],"x":1}\n{"' >&3
exec 3>&-
wait $first
status=$?
fails 4 'line 6' 'and a cut'
is "$(sql "SELECT v, (SELECT count(*) FROM t__l) FROM t WHERE id = 1")" \
	'second|3' 'leaves what was committed'

done_testing
