#!/bin/sh
# SPDX-License-Identifier: ISC
# Progress on a terminal: one row, of one program, with nothing left of it at
# the end; and none where stderr is no terminal. What it says is tested by
# t/unit/lib-progress.c.
. "${0%/*}/lib.sh"

# A page that takes its time: there is something to draw after it.
mock --logs 5000
rules 'GET /api/logs page=9: delay 700'
logto-token >token

run logto-fetch logs <token
exits 0 'no terminal'
is "$(cat err)" '' 'no terminal: no progress'
run logto-fetch -v logs <token
like "$(tail -n 1 err)" '^logto-fetch: 5,000 records, [0-9,]+/s, in [0-9.]+ s$' \
	'-v: a line at the end'
is "$(tr -d '\n\040-\176' <err | wc -c | tr -d ' ')" 0 \
	'-v: not a control byte'
mv out logs.ndjson
run ndjson-to-sql -v out.db logs.ndjson
like "$(cat err)" '^ndjson-to-sql: 5,000 rows, 4 MB, [0-9,]+/s, in [0-9.]+ s$' \
	'-v: the other program, too'
is "$(tr -d '\n\040-\176' <err | wc -c | tr -d ' ')" 0 '... in plain text'

# terminal COMMAND: what a terminal of 200 columns is sent goes to file sent,
# what it shows in the end to file shown.
terminal() {
	rm -f sent shown finished
	cat >pane <<EOT
$1
echo end >finished
sleep 60
EOT
	env -u TMUX tmux -f /dev/null -S "$T/tmux" \
		new-session -d -x 200 -y 20 'cat >/dev/null'
	tmux -S "$T/tmux" pipe-pane 'cat >sent'
	tmux -S "$T/tmux" respawn-pane -k 'env TERM=screen sh pane'
	tries=0
	while [ ! -s finished ] && [ $tries -lt 400 ]; do
		tries=$((tries + 1))
		sleep 0.05
	done
	# The pane draws what it was sent before it answers.
	tmux -S "$T/tmux" capture-pane -p >shown
	tmux -S "$T/tmux" kill-server
	tr '\r' '\n' <sent | sed 's/ *$//' >lines
}

if ! command -v tmux >/dev/null || ! has_terminals; then
	done_testing
fi

# A retry is told: the row makes room for it. The rate and what
# is left of the time can be told from the second look on.
rules 'GET /api/logs page=9: delay 700' 'GET /api/logs page=18: delay 300' \
	'GET /api/logs page=27: delay 300' 'GET /api/logs page=36: delay 300' \
	'GET /api/logs page=20 times=1: status 500'
terminal 'logto-fetch logs -j 1 <token >/dev/null'
like "$(cat lines)" \
	'^logto-fetch: logs: [0-9,]+ of 5,000 \([0-9]+%\), [0-9,.]+/s, [0-9]+:[0-9][0-9] left$' \
	'a row of progress, with what is left'
is "$(grep '^logto-fetch: logs' lines | grep -v -E -c \
	'^logto-fetch: logs: [0-9,]+ of 5,000 \([0-9]+%\)(, [0-9,.]+/s, [0-9:]+ left)?$')" \
	0 'and no other row'
unlike "$(cat sent)" "$(printf '\033')\\[" 'no escape sequences'
like "$(tr '\n' ' ' <shown)" \
	'^logto-fetch: warning: http.*HTTP 500; trying again up to 8 times, for at most 30 min *$' \
	'nothing is left of it but a message, whole'

terminal 'logto-fetch logs <token | ndjson-to-sql x.db'
like "$(cat lines)" '^logto-fetch: logs: [0-9,]+ of 5,000' \
	'a pipe: the producer draws'
# A slow machine is still loading when there is nothing more to fetch.
unlike "$(sed -n '/^ndjson-to-sql: [0-9,]* rows/,$p' lines)" \
	'^logto-fetch: logs:' 'a pipe: the consumer does not meanwhile'
terminal 'true | ndjson-to-sql nothing.db'
like "$(cat shown)" '^ndjson-to-sql: no records came in, so nothing was loaded$' \
	'an empty pipe'
terminal '{ cat logs.ndjson; sleep 0.7; cat logs.ndjson; } | ndjson-to-sql y.db'
like "$(cat lines)" '^ndjson-to-sql: [0-9,]+ rows, [0-9]+ MB' \
	'the consumer draws where nobody else does'
like "$(cat lines)" '^ndjson-to-sql: 10,000 rows, [0-9]+ MB: finishing$' \
	'... and says that it makes the indexes and commits'
unlike "$(cat shown)" ' rows, ' '... and leaves nothing'
like "$(cat shown)" \
	'^ndjson-to-sql: logs: 10,000 rows in [0-9.]+ s, [0-9]+ columns \([0-9]+ new\), 0 rejected: 5,000 inserted, 5,000 replaced by a later one$' \
	'... but the summary'
unlike "$(cat shown)" 'logs__' '... without child tables'

terminal 'logto-fetch -q logs <token >/dev/null &
	logto-fetch -v logs <token >/dev/null &
	TERM=dumb logto-fetch logs <token >/dev/null &
	logto-fetch logs <token; wait'
unlike "$(cat lines)" 'logs: [0-9,]+ of' \
	'not drawn: -q, -v, a dumb terminal, data on the terminal'
terminal 'set -m; logto-fetch logs <token >/dev/null & wait'
unlike "$(cat lines)" 'logs: [0-9,]+ of' 'not drawn: in the background'

terminal 'logto-fetch logs <token | head -n 2500 >/dev/null'
like "$(cat lines)" 'logs: [0-9,]+ of' 'a reader that goes: drawn before'
unlike "$(cat shown)" 'logs:' 'a reader that goes: nothing is left'
rules 'GET /api/logs page=9: delay 700' 'GET /api/logs page=30: delay 9000'
terminal 'logto-fetch logs <token >/dev/null &
	until grep -q "logs: " sent; do sleep 0.05; done; kill $!; wait'
unlike "$(cat shown)" 'logs: [0-9,]+ of' 'a signal: nothing is left'

done_testing
