#!/bin/sh
# SPDX-License-Identifier: ISC
# A stream is complete when its last byte is a newline, and never otherwise.
. "${0%/*}/lib.sh"

mock --logs 2500 --users 300
logto-token >token

# last FILE: its last byte, as od names it.
last() {
	tail -c 1 "$1" | od -An -c | tr -d ' '
}

# --- a failure of each status leaves the fragment

# poisoned STATUS NAME: the run ended so, its whole lines are JSON objects,
# and its last line is the fragment with that status.
poisoned() {
	exits "$1" "$2"
	like "$(tail -n 1 out)" "^\\{\"_error\":\\{\"status\":$1,\"message\":\"" \
		"$2: the fragment"
	is "$(last out)" '"' "$2: it has no end"
	is "$(sed '$d' out | grep -vc '^{"_resource":.*}$')" 0 \
		"$2: each line before it is a record"
}

run logto-fetch --no-such-option
poisoned 2 'an unknown option'
run logto-fetch
poisoned 2 'nothing to do'
run logto-fetch nope <token
poisoned 2 'an unknown path'
rules 'GET /api/logs page=7: status 403 json "{\"code\":\"auth.forbidden\"}"'
run logto-fetch logs <token
poisoned 3 'a refusal after six pages'
written=$(sed '$d' out | wc -l | tr -d ' ')
is "$((written > 500 && written < 1000))" 1 "six pages came before: $written rows"
like "$(cat err)" "; $written records were written before\$" \
	'the message counts them'
rules 'GET /api/logs page=3: status 500'
run logto-fetch --retry 0 logs <token
poisoned 4 'a server error'
written=$(sed '$d' out | wc -l | tr -d ' ')
like "$(cat err)" "logs: page [0-9]+: .*request id [-_A-Za-z0-9]+\); if what was written is kept, resume with --until [0-9]+; $written records" \
	'what, where, request id, records'
run logto-fetch --retry 0 -o kept logs <token
fails 4 'page [0-9]+: .*request id [-_A-Za-z0-9]+\)$' \
	'a file keeps nothing, and the message promises nothing'
is "$(find . -name 'kept*')" '' 'and there is no file'
rules 'GET /api/users page=2: json "[1,2]"'
run logto-fetch users <token
poisoned 5 'a list of numbers'
rules 'GET /api/users page=2: json "[{\"id\":\"x\",\"_key\":1}]"'
run logto-fetch users <token
poisoned 5 'a record that uses our names'
rules '# none'
run env LOGTO_ENDPOINT=http://127.0.0.1:9 logto-fetch --retry 0 users <token
poisoned 4 'nobody listens'

# --- killed at any page, it ends without a newline

pages=2
while [ $pages -le 24 ]; do
	rules "GET /api/logs page=$pages: delay 60000"
	curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
	logto-fetch logs -j 1 <token >out 2>err &
	pid=$!
	# The request before the one that hangs has been answered; the one
	# that hangs is not logged, so its sign is that nothing else comes.
	until [ "$(requests | grep -c 'page_size=100')" -ge $pages ]; do
		sleep 0.01
	done
	kill -9 $pid
	wait $pid 2>/dev/null
	size=$(wc -c <out | tr -d ' ')
	if [ "$size" -gt 0 ] && [ "$(last out)" = '\n' ]; then
		echo "page $pages: $size bytes end with a newline"
	fi
	pages=$((pages + 5))
done >killed
is "$(cat killed)" '' 'killed at page 2, 7, 12, ...: unterminated'
rules '# none'

# The same for each write in turn, and what strace sees of them.
if strace -o /dev/null true 2>/dev/null; then
	strace -qq -o writes -e trace=write -e signal=none -s 70000 \
		logto-fetch logs <token >out 2>err
	grep '^write(1, ' writes >ours
	count=$(wc -l <ours | tr -d ' ')
	like "$count" '^[1-9][0-9]+$' 'many writes'
	is "$(sed '$d' ours | grep -c '\\n", [0-9]*) = ')" 0 \
		'none but the last one ends with a newline'
	like "$(tail -n 1 ours | tail -c 30)" '\\n", [0-9]+\) = ' \
		'the last one does'
	n=1
	while [ $n -le "$count" ]; do
		strace -qq -o /dev/null -e trace=write \
			-e inject=write:signal=KILL:when=$n \
			logto-fetch logs <token 2>/dev/null | cat >out
		if [ -s out ] && [ "$(last out)" = '\n' ]; then
			[ $n -ge "$count" ] || echo "write $n"
		fi
		n=$((n + 7))
	done >killed 2>/dev/null
	is "$(cat killed)" '' 'killed at a write: unterminated'
fi

# --- readers and sinks that go

run sh -c 'logto-fetch logs <token | head -n 1; echo ok'
is "$(wc -l <out | tr -d ' ')" 2 'head: one line'
is "$(cat err)" '' 'head: no complaint'
(
	logto-fetch logs <token 2>err
	echo $? >code
) | head -n 1 >/dev/null
is "$(cat code)" 141 'head: the status of a closed pipe'
run sh -c 'logto-fetch logs <token >/dev/full'
fails 1 'cannot write standard output: No space' '/dev/full'
run sh -c 'logto-fetch hooks <token >/dev/full'
fails 1 'cannot write standard output: No space' '/dev/full, a small stream'
run sh -c 'logto-fetch hooks <token >&-'
fails 1 'cannot write to standard output' 'a closed standard output'

# --- signals

rules 'GET /api/logs page=5: delay 60000'
curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
logto-fetch logs -j 1 <token >out 2>err &
pid=$!
until [ "$(requests | grep -c 'page=4&')" -ge 1 ]; do sleep 0.01; done
kill -TERM $pid
kill -TERM $pid # at once, as timeout does: the same wish, not another one
wait $pid
is $? 143 'TERM: the shell sees the signal'
like "$(tail -n 1 out)" '^\{"_error":\{"status":1,"message":"logs: .*stopped' \
	'TERM: the fragment'
like "$(cat err)" 'stopped by signal 15; if what was written is kept, resume with --until [0-9]+; [0-9]+ records' \
	'TERM: how far it came'
rules '# none'
echo old >file
rules 'GET /api/logs page=5: delay 60000'
curl -sS -X DELETE "$LOGTO_ENDPOINT/_mock/requests" >/dev/null
logto-fetch logs -j 1 -o file <token >out 2>err &
pid=$!
until [ "$(requests | grep -c 'page=4&')" -ge 1 ]; do sleep 0.01; done
kill -HUP $pid
wait $pid
is $? 129 'HUP: the shell sees the signal'
is "$(cat file)" old 'HUP: the file is as it was'
is "$(ls file*)" file 'HUP: nothing is left beside it'
rules '# none'

# --- ends well

run logto-fetch logs <token
exits 0 'the whole log'
is "$(last out)" '\n' 'ends with a newline'
is "$(wc -l <out | tr -d ' ')" 2500 'every row'
run logto-fetch 'users?search=nobody' <token
exits 0 'no record'
is "$(wc -c <out | tr -d ' ')" 0 'no record is an empty stream'

done_testing
