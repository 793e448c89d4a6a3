#!/bin/sh
# Old or new, never half: readers and other loaders at the same time, commits
# now and then, and death or a full disk at each single write.
. "${0%/*}/lib.sh"

sql() {
	sqlite3 "$@" 2>&1
}

# until_true COMMAND...: waits for it, ten seconds at most.
until_true() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 500 ] || return 1
		sleep 0.02
	done
}

many() {
	awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i <= to; i++)
		printf "{\"id\":%d,\"v\":\"%0100d\",\"l\":[%d]}\n", i, i, i }'
}

# --- readers

mkfifo pipe
for mode in wal delete; do
	rm -f "$mode.db"
	many 1 3 >in
	ndjson-to-sql -t t $mode.db in
	sql $mode.db "PRAGMA journal_mode=$mode" >/dev/null
	ndjson-to-sql -t t $mode.db <pipe &
	loader=$!
	exec 9>pipe
	many 1 60000 >&9
	is "$(sql $mode.db 'SELECT count(*) FROM t; SELECT count(*) FROM t__l')" \
		'3
3' "$mode: a reader sees the old rows during a load of 60,000"
	exec 9>&-
	wait $loader
	is $? 0 "$mode: the load succeeds"
	is "$(sql $mode.db 'SELECT count(*) FROM t; PRAGMA journal_mode;
		PRAGMA integrity_check')" "60000
$mode
ok" "$mode: then the new ones; the journal mode stays"
done
is "$(echo wal.db* delete.db*)" 'wal.db delete.db' 'no journal is left'

# More changed pages than stay in memory: 80 MB.
large() {
	awk -v v="$1" 'BEGIN { x = sprintf("%1000s", v); gsub(/ /, "x", x)
		for (i = 0; i < 400; i++) text = text x
		for (i = 1; i <= 200; i++)
			printf "{\"id\":%d,\"v\":\"%s\",\"w\":%d}\n", i, text, v }'
}
sql large.db 'PRAGMA page_size=65536; CREATE TABLE other (a)'
large 1 | ndjson-to-sql -t t large.db
cp large.db base.db
ndjson-to-sql -t t large.db <pipe &
loader=$!
exec 9>pipe
large 2 >&9
is "$(sql large.db 'SELECT DISTINCT w FROM t; SELECT count(*) FROM t')" '1
200' 'a rollback journal and 80 MB of changes: a reader sees the old rows'
sqlite3 -batch large.db >seen 2>&1 9>&- <<'EOT' &
.timeout 20000
BEGIN;
SELECT DISTINCT w FROM t;
.shell echo >reading; sleep 0.5
COMMIT;
BEGIN IMMEDIATE;
SELECT DISTINCT w FROM t;
EOT
reader=$!
until_true test -e reading
exec 9>&-
wait $loader
is $? 0 '... the load waits for its end'
wait $reader
is "$(cat seen)" '1
2' '... and who waits for the load, the new ones'
is "$(sql large.db 'PRAGMA integrity_check')" ok '... of a database that is whole'
cp base.db large.db
sqlite3 -batch large.db >seen 2>&1 9>&- <<'EOT' &
BEGIN;
SELECT DISTINCT w FROM t;
.shell echo >holding; until test -e over; do sleep 0.05; done
EOT
reader=$!
until_true test -e holding
large 2 >in
run ndjson-to-sql --busy-timeout 300ms -t t large.db in
fails 4 'cannot commit: other programs are reading' 'a reader that stays'
large 2 | head -1 >in
run ndjson-to-sql --busy-timeout 300ms -t t large.db in
fails 4 'cannot commit: other programs are reading' '... at a small load'
: >over
wait $reader
is "$(sql large.db 'SELECT DISTINCT w FROM t; PRAGMA integrity_check')" '1
ok' '... leaves the old rows'

# --- loaders

many 1 500 >one
many 501 1000 >two
ndjson-to-sql -t t both.db one & first=$!
ndjson-to-sql -t t both.db two & second=$!
wait $first
is $? 0 'two loaders for one new database: the first'
wait $second
is $? 0 '... and the second succeed'
is "$(sql both.db 'SELECT count(*), count(DISTINCT _load_id) FROM t;
	PRAGMA integrity_check')" '1000|2
