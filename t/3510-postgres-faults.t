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
fails 4 'PostgreSQL: cannot connect: .*127\.0\.0\.1.*refused; does the server run' \
	'no server'
unlike "$(cat err)" sEcRet 'its password is not told'
run ndjson-to-sql 'postgresql://root@/none' old
fails 2 'cannot connect: .*database "none" does not exist; createdb makes one' \
	'no database'
run ndjson-to-sql 'postgresql://nobody_known@/postgres' old
fails 3 'cannot connect: .*role "nobody_known" does not exist; name another' \
	'no role'
run ndjson-to-sql 'postgresql://u@/d?host=/nowhere' old
fails 4 'cannot connect: .*/nowhere.*; does the server run, and is its socket' \
	'no socket'
run ndjson-to-sql 'postgresql://u@host.invalid/d' old
fails 4 'could not translate host name .*; is the name right' 'no such host'
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

# denied NAME STATUS MESSAGE [OPTION...]: a load by the role reader.
denied() {
	denied=$1 denied_status=$2 denied_message=$3
	shift 3
	run ndjson-to-sql "$@" postgresql://reader@ new
	fails "$denied_status" "$denied_message" "$denied"
}
sql "CREATE ROLE reader LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC"
denied 'tables that are not for reading' 3 \
	"for table _loads; grant SELECT, INSERT, UPDATE and DELETE .*'reader'"
run ndjson-to-sql --describe postgresql://reader@
fails 3 "for table _loads; grant SELECT on it to 'reader'" '... for --describe'
sql "GRANT SELECT ON t, _loads, _columns TO reader"
denied 'a table that is for reading' 3 \
	"table t; grant SELECT, INSERT, UPDATE and DELETE on it to 'reader'"
denied 'a schema that cannot be made' 3 \
	"for database postgres; grant CREATE on it to 'reader'" --schema other
denied 'a table that cannot be made' 3 \
	"for schema public; grant USAGE and CREATE on it to 'reader'" --table u
sql 'GRANT INSERT, UPDATE, DELETE ON t, _loads, _columns TO reader'
printf '{"_resource":"t","id":1,"v":"old","fresh":1}\n' >wide
run ndjson-to-sql postgresql://reader@ wide
fails 3 "owner of table t, .* load as the owner, or make 'reader' a member" \
	'a column that cannot be made'
run ndjson-to-sql --schema pg_catalog $pg new
fails 3 "permission denied to .*; grant it to 'root', or load as another role" \
	'a schema of the server'
sql 'ALTER TABLE t ENABLE ROW LEVEL SECURITY'
denied 'rows that a policy keeps out' 3 \
	"policy for table .*; load as .* owner, or .* 'reader' is not"
sql 'ALTER TABLE t DISABLE ROW LEVEL SECURITY'
sql 'REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC'
denied 'no temporary tables' 3 "; grant TEMPORARY on it to 'reader'"
sql 'REVOKE CONNECT ON DATABASE postgres FROM PUBLIC'
denied 'no connection' 3 'cannot connect: .*denied .*; grant CONNECT on it'
sql 'GRANT CONNECT, TEMPORARY ON DATABASE postgres TO PUBLIC'
run ndjson-to-sql --describe=json postgresql://reader@
exits 0 'a reader may look'
run ndjson-to-sql 'postgresql://root@?options=-c%20default_transaction_read_only%3Don' new
fails 3 'PostgreSQL: the database is read only .*PGOPTIONS=' \
	'a database that is read only'
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
wait $mute 2>/dev/null
printf '{"_resource":"told","id":"\303\274","at":"2026-01-02T03:04:05Z"}\n' >told
run env PGCLIENTENCODING=LATIN1 PGTZ=Asia/Tokyo PGDATESTYLE=German \
	ndjson-to-sql $pg told
exits 0 'PGCLIENTENCODING, PGTZ, PGDATESTYLE'
is "$(sql "SELECT id = U&'\\00fc', at = '2026-01-02T03:04:05Z' FROM told")" 't|t' \
	'... change nothing'
run env PGCLIENTENCODING=LATIN1 PGTZ=Asia/Tokyo PGDATESTYLE=German \
	ndjson-to-sql --last told.at $pg
is "$(cat out)" '2026-01-02 03:04:05.000' '... nor what is read'

