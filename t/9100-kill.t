#!/bin/sh
# Whoever is killed, and whenever: the database is the old one or the new one.
# Old and new differ in every row, so that a mixture would show.
. "${0%/*}/lib.sh"

unset XDG_RUNTIME_DIR # no cached token

# What a producer leaves that dies at byte N: the first N bytes. It never
# leaves a newline at the end, since it holds the last one back.
records() {
	awk -v count="$1" -v mark="$2" 'BEGIN {
		for (i = 1; i <= count; i++)
			printf "{\"_resource\":\"things\",\"id\":\"%d\",%s%s%s}\n", \
				i, "\"mark\":\"" mark "\",\"tags\":[\"" mark "\",", \
				i % 3 ? "1" : "{\"a\":null}", "]"
	}'
}

# marks DATABASE: "old" or "new", or both where the tables are a mixture, and
# their number of rows.
marks() {
	sqlite3 "$1" "SELECT group_concat(DISTINCT mark), count(*) FROM things" 2>&1
	sqlite3 "$1" "SELECT group_concat(DISTINCT value), count(*)
		FROM things__tags WHERE _idx = 0" 2>&1
	sqlite3 "$1" 'PRAGMA integrity_check' 2>&1
}

records 40 old >old
records 40 new >new
ndjson-to-sql start.db <old 2>err
is $? 0 'there is an old database'
marks start.db >old.marks
is "$(tr '\n' ' ' <old.marks)" 'old|40 old|40 ok ' 'and it is all old'
cp start.db end.db
ndjson-to-sql end.db <new 2>err
marks end.db >new.marks
is "$(tr '\n' ' ' <new.marks)" 'new|40 new|40 ok ' 'a new one would be all new'

# --- the producer, at every byte

cp start.db out.db
size=$(wc -c <new)
n=1
tried=0
: >faults
while [ $n -lt "$size" ]; do
	head -c $n new >broken
	if [ -n "$(tail -c 1 broken)" ]; then
		tried=$((tried + 1))
		ndjson-to-sql out.db <broken 2>err
		status=$?
		[ $status -eq 4 ] || echo "$n bytes: status $status" >>faults
		[ "$(wc -l <err)" -eq 1 ] || echo "$n bytes: $(cat err)" >>faults
	fi
	n=$((n + 17))
done
is "$(cat faults)" '' "a stream that breaks off: status 4, at $tried points"
ok $((tried < 100)) 'and there were many'
is "$(marks out.db)" "$(cat old.marks)" 'a stream that breaks off: still old'
{
	cat new
	printf '{"_error":{"status":3,"message":"refused'
} >broken
ndjson-to-sql out.db <broken 2>err
is $? 3 'a stream that tells of its failure: its status is taken over'
is "$(marks out.db)" "$(cat old.marks)" 'a stream that tells: still old'
{
	head -c 1000 new
	cat new
} >broken
ndjson-to-sql out.db <broken 2>err
is $? 5 'a broken stream and a whole one, joined: bad data'
is "$(marks out.db)" "$(cat old.marks)" 'two streams, joined: still old'

# --- the loader, at many moments

# after SECONDS COMMAND...: kills it then; exits as a shell would say.
after() {
	perl -e 'my ($seconds, @command) = @ARGV;
		my $pid = fork // die;
		if (!$pid) { exec @command or die }
		select undef, undef, undef, $seconds;
		kill 9, $pid;
		waitpid $pid, 0;
		exit($? & 127 ? 128 + ($? & 127) : $? >> 8)' "$@"
}

