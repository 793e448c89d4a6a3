#!/bin/sh
# The whole pipe: a tenant comes in, comes in again without doubling, and
# whatever goes wrong leaves the database as it was, with the status that
# tells what to do.
. "${0%/*}/lib.sh"

unset XDG_RUNTIME_DIR # no cached token

# pipe OPTION...: the pipe as a user types it, OPTIONs to logto-fetch, and those
# of $patience to logto-token as well. Leaves each status, and what each said.
patience=
pipe() {
	{
		logto-token $patience 2>token.err
		echo $? >token.status
	} | {
		logto-fetch $patience "$@" 2>fetch.err
		echo $? >fetch.status
	} | ndjson-to-sql out.db 2>load.err
	load=$?
	token=$(cat token.status)
	fetch=$(cat fetch.status)
}

# statuses TOKEN FETCH LOAD NAME
statuses() {
	is "$token $fetch $load" "$1 $2 $3" "$4: statuses of all three"
	[ "$token $fetch $load" = "$1 $2 $3" ] ||
		sed 's/^/# /' token.err fetch.err load.err >&2
}

# dump: all that users see of the database; a load has its own number.
dump() {
	for table in $(sqlite3 out.db "SELECT name FROM sqlite_master
		WHERE type = 'table' AND name NOT LIKE '\_%' ESCAPE '\'
		ORDER BY name"); do
		echo "$table"
		sqlite3 -json out.db "SELECT * FROM \"$table\" ORDER BY 1, 2, 3" |
			sed 's/"_load_id":[^,]*,//g'
	done
}

rows() {
	sqlite3 out.db "SELECT count(*) FROM $1"
}

# unchanged NAME: the database is as `before` left it.
unchanged() {
	dump >after.dump
	cmp -s before.dump after.dump
	ok $? "$1: the database is as it was"
	is "$(sqlite3 out.db 'PRAGMA integrity_check')" ok "$1: and sound"
}

total() {
	curl -sS -o page -D - -H "$(logto-token --header)" \
		"$LOGTO_ENDPOINT/api/$1?page_size=1" |
		tr -d '\r' | sed -n 's/^[Tt]otal-[Nn]umber: //p'
}

# --- a tenant comes in

mock
pipe logs
statuses 0 0 0 'logs'
is "$(cat token.err fetch.err load.err)" '' 'logs: success is silent'
is "$(rows logs)" "$(total logs)" 'logs: as many rows as the server counts'
is "$(rows logs)" "$(sqlite3 out.db 'SELECT count(DISTINCT id) FROM logs')" \
	'logs: each once'
dump >before.dump
pipe logs
statuses 0 0 0 'logs again'
unchanged 'logs again'

pipe users roles 'roles/*/users'
statuses 0 0 0 'several resources'
is "$(rows users)" "$(total users)" 'users: all'
is "$(rows roles)" "$(total roles)" 'roles: all'
is "$(sqlite3 out.db 'SELECT count(*) FROM roles_users WHERE role_id IS NULL')" \
	0 'roles/*/users: each row knows its role'

# --- without a token in the pipe, logto-fetch gets one

logto-fetch users 2>fetch.err | ndjson-to-sql alone.db 2>load.err
is "$? $(cat fetch.err load.err)" '0 ' 'logto-fetch runs logto-token by itself'
is "$(sqlite3 alone.db 'SELECT count(*) FROM users')" "$(rows users)" \
	'and loads the same'

# --- what goes wrong leaves the database as it was

dump >before.dump
(
	export LOGTO_APP_SECRET=wrong
	pipe logs
	echo "$token $fetch $load" >statuses
)
read -r token fetch load <statuses
statuses 3 3 3 'a wrong secret'
unchanged 'a wrong secret'

endpoint=$LOGTO_ENDPOINT
mock_stop
patience='--retry 0'
export LOGTO_TOKEN_COMMAND='logto-token --retry 0'
pipe logs
statuses 4 4 4 'nobody there'
unchanged 'nobody there'
rm -f new.db
logto-fetch logs --retry 0 \
	2>/dev/null | ndjson-to-sql new.db 2>/dev/null
is $? 4 'nobody there, and no database: status 4'
[ ! -e new.db ]
ok $? 'nobody there, and no database: none is made'

mock
rules 'GET /api/logs: html'
pipe logs
statuses 0 2 2 'a page of HTML'
like "$(cat fetch.err)" 'HTML|html|JSON' 'a page of HTML: says so'
unchanged 'a page of HTML'

rules 'POST /oidc/token: html'
pipe logs
is "$load" "$fetch" 'HTML in place of a token: the loader takes the status over'
unchanged 'HTML in place of a token'

rules 'GET /api/logs page=2: status 500'
pipe logs
statuses 0 4 4 'a server that fails half-way'
unchanged 'a server that fails half-way'

rules 'GET /api/logs: status 403 json "{\"code\":\"auth.forbidden\"}"'
pipe logs
statuses 0 3 3 'forbidden'
unchanged 'forbidden'
rules ''

# --- full disks

if [ -w /dev/full ]; then
	logto-token >/dev/full 2>err
	is $? 1 'logto-token > /dev/full'
	like "$(cat err)" 'No space left' 'logto-token > /dev/full: says so'
	logto-fetch logs >/dev/full 2>err
	is $? 1 'logto-fetch > /dev/full'
	like "$(cat err)" 'No space left' 'logto-fetch > /dev/full: says so'
fi
mkdir small
if mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
	logto-fetch logs 2>/dev/null | ndjson-to-sql small/out.db 2>err
	is $? 1 'a full disk: status 1'
	like "$(cat err)" "'.*/small/out.db(-loading)?': .*full; make room" \
		'a full disk: says so, where, and what to do'
	is "$(sqlite3 small/out.db 'SELECT count(*) FROM logs' 2>/dev/null ||
		echo none)" none 'a full disk: nothing is half there'
	umount small
fi
cp out.db limited.db
logto-fetch users logs 2>/dev/null >stream
(
	ulimit -f 1
	trap '' XFSZ
	ndjson-to-sql new.db <stream 2>err
)
is $? 1 'a file that may not grow: status 1'
like "$(cat err)" "'.*/new.db(-loading)?'" 'a file that may not grow: is named'
is "$(sqlite3 new.db 'SELECT count(*) FROM logs' 2>/dev/null || echo none)" \
	none 'a file that may not grow: nothing is half there'

# --- a log as it grows

mkfifo log
(exec logto-fetch logs --follow=100ms --since 2000-01-01) </dev/null >log 2>err &
pid=$!
ndjson-to-sql --commit-every 50ms live.db <log 2>load.err &
load=$!
wanted=$(logto-fetch logs </dev/null | wc -l | tr -d " ")
tries=0
until [ "$(sqlite3 live.db 'SELECT count(*) FROM logs' 2>&1)" = "$wanted" ] ||
	[ $tries -ge 200 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
ok $((tries >= 200)) '--follow into --commit-every: the newest row, too'
kill -KILL $pid
wait $load
is $? 4 '... and a follower that is killed at rest has died'

# --- a reader that goes

logto-fetch logs 2>err | head -n 1 >first
is "$(wc -l <first | tr -d ' ')" 1 'logto-fetch | head: one line'
is "$(cat err)" '' 'logto-fetch | head: no complaint'

done_testing