# --- names that are taken, triggers that do not work

sql "CREATE SEQUENCE taken_1; CREATE INDEX taken_2 ON t (v);
	CREATE TYPE taken_3 AS (a int); CREATE TYPE taken_4 AS ENUM ('a')"
n=0
for kind in sequence index type type; do
	n=$((n + 1))
	printf '{"id":1}\n' >in
	run ndjson-to-sql -t taken_$n $pg in
	fails 2 "no table can be called 'taken_$n': the schema has an? $kind .*; give another" \
		"a table named like: $kind"
done
printf '{"id":1}\n' >in
run ndjson-to-sql -t _taken_4 $pg in
exits 0 "a type's list makes way for a table"
sql "DROP INDEX taken_2; CREATE FUNCTION broken() RETURNS trigger
	LANGUAGE plpgsql AS 'BEGIN DELETE FROM gone; RETURN NEW; END';
	CREATE TRIGGER broken BEFORE INSERT ON t FOR EACH ROW
	EXECUTE FUNCTION broken()"
run ndjson-to-sql $pg new
fails 2 "function 'broken' of a trigger does not work: .*gone.*; mend it, or" \
	'a trigger that does not work'
sql 'DROP TRIGGER broken ON t'
unharmed 'a broken trigger'

run ndjson-to-sql --append $pg new
fails 5 't: duplicate key .*; --merge updates the row that has the key$' \
	'--append of a key that is there'
unharmed 'a key that is there'

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

# Whatever the user's default: a snapshot from before the wait would not see
# what the first load brought.
export PGOPTIONS='-c default_transaction_isolation=repeatable\ read'
mkfifo slow
ndjson-to-sql $pg slow &
first=$!
exec 3>slow
printf '{"_resource":"t","id":%s,"v":"old"}\n' 1 7 >&3
waits "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory'"
run ndjson-to-sql --busy-timeout 0.2 $pg new
fails 4 'another program holds a lock' 'a second load'
run ndjson-to-sql --schema another $pg new
exits 0 'a load into another schema'
ndjson-to-sql --replace $pg new 3>&- &
second=$!
waits "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory'
	AND NOT granted"
exec 3>&-
wait $first
is $? 0 'the first ends'
wait $second
is $? 0 'the second waited for it'
is "$(sql 'SELECT id, v FROM t ORDER BY 1')" '1|new
2|' 'and came later'
unset PGOPTIONS
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
wait $first 2>/dev/null
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
wait $first 2>/dev/null
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
like "$(cat err)" '; load again$' '... and what to do'
unharmed 'a cut connection'

begun ndjson-to-sql
postgres_stop
exec 3>&-
wait $first
status=$?
fails 4 'the connection to the server was lost|terminating connection' \
	'a server that is gone'
like "$(cat err)" '; load again$' '... and what to do'
touch "$PGHOST/data/standby.signal"
postgres_start
run ndjson-to-sql $pg new
fails 3 'PostgreSQL: the server is a standby, .*; name the primary' 'a standby'
run ndjson-to-sql -n $pg new
exits 0 '... may be looked at'
postgres_stop
rm "$PGHOST/data/standby.signal"
postgres_start
unharmed 'a server that was gone'

# --- streams

printf '{"_resource":"t","id":1,"v":"new"}\n{"_resource":"t","id"' >cut.in
run ndjson-to-sql $pg cut.in
fails 4 'line 2' 'a stream that is cut'
unharmed 'a cut stream'

rm -f slow
mkfifo slow
PGOPTIONS='-c idle_session_timeout=500' \
	ndjson-to-sql --commit-every 0.1s $pg slow >out 2>err &
first=$!
exec 3>slow
printf '{"_resource":"t","id":1,"v":"first"}\n' >&3
waits "SELECT v = 'first' FROM t WHERE id = 1"
is "$(sql 'SELECT v FROM t WHERE id = 1')" first '--commit-every commits'
sleep 0.6 # longer than the server lets sessions rest
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
fails 4 'line 6 .*; up to line 4 of the input all is committed, and may be' \
	'and a cut'
is "$(sql "SELECT v, (SELECT count(*) FROM t__l) FROM t WHERE id = 1")" \
	'second|3' 'leaves what was committed'

done_testing