records 3000 old >old
records 3000 new >new
rm -f start.db
ndjson-to-sql start.db <old 2>err
cp start.db end.db
ndjson-to-sql end.db <new 2>err
marks start.db >old.marks
marks end.db >new.marks
: >faults
killed=0
for moment in 0 1 2 3 4 5 6 8 10 12 14 16 18 20 23 26 30 35 40 50 60 80; do
	rm -f out.db*
	cp start.db out.db
	after "$(echo $moment | awk '{ print $1 / 1000 }')" \
		ndjson-to-sql out.db <new 2>err
	status=$?
	[ $status -ne 137 ] || killed=$((killed + 1))
	marks out.db >marks
	if cmp -s marks old.marks; then
		[ $status -ne 0 ] || echo "$moment ms: done, but old" >>faults
	elif ! cmp -s marks new.marks; then
		echo "$moment ms, status $status: $(cat marks)" >>faults
	fi
done
is "$(cat faults)" '' "the loader, killed $killed times: old or new"
ok $((killed < 1)) 'and some of these hit'
ndjson-to-sql out.db <new 2>err
is "$? $(marks out.db)" "0 $(cat new.marks)" 'and the next load works'

# --- the programs of a running pipe

# until_applied: waits until a rule holds a request up, and all programs run.
until_applied() {
	tries=0
	until [ -s token.pid ] && [ -s fetch.pid ] && [ -s load.pid ] &&
		curl -sS "$LOGTO_ENDPOINT/_mock/rules" |
		grep -q 'applied [1-9]'; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return
		sleep 0.05
	done
}

# start: the pipe in a process group of its own, as a shell with job control
# starts it. Each status goes to a file.
start() {
	rm -f ./*.status ./*.pid
	cat >pipe <<'END'
trap : INT TERM
{
	trap : INT TERM
	sh -c 'echo $$ >token.pid; exec logto-token' 2>token.err
	echo $? >token.status
} | {
	trap : INT TERM
	sh -c 'echo $$ >fetch.pid; exec logto-fetch logs' 2>fetch.err
	echo $? >fetch.status
} | {
	trap : INT TERM
	sh -c 'echo $$ >load.pid; exec ndjson-to-sql out.db' 2>load.err
	echo $? >load.status
}
END
	perl -e '$SIG{$_} = "DEFAULT" for qw(INT TERM QUIT); setpgrp;
		exec @ARGV' sh pipe &
	pipe=$!
}

mock --logs 2000
rm -f start.db
logto-fetch logs --limit 500 | ndjson-to-sql start.db 2>err
is "$(sqlite3 start.db 'SELECT count(*) FROM logs')" 500 'an old database of logs'
count() {
	sqlite3 out.db 'SELECT count(*) FROM logs' 2>&1
}

for page in 1 7 15; do
	cp start.db out.db
	rules "GET /api/logs nth=$page+: delay 20000"
	start
	until_applied
	kill -9 "$(cat fetch.pid)"
	wait $pipe
	# Who dies before the first byte leaves a stream of no records.
	[ $page -eq 1 ] && wanted=0 || wanted=4
	is "$(cat fetch.status load.status | tr '\n' ' ')" "137 $wanted " \
		"logto-fetch, killed at page $page: the loader says $wanted"
	is "$(count)" 500 "logto-fetch, killed at page $page: still old"
done

for signal in INT TERM; do
	cp start.db out.db
	rules 'GET /api/logs nth=3+: delay 20000'
	start
	until_applied
	kill -$signal -$pipe
	wait $pipe
	[ $signal = INT ] && number=130 || number=143
	# Where the loader dies first, its writer dies of that.
	like "$(cat fetch.status load.status | tr '\n' ' ')" \
		"^($number|141) $number \$" "$signal to the pipe: all die of it"
	is "$(count)" 500 "$signal to the pipe: still old"
done

# A token that never comes: logto-fetch asks for another one.
cp start.db out.db
rules 'POST /oidc/token nth=1: delay 20000'
start
until_applied
kill -9 "$(cat token.pid)"
wait $pipe
case $(cat load.status) in
0) is "$(count)" 2000 'logto-token, killed: all new' ;;
*) is "$(count)" 500 'logto-token, killed: still old' ;;
esac
rules ''

done_testing