ok' '... and none loses a row'
ndjson-to-sql -t t both.db two & first=$!
ndjson-to-sql -t t both.db one & second=$!
wait $first && wait $second
is $? 0 'two loaders for an old database'
is "$(sql both.db 'SELECT count(*) FROM t; SELECT count(*) FROM _loads')" \
	'1000
4' '... wait for each other'
ndjson-to-sql -t t held.db <pipe &
loader=$!
exec 9>pipe
until_true test -e held.db-loading
run ndjson-to-sql --busy-timeout 50ms -t t held.db one
fails 4 'being made by another loader' 'a new database that takes too long'
exec 9>&-
wait $loader

# is_locked FILE: a loader has begun its transaction.
is_locked() {
	! sqlite3 "$1" 'BEGIN IMMEDIATE' 2>/dev/null
}
ndjson-to-sql -t t moved.db one
cp moved.db other.db
ndjson-to-sql -t t moved.db <pipe 2>err &
loader=$!
exec 9>pipe
many 1 5 >&9
until_true is_locked moved.db
mv other.db moved.db
exec 9>&-
wait $loader
is $? 4 'a database that somebody replaces meanwhile'
like "$(cat err)" "moved.db' was moved or removed meanwhile; load again$" \
	'... is told'
is "$(sql moved.db 'SELECT count(*) FROM t; PRAGMA integrity_check')" '500
ok' '... and the new one is as it was'

# --- --commit-every

is_there() {
	[ "$(sql every.db 'SELECT count(*) FROM t' 2>/dev/null)" = "$1" ]
}
ndjson-to-sql --commit-every 50ms -t t every.db <pipe 2>err &
loader=$!
exec 9>pipe
many 1 2 >&9
until_true is_there 2
ok $? '--commit-every commits while the stream is open'
is "$(sql every.db 'SELECT status FROM _loads')" open '... and says so'
many 2 3 >&9
until_true is_there 3
ok $? '... again and again, merging'
printf '{"id":4,' >&9
exec 9>&-
wait $loader
is $? 4 'a cut stream ends it with its status'
like "$(cat err)" 'nothing was loaded after the last commit; .*; up to line 4 of the input all is committed, and may be loaded again: keys keep' \
	'... and says what was loaded'
is "$(sql every.db 'SELECT count(*) FROM t; PRAGMA integrity_check')" '3
ok' '... and what was committed stays'

# --- a history that is committed now and then

rm -f every.db
is_version() {
	[ "$(sql every.db "SELECT count(*) FROM t WHERE v = $1" \
		2>/dev/null)" = 1 ]
}
ndjson-to-sql --history --commit-every 50ms -t t every.db <pipe 2>err &
loader=$!
exec 9>pipe
for v in 1 2 3; do
	printf '{"id":1,"v":0}\n{"id":1,"v":%s}\n' $v >&9
	until_true is_version $v
done
exec 9>&-
wait $loader
is "$? $(cat err)" '0 ' '--history --commit-every'
is "$(sql every.db 'SELECT v, coalesce(_valid_to > _valid_from, 9),
	_valid_from = lag(_valid_to) OVER (ORDER BY _id) FROM t ORDER BY _id' |
	tr '\n' ' ')" '1|1| 2|1|1 3|9|1 ' \
	'... makes a version for each part, in force until the next one'

# broken_off LAST OPTION...: two lines, a commit, and what it does not outlive.
broken_off() {
	last=$1
	shift
	rm -f every.db rejects
	ndjson-to-sql --commit-every 50ms "$@" -t t every.db <pipe 2>err &
	loader=$!
	exec 9>pipe
	printf '{"id":1}\n[1]\n' >&9
	until_true is_there 1
	printf '%s' "$last" >&9
	exec 9>&-
	wait $loader
	status=$?
}
broken_off '{"id":2}
[2]
{"id":3' --rejects rejects
exits 4 '... with rejects'
like "$(cat err)" 'up to line 2 of the input all is committed' '... is told'
is "$(jq -c .line rejects)" 2 '... and those of what is committed are kept'
broken_off '{"id":2}
' --rejects rejects
exits 0 '... until the stream ends well'
broken_off '{"id":2}
{"id":null}
{"_error":{"status":3,"message":"gone"' --append --rejects rejects
exits 3 '... without keys'
like "$(cat err)" ': gone; up to line 2 of the input all is committed: go on from line 3, or' \
	'... it says where to go on'
broken_off '{"id":null}
' --type x=bigint --rejects /dev/null
exits 0 '... rejects into a device'
many 1 5 >in
ndjson-to-sql --commit-every 1h -t t once.db in
is "$(sql once.db 'SELECT count(*) FROM t; SELECT status FROM _loads')" '5
complete' 'the end of the stream commits in any case'

# --- death and a full disk at each write

# Traced, LeakSanitizer refuses to work and fails the program.
export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
if ! strace -f -o trace -e trace=none true 2>/dev/null; then
	done_testing
fi
many 1 3 >in
ndjson-to-sql -t t old.db in
many 2 300 >in

# state FILE: what a database holds, by what it should.
state() {
	[ -e "$1" ] || { echo none; return; }
	case $(sql "$1" 'SELECT (SELECT count(*) FROM t),
		(SELECT count(*) FROM t__l), (SELECT count(*) FROM _loads);
		PRAGMA integrity_check' | tr '\n' ' ') in
	'3|3|1 ok ') echo old ;;
	'300|300|2 ok ' | '299|299|1 ok ') echo new ;;
	*) echo broken ;;
	esac
}

# at_each FAULT DATABASE [OPTION...]: the states after a fault at the first,
# second, ... call of each kind, until none is met; and the exit statuses.
# strace counts the calls of each kind, and of each thread, by themselves.
at_each() {
	fault=$1 from=$2
	shift 2
	: >states
	: >statuses
	for call in pwrite64 fsync fdatasync ftruncate unlink rename renameat2
	do
		n=0
		while :; do
			n=$((n + 1))
			rm -f run.db run.db-* rejects*
			[ "$from" = none ] || cp "$from" run.db
			strace -f -o trace -e "trace=$call" \
				-e "inject=$call:$fault:when=$n" \
				ndjson-to-sql "$@" -t t run.db in >out 2>err
			echo $? >>statuses
			grep -Eq 'INJECTED|killed by SIGKILL' trace || break
			echo "$(state run.db)$(ls rejects 2>/dev/null)" \
				>>states
		done
	done
	sort -u states | tr '\n' ' '
}
for database in none old.db; do
	before=none
	[ $database = none ] || before=old
	like "$(at_each signal=KILL $database)" "^(new )?$before (new )?\$" \
		"killed at each of $(wc -l <states) writes ($before)"
	is "$(tail -1 statuses)" 0 '... and once more without'
	like "$(at_each error=ENOSPC $database)" "^(new )?$before (new )?\$" \
		"no space at each of $(wc -l <states) writes ($before)"
	is "$(sort -u statuses | tr '\n' ' ')" '0 1 ' \
		'... each with status 1, or none where it did not matter'
done


# Pages that went beside the database are copied into it at the end.
large 2 >in
strace -f -c -o counts -e trace=pwrite64 ndjson-to-sql -t t large.db in
total=$(awk '$NF == "pwrite64" { print $4 }' counts)
: >states
for share in 75 98; do
	cp base.db run.db
	rm -f run.db-*
	strace -f -o trace -e trace=pwrite64 -e \
		"inject=pwrite64:signal=KILL:when=$((total * share / 100))" \
		ndjson-to-sql -t t run.db in >out 2>err
	sql run.db 'SELECT w, count(*) FROM t GROUP BY w;
		PRAGMA integrity_check' | tr '\n' ' ' >>states
	grep -c 'killed by' trace >>states
done
# Each thread is killed; a sanitizer may have one of its own.
like "$(sort -u states | tr '\n' ' ')" \
	'^1.200 ok [123] ([12].200 ok [0123] )*$' \
	"killed at some of $total writes of a large load"
like "$(sort -u states)" ' ok [123]$' '... really'
many 2 300 >in

# The rejects appear after the load that rejected them, never without it.
echo '{"id":null}' >>in
is "$(at_each signal=KILL old.db --rejects rejects)" 'new newrejects old ' \
	"rejects and the load, killed at each of $(wc -l <states) writes"
is "$(at_each error=EIO old.db --rejects rejects)" 'new newrejects old ' \
	"... or failing at each of $(wc -l <states)"

done_testing
